# shellcheck shell=sh disable=SC2034,SC2120,SC2154
# The registry of tests/stages/run.sh, which sources this: a signer, six name servers and a gate on
# loopback, and what is held of them.

# --- The signer: BIND's tools ---

keys=$work/keys
mkdir "$keys"
new_key() { # options
	(cd "$keys" && dnssec-keygen -q -a ECDSAP256SHA256 "$@" example.) 2>/dev/null
}
ksk=$(new_key -f KSK) zsk=$(new_key) zsk2=$(new_key)
dnssec-dsfromkey -2 -T 86400 "$keys/$ksk.key" >"$work/ds"

# Signs $work/zone.SERIAL. Words: -3 for NSEC3; key: another key is published; swap: it signs, the
# first does not; record=TEXT: one more record; ttl=N; end=N: seconds that the signatures last.
sign() { # serial words...
	sign_serial=$1
	shift
	sign_ttl=3600 sign_with=$zsk sign_options=''
	: >"$work/more"
	for word; do
		case $word in
		-3) sign_options="-3 - -H 0" ;;
		end=*) sign_options="-e now+${word#end=}" ;;
		key) cat "$keys/$zsk2.key" >>"$work/more" ;;
		swap) cat "$keys/$zsk2.key" >>"$work/more" && sign_with=$zsk2 ;;
		record=*) echo "${word#record=}" >>"$work/more" ;;
		ttl=*) sign_ttl=${word#ttl=} ;;
		esac
	done
	{
		cat <<-TEXT
			\$ORIGIN example.
			\$TTL $sign_ttl
			@ SOA ns1 hostmaster $sign_serial 7200 3600 604800 $sign_ttl
			@ NS ns1
			@ MX 10 mail
			ns1 A 192.0.2.1
			mail AAAA 2001:db8::1
			www A 192.0.2.2
			www TXT "$sign_serial"
		TEXT
		for i in 1 2 3 4 5 6 7 8; do
			echo "host$i A 192.0.2.1$i"
			echo "sub$i NS ns.sub$i"
			echo "ns.sub$i A 192.0.2.2$i"
			[ $((i % 2)) = 0 ] || echo "sub$i DS 1234$i 13 2 $(printf %064d "$i")"
		done
		# A key's own TTL would be the zone's.
		cat "$keys/$ksk.key" "$keys/$zsk.key" "$work/more"
	} >"$work/unsigned"
	# shellcheck disable=SC2086 # options
	dnssec-signzone -o example. -d "$work" -x -P $sign_options -f "$work/zone.$sign_serial" \
		-k "$keys/$ksk" "$work/unsigned" "$keys/$sign_with" >"$work/log" 2>&1 ||
		fail "signing $sign_serial" "$(cat "$work/log")"
}

# The serial goes up from part to part: secondaries know no other way.
serial=100
# Signs the next zone; its serial is $serial.
next() { # words of sign
	serial=$((serial + 1))
	sign "$serial" "$@"
}

# --- The servers ---

pub=$work/pub
mkdir "$pub" "$pub/canary" "$pub/half" "$pub/all"

servers_of() { # stage
	case $1 in
	canary) echo canary ;;
	half) echo half half2 ;;
	all) echo all all2 all3 ;;
	spare) echo spare ;;
	esac
}

knot_configure() { # name lines-of-the-zone...
	knot_name=$1
	shift
	{
		cat <<-END
			server:
			    rundir: "$work/$knot_name"
			    listen: 127.0.0.1@$(port_of "$knot_name")
			control:
			    listen: "$work/$knot_name/knot.sock"
			database:
			    storage: "$work/$knot_name"
			log:
			  - target: stderr
			    any: info
			remote:
			  - id: primary
			    address: 127.0.0.1@$(port_of all)
			  - id: secondary
			    address: 127.0.0.1@$(port_of half2)
			acl:
			  - id: all
			    address: 127.0.0.1
			    action: [transfer, notify]
			zone:
			  - domain: example
			    acl: all
			    journal-content: none
			    zonefile-sync: -1
		END
		printf '    %s\n' "$@"
	} >"$work/$knot_name/knot.conf"
}

knot_start() { # name
	knotd -c "$work/$1/knot.conf" >"$work/$1/log" 2>&1 &
	echo $! >"$work/$1/started"
	servers_pids="$servers_pids $!"
	wait_for 10 is_up "$1"
}

knot_tell() { # name words...
	knot_name=$1
	shift
	knotc -s "$work/$knot_name/knot.sock" -b "$@" >"$work/knotc" 2>&1
}

named_configure() { # name lines-of-the-zone...
	named_name=$1
	shift
	{
		cat <<-END
			key "test" { algorithm hmac-sha256; secret "$secret"; };
			options {
			  directory "$work/$named_name"; pid-file "$work/$named_name/pid"; session-keyfile none;
			  listen-on port $(port_of "$named_name") { 127.0.0.1; }; listen-on-v6 { none; };
			  recursion no; dnssec-validation no; allow-transfer { 127.0.0.0/8; };
			  notify explicit; notify-delay 0;
			  also-notify { 127.0.0.1 port $(port_of all2); 127.0.0.1 port $(port_of all3); };
			};
			zone "example" {
		END
		printf '  %s\n' "$@"
		echo "};"
	} >"$work/$named_name/named.conf"
}

secret=$(head -c 32 /dev/urandom | base64)
for name in canary half half2 all all2 all3 spare; do server_new $name; done
free_port
control=${port:?}

nsd_configure canary <<END
zone:
  name: example
  zonefile: $pub/canary/zone
  provide-xfr: 127.0.0.0/8 NOKEY
END
knot_configure half "file: $pub/half/zone" "zonefile-load: whole" "notify: secondary"
named_configure half2 "type secondary; primaries port $(port_of half) { 127.0.0.1; };" \
	'file "zone"; request-ixfr no; notify no;'
echo "controls { };" >>"$work/half2/named.conf"
named_configure all "type primary; file \"$pub/all/zone\"; check-names ignore;"
echo "controls { inet 127.0.0.1 port $control allow { 127.0.0.1; } keys { \"test\"; }; };" \
	>>"$work/all/named.conf"
cat >"$work/rndc.conf" <<END
key "test" { algorithm hmac-sha256; secret "$secret"; };
options { default-key "test"; default-server 127.0.0.1; default-port $control; };
END
knot_configure all2 "master: primary"
nsd_configure all3 <<END
zone:
  name: example
  zonefile: zone
  request-xfr: AXFR 127.0.0.1@$(port_of all) NOKEY
  allow-notify: 127.0.0.0/8 NOKEY
  provide-xfr: 127.0.0.0/8 NOKEY
END

# What makes the servers of a stage load its file: `reload-STAGE`, which does nothing, as if the server
# were stuck, where $work/stuck-STAGE is; fails where fail-STAGE is; kills who runs it where kill-STAGE
# is. Its runs are counted.
reload_script() { # stage command
	cat >"$work/reload-$1" <<-END
		#!/bin/sh
		echo "\$ZONEGATE_SERIAL" >>$work/reloads-$1
		[ ! -e $work/fail-$1 ] || exit 3
		if [ -e $work/kill-$1 ]; then
			rm $work/kill-$1
			kill -KILL \$PPID
			exit 0
		fi
		[ ! -e $work/stuck-$1 ] || exit 0
		PATH=$PATH
		exec $2
	END
	chmod 755 "$work/reload-$1"
}
reload_script canary "$(command -v nsd-control) -c $work/canary/nsd.conf reload example"
reload_script half "$(command -v knotc) -s $work/half/knot.sock -b zone-reload example"
reload_script all "$(command -v rndc) -c $work/rndc.conf reload example"

servers_start() {
	nsd_start canary
	knot_start half
	named_start half2
	named_start all
	knot_start all2
	nsd_start all3
}

serves() { # stage serial
	for server in $(servers_of "$1"); do
		has_serial "$server" example. "$2" || return 1
	done
}

# --- The gate ---

conf=$work/zonegate.xml

stage_xml() { # name
	case $1 in
	canary) stage_inside=$inside_canary ;;
	half) stage_inside=$inside_half ;;
	*) stage_inside= ;;
	esac
	cat <<-END
		      <Stage name="$1">
		        <Target>$pub/$1/zone</Target>
		        <Command timeout="PT20S"><Argument>$work/reload-$1</Argument></Command>
	END
	for server in $(servers_of "$1"); do
		echo "        <Server address=\"127.0.0.1\" port=\"$(port_of "$server")\"/>"
	done
	case $stage_inside in *'<Observe'*) ;; *) stage_inside="$stage_inside<Observe names=\"20\"/>" ;; esac
	echo "        $stage_inside"
	echo "      </Stage>"
}

# What else is in a stage, the stages, elements beside them, the hook, and values of the policy.
inside_canary='' inside_half='' stages='' validate='' hook='' newer='' when='' completeness=''
configure() {
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$work/state</State>
		  <Installation>test</Installation>
		  <Approvers>$(cat "$work"/approver.*)</Approvers>
		  <Notify><Command timeout="PT20S"><Argument>$work/notify</Argument></Command></Notify>
		  <Zone name="example.">
		    <Policy>$work/policy.xml</Policy>
		    $hook
		    <Stages>
		$(for stage in ${stages:-canary half all}; do stage_xml "$stage"; done)
		      $validate
		    </Stages>
		    <Parent><DS ttl="P1D">$work/ds</DS></Parent>
		  </Zone>
		</Configuration>
	END
	cat >"$work/policy.xml" <<-END
		<?xml version="1.0"?>
		<ZoneGate version="1">
		  <Policy name="test">
		    <Signatures><ClockSkew>PT1S</ClockSkew></Signatures>
		    <Require><Completeness>${completeness:-none}</Completeness></Require>
		    <Zone><PropagationDelay>PT1S</PropagationDelay></Zone>
		    <Approval quorum="1" expires="P1D"/>
		    <Staging>
		      <When>${when:-risky}</When><Newer>${newer:-queue}</Newer>
		      <Risk id="change-apex-ns"/><Risk id="change-new-type"/>
		    </Staging>
		  </Policy>
		</ZoneGate>
	END
}

for who in alice bob mallory; do
	"$ZONEGATE" approve --new-key "$work/$who.key" --as $who >"$work/approver.$who" 2>"$work/err" ||
		fail "a key for $who" "approve"
done
mv "$work/approver.mallory" "$work/stranger"
printf '#!/bin/sh\ncat >%s\necho "$ZONEGATE_EVENT $ZONEGATE_SERIAL" >>%s\n' "$work/notified" \
	"$work/events" >"$work/notify"
chmod 755 "$work/notify"
: >"$work/events"

gate() { # zonegate's words
	timeout -k 5 120 "$ZONEGATE" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

release() { # serial
	gate release -q -j 1 -c "$conf" example. "$work/zone.$1"
}

advance() { # [stage]
	gate stage advance -c "$conf" example. "$@"
}

abort() {
	gate stage abort -c "$conf" --reason "a test" example.
}

# A value of `stage show -f json` about the zone, or about one of its stages.
fact() { # key [stage]
	"$ZONEGATE" stage show -c "$conf" -f json example. 2>"$work/err" |
		awk -v key="$1" -v stage="${2:-}" '
			/^      "name": / { at = $2; gsub(/[",]/, "", at) }
			at == stage && $1 == "\"" key "\":" && match($0, /^ */) && RLENGTH == (at == "" ? 2 : 6) {
				sub(/^ *"[^"]*": "?/, "")
				sub(/"?,?$/, "")
				print
				exit
			}'
}

rollout_is() { # name state serial
	is "$1: state of the rollout" "$(fact state) $(fact serial)" = "$2 $3"
}

# Lines of the decision log of a kind, as they are exported.
lines() { # kind pattern
	"$ZONEGATE" history export -c "$conf" example. 2>"$work/err" |
		grep "^{\"row\":\"foreign_lines\".*\"kind\":\"$1\",\"actor\":\"[^\"]" | grep "$2"
}

# Every step is a row, and a line that says who did it: what was done but for looks, as words.
steps() { # serial
	lines stage "\"text\":\"serial $1" |
		sed -n 's/.*"text":"serial [0-9]*\(, stage \([a-z]*\)\)\{0,1\}: \([a-z]*\).*/\3 \2/p' |
		grep -v '^good\|^not' | tr '\n' ' ' | tr -s ' '
}

log_is_whole() { # name
	"$ZONEGATE" history verify -c "$conf" example. >"$work/out" 2>"$work/err"
	is "$1: the log" $? -eq 0
}

is_not() { # command...
	! "$@"
}

# --- What the world sees ---

has() { # stage serial
	cmp -s "$work/zone.$2" "$pub/$1/zone"
}

# A stage has the zone with that serial: its file, and in a while its servers.
gets() { # name stage serial
	if ! has "$2" "$3"; then
		fail "$1" "the file of $2 is not serial $3"
	elif ! wait_for 10 serves "$2" "$3"; then
		fail "$1" "not all servers of $2 have serial $3"
	else
		pass
	fi
}

# Later stages have never received it: their files, and what their servers serve, are as before.
keeps() { # name stage serial
	if ! has "$2" "$3"; then
		fail "$1" "the file of $2 is not serial $3 any more"
	elif ! serves "$2" "$3"; then
		fail "$1" "the servers of $2 do not have serial $3 any more"
	else
		pass
	fi
}

# The first stages have the new zone, the others the old one.
spread() { # name new old stages-that-have-it...
	spread_name=$1 spread_new=$2 spread_old=$3
	shift 3
	for stage in canary half all; do
		case " $* " in
		*" $stage "*) gets "$spread_name" $stage "$spread_new" ;;
		*) keeps "$spread_name" $stage "$spread_old" ;;
		esac
	done
	log_is_whole "$spread_name"
}

# A new gate, and a zone in service everywhere that it took over: $base.
begin() {
	rm -rf "$work/state"
	rm -f "$work"/stuck-* "$work"/fail-* "$work"/kill-* "$work"/reloads-*
	configure
	next "$@"
	base=$serial
	for stage in canary half all; do cp "$work/zone.$base" "$pub/$stage/zone"; done
	if [ -z "$servers_pids" ]; then servers_start; fi
	for stage in canary half all; do "$work/reload-$stage" >"$work/out" 2>"$work/err"; done
	for stage in canary half all; do gets "in service" $stage "$base"; done
	rm -f "$work"/reloads-*
	gate history import -c "$conf" --since -30d --served --ds "$work/ds" --ds-ttl 1d example. \
		"$work/zone.$base"
	is "what is in service is taken over" "$status" -eq 0
}

# A stage that has the zone serves it, as far as it was told to.
settle() {
	for stage in canary half; do
		! has $stage "$serial" || wait_for 3 serves $stage "$serial"
	done
}

# Advances until all have the zone.
finish() { # name
	for _ in 1 2 3 4 5 6; do
		settle
		advance
		[ "$status" -ne 0 ] || ! has all "$serial" || break
	done
	rollout_is "$1" finished "$serial"
	wait_for 5 serves all "$serial"
}

# The first rollout of a gate is always staged; what follows is as its policy says.
begin_with_a_rollout() {
	begin "$@"
	next "$@"
	release "$serial"
	is "first rollout: exit status" "$status" -eq 3
	finish "first rollout"
	for stage in canary half all; do gets "first rollout" $stage "$serial"; done
	gate observe -c "$conf" example.
	is "first rollout: confirmed" "$status" -eq 0
	base=$serial
	rm -f "$work"/reloads-*
}

state_of() { # serial
	"$ZONEGATE" history list -c "$conf" example. |
		awk -v s="$1" '{ for (i = 1; i <= NF; i++) if ($i == s) { print; exit } }'
}
