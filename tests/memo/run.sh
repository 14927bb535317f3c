#!/bin/sh
# The memo of verified signatures, by the command line: what changed is verified and nothing else, a
# memo that is not genuine is not used and that is said, and no report ever depends on a memo.
#
# Zones are made by tests/bench/gen_zone: one version, and the next by the same keys in which every
# hundredth delegation, where it is secure, has another DS.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}" "${ZONEGATE:=$BUILD/zonegate}"
generate=$BUILD/tests/bench/gen_zone

passed=0 failed=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
memo=$work/memo
# Checks are of one time, or their reports differ; a little later than the signatures.
now=$(($(date +%s) + 600))
foreign_zone=$PWD/tests/cli/zone/example.signed

same() { # name wanted found
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED $1: '$3', not '$2'"
		cat "$work/errors"
	fi
}

# Checks a zone against $ds; leaves the report, what was said, and the exit status.
check() { # zone options...
	zone=$1
	shift
	"$ZONEGATE" check --format json --quiet --now "$now" --ds "$ds" "$@" "$zone" \
		>"$work/report" 2>"$work/errors" </dev/null
	status=$?
}

count() { # name
	sed -n "s/^    \"$1\": \([0-9]*\),*\$/\1/p" "$work/report"
}

# The report without the counts of how signatures were decided.
rest_of_report() {
	grep -vE '^    "by_(batch|memo|evp)": ' "$work/report"
}

# Signatures that were verified, and those that the memo knew.
ways() { echo "$(($(count by_batch) + $(count by_evp))) verified, $(count by_memo) known"; }

# Why the memo was not used; nothing: it was.
note() { sed -n 's/^zonegate: memo .* is not used: //p' "$work/errors"; }

memo_keep() { cp "$memo" "$work/kept" && cp "$memo.key" "$work/kept.key"; }
memo_restore() { cp "$work/kept" "$memo" && cp "$work/kept.key" "$memo.key"; }

# A check with a memo that must not be taken: it is said, every signature is verified, and the
# report is that of a check without a memo, which is in $work/wanted.
refused() { # name note options...
	name=$1 wanted_note=$2
	shift 2
	check "$now_zone" --memo "$memo" "$@"
	same "$name: note" "$wanted_note" "$(note)"
	same "$name: ways" "$(count rrsigs) verified, 0 known" "$(ways)"
	rest_of_report >"$work/found"
	same "$name: report" "" "$(diff "$work/wanted" "$work/found" | head -n 4)"
}

# ---- One per cent of the delegations of 10 000 changes ----

ds=$work/large.ds
"$generate" 10000 13 "$work/large" "$ds" "$work/large.next" 100 || exit 2
# Digests that differ, and the SOA: each is one signature.
changed=$(($(diff "$work/large" "$work/large.next" | grep -cE '^<[[:space:]]+[0-9A-F]{56}$') + 1))

check "$work/large"
rest_of_report >"$work/first"
signatures=$(count rrsigs)
same "the first version passes" "0 $signatures" "$status $(count verified)"
check "$work/large.next"
rest_of_report >"$work/second"
same "the next version passes" "0 $signatures" "$status $(count verified)"
same "some sixty DS and the SOA changed" yes \
	"$([ "$changed" -gt 40 ] && [ "$changed" -lt 90 ] && echo yes)"

check "$work/large" --memo "$memo"
same "a cold memo is said" "there is none yet" "$(note)"
same "a cold memo knows nothing" "$signatures verified, 0 known" "$(ways)"
rest_of_report >"$work/found"
same "the report with a cold memo" "" "$(diff "$work/first" "$work/found")"
check "$work/large" --memo "$memo"
same "a warm memo is used" "" "$(note)"
same "a warm memo knows all" "0 verified, $signatures known" "$(ways)"
rest_of_report >"$work/found"
same "the report with a warm memo" "" "$(diff "$work/first" "$work/found")"
memo_keep
for way in auto evp batch; do
	memo_restore
	check "$work/large.next" --memo "$memo" --verify-with $way -j 8
	same "$way: only what changed is verified" \
		"$changed verified, $((signatures - changed)) known" "$(ways)"
	rest_of_report >"$work/found"
	same "$way: the report after the change" "0" "$status$(diff "$work/second" "$work/found")"
done
size=$(wc -c <"$work/kept")
same "what was verified is added, under a seal of its own" \
	"$((size + 32 + 32 * changed + 32))" "$(wc -c <"$memo")"
same "and the rest stays as it was" "" "$(cmp -n "$size" "$memo" "$work/kept" 2>&1)"
check "$work/large.next" --memo "$memo"
same "what was verified is known now" "0 verified, $signatures known" "$(ways)"
same "nothing new, nothing added" "$((size + 32 + 32 * changed + 32))" "$(wc -c <"$memo")"
memo_restore
check "$work/large.next" --memo "$memo" --no-memo
same "--no-memo verifies all" "$signatures verified, 0 known" "$(ways)"
same "--no-memo leaves the file alone" "" "$(cmp "$memo" "$work/kept" 2>&1)"
rm -f "$work/large" "$work/large.next"

# ---- Changed octets ----

ds=$work/small.ds
"$generate" 100 13 "$work/small" "$ds" "$work/small.next" 1 || exit 2
now_zone=$work/small
rm -f "$memo" "$memo.key"
check "$work/small"
signatures=$(count rrsigs)
rest_of_report >"$work/wanted"
check "$work/small" --memo "$memo"
memo_keep

# The zone with one octet changed in the line: refused with a memo as without, and what was changed
# was verified.
changed_line() { # name line sed-command most-known
	sed "$2$3" "$work/small" >"$work/bad"
	check "$work/bad"
	same "$1 without memo" 1 "$status"
	rest_of_report >"$work/wanted.bad"
	memo_restore
	check "$work/bad" --memo "$memo"
	same "$1: the memo is used" "" "$(note)"
	same "$1: not all is known" yes "$([ "$(count by_memo)" -le "$4" ] && echo yes)"
	rest_of_report >"$work/found"
	same "$1 with memo" "1" "$status$(diff "$work/wanted.bad" "$work/found")"
	same "$1: the memo is kept" "" "$(cmp "$memo" "$work/kept" 2>&1)"
}

# Every tenth DS has another digest; every tenth RRSIG another octet, time or original TTL.
flip_hex='y/0123456789ABCDEF/123456789ABCDEF0/'
flip_base64='s/\([A-Za-z0-9+\/]\)\([A-Za-z0-9+\/]\{10\}\)$/\2\1/'
flip_time='{s/ \(20[0-9]*\)[0-8] / \19 /;t;s/ \(20[0-9]*\)9 / \18 /}'
# shellcheck disable=SC2013 # numbers of lines
for line in $(grep -n '^			[0-9]*	DS	' "$work/small" | sed 's/:.*//' | awk 'NR % 10 == 1'); do
	changed_line "DS in line $line" $((line + 1)) "$flip_hex" $((signatures - 1))
done
# shellcheck disable=SC2013 # numbers of lines
for line in $(grep -n '	RRSIG	' "$work/small" | sed 's/:.*//' | awk 'NR % 10 == 3'); do
	changed_line "signature in line $line" $((line + 2)) "$flip_base64" $((signatures - 1))
	changed_line "inception in line $line" $((line + 1)) "$flip_time" $((signatures - 1))
	changed_line "original TTL in line $line" "$line" 's/ \([0-9]*\) (/ \16 (/' $((signatures - 1))
done
# A DNSKEY line that changes is another key with another tag: of what it signed nothing is known.
line=$(grep -n '	DNSKEY	256 ' "$work/small" | sed 's/:.*//')
[ -n "$line" ] || line=0
changed_line "zone key in line $line" $((line + 1)) "$flip_base64" 1

# ---- Memos that are not genuine ----

size=$(wc -c <"$work/kept")
same "the memo has a header, the signatures and a seal" $((32 * 32 + 32 * signatures + 32)) "$size"

# Every 97th octet (with sanitizers, which are slow, every 485th), and each of the last 32: the
# seal.
step=${SANITIZE:+485}
step=${step:-97}
at=0
while [ "$at" -lt "$size" ]; do
	memo_restore
	octet=$(od -An -tu1 -j "$at" -N 1 "$work/kept")
	# shellcheck disable=SC2059 # an octet
	printf "\\$(printf %o $((octet ^ (1 << at % 8))))" |
		dd of="$memo" bs=1 seek="$at" conv=notrunc 2>"$work/errors"
	refused "octet $at changed" "it is damaged, or under another key"
	if [ "$at" -lt $((size - 33)) ]; then
		at=$((at + step < size - 32 ? at + step : size - 32))
	else
		at=$((at + 1))
	fi
done
for length in 0 1 31 32 33 1023 1024 1025 1055 1056 1057 1088 $((size - 64)) $((size - 33)) \
	$((size - 32)) $((size - 31)) $((size - 1)) $(seq 1100 331 "$size"); do
	head -c "$length" "$work/kept" >"$memo"
	cp "$work/kept.key" "$memo.key"
	check "$work/small" --memo "$memo"
	same "cut to $length: said" yes "$(note | grep -q '^it is damaged' && echo yes)"
	same "cut to $length: ways" "$signatures verified, 0 known" "$(ways)"
done
memo_restore
cat "$work/kept" >>"$memo"
refused "twice" "it is damaged, or under another key"
memo_restore
: >"$memo"
refused "empty" "it is damaged"

# What a later run added: damaged or cut anywhere, none of the memo is used; cut where it begins, it
# is the memo before. It is one mark, some digests and a seal.
memo_restore
check "$work/small.next" --memo "$memo"
added=$(($(wc -c <"$memo") - size)) known=$(count by_memo)
same "some are added" yes "$([ "$added" -gt 64 ] && [ "$known" -lt "$signatures" ] && echo yes)"
cp "$memo" "$work/grown"
at=$size
while [ "$at" -lt $((size + added)) ]; do
	cp "$work/grown" "$memo"
	octet=$(od -An -tu1 -j "$at" -N 1 "$work/grown")
	# shellcheck disable=SC2059 # an octet
	printf "\\$(printf %o $((octet ^ (1 << at % 8))))" |
		dd of="$memo" bs=1 seek="$at" conv=notrunc 2>"$work/errors"
	refused "added octet $at changed" "it is damaged, or under another key"
	at=$((at + step / 2))
done
for length in $(seq $((size + 1)) 31 $((size + added - 1))) $(seq $((size + 32)) 32 $((size + added - 32))); do
	head -c "$length" "$work/grown" >"$memo"
	check "$work/small" --memo "$memo"
	same "added, cut to $length: said" yes "$(note | grep -q '^it is damaged' && echo yes)"
	same "added, cut to $length: ways" "$signatures verified, 0 known" "$(ways)"
done
head -c "$size" "$work/grown" >"$memo"
check "$work/small.next" --memo "$memo"
same "without what was added" "$known" "$(count by_memo)"
{
	cat "$work/grown"
	tail -c "$added" "$work/grown"
} >"$memo"
refused "added twice" "it is damaged, or under another key"

# Once as much as a quarter was added, the next run writes the file anew, with what is of use alone.
same "more than a quarter was added" yes "$([ "$added" -gt $((size / 4)) ] && echo yes)"
cp "$work/grown" "$memo"
check "$work/small" --memo "$memo"
same "all was known" "0 verified, $signatures known" "$(ways)"
same "and the memo is written anew" "$size" "$(wc -c <"$memo")"
check "$work/small" --memo "$memo"
same "with all that is of use" "0 verified, $signatures known" "$(ways)"

# Its own key is another one, too short, or gone.
memo_restore
head -c 32 /dev/urandom >"$memo.key"
refused "foreign key" "it is damaged, or under another key"
memo_restore
head -c 31 "$work/kept.key" >"$memo.key"
refused "short key" "it is damaged, or under another key"
memo_restore
rm "$memo.key"
refused "no key" "it is damaged, or under another key"
same "a new key is made for its owner alone" "600 32" "$(stat -c '%a %s' "$memo.key")"

# Sealed anew, with the right key, after a change of the header: another build, another OpenSSL,
# another format.
sealed() { # name note sed-command
	memo_restore
	{
		head -c 1024 "$work/kept" | sed "$3" | head -c 1024
		tail -c +1025 "$work/kept" | head -c $((size - 1024 - 32))
	} >"$work/body"
	key=$(od -An -v -tx1 "$work/kept.key" | tr -d ' \n')
	openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary "$work/body" |
		cat "$work/body" - >"$memo"
	if [ -n "$2" ]; then
		refused "$1" "$2"
	else
		check "$work/small" --memo "$memo"
		same "$1" "0 verified, $signatures known" "$(ways)"
	fi
}
if command -v openssl >/dev/null; then
	other="it is of another program build or OpenSSL version"
	sealed "sealed anew, unchanged" "" ''
	sealed "another build" "$other" '1s/\( build [^ ]*-\)./\1x/'
	sealed "another version" "$other" '1s/ build [0-9]/ build 9/'
	sealed "another OpenSSL" "$other" '1s/ crypto [0-9]/ crypto 9/'
	sealed "another format" "$other" '1s/ memo 2 / memo 3 /'
	sealed "another zone" "it is of another zone" '1s/ zone test\./ zone tess./'
else
	echo "openssl is not here: memos sealed anew are not tested"
fi

# ---- Another zone, and the interval of full checks ----

memo_restore
"$ZONEGATE" check --format json --quiet --now 20261115000000 --memo "$memo" "$foreign_zone" \
	>"$work/report" 2>"$work/errors"
same "a memo of another zone is said" "it is of another zone" "$(note)"
same "and knows nothing" 0 "$(count by_memo)"

# Times are after the signatures were made, by a policy with an interval of six hours.
cat >"$work/policy.xml" <<'END'
<ZoneGate version="1">
  <Policy name="six"><FullCheckInterval>PT6H</FullCheckInterval></Policy>
</ZoneGate>
END
begin=$now
at_hour() { # hour
	now=$((begin + 3600 * $1))
	check "$work/small" --memo "$memo" --policy "$work/policy.xml"
}
rm -f "$memo" "$memo.key"
at_hour 0
at_hour 5
same "within the interval" " 0 verified, $signatures known" "$(note) $(ways)"
at_hour 6
same "after six hours, though it was used meanwhile" \
	"a full check is due $signatures verified, 0 known" "$(note) $(ways)"
at_hour 11
same "five hours later" " 0 verified, $signatures known" "$(note) $(ways)"
at_hour 3
same "before the last full check" \
	"its last full check lies in the future $signatures verified, 0 known" "$(note) $(ways)"
sed 's/PT6H/PT0S/' "$work/policy.xml" >"$work/always.xml"
now=$begin
for _ in 1 2; do
	check "$work/small" --memo "$memo" --policy "$work/always.xml"
done
same "an interval of nothing" "a full check is due $signatures verified, 0 known" "$(note) $(ways)"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
