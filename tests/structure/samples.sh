#!/bin/sh
# The sample zones are what tests/tools/de_2026.c makes, and what the READMEs quote is what the
# commands quoted there print: each ```sh block is run, and every line of the ```text block that
# follows it must be in the output. The tutorial of README.md is run by tests/tutorial.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

result() { # status name
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED $2"
	fi
}

"$BUILD/tests/tools/de_2026" samples/de-2026/unsigned.zone "$work"
for file in good.zone bad.zone ds; do
	cmp "$work/$file" "samples/de-2026/$file"
	result $? "samples/de-2026/$file is built again"
done
sh samples/de-2026/demo.sh >"$work/demo" 2>&1
result $? "samples/de-2026/demo.sh"

# Writes the n-th pair of blocks of a file: $work/command and $work/quoted.
block() { # file n
	awk -v wanted="$2" -v command="$work/command" -v quoted="$work/quoted" '
		/^```sh$/ { n++; in_sh = 1; next }
		/^```text$/ { in_text = n == wanted; next }
		/^```$/ { in_sh = in_text = 0; next }
		in_sh && n == wanted { print >command }
		in_text { print >quoted }' "$1"
}

for file in README.md samples/de-2026/README.md; do
	sed '/^<!-- tutorial -->$/,/^<!-- end of the tutorial -->$/d' "$file" >"$work/text"
	for n in $(seq "$(grep -c '^```sh$' "$work/text")"); do
		rm -f "$work/command" "$work/quoted"
		block "$work/text" "$n"
		[ -s "$work/quoted" ] || continue
		sed -i "s|^build/|$BUILD/|" "$work/command"
		sh "$work/command" >"$work/output" 2>&1
		grep -vxFf "$work/output" "$work/quoted"
		result $(($? == 0)) "$file, block $n: the lines above are not in the output of: $(cat "$work/command")"
	done
done

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
