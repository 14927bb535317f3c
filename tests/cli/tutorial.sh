# The tutorial of zonegate(1): each command line is run, and the lines below it are in its output, in
# this order, the last of them at its end.
cp -R "$ROOT/samples" "$WORK"
cd "$WORK" || exit 1
sed -n '/^\.Sh TUTORIAL/,/^\.Sh SEE ALSO/p' "$ROOT/man/zonegate.1" |
	sed -n '/^\.Bd/,/^\.Ed/p' | grep -v '^\.[BE]d' | sed 's/\\e/\\/g' >session
grep '^\$ ' session | sed 's/^\$ //' | while read -r line; do
	echo "echo '=command='"
	echo "$line"
done >script
sh script >output 2>/dev/null
awk '
	/^\$ / { n++; command[n] = $0; next }
	FILENAME == "session" { want[n, ++wants[n]] = $0; next }
	/^=command=$/ { m++; next }
	{ if (met[m] < wants[m] && $0 == want[m, met[m] + 1]) met[m]++ }
	END {
		for (i = 1; i <= n; i++)
			if (met[i] != wants[i]) print "not as printed: " command[i] ": " want[i, met[i] + 1]
		print (n > 8 && n == m ? "all commands run" : n " commands, " m " run")
	}' session output
