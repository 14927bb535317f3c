/* What is known of the parent by the history, and what is added to that. */
#ifndef PUBLISH_PARENT_LOG_H
#define PUBLISH_PARENT_LOG_H

#include <zonegate/policy.h>
#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/parent_look.h"
#include "history/history.h"
#include "history/parent_looks.h"
#include "publish/release.h"

/* What a policy says about looking at the parent. Seconds. */
struct parent_rules {
	bool asked;	 /* the parent's servers are a source that it takes */
	bool majority;	 /* most servers decide; else all must agree */
	int64_t poll;	 /* how old the last look may be before the next */
	int64_t max_age; /* how old a DS set may be that is relied on */
	int64_t lag;	 /* how long a server may be behind the others */
	bool from_file, from_operator;
};
void parent_rules_of(const zg_policy *policy, struct parent_rules *rules);

/* What somebody else than the parent's servers said: a DS file, or a person. */
struct parent_said {
	int64_t time; /* 0: nobody did */
	enum observation_source source;
	char who[80];
	bool answered;
	char note[160];
	uint32_t ttl;
	struct release_ds ds[ZG_DS_MAX];
	size_t n_ds;
};

struct parent_known {
	struct parent_looks looks;
	struct parent_said said[2]; /* the last word of a file, of a person */
	struct history_ds *rows;    /* owned; all that was read, oldest first */
	size_t n_rows;
};

/* Reads what is known of `zone` as of `now`. *known is owned by the caller (parent_known_free). */
MUST_CHECK zg_status parent_known_read(struct history *history, const char *zone,
    const struct parent_rules *rules, int64_t now, struct parent_known **known,
    struct zg_error *error);
void parent_known_free(struct parent_known *known);

/* The same, of an open log of releases. */
MUST_CHECK zg_status release_parent_known(struct release_log *log, const struct parent_rules *rules,
    int64_t now, struct parent_known **known, struct zg_error *error);

/* The newest release that was handed over, with its keys. */
struct parent_release {
	struct history_candidate *list; /* owned */
	size_t n;
	const struct release_facts *facts; /* into the list; NULL: none is known */
};
MUST_CHECK zg_status parent_release_read(struct history *history, const char *zone, int64_t now,
    struct parent_release *release, struct zg_error *error);
MUST_CHECK zg_status release_parent_release(
    struct release_log *log, int64_t now, struct parent_release *release, struct zg_error *error);
void parent_release_clear(struct parent_release *release);

/* Adds a look that is not recorded to what is known; *known NULL: nothing was. */
MUST_CHECK zg_status parent_known_add(struct parent_known **known, const struct parent_look *look,
    const struct parent_rules *rules, struct zg_error *error);

/* Records a look, all of it or nothing; `before`: what was known before. */
MUST_CHECK zg_status release_parent_record(struct release_log *log, const struct parent_look *look,
    const struct parent_known *before, struct zg_error *error);

/* Records what a person says that the parent publishes. */
MUST_CHECK zg_status release_parent_said(struct release_log *log, const struct release_ds *list,
    size_t n, uint32_t ttl, const char *who, int64_t time, struct zg_error *error);

#endif
