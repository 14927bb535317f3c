#!/bin/sh
# Holds JSON reports to policies/report.schema.json, and zonegate-report(5) to the schema.
#
#   report_schema.sh [REPORT...]   default: those that tests/unit/test_report renders, and those
#                                  of the zones in samples/de-2026
set -eu
cd "$(dirname "$0")/../.."
export BUILD="${BUILD:-build}"

if [ $# -eq 0 ]; then
	mkdir -p "$BUILD/tests"
	rm -rf "$BUILD/tests/reports"
	"$BUILD/tests/unit/test_report"
	for zone in good bad; do
		status=0
		"$BUILD/zonegate" check --format json --now 20260505194500 \
			--ds samples/de-2026/ds "samples/de-2026/$zone.zone" \
			>"$BUILD/tests/reports/$zone.json" || status=$?
		[ "$status" -le 1 ] || exit 1
	done
	set -- "$BUILD"/tests/reports/*.json
fi

# Debian's own interpreter is where Debian's package is; another one may come first in PATH.
for python in python3 /usr/bin/python3; do
	status=0
	"$python" tests/structure/report_schema.py policies/report.schema.json \
	    man/zonegate-report.5 "$@" || status=$?
	[ "$status" -eq 3 ] || [ "$status" -eq 127 ] || exit "$status"
done
echo "skipped, needs python3-jsonschema"
exit 77
