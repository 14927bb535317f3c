# What is designed and not there yet says so, with exit status 2.
for command in release hook approve stage observe parent statement; do
	try zonegate $command
	try zonegate $command --help
done
try zonegate check --parent zone/example.signed
for option in -S --state --transfer --tsig --tls; do
	try zonegate check $option a zone/example.signed
done
try zonegate check -f html zone/example.signed
zonegate --help | grep -cE 'release|hook|approve|stage|observe|statement' || :
zonegate check --help | grep -cE -- '--(parent|state|transfer|tsig|tls)' || :
