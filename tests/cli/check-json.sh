# The same in JSON; the exit status is the same.
sed 's/"text"/"test"/' zone/example.signed >"$WORK/bad"
cd "$WORK" && zonegate check -f json -t 20261115000000 -d "$ROOT/tests/cli/zone/example.ds" bad >report
echo "exit status $?"
python3 -c 'import json; r = json.load(open("report")); print(r["verdict"], [f["id"] for f in r["findings"]])'
