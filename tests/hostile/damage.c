/*
 * Texts that were cut, damaged, or never were any: a small signed zone cut at every octet, its DS
 * file and a policy likewise, thousands of random texts and of zones with random octets changed.
 * Whatever is not the zone must not pass; nothing may crash. The seeds are fixed.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdint.h>

#include <zonegate/gate.h>
#include "child.h"
#include "smith.h"

#define NOW 1795348800 /* 2026-11-22 12:00:00 UTC */

/* What all tests begin with; built once, read only. */
struct material {
	char *zone;    /* one record a line */
	char *dressed; /* the same over many lines */
	char *closed;  /* a zone without delegations */
	char *ds;
	char *policy_text;
	zg_policy *policy;
	char digest[97]; /* of `closed` */
};

static void *
checked(void *memory)
{
	if (memory == NULL) {
		(void)fprintf(stderr, "out of memory\n");
		exit(2);
	}
	return memory;
}

/* ---- Material ---- */

/* All of it is signed, so that nothing can be another without a signature that says so. */
#define CLOSED                                                                                     \
	"@ 3600 IN SOA ns hostmaster 1 7200 3600 1209600 3600\n"                                   \
	"@ 3600 IN NS ns\n"                                                                        \
	"ns 3600 IN A 192.0.2.1\n"                                                                 \
	"ns 3600 IN AAAA 2001:db8::1\n"                                                            \
	"*.w 3600 IN TXT word \"two words\"\n"                                                     \
	"a.b.c 3600 IN MX 10 ns\n"

/* The names of a delegation and its glue are not. */
#define DELEGATION                                                                                 \
	"sub 3600 IN NS ns.sub\n"                                                                  \
	"sub 3600 IN DS 1 8 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"  \
	"ns.sub 3600 IN A 192.0.2.2\n"

/* Each field on a line of its own, between parentheses; the owner only where it changes. Quoted
 * words stay together. */
static char *
dress(const char *text)
{
	char *made = NULL, owner[1100] = "", *copy = checked(strdup(text)), *rest = copy, *line;
	size_t size;
	FILE *out = checked(open_memstream(&made, &size));

	(void)fprintf(out, "; a comment\n$TTL 1h\n");
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		char *end = line + strcspn(line, " \t");
		bool quoted = false;

		*end = '\0';
		(void)fprintf(out, "%s ( ; (\n", strcmp(owner, line) == 0 ? "" : line);
		(void)snprintf(owner, sizeof(owner), "%s", line);
		for (char *at = end + 1; *at != '\0' && *at != ';'; at++) {
			quoted ^= *at == '"';
			(void)fputs(
			    isspace((unsigned char)*at) && !quoted ? "\n\t" : (char[]){*at, 0},
			    out);
		}
		(void)fprintf(out, "\n )\n");
	}
	(void)fclose(out);
	free(copy);
	return checked(made);
}

/* Runs the gate on a text. */
static struct zg_result *
gate(const struct material *material, const char *text, size_t length, const char *ds,
    size_t ds_length, zg_status *status, struct zg_error *error)
{
	struct zg_gate_inputs inputs = {.zone = {.kind = ZG_SOURCE_MEMORY, .length = length},
	    .policy = material->policy,
	    .now = NOW,
	    .threads = 1 + length % 2};
	/* Exactly as many octets as there are, so that one read too far is seen. */
	char *zone = checked(malloc(length + (length == 0)));
	struct zg_result *result = NULL;

	memcpy(zone, text, length);
	inputs.zone.bytes = zone;
	if (ds != NULL)
		inputs.ds =
		    (struct zg_source){.kind = ZG_SOURCE_MEMORY, .bytes = ds, .length = ds_length};
	error->text[0] = '\0';
	*status = zg_gate_run(&inputs, &result, error);
	free(zone);
	return result;
}

/* The text of `source` signed by `keys`, owned by the caller. */
static char *
signed_text(const char *source, const struct smith_keys *keys)
{
	struct smith_zone *zone = smith_zone_parse(source, "z.");
	struct smith_signing signing = {
	    .inception = NOW - 86400, .expiration = NOW + 30 * 86400, .denial = SMITH_USE_NSEC};
	char *text;

	smith_sign_zone(zone, keys, &signing);
	text = smith_zone_text(zone, NULL);
	smith_zone_free(zone);
	return text;
}

static void
material_init(struct material *material)
{
	struct smith_keys *keys = smith_keys_new();
	struct smith_key *key = smith_keys_add(keys, smith_key_make("z.", 15, 257, 0, "hostile"));
	ldns_rr *ds = smith_ds(key->dnskey, 2, 3600);
	struct zg_result *result;
	struct zg_error error;
	zg_status status;

	material->zone = signed_text(CLOSED DELEGATION, keys);
	material->dressed = dress(material->zone);
	material->closed = signed_text(CLOSED, keys);
	material->ds = checked(ldns_rr2str(ds));
	if (zg_policy_default(&material->policy, &error) != ZG_OK ||
	    zg_policy_show(material->policy, &material->policy_text, &error) != ZG_OK) {
		(void)fprintf(stderr, "%s\n", error.text);
		exit(2);
	}
	result =
	    gate(material, material->closed, strlen(material->closed), NULL, 0, &status, &error);
	material->digest[0] = '\0';
	if (result != NULL && result->digest != NULL)
		(void)snprintf(material->digest, sizeof(material->digest), "%s", result->digest);
	zg_result_free(result);
	ldns_rr_free(ds);
	smith_keys_free(keys);
}

static void
material_clear(struct material *material)
{
	free(material->zone);
	free(material->dressed);
	free(material->closed);
	free(material->ds);
	free(material->policy_text);
	zg_policy_free(material->policy);
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* ---- Cut ---- */

/* A text of the zone, cut at every octet: refused, but where only white space is gone. */
static bool
cut_text(const struct material *material, const char *text)
{
	size_t length = strlen(text);
	bool good = true;

	for (size_t n = 0; n <= length; n++) {
		zg_verdict expected = is_blank(text + n) ? ZG_VERDICT_PASS : ZG_VERDICT_REFUSE;
		struct zg_error error;
		zg_status status;
		struct zg_result *result = gate(material, text, n, NULL, 0, &status, &error);

		if (status != ZG_OK || result->verdict != expected) {
			printf("  cut at octet %zu of %zu: %s\n", n, length,
			    status != ZG_OK ? error.text : zg_verdict_text(result->verdict));
			good = false;
		}
		zg_result_free(result);
	}
	return good;
}

static bool
cut_zone(const void *context)
{
	const struct material *material = context;

	return cut_text(material, material->zone);
}

static bool
cut_dressed_zone(const void *context)
{
	const struct material *material = context;

	return cut_text(material, material->dressed);
}

/* A DS file cut at every octet: no DS at all is an empty set; a part of one never matches. */
static bool
cut_ds(const void *context)
{
	const struct material *material = context;
	size_t length = strlen(material->ds);
	bool good = true;

	for (size_t n = 0; n <= length; n++) {
		struct zg_error error;
		zg_status status;
		struct zg_result *result = gate(material, material->zone, strlen(material->zone),
		    material->ds, n, &status, &error);
		bool whole = is_blank(material->ds + n);

		if (status == ZG_OK && result->keys[0].in_parent != whole) {
			printf("  cut at octet %zu of %zu: taken for a DS\n", n, length);
			good = false;
		}
		if (status != ZG_OK && (status != ZG_DS_SYNTAX || whole)) {
			printf("  cut at octet %zu of %zu: %s\n", n, length, error.text);
			good = false;
		}
		zg_result_free(result);
	}
	return good;
}

/* A policy cut at every octet is none. */
static bool
cut_policy(const void *context)
{
	const struct material *material = context;
	const char *text = material->policy_text;
	size_t length = strlen(text);
	bool good = true;

	for (size_t n = 0; n <= length; n++) {
		char *copy = checked(malloc(n + (n == 0)));
		zg_policy *policy = NULL;
		struct zg_error error;
		zg_status status, expected = is_blank(text + n) ? ZG_OK : ZG_POLICY;

		memcpy(copy, text, n);
		status = zg_policy_parse(copy, n, "cut", NULL, &policy, &error);
		if (status != expected) {
			printf("  cut at octet %zu of %zu: status %d\n", n, length, status);
			good = false;
		}
		zg_policy_free(policy);
		free(copy);
	}
	return good;
}

/* ---- Random ---- */

/* xorshift64: the same texts on every machine. */
static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

enum random_kind {
	RANDOM_OCTETS, /* any octets */
	RANDOM_SYNTAX, /* octets that mean something in zone text */
	RANDOM_WORDS,  /* words that do */
	RANDOM_DAMAGE, /* the zone with some octets changed */
	RANDOM_LINES   /* the zone with lines left out, doubled, swapped */
};

struct random_batch {
	const struct material *material;
	enum random_kind kind;
	uint64_t seed;
	unsigned n;
};

#define RANDOM_SIZE 4096

static size_t
random_octets(uint64_t *state, char text[RANDOM_SIZE])
{
	size_t length = next_random(state) % 2000;

	for (size_t i = 0; i < length; i++)
		text[i] = (char)next_random(state);
	return length;
}

static size_t
random_syntax(uint64_t *state, char text[RANDOM_SIZE])
{
	static const char alphabet[] = "()\"\\;$.@*\n\n\n \t\r aAzZ019-_+/=#\0\xff";
	size_t length = next_random(state) % 2000;

	for (size_t i = 0; i < length; i++)
		text[i] = alphabet[next_random(state) % (sizeof(alphabet) - 1)];
	return length;
}

static size_t
random_words(uint64_t *state, char text[RANDOM_SIZE])
{
	static const char *const words[] = {"\n", "\n", "\n", "\n ", "(", ")", "\"", "$ORIGIN",
	    "$TTL", "$INCLUDE", "$GENERATE", "@", "z.", ".", "*", "IN", "CH", "CLASS1", "0", "1",
	    "60", "3600", "4294967295", "65536", "1w2d", "SOA", "NS", "A", "AAAA", "TXT", "MX",
	    "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DS", "CDS", "ZONEMD", "SVCB", "LOC",
	    "APL", "HIP", "NAPTR", "CAA", "IPSECKEY", "WKS", "CERT", "URI", "TYPE1", "TYPE65280",
	    "TYPE65536", "\\#", "\\000", "\\256", "\\.", "\"a b\"", "192.0.2.1",
	    "2001:db8::", "::ffff:1.2.3.4", "AAAA", "AQID", "00", "0", "-", "alpn=h2", "key65535",
	    "mandatory=", "20261201000000", "20261101000000", "13", "15", "257",
	    "2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S"};
	size_t n = next_random(state) % 250, used = 0;

	for (size_t i = 0; i < n; i++) {
		const char *word = words[next_random(state) % (sizeof(words) / sizeof(words[0]))];

		memcpy(text + used, word, strlen(word));
		used += strlen(word);
		if (next_random(state) % 8 != 0)
			text[used++] = ' ';
	}
	return used;
}

static size_t
random_damage(const char *zone, uint64_t *state, char text[RANDOM_SIZE])
{
	static const char alphabet[] = "()\"\\;$.@*\n \t\r aZ019-+/=\0\xff";
	size_t length = strlen(zone);

	memcpy(text, zone, length);
	for (size_t i = 1 + next_random(state) % 4; i > 0; i--) {
		char *at = text + next_random(state) % length;
		uint64_t how = next_random(state);

		*at =
		    how % 2 == 0 ? (char)(how >> 8) : alphabet[(how >> 8) % (sizeof(alphabet) - 1)];
	}
	return length;
}

/* Copies the zone's lines with some of them left out, twice or in another place. */
static size_t
random_lines(const char *zone, uint64_t *state, char text[RANDOM_SIZE])
{
	char *copy = checked(strdup(zone)), *rest = copy, *lines[64];
	size_t n = 0, used = 0;

	while (n < 64 && (lines[n] = strsep(&rest, "\n")) != NULL && lines[n][0] != '\0')
		n++;
	for (uint64_t i = next_random(state) % 3; i > 0; i--)
		lines[next_random(state) % n] = lines[next_random(state) % n];
	for (uint64_t i = next_random(state) % 3; i > 0; i--) {
		size_t a = next_random(state) % n, b = next_random(state) % n;
		char *line = lines[a];

		lines[a] = lines[b];
		lines[b] = line;
	}
	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(lines[i]);

		if (next_random(state) % 64 == 0 || used + length + 1 > RANDOM_SIZE)
			continue;
		memcpy(text + used, lines[i], length);
		used += length;
		text[used++] = '\n';
	}
	free(copy);
	return used;
}

static size_t
random_text(const struct random_batch *batch, uint64_t *state, char text[RANDOM_SIZE])
{
	switch (batch->kind) {
	case RANDOM_OCTETS:
		return random_octets(state, text);
	case RANDOM_SYNTAX:
		return random_syntax(state, text);
	case RANDOM_WORDS:
		return random_words(state, text);
	case RANDOM_DAMAGE:
		return random_damage(batch->material->closed, state, text);
	default:
		return random_lines(batch->material->closed, state, text);
	}
}

static void
show(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (isprint((unsigned char)text[i]) || text[i] == '\n')
			(void)putchar(text[i]);
		else
			printf("\\x%02x", (unsigned char)text[i]);
	}
	(void)putchar('\n');
}

/* What passes must be the very zone, however it is written; there is always a verdict. */
static bool
random_run(const void *context)
{
	const struct random_batch *batch = context;
	uint64_t state = batch->seed * 0x9e3779b97f4a7c15U + 1;
	char *text = checked(malloc(RANDOM_SIZE));
	bool good = true;

	for (unsigned i = 0; i < batch->n && good; i++) {
		size_t length = random_text(batch, &state, text);
		struct zg_error error;
		zg_status status;
		struct zg_result *result =
		    gate(batch->material, text, length, NULL, 0, &status, &error);

		good = status == ZG_OK && result->verdict != ZG_VERDICT_UNDECIDED &&
		       (result->verdict == ZG_VERDICT_REFUSE ||
			   strcmp(result->digest, batch->material->digest) == 0);
		if (!good) {
			printf("  text %u of seed %" PRIu64 ": %s\n", i, batch->seed,
			    status != ZG_OK ? error.text : zg_verdict_text(result->verdict));
			show(text, length);
		}
		zg_result_free(result);
	}
	free(text);
	return good;
}

static void
random_tests(struct tally_of_tests *tests, const struct material *material, unsigned batches)
{
	static const char *const kinds[] = {"octets", "syntax", "words", "damage", "lines"};

	for (int kind = RANDOM_OCTETS; kind <= RANDOM_LINES; kind++) {
		for (unsigned seed = 1; seed <= batches; seed++) {
			struct random_batch batch = {.material = material,
			    .kind = (enum random_kind)kind,
			    .seed = seed,
			    .n = 500};
			char name[64];

			(void)snprintf(name, sizeof(name), "random %s, seed %u", kinds[kind], seed);
			child_test(tests, name, random_run, &batch);
		}
	}
}

int
main(int argc, char **argv)
{
	struct tally_of_tests tests = {0};
	struct material material;

	if (argc > 2) {
		(void)fprintf(stderr, "usage: damage [BATCHES]\n");
		return 2;
	}
	material_init(&material);
	child_test(&tests, "a zone cut at every octet", cut_zone, &material);
	child_test(&tests, "a zone in parentheses cut at every octet", cut_dressed_zone, &material);
	child_test(&tests, "a DS file cut at every octet", cut_ds, &material);
	child_test(&tests, "a policy cut at every octet", cut_policy, &material);
	random_tests(&tests, &material, argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2);
	material_clear(&material);
	return tests_sum(&tests);
}
