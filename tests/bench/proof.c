/*
 * What the cache view costs with a long history: makes a history of N releases of one zone, five
 * minutes apart, each handed over, confirmed and superseded by the next, with an observation of the
 * DS set an hour, and prints the milliseconds of one proof, database included: the median of nine.
 * With "open" nothing is ever recorded as superseded, so that every release is looked at.
 *
 *   proof [RELEASES [open]]   10000 unless said
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gate/past.h"
#include "history/history.h"

#define NOW    1795348800 /* 2026-11-22 12:00:00 UTC */
#define PERIOD 300
#define RUNS   9

static const uint8_t origin[] = {1, 'z', 0};

static void
must(zg_status status, const struct zg_error *error)
{
	if (status == ZG_OK)
		return;
	(void)fprintf(stderr, "proof: %s\n", error->text);
	exit(2);
}

/* A KSK and a ZSK of algorithm 13, data signed by the ZSK with three TTLs. */
static void
fill(struct release_facts *facts, uint32_t serial)
{
	static uint8_t rdata[2][68] = {{1, 1, 3, 13, 7}, {1, 0, 3, 13, 9}};
	static const uint32_t ttls[] = {900, 3600, 86400};

	memset(facts, 0, sizeof(*facts));
	(void)strcpy(facts->zone, "z.");
	(void)strcpy(facts->denial, "nsec");
	(void)snprintf(facts->digest, sizeof(facts->digest), "%096u", serial);
	facts->serial = serial;
	facts->dnskey_ttl = 3600;
	for (size_t i = 0; i < 2; i++) {
		facts->keys[i] = (struct release_key){.algorithm = 13,
		    .tag = dnskey_tag(rdata[i], 68),
		    .flags = i == 0 ? 257 : 256,
		    .protocol = 3,
		    .published = true,
		    .signs_dnskey = i == 0,
		    .expiration = NOW + 864000,
		    .rdata = rdata[i],
		    .rdlen = 68};
		facts->keys[i].sha256[0] = (uint8_t)(i + 1);
	}
	facts->n_keys = 2;
	facts->n_classes = sizeof(ttls) / sizeof(ttls[0]);
	for (size_t i = 0; i < facts->n_classes; i++) {
		facts->classes[i].ttl = ttls[i];
		facts->classes[i].n_rrsets = 1000;
		facts->classes[i].signers = 2;
		facts->classes[i].expirations[1] = NOW + 864000;
		(void)strcpy(facts->classes[i].owner, "www.z.");
		(void)strcpy(facts->classes[i].type, "A");
	}
}

static void
set_state(struct history *history, int64_t id, enum candidate_state state, int64_t time)
{
	struct zg_error error = {""};

	must(history_set_state(history, id, state, time, "bench", "bench", &error), &error);
}

/* Its id; `former` (0: none) is superseded by it. */
static int64_t
add_release(struct history *history, struct release_facts *facts, int64_t time, int64_t former)
{
	static const uint8_t sha256[32];
	struct history_new candidate = {.facts = facts,
	    .zone = "z.",
	    .state = CANDIDATE_PASSED,
	    .file_sha256 = sha256,
	    .policy_digest = "",
	    .reason = "pass",
	    .report = "{}",
	    .time = time};
	struct zg_error error = {""};
	int64_t id;

	must(history_add_candidate(history, &candidate, &id, &error), &error);
	set_state(history, id, CANDIDATE_HANDED, time);
	set_state(history, id, CANDIDATE_CONFIRMED, time);
	if (former != 0)
		set_state(history, former, CANDIDATE_SUPERSEDED, time);
	return id;
}

static void
add_observation(struct history *history, const struct release_facts *facts, int64_t time)
{
	struct history_ds seen = {.time = time,
	    .source = SOURCE_FILE,
	    .answered = true,
	    .ttl = 86400,
	    .n = 1,
	    .server = "ds"};
	struct zg_error error = {""};

	seen.entries[0] = (struct release_ds){
	    .tag = facts->keys[0].tag, .algorithm = 13, .digest_type = 2, .digest_len = 32};
	must(key_ds_digest(
		 origin, facts->keys[0].rdata, facts->keys[0].rdlen, 2, seen.entries[0].digest),
	    &error);
	must(history_add_ds(history, "z.", &seen, &error), &error);
}

static void
make_history(const char *directory, struct release_facts *facts, uint32_t n, bool open)
{
	struct history *history;
	struct zg_error error = {""};
	int64_t former = 0;

	must(history_open(directory, HISTORY_CREATE, &history, &error), &error);
	must(history_begin(history, &error), &error);
	for (uint32_t i = 0; i < n; i++) {
		int64_t time = NOW - (int64_t)(n - i) * PERIOD;

		fill(facts, i + 1);
		former = add_release(history, facts, time, open ? 0 : former);
		if (i % (3600 / PERIOD) == 0)
			add_observation(history, facts, time);
	}
	must(history_commit(history, &error), &error);
	history_close(history);
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
prove(const char *directory, const zg_policy *policy, const struct release_facts *candidate)
{
	struct past_inputs inputs = {.directory = directory,
	    .policy = policy,
	    .policy_digest = "",
	    .candidate = candidate,
	    .zone = "z.",
	    .origin = origin,
	    .now = NOW};
	struct timespec from, to;
	struct zg_error error = {""};
	struct past *past;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	must(past_read(&inputs, &past, &error), &error);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	if (past_facts(past)->proof->outcome != CACHE_PROVED) {
		(void)fprintf(stderr, "proof: not proved\n");
		exit(2);
	}
	past_free(past);
	return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

int
main(int argc, char **argv)
{
	char directory[] = "/tmp/zonegate-proof-XXXXXX", path[64];
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
	struct release_facts *facts = calloc(1, sizeof(*facts));
	double times[RUNS];
	struct zg_error error = {""};
	zg_policy *policy;

	must(zg_policy_default(&policy, &error), &error);
	if (facts == NULL || n == 0 || mkdtemp(directory) == NULL)
		return 2;
	make_history(directory, facts, n, argc > 2 && strcmp(argv[2], "open") == 0);
	fill(facts, n + 1);
	for (size_t i = 0; i < RUNS; i++)
		times[i] = prove(directory, policy, facts);
	qsort(times, RUNS, sizeof(times[0]), compare);
	(void)printf("%.1f ms for one proof with %u releases in the history\n", times[RUNS / 2],
	    (unsigned)n);
	(void)snprintf(path, sizeof(path), "%s/zonegate.db", directory);
	(void)unlink(path);
	(void)rmdir(directory);
	zg_policy_free(policy);
	free(facts);
	return 0;
}
