/* Answers held against a sample. */
#include "observe/compare.h"

#include <stdlib.h>
#include <string.h>

#include "dns/canonical.h"
#include "dns/name.h"
#include "dns/rr_type.h"

static bool
belongs(const struct message_record *record, const struct sample_entry *entry)
{
	return record->type == entry->type && record->class == CLASS_IN &&
	       name_equal(record->owner, entry->name);
}

/* Whether the entry has the record, whose RDATA is in canonical form. */
static bool
has_record(const struct sample_entry *entry, const uint8_t *rdata, size_t length)
{
	size_t at = 0;
	uint16_t released_len;
	const uint8_t *released;

	while ((released = sample_record(entry, &at, &released_len)) != NULL) {
		if (released_len == length && memcmp(released, rdata, length) == 0)
			return true;
	}
	return false;
}

/* The records of the answer are among those of the entry, and as many. */
static zg_status
compare_records(const struct sample_entry *entry, const struct message_record *records, size_t n,
    enum comparison *comparison)
{
	uint8_t *rdata = malloc(ZG_RDATA_MAX);
	size_t n_found = 0;
	bool same_ttl = true;

	if (rdata == NULL)
		return ZG_MEMORY;
	*comparison = RRSET_SAME;
	for (size_t i = 0; i < n && *comparison == RRSET_SAME; i++) {
		if (!belongs(&records[i], entry))
			continue;
		memcpy(rdata, records[i].rdata, records[i].rdlen);
		if (!canonical_rdata(entry->type, rdata, records[i].rdlen) ||
		    !has_record(entry, rdata, records[i].rdlen))
			*comparison = RRSET_OTHER;
		same_ttl = same_ttl && records[i].ttl == entry->ttl;
		n_found++;
	}
	free(rdata);
	if (n_found == 0)
		*comparison = RRSET_ABSENT;
	else if (*comparison == RRSET_SAME && n_found != entry->n_records)
		*comparison = RRSET_OTHER;
	else if (*comparison == RRSET_SAME && !same_ttl)
		*comparison = RRSET_OTHER_TTL;
	return ZG_OK;
}

zg_status
sample_compare(const struct sample_entry *entry, const struct message *answer,
    enum message_section section, enum comparison *comparison)
{
	size_t n;
	const struct message_record *records = message_section(answer, section, &n);

	return compare_records(entry, records, n, comparison);
}
