# A file that may not be read is undecided. Root gives up what lets it read everything.
cp zone/example.signed "$WORK/zone"
chmod 0 "$WORK/zone"
cd "$WORK" || exit 1
if [ "$(id -u)" -ne 0 ]; then
	zonegate check zone
elif command -v setpriv >/dev/null; then
	setpriv --bounding-set=-dac_override,-dac_read_search zonegate check zone
else
	echo "run by root, who may read everything"
	exit 77
fi
