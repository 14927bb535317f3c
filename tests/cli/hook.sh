# What an engine, or who puts a hook into its configuration, can say wrong: exit status 2, or what the
# engine takes for a no.
try zonegate hook
try zonegate hook frobnicate
unset VERIFY_ZONE CASCADE_ZONE
try zonegate hook nsd
try zonegate hook nsd example.
try zonegate hook cascade
try zonegate hook knot
try zonegate hook opendnssec example.
try zonegate hook opendnssec --tsig key example. zone
try zonegate hook bind
try zonegate hook bind example.
try zonegate hook bind example. 192.0.2.1 53
try zonegate hook bind example. ns1.example.
try zonegate hook bind example. 192.0.2.1@0
try zonegate hook bind --wait example. 192.0.2.1
try zonegate hook bind --tsig '' example. 192.0.2.1
try zonegate hook bind -c none.xml example. 192.0.2.1
