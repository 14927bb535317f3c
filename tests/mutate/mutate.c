/*
 * The program: makes the mutants of each zone and class, on several threads, and prints the table
 * by class.
 *
 *   mutate [options] FOLDER        FOLDER: what tests/zones/make_zones.sh wrote
 *     --list            the classes, with their rules
 *     --zone NAME, --class NAME   only these
 *     --limit N         mutants of a class in a zone (default 3; 0: all)
 *     --every N         only each N-th zone (default 1)
 *     --part N          only each N-th pair of zone and class (default 1)
 *     --seed N          which ones, and which bits (default 1)
 *     --threads N       default 2
 *     --now TIME        seconds since 1970 (default: the clock)
 *     --program FILE    also run a sample through this zonegate and compare exit statuses
 *     --dump FOLDER --index N     write mutant N of --zone and --class to FOLDER instead
 *     --modes           compare the reports of all modes of the gate instead
 *     --peers           run the other validators instead
 *
 * Exit status: 0 all as the rules say, 1 not, 2 could not run.
 */
#include "mutate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT_DEFAULT  3
#define THREADS_MAX    64
#define PROGRAM_SAMPLE 60
#define SHOWN_MAX      200

/* ---- Which mutants ---- */

bool
is_zone_selected(const struct selection *selection, const struct base *base)
{
	size_t number = (size_t)(base - selection->matrix->bases);

	return number % selection->every == 0 &&
	       (selection->zone == NULL || strcmp(selection->zone, base->name) == 0);
}

bool
is_selected(
    const struct selection *selection, const struct base *base, const struct mutation *mutation)
{
	size_t number = (size_t)(mutation - mutation_table) * selection->matrix->n +
			(size_t)(base - selection->matrix->bases);

	return is_zone_selected(selection, base) && number % selection->part == 0 &&
	       (selection->class_name == NULL ||
		   strcmp(selection->class_name, mutation->name) == 0);
}

size_t
chosen_count(
    const struct selection *selection, const struct base *base, const struct mutation *mutation)
{
	size_t n = mutation->count(base);

	return selection->limit != 0 && n > selection->limit ? selection->limit : n;
}

/* Spread evenly over the class, from a begin that depends on the seed and the zone. */
size_t
chosen(const struct selection *selection, const struct base *base, const struct mutation *mutation,
    size_t i)
{
	size_t n = mutation->count(base), taken = chosen_count(selection, base, mutation);
	size_t begin = (size_t)selection->seed + (size_t)(base - selection->matrix->bases);

	return taken == n ? i : (i * n / taken + begin) % n;
}

/* ---- Running ---- */

struct row_count {
	size_t made;
	size_t by[OUTCOME_COUNT];
	size_t zones; /* with at least one mutant */
};

struct failure {
	size_t task;
	size_t index;
	char *text;
};

struct run {
	const struct selection *selection;
	pthread_mutex_t lock; /* of all below */
	size_t next_task;
	struct row_count *rows;
	struct failure *failures;
	size_t n_failures;
};

static const char *const outcome_text[] = {
    [OUTCOME_CAUGHT] = "caught",
    [OUTCOME_SURVIVED] = "SURVIVED",
    [OUTCOME_WRONG_ID] = "WRONG ID",
    [OUTCOME_FALSE_REFUSAL] = "FALSE REFUSAL",
    [OUTCOME_ERROR] = "ERROR",
};

static void
add_failure(
    struct run *run, size_t task, const struct mutant *mutant, const struct judgement *judgement)
{
	struct failure failure = {task, mutant->index, NULL};
	char ids[256] = "";

	for (size_t i = 0, used = 0; i < IDS_MAX && mutant->ids[i] != NULL; i++)
		used += (size_t)snprintf(
		    ids + used, sizeof(ids) - used, "%s%s", i > 0 ? "|" : "", mutant->ids[i]);
	if (asprintf(&failure.text, "%s: %s %s %zu: %s: wanted %s %s, got %s",
		outcome_text[judgement->outcome], mutant->base->name, mutant->mutation->name,
		mutant->index, mutant->what,
		mutant->expect == EXPECT_REFUSE ? "refused"
		: mutant->expect == EXPECT_HELD ? "held"
						: "pass",
		ids, judgement->found) < 0)
		abort();
	pthread_mutex_lock(&run->lock);
	run->failures = realloc(run->failures, (run->n_failures + 1) * sizeof(failure));
	if (run->failures == NULL)
		abort();
	run->failures[run->n_failures++] = failure;
	pthread_mutex_unlock(&run->lock);
}

/* All chosen mutants of one class in one zone. */
static void
run_task(struct run *run, size_t task)
{
	const struct matrix *matrix = run->selection->matrix;
	const struct base *base = &matrix->bases[task % matrix->n];
	const struct mutation *mutation = &mutation_table[task / matrix->n];
	struct row_count count = {0};

	if (!is_selected(run->selection, base, mutation))
		return;
	for (size_t i = 0; i < chosen_count(run->selection, base, mutation); i++) {
		struct mutant *mutant = mutant_new(base, mutation,
		    chosen(run->selection, base, mutation, i), run->selection->seed);
		struct judgement judgement;

		if (mutant == NULL)
			continue;
		judge(mutant, &judgement);
		count.made++;
		count.by[judgement.outcome]++;
		if (judgement.outcome != OUTCOME_CAUGHT)
			add_failure(run, task, mutant, &judgement);
		mutant_free(mutant);
	}
	pthread_mutex_lock(&run->lock);
	run->rows[task / matrix->n].made += count.made;
	run->rows[task / matrix->n].zones += count.made > 0;
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		run->rows[task / matrix->n].by[i] += count.by[i];
	pthread_mutex_unlock(&run->lock);
}

static void *
work(void *context)
{
	struct run *run = context;
	size_t n_tasks = run->selection->matrix->n * mutation_rows;

	for (;;) {
		size_t task;

		pthread_mutex_lock(&run->lock);
		task = run->next_task++;
		pthread_mutex_unlock(&run->lock);
		if (task >= n_tasks)
			return NULL;
		run_task(run, task);
	}
}

void
run_threads(size_t threads, void *(*work_function)(void *context), void *context)
{
	pthread_t started[THREADS_MAX];

	for (size_t i = 0; i < threads; i++)
		if (pthread_create(&started[i], NULL, work_function, context) != 0)
			abort();
	for (size_t i = 0; i < threads; i++)
		pthread_join(started[i], NULL);
}

/* ---- Printing ---- */

static int
compare_failures(const void *a, const void *b)
{
	const struct failure *left = a, *right = b;

	if (left->task != right->task)
		return left->task < right->task ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

static void
print_failures(struct run *run)
{
	if (run->n_failures > 0)
		qsort(run->failures, run->n_failures, sizeof(run->failures[0]), compare_failures);
	for (size_t i = 0; i < run->n_failures && i < SHOWN_MAX; i++)
		printf("FAILED %s\n", run->failures[i].text);
	if (run->n_failures > SHOWN_MAX)
		printf("... and %zu more\n", run->n_failures - SHOWN_MAX);
}

static void
print_table(const struct run *run, struct row_count *sum)
{
	printf("%-30s %6s %8s %8s %9s %9s %14s\n", "class", "zones", "mutants", "caught",
	    "survived", "wrong id", "false refusal");
	for (size_t i = 0; i < mutation_rows; i++) {
		const struct row_count *row = &run->rows[i];

		if (run->selection->class_name != NULL && row->made == 0)
			continue;
		printf("%-30s %6zu %8zu %8zu %9zu %9zu %14zu\n", mutation_table[i].name, row->zones,
		    row->made, row->by[OUTCOME_CAUGHT], row->by[OUTCOME_SURVIVED],
		    row->by[OUTCOME_WRONG_ID],
		    row->by[OUTCOME_FALSE_REFUSAL] + row->by[OUTCOME_ERROR]);
		sum->made += row->made;
		for (size_t k = 0; k < OUTCOME_COUNT; k++)
			sum->by[k] += row->by[k];
	}
	printf("%-30s %6zu %8zu %8zu %9zu %9zu %14zu\n", "all", run->selection->matrix->n,
	    sum->made, sum->by[OUTCOME_CAUGHT], sum->by[OUTCOME_SURVIVED],
	    sum->by[OUTCOME_WRONG_ID], sum->by[OUTCOME_FALSE_REFUSAL] + sum->by[OUTCOME_ERROR]);
}

/* A class that no zone gave a mutant for tests nothing. Zones that are skipped excuse it. */
static size_t
count_idle_classes(const struct run *run)
{
	size_t idle = 0;

	for (size_t i = 0; i < mutation_rows; i++)
		if (run->rows[i].made == 0 && run->selection->zone == NULL &&
		    run->selection->every == 1 && run->selection->part == 1 &&
		    run->selection->class_name == NULL && run->selection->matrix->n_skipped == 0) {
			printf("FAILED class %s: no mutants\n", mutation_table[i].name);
			idle++;
		}
	return idle;
}

static int
run_mutants(const struct selection *selection, const char *program)
{
	struct run run = {.selection = selection,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .rows = calloc(mutation_rows, sizeof(struct row_count))};
	struct row_count sum = {0};
	size_t failed, n_program = 0;

	if (run.rows == NULL)
		abort();
	run_threads(selection->threads, work, &run);
	print_table(&run, &sum);
	print_failures(&run);
	failed = sum.made - sum.by[OUTCOME_CAUGHT] + count_idle_classes(&run);
	if (program != NULL) {
		failed += run_program(selection, program, PROGRAM_SAMPLE, &n_program);
		printf("exit status of the program compared for %zu mutants\n", n_program);
	}
	for (size_t i = 0; i < run.n_failures; i++)
		free(run.failures[i].text);
	free(run.failures);
	free(run.rows);
	printf("%zu passed, %zu failed, %zu skipped\n", sum.made + n_program - failed, failed,
	    selection->matrix->n_skipped);
	return failed > 0 || sum.made == 0;
}

static int
list_classes(void)
{
	static const char *const verdicts[] = {"refused", "held", "pass, warned", "pass"};

	for (size_t i = 0; i < mutation_rows; i++) {
		const struct mutation *row = &mutation_table[i];

		printf("%s: %s.\n    %s\n    %s", row->name, row->does, row->rule,
		    verdicts[row->expect]);
		for (size_t k = 0; k < IDS_MAX && row->ids[k] != NULL; k++)
			printf("%s %s", k == 0 ? ":" : " or", row->ids[k]);
		printf("\n");
	}
	return 0;
}

/* ---- One mutant for a person to look at ---- */

static int
dump(const struct selection *selection, const char *folder, size_t index)
{
	for (size_t b = 0; b < selection->matrix->n; b++)
		for (size_t i = 0; i < mutation_rows; i++) {
			const struct base *base = &selection->matrix->bases[b];
			const struct mutation *mutation = &mutation_table[i];
			struct mutant *mutant;
			struct judgement judgement;

			if (!is_selected(selection, base, mutation) ||
			    index >= mutation->count(base))
				continue;
			mutant = mutant_new(base, mutation, index, selection->seed);
			if (mutant == NULL)
				continue;
			judge(mutant, &judgement);
			mutant_write(mutant, folder);
			printf("%s %s %zu: %s\n%s: %s\n", base->name, mutation->name, index,
			    mutant->what, outcome_text[judgement.outcome], judgement.found);
			mutant_free(mutant);
			return 0;
		}
	fprintf(stderr, "mutate: there is no such mutant\n");
	return 2;
}

/* ---- Options ---- */

struct options {
	struct selection selection;
	size_t now;
	size_t index;
	const char *program;
	const char *dump;
	const char *folder;
	bool list;
	bool modes;
	bool peers;
};

static void
usage(void)
{
	fprintf(stderr,
	    "usage: mutate [--list] [--zone NAME] [--class NAME] [--limit N] "
	    "[--every N] [--part N] [--seed N] [--threads N] [--now TIME] [--program FILE] "
	    "[--dump FOLDER --index N] [--modes] [--peers] FOLDER\n");
	exit(2);
}

static size_t
number(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (end == text || *end != '\0')
		usage();
	return (size_t)value;
}

/* One option: exactly one of the pointers says where its value goes. */
struct option_row {
	const char *name;
	const char **text;
	size_t *number;
	bool *flag;
};

/* Reads the option `name` with its value, if it takes one. Returns how many words it took. */
static int
read_option(const struct option_row *rows, const char *name, const char *value)
{
	while (rows->name != NULL && strcmp(rows->name, name) != 0)
		rows++;
	if (rows->name == NULL || (rows->flag == NULL && value == NULL))
		usage();
	if (rows->flag != NULL) {
		*rows->flag = true;
		return 1;
	}
	if (rows->text != NULL)
		*rows->text = value;
	else
		*rows->number = number(value);
	return 2;
}

static void
read_options(char **words, struct options *options)
{
	struct selection *selection = &options->selection;
	const struct option_row rows[] = {
	    {"--zone", &selection->zone, NULL, NULL},
	    {"--class", &selection->class_name, NULL, NULL},
	    {"--limit", NULL, &selection->limit, NULL},
	    {"--every", NULL, &selection->every, NULL},
	    {"--part", NULL, &selection->part, NULL},
	    {"--seed", NULL, &selection->seed, NULL},
	    {"--threads", NULL, &selection->threads, NULL},
	    {"--now", NULL, &options->now, NULL},
	    {"--program", &options->program, NULL, NULL},
	    {"--dump", &options->dump, NULL, NULL},
	    {"--index", NULL, &options->index, NULL},
	    {"--list", NULL, NULL, &options->list},
	    {"--modes", NULL, NULL, &options->modes},
	    {"--peers", NULL, NULL, &options->peers},
	    {NULL, NULL, NULL, NULL},
	};

	while (*words != NULL && (*words)[0] == '-')
		words += read_option(rows, words[0], words[1]);
	options->folder = *words;
	if (selection->every < 1 || selection->part < 1 || selection->threads < 1 ||
	    selection->threads > THREADS_MAX || (!options->list && options->folder == NULL))
		usage();
}

int
main(int argc, char **argv)
{
	struct options options = {
	    .selection = {.seed = 1, .limit = LIMIT_DEFAULT, .every = 1, .part = 1, .threads = 2},
	    .now = (size_t)time(NULL)};
	struct matrix *matrix;
	int status;

	(void)argc;
	read_options(argv + 1, &options);
	if (options.list)
		return list_classes();
	matrix = matrix_read(options.folder, (int64_t)options.now);
	options.selection.matrix = matrix;
	if (matrix->n == 0) {
		printf("0 passed, 0 failed, %zu skipped\n", matrix->n_skipped);
		status = 0;
	} else if (options.dump != NULL) {
		status = dump(&options.selection, options.dump, options.index);
	} else if (options.modes) {
		status = run_modes(&options.selection);
	} else if (options.peers) {
		status = run_peers(&options.selection);
	} else {
		status = run_mutants(&options.selection, options.program);
	}
	matrix_free(matrix);
	/* What was found must get out, whatever happens at exit. */
	return fflush(stdout) == 0 ? status : 2;
}
