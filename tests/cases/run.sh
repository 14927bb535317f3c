#!/bin/sh
# Runs test cases: FOLDER/<name>/{fires,passes}. Each must give exactly the findings and the exit
# status of its file `expect`, and tests/cases/build must make the same folders from
# FOLDER/recipes. For tests/cases itself, there must be one for each row of the table of checks.
# The report must be the same in every mode: numbers of threads, ways to verify, states of the memo.
# Only the counts of how signatures were decided may differ.
#
#   tests/cases/run.sh [FOLDER]         the suite; FOLDER is tests/cases or tests/rules
#   tests/cases/run.sh build [FOLDER]   writes the folders anew from the recipes
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}" "${ZONEGATE:=$BUILD/zonegate}"
passed=0 failed=0 n_cases=0
. tests/tools/counts.sh
action=run
if [ "${1:-}" = build ]; then
	action=build
	shift
fi
folder=${1:-tests/cases}
cd "$folder" || exit 2

if [ "$action" = build ]; then
	rm -rf ./*/
	exec "$BUILD/tests/cases/build" recipes .
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# "SEVERITY ID" of each finding in a JSON report.
findings() {
	sed -n '/^  "findings": \[/,/^  \]/p' "$1" | awk -F '"' '
		/^      "id": / { id = $4 }
		/^      "severity": / { print $4, id }' | sort
}

# Runs a case with more options.
check() { # folder options...
	directory=$1
	shift
	# shellcheck disable=SC2046 # the words of the command line
	(cd "$directory" && "$ZONEGATE" check --format json "$@" $(cat args) zone) \
		2>"$work/errors" </dev/null
}

# Exit status and report without the counts of how signatures were decided.
same_in_all_modes() {
	echo "exit $1"
	grep -vE '^    "by_(batch|memo|evp)": ' "$2"
}

# The case in one mode, held against the report of the default mode; then whether the line about the
# memo is as it must be.
run_mode() { # folder name memo-line options...
	name="$1, $2" wanted=$3 folder_of=$1
	shift 3
	check "$folder_of" "$@" >"$work/mode"
	same_in_all_modes $? "$work/mode" >"$work/mode.same"
	difference=$(diff "$work/report.same" "$work/mode.same")
	result $? "$name" "$difference" "$(cat "$work/errors")"
	if [ "$wanted" != any ]; then
		[ "$wanted" = "$(grep -c '^zonegate: memo .* is not used: ' "$work/errors")" ]
		result $? "$name: the line about the memo" "$(cat "$work/errors")"
	fi
}

# A copy of the memo of the passing twin.
memo_copy() {
	cp "$work/twin" "$work/memo" && cp "$work/twin.key" "$work/memo.key"
}

# Sanitizers are slow: every fifth case.
run_modes() { # folder
	n_cases=$((n_cases + 1))
	[ -z "${SANITIZE:-}" ] || [ $((n_cases % 5)) -eq 0 ] || return
	run_mode "$1" "batch" any -j 1 --verify-with batch
	run_mode "$1" "8 threads, evp" any -j 8 --verify-with evp
	rm -f "$work"/memo*
	run_mode "$1" "memo cold" 1 -j 2 --memo "$work/memo"
	[ ! -s "$work/memo" ] || run_mode "$1" "memo warm" 0 --memo "$work/memo"
	case $1 in
	*/passes) rm -f "$work"/twin* && [ -s "$work/memo" ] &&
		cp "$work/memo" "$work/twin" && cp "$work/memo.key" "$work/twin.key" ;;
	esac
	if [ -s "$work/twin" ]; then
		memo_copy
		run_mode "$1" "memo of the twin" 0 -j 8 --verify-with batch --memo "$work/memo"
		memo_copy
		printf 'x' | dd of="$work/memo" bs=1 seek=1100 conv=notrunc 2>/dev/null
		run_mode "$1" "memo damaged" 1 -j 2 --memo "$work/memo"
	fi
}

run_case() { # folder
	check "$1" >"$work/report"
	code=$?
	same_in_all_modes $code "$work/report" >"$work/report.same"
	{
		echo "exit $code"
		findings "$work/report"
	} >"$work/found"
	difference=$(diff "$1/expect" "$work/found")
	result $? "$1" "$difference" "$(cat "$work/errors")"
}

for case in */; do
	for way in passes fires; do
		run_case "$case$way"
		run_modes "$case$way"
	done
done

if [ "$folder" = tests/cases ]; then
	# Rows of the history are not of one zone: tests/unit/test_check_past.c and test_check_look.c
	# have theirs.
	"$ZONEGATE" explain | awk '{ print $1 }' | sort >"$work/all"
	grep -vxE '(cache-view|history|parent|provider)-.*|roll-type|signer-ahead-of-release|stage-serial' "$work/all" >"$work/rows"
	find . -mindepth 1 -maxdepth 1 -type d | sed 's|^./||' | sort >"$work/folders"
	difference=$(diff "$work/rows" "$work/folders")
	result $? "one case for each row of the table" "$difference"
fi

mkdir "$work/again"
"$BUILD/tests/cases/build" recipes "$work/again"
for case in */; do
	difference=$(diff -r "$case" "$work/again/$case" 2>&1)
	result $? "${case}: built again" "$difference"
done

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
