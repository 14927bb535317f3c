#!/bin/sh
# `zonegate observe`: NSD, Knot and BIND serve what was released, or something else, and each that
# does is named.
#
#   tests/observe/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
export LC_ALL=C TZ=UTC
PATH=$PATH:/usr/sbin:/sbin:$PWD/build/peers/bin
umask 022

. tests/tools/needs.sh
needs nsd knotd named dig dnssec-keygen dnssec-signzone

work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
cleanup() {
	for name in $stopped; do kill -CONT "$(cat "$work/$name/started")" 2>/dev/null; done
	servers_stop
	[ -n "${KEEP:-}" ] || rm -rf "$work"
}
stopped=
trap cleanup EXIT
trap 'exit 1' INT TERM

passed=0 failed=0 skipped=0
. tests/tools/counts.sh
. tests/tools/signer.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	sed 's/^/  /' "$work/err" "$work/out" | head -n 60
}

said() { # name pattern
	if grep -q -e "$2" "$work/out"; then pass; else fail "$1" "does not say '$2'"; fi
}

not_said() { # name pattern
	if grep -q -e "$2" "$work/out"; then fail "$1" "says '$2'"; else pass; fi
}

# --- Zones: each denies in another way ---

zones='plain.example. hashed.example. optout.example.'

new_keys() { # zone
	key_new "ksk.$1" "$1" -f KSK
	key_new "zsk.$1" "$1"
	key_ds "ksk.$1" 86400 >"$work/ds.$1"
}

zone_text() { # zone serial
	cat <<-END
		\$ORIGIN $1
		\$TTL 3600
		@ SOA ns1 hostmaster $2 7200 3600 604800 900
		@ NS ns1
		@ NS ns.other.example.
		@ MX 10 mail
		ns1 A 192.0.2.1
		mail AAAA 2001:db8::1
		alias CNAME www
		www A 192.0.2.2
		www TXT "Mixed Case" "and more"
		*.wild TXT "expanded"
		deep.empty.non.terminal SRV 0 0 53 NS1
		unknown TYPE65280 \\# 4 00ff10aa
		${extra:-}
	END
	for i in 1 2 3 4 5 6; do
		echo "host$i A 192.0.2.1$i"
		echo "sub$i NS NS.sub$i"
		echo "ns.sub$i A 192.0.2.2$i"
		[ $((i % 2)) = 0 ] || echo "sub$i DS 1234$i 13 2 $(printf %064d "$i")"
	done
}

sign() { # zone serial file
	zone_text "$1" "$2" >"$work/records"
	case $1 in
	plain*) set -- "$1" "$2" "$3" ;;
	hashed*) set -- "$1" "$2" "$3" -3 - -H 0 ;;
	optout*) set -- "$1" "$2" "$3" -3 - -H 0 -A ;;
	esac
	zone=$1 file=$3
	shift 3
	zone_sign "$zone" "$file" "ksk.$zone" "zsk.$zone" "$@" <"$work/records"
}

: >"$work/out"
: >"$work/err"
for zone in $zones; do
	new_keys $zone
	for serial in 4 5 6; do sign $zone $serial "$work/$zone$serial"; done
done

# --- Servers: each has the zones as files ---

nsd_server() { # name
	server_new "$1"
	for zone in $zones; do
		printf 'zone:\n  name: "%s"\n  zonefile: "%s"\n  provide-xfr: 127.0.0.1 NOKEY\n' \
			$zone "$work/$1/$zone"
	done | nsd_configure "$1"
}

knot_server() { # name
	server_new "$1"
	{
		cat <<-END
			server:
			    rundir: "$work/$1"
			    listen: [127.0.0.1@$(port_of "$1")]
			database:
			    storage: "$work/$1"
			log:
			  - target: stderr
			    any: info
			acl:
			  - id: all
			    address: 127.0.0.1
			    action: transfer
			zone:
		END
		for zone in $zones; do
			printf '  - domain: %s\n    file: %s\n    acl: all\n    journal-content: none\n' \
				$zone "$work/$1/$zone"
		done
	} >"$work/$1/knot.conf"
}

knot_start() { # name
	knotd -c "$work/$1/knot.conf" >"$work/$1/log" 2>&1 &
	echo $! >"$work/$1/started"
	servers_pids="$servers_pids $!"
	wait_for 10 is_up "$1"
}

named_server() { # name
	server_new "$1"
	{
		cat <<-END
			options {
				directory "$work/$1"; pid-file "$work/$1/pid"; session-keyfile "$work/$1/session";
				listen-on port $(port_of "$1") { 127.0.0.1; }; listen-on-v6 { none; };
				recursion no; allow-transfer { none; }; notify no; dnssec-validation no;
			};
			controls { };
		END
		for zone in $zones; do
			echo "zone \"$zone\" { type primary; file \"$work/$1/$zone\"; check-names ignore; };"
		done
	} >"$work/$1/named.conf"
}

# Puts the zones of that serial into a server, and starts it (again).
load() { # name serial
	for zone in $zones; do cp "$work/$zone$2" "$work/$1/$zone"; done
	start "$1"
}

start() { # name
	[ ! -f "$work/$1/started" ] || server_stop "$1"
	case $1 in
	nsd*) nsd_start "$1" ;;
	knot*) knot_start "$1" ;;
	named*) named_start "$1" ;;
	esac || fail "starting $1" "$(tail "$work/$1/log")"
}

# More ports of a server, listed in $work/more: to the gate each is a server of its own.
more_ports() { # name n
	: >"$work/more"
	for more in $(seq "$2"); do
		server_new "$1_$more"
		port_of "$1_$more" >>"$work/more"
	done
}

nsd_server nsd
more_ports nsd 5
sed 's/.*/server:\n  ip-address: 127.0.0.1@&/' "$work/more" >>"$work/nsd/nsd.conf"
knot_server knot
more_ports knot 3
while read -r port; do
	sed -i "s/^    listen: .*127.0.0.1@[0-9]*/&, 127.0.0.1@$port/" "$work/knot/knot.conf"
done <"$work/more"
named_server named
more_ports named 1
while read -r port; do
	sed -i "s/^listen-on port.*/&\n\tlisten-on port $port { 127.0.0.1; };/" "$work/named/named.conf"
done <"$work/more"
knot_server knot2 # is not there, or is silent

at() { # name
	echo "127.0.0.1@$(port_of "$1")"
}

# --- The gate ---

conf=$work/zonegate.xml
configure() { # server-names...
	{
		cat <<-END
			<?xml version="1.0"?>
			<Configuration version="1">
			  <State>$work/state</State>
			  <Installation>test</Installation>
			  <Notify><Command timeout="PT20S"><Argument>$work/notify</Argument></Command></Notify>
		END
		for zone in $zones; do
			cat <<-END
				  <Zone name="$zone">
				    <Policy>$work/policy.xml</Policy>
				    <Release>
				      <Target>$work/pub/$zone</Target>
				    </Release>
				    <Parent><DS ttl="P1D">$work/ds.$zone</DS></Parent>
				    <Distribution>
			END
			for server; do
				echo "      <Server address=\"127.0.0.1\" port=\"$(port_of "$server")\"/>"
			done
			echo "    </Distribution>"
			echo "  </Zone>"
		done
		echo "</Configuration>"
	} >"$conf"
}

mkdir "$work/pub"
printf '#!/bin/sh\ncat >%s\necho "$ZONEGATE_EVENT $ZONEGATE_SERIAL" >>%s\n' "$work/notified" "$work/events" \
	>"$work/notify"
chmod 755 "$work/notify"
"$ZONEGATE" policy show | sed -e 's/<UnknownHistory on="[a-z]*"/<UnknownHistory on="warn"/' \
	-e 's/<Evidence>[a-z]*</<Evidence>confirmed</' >"$work/policy.xml"

release() { # serial
	for zone in $zones; do
		"$ZONEGATE" release -q -j 1 -c "$conf" $zone "$work/$zone$1" >"$work/out" 2>"$work/err" </dev/null
		is "release of $zone $1" $? -eq 0
	done
}

observe() { # zone [arguments...]
	zone=$1
	shift
	: >"$work/events"
	timeout -k 5 120 "$ZONEGATE" observe -c "$conf" "$@" "$zone" >"$work/out" 2>"$work/err"
	status=$?
}

# What the history has of the release with that serial.
state_of() { # zone serial
	"$ZONEGATE" history list -c "$conf" "$1" |
		awk -v s="$2" '{ for (i = 1; i <= NF; i++) if ($i == s) { print; exit } }'
}

# What is said of a server, all its lines.
lines_of() { # name
	awk -v at="$(at "$1"):" '/^  [gN]/ { mine = index($0, at) > 0 } mine' "$work/out"
}

good() { # name server
	if lines_of "$2" | grep -q '^  good'; then pass; else fail "$1" "$2 is not good"; fi
}

# The server is named, for these reasons and no other.
bad() { # name server fault...
	name=$1 server=$2
	shift 2
	if ! lines_of "$server" | grep -q '^  NOT GOOD'; then
		fail "$name" "$server is good"
		return
	fi
	seen=$(lines_of "$server" | sed -n 's/^    \([a-z]*\): .*/\1/p' | sort -u | tr '\n' ' ')
	is "$name: faults of $server: $seen" "$seen" = "$* "
}

# --- Nothing to compare with ---

configure nsd knot named
observe plain.example.
is "without a state directory: exit status" $status -eq 2
release 4
configure
observe plain.example.
is "without servers: exit status" $status -eq 2
configure nsd knot named
observe other.example.
is "another zone: exit status" $status -eq 2
for words in "--names 0" "--names 401" "--format xml" "--timeout x"; do
	# shellcheck disable=SC2086 # two words
	observe plain.example. $words
	is "$words: exit status" $status -eq 2
done

# --- All is well ---

for server in nsd knot named; do load $server 4; done
release 5
for zone in $zones; do
	observe $zone
	is "one behind, $zone: exit status" $status -eq 1
	for server in nsd knot; do bad "one behind, $zone" $server serial whole; done
	bad "one behind, $zone" named serial
	not_said "one behind, $zone: confirmed" 'is confirmed'
done

for server in nsd knot named; do load $server 5; done
for zone in $zones; do
	observe $zone --dry-run
	is "dry run, $zone: exit status" $status -eq 0
	said "dry run, $zone" 'nothing was recorded'
	is "dry run, $zone: state" -z "$(state_of $zone 5 | grep confirmed)"
	observe $zone
	is "good, $zone: exit status" $status -eq 0
	for server in nsd knot named; do good "good, $zone" $server; done
	said "good, $zone: proved by the DS file" 'proved by: DS file'
	said "good, $zone: confirmed" 'is confirmed'
	is "good, $zone: state" -n "$(state_of $zone 5 | grep confirmed)"
	is "good, $zone: the one before" -n "$(state_of $zone 4 | grep superseded)"
	for server in nsd knot; do
		is "good, $zone: copy of $server" -n "$(lines_of $server | grep 'records, the same')"
	done
	# A server that keeps its copy to itself is no worse for that.
	is "good, $zone: no copy of named" -n "$(lines_of named | grep 'not had')"
	"$ZONEGATE" history verify -c "$conf" $zone >"$work/out" 2>"$work/err"
	is "good, $zone: the log" $? -eq 0
done
observe plain.example. --no-transfer
is "no transfer: exit status" $status -eq 0
not_said "no transfer" 'whole zone'
observe plain.example. -f json
is "JSON: exit status" $status -eq 0
if python3 - "$work/out" "$(at knot)" 2>"$work/err" <<-'END'; then pass; else fail JSON "not as it should be"; fi
	import json, sys
	look = json.load(open(sys.argv[1]))
	server = [s for s in look["servers"] if s["server"] == sys.argv[2]][0]
	assert look["good"] and look["confirmed"] and look["recorded"], look
	assert len(look["servers"]) == 3 and look["serial"] == 5, look
	assert server["good"] and server["serial"] == 5 and server["faults"] == {}, server
	assert server["asked"] == server["answered"] == 2 * look["questions"], server
	assert server["whole"]["copy"] == "same", server
	assert server["whole"]["digest"] == look["digest"], server
END

# What cannot be recorded, another run having the zone, is printed all the same.
lock=$(find "$work/state/locks" -name 'plain.example*')
flock "$lock" sleep 3 &
wait_for 5 sh -c "! flock -n '$lock' true"
observe plain.example.
is "locked: exit status" $status -eq 2
said "locked" '3 of 3 servers'
said "locked" 'nothing was recorded'
wait $!
observe plain.example.
is "no longer locked: exit status" $status -eq 0

# --- One server serves something else ---

# Makes a server serve what a sed script makes of the zones of serial 5.
alter() { # name sed-script
	for zone in $zones; do sed "$2" "$work/${zone}5" >"$work/$1/$zone"; done
	start "$1"
}

# Another address, the signature as it was: bogus, and not what was released.
alter named 's/192\.0\.2\.1\([1-6]\)/192.0.3.1\1/'
for zone in $zones; do
	observe $zone -n 150
	is "altered record, $zone: exit status" $status -eq 1
	bad "altered record, $zone" named altered bogus
	good "altered record, $zone" nsd
	good "altered record, $zone" knot
done

# A delegation and its glue are not signed: only the comparison sees it, here and in the copy.
alter nsd 's/ns\.sub\([1-6]\)\./ns.evil\1./I'
for zone in $zones; do
	observe $zone -n 150
	is "altered delegation, $zone: exit status" $status -eq 1
	bad "altered delegation, $zone" nsd altered whole
done

# --- Cut: a text that ends at the end of a record, which a name server takes ---

cut_at() { # file
	awk -v n="$(($(grep -c . "$1") * 3 / 5))" 'NR > n && /^[^ \t;]/ { exit } { print }' "$1"
}
for zone in $zones; do cut_at "$work/${zone}5" >"$work/nsd/$zone"; done
start nsd
load knot 5
load named 5
for zone in $zones; do
	observe $zone -n 150
	is "truncated, $zone: exit status" $status -eq 1
	is "truncated, $zone: nsd" -n "$(lines_of nsd | grep 'NOT GOOD')"
	is "truncated, $zone: its copy" -n "$(lines_of nsd | grep 'not what was released')"
	good "truncated, $zone" knot
	good "truncated, $zone" named
	observe $zone -n 150 --no-transfer
	is "truncated, $zone: by the sample alone" -n "$(lines_of nsd | grep 'NOT GOOD')"
done
load nsd 5

# --- Stale, ahead, dead ---

load knot 4
for zone in $zones; do
	observe $zone
	is "stale, $zone: exit status" $status -eq 1
	bad "stale, $zone" knot serial whole
	good "stale, $zone" nsd
	is "stale, $zone: told" "$(cat "$work/events")" = "observed 5"
	grep -q '"good": false' "$work/notified" || fail "stale, $zone" "no JSON was handed on"
	observe $zone
	is "stale, $zone: told once" -z "$(cat "$work/events")"
done
load knot 6
observe plain.example.
bad "ahead of the gate" knot serial whole
"$ZONEGATE" status -c "$conf" plain.example. >"$work/out" 2>"$work/err"
said "ahead of the gate: status" 'served-unknown'
load knot 5

configure nsd knot named knot2
observe plain.example.
is "not there: exit status" $status -eq 1
bad "not there" knot2 silent
good "not there" nsd
load knot2 5
observe plain.example.
is "there again: exit status" $status -eq 0
kill -STOP "$(cat "$work/knot2/started")"
stopped=knot2

# --- Thirteen servers, one of them silent: what it takes is said, not demanded ---

configure nsd nsd_1 nsd_2 nsd_3 nsd_4 nsd_5 knot knot_1 knot_2 knot_3 named named_1 knot2
observe optout.example. -n 100
is "thirteen: exit status" $status -eq 1
bad "thirteen" knot2 silent
is "thirteen: good ones" "$(grep -c '^  good' "$work/out")" -eq 12
echo "thirteen servers, one silent: $(sed -n 2p "$work/out"); its time-out is 6000 ms"
configure nsd nsd_1 nsd_2 nsd_3 nsd_4 nsd_5 knot knot_1 knot_2 knot_3 named named_1
observe optout.example. -n 100
is "twelve: exit status" $status -eq 0
echo "without it: $(sed -n 2p "$work/out")"

. tests/observe/stages.sh

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
