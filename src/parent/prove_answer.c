/* What an answer says of a name and a type, proved. */
#include "parent/prove_private.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* A wildcard owns no such RRset that would mean anything elsewhere: RFC 4592 section 4. */
static bool
may_be_expanded(uint16_t type)
{
	return type != RR_DS && type != RR_SOA && type != RR_DNSKEY && type != RR_NSEC &&
	       type != RR_NSEC3;
}

/* RFC 9276 section 3.2: a validator need not follow so many iterations, and may go on as if the
 * zone were not signed. False: it is not for them that nothing is proved. */
static bool
tell_iterations(const struct denial *denial, struct proof_result *result)
{
	if (denial->iterations == 0)
		return false;
	*result = (struct proof_result){.proof = PROOF_INSECURE};
	(void)snprintf(result->why, sizeof(result->why),
	    "the proof has %u NSEC3 iterations (RFC 9276 section 3.2)", denial->iterations);
	return true;
}

/* Why nothing is proved: what the records that count do not say, and why others do not count. */
static void
tell_unproved(const struct denial *denial, struct proof_result *result)
{
	char unsaid[PROOF_WHY_MAX] = "neither the RRset nor a proof that it is absent";

	if (tell_iterations(denial, result))
		return;
	if (denial->n > 0)
		memcpy(unsaid, result->why, sizeof(unsaid));
	proof_bogus(result, "%.80s%s%s", unsaid, denial->why[0] != '\0' ? "; " : "", denial->why);
	result->expired = denial->expired;
}

/*
 * An RRset made from a wildcard answers only for names that are not there themselves: RFC 4035
 * section 5.3.4, RFC 5155 section 8.8.
 */
static zg_status
prove_expansion(struct prover *prover, const struct proof_set *set,
    const struct proof_signature *signature, struct denial *denial, struct proof_result *result)
{
	unsigned skip = name_labels(set->owner) - signature->labels - 1;
	const uint8_t *closer = name_skip(set->owner, skip);
	enum proof proof;
	zg_status status = denial_collect(prover, denial);

	if (status != ZG_OK)
		return status;
	proof = nsec_prove_closer(denial, closer);
	if (proof == PROOF_BOGUS)
		status = nsec3_prove_closer(denial, closer, &proof);
	if (denial->expiration < result->expiration)
		result->expiration = denial->expiration;
	if (proof == PROOF_OPT_OUT) {
		result->proof = PROOF_INSECURE;
		(void)snprintf(
		    result->why, sizeof(result->why), "made from a wildcard, in an opt-out span");
	} else if (proof == PROOF_BOGUS && !tell_iterations(denial, result)) {
		proof_bogus(result, "made from a wildcard, and nothing proves that it may be%s%s",
		    denial->why[0] != '\0' ? "; " : "", denial->why);
		result->expired = denial->expired;
	}
	return status;
}

/* Proves an RRset that the answer has: PROOF_SECURE, or what stands against it. */
static zg_status
prove_set(struct prover *prover, const struct proof_set *set, struct proof_result *result)
{
	struct proof_signature signature;
	struct denial denial;
	zg_status status = prover_verify(prover, SECTION_ANSWER, set, &signature);

	if (status != ZG_OK)
		return status;
	if (!signature.good) {
		proof_unsigned(result, &signature);
		return ZG_OK;
	}
	*result = (struct proof_result){
	    .proof = PROOF_SECURE, .ttl = signature.ttl, .expiration = signature.expiration};
	if (!signature.expanded)
		return ZG_OK;
	if (!may_be_expanded(set->type)) {
		proof_bogus(
		    result, "made from a wildcard, which has none that would mean anything");
		return ZG_OK;
	}
	status = prove_expansion(prover, set, &signature, &denial, result);
	denial_clear(&denial);
	return status;
}

/* Copies proved DS records. False, and bogus: more or longer ones than can be kept. */
static bool
take_ds(const struct proof_set *set, struct release_ds *ds, size_t *n, struct proof_result *result)
{
	if (set->n > ZG_DS_MAX) {
		proof_bogus(result, "more DS records than are looked at");
		return false;
	}
	for (; *n < set->n; ++*n) {
		const struct proof_rdata *rdata = &set->records[*n];

		if (!release_ds_set(rdata->octets, rdata->length, &ds[*n])) {
			proof_bogus(result, "a DS record with a digest that is none");
			*n = 0;
			return false;
		}
	}
	return true;
}

/* The RRset that was asked for, if the answer has it. */
static zg_status
prove_positive(struct prover *prover, const uint8_t *name, uint16_t type, struct release_ds *ds,
    size_t *n_ds, struct proof_result *result, bool *found)
{
	struct proof_set set;
	zg_status status = proof_set_collect(prover->answer, SECTION_ANSWER, name, type, &set);

	*found = set.n > 0;
	if (status == ZG_OK && *found) {
		if (prover->answer->rcode == RCODE_NXDOMAIN)
			proof_bogus(result, "RCODE NXDOMAIN beside an answer");
		else
			status = prove_set(prover, &set, result);
		if (status == ZG_OK && result->proof == PROOF_SECURE && type == RR_DS && ds != NULL)
			(void)take_ds(&set, ds, n_ds, result);
	}
	proof_set_clear(&set);
	return status;
}

/* A proved CNAME or DNAME is an alias, which a delegation has not. */
static zg_status
prove_alias_set(
    struct prover *prover, const struct proof_set *set, uint16_t type, struct proof_result *result)
{
	zg_status status;

	if (type == RR_DS) {
		proof_bogus(result, "a CNAME or DNAME stands in the way of the DS");
		return ZG_OK;
	}
	status = prove_set(prover, set, result);
	if (status == ZG_OK && result->proof == PROOF_SECURE)
		result->proof = PROOF_ALIAS;
	return status;
}

/* A DNAME above the name in the answer, or a CNAME at it: a CNAME made from a DNAME has no
 * signature of its own (RFC 6672 section 5.3.1). */
static zg_status
prove_alias(struct prover *prover, const uint8_t *name, uint16_t type, struct proof_result *result,
    bool *found)
{
	const uint8_t *zone = prover->keys->zone, *at = name;
	struct proof_set set = {0};
	zg_status status = ZG_OK;

	while (status == ZG_OK && set.n == 0 && !name_equal(at, zone)) {
		at = name_parent(at);
		proof_set_clear(&set);
		status = proof_set_collect(prover->answer, SECTION_ANSWER, at, RR_DNAME, &set);
	}
	if (status == ZG_OK && set.n == 0) {
		proof_set_clear(&set);
		status = proof_set_collect(prover->answer, SECTION_ANSWER, name, RR_CNAME, &set);
	}
	*found = set.n > 0;
	if (status == ZG_OK && *found)
		status = prove_alias_set(prover, &set, type, result);
	proof_set_clear(&set);
	return status;
}

/*
 * How long it may be held that something is not there (RFC 9077, RFC 2308 section 5): by the SOA as
 * well, which must be good if it is there.
 */
static zg_status
negative_ttl(struct prover *prover, const struct denial *denial, struct proof_result *result)
{
	struct proof_signature signature;
	struct proof_set set;
	struct soa_view soa;
	zg_status status =
	    proof_set_collect(prover->answer, SECTION_AUTHORITY, prover->keys->zone, RR_SOA, &set);

	*result = (struct proof_result){
	    .proof = result->proof, .ttl = denial->ttl, .expiration = denial->expiration};
	if (status != ZG_OK || set.n == 0)
		goto out;
	status = prover_verify(prover, SECTION_AUTHORITY, &set, &signature);
	if (status != ZG_OK)
		goto out;
	if (!signature.good) {
		proof_unsigned(result, &signature);
		goto out;
	}
	if (set.n != 1 || !soa_view(set.records[0].octets, set.records[0].length, &soa)) {
		proof_bogus(result, "SOA: more than one, or malformed");
		goto out;
	}
	if (soa.minimum < result->ttl)
		result->ttl = soa.minimum;
	if (signature.ttl < result->ttl)
		result->ttl = signature.ttl;
	if (signature.expiration < result->expiration)
		result->expiration = signature.expiration;
out:
	proof_set_clear(&set);
	return status;
}

/* The answer does not have the RRset: it must prove that there is none. */
static zg_status
prove_negative(
    struct prover *prover, const uint8_t *name, uint16_t type, struct proof_result *result)
{
	struct denial denial;
	zg_status status = denial_collect(prover, &denial);

	if (status == ZG_OK)
		nsec_prove(&denial, name, type, result);
	if (status == ZG_OK && result->proof == PROOF_BOGUS)
		status = nsec3_prove(&denial, name, type, result);
	if (status == ZG_OK && result->proof == PROOF_BOGUS)
		tell_unproved(&denial, result);
	else if (status == ZG_OK)
		status = negative_ttl(prover, &denial, result);
	denial_clear(&denial);
	return status;
}

/* The name must lie in the zone; a DS lies above its owner. */
static bool
is_of_zone(const uint8_t *zone, const uint8_t *name, uint16_t type)
{
	return name_in(name, zone) && (type != RR_DS || !name_equal(name, zone));
}

zg_status
prove_answer(const struct zone_keys *keys, const uint8_t *name, uint16_t type,
    const struct message *answer, int64_t now, struct release_ds *ds, size_t *n_ds,
    struct proof_result *result, struct zg_error *error)
{
	struct prover prover = {.keys = keys, .answer = answer, .now = now};
	size_t unwanted;
	bool found = true;
	zg_status status = ZG_OK;

	*result = (struct proof_result){.proof = PROOF_BOGUS};
	if (n_ds == NULL)
		n_ds = &unwanted;
	*n_ds = 0;
	if (rr_type_is_meta(type) || type == RR_RRSIG)
		return error_set(error, ZG_PARAMETER, "RRs of type %u are not signed", type);
	if (!is_of_zone(keys->zone, name, type))
		proof_bogus(result, "the name is not one of the zone");
	else if (answer_is_usable(answer, result))
		found = false;
	if (!found)
		status = prove_positive(&prover, name, type, ds, n_ds, result, &found);
	if (status == ZG_OK && !found && type != RR_CNAME)
		status = prove_alias(&prover, name, type, result, &found);
	if (status == ZG_OK && !found)
		status = prove_negative(&prover, name, type, result);
	prover_clear(&prover);
	if (status != ZG_OK)
		return error_set(
		    error, status, "%s while proving an answer", zg_status_text(status));
	return ZG_OK;
}
