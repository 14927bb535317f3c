#!/bin/sh
# `zonegate release`: what is released, what is not, and what is left when it is killed anywhere.
#
#   tests/release/run.sh      LONG=1: is killed at every call, in every way, also while it settles
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}" "${LONG:=}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
make_zone=$BUILD/tests/release/make_zone
kill_at=$BUILD/tests/release/kill_at
umask 022

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
top=$work/top # what release works on
conf=$top/zonegate.xml

passed=0 failed=0 skipped=0
. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	sed 's/^/  /' "$work/err"
}

same_file() { # name one other
	if cmp -s "$2" "$3"; then pass; else fail "$1" "$2 is not $3"; fi
}

# What stands on standard error, without the word about a clock that no one keeps.
said() { # name pattern
	if grep -q -e "$2" "$work/err"; then pass; else fail "$1" "does not say '$2'"; fi
}

# --- The stage ---

command_xml() { # program [timeout]
	echo "<Command timeout=\"${2:-PT20S}\"><Argument>$1</Argument><Argument>a word</Argument></Command>"
}

configure() { # [target-attributes [reload-timeout [notify-timeout]]]
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$top/state</State>
		  <Installation>test</Installation>
		  <Notify>$(command_xml "$top/notify" "${3:-PT20S}")</Notify>
		  <Zone name="example.">
		    <Policy>$top/policy.xml</Policy>
		    <Candidate>$top/candidate</Candidate>
		    <Release>
		      <Target ${1:-}>$top/pub/example.zone</Target>
		      $(command_xml "$top/reload" "${2:-PT20S}")
		    </Release>
		    <Parent><DS ttl="P1D">$top/ds</DS></Parent>
		  </Zone>
		</Configuration>
	END
}

script() { # name line...
	file=$top/$1
	shift
	{
		echo '#!/bin/sh'
		printf '%s\n' "$@"
	} >"$file"
	chmod 755 "$file"
}

# A new stage: nothing was released, zones 1 to 3 wait, and history does not demand a past.
stage() {
	rm -rf "$top"
	mkdir "$top" "$top/pub"
	cp "$work"/zones/* "$top"
	script reload "env >$top/reloaded" "echo run >>$top/reloads"
	script notify "cat >$top/notified" "env >$top/notified.env"
	"$ZONEGATE" policy show | sed -e 's/<UnknownHistory on="[a-z]*"/<UnknownHistory on="warn"/' \
		-e 's/<ApexNS on="[a-z]*"/<ApexNS on="approve"/' >"$top/policy.xml"
	configure "$@"
}

# Runs release of a zone of the stage; $status, $work/out and $work/err are what came of it.
release() { # zone [arguments...]
	zone=$1
	shift
	rm -f "$top/reloaded" "$top/notified" "$top/notified.env"
	timeout -k 5 120 "$ZONEGATE" release -q -j 1 -c "$conf" "$@" example. "$top/$zone" \
		>"$work/out" 2>"$work/err" </dev/null
	status=$?
}

leftovers() { find "$top/pub" -name '.zonegate-*'; }

# What a run that did not end leaves below the state directory.
leftovers_of_state() { find "$top/state" -name '*.new' -o -name '*.memo.??????'; }

log_is_whole() { # name
	if "$ZONEGATE" history verify -c "$conf" example. >"$work/verify" 2>&1; then
		pass
	else
		fail "$1" "the log is broken: $(cat "$work/verify")"
	fi
}

# Released: the target is this zone, and nothing else is left beside it.
released() { # name zone
	is "$1: exit status" "$status" -eq 0
	same_file "$1: target" "$top/$2" "$top/pub/example.zone"
	is "$1: nothing beside the target" -z "$(leftovers)"
}

# Not released: the target is that zone, or there is none ("-").
kept() { # name status zone
	is "$1: exit status" "$status" -eq "$2"
	if [ "$3" = - ]; then
		is "$1: no target" ! -e "$top/pub/example.zone"
	else
		same_file "$1: target" "$top/$3" "$top/pub/example.zone"
	fi
	is "$1: nothing beside the target" -z "$(leftovers)"
	is "$1: no reload" ! -e "$top/reloaded"
}

zones_make() {
	mkdir "$work/zones" || exit 2
	"$make_zone" 1 "$work/zones/1" "$work/zones/ds" &&
		"$make_zone" 2 "$work/zones/2" "$work/zones/ds" &&
		"$make_zone" 3 "$work/zones/3" "$work/zones/ds" &&
		"$make_zone" 2 "$work/zones/2-broken" "$work/zones/ds" broken &&
		"$make_zone" 2 "$work/zones/2-ns" "$work/zones/ds" "record=@ 3600 NS ns.b.example.net." &&
		"$make_zone" 3 "$work/zones/3-ns" "$work/zones/ds" "record=@ 3600 NS ns.b.example.net." &&
		"$make_zone" 1 "$work/zones/1-other" "$work/zones/ds" "record=www 60 A 192.0.2.9" &&
		"$make_zone" 2 "$work/zones/2-large" "$work/zones/ds" pad=2000 || exit 2
	echo "; the same records in another file" | cat - "$work/zones/1" >"$work/zones/1-text"
}

# --- Verdicts ---

verdicts() {
	stage 'mode="0640"'
	release 1
	released "first release" 1
	is "mode" "$(stat -c %a "$top/pub/example.zone")" = 640
	same_file "the released zone is kept" "$top/1" "$top/state/zones/example.zone"
	is "no notification of a release" ! -e "$top/notified"
	for row in ZONEGATE_ZONE=example. ZONEGATE_SERIAL=1 ZONEGATE_VERDICT=pass \
		ZONEGATE_FILE="$top/pub/example.zone" ZONEGATE_EVENT=released; do
		is "environment: $row" -n "$(grep -xF "$row" "$top/reloaded")"
	done
	is "no other environment" -z "$(grep -vE '^(ZONEGATE_[A-Z]+|PATH|LC_ALL|PWD|SHLVL|_|OLDPWD)=' \
		"$top/reloaded")"
	log_is_whole "first release"

	inode=$(stat -c %i "$top/pub/example.zone")
	release 1
	released "already released" 1
	said "already released" 'is already released'
	is "already released: not renamed" "$(stat -c %i "$top/pub/example.zone")" = "$inode"
	is "already released: no reload" ! -e "$top/reloaded"
	release 1-text
	is "already released, other text: exit status" "$status" -eq 0
	is "already released, other text: not renamed" \
		"$(stat -c %i "$top/pub/example.zone")" = "$inode"

	echo junk >"$top/pub/example.zone"
	release 1
	released "put back" 1
	is "put back: reload" -e "$top/reloaded"
	# All records of the release, and a line that no server reads: that is another text.
	for line in 'www 3600 IN A 192.0.2.300' '\$INCLUDE more' 'www 3600 CH A 192.0.2.1'; do
		(cat "$top/1" && echo "$line") >"$top/1-line"
		echo junk >"$top/pub/example.zone"
		release 1-line
		is "already released but for '$line': exit status $status" "$status" -eq 1
		is "already released but for '$line': not put back" \
			"$(cat "$top/pub/example.zone")" = junk
	done
	rm "$top/pub/example.zone"
	release 1
	released "put back where nothing stands" 1

	release 2-broken
	kept refused 1 1
	is "refused: notified" "$(grep -c '"verdict": "refused"' "$top/notified")" -eq 1
	is "refused: told" -n "$(grep -xF ZONEGATE_EVENT=refused "$top/notified.env")"
	is "refused: the head of the log" \
		-n "$(grep -xE 'ZONEGATE_LOG_HEAD=[0-9]+:[0-9a-f]{64}:[0-9a-f]{128}' "$top/notified.env")"
	said refused 'serial 1 stays in service; its first signature expires at 20'

	release 2-ns
	kept held 3 1
	same_file "held: kept" "$top/2-ns" "$top/state/held/example.zone"
	is "held: notified" "$(grep -c '"verdict": "held"' "$top/notified")" -eq 1

	release 1-other
	kept "same serial, other content" 1 1

	release 2
	released "second release" 2
	release 1
	kept "an older one" 1 2
	release 2-broken
	said "a former release is named" 'before it came serial 1'

	cp "$top/3" "$top/candidate"
	"$ZONEGATE" release -q -c "$conf" EXAMPLE >"$work/out" 2>"$work/err" </dev/null
	status=$?
	released "the candidate of the configuration" 3
	log_is_whole "many verdicts"
}

# Without a past nothing goes out; `history import` of what is served is the way in, and back.
unknown_past() {
	stage
	"$ZONEGATE" policy show >"$top/policy.xml"
	cp "$top/1" "$top/pub/example.zone"
	release 2
	kept "the first release" 1 1
	is "the first release: why" -n "$(grep -F '"id": "cache-view-unknown"' "$top/notified")"
	"$ZONEGATE" history import -c "$conf" --since -30d -d "$top/ds" --ds-ttl 1d example. \
		"$top/1" >"$work/out" 2>"$work/err"
	is "what is served is taken over" $? -eq 0
	release 1
	released "what was taken over is released already" 1
	said "what was taken over" 'is already released'
	release 2
	released "after what was taken over" 2

	rm "$top/state/zonegate.db"
	release 3
	kept "lost history" 2 2
	"$ZONEGATE" history import -c "$conf" --since -30d -d "$top/ds" --ds-ttl 1d example. \
		"$top/2" >"$work/out" 2>"$work/err"
	is "lost history is made good" $? -eq 0
	release 3
	released "after lost history" 3
	log_is_whole "after lost history"
}

inputs() {
	stage
	"$ZONEGATE" release -q -f json -c "$conf" example. - <"$top/1" >"$work/out" 2>"$work/err"
	status=$?
	released "standard input" 1
	is "standard input: JSON" "$(grep -c '"verdict": "pass"' "$work/out")" -eq 1

	mkfifo "$top/fifo"
	before=$(date +%s%3N)
	release fifo --timeout 1
	is "a FIFO that nobody writes to: not before the time-out" $(($(date +%s%3N) - before)) -ge 1000
	kept "a FIFO that nobody writes to" 2 1
	is "a FIFO that nobody writes to: notified" \
		"$(grep -c '"verdict": "undecided"' "$top/notified")" -eq 1
	cat "$top/2" >"$top/fifo" &
	release fifo --timeout 60
	released "a FIFO" 2
	wait

	release no-such-file
	kept "no candidate" 2 2
	release pub
	kept "a folder" 2 2
	release pub/example.zone
	kept "the released file itself" 2 2
	: >"$top/empty"
	release empty
	kept "an empty file" 1 2

	release 3 -t +1h
	kept "a time without --dry-run" 2 2
	for wrong in other. example.com. ''; do
		"$ZONEGATE" release -q -c "$conf" "$wrong" "$top/3" >"$work/out" 2>"$work/err"
		is "zone '$wrong' is not configured" $? -eq 2
	done
	"$make_zone" 3 "$top/3-cds" "$work/ds3" "record=@ 3600 $(sed 's/.*[[:space:]]DS[[:space:]]/CDS /' "$top/ds")" || exit 2
	rm "$top/ds"
	release 3-cds
	kept "no DS for what the parent minds" 2 2
	is "no DS: notified" "$(grep -c '"verdict": "undecided"' "$top/notified")" -eq 1
	release 3
	released "no DS for what the parent does not mind" 3
	log_is_whole inputs
}

# Every file with its times.
listing() { find "$top" -printf '%p %i %s %m %T@ %C@\n' | LC_ALL=C sort; }

nothing_written() { # name
	changes=$(listing | diff "$work/before" -)
	if [ -z "$changes" ]; then pass; else fail "$1" "something was written: $changes"; fi
}

dry_run() {
	stage
	listing >"$work/before"
	release 1 --dry-run
	is "dry run without a history" "$status" -eq 2
	nothing_written "dry run without a history"
	release 1
	listing >"$work/before"
	for row in 0:2 0:1 1:2-broken 3:2-ns 1:1-other 2:none; do
		timeout 60 "$ZONEGATE" release -q -c "$conf" --dry-run example. "$top/${row#*:}" \
			>"$work/out" 2>"$work/err" </dev/null
		is "dry run of ${row#*:}" $? -eq "${row%%:*}"
	done
	"$ZONEGATE" release -q -c "$conf" --dry-run -t +60d example. "$top/2" >"$work/out" 2>"$work/err"
	# Refused, or held as a repair: what is in force has expired by then as well.
	is "dry run in the future" -n "$(echo $? | grep -x '[13]')"
	nothing_written "dry run"
}

# --- Places ---

places() {
	stage
	release 1
	mv "$top/pub/example.zone" "$top/elsewhere"
	ln -s "$top/elsewhere" "$top/pub/example.zone"
	release 2
	is "the target is a symbolic link: exit status" "$status" -eq 2
	is "the target is a symbolic link: it stays" -L "$top/pub/example.zone"
	same_file "the target is a symbolic link: what it means" "$top/1" "$top/elsewhere"
	rm "$top/pub/example.zone"
	mkdir "$top/pub/example.zone"
	release 2
	is "the target is a folder" "$status" -eq 2
	rmdir "$top/pub/example.zone"
	mv "$top/elsewhere" "$top/pub/example.zone"

	chmod 777 "$top/pub"
	release 2
	kept "a folder that everybody may write to" 2 1
	chmod 755 "$top/pub"

	chmod 555 "$top/pub"
	if [ "$(id -u)" -ne 0 ]; then
		release 2
		kept "a folder that may not be written to" 2 1
	elif setpriv --bounding-set=-dac_override true 2>"$work/err"; then
		setpriv --bounding-set=-dac_override,-dac_read_search \
			"$ZONEGATE" release -q -c "$conf" example. "$top/2" >"$work/out" 2>"$work/err" </dev/null
		status=$?
		rm -f "$top/reloaded"
		kept "a folder that may not be written to" 2 1
	else
		skip "a folder that may not be written to" "root, and no setpriv"
	fi
	chmod 755 "$top/pub"

	(
		ulimit -f 2
		"$ZONEGATE" release -q -c "$conf" example. "$top/2-large" >/dev/null 2>"$work/err.pipe" </dev/null
		echo $? >"$work/status.small"
	) 2>/dev/null | cat
	rm -f "$top/reloaded"
	status=$(cat "$work/status.small" 2>/dev/null || echo none)
	kept "files may not grow" 2 1

	chmod 770 "$top/state"
	release 2
	kept "a state directory that others may write to" 2 1
	chmod 750 "$top/state"
	mv "$top/state" "$top/state.d"
	ln -s state.d "$top/state"
	release 2
	kept "a state directory that is a symbolic link" 2 1
	rm "$top/state"
	mv "$top/state.d" "$top/state"

	cp -p "$top/state/zonegate.db" "$top/database"
	dd if=/dev/urandom of="$top/state/zonegate.db" bs=1024 seek=2 count=20 conv=notrunc 2>/dev/null
	release 2
	kept "a damaged database" 2 1
	is "a damaged database: notified" \
		"$(grep -c '"verdict": "undecided"' "$top/notified")" -eq 1
	rm "$top/state/zonegate.db"
	release 2
	kept "a lost database" 2 1
	is "a lost database is not made anew" ! -e "$top/state/zonegate.db"
	cp -p "$top/database" "$top/state/zonegate.db"
	mv "$top/state/gate.key" "$top/state/gate.old"
	release 2
	kept "a lost key" 2 1
	is "a lost key is not made anew" ! -e "$top/state/gate.key"
	mv "$top/state/gate.old" "$top/state/gate.key"

	echo junk >"$top/state/zones/example.zone"
	echo junk >"$top/state/memo/example.memo"
	release 2
	released "with a copy and a memo that are damaged" 2

	configure 'owner="nobody-of-that-name"'
	release 3
	kept "an owner who is nobody" 2 2
	log_is_whole places
}

# The disk gives the copy back no more: the candidate is compared with the target.
copy_unreadable() {
	if [ -n "${SANITIZE:-}" ]; then
		skip "a copy that cannot be read" "a sanitizer wants to be loaded before all others"
		return
	fi
	broken=$(realpath "$top/state/zones/example.zone")
	library=$BUILD/tests/tools/preload/unreadable.so
	! LD_PRELOAD=$library UNREADABLE=$broken dd if="$broken" of="$work/out" 2>"$work/err"
	is "a copy that cannot be read: it cannot" $? -eq 0
	for zone in 3-ns:3 3:0; do
		timeout -k 5 120 env LD_PRELOAD="$library" UNREADABLE="$broken" \
			"$ZONEGATE" release -q -j 1 -c "$conf" example. "$top/${zone%:*}" \
			>"$work/out" 2>"$work/err" </dev/null
		is "a copy that cannot be read: ${zone%:*}" $? -eq "${zone#*:}"
	done
	same_file "a copy that cannot be read: released" "$top/3" "$top/pub/example.zone"
}

# The copy of the released zone is another good zone: the candidate is compared with the target.
other_copy() {
	stage
	release 1
	rm "$top/state/zones/example.zone"
	release 1-text
	is "already released, other text: none is kept" ! -e "$top/state/zones/example.zone"
	release 1
	same_file "already released: kept again" "$top/1" "$top/state/zones/example.zone"
	cp "$top/2-ns" "$top/state/zones/example.zone"
	release 2
	released "nothing changed but against another copy" 2
	same_file "the copy is mended" "$top/2" "$top/state/zones/example.zone"
	cp "$top/3-ns" "$top/state/zones/example.zone"
	release 3-ns
	kept "changed, and not against another copy" 3 2
	# A seal of another file is none.
	sed "s/^sha256 .*/sha256 $(sha256sum <"$top/2" | cut -d ' ' -f 1)/" \
		"$top/state/zones/example.seal" >"$work/seal"
	cp "$work/seal" "$top/state/zones/example.seal"
	release 3-ns
	kept "changed, and not against another copy with a seal" 3 2
	cp "$top/2" "$top/state/zones/example.zone"
	release 3-ns
	kept "changed, and against the copy" 3 2
	copy_unreadable
}

disk_full() {
	stage
	release 1
	if ! mount -t tmpfs -o size=256k,mode=755 none "$top/pub" 2>/dev/null; then
		skip "a full disk" "no file system of that size can be mounted"
		return
	fi
	cp "$top/1" "$top/pub/example.zone"
	release 2-large
	kept "a full disk" 2 1
	release 2
	released "after a full disk" 2
	umount "$top/pub"
	mount -t tmpfs -o size=512k,mode=750 none "$top/held" 2>/dev/null || mkdir "$top/held"
	mount -t tmpfs -o size=512k,mode=750 none "$top/held"
	cp -a "$top/state/." "$top/held"
	sed -i "s|<State>.*</State>|<State>$top/held</State>|" "$conf"
	cp "$top/2" "$top/pub/example.zone"
	dd if=/dev/zero of="$top/held/fill" bs=1k 2>/dev/null
	release 3
	kept "a full disk below the state" 2 2
	rm "$top/held/fill"
	release 3
	released "after a full disk below the state" 3
	log_is_whole "after a full disk"
	umount "$top/held"
}

# --- Commands ---

commands() {
	stage
	release 1
	script reload "echo run >>$top/reloads" "echo first" "echo the server is down" "exit 3"
	release 2
	is "the reload command fails: exit status" "$status" -eq 2
	same_file "the reload command fails: renamed" "$top/2" "$top/pub/example.zone"
	said "the reload command fails" 'exit status 3: the server is down'
	is "the reload command fails: told" -n "$(grep -xF ZONEGATE_EVENT=failed "$top/notified.env")"
	release 2
	is "the reload command fails again" "$status" -eq 2
	is "the reload command fails again: run once each" "$(wc -l <"$top/reloads")" -eq 3
	release 1
	is "an older one after a reload that failed" "$status" -eq 1
	same_file "an older one after a reload that failed" "$top/2" "$top/pub/example.zone"
	script reload "echo run >>$top/reloads"
	release 2
	released "the reload command works again" 2
	said "the reload command works again" 'serial 2, renamed by a run that did not end, is released'
	log_is_whole "the reload command"

	script reload "exit 1"
	release 3
	is "the reload command fails, and nobody asks" "$status" -eq 2
	"$make_zone" 4 "$top/4" "$work/ds4"
	script reload "echo run >>$top/reloads"
	release 4
	released "the next candidate" 4

	rm "$top/reload"
	"$make_zone" 5 "$top/5" "$work/ds4"
	release 5
	is "no reload command there" "$status" -eq 2
	said "no reload command there" 'cannot be started'

	stage "" PT1S PT1S
	script reload "sleep 47 & echo \$! >$top/sleeper" "trap '' TERM" "sleep 48"
	release 1
	is "the reload command hangs: exit status" "$status" -eq 2
	said "the reload command hangs" 'not done within the time-out of 1 s'
	sleeper=$(cat "$top/sleeper")
	is "the reload command hangs: nothing is left" ! -e "/proc/$sleeper"

	stage "" PT20S PT1S
	release 1
	script notify "sleep 30"
	before=$(date +%s)
	release 2-broken
	kept "a notification that hangs" 1 1
	is "a notification that hangs: not for long" "$(($(date +%s) - before))" -lt 15
	said "a notification that hangs" 'notification by .* failed'
	script notify "exec <&-" "exit 5"
	release 2-broken
	kept "a notification that does not read" 1 1
	script notify "dd if=/dev/zero bs=1024 count=4096" "cat >/dev/null"
	release 2-broken
	kept "a notification that writes much" 1 1
	rm "$top/notify"
	release 2-broken
	kept "a notification that is not there" 1 1
	log_is_whole "commands"
}

two_at_once() {
	stage
	release 1
	script reload "echo run >>$top/reloads" "touch $top/busy" \
		"while [ -e $top/busy ]; do sleep 0.05; done"
	"$ZONEGATE" release -q -c "$conf" example. "$top/2" >/dev/null 2>"$work/err.first" &
	first=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ ! -e "$top/busy" ] || break
		sleep 0.2
	done
	release 3
	is "two at once: the second" "$status" -eq 2
	said "two at once" 'another zonegate is at work on example.'
	"$ZONEGATE" status -c "$conf" example. >"$work/out" 2>"$work/err"
	is "two at once: status while the command runs" $? -eq 0
	same_file "two at once: the target is the first's" "$top/2" "$top/pub/example.zone"
	rm -f "$top/busy"
	wait "$first"
	is "two at once: the first" $? -eq 0
	script reload "true"
	release 3
	released "one after the other" 3

	# A dozen that start together: each is released in turn or told of the other.
	stage
	release 1
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		(
			"$ZONEGATE" release -q -c "$conf" example. "$top/2" >/dev/null 2>&1
			echo $? >"$work/many.$i"
		) &
	done
	wait
	is "a dozen at once: 0 or 2" -z "$(cat "$work"/many.* | grep -vx '[02]')"
	is "a dozen at once: one at least" -n "$(cat "$work"/many.* | grep -x 0)"
	release 2
	released "a dozen at once" 2
	log_is_whole "two at once"
}

# --- The worker ---

# It waits for an input that never comes; killed from outside, or by the time-out, it has said nothing.
worker_dies() {
	stage
	release 1
	mkfifo "$top/unsigned"
	sed -i "s|<Candidate>|<Unsigned>$top/unsigned</Unsigned>&|" "$conf"
	release 2 --timeout 2
	kept "a worker that hangs" 2 1
	said "a worker that hangs" 'not done within the time-out of 2 s'
	is "a worker that hangs: notified" "$(grep -c '"verdict": "undecided"' "$top/notified")" -eq 1
	log_is_whole "a worker that hangs"

	# A sanitizer would make an exit of its own of it.
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0
	export ASAN_OPTIONS
	for signal in KILL TERM SEGV; do
		rm -f "$top/reloaded"
		"$ZONEGATE" release -q -c "$conf" --timeout 60 example. "$top/2" \
			>"$work/out" 2>"$work/err" </dev/null &
		first=$!
		worker=
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			[ -z "$worker" ] || break
			sleep 0.2
			worker=$(cat "/proc/$first/task/$first/children" 2>/dev/null)
		done
		kill "-$signal" "${worker%% *}"
		wait "$first"
		status=$?
		kept "a worker that gets SIG$signal" 2 1
		said "a worker that gets SIG$signal" 'the worker was killed by signal'
	done

	"$ZONEGATE" release -q -c "$conf" --timeout 60 example. "$top/2" >"$work/out" 2>"$work/err" </dev/null &
	first=$!
	sleep 1
	kill -TERM "$first"
	wait "$first"
	is "release gets SIGTERM" $? -eq 143
	same_file "release gets SIGTERM: target" "$top/1" "$top/pub/example.zone"
	sed -i "s|<Unsigned>.*</Unsigned>||" "$conf"
	release 2
	released "after all that" 2
	log_is_whole "after all that"
}

# --- The clock ---

clock() {
	# Whether the kernel's clock is kept depends on the machine; what follows from that does not.
	stage
	sed -i 's|<Installation>.*|&<SynchronisedClock/>|' "$conf"
	timeout 60 "$ZONEGATE" release -c "$conf" example. "$top/1" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ "$status" -eq 0 ]; then
		released "a clock that is kept" 1
	else
		kept "a clock that nobody keeps" 2 -
		said "a clock that nobody keeps" 'does not say that its clock is synchronised'
	fi
	library=
	for file in /usr/lib/*/faketime/libfaketime.so.1; do
		[ ! -e "$file" ] || library=$file
	done
	if [ -z "$library" ] || [ -n "$SANITIZE" ]; then
		skip clock "no faketime, or sanitized"
		return
	fi
	stage
	LD_PRELOAD=$library FAKETIME=+1h "$ZONEGATE" release -q -c "$conf" example. "$top/1" \
		>"$work/out" 2>"$work/err" </dev/null
	status=$?
	released "an hour ahead" 1
	release 2
	kept "the clock was set back" 2 1
	said "the clock was set back" 'the clock was set back'

	# It jumps while the candidate is read.
	stage
	release 1
	mkfifo "$top/fifo"
	echo +0 >"$top/offset"
	LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$top/offset FAKETIME_NO_CACHE=1 \
		FAKETIME_DONT_FAKE_MONOTONIC=1 timeout 60 \
		"$ZONEGATE" release -q -c "$conf" example. "$top/fifo" >"$work/out" 2>"$work/err" </dev/null &
	first=$!
	rm -f "$top/reloaded"
	{
		sleep 1
		echo +1h >"$top/offset"
		cat "$top/2"
	} >"$top/fifo"
	wait "$first"
	status=$?
	kept "the clock jumps" 2 1
	said "the clock jumps" 'the clock jumped'
	log_is_whole clock
}

# --- Killed ---

# The stage as it was before.
again() {
	rm -rf "$top"
	cp -a "$work/before" "$top"
}

# The target is one of the two zones, and the log unbroken (or all that verify says is the excuse).
whole() { # name [excuse]
	if ! cmp -s "$top/1" "$top/pub/example.zone" && ! cmp -s "$top/2" "$top/pub/example.zone"; then
		fail "$1" "the target is neither the old zone nor the new one"
	elif ! "$ZONEGATE" history verify -c "$conf" example. >"$work/verify" 2>&1 &&
		{ [ -z "${2:-}" ] || ! grep -qx "$2" "$work/verify"; }; then
		fail "$1" "the log is broken: $(cat "$work/verify")"
	else
		pass
	fi
}

# Kills a release of zone 2 at its N-th writing call; the next one settles it.
kill_once() { # all|one N
	again
	"$kill_at" "$1" "$2" "$ZONEGATE" release -q -j 1 -c "$conf" example. "$top/2" \
		>"$work/out" 2>"$work/err" </dev/null
	what=$(tail -n 1 "$work/out")
	whole "killed $1 at $2 ($what)" 'not signed: the last [12] of [0-9]* lines'
}

settled() { # name
	release 2
	if [ "$status" -ne 0 ] || ! cmp -s "$top/2" "$top/pub/example.zone"; then
		fail "$1" "the next release ends with $status"
	elif [ -n "$(leftovers)$(leftovers_of_state)" ]; then
		fail "$1" "left: $(leftovers) $(leftovers_of_state)"
	elif ! [ -s "$top/reloads" ]; then
		fail "$1" "the reload command was never run"
	elif ! cmp -s "$top/2" "$top/state/zones/example.zone"; then
		fail "$1" "the released zone was not kept"
	else
		whole "$1"
	fi
}

killed() {
	if [ -n "$SANITIZE" ]; then
		skip killed "what is traced cannot look for leaks"
		return
	fi
	stage
	release 1
	rm -f "$top/reloads"
	# As after another one: the room of the next copy.
	cp "$top/state/zones/example.zone" "$top/state/zones/example.before"
	rm -rf "$work/before"
	cp -a "$top" "$work/before"
	again
	"$kill_at" all 0 "$ZONEGATE" release -q -j 1 -c "$conf" example. "$top/2" \
		>"$work/out" 2>"$work/err" </dev/null
	if [ $? -eq 77 ]; then
		skip killed "programs may not be traced here"
		return
	fi
	total=$(tail -n 1 "$work/out")
	total=${total%% *}
	is "writing calls of a release" "$total" -gt 50
	echo "note: a release makes $total system calls that write"
	for way in all one; do
		step=1
		[ -n "$LONG" ] || [ "$way" = all ] || step=3
		n=1
		while [ "$n" -le "$total" ]; do
			kill_once "$way" "$n"
			settled "killed $way at $n ($what), then the next"
			n=$((n + step))
		done
	done
	[ -z "$LONG" ] || killed_settling
}

# And the run that settles it is killed as well.
killed_settling() {
	n=1
	while [ "$n" -le "$total" ]; do
		m=1
		while :; do
			kill_once all "$n"
			"$kill_at" all "$m" "$ZONEGATE" release -q -j 1 -c "$conf" example. "$top/2" \
				>"$work/out" 2>"$work/err" </dev/null
			where=$(tail -n 1 "$work/out")
			case $where in *' -') break ;; esac
			settled "killed at $n ($what), and at $m ($where)"
			m=$((m + 7))
		done
		n=$((n + 11))
	done
}

zones_make
for part in ${RELEASE_PARTS:-verdicts unknown_past inputs dry_run places other_copy disk_full commands two_at_once worker_dies clock killed}; do
	$part
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
