/* What a check is given, and how it speaks. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/check.h>
#include "base/compiler.h"
#include "dns/policy_values.h"
#include "dns/rdata_view.h"
#include "facts/facts.h"
#include "zone/defect.h"

/* What a row's function is called for. */
enum check_scope {
	SCOPE_ZONE,	  /* once */
	SCOPE_OWNER,	  /* each owner name */
	SCOPE_RRSET,	  /* each RRset but RRSIG */
	SCOPE_SIGNATURE,  /* each RRSIG record */
	SCOPE_KEY,	  /* each DNSKEY at the apex */
	SCOPE_DELEGATION, /* each zone cut */
	SCOPE_COUNT
};

struct check_context;

struct check_row {
	struct zg_check public;
	enum check_scope scope;
	void (*run)(struct check_context *context);
	enum defect defect; /* for check_defect: which tally it hands on */
	bool
	    ratchet; /* a warning where the zone in force has the same or worse (DESIGN 9.4, 9.5) */
	bool customer; /* registry customers' data: growth against the zone in force is looked at */
	bool names_facts; /* what an approval is bound to is said by check_fact..., not the emits */
	/* Makes data bogus, and refuses but for a repair: where the zone in force has the same
	 * fault at the same place (DESIGN 9.6). Of scope SCOPE_RRSET; or handed on as a defect of
	 * denial; or of the chain to the parent, which is every RRset's. */
	bool parents; /* beside rows that need the DS set: what the parent did is no defect of keys
			 that stay as they are (DESIGN 9.3, 9.9) */
	bool repairable;
	bool former_rules; /* accepted by whose word counted at the last release (DESIGN 9.19) */
};

/* The table, in the order of reports. */
extern const struct check_row check_table[];
extern const size_t check_table_rows;

/* Room for the table's rows. */
#define CHECK_ROWS_MAX 256

/* What the zone in force already has of a ratchet row's subject: the worst measure of each. */
#define RATCHET_SUBJECTS_MAX 64
struct ratchet {
	struct {
		uint32_t subject;
		uint64_t worst;
	} seen[RATCHET_SUBJECTS_MAX];
	size_t n_seen;
	bool overflow;
};

/*
 * One thing that an approval of a finding accepts. Two findings have it in common when id, owner,
 * type, text and the RDATA named are equal.
 */
struct check_fact {
	uint32_t owner;	    /* NO_OWNER: the zone as a whole */
	uint32_t record;    /* its RDATA is part of it; UINT32_MAX: none */
	uint16_t type;	    /* 0: none */
	bool content;	    /* the RDATA of that RRset is part of it, */
	bool change;	    /* and what stands there in the zone in force */
	bool relative;	    /* a step from the zone in force: accepted once, not again from there */
	uint64_t magnitude; /* an approval covers no more than was approved */
	char *text;	    /* owned; NULL: none */
};

/* Kept of one row; more are only said to be too many. A whole zone of broken RRsets is no matter
 * for approvals. */
#define CHECK_FACTS_MAX (1024 * 1024)
struct check_facts {
	bool wanted; /* else nothing is kept */
	struct check_fact *list;
	size_t n, size;
	bool overflow;
	bool out_of_memory; /* the run must end undecided */
};

/* What came of one row. */
struct check_result {
	struct tally tally;
	const struct tally
	    *handed;		/* instead of `tally`: what facts counted; borrowed, may be NULL */
	struct ratchet ratchet; /* ratchet rows: what was emitted */
	struct check_facts facts;
	bool ran;
};

static inline const struct tally *
check_result_tally(const struct check_result *result)
{
	return result->handed != NULL ? result->handed : &result->tally;
}

/* How the signatures over one RRset came out. */
struct set_state {
	uint32_t n; /* RRSIG records */
	uint32_t n_verified;
	uint32_t n_in_force; /* verified, begun, not expired */
	uint32_t n_expired;  /* verified */
	uint32_t n_unsupported;
	uint32_t n_limit;
	int64_t last_expiration; /* of those in force, seconds */
	struct rrset signatures;
};

struct check_context {
	const struct facts *facts;
	const struct zone *zone;
	const struct policy_values *policy;
	int64_t now;

	uint64_t customer_before; /* findings about customers' data in the zone in force */
	uint64_t customer_now;	  /* and in the candidate: SCOPE_ZONE rows only */

	const struct check_row *row; /* the row that runs */
	struct check_result *result; /* its result */

	/* The place, as far as the scope has one. */
	uint32_t owner;		    /* SCOPE_OWNER, RRSET, SIGNATURE, DELEGATION; else NO_OWNER */
	struct rrset set;	    /* SCOPE_RRSET */
	uint32_t signature;	    /* SCOPE_SIGNATURE: record index */
	struct rrsig_view rrsig;    /* SCOPE_SIGNATURE */
	struct rrset covered;	    /* SCOPE_SIGNATURE: what it covers; count 0: nothing */
	const struct key_fact *key; /* SCOPE_KEY */

	/* Several rows look at the signatures of one RRset: the state asked for last. */
	struct set_state state;
	uint32_t state_of; /* first record of that RRset, UINT32_MAX: none yet */
};

/* Emits one finding at the place of the context: owner; type and line of the RRset, signature or
 * key. */
void check_emit(struct check_context *context, const char *format, ...) PRINTF_LIKE(2, 3);

/* Emits at a certain record of the zone. */
void check_emit_at(struct check_context *context, uint32_t owner, uint16_t type, uint32_t record,
    const char *format, ...) PRINTF_LIKE(5, 6);

/* Emits one finding for the zone as a whole. */
void check_emit_zone(struct check_context *context, const char *format, ...) PRINTF_LIKE(2, 3);

/* For ratchet rows, beside each emit: what it is about and how bad (more is worse). */
void check_measure(struct check_context *context, uint32_t subject, uint64_t worse);

/*
 * What the finding comes down to, for approvals, in rows that name their facts: words that are the
 * same for the same thing in every serial, and how much of it there is (0: nothing to measure). The
 * second form is for steps from the zone in force, "records lost": an approval is good for one.
 */
void check_fact(struct check_context *context, uint64_t magnitude, const char *format, ...)
    PRINTF_LIKE(3, 4);
void check_fact_change(struct check_context *context, uint64_t magnitude, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same: an RRset of the candidate with its content; `change`: and that of the zone in force. */
void check_fact_rrset(struct check_context *context, uint32_t owner, uint16_t type, bool change);

/* Part of emitting, for all other rows: the place is the fact, and `sentence` for the whole zone.
 */
void check_fact_emitted(
    struct check_context *context, uint32_t owner, uint16_t type, const char *sentence);
void check_facts_merge(struct check_facts *into, struct check_facts *from);
void check_facts_clear(struct check_facts *facts);

/* Hands the tally of row->defect on. */
void check_defect(struct check_context *context);

/*
 * Runs every row whose needs are met by `inputs` (enum zg_input) over the facts. results[i] belongs
 * to check_table[i], zeroed by the caller; check_results_clear also after a failure. `former`: the
 * results of the zone in force, or NULL. Facts of a former zone (facts->former): only rows that a
 * candidate is compared by are run.
 */
struct check_inputs {
	const struct facts *facts;
	const struct policy_values *policy;
	const struct check_result *former;
	int64_t now;
	unsigned inputs;
	unsigned threads; /* 0 is 1 */
	size_t max_examples;
	const bool *facts_wanted; /* by row; NULL: of none */
};
MUST_CHECK zg_status check_run(const struct check_inputs *inputs, struct check_result *results);
void check_results_clear(struct check_result *results);

/*
 * Asks rows of scope SCOPE_RRSET about single RRsets: begin (of `inputs` facts, policy and now are
 * looked at), then as often as wanted, with RRsets of that zone.
 */
void check_probe_begin(struct check_context *probe, const struct check_inputs *inputs);
bool check_probe_rrset(struct check_context *probe, size_t row, const struct rrset *set);

/* The zone in force has the same or worse of everything that a ratchet row emitted. */
bool ratchet_covers(const struct ratchet *former, const struct ratchet *candidate);

#endif
