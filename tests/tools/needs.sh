# shellcheck shell=sh
# What a suite cannot do without. To be sourced.

# Ends the suite as one that is left out when one of the tools is not there.
needs() { # tool...
	for tool; do
		if ! command -v "$tool" >/dev/null; then
			echo "skipped: needs $tool"
			exit 77
		fi
	done
}
