#!/bin/sh
# Writes the schemas and the default policy as C arrays to standard output.
# usage: embed.sh POLICY-SCHEMA DEFAULT-POLICY CONFIGURATION-SCHEMA
set -eu

array() {
	printf '\nconst unsigned char %s[] = {\n' "$1"
	od -An -v -tx1 "$2" | awk '{
		line = ""
		for (i = 1; i <= NF; i++)
			line = line (i > 1 ? " " : "\t") "0x" $i ","
		print line
	}'
	printf '};\nconst size_t %s_len = sizeof(%s);\n' "$1" "$1"
}

test -r "$1" && test -r "$2" && test -r "$3"
printf '/* Made by src/policy/embed.sh: do not edit. */\n#include "policy/policy.h"\n'
array policy_schema_text "$1"
array policy_default_text "$2"
array config_schema_text "$3"
