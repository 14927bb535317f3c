/* Trust anchors in the form that IANA publishes those of the root in. */
#include "policy/anchor_xml.h"

#include <string.h>

#include "base/error.h"
#include "dns/algorithm.h"
#include "dns/name.h"
#include "policy/policy_value.h"
#include "policy/policy_xml.h"

struct loader {
	struct policy_reporter *reporter;
	struct trust_anchor *anchors;
	size_t n;
	uint8_t zone[ZG_NAME_MAX];
	bool has_zone;
};

/* The parts of a KeyDigest. The key itself and its flags may stand beside its digest, which says as
 * much. */
enum part {
	PART_TAG,
	PART_ALGORITHM,
	PART_DIGEST_TYPE,
	PART_DIGEST,
	PART_KEY,
	PART_FLAGS,
	PARTS_REQUIRED = PART_KEY
};

static const struct {
	const char *name;
	int64_t max; /* of a number */
} parts[] = {
    [PART_TAG] = {"KeyTag", UINT16_MAX},
    [PART_ALGORITHM] = {"Algorithm", UINT8_MAX},
    [PART_DIGEST_TYPE] = {"DigestType", UINT8_MAX},
    [PART_DIGEST] = {"Digest", 0},
    [PART_KEY] = {"PublicKey", 0},
    [PART_FLAGS] = {"Flags", UINT16_MAX},
};
#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

static bool
is_named(const xmlNode *node, const char *name)
{
	return node->ns == NULL && strcmp((const char *)node->name, name) == 0;
}

static void
refuse(struct loader *loader, const xmlNode *node, const char *what)
{
	policy_error(loader->reporter, ZG_INPUT_BAD, policy_xml_line(node), "%.64s: %s",
	    (const char *)node->name, what);
}

/* Only these attributes may stand there; ended by NULL. */
static void
check_attributes(struct loader *loader, const xmlNode *node, const char *const *known)
{
	for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
		size_t i = 0;

		while (known[i] != NULL &&
		       (at->ns != NULL || strcmp((const char *)at->name, known[i]) != 0))
			i++;
		if (known[i] == NULL)
			refuse(loader, node, "an attribute that is not known");
	}
}

/* An xsd:dateTime of whole seconds, in UTC or so far from it: "2017-02-02T00:00:00+00:00". */
static bool
time_read(const char *text, int64_t *seconds)
{
	enum { LOCAL = 19 }; /* up to the seconds */
	static const char form[] = "+00:00";
	char utc[LOCAL + 2] = "", offset[] = "1970-01-01T00:00:00Z";
	int64_t away = 0;

	if (strlen(text) <= LOCAL)
		return false;
	memcpy(utc, text, LOCAL);
	utc[LOCAL] = 'Z';
	if (!policy_time_read(utc, seconds))
		return false;
	text += LOCAL;
	if (strcmp(text, "Z") == 0)
		return true;
	if (strlen(text) != strlen(form) || (text[0] != '+' && text[0] != '-'))
		return false;
	memcpy(offset + 11, text + 1, 5);
	if (!policy_time_read(offset, &away))
		return false;
	*seconds += text[0] == '+' ? -away : away;
	return true;
}

/* An attribute that is a time; 0: it is not there. */
static void
load_time(struct loader *loader, const xmlNode *node, const char *name, int64_t *seconds)
{
	xmlAttr *attribute = xmlHasProp(node, (const xmlChar *)name);
	char *text;

	*seconds = 0;
	if (attribute == NULL)
		return;
	text = policy_xml_content(loader->reporter, (const xmlNode *)attribute);
	if (text != NULL && (!time_read(text, seconds) || *seconds <= 0))
		refuse(loader, node, "not a time such as 2017-02-02T00:00:00+00:00");
	xmlFree(text);
}

/* The digest, of the length that its type has where that is known. */
static bool
digest_read(const char *text, struct release_ds *ds)
{
	size_t length = strlen(text) / 2;

	if (length == 0 || length > sizeof(ds->digest))
		return false;
	ds->digest_len = (uint8_t)length;
	return policy_hex_read(text, ds->digest, length);
}

/* Stores one part of a digest. */
static void
load_part(struct loader *loader, const xmlNode *node, enum part part, struct release_ds *ds)
{
	char *text = policy_xml_content(loader->reporter, node);
	int64_t number = 0;

	if (text == NULL)
		return;
	if (part == PART_DIGEST) {
		if (!digest_read(text, ds))
			refuse(loader, node, "not a digest in hexadecimal digits");
	} else if (part != PART_KEY &&
		   (!policy_number_read(text, &number) || number > parts[part].max))
		refuse(loader, node, "not a number that can stand here");
	if (part == PART_TAG)
		ds->tag = (uint16_t)number;
	else if (part == PART_ALGORITHM)
		ds->algorithm = (uint8_t)number;
	else if (part == PART_DIGEST_TYPE)
		ds->digest_type = (uint8_t)number;
	xmlFree(text);
}

static void
load_parts(struct loader *loader, const xmlNode *node, struct release_ds *ds)
{
	static const char *const none[] = {NULL};
	bool seen[N_PARTS] = {false};

	for (const xmlNode *at = node->children; at != NULL; at = at->next) {
		size_t part = 0;

		if (at->type != XML_ELEMENT_NODE)
			continue;
		while (part < N_PARTS && !is_named(at, parts[part].name))
			part++;
		if (part == N_PARTS || seen[part]) {
			refuse(loader, at, "cannot stand here");
			continue;
		}
		seen[part] = true;
		check_attributes(loader, at, none);
		load_part(loader, at, (enum part)part, ds);
	}
	for (size_t part = 0; part < PARTS_REQUIRED; part++) {
		if (!seen[part])
			refuse(loader, node, "KeyTag, Algorithm, DigestType and Digest are needed");
	}
	if (digest_type_length(ds->digest_type) != 0 &&
	    digest_type_length(ds->digest_type) != ds->digest_len)
		refuse(loader, node, "the digest has not the length of its type");
}

static void
load_digest(struct loader *loader, const xmlNode *node)
{
	static const char *const known[] = {"id", "validFrom", "validUntil", NULL};
	struct trust_anchor *anchor;

	if (loader->n == TRUST_ANCHORS_MAX) {
		policy_error(loader->reporter, ZG_LIMIT, policy_xml_line(node),
		    "more than %d digests", TRUST_ANCHORS_MAX);
		return;
	}
	anchor = &loader->anchors[loader->n++];
	*anchor = (struct trust_anchor){.line = policy_xml_line(node)};
	memcpy(anchor->zone, loader->zone, name_length(loader->zone));
	check_attributes(loader, node, known);
	load_time(loader, node, "validFrom", &anchor->valid_from);
	load_time(loader, node, "validUntil", &anchor->valid_until);
	if (anchor->valid_until != 0 && anchor->valid_until <= anchor->valid_from)
		refuse(loader, node, "its time ends before it begins");
	load_parts(loader, node, &anchor->ds);
}

static void
load_zone(struct loader *loader, const xmlNode *node)
{
	static const uint8_t root[] = {0};
	static const char *const none[] = {NULL};
	char *text = policy_xml_content(loader->reporter, node);
	const char *why = "";

	if (text == NULL)
		return;
	check_attributes(loader, node, none);
	if (loader->has_zone || loader->n > 0)
		refuse(loader, node, "cannot stand here");
	else if (name_from_text_lower(text, strlen(text), root, loader->zone, &why) == 0)
		refuse(loader, node, why);
	loader->has_zone = true;
	xmlFree(text);
}

static void
load_anchors(struct loader *loader, const xmlDoc *document)
{
	static const char *const known[] = {"id", "source", NULL};
	const xmlNode *root = xmlDocGetRootElement(document);

	if (!policy_xml_root_name_is(document, "TrustAnchor")) {
		policy_error(loader->reporter, ZG_INPUT_BAD, policy_xml_line(root),
		    "the root element must be TrustAnchor");
		return;
	}
	check_attributes(loader, root, known);
	for (const xmlNode *at = root->children; at != NULL; at = at->next) {
		if (at->type != XML_ELEMENT_NODE)
			continue;
		if (is_named(at, "Zone"))
			load_zone(loader, at);
		else if (is_named(at, "KeyDigest") && loader->has_zone)
			load_digest(loader, at);
		else
			refuse(loader, at, "cannot stand here");
	}
	if (loader->n == 0)
		policy_error(loader->reporter, ZG_INPUT_BAD, policy_xml_line(root), "no KeyDigest");
}

zg_status
anchor_xml_read(const char *label, const char *text, size_t length,
    struct trust_anchor anchors[TRUST_ANCHORS_MAX], size_t *n, struct zg_error *error)
{
	struct policy_first first = {.line = 0};
	struct policy_reporter reporter = {
	    .label = label, .remark = policy_first_keep, .context = &first};
	struct loader loader = {.reporter = &reporter, .anchors = anchors};
	struct policy_xml_errors former = policy_xml_errors_take(&reporter);
	xmlDoc *document = NULL;

	*n = 0;
	if (reporter.status == ZG_OK &&
	    policy_xml_parse(&reporter, text, length, &document) == ZG_OK)
		load_anchors(&loader, document);
	policy_xml_free(document);
	policy_xml_errors_give_back(former);
	if (reporter.status == ZG_POLICY)
		reporter.status = ZG_INPUT_BAD; /* not well formed */
	if (reporter.status != ZG_OK)
		return policy_first_tell(error, reporter.status, label, &first);
	*n = loader.n;
	return ZG_OK;
}
