#!/bin/sh
# Random histories of a zone: the cache-view proof against simulated caches. LONG=1: 100 000.
set -u
: "${BUILD:=$PWD/build}"

schedules=4000
[ -z "${LONG:-}" ] || schedules=100000
exec "$BUILD/tests/property/property" --seed 1 --schedules "$schedules"
