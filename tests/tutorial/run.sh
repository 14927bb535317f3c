#!/bin/sh
# The tutorials of README.md, and that of zonegate-stages(7): their command lines are run, each tutorial
# in one shell and an empty folder. Each block ends with the exit status that a comment at its end names,
# else 0; what is quoted below it is in its output, whatever the numbers and wherever lines are folded.
# In the manual page a block is one line behind `$ `, and numbers count.
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

# The same of the tutorial of a manual page: each line behind `$ ` is a block.
split_page() { # name page
	mkdir "$work/$1" "$work/folder.$1"
	sed -n '/^\.Sh TUTORIAL/,/^\.Sh SEE ALSO/p' "$2" | sed -n '/^\.Bd/,/^\.Ed/p' |
		awk -v folder="$work/$1" '
			/^\.[BE]d/ { next }
			/^\$ / { print substr($0, 3) > (folder "/block." ++n); next }
			n { print > (folder "/quote." n ".1") }
			END { print n + 0 > (folder "/count") }'
}

# One shell for all; a block that is to succeed does so in each of its commands, but for one that prints
# its exit status.
run() { # number of the tutorial
	for n in $(seq 1 "$count"); do
		wanted=$(sed -n '$s/.*# exit status \([0-9]*\)$/\1/p' "$work/$1/block.$n")
		set=-e
		if [ "${wanted:-0}" -ne 0 ] || grep -q 'echo "exit status \$?"' "$work/$1/block.$n"; then
			set=+e
		fi
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

# White space does not count, nor do numbers but where they are the point.
plain() {
	sed "$numbers" "$1" | tr -s ' \n' ' '
}
numbers='s/[0-9][0-9]*/0/g'

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

# True: all these programs are there.
has() { # name programs...
	has_name=$1
	shift
	for program; do
		command -v "$program" >/dev/null && continue
		echo "skipped: tutorial $has_name: needs $program"
		skipped=$((skipped + 1))
		return 1
	done
}

run_and_judge() { # name least-blocks
	count=$(cat "$work/$1/count")
	if [ "$count" -lt "$2" ]; then
		failed=$((failed + 1))
		echo "FAILED tutorial $1: $count blocks"
		return
	fi
	run "$1"
	judge "$1"
}

tutorial() { # number least-blocks programs...
	number=$1 least=$2
	shift 2
	has "$number" "$@" || return
	split "$number"
	run_and_judge "$number" "$least"
}

# Here the numbers are the point.
tutorial_of_page() { # page least-blocks programs...
	page=$1 least=$2
	shift 2
	has "$page" "$@" || return
	split_page "$page" "man/$page"
	numbers=
	run_and_judge "$page" "$least"
}

free_ports() { # names
	for name; do
		free_port
		export "$name=${port:?}"
	done
}

export SAMPLES="$PWD/samples"
tutorial 1 8 ldns-signzone ldns-keygen ldns-key2ds
free_ports SIGNER SERVER VERIFY
tutorial 2 6 ldns-signzone ldns-keygen ldns-key2ds nsd nsd-control nsd-checkconf dig
free_ports CANARY HALF ALL
tutorial 3 8 ldns-signzone ldns-keygen ldns-key2ds nsd nsd-control dig
free_ports CANARY HALF ALL
tutorial_of_page zonegate-stages.7 15 ldns-signzone ldns-keygen ldns-key2ds nsd nsd-control dig
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
