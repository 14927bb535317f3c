#!/bin/sh
# Fault injection: whatever happens to the worker, the answer is exit status 2, one clear line, and no
# process left behind. What happens is chosen by an LD_PRELOAD shim, shim/fault.c.
#
#   tests/fault/run.sh      LONG=1: fails ten times as many allocations, one at a time
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}" "${CC:=cc}" "${LONG:=}" "${SANITIZE:=}"
: "${ZONEGATE:=$BUILD/zonegate}"
# shellcheck disable=SC3045 # every sh of today knows -c
ulimit -c 0

passed=0 failed=0 skipped=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cp tests/cli/zone/example.signed "$work/zone"
cp tests/cli/zone/example.ds "$work/ds"
"$ZONEGATE" policy show >"$work/policy.xml" || exit 2
check="check -t 20261115000000 -j 2 --progress -p $work/policy.xml -d $work/ds"

. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	sed 's/^/  /' "$work/err"
}

same() { # name wanted found
	if [ "$2" = "$3" ]; then pass; else fail "$1" "$3, not $2"; fi
}

# Programs of this run have its folder on their command line.
left_behind() {
	# shellcheck disable=SC2062 # files
	echo "$work" | grep -lsF -f - -- /proc/[0-9]*/cmdline
}

nothing_left() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -n "$(left_behind)" ] || return 0
		sleep 0.1
	done
	return 1
}

# Lines on standard error that are not progress.
complaints() {
	grep -vxE 'zonegate: (read|build|verify|check|report)' "$work/err"
}

is_undecided() {
	[ "$status" -eq 2 ] && [ "$(complaints | wc -l)" -eq 1 ] &&
		complaints | grep -q '^zonegate: undecided: .'
}

# OpenSSL can lose an allocation while it makes a key, keep it to itself, and verify nothing with it.
is_refused_by_openssl() {
	echo "note: $fault: OpenSSL's key did not verify"
	grep '^  refuse  ' "$work/out" >"$work/refuse" &&
		! grep -qvE 'refuse  (rrset-bogus|rrsig-invalid|dnskey-malformed|ds-.*|chain-.*): ' "$work/refuse"
}

is_not_pass() {
	[ "$status" -eq 1 ] || is_undecided
}

is_baseline() {
	[ "$status" -eq 0 ] && [ -z "$(complaints)" ] && cmp -s "$work/out" "$work/baseline"
}

judge() { # name want
	if ! $2; then
		fail "$1" "not $2: exit status $status"
	elif ! nothing_left; then
		fail "$1" "a process was left behind"
	else
		pass
	fi
}

# Runs a check with one fault; $status, $work/out and $work/err are what came of it.
run() { # fault process arguments...
	fault=$1 process=$2
	shift 2
	timeout --foreground -s KILL 60 env LD_PRELOAD="$shim" FAULT="$fault" FAULT_IN="$process" \
		"$ZONEGATE" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

undecided() { # fault [extra arguments]
	fault=$1
	shift
	# shellcheck disable=SC2086 # a list of words
	run "$fault" worker $check "$@" "$work/zone"
	judge "$fault $*" is_undecided
}

# A failed allocation is handled, not run into. OpenSSL 3.0 does when it starts, and libxml2 2.9 when
# it reads a schema.
undecided_or_same() { # fault
	rm -f "$work/crash"
	# shellcheck disable=SC2086 # a list of words
	FAULT_CRASH="$work/crash" run "$1" worker $check "$work/zone"
	case $status in
	0) judge "$1" is_baseline ;;
	1) judge "$1" is_refused_by_openssl ;;
	*) judge "$1" is_undecided ;;
	esac
	if [ -e "$work/crash" ]; then
		case $(cat "$work/crash") in
		libcrypto* | libxml2*) echo "note: $1: $(cat "$work/crash") crashed" ;;
		*) fail "$1" "the worker crashed in $(cat "$work/crash")" ;;
		esac
	fi
}

# --- With the shim ---

with_shim() {
	shim=$BUILD/tests/fault/fault.so
	mkdir -p "$(dirname "$shim")"
	if ! $CC -shared -fPIC -O1 -D_GNU_SOURCE -fno-builtin -o "$shim" tests/fault/shim/*.c -ldl \
		2>"$work/err"; then
		fail shim "does not compile"
		return
	fi

	# Without a fault it passes, so a status other than 0 below is the fault's.
	# shellcheck disable=SC2086 # a list of words
	run none:0:none worker $check "$work/zone"
	cp "$work/out" "$work/baseline"
	judge "no fault" is_baseline

	# The worker ends in every phase: by a signal, or early with any status.
	for where in child:1 xmlCtxtReadMemory:1 xmlRelaxNGValidateDoc:1 phase-read:1 read:2 \
		phase-build:1 phase-verify:1 EVP_PKEY_fromdata:1 EVP_PKEY_verify:1 \
		EVP_PKEY_verify:7 phase-check:1 phase-report:1 \
		write1:1 close1:1 record:1 exit:1; do
		for action in signal=9 signal=11 signal=15 signal=6 exit=0 exit=113; do
			case $where:$action in
			exit:*:exit=113) ;; # what a worker that passes does
			*) undecided "$where:$action" ;;
			esac
		done
	done
	undecided json_object:1:signal=11 -f json
	undecided json_object:1:exit=0 -f json

	# Calls that fail. (Numbers are EPIPE, EIO, ENOSPC and EDQUOT.)
	for action in fail fail=32 fail=5 fail=28 fail=122; do
		undecided "write1:1:$action"
	done
	undecided close1:1:fail
	undecided json_object:1:fail -f json
	undecided json_object:5:fail -f json
	undecided json_dump_callback:1:fail -f json
	for where in xmlNewParserCtxt:1 xmlCtxtReadMemory:1 xmlRelaxNGNewMemParserCtxt:1 \
		xmlRelaxNGParse:1 xmlRelaxNGNewValidCtxt:1 xmlRelaxNGValidateDoc:1 \
		prctl:1 read:1 read:2 read:3 EVP_MD_fetch:1 EVP_MD_CTX_new:1 EVP_DigestInit_ex2:1 \
		EVP_DigestUpdate:1 EVP_DigestFinal_ex:1 SHA256_Init:1 \
		SHA256_Update:1 SHA256_Update:2 SHA256_Final:1; do
		undecided "$where:fail"
	done
	for where in pthread_create:1 open:1 open:2 EVP_PKEY_verify_init:1; do
		undecided_or_same "$where:fail"
	done
	# "No" without a reason from OpenSSL is what a hostile key or signature gives as well.
	for where in EVP_PKEY_CTX_new_from_name:1 EVP_PKEY_fromdata:1 EVP_PKEY_verify:1 \
		EVP_PKEY_verify:5; do
		# shellcheck disable=SC2086 # a list of words
		run "$where:fail" worker $check "$work/zone"
		judge "$where:fail" is_not_pass
	done

	# The record: cut, doubled, lost, not sent, changed in magic, length, nonce, verdict, end.
	for action in half twice drop fail flip=0 flip=8 flip=16 flip=31 flip=32 flip=36 flip=9999; do
		undecided "record:1:$action"
	done

	# The supervisor's own calls.
	for where in fork pipe2 signalfd getrandom; do
		# shellcheck disable=SC2086 # a list of words
		run "$where:1:fail" supervisor $check "$work/zone"
		judge "supervisor $where" is_undecided
		[ -s "$work/out" ] && fail "supervisor $where" "a report without a worker"
	done
	# shellcheck disable=SC2086 # a list of words
	run waitid:1:fail supervisor $check "$work/zone"
	judge "supervisor waitid" is_undecided

	# The supervisor allocates nothing, whatever the worker does.
	# shellcheck disable=SC2086 # a list of words
	run own-malloc:0:none supervisor $check "$work/zone"
	judge "supervisor allocates nothing: pass" is_baseline
	run own-malloc:0:none supervisor check "$work/no-such-file"
	judge "supervisor allocates nothing: undecided" is_undecided
	mkfifo "$work/silent"
	run own-malloc:0:none supervisor check --timeout 1 "$work/silent"
	judge "supervisor allocates nothing: time-out" is_undecided
	rm "$work/silent"

	memory
}

# Out of memory: single allocations, and address space.
memory() {
	# shellcheck disable=SC2086 # a list of words
	FAULT_COUNT="$work/count" run malloc:0:none worker $check "$work/zone"
	total=$(cat "$work/count")
	if [ "$total" -lt 100 ]; then
		fail "count of allocations" "$total"
	fi
	runs=150
	[ -z "$LONG" ] || runs=1500
	step=$((total / runs + 1))
	k=1
	while [ "$k" -le "$total" ]; do
		undecided_or_same "malloc:$k:fail"
		if [ "$k" -lt 20 ]; then k=$((k + 1)); else k=$((k + step)); fi
	done
	for mebibytes in 8 12 16 20 24 28 32 40 48 64 96 128 256; do
		undecided_or_same "child:1:space=$((mebibytes * 1048576))"
	done
}

# --- Without it: processes and signals from outside ---

# Starts a check that waits for a FIFO; $supervisor and $worker are its processes.
start_waiting() { # arguments...
	mkfifo "$work/fifo"
	env --default-signal=INT,QUIT,HUP,TERM "$@" "$ZONEGATE" check --timeout 50 "$work/fifo" \
		>"$work/out" 2>"$work/err" </dev/null &
	supervisor=$!
	exec 7>"$work/fifo" # ends the wait for a writer: the worker has opened it
	worker=$(cat "/proc/$supervisor/task/$supervisor/children")
	worker=${worker%% *}
}

end_waiting() {
	wait "$supervisor"
	status=$?
	exec 7>&-
	rm "$work/fifo"
}

signals() {
	for signal in TERM:143 INT:130 HUP:129 QUIT:131; do
		start_waiting
		kill "-${signal%:*}" "$supervisor"
		end_waiting
		if [ "$status" -ne "${signal#*:}" ]; then
			fail "supervisor gets ${signal%:*}" "exit status $status"
		elif [ "$(complaints | grep -c '^zonegate: undecided: ended by signal')" -ne 1 ]; then
			fail "supervisor gets ${signal%:*}" "no clear line"
		elif ! nothing_left; then
			fail "supervisor gets ${signal%:*}" "the worker lives on"
		else
			pass
		fi
	done

	start_waiting
	kill -KILL "$supervisor"
	end_waiting
	if [ "$status" -eq 137 ] && nothing_left; then pass; else fail "supervisor gets KILL" "$status"; fi

	for signal in KILL SEGV TERM ABRT INT; do
		start_waiting
		kill "-$signal" "$worker"
		end_waiting
		judge "worker gets $signal" is_undecided
		complaints | grep -q "the worker was killed by signal [0-9]* (" ||
			fail "worker gets $signal" "the line does not say so"
	done

	# A signal that was ignored from the start, as by nohup, stays ignored.
	start_waiting --ignore-signal=HUP
	kill -HUP "$supervisor"
	sleep 0.2
	kill -0 "$supervisor" || fail "nohup" "the supervisor is gone"
	kill -KILL "$worker"
	end_waiting
	judge "nohup" is_undecided
}

processes() {
	start_waiting
	before=$(cat /proc/self/oom_score_adj)
	same "the worker's OOM score" 1000 "$(cat "/proc/$worker/oom_score_adj")"
	same "the supervisor's OOM score" "$before" "$(cat "/proc/$supervisor/oom_score_adj")"
	same "the worker's process group" "$worker" "$(cut -d' ' -f5 "/proc/$worker/stat")"
	kill -KILL "$worker"
	end_waiting
	judge "worker with a group of its own" is_undecided

	# Closed descriptors are filled, so that no file becomes standard output.
	mkfifo "$work/fifo"
	"$ZONEGATE" check --timeout 20 "$work/fifo" <&- >&- 2>&- &
	supervisor=$!
	exec 7>"$work/fifo"
	worker=$(tr -d ' ' <"/proc/$supervisor/task/$supervisor/children")
	for fd in 0 1 2; do
		same "closed descriptor $fd" /dev/null "$(readlink "/proc/$worker/fd/$fd")"
	done
	kill -KILL "$worker"
	end_waiting
	same "closed descriptors" 2 "$status"

	# Time-out of a worker that is stopped.
	mkfifo "$work/fifo"
	"$ZONEGATE" check --timeout 1 "$work/fifo" >"$work/out" 2>"$work/err" </dev/null &
	supervisor=$!
	exec 7>"$work/fifo"
	kill -STOP "$(tr -d ' ' <"/proc/$supervisor/task/$supervisor/children")"
	end_waiting
	judge "time-out of a stopped worker" is_undecided

	# A reader that goes away.
	# shellcheck disable=SC2086 # a list of words
	{
		sleep 0.3
		"$ZONEGATE" $check "$work/zone" 2>"$work/err"
		echo $? >"$work/status"
	} | :
	status=$(cat "$work/status")
	judge "standard output is a broken pipe" is_undecided

	# shellcheck disable=SC2086 # a list of words
	"$ZONEGATE" $check "$work/zone" >/dev/full 2>"$work/err"
	status=$?
	judge "standard output is full" is_undecided
	# shellcheck disable=SC2086 # a list of words
	"$ZONEGATE" $check "$work/zone" >&- 2>"$work/err"
	status=$?
	judge "standard output is closed" is_undecided
}

: >"$work/err"
if [ -n "$SANITIZE" ]; then
	# A signal that is sent is to kill, not to be explained.
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0:handle_abort=0
	export ASAN_OPTIONS
	echo "skipped: faults by LD_PRELOAD: a sanitizer has these functions"
	skipped=1
else
	with_shim
fi
signals
processes

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
