/* A file read by several threads gives what one thread gives: records, lines and defects. */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "dns/name.h"
#include "zone/zone_text.h"

#define TEXT_MAX (24 * 1024 * 1024)

struct text {
	char *bytes;
	size_t used;
};

PRINTF_LIKE(2, 3)
static void
add(struct text *text, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text->used +=
	    (size_t)vsnprintf(text->bytes + text->used, TEXT_MAX - text->used, format, ap);
	va_end(ap);
	if (text->used >= TEXT_MAX)
		ck_abort_msg("more text than there is room for");
}

static void
text_init(struct text *text)
{
	*text = (struct text){.bytes = malloc(TEXT_MAX)};
	ck_assert_ptr_nonnull(text->bytes);
	add(text, "$ORIGIN z.\n$TTL 300\n@ SOA ns hostmaster 1 2 3 4 5\n");
}

/* `n` records, most of them of owners of their own. */
static void
add_records(struct text *text, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		add(text, "name%u 60 A 192.0.2.%u\n", i, i % 256);
		if (i % 7 == 0)
			add(text, "\tTXT (\n\t\"more\"\n\t)\n");
	}
}

struct memory {
	const char *bytes;
	size_t left;
	size_t at_once;
};

static zg_status
memory_read(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct memory *memory = context;
	size_t n = memory->left < size ? memory->left : size;

	(void)error;
	if (n > memory->at_once)
		n = memory->at_once;
	memcpy(buffer, memory->bytes, n);
	memory->bytes += n;
	memory->left -= n;
	*length = n;
	return ZG_OK;
}

static void
read_text(const struct text *text, unsigned threads, size_t at_once, struct zone_store *store,
    struct defects *defects)
{
	struct memory memory = {.bytes = text->bytes, .left = text->used, .at_once = at_once};
	struct source source = {.read = memory_read, .context = &memory, .name = "text"};
	struct zone_text_options options = {.threads = threads};
	struct zg_error error;

	zone_store_init(store);
	defects_init(defects, 20);
	ck_assert_int_eq(zone_text_read(&source, &options, store, defects, &error), ZG_OK);
}

/* The run that record `index` belongs to, from run `*at` on. */
static const struct zone_owner *
run_of(const struct zone_store *store, size_t *at, size_t index)
{
	while (store->runs[*at].first + store->runs[*at].n_records <= index)
		(*at)++;
	return &store->runs[*at];
}

static void
assert_same_store(const struct zone_store *a, const struct zone_store *b)
{
	size_t at_a = 0, at_b = 0;

	ck_assert_uint_eq(a->n_records, b->n_records);
	for (size_t i = 0; i < a->n_records; i++) {
		const struct zone_record *x = &a->records[i], *y = &b->records[i];

		/* One assertion for all: each costs a system call. */
		if (x->line != y->line || x->ttl != y->ttl || x->type != y->type ||
		    x->rdlen != y->rdlen ||
		    memcmp(arena_at(&a->rdata, x->rdata), arena_at(&b->rdata, y->rdata),
			x->rdlen) != 0 ||
		    !name_equal(arena_at(&a->names, run_of(a, &at_a, i)->name),
			arena_at(&b->names, run_of(b, &at_b, i)->name)))
			ck_abort_msg("record %zu differs", i);
	}
}

static void
assert_same_defects(const struct defects *a, const struct defects *b)
{
	for (int kind = 0; kind < DEFECT_COUNT; kind++) {
		const struct tally *x = &a->tallies[kind], *y = &b->tallies[kind];

		ck_assert_uint_eq(x->count, y->count);
		ck_assert_uint_eq(x->n_examples, y->n_examples);
		for (size_t i = 0; i < x->n_examples; i++) {
			ck_assert_uint_eq(x->examples[i].line, y->examples[i].line);
			ck_assert_str_eq(x->examples[i].detail, y->examples[i].detail);
		}
	}
}

/* Reads the text with one thread and with more, and frees it. Returns the defects counted. */
static uint64_t
assert_same(struct text *text)
{
	static const struct {
		unsigned threads;
		size_t at_once;
	} ways[] = {{2, SIZE_MAX}, {3, 65536}, {8, SIZE_MAX}};
	struct zone_store one, many;
	struct defects one_defects, many_defects;
	uint64_t n = 0;

	read_text(text, 1, SIZE_MAX, &one, &one_defects);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		uint32_t line;

		read_text(text, ways[i].threads, ways[i].at_once, &many, &many_defects);
		assert_same_store(&one, &many);
		assert_same_defects(&one_defects, &many_defects);
		if (one.n_records > 0) {
			ck_assert_str_eq(source_map_find(&many.map,
					     many.records[many.n_records - 1].line, &line),
			    "text");
			ck_assert_uint_eq(line, many.records[many.n_records - 1].line);
		}
		zone_store_clear(&many);
		defects_clear(&many_defects);
	}
	for (int kind = 0; kind < DEFECT_COUNT; kind++)
		n += one_defects.tallies[kind].count;
	zone_store_clear(&one);
	defects_clear(&one_defects);
	free(text->bytes);
	return n;
}

START_TEST(a_plain_file_of_several_rounds)
{
	struct text text;

	text_init(&text);
	add_records(&text, 450000);
	ck_assert_uint_gt(text.used, 10 * 1024 * 1024);
	ck_assert_uint_eq(assert_same(&text), 0);
}
END_TEST

START_TEST(an_origin_and_a_ttl_that_change_on_the_way)
{
	struct text text;

	text_init(&text);
	add_records(&text, 120000);
	add(&text, "$ORIGIN sub.z.\n$TTL 77\nfirst A 192.0.2.1\n");
	add_records(&text, 120000);
	ck_assert_uint_eq(assert_same(&text), 0);
}
END_TEST

START_TEST(defects_on_the_way)
{
	struct text text;

	text_init(&text);
	add_records(&text, 120000);
	add(&text, "bad A 192.0.2\nbad2 CH TXT x\n");
	add_records(&text, 120000);
	add(&text, "bad3 A nonsense\n");
	ck_assert_uint_eq(assert_same(&text), 3);
}
END_TEST

/* Lines inside parentheses that look like the begin of an entry: the cut may fall on one of them.
 */
START_TEST(parentheses_whose_lines_look_like_entries)
{
	struct text text;

	text_init(&text);
	for (unsigned i = 0; i < 60000; i++)
		add(&text, "name%u TXT (\nname 60 A\nwww 60 A\nx A )\n", i);
	ck_assert_uint_eq(assert_same(&text), 0);
}
END_TEST

START_TEST(ttls_that_are_the_last_ones)
{
	struct text text = {.bytes = malloc(TEXT_MAX)};

	ck_assert_ptr_nonnull(text.bytes);
	add(&text, "z. 7 SOA ns.z. h.z. 1 2 3 4 5\n");
	for (unsigned i = 0; i < 200000; i++)
		add(&text, i % 1000 == 0 ? "n%u.z. %u A 192.0.2.1\n" : "n%u.z. A 192.0.2.1\n", i,
		    i);
	ck_assert_uint_eq(assert_same(&text), 0);
}
END_TEST

/* A SOA record without TTL takes the last TTL, far before it, and not its own MINIMUM. */
START_TEST(a_soa_that_takes_a_ttl_from_far_before)
{
	struct text text = {.bytes = malloc(TEXT_MAX)};

	ck_assert_ptr_nonnull(text.bytes);
	add(&text, "ns.z. 60 A 192.0.2.1\n");
	while (text.used < 10 * 1024 * 1024)
		add(&text, "z. SOA ns.z. h.z. 1 2 3 4 77\n");
	ck_assert_uint_eq(assert_same(&text), 0);
}
END_TEST

/* Some types keep the letter case of names, and so of the origin. */
START_TEST(an_origin_whose_letter_case_changes)
{
	struct text text;

	text_init(&text);
	for (unsigned i = 0; i < 300000; i++)
		add(&text, i == 30000 ? "$ORIGIN Z.\n" : "n%u SVCB 1 target\n", i);
	ck_assert_uint_eq(assert_same(&text), 0);
}
END_TEST

START_TEST(a_file_that_is_cut_off)
{
	struct text text;

	text_init(&text);
	add_records(&text, 120000);
	add(&text, "last TXT ( \"open\"");
	ck_assert_uint_eq(assert_same(&text), 1);
}
END_TEST

START_TEST(owners_that_stand_blank_for_long)
{
	struct text text;

	text_init(&text);
	add(&text, "many");
	for (unsigned i = 0; i < 200000; i++)
		add(&text, "\t60 TXT \"%u\"\n", i);
	ck_assert_uint_eq(assert_same(&text), 0);
}
END_TEST

START_TEST(small_and_empty_files)
{
	struct text text;

	text_init(&text);
	ck_assert_uint_eq(assert_same(&text), 0);
	text_init(&text);
	text.used = 0;
	ck_assert_uint_eq(assert_same(&text), 0);
	text_init(&text);
	add(&text, "a A 192.0.2.1");
	ck_assert_uint_eq(assert_same(&text), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("zone_parallel");
	TCase *tcase = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 300);
	tcase_add_test(tcase, a_plain_file_of_several_rounds);
	tcase_add_test(tcase, an_origin_and_a_ttl_that_change_on_the_way);
	tcase_add_test(tcase, defects_on_the_way);
	tcase_add_test(tcase, parentheses_whose_lines_look_like_entries);
	tcase_add_test(tcase, ttls_that_are_the_last_ones);
	tcase_add_test(tcase, a_soa_that_takes_a_ttl_from_far_before);
	tcase_add_test(tcase, an_origin_whose_letter_case_changes);
	tcase_add_test(tcase, a_file_that_is_cut_off);
	tcase_add_test(tcase, owners_that_stand_blank_for_long);
	tcase_add_test(tcase, small_and_empty_files);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
