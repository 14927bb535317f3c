/* A broken candidate held against a broken zone in force. Zones z. of four RRsets at the apex, and
 * of TXT and NSEC at a, b and c; their signatures are real. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "gate/repair.h"
#include "policy/policy.h"
#include "signing_fixture.h"
#include "zone_fixture.h"

/* RRsets to be signed in a zone of this test. */
#define RRSETS 10

/* What a zone is like; zeroed: good. Names are single letters, one after the other. */
struct like {
	const char *bogus;   /* their TXT RRset has one signature, and it is damaged, */
	const char *expired; /* or has expired, */
	const char *early;   /* or begins tomorrow, */
	const char *bare;    /* or there is none */
	const char *other;   /* these have an A, not signed, instead of TXT */
	const char *more;    /* text to be added */
	bool all_expired;    /* all but the DNSKEY RRset */
	bool bad_keys;	     /* the signature over the DNSKEY RRset is damaged */
	const char *bitmap;  /* of the NSEC at a; NULL: the right one */
	const char *next;    /* of the NSEC at b; NULL: the right one */
};

struct side {
	struct zone *zone;
	struct facts *facts;
	struct check_result results[CHECK_ROWS_MAX];
};

static struct signing_key key;
static zg_policy *policy;
static struct side candidate, former;
static struct release_facts in_force;
static struct past_facts past;
static struct repair repair;

static void
setup(void)
{
	struct zg_error error;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	ck_assert_int_eq(zg_policy_default(&policy, &error), ZG_OK);
	memset(&candidate, 0, sizeof(candidate));
	memset(&former, 0, sizeof(former));
	past = (struct past_facts){.in_force = &in_force};
}

static void
clear(struct side *side)
{
	check_results_clear(side->results);
	facts_free(side->facts);
	zone_free(side->zone);
	memset(side, 0, sizeof(*side));
}

static void
teardown(void)
{
	clear(&candidate);
	clear(&former);
	zg_policy_free(policy);
	signing_key_clear(&key);
}

static bool
has(const char *letters, char letter)
{
	return letters != NULL && strchr(letters, letter) != NULL;
}

/* What a, b or c has beside its NSEC. */
static const char *
data(const struct like *like, char letter)
{
	return has(like->other, letter) ? "A 192.0.2.1" : "TXT data";
}

static void
sign(struct text_writer *text, const char *owner, uint16_t type, const struct like *like)
{
	struct signing_form form = SIGNING_FORM;
	char letter = type == RR_TXT ? owner[0] : '\0';

	if (letter != '\0' && (has(like->bare, letter) || has(like->other, letter)))
		return;
	form.damaged =
	    (letter != '\0' && has(like->bogus, letter)) || (like->bad_keys && type == RR_DNSKEY);
	if ((letter != '\0' && has(like->expired, letter)) ||
	    (like->all_expired && type != RR_DNSKEY))
		form.expiration = SIGNING_NOW - 60;
	if (letter != '\0' && has(like->early, letter))
		form.inception = SIGNING_NOW + 86400;
	add_rrsig(text, owner, type, &key, &form);
}

static void
write_zone(struct text_writer *text, const struct like *like)
{
	static const char *const owners[] = {"a.z.", "b.z.", "c.z."};
	static const uint16_t apex[] = {RR_SOA, RR_NS, RR_NSEC, RR_DNSKEY};

	text_printf(text,
	    "@ 3600 IN SOA ns.other. hostmaster.z. 7 7200 3600 1209600 3600\n"
	    "@ 3600 IN NS ns.other.\n@ 3600 IN NSEC a.z. NS SOA RRSIG NSEC DNSKEY\n"
	    "a.z. 3600 IN %s\na.z. 3600 IN NSEC b.z. %s\n"
	    "b.z. 3600 IN %s\nb.z. 3600 IN NSEC %s TXT RRSIG NSEC\n"
	    "c.z. 3600 IN %s\nc.z. 3600 IN NSEC z. TXT RRSIG NSEC\n",
	    data(like, 'a'), like->bitmap != NULL ? like->bitmap : "TXT RRSIG NSEC",
	    data(like, 'b'), like->next != NULL ? like->next : "c.z.", data(like, 'c'));
	add_key(text, &key);
	for (size_t i = 0; i < 4; i++)
		sign(text, "z.", apex[i], like);
	for (size_t i = 0; i < 3; i++) {
		sign(text, owners[i], RR_TXT, like);
		sign(text, owners[i], RR_NSEC, like);
	}
	text_add(text, like->more != NULL ? like->more : "");
}

/* The DS of the zone's key. */
static struct ds_entry
ds_of_key(void)
{
	static const uint8_t apex[] = {1, 'z', 0};
	struct ds_entry ds = {.ttl = 86400, .rdlen = 36};
	uint16_t tag = signing_key_tag(&key);

	ds.rdata[0] = (uint8_t)(tag >> 8);
	ds.rdata[1] = (uint8_t)tag;
	ds.rdata[2] = ALG_ED25519;
	ds.rdata[3] = 2;
	ck_assert_int_eq(key_ds_digest(apex, key.rdata, key.rdlen, 2, ds.rdata + 4), ZG_OK);
	return ds;
}

static struct check_inputs
inputs_of(const struct facts *facts)
{
	return (struct check_inputs){.facts = facts,
	    .policy = policy_values(policy),
	    .now = SIGNING_NOW,
	    .inputs = ZG_INPUT_DS};
}

static void
make(struct side *side, const struct like *like)
{
	const struct ds_entry ds = ds_of_key();
	struct facts_inputs of = {
	    .ds = &ds, .n_ds = 1, .ds_given = true, .now = SIGNING_NOW, .max_examples = 100};
	struct text_writer text = {.text = NULL};
	struct check_inputs inputs;
	struct zg_error error;

	write_zone(&text, like);
	side->zone = zone_fixture("z.", text.text);
	text_writer_clear(&text);
	of.zone = side->zone;
	ck_assert_int_eq(facts_compute(&of, &side->facts, &error), ZG_OK);
	inputs = inputs_of(side->facts);
	ck_assert_int_eq(check_run(&inputs, side->results), ZG_OK);
}

static void
make_both(const struct like *now, const struct like *before)
{
	make(&candidate, now);
	make(&former, before);
	candidate.facts->past = &past;
	hex_write(former.facts->digest, sizeof(former.facts->digest), in_force.digest);
}

static bool
asked(void)
{
	return repair_is_asked(candidate.facts, candidate.results, former.facts);
}

static void
compare(void)
{
	struct check_inputs inputs = inputs_of(candidate.facts);
	struct repair_side sides[2] = {
	    {candidate.facts, candidate.results, &candidate.facts->defects},
	    {former.facts, former.results, &former.facts->defects}};

	repair_compare(&inputs, &sides[0], &sides[1], &repair);
}

/* A candidate of that kind over a zone in force of that kind: whether it is a repair, and how much
 * of it is broken in the candidate only. */
static void
assert_repair(struct like now, struct like before, bool possible, uint64_t n_new)
{
	make_both(&now, &before);
	ck_assert(asked());
	compare();
	ck_assert(repair.compared);
	ck_assert_uint_eq(repair.n_new, n_new);
	ck_assert_int_eq(repair.possible, possible);
	ck_assert_int_eq(repair.why == NULL, possible);
	clear(&candidate);
	clear(&former);
}

#define LIKE(...) ((struct like){__VA_ARGS__})

START_TEST(the_same_broken_set_is_a_repair)
{
	assert_repair(LIKE(.bogus = "ab"), LIKE(.bogus = "ab"), true, 0);
	ck_assert_uint_eq(repair.n_broken, 2);
	ck_assert_uint_eq(repair.n_former_broken, 2);
	ck_assert_uint_eq(repair.n_rrsets, RRSETS);
	ck_assert_uint_eq(repair.n_former_rrsets, RRSETS);
	assert_repair(LIKE(.expired = "ab"), LIKE(.expired = "ab"), true, 0);
	assert_repair(LIKE(.bare = "ab"), LIKE(.bare = "ab"), true, 0);
}
END_TEST

START_TEST(less_broken_is_a_repair)
{
	assert_repair(LIKE(.bogus = "b"), LIKE(.bogus = "abc"), true, 0);
	ck_assert_uint_eq(repair.n_broken, 1);
	ck_assert_uint_eq(repair.n_former_broken, 3);
	assert_repair(LIKE(.expired = "c"), LIKE(.all_expired = true), true, 0);
	ck_assert_uint_eq(repair.n_former_broken, RRSETS - 1);
}
END_TEST

START_TEST(one_more_broken_rrset_is_none)
{
	assert_repair(LIKE(.bogus = "abc"), LIKE(.bogus = "ab"), false, 1);
	assert_repair(LIKE(.expired = "abc"), LIKE(.expired = "ab"), false, 1);
	assert_repair(LIKE(.bare = "abc"), LIKE(.bare = "ab"), false, 1);
}
END_TEST

START_TEST(one_broken_rrset_elsewhere_is_none)
{
	assert_repair(LIKE(.bogus = "ac"), LIKE(.bogus = "ab"), false, 1);
	ck_assert_uint_eq(repair.n_broken, repair.n_former_broken);
	assert_repair(LIKE(.all_expired = true), LIKE(.expired = "abc"), false, 6);
}
END_TEST

START_TEST(nothing_broken_in_force_is_none)
{
	assert_repair(LIKE(.bogus = "a"), LIKE(.bogus = NULL), false, 1);
	ck_assert_uint_eq(repair.n_former_broken, 0);
}
END_TEST

/* An expired signature is accepted by some, a damaged one by nobody. */
START_TEST(broken_in_another_way_is_none)
{
	assert_repair(LIKE(.bogus = "a"), LIKE(.expired = "a"), false, 1);
	assert_repair(LIKE(.bare = "a"), LIKE(.expired = "a"), false, 1);
	assert_repair(LIKE(.expired = "a"), LIKE(.bogus = "a"), false, 1);
}
END_TEST

START_TEST(a_new_broken_rrset_is_none)
{
	assert_repair(LIKE(.bogus = "a", .more = "b.z. 3600 IN A 192.0.2.1\n"),
	    LIKE(.bogus = "a", .bare = "b"), false, 2);
	assert_repair(LIKE(.bogus = "a", .more = "d.z. 3600 IN TXT d\n"), LIKE(.bogus = "a"), false,
	    /* the RRset, its name without NSEC, and the NSEC before that points elsewhere */
	    3);
}
END_TEST

/* Tomorrow the zone in force would be whole again. */
START_TEST(what_time_heals_is_not_broken_in_force)
{
	assert_repair(LIKE(.bogus = "a"), LIKE(.early = "a"), false, 1);
	assert_repair(LIKE(.early = "a"), LIKE(.early = "a"), true, 0);
	assert_repair(LIKE(.early = "a"), LIKE(.bogus = "a"), true, 0);
}
END_TEST

START_TEST(a_broken_chain_in_force_breaks_everything_there)
{
	assert_repair(LIKE(.bogus = "abc"), LIKE(.bad_keys = true), true, 0);
	ck_assert_uint_eq(repair.n_former_broken, RRSETS);
	ck_assert_uint_eq(repair.n_broken, 3);
	assert_repair(LIKE(.next = "ba.z."), LIKE(.bad_keys = true), true, 0);
	/* What is not there is not broken there. */
	assert_repair(LIKE(.more = "b.z. 3600 IN A 192.0.2.1\n"), LIKE(.bad_keys = true), false, 1);
	/* And glue is not a zone's own data. */
	assert_repair(LIKE(.more = "ns.d.z. 3600 IN A 192.0.2.1\n"),
	    LIKE(.bad_keys = true,
		.more = "d.z. 3600 IN NS ns.d.z.\nns.d.z. 3600 IN A 192.0.2.1\n"),
	    false, 1);
}
END_TEST

START_TEST(a_broken_chain_in_both_says_nothing_of_the_rest)
{
	assert_repair(LIKE(.bad_keys = true), LIKE(.bad_keys = true), true, 0);
	ck_assert_uint_eq(repair.n_broken, RRSETS);
	assert_repair(LIKE(.bad_keys = true, .bogus = "a"), LIKE(.bad_keys = true), false, 1);
}
END_TEST

START_TEST(a_newly_broken_chain_is_none)
{
	assert_repair(LIKE(.bad_keys = true), LIKE(.bogus = "abc"), false, RRSETS);
	assert_repair(LIKE(.bad_keys = true), LIKE(.all_expired = true), false, RRSETS);
}
END_TEST

START_TEST(the_same_fault_of_denial_is_a_repair)
{
	assert_repair(LIKE(.bitmap = "RRSIG NSEC"), LIKE(.bitmap = "RRSIG NSEC"), true, 0);
	assert_repair(LIKE(.next = "ba.z."), LIKE(.next = "ba.z."), true, 0);
	assert_repair(LIKE(.bogus = "b", .next = "ba.z."),
	    LIKE(.bogus = "b", .bitmap = "RRSIG NSEC", .next = "ba.z."), true, 0);
}
END_TEST

START_TEST(another_fault_of_denial_is_none)
{
	assert_repair(LIKE(.bitmap = "A RRSIG NSEC"), LIKE(.bitmap = "RRSIG NSEC"), false, 1);
	assert_repair(LIKE(.next = "bb.z."), LIKE(.next = "ba.z."), false, 1);
	assert_repair(LIKE(.bitmap = "RRSIG NSEC"), LIKE(.bogus = "a"), false, 1);
	/* The same record denies one type more; and beside it stands one more. */
	assert_repair(LIKE(.bitmap = "RRSIG NSEC", .more = "a.z. 3600 IN A 192.0.2.1\n"),
	    LIKE(.bitmap = "RRSIG NSEC"), false, 2);
	assert_repair(LIKE(.next = "ba.z.", .more = "b.z. 3600 IN NSEC zz.z. A\n"),
	    LIKE(.next = "ba.z."), false, 3);
	/* The same words about another name. */
	assert_repair(LIKE(.other = "b"), LIKE(.other = "a"), false, 2);
	/* The same words about another record: what it denies differs. */
	assert_repair(LIKE(.next = "ba.z.", .more = "b.z. 3600 IN NSEC c.z. A RRSIG NSEC\n"),
	    LIKE(.next = "ba.z.", .more = "b.z. 3600 IN NSEC bc.z. A RRSIG NSEC\n"), false, 2);
}
END_TEST

/* ---- What is not even looked at ---- */

static void
assert_not_asked(struct like now)
{
	const struct like broken = {.bogus = "ab"};

	make_both(&now, &broken);
	ck_assert(!asked());
	clear(&candidate);
	clear(&former);
}

START_TEST(only_broken_candidates_ask)
{
	assert_not_asked(LIKE(.bogus = NULL));
	assert_not_asked(LIKE(.bogus = "a", .more = "@ 3600 IN SOA a. b. 8 1 2 3 4\n"));
}
END_TEST

START_TEST(a_candidate_with_nothing_verified_does_not_ask)
{
	const struct like broken = {.bogus = "a"};

	make_both(&broken, &broken);
	ck_assert(asked());
	candidate.facts->signatures.n_verified = 0;
	ck_assert(!asked());
	candidate.facts->signatures.n_verified = 1;
	candidate.facts->is_signed = false;
	ck_assert(!asked());
}
END_TEST

START_TEST(only_the_release_in_force_is_compared_with)
{
	const struct like broken = {.bogus = "a"};

	make_both(&broken, &broken);
	in_force.digest[0] ^= 1;
	ck_assert(!asked());
	in_force.digest[0] ^= 1;
	ck_assert(asked());
	ck_assert(!repair_is_asked(candidate.facts, candidate.results, NULL));
	past.in_force = NULL;
	ck_assert(!asked());
	candidate.facts->past = NULL;
	ck_assert(!asked());
}
END_TEST

/* With unchanged keys a broken chain does not refuse: there is nothing to ease. */
START_TEST(the_chain_of_unchanged_keys_does_not_ask)
{
	struct like broken = {.bogus = NULL};

	make_both(&broken, &broken);
	for (size_t row = 0; row < check_table_rows; row++) {
		if (strcmp(check_table[row].public.id, "chain-to-ds") == 0)
			candidate.results[row].tally.count = 1;
	}
	ck_assert(asked());
	past.unchanged = true;
	ck_assert(!asked());
}
END_TEST

START_TEST(a_zone_in_force_that_cannot_be_judged_is_no_excuse)
{
	const struct like now = {.bogus = "a"};
	const struct like before = {.bogus = "a", .more = "@ 3600 IN SOA a. b. 8 1 2 3 4\n"};

	make_both(&now, &before);
	ck_assert(asked());
	compare();
	ck_assert(!repair.compared && !repair.possible);
	ck_assert_ptr_nonnull(repair.why);
}
END_TEST

START_TEST(more_than_can_be_compared_is_none)
{
	const struct like broken = {.bitmap = "RRSIG NSEC"};

	make_both(&broken, &broken);
	ck_assert(!repair_lacks_examples(&candidate.facts->defects));
	candidate.facts->defects.tallies[DEFECT_NSEC_BITMAP].count++;
	ck_assert(repair_lacks_examples(&candidate.facts->defects));
	compare();
	ck_assert(!repair.compared && !repair.possible);
	candidate.facts->defects.tallies[DEFECT_NSEC_BITMAP].count--;
	for (size_t row = 0; row < check_table_rows; row++) {
		if (strcmp(check_table[row].public.id, "rrset-bogus") == 0)
			candidate.results[row].tally.count = CHECK_FACTS_MAX + 1;
	}
	compare();
	ck_assert(!repair.compared && !repair.possible);
}
END_TEST

/* ---- The table ---- */

START_TEST(only_repairable_findings_that_refuse_are_eased)
{
	struct repair of = {.possible = true};
	size_t eased = 0;

	for (size_t row = 0; row < check_table_rows; row++) {
		ck_assert_int_eq(
		    repair_eases(&of, row, ZG_SEVERITY_REFUSE), check_table[row].repairable);
		ck_assert(!repair_eases(&of, row, ZG_SEVERITY_WARN));
		ck_assert(!repair_eases(NULL, row, ZG_SEVERITY_REFUSE));
		eased += check_table[row].repairable;
	}
	ck_assert_uint_gt(eased, 0);
	of.possible = false;
	for (size_t row = 0; row < check_table_rows; row++)
		ck_assert(!repair_eases(&of, row, ZG_SEVERITY_REFUSE));
}
END_TEST

/* Rows that a repair may never touch, whatever else is added to the table. */
START_TEST(syntax_serials_and_limits_are_beyond_repair)
{
	static const char *const ids[] = {"zone-syntax", "zone-include", "zone-class",
	    "soa-missing", "soa-multiple", "soa-not-apex", "apex-ns-missing",
	    "algorithm-unverifiable", "work-limit", "dnskey-missing", "zone-unsigned",
	    "nsec3-chains-limit", "nsec3-hash", "nsec3-flags", "unsigned-with-ds", "serial-lower",
	    "serial-equal", "history-serial"};
	size_t found = 0;

	for (size_t row = 0; row < check_table_rows; row++) {
		const struct check_row *of = &check_table[row];

		for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
			if (strcmp(of->public.id, ids[i]) != 0)
				continue;
			ck_assert_msg(!of->repairable, "%s", ids[i]);
			found++;
		}
		ck_assert(!of->repairable || of->public.floor == ZG_SEVERITY_REFUSE);
		ck_assert(!of->repairable || of->scope == SCOPE_RRSET || of->scope == SCOPE_ZONE);
	}
	ck_assert_uint_eq(found, sizeof(ids) / sizeof(ids[0]));
}
END_TEST

static void
add_compared(TCase *tcase)
{
	tcase_add_test(tcase, the_same_broken_set_is_a_repair);
	tcase_add_test(tcase, less_broken_is_a_repair);
	tcase_add_test(tcase, one_more_broken_rrset_is_none);
	tcase_add_test(tcase, one_broken_rrset_elsewhere_is_none);
	tcase_add_test(tcase, nothing_broken_in_force_is_none);
	tcase_add_test(tcase, broken_in_another_way_is_none);
	tcase_add_test(tcase, a_new_broken_rrset_is_none);
	tcase_add_test(tcase, what_time_heals_is_not_broken_in_force);
	tcase_add_test(tcase, a_broken_chain_in_force_breaks_everything_there);
	tcase_add_test(tcase, a_broken_chain_in_both_says_nothing_of_the_rest);
	tcase_add_test(tcase, a_newly_broken_chain_is_none);
	tcase_add_test(tcase, the_same_fault_of_denial_is_a_repair);
	tcase_add_test(tcase, another_fault_of_denial_is_none);
}

static void
add_asked(TCase *tcase)
{
	tcase_add_test(tcase, only_broken_candidates_ask);
	tcase_add_test(tcase, a_candidate_with_nothing_verified_does_not_ask);
	tcase_add_test(tcase, only_the_release_in_force_is_compared_with);
	tcase_add_test(tcase, the_chain_of_unchanged_keys_does_not_ask);
	tcase_add_test(tcase, a_zone_in_force_that_cannot_be_judged_is_no_excuse);
	tcase_add_test(tcase, more_than_can_be_compared_is_none);
	tcase_add_test(tcase, only_repairable_findings_that_refuse_are_eased);
	tcase_add_test(tcase, syntax_serials_and_limits_are_beyond_repair);
}

int
main(void)
{
	Suite *suite = suite_create("repair");
	TCase *compared = tcase_create("compared"), *asked_for = tcase_create("asked");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(compared, setup, teardown);
	tcase_add_checked_fixture(asked_for, setup, teardown);
	add_compared(compared);
	add_asked(asked_for);
	suite_add_tcase(suite, compared);
	suite_add_tcase(suite, asked_for);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
