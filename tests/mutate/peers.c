/*
 * The other validators on the same mutants: who refuses what. A peer is asked about a zone only
 * when it accepts the zone as the signer made it: what it does not know (types, algorithms) says
 * nothing about damage.
 */
#include "mutate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE     4096
#define ARGUMENTS_MAX 12
#define PEER_SECONDS  10
#define TIMED_OUT     124

enum peer_id { DNSSEC_VERIFY, KZONECHECK, LDNS_VERIFY_ZONE, VALIDNS, PEER_COUNT };

static const char *const programs[PEER_COUNT] = {
    "dnssec-verify", "kzonecheck", "ldns-verify-zone", "validns"};

/* Where a peer refuses what zonegate lets pass: the reasons are in README.md. Kept here so that a
 * new difference fails the run until somebody has understood it. */
static const struct {
	enum peer_id peer;
	const char *class_name;
} known_differences[] = {
    {DNSSEC_VERIFY, "rrsig-over-nothing"},
    {DNSSEC_VERIFY, "lawful-leftover-nsec"},
    {KZONECHECK, "rrset-and-rrsigs-removed"},
    {KZONECHECK, "rrsig-over-nothing"},
    {KZONECHECK, "nsec3-opt-out-cleared"},
    {KZONECHECK, "lawful-parentheses"},
    {KZONECHECK, "lawful-generic"},
    {KZONECHECK, "lawful-line-ends"},
    {KZONECHECK, "lawful-prepublished-key"},
    {KZONECHECK, "lawful-same-tag"},
    {KZONECHECK, "lawful-two-zsks"},
    {KZONECHECK, "lawful-two-algorithms"},
    {KZONECHECK, "lawful-expired-beside"},
    {KZONECHECK, "lawful-revoked-key"},
    {KZONECHECK, "lawful-leftover-nsec"},
    {KZONECHECK, "lawful-two-chains"},
    {LDNS_VERIFY_ZONE, "rrsig-over-nothing"},
    {LDNS_VERIFY_ZONE, "lawful-class-order"},
    {LDNS_VERIFY_ZONE, "lawful-leftover-nsec"},
    {LDNS_VERIFY_ZONE, "lawful-two-chains"},
    {LDNS_VERIFY_ZONE, "lawful-partial-chain"},
    {LDNS_VERIFY_ZONE, "lawful-duplicate-record"},
    {VALIDNS, "rrsig-over-nothing"},
    {VALIDNS, "lawful-shuffled"},
    {VALIDNS, "lawful-reversed"},
    {VALIDNS, "lawful-parentheses"},
    {VALIDNS, "lawful-generic"},
    {VALIDNS, "lawful-signatures-before-key"},
    {VALIDNS, "lawful-same-tag"},
    {VALIDNS, "lawful-two-algorithms"},
    {VALIDNS, "lawful-expired-beside"},
    {VALIDNS, "lawful-leftover-nsec"},
    {VALIDNS, "lawful-two-chains"},
    {VALIDNS, "lawful-partial-chain"},
    {VALIDNS, "lawful-opt-out-everywhere"},
    {VALIDNS, "lawful-duplicate-record"},
};

/* ---- Command lines ---- */

/* The command that asks `peer` about the files in FOLDER; NULL-terminated. */
static void
command(enum peer_id peer, const struct base *base, const char *zone, const char *ds,
    const char *arguments[ARGUMENTS_MAX])
{
	size_t n = 0;

	arguments[n++] = programs[peer];
	switch (peer) {
	case DNSSEC_VERIFY:
		/* -x: keys with the SEP flag sign the key set only; -z: the flag means nothing. */
		arguments[n++] = base->csk ? "-z" : "-x";
		arguments[n++] = "-q";
		arguments[n++] = "-o";
		arguments[n++] = "example.";
		break;
	case KZONECHECK:
		arguments[n++] = "-d";
		arguments[n++] = "on";
		arguments[n++] = "-o";
		arguments[n++] = "example.";
		break;
	case LDNS_VERIFY_ZONE:
		arguments[n++] = "-k";
		arguments[n++] = ds;
		break;
	case VALIDNS:
		arguments[n++] = "-z";
		arguments[n++] = "example.";
		break;
	case PEER_COUNT:
		break;
	}
	arguments[n++] = zone;
	arguments[n] = NULL;
}

static int
ask(enum peer_id peer, const struct base *base, const char *folder)
{
	char zone[PATH_SIZE], ds[PATH_SIZE];
	const char *arguments[ARGUMENTS_MAX];

	snprintf(zone, sizeof(zone), "%s/zone", folder);
	snprintf(ds, sizeof(ds), "%s/ds", folder);
	command(peer, base, zone, ds, arguments);
	return run_command((char *const *)(uintptr_t)arguments, PEER_SECONDS);
}

/* ---- Counting ---- */

struct peer_count {
	size_t asked;
	size_t refused; /* any exit status but 0 */
	size_t hung;
	size_t stricter; /* refused what zonegate lets pass */
	char example[WHAT_MAX + 128];
};

struct peer_row {
	size_t mutants;
	size_t refused; /* by zonegate: refused or held */
	size_t union_refused;
	struct peer_count peers[PEER_COUNT];
};

struct peer_run {
	const struct selection *selection;
	bool installed[PEER_COUNT];
	bool (*accepts)[PEER_COUNT]; /* owned: by base zone */
	pthread_mutex_t lock;	     /* of what follows */
	size_t next_task;
	struct peer_row *rows;
};

static void
make_folder(char *folder)
{
	if (mkdtemp(folder) == NULL) {
		perror("mutate: mkdtemp");
		exit(2);
	}
}

static void
remove_folder(const char *folder)
{
	static const char *const names[] = {"zone", "ds", "previous", "unsigned", "policy.xml"};
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

/* Which peers are installed, and accept each base zone. */
static void
ask_about_bases(struct peer_run *run)
{
	char folder[] = "/tmp/mutate.XXXXXX";

	make_folder(folder);
	for (size_t b = 0; b < run->selection->matrix->n; b++) {
		const struct base *base = &run->selection->matrix->bases[b];
		struct mutant *mutant;

		if (!is_zone_selected(run->selection, base))
			continue;
		mutant = mutant_new(base, find_class("lawful-base"), 0, 0);
		mutant_write(mutant, folder);
		for (enum peer_id peer = 0; peer < PEER_COUNT; peer++) {
			int status = ask(peer, base, folder);

			run->installed[peer] = run->installed[peer] || status != -1;
			run->accepts[b][peer] = status == 0;
			if (status > 0)
				printf("%s does not accept %s as it was signed\n", programs[peer],
				    base->name);
		}
		mutant_free(mutant);
	}
	remove_folder(folder);
}

/* Asks all peers about one mutant and adds it up. */
static void
count_mutant(
    struct peer_run *run, struct peer_row *row, size_t b, struct mutant *mutant, const char *folder)
{
	struct judgement judgement;
	bool any = false;

	judge(mutant, &judgement);
	mutant_write(mutant, folder);
	row->mutants++;
	row->refused += judgement.verdict != ZG_VERDICT_PASS;
	for (enum peer_id peer = 0; peer < PEER_COUNT; peer++) {
		struct peer_count *count = &row->peers[peer];
		int status;

		if (!run->accepts[b][peer])
			continue;
		status = ask(peer, mutant->base, folder);
		count->asked++;
		count->hung += status == TIMED_OUT;
		count->refused += status != 0 && status != TIMED_OUT;
		any = any || (status != 0 && status != TIMED_OUT);
		if (status == 0 || status == TIMED_OUT || judgement.verdict != ZG_VERDICT_PASS)
			continue;
		count->stricter++;
		snprintf(count->example, sizeof(count->example), "%s %zu %s", mutant->base->name,
		    mutant->index, mutant->what);
	}
	row->union_refused += any;
}

static void
add_row(struct peer_row *to, const struct peer_row *from)
{
	to->mutants += from->mutants;
	to->refused += from->refused;
	to->union_refused += from->union_refused;
	for (size_t i = 0; i < PEER_COUNT; i++) {
		to->peers[i].asked += from->peers[i].asked;
		to->peers[i].refused += from->peers[i].refused;
		to->peers[i].hung += from->peers[i].hung;
		to->peers[i].stricter += from->peers[i].stricter;
		if (from->peers[i].example[0] != '\0')
			memcpy(to->peers[i].example, from->peers[i].example,
			    sizeof(to->peers[i].example));
	}
}

static void
run_task(struct peer_run *run, size_t task, const char *folder)
{
	const struct selection *selection = run->selection;
	size_t b = task % selection->matrix->n;
	const struct base *base = &selection->matrix->bases[b];
	const struct mutation *mutation = &mutation_table[task / selection->matrix->n];
	struct peer_row row = {0};

	if (!is_selected(selection, base, mutation))
		return;
	for (size_t i = 0; i < chosen_count(selection, base, mutation); i++) {
		struct mutant *mutant = mutant_new(
		    base, mutation, chosen(selection, base, mutation, i), selection->seed);

		if (mutant != NULL)
			count_mutant(run, &row, b, mutant, folder);
		mutant_free(mutant);
	}
	pthread_mutex_lock(&run->lock);
	add_row(&run->rows[task / selection->matrix->n], &row);
	pthread_mutex_unlock(&run->lock);
}

static void *
work(void *context)
{
	struct peer_run *run = context;
	char folder[] = "/tmp/mutate.XXXXXX";
	size_t n_tasks = run->selection->matrix->n * mutation_rows;

	make_folder(folder);
	for (;;) {
		size_t task;

		pthread_mutex_lock(&run->lock);
		task = run->next_task++;
		pthread_mutex_unlock(&run->lock);
		if (task >= n_tasks)
			break;
		run_task(run, task, folder);
	}
	remove_folder(folder);
	return NULL;
}

/* ---- Printing ---- */

static void
print_row(const char *name, const struct peer_row *row)
{
	char cell[64];

	printf("%-30s %8zu %8zu %8zu", name, row->mutants, row->refused, row->union_refused);
	for (size_t i = 0; i < PEER_COUNT; i++) {
		const struct peer_count *count = &row->peers[i];

		snprintf(cell, sizeof(cell), "%zu/%zu%s", count->refused, count->asked,
		    count->hung > 0 ? " hangs" : "");
		printf(" %17s", count->asked == 0 ? "-" : cell);
	}
	printf("\n");
}

static bool
is_known(enum peer_id peer, const char *class_name)
{
	for (size_t i = 0; i < sizeof(known_differences) / sizeof(known_differences[0]); i++)
		if (known_differences[i].peer == peer &&
		    strcmp(known_differences[i].class_name, class_name) == 0)
			return true;
	return false;
}

/* Returns how many differences nobody has explained yet. */
static size_t
print_differences(const struct peer_run *run)
{
	size_t unexplained = 0;

	printf("\nRefused by a peer and not by zonegate (reasons: tests/mutate/README.md):\n");
	for (size_t i = 0; i < mutation_rows; i++)
		for (enum peer_id peer = 0; peer < PEER_COUNT; peer++) {
			const struct peer_count *count = &run->rows[i].peers[peer];
			bool known = is_known(peer, mutation_table[i].name);

			if (count->stricter == 0)
				continue;
			unexplained += !known;
			printf("%s%s %s: %zu of %zu, such as %s\n", known ? "" : "FAILED ",
			    programs[peer], mutation_table[i].name, count->stricter, count->asked,
			    count->example);
		}
	return unexplained;
}

int
run_peers(const struct selection *selection)
{
	struct peer_run run = {.selection = selection,
	    .accepts = calloc(selection->matrix->n, sizeof(*run.accepts)),
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .rows = calloc(mutation_rows, sizeof(struct peer_row))};
	struct peer_row sum = {0};
	size_t failed, skipped = selection->matrix->n_skipped;

	if (run.accepts == NULL || run.rows == NULL)
		abort();
	ask_about_bases(&run);
	run_threads(selection->threads, work, &run);
	printf("%-30s %8s %8s %8s %17s %17s %17s %17s\n", "refused, of those asked", "mutants",
	    "zonegate", "any peer", programs[0], programs[1], programs[2], programs[3]);
	for (size_t i = 0; i < mutation_rows; i++) {
		if (run.rows[i].mutants > 0)
			print_row(mutation_table[i].name, &run.rows[i]);
		add_row(&sum, &run.rows[i]);
	}
	print_row("all", &sum);
	failed = print_differences(&run);
	for (size_t i = 0; i < PEER_COUNT; i++)
		if (!run.installed[i]) {
			printf("skipped: needs %s\n", programs[i]);
			skipped++;
		}
	printf("%zu passed, %zu failed, %zu skipped\n", sum.mutants, failed, skipped);
	free(run.accepts);
	free(run.rows);
	return failed > 0;
}
