/* root-anchors.xml: what IANA publishes is read, what is none is refused with its line. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/anchor_xml.h"

#define SHA256_A "49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5"
#define SHA256_B "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"

#define PARTS                                                                                      \
	"<KeyTag>20326</KeyTag><Algorithm>8</Algorithm><DigestType>2</DigestType>"                 \
	"<Digest>" SHA256_B "</Digest>"

static struct trust_anchor anchors[TRUST_ANCHORS_MAX];

static zg_status
read_text(const char *text, size_t *n, struct zg_error *error)
{
	return anchor_xml_read("anchors.xml", text, strlen(text), anchors, n, error);
}

/* The form of the file of 2024: two digests, one of which has its key beside it. */
START_TEST(the_published_form_is_read)
{
	size_t n;
	struct zg_error error = {""};
	zg_status status = read_text(
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<TrustAnchor id=\"380DC50D\" source=\"http://data.iana.org/root-anchors.xml\">\n"
	    "<Zone>.</Zone>\n"
	    "<KeyDigest id=\"Kjqmt7v\" validFrom=\"2010-07-15T00:00:00+00:00\" "
	    "validUntil=\"2019-01-11T00:00:00+00:00\">\n"
	    "<KeyTag>19036</KeyTag>\n<Algorithm>8</Algorithm>\n<DigestType>2</DigestType>\n"
	    "<Digest>\n" SHA256_A "\n</Digest>\n</KeyDigest>\n"
	    "<KeyDigest id=\"Klajeyz\" validFrom=\"2017-02-02T00:00:00+00:00\">\n" PARTS
	    "<PublicKey>AwEAAaz/</PublicKey><Flags>257</Flags>\n"
	    "</KeyDigest>\n</TrustAnchor>\n",
	    &n, &error);

	ck_assert_msg(status == ZG_OK, "%s", error.text);
	ck_assert_uint_eq(n, 2);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_eq(anchors[i].zone[0], 0);
		ck_assert(!anchors[i].is_key);
		ck_assert_uint_eq(anchors[i].ds.algorithm, 8);
		ck_assert_uint_eq(anchors[i].ds.digest_type, 2);
		ck_assert_uint_eq(anchors[i].ds.digest_len, 32);
	}
	ck_assert_uint_eq(anchors[0].ds.tag, 19036);
	ck_assert_uint_eq(anchors[0].ds.digest[0], 0x49);
	ck_assert_uint_eq(anchors[0].ds.digest[31], 0xb5);
	ck_assert_int_eq(anchors[0].valid_from, 1279152000);
	ck_assert_int_eq(anchors[0].valid_until, 1547164800);
	ck_assert_uint_eq(anchors[0].line, 4);
	ck_assert_uint_eq(anchors[1].ds.tag, 20326);
	ck_assert_int_eq(anchors[1].valid_from, 1485993600);
	ck_assert_int_eq(anchors[1].valid_until, 0);
}
END_TEST

START_TEST(times_may_have_any_offset)
{
	static const struct {
		const char *text;
		int64_t seconds; /* 0: refused */
	} cases[] = {{"1970-01-02T00:00:00Z", 86400}, {"1970-01-02T00:00:00+00:00", 86400},
	    {"1970-01-02T02:30:00+02:30", 86400}, {"1970-01-01T23:00:00-01:00", 86400},
	    {"1970-01-02T00:00:00", 0}, {"1970-01-02", 0}, {"1970-01-02T00:00:00+0000", 0},
	    {"1970-01-02T00:00:00+24:00", 0}, {"1970-13-02T00:00:00Z", 0},
	    {"1970-01-02T00:00:00.5Z", 0}, {"", 0}, {"1970-01-02T00:00:00Z ", 86400}};
	char text[1024];
	size_t n;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zg_status status;

		(void)snprintf(text, sizeof(text),
		    "<TrustAnchor><Zone>.</Zone><KeyDigest validFrom=\"%s\">" PARTS
		    "</KeyDigest></TrustAnchor>",
		    cases[i].text);
		status = read_text(text, &n, NULL);
		ck_assert_msg((status == ZG_OK) == (cases[i].seconds != 0), "%s", cases[i].text);
		if (status == ZG_OK)
			ck_assert_int_eq(anchors[0].valid_from, cases[i].seconds);
		else
			ck_assert_uint_eq(n, 0);
	}
}
END_TEST

#define DIGEST "<KeyDigest>" PARTS "</KeyDigest>"

static const struct {
	const char *text;
	zg_status status;
} refused[] = {
    {"<TrustAnchor><Zone>.</Zone>" DIGEST "</TrustAnchor>", ZG_OK},
    {"<TrustAnchor>" DIGEST "</TrustAnchor>", ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone></TrustAnchor>", ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone><Zone>.</Zone>" DIGEST "</TrustAnchor>", ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone>" DIGEST "<Zone>a.</Zone></TrustAnchor>", ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>a..b</Zone>" DIGEST "</TrustAnchor>", ZG_INPUT_BAD},
    {"<TrustAnchor extra=\"1\"><Zone>.</Zone>" DIGEST "</TrustAnchor>", ZG_INPUT_BAD},
    {"<TrustAnchors><Zone>.</Zone>" DIGEST "</TrustAnchors>", ZG_INPUT_BAD},
    {"<TrustAnchor xmlns=\"urn:x\"><Zone>.</Zone>" DIGEST "</TrustAnchor>", ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone>" DIGEST, ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone><KeyDigest>" PARTS "<KeyTag>1</KeyTag></KeyDigest></TrustAnchor>",
	ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone><KeyDigest>" PARTS "<Other/></KeyDigest></TrustAnchor>",
	ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone><KeyDigest><KeyTag>1</KeyTag></KeyDigest></TrustAnchor>",
	ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone><KeyDigest><KeyTag>65536</KeyTag><Algorithm>8</Algorithm>"
     "<DigestType>2</DigestType><Digest>" SHA256_B "</Digest></KeyDigest></TrustAnchor>",
	ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone><KeyDigest><KeyTag>1</KeyTag><Algorithm>8</Algorithm>"
     "<DigestType>1</DigestType><Digest>" SHA256_B "</Digest></KeyDigest></TrustAnchor>",
	ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone><KeyDigest><KeyTag>1</KeyTag><Algorithm>8</Algorithm>"
     "<DigestType>2</DigestType><Digest>zz</Digest></KeyDigest></TrustAnchor>",
	ZG_INPUT_BAD},
    {"<TrustAnchor><Zone>.</Zone><KeyDigest validFrom=\"2020-01-01T00:00:00Z\" "
     "validUntil=\"2020-01-01T00:00:00Z\">" PARTS "</KeyDigest></TrustAnchor>",
	ZG_INPUT_BAD},
    {"<!DOCTYPE TrustAnchor><TrustAnchor><Zone>.</Zone>" DIGEST "</TrustAnchor>", ZG_INPUT_BAD},
    {"<!DOCTYPE x [<!ENTITY z \".\">]><TrustAnchor><Zone>&z;</Zone>" DIGEST "</TrustAnchor>",
	ZG_INPUT_BAD},
};

START_TEST(what_is_no_such_file_is_refused)
{
	struct zg_error error = {""};
	size_t n = 7;

	ck_assert_int_eq(read_text(refused[_i].text, &n, &error), refused[_i].status);
	ck_assert_uint_eq(n, refused[_i].status == ZG_OK ? 1 : 0);
	if (refused[_i].status != ZG_OK)
		ck_assert_msg(strncmp(error.text, "anchors.xml:1: ", 15) == 0, "%s", error.text);
}
END_TEST

START_TEST(digests_are_taken_up_to_a_limit)
{
	char *text = calloc(1, 64 * 1024);
	size_t digests = TRUST_ANCHORS_MAX + (_i == 1 ? 1 : 0), n;

	ck_assert_ptr_nonnull(text);
	(void)strcat(text, "<TrustAnchor><Zone>.</Zone>");
	for (size_t i = 0; i < digests; i++)
		(void)strcat(text, DIGEST);
	(void)strcat(text, "</TrustAnchor>");
	ck_assert_int_eq(read_text(text, &n, NULL), _i == 1 ? ZG_LIMIT : ZG_OK);
	ck_assert_uint_eq(n, _i == 1 ? 0 : TRUST_ANCHORS_MAX);
	free(text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("anchor_xml");
	TCase *tests = tcase_create("anchor_xml");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, the_published_form_is_read);
	tcase_add_test(tests, times_may_have_any_offset);
	tcase_add_loop_test(
	    tests, what_is_no_such_file_is_refused, 0, (int)(sizeof(refused) / sizeof(refused[0])));
	tcase_add_loop_test(tests, digests_are_taken_up_to_a_limit, 0, 2);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
