/* Approvals of a stage: each way in which one does not count beside the twin that does; never good
 * for a finding, and the reverse. */
#include <zonegate/approval.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <zonegate/limits.h>
#include <zonegate/policy.h>
#include "crypto/ed25519.h"
#include "gate/approval.h"
#include "gate/finding_facts.h"
#include "gate/policy_digest.h"

#define CONTENT                                                                                    \
	"1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111" \
	"11111111"
#define OTHER_CONTENT                                                                              \
	"2222222222222222222222222222222222222222222222222222222222222222222222222222222222222222" \
	"22222222"
#define NOW 1795348800
#define DAY 86400

static const uint8_t private_keys[3][32] = {{1}, {2}, {3}};
static const char *const ids[3] = {"alice", "bob", "carol"};

struct fixture {
	zg_policy *policy;
	struct zg_stage_subject subject;
	struct zg_approval_wish wish;
	struct zg_approver approvers[3];
	struct zg_approval handed[4];
	char *texts[4]; /* owned */
	size_t n;
	struct zg_stage_approval list[4];
	size_t n_list, n_keys;
};

static zg_policy *
policy_parse(const char *inside)
{
	char text[512];
	struct zg_error error = {""};
	zg_policy *policy;

	(void)snprintf(text, sizeof(text),
	    "<ZoneGate version=\"1\"><Policy name=\"p\">%s</Policy></ZoneGate>", inside);
	ck_assert_msg(zg_policy_parse(text, strlen(text), "p", NULL, &policy, &error) == ZG_OK,
	    "%s", error.text);
	return policy;
}

static void
setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->policy = policy_parse("<Approval expires=\"P1D\"/>");
	f->subject = (struct zg_stage_subject){.installation = "registry-a",
	    .zone = "example.",
	    .policy = f->policy,
	    .serial = 11,
	    .digest = CONTENT,
	    .stage = "half",
	    .now = NOW};
	f->wish = (struct zg_approval_wish){.by = ids[0],
	    .private_key = private_keys[0],
	    .reason = "looks well",
	    .from = NOW - 60,
	    .until = NOW + 3600,
	    .nonce = 7};
	for (size_t i = 0; i < 3; i++) {
		f->approvers[i].id = ids[i];
		ck_assert_int_eq(
		    ed25519_public(private_keys[i], f->approvers[i].public_key), ZG_OK);
	}
}

static void
teardown(struct fixture *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->texts[i]);
	zg_policy_free(f->policy);
}

/* Hands in what the wish says, of `subject`. */
static void
hand_in_of(struct fixture *f, const struct zg_stage_subject *subject)
{
	struct zg_error error = {""};
	size_t length;

	ck_assert_msg(
	    zg_stage_approval_make(subject, &f->wish, &f->texts[f->n], &length, &error) == ZG_OK,
	    "%s", error.text);
	f->handed[f->n] =
	    (struct zg_approval){.name = "a.approval", .text = f->texts[f->n], .length = length};
	f->n++;
}

static void
hand_in(struct fixture *f)
{
	hand_in_of(f, &f->subject);
}

static void
judge(struct fixture *f)
{
	struct zg_error error = {""};

	ck_assert_msg(zg_stage_approvals_judge(&f->subject, f->approvers, 3, f->handed, f->n,
			  f->list, &f->n_list, &f->n_keys, &error) == ZG_OK,
	    "%s", error.text);
}

/* The only one that was handed in came to that. */
static void
assert_outcome(struct fixture *f, enum zg_approval_outcome outcome)
{
	judge(f);
	ck_assert_uint_eq(f->n_list, 1);
	ck_assert_int_eq(f->list[0].outcome, outcome);
	ck_assert_uint_eq(f->n_keys, outcome == ZG_APPROVAL_USED);
}

START_TEST(an_approval_counts_for_its_stage)
{
	struct fixture f;

	setup(&f);
	hand_in(&f);
	assert_outcome(&f, ZG_APPROVAL_USED);
	ck_assert_str_eq(f.list[0].name, "a.approval");
	ck_assert_str_eq(f.list[0].by, "alice");
	ck_assert_str_eq(f.list[0].reason, "looks well");
	ck_assert_int_eq(f.list[0].until, NOW + 3600);
	ck_assert_ptr_nonnull(strstr(f.texts[0], "\nstage half\nby alice\n"));
	f.subject.stage = "all";
	assert_outcome(&f, ZG_APPROVAL_OTHER_STAGE);
	f.subject.stage = "hal";
	assert_outcome(&f, ZG_APPROVAL_OTHER_STAGE);
	teardown(&f);
}
END_TEST

START_TEST(it_is_bound_to_one_candidate)
{
	struct fixture f;

	setup(&f);
	hand_in(&f);
	f.subject.serial = 12;
	assert_outcome(&f, ZG_APPROVAL_OTHER_CANDIDATE);
	f.subject.serial = 11;
	f.subject.digest = OTHER_CONTENT;
	assert_outcome(&f, ZG_APPROVAL_OTHER_CANDIDATE);
	f.subject.digest = CONTENT;
	assert_outcome(&f, ZG_APPROVAL_USED);
	teardown(&f);
}
END_TEST

START_TEST(it_is_bound_to_gate_zone_and_policy)
{
	struct fixture f;
	zg_policy *other = policy_parse("<Approval expires=\"P1D\" quorum=\"3\"/>");

	setup(&f);
	hand_in(&f);
	f.subject.installation = "registry-b";
	assert_outcome(&f, ZG_APPROVAL_FOREIGN);
	f.subject.installation = "registry-a";
	f.subject.zone = "example.net.";
	assert_outcome(&f, ZG_APPROVAL_FOREIGN);
	f.subject.zone = "example.";
	f.subject.policy = other;
	assert_outcome(&f, ZG_APPROVAL_FOREIGN);
	f.subject.policy = f.policy;
	assert_outcome(&f, ZG_APPROVAL_USED);
	zg_policy_free(other);
	teardown(&f);
}
END_TEST

START_TEST(it_counts_in_its_window_and_no_longer_than_the_policy_says)
{
	struct fixture f;

	setup(&f);
	f.wish.until = NOW + 30 * DAY;
	hand_in(&f);
	f.subject.now = NOW - 61;
	assert_outcome(&f, ZG_APPROVAL_NOT_YET);
	f.subject.now = NOW - 60;
	assert_outcome(&f, ZG_APPROVAL_USED);
	f.subject.now = NOW - 60 + DAY - 1;
	assert_outcome(&f, ZG_APPROVAL_USED);
	ck_assert_int_eq(f.list[0].until, NOW - 60 + DAY);
	f.subject.now = NOW - 60 + DAY;
	assert_outcome(&f, ZG_APPROVAL_EXPIRED);
	teardown(&f);
}
END_TEST

START_TEST(what_was_altered_is_forged)
{
	struct fixture f;
	char *at;

	setup(&f);
	hand_in(&f);
	at = strstr(f.texts[0], "stage half");
	memcpy(at, "stage hall", 10);
	f.subject.stage = "hall";
	assert_outcome(&f, ZG_APPROVAL_FORGED);
	memcpy(at, "stage half", 10);
	f.subject.stage = "half";
	assert_outcome(&f, ZG_APPROVAL_USED);
	/* Signed by another one than it says; by nobody who is known. */
	f.wish.private_key = private_keys[1];
	free(f.texts[0]);
	f.n = 0;
	hand_in(&f);
	assert_outcome(&f, ZG_APPROVAL_FORGED);
	f.approvers[0].id = "dave";
	assert_outcome(&f, ZG_APPROVAL_FORGED);
	teardown(&f);
}
END_TEST

START_TEST(text_that_is_none_is_malformed)
{
	struct fixture f;

	setup(&f);
	hand_in(&f);
	f.handed[0].length--;
	assert_outcome(&f, ZG_APPROVAL_MALFORMED);
	ck_assert_str_eq(f.list[0].by, "");
	ck_assert_int_eq(f.list[0].until, 0);
	f.handed[0].length = 0;
	assert_outcome(&f, ZG_APPROVAL_MALFORMED);
	teardown(&f);
}
END_TEST

/* Every octet changed in turn: nothing that was not signed counts. */
START_TEST(no_changed_octet_counts)
{
	struct fixture f;

	setup(&f);
	hand_in(&f);
	for (size_t i = 0; i < f.handed[0].length; i++) {
		f.texts[0][i] ^= 1;
		judge(&f);
		ck_assert_uint_eq(f.n_keys, 0);
		f.texts[0][i] ^= 1;
	}
	assert_outcome(&f, ZG_APPROVAL_USED);
	teardown(&f);
}
END_TEST

START_TEST(approvers_whom_the_policy_does_not_name_do_not_count)
{
	struct fixture f;

	setup(&f);
	zg_policy_free(f.policy);
	f.policy = policy_parse("<Approval quorum=\"1\"><Approver id=\"bob\"/></Approval>");
	f.subject.policy = f.policy;
	hand_in(&f);
	assert_outcome(&f, ZG_APPROVAL_FORGED);
	f.wish.by = "bob";
	f.wish.private_key = private_keys[1];
	hand_in(&f);
	judge(&f);
	ck_assert_uint_eq(f.n_keys, 1);
	teardown(&f);
}
END_TEST

START_TEST(one_key_counts_once)
{
	struct fixture f;

	setup(&f);
	hand_in(&f);
	f.wish.nonce = 8;
	hand_in(&f);
	judge(&f);
	ck_assert_uint_eq(f.n_list, 2);
	ck_assert_uint_eq(f.n_keys, 1);
	/* Under another name too. */
	memcpy(f.approvers[2].public_key, f.approvers[0].public_key, 32);
	f.wish.by = "carol";
	hand_in(&f);
	judge(&f);
	ck_assert_int_eq(f.list[2].outcome, ZG_APPROVAL_USED);
	ck_assert_uint_eq(f.n_keys, 1);
	f.wish.by = "bob";
	f.wish.private_key = private_keys[1];
	hand_in(&f);
	judge(&f);
	ck_assert_uint_eq(f.n_keys, 2);
	teardown(&f);
}
END_TEST

/* --- A stage is no finding, and a finding no stage --- */

static struct approval_subject
findings_subject(const struct fixture *f, char policy_text[POLICY_DIGEST_TEXT_SIZE])
{
	struct approval_subject subject = {.installation = "registry-a",
	    .zone = "example.",
	    .policy_digest = policy_text,
	    .serial = 11,
	    .digest = CONTENT,
	    .now = NOW,
	    .expires = DAY};

	ck_assert_int_eq(policy_digest(f->policy, policy_text, NULL), ZG_OK);
	return subject;
}

START_TEST(an_approval_of_a_stage_covers_no_finding)
{
	struct fixture f;
	char policy_text[POLICY_DIGEST_TEXT_SIZE];
	struct finding_fact fact = {.key = {1}};
	struct finding_facts finding = {.id = "change-denial", .facts = &fact, .n = 1};
	struct approval_subject subject;
	struct approval *approval;

	setup(&f);
	hand_in(&f);
	subject = findings_subject(&f, policy_text);
	ck_assert_int_eq(finding_facts_close(&finding), ZG_OK);
	ck_assert_int_eq(approval_parse(f.texts[0], f.handed[0].length, &approval, NULL), ZG_OK);
	ck_assert_int_eq(
	    approval_judge(approval, &subject, f.approvers, 3, NULL), ZG_APPROVAL_FOR_STAGE);
	ck_assert(!approval_covers(approval, &subject, false, &finding));
	/* It stays in the spool while it may count for its stage. */
	ck_assert(!zg_approval_is_dead(ZG_APPROVAL_FOR_STAGE));
	subject.now = NOW + DAY;
	ck_assert_int_eq(
	    approval_judge(approval, &subject, f.approvers, 3, NULL), ZG_APPROVAL_EXPIRED);
	approval_free(approval);
	teardown(&f);
}
END_TEST

START_TEST(an_approval_of_findings_is_good_for_no_stage)
{
	struct fixture f;
	char policy_text[POLICY_DIGEST_TEXT_SIZE];
	struct finding_fact fact = {.key = {1}};
	struct finding_facts finding = {.id = "change-denial", .facts = &fact, .n = 1};
	struct approval_subject subject;
	struct approval_wish wish = {.subject = &subject,
	    .findings = &finding,
	    .n_findings = 1,
	    .by = "alice",
	    .reason = "looks well",
	    .from = NOW - 60,
	    .until = NOW + 3600,
	    .this_candidate_only = true};
	struct approval *approval;
	size_t length;

	setup(&f);
	subject = findings_subject(&f, policy_text);
	ck_assert_int_eq(finding_facts_close(&finding), ZG_OK);
	ck_assert_int_eq(approval_make(&wish, private_keys[0], &f.texts[0], &length, NULL), ZG_OK);
	f.handed[0] =
	    (struct zg_approval){.name = "a.approval", .text = f.texts[0], .length = length};
	f.n = 1;
	judge(&f);
	ck_assert_uint_eq(f.n_list, 0);
	ck_assert_uint_eq(f.n_keys, 0);
	ck_assert_int_eq(approval_parse(f.texts[0], length, &approval, NULL), ZG_OK);
	subject.stage = "half";
	ck_assert_int_eq(
	    approval_judge(approval, &subject, f.approvers, 3, NULL), ZG_APPROVAL_FOR_FINDINGS);
	approval_free(approval);
	teardown(&f);
}
END_TEST

/* A text with a stage, and a finding or no candidate, is no text that can be written. */
START_TEST(stage_and_finding_do_not_stand_together)
{
	static const char *const wrong[][2] = {
	    {"\nsignature ", "\nfinding change-denial 1\nfact 01000000000000000000000000000000 0\n"
			     "signature "},
	    {"\ncandidate 11 " CONTENT, "\ncandidate any"},
	    {"\nstage half\n", "\nstage half\nstage half\n"},
	    {"\nstage half\n", "\nstage  half\n"},
	    {"\nstage half\n", "\nstage \n"},
	    {"\nstage half\n",
		"\nstage aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"},
	    {"\nstage half\n", "\n"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct fixture f;
		struct approval *approval = NULL;
		char text[4096], *at;

		setup(&f);
		hand_in(&f);
		at = strstr(f.texts[0], wrong[i][0]);
		ck_assert_ptr_nonnull(at);
		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - f.texts[0]), f.texts[0],
		    wrong[i][1], at + strlen(wrong[i][0]));
		ck_assert_int_eq(approval_parse(text, strlen(text), &approval, NULL), ZG_INPUT_BAD);
		ck_assert_ptr_null(approval);
		teardown(&f);
	}
}
END_TEST

START_TEST(what_cannot_be_written_is_not_made)
{
	static const char *const stages[] = {
	    "", "a b", "a\nb", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	struct fixture f;
	struct zg_error error;
	char *text;
	size_t length;

	setup(&f);
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		f.subject.stage = stages[i];
		ck_assert_int_eq(
		    zg_stage_approval_make(&f.subject, &f.wish, &text, &length, &error),
		    ZG_PARAMETER);
		ck_assert_ptr_null(text);
	}
	f.subject.stage = "half";
	f.wish.reason = "two\nlines";
	ck_assert_int_eq(
	    zg_stage_approval_make(&f.subject, &f.wish, &text, &length, &error), ZG_PARAMETER);
	teardown(&f);
}
END_TEST

static Suite *
stage_approval_suite(void)
{
	Suite *suite = suite_create("stage approval");
	TCase *outcomes = tcase_create("outcomes"), *kinds = tcase_create("kinds");

	tcase_add_test(outcomes, an_approval_counts_for_its_stage);
	tcase_add_test(outcomes, it_is_bound_to_one_candidate);
	tcase_add_test(outcomes, it_is_bound_to_gate_zone_and_policy);
	tcase_add_test(outcomes, it_counts_in_its_window_and_no_longer_than_the_policy_says);
	tcase_add_test(outcomes, what_was_altered_is_forged);
	tcase_add_test(outcomes, text_that_is_none_is_malformed);
	tcase_add_test(outcomes, no_changed_octet_counts);
	tcase_add_test(outcomes, approvers_whom_the_policy_does_not_name_do_not_count);
	tcase_add_test(outcomes, one_key_counts_once);
	tcase_add_test(kinds, an_approval_of_a_stage_covers_no_finding);
	tcase_add_test(kinds, an_approval_of_findings_is_good_for_no_stage);
	tcase_add_test(kinds, stage_and_finding_do_not_stand_together);
	tcase_add_test(kinds, what_cannot_be_written_is_not_made);
	suite_add_tcase(suite, outcomes);
	suite_add_tcase(suite, kinds);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(stage_approval_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
