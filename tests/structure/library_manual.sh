#!/bin/sh
# Every public function and every status of the headers is in libzonegate(3), and nothing else is.
set -eu
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# ZG_PUBLIC declarations may go over several lines; the name is what stands before the parenthesis.
tr '\n' ' ' <<HEADERS | grep -o 'ZG_PUBLIC [^;]*;' |
$(cat include/zonegate/*.h)
HEADERS
	grep -o '\bzg_[a-z_]*(' | tr -d '(' | sort -u >"$folder/functions"
sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/s/^\.F[no] \(zg_[a-z_]*\).*/\1/p' man/libzonegate.3 |
	sort -u >"$folder/functions.manual"
grep -ho '^	ZG_[A-Z_]* = [0-9]*' include/zonegate/status.h | tr -d '\t=' | sed 's/  / /' |
	sort >"$folder/statuses"
sed -n 's/^\.It Dv \(ZG_[A-Z_]*\) Pq \([0-9]*\)$/\1 \2/p' man/libzonegate.3 |
	sort >"$folder/statuses.manual"

for list in functions statuses; do
	[ -s "$folder/$list" ] || { echo "library_manual: found no $list in the headers" >&2; exit 1; }
	diff "$folder/$list" "$folder/$list.manual"
done
echo "ok, $(wc -l <"$folder/functions") functions"
