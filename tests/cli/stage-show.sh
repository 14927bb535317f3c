# `stage list` and `stage show` before the first rollout; --watch on a terminal, which it leaves as it
# was; words of --stage that do not fit.
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
cd "$WORK" || exit
cat >gate.xml <<END
<Configuration version="1">
  <State>$WORK/state</State>
  <Installation>test</Installation>
  <Zone name="example.">
    <Stages>
      <Stage name="canary">
        <Target>$WORK/canary</Target>
        <Server address="127.0.0.1" port="5301"/>
      </Stage>
      <Stage name="all">
        <Target>$WORK/all</Target>
        <Server address="::1"/>
        <Approvals>2</Approvals>
      </Stage>
    </Stages>
  </Zone>
  <Zone name="example.net."/>
</Configuration>
END
zonegate stage show -c gate.xml 2>/dev/null
echo "no history: $?"
echo "no zone" | zonegate release -q -c gate.xml example. - >log 2>&1
echo "released nothing: $?"
try zonegate stage list -c gate.xml
try zonegate stage show -c gate.xml example.
try zonegate stage show -c gate.xml example.net.
try zonegate stage show -c gate.xml example.org.
try zonegate stage show -c gate.xml example. canary
try zonegate stage show -c gate.xml -f html
try zonegate stage show -c gate.xml --watch
try zonegate stage list -c gate.xml --watch
zonegate stage show -c gate.xml -f json example. |
	python3 -c 'import json, sys; at = json.load(sys.stdin); print(at["state"], [s["name"] for s in at["stages"]])'
zonegate stage list -c gate.xml -f json |
	python3 -c 'import json, sys; print([z["zone"] for z in json.load(sys.stdin)["zones"]])'

# Draws twice at least, ends on the signal with status 0, shows the cursor again, and leaves the
# modes of the terminal alone. No line is longer than the terminal is wide.
cat >watch.py <<'END'
import os, pty, re, signal, struct, sys, termios, time, fcntl, select
number = getattr(signal, sys.argv[1])
child, fd = pty.fork()
if child == 0:
    os.environ["TERM"] = "xterm"
    os.execvp("zonegate", ["zonegate", "stage", "show", "-c", "gate.xml", "--watch"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 4, 30, 0, 0))
before, out, end = termios.tcgetattr(fd), b"", time.monotonic() + 10
while out.count(b"\033[H") < 2 and time.monotonic() < end:
    if select.select([fd], [], [], 0.2)[0]:
        out += os.read(fd, 65536)
after = termios.tcgetattr(fd)
os.kill(child, number)
try:
    while True:
        more = os.read(fd, 65536)
        if not more:
            break
        out += more
except OSError:
    pass
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
last = out.decode().split("\033[H")[-1]
lines = re.sub(r"\033\[[0-9?]*[A-Za-z]", "", last).replace("\r", "").split("\n")
print(sys.argv[1], "exit status", status, "modes kept", before == after,
      "cursor hidden", out.count(b"\033[?25l"), "shown", out.count(b"\033[?25h"),
      "cut", all(len(line) <= 30 for line in lines), "rows", len([l for l in lines if l]) <= 4)
END
for signal in SIGINT SIGTERM SIGHUP; do python3 watch.py $signal; done
: >key
try zonegate approve -c gate.xml --stage all --key key --as alice --reason x example.
try zonegate approve -c gate.xml --stage all --this-only --key key --as alice --reason x example. 1
try zonegate approve -c gate.xml --stage all --override x --key key --as alice --reason x example. 1
