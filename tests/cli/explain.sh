# One check in full; an unknown one is exit status 2; the list has every check once.
try zonegate explain rrsig-expired
try zonegate explain no-such-check
try zonegate explain ''
zonegate explain >"$WORK/list"
zonegate explain | cut -d' ' -f1 | sort -u | wc -l | xargs test "$(wc -l <"$WORK/list")" -eq && echo "each once"
cut -d' ' -f1 "$WORK/list" | while read -r id; do
	zonegate explain "$id" | head -n 1 | grep -qx -- "$id" || echo "not explained: $id"
done
