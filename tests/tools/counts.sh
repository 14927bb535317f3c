# shellcheck shell=sh disable=SC2034,SC2154
# What a suite counts in passed, failed and skipped. To be sourced; `fail NAME WHY`, which says FAILED
# and shows what the suite has to show, is the suite's own.

pass() { passed=$((passed + 1)); }

skip() { # name why
	skipped=$((skipped + 1))
	echo "skipped: $1: $2"
}

# Holds a fact.
is() { # name test-arguments...
	name=$1
	shift
	if [ "$@" ]; then pass; else fail "$name" "$*"; fi
}
