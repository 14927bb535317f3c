# Transfers: which options go together, and that nothing that keeps the zone away is a verdict.
try zonegate check --transfer 127.0.0.1
try zonegate check --transfer 127.0.0.1 -o example zone/example.signed
try zonegate check --transfer ns.example.net -o example
try zonegate check --transfer 127.0.0.1@0 -o example
try zonegate check --transfer 127.0.0.1@65536 -o example
try zonegate check --transfer '' -o example
try zonegate check --transfer 127.0.0.1@1 --transfer 127.0.0.1@2 -o example
for option in --tsig --tls --tls-ca; do
	try zonegate check $option a zone/example.signed
	try zonegate check --transfer 127.0.0.1@1 -o example $option ''
done
try zonegate check --transfer 127.0.0.1@1 -o example --tls-ca a
try zonegate check --transfer 127.0.0.1@1 -o a..b
try zonegate check --transfer 127.0.0.1@1 -o example --tsig no-such-file
try zonegate check --transfer 127.0.0.1@1 -o example --tls a --tls-ca no-such-file
# Nobody listens there: 1 is tcpmux, gone for decades.
try zonegate check --transfer 127.0.0.1@1 -o example
# The policy comes first: a bad one asks no server.
try zonegate check --transfer 127.0.0.1@1 -o example -p no-such-file
try zonegate check
