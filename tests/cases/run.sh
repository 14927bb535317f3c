#!/bin/sh
# Runs test cases: FOLDER/<name>/{fires,passes}. Each must give exactly the findings and the exit
# status of its file `expect`, and tests/cases/build must make the same folders from
# FOLDER/recipes. For tests/cases itself, there must be one for each row of the table of checks.
#
#   tests/cases/run.sh [FOLDER]         the suite; FOLDER is tests/cases or tests/rules
#   tests/cases/run.sh build [FOLDER]   writes the folders anew from the recipes
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}" "${ZONEGATE:=$BUILD/zonegate}"
passed=0 failed=0
action=run
if [ "${1:-}" = build ]; then
	action=build
	shift
fi
folder=${1:-tests/cases}
cd "$folder" || exit 2

result() { # status name [text...]
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED $2"
		shift 2
		[ $# -eq 0 ] || printf '%s\n' "$@"
	fi
}

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

run_case() { # folder
	# shellcheck disable=SC2046 # the words of the command line
	(cd "$1" && "$ZONEGATE" check --format json $(cat args) zone) \
		>"$work/report" 2>"$work/errors" </dev/null
	{
		echo "exit $?"
		findings "$work/report"
	} >"$work/found"
	difference=$(diff "$1/expect" "$work/found")
	result $? "$1" "$difference" "$(cat "$work/errors")"
}

for case in */fires */passes; do
	run_case "$case"
done

if [ "$folder" = tests/cases ]; then
	"$ZONEGATE" explain | awk '{ print $1 }' | sort >"$work/rows"
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
