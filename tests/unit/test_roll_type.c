/* Roll types: which roll a candidate begins, and whether the policy allows it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/roll_type.h"

#define ZSK 0x0100
#define SEP 0x0101

/* Keys are told by a letter: its digest, and a tag. */
static void
add_key(
    struct release_facts *facts, char letter, uint8_t algorithm, uint16_t flags, bool signs_dnskey)
{
	struct release_key *key = &facts->keys[facts->n_keys++];

	*key = (struct release_key){.algorithm = algorithm,
	    .tag = (uint16_t)letter,
	    .flags = flags,
	    .protocol = 3,
	    .published = flags != 0,
	    .signs_dnskey = signs_dnskey};
	if (key->published)
		memset(key->sha256, letter | (flags & 0x80), sizeof(key->sha256));
}

/* A signing class of the keys with these letters. */
static void
add_class(struct release_facts *facts, const char *letters)
{
	struct release_class *class = &facts->classes[facts->n_classes++];

	class->n_rrsets = 1;
	class->ttl = 3600;
	for (size_t i = 0; i < facts->n_keys; i++) {
		if (strchr(letters, facts->keys[i].tag) != NULL)
			class->signers |= (uint64_t)1 << i;
	}
}

/*
 * "K13+ Z13 z13|Z Zz": keys, then the classes. Upper-case K: SEP, other letters: none; lower-case
 * k, l and m: SEP as well. '+' signs the DNSKEY RRset, '?' is not published, '!' is revoked, '~' is
 * another key with the same tag.
 */
static struct release_facts *
facts_of(const char *text)
{
	struct release_facts *facts = calloc(1, sizeof(*facts));
	const char *bar = strchr(text, '|'), *at = text;
	char letters[16];
	int used;

	ck_assert_ptr_nonnull(facts);
	ck_assert_ptr_nonnull(bar);
	while (at < bar) {
		unsigned algorithm = 0;
		char letter = *at++, marks[4] = "";
		uint16_t flags;

		ck_assert_int_eq(sscanf(at, "%u%n", &algorithm, &used), 1);
		at += used;
		if (sscanf(at, "%3[+?!~]%n", marks, &used) == 1)
			at += used;
		at += *at == ' ';
		flags = strchr("KklmC", letter) != NULL ? SEP : ZSK;
		if (strchr(marks, '!') != NULL)
			flags |= 0x80;
		add_key(facts, letter, (uint8_t)algorithm, strchr(marks, '?') != NULL ? 0 : flags,
		    strchr(marks, '+') != NULL);
		if (strchr(marks, '~') != NULL)
			facts->keys[facts->n_keys - 1].sha256[0] ^= 1;
	}
	for (at = bar + 1; sscanf(at, " %15s%n", letters, &used) == 1; at += used)
		add_class(facts, letters);
	return facts;
}

static zg_policy *
policy_of(const char *keys)
{
	struct zg_error error = {""};
	zg_policy *policy = NULL;
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "<ZoneGate version=\"1\"><Policy name=\"p\"><Keys>%s</Keys><CacheView>"
	    "<Validator model=\"strict-dnskey\" on=\"warn\"/></CacheView></Policy></ZoneGate>",
	    keys);
	ck_assert_msg(zg_policy_parse(text, strlen(text), "p", NULL, &policy, &error) == ZG_OK,
	    "%s", error.text);
	return policy;
}

/* The keys whose DS is seen, asked for; '*' in `asked`: a DS goes ahead of its key. */
static struct roll_ds
ds_of(const struct release_facts *candidate, const char *seen, const char *asked)
{
	struct roll_ds ds = {.asked_ahead = strchr(asked, '*') != NULL};

	for (size_t i = 0; i < candidate->n_keys; i++) {
		ds.seen[i] = strchr(seen, candidate->keys[i].tag) != NULL;
		ds.asked[i] = strchr(asked, candidate->keys[i].tag) != NULL;
	}
	return ds;
}

/* Steps in words: "ZskPrePublication z yes", several with ", ". */
static void
steps_of(const char *keys, const char *in_force, const char *candidate, const char *seen,
    const char *asked, char out[256])
{
	struct release_facts *old = facts_of(in_force), *new = facts_of(candidate);
	struct roll_step steps[ROLL_STEPS_MAX];
	struct roll_ds ds = ds_of(new, seen, asked);
	zg_policy *policy = policy_of(keys);
	size_t n = roll_steps(policy, old, new, &ds, steps), used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		ck_assert_ptr_nonnull(steps[i].what);
		used += (size_t)snprintf(out + used, 256 - used, "%s%s %c %s", i > 0 ? ", " : "",
		    steps[i].name, steps[i].key == ROLL_NO_KEY ? '*' : new->keys[steps[i].key].tag,
		    steps[i].allowed ? "yes" : "no");
	}
	zg_policy_free(policy);
	free(old);
	free(new);
}

#define SPLIT "K13+ Z13|Z"
#define CSK   "C13+|C"

/* What a candidate begins. Any type is allowed. */
static const struct {
	const char *in_force, *candidate, *seen, *asked, *steps;
} cases[] = {
    {SPLIT, SPLIT, "K", "", ""},
    {SPLIT, "K13+ Z13 z13|Z", "K", "", "ZskPrePublication z yes"},
    {SPLIT, "K13+ Z13 z13|Zz", "K", "", "ZskDoubleSignature z yes"},
    {SPLIT, "K13+ Z13 z13?|Zz", "K", "", "ZskDoubleRRsig z yes"},
    /* Not beside others: in the place of the old one, in all or in part. */
    {SPLIT, "K13+ Z13 z13|z", "K", "", "at once z yes"},
    {SPLIT, "K13+ z13|z", "K", "", "at once z yes"},
    {SPLIT, "K13+ Z13 z13|Zz z", "K", "", "at once z yes"},
    /* What was begun before is finished. */
    {"K13+ Z13 z13|Z", "K13+ Z13 z13|z", "K", "", ""},
    {"K13+ Z13 z13|Z", "K13+ Z13 z13|Z z", "K", "", ""},
    {"K13+ Z13 z13|z", "K13+ z13|z", "K", "", ""},
    {"K13+ Z13 z13?|Zz", "K13+ Z13 z13?|Zz", "K", "", ""},
    {"K13+ Z13 z13?|Zz", "K13+ Z13? z13|Zz", "K", "", ""},
    /* The tag alone makes no key known. */
    {"K13+ Z13 z13|Z", "K13+ Z13 z13 y13|Z", "K", "", "ZskPrePublication y yes"},
    {SPLIT, "K13+ Z13 Z13~|Z", "K", "", "ZskDoubleSignature Z yes"},
    {"K13+ Z13 z13|Z", "K13+ Z13 z13?|Zz", "K", "", ""},
    {SPLIT, "K13+ k13+ Z13|Z", "K", "", "KskDoubleSignature k yes"},
    {SPLIT, "K13+ k13 Z13|Z", "K", "", "KskDoubleSignature k yes"},
    {SPLIT, "K13+ k13+ Z13|Z", "Kk", "", "KskDoubleDS k yes"},
    {SPLIT, "k13+ Z13|Z", "Kk", "", "KskDoubleDS k yes"},
    {SPLIT, "K13+ k13+ Z13|Z", "K", "Kk", "KskDoubleRRset k yes"},
    {SPLIT, "k13+ Z13|Z", "K", "", "at once k yes"},
    {SPLIT, "k13+ Z13|Z", "K", "k", "at once k yes"},
    {SPLIT, SPLIT, "K", "K*", "KskDoubleDS * yes"},
    {"K13+ k13+ Z13|Z", "k13+ Z13|Z", "k", "", ""},
    /* The end of one roll is the begin of the next. */
    {"K13+ k13+ Z13|Z", "k13+ l13+ Z13|Z", "k", "", "KskDoubleSignature l yes"},
    {CSK, "C13+ k13+|Ck", "C", "", "CskDoubleSignature k yes"},
    {CSK, "C13+ k13+|Ck", "C", "k", "CskDoubleRRset k yes"},
    {CSK, "C13+ k13+|Ck", "Ck", "", "CskDoubleRRset k yes"},
    {CSK, "C13+ k13+|C", "C", "k", "CskSingleSignature k yes"},
    {CSK, "C13+ k13+|C", "Ck", "", "CskSingleSignature k yes"},
    {CSK, "C13+ k13+|C", "C", "", "CskPrePublication k yes"},
    {CSK, "C13+ k13|C", "C", "", "CskPrePublication k yes"},
    {CSK, "k13+|k", "Ck", "", "CskDoubleDS k yes"},
    {CSK, "k13+|k", "C", "", "at once k yes"},
    {CSK, "C13+ k13+|C k", "C", "", "at once k yes"},
    {CSK, CSK, "C", "C*", "CskDoubleDS * yes"},
    /* New algorithms are another matter, in whatever way they come. */
    {SPLIT, "K13+ Z13 z15?|Zz", "K", "", "AlgorithmRollover z yes"},
    {SPLIT, "K13+ Z13 k15+ z15|Zz", "K", "", "AlgorithmRollover k yes, AlgorithmRollover z yes"},
    {"K13+ Z13 k15+ z15|Zz", "K13+ Z13 k15+ z15 y15|Zz", "K", "", "ZskPrePublication y yes"},
    {"K13+ Z13 k15+ z15|Zz", "k15+ z15|z", "k", "", ""},
    /* Beside a key of another algorithm is not beside. */
    {"K13+ Z13 k15+ z15|Zz", "K13+ Z13 l15+ z15|Zz", "Kk", "", "at once l yes"},
    {"K13+ Z13 k15+ z15|Zz", "K13+ Z13 k15+ z15 y15|Zy", "K", "", "at once y yes"},
    /* Not keys of the zone, or no longer. */
    {SPLIT, "K13+ K13+! Z13|Z", "K", "", ""},
    /* The first keys of a zone are no roll; neither is the end of signing. */
    {"|", SPLIT, "", "", ""},
    {SPLIT, "|", "K", "", ""},
    /* Both at once. */
    {SPLIT, "K13+ k13+ Z13 z13|Z", "K", "", "KskDoubleSignature k yes, ZskPrePublication z yes"},
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

START_TEST(candidate_begins_this_roll)
{
	char steps[256];

	steps_of(
	    "", cases[_i].in_force, cases[_i].candidate, cases[_i].seen, cases[_i].asked, steps);
	ck_assert_msg(strcmp(steps, cases[_i].steps) == 0, "%s -> %s: '%s', expected '%s'",
	    cases[_i].in_force, cases[_i].candidate, steps, cases[_i].steps);
}
END_TEST

/* The policy that allows exactly the type of a case, and those that allow exactly another. */
static const struct {
	const char *role, *element, *type;
	const char *in_force, *candidate, *seen, *asked;
} judged[] = {
    {"ZSK", "ZskRollType", "ZskPrePublication", SPLIT, "K13+ Z13 z13|Z", "K", ""},
    {"ZSK", "ZskRollType", "ZskDoubleSignature", SPLIT, "K13+ Z13 z13|Zz", "K", ""},
    {"ZSK", "ZskRollType", "ZskDoubleRRsig", SPLIT, "K13+ Z13 z13?|Zz", "K", ""},
    {"KSK", "KskRollType", "KskDoubleSignature", SPLIT, "K13+ k13+ Z13|Z", "K", ""},
    {"KSK", "KskRollType", "KskDoubleDS", SPLIT, "k13+ Z13|Z", "Kk", ""},
    {"KSK", "KskRollType", "KskDoubleDS", SPLIT, SPLIT, "K", "*"},
    {"KSK", "KskRollType", "KskDoubleRRset", SPLIT, "K13+ k13+ Z13|Z", "K", "k"},
    {"CSK", "CskRollType", "CskDoubleRRset", CSK, "C13+ k13+|Ck", "C", "k"},
    {"CSK", "CskRollType", "CskSingleSignature", CSK, "C13+ k13+|C", "Ck", ""},
    {"CSK", "CskRollType", "CskDoubleDS", CSK, "k13+|k", "Ck", ""},
    {"CSK", "CskRollType", "CskDoubleSignature", CSK, "C13+ k13+|Ck", "C", ""},
    {"CSK", "CskRollType", "CskPrePublication", CSK, "C13+ k13+|C", "C", ""},
};
#define JUDGED (sizeof(judged) / sizeof(judged[0]))

START_TEST(only_the_listed_type_is_allowed)
{
	for (size_t i = 0; i < JUDGED; i++) {
		bool listed = strcmp(judged[i].type, judged[_i].type) == 0;
		char keys[256], steps[256];

		if (strcmp(judged[i].role, judged[_i].role) != 0)
			continue;
		(void)snprintf(keys, sizeof(keys), "<%s><%s>%s</%s></%s>", judged[i].role,
		    judged[i].element, judged[i].type, judged[i].element, judged[i].role);
		steps_of(keys, judged[_i].in_force, judged[_i].candidate, judged[_i].seen,
		    judged[_i].asked, steps);
		ck_assert_msg(
		    strncmp(steps, judged[_i].type, strlen(judged[_i].type)) == 0, "%s", steps);
		ck_assert_msg((strstr(steps, " yes") != NULL) == listed &&
				  (strstr(steps, " no") == NULL) == listed,
		    "%s under %s", steps, keys);
	}
}
END_TEST

START_TEST(at_once_is_allowed_only_where_no_type_is_listed)
{
	char steps[256];

	steps_of("<ZSK><ZskRollType>ZskPrePublication</ZskRollType>"
		 "<ZskRollType>ZskDoubleSignature</ZskRollType>"
		 "<ZskRollType>ZskDoubleRRsig</ZskRollType></ZSK>",
	    SPLIT, "K13+ z13|z", "K", "", steps);
	ck_assert_str_eq(steps, "at once z no");
	steps_of("<KSK><KskRollType>KskDoubleDS</KskRollType></KSK>", SPLIT, "K13+ z13|z", "K", "",
	    steps);
	ck_assert_str_eq(steps, "at once z yes");
}
END_TEST

START_TEST(new_algorithm_is_forbidden_by_its_own_word)
{
	static const char candidate[] = "K13+ Z13 k15+ z15|Zz";
	char steps[256];

	steps_of(
	    "<AlgorithmRollover>forbidden</AlgorithmRollover>", SPLIT, candidate, "K", "", steps);
	ck_assert_str_eq(steps, "AlgorithmRollover k no, AlgorithmRollover z no");
	steps_of("<ZSK><ZskRollType>ZskPrePublication</ZskRollType></ZSK>"
		 "<AlgorithmRollover>conservative</AlgorithmRollover>",
	    SPLIT, candidate, "K", "", steps);
	ck_assert_str_eq(steps, "AlgorithmRollover k yes, AlgorithmRollover z yes");
	/* A roll that was let in may end. */
	steps_of("<AlgorithmRollover>forbidden</AlgorithmRollover>", candidate, "k15+ z15|z", "k",
	    "", steps);
	ck_assert_str_eq(steps, "");
}
END_TEST

#define DIGEST_OF_z "7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a"

START_TEST(key_of_another_provider_is_not_judged)
{
	char steps[256];

	steps_of("<Inventory><Key role=\"foreign\" algorithm=\"13\" tag=\"122\" "
		 "sha256=\"" DIGEST_OF_z "\"/></Inventory>"
		 "<ZSK><ZskRollType>ZskDoubleSignature</ZskRollType></ZSK>",
	    SPLIT, "K13+ Z13 z13|Z", "K", "", steps);
	ck_assert_str_eq(steps, "");
	steps_of("<Inventory><Key role=\"ZSK\" algorithm=\"13\" tag=\"122\" sha256=\"" DIGEST_OF_z
		 "\"/></Inventory><ZSK><ZskRollType>ZskDoubleSignature</ZskRollType></ZSK>",
	    SPLIT, "K13+ Z13 z13|Z", "K", "", steps);
	ck_assert_str_eq(steps, "ZskPrePublication z no");
}
END_TEST

START_TEST(inventory_has_the_word_on_roles)
{
	char steps[256];

	steps_of("<Inventory><Key role=\"KSK\" algorithm=\"13\" tag=\"122\" sha256=\"" DIGEST_OF_z
		 "\"/></Inventory>",
	    SPLIT, "K13+ Z13 z13|Z", "K", "", steps);
	ck_assert_str_eq(steps, "KskDoubleSignature z yes");
}
END_TEST

START_TEST(enums_are_in_the_order_of_the_words)
{
	static const struct {
		int type;
		const char *name;
	} types[] = {{KSK_DOUBLE_SIGNATURE, "KSK/KskRollType/KskDoubleSignature"},
	    {KSK_DOUBLE_DS, "KSK/KskRollType/KskDoubleDS"},
	    {KSK_DOUBLE_RRSET, "KSK/KskRollType/KskDoubleRRset"},
	    {ZSK_PRE_PUBLICATION, "ZSK/ZskRollType/ZskPrePublication"},
	    {ZSK_DOUBLE_SIGNATURE, "ZSK/ZskRollType/ZskDoubleSignature"},
	    {ZSK_DOUBLE_RRSIG, "ZSK/ZskRollType/ZskDoubleRRsig"},
	    {CSK_DOUBLE_RRSET, "CSK/CskRollType/CskDoubleRRset"},
	    {CSK_SINGLE_SIGNATURE, "CSK/CskRollType/CskSingleSignature"},
	    {CSK_DOUBLE_DS, "CSK/CskRollType/CskDoubleDS"},
	    {CSK_DOUBLE_SIGNATURE, "CSK/CskRollType/CskDoubleSignature"},
	    {CSK_PRE_PUBLICATION, "CSK/CskRollType/CskPrePublication"}};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char keys[256];
		const char *name = types[i].name;
		zg_policy *policy;
		enum key_role role = name[0] == 'K'   ? ROLE_KSK
				     : name[0] == 'Z' ? ROLE_ZSK
						      : ROLE_CSK;

		(void)snprintf(keys, sizeof(keys), "<%.3s><%.11s>%s</%.11s></%.3s>", name, name + 4,
		    name + 16, name + 4, name);
		policy = policy_of(keys);
		ck_assert_uint_eq(
		    policy_release(policy)->roles[role].roll_types, 1U << types[i].type);
		zg_policy_free(policy);
	}
}
END_TEST

static Suite *
roll_type_suite(void)
{
	Suite *suite = suite_create("roll_type");
	TCase *steps = tcase_create("steps");

	tcase_add_loop_test(steps, candidate_begins_this_roll, 0, CASES);
	tcase_add_loop_test(steps, only_the_listed_type_is_allowed, 0, JUDGED);
	tcase_add_test(steps, at_once_is_allowed_only_where_no_type_is_listed);
	tcase_add_test(steps, new_algorithm_is_forbidden_by_its_own_word);
	tcase_add_test(steps, key_of_another_provider_is_not_judged);
	tcase_add_test(steps, inventory_has_the_word_on_roles);
	tcase_add_test(steps, enums_are_in_the_order_of_the_words);
	suite_add_tcase(suite, steps);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(roll_type_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
