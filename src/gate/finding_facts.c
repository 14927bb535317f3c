/* Keys of facts: SHA-256 over what makes a finding the same finding in the next serial. */
#include "gate/finding_facts.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "dns/name.h"

void
finding_facts_clear(struct finding_facts *facts)
{
	free(facts->facts);
	*facts = (struct finding_facts){.id = NULL};
}

static zg_status
add_number(struct digest *digest, uint64_t number)
{
	uint8_t octets[8];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(number >> (56 - 8 * i));
	return digest_add(digest, octets, sizeof(octets));
}

/* One part of a subject: its length, then its octets, so that parts cannot run into each other. */
static zg_status
add_part(struct digest *digest, const void *octets, size_t length)
{
	zg_status status = add_number(digest, length);

	return status == ZG_OK ? digest_add(digest, octets, length) : status;
}

static zg_status
add_text(struct digest *digest, const char *text)
{
	return text == NULL ? add_number(digest, UINT64_MAX) : add_part(digest, text, strlen(text));
}

/* The RDATA of an RRset, in canonical order as the zone has it; an absent one is no record. */
static zg_status
add_rrset(struct digest *digest, const struct zone *zone, uint32_t owner, uint16_t type)
{
	struct rrset set = {.count = 0};
	zg_status status;

	if (owner < zone->n_owners)
		(void)zone_rrset(zone, owner, type, &set);
	status = add_number(digest, set.count);
	for (uint32_t i = 0; i < set.count && status == ZG_OK; i++)
		status = add_part(digest, zone_rdata(zone, set.first + i),
		    zone_record(zone, set.first + i)->rdlen);
	return status;
}

/* What stands at the fact's name in the zone in force. */
static zg_status
add_former(struct digest *digest, const struct facts *facts, const struct check_fact *fact)
{
	const struct zone *previous = facts->change == NULL ? NULL : facts->change->previous;

	if (previous == NULL || fact->owner >= facts->zone->n_owners)
		return add_number(digest, UINT64_MAX);
	return add_rrset(digest, previous,
	    zone_find(previous, zone_owner_name(facts->zone, fact->owner)), fact->type);
}

static zg_status
add_subject(struct digest *digest, const struct facts *facts, const struct check_fact *fact)
{
	const struct zone *zone = facts->zone;
	const uint8_t *name =
	    fact->owner < zone->n_owners ? zone_owner_name(zone, fact->owner) : NULL;
	zg_status status =
	    name == NULL ? add_number(digest, 0) : add_part(digest, name, name_length(name));

	if (status == ZG_OK)
		status = add_number(digest, fact->type);
	if (status == ZG_OK)
		status = add_text(digest, fact->text);
	if (status == ZG_OK && fact->record != UINT32_MAX)
		status = add_part(
		    digest, zone_rdata(zone, fact->record), zone_record(zone, fact->record)->rdlen);
	if (status == ZG_OK && fact->content)
		status = add_rrset(digest, zone, fact->owner, fact->type);
	if (status == ZG_OK && fact->change)
		status = add_former(digest, facts, fact);
	return status;
}

static zg_status
end_key(struct digest *digest, struct finding_fact *fact)
{
	uint8_t octets[DIGEST_OCTETS_MAX];
	zg_status status = digest_end(digest, octets);

	if (status == ZG_OK)
		memcpy(fact->key, octets, sizeof(fact->key));
	return status;
}

/* The facts that the row kept. */
static zg_status
from_kept(struct digest *digest, const struct check_facts *kept, const struct facts *facts,
    struct finding_facts *made)
{
	zg_status status = ZG_OK;

	made->too_many = kept->overflow;
	if (kept->overflow || kept->n == 0)
		return ZG_OK;
	made->facts = calloc(kept->n, sizeof(made->facts[0]));
	if (made->facts == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i < kept->n && status == ZG_OK; i++) {
		struct finding_fact *fact = &made->facts[made->n++];

		fact->relative = kept->list[i].relative;
		fact->magnitude = kept->list[i].magnitude;
		status = digest_begin(digest);
		if (status == ZG_OK)
			status = add_text(digest, made->id);
		if (status == ZG_OK)
			status = add_subject(digest, facts, &kept->list[i]);
		if (status == ZG_OK)
			status = end_key(digest, fact);
	}
	return status;
}

static zg_status
example_key(struct digest *digest, const char *id, const struct tally_example *example,
    struct finding_fact *fact)
{
	zg_status status = digest_begin(digest);

	if (status == ZG_OK)
		status = add_text(digest, id);
	if (status == ZG_OK && example == NULL)
		return end_key(digest, fact);
	if (status == ZG_OK)
		status = add_text(digest, example->owner);
	if (status == ZG_OK)
		status = add_number(digest, example->type);
	if (status == ZG_OK)
		status = add_text(digest, example->detail);
	return status == ZG_OK ? end_key(digest, fact) : status;
}

/*
 * What facts counted while they were computed, where nobody knew yet that it would be asked for:
 * the number, and the examples, which are the first ones in the order of the zone.
 */
static zg_status
from_tally(struct digest *digest, const struct tally *tally, struct finding_facts *made)
{
	zg_status status;

	made->facts = calloc(tally->n_examples + 1, sizeof(made->facts[0]));
	if (made->facts == NULL)
		return ZG_MEMORY;
	made->n = tally->n_examples + 1;
	made->facts[0].magnitude = tally->count;
	status = example_key(digest, made->id, NULL, &made->facts[0]);
	for (size_t i = 0; i < tally->n_examples && status == ZG_OK; i++)
		status = example_key(digest, made->id, &tally->examples[i], &made->facts[i + 1]);
	return status;
}

static int
by_key(const void *a, const void *b)
{
	const struct finding_fact *x = a, *y = b;

	return memcmp(x->key, y->key, sizeof(x->key));
}

static zg_status
sum_facts(struct digest *digest, struct finding_facts *facts)
{
	uint8_t octets[DIGEST_OCTETS_MAX];
	zg_status status = digest_begin(digest);

	for (size_t i = 0; i < facts->n && status == ZG_OK; i++) {
		const struct finding_fact *fact = &facts->facts[i];

		status = digest_add(digest, fact->key, sizeof(fact->key));
		if (status == ZG_OK)
			status = add_number(digest, fact->relative);
		if (status == ZG_OK)
			status = add_number(digest, fact->magnitude);
	}
	if (status == ZG_OK)
		status = digest_end(digest, octets);
	if (status == ZG_OK)
		memcpy(facts->sha256, octets, sizeof(facts->sha256));
	return status;
}

zg_status
finding_facts_close(struct finding_facts *facts)
{
	struct digest *digest;
	zg_status status = digest_new(DIGEST_KIND_SHA256, &digest);
	size_t n = 0;

	if (status != ZG_OK)
		return status;
	if (facts->n > 1)
		qsort(facts->facts, facts->n, sizeof(facts->facts[0]), by_key);
	for (size_t i = 0; i < facts->n; i++) {
		struct finding_fact *last = n > 0 ? &facts->facts[n - 1] : NULL;
		const struct finding_fact *fact = &facts->facts[i];

		facts->relative |= fact->relative;
		if (last == NULL || by_key(last, fact) != 0) {
			facts->facts[n++] = *fact;
			continue;
		}
		last->relative |= fact->relative;
		if (last->magnitude < fact->magnitude)
			last->magnitude = fact->magnitude;
	}
	facts->n = n;
	status = sum_facts(digest, facts);
	digest_free(digest);
	return status;
}

zg_status
finding_facts_make(size_t row, bool refuses, const struct check_result *result,
    const struct facts *facts, struct finding_facts *made)
{
	struct digest *digest;
	zg_status status = digest_new(DIGEST_KIND_SHA256, &digest);

	*made = (struct finding_facts){.id = check_table[row].public.id, .refuses = refuses};
	if (status != ZG_OK)
		return status;
	if (result->handed != NULL)
		status = from_tally(digest, result->handed, made);
	else
		status = from_kept(digest, &result->facts, facts, made);
	digest_free(digest);
	if (status == ZG_OK)
		status = finding_facts_close(made);
	if (status != ZG_OK)
		finding_facts_clear(made);
	return status;
}
