# Threads and ways to verify change nothing in the report; --timing and --progress write to standard
# error only.
check() { zonegate check -t 20261115000000 -d zone/example.ds "$@" zone/example.signed; }
check -j 1 --verify-with evp -f json >"$WORK/one"
for options in "-j 2" "-j 8" "-j 256" "--progress" "-q" "--quiet -j3" "--timeout 1h"; do
	check --verify-with evp -f json $options 2>/dev/null | cmp - "$WORK/one" && echo "same: $options"
done
check --verify-with evp -f json --timing -j3 2>/dev/null | sed -n '/"timing"/,$p' | tr -d '\n ' |
	sed 's/[0-9][0-9]*/N/g'
echo
check >"$WORK/text"
check --timing 2>/dev/null | cmp - "$WORK/text" && echo "same text: --timing"
check --timing 2>&1 >/dev/null | sed 's/ *[0-9][0-9.]* s/ N s/g'
check --progress 2>&1 >/dev/null
check --quiet 2>&1 >/dev/null
