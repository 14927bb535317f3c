# The completion file is good bash, and completes commands, options, words, ids.
command -v bash >/dev/null || { echo "no bash"; exit 77; }
zonegate completion bash >"$WORK/file" && bash -n "$WORK/file"
cat >"$WORK/ask" <<'END'
. "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
compopt() { :; }
_zonegate
echo "$* -> ${COMPREPLY[*]}"
END
ask() { bash "$WORK/ask" "$WORK/file" "$@"; }
ask zonegate ''
ask zonegate ch
ask zonegate check --t
ask zonegate check -f ''
ask zonegate check --verify-with b
ask zonegate check -d ''
ask zonegate check -o ''
ask zonegate policy ''
ask zonegate explain rrsig-exp
ask zonegate completion ''
ask zonegate release -
