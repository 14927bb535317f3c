# The line is on standard error, and nothing on standard output.
zonegate check --ds
