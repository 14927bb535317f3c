#!/bin/sh
# Batched P-256 verification against plain EVP. LONG=1: at least a million signatures.
set -u
: "${BUILD:=$PWD/build}"

if [ -n "${LONG:-}" ]; then
	exec "$BUILD/tests/differential/differential" --long --least 1000000
fi
exec "$BUILD/tests/differential/differential" --least 20000
