/* EXPIRE of secondaries that refuse what this gate refuses. */
#include "publish/transfer_expiry.h"

#include "history/history.h"
#include "publish/release.h"

struct transfer_expiry
transfer_expiry_of(int64_t handed, uint32_t refresh, uint32_t expire, int64_t stopped)
{
	struct transfer_expiry expiry = {.in_step = handed, .by = IN_STEP_TRANSFER};

	if (stopped == 0)
		return (struct transfer_expiry){.expires = 0};
	if (stopped - (int64_t)refresh > handed) {
		expiry.in_step = stopped - (int64_t)refresh;
		expiry.by = IN_STEP_REFRESH;
	}
	expiry.expires = expiry.in_step + (int64_t)expire;
	return expiry;
}

const char *
in_step_text(enum in_step by)
{
	return by == IN_STEP_TRANSFER ? "they got it"
				      : "they are taken to have last found an equal serial";
}

/* A walk over candidates, newest first, which ends at the oldest that counts. */
struct walk {
	const struct transfer_release *release;
	int64_t stopped;
};

static bool
is_newer(const struct transfer_release *release, const struct history_candidate *candidate,
    int64_t stopped)
{
	return candidate->id > release->id ||
	       (release->imported && candidate->id != release->id && stopped > release->handed);
}

static zg_status
stopped_visit(void *context, const struct history_candidate *candidate)
{
	static const enum candidate_state stops[] = {
	    CANDIDATE_REFUSED, CANDIDATE_UNDECIDED, CANDIDATE_HELD};
	struct walk *walk = context;

	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		int64_t time = candidate->times[stops[i]];

		if (time != 0 && is_newer(walk->release, candidate, time) &&
		    (walk->stopped == 0 || time < walk->stopped))
			walk->stopped = time;
	}
	return ZG_OK;
}

zg_status
transfer_stopped_read(struct history *history, const char *zone,
    const struct transfer_release *release, int64_t *stopped, struct zg_error *error)
{
	struct walk walk = {.release = release};
	int64_t line = 0;
	zg_status status =
	    history_visit(history, zone, release->handed, true, 0, stopped_visit, &walk, error);

	/* What did not come so far as a candidate has a line only. */
	if (status == ZG_OK)
		status = history_first_line(
		    history, zone, LOG_KIND_UNDECIDED, release->handed, &line, error);
	*stopped = walk.stopped;
	if (line != 0 && (*stopped == 0 || line < *stopped))
		*stopped = line;
	return status;
}
