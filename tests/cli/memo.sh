# A memo changes nothing in the verdict; one that cannot be used is said; --no-memo leaves it alone.
check() { zonegate check -t 20261115000000 -d zone/example.ds -f json "$@"; }
digest() { python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["verdict"], r["digest"][:16])'; }
check zone/example.signed | digest
check --memo "$WORK/memo" --no-memo zone/example.signed | digest
ls "$WORK"
(cd "$WORK" && zonegate check --memo memo -t 20261115000000 -f json "$ROOT/tests/cli/zone/example.signed") | digest
check --memo "$WORK/memo" zone/example.signed | digest
echo damage >>"$WORK/memo"
(cd "$WORK" && zonegate check --memo memo -t 20261115000000 -f json "$ROOT/tests/cli/zone/example.signed") | digest
# One octet of signed data is changed: what was remembered is of no use to it.
sed 's/"text"/"test"/' zone/example.signed >"$WORK/bad"
check --memo "$WORK/memo" "$WORK/bad" >"$WORK/out"
echo "exit status $?"
digest <"$WORK/out" | cut -d' ' -f1
