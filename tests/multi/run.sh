#!/bin/sh
# A zone with two providers that sign for themselves (RFC 8901, model 2): ours, served by NSD, and
# provider b, served by BIND. What b serves is observed, and counts as what is in caches beside ours.
#
#   tests/multi/run.sh
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

# --- Keys and zones: TTLs of two seconds, so that nobody waits long ---

for side in a b; do
	key_new $side.ksk example. -L 2 -f KSK
	for key in zsk zsk2; do key_new $side.$key example. -L 2; done
	key_ds $side.ksk 2 >>"$work/ds"
done

# A side's version of the zone: signed by its own KSK and one ZSK, with the other keys beside.
sign() { # file side serial zsk other-key...
	file=$1 side=$2 serial=$3 zsk=$4
	shift 4
	{
		cat <<-END
			\$ORIGIN example.
			\$TTL 2
			@ SOA ns.$side.net. hostmaster $serial 7200 3600 604800 2
			@ NS ns.a.net.
			@ NS ns.b.net.
			www A 192.0.2.2
			www TXT "the same everywhere"
			mail A 192.0.2.3
			sub NS ns.elsewhere.net.
		END
		for key; do key "$key"; done
	} >"$work/records"
	zone_sign example. "$work/$file" "$side.ksk" "$side.$zsk" <"$work/records"
}

# --- Servers ---

server_new ours
printf 'zone:\n  name: "example."\n  zonefile: "%s"\n' "$work/pub" | nsd_configure ours
server_new theirs
server_new nobody
cat >"$work/theirs/named.conf" <<END
options {
	directory "$work/theirs"; pid-file "$work/theirs/pid"; session-keyfile "$work/theirs/session";
	listen-on port $(port_of theirs) { 127.0.0.1; }; listen-on-v6 { none; };
	recursion no; allow-transfer { none; }; notify no; dnssec-validation no;
};
controls { };
zone "example." { type primary; file "$work/theirs/zone"; };
END

# Provider b serves another version from now on.
they_serve() { # file serial
	cp "$work/$1" "$work/theirs/zone"
	kill -HUP "$(cat "$work/theirs/started")"
	wait_for 10 has_serial theirs example. "$2" || fail "b with $1" "is not served"
}

# --- The gate ---

cat >"$work/policy.xml" <<'END'
<ZoneGate version="1"><Policy name="two">
<Signatures><ClockSkew>PT0S</ClockSkew></Signatures>
<Keys><PublishSafety>PT0S</PublishSafety><RetireSafety>PT0S</RetireSafety></Keys>
<Zone><PropagationDelay>PT1S</PropagationDelay><Evidence>handed</Evidence></Zone>
<Parent><PropagationDelay>PT1S</PropagationDelay></Parent>
<CacheView><ServeStale on="ignore">P3D</ServeStale></CacheView>
</Policy></ZoneGate>
END

configure() { # providers...
	{
		cat <<-END
			<Configuration version="1"><State>$work/state</State>
			<Installation>test</Installation>
			<Zone name="example."><Policy>$work/policy.xml</Policy>
			<Release><Target>$work/pub</Target>
			<Command><Argument>$work/reload</Argument></Command></Release>
			<Parent><DS ttl="PT2S">$work/ds</DS></Parent>
			<Distribution><Server address="127.0.0.1" port="$(port_of ours)"/></Distribution>
			<Providers>
		END
		for provider; do
			echo "<Provider name=\"${provider%:*}\"><Server address=\"127.0.0.1\"" \
				"port=\"$(port_of "${provider#*:}")\"/></Provider>"
		done
		echo "</Providers></Zone></Configuration>"
	} >"$work/zonegate.xml"
}

printf '#!/bin/sh\nPATH=%s\nexec nsd-control -c %s reload\n' "$PATH" "$work/ours/nsd.conf" >"$work/reload"
chmod 755 "$work/reload"

# What would become of a candidate: nothing is released.
try() { # name file status
	gate release -q -j 1 --dry-run -c "$work/zonegate.xml" example. "$work/$2"
	is "$1: exit status" $status -eq "$3"
}

release() { # name file serial
	gate release -q -j 1 -c "$work/zonegate.xml" example. "$work/$2"
	is "$1: exit status" $status -eq 0
	wait_for 10 has_serial ours example. "$3" || fail "$1" "is not served"
}

observe() { # name status
	gate observe -n 10 -c "$work/zonegate.xml" example.
	is "$1: exit status" $status -eq "$2"
}

# --- Both publish the ZSKs of both ---

sign a1 a 1 zsk b.zsk
sign a2 a 2 zsk b.zsk
sign b1 b 101 zsk a.zsk
cp "$work/a1" "$work/pub"
cp "$work/b1" "$work/theirs/zone"
nsd_start ours || fail "starting NSD" "$(tail "$work/ours/log")"
named_start theirs || fail "starting BIND" "$(tail "$work/theirs/log")"
configure b:theirs
gate policy lint "$work/zonegate.xml"
is "lint" $status -eq 0
gate history import -c "$work/zonegate.xml" --since -30d --ds "$work/ds" --ds-since -30d \
	example. "$work/a1"
is "import" $status -eq 0

# Nothing was seen of b: what does not change its keys goes out all the same.
sign a3 a 3 zsk b.zsk a.zsk2
try "nothing seen of b, a key more" a3 1
said "nothing seen of b, a key more" provider-unknown
not_said "nothing seen of b, a key more" cache-view-unknown
try "nothing seen of b, the same keys" a2 0
said "nothing seen of b, the same keys" provider-unknown

observe "both good" 0
said "both good" "b, 127.0.0.1@$(port_of theirs): serial 101"
said "both good" "DNSKEY signed by 13/$(key_tag b.ksk), data by 13/$(key_tag b.zsk) "
gate observe -n 10 -f json -c "$work/zonegate.xml" example.
said "both good, JSON" '"proved": true'
gate history export -c "$work/zonegate.xml" example.
is "recorded once" "$(grep -c '"row":"provider_observations"' "$work/out")" -eq 1

release "the same keys" a2 2
not_said "the same keys" provider
gate status -c "$work/zonegate.xml" example.
not_said "both good, status" provider
release "a key more" a3 3

# --- The key of the other must stay ---

sign without a 4 zsk a.zsk2
try "b's key dropped" without 1
said "b's key dropped" cache-view-lenient
said "b's key dropped" "keep 13/$(key_tag b.zsk) in the DNSKEY RRset: data of provider b"
said "b's key dropped" provider-keys-missing
sign with a 4 zsk a.zsk2 b.zsk
try "b's key kept" with 0
not_said "b's key kept" provider-keys-missing

# --- The DS set has the keys of both ---

gate parent try -c "$work/zonegate.xml" example. "$work/ds"
is "DS of both" $status -eq 0
head -n 1 "$work/ds" >"$work/ds.ours"
gate parent try -c "$work/zonegate.xml" example. "$work/ds.ours"
is "DS of ours only" $status -eq 1
said "DS of ours only" "DNSKEY of provider b"

# CDS is signed by the KSK, which the other does not publish.
{
	dnssec-dsfromkey -C -2 "$(key_path a.ksk).key"
	dnssec-dsfromkey -C -2 "$(key_path b.ksk).key"
} >"$keys/cds.key"
echo cds >"$keys/a.cds"
sign cds a 4 zsk a.zsk2 b.zsk a.cds
try "CDS of both" cds 0
not_said "CDS of both" cache-view-lenient

# --- A new key of ours signs when b has published it, and caches have it ---

sign a4 a 4 zsk2 a.zsk b.zsk
sleep 4 # propagation and TTL of our own
try "new key, not at b" a4 1
said "new key, not at b" cache-view-lenient
said "new key, not at b" "example. DNSKEY of provider b"
said "new key, not at b" "have 13/$(key_tag a.zsk2) published in the DNSKEY RRset of provider b"
sign b2 b 102 zsk a.zsk a.zsk2
they_serve b2 102
try "new key at b, nobody looked" a4 1
observe "new key at b" 0
try "new key at b, caches lack it" a4 1
said "new key at b, caches lack it" cache-view-lenient
sleep 4
release "new key at b and in caches" a4 4
not_said "new key at b and in caches" provider-keys-missing

# --- Trouble of the other is no trouble of ours ---

sign b3 b 103 zsk2 a.zsk a.zsk2 # signs with a key that we do not have
they_serve b3 103
observe "b changed its key too early" 0
gate status -c "$work/zonegate.xml" example.
is "b changed its key too early, status: exit status" $status -eq 2
said "b changed its key too early, status" provider-other-keys
not_said "b changed its key too early, status" provider-without-keys
sign a5 a 5 zsk2 a.zsk b.zsk
release "b changed its key too early, ours as it was" a5 5
said "b changed its key too early, ours as it was" provider-keys-missing
said "b changed its key too early, ours as it was" cache-view-preexisting
sign a6 a 6 zsk2 a.zsk
try "b changed its key too early, ours changed" a6 1

sign b4 b 104 zsk
sed -i "s/DNSKEY	257 3 13/DNSKEY	256 3 13/" "$work/b4" # no KSK of the DS, whatever is signed
they_serve b4 104
observe "b bogus" 1
said "b bogus" "NOT GOOD b, 127"
gate history export -c "$work/zonegate.xml" example.
is "bogus keys are not recorded as served" \
	"$(grep '"row":"provider_observations"' "$work/out" | tail -n 1 | grep -c '"answered":0')" -eq 1
server_stop theirs
observe "b silent" 1
said "b silent" "NOT GOOD b, 127"

# --- A provider that nobody ever saw ---

configure b:theirs c:nobody
sign a7 a 7 zsk2 a.zsk b.zsk b.zsk2
try "c never seen, a key more" a7 1
said "c never seen, a key more" "provider c serves was last seen: never"
not_said "c never seen, a key more" "provider b serves was last seen"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
