/* Rows about how the parent's DS set is known: whose word it is, how old, and how united. */
#include "check/check_rows.h"

#include "base/utc.h"
#include "facts/past.h"

void
check_parent_ds_age(struct check_context *context)
{
	const struct past_parent *parent = &context->facts->past->parent;
	char seen[UTC_TEXT_MAX];

	if (parent->seen == 0 || parent->max_age == NOT_SET ||
	    context->now - parent->seen <= parent->max_age)
		return;
	utc_format(parent->seen, seen);
	check_emit_zone(context,
	    "expected a DS set that was seen in the last %lld s, found the word of %s from %s",
	    (long long)parent->max_age, parent->who, seen);
	check_fact(context, 0, "a DS set as %s gave it, and older than allowed", parent->who);
}

void
check_parent_source(struct check_context *context)
{
	const struct past_parent *parent = &context->facts->past->parent;

	if (!parent->is_known || parent->seen != 0)
		return;
	check_emit_zone(
	    context, "the DS set comes only from sources that the policy does not take");
	check_fact(context, 0, "a DS set from sources that the policy does not take");
}

void
check_parent_servers_disagree(struct check_context *context)
{
	const struct past_parent *parent = &context->facts->past->parent;

	if (!parent->disagree)
		return;
	check_emit_zone(context,
	    "expected one DS set at all servers of the parent, found %zu: %s has another than %s",
	    parent->n_sets, parent->other, parent->one);
	check_fact(context, parent->n_sets, "servers of the parent that disagree");
}

void
check_parent_unreachable(struct check_context *context)
{
	const struct past_parent *parent = &context->facts->past->parent;

	if (parent->n_silent > 0)
		check_emit_zone(context,
		    "%zu of %zu servers of the parent gave nothing that is proved: %s (%s)",
		    parent->n_silent, parent->n_servers, parent->silent, parent->why);
}

void
check_parent_ds_ttl_changed(struct check_context *context)
{
	const struct past_parent *parent = &context->facts->past->parent;
	char seen[UTC_TEXT_MAX];

	if (parent->former_ttl == parent->ttl)
		return;
	utc_format(parent->former_ttl_seen, seen);
	check_emit_zone(context, "the DS set has TTL %lu, and %lu at %s by %s",
	    (unsigned long)parent->ttl, (unsigned long)parent->former_ttl, seen,
	    parent->former_ttl_by);
}
