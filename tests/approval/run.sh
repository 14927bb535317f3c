#!/bin/sh
# Approvals from end to end: held, approved by one and by two, released; what does not count, and
# why; what carries over to later serials and what does not.
#
#   tests/approval/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
make_zone=$BUILD/tests/release/make_zone
umask 022

passed=0 failed=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
top=$work/top
conf=$top/zonegate.xml

. tests/tools/counts.sh
. tests/tools/said.sh

# --- The stage: two of three approvers make a quorum; mallory is none of them ---

keys_make() {
	mkdir "$work/keys" || exit 2
	for who in alice bob carol mallory; do
		gate approve --new-key "$work/keys/$who" --as "$who"
		is "a key for $who" "$status" -eq 0
		cp "$work/out" "$work/keys/$who.xml"
	done
	is "private keys are private" "$(stat -c %a "$work/keys/alice")" = 600
	gate approve --new-key "$work/keys/alice" --as alice
	is "a key is not overwritten" "$status" -eq 2
}

configure() { # [installation [approver...]]
	installation=${1:-test}
	[ $# -eq 0 ] || shift
	[ $# -gt 0 ] || set -- alice bob carol
	cat >"$conf" <<-END
		<?xml version="1.0"?>
		<Configuration version="1">
		  <State>$top/state</State>
		  <Installation>$installation</Installation>
		  <Approvers>
		$(for who; do cat "$work/keys/$who.xml"; done)
		  </Approvers>
		  <Zone name="example.">
		    <Policy>$top/policy.xml</Policy>
		    <Release><Target>$top/pub/example.zone</Target></Release>
		    <Parent><DS ttl="P1D">$top/ds</DS></Parent>
		  </Zone>
		</Configuration>
	END
}

stage() {
	rm -rf "$top"
	mkdir "$top" "$top/pub"
	cat >"$top/policy.xml" <<-END
		<?xml version="1.0"?>
		<ZoneGate version="1">
		  <Policy name="test">
		    <CacheView><UnknownHistory on="warn"/></CacheView>
		    <ChangeGuards>
		      <Records maxgrowth="1" minimum="1" on="approve"/>
		      <ApexNS on="refuse"/>
		    </ChangeGuards>
		    <Approval quorum="2" expires="P1D"/>
		  </Policy>
		</ZoneGate>
	END
	configure
	zone 1
	release 1
	is "the first release" "$status" -eq 0
}

zone() { # serial word...
	serial=$1
	shift
	"$make_zone" "$serial" "$top/zone.$serial" "$top/ds" "$@" || exit 2
}

release() { # serial
	gate release -q -j 1 -c "$conf" example. "$top/zone.$1"
}

# Approves the candidate with that serial; words of `approve` come behind.
approve() { # who serial [words...]
	who=$1 serial=$2
	shift 2
	gate approve -q -c "$conf" --key "$work/keys/$who" --as "$who" --reason "a test" "$@" \
		example. "$serial"
}

approved() { # the same: and it is written
	approve "$@"
	is "$who approves $serial $*" "$status" -eq 0
}

served() { cmp -s "$top/zone.$1" "$top/pub/example.zone"; }

held() { # name serial
	release "$2"
	is "$1" "$status" -eq 3
	served "$2"
	is "$1: it is not served" $? -ne 0
}

goes_out() { # name serial
	release "$2"
	is "$1" "$status" -eq 0
	served "$2"
	is "$1: it is served" $? -eq 0
}

spool_count() { find "$top/state/spool" -name '*.approval' | wc -l; }

# --- Held, one, two, released ---

test_quorum() {
	stage
	zone 2 pad=5
	held "too many new records" 2
	gate approve -c "$conf" --list
	is "the list" "$status" -eq 0
	said "the list names it" "example. serial 2: held for approval"
	said "the list says who is missing" "change-records: approve.*nobody has accepted it, 2 have to"
	approved alice 2
	held "one approval of two" 2
	gate approve -c "$conf" --list example.
	said "the list names who approved" "accepted by alice until .*, more have to"
	approved alice 2
	held "the same approver twice is one" 2
	approved bob 2
	goes_out "two approvals" 2
	said "the report names them" "alice, bob"
	gate approve -c "$conf" --list
	said "nothing waits any more" "nothing waits"
	gate history list -c "$conf" example.
	gate history verify -c "$conf" example.
	is "the log is whole" "$status" -eq 0
}

# --- What carries over ---

test_later_serials() {
	stage
	zone 2 pad=5
	held "too many new records" 2
	approved alice 2
	approved bob 2
	zone 3 pad=6
	held "one record more than approved" 3
	zone 4 pad=4
	goes_out "the next serial with less of the same" 4
	# The step was taken: the same approvals are not good for a second one from there.
	zone 5 pad=8
	held "another step of the size that was approved" 5
	said "the report says why" "used for a change before"
	zone 6 pad=5
	goes_out "without a change nobody is asked" 6
}

test_headroom() {
	stage
	zone 2 pad=5
	held "too many new records" 2
	approved alice 2 --headroom 20
	approved bob 2 --headroom 20
	zone 3 pad=7
	held "more than the headroom" 3
	zone 4 pad=6
	goes_out "within the headroom" 4
}

test_this_only() {
	stage
	zone 2 pad=5
	held "too many new records" 2
	approved alice 2 --this-only
	approved bob 2 --this-only
	zone 3 pad=5
	held "the same change under another serial" 3
	said "the report says why" "bound to another serial or content"
	goes_out "the candidate that was meant" 2
}

# Given before the candidate comes, over a release that is not in force any more by then.
test_before_it_comes() {
	stage
	zone 3 pad=5
	for who in alice bob; do
		gate approve -q -c "$conf" --key "$work/keys/$who" --as "$who" --reason "planned" \
			example. 3 "$top/zone.3"
		is "$who approves a file" "$status" -eq 0
	done
	zone 2 pad=1
	goes_out "another release comes first" 2
	zone 4 pad=6
	goes_out "then the change" 4
}

# --- What does not count ---

test_does_not_count() {
	stage
	zone 2 pad=5
	held "too many new records" 2
	approved alice 2
	approve mallory 2
	is "who is no approver cannot approve" "$status" -eq 2
	gate approve -q -c "$conf" --key "$work/keys/mallory" --as bob --reason "a test" example. 2
	is "nor in another's name" "$status" -eq 2
	said "it says why" "knows no approver 'bob' with this key"

	# Alice's approval, in bob's name.
	sed 's/^by alice$/by bob/' "$top"/state/spool/*.approval >"$work/forged"
	cp "$work/forged" "$top/state/spool/forged.approval"
	held "a forged approval" 2
	said "the report says so" "not signed by an approver that is known"
	is "it is put aside" -e "$top/state/aside/forged.approval"
	is "the good one stays" "$(spool_count)" -eq 1

	echo "not an approval" >"$top/state/spool/text.approval"
	mkfifo "$top/state/spool/pipe.approval"
	ln -s /etc/passwd "$top/state/spool/link.approval"
	held "what is no approval" 2
	is "all that is put aside" "$(spool_count)" -eq 1

	approved bob 2 --for 1s
	sleep 2
	held "an expired approval" 2
	said "the report says so" ": expired"
	approved bob 2 --from +1h
	held "one that does not count yet" 2
	said "the report says so" "does not count yet"

	# Signed for another installation, by the same people with the same keys.
	configure other
	approved bob 2
	configure test
	held "another installation's approval" 2
	said "the report says so" "for another installation, zone or policy"

	# And with a right one it goes out.
	approved bob 2
	goes_out "the twin that counts" 2
}

test_policy_changed() {
	stage
	zone 2 pad=5
	held "too many new records" 2
	approved alice 2
	approved bob 2
	sed 's/<Records maxgrowth="1"/<Records maxgrowth="2"/' "$top/policy.xml" >"$work/policy" &&
		cp "$work/policy" "$top/policy.xml"
	held "approvals under another policy" 2
	said "the report says so" "for another installation, zone or policy"
	is "they are put aside" "$(spool_count)" -eq 0
	said "the policy is a finding itself" "history-policy-changed"
	approved alice 2
	approved bob 2
	goes_out "approvals of the change and of the policy" 2
}

# A change of the rules is decided by those that the last release passed under: DESIGN 9.19.
test_old_quorum() {
	stage
	zone 2
	sed 's/quorum="2"/quorum="1"/' "$top/policy.xml" >"$work/policy" &&
		cp "$work/policy" "$top/policy.xml"
	held "a policy whose quorum is one" 2
	approved alice 2
	held "one of the quorum of before, which is two" 2
	gate approve -c "$conf" --list example.
	said "the list says so" "history-policy-changed.*more have to"
	approved bob 2
	goes_out "the quorum of before" 2
	# From now on one is enough.
	sed 's/quorum="1"/quorum="2"/' "$top/policy.xml" >"$work/policy" &&
		cp "$work/policy" "$top/policy.xml"
	zone 3
	held "a policy whose quorum is two again" 3
	approved carol 3
	goes_out "the quorum of before is one" 3
}

# Who takes a zone over says under which rules.
test_taken_over() {
	stage
	rm -rf "$top/state"
	gate history import -c "$conf" --since -30d --ds "$top/ds" --ds-ttl 1d example. "$top/zone.1"
	is "the zone in service is taken over" "$status" -eq 0
	sed 's/quorum="2"/quorum="1"/' "$top/policy.xml" >"$work/policy" &&
		cp "$work/policy" "$top/policy.xml"
	zone 2
	held "a policy whose quorum is one" 2
	approved alice 2
	held "one of the quorum that it was taken over under" 2
	approved bob 2
	goes_out "that quorum" 2
}

test_own_severity() {
	stage
	zone 2
	sed 's|</ChangeGuards>|</ChangeGuards><Checks><Check id="history-policy-changed" on="warn"/></Checks>|' \
		"$top/policy.xml" >"$work/policy"
	cp "$work/policy" "$top/policy.xml"
	held "a policy that makes light of its own coming" 2
	approved alice 2
	approved bob 2
	goes_out "the quorum" 2
	sed 's/<Records maxgrowth="1"/<Records maxgrowth="2"/' "$top/policy.xml" >"$work/policy" &&
		cp "$work/policy" "$top/policy.xml"
	zone 3
	goes_out "from then on it is a warning" 3
	said "which is said" "history-policy-changed"
}

test_approvers_changed() {
	stage
	zone 2
	configure test alice bob carol mallory
	held "an approver more" 2
	said "the report says so" "approver mallory with key .* counts from now on"
	approved mallory 2
	approved alice 2
	held "one who came with the change does not count" 2
	configure test alice mallory
	held "another change: two are gone" 2
	said "the report says so" "approver bob with key .* counts no more"
	approved alice 2
	approved mallory 2
	held "those that are left are no quorum of before" 2
	approved bob 2
	goes_out "who goes has a say in it" 2
	zone 3 pad=5
	held "too many new records" 3
	approve bob 3
	is "and none in what comes" "$status" -eq 2
	approved alice 3
	approved mallory 3
	goes_out "the new quorum" 3
}

test_first_approvers() {
	stage
	rm -rf "$top/state"
	sed '/<Approver /d; /Approvers>/d' "$conf" >"$work/conf" && cp "$work/conf" "$conf"
	zone 2
	goes_out "without any approver" 2
	configure
	zone 3
	goes_out "the first approvers need nobody's word" 3
}

# --- Overrides ---

test_override() {
	stage
	zone 2 "record=@ NS ns2.example.net."
	release 2
	is "another NS at the apex is refused" "$status" -eq 1
	approve alice 2
	is "it does not wait for approval" "$status" -eq 2
	said "it says so" "nothing to approve"
	approve alice 2 --override change-records
	is "an override of what is not there" "$status" -eq 2
	said "it says so" "there is no such finding"
	approved alice 2 --override change-apex-ns
	approved bob 2 --override change-apex-ns
	goes_out "two overrides" 2
	gate history show -c "$conf" example. 2
	zone 3 broken
	release 3
	is "a signature that does not verify is refused" "$status" -eq 1
	for who in alice bob; do
		approve "$who" 3 --override rrset-bogus
		is "and nobody can override it" "$status" -eq 2
	done
	said "it says so" "nobody can override this finding"
	release 3
	is "it is still refused" "$status" -eq 1
}

# --- Usage ---

test_usage() {
	stage
	zone 2 pad=5
	held "too many new records" 2
	approve alice 3
	is "another serial than the one there" "$status" -eq 2
	said "it says so" "has serial 2, not 3"
	approve alice 2 --for 1h --until +1h
	is "two ends" "$status" -eq 2
	chmod 644 "$work/keys/alice"
	approve alice 2
	is "a key that others may read" "$status" -eq 2
	said "it says so" "others may read or write this private key"
	chmod 600 "$work/keys/alice"
	gate approve -c "$conf" --key "$work/keys/alice" --as alice example. 2
	is "no reason" "$status" -eq 2
	is "nothing was written" "$(spool_count)" -eq 0
}

keys_make
test_quorum
test_later_serials
test_headroom
test_this_only
test_before_it_comes
test_does_not_count
test_policy_changed
test_old_quorum
test_taken_over
test_own_severity
test_approvers_changed
test_first_approvers
test_override
test_usage

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
