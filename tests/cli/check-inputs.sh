# Every input; a required one that is missing is undecided, and said on both outputs.
try zonegate check -t 20261115000000 -d zone/example.ds -u zone/example.unsigned -P zone/example.signed -o example \
	zone/example.signed >"$WORK/all"
tail -n 1 "$WORK/all"
grep 'inputs given' "$WORK/all"
for require in ds previous unsigned ds,unsigned; do
	zonegate check -t 20261115000000 --require $require zone/example.signed >"$WORK/out"
	echo "exit status $?"
	head -n 1 "$WORK/out"
done
