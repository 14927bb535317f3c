/* Absence by NSEC: RFC 4035 section 5.4, RFC 6840 section 4. */
#include "parent/prove_private.h"

/* What an NSEC record says of a name of the zone. */
enum speaks {
	SPEAKS_NOT,
	SPEAKS_OF_TYPES, /* it is the name's own */
	SPEAKS_EMPTY,	 /* the name has no records, but names below it have: it exists */
	SPEAKS_NO_NAME	 /* the name does not exist */
};

static enum speaks
speaks_of(const struct denial *denial, const struct denial_record *record, const uint8_t *name)
{
	int order = name_compare(record->set.owner, name);

	if (order == 0)
		return SPEAKS_OF_TYPES;
	/* The last one of the zone names the apex next: RFC 4034 section 4.1.1. */
	if (order > 0 ||
	    (!name_equal(record->next, denial->zone) && name_compare(name, record->next) >= 0))
		return SPEAKS_NOT;
	/* RFC 6840 section 4.1. */
	if (name_in(name, record->set.owner) && denial_is_above_cut(record))
		return SPEAKS_NOT;
	return name_in(record->next, name) ? SPEAKS_EMPTY : SPEAKS_NO_NAME;
}

/* The first record that says something of the name; NULL: none does. */
static const struct denial_record *
find(const struct denial *denial, const uint8_t *name, enum speaks *speaks)
{
	*speaks = SPEAKS_NOT;
	for (size_t i = 0; i < denial->n; i++) {
		const struct denial_record *record = &denial->records[i];

		if (record->type != RR_NSEC)
			continue;
		*speaks = speaks_of(denial, record, name);
		if (*speaks != SPEAKS_NOT)
			return record;
	}
	return NULL;
}

/* The longest name that both lie in: a suffix of `name`. */
static const uint8_t *
common_ancestor(const uint8_t *name, const uint8_t *other)
{
	while (!name_in(other, name))
		name = name_parent(name);
	return name;
}

/* Of a name that does not exist: what does exist nearest above it lies above one of the two names
 * on either side. */
static const uint8_t *
closest_encloser(const struct denial_record *record, const uint8_t *name)
{
	const uint8_t *a = common_ancestor(name, record->set.owner);
	const uint8_t *b = common_ancestor(name, record->next);

	return name_labels(a) > name_labels(b) ? a : b;
}

/* The name does not exist, as `record` says: no wildcard may answer in its place (RFC 4035 section
 * 5.4). */
static void
prove_no_name(struct denial *denial, const struct denial_record *record, const uint8_t *name,
    uint16_t type, struct proof_result *result)
{
	uint8_t wildcard[ZG_NAME_MAX];
	const struct denial_record *other;
	enum speaks speaks;
	const char *why = NULL;

	denial_wildcard(closest_encloser(record, name), wildcard);
	other = find(denial, wildcard, &speaks);
	if (other == NULL)
		why = "no NSEC record denies the wildcard";
	else if (speaks == SPEAKS_OF_TYPES)
		why = denial_bitmap(other, type);
	if (why != NULL) {
		proof_bogus(result, "%s", why);
		return;
	}
	denial_use(denial, record);
	denial_use(denial, other);
	if (speaks == SPEAKS_NO_NAME)
		result->proof = PROOF_NO_NAME;
	else
		result->proof = type == RR_DS ? PROOF_NO_CUT : PROOF_ABSENT;
}

void
nsec_prove(struct denial *denial, const uint8_t *name, uint16_t type, struct proof_result *result)
{
	enum speaks speaks;
	const struct denial_record *record = find(denial, name, &speaks);
	const char *why = NULL;

	if (speaks == SPEAKS_NO_NAME) {
		prove_no_name(denial, record, name, type, result);
		return;
	}
	if (record == NULL)
		why = "no NSEC record speaks of the name";
	else if (speaks == SPEAKS_OF_TYPES)
		why = denial_bitmap(record, type);
	if (why != NULL) {
		proof_bogus(result, "%s", why);
		return;
	}
	denial_use(denial, record);
	if (speaks == SPEAKS_OF_TYPES)
		result->proof = denial_at_name(record, type);
	else
		result->proof = type == RR_DS ? PROOF_NO_CUT : PROOF_ABSENT;
}

enum proof
nsec_prove_closer(struct denial *denial, const uint8_t *closer)
{
	enum speaks speaks;
	const struct denial_record *record = find(denial, closer, &speaks);

	if (speaks != SPEAKS_NO_NAME)
		return PROOF_BOGUS;
	denial_use(denial, record);
	return PROOF_NO_NAME;
}
