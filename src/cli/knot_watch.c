/*
 * `zonegate hook knot --wait`: asks Knot every second what waits, and has a process of its own
 * judge and answer each version. It asks instead of listening, so that a version that came while
 * nobody listened is answered as well. It opens no file and no library but the configuration; when
 * it ends, Knot's time-out refuses what is not answered.
 */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often Knot is asked, and how often again for a record that failed. Milliseconds. */
#define TICK  1000
#define AGAIN 60000
/* For children to end after a signal. Milliseconds. */
#define GRACE 30000
/* Versions that are judged beside each other: each takes all processors. */
#define JUDGED_MAX 4

enum errand { ERRAND_NONE, ERRAND_JUDGE, ERRAND_NOTE };

struct watched {
	const struct config_zone *zone;
	enum errand errand;
	pid_t child; /* that is about it */
	bool silent; /* what Knot says of the zone was not understood, and that was said */

	/* The last version that was judged: Knot may not have taken the answer yet. */
	bool judged;
	bool has_dump;
	struct stat dump;
	int64_t since; /* milliseconds of the monotonic clock */

	/* The serial that was recorded last, or is being recorded. */
	bool noted;
	uint32_t served;
	int64_t note_after; /* not before this time of the monotonic clock */
};

struct watch {
	const struct arguments *arguments;
	struct config *config;
	struct watched *list;		  /* owned */
	const struct config_zone **zones; /* owned; those of the list */
	size_t n, n_judged;
	sigset_t all, mask;
};

/* --- Processes --- */

static _Noreturn void
child_run(const struct watch *watch, const struct watched *watched, pid_t parent)
{
	const struct hook hook = {.arguments = watch->arguments, .asker = parent};
	int status = EXIT_UNDECIDED;

	if (getppid() == parent && sigprocmask(SIG_SETMASK, &watch->mask, NULL) == 0) {
		if (watched->errand == ERRAND_JUDGE)
			status = knot_judge(&hook, watched->zone->name, NULL);
		else
			status = !knot_note_served(watch->config, watched->zone, watched->served);
	}
	exit(status);
}

static void
child_start(struct watch *watch, struct watched *watched, enum errand errand)
{
	pid_t parent = getpid();

	watched->errand = errand;
	watched->child = fork();
	if (watched->child == 0)
		child_run(watch, watched, parent);
	if (watched->child < 0) {
		complain("%s: no process can be started: %s", watched->zone->name,
		    strerrordesc_np(errno));
		watched->errand = ERRAND_NONE;
	} else if (errand == ERRAND_JUDGE) {
		watch->n_judged++;
	}
}

/* A judge that did not come to its end has not answered. */
static void
child_ended(struct watch *watch, struct watched *watched, int status)
{
	if (watched->errand == ERRAND_JUDGE) {
		watch->n_judged--;
		watched->judged = true;
		if (WIFSIGNALED(status)) {
			complain("%s: undecided: the hook was ended by signal %d",
			    watched->zone->name, WTERMSIG(status));
			knot_drop(watched->zone, watched->has_dump ? &watched->dump : NULL);
		}
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		watched->noted = false;
		watched->note_after = knot_clock() + AGAIN;
	}
	watched->errand = ERRAND_NONE;
}

static void
children_reap(struct watch *watch)
{
	for (size_t i = 0; i < watch->n; i++) {
		struct watched *watched = &watch->list[i];
		int status = 0;

		if (watched->errand != ERRAND_NONE &&
		    waitpid(watched->child, &status, WNOHANG) == watched->child)
			child_ended(watch, watched, status);
	}
}

/* --- What Knot says --- */

/* Between our answer and the end of the transaction it looks as if nobody had answered; another
 * version has another file. When none was written, time tells. */
static bool
is_answered(const struct watched *watched, bool has_dump, const struct stat *dump)
{
	if (!watched->judged || knot_clock() - watched->since > watched->zone->knot.timeout * 1000)
		return false;
	return !has_dump || (watched->has_dump && knot_dump_is(&watched->dump, dump));
}

static void
on_version(struct watch *watch, struct watched *watched)
{
	struct stat dump = {0};
	bool has_dump = knot_dump_look(watched->zone, &dump);

	if (is_answered(watched, has_dump, &dump) || watch->n_judged >= JUDGED_MAX)
		return;
	watched->judged = false;
	watched->has_dump = has_dump;
	watched->dump = dump;
	watched->since = knot_clock();
	child_start(watch, watched, ERRAND_JUDGE);
}

static void
on_served(struct watch *watch, struct watched *watched, uint32_t serial)
{
	if ((watched->noted && watched->served == serial) || knot_clock() < watched->note_after)
		return;
	watched->noted = true;
	watched->served = serial;
	child_start(watch, watched, ERRAND_NOTE);
}

static void
on_status(struct watch *watch, struct watched *watched, const struct knot_status *status)
{
	watched->silent = false;
	if (!status->external)
		watched->judged = false;
	if (watched->errand == ERRAND_NONE && status->external)
		on_version(watch, watched);
	if (watched->errand == ERRAND_NONE && status->has_serial)
		on_served(watch, watched, status->serial);
}

static void
on_silence(struct watched *watched, const char *why)
{
	if (!watched->silent)
		complain("%s: %s", watched->zone->name, why);
	watched->silent = true;
}

static void
ask_all(struct watch *watch)
{
	size_t batch;

	for (size_t at = 0; at < watch->n; at += batch) {
		struct command_outcome outcome;
		struct knot_status status;
		char why[KNOT_WHY_SIZE];
		bool answered;

		batch = knot_batch(watch->zones + at, watch->n - at);
		answered = knot_ask(watch->zones + at, batch, &outcome, why, sizeof(why));
		for (size_t i = at; i < at + batch; i++) {
			if (answered && knot_status_read(outcome.output, outcome.length,
					    watch->zones[i]->name, &status))
				on_status(watch, &watch->list[i], &status);
			else
				on_silence(&watch->list[i], why);
		}
	}
}

/* --- The loop --- */

static void
children_signal(const struct watch *watch, int signo)
{
	for (size_t i = 0; i < watch->n; i++) {
		if (watch->list[i].errand != ERRAND_NONE)
			(void)kill(watch->list[i].child, signo);
	}
}

static bool
is_busy(const struct watch *watch)
{
	for (size_t i = 0; i < watch->n; i++) {
		if (watch->list[i].errand != ERRAND_NONE)
			return true;
	}
	return false;
}

/* Waits for a signal, at most so many milliseconds. 0: none came, or only that of a child. */
static int
signal_wait(const struct watch *watch, long milliseconds)
{
	struct timespec tick = {
	    .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
	int signo = sigtimedwait(&watch->all, NULL, &tick);

	return signo == SIGTERM || signo == SIGINT || signo == SIGHUP || signo == SIGQUIT ? signo
											  : 0;
}

/* The children answer what they have begun: no. */
static void
watch_end(struct watch *watch)
{
	int64_t end = knot_clock() + GRACE;

	children_signal(watch, SIGTERM);
	while (is_busy(watch) && knot_clock() < end) {
		(void)signal_wait(watch, TICK / 10);
		children_reap(watch);
	}
	children_signal(watch, SIGKILL);
}

static void
watch_run(struct watch *watch)
{
	int64_t next = knot_clock();

	for (;;) {
		int64_t left = next - knot_clock();

		if (left <= 0) {
			ask_all(watch);
			next = knot_clock() + TICK;
		} else if (signal_wait(watch, (long)left) != 0) {
			break;
		}
		children_reap(watch);
	}
	watch_end(watch);
}

/* The zones that Knot asks about; false: complained. */
static bool
watch_begin(struct watch *watch)
{
	struct zg_error error = {0};

	if (config_read(watch->arguments->values[OPTION_CONFIG], &watch->config, &error) != ZG_OK) {
		complain("undecided: %s", error.text);
		return false;
	}
	watch->list = calloc(watch->config->n_zones + 1, sizeof(*watch->list));
	watch->zones = calloc(watch->config->n_zones + 1, sizeof(*watch->zones));
	if (watch->list == NULL || watch->zones == NULL) {
		complain("undecided: out of memory");
		return false;
	}
	for (size_t i = 0; i < watch->config->n_zones; i++) {
		const struct config_zone *zone = &watch->config->zones[i];

		if (zone->knot.dump == NULL)
			continue;
		watch->zones[watch->n] = zone;
		watch->list[watch->n++].zone = zone;
	}
	if (watch->n == 0)
		complain("undecided: %s has no zone with a hook of knot", watch->config->path);
	return watch->n > 0;
}

int
knot_watch(const struct arguments *arguments)
{
	struct watch watch = {.arguments = arguments};
	int status = EXIT_UNDECIDED;

	/* An inherited SIG_IGN would reap the children behind our back. */
	(void)sigfillset(&watch.all);
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR ||
	    sigprocmask(SIG_BLOCK, &watch.all, &watch.mask) != 0) {
		complain("undecided: %s", strerrordesc_np(errno));
		return EXIT_UNDECIDED;
	}
	if (watch_begin(&watch)) {
		watch_run(&watch);
		status = 0;
	}
	free(watch.list);
	free(watch.zones);
	config_free(watch.config);
	return status;
}
