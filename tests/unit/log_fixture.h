/* A state directory of its own with an open log of "example.", and releases in it. All of it stands
 * here: a source file would be linked into every unit test, those without src/publish too. */
#ifndef UNIT_LOG_FIXTURE_H
#define UNIT_LOG_FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history_fixture.h"
#include "publish/release.h"

/* Makes a folder, owned by the caller, with the state directory "state" in it. */
static inline char *
fixture_log_open(struct state_directory *state, struct release_log **releases)
{
	char *folder = fixture_directory(), path[256];
	struct zg_error error = {""};

	(void)snprintf(path, sizeof(path), "%s/state", folder);
	ck_assert_msg(state_open(path, true, state, &error) == ZG_OK, "%s", error.text);
	ck_assert_msg(
	    release_log_open(state, "example.", true, releases, &error) == ZG_OK, "%s", error.text);
	return folder;
}

/* Closes both, and removes the folder with what is in it. */
static inline void
fixture_log_close(char *folder, struct state_directory *state, struct release_log *releases)
{
	char command[320];

	release_log_close(releases);
	state_close(state);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
	free(folder);
}

/* Adds a candidate that was judged, which takes the facts over; its id. */
static inline int64_t
fixture_judged(struct release_log *releases, struct release_facts *facts, zg_verdict verdict,
    const uint8_t sha256[FILE_DIGEST_OCTETS], int64_t time)
{
	struct zg_error error = {""};
	char policy[65] = "";
	struct release_verdict judged = {.facts = facts,
	    .verdict = verdict,
	    .sha256 = sha256,
	    .policy_digest = policy,
	    .reason = "because",
	    .report = "{}",
	    .time = time};
	int64_t id;

	memset(policy, 'a', sizeof(policy) - 1);
	ck_assert_msg(release_add(releases, &judged, &id, &error) == ZG_OK, "%s", error.text);
	fixture_facts_free(facts);
	return id;
}

#endif
