#!/bin/sh
# Runs every unit test program, for five minutes at most, as many beside each other as there are
# processors; each prints Check's 'NN%: Checks: N, Failures: N, Errors: N'. With the thread sanitizer
# only those whose source speaks of threads: it finds nothing in others.
#
#   run.sh                  all
#   run.sh one SOURCE DIR   one of them (for xargs): its output to DIR/NAME.out, and counts to DIR/NAME
set -u
: "${BUILD:=$PWD/build}"
# Check gives a test four seconds; a machine whose disk is busy may need more.
export BUILD CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-120}"

run_one() { # source folder
	name=$(basename "$1" .c)
	source=$1 out=$2/$name.out result=$2/$name
	timeout 300 "$BUILD/tests/unit/$name" >"$out" 2>&1
	status=$?
	counts=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' \
		"$out" | tail -n 1)
	# shellcheck disable=SC2086 # three words
	set -- ${counts:-0 0 0}
	if [ "$status" -eq 0 ] && [ "$1" -gt 0 ] && [ "$2$3" = 00 ]; then
		echo "$1 0" >"$result"
		return
	fi
	bad=$(($2 + $3))
	[ "$bad" -gt 0 ] || bad=1
	echo "$(($1 > bad ? $1 - bad : $1)) $bad $source (exit status $status)" >"$result"
}

if [ "${1:-}" = one ]; then
	run_one "$2" "$3"
	exit
fi

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
passed=0 failed=0
case ${SANITIZE:-} in
*thread*) sources=$(grep -il thread tests/unit/test_*.c) ;;
*) sources=$(printf '%s\n' tests/unit/test_*.c) ;;
esac
echo "$sources" | xargs -P "$(nproc)" -I '{}' "$0" one '{}' "$work"
for source in $sources; do
	name=$(basename "$source" .c)
	read -r good bad why <"$work/$name" || { good=0 bad=1 why="$source: it did not end"; }
	passed=$((passed + good)) failed=$((failed + bad))
	[ "$bad" -ne 0 ] || continue
	echo "FAILED $why"
	cat "$work/$name.out"
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
