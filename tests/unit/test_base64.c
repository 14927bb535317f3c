/* Base64: the test vectors of RFC 4648 section 10, and texts that have no one meaning. */
#include "base/base64.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

static const struct {
	const char *octets, *text;
} vectors[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
#define N_VECTORS ((int)(sizeof(vectors) / sizeof(vectors[0])))

START_TEST(vectors_of_rfc_4648_come_out_both_ways)
{
	size_t length = strlen(vectors[_i].octets);
	uint8_t octets[8];
	char text[16];

	base64_write((const uint8_t *)vectors[_i].octets, length, text);
	ck_assert_str_eq(text, vectors[_i].text);
	ck_assert_uint_eq(strlen(text), BASE64_LENGTH(length));
	ck_assert(base64_read(text, strlen(text), octets, length));
	ck_assert_mem_eq(octets, vectors[_i].octets, length);
}
END_TEST

START_TEST(every_octet_comes_back)
{
	uint8_t octets[256], back[256];
	char text[BASE64_LENGTH(256) + 1];

	for (size_t i = 0; i < 256; i++)
		octets[i] = (uint8_t)(i * 37);
	base64_write(octets, sizeof(octets), text);
	ck_assert(base64_read(text, strlen(text), back, sizeof(back)));
	ck_assert_mem_eq(octets, back, sizeof(octets));
}
END_TEST

static const struct {
	const char *text;
	size_t n_octets;
} bad[] = {{"Zg==", 2}, {"Zg=", 1}, {"Zg", 1}, {"Zh==", 1}, {"Zm9=", 2}, {"Zg= ", 1}, {"Z===", 1},
    {"Zm9v", 2}, {"Zm9v", 4}, {"Zm-v", 3}, {"Zm_v", 3}, {"Z\n9v", 3}, {"====", 1}, {"Zm9vYg==", 5},
    {"=m9v", 3}};
#define N_BAD ((int)(sizeof(bad) / sizeof(bad[0])))

START_TEST(another_form_is_refused)
{
	uint8_t octets[8];

	ck_assert(!base64_read(bad[_i].text, strlen(bad[_i].text), octets, bad[_i].n_octets));
}
END_TEST

START_TEST(an_octet_of_value_zero_is_no_digit)
{
	uint8_t octets[3];

	ck_assert(!base64_read("Zm\0v", 4, octets, 3));
	ck_assert(base64_read("Zm9v", 4, octets, 3));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("base64");
	TCase *tests = tcase_create("base64");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tests, vectors_of_rfc_4648_come_out_both_ways, 0, N_VECTORS);
	tcase_add_test(tests, every_octet_comes_back);
	tcase_add_loop_test(tests, another_form_is_refused, 0, N_BAD);
	tcase_add_test(tests, an_octet_of_value_zero_is_no_digit);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
