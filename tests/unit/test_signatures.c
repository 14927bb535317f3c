/* What comes of each RRSIG, in zones that the tests sign themselves. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "facts/signatures.h"
#include "signing_fixture.h"
#include "zone_fixture.h"

#define SOA "@ 60 IN SOA ns h 1 2 3 4 5\n"

struct fixture {
	struct zone *zone;
	struct key_facts keys;
	struct signature_facts facts;
};

static void
fixture_init_with(
    struct fixture *fixture, const char *text, unsigned threads, enum zg_verify_with with)
{
	struct signature_options options = {.now = SIGNING_NOW, .threads = threads, .with = with};
	struct plan plan = {.n = 0};
	struct verification *verification;
	struct zg_error error = {""};

	memset(fixture, 0, sizeof(*fixture));
	fixture->zone = zone_fixture("z.", text);
	ck_assert_msg(
	    key_facts_compute(fixture->zone, NULL, 0, false, &fixture->keys, &error) == ZG_OK, "%s",
	    error.text);
	ck_assert_int_eq(verification_plan(fixture->zone, &fixture->keys, &options, &fixture->facts,
			     &plan, &verification),
	    ZG_OK);
	ck_assert_msg(plan_run(&plan, threads, NULL, &error) == ZG_OK, "%s", error.text);
	ck_assert_int_eq(verification_end(verification), ZG_OK);
	verification_free(verification);
}

static void
fixture_clear(struct fixture *fixture)
{
	signature_facts_clear(&fixture->facts);
	key_facts_clear(&fixture->keys);
	zone_free(fixture->zone);
}

/* Takes the text. */
static void
fixture_init(struct fixture *fixture, struct text_writer *text)
{
	ck_assert(!text->failed);
	fixture_init_with(fixture, text->text, 1, ZG_VERIFY_AUTO);
	text_writer_clear(text);
}

/* The outcome of the `n`th RRSIG (in canonical order) over `type` at `owner`. */
static uint8_t
outcome_at(const struct fixture *fixture, const char *owner, uint16_t type, uint32_t n)
{
	struct rrset set;

	ck_assert(
	    zone_signatures(fixture->zone, zone_fixture_owner(fixture->zone, owner), type, &set));
	ck_assert_uint_lt(n, set.count);
	return fixture->facts.outcomes[set.first + n];
}

/* The outcome of the only RRSIG over `type` at `owner`. */
static uint8_t
outcome(const struct fixture *fixture, const char *owner, uint16_t type)
{
	struct rrset set;

	ck_assert(
	    zone_signatures(fixture->zone, zone_fixture_owner(fixture->zone, owner), type, &set));
	ck_assert_uint_eq(set.count, 1);
	return fixture->facts.outcomes[set.first];
}

/* The index of the key in the facts. */
static size_t
key_index(const struct fixture *fixture, const struct signing_key *key)
{
	for (size_t i = 0; i < fixture->keys.n_keys; i++) {
		uint32_t record = fixture->keys.keys[i].record;

		if (zone_record(fixture->zone, record)->rdlen == key->rdlen &&
		    memcmp(zone_rdata(fixture->zone, record), key->rdata, key->rdlen) == 0)
			return i;
	}
	ck_abort_msg("the key is not in the zone");
}

/* ---- One signature ---- */

START_TEST(a_signature_by_a_published_key_is_verified_by_that_key)
{
	static const uint8_t algorithms[] = {ALG_ED25519, ALG_ECDSAP256SHA256};
	struct signing_key ksk, zsk;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;
	size_t k, z;

	signing_key_init(&ksk, algorithms[_i], 257, 1);
	signing_key_init(&zsk, algorithms[_i], 256, 2);
	text_add(&text, SOA "w 60 TXT b\nw 60 TXT a\n");
	add_key(&text, &ksk);
	add_key(&text, &zsk);
	add_rrsig(&text, "z.", RR_DNSKEY, &ksk, NULL);
	add_rrsig(&text, "z.", RR_SOA, &zsk, NULL);
	add_rrsig(&text, "w.z.", RR_TXT, &zsk, NULL);
	fixture_init(&fixture, &text);
	k = key_index(&fixture, &ksk);
	z = key_index(&fixture, &zsk);
	ck_assert_uint_eq(outcome(&fixture, "z.", RR_DNSKEY), SIGNATURE_BY_KEY + k);
	ck_assert_uint_eq(outcome(&fixture, "z.", RR_SOA), SIGNATURE_BY_KEY + z);
	ck_assert_uint_eq(outcome(&fixture, "w.z.", RR_TXT), SIGNATURE_BY_KEY + z);
	ck_assert_uint_eq(fixture.facts.n_rrsigs, 3);
	ck_assert_uint_eq(fixture.facts.n_verified, 3);
	ck_assert_uint_eq(fixture.facts.n_tried[k], 1);
	ck_assert_uint_eq(fixture.facts.n_tried[z], 2);
	ck_assert_uint_eq(fixture.facts.n_limit, 0);
	ck_assert_uint_eq(fixture.facts.n_groups, 0);
	ck_assert(fixture.keys.keys[k].signs_dnskey && !fixture.keys.keys[z].signs_dnskey);
	ck_assert_uint_eq(fixture.keys.keys[k].n_signatures, 0);
	ck_assert_uint_eq(fixture.keys.keys[z].n_signatures, 2);
	fixture_clear(&fixture);
	signing_key_clear(&ksk);
	signing_key_clear(&zsk);
}
END_TEST

/* Names of owner and RDATA are signed in lower case; the asterisk of a wildcard is no label. */
START_TEST(the_canonical_form_is_what_is_signed)
{
	struct signing_key key;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA "WwW 60 MX 1 MaiL.Z.\n*.WwW 60 TXT Case\n");
	add_key(&text, &key);
	add_rrsig(&text, "www.z.", RR_MX, &key, NULL);
	add_rrsig(&text, "*.www.z.", RR_TXT, &key, NULL);
	fixture_init(&fixture, &text);
	ck_assert(signature_verified(outcome(&fixture, "www.z.", RR_MX)));
	ck_assert(signature_verified(outcome(&fixture, "*.www.z.", RR_TXT)));
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

START_TEST(a_damaged_signature_is_bad)
{
	struct signing_key key;
	struct signing_form form = SIGNING_FORM;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	form.damaged = true;
	text_add(&text, SOA);
	add_key(&text, &key);
	add_rrsig(&text, "z.", RR_SOA, &key, &form);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(outcome(&fixture, "z.", RR_SOA), SIGNATURE_BAD);
	ck_assert_uint_eq(fixture.facts.n_rrsigs, 1);
	ck_assert_uint_eq(fixture.facts.n_verified, 0);
	ck_assert_uint_eq(fixture.facts.n_tried[0], 1);
	ck_assert_uint_eq(fixture.keys.keys[0].n_signatures, 0);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

START_TEST(a_record_added_after_signing_makes_the_signature_bad)
{
	struct signing_key key;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA "w 60 TXT a\nv 60 TXT a\n");
	add_key(&text, &key);
	add_rrsig(&text, "v.z.", RR_TXT, &key, NULL);
	add_rrsig(&text, "w.z.", RR_TXT, &key, NULL);
	text_add(&text, "w 60 TXT b\n");
	fixture_init(&fixture, &text);
	ck_assert(signature_verified(outcome(&fixture, "v.z.", RR_TXT)));
	ck_assert_uint_eq(outcome(&fixture, "w.z.", RR_TXT), SIGNATURE_BAD);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* The tag is a hint: another key that carries it does not make a signature good (.de 2026). */
START_TEST(a_key_with_the_same_tag_does_not_verify)
{
	struct signing_key key, published;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	signing_key_forge(&published, &key, 0, 1);
	text_add(&text, SOA);
	add_key(&text, &published);
	add_rrsig(&text, "z.", RR_SOA, &key, NULL);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(outcome(&fixture, "z.", RR_SOA), SIGNATURE_BAD);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

START_TEST(a_key_that_is_not_published_is_said)
{
	struct signing_key key, other;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	signing_key_init(&other, ALG_ED25519, 257, 2);
	text_add(&text, SOA "w 60 TXT a\n");
	add_key(&text, &other);
	add_rrsig(&text, "z.", RR_SOA, &key, NULL);
	/* The tag is published, with another algorithm. */
	add_false_rrsig(&text, "w.z.", "TXT", ALG_RSASHA256, signing_key_tag(&other));
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(outcome(&fixture, "z.", RR_SOA), SIGNATURE_UNPUBLISHED);
	ck_assert_uint_eq(outcome(&fixture, "w.z.", RR_TXT), SIGNATURE_UNPUBLISHED);
	ck_assert_uint_eq(fixture.facts.n_tried[0], 0);
	ck_assert_uint_eq(fixture.facts.n_groups, 0);
	fixture_clear(&fixture);
	signing_key_clear(&key);
	signing_key_clear(&other);
}
END_TEST

START_TEST(an_algorithm_that_is_not_verified_here_is_neither_good_nor_bad)
{
	struct signing_key key;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	key.rdata[3] = 250;
	text_add(&text, SOA);
	add_key(&text, &key);
	add_false_rrsig(&text, "z.", "SOA", 250, signing_key_tag(&key));
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(outcome(&fixture, "z.", RR_SOA), SIGNATURE_UNSUPPORTED);
	ck_assert_uint_eq(fixture.facts.n_verified, 0);
	ck_assert_uint_eq(fixture.facts.n_groups, 0);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* RFC 5011 section 2.1: a revoked key signs the DNSKEY RRset, and nothing else. RFC 4034 sections
 * 2.1.1 and 2.1.2: without the zone flag or with another protocol, nothing at all. */
START_TEST(what_a_key_may_sign_hangs_on_its_flags)
{
	static const struct {
		uint16_t flags;
		uint8_t protocol;
		bool data, dnskey;
	} kinds[] = {{256, 3, true, true}, {257, 3, true, true}, {0x0181, 3, false, true},
	    {0x0180, 3, false, true}, {0x0001, 3, false, false}, {0x0081, 3, false, false},
	    {257, 2, false, false}, {0x0181, 4, false, false}};
	struct signing_key key;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, kinds[_i].flags, 1);
	key.rdata[2] = kinds[_i].protocol;
	text_add(&text, SOA "w 60 TXT a\n");
	add_key(&text, &key);
	add_rrsig(&text, "w.z.", RR_TXT, &key, NULL);
	add_rrsig(&text, "z.", RR_DNSKEY, &key, NULL);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(outcome(&fixture, "w.z.", RR_TXT),
	    kinds[_i].data ? SIGNATURE_BY_KEY : SIGNATURE_UNUSABLE_KEY);
	ck_assert_uint_eq(outcome(&fixture, "z.", RR_DNSKEY),
	    kinds[_i].dnskey ? SIGNATURE_BY_KEY : SIGNATURE_UNUSABLE_KEY);
	ck_assert(fixture.keys.keys[0].signs_dnskey == kinds[_i].dnskey);
	ck_assert_uint_eq(fixture.facts.n_verified, (unsigned)kinds[_i].data + kinds[_i].dnskey);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST
#define N_FLAG_KINDS 8

START_TEST(a_signature_over_an_absent_type_covers_nothing)
{
	struct signing_key key;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA "w 60 TXT a\n");
	add_key(&text, &key);
	add_false_rrsig(&text, "w.z.", "A", ALG_ED25519, signing_key_tag(&key));
	add_false_rrsig(&text, "alone.z.", "A", ALG_ED25519, signing_key_tag(&key));
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(outcome(&fixture, "w.z.", RR_A), SIGNATURE_NO_RRSET);
	ck_assert_uint_eq(outcome(&fixture, "alone.z.", RR_A), SIGNATURE_NO_RRSET);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* RFC 4035 section 2.2: glue, the NS of a cut, RRSIG and occluded data are not to be signed. */
START_TEST(a_signature_over_what_is_not_to_be_signed_is_not_due)
{
	struct signing_key key;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;
	uint16_t tag;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	tag = signing_key_tag(&key);
	text_add(&text, SOA "s 60 NS ns.s\nns.s 60 A 192.0.2.1\nd 60 DNAME e\nx.d 60 TXT a\n");
	add_key(&text, &key);
	add_false_rrsig(&text, "s.z.", "NS", ALG_ED25519, tag);
	add_false_rrsig(&text, "ns.s.z.", "A", ALG_ED25519, tag);
	add_false_rrsig(&text, "x.d.z.", "TXT", ALG_ED25519, tag);
	add_false_rrsig(&text, "z.", "RRSIG", ALG_ED25519, tag);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(outcome(&fixture, "s.z.", RR_NS), SIGNATURE_NOT_DUE);
	ck_assert_uint_eq(outcome(&fixture, "ns.s.z.", RR_A), SIGNATURE_NOT_DUE);
	ck_assert_uint_eq(outcome(&fixture, "x.d.z.", RR_TXT), SIGNATURE_NOT_DUE);
	ck_assert_uint_eq(outcome(&fixture, "z.", RR_RRSIG), SIGNATURE_NOT_DUE);
	ck_assert_uint_eq(fixture.facts.n_rrsigs, 4);
	ck_assert_uint_eq(fixture.facts.n_single, 0);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* A true signature of a lie: it would verify, and validators would not take it. */
START_TEST(signer_and_labels_must_be_those_of_the_rrset)
{
	struct signing_key key;
	struct signing_form signer = SIGNING_FORM, labels = SIGNING_FORM, upper = SIGNING_FORM;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	signer.signer = "w.z.";
	upper.signer = "Z.";
	text_add(&text, SOA "w 60 TXT a\nv 60 TXT a\nu 60 TXT a\nt 60 TXT a\n");
	add_key(&text, &key);
	add_rrsig(&text, "w.z.", RR_TXT, &key, &signer);
	labels.labels = 1;
	add_rrsig(&text, "v.z.", RR_TXT, &key, &labels);
	labels.labels = 3;
	add_rrsig(&text, "u.z.", RR_TXT, &key, &labels);
	add_rrsig(&text, "t.z.", RR_TXT, &key, &upper);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(outcome(&fixture, "w.z.", RR_TXT), SIGNATURE_SIGNER);
	ck_assert_uint_eq(outcome(&fixture, "v.z.", RR_TXT), SIGNATURE_LABELS);
	ck_assert_uint_eq(outcome(&fixture, "u.z.", RR_TXT), SIGNATURE_LABELS);
	ck_assert(signature_verified(outcome(&fixture, "t.z.", RR_TXT)));
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* Each signature is over the TTL that it names: two different ones on one RRset both verify. */
START_TEST(the_original_ttl_is_taken_from_each_signature)
{
	static const int64_t ttls[] = {30, 60, 4294967295, 30};
	struct signing_key key;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA "w 60 TXT a\nw 60 TXT b\n");
	add_key(&text, &key);
	for (uint32_t i = 0; i < 4; i++) {
		struct signing_form form = SIGNING_FORM;

		form.original_ttl = ttls[i];
		form.inception += i;
		add_rrsig(&text, "w.z.", RR_TXT, &key, &form);
	}
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n_verified, 4);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* ---- Limits ---- */

START_TEST(sixteen_signatures_on_one_rrset_are_tried_and_no_more)
{
	struct signing_key key;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA "w 60 TXT a\n");
	add_key(&text, &key);
	for (uint32_t i = 0; i < ZG_RRSIGS_PER_RRSET_MAX; i++) {
		struct signing_form form = SIGNING_FORM;

		form.inception += i;
		add_rrsig(&text, "z.", RR_SOA, &key, &form);
		add_rrsig(&text, "w.z.", RR_TXT, &key, &form);
	}
	/* The first one again: a duplicate, which does not count. */
	add_rrsig(&text, "w.z.", RR_TXT, &key, NULL);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n_verified, 2 * ZG_RRSIGS_PER_RRSET_MAX);
	ck_assert_uint_eq(fixture.facts.n_limit, 0);
	fixture_clear(&fixture);
	text_add(&text, SOA "w 60 TXT a\n");
	add_key(&text, &key);
	for (uint32_t i = 0; i <= ZG_RRSIGS_PER_RRSET_MAX; i++) {
		struct signing_form form = SIGNING_FORM;

		form.inception += i;
		add_rrsig(&text, "w.z.", RR_TXT, &key, &form);
	}
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n_verified, ZG_RRSIGS_PER_RRSET_MAX);
	ck_assert_uint_eq(fixture.facts.n_limit, 1);
	ck_assert_uint_eq(fixture.facts.limit_owner, zone_fixture_owner(fixture.zone, "w.z."));
	ck_assert_uint_eq(
	    outcome_at(&fixture, "w.z.", RR_TXT, ZG_RRSIGS_PER_RRSET_MAX), SIGNATURE_LIMIT);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* The true key behind `before` keys that carry its tag. */
static uint8_t
outcome_behind(uint8_t before)
{
	struct signing_key key, forged;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;
	uint8_t made;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA);
	add_key(&text, &key);
	for (uint8_t i = 0; i < before; i++) {
		signing_key_forge(&forged, &key, 0, (uint8_t)(i + 1));
		add_key(&text, &forged);
	}
	signing_key_forge(&forged, &key, 255, 9);
	add_key(&text, &forged);
	add_rrsig(&text, "z.", RR_SOA, &key, NULL);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.keys.n_keys, before + 2U);
	ck_assert_uint_eq(key_index(&fixture, &key), before);
	made = outcome(&fixture, "z.", RR_SOA);
	ck_assert_uint_eq(fixture.facts.n_limit, made == SIGNATURE_LIMIT ? 1 : 0);
	fixture_clear(&fixture);
	signing_key_clear(&key);
	return made;
}

START_TEST(four_keys_of_one_tag_are_tried_and_no_more)
{
	ck_assert_uint_eq(outcome_behind(0), SIGNATURE_BY_KEY);
	ck_assert_uint_eq(outcome_behind(3), SIGNATURE_BY_KEY + 3);
	ck_assert_uint_eq(outcome_behind(4), SIGNATURE_LIMIT);
}
END_TEST

/* ---- Classes ---- */

START_TEST(classes_are_sets_of_keys_with_a_ttl)
{
	struct signing_key a, b;
	struct signing_form soon = SIGNING_FORM, late = SIGNING_FORM;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;
	const struct signing_class *classes = fixture.facts.classes;
	uint64_t both;

	signing_key_init(&a, ALG_ED25519, 257, 1);
	signing_key_init(&b, ALG_ED25519, 256, 2);
	soon.expiration = (uint32_t)(SIGNING_NOW + 100);
	late.expiration = (uint32_t)(SIGNING_NOW + 200);
	text_add(&text, SOA "a 60 TXT a\nb 60 TXT a\nc 90 TXT a\nd 60 TXT a\ns 60 NS ns\n");
	add_key(&text, &a);
	add_key(&text, &b);
	add_rrsig(&text, "z.", RR_DNSKEY, &a, &soon);
	add_rrsig(&text, "z.", RR_DNSKEY, &a, &late);
	add_rrsig(&text, "z.", RR_SOA, &a, &late);
	add_rrsig(&text, "z.", RR_SOA, &b, &soon);
	add_rrsig(&text, "a.z.", RR_TXT, &a, &soon);
	add_rrsig(&text, "a.z.", RR_TXT, &b, &soon);
	add_rrsig(&text, "b.z.", RR_TXT, &b, &late);
	add_rrsig(&text, "c.z.", RR_TXT, &b, &late);
	fixture_init(&fixture, &text);
	both = 1ULL << key_index(&fixture, &a) | 1ULL << key_index(&fixture, &b);
	ck_assert_uint_eq(fixture.facts.n_classes, 4);
	ck_assert(!fixture.facts.more_classes);
	/* SOA and a: both keys; an RRset stays signed until its last signature expires. */
	ck_assert_uint_eq(classes[0].keys, both);
	ck_assert_uint_eq(classes[0].ttl, 60);
	ck_assert_uint_eq(classes[0].n_rrsets, 2);
	ck_assert_uint_eq(classes[0].owner, 0);
	ck_assert_uint_eq(classes[0].type, RR_SOA);
	ck_assert_uint_eq(classes[0].earliest_expiration, soon.expiration);
	ck_assert_uint_eq(classes[1].keys, 1ULL << key_index(&fixture, &b));
	ck_assert_uint_eq(classes[1].ttl, 60);
	ck_assert_uint_eq(classes[1].n_rrsets, 1);
	ck_assert_uint_eq(classes[1].earliest_expiration, late.expiration);
	ck_assert_uint_eq(classes[2].ttl, 90);
	/* d: unsigned. The NS of the cut is in no class. */
	ck_assert_uint_eq(classes[3].keys, 0);
	ck_assert_uint_eq(classes[3].n_rrsets, 1);
	ck_assert_uint_eq(classes[3].owner, zone_fixture_owner(fixture.zone, "d.z."));
	ck_assert_int_eq(fixture.facts.dnskey_expiration, SIGNING_NOW + 200);
	ck_assert_int_eq(fixture.facts.first_expiration, SIGNING_NOW + 100);
	ck_assert_uint_eq(fixture.facts.max_signed_ttl, 90);
	fixture_clear(&fixture);
	signing_key_clear(&a);
	signing_key_clear(&b);
}
END_TEST

START_TEST(one_class_more_than_there_is_room_for_is_said)
{
	struct signing_key key;
	struct signing_form soon = SIGNING_FORM;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	soon.expiration = (uint32_t)(SIGNING_NOW + 100);
	text_add(&text, SOA);
	for (int i = 0; i < ZG_CLASSES_MAX - 1; i++)
		text_printf(&text, "n%d %d TXT a\n", i, 1000 + i);
	fixture_init_with(&fixture, text.text, 1, ZG_VERIFY_AUTO);
	ck_assert_uint_eq(fixture.facts.n_classes, ZG_CLASSES_MAX);
	ck_assert(!fixture.facts.more_classes);
	ck_assert_int_eq(fixture.facts.first_expiration, 0);
	fixture_clear(&fixture);
	text_add(&text, "x 1 TXT a\n");
	add_key(&text, &key);
	add_rrsig(&text, "x.z.", RR_TXT, &key, &soon);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n_classes, ZG_CLASSES_MAX);
	ck_assert(fixture.facts.more_classes);
	/* What expires first counts all the same. */
	ck_assert_int_eq(fixture.facts.first_expiration, SIGNING_NOW + 100);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

START_TEST(one_expiration_means_all)
{
	struct signing_key key;
	struct signing_form other = SIGNING_FORM;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA "w 60 TXT a\nx 60 TXT a\n");
	add_key(&text, &key);
	add_rrsig(&text, "z.", RR_SOA, &key, NULL);
	add_rrsig(&text, "w.z.", RR_TXT, &key, NULL);
	fixture_init_with(&fixture, text.text, 1, ZG_VERIFY_AUTO);
	ck_assert(fixture.facts.one_expiration);
	ck_assert_uint_eq(fixture.facts.expiration, SIGNING_EXPIRATION);
	fixture_clear(&fixture);
	other.expiration++;
	add_rrsig(&text, "z.", RR_DNSKEY, &key, &other);
	add_rrsig(&text, "x.z.", RR_TXT, &key, NULL);
	fixture_init(&fixture, &text);
	ck_assert(!fixture.facts.one_expiration);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* ---- Groups of failing signatures ---- */

/* Adds `n` damaged signatures by `key`, of `n` inceptions from `inception` on. */
static void
add_failures(
    struct text_writer *text, const struct signing_key *key, uint32_t inception, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		text_printf(text, "f%u-%u 60 IN TXT a\n", inception, i);
	for (uint32_t i = 0; i < n; i++) {
		struct signing_form form = SIGNING_FORM;
		char owner[64];

		form.inception = inception + i;
		form.damaged = true;
		(void)snprintf(owner, sizeof(owner), "f%u-%u.z.", inception, i);
		add_rrsig(text, owner, RR_TXT, key, &form);
	}
}

static void
assert_group(const struct failure_group *group, const struct signing_key *key, uint32_t inception,
    uint64_t n_bad)
{
	ck_assert(!group->others);
	ck_assert_uint_eq(group->algorithm, key->rdata[3]);
	ck_assert_uint_eq(group->key_tag, signing_key_tag(key));
	ck_assert_uint_eq(group->inception, inception);
	ck_assert_uint_eq(group->n_bad, n_bad);
}

static void
assert_others(const struct failure_group *group, const struct signing_key *key, uint64_t n_bad)
{
	ck_assert(group->others);
	ck_assert_uint_eq(group->key_tag, signing_key_tag(key));
	ck_assert_uint_eq(group->n_bad, n_bad);
}

START_TEST(failing_signatures_are_grouped_by_key_and_inception)
{
	struct signing_key a, b, first, second;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;
	struct signing_form form = SIGNING_FORM;
	const struct failure_group *groups = fixture.facts.groups;

	signing_key_init(&a, ALG_ED25519, 257, 1);
	signing_key_init(&b, ALG_ED25519, 256, 2);
	first = signing_key_tag(&a) < signing_key_tag(&b) ? a : b;
	second = signing_key_tag(&a) < signing_key_tag(&b) ? b : a;
	text_add(&text, SOA "w 60 TXT a\n");
	add_key(&text, &a);
	add_key(&text, &b);
	add_failures(&text, &second, 2000, 1);
	add_failures(&text, &first, 3000, 2);
	form.inception = 3000;
	form.damaged = true;
	add_rrsig(&text, "w.z.", RR_TXT, &first, &form);
	add_rrsig(&text, "z.", RR_SOA, &first, NULL);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n_groups, 3);
	assert_group(&groups[0], &first, 3000, 2);
	assert_group(&groups[1], &first, 3001, 1);
	assert_group(&groups[2], &second, 2000, 1);
	ck_assert_uint_eq(fixture.facts.n_verified, 1);
	fixture_clear(&fixture);
	signing_key_clear(&a);
	signing_key_clear(&b);
}
END_TEST

START_TEST(inceptions_beyond_the_limit_are_counted_together_for_each_key)
{
	struct signing_key a, b;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;
	uint64_t sums[2] = {0};
	size_t n_others = 0;

	signing_key_init(&a, ALG_ED25519, 257, 1);
	signing_key_init(&b, ALG_ED25519, 256, 2);
	text_add(&text, SOA);
	add_key(&text, &a);
	add_key(&text, &b);
	add_failures(&text, &a, 1000, ZG_FAILURE_GROUPS_MAX);
	fixture_init_with(&fixture, text.text, 1, ZG_VERIFY_AUTO);
	ck_assert_uint_eq(fixture.facts.n_groups, ZG_FAILURE_GROUPS_MAX);
	for (uint32_t i = 0; i < ZG_FAILURE_GROUPS_MAX; i++)
		assert_group(&fixture.facts.groups[i], &a, 1000 + i, 1);
	fixture_clear(&fixture);
	add_failures(&text, &a, 5000, 3);
	add_failures(&text, &b, 6000, 2);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n_groups, ZG_FAILURE_GROUPS_MAX + 2);
	for (size_t i = 0; i < fixture.facts.n_groups; i++) {
		const struct failure_group *group = &fixture.facts.groups[i];

		sums[group->key_tag == signing_key_tag(&b)] += group->n_bad;
		if (!group->others)
			continue;
		n_others++;
		/* The last of its key. */
		if (i + 1 < fixture.facts.n_groups)
			ck_assert_uint_ne(fixture.facts.groups[i + 1].key_tag, group->key_tag);
	}
	ck_assert_uint_eq(n_others, 2);
	ck_assert_uint_eq(sums[0], ZG_FAILURE_GROUPS_MAX + 3);
	ck_assert_uint_eq(sums[1], 2);
	fixture_clear(&fixture);
	signing_key_clear(&a);
	signing_key_clear(&b);
}
END_TEST

/* In reports an inception of 0 stands for all others, so it never has its own group. */
START_TEST(an_inception_of_zero_is_one_of_the_others)
{
	struct signing_key key;
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA);
	add_key(&text, &key);
	add_failures(&text, &key, 0, 2);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n_groups, 2);
	assert_group(&fixture.facts.groups[0], &key, 1, 1);
	assert_others(&fixture.facts.groups[1], &key, 1);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* ---- The same at any number of threads, and however signatures are verified ---- */

/* More owners than a thread takes at once, some of them with a damaged signature. */
static char *
large_zone(struct signing_key *key)
{
	struct text_writer text = {.text = NULL};

	signing_key_init(key, ALG_ECDSAP256SHA256, 257, 0);
	text_add(&text, SOA);
	add_key(&text, key);
	for (int i = 0; i < 700; i++)
		text_printf(&text, "n%03d %d TXT a%d\n", i, 60 + i % 3, i);
	add_rrsigs(&text, key, 50);
	text_add(&text, "new 60 TXT a\n");
	return text.text;
}

START_TEST(threads_and_ways_to_verify_do_not_change_what_is_found)
{
	static const enum zg_verify_with ways[] = {ZG_VERIFY_AUTO, ZG_VERIFY_EVP, ZG_VERIFY_BATCH};
	static const unsigned threads[] = {1, 2, 8};
	struct signing_key key;
	struct fixture one, other;
	char *text = large_zone(&key);

	fixture_init_with(&one, text, 1, ZG_VERIFY_EVP);
	ck_assert_uint_eq(one.facts.n_rrsigs, 702);
	ck_assert_uint_eq(one.facts.n_verified, 702 - 14);
	ck_assert_uint_eq(one.facts.n_single, 702);
	ck_assert_uint_eq(one.facts.n_batch, 0);
	for (size_t i = 0; i < 9; i++) {
		const struct signature_facts *a = &one.facts, *b = &other.facts;

		fixture_init_with(&other, text, threads[i % 3], ways[i / 3]);
		ck_assert_mem_eq(a->outcomes, b->outcomes, one.zone->store.n_records);
		ck_assert_uint_eq(a->n_verified, b->n_verified);
		ck_assert_uint_eq(b->n_batch + b->n_single, 702);
		ck_assert_uint_eq(a->n_tried[0], b->n_tried[0]);
		ck_assert_uint_eq(a->n_groups, b->n_groups);
		for (size_t g = 0; g < a->n_groups; g++)
			assert_group(
			    &b->groups[g], &key, a->groups[g].inception, a->groups[g].n_bad);
		ck_assert_uint_eq(a->n_classes, b->n_classes);
		for (size_t k = 0; k < a->n_classes; k++) {
			ck_assert_uint_eq(a->classes[k].keys, b->classes[k].keys);
			ck_assert_uint_eq(a->classes[k].n_rrsets, b->classes[k].n_rrsets);
			ck_assert_uint_eq(a->classes[k].owner, b->classes[k].owner);
		}
		ck_assert_uint_eq(one.keys.keys[0].n_signatures, other.keys.keys[0].n_signatures);
		/* Where batches work at all, every good signature is confirmed by one. */
		if (ways[i / 3] == ZG_VERIFY_BATCH)
			ck_assert(b->n_batch == 702 - 14 || b->n_batch == 0);
		fixture_clear(&other);
	}
	fixture_clear(&one);
	signing_key_clear(&key);
	free(text);
}
END_TEST

START_TEST(a_zone_without_records_has_no_signatures)
{
	struct fixture fixture;

	fixture_init_with(&fixture, "", 2, ZG_VERIFY_AUTO);
	ck_assert_uint_eq(fixture.facts.n_rrsigs, 0);
	ck_assert(!fixture.facts.one_expiration);
	ck_assert_uint_eq(fixture.facts.n_classes, 0);
	ck_assert_int_eq(fixture.facts.dnskey_expiration, 0);
	fixture_clear(&fixture);
}
END_TEST

static Suite *
signatures_suite(void)
{
	Suite *suite = suite_create("signatures");
	TCase *tcase = tcase_create("signatures");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_signature_by_a_published_key_is_verified_by_that_key, 0, 2);
	tcase_add_test(tcase, the_canonical_form_is_what_is_signed);
	tcase_add_test(tcase, a_damaged_signature_is_bad);
	tcase_add_test(tcase, a_record_added_after_signing_makes_the_signature_bad);
	tcase_add_test(tcase, a_key_with_the_same_tag_does_not_verify);
	tcase_add_test(tcase, a_key_that_is_not_published_is_said);
	tcase_add_test(tcase, an_algorithm_that_is_not_verified_here_is_neither_good_nor_bad);
	tcase_add_loop_test(tcase, what_a_key_may_sign_hangs_on_its_flags, 0, N_FLAG_KINDS);
	tcase_add_test(tcase, a_signature_over_an_absent_type_covers_nothing);
	tcase_add_test(tcase, a_signature_over_what_is_not_to_be_signed_is_not_due);
	tcase_add_test(tcase, signer_and_labels_must_be_those_of_the_rrset);
	tcase_add_test(tcase, the_original_ttl_is_taken_from_each_signature);
	tcase_add_test(tcase, sixteen_signatures_on_one_rrset_are_tried_and_no_more);
	tcase_add_test(tcase, four_keys_of_one_tag_are_tried_and_no_more);
	tcase_add_test(tcase, classes_are_sets_of_keys_with_a_ttl);
	tcase_add_test(tcase, one_class_more_than_there_is_room_for_is_said);
	tcase_add_test(tcase, one_expiration_means_all);
	tcase_add_test(tcase, failing_signatures_are_grouped_by_key_and_inception);
	tcase_add_test(tcase, inceptions_beyond_the_limit_are_counted_together_for_each_key);
	tcase_add_test(tcase, an_inception_of_zero_is_one_of_the_others);
	tcase_add_test(tcase, threads_and_ways_to_verify_do_not_change_what_is_found);
	tcase_add_test(tcase, a_zone_without_records_has_no_signatures);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(signatures_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
