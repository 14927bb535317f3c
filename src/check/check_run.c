/* Walks the zone once and calls the rows of the table. */
#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/work_pool.h"

/* Longest sentence of a finding. */
#define SENTENCE_MAX 1024

/* Counts one finding; the sentence is formatted only when it may be kept. */
PRINTF_LIKE(5, 0)
static void
emit(struct check_context *context, uint32_t owner, uint16_t type, uint32_t line,
    const char *format, va_list ap)
{
	struct tally *tally = &context->result->tally;
	const uint8_t *name =
	    owner == NO_OWNER ? context->zone->origin : zone_owner_name(context->zone, owner);
	uint64_t order = owner == NO_OWNER ? 0 : owner;
	bool is_fact = context->result->facts.wanted && owner == NO_OWNER;
	char sentence[SENTENCE_MAX] = "";

	if (is_fact || tally_wants(tally, order))
		(void)vsnprintf(sentence, sizeof(sentence), format, ap);
	tally_add(tally, order, name, type, line, "%s", sentence);
	check_fact_emitted(context, owner, type, sentence);
}

void
check_emit(struct check_context *context, const char *format, ...)
{
	uint32_t owner = context->owner, record = UINT32_MAX;
	uint16_t type = 0;
	va_list ap;

	if (context->row->scope == SCOPE_RRSET) {
		record = context->set.first;
		type = context->set.type;
	} else if (context->row->scope == SCOPE_SIGNATURE) {
		record = context->signature;
		type = context->rrsig.type_covered;
	} else if (context->row->scope == SCOPE_KEY) {
		owner = 0;
		record = context->key->record;
		type = RR_DNSKEY;
	} else if (owner != NO_OWNER)
		record = context->zone->owners[owner].first;
	va_start(ap, format);
	emit(context, owner, type,
	    record == UINT32_MAX ? 0 : zone_record(context->zone, record)->line, format, ap);
	va_end(ap);
}

void
check_emit_at(struct check_context *context, uint32_t owner, uint16_t type, uint32_t record,
    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	emit(context, owner, type, zone_record(context->zone, record)->line, format, ap);
	va_end(ap);
}

void
check_emit_zone(struct check_context *context, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	emit(context, NO_OWNER, 0, 0, format, ap);
	va_end(ap);
}

void
check_measure(struct check_context *context, uint32_t subject, uint64_t worse)
{
	struct ratchet *ratchet = &context->result->ratchet;

	for (size_t i = 0; i < ratchet->n_seen; i++) {
		if (ratchet->seen[i].subject == subject) {
			if (ratchet->seen[i].worst < worse)
				ratchet->seen[i].worst = worse;
			return;
		}
	}
	if (ratchet->n_seen == RATCHET_SUBJECTS_MAX) {
		ratchet->overflow = true;
		return;
	}
	ratchet->seen[ratchet->n_seen].subject = subject;
	ratchet->seen[ratchet->n_seen++].worst = worse;
}

/* The former zone has `subject` at least as bad. */
static bool
ratchet_has(const struct ratchet *former, uint32_t subject, uint64_t worst)
{
	for (size_t i = 0; i < former->n_seen; i++) {
		if (former->seen[i].subject == subject)
			return former->seen[i].worst >= worst;
	}
	return false;
}

bool
ratchet_covers(const struct ratchet *former, const struct ratchet *candidate)
{
	/* Which subjects an overflow left out depends on how the owners were divided. */
	if (former->overflow || candidate->overflow || candidate->n_seen == 0)
		return false;
	for (size_t i = 0; i < candidate->n_seen; i++) {
		if (!ratchet_has(former, candidate->seen[i].subject, candidate->seen[i].worst))
			return false;
	}
	return true;
}

void
check_defect(struct check_context *context)
{
	enum defect defect = context->row->defect;

	context->result->handed = defect < DEFECT_READING_END
				      ? &context->zone->defects.tallies[defect]
				      : &context->facts->defects.tallies[defect];
}

/* The rows of one scope that run. */
struct scope_rows {
	size_t rows[SCOPE_COUNT][CHECK_ROWS_MAX];
	size_t n[SCOPE_COUNT];
};

static void
call_rows(struct check_context *context, const struct scope_rows *rows, enum check_scope scope,
    struct check_result *results)
{
	for (size_t i = 0; i < rows->n[scope]; i++) {
		context->row = &check_table[rows->rows[scope][i]];
		context->result = &results[rows->rows[scope][i]];
		context->row->run(context);
	}
}

/* The RRSIG records of one owner. */
static void
walk_signatures(
    struct check_context *context, const struct scope_rows *rows, struct check_result *results)
{
	const struct zone *zone = context->zone;

	for (uint32_t i = 0; i < context->set.count; i++) {
		context->signature = context->set.first + i;
		if (!rrsig_view(zone_rdata(zone, context->signature),
			zone_record(zone, context->signature)->rdlen, &context->rrsig))
			continue;
		(void)zone_rrset(
		    zone, context->owner, context->rrsig.type_covered, &context->covered);
		call_rows(context, rows, SCOPE_SIGNATURE, results);
	}
}

static void
walk_owner(struct check_context *context, const struct scope_rows *rows,
    struct check_result *results, uint32_t owner)
{
	context->owner = owner;
	call_rows(context, rows, SCOPE_OWNER, results);
	if (context->zone->owners[owner].flags & OWNER_CUT)
		call_rows(context, rows, SCOPE_DELEGATION, results);
	context->set = (struct rrset){.owner = owner};
	while (zone_rrset_next(context->zone, &context->set)) {
		if (context->set.type == RR_RRSIG)
			walk_signatures(context, rows, results);
		else
			call_rows(context, rows, SCOPE_RRSET, results);
	}
}

/* The row is run: its inputs are there, and of a former zone only what is compared. */
static bool
row_runs(const struct check_inputs *inputs, const struct check_row *row)
{
	if ((row->public.needs & ~inputs->inputs) != 0)
		return false;
	return !inputs->facts->former || row->ratchet || row->customer;
}

/* Sum of the findings about customers' data. */
static uint64_t
customer_sum(const struct check_result *results)
{
	uint64_t sum = 0;

	for (size_t i = 0; results != NULL && i < check_table_rows; i++)
		sum += check_table[i].customer ? check_result_tally(&results[i])->count : 0;
	return sum;
}

/* Owners that a thread takes at once. */
#define OWNERS_AT_ONCE 1024

/* What one thread finds. */
struct walker {
	struct check_context context;
	struct check_result results[CHECK_ROWS_MAX];
};

struct walk {
	const struct scope_rows *rows;
	struct walker *walkers;
};

static zg_status
walk_owners(void *context, unsigned thread, size_t first, size_t end)
{
	struct walk *walk = context;
	struct walker *walker = &walk->walkers[thread];

	for (size_t owner = first; owner < end; owner++)
		walk_owner(&walker->context, walk->rows, walker->results, (uint32_t)owner);
	return ZG_OK;
}

static void
ratchet_merge(struct check_context *context, struct check_result *into, const struct ratchet *from)
{
	context->result = into;
	for (size_t i = 0; i < from->n_seen; i++)
		check_measure(context, from->seen[i].subject, from->seen[i].worst);
	into->ratchet.overflow |= from->overflow;
}

/*
 * Walks all owners. Each owner is one thread's alone and findings are ordered by owner, so that the
 * merged result does not depend on how the owners were divided.
 */
static zg_status
walk_zone(const struct check_inputs *inputs, const struct check_context *context,
    const struct scope_rows *rows, struct check_result *results)
{
	unsigned threads = inputs->threads > 0 ? inputs->threads : 1;
	struct walk walk = {.rows = rows, .walkers = calloc(threads, sizeof(struct walker))};
	struct check_context merging = *context;
	zg_status status;

	if (walk.walkers == NULL)
		return ZG_MEMORY;
	for (unsigned t = 0; t < threads; t++) {
		walk.walkers[t].context = *context;
		for (size_t i = 0; i < check_table_rows; i++) {
			tally_init(&walk.walkers[t].results[i].tally, inputs->max_examples);
			walk.walkers[t].results[i].facts.wanted = results[i].facts.wanted;
		}
	}
	status =
	    work_pool_run(threads, context->zone->n_owners, OWNERS_AT_ONCE, walk_owners, &walk);
	for (unsigned t = 0; t < threads; t++) {
		for (size_t i = 0; i < check_table_rows; i++) {
			tally_merge(&results[i].tally, &walk.walkers[t].results[i].tally);
			check_facts_merge(&results[i].facts, &walk.walkers[t].results[i].facts);
			ratchet_merge(&merging, &results[i], &walk.walkers[t].results[i].ratchet);
		}
	}
	free(walk.walkers);
	return status;
}

zg_status
check_run(const struct check_inputs *inputs, struct check_result *results)
{
	struct check_context context = {.facts = inputs->facts,
	    .zone = inputs->facts->zone,
	    .policy = inputs->policy,
	    .now = inputs->now,
	    .owner = NO_OWNER,
	    .state_of = UINT32_MAX};
	struct scope_rows rows = {0};
	zg_status status;

	for (size_t i = 0; i < check_table_rows; i++) {
		enum check_scope scope = check_table[i].scope;

		tally_init(&results[i].tally, inputs->max_examples);
		results[i].facts.wanted = inputs->facts_wanted != NULL && inputs->facts_wanted[i];
		results[i].ran = row_runs(inputs, &check_table[i]);
		if (results[i].ran)
			rows.rows[scope][rows.n[scope]++] = i;
	}
	status = walk_zone(inputs, &context, &rows, results);
	if (status != ZG_OK)
		return status;
	for (size_t i = 0; i < inputs->facts->keys.n_keys; i++) {
		context.key = &inputs->facts->keys.keys[i];
		call_rows(&context, &rows, SCOPE_KEY, results);
	}
	context.customer_before = customer_sum(inputs->former);
	context.customer_now = customer_sum(results);
	call_rows(&context, &rows, SCOPE_ZONE, results);
	for (size_t i = 0; i < check_table_rows; i++) {
		if (check_result_tally(&results[i])->out_of_memory ||
		    results[i].facts.out_of_memory)
			return ZG_MEMORY;
	}
	return ZG_OK;
}

void
check_results_clear(struct check_result *results)
{
	for (size_t i = 0; i < check_table_rows; i++) {
		tally_clear(&results[i].tally);
		check_facts_clear(&results[i].facts);
	}
}
