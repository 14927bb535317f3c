#!/bin/sh
# BIND's way: a named serves signed zones to the gate and to nobody else, `zonegate release
# --transfer` or `zonegate hook bind` renames what passes, and an NSD publishes that file. What can
# go wrong on the way, and what is public then. (A named that signs by itself is in tests/pipeline.)
#
#   tests/hook_bind/run.sh      HOOK_WAYS="release hook" runs some ways only
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}" "${SANITIZE:=}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
make_zone=$BUILD/tests/release/make_zone
umask 022

. tests/tools/needs.sh
needs named rndc nsd nsd-control dig
work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
trap 'servers_stop; disk_free; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
top=$work/top
conf=$top/zonegate.xml
zones=$work/zones
table=$work/table
target=$top/published/example.

passed=0 failed=0 skipped=0
. tests/tools/counts.sh
. tests/tools/faults.sh
. tests/tools/parts.sh

# A line of the table: command, fault, what is public, what the log says of what was offered.
row() {
	printf '%-9s  %-50s  %-20s  %s\n' "$@" >>"$table"
}

# --- Zones ---

# A serial each: named tells by it what it has.
zones_make() {
	mkdir "$zones" || exit 2
	for serial in 1 2 5 8 9 10 11 12; do
		"$make_zone" $serial "$zones/$serial" "$zones/ds" || exit 2
	done
	"$make_zone" 3 "$zones/3" "$zones/ds" broken &&
		"$make_zone" 4 "$zones/4" "$zones/ds" since=40 days=-1 &&
		"$make_zone" 6 "$zones/6" "$zones/ds.unused" zsk=another &&
		"$make_zone" 7 "$zones/7" "$zones/ds" broken || exit 2
	sed -i '/^b\.example\./d' "$zones/5"
	# More than sockets hold, so that the transfer of it can be stopped half-way.
	awk 'BEGIN { text = sprintf("%200s", ""); gsub(/ /, "x", text)
		for (i = 0; i < 50000; i++) print "x" i ".example. 3600 IN TXT " text }' >>"$zones/8"
}

# --- The servers ---

signer_configure() {
	cat >"$work/signer/rndc.conf" <<-END
		key "test" { algorithm hmac-sha256; secret "$secret"; };
		options { default-key "test"; };
	END
	cat >"$work/signer/named.conf" <<-END
		options {
		  directory "$work/signer";
		  listen-on port $(port_of signer) { 127.0.0.1; };
		  listen-on-v6 { none; };
		  pid-file "$work/signer/pid";
		  session-keyfile none;
		  recursion no;
		  dnssec-validation no;
		  notify no;
		  allow-transfer { none; };
		};
		key "test" { algorithm hmac-sha256; secret "$secret"; };
		controls { inet 127.0.0.1 port $control allow { 127.0.0.1; } keys { "test"; }; };
		zone "example" {
		  type primary; file "zone"; max-zone-ttl unlimited; allow-transfer { key "test"; };
		};
	END
}

# The signer has this zone.
signs() { # serial
	cp "$zones/$1" "$work/signer/zone"
	rndc -c "$work/signer/rndc.conf" -s 127.0.0.1 -p "$control" reload example >"$work/rndc" 2>&1
	wait_for 10 has_serial signer example. "$1" || fail "the signer" "does not serve serial $1"
}

# It answers before it has loaded its zones.
signer_start() { # serial
	named_start signer
	wait_for 10 has_serial signer example. "$1" || fail "the signer" "does not serve serial $1"
}

signer_kill() {
	kill -CONT "$(cat "$work/signer/started")"
	server_stop signer KILL
}

public_start() {
	nsd_configure public <<-END
		zone:
		  name: example.
		  zonefile: $target
		  provide-xfr: 127.0.0.0/8 NOKEY
	END
	nsd_start public
}

# NSD and its children, at once.
public_kill() {
	# shellcheck disable=SC2046 # processes
	kill -KILL $(descendants "$(cat "$work/public/started")")
	wait "$(cat "$work/public/started")" 2>/dev/null
}

# --- The gate ---

# A fresh one: nothing was released yet.
gate_new() {
	rm -rf "$top"
	mkdir "$top" "$top/published"
	cp "$zones/ds" "$top/ds"
	"$ZONEGATE" policy show |
		sed -e 's/<UnknownHistory on="[a-z]*"/<UnknownHistory on="warn"/' >"$top/policy.xml"
	echo "hmac-sha256:test:$secret" >"$top/tsig"
	chmod 600 "$top/tsig"
	configure
}

configure() { # [more of the zone [its parent [the program that makes NSD load [the engine]]]]
	ds="<DS ttl=\"P1D\">$top/ds</DS>"
	engine=
	[ "$way" = release ] || engine="<Hook engine=\"${4:-bind}\"/>"
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$top/state</State>
		  <Installation>test</Installation>
		  <Zone name="example.">
		    <Policy>$top/policy.xml</Policy>
		    ${1:-}
		    $engine
		    <Release>
		      <Target>$target</Target>
		      <Command timeout="PT20S">
		        <Argument>${3:-$(command -v nsd-control)}</Argument>
		        <Argument>-c</Argument><Argument>$work/public/nsd.conf</Argument>
		        <Argument>reload</Argument><Argument>example</Argument>
		      </Command>
		    </Release>
		    <Parent>${2:-$ds}</Parent>
		  </Zone>
		</Configuration>
	END
}

# What the timer runs, in the place of this process.
timer_runs() { # program [more options]
	from=127.0.0.1@$(port_of signer)
	program=$1
	shift
	case $way in
	release)
		exec "$program" release -q -c "$conf" --transfer "$from" --tsig "$top/tsig" "$@" example.
		;;
	hook) exec "$program" hook bind -q -c "$conf" --tsig "$top/tsig" "$@" example. "$from" ;;
	esac >"$work/said" 2>&1 </dev/null
}

# In $work/said is what it says; its exit status is $answer.
release() { # [program [more options]]
	[ $# -gt 0 ] || set -- "$ZONEGATE"
	(timer_runs "$@") 2>>"$work/said"
	answer=$?
}

# The same in the background: its process is $release.
release_begin() {
	(timer_runs "$ZONEGATE") &
	release=$!
}

release_end() {
	wait "$release" 2>/dev/null
	answer=$?
	configure
}

# Its check hangs: the registry's unsigned zone is a FIFO that nobody writes.
release_hangs() {
	hang
	release_begin
	wait_for 10 worker_of "$release" || fail "a release that waits" "there is none"
}

# Sets $supervisor: the process that was started, or the child that does all of a hook's work.
supervisor_of() { # pid
	supervisor=$1
	[ "$way" = release ] || supervisor=$(children_of "$1")
	supervisor=${supervisor%% *}
	[ -n "$supervisor" ]
}

# --- What is public, and what the log says ---

# Neither the file nor the server have it, and the log does not say so. "no pass": whatever could be
# written.
stays() { # fault status word
	is "$1: exit status" "$answer" -ne 0 -a "$answer" -eq "$2"
	if cmp -s "$work/before" "$target"; then pass; else fail "$1" "the file is another one"; fi
	served=$(serial_at public example.)
	is "$1: what is served" "$served" = 1
	log_look
	log_says "$1" "$3"
	row "$way" "$1" "serial $served, as before" "$found"
}

arrives() { # name serial
	is "$1: exit status" $answer -eq 0
	is "$1: the file" "$(awk '$4 == "SOA" { print $7 }' "$target")" = "$2"
	cp "$target" "$work/before"
	if wait_for 10 has_serial public example. "$2"; then
		pass
	else
		fail "$1" "serial $(serial_at public example.) is served, not $2"
	fi
	is "$1: the log" "$(state_of "$2")" = handed
	row "$way" "$1" "serial $(serial_at public example.)" "$(state_of "$2")"
}

# --- The faults ---

faults_of_processes() {
	for signal in KILL SEGV TERM; do
		release_hangs
		kill -$signal "$worker"
		release_end
		stays "the worker gets SIG$signal" 2 undecided
	done
	# Nobody is left to write a verdict: the file was not renamed.
	release_hangs
	kill -KILL "$supervisor"
	release_end
	if wait_for 10 test ! -e "/proc/$worker/exe"; then pass; else fail "its worker" "lives on"; fi
	if [ "$way" = release ]; then
		stays "the supervisor, which was started, gets SIGKILL" 137 nothing
	else
		stays "the worker's supervisor gets SIGKILL" 2 nothing
		release_hangs
		kill -KILL "$release"
		release_end
		hook_is_over
		stays "the hook itself gets SIGKILL" 137 undecided
	fi
	hang
	release "$ZONEGATE" --timeout 1
	configure
	stays "time-out of the check" 2 undecided
	is "what the killed one left is gone" "$(ls -A "$top/published")" = example.
	if [ -z "$SANITIZE" ]; then
		wrapper "ulimit -v 60000"
		release "$top/wrapper"
		stays "out of memory" "$answer" "no pass"
	fi
	wrapper ""
	chmod 644 "$top/wrapper"
	release "$top/wrapper"
	stays "the command may not be executed" 126 nothing
}

faults_of_files() {
	wrapper "ulimit -f 1"
	release "$top/wrapper"
	stays "no file may grow, as on a full disk" 2 "no pass"
	if disk_fill "$top/published"; then
		release
		disk_free
		stays "full disk" 2 undecided
	else
		skip "full disk" "no file system of that size can be mounted"
	fi
	mv "$top/policy.xml" "$top/policy.off"
	release
	mv "$top/policy.off" "$top/policy.xml"
	stays "no policy" 2 undecided
	mv "$conf" "$conf.off"
	release
	mv "$conf.off" "$conf"
	stays "no configuration" 2 nothing
	mv "$top/state/zonegate.db" "$top/database"
	release
	rm -f "$top/state/zonegate.db"
	mv "$top/database" "$top/state/zonegate.db"
	stays "no database" 2 nothing
	mv "$top/tsig" "$top/tsig.off"
	release
	mv "$top/tsig.off" "$top/tsig"
	stays "no TSIG key" 2 undecided
	[ "$way" = hook ] || return
	configure "" "" "" opendnssec
	release
	configure
	stays "a hook of another engine is configured" 2 nothing
}

# What nobody can say of the parent lets no change of keys out.
faults_of_the_parent() {
	signs 6
	mv "$top/ds" "$top/ds.off"
	release
	mv "$top/ds.off" "$top/ds"
	stays "no DS file, and other keys" 1 refused
	free_port
	configure "" "<Server address=\"127.0.0.1\" port=\"${port:?}\"/>
		<TrustAnchor>$top/no-anchor</TrustAnchor>"
	release
	configure
	stays "unreadable trust anchor, and other keys" 1 refused
	said "unreadable trust anchor" 'the parent could not be asked: cannot open '
}

bad_zones() {
	for bad in "3 broken" "4 expired" "5 hole"; do
		signs "${bad% *}"
		release
		stays "a bad zone: ${bad#* }" 1 refused
	done
}

# --- The signer ends ---

# Octets that have come from the signer, and that nobody has read yet.
signer_has_sent() {
	awk -v from="$(printf ':%04X' "$(port_of signer)")" '
		index($3, from) && $5 !~ /:00000000$/ { n = 1 } END { exit !n }' /proc/net/tcp
}

# Whoever transfers, the only child that there is by then; before, the shell has one.
fetches() {
	supervisor_of "$release" || return 1
	fetcher=$(children_of "$supervisor")
	fetcher=${fetcher%% *}
	[ "$(readlink "/proc/$fetcher/exe")" = "$(readlink -f "$ZONEGATE")" ] &&
		grep -qi "$(printf ' [0-9A-F]*:%04X 01 ' "$(port_of signer)")" /proc/net/tcp
}

# Nobody reads while named sends: it is killed with most of the zone still in its hands.
signer_cuts() {
	signs 8
	kill -STOP "$(cat "$work/signer/started")"
	release_begin
	wait_for 10 fetches || fail "a release that transfers" "there is none"
	kill -STOP "$fetcher"
	kill -CONT "$(cat "$work/signer/started")"
	wait_for 10 signer_has_sent || fail "a transfer that is cut" "nothing was sent"
	signer_kill
	kill -CONT "$fetcher"
	release_end
	stays "named is killed during the transfer" 2 undecided
	release
	stays "named is down" 2 undecided
	signer_start 8
	release
	stays "named is back, and the zone is whole, and bad" 1 refused
}

signer_dies_in_a_check() {
	signs 7
	release_hangs
	signer_kill
	hang_ends "$zones/1"
	release_end
	stays "named is killed during the check" 1 refused
	signer_start 7
	asked=$(candidates)
	release
	stays "asked again when it is back" 1 refused
	release
	[ "$way" = release ] || said "a refusal is remembered" 'and nothing has changed since'
	stays "asked once more" 1 "$([ "$way" = release ] && echo refused || echo nothing)"
	[ "$way" = release ] || is "a refusal is remembered: no candidate" "$(candidates)" -eq $((asked + 1))
}

# --- The distribution server ends ---

# The file of a zone that passed is in place, and nobody was made to load it: no release yet.
not_taken() { # fault serial served
	is "$1: exit status" $answer -eq 2
	is "$1: what is served" "$(serial_at public example.)" = "$3"
	found=$(state_of "$2")
	is "$1: the log" "$found" = passed
	"$ZONEGATE" status -c "$conf" example. >"$work/said"
	is "$1: status" $? -eq 2
	said "$1" "CRITICAL reload-failed: serial $2"
	row "$way" "$1" "${3:+serial }${3:-nothing: NSD is down}${3:+, as before}" "$found"
}

# With the keys that are in service nobody needs to know more of the parent.
no_ds_file() {
	signs 12
	mv "$top/ds" "$top/ds.off"
	release
	mv "$top/ds.off" "$top/ds"
	arrives "no DS file, and the same keys" 12
}

public_does_not_take() {
	signs 10
	printf '#!/bin/sh\n' >"$top/no-command"
	chmod 644 "$top/no-command"
	configure "" "" "$top/no-command"
	release
	configure
	not_taken "a pass whose command may not be executed" 10 9
	release
	arrives "the same, with a command" 10
	signs 11
	public_kill
	release
	not_taken "a pass that NSD does not take" 11 ""
	nsd_start public
	release
	arrives "the same, with an NSD" 11
}

everything() {
	servers_stop
	rm -rf "$work/signer" "$work/public"
	server_new signer
	server_new public
	free_port
	control=${port:?}
	gate_new
	cp "$zones/1" "$work/signer/zone"
	cp "$zones/1" "$target"
	signer_configure
	signer_start 1
	public_start
	release
	arrives "the first" 1
	release
	is "the first again" $answer -eq 0 -a "$(candidates)" -eq 1
	mark=0
	log_look
	signs 2
	faults_of_processes
	faults_of_files
	faults_of_the_parent
	bad_zones
	signer_cuts
	signer_dies_in_a_check
	signs 9
	release
	arrives "the next good zone" 9
	public_does_not_take
	no_ds_file
	log_is_whole "the end"
}

# --- The end ---

# A sanitizer would make an exit of its own of a SIGSEGV.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0
export ASAN_OPTIONS
secret=$(head -c 32 /dev/urandom | base64)
if [ -z "${HOOK_WAYS:-}" ]; then
	parts_run HOOK_WAYS release hook
	exit
fi
zones_make
row "command" "fault" "what is public" "what the log says"
for way in $HOOK_WAYS; do
	everything
done
echo
cat "$table"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
