#!/bin/sh
# The signer matrix, its mutants, and the same mutants in front of the other validators.
#
# LONG=1: every mutant, and every zone before the peers. With sanitizers: few mutants, no peers.
set -u
: "${BUILD:=$PWD/build}"
: "${ZONEGATE:=$BUILD/zonegate}"

zones=$BUILD/tests/zones
mutate=$BUILD/tests/mutate/mutate
status=0
total="0 0 0"

# Runs a command, shows what it says but for its last line, and adds that up.
add_up() {
	"$@" >"$zones/log" || status=1
	last=$(tail -n 1 "$zones/log")
	sed '$d' "$zones/log"
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

limit=3 peers="--limit 1 --every 6"
if [ -n "${LONG:-}" ]; then
	limit=0 peers="--limit 2"
elif [ -n "${SANITIZE:-}" ]; then
	limit=1 peers=
fi
add_up "$mutate" --limit "$limit" --program "$ZONEGATE" "$zones"
if [ -n "$peers" ]; then
	# shellcheck disable=SC2086 # a list of words
	add_up "$mutate" --peers $peers "$zones"
fi
# shellcheck disable=SC2086 # three words
set -- $total
echo "$1 passed, $2 failed, $3 skipped"
exit $status
