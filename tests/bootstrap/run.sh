#!/bin/sh
# `zonegate history bootstrap`: a history from what the zone's servers, NSD and BIND, serve, proved
# from the DS set that the parent's server publishes.
#
#   tests/bootstrap/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
export LC_ALL=C TZ=UTC
PATH=$PATH:/usr/sbin:/sbin:$PWD/build/peers/bin
umask 022

. tests/tools/needs.sh
needs nsd named dig dnssec-keygen dnssec-signzone dnssec-dsfromkey

work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
cleanup() {
	servers_stop
	[ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

passed=0 failed=0 skipped=0
. tests/tools/counts.sh
. tests/tools/said.sh
. tests/tools/signer.sh

# --- Zones: the parent, and z.example., with TTLs of two seconds ---

key_new parent.ksk example. -L 2 -f KSK
key_new parent.zsk example. -L 2
key_new ksk z.example. -L 2 -f KSK
key_new zsk z.example. -L 2
key_new zsk2 z.example. -L 2

child() { # serial
	cat <<-END
		\$ORIGIN z.example.
		\$TTL 2
		@ SOA ns hostmaster $1 7200 3600 604800 2
		@ NS ns
		@ TXT "at the apex"
		ns A 127.0.0.1
		www A 192.0.2.1
		sub NS ns.sub
		ns.sub A 192.0.2.2
		safe NS ns.sub
		safe DS 12345 13 2 $(printf %064d 7)
	END
}

for serial in 1 2 3; do child $serial | zone_sign z.example. "$work/z$serial" ksk zsk -3 - -H 0; done
{
	child 3
	key zsk2
} | zone_sign z.example. "$work/z3-key" ksk zsk -3 - -H 0
{
	child 4
	key zsk2
} | zone_sign z.example. "$work/z4-key" ksk zsk -3 - -H 0
child 1 | zone_sign z.example. "$work/z1-other" ksk zsk2 -3 - -H 0
sed '/RRSIG	TXT/,/)/d' "$work/z1" >"$work/z1-bare" # nothing signs the TXT RRset
parent_sign() { # ksk of the child
	{
		cat <<-END
			\$ORIGIN example.
			\$TTL 2
			@ SOA ns hostmaster 1 7200 3600 604800 2
			@ NS ns
			ns A 127.0.0.1
			z NS ns.z
			ns.z A 127.0.0.1
		END
		key_ds "$1" 2
	} | zone_sign example. "$work/parent" parent.ksk parent.zsk
}
parent_sign ksk
key parent.ksk >"$work/anchor"

# --- Servers ---

server_new above
printf 'zone:\n  name: "example."\n  zonefile: "%s"\n' "$work/parent.zone" | nsd_configure above
server_new one
printf 'zone:\n  name: "z.example."\n  zonefile: "%s"\n  provide-xfr: 127.0.0.1 NOKEY\n' "$work/one.zone" |
	nsd_configure one
server_new two
cat >"$work/two/named.conf" <<END
options {
	directory "$work/two"; pid-file "$work/two/pid"; session-keyfile "$work/two/session";
	listen-on port $(port_of two) { 127.0.0.1; }; listen-on-v6 { none; };
	recursion no; allow-transfer { none; }; notify no; dnssec-validation no;
};
controls { };
zone "z.example." { type primary; file "$work/two.zone"; };
END
server_new nobody

cp "$work/parent" "$work/parent.zone"
nsd_start above || fail "starting the parent's server" "$(tail "$work/above/log")"

# Both servers have these files.
serve() { # of-one of-two
	cp "$work/$1" "$work/one.zone"
	cp "$work/$2" "$work/two.zone"
	for server in one two; do
		[ ! -f "$work/$server/started" ] || server_stop $server
	done
	nsd_start one || fail "starting NSD" "$(tail "$work/one/log")"
	named_start two || fail "starting BIND" "$(tail "$work/two/log")"
}

# --- The gate ---

cat >"$work/policy.xml" <<'END'
<ZoneGate version="1"><Policy name="start">
<Signatures><ClockSkew>PT0S</ClockSkew></Signatures>
<Keys><PublishSafety>PT0S</PublishSafety><RetireSafety>PT0S</RetireSafety></Keys>
<Zone><PropagationDelay>PT1S</PropagationDelay><Evidence>handed</Evidence></Zone>
<Parent><PropagationDelay>PT1S</PropagationDelay></Parent>
<ChangeGuards><WatchList><Name>safe.z.example.</Name></WatchList></ChangeGuards>
<CacheView><ServeStale on="ignore">P3D</ServeStale><UnknownHorizon>PT6S</UnknownHorizon></CacheView>
</Policy></ZoneGate>
END

configure() { # servers...
	{
		cat <<-END
			<Configuration version="1"><State>$work/state</State>
			<Installation>test</Installation>
			<Zone name="z.example."><Policy>$work/policy.xml</Policy>
			<Release><Target>$work/released</Target></Release>
			<Parent><Server address="127.0.0.1" port="$(port_of above)"/>
			<TrustAnchor>$work/anchor</TrustAnchor></Parent>
			<Distribution>
		END
		for server; do echo "<Server address=\"127.0.0.1\" port=\"$(port_of "$server")\"/>"; done
		echo "</Distribution></Zone></Configuration>"
	} >"$work/zonegate.xml"
}

bootstrap() { # name status [options...]
	name=$1 expected=$2
	shift 2
	gate history bootstrap -c "$work/zonegate.xml" "$@" z.example.
	is "$name: exit status" $status -eq "$expected"
}

release() { # name status file [options...]
	name=$1 expected=$2 file=$3
	shift 3
	gate release -q -j 1 -c "$work/zonegate.xml" "$@" z.example. "$work/$file"
	is "$name: exit status" $status -eq "$expected"
}

nothing_recorded() { # name
	is "$1: nothing is recorded" -z "$(find "$work" -path '*/state/zonegate.db')"
}

# --- What is not taken over ---

configure one two
serve z1 z2
bootstrap "two serials" 1
said "two serials" "serves another version"
nothing_recorded "two serials"

serve z1 z1-other
bootstrap "two sets of keys" 1
said "two sets of keys" "serves another version"

serve z1-bare z1-bare
bootstrap "data without signature" 1
said "data without signature" "z.example. TXT"

parent_sign zsk2
cp "$work/parent" "$work/parent.zone"
server_stop above
nsd_start above || fail "starting the parent's server" "$(tail "$work/above/log")"
serve z1 z1
bootstrap "DS of another key" 1
said "DS of another key" "no DS names a key"
nothing_recorded "DS of another key"
parent_sign ksk
cp "$work/parent" "$work/parent.zone"
server_stop above
bootstrap "no parent" 2
nsd_start above || fail "starting the parent's server" "$(tail "$work/above/log")"

configure one two nobody
bootstrap "one server silent" 2
said "one server silent" "127.0.0.1@$(port_of nobody)"
nothing_recorded "one server silent"
configure
bootstrap "no servers" 2
configure one two
bootstrap "no time" 2 --since yesterday

# --- By samples ---

bootstrap "samples" 0 --no-transfer
said "samples" "serial 1 taken over"
said "samples" "a sample of its data"
said "samples" "key 13/$(key_tag ksk), signs DNSKEY"
began=$(date +%s)
gate history verify -c "$work/zonegate.xml" z.example.
is "samples: the log is whole" $status -eq 0
gate history list -c "$work/zonegate.xml" z.example.
said "samples: list" "1 confirmed .*imported: seen at 2 servers"
gate history show -c "$work/zonegate.xml" z.example. 1
is "samples: shown" $status -eq 0
gate status -c "$work/zonegate.xml" z.example.
not_said "samples: status" unreadable
not_said "samples: status" no-release
bootstrap "the history knows more" 1
said "the history knows more" "knows more"

release "a key more, at once" 1 z3-key --dry-run
said "a key more, at once" cache-view-unknown
release "same keys, at once" 0 z2
said "same keys, at once" cache-view-unknown
release "a key more, a whole release later" 1 z3-key --dry-run
left=$((began + 13 - $(date +%s)))
[ $left -le 0 ] || sleep $left # the release that was taken over, and the horizon after that
release "a key more, after the horizon" 0 z3-key
not_said "a key more, after the horizon" cache-view

# --- Of a server that gives the whole zone ---

rm -rf "$work/state" "$work/released"
bootstrap "whole zone" 0 --since -1d
said "whole zone" "the whole zone, from 127.0.0.1@$(port_of one)"
release "the very zone that was taken over" 0 z1
release "whole zone, same keys" 0 z2
gate history show -c "$work/zonegate.xml" z.example. 1
is "whole zone: shown" $status -eq 0

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
