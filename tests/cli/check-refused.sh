# A zone with one bad signature: the report says where, exit status 1.
sed '/RRSIG	*TXT/s/ \(.\)\([^ ]*\) \([^ ]*\)$/ \1\2 \3/; s/"text"/"test"/' zone/example.signed >"$WORK/bad"
cd "$WORK" && zonegate check -t 20261115000000 -d "$ROOT/tests/cli/zone/example.ds" bad
