/* The quorum: different keys, more facts, and what nobody can accept. */
#include "gate/quorum.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "gate/finding_facts.h"

#define HEX_64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct approval_subject
subject(void)
{
	struct approval_subject made = {.installation = "registry-a",
	    .zone = "example.",
	    .policy_digest = HEX_64,
	    .serial = 2,
	    .now = 1000,
	    .expires = 86400};

	memset(made.digest, '1', DIGEST_TEXT_SIZE - 1);
	return made;
}

/* Somebody's approval of a finding with `n` facts, read back. */
static struct approval *
approval_of(const char *by, struct finding_fact *facts, size_t n)
{
	static const uint8_t any_key[32] = {9};
	struct approval_subject of = subject();
	struct finding_facts finding = {
	    .id = "rrsig-invalid", .refuses = true, .facts = facts, .n = n};
	struct approval_wish wish = {.subject = &of,
	    .findings = &finding,
	    .n_findings = 1,
	    .by = by,
	    .reason = "a test",
	    .from = 900,
	    .until = 2000};
	struct approval *approval;
	char *text;
	size_t length;

	ck_assert_int_eq(finding_facts_close(&finding), ZG_OK);
	ck_assert_int_eq(approval_make(&wish, any_key, &text, &length, NULL), ZG_OK);
	ck_assert_int_eq(approval_parse(text, length, &approval, NULL), ZG_OK);
	free(text);
	return approval;
}

START_TEST(different_keys_are_counted)
{
	static const unsigned char keys[3][32] = {{1}, {2}, {3}};
	struct finding_fact two[] = {{.key = {1}}, {.key = {2}}}, one[] = {{.key = {1}}};
	struct approval *all[] = {approval_of("alice", two, 2), approval_of("alice", two, 2),
	    approval_of("bob", two, 2), approval_of("carol", one, 1)};
	struct approval_subject of = subject();
	struct finding_facts finding = {
	    .id = "rrsig-invalid", .refuses = true, .facts = two, .n = 2};
	struct quorum_voice voices[] = {{all[0], keys[0], false, QUORUM_NOW},
	    {all[1], keys[0], false, QUORUM_NOW}, {all[2], keys[1], false, QUORUM_NOW},
	    {all[3], keys[2], false, QUORUM_NOW}};
	bool covering[4];

	ck_assert_uint_eq(quorum_count(voices, 0, QUORUM_NOW, &of, &finding, covering), 0);
	ck_assert_uint_eq(quorum_count(voices, 1, QUORUM_NOW, &of, &finding, covering), 1);
	/* The same person twice. */
	ck_assert_uint_eq(quorum_count(voices, 2, QUORUM_NOW, &of, &finding, covering), 1);
	ck_assert(covering[0] && covering[1]);
	ck_assert_uint_eq(quorum_count(voices, 3, QUORUM_NOW, &of, &finding, covering), 2);
	/* Carol approved less than was found. */
	ck_assert_uint_eq(quorum_count(voices, 4, QUORUM_NOW, &of, &finding, covering), 2);
	ck_assert(!covering[3]);
	finding.n = 1;
	ck_assert_uint_eq(quorum_count(voices, 4, QUORUM_NOW, &of, &finding, covering), 3);
	/* Two names with one key are one. */
	voices[3].public_key = keys[1];
	ck_assert_uint_eq(quorum_count(voices, 4, QUORUM_NOW, &of, &finding, covering), 2);
	for (size_t i = 0; i < 4; i++)
		approval_free(all[i]);
}
END_TEST

/* DESIGN 9.19: who came with the new rules has no say in them, and who went with them has. */
START_TEST(keys_count_under_their_rules)
{
	static const unsigned char keys[3][32] = {{1}, {2}, {3}};
	struct finding_fact fact[] = {{.key = {1}}};
	struct approval *all[] = {approval_of("alice", fact, 1), approval_of("bob", fact, 1),
	    approval_of("carol", fact, 1)};
	struct approval_subject of = subject();
	struct finding_facts finding = {
	    .id = "rrsig-invalid", .refuses = true, .facts = fact, .n = 1};
	struct quorum_voice voices[] = {{all[0], keys[0], false, QUORUM_NOW | QUORUM_FORMER},
	    {all[1], keys[1], false, QUORUM_FORMER}, {all[2], keys[2], false, QUORUM_NOW}};
	bool covering[3];

	ck_assert_uint_eq(quorum_count(voices, 3, QUORUM_FORMER, &of, &finding, covering), 2);
	ck_assert(covering[0] && covering[1] && !covering[2]);
	ck_assert_uint_eq(quorum_count(voices, 3, QUORUM_NOW, &of, &finding, covering), 2);
	ck_assert(covering[0] && !covering[1] && covering[2]);
	voices[0].rules = 0;
	ck_assert_uint_eq(quorum_count(voices, 3, QUORUM_NOW, &of, &finding, covering), 1);
	for (size_t i = 0; i < 3; i++)
		approval_free(all[i]);
}
END_TEST

START_TEST(the_floor_is_beyond_any_quorum)
{
	ck_assert(!quorum_accepts(ZG_SEVERITY_REFUSE, ZG_SEVERITY_REFUSE, 99, 2));
	ck_assert(quorum_accepts(ZG_SEVERITY_REFUSE, ZG_SEVERITY_APPROVE, 2, 2));
	ck_assert(quorum_accepts(ZG_SEVERITY_REFUSE, ZG_SEVERITY_WARN, 2, 2));
	ck_assert(quorum_accepts(ZG_SEVERITY_REFUSE, ZG_SEVERITY_IGNORE, 2, 2));
	ck_assert(quorum_accepts(ZG_SEVERITY_APPROVE, ZG_SEVERITY_IGNORE, 2, 2));
	/* A row at the floor whose severity in effect is weaker: there is nothing to override. */
	ck_assert(quorum_accepts(ZG_SEVERITY_APPROVE, ZG_SEVERITY_REFUSE, 2, 2));
	ck_assert(!quorum_may_accept(ZG_SEVERITY_WARN, ZG_SEVERITY_IGNORE));
	ck_assert(!quorum_may_accept((zg_severity)7, ZG_SEVERITY_IGNORE));
	ck_assert(!quorum_may_accept(ZG_SEVERITY_REFUSE, (zg_severity)7));
}
END_TEST

START_TEST(fewer_keys_than_the_quorum_are_none)
{
	ck_assert(!quorum_accepts(ZG_SEVERITY_APPROVE, ZG_SEVERITY_IGNORE, 1, 2));
	ck_assert(quorum_accepts(ZG_SEVERITY_APPROVE, ZG_SEVERITY_IGNORE, 3, 2));
	ck_assert(quorum_accepts(ZG_SEVERITY_APPROVE, ZG_SEVERITY_IGNORE, 1, 1));
	/* A quorum of nobody is no quorum. */
	ck_assert(!quorum_accepts(ZG_SEVERITY_APPROVE, ZG_SEVERITY_IGNORE, 0, 0));
	ck_assert(!quorum_accepts(ZG_SEVERITY_APPROVE, ZG_SEVERITY_IGNORE, 5, 0));
	ck_assert(!quorum_accepts(ZG_SEVERITY_APPROVE, ZG_SEVERITY_IGNORE, 5, -1));
}
END_TEST

/* Every row of the table whose default refuses and that no policy can lower. */
START_TEST(broken_cryptography_and_denial_are_at_the_floor)
{
	static const char *const ids[] = {"rrset-bogus", "rrset-unsigned", "rrsig-expired",
	    "chain-to-ds", "dnskey-missing", "denial-missing", "nsec-missing", "nsec-bitmap",
	    "nsec3-missing", "nsec3-bitmap", "zone-syntax", "serial-lower", "serial-equal",
	    "soa-multiple", "unsigned-with-ds", "algorithm-unverifiable", "work-limit"};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct zg_check *check = zg_check_find(ids[i]);

		ck_assert_ptr_nonnull(check);
		ck_assert_msg(!quorum_may_accept(ZG_SEVERITY_REFUSE, check->floor), "%s", ids[i]);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("quorum");
	TCase *tests = tcase_create("quorum");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, different_keys_are_counted);
	tcase_add_test(tests, keys_count_under_their_rules);
	tcase_add_test(tests, the_floor_is_beyond_any_quorum);
	tcase_add_test(tests, fewer_keys_than_the_quorum_are_none);
	tcase_add_test(tests, broken_cryptography_and_denial_are_at_the_floor);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
