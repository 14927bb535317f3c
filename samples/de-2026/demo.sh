#!/bin/sh
# What `make demo` shows: the zone as it should have been passes, the zone of 5 May 2026 is refused.
# Exit status 0 only when both came out so.
set -u
cd "$(dirname "$0")/../.." || exit 2
zonegate=${BUILD:-build}/zonegate
sample=samples/de-2026

# The zones are of 5 May 2026 and stay so: the time is given, the clock is not asked.
check() {
	echo "\$ $zonegate check --now 20260505193000 --ds $sample/ds $1"
	echo
	"$zonegate" check --now 20260505193000 --ds "$sample/ds" "$1"
}

check "$sample/good.zone"
good=$?
echo
check "$sample/bad.zone"
bad=$?

cat <<'TEXT'

What you saw: the same registry zone twice. In the first, every signature was made by the key that
the zone publishes, and the gate let it pass. In the second, three signing devices held three
different private keys under one name and one key tag, 33834. One of them is published, so two
signatures of three do not verify; the SOA's does. Whoever looks at key tags, at the SOA alone, or
at a sample, sees nothing wrong. samples/de-2026/README.md tells what became of it.

TEXT
if [ "$good" -eq 0 ] && [ "$bad" -eq 1 ]; then
	echo "demo: good.zone passed (exit status 0), bad.zone was refused (exit status 1)"
	exit 0
fi
echo "demo: FAILED: good.zone gave $good instead of 0, bad.zone $bad instead of 1" >&2
exit 1
