/* `zonegate hook ENGINE`: what all engines have in common, and how each is answered. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

/* What may follow a check: records, notifications that hang for their time-out. Seconds. */
#define AFTERMATH 600

struct engine {
	const char *name;
	int (*ask)(const struct hook *hook);
	/* The engine's own words on the command line, and what is said when there are others. */
	size_t n_operands_min, n_operands_max;
	const char *operands;
	int (*wait)(const struct arguments *arguments); /* --wait; NULL: it comes by itself */
	bool heard; /* by its exit status: whoever started it must still be there */
	/* What the engine is told for each exit status of `release`: 0 pass, 1 refused, 2
	 * undecided, 3 held. Nothing but a pass may be what the engine takes for a yes. */
	int statuses[4];
};

#define IN_THE_ENVIRONMENT "the engine says in the environment what it asks about"

static const struct engine engines[] = {
    {"bind", hook_bind, 2, 2,
	"this engine is asked for its zone: say on the command line ZONE ADDRESS[@PORT]", NULL,
	false, {0, 1, 2, 3}},
    {"cascade", hook_cascade, 0, 0, IN_THE_ENVIRONMENT, NULL, true, {0, 1, 2, 3}},
    {"knot", hook_knot, 1, 2, "which version is answered: ZONE [SERIAL], or --wait and no word",
	knot_watch, false, {0, 1, 2, 3}},
    {"nsd", hook_nsd, 0, 0, IN_THE_ENVIRONMENT, NULL, true, {0, 1, 1, 1}},
    {"opendnssec", hook_opendnssec, 2, 2,
	"this engine says on the command line what it asks about: ZONE FILE", NULL, false,
	{0, 1, 2, 3}},
};

/* --- One request --- */

/* The engine that asks is the one that the configuration expects: two that publish the same zone
 * would be two histories. */
static bool
zone_is_hooked(const struct release_job *job)
{
	const char *expected = job->zone->hook;

	if (expected != NULL && strcmp(expected, job->hook->engine) == 0)
		return true;
	complain("undecided: %s says no hook of %s for %s", job->config->path, job->hook->engine,
	    job->zone->name);
	return false;
}

/* A key signs a transfer: where there is none, whoever gave it expects another. */
static bool
key_is_of_use(const struct release_job *job)
{
	const char *key = job->arguments->values[OPTION_TSIG];

	if (key == NULL || (job->hook->source == HOOK_SOURCE_SERVER && key[0] != '\0'))
		return true;
	if (key[0] == '\0')
		complain_usage(job->arguments->command, "--tsig '' is not the name of a file");
	else
		complain_usage(job->arguments->command, "--tsig: nothing is transferred");
	return false;
}

/* A zone that is to be transferred has no source yet. */
static struct zg_source
source_of(const struct hook_request *request)
{
	switch (request->source) {
	case HOOK_SOURCE_FD:
		return (struct zg_source){.kind = ZG_SOURCE_FD,
		    .fd = request->fd,
		    .path = request->path != NULL ? request->path : "<stdin>"};
	case HOOK_SOURCE_PATH:
		return (struct zg_source){.kind = ZG_SOURCE_PATH, .path = request->path};
	case HOOK_SOURCE_SERVER:
	default:
		return (struct zg_source){.kind = ZG_SOURCE_NONE};
	}
}

const char *
hook_variable(const char *name, const char *engine, const char *what)
{
	const char *value = getenv(name);

	if (value != NULL && value[0] != '\0')
		return value;
	complain("undecided: %s is not set: 'zonegate hook %s' is %s", name, engine, what);
	return NULL;
}

int
hook_run(const struct hook *hook, const struct hook_request *request)
{
	struct release_job job;
	int status = EXIT_UNDECIDED;

	if (release_job_read(hook->arguments, &job)) {
		job.hook = request;
		job.asker = hook->asker;
		job.gate.inputs.zone = source_of(request);
		if (request->source == HOOK_SOURCE_SERVER)
			job.wish = (struct fetch_wish){
			    .server = request->server, .key = hook->arguments->values[OPTION_TSIG]};
		if (request->seconds > 0 && request->seconds < job.gate.timeout)
			job.gate.timeout = request->seconds;
		if (key_is_of_use(&job) && release_job_configure(&job, request->zone) &&
		    zone_is_hooked(&job))
			status = release_run(&job);
	}
	release_job_clear(&job);
	return status;
}

/* --- The command --- */

/* In the process that the engine started, which does nothing that can go wrong: the command line is
 * judged by the child. */
static int64_t
seconds_of(const struct arguments *arguments)
{
	const char *text = arguments->values[OPTION_TIMEOUT];
	int64_t seconds = SUPERVISED_TIMEOUT;

	if (text != NULL && !value_duration(text, &seconds))
		seconds = SUPERVISED_TIMEOUT;
	return seconds + AFTERMATH;
}

static int
engine_ask(const struct engine *engine, const struct arguments *arguments)
{
	bool waits = arguments->values[OPTION_WAIT] != NULL;
	size_t n = arguments->n_operands;
	int status;

	if (waits && engine->wait != NULL && n == 0)
		return engine->wait(arguments);
	if (waits && engine->wait == NULL)
		status = complain_usage(arguments->command, "--wait is for knot");
	else if (waits || n < engine->n_operands_min || n > engine->n_operands_max)
		status = complain_usage(arguments->command, "%s", engine->operands);
	else
		status = hook_keep(engine->ask, arguments, seconds_of(arguments), engine->heard);
	return engine->statuses[status >= 0 && status <= 3 ? status : EXIT_UNDECIDED];
}

int
command_hook(const struct arguments *arguments)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		if (strcmp(engines[i].name, arguments->word) == 0)
			return engine_ask(&engines[i], arguments);
	}
	return EXIT_UNDECIDED;
}
