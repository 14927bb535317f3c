/* A few records of a zone, chosen at random, and its content digest: for the program's own use. */
#include "dns/zone_sample.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/gate.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/hex.h"
#include "dns/rdata_view.h"
#include "facts/zonemd.h"
#include "gate/input.h"
#include "policy/policy.h"

/* Names that do not exist: so many, and one more for so many that do. */
#define ABSENT_LEAST 4
#define ABSENT_EVERY 10
/* Octets of the label of one: nobody registers it by chance. */
#define ABSENT_LABEL 16
/* Names of the watch-list: of a longer one so many by chance. */
#define WATCHED_MAX 64
/* Draws of an owner until one is found that can be asked for: a zone may be glue for the most. */
#define DRAWS_MAX 64

struct sampling {
	const struct zone *zone;
	struct zone_sample *sample;
	size_t wanted; /* names that exist */
	uint64_t state;
};

/* A sequence that looks random to whoever does not know the seed (splitmix64). */
static uint64_t
draw(struct sampling *sampling)
{
	uint64_t z = sampling->state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* The next entry, for `name`. */
static zg_status
add_entry(struct sampling *sampling, enum sample_kind kind, const uint8_t *name, uint16_t type,
    struct sample_entry **entry)
{
	struct zone_sample *sample = sampling->sample;
	zg_status status = array_reserve((void **)&sample->entries, &sample->size, sample->n,
	    sizeof(*sample->entries), ZG_SAMPLE_ENTRIES_MAX);

	if (status != ZG_OK)
		return status;
	*entry = &sample->entries[sample->n++];
	**entry = (struct sample_entry){.kind = kind, .type = type};
	memcpy((*entry)->name, name, name_length(name));
	return ZG_OK;
}

/* Copies the RRset. */
static zg_status
add_rrset(struct sampling *sampling, enum sample_kind kind, const struct rrset *set)
{
	const struct zone *zone = sampling->zone;
	struct sample_entry *entry;
	size_t length = 0, at = 0;
	zg_status status =
	    add_entry(sampling, kind, zone_owner_name(zone, set->owner), set->type, &entry);

	if (status != ZG_OK)
		return status;
	for (uint32_t r = set->first; r < set->first + set->count; r++)
		length += 2 + (size_t)zone_record(zone, r)->rdlen;
	entry->rdata = malloc(length);
	if (entry->rdata == NULL)
		return ZG_MEMORY;
	for (uint32_t r = set->first; r < set->first + set->count; r++) {
		const struct zone_record *record = zone_record(zone, r);

		store_u16(entry->rdata + at, record->rdlen);
		memcpy(entry->rdata + at + 2, zone_rdata(zone, r), record->rdlen);
		at += 2 + (size_t)record->rdlen;
	}
	entry->rdata_len = length;
	entry->n_records = set->count;
	entry->ttl = set->ttl;
	return ZG_OK;
}

/* The RRset of that type, if there is one. */
static zg_status
add_type(struct sampling *sampling, uint32_t owner, uint16_t type, enum sample_kind kind)
{
	struct rrset set;

	return zone_rrset(sampling->zone, owner, type, &set) ? add_rrset(sampling, kind, &set)
							     : ZG_OK;
}

/* A delegation: its NS RRset, and its DS RRset or that there is none. */
static zg_status
add_cut(struct sampling *sampling, uint32_t owner)
{
	struct sample_entry *entry;
	zg_status status = add_type(sampling, owner, RR_NS, SAMPLE_REFERRAL);

	if (status != ZG_OK)
		return status;
	if (sampling->zone->owners[owner].flags & OWNER_SECURE)
		return add_type(sampling, owner, RR_DS, SAMPLE_RRSET);
	return add_entry(
	    sampling, SAMPLE_NO_TYPE, zone_owner_name(sampling->zone, owner), RR_DS, &entry);
}

/* Whether servers can be asked for the RRset: they answer RRSIG and the like as they please. */
static bool
can_be_asked(const struct zone *zone, const struct rrset *set)
{
	return zone_must_sign(zone, set) && set->type != RR_NSEC3 && !rr_type_is_meta(set->type);
}

/* One of the RRsets of an owner, by chance. */
static zg_status
add_any(struct sampling *sampling, uint32_t owner)
{
	struct rrset set = {.owner = owner}, chosen = {.count = 0};
	uint64_t n = 0;

	while (zone_rrset_next(sampling->zone, &set)) {
		if (can_be_asked(sampling->zone, &set) && draw(sampling) % ++n == 0)
			chosen = set;
	}
	return chosen.count > 0 ? add_rrset(sampling, SAMPLE_RRSET, &chosen) : ZG_OK;
}

static bool
owner_is_name(const struct zone *zone, uint32_t owner)
{
	return (zone->owners[owner].flags & (OWNER_OCCLUDED | OWNER_NSEC3)) == 0;
}

static zg_status
add_owner(struct sampling *sampling, uint32_t owner)
{
	if (!owner_is_name(sampling->zone, owner))
		return ZG_OK;
	return sampling->zone->owners[owner].flags & OWNER_CUT ? add_cut(sampling, owner)
							       : add_any(sampling, owner);
}

static zg_status
add_apex(struct sampling *sampling)
{
	static const uint16_t types[] = {RR_SOA, RR_DNSKEY, RR_NS, RR_NSEC3PARAM};
	zg_status status = ZG_OK;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && status == ZG_OK; i++)
		status = add_type(sampling, 0, types[i], SAMPLE_RRSET);
	return status;
}

/* The first and the last name below the apex: a copy that was cut lacks one of them. */
static zg_status
add_ends(struct sampling *sampling)
{
	const struct zone *zone = sampling->zone;
	size_t first = 1, last = zone->n_owners - 1;
	zg_status status = ZG_OK;

	while (first <= last && !owner_is_name(zone, (uint32_t)first))
		first++;
	while (last > first && !owner_is_name(zone, (uint32_t)last))
		last--;
	if (first <= last)
		status = add_owner(sampling, (uint32_t)first);
	if (status == ZG_OK && last > first)
		status = add_owner(sampling, (uint32_t)last);
	return status;
}

static zg_status
add_watched(struct sampling *sampling, const zg_policy *policy)
{
	const struct policy_values *values = policy_values(policy);
	size_t n = values->change.n_watch;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < n && i < WATCHED_MAX && status == ZG_OK; i++) {
		size_t which = n > WATCHED_MAX ? draw(sampling) % n : i;
		uint32_t owner = zone_find(sampling->zone, values->change.watch[which]);

		if (owner != NO_OWNER && owner != 0)
			status = add_owner(sampling, owner);
	}
	return status;
}

static zg_status
add_random(struct sampling *sampling)
{
	const struct zone *zone = sampling->zone;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < sampling->wanted && status == ZG_OK; i++) {
		for (int k = 0; k < DRAWS_MAX; k++) {
			uint32_t owner = (uint32_t)(draw(sampling) % zone->n_owners);

			if (owner == 0 || !owner_is_name(zone, owner))
				continue;
			status = add_owner(sampling, owner);
			break;
		}
	}
	return status;
}

/* Puts letters by chance into a first label of ABSENT_LABEL. */
static void
draw_label(struct sampling *sampling, uint8_t *name)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuv";

	for (int k = 0; k < ABSENT_LABEL; k++)
		name[1 + k] = (uint8_t)letters[draw(sampling) % 32];
}

/* Names below the apex that are not there. */
static zg_status
add_absent(struct sampling *sampling)
{
	const struct zone *zone = sampling->zone;
	size_t apex_len = name_length(zone->origin);
	size_t n = ABSENT_LEAST + sampling->wanted / ABSENT_EVERY;
	uint8_t name[1 + ABSENT_LABEL + ZG_NAME_MAX] = {1, '*'};
	enum sample_kind kind;
	zg_status status = ZG_OK;

	if (1 + ABSENT_LABEL + apex_len > ZG_NAME_MAX)
		return ZG_OK;
	memcpy(name + 2, zone->origin, apex_len);
	kind = zone_find(zone, name) == NO_OWNER ? SAMPLE_NO_NAME : SAMPLE_WILDCARD;
	name[0] = ABSENT_LABEL;
	memcpy(name + 1 + ABSENT_LABEL, zone->origin, apex_len);
	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		struct sample_entry *entry;

		draw_label(sampling, name);
		if (zone_find(zone, name) == NO_OWNER)
			status = add_entry(sampling, kind, name, RR_A, &entry);
	}
	return status;
}

static zg_status
take_sample(struct sampling *sampling, const zg_policy *policy)
{
	zg_status status = add_apex(sampling);

	if (status == ZG_OK && policy != NULL)
		status = add_watched(sampling, policy);
	if (status == ZG_OK)
		status = add_ends(sampling);
	if (status == ZG_OK)
		status = add_random(sampling);
	if (status == ZG_OK)
		status = add_absent(sampling);
	return status;
}

/* What stands for the whole of the zone. */
static zg_status
describe(const struct zone *zone, struct zone_sample *sample, struct zg_error *error)
{
	uint8_t digest[48];
	struct rrset set;
	struct soa_view soa;
	zg_status status = content_digest(zone, digest, error);

	if (status != ZG_OK)
		return status;
	if (!zone->has_apex || !zone_rrset(zone, 0, RR_SOA, &set) || set.count != 1 ||
	    !soa_view(zone_rdata(zone, set.first), zone_record(zone, set.first)->rdlen, &soa))
		return error_set(error, ZG_INPUT_BAD, "it has not one SOA at its apex");
	hex_write(digest, sizeof(digest), sample->digest);
	memcpy(sample->zone, zone->origin, name_length(zone->origin));
	sample->serial = soa.serial;
	sample->n_records = zone->n_records;
	return ZG_OK;
}

/* The apex of a sample of `n_names` names. */
static zg_status
apex_read(const char *origin, size_t n_names, uint8_t apex[ZG_NAME_MAX], struct zg_error *error)
{
	static const uint8_t root[] = {0};
	const char *why;

	if (n_names > ZG_SAMPLE_NAMES_MAX)
		return error_set(error, ZG_LIMIT, "a sample of so many names is not taken");
	if (name_from_text_lower(origin, strlen(origin), root, apex, &why) == 0)
		return error_set(error, ZG_PARAMETER, "%s", why);
	return ZG_OK;
}

zg_status
zg_zone_sample(const struct zg_source *source, const char *origin, const zg_policy *policy,
    size_t n_names, uint64_t seed, struct zone_sample **sample, struct zg_error *error)
{
	const struct input_options options = {.threads = 1, .max_examples = 1};
	struct sampling sampling = {.wanted = n_names, .state = seed};
	struct zone *zone = NULL;
	uint8_t apex[ZG_NAME_MAX];
	zg_status status;

	*sample = NULL;
	status = apex_read(origin, n_names, apex, error);
	if (status == ZG_OK)
		status = input_read_other(source, "the zone", apex, &options, &zone, error);
	if (status != ZG_OK)
		return status;
	sampling.zone = zone;
	sampling.sample = *sample = calloc(1, sizeof(**sample));
	if (*sample == NULL)
		status = ZG_MEMORY;
	if (status == ZG_OK)
		status = describe(zone, *sample, error);
	if (status == ZG_OK && n_names > 0)
		status = take_sample(&sampling, policy);
	if (status == ZG_MEMORY || status == ZG_LIMIT)
		(void)error_set(error, status, "%s while taking a sample", zg_status_text(status));
	if (status != ZG_OK) {
		zone_sample_free(*sample);
		*sample = NULL;
	}
	zone_free(zone);
	return status;
}

/* ---- A zone that is not at hand ---- */

/* What zones have at their apex. */
static zg_status
ask_apex(struct sampling *sampling, const uint8_t *apex)
{
	static const uint16_t types[] = {RR_SOA, RR_DNSKEY, RR_NS, RR_NSEC3PARAM, RR_CDS,
	    RR_CDNSKEY, RR_ZONEMD, RR_TXT, RR_MX, RR_A, RR_AAAA};
	struct sample_entry *entry;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && status == ZG_OK; i++)
		status = add_entry(sampling, SAMPLE_RRSET, apex, types[i], &entry);
	return status;
}

/* DS belongs to this zone wherever a name of the watch-list may be delegated to. */
static zg_status
ask_watched(struct sampling *sampling, const uint8_t *apex, const zg_policy *policy)
{
	const struct policy_values *values = policy_values(policy);
	struct sample_entry *entry;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < values->change.n_watch && i < WATCHED_MAX && status == ZG_OK; i++) {
		const uint8_t *name = values->change.watch[i];

		if (name_in(name, apex) && !name_equal(name, apex))
			status = add_entry(sampling, SAMPLE_NO_TYPE, name, RR_DS, &entry);
	}
	return status;
}

/* Names that are most likely not there: denial is signed as well. */
static zg_status
ask_absent(struct sampling *sampling, const uint8_t *apex)
{
	uint8_t name[1 + ABSENT_LABEL + ZG_NAME_MAX] = {ABSENT_LABEL};
	struct sample_entry *entry;
	zg_status status = ZG_OK;

	if (1 + ABSENT_LABEL + name_length(apex) > ZG_NAME_MAX)
		return ZG_OK;
	memcpy(name + 1 + ABSENT_LABEL, apex, name_length(apex));
	for (size_t i = 0; i < sampling->wanted && status == ZG_OK; i++) {
		draw_label(sampling, name);
		status = add_entry(sampling, SAMPLE_NO_NAME, name, RR_A, &entry);
	}
	return status;
}

zg_status
zg_zone_questions(const char *origin, const zg_policy *policy, size_t n_names, uint64_t seed,
    struct zone_sample **sample, struct zg_error *error)
{
	struct sampling sampling = {.wanted = n_names, .state = seed};
	uint8_t apex[ZG_NAME_MAX];
	zg_status status;

	*sample = NULL;
	status = apex_read(origin, n_names, apex, error);
	if (status != ZG_OK)
		return status;
	sampling.sample = *sample = calloc(1, sizeof(**sample));
	if (*sample == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	memcpy((*sample)->zone, apex, name_length(apex));
	status = ask_apex(&sampling, apex);
	if (status == ZG_OK && policy != NULL)
		status = ask_watched(&sampling, apex, policy);
	if (status == ZG_OK)
		status = ask_absent(&sampling, apex);
	if (status == ZG_OK)
		return ZG_OK;
	zone_sample_free(*sample);
	*sample = NULL;
	return error_set(error, status, "%s while taking a sample", zg_status_text(status));
}
