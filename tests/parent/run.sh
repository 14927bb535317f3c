#!/bin/sh
# The parent, asked and proved: a root, top-level and second-level zones on loopback, served by NSD,
# Knot and BIND, with Unbound as the resolver and a private trust anchor. What is proved is held
# against delv and Unbound; then servers lie, stay behind, die, and disagree.
#
# In a network of its own (unshare -rn), on port 53, so that addresses can be discovered; where that
# cannot be, on an unprivileged port with the servers configured.
#
#   tests/parent/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
export BUILD ZONEGATE SANITIZE LC_ALL=C TZ=UTC
PATH=$PATH:/usr/sbin:/sbin:$PWD/build/peers/bin

if [ "${PARENT_PORT:-}" = "" ]; then
	if [ -z "${NO_UNSHARE:-}" ] && unshare -rn sh -c 'ip link set lo up' 2>/dev/null; then
		exec unshare -rn sh -c 'ip link set lo up; PARENT_PORT=53 exec "$0"' "$PWD/tests/parent/run.sh"
	fi
	export PARENT_PORT=$((20000 + $$ % 10000))
fi
port=$PARENT_PORT
. tests/tools/needs.sh
needs nsd unbound delv dig dnssec-keygen dnssec-signzone ldns-signzone
umask 022
passed=0 failed=0 skipped=0
work=$(mktemp -d) || exit 2
pids=
cleanup() {
	# NSD ends its own children when it is asked to; what does not end is ended.
	# shellcheck disable=SC2086 # a list of process ids
	if [ -n "$pids" ]; then
		kill $pids 2>/dev/null
		(sleep 3 && kill -9 $pids) 2>/dev/null &
		last=$!
		wait $pids 2>/dev/null
		kill "$last" 2>/dev/null
	fi
	[ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP PIPE

. tests/tools/counts.sh

fail() { # name text...
	failed=$((failed + 1))
	echo "FAILED $1"
	shift
	printf '%s\n' "$@" | head -n 40
}

# --- Zones ---
#
# .            NSEC               parent of alpha, delta, plain (no DS), old (expired), wrong
# alpha.       NSEC3              parent of reg.alpha, plain.alpha
# delta.       NSEC3 with opt-out parent of reg.delta, plain.delta
# reg.alpha.   NSEC, many keys    parent of shop.reg.alpha: the answer with its keys needs TCP

zones=$work/zones
mkdir "$zones"
hosts='a.hosts. b.hosts. c.hosts.'

# The head of a zone: SOA with a serial, and NS of all servers.
head_of() { # zone serial
	echo "$1 3600 IN SOA a.hosts. hostmaster.hosts. $2 7200 3600 1209600 900"
	for host in $hosts; do echo "$1 3600 IN NS $host"; done
}

delegate() { # zone
	for host in $hosts; do echo "$1 3600 IN NS $host"; done
}

root_text() { # serial
	head_of . "$1"
	echo "a.hosts. 3600 IN A 127.0.53.1
b.hosts. 3600 IN A 127.0.53.2
c.hosts. 3600 IN A 127.0.0.1"
	for zone in alpha. delta. plain. leaf.; do delegate $zone; done
	ds_of alpha. delta. leaf.
}

. tests/tools/signer.sh

new_keys() { # zone
	key_new "ksk.$1" "$1" -f KSK
	key_new "zsk.$1" "$1"
}

# DS records of the KSKs of zones, with their TTL.
ds_of() { # zone...
	for zone; do key_ds "ksk.$zone" "${ds_ttl:-86400}"; done
}

# Signs $work/text into $zones/FILE with the keys of the zone.
sign() { # file zone [dnssec-signzone options...]
	file=$zones/$1 zone=$2
	shift 2
	zone_sign "$zone" "$file" "ksk.$zone" "zsk.$zone" "$@" <"$work/text"
}

ldns_sign() { # file zone [options...]
	file=$zones/$1 zone=$2
	shift 2
	cat "$work/text" >"$work/unsigned"
	(cd "$keys" && ldns-signzone "$@" -o "$zone" -f "$file" "$work/unsigned" \
		"$(cat "ksk.$zone")" "$(cat "zsk.$zone")") >"$work/log" 2>&1 ||
		fail "signing $zone" "$(cat "$work/log")"
}

make_zones() {
	for zone in . alpha. delta. leaf. reg.alpha. shop.reg.alpha. reg.delta. other.; do
		new_keys $zone
	done
	root_text 2026112202 >"$work/text"
	sign root . -e +1209600
	{
		head_of alpha. 11
		delegate reg.alpha.
		delegate plain.alpha.
		ds_of reg.alpha.
	} >"$work/text"
	ldns_sign alpha alpha. -n
	{
		head_of delta. 12
		delegate reg.delta.
		delegate plain.delta.
		ds_of reg.delta.
	} >"$work/text"
	sign delta delta. -3 - -A
	{
		head_of reg.alpha. 13
		delegate shop.reg.alpha.
		ds_of shop.reg.alpha.
	} >"$work/text"
	# More keys than fit into 1232 octets.
	for i in 1 2 3 4 5 6; do
		(cd "$keys" && dnssec-keygen -q -a RSASHA256 -b 2048 reg.alpha. >"more.$i")
		key "more.$i" >>"$work/text"
	done
	ldns_sign reg.alpha reg.alpha.
	# The root as other servers have it: older; with another DS; with another TTL; expired.
	root_text 2026112201 >"$work/text"
	sign root.stale . -e +1209600
	{
		root_text 2026112202 | sed '/^leaf\..*DS/d'
		sed 's/^other\. *IN/leaf. 3600 IN/' "$(key_path ksk.other.).key" >"$work/other.key"
		dnssec-dsfromkey -2 -T 86400 -f "$work/other.key" leaf.
	} >"$work/text"
	sign root.wrong . -e +1209600
	ds_ttl=3600
	root_text 2026112202 >"$work/text"
	unset ds_ttl
	sign root.ttl . -e +1209600
	root_text 2026112202 >"$work/text"
	sign root.expired . -s 20260101000000 -e 20260201000000
	grep -h DNSKEY "$(key_path ksk..).key" | sed 's/^\. *IN/. 3600 IN/' >"$work/anchor"
	grep -h DNSKEY "$(key_path ksk.other.).key" | sed 's/^other\. *IN/. 3600 IN/' \
		>"$work/anchor.wrong"
}

# --- Servers ---

# Waits until a server answers.
await() { # address
	for _ in $(seq 100); do
		if dig +time=1 +tries=1 -p "$port" "@$1" . SOA +norecurse 2>/dev/null |
			grep -q 'status: NOERROR'; then
			return 0
		fi
		sleep 0.1
	done
	fail "the server at $1 does not start" "$(tail -n 5 "$work"/*.log 2>/dev/null)"
	return 1
}

nsd_start() { # name root-zone address...
	name=$1 root=$2
	shift 2
	mkdir -p "$work/$name"
	{
		echo "server:
  username: \"\"
  chroot: \"\"
  zonesdir: \"$zones\"
  pidfile: \"$work/$name/pid\"
  zonelistfile: \"$work/$name/zone.list\"
  xfrdfile: \"$work/$name/xfrd\"
  xfrdir: \"$work/$name\"
  logfile: \"$work/$name.log\"
  database: \"\"
  server-count: 1
  rrl-ratelimit: 0
  port: $port"
		for address; do echo "  ip-address: $address"; done
		echo "remote-control:
  control-enable: no
zone:
  name: .
  zonefile: $root"
		for zone in alpha delta reg.alpha; do
			echo "zone:
  name: $zone
  zonefile: $zone"
		done
	} >"$work/$name.conf"
	nsd -d -c "$work/$name.conf" >"$work/$name.out" 2>&1 &
	pids="$pids $!"
}

knot_start() { # address
	mkdir -p "$work/knot/run"
	{
		echo "server:
  rundir: $work/knot/run
  listen: $1@$port
  user: $(id -un)
log:
  - target: $work/knot.log
    any: info
database:
  storage: $work/knot
zone:"
		for zone in .=root alpha=alpha delta=delta reg.alpha=reg.alpha; do
			echo "  - domain: ${zone%%=*}
    file: $zones/${zone#*=}
    zonefile-sync: -1
    journal-content: none"
		done
	} >"$work/knot.conf"
	knotd -c "$work/knot.conf" >"$work/knot.out" 2>&1 &
	pids="$pids $!"
}

bind_start() { # address
	mkdir -p "$work/bind"
	{
		echo "options { directory \"$work/bind\"; listen-on port $port { $1; };
  listen-on-v6 { none; }; recursion no; pid-file \"$work/bind/pid\"; notify no;
  session-keyfile none; dnssec-validation no; };
controls { };"
		for zone in .=root alpha=alpha delta=delta reg.alpha=reg.alpha; do
			echo "zone \"${zone%%=*}\" { type primary; file \"$zones/${zone#*=}\"; };"
		done
	} >"$work/bind.conf"
	named -g -n 1 -c "$work/bind.conf" >"$work/bind.log" 2>&1 &
	pids="$pids $!"
}

unbound_start() { # address
	mkdir -p "$work/unbound"
	{
		echo "server:
  interface: $1@$port
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  chroot: \"\"
  username: \"\"
  use-syslog: no
  logfile: \"$work/unbound.log\"
  pidfile: \"$work/unbound/pid\"
  trust-anchor-file: \"$work/anchor\"
  directory: \"$work/unbound\"
  do-ip6: no
remote-control:
  control-enable: no"
		for zone in . alpha. delta. reg.alpha.; do
			echo "stub-zone:
  name: $zone
  stub-addr: 127.0.53.1@$port
  stub-addr: 127.0.53.2@$port"
		done
	} >"$work/unbound.conf"
	unbound -d -c "$work/unbound.conf" >"$work/unbound.out" 2>&1 &
	pids="$pids $!"
}

bad_start() {
	"$BUILD/tests/parent/bad_server" "$port" 127.0.53.1 silent=127.0.53.21 id=127.0.53.22 \
		question=127.0.53.23 forged=127.0.53.24 spoofed=127.0.53.25 alias=127.0.53.26 \
		truncated=127.0.53.27 tcp-only=127.0.53.28 drip=127.0.53.29 bogus=127.0.53.30 \
		lame=127.0.53.31 refused=127.0.53.32 servfail=127.0.53.33 garbage=127.0.53.34 \
		ttl=127.0.53.35 honest=127.0.53.36 silent=127.0.53.37 hide=127.0.53.38 >"$work/bad.out" 2>&1 &
	pids="$pids $!"
	for _ in $(seq 50); do
		grep -q ready "$work/bad.out" && return
		sleep 0.1
	done
	fail "bad_server does not start" "$(cat "$work/bad.out")"
}

# Second and third kinds of server, where they are there.
servers_start() {
	nsd_start nsd root 127.0.53.1 127.0.53.11 127.0.53.12 127.0.53.13 127.0.53.14 127.0.53.15 \
		127.0.53.16
	nsd_start nsd-stale root.stale 127.0.53.4
	nsd_start nsd-wrong root.wrong 127.0.53.5
	nsd_start nsd-ttl root.ttl 127.0.53.6
	nsd_start nsd-expired root.expired 127.0.53.7
	if command -v knotd >/dev/null; then
		knot_start 127.0.53.2
	else
		nsd_start nsd-b root 127.0.53.2
		skip "Knot as a server of the parent" "needs knotd"
	fi
	if command -v named >/dev/null; then
		bind_start 127.0.0.1
	else
		nsd_start nsd-c root 127.0.0.1
		skip "BIND as a server of the parent" "needs named"
	fi
	unbound_start 127.0.53.9
	bad_start
	for address in 127.0.0.1 127.0.53.1 127.0.53.2 127.0.53.4 127.0.53.5 127.0.53.6 127.0.53.7; do
		await $address || exit 1
	done
	for _ in $(seq 50); do
		dig +time=1 +tries=1 -p "$port" @127.0.53.9 alpha. SOA 2>/dev/null |
			grep -q 'status: NOERROR' && return
		sleep 0.1
	done
	fail "Unbound does not start" "$(cat "$work/unbound.log" "$work/unbound.out")"
	exit 1
}

# --- Places ---

resolver="<Resolver address=\"127.0.53.9\" port=\"$port\"/>"

servers_xml() { # address...
	for address; do echo "<Server address=\"$address\" port=\"$port\"/>"; done
}

# A place with a configuration: its parent is what is given.
place_make() { # name zone parent-xml [policy-xml]
	place=$work/places/$1
	mkdir -p "$place"
	cat >"$place/policy.xml" <<-END
		<ZoneGate version="1"><Policy name="parent">
		<Parent>${4:-<PropagationDelay>PT1H</PropagationDelay>}</Parent>
		</Policy></ZoneGate>
	END
	cat >"$place/notify" <<-END
		#!/bin/sh
		cat >>$place/notified
	END
	chmod 755 "$place/notify"
	cat >"$place/zonegate.xml" <<-END
		<Configuration version="1"><State>$place/state</State>
		<Installation>parent</Installation>
		<Notify><Command><Argument>$place/notify</Argument></Command></Notify>
		<Zone name="$2"><Policy>$place/policy.xml</Policy>
		<Release><Target>$place/zone.out</Target></Release>
		<Parent>$3<TrustAnchor>${anchor:-$work/anchor}</TrustAnchor></Parent></Zone>
		</Configuration>
	END
}

# Runs a command of `parent` in $place; $status, $place/out and $place/err are what came of it.
parent() { # word zone [arguments...]
	word=$1
	shift
	timeout -k 5 60 "$ZONEGATE" parent "$word" -c "$place/zonegate.xml" "$@" >"$place/out" \
		2>"$place/err" </dev/null
	status=$?
}

told() { printf '%s\n' "exit status $status" "$(cat "$place/err" "$place/out")"; }

# The exit status, and what the output must have.
expect() { # name status pattern...
	name=$1 wanted=$2
	shift 2
	if [ "$status" -ne "$wanted" ]; then
		fail "$name: expected exit status $wanted" "$(told)"
		return
	fi
	for pattern; do
		if ! grep -q -e "$pattern" "$place/out"; then
			fail "$name: no '$pattern'" "$(told)"
			return
		fi
	done
	pass
}

# What the output must not have.
without() { # name pattern
	if grep -q -e "$2" "$place/out"; then fail "$1: has '$2'" "$(told)"; else pass; fi
}

digest_of() { # zone
	ds_of "$1" | sed 's/.*DS [0-9]* [0-9]* [0-9]* //; s/ //g' | tr 'A-F' 'a-f'
}

# --- What is proved ---

# The same answer as delv and Unbound.
agree_with_peers() { # zone wanted: ds, none, nxdomain
	delv -a "$work/delv.anchor" +root=. -p "$port" @127.0.53.9 "$1" DS >"$work/delv" 2>&1
	dig +dnssec -p "$port" @127.0.53.9 "$1" DS >"$work/dig" 2>&1
	if ! grep -q 'fully validated' "$work/delv"; then
		# delv says no more than this about what opt-out leaves open.
		grep -q 'unsigned answer\|resolution failed' "$work/delv" && [ "$2" = opt-out ] ||
			fail "delv on $1" "$(cat "$work/delv")"
	fi
	case $2 in
	ds)
		grep -q 'DS' "$work/delv" && grep -q 'flags:.* ad' "$work/dig" &&
			grep -q "$(digest_of "$1" | cut -c1-20)" "$place/out" &&
			sed 's/ //g' "$work/dig" | grep -qi "$(digest_of "$1" | cut -c1-20)" && pass ||
			fail "$1: not as delv and Unbound" "$(cat "$work/delv" "$work/dig")" "$(told)"
		;;
	none)
		grep -q 'negative response, fully validated' "$work/delv" &&
			grep -q 'flags:.* ad' "$work/dig" && grep -q 'ANSWER: 0' "$work/dig" && pass ||
			fail "$1: not as delv and Unbound" "$(cat "$work/delv" "$work/dig")"
		;;
	opt-out)
		grep -q 'ANSWER: 0' "$work/dig" && ! grep -q 'SERVFAIL' "$work/dig" && pass ||
			fail "$1: not as Unbound" "$(cat "$work/dig")"
		;;
	esac
}

# By the resolver and by the servers that it finds, or that are configured.
proofs() {
	awk '{ key = $8; for (i = 9; i <= NF; i++) key = key $i
		print "trust-anchors { \".\" static-key " $5 " " $6 " " $7 " \"" key "\"; };" }' \
		"$work/anchor" >"$work/delv.anchor"
	how=$resolver
	[ "$port" -eq 53 ] || how="$(servers_xml 127.0.53.1 127.0.53.2 127.0.0.1)$resolver"
	for test in alpha.=ds=.=NSEC leaf.=ds=.=NSEC plain.=no-ds=.=NSEC reg.alpha.=ds=alpha.=NSEC3 \
		plain.alpha.=no-ds=alpha.=NSEC3 reg.delta.=ds=delta.=opt-out \
		plain.delta.=opt-out=delta.=opt-out shop.reg.alpha.=ds=reg.alpha.=depth; do
		zone=${test%%=*} rest=${test#*=}
		answer=${rest%%=*} rest=${rest#*=}
		place_make "proof-$zone" "$zone" "$how"
		parent fetch -f json "$zone"
		expect "$zone below ${rest%%=*} (${rest#*=})" 0 "\"answer\": \"$answer\"" \
			"\"parent\": \"${rest%%=*}\""
		if [ "$(grep -c "\"answer\": \"$answer\"" "$place/out")" -eq 3 ]; then
			pass
		else
			fail "$zone: not proved at each of three servers" "$(told)"
		fi
		case $answer in
		ds) agree_with_peers "$zone" ds ;;
		no-ds) agree_with_peers "$zone" none ;;
		opt-out) agree_with_peers "$zone" opt-out ;;
		esac
	done
	grep -q '"serial": 13' "$place/out" && pass || fail "serial of the parent" "$(told)"
	parent fetch shop.reg.alpha.
	expect "large DNSKEY answers" 0 '3 of 3 servers'
	place_make gone gone. "$(servers_xml 127.0.53.1)"
	parent fetch -f json gone.
	expect "a name that is not there" 1 '"answer": "no-name"' '"id": "parent-no-name"'
}

# --- Faults ---

# Waits for the commands that run in the background, so that those that must wait do so together.
background() { # name zone parent-xml policy-xml
	place_make "$1" "$2" "$3" "${4:-}"
	(
		begin=$(date +%s%N)
		parent fetch -f json "$2"
		echo "$status $((($(date +%s%N) - begin) / 1000000))" >"$place/done"
	) &
	waits="$waits $!"
}

# What came of it.
outcome() { # name
	place=$work/places/$1
	read -r status milliseconds <"$place/done"
}

# One liar beside an honest server, and the finding that it makes. With the honest one alone nothing
# is found: the twin of all of them.
liar() { # mode address answer finding status
	outcome "liar-$1"
	expect "$1" "$5" "\"server\": \"$2@$port\"" "\"answer\": \"$3\"" "\"id\": \"$4\"" \
		'"answer": "ds"'
	if [ "$milliseconds" -lt 11000 ]; then pass; else fail "$1: $milliseconds ms"; fi
}

honest() { # name address pattern...
	outcome "$1"
	shift
	expect "$place" 0 '"level": "ok"' "$@"
	without "$place: a finding" '"id":'
}

faults() {
	waits=
	for mode in silent=127.0.53.21 id=127.0.53.22 question=127.0.53.23 spoofed=127.0.53.25 \
		alias=127.0.53.26 tcp-only=127.0.53.28 drip=127.0.53.29 bogus=127.0.53.30 \
		lame=127.0.53.31 refused=127.0.53.32 servfail=127.0.53.33 garbage=127.0.53.34 \
		closed=127.0.53.98; do
		background "liar-${mode%%=*}" leaf. "$(servers_xml 127.0.53.1 "${mode#*=}")$resolver"
	done
	background honest leaf. "$(servers_xml 127.0.53.1 127.0.53.36)$resolver"
	background forged leaf. "$(servers_xml 127.0.53.1 127.0.53.24)$resolver"
	background truncated leaf. "$(servers_xml 127.0.53.27)$resolver"
	background ttl leaf. "$(servers_xml 127.0.53.35)$resolver"
	# Ten addresses of three programs, two of them dead.
	background ten leaf. "$(servers_xml 127.0.53.1 127.0.53.2 127.0.0.1 127.0.53.11 127.0.53.12 \
		127.0.53.13 127.0.53.14 127.0.53.15 127.0.53.21 127.0.53.37)$resolver"
	# A resolver that never answers, and then one that does.
	background resolvers leaf. "$(servers_xml 127.0.53.1)<Resolver address=\"127.0.53.21\" port=\"$port\"/>$resolver"
	background no-resolver leaf. "$(servers_xml 127.0.53.1)<Resolver address=\"127.0.53.21\" port=\"$port\"/>"
	background hide leaf. "<Resolver address=\"127.0.53.38\" port=\"$port\"/>"
	background no-route leaf. "$(servers_xml 127.0.53.1 2001:db8::1)$resolver"
	background all-dead leaf. "$(servers_xml 127.0.53.21 127.0.53.37)"
	# shellcheck disable=SC2086 # a list of process ids
	wait $waits

	liar silent 127.0.53.21 dead parent-server-dead 0
	liar closed 127.0.53.98 dead parent-server-dead 0
	# Datagrams that are no answer are passed over; TCP, which is tried then, cannot be.
	liar id 127.0.53.22 malformed parent-server-malformed 0
	liar question 127.0.53.23 malformed parent-server-malformed 0
	liar spoofed 127.0.53.25 dead parent-server-dead 0
	liar tcp-only 127.0.53.28 dead parent-server-dead 0
	liar drip 127.0.53.29 dead parent-server-dead 0
	liar alias 127.0.53.26 alias parent-server-alias 1
	liar bogus 127.0.53.30 bogus parent-server-bogus 1
	liar lame 127.0.53.31 lame parent-server-lame 0
	liar servfail 127.0.53.33 lame parent-server-lame 0
	liar refused 127.0.53.32 refused parent-server-refused 0
	outcome liar-garbage
	expect "garbage" 0 '"proved": false' '"answer": "ds"'
	honest honest
	honest forged
	honest truncated '"tcp": true'
	# The TTL is what the signature says, not what a cache would have left of it.
	honest ttl '"ttl": 86400'
	outcome ten
	expect "ten servers, two dead" 0 '"servers": 8' '"id": "parent-server-dead"'
	if [ "$milliseconds" -lt 10000 ]; then pass; else fail "ten servers: $milliseconds ms"; fi
	outcome hide
	if [ "$port" -eq 53 ]; then
		expect "a resolver that hides a server" 0 '"id": "parent-servers-unproved"'
		[ "$(grep -c '"answer": "ds"' "$place/out")" -eq 2 ] && pass || fail "hidden" "$(told)"
	fi
	outcome no-route
	if [ "$port" -eq 53 ]; then
		expect "no way to IPv6 from here" 0 '"answer": "no-route"' '"level": "ok"'
	fi
	outcome resolvers
	expect "the second resolver is asked" 0 '"level": "ok"'
	outcome no-resolver
	expect "no resolver answers" 2 '"id": "parent-unreachable"' '"chain": "dead"'
	outcome all-dead
	expect "no server answers" 2 '"id": "parent-unreachable"'
}

# Servers that contradict each other, lag behind, or are wrong.
disagreements() {
	place_make wrong leaf. "$(servers_xml 127.0.53.1 127.0.53.2 127.0.53.5)$resolver"
	parent fetch -f json leaf.
	expect "a wrong DS on one server" 1 '"id": "parent-servers-disagree"' '"agreed": null'
	place_make most leaf. "$(servers_xml 127.0.53.1 127.0.53.2 127.0.53.5)$resolver" \
		'<DS><Source type="authoritative" agree="majority"/></DS>'
	parent fetch -f json leaf.
	expect "most servers agree" 0 '"id": "parent-servers-disagree"' '"servers": 2'
	place_make expired leaf. "$(servers_xml 127.0.53.1 127.0.53.7)$resolver"
	parent fetch -f json leaf.
	expect "expired signatures of the parent" 1 '"answer": "expired"' \
		'"id": "parent-server-expired"'
	anchor=$work/anchor.wrong
	place_make anchor leaf. "$(servers_xml 127.0.53.1)$resolver"
	parent fetch -f json leaf.
	expect "a wrong trust anchor" 2 '"id": "parent-chain-bogus"' '"chain": "bogus"'
	place_make anchor-direct leaf. "$(servers_xml 127.0.53.1)"
	parent fetch -f json leaf.
	expect "a wrong trust anchor, no resolver" 2 '"id": "parent-server-bogus"' \
		'"answer": "bogus"'
	anchor=
	place_make unsigned child.plain. "$(servers_xml 127.0.53.1)$resolver"
	parent fetch -f json child.plain.
	expect "a parent that is not secure" 2 '"proved": false\|"chain": '
	place_make stale leaf. "$(servers_xml 127.0.53.1 127.0.53.4)$resolver" \
		'<PropagationDelay>PT0S</PropagationDelay>'
	parent fetch -f json leaf.
	expect "a server behind, at first sight" 0 '"level": "ok"'
	sleep 1.1
	parent fetch -f json leaf.
	expect "a server that stays behind" 0 '"id": "parent-server-stale"'
}

# --- The history ---

memory() {
	place_make ttl-change leaf. "$(servers_xml 127.0.53.1)$resolver"
	parent show leaf.
	[ "$status" -ne 0 ] && pass || fail "show: nothing is known" "$(told)"
	parent fetch leaf.
	expect "the parent says" 0 'the parent . says: 1 DS, TTL 86400'
	parent show leaf.
	expect "show: the parent says" 0 'the parent says: 1 DS, TTL 86400'
	parent watch leaf.
	expect "watch: in order" 0 '^ZONEGATE OK - leaf\.'
	[ ! -e "$place/notified" ] && pass || fail "watch: notified without an alarm"
	sed "s/127\.0\.53\.1\"/127.0.53.6\"/" "$place/zonegate.xml" >"$place/new"
	cat "$place/new" >"$place/zonegate.xml"
	sleep 1.1
	parent watch leaf.
	expect "watch: the TTL changed" 1 '^ZONEGATE WARNING' 'parent-ttl-changed'
	grep -q '"parent-ttl-changed"' "$place/notified" && pass || fail "watch: no notification"
	sleep 1.1
	parent watch leaf.
	expect "watch: the TTL is no news any more" 0 '^ZONEGATE OK'
	sed "s/127\.0\.53\.6\"/127.0.53.5\"/" "$place/new" >"$place/zonegate.xml"
	parent watch leaf.
	expect "watch: the DS set changed" 1 '^ZONEGATE WARNING' 'parent-ds-changed'
	"$ZONEGATE" history verify -c "$place/zonegate.xml" leaf. >"$place/out" 2>&1
	status=$?
	expect "the log is whole and signed" 0 'good'

	ds_of leaf. >"$place/ds"
	place_make import leaf. "$(servers_xml 127.0.53.21)"
	ds_of leaf. >"$place/ds"
	parent import leaf. "$place/ds"
	expect "import" 0
	parent show leaf.
	expect "show: the operator says" 0 'the operator .* says: 1 DS, TTL 86400'
	sed 's/ 86400 / /' "$place/ds" >"$place/ds.bare"
	parent import leaf. "$place/ds.bare"
	expect "import without a TTL" 2
	parent import --ds-ttl 2h leaf. "$place/ds.bare"
	expect "import with a TTL of its own" 0
	parent show -f json leaf.
	expect "show: JSON" 0 '"source": "operator"' '"ttl": 7200' '"look": null'
	parent import leaf.
	expect "import without a file" 2
	parent watch nowhere.
	expect "watch of an unknown zone" 3
}

# --- check and release ---

# The child: leaf., signed, with serial; its KSK is what the parent's DS names.
child_make() { # serial [zone-file-lines]
	{
		head_of leaf. "$1"
		[ -z "${2:-}" ] || echo "$2"
	} >"$work/text"
	sign "leaf.$1" leaf. -e +1209600
}

check() { # arguments...
	timeout -k 5 60 "$ZONEGATE" check -q -f json "$@" >"$place/out" 2>"$place/err" </dev/null
	status=$?
}

release() { # file
	begin=$(date +%s%N)
	timeout -k 5 60 "$ZONEGATE" release -q -j 1 -f json -c "$place/zonegate.xml" leaf. "$1" \
		>"$place/out" 2>"$place/err" </dev/null
	status=$?
	milliseconds=$((($(date +%s%N) - begin) / 1000000))
}

checks() {
	child_make 1
	place=$work/places/check
	mkdir -p "$place"
	servers="--parent-server 127.0.53.1@$port --parent-server 127.0.53.2@$port"
	# shellcheck disable=SC2086 # a list of options
	check --parent $servers --resolver "127.0.53.9@$port" --anchor "$work/anchor" -o leaf. \
		"$zones/leaf.1"
	expect "check --parent" 0 '"verdict": "pass"' '"reason": "pass"'
	# shellcheck disable=SC2086
	check --parent $servers --anchor "$work/anchor" -o leaf. "$zones/leaf.1"
	expect "check --parent, no resolver" 0 '"reason": "pass"'
	check --parent --parent-server "127.0.53.5@$port" --anchor "$work/anchor" -o leaf. \
		"$zones/leaf.1"
	expect "check --parent: the DS of another key" 1 '"id": "chain-to-ds"'
	# shellcheck disable=SC2086
	check --parent $servers --parent-server "127.0.53.5@$port" --anchor "$work/anchor" -o leaf. \
		"$zones/leaf.1"
	expect "check --parent: servers disagree" 2
	check --parent --parent-server "127.0.53.98@$port" --anchor "$work/anchor" -o leaf. \
		"$zones/leaf.1"
	expect "check --parent: nobody there" 2
	check --parent "$zones/leaf.1"
	expect "check --parent without a name" 2
	check --parent -d "$work/anchor" -o leaf. "$zones/leaf.1"
	expect "check --parent and --ds" 2
	check --resolver 127.0.53.9 "$zones/leaf.1"
	expect "check --resolver without --parent" 2
}

# A place that has released serial 1 and knows its past.
release_begin() { # name parent-xml [policy-xml]
	place_make "$1" leaf. "$2" \
		"${3:-<DS><Source type=\"authoritative\" poll=\"PT1S\" maxage=\"PT1H\"/></DS>}"
	ds_of leaf. >"$place/ds"
	"$ZONEGATE" history import -c "$place/zonegate.xml" --since -30d --ds "$place/ds" --ds-ttl 1d \
		leaf. "$zones/leaf.1" >"$place/out" 2>"$place/err"
	status=$?
	expect "$1: taken over" 0
}

troubles='dead=127.0.53.21 disagree=127.0.53.5 bogus=127.0.53.30 closed=127.0.53.98'

# Releases serial 2, whose keys are those of serial 1, and 3, which has one more.
trouble_run() {
	release "$zones/leaf.2"
	echo "$status $milliseconds" >"$place/done.2"
	cp "$place/out" "$place/out.2"
	sleep 1.1
	release "$zones/leaf.3"
	echo "$status $milliseconds" >"$place/done.3"
	cp "$place/out" "$place/out.3"
}

trouble_judge() { # kind
	place=$work/places/release-$1
	read -r status milliseconds <"$place/done.2"
	cp "$place/out.2" "$place/out"
	expect "release: unchanged, parent $1" 0 '"verdict": "pass"' '"id": "parent-'
	if [ "$milliseconds" -lt 12000 ]; then
		pass
	else
		fail "release, parent $1: $milliseconds ms"
	fi
	read -r status milliseconds <"$place/done.3"
	cp "$place/out.3" "$place/out"
	# Without any word of the parent it cannot be judged; by a word that is contradicted it must
	# not be.
	if [ "$1" = disagree ]; then
		expect "release: changed, parent $1" 1 '"id": "parent-servers-disagree"'
	else
		expect "release: changed, parent $1" 2 'required input missing: ds'
	fi
}

# Another key is published in serial 3: a change that the parent minds.
releases() {
	child_make 2
	key_new zsk.new leaf.
	child_make 3 "$(key zsk.new)"
	child_make 4 "$(dnssec-dsfromkey -2 -C -T 3600 "$(key_path ksk.leaf.).key")"

	release_begin release-good "$(servers_xml 127.0.53.1 127.0.53.2)$resolver"
	release "$zones/leaf.2"
	expect "release: the parent was asked" 0 '"verdict": "pass"'
	without "release: nothing is said of the parent" '"id": "parent-'
	parent show leaf.
	expect "release: what it saw is known" 0 '2 of 2 servers'
	release "$zones/leaf.3"
	expect "release: other keys, the parent agrees" 0 '"verdict": "pass"'

	# Each trouble: unchanged keys go out with a warning, changed ones do not go out.
	waits=
	for kind in $troubles; do
		address=${kind#*=} kind=${kind%%=*}
		case $kind in
		disagree) release_begin "release-$kind" "$(servers_xml 127.0.53.1 "$address")" ;;
		*) release_begin "release-$kind" "$(servers_xml "$address")" ;;
		esac
		trouble_run &
		waits="$waits $!"
	done
	# shellcheck disable=SC2086 # a list of process ids
	wait $waits
	for kind in $troubles; do
		trouble_judge "${kind%%=*}"
	done

	# What was seen is too old to change keys by, and no reason to hold anything else.
	release_begin release-old "$(servers_xml 127.0.53.1)" \
		'<DS><Source type="authoritative" poll="PT1S" maxage="PT2S"/></DS>'
	parent fetch leaf.
	sed "s/127\.0\.53\.1\"/127.0.53.98\"/" "$place/zonegate.xml" >"$place/new"
	cat "$place/new" >"$place/zonegate.xml"
	sleep 3.1
	release "$zones/leaf.2"
	expect "release: unchanged, an old look" 0 '"id": "parent-ds-age"' \
		'"eased": "keys, signers'
	release "$zones/leaf.3"
	expect "release: changed, an old look" 1 '"id": "parent-ds-age"'

	# What the zone asks the parent for.
	release_begin release-cds "$(servers_xml 127.0.53.1)"
	release "$zones/leaf.4"
	expect "release: with CDS" 0
	parent show leaf.
	expect "show: what the zone asks for" 0 'the zone asks for.* serial 4: 1 DS'
	parent show -f json leaf.
	without "show: what the zone asks for, JSON" '"wanted": null'

	# A look that is younger than `poll` is good enough: nobody is asked.
	release_begin release-poll "$(servers_xml 127.0.53.1)" \
		'<DS><Source type="authoritative" poll="PT59M" maxage="PT1H"/></DS>'
	parent fetch leaf.
	sed "s/127\.0\.53\.1\"/127.0.53.21\"/" "$place/zonegate.xml" >"$place/new"
	cat "$place/new" >"$place/zonegate.xml"
	release "$zones/leaf.3"
	expect "release: a young look is not repeated" 0 '"verdict": "pass"'
	if [ "$milliseconds" -lt 3000 ]; then pass; else fail "release: asked all the same"; fi

	# The word of a DS file is not taken where the policy takes none.
	release_begin release-source "<DS ttl=\"P1D\">$work/places/release-source/ds</DS>" \
		'<DS><Source type="authoritative"/></DS>'
	release "$zones/leaf.3"
	expect "release: a source that the policy does not take" 0 '"id": "parent-source"'
	release_begin release-file "<DS ttl=\"P1D\">$work/places/release-file/ds</DS>" \
		'<DS><Source type="file"/></DS>'
	release "$zones/leaf.3"
	expect "release: a source that it takes" 0
	without "release: a source that it takes" '"id": "parent-source"'

	# A dry run asks and writes nothing.
	release_begin release-dry "$(servers_xml 127.0.53.1)"
	sum=$(cksum "$place/state/zonegate.db")
	timeout 60 "$ZONEGATE" release --dry-run -q -j 1 -f json -c "$place/zonegate.xml" leaf. \
		"$zones/leaf.2" >"$place/out" 2>"$place/err" </dev/null
	status=$?
	expect "release --dry-run" 0 '"ds"'
	[ "$sum" = "$(cksum "$place/state/zonegate.db")" ] && pass || fail "a dry run wrote"
}

# The zone in force against the parent, when no new zone comes: APNIC 2016.
watches() {
	release_begin watch "$(servers_xml 127.0.53.1)"
	parent watch leaf.
	expect "watch: the DS is of a released key" 0 '^ZONEGATE OK'
	sed "s/127\.0\.53\.1\"/127.0.53.5\"/" "$place/zonegate.xml" >"$place/new"
	cat "$place/new" >"$place/zonegate.xml"
	parent watch leaf.
	expect "watch: a DS of no released key" 2 '^ZONEGATE CRITICAL' 'parent-ds-unmatched'
	grep -q '"parent-ds-unmatched"' "$place/notified" && pass || fail "watch: no notification"
	sed "s/127\.0\.53\.1\"/127.0.53.21\"/" "$work/places/release-good/zonegate.xml" >"$place/new"
	sed "s/127\.0\.53\.5\"/127.0.53.98\"/" "$place/zonegate.xml" >"$place/new"
	cat "$place/new" >"$place/zonegate.xml"
	parent watch leaf.
	expect "watch: nobody there" 3 '^ZONEGATE UNKNOWN' 'parent-unreachable'
}

[ -z "${KEEP:-}" ] || echo "$work"
make_zones
servers_start
proofs
faults
disagreements
memory
checks
releases
watches

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
