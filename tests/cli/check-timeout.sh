# A FIFO that nobody writes to, and one that never ends.
mkfifo "$WORK/silent" "$WORK/endless"
try zonegate check --timeout 1 "$WORK/silent" | sed "s|$WORK|WORK|"
sleep 5 >"$WORK/endless" &
try zonegate check --timeout 1s "$WORK/endless" | sed "s|$WORK|WORK|"
kill $! 2>/dev/null
