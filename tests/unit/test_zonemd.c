/* ZONEMD records and the content digest. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/digest.h"
#include "facts/content_digest.h"
#include "facts/zonemd.h"
#include "zone_fixture.h"

#define SERIAL 2018031900U

/* RFC 8976 appendix A.1. */
#define A1_DIGEST                                                                                  \
	"c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8" \
	"e730044c"
#define A1_DATA                                                                                    \
	"@ 86400 IN SOA ns1 admin 2018031900 1800 900 604800 86400\n"                              \
	"@ 86400 IN NS ns1\n"                                                                      \
	"@ 86400 IN NS ns2\n"                                                                      \
	"ns1 3600 IN A 203.0.113.63\n"                                                             \
	"ns2 3600 IN AAAA 2001:db8::63\n"
#define A1 A1_DATA "@ 86400 IN ZONEMD 2018031900 1 1 " A1_DIGEST "\n"

/* RFC 8976 appendix A.2: occluded, repeated and foreign data, letter case, wildcard, order, ZONEMD
 * below the apex. */
#define A2                                                                                         \
	"@ 86400 IN SOA ns1 admin 2018031900 1800 900 604800 86400\n"                              \
	"@ 86400 IN NS ns1\n"                                                                      \
	"@ 86400 IN NS ns2\n"                                                                      \
	"@ 86400 IN ZONEMD 2018031900 1 1 "                                                        \
	"a3b69bad980a3504e1cffcb0fd6397f93848071c93151f552ae2f6b1711d4bd2d8b39808226d7b9db71e34b7" \
	"2077f8fe\n"                                                                               \
	"ns1 3600 IN A 203.0.113.63\n"                                                             \
	"NS2 3600 IN AAAA 2001:db8::63\n"                                                          \
	"occluded.sub 7200 IN TXT \"I'm occluded but must be digested\"\n"                         \
	"sub 7200 IN NS ns1\n"                                                                     \
	"duplicate 300 IN TXT \"I must be digested just once\"\n"                                  \
	"duplicate 300 IN TXT \"I must be digested just once\"\n"                                  \
	"foo.test. 555 IN TXT \"out-of-zone data must be excluded\"\n"                             \
	"UPPERCASE 3600 IN TXT \"canonicalize uppercase owner names\"\n"                           \
	"* 777 IN PTR dont-forget-about-wildcards\n"                                               \
	"mail 3600 IN MX 20 MAIL1\n"                                                               \
	"mail 3600 IN MX 10 Mail2.Example.\n"                                                      \
	"sortme 3600 IN AAAA 2001:db8::5:61\n"                                                     \
	"sortme 3600 IN AAAA 2001:db8::3:62\n"                                                     \
	"sortme 3600 IN AAAA 2001:db8::4:63\n"                                                     \
	"sortme 3600 IN AAAA 2001:db8::1:65\n"                                                     \
	"sortme 3600 IN AAAA 2001:db8::2:64\n"                                                     \
	"non-apex 900 IN ZONEMD 2018031900 1 1 "                                                   \
	"616c6c6f776564206275742069676e6f7265642e20616c6c6f776564206275742069676e6f7265642e20616c" \
	"6c6f7765\n"

/* RFC 8976 appendix A.3: several digests, two of them of private use. */
#define A3                                                                                         \
	"@ 86400 IN SOA ns1 admin 2018031900 1800 900 604800 86400\n"                              \
	"@ 86400 IN NS ns1\n"                                                                      \
	"@ 86400 IN NS ns2\n"                                                                      \
	"@ 86400 IN ZONEMD 2018031900 1 1 "                                                        \
	"62e6cf51b02e54b9b5f967d547ce43136792901f9f88e637493daaf401c92c279dd10f0edb1c56f8080211f8" \
	"480ee306\n"                                                                               \
	"@ 86400 IN ZONEMD 2018031900 1 2 "                                                        \
	"08cfa1115c7b948c4163a901270395ea226a930cd2cbcf2fa9a5e6eb85f37c8a4e114d884e66f176eab121cb" \
	"02db7d652e0cc4827e7a3204f166b47e5613fd27\n"                                               \
	"@ 86400 IN ZONEMD 2018031900 1 240 e2d523f654b9422a96c5a8f44607bbee\n"                    \
	"@ 86400 IN ZONEMD 2018031900 241 1 e1846540e33a9e4189792d18d5d131f605fc283e\n"            \
	"ns1 3600 IN A 203.0.113.63\n"                                                             \
	"ns2 86400 IN TXT \"This example has multiple digests\"\n"                                 \
	"NS2 3600 IN AAAA 2001:db8::63\n"

/* An RRSIG over the ZONEMD RRset, and one over TXT; what is in them is not looked at. */
#define SIGNATURE(covered)                                                                         \
	"@ 86400 IN RRSIG " covered " 13 1 86400 20300101000000 20200101000000 1 example. AAAA\n"

static struct zonemd_facts
compute(const char *text)
{
	struct zone *zone = zone_fixture("example.", text);
	struct zonemd_facts zonemd;
	struct zg_error error = {""};

	ck_assert_msg(zonemd_compute(zone, SERIAL, &zonemd, &error) == ZG_OK, "%s", error.text);
	zone_free(zone);
	return zonemd;
}

/* The zone has one ZONEMD at the apex, and this comes of it. */
static void
assert_outcome(const char *text, enum zonemd_outcome outcome)
{
	struct zonemd_facts zonemd = compute(text);

	ck_assert_uint_eq(zonemd.n_records, 1);
	ck_assert_int_eq(zonemd.records[0].outcome, outcome);
}

START_TEST(rfc8976_appendix_a1_verifies)
{
	struct zonemd_facts zonemd = compute(A1);

	ck_assert_uint_eq(zonemd.n_records, 1);
	ck_assert_int_eq(zonemd.records[0].outcome, ZONEMD_GOOD);
	ck_assert_uint_eq(zonemd.records[0].scheme, 1);
	ck_assert_uint_eq(zonemd.records[0].hash, 1);
	ck_assert_uint_eq(zonemd.n_elsewhere, 0);
	ck_assert(!zonemd.too_many);
}
END_TEST

START_TEST(rfc8976_appendix_a2_verifies)
{
	struct zonemd_facts zonemd = compute(A2);

	ck_assert_uint_eq(zonemd.n_records, 1);
	ck_assert_int_eq(zonemd.records[0].outcome, ZONEMD_GOOD);
	ck_assert_uint_eq(zonemd.n_elsewhere, 1);
}
END_TEST

/* Both hash algorithms in one pass; records of private use harm nothing. */
START_TEST(rfc8976_appendix_a3_verifies)
{
	struct zonemd_facts zonemd = compute(A3);

	ck_assert_uint_eq(zonemd.n_records, 4);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(
		    zonemd.records[i].outcome, i < 2 ? ZONEMD_GOOD : ZONEMD_UNSUPPORTED);
	ck_assert_uint_eq(zonemd.records[1].hash, 2);
	ck_assert_uint_eq(zonemd.records[2].hash, 240);
	ck_assert_uint_eq(zonemd.records[3].scheme, 241);
}
END_TEST

START_TEST(zone_without_zonemd_has_no_facts)
{
	struct zonemd_facts zonemd = compute(A1_DATA);

	ck_assert_uint_eq(zonemd.n_records, 0);
	ck_assert_uint_eq(zonemd.n_elsewhere, 0);
}
END_TEST

/* Each record counts with its owner, type, TTL and RDATA. */
START_TEST(any_change_is_a_mismatch)
{
	assert_outcome(A1 "www 3600 IN A 192.0.2.1\n", ZONEMD_MISMATCH);
	assert_outcome("@ 86400 IN SOA ns1 admin 2018031900 1800 900 604800 86401\n"
		       "@ 86400 IN NS ns1\n@ 86400 IN NS ns2\n"
		       "ns1 3600 IN A 203.0.113.63\nns2 3600 IN AAAA 2001:db8::63\n"
		       "@ 86400 IN ZONEMD 2018031900 1 1 " A1_DIGEST "\n",
	    ZONEMD_MISMATCH);
	assert_outcome("@ 86400 IN SOA ns1 admin 2018031900 1800 900 604800 86400\n"
		       "@ 86400 IN NS ns1\n@ 86400 IN NS ns2\n"
		       "ns1 3601 IN A 203.0.113.63\nns2 3600 IN AAAA 2001:db8::63\n"
		       "@ 86400 IN ZONEMD 2018031900 1 1 " A1_DIGEST "\n",
	    ZONEMD_MISMATCH);
	assert_outcome("@ 86400 IN SOA ns1 admin 2018031900 1800 900 604800 86400\n"
		       "@ 86400 IN NS ns1\n@ 86400 IN NS ns2\n"
		       "ns2 3600 IN AAAA 2001:db8::63\n"
		       "@ 86400 IN ZONEMD 2018031900 1 1 " A1_DIGEST "\n",
	    ZONEMD_MISMATCH);
}
END_TEST

/* The RRSIG over ZONEMD is made after the digest; other RRSIGs are part of it. */
START_TEST(signature_over_zonemd_stays_out)
{
	assert_outcome(A1 SIGNATURE("ZONEMD"), ZONEMD_GOOD);
	assert_outcome(A1 SIGNATURE("NS"), ZONEMD_MISMATCH);
}
END_TEST

/* The TTL of ZONEMD itself is not digested. */
START_TEST(ttl_of_zonemd_stays_out)
{
	assert_outcome(A1_DATA "@ 1 IN ZONEMD 2018031900 1 1 " A1_DIGEST "\n", ZONEMD_GOOD);
}
END_TEST

START_TEST(one_wrong_bit_is_a_mismatch)
{
	assert_outcome(A1_DATA "@ 86400 IN ZONEMD 2018031900 1 1 d" /* c in the RFC */
			       "68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a971"
			       "3b3c9ae5cc27777f98b8e730044c\n",
	    ZONEMD_MISMATCH);
}
END_TEST

START_TEST(other_serial_is_said)
{
	assert_outcome(A1_DATA "@ 86400 IN ZONEMD 2018031901 1 1 " A1_DIGEST "\n", ZONEMD_SERIAL);
	assert_outcome(A1_DATA "@ 86400 IN ZONEMD 2018031901 1 3 " A1_DIGEST "\n", ZONEMD_SERIAL);
}
END_TEST

/* RFC 8976 sections 2.2.3 and 2.2.4. Twelve octets are enough where the length is not known. */
START_TEST(wrong_lengths_are_said)
{
	assert_outcome(A1_DATA "@ 86400 IN ZONEMD 2018031900 1 1 "
			       "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3\n",
	    ZONEMD_LENGTH);
	assert_outcome(A1_DATA "@ 86400 IN ZONEMD 2018031900 1 2 " A1_DIGEST "\n", ZONEMD_LENGTH);
	assert_outcome(A1_DATA "@ 86400 IN ZONEMD 2018031900 1 1 " A1_DIGEST "00\n", ZONEMD_LENGTH);
	assert_outcome(A1_DATA "@ 86400 IN TYPE63 \\# 17 7848b91c f0 f0 0102030405060708090a0b\n",
	    ZONEMD_LENGTH);
	assert_outcome(A1_DATA "@ 86400 IN TYPE63 \\# 18 7848b91c f0 f0 0102030405060708090a0b0c\n",
	    ZONEMD_UNSUPPORTED);
}
END_TEST

/* RFC 8976 section 4: neither of two records with one scheme and hash algorithm can be used. */
START_TEST(repeated_records_are_said)
{
	struct zonemd_facts zonemd =
	    compute(A1 "@ 86400 IN ZONEMD 2018031900 1 1 "
		       "d68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae"
		       "5cc27777f98b8e730044c\n");

	ck_assert_uint_eq(zonemd.n_records, 2);
	ck_assert_int_eq(zonemd.records[0].outcome, ZONEMD_REPEATED);
	ck_assert_int_eq(zonemd.records[1].outcome, ZONEMD_REPEATED);
}
END_TEST

START_TEST(surplus_records_are_said)
{
	char text[8192] = A1_DATA;

	for (int i = 0; i < ZONEMD_RECORDS_MAX; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "@ 86400 IN ZONEMD 2018031900 1 %d e2d523f654b9422a96c5a8f4\n", 240 - i);
	ck_assert(!compute(text).too_many);
	(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
	    "@ 86400 IN ZONEMD 2018031900 1 1 " A1_DIGEST "\n");
	ck_assert(compute(text).too_many);
	ck_assert_uint_eq(compute(text).n_records, ZONEMD_RECORDS_MAX);
}
END_TEST

static void
digest_text(const char *text, char hex[97])
{
	struct zone *zone = zone_fixture("example.", text);
	uint8_t digest[48];
	struct zg_error error = {""};

	ck_assert_msg(content_digest(zone, digest, &error) == ZG_OK, "%s", error.text);
	zone_free(zone);
	hex_write(digest, sizeof(digest), hex);
}

/* The records of A.1, ZONEMD among them, put into wire form and digested by another program. */
START_TEST(content_digest_is_that_of_the_wire_records)
{
	char hex[97];

	digest_text(A1, hex);
	ck_assert_str_eq(hex, "4ddbe5416068be901ce741383441c39bb2601a5943d30737"
			      "14eec5b864279bbef1d0900cf7e5cad3be91b4a95f22f162");
	digest_text("", hex);
	ck_assert_str_eq(hex, /* SHA-384 of nothing */
	    "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2"
	    "f14898b95b");
}
END_TEST

START_TEST(content_digest_does_not_depend_on_spelling)
{
	char hex[97], other[97];

	digest_text("a 3600 IN NS b\nb 60 IN TXT \"x\"\nb 60 IN TXT \"y\"\n", hex);
	digest_text("$TTL 1m\nB TXT x\n\n TXT y\n$ORIGIN EXAMPLE.\nA.Example. 1h NS B\n", other);
	ck_assert_str_eq(hex, other);
	digest_text(
	    "b 60 IN TXT \"y\"\nb 60 TYPE16 \\# 2 0178\na 3600 IN NS b\nb 60 IN TXT \"y\"\n",
	    other);
	ck_assert_str_eq(hex, other);
}
END_TEST

/* Everything counts: letter case in text, TTLs, ZONEMD and the signature over it. */
START_TEST(content_digest_leaves_nothing_out)
{
	static const char *const texts[] = {A1_DATA, A1, A1 SIGNATURE("ZONEMD"),
	    A1_DATA "@ 1 IN ZONEMD 2018031900 1 1 " A1_DIGEST "\n", A1_DATA "a.ns1 60 TXT x\n",
	    A1_DATA "a.ns1 61 TXT x\n", A1_DATA "a.ns1 60 TXT X\n", A1_DATA "b.ns1 60 TXT x\n",
	    A1_DATA "a.ns1 60 TYPE65280 \\# 2 0178\n", A1_DATA "a.ns1 60 TXT x x\n"};
	enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };
	char hex[TEXTS][97];

	for (int i = 0; i < TEXTS; i++) {
		digest_text(texts[i], hex[i]);
		for (int other = 0; other < i; other++)
			ck_assert_str_ne(hex[i], hex[other]);
	}
}
END_TEST

/* RDATA larger than what is gathered before it is hashed. */
START_TEST(content_digest_takes_large_records)
{
	static char text[140000];
	char hex[97], other[97];
	size_t used = (size_t)snprintf(text, sizeof(text), "a 60 IN TYPE65280 \\# 65535 ");

	memset(text + used, '5', 131070);
	digest_text(text, hex);
	text[used] = '4';
	digest_text(text, other);
	ck_assert_str_ne(hex, other);
	ck_assert_str_eq(other, "e45309e3ba83b51ef3fb2d028ead1d6bf538fa7d6096dfbc"
				"f038aa6d5b6bfd42a5d321dac6290e2af1b3e9cad71c5b63");
}
END_TEST

/* SHA-384 over two records of `rdlen` octets each, put into wire form at once. */
static void
digest_wire(size_t rdlen, char hex[97])
{
	static const uint8_t head[] = "\1x\7example\0\xff\0\0\1\0\0\0\74";
	static uint8_t wire[2 * (sizeof(head) + 2 + 20000)];
	struct digest *sha384;
	uint8_t octets[48];
	size_t used = 0;

	for (int record = 0; record < 2; record++) {
		memcpy(wire + used, head, sizeof(head) - 1);
		used += sizeof(head) - 1;
		wire[used++] = (uint8_t)(rdlen >> 8);
		wire[used++] = (uint8_t)rdlen;
		memset(wire + used, record == 0 ? 0x44 : 0x55, rdlen);
		used += rdlen;
	}
	ck_assert_int_eq(digest_new(DIGEST_KIND_SHA384, &sha384), ZG_OK);
	ck_assert_int_eq(digest_begin(sha384), ZG_OK);
	ck_assert_int_eq(digest_add(sha384, wire, used), ZG_OK);
	ck_assert_int_eq(digest_end(sha384, octets), ZG_OK);
	digest_free(sha384);
	hex_write(octets, sizeof(octets), hex);
}

/* Every length about that of what is gathered before it is hashed. */
START_TEST(content_digest_takes_records_of_every_size)
{
	static char text[90000];
	char hex[97], wanted[97];

	for (size_t rdlen = 16000; rdlen <= 16500; rdlen++) {
		size_t used = 0;

		for (int record = 0; record < 2; record++) {
			used += (size_t)snprintf(
			    text + used, sizeof(text) - used, "x 60 IN TYPE65280 \\# %zu ", rdlen);
			memset(text + used, record == 0 ? '4' : '5', 2 * rdlen);
			used += 2 * rdlen;
			text[used++] = '\n';
		}
		text[used] = '\0';
		digest_text(text, hex);
		digest_wire(rdlen, wanted);
		ck_assert_str_eq(hex, wanted);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("zonemd");
	TCase *tcase = tcase_create("zonemd");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, rfc8976_appendix_a1_verifies);
	tcase_add_test(tcase, rfc8976_appendix_a2_verifies);
	tcase_add_test(tcase, rfc8976_appendix_a3_verifies);
	tcase_add_test(tcase, zone_without_zonemd_has_no_facts);
	tcase_add_test(tcase, any_change_is_a_mismatch);
	tcase_add_test(tcase, signature_over_zonemd_stays_out);
	tcase_add_test(tcase, ttl_of_zonemd_stays_out);
	tcase_add_test(tcase, one_wrong_bit_is_a_mismatch);
	tcase_add_test(tcase, other_serial_is_said);
	tcase_add_test(tcase, wrong_lengths_are_said);
	tcase_add_test(tcase, repeated_records_are_said);
	tcase_add_test(tcase, surplus_records_are_said);
	tcase_add_test(tcase, content_digest_is_that_of_the_wire_records);
	tcase_add_test(tcase, content_digest_does_not_depend_on_spelling);
	tcase_add_test(tcase, content_digest_leaves_nothing_out);
	tcase_add_test(tcase, content_digest_takes_large_records);
	tcase_add_test(tcase, content_digest_takes_records_of_every_size);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
