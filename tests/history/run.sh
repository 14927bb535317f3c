#!/bin/sh
# `zonegate history` and `zonegate status` on state directories that `history import` made: what is
# taken over and what is not, what monitoring is told, and what becomes of a log that was changed.
#
#   tests/history/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
make_zone=$BUILD/tests/release/make_zone
umask 022

passed=0 failed=0 skipped=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
conf=$work/zonegate.xml
hostile='we\"ird<b>&\039x.example.'

. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	sed 's/^/  /' "$work/out" "$work/err"
}

# Runs zonegate with the configuration; output in $work/out, exit status in $status.
zg() { # arguments...
	"$ZONEGATE" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

# Runs a history or status command and wants an exit status.
wants() { # name exit-status command word-or-none arguments...
	name=$1 wanted=$2
	shift 2
	zg "$@"
	if [ "$status" -eq "$wanted" ]; then pass; else fail "$name" "exit status $status, not $wanted"; fi
}

says() { # name pattern
	if grep -q -e "$2" "$work/out" "$work/err"; then pass; else fail "$1" "does not say '$2'"; fi
}

silent() { # name pattern
	if grep -q -e "$2" "$work/out" "$work/err"; then fail "$1" "says '$2'"; else pass; fi
}

same() { # name one other
	if cmp -s "$2" "$3"; then pass; else fail "$1" "$2 is not $3"; fi
}

configure() { # state-folder [more-zones]
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$work/$1</State>
		  <Installation>test</Installation>
		  <Notify><Command timeout="PT20S"><Argument>$work/notify</Argument></Command></Notify>
		  <Zone name="example.">
		    <Release>
		      <Target>$work/target</Target>
		      <Command timeout="PT20S"><Argument>$work/reload</Argument></Command>
		    </Release>
		    <Parent><DS ttl="P1D">$work/ds</DS></Parent>
		  </Zone>
		  ${2:-}
		</Configuration>
	END
}

script() { # name line...
	file=$work/$1
	shift
	{
		echo '#!/bin/sh'
		printf '%s\n' "$@"
	} >"$file"
	chmod 755 "$file"
}

script notify "cat >'$work/notified'" "echo \"\$ZONEGATE_EVENT\" >'$work/event'"
script reload 'exit 0'
configure state
"$make_zone" 2026010101 "$work/one.zone" "$work/ds" || exit 2
"$make_zone" 2026010102 "$work/broken.zone" "$work/ds.broken" broken || exit 2
"$make_zone" 2026010103 "$work/rolled.zone" "$work/ds.rolled" ksk=other || exit 2
"$make_zone" 2026010104 "$work/short.zone" "$work/ds.short" days=1 || exit 2

# --- Nothing there yet ---

wants "status without a database is critical" 2 status -c "$conf"
says "status without a database" '^ZONEGATE CRITICAL - gate: '
says "the way back is said" 'history import'
wants "no configuration is unknown" 3 status -c "$work/none.xml"
says "no configuration" '^ZONEGATE UNKNOWN - '
for form in json prometheus; do
	wants "no configuration, as $form" 3 status -c "$work/none.xml" -f "$form"
	is "no configuration, as $form: nothing that is none" ! -s "$work/out"
	says "no configuration, as $form" 'none.xml: cannot be read'
done
wants "no such zone is unknown" 3 status -c "$conf" nobody.
wants "no such form is unknown" 3 status -c "$conf" -f yaml
wants "a wrong command line is unknown" 3 status -c "$conf" --nonsense
wants "history of nothing cannot be told" 2 history list -c "$conf" example.

# --- import ---

wants "import wants to know since when" 2 history import -c "$conf" example. "$work/one.zone"
wants "import refuses a broken zone" 1 history import -c "$conf" --since -1h example. \
	"$work/broken.zone"
says "import refuses a broken zone" 'not taken over'
wants "a refused import leaves no release" 2 status -c "$conf"
wants "served since the future" 2 history import -c "$conf" --since +1h example. "$work/one.zone"
wants "DS needs a file" 2 history import -c "$conf" --since -1h --ds-ttl 1d example. "$work/one.zone"

wants "import takes a good zone over" 0 history import -c "$conf" --since -3d --ds "$work/ds" \
	--ds-since -2d --ds-ttl 1d example "$work/one.zone"
says "import prints the report" '^PASS  example. serial 2026010101'
wants "the log is whole and signed" 0 history verify -c "$conf" example.
says "the log is whole and signed" '^good: '
wants "list shows it" 0 history list -c "$conf" example.
says "list shows it" '^2026010101  confirmed .* imported: pass'
wants "show" 0 history show -c "$conf" example. 2026010101
says "show has keys" '  13/[0-9]*  flags 257  SHA-256 [0-9a-f]'
says "show has classes" ' RRsets, TTL 3600, signed by 13/'
says "show has steps" 'release-by-soft'
says "show has the report" '^  "verdict": "pass",'
wants "show of another serial" 2 history show -c "$conf" example. 7
wants "show without a serial" 2 history show -c "$conf" example.
same "the text is kept as the zone in force" "$work/one.zone" "$work/state/zones/example.zone"

wants "status of a zone taken over" 1 status -c "$conf" example.
says "status of a zone taken over" \
	'^WARNING example.: serial 2026010101 confirmed, released 3 d ago, release by .*; ds-old$'
says "performance data" "| 'example. held'=0;;;0 'example. age'=[0-9]*s;;;0 'example. release_by'="
says "next steps" '^  step .* release-by-soft'
says "next steps of keys" '^  step .* keep-key 13/'

# --- A second import supersedes the first; an earlier one contradicts the log ---

wants "import of what was served before contradicts" 2 history import -c "$conf" --since -4d \
	example. "$work/short.zone"
says "import of what was served before contradicts" 'put in service later'
wants "a broken zone can be taken over as served" 0 history import -c "$conf" --since -1h --served \
	example. "$work/broken.zone"
says "what stands against it is said" 'taken over as served, although .*rrset-bogus'
wants "both are listed" 0 history list -c "$conf" example.
says "the first is superseded" '^2026010101  superseded '
says "the second says why it does not pass" '^2026010102  confirmed .* imported: refused'
grep -a -o 'rrset-bogus' "$work/state/zonegate.db" >"$work/out"
says "the finding is in the log" 'rrset-bogus'
wants "list is limited" 0 history list -c "$conf" -n 1 example.
silent "list is limited" '^2026010101'
wants "limits are numbers" 2 history list -c "$conf" -n 0 example.

# --- timeline ---

wants "timeline" 0 history timeline -c "$conf" -o "$work/line.svg" example.
cp "$work/line.svg" "$work/out"
for what in '<title id="title">Keys of example\.</title>' '>now<' 'prefers-color-scheme:dark' \
	'class="planned"' '>keep-key 13/' '13/[0-9]* KSK DS at the parent from ' '13/[0-9]* ZSK signs data from '; do
	says "timeline has $what" "$what"
done
if command -v xmllint >/dev/null; then
	if xmllint --noout "$work/line.svg" 2>"$work/err"; then pass; else fail "timeline" "is not XML"; fi
else
	skipped=$((skipped + 1))
	echo "skipped: no xmllint"
fi
rows=$(grep -c 'class="key"' "$work/line.svg")
if [ "$rows" -eq 2 ]; then pass; else fail "timeline" "$rows rows"; fi
wants "timeline to nowhere" 2 history timeline -c "$conf" -o "$work/none/line.svg" example.
wants "timeline to standard output" 0 history timeline -c "$conf" example.
says "timeline to standard output" '</svg>'

# --- export and merge ---

wants "export" 0 history export -c "$conf" -o "$work/lines" example.
configure other
wants "import takes rows of another site" 0 history import -c "$conf" --from "$work/lines" example.
wants "the rows are there" 0 history list -c "$conf" example.
says "the rows are there" '^2026010101  superseded .* (from lines)'
wants "the other log is whole and signed" 0 history verify -c "$conf" example.
wants "the same rows once more are not new" 0 history import -c "$conf" --from "$work/lines" example.
says "the same rows once more are not new" '^0 new rows'
printf 'nonsense\n' >"$work/nonsense"
wants "nonsense is not taken in" 2 history import -c "$conf" --from "$work/nonsense" example.

# --- A candidate that was refused and has other keys ---

configure ahead
wants "import" 0 history import -c "$conf" --since -3d --ds "$work/ds" --ds-since -1m --ds-ttl 1d \
	example. "$work/one.zone"
cp "$work/one.zone" "$work/target"
zg release -c "$conf" example. "$work/rolled.zone"
case $status in 1 | 3) pass ;; *) fail "another key is not released" "exit status $status" ;; esac
wants "status says that the signer is ahead" 2 status -c "$conf" example.
says "the signer is ahead" 'CRITICAL signer-ahead: serial 2026010103'
says "how to stop BIND" 'rndc freeze example\.'
says "how to stop Knot" 'knotc zone-freeze example\.'
says "how to stop OpenDNSSEC" 'ods-enforcer stop'

# --- A release whose command fails, and one that is mended ---

configure mended
"$make_zone" 2026010105 "$work/next.zone" "$work/ds.next" || exit 2
wants "import" 0 history import -c "$conf" --since -30d --ds "$work/ds" --ds-since -30d \
	--ds-ttl 1d example. "$work/one.zone"
cp "$work/one.zone" "$work/target"
script reload 'echo no such server >&2' 'exit 9'
wants "a release whose command fails" 2 release -c "$conf" example. "$work/next.zone"
wants "status of a failed reload" 2 status -c "$conf" example.
says "status of a failed reload" 'CRITICAL reload-failed: serial 2026010105 is in place'
script reload 'exit 0'
wants "the next release settles it" 0 release -c "$conf" example. "$work/next.zone"
zg status -c "$conf" example.
silent "status after that" 'reload-failed'
says "status after that" ' example\.: serial 2026010105 '
wants "the log is whole and signed" 0 history verify -c "$conf" example.

# --- Signatures that end soon ---

configure soon
wants "import" 0 history import -c "$conf" --since -1h --served example. "$work/short.zone"
wants "release-by alarms" 2 status -c "$conf" example.
says "release-by alarms" '^  CRITICAL release-by: '

# --- JSON and Prometheus ---

wants "JSON" 2 status -c "$conf" -f json example.
says "JSON" '"id": "release-by",'
wants "Prometheus" 2 status -c "$conf" -f prometheus example.
says "Prometheus" '^zonegate_condition{zone="example.",id="release-by"} 2$'
says "Prometheus" '^# TYPE zonegate_release_by_timestamp_seconds gauge$'
if grep -v -E '^(# (HELP|TYPE) [a-z_]+ .*|[a-z_]+(\{[a-z]+="([^"\\]|\\["\\n])*"(,[a-z]+="([^"\\]|\\["\\n])*")*\})? [0-9]+)$' \
	"$work/out" >"$work/err"; then
	fail "Prometheus" "malformed lines"
else
	pass
fi

# --- A test of the way to a human ---

wants "test alert" 0 status -c "$conf" --test-alert
says "test alert" 'TEST ALERT: 1 of 1'
cp "$work/notified" "$work/out"
says "the notification is marked" '"test": true,'
if [ "$(cat "$work/event")" = test ]; then pass; else fail "test alert" "event"; fi
script notify 'exit 9'
wants "a test alert that fails" 2 status -c "$conf" --test-alert
says "a test alert that fails" 'failed'

# --- A name that tries to get out ---

configure hostile "<Zone name=\"$(printf '%s' "$hostile" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/"/\&quot;/g')\"/>"
wants "import" 0 history import -c "$conf" --since -1h example. "$work/one.zone"
for form in text json prometheus; do
	wants "hostile name as $form" 1 status -c "$conf" -f $form
	if LC_ALL=C grep -q '[^ -~]' "$work/out"; then fail "hostile name as $form" "octets"; else pass; fi
done
wants "timeline of a hostile name" 0 history timeline -c "$conf" -o "$work/line.svg" "$hostile"
cp "$work/line.svg" "$work/out"
silent "timeline of a hostile name" '<b>'
says "timeline of a hostile name" '&lt;b&gt;&amp;'

# --- A log and a database that were changed ---

configure changed
wants "import" 0 history import -c "$conf" --since -1h example. "$work/one.zone"
cp "$work/state/gate.pub" "$work/changed/gate.pub"
wants "a foreign key does not verify the head" 1 history verify -c "$conf" example.
wants "status of a forged log" 2 status -c "$conf" example.
says "status of a forged log" 'CRITICAL gate: log-forged'
rm "$work/changed/gate.pub"
wants "without the key it cannot be told" 2 history verify -c "$conf" example.
wants "status without the key" 3 status -c "$conf" example.

configure edited
wants "import" 0 history import -c "$conf" --since -1h example. "$work/one.zone"
LC_ALL=C sed -i 's/taken over, served/taken back, served/' "$work/edited/zonegate.db"
wants "a line that was edited is found" 1 history verify -c "$conf" example.
says "a line that was edited is found" '^broken at line '
wants "status of an edited log" 2 status -c "$conf" example.
says "status of an edited log" 'CRITICAL gate: log-broken'

configure damaged
wants "import" 0 history import -c "$conf" --since -1h example. "$work/one.zone"
printf 'this is no database' | dd of="$work/damaged/zonegate.db" conv=notrunc 2>/dev/null
wants "status of a damaged database" 3 status -c "$conf" example.
says "status of a damaged database" 'database-unusable'
rm "$work/damaged/zonegate.db"
wants "status of a lost database" 2 status -c "$conf" example.
says "status of a lost database" 'database-missing'
zg release -c "$conf" example. "$work/one.zone"
if [ "$status" -eq 2 ]; then pass; else fail "release without its database" "$status"; fi
wants "import is the way back" 0 history import -c "$conf" --since -1h --ds "$work/ds" --ds-ttl 1d \
	example. "$work/one.zone"
wants "and all is well" 0 history verify -c "$conf" example.

# --- The samples for systemd ---

if command -v systemd-analyze >/dev/null; then
	if systemd-analyze verify --man=no samples/systemd/* >"$work/out" 2>"$work/err"; then
		pass
	else
		fail "samples/systemd" "systemd-analyze verify"
	fi
else
	skipped=$((skipped + 1))
	echo "skipped: no systemd-analyze"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
