/*
 * `zonegate observe`: whether the distribution servers serve what was released. All of it works in
 * a worker: what comes from the network is not to be trusted.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <zonegate/policy.h>
#include "observe/observe.h"
#include "publish/release.h"
#include "report/observe_report.h"

/* Names asked for, where nobody says how many. */
#define NAMES_DEFAULT 100
/* All questions together: servers that answer slowly are named as silent. Milliseconds. */
#define ASK_MILLISECONDS 60000
/* One whole copy of the zone. */
#define TRANSFER_SECONDS 600

/* Exit status: all servers serve what was released; EXIT_UNDECIDED: could not tell. */
enum { OBSERVE_GOOD = 0, OBSERVE_BAD = 1 };

struct observe_job {
	const struct arguments *arguments;
	struct config *config;
	const struct config_zone *zone;
	struct net_address servers[CONFIG_SERVERS_MAX];
	enum observe_format format;
	int64_t names;
	int64_t timeout;
	int64_t now;
	uint64_t seed;
	char actor[80];
};

/* What is known, and what was seen. */
struct observe_pass {
	const struct observe_job *job;
	zg_policy *policy;
	struct zone_sample *sample;
	enum look_trust trust;
	struct release_ds ds[ZG_DS_MAX];
	size_t n_ds;
	struct zone_look *look;
	bool recorded;
	struct observed observed;
};

/* --- What was released --- */

/* The DS set that answers are proved from: as the parent was seen to publish it of late, else the
 * DS file; else the released keys are trusted. */
static zg_status
pass_trust(struct observe_pass *pass, struct release_log *log, struct zg_error *error)
{
	const struct observe_job *job = pass->job;
	const struct zg_source file = {.kind = ZG_SOURCE_PATH, .path = job->zone->ds_path};
	struct parent_rules rules;
	struct parent_known *known = NULL;
	zg_status status;

	parent_rules_of(pass->policy, &rules);
	status = release_parent_known(log, &rules, job->now, &known, error);
	if (status != ZG_OK)
		return status;
	pass->trust = TRUST_RELEASE;
	if (known->looks.n_agreed > 0 &&
	    (rules.max_age <= 0 || job->now - known->looks.agreed_time <= rules.max_age)) {
		pass->trust = TRUST_PARENT;
		pass->n_ds = known->looks.n_agreed;
		memcpy(pass->ds, known->looks.agreed, pass->n_ds * sizeof(pass->ds[0]));
	} else if (file.path != NULL) {
		status = zg_ds_read(&file, job->zone->name, pass->ds, &pass->n_ds, NULL, error);
		if (status == ZG_OK && pass->n_ds > 0)
			pass->trust = TRUST_FILE;
	}
	parent_known_free(known);
	return status;
}

/* The sample, of the text of the release in force. */
static zg_status
pass_sample(struct observe_pass *pass, const struct state_directory *state, struct release_log *log,
    struct zg_error *error)
{
	const struct observe_job *job = pass->job;
	struct zg_source source = {.kind = ZG_SOURCE_FD, .fd = -1, .path = job->zone->name};
	struct released released;
	zg_status status = release_in_force(log, 0, job->now, &released, error);

	if (status == ZG_OK && !released.exists) {
		(void)snprintf(error->text, sizeof(error->text),
		    "nothing was released of %s: there is nothing to compare with",
		    job->zone->name);
		return ZG_INPUT_MISSING;
	}
	if (status == ZG_OK)
		status = release_text_open(
		    state, job->zone->name, job->zone->target, &released, &source.fd, error);
	if (status == ZG_OK && source.fd < 0) {
		(void)snprintf(error->text, sizeof(error->text),
		    "the text of the release in force, serial %" PRIu32 ", is not there any more",
		    released.serial);
		return ZG_INPUT_MISSING;
	}
	if (status == ZG_OK)
		status = zg_zone_sample(&source, job->zone->name, pass->policy, (size_t)job->names,
		    job->seed, &pass->sample, error);
	if (source.fd >= 0)
		(void)close(source.fd);
	return status;
}

/* No database is open while servers may keep us waiting. */
static zg_status
pass_past(struct observe_pass *pass, struct zg_error *error)
{
	const struct observe_job *job = pass->job;
	struct state_directory state = {.fd = -1};
	struct release_log *log = NULL;
	zg_status status = release_policy_open(job->zone, &pass->policy, error);

	if (status == ZG_OK)
		status = state_open(job->config->state, false, &state, error);
	if (status == ZG_OK)
		status = release_log_open(&state, job->zone->name, false, &log, error);
	if (status == ZG_OK)
		status = pass_trust(pass, log, error);
	if (status == ZG_OK)
		status = pass_sample(pass, &state, log, error);
	release_log_close(log);
	state_close(&state);
	return status;
}

/* --- What is served --- */

static zg_status
pass_ask(struct observe_pass *pass, struct zg_error *error)
{
	const struct observe_job *job = pass->job;
	const struct observe_question question = {.sample = pass->sample,
	    .servers = job->servers,
	    .n_servers = job->zone->n_servers,
	    .trust = pass->trust,
	    .ds = pass->ds,
	    .n_ds = pass->n_ds,
	    .now = job->now,
	    .limits = {.until = deadline_in(ASK_MILLISECONDS)}};
	zg_status status = observe_servers(&question, &pass->look, error);

	if (status == ZG_OK)
		pass->look->time = job->now;
	return status;
}

/* Holds a whole copy against the release. */
static void
judge_whole(
    const struct zone_look *look, const struct zone_sample *copy, struct observed_server *server)
{
	char text[200];

	server->whole_serial = copy->serial;
	server->whole_records = copy->n_records;
	memcpy(server->whole_digest, copy->digest, sizeof(server->whole_digest));
	server->whole = strcmp(copy->digest, look->digest) == 0 ? WHOLE_SAME : WHOLE_OTHER;
	if (server->whole == WHOLE_SAME)
		return;
	(void)snprintf(text, sizeof(text),
	    "its copy has serial %" PRIu32 " and %" PRIu64 " records; released: %" PRIu32
	    " and %" PRIu64,
	    copy->serial, copy->n_records, look->serial, look->n_records);
	observed_fault(server, FAULT_WHOLE, text);
}

/* Transfers the zone, and reads it while it comes. A server that does not give it away is no worse
 * for that. */
static zg_status
server_transfer(
    const struct observe_pass *pass, struct observed_server *server, struct zg_error *error)
{
	const struct observe_job *job = pass->job;
	const struct fetch_wish wish = {.server = server->server,
	    .zone = job->zone->name,
	    .key = job->arguments->values[OPTION_TSIG],
	    .seconds = TRANSFER_SECONDS};
	struct zg_error trouble = {0}, ended = {0};
	struct zg_source source = {.kind = ZG_SOURCE_FD, .path = "its copy"};
	struct zone_sample *copy = NULL;
	struct fetch fetch;
	zg_status status = fetch_begin(&wish, &fetch, error), whole;

	if (status != ZG_OK)
		return status;
	source.fd = fetch.fd;
	status = zg_zone_sample(&source, job->zone->name, NULL, 0, 0, &copy, &trouble);
	whole = fetch_end(&fetch, &ended);
	if (status == ZG_MEMORY) {
		*error = trouble;
		return status;
	}
	if (whole == ZG_OK && status == ZG_OK) {
		judge_whole(pass->look, copy, server);
	} else {
		server->whole = WHOLE_NOT_HAD;
		(void)snprintf(server->whole_note, sizeof(server->whole_note), "%.255s",
		    whole != ZG_OK ? ended.text : trouble.text);
	}
	zone_sample_free(copy);
	return ZG_OK;
}

static zg_status
pass_transfer(struct observe_pass *pass, struct zg_error *error)
{
	zg_status status = ZG_OK;

	if (pass->job->arguments->values[OPTION_NO_TRANSFER] != NULL)
		return ZG_OK;
	for (size_t i = 0; i < pass->look->n_servers && status == ZG_OK; i++) {
		if (pass->look->servers[i].n_answered > 0)
			status = server_transfer(pass, &pass->look->servers[i], error);
	}
	return status;
}

/* --- What follows --- */

static zg_status
observed_write(struct release_log *log, void *context, struct zg_error *error)
{
	struct observe_pass *pass = context;

	return release_observed(
	    log, pass->look, pass->job->actor, clock_now(), &pass->observed, error);
}

static bool
is_dry(const struct observe_job *job)
{
	return job->arguments->values[OPTION_DRY_RUN] != NULL;
}

static zg_status
pass_render(const struct observe_pass *pass, enum observe_format format, char **text,
    size_t *length, struct zg_error *error)
{
	const char *no_color = getenv("NO_COLOR");
	const struct observe_view view = {.look = pass->look,
	    .confirmed = pass->observed.confirmed,
	    .recorded = pass->recorded,
	    .color = is_terminal(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0')};

	return observe_render(&view, format, text, length, error);
}

static zg_status
pass_print(const struct observe_pass *pass, struct zg_error *error)
{
	char *text = NULL;
	size_t length;
	zg_status status = pass_render(pass, pass->job->format, &text, &length, error);

	if (status == ZG_OK && !write_all(STDOUT_FILENO, text, length))
		status = output_trouble(error);
	if (status == ZG_OK)
		status = output_close(error);
	free(text);
	return status;
}

/* Tells people that something is wrong which was not, by the notification commands. What fails
 * there is said, and changes nothing. */
static zg_status
pass_notify(const struct observe_pass *pass, struct zg_error *error)
{
	struct command_task task = {.event = "observed",
	    .zone = pass->job->zone->name,
	    .verdict = "not good",
	    .has_serial = true,
	    .serial = pass->look->serial};
	char *text = NULL;
	zg_status status;

	if (!pass->observed.is_news || pass->job->config->n_notify == 0)
		return ZG_OK;
	status = pass_render(pass, OBSERVE_FORMAT_JSON, &text, &task.input_length, error);
	task.input = text;
	if (status == ZG_OK)
		notify_all(pass->job->config, &task);
	free(text);
	return status;
}

/* What was seen is printed also when it cannot be recorded. */
static zg_status
pass_run(struct observe_pass *pass, struct zg_error *error)
{
	struct zg_error unprinted = {0};
	zg_status status = pass_past(pass, error), printed;

	if (status == ZG_OK)
		status = pass_ask(pass, error);
	if (status == ZG_OK)
		status = pass_transfer(pass, error);
	if (status != ZG_OK)
		return status;
	if (!is_dry(pass->job)) {
		status = zone_log_write(
		    pass->job->config, pass->job->zone->name, observed_write, pass, error);
		pass->recorded = status == ZG_OK;
	}
	if (status == ZG_OK)
		status = pass_notify(pass, error);
	printed = pass_print(pass, &unprinted);
	if (status == ZG_OK && printed != ZG_OK)
		*error = unprinted;
	return status == ZG_OK ? printed : status;
}

static void
pass_work(void *context, struct claim *claim)
{
	struct observe_pass pass = {.job = context};
	struct zg_error error = {0};
	zg_status status = pass_run(&pass, &error);

	if (status == ZG_OK)
		claim->verdict = zone_look_is_good(pass.look) ? ZG_VERDICT_PASS : ZG_VERDICT_REFUSE;
	else
		claim_trouble(claim, status, &error);
	zone_look_free(pass.look);
	zone_sample_free(pass.sample);
	zg_policy_free(pass.policy);
}

/* --- The command --- */

static bool
servers_read(struct observe_job *job)
{
	const struct config_zone *zone = job->zone;

	if (zone->n_servers == 0) {
		complain("observe: %s:%u: %s has no Distribution servers", job->config->path,
		    zone->line, zone->name);
		return false;
	}
	for (size_t i = 0; i < zone->n_servers; i++) {
		if (net_address_make(
			zone->servers[i].address, zone->servers[i].port, &job->servers[i]))
			continue;
		complain("observe: %s: '%s' cannot be asked", job->config->path,
		    zone->servers[i].address);
		return false;
	}
	return true;
}

static bool
options_read(const struct arguments *arguments, struct observe_job *job)
{
	const char *format = arguments->values[OPTION_FORMAT];
	const char *names = arguments->values[OPTION_NAMES];
	const char *timeout = arguments->values[OPTION_TIMEOUT];

	*job = (struct observe_job){.arguments = arguments,
	    .names = NAMES_DEFAULT,
	    .timeout = SUPERVISED_TIMEOUT,
	    .now = clock_now()};
	if (format != NULL && strcmp(format, "json") == 0)
		job->format = OBSERVE_FORMAT_JSON;
	else if (format != NULL && strcmp(format, "text") != 0)
		return option_malformed(arguments, "format", OPTION_FORMAT, "text or json");
	if (names != NULL && !value_number(names, 1, ZG_SAMPLE_NAMES_MAX, &job->names))
		return option_malformed(arguments, "names", OPTION_NAMES, "a number from 1 to 400");
	if (timeout != NULL && !value_duration(timeout, &job->timeout))
		return option_malformed(arguments, "timeout", OPTION_TIMEOUT,
		    "a duration from 1s to 4w (N, or N with s, m, h, d or w)");
	return true;
}

static bool
job_read(const struct arguments *arguments, struct observe_job *job)
{
	struct zg_error error = {0};
	zg_status status;

	if (!options_read(arguments, job))
		return false;
	if (getrandom(&job->seed, sizeof(job->seed), 0) != sizeof(job->seed)) {
		complain("observe: no random numbers");
		return false;
	}
	actor_read(job->actor, sizeof(job->actor));
	status = config_read(arguments->values[OPTION_CONFIG], &job->config, &error);
	if (status != ZG_OK) {
		complain("observe: %s", error.text);
		return false;
	}
	job->zone = config_zone_find(job->config, arguments->operands[0]);
	if (job->zone == NULL)
		complain("observe: %s has no zone '%s'", job->config->path, arguments->operands[0]);
	return job->zone != NULL && servers_read(job);
}

int
command_observe(const struct arguments *arguments)
{
	struct observe_job job;
	struct claim claim;
	int status = EXIT_UNDECIDED;

	if (job_read(arguments, &job)) {
		zg_verdict verdict = supervise(
		    &(struct supervised){
			.work = pass_work, .context = &job, .timeout = job.timeout},
		    &claim);

		if (verdict == ZG_VERDICT_PASS)
			status = OBSERVE_GOOD;
		else if (verdict == ZG_VERDICT_REFUSE)
			status = OBSERVE_BAD;
	}
	config_free(job.config);
	return status;
}
