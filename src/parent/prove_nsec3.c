/* Absence by NSEC3: RFC 5155 section 8. */
#include "parent/prove_private.h"

#include <string.h>

#include "crypto/nsec3_hash.h"

/* The NSEC3 records of a response, which share their parameters. */
struct hashes {
	struct denial *denial;
	const struct nsec3_view *parameters; /* NULL: there are none */
	struct digest *digest;		     /* owned */
};

static zg_status
hashes_init(struct hashes *hashes, struct denial *denial)
{
	*hashes = (struct hashes){.denial = denial};
	for (size_t i = 0; i < denial->n && hashes->parameters == NULL; i++) {
		if (denial->records[i].type == RR_NSEC3)
			hashes->parameters = &denial->records[i].nsec3;
	}
	return digest_new(DIGEST_KIND_SHA1, &hashes->digest);
}

/* What speaks of a name: the record that is its own, or one whose span its hash lies in. */
struct found {
	const struct denial_record *matches, *covers;
};

/* A span goes up to the next hash and around the end; that of a lone record is all but itself. */
static bool
covers(const struct denial_record *record, const uint8_t hash[NSEC3_HASH_OCTETS])
{
	const uint8_t *begin = record->hash, *end = record->nsec3.next;
	bool behind = memcmp(hash, begin, NSEC3_HASH_OCTETS) > 0;
	bool before = memcmp(hash, end, NSEC3_HASH_OCTETS) < 0;

	return memcmp(begin, end, NSEC3_HASH_OCTETS) < 0 ? behind && before : behind || before;
}

static zg_status
find(const struct hashes *hashes, const uint8_t *name, struct found *found)
{
	const struct nsec3_view *parameters = hashes->parameters;
	uint8_t hash[NSEC3_HASH_OCTETS];
	zg_status status;

	*found = (struct found){0};
	status = nsec3_hash(hashes->digest, name, name_length(name), parameters->salt,
	    parameters->salt_len, parameters->iterations, hash);
	for (size_t i = 0; i < hashes->denial->n && status == ZG_OK; i++) {
		const struct denial_record *record = &hashes->denial->records[i];

		if (record->type != RR_NSEC3)
			continue;
		if (memcmp(hash, record->hash, sizeof(hash)) == 0)
			found->matches = record;
		else if (covers(record, hash))
			found->covers = record;
	}
	return status;
}

/* RFC 5155 section 8.3: the longest ancestor that exists, and the record that covers the name one
 * label longer. */
struct encloser {
	const uint8_t *name;
	const struct denial_record *own, *closer;
	const char *why; /* there is no proof of it: static phrase */
};

static zg_status
find_encloser(const struct hashes *hashes, const uint8_t *name, struct encloser *encloser)
{
	const uint8_t *zone = hashes->denial->zone;
	struct found found, below;
	zg_status status = find(hashes, name, &below);

	*encloser = (struct encloser){.why = "no NSEC3 record is that of the closest encloser"};
	while (status == ZG_OK && !name_equal(name, zone)) {
		name = name_parent(name);
		status = find(hashes, name, &found);
		if (status == ZG_OK && found.matches != NULL) {
			*encloser = (struct encloser){
			    .name = name, .own = found.matches, .closer = below.covers};
			if (below.covers == NULL)
				encloser->why = "no NSEC3 record covers the next closer name";
			else if (denial_is_above_cut(found.matches))
				encloser->why = "the closest encloser is a delegation or a DNAME";
			return ZG_OK;
		}
		below = found;
	}
	return status;
}

static bool
is_opt_out(const struct denial_record *record)
{
	return (record->nsec3.flags & NSEC3_FLAG_OPT_OUT) != 0;
}

/* The name does not exist: no wildcard may answer in its place (sections 8.4 and 8.7). In an
 * opt-out span a delegation may be there all the same (section 9.2). */
static zg_status
prove_wildcard(const struct hashes *hashes, const struct encloser *encloser, uint16_t type,
    struct proof_result *result)
{
	uint8_t wildcard[ZG_NAME_MAX];
	struct found found;
	const char *why = NULL;
	zg_status status;

	denial_wildcard(encloser->name, wildcard);
	status = find(hashes, wildcard, &found);
	if (status != ZG_OK)
		return status;
	if (found.matches != NULL)
		why = denial_bitmap(found.matches, type);
	else if (found.covers == NULL)
		why = "no NSEC3 record denies the wildcard";
	if (why != NULL) {
		proof_bogus(result, "%s", why);
		return ZG_OK;
	}
	denial_use(hashes->denial, encloser->own);
	denial_use(hashes->denial, encloser->closer);
	denial_use(hashes->denial, found.matches != NULL ? found.matches : found.covers);
	if (is_opt_out(encloser->closer))
		result->proof = PROOF_OPT_OUT;
	else if (found.matches == NULL)
		result->proof = PROOF_NO_NAME;
	else
		result->proof = type == RR_DS ? PROOF_NO_CUT : PROOF_ABSENT;
	return ZG_OK;
}

/* No record is that of the name. */
static zg_status
prove_no_name(
    const struct hashes *hashes, const uint8_t *name, uint16_t type, struct proof_result *result)
{
	struct encloser encloser;
	zg_status status = find_encloser(hashes, name, &encloser);

	if (status != ZG_OK)
		return status;
	if (encloser.why != NULL) {
		proof_bogus(result, "%s", encloser.why);
		return ZG_OK;
	}
	/* Section 8.6: of a DS no more is asked. */
	if (type != RR_DS || !is_opt_out(encloser.closer))
		return prove_wildcard(hashes, &encloser, type, result);
	denial_use(hashes->denial, encloser.own);
	denial_use(hashes->denial, encloser.closer);
	result->proof = PROOF_OPT_OUT;
	return ZG_OK;
}

zg_status
nsec3_prove(struct denial *denial, const uint8_t *name, uint16_t type, struct proof_result *result)
{
	struct hashes hashes;
	struct found found = {0};
	const char *why;
	zg_status status = hashes_init(&hashes, denial);

	if (status != ZG_OK || hashes.parameters == NULL)
		goto out;
	status = find(&hashes, name, &found);
	if (status == ZG_OK && found.matches == NULL) {
		status = prove_no_name(&hashes, name, type, result);
	} else if (status == ZG_OK) {
		why = denial_bitmap(found.matches, type);
		if (why != NULL) {
			proof_bogus(result, "%s", why);
		} else {
			denial_use(denial, found.matches);
			result->proof = denial_at_name(found.matches, type);
		}
	}
out:
	digest_free(hashes.digest);
	return status;
}

zg_status
nsec3_prove_closer(struct denial *denial, const uint8_t *closer, enum proof *proof)
{
	struct hashes hashes;
	struct found found = {0};
	zg_status status = hashes_init(&hashes, denial);

	*proof = PROOF_BOGUS;
	if (status == ZG_OK && hashes.parameters != NULL)
		status = find(&hashes, closer, &found);
	if (status == ZG_OK && found.covers != NULL && found.matches == NULL) {
		denial_use(denial, found.covers);
		*proof = is_opt_out(found.covers) ? PROOF_OPT_OUT : PROOF_NO_NAME;
	}
	digest_free(hashes.digest);
	return status;
}
