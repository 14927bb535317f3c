/* Trust anchors from files: which form it is, is seen from the content. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/gate.h>
#include "dns/rdata_view.h"
#include "dns/trust_anchor.h"

static struct trust_anchor anchors[TRUST_ANCHORS_MAX];

static zg_status
read_text(const char *text, size_t *n, struct zg_error *error)
{
	struct zg_source source = {
	    .kind = ZG_SOURCE_MEMORY, .path = "anchors", .bytes = text, .length = strlen(text)};

	return zg_anchors_read(&source, anchors, n, error);
}

#define KEY                                                                                        \
	"AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN" \
	"7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8" \
	"efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLY" \
	"A4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU="
#define DIGEST "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"

/* As Debian's dns-root-data has it, and Unbound's root.key. */
START_TEST(dnskey_records_are_read)
{
	size_t n;

	ck_assert_int_eq(read_text("; autotrust trust anchor file\n. IN DNSKEY 257 3 8 " KEY
				   " ; keytag 20326\n.\t172800\tIN\tDNSKEY\t257 3 8 (\n" KEY " )\n",
			     &n, NULL),
	    ZG_OK);
	ck_assert_uint_eq(n, 2);
	for (size_t i = 0; i < n; i++) {
		ck_assert(anchors[i].is_key);
		ck_assert_uint_eq(anchors[i].zone[0], 0);
		ck_assert_uint_eq(anchors[i].key_len, 264);
		ck_assert_uint_eq(dnskey_tag(anchors[i].key, anchors[i].key_len), 20326);
		ck_assert_int_eq(anchors[i].valid_from, 0);
		ck_assert_int_eq(anchors[i].valid_until, 0);
	}
	ck_assert_uint_eq(anchors[0].line, 2);
}
END_TEST

START_TEST(ds_records_of_several_zones_are_read)
{
	size_t n;

	ck_assert_int_eq(
	    read_text(
		". IN DS 20326 8 2 " DIGEST "\nExample. 60 IN DS 1 13 2 " DIGEST "\n", &n, NULL),
	    ZG_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert(!anchors[0].is_key);
	ck_assert_uint_eq(anchors[0].ds.tag, 20326);
	ck_assert_uint_eq(anchors[0].ds.digest_len, 32);
	ck_assert_int_eq(memcmp(anchors[1].zone, "\7example", 9), 0);
	ck_assert_uint_eq(anchors[1].ds.algorithm, 13);
}
END_TEST

START_TEST(xml_is_seen_from_its_content)
{
	static const char *const begins[] = {"", "\n \t", "\xef\xbb\xbf"};
	char text[1024] = "";
	size_t n;

	(void)strcat(text, begins[_i]);
	(void)strcat(text, "<TrustAnchor><Zone>.</Zone><KeyDigest><KeyTag>20326</KeyTag>"
			   "<Algorithm>8</Algorithm><DigestType>2</DigestType><Digest>" DIGEST
			   "</Digest></KeyDigest></TrustAnchor>");
	ck_assert_int_eq(read_text(text, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(anchors[0].ds.tag, 20326);
}
END_TEST

static const char *const refused[] = {
    "",
    "; nothing\n",
    ". IN NS a.\n",
    "relative IN DS 1 8 2 " DIGEST "\n",
    ". IN DS 1 8 2\n",
    ". IN DNSKEY 1 3 8 " KEY "\n",
    ". IN DNSKEY 257 2 8 " KEY "\n",
    "<TrustAnchor/>",
};

START_TEST(files_without_anchors_are_refused)
{
	struct zg_error error = {""};
	size_t n = 7;

	ck_assert_int_eq(read_text(refused[_i], &n, &error), ZG_INPUT_BAD);
	ck_assert_uint_eq(n, 0);
	ck_assert_msg(strncmp(error.text, "anchors", 7) == 0, "%s", error.text);
}
END_TEST

START_TEST(a_revoked_key_is_read_to_be_told_of)
{
	size_t n;

	ck_assert_int_eq(read_text(". IN DNSKEY 385 3 8 " KEY "\n", &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(anchors_are_taken_up_to_a_limit)
{
	char *text = calloc(1, 64 * 1024);
	size_t n, records = TRUST_ANCHORS_MAX + (_i == 1 ? 1 : 0);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < records; i++)
		(void)strcat(text, ". IN DS 1 8 2 " DIGEST "\n");
	ck_assert_int_eq(read_text(text, &n, NULL), _i == 1 ? ZG_LIMIT : ZG_OK);
	ck_assert_uint_eq(n, _i == 1 ? 0 : TRUST_ANCHORS_MAX);
	free(text);
}
END_TEST

START_TEST(a_file_is_read_up_to_a_limit)
{
	size_t length = ZG_DS_FILE_BYTES_MAX + (_i == 1 ? 1 : 0), n;
	char *text = malloc(length + 1);
	static const char record[] = ". IN DS 1 8 2 " DIGEST "\n";

	ck_assert_ptr_nonnull(text);
	memset(text, '\n', length);
	memcpy(text, record, sizeof(record) - 1);
	text[length] = '\0';
	ck_assert_int_eq(read_text(text, &n, NULL), _i == 1 ? ZG_LIMIT : ZG_OK);
	free(text);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_said_so)
{
	struct zg_source source = {.kind = ZG_SOURCE_PATH, .path = "/nonexistent/anchors"};
	struct zg_error error = {""};
	size_t n;

	ck_assert_int_eq(zg_anchors_read(&source, anchors, &n, &error), ZG_READ);
	ck_assert_ptr_nonnull(strstr(error.text, "/nonexistent/anchors"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("anchors_read");
	TCase *tests = tcase_create("anchors_read");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, dnskey_records_are_read);
	tcase_add_test(tests, ds_records_of_several_zones_are_read);
	tcase_add_loop_test(tests, xml_is_seen_from_its_content, 0, 3);
	tcase_add_loop_test(tests, files_without_anchors_are_refused, 0,
	    (int)(sizeof(refused) / sizeof(refused[0])));
	tcase_add_test(tests, a_revoked_key_is_read_to_be_told_of);
	tcase_add_loop_test(tests, anchors_are_taken_up_to_a_limit, 0, 2);
	tcase_add_loop_test(tests, a_file_is_read_up_to_a_limit, 0, 2);
	tcase_add_test(tests, a_file_that_is_not_there_is_said_so);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
