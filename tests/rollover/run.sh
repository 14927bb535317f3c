#!/bin/sh
# Whole key rolls, signed by BIND, ldns and Knot, through `zonegate release` under a shifted clock:
# every step at its time is released, each step one second too early is refused, with the earliest
# time that the rules of RFC 7583 give.
#
# Propagation 30 minutes, at the parent 1 hour; TTL of DNSKEY 1 hour, of DS and data 24 hours,
# negative 15 minutes. BIND's tools do not run with a shifted clock: its keys get timing metadata for
# the moment of signing instead.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}" "${ZONEGATE:=$BUILD/zonegate}"
PATH=$PATH:/usr/sbin:$PWD/build/peers/bin
export LC_ALL=C TZ=UTC
passed=0 failed=0 skipped=0

. tests/tools/clock.sh
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

. tests/tools/counts.sh

# --- One zone and its place ---

# Makes $place with a policy, a configuration, and nothing released.
begin() { # name
	place=$work/$1
	serial=0
	mkdir -p "$place/keys" "$place/out"
	cat >"$place/policy.xml" <<-END
		<ZoneGate version="1"><Policy name="roll">
		<Signatures><ClockSkew>PT0S</ClockSkew></Signatures>
		<Keys><PublishSafety>PT0S</PublishSafety><RetireSafety>PT0S</RetireSafety></Keys>
		<Zone><PropagationDelay>PT30M</PropagationDelay><Evidence>handed</Evidence></Zone>
		<Parent><PropagationDelay>PT1H</PropagationDelay></Parent>
		<CacheView><ServeStale on="ignore">P3D</ServeStale></CacheView>
		</Policy></ZoneGate>
	END
	cat >"$place/zonegate.xml" <<-END
		<Configuration version="1"><State>$place/state</State>
		<Installation>rollover</Installation>
		<Zone name="example."><Policy>$place/policy.xml</Policy>
		<Release><Target>$place/out/example.zone</Target></Release>
		<Parent><DS ttl="P1D">$place/ds</DS></Parent></Zone></Configuration>
	END
	chmod go-w "$place"/*.xml
}

# Prints the name of a new key: K<zone>+<algorithm>+<tag>.
new_key() { # algorithm [KSK]
	(cd "$place/keys" && dnssec-keygen -q -a "$1" ${2:+-f KSK} example.)
}

# The DS records of keys, as the parent publishes them from now on.
parent_has() { # key...
	for key; do
		dnssec-dsfromkey -2 "$place/keys/$key.key"
	done >"$place/ds"
}

unsigned() {
	cat <<-END
		\$ORIGIN example.
		\$TTL 86400
		@ SOA ns1 hostmaster $serial 7200 3600 604800 900
		@ NS ns1
		ns1 A 192.0.2.1
		www A 192.0.2.2
		sub NS ns.sub
		ns.sub A 192.0.2.3
	END
}

# Signs a zone with the next serial as of a moment, into $place/zone: each KEY=active signs, each
# KEY=published does not.
sign_bind() { # seconds key=state...
	rm -rf "$place/now" && mkdir "$place/now"
	inception=$(stamp $(($1 - hour))) expiration=$(stamp $(($1 + 14 * day)))
	shift
	roles=-x
	for key; do
		file=${key%=*}
		cp "$place/keys/$file".* "$place/now"
		activation=now-1d
		[ "${key#*=}" = active ] || activation=now+30d
		dnssec-settime -K "$place/now" -P now-1d -A "$activation" "$file" >/dev/null || return 1
	done
	[ "${csk:-no}" = no ] || roles=-z
	unsigned >"$place/zone.in"
	dnssec-signzone -S -P -q -K "$place/now" -d "$place/now" -N keep -o example. -T 3600 $roles \
		-s "$inception" -e "$expiration" -f "$place/zone" "$place/zone.in"
}

sign_ldns() { # seconds key=state...
	inception=$(stamp $(($1 - hour))) expiration=$(stamp $(($1 + 14 * day)))
	shift
	unsigned >"$place/zone.in"
	signing=
	for key; do
		grep DNSKEY "$place/keys/${key%=*}.key" |
			sed 's/^example\. IN DNSKEY/example. 3600 IN DNSKEY/' >>"$place/zone.in"
		[ "${key#*=}" != active ] || signing="$signing ${key%=*}"
	done
	# shellcheck disable=SC2086 # a list of words
	(cd "$place/keys" && ldns-signzone -i "$inception" -e "$expiration" -o example. \
		-f "$place/zone" "$place/zone.in" $signing)
}

# The same keys in Knot's own store, with manual key management.
sign_knot() { # seconds key=state...
	moment=$1 single=off
	shift
	[ "${csk:-no}" = no ] || single=on
	rm -rf "$place/kasp" && mkdir "$place/kasp"
	unsigned >"$place/kasp/example.zone"
	cat >"$place/kasp/knot.conf" <<-END
		database:
		  storage: $place/kasp
		policy:
		  - id: policy
		    manual: on
		    single-type-signing: $single
		    dnskey-ttl: 3600
		    rrsig-lifetime: 14d
		    rrsig-refresh: 7d
		    cds-cdnskey-publish: none
		zone:
		  - domain: example.
		    file: $place/kasp/example.zone
		    dnssec-signing: on
		    dnssec-policy: policy
		    serial-policy: increment
	END
	for key; do
		file=${key%=*}
		tag=$(echo "${file##*+}" | sed 's/^0*//')
		activation=$((start + moment - day))
		[ "${key#*=}" = active ] || activation=$((start + moment + 30 * day))
		keymgr -c "$place/kasp/knot.conf" example. import-bind "$place/keys/$file.key"
		[ $single = off ] || keymgr -c "$place/kasp/knot.conf" example. set "$tag" ksk=yes zsk=yes
		keymgr -c "$place/kasp/knot.conf" example. set "$tag" \
			publish=$((start + moment - day)) ready=$activation active=$activation
	done
	mkdir "$place/kasp/out"
	kzonesign -c "$place/kasp/knot.conf" -o "$place/kasp/out" -t $((start + moment)) example.
	cp "$place/kasp/out/example.zone" "$place/zone"
}

sign() { # seconds key=state...
	serial=$((serial + 1))
	"sign_$signer" "$@" >"$place/log" 2>&1 || result 1 "$name: signing" "$(cat "$place/log")"
}

# --- Steps ---

# The zone as it is has been served, and its DS published, for a month.
take_over() {
	at -$hour "$ZONEGATE" history import -c "$place/zonegate.xml" --since "$(stamp $((-30 * day)))" \
		--ds "$place/ds" --ds-ttl 1d example. "$place/zone" >"$place/log" 2>&1
	result $? "$name: taken over" "$(cat "$place/log")"
}

# What release says of $place/zone: exit status, earliest safe time; then whether the target is what
# it should be.
release() { # seconds wanted-status [earliest seconds]
	cp "$place/out/example.zone" "$place/before" 2>/dev/null || : >"$place/before"
	at "$1" "$ZONEGATE" release -q -c "$place/zonegate.xml" -f json example. "$place/zone" \
		>"$place/report" 2>"$place/errors"
	status=$?
	[ $status -eq "$2" ]
	result $? "$name: at $1 s: exit status $status, expected $2" "$(cat "$place/errors")" \
		"$(grep -A3 -E '"(id|detail)":' "$place/report")"
	if [ "$2" -eq 0 ]; then
		cmp -s "$place/zone" "$place/out/example.zone"
		result $? "$name: at $1 s: the zone is released"
	else
		[ ! -s "$place/before" ] || cmp -s "$place/before" "$place/out/example.zone"
		result $? "$name: at $1 s: the former zone stays"
		grep -q "\"earliest_safe\": $((start + $3))," "$place/report"
		result $? "$name: at $1 s: earliest at $3 s" \
			"$(grep earliest_safe "$place/report" | sort -u)"
		grep -q '"id": "cache-view-' "$place/report"
		result $? "$name: at $1 s: refused by the cache view"
	fi
}

# Refused one second before the time, released at it.
not_before() { # seconds
	release $(($1 - 1)) 1 "$1"
	release "$1" 0
}

# The same for a DS set that is to be handed to the parent.
ds_not_before() { # seconds key...
	moment=$1
	shift
	for key; do
		dnssec-dsfromkey -2 "$place/keys/$key.key"
	done >"$place/ds.new"
	for wanted in 1 0; do
		at $((moment - wanted)) "$ZONEGATE" parent try -c "$place/zonegate.xml" example. \
			"$place/ds.new" >"$place/report" 2>&1
		status=$?
		[ $status -eq $wanted ]
		result $? "$name: DS at $((moment - wanted)) s: exit status $status, expected $wanted" \
			"$(head -n 40 "$place/report")"
	done
}

# --- Rolls. Times are RFC 7583's, section 3.2 and 3.3, with the figures of the head. ---

zsk_pre_publication() {
	ksk=$(new_key 13 KSK) old=$(new_key 13) new=$(new_key 13)
	parent_has "$ksk"
	sign -$((2 * hour)) "$ksk=active" "$old=active"
	take_over
	sign 0 "$ksk=active" "$old=active" "$new=published"
	release 0 0
	# Ipub = Dprp + TTLkey
	sign $((90 * minute)) "$ksk=active" "$old=published" "$new=active"
	not_before $((90 * minute))
	# Iret = Dprp + TTLsig; every RRset is signed anew at once.
	sign $((26 * hour)) "$ksk=active" "$new=active"
	not_before $((90 * minute + 30 * minute + day))
}

ksk_double_signature() {
	old=$(new_key 13 KSK) new=$(new_key 13 KSK) zsk=$(new_key 13)
	parent_has "$old"
	sign -$((2 * hour)) "$old=active" "$zsk=active"
	take_over
	sign 0 "$old=active" "$new=active" "$zsk=active"
	release 0 0
	ds_not_before $((90 * minute)) "$new"
	# The DS is swapped on the third day.
	parent_has "$new"
	sign $((47 * hour)) "$old=active" "$new=active" "$zsk=active"
	release $((47 * hour)) 0
	# Iret = DprpP + TTLds
	sign $((48 * hour)) "$new=active" "$zsk=active"
	not_before $((47 * hour + hour + day))
}

# Liberal: keys and signatures of the new algorithm come together.
algorithm_8_to_13() {
	old=$(new_key 8 KSK) old_zsk=$(new_key 8) new=$(new_key 13 KSK) new_zsk=$(new_key 13)
	parent_has "$old"
	sign -$((2 * hour)) "$old=active" "$old_zsk=active"
	take_over
	sign 0 "$old=active" "$old_zsk=active" "$new=active" "$new_zsk=active"
	release 0 0
	# A validator that knows only 13 needs its signatures in all caches: Dprp + TTLsig.
	ds_not_before $((30 * minute + day)) "$new"
	parent_has "$new"
	sign $((47 * hour)) "$old=active" "$old_zsk=active" "$new=active" "$new_zsk=active"
	release $((47 * hour)) 0
	sign $((48 * hour)) "$new=active" "$new_zsk=active"
	not_before $((47 * hour + hour + day))
}

csk_double_signature() {
	csk=yes
	old=$(new_key 13 KSK) new=$(new_key 13 KSK)
	parent_has "$old"
	sign -$((2 * hour)) "$old=active"
	take_over
	sign 0 "$old=active" "$new=active"
	release 0 0
	ds_not_before $((90 * minute)) "$new"
	parent_has "$new"
	sign $((2 * hour)) "$old=active" "$new=active"
	release $((2 * hour)) 0
	sign $((3 * hour)) "$new=active"
	# The later of Dprp + TTLsig after the signatures and DprpP + TTLds after the swap.
	not_before $((2 * hour + hour + day))
	csk=no
}

for signer in bind ldns knot; do
	if [ $signer = knot ] && ! { command -v keymgr && command -v kzonesign; } >/dev/null; then
		echo "skipped: needs keymgr and kzonesign"
		skipped=$((skipped + 1))
		continue
	fi
	for roll in zsk_pre_publication ksk_double_signature algorithm_8_to_13 csk_double_signature; do
		name="$signer, $roll"
		begin "$signer-$roll"
		$roll
	done
done

# --- Knot rolls by itself ---

# kzonesign with a clock of its own and a propagation delay of so many seconds; the zone goes to
# $place/zone.
sign_knot_rolling() { # seconds delay
	serial=$((serial + 1))
	unsigned >"$place/example.zone"
	cat >"$place/knot.conf" <<-END
		database:
		  storage: $place
		policy:
		  - id: policy
		    algorithm: ecdsap256sha256
		    zsk-lifetime: 20d
		    ksk-lifetime: 0
		    propagation-delay: $2
		    dnskey-ttl: 3600
		    zone-max-ttl: 86400
		    rrsig-lifetime: 14d
		    rrsig-refresh: 7d
		    cds-cdnskey-publish: none
		zone:
		  - domain: example.
		    file: $place/example.zone
		    dnssec-signing: on
		    dnssec-policy: policy
		    serial-policy: increment
	END
	mkdir -p "$place/knot"
	kzonesign -c "$place/knot.conf" -o "$place/knot" -r -t $((start + $1)) example. \
		>"$place/log" 2>&1 || result 1 "$name: signing" "$(cat "$place/log")"
	cp "$place/knot/example.zone" "$place/zone"
}

# Step by step through one roll of the ZSK: what Knot makes with the true delay is always released;
# what it makes with a shorter one is refused at least once, and never by mistake.
knot_zsk_roll() { # delay
	sign_knot_rolling -$((30 * day)) "$1"
	dnssec-dsfromkey -2 -f "$place/zone" example. >"$place/ds" 2>"$place/log"
	at -$((30 * day - hour)) "$ZONEGATE" history import -c "$place/zonegate.xml" \
		--since "$(stamp $((-30 * day)))" --ds "$place/ds" --ds-since "$(stamp $((-60 * day)))" \
		--ds-ttl 1d example. "$place/zone" >"$place/log" 2>&1
	result $? "$name: taken over" "$(cat "$place/log")"
}

steps=24 # quarters of an hour: until the new key signs; in the long run until the old one is gone
[ -z "${LONG:-}" ] || steps=160
if command -v kzonesign >/dev/null; then
	signer=knot
	for delay in 1800 1; do
		name="knot, ZSK roll, propagation delay $delay s"
		begin "knot-$delay"
		knot_zsk_roll "$delay"
		refused=0 released=0 keys=1
		for step in $(seq 0 $steps); do
			moment=$((-10 * day - 3 * hour + step * 15 * minute))
			sign_knot_rolling "$moment" "$delay"
			at "$moment" "$ZONEGATE" release -q -c "$place/zonegate.xml" -f json example. \
				"$place/zone" >"$place/report" 2>"$place/errors"
			case $? in
			0) released=$((released + 1)) ;;
			1) refused=$((refused + 1)) ;;
			*) result 1 "$name: step $step" "$(cat "$place/errors")" ;;
			esac
			n=$(grep -c 'DNSKEY	256' "$place/zone")
			[ "$n" -le "$keys" ] || keys=$n
		done
		if [ "$delay" -eq 1800 ]; then
			[ $refused -eq 0 ]
			result $? "$name: $released released, $refused refused, expected none" \
				"$(grep -A3 -E '"(id|detail)":' "$place/report")"
		else
			[ $refused -gt 0 ] && [ $released -gt 0 ]
			result $? "$name: $released released, $refused refused, expected some"
		fi
	done
else
	echo "skipped: needs kzonesign"
	skipped=$((skipped + 1))
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
