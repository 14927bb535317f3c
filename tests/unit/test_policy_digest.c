/* The digest of a policy, and of texts that other versions wrote. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "gate/policy_digest.h"

#define TEXT(name, inside)                                                                         \
	"<ZoneGate version=\"1\"><Policy name=\"" name "\">" inside "</Policy></ZoneGate>"

static void
digest_of(const char *text, char digest[POLICY_DIGEST_TEXT_SIZE])
{
	zg_policy *policy = NULL;

	ck_assert_int_eq(zg_policy_parse(text, strlen(text), "text", NULL, &policy, NULL), ZG_OK);
	ck_assert_int_eq(policy_digest(policy, digest, NULL), ZG_OK);
	zg_policy_free(policy);
}

/* Histories and approvals have it: no later version may give the same policy another one. */
START_TEST(digest_is_that_of_the_lines)
{
	char digest[POLICY_DIGEST_TEXT_SIZE];

	digest_of(TEXT("test", ""), digest); /* printf '@name test\n' | sha256sum */
	ck_assert_str_eq(
	    digest, "47742dcb2f79b6c37fd7c39102c14f3d7c1f09768c6e92758496fd65ef480372");
	/* printf '@name test\nZone/Evidence handed\n' | sha256sum */
	digest_of(TEXT("test", "<Zone><Evidence>handed</Evidence></Zone>"), digest);
	ck_assert_str_eq(
	    digest, "ea8490c94d8ce3fbdd23d98657f9c666d9bf02db535dbffa089f8b1e3dfc7225");
}
END_TEST

START_TEST(text_has_the_digest_of_what_it_means)
{
	static const struct {
		const char *text;
		bool has;
	} cases[] = {
	    {TEXT("test", ""), true},
	    {TEXT("test", "<Zone><Evidence>confirmed</Evidence></Zone>"), true},
	    {TEXT("test", "<Zone><Evidence>handed</Evidence></Zone>"), false},
	    {TEXT("other", ""), false},
	    {TEXT("test", "<Future/>"), false},
	    {"<ZoneGate version=\"1\"><Policy name=\"test\"/><Policy name=\"more\"/></ZoneGate>",
		false},
	    {"", false},
	    {"no XML", false},
	};
	char digest[POLICY_DIGEST_TEXT_SIZE];

	digest_of(TEXT("test", ""), digest);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool has = !cases[i].has;

		ck_assert_int_eq(policy_text_has_digest(cases[i].text, digest, &has, NULL), ZG_OK);
		ck_assert_msg(has == cases[i].has, "%s", cases[i].text);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("policy_digest");
	TCase *tests = tcase_create("digest");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, digest_is_that_of_the_lines);
	tcase_add_test(tests, text_has_the_digest_of_what_it_means);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
