# A wrong command line of `statement`: nothing is read, written or signed.
try zonegate statement
try zonegate statement make
try zonegate statement verify
try zonegate statement verify a b
try zonegate statement verify --key a b
try zonegate statement -f xml example.
try zonegate statement --fault perhaps example.
try zonegate statement --since yesterday example.
try zonegate statement --update soon example.
try zonegate statement example. 4294967296
try zonegate statement example. 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17
