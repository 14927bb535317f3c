#!/bin/sh
# zonegate and every validator that is there over the same generated zones, in turn, three times
# each: medians of seconds and peak memory, and how many times zonegate's they are. `make bench`
# builds, then calls this.
#
#   BUILD=dir            the build to measure (default build)
#   BENCH_SIZE=1000000   delegations of one more zone
#   BENCH_SIZES="..."    instead of 10000 and 100000
#   BENCH_ALGORITHMS=... instead of 13 (ECDSA P-256) and 8 (RSA-2048)
#
# Zones are kept below build/bench for 20 days: their signatures are valid for 30.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
folder=build/bench
runs=3
PATH=$PATH:/usr/sbin:$PWD/build/peers/bin
export LC_ALL=C
mkdir -p "$folder"

sizes="${BENCH_SIZES:-10000 100000} ${BENCH_SIZE:-}"
algorithms=${BENCH_ALGORITHMS:-13 8}
threads=$(nproc)

# The command line of a validator, and whether it is here.
command_of() { # program zone ds
	case $1 in
	zonegate) echo "$build/zonegate check --quiet --ds $3 $2" ;;
	dnssec-verify) echo "dnssec-verify -o test. $2" ;;
	kzonecheck) echo "kzonecheck -d on -o test. $2" ;;
	ldns-verify-zone) echo "ldns-verify-zone $2" ;;
	validns) echo "validns -n $threads -z test. $2" ;;
	esac
}

version_of() {
	case $1 in
	zonegate) "$build/zonegate" --version ;;
	dnssec-verify) dnssec-verify -V ;;
	kzonecheck) kzonecheck -V ;;
	ldns-verify-zone) ldns-read-zone -v ;;
	validns) echo "validns (Debian $(dpkg-query -W -f '${Version}' validns 2>/dev/null || echo '?'))" ;;
	esac 2>&1 | head -n 1
}

generate() { # size algorithm zone ds
	find "$folder" -name "$(basename "$3")" -mtime +20 -exec rm -f {} +
	[ -s "$3" ] && [ -s "$4" ] && return
	echo "generating $3 ..." >&2
	"$build/tests/bench/gen_zone" "$1" "$2" "$3.new" "$4"
	mv "$3.new" "$3"
}

median() { # column file
	sort -n -k "$1,$1" "$2" | awk -v column="$1" '{v[NR] = $column} END {print v[int((NR + 1) / 2)]}'
}

bench_zone() { # size algorithm
	zone=$folder/$1-$2.zone
	ds=$folder/$1-$2.ds
	generate "$1" "$2" "$zone" "$ds"
	rm -f "$folder"/*.runs
	for run in $(seq "$runs"); do
		for program in $programs; do
			echo "$1 delegations, algorithm $2, run $run: $program" >&2
			# shellcheck disable=SC2046 # a command line
			"$build/tests/bench/measure" "$folder/$program.log" \
				$(command_of "$program" "$zone" "$ds") >>"$folder/$program.runs"
		done
	done
	own_seconds=$(median 1 "$folder/zonegate.runs")
	own_memory=$(median 2 "$folder/zonegate.runs")
	echo
	echo "$1 delegations, algorithm $2: $(($(wc -c <"$zone") / 1000000)) MB," \
		"$(grep -c 'RRSIG	' "$zone") signatures"
	printf '%-18s %9s %9s %8s %8s  %s\n' program seconds 'peak MB' time memory exit
	for program in $programs; do
		file=$folder/$program.runs
		awk -v program="$program" -v s="$(median 1 "$file")" -v m="$(median 2 "$file")" \
			-v os="$own_seconds" -v om="$own_memory" -v status="$(median 3 "$file")" 'BEGIN {
			printf "%-18s %9.2f %9.0f %7.1fx %7.1fx  %s%s\n", program, s, m * 1024 / 1e6,
				s / os, m / om, status, status == 0 ? "" : " (did not pass the zone)"
		}'
	done
}

programs=zonegate
for program in dnssec-verify kzonecheck ldns-verify-zone validns; do
	if command -v "$program" >/dev/null; then
		programs="$programs $program"
	else
		echo "$program: not here"
	fi
done

echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $threads processors," \
	"$(awk '/MemTotal/ {printf "%.0f GB", $2 / 1e6}' /proc/meminfo)"
uname -sr
for program in $programs; do
	version_of "$program"
done
openssl version
echo "the floor, verifications a second on one processor (openssl speed):"
openssl speed -seconds 2 ecdsap256 rsa2048 2>/dev/null | grep -E 'rsa 2048|nistp256' |
	awk '{print "  " $1, $2, $3 ":", $NF}'

for size in $sizes; do
	for algorithm in $algorithms; do
		bench_zone "$size" "$algorithm"
	done
done
rm -f "$folder"/*.runs
