/* Proof of answers: every outcome and its twin, by answers signed on the spot. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer_fixture.h"
#include "parent/prove.h"

#define NOW SIGNING_NOW

/* The zone "z." with one key for all. */
struct world {
	struct signing_key key;
	struct zone_keys *keys;
};

static void
assert_proof(const struct proof_result *result, enum proof proof)
{
	ck_assert_msg(result->proof == proof, "%s (%s), expected %s", proof_text(result->proof),
	    result->why, proof_text(proof));
	if (proof == PROOF_BOGUS) {
		ck_assert_str_ne(result->why, "");
		ck_assert_int_eq(result->expiration, 0);
		ck_assert_uint_eq(result->ttl, 0);
		ck_assert_int_eq(result->expired, strstr(result->why, "expired 2") != NULL &&
						      strstr(result->why, "anchor") == NULL);
	} else if (proof != PROOF_INSECURE)
		ck_assert_str_eq(result->why, "");
}

/* Whether all of `words` stand in the reason. */
static void
assert_why(const struct proof_result *result, const char *word)
{
	ck_assert_msg(strstr(result->why, word) != NULL, "'%s' lacks '%s'", result->why, word);
}

/* The keys of "z." by anchors. Frees the answer. */
static struct proof_result
by_anchors(struct answer *answer, const struct trust_anchor *anchors, size_t n, int64_t now,
    struct zone_keys **keys)
{
	uint8_t zone[ZG_NAME_MAX];
	struct proof_result result;
	struct zone_keys *proved = NULL;

	ck_assert_int_eq(prove_keys_by_anchors(wire("z.", zone), answer_message(answer), anchors, n,
			     now, &proved, &result, NULL),
	    ZG_OK);
	ck_assert_int_eq(proved != NULL, result.proof == PROOF_SECURE);
	if (keys != NULL)
		*keys = proved;
	else
		zone_keys_free(proved);
	free(answer);
	return result;
}

static struct proof_result
by_ds(struct answer *answer, const struct release_ds *ds, size_t n)
{
	uint8_t zone[ZG_NAME_MAX];
	struct proof_result result;
	struct zone_keys *proved = NULL;

	ck_assert_int_eq(prove_keys_by_ds(wire("z.", zone), answer_message(answer), ds, n, NOW,
			     &proved, &result, NULL),
	    ZG_OK);
	ck_assert_int_eq(proved != NULL, result.proof == PROOF_SECURE);
	zone_keys_free(proved);
	free(answer);
	return result;
}

/* The DNSKEY RRset of those keys, signed by the first. */
static struct answer *
key_answer(const struct signing_key *keys, size_t n)
{
	struct answer *answer = answer_new();

	for (size_t i = 0; i < n; i++)
		answer_add_key(answer, "z.", &keys[i]);
	answer_sign(answer, SECTION_ANSWER, "z.", RR_DNSKEY, &keys[0], NULL);
	return answer;
}

/* The proved keys of the zone that publishes those, the first of which is anchored. */
static struct zone_keys *
keys_of(const struct signing_key *keys, size_t n)
{
	struct trust_anchor anchor = key_anchor("z.", &keys[0]);
	struct zone_keys *proved;
	struct proof_result result = by_anchors(key_answer(keys, n), &anchor, 1, NOW, &proved);

	assert_proof(&result, PROOF_SECURE);
	return proved;
}

static void
world_init(struct world *world)
{
	signing_key_init(&world->key, ALG_ED25519, 257, 1);
	world->keys = keys_of(&world->key, 1);
}

static void
world_clear(struct world *world)
{
	zone_keys_free(world->keys);
	signing_key_clear(&world->key);
}

/* What the answer proves; frees it. */
static struct proof_result
proved_at(const struct zone_keys *keys, struct answer *answer, const char *name, uint16_t type,
    int64_t now)
{
	uint8_t octets[ZG_NAME_MAX];
	struct proof_result result;

	ck_assert_int_eq(prove_answer(keys, wire(name, octets), type, answer_message(answer), now,
			     NULL, NULL, &result, NULL),
	    ZG_OK);
	free(answer);
	return result;
}

static void
assert_proves(const struct zone_keys *keys, struct answer *answer, const char *name, uint16_t type,
    enum proof proof)
{
	struct proof_result result = proved_at(keys, answer, name, type, NOW);

	assert_proof(&result, proof);
}

/* An answer with that text and one signature of that form over "a.z. TXT". */
static struct answer *
text_answer(const struct signing_key *key, const struct signing_form *form)
{
	struct answer *answer = answer_new();

	answer_add(answer, SECTION_ANSWER, "a.z. 60 IN TXT \"one\"\na.z. 60 IN TXT \"two\"\n");
	answer_sign(answer, SECTION_ANSWER, "a.z.", RR_TXT, key, form);
	return answer;
}

/* --- Signatures --- */

static const uint8_t algorithms[] = {ALG_RSASHA256, ALG_ECDSAP256SHA256, ALG_ED25519};

START_TEST(a_signed_rrset_is_secure)
{
	struct signing_key key;
	struct zone_keys *keys;
	struct answer *altered;
	struct proof_result result;

	signing_key_init(&key, algorithms[_i], 257, 1);
	keys = keys_of(&key, 1);
	result = proved_at(keys, text_answer(&key, NULL), "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_SECURE);
	ck_assert_uint_eq(result.ttl, 60);
	ck_assert_int_eq(result.expiration, SIGNING_EXPIRATION);
	altered = text_answer(&key, NULL);
	altered->octets[altered->sections[SECTION_ANSWER][0].rdata - altered->octets + 1] ^= 1;
	result = proved_at(keys, altered, "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "does not verify");
	zone_keys_free(keys);
	signing_key_clear(&key);
}
END_TEST

START_TEST(a_damaged_signature_is_bogus)
{
	struct world world;
	struct signing_form form = SIGNING_FORM;

	world_init(&world);
	form.damaged = true;
	assert_proves(world.keys, text_answer(&world.key, &form), "a.z.", RR_TXT, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

START_TEST(an_rrset_without_a_signature_is_bogus)
{
	struct world world;
	struct answer *answer = answer_new();
	struct proof_result result;

	world_init(&world);
	answer_add(answer, SECTION_ANSWER, "a.z. 60 IN TXT \"one\"\n");
	/* One of another type is none of this. */
	answer_add_signed(answer, SECTION_ANSWER, "a.z. 60 IN A 192.0.2.1\n", &world.key);
	result = proved_at(world.keys, answer, "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "no signature");
	world_clear(&world);
}
END_TEST

/* RFC 4035 section 5.3.1: both ends belong to it. */
START_TEST(a_signature_counts_from_inception_to_expiration)
{
	static const struct {
		int64_t now;
		enum proof proof;
		const char *why;
	} cases[] = {{SIGNING_INCEPTION - 1, PROOF_BOGUS, "not valid before"},
	    {SIGNING_INCEPTION, PROOF_SECURE, ""}, {SIGNING_EXPIRATION, PROOF_SECURE, ""},
	    {SIGNING_EXPIRATION + 1, PROOF_BOGUS, "expired 2026-12-22T12:00:00Z"}};
	struct world world;
	struct proof_result result;

	world_init(&world);
	result =
	    proved_at(world.keys, text_answer(&world.key, NULL), "a.z.", RR_TXT, cases[_i].now);
	assert_proof(&result, cases[_i].proof);
	assert_why(&result, cases[_i].why);
	world_clear(&world);
}
END_TEST

/* RFC 1982: 2106-02-07 lies between the two. */
START_TEST(times_go_on_after_32_bits)
{
	struct world world;
	struct signing_form form = SIGNING_FORM;
	struct proof_result result;
	int64_t now = 0x100000000 + 50;

	world_init(&world);
	form.inception = 0xffffff00;
	form.expiration = 100;
	result = proved_at(world.keys, text_answer(&world.key, &form), "a.z.", RR_TXT, now);
	assert_proof(&result, PROOF_SECURE);
	ck_assert_int_eq(result.expiration, 0x100000000 + 100);
	result = proved_at(world.keys, text_answer(&world.key, &form), "a.z.", RR_TXT, now + 51);
	assert_proof(&result, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

START_TEST(the_signer_must_be_the_zone)
{
	static const char *const signers[] = {".", "a.z.", "y."};
	struct world world;
	struct signing_form form = SIGNING_FORM;
	struct proof_result result;

	world_init(&world);
	form.signer = signers[_i];
	result = proved_at(world.keys, text_answer(&world.key, &form), "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, signers[_i]);
	world_clear(&world);
}
END_TEST

START_TEST(labels_beyond_the_owner_or_above_the_zone_are_wrong)
{
	static const int labels[] = {3, 255, 0};
	struct world world;
	struct signing_form form = SIGNING_FORM;
	struct proof_result result;

	world_init(&world);
	form.labels = labels[_i];
	result = proved_at(world.keys, text_answer(&world.key, &form), "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "labels");
	world_clear(&world);
}
END_TEST

/* What is signed has the original TTL, whatever is left of it. */
START_TEST(a_decremented_ttl_does_not_matter)
{
	struct world world;
	struct answer *answer;
	struct proof_result result;

	world_init(&world);
	answer = text_answer(&world.key, NULL);
	answer->sections[SECTION_ANSWER][0].ttl = 7;
	answer->sections[SECTION_ANSWER][1].ttl = 7;
	result = proved_at(world.keys, answer, "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_SECURE);
	ck_assert_uint_eq(result.ttl, 60);
	world_clear(&world);
}
END_TEST

/* RFC 4034 sections 6.2 and 6.3. */
START_TEST(order_duplicates_and_letter_case_do_not_matter)
{
	struct world world;
	struct answer *answer = answer_new();
	struct message_record *records = answer->sections[SECTION_ANSWER], swap;

	world_init(&world);
	answer_add(answer, SECTION_ANSWER, "a.z. 60 IN MX 1 alpha.z.\na.z. 60 IN MX 2 beta.z.\n");
	answer_sign(answer, SECTION_ANSWER, "a.z.", RR_MX, &world.key, NULL);
	answer->octets[records[0].rdata - answer->octets + 3] = 'A';
	answer->octets[records[1].rdata - answer->octets + 3] = 'B';
	answer->octets[records[2].rdata - answer->octets + 19] = 'Z'; /* the signer */
	answer_add(answer, SECTION_ANSWER, "a.z. 60 IN MX 1 alpha.z.\n");
	swap = records[0];
	records[0] = records[1];
	records[1] = swap;
	assert_proves(world.keys, answer, "a.z.", RR_MX, PROOF_SECURE);
	world_clear(&world);
}
END_TEST

START_TEST(another_class_is_not_looked_at)
{
	struct world world;
	struct answer *answer;

	world_init(&world);
	answer = text_answer(&world.key, NULL);
	for (size_t i = 0; i < answer->n[SECTION_ANSWER]; i++)
		answer->sections[SECTION_ANSWER][i].class = 3;
	assert_proves(world.keys, answer, "a.z.", RR_TXT, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

/* A tag is a hint: keys of the same one are all tried, up to a limit. */
START_TEST(keys_of_one_tag_are_all_tried_up_to_a_limit)
{
	struct signing_key keys[ZG_KEYS_PER_TAG_MAX + 1];
	bool too_many = _i == 1;
	size_t n_forged = ZG_KEYS_PER_TAG_MAX - (too_many ? 0 : 1);
	struct trust_anchor anchor;
	struct zone_keys *proved;
	struct proof_result result;
	struct signing_key anchored;

	signing_key_init(&anchored, ALG_ED25519, 257, 9);
	signing_key_init(&keys[0], ALG_ED25519, 256, 1);
	for (size_t i = 1; i <= n_forged; i++)
		signing_key_forge(&keys[i], &keys[0], 0, (uint8_t)i);
	{
		struct answer *answer = answer_new();

		for (size_t i = 0; i <= n_forged; i++)
			answer_add_key(answer, "z.", &keys[i]);
		answer_add_key(answer, "z.", &anchored);
		answer_sign(answer, SECTION_ANSWER, "z.", RR_DNSKEY, &anchored, NULL);
		anchor = key_anchor("z.", &anchored);
		result = by_anchors(answer, &anchor, 1, NOW, &proved);
	}
	assert_proof(&result, PROOF_SECURE);
	result = proved_at(proved, text_answer(&keys[0], NULL), "a.z.", RR_TXT, NOW);
	assert_proof(&result, too_many ? PROOF_BOGUS : PROOF_SECURE);
	assert_why(&result, too_many ? "more signatures or keys" : "");
	zone_keys_free(proved);
	signing_key_clear(&keys[0]);
	signing_key_clear(&anchored);
}
END_TEST

START_TEST(signatures_are_tried_up_to_a_limit)
{
	bool too_many = _i == 1;
	struct world world;
	struct answer *answer = answer_new();
	struct signing_form bad = SIGNING_FORM;
	struct proof_result result;

	world_init(&world);
	bad.damaged = true;
	answer_add(answer, SECTION_ANSWER, "a.z. 60 IN TXT \"one\"\n");
	for (size_t i = 0; i < ZG_RRSIGS_PER_RRSET_MAX - (too_many ? 0 : 1); i++)
		answer_sign(answer, SECTION_ANSWER, "a.z.", RR_TXT, &world.key, &bad);
	answer_sign(answer, SECTION_ANSWER, "a.z.", RR_TXT, &world.key, NULL);
	result = proved_at(world.keys, answer, "a.z.", RR_TXT, NOW);
	assert_proof(&result, too_many ? PROOF_BOGUS : PROOF_SECURE);
	assert_why(&result, too_many ? "more signatures or keys" : "");
	world_clear(&world);
}
END_TEST

/* KeyTrap over several RRsets: the work on an answer ends. */
START_TEST(signatures_over_all_rrsets_are_tried_up_to_a_limit)
{
	struct world world;
	struct answer *answer = answer_new();
	struct signing_form bad = SIGNING_FORM;
	bool too_many = _i == 1;
	char text[64];

	world_init(&world);
	bad.damaged = true;
	for (int i = 0; i < 12; i++) {
		char owner[16];

		(void)snprintf(owner, sizeof(owner), "x%d.z.", i);
		(void)snprintf(text, sizeof(text), "%s 60 IN NSEC y.z. A RRSIG NSEC\n", owner);
		answer_add(answer, SECTION_AUTHORITY, text);
		for (int k = 0; k < (too_many ? 11 : 10); k++)
			answer_sign(answer, SECTION_AUTHORITY, owner, RR_NSEC, &world.key, &bad);
	}
	answer_add_signed(
	    answer, SECTION_AUTHORITY, "a.z. 60 IN NSEC b.z. A RRSIG NSEC\n", &world.key);
	assert_proves(world.keys, answer, "a.z.", RR_TXT, too_many ? PROOF_BOGUS : PROOF_ABSENT);
	world_clear(&world);
}
END_TEST

START_TEST(the_signature_that_lasts_longest_counts)
{
	struct world world;
	struct answer *answer = answer_new();
	struct signing_form form = SIGNING_FORM;
	static const uint32_t lives[][3] = {{10, 30, 20}, {30, 20, 10}, {10, 20, 30}};
	struct proof_result result;

	world_init(&world);
	answer_add(answer, SECTION_ANSWER, "a.z. 60 IN TXT \"one\"\n");
	for (int i = 0; i < 3; i++) {
		form.expiration = (uint32_t)NOW + lives[_i][i];
		answer_sign(answer, SECTION_ANSWER, "a.z.", RR_TXT, &world.key, &form);
	}
	result = proved_at(world.keys, answer, "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_SECURE);
	ck_assert_int_eq(result.expiration, NOW + 30);
	world_clear(&world);
}
END_TEST

/* --- Keys --- */

START_TEST(keys_are_proved_by_ds_of_each_digest)
{
	static const uint8_t digests[] = {1, 2, 4};
	struct signing_key key;
	struct release_ds ds;
	struct proof_result result;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	ds = ds_of_key("z.", &key, digests[_i]);
	result = by_ds(key_answer(&key, 1), &ds, 1);
	assert_proof(&result, PROOF_SECURE);
	ck_assert_uint_eq(result.ttl, 60);
	ds.digest[0] ^= 1;
	result = by_ds(key_answer(&key, 1), &ds, 1);
	assert_proof(&result, PROOF_BOGUS);
	signing_key_clear(&key);
}
END_TEST

/* RFC 4035 section 5.2. */
START_TEST(a_ds_set_of_nothing_supported_is_insecure)
{
	struct signing_key key;
	struct release_ds ds[2];
	struct proof_result result;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	result = by_ds(key_answer(&key, 1), NULL, 0);
	assert_proof(&result, PROOF_INSECURE);
	ds[0] = ds_of_key("z.", &key, 2);
	ds[0].algorithm = 250;
	ds[1] = ds_of_key("z.", &key, 2);
	ds[1].digest_type = 3;
	result = by_ds(key_answer(&key, 1), ds, 2);
	assert_proof(&result, PROOF_INSECURE);
	ds[1] = ds_of_key("z.", &key, 2);
	result = by_ds(key_answer(&key, 1), ds, 2);
	assert_proof(&result, PROOF_SECURE);
	signing_key_clear(&key);
}
END_TEST

/* RFC 4509 section 3. */
START_TEST(a_sha1_ds_is_not_used_beside_a_better_one)
{
	struct signing_key key, other;
	struct release_ds ds[2];
	struct proof_result result;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	signing_key_init(&other, ALG_ED25519, 257, 2);
	ds[0] = ds_of_key("z.", &key, 1);
	ds[1] = ds_of_key("z.", &other, _i == 0 ? 2 : 4);
	result = by_ds(key_answer(&key, 1), ds, 2);
	assert_proof(&result, PROOF_BOGUS);
	result = by_ds(key_answer(&key, 1), ds, 1);
	assert_proof(&result, PROOF_SECURE);
	ds[1].algorithm = 250; /* the better one is no use */
	result = by_ds(key_answer(&key, 1), ds, 2);
	assert_proof(&result, PROOF_SECURE);
	signing_key_clear(&key);
	signing_key_clear(&other);
}
END_TEST

START_TEST(the_key_that_the_ds_names_must_sign)
{
	struct signing_key keys[2];
	struct release_ds ds;
	struct proof_result result;

	signing_key_init(&keys[0], ALG_ED25519, 257, 1);
	signing_key_init(&keys[1], ALG_ED25519, 257, 2);
	ds = ds_of_key("z.", &keys[1], 2);
	result = by_ds(key_answer(keys, 2), &ds, 1);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "no key that may sign");
	ds = ds_of_key("z.", &keys[0], 2);
	result = by_ds(key_answer(keys, 2), &ds, 1);
	assert_proof(&result, PROOF_SECURE);
	signing_key_clear(&keys[0]);
	signing_key_clear(&keys[1]);
}
END_TEST

/* RFC 4034 section 2.1.1, RFC 5011 section 2.1. */
START_TEST(keys_that_may_not_sign_prove_nothing)
{
	static const struct {
		uint16_t flags;
		uint8_t protocol;
		enum proof proof;
	} cases[] = {{257, 3, PROOF_SECURE}, {256, 3, PROOF_SECURE}, {257 | 128, 3, PROOF_BOGUS},
	    {1, 3, PROOF_BOGUS}, {257, 2, PROOF_BOGUS}};
	struct signing_key keys[2];
	struct release_ds ds;
	struct zone_keys *proved;
	struct proof_result result;

	signing_key_init(&keys[0], ALG_ED25519, cases[_i].flags, 1);
	keys[0].rdata[2] = cases[_i].protocol;
	ds = ds_of_key("z.", &keys[0], 2);
	result = by_ds(key_answer(keys, 1), &ds, 1);
	assert_proof(&result, cases[_i].proof);
	/* Nor is other data good by them, beside a key that is. */
	keys[1] = keys[0];
	signing_key_init(&keys[0], ALG_ED25519, 257, 2);
	proved = keys_of(keys, 2);
	assert_proves(proved, text_answer(&keys[1], NULL), "a.z.", RR_TXT, cases[_i].proof);
	zone_keys_free(proved);
	signing_key_clear(&keys[0]);
	signing_key_clear(&keys[1]);
}
END_TEST

START_TEST(a_signature_of_an_unknown_algorithm_proves_nothing)
{
	struct signing_key keys[2];
	struct zone_keys *proved;
	struct proof_result result;

	signing_key_init(&keys[0], ALG_ED25519, 257, 1);
	signing_key_init(&keys[1], ALG_ED25519, 256, 2);
	keys[1].rdata[3] = 250;
	proved = keys_of(keys, 2);
	result = proved_at(proved, text_answer(&keys[1], NULL), "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "nothing is verified with");
	zone_keys_free(proved);
	signing_key_clear(&keys[0]);
	signing_key_clear(&keys[1]);
}
END_TEST

/* What verifying costs grows with the modulus. */
START_TEST(rsa_keys_are_used_up_to_a_size)
{
	struct signing_key keys[2];
	struct zone_keys *proved;
	struct proof_result result;
	bool too_large = _i == 1;

	signing_key_init(&keys[0], ALG_ED25519, 257, 1);
	keys[1] = (struct signing_key){.rdata = {1, 0, 3, ALG_RSASHA256, 3, 1, 0, 1},
	    .rdlen = 8 + ZG_RSA_BITS_MAX / 8 + (too_large ? 1 : 0)};
	memset(keys[1].rdata + 8, 0xff, keys[1].rdlen - 8);
	proved = keys_of(keys, 2);
	result = proved_at(proved, text_answer(&keys[1], NULL), "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, too_large ? "nothing is verified with" : "does not verify");
	zone_keys_free(proved);
	signing_key_clear(&keys[0]);
}
END_TEST

START_TEST(answers_without_a_usable_dnskey_rrset_are_bogus)
{
	struct signing_key key;
	struct release_ds ds;
	struct answer *answer;
	struct proof_result result;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	ds = ds_of_key("z.", &key, 2);
	result = by_ds(answer_new(), &ds, 1);
	assert_proof(&result, PROOF_BOGUS);
	answer = key_answer(&key, 1);
	answer->message.truncated = true;
	result = by_ds(answer, &ds, 1);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "truncated");
	answer = key_answer(&key, 1);
	answer->message.rcode = 2;
	result = by_ds(answer, &ds, 1);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "RCODE 2");
	signing_key_clear(&key);
}
END_TEST

START_TEST(dnskey_records_are_taken_up_to_a_limit)
{
	struct signing_key key, forged;
	struct release_ds ds;
	struct answer *answer = answer_new();
	struct proof_result result;
	bool too_many = _i == 1;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	ds = ds_of_key("z.", &key, 2);
	answer_add_key(answer, "z.", &key);
	forged = key;
	for (int i = 1; i < ZG_KEYS_MAX + (too_many ? 1 : 0); i++) {
		forged.rdata[10] = (uint8_t)(100 + i);
		answer_add_key(answer, "z.", &forged);
	}
	answer_sign(answer, SECTION_ANSWER, "z.", RR_DNSKEY, &key, NULL);
	result = by_ds(answer, &ds, 1);
	assert_proof(&result, too_many ? PROOF_BOGUS : PROOF_SECURE);
	signing_key_clear(&key);
}
END_TEST

/* --- Anchors --- */

START_TEST(keys_are_proved_by_an_anchor_of_either_kind)
{
	struct signing_key key, other;
	struct trust_anchor anchor;
	struct proof_result result;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	signing_key_init(&other, ALG_ED25519, 257, 2);
	anchor = _i == 0 ? key_anchor("z.", &key) : ds_anchor("z.", &key);
	result = by_anchors(key_answer(&key, 1), &anchor, 1, NOW, NULL);
	assert_proof(&result, PROOF_SECURE);
	anchor = _i == 0 ? key_anchor("z.", &other) : ds_anchor("z.", &other);
	result = by_anchors(key_answer(&key, 1), &anchor, 1, NOW, NULL);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "names no key");
	anchor = _i == 0 ? key_anchor("y.", &key) : ds_anchor("y.", &key);
	result = by_anchors(key_answer(&key, 1), &anchor, 1, NOW, NULL);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "no anchor of the zone");
	signing_key_clear(&key);
	signing_key_clear(&other);
}
END_TEST

START_TEST(an_anchor_has_its_time)
{
	static const struct {
		int64_t from, until;
		enum proof proof;
		const char *why;
	} cases[] = {{NOW, NOW + 1, PROOF_SECURE, ""}, {0, 0, PROOF_SECURE, ""},
	    {NOW + 1, 0, PROOF_BOGUS, "is not valid before 2026-11-22T12:00:01Z"},
	    {0, NOW, PROOF_BOGUS, "expired 2026-11-22T12:00:00Z"}};
	struct signing_key key;
	struct trust_anchor anchor;
	struct proof_result result;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	anchor = ds_anchor("z.", &key);
	anchor.valid_from = cases[_i].from;
	anchor.valid_until = cases[_i].until;
	result = by_anchors(key_answer(&key, 1), &anchor, 1, NOW, NULL);
	assert_proof(&result, cases[_i].proof);
	assert_why(&result, cases[_i].why);
	signing_key_clear(&key);
}
END_TEST

/* RFC 5011 section 2.1: published with REVOKE, or anchored so. */
START_TEST(a_revoked_anchor_is_said_to_be_one)
{
	struct signing_key key, revoked;
	struct trust_anchor anchor;
	struct proof_result result;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	signing_key_init(&revoked, ALG_ED25519, 257 | 128, 1);
	anchor = _i == 0   ? key_anchor("z.", &key)
		 : _i == 1 ? ds_anchor("z.", &key)
			   : key_anchor("z.", &revoked);
	result = by_anchors(key_answer(&revoked, 1), &anchor, 1, NOW, NULL);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "is revoked");
	signing_key_clear(&key);
	signing_key_clear(&revoked);
}
END_TEST

/* The root's KSK roll: before, within and after it one of two anchors works. */
START_TEST(one_of_two_anchors_is_enough)
{
	struct signing_key old, new, both[2];
	struct trust_anchor anchors[2];
	struct proof_result result;

	signing_key_init(&old, ALG_ED25519, 257, 1);
	signing_key_init(&new, ALG_ED25519, 257, 2);
	anchors[0] = ds_anchor("z.", &old);
	anchors[1] = ds_anchor("z.", &new);
	result = by_anchors(key_answer(&old, 1), anchors, 2, NOW, NULL);
	assert_proof(&result, PROOF_SECURE);
	result = by_anchors(key_answer(&new, 1), anchors, 2, NOW, NULL);
	assert_proof(&result, PROOF_SECURE);
	both[0] = old;
	both[1] = new;
	result = by_anchors(key_answer(both, 2), anchors, 2, NOW, NULL);
	assert_proof(&result, PROOF_SECURE);
	signing_key_set_flags(&both[1], 257 | 128);
	result = by_anchors(key_answer(both, 2), anchors, 2, NOW, NULL);
	assert_proof(&result, PROOF_SECURE);
	anchors[0].valid_until = NOW;
	result = by_anchors(key_answer(both, 2), anchors, 2, NOW, NULL);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "expired");
	assert_why(&result, "is revoked");
	signing_key_clear(&old);
	signing_key_clear(&new);
}
END_TEST

START_TEST(an_anchor_of_nothing_supported_is_bogus)
{
	struct signing_key key;
	struct trust_anchor anchor;
	struct proof_result result;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	anchor = ds_anchor("z.", &key);
	anchor.ds.digest_type = 200;
	result = by_anchors(key_answer(&key, 1), &anchor, 1, NOW, NULL);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "not supported");
	signing_key_clear(&key);
}
END_TEST

/* --- DS --- */

START_TEST(a_proved_ds_set_is_handed_over)
{
	struct world world;
	struct answer *answer = answer_new();
	struct release_ds ds[ZG_DS_MAX];
	struct proof_result result;
	uint8_t name[ZG_NAME_MAX];
	size_t n = 7;

	world_init(&world);
	answer_add_signed(answer, SECTION_ANSWER,
	    "d.z. 60 IN DS 2 13 2 "
	    "0000000000000000000000000000000000000000000000000000000000000002\n"
	    "d.z. 60 IN DS 1 8 1 0100000000000000000000000000000000000001\n",
	    &world.key);
	ck_assert_int_eq(prove_answer(world.keys, wire("d.z.", name), RR_DS, answer_message(answer),
			     NOW, ds, &n, &result, NULL),
	    ZG_OK);
	assert_proof(&result, PROOF_SECURE);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(ds[0].tag, 1);
	ck_assert_uint_eq(ds[0].algorithm, 8);
	ck_assert_uint_eq(ds[0].digest_type, 1);
	ck_assert_uint_eq(ds[0].digest_len, 20);
	ck_assert_uint_eq(ds[0].digest[0], 1);
	ck_assert_uint_eq(ds[1].tag, 2);
	ck_assert_uint_eq(ds[1].digest_len, 32);
	free(answer);
	world_clear(&world);
}
END_TEST

START_TEST(ds_records_are_taken_up_to_a_limit)
{
	struct world world;
	struct answer *answer = answer_new();
	struct release_ds ds[ZG_DS_MAX];
	struct proof_result result;
	uint8_t name[ZG_NAME_MAX], rdata[36] = {0, 0, 8, 2};
	bool too_many = _i == 1;
	size_t n;

	world_init(&world);
	for (int i = 0; i < ZG_DS_MAX + (too_many ? 1 : 0); i++) {
		rdata[1] = (uint8_t)i;
		answer_add_rdata(answer, SECTION_ANSWER, "d.z.", RR_DS, rdata, sizeof(rdata));
	}
	answer_sign(answer, SECTION_ANSWER, "d.z.", RR_DS, &world.key, NULL);
	ck_assert_int_eq(prove_answer(world.keys, wire("d.z.", name), RR_DS, answer_message(answer),
			     NOW, ds, &n, &result, NULL),
	    ZG_OK);
	assert_proof(&result, too_many ? PROOF_BOGUS : PROOF_SECURE);
	ck_assert_uint_eq(n, too_many ? 0 : ZG_DS_MAX);
	free(answer);
	world_clear(&world);
}
END_TEST

START_TEST(a_cname_in_the_way_of_a_ds_is_bogus)
{
	struct world world;
	struct answer *answer = answer_new();
	struct proof_result result;

	world_init(&world);
	answer_add_signed(answer, SECTION_ANSWER, "d.z. 60 IN CNAME a.z.\n", &world.key);
	answer_add_signed(
	    answer, SECTION_AUTHORITY, "d.z. 60 IN NSEC e.z. NS RRSIG NSEC\n", &world.key);
	result = proved_at(world.keys, answer, "d.z.", RR_DS, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "CNAME");
	world_clear(&world);
}
END_TEST

/* A DS lies above its owner: the zone's own keys say nothing about it. */
START_TEST(a_ds_of_the_zone_itself_or_of_others_is_not_proved)
{
	static const char *const names[] = {"z.", "y.", "."};
	struct world world;
	struct answer *answer = answer_new();
	struct signing_form form = SIGNING_FORM;
	char text[200];

	world_init(&world);
	(void)snprintf(text, sizeof(text),
	    "%s 60 IN DS 1 8 1 0100000000000000000000000000000000000001\n", names[_i]);
	answer_add(answer, SECTION_ANSWER, text);
	answer_sign(answer, SECTION_ANSWER, names[_i], RR_DS, &world.key, &form);
	assert_proves(world.keys, answer, names[_i], RR_DS, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

START_TEST(names_outside_the_zone_are_not_proved)
{
	static const char *const names[] = {"y.", ".", "a.y."};
	struct world world;

	world_init(&world);
	assert_proves(world.keys, answer_new(), names[_i], RR_TXT, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

START_TEST(questions_that_nothing_is_signed_for_are_refused)
{
	struct world world;
	struct answer *answer = answer_new();
	struct proof_result result;
	uint8_t name[ZG_NAME_MAX];

	world_init(&world);
	ck_assert_int_eq(prove_answer(world.keys, wire("a.z.", name), _i == 0 ? RR_RRSIG : RR_ANY,
			     answer_message(answer), NOW, NULL, NULL, &result, NULL),
	    ZG_PARAMETER);
	ck_assert_int_eq(result.proof, PROOF_BOGUS);
	free(answer);
	world_clear(&world);
}
END_TEST

/* --- Absence by NSEC: each case is what the authority section has, and what that proves. --- */

#define SOA "z. 3600 IN SOA ns.z. root.z. 1 2 3 4 900\n"

struct denial_case {
	const char *name;
	uint16_t type;
	const char *records[4]; /* each an RRset, signed */
	enum proof proof;
};

static void
run_denial(const struct denial_case *at, uint16_t rcode)
{
	struct world world;
	struct answer *answer = answer_new();
	struct proof_result result;

	world_init(&world);
	answer->message.rcode = rcode;
	for (size_t i = 0; i < 4 && at->records[i] != NULL; i++)
		answer_add_signed(answer, SECTION_AUTHORITY, at->records[i], &world.key);
	result = proved_at(world.keys, answer, at->name, at->type, NOW);
	assert_proof(&result, at->proof);
	world_clear(&world);
}

#define A_NSEC	  "a.z. 60 IN NSEC d.z. A RRSIG NSEC\n"
#define D_NSEC	  "d.z. 60 IN NSEC f.z. NS RRSIG NSEC\n"
#define APEX_NSEC "z. 60 IN NSEC a.z. NS SOA RRSIG NSEC DNSKEY\n"
#define LAST_NSEC "w.z. 60 IN NSEC z. A RRSIG NSEC\n"

static const struct denial_case nsec_cases[] = {
    /* the name's own record, RFC 4035 section 5.4 */
    {"a.z.", RR_TXT, {A_NSEC}, PROOF_ABSENT},
    {"a.z.", RR_A, {A_NSEC}, PROOF_BOGUS},
    {"a.z.", RR_TXT, {"a.z. 60 IN NSEC d.z. CNAME RRSIG NSEC\n"}, PROOF_BOGUS},
    {"z.", RR_TXT, {APEX_NSEC}, PROOF_ABSENT},
    {"b.z.", RR_TXT, {"a.z. 60 IN NSEC d.z. A RRSIG NSEC\n"}, PROOF_BOGUS}, /* and the wildcard */
    /* a DS: RFC 6840 section 4.4, RFC 4035 section 5.2 */
    {"d.z.", RR_DS, {D_NSEC}, PROOF_ABSENT},
    {"d.z.", RR_DS, {"d.z. 60 IN NSEC f.z. NS DS RRSIG NSEC\n"}, PROOF_BOGUS},
    {"d.z.", RR_DS, {"d.z. 60 IN NSEC f.z. NS SOA RRSIG NSEC\n"}, PROOF_BOGUS},
    {"a.z.", RR_DS, {A_NSEC}, PROOF_NO_CUT},
    {"d.z.", RR_DS, {"c.z. 60 IN NSEC e.d.z. A RRSIG NSEC\n"}, PROOF_NO_CUT}, /* empty */
    {"d.z.", RR_TXT, {"c.z. 60 IN NSEC e.d.z. A RRSIG NSEC\n"}, PROOF_ABSENT},
    /* a delegation's denies nothing else: RFC 6840 section 4.1 */
    {"d.z.", RR_TXT, {D_NSEC}, PROOF_BOGUS},
    {"e.d.z.", RR_TXT, {D_NSEC, APEX_NSEC}, PROOF_BOGUS},
    {"e.d.z.", RR_DS, {D_NSEC, APEX_NSEC}, PROOF_BOGUS},
    {"e.d.z.", RR_TXT, {"d.z. 60 IN NSEC f.z. DNAME RRSIG NSEC\n"}, PROOF_BOGUS},
    {"e.d.z.", RR_TXT, {"d.z. 60 IN NSEC f.z. A RRSIG NSEC\n"}, PROOF_NO_NAME},
    /* a name error: no such name, and no wildcard */
    {"b.z.", RR_A, {A_NSEC, APEX_NSEC}, PROOF_NO_NAME},
    {"b.z.", RR_DS, {A_NSEC, APEX_NSEC}, PROOF_NO_NAME},
    {"b.z.", RR_A, {APEX_NSEC}, PROOF_BOGUS},
    {"x.z.", RR_A, {LAST_NSEC, APEX_NSEC}, PROOF_NO_NAME},
    {"0.z.", RR_A, {LAST_NSEC, APEX_NSEC}, PROOF_NO_NAME},
    {"q.b.z.", RR_A, {A_NSEC, APEX_NSEC}, PROOF_NO_NAME},
    {"q.a.z.", RR_A, {A_NSEC}, PROOF_NO_NAME}, /* the wildcard lies there as well */
    {"a.z.", RR_A, {"*.z. 60 IN NSEC b.z. A RRSIG NSEC\n"}, PROOF_BOGUS},
    /* the wildcard is there: RFC 4035 section 3.1.3.4 */
    {"b.z.", RR_TXT, {A_NSEC, "*.z. 60 IN NSEC a.z. A RRSIG NSEC\n"}, PROOF_ABSENT},
    {"b.z.", RR_DS, {A_NSEC, "*.z. 60 IN NSEC a.z. A RRSIG NSEC\n"}, PROOF_NO_CUT},
    {"b.z.", RR_A, {A_NSEC, "*.z. 60 IN NSEC a.z. A RRSIG NSEC\n"}, PROOF_BOGUS},
    {"b.z.", RR_TXT, {A_NSEC, "*.z. 60 IN NSEC a.z. CNAME RRSIG NSEC\n"}, PROOF_BOGUS},
    {"b.z.", RR_TXT, {A_NSEC, "z. 60 IN NSEC k.*.z. NS SOA RRSIG NSEC\n"}, PROOF_ABSENT},
    {"q.b.z.", RR_A, {"a.z. 60 IN NSEC r.b.z. A RRSIG NSEC\n"}, PROOF_NO_NAME},
    /* not of this zone, or not one */
    {"b.z.", RR_A, {"a.z. 60 IN NSEC zz. A RRSIG NSEC\n", APEX_NSEC}, PROOF_BOGUS},
    {"b.z.", RR_A, {"y. 60 IN NSEC z. A RRSIG NSEC\n"}, PROOF_BOGUS},
    {"a.z.", RR_TXT, {"a.z. 60 IN NSEC b.z. A\na.z. 60 IN NSEC c.z. A\n"}, PROOF_BOGUS},
    /* nothing */
    {"a.z.", RR_TXT, {NULL}, PROOF_BOGUS},
    {"a.z.", RR_TXT, {SOA}, PROOF_BOGUS},
};
#define N_NSEC_CASES (sizeof(nsec_cases) / sizeof(nsec_cases[0]))

START_TEST(nsec_records_prove_what_they_say)
{
	run_denial(&nsec_cases[_i], 0);
	/* The RCODE is not signed. */
	run_denial(&nsec_cases[_i], 3);
}
END_TEST

START_TEST(nsec_records_must_be_signed)
{
	struct world world;
	struct answer *answer = answer_new();
	struct signing_form form = SIGNING_FORM;
	struct proof_result result;

	world_init(&world);
	answer_add(answer, SECTION_AUTHORITY, D_NSEC);
	result = proved_at(world.keys, answer, "d.z.", RR_DS, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "NSEC: no signature");
	answer = answer_new();
	answer_add(answer, SECTION_AUTHORITY, D_NSEC);
	form.expiration = (uint32_t)NOW - 1;
	answer_sign(answer, SECTION_AUTHORITY, "d.z.", RR_NSEC, &world.key, &form);
	result = proved_at(world.keys, answer, "d.z.", RR_DS, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "NSEC: signature");
	assert_why(&result, "expired");
	world_clear(&world);
}
END_TEST

/* The record of "*.z.", put where the wildcard does not stand, is signed all the same. */
START_TEST(an_nsec_record_made_from_a_wildcard_denies_nothing)
{
	struct world world;
	struct answer *answer = answer_new();
	struct signing_form form = SIGNING_FORM;

	world_init(&world);
	form.labels = 1;
	answer_add(answer, SECTION_AUTHORITY, "d.z. 60 IN NSEC z. NS RRSIG NSEC\n");
	answer_sign(answer, SECTION_AUTHORITY, "d.z.", RR_NSEC, &world.key, &form);
	assert_proves(world.keys, answer, "d.z.", RR_DS, PROOF_BOGUS);
	answer = answer_new();
	answer_add(answer, SECTION_AUTHORITY, "d.z. 60 IN NSEC z. NS RRSIG NSEC\n");
	answer_sign(answer, SECTION_AUTHORITY, "d.z.", RR_NSEC, &world.key, NULL);
	assert_proves(world.keys, answer, "d.z.", RR_DS, PROOF_ABSENT);
	world_clear(&world);
}
END_TEST

/* RFC 6840 section 5.1: the case of the next name is signed, and does not change its order. */
START_TEST(the_next_name_may_have_capitals)
{
	struct world world;
	struct answer *answer = answer_new();
	uint8_t rdata[] = {1, 'D', 1, 'Z', 0, 0, 1, 0x40};

	world_init(&world);
	answer_add_rdata(answer, SECTION_AUTHORITY, "a.z.", RR_NSEC, rdata, sizeof(rdata));
	answer_sign(answer, SECTION_AUTHORITY, "a.z.", RR_NSEC, &world.key, NULL);
	answer_add_signed(answer, SECTION_AUTHORITY, APEX_NSEC, &world.key);
	assert_proves(world.keys, answer, "b.z.", RR_A, PROOF_NO_NAME);
	world_clear(&world);
}
END_TEST

START_TEST(nsec_records_are_looked_at_up_to_a_limit)
{
	struct world world;
	struct answer *answer = answer_new();
	bool too_many = _i == 1;
	char text[64];

	world_init(&world);
	for (int i = 0; i < ZG_PROOF_DENIALS_MAX - (too_many ? 0 : 1); i++) {
		(void)snprintf(text, sizeof(text), "x%d.z. 60 IN NSEC y.z. A RRSIG NSEC\n", i);
		answer_add_signed(answer, SECTION_AUTHORITY, text, &world.key);
	}
	answer_add_signed(answer, SECTION_AUTHORITY, A_NSEC, &world.key);
	assert_proves(world.keys, answer, "a.z.", RR_TXT, too_many ? PROOF_BOGUS : PROOF_ABSENT);
	world_clear(&world);
}
END_TEST

/* RFC 9077, RFC 2308 section 5. */
START_TEST(absence_lasts_as_long_as_the_least_of_its_ttls)
{
	static const struct {
		const char *soa, *nsec;
		uint32_t ttl;
	} cases[] = {
	    {"z. 3600 IN SOA ns.z. root.z. 1 2 3 4 900\n", "a.z. 1800 IN NSEC z. A\n", 900},
	    {"z. 600 IN SOA ns.z. root.z. 1 2 3 4 900\n", "a.z. 1800 IN NSEC z. A\n", 600},
	    {"z. 3600 IN SOA ns.z. root.z. 1 2 3 4 900\n", "a.z. 300 IN NSEC z. A\n", 300},
	    {NULL, "a.z. 1800 IN NSEC z. A\n", 1800}};
	struct world world;
	struct answer *answer = answer_new();
	struct proof_result result;

	world_init(&world);
	if (cases[_i].soa != NULL)
		answer_add_signed(answer, SECTION_AUTHORITY, cases[_i].soa, &world.key);
	answer_add_signed(answer, SECTION_AUTHORITY, cases[_i].nsec, &world.key);
	result = proved_at(world.keys, answer, "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_ABSENT);
	ck_assert_uint_eq(result.ttl, cases[_i].ttl);
	ck_assert_int_eq(result.expiration, SIGNING_EXPIRATION);
	world_clear(&world);
}
END_TEST

START_TEST(an_soa_that_is_there_must_be_good)
{
	struct world world;
	struct answer *answer = answer_new();
	struct proof_result result;

	world_init(&world);
	answer_add(answer, SECTION_AUTHORITY, SOA);
	answer_add_signed(answer, SECTION_AUTHORITY, A_NSEC, &world.key);
	result = proved_at(world.keys, answer, "a.z.", RR_TXT, NOW);
	assert_proof(&result, PROOF_BOGUS);
	assert_why(&result, "SOA: no signature");
	world_clear(&world);
}
END_TEST

START_TEST(absence_lasts_to_the_first_expiration)
{
	struct world world;
	struct answer *answer = answer_new();
	struct signing_form form = SIGNING_FORM;
	struct proof_result result;

	world_init(&world);
	answer_add_signed(answer, SECTION_AUTHORITY, SOA, &world.key);
	answer_add_signed(answer, SECTION_AUTHORITY, A_NSEC, &world.key);
	answer_add(answer, SECTION_AUTHORITY, APEX_NSEC);
	form.expiration = (uint32_t)NOW + 10;
	answer_sign(answer, SECTION_AUTHORITY, "z.", RR_NSEC, &world.key, &form);
	result = proved_at(world.keys, answer, "b.z.", RR_A, NOW);
	assert_proof(&result, PROOF_NO_NAME);
	ck_assert_int_eq(result.expiration, NOW + 10);
	world_clear(&world);
}
END_TEST

/* --- Wildcards and aliases --- */

/* "b.z. TXT" out of "*.z.", with what else the answer has. */
static struct answer *
wildcard_answer(const struct world *world, const char *name, uint16_t type, const char *text)
{
	struct answer *answer = answer_new();
	struct signing_form form = SIGNING_FORM;

	form.labels = 1;
	answer_add(answer, SECTION_ANSWER, text);
	answer_sign(answer, SECTION_ANSWER, name, type, &world->key, &form);
	return answer;
}

START_TEST(a_wildcard_answers_only_for_names_that_are_not_there)
{
	static const struct {
		const char *nsec;
		enum proof proof;
	} cases[] = {{NULL, PROOF_BOGUS}, {A_NSEC, PROOF_SECURE}, {D_NSEC, PROOF_BOGUS},
	    {"b.z. 60 IN NSEC d.z. A RRSIG NSEC\n", PROOF_BOGUS},
	    {"a.z. 60 IN NSEC q.b.z. A RRSIG NSEC\n", PROOF_BOGUS}};
	struct world world;
	struct answer *answer;

	world_init(&world);
	answer = wildcard_answer(&world, "b.z.", RR_TXT, "b.z. 60 IN TXT \"any\"\n");
	if (cases[_i].nsec != NULL)
		answer_add_signed(answer, SECTION_AUTHORITY, cases[_i].nsec, &world.key);
	assert_proves(world.keys, answer, "b.z.", RR_TXT, cases[_i].proof);
	world_clear(&world);
}
END_TEST

/* Below an empty non-terminal or a name that is there, another wildcard would answer. */
START_TEST(the_name_next_to_the_wildcard_must_not_be_there)
{
	struct world world;
	struct answer *answer;

	world_init(&world);
	answer = wildcard_answer(&world, "q.b.z.", RR_TXT, "q.b.z. 60 IN TXT \"any\"\n");
	answer_add_signed(answer, SECTION_AUTHORITY, A_NSEC, &world.key);
	assert_proves(world.keys, answer, "q.b.z.", RR_TXT, PROOF_SECURE);
	answer = wildcard_answer(&world, "q.b.z.", RR_TXT, "q.b.z. 60 IN TXT \"any\"\n");
	answer_add_signed(
	    answer, SECTION_AUTHORITY, "b.z. 60 IN NSEC r.b.z. A RRSIG NSEC\n", &world.key);
	assert_proves(world.keys, answer, "q.b.z.", RR_TXT, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

START_TEST(no_ds_comes_out_of_a_wildcard)
{
	struct world world;
	struct answer *answer;

	world_init(&world);
	answer = wildcard_answer(&world, "b.z.", RR_DS,
	    "b.z. 60 IN DS 1 8 1 0100000000000000000000000000000000000001\n");
	answer_add_signed(answer, SECTION_AUTHORITY, A_NSEC, &world.key);
	assert_proves(world.keys, answer, "b.z.", RR_DS, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

START_TEST(the_wildcard_itself_may_be_asked_for)
{
	struct world world;
	struct answer *answer = answer_new();

	world_init(&world);
	answer_add_signed(answer, SECTION_ANSWER, "*.z. 60 IN TXT \"any\"\n", &world.key);
	assert_proves(world.keys, answer, "*.z.", RR_TXT, PROOF_SECURE);
	world_clear(&world);
}
END_TEST

START_TEST(a_signed_alias_is_told_of)
{
	struct world world;
	struct answer *answer;

	world_init(&world);
	answer = answer_new();
	answer_add_signed(answer, SECTION_ANSWER, "b.z. 60 IN CNAME a.z.\n", &world.key);
	assert_proves(world.keys, answer, "b.z.", RR_A, PROOF_ALIAS);
	answer = answer_new();
	answer_add_signed(answer, SECTION_ANSWER, "b.z. 60 IN CNAME a.z.\n", &world.key);
	assert_proves(world.keys, answer, "b.z.", RR_CNAME, PROOF_SECURE);
	answer = answer_new();
	answer_add(answer, SECTION_ANSWER, "b.z. 60 IN CNAME a.z.\n");
	assert_proves(world.keys, answer, "b.z.", RR_A, PROOF_BOGUS);
	/* The CNAME that a server makes from a DNAME is not signed. */
	answer = answer_new();
	answer_add_signed(answer, SECTION_ANSWER, "n.z. 60 IN DNAME a.z.\n", &world.key);
	answer_add(answer, SECTION_ANSWER, "b.n.z. 60 IN CNAME b.a.z.\n");
	assert_proves(world.keys, answer, "b.n.z.", RR_A, PROOF_ALIAS);
	answer = wildcard_answer(&world, "b.z.", RR_CNAME, "b.z. 60 IN CNAME a.z.\n");
	assert_proves(world.keys, answer, "b.z.", RR_A, PROOF_BOGUS);
	answer = wildcard_answer(&world, "b.z.", RR_CNAME, "b.z. 60 IN CNAME a.z.\n");
	answer_add_signed(answer, SECTION_AUTHORITY, A_NSEC, &world.key);
	assert_proves(world.keys, answer, "b.z.", RR_A, PROOF_ALIAS);
	world_clear(&world);
}
END_TEST

/* --- Absence by NSEC3 --- */

/* "z." with a name, a delegation, a secure one, an empty non-terminal and what is below it. */
static void
chain_init(struct hashed_chain *chain, uint8_t flags, uint16_t iterations)
{
	*chain = (struct hashed_chain){
	    .salt = {0xab, 0xcd}, .salt_len = 2, .iterations = iterations, .flags = flags};
	hashed_chain_add(chain, "z.", "NS SOA RRSIG DNSKEY NSEC3PARAM");
	hashed_chain_add(chain, "a.z.", "A RRSIG");
	hashed_chain_add(chain, "d.z.", "NS");
	hashed_chain_add(chain, "s.z.", "NS DS RRSIG");
	hashed_chain_add(chain, "e.z.", "");
	hashed_chain_add(chain, "f.e.z.", "A RRSIG");
	hashed_chain_add(chain, "n.z.", "DNAME RRSIG");
}

struct hashed_case {
	const char *name;
	uint16_t type;
	uint8_t flags;
	const char *records[4]; /* of these names, or covering them */
	enum proof proof;
};

static const struct hashed_case hashed_cases[] = {
    /* the name's own: RFC 5155 sections 8.5 and 8.6 */
    {"a.z.", RR_TXT, 0, {"a.z."}, PROOF_ABSENT},
    {"a.z.", RR_A, 0, {"a.z."}, PROOF_BOGUS},
    {"d.z.", RR_DS, 0, {"d.z."}, PROOF_ABSENT},
    {"d.z.", RR_TXT, 0, {"d.z."}, PROOF_BOGUS},
    {"s.z.", RR_DS, 0, {"s.z."}, PROOF_BOGUS},
    {"a.z.", RR_DS, 0, {"a.z."}, PROOF_NO_CUT},
    {"e.z.", RR_DS, 0, {"e.z."}, PROOF_NO_CUT},
    {"e.z.", RR_A, 0, {"e.z."}, PROOF_ABSENT},
    /* a name error: section 8.4 */
    {"b.z.", RR_A, 0, {"z.", "b.z.", "*.z."}, PROOF_NO_NAME},
    {"b.z.", RR_DS, 0, {"z.", "b.z.", "*.z."}, PROOF_NO_NAME},
    {"b.z.", RR_A, 0, {"b.z.", "*.z."}, PROOF_BOGUS},
    {"b.e.z.", RR_A, 0, {"e.z.", "b.e.z.", "*.e.z."}, PROOF_NO_NAME},
    {"b.e.z.", RR_A, 0, {"z.", "b.e.z.", "*.z."}, PROOF_BOGUS},
    {"x.b.z.", RR_A, 0, {"z.", "b.z.", "*.z."}, PROOF_NO_NAME},
    /* nothing below a cut or a DNAME: section 8.3 */
    {"b.d.z.", RR_A, 0, {"d.z.", "b.d.z.", "*.d.z."}, PROOF_BOGUS},
    {"b.n.z.", RR_A, 0, {"n.z.", "b.n.z.", "*.n.z."}, PROOF_BOGUS},
    /* opt-out: sections 8.6 and 9.2 */
    {"b.z.", RR_DS, 1, {"z.", "b.z."}, PROOF_OPT_OUT},
    {"b.z.", RR_DS, 1, {"b.z."}, PROOF_BOGUS},
    {"b.z.", RR_DS, 0, {"z.", "b.z."}, PROOF_BOGUS},
    {"b.z.", RR_A, 1, {"z.", "b.z.", "*.z."}, PROOF_OPT_OUT},
    {"b.z.", RR_A, 1, {"z.", "b.z."}, PROOF_BOGUS},
    {"d.z.", RR_DS, 1, {"d.z."}, PROOF_ABSENT},
    {"b.d.z.", RR_DS, 1, {"d.z.", "b.d.z."}, PROOF_BOGUS},
    /* unknown flags: section 8.2 */
    {"d.z.", RR_DS, 2, {"d.z."}, PROOF_BOGUS},
    {"d.z.", RR_DS, 0, {NULL}, PROOF_BOGUS},
};
#define N_HASHED_CASES (sizeof(hashed_cases) / sizeof(hashed_cases[0]))

START_TEST(nsec3_records_prove_what_they_say)
{
	const struct hashed_case *at = &hashed_cases[_i];
	struct world world;
	struct hashed_chain chain;
	struct answer *answer = answer_new();

	world_init(&world);
	chain_init(&chain, at->flags, 3);
	for (size_t i = 0; i < 4 && at->records[i] != NULL; i++)
		answer_add_hashed(answer, &chain, at->records[i], &world.key);
	answer_add_signed(answer, SECTION_AUTHORITY, SOA, &world.key);
	assert_proves(world.keys, answer, at->name, at->type, at->proof);
	world_clear(&world);
}
END_TEST

/* Section 8.7. */
START_TEST(a_wildcard_without_the_type_is_no_data)
{
	struct world world;
	struct hashed_chain chain;
	uint16_t type = _i == 0 ? RR_TXT : _i == 1 ? RR_A : RR_DS;
	enum proof proof = _i == 0 ? PROOF_ABSENT : _i == 1 ? PROOF_BOGUS : PROOF_NO_CUT;
	struct answer *answer = answer_new();

	world_init(&world);
	chain_init(&chain, 0, 0);
	hashed_chain_add(&chain, "*.z.", "A RRSIG");
	answer_add_hashed(answer, &chain, "z.", &world.key);
	answer_add_hashed(answer, &chain, "b.z.", &world.key);
	answer_add_hashed(answer, &chain, "*.z.", &world.key);
	assert_proves(world.keys, answer, "b.z.", type, proof);
	world_clear(&world);
}
END_TEST

/* Section 8.8; in an opt-out span a delegation may stand there instead. */
START_TEST(a_wildcard_answer_needs_the_next_closer_name_covered)
{
	static const struct {
		const char *record;
		uint8_t flags;
		uint16_t iterations;
		enum proof proof;
	} cases[] = {{"b.z.", 0, 0, PROOF_SECURE}, {NULL, 0, 0, PROOF_BOGUS},
	    {"z.", 0, 0, PROOF_BOGUS}, {"b.z.", 1, 0, PROOF_INSECURE},
	    {"b.z.", 0, ZG_PROOF_ITERATIONS_MAX, PROOF_SECURE},
	    {"b.z.", 0, ZG_PROOF_ITERATIONS_MAX + 1, PROOF_INSECURE}};
	struct world world;
	struct hashed_chain chain;
	struct answer *answer;

	world_init(&world);
	chain_init(&chain, cases[_i].flags, cases[_i].iterations);
	hashed_chain_add(&chain, "*.z.", "TXT RRSIG");
	answer = wildcard_answer(&world, "b.z.", RR_TXT, "b.z. 60 IN TXT \"any\"\n");
	if (cases[_i].record != NULL)
		answer_add_hashed(answer, &chain, cases[_i].record, &world.key);
	assert_proves(world.keys, answer, "b.z.", RR_TXT, cases[_i].proof);
	world_clear(&world);
}
END_TEST

/* RFC 9276 section 3.2. Nobody but the zone can make it so: what is not signed is not counted. */
START_TEST(iterations_beyond_the_limit_make_a_proof_insecure)
{
	struct world world;
	struct hashed_chain chain;
	struct answer *answer = answer_new();
	struct signing_key stranger;

	world_init(&world);
	chain_init(&chain, 0, ZG_PROOF_ITERATIONS_MAX);
	answer_add_hashed(answer, &chain, "d.z.", &world.key);
	assert_proves(world.keys, answer, "d.z.", RR_DS, PROOF_ABSENT);
	chain_init(&chain, 0, ZG_PROOF_ITERATIONS_MAX + 1);
	answer = answer_new();
	answer_add_hashed(answer, &chain, "d.z.", &world.key);
	assert_proves(world.keys, answer, "d.z.", RR_DS, PROOF_INSECURE);
	signing_key_init(&stranger, ALG_ED25519, 257, 77);
	answer = answer_new();
	answer_add_hashed(answer, &chain, "d.z.", &stranger);
	assert_proves(world.keys, answer, "d.z.", RR_DS, PROOF_BOGUS);
	signing_key_clear(&stranger);
	world_clear(&world);
}
END_TEST

/* Section 7.2: what has other parameters belongs to another chain. */
START_TEST(records_of_another_salt_do_not_complete_a_proof)
{
	struct world world;
	struct hashed_chain chain, other;
	struct answer *answer = answer_new();

	world_init(&world);
	chain_init(&chain, 0, 0);
	chain_init(&other, 0, 0);
	other = (struct hashed_chain){.salt = {0x12, 0x34}, .salt_len = 2};
	hashed_chain_add(&other, "z.", "NS SOA RRSIG DNSKEY NSEC3PARAM");
	hashed_chain_add(&other, "a.z.", "A RRSIG");
	answer_add_hashed(answer, &chain, "z.", &world.key);
	answer_add_hashed(answer, &chain, "b.z.", &world.key);
	answer_add_hashed(answer, &other, "*.z.", &world.key);
	assert_proves(world.keys, answer, "b.z.", RR_A, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

/* The only record covers all but itself. */
START_TEST(a_chain_of_one_record_works)
{
	struct world world;
	struct hashed_chain chain = {0};
	struct answer *answer = answer_new();

	world_init(&world);
	hashed_chain_add(&chain, "z.", "NS SOA RRSIG DNSKEY NSEC3PARAM");
	answer_add_hashed(answer, &chain, "z.", &world.key);
	assert_proves(world.keys, answer, "b.z.", RR_A, PROOF_NO_NAME);
	world_clear(&world);
}
END_TEST

/* Section 8.9: the child's apex record, signed by a key that the parent has as well. */
START_TEST(an_nsec3_record_from_the_childs_side_denies_no_ds)
{
	struct world world;
	struct hashed_chain chain = {0};
	struct answer *answer = answer_new();

	world_init(&world);
	hashed_chain_add(&chain, "z.", "NS SOA RRSIG DNSKEY NSEC3PARAM");
	hashed_chain_add(&chain, "d.z.", "NS SOA RRSIG DNSKEY NSEC3PARAM");
	answer_add_hashed(answer, &chain, "d.z.", &world.key);
	assert_proves(world.keys, answer, "d.z.", RR_DS, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

/* Its owner must lie right below the apex. */
START_TEST(an_nsec3_record_elsewhere_denies_nothing)
{
	struct world world;
	struct hashed_chain chain;
	struct answer *answer = answer_new();

	world_init(&world);
	chain_init(&chain, 0, 0);
	chain.below = "q.z.";
	answer_add_hashed(answer, &chain, "d.z.", &world.key);
	assert_proves(world.keys, answer, "d.z.", RR_DS, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

START_TEST(an_answer_beside_nxdomain_is_bogus)
{
	struct world world;
	struct answer *answer;

	world_init(&world);
	answer = text_answer(&world.key, NULL);
	answer->message.rcode = 3;
	assert_proves(world.keys, answer, "a.z.", RR_TXT, PROOF_BOGUS);
	world_clear(&world);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static TCase *
signature_cases(void)
{
	TCase *tests = tcase_create("signatures");

	tcase_add_loop_test(tests, a_signed_rrset_is_secure, 0, COUNT(algorithms));
	tcase_add_test(tests, a_damaged_signature_is_bogus);
	tcase_add_test(tests, an_rrset_without_a_signature_is_bogus);
	tcase_add_loop_test(tests, a_signature_counts_from_inception_to_expiration, 0, 4);
	tcase_add_test(tests, times_go_on_after_32_bits);
	tcase_add_loop_test(tests, the_signer_must_be_the_zone, 0, 3);
	tcase_add_loop_test(tests, labels_beyond_the_owner_or_above_the_zone_are_wrong, 0, 3);
	tcase_add_test(tests, a_decremented_ttl_does_not_matter);
	tcase_add_test(tests, order_duplicates_and_letter_case_do_not_matter);
	tcase_add_test(tests, another_class_is_not_looked_at);
	tcase_add_loop_test(tests, keys_of_one_tag_are_all_tried_up_to_a_limit, 0, 2);
	tcase_add_loop_test(tests, signatures_are_tried_up_to_a_limit, 0, 2);
	tcase_add_loop_test(tests, signatures_over_all_rrsets_are_tried_up_to_a_limit, 0, 2);
	tcase_add_loop_test(tests, the_signature_that_lasts_longest_counts, 0, 3);
	return tests;
}

static TCase *
key_cases(void)
{
	TCase *tests = tcase_create("keys");

	tcase_add_loop_test(tests, keys_are_proved_by_ds_of_each_digest, 0, 3);
	tcase_add_test(tests, a_ds_set_of_nothing_supported_is_insecure);
	tcase_add_loop_test(tests, a_sha1_ds_is_not_used_beside_a_better_one, 0, 2);
	tcase_add_test(tests, the_key_that_the_ds_names_must_sign);
	tcase_add_loop_test(tests, keys_that_may_not_sign_prove_nothing, 0, 5);
	tcase_add_test(tests, a_signature_of_an_unknown_algorithm_proves_nothing);
	tcase_add_loop_test(tests, rsa_keys_are_used_up_to_a_size, 0, 2);
	tcase_add_test(tests, answers_without_a_usable_dnskey_rrset_are_bogus);
	tcase_add_loop_test(tests, dnskey_records_are_taken_up_to_a_limit, 0, 2);
	tcase_add_loop_test(tests, keys_are_proved_by_an_anchor_of_either_kind, 0, 2);
	tcase_add_loop_test(tests, an_anchor_has_its_time, 0, 4);
	tcase_add_loop_test(tests, a_revoked_anchor_is_said_to_be_one, 0, 3);
	tcase_add_test(tests, one_of_two_anchors_is_enough);
	tcase_add_test(tests, an_anchor_of_nothing_supported_is_bogus);
	return tests;
}

static TCase *
answer_cases(void)
{
	TCase *tests = tcase_create("answers");

	tcase_add_test(tests, a_proved_ds_set_is_handed_over);
	tcase_add_loop_test(tests, ds_records_are_taken_up_to_a_limit, 0, 2);
	tcase_add_test(tests, a_cname_in_the_way_of_a_ds_is_bogus);
	tcase_add_loop_test(tests, a_ds_of_the_zone_itself_or_of_others_is_not_proved, 0, 3);
	tcase_add_loop_test(tests, names_outside_the_zone_are_not_proved, 0, 3);
	tcase_add_loop_test(tests, questions_that_nothing_is_signed_for_are_refused, 0, 2);
	tcase_add_test(tests, an_answer_beside_nxdomain_is_bogus);
	tcase_add_loop_test(tests, a_wildcard_answers_only_for_names_that_are_not_there, 0, 5);
	tcase_add_test(tests, the_name_next_to_the_wildcard_must_not_be_there);
	tcase_add_test(tests, no_ds_comes_out_of_a_wildcard);
	tcase_add_test(tests, the_wildcard_itself_may_be_asked_for);
	tcase_add_test(tests, a_signed_alias_is_told_of);
	return tests;
}

static TCase *
denial_cases(void)
{
	TCase *tests = tcase_create("denial");

	tcase_add_loop_test(tests, nsec_records_prove_what_they_say, 0, (int)N_NSEC_CASES);
	tcase_add_test(tests, nsec_records_must_be_signed);
	tcase_add_test(tests, an_nsec_record_made_from_a_wildcard_denies_nothing);
	tcase_add_test(tests, the_next_name_may_have_capitals);
	tcase_add_loop_test(tests, nsec_records_are_looked_at_up_to_a_limit, 0, 2);
	tcase_add_loop_test(tests, absence_lasts_as_long_as_the_least_of_its_ttls, 0, 4);
	tcase_add_test(tests, an_soa_that_is_there_must_be_good);
	tcase_add_test(tests, absence_lasts_to_the_first_expiration);
	tcase_add_loop_test(tests, nsec3_records_prove_what_they_say, 0, (int)N_HASHED_CASES);
	tcase_add_loop_test(tests, a_wildcard_without_the_type_is_no_data, 0, 3);
	tcase_add_loop_test(tests, a_wildcard_answer_needs_the_next_closer_name_covered, 0, 6);
	tcase_add_test(tests, iterations_beyond_the_limit_make_a_proof_insecure);
	tcase_add_test(tests, records_of_another_salt_do_not_complete_a_proof);
	tcase_add_test(tests, a_chain_of_one_record_works);
	tcase_add_test(tests, an_nsec3_record_elsewhere_denies_nothing);
	tcase_add_test(tests, an_nsec3_record_from_the_childs_side_denies_no_ds);
	return tests;
}

int
main(void)
{
	Suite *suite = suite_create("prove");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, signature_cases());
	suite_add_tcase(suite, key_cases());
	suite_add_tcase(suite, answer_cases());
	suite_add_tcase(suite, denial_cases());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
