# lint: 0 good, 1 not good, 2 could not tell. show prints what it reads back as the same.
cd "$WORK"
zonegate policy lint "$ROOT/policies/default.xml"
echo "exit status $?"
zonegate policy show >builtin.xml
try zonegate policy lint builtin.xml
zonegate policy show builtin.xml | cmp - builtin.xml && echo same
zonegate policy show "builtin.xml#default" | cmp - builtin.xml && echo same
echo '<ZoneGate version="1"><Policy/></ZoneGate>' >bad.xml
zonegate policy lint bad.xml >out
echo "exit status $?"
grep -c '^bad.xml:[0-9]*: error: ' out
zonegate check -p bad.xml "$ROOT/tests/cli/zone/example.signed" 2>err
echo "exit status $?"
grep -c '^zonegate: undecided: bad.xml' err
zonegate check -p builtin.xml#other "$ROOT/tests/cli/zone/example.signed" 2>err
echo "exit status $?"
grep -c '^zonegate: undecided: ' err
zonegate check -p builtin.xml# "$ROOT/tests/cli/zone/example.signed"
zonegate check -p '#default' "$ROOT/tests/cli/zone/example.signed"
echo "exit status $?"
chmod 666 builtin.xml
zonegate check -p builtin.xml "$ROOT/tests/cli/zone/example.signed" 2>err
echo "exit status $?"
grep -c '^zonegate: undecided: builtin.xml' err
