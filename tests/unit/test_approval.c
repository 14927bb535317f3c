/* Approvals: each way in which one does not count beside a twin that does; hostile texts; what is
 * covered. */
#include "gate/approval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <zonegate/limits.h>
#include "base/base64.h"
#include "crypto/ed25519.h"
#include "gate/finding_facts.h"

#define POLICY	     "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define OTHER_POLICY "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define BASE                                                                                       \
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" \
	"00"                                                                                       \
	"00aaaa"
#define CONTENT                                                                                    \
	"1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111" \
	"11"                                                                                       \
	"111111"
#define NOW 1795348800
#define DAY 86400

static const uint8_t alice_private[32] = {1}, bob_private[32] = {2};

/* What every test starts from: two facts of one finding that holds, one of one that refuses. */
struct fixture {
	struct approval_subject subject;
	struct finding_fact guard[2], cut[1];
	struct finding_facts findings[2];
	struct approval_wish wish;
	struct zg_approver approvers[2];
	char *text;
	size_t length;
};

static struct finding_fact
fact(uint8_t key, bool relative, uint64_t magnitude)
{
	return (struct finding_fact){.key = {key}, .relative = relative, .magnitude = magnitude};
}

static void
setup(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->subject = (struct approval_subject){.installation = "registry-a",
	    .zone = "example.",
	    .policy_digest = POLICY,
	    .base_serial = 10,
	    .base_digest = BASE,
	    .serial = 11,
	    .digest = CONTENT,
	    .now = NOW,
	    .expires = DAY};
	fixture->guard[0] = fact(1, true, 20);
	fixture->guard[1] = fact(2, true, 0);
	fixture->cut[0] = fact(3, false, 7);
	fixture->findings[0] =
	    (struct finding_facts){.id = "change-delegations", .facts = fixture->guard, .n = 2};
	fixture->findings[1] = (struct finding_facts){
	    .id = "algorithm-incomplete", .refuses = true, .facts = fixture->cut, .n = 1};
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(finding_facts_close(&fixture->findings[i]), ZG_OK);
	fixture->wish = (struct approval_wish){.subject = &fixture->subject,
	    .findings = fixture->findings,
	    .n_findings = 2,
	    .by = "alice",
	    .reason = "contract ended, ticket 4711",
	    .from = NOW - 60,
	    .until = NOW + 3600,
	    .nonce = 0x1234};
	fixture->approvers[0].id = "alice";
	fixture->approvers[1].id = "bob";
	ck_assert_int_eq(ed25519_public(alice_private, fixture->approvers[0].public_key), ZG_OK);
	ck_assert_int_eq(ed25519_public(bob_private, fixture->approvers[1].public_key), ZG_OK);
}

static void
make(struct fixture *fixture)
{
	struct zg_error error = {""};

	free(fixture->text);
	ck_assert_msg(approval_make(&fixture->wish, alice_private, &fixture->text, &fixture->length,
			  &error) == ZG_OK,
	    "%s", error.text);
}

/* Malformed, or what approval_judge says. */
static enum zg_approval_outcome
judge_text(const struct fixture *fixture, const char *text, size_t length)
{
	struct approval *approval;
	struct zg_error error;
	enum zg_approval_outcome outcome = ZG_APPROVAL_MALFORMED;
	zg_status status = approval_parse(text, length, &approval, &error);

	if (status == ZG_OK)
		outcome = approval_judge(approval, &fixture->subject, fixture->approvers, 2, NULL);
	else
		ck_assert_int_eq(status, ZG_INPUT_BAD);
	approval_free(approval);
	return outcome;
}

static enum zg_approval_outcome
judge(const struct fixture *fixture)
{
	return judge_text(fixture, fixture->text, fixture->length);
}

static bool
covers(const struct fixture *fixture, bool spent, const struct finding_facts *finding)
{
	struct approval *approval;
	bool covered;

	ck_assert_int_eq(approval_parse(fixture->text, fixture->length, &approval, NULL), ZG_OK);
	covered = approval_covers(approval, &fixture->subject, spent, finding);
	approval_free(approval);
	return covered;
}

static void
teardown(struct fixture *fixture)
{
	free(fixture->text);
}

/* ---- Outcomes ---- */

START_TEST(an_approval_counts_for_what_it_was_made_of)
{
	struct fixture f;
	struct approval *approval;
	const unsigned char *key;

	setup(&f);
	make(&f);
	ck_assert_int_eq(approval_parse(f.text, f.length, &approval, NULL), ZG_OK);
	ck_assert_int_eq(
	    approval_judge(approval, &f.subject, f.approvers, 2, &key), ZG_APPROVAL_USED);
	ck_assert_ptr_eq(key, f.approvers[0].public_key);
	ck_assert_str_eq(approval_by(approval), "alice");
	ck_assert_str_eq(approval_reason(approval), "contract ended, ticket 4711");
	ck_assert_int_eq(approval_until(approval, &f.subject), NOW + 3600);
	ck_assert(approval_covers(approval, &f.subject, false, &f.findings[0]));
	ck_assert(approval_covers(approval, &f.subject, false, &f.findings[1]));
	approval_free(approval);
	teardown(&f);
}
END_TEST

START_TEST(somebody_elses_signature_is_forged)
{
	struct fixture f;
	char *text;
	size_t length;

	setup(&f);
	make(&f);
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	/* Bob signs in alice's name. */
	ck_assert_int_eq(approval_make(&f.wish, bob_private, &text, &length, NULL), ZG_OK);
	ck_assert_int_eq(judge_text(&f, text, length), ZG_APPROVAL_FORGED);
	free(text);
	/* Nobody knows alice any more; alice has another key. */
	f.approvers[0].id = "carol";
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_FORGED);
	f.approvers[0].id = "alice";
	f.approvers[0].public_key[0] ^= 1;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_FORGED);
	f.approvers[0].public_key[0] ^= 1;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	teardown(&f);
}
END_TEST

START_TEST(another_installation_zone_or_policy_is_foreign)
{
	struct fixture f;

	setup(&f);
	make(&f);
	f.subject.installation = "registry-b";
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_FOREIGN);
	f.subject.installation = "registry-a";
	f.subject.zone = "example.org.";
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_FOREIGN);
	f.subject.zone = "example.";
	f.subject.policy_digest = OTHER_POLICY;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_FOREIGN);
	f.subject.former_policy_digest = POLICY; /* it was, before the program was another */
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	f.subject.former_policy_digest = OTHER_POLICY;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_FOREIGN);
	f.subject.policy_digest = POLICY;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	teardown(&f);
}
END_TEST

START_TEST(it_counts_in_its_time_only)
{
	struct fixture f;

	setup(&f);
	make(&f);
	f.subject.now = NOW - 61;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_NOT_YET);
	f.subject.now = NOW - 60;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	f.subject.now = NOW + 3599;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	f.subject.now = NOW + 3600;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_EXPIRED);
	teardown(&f);
}
END_TEST

START_TEST(the_policy_bounds_how_long_it_counts)
{
	struct fixture f;

	setup(&f);
	f.wish.until = NOW + 365 * DAY;
	make(&f);
	f.subject.now = NOW - 60 + DAY - 1;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	f.subject.now = NOW - 60 + DAY;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_EXPIRED);
	f.subject.expires = 2 * DAY;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	/* A policy without a bound is one that was not read. */
	f.subject.expires = 0;
	f.subject.now = NOW;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_EXPIRED);
	teardown(&f);
}
END_TEST

START_TEST(bound_to_a_candidate_it_counts_for_no_other)
{
	struct fixture f;

	setup(&f);
	f.wish.this_candidate_only = true;
	make(&f);
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	f.subject.serial = 12;
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_OTHER_CANDIDATE);
	f.subject.serial = 11;
	f.subject.digest[0] = '2';
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_OTHER_CANDIDATE);
	/* The same approval, not bound. */
	f.subject.digest[0] = '1';
	f.wish.this_candidate_only = false;
	make(&f);
	f.subject.serial = 12;
	f.subject.digest[0] = '2';
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	teardown(&f);
}
END_TEST

/* ---- What is covered ---- */

START_TEST(the_same_or_fewer_facts_are_covered_and_no_more)
{
	struct fixture f;
	struct finding_fact facts[3];
	struct finding_facts finding;

	setup(&f);
	make(&f);
	finding = f.findings[0];
	finding.facts = facts;
	facts[0] = fact(1, true, 20);
	facts[1] = fact(2, true, 0);
	ck_assert(covers(&f, false, &finding));
	facts[0].magnitude = 19;
	ck_assert(covers(&f, false, &finding));
	facts[0].magnitude = 21;
	ck_assert(!covers(&f, false, &finding));
	finding.n = 1;
	ck_assert(!covers(&f, false, &finding));
	facts[0] = fact(2, true, 0);
	ck_assert(covers(&f, false, &finding));
	facts[0] = fact(2, true, 1);
	ck_assert(!covers(&f, false, &finding));
	/* One more fact, before, between and behind those approved. */
	finding.n = 3;
	for (uint8_t more = 0; more <= 9; more = (uint8_t)(more + 9)) {
		facts[0] = more < 1 ? fact(more, true, 0) : fact(1, true, 20);
		facts[1] = more < 1 ? fact(1, true, 20) : fact(2, true, 0);
		facts[2] = more < 1 ? fact(2, true, 0) : fact(more, true, 0);
		ck_assert(!covers(&f, false, &finding));
	}
	/* Not a step from the release in force: another kind of fact. */
	finding.n = 1;
	facts[0] = fact(2, false, 0);
	ck_assert(!covers(&f, false, &finding));
	teardown(&f);
}
END_TEST

START_TEST(nothing_found_is_not_covered)
{
	struct fixture f;
	struct finding_facts finding;

	setup(&f);
	make(&f);
	finding = f.findings[0];
	finding.n = 0;
	ck_assert(!covers(&f, false, &finding));
	finding.n = 2;
	ck_assert(covers(&f, false, &finding));
	finding.too_many = true;
	ck_assert(!covers(&f, false, &finding));
	teardown(&f);
}
END_TEST

START_TEST(an_approval_is_no_override)
{
	struct fixture f;
	struct finding_facts finding;

	setup(&f);
	make(&f);
	finding = f.findings[0];
	finding.refuses = true;
	ck_assert(!covers(&f, false, &finding));
	/* But who overrides a refusal accepts that it only waits, too. */
	finding = f.findings[1];
	ck_assert(covers(&f, false, &finding));
	finding.refuses = false;
	ck_assert(covers(&f, false, &finding));
	/* Of another finding with the same facts. */
	finding.id = "rrsig-invalid";
	ck_assert(!covers(&f, false, &finding));
	teardown(&f);
}
END_TEST

START_TEST(headroom_lets_a_measure_grow)
{
	struct fixture f;

	setup(&f);
	f.wish.headroom = 11; /* of 20: 2.2, rounded up */
	make(&f);
	f.guard[0].magnitude = 23;
	ck_assert(covers(&f, false, &f.findings[0]));
	f.guard[0].magnitude = 24;
	ck_assert(!covers(&f, false, &f.findings[0]));
	teardown(&f);
}
END_TEST

/* ---- The base ---- */

START_TEST(a_step_is_covered_once_and_over_its_own_base_again)
{
	struct fixture f;

	setup(&f);
	make(&f);
	/* Used, but the release did not come about: the same step from the same base. */
	ck_assert(covers(&f, true, &f.findings[0]));
	/* Not used, and the zone went on meanwhile. */
	f.subject.base_serial = 12;
	f.subject.base_digest[95] = 'b';
	ck_assert(covers(&f, false, &f.findings[0]));
	/* Used: another step of the same size, from where it led to. */
	ck_assert(!covers(&f, true, &f.findings[0]));
	/* The serial or the content alone makes another base. */
	f.subject.base_serial = 10;
	ck_assert(!covers(&f, true, &f.findings[0]));
	f.subject.base_digest[95] = 'a';
	f.subject.base_serial = 11;
	ck_assert(!covers(&f, true, &f.findings[0]));
	/* What is no step goes with every base. */
	ck_assert(covers(&f, true, &f.findings[1]));
	teardown(&f);
}
END_TEST

START_TEST(no_base_is_a_base)
{
	struct fixture f;

	setup(&f);
	f.subject.base_digest[0] = '\0';
	make(&f);
	ck_assert(covers(&f, true, &f.findings[0]));
	memcpy(f.subject.base_digest, BASE, sizeof(BASE));
	ck_assert(!covers(&f, true, &f.findings[0]));
	teardown(&f);
}
END_TEST

/* ---- More facts than are listed ---- */

START_TEST(very_many_facts_are_approved_as_a_whole)
{
	const size_t n = APPROVAL_FACTS_MAX + 1;
	struct finding_fact *facts = calloc(n, sizeof(*facts));
	struct fixture f;

	setup(&f);
	ck_assert_ptr_nonnull(facts);
	for (size_t i = 0; i < n; i++) {
		facts[i].key[0] = (uint8_t)(i >> 8);
		facts[i].key[1] = (uint8_t)i;
	}
	f.findings[1] =
	    (struct finding_facts){.id = "rrsig-invalid", .refuses = true, .facts = facts, .n = n};
	ck_assert_int_eq(finding_facts_close(&f.findings[1]), ZG_OK);
	make(&f);
	ck_assert_uint_lt(f.length, 1000);
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	ck_assert(covers(&f, false, &f.findings[1]));
	facts[7].magnitude = 1;
	ck_assert_int_eq(finding_facts_close(&f.findings[1]), ZG_OK);
	ck_assert(!covers(&f, false, &f.findings[1]));
	facts[7].magnitude = 0;
	f.findings[1].n--;
	ck_assert_int_eq(finding_facts_close(&f.findings[1]), ZG_OK);
	ck_assert(!covers(&f, false, &f.findings[1]));
	/* One less: listed one by one, so that a part of them is covered. */
	f.wish.findings = &f.findings[1];
	f.wish.n_findings = 1;
	make(&f);
	f.findings[1].n--;
	ck_assert(covers(&f, false, &f.findings[1]));
	free(facts);
	teardown(&f);
}
END_TEST

START_TEST(facts_that_come_twice_are_one_with_the_larger_magnitude)
{
	struct finding_fact facts[] = {
	    fact(2, false, 1), fact(1, false, 0), fact(2, false, 5), fact(2, false, 3)};
	struct finding_fact other[] = {fact(1, false, 0), fact(2, false, 5)};
	struct finding_facts finding = {.id = "x", .facts = facts, .n = 4};
	struct finding_facts twin = {.id = "x", .facts = other, .n = 2};

	ck_assert_int_eq(finding_facts_close(&finding), ZG_OK);
	ck_assert_int_eq(finding_facts_close(&twin), ZG_OK);
	ck_assert_uint_eq(finding.n, 2);
	ck_assert_uint_eq(facts[0].key[0], 1);
	ck_assert_uint_eq(facts[1].magnitude, 5);
	ck_assert_mem_eq(finding.sha256, twin.sha256, 32);
	ck_assert(!finding.relative);
	other[0].relative = true;
	ck_assert_int_eq(finding_facts_close(&twin), ZG_OK);
	ck_assert(twin.relative);
	ck_assert_mem_ne(finding.sha256, twin.sha256, 32);
}
END_TEST

/* ---- Hostile texts ---- */

START_TEST(no_changed_octet_counts)
{
	struct fixture f;

	setup(&f);
	make(&f);
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	for (size_t i = 0; i < f.length; i++) {
		char was = f.text[i];

		for (int bit = 0; bit < 8; bit++) {
			f.text[i] = (char)(was ^ 1 << bit);
			ck_assert_int_ne(judge(&f), ZG_APPROVAL_USED);
		}
		f.text[i] = was;
	}
	teardown(&f);
}
END_TEST

START_TEST(no_piece_of_it_counts)
{
	struct fixture f;
	char *copy;

	setup(&f);
	make(&f);
	for (size_t length = 0; length <= f.length; length++) {
		/* A block of its own, so that reading beyond its end is seen. */
		copy = malloc(length + 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, f.text, length);
		ck_assert_int_eq(judge_text(&f, copy, length),
		    length < f.length ? ZG_APPROVAL_MALFORMED : ZG_APPROVAL_USED);
		copy[length] = length < f.length ? 'x' : '\n';
		ck_assert_int_eq(judge_text(&f, copy, length + 1), ZG_APPROVAL_MALFORMED);
		free(copy);
	}
	teardown(&f);
}
END_TEST

/* Signs `head`, the text without its signature, as alice would. */
static enum zg_approval_outcome
judge_signed(const struct fixture *f, const char *head, size_t length)
{
	uint8_t signature[64];
	char base64[BASE64_LENGTH(64) + 1], *text = malloc(length + 128);
	enum zg_approval_outcome outcome;
	int more;

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(
	    ed25519_sign(alice_private, (const uint8_t *)head, length, signature), ZG_OK);
	base64_write(signature, sizeof(signature), base64);
	memcpy(text, head, length);
	more = snprintf(text + length, 128, "signature %s\n", base64);
	outcome = judge_text(f, text, length + (size_t)more);
	free(text);
	return outcome;
}

/* Lines of the head of an approval: changed, signed by alice herself, and still refused. */
static const struct {
	const char *line; /* it begins with this, */
	const char *with; /* and becomes this; with newlines */
} changes[] = {
    {"zonegate", "zonegate-approval 2\n"},
    {"zonegate", ""},
    {"installation", ""},
    {"installation", "installation registry-a\ninstallation registry-a\n"},
    {"installation", "installation registry-a \n"},
    {"installation", "installation  registry-a\n"},
    {"installation", "installation registry a\n"},
    {"zone", "zone example.\nzone example.\n"},
    {"zone", "unknown x\nzone example.\n"},
    {"policy", "policy 0011\n"},
    {"base", "base 010 " BASE "\n"},
    {"base", "base 4294967296 " BASE "\n"},
    {"base", "base 10 " BASE "0\n"},
    {"base", "base 10\n"},
    {"base", "base None\n"},
    {"candidate", "candidate 11 " BASE "\nby alice\n"},
    {"candidate", "candidate none\n"},
    {"by", "by alice bob\n"},
    {"from", "from -1\n"},
    {"from", "from 0x10\n"},
    {"from", "from +5\n"},
    {"from", "from 99999999999999999999\n"},
    {"until", "until 5\n"},
    {"until", "until 253402300800\n"},
    {"until", "until 18446744073709551616\n"},
    {"nonce", "nonce 1234\n"},
    {"nonce", "nonce 000000000000123G\n"},
    {"nonce", "nonce 000000000000123A\n"},
    {"reason", "reason \n"},
    {"reason", "reason a\tb\n"},
    {"reason", "reason trailing \n"},
    {"finding", "finding change-delegations 1\n"},
    {"finding", "finding change-delegations 3\n"},
    {"finding", "finding change-delegations 0\n"},
    {"finding", "finding change-delegations 02\n"},
    {"finding", "finding change-delegations 18446744073709551615\n"},
    {"finding", "finding change-delegations 8193\n"},
    {"finding", "finding change-delegations\n"},
    {"finding", "finding aaa 2\n"},
    {"finding", "finding algorithm-incomplete 2\n"},
    {"finding", "finding change-delegations 2 step " POLICY "\n"},
    {"finding", "finding change-delegations 2 change 00\n"},
    {"finding", "hold change-delegations 2\n"},
    {"override", "finding\n"},
    {"fact", "fact 03000000000000000000000000000000 07\n"},
    {"fact", "fact 0300000000000000000000000000000 7\n"},
    {"fact", "fact 0300000000000000000000000000000x 7\n"},
    {"fact", "fact 03000000000000000000000000000000 7 7\n"},
    {"fact", "fact 03000000000000000000000000000000 18446744073709551616\n"},
    {"fact", "fact 03000000000000000000000000000000\n"},
    {"fact", ""},
    {"change", "change 02000000000000000000000000000000 20\n"},
    {"change", "change 03000000000000000000000000000000 20\n"},
};
#define N_CHANGES ((int)(sizeof(changes) / sizeof(changes[0])))

START_TEST(another_form_does_not_count_even_signed)
{
	struct fixture f;
	char *head, *line;
	size_t used, rest;

	setup(&f);
	make(&f);
	head = calloc(1, f.length + 1024);
	ck_assert_ptr_nonnull(head);
	used = (size_t)(strstr(f.text, "signature ") - f.text);
	memcpy(head, f.text, used);
	/* The twin: unchanged, it counts. */
	ck_assert_int_eq(judge_signed(&f, head, used), ZG_APPROVAL_USED);
	line = head;
	while (strncmp(line, changes[_i].line, strlen(changes[_i].line)) != 0) {
		line = strchr(line, '\n');
		ck_assert_ptr_nonnull(line);
		line++;
	}
	rest = strlen(strchr(line, '\n') + 1);
	memmove(line + strlen(changes[_i].with), strchr(line, '\n') + 1, rest + 1);
	memcpy(line, changes[_i].with, strlen(changes[_i].with));
	ck_assert_int_eq(judge_signed(&f, head, strlen(head)), ZG_APPROVAL_MALFORMED);
	free(head);
	teardown(&f);
}
END_TEST

START_TEST(octets_of_value_zero_and_sizes_beyond_the_limit_are_malformed)
{
	char *text = calloc(1, ZG_APPROVAL_BYTES_MAX + 1);
	struct fixture f;

	setup(&f);
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(judge_text(&f, "", 0), ZG_APPROVAL_MALFORMED);
	ck_assert_int_eq(judge_text(&f, text, ZG_APPROVAL_BYTES_MAX + 1), ZG_APPROVAL_MALFORMED);
	make(&f);
	strstr(f.text, "registry-a")[3] = '\0';
	ck_assert_int_eq(judge_signed(&f, f.text, f.length - 99), ZG_APPROVAL_MALFORMED);
	free(text);
	teardown(&f);
}
END_TEST

/* ---- Wishes that cannot be written ---- */

static zg_status
try(struct fixture *f)
{
	char *text;
	size_t length;
	struct zg_error error = {""};
	zg_status status = approval_make(&f->wish, alice_private, &text, &length, &error);

	free(text);
	ck_assert(status == ZG_OK || error.text[0] != '\0');
	return status;
}

START_TEST(what_cannot_be_read_back_is_not_written)
{
	struct fixture f;
	char longest[600];

	setup(&f);
	ck_assert_int_eq(try(&f), ZG_OK);
	f.wish.reason = "two\nlines";
	ck_assert_int_eq(try(&f), ZG_PARAMETER);
	f.wish.reason = "";
	ck_assert_int_eq(try(&f), ZG_PARAMETER);
	memset(longest, 'x', sizeof(longest));
	longest[511] = '\0';
	f.wish.reason = longest;
	ck_assert_int_eq(try(&f), ZG_OK);
	longest[511] = 'x';
	longest[512] = '\0';
	ck_assert_int_eq(try(&f), ZG_PARAMETER);
	f.wish.reason = "S\303\251curit\303\251";
	make(&f);
	ck_assert_int_eq(judge(&f), ZG_APPROVAL_USED);
	f.wish.by = "alice and bob";
	ck_assert_int_eq(try(&f), ZG_PARAMETER);
	f.wish.by = "alice";
	f.wish.until = f.wish.from;
	ck_assert_int_eq(try(&f), ZG_PARAMETER);
	f.wish.until = f.wish.from + 1;
	ck_assert_int_eq(try(&f), ZG_OK);
	f.wish.n_findings = 0;
	ck_assert_int_eq(try(&f), ZG_PARAMETER);
	f.wish.n_findings = 2;
	f.findings[0].too_many = true;
	ck_assert_int_eq(try(&f), ZG_PARAMETER);
	f.findings[0].too_many = false;
	f.findings[0].n = 0;
	ck_assert_int_eq(try(&f), ZG_INTERNAL);
	f.findings[0].n = 2;
	f.subject.policy_digest = "00";
	ck_assert_int_eq(try(&f), ZG_PARAMETER);
	f.subject.policy_digest = POLICY;
	f.wish.headroom = 1001;
	ck_assert_int_eq(try(&f), ZG_PARAMETER);
	teardown(&f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("approval");
	TCase *tests = tcase_create("approval");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, an_approval_counts_for_what_it_was_made_of);
	tcase_add_test(tests, somebody_elses_signature_is_forged);
	tcase_add_test(tests, another_installation_zone_or_policy_is_foreign);
	tcase_add_test(tests, it_counts_in_its_time_only);
	tcase_add_test(tests, the_policy_bounds_how_long_it_counts);
	tcase_add_test(tests, bound_to_a_candidate_it_counts_for_no_other);
	tcase_add_test(tests, the_same_or_fewer_facts_are_covered_and_no_more);
	tcase_add_test(tests, nothing_found_is_not_covered);
	tcase_add_test(tests, an_approval_is_no_override);
	tcase_add_test(tests, headroom_lets_a_measure_grow);
	tcase_add_test(tests, a_step_is_covered_once_and_over_its_own_base_again);
	tcase_add_test(tests, no_base_is_a_base);
	tcase_add_test(tests, very_many_facts_are_approved_as_a_whole);
	tcase_add_test(tests, facts_that_come_twice_are_one_with_the_larger_magnitude);
	tcase_add_test(tests, no_changed_octet_counts);
	tcase_add_test(tests, no_piece_of_it_counts);
	tcase_add_loop_test(tests, another_form_does_not_count_even_signed, 0, N_CHANGES);
	tcase_add_test(tests, octets_of_value_zero_and_sizes_beyond_the_limit_are_malformed);
	tcase_add_test(tests, what_cannot_be_read_back_is_not_written);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
