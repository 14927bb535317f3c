#!/bin/sh
# `zonegate hook knot`, the external validation of Knot DNS 3.5. Debian 12 has Knot 3.2, so most of
# this is against a stand-in (tests/hook_knot/knotc, which says what it does and does not); what 3.2
# has of it - how zone-status and zone-get print, zone-commit and zone-abort of a transaction - is
# asked of the real one as well.
#
#   tests/hook_knot/run.sh      KNOT_PARTS="once real" runs some parts only
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
make_zone=$BUILD/tests/release/make_zone
umask 022

work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
loop=
trap 'loop_kill; servers_stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
top=$work/top
conf=$top/zonegate.xml
knot=$work/knot
dump=$work/dumps/example.
zones=$work/zones
table=$work/table

passed=0 failed=0 skipped=0
. tests/tools/counts.sh
. tests/tools/faults.sh
. tests/tools/parts.sh

# A line of the table: engine, fault, what is public, what the log says of what was offered.
row() {
	printf '%-10s  %-52s  %-18s  %s\n' "$@" >>"$table"
}

zones_make() {
	mkdir "$zones" || exit 2
	new_ns="record=@ 3600 NS ns.b.example.net."
	"$make_zone" 1 "$zones/1" "$zones/ds" && "$make_zone" 2 "$zones/2" "$zones/ds" &&
		"$make_zone" 3 "$zones/3" "$zones/ds" "$new_ns" &&
		"$make_zone" 4 "$zones/4" "$zones/ds" "$new_ns" || exit 2
	"$make_zone" 2 "$zones/2-broken" "$zones/ds" broken &&
		"$make_zone" 4 "$zones/4-broken" "$zones/ds" "$new_ns" broken &&
		"$make_zone" 2 "$zones/2-expired" "$zones/ds" since=40 days=-1 &&
		"$make_zone" 2 "$zones/2-keys" "$zones/ds.unused" zsk=another &&
		"$make_zone" 2 "$zones/2-ns" "$zones/ds" "$new_ns" || exit 2
	awk '/^a\.example/ { exit } { print }' "$zones/2" >"$zones/2-cut"
}

# --- The gate ---

# A fresh one, and a Knot that serves nothing.
gate_new() {
	rm -rf "$top" "$knot" "$work/dumps"
	mkdir "$top" "$knot" "$knot/example." "$knot/other.example." "$work/dumps"
	echo 60 >"$knot/timeout"
	hook_options=
	control=$PWD/tests/hook_knot/knotc
	socket=$knot/knot.sock
	cp "$zones/ds" "$top/ds"
	"$ZONEGATE" policy show | sed -e 's/<UnknownHistory on="[a-z]*"/<UnknownHistory on="warn"/' \
		-e 's/<ApexNS on="[a-z]*"/<ApexNS on="approve"/' >"$top/policy.xml"
	printf '#!/bin/sh\necho $ZONEGATE_EVENT >>%s/events\ncat >>%s/notified\n[ ! -e %s/slow ] || . %s/slow\n' \
		"$top" "$top" "$top" "$top" >"$top/notify"
	chmod 755 "$top/notify"
	: >"$top/events"
	configure
}

configure() { # [more of the zone example.]
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$top/state</State>
		  <Installation>test</Installation>
		  <Approvers>$(cat "$work/approvers.xml")</Approvers>
		  <Notify><Command><Argument>$top/notify</Argument></Command></Notify>
		  <Zone name="example.">
		    <Policy>$top/policy.xml</Policy>
		    ${1:-}
		    <Hook engine="knot"><Knot><Control>$control</Control>
		      <Socket>$socket</Socket><Dump>$dump</Dump><TimeOut>PT1M</TimeOut></Knot></Hook>
		    <Parent><DS ttl="P1D">$top/ds</DS></Parent>
		  </Zone>
		  <Zone name="other.example.">
		    <Hook engine="knot"><Knot><Control>$control</Control>
		      <Socket>$socket</Socket><Dump>$work/dumps/other</Dump></Knot></Hook>
		  </Zone>
		  <Zone name="nsd.example."><Hook engine="nsd"/></Zone>
		</Configuration>
	END
}

approve() { # who serial [zone-file]
	"$ZONEGATE" approve -q -c "$conf" --key "$work/$1" --as "$1" --reason "a test" \
		example. "$2" ${3:+"$3"} >"$work/out" 2>"$work/said"
	is "approved by $1" $? -eq 0
}

# --- Knot ---

# Knot has the next version: it writes the dump, opens the transaction, and waits. "-": the dump
# fails, and what lies there stays.
offer() { # zone-file [dump-file [seconds-ago]]
	from=${2:-$1}
	rm -f "$knot/example./"then.* "$knot/example./"*.fault
	if [ "$from" != - ]; then
		cp "$from" "$dump.new"
		[ -z "${3:-}" ] || touch -d "-$3 seconds" "$dump.new"
		mv "$dump.new" "$dump"
	fi
	cp "$1" "$knot/example./open"
	echo $(($(date +%s) - ${3:-0})) >"$knot/example./began"
	echo 0 >"$knot/example./count"
	: >"$knot/example./answers"
}

misbehaves() { # word shell
	printf '%s\n' "$2" >"$knot/example./$1.fault"
}

# Before the Nth look at the transaction.
then_at() { # n shell
	printf '%s\n' "$2" >"$knot/example./then.$1"
}

judge() { # [words [program]]
	# shellcheck disable=SC2086 # lists of words
	"${2:-$ZONEGATE}" hook knot -q -c "$conf" $hook_options ${1:-example} >"$work/said" 2>&1
	answer=$?
}

served() {
	awk '$4 == "SOA" { print $7; exit }' "$knot/example./served" 2>/dev/null
}

# What Knot was told: "abort", "nothing" or both words.
told() {
	sed 's/ .*//; s/zone-//' "$knot/example./answers" | sort -u | paste -sd' ' | sed 's/^$/nothing/'
}

# Nothing new is public, and the log says nothing else.
stays() { # fault status state told
	is "$1: exit status" "$answer" -eq "$2"
	is "$1: what is public" "$(served)" = "$public"
	is "$1: Knot was told" "$(told)" = "$4"
	log_look
	# What passed is known not to have gone out, or may have.
	[ "$found" != passed ] || found=$(state_of 2)
	log_says "$1" "$3"
	row knot "$1" "serial $(served), as before" "$found"
	clean
}

arrives() { # name serial
	is "$1: exit status" "$answer" -eq 0
	is "$1: what is public" "$(served)" = "$2"
	is "$1: Knot was told" "$(told)" = commit
	is "$1: the log" "$(state_of "$2")" = handed
	is "$1: the dump is done with" ! -e "$dump"
	public=$2
	mark=$(log_mark)
	clean
}

# The gate and Knot as they were when serial 1 had been released.
fresh() {
	rm -rf "$top/state"
	cp -a "$work/state.1" "$top/state"
	cp "$zones/1" "$knot/example./served"
	public=1
	mark=$(log_mark)
}

# Between two tests nothing waits.
clean() {
	: >"$knot/example./answers"
	rm -f "$knot/example./open" "$knot/example./"*.fault "$knot/example./"then.* "$dump"
}

# --- One version ---

once() {
	gate_new
	public=
	offer "$zones/1"
	judge
	arrives "the first" 1
	offer "$zones/1"
	judge "example 1"
	is "the same again: exit status" "$answer" -eq 0
	is "the same again: Knot was told" "$(told)" = commit
	said "the same again" 'serial 1 is already released'
	is "the same again: no candidate" "$("$ZONEGATE" history list -c "$conf" example. | wc -l)" -eq 2
	clean
	cp -a "$top/state" "$work/state.1"
	for tests in asks dumps meanwhile late control worker gate; do
		fresh
		once_$tests
	done
	fresh
	for bad in broken expired cut keys; do
		offer "$zones/2-$bad"
		judge
		stays "a bad zone: $bad" 1 refused abort
	done
	offer "$zones/2-keys"
	judge
	said "a refusal is remembered" 'and nothing has changed since'
	clean
	once_held
	log_is_whole once
}

# There is nothing to answer.
once_asks() {
	judge
	stays "no version waits" 2 nothing nothing
	: >"$knot/example./edited"
	judge
	rm "$knot/example./edited"
	stays "somebody edits the zone" 2 nothing nothing
	offer "$zones/2"
	judge "example 3"
	is "another serial is asked about: Knot still waits" -e "$knot/example./open"
	stays "another serial is asked about" 2 nothing nothing
	offer "$zones/2"
	judge "example two"
	stays "no serial" 2 nothing nothing
	judge "unknown.example"
	stays "a zone that is not configured" 2 nothing nothing
	judge "nsd.example"
	stays "a zone with another hook" 2 nothing nothing
	judge " "
	stays "a word too few" 2 nothing nothing
	judge "example 2 3"
	stays "a word too many" 2 nothing nothing
	judge "--wait example"
	stays "--wait and a zone" 2 nothing nothing
	"$ZONEGATE" hook nsd --wait -c "$conf" >"$work/said" 2>&1
	is "--wait of an engine that asks by itself" $? -eq 1
}

# What is in the dump is not what waits.
once_dumps() {
	offer "$zones/2" "$zones/1"
	judge
	said "a dump of the version before" 'asks about serial 2, and what came has serial 1'
	stays "a dump of the version before" 2 undecided abort
	offer "$zones/2" -
	judge
	said "the dump failed" 'cannot be judged: No such file'
	stays "the dump failed" 2 undecided abort
	offer "$zones/2" "$zones/2" 3600
	date +%s >"$knot/example./began"
	judge
	said "a dump that was left over" 'older than Knot waits'
	stays "a dump that was left over" 2 undecided abort
	offer "$zones/2"
	touch -d '+1 hour' "$dump"
	judge
	stays "a dump of tomorrow" 2 undecided abort
	offer "$zones/2"
	mv "$dump" "$dump.real" && ln -s "$dump.real" "$dump"
	judge
	stays "a dump that is a symbolic link" 2 undecided abort
	rm -f "$dump.real"
	offer "$zones/2"
	chmod 666 "$dump"
	judge
	stays "a dump that everybody may write" 2 undecided abort
	offer "$zones/2"
	chmod 777 "$work/dumps"
	judge
	chmod 755 "$work/dumps"
	stays "a folder that everybody may write" 2 undecided abort
	offer "$zones/2"
	rm "$dump" && mkdir "$dump"
	judge
	rmdir "$dump"
	stays "a dump that is a folder" 2 undecided abort
	offer "$zones/2"
	rm "$dump" && mkfifo "$dump"
	judge
	stays "a dump that is a FIFO" 2 undecided abort
	if [ "$(id -u)" -ne 0 ]; then
		offer "$zones/2"
		chmod 000 "$dump"
		judge
		stays "a dump that may not be read" 2 undecided abort
	fi
	offer "$zones/2"
	: >"$dump"
	judge
	is "an empty dump: exit status" "$answer" -ne 0
	stays "an empty dump" "$answer" "no pass" abort
	offer "$zones/2"
	head -c 100000 /dev/urandom >"$dump"
	judge
	is "a dump of noise: exit status" "$answer" -ne 0
	stays "a dump of noise" "$answer" "no pass" abort
}

# Between the first look and the answer: a yes would be about another version.
once_meanwhile() {
	next="cp '$zones/3' '$knot/example./open'; cp '$zones/3' '$dump.x'; mv '$dump.x' '$dump'"
	for look in 2 3; do
		offer "$zones/2"
		then_at $look "$next"
		judge
		said "the next version is there at look $look" 'serial 3 by now'
		is "the next version at look $look waits on" -e "$knot/example./open"
		found=$(state_of 2)
		case $look in
		2) is "the next version at look $look: the log" "$found" = abandoned ;;
		3) is "the next version at look $look: the log" "$found" = passed ;;
		esac
		is "the next version at look $look: exit status" "$answer" -eq 2
		is "the next version at look $look: Knot was told" "$(told)" = nothing
		is "the next version at look $look: public" "$(served)" = 1
		row knot "the next version is there before the answer ($look)" "serial $(served), as before" "$found"
		clean
		fresh
	done
	# The same serial, with another text behind it.
	offer "$zones/2"
	then_at 2 "cp '$zones/2-broken' '$knot/example./open'; cp '$zones/2-broken' '$dump.x'; mv '$dump.x' '$dump'"
	judge
	said "another version with the same serial" 'another file by now'
	is "another version with the same serial waits on" -e "$knot/example./open"
	stays "another version with the same serial" 2 abandoned nothing
	offer "$zones/2"
	then_at 2 'drop'
	judge
	said "Knot was restarted" 'does not wait for an answer any more'
	stays "Knot killed and restarted during the check" 2 abandoned nothing
	offer "$zones/2"
	then_at 2 'echo "error: failed to connect" >&2; exit 1'
	judge
	stays "Knot is gone before the answer" 2 abandoned abort
	offer "$zones/2"
	then_at 2 ': >"$world/$zone/edited"'
	judge
	rm -f "$knot/example./edited"
	stays "somebody edits the zone by now" 2 abandoned nothing
}

# DESIGN 9.21: nothing is committed from 30 s before Knot gives up.
once_late() {
	offer "$zones/2" "$zones/2" 31
	judge
	said "too late from the start" 'too little is left'
	stays "asked too late" 2 undecided abort
	offer "$zones/2" "$zones/2" 24
	then_at 2 'sleep 7'
	judge
	said "a slow answer" 'too late'
	stays "Knot answers slowly, and it is late" 2 abandoned abort
	hang
	offer "$zones/2" "$zones/2" 28
	judge
	configure
	said "a slow check" 'not done within the time-out'
	stays "the time-out of the check" 2 undecided abort
	# People are told, which takes its time; Knot has given up by then, and waits for the next.
	offer "$zones/2" "$zones/2" 58
	echo "sleep 3; date +%s >'$knot/example./began'" >"$top/slow"
	judge
	rm "$top/slow"
	said "later than Knot waits" 'given up by itself'
	is "later than Knot waits: the transaction" -e "$knot/example./open"
	stays "later than Knot waits" 2 undecided nothing
}

# The control program.
once_control() {
	n=0
	for line in 'echo "[$zone]"; exit 0' 'echo "[$zone] serial: 1"; exit 0' \
		'echo "[$zone] transaction: open-external"; exit 0' \
		'echo "[$zone] serial: 1 | transaction: open-external-x"; exit 0' \
		'echo "[$zone] serial: 4294967296 | transaction: open-external"; exit 0' \
		'echo "[other.example.] serial: 1 | transaction: open-external"; exit 0' \
		'echo "[$zone] serial: 1 | transaction: open-external
[$zone] serial: 1 | transaction: -"; exit 0' \
		'head -c 100000 /dev/urandom; exit 0' 'yes "[$zone]" | head -c 100000; exit 0' \
		'printf "[$zone] serial: 1 | transaction: open-external\n\000"; exit 0' 'exit 0' \
		'echo "[$zone] serial: 1 | transaction: open-external"; exit 1' 'kill -SEGV $$'; do
		n=$((n + 1))
		offer "$zones/2"
		misbehaves zone-status "$line"
		judge
		is "an answer about the status that is none ($n): Knot waits on" -e "$knot/example./open"
		stays "an answer about the status that is none ($n)" 2 nothing nothing
	done
	for line in 'exit 0' 'exit 1' 'echo "[$zone] example. 3600 SOA a. b. x 1 1 1 1"; exit 0' \
		'echo "[$zone] example. 3600 SOA a. b. 2 1 1 1 1
[$zone] example. 3600 SOA a. b. 2 1 1 1 1"; exit 0' 'head -c 100000 /dev/urandom; exit 0'; do
		n=$((n + 1))
		offer "$zones/2"
		misbehaves zone-get "$line"
		judge
		stays "an answer about the serial that is none ($n)" 2 undecided abort
	done
	offer "$zones/2"
	misbehaves zone-commit 'echo "error: (not allowed)"; exit 1'
	judge
	said "the commit fails" 'zone-commit may not have been heard'
	stays "the commit fails" 2 passed abort
	offer "$zones/2"
	misbehaves zone-abort 'exit 1'
	cp "$zones/2-broken" "$knot/example./open" && cp "$zones/2-broken" "$dump"
	judge
	said "the no fails" 'its time-out is another'
	is "the no fails: Knot still waits" -e "$knot/example./open"
	echo 0 >"$knot/timeout"
	"$control" -s "$socket" zone-status example. +transaction >/dev/null
	echo 60 >"$knot/timeout"
	is "the no fails: its time-out" ! -e "$knot/example./open"
	stays "the no fails" 1 refused nothing
	control=$top/no-knotc
	configure
	offer "$zones/2"
	judge
	stays "no control program" 2 nothing nothing
	printf '#!/bin/sh\nexit 0\n' >"$top/knotc"
	control=$top/knotc
	configure
	offer "$zones/2"
	judge
	stays "the control program may not be executed" 2 nothing nothing
	control=$PWD/tests/hook_knot/knotc
	configure
}

# A hook in the background whose check hangs.
judge_hangs() {
	hang
	offer "$zones/2"
	"$ZONEGATE" hook knot -q -c "$conf" example >"$work/said" 2>&1 &
	hook=$!
	wait_for 10 worker_of $hook || fail "a hook that waits" "there is none"
}

judge_ends() {
	wait $hook 2>/dev/null
	answer=$?
	configure
}

once_worker() {
	for signal in KILL SEGV TERM; do
		judge_hangs
		kill -$signal "$worker"
		judge_ends
		stays "the worker gets SIG$signal" 2 undecided abort
	done
	# Nobody is left who could say no: Knot's time-out does.
	for signal in KILL SEGV; do
		judge_hangs
		kill -$signal "$supervisor"
		judge_ends
		is "the worker's supervisor gets SIG$signal: Knot waits on" -e "$knot/example./open"
		stays "the worker's supervisor gets SIG$signal" 2 nothing nothing
	done
	judge_hangs
	kill -TERM $hook
	judge_ends
	stays "the hook gets SIGTERM" 2 undecided abort
	judge_hangs
	kill -KILL $hook
	judge_ends
	hook_is_over
	is "the hook itself gets SIGKILL: Knot waits on" -e "$knot/example./open"
	stays "the hook itself gets SIGKILL" 137 undecided nothing
}

once_gate() {
	offer "$zones/2"
	mv "$top/policy.xml" "$top/policy.off"
	judge
	mv "$top/policy.off" "$top/policy.xml"
	stays "no policy" 2 undecided abort
	offer "$zones/2"
	mv "$conf" "$conf.off"
	judge
	mv "$conf.off" "$conf"
	stays "no configuration" 2 nothing nothing
	offer "$zones/2"
	mv "$top/state/zonegate.db" "$top/database"
	judge
	rm -f "$top/state/zonegate.db"
	mv "$top/database" "$top/state/zonegate.db"
	stays "no database" 2 nothing abort
	offer "$zones/2"
	mv "$top/ds" "$top/ds.off" && mkdir "$top/ds"
	cp "$zones/2-keys" "$knot/example./open" && cp "$zones/2-keys" "$dump"
	judge
	rmdir "$top/ds" && mv "$top/ds.off" "$top/ds"
	is "an unreadable DS file: exit status" "$answer" -ne 0
	stays "a change of keys, and the DS file cannot be read" "$answer" "no pass" abort
	offer "$zones/2"
	judge example "$top/no-zonegate"
	stays "no program" 127 nothing nothing
	offer "$zones/2"
	wrapper "ulimit -f 1"
	judge example "$top/wrapper"
	stays "no file may grow, as on a full disk" 2 "no pass" abort
	if [ -z "$SANITIZE" ]; then
		offer "$zones/2"
		wrapper "ulimit -v 60000"
		judge example "$top/wrapper"
		is "out of memory: exit status" "$answer" -ne 0
		is "out of memory: public" "$(served)" = "$public"
		stays "out of memory" "$answer" "no pass" "$(told)"
	fi
	offer "$zones/2"
	chmod 644 "$top/wrapper"
	judge example "$top/wrapper"
	stays "the hook may not be executed" 126 nothing nothing
}

# A hold is a no for Knot, which does not wait for people; who approves before, or after, lets the
# same content pass the next time.
once_held() {
	offer "$zones/2-ns"
	judge
	stays "held" 3 held abort
	approve alice 2
	approve bob 2
	offer "$zones/2-ns"
	judge
	arrives "what was approved after it was held" 2
	fresh
	approve alice 2 "$zones/2-ns"
	approve bob 2 "$zones/2-ns"
	offer "$zones/2-ns"
	judge
	arrives "what was approved before it came" 2
	offer "$zones/3"
	judge
	arrives "the next good zone" 3
	# A commit that Knot took and whose answer was lost.
	offer "$zones/4"
	misbehaves zone-commit 'cp "$world/$zone/open" "$world/$zone/served"; echo "zone-commit 4" >>"$world/$zone/answers"; drop; exit 1'
	judge
	arrives "a commit whose answer is lost" 4
}

# --- A pass that Knot drops ---

# It takes the word, and goes on with what it had: 30 s later that is no release.
dropped() {
	gate_new
	offer "$zones/1"
	judge
	public=1
	is "dropped: the first" "$(served)" = 1
	mark=$(log_mark)
	clean
	offer "$zones/2"
	misbehaves zone-commit 'echo "zone-commit 2" >>"$world/$zone/answers"; drop; echo OK; exit 0'
	judge
	said "a pass that Knot drops" 'serves serial 1 still'
	is "a pass that Knot drops: people are told" "$(grep -c failed "$top/events")" -eq 1
	stays "a pass that Knot drops" 2 passed commit
	# It may be served all the same. When Knot says that it is, it is released.
	cp "$zones/2" "$knot/example./served"
	offer "$zones/3"
	judge
	said "a pass that Knot dropped is served after all" 'serial 2, .* is served: it is released'
	is "a pass that Knot dropped is served after all: the log" "$(state_of 2)" = handed
	log_is_whole dropped
}

# --- A control program that hangs ---

hangs_begin() {
	gate_new
	offer "$zones/1"
	judge
	public=1
	is "hangs: the first" "$(served)" = 1
	mark=$(log_mark)
	clean
}

asked_hangs() {
	hangs_begin
	offer "$zones/2"
	misbehaves zone-status 'exec sleep 60'
	judge
	said "zone-status hangs" 'not done within the time-out of 12 s'
	stays "zone-status hangs" 2 nothing nothing
	offer "$zones/2"
	then_at 2 'exec sleep 60'
	judge
	stays "zone-status hangs before the answer" 2 abandoned abort
}

told_hangs() {
	hangs_begin
	offer "$zones/2"
	misbehaves zone-get 'exec sleep 60'
	judge
	stays "zone-get hangs" 2 undecided abort
	offer "$zones/2"
	misbehaves zone-commit 'exec sleep 60'
	judge
	stays "zone-commit hangs" 2 passed abort
}

# --- All zones ---

# A program that runs hooks, and what they say.
loop_start() {
	: >"$work/said"
	# shellcheck disable=SC2086 # a list of words
	"$ZONEGATE" hook knot --wait -q -c "$conf" $hook_options >"$work/said" 2>&1 &
	loop=$!
}

loop_stop() { # [signal]
	kill -"${1:-TERM}" "$loop"
	wait "$loop" 2>/dev/null
	answer=$?
	loop=
}

is_idle() {
	[ -z "$(children_of "$loop")" ]
}

every() {
	gate_new
	"$ZONEGATE" hook knot --wait -c "$top/none.xml" >"$work/said" 2>&1
	is "--wait without a configuration" $? -eq 2
	sed '/<Zone name="example/,/<.Zone>/d; /<Zone name="other/,/<.Zone>/d' "$conf" >"$top/nsd.xml"
	"$ZONEGATE" hook knot --wait -c "$top/nsd.xml" >"$work/said" 2>&1
	is "--wait and no zone with this hook" $? -eq 2
	said "--wait and no zone with this hook" 'no zone with a hook of knot'
	# What waited before anyone listened.
	offer "$zones/1"
	loop_start
	answers "a version that waited before" commit 1
	logged "a version that waited before" handed 1
	offer "$zones/2-broken"
	answers "a broken version" abort 2
	logged "a broken version" refused 2
	is "a broken version: public" "$(served)" = 1
	offer "$zones/2"
	answers "the next good version" commit 2
	logged "the next good version" handed 2
	every_child
	every_server
	offer "$zones/3"
	answers "held" abort 3
	logged "held" held 3
	approve alice 3
	approve bob 3
	offer "$zones/3"
	answers "what was approved" commit 3
	logged "what was approved" handed 3
	# Another zone waits at the same time.
	hang
	loop_stop
	is "SIGTERM ends the loop" "$answer" -eq 0
	loop_start
	cp "$zones/1" "$work/dumps/other" && cp "$zones/1" "$knot/other.example./open"
	date +%s >"$knot/other.example./began"
	offer "$zones/4"
	wait_for 10 worker_of "$loop" || fail "two zones" "no worker"
	wait_for 10 grep -q zone-abort "$knot/other.example./answers" ||
		fail "two zones" "the other one is not answered while a check hangs"
	# The loop is told to end, and says no first.
	begin=$(date +%s)
	loop_stop
	is "a loop that is told to end: at once" $(($(date +%s) - begin)) -lt 20
	is "a loop that is told to end: exit status" "$answer" -eq 0
	answers "a loop that is told to end" abort 4
	configure
	# Killed, it says nothing; the next one finds what waits.
	hang
	offer "$zones/4"
	loop_start
	wait_for 10 worker_of "$loop" || fail "a loop that is killed" "no worker"
	loop_stop KILL
	is "a loop that is killed: Knot waits on" -e "$knot/example./open"
	kill -KILL "$worker"
	configure
	loop_start
	answers "the loop after one that was killed" commit 4
	logged "the loop after one that was killed" handed 4
	loop_stop INT
	is "SIGINT ends the loop" "$answer" -eq 0
	row knot "the loop is killed and started again" "serial $(served)" "$(state_of 4)"
	log_is_whole every
}

# A judge that dies has not answered: the loop says no.
every_child() {
	hang
	offer "$zones/3"
	wait_for 10 worker_of "$loop" || fail "a judge that waits" "there is none"
	kill -KILL "$supervisor"
	configure
	answers "a judge gets SIGKILL" abort 3
	is "a judge gets SIGKILL: public" "$(served)" = 2
	row knot "the loop's judge gets SIGKILL" "serial $(served), as before" nothing
}

# Knot is not there, or says what nobody understands; and it serves what nobody let pass.
every_server() {
	misbehaves zone-status 'echo "error: failed to connect" >&2; exit 1'
	wait_for 10 grep -q 'failed to connect' "$work/said" || fail "no server" "nothing is said"
	sleep 2
	is "no server: it is said once" "$(grep -c '^zonegate: example.: .*failed to connect' "$work/said")" -eq 1
	rm "$knot/example./zone-status.fault"
	offer "$zones/2"
	answers "the server is there again" commit 2
	wait_for 10 is_idle || fail "the server is there again" "the judge does not end"
	cp "$zones/4" "$knot/example./served"
	wait_for 10 grep -q 'serial 4, which is not in the log' "$work/said" ||
		fail "a serial that is not in the log" "nothing is said"
	wait_for 10 grep -q observed "$top/events" || fail "a serial that is not in the log" "nobody is told"
	"$ZONEGATE" status -c "$conf" example. >"$work/out" 2>&1
	is "a serial that is not in the log: status" $? -eq 2
	row knot "a version that went round the gate" "serial 4: ALARM" "served-unknown"
	cp "$zones/2" "$knot/example./served"
}

is_answered() { # word serial
	grep -qx "zone-$1 $2" "$knot/example./answers"
}

public_is() { # serial
	[ "$(served)" = "$1" ]
}

answers() { # name word serial
	if wait_for 10 is_answered "$2" "$3"; then
		pass
	else
		fail "$1" "no zone-$2 of serial $3: $(cat "$knot/example./answers")"
	fi
}

log_has() { # state serial
	[ "$(state_of "$2")" = "$1" ]
}

# What was answered is in the log soon after.
logged() { # name state serial
	if wait_for 10 log_has "$2" "$3"; then pass; else fail "$1: the log" "$(state_of "$3")"; fi
}

# --- The real control interface, of Knot 3.2 ---

# A transaction by hand is to 3.2 what external validation opens in 3.5: a pending version that
# zone-get shows, zone-commit publishes and zone-abort drops. Only the word differs by which
# zone-status tells of it, and the dump is written by the test.
real() {
	if ! command -v knotd >/dev/null || ! command -v knotc >/dev/null || ! command -v dig >/dev/null; then
		echo "skipped: needs knotd, knotc, dig"
		skipped=$((skipped + 1))
		return
	fi
	gate_new
	"$make_zone" 5 "$zones/5" "$zones/ds" || exit 2
	server_new real
	cp "$zones/1" "$work/real/zone"
	cat >"$work/real/knot.conf" <<-END
		server:
		    listen: 127.0.0.1@$(port_of real)
		    rundir: "$work/real"
		database:
		    storage: "$work/real"
		zone:
		  - domain: example
		    storage: "$work/real"
		    file: "zone"
		    zonefile-sync: -1
	END
	knotd -c "$work/real/knot.conf" >"$work/real/log" 2>&1 &
	servers_pids="$servers_pids $!"
	wait_for 10 has_serial real example. 1 || fail "real Knot" "it does not start"
	socket=$work/real/knot.sock
	control=$(command -v knotc)
	configure
	transaction "$zones/1" "$zones/2"
	judge
	is "real Knot: an edit by hand is not ours" "$answer" -eq 2
	is "real Knot: an edit by hand stays" "$(real_status)" = "1 open"
	control=$work/real/knotc
	cat >"$control" <<-END
		#!/bin/sh
		said=\$($(command -v knotc) "\$@" 2>&1)
		status=\$?
		echo "\$said" | sed 's/transaction: open\$/transaction: open-external/'
		exit \$status
	END
	chmod 755 "$control"
	configure
	judge
	is "real Knot: a good version" "$answer" -eq 0
	is "real Knot: a good version is public" "$(real_status)" = "2 -"
	is "real Knot: a good version is served" "$(serial_at real example.)" = 2
	is "real Knot: a good version: the log" "$(state_of 2)" = handed
	# The same again, in Knot's own words.
	transaction "$zones/2" "$zones/2"
	mkdir -p "$work/real/flushed"
	real_knotc zone-flush example +outdir "$work/real/flushed"
	mv "$work/real/flushed/zone" "$dump"
	judge
	is "real Knot: its own dump" "$answer" -eq 0
	said "real Knot: its own dump" 'serial 2 is already released'
	transaction "$zones/2" "$zones/4-broken"
	judge
	is "real Knot: a broken version" "$answer" -eq 1
	is "real Knot: a broken version is dropped" "$(real_status)" = "2 -"
	is "real Knot: a broken version: what is served" "$(serial_at real example.)" = 2
	row "knot 3.2" "a bad zone: broken" "serial $(serial_at real example.), as before" "$(state_of 4)"
	transaction "$zones/2" "$zones/5"
	cp "$zones/2" "$dump"
	judge
	is "real Knot: a stale dump" "$answer" -eq 2
	is "real Knot: a stale dump is dropped" "$(real_status)" = "2 -"
	transaction "$zones/2" "$zones/5"
	judge
	is "real Knot: the next good version" "$answer" -eq 0
	is "real Knot: the next good version is public" "$(real_status)" = "5 -"
}

real_status() {
	knotc -x -e -s "$socket" zone-status example +serial +transaction |
		sed 's/.*serial: \(.*\) | transaction: \(.*\)/\1 \2/'
}

# Makes the one zone to the other in a transaction of Knot's, and the dump.
transaction() { # from to
	real_knotc zone-begin example
	sort "$1" >"$work/real/from"
	sort "$2" >"$work/real/to"
	comm -23 "$work/real/from" "$work/real/to" | grep -v '	SOA	' |
		while IFS='	' read -r owner _ _ type data; do
			real_knotc zone-unset example "$owner" "$type" "$data"
		done
	comm -13 "$work/real/from" "$work/real/to" |
		while IFS='	' read -r owner ttl _ type data; do
			real_knotc zone-set example "$owner" "$ttl" "$type" "$data"
		done
	cp "$2" "$dump.new"
	mv "$dump.new" "$dump"
}

real_knotc() { # words...
	knotc -s "$work/real/knot.sock" "$@" >>"$work/real/edits" 2>&1 </dev/null
}

# --- samples/knot ---

# The configurations agree, are good, and work after the substitution that samples/README.md
# documents; the unit runs the gate.
samples() {
	root=$work/root bin=$work/bin conf=$work/root/etc/zonegate/zonegate.xml
	knot=$root/run/knot dump=$root/var/lib/knot/gate/example.zone
	mkdir -p "$bin" "$root/etc/zonegate" "$root/var/lib/knot/gate" "$knot/example."
	ln -s "$ZONEGATE" "$bin/zonegate"
	ln -s "$PWD/tests/hook_knot/knotc" "$bin/knotc"
	cp "$zones/ds" "$root/etc/zonegate/example.ds"
	echo 300 >"$knot/timeout"
	"$ZONEGATE" policy lint samples/knot/zonegate-3.5.xml >"$work/said" 2>&1
	is "samples: zonegate-3.5.xml" $? -eq 0
	folder=$(sed -n 's|.*dump-new-zone: "\(.*\)/%s.zone"|\1|p' samples/knot/knot-3.5.conf)
	is "samples: the dump" "$(grep -c "<Dump>$folder/example.zone<" samples/knot/zonegate-3.5.xml)" -eq 1
	is "samples: the folder of the dump" \
		"$(grep -c "^ReadWritePaths=.* $folder\$" samples/knot/zonegate-knot.service)" -eq 1
	is "samples: Knot waits as long as the gate believes" \
		"$(sed -n 's/^    timeout: //p' samples/knot/knot-3.5.conf)" -eq 300
	samples_check
	relocate samples/knot/zonegate-3.5.xml >"$conf"
	"$ZONEGATE" history import -c "$conf" --since -30d --ds "$root/etc/zonegate/example.ds" \
		--ds-ttl 1d example. "$zones/1" >"$work/said" 2>&1
	is "samples: what is served is taken over" $? -eq 0
	cp "$zones/1" "$knot/example./served"
	# shellcheck disable=SC2046 # a command line
	set -- $(relocate samples/knot/zonegate-knot.service | sed -n 's/^ExecStart=//p')
	"$@" >"$work/said" 2>&1 &
	loop=$!
	offer "$zones/2-broken"
	answers "samples: a broken version" abort 2
	is "samples: a broken version: public" "$(served)" = 1
	offer "$zones/2"
	answers "samples: the next good version" commit 2
	logged "samples: the next good version" handed 2
	loop_stop
	is "samples: the unit ends it" "$answer" -eq 0
}

relocate() { # file
	free_port
	sed -n '/^sed -e /,/^```/p' samples/README.md | grep -v '^```' >"$work/substitution"
	sh -c "root=$root bin=$bin port=${port:?} verify=1 control=2; . $work/substitution" <"$1"
}

# Knot 3.2 checks what it knows of its configuration, systemd the unit.
samples_check() {
	if command -v knotc >/dev/null; then
		awk '/^[a-z]/ { skip = $1 == "external:" } !skip && !/external-validation:/' \
			samples/knot/knot-3.5.conf >"$work/knot.conf"
		knotc -c "$work/knot.conf" conf-check >"$work/said" 2>&1
		is "samples: knot-3.5.conf but for what 3.2 does not know" $? -eq 0
	else
		echo "skipped: samples: needs knotc"
		skipped=$((skipped + 1))
	fi
	if command -v systemd-analyze >/dev/null; then
		mkdir "$work/units"
		sed "s|/usr/local/bin/|$bin/|" samples/knot/zonegate-knot.service \
			>"$work/units/zonegate-knot.service"
		SYSTEMD_UNIT_PATH=$work/units: systemd-analyze verify --man=no \
			"$work/units/zonegate-knot.service" >"$work/said" 2>&1
		is "samples: the unit" $? -eq 0 -a "$(grep -c "$work/units" "$work/said")" -eq 0
		systemd-analyze security --offline=yes --threshold=30 \
			"$work/units/zonegate-knot.service" >"$work/said" 2>&1
		is "samples: the unit is hardened" $? -eq 0
	else
		echo "skipped: samples: needs systemd-analyze"
		skipped=$((skipped + 1))
	fi
}

# --- The end ---

loop_kill() {
	[ -z "$loop" ] || kill -KILL "$loop" 2>/dev/null
	loop=
}

# A sanitizer would make an exit of its own of a SIGSEGV.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0
export ASAN_OPTIONS
if [ -z "${KNOT_PARTS:-}" ]; then
	parts_run KNOT_PARTS once every asked_hangs told_hangs dropped real samples
	exit
fi
for who in alice bob; do
	"$ZONEGATE" approve --new-key "$work/$who" --as "$who" >>"$work/approvers.xml" || exit 2
done
zones_make
row "engine" "fault" "what is public" "what the log says"
for part in $KNOT_PARTS; do
	$part
done
cat "$table"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
