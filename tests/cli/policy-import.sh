# What is made of a kasp.xml is a policy without errors, and can be used at once.
cd "$WORK"
zonegate policy import "$ROOT/tests/cli/zone/kasp.xml" | tee made.xml
try zonegate policy lint made.xml
zonegate policy show made.xml#registry | grep -E 'Remaining|<Min>P3D|RollType|OptOut'
zonegate policy show made.xml#unsigned | grep Unsigned
try zonegate policy import
try zonegate policy import no-such-file
try zonegate policy import made.xml
echo '<KASP><Policy name="x"><Keys><TTL>1h</TTL></Keys></Policy></KASP>' >bad.xml
try zonegate policy import bad.xml
echo '<!DOCTYPE KASP SYSTEM "/etc/passwd"><KASP><Policy name="x"/></KASP>' >doctype.xml
try zonegate policy import doctype.xml
chmod o+w bad.xml
try zonegate policy import bad.xml
