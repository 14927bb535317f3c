#!/bin/sh
# The HTML report: what is in it, what gets out of it, and, opened in headless Chromium at the width
# of a desk and of a phone, in light and in dark, whether it can be read. The page has no script; the
# one that measures is put into a copy of it.
#
#   tests/html/run.sh            KEEP=folder keeps the pages and pictures of them
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
export LC_ALL=C TZ=UTC
make_zone=$BUILD/tests/release/make_zone
umask 022

passed=0 failed=0 skipped=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

. tests/tools/counts.sh

fail() { # name why
	failed=$((failed + 1))
	echo "FAILED $1: $2"
	[ ! -s "$work/err" ] || sed 's/^/  /' "$work/err" | head -n 20
}

# Writes a page; wants an exit status.
page() { # name exit-status arguments...
	name=$1 wanted=$2
	shift 2
	"$ZONEGATE" "$@" >"$work/$name.html" 2>"$work/err" </dev/null
	status=$?
	if [ "$status" -eq "$wanted" ]; then pass; else fail "$name" "exit status $status, not $wanted"; fi
}

has() { # name pattern
	if grep -q -e "$2" "$work/$1.html"; then pass; else fail "$1" "lacks '$2'"; fi
}

lacks() { # name pattern
	if grep -q -i -e "$2" "$work/$1.html"; then fail "$1" "has '$2'"; else pass; fi
}

cat >"$work/zonegate.xml" <<-END
	<?xml version="1.0"?>
	<Configuration version="1">
	  <State>$work/state</State>
	  <Installation>test</Installation>
	  <Zone name="example.">
	    <Release><Target>$work/target</Target></Release>
	    <Parent><DS ttl="P1D">$work/ds</DS></Parent>
	  </Zone>
	</Configuration>
END
conf=$work/zonegate.xml
"$make_zone" 2026010101 "$work/one.zone" "$work/ds" || exit 2
"$make_zone" 2026010102 "$work/two.zone" "$work/ds.two" no=d || exit 2
"$make_zone" 2026010103 "$work/rolled.zone" "$work/ds.rolled" zsk=other || exit 2

# --- The pages ---

page refused 1 check -f html --now 20260505193000 --ds samples/de-2026/ds samples/de-2026/bad.zone
has refused '<h1>Do not publish this zone\.</h1>'
has refused 'SERVFAIL with extended DNS error 6 (DNSSEC Bogus): rrset-bogus at 48 places'
has refused 'Key 8/33834: 48 of 72 signatures do not verify'
has refused 'class="box broken"'
has refused 'class="link"'
if cmp -s "$work/refused.html" samples/html/refused.html; then pass; else fail refused "samples/html has another page"; fi
page again 1 check -f html -j 4 --now 20260505193000 --ds samples/de-2026/ds samples/de-2026/bad.zone
if cmp -s "$work/refused.html" "$work/again.html"; then pass; else fail again "another page"; fi
page passed 0 check -f html --now 20260505193000 --ds samples/de-2026/ds samples/de-2026/good.zone
has passed '<h1>This zone may be published\.</h1>'
has passed 'Nothing that was found would make a validating resolver fail'
lacks passed 'box broken'
page unchecked 0 check -f html --now 20260505193000 samples/de-2026/good.zone
has unchecked 'the chain was not checked'
page undecided 2 check -f html --now 20260505193000 --require ds samples/de-2026/good.zone
has undecided '<h1>Do not publish: there is no verdict\.</h1>'

"$ZONEGATE" history import -c "$conf" --since -3d --ds "$work/ds" --ds-since -3d --ds-ttl 1d example. \
	"$work/one.zone" >"$work/out" 2>"$work/err" || fail import "history"
cp "$work/one.zone" "$work/target"
page rolled 1 release --dry-run -f html -c "$conf" example. "$work/rolled.zone"
has rolled 'class="window"'
has rolled '<li>From 20.* until 20.*: a cache that holds '
has rolled 'class="must"'
page changed 0 release -f html -c "$conf" example. "$work/two.zone"
has changed 'delegations: 3, before 4 (-1 +0)'
has changed 'class="after less"'
page shown 0 history show -f html -c "$conf" example. 2026010102
has shown '<dt>handed</dt>'
if sed 's/<dt>passed.*<dt>checked/<dt>checked/' "$work/shown.html" | cmp -s - "$work/changed.html"; then
	pass
else
	fail shown "is not the page of the release"
fi

page statement 0 statement -f html -c "$conf" --broken --fault yes --reason 'Signatures of one HSM' example.
has statement '<h1>The zone in service is defective\.</h1>'
has statement "<code>rndc nta -lifetime 86400 'example\.'</code>"

# --- Text that tries to get out ---

# In a zone that cannot be parsed: messages have the text; in names: owners of examples.
{
	cat samples/de-2026/good.zone
	printf '\\"><script>alert(1)</script>.de.example. 3600 IN A 192.0.2.1\n'
	printf '<b>&amp;\\010.de.example. 3600 IN TXT "\033[31m</li><img src=x onerror=alert(1)>"\n'
} >"$work/hostile.zone"
page hostile 1 check -f html --now 20260505193000 --ds samples/de-2026/ds --examples 1000 "$work/hostile.zone"
lacks hostile '<script'
lacks hostile '<img'
lacks hostile '<b>&amp;'
has hostile 'script'

for name in refused passed unchecked undecided rolled changed shown statement hostile; do
	lacks $name '<script\|javascript:\| on[a-z]*=\|http:\|https:\|url(\|@import\|src=\|href='
	if grep -q '[^ -~]' "$work/$name.html"; then fail $name "octets"; else pass; fi
	# Its tags close: as XML, but for the document type, it is well formed.
	if command -v xmllint >/dev/null; then
		if sed 's/<!DOCTYPE html>//' "$work/$name.html" | xmllint --noout - 2>"$work/err"; then
			pass
		else
			fail $name "is not well formed"
		fi
	fi
done

# --- In a browser ---

browser=
for name in chromium chromium-browser google-chrome; do
	[ -n "$browser" ] || browser=$(command -v $name)
done

# Chromium, without a profile, a sandbox of its own (containers have none to give), or the network.
browse() { # arguments...
	timeout 60 nice "$browser" --headless --no-sandbox --disable-gpu --no-first-run \
		--disable-extensions --disable-background-networking --hide-scrollbars \
		--user-data-dir="$work/profile" "$@" 2>/dev/null
}

# Windows are never narrower than 500 pixels; frames are.
frame() { # file width height
	cat <<-END
		<!DOCTYPE html><title>frame</title><style>body{margin:0;background:#777}
		iframe{border:0;display:block;margin:0 auto}</style>
		<iframe src="$1" width="$2" height="$3"></iframe><pre id="said"></pre>
		<script>addEventListener('message',(e)=>{said.textContent='said '+e.data})</script>
	END
}

measure() { # name width height scheme
	# The policy of the page would stop the script that measures, which shows that it works.
	sed 's|<meta http-equiv="Content-Security-Policy"[^>]*>||; s|</body>|<script src="measure.js"></script></body>|' \
		"$work/$1.html" >"$work/measured.html"
	frame measured.html "$2" "$3" >"$work/frame.html"
	said=$(browse "--blink-settings=preferredColorScheme=$([ "$4" = dark ] && echo 0 || echo 1)" \
		--virtual-time-budget=5000 --window-size=1400,1000 --dump-dom "file://$work/frame.html" |
		sed -n 's/.*<pre id="said">said \([^<]*\)<.*/\1/p')
	case $said in
	"$4 width $2 texts "*" problems 0: ") pass ;;
	*) fail "$1 at $2 in $4" "${said:-nothing was measured}" ;;
	esac
}

if [ -z "$browser" ]; then
	skipped=$((skipped + 1))
	echo "skipped: needs chromium (sh tests/deps.sh browser)"
else
	cp tests/html/measure.js "$work"
	for name in refused rolled changed hostile; do
		measure $name 1280 900 light
		measure $name 360 740 light
	done
	measure statement 360 740 light
	for name in refused passed rolled changed statement; do
		measure $name 360 740 dark
	done
	# The twin: what is too wide, too pale or too far down is found.
	sed 's|<main>|<main><p style="width:900px;color:\#bbb;height:900px">wide</p>|' "$work/passed.html" \
		>"$work/wide.html"
	said=
	failed_before=$failed
	measure wide 360 740 light >"$work/out"
	failed=$failed_before
	for what in contrast overflow visible; do
		case $said in *$what*) pass ;; *) fail "the measure" "does not find $what: $said" ;; esac
	done
	# A script in the page itself does not run.
	sed 's|</body>|<script>parent.postMessage("ran","*")</script></body>|' "$work/passed.html" \
		>"$work/measured.html"
	frame measured.html 360 740 >"$work/frame.html"
	if browse --virtual-time-budget=3000 --dump-dom "file://$work/frame.html" | grep -q 'said ran'; then
		fail "policy" "a script runs"
	else
		pass
	fi
fi

if [ -n "${KEEP:-}" ]; then
	mkdir -p "$KEEP"
	cp "$work"/*.html "$KEEP"
	for name in refused rolled; do
		for scheme in light dark; do
			frame "$name.html" 360 740 >"$work/frame.html"
			colour=$([ $scheme = dark ] && echo 0 || echo 1)
			browse "--blink-settings=preferredColorScheme=$colour" --window-size=500,740 \
				--screenshot="$KEEP/$name-phone-$scheme.png" "file://$work/frame.html"
			browse "--blink-settings=preferredColorScheme=$colour" --window-size=900,760 \
				--screenshot="$KEEP/$name-desk-$scheme.png" "file://$work/$name.html"
		done
	done
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
