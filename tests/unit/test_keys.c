/* DNSKEY records at the apex, and the DS records that name them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/public_key.h"
#include "facts/keys.h"
#include "signing_fixture.h"
#include "zone_fixture.h"

#define SOA "@ 60 IN SOA ns h 1 2 3 4 5\n"

/* RFC 4034 section 5.4, RFC 4509 section 2.3: one key, its tag and two digests. */
#define RFC4034_KEY                                                                                \
	"dskey.example.com. 86400 IN DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9Xz"                    \
	" fwJr1AYtsmx3TGkJaNXVbfi/ 2pHm822aJ5iI9BMzNXxeYCmZ DRD99WYwYqUSdjMmmAphXdvx"              \
	" egXd/M5+X7OrzKBaMbCVdFLU Uh6DhweJBjEVv5f2wwjM9Xzc nOf+EPbtG9DMBmADjFDc2w/r ljwvFw== )\n"
#define RFC4034_TAG 60485
static const uint8_t rfc4034_sha1[20] = {0x2b, 0xb1, 0x83, 0xaf, 0x5f, 0x22, 0x58, 0x81, 0x79, 0xa5,
    0x3b, 0x0a, 0x98, 0x63, 0x1f, 0xad, 0x1a, 0x29, 0x21, 0x18};
static const uint8_t rfc4509_sha256[32] = {0xd4, 0xb7, 0xd5, 0x20, 0xe7, 0xbb, 0x5f, 0x0f, 0x67,
    0x67, 0x4a, 0x0c, 0xce, 0xb1, 0xe3, 0xe0, 0x61, 0x4b, 0x93, 0xc4, 0xf9, 0xe9, 0x9b, 0x83, 0x83,
    0xf6, 0xa1, 0xe4, 0x46, 0x9d, 0xa5, 0x0a};

/* RFC 6605 section 6.2: algorithm 14, and its SHA-384 DS. */
#define RFC6605_KEY                                                                                \
	"example.net. 3600 IN DNSKEY 257 3 14 ( xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1"      \
	" w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40 "   \
	")\n"
#define RFC6605_TAG 10771
static const uint8_t rfc6605_sha384[48] = {0x72, 0xd7, 0xb6, 0x29, 0x76, 0xce, 0x06, 0x43, 0x8e,
    0x9c, 0x0b, 0xf3, 0x19, 0x01, 0x3c, 0xf8, 0x01, 0xf0, 0x9e, 0xcc, 0x84, 0xb8, 0xd7, 0xe9, 0x49,
    0x5f, 0x27, 0xe3, 0x05, 0xc6, 0xa9, 0xb0, 0x56, 0x3a, 0x9b, 0x5f, 0x4d, 0x28, 0x84, 0x05, 0xc3,
    0x00, 0x8a, 0x94, 0x6d, 0xf9, 0x83, 0xd6};

struct fixture {
	struct zone *zone;
	struct key_facts facts;
};

/* A DS as the gate hands it over. */
static struct ds_entry
ds_of(uint16_t tag, uint8_t algorithm, uint8_t digest_type, const uint8_t *digest, size_t length)
{
	struct ds_entry entry = {.line = 7,
	    .rdlen = (uint16_t)(4 + length),
	    .rdata = {(uint8_t)(tag >> 8), (uint8_t)tag, algorithm, digest_type}};

	ck_assert_uint_le(4 + length, sizeof(entry.rdata));
	memcpy(entry.rdata + 4, digest, length);
	return entry;
}

static void
fixture_init(struct fixture *fixture, const char *origin, const char *text,
    const struct ds_entry *ds, size_t n_ds)
{
	struct zg_error error = {""};

	fixture->zone = zone_fixture(origin, text);
	ck_assert_msg(
	    key_facts_compute(fixture->zone, ds, n_ds, n_ds > 0, &fixture->facts, &error) == ZG_OK,
	    "%s", error.text);
}

static void
fixture_clear(struct fixture *fixture)
{
	key_facts_clear(&fixture->facts);
	zone_free(fixture->zone);
}

/* The key that a DS of these octets names, -1: none. */
static int
key_named(const char *origin, const char *text, const struct ds_entry *ds)
{
	struct fixture fixture;
	int key;

	fixture_init(&fixture, origin, text, ds, 1);
	ck_assert_uint_eq(fixture.facts.n_ds, 1);
	ck_assert_uint_eq(fixture.facts.ds[0].line, 7);
	key = fixture.facts.ds[0].key;
	fixture_clear(&fixture);
	return key;
}

START_TEST(the_tag_is_that_of_rfc_4034)
{
	struct fixture fixture;

	fixture_init(&fixture, "dskey.example.com.", RFC4034_KEY, NULL, 0);
	ck_assert_uint_eq(fixture.facts.n_keys, 1);
	ck_assert_uint_eq(fixture.facts.keys[0].tag, RFC4034_TAG);
	ck_assert_uint_eq(fixture.facts.keys[0].view.algorithm, ALG_RSASHA1);
	ck_assert_uint_eq(fixture.facts.keys[0].view.flags, 256);
	ck_assert_uint_eq(public_key_bits(fixture.facts.keys[0].key), 1024);
	ck_assert(!fixture.facts.ds_given);
	fixture_clear(&fixture);
	fixture_init(&fixture, "example.net.", RFC6605_KEY, NULL, 0);
	ck_assert_uint_eq(fixture.facts.keys[0].tag, RFC6605_TAG);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(the_ds_of_the_rfcs_name_their_keys)
{
	struct ds_entry sha1 = ds_of(RFC4034_TAG, 5, 1, rfc4034_sha1, 20);
	struct ds_entry sha256 = ds_of(RFC4034_TAG, 5, 2, rfc4509_sha256, 32);
	struct ds_entry sha384 = ds_of(RFC6605_TAG, 14, 4, rfc6605_sha384, 48);

	ck_assert_int_eq(key_named("dskey.example.com.", RFC4034_KEY, &sha1), 0);
	ck_assert_int_eq(key_named("dskey.example.com.", RFC4034_KEY, &sha256), 0);
	ck_assert_int_eq(key_named("example.net.", RFC6605_KEY, &sha384), 0);
	/* The owner is digested too. */
	ck_assert_int_eq(key_named("example.org.",
			     "example.org. 60 DNSKEY 257 3 14 ( "
			     "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1"
			     "w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/"
			     "uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40 )\n",
			     &sha384),
	    -1);
}
END_TEST

START_TEST(every_part_of_a_ds_must_fit)
{
	struct ds_entry ds = ds_of(RFC4034_TAG, 5, 2, rfc4509_sha256, 32);

	for (size_t i = 0; i < ds.rdlen; i++) {
		ds.rdata[i] ^= 1;
		ck_assert_int_eq(key_named("dskey.example.com.", RFC4034_KEY, &ds), -1);
		ds.rdata[i] ^= 1;
	}
	ck_assert_int_eq(key_named("dskey.example.com.", RFC4034_KEY, &ds), 0);
}
END_TEST

START_TEST(a_digest_of_another_length_names_no_key)
{
	uint8_t longer[33];
	struct ds_entry cut = ds_of(RFC4034_TAG, 5, 2, rfc4509_sha256, 31);
	struct ds_entry sha1_as_sha256 = ds_of(RFC4034_TAG, 5, 2, rfc4509_sha256, 20);
	struct ds_entry none = ds_of(RFC4034_TAG, 5, 2, rfc4509_sha256, 0);
	struct ds_entry long_one;

	memcpy(longer, rfc4509_sha256, 32);
	longer[32] = 0;
	long_one = ds_of(RFC4034_TAG, 5, 2, longer, 33);
	ck_assert_int_eq(key_named("dskey.example.com.", RFC4034_KEY, &cut), -1);
	ck_assert_int_eq(key_named("dskey.example.com.", RFC4034_KEY, &sha1_as_sha256), -1);
	ck_assert_int_eq(key_named("dskey.example.com.", RFC4034_KEY, &none), -1);
	ck_assert_int_eq(key_named("dskey.example.com.", RFC4034_KEY, &long_one), -1);
}
END_TEST

/* What cannot be computed is no evidence, whatever its octets are. */
START_TEST(digest_types_that_are_not_known_name_no_key)
{
	static const uint8_t types[] = {0, 3, 5, 6, 255};
	struct ds_entry ds = ds_of(RFC4034_TAG, 5, types[_i], rfc4509_sha256, 32);
	struct fixture fixture;

	fixture_init(&fixture, "dskey.example.com.", RFC4034_KEY, &ds, 1);
	ck_assert(!fixture.facts.ds[0].digest_known);
	ck_assert_int_eq(fixture.facts.ds[0].key, -1);
	ck_assert_int_eq(fixture.facts.ds[0].tag_only, 0);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(a_ds_knows_the_key_that_shares_tag_and_algorithm_only)
{
	uint8_t other[32] = {1};
	struct ds_entry ds[2] = {ds_of(RFC4034_TAG, 5, 2, other, 32), ds_of(1, 5, 2, other, 32)};
	struct fixture fixture;

	fixture_init(&fixture, "dskey.example.com.", RFC4034_KEY, ds, 2);
	ck_assert(fixture.facts.ds_given);
	ck_assert_uint_eq(fixture.facts.n_ds, 2);
	ck_assert(fixture.facts.ds[0].digest_known);
	ck_assert_int_eq(fixture.facts.ds[0].key, -1);
	ck_assert_int_eq(fixture.facts.ds[0].tag_only, 0);
	ck_assert_int_eq(fixture.facts.ds[1].key, -1);
	ck_assert_int_eq(fixture.facts.ds[1].tag_only, -1);
	fixture_clear(&fixture);
}
END_TEST

/* The SHA-256 DS of a key at apex "z.". */
static struct ds_entry
ds_of_key(const struct signing_key *key)
{
	struct text_writer text = {.text = NULL};
	struct zone *zone;
	struct ds_entry entry = {.line = 7};
	struct rrset set;

	add_ds_as(&text, "DS", key, 2);
	zone = zone_fixture("z.", text.text);
	ck_assert(zone_rrset(zone, 0, RR_DS, &set));
	entry.rdlen = zone_record(zone, set.first)->rdlen;
	memcpy(entry.rdata, zone_rdata(zone, set.first), entry.rdlen);
	zone_free(zone);
	text_writer_clear(&text);
	return entry;
}

/* Two keys of one tag: the digest decides. */
START_TEST(of_keys_with_one_tag_the_digest_names_one)
{
	struct signing_key key, forged;
	struct text_writer text = {.text = NULL};
	struct ds_entry ds;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	signing_key_forge(&forged, &key, 0, 1);
	ds = ds_of_key(&key);
	text_add(&text, SOA);
	add_key(&text, &key);
	add_key(&text, &forged);
	/* The forged key sorts first. */
	ck_assert_int_eq(key_named("z.", text.text, &ds), 1);
	text_writer_clear(&text);
	signing_key_clear(&key);
}
END_TEST

/* RFC 4034 sections 2.1.1 and 2.1.2, RFC 5011 sections 2.1 and 3. */
START_TEST(a_key_is_usable_with_zone_flag_and_protocol_3_and_not_revoked)
{
	for (unsigned bits = 0; bits < 16; bits++) {
		bool zone = bits & 1, sep = bits & 2, revoke = bits & 4, protocol = bits & 8;
		struct text_writer text = {.text = NULL};
		struct signing_key key;
		struct fixture fixture;

		signing_key_init(&key, ALG_ED25519,
		    (uint16_t)((zone ? 0x100 : 0) | (sep ? 1 : 0) | (revoke ? 0x80 : 0)), 1);
		key.rdata[2] = protocol ? 3 : 255;
		add_key(&text, &key);
		fixture_init(&fixture, "z.", text.text, NULL, 0);
		ck_assert(fixture.facts.keys[0].revoked == revoke);
		ck_assert(fixture.facts.keys[0].usable == (zone && protocol && !revoke));
		ck_assert_uint_eq(fixture.facts.keys[0].tag, signing_key_tag(&key));
		fixture_clear(&fixture);
		text_writer_clear(&text);
		signing_key_clear(&key);
	}
}
END_TEST

/* RFC 5011 section 2.1: a revoked key has another tag, so that its former DS is of no key. */
START_TEST(the_ds_of_a_key_does_not_name_it_once_it_is_revoked)
{
	struct text_writer text = {.text = NULL};
	struct signing_key key;
	struct ds_entry ds;
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	ds = ds_of_key(&key);
	signing_key_set_flags(&key, 257 | 0x80);
	add_key(&text, &key);
	fixture_init(&fixture, "z.", text.text, &ds, 1);
	ck_assert_int_eq(fixture.facts.ds[0].key, -1);
	ck_assert_int_eq(fixture.facts.ds[0].tag_only, -1);
	ck_assert_uint_eq(
	    (uint16_t)(fixture.facts.keys[0].tag - fixture.facts.ds[0].view.key_tag), 0x80);
	fixture_clear(&fixture);
	text_writer_clear(&text);
	signing_key_clear(&key);
}
END_TEST

START_TEST(a_malformed_key_says_why_and_an_unknown_algorithm_does_not)
{
	struct fixture fixture;

	fixture_init(&fixture, "z.",
	    "@ 60 DNSKEY 256 3 13 AAAA\n"
	    "@ 60 DNSKEY 256 3 250 AAAA\n",
	    NULL, 0);
	ck_assert_ptr_null(fixture.facts.keys[0].key);
	ck_assert_ptr_nonnull(fixture.facts.keys[0].why);
	ck_assert_ptr_null(fixture.facts.keys[1].key);
	ck_assert_ptr_null(fixture.facts.keys[1].why);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(the_fingerprint_is_over_the_whole_rdata)
{
	struct text_writer text = {.text = NULL};
	struct signing_key key;
	struct fixture fixture;
	uint8_t sha256[32];
	unsigned length;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	add_key(&text, &key);
	fixture_init(&fixture, "z.", text.text, NULL, 0);
	ck_assert_int_eq(EVP_Digest(key.rdata, key.rdlen, sha256, &length, EVP_sha256(), NULL), 1);
	ck_assert_mem_eq(fixture.facts.keys[0].sha256, sha256, 32);
	fixture_clear(&fixture);
	text_writer_clear(&text);
	signing_key_clear(&key);
}
END_TEST

START_TEST(one_key_more_than_are_looked_at_is_said)
{
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	for (int i = 0; i < ZG_KEYS_MAX; i++)
		text_printf(&text, "@ 60 DNSKEY 256 3 250 AAA%c\n",
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[i]);
	fixture_init(&fixture, "z.", text.text, NULL, 0);
	ck_assert_uint_eq(fixture.facts.n_keys, ZG_KEYS_MAX);
	ck_assert(!fixture.facts.too_many);
	fixture_clear(&fixture);
	text_add(&text, "@ 60 DNSKEY 256 3 250 AAAAAAAA\n");
	fixture_init(&fixture, "z.", text.text, NULL, 0);
	ck_assert_uint_eq(fixture.facts.n_keys, ZG_KEYS_MAX);
	ck_assert(fixture.facts.too_many);
	fixture_clear(&fixture);
	text_writer_clear(&text);
}
END_TEST

START_TEST(ds_records_are_limited_and_looked_at)
{
	struct ds_entry ds[ZG_DS_MAX + 1];
	struct zone *zone = zone_fixture("z.", SOA);
	struct key_facts facts;
	struct zg_error error = {""};

	for (size_t i = 0; i < ZG_DS_MAX + 1; i++)
		ds[i] = ds_of((uint16_t)i, 8, 2, rfc4509_sha256, 32);
	ck_assert_int_eq(key_facts_compute(zone, ds, ZG_DS_MAX, true, &facts, &error), ZG_OK);
	ck_assert_uint_eq(facts.n_ds, ZG_DS_MAX);
	key_facts_clear(&facts);
	ck_assert_int_eq(
	    key_facts_compute(zone, ds, ZG_DS_MAX + 1, true, &facts, &error), ZG_LIMIT);
	ck_assert_uint_gt(strlen(error.text), 0);
	key_facts_clear(&facts);
	ds[0].rdlen = 3;
	ck_assert_int_eq(key_facts_compute(zone, ds, 1, true, &facts, &error), ZG_DS_SYNTAX);
	key_facts_clear(&facts);
	zone_free(zone);
}
END_TEST

/* DNSKEY records elsewhere are not the zone's keys. */
START_TEST(only_keys_of_the_apex_count)
{
	struct fixture fixture;

	fixture_init(&fixture, "z.", SOA "w 60 DNSKEY 256 3 250 AAAA\n", NULL, 0);
	ck_assert_uint_eq(fixture.facts.n_keys, 0);
	fixture_clear(&fixture);
	fixture_init(&fixture, "z.", "w 60 DNSKEY 256 3 250 AAAA\n", NULL, 0);
	ck_assert_uint_eq(fixture.facts.n_keys, 0);
	fixture_clear(&fixture);
}
END_TEST

static Suite *
keys_suite(void)
{
	Suite *suite = suite_create("keys");
	TCase *tcase = tcase_create("keys");

	tcase_add_test(tcase, the_tag_is_that_of_rfc_4034);
	tcase_add_test(tcase, the_ds_of_the_rfcs_name_their_keys);
	tcase_add_test(tcase, every_part_of_a_ds_must_fit);
	tcase_add_test(tcase, a_digest_of_another_length_names_no_key);
	tcase_add_loop_test(tcase, digest_types_that_are_not_known_name_no_key, 0, 5);
	tcase_add_test(tcase, a_ds_knows_the_key_that_shares_tag_and_algorithm_only);
	tcase_add_test(tcase, of_keys_with_one_tag_the_digest_names_one);
	tcase_add_test(tcase, a_key_is_usable_with_zone_flag_and_protocol_3_and_not_revoked);
	tcase_add_test(tcase, the_ds_of_a_key_does_not_name_it_once_it_is_revoked);
	tcase_add_test(tcase, a_malformed_key_says_why_and_an_unknown_algorithm_does_not);
	tcase_add_test(tcase, the_fingerprint_is_over_the_whole_rdata);
	tcase_add_test(tcase, one_key_more_than_are_looked_at_is_said);
	tcase_add_test(tcase, ds_records_are_limited_and_looked_at);
	tcase_add_test(tcase, only_keys_of_the_apex_count);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(keys_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
