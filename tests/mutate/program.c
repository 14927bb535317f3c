/* Commands: the zonegate program on a sample of the mutants. Writing mutants to files. */
#include "mutate.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE	4096
#define PROGRAM_SECONDS 60

extern char **environ;

static void
write_text(const char *folder, const char *name, const char *text)
{
	char path[PATH_SIZE];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (text == NULL) {
		unlink(path);
		return;
	}
	stream = fopen(path, "w");
	if (stream == NULL || fputs(text, stream) == EOF || fclose(stream) != 0) {
		fprintf(stderr, "mutate: %s: %s\n", path, strerror(errno));
		exit(2);
	}
}

void
mutant_write(struct mutant *mutant, const char *folder)
{
	if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
		fprintf(stderr, "mutate: %s: %s\n", folder, strerror(errno));
		exit(2);
	}
	write_text(folder, "zone", mutant_text(mutant));
	write_text(folder, "ds", mutant->ds);
	write_text(folder, "previous", mutant->previous);
	write_text(folder, "unsigned", mutant->unsigned_text);
	write_text(folder, "policy.xml", mutant_policy(mutant));
}

/* Waits for the process at most `seconds`; ends it then. */
static int
wait_for(pid_t child, unsigned seconds)
{
	struct timespec pause = {0, 2 * 1000 * 1000};
	int status;

	for (unsigned waited = 0; waited < seconds * 500; waited++) {
		pid_t ended = waitpid(child, &status, WNOHANG);

		if (ended == child)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (ended < 0)
			return -1;
		nanosleep(&pause, NULL);
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return 124;
}

int
run_command(char *const *arguments, unsigned seconds)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int failed;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	failed = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed != 0 ? -1 : wait_for(child, seconds);
}

/* ---- The sample ---- */

/* The command line for the files that mutant_write made. */
static int
run_check(const char *program, const char *folder, const struct mutant *mutant)
{
	char zone[PATH_SIZE], ds[PATH_SIZE], previous[PATH_SIZE], unsigned_zone[PATH_SIZE];
	char policy[PATH_SIZE], now[32];
	const char *arguments[24];
	size_t n = 0;

	snprintf(zone, sizeof(zone), "%s/zone", folder);
	snprintf(ds, sizeof(ds), "%s/ds", folder);
	snprintf(previous, sizeof(previous), "%s/previous", folder);
	snprintf(unsigned_zone, sizeof(unsigned_zone), "%s/unsigned", folder);
	snprintf(policy, sizeof(policy), "%s/policy.xml", folder);
	snprintf(now, sizeof(now), "%lld", (long long)mutant->base->now);
	arguments[n++] = program;
	arguments[n++] = "check";
	arguments[n++] = "-o";
	arguments[n++] = "example.";
	arguments[n++] = "-t";
	arguments[n++] = now;
	arguments[n++] = "-d";
	arguments[n++] = ds;
	if (mutant->previous != NULL) {
		arguments[n++] = "-P";
		arguments[n++] = previous;
	}
	if (mutant->unsigned_text != NULL) {
		arguments[n++] = "-u";
		arguments[n++] = unsigned_zone;
	}
	if (mutant_policy(mutant) != NULL) {
		arguments[n++] = "-p";
		arguments[n++] = policy;
	}
	arguments[n++] = zone;
	arguments[n] = NULL;
	return run_command((char *const *)(uintptr_t)arguments, PROGRAM_SECONDS);
}

/* Runs one mutant both ways. */
static bool
agrees(const char *program, const char *folder, struct mutant *mutant)
{
	struct judgement judgement;
	int wanted, got;

	judge(mutant, &judgement);
	mutant_write(mutant, folder);
	wanted = zg_verdict_exit_status(judgement.verdict);
	got = run_check(program, folder, mutant);
	if (got != wanted)
		printf("FAILED program: %s %s %zu: exit status %d, expected %d\n",
		    mutant->base->name, mutant->mutation->name, mutant->index, got, wanted);
	return got == wanted;
}

static void
remove_folder(const char *folder)
{
	static const char *const names[] = {"zone", "ds", "previous", "unsigned", "policy.xml"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		write_text(folder, names[i], NULL);
	rmdir(folder);
}

size_t
run_program(const struct selection *selection, const char *program, size_t count, size_t *n_run)
{
	char folder[] = "/tmp/mutate.XXXXXX";
	size_t n_pairs = selection->matrix->n * mutation_rows, failed = 0;

	*n_run = 0;
	if (mkdtemp(folder) == NULL) {
		perror("mutate: mkdtemp");
		exit(2);
	}
	/* A step that has no divisor in common with the table goes round zones and classes. */
	for (size_t i = 0, at = 0; i < n_pairs && *n_run < count;
	     i++, at += n_pairs / count * 2 + 1) {
		const struct base *base = &selection->matrix->bases[at % selection->matrix->n];
		const struct mutation *mutation =
		    &mutation_table[at / selection->matrix->n % mutation_rows];
		struct mutant *mutant;

		if (!is_selected(selection, base, mutation) || mutation->count(base) == 0)
			continue;
		mutant = mutant_new(base, mutation, 0, selection->seed);
		if (mutant == NULL)
			continue;
		failed += !agrees(program, folder, mutant);
		(*n_run)++;
		mutant_free(mutant);
	}
	remove_folder(folder);
	return failed;
}
