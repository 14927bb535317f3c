#!/bin/sh
# The rules from practice, run as the cases of the checks are.
exec "$(dirname "$0")/../cases/run.sh" tests/rules
