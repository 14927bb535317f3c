# shellcheck shell=sh disable=SC2034,SC2154
# What a suite counts in passed, failed and skipped. To be sourced; `fail NAME WHY`, which says FAILED
# and shows what the suite has to show, is the suite's own or of said.sh.

pass() { passed=$((passed + 1)); }

skip() { # name why
	skipped=$((skipped + 1))
	echo "skipped: $1: $2"
}

# Holds what a command came to, and shows the text when that is not 0.
result() { # status name [text...]
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED $2"
		shift 2
		[ $# -eq 0 ] || printf '%s\n' "$@" | head -n 40
	fi
}

# Holds a fact.
is() { # name test-arguments...
	name=$1
	shift
	if [ "$@" ]; then pass; else fail "$name" "$*"; fi
}
