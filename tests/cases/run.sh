#!/bin/sh
# Runs the test cases: tests/cases/<check-id>/{fires,passes}. Each must give exactly the findings
# and the exit status of its file `expect`; the cases must be those of the table of checks, their
# severities its defaults, and tests/cases/build must make the same folders from the recipes.
#
#   tests/cases/run.sh            the suite
#   tests/cases/run.sh build      writes the folders anew from the recipes
set -u
cd "$(dirname "$0")" || exit 2
: "${BUILD:=$PWD/../../build}" "${ZONEGATE:=$BUILD/zonegate}"
passed=0 failed=0

result() { # status name [text]
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED $2"
		shift 2
		[ $# -eq 0 ] || printf '%s\n' "$@"
	fi
}

if [ "${1:-}" = build ]; then
	for folder in */; do
		rm -rf "$folder"
	done
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

for folder in */fires */passes; do
	run_case "$folder"
done

# One folder for each row, and no other.
"$ZONEGATE" explain | awk '{ print $1 }' | sort >"$work/rows"
find . -mindepth 1 -maxdepth 1 -type d | sed 's|^./||' | sort >"$work/folders"
result "$(cmp -s "$work/rows" "$work/folders"; echo $?)" "one case for each row of the table" \
	"$(diff "$work/rows" "$work/folders")"

mkdir "$work/again"
"$BUILD/tests/cases/build" recipes "$work/again"
for folder in */; do
	difference=$(diff -r "$folder" "$work/again/$folder" 2>&1)
	result $? "${folder}: built again" "$difference"
done

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
