#!/bin/sh
# zonegate and every validator that is there over the same generated zones, in turn, three times
# each: medians of seconds, processor seconds (which a busy machine disturbs less) and peak memory,
# and how many times zonegate's they are; then zonegate's phases beside the floor (what its
# signatures cost alone), the speed of reading, the check with a memo after a small change, and how
# cost grows from one size to the next. `make bench` builds, then calls this.
#
#   BUILD=dir            the build to measure (default build)
#   BENCH_SIZE=1000000   delegations of one more zone
#   BENCH_SIZES="..."    instead of 10000 and 100000
#   BENCH_ALGORITHMS=... instead of 13 (ECDSA P-256) and 8 (RSA-2048)
#   BENCH_RUNS=N         instead of three
#   BENCH_PEERS="..."    instead of all that are there; "" is none
#
# Zones are kept below build/bench for 20 days: their signatures are valid for 30.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
folder=build/bench
runs=${BENCH_RUNS:-3}
PATH=$PATH:/usr/sbin:$PWD/build/peers/bin
export LC_ALL=C
mkdir -p "$folder"

sizes="${BENCH_SIZES:-10000 100000} ${BENCH_SIZE:-}"
algorithms=${BENCH_ALGORITHMS:-13 8}
threads=$(nproc)
measure=$build/tests/bench/measure
check="check --quiet --timing --format json"

# The command line of a validator, and whether it is here.
command_of() { # program zone ds
	case $1 in
	zonegate) echo "$build/zonegate $check --ds $3 $2" ;;
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

generate() { # size algorithm zone ds changed
	find "$folder" -name "$(basename "$3")" -mtime +20 -exec rm -f {} +
	[ -s "$3" ] && [ -s "$4" ] && [ -s "$5" ] && return
	echo "generating $3 ..." >&2
	"$build/tests/bench/gen_zone" "$1" "$2" "$3.new" "$4" "$5" 100
	mv "$3.new" "$3"
}

median() { # column file
	sort -n -k "$1,$1" "$2" | awk -v column="$1" '{v[NR] = $column} END {print v[int((NR + 1) / 2)]}'
}

# Runs a command; adds its figures to $folder/NAME.runs, leaves its output in $folder/NAME.log.
timed() { # name command...
	name=$1
	shift
	"$measure" "$folder/$name.log" "$@" >>"$folder/$name.runs"
}

# The same for a check.
timed_check() { # name arguments...
	name=$1
	shift
	# shellcheck disable=SC2086 # a list of words
	timed "$name" "$build/zonegate" $check "$@"
}

# A number of the report in a log.
count_in() { # log key
	sed -n "s/^ *\"$2\": \([0-9]*\),*$/\1/p" "$1" | head -n 1
}

# 'phase wall processor' of a report in a log, added to a file of phases.
phases_in() { # log phases
	sed -n 's/^zonegate: timing: \([a-z]*\) *\([0-9.]*\) s, processors *\([0-9.]*\) s$/\1 \2 \3/p' \
		"$1" >>"$2"
}

phase() { # phases name column
	grep "^$2 " "$1" >"$folder/phase.runs"
	median "$3" "$folder/phase.runs"
}

ratio() { # a b
	awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", (b > 0) ? a / b : 0}'
}

# ---- One zone ----

table_of_programs() {
	own_seconds=$(median 1 "$folder/zonegate.runs")
	own_memory=$(median 2 "$folder/zonegate.runs")
	own_processor=$(median 4 "$folder/zonegate.runs")
	printf '%-16s %8s %10s %8s %7s %10s %7s  %s\n' \
		program seconds processors 'peak MB' time processors memory exit
	for program in $programs; do
		file=$folder/$program.runs
		awk -v program="$program" -v s="$(median 1 "$file")" -v m="$(median 2 "$file")" \
			-v p="$(median 4 "$file")" -v op="$own_processor" -v status="$(median 3 "$file")" \
			-v os="$own_seconds" -v om="$own_memory" 'BEGIN {
			printf "%-16s %8.2f %10.2f %8.0f %6.1fx %9.1fx %6.1fx  %s%s\n", program, s, p,
				m * 1024 / 1e6, s / os, p / op, m / om, status,
				status == 0 ? "" : " (did not pass the zone)"
		}'
	done
}

# What the signatures alone cost: seconds with all processors (1), processor seconds (2).
floor_of() { # algorithm signatures which
	if [ "$1" = 13 ]; then
		median "$3" "$folder/floor.runs"
	else
		awk -v n="$2" -v rate="$rsa_rate" -v threads="$([ "$3" = 1 ] && echo "$threads" || echo 1)" \
			'BEGIN {printf "%.3f", n / rate / threads}'
	fi
}

phases_of_zonegate() { # size algorithm phases
	signatures=$(count_in "$log" rrsigs)
	floor=$(floor_of "$2" "$signatures" 1)
	floor_processors=$(floor_of "$2" "$signatures" 2)
	for name in read sort hash verify denial other total; do
		echo "$name $(phase "$3" $name 2) $(phase "$3" $name 3)"
	done >"$folder/$1-$2.phases"
	awk -v records="$(count_in "$log" records)" '
		BEGIN {printf "%-10s %9s %11s %16s\n", "phase", "seconds", "processors", "ns a record"}
		{printf "%-10s %9.3f %11.3f %16.0f\n", $1, $2, $3, $3 / records * 1e9}' \
		"$folder/$1-$2.phases"
	echo "floor, the $([ "$2" = 13 ] && echo 'batches' || echo 'EVP verifications (openssl speed)') of $signatures" \
		"signatures on $threads processors: $floor s, $(ratio "$floor" "$own_seconds") of the check;" \
		"processors $floor_processors s, $(ratio "$floor_processors" "$own_processor")"
	echo "decided by batch $(count_in "$log" by_batch), EVP $(count_in "$log" by_evp)," \
		"memo $(count_in "$log" by_memo); $(ratio "$((own_memory * 1024))" \
			"$(count_in "$log" records)") octets of memory a record"
}

# Megabytes of text that one processor reads and sorts in a second.
reading() { # zone ds phases
	rm -f "$folder/stdin.phases"
	# shellcheck disable=SC2002 # a pipe is what is measured
	cat "$1" | timed_check stdin --ds "$2" -
	phases_in "$folder/stdin.log" "$folder/stdin.phases"
	for way in file "standard input"; do
		from=$([ "$way" = file ] && echo "$3" || echo "$folder/stdin.phases")
		awk -v octets="$(wc -c <"$1")" -v way="$way" -v r="$(phase "$from" read 3)" \
			-v w="$(phase "$from" read 2)" -v s="$(phase "$from" sort 3)" 'BEGIN {
			printf "reading from %s: %.0f MB/s a processor, sorted %.0f; %.0f MB/s in all\n",
				way, octets / r / 1e6, octets / (r + s) / 1e6, octets / w / 1e6
		}'
	done
}

# After a change of one delegation in a hundred: without a memo, and with that of the zone before.
with_memo() { # zone ds changed
	memo=$folder/memo
	rm -f "$memo" "$memo.key" "$folder/cold.runs" "$folder/warm.runs"
	timed_check memo --ds "$2" --memo "$memo" "$1"
	for run in $(seq "$runs"); do
		cp "$memo" "$memo.kept"
		timed_check cold --ds "$2" "$3"
		timed_check warm --ds "$2" --memo "$memo" "$3"
		mv "$memo.kept" "$memo"
	done
	cold=$(median 1 "$folder/cold.runs")
	warm=$(median 1 "$folder/warm.runs")
	echo "1 % changed: $cold s without memo, $warm s with it ($(ratio "$warm" "$cold");" \
		"processors $(ratio "$(median 4 "$folder/warm.runs")" "$(median 4 "$folder/cold.runs")")):" \
		"memo $(count_in "$folder/warm.log" by_memo), batch $(count_in "$folder/warm.log" by_batch)," \
		"EVP $(count_in "$folder/warm.log" by_evp); peak $(($(median 2 "$folder/warm.runs") * 1024 / 1000000)) MB"
}

# What the signatures alone cost, right behind the check that they are of: as many runs of both, by
# turns, on as many threads, so that what the machine does meanwhile is done to both.
floor_run() { # algorithm
	[ "$1" != 13 ] ||
		"$build/tests/bench/floor" "$(count_in "$log" rrsigs)" "$threads" >>"$folder/floor.runs"
}

bench_zone() { # size algorithm
	zone=$folder/$1-$2.zone
	ds=$folder/$1-$2.ds
	changed=$folder/$1-$2.changed
	log=$folder/zonegate.log
	generate "$1" "$2" "$zone" "$ds" "$changed"
	rm -f "$folder"/*.runs "$folder/zonegate.phases"
	for run in $(seq "$runs"); do
		for program in $programs; do
			echo "$1 delegations, algorithm $2, run $run: $program" >&2
			# shellcheck disable=SC2046 # a command line
			timed "$program" $(command_of "$program" "$zone" "$ds")
			[ "$program" != zonegate ] || floor_run "$2"
		done
		phases_in "$log" "$folder/zonegate.phases"
	done
	echo
	echo "$1 delegations, algorithm $2: $(($(wc -c <"$zone") / 1000000)) MB," \
		"$(count_in "$log" records) records, $(count_in "$log" rrsigs) signatures"
	table_of_programs
	phases_of_zonegate "$1" "$2" "$folder/zonegate.phases"
	reading "$zone" "$ds" "$folder/zonegate.phases"
	with_memo "$zone" "$ds" "$changed"
}

# ---- All ----

# How processor time grew from one size to the next, over how the sizes grew: 1 is linear.
growth() { # small large algorithm
	echo
	echo "growth from $1 to $2 delegations, algorithm $3 (1 is linear):"
	join "$folder/$1-$3.sorted" "$folder/$2-$3.sorted" |
		awk -v factor="$(ratio "$2" "$1")" '{printf "  %s %.2f", $1, ($3 > 0) ? $5 / $3 / factor : 0}
			END {print ""}'
}

programs=zonegate
for program in ${BENCH_PEERS-dnssec-verify kzonecheck ldns-verify-zone validns}; do
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
echo "verifications a second on one processor (openssl speed):"
openssl speed -seconds 2 ecdsap256 rsa2048 2>/dev/null | grep -E 'rsa 2048|nistp256' |
	awk '{print "  " $1, $2, $3 ":", $NF}' | tee "$folder/speed"
rsa_rate=$(sed -n 's/^  rsa .*: //p' "$folder/speed")

for size in $sizes; do
	for algorithm in $algorithms; do
		bench_zone "$size" "$algorithm"
		sort "$folder/$size-$algorithm.phases" >"$folder/$size-$algorithm.sorted"
	done
done
for algorithm in $algorithms; do
	before=
	for size in $sizes; do
		[ -z "$before" ] || growth "$before" "$size" "$algorithm"
		before=$size
	done
done
echo
echo "cache view: $("$build/tests/bench/proof")"
rm -f "$folder"/*.runs "$folder"/*.sorted "$folder"/memo*
