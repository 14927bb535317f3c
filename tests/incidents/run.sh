#!/bin/sh
# Would it have stopped it? Replays the documented outages: each folder with a file `case` holds small
# signed zones, what the parent published, what was released before, the step that went wrong, and
# what the gate must say. How cases are written: tests/incidents/README.md.
#
#   tests/incidents/run.sh [CASE...]   the suite, or some of its cases
#   tests/incidents/run.sh table       the suite, and the table of what each outage came to
#   tests/incidents/run.sh update      writes samples/incidents/README.md
#   tests/incidents/run.sh build       writes the zones anew from the recipes
#
#   LONG=1   with the zones that are made while it runs
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
export BUILD ZONEGATE
export PATH="$PATH:/usr/sbin:$PWD/build/peers/bin" LC_ALL=C TZ=UTC LONG="${LONG:-}"
umask 022
cases=tests/incidents
committed=samples/incidents/README.md
peers='dnssec-verify kzonecheck ldns-verify-zone validns'
tab=$(printf '\t')

if [ "${1:-}" = build ]; then
	rm -f $cases/*/*.zone $cases/*/*.ds
	exec "$BUILD/tests/incidents/build" $cases $cases
fi

. tests/tools/clock.sh
# shellcheck disable=SC2034 # of clock.sh: `at` and `stamp` take seconds since 1970 here
start=0

passed=0 failed=0 skipped=0

. tests/tools/counts.sh

# ---- One case ------------------------------------------------------------------------------------

# The value of a word of the case file; all of them, one a line, when it stands more than once.
value() { # word [otherwise]
	found=$(sed -n "s/^$1  *//p" "$folder/case")
	echo "${found:-${2:-}}"
}

# Where a zone is: of the folder, of the project when there is a slash in its name, or made for this
# run.
zone_file() { # name
	case $1 in
	*/*) echo "$PWD/$1" ;;
	*) if [ -e "$place/$1.zone" ]; then echo "$place/$1.zone"; else echo "$folder/$1.zone"; fi ;;
	esac
}

ds_file() { # name
	if [ -e "$place/$1.ds" ]; then echo "$place/$1.ds"; else echo "$folder/$1.ds"; fi
}

policy_path() { # name
	case $1 in
	default) ;;
	tld | strict | enterprise) echo "$PWD/policies/$1.xml" ;;
	*) echo "$PWD/$cases/policies.xml#$1" ;;
	esac
}

seconds_of() { # YYYY-MM-DDTHH:MM
	date -d "${1}Z" +%s
}

# The configuration, with the people who may approve when the case has any.
configure() {
	{
		echo "<Configuration version=\"1\"><State>$place/state</State>"
		echo "<Installation>incidents</Installation>"
		[ ! -s "$place/people" ] || echo "<Approvers>$(cat "$place/people")</Approvers>"
		echo "<Zone name=\"$origin\">"
		[ "$policy" = default ] || echo "<Policy>$(policy_path "$policy")</Policy>"
		[ -z "$unsigned" ] || echo "<Unsigned>$(zone_file "$unsigned")</Unsigned>"
		echo "<Release><Target>$place/out/zone</Target></Release>"
		[ -z "$port" ] ||
			echo "<Distribution><Server address=\"127.0.0.1\" port=\"$port\"/></Distribution>"
		echo "<Parent><DS ttl=\"$ds_ttl\">$place/ds</DS></Parent></Zone></Configuration>"
	} >"$place/zonegate.xml"
}

# Runs the gate at the moment of the step: $status, $place/report, $place/errors.
gate() { # words...
	at "$now" "$ZONEGATE" "$@" >"$place/report" 2>"$place/errors" </dev/null
	status=$?
}

status_of() { # word
	case $1 in
	passes) echo 0 ;;
	refused) echo 1 ;;
	undecided) echo 2 ;;
	held) echo 3 ;;
	*) echo "not a verdict: $1" >&2 ;;
	esac
}

# "SEVERITY ID" of each finding of the report.
findings() {
	awk -F '"' '
		/^  "findings": \[/ { inside = 1 }
		/^  \]/ { inside = 0 }
		inside && /^      "id": / { id = $4 }
		inside && /^      "severity": / { print $4, id }' "$place/report" | sort
}

# Holds verdict and ids: all that refuse or hold, and no other; `warn:ID` must be among the warnings.
# `cache-view` stands for its two models.
expect() { # verdict id...
	wanted=$1
	shift
	[ "$status" -eq "$(status_of "$wanted")" ]
	result $? "$step: exit status $status, expected $wanted" "$(cat "$place/errors")" \
		"$(grep -A3 -E '"(id|detail)":' "$place/report")"
	findings >"$place/findings"
	for word; do
		case $word in
		warn:*) echo "${word#warn:}" ;;
		esac
	done | sort >"$place/warnings"
	for word; do
		case $word in
		warn:*) ;;
		cache-view) printf '%s\n' cache-view-lenient cache-view-strict-ds ;;
		*) echo "$word" ;;
		esac
	done | sort >"$place/wanted"
	difference=$(awk '$1 == "refuse" || $1 == "approve" { print $2 }' "$place/findings" | sort |
		diff "$place/wanted" -)
	result $? "$step: the findings" "$difference"
	difference=$(awk '$1 == "warn" { print $2 }' "$place/findings" | sort | comm -23 "$place/warnings" -)
	[ -z "$difference" ]
	result $? "$step: warnings" "missing: $difference" "$(cat "$place/findings")"
}

# Runs a program at the moment of the step that faketime makes hang, or that takes long.
shifted() { # seconds-at-most command...
	limit=$1
	shift
	env CLOCK_SHIFT=$((now - $(date +%s))) timeout -k 5 "$limit" \
		env LD_PRELOAD="$BUILD/tests/tools/preload/shifted_clock.so" "$@"
}

# What the other validators say of a zone, as one word each, into $place/NAME.peers.
ask_peers() { # name zone ds
	for peer in $peers; do
		if ! command -v "$peer" >/dev/null; then
			echo -
			continue
		fi
		keys=-z
		! grep -q 'DNSKEY[[:space:]]*256' "$2" || keys=-x
		anchor=
		[ ! -s "$3" ] || anchor="-k $3"
		# shellcheck disable=SC2086 # lists of words
		case $peer in
		# BIND's has no option for the time.
		dnssec-verify) shifted "$patience" dnssec-verify $keys -q -o "$origin" "$2" ;;
		kzonecheck) timeout -k 5 "$patience" kzonecheck -d on -t "$now" -o "$origin" "$2" ;;
		ldns-verify-zone)
			timeout -k 5 "$patience" ldns-verify-zone -t "$(stamp "$now")" $anchor "$2"
			;;
		validns) timeout -k 5 "$patience" validns -t "$now" -z "$origin" "$2" ;;
		esac >"$place/peer.log" 2>&1
		case $? in
		0) echo passes ;;
		124 | 137) echo hangs ;;
		*) echo refuses ;;
		esac
	done >"$place/$1.peers"
}

# The first step that went wrong, or that must pass, is what the table is about.
remember() { # what-it-came-to caught-by zone
	[ "$when" != at ] && [ ! -s "$place/outcome" ] || return 0
	echo "$1" >"$place/outcome"
	echo "$2" >"$place/caught"
	awk '$1 == "refuse" || $1 == "approve" { print $2 }' "$place/findings" |
		sed 's/^cache-view-[lsm].*/cache-view/' | sort -u | paste -sd, | sed 's/,/, /g' >"$place/ids"
	if [ -z "$(cat "$place/ids")" ]; then
		sed 's/$/ (a warning)/' "$place/warnings" | paste -sd, | sed 's/,/, /g' >"$place/ids"
	elif [ "$1" = passes ]; then
		sed -i 's/$/ (approved)/; s/, / (approved), /g' "$place/ids"
	fi
	ask_peers wrong "$3" "$place/ds"
}

# A zone that nothing is wrong with: what a peer refuses here, it does not refuse for the fault.
good() { # zone
	[ -e "$place/good.peers" ] || ask_peers good "$1" "$place/ds"
}

# Taken over as it has been served: import ZONE since TIME [ds-since TIME] [served].
step_import() { # zone words...
	zone=$(zone_file "$1")
	shift
	words=
	while [ $# -gt 0 ]; do
		case $1 in
		served) words="$words --served" && shift ;;
		*) words="$words --$1 $(stamp "$(seconds_of "$2")")" && shift 2 ;;
		esac
	done
	[ ! -e "$place/ds" ] || words="$words --ds $place/ds --ds-ttl $ds_ttl_seconds"
	cp "$zone" "$place/out/zone"
	# shellcheck disable=SC2086 # a list of words
	gate history import -c "$place/zonegate.xml" $words "$origin" "$zone"
	result "$status" "$step" "$(cat "$place/errors")"
	good "$zone"
}

step_release() { # zone verdict id...
	zone=$(zone_file "$1")
	shift
	cp "$place/out/zone" "$place/before" 2>/dev/null || : >"$place/before"
	gate release -q -c "$place/zonegate.xml" -f json "$origin" "$zone"
	expect "$@"
	if [ "$1" = passes ]; then
		cmp -s "$zone" "$place/out/zone"
		result $? "$step: it is in service"
		remember passes none "$zone"
		good "$zone"
	else
		cmp -s "$place/before" "$place/out/zone" || [ ! -s "$place/before" ]
		result $? "$step: what was in service stays"
		remember "$1" release "$zone"
	fi
}

# Without any set-up: what is known is given on the command line.
step_check() { # zone verdict id... [previous=ZONE] [unsigned=ZONE]
	zone=$(zone_file "$1")
	shift
	words='' ids=''
	for word; do
		case $word in
		previous=*) words="$words -P $(zone_file "${word#*=}")" ;;
		unsigned=*) words="$words -u $(zone_file "${word#*=}")" ;;
		*) ids="$ids $word" ;;
		esac
	done
	[ "$policy" = default ] || words="$words -p $(policy_path "$policy")"
	[ ! -e "$place/ds" ] || words="$words -d $place/ds"
	# shellcheck disable=SC2086 # lists of words
	gate check -q -f json -t "$now" -o "$origin" $words "$zone"
	# shellcheck disable=SC2086
	expect $ids
	case $1 in
	passes)
		remember passes none "$zone"
		good "$zone"
		;;
	*) remember "$1" release "$zone" ;;
	esac
}

# A name server hands out ZONE, and `observe` looks at it: good, or bad with these faults.
step_observe() { # zone good|bad fault...
	server_new "nsd-$1"
	cp "$(zone_file "$1")" "$place/nsd-$1/zone"
	printf 'zone:\n  name: "%s"\n  zonefile: zone\n  provide-xfr: 127.0.0.1 NOKEY\n' "$origin" |
		nsd_configure "nsd-$1"
	nsd_start "nsd-$1"
	result $? "$step: NSD" "$(cat "$place/nsd-$1/log")"
	port=$(port_of "nsd-$1")
	configure
	gate observe -c "$place/zonegate.xml" -f json "$origin"
	server_stop "nsd-$1"
	[ "$status" -eq "$([ "$2" = good ] && echo 0 || echo 1)" ]
	result $? "$step: exit status $status" "$(cat "$place/errors" "$place/report")"
	zone=$(zone_file "$1") found="served copy $2"
	shift 2
	sed -n 's/^ *"fault": "\(.*\)",*$/\1/p' "$place/report" | sort -u >"$place/faults"
	difference=$(printf '%s\n' "$@" | sort | diff - "$place/faults")
	result $? "$step: faults" "$difference" "$(cat "$place/report")"
	sed 's/^/refuse /' "$place/faults" >"$place/findings"
	[ "$found" = "served copy good" ] || remember "$found" observer "$zone"
}

step_try() { # ds verdict
	ds=$(ds_file "$1")
	gate parent try -c "$place/zonegate.xml" -f json "$origin" "$ds"
	[ "$status" -eq "$(status_of "$2")" ]
	result $? "$step: exit status $status" "$(cat "$place/errors" "$place/report")"
	echo refuse cache-view >"$place/findings"
	cp "$place/ds" "$place/ds.before"
	cp "$ds" "$place/ds"
	[ "$2" = passes ] || remember "DS set $2" release "$place/out/zone"
	mv "$place/ds.before" "$place/ds"
}

step_parent() { # ds|none
	if [ "$1" = none ]; then : >"$place/ds"; else cp "$(ds_file "$1")" "$place/ds"; fi
}

step_confirm() { # serial
	gate history confirm -c "$place/zonegate.xml" "$origin" "$1"
	result "$status" "$step" "$(cat "$place/errors")"
}

step_policy() { # name
	policy=$1
	configure
}

# The level, and conditions that must be there.
step_status() { # ok|warning|critical id...
	level=$1
	shift
	gate status -c "$place/zonegate.xml" -f json "$origin"
	case $level in ok) number=0 ;; warning) number=1 ;; *) number=2 ;; esac
	[ "$status" -eq $number ]
	result $? "$step: exit status $status" "$(cat "$place/errors" "$place/report")"
	for id; do
		grep -q "\"id\": \"$id\"" "$place/report"
		result $? "$step: $id" "$(grep '"id"' "$place/report")"
	done
	printf 'refuse %s\n' "$@" >"$place/findings"
	remember "status $level from $(date -d "@$now" '+%F %H:%M')" timer "$place/out/zone"
}

# People approve the candidate: it works, or it does not.
step_approve() { # who serial works|fails words...
	who=$1 serial=$2 works=$3
	shift 3
	gate approve -q -c "$place/zonegate.xml" --key "$place/keys/$who" --as "$who" \
		--reason "a case" "$@" "$origin" "$serial"
	[ "$status" -eq "$([ "$works" = works ] && echo 0 || echo 2)" ]
	result $? "$step: exit status $status" "$(cat "$place/errors")"
}

# A zone signed by three private keys in turn under the tag of the one that is published, and its DS:
# `generated`.
step_generate() { # delegations
	shifted 1200 "$BUILD/tests/bench/gen_zone" "$1" 8x3 "$place/generated.zone" \
		"$place/generated.ds"
	result $? "$step"
}

# How often a finding fired in the last report.
step_counts() { # id at-least at-most
	count=$(awk -v id="$1" '
		/^  "not_run":/ { exit }
		/^      "id":/ { split($0, part, "\""); here = part[4] == id }
		here && /^      "count":/ { gsub(/[^0-9]/, ""); print; exit }' "$place/report")
	[ "${count:-0}" -ge "$2" ] && [ "${count:-0}" -le "$3" ]
	result $? "$step: ${count:-0}"
}

run_steps() {
	while read -r when moment action rest; do
		case $when in at | wrong | right) ;; *) continue ;; esac
		now=$(seconds_of "$moment")
		step="$name: $moment $action $rest"
		# shellcheck disable=SC2086 # a list of words
		"step_$action" $rest
	done <"$folder/case"
}

people_make() {
	mkdir "$place/keys"
	for who in $(value approvers); do
		now=$(date -d "$(value date)" +%s)
		gate approve --new-key "$place/keys/$who" --as "$who"
		cat "$place/report" >>"$place/people"
	done
}

# What a peer said of the fault, in the light of what it said of a zone without it.
peer_cells() {
	if [ ! -e "$place/wrong.peers" ]; then
		echo "-$tab-$tab-$tab-"
		return
	fi
	[ -e "$place/good.peers" ] && [ "$(value kind)" != must-pass ] || sed 's/.*/passes/' "$place/wrong.peers" >"$place/good.peers"
	paste "$place/wrong.peers" "$place/good.peers" | while read -r wrong fine; do
		if [ "$wrong" = refuses ] && [ "$fine" != passes ]; then
			echo "refuses any"
		else
			echo "$wrong"
		fi
	done | paste -s
}

# Runs a case and leaves its counts, its messages and its row of the table in WORK.
one_case() { # name work
	name=$1 folder=$PWD/$cases/$1 place=$2/$1 work=$2/$1 port=
	mkdir -p "$place/out"
	origin=$(value origin) policy=$(value policy default) unsigned=$(value unsigned)
	ds_ttl=$(value ds-ttl P1D) ds_ttl_seconds=$(value ds-ttl-seconds 86400)
	patience=$(value patience 60)
	first_ds=$(value parent)
	[ -z "$first_ds" ] || cp "$(ds_file "$first_ds")" "$place/ds"
	: >"$place/people"
	[ -z "$(value approvers)" ] || people_make
	configure
	run_steps
	if [ ! -e "$place/outcome" ]; then
		result 1 "$name: no step is marked with 'wrong' or 'right', or none was reached"
		echo none | tee "$place/outcome" "$place/ids" >"$place/caught"
	fi
	caught=$(cat "$place/caught")
	wanted=$(value caught-by none)
	[ "${wanted#nothing-wrong}" = "$wanted" ] || [ "$caught" != none ] || caught=nothing-wrong
	[ "$wanted" = "$caught" ]
	result $? "$name: caught by $caught, expected $wanted"
	printf '%s\t' "$name" "$(value kind incident)" "$(value shown)" "$(value date)" \
		"$(value broke)" "$(value lasted "$(value lawful)")" "$(cat "$place/outcome")" "$(cat "$place/ids")" \
		"$(value needs)" "$caught" "$(value source | head -n 1)" >"$2/$name.row"
	peer_cells >>"$2/$name.row"
	echo "$passed $failed $skipped" >"$2/$name.counts"
}

. tests/tools/servers.sh

if [ "${1:-}" = one ]; then
	trap servers_stop EXIT
	trap 'exit 1' INT TERM
	one_case "$2" "$3" >"$3/$2.log" 2>&1
	exit 0
fi

# ---- All -----------------------------------------------------------------------------------------

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

action=run
case ${1:-} in table | update) action=$1 && shift ;; esac
[ $action != update ] || LONG=1 # the page is whole
for name in "$@"; do
	[ -e "$cases/$name/case" ] || { echo "run.sh: no case '$name'" >&2 && exit 2; }
done
if [ $# -gt 0 ]; then
	printf '%s\n' "$@"
else
	for file in "$cases"/*/case; do basename "${file%/case}"; done
fi | sort >"$work/names"

# Leaves cases out that have a step of a kind.
leave_out() { # step why
	while read -r name; do
		if grep -qE "^(at|wrong) [^ ]* $1 " "$cases/$name/case"; then
			echo "$name" >>"$work/left-out"
			echo "left out: $name, needs $2" >&2
			[ "$2" = LONG=1 ] || skipped=$((skipped + 1))
		else
			echo "$name"
		fi
	done <"$work/names" >"$work/some"
	mv "$work/some" "$work/names"
}

: >"$work/left-out"
[ -n "$LONG" ] || [ $# -gt 0 ] || leave_out generate LONG=1
command -v nsd >/dev/null && command -v dig >/dev/null || leave_out observe "nsd and dig"

xargs -P "$(nproc)" -I '{}' "$0" one '{}' "$work" <"$work/names"
while read -r name; do
	cat "$work/$name.log"
	read -r p f s <"$work/$name.counts" || { p=0 f=1 s=0 && echo "FAILED $name: it did not end"; }
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	cat "$work/$name.row" >>"$work/rows"
done <"$work/names"

# ---- What came of it -----------------------------------------------------------------------------

# How many incidents were caught so.
caught_by() { # how
	awk -F "$tab" -v how="$1" '$2 == "incident" && $10 == how' "$work/rows" | wc -l
}

summary() {
	echo "$(awk -F "$tab" '$2 == "incident"' "$work/rows" | wc -l) incidents:" \
		"$(caught_by release) caught before release, $(caught_by observer) by the observer," \
		"$(caught_by timer) by the timer, $(caught_by none) not at all;" \
		"in $(caught_by nothing-wrong) nothing was wrong, and it passes"
}

markdown_rows() { # kind...
	awk -F "$tab" -v kinds=" $* " '
		index(kinds, " " $2 " ") {
			what = $11 == "" ? $3 ", " $4 : "[" $3 ", " $4 "](" $11 ")"
			printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n",
				$1, what, $5, $6, $7, $8, $9, $12, $13, $14, $15
		}' "$work/rows"
}

markdown_head() {
	echo '| case | what | what broke | it lasted | zonegate says | by | input | dnssec-verify | kzonecheck | ldns-verify-zone | validns |'
	echo '|---|---|---|---|---|---|---|---|---|---|---|'
}

# The cases of each lesson.
lessons() {
	while read -r number text; do
		list=$(grep -lE "^lesson .*\b$number\b" "$cases"/*/case | while read -r file; do
			basename "${file%/case}"
		done | paste -sd, | sed 's/,/, /g')
		echo "$number. $text: $list"
	done <"$cases/lessons"
}

# The page: its text, with what came out in place of the lines that begin with an at sign.
readme() {
	while IFS= read -r line; do
		case $line in
		@summary) summary | sed 's/$/./' ;;
		@incidents) markdown_head && markdown_rows incident depth ;;
		@must-pass)
			markdown_head | sed 's/it lasted/is lawful because/; s/what broke/what happens/'
			markdown_rows must-pass
			;;
		@lesson-cases) markdown_head && markdown_rows lesson ;;
		@lessons) lessons ;;
		*) printf '%s\n' "$line" ;;
		esac
	done <"$cases/README.in"
}

table() {
	awk -F "$tab" -v form='%-32s %-11s %-42s %-13s %-10s %-16s %s\n' '
		BEGIN {
			printf form, "case", "date", "zonegate", "dnssec-verify", "kzonecheck", "ldns-verify-zone", "validns"
		}
		{
			printf form, $1, $4, $7, $12, $13, $14, $15
			printf "    %s%s\n", $5, $6 == "" ? "" : "; " $6
			printf "    %s%s\n", $8 == "" ? "" : "by " $8 "; ", "input: " $9
		}' "$work/rows"
}

# The committed page without what this run could not find out.
comparable() { # file
	columns=1,2,3,4,5,6,7
	number=8
	for peer in $peers; do
		! command -v "$peer" >/dev/null || columns=$columns,$number
		number=$((number + 1))
	done
	awk -v columns="$columns" '
		BEGIN { n = split(columns, wanted, ",") }
		!/^\| / { print; next }
		{
			split($0, cell, "|")
			line = ""
			for (i = 1; i <= n; i++)
				line = line "|" cell[wanted[i] + 1]
			print line
		}' "$1" | grep -vFf "$work/left-out-rows"
}

# Rows of cases that were left out, and with an incident among them the line that counts.
{
	echo '| no such row |'
	sed 's/.*/| & |/' "$work/left-out"
	! xargs -I '{}' cat "$cases/{}/case" <"$work/left-out" | grep -q '^caught-by observer' ||
		echo ' incidents: '
} >"$work/left-out-rows"

if [ $# -eq 0 ]; then
	readme >"$work/readme"
	if [ $action = update ]; then
		mkdir -p "$(dirname $committed)"
		cp "$work/readme" $committed
	fi
	comparable "$work/readme" >"$work/here"
	comparable $committed >"$work/there"
	difference=$(diff "$work/there" "$work/here")
	result $? "$committed is what comes out: tests/incidents/run.sh update" "$difference"

	mkdir "$work/again"
	"$BUILD/tests/incidents/build" $cases "$work/again"
	(cd $cases && find . -name '*.zone' -o -name '*.ds' | sort) >"$work/files"
	(cd "$work/again" && find . -name '*.zone' -o -name '*.ds' | sort) | diff "$work/files" -
	result $? "the same files are built again"
	while read -r file; do
		cmp -s "$cases/$file" "$work/again/$file" || echo "$file"
	done <"$work/files" >"$work/differ"
	[ ! -s "$work/differ" ]
	result $? "the files are built again" "$(cat "$work/differ")"
fi
if [ $action = table ]; then
	table
	echo
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $action != table ] || summary
[ $failed -eq 0 ]
