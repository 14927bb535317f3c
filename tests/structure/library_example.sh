#!/bin/sh
# Takes the example program out of libzonegate(3), compiles it against the public headers and the
# shared library, and runs it.
#
#   library_example.sh [ZONE [DS]]   default: the good zone of samples/de-2026
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
if [ $# -eq 0 ]; then
	set -- samples/de-2026/good.zone samples/de-2026/ds
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
	echo "library_example: $*" >&2
	exit 1
}

sed -n '/^\.\\" begin of the example$/,/^\.\\" end of the example$/p' man/libzonegate.3 |
	sed -e '/^\./d' -e 's/\\e/\\/g' >"$folder/example.c"
grep -q '^main(' "$folder/example.c" || fail "no program in man/libzonegate.3"

# The name under which the run-time linker looks for it.
ln -s "$BUILD/libzonegate.so" "$folder/libzonegate.so.0"
${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror ${SANITIZE:+"-fsanitize=$SANITIZE"} -Iinclude \
	-o "$folder/example" "$folder/example.c" "$BUILD/libzonegate.so"

run() { # arguments of the program; sets status
	status=0
	LD_LIBRARY_PATH=$folder "$folder/example" "$@" \
		>"$folder/report" 2>"$folder/errors" || status=$?
}

# The clock is the real one, so the zone may have expired: word and exit status must agree.
run "$@"
word=$(sed -n '1s/ .*//p' "$folder/report")
case $word:$status in
PASS:0 | REFUSED:1 | HELD:3) ;;
*) fail "the report begins with '$word', exit status $status: $(cat "$folder/errors")" ;;
esac

run "$folder/no-such-zone"
[ "$status" -eq 2 ] || fail "exit status $status for a zone that is not there, expected 2"
[ -s "$folder/errors" ] || fail "no message for a zone that is not there"
[ ! -s "$folder/report" ] || fail "a report for a zone that is not there"
echo "ok, $word"
