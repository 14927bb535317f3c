#!/bin/sh
# The signer matrix, its mutants, the reports about them in every mode of the gate, and the same
# mutants in front of the other validators.
#
# LONG=1: every mutant, all zones in all modes and before the peers. With sanitizers: few mutants,
# no peers.
set -u
: "${BUILD:=$PWD/build}"
: "${ZONEGATE:=$BUILD/zonegate}"

zones=$BUILD/tests/zones
mutate=$BUILD/tests/mutate/mutate
status=0
total="0 0 0"

# Runs a command, shows what it says but for its last line, and adds that up.
add_up() {
	"$@" >"$zones/log" 2>"$zones/errors"
	code=$?
	last=$(tail -n 1 "$zones/log")
	sed '$d' "$zones/log"
	# What it said besides comes last, where it is read: a sanitizer's report at exit, say.
	if [ "$code" -ne 0 ] || [ -s "$zones/errors" ]; then
		echo "exit status $code; the end of its standard error:"
		tail -n 40 "$zones/errors"
	fi
	[ "$code" -eq 0 ] || status=1
	# shellcheck disable=SC2046,SC2086 # lists of words
	set -- $total $(echo "$last" |
		sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
	if [ $# -ne 6 ]; then
		echo "FAILED: no counts: $last"
		set -- "$1" "$2" "$3" 0 1 0
		status=1
	fi
	total="$(($1 + $4)) $(($2 + $5)) $(($3 + $6))"
}

mkdir -p "$zones"
if ! sh tests/zones/make_zones.sh "$zones"; then
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi

every=1
limit=3 modes="--limit 1 --part 7" peers="--limit 1 --every 6"
if [ -n "${LONG:-}" ]; then
	limit=0 modes="--limit 3" peers="--limit 2"
elif [ -n "${SANITIZE:-}" ]; then
	limit=1 modes="--limit 1 --part 59" peers='' every=6
fi
add_up "$mutate" --limit "$limit" --program "$ZONEGATE" "$zones"
# shellcheck disable=SC2086 # a list of words
add_up "$mutate" --modes $modes "$zones"
# What a memo must never cover: data, or a key, that changed under the same signature.
for class in record-changed dnskey-same-tag; do
	add_up "$mutate" --modes --limit 2 --every "$every" --class $class "$zones"
done
if [ -n "$peers" ]; then
	# shellcheck disable=SC2086 # a list of words
	add_up "$mutate" --peers $peers "$zones"
fi
# shellcheck disable=SC2086 # three words
set -- $total
echo "$1 passed, $2 failed, $3 skipped"
exit $status
