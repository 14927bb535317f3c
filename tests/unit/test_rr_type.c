/* RR types: mnemonics and numbers. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/rr_type.h"

static bool
parse(const char *text, uint16_t *type)
{
	return rr_type_from_text(text, strlen(text), type);
}

START_TEST(every_type_reads_back_in_any_letter_case)
{
	char buffer[RR_TYPE_TEXT_MAX], text[RR_TYPE_TEXT_MAX], generic[RR_TYPE_TEXT_MAX];
	size_t n_mnemonics = 0;
	uint16_t read;

	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		(void)snprintf(text, sizeof(text), "%s", rr_type_to_text((uint16_t)type, buffer));
		n_mnemonics += strncmp(text, "TYPE", 4) != 0;
		ck_assert(parse(text, &read) && read == type);
		for (char *at = text; *at != '\0'; at++)
			*at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
		ck_assert(parse(text, &read) && read == type);
		(void)snprintf(generic, sizeof(generic), "TyPe%u", type);
		ck_assert(parse(generic, &read) && read == type);
	}
	ck_assert_uint_eq(n_mnemonics, 97);
}
END_TEST

START_TEST(numbers_are_those_of_iana)
{
	static const struct {
		const char *text;
		uint16_t type;
	} some[] = {{"A", 1}, {"NS", RR_NS}, {"SOA", RR_SOA}, {"TXT", RR_TXT}, {"AAAA", RR_AAAA},
	    {"NSAP-PTR", 23}, {"DS", RR_DS}, {"RRSIG", RR_RRSIG}, {"NSEC", RR_NSEC},
	    {"DNSKEY", RR_DNSKEY}, {"NSEC3", RR_NSEC3}, {"NSEC3PARAM", RR_NSEC3PARAM},
	    {"OPENPGPKEY", 61}, {"ZONEMD", RR_ZONEMD}, {"SVCB", 64}, {"HTTPS", 65}, {"SPF", 99},
	    {"EUI64", 109}, {"ANY", RR_ANY}, {"CAA", 257}, {"AMTRELAY", 260}, {"DLV", 32769}};
	uint16_t read;

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		ck_assert_msg(
		    parse(some[i].text, &read) && read == some[i].type, "%s", some[i].text);
}
END_TEST

START_TEST(other_words_are_no_types)
{
	static const char *const bad[] = {"", "B", "AA", "NSEC3PARAMS", "NSEC3PARAMSXXXXXXX",
	    "TYPE", "TYPE65536", "TYPE99999", "TYPE000001", "TYPE1x", "TYPE-1", "TYP1", "IN", "1",
	    " A", "A ", "NS\1", "\xffS", "[", "@"};
	uint16_t read;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!parse(bad[i], &read), "%s", bad[i]);
	/* The length counts, not a NUL. */
	ck_assert(!rr_type_from_text("A\0", 2, &read));
	ck_assert(!rr_type_from_text("NSEC3", 3, &read));
	ck_assert(rr_type_from_text("NSEC3", 4, &read) && read == RR_NSEC);
}
END_TEST

START_TEST(meta_types_are_those_of_rfc6895_section_3_1)
{
	for (unsigned type = 0; type <= UINT16_MAX; type++)
		ck_assert_int_eq(rr_type_is_meta((uint16_t)type),
		    type == 0 || type == 41 || (type >= 128 && type < 256));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rr_type");
	TCase *tcase = tcase_create("rr_type");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, every_type_reads_back_in_any_letter_case);
	tcase_add_test(tcase, numbers_are_those_of_iana);
	tcase_add_test(tcase, other_words_are_no_types);
	tcase_add_test(tcase, meta_types_are_those_of_rfc6895_section_3_1);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
