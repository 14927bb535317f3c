#!/bin/sh
# The tutorial of README.md, section "Releasing": its command lines are run in one shell, in an empty
# folder. Each block ends with the exit status that a comment at its end names, else 0; what is
# quoted below it is in its output, whatever the numbers and wherever lines are folded.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
PATH=$(dirname "$ZONEGATE"):$PATH
passed=0 failed=0
for tool in ldns-signzone ldns-keygen ldns-key2ds; do
	if ! command -v $tool >/dev/null; then
		echo "skipped: needs $tool"
		exit 77
	fi
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
umask 022

# $work/block.N and $work/quote.N, which belongs to the block before it.
sed -n '/^<!-- tutorial -->$/,/^<!-- end of the tutorial -->$/p' README.md |
	awk -v work="$work" '
		/^```sh$/ { kind = "block"; n++; next }
		/^```text$/ { kind = "quote"; next }
		/^```/ { kind = "" }
		kind { print > (work "/" kind "." n) }
		END { print n > (work "/count") }'
count=$(cat "$work/count")

# One shell for all; a block that is to succeed does so in each of its commands.
mkdir "$work/folder"
for n in $(seq 1 "$count"); do
	wanted=$(sed -n '$s/.*# exit status \([0-9]*\)$/\1/p' "$work/block.$n")
	set=-e
	[ "${wanted:-0}" -eq 0 ] || set=+e
	cat <<-END
		exec >"$work/out.$n" 2>"$work/err.$n"
		set $set
		. "$work/block.$n"
		[ \$? -eq ${wanted:-0} ] || exit 9
		touch "$work/good.$n"
	END
done >"$work/script"
(cd "$work/folder" && sh "$work/script" </dev/null)

# Numbers and white space do not count.
plain() {
	sed 's/[0-9][0-9]*/0/g' "$1" | tr -s ' \n' ' '
}

for n in $(seq 1 "$count"); do
	if [ -e "$work/good.$n" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED block $n:"
		cat "$work/block.$n" "$work/out.$n" "$work/err.$n" 2>/dev/null | sed 's/^/  /'
		break
	fi
	[ -e "$work/quote.$n" ] || continue
	plain "$work/quote.$n" >"$work/quoted"
	case $(plain "$work/out.$n") in
	*"$(sed 's/ $//' "$work/quoted")"*) passed=$((passed + 1)) ;;
	*)
		failed=$((failed + 1))
		echo "FAILED what is quoted of block $n is not there:"
		sed 's/^/  /' "$work/out.$n"
		;;
	esac
done
if [ "$count" -lt 8 ]; then
	failed=$((failed + 1))
	echo "FAILED $count blocks"
fi

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
