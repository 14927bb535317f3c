#!/bin/sh
# To be sourced by suites that shift the clock: leaves with 77 where that cannot be, else gives
#
#   at SECONDS COMMAND...   runs a command so many seconds after the start
#   stamp SECONDS           the same moment as YYYYMMDDHHMMSS
#
# The library of faketime is loaded by hand: its wrapper fails where one with the same process number
# was killed before, and BIND's tools never end with it (their allocator asks the clock while the
# library starts).

if [ -n "${SANITIZE:-}" ]; then
	echo "skipped: faketime is loaded before everything else, and so is a sanitizer"
	exit 77
fi
faketime=
for file in /usr/lib/*/faketime/libfaketime.so.1; do
	[ ! -e "$file" ] || faketime=$file
done
if [ -z "$faketime" ]; then
	echo "skipped: needs faketime"
	exit 77
fi

start=1793527200 # 2026-11-01 10:00:00 UTC
# shellcheck disable=SC2034 # for those who source this
minute=60 hour=3600 day=86400

at() { # seconds command...
	shifted=$(date -d "@$((start + $1))" '+%F %T')
	shift
	timeout -k 5 120 env FAKETIME="@$shifted" LD_PRELOAD="$faketime" "$@"
}

stamp() { # seconds
	date -d "@$((start + $1))" +%Y%m%d%H%M%S
}
