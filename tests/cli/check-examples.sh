# --examples bounds what is shown, not what is counted.
sed 's/ 3600 IN/ 3601 IN/' zone/example.signed >"$WORK/bad"
for n in 1 3; do
	zonegate check -t 20261115000000 --examples $n -f json "$WORK/bad" |
		python3 -c 'import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["count"] > 3: print(f["id"], f["count"], len(f["examples"]))'
done
