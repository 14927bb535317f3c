# $INCLUDE is refused unless --include allows it, and then beneath the folder of the zone only.
cp zone/example.signed "$WORK/part"
echo '$INCLUDE part' >"$WORK/zone"
try zonegate check -t 20261115000000 "$WORK/zone" >"$WORK/out"
tail -n 1 "$WORK/out"
grep -o '^  refuse  zone-include: [0-9]*' "$WORK/out"
zonegate check -t 20261115000000 --include "$WORK/zone" >/dev/null
echo "exit status $?"
mkdir "$WORK/sub"
echo '$INCLUDE ../part' >"$WORK/sub/zone"
zonegate check -t 20261115000000 --include "$WORK/sub/zone" >/dev/null
echo "exit status $?"
