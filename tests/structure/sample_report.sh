#!/bin/sh
# The report quoted in samples/README.md is what the command quoted there prints.
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What stands between ```LANGUAGE and ```.
quoted() {
	sed -n '/^```'"$1"'$/,/^```$/p' samples/README.md | sed '/^```/d'
}

# shellcheck disable=SC2046 # the words of the command
set -- $(quoted sh)
shift
"$BUILD/zonegate" "$@" >"$folder/report" || [ $? -eq 1 ]
quoted text >"$folder/quoted"
[ -s "$folder/quoted" ] || { echo "sample_report: nothing is quoted" >&2; exit 1; }
if grep -vxFf "$folder/report" "$folder/quoted" >"$folder/gone"; then
	echo "sample_report: quoted in samples/README.md, not in the report:" >&2
	cat "$folder/gone" >&2
	exit 1
fi
echo "ok, $(wc -l <"$folder/quoted") lines"
