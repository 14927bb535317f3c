#!/bin/sh
# What the hook costs in a real NSD: from the moment in which the signer has a new zone (NOTIFY) to
# the moment in which the public secondary serves it, with the gate and without.
#
#   tests/bench/hook.sh [ZONES [VERIFIERS [DELEGATIONS]]]      default 200 4 100000
#
# Prints a table. Exit status 1 when something did not arrive, 77 when a server is missing.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
zones=${1:-200} verifiers=${2:-4} delegations=${3:-100000}
PATH=$PATH:/usr/sbin:$PWD/build/peers/bin
for tool in nsd nsd-control dig; do
	command -v $tool >/dev/null || { echo "hook: needs $tool"; exit 77; }
done
work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
trap 'servers_stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
umask 022
: "${HOOK_WAIT:=900}" # seconds for all zones to arrive

# Milliseconds.
now() {
	date +%s%3N
}

zone_names() {
	seq -f 'z%g.example.' 1 "$zones"
	echo test.
}

# Serial 1 or 2 of each small zone.
small_zones() { # serial
	seq -f 'z%g.example.' 1 "$zones" | while read -r name; do
		"$BUILD/tests/release/make_zone" "$1" "$work/zones/$name.$1" "$work/ds/$name" \
			"origin=$name" || exit 2
	done
}

conf_make() {
	echo '<Configuration version="1">'
	echo "<State>$work/state</State><Installation>bench</Installation>"
	zone_names | while read -r name; do
		echo "<Zone name=\"$name\"><Policy>$work/policy.xml</Policy><Hook engine=\"nsd\"/>"
		echo "<Parent><DS ttl=\"P1D\">$work/ds/$name</DS></Parent></Zone>"
	done
	echo '</Configuration>'
}

# The zones of a server, each with the lines of the pattern.
zones_of() { # folder
	zone_names | while read -r name; do
		printf 'zone:\n  name: %s\n  zonefile: %s/%s\n  include-pattern: all\n' \
			"$name" "$work/$1" "$name"
	done
}

servers_make() { # lines of "verify:"
	for server in signer gate public; do
		rm -rf "${work:?}/$server"
		server_new $server
	done
	free_port
	{
		printf 'pattern:\n  name: all\n  provide-xfr: 127.0.0.0/8 NOKEY\n'
		printf '  notify: 127.0.0.1@%s NOKEY\n' "$(port_of gate)"
		zones_of signer
	} | nsd_configure signer
	{
		[ -z "$1" ] || printf 'verify:\n  enable: yes\n  ip-address: 127.0.0.1\n  port: %s\n%s\n' \
			"${port:?}" "$1"
		printf 'pattern:\n  name: all\n  request-xfr: AXFR 127.0.0.1@%s NOKEY\n' "$(port_of signer)"
		printf '  allow-notify: 127.0.0.0/8 NOKEY\n  provide-xfr: 127.0.0.0/8 NOKEY\n'
		printf '  notify: 127.0.0.1@%s NOKEY\n' "$(port_of public)"
		zones_of gate
	} | nsd_configure gate
	{
		printf 'pattern:\n  name: all\n  request-xfr: AXFR 127.0.0.1@%s NOKEY\n' "$(port_of gate)"
		printf '  allow-notify: 127.0.0.0/8 NOKEY\n'
		zones_of public
	} | nsd_configure public
}

# All small zones have this serial at the public secondary.
all_arrived() { # serial
	seq -f 'z%g.example. SOA' 1 "$zones" >"$work/questions"
	[ "$(dig @127.0.0.1 -p "$(port_of public)" +norecurse +noall +answer +tries=1 +time=1 \
		-f "$work/questions" | awk -v s="$1" '$4 == "SOA" && $7 == s' | wc -l)" -eq "$zones" ]
}

# Waits, finely, and prints the milliseconds since `begun`; 1 when that took too long.
arrival() { # command...
	while ! "$@"; do
		[ $(($(now) - begun)) -lt $((HOOK_WAIT * 1000)) ] || return 1
		sleep 0.02
	done
	echo $(($(now) - begun))
}

# A zone that is put to the signer; how long until it is public.
one_zone() { # name file serial
	cp "$2" "$work/signer/$1"
	begun=$(now)
	nsd_tell signer reload "$1" >/dev/null
	arrival has_serial public "$1" "$3"
}

failed=0
measure() { # what is printed, command that prints milliseconds
	what=$1
	shift
	if took=$("$@"); then
		printf '%-64s %8d ms\n' "$what" "$took"
	else
		printf '%-64s %8s\n' "$what" "did not arrive"
		failed=1
	fi
}

all_zones() { # serial
	seq -f 'z%g.example.' 1 "$zones" | while read -r name; do
		cp "$work/zones/$name.$1" "$work/signer/$name"
	done
	begun=$(now)
	nsd_tell signer reload >/dev/null
	arrival all_arrived "$1"
}

run() { # words lines-of-verify
	servers_make "$2"
	for name in $(seq -f 'z%g.example.' 1 "$zones"); do
		cp "$work/zones/$name.1" "$work/signer/$name"
	done
	cp "$work/zones/test.1" "$work/signer/test."
	nsd_start signer
	nsd_start gate
	begun=$(now)
	arrival has_serial gate test. "$large_serial" >/dev/null
	nsd_start public
	begun=$(now)
	if ! arrival all_arrived 1 >/dev/null || ! arrival has_serial public test. "$large_serial" >/dev/null
	then
		echo "$1: the first zones did not arrive"
		failed=1
		return
	fi
	measure "$1: one small zone" one_zone z1.example. "$work/zones/z1.example..2" 2
	measure "$1: $zones small zones at once" all_zones 2
	measure "$1: $delegations delegations" one_zone test. "$work/zones/test.2" "$next_serial"
	servers_stop
}

mkdir "$work/zones" "$work/ds"
small_zones 1
small_zones 2
"$BUILD/tests/bench/gen_zone" "$delegations" 13 "$work/zones/test.1" "$work/ds/test." \
	"$work/zones/test.2" 100 || exit 2
serial_in() {
	head -c 400 "$1" | tr '()\n' '   ' | awk '{ for (i = 1; i < NF; i++) if ($i == "SOA") { print $(i + 3); exit } }'
}
large_serial=$(serial_in "$work/zones/test.1")
next_serial=$(serial_in "$work/zones/test.2")
"$ZONEGATE" policy show | sed -e 's/<UnknownHistory on="[a-z]*"/<UnknownHistory on="warn"/' \
	>"$work/policy.xml"
conf_make >"$work/zonegate.xml"
run "without a gate" ""
run "with a gate, $verifiers verifiers" "  verifier-count: $verifiers
  verifier: $ZONEGATE hook nsd -q -c $work/zonegate.xml"
if ! "$ZONEGATE" history verify -c "$work/zonegate.xml" test. >"$work/out" 2>&1; then
	cat "$work/out"
	failed=1
fi
exit $failed
