/*
 * kasp.xml to memory, by one table: as OpenDNSSEC 2 reads it, whose schema (kasp.rnc) names the
 * elements. The walk is as deep as the table, not as the tree.
 */
#include "policy/kasp.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy_value.h"
#include "policy/policy_xml.h"

enum kasp_kind {
	KASP_GROUP,    /* elements; with a place (bool): it is there */
	KASP_DURATION, /* int64_t */
	KASP_NUMBER,   /* int64_t */
	KASP_FLAG,     /* bool: it is there */
	KASP_PROSE,    /* char *, owned */
	KASP_ROLL,     /* int64_t: a word's place in the list that policies have */
	KASP_KEY,      /* repeated: a struct kasp_key */
	KASP_LEFT      /* not taken over: `note` says why */
};

struct kasp_row {
	const char *path; /* below Policy; "@length" is an attribute, "Key" any of KSK, ZSK, CSK */
	enum kasp_kind kind;
	size_t place; /* in the policy; below Keys/Key in the key */
	const char *note;
	const char *words; /* KASP_ROLL: the row of policies that has them */
};

#define AT(field)  offsetof(struct kasp_policy, field)
#define KEY(field) offsetof(struct kasp_key, field)
#define NOWHERE	   SIZE_MAX

/* clang-format off */
static const struct kasp_row kasp_table[] = {
	{"Description", KASP_PROSE, AT(description), NULL, NULL},
	{"Passthrough", KASP_FLAG, AT(passthrough), NULL, NULL},
	{"Signatures", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Signatures/Resign", KASP_DURATION, AT(resign), NULL, NULL},
	{"Signatures/Refresh", KASP_DURATION, AT(refresh), NULL, NULL},
	{"Signatures/Validity", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Signatures/Validity/Default", KASP_DURATION, AT(validity), NULL, NULL},
	{"Signatures/Validity/Denial", KASP_DURATION, AT(validity_denial), NULL, NULL},
	{"Signatures/Validity/Keyset", KASP_DURATION, AT(validity_keyset), NULL, NULL},
	{"Signatures/Jitter", KASP_DURATION, AT(jitter), NULL, NULL},
	{"Signatures/InceptionOffset", KASP_DURATION, AT(inception_offset), NULL, NULL},
	{"Signatures/MaxZoneTTL", KASP_DURATION, AT(max_zone_ttl), NULL, NULL},
	{"Denial", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Denial/NSEC", KASP_FLAG, AT(nsec), NULL, NULL},
	{"Denial/NSEC3", KASP_GROUP, AT(nsec3), NULL, NULL},
	{"Denial/NSEC3/TTL", KASP_LEFT, NOWHERE, "validators do not use the TTL of NSEC3PARAM", NULL},
	{"Denial/NSEC3/OptOut", KASP_FLAG, AT(opt_out), NULL, NULL},
	{"Denial/NSEC3/Resalt", KASP_LEFT, NOWHERE, "a new chain is judged when it comes", NULL},
	{"Denial/NSEC3/Hash", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Denial/NSEC3/Hash/Algorithm", KASP_NUMBER, AT(hash_algorithm), NULL, NULL},
	{"Denial/NSEC3/Hash/Iterations", KASP_NUMBER, AT(iterations), NULL, NULL},
	{"Denial/NSEC3/Hash/Salt", KASP_FLAG, NOWHERE, NULL, NULL},
	{"Denial/NSEC3/Hash/Salt/@length", KASP_NUMBER, AT(salt_length), NULL, NULL},
	{"Keys", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Keys/TTL", KASP_DURATION, AT(dnskey_ttl), NULL, NULL},
	{"Keys/RetireSafety", KASP_DURATION, AT(retire_safety), NULL, NULL},
	{"Keys/PublishSafety", KASP_DURATION, AT(publish_safety), NULL, NULL},
	{"Keys/ShareKeys", KASP_LEFT, NOWHERE, "each zone is looked at alone", NULL},
	{"Keys/Purge", KASP_LEFT, NOWHERE, "what the signer stores is not seen in the zone", NULL},
	{"Keys/Key", KASP_KEY, NOWHERE, NULL, NULL},
	{"Keys/Key/Algorithm", KASP_NUMBER, KEY(algorithm), NULL, NULL},
	{"Keys/Key/Algorithm/@length", KASP_NUMBER, KEY(length), NULL, NULL},
	{"Keys/Key/Lifetime", KASP_DURATION, KEY(lifetime), NULL, NULL},
	{"Keys/Key/Repository", KASP_LEFT, NOWHERE, "where keys lie is not seen in the zone", NULL},
	{"Keys/Key/Standby", KASP_LEFT, NOWHERE, "keys that do not sign are lawful in any number", NULL},
	{"Keys/Key/ManualRollover", KASP_LEFT, NOWHERE, "who starts a roll is not seen in the zone", NULL},
	{"Keys/Key/KskRollType", KASP_ROLL, KEY(roll_type), NULL, "Keys/KSK/KskRollType"},
	{"Keys/Key/ZskRollType", KASP_ROLL, KEY(roll_type), NULL, "Keys/ZSK/ZskRollType"},
	{"Keys/Key/CskRollType", KASP_ROLL, KEY(roll_type), NULL, "Keys/CSK/CskRollType"},
	{"Keys/Key/RFC5011", KASP_FLAG, KEY(rfc5011), NULL, NULL},
	{"Zone", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Zone/PropagationDelay", KASP_DURATION, AT(propagation_delay), NULL, NULL},
	{"Zone/SOA", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Zone/SOA/TTL", KASP_LEFT, NOWHERE, "the TTL of the SOA is read from the zone", NULL},
	{"Zone/SOA/Minimum", KASP_DURATION, AT(soa_minimum), NULL, NULL},
	{"Zone/SOA/Serial", KASP_LEFT, NOWHERE, "serials must increase, in whatever form", NULL},
	{"Parent", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Parent/PropagationDelay", KASP_DURATION, AT(parent_propagation_delay), NULL, NULL},
	{"Parent/RegistrationDelay", KASP_DURATION, AT(registration_delay), NULL, NULL},
	{"Parent/DS", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Parent/DS/TTL", KASP_DURATION, AT(ds_ttl), NULL, NULL},
	{"Parent/SOA", KASP_GROUP, NOWHERE, NULL, NULL},
	{"Parent/SOA/TTL", KASP_LEFT, NOWHERE, "what the parent denies is observed", NULL},
	{"Parent/SOA/Minimum", KASP_LEFT, NOWHERE, "what the parent denies is observed", NULL},
};
/* clang-format on */
#define KASP_ROWS (sizeof(kasp_table) / sizeof(kasp_table[0]))

struct loader {
	struct policy_reporter *reporter;
	struct kasp_policy *policy;
	unsigned seen[KASP_ROWS]; /* the line where the element that is being read has each part */
};

static void load_element(struct loader *loader, const struct kasp_row *row, const xmlNode *node,
    void *base, const char *path);

/* Appends a comment. What could end it, or drive a terminal, is replaced. */
void
kasp_note(struct kasp_policy *policy, const char *format, ...)
{
	char text[512];
	va_list ap;

	if (policy->n_notes++ >= KASP_NOTES_MAX)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	for (char *at = text; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~')
			*at = '?';
		if (*at == '-' && (at[1] == '-' || at[1] == '\0'))
			*at = '~';
	}
	text_printf(&policy->notes, "    <!-- Not taken over: %s -->\n", text);
}

static bool
is_key_name(const char *name)
{
	return strcmp(name, "KSK") == 0 || strcmp(name, "ZSK") == 0 || strcmp(name, "CSK") == 0;
}

/* The row of a part of `parent` (NULL: of Policy): an element, or an attribute. */
static const struct kasp_row *
row_of(const struct kasp_row *parent, const char *name, bool attribute)
{
	size_t length = parent == NULL ? 0 : strlen(parent->path);

	if (!attribute && parent != NULL && strcmp(parent->path, "Keys") == 0 && is_key_name(name))
		name = "Key";
	for (size_t i = 0; i < KASP_ROWS; i++) {
		const char *leaf = kasp_table[i].path;

		if (parent != NULL &&
		    (strncmp(leaf, parent->path, length) != 0 || leaf[length] != '/'))
			continue;
		leaf += parent == NULL ? 0 : length + 1;
		if ((leaf[0] == '@') == attribute && strcmp(leaf + (attribute ? 1 : 0), name) == 0)
			return &kasp_table[i];
	}
	return NULL;
}

/* A number of one to nine digits. */
static bool
number_read(const char *text, int64_t *value)
{
	size_t length = strspn(text, "0123456789");

	if (length == 0 || length > 9 || text[length] != '\0')
		return false;
	*value = strtoll(text, NULL, 10);
	return true;
}

static bool
roll_read(const struct kasp_row *row, const char *text, int64_t *value)
{
	const struct policy_row *words = policy_row_find(row->words);

	for (*value = 0; words->words[*value] != NULL; ++*value) {
		if (strcmp(words->words[*value], text) == 0)
			return true;
	}
	return false;
}

static void
load_value(struct loader *loader, const struct kasp_row *row, const xmlNode *node, void *base,
    const char *path)
{
	char *text = policy_xml_content(loader->reporter, node), *copy;
	int64_t value = 0;
	bool good = true;

	if (text == NULL)
		return;
	if (row->kind == KASP_PROSE) {
		copy = strdup(text);
		if (copy == NULL)
			policy_error(loader->reporter, ZG_MEMORY, 0, "out of memory");
		memcpy((char *)base + row->place, &copy, sizeof(copy));
	} else {
		if (row->kind == KASP_DURATION)
			good = policy_duration_read(text, true, &value);
		else
			good = row->kind == KASP_ROLL ? roll_read(row, text, &value)
						      : number_read(text, &value);
		memcpy((char *)base + row->place, &value, sizeof(value));
	}
	if (!good)
		policy_error(loader->reporter, ZG_POLICY, policy_xml_line(node),
		    "%s: '%.40s' is not understood", path, text);
	xmlFree(text);
}

static void
load_attributes(struct loader *loader, const struct kasp_row *parent, const xmlNode *node,
    void *base, const char *path)
{
	for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
		const struct kasp_row *row = row_of(parent, (const char *)at->name, true);

		if (row != NULL && at->ns == NULL)
			load_value(loader, row, (const xmlNode *)at, base, path);
		else if (parent != NULL)
			kasp_note(
			    loader->policy, "%s/@%.64s: not known", path, (const char *)at->name);
	}
}

static void
load_elements(struct loader *loader, const struct kasp_row *parent, const xmlNode *node, void *base,
    const char *path)
{
	for (const xmlNode *at = node->children; at != NULL; at = at->next) {
		const struct kasp_row *row;
		char below[256];

		if (at->type != XML_ELEMENT_NODE)
			continue;
		row = at->ns != NULL ? NULL : row_of(parent, (const char *)at->name, false);
		(void)snprintf(below, sizeof(below), "%s%s%.64s", path, path[0] == '\0' ? "" : "/",
		    (const char *)at->name);
		if (row == NULL)
			kasp_note(loader->policy, "%s: not known", below);
		else
			load_element(loader, row, at, base, below);
	}
}

/* A new key of the role that the element's name is; NULL: there are too many. */
static struct kasp_key *
append_key(struct loader *loader, const xmlNode *node)
{
	struct kasp_policy *policy = loader->policy;
	struct kasp_key *key;

	if (policy->n_keys == ZG_POLICY_ALGORITHMS_MAX) {
		policy_error(loader->reporter, ZG_LIMIT, policy_xml_line(node),
		    "more than %d kinds of keys", ZG_POLICY_ALGORITHMS_MAX);
		return NULL;
	}
	key = &policy->keys[policy->n_keys++];
	*key = (struct kasp_key){.role = node->name[0] == 'K'	? ROLE_KSK
					 : node->name[0] == 'Z' ? ROLE_ZSK
								: ROLE_CSK,
	    .algorithm = NOT_SET,
	    .length = NOT_SET,
	    .lifetime = NOT_SET,
	    .roll_type = NOT_SET};
	for (size_t i = 0; i < KASP_ROWS; i++) {
		if (strncmp(kasp_table[i].path, "Keys/Key/", 9) == 0)
			loader->seen[i] = 0;
	}
	return key;
}

/* "KskRollType" stands in KSK only: its first letter is the role's. */
static bool
is_of_another_role(const struct kasp_row *row, const xmlNode *node)
{
	return row->kind == KASP_ROLL && node->parent->name[0] != node->name[0];
}

static void
load_element(struct loader *loader, const struct kasp_row *row, const xmlNode *node, void *base,
    const char *path)
{
	unsigned line = policy_xml_line(node), *seen = &loader->seen[row - kasp_table];

	if ((*seen != 0 && row->kind != KASP_KEY) || is_of_another_role(row, node)) {
		policy_error(loader->reporter, ZG_POLICY, line, "%s cannot stand here", path);
		return;
	}
	*seen = line;
	if (row->kind == KASP_LEFT) {
		kasp_note(loader->policy, "%s: %s", path, row->note);
		return;
	}
	if (row->kind == KASP_KEY && (base = append_key(loader, node)) == NULL)
		return;
	load_attributes(loader, row, node, base, path);
	if (row->kind == KASP_GROUP || row->kind == KASP_KEY)
		load_elements(loader, row, node, base, path);
	if ((row->kind == KASP_GROUP || row->kind == KASP_FLAG) && row->place != NOWHERE)
		*((bool *)base + row->place) = true;
	else if (row->kind == KASP_DURATION || row->kind == KASP_NUMBER || row->kind == KASP_ROLL ||
		 row->kind == KASP_PROSE)
		load_value(loader, row, node, base, path);
}

/* The name as policies may have it: other characters become hyphens. */
static void
load_name(struct loader *loader, const xmlNode *element)
{
	static const char good[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	char *name = (char *)xmlGetNoNsProp(element, (const xmlChar *)"name");
	char *out = loader->policy->name;
	bool letter;

	if (name == NULL) {
		policy_error(loader->reporter, ZG_POLICY, policy_xml_line(element),
		    "attribute name is missing in Policy");
		return;
	}
	letter = (name[0] >= 'A' && name[0] <= 'Z') || (name[0] >= 'a' && name[0] <= 'z');
	(void)snprintf(out, POLICY_ID_MAX, "%s%.60s", letter ? "" : "p-", name);
	for (char *at = out; *at != '\0'; at++) {
		if (strchr(good, *at) == NULL)
			*at = '-';
	}
	if (strcmp(name, out) != 0)
		kasp_note(loader->policy, "the name '%.128s' is no name here", name);
	xmlFree(name);
}

void
kasp_read(struct policy_reporter *reporter, const xmlNode *element, struct kasp_policy *policy)
{
	struct loader loader = {.reporter = reporter, .policy = policy};

	memset(policy, 0, sizeof(*policy));
	for (size_t i = 0; i < KASP_ROWS; i++) {
		const struct kasp_row *row = &kasp_table[i];
		int64_t none = NOT_SET;

		if ((row->kind == KASP_DURATION || row->kind == KASP_NUMBER) &&
		    strncmp(row->path, "Keys/Key/", 9) != 0)
			memcpy((char *)policy + row->place, &none, sizeof(none));
	}
	load_name(&loader, element);
	load_elements(&loader, NULL, element, policy, "");
}

void
kasp_clear(struct kasp_policy *policy)
{
	free(policy->description);
	text_writer_clear(&policy->notes);
}
