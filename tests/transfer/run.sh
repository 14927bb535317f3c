#!/bin/sh
# `zonegate check --transfer` from NSD, Knot and BIND: plain, signed, over TLS; the verdict is that of
# the zone file, and what is no whole zone from the right server is undecided.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
umask 077

passed=0 failed=0 skipped=0
. tests/tools/needs.sh
needs dig openssl dnssec-signzone
work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
trap 'servers_stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# Which servers there are.
servers=
for server in nsd:nsd knot:knotd bind:named; do
	if command -v "${server#*:}" >/dev/null; then
		servers="$servers ${server%:*}"
	else
		skipped=$((skipped + 1))
		echo "skipped: needs ${server#*:}"
	fi
done

has_server() { # name
	case " $servers " in *" $1 "*) return 0 ;; esac
	return 1
}

result() { # name test-arguments...
	held=$1
	shift
	if [ "$@" ]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAILED $held: $*"
	tail -n 4 "$work/err" | sed 's/^/  /'
}

# --- Zones and keys ---

if ! sh tests/zones/make_zones.sh "$work/zones" >/dev/null 2>"$work/err"; then
	cat "$work/err"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi
zones=$(awk '$2 != "SKIPPED" { print $1 }' "$work/zones/index")
zone=bind-nsec3-13+15-csk
[ -f "$work/zones/$zone/signed" ] || zone=$(echo "$zones" | head -n 1)

secret=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=
algorithms="256 384 512"
for n in $algorithms; do
	echo "hmac-sha$n:key$n:$secret" >"$work/key$n"
done
echo "hmac-sha256:key256:$(echo "$secret" | tr M N)" >"$work/secret.bad"
echo "hmac-sha256:nobody:$secret" >"$work/name.bad"
echo "hmac-sha512:key256:$secret" >"$work/algorithm.bad"
cat >"$work/key.bind" <<END
# as tsig-keygen writes it
key "key256" {
	algorithm hmac-sha256;
	secret "$secret";
};
END

# --- Servers: each serves the zone example. to everybody, and closed.example. to who has a key ---

nsd_serve() { # name zone-file
	{
		for n in $algorithms; do
			printf 'key:\n  name: key%s\n  algorithm: hmac-sha%s\n  secret: "%s"\n' \
				"$n" "$n" "$secret"
		done
		printf 'zone:\n  name: example.\n  zonefile: "%s"\n  provide-xfr: 127.0.0.1 NOKEY\n' "$2"
		for n in $algorithms; do
			printf '  provide-xfr: 127.0.0.1 key%s\n' "$n"
		done
	} | nsd_configure "$1"
	nsd_start "$1"
}

knot_serve() { # name zone-file
	{
		printf 'server:\n  listen: 127.0.0.1@%s\n  rundir: "%s"\n' "$(port_of "$1")" "$work/$1"
		printf 'log:\n  - target: stderr\n    any: info\ndatabase:\n  storage: "%s"\nkey:\n' \
			"$work/$1"
		for n in $algorithms; do
			printf '  - id: key%s\n    algorithm: hmac-sha%s\n    secret: %s\n' "$n" "$n" \
				"$secret"
		done
		printf 'acl:\n  - id: all\n    address: 127.0.0.1\n    action: transfer\n'
		for n in $algorithms; do
			printf '  - id: key%s\n    key: key%s\n    action: transfer\n' "$n" "$n"
		done
		printf 'zone:\n  - domain: example.\n    file: "%s"\n    semantic-checks: off\n' "$2"
		printf '    journal-content: none\n    acl: [all, key256, key384, key512]\n'
	} >"$work/$1/knot.conf"
	knotd -c "$work/$1/knot.conf" >"$work/$1/log" 2>&1 &
	echo $! >"$work/$1/started"
	servers_pids="$servers_pids $!"
	wait_for 10 is_up "$1"
}

# Over TLS as well when there is a certificate: 1.3 on $work/NAME/tls, 1.2 only on $work/NAME/tls12.
bind_serve() { # name zone-file
	{
		for n in $algorithms; do
			printf 'key key%s { algorithm hmac-sha%s; secret "%s"; };\n' "$n" "$n" "$secret"
		done
		listen=
		if [ -f "$work/server.pem" ]; then
			for version in 3 2; do
				printf 'tls t%s { cert-file "%s"; key-file "%s"; protocols { TLSv1.%s; }; };\n' \
					"$version" "$work/server.pem" "$work/server.key" "$version"
				free_port
				echo "${port:?}" >"$work/$1/tls$version"
				listen="$listen listen-on port $port tls t$version { 127.0.0.1; };"
			done
		fi
		printf 'options { directory "%s"; pid-file none; session-keyfile none; recursion no;\n' \
			"$work/$1"
		printf 'listen-on port %s { 127.0.0.1; }; %s listen-on-v6 { none; };\n' \
			"$(port_of "$1")" "$listen"
		printf 'check-integrity no; allow-transfer { 127.0.0.1; }; };\ncontrols { };\n'
		printf 'zone example. { type primary; file "%s"; };\n' "$2"
		printf 'zone closed.example. { type primary; file "%s"; allow-transfer { none; }; };\n' \
			"$work/closed"
	} >"$work/$1/named.conf"
	named_start "$1"
}
printf '@ 60 SOA . . 1 2 3 4 5\n@ 60 NS .\n' >"$work/closed"

# --- What is held ---

# Runs a check of zone $origin; sets $status, $serial and $digest.
origin=example
check() { # arguments...
	"$ZONEGATE" check -j 2 -f json --origin "$origin" "$@" >"$work/out" 2>"$work/err"
	status=$?
	serial=$(sed -n 's/^  "serial": \([0-9]*\),*$/\1/p' "$work/out")
	digest=$(sed -n 's/^  "digest": "\([0-9a-f]*\)",*$/\1/p' "$work/out")
}

# The zone file says what the transfer has to say.
same_as_file() { # name zone-file transfer-arguments...
	case_name=$1 text=$2
	shift 2
	check "$text"
	wanted="$status $serial $digest"
	check "$@"
	result "$case_name" "$status $serial $digest" = "$wanted"
	result "$case_name: has a digest" "${#digest}" -eq 96
	result "$case_name: the closing SOA counts" "$(grep -c '"completeness": ".*transfer' "$work/out")" -eq 1
}

# No verdict, nothing printed, and the reason.
undecided() { # name reason transfer-arguments...
	case_name=$1 reason=$2
	shift 2
	check "$@"
	result "$case_name: exit status" "$status" -eq 2
	result "$case_name: no report" ! -s "$work/out"
	result "$case_name: $reason" "$(grep -ci "^zonegate: undecided: .*$reason" "$work/err")" -eq 1
}

at() { # name
	echo "127.0.0.1@$(port_of "$1")"
}

# Every zone of the matrix, by one server after the other.
rest=
for name in $zones; do
	[ -n "$rest" ] || rest=$servers
	# shellcheck disable=SC2086 # a list of words
	set -- $rest
	server=$1
	shift
	rest=$*
	server_new "$name"
	"${server}_serve" "$name" "$work/zones/$name/signed" ||
		result "$name: $server starts" "" = "$(tail -n 3 "$work/$name/log")"
	same_as_file "$server, $name" "$work/zones/$name/signed" --transfer "$(at "$name")" \
		--ds "$work/zones/$name/ds"
	server_stop "$name"
done

# One DS record changed behind its signature.
sed 's/0011223344/0011223345/' "$work/zones/$zone/signed" >"$work/broken"

# Plain and signed from each.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test-ca \
	-keyout "$work/ca.key" -out "$work/ca.pem" >"$work/err" 2>&1 &&
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=ns \
		-keyout "$work/server.key" -out "$work/server.csr" >>"$work/err" 2>&1 &&
	echo 'subjectAltName=DNS:ns.example.net' >"$work/san" &&
	openssl x509 -req -in "$work/server.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" \
		-CAcreateserial -days 2 -extfile "$work/san" -out "$work/server.pem" >>"$work/err" 2>&1 &&
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=other \
		-keyout "$work/other.key" -out "$work/other.pem" >>"$work/err" 2>&1
result "test certificates" $? -eq 0

file=$work/zones/$zone/signed
for server in $servers; do
	server_new "$server"
	"${server}_serve" "$server" "$file" ||
		result "$server starts" "" = "$(tail -n 3 "$work/$server/log")"
	to="--transfer $(at "$server")"
	# shellcheck disable=SC2086 # two words
	{
		same_as_file "$server, plain" "$file" $to
		for n in $algorithms; do
			same_as_file "$server, hmac-sha$n" "$file" $to --tsig "$work/key$n"
		done
		same_as_file "$server, a key of BIND" "$file" $to --tsig "$work/key.bind"
		undecided "$server, another secret" BADSIG $to --tsig "$work/secret.bad"
		undecided "$server, an unknown key" BADKEY $to --tsig "$work/name.bad"
		undecided "$server, another algorithm" "BADKEY\|REFUSED" $to --tsig "$work/algorithm.bad"
		origin=com
		undecided "$server, another zone" "answers [A-Z]*" $to
		origin=example
	}
	server_new "$server-broken"
	"${server}_serve" "$server-broken" "$work/broken" ||
		result "$server-broken starts" "" = "$(tail -n 3 "$work/$server-broken/log")"
	same_as_file "$server, a broken zone" "$work/broken" --transfer "$(at "$server-broken")"
	result "$server, a broken zone is refused" "$status" -eq 1
	server_stop "$server-broken"
done

# Nobody there; not allowed; a key that others can read.
free_port
undecided "dead port" "connection refused" --transfer "127.0.0.1@$port"
cp "$work/key256" "$work/key.open"
chmod 644 "$work/key.open"
undecided "a key that others can read" "mode 06" --transfer "127.0.0.1@$port" --tsig "$work/key.open"
undecided "no key" "cannot read" --transfer "127.0.0.1@$port" --tsig "$work/none"
if has_server bind; then
	origin=closed.example
	undecided "not allowed" REFUSED --transfer "$(at bind)"
	origin=example
fi

# --- TLS ---

if has_server bind; then
	tls="--transfer 127.0.0.1@$(cat "$work/bind/tls3")"
	ours="--tls ns.example.net --tls-ca $work/ca.pem"
	# shellcheck disable=SC2086 # lists of words
	{
		same_as_file "TLS" "$file" $tls $ours
		same_as_file "TLS and TSIG" "$file" $tls $ours --tsig "$work/key384"
		undecided "TLS, another name" "mismatch" $tls --tls ns.example.org --tls-ca "$work/ca.pem"
		undecided "TLS, another authority" "certificate" $tls --tls ns.example.net \
			--tls-ca "$work/other.pem"
		undecided "TLS, the system's authorities" "certificate" $tls --tls ns.example.net
		undecided "TLS, no file of authorities" "" $tls --tls ns.example.net --tls-ca "$work/none"
		undecided "TLS 1.2" "TLS" --transfer "127.0.0.1@$(cat "$work/bind/tls2")" $ours
		# Either side waits for the other.
		undecided "no TLS there" "" --transfer "$(at bind)" $ours --timeout 2s
		undecided "no TLS here" "" $tls --timeout 2s
	}
	# A server of another protocol, with the right certificate.
	free_port
	openssl s_server -accept "127.0.0.1:$port" -cert "$work/server.pem" -key "$work/server.key" \
		-tls1_3 -quiet >"$work/s_server" 2>&1 </dev/null &
	servers_pids="$servers_pids $!"
	wait_for 5 grep -qi ":$(printf %04X "$port") .* 0A " /proc/net/tcp
	# shellcheck disable=SC2086 # a list of words
	undecided "TLS without the protocol of DNS" "has not selected" --transfer "127.0.0.1@$port" $ours
fi

# --- Cut ---

# Starts the cutter in front of a port; sets $through, $cutter.
cutter_start() { # port octets...
	: >"$work/cutter"
	"$BUILD/tests/transfer/cutter" "$@" >"$work/cutter" &
	cutter=$!
	servers_pids="$servers_pids $cutter"
	wait_for 5 test -s "$work/cutter"
	through=127.0.0.1@$(head -n 1 "$work/cutter")
}

# At many places: in each part of the transfer, and at each of its `last` octets.
cut() { # name last port transfer-arguments...
	case_name=$1 last=$2 target=$3
	shift 3
	cutter_start "$target" 999999999
	check --transfer "$through" "$@"
	result "$case_name: not cut" "$status" -eq 0
	wait $cutter
	size=$(tail -n 1 "$work/cutter")
	places=$(awk -v size="$size" -v last="$last" 'BEGIN {
		for (i = 0; i < 20; i++) print int(size * i / 20)
		for (i = last; i > 0; i--) print size - i
	}')
	# shellcheck disable=SC2086 # numbers
	cutter_start "$target" $places
	wrong=
	for place in $places; do
		check --transfer "$through" "$@"
		[ "$status" -eq 2 ] && [ ! -s "$work/out" ] || wrong="$wrong $place:$status"
	done
	result "$case_name: cut at $(echo "$places" | wc -l) of $size octets" "$wrong" = ""
	wait $cutter
}

for server in $servers; do
	cut "$server" 12 "$(port_of "$server")"
	cut "$server, signed" 12 "$(port_of "$server")" --tsig "$work/key256"
done
if has_server bind; then
	# Behind the zone comes what ends the session: the last octets are not missed.
	# shellcheck disable=SC2086 # a list of words
	cut "TLS" 0 "$(cat "$work/bind/tls3")" $ours
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
