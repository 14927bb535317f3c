# shellcheck shell=sh disable=SC2154
# BIND's tools as the signer of a suite, with keys that have names. To be sourced after $work is
# made; `fail NAME WHY` is the suite's own.

keys=$work/keys
mkdir "$keys"

key_new() { # name zone [options of dnssec-keygen...]
	key_name=$1 key_zone=$2
	shift 2
	(cd "$keys" && dnssec-keygen -q -a ECDSAP256SHA256 "$@" "$key_zone" >"$key_name") 2>/dev/null
}

# The files of a key, without the ".key" and ".private" behind.
key_path() { # name
	echo "$keys/$(cat "$keys/$1")"
}

key() { # name
	cat "$(key_path "$1").key"
}

key_tag() { # name
	sed 's/.*+0*//' "$keys/$1"
}

key_ds() { # name ttl
	dnssec-dsfromkey -2 -T "$2" "$(key_path "$1").key"
}

# Signs what comes from standard input, and the two keys with it.
zone_sign() { # zone file ksk zsk [options of dnssec-signzone...]
	sign_zone=$1 sign_file=$2 sign_ksk=$3 sign_zsk=$4
	shift 4
	{
		cat
		key "$sign_ksk"
		key "$sign_zsk"
	} >"$work/unsigned"
	dnssec-signzone -o "$sign_zone" -d "$work" -x -P "$@" -f "$sign_file" \
		-k "$(key_path "$sign_ksk")" "$work/unsigned" "$(key_path "$sign_zsk")" \
		>"$work/log" 2>&1 || fail "signing $sign_file" "$(cat "$work/log")"
}
