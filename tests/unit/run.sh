#!/bin/sh
# Runs every unit test program, for five minutes at most; each prints Check's 'NN%: Checks: N, Failures: N, Errors: N'.
set -u
: "${BUILD:=$PWD/build}"
# Check gives a test four seconds; a machine whose disk is busy may need more.
export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-120}"

passed=0 failed=0
for source in tests/unit/test_*.c; do
	program=$BUILD/tests/unit/$(basename "$source" .c)
	out=$(timeout 300 "$program" 2>&1)
	status=$?
	counts=$(echo "$out" |
		sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' |
		tail -n 1)
	# shellcheck disable=SC2086 # three words
	set -- ${counts:-0 0 0}
	if [ "$status" -eq 0 ] && [ "$1" -gt 0 ] && [ "$2$3" = 00 ]; then
		passed=$((passed + $1))
		continue
	fi
	echo "FAILED $source (exit status $status)"
	echo "$out"
	bad=$(($2 + $3))
	[ "$bad" -gt 0 ] || bad=1
	failed=$((failed + bad)) passed=$((passed + $1 > bad ? passed + $1 - bad : passed))
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
