# What cannot be read is undecided: missing, a folder, a broken link, as any of the inputs.
ln -s nothing "$WORK/link"
for file in "no-such-file" zone/. "zone"; do
	try zonegate check "$file"
	try zonegate check -d "$file" zone/example.signed
	try zonegate check -u "$file" zone/example.signed
	try zonegate check -P "$file" zone/example.signed
	try zonegate check -p "$file" zone/example.signed
	try zonegate policy lint "$file"
	try zonegate policy show "$file"
done
(cd "$WORK" && try zonegate check link)
