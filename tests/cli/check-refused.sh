# A zone with one octet of signed data changed: the report says where, exit status 1.
sed 's/"text"/"test"/' zone/example.signed >"$WORK/bad"
cd "$WORK" || exit 2
zonegate check -t 20261115000000 -d "$ROOT/tests/cli/zone/example.ds" bad >report
status=$?
sed '/^  policy /s/SHA-256 [0-9a-f]\{64\}$/SHA-256 (64 digits)/' report
exit $status
