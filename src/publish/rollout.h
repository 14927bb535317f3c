/*
 * A staged rollout: one release on its way through the stages of its zone. Its state is what the
 * rows of the history come to, so it survives whatever happens to the program; what to do next is a
 * pure function of that, the configuration, the approvals and the time.
 *
 * The release stays "passed" until the last stage has it, and is "handed over" then: caches may
 * hold it from the first stage on, and the one before until the last server of the last.
 */
#ifndef PUBLISH_ROLLOUT_H
#define PUBLISH_ROLLOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "history/history.h"
#include "policy/config.h"
#include "publish/release.h"

/* A stage's name and a NUL. */
#define STAGE_NAME_SIZE HISTORY_STAGE_SIZE

enum rollout_state {
	ROLLOUT_NONE,	  /* there never was one, */
	ROLLOUT_RUNNING,  /* some stage has it or is about to, and not all do */
	ROLLOUT_FINISHED, /* all have it */
	ROLLOUT_REPLACED, /* by a newer candidate, which began at the first stage */
	ROLLOUT_ABORTING, /* an abort has begun, and is to be ended */
	ROLLOUT_ABORTED	  /* the stages have the zone of before again */
};

/* "running", ... */
const char *rollout_state_text(enum rollout_state state);

struct rollout_stage {
	char name[STAGE_NAME_SIZE];
	int64_t entered;    /* its target is about to be renamed; 0: not yet */
	int64_t reached;    /* renamed, and its command succeeded; 0: not yet */
	int64_t put_back;   /* by an abort; 0: not */
	int64_t good_since; /* first of the good looks since the last bad one; 0: none */
	int64_t looked;	    /* the last look; 0: none */
	bool good;	    /* at the last look */
	char found[512];    /* by the last look, as the log has it */
	char failed[512];   /* why it is entered and not reached; empty: nothing failed */
	bool other;	    /* not entered, and has the text of a rollout that this one replaced */
};

struct rollout {
	enum rollout_state state;
	bool straight;	   /* nothing asks for stages: through all of them at once */
	int64_t candidate; /* id in the history */
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE];
	uint8_t sha256[FILE_DIGEST_OCTETS]; /* of the file */
	int64_t begun, ended;		    /* ended 0: not */
	char why[512];			    /* what asks for stages */
	char end[512];			    /* why it was replaced or aborted */
	bool stopped;	/* an abort was asked for, and is not done: no other stage gets it */
	char stop[512]; /* why */
	struct rollout_stage stages[CONFIG_STAGES_MAX]; /* of the time when it began */
	size_t n_stages;
};

/* The last rollout of the zone. `rollout` is plain data. */
MUST_CHECK zg_status rollout_read(
    struct release_log *log, struct rollout *rollout, struct zg_error *error);

/* How many stages, from the first on, were reached. */
size_t rollout_n_reached(const struct rollout *rollout);
/* Some stage has, or may have, another text than that of the release in force. */
bool rollout_has_entered(const struct rollout *rollout);
/* Neither has it ended, nor is it being ended. */
static inline bool
rollout_is_running(const struct rollout *rollout)
{
	return rollout->state == ROLLOUT_RUNNING;
}

/* --- What next --- */

enum rollout_action {
	ROLLOUT_NOTHING, /* there is none under way */
	ROLLOUT_ENTER,	 /* stage `stage` may have it now (again, when a run ended in between) */
	ROLLOUT_WAIT,	 /* for the soak time, a look, or approvals: `text` says which; `until`
			    when something may change by itself, 0: when somebody acts */
	ROLLOUT_BLOCKED, /* the last look was not good, the stages are configured otherwise now, or
			    an abort was asked for */
	ROLLOUT_FINISH,	 /* all stages have it: to be recorded */
	ROLLOUT_ABORT	 /* an abort that has begun is to be ended */
};

struct rollout_next {
	enum rollout_action action;
	size_t stage; /* the next one; of ROLLOUT_BLOCKED the one that is not good */
	int64_t until;
	size_t approvals, approvals_needed; /* of that stage */
	char text[512];			    /* one phrase; not escaped */
};

struct rollout_inputs {
	const struct rollout *rollout;
	const struct config_zone *zone;
	size_t approvals; /* distinct approvers whose approval counts for the next stage */
	int64_t now;
};

/* Pure. The next stage gets the release when every server of every stage that has it served it well
 * at the last look, which is not older than LOOK_AGE_MAX and not before the last stage was reached,
 * has done so for that stage's soak time, and the approvals of the next stage are there. */
void rollout_judge(const struct rollout_inputs *inputs, struct rollout_next *next);

/* When the soak of a stage is over, if it goes on being good: it begins when the stage was reached,
 * and again after each bad look. `soak`: seconds, of the configuration. */
int64_t rollout_soak_end(const struct rollout_stage *stage, int64_t soak);

/* How the reason begins of a candidate that is held until a rollout has finished. A serial follows.
 */
#define QUEUED_REASON "held, queued behind serial "

/* A look is good for so long. Seconds. */
#define LOOK_AGE_MAX 900

/* --- What is recorded: a row and a line of the log each; the caller holds the zone's lock --- */

struct rollout_begin {
	int64_t candidate;
	const struct config_zone *zone;
	bool straight;
	const char *why, *actor;
	int64_t time;
};
/* Ends one that is running as "replaced". */
MUST_CHECK zg_status rollout_begin(
    struct release_log *log, const struct rollout_begin *begin, struct zg_error *error);

enum rollout_step {
	STEP_ENTERED,
	STEP_REACHED,
	STEP_FAILED, /* its command failed: `why`; it is still entered */
	STEP_GOOD,   /* a look: `why` is the evidence */
	STEP_BAD,
	STEP_FINISHED, /* stage "" from here on */
	STEP_ABORTING,
	STEP_PUT_BACK, /* of a stage */
	STEP_ABORTED,
	STEP_STOPPED, /* an abort was asked for: `why`; and the check was against it */
	STEP_RESUMED  /* somebody named the next stage after that */
};
MUST_CHECK zg_status rollout_step(struct release_log *log, const struct rollout *rollout,
    enum rollout_step step, const char *stage, const char *actor, const char *why, int64_t time,
    struct zg_error *error);

/* A line of the log about a rollout that is no step; not again while it says the same. */
MUST_CHECK zg_status rollout_note(
    struct release_log *log, const char *text, int64_t time, struct zg_error *error);

/* --- Texts --- */

/* Replaces the target of a stage by what `fd` holds from its begin on, which must have that digest:
 * the old file or the new one, whole. */
MUST_CHECK zg_status rollout_put(const struct config_stage *stage, int fd,
    const uint8_t sha256[FILE_DIGEST_OCTETS], struct zg_error *error);

#endif
