/*
 * `zonegate observe`: whether the distribution servers serve what they have to: the release in
 * force, or what is being rolled out to their stage.
 */
#include "cli/cli.h"

#include <string.h>
#include <sys/random.h>

/* Names asked for, where nobody says how many. */
#define NAMES_DEFAULT 100

/* Exit status: all servers serve what they have to; EXIT_UNDECIDED: could not tell. */
enum { OBSERVE_GOOD = 0, OBSERVE_BAD = 1 };

bool
observe_job_read(const struct arguments *arguments, struct observe_job *job)
{
	const char *names = arguments->values[OPTION_NAMES];

	*job = (struct observe_job){
	    .arguments = arguments, .names = NAMES_DEFAULT, .now = clock_now()};
	actor_read(job->actor, sizeof(job->actor));
	if (getrandom(&job->seed, sizeof(job->seed), 0) != sizeof(job->seed)) {
		complain("%s: no random numbers", arguments->command->name);
		return false;
	}
	return names == NULL || value_number(names, 1, ZG_SAMPLE_NAMES_MAX, &job->names) ||
	       option_malformed(arguments, "names", OPTION_NAMES, "a number from 1 to 400");
}

void
observe_job_names(struct observe_job *job)
{
	int64_t wanted = NOT_SET;

	/* As many as the stage that asks for the most: who is asked for more is not worse for it.
	 */
	for (size_t i = 0; i < job->zone->n_stages; i++) {
		const struct config_stage *stage = &job->zone->stages[i];

		if (stage->first_server >= job->first_server &&
		    stage->first_server < job->first_server + job->n_servers &&
		    stage->names > wanted)
			wanted = stage->names;
	}
	if (wanted > ZG_SAMPLE_NAMES_MAX)
		wanted = ZG_SAMPLE_NAMES_MAX;
	if (job->arguments->values[OPTION_NAMES] != NULL)
		job->is_lowered = job->names < (wanted > 0 ? wanted : NAMES_DEFAULT);
	else if (wanted > 0)
		job->names = wanted;
}

/* --stage, or all servers. */
static bool
servers_read(const struct config *config, struct observe_job *job)
{
	const struct config_zone *zone = job->zone;
	const char *name = job->arguments->values[OPTION_STAGE];
	const struct config_stage *stage = name != NULL ? config_stage_find(zone, name) : NULL;

	job->n_servers = zone->n_servers;
	if (stage != NULL) {
		job->first_server = stage->first_server;
		job->n_servers = stage->n_servers;
		job->partial = true;
	} else if (name != NULL) {
		complain("observe: %s:%u: %s has no Stage '%s'", config->path, zone->line,
		    zone->name, name);
		return false;
	}
	if (job->n_servers == 0)
		complain("observe: %s:%u: %s has no Distribution servers", config->path, zone->line,
		    zone->name);
	return job->n_servers > 0;
}

static bool
job_read(const struct arguments *arguments, struct config **config, struct observe_job *job)
{
	const char *format = arguments->values[OPTION_FORMAT];
	struct zg_error error = {0};

	if (!observe_job_read(arguments, job))
		return false;
	if (format != NULL && strcmp(format, "json") == 0)
		job->format = OBSERVE_FORMAT_JSON;
	else if (format != NULL && strcmp(format, "text") != 0)
		return option_malformed(arguments, "format", OPTION_FORMAT, "text or json");
	if (config_read(arguments->values[OPTION_CONFIG], config, &error) != ZG_OK) {
		complain("observe: %s", error.text);
		return false;
	}
	job->config = *config;
	job->zone = config_zone_find(*config, arguments->operands[0]);
	if (job->zone == NULL)
		complain("observe: %s has no zone '%s'", (*config)->path, arguments->operands[0]);
	if (job->zone == NULL || !servers_read(*config, job))
		return false;
	observe_job_names(job);
	return true;
}

int
command_observe(const struct arguments *arguments)
{
	const char *timeout = arguments->values[OPTION_TIMEOUT];
	struct supervised task = {.work = observe_work, .timeout = SUPERVISED_TIMEOUT};
	struct config *config = NULL;
	struct observe_job job;
	struct claim claim;
	zg_verdict verdict = ZG_VERDICT_UNDECIDED;

	if (timeout != NULL && !value_duration(timeout, &task.timeout)) {
		(void)option_malformed(arguments, "timeout", OPTION_TIMEOUT,
		    "a duration from 1s to 4w (N, or N with s, m, h, d or w)");
		return EXIT_UNDECIDED;
	}
	task.context = &job;
	if (job_read(arguments, &config, &job))
		verdict = supervise(&task, &claim);
	config_free(config);
	if (verdict == ZG_VERDICT_PASS)
		return OBSERVE_GOOD;
	return verdict == ZG_VERDICT_REFUSE ? OBSERVE_BAD : EXIT_UNDECIDED;
}
