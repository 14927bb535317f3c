/* Rows asked about one place, outside the walk over a zone. */
#include "check/check.h"

void
check_probe_begin(struct check_context *probe, const struct check_inputs *inputs)
{
	*probe = (struct check_context){.facts = inputs->facts,
	    .zone = inputs->facts->zone,
	    .policy = inputs->policy,
	    .now = inputs->now,
	    .owner = NO_OWNER,
	    .state_of = UINT32_MAX};
}

/* Nothing is kept of what the row says: that it spoke is all that is asked. */
bool
check_probe_rrset(struct check_context *probe, size_t row, const struct rrset *set)
{
	struct check_result result = {.ran = true};

	probe->row = &check_table[row];
	probe->result = &result;
	probe->owner = set->owner;
	probe->set = *set;
	probe->row->run(probe);
	probe->result = NULL;
	return result.tally.count > 0;
}
