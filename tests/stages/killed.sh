# shellcheck shell=sh disable=SC2034,SC2154
# The part of tests/stages/run.sh in which the gate is killed; it is sourced there.

# Two stages whose servers load files: they go back to the zone of before for each try.
killed_begin() {
	stages="canary spare"
	rm -rf "$work/state"
	rm -f "$work"/reloads-*
	configure
	next
	base=$serial
	mkdir -p "$pub/spare"
	for stage in canary spare; do cp "$work/zone.$base" "$pub/$stage/zone"; done
	if [ -z "$servers_pids" ]; then servers_start; fi
	if [ ! -e "$work/spare/started" ]; then
		nsd_configure spare <<-ZONE
			zone:
			  name: example
			  zonefile: $pub/spare/zone
			  provide-xfr: 127.0.0.0/8 NOKEY
		ZONE
		reload_script spare "$(command -v nsd-control) -c $work/spare/nsd.conf reload example"
		nsd_start spare
	fi
	gate history import -c "$conf" --since -30d --served --ds "$work/ds" --ds-ttl 1d example. \
		"$work/zone.$base"
	next
}

# Every line of the log follows from the one before; who was killed may not have signed the last ones.
log_is_unbroken() { # name
	if "$ZONEGATE" history verify -c "$conf" example. >"$work/verify" 2>&1 ||
		grep -qx 'not signed: the last [0-9]* of [0-9]* lines' "$work/verify"; then
		pass
	else
		fail "$1" "the log is broken: $(cat "$work/verify")"
	fi
}

# Each stage has one zone or the other, no later one the new zone before the one before it.
in_order() { # name
	for stage in canary spare; do
		has $stage "$base" || has $stage "$serial" || fail "$1" "$stage has neither zone"
	done
	if has spare "$serial" && ! has canary "$serial"; then
		fail "$1" "the second stage is ahead of the first"
	fi
	log_is_unbroken "$1"
}

# Kills a command at its N-th writing call, for so many N of them all; each time `back` puts all back
# before, and `after` ends it and says what must have become of it.
killed_at() { # name tries back after zonegate's words...
	killed_name=$1 tries=$2 back=$3 after=$4
	shift 4
	$back
	"$kill_at" all 0 "$ZONEGATE" "$@" >"$work/out" 2>"$work/err" </dev/null
	if [ $? -eq 77 ]; then
		skip "$killed_name" "programs may not be traced here"
		return
	fi
	total=$(tail -n 1 "$work/out")
	total=${total%% *}
	is "$killed_name: calls that write" "$total" -gt 20
	step=$((total / tries + 1))
	[ -z "$LONG" ] || step=1
	echo "note: $killed_name: killed at every ${step}th of $total system calls that write"
	n=$((step / 2 + 1))
	while [ "$n" -le "$total" ]; do
		$back
		"$kill_at" all "$n" "$ZONEGATE" "$@" >"$work/out" 2>"$work/err" </dev/null
		in_order "$killed_name, killed at $n ($(tail -n 1 "$work/out"))"
		$after "$killed_name, killed at $n, then the next"
		in_order "$killed_name, killed at $n, then the next"
		n=$((n + step))
	done
}

back_to_base() { restore "$base" canary spare; }

back_to_canary() {
	back_to_base
	cp "$work/zone.$serial" "$pub/canary/zone"
	"$work/reload-canary"
	wait_for 10 serves canary "$serial"
	rm -f "$work"/reloads-*
}

# Advances until the rollout is in that state.
until_state() { # name state
	for _ in 1 2 3 4; do
		[ "$(fact state)" != "$2" ] || break
		for stage in canary spare; do
			! has $stage "$serial" || wait_for 10 serves $stage "$serial"
		done
		advance
	done
	rollout_is "$1" "$2" "$serial"
}

after_release() { # name
	release "$serial"
	is "$1: exit status" "$status" -eq 3
	has canary "$serial" || fail "$1" "the canary has no new zone"
	has spare "$base" || fail "$1" "a later stage has it"
	is "$1: the command" -s "$work/reloads-canary"
}

after_straight() { # name
	release "$serial"
	is "$1: exit status" "$status" -eq 0
	for stage in canary spare; do
		has $stage "$serial" || fail "$1" "$stage has no new zone"
		is "$1: the command of $stage" -s "$work/reloads-$stage"
	done
	rollout_is "$1" finished "$serial"
}

after_advance() { # name
	until_state "$1" finished
	has spare "$serial" || fail "$1" "the last stage has no new zone"
	is "$1: the command" -s "$work/reloads-spare"
}

# An abort that has begun is ended by whatever comes next; one that has not begun is begun anew.
after_abort_killed() { # name
	if [ "$(fact state)" = running ]; then
		abort
		is "$1: exit status" "$status" -eq 0
	fi
	until_state "$1" aborted
	for stage in canary spare; do
		has $stage "$base" || fail "$1" "$stage does not have the zone of before"
	done
}

killed() {
	if [ -n "$SANITIZE" ]; then
		skip killed "what is traced cannot look for leaks"
		return
	fi
	killed_begin
	checkpoint
	killed_at release 6 back_to_base after_release \
		release -q -j 1 -c "$conf" example. "$work/zone.$serial"
	back_to_base
	release "$serial"
	wait_for 10 serves canary "$serial"
	checkpoint
	killed_at advance 6 back_to_canary after_advance stage advance -c "$conf" example.
	killed_at abort 6 back_to_canary after_abort_killed \
		stage abort -c "$conf" --reason "a test" example.
	back_to_canary
	until_state "straight" finished
	base=$serial
	wait_for 10 serves spare "$base"
	next
	checkpoint
	killed_at straight 6 back_to_base after_straight \
		release -q -j 1 -c "$conf" example. "$work/zone.$serial"
	stages=
}

# Advances until the command of a stage has killed it.
until_killed() { # stage
	for _ in 1 2 3 4; do
		[ -e "$work/kill-$1" ] || break
		advance
		[ "$1" = canary ] || wait_for 10 serves canary "$serial"
		[ "$1" != all ] || wait_for 10 serves half "$serial"
	done
}

# By its own command: the stage is entered, and not reached.
killed_by_command() {
	begin
	next
	touch "$work/kill-canary"
	release "$serial"
	is "killed at the first command: exit status" "$status" -eq 137
	keeps "killed at the first command" half "$base"
	touch "$work/kill-half"
	until_killed half
	is "killed at the second command: exit status" "$status" -eq 137
	is "the first stage was entered again" "$(wc -l <"$work/reloads-canary")" -eq 2
	gets "the first stage was entered again" canary "$serial"
	keeps "killed at the second command" all "$base"
	log_is_unbroken "killed at the second command"
	release "$serial"
	is "a release settles it: exit status" "$status" -eq 3
	gets "a release settles it" half "$serial"
	keeps "a release settles it" all "$base"
	touch "$work/kill-all"
	until_killed all
	is "killed at the last command: exit status" "$status" -eq 137
	finish "killed at the last command"
	spread "killed at the last command" "$serial" "$base" canary half all
}
