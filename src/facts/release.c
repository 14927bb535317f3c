/* What is remembered of a candidate. */
#include "facts/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hex.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "dns/serial.h"

/* What the walk over the zone needs. */
struct walk {
	const struct facts *facts;
	const struct zone *zone;
	int64_t now, skew;
	struct release_facts *release;
	uint32_t owners[ZG_CLASSES_MAX]; /* of the examples of the classes */
	uint16_t types[ZG_CLASSES_MAX];
};

/* The signers of one RRset: which, and until when. */
struct signers {
	uint64_t keys; /* bit i: release->keys[i] */
	int64_t expirations[ZG_KEYS_MAX];
	int64_t latest_inception;
};

static zg_status
add_keys(const struct facts *facts, struct release_facts *release)
{
	for (size_t i = 0; i < facts->keys.n_keys; i++) {
		const struct key_fact *from = &facts->keys.keys[i];
		struct release_key *key = &release->keys[i];

		*key = (struct release_key){.algorithm = from->view.algorithm,
		    .tag = from->tag,
		    .flags = from->view.flags,
		    .protocol = from->view.protocol,
		    .published = true,
		    .rdlen = zone_record(facts->zone, from->record)->rdlen};
		memcpy(key->sha256, from->sha256, sizeof(key->sha256));
		key->rdata = malloc((size_t)key->rdlen + 1);
		if (key->rdata == NULL)
			return ZG_MEMORY;
		memcpy(key->rdata, zone_rdata(facts->zone, from->record), key->rdlen);
		release->n_keys = i + 1;
	}
	return ZG_OK;
}

/* The key that is known by algorithm and tag only, made when it is new; ZG_KEYS_MAX: no room. */
static size_t
unpublished_key(struct release_facts *release, uint8_t algorithm, uint16_t tag)
{
	for (size_t i = 0; i < release->n_keys; i++) {
		const struct release_key *key = &release->keys[i];

		if (!key->published && key->algorithm == algorithm && key->tag == tag)
			return i;
	}
	if (release->n_keys == ZG_KEYS_MAX) {
		release->more_classes = true;
		return ZG_KEYS_MAX;
	}
	release->keys[release->n_keys] = (struct release_key){.algorithm = algorithm, .tag = tag};
	return release->n_keys++;
}

/* One RRSIG of the RRset: RFC 4035 section 5.3.1 for the times. One that begins within the clock
 * skew is a warning of its own, as signers sign from now on. */
static void
add_signer(const struct walk *walk, uint32_t record, struct signers *signers)
{
	uint8_t outcome = walk->facts->signatures.outcomes[record];
	size_t key = ZG_KEYS_MAX;
	struct rrsig_view rrsig;
	int64_t expiration, inception;

	if (!rrsig_view(
		zone_rdata(walk->zone, record), zone_record(walk->zone, record)->rdlen, &rrsig))
		return;
	expiration = serial_time(rrsig.expiration, walk->now);
	inception = serial_time(rrsig.inception, walk->now);
	if (expiration <= walk->now || inception > walk->now + walk->skew)
		return;
	if (signature_verified(outcome))
		key = outcome - SIGNATURE_BY_KEY;
	else if (outcome == SIGNATURE_UNPUBLISHED)
		key = unpublished_key(walk->release, rrsig.algorithm, rrsig.key_tag);
	if (key == ZG_KEYS_MAX)
		return;
	if ((signers->keys >> key & 1) == 0 || expiration > signers->expirations[key])
		signers->expirations[key] = expiration;
	if (inception > signers->latest_inception)
		signers->latest_inception = inception;
	signers->keys |= UINT64_C(1) << key;
}

static void
find_signers(const struct walk *walk, const struct rrset *set, struct signers *signers)
{
	struct rrset signatures;

	signers->keys = 0;
	signers->latest_inception = 0;
	(void)zone_signatures(walk->zone, set->owner, set->type, &signatures);
	for (uint32_t i = 0; i < signatures.count; i++)
		add_signer(walk, signatures.first + i, signers);
}

/* The index of the class of these keys and this TTL; ZG_CLASSES_MAX when there are too many. */
static size_t
class_find(struct walk *walk, const struct rrset *set, const struct signers *signers)
{
	struct release_facts *release = walk->release;
	size_t i;

	for (i = 0; i < release->n_classes; i++) {
		if (release->classes[i].signers == signers->keys &&
		    release->classes[i].ttl == set->ttl)
			return i;
	}
	if (i == ZG_CLASSES_MAX) {
		release->more_classes = true;
		return i;
	}
	release->classes[i] = (struct release_class){.signers = signers->keys, .ttl = set->ttl};
	for (size_t k = 0; k < ZG_KEYS_MAX; k++)
		release->classes[i].expirations[k] = INT64_MAX;
	walk->owners[i] = set->owner;
	walk->types[i] = set->type;
	release->n_classes++;
	return i;
}

static bool
is_for_parent(uint16_t type)
{
	return type == RR_CDS || type == RR_CDNSKEY;
}

static void
add_to_class(struct walk *walk, const struct rrset *set)
{
	struct signers signers;
	struct release_class *class;
	size_t index;

	find_signers(walk, set, &signers);
	index = class_find(walk, set, &signers);
	if (index == ZG_CLASSES_MAX)
		return;
	class = &walk->release->classes[index];
	/* What anybody asks for is the better example: a class whose example is for the parent has
	 * nothing else. */
	if (is_for_parent(walk->types[index]) && !is_for_parent(set->type)) {
		walk->owners[index] = set->owner;
		walk->types[index] = set->type;
	}
	class->n_rrsets++;
	if (signers.latest_inception > class->latest_inception)
		class->latest_inception = signers.latest_inception;
	for (size_t k = 0; k < walk->release->n_keys; k++) {
		if ((signers.keys >> k & 1) != 0 && signers.expirations[k] < class->expirations[k])
			class->expirations[k] = signers.expirations[k];
	}
}

/* The DNSKEY RRset of the apex: who signs it, until when. */
static void
add_dnskey_set(const struct walk *walk, const struct rrset *set)
{
	struct signers signers;

	find_signers(walk, set, &signers);
	walk->release->dnskey_ttl = set->ttl;
	for (size_t k = 0; k < walk->release->n_keys; k++) {
		if (signers.keys >> k & 1) {
			walk->release->keys[k].signs_dnskey = true;
			walk->release->keys[k].expiration = signers.expirations[k];
		}
	}
}

/* Records of these types are renewed with any release and not counted. */
static bool
type_is_renewed(uint16_t type)
{
	return type == RR_RRSIG || type == RR_NSEC || type == RR_NSEC3 || type == RR_SOA ||
	       type == RR_ZONEMD;
}

static void
walk_owner(struct walk *walk, uint32_t owner)
{
	struct rrset set = {.owner = owner};

	while (zone_rrset_next(walk->zone, &set)) {
		if (!type_is_renewed(set.type))
			walk->release->counts[RELEASE_RECORDS] += set.count;
		if (!zone_must_sign(walk->zone, &set))
			continue;
		if (set.type == RR_DNSKEY && (walk->zone->owners[owner].flags & OWNER_APEX) != 0)
			add_dnskey_set(walk, &set);
		else
			add_to_class(walk, &set);
	}
	walk->release->counts[RELEASE_DELEGATIONS] +=
	    (walk->zone->owners[owner].flags & OWNER_CUT) != 0;
	walk->release->counts[RELEASE_SECURE_DELEGATIONS] +=
	    (walk->zone->owners[owner].flags & OWNER_SECURE) != 0;
}

static void
name_classes(struct walk *walk)
{
	for (size_t i = 0; i < walk->release->n_classes; i++) {
		struct release_class *class = &walk->release->classes[i];
		char type[RR_TYPE_TEXT_MAX];

		(void)name_to_text(zone_owner_name(walk->zone, walk->owners[i]), class->owner);
		(void)snprintf(
		    class->type, sizeof(class->type), "%s", rr_type_to_text(walk->types[i], type));
	}
}

/* The DS that a parent makes of a CDS, or of a CDNSKEY with SHA-256: RFC 7344 sections 3 and 5. */
static zg_status
next_ds_fill(const struct zone *zone, const struct next_ds_entry *entry, struct release_ds *ds)
{
	const uint8_t *rdata = zone_rdata(zone, entry->record);
	size_t rdlen = zone_record(zone, entry->record)->rdlen;
	struct ds_view view;

	*ds = (struct release_ds){
	    .tag = entry->tag, .algorithm = entry->algorithm, .digest_type = 2, .digest_len = 32};
	if (!entry->is_cds)
		return key_ds_digest(zone->origin, rdata, rdlen, 2, ds->digest);
	if (ds_view(rdata, rdlen, &view)) {
		ds->digest_type = view.digest_type;
		ds->digest_len =
		    (uint8_t)(view.digest_len < sizeof(ds->digest) ? view.digest_len
								   : sizeof(ds->digest));
		memcpy(ds->digest, view.digest, ds->digest_len);
	}
	return ZG_OK;
}

static zg_status
add_next_ds(const struct facts *facts, struct release_facts *release)
{
	const struct next_ds_facts *next = &facts->next_ds;
	zg_status status = ZG_OK;

	release->next_ds_given = next->n > 0;
	for (size_t i = 0; i < next->n && status == ZG_OK; i++) {
		const struct next_ds_entry *entry = &next->entries[i];

		release->next_ds_delete |= entry->is_delete;
		if (entry->is_delete || (!entry->is_cds && entry->has_twin) ||
		    release->n_next_ds == ZG_DS_MAX)
			continue;
		status = next_ds_fill(facts->zone, entry, &release->next_ds[release->n_next_ds++]);
	}
	return status;
}

static void
add_denial(const struct denial_facts *denial, char *text, size_t size)
{
	size_t used = 0;

	if (denial->has_nsec)
		used = (size_t)snprintf(text, size, "nsec");
	for (size_t i = 0; i < denial->n_chains && used < size; i++) {
		const struct nsec3_chain *chain = &denial->chains[i];

		used += (size_t)snprintf(text + used, size - used, "%snsec3 %u %u %u%s",
		    used > 0 ? ", " : "", chain->hash_algorithm, chain->iterations, chain->salt_len,
		    chain->n_opt_out > 0 ? " opt-out" : "");
	}
}

static void
add_head(const struct facts *facts, struct release_facts *release)
{
	hex_write(facts->digest, sizeof(facts->digest), release->digest);
	(void)name_to_text(facts->zone->origin, release->zone);
	release->serial = facts->soa.serial;
	release->refresh = facts->soa.refresh;
	release->retry = facts->soa.retry;
	release->expire = facts->soa.expire;
	release->minimum = facts->soa.minimum;
	release->soa_ttl = facts->soa_ttl;
	release->max_ttl = facts->signatures.max_signed_ttl;
	release->first_expiration = facts->signatures.first_expiration;
	release->dnskey_expiration = facts->signatures.dnskey_expiration;
	release->more_classes = facts->keys.too_many || facts->next_ds.too_many;
	add_denial(&facts->denial, release->denial, sizeof(release->denial));
}

zg_status
release_make(const struct facts *facts, int64_t now, int64_t skew, struct release_facts *release,
    struct zg_error *error)
{
	struct walk walk = {
	    .facts = facts, .zone = facts->zone, .now = now, .skew = skew, .release = release};
	zg_status status = add_keys(facts, release);

	add_head(facts, release);
	if (status == ZG_OK)
		status = add_next_ds(facts, release);
	if (status != ZG_OK)
		return error_set(error, status, "%s", zg_status_text(status));
	for (uint32_t owner = 0; owner < facts->zone->n_owners; owner++)
		walk_owner(&walk, owner);
	name_classes(&walk);
	return ZG_OK;
}
