/* What an answer has to prove absence by: NSEC and NSEC3 records of the zone, verified. */
#include "parent/prove_private.h"

#include <stdio.h>
#include <string.h>

#include "dns/base32.h"
#include "dns/type_bitmap.h"

/* The one hash algorithm that is assigned (RFC 5155 section 11). */
#define HASH_SHA1 1

/* Keeps the reason of the first record that is not used. */
static void
denial_note(struct denial *denial, const char *why, bool expired)
{
	if (denial->why[0] != '\0')
		return;
	(void)snprintf(denial->why, sizeof(denial->why), "%s", why);
	denial->expired = expired;
}

static bool
nsec_read(const struct denial *denial, struct denial_record *record)
{
	const struct proof_rdata *rdata = &record->set.records[0];
	struct nsec_view view;

	if (!nsec_view(rdata->octets, rdata->length, &view) || !name_in(view.next, denial->zone))
		return false;
	memcpy(record->next, view.next, name_length(view.next));
	/* The canonical form keeps its letter case (RFC 6840 section 5.1). */
	name_lower(record->next);
	record->bitmap = view.bitmap;
	record->bitmap_len = view.bitmap_len;
	return true;
}

/* Unknown hash algorithms and flags: RFC 5155 sections 8.1 and 8.2. The owner is the hash, right
 * below the apex. */
static bool
nsec3_read(const struct denial *denial, struct denial_record *record)
{
	const struct proof_rdata *rdata = &record->set.records[0];
	const uint8_t *owner = record->set.owner;
	uint8_t hash[ZG_LABEL_MAX];

	if (!nsec3_view(rdata->octets, rdata->length, &record->nsec3) ||
	    record->nsec3.hash_algorithm != HASH_SHA1 ||
	    (record->nsec3.flags & ~NSEC3_FLAG_OPT_OUT) != 0 ||
	    record->nsec3.next_len != sizeof(record->hash) || *owner == 0 ||
	    !name_equal(name_parent(owner), denial->zone) ||
	    base32hex_decode(owner + 1, *owner, hash) != sizeof(record->hash))
		return false;
	memcpy(record->hash, hash, sizeof(record->hash));
	record->bitmap = record->nsec3.bitmap;
	record->bitmap_len = record->nsec3.bitmap_len;
	return true;
}

/* A response has NSEC3 records of one set of parameters (RFC 5155 section 7.2): the first's. */
static bool
parameters_are_those(const struct denial *denial, const struct denial_record *record)
{
	for (size_t i = 0; i < denial->n; i++) {
		const struct nsec3_view *view = &denial->records[i].nsec3;

		if (denial->records[i].type != RR_NSEC3)
			continue;
		return view->iterations == record->nsec3.iterations &&
		       view->salt_len == record->nsec3.salt_len &&
		       (view->salt_len == 0 ||
			   memcmp(view->salt, record->nsec3.salt, view->salt_len) == 0);
	}
	return true;
}

/* Takes a verified record apart. False: it proves nothing. */
static bool
record_read(struct denial *denial, struct denial_record *record)
{
	if (record->type == RR_NSEC)
		return nsec_read(denial, record);
	if (!nsec3_read(denial, record))
		return false;
	if (record->nsec3.iterations > ZG_PROOF_ITERATIONS_MAX) {
		denial->iterations = record->nsec3.iterations;
		return false;
	}
	return parameters_are_those(denial, record);
}

/*
 * Verifies one RRset and adds it. What was made from a wildcard is no denial: the record of "*" put
 * at another owner would deny what is there.
 */
static zg_status
denial_add(struct prover *prover, struct denial *denial, const uint8_t *owner, uint16_t type)
{
	struct denial_record *record = &denial->records[denial->n];
	struct proof_signature signature;
	zg_status status;

	*record = (struct denial_record){.type = type};
	status = proof_set_collect(prover->answer, SECTION_AUTHORITY, owner, type, &record->set);
	if (status == ZG_OK)
		status = prover_verify(prover, SECTION_AUTHORITY, &record->set, &signature);
	if (status == ZG_OK && signature.good) {
		record->ttl = signature.ttl;
		record->expiration = signature.expiration;
		if (!signature.expanded && record->set.n == 1 && record_read(denial, record)) {
			denial->n++;
			return ZG_OK;
		}
		denial_note(denial, "an NSEC or NSEC3 record that proves nothing", false);
	} else if (status == ZG_OK)
		denial_note(denial, signature.why, signature.expired);
	proof_set_clear(&record->set);
	return status;
}

/* An earlier record of the section is of the same RRset. */
static bool
is_known(const struct message_record *records, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (records[k].type == records[i].type && records[k].class == 1 &&
		    name_equal(records[k].owner, records[i].owner))
			return true;
	}
	return false;
}

zg_status
denial_collect(struct prover *prover, struct denial *denial)
{
	size_t n, seen = 0;
	const struct message_record *records =
	    message_section(prover->answer, SECTION_AUTHORITY, &n);
	zg_status status = ZG_OK;

	memset(denial, 0, sizeof(*denial));
	denial->zone = prover->keys->zone;
	denial->ttl = UINT32_MAX;
	denial->expiration = INT64_MAX;
	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		if ((records[i].type != RR_NSEC && records[i].type != RR_NSEC3) ||
		    records[i].class != 1 || is_known(records, i))
			continue;
		if (++seen > ZG_PROOF_DENIALS_MAX) {
			denial_note(
			    denial, "more NSEC and NSEC3 records than are looked at", false);
			break;
		}
		status = denial_add(prover, denial, records[i].owner, records[i].type);
	}
	return status;
}

void
denial_clear(struct denial *denial)
{
	for (size_t i = 0; i < denial->n; i++)
		proof_set_clear(&denial->records[i].set);
	denial->n = 0;
}

void
denial_use(struct denial *denial, const struct denial_record *record)
{
	if (record->ttl < denial->ttl)
		denial->ttl = record->ttl;
	if (record->expiration < denial->expiration)
		denial->expiration = record->expiration;
}

static bool
has(const struct denial_record *record, uint16_t type)
{
	return type_bitmap_has(record->bitmap, record->bitmap_len, type);
}

/*
 * The type and CNAME: RFC 6840 section 4.3. A delegation's record denies a DS alone (section 4.1);
 * a DS is denied by the parent's side alone, which has no SOA there (RFC 4035 section 5.2, RFC 5155
 * section 8.9).
 */
const char *
denial_bitmap(const struct denial_record *record, uint16_t type)
{
	if (has(record, type))
		return "the NSEC or NSEC3 record says that there is such an RRset";
	if (has(record, RR_CNAME))
		return "the NSEC or NSEC3 record says that there is a CNAME";
	if (type == RR_DS && has(record, RR_SOA))
		return "the NSEC or NSEC3 record is from the child's side of the delegation";
	if (type != RR_DS && has(record, RR_NS) && !has(record, RR_SOA))
		return "the NSEC or NSEC3 record is of a delegation: it denies a DS alone";
	return NULL;
}

bool
denial_is_above_cut(const struct denial_record *record)
{
	return has(record, RR_DNAME) || (has(record, RR_NS) && !has(record, RR_SOA));
}

enum proof
denial_at_name(const struct denial_record *record, uint16_t type)
{
	if (type != RR_DS)
		return PROOF_ABSENT;
	return has(record, RR_NS) ? PROOF_ABSENT : PROOF_NO_CUT;
}

void
denial_wildcard(const uint8_t *encloser, uint8_t wildcard[ZG_NAME_MAX])
{
	wildcard[0] = 1;
	wildcard[1] = '*';
	memcpy(wildcard + 2, encloser, name_length(encloser));
}
