# Help of the program and of every command goes to standard output, and succeeds.
try zonegate --help
try zonegate -h
try zonegate check --help
try zonegate check -h a b c
try zonegate policy --help
try zonegate explain --help
try zonegate completion --help
