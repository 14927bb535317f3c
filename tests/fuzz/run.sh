#!/bin/sh
# Gives each fuzz target its seeds, each seed with its last octet gone, and its first half, without
# a fuzzer: nothing may crash. With LONG=1 each seed cut at every octet as well, up to a bound.
#
#   tests/fuzz/run.sh                  as a test suite
#   tests/fuzz/run.sh fuzz SECONDS DIR fuzz all targets of the build DIR for SECONDS each, in
#                                      parallel; what they find is left in DIR/tests/fuzz/found
set -u
: "${BUILD:=$PWD/build}"

# Fuzzes one target; findings are files found/TARGET-*.
fuzz_one() { # name seconds dir
	folder=$3/tests/fuzz
	mkdir -p "$folder/corpus/$1" "$folder/found"
	"$folder/fuzz_$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$folder/found/$1-" "$folder/corpus/$1" "tests/fuzz/seeds/$1" \
		>"$folder/$1.log" 2>&1
}

targets=$(find tests/fuzz -maxdepth 1 -name 'fuzz_*.c' | sed 's/.*fuzz_\(.*\)\.c/\1/' | sort)
passed=0 failed=0

if [ "${1:-}" = fuzz ]; then
	seconds=$2 folder=$3
	# shellcheck disable=SC2086 # a list of words
	for target in $targets; do
		echo "$target"
	done | xargs -P "$(nproc)" -I{} tests/fuzz/run.sh one {} "$seconds" "$folder"
	for target in $targets; do
		if grep -q '^stat::number_of_executed_units' "$folder/tests/fuzz/$target.log" &&
			[ -z "$(find "$folder/tests/fuzz/found" -name "$target-*")" ]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "FAILED fuzz_$target"
			tail -n 40 "$folder/tests/fuzz/$target.log"
		fi
	done
	echo "$passed passed, $failed failed, 0 skipped"
	[ "$failed" -eq 0 ]
	exit
elif [ "${1:-}" = one ]; then
	fuzz_one "$2" "$3" "$4"
	exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# Seeds and shortened seeds of one target, as files below $work/TARGET.
prepare() { # target
	mkdir -p "$work/$1"
	for seed in "tests/fuzz/seeds/$1"/*; do
		name=$(basename "$seed")
		size=$(wc -c <"$seed")
		cp "$seed" "$work/$1/$name"
		head -c $((size / 2)) "$seed" >"$work/$1/$name.half"
		[ "$size" -gt 0 ] && head -c $((size - 1)) "$seed" >"$work/$1/$name.cut"
		if [ -n "${LONG:-}" ] && [ "$size" -le 4096 ]; then
			for at in $(seq "$size"); do
				head -c "$at" "$seed" >"$work/$1/$name.$at"
			done
		fi
	done
}

for target in $targets; do
	prepare "$target"
	n=$(find "$work/$target" -type f | wc -l)
	if find "$work/$target" -type f -print0 |
		xargs -0 "$BUILD/tests/fuzz/replay_$target" >"$work/log" 2>&1; then
		passed=$((passed + n))
	else
		failed=$((failed + 1))
		echo "FAILED fuzz_$target"
		tail -n 40 "$work/log"
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
