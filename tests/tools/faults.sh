# shellcheck shell=sh disable=SC2034,SC2154
# What suites share that bring a fault about and look at what is in the log then. To be sourced
# behind servers.sh and counts.sh. The gate is $ZONEGATE, its configuration $conf with the zone
# example., its folder $top; what it says is in $work/said. `configure MORE` is the suite's own: it
# writes $conf, with more of the zone.

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	tail -n 8 "$work/said" 2>/dev/null | sed 's/^/  /'
}

said() { # name pattern
	if grep -q -e "$2" "$work/said"; then pass; else fail "$1" "does not say '$2'"; fi
}

# --- What is in the log ---

# The number of the last line that was looked at.
mark=0

# The state of the newest candidate with a serial.
state_of() { # serial [zone]
	"$ZONEGATE" history list -c "$conf" "${2:-example.}" 2>/dev/null |
		awk -v s="$1" '$1 == s { print $2; exit }'
}

candidates() {
	"$ZONEGATE" history list -c "$conf" example. 2>/dev/null | tail -n +2 | wc -l
}

# Number, kind and what follows of each line.
log_lines() {
	"$ZONEGATE" history export -c "$conf" example. 2>/dev/null |
		sed -n 's/^{"row":"foreign_lines".*"number":\([0-9]*\),"kind":"\([^"]*\)",/\1 \2 /p' |
		sort -n
}

last_number() {
	awk 'END { print $1 + 0 }'
}

# The last verdict since $mark, or "nothing".
last_verdict() {
	awk -v mark="$mark" '$1 <= mark { next }
		$2 == "undecided" { word = $2 }
		$2 == "verdict" && match($0, /: (passed|refused|held|undecided): /) {
			word = substr($0, RSTART + 2, RLENGTH - 4) }
		END { print word == "" ? "nothing" : word }'
}

log_mark() {
	log_lines | last_number
}

log_verdict() {
	log_lines | last_verdict
}

# Sets $found to the verdict, and the next $mark, of one look.
log_look() {
	log_lines >"$work/lines"
	found=$(last_verdict <"$work/lines")
	mark=$(last_number <"$work/lines")
}

# What was found is this; "no pass": whatever could be written.
log_says() { # name word
	if [ "$2" = "no pass" ]; then
		is "$1: the log" "$found" != passed
	else
		is "$1: the log" "$found" = "$2"
	fi
}

log_has_verdict() {
	[ "$(log_verdict)" != nothing ]
}

log_is_whole() { # name
	"$ZONEGATE" history verify -c "$conf" example. >"$work/verified" 2>&1 && pass && return
	fail "$1" "the log is broken: $(cat "$work/verified")"
}

# --- Processes ---

children_of() { # pid
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

# A process and all that come from it, but for one child and its own.
descendants() { # pid [but]
	echo "$1"
	for child in $(children_of "$1"); do
		[ "$child" = "${2:-}" ] || descendants "$child" "${2:-}"
	done
}

# The worker of what was started as $1 and waits at a FIFO, and its supervisor: the last two of a
# line of first children.
worker_of() { # pid
	supervisor=$1
	worker=$1
	while child=$(children_of "$worker") && [ -n "$child" ]; do
		supervisor=$worker
		worker=${child%% *}
	done
	[ "$(cat "/proc/$worker/oom_score_adj" 2>/dev/null)" = 1000 ]
}

# What a hook that was killed had begun comes to its end, and says so in the log.
hook_is_over() {
	kill -KILL "$worker" 2>/dev/null
	wait_for 10 log_has_verdict || fail "a hook that was killed" "nothing is in the log"
}

# A program of $top that runs zonegate after some line.
wrapper() { # line
	printf '#!/bin/sh\n%s\nexec %s "$@"\n' "$1" "$ZONEGATE" >"$top/wrapper"
	chmod 755 "$top/wrapper"
}

# --- A check that hangs ---

# The registry's unsigned zone is a FIFO that nobody writes.
hang() {
	rm -f "$top/fifo"
	mkfifo "$top/fifo"
	configure "<Unsigned>$top/fifo</Unsigned>"
}

# The check goes on, with this zone; one that reads nothing is a failure, and nobody hangs.
hang_ends() { # zone-file
	timeout 10 dd if="$1" of="$top/fifo" conv=notrunc 2>/dev/null ||
		fail "a check that goes on" "it reads nothing"
}

# --- A disk that is full ---

mounted=

# A small file system on a folder, and nothing free on it but for what is there already.
disk_fill() { # folder
	mkdir -p "$work/kept"
	cp -p "$1"/* "$work/kept" 2>/dev/null
	mount -t tmpfs -o size=1m,mode=755 none "$1" 2>/dev/null || return 1
	mounted=$1
	cp -p "$work/kept"/* "$1" 2>/dev/null
	dd if=/dev/zero of="$1/fill" bs=1k 2>/dev/null
	return 0
}

disk_free() {
	[ -z "$mounted" ] || umount "$mounted"
	mounted=
}
