#!/bin/sh
# Hostile input: damaged and oversized texts in process (damage.c, large.c), and through the program
# what is no file, no text, no policy, or leads out of its folder. Nothing may crash or hang; exit
# status 1 for a zone that cannot be parsed, 2 for what could not be read or used.
#
#   tests/hostile/run.sh    LONG=1: ten times as many random texts
# shellcheck disable=SC2016 # $INCLUDE is no variable
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}" "${LONG:=}"
: "${ZONEGATE:=$BUILD/zonegate}"
# shellcheck disable=SC3045 # every sh of today knows -c
ulimit -c 0

passed=0 failed=0 skipped=0
expect_prefix=
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
good=$work/good.zone
cp samples/de-2026/good.zone "$good"
cp samples/de-2026/ds "$work/ds"
"$ZONEGATE" policy show >"$work/policy.xml" || exit 2
chmod 644 "$work"/*
ln -s loop "$work/loop"

# Runs a command; its exit status must be the one named, its answer must come in time.
expect() { # status name command...
	wanted=$1 name=$2
	shift 2
	# shellcheck disable=SC2086 # words
	timeout -k 5 60 $expect_prefix "$@" >"$work/out" 2>"$work/err"
	status=$?
	if [ "$status" -eq "$wanted" ] && ! grep -qE 'Sanitizer|runtime error' "$work/err"; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAILED $name: exit status $status, expected $wanted"
	head -c 2000 "$work/err" | sed 's/^/  /'
}

# Root may read everything: what needs a file that may not be read runs as nobody, who has a copy of
# the program where it can be reached.
as_nobody() { # command...
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
		return
	fi
	program=$ZONEGATE
	cp "$program" "$work/zonegate"
	chmod 755 "$work" "$work/zonegate"
	ZONEGATE=$work/zonegate
	expect_prefix="setpriv --reuid=65534 --regid=65534 --clear-groups"
	"$@"
	expect_prefix=
	ZONEGATE=$program
}

check() { # status name options...
	wanted_of_check=$1 name_of_check=$2
	shift 2
	expect "$wanted_of_check" "$name_of_check" \
		"$ZONEGATE" check --quiet --now 20260505194500 "$@" </dev/null
}

# ---- In process, beside all that follows -------------------------------------------------------

"$BUILD/tests/hostile/damage" ${LONG:+20} >"$work/damage.out" 2>&1 &
damage=$!
"$BUILD/tests/hostile/large" >"$work/large.out" 2>&1 &
large=$!

# Takes the counts of a program over when it has ended.
in_process() { # program pid
	program=$1
	wait "$2"
	status=$?
	grep -v -e '^ok ' -e ' passed, ' "$work/$program.out"
	# shellcheck disable=SC2046 # two words
	set -- $(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, 0 skipped$/\1 \2/p' \
		"$work/$program.out")
	passed=$((passed + ${1:-0})) failed=$((failed + ${2:-1}))
	if [ "$status" -ne 0 ] && [ "${2:-1}" -eq 0 ]; then
		failed=$((failed + 1))
		echo "FAILED $program: exit status $status"
	fi
}

# ---- What is no file, or not this one --------------------------------------------------------

check 0 "the good zone" --ds "$work/ds" "$good"

# How each input is given, and what an empty one means: a zone without SOA is refused; a parent
# without DS is lawful; a former or unsigned zone, and a policy, must be one.
for input in zone:1 --ds:0 --previous:2 --unsigned:2 --policy:2; do
	option=${input%:*} empty=${input#*:}
	with() { # status name file options...
		file=$3 name_of_input="$option: $2" wanted_of_input=$1
		shift 3
		if [ "$option" != zone ]; then
			set -- "$@" "$option" "$file"
			file=$good
		fi
		check "$wanted_of_input" "$name_of_input" "$@" "$file"
	}
	with 2 "a file that is not there" "$work/absent"
	with 2 "a file in a folder that is not there" "$work/absent/absent"
	with 2 "a file below a file" "$good/absent"
	with 2 "a folder" "$work"
	with 2 "a link to itself" "$work/loop"
	with 2 "a path that is too long" "$work/$(printf '%05000d' 0)"
	: >"$work/empty"
	with "$empty" "an empty file" "$work/empty"
	mkfifo "$work/fifo"
	with 2 "a FIFO without a writer" "$work/fifo" --timeout 1s
	sleep 20 >"$work/fifo" &
	writer=$!
	with 2 "a FIFO whose writer says nothing" "$work/fifo" --timeout 1s
	kill "$writer"
	wait "$writer" 2>/dev/null
	rm "$work/fifo"
	cp "$good" "$work/locked"
	chmod 000 "$work/locked"
	as_nobody with 2 "a file that may not be read" "$work/locked"
	rm -f "$work/locked"
done

check 1 "/dev/null as zone" /dev/null
check 0 "/dev/null as DS" --ds /dev/null "$good"
check 2 "/dev/null as policy" --policy /dev/null "$good"
check 2 "/dev/null as former zone" --previous /dev/null "$good"
check 2 "/dev/zero, which never ends" --timeout 1s /dev/zero
check 2 "/dev/zero as DS" --ds /dev/zero "$good"
check 2 "/dev/zero as policy" --policy /dev/zero "$good"
check 2 "/dev/zero as former zone" --timeout 1s --previous /dev/zero "$good"
check 2 "/dev/full" --timeout 1s /dev/full
check 1 "a program as zone" "$ZONEGATE"
check 1 "a program as zone, and everything else bad" --ds "$ZONEGATE" --previous "$ZONEGATE" \
	--unsigned "$work/absent" --require ds,previous,unsigned "$ZONEGATE"
check 2 "a program as DS" --ds "$ZONEGATE" "$good"
check 2 "a program as policy" --policy "$ZONEGATE" "$good"
check 2 "a program as former zone" --previous "$ZONEGATE" "$good"
check 2 "a zone as policy" --policy "$good" "$good"
check 2 "a zone as DS" --ds "$good" "$good"
check 1 "a policy as zone" "$work/policy.xml"
check 2 "a policy as DS" --ds "$work/policy.xml" "$good"

# ---- Pipes -----------------------------------------------------------------------------------

from_pipe() { # status name options...; the text comes from standard input
	wanted_of_pipe=$1 name_of_pipe=$2
	shift 2
	expect "$wanted_of_pipe" "$name_of_pipe" \
		"$ZONEGATE" check --quiet --now 20260505194500 "$@"
}

# The counts are of this shell: what runs in a pipe would keep its own.
mkfifo "$work/pipe"
piped() { # status name command
	timeout 60 sh -c "{ $3; } >'$work/pipe'" 2>/dev/null &
	writer=$!
	from_pipe "$1" "$2" - <"$work/pipe"
	wait "$writer"
}
piped 0 "the good zone from a pipe" "cat $good"
piped 0 "the good zone, slowly" "head -n 100 $good; sleep 1; tail -n +101 $good"
piped 0 "the good zone, octet by octet" "dd if=$good bs=1 status=none"
piped 1 "nothing from a pipe" ":"
piped 1 "half of the zone from a pipe" "head -c 20000 $good"
piped 1 "50 megabytes of NUL octets" "head -c 50M /dev/zero"
piped 1 "50 megabytes of one line" "head -c 50M /dev/zero | tr '\\0' a"
piped 1 "50 megabytes of line ends" "head -c 50M /dev/zero | tr '\\0' '\\n'"
piped 1 "50 megabytes of parentheses" "head -c 50M /dev/zero | tr '\\0' '('"
piped 1 "the good zone and 50 megabytes of NUL octets" "cat $good; head -c 50M /dev/zero"
expect 2 "a pipe that is closed" sh -c "exec '$ZONEGATE' check --quiet - <&-"

# A FIFO with a writer is a file like any other, but for a policy.
for input in zone --ds --previous --unsigned; do
	timeout 60 sh -c "cat '$good' >'$work/pipe'" &
	writer=$!
	case $input in
	zone) check 0 "the good zone from a FIFO" "$work/pipe" ;;
	--ds) check 2 "a zone as DS from a FIFO" --ds "$work/pipe" "$good" ;;
	*) check 0 "$input from a FIFO" "$input" "$work/pipe" "$good" ;;
	esac
	wait "$writer"
done

# ---- $INCLUDE --------------------------------------------------------------------------------

# Splits the good zone after its first 100 lines; the rest is to be included.
mkdir "$work/zones" "$work/zones/parts"
split() { # line that includes the rest
	head -n 100 "$good" >"$work/zones/whole"
	printf '%s\n' "$1" >>"$work/zones/whole"
}
tail -n +101 "$good" >"$work/zones/parts/rest"
tail -n +101 "$good" >"$work/outside"
ln -s ../../outside "$work/zones/parts/link"
ln -s rest "$work/zones/parts/link-inside"
ln -s ../.. "$work/zones/parts/up"
mkfifo "$work/zones/parts/fifo"
ln -s /dev/zero "$work/zones/parts/zero"

include() { # status name line
	split "$3"
	check "$1" "$2" --include "$work/zones/whole"
	# Without the option nothing is opened, wherever it leads.
	check 1 "$2, without --include" "$work/zones/whole"
}
include 0 "an included file" "\$INCLUDE parts/rest"
include 0 "an included file by a longer way" "\$INCLUDE ./parts/../parts//rest"
include 0 "an included file by its whole path" "\$INCLUDE $work/zones/parts/rest"
include 0 "a link inside the folder" "\$INCLUDE parts/link-inside"
include 1 "a file above the folder" "\$INCLUDE ../outside"
include 1 "a file outside by its whole path" "\$INCLUDE $work/outside"
include 1 "/etc/passwd" "\$INCLUDE /etc/passwd"
include 1 "a link that leads out" "\$INCLUDE parts/link"
include 1 "a folder's link that leads out" "\$INCLUDE parts/up/outside"
include 1 "a FIFO" "\$INCLUDE parts/fifo"
include 1 "a device" "\$INCLUDE parts/zero"
include 1 "a folder" "\$INCLUDE parts"
include 1 "a file that is not there" "\$INCLUDE absent"
include 1 "no name" "\$INCLUDE"
include 1 "an empty name" '$INCLUDE ""'
include 1 "a name with a NUL" '$INCLUDE a\000b'
include 1 "a name that is too long" "\$INCLUDE $(printf '%05000d' 0)"
include 1 "a zone that includes itself" "\$INCLUDE whole"
include 1 "a zone that includes itself twice" "\$INCLUDE whole
\$INCLUDE whole"
printf '$INCLUDE b\n' >"$work/zones/a"
printf '$INCLUDE a\n' >"$work/zones/b"
include 1 "two files that include each other" "\$INCLUDE a"
: >"$work/zones/nothing"
include 1 "two thousand included files" "$(yes '$INCLUDE nothing' | head -n 2000)"
# Refused is also what comes through a source without a folder.
expect 1 "\$INCLUDE from standard input" \
	"$ZONEGATE" check --quiet --include --now 20260505194500 - <"$work/zones/whole"

# ---- Policies --------------------------------------------------------------------------------

# What breaks a limit could not be looked at (2); anything else is a bad policy (1).
bad_policy() { # name file status-of-lint
	check 2 "policy $1" --policy "$2" "$good"
	expect "$3" "policy lint $1" "$ZONEGATE" policy lint "$2"
}
for policy in tests/hostile/policy/*.xml; do
	name=$(basename "$policy" .xml)
	case $name in
	deep-nesting | many-attributes) lint=2 ;;
	*) lint=1 ;;
	esac
	cp "$policy" "$work/hostile.xml"
	chmod 644 "$work/hostile.xml"
	bad_policy "$name" "$work/hostile.xml" "$lint"
done

# Bombs that are too large to keep.
head='<?xml version="1.0"?><ZoneGate version="1"><Policy name="a">'
bomb=$work/bomb.xml
fill() { # begin octet: the begin of a policy, then a million of that octet
	printf '%s%s' "$head" "$1" >"$bomb"
	head -c 1000000 /dev/zero | tr '\0' "$2" >>"$bomb"
}
pile() { # text number: the begin of a policy, then that text so often
	printf '%s' "$head" >"$bomb"
	yes "$1" | head -n "$2" >>"$bomb"
}
fill '' '<' && bad_policy "of opening brackets" "$bomb" 1
fill '<' a && bad_policy "of one name" "$bomb" 1
fill '<a b="' a && bad_policy "of one value" "$bomb" 1
fill '<!--' a && bad_policy "of one comment" "$bomb" 1
fill '<!--' - && bad_policy "of one comment of hyphens" "$bomb" 2
fill '<![CDATA[' ']' && bad_policy "of one section" "$bomb" 1
fill '' a && bad_policy "of text" "$bomb" 1
pile '<a>' 100000 && bad_policy "of nested elements" "$bomb" 2
pile '<a/>' 100000 && bad_policy "of empty elements" "$bomb" 1
pile '<!-- - -->' 80000 && bad_policy "of comments" "$bomb" 2
pile '<!---->' 80000 && bad_policy "of empty comments" "$bomb" 2
pile '&#65;' 150000 && bad_policy "of character references" "$bomb" 1
pile '&a;' 200000 && bad_policy "of references to nothing" "$bomb" 1
pile '<?a b?>' 100000 && bad_policy "of instructions" "$bomb" 1
pile '<a:b xmlns:a="a"/>' 50000 && bad_policy "of name spaces" "$bomb" 1
{ printf '%s<a' "$head" && seq 60000 | sed 's/.*/ a&="x"/'; } >"$bomb"
bad_policy "of attributes" "$bomb" 2
{
	printf '<?xml version="1.0"?><!DOCTYPE a ['
	seq 10000 | sed 's/.*/<!ENTITY e& "\&e0;\&e0;\&e0;">/'
	printf ']>%s&e1;' "$head"
} >"$bomb"
bad_policy "of entities" "$bomb" 1
head -c 1000000 /dev/zero >"$bomb"
bad_policy "of NUL octets" "$bomb" 1
head -c 20000000 /dev/zero | tr '\0' ' ' >"$bomb"
bad_policy "of 20 megabytes" "$bomb" 2
cp "$work/policy.xml" "$work/open.xml"
chmod 666 "$work/open.xml"
bad_policy "that anybody may write" "$work/open.xml" 1
bad_policy "that is a folder" "$work" 2

for name in absent loop; do
	expect 2 "policy lint of $name" "$ZONEGATE" policy lint "$work/$name"
done

in_process damage "$damage"
in_process large "$large"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
