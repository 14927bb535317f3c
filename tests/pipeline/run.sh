#!/bin/sh
# The recommended pipeline with real servers: a signer (BIND, Knot, ldns), `zonegate release` by
# file or transfer, NSD that loads the released file as distribution primary, BIND or NSD as public
# secondary. What arrives there, and what does not.
#
#   tests/pipeline/run.sh      PIPELINE_PARTS="ldns" runs one signer only
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
umask 022

passed=0 failed=0 skipped=0
. tests/tools/needs.sh
needs nsd nsd-control dig ldns-signzone ldns-keygen ldns-key2ds
work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
trap 'servers_stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
top=$work/top
conf=$top/zonegate.xml

. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	sed 's/^/  /' "$work/out" "$work/err" 2>/dev/null | tail -n "${PIPELINE_LINES:-20}"
}

# --- The gate and what is behind it ---

gate_new() { # zone ds-file
	zone=$1
	rm -rf "$top"
	mkdir "$top" "$top/pub"
	"$ZONEGATE" policy show | sed -e 's/<UnknownHistory on="[a-z]*"/<UnknownHistory on="warn"/' \
		>"$top/policy.xml"
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$top/state</State>
		  <Installation>test</Installation>
		  <Zone name="$zone">
		    <Policy>$top/policy.xml</Policy>
		    <Release>
		      <Target>$top/pub/zone</Target>
		      <Command>
		        <Argument>$(command -v nsd-control)</Argument>
		        <Argument>-c</Argument><Argument>$work/primary/nsd.conf</Argument>
		        <Argument>reload</Argument><Argument>$zone</Argument>
		      </Command>
		    </Release>
		    <Parent><DS ttl="P1D">$2</DS></Parent>
		    <Distribution><Server address="127.0.0.1" port="$(port_of public)"/></Distribution>
		  </Zone>
		</Configuration>
	END
}

primary_start() {
	nsd_configure primary <<-END
		zone:
		  name: $zone
		  zonefile: $top/pub/zone
		  provide-xfr: 127.0.0.0/8 NOKEY
		  notify: 127.0.0.1@$(port_of public) NOKEY
	END
	nsd_start primary
}

public_start() {
	if ! command -v named >/dev/null; then
		nsd_configure public <<-END
			zone:
			  name: $zone
			  zonefile: $work/public/zone
			  request-xfr: AXFR 127.0.0.1@$(port_of primary) NOKEY
			  allow-notify: 127.0.0.0/8 NOKEY
		END
		nsd_start public
		return
	fi
	named_options public >"$work/public/named.conf"
	cat >>"$work/public/named.conf" <<-END
		zone "$zone" { type secondary; primaries port $(port_of primary) { 127.0.0.1; };
		  file "zone"; request-ixfr no; };
	END
	named_start public
}

# A fresh gate for a zone, the first release, and the servers behind it.
begin() { # zone ds-file release-arguments...
	servers_stop
	for server in signer primary public; do
		rm -rf "${work:?}/$server"
		server_new $server
	done
	gate_new "$1" "$2"
}

release() { # release-arguments...
	timeout -k 5 60 "$ZONEGATE" release -q -c "$conf" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

first() { # serial release-arguments...
	first_serial=$1
	shift
	release "$@"
	# There is no server yet that could be told.
	is "first release: exit status" "$status" -eq 2
	primary_start
	release "$@"
	is "first release: exit status with a server" "$status" -eq 0
	public_start
	wait_for 10 has_serial public "$zone" "$first_serial"
	public_has "first release" "$first_serial"
}

public_has() { # name serial
	if wait_for 10 has_serial public "$zone" "$2"; then
		pass
	else
		fail "$1" "the public secondary has serial $(serial_at public "$zone"), not $2"
	fi
}

arrives() { # name serial release-arguments...
	arrives_name=$1 arrives_serial=$2
	shift 2
	release "$@"
	is "$arrives_name: exit status $status" "$status" -eq 0
	public_has "$arrives_name" "$arrives_serial"
}

# Refused: what was public stays, at both servers, and so does the file.
stays() { # name serial release-arguments...
	stays_name=$1 stays_serial=$2
	shift 2
	cp "$top/pub/zone" "$work/before"
	release "$@"
	is "$stays_name: exit status $status" "$status" -eq 1
	if cmp -s "$top/pub/zone" "$work/before"; then pass; else fail "$stays_name" "the file changed"; fi
	nsd_tell primary reload "$zone" >/dev/null
	sleep 0.3
	public_has "$stays_name" "$stays_serial"
	has_serial primary "$zone" "$stays_serial" || fail "$stays_name" "the primary has another serial"
}

# What is public is what the log says: the digest, compared by `observe`.
observed() { # name
	"$ZONEGATE" observe -c "$conf" "$zone" >"$work/out" 2>"$work/err"
	is "$1: what is public is what was released" $? -eq 0
	"$ZONEGATE" history verify -c "$conf" "$zone" >"$work/out" 2>"$work/err"
	is "$1: the log is whole" $? -eq 0
}

# --- The options of every named here ---

named_options() { # name
	cat <<-END
		options {
		  directory "$work/$1";
		  listen-on port $(port_of "$1") { 127.0.0.1; };
		  listen-on-v6 { none; };
		  pid-file "$work/$1/pid";
		  session-keyfile none;
		  recursion no;
		  dnssec-validation no;
		  allow-transfer { 127.0.0.0/8; };
		};
	END
}

# --- ldns signs files ---

unsigned_zone() { # serial [record...]
	cat <<-END
		\$ORIGIN example.
		\$TTL 3600
		@ SOA ns1 hostmaster $1 7200 3600 604800 900
		@ NS ns1
		ns1 A 192.0.2.1
		a NS ns.a.example.net.
		b NS ns.b.example.net.
	END
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@"
}

new_key() { # arguments of ldns-keygen
	(cd "$work" && ldns-keygen -a ECDSAP256SHA256 "$@" example.)
}

# Signs for thirty days from an hour ago.
ldns_sign() { # serial zsk [options]
	serial=$1 with=$2
	shift 2
	unsigned_zone "$serial" >"$work/unsigned"
	(cd "$work" && ldns-signzone -i "$(date -u -d '-1 hour' +%Y%m%d%H%M%S)" \
		-e "$(date -u -d '+30 days' +%Y%m%d%H%M%S)" "$@" -f "$work/signed.$serial" \
		unsigned "$ksk" "$with") || exit 2
}

ldns() {
	ksk=$(new_key -k) zsk=$(new_key) zsk2=$(new_key)
	(cd "$work" && ldns-key2ds -n -2 "$ksk.key") >"$work/ds.ldns"
	begin example. "$work/ds.ldns"
	ldns_sign 1 "$zsk"
	first 1 example. "$work/signed.1"
	ldns_sign 2 "$zsk" -i "$(date -u -d '-40 days' +%Y%m%d%H%M%S)" \
		-e "$(date -u -d '-1 day' +%Y%m%d%H%M%S)"
	stays "ldns: expired" 1 example. "$work/signed.2"
	ldns_sign 3 "$zsk"
	head -n 9 "$work/signed.3" >"$work/cut"
	stays "ldns: cut" 1 example. "$work/cut"
	ldns_sign 4 "$zsk2"
	stays "ldns: keys that caches do not have" 1 example. "$work/signed.4"
	ldns_sign 5 "$zsk"
	arrives "ldns: the next good zone" 5 example. "$work/signed.5"
	observed ldns
}

# --- The zone of 5 May 2026, from a file and from a server ---

de_2026() {
	today=$(date +%s)
	for serial in 1 2 3; do
		mkdir "$work/de.$serial"
		sed "s/ 1778003340 / $serial /" samples/de-2026/unsigned.zone >"$work/de.$serial/unsigned"
		"$BUILD/tests/tools/de_2026" "$work/de.$serial/unsigned" "$work/de.$serial" \
			$((today - 1778003340)) || exit 2
	done
	begin de.example. "$work/de.1/ds"
	first 1 de.example. "$work/de.1/good.zone"
	stays "5 May 2026, by file" 1 de.example. "$work/de.2/bad.zone"
	cp "$work/de.2/bad.zone" "$work/signer/zone"
	nsd_configure signer <<-END
		zone:
		  name: de.example.
		  zonefile: $work/signer/zone
		  provide-xfr: 127.0.0.0/8 NOKEY
	END
	nsd_start signer
	from="127.0.0.1@$(port_of signer)"
	stays "5 May 2026, by transfer" 1 --transfer "$from" de.example.
	cp "$work/de.3/good.zone" "$work/signer/zone"
	nsd_tell signer reload de.example. >/dev/null
	wait_for 10 has_serial signer de.example. 3
	arrives "5 May 2026, well signed" 3 --transfer "$from" de.example.
	observed "5 May 2026"
}

# --- BIND signs inline, and is asked for the zone by transfer ---

bind_configure() {
	cat >"$work/signer/rndc.conf" <<-END
		key "test" { algorithm hmac-sha256; secret "$secret"; };
		options { default-key "test"; };
	END
	named_options signer >"$work/signer/named.conf"
	cat >>"$work/signer/named.conf" <<-END
		key "test" { algorithm hmac-sha256; secret "$secret"; };
		controls { inet 127.0.0.1 port $control allow { 127.0.0.1; } keys { "test"; }; };
		zone "example" {
		  type primary; file "zone"; key-directory "$work/signer";
		  inline-signing yes; auto-dnssec maintain; serial-update-method increment;
		  allow-transfer { key "test"; };
		};
	END
}

bind_tell() {
	rndc -c "$work/signer/rndc.conf" -s 127.0.0.1 -p "$control" "$@" >"$work/rndc" 2>&1
}

# The registry has a new zone: BIND signs it with a serial of its own.
bind_zone() { # records...
	bind_serial=$(serial_at signer example.)
	bind_n=$((${bind_n:-0} + 10))
	unsigned_zone "$bind_n" "$@" >"$work/signer/zone"
	bind_tell reload example
	wait_for 10 bind_moved
	wait_for 5 bind_rests
	bind_serial=$(serial_at signer example.)
}

bind_moved() {
	now=$(serial_at signer example.)
	[ -n "$now" ] && [ "$now" != "$bind_serial" ]
}

# Signing goes on in steps.
bind_rests() {
	bind_rest=$(serial_at signer example.)
	sleep 0.3
	has_serial signer example. "$bind_rest"
}

bind() {
	if ! command -v named >/dev/null || ! command -v rndc >/dev/null ||
		! command -v dnssec-keygen >/dev/null; then
		skip bind "needs named, rndc, dnssec-keygen"
		return
	fi
	begin example. "$work/ds.bind"
	free_port
	control=${port:?}
	secret=$(head -c 32 /dev/urandom | base64)
	echo "hmac-sha256:test:$secret" >"$work/tsig"
	chmod 600 "$work/tsig"
	(cd "$work/signer" && dnssec-keygen -q -a ECDSAP256SHA256 -f KSK example &&
		dnssec-keygen -q -a ECDSAP256SHA256 example) >"$work/keys" || exit 2
	(cd "$work/signer" && dnssec-dsfromkey -2 "$(head -n 1 "$work/keys")") >"$work/ds.bind"
	unsigned_zone 1 >"$work/signer/zone"
	bind_configure
	named_start signer
	wait_for 10 bind_signed
	wait_for 5 bind_rests
	from="127.0.0.1@$(port_of signer)"
	first "$(serial_at signer example.)" --transfer "$from" --tsig "$work/tsig" example.
	bind_zone "www A 192.0.2.2"
	arrives "BIND: a change" "$bind_serial" --transfer "$from" --tsig "$work/tsig" example.
	good=$bind_serial

	# Another ZSK, at once: what BIND does when it is told so.
	old=$(tail -n 1 "$work/keys")
	(cd "$work/signer" && dnssec-keygen -q -a ECDSAP256SHA256 example >"$work/new" &&
		dnssec-settime -I now -D now "$old") >"$work/out" 2>&1
	bind_tell loadkeys example
	wait_for 10 bind_moved
	bind_zone "www A 192.0.2.3"
	wait_for 30 bind_signs_with "$(cat "$work/new")"
	stays "BIND: keys that caches do not have" "$good" \
		--transfer "$from" --tsig "$work/tsig" example.
	# A key file that was given back is the way out.
	(cd "$work/signer" && dnssec-settime -I none -D none "$old" &&
		dnssec-settime -I now "$(cat "$work/new")") >"$work/out" 2>&1
	bind_tell loadkeys example
	bind_tell sign example
	wait_for 30 bind_signs_with "$old"
	bind_zone "www A 192.0.2.4"
	wait_for 30 bind_signs_with "$old"
	bind_serial=$(serial_at signer example.)
	arrives "BIND: the former key signs again" "$bind_serial" \
		--transfer "$from" --tsig "$work/tsig" example.
	release --transfer "$from" example.
	is "BIND: a transfer without the key" "$status" -eq 2
	observed BIND
}

bind_signed() {
	ask signer +dnssec example. NSEC | grep -q RRSIG
}

# Signing with another key goes on in steps, until all data has a signature by it.
bind_signs_with() { # key
	tag=$(echo "$1" | sed 's/.*+0*//')
	dig @127.0.0.1 -p "$(port_of signer)" -y "hmac-sha256:test:$secret" +noall +answer \
		example. AXFR | awk -v tag="$tag" '
		$4 == "RRSIG" && $5 != "DNSKEY" { all[$1, $5]; if ($11 == tag) own[$1, $5] }
		END { exit !(length(own) > 0 && length(own) == length(all)) }' && bind_rests
}

# --- Knot signs, and is asked for the zone by transfer ---

knot_tell() {
	knotc -c "$work/signer/knot.conf" "$@" >"$work/knotc" 2>&1
}

knot_configure() {
	cat >"$work/signer/knot.conf" <<-END
		server:
		    rundir: "$work/signer"
		    listen: 127.0.0.1@$(port_of signer)
		log:
		  - target: "$work/signer/log"
		    any: info
		database:
		    storage: "$work/signer/db"
		control:
		    listen: "$work/signer/knot.sock"
		acl:
		  - id: "out"
		    address: 127.0.0.0/8
		    action: transfer
		policy:
		  - id: "manual"
		    manual: on
		    algorithm: ECDSAP256SHA256
		zone:
		  - domain: example.
		    storage: "$work/signer"
		    file: "zone"
		    zonefile-load: difference
		    zonefile-sync: -1
		    journal-content: all
		    dnssec-signing: on
		    dnssec-policy: "manual"
		    acl: "out"
	END
}

keys() {
	keymgr -c "$work/signer/knot.conf" example. "$@" 2>>"$work/err"
}

knot_zone() { # records...
	knot_serial=$(serial_at signer example.)
	knot_n=$((${knot_n:-1} + 100))
	unsigned_zone "$knot_n" "$@" >"$work/signer/zone"
	knot_tell zone-reload example.
	wait_for 10 knot_moved
	knot_serial=$(serial_at signer example.)
}

knot_moved() {
	now=$(serial_at signer example.)
	[ -n "$now" ] && [ "$now" != "$knot_serial" ]
}

knot() {
	if ! command -v knotd >/dev/null || ! command -v keymgr >/dev/null; then
		skip knot "needs knotd, knotc, keymgr"
		return
	fi
	begin example. "$work/ds.knot"
	mkdir "$work/signer/db"
	knot_configure
	knot_ksk=$(keys generate algorithm=13 ksk=yes zsk=no) || exit 2
	knot_zsk=$(keys generate algorithm=13 ksk=no zsk=yes created=-1d publish=-1d ready=-1d \
		active=-1d) || exit 2
	keys ds "$knot_ksk" | awk '$5 == 2' >"$work/ds.knot"
	unsigned_zone 1 >"$work/signer/zone"
	knotd -c "$work/signer/knot.conf" >"$work/signer/out" 2>&1 &
	echo $! >"$work/signer/started"
	servers_pids="$servers_pids $!"
	wait_for 10 has_some_serial
	from="127.0.0.1@$(port_of signer)"
	first "$(serial_at signer example.)" --transfer "$from" example.
	knot_zone "www A 192.0.2.2"
	arrives "Knot: a change" "$knot_serial" --transfer "$from" example.
	good=$knot_serial

	# Another ZSK, at once.
	now=$(date +%s)
	keys set "$knot_zsk" retire=$((now - 60)) remove=$((now - 60)) >/dev/null
	knot_zsk2=$(keys generate algorithm=13 ksk=no zsk=yes)
	knot_serial=$(serial_at signer example.)
	knot_tell zone-keys-load example.
	wait_for 10 knot_moved
	knot_zone "www A 192.0.2.3"
	stays "Knot: keys that caches do not have" "$good" --transfer "$from" example.
	keys set "$knot_zsk" retire=+1y remove=+1y >/dev/null
	now=$(date +%s)
	keys set "$knot_zsk2" retire=$((now + 1)) remove=$((now + 2)) >/dev/null
	sleep 2
	knot_serial=$(serial_at signer example.)
	knot_tell zone-keys-load example.
	wait_for 10 knot_moved
	knot_zone "www A 192.0.2.4"
	arrives "Knot: the former key signs again" "$knot_serial" --transfer "$from" example.
	observed Knot
}

has_some_serial() {
	[ -n "$(serial_at signer example.)" ]
}

# --- A transfer that is cut ---

cut() {
	begin example. "$work/ds.ldns"
	[ -e "$work/signed.1" ] || { skip cut "needs the part ldns"; return; }
	first 1 example. "$work/signed.1"
	# Nobody listens there.
	release --transfer "127.0.0.1@$(port_of signer)" example.
	is "no server" "$status" -eq 2
	public_has "no server" 1
}

for part in ${PIPELINE_PARTS:-ldns cut de_2026 bind knot}; do
	$part
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
