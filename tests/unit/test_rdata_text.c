/*
 * RDATA: text to wire, shapes, canonical form. Two oracles read the same text: ldns, and BIND's
 * named-compilezone where it is installed.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ldns/ldns.h>

#include "dns/name.h"
#include "dns/rr_type.h"
#include "zone/rdata_text.h"

static const uint8_t origin[] = "\7Example";

/* Oracles that read a sample as it is meant. */
#define L  1 /* ldns */
#define B  2 /* named-compilezone of BIND 9.18 */
#define LB (L | B)

struct sample {
	const char *type, *text;
	int oracles;
	const char *hex; /* where an oracle is missing */
};

static const struct sample samples[] = {
    {"A", "192.0.2.1", LB, NULL},
    {"A", "255.255.255.255", LB, NULL},
    {"NS", "NS1.Example.NET.", LB, NULL},
    {"NS", "Www", LB, NULL},
    {"NS", "@", B, NULL},
    {"NS", "a\\.b\\000\\255c.D", LB, NULL},
    {"MD", "A.b.", L, NULL},
    {"MF", "A.b.", L, NULL},
    {"CNAME", "A.b.", LB, NULL},
    {"SOA", "Ns1.Example. Host.Example. 4294967295 1h 5m30s 2w 1D", L, NULL},
    {"SOA", ". . 0 0 0 0 4294967295", L, NULL},
    {"MB", "A.b.", LB, NULL},
    {"MG", "A.b.", LB, NULL},
    {"MR", "A.b.", LB, NULL},
    {"WKS", "192.0.2.1 6 25 80 65535", LB, NULL},
    {"WKS", "192.0.2.1 17 53 123", LB, NULL},
    /* The oracles look these up in /etc/protocols and /etc/services, which need not be there. */
    {"WKS", "192.0.2.1 UDP domain 123", 0, "c00002011100000000000004000000000000000010"},
    {"PTR", "A.b.", LB, NULL},
    {"HINFO", "\"PC Intel\" Linux", LB, NULL},
    {"MINFO", "A.b. C.d.", LB, NULL},
    {"MX", "65535 Mail.Example.", LB, NULL},
    {"MX", "0 .", LB, NULL},
    {"TXT", "abc", LB, NULL},
    {"TXT", "\"\"", LB, NULL},
    {"TXT", "\"a b;c(\" \"\\\"\\\\\\065\\000\\255\" x\\;y", LB, NULL},
    {"RP", "A.b. C.d.", LB, NULL},
    {"AFSDB", "1 A.b.", LB, NULL},
    {"X25", "311061700956", LB, NULL},
    {"ISDN", "150862028003217 004", LB, NULL},
    {"ISDN", "150862028003217", LB, NULL},
    {"RT", "10 A.b.", LB, NULL},
    {"NSAP", "0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00", LB, NULL},
    {"NSAP-PTR", "A.b.", B, NULL}, /* ldns: a string */
    {"SIG", "A 5 3 86400 20300322173103 20300220173103 2642 Example.com. AAAA", LB, NULL},
    {"KEY", "256 3 5 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==", LB, NULL},
    {"PX", "10 A.b. C.d.", LB, NULL},
    {"GPOS", "-32.6882 116.8652 10.0", LB, NULL},
    {"AAAA", "2001:db8::1", LB, NULL},
    {"AAAA", "::ffff:192.0.2.1", LB, NULL},
    {"AAAA", "1:2:3:4:5:6:7:8", LB, NULL},
    {"LOC", "42 21 54 N 71 06 18 W -24m 30m", LB, NULL},
    {"LOC", "42 21 43.952 N 71 5 6.344 W -24m 1m 200m", LB, NULL},
    {"LOC", "52 14 05 N 00 08 50 E 10m", LB, NULL},
    {"LOC", "90 0 0.000 S 180 0 0.000 E -100000.00m 90000000m 0m 0m", B, NULL},
    /* ldns 1.8.3 takes minutes and seconds of the latitude for those that are left out. */
    {"LOC", "42 21 54 N 71 W 12.34 0.05 0.5m 12.25m", B, NULL},
    {"LOC", "1 N 1 E 42849672.95", B, NULL},
    {"NXT", "\\# 12 0141076578616d706c650060", B, NULL},
    {"EID", "0011 22fF", LB, NULL},
    {"NIMLOC", "0011 22fF", LB, NULL},
    {"SRV", "1 2 3 A.b.", LB, NULL},
    {"NAPTR", "100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp.Gatech.edu.", LB, NULL},
    {"KX", "10 A.b.", LB, NULL},
    {"CERT", "PGP 4711 RSASHA256 aGVs bG8=", LB, NULL},
    {"CERT", "65535 0 0 aGVsbG8=", LB, NULL},
    {"DNAME", "A.b.", LB, NULL},
    {"SINK", "1 2 3 AAAA", B, NULL},
    {"APL", "1:192.168.32.0/21 !1:192.168.38.0/28 2:FF00:0:0:0:0:0:0:0/8 1:0.0.0.0/0", LB, NULL},
    {"APL", "", LB, NULL},
    {"DS", "60485 5 1 2BB183AF5F22588179A53B0A 98631FAD1A292118", LB, NULL},
    {"DS", "60485 RSASHA256 1 2bb183af5f22588179a53b0a98631fad1a29211 8", LB, NULL},
    {"SSHFP", "2 1 123456789abcdef67890123456789abcdef67890", LB, NULL},
    {"IPSECKEY", "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==", LB, NULL},
    {"IPSECKEY", "10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==", LB, NULL},
    {"IPSECKEY", "10 2 2 2001:db8::1 AQNR", LB, NULL},
    {"IPSECKEY", "10 3 2 Gate.Example.com. AQNR", LB, NULL},
    {"RRSIG",
	"NSEC3PARAM ECDSAP256SHA256 3 86400 20300322173103 20300220173103 2642 Example.com. "
	"oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr PYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6o B9wfuh3DTJXUA"
	"fI/",
	LB, NULL},
    {"RRSIG", "TYPE65280 13 0 2147483647 4294967295 0 65535 . AA==", LB, NULL},
    {"NSEC", "Host.Example. A MX RRSIG NSEC TYPE1234", LB, NULL},
    {"NSEC", "@ NSEC RRSIG A CAA TYPE65535", B, NULL},
    {"NSEC", "Host", 0, "04486f7374074578616d706c6500"},
    {"DNSKEY",
	"256 3 RSASHA256 AQPSKmynfzW4kyBv015MUG2DeIQ3 Cbl+BBZH4b/0PY1kxkmvHjcZc8no kfzj31Gajg==",
	LB, NULL},
    {"DHCID", "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=", LB, NULL},
    {"NSEC3", "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG",
	LB, NULL},
    {"NSEC3", "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR", LB, NULL},
    {"NSEC3PARAM", "1 0 12 aabbccdd", LB, NULL},
    {"NSEC3PARAM", "1 0 0 -", LB, NULL},
    {"TLSA", "3 1 1 d2abde240d7cd3ee6b4b28c54df034b9 7983a1d16e8a410e4561cb106618e971", LB, NULL},
    {"SMIMEA", "3 0 0 aabb", LB, NULL},
    {"HIP",
	"2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p9+LrV4e19WzK"
	" Rvs1.Example.com. rvs2.example.com.",
	LB, NULL},
    {"NINFO", "abc \"d e\"", B, NULL},
    {"RKEY", "0 0 8 AAAA", B, NULL},
    {"TALINK", "A.b. c.D.", LB, NULL},
    {"CDS", "0 0 0 00", LB, NULL},
    {"CDNSKEY", "0 3 0 AA==", LB, NULL},
    {"OPENPGPKEY", "AAAA BBBB CA==", LB, NULL},
    {"CSYNC", "66 3 A NS AAAA", LB, NULL},
    {"CSYNC", "4294967295 65535", B, NULL},
    {"ZONEMD",
	"2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7EB1A7B641A47BA7 "
	"FED2DD5B97AE499FAFA4F22C6BD647DE",
	LB, NULL},
    {"SVCB", "0 Foo.example.com.", LB, NULL},
    {"SVCB", "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1", B,
	NULL},
    {"SVCB", "1 . key667=hello", B, NULL},
    {"SVCB", "1 . key667=\"hello\\210qoo\" key65534", B, NULL},
    {"SVCB", "1 f. ipv6hint=\"2001:db8::1,2001:db8::53:1\"", B, NULL},
    {"SVCB", "16 f. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"", B, NULL},
    {"SVCB", "16 f. alpn=f\\\\\\092oo\\092,bar,h2", B, NULL},
    {"HTTPS", "1 . port=8443 no-default-alpn alpn=h2 ech=AEP+DQA/ dohpath=/q{?dns} ohttp", 0,
	"000100000100030268320002000000030002"
	"20fb0005000600"
	"43fe0d003f000700082f717b3f646e737d00080000"},
    {"DSYNC", "CDS NOTIFY 5359 Cds-scanner.Example.net.", 0,
	"003b0114ef0b4364732d7363616e6e6572074578616d706c65036e657400"},
    {"DSYNC", "CSYNC 255 53 .", 0, "003eff003500"},
    {"SPF", "\"v=spf1 -all\"", LB, NULL},
    {"NID", "10 0014:4fff:ff20:ee64", LB, NULL},
    {"NID", "10 0:1:fff:a", LB, NULL},
    {"L32", "10 10.1.2.0", LB, NULL},
    {"L64", "10 2001:0DB8:1140:1000", LB, NULL},
    {"LP", "10 L64-Subnet.Example.", LB, NULL},
    {"EUI48", "00-00-5e-00-53-2A", LB, NULL},
    {"EUI64", "00-00-5e-ef-10-00-00-2A", LB, NULL},
    {"URI", "10 1 \"ftp://ftp1.Example.com/p\\\"\\;q\"", LB, NULL},
    {"CAA", "0 issue \"ca.Example.net; account=230123\"", LB, NULL},
    {"CAA", "128 tbs unknown", B, NULL},
    {"CAA", "0 issue \"\"", LB, NULL},
    {"AVC", "\"app-name:WOLFGANG|app-class:OAM\"", B, NULL},
    {"DOA", "1234567890 1234567890 1 \"image/gif\" R0lGODlhKAAZAOMCAGZmZgBmmf///zOZzMz//5nM", B,
	NULL},
    {"DOA", "0 1 2 \"\" -", B, NULL},
    {"AMTRELAY", "10 0 1 203.0.113.15", B, NULL},
    {"AMTRELAY", "10 1 2 2001:db8::15", B, NULL},
    {"AMTRELAY", "128 1 3 Amtrelays.example.com.", B, NULL},
    {"AMTRELAY", "10 0 0 .", B, NULL},
    {"RESINFO", "qnamemin exterr=15-17 infourl=https://x.example.com/guide", 0,
	"08716e616d656d696e0c6578746572723d31352d313723696e666f75726c3d68747470733a2f2f782e6578616d"
	"70"
	"6c652e636f6d2f6775696465"},
    {"WALLET", "ADA abc", 0, "0341444103616263"},
    {"TA", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118", B, NULL},
    {"DLV", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118", LB, NULL},
    {"TYPE65280", "\\# 3 0a0B 0c", B, "0a0b0c"},
    {"TYPE65280", "\\# 0", B, ""},
    {"TYPE1", "\\# 4 c0000201", B, NULL},
};
#define N_SAMPLES (sizeof(samples) / sizeof(samples[0]))

/* Types of which no text but that of RFC 3597 is read. */
static const char *const generic_only[] = {
    "NULL", "ATMA", "NXT", "A6", "HHIT", "BRID", "UINFO", "UID", "GID", "UNSPEC", "CLA", "IPN"};

/* Cuts at blanks, as the scanner does: quotes and escapes, no comments. At most 64 tokens. */
static size_t
tokenize(const char *text, struct text_token tokens[64])
{
	size_t n = 0;

	while (*(text += strspn(text, " ")) != '\0') {
		struct text_token *token = &tokens[n++];

		token->quoted = *text == '"';
		token->text = text += token->quoted;
		while (*text != '\0' && *text != '"' && (token->quoted || *text != ' '))
			text += *text == '\\' && text[1] != '\0' ? 2 : 1;
		token->length = (uint32_t)(text - token->text);
		text += token->quoted && *text == '"';
	}
	return n;
}

static uint16_t
type_of(const char *text)
{
	uint16_t type;

	ck_assert_msg(rr_type_from_text(text, strlen(text), &type), "%s", text);
	return type;
}

static int
read_text(const char *type, const char *text, uint8_t *rdata)
{
	struct text_token tokens[64];
	struct zg_error error = {{0}};
	int length =
	    rdata_from_text(type_of(type), tokens, tokenize(text, tokens), origin, rdata, &error);

	ck_assert_msg((length < 0) == (error.text[0] != '\0'), "%s %s: %s", type, text, error.text);
	return length;
}

static int
read_sample(const struct sample *sample, uint8_t *rdata)
{
	int length = read_text(sample->type, sample->text, rdata);

	ck_assert_msg(length >= 0, "%s %s", sample->type, sample->text);
	return length;
}

static size_t
from_hex(const char *hex, uint8_t *octets)
{
	size_t n = 0;
	unsigned octet;

	for (; sscanf(hex, "%2x", &octet) == 1; hex += 2)
		octets[n++] = (uint8_t)octet;
	return n;
}

static void
expect_same(const struct sample *sample, const char *oracle, const uint8_t *theirs, size_t length)
{
	uint8_t ours[ZG_RDATA_MAX];
	size_t our_len = (size_t)read_sample(sample, ours);

	if (our_len == length && memcmp(ours, theirs, length) == 0)
		return;
	fprintf(stderr, "ours  ");
	for (size_t i = 0; i < our_len; i++)
		fprintf(stderr, "%02x", ours[i]);
	fprintf(stderr, "\ntheirs");
	for (size_t i = 0; i < length; i++)
		fprintf(stderr, "%02x", theirs[i]);
	ck_abort_msg("%s reads %s %s otherwise", oracle, sample->type, sample->text);
}

START_TEST(octets_are_those_that_are_written_down)
{
	uint8_t octets[ZG_RDATA_MAX];

	for (size_t i = 0; i < N_SAMPLES; i++) {
		ck_assert(samples[i].oracles != 0 || samples[i].hex != NULL ||
			  samples[i].text[0] == '\\');
		if (samples[i].hex != NULL)
			expect_same(
			    &samples[i], "the RFC", octets, from_hex(samples[i].hex, octets));
	}
}
END_TEST

START_TEST(ldns_gives_the_same_wire_form)
{
	char line[2000];
	ldns_rdf *top = ldns_dname_new_frm_str("Example.");
	size_t n_compared = 0;

	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct zg_error error;
		ldns_rr *rr = NULL;
		uint8_t *wire = NULL;
		size_t wire_len, owner_len = 1 + 10;

		if (!(samples[i].oracles & L))
			continue;
		(void)snprintf(
		    line, sizeof(line), ". 0 IN %s %s", samples[i].type, samples[i].text);
		ck_assert_msg(
		    ldns_rr_new_frm_str(&rr, line, 0, top, NULL) == LDNS_STATUS_OK, "%s", line);
		ck_assert_int_eq(
		    ldns_rr2wire(&wire, rr, LDNS_SECTION_ANSWER, &wire_len), LDNS_STATUS_OK);
		ck_assert_msg(rdata_canonicalise(type_of(samples[i].type), wire + owner_len,
				  wire_len - owner_len, &error),
		    "%s: %s", line, error.text);
		expect_same(&samples[i], "ldns", wire + owner_len, wire_len - owner_len);
		free(wire);
		ldns_rr_free(rr);
		n_compared++;
	}
	ldns_rdf_deep_free(top);
	ck_assert_uint_gt(n_compared, 80);
}
END_TEST

/* One record of a zone in BIND's raw form. */
struct raw_record {
	unsigned sample;
	uint16_t type;
	uint8_t *rdata;
	size_t rdlen;
};

static uint32_t
u32_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Steps through BIND's raw zone form, version 1: a header of 24 octets, then RRsets, each with its
 * whole length. Owners are s0, s1, ... */
static void
compare_raw(uint8_t *raw, size_t length, bool seen[N_SAMPLES])
{
	for (size_t at = 24; at < length; at += u32_at(raw + at)) {
		const uint8_t *name = raw + at + 20;
		uint16_t type = (uint16_t)(raw[at + 6] << 8 | raw[at + 7]);
		size_t rdlen_at = at + 20 + ((size_t)raw[at + 18] << 8 | raw[at + 19]);
		size_t rdlen = (size_t)raw[rdlen_at] << 8 | raw[rdlen_at + 1];
		struct zg_error error;
		unsigned i;

		if (name[1] != 's' || sscanf((const char *)name + 2, "%u", &i) != 1)
			continue;
		ck_assert_uint_lt(i, N_SAMPLES);
		ck_assert_uint_eq(type, type_of(samples[i].type));
		ck_assert_uint_eq(u32_at(raw + at + 14), 1);
		ck_assert_msg(rdata_canonicalise(type, raw + rdlen_at + 2, rdlen, &error),
		    "%s %s: %s", samples[i].type, samples[i].text, error.text);
		expect_same(&samples[i], "BIND", raw + rdlen_at + 2, rdlen);
		seen[i] = true;
	}
}

static size_t
read_whole_file(const char *path, uint8_t *buffer, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t length;

	ck_assert_ptr_nonnull(file);
	length = fread(buffer, 1, size, file);
	ck_assert_uint_lt(length, size);
	fclose(file);
	return length;
}

START_TEST(named_compilezone_gives_the_same_wire_form)
{
	static uint8_t raw[1 << 20];
	static const char tool[] = "PATH=\"$PATH:/usr/sbin:build/peers/bin\"";
	char folder[] = "/tmp/zonegate-test-XXXXXX", path[64], command[512];
	bool seen[N_SAMPLES] = {false};
	FILE *zone;

	(void)snprintf(
	    command, sizeof(command), "%s command -v named-compilezone >/dev/null", tool);
	if (system(command) != 0) {
		printf("skipped: named-compilezone is not installed\n");
		return;
	}
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/zone", folder);
	zone = fopen(path, "w");
	ck_assert_ptr_nonnull(zone);
	fprintf(zone, "$ORIGIN Example.\n$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.example.net.\n");
	for (size_t i = 0; i < N_SAMPLES; i++) {
		if (samples[i].oracles & B)
			fprintf(zone, "s%zu IN %s %s\n", i, samples[i].type, samples[i].text);
	}
	ck_assert_int_eq(fclose(zone), 0);
	(void)snprintf(command, sizeof(command),
	    "%s; export PATH; cd %s && named-compilezone -k ignore -i none -n ignore -m ignore -M "
	    "ignore "
	    "-S ignore -T ignore -r ignore -F raw -o raw Example. zone >log 2>&1",
	    tool, folder);
	if (system(command) != 0) {
		(void)snprintf(command, sizeof(command), "cat %s/log >&2", folder);
		(void)system(command);
		ck_abort_msg("named-compilezone refuses a sample");
	}
	(void)snprintf(path, sizeof(path), "%s/raw", folder);
	compare_raw(raw, read_whole_file(path, raw, sizeof(raw)), seen);
	for (size_t i = 0; i < N_SAMPLES; i++)
		ck_assert_msg(seen[i] == ((samples[i].oracles & B) != 0), "%s %s", samples[i].type,
		    samples[i].text);
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(every_type_has_a_sample_or_is_generic_only)
{
	char buffer[RR_TYPE_TEXT_MAX];

	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		const char *name = rr_type_to_text((uint16_t)type, buffer);
		bool covered = rr_type_is_meta((uint16_t)type) || strncmp(name, "TYPE", 4) == 0;

		for (size_t i = 0; i < N_SAMPLES && !covered; i++)
			covered = strcmp(samples[i].type, name) == 0;
		for (size_t i = 0; i < sizeof(generic_only) / sizeof(generic_only[0]) && !covered;
		     i++)
			covered = strcmp(generic_only[i], name) == 0;
		ck_assert_msg(covered, "%s", name);
	}
}
END_TEST

START_TEST(generic_form_reads_back_for_every_type)
{
	static char text[2 * ZG_RDATA_MAX + 20];
	uint8_t rdata[ZG_RDATA_MAX], again[ZG_RDATA_MAX];

	for (size_t i = 0; i < N_SAMPLES; i++) {
		int length = read_sample(&samples[i], rdata);
		int used = snprintf(text, sizeof(text), "\\# %d ", length);

		for (int k = 0; k < length; k++)
			used +=
			    snprintf(text + used, sizeof(text) - (size_t)used, "%02X", rdata[k]);
		ck_assert_msg(
		    read_text(samples[i].type, text, again) == length, "%s", samples[i].type);
		ck_assert_mem_eq(rdata, again, (size_t)length);
	}
}
END_TEST

START_TEST(other_text_of_generic_only_types_is_refused)
{
	uint8_t rdata[ZG_RDATA_MAX];

	for (size_t i = 0; i < sizeof(generic_only) / sizeof(generic_only[0]); i++) {
		ck_assert_int_lt(read_text(generic_only[i], "aa", rdata), 0);
		ck_assert_int_lt(read_text(generic_only[i], "", rdata), 0);
	}
	ck_assert_int_lt(read_text("TYPE65280", "aa", rdata), 0);
	ck_assert_int_lt(read_text("TYPE65280", "", rdata), 0);
}
END_TEST

#define GUARDED 20000 /* longer than any sample */

/* Memory whose end is followed by a page that may not be touched. */
static char *
guarded(size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (length / page + 1) * page;
	char *base =
	    mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(base, MAP_FAILED);
	ck_assert_int_eq(mprotect(base + size, page, PROT_NONE), 0);
	return base + size - length;
}

/* Each sample cut at each octet, the text ending at a page that may not be read, one record of
 * wire form and one of text: nothing may be touched behind the end, and what is accepted has the
 * shape of its type. */
START_TEST(cut_text_is_read_within_its_bounds)
{
	char *end = guarded(GUARDED) + GUARDED;
	uint8_t rdata[ZG_RDATA_MAX];

	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct text_token whole[64], cut[64];
		size_t n = tokenize(samples[i].text, whole);

		for (size_t last = 0; last < n; last++) {
			for (uint32_t length = 0; length <= whole[last].length; length++) {
				struct zg_error error;
				int used;

				memcpy(cut, whole, sizeof(cut));
				cut[last].text = memcpy(end - length, whole[last].text, length);
				cut[last].length = length;
				used = rdata_from_text(
				    type_of(samples[i].type), cut, last + 1, origin, rdata, &error);
				if (used >= 0)
					ck_assert_msg(rdata_canonicalise(type_of(samples[i].type),
							  rdata, (size_t)used, &error),
					    "%s %s: %s", samples[i].type, samples[i].text,
					    error.text);
			}
		}
	}
}
END_TEST

START_TEST(cut_wire_form_is_checked_within_its_bounds)
{
	uint8_t rdata[ZG_RDATA_MAX];
	uint8_t *end = (uint8_t *)guarded(GUARDED) + GUARDED;

	for (size_t i = 0; i < N_SAMPLES; i++) {
		size_t length = (size_t)read_sample(&samples[i], rdata);
		struct zg_error error;

		for (size_t cut = 0; cut <= length; cut++) {
			bool good;

			memcpy(end - cut, rdata, cut);
			good = rdata_canonicalise(type_of(samples[i].type), end - cut, cut, &error);
			ck_assert(cut < length || good);
			/* Canonical form is a fixed point. */
			if (good)
				ck_assert_mem_eq(end - cut, rdata, cut);
		}
	}
}
END_TEST

START_TEST(fixed_shapes_refuse_every_other_length)
{
	static const char *const fixed[] = {"A", "AAAA", "MX", "SOA", "SRV", "NSEC3PARAM", "EUI48",
	    "EUI64", "NID", "L32", "L64", "LP", "LOC", "NS", "RP", "NAPTR", "HINFO", "PX",
	    "AMTRELAY"};
	uint8_t rdata[ZG_RDATA_MAX];
	struct zg_error error;

	for (size_t i = 0; i < N_SAMPLES; i++) {
		for (size_t k = 0; k < sizeof(fixed) / sizeof(fixed[0]); k++) {
			uint16_t type = type_of(samples[i].type);
			size_t length;

			if (strcmp(samples[i].type, fixed[k]) != 0)
				continue;
			length = (size_t)read_sample(&samples[i], rdata);
			rdata[length] = 0;
			ck_assert(!rdata_canonicalise(type, rdata, length + 1, &error));
			ck_assert(!rdata_canonicalise(type, rdata, length - 1, &error));
		}
	}
}
END_TEST

/* RFC 4034 section 6.2 with RFC 6840 section 5.1, names in the wire form of the samples. */
START_TEST(names_fold_to_lower_case_in_the_listed_types_only)
{
	static const char *const folding[] = {"NS 01 41 00", "MD 01 41 00", "MF 01 41 00",
	    "CNAME 01 41 00", "SOA 01 41 00 01 42 00 00000001000000020000000300000004 41424344",
	    "MB 01 41 00", "MG 01 41 00", "MR 01 41 00", "PTR 01 41 00", "MINFO 01 41 00 01 42 00",
	    "MX 4141 01 41 00", "RP 01 41 00 01 42 00", "AFSDB 4141 01 41 00", "RT 4141 01 41 00",
	    "SIG 4141 41 41 41414141 41414141 41414141 4141 01 41 00 4141",
	    "PX 4141 01 41 00 01 42 00", "NXT 01 41 00 41",
	    "NAPTR 41414141 01 41 01 41 01 41 01 41 00", "KX 4141 01 41 00",
	    "SRV 414141414141 01 41 00", "DNAME 01 41 00", "A6 40 4141414141414141 01 41 00",
	    "RRSIG 4141 41 41 41414141 41414141 41414141 4141 01 41 00 4141"};
	static const char *const keeping[] = {"NSEC 01 41 00 0001 41", "HINFO 01 41 01 42",
	    "NSAP-PTR 01 41 00", "TALINK 01 41 00 01 42 00", "LP 4141 01 41 00",
	    "SVCB 4141 01 41 00", "HTTPS 4141 01 41 00", "AMTRELAY 41 03 01 41 00",
	    "IPSECKEY 41 03 41 01 41 00 4141", "HIP 01 41 0001 41 41 01 41 00",
	    "DSYNC 4141 41 4141 01 41 00", "TXT 01 41", "TYPE65280 01 41 00", "CAA 41 01 41 41"};

	for (size_t i = 0;
	     i < sizeof(folding) / sizeof(folding[0]) + sizeof(keeping) / sizeof(keeping[0]); i++) {
		size_t n_folding = sizeof(folding) / sizeof(folding[0]);
		bool folds = i < n_folding;
		char hex[200], type[16];
		const char *row = folds ? folding[i] : keeping[i - n_folding];
		uint8_t rdata[100], before[100];
		size_t length, at = 0, n_changed = 0;
		struct zg_error error;

		ck_assert_int_eq(sscanf(row, "%15s", type), 1);
		for (row += strlen(type); *row != '\0'; row++) {
			if (*row != ' ')
				hex[at++] = *row;
		}
		hex[at] = '\0';
		length = from_hex(hex, rdata);
		memcpy(before, rdata, length);
		ck_assert_msg(rdata_canonicalise(type_of(type), rdata, length, &error), "%s: %s",
		    type, error.text);
		for (size_t k = 0; k < length; k++)
			n_changed += rdata[k] != before[k];
		/* One letter for each name, and nothing else. */
		ck_assert_msg(
		    n_changed == (!folds ? 0U
				     : strcmp(type, "SOA") == 0 || strcmp(type, "RP") == 0 ||
					     strcmp(type, "MINFO") == 0 || strcmp(type, "PX") == 0
					 ? 2U
					 : 1U),
		    "%s: %zu", type, n_changed);
	}
}
END_TEST

START_TEST(text_gives_the_canonical_form_at_once)
{
	uint8_t rdata[ZG_RDATA_MAX];

	ck_assert_int_eq(read_text("MX", "1 A.B.", rdata), 7);
	ck_assert_mem_eq(rdata, "\0\1\1a\1b", 7);
	ck_assert_int_eq(read_text("NS", "@", rdata), 9);
	ck_assert_mem_eq(rdata, "\7example", 9);
	ck_assert_int_eq(read_text("NSEC", "A", rdata), 11);
	ck_assert_mem_eq(rdata, "\1A\7Example", 11);
	ck_assert_int_eq(read_text("MX", "\\# 7 0001 0141 0142 00", rdata), 7);
	ck_assert_mem_eq(rdata, "\0\1\1a\1b", 7);
}
END_TEST

START_TEST(relative_names_without_an_origin_are_refused)
{
	struct text_token token = {.text = "www", .length = 3};
	uint8_t rdata[ZG_RDATA_MAX];
	struct zg_error error;

	ck_assert_int_lt(rdata_from_text(RR_NS, &token, 1, NULL, rdata, &error), 0);
	token = (struct text_token){.text = "www.", .length = 4};
	ck_assert_int_eq(rdata_from_text(RR_NS, &token, 1, NULL, rdata, &error), 5);
}
END_TEST

/* Each differs in one thing from text that is read. */
START_TEST(malformed_text_is_refused)
{
	static const char *const bad[][2] = {{"A", ""}, {"A", "192.0.2"}, {"A", "192.0.2.1.1"},
	    {"A", "192.0.2.256"}, {"A", "192.0.2.01"}, {"A", "192.0.2.1 x"}, {"A", "\"192.0.2.1\""},
	    {"A", "192.0.2."}, {"A", "192..2.1"}, {"A", "+1.0.2.1"}, {"A", "1920.2.1"},
	    {"AAAA", "2001:db8"}, {"AAAA", ":::"}, {"AAAA", "2001:db8::1%eth0"},
	    {"AAAA", "1:2:3:4:5:6:7:8:9"}, {"NS", ""}, {"NS", "a..b"}, {"NS", "a b"},
	    {"NS", "\"a\""}, {"MX", "65536 a"}, {"MX", "-1 a"}, {"MX", "1"}, {"MX", "x a"},
	    {"MX", "0x1 a"}, {"MX", "1 a b"}, {"MX", "99999999999 a"}, {"SOA", "a b 1 2 3 4"},
	    {"SOA", "a b 1 2 3 4 5 6"}, {"SOA", "a b 4294967296 2 3 4 5"},
	    {"SOA", "a b 1 2x 3 4 5"}, {"SOA", "a b 1 1h30 3 4 5"}, {"SOA", "a b 1h 2 3 4 5"},
	    {"SOA", "a b 1 h 3 4 5"}, {"SOA", "a b 1 7102w 3 4 5"}, {"TXT", ""}, {"TXT", "\\"},
	    {"TXT", "\\25"}, {"TXT", "\\256"}, {"HINFO", "a"}, {"HINFO", "a b c"}, {"DS", "1 13 2"},
	    {"DS", "1 13 2 abc"}, {"DS", "1 13 2 ab0g"}, {"DS", "1 13 2 \"ab\""},
	    {"DS", "1 256 2 ab"}, {"DS", "1 NOTANALG 2 ab"}, {"DS", "65536 13 2 ab"},
	    {"DNSKEY", "257 3 13"}, {"DNSKEY", "257 3 13 AAA"}, {"DNSKEY", "257 3 13 AAAA="},
	    {"DNSKEY", "257 3 13 AA=="
		       " AAAA"},
	    {"DNSKEY", "257 3 13 AB=="}, {"DNSKEY", "257 3 13 AAB="}, {"DNSKEY", "257 3 13 A==="},
	    {"DNSKEY", "257 3 13 ===="}, {"DNSKEY", "257 3 13 AA=A"},
	    {"DNSKEY", "257 3 13 AA\\065A"}, {"DNSKEY", "257 3 13 AA-_"},
	    {"RRSIG", "NOTYPE 13 2 60 20300101000000 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 256 60 20300101000000 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 20301301000000 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 20300001000000 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 20300100000000 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 20300229000000 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 20300101240000 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 20300101006000 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 20300101000060 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 19691231235959 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 2030010100000 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 4294967296 20300101000000 1 . AAAA"},
	    {"RRSIG", "A 13 2 60 20300101000000 20300101000000 1 . "},
	    {"RRSIG", "A 13 2 60 20300101000000 20300101000000 1 AAAA"}, {"NSEC", ""},
	    {"NSEC", "a NOTYPE"}, {"NSEC", "a TYPE65536"}, {"NSEC", "a \"A\""},
	    {"NSEC3", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22boj"},
	    {"NSEC3", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojw"}, {"NSEC3", "1 0 0 -"},
	    {"NSEC3", "1 0 0 abc 2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
	    {"NSEC3", "1 0 65536 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
	    {"NSEC3", "1 0 0 \"\" 2t7b4g4vsa5smi47k61mv5bv1a22bojr"}, {"NSEC3PARAM", "1 0 0 - A"},
	    {"NSEC3PARAM", "1 0 0 zz"}, {"CAA", "0 is-sue x"}, {"CAA", "0 \"\" x"},
	    {"CAA", "0 issue"}, {"CAA", "256 issue x"}, {"CAA", "0 issue x y"}, {"URI", "1 1 \"\""},
	    {"URI", "1 1"}, {"APL", "3:1.2.3.4/1"}, {"APL", "1:1.2.3.4/33"}, {"APL", "2:::/129"},
	    {"APL", "1:1.2.3.4"}, {"APL", "!"}, {"APL", "1:1.2.3/4"}, {"APL", "1x:1.2.3.4/1"},
	    {"LOC", "91 N 0 E 0"}, {"LOC", "90 0 0.001 N 0 E 0"}, {"LOC", "1 60 N 0 E 0"},
	    {"LOC", "1 0 60 N 0 E 0"}, {"LOC", "1 N 181 E 0"}, {"LOC", "1 N 1 E"},
	    {"LOC", "1 N 1 E 0 0 0 0 0"}, {"LOC", "1 E 1 N 0"}, {"LOC", "N 1 E 0"},
	    {"LOC", "1 1 1.0001 N 1 E 0"}, {"LOC", "1 N 1 E 42849672.96"},
	    {"LOC", "1 N 1 E -100000.01"}, {"LOC", "1 N 1 E 0 90000000.01"}, {"LOC", "1 N 1 E m"},
	    {"NSAP", "0x470"}, {"NSAP", "4700"}, {"NSAP", "0x47 0g"}, {"EID", "abc"}, {"EID", ""},
	    {"EID", "+1"}, {"NIMLOC", "\"00\""}, {"EUI48", "00-00-5e-00-53"},
	    {"EUI48", "00:00:5e:00:53:2a"}, {"EUI48", "0-000-5e-00-53-2a"},
	    {"EUI64", "00-00-5e-ef-10-00-00-2"}, {"NID", "1 0:0:0"}, {"NID", "1 0:0:0:00000"},
	    {"NID", "1 0:0:0:0:0"}, {"NID", "1 ::"}, {"WKS", "1.2.3.4"}, {"WKS", "1.2.3.4 256"},
	    {"WKS", "1.2.3.4 tcp 65536"}, {"WKS", "1.2.3.4 tcp -8"}, {"WKS", "1.2.3.4 nosuch 1"},
	    {"IPSECKEY", "1 0 2 a. AAAA"}, {"IPSECKEY", "1 4 2 . AAAA"},
	    {"IPSECKEY", "1 1 2 ::1 AAAA"}, {"AMTRELAY", "1 2 0 ."}, {"AMTRELAY", "1 0 4 ."},
	    {"AMTRELAY", "1 0 1 ."}, {"HIP", "2 abc AAAA"}, {"HIP", "2 ab AAA"}, {"HIP", "2 ab"},
	    {"HIP", "2 ab \"\""}, {"SVCB", "1"}, {"SVCB", "1 . port"}, {"SVCB", "1 . port=65536"},
	    {"SVCB", "1 . port=1 port=2"}, {"SVCB", "1 . alpn=\"\""}, {"SVCB", "1 . alpn=h2,,h3"},
	    {"SVCB", "1 . no-default-alpn=x"}, {"SVCB", "1 . ipv4hint=1.2.3"},
	    {"SVCB", "1 . ipv6hint=1.2.3.4"}, {"SVCB", "1 . mandatory=port"},
	    {"SVCB", "1 . mandatory=mandatory"}, {"SVCB", "1 . mandatory=port,port port=1"},
	    {"SVCB", "1 . key07=x"}, {"SVCB", "1 . key65536=x"}, {"SVCB", "1 . nosuch=x"},
	    {"SVCB", "1 . ech=AAA"}, {"SVCB", "1 . key667= \"x\""}, {"SVCB", "1 . \"port=1\""},
	    {"SVCB", "1 . =x"}, {"SVCB", "1 . key3=x"}, {"DSYNC", "CDS NOSUCH 1 ."},
	    {"DOA", "1 2 3 a"}, {"CERT", "NOSUCH 1 1 AAAA"}, {"CERT", "65536 1 1 AAAA"},
	    {"TYPE65280", "\\#"}, {"TYPE65280", "\\# 1"}, {"TYPE65280", "\\# 2 ab"},
	    {"TYPE65280", "\\# 1 abc"}, {"TYPE65280", "\\# 1 abcd"}, {"TYPE65280", "\\# 65536 ab"},
	    {"TYPE65280", "\\# 0 ab"}, {"TYPE65280", "\\# x"}, {"TYPE65280", "\"\\#\" 0"},
	    {"TYPE65280", "# 0"}, {"A", "\\# 3 aabbcc"}, {"A", "\\# 0"}, {"NS", "\\# 2 c00c"},
	    {"TXT", "\\# 0"}, {"TXT", "\\# 2 0261"}, {"NSEC", "\\# 4 00000100"},
	    {"RRSIG", "\\# 19 00010d020000003c00000000000000000000100"}};
	uint8_t rdata[ZG_RDATA_MAX];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(
		    read_text(bad[i][0], bad[i][1], rdata) < 0, "%s %s", bad[i][0], bad[i][1]);
}
END_TEST

START_TEST(times_are_those_of_the_calendar)
{
	static const struct {
		const char *text;
		uint32_t time;
	} times[] = {{"19700101000000", 0}, {"19700101000001", 1}, {"20000229000000", 951782400},
	    {"20010301000000", 983404800}, {"20041231235959", 1104537599},
	    {"20380119031408", 2147483648U}, {"21000301000000", 4107542400U},
	    {"21060207062815", 4294967295U}, {"21060207062816", 0}, {"0", 0},
	    {"4294967295", 4294967295U}, {"20300101", 20300101}};
	uint8_t rdata[ZG_RDATA_MAX];
	char text[100];

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		(void)snprintf(text, sizeof(text), "A 13 2 60 %s 0 1 . AAAA", times[i].text);
		ck_assert_msg(read_text("RRSIG", text, rdata) > 0, "%s", text);
		ck_assert_msg(u32_at(rdata + 8) == times[i].time, "%s", times[i].text);
	}
}
END_TEST

/* One token of `n` octets `octet`. */
static struct text_token
run_of(char *buffer, char octet, size_t n)
{
	memset(buffer, octet, n);
	return (struct text_token){.text = buffer, .length = (uint32_t)n};
}

START_TEST(strings_have_255_octets_and_not_256)
{
	char buffer[2000];
	uint8_t rdata[ZG_RDATA_MAX];
	struct zg_error error;
	struct text_token token = run_of(buffer, 'a', 255);

	ck_assert_int_eq(rdata_from_text(RR_TXT, &token, 1, NULL, rdata, &error), 256);
	token = run_of(buffer, 'a', 256);
	ck_assert_int_lt(rdata_from_text(RR_TXT, &token, 1, NULL, rdata, &error), 0);
	for (size_t i = 0; i < 256; i++)
		memcpy(buffer + 4 * i, "\\097", 4);
	token = (struct text_token){.text = buffer, .length = 255 * 4};
	ck_assert_int_eq(rdata_from_text(RR_TXT, &token, 1, NULL, rdata, &error), 256);
	token.length = 256 * 4;
	ck_assert_int_lt(rdata_from_text(RR_TXT, &token, 1, NULL, rdata, &error), 0);
}
END_TEST

START_TEST(salt_has_255_octets_and_not_256)
{
	char buffer[600];
	uint8_t rdata[ZG_RDATA_MAX];
	struct zg_error error;
	struct text_token tokens[4] = {{"1", 1, false}, {"0", 1, false}, {"0", 1, false}, {0}};

	tokens[3] = run_of(buffer, 'a', 510);
	ck_assert_int_eq(rdata_from_text(RR_NSEC3PARAM, tokens, 4, NULL, rdata, &error), 260);
	tokens[3] = run_of(buffer, 'a', 512);
	ck_assert_int_lt(rdata_from_text(RR_NSEC3PARAM, tokens, 4, NULL, rdata, &error), 0);
}
END_TEST

START_TEST(rdata_has_65535_octets_and_not_65536)
{
	char *buffer = malloc(200000);
	uint8_t *rdata = malloc(ZG_RDATA_MAX); /* a sanitizer sees what lies behind */
	struct zg_error error;
	struct text_token generic[3] = {{"\\#", 2, false}, {"65535", 5, false}, {0}};
	struct text_token key[5] = {
	    {"1", 1, false}, {"3", 1, false}, {"13", 2, false}, {0}, {"AA==", 4, false}};
	struct text_token strings[257];

	ck_assert(buffer != NULL && rdata != NULL);
	generic[2] = run_of(buffer, 'f', 65535 * 2);
	ck_assert_int_eq(rdata_from_text(65280, generic, 3, NULL, rdata, &error), 65535);
	generic[2] = run_of(buffer, 'f', 65536 * 2);
	ck_assert_int_lt(rdata_from_text(65280, generic, 3, NULL, rdata, &error), 0);
	/* 4 octets and 65530 of key, then one more, or two. */
	key[3] = run_of(buffer, 'A', 65529 / 3 * 4);
	ck_assert_int_eq(rdata_from_text(RR_DNSKEY, key, 5, NULL, rdata, &error), 65534);
	key[4] = (struct text_token){"AAA=", 4, false};
	ck_assert_int_eq(rdata_from_text(RR_DNSKEY, key, 5, NULL, rdata, &error), 65535);
	key[4] = (struct text_token){"AAAA", 4, false};
	ck_assert_int_lt(rdata_from_text(RR_DNSKEY, key, 5, NULL, rdata, &error), 0);
	key[3] = run_of(buffer, 'A', 65535 / 3 * 4);
	ck_assert_int_lt(rdata_from_text(RR_DNSKEY, key, 4, NULL, rdata, &error), 0);
	/* 255 strings of 256 octets on the wire, and one of 255: 65535. */
	for (size_t i = 0; i < 257; i++)
		strings[i] = run_of(buffer, 'a', i < 255 ? 255 : 254);
	strings[256] = run_of(buffer, 'a', 255);
	strings[255].length = 254;
	ck_assert_int_eq(rdata_from_text(RR_TXT, strings, 256, NULL, rdata, &error), 65535);
	strings[255].length = 255;
	ck_assert_int_lt(rdata_from_text(RR_TXT, strings, 256, NULL, rdata, &error), 0);
	ck_assert_int_lt(rdata_from_text(RR_TXT, strings, 257, NULL, rdata, &error), 0);
	free(buffer);
	free(rdata);
}
END_TEST

START_TEST(names_fit_up_to_the_end_of_rdata)
{
	char hit[4] = "ab";
	char *key = malloc(100000);
	uint8_t *rdata = malloc(ZG_RDATA_MAX);
	struct zg_error error;
	struct text_token tokens[4] = {{"1", 1, false}, {hit, 2, false}, {0}, {"abc.", 4, false}};

	ck_assert(key != NULL && rdata != NULL);
	/* 5 octets, a key, a name of 5. */
	tokens[2] = run_of(key, 'A', 65523 / 3 * 4);
	ck_assert_int_eq(rdata_from_text(55, tokens, 4, NULL, rdata, &error), 5 + 65523 + 5);
	tokens[3] = (struct text_token){"abcdefg.", 8, false};
	ck_assert_int_lt(rdata_from_text(55, tokens, 4, NULL, rdata, &error), 0);
	tokens[3] = (struct text_token){"abcde.", 6, false};
	ck_assert_int_eq(rdata_from_text(55, tokens, 4, NULL, rdata, &error), 65535);
	free(key);
	free(rdata);
}
END_TEST

START_TEST(svcb_has_256_parameters_in_any_order_and_not_257)
{
	static char keys[ZG_SVCB_PARAMETERS_MAX + 1][10];
	struct text_token tokens[ZG_SVCB_PARAMETERS_MAX + 3] = {{"1", 1, false}, {".", 1, false}};
	uint8_t rdata[ZG_RDATA_MAX];
	struct zg_error error;
	int length;

	for (unsigned i = 0; i <= ZG_SVCB_PARAMETERS_MAX; i++) {
		(void)snprintf(keys[i], sizeof(keys[i]), "key%u", 9999 - (i * 97) % 257);
		tokens[i + 2] = (struct text_token){keys[i], (uint32_t)strlen(keys[i]), false};
	}
	length = rdata_from_text(64, tokens, ZG_SVCB_PARAMETERS_MAX + 2, NULL, rdata, &error);
	ck_assert_int_eq(length, 3 + 4 * ZG_SVCB_PARAMETERS_MAX);
	for (int at = 7; at < length; at += 4)
		ck_assert_int_gt(memcmp(rdata + at, rdata + at - 4, 2), 0);
	ck_assert_int_lt(
	    rdata_from_text(64, tokens, ZG_SVCB_PARAMETERS_MAX + 3, NULL, rdata, &error), 0);
}
END_TEST

START_TEST(messages_are_plain_text)
{
	char buffer[300];
	uint8_t rdata[ZG_RDATA_MAX];
	struct zg_error error;
	struct text_token token = {.text = "\x1b[31m\n\xff", .length = 7};

	ck_assert_int_lt(rdata_from_text(RR_A, &token, 1, NULL, rdata, &error), 0);
	for (const char *at = error.text; *at != '\0'; at++)
		ck_assert(*at >= 0x20 && *at < 0x7f);
	token = run_of(buffer, '\1', sizeof(buffer));
	ck_assert_int_lt(rdata_from_text(RR_A, &token, 1, NULL, rdata, &error), 0);
	ck_assert_uint_lt(strlen(error.text), 300);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rdata_text");
	TCase *tcase = tcase_create("rdata_text");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, octets_are_those_that_are_written_down);
	tcase_add_test(tcase, ldns_gives_the_same_wire_form);
	tcase_add_test(tcase, named_compilezone_gives_the_same_wire_form);
	tcase_add_test(tcase, every_type_has_a_sample_or_is_generic_only);
	tcase_add_test(tcase, generic_form_reads_back_for_every_type);
	tcase_add_test(tcase, other_text_of_generic_only_types_is_refused);
	tcase_add_test(tcase, cut_text_is_read_within_its_bounds);
	tcase_add_test(tcase, cut_wire_form_is_checked_within_its_bounds);
	tcase_add_test(tcase, fixed_shapes_refuse_every_other_length);
	tcase_add_test(tcase, names_fold_to_lower_case_in_the_listed_types_only);
	tcase_add_test(tcase, text_gives_the_canonical_form_at_once);
	tcase_add_test(tcase, relative_names_without_an_origin_are_refused);
	tcase_add_test(tcase, malformed_text_is_refused);
	tcase_add_test(tcase, times_are_those_of_the_calendar);
	tcase_add_test(tcase, strings_have_255_octets_and_not_256);
	tcase_add_test(tcase, salt_has_255_octets_and_not_256);
	tcase_add_test(tcase, rdata_has_65535_octets_and_not_65536);
	tcase_add_test(tcase, names_fit_up_to_the_end_of_rdata);
	tcase_add_test(tcase, svcb_has_256_parameters_in_any_order_and_not_257);
	tcase_add_test(tcase, messages_are_plain_text);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
