#!/bin/sh
# `zonegate statement`: what is said of histories in which a zone was stopped, is bad in service, and
# was repaired; signatures, good, altered and of others; hostile names; and the lines for resolvers,
# loaded by Unbound and BIND: a bogus zone resolves with them, and does not without.
#
#   tests/statement/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
PATH=$PATH:/usr/sbin:$PWD/build/peers/bin
export LC_ALL=C TZ=UTC BUILD
make_zone=$BUILD/tests/release/make_zone
umask 022

passed=0 failed=0 skipped=0
work=$(mktemp -d) || exit 2
pids=
cleanup() {
	# shellcheck disable=SC2086 # a list of process ids
	[ -z "$pids" ] || kill -9 $pids 2>/dev/null
	wait 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
conf=$work/zonegate.xml
hostile='we\"ird<b>&\039x.exa $(id) `id`;{}.'

. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	sed 's/^/  /' "$work/out" "$work/err" | head -n 40
}

# Runs zonegate and wants an exit status; output in $work/out.
wants() { # name exit-status arguments...
	name=$1 wanted=$2
	shift 2
	"$ZONEGATE" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ "$status" -eq "$wanted" ]; then pass; else fail "$name" "exit status $status, not $wanted"; fi
}

says() { # name pattern
	if grep -q -e "$2" "$work/out" "$work/err"; then pass; else fail "$1" "does not say '$2'"; fi
}

silent() { # name pattern
	if grep -q -e "$2" "$work/out" "$work/err"; then fail "$1" "says '$2'"; else pass; fi
}

equal() { # name found expected
	if [ "$2" = "$3" ]; then pass; else fail "$1" "'$2', not '$3'"; fi
}

configure() { # state-folder [more-zones]
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$work/$1</State>
		  <Installation>test</Installation>
		  <Zone name="example.">
		    <Release><Target>$work/target</Target></Release>
		    <Parent><DS ttl="P1D">$work/ds</DS></Parent>
		  </Zone>
		  ${2:-}
		</Configuration>
	END
}

# The words of a JSON statement under a key, one a line.
value() { # key
	sed -n "s/^ *\"$1\": \"*\([^\",]*\)\"*,*\$/\1/p" "$work/out"
}

# The lines under a heading of one resolver, from a statement in text.
lines_of() { # software heading file
	awk -v software="  $1. " -v heading="    $2" '
		index($0, software) == 1 { inside = 1; next }
		inside && $0 == "" { exit }
		inside && /^    [a-z]/ { on = $0 == heading; next }
		inside && on { sub(/^      /, ""); print }' "$3"
}

"$make_zone" 2026010101 "$work/good.zone" "$work/ds" || exit 2
"$make_zone" 2026010102 "$work/bad.zone" "$work/ds.bad" broken || exit 2
"$make_zone" 2026010103 "$work/fixed.zone" "$work/ds.fixed" || exit 2

# --- Nothing to state ---

configure state
wants "without a database nothing can be stated" 2 statement -c "$conf" example.
wants "import" 0 history import -c "$conf" --since -3d --ds "$work/ds" --ds-since -2d --ds-ttl 1d \
	example. "$work/good.zone"
cp "$work/good.zone" "$work/target"
wants "a quiet zone has no statement" 2 statement -c "$conf" example.
says "a quiet zone has no statement" 'nothing was stopped'
wants "unless a serial is named" 0 statement -c "$conf" -f json example. 2026010101
equal "unless a serial is named" "$(value situation)" quiet
wants "no such zone" 2 statement -c "$conf" nobody.
wants "no such serial is no number" 2 statement -c "$conf" example. x
wants "no such form" 2 statement -c "$conf" -f xml example.
wants "no such fault" 2 statement -c "$conf" --fault perhaps example.

# --- A zone that was stopped ---

wants "a broken zone is refused" 1 release -c "$conf" example. "$work/bad.zone"
wants "and once more" 1 release -c "$conf" example. "$work/bad.zone"
wants "stopped" 0 statement make -c "$conf" -f json example.
cp "$work/out" "$work/stopped.json"
equal "stopped" "$(value situation)" stopped
equal "what is in service stays" "$(value serial | paste -s -d ' ')" "2026010101 2026010101 2026010102"
equal "nobody is told to switch validation off" "$(value advised)" false
silent "there are no lines for resolvers" 'domain-insecure'
equal "the cause is not guessed" "$(value operational)" unknown
equal "the finding is named" "$(value id | grep -c rrset-bogus)" 1
equal "twice the same is one event" "$(value times | paste -s -d ' ')" "1 2"
equal "its text is named by digest" "$(value text_sha256 | tail -n 1)" \
	"$(sha256sum <"$work/bad.zone" | cut -d ' ' -f 1)"
equal "its extended DNS error" "$(value ede | head -n 1)" 6
wants "as text" 0 statement -c "$conf" example.
says "as text" '^A defective zone was stopped before publication'
says "as text: serial" '  serial 2026010102 refused, not published'
says "as text: key" 'key 13/[0-9]*: 1 of [0-9]* signatures do not verify'
says "as text: it is not known" '^It is not known whether this is an operational fault'
says "it is not signed, and that is said" 'not signed: --output'
wants "before the time asked for" 2 statement -c "$conf" --since +1m example.
wants "what the log ends with is stated" 0 statement -c "$conf" -f json example.
cp "$work/out" "$work/one"
wants "a second time the log is as it was" 0 statement -c "$conf" -f json example.
equal "a statement changes nothing" "$(value log_chain)" "$(sed -n 's/.*"log_chain": "\(.*\)".*/\1/p' "$work/one")"

# --- A zone that is bad in service ---

wants "it is taken over as served" 0 history import -c "$conf" --since -1m --served example. \
	"$work/bad.zone"
wants "bad in service" 0 statement -c "$conf" -f json example.
equal "bad in service" "$(value situation)" in-service
equal "not known: not advised" "$(value advised)" false
equal "but the lines are there, for when it is" "$(value software | wc -l)" 4
wants "no operational fault" 0 statement -c "$conf" -f json --fault no example.
equal "no operational fault: no lines" "$(value software | wc -l)" 0
wants "an operational fault" 0 statement -c "$conf" -f json --fault yes --reason 'HSM "a"' \
	--next 'new signatures' --update +1h example.
cp "$work/out" "$work/service.json"
equal "an operational fault" "$(value advised)" true
equal "what the operator says next" "$(value said)" 'new signatures'
says "what the operator says of it" '"reason": "HSM \\"a\\""'
wants "the same, signed" 0 statement -c "$conf" --fault yes --reason "$(printf 'one\033[31m\ntwo')" \
	-o "$work/statement" example.
equal "nothing is printed" "$(wc -c <"$work/out" | tr -d ' ')" 0
cp "$work/statement" "$work/out"
says "words of people cannot get out" '^In the operator.s words: one\\027\[31m\\010two$'
says "the repair is proved by" "^      delv 'example\.' 'SOA'$"
says "and not sooner removed" 'as soon as the repair is proved; a week'
wants "what the operator knows is bad, without a finding" 0 statement -c "$conf" -f json --broken \
	example.
says "what the operator knows is bad" '"id": "said-by-operator"'

# --- Signatures ---

key=$(sed -n "s/.*--key '\(.*\)' STATEMENT SIGNATURE/\1/p" "$work/statement")
wants "a good signature, the key as text" 0 statement verify --key "$key" "$work/statement" \
	"$work/statement.sig"
says "a good signature" '^good$'
wants "a good signature, the gate's own file" 0 statement verify -k "$work/state/gate.pub" \
	"$work/statement" "$work/statement.sig"
sed 's/2026010102/2026010103/' "$work/statement" >"$work/altered"
wants "an altered statement" 1 statement verify -k "$key" "$work/altered" "$work/statement.sig"
says "an altered statement" '^not good: '
{
	cat "$work/statement"
	echo
} >"$work/altered"
wants "a longer statement" 1 statement verify -k "$key" "$work/altered" "$work/statement.sig"
sed '3s/A/B/;t;3s/a/b/' "$work/statement.sig" >"$work/altered.sig"
wants "an altered signature" 1 statement verify -k "$key" "$work/statement" "$work/altered.sig"
wants "no signature at all" 1 statement verify -k "$key" "$work/statement" "$work/statement"
other=$(dd if=/dev/urandom bs=32 count=1 2>/dev/null | base64)
wants "another key" 1 statement verify -k "$other" "$work/statement" "$work/statement.sig"
sed "2s|.*|key $other|" "$work/statement.sig" >"$work/claimed.sig"
wants "a signature that claims another key" 1 statement verify -k "$key" "$work/statement" \
	"$work/claimed.sig"
wants "a signature that claims the verifier's key" 1 statement verify -k "$other" \
	"$work/statement" "$work/claimed.sig"
wants "no key" 2 statement verify "$work/statement" "$work/statement.sig"
wants "a key that is none" 2 statement verify -k "$work/ds" "$work/statement" "$work/statement.sig"
wants "a statement that is not there" 2 statement verify -k "$key" "$work/none" "$work/statement.sig"
wants "a signature that is not there" 2 statement verify -k "$key" "$work/statement" "$work/none"
wants "statements are not written to nowhere" 2 statement -c "$conf" -o "$work/none/statement" example.

# Another implementation says the same: RFC 8032 over a title and the octets of the statement.
if openssl pkeyutl -help 2>&1 | grep -q -e -rawin; then
	{
		printf '\060\052\060\005\006\003\053\145\160\003\041\000'
		echo "$key" | base64 -d
	} >"$work/key.der"
	sed -n 's/^signature //p' "$work/statement.sig" | base64 -d >"$work/raw.sig"
	for file in statement altered; do
		{
			printf 'zonegate statement 1\n'
			cat "$work/$file"
		} >"$work/message"
		openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin \
			-in "$work/message" -sigfile "$work/raw.sig" >"$work/out" 2>"$work/err"
		equal "OpenSSL about the $file" $? "$([ $file = statement ]; echo $?)"
	done
else
	skip "OpenSSL's word" "needs openssl pkeyutl -rawin"
fi

# --- Repaired ---

wants "a zone without the defect" 0 release -c "$conf" example. "$work/fixed.zone"
wants "handed over is not yet in service" 0 statement -c "$conf" -f json example.
equal "handed over is not yet in service" "$(value situation)" in-service
says "handed over is not yet in service" '"id": "repair-unconfirmed"'
wants "it is seen in service" 0 history confirm -c "$conf" example. 2026010103
wants "repaired" 0 statement -c "$conf" -f json example.
cp "$work/out" "$work/repaired.json"
equal "repaired" "$(value situation)" repaired
equal "nobody is told to set an anchor any more" "$(value advised)" false
silent "nobody is told to set an anchor any more" 'domain-insecure\|rndc nta -lifetime'
says "but how to remove it" "rndc nta -remove 'example.'"
silent "when caches have forgotten it is known" '"cached_until": null'

wants "what was good and is over is left out" 0 statement -c "$conf" -f json example.
equal "what was good and is over is left out" "$(value outcome | paste -s -d ' ')" \
	"superseded refused confirmed"
wants "unless it is named" 0 statement -c "$conf" -f json example. 2026010101
says "unless it is named" '"serial": 2026010101'

# --- A log that was changed has nothing to state ---

cp -r "$work/state" "$work/changed"
LC_ALL=C sed -i 's/taken over, served/taken back, served/' "$work/changed/zonegate.db"
configure changed
wants "a log that was edited" 2 statement -c "$conf" example.
says "a log that was edited" 'the decision log was changed'

# --- The form for programs ---

checked=
for python in python3 /usr/bin/python3; do
	[ -z "$checked" ] || continue
	"$python" tests/structure/report_schema.py policies/statement.schema.json \
		man/zonegate-statement.5 "$work"/*.json >"$work/out" 2>"$work/err"
	case $? in
	0) pass checked=yes ;;
	3 | 127) continue ;;
	*) fail "the schema" "differs" ;;
	esac
	checked=yes
done
[ -n "$checked" ] || skip "the schema" "needs python3-jsonschema"

# --- A name that tries to get out ---

configure state "<Zone name=\"$(printf '%s' "$hostile" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/"/\&quot;/g')\"/>"
wants "a hostile name" 0 statement -c "$conf" --broken --fault yes "$hostile"
cp "$work/out" "$work/hostile"
wants "a hostile name as a page" 0 statement -c "$conf" -f html --broken --fault yes \
	--reason '<script>alert(1)</script>' "$hostile"
silent "a hostile name as a page" '<b>\|<script\|[^ -~]'
says "a hostile name as a page" '<h1>The zone in service is defective\.</h1>'
if command -v xmllint >/dev/null; then
	sed 's/<!DOCTYPE html>//' "$work/out" | xmllint --noout - 2>"$work/err"
	equal "a page is well formed" $? 0
fi
if grep -q '[^ -~]' "$work/hostile"; then fail "a hostile name" "octets"; else pass; fi
plain='we\034ird\060b\062\038\039x.exa\032\036\040id\041\032\096id\096\059\123\125.'
equal "in the configuration of Unbound" "$(lines_of Unbound configuration "$work/hostile" | tail -n 1)" \
	"    domain-insecure: \"$plain\""
equal "in the configuration of BIND" "$(lines_of BIND configuration "$work/hostile")" \
	"validate-except { \"$plain\"; };"
lua=$(printf '%s' "$plain" | sed 's/\\/\\\\/g')
equal "in Lua" "$(lines_of 'Knot Resolver' configuration "$work/hostile")" \
	"trust_anchors.set_insecure({ '$lua' })"
# What a shell makes of the commands: the name is one argument, and nothing else is run.
for pair in 'Unbound:unbound-control:2' 'BIND:rndc:4' 'PowerDNS Recursor:rec_control:2'; do
	software=${pair%%:*} rest=${pair#*:}
	lines_of "$software" 'at once' "$work/hostile" | head -n 1 >"$work/line"
	mkdir -p "$work/fake"
	printf '#!/bin/sh\nshift %s\nprintf "%%s" "$1"\n' $((${rest#*:} - 1)) >"$work/fake/${rest%:*}"
	chmod 755 "$work/fake/${rest%:*}"
	equal "a shell, $software" "$(PATH=$work/fake:$PATH sh "$work/line")" "$plain"
done
for tool in lua lua5.4 lua5.1 luajit; do
	command -v $tool >/dev/null || continue
	{
		echo 'trust_anchors = { set_insecure = function(list) io.write(list[1]) end }'
		lines_of 'Knot Resolver' configuration "$work/hostile"
	} >"$work/knot.lua"
	equal "Lua reads it back" "$($tool "$work/knot.lua")" "$plain"
	break
done
{
	echo 'server:'
	echo '  chroot: ""'
	echo '  username: ""'
	echo "  directory: \"$work\""
	lines_of Unbound configuration "$work/hostile"
} >"$work/unbound.conf"
if command -v unbound-checkconf >/dev/null; then
	unbound-checkconf "$work/unbound.conf" >"$work/out" 2>"$work/err"
	equal "Unbound reads it" $? 0
else
	skip "Unbound reads a hostile name" "needs unbound-checkconf"
fi
{
	echo 'options {'
	lines_of BIND configuration "$work/hostile"
	echo '};'
} >"$work/named.conf"
if command -v named-checkconf >/dev/null; then
	named-checkconf "$work/named.conf" >"$work/out" 2>"$work/err"
	equal "BIND reads it" $? 0
else
	skip "BIND reads a hostile name" "needs named-checkconf"
fi

# --- Resolvers ---

port=$((20000 + $$ % 10000))

# Waits until a server answers.
wait_for() { # port
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		dig +tries=1 +time=1 @127.0.0.1 -p "$1" . SOA >"$work/out" 2>"$work/err" && return 0
		sleep 0.2
	done
	fail "a server" "does not come up"
	return 1
}

rcode_of() { # port name type
	dig +tries=2 +time=5 +dnssec @127.0.0.1 -p "$1" "$2" "$3" 2>&1 |
		sed -n 's/.*status: \([A-Z]*\),.*/\1/p'
}

# A signed root with the DS of example., whose SOA is bogus, both at one server.
serve() {
	mkdir "$work/keys" "$work/nsd"
	(cd "$work/keys" && ldns-keygen -a ECDSAP256SHA256 -k . >../root.key) || return 1
	{
		echo '. 3600 IN SOA ns.root. host.root. 1 7200 3600 604800 900'
		echo '. 3600 IN NS ns.root.'
		echo 'ns.root. 3600 IN A 127.0.0.1'
		echo 'example. 3600 IN NS ns.root.'
		cat "$work/ds"
	} >"$work/root.zone"
	root=$work/keys/$(cat "$work/root.key")
	ldns-signzone -o . -f "$work/root.signed" "$work/root.zone" "$root" >"$work/out" 2>&1 || return 1
	ldns-key2ds -n -2 "$root.key" >"$work/root.ds" || return 1
	cat >"$work/nsd.conf" <<-END
		server:
		  ip-address: 127.0.0.1
		  port: $port
		  username: ""
		  server-count: 1
		  zonesdir: "$work"
		  database: ""
		  xfrdir: "$work/nsd"
		  xfrdfile: "$work/nsd/xfrd.state"
		  zonelistfile: "$work/nsd/zone.list"
		  pidfile: ""
		  logfile: "$work/nsd.log"
		remote-control:
		  control-enable: no
		zone:
		  name: "."
		  zonefile: "$work/root.signed"
		zone:
		  name: "example."
		  zonefile: "$work/bad.zone"
	END
	nsd -d -c "$work/nsd.conf" >"$work/nsd.out" 2>&1 &
	pids="$pids $!"
	wait_for "$port"
}

# What both resolvers show: without, with, and again without.
compare() { # resolver port set remove
	equal "$1 without the lines" "$(rcode_of "$2" example. SOA)" SERVFAIL
	equal "$1, the names that are good" "$(rcode_of "$2" ns1.example. A)" NOERROR
	sh "$3" >"$work/out" 2>"$work/err" || fail "$1" "does not take the command"
	equal "$1 with the lines" "$(rcode_of "$2" example. SOA)" NOERROR
	sh "$4" >"$work/out" 2>"$work/err" || fail "$1" "does not take the removal"
	equal "$1 after they were removed" "$(rcode_of "$2" example. SOA)" SERVFAIL
}

# A server whose configuration has the lines from the begin.
configured() { # resolver port
	equal "$1 with the lines in its configuration" "$(rcode_of "$2" example. SOA)" NOERROR
	equal "$1 validates other names all the same" \
		"$(dig +dnssec @127.0.0.1 -p "$2" . SOA | grep -c '^;; flags:.* ad[ ;]')" 1
}

unbound_conf() { # port lines-file
	cat <<-END
		server:
		  interface: 127.0.0.1
		  port: $1
		  do-daemonize: no
		  username: ""
		  chroot: ""
		  directory: "$work"
		  pidfile: ""
		  use-syslog: no
		  logfile: "$work/unbound.log"
		  do-not-query-localhost: no
		  module-config: "validator iterator"
		  trust-anchor: "$(cat "$work/root.ds")"
		  local-zone: "example." nodefault
		forward-zone:
		  name: "."
		  forward-addr: 127.0.0.1@$port
		remote-control:
		  control-enable: yes
		  control-use-cert: no
		  control-interface: $work/unbound-$1.socket
	END
	[ -z "${2:-}" ] || cat "$2"
}

start_unbound() { # port [lines-file]
	unbound_conf "$@" >"$work/unbound-$1.conf"
	unbound -d -c "$work/unbound-$1.conf" >"$work/unbound.out" 2>&1 &
	pids="$pids $!"
	wait_for "$1"
}

# The commands of the statement are run as they stand, with programs that know this server.
unbound_tests() {
	start_unbound $((port + 1)) || return
	control=$(command -v unbound-control) || {
		sed "s|/unbound'|/unbound-control'|" "$(command -v unbound)" >"$work/control"
		control="sh $work/control"
	}
	printf '#!/bin/sh\nexec %s -c %s "$@"\n' "$control" "$work/unbound-$((port + 1)).conf" \
		>"$work/fake/unbound-control"
	chmod 755 "$work/fake/unbound-control"
	lines_of Unbound 'at once' "$work/statement" >"$work/set"
	lines_of Unbound 'to remove it' "$work/statement" >"$work/remove"
	PATH=$work/fake:$PATH compare Unbound $((port + 1)) "$work/set" "$work/remove"
	lines_of Unbound configuration "$work/statement" >"$work/lines"
	start_unbound $((port + 2)) "$work/lines" && configured Unbound $((port + 2))
}

named_conf() { # port control-port lines-file
	cat <<-END
		key "control" { algorithm hmac-sha256; secret "$(cat "$work/secret")"; };
		controls { inet 127.0.0.1 port $2 allow { 127.0.0.1; } keys { "control"; }; };
		options {
			directory "$work/named-$1";
			listen-on port $1 { 127.0.0.1; };
			listen-on-v6 { none; };
			pid-file none;
			session-keyfile none;
			lock-file none;
			empty-zones-enable no;
			forward only;
			forwarders { 127.0.0.1 port $port; };
			dnssec-validation yes;
			$([ -z "${3:-}" ] || cat "$3")
		};
		trust-anchors { $(awk '{ print $1, "static-ds", $(NF-3), $(NF-2), $(NF-1), "\"" $NF "\";" }' "$work/root.ds") };
	END
}

start_named() { # port control-port [lines-file]
	mkdir "$work/named-$1"
	named_conf "$@" >"$work/named-$1.conf"
	named -g -n 1 -c "$work/named-$1.conf" >"$work/named-$1.log" 2>&1 &
	pids="$pids $!"
	wait_for "$1"
}

named_tests() {
	dd if=/dev/urandom bs=32 count=1 2>/dev/null | base64 >"$work/secret"
	start_named $((port + 3)) $((port + 4)) || return
	cat >"$work/rndc.conf" <<-END
		key "control" { algorithm hmac-sha256; secret "$(cat "$work/secret")"; };
		options { default-key "control"; default-server 127.0.0.1; default-port $((port + 4)); };
	END
	printf '#!/bin/sh\nexec %s -c %s "$@"\n' "$(command -v rndc)" "$work/rndc.conf" >"$work/fake/rndc"
	chmod 755 "$work/fake/rndc"
	lines_of BIND 'at once' "$work/statement" >"$work/set"
	lines_of BIND 'to remove it' "$work/statement" >"$work/remove"
	PATH=$work/fake:$PATH compare BIND $((port + 3)) "$work/set" "$work/remove"
	lines_of BIND configuration "$work/statement" >"$work/lines"
	start_named $((port + 5)) $((port + 6)) "$work/lines" && configured BIND $((port + 5))
}

missing() { # program...
	for program; do
		command -v "$program" >/dev/null || {
			echo "$program"
			return
		}
	done
}

lacks=$(missing nsd dig ldns-keygen ldns-signzone ldns-key2ds)
if [ -n "$lacks" ]; then
	skip "resolvers" "needs $lacks"
elif ! serve; then
	fail "resolvers" "no bogus zone to serve"
else
	lacks=$(missing unbound)
	if [ -z "$lacks" ]; then unbound_tests; else skip "Unbound" "needs $lacks"; fi
	lacks=$(missing named rndc)
	if [ -z "$lacks" ]; then named_tests; else skip "BIND" "needs $lacks"; fi
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
