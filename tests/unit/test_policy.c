/* Policies: the table, the schema, the shipped files, hostile input, and rules. */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <zonegate/check.h>
#include <zonegate/limits.h>
#include "base/work_pool.h"
#include "policy/policy.h"
#include "policy/policy_load.h"
#include "policy/policy_schema.h"
#include "policy/policy_value.h"

#define HEAD "<ZoneGate version=\"1\">\n<Policy name=\"test\">\n"
#define TAIL "</Policy>\n</ZoneGate>\n"

/* The remarks of one text. */
struct remarks {
	unsigned errors, warnings;
	unsigned first_line; /* of the first remark */
	char first[ZG_ERROR_TEXT_MAX];
};

static void
count_remark(void *context, const char *file, unsigned line, int is_error, const char *text)
{
	struct remarks *remarks = context;

	ck_assert_ptr_nonnull(file);
	if (remarks->errors + remarks->warnings == 0) {
		remarks->first_line = line;
		(void)snprintf(remarks->first, sizeof(remarks->first), "%s", text);
	}
	if (is_error)
		remarks->errors++;
	else
		remarks->warnings++;
}

/* A whole file, NUL-terminated, for free. */
static char *
slurp(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(ZG_POLICY_BYTES_MAX + 1);

	ck_assert_msg(file != NULL, "%s", path);
	ck_assert_ptr_nonnull(text);
	*length = fread(text, 1, ZG_POLICY_BYTES_MAX, file);
	text[*length] = '\0';
	(void)fclose(file);
	return text;
}

static zg_policy *
parse(const char *text)
{
	struct zg_error error = {""};
	zg_policy *policy = NULL;
	zg_status status = zg_policy_parse(text, strlen(text), "text", NULL, &policy, &error);

	ck_assert_msg(status == ZG_OK, "%s", error.text);
	ck_assert_ptr_nonnull(policy);
	return policy;
}

static zg_policy *
read_file(const char *path)
{
	struct zg_error error = {""};
	zg_policy *policy = NULL;

	ck_assert_msg(zg_policy_read(path, NULL, &policy, &error) == ZG_OK, "%s", error.text);
	return policy;
}

/* The canonical form, for free; the policy is freed. */
static char *
shown(zg_policy *policy)
{
	struct zg_error error;
	char *text = NULL;

	ck_assert_int_eq(zg_policy_show(policy, &text, &error), ZG_OK);
	zg_policy_free(policy);
	return text;
}

/* Writes `text` to a new file below TMPDIR; the path is for unlink and free. */
static char *
temporary(const char *text, size_t length)
{
	char *path = strdup("/tmp/zonegate-policy-XXXXXX");
	int fd;

	ck_assert_ptr_nonnull(path);
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, length), (ssize_t)length);
	(void)close(fd);
	return path;
}

static const char *const shipped[] = {"policies/default.xml", "policies/tld.xml",
    "policies/tld-optout.xml", "policies/strict.xml", "policies/enterprise.xml"};
#define SHIPPED (sizeof(shipped) / sizeof(shipped[0]))

static const char full_policy[] = "tests/fuzz/seeds/policy/full.xml";

START_TEST(built_in_policy_is_policies_default_xml)
{
	struct zg_error error;
	zg_policy *policy = NULL;
	size_t length;
	char *text = slurp("policies/default.xml", &length), *built_in, *file;

	ck_assert_uint_eq(length, policy_default_text_len);
	ck_assert_int_eq(memcmp(text, policy_default_text, length), 0);
	free(text);
	ck_assert_int_eq(zg_policy_default(&policy, &error), ZG_OK);
	ck_assert_str_eq(zg_policy_name(policy), "default");
	built_in = shown(policy);
	file = shown(read_file("policies/default.xml"));
	ck_assert_str_eq(built_in, file);
	free(built_in);
	free(file);
}
END_TEST

START_TEST(embedded_schema_is_policies_policy_rng)
{
	size_t length;
	char *text = slurp("policies/policy.rng", &length);

	ck_assert_uint_eq(length, policy_schema_text_len);
	ck_assert_int_eq(memcmp(text, policy_schema_text, length), 0);
	free(text);
}
END_TEST

START_TEST(what_a_policy_does_not_say_is_as_in_default)
{
	char *nothing = shown(parse("<ZoneGate version=\"1\"><Policy name=\"default\">"
				    "<Description>Usable on any lawful zone</Description>"
				    "</Policy></ZoneGate>"));
	char *whole = shown(read_file("policies/default.xml"));

	ck_assert_str_eq(nothing, whole);
	free(nothing);
	free(whole);
}
END_TEST

START_TEST(default_policy_has_the_severities_of_the_check_table)
{
	zg_policy *policy = read_file("policies/default.xml");

	ck_assert_uint_gt(zg_check_count(), 100);
	for (size_t i = 0; i < zg_check_count(); i++) {
		ck_assert_int_eq(policy_severity_at(policy, i), zg_check_at(i)->severity);
		ck_assert_int_eq(
		    zg_policy_severity(policy, zg_check_at(i)->id), zg_check_at(i)->severity);
	}
	ck_assert_int_eq(policy_severity_at(policy, zg_check_count()), ZG_SEVERITY_REFUSE);
	ck_assert_int_eq(zg_policy_severity(policy, "no-such-check"), ZG_SEVERITY_REFUSE);
	zg_policy_free(policy);
}
END_TEST

START_TEST(shipped_policy_is_valid_and_without_remarks)
{
	struct remarks remarks = {0};
	struct zg_error error;

	ck_assert_int_eq(zg_policy_lint(shipped[_i], count_remark, &remarks, &error), ZG_OK);
	ck_assert_msg(remarks.errors + remarks.warnings == 0, "%s: %s", shipped[_i], remarks.first);
}
END_TEST

START_TEST(shipped_policy_is_named_after_its_file)
{
	zg_policy *policy = read_file(shipped[_i]);
	char path[128];

	(void)snprintf(path, sizeof(path), "policies/%s.xml", zg_policy_name(policy));
	ck_assert_str_eq(path, shipped[_i]);
	zg_policy_free(policy);
}
END_TEST

START_TEST(shipped_policy_never_eases_a_check)
{
	zg_policy *policy = read_file(shipped[_i]);

	for (size_t i = 0; i < zg_check_count(); i++)
		ck_assert_msg(policy_severity_at(policy, i) <= zg_check_at(i)->severity, "%s: %s",
		    shipped[_i], zg_check_at(i)->id);
	zg_policy_free(policy);
}
END_TEST

START_TEST(canonical_form_reads_back_to_itself)
{
	const char *path = _i < (int)SHIPPED ? shipped[_i] : full_policy;
	char *first = shown(read_file(path)), *second = shown(parse(first));

	ck_assert_str_eq(first, second);
	for (const char *at = first; *at != '\0'; at++)
		ck_assert_msg(*at == '\n' || (*at >= ' ' && *at <= '~'), "octet %d", *at);
	free(first);
	free(second);
}
END_TEST

/* What is said of no signatures in particular holds for those of DNSKEY unless an element, be it
 * empty, says otherwise: it must not be lost. */
START_TEST(canonical_form_keeps_an_empty_exception)
{
	static const char *const texts[] = {HEAD
	    "<Signatures><Validity><Min>P7D</Min></Validity><Validity for=\"DNSKEY\"/>"
	    "</Signatures>" TAIL,
	    HEAD "<Signatures><Validity><Min>P7D</Min></Validity></Signatures>" TAIL,
	    HEAD "<Signatures><Validity for=\"DNSKEY\"/></Signatures>" TAIL};
	char *first = shown(parse(texts[_i])), *second = shown(parse(first));

	ck_assert_str_eq(first, second);
	ck_assert((strstr(first, "<Validity for=\"DNSKEY\"/>") != NULL) == (_i == 0));
	free(first);
	free(second);
}
END_TEST

START_TEST(canonical_form_names_every_check_once)
{
	char *text = shown(read_file("policies/tld.xml"));
	size_t named = 0, on_elements = 0;

	for (const char *at = text; (at = strstr(at, "<Check id=")) != NULL; at++)
		named++;
	for (size_t i = 0; i < policy_table_rows; i++)
		on_elements += policy_table[i].check != NULL;
	ck_assert_uint_eq(named + on_elements, zg_check_count());
	free(text);
}
END_TEST

START_TEST(order_in_the_file_does_not_change_the_canonical_form)
{
	char *one =
	    shown(parse(HEAD "<Zone><ZONEMD>require</ZONEMD><Evidence>handed</Evidence></Zone>"
			     "<Require><Input>ds</Input><Input>previous</Input></Require>" TAIL));
	char *two = shown(
	    parse(HEAD "<Require><Input>previous</Input><Input>ds</Input></Require>"
		       "<Zone><Evidence>handed</Evidence><ZONEMD>require</ZONEMD></Zone>" TAIL));

	ck_assert_str_eq(one, two);
	free(one);
	free(two);
}
END_TEST

/* Every row: schema and table agree that it may be set, and setting it leaves a mark. */
START_TEST(full_policy_sets_every_row_to_another_value)
{
	char *full = shown(read_file(full_policy));
	char *plain = shown(parse("<ZoneGate version=\"1\"><Policy name=\"full\"/></ZoneGate>"));
	zg_policy *set = parse(full), *unset = parse(plain);

	for (size_t i = 0; i < policy_table_rows; i++) {
		const struct policy_row *row = &policy_table[i];
		struct text_writer a = {0}, b = {0};
		bool constant = row->min == row->max && row->min != 0; /* Hash/Algorithm */

		if (row->kind == POLICY_GROUP || policy_row_in_item(row) || row->path[0] == '@' ||
		    row->kind == POLICY_CHECKS || constant)
			continue;
		if (row->kind == POLICY_LIST) {
			size_t count;

			memcpy(&count, (const char *)set + row->list->count, sizeof(count));
			ck_assert_msg(count > 0, "%s is not in %s", row->path, full_policy);
			continue;
		}
		if (row->kind == POLICY_WORDS) {
			ck_assert_msg(
			    policy_integer_load(set, row->place, row->size) != 0, "%s", row->path);
			continue;
		}
		ck_assert_msg(policy_value_write(row, set, &a), "%s", row->path);
		if (policy_value_write(row, unset, &b))
			ck_assert_msg(
			    strcmp(a.text, b.text) != 0, "%s is %s in both", row->path, a.text);
		text_writer_clear(&a);
		text_writer_clear(&b);
	}
	zg_policy_free(set);
	zg_policy_free(unset);
	free(full);
	free(plain);
}
END_TEST

/* A name of the schema is one of the table, be it an element, an attribute or a selector. */
static bool
table_has(const char *name, bool attribute)
{
	for (size_t i = 0; i < policy_table_rows; i++) {
		const char *leaf = policy_row_leaf(&policy_table[i]);
		size_t length = strcspn(leaf, "[");

		if (attribute && leaf[0] == '@' && strcmp(leaf + 1, name) == 0)
			return true;
		if (attribute && leaf[length] == '[' &&
		    strncmp(leaf + length + 1, name, strlen(name)) == 0 &&
		    leaf[length + 1 + strlen(name)] == '=')
			return true;
		if (!attribute && strlen(name) == length && strncmp(leaf, name, length) == 0)
			return true;
	}
	return false;
}

static unsigned
compare_names(xmlNode *node)
{
	unsigned names = 0;

	for (; node != NULL; node = node->next) {
		bool attribute = strcmp((const char *)node->name, "attribute") == 0;
		bool element = strcmp((const char *)node->name, "element") == 0;
		xmlChar *name = xmlGetNoNsProp(node, (const xmlChar *)"name");
		const char *text = (const char *)name;

		if (node->type == XML_ELEMENT_NODE && (attribute || element) &&
		    strcmp(text, "ZoneGate") != 0 && strcmp(text, "Policy") != 0 &&
		    strcmp(text, "version") != 0) {
			/* The attributes of Check are read by hand. */
			ck_assert_msg(table_has(text, attribute), "%s is not in the table", text);
			names++;
		}
		xmlFree(name);
		names += compare_names(node->children);
	}
	return names;
}

START_TEST(schema_names_nothing_that_the_table_does_not_know)
{
	xmlDoc *schema = xmlReadFile("policies/policy.rng", NULL, XML_PARSE_NONET);

	ck_assert_ptr_nonnull(schema);
	ck_assert_uint_gt(compare_names(xmlDocGetRootElement(schema)), 80);
	xmlFreeDoc(schema);
}
END_TEST

START_TEST(table_is_consistent)
{
	for (size_t i = 0; i < policy_table_rows; i++) {
		const struct policy_row *row = &policy_table[i];

		ck_assert_ptr_eq(policy_row_find(row->path), row);
		if (row->check != NULL) {
			ck_assert_msg(policy_check_row(row->check) < zg_check_count(),
			    "%s is not a check", row->check);
			for (size_t j = 0; j < i; j++)
				ck_assert(policy_table[j].check == NULL ||
					  strcmp(policy_table[j].check, row->check) != 0);
		}
		if (row->kind == POLICY_DURATION || row->kind == POLICY_NUMBER) {
			ck_assert_msg(row->min <= row->max, "%s", row->path);
			ck_assert_msg(row->fallback == NOT_SET || policy_row_in_item(row) ||
					  (row->fallback >= row->min && row->fallback <= row->max),
			    "%s: default out of range", row->path);
		}
		if (row->kind == POLICY_WORD) {
			size_t words = 0;

			while (row->words[words] != NULL)
				words++;
			ck_assert_int_lt(row->fallback, (int64_t)words);
		}
	}
}
END_TEST

/* `text` has `word` between characters that no longer name would have. */
static bool
has_word(const char *text, const char *word, size_t length)
{
	static const char inner[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

	for (const char *at = text; (at = memmem(at, strlen(at), word, length)) != NULL; at++) {
		if ((at == text || strchr(inner, at[-1]) == NULL) &&
		    (at[length] == '\0' || strchr(inner, at[length]) == NULL))
			return true;
	}
	return false;
}

START_TEST(manual_names_every_element_attribute_and_word)
{
	size_t length;
	char *manual = slurp("man/zonegate-policy.5", &length);

	for (size_t i = 0; i < policy_table_rows; i++) {
		const char *leaf = policy_row_leaf(&policy_table[i]);

		if (strcmp(leaf, "text()") == 0)
			continue;
		leaf += leaf[0] == '@';
		ck_assert_msg(has_word(manual, leaf, strcspn(leaf, "[")), "%s is not in the manual",
		    policy_table[i].path);
		for (size_t j = 0;
		     policy_table[i].words != NULL && policy_table[i].words[j] != NULL; j++)
			ck_assert_msg(has_word(manual, policy_table[i].words[j],
					  strlen(policy_table[i].words[j])),
			    "%s of %s is not in the manual", policy_table[i].words[j],
			    policy_table[i].path);
		if (policy_table[i].check != NULL)
			ck_assert_msg(
			    has_word(manual, policy_table[i].check, strlen(policy_table[i].check)),
			    "%s is not in the manual", policy_table[i].check);
	}
	free(manual);
}
END_TEST

START_TEST(values_of_a_full_policy_arrive)
{
	zg_policy *policy = read_file(full_policy);
	const struct policy_values *values = policy_values(policy);
	const struct policy_release *release = policy_release(policy);

	ck_assert(values->unsigned_allowed);
	ck_assert_uint_eq(values->require, ZG_INPUT_DS | ZG_INPUT_UNSIGNED);
	ck_assert_int_eq(values->signatures.validity.min, 8 * 86400);
	ck_assert_int_eq(values->signatures.validity_denial.max, 20 * 86400 + 3723);
	ck_assert_int_eq(values->signatures.remaining_min, 5 * 86400);
	ck_assert_int_eq(values->denial.opt_out, ALLOWANCE_REQUIRED);
	ck_assert_int_eq(values->denial.max_iterations, 10);
	ck_assert_int_eq(values->denial.max_salt, 8);
	ck_assert(values->keys.pinned);
	ck_assert_uint_eq(values->keys.n_inventory, 2);
	ck_assert_int_eq(values->keys.inventory[0].role, ROLE_KSK);
	ck_assert_uint_eq(values->keys.inventory[0].tag, 12345);
	ck_assert_uint_eq(values->keys.inventory[0].sha256[0], 0x5c);
	ck_assert_uint_eq(values->keys.inventory[0].sha256[31], 0x5f);
	ck_assert_int_eq(values->keys.inventory[0].not_before, NOT_SET);
	ck_assert_int_eq(values->keys.inventory[1].role, ROLE_FOREIGN);
	ck_assert_int_eq(values->keys.inventory[1].not_before, 1793491200);
	ck_assert_int_eq(values->keys.inventory[1].not_after, 1835481599);
	ck_assert_uint_eq(values->keys.n_choices, 4);
	ck_assert_int_eq(values->keys.choices[0].role, ROLE_KSK);
	ck_assert_int_eq(values->keys.choices[0].bits, 2048);
	ck_assert_int_eq(values->keys.choices[1].bits, NOT_SET);
	ck_assert_int_eq(values->keys.choices[3].role, ROLE_CSK);
	ck_assert_uint_eq(values->keys.choices[3].algorithm, 15);
	ck_assert(values->zone.serial_any);
	ck_assert_int_eq(values->zone.zonemd, ZONEMD_REQUIRE);
	ck_assert_uint_eq(values->parent.n_digest_types, 2);
	ck_assert_uint_eq(values->parent.digest_types[1], 4);
	ck_assert_int_eq(values->parent.cds, CDS_FORBIDDEN);
	ck_assert_int_eq(values->change.records.max_growth_count, 500);
	ck_assert_int_eq(values->change.records.max_growth_percent, NOT_SET);
	ck_assert_int_eq(values->change.records.max_shrink_percent, 2);
	ck_assert_int_eq(values->change.records.max_shrink_count, NOT_SET);
	ck_assert_int_eq(values->change.delegations.max_shrink_count, 0);
	ck_assert_uint_eq(values->change.n_watch, 2);
	ck_assert_int_eq(memcmp(values->change.watch[0], "\3gov\7example", 13), 0);
	ck_assert_int_eq(release->parent.cds_delay, NOT_SET);
	ck_assert_uint_eq(release->roles[ROLE_KSK].roll_types, 1 | 4);
	ck_assert(release->roles[ROLE_CSK].rfc5011);
	ck_assert(!release->roles[ROLE_ZSK].rfc5011);
	ck_assert_uint_eq(release->approval.n_approvers, 3);
	ck_assert_str_eq(release->approval.approvers[1].id, "registry.ops");
	ck_assert_str_eq(zg_check_at(release->staging.risks[1])->id, "change-denial");
	zg_policy_free(policy);
}
END_TEST

START_TEST(naming_one_kind_of_denial_excludes_the_other)
{
	zg_policy *policy = parse(HEAD "<Denial><ChainChange>warn</ChainChange></Denial>" TAIL);

	ck_assert(policy_values(policy)->denial.nsec && policy_values(policy)->denial.nsec3);
	zg_policy_free(policy);
	policy = parse(HEAD "<Denial><NSEC/></Denial>" TAIL);
	ck_assert(policy_values(policy)->denial.nsec && !policy_values(policy)->denial.nsec3);
	zg_policy_free(policy);
	policy = parse(HEAD "<Denial><NSEC3/></Denial>" TAIL);
	ck_assert(!policy_values(policy)->denial.nsec && policy_values(policy)->denial.nsec3);
	zg_policy_free(policy);
	policy = parse(HEAD "<Denial><NSEC/><NSEC3/></Denial>" TAIL);
	ck_assert(policy_values(policy)->denial.nsec && policy_values(policy)->denial.nsec3);
	zg_policy_free(policy);
}
END_TEST

START_TEST(validity_holds_for_all_unless_said_otherwise)
{
	zg_policy *policy = parse(HEAD "<Signatures><Validity><Min>P2D</Min></Validity>"
				       "<Validity for=\"DNSKEY\"><Max>P9D</Max></Validity>"
				       "</Signatures>" TAIL);
	const struct policy_values *values = policy_values(policy);

	ck_assert_int_eq(values->signatures.validity_denial.min, 2 * 86400);
	ck_assert_int_eq(values->signatures.validity_dnskey.min, NOT_SET);
	ck_assert_int_eq(values->signatures.validity_dnskey.max, 9 * 86400);
	zg_policy_free(policy);
}
END_TEST

START_TEST(tld_is_stricter_than_default)
{
	zg_policy *policy = read_file("policies/tld.xml");
	const struct policy_values *values = policy_values(policy);

	ck_assert_int_eq(zg_policy_severity(policy, "dnskey-tag-collision"), ZG_SEVERITY_REFUSE);
	ck_assert_int_eq(zg_policy_severity(policy, "dnskey-rsa-small"), ZG_SEVERITY_REFUSE);
	ck_assert_int_eq(zg_policy_severity(policy, "nsec3-iterations"), ZG_SEVERITY_REFUSE);
	ck_assert_int_eq(zg_policy_severity(policy, "change-apex-ns"), ZG_SEVERITY_APPROVE);
	ck_assert_int_eq(zg_policy_severity(policy, "change-apex-keys"), ZG_SEVERITY_APPROVE);
	ck_assert_int_eq(zg_policy_severity(policy, "rrsig-remaining-policy"), ZG_SEVERITY_WARN);
	ck_assert_int_eq(values->denial.opt_out, ALLOWANCE_ALLOWED);
	ck_assert(policy_release(policy)->completeness);
	zg_policy_free(policy);
}
END_TEST

START_TEST(on_attribute_sets_the_severity_of_its_check)
{
	static const struct {
		const char *element, *check;
	} pairs[] = {
	    {"<ChangeGuards><Records on=\"ignore\"/></ChangeGuards>", "change-records"},
	    {"<ChangeGuards><Delegations on=\"ignore\"/></ChangeGuards>", "change-delegations"},
	    {"<ChangeGuards><SecureDelegations on=\"ignore\"/></ChangeGuards>",
		"change-secure-delegations"},
	    {"<ChangeGuards><NsHosts on=\"ignore\"/></ChangeGuards>", "change-ns-hosts"},
	    {"<ChangeGuards><ApexNS on=\"ignore\"/></ChangeGuards>", "change-apex-ns"},
	    {"<ChangeGuards><ApexKeys on=\"ignore\"/></ChangeGuards>", "change-apex-keys"},
	    {"<ChangeGuards><WatchList on=\"ignore\"/></ChangeGuards>", "change-watch-list"},
	    {"<Denial><ChainChange>ignore</ChainChange></Denial>", "change-denial"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char text[512];
		zg_policy *policy;

		(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, pairs[i].element);
		policy = parse(text);
		ck_assert_int_eq(zg_policy_severity(policy, pairs[i].check), ZG_SEVERITY_IGNORE);
		zg_policy_free(policy);
	}
}
END_TEST

/* For each check: its floor is accepted, and the next weaker severity is refused. */
START_TEST(no_check_can_be_weaker_than_its_floor)
{
	for (size_t i = 0; i < zg_check_count(); i++) {
		const struct zg_check *check = zg_check_at(i);
		struct zg_error error;
		char text[512];
		zg_policy *policy;

		for (unsigned weaker = 0; weaker < 2; weaker++) {
			unsigned severity = check->floor + weaker;
			zg_status status;

			if (severity > ZG_SEVERITY_IGNORE)
				continue;
			(void)snprintf(text, sizeof(text),
			    HEAD "<Checks>\n<Check id=\"%s\" on=\"%s\"/></Checks>" TAIL, check->id,
			    policy_severity_word((zg_severity)severity));
			status = zg_policy_parse(text, strlen(text), "text", NULL, &policy, &error);
			ck_assert_int_eq(status, weaker ? ZG_POLICY : ZG_OK);
			if (weaker)
				ck_assert_msg(
				    strncmp(error.text, "text:4: ", 8) == 0, "%s", error.text);
			else
				ck_assert_uint_eq(zg_policy_severity(policy, check->id), severity);
			zg_policy_free(policy);
		}
	}
}
END_TEST

START_TEST(policy_is_chosen_by_name)
{
	static const char text[] =
	    "<ZoneGate version=\"1\"><Policy name=\"a\"/><Policy name=\"b\"/></ZoneGate>";
	struct zg_error error;
	zg_policy *policy;

	ck_assert_int_eq(zg_policy_parse(text, strlen(text), "t", "b", &policy, &error), ZG_OK);
	ck_assert_str_eq(zg_policy_name(policy), "b");
	zg_policy_free(policy);
	ck_assert_int_eq(zg_policy_parse(text, strlen(text), "t", "c", &policy, &error), ZG_POLICY);
	ck_assert_ptr_null(policy);
	ck_assert_int_eq(
	    zg_policy_parse(text, strlen(text), "t", NULL, &policy, &error), ZG_POLICY);
	ck_assert_ptr_null(policy);
}
END_TEST

START_TEST(an_error_in_another_policy_of_the_file_counts)
{
	static const char text[] = "<ZoneGate version=\"1\"><Policy name=\"a\"/>\n"
				   "<Policy name=\"b\"><Unsigned/></Policy></ZoneGate>";
	struct zg_error error;
	zg_policy *policy;

	ck_assert_int_eq(zg_policy_parse(text, strlen(text), "t", "a", &policy, &error), ZG_POLICY);
	ck_assert_int_eq(strncmp(error.text, "t:2: ", 5), 0);
}
END_TEST

START_TEST(duration_is_days_and_below)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: refused */
		const char *canonical;
	} cases[] = {
	    {"PT0S", 0, "PT0S"}, {"P0D", 0, "PT0S"}, {"P7D", 604800, "P7D"},
	    {"PT30M", 1800, "PT30M"}, {"P1DT12H", 129600, "P1DT12H"}, {"PT36H", 129600, "P1DT12H"},
	    {"P1DT1H1M1S", 90061, "P1DT1H1M1S"}, {"PT90S", 90, "PT1M30S"},
	    {"P0007D", 604800, "P7D"}, {"PT604800S", 604800, "P7D"}, {"", -1, NULL},
	    {"P", -1, NULL}, {"PT", -1, NULL}, {"P1DT", -1, NULL}, {"7D", -1, NULL},
	    {"P1H", -1, NULL}, {"PT1D", -1, NULL}, {"P1D1D", -1, NULL}, {"PT1M1H", -1, NULL},
	    {"P1M", -1, NULL}, {"P1Y", -1, NULL}, {"P1W", -1, NULL}, {"PT1.5S", -1, NULL},
	    {"PT1", -1, NULL}, {"P1DT1HT1M", -1, NULL}, {"p1d", -1, NULL},
	    {"P00000000001D", -1, NULL}, /* eleven digits */
	};
	const struct policy_row *row = policy_row_find("FullCheckInterval");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zg_policy *policy = policy_new();
		struct text_writer writer = {0};
		char why[POLICY_WHY_MAX];
		zg_status status = policy_value_read(row, cases[i].text, policy, why);

		ck_assert_msg((status == ZG_OK) == (cases[i].seconds >= 0), "%s", cases[i].text);
		if (status == ZG_OK) {
			ck_assert_int_eq(policy->release.full_check_interval, cases[i].seconds);
			ck_assert(policy_value_write(row, policy, &writer));
			ck_assert_str_eq(writer.text, cases[i].canonical);
		}
		text_writer_clear(&writer);
		zg_policy_free(policy);
	}
}
END_TEST

START_TEST(number_range_is_exact)
{
	static const struct {
		const char *path, *text;
		bool good;
	} cases[] = {
	    {"Denial/NSEC3/Hash/MaxIterations", "0", true},
	    {"Denial/NSEC3/Hash/MaxIterations", "2500", true},
	    {"Denial/NSEC3/Hash/MaxIterations", "2501", false},
	    {"Denial/NSEC3/Hash/MaxIterations", "-1", false},
	    {"Denial/NSEC3/Hash/MaxIterations", "+1", false},
	    {"Denial/NSEC3/Hash/MaxIterations", "", false},
	    {"Denial/NSEC3/Hash/Salt/@maxlength", "255", true},
	    {"Denial/NSEC3/Hash/Salt/@maxlength", "256", false},
	    {"Signatures/ClockSkew", "P1D", true},
	    {"Signatures/ClockSkew", "P1DT1S", false},
	    {"Signatures/MaxZoneTTL", "PT2147483647S", true},
	    {"Signatures/MaxZoneTTL", "PT2147483648S", false},
	    {"Approval/@quorum", "1", true},
	    {"Approval/@quorum", "0", false},
	    {"ChangeGuards/Records/@maxshrink", "100%", true},
	    {"ChangeGuards/Records/@maxshrink", "101%", false},
	    {"ChangeGuards/Records/@maxshrink", "101", true},
	    {"ChangeGuards/Records/@maxshrink", "%", false},
	    {"ChangeGuards/Records/@maxshrink", "1%%", false},
	    {"ChangeGuards/Records/@maxgrowth", "999%", true},
	    {"ChangeGuards/Records/@maxgrowth", "1000%", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zg_policy *policy = policy_new();
		char why[POLICY_WHY_MAX];

		ck_assert_msg((policy_value_read(policy_row_find(cases[i].path), cases[i].text,
				   policy, why) == ZG_OK) == cases[i].good,
		    "%s %s", cases[i].path, cases[i].text);
		zg_policy_free(policy);
	}
}
END_TEST

START_TEST(time_is_utc_and_of_the_calendar)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2000-02-29T00:00:00Z", 951782400},
	    {"2026-11-01T00:00:00Z", 1793491200},
	    {"2038-01-19T03:14:08Z", 2147483648},
	    {"9999-12-31T23:59:59Z", 253402300799},
	    {"1969-12-31T23:59:59Z", -1},
	    {"2026-02-29T00:00:00Z", -1},
	    {"2100-02-29T00:00:00Z", -1},
	    {"2026-04-31T00:00:00Z", -1},
	    {"2026-13-01T00:00:00Z", -1},
	    {"2026-00-01T00:00:00Z", -1},
	    {"2026-01-00T00:00:00Z", -1},
	    {"2026-01-01T24:00:00Z", -1},
	    {"2026-01-01T00:60:00Z", -1},
	    {"2026-01-01T00:00:60Z", -1},
	    {"2026-01-01T00:00:00", -1},
	    {"2026-01-01T00:00:00+01:00", -1},
	    {"2026-01-01", -1},
	    {"", -1},
	};
	const struct policy_row *row = policy_row_find("Keys/Inventory/Key/@notbefore");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pinned_key key = {.not_before = -2};
		struct text_writer writer = {0};
		char why[POLICY_WHY_MAX];
		zg_status status = policy_value_read(row, cases[i].text, &key, why);

		ck_assert_msg((status == ZG_OK) == (cases[i].seconds >= 0), "%s", cases[i].text);
		if (status == ZG_OK) {
			ck_assert_int_eq(key.not_before, cases[i].seconds);
			ck_assert(policy_value_write(row, &key, &writer));
			ck_assert_str_eq(writer.text, cases[i].text);
		}
		text_writer_clear(&writer);
	}
}
END_TEST

/* Contradictions, each with its lawful twin. Line 3 is the first after HEAD. */
static const struct {
	const char *wrong, *right;
	unsigned line;
} contradictions[] = {
    {"<Keys><TTL><Min>P2D</Min>\n<Max>P1D</Max></TTL></Keys>",
	"<Keys><TTL><Min>P1D</Min>\n<Max>P1D</Max></TTL></Keys>", 4},
    {"<Signatures><InceptionOffset><Min>PT2S</Min><Max>PT1S</Max></InceptionOffset></Signatures>",
	"<Signatures><InceptionOffset><Min>PT1S</Min><Max>PT1S</Max></InceptionOffset></"
	"Signatures>",
	3},
    {"<Signatures>\n<Validity><Min>P5D</Min></Validity><Remaining><Min>P5D</Min></Remaining>"
     "</Signatures>",
	"<Signatures>\n<Validity><Min>P6D</Min></Validity><Remaining><Min>P5D</Min></Remaining>"
	"</Signatures>",
	4},
    {"<Signatures><Validity><Min>P9D</Min></Validity>\n<Validity for=\"DNSKEY\"><Min>P5D</Min>"
     "</Validity><Remaining><Min>P5D</Min></Remaining></Signatures>",
	"<Signatures><Validity><Min>P9D</Min></Validity>\n<Validity for=\"DNSKEY\"><Min>P6D</Min>"
	"</Validity><Remaining><Min>P5D</Min></Remaining></Signatures>",
	4},
    {"<Signatures><Remaining><Min>P1D</Min></Remaining><MaxZoneTTL>P1D</MaxZoneTTL></Signatures>",
	"<Signatures><Remaining><Min>P1DT6M</Min></Remaining><MaxZoneTTL>P1D</MaxZoneTTL>"
	"</Signatures>",
	3},
    {"<Signatures><Validity>\n<Max>P5D</Max></Validity><Remaining><Min>P5D</Min></Remaining>"
     "</Signatures>",
	"<Signatures><Validity>\n<Max>P6D</Max></Validity><Remaining><Min>P5D</Min></Remaining>"
	"</Signatures>",
	4},
    {"<Signatures><Validity>\n<Min>P4D</Min><Max>P5D</Max></Validity><Remaining><Min>P5D</Min>"
     "</Remaining></Signatures>",
	"<Signatures><Validity>\n<Min>P6D</Min><Max>P6D</Max></Validity><Remaining><Min>P5D</Min>"
	"</Remaining></Signatures>",
	4},
    {"<Signatures><MaxZoneTTL>PT1H</MaxZoneTTL></Signatures>\n"
     "<Keys><TTL><Min>PT1H1S</Min></TTL></Keys>",
	"<Signatures><MaxZoneTTL>PT1H</MaxZoneTTL></Signatures>\n"
	"<Keys><TTL><Min>PT1H</Min></TTL></Keys>",
	4},
    {"<Signatures><MinZoneTTL>PT1H</MinZoneTTL></Signatures>\n"
     "<Keys><TTL><Max>PT59M</Max></TTL></Keys>",
	"<Signatures><MinZoneTTL>PT1H</MinZoneTTL></Signatures>\n"
	"<Keys><TTL><Max>PT1H</Max></TTL></Keys>",
	4},
    {"<Keys><KSK>\n<Lifetime><Max>P31D</Max></Lifetime><RFC5011/></KSK></Keys>",
	"<Keys><KSK>\n<Lifetime><Max>P32D</Max></Lifetime><RFC5011/></KSK></Keys>", 4},
    {"<Signatures><MinZoneTTL>PT2S</MinZoneTTL><MaxZoneTTL>PT1S</MaxZoneTTL></Signatures>",
	"<Signatures><MinZoneTTL>PT1S</MinZoneTTL><MaxZoneTTL>PT1S</MaxZoneTTL></Signatures>", 3},
    {"<Keys><TTL><Max>P1D</Max></TTL>\n<ZSK><Lifetime><Max>P1DT10M</Max></Lifetime></ZSK></Keys>",
	"<Keys><TTL><Max>P1D</Max></TTL>\n<ZSK><Lifetime><Max>P1DT11M</Max></Lifetime></ZSK></"
	"Keys>",
	4},
    {"<Keys><KSK><Lifetime><Max>P1D</Max></Lifetime></KSK></Keys>",
	"<Keys><KSK><Lifetime><Max>P2D</Max></Lifetime></KSK></Keys>", 3},
    {"<Keys><CSK><Lifetime><Max>P1D</Max></Lifetime></CSK></Keys>",
	"<Keys><CSK><Lifetime><Max>P2D</Max></Lifetime></CSK></Keys>", 3},
    {"<Keys><Inventory mode=\"pinned\"/></Keys>", "<Keys><Inventory mode=\"observe\"/></Keys>", 3},
    {"<Keys><Inventory mode=\"pinned\"><Key role=\"ZSK\" algorithm=\"13\" tag=\"1\" "
     "sha256=\"0000000000000000000000000000000000000000000000000000000000000001\"/>"
     "</Inventory></Keys>",
	"<Keys><Inventory mode=\"pinned\"><Key role=\"CSK\" algorithm=\"13\" tag=\"1\" "
	"sha256=\"0000000000000000000000000000000000000000000000000000000000000001\"/>"
	"</Inventory></Keys>",
	3},
    {"<Keys><Inventory>\n<Key role=\"KSK\" algorithm=\"13\" tag=\"1\" "
     "sha256=\"0000000000000000000000000000000000000000000000000000000000000001\" "
     "notbefore=\"2026-01-01T00:00:00Z\" notafter=\"2026-01-01T00:00:00Z\"/></Inventory></Keys>",
	"<Keys><Inventory>\n<Key role=\"KSK\" algorithm=\"13\" tag=\"1\" "
	"sha256=\"0000000000000000000000000000000000000000000000000000000000000001\" "
	"notbefore=\"2026-01-01T00:00:00Z\" notafter=\"2026-01-01T00:00:01Z\"/></Inventory></Keys>",
	4},
    {"<Keys><KSK><Algorithm>13</Algorithm>\n<Algorithm>13</Algorithm></KSK></Keys>",
	"<Keys><KSK><Algorithm>13</Algorithm></KSK>\n<ZSK><Algorithm>13</Algorithm></ZSK></Keys>",
	4},
    {"<Keys><ZSK><ZskRollType>ZskPrePublication</ZskRollType>\n"
     "<ZskRollType>ZskPrePublication</ZskRollType></ZSK></Keys>",
	"<Keys><ZSK><ZskRollType>ZskPrePublication</ZskRollType>\n"
	"<ZskRollType>ZskDoubleSignature</ZskRollType></ZSK></Keys>",
	4},
    {"<Parent><DS><DigestType>2</DigestType>\n<DigestType>2</DigestType></DS></Parent>",
	"<Parent><DS><DigestType>2</DigestType>\n<DigestType>4</DigestType></DS></Parent>", 4},
    {"<ChangeGuards><WatchList><Name>a.</Name>\n<Name>A.</Name></WatchList></ChangeGuards>",
	"<ChangeGuards><WatchList><Name>a.</Name>\n<Name>b.</Name></WatchList></ChangeGuards>", 4},
    {"<Parent><DS><Source type=\"authoritative\" poll=\"PT1H\"/></DS></Parent>",
	"<Parent><DS><Source type=\"authoritative\" poll=\"PT59M\"/></DS></Parent>", 3},
    {"<Keys><AlgorithmRollover>conservative</AlgorithmRollover></Keys>",
	"<Keys><AlgorithmRollover>conservative</AlgorithmRollover></Keys>"
	"<CacheView><Validator model=\"strict-dnskey\" on=\"warn\"/></CacheView>",
	3},
    {"<Approval quorum=\"2\"><Approver id=\"a\"/></Approval>",
	"<Approval quorum=\"2\"><Approver id=\"a\"/><Approver id=\"b\"/></Approval>", 3},
    {"<Approval quorum=\"2\"><Approver id=\"a\"/>\n<Approver id=\"a\"/></Approval>",
	"<Approval quorum=\"2\"><Approver id=\"a\"/>\n<Approver id=\"b\"/></Approval>", 4},
    {"<Staging><Risk id=\"change-denial\"/>\n<Risk id=\"change-denial\"/></Staging>",
	"<Staging><Risk id=\"change-denial\"/>\n<Risk id=\"change-apex-ns\"/></Staging>", 4},
    {"<ReleaseBy warn=\"PT1H\" alarm=\"PT2H\"/>", "<ReleaseBy warn=\"PT2H\" alarm=\"PT2H\"/>", 3},
};
#define CONTRADICTIONS (sizeof(contradictions) / sizeof(contradictions[0]))

START_TEST(contradiction_is_refused_at_its_line_and_its_twin_is_not)
{
	struct remarks remarks = {0};
	char text[1024];

	(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, contradictions[_i].wrong);
	ck_assert_int_eq(
	    policy_examine(text, strlen(text), "t", false, count_remark, &remarks), ZG_POLICY);
	ck_assert_msg(remarks.errors == 1, "%u errors, first: %s", remarks.errors, remarks.first);
	ck_assert_msg(remarks.first_line == contradictions[_i].line, "line %u: %s",
	    remarks.first_line, remarks.first);
	(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, contradictions[_i].right);
	zg_policy_free(parse(text));
}
END_TEST

/* Lawful and unwise, each with a twin that is neither. */
static const struct {
	const char *unwise, *wise;
} follies[] = {
    {"<Signatures><Validity><Max>P91D</Max></Validity></Signatures>",
	"<Signatures><Validity><Max>P90D</Max></Validity></Signatures>"},
    {"<Signatures><Validity><Max>P30D</Max></Validity><MaxZoneTTL>P10DT1S</MaxZoneTTL></Signatures>"
     "<CacheView><UnknownHorizon>P20D</UnknownHorizon></CacheView>",
	"<Signatures><Validity><Max>P30D</Max></Validity><MaxZoneTTL>P10D</MaxZoneTTL></Signatures>"
	"<CacheView><UnknownHorizon>P20D</UnknownHorizon></CacheView>"},
    {"<Signatures><Validity><Max>P30D</Max></Validity></Signatures>"
     "<Keys><ZSK><Lifetime><Max>P29D</Max></Lifetime></ZSK></Keys>",
	"<Signatures><Validity><Max>P30D</Max></Validity></Signatures>"
	"<Keys><ZSK><Lifetime><Max>P30D</Max></Lifetime></ZSK></Keys>"},
    {"<Signatures><Remaining><Min>P2D</Min></Remaining><ResignInterval>P2DT1S</ResignInterval>"
     "</Signatures>",
	"<Signatures><Remaining><Min>P2D</Min></Remaining><ResignInterval>P2D</ResignInterval>"
	"</Signatures>"},
    {"<Signatures><ClockSkew>PT1H1S</ClockSkew></Signatures>",
	"<Signatures><ClockSkew>PT1H</ClockSkew></Signatures>"},
    {"<Signatures><Remaining><Min>P5D</Min></Remaining></Signatures>"
     "<Zone><SOA><MaxExpire>P5DT1S</MaxExpire></SOA></Zone>",
	"<Signatures><Remaining><Min>P5D</Min></Remaining></Signatures>"
	"<Zone><SOA><MaxExpire>P5D</MaxExpire></SOA></Zone>"},
    {"<Zone><SOA><MaxMinimum>P1DT1S</MaxMinimum></SOA></Zone>",
	"<Zone><SOA><MaxMinimum>P1D</MaxMinimum></SOA></Zone>"},
    {"<Denial><NSEC3><Hash><MaxIterations>1</MaxIterations></Hash></NSEC3></Denial>",
	"<Denial><NSEC3><Hash><MaxIterations>0</MaxIterations></Hash></NSEC3></Denial>"},
    {"<Denial><NSEC3><Hash><Salt maxlength=\"1\"/></Hash></NSEC3></Denial>",
	"<Denial><NSEC3><Hash><Salt maxlength=\"0\"/></Hash></NSEC3></Denial>"},
    {"<Denial><NSEC/><NSEC3><OptOut>required</OptOut></NSEC3></Denial>",
	"<Denial><NSEC3><OptOut>required</OptOut></NSEC3></Denial>"},
    {"<Keys><KSK><Algorithm>7</Algorithm></KSK></Keys>",
	"<Keys><KSK><Algorithm>8</Algorithm></KSK></Keys>"},
    {"<Keys><KSK><Algorithm>12</Algorithm></KSK></Keys>",
	"<Keys><KSK><Algorithm>15</Algorithm></KSK></Keys>"},
    {"<Keys><KSK><Algorithm length=\"2047\">8</Algorithm></KSK></Keys>",
	"<Keys><KSK><Algorithm length=\"2048\">8</Algorithm></KSK></Keys>"},
    {"<Keys><KSK><Algorithm>8</Algorithm></KSK><Inventory><Key role=\"KSK\" algorithm=\"13\" "
     "tag=\"1\" sha256=\"0000000000000000000000000000000000000000000000000000000000000001\"/>"
     "</Inventory></Keys>",
	"<Keys><ZSK><Algorithm>8</Algorithm></ZSK><Inventory><Key role=\"KSK\" algorithm=\"13\" "
	"tag=\"1\" sha256=\"0000000000000000000000000000000000000000000000000000000000000001\"/>"
	"</Inventory></Keys>"},
    {"<Keys><Inventory><Key role=\"KSK\" algorithm=\"5\" tag=\"1\" "
     "sha256=\"0000000000000000000000000000000000000000000000000000000000000001\"/>"
     "</Inventory></Keys>",
	"<Keys><Inventory><Key role=\"KSK\" algorithm=\"8\" tag=\"1\" "
	"sha256=\"0000000000000000000000000000000000000000000000000000000000000001\"/>"
	"</Inventory></Keys>"},
    {"<Keys><TTL><Max>PT1H</Max></TTL><PublishSafety>PT6H</PublishSafety></Keys>",
	"<Keys><TTL><Max>PT1H</Max></TTL><PublishSafety>PT5H</PublishSafety></Keys>"},
    {"<Keys><TTL><Max>PT1H</Max></TTL><RetireSafety>PT6H</RetireSafety></Keys>",
	"<Keys><TTL><Max>PT1H</Max></TTL><RetireSafety>PT5H</RetireSafety></Keys>"},
    {"<CacheView><Validator model=\"strict-dnskey\" on=\"refuse\"/></CacheView>",
	"<CacheView><Validator model=\"strict-dnskey\" on=\"refuse\"/></CacheView>"
	"<Keys><AlgorithmRollover>conservative</AlgorithmRollover></Keys>"},
    {"<Parent><DS><DigestType>1</DigestType></DS></Parent>",
	"<Parent><DS><DigestType>2</DigestType></DS></Parent>"},
    {"<Parent><DS><DigestType>9</DigestType></DS></Parent>",
	"<Parent><DS><DigestType>4</DigestType></DS></Parent>"},
    {"<Parent><DS><MaxTTL>P8D</MaxTTL></DS></Parent>",
	"<Parent><DS><MaxTTL>P7D</MaxTTL></DS></Parent>"},
    {"<Keys><TTL><Max>P8D</Max></TTL></Keys>", "<Keys><TTL><Max>P7D</Max></TTL></Keys>"},
    {"<Signatures><MaxZoneTTL>P2D</MaxZoneTTL></Signatures>"
     "<CacheView><MaxCacheTTL>P1D</MaxCacheTTL></CacheView>",
	"<Signatures><MaxZoneTTL>P1D</MaxZoneTTL></Signatures>"
	"<CacheView><MaxCacheTTL>P1D</MaxCacheTTL></CacheView>"},
    {"<Zone><Evidence>handed</Evidence></Zone>", "<Zone><Evidence>confirmed</Evidence></Zone>"},
    {"<Parent><CDS delay=\"PT1H\">forbidden</CDS></Parent>",
	"<Parent><CDS delay=\"PT1H\">consistent</CDS></Parent>"},
    {"<Signatures><Remaining><Min>P1D</Min></Remaining></Signatures>"
     "<ReleaseBy warn=\"P2D\" alarm=\"P1DT1S\"/>",
	"<Signatures><Remaining><Min>P1D</Min></Remaining></Signatures>"
	"<ReleaseBy warn=\"P2D\" alarm=\"P1D\"/>"},
    {"<Unsigned>allowed</Unsigned>", "<Unsigned>refused</Unsigned>"},
    {"<Zone><SOA><Serial>any</Serial></SOA></Zone>",
	"<Zone><SOA><Serial>increase</Serial></SOA></Zone>"},
    {"<Approval quorum=\"1\"/>", "<Approval quorum=\"2\"/>"},
    {"<Staging><When>risky</When></Staging>",
	"<Staging><When>risky</When><Risk id=\"change-denial\"/></Staging>"},
    {"<Checks><Check id=\"rrsig-ttl\" on=\"warn\"/></Checks>",
	"<Checks><Check id=\"rrsig-ttl\" on=\"approve\"/></Checks>"},
};
#define FOLLIES (sizeof(follies) / sizeof(follies[0]))

START_TEST(lint_warns_of_the_unwise_and_not_of_its_twin)
{
	struct remarks remarks = {0};
	char text[1024];

	(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, follies[_i].unwise);
	ck_assert_int_eq(
	    policy_examine(text, strlen(text), "t", true, count_remark, &remarks), ZG_OK);
	ck_assert_msg(
	    remarks.warnings == 1, "%u warnings, first: %s", remarks.warnings, remarks.first);
	ck_assert_uint_eq(remarks.errors, 0);
	ck_assert_uint_eq(remarks.first_line, 3);
	zg_policy_free(parse(text));
	memset(&remarks, 0, sizeof(remarks));
	(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, follies[_i].wise);
	ck_assert_int_eq(
	    policy_examine(text, strlen(text), "t", true, count_remark, &remarks), ZG_OK);
	ck_assert_msg(remarks.warnings == 0, "%s", remarks.first);
}
END_TEST

START_TEST(lint_tells_of_every_error)
{
	static const char text[] = HEAD "<Unsigned>x</Unsigned>\n<Zone><ZONEMD>y</ZONEMD></Zone>\n"
					"<Foo/>\n" TAIL;
	char *path = temporary(text, strlen(text));
	struct remarks remarks = {0};
	struct zg_error error;

	ck_assert_int_eq(zg_policy_lint(path, count_remark, &remarks, &error), ZG_POLICY);
	ck_assert_uint_eq(remarks.errors, 3);
	ck_assert_uint_eq(remarks.first_line, 3);
	(void)unlink(path);
	free(path);
}
END_TEST

/* How many errors `text` has. */
static unsigned
errors_in(const char *text)
{
	struct remarks remarks = {0};

	ck_assert_int_ne(
	    policy_examine(text, strlen(text), "t", true, count_remark, &remarks), ZG_OK);
	return remarks.errors;
}

START_TEST(errors_that_follow_from_another_are_not_told)
{
	/* Malformed XML: the parser goes on and stumbles more than once. */
	ck_assert_uint_eq(errors_in("<ZoneGate version=1 b=2><c d=3>"), 1);
	/* Two bad names are no duplicates. */
	ck_assert_uint_eq(errors_in(HEAD "<ChangeGuards><WatchList><Name>www</Name><Name>www</Name>"
					 "</WatchList></ChangeGuards>" TAIL),
	    2);
	/* Three attributes are missing. */
	ck_assert_uint_eq(
	    errors_in(HEAD "<Keys><Inventory><Key role=\"KSK\"/></Inventory></Keys>" TAIL), 3);
}
END_TEST

/* tests/hostile/policy: what each file must give. */
static const struct {
	const char *file;
	zg_status status;
	unsigned line;
} hostile[] = {
    {"doctype.xml", ZG_POLICY, 2},
    {"doctype-system.xml", ZG_POLICY, 2},
    {"doctype-public.xml", ZG_POLICY, 2},
    {"billion-laughs.xml", ZG_POLICY, 2},
    {"quadratic-blowup.xml", ZG_POLICY, 2},
    {"external-entity.xml", ZG_POLICY, 2},
    {"parameter-entity.xml", ZG_POLICY, 2},
    {"doctype-after-comment.xml", ZG_POLICY, 4},
    {"undefined-entity.xml", ZG_POLICY, 4},
    {"xinclude.xml", ZG_POLICY, 4},
    {"utf-16.xml", ZG_POLICY, 1},
    {"utf-32.xml", ZG_POLICY, 1},
    {"ebcdic.xml", ZG_POLICY, 1},
    {"latin-1.xml", ZG_POLICY, 1},
    {"iso-2022.xml", ZG_POLICY, 1},
    {"bad-utf-8.xml", ZG_POLICY, 4},
    {"overlong-utf-8.xml", ZG_POLICY, 4},
    {"nul.xml", ZG_POLICY, 4},
    {"control-character.xml", ZG_POLICY, 4},
    {"escaped-control-character.xml", ZG_POLICY, 4},
    {"empty.xml", ZG_POLICY, 1},
    {"not-xml.xml", ZG_POLICY, 1},
    {"cut.xml", ZG_POLICY, 4},
    {"two-roots.xml", ZG_POLICY, 6},
    {"attribute-twice.xml", ZG_POLICY, 3},
    {"deep-nesting.xml", ZG_LIMIT, 4},
    {"many-attributes.xml", ZG_LIMIT, 5},
    {"wrong-root.xml", ZG_POLICY, 2},
    {"wrong-version.xml", ZG_POLICY, 2},
    {"root-attribute.xml", ZG_POLICY, 2},
    {"no-policy.xml", ZG_POLICY, 2},
    {"no-name.xml", ZG_POLICY, 3},
    {"name-characters.xml", ZG_POLICY, 3},
    {"foreign-namespace.xml", ZG_POLICY, 2},
    {"unknown-element.xml", ZG_POLICY, 6},
    {"unknown-attribute.xml", ZG_POLICY, 5},
    {"element-in-value.xml", ZG_POLICY, 4},
    {"text-in-group.xml", ZG_POLICY, 4},
    {"element-twice.xml", ZG_POLICY, 6},
    {"validity-twice.xml", ZG_POLICY, 6},
    {"validity-for-nobody.xml", ZG_POLICY, 5},
    {"two-policies-one-name.xml", ZG_POLICY, 4},
    {"duration-years.xml", ZG_POLICY, 4},
    {"duration-weeks.xml", ZG_POLICY, 4},
    {"duration-ttl-style.xml", ZG_POLICY, 4},
    {"duration-negative.xml", ZG_POLICY, 4},
    {"duration-overflow.xml", ZG_POLICY, 4},
    {"duration-out-of-range.xml", ZG_POLICY, 5},
    {"number-negative.xml", ZG_POLICY, 5},
    {"number-overflow.xml", ZG_POLICY, 6},
    {"number-hexadecimal.xml", ZG_POLICY, 6},
    {"percent-too-large.xml", ZG_POLICY, 5},
    {"unknown-word.xml", ZG_POLICY, 4},
    {"hash-algorithm.xml", ZG_POLICY, 5},
    {"sha256-short.xml", ZG_POLICY, 5},
    {"time-impossible.xml", ZG_POLICY, 5},
    {"watch-relative.xml", ZG_POLICY, 5},
    {"watch-long-label.xml", ZG_POLICY, 5},
    {"watch-escape.xml", ZG_POLICY, 5},
    {"check-unknown.xml", ZG_POLICY, 5},
    {"check-below-floor.xml", ZG_POLICY, 5},
    {"check-twice.xml", ZG_POLICY, 6},
    {"check-and-element.xml", ZG_POLICY, 8},
    {"check-no-severity.xml", ZG_POLICY, 5},
    {"check-unknown-severity.xml", ZG_POLICY, 5},
    {"cache-view-ignored.xml", ZG_POLICY, 5},
    {"terminal-escape.xml", ZG_POLICY, 5},
    {"non-ascii-name.xml", ZG_POLICY, 4},
};
#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

START_TEST(hostile_file_is_refused_at_its_line)
{
	struct zg_error error = {""};
	char path[256], place[300];
	zg_policy *policy;

	(void)snprintf(path, sizeof(path), "tests/hostile/policy/%s", hostile[_i].file);
	(void)snprintf(place, sizeof(place), "%s:%u: ", path, hostile[_i].line);
	ck_assert_msg(
	    zg_policy_read(path, NULL, &policy, &error) == hostile[_i].status, "%s", error.text);
	ck_assert_ptr_null(policy);
	ck_assert_msg(strncmp(error.text, place, strlen(place)) == 0, "%s", error.text);
	for (const char *at = error.text; *at != '\0'; at++)
		ck_assert(*at >= ' ' && *at <= '~');
}
END_TEST

START_TEST(every_hostile_file_is_listed)
{
	DIR *folder = opendir("tests/hostile/policy");
	const struct dirent *entry;
	size_t found = 0;

	ck_assert_ptr_nonnull(folder);
	while ((entry = readdir(folder)) != NULL)
		found += strstr(entry->d_name, ".xml") != NULL;
	(void)closedir(folder);
	ck_assert_uint_eq(found, HOSTILE);
}
END_TEST

START_TEST(hostile_files_print_nothing)
{
	char *path = temporary("", 0);
	int fd = open(path, O_RDWR), saved_out = dup(1), saved_err = dup(2);
	struct stat about;

	(void)fflush(NULL);
	(void)dup2(fd, 1);
	(void)dup2(fd, 2);
	for (size_t i = 0; i < HOSTILE; i++) {
		struct zg_error error;
		char file[256];
		zg_policy *policy;

		(void)snprintf(file, sizeof(file), "tests/hostile/policy/%s", hostile[i].file);
		if (zg_policy_read(file, NULL, &policy, &error) == ZG_OK)
			zg_policy_free(policy);
	}
	(void)fflush(NULL);
	(void)dup2(saved_out, 1);
	(void)dup2(saved_err, 2);
	ck_assert_int_eq(fstat(fd, &about), 0);
	ck_assert_int_eq(about.st_size, 0);
	(void)close(fd);
	(void)close(saved_out);
	(void)close(saved_err);
	(void)unlink(path);
	free(path);
}
END_TEST

/* `count` times `part` between `head` and `tail`, for free. */
static char *
repeat(const char *head, const char *part, size_t count, const char *tail)
{
	struct text_writer writer = {0};

	text_add(&writer, head);
	for (size_t i = 0; i < count; i++)
		text_add(&writer, part);
	text_add(&writer, tail);
	ck_assert(!writer.failed);
	return writer.text;
}

static zg_status
status_of(const char *text, size_t length, struct zg_error *error)
{
	zg_policy *policy;
	zg_status status = zg_policy_parse(text, length, "t", NULL, &policy, error);

	zg_policy_free(policy);
	return status;
}

START_TEST(size_limit_is_exact)
{
	struct zg_error error;
	size_t fill = ZG_POLICY_BYTES_MAX - strlen(HEAD) - strlen(TAIL);
	char *text = repeat(HEAD, " ", fill + 1, TAIL), *path;
	zg_policy *policy;

	ck_assert_int_eq(status_of(text, strlen(text), &error), ZG_LIMIT);
	path = temporary(text, strlen(text));
	ck_assert_int_eq(zg_policy_read(path, NULL, &policy, &error), ZG_LIMIT);
	(void)unlink(path);
	free(path);
	free(text);
	text = repeat(HEAD, " ", fill, TAIL);
	ck_assert_int_eq(status_of(text, strlen(text), &error), ZG_OK);
	free(text);
}
END_TEST

START_TEST(depth_limit_is_exact)
{
	struct zg_error error;
	char *open_tags = repeat("", "<a>", ZG_POLICY_DEPTH_MAX, "");
	char *text = repeat(open_tags, "</a>", ZG_POLICY_DEPTH_MAX, "");

	ck_assert_int_eq(status_of(text, strlen(text), &error), ZG_POLICY); /* other root */
	free(text);
	free(open_tags);
	open_tags = repeat("", "<a>", ZG_POLICY_DEPTH_MAX + 1, "");
	text = repeat(open_tags, "</a>", ZG_POLICY_DEPTH_MAX + 1, "");
	ck_assert_int_eq(status_of(text, strlen(text), &error), ZG_LIMIT);
	free(text);
	free(open_tags);
}
END_TEST

START_TEST(watch_list_limit_is_exact)
{
	for (size_t more = 0; more < 2; more++) {
		struct text_writer writer = {0};
		struct zg_error error;

		text_add(&writer, HEAD "<ChangeGuards><WatchList>");
		for (size_t i = 0; i < ZG_POLICY_WATCH_MAX + more; i++)
			text_printf(&writer, "<Name>n%zu.</Name>", i);
		text_add(&writer, "</WatchList></ChangeGuards>" TAIL);
		ck_assert_int_eq(
		    status_of(writer.text, writer.used, &error), more > 0 ? ZG_LIMIT : ZG_OK);
		text_writer_clear(&writer);
	}
}
END_TEST

START_TEST(a_flood_of_anything_ends_in_time)
{
	static const struct {
		const char *head, *part, *tail;
	} floods[] = {
	    {"<ZoneGate ", "a=\"\" ", "/>"},
	    {"<ZoneGate version=\"1\">", "<Policy name=\"a\"/>", "</ZoneGate>"},
	    {HEAD "<Signatures>", "<Validity/>", "</Signatures>" TAIL},
	    {HEAD "<Checks>", "<Check id=\"rrsig-ttl\" on=\"warn\"/>", "</Checks>" TAIL},
	    {HEAD, "<a/>", TAIL},
	    {"", "<a>", ""},
	    {"", "<", ""},
	    {HEAD "<Unsigned>", "&#65;", "</Unsigned>" TAIL},
	    {HEAD "<Unsigned>", "<![CDATA[x]]>", "</Unsigned>" TAIL},
	    {HEAD "<FullCheckInterval>P", "9", "D</FullCheckInterval>" TAIL},
	};

	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		size_t room = ZG_POLICY_BYTES_MAX - strlen(floods[i].head) - strlen(floods[i].tail);
		char *text = repeat(
		    floods[i].head, floods[i].part, room / strlen(floods[i].part), floods[i].tail);
		struct zg_error error;

		ck_assert_int_ne(status_of(text, strlen(text), &error), ZG_OK);
		free(text);
	}
}
END_TEST

START_TEST(line_numbers_do_not_end_at_65535)
{
	struct zg_error error;
	char *text = repeat(HEAD, "\n", 70000, "<Zone>\n<Foo/></Zone>" TAIL);

	ck_assert_int_eq(status_of(text, strlen(text), &error), ZG_POLICY);
	ck_assert_msg(strncmp(error.text, "t:70004: ", 9) == 0, "%s", error.text);
	free(text);
}
END_TEST

START_TEST(truncation_at_every_octet_is_refused)
{
	size_t length;
	char *text = slurp(full_policy, &length);
	size_t end = (size_t)(strstr(text, "</ZoneGate>") - text) + strlen("</ZoneGate>");

	for (size_t cut = 0; cut < end; cut += cut < 400 ? 1 : 37) {
		/* A copy without slack, so that a read beyond the end is seen. */
		char *part = malloc(cut > 0 ? cut : 1);
		struct zg_error error;

		ck_assert_ptr_nonnull(part);
		memcpy(part, text, cut);
		ck_assert_int_ne(status_of(part, cut, &error), ZG_OK);
		free(part);
	}
	free(text);
}
END_TEST

START_TEST(nothing_hides_behind_a_nul)
{
	static const char text[] = HEAD TAIL "\0<ZoneGate version=\"1\"/>";
	struct zg_error error;

	ck_assert_int_eq(status_of(text, sizeof(text) - 1, &error), ZG_POLICY);
	ck_assert_int_eq(status_of(text, strlen(text) + 1, &error), ZG_POLICY);
	ck_assert_int_eq(status_of(text, strlen(text), &error), ZG_OK);
}
END_TEST

START_TEST(byte_order_mark_is_accepted)
{
	zg_policy_free(parse("\xef\xbb\xbf" HEAD TAIL));
	zg_policy_free(parse("<?xml version='1.0' encoding='utf-8'?>" HEAD TAIL));
	zg_policy_free(parse("<?xml version=\"1.0\" encoding=\"US-ASCII\"?>" HEAD TAIL));
}
END_TEST

START_TEST(white_space_and_comments_around_values_mean_nothing)
{
	zg_policy *policy =
	    parse("<ZoneGate version=\"1\"><Policy name=\" x \"><Unsigned>\n allowed <!-- "
		  "--></Unsigned><FullCheckInterval>\n\tPT7S\n</FullCheckInterval>"
		  "<ChangeGuards><Records minimum=\" 9 \"/></ChangeGuards>"
		  "<?pi data?></Policy></ZoneGate>");

	ck_assert_str_eq(zg_policy_name(policy), "x");
	ck_assert(policy_values(policy)->unsigned_allowed);
	ck_assert_int_eq(policy_release(policy)->full_check_interval, 7);
	ck_assert_int_eq(policy_values(policy)->change.records.minimum, 9);
	zg_policy_free(policy);
}
END_TEST

START_TEST(file_that_others_may_write_is_refused)
{
	static const char text[] = HEAD TAIL;
	char *path = temporary(text, strlen(text));
	struct zg_error error;
	zg_policy *policy;

	ck_assert_int_eq(chmod(path, 0664), 0);
	ck_assert_int_eq(zg_policy_read(path, NULL, &policy, &error), ZG_OK);
	zg_policy_free(policy);
	ck_assert_int_eq(chmod(path, 0646), 0);
	ck_assert_int_eq(zg_policy_read(path, NULL, &policy, &error), ZG_POLICY);
	ck_assert_ptr_null(policy);
	(void)unlink(path);
	free(path);
}
END_TEST

START_TEST(what_is_no_readable_file_is_refused)
{
	char *path = temporary("", 0);
	struct zg_error error;
	zg_policy *policy;

	ck_assert_int_eq(
	    zg_policy_read("tests/hostile/no-such-file", NULL, &policy, &error), ZG_READ);
	ck_assert_int_eq(zg_policy_read("tests/hostile", NULL, &policy, &error), ZG_READ);
	ck_assert_int_eq(zg_policy_read("/dev/zero", NULL, &policy, &error), ZG_READ);
	(void)unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(zg_policy_read(path, NULL, &policy, &error), ZG_READ);
	ck_assert_ptr_null(policy);
	(void)unlink(path);
	free(path);
	ck_assert_int_eq(zg_policy_parse(NULL, 0, "t", NULL, &policy, &error), ZG_PARAMETER);
	zg_policy_free(NULL);
}
END_TEST

#if LIBXML_VERSION >= 21200
static void
count_error(void *context, const xmlError *error)
#else
static void
count_error(void *context, xmlError *error)
#endif
{
	(void)error;
	(*(unsigned *)context)++;
}

static zg_status
read_default(void *context, unsigned thread, size_t first, size_t end)
{
	zg_status status = ZG_OK;

	(void)context;
	(void)thread;
	for (size_t i = first; i < end && status == ZG_OK; i++) {
		zg_policy *policy = NULL;

		status = zg_policy_default(&policy, NULL);
		zg_policy_free(policy);
	}
	return status;
}

/* First in a process of its own (CK_FORK), so that libxml2 is set up here. */
START_TEST(policies_are_read_in_several_threads_at_once)
{
	ck_assert_int_eq(work_pool_run(4, 8, 1, read_default, NULL), ZG_OK);
}
END_TEST

START_TEST(error_handler_of_the_caller_is_left_alone)
{
	unsigned count = 0;
	struct zg_error error;

	xmlSetStructuredErrorFunc(&count, count_error);
	ck_assert_int_eq(status_of("<a", 2, &error), ZG_POLICY);
	zg_policy_free(parse(HEAD TAIL));
	ck_assert_uint_eq(count, 0);
	ck_assert_ptr_eq(xmlStructuredErrorContext, &count);
	ck_assert_ptr_null(xmlGetLastError());
	xmlSetStructuredErrorFunc(NULL, NULL);
}
END_TEST

static Suite *
policy_suite(void)
{
	Suite *suite = suite_create("policy");
	TCase *shipping = tcase_create("shipped"), *table = tcase_create("table");
	TCase *values = tcase_create("values"), *bad = tcase_create("hostile");

	tcase_add_test(shipping, built_in_policy_is_policies_default_xml);
	tcase_add_test(shipping, embedded_schema_is_policies_policy_rng);
	tcase_add_test(shipping, what_a_policy_does_not_say_is_as_in_default);
	tcase_add_test(shipping, default_policy_has_the_severities_of_the_check_table);
	tcase_add_loop_test(shipping, shipped_policy_is_valid_and_without_remarks, 0, SHIPPED);
	tcase_add_loop_test(shipping, shipped_policy_is_named_after_its_file, 0, SHIPPED);
	tcase_add_loop_test(shipping, shipped_policy_never_eases_a_check, 0, SHIPPED);
	tcase_add_loop_test(shipping, canonical_form_reads_back_to_itself, 0, SHIPPED + 1);
	tcase_add_loop_test(shipping, canonical_form_keeps_an_empty_exception, 0, 3);
	tcase_add_test(shipping, tld_is_stricter_than_default);
	tcase_add_test(table, table_is_consistent);
	tcase_add_test(table, canonical_form_names_every_check_once);
	tcase_add_test(table, order_in_the_file_does_not_change_the_canonical_form);
	tcase_add_test(table, full_policy_sets_every_row_to_another_value);
	tcase_add_test(table, schema_names_nothing_that_the_table_does_not_know);
	tcase_add_test(table, manual_names_every_element_attribute_and_word);
	tcase_add_test(values, values_of_a_full_policy_arrive);
	tcase_add_test(values, naming_one_kind_of_denial_excludes_the_other);
	tcase_add_test(values, validity_holds_for_all_unless_said_otherwise);
	tcase_add_test(values, on_attribute_sets_the_severity_of_its_check);
	tcase_add_test(values, no_check_can_be_weaker_than_its_floor);
	tcase_add_test(values, policy_is_chosen_by_name);
	tcase_add_test(values, an_error_in_another_policy_of_the_file_counts);
	tcase_add_test(values, duration_is_days_and_below);
	tcase_add_test(values, number_range_is_exact);
	tcase_add_test(values, time_is_utc_and_of_the_calendar);
	tcase_add_test(values, byte_order_mark_is_accepted);
	tcase_add_test(values, white_space_and_comments_around_values_mean_nothing);
	tcase_add_loop_test(
	    values, contradiction_is_refused_at_its_line_and_its_twin_is_not, 0, CONTRADICTIONS);
	tcase_add_loop_test(values, lint_warns_of_the_unwise_and_not_of_its_twin, 0, FOLLIES);
	tcase_add_test(values, lint_tells_of_every_error);
	tcase_add_test(values, errors_that_follow_from_another_are_not_told);
	tcase_set_timeout(bad, 60);
	tcase_add_loop_test(bad, hostile_file_is_refused_at_its_line, 0, HOSTILE);
	tcase_add_test(bad, every_hostile_file_is_listed);
	tcase_add_test(bad, hostile_files_print_nothing);
	tcase_add_test(bad, size_limit_is_exact);
	tcase_add_test(bad, depth_limit_is_exact);
	tcase_add_test(bad, watch_list_limit_is_exact);
	tcase_add_test(bad, a_flood_of_anything_ends_in_time);
	tcase_add_test(bad, line_numbers_do_not_end_at_65535);
	tcase_add_test(bad, truncation_at_every_octet_is_refused);
	tcase_add_test(bad, nothing_hides_behind_a_nul);
	tcase_add_test(bad, file_that_others_may_write_is_refused);
	tcase_add_test(bad, what_is_no_readable_file_is_refused);
	tcase_add_test(bad, policies_are_read_in_several_threads_at_once);
	tcase_add_test(bad, error_handler_of_the_caller_is_left_alone);
	suite_add_tcase(suite, shipping);
	suite_add_tcase(suite, table);
	suite_add_tcase(suite, values);
	suite_add_tcase(suite, bad);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(policy_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
