/* Looks at other providers in the history: what is recorded, and what is known of them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "history_fixture.h"
#include "policy/config.h"
#include "publish/provider_log.h"
#include "publish/release_log.h"

#define NOW  FIXTURE_TIME
#define HOUR 3600

static char *directory;
static struct release_log log_of_zone;
static struct provider_look *look;

static void
setup(void)
{
	directory = fixture_directory();
	log_of_zone = (struct release_log){
	    .history = fixture_open(directory, HISTORY_CREATE), .zone = "example."};
	look = calloc(1, sizeof(*look));
	ck_assert_ptr_nonnull(look);
	(void)strcpy(look->provider, "b");
	(void)strcpy(look->server, "192.0.2.5@53");
}

static void
teardown(void)
{
	release_facts_clear(&look->facts);
	free(look);
	history_close(log_of_zone.history);
	fixture_remove(directory);
}

/* A key by its number; it is published, and a KSK when the number is odd. */
static void
add_key(struct release_facts *facts, uint8_t number)
{
	struct release_key *key = &facts->keys[facts->n_keys++];

	*key = (struct release_key){.algorithm = 13,
	    .tag = number,
	    .flags = 256 + number % 2,
	    .protocol = 3,
	    .published = true,
	    .signs_dnskey = number % 2 == 1,
	    .rdlen = 4};
	key->sha256[0] = number;
	key->rdata = calloc(1, 4);
	ck_assert_ptr_nonnull(key->rdata);
}

/* Keys 1, `first` and `second`; data signed by the first of the two. */
static void
facts_fill(struct release_facts *facts, uint32_t serial, uint8_t first, uint8_t second)
{
	release_facts_clear(facts);
	memset(facts, 0, sizeof(*facts));
	facts->serial = serial;
	facts->dnskey_ttl = 3600;
	add_key(facts, 1);
	add_key(facts, first);
	add_key(facts, second);
	facts->n_classes = 1;
	facts->classes[0] = (struct release_class){
	    .signers = 2, .ttl = 3600, .n_rrsets = 1, .owner = "www.example.", .type = "A"};
}

static zg_status
count_row(void *context, const struct provider_look *row)
{
	(void)row;
	++*(size_t *)context;
	return ZG_OK;
}

/* Records the look as of `now`: whether a row was added, and whether it is news. */
static void
record(int64_t now, bool added, bool is_news)
{
	size_t before = 0, after = 0;
	bool news = !is_news;

	look->time = now;
	ck_assert_int_eq(
	    history_visit_providers(log_of_zone.history, "example.", 0, count_row, &before, NULL),
	    ZG_OK);
	ck_assert_int_eq(release_providers_record(&log_of_zone, look, 1, now, &news, NULL), ZG_OK);
	ck_assert_int_eq(
	    history_visit_providers(log_of_zone.history, "example.", 0, count_row, &after, NULL),
	    ZG_OK);
	ck_assert_uint_eq(after, before + (added ? 1 : 0));
	ck_assert_int_eq(news, is_news);
}

START_TEST(what_is_served_unchanged_is_recorded_once_an_hour)
{
	look->answered = true;
	facts_fill(&look->facts, 1, 2, 4);
	record(NOW, true, false);
	record(NOW + 60, false, false);
	facts_fill(&look->facts, 2, 2, 4); /* another serial, the same keys */
	record(NOW + 120, false, false);
	facts_fill(&look->facts, 3, 4, 2); /* another signer */
	record(NOW + 180, true, false);
	look->facts.classes[0].ttl = 7200;
	record(NOW + 240, true, false);
	look->facts.dnskey_ttl = 7200;
	record(NOW + 300, true, false);
	record(NOW + 300 + HOUR - 1, false, false);
	record(NOW + 300 + HOUR, true, false);
}
END_TEST

START_TEST(server_that_falls_silent_is_news_once)
{
	look->answered = true;
	facts_fill(&look->facts, 1, 2, 4);
	record(NOW, true, false);
	look->answered = false;
	(void)strcpy(look->note, "no answer");
	record(NOW + 60, true, true);
	record(NOW + 120, false, false);
	record(NOW + 60 + HOUR, true, false);
	look->answered = true;
	look->note[0] = '\0';
	record(NOW + 120 + HOUR, true, false);
}
END_TEST

/* What is known, with a release in force that has keys 1, 2, 4 and signs with 2. */
static struct provider_known
known_at(int64_t now)
{
	static char b[] = "b", c[] = "c", name[] = "example.";
	struct config_provider providers[2] = {{.name = c}, {.name = b}};
	const struct config_zone zone = {
	    .name = name, .providers = providers, .n_providers = 2, .provider_max_age = HOUR};
	struct release_facts *ours = calloc(1, sizeof(*ours));
	struct provider_known known[2];

	ck_assert_ptr_nonnull(ours);
	facts_fill(ours, 1, 2, 4);
	ck_assert_int_eq(
	    providers_known_read(log_of_zone.history, &zone, ours, now, known, NULL), ZG_OK);
	ck_assert_int_eq(known[0].seen, 0);
	ck_assert_str_eq(known[0].server, "");
	release_facts_clear(ours);
	free(ours);
	return known[1];
}

START_TEST(keys_of_both_sides_are_held_against_each_other)
{
	struct provider_known known;

	look->answered = true;
	facts_fill(&look->facts, 1, 4, 2);
	record(NOW, true, false);
	known = known_at(NOW + 10 * HOUR);
	ck_assert_int_eq(known.seen, NOW);
	ck_assert_str_eq(known.without_ours, "");
	ck_assert_str_eq(known.with_others, "");
	facts_fill(&look->facts, 1, 4, 6); /* without key 2, which signs here */
	record(NOW + 60, true, false);
	known = known_at(NOW + 60);
	ck_assert_str_eq(known.without_ours, "192.0.2.5@53");
	ck_assert_str_eq(known.with_others, "");
	facts_fill(&look->facts, 1, 6, 2); /* signs with key 6, which is not here */
	record(NOW + 120, true, false);
	known = known_at(NOW + 120);
	ck_assert_str_eq(known.without_ours, "");
	ck_assert_str_eq(known.with_others, "192.0.2.5@53");
	(void)strcpy(look->facts.classes[0].type, "CDS"); /* the parent asks each provider */
	record(NOW + 121, false, false);
	record(NOW + 122 + HOUR, true, false);
	known = known_at(NOW + 122 + HOUR);
	ck_assert_str_eq(known.with_others, "");
	look->answered = false;
	(void)strcpy(look->note, "no answer");
	record(NOW + 180 + HOUR, true, true);
	known = known_at(NOW + 180 + HOUR);
	ck_assert_int_eq(known.seen, NOW + 122 + HOUR);
	ck_assert_str_eq(known.why, "no answer");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("provider_log");
	TCase *tests = tcase_create("tests");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_is_served_unchanged_is_recorded_once_an_hour);
	tcase_add_test(tests, server_that_falls_silent_is_news_once);
	tcase_add_test(tests, keys_of_both_sides_are_held_against_each_other);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
