# What is designed and not there yet says so, with exit status 2.
for command in hook stage observe statement; do
	try zonegate $command
	try zonegate $command --help
done
try zonegate check --parent zone/example.signed
for option in --transfer --tsig --tls; do
	try zonegate check $option a zone/example.signed
done
try zonegate check -f html zone/example.signed
zonegate --help | grep -cE '^  (hook|stage|observe|statement) ' || :
zonegate check --help | grep -cE -- '--(parent|transfer|tsig|tls)' || :
