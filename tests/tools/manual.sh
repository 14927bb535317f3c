#!/bin/sh
# Writes what the manual pages say of the tables of commands and checks, as the program prints them.
#
#   manual.sh synopsis    the SYNOPSIS of zonegate(1)
#   manual.sh options     the option lists of zonegate(1)
#   manual.sh commands    zonegate(1), with both put between their marks
#   manual.sh checks      zonegate-checks(7), all of it
#   manual.sh update      rewrites both pages in man/
#
#   ZONEGATE=program  (default build/zonegate)
set -eu
cd "$(dirname "$0")/../.."
: "${ZONEGATE:=build/zonegate}"
"$ZONEGATE" --version >/dev/null
tab=$(printf '\t')

# The commands that help lists.
commands() {
	"$ZONEGATE" --help | awk '/^  [a-z]/ { print $1 }'
}

# Prints letter, name, argument and help of each option of a command, with tabs between them and "-"
# for what is not there.
options_of() {
	"$ZONEGATE" "$1" --help | awk '/^  (-[A-Za-z],|   ) --[a-z]/ {
		letter = substr($0, 3, 1) == "-" ? substr($0, 4, 1) : "-"
		match($0, /--[a-z-]+/)
		name = substr($0, RSTART + 2, RLENGTH - 2)
		rest = substr($0, RSTART + RLENGTH)
		argument = "-"
		if (rest ~ /^ [^ ]/) {
			match(rest, /^ [^ ]+/)
			argument = substr(rest, 2, RLENGTH - 1)
			rest = substr(rest, RLENGTH + 1)
		}
		sub(/^ +/, "", rest)
		print letter "\t" name "\t" argument "\t" rest
	}'
}

# The words and operands of a command: its usage without the options.
operands_of() {
	"$ZONEGATE" "$1" --help | sed '/^$/q' | tr -s ' \n' '  ' |
		sed "s/^usage: zonegate $1 *//; s/\[--*[^][]*\(\[[^]]*\]\)*[^][]*\] *//g; s/ *\$//"
}

synopsis() {
	for command in $(commands); do
		echo ".Nm"
		echo ".Cm $command"
		operands=$(operands_of "$command")
		case $operands in
		[a-z]*)
			echo ".Cm ${operands%% *}" | sed 's/|/ | /g'
			operands=$(echo "$operands " | cut -d' ' -f2- | sed 's/ $//')
			;;
		esac
		options_of "$command" | while IFS=$tab read -r letter name argument help; do
			if [ "$name" = help ]; then
				continue
			fi
			if [ "$letter" = - ]; then flag="Fl -$name"; else flag="Fl $letter"; fi
			if [ "$argument" = - ]; then
				echo ".Op $flag"
			else
				echo ".Op $flag Ar $argument"
			fi
		done
		case $operands in
		"") ;;
		"["*) echo ".Op Ar $(echo "$operands" | sed 's/^\[//; s/\]$//')" ;;
		*) echo ".Ar $operands" | sed 's/ -$/ \\-/' ;;
		esac
	done
}

options() {
	for command in $(commands); do
		[ "$(options_of "$command" | wc -l)" -gt 1 ] || continue
		echo ".Ss Options of $command"
		echo ".Bl -tag -width Ds"
		options_of "$command" | while IFS=$tab read -r letter name argument help; do
			if [ "$letter" = - ]; then flags="-$name"; else flags="$letter , Fl -$name"; fi
			[ "$argument" = - ] || flags="$flags Ar $argument"
			echo ".It Fl $flags"
			echo "$help." | sed 's/^./\u&/'
		done
		echo ".El"
	done
}

commands_page() {
	work=$(mktemp -d)
	synopsis >"$work/synopsis"
	options >"$work/options"
	awk -v work="$work" '
		/^\.\\" end / { skip = 0 }
		!skip { print }
		/^\.\\" begin / {
			file = work "/" $3; sub(/,$/, "", file)
			while ((getline line < file) > 0) print line
			skip = 1
		}' man/zonegate.1
	rm -rf "$work"
}

checks_page() {
	cat <<'END'
.\" Made by tests/tools/manual.sh from the table of checks: do not edit.
.Dd November 22, 2026
.Dt ZONEGATE-CHECKS 7
.Os
.Sh NAME
.Nm zonegate-checks
.Nd every check of zonegate
.Sh DESCRIPTION
Each check of
.Xr zonegate 1
has an
.Em id
that reports and policies use; it is stable and never used for anything else.
The
.Em severity
is what a finding weighs where the policy says nothing:
.Cm refuse ,
.Cm approve
.Pq the zone is held until people approve ,
.Cm warn
or
.Cm ignore .
The
.Em floor
is the weakest severity that a policy may set.
A check that
.Em needs
an input besides the zone is reported as not run when it is not given.
.Em Validators report
names the extended DNS error
.Pq RFC 8914
that a validating resolver would give for what the check finds.
END
	"$ZONEGATE" explain | awk '{ print $1 }' | while read -r id; do
		"$ZONEGATE" explain "$id"
	done | awk '
		function value() { sub(/^[a-zA-Z]+: */, ""); gsub(/\\/, "\\e"); return $0 }
		function close_list() { if (open) print ".El"; open = 0 }
		/^[a-z0-9-]+$/ { id = $0; next }
		/^meaning:/ { meaning = value(); next }
		/^chapter:/ {
			chapter = value()
			if (chapter != last) {
				close_list()
				print ".Sh " toupper(chapter)
				print ".Bl -tag -width Ds"
				open = 1
				last = chapter
			}
			print ".It Sy " id
			print toupper(substr(meaning, 1, 1)) substr(meaning, 2) "."
			print ".Bl -tag -width \"Validators report\" -compact"
			next
		}
		/^severity:/ { severity = value(); next }
		/^floor:/ { print ".It Severity"; print severity ", floor " value(); next }
		/^needs:/ { print ".It Needs"; print value(); next }
		/^reference:/ { print ".It Reference"; print value(); next }
		/^EDE:/ { print ".It Validators report"; print value(); next }
		/^remedy:/ { print ".It Remedy"; print value(); print ".El" }
		END { close_list() }'
	cat <<'END'
.Sh SEE ALSO
.Xr zonegate 1 ,
.Xr zonegate-policy 5 ,
.Xr zonegate-report 5
END
}

case ${1:-} in
synopsis) synopsis ;;
options) options ;;
commands) commands_page ;;
checks) checks_page ;;
update)
	commands_page >man/zonegate.1.new
	mv man/zonegate.1.new man/zonegate.1
	checks_page >man/zonegate-checks.7.new
	mv man/zonegate-checks.7.new man/zonegate-checks.7
	;;
*)
	echo "usage: manual.sh synopsis|options|commands|checks|update" >&2
	exit 2
	;;
esac
