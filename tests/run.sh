#!/bin/sh
# Runs the test suites of a finished build and sums them up. `make test` builds, then calls this.
#
#   tests/run.sh [SUITE...]   all, or those named: unit, structure, or a folder with a run.sh
#
#   BUILD=dir    the build that is tested (default build)
#   LONG=1       the long forms of the suites (make test-long)
#   SANITIZE=... what the build was sanitized with: suites leave out what cannot work with it
#
# A suite is a program that prints 'N passed, N failed, N skipped' on a line of its own and exits 1
# when anything failed. One that prints no such line is one test: exit status 77 means skipped. A
# suite that ran nothing has failed.
set -u
cd "$(dirname "$0")/.." || exit 2

case ${BUILD:=build} in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
export BUILD ZONEGATE="$BUILD/zonegate" PATH="$PATH:/usr/sbin:$PWD/build/peers/bin"
export LC_ALL=C TZ=UTC LONG="${LONG:-}" SANITIZE="${SANITIZE:-}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"

logs=$BUILD/tests/logs
mkdir -p "$logs"
# A line for each suite: passed, failed, skipped.
sums=$(mktemp) || exit 2
beside=
# shellcheck disable=SC2086 # processes
trap 'rm -f "$sums" "$sums.1" "$sums.2"; [ -z "$beside" ] || kill $beside 2>/dev/null' EXIT
trap 'exit 1' INT TERM
# Seconds that a suite may take: what hangs has failed.
limit=${LONG:+14400}
limit=${limit:-1200}

# Takes the counts of a suite from its log; without such a line its exit status is the only count.
read_counts() { # log status
	counts=$(sed -n 's/^\([0-9]\{1,\}\) passed, \([0-9]\{1,\}\) failed, \([0-9]\{1,\}\) skipped$/\1 \2 \3/p' \
		"$1" | tail -n 1)
	case $counts:$2 in
	:0) counts="1 0 0" ;;
	:77) counts="0 0 1" ;;
	:*) counts="0 1 0" ;;
	"0 0 0":*) counts="0 1 0" ;;
	*" 0 "*:0) ;;
	*" 0 "*:*) counts="${counts%% *} 1 ${counts##* }" ;;
	esac
	echo "$counts"
}

suite() { # name command...
	name=$1
	shift
	log=$logs/$(echo "$name" | tr / -).log
	begin=$(date +%s)
	timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null
	status=$?
	# shellcheck disable=SC2046 # three words
	set -- $(read_counts "$log" "$status")
	echo "$*" >>"$sums"
	echo "$name: $1 passed, $2 failed, $3 skipped ($(($(date +%s) - begin)) s)"
	if [ "$2" -ne 0 ]; then
		echo "--- the end of $log, exit status $status"
		tail -n 60 "$log"
		echo "---"
	elif [ "$3" -ne 0 ]; then
		grep -i '^skipped' "$log" | sort | uniq -c | sed 's/^ */  /' | head -n 12
	fi
}

run_named() {
	case $1 in
	structure)
		for script in tests/structure/*.sh; do
			suite "structure/$(basename "$script" .sh)" sh "$script"
		done
		;;
	*)
		if [ -x "tests/$1/run.sh" ]; then
			suite "$1" "tests/$1/run.sh"
		else
			echo "tests/run.sh: no suite '$1', or its run.sh may not be executed" >&2
			echo "0 1 0" >>"$sums"
		fi
		;;
	esac
}

if [ $# -eq 0 ]; then
	set -- unit structure
	for script in tests/*/run.sh; do
		name=$(basename "$(dirname "$script")")
		[ "$name" = unit ] || set -- "$@" "$name"
	done
fi
# Suites that start name servers or a browser wait most of the time: they run in two rows beside the
# others, which compute.
row_1=" hook_bind hook_engines hook_knot hook_nsd html multi observe pipeline "
row_2=" bootstrap parent samples stages statement transfer "

run_row() { # row names...
	row=$1
	shift
	for name; do
		case $row in *" $name "*) run_named "$name" ;; esac
	done
}

run_row "$row_1" "$@" >"$sums.1" 2>&1 &
beside=$!
run_row "$row_2" "$@" >"$sums.2" 2>&1 &
beside="$beside $!"
for name; do
	case "$row_1$row_2" in *" $name "*) ;; *) run_named "$name" ;; esac
done
# shellcheck disable=SC2086 # two words
wait $beside
beside=
cat "$sums.1" "$sums.2"

read -r passed failed skipped <<END
$(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$sums")
END
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
