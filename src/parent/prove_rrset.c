/* RRsets of an answer in canonical form, and the signatures over them (RFC 4035 section 5.3). */
#include "parent/prove_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "dns/algorithm.h"
#include "dns/canonical.h"
#include "dns/serial.h"

/* What keeps a signature from counting; of several signatures the last of these is told. */
enum fault {
	FAULT_NONE,
	FAULT_UNSIGNED,
	FAULT_SIGNER,
	FAULT_LABELS,
	FAULT_ALGORITHM,
	FAULT_NO_KEY,
	FAULT_NOT_YET,
	FAULT_EXPIRED,
	FAULT_BAD,
	FAULT_LIMIT
};

static bool
record_is(const struct message_record *record, const uint8_t *owner, uint16_t type)
{
	return record->type == type && record->class == 1 && name_equal(record->owner, owner);
}

static int
rdata_compare(const void *a, const void *b)
{
	const struct proof_rdata *x = a, *y = b;

	return canonical_rdata_compare(x->octets, x->length, y->octets, y->length);
}

/* Sorts the records; of equal ones one is kept (RFC 4034 section 6.3). */
static void
set_sort(struct proof_set *set)
{
	size_t kept = 0;

	qsort(set->records, set->n, sizeof(set->records[0]), rdata_compare);
	for (size_t i = 0; i < set->n; i++) {
		if (kept == 0 || rdata_compare(&set->records[kept - 1], &set->records[i]) != 0)
			set->records[kept++] = set->records[i];
	}
	set->n = kept;
}

/* Copies the records: names in them go to lower case. */
static void
set_fill(const struct message_record *from, size_t n, struct proof_set *set)
{
	uint8_t *octets = set->octets;
	size_t filled = 0;

	for (size_t i = 0; i < n; i++) {
		if (!record_is(&from[i], set->owner, set->type))
			continue;
		if (from[i].rdlen > 0)
			memcpy(octets, from[i].rdata, from[i].rdlen);
		set->malformed |= !canonical_rdata(set->type, octets, from[i].rdlen);
		set->records[filled++] =
		    (struct proof_rdata){.octets = octets, .length = from[i].rdlen};
		octets += from[i].rdlen;
	}
}

zg_status
proof_set_collect(const struct message *answer, enum message_section section, const uint8_t *owner,
    uint16_t type, struct proof_set *set)
{
	size_t n, length = 0;
	const struct message_record *records = message_section(answer, section, &n);

	*set = (struct proof_set){.owner = owner, .type = type};
	for (size_t i = 0; i < n; i++) {
		if (record_is(&records[i], owner, type)) {
			set->n++;
			length += records[i].rdlen;
		}
	}
	if (set->n == 0)
		return ZG_OK;
	set->records = calloc(set->n, sizeof(set->records[0]));
	set->octets = malloc(length + 1);
	if (set->records == NULL || set->octets == NULL) {
		set->n = 0;
		return ZG_MEMORY;
	}
	set_fill(records, n, set);
	set_sort(set);
	return ZG_OK;
}

void
proof_set_clear(struct proof_set *set)
{
	free(set->records);
	free(set->octets);
	*set = (struct proof_set){0};
}

void
prover_clear(struct prover *prover)
{
	free(prover->data);
	prover->data = NULL;
	prover->size = 0;
}

/* Octets of what the signature is over, or 0: more than is looked at. */
static size_t
signed_length(const struct proof_set *set, size_t owner_len, size_t header_len)
{
	size_t length = header_len;

	for (size_t i = 0; i < set->n; i++)
		length += owner_len + CANONICAL_FIXED + set->records[i].length;
	return length > ZG_SIGNED_DATA_MAX ? 0 : length;
}

/* The owner that was signed: the wildcard, when the RRSIG has fewer labels (RFC 4035 section
 * 5.3.2). Returns its length. */
static size_t
signed_owner(
    const struct proof_set *set, const struct rrsig_view *rrsig, uint8_t owner[ZG_NAME_MAX])
{
	unsigned labels = name_labels(set->owner);

	if (name_rrsig_labels(set->owner) == rrsig->labels) {
		memcpy(owner, set->owner, name_length(set->owner));
		return name_length(set->owner);
	}
	denial_wildcard(name_skip(set->owner, labels - rrsig->labels), owner);
	return name_length(owner);
}

/* Writes what is signed (RFC 4034 section 3.1.8.1). *length is 0: it is too much. */
static zg_status
signed_data(struct prover *prover, const struct proof_set *set, const struct rrsig_view *rrsig,
    const uint8_t *rdata, size_t *length)
{
	uint8_t owner[ZG_NAME_MAX], *out;
	size_t owner_len = signed_owner(set, rrsig, owner);

	*length = signed_length(set, owner_len, rrsig->header_len);
	if (*length > prover->size) {
		out = realloc(prover->data, *length);
		if (out == NULL)
			return ZG_MEMORY;
		prover->data = out;
		prover->size = *length;
	}
	if (*length == 0)
		return ZG_OK;
	memcpy(prover->data, rdata, rrsig->header_len);
	name_lower(prover->data + (rrsig->signer - rdata));
	out = prover->data + rrsig->header_len;
	for (size_t i = 0; i < set->n; i++)
		out = canonical_record(out, owner, owner_len, set->type, rrsig->original_ttl,
		    set->records[i].octets, set->records[i].length);
	return ZG_OK;
}

/* What RFC 4035 section 5.3.1 asks of an RRSIG before a key is tried. */
static enum fault
signature_form(
    const struct prover *prover, const struct proof_set *set, const struct rrsig_view *rrsig)
{
	const uint8_t *zone = prover->keys->zone;

	if (!name_equal(rrsig->signer, zone) || !name_in(set->owner, zone))
		return FAULT_SIGNER;
	/* A wildcard above the zone's apex would not be the zone's. */
	if (rrsig->labels > name_rrsig_labels(set->owner) || rrsig->labels < name_labels(zone))
		return FAULT_LABELS;
	if (serial_time(rrsig->inception, prover->now) > prover->now)
		return FAULT_NOT_YET;
	if (serial_time(rrsig->expiration, prover->now) < prover->now)
		return FAULT_EXPIRED;
	return FAULT_NONE;
}

/* Tries the good keys of the RRSIG's tag and algorithm: the tag is a hint, no more. */
static zg_status
try_keys(struct prover *prover, const struct proof_set *set, const struct rrsig_view *rrsig,
    const uint8_t *rdata, enum fault *fault)
{
	const struct zone_keys *keys = prover->keys;
	unsigned tried = 0;
	bool good = false;
	size_t length;
	zg_status status = signed_data(prover, set, rrsig, rdata, &length);

	*fault = length == 0 ? FAULT_LIMIT : FAULT_NO_KEY;
	for (size_t i = 0; i < keys->n && status == ZG_OK && !good && *fault != FAULT_LIMIT; i++) {
		const struct zone_key *key = &keys->keys[i];

		if ((keys->good >> i & 1) == 0 || key->tag != rrsig->key_tag ||
		    key->view.algorithm != rrsig->algorithm)
			continue;
		if (tried == ZG_KEYS_PER_TAG_MAX || prover->tries == ZG_PROOF_TRIES_MAX) {
			*fault = FAULT_LIMIT;
		} else if (key->key == NULL) {
			*fault = FAULT_ALGORITHM;
		} else {
			tried++;
			prover->tries++;
			status = verifier_check(keys->verifier, key->key, prover->data, length,
			    rrsig->signature, rrsig->signature_len, &good);
			*fault = good ? FAULT_NONE : FAULT_BAD;
		}
	}
	return status;
}

/* The phrase for an RRset whose signatures do not count; `rrsig` is the one that is told of. */
static void
fault_tell(const struct prover *prover, const struct proof_set *set, enum fault fault,
    const struct rrsig_view *rrsig, char why[PROOF_WHY_MAX])
{
	static const char *const phrases[] = {
	    [FAULT_UNSIGNED] = "no signature",
	    [FAULT_SIGNER] = "is not the zone's but of ",
	    [FAULT_LABELS] = "has labels that do not fit the owner",
	    [FAULT_ALGORITHM] = "is of a key that nothing is verified with here",
	    [FAULT_NO_KEY] = "is of no key that may sign this",
	    [FAULT_NOT_YET] = "is not valid before ",
	    [FAULT_EXPIRED] = "expired ",
	    [FAULT_BAD] = "does not verify",
	    [FAULT_LIMIT] = "more signatures or keys than are tried",
	};
	char type[RR_TYPE_TEXT_MAX], by[32] = "", detail[NAME_TEXT_MAX] = "";

	if (fault != FAULT_UNSIGNED && fault != FAULT_LIMIT)
		(void)snprintf(
		    by, sizeof(by), "signature by %u/%u ", rrsig->algorithm, rrsig->key_tag);
	if (fault == FAULT_SIGNER)
		(void)name_to_text(rrsig->signer, detail);
	if (fault == FAULT_NOT_YET)
		utc_format(serial_time(rrsig->inception, prover->now), detail);
	if (fault == FAULT_EXPIRED)
		utc_format(serial_time(rrsig->expiration, prover->now), detail);
	(void)snprintf(why, PROOF_WHY_MAX, "%s: %s%s%.80s", rr_type_to_text(set->type, type), by,
	    phrases[fault], detail);
}

/* Tries one RRSIG, unless one that lasts as long is known to be good. */
static zg_status
try_signature(struct prover *prover, const struct proof_set *set, const uint8_t *rdata,
    const struct rrsig_view *rrsig, struct proof_signature *signature, enum fault *fault)
{
	int64_t expiration = serial_time(rrsig->expiration, prover->now);
	zg_status status;

	*fault = signature_form(prover, set, rrsig);
	if (*fault != FAULT_NONE || (signature->good && expiration <= signature->expiration))
		return ZG_OK;
	status = try_keys(prover, set, rrsig, rdata, fault);
	if (status != ZG_OK || *fault != FAULT_NONE)
		return status;
	*signature = (struct proof_signature){.good = true,
	    .expanded = rrsig->labels < name_rrsig_labels(set->owner),
	    .labels = rrsig->labels,
	    .ttl = rrsig->original_ttl,
	    .expiration = expiration};
	return ZG_OK;
}

zg_status
prover_verify(struct prover *prover, enum message_section section, const struct proof_set *set,
    struct proof_signature *signature)
{
	size_t n, seen = 0;
	const struct message_record *records = message_section(prover->answer, section, &n);
	struct rrsig_view rrsig, told = {0};
	enum fault fault, worst = FAULT_UNSIGNED;
	char type[RR_TYPE_TEXT_MAX];
	zg_status status = ZG_OK;

	*signature = (struct proof_signature){0};
	if (set->malformed) {
		(void)snprintf(signature->why, PROOF_WHY_MAX, "%s: malformed RDATA",
		    rr_type_to_text(set->type, type));
		return ZG_OK;
	}
	for (size_t i = 0; i < n && status == ZG_OK && seen <= ZG_RRSIGS_PER_RRSET_MAX; i++) {
		if (!record_is(&records[i], set->owner, RR_RRSIG) ||
		    !rrsig_view(records[i].rdata, records[i].rdlen, &rrsig) ||
		    rrsig.type_covered != set->type)
			continue;
		fault = FAULT_LIMIT;
		if (++seen <= ZG_RRSIGS_PER_RRSET_MAX)
			status =
			    try_signature(prover, set, records[i].rdata, &rrsig, signature, &fault);
		if (fault > worst) {
			worst = fault;
			told = rrsig;
		}
	}
	if (status == ZG_OK && !signature->good) {
		signature->expired = worst == FAULT_EXPIRED;
		fault_tell(prover, set, worst, &told, signature->why);
	}
	return status;
}

void
proof_bogus(struct proof_result *result, const char *format, ...)
{
	va_list ap;

	*result = (struct proof_result){.proof = PROOF_BOGUS};
	va_start(ap, format);
	(void)vsnprintf(result->why, sizeof(result->why), format, ap);
	va_end(ap);
}

void
proof_unsigned(struct proof_result *result, const struct proof_signature *signature)
{
	proof_bogus(result, "%s", signature->why);
	result->expired = signature->expired;
}

bool
answer_is_usable(const struct message *answer, struct proof_result *result)
{
	if (answer->truncated)
		proof_bogus(result, "the answer is truncated");
	else if (answer->rcode != 0 && answer->rcode != RCODE_NXDOMAIN)
		proof_bogus(result, "the answer has RCODE %u", answer->rcode);
	else
		return true;
	return false;
}

const char *
proof_text(enum proof proof)
{
	static const char *const texts[] = {
	    [PROOF_BOGUS] = "bogus",
	    [PROOF_SECURE] = "secure",
	    [PROOF_ABSENT] = "absent",
	    [PROOF_NO_NAME] = "no such name",
	    [PROOF_OPT_OUT] = "absent under opt-out",
	    [PROOF_INSECURE] = "insecure",
	    [PROOF_NO_CUT] = "no delegation",
	    [PROOF_ALIAS] = "alias",
	};

	return texts[proof];
}
