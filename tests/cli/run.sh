#!/bin/sh
# Runs command lines and compares standard output, standard error and exit status exactly.
#
#   tests/cli/run.sh [--update] [CASE...]
#
# A case is CASE.sh beside CASE.stdout, CASE.stderr and CASE.exit; --update writes these three anew,
# to be read before they are kept. A case runs in this folder, with an empty folder $WORK of its own
# and `try`, which shows a command, its output and its exit status. A case that exits with 77 is
# skipped.
set -u
cd "$(dirname "$0")" || exit 2
root=$(cd ../.. && pwd)
: "${BUILD:=$root/build}"
: "${ZONEGATE:=$BUILD/zonegate}"

update=
if [ "${1:-}" = --update ]; then
	update=1
	shift
fi
[ $# -gt 0 ] || set -- *.sh

top=$(mktemp -d) || exit 2
trap 'rm -rf "$top"' EXIT
mkdir "$top/bin"
ln -s "$ZONEGATE" "$top/bin/zonegate"
PATH=$top/bin:$PATH
export PATH LC_ALL=C TZ=UTC ROOT="$root"
unset NO_COLOR TERM

cat >"$top/try" <<'END'
try() {
	echo "\$ $*"
	"$@" 2>&1
	echo "exit status $?"
}
END

passed=0 failed=0 skipped=0
for case; do
	name=${case%.sh}
	[ "$name" != run ] || continue
	out=$top/$name
	mkdir "$out" "$out/work"
	WORK=$out/work sh -u -c '. "$1"; . "./$2.sh"' sh "$top/try" "$name" \
		>"$out/stdout" 2>"$out/stderr" </dev/null
	echo $? >"$out/exit"
	if [ "$(cat "$out/exit")" = 77 ]; then
		skipped=$((skipped + 1))
		echo "skipped: $name: $(cat "$out/stdout")"
		continue
	fi
	result=passed
	for part in stdout stderr exit; do
		if [ -n "$update" ]; then
			cp "$out/$part" "$name.$part"
		elif ! diff -u "$name.$part" "$out/$part" >"$out/diff" 2>&1; then
			result=failed
			cat "$out/diff"
		fi
	done
	if [ $result = passed ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED $name"
	fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
