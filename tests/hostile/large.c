/*
 * Zones that are large in one way: one more than a limit, or as many as cost most. Each is bounded
 * in time, and says by which check it is refused; what is lawful is read whole.
 */
#include <inttypes.h>
#include <stdint.h>

#include <zonegate/gate.h>
#include "child.h"
#include "smith.h"

#define NOW	       1795348800 /* 2026-11-22 12:00:00 UTC */
#define SIGNED_FROM_TO "20261201000000 20261101000000"

/* The signed zone that the texts begin with. */
struct base {
	char *zone;
	size_t n_records;
	uint16_t tag; /* of its key, algorithm 15 */
};

struct large_case {
	const char *name;
	void (*write)(FILE *out, const struct base *base);
	zg_verdict verdict;
	const char *fires;  /* id of a check that must fire; NULL: none in particular */
	const char *silent; /* id of one that must not; NULL: none in particular */
	uint64_t n_records; /* beside those of the zone; 0: not looked at */
	uint64_t n_fires;   /* how often it fires; 0: at least once */
};

static void
repeat(FILE *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)fputs(text, out);
}

/* ---- Names ---- */

static void
label_of_64(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, "a", 64);
	(void)fputs(".z. 60 IN TXT a\n", out);
}

static void
label_of_a_megabyte(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, "abcdefghij", 100000);
	(void)fputs(" 60 IN TXT a\n", out);
}

/* 255 octets: three labels of 63, one of 59, "z", the root. */
static void
name_of_255(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 3; i++) {
		repeat(out, "a", 63);
		(void)fputc('.', out);
	}
	repeat(out, "\\097", 59);
	(void)fputs(".z. 60 IN TXT a\n", out);
}

static void
name_of_256(FILE *out, const struct base *base)
{
	(void)fputc('a', out);
	(void)fputc('.', out);
	name_of_255(out, base);
	repeat(out, "a.", 127);
	(void)fputs("z. 60 IN TXT a\n", out);
}

/* 126 labels and "z": 125 empty non-terminals above each. */
static void
deep_names(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 2000; i++) {
		(void)fprintf(out, "%c.%c.%c.", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676);
		repeat(out, "b.", 123);
		(void)fputs("z. 60 IN TXT a\n", out);
	}
}

static void
growing_origin(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 1000; i++)
		(void)fputs("$ORIGIN a\n", out);
	(void)fputs("w 60 IN TXT a\n", out);
}

/* ---- RDATA ---- */

static void
rdata_of(FILE *out, unsigned octets)
{
	(void)fprintf(out, "large.z. 60 IN TYPE65280 \\# %u ", octets);
	repeat(out, "ab", octets);
	(void)fputc('\n', out);
}

static void
rdata_of_65535(FILE *out, const struct base *base)
{
	(void)base;
	rdata_of(out, 65535);
}

static void
rdata_of_65536(FILE *out, const struct base *base)
{
	(void)base;
	rdata_of(out, 65536);
}

/* 32767 strings of one octet, and one of none. */
static void
many_strings(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT", out);
	repeat(out, " \"a\"", 32767);
	(void)fputs(" \"\"\n", out);
}

static void
string_of_a_megabyte(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT \"", out);
	repeat(out, "abcdefghij", 100000);
	(void)fputs("\"\n", out);
}

/* Every type that there is. */
static void
full_bitmap(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT a\nlarge.z. 60 IN NSEC z.", out);
	for (unsigned type = 1; type < 65536; type++)
		(void)fprintf(out, " TYPE%u", type);
	(void)fputc('\n', out);
}

static void
many_parameters(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN SVCB 1 .", out);
	for (unsigned key = 10000; key > 0; key--)
		(void)fprintf(out, " key%u=a", 1000 + key);
	(void)fputc('\n', out);
}

/* ---- Entries ---- */

static void
line_below_a_mebibyte(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT", out);
	repeat(out, " ", 1024 * 1024 - 100);
	(void)fputs("a\n", out);
}

static void
line_above_a_mebibyte(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT", out);
	repeat(out, " ", 1024 * 1024);
	(void)fputs("a\n", out);
}

static void
comment_of_a_million(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("; ", out);
	repeat(out, "(\"comment ", 100000);
	(void)fputc('\n', out);
}

static void
comments_of_50_megabytes(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 500000; i++) {
		(void)fputs("; ", out);
		repeat(out, "comment ", 12);
		(void)fputc('\n', out);
	}
}

static void
lines_of_nothing(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, "\n \n\t\n\r\n", 1000000);
}

static void
deep_parentheses(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT ", out);
	repeat(out, "(", 500000);
	(void)fputs("a", out);
	repeat(out, ")", 500000);
	(void)fputc('\n', out);
}

static void
open_parentheses(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, "(", 20000000);
}

static void
closing_parentheses(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, ")", 20000000);
}

static void
open_quote(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT \"", out);
	repeat(out, "abcdefghij", 5000000);
}

/* The parenthesis never closes: each line is begun again as an entry of its own. */
static void
open_parenthesis_and_lines(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT (\n", out);
	repeat(out, "a\n", 3000000);
}

/* As much again for every line: an entry that is too large behind each line end. */
static void
open_parenthesis_on_each_line(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, "a 60 IN TXT ( a\n", 300000);
}

static void
open_quote_on_each_line(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, "a 60 IN TXT ( \"\n", 300000);
}

static void
tokens_of_one_entry(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT", out);
	repeat(out, " a", 400000);
	(void)fputc('\n', out);
}

static void
tokens_in_millions(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 100; i++) {
		(void)fputs("large.z. 60 IN TXT", out);
		repeat(out, " a", 60000);
		(void)fputc('\n', out);
	}
}

static void
escapes(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, "\\", 10000001);
}

static void
nul_octets(FILE *out, const struct base *base)
{
	static const char zeros[4096];

	(void)base;
	for (int i = 0; i < 5000; i++)
		(void)fwrite(zeros, 1, sizeof(zeros), out);
}

static void
nul_lines(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 300000; i++)
		(void)fwrite("a\0 60 IN TXT a\n", 1, 15, out);
}

static void
million_bad_lines(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, "?\n", 1000000);
}

/* ---- Many records ---- */

static void
records_of_one_owner(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 100000; i > 0; i--)
		(void)fprintf(out, "large.z. 60 IN TXT %d\n", i);
}

/* As records of one owner, but with others between them. */
static void
scattered_records(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 100000; i++)
		(void)fprintf(
		    out, "large.z. 60 IN TXT %d\nn%d.z. 60 IN A 192.0.2.1\n", i, i % 1000);
}

static void
types_of_one_owner(FILE *out, const struct base *base)
{
	(void)base;
	for (int type = 65000; type > 35000; type--)
		(void)fprintf(out, "large.z. 60 IN TYPE%d \\# 1 00\n", type);
}

static void
owners_in_reverse(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 300000; i > 0; i--)
		(void)fprintf(out, "n%06d.z. 60 IN A 192.0.2.1\n", i);
}

static void
same_record(FILE *out, const struct base *base)
{
	(void)base;
	repeat(out, "large.z. 60 IN A 192.0.2.1\n", 300001);
}

static void
unequal_ttls(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 100000; i++)
		(void)fprintf(out, "large.z. %d IN TXT %d\n", i, i);
}

static void
records_out_of_zone(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 200000; i++)
		(void)fprintf(out, "n%d.y. 60 IN A 192.0.2.1\n", i);
}

static void
soas(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 100000; i++)
		(void)fprintf(out, "z. 60 IN SOA ns.z. h.z. %d 2 3 4 5\n", i + 10);
}

static void
name_servers_of_one_cut(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 100000; i++)
		(void)fprintf(out, "large.z. 60 IN NS ns%d.large.z.\n", i);
}

static void
glue_of_one_cut(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN NS ns0.large.z.\n", out);
	for (int i = 0; i < 200000; i++)
		(void)fprintf(out, "ns%d.large.z. 60 IN A 192.0.2.1\n", i);
}

static void
cnames_of_one_owner(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 100000; i++)
		(void)fprintf(out, "large.z. 60 IN CNAME a%d.z.\n", i);
}

static void
cuts_in_cuts(FILE *out, const struct base *base)
{
	(void)base;
	for (int i = 0; i < 1000; i++) {
		for (int labels = 1; labels < 100; labels++) {
			repeat(out, "a.", (size_t)labels);
			(void)fprintf(out, "n%d.z. 60 IN NS b.\n", i);
		}
	}
}

static void
ds_of_one_cut(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN NS b.\n", out);
	for (int i = 0; i < 65536; i++)
		(void)fprintf(out, "large.z. 60 IN DS %d 8 2 %064x\n", i, i);
}

/* ---- Signatures and keys ---- */

static void
put_base64(FILE *out, const uint8_t *octets, size_t length)
{
	uint8_t text[3 * 65536 / 2];

	if (length > 65535)
		exit(2);
	(void)EVP_EncodeBlock(text, octets, (int)length);
	(void)fputs((const char *)text, out);
}

/* The `n`th RRSIG that verifies with nothing. */
static void
false_rrsig(FILE *out, const char *owner, unsigned type, uint16_t tag, uint32_t n)
{
	uint8_t octets[64] = {1, 2, 3};

	memcpy(octets + 60, &n, sizeof(n));
	(void)fprintf(
	    out, "%s 60 IN RRSIG TYPE%u 15 2 60 " SIGNED_FROM_TO " %u z. ", owner, type, tag);
	put_base64(out, octets, sizeof(octets));
	(void)fputc('\n', out);
}

static void
rrsigs_of_one_rrset(FILE *out, const struct base *base)
{
	(void)fputs("large.z. 60 IN TXT a\n", out);
	for (unsigned i = 0; i < 70000; i++)
		false_rrsig(out, "large.z.", 16, base->tag, i);
}

static void
rrsigs_of_many_types(FILE *out, const struct base *base)
{
	for (unsigned i = 0; i < 60000; i++)
		false_rrsig(out, "large.z.", 1000 + i % 64000, base->tag, i);
}

/* More than may be tried over each of many RRsets of one owner. */
static void
rrsigs_of_many_rrsets(FILE *out, const struct base *base)
{
	for (unsigned type = 0; type < 2000; type++) {
		(void)fprintf(out, "large.z. 60 IN TYPE%u \\# 1 00\n", 1000 + type);
		for (unsigned i = 0; i < 30; i++)
			false_rrsig(out, "large.z.", 1000 + type, base->tag, i);
	}
}

/* What is hashed again for each signature: 6 MB, and 17 of them with the original TTL changing. */
static void
rrsigs_of_a_large_rrset(FILE *out, const struct base *base)
{
	for (int i = 0; i < 100; i++) {
		(void)fprintf(out, "large.z. 60 IN TYPE65280 \\# 60000 %04x", i);
		repeat(out, "abcd", 29999);
		(void)fputc('\n', out);
	}
	for (unsigned i = 0; i < 17; i++)
		false_rrsig(out, "large.z.", 65280, base->tag, i);
}

static void
put_key(FILE *out, const char *type, const uint8_t octets[32])
{
	(void)fprintf(out, "z. 3600 IN %s 256 3 15 ", type);
	put_base64(out, octets, 32);
	(void)fputc('\n', out);
}

static void
keys_as(FILE *out, const char *type)
{
	uint8_t octets[32] = {0};

	for (unsigned i = 0; i < 2000; i++) {
		octets[30] = (uint8_t)(i >> 8);
		octets[31] = (uint8_t)i;
		put_key(out, type, octets);
	}
}

static void
keys(FILE *out, const struct base *base)
{
	(void)base;
	keys_as(out, "DNSKEY");
}

static void
keys_for_the_parent(FILE *out, const struct base *base)
{
	(void)base;
	keys_as(out, "CDNSKEY");
	for (unsigned i = 0; i < 2000; i++)
		(void)fprintf(out, "z. 3600 IN CDS %u 15 2 %064x\n", i, i);
}

/* KeyTrap (CVE-2023-50387): keys that share a tag, times signatures that name it. */
static void
colliding_keys_and_signatures(FILE *out, const struct base *base)
{
	uint8_t octets[32] = {0};

	/* A key tag is a sum of 16-bit words (RFC 4034 appendix B): what one word gains, another
	 * loses. */
	for (unsigned i = 0; i < 60; i++) {
		octets[1] = (uint8_t)i;
		octets[3] = (uint8_t)(base->tag >> 8);
		octets[5] = (uint8_t)(200 - i);
		put_key(out, "DNSKEY", octets);
	}
	for (unsigned owner = 0; owner < 500; owner++) {
		/* 256 3 15 and the octets above. */
		unsigned tag = 256 + (3 << 8 | 15) + (unsigned)(base->tag >> 8) + 200;
		char name[32];

		(void)snprintf(name, sizeof(name), "n%u.z.", owner);
		(void)fprintf(out, "%s 60 IN TXT a\n", name);
		for (unsigned i = 0; i < 16; i++)
			false_rrsig(out, name, 16, (uint16_t)tag, i);
	}
}

/* An RSA key of 520 000 bits, and signatures to try it on. */
static void
giant_key(FILE *out, const struct base *base)
{
	static uint8_t octets[65000];
	unsigned tag = 0;

	(void)base;
	memset(octets, 0xff, sizeof(octets));
	octets[0] = 3; /* an exponent of 3 octets */
	(void)fputs("z. 3600 IN DNSKEY 256 3 8 ", out);
	put_base64(out, octets, sizeof(octets));
	(void)fputc('\n', out);
	for (unsigned i = 0; i < 1000; i++)
		(void)fprintf(out,
		    "n%u.z. 60 IN TXT a\nn%u.z. 60 IN RRSIG TXT 8 2 60 " SIGNED_FROM_TO
		    " %u z. AAAA\n",
		    i, i, tag);
}

/* ---- Denial ---- */

static void
nsecs_of_one_owner(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("large.z. 60 IN TXT a\n", out);
	for (int i = 0; i < 100000; i++)
		(void)fprintf(out, "large.z. 60 IN NSEC n%d.z. A\n", i);
}

static void
names_and_chains(FILE *out, unsigned chains, unsigned iterations)
{
	for (unsigned i = 0; i < chains; i++)
		(void)fprintf(out,
		    "z. 60 IN NSEC3PARAM 1 0 %u %08x\n"
		    "2vptu5timamqttgl4luu9kg21e0aor3s.z. 60 IN NSEC3 1 1 %u %08x "
		    "2vptu5timamqttgl4luu9kg21e0aor3s A\n",
		    iterations, i, iterations, i);
	for (unsigned i = 0; i < 2000; i++)
		(void)fprintf(out, "a.b.n%u.z. 60 IN TXT a\n", i);
}

static void
many_chains(FILE *out, const struct base *base)
{
	(void)base;
	names_and_chains(out, 10000, 0);
}

static void
too_many_iterations(FILE *out, const struct base *base)
{
	(void)base;
	names_and_chains(out, 8, 65535);
}

static void
as_many_iterations_as_are_looked_at(FILE *out, const struct base *base)
{
	(void)base;
	names_and_chains(out, 1, 2500);
}

/* Hashes of every length that a label can hold. */
static void
odd_hashes(FILE *out, const struct base *base)
{
	(void)base;
	(void)fputs("z. 60 IN NSEC3PARAM 1 0 0 -\n", out);
	for (size_t length = 1; length <= 63; length++) {
		repeat(out, "0", length);
		(void)fputs(".z. 60 IN NSEC3 1 0 0 - 00 A\n", out);
	}
}

/* ---- The cases ---- */

#define REFUSE ZG_VERDICT_REFUSE
#define PASS   ZG_VERDICT_PASS

static const struct large_case cases[] = {
    {"a label of 64 octets", label_of_64, REFUSE, "zone-syntax", NULL, 0, 1},
    {"a label of a megabyte", label_of_a_megabyte, REFUSE, "zone-syntax", NULL, 0, 1},
    {"a name of 255 octets", name_of_255, REFUSE, "rrset-unsigned", "zone-syntax", 1, 1},
    {"names of 256 octets", name_of_256, REFUSE, "zone-syntax", NULL, 0, 2},
    {"names of 127 labels", deep_names, REFUSE, "rrset-unsigned", "zone-syntax", 2000, 2000},
    {"an origin that grows", growing_origin, REFUSE, "zone-syntax", NULL, 0, 0},
    {"RDATA of 65535 octets", rdata_of_65535, REFUSE, "rrset-unsigned", "zone-syntax", 1, 1},
    {"RDATA of 65536 octets", rdata_of_65536, REFUSE, "zone-syntax", NULL, 0, 1},
    {"32768 strings", many_strings, REFUSE, "rrset-unsigned", "zone-syntax", 1, 1},
    {"a string of a megabyte", string_of_a_megabyte, REFUSE, "zone-syntax", NULL, 0, 1},
    {"a bitmap of all types", full_bitmap, REFUSE, "nsec-bitmap", "zone-syntax", 2, 1},
    {"10000 service parameters", many_parameters, REFUSE, "zone-syntax", NULL, 0, 1},
    {"a line below a mebibyte", line_below_a_mebibyte, REFUSE, "rrset-unsigned", "zone-syntax", 1,
	1},
    {"a line above a mebibyte", line_above_a_mebibyte, REFUSE, "zone-syntax", NULL, 0, 1},
    {"a comment of a million octets", comment_of_a_million, PASS, NULL, "zone-syntax", 0, 0},
    {"comments of 50 megabytes", comments_of_50_megabytes, PASS, NULL, "zone-syntax", 0, 0},
    {"four million empty lines", lines_of_nothing, PASS, NULL, "zone-syntax", 0, 0},
    {"500000 parentheses in each other", deep_parentheses, REFUSE, "rrset-unsigned", "zone-syntax",
	1, 1},
    {"20 million opening parentheses", open_parentheses, REFUSE, "zone-syntax", NULL, 0, 0},
    {"20 million closing parentheses", closing_parentheses, REFUSE, "zone-syntax", NULL, 0, 1},
    {"a quote that never ends", open_quote, REFUSE, "zone-syntax", NULL, 0, 0},
    {"a parenthesis that never ends", open_parenthesis_and_lines, REFUSE, "zone-syntax", NULL, 0,
	0},
    {"a parenthesis on each line", open_parenthesis_on_each_line, REFUSE, "zone-syntax", NULL, 0,
	0},
    {"a quote on each line", open_quote_on_each_line, REFUSE, "zone-syntax", NULL, 0, 0},
    {"400000 fields", tokens_of_one_entry, REFUSE, "zone-syntax", NULL, 0, 1},
    {"6 million fields", tokens_in_millions, REFUSE, "zone-syntax", NULL, 0, 100},
    {"10 million backslashes", escapes, REFUSE, "zone-syntax", NULL, 0, 0},
    {"20 million NUL octets", nul_octets, REFUSE, "zone-syntax", NULL, 0, 0},
    {"a NUL octet on each line", nul_lines, REFUSE, "zone-syntax", NULL, 0, 300000},
    {"a million bad lines", million_bad_lines, REFUSE, "zone-syntax", NULL, 0, 1000000},
    {"100000 records of one owner", records_of_one_owner, REFUSE, "rrset-unsigned", "zone-syntax",
	100000, 1},
    {"100000 records of one owner, scattered", scattered_records, REFUSE, "rrset-unsigned",
	"zone-syntax", 101000, 1001},
    {"30000 types of one owner", types_of_one_owner, REFUSE, "rrset-unsigned", "zone-syntax", 30000,
	30000},
    {"300000 owners in reverse", owners_in_reverse, REFUSE, "rrset-unsigned", "zone-syntax", 300000,
	300000},
    {"a record 300001 times", same_record, REFUSE, "record-duplicate", "zone-syntax", 1, 300000},
    {"100000 TTLs in one RRset", unequal_ttls, REFUSE, "rrset-ttl-unequal", "zone-syntax", 100000,
	99999},
    {"200000 records out of the zone", records_out_of_zone, REFUSE, "zone-out-of-zone",
	"zone-syntax", 0, 200000},
    {"100000 SOA records", soas, REFUSE, "soa-multiple", "zone-syntax", 100000, 100000},
    {"100000 name servers of one cut", name_servers_of_one_cut, REFUSE, "glue-missing",
	"zone-syntax", 100000, 0},
    {"200000 addresses below one cut", glue_of_one_cut, REFUSE, "glue-unneeded", "zone-syntax",
	200001, 199999},
    {"100000 CNAMEs of one owner", cnames_of_one_owner, REFUSE, "cname-multiple", "zone-syntax",
	100000, 1},
    {"99000 cuts in each other", cuts_in_cuts, REFUSE, "cut-occludes", "zone-syntax", 99000, 0},
    {"65536 DS of one cut", ds_of_one_cut, REFUSE, "rrset-unsigned", "zone-syntax", 65537, 0},
    {"70000 RRSIGs of one RRset", rrsigs_of_one_rrset, REFUSE, "work-limit", "zone-syntax", 70001,
	1},
    {"60000 RRSIGs of one owner, each over another type", rrsigs_of_many_types, PASS,
	"rrsig-covers-nothing", "zone-syntax", 60000, 60000},
    {"30 RRSIGs of each of 2000 RRsets of one owner", rrsigs_of_many_rrsets, REFUSE, "work-limit",
	"zone-syntax", 62000, 1},
    {"17 RRSIGs of an RRset of 6 megabytes", rrsigs_of_a_large_rrset, REFUSE, "work-limit",
	"zone-syntax", 117, 1},
    {"2000 DNSKEYs", keys, REFUSE, "work-limit", "zone-syntax", 2000, 0},
    {"2000 CDS and 2000 CDNSKEYs", keys_for_the_parent, REFUSE, "work-limit", "zone-syntax", 4000,
	1},
    {"60 keys of one tag, 8000 RRSIGs that name it", colliding_keys_and_signatures, REFUSE,
	"work-limit", "zone-syntax", 8560, 1},
    {"an RSA key of 520000 bits", giant_key, REFUSE, "dnskey-malformed", "zone-syntax", 2001, 1},
    {"100000 NSECs of one owner", nsecs_of_one_owner, REFUSE, "nsec-multiple", "zone-syntax",
	100001, 0},
    {"10000 NSEC3 chains", many_chains, REFUSE, "nsec3-chains-limit", "zone-syntax", 22000, 0},
    {"8 chains of 65535 iterations", too_many_iterations, REFUSE, "nsec3-hash", "zone-syntax", 2016,
	8},
    {"a chain of 2500 iterations", as_many_iterations_as_are_looked_at, REFUSE, "nsec3-missing",
	"zone-syntax", 2002, 0},
    {"hashes of every length", odd_hashes, REFUSE, "nsec3-owner", "zone-syntax", 64, 0},
};

/* ---- Running them ---- */

struct running {
	const struct base *base;
	const struct large_case *test;
};

static char *
write_text(const struct running *running, size_t *length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	if (out == NULL)
		exit(2);
	(void)fputs(running->base->zone, out);
	running->test->write(out, running->base);
	if (ferror(out) || fclose(out) != 0 || text == NULL) {
		(void)fprintf(stderr, "out of memory\n");
		exit(2);
	}
	return text;
}

static uint64_t
count(const struct zg_result *result, const char *id)
{
	for (size_t i = 0; i < result->n_findings; i++) {
		if (strcmp(result->findings[i].check->id, id) == 0)
			return result->findings[i].count;
	}
	return 0;
}

/* The result is what the case says; everything that is not is printed. */
static bool
as_expected(const struct running *running, const struct zg_result *result)
{
	const struct large_case *test = running->test;
	uint64_t n_records = result->counts[ZG_COUNT_RECORDS] - running->base->n_records;
	uint64_t fired = test->fires == NULL ? 0 : count(result, test->fires);
	bool good = true;

	if (result->verdict != test->verdict) {
		printf("  %s\n", zg_verdict_text(result->verdict));
		good = false;
	}
	if (test->fires != NULL && (fired == 0 || (test->n_fires > 0 && fired != test->n_fires))) {
		printf("  %s: %" PRIu64 "\n", test->fires, fired);
		good = false;
	}
	if (test->silent != NULL && count(result, test->silent) > 0) {
		printf("  %s: %" PRIu64 "\n", test->silent, count(result, test->silent));
		good = false;
	}
	if (test->n_records > 0 && n_records != test->n_records) {
		printf("  %" PRIu64 " more records than the zone\n", n_records);
		good = false;
	}
	for (size_t i = 0; !good && i < result->n_findings && i < 8; i++)
		printf("    %s %s %" PRIu64 ": %s\n",
		    zg_severity_text(result->findings[i].severity), result->findings[i].check->id,
		    result->findings[i].count, result->findings[i].examples[0].detail);
	return good;
}

static bool
run_case(const void *context)
{
	const struct running *running = context;
	struct zg_gate_inputs inputs = {
	    .zone = {.kind = ZG_SOURCE_MEMORY}, .now = NOW, .threads = 2};
	char *text = write_text(running, &inputs.zone.length);
	struct zg_result *result;
	struct zg_error error = {""};
	bool good = false;

	inputs.zone.bytes = text;
	if (zg_gate_run(&inputs, &result, &error) != ZG_OK)
		printf("  no verdict: %s\n", error.text);
	else
		good = as_expected(running, result);
	zg_result_free(result);
	free(text);
	return good;
}

static void
base_init(struct base *base)
{
	struct smith_zone *zone =
	    smith_zone_parse("@ 3600 IN SOA ns hostmaster 1 7200 3600 1209600 3600\n"
			     "@ 3600 IN NS ns\n"
			     "ns 3600 IN A 192.0.2.1\n",
		"z.");
	struct smith_keys *keys_of_zone = smith_keys_new();
	struct smith_key *key =
	    smith_keys_add(keys_of_zone, smith_key_make("z.", 15, 257, 0, "hostile"));
	struct smith_signing signing = {
	    .inception = NOW - 86400, .expiration = NOW + 30 * 86400, .denial = SMITH_USE_NSEC};

	smith_sign_zone(zone, keys_of_zone, &signing);
	base->zone = smith_zone_text(zone, NULL);
	base->n_records = zone->n;
	base->tag = key->tag;
	smith_keys_free(keys_of_zone);
	smith_zone_free(zone);
}

/* All cases, or those whose names hold the argument. */
int
main(int argc, char **argv)
{
	struct tally_of_tests tests = {0};
	struct base base;

	base_init(&base);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct running running = {.base = &base, .test = &cases[i]};

		if (argc < 2 || strstr(cases[i].name, argv[1]) != NULL)
			child_test(&tests, cases[i].name, run_case, &running);
	}
	free(base.zone);
	return tests_sum(&tests);
}
