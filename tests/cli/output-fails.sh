# Output that does not get out is never success.
for command in "--help" "--version" "check --help" "explain" "explain rrset-bogus" "completion bash" "policy show" \
	"check -t 20261115000000 zone/example.signed" "check -f json -t 20261115000000 zone/example.signed"; do
	echo "$command"
	zonegate $command >/dev/full
	echo "full: exit status $?"
	zonegate $command >&-
	echo "closed: exit status $?"
done 2>&1
echo '<ZoneGate version="0"/>' >"$WORK/bad.xml"
zonegate policy lint "$WORK/bad.xml" >/dev/full 2>/dev/null
echo "lint: exit status $?"
# Standard error that fails changes nothing.
zonegate check -t 20261115000000 --timing --progress zone/example.signed 2>/dev/full >/dev/null
echo "exit status $?"
zonegate check no-such-file 2>&-
echo "exit status $?"
# With all three closed, no file of the zone is taken for one of them.
zonegate check -t 20261115000000 zone/example.signed <&- >&- 2>&-
echo "exit status $?"
# A reader that is gone is an error like any other.
{
	sleep 0.3
	zonegate explain
	echo "exit status $?" >&2
} | :
