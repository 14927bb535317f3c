# shellcheck shell=sh disable=SC2154
# A suite most of whose time is waiting runs its parts beside each other. To be sourced after $work
# is made.

# Runs the suite for each part, which is what it finds in the variable, then says what they said, one
# heading for all tables, and the sum of their counts. False: one failed or did not come to its end.
parts_run() { # variable part...
	parts_variable=$1
	shift
	parts=0
	for part; do
		parts=$((parts + 1))
		env "$parts_variable=$part" "$0" >"$work/part.$parts" 2>&1 &
	done
	wait
	counts='^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$'
	cat "$work"/part.* | grep -vE "$counts" | awk '/what is public  / && tables++ { next } { print }'
	cat "$work"/part.* | grep -E "$counts" |
		awk -v parts=$parts '{ p += $1; f += $3; s += $5; n++ }
			END { if (n != parts) f++; print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped"
				exit f > 0 }'
}
