#!/bin/sh
# Makes the signer matrix: source.zone signed by dnssec-signzone, ldns-signzone and kzonesign, with
# each kind of denial, each algorithm, one key (csk) and two (split). A covering set, not every
# combination.
#
#   make_zones.sh OUTPUT_FOLDER
#
# Writes OUTPUT_FOLDER/NAME/{signed,unsigned,ds,keys/} for each row below, and OUTPUT_FOLDER/index
# with one line a zone: NAME SIGNER DENIAL ALGORITHM ROLES, or NAME SKIPPED PROGRAM where the signer
# is not installed. Exit status 0 unless a signer that is there failed.
set -eu
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
output=$1
PATH=$PATH:/usr/sbin:/sbin:$here/../../build/peers/bin
export PATH

# The last column: with all record types, or only old ones: validns knows no CAA, CDS and CDNSKEY.
#
# name                signer denial  algorithms roles types
matrix='
bind-nsec-8           bind   nsec    8     split old
bind-nsec-13-csk      bind   nsec    13    csk   all
bind-nsec-5           bind   nsec    5     split all
bind-nsec-8+13        bind   nsec    8+13  split all
bind-nsec3-10         bind   nsec3   10    split old
bind-nsec3-15-csk     bind   nsec3   15    csk   all
bind-nsec3-7-csk      bind   nsec3   7     csk   old
bind-nsec3-13+15-csk  bind   nsec3   13+15 csk   all
bind-nsec3salt-13     bind   salted  13    split all
bind-optout-8-csk     bind   optout  8     csk   old
bind-optout-14        bind   optout  14    split all
bind-optout-16-csk    bind   optout  16    csk   all
bind-optout-13        bind   optout  13    split all
ldns-nsec-13          ldns   nsec    13    split all
ldns-nsec-16-csk      ldns   nsec    16    csk   all
ldns-nsec-5-csk       ldns   nsec    5     csk   all
ldns-nsec3-8-csk      ldns   nsec3   8     csk   all
ldns-nsec3-14         ldns   nsec3   14    split all
ldns-nsec3-7          ldns   nsec3   7     split all
ldns-nsec3salt-15     ldns   salted  15    split all
ldns-optout-10-csk    ldns   optout  10    csk   all
ldns-optout-13        ldns   optout  13    split all
ldns-optout-15        ldns   optout  15    split all
knot-nsec-15          knot   nsec    15    split all
knot-nsec-10-csk      knot   nsec    10    csk   all
knot-nsec3-13         knot   nsec3   13    split all
knot-nsec3-16         knot   nsec3   16    split all
knot-nsec3-14-csk     knot   nsec3   14    csk   all
knot-optout-8         knot   optout  8     split all
knot-optout-13-csk    knot   optout  13    csk   all
knot-optout-15        knot   optout  15    split all
'

program() {
	case $1 in
	bind) echo dnssec-signzone ;;
	ldns) echo ldns-signzone ;;
	knot) echo kzonesign ;;
	esac
}

# Copies the committed keys of algorithm $1 and roles $2 to folder $3.
copy_keys() {
	for key in "$here"/keys/Kexample.+"$(printf %03d "$1")"+*.key; do
		if [ "$2" = split ] || grep -q 'DNSKEY 257 ' "$key"; then
			cp "$key" "${key%.key}.private" "$3/"
		fi
	done
}

# The unsigned zone of folder $1 with what the operator puts in: the DNSKEYs, and, of all types $2, CDS
# and CDNSKEY of those that a DS shall name.
with_keys() {
	cat "$1/unsigned" "$1"/keys/*.key
	if [ "$2" = all ]; then
		grep -h 'DNSKEY 257 ' "$1"/keys/*.key | sed 's/DNSKEY/CDNSKEY/'
		sed 's/ DS / CDS /' "$1/ds"
	fi
}

# DS records of the keys in folder $1 with the SEP flag.
ds_records() {
	for key in "$1"/keys/*.key; do
		tag=${key%.key}
		tag=$(echo "${tag##*+}" | sed 's/^0*//')
		grep " DS $tag " "$here/keys/ds" || :
	done
}

# The keys of the current folder, for a command line: K<name>+<algorithm>+<tag>.
key_names() {
	for key in K*.key; do
		echo "${key%.key}"
	done
}

sign_bind() { # folder denial roles
	options='-q -o example. -N keep -s now-3600 -e now+2592000'
	case $2 in
	nsec3) options="$options -3 -" ;;
	salted) options="$options -3 A1B2C3D4 -H 5" ;;
	optout) options="$options -3 - -A" ;;
	esac
	case $3 in
	csk) options="$options -z" ;;
	split) options="$options -x" ;;
	esac
	# shellcheck disable=SC2046,SC2086 # lists of words
	(cd "$1/keys" && dnssec-signzone $options -d .. -f ../signed ../with-keys $(key_names))
}

sign_ldns() { # folder denial
	inception=$(($(date +%s) - 3600))
	options="-o example. -i $inception -e $((inception + 2595600)) -z simple:sha384"
	case $2 in
	nsec3) options="$options -n -t 0" ;;
	salted) options="$options -n -t 5 -s a1b2c3d4" ;;
	optout) options="$options -n -t 0 -p" ;;
	esac
	# shellcheck disable=SC2046,SC2086 # lists of words
	(cd "$1/keys" && ldns-signzone $options -f ../signed ../with-keys $(key_names))
}

knot_algorithm() {
	case $1 in
	8) echo rsasha256 ;;
	10) echo rsasha512 ;;
	13) echo ecdsap256sha256 ;;
	14) echo ecdsap384sha384 ;;
	15) echo ed25519 ;;
	16) echo ed448 ;;
	esac
}

# kzonesign makes its own keys; they stay below keys/.
sign_knot() { # folder denial roles algorithm
	folder=$(cd "$1" && pwd)
	nsec3=off optout=off csk=off
	case $2 in
	nsec3) nsec3=on ;;
	optout) nsec3=on optout=on ;;
	esac
	[ "$3" = split ] || csk=on
	cat >"$1/knot.conf" <<-END
		database:
		  storage: $folder
		policy:
		  - id: policy
		    algorithm: $(knot_algorithm "$4")
		    single-type-signing: $csk
		    nsec3: $nsec3
		    nsec3-opt-out: $optout
		    nsec3-iterations: 0
		    nsec3-salt-length: 0
		    rrsig-lifetime: 30d
		    rrsig-refresh: 7d
		    cds-cdnskey-publish: always
		zone:
		  - domain: example.
		    file: $folder/unsigned
		    dnssec-signing: on
		    dnssec-policy: policy
		    zonemd-generate: zonemd-sha384
	END
	mkdir -p "$1/out"
	kzonesign -c "$1/knot.conf" -o "$1/out" example.
	mv "$1/out/unsigned" "$1/signed"
	awk '$3 == "CDS" { print $1, "IN DS", $4, $5, $6, $7 }' "$1/signed" >"$1/ds"
}

make_zone() { # name signer denial algorithms roles types
	folder=$output/$1
	rm -rf "$folder"
	mkdir -p "$folder/keys"
	if [ "$6" = all ]; then
		cp "$here/source.zone" "$folder/unsigned"
	else
		grep -v CAA "$here/source.zone" >"$folder/unsigned"
	fi
	if [ "$2" != knot ]; then
		for algorithm in $(echo "$4" | tr + ' '); do
			copy_keys "$algorithm" "$5" "$folder/keys"
		done
		ds_records "$folder" >"$folder/ds"
		with_keys "$folder" "$6" >"$folder/with-keys"
	fi
	if ! "sign_$2" "$folder" "$3" "$5" "$4" >"$folder/log" 2>&1 || ! [ -s "$folder/signed" ]; then
		echo "make_zones.sh: $1: $(program "$2") failed:" >&2
		cat "$folder/log" >&2
		return 1
	fi
}

mkdir -p "$output"
echo "$matrix" | while read -r name signer denial algorithms roles types; do
	if [ -z "$name" ]; then
		continue
	elif ! command -v "$(program "$signer")" >/dev/null; then
		echo "$name SKIPPED $(program "$signer")"
	else
		make_zone "$name" "$signer" "$denial" "$algorithms" "$roles" "$types"
		echo "$name $signer $denial $algorithms $roles"
	fi
done >"$output/index.new"
mv "$output/index.new" "$output/index"
