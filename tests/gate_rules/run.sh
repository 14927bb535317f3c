#!/bin/sh
# The rules from practice, from end to end: what `history import`, `release`, `parent try`, `check
# --state` and `status` make of zones that ldns-signzone signed, under a shifted clock. Every rule
# has a case that fires and a twin that differs in one thing and does not. Counts, exit statuses,
# ids, never words.
#
#   tests/gate_rules/run.sh [RULE...]     all, or those named by number
#
# rule                                        where
#  1 EXPIRE                                   here; deadlines of the zone in force in tests/history
#  2 same serial, same content                here; the target put back in tests/release: verdicts
#  3 the parent's trouble is not the child's  here
#  4 ratchet                                  here; of algorithms and sizes in tests/rules
#  5 life of signatures                       here; tests/rules: life-of-the-zone-in-force
#  6 repair                                   here, where the DS is not the zone's: rule 3
#  7 signer ahead                             here; tests/history has its words for the signers
#  8 data of registry customers               tests/rules: sibling-glue; tests/cases
#  9 lost state                               here; logs of two sites in tests/history, test_history_merge
# 10 confirmed, not intended                  here; a failed reload command in tests/release: commands
# 11 nothing is not proof                     here
# 12 validators differ                        here; test_cache_validity
# 13 expiry inside the proof                  here
# 14 signatures before their key              here
# 15 algorithm rolls                          here; liberal ones by BIND in tests/rollover
# 16 CDS                                      here; tests/cases: cds-*
# 17 denial in change                         here; tests/rules: two-chains, empty-non-terminal-*
# 18 slow drip                                here; serial jumps in tests/cases: serial-jump;
#                                             what servers were seen with in test_check_past, test_past
# 19 weakening the policy                     here; with approvals in tests/approval
# 20 clock                                    here; a jump while it works in tests/release: clock
# 22 key trial                                here; test_key_trial; tests/rules: trial-of-keys-in-force
# 23 another signer                           test_cache_view: case 30
# 24 the DNSKEY signature's own deadline      here
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
export LC_ALL=C TZ=UTC
umask 022
passed=0 failed=0 skipped=0

. tests/tools/clock.sh
. tests/tools/needs.sh
needs ldns-keygen ldns-signzone ldns-key2ds
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

. tests/tools/counts.sh

# Prints 1 when a condition holds, else 0.
one_if() { # test-arguments...
	if [ "$@" ]; then echo 1; else echo 0; fi
}

# --- Keys, made once ---

mkdir "$work/keys"

new_key() { # algorithm [-k]
	algorithm=$1
	shift
	(cd "$work/keys" && ldns-keygen -a "$algorithm" "$@" example.)
}

ksk=$(new_key ECDSAP256SHA256 -k) zsk=$(new_key ECDSAP256SHA256)
ksk2=$(new_key ECDSAP256SHA256 -k) zsk2=$(new_key ECDSAP256SHA256)
rsa_ksk=$(new_key RSASHA256 -b 2048 -k) rsa_zsk=$(new_key RSASHA256 -b 2048)

# DS records of keys with a digest type (1, 2, 4).
ds_of() { # digest-type key...
	option=-$1
	shift
	for key; do
		ldns-key2ds -n "$option" "$work/keys/$key.key"
	done
}

# --- One zone and its place ---

# What twins differ in. `begin` sets them to what most cases have.
policy_defaults() {
	skew=PT0S evidence=handed horizon=P7D models='' cds_delay=PT0S rollover=liberal
	policy_more='' trials=''
}

# Makes $place with a policy, a configuration, and nothing released.
begin() { # name
	name=$1
	place=$work/$(echo "$1" | tr ' :/' '___')
	serial=0 expire=604800 ttl=86400 records='' denial='' life=$((14 * day)) age=$hour
	dnskey_ttl=3600
	mkdir -p "$place/out"
	policy_defaults
	place_write
	ds_of 2 "$ksk" >"$place/ds"
}

policy_write() {
	cat >"$place/policy.xml" <<-END
		<ZoneGate version="1"><Policy name="rules">
		<Signatures><ClockSkew>$skew</ClockSkew></Signatures>
		<Keys><PublishSafety>PT0S</PublishSafety><RetireSafety>PT0S</RetireSafety>
		$trials<AlgorithmRollover>$rollover</AlgorithmRollover></Keys>
		<Zone><PropagationDelay>PT30M</PropagationDelay><Evidence>$evidence</Evidence></Zone>
		<Parent><PropagationDelay>PT1H</PropagationDelay><CDS delay="$cds_delay">consistent</CDS></Parent>
		<CacheView>$models<ServeStale on="ignore">P3D</ServeStale>
		<UnknownHorizon>$horizon</UnknownHorizon></CacheView>
		$policy_more
		</Policy></ZoneGate>
	END
}

place_write() {
	policy_write
	cat >"$place/zonegate.xml" <<-END
		<Configuration version="1"><State>$place/state</State>
		<Installation>rules</Installation>
		<Zone name="example."><Policy>$place/policy.xml</Policy>
		<Release><Target>$place/out/example.zone</Target></Release>
		<Parent><DS ttl="P1D">$place/ds</DS></Parent></Zone></Configuration>
	END
}

unsigned() {
	cat <<-END
		\$ORIGIN example.
		\$TTL $ttl
		@ SOA ns1 hostmaster $serial 7200 3600 $expire 900
		@ NS ns1
		ns1 A 192.0.2.1
		www A 192.0.2.2
		sub NS ns.sub
		ns.sub A 192.0.2.3
	END
	[ -z "$records" ] || printf '%b\n' "$records"
}

dnskey_of() { # key
	sed -n 's/^example\.[ \t].*DNSKEY/example. '"$dnskey_ttl"' IN DNSKEY/p' "$work/keys/$1.key" | sed 's/ *;.*//'
}

# Signs as of a moment into FILE with the keys that are `active`; those that are `published` are
# there and do not sign.
sign_into() { # file seconds key=state...
	file=$1 inception=$(stamp $(($2 - age))) expiration=$(stamp $(($2 + life)))
	shift 2
	unsigned >"$place/zone.in"
	signing=
	for key; do
		[ "${key#*=}" = signing ] || dnskey_of "${key%=*}" >>"$place/zone.in"
		[ "${key#*=}" = published ] || signing="$signing ${key%=*}"
	done
	# shellcheck disable=SC2086 # lists of words
	(cd "$work/keys" && ldns-signzone -d $denial -i "$inception" -e "$expiration" -o example. \
		-f "$file" "$place/zone.in" $signing) >"$place/log" 2>&1 ||
		result 1 "$name: signing" "$(cat "$place/log")"
}

# Signs the next serial into $place/zone.
sign() { # seconds key=state...
	serial=$((serial + 1))
	sign_into "$place/zone" "$@"
}

# --- Steps ---

# The zone as it is has been served, and its DS published, for a month, or since so many seconds.
take_over() { # [words of import...]
	cp "$place/zone" "$place/out/example.zone"
	[ $# -gt 0 ] || set -- --since "$(stamp $((-30 * day)))"
	at -$hour "$ZONEGATE" history import -c "$place/zonegate.xml" "$@" \
		--ds "$place/ds" --ds-ttl 1d example. "$place/zone" >"$place/log" 2>&1
	result $? "$name: taken over" "$(cat "$place/log")"
}

# What a command says, as JSON in $place/report: only the exit status counts here.
says() { # seconds wanted-status command words...
	moment=$1 wanted=$2
	shift 2
	at "$moment" "$ZONEGATE" "$@" >"$place/report" 2>"$place/errors"
	status=$?
	[ $status -eq "$wanted" ]
	result $? "$name: $1 at $moment s: exit status $status, expected $wanted" \
		"$(cat "$place/errors")" "$(grep -A3 -E '"(id|detail)":' "$place/report")"
}

# Releases $place/zone; whether it is in the target follows from the status.
release() { # seconds wanted-status
	cp "$place/out/example.zone" "$place/before" 2>/dev/null || : >"$place/before"
	says "$1" "$2" release -q -c "$place/zonegate.xml" -f json example. "$place/zone"
	if [ "$2" -eq 0 ]; then
		cmp -s "$place/zone" "$place/out/example.zone"
		result $? "$name: at $1 s: the zone is in service"
	elif [ -s "$place/before" ]; then
		cmp -s "$place/before" "$place/out/example.zone"
		result $? "$name: at $1 s: the former zone stays"
	fi
}

try_ds() { # seconds wanted-status
	says "$1" "$2" parent try -c "$place/zonegate.xml" -f json example. "$place/ds.new"
}

# "refuse 1", "warn 2" ... of a finding in the report; nothing when there is none.
found() { # id
	awk -v id="$1" '
		/"not_run":/ { exit }
		/"id":/ { split($0, part, "\""); here = part[4] == id }
		here && /"severity":/ { split($0, part, "\""); severity = part[4] }
		here && /"count":/ { gsub(/[^0-9]/, ""); print severity, $0; exit }' "$place/report"
}

finds() { # id "severity count"|none
	what=$(found "$1")
	[ "${what:-none}" = "$2" ]
	result $? "$name: $1: ${what:-none}, expected $2"
}

finds_any() { # id severity
	what=$(found "$1")
	[ "${what%% *}" = "$2" ]
	result $? "$name: $1: ${what:-none}, expected $2"
}

# Whether a condition is in what status says as JSON.
alarm() { # id yes|no
	there=no
	grep -q "\"id\": \"$1\"" "$place/report" && there=yes
	[ $there = "$2" ]
	result $? "$name: alarm $1: $there, expected $2"
}

# A counterexample is about the way from the DS set to the DNSKEY RRset.
breaks_chain() {
	grep -q '"kind": "ds-dnskey"' "$place/report"
	result $? "$name: no counterexample from DS to DNSKEY"
}

# The time of a deadline in the report, in seconds after the start.
deadline() { # id
	awk -v id="$1" '
		/"id":/ { split($0, part, "\""); here = part[4] == id }
		here && /"time":/ { gsub(/[^0-9]/, ""); print; exit }' "$place/report"
}

due() { # id seconds
	time=$(deadline "$1")
	[ "${time:-0}" -eq $((start + $2)) ]
	result $? "$name: $1 at $((${time:-0} - start)) s, expected $2"
}

# --- The rules ---

rule_1() {
	for case in 604800:7 1296000:-1; do
		begin "rule 1: EXPIRE ${case%:*}"
		expire=${case%:*}
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		sign 0 "$ksk=active" "$zsk=active"
		release 0 0
		# Whoever is cut off serves the zone for EXPIRE: not beyond its signatures.
		due release-by-secondary $((${case#*:} * day))
		says $minute "$(one_if "$expire" -gt 1000000)" status -c "$place/zonegate.xml" example.
	done

	# Secondaries that refuse what is refused here lose the zone one EXPIRE after the last release.
	for distribution in file transfers; do
		begin "rule 1: distribution by $distribution"
		[ $distribution = file ] ||
			sed -i 's,</Zone>,<Distribution><Transferred/></Distribution></Zone>,' "$place/zonegate.xml"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		sign 0 "$ksk=active" "$zsk=active"
		release 0 0
		serial=1 records="new A 192.0.2.9"
		sign 0 "$ksk=active" "$zsk=active"
		release $minute 1
		told=no
		grep -q 2026-11-08T10:00:00Z "$place/errors" && told=yes
		if [ $distribution = file ]; then
			[ $told = no ]
			result $? "$name: a deadline that is none is told"
			says $((6 * day)) 1 status -c "$place/zonegate.xml" -f json example.
			alarm transfer-expire no
		else
			[ $told = yes ]
			result $? "$name: the refusal tells no deadline"
			says $((6 * day)) 2 status -c "$place/zonegate.xml" -f json example.
			alarm transfer-expire yes
		fi
	done
}

rule_2() {
	begin "rule 2: same serial, same content"
	sign -$hour "$ksk=active" "$zsk=active"
	take_over
	sign 0 "$ksk=active" "$zsk=active"
	release 0 0
	release $minute 0
	says $minute 0 check -q -p "$place/policy.xml" -d "$place/ds" -S "$place/state" -f json \
		"$place/zone"
	finds history-serial none
	# A name server that starts anew asks again when nothing is right any more.
	cp "$place/zone" "$place/released"
	ds_of 2 "$ksk2" >"$place/ds"
	release $((60 * day)) 0
	ds_of 2 "$ksk" >"$place/ds"

	name="rule 2: same serial, other content"
	serial=$((serial - 1)) records="new A 192.0.2.9"
	sign 0 "$ksk=active" "$zsk=active"
	release $((60 * day + minute)) 1
	finds history-serial "refuse 1"
	says $minute 1 check -q -p "$place/policy.xml" -d "$place/ds" -S "$place/state" -f json \
		"$place/zone"
	finds history-serial "refuse 1"
}

# What may happen to the DS file.
ds_trouble() { # kind
	case $1 in
	mismatched) ds_of 2 "$ksk2" >"$place/ds" ;;
	gone) : >"$place/ds" ;;
	absent) rm "$place/ds" ;;
	unparsable) echo 'example. IN DS what is this' >"$place/ds" ;;
	a-folder) rm "$place/ds" && mkdir "$place/ds" ;;
	esac
}

rule_3() {
	for kind in mismatched gone absent unparsable a-folder; do
		for keys in unchanged changed; do
			begin "rule 3: DS $kind, keys $keys"
			sign -$hour "$ksk=active" "$zsk=active"
			take_over
			ds_trouble $kind
			if [ $keys = unchanged ]; then
				sign 0 "$ksk=active" "$zsk=active"
			else
				sign 0 "$ksk=active" "$zsk=active" "$zsk2=published"
			fi
			case $kind:$keys in
			mismatched:unchanged)
				release 0 0
				finds_any chain-to-ds warn
				;;
			# The zone in force is bogus as well: people may let it out (rule 6), the gate does not.
			mismatched:*)
				release 0 3
				finds_any chain-to-ds approve
				;;
			# That there is no DS any more is a fact to prove the change with.
			gone:*)
				release 0 0
				finds_any ds-empty warn
				;;
			*:unchanged)
				release 0 0
				says $minute 1 status -c "$place/zonegate.xml" -f json example.
				alarm ds-unanswered yes
				;;
			*) release 0 2 ;;
			esac
		done
	done
	# What counts as changed: whatever the parent minds.
	for what in records signers cds denial ttl; do
		begin "rule 3: DS absent, changed: $what"
		[ $what != cds ] || records=$(cds_of "$ksk")
		sign -$hour "$ksk=active" "$zsk=active" "$zsk2=published"
		take_over
		ds_trouble absent
		keys="$ksk=active $zsk=active $zsk2=published"
		case $what in
		records) records="new A 192.0.2.9" ;;
		signers) keys="$ksk=active $zsk=published $zsk2=active" ;;
		cds) records=$(cds_of "$ksk" "$ksk2") ;;
		denial) denial=-n ;;
		ttl) dnskey_ttl=7200 ;;
		esac
		# shellcheck disable=SC2086 # a list of words
		sign 0 $keys
		if [ $what = records ]; then
			release 0 0
		else
			release 0 2
		fi
	done
}

rule_4() {
	for former in 150 0; do
		begin "rule 4: 150 iterations after $former"
		denial="-n -t $former"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over --since "$(stamp $((-30 * day)))" --served
		denial="-n -t 150"
		sign 0 "$ksk=active" "$zsk=active"
		if [ $former -eq 150 ]; then
			release 0 0
			finds nsec3-iterations-high "warn 1"
		else
			release 0 1
			finds nsec3-iterations-high "refuse 1"
		fi
	done
	begin "rule 4: the way out, 150 iterations to none"
	denial="-n -t 150"
	sign -$hour "$ksk=active" "$zsk=active"
	take_over --since "$(stamp $((-30 * day)))" --served
	denial=-n
	sign 0 "$ksk=active" "$zsk=active"
	release 0 0
}

rule_5() {
	# TTL 1 day, propagation 30 minutes.
	for remaining in 88199 88200; do
		begin "rule 5: $remaining s left"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		life=$remaining
		sign 0 "$ksk=active" "$zsk=active"
		if [ $remaining -eq 88199 ]; then
			release 0 1
			finds_any rrsig-remaining refuse
		else
			release 0 0
			finds rrsig-remaining none
		fi
	done
	begin "rule 5: less left in the zone in force"
	life=$((88199 - minute))
	sign 0 "$ksk=active" "$zsk=active"
	take_over
	life=88199
	sign 0 "$ksk=active" "$zsk=active"
	release 0 0
	finds_any rrsig-remaining warn

	for skew_allowed in PT0S PT5M; do
		begin "rule 5: signatures of the next minute, skew $skew_allowed"
		skew=$skew_allowed
		policy_write
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		age=-$minute
		sign 0 "$ksk=active" "$zsk=active"
		if [ $skew_allowed = PT0S ]; then
			release 0 1
			finds_any rrsig-not-yet-valid refuse
		else
			release 0 0
			finds_any rrsig-inception-skew warn
		fi
	done
}

rule_7() {
	for step in key records; do
		begin "rule 7: what was refused changes $step"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		cp "$place/zone" "$place/first"
		if [ $step = key ]; then
			sign 0 "$ksk=active" "$zsk2=active"
		else
			serial=0 records="new A 192.0.2.9"
			sign 0 "$ksk=active" "$zsk=active"
		fi
		release 0 1
		serial=5
		sign 0 "$ksk=active" "$zsk=active"
		if [ $step = key ]; then
			says $minute 2 status -c "$place/zonegate.xml" -f json example.
			release $minute 0
			finds signer-ahead-of-release "warn 1"
		else
			release $minute 0
			finds signer-ahead-of-release none
		fi
	done
}

rule_9() {
	for keys in unchanged changed; do
		begin "rule 9: taken over an hour ago, keys $keys"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over --since "$(stamp $((-2 * hour)))"
		if [ $keys = unchanged ]; then
			sign 0 "$ksk=active" "$zsk=active"
			release 0 0
			finds cache-view-unknown "warn 1"
		else
			sign 0 "$ksk=active" "$zsk=active" "$zsk2=published"
			release 0 1
			finds cache-view-unknown "refuse 1"
		fi
	done
}

rule_10() {
	for kind in handed confirmed; do
		begin "rule 10: $kind is evidence"
		evidence=$kind
		policy_write
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		sign 0 "$ksk=active" "$zsk=active" "$zsk2=published"
		release 0 0
		sign $((90 * minute)) "$ksk=active" "$zsk=published" "$zsk2=active"
		if [ $kind = handed ]; then
			release $((90 * minute)) 0
		else
			release $((90 * minute)) 1
			finds_any cache-view-lenient refuse
			# Nobody says that all servers have it: waiting does not help.
			release $((5 * day)) 1
			# A clock behind the log is nobody's word.
			at $((4 * day)) "$ZONEGATE" history confirm -c "$place/zonegate.xml" \
				example. 2 >"$place/log" 2>&1
			[ $? -eq 2 ]
			result $? "$name: confirmed by a clock that was set back" "$(cat "$place/log")"
			# Somebody does, and then time counts from there.
			at $((5 * day + hour)) "$ZONEGATE" history confirm -c "$place/zonegate.xml" \
				example. 2 >"$place/log" 2>&1
			result $? "$name: confirmed" "$(cat "$place/log")"
			at $((5 * day + hour)) "$ZONEGATE" history confirm -c "$place/zonegate.xml" \
				example. 77 >"$place/log" 2>&1
			[ $? -eq 2 ]
			result $? "$name: a serial that was never released"
			release $((5 * day + hour + 90 * minute - 1)) 1
			release $((5 * day + hour + 90 * minute)) 0
		fi
	done
}

rule_11() {
	for since in 7 6; do
		begin "rule 11: served for $since days"
		sign -$((2 * hour)) "$ksk=active" "$zsk=active"
		take_over --since "$(stamp $((-since * day)))" --ds-since "$(stamp $((-30 * day)))"
		sign 0 "$ksk=active" "$zsk=active" "$zsk2=published"
		if [ $since -eq 7 ]; then
			release 0 0
		else
			release 0 1
			finds cache-view-unknown "refuse 1"
		fi
	done
	for since in 7 6; do
		begin "rule 11: DS seen for $since days"
		sign -$((2 * hour)) "$ksk=active" "$zsk=active"
		take_over --since "$(stamp $((-30 * day)))" --ds-since "$(stamp $((-since * day)))"
		sign 0 "$ksk=active" "$zsk=active" "$zsk2=published"
		if [ $since -eq 7 ]; then
			release 0 0
		else
			release 0 1
			finds cache-view-unknown "refuse 1"
		fi
	done
	for seen in yes no; do
		begin "rule 11: DS was seen: $seen"
		sign -$hour "$ksk=active" "$zsk=active"
		if [ $seen = no ]; then
			sed -i 's/<Parent>.*<.Parent>//' "$place/zonegate.xml"
			at -$hour "$ZONEGATE" history import -c "$place/zonegate.xml" \
				--since "$(stamp $((-30 * day)))" example. "$place/zone" >"$place/log" 2>&1
			result $? "$name: taken over" "$(cat "$place/log")"
		else
			take_over
		fi
		sign 0 "$ksk=active" "$zsk=active" "$zsk2=published"
		if [ $seen = yes ]; then
			release 0 0
		else
			release 0 1
			finds cache-view-unknown "refuse 1"
		fi
	done
	begin "rule 11: nothing was ever released"
	sign 0 "$ksk=active" "$zsk=active"
	release 0 1
	finds cache-view-unknown "refuse 1"
}

# A standby DS without a key is lawful beside a working one: but not under a digest type that some
# validators know and the one of the working key is not.
rule_12() {
	for digest in 2 4; do
		begin "rule 12: standby DS 13/SHA-256, working DS of digest type $digest"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		{
			ds_of 2 "$ksk2"
			ds_of $digest "$ksk"
		} >"$place/ds.new"
		try_ds 0 "$(one_if $digest -ne 2)"
		[ $digest -eq 2 ] || breaks_chain
	done
	begin "rule 12: DS 8/SHA-256 and 13/SHA-384, zone signed by 13"
	sign -$hour "$ksk=active" "$zsk=active"
	take_over
	{
		ds_of 2 "$rsa_ksk"
		ds_of 4 "$ksk"
	} >"$place/ds.new"
	try_ds 0 1
	breaks_chain
	name="rule 12: DS 13/SHA-256 and 13/SHA-384"
	{
		ds_of 2 "$ksk"
		ds_of 4 "$ksk"
	} >"$place/ds.new"
	try_ds 0 0
}

# Two signatures on all data, one that ends in 26 hours beside one that lasts; then the key of the
# lasting one goes, when all caches have both.
rule_13() {
	for short in 50 26; do
		begin "rule 13: the other signature lasts $short hours"
		sign -$hour "$ksk=active" "$zsk=active" "$zsk2=published"
		take_over
		sign 0 "$ksk=active" "$zsk=active" "$zsk2=published"
		cp "$place/zone" "$place/lasting"
		life=$((short * hour))
		sign_into "$place/other" 0 "$ksk=active" "$zsk=published" "$zsk2=active"
		grep -v "RRSIG.DNSKEY" "$place/other" | cat - "$place/lasting" | sort -u >"$place/zone.new"
		grep SOA "$place/zone.new" | grep -v RRSIG >"$place/zone"
		grep -v '[ 	]SOA[ 	]ns1' "$place/zone.new" >>"$place/zone"
		release 0 0
		life=$((14 * day))
		sign $((25 * hour)) "$ksk=active" "$zsk2=active"
		if [ "$short" -eq 50 ]; then
			release $((25 * hour)) 0
		else
			release $((25 * hour)) 1
			finds_any cache-view-lenient refuse
		fi
	done
}

# Joins the signatures of a second signer, whose keys are not in the zone, to $place/zone.
sign_beside() { # seconds key...
	moment=$1
	shift
	for key; do
		set -- "$@" "$key=signing"
		shift
	done
	dnskeys=$(grep '[ 	]DNSKEY[ 	]' "$place/zone" | grep -v RRSIG)
	records_before=$records
	records=${records:+$records\\n}$(echo "$dnskeys" | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')
	sign_into "$place/beside" "$moment" "$@"
	records=$records_before
	grep RRSIG "$place/beside" | grep -v 'RRSIG.DNSKEY' >>"$place/zone"
}

# The conservative algorithm roll, step by step: the times are RFC 7583's as rollover tests have
# them, from the first release with the new signatures on.
rule_14() {
	begin "rule 14: conservative roll from 8 to 13"
	models='<Validator model="strict-dnskey" on="refuse"/>' rollover=conservative
	policy_write
	ds_of 2 "$rsa_ksk" >"$place/ds"
	sign -$hour "$rsa_ksk=active" "$rsa_zsk=active"
	take_over
	# Signatures first ...
	sign 0 "$rsa_ksk=active" "$rsa_zsk=active"
	sign_beside 0 "$zsk"
	release 0 0
	finds_any rrsig-unpublished-key warn
	# ... then their keys: Dprp + TTLsig
	published=$((30 * minute + day))
	sign $published "$rsa_ksk=active" "$rsa_zsk=active" "$ksk=active" "$zsk=active"
	release $((published - 1)) 1
	finds_any cache-view-strict-dnskey refuse
	release $published 0
	# The DS: Dprp + TTLkey
	swap=$((published + 90 * minute))
	ds_of 2 "$ksk" >"$place/ds.new"
	try_ds $((swap - 1)) 1
	try_ds $swap 0
	cp "$place/ds.new" "$place/ds"
	sign $swap "$rsa_ksk=active" "$rsa_zsk=active" "$ksk=active" "$zsk=active"
	release $swap 0
	# The old keys go, their signatures stay: DprpP + TTLds
	removed=$((swap + hour + day))
	sign $removed "$ksk=active" "$zsk=active"
	sign_beside $removed "$rsa_zsk"
	release $((removed - 1)) 1
	release $removed 0
	# The old signatures go: Dprp + TTLkey
	dropped=$((removed + 90 * minute))
	sign $dropped "$ksk=active" "$zsk=active"
	release $((dropped - 1)) 1
	finds_any cache-view-strict-dnskey refuse
	finds cache-view-lenient none
	release $dropped 0
}

# Keys and signatures together.
rule_15() {
	rule_15_revoked
	for kind in liberal conservative; do
		begin "rule 15: $kind, keys and signatures of 13 together"
		[ $kind = liberal ] || models='<Validator model="strict-dnskey" on="refuse"/>'
		rollover=$kind
		policy_write
		ds_of 2 "$rsa_ksk" >"$place/ds"
		sign -$hour "$rsa_ksk=active" "$rsa_zsk=active"
		take_over
		sign 0 "$rsa_ksk=active" "$rsa_zsk=active" "$ksk=active" "$zsk=active"
		if [ $kind = liberal ]; then
			release 0 0
		else
			release 0 1
			finds_any cache-view-strict-dnskey refuse
		fi
	done
}

# A revoked key is none of the algorithms of the zone, a key that is only published is.
rule_15_revoked() {
	for flags in 385 257; do
		begin "rule 15: a key of another algorithm with flags $flags"
		models='<Validator model="strict-dnskey" on="refuse"/>'
		policy_write
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		records=$(dnskey_of "$rsa_ksk" | sed "s/DNSKEY[ 	]257/DNSKEY $flags/")
		sign 0 "$ksk=active" "$zsk=active"
		if [ $flags -eq 385 ]; then
			release 0 0
		else
			release 0 1
			finds_any cache-view-strict-dnskey refuse
			finds_any algorithm-incomplete refuse
		fi
	done
}

cds_of() { # key...
	for key; do
		ds_of 2 "$key" | sed 's/[ 	]DS[ 	]/ CDS /'
	done
}

rule_16() {
	for delay in PT0S PT90M never; do
		begin "rule 16: CDS for a key that caches lack, parents act after $delay"
		cds_delay=$delay
		policy_write
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		records=$(cds_of "$ksk2")
		sign 0 "$ksk=active" "$ksk2=active" "$zsk=active"
		if [ $delay = PT0S ]; then
			release 0 1
			finds_any cache-view-lenient refuse
		else
			release 0 0
		fi
	done
	for keys in "$ksk2" "$ksk $ksk2"; do
		begin "rule 16: CDS for ${keys##* }, $(echo "$keys" | wc -w) in all, without that key"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		# shellcheck disable=SC2086 # a list of words
		records=$(cds_of $keys)
		sign 0 "$ksk=active" "$zsk=active"
		if [ "$keys" = "$ksk2" ]; then
			release 0 1
			finds_any cds-breaks-chain refuse
		else
			release 0 0
		fi
	done
	begin "rule 16: CDS that ask for no DS"
	cds_delay=never
	policy_write
	sign -$hour "$ksk=active" "$zsk=active"
	take_over
	records="@ CDS 0 0 0 00"
	sign 0 "$ksk=active" "$zsk=active"
	release 0 3
	finds_any cds-delete approve
}

rule_17() {
	for kind in NSEC NSEC3; do
		begin "rule 17: from $kind to the other"
		[ $kind = NSEC ] || denial=-n
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		[ $kind = NSEC3 ] && denial= || denial=-n
		sign 0 "$ksk=active" "$zsk=active"
		release 0 0
		finds change-denial "warn 1"
	done
}

# So many delegations beside the one that is always there.
delegations() { # n
	records=$(seq 1 "$1" | awk 'NR > 1 { printf "\\n" } { printf "d%d NS ns.example.net.", $1 }')
}

# Two delegations go with each release, three in one step would be held.
rule_18() {
	for between in 10:2 25:1 170:none; do
		begin "rule 18: two steps in ${between%:*} hours"
		policy_more='<ChangeGuards><Delegations maxshrink="2" minimum="2" on="approve"/></ChangeGuards>'
		policy_write
		delegations 20
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		delegations 18
		sign 0 "$ksk=active" "$zsk=active"
		release 0 0
		finds history-drip none
		later=$((${between%:*} * hour))
		delegations 16
		sign $later "$ksk=active" "$zsk=active"
		if [ "${between#*:}" = none ]; then
			release $later 0
			finds history-drip none
		else
			release $later 3
			finds change-delegations none
			finds history-drip "approve ${between#*:}"
		fi
	done

	# From 3000 back to 2000: nearly 2^31 ahead first, which is a step like any other, then round.
	# Nobody has looked at the servers, so that the second step waits for people.
	for second in 2000:3 2147486001:0; do
		begin "rule 18: serials go round to ${second%:*}"
		policy_write
		sed -i 's,<Zone>,<Zone><SOA><Serial>any</Serial></SOA>,' "$place/policy.xml"
		serial=2999
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		serial=2147485999
		sign 0 "$ksk=active" "$zsk=active"
		release 0 0
		finds history-serial-round none
		serial=$((${second%:*} - 1))
		sign $minute "$ksk=active" "$zsk=active"
		release $minute "${second#*:}"
		finds history-serial-round "$([ "${second#*:}" -eq 0 ] && echo none || echo 'approve 1')"
	done
}

policy_reads() { # severity
	if [ "$1" = warn ]; then
		says 0 0 policy show "$place/policy.xml"
	else
		says 0 2 policy show "$place/policy.xml"
	fi
}

rule_19() {
	for change in none weaker; do
		begin "rule 19: policy changed: $change"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		sign 0 "$ksk=active" "$zsk=active"
		release 0 0
		[ $change = none ] || sed -i 's/PT30M/PT20M/' "$place/policy.xml"
		sign $minute "$ksk=active" "$zsk=active"
		if [ $change = none ]; then
			release $minute 0
			finds history-policy-changed none
		else
			release $minute 3
			finds history-policy-changed "approve 1"
		fi
	done
	for id in cache-view-lenient cache-view-strict-ds cache-view-margin cache-view-expiry \
		cache-view-preexisting cache-view-unknown; do
		for severity in ignore warn; do
			begin "rule 19: $id is set to $severity"
			policy_more="<Checks><Check id=\"$id\" on=\"$severity\"/></Checks>"
			case $id in # those have elements of their own
			*-lenient | *-strict-ds)
				policy_more='' models="<Validator model=\"${id#cache-view-}\" on=\"$severity\"/>"
				;;
			*-preexisting | *-unknown) continue ;;
			esac
			policy_write
			policy_reads $severity
		done
	done
	for element in PreExisting UnknownHistory; do
		for severity in ignore warn; do
			begin "rule 19: $element is set to $severity"
			models="<$element on=\"$severity\"/>"
			policy_write
			policy_reads $severity
		done
	done
}

rule_20() {
	begin "rule 20: the clock is set back"
	sign -$hour "$ksk=active" "$zsk=active"
	take_over
	sign 0 "$ksk=active" "$zsk=active"
	release 0 0
	sign 0 "$ksk=active" "$zsk=active"
	release -$minute 2
	[ ! -s "$place/report" ]
	result $? "$name: nothing is checked"
	name="rule 20: the clock is right again"
	release $minute 0

	# What the kernel says is not to be had from here but from a release that only warns of it.
	name="rule 20: the clock must be synchronised"
	sign $hour "$ksk=active" "$zsk=active"
	says $hour 0 release -c "$place/zonegate.xml" example. "$place/zone"
	unsynchronised=$(grep -c 'not synchronised' "$place/errors")
	sed -i 's,<Zone ,<SynchronisedClock/>&,' "$place/zonegate.xml"
	sign $((2 * hour)) "$ksk=active" "$zsk=active"
	release $((2 * hour)) $((2 * unsynchronised))
}

# Adds the trial of a signer: its TXT record, signed as any signer would, with that key.
trial() { # signer key
	cat >"$place/trial.in" <<-END
		\$ORIGIN example.
		\$TTL 60
		@ SOA ns1 hostmaster 1 7200 3600 86400 900
		@ NS ns1
		$1._key-trial TXT "trial of $1"
	END
	(cd "$work/keys" && ldns-signzone -i "$(stamp -$hour)" -e "$(stamp $day)" -o example. \
		-f "$place/trial" "$place/trial.in" "$2") >"$place/log" 2>&1 ||
		result 1 "$name: signing" "$(cat "$place/log")"
	cat "$place/trial" >>"$place/trials"
}

# A ZSK is published before it signs, as in .de 2026: `other` is a signer whose private key is
# another one under the same tag, so that what it signs does not verify.
rule_22() {
	for case in none one both other; do
		begin "rule 22: trial signatures by $case"
		trials='<Trial signer="one"/><Trial signer="two" role="ZSK"/>'
		policy_write
		sed -i "s,<Release>,<Trials>$place/trials</Trials>&," "$place/zonegate.xml"
		: >"$place/trials"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		sign 0 "$ksk=active" "$zsk=active"
		release 0 0
		finds key-trial none
		sign $hour "$ksk=active" "$zsk=active" "$zsk2=published"
		release $hour 1
		finds key-trial "refuse 2"
		[ $case = none ] || trial one "$zsk2"
		case $case in both | other) trial two "$zsk2" ;; esac
		[ $case != other ] || sed -i 's/"trial of two"/"Trial of two"/' "$place/trials"
		case $case in
		none) release $hour 1 && finds key-trial "refuse 2" ;;
		both) release $hour 0 && finds key-trial none ;;
		*) release $hour 1 && finds key-trial "refuse 1" ;;
		esac
	done
}

# The signature over the DNSKEY RRset ends a week before the others.
rule_24() {
	for which in same shorter; do
		begin "rule 24: the DNSKEY signature: $which"
		sign -$hour "$ksk=active" "$zsk=active"
		take_over
		sign 0 "$ksk=active" "$zsk=active"
		if [ $which = shorter ]; then
			cp "$place/zone" "$place/data"
			life=$((7 * day))
			sign_into "$place/dnskey" 0 "$ksk=active" "$zsk=active"
			grep -v 'RRSIG.DNSKEY' "$place/data" >"$place/zone"
			grep 'RRSIG.DNSKEY' "$place/dnskey" >>"$place/zone"
		fi
		release 0 0
		if [ $which = same ]; then
			due release-by-hard $((14 * day - 30 * minute))
			due release-by-soft $((13 * day - 30 * minute))
		else
			due release-by-hard $((7 * day - 30 * minute))
			due release-by-soft $((7 * day - 30 * minute - hour))
		fi
		status=2
		[ $which = shorter ] || status=0
		says $((6 * day + hour)) $status status -c "$place/zonegate.xml" example.
	done
}

[ $# -gt 0 ] || set -- 1 2 3 4 5 7 9 10 11 12 13 14 15 16 17 18 19 20 22 24
for rule; do
	"rule_$rule"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
