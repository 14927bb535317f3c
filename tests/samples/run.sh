#!/bin/sh
# The samples: each is good to the server's own checker, and works, after the substitution of paths,
# addresses and ports that samples/README.md documents.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
make_zone=$BUILD/tests/release/make_zone
umask 022

passed=0 failed=0 skipped=0
work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
trap 'servers_stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
bin=$work/bin

. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	tail -n 15 "$work/out" | sed 's/^/  /'
}

has() { # programs...
	for program; do
		command -v "$program" >/dev/null || return 1
	done
}

# A command that must succeed.
good() { # name command...
	name=$1
	shift
	if "$@" >"$work/out" 2>&1; then pass; else fail "$name" "$*"; fi
}

# The substitution that samples/README.md documents, on every file of a sample.
sed -n '/^sed -e /,/^```/p' samples/README.md | grep -v '^```' >"$work/substitution"

relocate() { # sample file target
	mkdir -p "$(dirname "$root/$3")"
	# shellcheck disable=SC2034 # what is substituted uses them
	sh -c "root=$root bin=$bin port=${port:?} verify=$verify control=$control; . $work/substitution" \
		<"samples/$1/$2" >"$root/$3"
}

# Folders as on the machine that the sample is for, and the programs that it names.
place() {
	servers_stop
	root=$work/root
	rm -rf "$root" "$bin"
	mkdir -p "$bin" "$root/var/lib/nsd" "$root/var/lib/bind" "$root/var/cache/bind" \
		"$root/var/lib/published" "$root/run/nsd" "$root/run/named" "$root/etc/zonegate" \
		"$root/var/lib/knot" "$root/var/lib/knot-distribution" "$root/run/knot" \
		"$root/run/knot-distribution" "$root/var/lib/opendnssec/signed" \
		"$root/var/lib/opendnssec/unsigned"
	ln -s "$ZONEGATE" "$bin/zonegate"
	for program in nsd nsd-control rndc knotc unbound; do
		! has $program || ln -s "$(command -v $program)" "$bin/$program"
	done
	free_port
	verify=$port
	free_port
	control=$port
	# One port at several addresses of loopback.
	free_port
	"$make_zone" 1 "$work/1" "$root/etc/zonegate/example.ds" &&
		"$make_zone" 2 "$work/2" "$work/ds" broken &&
		"$make_zone" 3 "$work/3" "$work/ds" || exit 2
}

serial_of() { # address
	dig "@$1" -p "$port" +norecurse +tries=1 +time=2 +noall +answer example. SOA 2>/dev/null |
		awk '$4 == "SOA" { print $7 }'
}

serves() { # address serial
	[ "$(serial_of "$1")" = "$2" ]
}

arrives() { # name address serial
	if wait_for 10 serves "$2" "$3"; then
		pass
	else
		cp "$work/log" "$work/out"
		fail "$1" "serial '$(serial_of "$2")' at $2, not $3"
	fi
}

start() { # command...
	"$@" >>"$work/log" 2>&1 &
	servers_pids="$servers_pids $!"
}

# An NSD that is none of the samples: signer or public secondary.
other_nsd() { # address lines...
	mkdir -p "$work/$1"
	{
		printf 'server:\n ip-address: %s@%s\n username: ""\n zonesdir: "%s"\n' "$1" "$port" "$work/$1"
		printf ' pidfile: ""\n database: ""\n xfrdfile: ""\n zonelistfile: "%s/list"\n' "$work/$1"
		printf ' xfrdir: "%s"\nremote-control:\n control-enable: yes\n' "$work/$1"
		printf ' control-interface: %s/control\nzone:\n name: example\n' "$work/$1"
		printf ' outgoing-interface: %s\n' "$1"
		shift
		printf ' %s\n' "$@"
	} >"$work/$1/nsd.conf"
}

# What a Debian nsd.conf has beside the sample: its own files, which tests cannot write to.
nsd_start_sample() { # wrapper...

	start "$@" nsd -d -P "" -u "$(id -un)" -f "" -c "$root/etc/nsd/nsd.conf"
}

nsd_sample_files() {
	printf 'server:\n xfrdfile: "%s/xfrd.state"\n xfrdir: "%s"\n zonelistfile: "%s/zone.list"\n' \
		"$root/var/lib/nsd" "$root/var/lib/nsd" "$root/var/lib/nsd" >>"$root/etc/nsd/nsd.conf"
}

public_start() {
	other_nsd 127.0.2.6 "request-xfr: AXFR 127.0.2.5@$port NOKEY" \
		"allow-notify: 127.0.0.0/8 NOKEY" "zonefile: zone"
	start nsd -d -c "$work/127.0.2.6/nsd.conf"
}

# --- samples/nsd ---

# Whether the file system can be as Debian's unit has it for NSD: read-only but for some folders.
is_strict() {
	if [ ! -e "$(debian_nsd)" ]; then
		skip "samples/nsd: ProtectSystem=strict" "needs Debian's nsd.service"
	elif ! tests/tools/read_only.sh -- true 2>/dev/null; then
		skip "samples/nsd: ProtectSystem=strict" "needs mount namespaces"
	else
		return 0
	fi
	return 1
}

# The folders that units let a service write to, where the sample is.
writable() { # unit...
	mkdir -p "$root/var/lib/zonegate"
	chmod 750 "$root/var/lib/zonegate"
	for folder in $(sed -n 's/^ReadWritePaths=//p' "$@"); do
		mkdir -p "$root$folder"
		echo "$root$folder"
	done
}

# Without the drop-in's folder the gate cannot write its log: nothing is published, not even the zone
# that is in service.
without_the_folder() { # wrapper...
	# shellcheck disable=SC2046 # words
	nsd_start_sample tests/tools/read_only.sh $(writable "$(debian_nsd)") -- "$@"
	strict_pid=${servers_pids##* }
	wait_for 10 grep -q 'exited with 1' "$work/log" ||
		fail "samples/nsd: without the state directory" "nothing was refused"
	if serves 127.0.2.5 1; then
		fail "samples/nsd: without the state directory" "the zone is served"
	else
		pass
	fi
	kill "$strict_pid"
	wait "$strict_pid" 2>/dev/null
	: >"$work/log"
}

hooked() {
	if ! has nsd nsd-checkconf nsd-control dig; then
		skip samples/nsd "needs nsd, dig"
		return
	fi
	good "samples/nsd/nsd.conf" nsd-checkconf samples/nsd/nsd.conf
	good "samples/nsd/zonegate.xml" "$ZONEGATE" policy lint samples/nsd/zonegate.xml
	place
	relocate nsd nsd.conf etc/nsd/nsd.conf
	relocate nsd zonegate.xml etc/zonegate/zonegate.xml
	nsd_sample_files
	good "samples/nsd/nsd.conf, elsewhere" nsd-checkconf "$root/etc/nsd/nsd.conf"
	good "samples/nsd/zonegate.xml, elsewhere" \
		"$ZONEGATE" policy lint "$root/etc/zonegate/zonegate.xml"
	cp "$work/1" "$work/zone"
	other_nsd 127.0.0.1 "zonefile: $work/zone" "provide-xfr: 127.0.0.0/8 NOKEY" \
		"notify: 127.0.2.5@$port NOKEY"
	start nsd -d -c "$work/127.0.0.1/nsd.conf"
	# The first release has no past: what is served is taken over.
	good "samples/nsd: what is served is taken over" "$ZONEGATE" history import \
		-c "$root/etc/zonegate/zonegate.xml" --since -30d --ds "$root/etc/zonegate/example.ds" \
		--ds-ttl 1d example. "$work/1"
	filter=$(sed -n 's/^SystemCallFilter=//p' samples/nsd/nsd.service.d/zonegate.conf |
		sed 's/[^ ]*/+&/g')
	# What looks for leaks needs a call that is filtered.
	[ -n "$SANITIZE" ] || set -- "$BUILD/tests/hook_nsd/confine" $filter
	if is_strict; then
		without_the_folder "$@"
		# shellcheck disable=SC2046 # words
		set -- tests/tools/read_only.sh \
			$(writable "$(debian_nsd)" samples/nsd/nsd.service.d/zonegate.conf) -- "$@"
	fi
	nsd_start_sample "$@"
	wait_for 10 serves 127.0.2.5 1
	public_start
	arrives "samples/nsd: what was taken over" 127.0.2.6 1
	cp "$work/2" "$work/zone"
	nsd-control -c "$work/127.0.0.1/nsd.conf" reload example >/dev/null
	wait_for 10 grep -q 'exited with 1' "$work/log" || fail "samples/nsd" "nothing was refused"
	arrives "samples/nsd: a broken one does not" 127.0.2.6 1
	cp "$work/3" "$work/zone"
	nsd-control -c "$work/127.0.0.1/nsd.conf" reload example >/dev/null
	arrives "samples/nsd: the next good zone" 127.0.2.6 3
}

# --- samples/bind ---

released() {
	if ! has nsd nsd-checkconf nsd-control named named-checkconf dig dnssec-dsfromkey; then
		skip samples/bind "needs named, nsd, dig"
		return
	fi
	good "samples/bind/nsd.conf" nsd-checkconf samples/bind/nsd.conf
	good "samples/bind/zonegate.xml" "$ZONEGATE" policy lint samples/bind/zonegate.xml
	place
	for file in named.conf named-distribution.conf; do
		relocate bind $file etc/bind/$file
		good "samples/bind/$file" named-checkconf "$root/etc/bind/$file"
	done
	relocate bind nsd.conf etc/nsd/nsd.conf
	relocate bind zonegate.xml etc/zonegate/zonegate.xml
	nsd_sample_files
	printf 'hmac-sha256:gate:%s\n' "$(sed -n 's/.*secret "\(.*\)";/\1/p' samples/bind/named.conf)" \
		>"$root/etc/zonegate/tsig"
	chmod 600 "$root/etc/zonegate/tsig"
	printf '$TTL 3600\n@ SOA ns1 hostmaster 1 7200 3600 604800 900\n@ NS ns1\nns1 A 192.0.2.1\n' \
		>"$root/var/lib/bind/example.zone"
	# Nobody else's port for rndc.
	echo 'controls { };' >>"$root/etc/bind/named.conf"
	start named -g -c "$root/etc/bind/named.conf"
	wait_for 10 is_signed || fail samples/bind "BIND does not sign"
	dig @127.0.0.1 -p "$port" +norecurse +noall +answer example. DNSKEY |
		dnssec-dsfromkey -2 -f - example. >"$root/etc/zonegate/example.ds"
	release=$(sed -n 's/^ExecStart=//p' samples/bind/zonegate-release@.service |
		sh -c "root=$root bin=$bin port=${port:?} verify=$verify; . $work/substitution" | sed 's/%I/example/')
	from=${release#*--transfer }
	from=${from%% *}
	# The first release has no past: what is served is taken over.
	"$ZONEGATE" check --transfer "$from" --tsig "$root/etc/zonegate/tsig" -o example. \
		>"$work/out" 2>&1 || fail samples/bind "what BIND signed does not pass"
	dig @127.0.0.1 -p "$port" -y "$(cat "$root/etc/zonegate/tsig")" example. AXFR |
		awk '/^;/ || NF == 0 || $4 == "TSIG" { next } $4 == "SOA" && seen++ { exit } { print }' \
			>"$work/served"
	good "samples/bind: what is served is taken over" "$ZONEGATE" history import \
		-c "$root/etc/zonegate/zonegate.xml" --since -30d --ds "$root/etc/zonegate/example.ds" \
		--ds-ttl 1d --served example. "$work/served"
	nsd_start_sample
	wait_for 10 is_up_sample
	# shellcheck disable=SC2086 # a command line
	good "samples/bind: release" $release
	public_start
	arrives "samples/bind: the first release" 127.0.2.6 "$(serial_of 127.0.0.1)"
}

is_signed() {
	dig @127.0.0.1 -p "$port" +norecurse +dnssec example. SOA | grep -q RRSIG
}

is_up_sample() {
	dig @127.0.2.5 -p "$port" +norecurse +tries=1 +time=1 example. SOA | grep -q 'status:'
}

# --- samples/knot ---

knot() {
	if ! has knotd knotc nsd dig dnssec-dsfromkey; then
		skip samples/knot "needs knotd, nsd, dig"
		return
	fi
	good "samples/knot/zonegate.xml" "$ZONEGATE" policy lint samples/knot/zonegate.xml
	place
	for file in knot.conf knot-distribution.conf; do
		relocate knot $file etc/knot/$file
		good "samples/knot/$file" knotc -c "$root/etc/knot/$file" conf-check
	done
	relocate knot zonegate.xml etc/zonegate/zonegate.xml
	printf 'hmac-sha256:gate:%s\n' "$(sed -n 's/.*secret: "\(.*\)"/\1/p' samples/knot/knot.conf)" \
		>"$root/etc/zonegate/tsig"
	chmod 600 "$root/etc/zonegate/tsig"
	printf '$TTL 3600\n@ SOA ns1 hostmaster 1 7200 3600 604800 900\n@ NS ns1\nns1 A 192.0.2.1\n' \
		>"$root/var/lib/knot/example.zone"
	start knotd -c "$root/etc/knot/knot.conf"
	wait_for 10 is_signed || fail samples/knot "Knot does not sign"
	dig @127.0.0.1 -p "$port" +norecurse +noall +answer example. DNSKEY |
		dnssec-dsfromkey -2 -f - example. >"$root/etc/zonegate/example.ds"
	# The first release has no past: what is served is taken over.
	dig @127.0.0.1 -p "$port" -y "$(cat "$root/etc/zonegate/tsig")" example. AXFR |
		awk '/^;/ || NF == 0 || $4 == "TSIG" { next } $4 == "SOA" && seen++ { exit } { print }' \
			>"$work/served"
	good "samples/knot: what is served is taken over" "$ZONEGATE" history import \
		-c "$root/etc/zonegate/zonegate.xml" --since -30d --ds "$root/etc/zonegate/example.ds" \
		--ds-ttl 1d --served example. "$work/served"
	cp "$work/served" "$root/var/lib/published/example.zone"
	start knotd -c "$root/etc/knot/knot-distribution.conf"
	wait_for 10 is_up_sample
	public_start
	# The registry changes its zone, and the signer signs it.
	former=$(serial_of 127.0.0.1)
	printf 'b NS ns.b.example.net.\n' >>"$root/var/lib/knot/example.zone"
	knotc -s "$root/run/knot/knot.sock" -b zone-reload example >>"$work/log" 2>&1
	wait_for 10 is_newer "$former" || fail samples/knot "Knot does not sign the next zone"
	good "samples/knot: release" "$ZONEGATE" release -q -c "$root/etc/zonegate/zonegate.xml" \
		--transfer "127.0.0.1@$port" --tsig "$root/etc/zonegate/tsig" example
	arrives "samples/knot: the released zone" 127.0.2.6 "$(serial_of 127.0.0.1)"
}

is_newer() { # serial
	[ "$(serial_of 127.0.0.1)" -gt "$1" ]
}

# --- samples/knot: 3.5 asks ---

# A version waits for its answer; the stand-in for Knot 3.5 (tests/hook_knot/knotc) has its dump.
knot_offers() { # zone-file
	world=$root/run/knot
	cp "$1" "$root/var/lib/knot/gate/example.zone"
	cp "$1" "$world/example./open"
	date +%s >"$world/example./began"
}

knot_is_answered() {
	[ ! -e "$root/run/knot/example./open" ]
}

knot_asks() {
	good "samples/knot/zonegate-3.5.xml" "$ZONEGATE" policy lint samples/knot/zonegate-3.5.xml
	place
	relocate knot zonegate-3.5.xml etc/zonegate/zonegate.xml
	good "samples/knot/zonegate-3.5.xml, elsewhere" \
		"$ZONEGATE" policy lint "$root/etc/zonegate/zonegate.xml"
	relocate knot knot-3.5.conf etc/knot/knot.conf
	if ! has knotc; then
		skip samples/knot/knot-3.5.conf "needs knotc"
	else
		# What 3.2 does not know is left out where it is the one that is asked.
		sed -i -e '/^external:/,/^$/d' -e '/external-validation:/d' "$root/etc/knot/knot.conf"
		good "samples/knot/knot-3.5.conf, but for 3.5" knotc -c "$root/etc/knot/knot.conf" conf-check
	fi
	mkdir -p "$root/var/lib/knot/gate" "$root/run/knot/example."
	echo 60 >"$root/run/knot/timeout"
	: >"$root/run/knot/knot.sock"
	ln -sf "$PWD/tests/hook_knot/knotc" "$bin/knotc"
	cp "$work/1" "$root/run/knot/example./served"
	good "samples/knot, 3.5: what is served is taken over" "$ZONEGATE" history import \
		-c "$root/etc/zonegate/zonegate.xml" --since -30d --ds "$root/etc/zonegate/example.ds" \
		--ds-ttl 1d example. "$work/1"
	relocate knot zonegate-knot.service ../knot.service
	# shellcheck disable=SC2046 # a command line
	start $(sed -n 's/^ExecStart=//p' "$work/knot.service")
	knot_offers "$work/2"
	wait_for 20 knot_is_answered
	good "samples/knot, 3.5: a broken one is not served" cmp "$work/1" "$root/run/knot/example./served"
	knot_offers "$work/3"
	wait_for 20 knot_is_answered
	good "samples/knot, 3.5: the next good one is" cmp "$work/3" "$root/run/knot/example./served"
}

# --- samples/opendnssec ---

# The schemas that OpenDNSSEC itself checks its configuration with.
schema() { # name
	for folder in /usr/share/opendnssec build/peers/root/usr/share/opendnssec; do
		[ ! -e "$folder/$1" ] || { echo "$folder/$1"; return; }
	done
}

# What the signer does once it has written a file: words, no shell, and nothing to write to.
signer_tells() { # serial
	cp "$work/$1" "$root/var/lib/opendnssec/signed/example"
	awk '$4 !~ /^(RRSIG|NSEC|DNSKEY)$/' "$work/$1" >"$root/var/lib/opendnssec/unsigned/example"
	command=$(sed -n 's|.*<NotifyCommand>\(.*\)</NotifyCommand>.*|\1|p' "$root/etc/opendnssec/conf.xml" |
		sed "s|%zonefile|$root/var/lib/opendnssec/signed/example|; s|%zone|example|")
	# shellcheck disable=SC2086 # a list of words
	(
		exec <&- >&- 2>&-
		exec $command
	)
}

opendnssec() {
	if [ -z "$(schema conf.rng)" ] || ! has xmllint; then
		skip samples/opendnssec "needs the schemas of opendnssec-common, xmllint"
	else
		good "samples/opendnssec/conf.xml" xmllint --noout --relaxng "$(schema conf.rng)" \
			samples/opendnssec/conf.xml
		good "samples/opendnssec/zonelist.xml" xmllint --noout \
			--relaxng "$(schema zonelist.rng)" samples/opendnssec/zonelist.xml
	fi
	good "samples/opendnssec/zonegate.xml" "$ZONEGATE" policy lint samples/opendnssec/zonegate.xml
	if ! has nsd nsd-checkconf nsd-control dig; then
		skip samples/opendnssec "needs nsd, dig"
		return
	fi
	good "samples/opendnssec/nsd.conf" nsd-checkconf samples/opendnssec/nsd.conf
	place
	relocate opendnssec conf.xml etc/opendnssec/conf.xml
	relocate opendnssec nsd.conf etc/nsd/nsd.conf
	relocate opendnssec zonegate.xml etc/zonegate/zonegate.xml
	nsd_sample_files
	good "samples/opendnssec: what is served is taken over" "$ZONEGATE" history import \
		-c "$root/etc/zonegate/zonegate.xml" --since -30d --ds "$root/etc/zonegate/example.ds" \
		--ds-ttl 1d example. "$work/1"
	nsd_start_sample
	wait_for 10 is_up_sample
	good "samples/opendnssec: the zone in service" signer_tells 1
	public_start
	arrives "samples/opendnssec: the zone in service" 127.0.2.6 1
	if signer_tells 2; then fail "samples/opendnssec: a broken one" "exit status 0"; else pass; fi
	arrives "samples/opendnssec: a broken one does not" 127.0.2.6 1
	good "samples/opendnssec: the next good zone" signer_tells 3
	arrives "samples/opendnssec: the next good zone" 127.0.2.6 3
}

# --- samples/cascade ---

# What Cascade does once it has signed a version: a shell, and words in the environment. Here the
# review server is an NSD.
review() { # serial
	cp "$work/$1" "$work/zone"
	nsd-control -c "$work/127.0.0.1/nsd.conf" reload example >>"$work/log"
	wait_for 10 serves 127.0.0.1 "$1"
	hook=$(sed -n 's/^hook = "\(.*\)"$/\1/p' "$root/etc/cascade/policies/gated.toml")
	CASCADE_ZONE=example CASCADE_SERIAL=$1 CASCADE_SERVER=127.0.0.1:$port \
		CASCADE_SERVER_IP=127.0.0.1 CASCADE_SERVER_PORT=$port sh -c "$hook"
}

cascade() {
	if has python3 && python3 -c 'import tomllib' 2>/dev/null; then
		for file in config.toml gated.toml; do
			good "samples/cascade/$file" \
				python3 -c 'import sys, tomllib; tomllib.load(open(sys.argv[1], "rb"))' \
				samples/cascade/$file
		done
	else
		skip samples/cascade "needs a python3 that reads TOML"
	fi
	good "samples/cascade/zonegate.xml" "$ZONEGATE" policy lint samples/cascade/zonegate.xml
	if ! has nsd nsd-control dig; then
		skip samples/cascade "needs nsd, dig"
		return
	fi
	place
	relocate cascade gated.toml etc/cascade/policies/gated.toml
	relocate cascade zonegate.xml etc/zonegate/zonegate.xml
	good "samples/cascade: what is served is taken over" "$ZONEGATE" history import \
		-c "$root/etc/zonegate/zonegate.xml" --since -30d --ds "$root/etc/zonegate/example.ds" \
		--ds-ttl 1d example. "$work/1"
	cp "$work/1" "$work/zone"
	other_nsd 127.0.0.1 "zonefile: $work/zone" "provide-xfr: 127.0.0.0/8 NOKEY"
	start nsd -d -c "$work/127.0.0.1/nsd.conf"
	wait_for 10 serves 127.0.0.1 1
	good "samples/cascade: the version in service" review 1
	if review 2 >"$work/out" 2>&1; then
		fail "samples/cascade: a broken one" "approved"
	else
		pass
	fi
	good "samples/cascade: the next good version" review 3
}

# --- samples/stages ---

# The public secondaries of a stage.
secondaries_start() { # primary secondaries...
	primary=$1
	shift
	for secondary; do
		other_nsd "$secondary" "request-xfr: AXFR $primary@$port NOKEY" \
			"allow-notify: 127.0.0.0/8 NOKEY" "zonefile: zone"
		start nsd -d -c "$work/$secondary/nsd.conf"
	done
}

# What the timer does; it may have to wait.
advances() { # address serial
	sh -c "$(sed -n 's/^ExecStart=//p' "$work/stage.service")" >"$work/out" 2>&1
	serves "$1" "$2"
}

stages() {
	if ! has nsd nsd-checkconf nsd-control named named-checkconf rndc knotd knotc dig; then
		skip samples/stages "needs nsd, named, knotd, dig"
		return
	fi
	good "samples/stages/nsd.conf" nsd-checkconf samples/stages/nsd.conf
	for file in zonegate.xml policy.xml; do
		good "samples/stages/$file" "$ZONEGATE" policy lint samples/stages/$file
	done
	place
	relocate stages nsd.conf etc/nsd/nsd.conf
	relocate stages named.conf etc/bind/named.conf
	relocate stages knot.conf etc/knot/knot.conf
	relocate stages zonegate.xml etc/zonegate/zonegate.xml
	relocate stages policy.xml etc/zonegate/policy.xml
	nsd_sample_files
	printf 'key "rndc-key" { algorithm hmac-sha256; secret "%s"; };\n' \
		"$(head -c 32 /dev/urandom | base64)" >"$root/etc/bind/rndc.key"
	good "samples/stages/named.conf" named-checkconf "$root/etc/bind/named.conf"
	good "samples/stages/knot.conf" knotc -c "$root/etc/knot/knot.conf" conf-check
	conf=$root/etc/zonegate/zonegate.xml
	has unbound || sed -i '/<Unbound>/d' "$conf"
	# A key that is ours, and less patience.
	"$ZONEGATE" approve --new-key "$work/alice.key" --as alice >"$work/alice" 2>"$work/out"
	sed -i -e "/id=\"alice\"/{r $work/alice" -e 'd;}' -e 's/PT10M\|PT1H/PT1S/' "$conf"
	good "samples/stages/zonegate.xml, elsewhere" "$ZONEGATE" policy lint "$conf"
	for stage in canary half all; do
		mkdir -p "$root/var/lib/published/$stage"
		cp "$work/1" "$root/var/lib/published/$stage/example.zone"
	done
	nsd_start_sample
	start named -g -c "$root/etc/bind/named.conf"
	start knotd -c "$root/etc/knot/knot.conf"
	for address in 127.0.2.21 127.0.0.1 127.0.2.23; do wait_for 10 serves $address 1; done
	secondaries_start 127.0.0.1 127.0.2.32
	secondaries_start 127.0.2.23 127.0.2.33 127.0.2.34
	for address in 32 33 34; do arrives "samples/stages: in service" 127.0.2.$address 1; done
	good "samples/stages: what is served is taken over" "$ZONEGATE" history import -c "$conf" \
		--since -30d --served --ds "$root/etc/zonegate/example.ds" --ds-ttl 1d example. "$work/1"
	mkdir -p "$root/var/lib/signer"
	"$make_zone" 3 "$root/var/lib/signer/example.zone" "$work/ds" \
		'record=@ 3600 CAA 0 issue "ca.example.net"' || exit 2
	"$ZONEGATE" release -q -c "$conf" example >"$work/out" 2>&1
	[ $? -eq 3 ] && pass || fail "samples/stages: a risky release is staged" "$(tail -n 3 "$work/out")"
	arrives "samples/stages: the canary" 127.0.2.21 3
	arrives "samples/stages: not yet half" 127.0.2.32 1
	relocate stages zonegate-stage.service ../stage.service
	if wait_for 20 advances 127.0.2.32 3; then pass; else fail "samples/stages" "half has no serial 3"; fi
	good "samples/stages: approved" "$ZONEGATE" approve -q -c "$conf" --stage all \
		--key "$work/alice.key" --as alice --reason "a test" example. 3
	arrives "samples/stages: not yet all" 127.0.2.33 1
	if wait_for 20 advances 127.0.2.34 3; then pass; else fail "samples/stages" "all has no serial 3"; fi
	arrives "samples/stages: all" 127.0.2.33 3
	good "samples/stages: observed" "$ZONEGATE" observe -c "$conf" example.
}

# --- Units ---

units() {
	if ! has systemd-analyze; then
		skip units "needs systemd-analyze"
		return
	fi
	place
	mkdir -p "$work/units/nsd.service.d"
	for unit in samples/bind/*.service samples/bind/*.timer samples/knot/*.service \
		samples/stages/*.service samples/stages/*.timer samples/systemd/*.service \
		samples/systemd/*.timer; do
		sed "s|/usr/local/bin/|$bin/|" "$unit" >"$work/units/$(basename "$unit")"
	done
	for unit in "$work"/units/zonegate-release@.service "$work"/units/zonegate-release@.timer; do
		instance=$(echo "$unit" | sed 's/@/@example/')
		cp "$unit" "$instance"
		good "$(basename "$unit")" env "SYSTEMD_UNIT_PATH=$work/units:" \
			systemd-analyze verify --man=no "$instance"
		is_quiet "$(basename "$unit")" "$work/units"
	done
	for unit in zonegate-stage.service zonegate-stage.timer zonegate-knot.service \
		zonegate-alarm.service zonegate-alarm.timer; do
		good $unit env "SYSTEMD_UNIT_PATH=$work/units:" systemd-analyze verify --man=no \
			"$work/units/$unit"
		is_quiet $unit "$work/units"
	done
	sed "s|^ExecStart=.*|ExecStart=/bin/true|" "$(debian_nsd)" >"$work/units/nsd.service" 2>/dev/null ||
		{ skip "nsd.service" "Debian's unit is not there"; return; }
	cp samples/nsd/nsd.service.d/zonegate.conf "$work/units/nsd.service.d"
	good "nsd.service with the drop-in" env "SYSTEMD_UNIT_PATH=$work/units:" \
		systemd-analyze verify --man=no "$work/units/nsd.service"
	is_quiet "nsd.service with the drop-in" "$work/units"
	# Cascade's own unit is not here.
	mkdir -p "$work/units/cascaded.service.d"
	printf '[Service]\nExecStart=/bin/true\nSystemCallFilter=@system-service\n' \
		>"$work/units/cascaded.service"
	cp samples/cascade/cascaded.service.d/zonegate.conf "$work/units/cascaded.service.d"
	good "cascaded.service with the drop-in" env "SYSTEMD_UNIT_PATH=$work/units:" \
		systemd-analyze verify --man=no "$work/units/cascaded.service"
	is_quiet "cascaded.service with the drop-in" "$work/units"
	for unit in zonegate-release@example.service zonegate-stage.service zonegate-knot.service \
		zonegate-alarm.service; do
		if systemd-analyze security --offline=yes --threshold=30 "$work/units/$unit" \
			>"$work/out" 2>&1; then
			pass
		else
			fail "$unit is hardened" "$(tail -n 1 "$work/out")"
		fi
	done
}

# The event goes out in one line, whatever the zone is called, and the report with the mail.
notify() {
	mkdir -p "$work/told"
	for tool in sendmail curl; do
		printf '#!/bin/sh\necho "$@" >%s\ncat >%s\n' "$work/told/$tool.words" \
			"$work/told/$tool.text" >"$work/told/$tool"
		chmod 755 "$work/told/$tool"
	done
	for program in "mail duty@example.net $work/told/sendmail" "chat $work/told/room"; do
		# shellcheck disable=SC2086 # words
		good "${program%% *}" env -i PATH="$work/told:$PATH" ZONEGATE_EVENT=refused \
			ZONEGATE_ZONE='a"b\
Bcc: c.example.' ZONEGATE_SERIAL=7 ZONEGATE_VERDICT=refuse \
			sh -c 'echo "{}" | samples/notify/"$@"' sh $program
	done
	good "the mail's subject" grep -x \
		'Subject: zonegate: refused a?b? Bcc: c.example. serial 7' "$work/told/sendmail.text"
	good "the mail's report" grep -x '{}' "$work/told/sendmail.text"
	good "the chat's line" grep -x \
		'{"text": "zonegate: refused a?b? Bcc: c.example. serial 7, verdict refuse"}' \
		"$work/told/curl.text"
	good "the chat's address" grep -e "--config $work/told/room" "$work/told/curl.words"
	printf '#!/bin/sh\nexit 7\n' >"$work/told/curl"
	if echo | env ZONEGATE_EVENT=held ZONEGATE_ZONE=z. ZONEGATE_VERDICT=held \
		PATH="$work/told:$PATH" samples/notify/chat room >"$work/out" 2>&1; then
		fail "a chat that cannot be told" "exit status 0"
	else
		pass
	fi
}

# systemd-analyze succeeds where it only warns.
is_quiet() { # name folder
	if grep -F "$2" "$work/out"; then fail "$1" "systemd-analyze warns"; else pass; fi
}

debian_nsd() {
	for unit in /lib/systemd/system/nsd.service build/peers/root/lib/systemd/system/nsd.service \
		build/peers/root/usr/lib/systemd/system/nsd.service; do
		[ ! -e "$unit" ] || { echo "$unit"; return; }
	done
	echo /nonexistent
}

: >"$work/log"
for part in ${SAMPLES_PARTS:-hooked released knot knot_asks opendnssec cascade stages units notify}; do
	$part
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
