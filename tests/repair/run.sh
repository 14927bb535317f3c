#!/bin/sh
# Repairs from end to end: the signatures of the zone in service expired, and the signer comes back
# with some of them mended. What is held, approved and released, and what is refused whoever
# approves. Signed by ldns-signzone, under a shifted clock.
#
#   tests/repair/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
export LC_ALL=C TZ=UTC
umask 022

. tests/tools/clock.sh
. tests/tools/needs.sh
needs ldns-keygen ldns-signzone ldns-key2ds

passed=0 failed=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
top=$work/top
conf=$top/zonegate.xml

hour=3600 day=86400
life=$((14 * day))       # of signatures
late=$((life + 2 * day)) # when those of serial 1 have expired

. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	sed 's/^/  /' "$work/out" "$work/err" | head -n 60
}

run() { # seconds zonegate's words
	moment=$1
	shift
	at "$moment" "$ZONEGATE" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

# --- Keys and zones ---

mkdir "$work/keys" || exit 2
new_key() { (cd "$work/keys" && ldns-keygen -a ECDSAP256SHA256 "$@" example.); }
ksk=$(new_key -k) zsk=$(new_key)

# Signs $top/zone.SERIAL, an hour before that moment, for the usual life.
zone() { # serial seconds [record...]
	sign "$1" "$2" $life "$@"
}

sign() { # name seconds life serial seconds [record...]
	file=$top/zone.$1 signed=$2 lasts=$3 serial=$4
	shift 5
	{
		printf '%s\n' "\$ORIGIN example." "\$TTL 3600" \
			"@ SOA ns1 hostmaster $serial 7200 3600 604800 900" '@ NS ns1' \
			'ns1 A 192.0.2.1' 'www A 192.0.2.2' 'mail A 192.0.2.3' "$@"
	} >"$work/in"
	(cd "$work/keys" && ldns-signzone -i "$(stamp $((signed - hour)))" \
		-e "$(stamp $((signed + lasts)))" -o example. -f "$file" "$work/in" \
		"$ksk" "$zsk") || exit 2
}

# shellcheck disable=SC2016 # awk's own
is_rrsig='function is_rrsig(o, t) { return $1 == o && $4 == "RRSIG" && $5 == t }'

# Gives one RRset of a zone the signatures that it has in another.
take_rrsig() { # serial other-serial owner type
	awk -v o="$3" -v t="$4" "$is_rrsig"'
		FNR == NR { if (is_rrsig(o, t)) kept = kept $0 "\n"; next }
		is_rrsig(o, t) { printf "%s", kept; next }
		{ print }' "$top/zone.$2" "$top/zone.$1" >"$work/changed" &&
		mv "$work/changed" "$top/zone.$1"
}

drop_rrsig() { # serial owner type
	awk -v o="$2" -v t="$3" "$is_rrsig"' !is_rrsig(o, t)' "$top/zone.$1" >"$work/changed" &&
		mv "$work/changed" "$top/zone.$1"
}

# The same, but the signature of the DNSKEY RRset lasts for long: the chain to the parent holds.
zone_with_keys() { # serial seconds
	sign keys "$2" $((100 * day)) "$@"
	zone "$@"
	take_rrsig "$1" keys example. DNSKEY
}

drop_nsec() { # serial owner
	drop_rrsig "$1" "$2" NSEC
	awk -v o="$2" '$1 != o || $4 != "NSEC"' "$top/zone.$1" >"$work/changed" &&
		mv "$work/changed" "$top/zone.$1"
}

# --- The stage: serial 1 is released at the start; both approvers make the quorum ---

people_make() {
	for who in alice bob; do
		run 0 approve --new-key "$work/keys/$who" --as "$who"
		is "a key for $who" "$status" -eq 0
		cp "$work/out" "$work/keys/$who.xml"
	done
}

approval='<Approval quorum="2" expires="P1D"/>'

stage() { # zone|zone_with_keys
	rm -rf "$top"
	mkdir "$top" "$top/pub"
	ldns-key2ds -n -2 "$work/keys/$ksk.key" >"$top/ds"
	cat >"$top/policy.xml" <<-END
		<ZoneGate version="1"><Policy name="test">
		<CacheView><UnknownHistory on="warn"/></CacheView>
		$approval
		</Policy></ZoneGate>
	END
	cat >"$conf" <<-END
		<Configuration version="1"><State>$top/state</State>
		<Installation>test</Installation>
		<Approvers>$(cat "$work/keys/alice.xml" "$work/keys/bob.xml")</Approvers>
		<Zone name="example."><Policy>$top/policy.xml</Policy>
		<Release><Target>$top/pub/example.zone</Target></Release>
		<Parent><DS ttl="P1D">$top/ds</DS></Parent></Zone></Configuration>
	END
	"$1" 1 0
	release 0 1
	is "the first release" "$status" -eq 0
}

release() { # seconds serial
	run "$1" release -q -j 1 -c "$conf" -f json example. "$top/zone.$2"
}

# Whether a candidate goes out, and what is served then.
gives() { # name seconds serial status served-serial
	release "$2" "$3"
	is "$1: exit status" "$status" -eq "$4"
	cmp -s "$top/zone.$5" "$top/pub/example.zone"
	is "$1: serial $5 is served" $? -eq 0
}

approves() { # who seconds serial status [words...]
	who=$1 moment=$2 serial=$3 expected=$4
	shift 4
	run "$moment" approve -q -c "$conf" --key "$work/keys/$who" --as "$who" \
		--reason "a repair" "$@" example. "$serial"
	is "$who approves $serial $*" "$status" -eq "$expected"
}

# "approve 1" of a finding in the report.
finds() { # name id "severity count"
	what=$(awk -v id="$2" '
		/"not_run":/ { exit }
		/"id":/ { split($0, part, "\""); here = part[4] == id }
		here && /"severity":/ { split($0, part, "\""); severity = part[4] }
		here && /"count":/ { gsub(/[^0-9]/, ""); print severity, $0; exit }' "$work/out")
	is "$1: $2" "${what:-none}" = "$3"
}

# What the report says of the repair: a field and its value, "null" without a repair.
repair_is() { # name field value
	what=$(awk -v field="\"$2\":" '
		/^  "repair": / { inside = 1 }
		/^  }/ || /^  "repair": null/ { if (inside) exit }
		inside && $1 == field { sub(/,$/, "", $2); print $2; exit }' "$work/out")
	is "$1: $2" "${what:-null}" = "$3"
}

# RRsets to be signed in serial 1: SOA, NS, DNSKEY and NSEC at the apex, A and NSEC of three names.
rrsets=10

# --- Held, approved, released ---

test_part_is_mended() { # zone|zone_with_keys broken-in-force
	stage "$1"
	zone 2 $late
	take_rrsig 2 1 www.example. A
	gives "one RRset is still expired" $late 2 3 1
	finds "held" rrsig-expired "approve 1"
	repair_is "held" possible true
	repair_is "held" rrsets_in_force $rrsets
	repair_is "held" broken_in_force "$2"
	repair_is "held" broken 1
	repair_is "held" new 0
	grep -q "as a repair: 'zonegate approve'" "$work/err"
	is "it is said what can be done" $? -eq 0
	run $late status -c "$conf" example.
	is "status: critical" "$status" -eq 2
	grep -q 'as a repair' "$work/out"
	is "status says what can be done" $? -eq 0
	approves alice $late 2 0
	gives "one of two approvals" $late 2 3 1
	approves bob $late 2 0
	gives "two approvals" $late 2 0 2
	run $late history verify -c "$conf" example.
	is "the log is whole" "$status" -eq 0
}

# Approvals carry over to candidates that break the same, or less; never to one that breaks more.
test_one_more_is_refused() { # zone|zone_with_keys
	stage "$1"
	zone 2 $late
	take_rrsig 2 1 www.example. A
	gives "one RRset is still expired" $late 2 3 1
	approves alice $late 2 0
	approves bob $late 2 0
	zone 3 $late 'new A 192.0.2.9'
	take_rrsig 3 1 www.example. A
	drop_rrsig 3 new.example. A
	gives "one more is broken" $late 3 1 1
	finds "one more is broken" rrsig-expired "refuse 1"
	finds "one more is broken" rrset-unsigned "refuse 1"
	repair_is "one more is broken" possible false
	repair_is "one more is broken" new 1
	approves alice $late 3 2 --override rrset-unsigned
	approves alice $late 3 2 --override rrset-unsigned --override rrsig-expired
	gives "and stays refused" $late 3 1 1
	zone 4 $late 'new A 192.0.2.9'
	take_rrsig 4 1 www.example. A
	gives "its twin with that RRset signed" $late 4 0 4
}

test_broken_otherwise_is_refused() {
	stage zone_with_keys
	zone 2 $late
	take_rrsig 2 1 example. SOA
	gives "a signature of the former SOA" $late 2 1 1
	finds "a signature of the former SOA" rrset-bogus "refuse 1"
	repair_is "a signature of the former SOA" new 1
}

# What breaks in a zone in force that is good is no repair, whoever approves.
test_good_in_force() {
	stage zone
	zone 2 $day
	zone 3 $((-life - day))
	take_rrsig 2 3 www.example. A
	gives "nothing is broken in force" $day 2 1 1
	finds "nothing is broken in force" rrsig-expired "refuse 1"
	repair_is "nothing is broken in force" broken_in_force 0
	approves alice $day 2 2
	approves bob $day 2 2 --override rrsig-expired
	gives "and nobody can approve it" $day 2 1 1
}

# DS of another key: nothing validates, so that a zone with a chain that works breaks nothing new.
test_chain_is_mended() {
	stage zone
	other=$(new_key -k)
	ldns-key2ds -n -2 "$work/keys/$other.key" >"$top/ds"
	ours=$ksk ksk=$other
	zone 2 $day
	drop_rrsig 2 www.example. A
	ksk=$ours
	gives "the chain is mended" $day 2 1 1
	repair_is "the chain is mended" possible true
	repair_is "the chain is mended" broken_in_force $rrsets
	repair_is "the chain is mended" broken 1
	finds "the chain is mended" rrset-unsigned "approve 1"
}

# Denial of existence: all faults are compared, not those that are shown.
test_denial() {
	stage zone
	zone 2 0
	drop_nsec 2 www.example.
	drop_nsec 2 mail.example.
	cp "$top/zone.2" "$top/pub/example.zone"
	run $hour history import -c "$conf" --served --since "$(stamp 0)" --ds "$top/ds" --ds-ttl 1d \
		example. "$top/zone.2"
	is "a zone that was released past the gate" "$status" -eq 0
	zone 3 $day
	drop_nsec 3 www.example.
	drop_nsec 3 mail.example.
	cp "$top/zone.3" "$top/zone.4"
	drop_nsec 4 ns1.example.
	for case in '3 3 0 approve' '4 1 1 refuse'; do
		# shellcheck disable=SC2086 # four words
		set -- $case
		run $day check -q -j 2 -f json --examples 1 -p "$top/policy.xml" -d "$top/ds" \
			-S "$top/state" -P "$top/pub/example.zone" "$top/zone.$1"
		is "NSEC are missing in $1" "$status" -eq "$2"
		repair_is "NSEC are missing in $1" new "$3"
		finds "NSEC are missing in $1" nsec-missing "$4 $((2 + $3))"
	done
	gives "NSEC are missing in both" $day 3 3 2
	approves alice $day 3 0
	approves bob $day 3 0
	gives "NSEC are missing in both: approved" $day 3 0 3
}

test_without_quorum() {
	wanted=$approval approval=
	stage zone
	approval=$wanted
	zone 2 $late
	take_rrsig 2 1 www.example. A
	gives "no quorum is configured" $late 2 3 1
}

# --- What is no repair at all ---

test_no_repair() {
	stage zone
	zone 2 $late
	grep -vE '[[:space:]](RRSIG|NSEC|DNSKEY)[[:space:]]' "$top/zone.2" >"$work/changed"
	mv "$work/changed" "$top/zone.2"
	gives "nothing is signed" $late 2 1 1
	repair_is "nothing is signed" possible null
	zone 2 $late
	grep -vE '[[:space:]]RRSIG[[:space:]]' "$top/zone.2" >"$work/changed"
	mv "$work/changed" "$top/zone.2"
	gives "no signature is left" $late 2 1 1
	repair_is "no signature is left" possible null
	zone 2 $late
	take_rrsig 2 1 www.example. A
	echo 'www.example. 3600 IN A not-an-address' >>"$top/zone.2"
	gives "it cannot be read" $late 2 1 1
	finds "it cannot be read" rrsig-expired "refuse 1"
	repair_is "it cannot be read" possible null
	cp "$top/zone.1" "$top/zone.released"
	zone 1 $late
	take_rrsig 1 released www.example. A
	gives "the same serial with other content" $late 1 1 released
	finds "the same serial with other content" rrsig-expired "refuse 1"
	repair_is "the same serial with other content" possible null
}

# `check` with a former zone that is not the one in force.
test_other_former_zone() {
	stage zone
	cp "$top/zone.1" "$work/zone.1"
	zone 2 $late
	take_rrsig 2 1 www.example. A
	set -- check -q -j 1 -f json -p "$top/policy.xml" -d "$top/ds" -S "$top/state"
	run $late "$@" -P "$work/zone.1" "$top/zone.2"
	is "check: held" "$status" -eq 3
	run $late check -q -j 1 -f json -p "$top/policy.xml" -d "$top/ds" -P "$work/zone.1" "$top/zone.2"
	is "check without history: refused" "$status" -eq 1
	run $late "$@" "$top/zone.2"
	is "check without former zone: refused" "$status" -eq 1
	zone 1 0 'extra A 192.0.2.7'
	run $late "$@" -P "$top/zone.1" "$top/zone.2"
	is "check with another former zone: refused" "$status" -eq 1
	repair_is "check with another former zone" possible null
}

people_make
test_part_is_mended zone $rrsets
test_part_is_mended zone_with_keys $((rrsets - 1))
test_one_more_is_refused zone
test_one_more_is_refused zone_with_keys
test_broken_otherwise_is_refused
test_good_in_force
test_chain_is_mended
test_denial
test_without_quorum
test_no_repair
test_other_former_zone

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
