# shellcheck shell=sh disable=SC2154
# The part of run.sh about stages, and about validating resolvers: sourced by it, with nsd, knot and
# named running, and knot2 silent.

if ! command -v unbound >/dev/null; then
	echo "skipped: needs unbound"
	skipped=$((skipped + 1))
	return 0
fi
unbound=$(command -v unbound)
sed 's/<When>[a-z]*</<When>always</' "$work/policy.xml" >"$work/staged.xml"

server_lines() { # name...
	for server; do
		echo "        <Server address=\"127.0.0.1\" port=\"$(port_of "$server")\"/>"
	done
}

stage_lines() { # zone stage-name more server-names...
	echo "      <Stage name=\"$2\"><Target>$work/pub/$2.$1</Target>$3"
	shift 3
	server_lines "$@"
	echo "      </Stage>"
}

# Writes a configuration with stages; standard input has the elements of <Stages>, ZONE in them.
configure_stages() {
	cat >"$work/stages"
	{
		cat <<-END
			<?xml version="1.0"?>
			<Configuration version="1">
			  <State>$work/staged</State>
			  <Installation>test</Installation>
			  <Notify><Command timeout="PT20S"><Argument>$work/notify</Argument></Command></Notify>
		END
		for zone in $zones; do
			cat <<-END
				  <Zone name="$zone">
				    <Policy>$work/staged.xml</Policy>
				    <Parent><DS ttl="P1D">$work/ds.$zone</DS></Parent>
				    <Stages>
				$(sed "s|ZONE|$zone|g" "$work/stages")
				    </Stages>
				  </Zone>
			END
		done
		echo "</Configuration>"
	} >"$conf"
}

# Two stages, and what is to stand beside them.
two_stages() { # more
	{
		stage_lines ZONE canary '<Observe transfer="yes"/>' nsd
		stage_lines ZONE rest '' knot named
		echo "$1"
	} | configure_stages
}

count_said() { # pattern
	grep -c -e "$1" "$work/out"
}

through="<Unbound>$unbound</Unbound>"
two_stages "$through"
for zone in $zones; do
	"$ZONEGATE" history import -c "$conf" --since 20260101000000 $zone "$work/${zone}5" \
		>"$work/out" 2>"$work/err"
	is "taking over $zone" $? -eq 0
done
load nsd 5
load knot 5
load named 5

# --- Through Unbound: what passed is good there, what was altered behind the gate is not ---

for zone in $zones; do
	observe $zone
	is "through Unbound, $zone: exit status" $status -eq 0
	is "through Unbound, $zone: each is asked" "$(count_said ' resolved, [1-9][0-9]* with')" -eq 3
	is "through Unbound, $zone: copies that are wanted" "$(count_said 'records, the same')" -eq 1
	observe $zone --stage rest --dry-run
	is "one stage, $zone: exit status" $status -eq 0
	is "one stage, $zone: its servers" "$(count_said '^  good')" -eq 2
done
observe plain.example. --stage nowhere
is "no such stage: exit status" $status -eq 2

alter named 's/192\.0\.2\.1\([1-6]\)/192.0.3.1\1/'
for zone in $zones; do
	observe $zone -n 150
	is "bogus through Unbound, $zone: exit status" $status -eq 1
	bad "bogus through Unbound, $zone" named altered bogus validator
	good "bogus through Unbound, $zone" nsd
	good "bogus through Unbound, $zone" knot
	is "bogus through Unbound, $zone: why" \
		-n "$(lines_of named | grep 'validator:.*SERVFAIL, extended error 6')"
	observe $zone --stage canary
	is "bogus elsewhere, $zone: exit status" $status -eq 0
	not_said "a look at one stage, $zone: confirmed" 'is confirmed'
done
observe plain.example. -n 150 -f json
if python3 - "$work/out" "$(at named)" 2>"$work/err" <<-'END'; then pass; else fail "JSON of stages" "not as it should be"; fi
	import json, sys
	look = json.load(open(sys.argv[1]))
	server = [s for s in look["servers"] if s["server"] == sys.argv[2]][0]
	assert not look["good"] and look["unvalidated"] is None, look
	assert server["faults"]["validator"] > 0 and server["stage"] == "rest", server
	assert not server["rolling"] and "rolling" not in look, look
	assert 0 < server["authentic"] < server["resolved"], server
	assert any(e["fault"] == "validator" for e in server["examples"]), server
END
load named 5

# No key but those of the release itself: Unbound has them as its anchors.
sed -i '/<Parent>/d' "$conf"
observe plain.example. -f json
is "trusted keys: exit status" $status -eq 0
said "trusted keys: proved by" '"proved_by": "released keys"'
is "trusted keys: all answers have AD" "$(sed -n 's/.*"\(resolved\|authentic\)": //p' "$work/out" |
	sort -u | grep -vc '^0')" -eq 1

# An alias that leads out of the zone has nothing to do with its servers.
# shellcheck disable=SC2034 # zone_text has it
extra='* CNAME www.elsewhere.example.'
sign plain.example. 7 "$work/plain.example.7"
unset extra
two_stages "$through"
sed -i "s|$work/staged<|$work/aliased<|" "$conf"
"$ZONEGATE" history import -c "$conf" --since 20260101000000 plain.example. \
	"$work/plain.example.7" >"$work/out" 2>"$work/err"
for server in nsd knot named; do
	cp "$work/plain.example.7" "$work/$server/plain.example."
	start $server
done
observe plain.example.
is "an alias to elsewhere: exit status" $status -eq 0
for server in nsd knot named; do load $server 5; done

# --- An Unbound that is none ---

# Exits with 1, writes its process id and hangs, or has an address of its own.
printf '#!/bin/sh\necho "it is broken" >&2\nexit 1\n' >"$work/broken"
printf '#!/bin/sh\necho $$ >>%s\nexec sleep 100\n' "$work/hangs.pids" >"$work/hangs"
chmod 755 "$work/broken" "$work/hangs"
for program in "$work/broken" "$work/none"; do
	two_stages "<Unbound>$program</Unbound>"
	observe plain.example.
	is "$program: exit status" $status -eq 2
	is "$program: servers are named all the same" "$(count_said '^  good')" -eq 3
	not_said "$program: confirmed" 'is confirmed'
done
is "broken: its words" -n "$(grep 'not validated by resolvers' "$work/out")"

running() { # pid-file
	while read -r pid; do
		if kill -0 "$pid" 2>/dev/null; then return 0; fi
	done <"$1"
	return 1
}
none_running() { ! running "$1"; }

# Whoever is killed, no Unbound stays.
two_stages "<Unbound>$work/hangs</Unbound>"
for signal in TERM KILL; do
	: >"$work/hangs.pids"
	"$ZONEGATE" observe -c "$conf" plain.example. >"$work/out" 2>"$work/err" &
	observing=$!
	wait_for 10 sh -c "[ \$(grep -c . '$work/hangs.pids') -eq 3 ]"
	is "$signal: Unbounds that run" "$(grep -c . "$work/hangs.pids")" -eq 3
	kill -$signal $observing
	wait $observing 2>/dev/null
	wait_for 5 none_running "$work/hangs.pids"
	is "$signal: none is left" $? -eq 0
done

# --- Resolvers of the configuration ---

validator_start() { # name anchor-file
	[ ! -f "$work/$1/started" ] || server_stop "$1"
	{
		cat <<-END
			server:
			  interface: 127.0.0.1@$(port_of "$1")
			  directory: "/"
			  pidfile: ""
			  chroot: ""
			  username: ""
			  use-syslog: no
			  do-daemonize: no
			  do-not-query-localhost: no
			  module-config: "validator iterator"
			  trust-anchor-signaling: no
		END
		sed 's/.*/  trust-anchor: "&"/' "$2"
		printf 'remote-control:\n  control-enable: no\n'
		printf 'stub-zone:\n  name: "plain.example."\n  stub-addr: 127.0.0.1@%s\n' "$(port_of nsd)"
	} >"$work/$1/unbound.conf"
	unbound -d -c "$work/$1/unbound.conf" >"$work/$1/log" 2>&1 &
	echo $! >"$work/$1/started"
	servers_pids="$servers_pids $!"
	wait_for 10 is_up "$1"
}

server_new resolver
server_new dead
validator_start resolver "$work/ds.plain.example."
two_stages "<Validator address=\"127.0.0.1\" port=\"$(port_of resolver)\"/>"
observe plain.example.
is "a resolver: exit status" $status -eq 0
good "a resolver" resolver
alter nsd 's/192\.0\.2\.1\([1-6]\)/192.0.3.1\1/'
validator_start resolver "$work/ds.plain.example."
observe plain.example. --stage rest
is "a resolver behind a bogus server: exit status" $status -eq 1
bad "a resolver behind a bogus server" resolver validator
good "a resolver behind a bogus server" knot
load nsd 5
: >"$work/no.anchors"
validator_start resolver "$work/no.anchors"
observe plain.example.
is "a resolver that does not validate: exit status" $status -eq 1
bad "a resolver that does not validate" resolver validator
said "a resolver that does not validate: why" 'an answer without AD'
server_stop resolver
observe plain.example.
is "a resolver that is not there: exit status" $status -eq 1
bad "a resolver that is not there" resolver validator

# --- What must hold at a stage ---

{
	stage_lines ZONE canary '<Observe transfer="yes" names="20"/>' nsd named
	stage_lines ZONE rest '' knot
} | configure_stages
observe plain.example.
is "a copy that must be had: exit status" $status -eq 1
bad "a copy that must be had" named whole
good "a copy that must be had" nsd
observe plain.example. --no-transfer
is "no copies at all: exit status" $status -eq 0

# Only who signs with the key gets one.
printf 'key "look" { algorithm hmac-sha256; secret "%s"; };\n' \
	"$(head -c 32 /dev/urandom | base64 | tr -d '\n')" >"$work/look.key"
chmod 600 "$work/look.key"
sed -i -e "1i include \"$work/look.key\";" -e 's/allow-transfer { none; }/allow-transfer { key look; }/' \
	"$work/named/named.conf"
start named
observe plain.example. --stage canary
bad "a key that is not given" named whole
sed -i "s|transfer=\"yes\"|& tsig=\"$work/look.key\"|" "$conf"
observe plain.example. --stage canary
is "a key of the stage: exit status" "$(lines_of named | grep -c 'records, the same')" -eq 1
good "a key of the stage" named

# --- A way that is missing is not the server's fault ---

# Alone with a server of its own, and a loopback interface.
cut_off='ip link set lo up || exit 3
nsd -d -c "$1" >/dev/null 2>&1 &
nsd=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	dig @127.0.0.1 -p "$2" +tries=1 +time=1 up.invalid. SOA >/dev/null 2>&1 && break
	sleep 0.2
done
timeout -k 5 60 "$3" observe -c "$4" plain.example.
status=$?
kill $nsd
wait $nsd
exit $status'
if command -v unshare ip >/dev/null && unshare -rn ip link set lo up 2>/dev/null; then
	nsd_server nsd6
	for zone in $zones; do cp "$work/${zone}5" "$work/nsd6/$zone"; done
	{
		stage_lines ZONE canary '' nsd6
		stage_lines ZONE rest '<Server address="2001:db8::1" port="53"/>'
	} | configure_stages
	unshare -rn sh -c "$cut_off" sh "$work/nsd6/nsd.conf" "$(port_of nsd6)" "$ZONEGATE" "$conf" \
		>"$work/out" 2>"$work/err"
	is "no IPv6 route: exit status" $? -eq 1
	is "no IPv6 route: named as that" "$(count_said '^    unreachable: .*no IPv6 route')" -gt 0
	is "no IPv6 route: not as silence" "$(count_said '^    silent: ')" -eq 0
	good "no IPv6 route" nsd6
else
	echo "skipped: needs a network namespace of its own"
	skipped=$((skipped + 1))
fi

# --- A rollout under way: each server is held against what it has to serve ---

# Lines of the decision log about looks at the stage.
steps_of() { # zone "good"|"not good"
	"$ZONEGATE" history export -c "$conf" "$1" 2>/dev/null |
		grep -c "\"kind\":\"stage\".*stage canary: $2: "
}

two_stages "$through"
zone=plain.example.
"$ZONEGATE" release -q -c "$conf" $zone "$work/${zone}6" >"$work/out" 2>"$work/err"
is "a staged release: exit status" $? -eq 3
observe $zone
is "its stage has not loaded it: exit status" $status -eq 1
bad "its stage has not loaded it" nsd serial whole
good "its stage has not loaded it" knot
is "its stage has not loaded it: told" "$(cat "$work/events")" = "observed 5"
observe $zone --stage canary
is "its stage alone: exit status" $status -eq 1
is "its stage alone: told once" -z "$(cat "$work/events")"
good_steps=$(steps_of $zone good)
is "its stage has not loaded it: in the log" "$(steps_of $zone "not good")" -gt 0
cp "$work/pub/canary.$zone" "$work/nsd/$zone"
start nsd
observe $zone --stage canary -n 5
is "a look at less: exit status" $status -eq 0
is "a look at less is no good look" "$(steps_of $zone good)" -eq "$good_steps"
observe $zone
is "each serves its own: exit status" $status -eq 0
not_said "each serves its own: confirmed" 'is confirmed'
said "each serves its own" 'of these servers 1 have to serve what is rolled out, serial 6'
is "each serves its own: in the log" "$(steps_of $zone good)" -gt "$good_steps"
observe $zone --stage canary
said "what is rolled out" '1 of 1 servers serve what is rolled out, serial 6'
cp "$work/${zone}6" "$work/knot/$zone"
start knot
observe $zone
is "a stage that runs ahead: exit status" $status -eq 1
bad "a stage that runs ahead" knot serial
good "a stage that runs ahead" nsd
observe $zone --stage canary
good "a stage that runs ahead is another" nsd
load knot 5
load nsd 5

# --- An Unbound for each of twelve servers: what it takes is said, not demanded ---

{
	stage_lines ZONE canary '' nsd nsd_1 nsd_2 nsd_3
	stage_lines ZONE half '' nsd_4 nsd_5 knot knot_1
	stage_lines ZONE all '' knot_2 knot_3 named named_1
	echo "$through"
} | configure_stages
observe optout.example. -n 100
is "twelve through Unbound: exit status" $status -eq 0
is "twelve through Unbound: good ones" "$(count_said '^  good')" -eq 12
echo "an Unbound for each of twelve servers: $(sed -n 3p "$work/out")"
