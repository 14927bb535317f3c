# What is designed and not there yet says so, with exit status 2.
try zonegate stage
try zonegate stage --help
zonegate --help | grep -cE '^  (stage) ' || :
