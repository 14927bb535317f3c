#!/bin/sh
# Holds the layers: who may include whom, who alone uses which library, which functions the library
# may not call. Reads every #include below src and include; compiles each public header alone.
set -u
: "${BUILD:=build}" "${CC:=cc}"

passed=0 failed=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# Counts one test; a file with complaints is a failure.
verdict() { # name complaints
	if [ -s "$2" ]; then
		failed=$((failed + 1))
		echo "FAILED $1"
		sed 's/^/  /' "$2"
	else
		passed=$((passed + 1))
	fi
}

# layer: the layers, then the public headers that it may include (* is any).
cat >"$work/layers" <<'END'
base    base                                        | limits status timing
dns     base dns                                    | limits status check verdict
net     base dns crypto net                         | limits status
zone    base dns zone                               | limits status check verdict
crypto  base dns crypto                             | limits status
facts   base dns zone crypto facts                  | limits status check verdict run timing
check   base dns zone facts check                   | limits status check verdict finding
policy  base dns policy                             | limits status check verdict policy
history base dns crypto history                     | limits status verdict
parent  base dns net crypto history parent          | limits status
observe base dns net crypto history parent observe  | limits status
gate    base dns zone crypto facts check policy history gate | limits status approval check verdict finding policy run timing gate memo version
publish base dns crypto policy history publish      | limits status verdict policy
report  base publish report                         | limits status check verdict finding timing gate report version
cli     base net parent observe cli publish report  | *
END

# library header: the only layers that may include it.
cat >"$work/owners" <<'END'
ldns/      zone net
openssl/ssl.h net
openssl/err.h crypto net
openssl/x509v3.h net
openssl/   crypto
libxml/    policy report
jansson.h  report
sqlite3.h  history
sys/socket.h net
sys/un.h     nowhere
netinet/     net
net/if.h     net
netdb.h      nowhere
poll.h       net cli
END

# header: the only files that may include it. One place starts threads; one library is set up once.
cat >"$work/places" <<'END'
pthread.h    src/base/work_pool.c src/policy/policy_xml.c
stdatomic.h  src/base/work_pool.c
threads.h    nowhere
END

# Every include as "file layer kind header": kind is < or ".
find src -name '*.[ch]' | LC_ALL=C sort | while read -r file; do
	layer=${file#src/}
	sed -n 's/^[ 	]*#[ 	]*include[ 	]*\([<"]\)\([^>"]*\)[>"].*/\1 \2/p' "$file" |
		sed "s|^|$file ${layer%%/*} |"
done >"$work/includes"
[ -s "$work/includes" ] || echo "no include found" >"$work/none"
touch "$work/none"
verdict "there are includes to read" "$work/none"

awk -v layers="$work/layers" '
BEGIN {
	while ((getline line < layers) > 0) {
		split(line, half, "|"); n = split(half[1], a, " "); m = split(half[2], p, " ")
		known[a[1]] = 1
		for (i = 2; i <= n; i++) may[a[1], a[i]] = 1
		for (i = 1; i <= m; i++) public[a[1], p[i]] = 1
	}
}
!($2 in known) { print $1 ": a folder that is no layer: " $2; next }
$3 == "<" && $4 ~ /^zonegate\// {
	header = $4; sub(/^zonegate\//, "", header); sub(/\.h$/, "", header)
	if (!(($2, header) in public) && !(($2, "*") in public))
		print $1 ": " $2 " may not include <" $4 ">"
}
$3 == "\"" {
	split($4, part, "/")
	if ($4 !~ /^[a-z]+\/[a-z0-9_]+\.h$/) print $1 ": not \"layer/file.h\": \"" $4 "\""
	else if (!(($2, part[1]) in may)) print $1 ": " $2 " may not include \"" $4 "\""
}
$4 ~ /^cli\// && $4 != "cli/cli.h" { print $1 ": the program has one internal header, not \"" $4 "\"" }
' "$work/includes" >"$work/bad"
verdict "each layer includes what it may" "$work/bad"

awk -v owners="$work/owners" '
BEGIN {
	while ((getline line < owners) > 0) {
		n = split(line, a, " ")
		for (i = 2; i <= n; i++) owner[a[1]] = owner[a[1]] " " a[i]
	}
}
$3 == "<" {
	longest = ""
	for (prefix in owner)
		if (index($4, prefix) == 1 && length(prefix) > length(longest)) longest = prefix
	if (longest != "" && index(owner[longest] " ", " " $2 " ") == 0)
		print $1 ": <" $4 "> belongs to" owner[longest]
}' "$work/includes" >"$work/bad"
verdict "each library has one user" "$work/bad"

awk -v places="$work/places" '
BEGIN {
	while ((getline line < places) > 0) {
		n = split(line, a, " "); known[a[1]] = 1
		for (i = 2; i <= n; i++) place[a[1], a[i]] = 1
	}
}
$3 == "<" && ($4 in known) && !(($4, $1) in place) { print $1 ": <" $4 "> has its place elsewhere" }
' "$work/includes" >"$work/bad"
verdict "one file knows of threads" "$work/bad"

# Public headers need nothing but each other, in any order.
for header in include/zonegate/*.h; do
	name=$(basename "$header")
	: >"$work/bad"
	echo "#include <zonegate/$name>" >"$work/alone.c"
	echo "extern int zonegate_alone;" >>"$work/alone.c"
	$CC -std=c11 -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror -Iinclude -fsyntax-only \
		"$work/alone.c" >"$work/bad" 2>&1
	sed -n 's/^[ 	]*#[ 	]*include[ 	]*\(.*\)/\1/p' "$header" |
		grep -v '^<zonegate/[a-z_]*\.h>$' |
		grep -vE '^<(stdbool|stddef|stdint)\.h>$' | sed "s|^|$header includes |" >>"$work/bad"
	verdict "<zonegate/$name> compiles alone" "$work/bad"
done

# zonegate.h is all of them.
for header in include/zonegate/*.h; do
	name=$(basename "$header")
	[ "$name" = zonegate.h ] || grep -q "^#include <zonegate/$name>" include/zonegate/zonegate.h ||
		echo "<zonegate/zonegate.h> lacks $name"
done >"$work/bad"
verdict "zonegate.h includes every public header" "$work/bad"

# The library never prints, exits, forks, reads the clock, the environment or a locale. What it calls
# stands in its objects.
archive=$BUILD/libzonegate.a
if [ -f "$archive" ] && [ -z "${SANITIZE:-}" ] && command -v nm >/dev/null; then
	forbidden='printf|vprintf|fprintf|vfprintf|puts|fputs|putchar|putc|fputc|fwrite|perror'
	forbidden="$forbidden|err|errx|warn|warnx|syslog|exit|_exit|_Exit|quick_exit|abort|__assert_fail"
	forbidden="$forbidden|atexit|fork|vfork|clone|execv|execve|execvp|posix_spawn|system|popen"
	forbidden="$forbidden|time|clock|clock_gettime|gettimeofday|getenv|secure_getenv|setenv|putenv"
	forbidden="$forbidden|setlocale|localtime|localtime_r|mktime|gmtime|ctime|asctime|tzset|environ"
	forbidden="$forbidden|signal|sigaction|raise|kill|alarm|setjmp|longjmp|strtok|strerror|rand|srand"
	forbidden="$forbidden|gets|strcpy|strcat|sprintf|vsprintf|alloca"
	nm -A -u "$archive" 2>/dev/null | sed 's/@.*//' |
		awk -v names="^(__)?($forbidden)(_chk)?\$" '$NF ~ names { print $1 " calls " $NF }' |
		grep -v ':deadline.o: calls clock_gettime$' >"$work/bad" # the monotonic clock
	verdict "the library calls nothing that it may not" "$work/bad"
	# Nothing is remembered between calls: no object has data that can be written. (Constant tables
	# of pointers lie in .data.rel.ro.)
	nm -A -f sysv "$archive" 2>/dev/null | grep -v ':policy_xml.o:started' | # a once_flag
		awk -F'|' '$NF ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)$/ { print $1 }' >"$work/bad"
	verdict "the library has no mutable globals" "$work/bad"
	skipped=0
else
	echo "skipped: what the library calls: no $archive, no nm, or sanitized"
	skipped=2
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
