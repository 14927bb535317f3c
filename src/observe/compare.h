/* Answers held against a sample: part of observe/observe.h. */
#ifndef OBSERVE_COMPARE_H
#define OBSERVE_COMPARE_H

#include "dns/zone_sample.h"
#include "net/message.h"

/* How the RRset of an entry comes back. */
enum comparison { RRSET_SAME, RRSET_ABSENT, RRSET_OTHER, RRSET_OTHER_TTL };

/* Looks for the entry's RRset in a section of the answer; records are compared in canonical form.
 */
MUST_CHECK zg_status sample_compare(const struct sample_entry *entry, const struct message *answer,
    enum message_section section, enum comparison *comparison);

#endif
