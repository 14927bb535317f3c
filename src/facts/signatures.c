/* What came of each RRSIG: every one is tried with every key that it could be of. */
#include "facts/signatures.h"

#include <stdlib.h>
#include <string.h>

#include "base/work_pool.h"
#include "crypto/digest.h"
#include "crypto/verify.h"
#include "crypto/verify_queue.h"
#include "dns/algorithm.h"
#include "dns/canonical.h"
#include "dns/serial.h"

/* Owners whose signatures a thread tries at once: enough to make handing out cheap, few enough to
 * end evenly. */
#define OWNERS_AT_ONCE 64

/* Octets of an RRSIG's RDATA before the signature: 18 and the signer's name. */
#define HEADER_MAX (18 + ZG_NAME_MAX)

/* Owners that a thread takes at once to count and to sum up. */
#define COUNTED_OWNERS_AT_ONCE 16384
#define SUMMED_OWNERS_AT_ONCE  16384

/* What one thread needs. */
struct tester {
	struct verifier *verifier; /* owned; NULL: the thread has not begun */
	uint8_t *data;		   /* owned: room for a header, then the RRset in canonical form */
	size_t size;
	struct verify_queue *queues[ZG_KEYS_MAX]; /* owned; by key, NULL: one by one */
	uint64_t n_tried[ZG_KEYS_MAX];
	uint64_t n_single;		   /* decided one by one, the queues' not counted */
	struct digest *digest;		   /* owned; with a memo only, as is the next: */
	struct digest *begun[ZG_KEYS_MAX]; /* owned; by key, what all of its digests begin with */
	struct memo_fresh fresh;
	size_t next_known; /* guess of the memo's next entry */
	uint64_t n_memo;
	size_t seen_owner; /* how far the progress was counted, of the first thread only */
	uint64_t n_seen;
};

/* RRSIGs that a thread counted. */
struct named {
	uint64_t by_key[ZG_KEYS_MAX]; /* naming each key */
	uint64_t all;
};

/* What the outcomes of a range of owners come to. */
struct summary {
	struct signature_facts facts; /* the outcomes are not its own */
	uint64_t n_signatures[ZG_KEYS_MAX];
	bool signs_dnskey[ZG_KEYS_MAX];
};

struct verification {
	const struct zone *zone;
	struct key_facts *keys;
	struct signature_options options;
	struct signature_facts *facts;
	uint8_t *outcomes;	/* those of the facts */
	struct tester *testers; /* owned; by thread */
	size_t n_testers, n_owners;
	struct named *named;			 /* owned; by thread */
	struct ecdsa_table *tables[ZG_KEYS_MAX]; /* owned; by key, NULL: none */
	const struct memo_set *known;		 /* NULL: no memo */
	struct summary *summaries;		 /* owned; by range of owners */
	size_t n_summaries;
	uint64_t n_rrsigs; /* to be tried */
};

/* The RRset that signatures are tried on, as it lies in a tester's data behind HEADER_MAX octets.
 */
struct signed_set {
	const struct rrset *set;
	size_t length;
	uint32_t ttl; /* the original TTL that is written in */
};

/* Octets of the canonical form of an RRset: RFC 4034 section 3.1.8.1. */
static size_t
canonical_length(const struct zone *zone, const struct rrset *set)
{
	size_t length = 0;

	for (uint32_t i = 0; i < set->count; i++)
		length += (size_t)zone->owners[set->owner].name_len + CANONICAL_FIXED +
			  zone_record(zone, set->first + i)->rdlen;
	return length;
}

static void
canonical_write(const struct zone *zone, const struct rrset *set, uint32_t ttl, uint8_t *out)
{
	size_t name_len = zone->owners[set->owner].name_len;

	for (uint32_t i = set->first; i < set->first + set->count; i++)
		out = canonical_record(out, zone_owner_name(zone, set->owner), name_len, set->type,
		    ttl, zone_rdata(zone, i), zone_record(zone, i)->rdlen);
}

/* Room for `length` octets behind the header. */
static zg_status
tester_reserve(struct tester *tester, size_t length)
{
	size_t size = HEADER_MAX + length;
	uint8_t *data;

	if (size <= tester->size)
		return ZG_OK;
	if (size < 2 * tester->size)
		size = 2 * tester->size;
	data = realloc(tester->data, size);
	if (data == NULL)
		return ZG_MEMORY;
	tester->data = data;
	tester->size = size;
	return ZG_OK;
}

/* A verified signature counts only when its key may sign what it signs. */
static uint8_t
outcome_of_key(const struct key_facts *keys, size_t key, uint16_t type)
{
	const struct key_fact *fact = &keys->keys[key];
	bool may_sign = fact->usable;

	/* A revoked key signs the DNSKEY RRset to say so: RFC 5011 section 2.1. */
	if (type == RR_DNSKEY && fact->revoked && fact->view.protocol == 3 &&
	    (fact->view.flags & DNSKEY_FLAG_ZONE) != 0)
		may_sign = true;
	return may_sign ? (uint8_t)(SIGNATURE_BY_KEY + key) : SIGNATURE_UNUSABLE_KEY;
}

/* A key was found that the signature is of, whether it may sign this or not. */
static bool
signature_decided(uint8_t outcome)
{
	return signature_verified(outcome) || outcome == SIGNATURE_UNUSABLE_KEY;
}

/* The signature names this key, by tag and algorithm: a hint that says what to try, no more. */
static bool
names_key(const struct rrsig_view *rrsig, const struct key_fact *key)
{
	return key->tag == rrsig->key_tag && key->view.algorithm == rrsig->algorithm;
}

/* Writes what is signed, RFC 4034 section 3.1.8.1: header, then the RRset with the original TTL. */
static const uint8_t *
signed_data(const struct verification *work, struct tester *tester, const struct rrsig_view *rrsig,
    const uint8_t *rdata, struct signed_set *signed_set)
{
	uint8_t *begin = tester->data + HEADER_MAX - rrsig->header_len;

	memcpy(begin, rdata, rrsig->header_len);
	if (signed_set->ttl != rrsig->original_ttl) {
		canonical_write(
		    work->zone, signed_set->set, rrsig->original_ttl, tester->data + HEADER_MAX);
		signed_set->ttl = rrsig->original_ttl;
	}
	return begin;
}

/* Tries one signature with keys[key]. */
static zg_status
try_key(const struct verification *work, struct tester *tester, const struct rrsig_view *rrsig,
    const uint8_t *data, const struct signed_set *signed_set, size_t key, uint8_t *outcome)
{
	const struct public_key *public_key = work->keys->keys[key].key;
	bool good = false;
	zg_status status = ZG_OK;

	if (public_key != NULL) {
		tester->n_single++;
		status = verifier_check(tester->verifier, public_key, data,
		    rrsig->header_len + signed_set->length, rrsig->signature, rrsig->signature_len,
		    &good);
	}
	*outcome = good ? outcome_of_key(work->keys, key, signed_set->set->type) : SIGNATURE_BAD;
	return status;
}

/* Octets of a block of SHA-256: what fills one is hashed once for all that goes on behind it. */
#define BLOCK_OCTETS 64

/* The begin of what the memo knows signatures of a key by. */
static zg_status
memo_begin(const struct key_fact *key, struct digest **begun)
{
	uint8_t block[BLOCK_OCTETS] = {0};
	zg_status status = digest_new(DIGEST_KIND_SHA256, begun);

	_Static_assert(sizeof(key->sha256) <= sizeof(block), "a key's digest fits in one block");
	memcpy(block, key->sha256, sizeof(key->sha256));
	if (status == ZG_OK)
		status = digest_begin(*begun);
	return status == ZG_OK ? digest_add(*begun, block, sizeof(block)) : status;
}

/* What the memo knows a signature by: key, RRSIG and canonical RRset, lengths before both. */
static zg_status
memo_digest(const struct tester *tester, size_t key, const uint8_t *rdata, size_t rdlen,
    const struct signed_set *signed_set, uint8_t octets[MEMO_OCTETS])
{
	uint8_t lengths[8];
	zg_status status = digest_begin_as(tester->digest, tester->begun[key]);

	store_u32(lengths, (uint32_t)rdlen);
	store_u32(lengths + 4, (uint32_t)signed_set->length);
	if (status == ZG_OK)
		status = digest_add(tester->digest, lengths, sizeof(lengths));
	if (status == ZG_OK)
		status = digest_add(tester->digest, rdata, rdlen);
	if (status == ZG_OK)
		status = digest_add(tester->digest, tester->data + HEADER_MAX, signed_set->length);
	if (status == ZG_OK)
		status = digest_end(tester->digest, octets);
	return status;
}

/* Looks a signature up that verified before, and notes it; what fails is left out later. */
static zg_status
try_memo(const struct verification *work, struct tester *tester, size_t key, uint32_t record,
    const struct signed_set *signed_set, uint8_t *outcome)
{
	uint8_t octets[MEMO_OCTETS];
	zg_status status = memo_digest(tester, key, zone_rdata(work->zone, record),
	    zone_record(work->zone, record)->rdlen, signed_set, octets);

	if (status != ZG_OK)
		return status;
	if (memo_set_has(work->known, octets, &tester->next_known)) {
		*outcome = outcome_of_key(work->keys, key, signed_set->set->type);
		tester->n_memo++;
		if (work->known->grows)
			return ZG_OK;
	}
	return memo_fresh_add(&tester->fresh, octets, record);
}

/* Tries one signature with every key of its tag and algorithm. */
static zg_status
try_keys(const struct verification *work, struct tester *tester, const struct rrsig_view *rrsig,
    uint32_t record, struct signed_set *signed_set, uint8_t *outcome)
{
	const uint8_t *data =
	    signed_data(work, tester, rrsig, zone_rdata(work->zone, record), signed_set);
	size_t named[ZG_KEYS_MAX], n = 0;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < work->keys->n_keys; i++) {
		if (names_key(rrsig, &work->keys->keys[i])) {
			tester->n_tried[i]++;
			named[n++] = i;
		}
	}
	*outcome = SIGNATURE_UNPUBLISHED;
	if (n > 0 && !algorithm_is_supported(rrsig->algorithm)) {
		*outcome = SIGNATURE_UNSUPPORTED;
		return ZG_OK;
	}
	if (n == 1 && work->known != NULL && work->keys->keys[named[0]].key != NULL) {
		status = try_memo(work, tester, named[0], record, signed_set, outcome);
		if (status != ZG_OK || signature_decided(*outcome))
			return status;
	}
	if (n == 1 && tester->queues[named[0]] != NULL && rrsig->signature_len == 64)
		return verify_queue_add(tester->queues[named[0]], data,
		    rrsig->header_len + signed_set->length, rrsig->signature, outcome,
		    outcome_of_key(work->keys, named[0], signed_set->set->type), SIGNATURE_BAD);
	for (size_t i = 0; i < n && status == ZG_OK && !signature_decided(*outcome); i++) {
		if (i == ZG_KEYS_PER_TAG_MAX) {
			*outcome = SIGNATURE_LIMIT;
			break;
		}
		status = try_key(work, tester, rrsig, data, signed_set, named[i], outcome);
	}
	return status;
}

/* Tries the signatures over one RRset. */
static zg_status
try_set(const struct verification *work, struct tester *tester, const struct rrset *set,
    const struct rrset *signatures)
{
	const struct zone *zone = work->zone;
	struct signed_set signed_set = {.set = set, .length = canonical_length(zone, set)};
	unsigned labels = name_rrsig_labels(zone_owner_name(zone, set->owner));
	bool too_large = signed_set.length > ZG_SIGNED_DATA_MAX;
	zg_status status = too_large ? ZG_OK : tester_reserve(tester, signed_set.length);

	if (status != ZG_OK)
		return status;
	signed_set.ttl = set->ttl;
	if (!too_large)
		canonical_write(zone, set, set->ttl, tester->data + HEADER_MAX);
	for (uint32_t i = 0; i < signatures->count && status == ZG_OK; i++) {
		uint32_t record = signatures->first + i;
		uint8_t *outcome = &work->outcomes[record];
		struct rrsig_view rrsig;

		if (!rrsig_view(zone_rdata(zone, record), zone_record(zone, record)->rdlen, &rrsig))
			*outcome = SIGNATURE_BAD;
		else if (!name_equal(rrsig.signer, zone->origin))
			*outcome = SIGNATURE_SIGNER;
		else if (rrsig.labels != labels)
			*outcome = SIGNATURE_LABELS;
		else if (too_large || i >= ZG_RRSIGS_PER_RRSET_MAX)
			*outcome = SIGNATURE_LIMIT;
		else
			status = try_keys(work, tester, &rrsig, record, &signed_set, outcome);
	}
	return status;
}

/* All RRSIGs over one type at an owner get the same outcome without being tried. */
static void
set_outcomes(const struct verification *work, const struct rrset *signatures, uint8_t outcome)
{
	memset(work->outcomes + signatures->first, outcome, signatures->count);
}

/* Goes through the RRSIG RRset of an owner, one covered type after the other. */
static zg_status
try_owner(const struct verification *work, struct tester *tester, uint32_t owner)
{
	const struct zone *zone = work->zone;
	struct rrset all, signatures, set;
	zg_status status = ZG_OK;

	if (!zone_rrset(zone, owner, RR_RRSIG, &all))
		return ZG_OK;
	for (uint32_t at = all.first; at < all.first + all.count && status == ZG_OK;
	     at += signatures.count) {
		const uint8_t *rdata = zone_rdata(zone, at);
		uint16_t type = (uint16_t)(rdata[0] << 8 | rdata[1]);

		(void)zone_signatures(zone, owner, type, &signatures);
		if (!zone_rrset(zone, owner, type, &set))
			set_outcomes(work, &signatures, SIGNATURE_NO_RRSET);
		else if (!zone_must_sign(zone, &set))
			set_outcomes(work, &signatures, SIGNATURE_NOT_DUE);
		else
			status = try_set(work, tester, &set, &signatures);
	}
	return status;
}

/* RRSIGs of the owners [first, end). */
static uint64_t
count_rrsigs(const struct zone *zone, size_t first, size_t end)
{
	uint64_t n = 0;

	for (size_t owner = first; owner < end; owner++) {
		const struct zone_owner *of = &zone->owners[owner];

		for (uint32_t i = 0; i < of->n_records; i++)
			n += zone_record(zone, of->first + i)->type == RR_RRSIG;
	}
	return n;
}

/*
 * Tells how many RRSIGs are done once the first thread, the caller's, is done with the owners below
 * `end`: those of all owners below, as owners are handed out in order. What the other threads still
 * have in hand is little, and no thread waits for another to count.
 */
static void
tell_done(const struct verification *work, struct tester *tester, size_t end)
{
	tester->n_seen += count_rrsigs(work->zone, tester->seen_owner, end);
	tester->seen_owner = end;
	work->options.progress(
	    work->options.progress_context, ZG_PHASE_VERIFY, tester->n_seen, work->n_rrsigs);
}

static zg_status
tester_init(const struct verification *work, struct tester *tester)
{
	zg_status status = verifier_new(&tester->verifier);

	if (status == ZG_OK && work->options.with != ZG_VERIFY_EVP)
		verifier_take_powers(tester->verifier);
	if (status == ZG_OK && work->known != NULL)
		status = digest_new(DIGEST_KIND_SHA256, &tester->digest);
	for (size_t k = 0; work->known != NULL && k < work->keys->n_keys && status == ZG_OK; k++)
		status = memo_begin(&work->keys->keys[k], &tester->begun[k]);
	for (size_t k = 0; k < work->keys->n_keys && status == ZG_OK; k++) {
		if (work->tables[k] != NULL)
			status = verify_queue_new(work->keys->keys[k].key, work->tables[k],
			    tester->verifier, &tester->queues[k]);
	}
	return status;
}

static void
tester_clear(struct tester *tester)
{
	for (size_t k = 0; k < ZG_KEYS_MAX; k++) {
		verify_queue_free(tester->queues[k]);
		digest_free(tester->begun[k]);
	}
	verifier_free(tester->verifier);
	digest_free(tester->digest);
	memo_fresh_clear(&tester->fresh);
	free(tester->data);
}

/* work_function: tries the signatures of owners. */
static zg_status
try_owners(void *context, unsigned thread, size_t first, size_t end)
{
	const struct verification *work = context;
	struct tester *tester = &work->testers[thread];
	zg_status status = tester->verifier == NULL ? tester_init(work, tester) : ZG_OK;

	for (size_t owner = first; owner < end && status == ZG_OK; owner++)
		status = try_owner(work, tester, (uint32_t)owner);
	if (thread == 0 && work->options.progress != NULL && work->n_rrsigs > 0)
		tell_done(work, tester, end);
	return status;
}

/* work_function: ends what waits in the queues of testers. */
static zg_status
flush_testers(void *context, unsigned thread, size_t first, size_t end)
{
	const struct verification *work = context;
	zg_status status = ZG_OK;

	(void)thread;
	for (size_t i = first; i < end; i++) {
		for (size_t k = 0; k < ZG_KEYS_MAX && status == ZG_OK; k++) {
			if (work->testers[i].queues[k] != NULL)
				status = verify_queue_flush(work->testers[i].queues[k]);
		}
	}
	return status;
}

/* Counts an RRSIG. */
static void
count_one(const struct verification *work, struct named *named, uint32_t record)
{
	struct rrsig_view rrsig;

	named->all++;
	if (!rrsig_view(
		zone_rdata(work->zone, record), zone_record(work->zone, record)->rdlen, &rrsig))
		return;
	for (size_t k = 0; k < work->keys->n_keys; k++)
		named->by_key[k] += names_key(&rrsig, &work->keys->keys[k]);
}

/* work_function: counts the RRSIGs of owners, and how many name each key. */
static zg_status
count_named(void *context, unsigned thread, size_t first, size_t end)
{
	const struct verification *work = context;

	for (size_t i = first; i < end; i++) {
		const struct zone_owner *owner = &work->zone->owners[i];

		for (uint32_t r = owner->first; r < owner->first + owner->n_records; r++) {
			if (zone_record(work->zone, r)->type == RR_RRSIG)
				count_one(work, &work->named[thread], r);
		}
	}
	return ZG_OK;
}

/* work_function: makes tables for the keys that sign enough to repay them. */
static zg_status
make_tables(void *context, unsigned thread, size_t first, size_t end)
{
	struct verification *work = context;
	uint64_t worth = work->options.with == ZG_VERIFY_BATCH ? 1 : ECDSA_TABLE_WORTH;
	zg_status status = ZG_OK;

	(void)thread;
	for (size_t k = first; k < end && status == ZG_OK; k++) {
		uint64_t named = 0;

		for (size_t i = 0; i < work->n_testers; i++)
			named += work->named[i].by_key[k];
		if (named >= worth && work->keys->keys[k].key != NULL)
			status = ecdsa_table_new(work->keys->keys[k].key, &work->tables[k]);
	}
	return status;
}

/* Keeps of what a thread noted only what verified, or was known to, and may be remembered. */
static void
drop_undecided(const struct verification *work, struct memo_fresh *fresh)
{
	size_t kept = 0;

	for (size_t i = 0; i < fresh->n; i++) {
		if (!signature_decided(work->outcomes[fresh->entries[i].record]))
			continue;
		if (kept < i)
			fresh->entries[kept] = fresh->entries[i];
		kept++;
	}
	fresh->n = kept;
}

/* Adds the counts of one thread. */
static void
tester_count(const struct tester *tester, struct signature_facts *facts)
{
	facts->n_single += tester->n_single;
	facts->n_memo += tester->n_memo;
	for (size_t k = 0; k < ZG_KEYS_MAX; k++) {
		facts->n_tried[k] += tester->n_tried[k];
		if (tester->queues[k] == NULL)
			continue;
		facts->n_batch += verify_queue_n_batch(tester->queues[k]);
		facts->n_single += verify_queue_n_single(tester->queues[k]);
	}
}

/* The class of these keys and this TTL, made when it is new; NULL when there are too many. */
static struct signing_class *
class_find(struct signature_facts *facts, uint64_t keys, uint32_t ttl)
{
	for (size_t i = 0; i < facts->n_classes; i++) {
		if (facts->classes[i].keys == keys && facts->classes[i].ttl == ttl)
			return &facts->classes[i];
	}
	if (facts->n_classes == ZG_CLASSES_MAX) {
		facts->more_classes = true;
		return NULL;
	}
	facts->classes[facts->n_classes] = (struct signing_class){.keys = keys, .ttl = ttl};
	return &facts->classes[facts->n_classes++];
}

/* Any key. */
#define ALL_KEYS UINT64_MAX

/*
 * The keys among `of` whose signatures over the RRset verify, and the expiration of the last of
 * them: the RRset stays signed until then. 0: none.
 */
static uint64_t
set_signers(const struct zone *zone, const struct rrset *set, int64_t now,
    const struct signature_facts *facts, uint64_t of, uint32_t *last)
{
	struct rrset signatures;
	uint64_t keys = 0;

	*last = 0;
	(void)zone_signatures(zone, set->owner, set->type, &signatures);
	for (uint32_t i = 0; i < signatures.count; i++) {
		uint8_t outcome = facts->outcomes[signatures.first + i];
		struct rrsig_view rrsig;

		if (!signature_verified(outcome) || (of >> (outcome - SIGNATURE_BY_KEY) & 1) == 0 ||
		    !rrsig_view(zone_rdata(zone, signatures.first + i),
			zone_record(zone, signatures.first + i)->rdlen, &rrsig))
			continue;
		if (keys == 0 || serial_time(rrsig.expiration, now) > serial_time(*last, now))
			*last = rrsig.expiration;
		keys |= 1ULL << (outcome - SIGNATURE_BY_KEY);
	}
	return keys;
}

/* Counts an RRset into its class. */
static void
class_add(
    const struct zone *zone, const struct rrset *set, int64_t now, struct signature_facts *facts)
{
	uint32_t last;
	uint64_t keys = set_signers(zone, set, now, facts, ALL_KEYS, &last);
	struct signing_class *class = class_find(facts, keys, set->ttl);
	int64_t until = serial_time(last, now);

	if (keys != 0 && (facts->first_expiration == 0 || until < facts->first_expiration))
		facts->first_expiration = until;
	if (class == NULL)
		return;
	if (class->n_rrsets++ == 0) {
		class->owner = set->owner;
		class->type = set->type;
		class->earliest_expiration = last;
	} else if (serial_time(last, now) < serial_time(class->earliest_expiration, now))
		class->earliest_expiration = last;
}

static int
group_compare(const void *a, const void *b)
{
	const struct failure_group *x = a, *y = b;

	if (x->algorithm != y->algorithm)
		return x->algorithm < y->algorithm ? -1 : 1;
	if (x->key_tag != y->key_tag)
		return x->key_tag < y->key_tag ? -1 : 1;
	if (x->others != y->others)
		return x->others ? 1 : -1;
	return (x->inception > y->inception) - (x->inception < y->inception);
}

/* The group of that signature, its inception's own or that of all others; NULL: none yet. */
static struct failure_group *
group_find(struct signature_facts *facts, const struct rrsig_view *rrsig, bool others)
{
	for (size_t i = 0; i < facts->n_groups; i++) {
		struct failure_group *group = &facts->groups[i];

		if (group->algorithm == rrsig->algorithm && group->key_tag == rrsig->key_tag &&
		    group->others == others && (others || group->inception == rrsig->inception))
			return group;
	}
	return NULL;
}

/*
 * Counts a signature that does not verify into its group. Beyond ZG_FAILURE_GROUPS_MAX inceptions,
 * each key (at most ZG_KEYS_MAX can fail) has one group for the rest, so that the sums stay exact.
 * An inception of 0 never has its own group: in reports it stands for the rest.
 */
static void
group_add(struct signature_facts *facts, const struct rrsig_view *rrsig)
{
	struct failure_group *group = group_find(facts, rrsig, false);
	bool others = facts->n_groups >= ZG_FAILURE_GROUPS_MAX || rrsig->inception == 0;

	if (group == NULL && others)
		group = group_find(facts, rrsig, true);
	if (group == NULL) {
		if (facts->n_groups == sizeof(facts->groups) / sizeof(facts->groups[0]))
			return;
		group = &facts->groups[facts->n_groups++];
		*group = (struct failure_group){.others = others,
		    .algorithm = rrsig->algorithm,
		    .key_tag = rrsig->key_tag,
		    .inception = rrsig->inception};
	}
	group->n_bad++;
}

/* Counts one RRSIG's outcome. */
static void
summary_add(const struct zone *zone, uint32_t owner, uint32_t record, struct summary *summary)
{
	struct signature_facts *facts = &summary->facts;
	uint8_t outcome = facts->outcomes[record];
	struct rrsig_view rrsig;

	facts->n_rrsigs++;
	if (!rrsig_view(zone_rdata(zone, record), zone_record(zone, record)->rdlen, &rrsig))
		return;
	if (facts->n_rrsigs == 1)
		facts->expiration = rrsig.expiration;
	facts->one_expiration = rrsig.expiration == facts->expiration &&
				(facts->n_rrsigs == 1 || facts->one_expiration);
	if (outcome == SIGNATURE_LIMIT && facts->n_limit++ == 0)
		facts->limit_owner = owner;
	if (outcome == SIGNATURE_BAD)
		group_add(facts, &rrsig);
	if (!signature_verified(outcome))
		return;
	facts->n_verified++;
	/* CDS and CDNSKEY are the KSK's to sign: RFC 7344 section 4.1. */
	if (rrsig.type_covered == RR_DNSKEY)
		summary->signs_dnskey[outcome - SIGNATURE_BY_KEY] = true;
	else if (rrsig.type_covered != RR_CDS && rrsig.type_covered != RR_CDNSKEY)
		summary->n_signatures[outcome - SIGNATURE_BY_KEY]++;
}

/* When the chain to the parent runs out: only signatures of keys that a DS names are part of it.
 * Without any, all are taken. */
static void
dnskey_count(
    const struct verification *work, const struct rrset *set, struct signature_facts *facts)
{
	const struct key_facts *keys = work->keys;
	int64_t now = work->options.now;
	uint64_t heads = 0;
	uint32_t last;

	for (size_t i = 0; i < keys->n_ds; i++) {
		if (keys->ds[i].key >= 0)
			heads |= UINT64_C(1) << keys->ds[i].key;
	}
	if (set_signers(work->zone, set, now, facts, heads, &last) != 0 ||
	    set_signers(work->zone, set, now, facts, ALL_KEYS, &last) != 0)
		facts->dnskey_expiration = serial_time(last, now);
}

/* The counts, classes, groups and times of the owners [first, end). */
static void
summarise(const struct verification *work, size_t first, size_t end, struct summary *summary)
{
	const struct zone *zone = work->zone;
	struct signature_facts *facts = &summary->facts;
	int64_t now = work->options.now;

	*summary = (struct summary){.facts.outcomes = work->outcomes};
	for (uint32_t owner = (uint32_t)first; owner < end; owner++) {
		bool apex = (zone->owners[owner].flags & OWNER_APEX) != 0;
		struct rrset set = {.owner = owner};

		while (zone_rrset_next(zone, &set)) {
			for (uint32_t i = 0; set.type == RR_RRSIG && i < set.count; i++)
				summary_add(zone, owner, set.first + i, summary);
			if (!zone_must_sign(zone, &set))
				continue;
			if (set.ttl > facts->max_signed_ttl)
				facts->max_signed_ttl = set.ttl;
			if (!apex || set.type != RR_DNSKEY)
				class_add(zone, &set, now, facts);
			else
				dnskey_count(work, &set, facts);
		}
	}
}

/* work_function: each range of owners has its own summary. */
static zg_status
summarise_range(void *context, unsigned thread, size_t first, size_t end)
{
	const struct verification *work = context;

	(void)thread;
	summarise(work, first, end, &work->summaries[first / SUMMED_OWNERS_AT_ONCE]);
	return ZG_OK;
}

/* Adds the signing classes of owners that come behind those of `into`. */
static void
merge_classes(struct signature_facts *into, const struct signature_facts *from, int64_t now)
{
	into->more_classes |= from->more_classes;
	for (size_t i = 0; i < from->n_classes; i++) {
		const struct signing_class *class = &from->classes[i];
		struct signing_class *merged = class_find(into, class->keys, class->ttl);

		if (merged == NULL)
			return;
		if (merged->n_rrsets == 0) {
			*merged = *class;
			continue;
		}
		merged->n_rrsets += class->n_rrsets;
		if (serial_time(class->earliest_expiration, now) <
		    serial_time(merged->earliest_expiration, now))
			merged->earliest_expiration = class->earliest_expiration;
	}
}

/* The same for groups of failures. */
static void
merge_groups(struct signature_facts *into, const struct signature_facts *from)
{
	for (size_t i = 0; i < from->n_groups; i++) {
		const struct failure_group *group = &from->groups[i];
		struct rrsig_view like = {.algorithm = group->algorithm,
		    .key_tag = group->key_tag,
		    .inception = group->inception};
		struct failure_group *merged = group_find(into, &like, group->others);

		if (merged != NULL)
			merged->n_bad += group->n_bad;
		else if (into->n_groups < sizeof(into->groups) / sizeof(into->groups[0]))
			into->groups[into->n_groups++] = *group;
	}
}

/* The earlier of two times, of which 0 is none. */
static int64_t
earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Adds the summary of the owners that come next. */
static void
merge_summary(struct summary *into, const struct summary *from, int64_t now)
{
	struct signature_facts *a = &into->facts;
	const struct signature_facts *b = &from->facts;

	if (a->n_rrsigs == 0) {
		a->expiration = b->expiration;
		a->one_expiration = b->one_expiration;
	} else if (b->n_rrsigs > 0)
		a->one_expiration &= b->one_expiration && a->expiration == b->expiration;
	if (a->n_limit == 0)
		a->limit_owner = b->limit_owner;
	a->n_rrsigs += b->n_rrsigs;
	a->n_verified += b->n_verified;
	a->n_limit += b->n_limit;
	a->dnskey_expiration = earlier(a->dnskey_expiration, b->dnskey_expiration);
	a->first_expiration = earlier(a->first_expiration, b->first_expiration);
	if (a->max_signed_ttl < b->max_signed_ttl)
		a->max_signed_ttl = b->max_signed_ttl;
	merge_classes(a, b, now);
	merge_groups(a, b);
	for (size_t k = 0; k < ZG_KEYS_MAX; k++) {
		into->n_signatures[k] += from->n_signatures[k];
		into->signs_dnskey[k] |= from->signs_dnskey[k];
	}
}

/*
 * One summary out of all. Which classes and groups are kept when there is no room for all of them
 * depends on where the ranges began: then the owners are summed up again, in one go.
 */
static void
merge_summaries(const struct verification *work, struct summary *all)
{
	*all = (struct summary){.facts.outcomes = work->outcomes};
	for (size_t i = 0; i < work->n_summaries; i++)
		merge_summary(all, &work->summaries[i], work->options.now);
	if (all->facts.more_classes || all->facts.n_groups > ZG_FAILURE_GROUPS_MAX)
		summarise(work, 0, work->n_owners, all);
	qsort(all->facts.groups, all->facts.n_groups, sizeof(all->facts.groups[0]), group_compare);
}

uint32_t
zone_max_signed_ttl(const struct zone *zone)
{
	uint32_t ttl = 0;

	for (uint32_t owner = 0; owner < zone->n_owners; owner++) {
		struct rrset set = {.owner = owner};

		while (zone_rrset_next(zone, &set)) {
			if (set.ttl > ttl && zone_must_sign(zone, &set))
				ttl = set.ttl;
		}
	}
	return ttl;
}

/* Adds the parts of the verification. */
static void
add_parts(struct verification *work, struct plan *plan)
{
	struct plan_part part = {.stage = PLAN_PREPARE,
	    .what = ZG_TIME_VERIFY,
	    .doing = "verifying signatures",
	    .work = make_tables,
	    .context = work,
	    .count = &work->keys->n_keys,
	    .chunk = 1};

	if (work->options.with != ZG_VERIFY_EVP)
		plan_add(plan, &part);
	part.stage = PLAN_COMPUTE;
	part.work = try_owners;
	part.count = &work->n_owners;
	part.chunk = OWNERS_AT_ONCE;
	plan_add(plan, &part);
	part.stage = PLAN_FINISH;
	part.work = flush_testers;
	part.count = &work->n_testers;
	part.chunk = 1;
	plan_add(plan, &part);
	part.stage = PLAN_SUM;
	part.what = ZG_TIME_OTHER;
	part.work = summarise_range;
	part.count = &work->n_owners;
	part.chunk = SUMMED_OWNERS_AT_ONCE;
	plan_add(plan, &part);
}

zg_status
verification_plan(const struct zone *zone, struct key_facts *keys,
    const struct signature_options *options, struct signature_facts *facts, struct plan *plan,
    struct verification **verification)
{
	struct verification *work = calloc(1, sizeof(*work));
	zg_status status;

	*verification = work;
	if (work == NULL)
		return ZG_MEMORY;
	*work = (struct verification){.zone = zone,
	    .keys = keys,
	    .options = *options,
	    .facts = facts,
	    .n_testers = options->threads,
	    .n_owners = zone->n_owners,
	    .known = options->known,
	    .n_summaries = zone->n_owners / SUMMED_OWNERS_AT_ONCE + 1};
	/* One octet for each record of the store, also those that were taken out. */
	work->outcomes = facts->outcomes = calloc(zone->store.n_records + 1, 1);
	work->testers = calloc(work->n_testers, sizeof(work->testers[0]));
	work->named = calloc(work->n_testers, sizeof(work->named[0]));
	work->summaries = calloc(work->n_summaries, sizeof(work->summaries[0]));
	if (work->outcomes == NULL || work->testers == NULL || work->named == NULL ||
	    work->summaries == NULL)
		return ZG_MEMORY;
	add_parts(work, plan);
	status = work_pool_run(
	    options->threads, zone->n_owners, COUNTED_OWNERS_AT_ONCE, count_named, work);
	for (size_t i = 0; i < work->n_testers; i++)
		work->n_rrsigs += work->named[i].all;
	return status;
}

zg_status
verification_end(struct verification *work)
{
	struct signature_facts *facts = work->facts;
	struct summary *all = calloc(1, sizeof(*all));
	zg_status status = ZG_OK;

	if (all == NULL)
		return ZG_MEMORY;
	merge_summaries(work, all);
	*facts = all->facts;
	for (size_t k = 0; k < work->keys->n_keys; k++) {
		work->keys->keys[k].n_signatures = all->n_signatures[k];
		work->keys->keys[k].signs_dnskey = all->signs_dnskey[k];
	}
	for (size_t i = 0; i < work->n_testers && status == ZG_OK; i++) {
		tester_count(&work->testers[i], facts);
		if (work->known == NULL)
			continue;
		drop_undecided(work, &work->testers[i].fresh);
		status = memo_fresh_append(work->options.fresh, &work->testers[i].fresh);
	}
	free(all);
	if (work->options.progress != NULL && work->n_rrsigs > 0)
		work->options.progress(work->options.progress_context, ZG_PHASE_VERIFY,
		    work->n_rrsigs, work->n_rrsigs);
	return status;
}

void
verification_free(struct verification *work)
{
	if (work == NULL)
		return;
	for (size_t i = 0; work->testers != NULL && i < work->n_testers; i++)
		tester_clear(&work->testers[i]);
	for (size_t k = 0; k < ZG_KEYS_MAX; k++)
		ecdsa_table_free(work->tables[k]);
	free(work->testers);
	free(work->named);
	free(work->summaries);
	free(work);
}

void
signature_facts_clear(struct signature_facts *facts)
{
	free(facts->outcomes);
	facts->outcomes = NULL;
}
