#!/bin/sh
# `zonegate hook cascade` and `zonegate hook opendnssec`. Debian 12 has no Cascade: a stand-in runs
# the hook as Cascade's documentation says, with an NSD as the review server. The signer of
# OpenDNSSEC 2.1 runs its NotifyCommand without a shell and with all descriptors closed, and looks
# at no exit status: so does the other stand-in, and an NSD loads the file that is released.
#
#   tests/hook_engines/run.sh      HOOK_PARTS="cascade opendnssec" runs some parts only
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
make_zone=$BUILD/tests/release/make_zone
umask 022

. tests/tools/needs.sh
needs nsd nsd-control dig
work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
trap 'servers_stop; disk_free; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
top=$work/top
conf=$top/zonegate.xml
zones=$work/zones
table=$work/table

passed=0 failed=0 skipped=0
. tests/tools/counts.sh
. tests/tools/faults.sh
. tests/tools/parts.sh

# A line of the table: engine, fault, what is public, what the log says of what was offered.
row() {
	printf '%-10s  %-44s  %-20s  %s\n' "$@" >>"$table"
}

# --- Zones ---

zones_make() {
	mkdir "$zones" || exit 2
	new_ns="record=@ 3600 NS ns.b.example.net."
	"$make_zone" 1 "$zones/1" "$zones/ds" && "$make_zone" 2 "$zones/2" "$zones/ds" &&
		"$make_zone" 3 "$zones/3" "$zones/ds" "$new_ns" || exit 2
	"$make_zone" 2 "$zones/2-broken" "$zones/ds" broken &&
		"$make_zone" 2 "$zones/2-other" "$zones/ds" broken "$new_ns" &&
		"$make_zone" 2 "$zones/2-expired" "$zones/ds" since=40 days=-1 &&
		"$make_zone" 2 "$zones/2-keys" "$zones/ds.unused" zsk=another &&
		"$make_zone" 2 "$zones/2-ns" "$zones/ds" "$new_ns" || exit 2
	"$make_zone" 4 "$zones/4" "$zones/ds" "$new_ns" || exit 2
	awk '/^a\.example/ { exit } { print }' "$zones/2" >"$zones/2-cut"
	# The zone of 5 May 2026, as if it happened today.
	for serial in 1 2 3; do
		mkdir "$zones/de.$serial" || exit 2
		sed "s/ 1778003340 / $serial /" samples/de-2026/unsigned.zone >"$zones/de.$serial/unsigned"
		"$BUILD/tests/tools/de_2026" "$zones/de.$serial/unsigned" "$zones/de.$serial" \
			$(($(date +%s) - 1778003340)) || exit 2
	done
}

# --- The gate ---

# A fresh one: nothing was released yet.
gate_new() { # engine
	rm -rf "$top"
	mkdir "$top" "$top/published"
	engine=$1
	published=0
	hook_options=
	cp "$zones/ds" "$top/ds"
	"$ZONEGATE" policy show | sed -e 's/<UnknownHistory on="[a-z]*"/<UnknownHistory on="warn"/' \
		-e 's/<ApexNS on="[a-z]*"/<ApexNS on="approve"/' >"$top/policy.xml"
	printf '#!/bin/sh\ncat >>%s/notified\n' "$top" >"$top/notify"
	chmod 755 "$top/notify"
	configure
}

# What stands in a zone: the hook, and the file that the hook of OpenDNSSEC releases. Once a zone is
# approved, it is told of the same file again.
hook_xml() { # zone [engine]
	if [ "$engine" != opendnssec ]; then
		echo "<Hook engine=\"${2:-$engine}\"/>"
		return
	fi
	cat <<-END
		<Hook engine="opendnssec">
		  <Command timeout="PT20S">
		    <Argument>$ZONEGATE</Argument><Argument>hook</Argument>
		    <Argument>opendnssec</Argument><Argument>-c</Argument><Argument>$conf</Argument>
		    <Argument>$1</Argument><Argument>$work/signed/$1</Argument>
		  </Command>
		</Hook>
		<Release><Target>$top/published/$1</Target>
		  <Command timeout="PT20S">
		    <Argument>$(command -v nsd-control)</Argument><Argument>-c</Argument>
		    <Argument>$work/review/nsd.conf</Argument>
		    <Argument>reload</Argument><Argument>$1</Argument>
		  </Command>
		</Release>
	END
}

configure() { # [more of the zone example. [its engine [its parent]]]
	ds="<DS ttl=\"P1D\">$top/ds</DS>"
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
		    $(hook_xml example. "${2:-}")
		    <Parent>${3:-$ds}</Parent>
		  </Zone>
		  <Zone name="de.example.">
		    <Policy>$top/policy.xml</Policy>
		    $(hook_xml de.example.)
		    <Parent><DS ttl="P1D">$zones/de.1/ds</DS></Parent>
		  </Zone>
		</Configuration>
	END
}

approve() { # who
	"$ZONEGATE" approve -q -c "$conf" --key "$work/$1" --as "$1" --reason "a test" \
		example. 2 >"$work/out" 2>"$work/said"
	is "approved by $1" $? -eq 0
}

# A trust anchor that cannot be read, and nobody who answers.
no_anchor() {
	free_port
	configure "" "" "<Server address=\"127.0.0.1\" port=\"${port:?}\"/>
		<TrustAnchor>$top/no-anchor</TrustAnchor>"
}

# An NSD that serves what is in $top/published: Cascade's review server, the distribution primary
# behind OpenDNSSEC.
review_start() {
	servers_stop
	find "$work/review" -mindepth 1 ! -name port -delete
	nsd_configure review <<-END
		zone:
		  name: example.
		  zonefile: $top/published/example.
		  provide-xfr: 127.0.0.0/8 NOKEY
		zone:
		  name: de.example.
		  zonefile: $top/published/de.example.
		  provide-xfr: 127.0.0.0/8 NOKEY
	END
	nsd_start review
}

# --- Cascade ---

# The review server has this zone, or soon will.
review_serves() { # zone-file [zone]
	cp "$1" "$top/published/${2:-example.}"
	nsd_tell review reload "${2:-example.}" >/dev/null
	wanted=$(awk '$4 == "SOA" { print $7; exit }' "$1")
	wait_for 10 has_serial review "${2:-example.}" "$wanted" ||
		fail "cascade: the review server" "does not serve $1"
	# The same serial may come with another content.
	sleep 0.2
}

# What Cascade runs, with what it says in the environment. It publishes what exit status 0 approves,
# and discards the rest: serial $published of example. is public.
review() { # zone serial [port [command]]
	sh -c "cd / && exec env CASCADE_ZONE=$1 CASCADE_SERIAL=$2 \
		CASCADE_SERVER=127.0.0.1:${3:-$(port_of review)} CASCADE_SERVER_IP=127.0.0.1 \
		CASCADE_SERVER_PORT=${3:-$(port_of review)} \
		sh -c '${4:-$ZONEGATE hook cascade -q -c $conf ${hook_options:-}}'" >"$work/said" 2>&1
	answer=$?
	[ $answer -ne 0 ] || published=$2
}

# Not approved, and the log does not say that it was.
rejects() { # fault status state
	is "cascade: $1: exit status" $answer -ne 0 -a $answer -eq "$2"
	is "cascade: $1: serial 1 stays" "$published" = 1
	log_look
	log_says "cascade: $1" "$3"
	row cascade "$1" "serial $published, as before" "$found"
}

# A review whose process is $hook and which waits for its FIFO.
review_hangs() {
	hang
	CASCADE_ZONE=example CASCADE_SERIAL=2 CASCADE_SERVER=127.0.0.1:$(port_of review) \
		CASCADE_SERVER_IP=127.0.0.1 CASCADE_SERVER_PORT=$(port_of review) \
		"$ZONEGATE" hook cascade -q -c "$conf" >"$work/said" 2>&1 &
	hook=$!
	wait_for 10 worker_of $hook || fail "cascade: a hook that waits" "there is none"
}

review_ends() {
	wait $hook 2>/dev/null
	answer=$?
	configure
	[ $answer -ne 0 ] || published=2
}

cascade() {
	gate_new cascade
	review_start
	review_serves "$zones/1"
	review_serves "$zones/de.1/good.zone" de.example.
	review example 1
	is "cascade: the first is approved" "$published" = 1
	is "cascade: the first: the log" "$(state_of 1)" = handed
	review example 1
	is "cascade: asked again" $answer -eq 0
	said "cascade: asked again" 'serial 1 is already released'
	is "cascade: asked again: no candidate" "$(candidates)" -eq 1

	mark=$(log_mark)
	cascade_asks
	cascade_faults
	for bad in broken expired cut keys; do
		review_serves "$zones/2-$bad"
		review example 2
		rejects "a bad zone: $bad" 1 refused
	done
	review example 2
	said "cascade: a refusal is remembered" 'and nothing has changed since'
	cascade_held
	review_serves "$zones/3"
	review example 3
	is "cascade: the next good zone" "$published" = 3
	cascade_dropped
	cascade_de
	log_is_whole cascade
}

# What it is asked makes no sense, or is not what comes.
cascade_asks() {
	review_serves "$zones/2"
	review example 1
	is "cascade: the next version is there by now: exit status" $answer -eq 2
	said "cascade: the next version" 'asks about serial 1, and what came has serial 2'
	mark=$(log_mark)
	review_serves "$zones/1"
	review example 2
	rejects "another serial" 2 undecided
	said "cascade: another serial" 'asks about serial 2, and what came has serial 1'
	review example two
	rejects "no serial" 2 nothing
	review "" 2
	rejects "no zone" 2 nothing
	review other.example 2
	rejects "a zone that is not configured" 2 nothing
	review example 2 "$(port_of review)" "$ZONEGATE hook cascade -c $conf example"
	rejects "a word too many" 2 nothing
	configure "" nsd
	review example 2
	configure
	rejects "a hook of another engine is configured" 2 nothing
}

cascade_faults() {
	review_serves "$zones/2"
	free_port
	review example 2 "${port:?}"
	rejects "a dead review server" 2 undecided
	hook_options="--timeout 1"
	stopped=$(descendants "$(cat "$work/review/started")")
	# shellcheck disable=SC2086 # a list of processes
	kill -STOP $stopped
	review example 2
	# shellcheck disable=SC2086
	kill -CONT $stopped
	rejects "a review server that says nothing" 2 undecided
	hang
	review example 2
	configure
	hook_options=
	rejects "the time-out of the check" 2 undecided
	for signal in KILL SEGV TERM; do
		review_hangs
		kill -$signal "$worker"
		review_ends
		rejects "the worker gets SIG$signal" 2 undecided
	done
	for signal in KILL SEGV; do
		review_hangs
		kill -$signal "$supervisor"
		review_ends
		rejects "the worker's supervisor gets SIG$signal" 2 nothing
	done
	review_hangs
	kill -KILL $hook
	review_ends
	hook_is_over
	rejects "the hook itself gets SIGKILL" 137 undecided
	mv "$top/policy.xml" "$top/policy.off"
	review example 2
	mv "$top/policy.off" "$top/policy.xml"
	rejects "no policy" 2 undecided
	mv "$conf" "$conf.off"
	review example 2
	mv "$conf.off" "$conf"
	rejects "no configuration" 2 nothing
	review example 2 "$(port_of review)" "$top/no-zonegate hook cascade"
	rejects "no program" 127 nothing
	mv "$top/state/zonegate.db" "$top/database"
	review example 2
	rm -f "$top/state/zonegate.db"
	mv "$top/database" "$top/state/zonegate.db"
	rejects "no database" 2 nothing
	wrapped="$top/wrapper hook cascade -q -c $conf"
	wrapper "ulimit -f 1"
	review example 2 "$(port_of review)" "$wrapped"
	rejects "no file may grow, as on a full disk" 2 "no pass"
	if disk_fill "$top/state/zones"; then
		review example 2
		disk_free
		rejects "a full disk" 2 undecided
	else
		skip "cascade: a full disk" "no file system of that size can be mounted"
	fi
	if [ -z "$SANITIZE" ]; then
		wrapper "ulimit -v 60000"
		review example 2 "$(port_of review)" "$wrapped"
		rejects "out of memory" "$answer" "no pass"
	fi
	chmod 644 "$top/wrapper"
	review example 2 "$(port_of review)" "$wrapped"
	rejects "the hook may not be executed" 126 nothing
	review_serves "$zones/2-keys"
	no_anchor
	review example 2
	configure
	rejects "an unreadable trust anchor, and other keys" 1 refused
	cascade_restart
}

# Cascade is killed while a hook works for it, and starts again: what the hook says nobody hears.
cascade_restart() {
	review_serves "$zones/2-other"
	hang
	(
		review example 2
		echo "$published" >"$work/heard"
	) &
	cascade=$!
	wait_for 10 worker_of $cascade || fail "cascade: a hook that waits" "there is none"
	kill -KILL $cascade
	wait $cascade 2>/dev/null
	hang_ends "$zones/1"
	wait_for 10 log_has_verdict || fail "cascade: killed" "nothing is in the log"
	configure
	review example 2
	is "cascade: killed: nobody heard" ! -e "$work/heard"
	rejects "Cascade is killed during a check, and back" 1 refused
}

# Cascade does not do what was approved: it is still good when it asks again.
cascade_dropped() {
	review_serves "$zones/4"
	review example 4
	is "cascade: dropped: exit status" $answer -eq 0
	published=3
	row cascade "a pass that Cascade then drops" "serial $published, as before" "$(state_of 4)"
	is "cascade: dropped: the log" "$(state_of 4)" = handed
	is "cascade: dropped: its predecessor may be served" "$(state_of 3)" = handed
	n=$(candidates)
	review example 4
	is "cascade: dropped: asked again" "$published" = 4
	is "cascade: dropped: no new candidate" "$(candidates)" -eq "$n"
}

cascade_held() {
	review_serves "$zones/2-ns"
	review example 2
	rejects "held" 3 held
	approve alice
	approve bob
	review example 2
	is "cascade: what was approved" $answer -eq 0
	is "cascade: what was approved: the log" "$(state_of 2)" = handed
}

cascade_de() {
	review de.example 1
	is "cascade: the zone of 4 May 2026" $answer -eq 0
	review_serves "$zones/de.2/bad.zone" de.example.
	review de.example 2
	is "cascade: the zone of 5 May 2026" $answer -eq 1
	is "cascade: the zone of 5 May 2026: the log" "$(state_of 2 de.example.)" = refused
	row cascade "the zone of 5 May 2026" "serial 1, as before" "$(state_of 2 de.example.)"
	review_serves "$zones/de.3/good.zone" de.example.
	review de.example 3
	is "cascade: the zone of 5 May 2026, well signed" $answer -eq 0
}

# --- OpenDNSSEC ---

# What the signer of OpenDNSSEC 2.1 does once it has written a file: no shell, nothing to write to,
# and the exit status is looked at by this test only.
notify() { # zone zone-file [program]
	mkdir -p "$work/signed"
	[ ! -e "$2" ] || cp "$2" "$work/signed/$1."
	# shellcheck disable=SC2086 # a list of words
	(
		exec <&- >&- 2>&-
		exec "${3:-$ZONEGATE}" hook opendnssec -c "$conf" $hook_options "$1" "$work/signed/$1."
	)
	answer=$?
}

# Neither the file nor the server have it, and the log does not say so.
stays() { # fault status state
	is "opendnssec: $1: exit status" $answer -ne 0 -a $answer -eq "$2"
	if cmp -s "$zones/1" "$top/published/example."; then
		pass
	else
		fail "opendnssec: $1" "the file is another one"
	fi
	is "opendnssec: $1: what is served" "$(serial_at review example.)" = 1
	log_look
	log_says "opendnssec: $1" "$3"
	row opendnssec "$1" "serial $(serial_at review example.), as before" "$found"
}

arrives() { # name serial [zone]
	is "opendnssec: $1: exit status" $answer -eq 0
	if wait_for 10 has_serial review "${3:-example.}" "$2"; then
		pass
	else
		fail "opendnssec: $1" "serial $(serial_at review "${3:-example.}") is served, not $2"
	fi
	is "opendnssec: $1: the log" "$(state_of "$2" "${3:-example.}")" = handed
}

opendnssec() {
	opendnssec_completeness
	gate_new opendnssec
	review_start
	notify example "$zones/1"
	arrives "the first" 1
	notify example "$zones/1"
	is "opendnssec: the same again" $answer -eq 0
	is "opendnssec: the same again: no candidate" "$(candidates)" -eq 1
	mark=$(log_mark)
	opendnssec_faults
	told=$(grep -c '"verdict": "refused"' "$top/notified")
	for bad in broken expired cut keys; do
		notify example "$zones/2-$bad"
		stays "a bad zone: $bad" 1 refused
	done
	is "opendnssec: people are told" "$(grep -c '"verdict": "refused"' "$top/notified")" -eq $((told + 4))
	notify example "$zones/2-ns"
	stays "held" 3 held
	approve alice
	approve bob
	answer=0
	arrives "what was approved" 2
	notify example "$zones/3"
	arrives "the next good zone" 3
	opendnssec_dropped
	notify de.example "$zones/de.1/good.zone"
	arrives "the zone of 4 May 2026" 1 de.example.
	notify de.example "$zones/de.2/bad.zone"
	is "opendnssec: the zone of 5 May 2026" $answer -eq 1
	is "opendnssec: the zone of 5 May 2026: what is served" "$(serial_at review de.example.)" = 1
	row opendnssec "the zone of 5 May 2026" "serial $(serial_at review de.example.), as before" \
		"$(state_of 2 de.example.)"
	notify de.example "$zones/de.3/good.zone"
	arrives "the zone of 5 May 2026, well signed" 3 de.example.
	log_is_whole opendnssec
}

# A file has no end mark: a policy that asks for a proof that nothing is missing gets none of it.
opendnssec_completeness() {
	gate_new opendnssec
	sed -i 's|<Completeness>none<|<Completeness>any<|' "$top/policy.xml"
	"$ZONEGATE" policy lint "$conf" >"$work/said" 2>&1
	said "opendnssec: completeness: lint" 'no unsigned zone to prove that example. is complete'
	notify example "$zones/1"
	is "opendnssec: completeness: exit status" $answer -eq 2
	is "opendnssec: completeness: not released" ! -e "$top/published/example."
}

# A hook in the background whose check hangs.
notify_hangs() { # [zone-file]
	hang
	cp "$zones/${1:-2}" "$work/signed/example."
	"$ZONEGATE" hook opendnssec -c "$conf" example "$work/signed/example." <&- >&- 2>&- &
	hook=$!
	wait_for 10 worker_of $hook || fail "opendnssec: a hook that waits" "there is none"
}

notify_ends() {
	wait $hook 2>/dev/null
	answer=$?
	configure
}

opendnssec_faults() {
	"$ZONEGATE" hook opendnssec -c "$conf" example >"$work/said" 2>&1
	answer=$?
	stays "no file is named" 2 nothing
	notify other.example "$zones/2"
	stays "a zone that is not configured" 2 nothing
	notify example "$zones/de.2/good.zone"
	is "opendnssec: the file of another zone" $answer -ne 0
	is "opendnssec: the file of another zone: what is served" "$(serial_at review example.)" = 1
	log_look
	rm -f "$work/signed/example."
	notify example "$work/no-file"
	stays "no file" 2 undecided
	hang
	hook_options="--timeout 1"
	notify example "$zones/2"
	hook_options=
	configure
	stays "the time-out" 2 undecided
	for signal in KILL SEGV TERM; do
		notify_hangs
		kill -$signal "$worker"
		notify_ends
		stays "the worker gets SIG$signal" 2 undecided
	done
	for signal in KILL SEGV; do
		notify_hangs
		kill -$signal "$supervisor"
		notify_ends
		stays "the worker's supervisor gets SIG$signal" 2 nothing
	done
	notify_hangs
	kill -KILL $hook
	notify_ends
	hook_is_over
	stays "the hook itself gets SIGKILL" 137 undecided
	mv "$top/policy.xml" "$top/policy.off"
	notify example "$zones/2"
	mv "$top/policy.off" "$top/policy.xml"
	stays "no policy" 2 undecided
	mv "$conf" "$conf.off"
	notify example "$zones/2"
	mv "$conf.off" "$conf"
	stays "no configuration" 2 nothing
	notify example "$zones/2" "$top/no-zonegate"
	stays "no program" 127 nothing
	mv "$top/state/zonegate.db" "$top/database"
	notify example "$zones/2"
	rm -f "$top/state/zonegate.db"
	mv "$top/database" "$top/state/zonegate.db"
	stays "no database" 2 nothing
	wrapper "ulimit -f 1"
	notify example "$zones/2" "$top/wrapper"
	stays "no file may grow, as on a full disk" 2 "no pass"
	if disk_fill "$top/published"; then
		notify example "$zones/2"
		disk_free
		stays "a full disk" 2 undecided
	else
		skip "opendnssec: a full disk" "no file system of that size can be mounted"
	fi
	if [ -z "$SANITIZE" ]; then
		wrapper "ulimit -v 60000"
		notify example "$zones/2" "$top/wrapper"
		stays "out of memory" "$answer" "no pass"
	fi
	chmod 644 "$top/wrapper"
	notify example "$zones/2" "$top/wrapper"
	stays "the command may not be executed" 126 nothing
	no_anchor
	notify example "$zones/2-keys"
	configure
	stays "an unreadable trust anchor, and other keys" 1 refused
	opendnssec_restart
}

# The distribution server is killed during a check, and starts again.
opendnssec_restart() {
	notify_hangs 2-other
	review_kill
	hang_ends "$zones/1"
	notify_ends
	nsd_start review
	stays "NSD is killed during a check, and back" 1 refused
}

# NSD and its children, at once.
review_kill() {
	# shellcheck disable=SC2046 # processes
	kill -KILL $(descendants "$(cat "$work/review/started")")
	wait "$(cat "$work/review/started")" 2>/dev/null
}

# The file of a zone that passed is in place, and the distribution server does not take it: that is
# no release, until it does.
opendnssec_dropped() {
	review_kill
	notify example "$zones/4"
	is "opendnssec: dropped: exit status" $answer -eq 2
	found=$(state_of 4)
	is "opendnssec: dropped: the log" "$found" = passed
	"$ZONEGATE" status -c "$conf" example. >"$work/said"
	is "opendnssec: dropped: status" $? -eq 2
	said "opendnssec: dropped" 'CRITICAL reload-failed: serial 4'
	row opendnssec "a pass that NSD does not take" "nothing: NSD is down" "$found"
	nsd_start review
	notify example "$zones/4"
	arrives "dropped, and asked again" 4
}

# --- The end ---

# A sanitizer would make an exit of its own of a SIGSEGV.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0
export ASAN_OPTIONS
if [ -z "${HOOK_PARTS:-}" ]; then
	parts_run HOOK_PARTS cascade opendnssec
	exit
fi
for who in alice bob; do
	"$ZONEGATE" approve --new-key "$work/$who" --as "$who" >>"$work/approvers.xml" || exit 2
done
zones_make
server_new review
row "engine" "fault" "what is public" "what the log says"
for part in $HOOK_PARTS; do
	$part
done
echo
cat "$table"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
