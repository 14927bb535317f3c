#!/bin/sh
# Staged rollouts on a registry on loopback: one signer, one gate, three stages, six name servers. What
# goes out, in which order, what does not, and what is left when the gate is killed.
#
#   canary  NSD, loads the file of the stage
#   half    Knot loads the file, BIND is its secondary
#   all     BIND loads the file, Knot and NSD are its secondaries
#
#   tests/stages/run.sh      STAGES_PARTS="clean newer": these only; LONG=1: is killed at every call
#
# shellcheck disable=SC2034,SC2154 # what the parts that are sourced use, and give
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}" "${LONG:=}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
kill_at=$BUILD/tests/release/kill_at
export LC_ALL=C TZ=UTC
PATH=$PATH:/usr/sbin:/sbin:$PWD/build/peers/bin
umask 022

. tests/tools/needs.sh
needs nsd nsd-control knotd knotc named rndc dig dnssec-keygen dnssec-signzone

work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
trap 'servers_stop; [ -n "${KEEP:-}" ] || rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

passed=0 failed=0 skipped=0
. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $part, $1: $2"
	(grep -E '^  (refuse|approve|NOT) ' "$work/out"; tail -n 8 "$work/out" "$work/err") |
		sed 's/^/  /'
}

part=start
: >"$work/out"
: >"$work/err"

. tests/stages/registry.sh
. tests/stages/killed.sh

# --- A rollout that nothing is wrong with ---

clean() {
	begin
	next record="www CAA 0 issue \"ca.example.net\""
	release "$serial"
	is "released: exit status" "$status" -eq 3
	spread "released" "$serial" "$base" canary
	rollout_is "released" running "$serial"
	is "released: told" -n "$(grep -x "staged $serial" "$work/events")"
	is "released: not handed over" -n "$(state_of "$serial" | grep passed)"

	inode=$(stat -c %i "$pub/canary/zone")
	release "$serial"
	is "offered again: exit status" "$status" -eq 3
	is "offered again: not renamed" "$(stat -c %i "$pub/canary/zone")" = "$inode"
	is "offered again: no command" "$(wc -l <"$work/reloads-canary")" -eq 1
	spread "offered again" "$serial" "$base" canary

	advance
	is "the second stage: exit status" "$status" -eq 0
	spread "the second stage" "$serial" "$base" canary half
	rollout_is "the second stage" running "$serial"
	finish "the third stage"
	spread "the third stage" "$serial" "$base" canary half all
	is "the third stage: handed over" -n "$(state_of "$serial" | grep handed)"
	for stage in canary half all; do
		is "the command of $stage, once" "$(wc -l <"$work/reloads-$stage")" -eq 1
	done
	is "the log: $(steps "$serial")" "$(steps "$serial")" = "begun entered canary reached canary \
entered half reached half entered all reached all finished "
	is "the log has the looks" "$(lines stage ": good: " | wc -l)" -ge 3
	release "$serial"
	is "offered again at the end: exit status" "$status" -eq 0
	is "offered again at the end: no command" "$(wc -l <"$work/reloads-all")" -eq 1
	advance
	is "nothing to advance: exit status" "$status" -eq 0
	gate observe -c "$conf" example.
	is "observed: exit status" "$status" -eq 0
	is "observed: confirmed" -n "$(state_of "$serial" | grep confirmed)"
	is "observed: the one before" -n "$(state_of "$base" | grep superseded)"
	log_is_whole "at the end"
}

# --- What is staged, and what goes straight ---

checkpoint() {
	rm -rf "$work/kept"
	cp -a "$work/state" "$work/kept"
}

# Back to the checkpoint: of the stages that load files alone.
restore() { # serial stages...
	rm -rf "$work/state"
	cp -a "$work/kept" "$work/state"
	restored=$1
	shift
	for stage; do
		cp "$work/zone.$restored" "$pub/$stage/zone"
		"$work/reload-$stage" >"$work/out" 2>"$work/err"
		wait_for 10 serves "$stage" "$restored" || fail "back at $restored" "$stage"
	done
	rm -f "$work"/reloads-*
}

risky() {
	begin_with_a_rollout
	checkpoint
	# A change of that kind stops after the first stage.
	while read -r name words; do
		# shellcheck disable=SC2086 # words
		next $words
		release "$serial"
		is "$name: exit status" "$status" -eq 3
		gets "$name" canary "$serial"
		keeps "$name" half "$base"
		keeps "$name" all "$base"
		is "$name: why" -n "$(fact why)"
		restore "$base" canary
	done <<-LIST
		a key more key
		another denial -3
	LIST
	next 'record=@ NS ns9.example.net.'
	release "$serial"
	is "another NS: exit status" "$status" -eq 3
	keeps "another NS" half "$base"
	is "another NS: why" -n "$(fact why | grep change-apex-ns)"
	restore "$base" canary
	next 'record=www CAA 0 issue "ca.example.net"'
	release "$serial"
	is "a type that was not there: exit status" "$status" -eq 3
	keeps "a type that was not there" half "$base"
	is "a type that was not there: why" -n "$(fact why | grep change-new-type)"
	restore "$base" canary

	# Everything else goes to all at once.
	next 'record=www8 A 192.0.2.88'
	release "$serial"
	is "a routine serial: exit status" "$status" -eq 0
	spread "a routine serial" "$serial" "$base" canary half all
	is "a routine serial: handed over" -n "$(state_of "$serial" | grep handed)"
	rollout_is "a routine serial" finished "$serial"
	base=$serial
	advance
	is "a routine serial: nothing to advance" "$status" -eq 0

	# Whatever it contains: the policy says always, or never.
	when=always configure
	next
	release "$serial"
	# The policy has changed: that is for people to accept.
	is "always: held for its policy" "$status" -eq 3
	keeps "always" canary "$base"
	accept "$serial"
	release "$serial"
	is "always: exit status" "$status" -eq 3
	spread "always" "$serial" "$base" canary
	finish "always"
	base=$serial
	when=never configure
	next key
	release "$serial"
	is "never: held for its policy" "$status" -eq 3
	accept "$serial"
	release "$serial"
	is "never: exit status" "$status" -eq 0
	spread "never" "$serial" "$base" canary half all
}

# Accepts what a candidate waits for.
accept() { # serial [options]
	accepted=$1
	shift
	gate approve -q -c "$conf" --key "$work/alice.key" --as alice --reason "a test" "$@" \
		example. "$accepted"
	is "$accepted is accepted" "$status" -eq 0
}

# --- What goes wrong behind the gate ---

# Puts what a command makes of the zone behind the gate, and has the canary load it until it serves that.
inject() { # condition command...
	condition=$1
	shift
	"$@" <"$work/zone.$serial" >"$pub/canary/zone"
	for _ in 1 2 3 4 5 6; do
		"$work/reload-canary" >"$work/out" 2>&1
		# Words. A server that is busy is not asked again at once.
		# shellcheck disable=SC2086
		wait_for 3 $condition && return
		touch "$pub/canary/zone"
	done
	fail inject "the canary does not load it: $condition"
}

stays_blocked() { # name
	for _ in 1 2; do
		advance
		is "$1: exit status" "$status" -eq 1
		keeps "$1" half "$base"
		keeps "$1" all "$base"
	done
	is "$1: a stage by name" -n "$(advance half; [ "$status" -eq 1 ] && echo blocked)"
	keeps "$1" half "$base"
	rollout_is "$1" running "$serial"
	gate status -c "$conf" example.
	is "$1: status" "$status" -ge 1
	release "$serial"
	is "$1: offered again" "$status" -eq 3
	keeps "$1" half "$base"
	log_is_whole "$1"
}

goes_on() { # name
	advance
	is "$1: exit status" "$status" -eq 0
	spread "$1" "$serial" "$base" canary half
	finish "$1"
	base=$serial
}

to_canary() { # name
	next "record=@ NS ns$((serial + 1)).example.net."
	release "$serial"
	is "$1: released" "$status" -eq 3
	gets "$1" canary "$serial"
}

canary_is_cut() {
	[ -z "$(ask canary www.example. A)" ]
}

# To the end of a record, which a name server takes.
cut_text() {
	awk '/^sub4\./ { exit } { print }'
}

truncated() {
	begin
	to_canary truncated
	gate observe -c "$conf" --stage canary example.
	is "released, and not cut: exit status of observe" "$status" -eq 0
	inject canary_is_cut cut_text
	gate observe -c "$conf" --stage canary example.
	is "truncated: exit status of observe" "$status" -eq 1
	gate observe -c "$conf" --stage half example.
	is "truncated: exit status of observe, another stage" "$status" -eq 0
	stays_blocked truncated
	is "truncated: the evidence" -n "$(fact found canary)"
	is "truncated: it is in the log" -n "$(lines stage 'canary: not good: .*127\.0\.0\.1@')"
	inject 'is_not canary_is_cut' cat
	goes_on "truncated, mended"
}

# The SOA record is in every sample, addresses in most.
altered() {
	sed -e 's/hostmaster/hostmistress/' -e 's/192\.0\.2\./192.0.3./'
}

canary_is_altered() {
	ask canary host1.example. A | grep -q 192.0.3
}

# The zone passed; what the canary serves does not validate. The gate's own code says so, and where
# there is an Unbound, it does as well.
bogus() {
	validate=
	if command -v unbound >/dev/null; then
		validate="<Unbound>$(command -v unbound)</Unbound>"
	else
		skip bogus "needs unbound: by the gate's own code only"
	fi
	begin
	to_canary bogus
	inject canary_is_altered altered
	advance
	is "bogus: the gate's own code says so" -n "$(fact found canary | grep -w bogus)"
	[ -z "$validate" ] ||
		is "bogus: Unbound says so" -n "$(fact found canary | grep -w validator)"
	stays_blocked bogus
	inject 'is_not canary_is_altered' cat
	goes_on "bogus, mended"
	validate=
}

# A server that does not load what it gets; another one that has stopped answering.
stuck() {
	begin
	touch "$work/stuck-canary"
	next 'record=www CAA 0 issue "ca.example.net"'
	release "$serial"
	is "stuck canary: released" "$status" -eq 3
	is "stuck canary: it serves the zone of before" "$(serial_at canary example.)" = "$base"
	has canary "$serial" || fail "stuck canary" "its file"
	stays_blocked "stuck canary"
	rm "$work/stuck-canary"
	"$work/reload-canary" >"$work/out" 2>&1
	gets "not stuck any more" canary "$serial"
	kill -STOP "$(cat "$work/half2/started")"
	advance
	is "into the second stage" "$status" -eq 0
	wait_for 10 has_serial half example. "$serial"
	advance
	is "one of two is silent: exit status" "$status" -eq 1
	keeps "one of two is silent" all "$base"
	is "one of two is silent: it is named" -n "$(fact found half | grep "$(port_of half2)")"
	kill -CONT "$(cat "$work/half2/started")"
	gets "it answers again" half "$serial"
	finish "it answers again"
	spread "it answers again" "$serial" "$base" canary half all
}

# A stage serves the zone for its soak time before the next one gets it.
soak() {
	inside_canary='<Soak>PT4S</Soak>'
	begin
	to_canary soak
	begun=$(date +%s)
	advance
	is "soak: the first look" "$status" -eq 3
	keeps soak half "$base"
	advance half
	is "soak: a stage by name" "$status" -eq 3
	keeps soak half "$base"
	advance all
	is "soak: nor the one after it" "$status" -ge 1
	keeps soak all "$base"
	wait_for 20 moves_on half
	is "soak: not before its time" $(($(date +%s) - begun)) -ge 4
	gets soak half "$serial"
	keeps soak all "$base"
	finish "soak"
	inside_canary=
}

moves_on() { # stage
	advance
	has "$1" "$serial"
}

# A command that fails.
command_fails() {
	begin
	touch "$work/fail-canary"
	next 'record=www CAA 0 issue "ca.example.net"'
	release "$serial"
	is "the first command fails: exit status" "$status" -eq 2
	keeps "the first command fails" half "$base"
	advance
	is "it fails again: exit status" "$status" -eq 2
	keeps "it fails again" half "$base"
	log_is_whole "it fails again"
	rm "$work/fail-canary"
	release "$serial"
	is "it works again: exit status" "$status" -eq 3
	gets "it works again" canary "$serial"
	touch "$work/fail-half"
	advance
	is "the second command fails: exit status" "$status" -eq 2
	advance
	is "the second command fails again: exit status" "$status" -eq 2
	keeps "the second command fails" all "$base"
	rm "$work/fail-half"
	finish "the second command works again"
	spread "the second command works again" "$serial" "$base" canary half all
}

# --- What nobody should have touched ---

tampered() {
	begin
	to_canary tampered
	checkpoint
	# The text under way, by a valid zone even: it is not what passed.
	next
	cp "$work/zone.$serial" "$work/state/rolling/example.zone"
	serial=$((serial - 1))
	advance
	is "another text under way: exit status" "$status" -eq 1 -o "$status" -eq 2
	spread "another text under way" "$serial" "$base" canary
	rm -f "$work/state/rolling/example.zone"
	advance
	is "no text under way: exit status" "$status" -eq 2
	spread "no text under way" "$serial" "$base" canary
	restore "$serial" canary

	# A stage's target leads elsewhere.
	mv "$pub/half/zone" "$work/elsewhere"
	ln -s "$work/elsewhere" "$pub/half/zone"
	advance
	is "a symbolic link: exit status" "$status" -eq 2
	is "a symbolic link: it stays" -L "$pub/half/zone"
	is "a symbolic link: what it means" "$(cmp "$work/elsewhere" "$work/zone.$base" && echo same)" = same
	rm "$pub/half/zone"
	mv "$work/elsewhere" "$pub/half/zone"
	restore "$serial" canary

	# The stages are others than when the rollout began.
	stages="canary all" configure
	advance
	is "a stage is gone: exit status" "$status" -ne 0
	configure
	spread "a stage is gone" "$serial" "$base" canary

	# What is entered again after a run that was killed is still what passed.
	touch "$work/kill-half"
	advance
	is "killed, and another text: exit status" "$status" -eq 137
	cp "$work/state/rolling/example.zone" "$work/rolling"
	cp "$work/zone.$((serial + 1))" "$work/state/rolling/example.zone"
	advance
	is "killed, and another text, then the next: exit status" "$status" -ge 1
	is "killed, and another text: the file of half" -z "$(cmp "$work/zone.$serial" "$pub/half/zone")"
	keeps "killed, and another text" all "$base"
	cp "$work/rolling" "$work/state/rolling/example.zone"
	finish "as it was"
	spread "as it was" "$serial" "$base" canary half all
}

# Many at once: one of them works, the others are told so, or come when it is done.
at_once() {
	begin
	next 'record=@ NS ns.b.example.net.'
	for i in 1 2 3 4 5 6; do
		(
			"$ZONEGATE" release -q -j 1 -c "$conf" example. "$work/zone.$serial" \
				>/dev/null 2>&1 </dev/null
			echo $? >"$work/many.$i"
		) &
		many="${many:-} $!"
	done
	# shellcheck disable=SC2086 # process ids
	wait $many
	is "releases: held by a stage, or busy" -z "$(cat "$work"/many.* | grep -vx '[23]')"
	is "releases: one at least" -n "$(cat "$work"/many.* | grep -x 3)"
	spread "releases" "$serial" "$base" canary
	is "releases: one command" "$(wc -l <"$work/reloads-canary")" -eq 1
	many=
	for i in 1 2 3 4 5 6; do
		(
			"$ZONEGATE" stage advance -q -c "$conf" example. half >/dev/null 2>&1 </dev/null
			echo $? >"$work/many.$i"
		) &
		many="$many $!"
	done
	# shellcheck disable=SC2086 # process ids
	wait $many
	is "advances: nothing else than 0 to 3" -z "$(cat "$work"/many.* | grep -vx '[0-3]')"
	spread "advances" "$serial" "$base" canary half
	is "advances: one command" "$(wc -l <"$work/reloads-half")" -eq 1
	finish "at once"
}

# --- Command lines ---

usage() {
	begin
	gate stage list -c "$conf"
	is "list: exit status" "$status" -eq 0
	is "list: the zone" -n "$(grep example "$work/out")"
	gate stage show -c "$conf" example.
	is "show: exit status" "$status" -eq 0
	for stage in canary half all; do
		is "show: $stage" -n "$(grep $stage "$work/out")"
	done
	advance
	is "no rollout: exit status" "$status" -eq 0
	to_canary "a rollout"
	for words in "advance -c $conf other." "advance -c $conf example. fourth" "show -c $conf other." \
		"abort -c $conf --reason x other." "abort -c $conf --reason x" "advance -c /nonexistent"; do
		# shellcheck disable=SC2086 # words
		gate stage $words
		is "$words: exit status" "$status" -eq 2
	done
	spread "none of that" "$serial" "$base" canary
	# All zones.
	gate stage advance -c "$conf"
	is "of all zones: exit status" "$status" -eq 0
	gets "of all zones" half "$serial"
}

# --- A view that is kept open ---

# A terminal, and in it the view; its process id is in $work/watching.
watch_start() {
	cat >"$work/watch" <<-END
		#!/bin/sh
		echo \$\$ >$work/watching
		exec timeout -k 5 60 $ZONEGATE stage show --watch -c $conf example.
	END
	chmod 755 "$work/watch"
	rm -f "$work/watching"
	: >"$work/screen"
	script -qefc "$work/watch" "$work/screen" >"$work/out" 2>"$work/err" </dev/null &
	watcher=$!
}

on_screen() { # pattern
	grep -aq -e "$1" "$work/screen"
}

# The last that the terminal was told of its cursor: h shows it, l hides it.
cursor() {
	tr -d '\r' <"$work/screen" | grep -ao '?25[hl]' | tail -n 1
}

watch() {
	begin
	to_canary watch
	gate stage show --watch -c "$conf" example.
	is "watch: without a terminal" "$status" -eq 2
	if ! command -v script >/dev/null; then
		skip watch "needs script"
		return
	fi
	watch_start
	for words in "serial $serial" canary half all; do
		wait_for 15 on_screen "$words" || fail watch "does not show $words"
	done
	is "watch: the cursor is hidden" "$(cursor)" = '?25l'
	# What changes is drawn anew.
	advance
	is "watch: the second stage: exit status" "$status" -eq 0
	wait_for 10 on_screen 'entered half\|stage half: entered' || fail watch "does not show the step"
	kill -INT "$(cat "$work/watching")"
	wait "$watcher"
	is "watch: ended by INT: exit status" $? -eq 0
	is "watch: the cursor is shown again" "$(cursor)" = '?25h'
}

# --- The hook of a signer that writes files ---

# Such a hook is a release like any other: the first stage gets the zone, and no other.
signers_hook() {
	hook='<Hook engine="opendnssec"/>'
	begin
	"$ZONEGATE" policy lint "$conf" >"$work/out" 2>"$work/err"
	is "the hook of OpenDNSSEC: lint" $? -eq 0
	next 'record=@ NS ns.hook.example.net.'
	gate hook opendnssec -c "$conf" example "$work/zone.$serial"
	is "the hook of OpenDNSSEC: exit status" "$status" -eq 3
	spread "the hook of OpenDNSSEC" "$serial" "$base" canary
	gate hook opendnssec -c "$conf" example "$work/zone.$serial"
	is "the hook of OpenDNSSEC, again: exit status" "$status" -eq 3
	spread "the hook of OpenDNSSEC, again" "$serial" "$base" canary
	finish "the hook of OpenDNSSEC"
	spread "the hook of OpenDNSSEC, finished" "$serial" "$base" canary half all
	gate hook opendnssec -c "$conf" example "$work/zone.$serial"
	is "the hook of OpenDNSSEC, at the end: exit status" "$status" -eq 0
	hook=
}

# What that hook keeps for people is a file, which may have been cut: a policy that wants proof gets
# none from a candidate with nothing to compare it with, whoever asks.
signers_hook_completeness() {
	hook='<Hook engine="opendnssec"/>' completeness=any
	begin
	# Nothing is known of what was before.
	rm -rf "$work/state"
	next
	gate hook opendnssec -c "$conf" example "$work/zone.$serial"
	is "completeness: exit status" "$status" -eq 1
	accept "$serial" --override cache-view-unknown
	gate approve -c "$conf" --list example.
	is "completeness: what is left" -n "$(grep "serial $serial: undecided" "$work/out")"
	gate hook opendnssec -c "$conf" example "$work/zone.$serial"
	is "completeness: accepted, but not proved: exit status" "$status" -eq 2
	keeps "completeness" canary "$base"
	# The release in force is such a proof.
	begin
	next
	gate hook opendnssec -c "$conf" example "$work/zone.$serial"
	is "completeness: proved: exit status" "$status" -eq 3
	spread "completeness: proved" "$serial" "$base" canary
	hook='' completeness=
}

# A transfer that was not cut is a proof, and remains one for the stages to come. The same from a file
# is none.
first_by_transfer() {
	completeness=any
	begin
	rm -rf "$work/state"
	release "$base"
	accept "$base" --override cache-view-unknown
	release "$base"
	is "the first, from a file: exit status" "$status" -eq 2
	rm -rf "$work/state"
	from=127.0.0.1@$(port_of canary)
	gate release -q -c "$conf" --transfer "$from" example.
	is "the first, by transfer: exit status" "$status" -eq 1
	accept "$base" --override cache-view-unknown
	gate release -q -c "$conf" --transfer "$from" example.
	is "the first, by transfer, accepted: exit status" "$status" -eq 3
	rollout_is "the first, by transfer" running "$base"
	advance
	is "the first, by transfer: the second stage" "$status" -eq 0
	finish "the first, by transfer"
	rollout_is "the first, by transfer, at the end" finished "$base"
	completeness=
}

# --- Approvals between stages ---

stage_approve() { # who stage [words...]
	stage_who=$1 stage_name=$2
	shift 2
	gate approve -q -c "$conf" --stage "$stage_name" --key "$work/$stage_who.key" \
		--as "$stage_who" --reason "a test" "$@" example. "$serial"
}

not_yet() { # name
	advance
	is "$1: exit status" "$status" -eq 3
	keeps "$1" half "$base"
	keeps "$1" all "$base"
}

approvals() {
	inside_half='<Approvals>2</Approvals>'
	begin
	to_canary approvals
	not_yet "no approval"
	gate approve -c "$conf" --list
	is "what waits: exit status" "$status" -eq 0
	is "what waits is listed" -n "$(grep "$serial" "$work/out")"
	stage_approve mallory half
	is "who is no approver" "$status" -eq 2
	not_yet "by who is no approver"
	stage_approve alice half
	is "one of two: exit status" "$status" -eq 0
	not_yet "one of two"
	stage_approve alice half
	not_yet "the same approver twice"
	first=$(find "$work/state/spool" -name '*.approval' | head -n 1)
	sed 's/^by alice$/by bob/' "$first" >"$work/forged"
	cp "$work/forged" "$work/state/spool/forged.approval"
	not_yet "forged"
	rm -f "$work/state/spool/forged.approval"
	stage_approve bob half --for 1s
	sleep 2
	not_yet "expired"
	stage_approve bob half --from +1h
	not_yet "not yet in force"
	stage_approve bob all
	not_yet "of another stage"
	# What was approved is this candidate.
	log_is_whole "not approved"
	stage_approve bob half
	is "two of two: exit status" "$status" -eq 0
	goes_on "two of two"
	# No approval is good for the next one.
	to_canary "the next"
	not_yet "approvals of the one before"
	stage_approve alice half
	stage_approve bob half
	goes_on "the next, approved"
	inside_half=
}

# --- A newer candidate comes ---

# A rollout is under way, at the first stage; $first is its serial, $serial a newer one's.
newer_begin() { # queue|replace|hold
	newer=$1
	begin_with_a_rollout
	to_canary "$1"
	first=$serial
	# What is no better for being newer.
	next
	sed 's/192\.0\.2\.1\([1-8]\)/192.0.3.1\1/' "$work/zone.$serial" >"$work/broken"
	gate release -q -j 1 -c "$conf" example. "$work/broken"
	is "$1: a broken one: exit status" "$status" -eq 1
	spread "$1: a broken one" "$first" "$base" canary
	cp "$work/zone.$base" "$work/served"
	sign "$base" 'record=www9 A 192.0.2.99'
	release "$base"
	cp "$work/served" "$work/zone.$base"
	is "$1: the serial in force with other content: exit status" "$status" -eq 1
	spread "$1: the serial in force with other content" "$first" "$base" canary
	next "record=@ NS ns$first.example.net."
}

queue() {
	newer_begin queue
	release "$serial"
	is "queue: exit status" "$status" -eq 3
	spread "queue" "$first" "$base" canary
	overtaken=$serial
	next "record=@ NS ns$first.example.net."
	release "$serial"
	is "queue, a newer one: exit status" "$status" -eq 3
	spread "queue, a newer one" "$first" "$base" canary
	rollout_is "queue" running "$first"
	for _ in 1 2 3 4 5 6; do
		! has all "$serial" || break
		rolling=$(fact serial)
		for stage in canary half; do
			! has $stage "$rolling" || wait_for 10 serves $stage "$rolling"
		done
		advance
		! has all "$overtaken" || fail queue "what was overtaken is in service"
		! has canary "$overtaken" || fail queue "what was overtaken is at the canary"
	done
	is "queue, the newest: exit status" "$status" -eq 0
	rollout_is "queue, the newest" finished "$serial"
	for stage in canary half all; do gets "queue, the newest" $stage "$serial"; done
	is "queue: the one before was in service" -n "$(state_of "$first" | grep -E 'handed|confirmed|superseded')"
	is "queue: that is in the log" -n "$(lines stage "serial $serial is queued, and overtakes")"
	is "queue: the one between was not" -z "$(state_of "$overtaken" | grep -E 'handed|confirmed')"
	log_is_whole queue
	newer=
}

replace() {
	newer_begin replace
	release "$serial"
	is "replace: exit status" "$status" -eq 3
	spread "replace" "$serial" "$base" canary
	rollout_is "replace" running "$serial"
	release "$first"
	is "replace: the one before: exit status" "$status" -eq 1
	spread "replace: the one before" "$serial" "$base" canary
	finish "replace"
	spread "replace, finished" "$serial" "$base" canary half all
	is "replace: the one before was never in service everywhere" \
		-z "$(state_of "$first" | grep -E 'handed|confirmed')"
	newer=
}

hold() {
	newer_begin hold
	release "$serial"
	is "hold: exit status" "$status" -eq 3
	spread "hold" "$first" "$base" canary
	rollout_is "hold" running "$first"
	held=$serial serial=$first
	finish "hold, the first"
	advance
	spread "hold, the first" "$first" "$base" canary half all
	base=$first serial=$held
	release "$serial"
	is "hold, offered when the first is done: exit status" "$status" -eq 0
	spread "hold, offered when the first is done" "$serial" "$base" canary half all
	newer=
}

# --- Abort ---

# Nothing is under way any more, and the aborted one does not come back.
after_abort() { # name
	rollout_is "$1" aborted "$serial"
	advance
	is "$1: nothing to advance" "$status" -eq 0
	abort
	is "$1: nothing to abort any more" "$status" -ge 1
	release "$serial"
	is "$1: the aborted one again" "$status" -eq 1
	keeps "$1" all "$base"
}

# What comes next has a serial above the aborted one, and goes out in stages, whatever it contains.
next_after_abort() { # name
	aborted=$serial
	next
	release "$serial"
	is "$1: the next is staged: exit status" "$status" -eq 3
	gets "$1: the next" canary "$serial"
	keeps "$1: the next" all "$base"
	finish "$1: the next"
	for stage in canary half all; do gets "$1: the next" $stage "$serial"; done
	is "$1: the aborted one is superseded or never was" \
		-z "$(state_of "$aborted" | grep -E 'handed|confirmed')"
	gate observe -c "$conf" example.
	is "$1: the next is confirmed" "$status" -eq 0
	log_is_whole "$1: the next"
}

abort_first() {
	begin_with_a_rollout
	abort
	is "nothing to abort: exit status" "$status" -ge 1
	to_canary "abort at the first stage"
	gate stage abort -c "$conf" example.
	is "an abort without a reason" "$status" -eq 2
	gets "an abort without a reason" canary "$serial"
	abort
	is "abort at the first stage: exit status" "$status" -eq 0
	has canary "$base" || fail "abort at the first stage" "the file of the canary"
	wait_for 10 serves canary "$base" || fail "abort at the first stage" "the canary"
	keeps "abort at the first stage" half "$base"
	keeps "abort at the first stage" all "$base"
	log_is_whole "abort at the first stage"
	after_abort "abort at the first stage"
}

abort_second() {
	begin_with_a_rollout
	to_canary "abort at the second stage"
	advance
	gets "abort at the second stage" half "$serial"
	abort
	is "abort at the second stage: exit status" "$status" -eq 0
	for stage in canary half; do
		has $stage "$base" || fail "abort at the second stage" "the file of $stage"
	done
	wait_for 10 has_serial canary example. "$base" || fail "abort at the second stage" "canary"
	wait_for 10 has_serial half example. "$base" || fail "abort at the second stage" "half"
	# A secondary takes no lower serial: it is said.
	is "abort at the second stage: the secondary" "$(serial_at half2 example.)" = "$serial"
	keeps "abort at the second stage" all "$base"
	log_is_whole "abort at the second stage"
	is "abort at the second stage: why is in the log" -n "$(lines stage 'aborting: .*a test')"
	after_abort "abort at the second stage"
	next_after_abort "abort at the second stage"
}

# The last stage has its file, and its command failed.
abort_last() {
	begin_with_a_rollout
	to_canary "abort at the last stage"
	advance
	gets "abort at the last stage" half "$serial"
	touch "$work/fail-all"
	advance
	is "abort at the last stage: its command fails" "$status" -eq 2
	rm "$work/fail-all"
	abort
	is "abort at the last stage: exit status" "$status" -eq 0
	for stage in canary half all; do
		has $stage "$base" || fail "abort at the last stage" "the file of $stage"
	done
	wait_for 10 has_serial canary example. "$base" || fail "abort at the last stage" "canary"
	wait_for 10 serves all "$base" || fail "abort at the last stage" "all"
	log_is_whole "abort at the last stage"
	after_abort "abort at the last stage"
}

# What is put back is checked as any release, and people can accept what is found: here that the
# policy is another one by now.
abort_accepted() {
	begin_with_a_rollout
	to_canary "abort, to be accepted"
	when=always configure
	abort
	is "abort, to be accepted: exit status" "$status" -eq 3
	spread "abort, to be accepted" "$serial" "$base" canary
	rollout_is "abort, to be accepted" running "$serial"
	settle
	advance
	is "abort, to be accepted: stopped" "$status" -eq 1
	keeps "abort, to be accepted: stopped" half "$base"
	accept "$base"
	abort
	when=
	is "abort, accepted: exit status" "$status" -eq 0
	has canary "$base" || fail "abort, accepted" "the file of the canary"
	wait_for 10 serves canary "$base" || fail "abort, accepted" "the canary"
	keeps "abort, accepted" half "$base"
	keeps "abort, accepted" all "$base"
	is "abort, accepted: by whom is in the log" -n "$(lines approval alice)"
	log_is_whole "abort, accepted"
	after_abort "abort, accepted"
}

# What is queued behind it is given up with it, and is no queued candidate any more.
abort_queued() {
	begin_with_a_rollout
	to_canary "abort, with one queued"
	first=$serial
	next "record=@ NS ns$first.example.net."
	release "$serial"
	is "abort, with one queued: it waits" "$status" -eq 3
	gate status -c "$conf" example.
	is "abort, with one queued: status says so" -n "$(grep candidate-queued "$work/out")"
	is "abort, with one queued: it is not for people" -z "$(grep candidate-held "$work/out")"
	queued=$serial serial=$first
	abort
	is "abort, with one queued: exit status" "$status" -eq 0
	is "abort, with one queued: it is given up" ! -e "$work/state/queued/example.zone"
	is "abort, with one queued: that is in the log" -n "$(lines stage 'queued is given up')"
	after_abort "abort, with one queued"
	for stage in canary half all; do
		has $stage "$base" || fail "abort, with one queued" "the file of $stage"
	done
	# Offered again, it goes out in stages.
	serial=$queued
	release "$serial"
	is "abort, with one queued: offered again: exit status" "$status" -eq 3
	spread "abort, with one queued: offered again" "$serial" "$base" canary
	rollout_is "abort, with one queued: offered again" running "$serial"
}

# Its own command kills it on the way back.
abort_killed() {
	begin_with_a_rollout
	to_canary "an abort is killed"
	advance
	gets "an abort is killed" half "$serial"
	touch "$work/kill-half"
	abort
	is "an abort is killed: exit status" "$status" -eq 137
	rollout_is "an abort is killed" aborting "$serial"
	keeps "an abort is killed" all "$base"
	advance
	for stage in canary half; do
		has $stage "$base" || fail "an abort is killed, then advance" "the file of $stage"
	done
	wait_for 10 serves canary "$base" || fail "an abort is killed, then advance" "canary"
	keeps "an abort is killed, then advance" all "$base"
	log_is_whole "an abort is killed, then advance"
	after_abort "an abort is killed"
	next_after_abort "an abort is killed"
}

# What would be put back has expired: it stays where it is.
abort_refused() {
	begin ttl=2 end=10
	expired=$(($(date +%s) + 11))
	to_canary "abort to what has expired"
	wait_for 15 sh -c "[ \$(date +%s) -ge $expired ]"
	abort
	is "abort to what has expired: exit status" "$status" -eq 1
	spread "abort to what has expired" "$serial" "$base" canary
	rollout_is "abort to what has expired" running "$serial"
	# Nobody wants it any more: it goes on when the next stage is named, and not by the timer.
	settle
	advance
	is "abort to what has expired: stopped" "$status" -eq 1
	spread "abort to what has expired: stopped" "$serial" "$base" canary
	advance all
	is "abort to what has expired: another stage is named" "$status" -ne 0
	spread "abort to what has expired: another stage is named" "$serial" "$base" canary
	advance half
	is "abort to what has expired: resumed" "$status" -eq 0
	finish "abort to what has expired: the way on"
}

# --- A server that lags keeps a key rollover waiting ---

feedback() {
	begin_with_a_rollout ttl=2
	knot_tell all2 zone-freeze example
	next ttl=2 key
	release "$serial"
	is "a key is published: exit status" "$status" -eq 3
	finish "a key is published"
	published=$serial
	has all "$published" || fail "a key is published" "the file of all"
	wait_for 10 has_serial all example. "$published"
	is "a server lags" "$(serial_at all2 example.)" = "$base"
	gate observe -c "$conf" example.
	is "a server lags: it is seen" "$status" -eq 1
	# Had every server the key by now, caches would have it as well.
	sleep 4
	next ttl=2 swap
	release "$serial"
	is "a server lags: the new key is not to sign" "$status" -eq 1
	for stage in canary half all; do
		has $stage "$published" || fail "a server lags" "the file of $stage"
	done
	log_is_whole "a server lags"

	knot_tell all2 zone-thaw example
	knot_tell all2 zone-refresh example
	gets "it lags no more" all "$published"
	gate observe -c "$conf" example.
	is "it lags no more: it is seen" "$status" -eq 0
	release "$serial"
	is "what it gave to caches is still there" "$status" -eq 1
	keeps "what it gave to caches is still there" canary "$published"
	sleep 4
	release "$serial"
	is "the new key signs: exit status" "$status" -eq 3
	finish "the new key signs"
	spread "the new key signs" "$serial" "$published" canary half all
}

for part in ${STAGES_PARTS:-clean usage tampered at_once risky truncated bogus stuck soak \
	command_fails approvals queue replace hold abort_first abort_second abort_last abort_killed \
	abort_refused abort_accepted abort_queued watch signers_hook signers_hook_completeness first_by_transfer \
	feedback \
	killed_by_command killed}; do
	begun=$(date +%s)
	$part
	echo "note: $part: $(($(date +%s) - begun)) s"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
