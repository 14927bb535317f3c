#!/bin/sh
# The tutorials of README.md: their command lines are run, each tutorial in one shell and an empty
# folder. Each block ends with the exit status that a comment at its end names, else 0; what is quoted
# below it is in its output, whatever the numbers and wherever lines are folded.
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${ZONEGATE:=$BUILD/zonegate}"
PATH=$(dirname "$ZONEGATE"):$PATH
passed=0 failed=0 skipped=0
work=$(mktemp -d) || exit 2
. tests/tools/servers.sh
trap 'end; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
umask 022

# What a tutorial started and did not come to end.
end() {
	for pid in "$work"/folder.*/*/pid; do
		[ ! -s "$pid" ] || kill "$(cat "$pid")" 2>/dev/null
	done
}

# $work/N/block.M and $work/N/quote.M.K, which belong to the block before them.
split() { # number of the tutorial
	mkdir "$work/$1" "$work/folder.$1"
	awk -v folder="$work/$1" -v wanted="$1" '
		/^<!-- tutorial -->$/ { tutorial++; here = tutorial == wanted; next }
		/^<!-- end of the tutorial -->$/ { here = 0 }
		!here { next }
		/^```sh$/ { kind = "block." ++n; k = 0; next }
		/^```text$/ { kind = "quote." n "." ++k; next }
		/^```/ { kind = "" }
		kind { print > (folder "/" kind) }
		END { print n + 0 > (folder "/count") }' README.md
}

# One shell for all; a block that is to succeed does so in each of its commands.
run() { # number of the tutorial
	for n in $(seq 1 "$count"); do
		wanted=$(sed -n '$s/.*# exit status \([0-9]*\)$/\1/p' "$work/$1/block.$n")
		set=-e
		[ "${wanted:-0}" -eq 0 ] || set=+e
		cat <<-END
			exec >"$work/$1/out.$n" 2>"$work/$1/err.$n"
			set $set
			. "$work/$1/block.$n"
			[ \$? -eq ${wanted:-0} ] || exit 9
			touch "$work/$1/good.$n"
		END
	done >"$work/$1/script"
	(cd "$work/folder.$1" && timeout -k 5 120 sh "$work/$1/script" </dev/null)
}

# Numbers and white space do not count.
plain() {
	sed 's/[0-9][0-9]*/0/g' "$1" | tr -s ' \n' ' '
}

is_quoted() { # quote output
	plain "$1" >"$work/quoted"
	case $(plain "$2") in
	*"$(sed 's/ $//' "$work/quoted")"*) passed=$((passed + 1)) ;;
	*)
		failed=$((failed + 1))
		echo "FAILED what is quoted is not there: $(cat "$1")"
		sed 's/^/  /' "$2"
		;;
	esac
}

judge() { # number of the tutorial
	for n in $(seq 1 "$count"); do
		if [ ! -e "$work/$1/good.$n" ]; then
			failed=$((failed + 1))
			echo "FAILED tutorial $1, block $n:"
			cat "$work/$1/block.$n" "$work/$1/out.$n" "$work/$1/err.$n" 2>/dev/null |
				sed 's/^/  /'
			return
		fi
		passed=$((passed + 1))
		for quote in "$work/$1/quote.$n".*; do
			[ ! -e "$quote" ] || is_quoted "$quote" "$work/$1/out.$n"
		done
	done
}

tutorial() { # number least-blocks programs...
	number=$1 least=$2
	shift 2
	for program; do
		command -v "$program" >/dev/null && continue
		echo "skipped: tutorial $number: needs $program"
		skipped=$((skipped + 1))
		return
	done
	split "$number"
	count=$(cat "$work/$number/count")
	if [ "$count" -lt "$least" ]; then
		failed=$((failed + 1))
		echo "FAILED tutorial $number: $count blocks"
		return
	fi
	run "$number"
	judge "$number"
}

tutorial 1 8 ldns-signzone ldns-keygen ldns-key2ds
for name in SIGNER SERVER VERIFY; do
	free_port
	export "$name=${port:?}"
done
tutorial 2 6 ldns-signzone ldns-keygen ldns-key2ds nsd nsd-control nsd-checkconf dig
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
