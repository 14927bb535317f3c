# shellcheck shell=sh disable=SC2034,SC2154
# Runs the gate, $ZONEGATE, and looks at what it says: it is in $work/out and $work/err, and shown
# of what fails. To be sourced behind counts.sh.

: >"$work/out"
: >"$work/err"

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	sed 's/^/  /' "$work/err" "$work/out" | head -n 60
}

# Its exit status is $status.
gate() { # words...
	timeout -k 5 120 "$ZONEGATE" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

# All that was said, lines that were folded made one.
words() {
	cat "$work/out" "$work/err" | tr -s ' \n' ' '
}

said() { # name pattern
	if words | grep -q -e "$2"; then pass; else fail "$1" "does not say '$2'"; fi
}

not_said() { # name pattern
	if words | grep -q -e "$2"; then fail "$1" "says '$2'"; else pass; fi
}
