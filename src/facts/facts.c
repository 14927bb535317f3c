/* All facts of a zone. */
#include "facts/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A record type that only a signed zone has. */
static bool
type_is_dnssec(uint16_t type)
{
	return type == RR_DNSKEY || type == RR_RRSIG || type == RR_NSEC || type == RR_NSEC3 ||
	       type == RR_NSEC3PARAM;
}

/* Any record that only a signed zone has, wherever it is. */
static bool
zone_is_signed(const struct zone *zone)
{
	for (uint32_t owner = 0; owner < zone->n_owners; owner++) {
		struct rrset set = {.owner = owner};

		while (zone_rrset_next(zone, &set)) {
			if (type_is_dnssec(set.type))
				return true;
		}
	}
	return false;
}

/* The SOA's view. A second SOA is a defect that was counted; the first one stands for the zone. */
static void
soa_fill(struct facts *facts)
{
	const struct zone *zone = facts->zone;
	struct rrset set;

	if (!zone->has_apex || !zone_rrset(zone, 0, RR_SOA, &set))
		return;
	facts->has_soa =
	    soa_view(zone_rdata(zone, set.first), zone_record(zone, set.first)->rdlen, &facts->soa);
	facts->soa_ttl = set.ttl;
}

/* What parts of the plan work on. */
struct computation {
	const struct facts_inputs *inputs;
	struct facts *facts;
	uint8_t previous_digest[48];
	struct denial_work *denial;
	struct verification *verification;
	struct plan plan;
};

/* The tasks. Their messages follow from the plan. */

static zg_status
task_read_known(void *context)
{
	const struct computation *c = context;

	return c->inputs->read_known(c->inputs->read_context);
}

static zg_status
task_digest(void *context)
{
	struct computation *c = context;

	return content_digest(c->inputs->zone, c->facts->digest, NULL);
}

static zg_status
task_previous_digest(void *context)
{
	struct computation *c = context;

	return content_digest(c->inputs->previous, c->previous_digest, NULL);
}

static zg_status
task_zonemd(void *context)
{
	struct computation *c = context;

	return zonemd_compute(c->inputs->zone, c->facts->soa.serial, &c->facts->zonemd, NULL);
}

static zg_status
task_hosts(void *context)
{
	struct computation *c = context;

	return host_facts_compute(c->inputs->zone, &c->facts->hosts, NULL);
}

/* The one thing that the signatures of a zone in force are asked for. */
static zg_status
task_max_ttl(void *context)
{
	struct computation *c = context;

	c->facts->signatures.max_signed_ttl = zone_max_signed_ttl(c->inputs->zone);
	return ZG_OK;
}

static zg_status
task_change(void *context)
{
	struct computation *c = context;
	const struct facts_inputs *inputs = c->inputs;

	c->facts->change = calloc(1, sizeof(*c->facts->change));
	if (c->facts->change == NULL)
		return ZG_MEMORY;
	return change_compute(inputs->zone, c->facts->digest, inputs->previous,
	    inputs->previous_digest != NULL ? inputs->previous_digest : c->previous_digest,
	    inputs->max_examples, c->facts->change, NULL);
}

static zg_status
task_unsigned(void *context)
{
	struct computation *c = context;

	c->facts->unsigned_input = calloc(1, sizeof(*c->facts->unsigned_input));
	if (c->facts->unsigned_input == NULL)
		return ZG_MEMORY;
	return unsigned_compute(c->inputs->zone, c->inputs->unsigned_input,
	    c->facts->unsigned_input, &c->facts->defects, NULL);
}

/* Plans the tasks of a run; what takes one thread longest comes first in its stage. */
static void
plan_tasks(struct computation *c)
{
	const struct facts_inputs *inputs = c->inputs;
	bool candidate = !inputs->former, previous = inputs->previous != NULL;
	const struct {
		bool wanted;
		enum plan_stage stage;
		enum zg_time what;
		const char *doing;
		zg_status (*task)(void *context);
	} tasks[] = {
	    {inputs->known != NULL, PLAN_PREPARE, ZG_TIME_VERIFY, "reading the memo",
		task_read_known},
	    {inputs->digest == NULL, PLAN_COMPUTE, ZG_TIME_HASH, "digesting the zone", task_digest},
	    {candidate, PLAN_COMPUTE, ZG_TIME_HASH, "verifying ZONEMD records", task_zonemd},
	    {previous && inputs->previous_digest == NULL, PLAN_COMPUTE, ZG_TIME_HASH,
		"digesting the former zone", task_previous_digest},
	    {inputs->unsigned_input != NULL, PLAN_COMPUTE, ZG_TIME_OTHER,
		"comparing with the unsigned zone", task_unsigned},
	    {true, PLAN_PREPARE, ZG_TIME_OTHER, "looking for hosts", task_hosts},
	    {!candidate, PLAN_COMPUTE, ZG_TIME_OTHER, "looking at TTLs", task_max_ttl},
	    {previous, PLAN_FINISH, ZG_TIME_OTHER, "comparing with the former zone", task_change},
	};

	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
		if (tasks[i].wanted)
			plan_add(&c->plan, &(struct plan_part){.stage = tasks[i].stage,
					       .what = tasks[i].what,
					       .doing = tasks[i].doing,
					       .task = tasks[i].task,
					       .context = c});
	}
}

/* What everything else builds on: small, and in one go. */
static zg_status
compute_base(const struct facts_inputs *inputs, struct facts *facts, struct zg_error *error)
{
	zg_status status;

	soa_fill(facts);
	facts->is_signed = zone_is_signed(inputs->zone);
	status = key_facts_compute(
	    inputs->zone, inputs->ds, inputs->n_ds, inputs->ds_given, &facts->keys, error);
	return status == ZG_OK ? next_ds_compute(inputs->zone, &facts->keys, &facts->next_ds, error)
			       : status;
}

static zg_status
make_plan(struct computation *c)
{
	const struct facts_inputs *inputs = c->inputs;
	struct facts *facts = c->facts;
	struct signature_options options = {.now = inputs->now,
	    .threads = inputs->threads > 0 ? inputs->threads : 1,
	    .with = inputs->verify_with,
	    .known = inputs->known,
	    .fresh = inputs->fresh,
	    .progress = inputs->progress,
	    .progress_context = inputs->progress_context};
	zg_status status = denial_plan(inputs->zone, facts->is_signed, options.threads,
	    &facts->denial, &facts->defects, &c->plan, &c->denial);

	plan_tasks(c);
	if (status == ZG_OK && !inputs->former)
		status = verification_plan(inputs->zone, &facts->keys, &options, &facts->signatures,
		    &c->plan, &c->verification);
	if (inputs->meter != NULL)
		meter_lap(inputs->meter, ZG_TIME_VERIFY);
	return status;
}

static zg_status
compute(struct computation *c, struct zg_error *error)
{
	const struct facts_inputs *inputs = c->inputs;
	zg_status status = compute_base(inputs, c->facts, error);

	if (status != ZG_OK)
		return status;
	status = make_plan(c);
	if (status != ZG_OK)
		return error_set(
		    error, status, "%s while planning a check", zg_status_text(status));
	if (inputs->progress != NULL)
		inputs->progress(inputs->progress_context, ZG_PHASE_VERIFY, 0, 0);
	status = plan_run(&c->plan, inputs->threads, inputs->meter, error);
	if (status == ZG_OK && c->verification != NULL)
		status = verification_end(c->verification);
	if (status == ZG_OK && defects_out_of_memory(&c->facts->defects))
		status = ZG_MEMORY;
	return status == ZG_MEMORY ? error_set(error, ZG_MEMORY, "out of memory") : status;
}

zg_status
facts_compute(const struct facts_inputs *inputs, struct facts **facts, struct zg_error *error)
{
	struct facts *made = calloc(1, sizeof(*made));
	struct computation c = {.inputs = inputs, .facts = made};
	zg_status status;

	*facts = NULL;
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	made->zone = inputs->zone;
	made->former = inputs->former;
	if (inputs->digest != NULL)
		memcpy(made->digest, inputs->digest, sizeof(made->digest));
	defects_init(&made->defects, inputs->max_examples);
	status = compute(&c, error);
	denial_free(c.denial);
	verification_free(c.verification);
	if (status != ZG_OK) {
		facts_free(made);
		return status;
	}
	*facts = made;
	return ZG_OK;
}

void
facts_free(struct facts *facts)
{
	if (facts == NULL)
		return;
	key_facts_clear(&facts->keys);
	signature_facts_clear(&facts->signatures);
	host_facts_clear(&facts->hosts);
	if (facts->change != NULL)
		change_clear(facts->change);
	free(facts->change);
	free(facts->unsigned_input);
	defects_clear(&facts->defects);
	free(facts);
}
