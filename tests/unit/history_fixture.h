/* Histories in a directory of their own, and what is put into them. */
#ifndef UNIT_HISTORY_FIXTURE_H
#define UNIT_HISTORY_FIXTURE_H

#include "history/history.h"

#define FIXTURE_TIME 1790000000

/* Makes an empty directory, and removes it with what is in it. */
char *fixture_directory(void);
void fixture_remove(char *directory);
/* DIRECTORY/zonegate.db; freed by the caller. */
char *fixture_database(const char *directory);

/* Opens; the test fails when that fails. */
struct history *fixture_open(const char *directory, enum history_mode mode);

/* Facts whose every field has a value of its own that follows from `serial`. */
struct release_facts *fixture_facts(const char *zone, uint32_t serial);
void fixture_facts_free(struct release_facts *facts);
/* The test fails unless all fields are equal. */
void fixture_facts_same(const struct release_facts *a, const struct release_facts *b);

/* Adds a candidate with those facts; its id. */
int64_t fixture_add(struct history *history, const char *zone, uint32_t serial,
    enum candidate_state state, int64_t time);

/* What a server of another provider served: the facts of that serial; 0: no answer. */
void fixture_provider(struct history *history, int64_t time, const char *provider, uint32_t serial);

/* Rules under a policy whose digest is that hex digit 64 times; freed by the caller. */
struct history_rules *fixture_rules(char policy, int64_t quorum, size_t n_approvers);

/* One of everything: candidates, events, reports, observations, rules, signatures, another site's
 * rows. */
void fixture_fill(struct history *history);

/* A digest of all that the functions of the history answer; false: one of them failed. */
bool fixture_answers(struct history *history, uint8_t digest[32]);

#endif
