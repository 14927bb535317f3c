# A wrong command line is one clear line with a hint, on standard error, and exit status 2.
try zonegate
try zonegate frobnicate
try zonegate --frobnicate
try zonegate -x check
try zonegate check
try zonegate check ''
try zonegate check a b
try zonegate check --frobnicate a
try zonegate check -x a
try zonegate check --ti 1 a
try zonegate check --ds
try zonegate check -d
try zonegate check --include=yes a
try zonegate check -d a -d b c
try zonegate check -d - a
try zonegate check -P '' a
try zonegate check -u - a
try zonegate check -f xml a
try zonegate check -j 0 a
try zonegate check -j 257 a
try zonegate check -j 2x a
try zonegate check --examples 0 a
try zonegate check --examples 1001 a
try zonegate check --timeout 0 a
try zonegate check --timeout 5w a
try zonegate check --timeout 1y a
try zonegate check --require ds,zone a
try zonegate check --require '' a
try zonegate check --verify-with gmp a
try zonegate policy
try zonegate policy frobnicate
try zonegate policy lint
try zonegate policy lint a b
try zonegate policy show a b
try zonegate explain a b
try zonegate completion
try zonegate completion fish
try zonegate completion bash a
