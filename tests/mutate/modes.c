/*
 * Modes: each mutant is checked with other numbers of threads, other ways to verify, and memos of
 * every state. The report must be the same to the octet, but for the three counts that say how
 * signatures were decided (by_batch, by_memo, by_evp in JSON), and these add up to the same.
 */
#include "mutate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zonegate/memo.h>
#include <zonegate/report.h>

#define KEY_SIZE    32
#define SHOWN_LINES 40

enum memo_state {
	MEMO_NONE,
	MEMO_COLD, /* none yet */
	MEMO_OWN,  /* of this very zone; when it passed */
	MEMO_OTHER,
	MEMO_BASE = MEMO_OTHER, /* of the zone before it was damaged */
	MEMO_DAMAGED		/* the same with an octet changed, or cut short */
};

/* The first one is what the others are held against; MEMO_COLD makes what MEMO_OWN reads. */
static const struct mode {
	const char *name;
	unsigned threads;
	enum zg_verify_with with;
	enum memo_state memo;
} modes[] = {
    {"1 thread, evp", 1, ZG_VERIFY_EVP, MEMO_NONE},
    {"1 thread, batch", 1, ZG_VERIFY_BATCH, MEMO_NONE},
    {"2 threads, auto", 2, ZG_VERIFY_AUTO, MEMO_NONE},
    {"8 threads, evp", 8, ZG_VERIFY_EVP, MEMO_NONE},
    {"8 threads, batch", 8, ZG_VERIFY_BATCH, MEMO_NONE},
    {"memo cold, batch", 2, ZG_VERIFY_BATCH, MEMO_COLD},
    {"memo warm, undamaged zone's", 2, ZG_VERIFY_AUTO, MEMO_BASE},
    {"the same, 8 threads, batch", 8, ZG_VERIFY_BATCH, MEMO_BASE},
    {"memo damaged", 1, ZG_VERIFY_EVP, MEMO_DAMAGED},
    {"memo warm, its own", 1, ZG_VERIFY_AUTO, MEMO_OWN},
};
#define N_MODES (sizeof(modes) / sizeof(modes[0]))

struct file {
	uint8_t *octets; /* owned */
	size_t length;
};

/* The memo of an undamaged zone, and its key. */
struct base_memo {
	struct file memo, key;
	uint64_t n_hits; /* when that zone is checked again with it */
};

struct modes_run {
	const struct selection *selection;
	const char *folder;
	struct base_memo *memos; /* of each base zone */
	pthread_mutex_t lock;	 /* of all below */
	size_t next_task;
	size_t n_mutants, n_failed, n_shown;
	size_t runs[N_MODES];
	uint64_t by_batch[N_MODES], by_evp[N_MODES], by_memo[N_MODES];
};

/* A report without the counts that may differ. */
struct outcome_text {
	char *text; /* owned; NULL: the gate had no answer */
	zg_verdict verdict;
	uint64_t by_batch, by_evp, by_memo;
};

static _Noreturn void
stop(const char *what, const char *why)
{
	fprintf(stderr, "mutate: %s: %s\n", what, why);
	exit(2);
}

/* ---- Files ---- */

static struct file
file_get(const char *path)
{
	struct file file = {NULL, 0};
	FILE *stream = fopen(path, "r");
	long length;

	if (stream == NULL || fseek(stream, 0, SEEK_END) != 0 || (length = ftell(stream)) <= 0)
		stop(path, "cannot be read");
	rewind(stream);
	file.length = (size_t)length;
	file.octets = malloc(file.length);
	if (file.octets == NULL || fread(file.octets, file.length, 1, stream) != 1)
		stop(path, "cannot be read");
	fclose(stream);
	return file;
}

static void
file_put(const char *path, const uint8_t *octets, size_t length)
{
	FILE *stream = fopen(path, "w");

	if (stream == NULL || fwrite(octets, 1, length, stream) != length || fclose(stream) != 0)
		stop(path, "cannot be written");
}

/* The name of a file beside another one; to be freed. */
static char *
path_beside(const char *path, const char *suffix)
{
	char *beside;

	if (asprintf(&beside, "%s%s", path, suffix) < 0)
		abort();
	return beside;
}

static void
memo_remove(const char *path)
{
	char *key = path_beside(path, ".key");

	unlink(path);
	unlink(key);
	free(key);
}

/* ---- One mutant in one mode ---- */

/* Puts the memo of the undamaged zone where the mode reads one. */
static void
memo_put(
    const struct base_memo *memo, enum memo_state state, struct mutant *mutant, const char *path)
{
	char *key = path_beside(path, ".key");
	size_t length = memo->memo.length, at = draw(mutant, length);
	uint8_t *octets = malloc(length);

	if (octets == NULL)
		abort();
	memcpy(octets, memo->memo.octets, length);
	if (state == MEMO_DAMAGED && draw(mutant, 4) == 0)
		length = at;
	else if (state == MEMO_DAMAGED)
		octets[at] ^= (uint8_t)(1 << draw(mutant, 8));
	file_put(path, octets, length);
	file_put(key, memo->key.octets, memo->key.length);
	free(octets);
	free(key);
}

/* The memo that the mode wants; NULL: none. */
static zg_memo *
memo_for(
    const struct mode *mode, const struct base_memo *base, struct mutant *mutant, const char *path)
{
	struct zg_error error = {""};
	zg_memo *memo;

	if (mode->memo == MEMO_NONE)
		return NULL;
	if (mode->memo == MEMO_COLD)
		memo_remove(path);
	else if (mode->memo != MEMO_OWN)
		memo_put(base, mode->memo, mutant, path);
	if (zg_memo_open(path, &memo, &error) != ZG_OK)
		stop(path, error.text);
	return memo;
}

/* After a run: a memo that was not used is said, and one that is sound is ignored only by a mutant
 * that is another zone. */
static void
check_note(const struct mode *mode, const zg_memo *memo)
{
	bool sound = mode->memo == MEMO_BASE || mode->memo == MEMO_OWN;
	const char *note = zg_memo_note(memo);

	if (!sound && note == NULL)
		stop(mode->name, "a memo is taken that must not be");
	if (sound && note != NULL && strcmp(note, "it is of another zone") != 0)
		stop(mode->name, note);
}

static void
outcome_make(struct zg_result *result, struct outcome_text *outcome)
{
	struct zg_report_options options = {.format = ZG_FORMAT_JSON};
	struct zg_error error = {""};
	size_t length;

	outcome->verdict = result->verdict;
	outcome->by_batch = result->counts[ZG_COUNT_BY_BATCH];
	outcome->by_evp = result->counts[ZG_COUNT_BY_EVP];
	outcome->by_memo = result->counts[ZG_COUNT_BY_MEMO];
	result->counts[ZG_COUNT_BY_BATCH] = 0;
	result->counts[ZG_COUNT_BY_MEMO] = 0;
	result->counts[ZG_COUNT_BY_EVP] = outcome->by_batch + outcome->by_evp + outcome->by_memo;
	if (zg_report_render(result, &options, &outcome->text, &length, &error) != ZG_OK)
		stop("report", error.text);
}

/* Runs the gate; `path`: where the mode's memo is. */
static void
run_mode(const struct mode *mode, const struct base_memo *base, struct mutant *mutant,
    const char *path, struct outcome_text *outcome)
{
	struct zg_gate_inputs inputs;
	struct zg_result *result = NULL;
	struct zg_error error = {""};
	zg_policy *policy;

	*outcome = (struct outcome_text){.verdict = ZG_VERDICT_UNDECIDED};
	mutant_inputs(mutant, &inputs, &policy);
	inputs.threads = mode->threads;
	inputs.verify_with = mode->with;
	inputs.memo = memo_for(mode, base, mutant, path);
	if (zg_gate_run(&inputs, &result, &error) == ZG_OK) {
		outcome_make(result, outcome);
		if (inputs.memo != NULL)
			check_note(mode, inputs.memo);
	}
	if (mode->memo == MEMO_COLD && outcome->verdict == ZG_VERDICT_PASS &&
	    zg_memo_save(inputs.memo, &error) != ZG_OK)
		stop(path, error.text);
	zg_result_free(result);
	zg_memo_free(inputs.memo);
	zg_policy_free(policy);
}

/* ---- Comparing ---- */

/* The first lines that differ, at most one line's length of each. */
static void
show_difference(const char *wanted, const char *found)
{
	size_t at = 0, begin = 0;

	if (wanted == NULL || found == NULL) {
		printf("    only one of them is a report\n");
		return;
	}
	for (; wanted[at] == found[at] && wanted[at] != '\0'; at++)
		if (wanted[at] == '\n')
			begin = at + 1;
	printf("    wanted %.*s\n    found  %.*s\n", (int)strcspn(wanted + begin, "\n"),
	    wanted + begin, (int)strcspn(found + begin, "\n"), found + begin);
}

/* What is wrong with how signatures were decided; NULL: nothing. The sum of the ways is part of the
 * report. */
static const char *
wrong_way(const struct mode *mode, const struct mutant *mutant, const struct base_memo *base,
    const struct outcome_text *outcome)
{
	bool warm = mode->memo == MEMO_BASE || mode->memo == MEMO_OWN;

	if (outcome->by_batch > 0 && mode->with != ZG_VERIFY_BATCH)
		return "decided in batches though not asked to";
	if (outcome->by_memo > 0 && !warm)
		return "taken from a memo that is not there";
	if (mode->memo == MEMO_BASE && outcome->by_memo > base->n_hits)
		return "more taken from the memo than it holds";
	if (mode->memo == MEMO_BASE && outcome->by_memo != base->n_hits &&
	    strcmp(mutant->mutation->name, "lawful-base") == 0)
		return "not all taken from the memo";
	return NULL;
}

static void
add_outcome(struct modes_run *run, size_t mode, const struct outcome_text *outcome)
{
	pthread_mutex_lock(&run->lock);
	run->runs[mode]++;
	run->by_batch[mode] += outcome->by_batch;
	run->by_evp[mode] += outcome->by_evp;
	run->by_memo[mode] += outcome->by_memo;
	pthread_mutex_unlock(&run->lock);
}

static void
complain_mode(struct modes_run *run, const struct mutant *mutant, const struct mode *mode,
    const char *why, const struct outcome_text *wanted, const struct outcome_text *found)
{
	pthread_mutex_lock(&run->lock);
	if (run->n_shown++ < SHOWN_LINES) {
		printf("FAILED %s: %s %s %zu: %s\n", mode->name, mutant->base->name,
		    mutant->mutation->name, mutant->index, why);
		show_difference(wanted->text, found->text);
	}
	pthread_mutex_unlock(&run->lock);
}

/* One mutant in all modes; false: they differ. */
static bool
compare_modes(struct modes_run *run, struct mutant *mutant, const char *path)
{
	size_t number = (size_t)(mutant->base - run->selection->matrix->bases);
	const struct base_memo *memo = &run->memos[number];
	struct outcome_text wanted, found;
	char *other = path_beside(path, ".other");
	bool same = true;

	run_mode(&modes[0], memo, mutant, path, &wanted);
	add_outcome(run, 0, &wanted);
	for (size_t i = 1; i < N_MODES; i++) {
		const char *why;

		if (modes[i].memo == MEMO_OWN && wanted.verdict != ZG_VERDICT_PASS)
			continue;
		run_mode(
		    &modes[i], memo, mutant, modes[i].memo < MEMO_OTHER ? path : other, &found);
		add_outcome(run, i, &found);
		why = wrong_way(&modes[i], mutant, memo, &found);
		if (why == NULL && (wanted.text == NULL || found.text == NULL ||
				       strcmp(wanted.text, found.text) != 0))
			why = "another report";
		if (why != NULL) {
			same = false;
			complain_mode(run, mutant, &modes[i], why, &wanted, &found);
		}
		free(found.text);
	}
	free(wanted.text);
	memo_remove(path);
	memo_remove(other);
	free(other);
	return same;
}

static void
run_modes_task(struct modes_run *run, size_t task)
{
	const struct selection *selection = run->selection;
	const struct base *base = &selection->matrix->bases[task % selection->matrix->n];
	const struct mutation *mutation = &mutation_table[task / selection->matrix->n];
	char path[64];

	snprintf(path, sizeof(path), "%s/%zu", run->folder, task);
	if (!is_selected(selection, base, mutation))
		return;
	for (size_t i = 0; i < chosen_count(selection, base, mutation); i++) {
		struct mutant *mutant = mutant_new(
		    base, mutation, chosen(selection, base, mutation, i), selection->seed);
		bool same;

		if (mutant == NULL)
			continue;
		same = compare_modes(run, mutant, path);
		mutant_free(mutant);
		pthread_mutex_lock(&run->lock);
		run->n_mutants++;
		run->n_failed += !same;
		pthread_mutex_unlock(&run->lock);
	}
}

static void *
work_modes(void *context)
{
	struct modes_run *run = context;
	size_t n_tasks = run->selection->matrix->n * mutation_rows;

	for (;;) {
		size_t task;

		pthread_mutex_lock(&run->lock);
		task = run->next_task++;
		pthread_mutex_unlock(&run->lock);
		if (task >= n_tasks)
			return NULL;
		run_modes_task(run, task);
	}
}

/* ---- Memos of the undamaged zones ---- */

/* Checks the zone as it was signed, and keeps the memo; how much of it a second check takes. */
static void
memo_make(const struct modes_run *run, const struct base *base, struct base_memo *memo)
{
	static const struct mode cold = {"", 1, ZG_VERIFY_EVP, MEMO_COLD};
	static const struct mode own = {"", 1, ZG_VERIFY_EVP, MEMO_OWN};
	struct mutant *mutant = mutant_new(base, find_class("lawful-base"), 0, 0);
	char *path = path_beside(run->folder, "/base"), *key = path_beside(path, ".key");
	struct outcome_text outcome;

	run_mode(&cold, NULL, mutant, path, &outcome);
	free(outcome.text);
	if (outcome.verdict != ZG_VERDICT_PASS)
		stop(base->name, "does not pass as it was signed");
	memo->memo = file_get(path);
	memo->key = file_get(key);
	if (memo->key.length != KEY_SIZE)
		stop(key, "is no key");
	run_mode(&own, NULL, mutant, path, &outcome);
	memo->n_hits = outcome.by_memo;
	free(outcome.text);
	memo_remove(path);
	mutant_free(mutant);
	free(path);
	free(key);
}

/* The table, and whether every way was gone: a mode that does nothing tests nothing. */
static size_t
print_modes(const struct modes_run *run)
{
	bool all = run->selection->zone == NULL && run->selection->class_name == NULL;
	size_t idle = 0;

	printf("%-30s %8s %10s %10s %10s\n", "mode", "reports", "by batch", "by evp", "by memo");
	for (size_t i = 0; i < N_MODES; i++) {
		bool warm = modes[i].memo == MEMO_BASE || modes[i].memo == MEMO_OWN;

		printf("%-30s %8zu %10llu %10llu %10llu\n", modes[i].name, run->runs[i],
		    (unsigned long long)run->by_batch[i], (unsigned long long)run->by_evp[i],
		    (unsigned long long)run->by_memo[i]);
		if (all && ((run->by_batch[i] == 0 && modes[i].with == ZG_VERIFY_BATCH) ||
			       (run->by_memo[i] == 0 && warm))) {
			printf("FAILED %s: nothing went this way\n", modes[i].name);
			idle++;
		}
	}
	return idle;
}

int
run_modes(const struct selection *selection)
{
	char folder[] = "/tmp/mutate.XXXXXX";
	struct modes_run run = {
	    .selection = selection, .folder = folder, .lock = PTHREAD_MUTEX_INITIALIZER};
	size_t idle;

	run.memos = calloc(selection->matrix->n, sizeof(run.memos[0]));
	if (run.memos == NULL)
		abort();
	if (mkdtemp(folder) == NULL)
		stop(folder, "cannot be made");
	for (size_t i = 0; i < selection->matrix->n; i++)
		memo_make(&run, &selection->matrix->bases[i], &run.memos[i]);
	run_threads(selection->threads, work_modes, &run);
	idle = print_modes(&run);
	for (size_t i = 0; i < selection->matrix->n; i++) {
		free(run.memos[i].memo.octets);
		free(run.memos[i].key.octets);
	}
	free(run.memos);
	rmdir(folder);
	printf("%zu passed, %zu failed, %zu skipped\n", run.n_mutants - run.n_failed,
	    run.n_failed + idle, selection->matrix->n_skipped);
	return run.n_failed + idle > 0 || run.n_mutants == 0;
}
