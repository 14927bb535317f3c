#!/bin/sh
# `zonegate hook nsd` in the NSD that Debian has: signer (a hidden NSD), NSD with the hook as
# distribution primary, NSD or BIND as public secondary. What arrives there, what does not, what the
# log says, and a table of faults.
#
#   tests/hook_nsd/run.sh      HOOK_PARTS="arrival faults" runs some parts only
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
make_zone=$BUILD/tests/release/make_zone
umask 022

. tests/tools/needs.sh
needs nsd nsd-control nsd-checkconf dig
work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
trap 'servers_stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
top=$work/top
conf=$top/zonegate.xml
zones=$work/zones

passed=0 failed=0 skipped=0
. tests/tools/counts.sh
. tests/tools/faults.sh
. tests/tools/parts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	tail -n ${HOOK_LINES:-12} "$work/gate/log" | sed 's/^/  /'
}

# --- Zones ---

zones_make() {
	mkdir "$zones" || exit 2
	for serial in 1 2 3 4 5 6 7 8 9; do
		"$make_zone" $serial "$zones/$serial" "$zones/ds" || exit 2
		"$make_zone" $serial "$zones/$serial-broken" "$zones/ds" broken || exit 2
	done
	"$make_zone" 3 "$zones/3-expired" "$zones/ds" since=40 days=-1 &&
		"$make_zone" 5 "$zones/5-keys" "$zones/ds" zsk=another &&
		"$make_zone" 2 "$zones/2-ns" "$zones/ds" "record=@ 3600 NS ns.b.example.net." &&
		"$make_zone" 1 "$zones/1-short" "$zones/ds" soa="2 1 6" &&
		"$make_zone" 2 "$zones/2-short" "$zones/ds" soa="2 1 6" broken || exit 2
	# Cut after the apex: what is left is a zone that a name server loads.
	awk '/^a\.example/ { exit } { print }' "$zones/4" >"$zones/4-cut"
	[ -s "$zones/4-cut" ] || exit 2
}

# The zone of 5 May 2026, as if it happened today: good.N and bad.N with serial N, and its DS.
de_2026_make() {
	today=$(date +%s)
	for serial in 1 2 3; do
		mkdir "$zones/de.$serial" || exit 2
		sed "s/ 1778003340 / $serial /" samples/de-2026/unsigned.zone >"$zones/de.$serial/unsigned"
		"$BUILD/tests/tools/de_2026" "$zones/de.$serial/unsigned" "$zones/de.$serial" \
			$((today - 1778003340)) || exit 2
	done
}

# --- The gate ---

zone_xml() { # zone parent [more]
	cat <<-END
		<Zone name="$1">
		  <Policy>$top/policy.xml</Policy>
		  ${3:-}
		  <Hook engine="nsd">
		    <Command timeout="PT10S">
		      <Argument>$top/again</Argument><Argument>${1%.}</Argument>
		    </Command>
		  </Hook>
		  <Parent>$2</Parent>
		  <Distribution><Server address="127.0.0.1" port="$(port_of public)"/></Distribution>
		</Zone>
	END
}

configure() { # [more of the zone example. [another parent]]
	ds="<DS ttl=\"P1D\">$top/ds</DS>"
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$top/state</State>
		  <Installation>test</Installation>
		  <Approvers>$(cat "$work/approvers.xml")</Approvers>
		  <Notify><Command><Argument>$top/notify</Argument></Command></Notify>
		  $(zone_xml example. "${2:-$ds}" "${1:-}")
		  $(zone_xml de.example. "<DS ttl=\"P1D\">$zones/de.1/ds</DS>")
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

# What NSD runs: the hook, below what a test puts before and after it.
verifier() { # [line before the hook [options [line instead of "exit"]]]
	script verify "${1:-}" \
		"echo \$\$ >$top/verifier" \
		"$ZONEGATE hook nsd -q -c $conf ${2:-} 2>>$top/said" \
		"${3:-exit}"
}

# A fresh gate in front of NSD: nothing was released yet.
gate_new() {
	rm -rf "$top"
	mkdir "$top"
	cp "$zones/ds" "$top/ds"
	: >"$top/said"
	"$ZONEGATE" policy show | sed -e 's/<UnknownHistory on="[a-z]*"/<UnknownHistory on="warn"/' \
		-e 's/<ApexNS on="[a-z]*"/<ApexNS on="approve"/' >"$top/policy.xml"
	script notify "cat >>$top/notified" "env | grep ^ZONEGATE_EVENT= >>$top/notified.env"
	script again "echo \"\$*\" >>$top/again.log" \
		"exec $(command -v nsd-control) -c $work/gate/nsd.conf transfer \"\$1\""
	verifier
	configure
}

# --- The servers ---

signer_configure() {
	nsd_configure signer <<-END
		pattern:
		  name: "out"
		  provide-xfr: 127.0.0.0/8 NOKEY
		  notify: 127.0.0.1@$(port_of gate) NOKEY
		zone:
		  name: example.
		  zonefile: $work/signer/example.zone
		  include-pattern: "out"
		zone:
		  name: de.example.
		  zonefile: $work/signer/de.zone
		  include-pattern: "out"
	END
}

gate_configure() { # [lines of "verify:"]
	nsd_configure gate <<-END
		verify:
		  enable: yes
		  ip-address: 127.0.0.1
		  port: $(cat "$work/verify.port")
		  verifier: $top/verify
		  verifier-count: 2
		  ${1:-verifier-timeout: 60}
		pattern:
		  name: "through"
		  request-xfr: AXFR 127.0.0.1@$(port_of signer) NOKEY
		  allow-notify: 127.0.0.0/8 NOKEY
		  provide-xfr: 127.0.0.0/8 NOKEY
		  notify: 127.0.0.1@$(port_of public) NOKEY
		zone:
		  name: example.
		  zonefile: $work/gate/example.zone
		  include-pattern: "through"
		zone:
		  name: de.example.
		  zonefile: $work/gate/de.zone
		  include-pattern: "through"
	END
	sed -i 's/^server:$/&\n  xfrd-reload-timeout: 0/' "$work/gate/nsd.conf"
}

public_configure() {
	if command -v named >/dev/null; then
		cat >"$work/public/named.conf" <<-END
			options {
			  directory "$work/public";
			  listen-on port $(port_of public) { 127.0.0.1; };
			  listen-on-v6 { none; };
			  pid-file "$work/public/pid";
			  session-keyfile none;
			  recursion no;
			  dnssec-validation no;
			  min-refresh-time 1;
			  min-retry-time 1;
			};
			controls { };
			zone "example" { type secondary; primaries port $(port_of gate) { 127.0.0.1; };
			  file "example"; masterfile-format text; request-ixfr no; };
			zone "de.example" { type secondary; primaries port $(port_of gate) { 127.0.0.1; };
			  file "de.example"; request-ixfr no; };
		END
		return
	fi
	nsd_configure public <<-END
		pattern:
		  name: "in"
		  request-xfr: AXFR 127.0.0.1@$(port_of gate) NOKEY
		  allow-notify: 127.0.0.0/8 NOKEY
		zone:
		  name: example.
		  zonefile: $work/public/example.zone
		  include-pattern: "in"
		zone:
		  name: de.example.
		  zonefile: $work/public/de.zone
		  include-pattern: "in"
	END
}

public_start() {
	rm -f "$work/public/example" "$work/public/de.example"
	if [ -e "$work/public/named.conf" ]; then named_start public; else nsd_start public; fi
}

# All three, with a fresh gate: serial 1 of example. and of de.example. are in service.
begin() { # [lines of "verify:"]
	servers_stop
	for server in signer gate public; do
		find "$work/$server" -mindepth 1 ! -name port -delete
	done
	signer_configure
	gate_configure "${1:-}"
	public_configure
	cp "$zones/1" "$work/signer/example.zone"
	cp "$zones/de.1/good.zone" "$work/signer/de.zone"
	nsd_start signer
	nsd_start gate
	wait_for 20 has_serial gate example. 1
	wait_for 20 has_serial gate de.example. 1
	public_start
	if ! wait_for 20 has_serial public example. 1 || ! wait_for 20 has_serial public de.example. 1; then
		fail "the first serials arrive" "$(cat "$work/signer/log")"
	else
		pass
	fi
}

# The signer has a new zone, and says so.
sign() { # zone-file [zone file-at-the-signer]
	cp "$1" "$work/signer/${3:-example.zone}"
	said_before=$(verdicts_said)
	nsd_tell signer reload "${2:-example.}" >/dev/null
}

# How often a verifier of NSD has come to its end.
verdicts_said() {
	grep -c 'verify: verifier .* exited' "$work/gate/log"
}

# NSD has heard the verdict about what the signer offered last, and has come to rest.
heard() {
	wait_for 20 more_said || fail "a verdict" "none came"
	wait_for 5 is_up gate
	sleep 0.2
}

more_said() {
	[ "$(verdicts_said)" -gt "$said_before" ]
}

# The servers have this serial, and the log is whole.
serves() { # name serial [zone]
	zone=${3:-example.}
	if ! wait_for 10 has_serial public "$zone" "$2"; then
		fail "$1" "the public secondary has serial $(serial_at public "$zone") of $zone, not $2"
	elif ! has_serial gate "$zone" "$2"; then
		fail "$1" "NSD has serial $(serial_at gate "$zone") of $zone, not $2"
	else
		pass
	fi
}

# Not published: the public secondary still has the former serial.
refuses() { # name file former serial state
	sign "$zones/$2"
	heard
	serves "$1" "$3"
	is "$1: the log says" "$(state_of "$4")" = "$5"
}

# --- What arrives ---

arrival() {
	gate_new
	begin
	is "handed over" "$(state_of 1)" = handed
	refuses "a broken signature" 2-broken 1 2 refused
	is "a refusal is notified" "$(grep -c '"verdict": "refused"' "$top/notified")" -eq 1
	grep -q 'secondaries that accept nothing newer expire the zone at' "$top/said"
	is "a refusal says when NSD expires" $? -eq 0
	refuses "an expired zone" 3-expired 1 3 refused
	refuses "a zone that was cut" 4-cut 1 4 refused
	refuses "keys that caches do not have" 5-keys 1 5 refused
	grep -q 'refuse cache-view-lenient' "$top/said"
	is "keys that caches do not have: why" $? -eq 0
	"$ZONEGATE" status -c "$conf" example. | grep -q 'signer-ahead'
	is "rule 7: the signer is ahead" $? -eq 0

	sign "$zones/de.2/bad.zone" de.example. de.zone
	heard
	serves "the zone of 5 May 2026" 1 de.example.
	is "the zone of 5 May 2026: the log says" "$(state_of 2 de.example.)" = refused
	sign "$zones/de.3/good.zone" de.example. de.zone
	serves "the zone of 5 May 2026, well signed" 3 de.example.

	sign "$zones/6"
	serves "the next good zone" 6
	is "the next good zone: the log says" "$(state_of 6)" = handed
	log_is_whole arrival
	# What arrived is what the log says, record by record.
	serves_digest public
}

# The content digest of what a server has is the one in the log.
serves_digest() { # server
	ask "$1" example. AXFR | awk 'NR > 1 && $4 == "SOA" { exit } { print }' >"$work/axfr"
	found=$("$ZONEGATE" check -f json "$work/axfr" | sed -n 's/.*"digest": "\([0-9a-f]*\)".*/\1/p' |
		head -n 1)
	known=$("$ZONEGATE" history show -c "$conf" example. "$(serial_at "$1" example.)" |
		grep -ow '[0-9a-f]\{48\}' | tr -d '\n')
	is "digest at $1" "$found" = "$known"
}

# --- Rules from practice, with the real server ---

rules() {
	gate_new
	begin
	# 2: asked about what is in service.
	said_before=$(verdicts_said)
	nsd_tell gate force_transfer example. >/dev/null
	heard
	serves "rule 2: force_transfer" 1
	is "rule 2: force_transfer: no candidate" "$(candidates)" -eq 1
	grep -q 'example. serial 1 is already released' "$top/said"
	is "rule 2: said" $? -eq 0
	server_stop gate
	nsd_start gate
	wait_for 20 has_serial gate example. 1
	serves "rule 2: restart" 1
	is "rule 2: restart: no candidate" "$(candidates)" -eq 1

	# 1: a refused serial is offered again at every retry.
	refuses "rule 1: refused" 2-broken 1 2 refused
	n=$(candidates)
	for _ in 1 2 3; do
		said_before=$(verdicts_said)
		nsd_tell gate transfer example. >/dev/null
		heard
	done
	serves "rule 1: served all the while" 1
	is "rule 1: remembered" "$(grep -c 'and nothing has changed since' "$top/said")" -eq 3
	is "rule 1: no further candidates" "$(candidates)" -eq "$n"
	is "rule 1: one notification" "$(grep -c '"verdict": "refused"' "$top/notified")" -eq 1
	# Something has changed: it is checked anew.
	touch "$top/policy.xml"
	said_before=$(verdicts_said)
	nsd_tell gate transfer example. >/dev/null
	heard
	is "rule 1: checked anew when the policy is new" "$(candidates)" -eq $((n + 1))
	# NSD 4.6.1 gives up what it serves as soon as it is told to force a transfer, and what is refused
	# then leaves it with nothing: that is why the hook's command must not.
	said_before=$(verdicts_said)
	nsd_tell gate force_transfer example. >/dev/null
	heard
	wait_for 10 is_expired || fail "force_transfer of what is refused" "NSD still answers"
	sign "$zones/3"
	serves "rule 1: the next good zone" 3
	log_is_whole rules

	# 10: the predecessor is superseded when its successor was seen, not before.
	is "rule 10: not yet superseded" "$(state_of 1)" = handed
	"$ZONEGATE" history confirm -c "$conf" example. 3 >/dev/null 2>&1
	is "rule 10: superseded" "$(state_of 1)" = superseded
	is "rule 10: confirmed" "$(state_of 3)" = confirmed
}

# 1: NSD gives the zone up one EXPIRE after it was last in step with its primary, good signatures in
# hand: REFRESH is two seconds here, EXPIRE six.
expiry() {
	gate_new
	cp "$zones/1" "$zones/1-kept"
	cp "$zones/1-short" "$zones/1"
	begin
	cp "$zones/1-kept" "$zones/1"
	# At rest: every refresh finds an equal serial.
	sleep 8
	serves "rule 1: EXPIRE: a zone at rest" 1
	"$ZONEGATE" status -c "$conf" example. >"$work/status"
	grep -q -e 'transfer-expire' -e 'secondaries expire it' "$work/status"
	is "rule 1: EXPIRE: a zone at rest has no deadline" $? -eq 1
	refuses "rule 1: EXPIRE: refused" 2-short 1 2 refused
	wait_for 20 is_expired || fail "rule 1: EXPIRE" "NSD still answers"
	now=$(date +%s)
	deadline=$(sed -n 's/.*secondaries that accept nothing newer expire the zone at \([^ ]*\):.*/\1/p' \
		"$top/said" | tail -n 1)
	deadline=$(date -d "$deadline" +%s) || deadline=0
	is "rule 1: EXPIRE: it was told, and not too late" "$deadline" -le "$now"
	is "rule 1: EXPIRE: nor much too early" "$deadline" -ge $((now - 6))
	"$ZONEGATE" status -c "$conf" example. >"$work/status"
	is "rule 1: EXPIRE: status" $? -eq 2
	grep -q 'transfer-expire' "$work/status"
	is "rule 1: EXPIRE: status says so" $? -eq 0
	sign "$zones/3"
	# An update that comes in the moment in which another one is dropped NSD takes up after half a
	# minute by itself.
	wait_for 3 has_serial gate example. 3 || nsd_tell gate transfer example. >/dev/null
	serves "rule 1: EXPIRE: the next good zone" 3
}

is_expired() {
	dig @127.0.0.1 -p "$(port_of gate)" +norecurse +tries=1 +time=1 example. SOA |
		grep -q 'status: SERVFAIL'
}

# --- Held ---

approve() { # who
	"$ZONEGATE" approve -q -c "$conf" --key "$work/$1" --as "$1" --reason "a test" \
		example. 2 >"$work/out" 2>"$work/err"
	is "approved by $1" $? -eq 0
}

held() {
	gate_new
	begin
	refuses "held" 2-ns 1 2 held
	approve alice
	is "one of two approved: NSD is not told yet" ! -e "$top/again.log"
	approve bob
	is "both approved: NSD is told to ask again" "$(cat "$top/again.log")" = example
	serves "what was approved" 2
	is "what was approved: the log says" "$(state_of 2)" = handed
	log_is_whole held
}

# --- An update that replaces an unfinished one ---

# The registry's unsigned zone that belongs to a signed one.
unsigned_of() { # zone-file
	awk '$4 !~ /^(RRSIG|NSEC|DNSKEY)$/' "$1"
}

# The signer has this zone while the verifier of the one before still works.
sign_over() { # zone-file
	cp "$1" "$work/signer/example.zone"
	nsd_tell signer reload example. >/dev/null
}

# The verifier of this zone hangs; the next one comes meanwhile, whose verifier will not.
overtake() { # first-zone second-zone
	rm -f "$top/verifier"
	hang
	sign "$zones/$1"
	hook_waits
	sign_over "$zones/$2"
	# NSD has it on its disk, and keeps it until the verifier at work has answered.
	wait_for 10 grep -q "committed \"received update to serial ${2%%-*} " "$work/gate/log" ||
		fail "$1, then $2" "NSD did not get the second"
	is "$1, then $2: one verifier at a time" "$(verdicts_said)" -eq "$said_before"
	configure
}

# The first verifier comes to its end.
go_on() { # first-zone
	unsigned_of "$zones/$1" >"$top/unsigned"
	hang_ends "$top/unsigned"
	heard
}

replaced() {
	gate_new
	begin
	overtake 2-broken 3
	go_on 2-broken
	is "replaced: the first is refused" "$(state_of 2)" = refused
	# NSD takes the second up after half a minute by itself.
	wait_for 3 has_serial gate example. 3 || nsd_tell gate transfer example. >/dev/null
	serves "replaced: the second arrives" 3

	# The yes to the first comes when NSD has the second: it is none to the second.
	overtake 4 5-broken
	go_on 4
	wait_for 20 is_refused 5 || fail "replaced: the second" "is not refused"
	serves "replaced: the first arrives, the second does not" 4
	is "replaced: the log: the first" "$(state_of 4)" = handed
	is "replaced: the log: the second" "$(state_of 5)" = refused
	log_is_whole replaced

	# NSD gives up on the first, and ends the script that it started, not what that has started: a
	# yes that comes then is none to anybody.
	gate_new
	begin "verifier-timeout: 2"
	mark=$(log_mark)
	overtake 6 7-broken
	heard
	unsigned_of "$zones/6" >"$top/fifo" &
	writer=$!
	wait_for 10 grep -q 'the process that waited for the answer is gone' "$top/said" ||
		fail "replaced: a late answer" "is not noticed"
	wait_for 10 is_undecided || fail "replaced: a late answer: the log" "$(log_verdict)"
	kill $writer 2>/dev/null
	nsd_tell gate transfer example. >/dev/null
	wait_for 20 is_refused 7 || fail "replaced: a late answer: the second" "is not refused"
	serves "replaced: a late answer: nothing is public" 1
	log_is_whole "replaced: a late answer"
}

is_undecided() {
	[ "$(log_verdict)" = undecided ]
}

is_refused() { # serial
	[ "$(state_of "$1")" = refused ]
}

# Two hooks for one zone at once, as when NSD was killed and its hook was not: one waits for the other,
# and both give the same answer.
parallel() {
	gate_new
	begin
	for zone in 8:0 9-broken:1; do
		sign_over "$zones/${zone%:*}"
		wait_for 10 has_serial signer example. "${zone%%[-:]*}"
		for n in 1 2 3; do
			(
				VERIFY_ZONE=example VERIFY_IP_ADDRESS=127.0.0.1 VERIFY_PORT=$(port_of signer) \
					"$ZONEGATE" hook nsd -q -c "$conf" >"$work/parallel.$n" 2>&1
				echo $? >"$work/parallel.$n.status"
			) &
			eval "parallel_$n=\$!"
		done
		for n in 1 2 3; do
			eval "wait \$parallel_$n"
			is "parallel: $zone: answer $n" "$(cat "$work/parallel.$n.status")" -eq "${zone#*:}"
		done
	done
	is "parallel: what passed is one candidate" "$("$ZONEGATE" history list -c "$conf" example. |
		grep -c '^8 ')" -eq 1
	serves "parallel: what passed" 8
	log_is_whole parallel
}

# --- NSD's feed ---

feed() {
	gate_new
	begin "verifier-feed-zone: yes"
	refuses "fed: a broken signature" 2-broken 1 2 refused
	sign "$zones/3"
	serves "fed: the next good zone" 3
	log_is_whole feed
}

# --- Two at a time ---

together() {
	gate_new
	begin
	cp "$zones/2-broken" "$work/signer/example.zone"
	cp "$zones/de.2/good.zone" "$work/signer/de.zone"
	nsd_tell signer reload >/dev/null
	serves "two in one reload: the good one" 2 de.example.
	serves "two in one reload: the bad one" 1
	is "two in one reload: the good one in the log" "$(state_of 2 de.example.)" = handed
	is "two in one reload: the bad one in the log" "$(state_of 2)" = refused
	log_is_whole together
}

# --- Many zones and a larger one: the small form of the benchmark ---

many() {
	HOOK_WAIT=60 tests/bench/hook.sh 8 4 200 >"$work/many" 2>&1
	is "many zones, several verifiers" $? -eq 0
	cat "$work/many"
}

# --- Under the system call filter of Debian's unit ---

confined() {
	confine=$BUILD/tests/hook_nsd/confine
	if [ -n "$SANITIZE" ] || ! "$confine" true 2>/dev/null; then
		skip confined "no system call filters here, or what looks for leaks needs a filtered one"
		return
	fi
	gate_new
	begin
	server_stop gate
	# Without the drop-in the kernel ends the check: a no, and no more than that.
	nsd_start gate "$confine"
	refuses_all "filtered, without the drop-in" 3
	grep -q 'the hook was ended by signal 31' "$top/said"
	is "filtered, without the drop-in: said" $? -eq 0
	server_stop gate
	# shellcheck disable=SC2046 # a list of words
	nsd_start gate "$confine" $(sed -n 's/^SystemCallFilter=//p' \
		samples/nsd/nsd.service.d/zonegate.conf | sed 's/[^ ]*/+&/g')
	sign "$zones/5"
	serves "filtered, with the drop-in" 5
	log_is_whole confined
}

# Even a good zone does not arrive.
refuses_all() { # name file
	sign "$zones/$2"
	wait_for 20 grep -q 'verify: verifier .* exited with 1' "$work/gate/log" ||
		fail "$1" "nothing was refused"
	if has_serial public example. 1; then pass; else fail "$1" "it arrived"; fi
}

# --- Faults ---

table=$work/table

# A line of the table: fault, what is public, what the log says of what was offered, what follows.
row() {
	printf '%-47s  %-22s  %-10s  %s\n' "$@" >>"$table"
}

# After a fault: what the signer offered is not public, the log is whole, and the next one arrives.
survives() { # fault
	serves "$1" "$before"
	[ ! -e "$top/policy.off" ] || mv "$top/policy.off" "$top/policy.xml"
	verifier
	configure
	found=$(log_verdict)
	public="serial $(serial_at public example.), as before"
	is "$1: the log does not speak of a pass" "$found" != passed
	before=$((before + 2))
	sign "$work/next"
	serves "$1: the next good zone" "$before"
	row "$1" "$public" "$found" "serial $(serial_at public example.) arrives"
	log_is_whole "$1"
}

# Zones for the next fault: a bad one and, after it, a good one.
next_zones() { # [words for the bad one]
	mark=$(log_mark)
	"$make_zone" $((before + 1)) "$work/bad" "$work/ds.unused" "${1:-broken}" &&
		"$make_zone" $((before + 2)) "$work/next" "$work/ds.unused" || exit 2
}

# The worker of the hook that waits at a FIFO; $keeper, $gatekeeper and $worker are its processes.
hook_waits() {
	wait_for 10 hook_is_deep || fail "a hook that waits" "there is none"
}

hook_is_deep() {
	shell=$(cat "$top/verifier" 2>/dev/null) || return 1
	keeper=$(children_of "$shell")
	keeper=${keeper%% *}
	[ -n "$keeper" ] || return 1
	gatekeeper=$(children_of "$keeper")
	gatekeeper=${gatekeeper%% *}
	[ -n "$gatekeeper" ] || return 1
	worker=$(children_of "$gatekeeper")
	worker=${worker%% *}
	# Not the child that transfers.
	[ -n "$worker" ] && grep -q fifo_open "/proc/$worker/wchan" 2>/dev/null ||
		{ [ -n "$worker" ] && [ "$(cat "/proc/$worker/oom_score_adj")" = 1000 ]; }
}

# Offers the bad zone to a hook whose worker hangs.
offer_hanging() {
	rm -f "$top/verifier"
	hang
	next_zones
	sign "$work/bad"
}

faults() {
	gate_new
	begin
	before=1
	# A sanitizer would make an exit of its own of it.
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0
	export ASAN_OPTIONS
	row fault "what is public" "the log" afterwards
	row ----- -------------- ------- ----------

	for signal in KILL SEGV TERM; do
		offer_hanging
		hook_waits
		kill "-$signal" "$worker"
		heard
		survives "the worker gets SIG$signal"
	done
	for signal in KILL SEGV; do
		offer_hanging
		hook_waits
		kill "-$signal" "$gatekeeper"
		heard
		survives "the worker's supervisor gets SIG$signal"
	done
	for signal in TERM ABRT; do
		offer_hanging
		hook_waits
		kill "-$signal" "$keeper"
		# It does not even die of that one.
		[ $signal = TERM ] || kill -KILL "$worker"
		heard
		survives "the hook itself gets SIG$signal"
	done

	verifier "" "--timeout 1"
	offer_hanging
	heard
	survives "the time-out of the hook"

	if [ -z "$SANITIZE" ]; then
		verifier "ulimit -v 60000"
		next_zones
		sign "$work/bad"
		heard
		survives "out of memory"
	fi

	verifier "ulimit -f 1"
	next_zones
	sign "$work/bad"
	heard
	survives "no file may grow, as on a full disk"
	disk_full

	mv "$top/policy.xml" "$top/policy.off"
	next_zones
	sign "$work/bad"
	heard
	survives "no policy"

	next_zones
	mv "$conf" "$conf.off"
	sign "$work/bad"
	heard
	mv "$conf.off" "$conf"
	survives "no configuration"

	next_zones
	mv "$top/state/zonegate.db" "$top/database"
	sign "$work/bad"
	heard
	mv "$top/database" "$top/state/zonegate.db"
	survives "no database"

	configure "" "<Server address=\"127.0.0.1\" port=\"$(cat "$work/verify.port")\"/>
		<TrustAnchor>$top/no-anchor</TrustAnchor>"
	next_zones zsk=another
	sign "$work/bad"
	heard
	survives "an unreadable trust anchor, and other keys"

	mv "$top/ds" "$top/ds.off"
	next_zones zsk=another
	sign "$work/bad"
	heard
	mv "$top/ds.off" "$top/ds"
	survives "no DS file, and other keys"

	chmod 644 "$top/verify"
	next_zones
	sign "$work/bad"
	sleep 1
	survives "the verifier may not be executed"

	restart_row
	dropped_row
	killed_row
	echo
	cat "$table"
	echo
}

disk_full() {
	if ! mount -t tmpfs -o size=1m,mode=750 none "$top/state/zones" 2>/dev/null; then
		skip "a full disk" "no file system of that size can be mounted"
		return
	fi
	cp "$work/next" "$top/state/zones/example.zone"
	dd if=/dev/zero of="$top/state/zones/fill" bs=1k 2>/dev/null
	next_zones
	sign "$work/bad"
	heard
	umount "$top/state/zones"
	survives "a full disk"
}

# NSD is killed during a check, and started again: it has nothing but the signer to ask.
restart_row() {
	offer_hanging
	hook_waits
	nsd_kill
	kill -KILL "$keeper" "$gatekeeper" 2>/dev/null
	serves_public "NSD is killed during a check"
	configure
	nsd_start gate
	wait_for 10 more_said
	serves_public "NSD is killed during a check, and back"
	public="serial $(serial_at public example.), as before"
	found=$(log_verdict)
	before=$((before + 2))
	sign "$work/next"
	serves "NSD was killed: the next good zone" "$before"
	row "NSD is killed during a check, and starts again" "$public" "$found" \
		"serial $(serial_at public example.) arrives"
	log_is_whole "NSD was killed"
}

# The public secondary alone has the former serial.
serves_public() { # name
	if has_serial public example. "$before"; then
		pass
	else
		fail "$1" "the public secondary has serial $(serial_at public example.)"
	fi
}

# NSD and its children but for the hook, as the kernel would when it runs out of memory.
nsd_kill() {
	main=$(cat "$work/gate/started")
	# shellcheck disable=SC2046 # processes
	kill -KILL $(descendants "$main" "$shell") 2>/dev/null
	wait "$main" 2>/dev/null
}

# The hook says yes, and NSD does not do it: the same zone again, and the one after it, go out.
dropped_row() {
	verifier "" "" "exit 1"
	next_zones
	good=$((before + 2))
	sign "$work/next"
	heard
	serves "a pass that NSD drops" "$before"
	is "a pass that NSD drops: the log says" "$(state_of "$good")" = handed
	public="serial $(serial_at public example.), as before"
	verifier
	n=$(candidates)
	nsd_tell gate force_transfer example. >/dev/null
	serves "a pass that NSD drops, asked for again" "$good"
	is "a pass that NSD drops: no new candidate" "$(candidates)" -eq "$n"
	before=$good
	row "a pass that NSD then drops" "$public" "$(state_of "$good")" "serial $good arrives"
	log_is_whole "a pass that NSD drops"
}

# No program can help: NSD 4.6.1 takes a verifier that was killed for one that said yes.
killed_row() {
	offer_hanging
	hook_waits
	# NSD waits for the shell in between, which ends as the hook does when it is its last command. It
	# must neither see how the hook ends, nor end before it, which the hook would hear.
	kill -STOP "$shell"
	kill -KILL "$keeper" "$shell"
	if wait_for 10 has_serial public example. $((before + 1)); then
		public="serial $((before + 1)), PUBLISHED"
	else
		public="serial $(serial_at public example.), as before"
	fi
	# What it had begun goes on, and tells.
	: >"$top/notified.env"
	hang_ends "$zones/1"
	wait_for 10 grep -q failed "$top/notified.env" ||
		fail "a hook that was killed" "nobody was told"
	is "a hook that was killed: the log says" "$(state_of "$((before + 1))")" = refused
	row "the hook itself gets SIGKILL" "$public" "$(log_verdict)" "people are told"
	# Rule 21: a serial in service that was not released.
	configure
	"$ZONEGATE" observe -c "$conf" example. >"$work/observed" 2>&1
	"$ZONEGATE" status -c "$conf" example. >"$work/status"
	is "rule 21: status" $? -eq 2
	grep -q 'served-unknown' "$work/status"
	is "rule 21: status says what is served" $? -eq 0
	log_is_whole "a hook that was killed"
}

if [ -z "${HOOK_PARTS:-}" ]; then
	parts_run HOOK_PARTS faults "arrival rules expiry confined" \
		"replaced parallel held feed together many"
	exit
fi
for who in alice bob; do
	"$ZONEGATE" approve --new-key "$work/$who" --as "$who" >>"$work/approvers.xml" || exit 2
done
zones_make
de_2026_make
for server in signer gate public; do
	server_new $server
done
free_port
echo "${port:?}" >"$work/verify.port"
for part in $HOOK_PARTS; do
	$part
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
