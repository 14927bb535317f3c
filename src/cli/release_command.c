/* `zonegate release`: what the command line and the configuration say, and the dry run. */
#include "cli/cli.h"

#include <stdlib.h>
#include <unistd.h>

#include "publish/release.h"

/* --- Arguments and configuration --- */

bool
release_job_read(const struct arguments *arguments, struct release_job *job)
{
	*job = (struct release_job){.arguments = arguments,
	    .dry_run = arguments->values[OPTION_DRY_RUN] != NULL,
	    .state.fd = -1,
	    .lock_fd = -1,
	    .fetch = {.child = -1, .fd = -1},
	    .snapshot = {.fd = -1, .folder_fd = -1},
	    .beside = {.when = {-1, -1}, .digest_from = -1, .digest_to = -1, .copy = {.fd = -1}}};
	job->started = clock_now();
	(void)clock_gettime(CLOCK_MONOTONIC, &job->since);
	return gate_job_read(arguments, &job->gate);
}

void
release_job_clear(struct release_job *job)
{
	fetch_clear(&job->fetch);
	beside_clear(job);
	snapshot_clear(&job->snapshot);
	if (job->lock_fd >= 0)
		(void)close(job->lock_fd);
	state_close(&job->state);
	config_free(job->config);
	free(job->copy);
	free(job->rolling);
}

bool
release_job_configure(struct release_job *job, const char *zone)
{
	struct zg_error error = {0};

	if (config_read(job->arguments->values[OPTION_CONFIG], &job->config, &error) != ZG_OK) {
		complain("undecided: %s", error.text);
		return false;
	}
	job->zone = config_zone_find(job->config, zone);
	if (job->zone == NULL)
		complain("undecided: %s has no zone '%s'", job->config->path, zone);
	else
		job->target = job->zone->target;
	return job->zone != NULL;
}

static bool
has_target(const struct release_job *job)
{
	bool has = job->target != NULL || job_is_staged(job);

	if (!has)
		complain("undecided: %s says no target for %s: it is not released here",
		    job->config->path, job->zone->name);
	return has;
}

/* A dry run writes no file, and what is transferred goes to one. */
static bool
transfer_is_allowed(const struct release_job *job)
{
	if (job->dry_run)
		complain_usage(job->arguments->command,
		    "--dry-run and --transfer: 'zonegate check --state' does that");
	else if (job->arguments->n_operands > 1)
		complain_usage(job->arguments->command, "a file, or --transfer, not both");
	else
		return true;
	return false;
}

/* The candidate: a transfer, the operand, else what the configuration says. */
static bool
input_read(struct release_job *job)
{
	const struct arguments *arguments = job->arguments;
	const char *path =
	    arguments->n_operands > 1 ? arguments->operands[1] : job->zone->candidate;

	if (!fetch_wish_read(arguments, &job->wish))
		return false;
	if (job->wish.server != NULL)
		return transfer_is_allowed(job);
	if (path == NULL) {
		complain_usage(arguments->command,
		    "the configuration says no candidate for %s: give a file", job->zone->name);
		return false;
	}
	return zone_source_read(arguments, path, &job->gate.inputs.zone);
}

static bool
time_is_allowed(const struct arguments *arguments)
{
	if (arguments->values[OPTION_NOW] == NULL || arguments->values[OPTION_DRY_RUN] != NULL)
		return true;
	complain_usage(
	    arguments->command, "--now is for --dry-run only: what is released is released now");
	return false;
}

/* --- The command --- */

/* Everything up to the verdict, and not one file written. What `release` would say without a
 * history cannot be told without making one. */
static int
dry_run(struct release_job *job)
{
	struct zg_error error = {0};
	struct claim claim;
	zg_verdict verdict;

	if (state_open(job->config->state, false, &job->state, &error) == ZG_OK)
		job->has_state = !job->state.fresh;
	else if (access(job->config->state, F_OK) == 0) {
		complain("undecided: %s", error.text);
		return EXIT_UNDECIDED;
	}
	verdict = release_supervised(job, &claim);
	if (verdict == ZG_VERDICT_PASS && !job->has_state) {
		complain(
		    "undecided: %s has no history yet to hold this against", job->config->state);
		verdict = ZG_VERDICT_UNDECIDED;
	}
	return zg_verdict_exit_status(verdict);
}

int
command_release(const struct arguments *arguments)
{
	struct release_job job;
	int status = EXIT_UNDECIDED;

	if (!time_is_allowed(arguments))
		return EXIT_UNDECIDED;
	if (release_job_read(arguments, &job) &&
	    release_job_configure(&job, arguments->operands[0]) && has_target(&job) &&
	    input_read(&job))
		status = job.dry_run ? dry_run(&job) : release_run(&job);
	release_job_clear(&job);
	return status;
}
