# Standard input, a pipe, a FIFO and a file give the same digest.
report() { zonegate check -t 20261115000000 "$@" | grep -A 1 ' content '; }
report zone/example.signed >"$WORK/file"
report - <zone/example.signed >"$WORK/stdin"
cat zone/example.signed | report - >"$WORK/pipe"
mkfifo "$WORK/fifo"
cat zone/example.signed >"$WORK/fifo" &
report "$WORK/fifo" >"$WORK/from-fifo"
for form in stdin pipe from-fifo; do
	cmp "$WORK/file" "$WORK/$form" && echo same
done
grep -c SHA-384 "$WORK/file"
zonegate check - <&-
echo "exit status $?"
zonegate check - </dev/null >"$WORK/empty"
echo "exit status $?"
