# Colour and progress on a terminal only; NO_COLOR and TERM=dumb are respected; the zone is not read
# from a terminal.
command -v script >/dev/null || { echo "no script(1)"; exit 77; }
# Runs a command on a terminal and prints what arrived there.
on_terminal() { TERM=${term:-xterm} script -qec "$1" /dev/null </dev/null | tr -d '\r'; }
colours() { tr '\033' '@' | grep -c '@\[[0-9;]*m'; }
check="zonegate check -t 20261115000000 zone/example.signed"
echo "terminal: $(on_terminal "$check" | colours | sed 's/[1-9][0-9]*/some/')"
echo "NO_COLOR: $(NO_COLOR=1 on_terminal "$check" | colours)"
echo "empty NO_COLOR: $(NO_COLOR='' on_terminal "$check" | colours | sed 's/[1-9][0-9]*/some/')"
echo "dumb: $(term=dumb on_terminal "$check" | colours)"
echo "pipe: $(on_terminal "$check | cat" | colours)"
echo "progress: $(on_terminal "$check" | grep -c 'zonegate: verify')"
echo "quiet: $(on_terminal "$check -q" | grep -c 'zonegate: verify')"
echo "dumb: $(term=dumb on_terminal "$check" | grep -c 'zonegate: verify')"
on_terminal "zonegate check -; echo exit status \$?"
