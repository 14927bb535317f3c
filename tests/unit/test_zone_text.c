/* Zone text to records: entries, directives, defects, limits, and input that comes in any pieces.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/name.h"
#include "dns/rr_type.h"
#include "zone/zone_text.h"

/* Octets in memory as a source that gives at most `most` at once. */
struct memory {
	const char *at;
	size_t left, most;
	bool fails; /* at the end, instead of ending */
};

static zg_status
memory_read(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct memory *memory = context;

	(void)error;
	*length = size < memory->left ? size : memory->left;
	if (*length > memory->most)
		*length = memory->most;
	if (*length == 0 && memory->fails)
		return ZG_READ;
	memcpy(buffer, memory->at, *length);
	memory->at += *length;
	memory->left -= *length;
	return ZG_OK;
}

/* What was read. */
struct result {
	struct zone_store store;
	struct defects defects;
	zg_status status;
	size_t n; /* records */
};

struct setting {
	const char *origin;    /* presentation form, NULL: none */
	const char *directory; /* $INCLUDE is allowed beneath it; NULL: not */
	size_t most;	       /* octets at once */
	bool fails;
};
static const struct setting plain = {.origin = "example.", .most = SIZE_MAX};

static struct result
read_octets(const char *text, size_t length, struct setting setting)
{
	struct memory memory = {text, length, setting.most, setting.fails};
	struct source source = {.read = memory_read,
	    .context = &memory,
	    .name = "zone",
	    .directory = setting.directory};
	struct zone_text_options options = {.allow_include = setting.directory != NULL};
	uint8_t origin[ZG_NAME_MAX];
	const char *why;
	struct result result;
	struct zg_error error;

	if (setting.origin != NULL) {
		ck_assert_uint_gt(
		    name_from_text(setting.origin, strlen(setting.origin), NULL, origin, &why), 0);
		options.origin = origin;
	}
	zone_store_init(&result.store);
	defects_init(&result.defects, 10);
	result.status = zone_text_read(&source, &options, &result.store, &result.defects, &error);
	result.n = result.store.n_records;
	return result;
}

static struct result
read_zone(const char *text)
{
	struct result result = read_octets(text, strlen(text), plain);

	ck_assert_int_eq(result.status, ZG_OK);
	return result;
}

static void
result_clear(struct result *result)
{
	zone_store_clear(&result->store);
	defects_clear(&result->defects);
}

static uint64_t
count(const struct result *result, enum defect kind)
{
	return result->defects.tallies[kind].count;
}

static uint64_t
count_all(const struct result *result)
{
	uint64_t sum = 0;

	for (int i = 0; i < DEFECT_COUNT; i++)
		sum += result->defects.tallies[i].count;
	return sum;
}

/* The owner of record `index` in presentation form. */
static const char *
owner_of(const struct result *result, size_t index, char text[NAME_TEXT_MAX])
{
	for (size_t i = 0; i < result->store.n_runs; i++) {
		const struct zone_owner *run = &result->store.runs[i];

		if (index >= run->first && index < run->first + run->n_records) {
			(void)name_to_text(arena_at(&result->store.names, run->name), text);
			return text;
		}
	}
	return "";
}

static void
expect_record(const struct result *result, size_t index, const char *owner, uint16_t type,
    uint32_t ttl, uint32_t line)
{
	const struct zone_record *record = &result->store.records[index];
	char text[NAME_TEXT_MAX];

	ck_assert_uint_lt(index, result->n);
	ck_assert_str_eq(owner_of(result, index, text), owner);
	ck_assert_uint_eq(record->type, type);
	ck_assert_uint_eq(record->ttl, ttl);
	ck_assert_uint_eq(record->line, line);
}

static void
expect_rdata(const struct result *result, size_t index, const char *octets, size_t length)
{
	const struct zone_record *record = &result->store.records[index];

	ck_assert_uint_lt(index, result->n);
	ck_assert_uint_eq(record->rdlen, length);
	ck_assert_mem_eq(arena_at(&result->store.rdata, record->rdata), octets, length);
}

/* `text` gives this many records and this many defects of `kind`, and none of another kind. */
static void
expect_counts(const char *text, size_t n, enum defect kind, uint64_t defects)
{
	struct result result = read_zone(text);

	ck_assert_msg(result.n == n, "%zu records: %s", result.n, text);
	ck_assert_msg(count(&result, kind) == defects, "%s", text);
	ck_assert_msg(count_all(&result) == defects, "%s", text);
	result_clear(&result);
}

static void
expect_good(const char *text, size_t n)
{
	expect_counts(text, n, DEFECT_SYNTAX, 0);
}

START_TEST(records_have_owner_type_ttl_line_and_rdata)
{
	struct result result = read_zone("; a comment\n\nWWW 300 IN A 192.0.2.1 ; another\n"
					 "Www.Example. 60 IN MX 10 Mail\n");

	ck_assert_uint_eq(result.n, 2);
	ck_assert_uint_eq(result.store.n_runs, 1);
	expect_record(&result, 0, "www.example.", RR_A, 300, 3);
	expect_rdata(&result, 0, "\300\0\2\1", 4);
	expect_record(&result, 1, "www.example.", RR_MX, 60, 4);
	expect_rdata(&result, 1, "\0\12\4mail\7example", 16);
	ck_assert_uint_eq(count_all(&result), 0);
	result_clear(&result);
}
END_TEST

START_TEST(class_and_ttl_come_in_any_order)
{
	static const char *const heads[] = {"60 IN", "IN 60", "60", "60 in", "In 1m", "60 CLASS1",
	    "class1 60", "60\tIN", "( 60 IN )"};
	char text[100];

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct result result;

		(void)snprintf(text, sizeof(text), "a %s NS b\n", heads[i]);
		result = read_zone(text);
		ck_assert_uint_eq(result.n, 1);
		expect_record(&result, 0, "a.example.", RR_NS, 60, 1);
		result_clear(&result);
	}
	expect_counts("a IN 60 IN NS b\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a 60 IN 60 NS b\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a 60 IN\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a 60 IN \"NS\" b\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a \"60\" IN NS b\n", 0, DEFECT_SYNTAX, 1);
}
END_TEST

START_TEST(ttl_has_units_and_31_bits)
{
	static const struct {
		const char *text;
		uint32_t ttl;
	} good[] = {{"0", 0}, {"2147483647", 2147483647}, {"1w2d3h4m5s", 788645},
	    {"1W2D3H4M5S", 788645}, {"5s4m", 245}, {"1m1m", 120}, {"0003600", 3600}};
	static const char *const bad[] = {"2147483648", "4294967296", "99999999999", "1h30", "1x",
	    "1-", "3551w", "1w4294967295s", "0x10", "1.5"};
	char text[100];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct result result;

		(void)snprintf(text, sizeof(text), "a %s NS b\n", good[i].text);
		result = read_zone(text);
		expect_record(&result, 0, "a.example.", RR_NS, good[i].ttl, 1);
		result_clear(&result);
		(void)snprintf(text, sizeof(text), "$TTL %s\na NS b\n", good[i].text);
		result = read_zone(text);
		expect_record(&result, 0, "a.example.", RR_NS, good[i].ttl, 2);
		result_clear(&result);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "a %s NS b\n", bad[i]);
		expect_counts(text, 0, DEFECT_SYNTAX, 1);
		(void)snprintf(text, sizeof(text), "$TTL %s\n", bad[i]);
		expect_counts(text, 0, DEFECT_SYNTAX, 1);
	}
	expect_counts("$TTL\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("$TTL 1 2\n", 0, DEFECT_SYNTAX, 1);
}
END_TEST

START_TEST(default_ttl_is_that_of_the_directive)
{
	struct result result =
	    read_zone("$TTL 100\na 7 NS b\na NS c\n$TTL 200\na NS d\n$ttl 300\na NS e\n");

	expect_record(&result, 0, "a.example.", RR_NS, 7, 2);
	expect_record(&result, 1, "a.example.", RR_NS, 100, 3);
	expect_record(&result, 2, "a.example.", RR_NS, 200, 5);
	expect_record(&result, 3, "a.example.", RR_NS, 300, 7);
	result_clear(&result);
}
END_TEST

START_TEST(without_directive_the_last_ttl_holds)
{
	struct result result = read_zone("a 7 NS b\na NS c\na 9 NS d\nb NS e\n");

	expect_record(&result, 1, "a.example.", RR_NS, 7, 2);
	expect_record(&result, 3, "b.example.", RR_NS, 9, 4);
	result_clear(&result);
}
END_TEST

START_TEST(without_any_ttl_the_minimum_of_the_soa_holds)
{
	struct result result = read_zone("@ SOA a b 1 2 3 4 77\na NS b\na 5 NS c\na NS d\n");

	expect_record(&result, 0, "example.", RR_SOA, 77, 1);
	expect_record(&result, 1, "a.example.", RR_NS, 77, 2);
	/* As BIND does: it is a default from then on. */
	expect_record(&result, 3, "a.example.", RR_NS, 77, 4);
	result_clear(&result);
	expect_counts("a NS b\n@ SOA a b 1 2 3 4 77\n", 1, DEFECT_SYNTAX, 1);
	expect_counts("@ SOA a b 1 2 3 4 2147483648\n", 0, DEFECT_SYNTAX, 1);
}
END_TEST

START_TEST(blank_owner_repeats_the_last_one)
{
	struct result result = read_zone("$TTL 1\na NS b\n NS c\n\tNS d\n \n\t; x\n  NS e\n");

	ck_assert_uint_eq(result.n, 4);
	for (size_t i = 0; i < 4; i++)
		expect_record(&result, i, "a.example.", RR_NS, 1, i < 3 ? (uint32_t)i + 2 : 7);
	result_clear(&result);
	expect_counts(" 1 NS b\n", 0, DEFECT_SYNTAX, 1);
}
END_TEST

START_TEST(entries_behind_a_bad_owner_do_not_get_the_one_before)
{
	expect_counts(
	    "$TTL 1\na NS b\nx..y NS b\n NS c\n NS d\na NS e\n NS f\n", 3, DEFECT_SYNTAX, 3);
	expect_counts("$TTL 1\na NS b\nx\\ \n NS \"\n NS d\n", 1, DEFECT_SYNTAX, 3);
	/* Where only the RDATA is bad the owner is known. */
	expect_counts("$TTL 1\na NS b\nx NS b..c\n NS d\n", 2, DEFECT_SYNTAX, 1);
	expect_counts("$TTL 1\na NS b\n\"x\" NS b\n NS d\n", 1, DEFECT_SYNTAX, 2);
}
END_TEST

START_TEST(origin_directive_changes_relative_names)
{
	struct result result = read_zone("$TTL 1\na NS b\n$ORIGIN Sub\na NS b\n@ NS @\n"
					 "$ORIGIN other.\na NS b\n$origin .\na NS b\n");

	expect_record(&result, 0, "a.example.", RR_NS, 1, 2);
	expect_record(&result, 1, "a.sub.example.", RR_NS, 1, 4);
	expect_record(&result, 2, "sub.example.", RR_NS, 1, 5);
	expect_rdata(&result, 2, "\3sub\7example", 13);
	expect_record(&result, 3, "a.other.", RR_NS, 1, 7);
	expect_record(&result, 4, "a.", RR_NS, 1, 9);
	ck_assert_uint_eq(count_all(&result), 0);
	result_clear(&result);
}
END_TEST

START_TEST(names_behind_a_bad_origin_are_not_guessed)
{
	expect_counts("$TTL 1\n$ORIGIN a..b\na NS c.\na. NS b.\na. NS b\n$ORIGIN c.\na NS b\n", 2,
	    DEFECT_SYNTAX, 3);
	expect_counts("$TTL 1\n$ORIGIN\na NS b.\n", 0, DEFECT_SYNTAX, 2);
	expect_counts("$TTL 1\n$ORIGIN a. b.\na NS b.\n", 0, DEFECT_SYNTAX, 2);
	expect_counts("$TTL 1\n$ORIGIN \"a.\"\na NS b.\n", 0, DEFECT_SYNTAX, 2);
}
END_TEST

START_TEST(without_an_origin_names_are_absolute)
{
	static const char text[] =
	    "$TTL 1\na NS b.\n@ NS b.\na. NS b\na. NS b.\n$ORIGIN c\n$ORIGIN c.\n"
	    "a NS b\n";
	struct setting setting = {.most = SIZE_MAX};
	struct result result = read_octets(text, strlen(text), setting);

	ck_assert_uint_eq(result.n, 2);
	ck_assert_uint_eq(count(&result, DEFECT_SYNTAX), 4);
	expect_record(&result, 1, "a.c.", RR_NS, 1, 8);
	result_clear(&result);
}
END_TEST

START_TEST(other_directives_are_refused)
{
	expect_counts("$GENERATE 1-10 a$ NS b$\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("$NOSUCH\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("$\n", 0, DEFECT_SYNTAX, 1);
	/* Escaped it is an owner; behind a blank it is no directive. */
	expect_good("\\$ttl 1 NS b\n", 1);
	expect_counts("$TTL 1\na NS b\n $TTL 1\n", 1, DEFECT_SYNTAX, 1);
}
END_TEST

START_TEST(parentheses_join_lines)
{
	struct result result = read_zone("@ 3600 IN SOA ns1 host ( ; comment (\n"
					 "\t2026010101 ; serial\n"
					 "\n"
					 "  1h ( 2h ) 1w\n"
					 "  1d )\n"
					 "a 5 NS ( b\n)\n"
					 "(b) 6 NS(c)(\n\n\n)\n"
					 "c 7 NS d\n");

	ck_assert_uint_eq(count_all(&result), 0);
	ck_assert_uint_eq(result.n, 4);
	expect_record(&result, 0, "example.", RR_SOA, 3600, 1);
	expect_record(&result, 1, "a.example.", RR_NS, 5, 6);
	expect_record(&result, 2, "b.example.", RR_NS, 6, 8);
	expect_record(&result, 3, "c.example.", RR_NS, 7, 12);
	result_clear(&result);
}
END_TEST

START_TEST(unbalanced_parentheses_are_defects)
{
	expect_counts("a 1 NS b )\nb 1 NS c\n", 1, DEFECT_SYNTAX, 1);
	expect_counts("a 1 NS ( b\nb 1 NS c\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a 1 NS (( b )\nb 1 NS c\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("(", 0, DEFECT_SYNTAX, 1);
	expect_counts(")", 0, DEFECT_SYNTAX, 1);
	expect_good("()\n( \n )\n", 0);
}
END_TEST

START_TEST(parentheses_may_be_deep)
{
	size_t depth = 300000;
	char *text = malloc(2 * depth + 100);
	size_t at = 0;

	ck_assert_ptr_nonnull(text);
	at += (size_t)sprintf(text, "a 1 NS ");
	memset(text + at, '(', depth);
	at += depth;
	text[at++] = 'b';
	memset(text + at, ')', depth);
	at += depth;
	strcpy(text + at, "\nc 1 NS d\n");
	expect_good(text, 2);
	text[at - 1] = ' ';
	expect_counts(text, 0, DEFECT_SYNTAX, 1);
	free(text);
}
END_TEST

START_TEST(quotes_keep_blanks_and_signs)
{
	struct result result =
	    read_zone("a 1 TXT \"b ;c(\\\"\\\\\\065\" \"\"d\"\\000\"\nb 1 TXT a\"b\"c\n");

	ck_assert_uint_eq(result.n, 2);
	expect_rdata(&result, 0, "\10b ;c(\"\\A\0\1d\1\0", 14);
	expect_rdata(&result, 1, "\1a\1b\1c", 6);
	result_clear(&result);
}
END_TEST

START_TEST(open_quotes_are_defects)
{
	expect_counts("a 1 TXT \"b\nb 1 TXT c\n", 1, DEFECT_SYNTAX, 1);
	expect_counts("a 1 TXT \"b", 0, DEFECT_SYNTAX, 1);
	expect_counts("a 1 TXT \"b\\\"\nb 1 TXT c\n", 1, DEFECT_SYNTAX, 1);
	expect_counts("a 1 TXT (\n\"b\n\"\n)\nb 1 TXT c\n", 1, DEFECT_SYNTAX, 3);
}
END_TEST

START_TEST(escapes_in_names)
{
	struct result result = read_zone("a\\.b\\046\\@\\ c 1 NS \\100\n\\; 1 NS \\\"\n");
	char text[NAME_TEXT_MAX];

	ck_assert_uint_eq(result.n, 2);
	ck_assert_str_eq(owner_of(&result, 0, text), "a\\046b\\046\\064\\032c.example.");
	expect_rdata(&result, 0, "\1d\7example", 11);
	ck_assert_str_eq(owner_of(&result, 1, text), "\\059.example.");
	result_clear(&result);
	expect_counts("a\\256 1 NS b\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a\\25 1 NS b\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a\\\n1 NS b\n", 0, DEFECT_SYNTAX, 2);
	expect_counts("a\\", 0, DEFECT_SYNTAX, 1);
}
END_TEST

START_TEST(line_ends_may_be_of_either_kind)
{
	struct result result =
	    read_zone("$TTL 1\r\na NS b\r\n\r\n NS (\r\nc )\r\nb TXT \"x\"\r\nd NS e");

	ck_assert_uint_eq(count_all(&result), 0);
	ck_assert_uint_eq(result.n, 4);
	expect_rdata(&result, 0, "\1b\7example", 11);
	expect_record(&result, 1, "a.example.", RR_NS, 1, 4);
	expect_record(&result, 2, "b.example.", RR_TXT, 1, 6);
	expect_rdata(&result, 2, "\1x", 2);
	expect_record(&result, 3, "d.example.", RR_NS, 1, 7);
	result_clear(&result);
	expect_good("a 1 NS b\r", 1);
	/* One that is no line end is no blank either. */
	expect_counts("a 1\rNS b\nc 1 NS (\rd )\ne 1 NS f\n", 1, DEFECT_SYNTAX, 2);
}
END_TEST

START_TEST(nul_octets_are_defects_everywhere)
{
	static const char *const places[] = {"a@b 1 NS c\n", "@a 1 NS c\n", "a 1 NS c@\n",
	    "a 1 TXT \"@\"\n", "a 1 TXT \"b\\@\"\n", "a 1 NS c ; @\n", "; @\n", "a 1 NS\\@\n",
	    "@\n", " @"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char text[100];
		size_t length = (size_t)snprintf(text, sizeof(text), "%sz 1 NS y\n", places[i]);
		struct result result;

		*(char *)memchr(text, '@', length) = '\0';
		result = read_octets(text, length, plain);
		ck_assert_int_eq(result.status, ZG_OK);
		ck_assert_msg(count(&result, DEFECT_SYNTAX) == 1, "%s", places[i]);
		ck_assert_uint_eq(result.n, strchr(places[i], '\n') == NULL ? 0 : 1);
		result_clear(&result);
	}
}
END_TEST

START_TEST(reading_goes_on_behind_a_bad_entry)
{
	struct result result =
	    read_zone("$TTL 1\na NS b\na NOSUCH b\na A 1.2.3\na NS c\na MX ( 1\n\n)\n"
		      "a NS d\n");
	const struct tally *tally = &result.defects.tallies[DEFECT_SYNTAX];

	ck_assert_uint_eq(result.n, 3);
	ck_assert_uint_eq(tally->count, 3);
	ck_assert_uint_eq(tally->examples[0].line, 3);
	ck_assert_uint_eq(tally->examples[1].line, 4);
	ck_assert_str_eq(tally->examples[1].owner, "a.example.");
	ck_assert_uint_eq(tally->examples[1].type, RR_A);
	ck_assert_uint_eq(tally->examples[2].line, 6);
	expect_record(&result, 2, "a.example.", RR_NS, 1, 9);
	result_clear(&result);
}
END_TEST

START_TEST(classes_other_than_in_are_left_out)
{
	expect_counts("$TTL 1\na CH A 1.2.3.4\na HS A x\na CS A x\na CLASS3 A x\na CLASS65535 A x\n"
		      "a IN NS b\na NS b\n",
	    2, DEFECT_CLASS, 5);
	expect_counts("a 1 CLASS65536 NS b\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a 1 CLASS NS b\n", 0, DEFECT_SYNTAX, 1);
	expect_counts("a 1 CLASSX NS b\n", 0, DEFECT_SYNTAX, 1);
}
END_TEST

START_TEST(meta_types_are_left_out)
{
	expect_counts(
	    "$TTL 1\na ANY b\na OPT b\na TSIG b\na AXFR b\na TYPE128 \\# 0\na TYPE0 \\# 0\n"
	    "a NS b\n",
	    1, DEFECT_META_TYPE, 6);
}
END_TEST

START_TEST(generic_forms_are_read)
{
	struct result result =
	    read_zone("a CLASS1 60 TYPE2 \\# 3 01 6200\na 60 TYPE65280 \\# 0\n"
		      "a 60 type1 192.0.2.1\na 60 TYPE65281 \\# ( 2 a ; x\n b cd )\n");

	ck_assert_uint_eq(result.n, 4);
	expect_record(&result, 0, "a.example.", RR_NS, 60, 1);
	expect_rdata(&result, 0, "\1b", 3);
	expect_rdata(&result, 1, "", 0);
	expect_rdata(&result, 2, "\300\0\2\1", 4);
	expect_rdata(&result, 3, "\253\315", 2);
	result_clear(&result);
}
END_TEST

START_TEST(rdata_of_65535_octets_is_read)
{
	char *text = malloc(300000);
	struct result result;

	ck_assert_ptr_nonnull(text);
	for (int extra = 0; extra < 2; extra++) {
		size_t at = (size_t)sprintf(text, "a 1 TYPE65280 \\# %d ", 65535 + extra);

		memset(text + at, 'a', (size_t)(65535 + extra) * 2);
		strcpy(text + at + (65535 + extra) * 2, "\nb 1 NS c\n");
		result = read_zone(text);
		ck_assert_uint_eq(result.n, extra == 0 ? 2 : 1);
		ck_assert_uint_eq(count(&result, DEFECT_SYNTAX), (uint64_t)extra);
		if (extra == 0)
			ck_assert_uint_eq(result.store.records[0].rdlen, 65535);
		result_clear(&result);
	}
	free(text);
}
END_TEST

/* `a 1 TXT (   x)` with as many blanks that it has `length` octets without its line end; then one
 * more entry. */
static char *
entry_of(size_t length)
{
	static const char begin[] = "a 1 TXT (", end[] = "x)", next[] = "\nb 1 NS c\n";
	char *text = malloc(length + sizeof(next));

	ck_assert_ptr_nonnull(text);
	memset(text, ' ', length);
	memcpy(text, begin, sizeof(begin) - 1);
	memcpy(text + length - 2, end, 2);
	strcpy(text + length, next);
	return text;
}

START_TEST(entries_have_a_largest_size)
{
	char *text = entry_of(ZG_ENTRY_TEXT_MAX - 1);

	expect_good(text, 2); /* with its line end: the largest */
	free(text);
	/* However much more is in the buffer. */
	for (size_t more = 0; more < 400000; more += 99999) {
		text = entry_of(ZG_ENTRY_TEXT_MAX + more);
		expect_counts(text, 1, DEFECT_SYNTAX, 1);
		free(text);
	}
}
END_TEST

START_TEST(an_open_parenthesis_does_not_swallow_memory)
{
	size_t length = 8 * 1024 * 1024;
	char *text = malloc(length + 1);
	struct result result;

	ck_assert_ptr_nonnull(text);
	memset(text, '\n', length);
	memcpy(text, "a 1 NS (", 8);
	result = read_octets(text, length, plain);
	ck_assert_int_eq(result.status, ZG_OK);
	ck_assert_uint_eq(count(&result, DEFECT_SYNTAX), 1);
	result_clear(&result);
	memset(text, 'a', length); /* one line without an end */
	result = read_octets(text, length, plain);
	ck_assert_uint_eq(count(&result, DEFECT_SYNTAX), 1);
	result_clear(&result);
	memset(text, '(', length);
	result = read_octets(text, length, plain);
	ck_assert_uint_eq(count(&result, DEFECT_SYNTAX), 1);
	result_clear(&result);
	free(text);
}
END_TEST

START_TEST(entries_have_a_largest_number_of_tokens)
{
	char *text = malloc(400000);
	struct result result;

	ck_assert_ptr_nonnull(text);
	for (size_t n = ZG_ENTRY_TOKENS_MAX; n <= ZG_ENTRY_TOKENS_MAX + 1; n++) {
		size_t at = (size_t)sprintf(text, "a 1 TYPE65280 \\# %zu", (n - 5) / 2);

		for (size_t i = 5; i < n; i++)
			at += (size_t)sprintf(text + at, " a");
		strcpy(text + at, "\nb 1 NS c\n");
		result = read_zone(text);
		/* 69995 digits are odd, 69996 are not: what tells them apart is the reason. */
		ck_assert_uint_eq(result.n, 1);
		ck_assert_uint_eq(count(&result, DEFECT_SYNTAX), 1);
		ck_assert_int_eq(result.defects.tallies[DEFECT_SYNTAX].examples[0].owner != NULL,
		    n == ZG_ENTRY_TOKENS_MAX);
		result_clear(&result);
	}
	free(text);
}
END_TEST

START_TEST(labels_and_names_have_their_limits)
{
	char text[900], label[65], name[400] = "";

	memset(label, 'a', 64);
	for (int n = 63; n <= 64; n++) {
		(void)snprintf(
		    text, sizeof(text), "%.*s 1 NS b\nb 1 NS %.*s\n", n, label, n, label);
		expect_counts(text, n == 63 ? 2 : 0, DEFECT_SYNTAX, n == 63 ? 0 : 2);
	}
	/* 3 labels of 63, one of 53 or 54, and "example": 255 or 256 octets. */
	for (int n = 53; n <= 54; n++) {
		(void)snprintf(
		    name, sizeof(name), "%.63s.%.63s.%.63s.%.*s", label, label, label, n, label);
		(void)snprintf(text, sizeof(text), "%s 1 NS b\nb 1 NS %s\n", name, name);
		expect_counts(text, n == 53 ? 2 : 0, DEFECT_SYNTAX, n == 53 ? 0 : 2);
	}
}
END_TEST

/* ---- Pieces ---------------------------------------------------------------------------------- */

static const char small_zone[] =
    "; File written by a signer\r\n"
    "$ORIGIN example.\n$TTL 1h\n"
    "@\tIN SOA\tns1.example. host\\.master.example. (\n\t\t2026010101 ; serial\n\t\t7200 3600 "
    "1209600 "
    "3600 )\n"
    "\t\tNS\tns1\n"
    "\t\t3600\tRRSIG\tNS 13 1 3600 (\n\t\t\t20300101000000 20260101000000 12345 example.\n\t\t\t"
    "oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr\n\t\t\tPYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6o )\n"
    "ns1 IN 60 A 192.0.2.1\n"
    "www TXT \"a b\\\"c\" d\\;e ; comment\n"
    "$ORIGIN sub\n"
    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 1 12 aabbccdd (\n\t2t7b4g4vsa5smi47k61mv5bv1a22bojr "
    "MX NS RRSIG )\n"
    "x TYPE65280 \\# 3 aabbcc\n";

/* Same records, TTLs, lines and octets. */
static bool
same_store(const struct zone_store *a, const struct zone_store *b)
{
	if (a->n_records != b->n_records || a->n_runs != b->n_runs ||
	    a->rdata.used != b->rdata.used || a->names.used != b->names.used)
		return false;
	return memcmp(a->records, b->records, a->n_records * sizeof(a->records[0])) == 0 &&
	       memcmp(a->rdata.bytes, b->rdata.bytes, a->rdata.used) == 0 &&
	       memcmp(a->names.bytes, b->names.bytes, a->names.used) == 0;
}

START_TEST(pieces_of_any_size_give_the_same_records)
{
	struct result whole = read_zone(small_zone);
	struct setting setting = plain;

	ck_assert_uint_eq(whole.n, 7);
	ck_assert_uint_eq(count_all(&whole), 0);
	for (setting.most = 1; setting.most < sizeof(small_zone); setting.most++) {
		struct result result = read_octets(small_zone, strlen(small_zone), setting);

		ck_assert_int_eq(result.status, ZG_OK);
		ck_assert_uint_eq(count_all(&result), 0);
		ck_assert(same_store(&whole.store, &result.store));
		result_clear(&result);
	}
	result_clear(&whole);
}
END_TEST

/* Memory whose end is followed by a page that may not be touched. */
static char *
guarded_end(size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (length / page + 1) * page;
	char *base =
	    mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(base, MAP_FAILED);
	ck_assert_int_eq(mprotect(base + size, page, PROT_NONE), 0);
	return base + size;
}

START_TEST(text_cut_at_any_octet_gives_a_part_or_a_defect)
{
	size_t length = strlen(small_zone);
	char *end = guarded_end(length);
	struct result whole = read_zone(small_zone);

	for (size_t cut = 0; cut < length; cut++) {
		const char *open, *close;
		struct result result;

		memcpy(end - cut, small_zone, cut);
		result = read_octets(end - cut, cut, plain);
		ck_assert_int_eq(result.status, ZG_OK);
		ck_assert_uint_le(result.n, whole.n);
		ck_assert_uint_le(count_all(&result), 1);
		/* Complete entries in front of the cut are there, exactly as in the whole. */
		for (size_t i = 0; i + 1 < result.n; i++)
			ck_assert_mem_eq(&result.store.records[i], &whole.store.records[i],
			    sizeof(struct zone_record));
		/* A cut inside parentheses is seen always. */
		open = cut == 0 ? NULL : memrchr(small_zone, '(', cut);
		close = cut == 0 ? NULL : memrchr(small_zone, ')', cut);
		if (open != NULL && (close == NULL || close < open))
			ck_assert_uint_eq(count(&result, DEFECT_SYNTAX), 1);
		result_clear(&result);
	}
	result_clear(&whole);
}
END_TEST

START_TEST(entries_across_blocks_are_whole)
{
	size_t n = 40000, at = 0, size = 12 * 1024 * 1024;
	char *text = malloc(size);
	struct result result;

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < n; i++) {
		/* Sizes that drift over every block border; some entries of many lines. */
		at += (size_t)sprintf(text + at, "n%zu 1 TXT ( %.*s%s ) ; %.*s\n", i, (int)(i % 40),
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", i % 3 == 0 ? "\n\n x" : " y",
		    (int)(i % 97 % 40), "cccccccccccccccccccccccccccccccccccccccc");
		ck_assert_uint_lt(at, size - 200);
	}
	for (size_t most = 1000; most < 300000; most += 99991) {
		struct setting setting = plain;

		setting.most = most;
		result = read_octets(text, at, setting);
		ck_assert_uint_eq(result.n, n);
		ck_assert_uint_eq(count_all(&result), 0);
		for (size_t i = 0; i < n; i++) {
			const struct zone_record *record = &result.store.records[i];
			size_t octets = (i % 40 == 0 ? 0 : i % 40 + 1) + 2;

			/* Without a blank between, the letter joins the string. */
			if (i % 3 != 0 || i % 40 == 0)
				ck_assert_uint_eq(record->rdlen, octets);
			ck_assert_uint_eq(record->line, i + 1 + (i + 2) / 3 * 2);
		}
		result_clear(&result);
	}
	free(text);
}
END_TEST

START_TEST(failed_reading_is_a_status)
{
	struct setting setting = plain;
	struct result result;

	setting.fails = true;
	result = read_octets(small_zone, strlen(small_zone), setting);
	ck_assert_int_eq(result.status, ZG_READ);
	result_clear(&result);
}
END_TEST

START_TEST(empty_text_has_no_records_and_no_defects)
{
	expect_good("", 0);
	expect_good("\n", 0);
	expect_good(" ", 0);
	expect_good("; comment", 0);
}
END_TEST

/* What NSD 4.6 writes to the standard input of a verifier: origins that change, blank owners, a SOA
 * of several lines. */
START_TEST(feed_of_nsd_to_a_verifier_is_read)
{
	struct result result = read_zone(
	    "$ORIGIN .\nexample\t3600\tIN\tSOA\tns.example. host.example. (\n"
	    "\t\t1 3600 1800 604800 3600 )\n\t3600\tIN\tNS\tns.example.\n"
	    "$ORIGIN example.\nns\t3600\tIN\tA\t192.0.2.1\n"
	    "\t3600\tIN\tAAAA\t2001:db8::1\n$ORIGIN sub.example.\nw\t60\tIN\tTXT\t\"x\"\n");

	ck_assert_uint_eq(count_all(&result), 0);
	ck_assert_uint_eq(result.n, 5);
	expect_record(&result, 0, "example.", RR_SOA, 3600, 2);
	expect_record(&result, 1, "example.", RR_NS, 3600, 4);
	expect_record(&result, 3, "ns.example.", RR_AAAA, 3600, 7);
	expect_record(&result, 4, "w.sub.example.", RR_TXT, 60, 9);
	result_clear(&result);
}
END_TEST

/* ---- $INCLUDE -------------------------------------------------------------------------------- */

static char folder[] = "/tmp/zonegate-test-XXXXXX/zones";

static void
make_folder(void)
{
	char *slash = strrchr(folder, '/');

	strcpy(slash - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	*slash = '/';
	ck_assert_int_eq(mkdir(folder, 0700), 0);
}

static void
remove_folder(void)
{
	char command[100];

	*strrchr(folder, '/') = '\0';
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
	folder[strlen(folder)] = '/';
}

static void
put_file(const char *name, const char *text)
{
	char path[200];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static struct result
read_including(const char *text)
{
	struct setting setting = plain;
	struct result result;

	setting.directory = folder;
	result = read_octets(text, strlen(text), setting);
	ck_assert_int_eq(result.status, ZG_OK);
	return result;
}

static void
expect_included(const char *text, size_t n, uint64_t refused)
{
	struct result result = read_including(text);

	ck_assert_msg(result.n == n, "%zu: %s", result.n, text);
	ck_assert_msg(count(&result, DEFECT_INCLUDE) == refused, "%s", text);
	ck_assert_msg(count_all(&result) == refused, "%s", text);
	result_clear(&result);
}

START_TEST(include_is_refused_unless_allowed)
{
	put_file("a", "x 1 NS y\n");
	expect_counts("$INCLUDE a\nz 1 NS y\n", 1, DEFECT_INCLUDE, 1);
	expect_included("$INCLUDE a\nz 1 NS y\n", 2, 0);
	expect_included("$include \"a\" ; comment\nz 1 NS y\n", 2, 0);
	expect_included("$INCLUDE a sub\n", 1, 0);
	expect_included("$INCLUDE \\097\n", 1, 0);
}
END_TEST

START_TEST(origin_and_owner_hold_again_behind_an_included_file)
{
	struct result result;
	char text[NAME_TEXT_MAX];

	put_file("a", "n NS y\n$ORIGIN other.\nm NS y\n$TTL 9\nk NS y\n");
	put_file("b", " NS z\n");
	result = read_including(
	    "$TTL 1\nfirst NS a\n$INCLUDE a sub\n NS b\nsecond NS c\n$INCLUDE b\nthird NS d\n");
	ck_assert_uint_eq(count_all(&result), 0);
	ck_assert_uint_eq(result.n, 8);
	ck_assert_str_eq(owner_of(&result, 1, text), "n.sub.example.");
	ck_assert_str_eq(owner_of(&result, 2, text), "m.other.");
	ck_assert_str_eq(owner_of(&result, 4, text), "first.example.");
	ck_assert_str_eq(owner_of(&result, 5, text), "second.example.");
	ck_assert_str_eq(owner_of(&result, 6, text), "second.example."); /* goes in */
	ck_assert_str_eq(owner_of(&result, 7, text), "third.example.");
	/* The default TTL is not restored: RFC 1035 names the origin alone. */
	ck_assert_uint_eq(result.store.records[4].ttl, 9);
	result_clear(&result);
}
END_TEST

START_TEST(lines_point_into_the_file_they_are_in)
{
	struct result result;
	static const struct {
		const char *file;
		uint32_t line;
	} expected[] = {
	    {"zone", 2}, {"/a", 1}, {"/b", 2}, {"/a", 4}, {"zone", 4}, {"/b", 2}, {"zone", 6}};

	put_file("a", "a NS y\n\n$INCLUDE b\nb NS y");
	put_file("b", "\nc NS y\n");
	result = read_including("$TTL 1\nd NS y\n$INCLUDE a\ne NS y\n$INCLUDE b\nf NS y\n");
	ck_assert_uint_eq(result.n, 7);
	for (size_t i = 0; i < 7; i++) {
		uint32_t line;
		const char *file =
		    source_map_find(&result.store.map, result.store.records[i].line, &line);

		ck_assert_ptr_nonnull(file);
		ck_assert_str_eq(file + strlen(file) - strlen(expected[i].file), expected[i].file);
		ck_assert_uint_eq(line, expected[i].line);
		if (i > 0)
			ck_assert_uint_gt(
			    result.store.records[i].line, result.store.records[i - 1].line);
	}
	result_clear(&result);
}
END_TEST

START_TEST(defects_in_included_files_have_their_line)
{
	struct result result;
	uint32_t line;

	put_file("a", "\n\nbad entry\n");
	result = read_including("$INCLUDE a\n");
	ck_assert_uint_eq(count(&result, DEFECT_SYNTAX), 1);
	ck_assert_str_eq(strrchr(source_map_find(&result.store.map,
				     result.defects.tallies[DEFECT_SYNTAX].examples[0].line, &line),
			     '/'),
	    "/a");
	ck_assert_uint_eq(line, 3);
	result_clear(&result);
}
END_TEST

START_TEST(files_outside_the_folder_are_refused)
{
	char text[300], path[200];

	put_file("in", "x 1 NS y\n");
	put_file("../out", "x 1 NS y\n");
	(void)snprintf(path, sizeof(path), "%s/sub", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	put_file("sub/deep", "x 1 NS y\n");
	expect_included("$INCLUDE ../out\n", 0, 1);
	expect_included("$INCLUDE sub/../../out\n", 0, 1);
	expect_included("$INCLUDE /etc/passwd\n", 0, 1);
	expect_included("$INCLUDE .\n", 0, 1);
	expect_included("$INCLUDE sub\n", 0, 1);
	expect_included("$INCLUDE nosuch\n", 0, 1);
	expect_included("$INCLUDE in/x\n", 0, 1);
	expect_included("$INCLUDE \"\"\n", 0, 1);
	expect_included("$INCLUDE a\\000b\n", 0, 1);
	expect_included("$INCLUDE sub/deep\n", 1, 0);
	expect_included("$INCLUDE sub/../in\n", 1, 0);
	(void)snprintf(text, sizeof(text), "$INCLUDE %s/in\n", folder);
	expect_included(text, 1, 0);
	(void)snprintf(text, sizeof(text), "$INCLUDE %s/../out\n", folder);
	expect_included(text, 0, 1);
}
END_TEST

/* Makes a symbolic link in the folder. */
static void
put_link(const char *to, const char *name)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	ck_assert_int_eq(symlink(to, path), 0);
}

START_TEST(links_are_followed_within_the_folder_only)
{
	put_file("in", "x 1 NS y\n");
	put_file("../out", "x 1 NS y\n");
	put_link("in", "good");
	put_link("../out", "bad");
	put_link("..", "up");
	put_link("/etc", "etc");
	put_link("loop", "loop");
	expect_included("$INCLUDE good\n", 1, 0);
	expect_included("$INCLUDE bad\n", 0, 1);
	expect_included("$INCLUDE up/out\n", 0, 1);
	expect_included("$INCLUDE etc/passwd\n", 0, 1);
	expect_included("$INCLUDE loop\n", 0, 1);
}
END_TEST

START_TEST(only_regular_files_are_included)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/fifo", folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	put_link("/dev/zero", "device");
	expect_included("$INCLUDE fifo\n", 0, 1); /* and nobody waits for a writer */
	expect_included("$INCLUDE device\n", 0, 1);
}
END_TEST

START_TEST(malformed_includes_are_defects)
{
	struct result result = read_including("$INCLUDE\n$INCLUDE a b c\n$INCLUDE a b..c\n");

	ck_assert_uint_eq(count(&result, DEFECT_SYNTAX), 3);
	ck_assert_uint_eq(count_all(&result), 3);
	result_clear(&result);
}
END_TEST

START_TEST(files_are_included_up_to_a_depth)
{
	char name[20], text[100];

	for (int i = 1; i <= ZG_INCLUDE_DEPTH_MAX + 1; i++) {
		(void)snprintf(name, sizeof(name), "d%d", i);
		(void)snprintf(text, sizeof(text), "x 1 NS y\n$INCLUDE d%d\n", i + 1);
		put_file(name, i == ZG_INCLUDE_DEPTH_MAX + 1 ? "x 1 NS y\n" : text);
	}
	expect_included("$INCLUDE d2\n", ZG_INCLUDE_DEPTH_MAX, 0);
	expect_included("$INCLUDE d1\n", ZG_INCLUDE_DEPTH_MAX, 1);
	put_file("self", "x 1 NS y\n$INCLUDE self\nz 1 NS y\n");
	expect_included("$INCLUDE self\n", 2 * ZG_INCLUDE_DEPTH_MAX, 1);
}
END_TEST

START_TEST(files_are_included_up_to_a_number)
{
	char *text = malloc(20000);
	size_t at = 0;

	ck_assert_ptr_nonnull(text);
	put_file("a", "x 1 NS y\n");
	for (int i = 1; i <= ZG_INCLUDE_FILES_MAX; i++)
		at += (size_t)sprintf(text + at, "$INCLUDE a\n");
	/* The first file counts. */
	expect_included(text, ZG_INCLUDE_FILES_MAX - 1, 1);
	free(text);
}
END_TEST

static int
open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

START_TEST(included_files_are_closed)
{
	int before = open_descriptors();

	put_file("a", "x 1 NS y\n");
	expect_included("$INCLUDE a\n$INCLUDE a\n$INCLUDE .\n$INCLUDE ../x\n", 2, 2);
	ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

static TCase *
text_tests(void)
{
	TCase *tcase = tcase_create("text");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, records_have_owner_type_ttl_line_and_rdata);
	tcase_add_test(tcase, class_and_ttl_come_in_any_order);
	tcase_add_test(tcase, ttl_has_units_and_31_bits);
	tcase_add_test(tcase, default_ttl_is_that_of_the_directive);
	tcase_add_test(tcase, without_directive_the_last_ttl_holds);
	tcase_add_test(tcase, without_any_ttl_the_minimum_of_the_soa_holds);
	tcase_add_test(tcase, blank_owner_repeats_the_last_one);
	tcase_add_test(tcase, entries_behind_a_bad_owner_do_not_get_the_one_before);
	tcase_add_test(tcase, origin_directive_changes_relative_names);
	tcase_add_test(tcase, names_behind_a_bad_origin_are_not_guessed);
	tcase_add_test(tcase, without_an_origin_names_are_absolute);
	tcase_add_test(tcase, other_directives_are_refused);
	tcase_add_test(tcase, parentheses_join_lines);
	tcase_add_test(tcase, unbalanced_parentheses_are_defects);
	tcase_add_test(tcase, parentheses_may_be_deep);
	tcase_add_test(tcase, quotes_keep_blanks_and_signs);
	tcase_add_test(tcase, open_quotes_are_defects);
	tcase_add_test(tcase, escapes_in_names);
	tcase_add_test(tcase, line_ends_may_be_of_either_kind);
	tcase_add_test(tcase, nul_octets_are_defects_everywhere);
	tcase_add_test(tcase, reading_goes_on_behind_a_bad_entry);
	tcase_add_test(tcase, classes_other_than_in_are_left_out);
	tcase_add_test(tcase, meta_types_are_left_out);
	tcase_add_test(tcase, generic_forms_are_read);
	tcase_add_test(tcase, rdata_of_65535_octets_is_read);
	tcase_add_test(tcase, entries_have_a_largest_size);
	tcase_add_test(tcase, an_open_parenthesis_does_not_swallow_memory);
	tcase_add_test(tcase, entries_have_a_largest_number_of_tokens);
	tcase_add_test(tcase, labels_and_names_have_their_limits);
	tcase_add_test(tcase, pieces_of_any_size_give_the_same_records);
	tcase_add_test(tcase, text_cut_at_any_octet_gives_a_part_or_a_defect);
	tcase_add_test(tcase, entries_across_blocks_are_whole);
	tcase_add_test(tcase, failed_reading_is_a_status);
	tcase_add_test(tcase, empty_text_has_no_records_and_no_defects);
	tcase_add_test(tcase, feed_of_nsd_to_a_verifier_is_read);
	return tcase;
}

static TCase *
include_tests(void)
{
	TCase *tcase = tcase_create("include");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, make_folder, remove_folder);
	tcase_add_test(tcase, include_is_refused_unless_allowed);
	tcase_add_test(tcase, origin_and_owner_hold_again_behind_an_included_file);
	tcase_add_test(tcase, lines_point_into_the_file_they_are_in);
	tcase_add_test(tcase, defects_in_included_files_have_their_line);
	tcase_add_test(tcase, files_outside_the_folder_are_refused);
	tcase_add_test(tcase, links_are_followed_within_the_folder_only);
	tcase_add_test(tcase, only_regular_files_are_included);
	tcase_add_test(tcase, malformed_includes_are_defects);
	tcase_add_test(tcase, files_are_included_up_to_a_depth);
	tcase_add_test(tcase, files_are_included_up_to_a_number);
	tcase_add_test(tcase, included_files_are_closed);
	return tcase;
}

int
main(void)
{
	Suite *suite = suite_create("zone_text");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, text_tests());
	suite_add_tcase(suite, include_tests());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
