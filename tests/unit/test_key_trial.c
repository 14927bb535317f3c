/* Trial signatures: who holds the private half of a new key, and who only its tag. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/trials_read.h"
#include "signing_fixture.h"
#include "zone_fixture.h"

/* A zone "z." with two keys, of which the first is that of the trials, or one that has its tag. */
struct world {
	struct signing_key key, other;
	struct zone *zone;
	struct key_facts keys;
};

static void
world_init(struct world *world, bool forged)
{
	struct text_writer text = {0};
	struct signing_key published;

	signing_key_init(&world->key, ALG_ED25519, 256, 1);
	signing_key_init(&world->other, ALG_ED25519, 256, 2);
	published = world->key;
	if (forged)
		signing_key_forge(&published, &world->key, 0, 1);
	add_small_zone(&text, &published);
	add_key(&text, &world->other);
	world->zone = zone_fixture("z.", text.text);
	text_writer_clear(&text);
	ck_assert_int_eq(key_facts_compute(world->zone, NULL, 0, false, &world->keys, NULL), ZG_OK);
	ck_assert_uint_eq(world->keys.n_keys, 2);
}

static void
world_clear(struct world *world)
{
	key_facts_clear(&world->keys);
	zone_free(world->zone);
	signing_key_clear(&world->key);
	signing_key_clear(&world->other);
}

static zg_status
read_text(const struct world *world, const char *text, struct key_trials **trials)
{
	struct zg_source source = {.kind = ZG_SOURCE_MEMORY, .bytes = text, .length = strlen(text)};

	return trials_read(&source, world->zone->origin, &world->keys, SIGNING_NOW, trials, NULL);
}

/* The bit of a key among the published ones. */
static uint64_t
bit_of(const struct world *world, const struct signing_key *key)
{
	for (size_t i = 0; i < world->keys.n_keys; i++) {
		const uint8_t *rdata = zone_rdata(world->zone, world->keys.keys[i].record);

		if (memcmp(rdata, key->rdata, key->rdlen) == 0)
			return 1ULL << i;
	}
	return 0;
}

/* What came of the trial of signer "one", whose file this is. Clears the text. */
static struct key_trial
trial_of(const struct world *world, struct text_writer *text)
{
	struct key_trials *trials;
	const struct key_trial *found;
	struct key_trial trial;

	ck_assert_int_eq(read_text(world, text->text, &trials), ZG_OK);
	found = key_trial_find(trials, world->zone->origin, "one");
	ck_assert_ptr_nonnull(found);
	trial = *found;
	free(trials);
	text_writer_clear(text);
	return trial;
}

#define ONE "one._key-trial.z."

/* The trial of "one", signed by the key in that form. */
static void
add_trial(struct text_writer *text, const struct signing_key *key, const struct signing_form *form)
{
	text_add(text, ONE " 60 IN TXT \"trial\"\n");
	add_rrsig(text, ONE, RR_TXT, key, form);
}

START_TEST(a_signer_shows_the_keys_that_it_signs_with)
{
	struct world world;
	struct text_writer text = {0};
	struct key_trial trial;

	world_init(&world, false);
	add_trial(&text, &world.key, NULL);
	trial = trial_of(&world, &text);
	ck_assert_uint_eq(trial.shown, bit_of(&world, &world.key));
	ck_assert_uint_ne(trial.shown, 0);
	ck_assert_uint_eq(trial.failed, 0);
	add_trial(&text, &world.key, NULL);
	add_rrsig(&text, ONE, RR_TXT, &world.other, NULL);
	trial = trial_of(&world, &text);
	ck_assert_uint_eq(trial.shown, bit_of(&world, &world.key) | bit_of(&world, &world.other));
	world_clear(&world);
}
END_TEST

/* The published key has the tag, and this signer another private key. */
START_TEST(another_private_key_under_the_same_tag_fails)
{
	struct world world;
	struct text_writer text = {0};
	struct key_trial trial;

	world_init(&world, true);
	add_trial(&text, &world.key, NULL);
	trial = trial_of(&world, &text);
	ck_assert_uint_eq(trial.shown, 0);
	ck_assert_uint_ne(trial.failed, 0);
	world_clear(&world);
}
END_TEST

/* An Ed25519 ZSK from a number; those of 1612, 2110 and 3103 have one tag. */
static void
numbered_key(struct signing_key *key, uint32_t number)
{
	uint8_t octets[32] = {0};
	size_t length = 32;

	store_u32(octets, number);
	*key = (struct signing_key){.rdata = {1, 0, 3, ALG_ED25519}, .rdlen = 4 + 32};
	key->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, octets, sizeof(octets));
	ck_assert_ptr_nonnull(key->pkey);
	ck_assert_int_eq(EVP_PKEY_get_raw_public_key(key->pkey, key->rdata + 4, &length), 1);
}

/* .de 2026: three modules with three private keys under one tag, one of which is published. */
START_TEST(three_private_keys_under_one_tag_are_told_apart)
{
	static const uint32_t numbers[] = {1612, 2110, 3103};
	struct signing_key modules[3];
	struct world world = {.zone = NULL};
	struct text_writer zone = {0}, file = {0};
	struct key_trials *trials;

	for (int i = 0; i < 3; i++) {
		char owner[32];

		numbered_key(&modules[i], numbers[i]);
		ck_assert_uint_eq(signing_key_tag(&modules[i]), 34513);
		(void)snprintf(owner, sizeof(owner), "hsm%d._key-trial.z.", i);
		text_printf(&file, "%s 60 IN TXT \"trial\"\n", owner);
		add_rrsig(&file, owner, RR_TXT, &modules[i], NULL);
	}
	add_small_zone(&zone, &modules[0]);
	world.zone = zone_fixture("z.", zone.text);
	ck_assert_int_eq(key_facts_compute(world.zone, NULL, 0, false, &world.keys, NULL), ZG_OK);
	ck_assert_int_eq(read_text(&world, file.text, &trials), ZG_OK);
	for (int i = 0; i < 3; i++) {
		const struct key_trial *trial;
		char signer[16];

		(void)snprintf(signer, sizeof(signer), "hsm%d", i);
		trial = key_trial_find(trials, world.zone->origin, signer);
		ck_assert_ptr_nonnull(trial);
		ck_assert_uint_eq(trial->shown, i == 0 ? 1 : 0);
		ck_assert_uint_eq(trial->failed, i == 0 ? 0 : 1);
		signing_key_clear(&modules[i]);
	}
	free(trials);
	text_writer_clear(&zone);
	text_writer_clear(&file);
	key_facts_clear(&world.keys);
	zone_free(world.zone);
}
END_TEST

START_TEST(a_trial_signature_must_be_one_of_the_zone_in_force)
{
	struct signing_form forms[] = {
	    SIGNING_FORM, SIGNING_FORM, SIGNING_FORM, SIGNING_FORM, SIGNING_FORM, SIGNING_FORM};
	struct world world;
	struct text_writer text = {0};
	struct key_trial trial;

	forms[1].expiration = (uint32_t)SIGNING_NOW;
	forms[2].expiration = (uint32_t)SIGNING_NOW - 1;
	forms[3].inception = (uint32_t)SIGNING_NOW + 1;
	forms[4].signer = "y.";
	forms[5].labels = 2;
	world_init(&world, false);
	add_trial(&text, &world.key, &forms[_i]);
	trial = trial_of(&world, &text);
	ck_assert_uint_eq(trial.shown, _i < 2 ? bit_of(&world, &world.key) : 0);
	ck_assert_uint_eq(trial.failed, 0);
	world_clear(&world);
}
END_TEST

START_TEST(an_altered_trial_fails)
{
	struct world world;
	struct text_writer text = {0};
	struct key_trial trial;

	world_init(&world, false);
	add_trial(&text, &world.key, NULL);
	memcpy(strstr(text.text, "trial\""), "other\"", 6);
	trial = trial_of(&world, &text);
	ck_assert_uint_eq(trial.shown, 0);
	ck_assert_uint_eq(trial.failed, bit_of(&world, &world.key));
	world_clear(&world);
}
END_TEST

START_TEST(each_signer_has_its_own_and_the_rest_is_passed_over)
{
	struct world world;
	struct key_trials *trials;

	world_init(&world, false);
	ck_assert_int_eq(read_text(&world,
			     "z. 60 IN SOA ns.z. r.z. 1 2 3 4 5\n"
			     "ns.z. 60 IN TXT \"trial\"\n_key-trial.z. 60 IN TXT \"trial\"\n"
			     "one._key-trial.y. 60 IN TXT \"trial\"\n"
			     "Two._key-trial.z. 60 IN TXT \"trial\"\n",
			     &trials),
	    ZG_OK);
	ck_assert_uint_eq(trials->n, 1);
	ck_assert_ptr_null(key_trial_find(trials, world.zone->origin, "one"));
	ck_assert_ptr_nonnull(key_trial_find(trials, world.zone->origin, "two"));
	ck_assert_ptr_null(key_trial_find(trials, world.zone->origin, "two."));
	free(trials);
	world_clear(&world);
}
END_TEST

/* Signers write in any order; of two TXT records the first is the trial. */
START_TEST(the_order_of_the_file_does_not_matter)
{
	struct world world;
	struct text_writer text = {0}, turned = {0};
	struct key_trials *trials;
	const char *rrsig;

	world_init(&world, false);
	add_trial(&text, &world.key, NULL);
	rrsig = strchr(text.text, '\n') + 1;
	text_printf(&turned, "%s%.*s" ONE " 60 IN TXT \"second\"\n", rrsig,
	    (int)(rrsig - text.text), text.text);
	ck_assert_int_eq(read_text(&world, turned.text, &trials), ZG_OK);
	ck_assert_uint_eq(trials->n, 1);
	ck_assert_uint_eq(trials->list[0].shown, bit_of(&world, &world.key));
	free(trials);
	text_writer_clear(&text);
	text_writer_clear(&turned);
	world_clear(&world);
}
END_TEST

START_TEST(signatures_are_tried_up_to_a_limit)
{
	struct world world;
	struct signing_form bad = SIGNING_FORM;
	struct text_writer text = {0};
	struct key_trial trial;
	bool too_many = _i == 1;

	world_init(&world, false);
	bad.damaged = true;
	add_trial(&text, &world.key, &bad);
	for (int i = 1; i < ZG_RRSIGS_PER_RRSET_MAX - (too_many ? 0 : 1); i++)
		add_rrsig(&text, ONE, RR_TXT, &world.key, &bad);
	add_rrsig(&text, ONE, RR_TXT, &world.key, NULL);
	trial = trial_of(&world, &text);
	ck_assert_uint_eq(trial.shown, too_many ? 0 : bit_of(&world, &world.key));
	world_clear(&world);
}
END_TEST

START_TEST(trials_are_taken_up_to_a_limit)
{
	struct world world;
	struct text_writer text = {0};
	struct key_trials *trials;
	bool too_many = _i == 1;

	world_init(&world, false);
	for (int i = 0; i < ZG_TRIALS_MAX + (too_many ? 1 : 0); i++)
		text_printf(&text, "s%d._key-trial.z. 60 IN TXT \"trial\"\n", i);
	ck_assert_int_eq(read_text(&world, text.text, &trials), too_many ? ZG_LIMIT : ZG_OK);
	ck_assert_int_eq(trials == NULL, too_many);
	free(trials);
	text_writer_clear(&text);
	world_clear(&world);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_said_so)
{
	struct world world;
	struct key_trials *trials;

	world_init(&world, false);
	ck_assert_int_eq(read_text(&world, ONE " 60 IN TXT\n", &trials), ZG_INPUT_BAD);
	ck_assert_ptr_null(trials);
	ck_assert_int_eq(read_text(&world, "", &trials), ZG_OK);
	ck_assert_uint_eq(trials->n, 0);
	free(trials);
	world_clear(&world);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_trial");
	TCase *tests = tcase_create("key_trial");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, a_signer_shows_the_keys_that_it_signs_with);
	tcase_add_test(tests, another_private_key_under_the_same_tag_fails);
	tcase_add_test(tests, three_private_keys_under_one_tag_are_told_apart);
	tcase_add_loop_test(tests, a_trial_signature_must_be_one_of_the_zone_in_force, 0, 6);
	tcase_add_test(tests, an_altered_trial_fails);
	tcase_add_test(tests, each_signer_has_its_own_and_the_rest_is_passed_over);
	tcase_add_test(tests, the_order_of_the_file_does_not_matter);
	tcase_add_loop_test(tests, signatures_are_tried_up_to_a_limit, 0, 2);
	tcase_add_loop_test(tests, trials_are_taken_up_to_a_limit, 0, 2);
	tcase_add_test(tests, a_file_that_cannot_be_read_is_said_so);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
