#!/bin/sh
# Holds the documents to the program: every command, option, check and exit status is described, and
# nothing is described that does not exist.
# shellcheck disable=SC2016 # backticks that are looked for
set -u
: "${BUILD:=build}"
: "${ZONEGATE:=$BUILD/zonegate}"
export ZONEGATE

passed=0 failed=0 skipped=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# Counts one test; a file with complaints is a failure.
verdict() { # name complaints
	if [ -s "$2" ]; then
		failed=$((failed + 1))
		echo "FAILED $1"
		sed 's/^/  /' "$2" | head -n 40
	else
		passed=$((passed + 1))
	fi
}

pages=$(find man -name '*.[1-9]' | LC_ALL=C sort)
documents="$pages"
for file in README.md DEVELOPERS.md; do
	[ ! -f "$file" ] || documents="$documents $file"
done

# What there is.
"$ZONEGATE" --help | awk '/^  [a-z]/ { print $1 }' >"$work/commands"
"$ZONEGATE" explain | awk '{ print $1 }' >"$work/ids"
{
	"$ZONEGATE" --help
	while read -r command; do
		"$ZONEGATE" "$command" --help
	done <"$work/commands"
} | grep -oE '^  (-[A-Za-z],|   ) --[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u >"$work/options"
: >"$work/bad"
[ -s "$work/commands" ] && [ -s "$work/options" ] && [ "$(wc -l <"$work/ids")" -gt 100 ] ||
	echo "cannot ask $ZONEGATE" >"$work/bad"
verdict "the program tells its commands, options and checks" "$work/bad"

# What is made from the tables is what is committed.
sh tests/tools/manual.sh commands 2>&1 | diff man/zonegate.1 - >"$work/bad"
verdict "zonegate(1) has the synopsis and options of the table" "$work/bad"
sh tests/tools/manual.sh checks 2>&1 | diff man/zonegate-checks.7 - >"$work/bad"
verdict "zonegate-checks(7) is made from the table" "$work/bad"

# Every page is good mdoc, and refers to pages that exist.
if command -v mandoc >/dev/null; then
	for page in $pages; do
		mandoc -Tlint -W warning "$page" >"$work/bad" 2>&1
		verdict "$page is good mdoc" "$work/bad"
	done
else
	echo "skipped: mandoc is not installed"
	skipped=$((skipped + 1))
fi
for page in $pages; do
	sed -n 's/^\.Xr \(zonegate[a-z-]*\|libzonegate\) \([0-9]\).*/\1.\2/p' "$page" | sort -u |
		while read -r other; do
			[ -f "man/$other" ] || echo "$page refers to $other"
		done
done >"$work/bad"
verdict "pages refer to pages that exist" "$work/bad"

# Every command is in zonegate(1), in its list and in the synopsis; the README has every command.
while read -r command; do
	grep -q "^\.Cm $command" man/zonegate.1 || echo "no synopsis of $command"
	grep -q "^\.It Cm $command" man/zonegate.1 || echo "no description of $command"
	[ ! -f README.md ] || grep -q "zonegate $command" README.md || echo "README.md lacks $command"
done <"$work/commands" >"$work/bad"
verdict "every command is described" "$work/bad"

# Prints the code of a document: displays and .Dl and .Nm lines of pages, fences and `spans` else.
code_of() {
	case $1 in
	*.md)
		awk '/^ *```/ { fence = !fence; next } fence { print }' "$1"
		awk '/^ *```/ { fence = !fence; next } !fence { print }' "$1" | grep -oE '`[^`]+`' | tr -d '`'
		;;
	*)
		awk '/^\.Bd/ { display = 1; next } /^\.Ed/ { display = 0 } display { print }' "$1"
		sed -n 's/^\.Dl //p; s/^\.Nm Cm /zonegate /p; s/^\.Nm zonegate Cm /zonegate /p; s/\\-/-/g' "$1"
		;;
	esac
}
for file in $documents; do
	code_of "$file" >"$work/code-$(basename "$file")"
done

# Commands that documents show exist.
for file in $documents; do
	grep -oE '(^|[$( /])zonegate +[a-z]+' "$work/code-$(basename "$file")" | awk '{ print $NF }' |
		sort -u | while read -r word; do
		grep -qx -- "$word" "$work/commands" || echo "$file: zonegate $word"
	done
done >"$work/bad"
verdict "commands in documents exist" "$work/bad"

# Options: every one is in the page (it is generated); those that documents show exist. In
# zonegate(1) all that .Fl names, elsewhere what stands in code behind the program's name.
for file in $documents; do
	case $file in
	*/zonegate.1)
		grep -oE '(Fl +-[a-z-]+|[ `]--[a-z-]+)' "$file" | sed 's/^Fl */-/; s/^[ `]//'
		;;
	*) sed -n 's/.*zonegate [a-z]/&/p' "$work/code-$(basename "$file")" | grep -oE ' --[a-z][a-z-]+' | tr -d ' ' ;;
	esac | sort -u | while read -r option; do
		grep -qx -- "$option" "$work/options" || echo "$file: $option"
	done
done >"$work/bad"
verdict "options in documents exist" "$work/bad"

# Check ids: in zonegate-checks(7) as tags; elsewhere what looks like one in code.
sed -n 's/^\.It Sy //p' man/zonegate-checks.7 | diff "$work/ids" - >"$work/bad"
verdict "zonegate-checks(7) has every check" "$work/bad"
sed 's/-.*//' "$work/ids" | sort -u | paste -sd '|' >"$work/prefixes"
cat "$work"/code-*.md 2>/dev/null | grep -xE "($(cat "$work/prefixes"))(-[a-z0-9]+)+" | sort -u |
	while read -r id; do
		grep -qx -- "$id" "$work/ids" || [ -e "$id" ] || echo "$id"
	done >"$work/bad"
verdict "checks in documents exist" "$work/bad"

# Exit statuses: the page has each, and no other.
sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/s/^\.It \([0-9]*\)$/\1/p' man/zonegate.1 >"$work/statuses"
printf '0\n1\n2\n3\n' | diff "$work/statuses" - >"$work/bad"
verdict "zonegate(1) has the exit statuses 0 to 3" "$work/bad"

# Files of the project that documents name exist. A star stands for any name.
for file in $documents; do
	grep -oE '(^|[^A-Za-z0-9_./-])(src|include|policies|tests|samples|man)/[A-Za-z0-9_./*{},-]+' "$file" |
		sed 's/^[^a-z]*//; s/[.,]*$//' | sort -u | while read -r path; do
		case $path in
		*"{"* | *"*"*) # expanded by a shell that knows both
			if command -v bash >/dev/null; then
				bash -O nullglob -c "set -- $path; [ \$# -gt 0 ] && ls -d \"\$@\" >/dev/null 2>&1" ||
					echo "$file: $path"
			fi
			;;
		*) [ -e "$path" ] || echo "$file: $path" ;;
		esac
	done
done >"$work/bad"
verdict "files named in documents exist" "$work/bad"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
