# Nothing from a command line reaches a terminal raw.
for text in 'a\033[31mb\nc' '--\303\251\177' '\t\\' 'no such\nzonegate: pass' '\233[m\r'; do
	text=$(printf -- "$text.")
	zonegate "$text"
	zonegate check "$text" a
	zonegate explain "$text"
	zonegate check -f "$text" a
	zonegate check "$text"
	zonegate check -p "$text" zone/example.signed
	zonegate policy lint "$text"
	zonegate policy "$text"
done
