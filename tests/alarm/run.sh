#!/bin/sh
# `zonegate status --notify`: who is told of an alarm, when, what of, and when not; with the clock
# shifted, so that the days before a deadline take seconds.
#
#   tests/alarm/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
make_zone=$BUILD/tests/release/make_zone
umask 022
. tests/tools/clock.sh

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
chmod 755 "$work"
conf=$work/zonegate.xml

passed=0 failed=0 skipped=0
. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	sed 's/^/  /' "$work/out" "$work/err" | head -n 20
}

said() { # name pattern
	if grep -q -e "$2" "$work/err"; then pass; else fail "$1" "does not say '$2'"; fi
}

configure() { # [none]
	notify="<Notify><Command timeout=\"PT20S\"><Argument>$work/notify</Argument></Command></Notify>"
	[ $# -eq 0 ] || notify=
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$work/state</State>
		  <Installation>test</Installation>
		  $notify
		  <Zone name="example.">
		    <Release><Target>$work/target</Target></Release>
		    <Parent><DS ttl="P1D">$work/ds</DS></Parent>
		    <Distribution><Transferred/></Distribution>
		  </Zone>
		  <Zone name="quiet."><Release><Target>$work/quiet</Target></Release></Zone>
		</Configuration>
	END
}

# A notification command that keeps the last report, and a line for each call.
notifier() { # exit-status
	cat >"$work/notify" <<-END
		#!/bin/sh
		cat >$work/report
		echo "\$ZONEGATE_EVENT \$ZONEGATE_ZONE \${ZONEGATE_SERIAL:-none} \$ZONEGATE_VERDICT" >>$work/told
		echo "\${ZONEGATE_LOG_HEAD:-none}" >$work/head
		exit $1
	END
	chmod 755 "$work/notify"
}

# Runs status at a moment; what was told in it is in $work/told.
look() { # seconds words...
	: >"$work/told"
	at_seconds=$1
	shift
	at "$at_seconds" "$ZONEGATE" status -c "$conf" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

told() { # name lines...
	name=$1
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" >"$work/wanted"
	[ $# -gt 0 ] || : >"$work/wanted"
	if cmp -s "$work/told" "$work/wanted"; then pass; else fail "$name" "told: $(cat "$work/told")"; fi
}

zone() { # seconds serial words...
	at "$1" "$make_zone" "$2" "$work/$2" "$work/ds" "soa=7200 3600 345600" $3 || exit 2
}

configure
notifier 0
zone 0 1 days=10
# Nothing was ever released: the gate has no database.
look 0 --notify example.
is "no state directory: exit status" $status -eq 2
told "no state directory" "alarm  none CRITICAL"
said "no state directory" 'will be told again'
is "no state directory: none is made" ! -e "$work/state"

at 60 "$ZONEGATE" history import -c "$conf" --since -1h --ds "$work/ds" --ds-ttl 1d example. "$work/1" \
	>"$work/out" 2>"$work/err" || fail import "exit status $?"

# --- A deadline that comes near, and is missed ---

# Ten days of signatures, a TTL of an hour: warn two days before, alarm one day before.
look $((7 * day)) --notify example.
told "nothing comes near"
look $((9 * day - 12 * hour)) example.
told "nobody is told without --notify"
is "nobody is told without --notify: exit status" $status -eq 1
look $((9 * day - 12 * hour)) --notify example.
told "a deadline comes near" "alarm example. 1 WARNING"
is "a deadline comes near: exit status" $status -eq 1
grep -q '"id": "release-by"' "$work/report"
is "a deadline comes near: the report" $? -eq 0
grep -q '"zone": "quiet\."' "$work/report"
is "a deadline comes near: no other zone in the report" $? -eq 1
grep -Eq '^[0-9]+:[0-9a-f]{64}:[0-9a-f]{128}$' "$work/head"
is "a deadline comes near: the head of the log" $? -eq 0
look $((9 * day - 12 * hour + minute)) --notify example.
told "a minute later people know"
look $((9 * day - 8 * hour + minute)) --notify example.
told "four hours later they are told again" "alarm example. 1 WARNING"
look $((9 * day - 8 * hour + 2 * minute)) --notify example.
told "and know again"
look $((9 * day)) --notify example.
told "the deadline comes nearer" "alarm example. 1 CRITICAL"
look $((10 * day)) --notify example.
told "servers hand out what has expired" "alarm example. 1 CRITICAL"
is "the log is whole" "$(at $((10 * day)) "$ZONEGATE" history verify -c "$conf" example. | cut -c-4)" = good
at $((10 * day)) "$ZONEGATE" history export -c "$conf" example. >"$work/out"
is "four lines of the log" "$(grep -c '"kind":"alarm"' "$work/out")" -eq 4

# --- Nobody takes it ---

notifier 9
look $((10 * day + 5 * hour)) --notify example.
is "nobody takes it: exit status" $status -eq 3
said "nobody takes it" 'nobody was notified of example\.'
notifier 0
look $((10 * day + 5 * hour + minute)) --notify example.
told "then it is tried again" "alarm example. 1 CRITICAL"
configure none
look $((10 * day + 10 * hour)) --notify example.
is "there is no notification command: exit status" $status -eq 3
said "there is no notification command" 'nobody is notified'
configure

# --- Who may not remember does not tell ---

if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
	skipped=$((skipped + 1))
	echo "skipped: another user: needs root and setpriv"
else
	chmod 755 "$work/state"
	: >"$work/told"
	# By the clock as it is: the library that shifts it shares memory with its like.
	setpriv --reuid=65534 --clear-groups "$ZONEGATE" status -c "$conf" --notify example. \
		>"$work/out" 2>"$work/err" </dev/null
	status=$?
	told "another user"
	is "another user: exit status" $status -eq 3
	said "another user" 'nobody is notified: only the user who owns'
	grep -q '^CRITICAL ' "$work/out"
	is "another user: the status all the same" $? -eq 0
	chmod 750 "$work/state"
fi

# --- What cannot be remembered is told ---

look $((10 * day + 10 * hour)) --notify example.
told "four hours later" "alarm example. 1 CRITICAL"
printf 'zonegate-alarm 1\nnonsense\n' >"$work/state/memo/example.alarm"
look $((10 * day + 10 * hour + minute)) --notify example.
told "what was told is damaged" "alarm example. 1 CRITICAL"
rm "$work/state/memo/example.alarm"
mkdir "$work/state/memo/example.alarm"
for minutes in 2 3; do
	look $((10 * day + 10 * hour + minutes * minute)) --notify example.
	told "what was told cannot be remembered" "alarm example. 1 CRITICAL"
	said "what was told cannot be remembered" 'will be told again'
done
rmdir "$work/state/memo/example.alarm"
# The limit of the shell stands for a full disk: what is told still fits.
: >"$work/told"
(
	ulimit -f 1
	at $((10 * day + 10 * hour + 4 * minute)) "$ZONEGATE" status -c "$conf" --notify example. 2>&1 </dev/null
) 2>&1 | cat >"$work/err"
told "the log cannot be written" "alarm example. 1 CRITICAL"
said "the log cannot be written" 'the alarm is not in the log'
is "the log cannot be written: no head" "$(cat "$work/head")" = none

# --- It is over ---

again=$((10 * day + 11 * hour))
zone $again 2 days=10
at $again "$ZONEGATE" release -q -c "$conf" example. "$work/2" >"$work/out" 2>"$work/err" </dev/null
is "a zone with newer signatures" $? -eq 0
look $((again + minute)) --notify example.
told "it is over" "alarm-over example. 2 OK"
is "it is over: exit status" $status -eq 0
look $((again + 2 * minute)) --notify example.
told "it has been over"

# --- EXPIRE of the secondaries: from the last refresh before something newer was refused ---

stop=$((again + 3 * day + 12 * hour))
look $((stop - minute)) --notify example.
told "a zone at rest: no deadline"
is "a zone at rest: exit status" $status -eq 0
zone $stop 3 broken
at $stop "$ZONEGATE" release -q -c "$conf" example. "$work/3" >"$work/out" 2>"$work/err" </dev/null
is "a newer zone is refused" $? -eq 1
expires=$((stop - 2 * hour + 4 * day))
moment=$(date -u -d "@$((start + expires))" +%Y-%m-%dT%H:%M)
said "the refusal tells the deadline" "expire the zone at $moment:.*found an equal serial at"
look $((stop + minute)) --notify example.
told "the deadline is days ahead"
is "the deadline is days ahead: exit status" $status -eq 1
cp "$work/out" "$work/err"
said "the status tells the deadline" "secondaries expire it at $moment:"
look $((expires - 2 * day + minute)) --notify example.
told "the deadline of secondaries comes near" "alarm example. 2 WARNING"
look $((expires - day + minute)) --notify example.
told "the deadline of secondaries comes nearer" "alarm example. 2 CRITICAL"
grep -q '"id": "transfer-expire"' "$work/report"
is "the deadline of secondaries: the report" $? -eq 0

# --- The gate itself ---

rm "$work/state/zonegate.db"
look $((expires - day + 2 * minute)) --notify quiet.
told "the database is gone" "alarm  none CRITICAL"
look $((expires - day + 3 * minute)) --notify quiet.
told "the database is gone, and people know"

look 0 --notify --test-alert
is "one or the other" $status -eq 3

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
