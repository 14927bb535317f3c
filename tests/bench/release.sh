#!/bin/sh
# What `zonegate release` costs beyond the check and a durable copy of the file, which takes the place
# of the one before: both do the same work over the same inputs, in turn, in one run. Each begins with
# the state directory as a release of the zone before left it.
#
#   tests/bench/release.sh [DELEGATIONS [RUNS]]      default 60000 7
#
# Prints medians of seconds and of processor seconds. Exit status 1 when something does not pass.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
delegations=${1:-60000} runs=${2:-7}
export LC_ALL=C
umask 022
work=$(mktemp -d -p "${BENCH_FOLDER:-$BUILD}") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

die() {
	echo "release: $1" >&2
	exit 1
}

# Runs a command; adds 'seconds kilobytes status processor-seconds' to a file of runs.
timed() { # name command...
	name=$1
	shift
	"$BUILD/tests/bench/measure" "$work/log" "$@" >"$work/run"
	[ "$(cut -d ' ' -f 3 "$work/run")" = 0 ] || { cat "$work/log"; die "$name did not pass"; }
	cat "$work/run" >>"$work/$name.runs"
}

median() { # column name
	sort -n -k "$1,$1" "$work/$2.runs" |
		awk -v column="$1" '{v[NR] = $column} END {print v[int((NR + 1) / 2)]}'
}

# The stage after the first release; the copy before the last one, which there is after a second, is
# the room of the next one.
restore() {
	rm -rf "${work:?}/state" "$work/pub"
	mkdir "$work/pub"
	"$ZONEGATE" release -q -c "$work/zonegate.xml" test. "$work/zone.1" >"$work/log" ||
		die "the first release did not pass"
	cp "$work/state/zones/test.zone" "$work/state/zones/test.before"
	cp "$work/state/memo/test.memo" "$work/memo"
	cp "$work/state/memo/test.memo.key" "$work/memo.key"
	cp "$work/pub/test." "$work/copy"
	sync -f "$work"
}

run_part() { # part arguments...
	part=$1
	shift
	case $part in
	check)
		timed check "$ZONEGATE" check -q --policy "$work/policy.xml" --ds "$work/ds" \
			--previous "$work/pub/test." --state "$work/state" --memo "$work/memo" "$@" \
			"$work/zone.2"
		;;
	copy)
		# shellcheck disable=SC2016 # the words are its own
		timed copy sh -c 'cp "$1" "$2.new" && sync "$2.new" && mv "$2.new" "$2"' \
			sh "$work/zone.2" "$work/copy"
		;;
	release) timed release "$ZONEGATE" release -q -c "$work/zonegate.xml" "$@" test. "$work/zone.2" ;;
	esac
}

# One release beside its parts, with the arguments that both take.
compare() { # what arguments...
	what=$1
	shift
	rm -f "$work"/*.runs
	for run in $(seq "$runs"); do
		# What comes first finds colder caches.
		for part in $([ $((run % 2)) = 1 ] && echo check copy release || echo release check copy); do
			restore
			run_part "$part" "$@"
		done
	done
	for column in 1 4; do
		awk -v what="$what, $([ $column = 1 ] && echo seconds || echo processors)" \
			-v check="$(median $column check)" -v copy="$(median $column copy)" \
			-v release="$(median $column release)" 'BEGIN {
			printf "%-24s check %7.3f  copy %6.3f  release %7.3f  %.2f of both, %+.3f s\n", what,
				check, copy, release, release / (check + copy), release - check - copy
		}'
	done
}

"$BUILD/tests/bench/gen_zone" "$delegations" 13 "$work/zone.1" "$work/ds" "$work/zone.2" 100 ||
	die "no zones"
"$ZONEGATE" policy show | sed -e 's/<UnknownHistory on="[a-z]*"/<UnknownHistory on="warn"/' \
	>"$work/policy.xml"
cat >"$work/zonegate.xml" <<END
<Configuration version="1">
  <State>$work/state</State><Installation>bench</Installation>
  <Zone name="test.">
    <Policy>$work/policy.xml</Policy>
    <Release><Target>$work/pub/test.</Target></Release>
    <Parent><DS ttl="P1D">$work/ds</DS></Parent>
  </Zone>
</Configuration>
END
echo "$delegations delegations, medians of $runs:"
compare "with the memo"
compare "without it" --no-memo
