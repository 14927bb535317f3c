/* Counting keys, not names and not files. */
#include "gate/quorum.h"

#include <string.h>

size_t
quorum_count(const struct quorum_voice *voices, size_t n, enum quorum_rules rules,
    const struct approval_subject *subject, const struct finding_facts *finding, bool *covering)
{
	size_t keys = 0;

	for (size_t i = 0; i < n; i++) {
		bool heard = false;

		covering[i] =
		    (voices[i].rules & rules) != 0 &&
		    approval_covers(voices[i].approval, subject, voices[i].spent, finding);
		for (size_t before = 0; before < i; before++)
			heard |= covering[before] &&
				 memcmp(voices[before].public_key, voices[i].public_key, 32) == 0;
		keys += covering[i] && !heard;
	}
	return keys;
}

bool
quorum_may_accept(zg_severity severity, zg_severity floor)
{
	if (severity == ZG_SEVERITY_APPROVE)
		return true;
	return severity == ZG_SEVERITY_REFUSE && floor > ZG_SEVERITY_REFUSE &&
	       floor <= ZG_SEVERITY_IGNORE;
}

bool
quorum_accepts(zg_severity severity, zg_severity floor, size_t keys, int64_t quorum)
{
	return quorum_may_accept(severity, floor) && quorum >= 1 && keys >= (uint64_t)quorum;
}
