/*
 * Denial of existence: one small zone with an NSEC chain and one with NSEC3 chains, each passing,
 * and every kind of defect made by one change to them.
 */
#include "facts/denial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "crypto/nsec3_hash.h"
#include "dns/base32.h"
#include "zone/zone_text.h"

#define TEXT_MAX (1024 * 1024)

/* A text that is made of pieces. */
struct text {
	char *bytes;
	size_t used;
};

static struct text
text_new(void)
{
	struct text text = {.bytes = malloc(TEXT_MAX)};

	ck_assert_ptr_nonnull(text.bytes);
	text.bytes[0] = '\0';
	return text;
}

static void PRINTF_LIKE(2, 3) text_line(struct text *text, const char *format, ...)
{
	va_list ap;
	int length;

	va_start(ap, format);
	length = vsnprintf(text->bytes + text->used, TEXT_MAX - text->used, format, ap);
	va_end(ap);
	ck_assert_int_ge(length, 0);
	text->used += (size_t)length;
	ck_assert_uint_lt(text->used, TEXT_MAX);
}

/* `base` with `old`, which is in it once, replaced by `new`. */
static struct text
text_edited(const char *base, const char *old, const char *new)
{
	const char *at = strstr(base, old);
	struct text text = text_new();

	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_null(strstr(at + 1, old));
	text_line(&text, "%.*s%s%s", (int)(at - base), base, new, at + strlen(old));
	return text;
}

struct memory {
	const char *at;
	size_t left;
};

static zg_status
memory_read(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct memory *memory = context;

	(void)error;
	*length = memory->left < size ? memory->left : size;
	memcpy(buffer, memory->at, *length);
	memory->at += *length;
	memory->left -= *length;
	return ZG_OK;
}

static struct zone *
zone_of(const char *text)
{
	struct memory memory = {.at = text, .left = strlen(text)};
	struct source source = {.read = memory_read, .context = &memory, .name = "test"};
	struct zone_text_options options = {.origin = NULL};
	struct zone_store store;
	struct defects defects;
	struct zg_error error;
	struct zone *zone;

	zone_store_init(&store);
	defects_init(&defects, 5);
	ck_assert_int_eq(zone_text_read(&source, &options, &store, &defects, &error), ZG_OK);
	ck_assert_uint_eq(defects.tallies[DEFECT_SYNTAX].count, 0);
	ck_assert_int_eq(zone_build(&store, &defects, NULL, 1, &zone, &error), ZG_OK);
	return zone;
}

static void
compute(const struct zone *zone, bool is_signed, unsigned threads, struct denial_facts *facts,
    struct defects *defects)
{
	struct plan plan = {.n = 0};
	struct denial_work *work;
	struct zg_error error;

	ck_assert_int_eq(
	    denial_plan(zone, is_signed, threads, facts, defects, &plan, &work), ZG_OK);
	ck_assert_int_eq(plan_run(&plan, threads, NULL, &error), ZG_OK);
	denial_free(work);
}

/* What is said of a text. */
struct outcome {
	struct denial_facts facts;
	uint64_t counts[DEFECT_COUNT];
};

static struct outcome
outcome_of(const char *text)
{
	struct zone *zone = zone_of(text);
	struct outcome outcome;
	struct defects defects;

	defects_init(&defects, 5);
	compute(zone, true, 2, &outcome.facts, &defects);
	for (int i = 0; i < DEFECT_COUNT; i++)
		outcome.counts[i] = defects.tallies[i].count;
	defects_clear(&defects);
	zone_free(zone);
	return outcome;
}

/* Up to three kinds of defect that must be counted; every other kind must not. */
struct expected {
	enum defect defect; /* DEFECT_SYNTAX: no more */
	uint64_t count;
};

static void
assert_counts(const struct outcome *outcome, const struct expected expected[3])
{
	for (int i = DEFECT_READING_END; i < DEFECT_DENIAL_END; i++) {
		uint64_t count = 0;

		for (int e = 0; e < 3 && expected[e].defect != DEFECT_SYNTAX; e++) {
			if ((int)expected[e].defect == i)
				count = expected[e].count;
		}
		ck_assert_msg(outcome->counts[i] == count, "defect %d: %lu, not %lu", i,
		    (unsigned long)outcome->counts[i], (unsigned long)count);
	}
}

static void
assert_text(const struct text *text, const struct expected expected[3])
{
	struct outcome outcome = outcome_of(text->bytes);

	assert_counts(&outcome, expected);
}

static const struct expected nothing[3] = {{DEFECT_SYNTAX, 0}};

/* The names of both zones: glue, an empty non-terminal, delegations, data at a cut, a wildcard,
 * names below a DNAME. */
#define DATA                                                                                       \
	"example. 300 SOA ns1.other. host.other. 1 3600 600 86400 300\n"                           \
	"example. 300 NS ns1.other.\n"                                                             \
	"a.example. 300 A 192.0.2.1\n"                                                             \
	"dn.example. 300 DNAME other.\n"                                                           \
	"x.dn.example. 300 A 192.0.2.2\n"                                                          \
	"x.ent.example. 300 TXT \"x\"\n"                                                           \
	"ins.example. 300 NS ns.ins.example.\n"                                                    \
	"ns.ins.example. 300 A 192.0.2.3\n"                                                        \
	"sec.example. 300 NS ns1.other.\n"                                                         \
	"sec.example. 300 DS 1 13 2 "                                                              \
	"0000000000000000000000000000000000000000000000000000000000000000\n"                       \
	"sec.example. 300 TXT \"at a cut\"\n"                                                      \
	"*.wild.example. 300 TYPE1234 \\# 0\n"

#define NSEC_APEX "example. 300 NSEC a.example. NS SOA RRSIG NSEC\n"
#define NSEC_A	  "a.example. 300 NSEC dn.example. A RRSIG NSEC\n"
#define NSEC_DN	  "dn.example. 300 NSEC x.ent.example. DNAME RRSIG NSEC\n"
#define NSEC_ENT  "x.ent.example. 300 NSEC ins.example. TXT RRSIG NSEC\n"
#define NSEC_INS  "ins.example. 300 NSEC sec.example. NS RRSIG NSEC\n"
#define NSEC_SEC  "sec.example. 300 NSEC *.wild.example. NS DS RRSIG NSEC\n"
#define NSEC_LAST "*.wild.example. 300 NSEC example. RRSIG NSEC TYPE1234\n"
#define NSEC_ZONE DATA NSEC_APEX NSEC_A NSEC_DN NSEC_ENT NSEC_INS NSEC_SEC NSEC_LAST

static const struct nsec_case {
	const char *old, *new;
	struct expected expected[3];
} nsec_cases[] = {
    /* Lawful: the same zone; letter case; a bit that means nothing at a cut. */
    {NSEC_A, NSEC_A, {{DEFECT_SYNTAX, 0}}},
    {"NSEC dn.example.", "NSEC dN.eXample.", {{DEFECT_SYNTAX, 0}}},
    {NSEC_LAST, "*.WILD.example. 300 NSEC EXAMPLE. RRSIG NSEC TYPE1234\n", {{DEFECT_SYNTAX, 0}}},
    {"NSEC sec.example. NS RRSIG NSEC\n",
	"NSEC sec.example. NS KEY RRSIG NSEC\nins.example. 300 KEY 256 3 13 AQID\n",
	{{DEFECT_SYNTAX, 0}}},
    /* Missing, at each kind of name. */
    {NSEC_APEX, "", {{DEFECT_NSEC_MISSING, 1}}},
    {NSEC_A, "", {{DEFECT_NSEC_MISSING, 1}}},
    {NSEC_ENT, "", {{DEFECT_NSEC_MISSING, 1}}},
    {NSEC_INS, "", {{DEFECT_NSEC_MISSING, 1}}},
    {NSEC_LAST, "", {{DEFECT_NSEC_MISSING, 1}}},
    {NSEC_A NSEC_DN, "", {{DEFECT_NSEC_MISSING, 2}}},
    /* A name that the chain jumps over. */
    {"NSEC a.example. NS SOA RRSIG NSEC\n" NSEC_A, "NSEC dn.example. NS SOA RRSIG NSEC\n",
	{{DEFECT_NSEC_MISSING, 1}, {DEFECT_NSEC_NEXT, 1}}},
    /* Stray: at glue, below a DNAME, at an empty non-terminal beside the chain and within it. */
    {NSEC_INS, NSEC_INS "ns.ins.example. 300 NSEC sec.example. A RRSIG NSEC\n",
	{{DEFECT_NSEC_STRAY, 1}}},
    {"NSEC sec.example. NS RRSIG NSEC\n",
	"NSEC ns.ins.example. NS RRSIG NSEC\nns.ins.example. 300 NSEC sec.example. A RRSIG NSEC\n",
	{{DEFECT_NSEC_STRAY, 1}, {DEFECT_NSEC_NEXT, 1}}},
    {NSEC_DN, NSEC_DN "x.dn.example. 300 NSEC x.ent.example. A RRSIG NSEC\n",
	{{DEFECT_NSEC_STRAY, 1}}},
    {NSEC_DN, NSEC_DN "ent.example. 300 NSEC x.ent.example. RRSIG NSEC\n",
	{{DEFECT_NSEC_STRAY, 1}}},
    {"NSEC x.ent.example. DNAME RRSIG NSEC\n",
	"NSEC ent.example. DNAME RRSIG NSEC\nent.example. 300 NSEC x.ent.example. RRSIG NSEC\n",
	{{DEFECT_NSEC_STRAY, 1}}},
    {NSEC_DN, NSEC_DN "ent.example. 300 NSEC a.example. RRSIG NSEC\n", {{DEFECT_NSEC_STRAY, 1}}},
    /* A signature alone is no data: no NSEC is due. */
    {NSEC_ENT,
	NSEC_ENT
	"ent.example. 300 RRSIG A 13 2 300 20300101000000 20200101000000 1 example. AAAA\n",
	{{DEFECT_SYNTAX, 0}}},
    /* The data of a name was taken out, its NSEC was not. */
    {"a.example. 300 A 192.0.2.1\n", "", {{DEFECT_NSEC_STRAY, 1}, {DEFECT_NSEC_BITMAP, 1}}},
    /* Twice. */
    {NSEC_A, NSEC_A "a.example. 300 NSEC example. A RRSIG NSEC\n", {{DEFECT_NSEC_MULTIPLE, 1}}},
    /* Next name: jumps to a name that is there, to none, backwards, to itself, not around. */
    {"NSEC dn.example.", "NSEC ins.example.", {{DEFECT_NSEC_NEXT, 1}}},
    {"NSEC dn.example.", "NSEC nx.example.", {{DEFECT_NSEC_NEXT, 1}}},
    {"NSEC dn.example.", "NSEC example.", {{DEFECT_NSEC_NEXT, 1}}},
    {"NSEC dn.example.", "NSEC a.example.", {{DEFECT_NSEC_NEXT, 1}}},
    {"NSEC example. RRSIG", "NSEC a.example. RRSIG", {{DEFECT_NSEC_NEXT, 1}}},
    /* Bitmap: a type too few, one too many, one that is not there for the parent, NSEC's own. */
    {" A RRSIG NSEC", " RRSIG NSEC", {{DEFECT_NSEC_BITMAP, 1}}},
    {" A RRSIG NSEC", " A MX RRSIG NSEC", {{DEFECT_NSEC_BITMAP, 1}}},
    {" A RRSIG NSEC", " A NSEC", {{DEFECT_NSEC_BITMAP, 1}}},
    {" A RRSIG NSEC", " A RRSIG", {{DEFECT_NSEC_BITMAP, 1}}},
    {" A RRSIG NSEC", " AAAA RRSIG NSEC", {{DEFECT_NSEC_BITMAP, 1}}},
    {"NS DS RRSIG", "NS RRSIG", {{DEFECT_NSEC_BITMAP, 1}}},
    {"NS DS RRSIG", "DS RRSIG", {{DEFECT_NSEC_BITMAP, 1}}},
    {"NS DS RRSIG", "NS TXT DS RRSIG", {{DEFECT_NSEC_BITMAP, 1}}},
    {"sec.example. NS RRSIG", "sec.example. NS DS RRSIG", {{DEFECT_NSEC_BITMAP, 1}}},
    {"sec.example. NS RRSIG", "sec.example. NS KEY RRSIG", {{DEFECT_NSEC_BITMAP, 1}}},
    {"NSEC TYPE1234", "NSEC", {{DEFECT_NSEC_BITMAP, 1}}},
    {"NSEC TYPE1234", "NSEC TYPE1234 TYPE65280", {{DEFECT_NSEC_BITMAP, 1}}},
    {"x.ent.example. 300 TXT \"x\"\n",
	"x.ent.example. 300 TXT \"x\"\nx.ent.example. 300 A 192.0.2.9\n",
	{{DEFECT_NSEC_BITMAP, 1}}},
};
#define N_NSEC_CASES ((int)(sizeof(nsec_cases) / sizeof(nsec_cases[0])))

START_TEST(nsec_chain_with_one_change_counts_its_defects)
{
	const struct nsec_case *c = &nsec_cases[_i];
	struct text text = text_edited(NSEC_ZONE, c->old, c->new);

	assert_text(&text, c->expected);
	free(text.bytes);
}
END_TEST

START_TEST(nsec_of_a_zone_of_one_name_points_to_itself)
{
	static const char zone[] = "example. 300 SOA ns. host. 1 3600 600 86400 300\n"
				   "example. 300 NS ns.\n"
				   "example. 300 NSEC example. NS SOA RRSIG NSEC\n";
	struct outcome outcome = outcome_of(zone);

	assert_counts(&outcome, nothing);
	ck_assert(outcome.facts.has_nsec && !outcome.facts.has_nsec3);
	ck_assert_uint_eq(outcome.facts.n_nsec, 1);
}
END_TEST

START_TEST(signed_zone_without_any_denial_is_one_defect)
{
	static const struct expected expected[3] = {{DEFECT_DENIAL_NONE, 1}};
	struct outcome outcome = outcome_of(DATA);

	assert_counts(&outcome, expected);
	ck_assert(!outcome.facts.has_nsec && !outcome.facts.has_nsec3);
}
END_TEST

START_TEST(unsigned_zone_has_nothing_to_deny)
{
	struct zone *zone = zone_of(DATA);
	struct denial_facts facts;
	struct defects defects;

	defects_init(&defects, 5);
	compute(zone, false, 1, &facts, &defects);
	for (int i = 0; i < DEFECT_COUNT; i++)
		ck_assert_uint_eq(defects.tallies[i].count, 0);
	ck_assert(!facts.has_nsec && !facts.has_nsec3);
	defects_clear(&defects);
	zone_free(zone);
}
END_TEST

/* How a name's NSEC3 stands in the chain. */
enum how {
	SAID,
	LEFT_OUT,     /* not in the chain, which is closed without it */
	CUT_OUT,      /* the record is gone, the one before still points to it */
	TWICE,	      /* a second record, with other flags */
	LINKED_WRONG, /* points to itself */
};

struct said {
	const char *name;
	const char *types;
	unsigned flags;
	enum how how;
};

/* Two names more: an empty non-terminal that only an insecure delegation makes. */
#define DATA3	  DATA "ins2.only.example. 300 NS ns1.other.\n"
#define PARAM	  "example. 300 NSEC3PARAM 1 0 1 AB\n"
#define NSEC_INS3 "ins.example. 300 NSEC ins2.only.example. NS RRSIG NSEC\n"

enum { APEX, A, DN, ENT, X_ENT, INS, SEC, WILD, STAR, ONLY, INS2, N_SAID };

static const struct said all_said[N_SAID] = {
    [APEX] = {.name = "example.", .types = "NS SOA RRSIG NSEC3PARAM"},
    [A] = {.name = "a.example.", .types = "A RRSIG"},
    [DN] = {.name = "dn.example.", .types = "DNAME RRSIG"},
    [ENT] = {.name = "ent.example.", .types = ""},
    [X_ENT] = {.name = "x.ent.example.", .types = "TXT RRSIG"},
    [INS] = {.name = "ins.example.", .types = "NS"},
    [SEC] = {.name = "sec.example.", .types = "NS DS RRSIG"},
    [WILD] = {.name = "wild.example.", .types = ""},
    [STAR] = {.name = "*.wild.example.", .types = "RRSIG TYPE1234"},
    [ONLY] = {.name = "only.example.", .types = ""},
    [INS2] = {.name = "ins2.only.example.", .types = "NS"},
};

static void
said_copy(struct said said[N_SAID])
{
	memcpy(said, all_said, sizeof(all_said));
}

struct link {
	uint8_t hash[NSEC3_HASH_OCTETS];
	const struct said *said;
};

static int
link_compare(const void *a, const void *b)
{
	return memcmp(a, b, NSEC3_HASH_OCTETS);
}

static void
hash_name(const char *name, uint16_t iterations, uint8_t hash[NSEC3_HASH_OCTETS])
{
	uint8_t wire[ZG_NAME_MAX];
	struct digest *digest;
	const char *why;
	size_t length = name_from_text(name, strlen(name), NULL, wire, &why);

	ck_assert_int_eq(digest_new(DIGEST_KIND_SHA1, &digest), ZG_OK);
	ck_assert_int_eq(
	    nsec3_hash(digest, wire, length, (const uint8_t *)"\xab", 1, iterations, hash), ZG_OK);
	digest_free(digest);
}

static void
add_nsec3(struct text *text, const struct link *link, const uint8_t *next, uint16_t iterations,
    unsigned flags)
{
	char owner[33] = {0}, target[33] = {0};

	(void)base32hex_encode(link->hash, NSEC3_HASH_OCTETS, (uint8_t *)owner);
	(void)base32hex_encode(next, NSEC3_HASH_OCTETS, (uint8_t *)target);
	text_line(text, "%s.example. 300 NSEC3 1 %u %u AB %s %s\n", owner, flags, iterations,
	    target, link->said->types);
}

/* Adds the chain of `n` names (at most 64) with salt AB. */
static void
add_chain(struct text *text, const struct said *said, size_t n, uint16_t iterations)
{
	struct link links[64];
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		if (said[i].how == LEFT_OUT)
			continue;
		links[used].said = &said[i];
		hash_name(said[i].name, iterations, links[used++].hash);
	}
	qsort(links, used, sizeof(links[0]), link_compare);
	for (size_t i = 0; i < used; i++) {
		const struct said *s = links[i].said;
		const uint8_t *next = links[(i + 1) % used].hash;

		if (s->how == CUT_OUT)
			continue;
		if (s->how == LINKED_WRONG)
			next = links[i].hash;
		add_nsec3(text, &links[i], next, iterations, s->flags);
		if (s->how == TWICE)
			add_nsec3(text, &links[i], next, iterations, s->flags ^ 1);
	}
}

/* The index of the record whose span covers the name. */
static size_t
covering(const struct said said[N_SAID], const char *name)
{
	uint8_t hash[NSEC3_HASH_OCTETS], other[NSEC3_HASH_OCTETS], best[NSEC3_HASH_OCTETS];
	uint8_t highest[NSEC3_HASH_OCTETS] = {0};
	size_t found = N_SAID, last = 0;

	hash_name(name, 1, hash);
	for (size_t i = 0; i < N_SAID; i++) {
		if (said[i].how == LEFT_OUT)
			continue;
		hash_name(said[i].name, 1, other);
		if (memcmp(other, highest, sizeof(other)) > 0) {
			memcpy(highest, other, sizeof(other));
			last = i;
		}
		if (memcmp(other, hash, sizeof(other)) < 0 &&
		    (found == N_SAID || memcmp(other, best, sizeof(other)) > 0)) {
			memcpy(best, other, sizeof(other));
			found = i;
		}
	}
	return found == N_SAID ? last : found;
}

/* Does the hash of `name` lie below the first of the chain, or above the last? */
static void
ends_of_chain(const struct said said[N_SAID], const char *name, bool *below, bool *above)
{
	uint8_t hash[NSEC3_HASH_OCTETS], other[NSEC3_HASH_OCTETS];

	*below = *above = true;
	hash_name(name, 1, hash);
	for (size_t i = 0; i < N_SAID; i++) {
		hash_name(said[i].name, 1, other);
		*below &= memcmp(hash, other, sizeof(hash)) < 0;
		*above &= memcmp(hash, other, sizeof(hash)) > 0;
	}
}

static void
assert_said(const struct said said[N_SAID], const struct expected expected[3])
{
	struct text text = text_new();

	text_line(&text, "%s%s", DATA3, PARAM);
	add_chain(&text, said, N_SAID, 1);
	assert_text(&text, expected);
	free(text.bytes);
}

/* The same zone with one more insecure delegation, which has no NSEC3. */
static void
assert_with_delegation(
    const struct said said[N_SAID], const char *name, const struct expected expected[3])
{
	struct text text = text_new();

	text_line(&text, "%s%s%s 300 NS ns1.other.\n", DATA3, PARAM, name);
	add_chain(&text, said, N_SAID, 1);
	assert_text(&text, expected);
	free(text.bytes);
}

static void
set_opt_out(struct said said[N_SAID], unsigned flags)
{
	for (int i = 0; i < N_SAID; i++)
		said[i].flags = flags;
}

/* RFC 5155 section 6: insecure delegations, and what is there only for them, left out. */
static void
leave_out_insecure(struct said said[N_SAID])
{
	said[INS].how = said[ONLY].how = said[INS2].how = LEFT_OUT;
}

START_TEST(nsec3_chain_of_every_name_passes)
{
	struct said said[N_SAID];

	said_copy(said);
	assert_said(said, nothing);
	set_opt_out(said, 1);
	assert_said(said, nothing);
}
END_TEST

/* A name that is left out of a closed chain is missing; an insecure delegation is not covered. */
START_TEST(nsec3_name_left_out_without_opt_out_is_counted)
{
	struct expected expected[3] = {{DEFECT_NSEC3_MISSING, 1}};
	struct said said[N_SAID];

	said_copy(said);
	said[_i].how = LEFT_OUT;
	if (_i == INS || _i == INS2)
		expected[0].defect = DEFECT_NSEC3_UNCOVERED;
	assert_said(said, expected);
}
END_TEST

/* Under opt-out only insecure delegations may lack one, and the empty non-terminals above them when
 * none of them has one. */
START_TEST(nsec3_name_left_out_under_opt_out_is_counted)
{
	struct expected expected[3] = {{DEFECT_NSEC3_MISSING, 1}};
	struct said said[N_SAID];

	said_copy(said);
	set_opt_out(said, 1);
	said[_i].how = LEFT_OUT;
	assert_said(said, _i == INS || _i == INS2 ? nothing : expected);
}
END_TEST

START_TEST(nsec3_record_cut_out_breaks_the_chain_as_well)
{
	struct expected expected[3] = {{DEFECT_NSEC3_NEXT, 1}, {DEFECT_NSEC3_MISSING, 1}};
	struct said said[N_SAID];

	said_copy(said);
	said[_i].how = CUT_OUT;
	if (_i == INS || _i == INS2)
		expected[1].defect = DEFECT_NSEC3_UNCOVERED;
	assert_said(said, expected);
}
END_TEST

START_TEST(nsec3_record_twice_is_counted)
{
	static const struct expected expected[3] = {{DEFECT_NSEC3_MULTIPLE, 1}};
	struct said said[N_SAID];

	said_copy(said);
	said[_i].how = TWICE;
	assert_said(said, expected);
}
END_TEST

START_TEST(nsec3_record_that_points_elsewhere_is_counted)
{
	static const struct expected expected[3] = {{DEFECT_NSEC3_NEXT, 1}};
	struct said said[N_SAID];

	said_copy(said);
	said[_i].how = LINKED_WRONG;
	assert_said(said, expected);
}
END_TEST

/* One type too many, whatever the name: MX is nowhere. */
START_TEST(nsec3_bitmap_with_a_foreign_type_is_counted)
{
	static const struct expected expected[3] = {{DEFECT_NSEC3_BITMAP, 1}};
	struct said said[N_SAID];
	char types[100];

	said_copy(said);
	(void)snprintf(types, sizeof(types), "%s MX", said[_i].types);
	said[_i].types = types;
	assert_said(said, expected);
}
END_TEST

static const struct {
	int name;
	const char *types;
} wrong_types[] = {
    {APEX, "NS SOA RRSIG"},
    {APEX, "NS SOA RRSIG NSEC3 NSEC3PARAM"},
    {APEX, "NS RRSIG NSEC3PARAM"},
    {A, "A"},
    {A, "RRSIG"},
    {A, ""},
    {A, "A RRSIG NSEC3"},
    {A, "A RRSIG NSEC"},
    {ENT, "RRSIG"},
    {INS, ""},
    {INS, "NS RRSIG"},
    {INS, "NS DS RRSIG"},
    {SEC, "NS DS"},
    {SEC, "NS RRSIG"},
    {SEC, "NS TXT DS RRSIG"},
    {STAR, "RRSIG"},
};
#define N_WRONG_TYPES ((int)(sizeof(wrong_types) / sizeof(wrong_types[0])))

START_TEST(nsec3_bitmap_that_differs_is_counted)
{
	static const struct expected expected[3] = {{DEFECT_NSEC3_BITMAP, 1}};
	struct said said[N_SAID];

	said_copy(said);
	said[wrong_types[_i].name].types = wrong_types[_i].types;
	assert_said(said, expected);
}
END_TEST

START_TEST(nsec3_opt_out_lets_insecure_delegations_out)
{
	static const struct expected uncovered[3] = {{DEFECT_NSEC3_UNCOVERED, 3}};
	struct said said[N_SAID];

	said_copy(said);
	leave_out_insecure(said);
	assert_said(said, uncovered);
	set_opt_out(said, 1);
	assert_said(said, nothing);
	said[ONLY].how = SAID;
	assert_said(said, nothing);
}
END_TEST

/* The flag is needed at one record only: the one whose span covers the delegation. */
START_TEST(nsec3_opt_out_flag_counts_where_the_span_is)
{
	static const struct expected uncovered[3] = {{DEFECT_NSEC3_UNCOVERED, 1}};
	struct said said[N_SAID];
	size_t cover;

	said_copy(said);
	said[INS].how = LEFT_OUT;
	cover = covering(said, "ins.example.");
	for (size_t i = 0; i < N_SAID; i++) {
		set_opt_out(said, 0);
		said[i].flags = 1;
		assert_said(said, i == cover ? nothing : uncovered);
	}
	set_opt_out(said, 1);
	said[cover].flags = 0;
	assert_said(said, uncovered);
}
END_TEST

/* RFC 5155 section 7.1: it is the next closer name of the delegation that must be covered. */
START_TEST(nsec3_opt_out_span_covers_the_next_closer_name)
{
	struct said said[N_SAID];
	size_t of_ent, of_delegation;

	said_copy(said);
	said[ONLY].how = said[INS2].how = LEFT_OUT;
	of_ent = covering(said, "only.example.");
	of_delegation = covering(said, "ins2.only.example.");
	ck_assert_uint_ne(of_ent, of_delegation);
	said[of_ent].flags = 1;
	assert_said(said, nothing);
	said[ONLY].how = SAID;
	of_delegation = covering(said, "ins2.only.example.");
	set_opt_out(said, 0);
	said[of_delegation].flags = 1;
	assert_said(said, nothing);
}
END_TEST

/* The last span goes around: it covers what lies below the first hash and above the last. */
START_TEST(nsec3_last_span_goes_around)
{
	static const struct expected uncovered[3] = {{DEFECT_NSEC3_UNCOVERED, 1}};
	bool below = false, above = false;
	struct said said[N_SAID];
	char name[40];

	for (unsigned i = 0; i < 1000 && !(below && above); i++) {
		bool first = false, last = false;
		size_t cover;

		(void)snprintf(name, sizeof(name), "d%u.example.", i);
		said_copy(said);
		cover = covering(said, name);
		ends_of_chain(said, name, &first, &last);
		if (!first && !last)
			continue;
		below |= first;
		above |= last;
		said[cover].flags = 1;
		assert_with_delegation(said, name, nothing);
		set_opt_out(said, 1);
		said[cover].flags = 0;
		assert_with_delegation(said, name, uncovered);
	}
	ck_assert(below && above);
}
END_TEST

/* An empty non-terminal that only insecure delegations make needs none for another such one. */
START_TEST(nsec3_opt_out_frees_each_empty_non_terminal)
{
	static const struct expected missing[3] = {{DEFECT_NSEC3_MISSING, 2}};
	static const struct said more[3] = {{.name = "q.example.", .types = ""},
	    {.name = "p.q.example.", .types = ""}, {.name = "d.p.q.example.", .types = "NS"}};

	/* Bits: which of the three has an NSEC3. A delegation that has one needs those above. */
	for (unsigned set = 0; set < 8; set++) {
		struct said said[N_SAID + 3];
		struct text text = text_new();

		said_copy(said);
		memcpy(said + N_SAID, more, sizeof(more));
		for (int i = 0; i < 3; i++)
			said[N_SAID + i].how = set >> i & 1 ? SAID : LEFT_OUT;
		for (int i = 0; i < N_SAID + 3; i++)
			said[i].flags = 1;
		text_line(&text, "%s%sd.p.q.example. 300 NS ns1.other.\n", DATA3, PARAM);
		add_chain(&text, said, N_SAID + 3, 1);
		if (set < 4 || set == 7)
			assert_text(&text, nothing);
		else
			assert_text(&text,
			    set == 4 ? missing
				     : (const struct expected[3]){{DEFECT_NSEC3_MISSING, 1}});
		free(text.bytes);
	}
}
END_TEST

START_TEST(nsec3_of_a_name_that_is_not_there_is_stray)
{
	static const struct expected expected[3] = {{DEFECT_NSEC3_STRAY, 1}};
	static const char *const strays[] = {"nx.example.", "ns.ins.example.", "x.dn.example."};
	struct said said[N_SAID + 1];

	for (size_t i = 0; i < sizeof(strays) / sizeof(strays[0]); i++) {
		struct text text = text_new();

		said_copy(said);
		said[N_SAID] = (struct said){.name = strays[i], .types = "A RRSIG"};
		text_line(&text, "%s%s", DATA3, PARAM);
		add_chain(&text, said, N_SAID + 1, 1);
		assert_text(&text, expected);
		free(text.bytes);
	}
}
END_TEST

/* Takes the zone with a whole chain, replaces text in it, and compares. */
static void
assert_edited(const char *old, const char *new, const struct expected expected[3])
{
	struct text text = text_new(), edited;

	text_line(&text, "%s%s", DATA3, PARAM);
	add_chain(&text, all_said, N_SAID, 1);
	edited = text_edited(text.bytes, old, new);
	assert_text(&edited, expected);
	free(edited.bytes);
	free(text.bytes);
}

START_TEST(nsec3param_decides_what_a_chain_is)
{
	static const struct expected missing[3] = {{DEFECT_NSEC3PARAM_MISSING, N_SAID}};
	static const struct expected other[3] = {
	    {DEFECT_NSEC3PARAM_MISSING, N_SAID}, {DEFECT_NSEC3_CHAIN_ABSENT, 1}};
	static const struct expected absent[3] = {{DEFECT_NSEC3_CHAIN_ABSENT, 1}};

	assert_edited(PARAM, "", missing);
	assert_edited(PARAM, "example. 300 NSEC3PARAM 1 1 1 AB\n", missing);
	assert_edited(PARAM, "a.example. 300 NSEC3PARAM 1 0 1 AB\n", missing);
	assert_edited(PARAM, "example. 300 NSEC3PARAM 1 0 2 AB\n", other);
	assert_edited(PARAM, "example. 300 NSEC3PARAM 1 0 1 AC\n", other);
	assert_edited(PARAM, "example. 300 NSEC3PARAM 1 0 1 -\n", other);
	assert_edited(PARAM, "example. 300 NSEC3PARAM 2 0 1 AB\n", other);
	assert_edited(PARAM, PARAM "example. 300 NSEC3PARAM 1 0 0 -\n", absent);
	assert_edited(PARAM, PARAM "example. 300 NSEC3PARAM 1 1 0 -\n", nothing);
}
END_TEST

START_TEST(nsec3_owner_must_be_one_hash_below_the_apex)
{
	static const struct expected expected[3] = {{DEFECT_NSEC3_OWNER, 1}};
	static const char *const owners[] = {
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.x.example.",   /* too deep */
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3to.example.",	     /* 31 characters */
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3t.example.",	     /* 30 */
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tow.example.",     /* not base32hex */
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom0000.example.", /* another length than the next */
	};

	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		struct text text = text_new();

		text_line(&text, PARAM "%s 300 NSEC3 1 0 1 AB %s A\n", owners[i],
		    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom");
		assert_edited(PARAM, text.bytes, expected);
		free(text.bytes);
	}
	/* Of one length both, which is not SHA-1's. */
	assert_edited(PARAM,
	    PARAM "0p9mhaveqvm6t7vbl5lop2u3.example. 300 NSEC3 1 0 1 AB "
		  "0p9mhaveqvm6t7vbl5lop2u3 A\n",
	    expected);
	assert_edited(PARAM,
	    PARAM "0p9mhaveqvm6t7vbl5lop2u3t2rp3t00.example. 300 NSEC3 1 0 1 AB "
		  "0p9mhaveqvm6t7vbl5lop2u3 A\n",
	    expected);
}
END_TEST

START_TEST(nsec3_chains_that_are_complete_may_be_several)
{
	static const struct expected partial[3] = {{DEFECT_NSEC3_PARTIAL, N_SAID}};
	struct text text = text_new();
	struct outcome outcome;

	text_line(&text, "%s%s", DATA3, PARAM);
	add_chain(&text, all_said, N_SAID, 1);
	add_chain(&text, all_said, N_SAID, 2);
	assert_text(&text, partial);
	text_line(&text, "example. 300 NSEC3PARAM 1 0 2 AB\n");
	outcome = outcome_of(text.bytes);
	assert_counts(&outcome, nothing);
	ck_assert_uint_eq(outcome.facts.n_chains, 2);
	ck_assert(outcome.facts.chains[0].named && outcome.facts.chains[1].named);
	free(text.bytes);
}
END_TEST

START_TEST(nsec3_every_named_chain_must_be_complete)
{
	static const struct expected expected[3] = {
	    {DEFECT_NSEC3_MISSING, 1}, {DEFECT_NSEC3_BITMAP, 1}};
	struct text text = text_new();
	struct said said[N_SAID];

	said_copy(said);
	text_line(&text, "%s%sexample. 300 NSEC3PARAM 1 0 2 AB\n", DATA3, PARAM);
	said[A].types = "A MX RRSIG";
	add_chain(&text, said, N_SAID, 1);
	said_copy(said);
	said[SEC].how = LEFT_OUT;
	add_chain(&text, said, N_SAID, 2);
	assert_text(&text, expected);
	free(text.bytes);
}
END_TEST

/* RFC 5155 section 10.4: the change between NSEC and NSEC3, in both directions. */
START_TEST(nsec_and_nsec3_may_stand_side_by_side)
{
	static const struct expected beside[3] = {{DEFECT_NSEC_BESIDE_NSEC3, 7}};
	static const struct expected one_beside[3] = {{DEFECT_NSEC_BESIDE_NSEC3, 1}};
	static const struct expected partial[3] = {{DEFECT_NSEC3_PARTIAL, 1}};
	static const struct expected neither[3] = {
	    {DEFECT_NSEC_MISSING, 1}, {DEFECT_NSEC3PARAM_MISSING, 1}};
	static const struct expected absent[3] = {
	    {DEFECT_NSEC_MISSING, 1}, {DEFECT_NSEC3_CHAIN_ABSENT, 1}};
	static const char nsec3[] = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. 300 NSEC3 1 0 1 AB "
				    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A RRSIG\n";
	struct text text = text_new();

	assert_edited(
	    PARAM, PARAM NSEC_APEX NSEC_A NSEC_DN NSEC_ENT NSEC_INS3 NSEC_SEC NSEC_LAST, beside);
	assert_edited(PARAM, PARAM NSEC_A, one_beside);
	/* The NSEC chain is what counts. */
	text_line(&text, "%s%s", NSEC_ZONE, nsec3);
	assert_text(&text, partial);
	text.used = 0;
	text_line(
	    &text, "%s%s%s", DATA, NSEC_APEX NSEC_DN NSEC_ENT NSEC_INS NSEC_SEC NSEC_LAST, nsec3);
	assert_text(&text, neither);
	text.used = 0;
	text_line(&text, "%s%s%s", DATA,
	    "example. 300 NSEC a.example. NS SOA RRSIG NSEC NSEC3PARAM\n" NSEC_DN NSEC_ENT NSEC_INS
		NSEC_SEC NSEC_LAST,
	    PARAM);
	assert_text(&text, absent);
	free(text.bytes);
}
END_TEST

/* An NSEC beside the chain in use may stand alone, at any name, and must not reach over a name. */
START_TEST(nsec_beside_nsec3_spans_no_name)
{
	static const struct expected truth[3] = {{DEFECT_NSEC_BESIDE_NSEC3, 1}};
	static const struct expected lie[3] = {
	    {DEFECT_NSEC_BESIDE_NSEC3, 1}, {DEFECT_NSEC_NEXT, 1}};
	static const struct expected lies[3] = {
	    {DEFECT_NSEC_BESIDE_NSEC3, 2}, {DEFECT_NSEC_NEXT, 1}};

	assert_edited(PARAM, PARAM NSEC_INS3, truth);
	assert_edited(PARAM, PARAM NSEC_INS, lie);
	assert_edited(
	    PARAM, PARAM "ins.example. 300 NSEC not-there.example. NS RRSIG NSEC\n", truth);
	assert_edited(PARAM, PARAM "ins.example. 300 NSEC ins.example. NS RRSIG NSEC\n", lie);
	assert_edited(PARAM, PARAM NSEC_INS3 NSEC_INS, lies);
	/* Only at the last name does the span end at the apex. */
	assert_edited(PARAM, PARAM NSEC_LAST, truth);
	assert_edited(PARAM, PARAM "sec.example. 300 NSEC example. NS DS RRSIG NSEC\n", lie);
	/* An occluded name is denied by right, and can deny. */
	assert_edited(PARAM, PARAM "ns.ins.example. 300 NSEC ins2.only.example. A\n", truth);
	assert_edited(PARAM, PARAM "ns.ins.example. 300 NSEC sec.example. A\n", lie);
}
END_TEST

/* Bits for the other chain's records are said by some signers and left out by others. */
START_TEST(nsec_and_nsec3_bits_of_the_other_chain_are_free)
{
	static const struct expected beside[3] = {{DEFECT_NSEC_BESIDE_NSEC3, 2}};
	struct said said[N_SAID];
	struct text text = text_new();

	said_copy(said);
	said[A].types = "A RRSIG NSEC";
	said[INS].types = "NS RRSIG NSEC";
	text_line(&text, "%s%s%s%s", DATA3, PARAM, NSEC_A, NSEC_INS3);
	text_line(&text, "ins.example. 300 RRSIG NSEC 13 2 300 20300101000000 20200101000000 1 "
			 "example. AAAA\n");
	add_chain(&text, said, N_SAID, 1);
	assert_text(&text, beside);
	text.used = 0;
	text_line(&text, "%s%s%s%s", DATA3, PARAM, NSEC_A, NSEC_INS3);
	add_chain(&text, all_said, N_SAID, 1);
	assert_text(&text, beside);
	free(text.bytes);
}
END_TEST

/* A name that is a hash of the chain: its own data count, the NSEC3 and its signature do not. */
START_TEST(nsec3_owner_that_is_a_name_of_its_own_is_hashed)
{
	struct said said[N_SAID + 1];
	uint8_t hash[NSEC3_HASH_OCTETS];
	char name[60] = {0};
	struct text text = text_new();
	size_t start;

	said_copy(said);
	hash_name("a.example.", 1, hash);
	(void)strcpy(name + base32hex_encode(hash, sizeof(hash), (uint8_t *)name), ".example.");
	text_line(&text, "%s%s%s 300 NS ns1.other.\n", DATA3, PARAM, name);
	text_line(&text,
	    "%s 300 RRSIG NSEC3 13 2 300 20300101000000 20200101000000 1 example. "
	    "AAAA\n",
	    name);
	start = text.used;
	said[N_SAID] = (struct said){.name = name, .types = "NS"};
	add_chain(&text, said, N_SAID + 1, 1);
	assert_text(&text, nothing);
	said[N_SAID].types = "NS RRSIG";
	text.used = start;
	add_chain(&text, said, N_SAID + 1, 1);
	assert_text(&text, (const struct expected[3]){{DEFECT_NSEC3_BITMAP, 1}});
	/* And one that is an empty non-terminal. */
	text.used = 0;
	text_line(&text, "%s%sb.%s 300 A 192.0.2.8\n", DATA3, PARAM, name);
	add_chain(&text, all_said, N_SAID, 1);
	assert_text(&text, (const struct expected[3]){{DEFECT_NSEC3_MISSING, 2}});
	free(text.bytes);
}
END_TEST

START_TEST(nsec3_chain_of_one_record_points_to_itself)
{
	static const struct said apex = {.name = "example.", .types = "NS SOA RRSIG NSEC3PARAM"};
	struct text text = text_new();

	text_line(&text, "example. 300 SOA ns. host. 1 3600 600 86400 300\n"
			 "example. 300 NS ns.\n" PARAM);
	add_chain(&text, &apex, 1, 1);
	assert_text(&text, nothing);
	free(text.bytes);
}
END_TEST

START_TEST(nsec3_chain_that_cannot_be_hashed_is_not_walked)
{
	struct text text = text_new();
	struct outcome outcome;

	text_line(
	    &text, "%sexample. 300 NSEC3PARAM 1 0 %d AB\n", DATA3, ZG_NSEC3_ITERATIONS_MAX + 1);
	text_line(&text, "example. 300 NSEC3PARAM 2 0 0 -\n");
	text_line(&text,
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. 300 NSEC3 1 0 %d AB "
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n",
	    ZG_NSEC3_ITERATIONS_MAX + 1);
	text_line(&text, "00000000.example. 300 NSEC3 2 0 0 - 00000000 A\n");
	outcome = outcome_of(text.bytes);
	assert_counts(&outcome, nothing);
	ck_assert_uint_eq(outcome.facts.n_chains, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert(outcome.facts.chains[i].named && !outcome.facts.chains[i].known);
		ck_assert_uint_eq(outcome.facts.chains[i].n_records, 1);
	}
	free(text.bytes);
}
END_TEST

START_TEST(nsec3_chain_at_the_iteration_limit_is_walked)
{
	struct text text = text_new();
	struct outcome outcome;

	text_line(&text, "%sexample. 300 NSEC3PARAM 1 0 %d AB\n", DATA3, ZG_NSEC3_ITERATIONS_MAX);
	add_chain(&text, all_said, N_SAID, ZG_NSEC3_ITERATIONS_MAX);
	outcome = outcome_of(text.bytes);
	assert_counts(&outcome, nothing);
	ck_assert(outcome.facts.chains[0].known);
	free(text.bytes);
}
END_TEST

/* One more chain than are looked at; the one that is named is among those that are. */
START_TEST(nsec3_chains_beyond_the_limit_are_counted)
{
	struct expected expected[3] = {{DEFECT_NSEC3_PARTIAL, ZG_NSEC3_CHAINS_MAX - 1}};
	struct text text = text_new();

	text_line(&text, "%s%s", DATA3, PARAM);
	add_chain(&text, all_said, N_SAID, 1);
	for (unsigned i = 0; i + 1 < ZG_NSEC3_CHAINS_MAX; i++)
		text_line(&text,
		    "00000000000000000000000000000000.example. 300 NSEC3 1 0 %u - "
		    "00000000000000000000000000000000 A\n",
		    i);
	assert_text(&text, expected);
	expected[1] = (struct expected){DEFECT_NSEC3_CHAINS, 1};
	text_line(&text, "00000000000000000000000000000000.example. 300 NSEC3 1 0 99 - "
			 "00000000000000000000000000000000 A\n");
	assert_text(&text, expected);
	free(text.bytes);
}
END_TEST

START_TEST(nsec3_facts_count_records_and_flags)
{
	struct said said[N_SAID];
	struct text text = text_new();
	struct outcome outcome;
	const struct nsec3_chain *chain = &outcome.facts.chains[0];

	said_copy(said);
	said[A].flags = 1;
	said[DN].flags = 0x81;
	said[ENT].flags = 2;
	text_line(&text, "%s%s", DATA3, PARAM);
	add_chain(&text, said, N_SAID, 1);
	outcome = outcome_of(text.bytes);
	assert_counts(&outcome, nothing);
	ck_assert(outcome.facts.has_nsec3 && !outcome.facts.has_nsec);
	ck_assert_uint_eq(outcome.facts.n_insecure_cuts, 2);
	ck_assert_uint_eq(outcome.facts.n_opt_out_spans, 2);
	ck_assert_uint_eq(outcome.facts.n_chains, 1);
	ck_assert_uint_eq(chain->n_records, N_SAID);
	ck_assert_uint_eq(chain->n_opt_out, 2);
	ck_assert_uint_eq(chain->n_unknown_flags, 2);
	ck_assert(chain->named && chain->known);
	ck_assert_uint_eq(chain->hash_algorithm, 1);
	ck_assert_uint_eq(chain->iterations, 1);
	ck_assert_uint_eq(chain->salt_len, 1);
	ck_assert_uint_eq(chain->salt[0], 0xab);
	free(text.bytes);
}
END_TEST

/* Every example of every kind is the same at one thread and at many. */
START_TEST(denial_does_not_depend_on_the_number_of_threads)
{
	struct text text = text_new();
	struct defects one, many;
	struct denial_facts facts;
	struct zone *zone;

	text_line(&text, "%s%s", DATA3, PARAM);
	for (unsigned i = 0; i < 5000; i++)
		text_line(&text, "n%u.x%u.example. 300 A 192.0.2.1\n", i, i % 700);
	add_chain(&text, all_said, N_SAID, 1);
	zone = zone_of(text.bytes);
	defects_init(&one, 20);
	defects_init(&many, 20);
	compute(zone, true, 1, &facts, &one);
	compute(zone, true, 7, &facts, &many);
	ck_assert_uint_eq(one.tallies[DEFECT_NSEC3_MISSING].count, 5700);
	for (int i = 0; i < DEFECT_COUNT; i++) {
		const struct tally *a = &one.tallies[i], *b = &many.tallies[i];

		ck_assert_uint_eq(a->count, b->count);
		ck_assert_uint_eq(a->n_examples, b->n_examples);
		for (size_t e = 0; e < a->n_examples; e++) {
			ck_assert_str_eq(a->examples[e].owner, b->examples[e].owner);
			ck_assert_str_eq(a->examples[e].detail, b->examples[e].detail);
		}
	}
	defects_clear(&one);
	defects_clear(&many);
	zone_free(zone);
	free(text.bytes);
}
END_TEST

static void
add_nsec_tests(TCase *cases)
{
	tcase_add_loop_test(cases, nsec_chain_with_one_change_counts_its_defects, 0, N_NSEC_CASES);
	tcase_add_test(cases, nsec_of_a_zone_of_one_name_points_to_itself);
	tcase_add_test(cases, signed_zone_without_any_denial_is_one_defect);
	tcase_add_test(cases, unsigned_zone_has_nothing_to_deny);
}

static void
add_nsec3_tests(TCase *cases)
{
	tcase_add_test(cases, nsec3_chain_of_every_name_passes);
	tcase_add_loop_test(cases, nsec3_name_left_out_without_opt_out_is_counted, 0, N_SAID);
	tcase_add_loop_test(cases, nsec3_name_left_out_under_opt_out_is_counted, 0, N_SAID);
	tcase_add_loop_test(cases, nsec3_record_cut_out_breaks_the_chain_as_well, 0, N_SAID);
	tcase_add_loop_test(cases, nsec3_record_twice_is_counted, 0, N_SAID);
	tcase_add_loop_test(cases, nsec3_record_that_points_elsewhere_is_counted, 0, N_SAID);
	tcase_add_loop_test(cases, nsec3_bitmap_with_a_foreign_type_is_counted, 0, N_SAID);
	tcase_add_loop_test(cases, nsec3_bitmap_that_differs_is_counted, 0, N_WRONG_TYPES);
	tcase_add_test(cases, nsec3_opt_out_lets_insecure_delegations_out);
	tcase_add_test(cases, nsec3_opt_out_flag_counts_where_the_span_is);
	tcase_add_test(cases, nsec3_opt_out_span_covers_the_next_closer_name);
	tcase_add_test(cases, nsec3_last_span_goes_around);
	tcase_add_test(cases, nsec3_opt_out_frees_each_empty_non_terminal);
	tcase_add_test(cases, nsec3_of_a_name_that_is_not_there_is_stray);
	tcase_add_test(cases, nsec3param_decides_what_a_chain_is);
	tcase_add_test(cases, nsec3_owner_must_be_one_hash_below_the_apex);
	tcase_add_test(cases, nsec3_chains_that_are_complete_may_be_several);
	tcase_add_test(cases, nsec3_every_named_chain_must_be_complete);
	tcase_add_test(cases, nsec_and_nsec3_may_stand_side_by_side);
	tcase_add_test(cases, nsec_beside_nsec3_spans_no_name);
	tcase_add_test(cases, nsec_and_nsec3_bits_of_the_other_chain_are_free);
	tcase_add_test(cases, nsec3_owner_that_is_a_name_of_its_own_is_hashed);
	tcase_add_test(cases, nsec3_chain_of_one_record_points_to_itself);
	tcase_add_test(cases, nsec3_chain_that_cannot_be_hashed_is_not_walked);
	tcase_add_test(cases, nsec3_chain_at_the_iteration_limit_is_walked);
	tcase_add_test(cases, nsec3_chains_beyond_the_limit_are_counted);
	tcase_add_test(cases, nsec3_facts_count_records_and_flags);
	tcase_add_test(cases, denial_does_not_depend_on_the_number_of_threads);
}

int
main(void)
{
	Suite *suite = suite_create("denial");
	TCase *nsec = tcase_create("nsec"), *nsec3 = tcase_create("nsec3");
	SRunner *runner;
	int failed;

	add_nsec_tests(nsec);
	add_nsec3_tests(nsec3);
	tcase_set_timeout(nsec3, 60);
	suite_add_tcase(suite, nsec);
	suite_add_tcase(suite, nsec3);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
