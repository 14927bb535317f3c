# What is designed and not there yet says so, with exit status 2.
try zonegate hook bind
try zonegate hook bind --help
