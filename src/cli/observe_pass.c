/*
 * What the servers of a zone serve: the work of `zonegate observe`, in a worker: what comes from
 * the network is not to be trusted.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zonegate/policy.h>
#include "base/error.h"
#include "publish/provider_log.h"
#include "publish/release.h"

/* All questions together: servers that answer slowly are named as silent. Milliseconds. */
#define ASK_MILLISECONDS 60000
/* One whole copy of the zone. */
#define TRANSFER_SECONDS 600

/* --- What is served --- */

static zg_status
pass_ask(struct observe_pass *pass, struct zg_error *error)
{
	const struct observe_question question = {.released = pass->released,
	    .rolling = pass->rolling,
	    .servers = pass->servers,
	    .n_servers = pass->n_servers,
	    .trust = pass->trust,
	    .ds = pass->ds,
	    .n_ds = pass->n_ds,
	    .now = pass->job->now,
	    .limits = {.until = deadline_in(ASK_MILLISECONDS)}};
	zg_status status = observe_servers(&question, &pass->look, error);

	if (status == ZG_OK) {
		pass->look->time = pass->job->now;
		pass->look->partial = pass->partial;
	}
	return status;
}

/* Holds a whole copy against what the server has to serve. */
static void
judge_whole(const struct zone_sample *wanted, const struct zone_sample *copy,
    struct observed_server *server)
{
	char text[200];

	server->whole_serial = copy->serial;
	server->whole_records = copy->n_records;
	memcpy(server->whole_digest, copy->digest, sizeof(server->whole_digest));
	server->whole = strcmp(copy->digest, wanted->digest) == 0 ? WHOLE_SAME : WHOLE_OTHER;
	if (server->whole == WHOLE_SAME)
		return;
	(void)snprintf(text, sizeof(text),
	    "its copy has serial %" PRIu32 " and %" PRIu64 " records; released: %" PRIu32
	    " and %" PRIu64,
	    copy->serial, copy->n_records, wanted->serial, wanted->n_records);
	observed_fault(server, FAULT_WHOLE, text);
}

/* Transfers the zone, and reads it while it comes. */
static zg_status
server_transfer(const struct observe_pass *pass, const char *key, struct observed_server *server,
    struct zg_error *error)
{
	const struct observe_job *job = pass->job;
	const struct fetch_wish wish = {.server = server->server,
	    .zone = job->zone->name,
	    .key = key,
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
		judge_whole(server->rolling ? pass->rolling : pass->released, copy, server);
	} else {
		server->whole = WHOLE_NOT_HAD;
		(void)snprintf(server->whole_note, sizeof(server->whole_note), "%.255s",
		    whole != ZG_OK ? ended.text : trouble.text);
	}
	zone_sample_free(copy);
	return ZG_OK;
}

/* A server of a stage is asked for its copy when the configuration wants it, and must give it then.
 * Any other that does not give it away is no worse for that. */
static zg_status
pass_transfer(struct observe_pass *pass, struct zg_error *error)
{
	const struct config_zone *zone = pass->job->zone;
	const char *key = pass->job->arguments->values[OPTION_TSIG];
	zg_status status = ZG_OK;

	if (pass->job->arguments->values[OPTION_NO_TRANSFER] != NULL)
		return ZG_OK;
	for (size_t i = 0; i < pass->look->n_servers && status == ZG_OK; i++) {
		struct observed_server *server = &pass->look->servers[i];
		const struct config_stage *stage = config_stage_find(zone, server->stage);

		if (server->n_answered == 0 || (stage != NULL && !stage->transfer))
			continue;
		status = server_transfer(
		    pass, key == NULL && stage != NULL ? stage->tsig : key, server, error);
		if (stage != NULL && server->whole == WHOLE_NOT_HAD)
			observed_fault(server, FAULT_WHOLE, server->whole_note);
	}
	return status;
}

/* Other providers are asked for the same names. */
static zg_status
pass_providers(struct observe_pass *pass, struct zg_error *error)
{
	const struct providers_question question = {.zone = pass->job->zone,
	    .sample = pass->released != NULL ? pass->released : pass->rolling,
	    .ds = pass->ds,
	    .n_ds = pass->n_ds,
	    .policy = pass->policy,
	    .now = pass->job->now};

	if (pass->partial || question.sample == NULL)
		return ZG_OK;
	return providers_look(&question, &pass->providers, &pass->n_providers, error);
}

/* --- What follows --- */

/* It was a look at less than the configuration wants: that it was good says nothing of the stage.
 */
static bool
is_less(const struct observe_pass *pass, const struct config_stage *stage)
{
	return pass->job->is_lowered || pass->look->unvalidated[0] != '\0' ||
	       (stage->transfer && pass->job->arguments->values[OPTION_NO_TRANSFER] != NULL);
}

/* What the look says of a stage: of one that had the text when the look began, and has it still. */
static zg_status
stage_write(struct observe_pass *pass, struct release_log *log, const struct rollout *rollout,
    const struct config_stage *stage, struct zg_error *error)
{
	const struct rollout_stage *then = observe_rolling_stage(&pass->rollout, stage->name);
	const struct rollout_stage *now = observe_rolling_stage(rollout, stage->name);
	char why[512];
	bool good;

	if (then == NULL || now == NULL || then->reached == 0)
		return ZG_OK;
	good = look_evidence(pass->look, stage->name, why, sizeof(why));
	if (good && is_less(pass, stage))
		return ZG_OK;
	pass->observed.is_news |= !good && (now->looked == 0 || now->good);
	return rollout_step(log, rollout, good ? STEP_GOOD : STEP_BAD, stage->name,
	    pass->job->actor, why, pass->job->now, error);
}

/* Of all stages whose servers were looked at. Another rollout may have begun meanwhile. */
static zg_status
stages_write(struct observe_pass *pass, struct release_log *log, struct zg_error *error)
{
	const struct observe_job *job = pass->job;
	struct rollout rollout;
	zg_status status;

	if (job->zone->n_stages == 0)
		return ZG_OK;
	status = rollout_read(log, &rollout, error);
	if (status != ZG_OK || rollout.candidate != pass->rollout.candidate)
		return status;
	for (size_t i = 0; i < job->zone->n_stages && status == ZG_OK; i++) {
		const struct config_stage *stage = &job->zone->stages[i];

		if (stage->first_server >= job->first_server &&
		    stage->first_server < job->first_server + job->n_servers)
			status = stage_write(pass, log, &rollout, stage, error);
	}
	return status;
}

static zg_status
observed_write(struct release_log *log, void *context, struct zg_error *error)
{
	struct observe_pass *pass = context;
	bool is_news = false;
	zg_status status = release_observed(
	    log, pass->look, pass->job->actor, clock_now(), &pass->observed, error);

	if (status == ZG_OK)
		status = release_providers_record(
		    log, pass->providers, pass->n_providers, pass->job->now, &is_news, error);
	pass->observed.is_news |= is_news;
	if (status == ZG_OK)
		status = stages_write(pass, log, error);
	return status;
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
	const struct observe_view view = {.look = pass->look,
	    .providers = pass->providers,
	    .n_providers = pass->n_providers,
	    .confirmed = pass->observed.confirmed,
	    .recorded = pass->recorded,
	    .color = output_wants_color()};

	return observe_render(&view, format, text, length, error);
}

static zg_status
pass_print(const struct observe_pass *pass, struct zg_error *error)
{
	char *text = NULL;
	size_t length;
	zg_status status;

	if (pass->job->silent)
		return ZG_OK;
	status = pass_render(pass, pass->job->format, &text, &length, error);
	if (status == ZG_OK)
		status = output_whole(text, length, error);
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
	    .serial = pass->released != NULL ? pass->look->serial : pass->look->rolling.serial};
	char *text = NULL;
	zg_status status;

	if (!pass->observed.is_news || pass->job->config->n_notify == 0)
		return ZG_OK;
	status = pass_render(pass, OBSERVE_FORMAT_JSON, &text, &task.input_length, error);
	task.input = text;
	if (status == ZG_OK)
		(void)notify_all(pass->job->config, &task);
	free(text);
	return status;
}

static zg_status
pass_look(struct observe_pass *pass, struct zg_error *error)
{
	zg_status status = observe_past(pass, error);

	if (status == ZG_OK)
		status = pass_ask(pass, error);
	if (status == ZG_OK)
		status = observe_validate(pass, error);
	if (status == ZG_OK)
		status = pass_transfer(pass, error);
	if (status == ZG_OK)
		status = pass_providers(pass, error);
	return status;
}

/* What was seen is printed also when it cannot be recorded, or is not all that was to be seen. */
static zg_status
pass_run(struct observe_pass *pass, struct zg_error *error)
{
	struct zg_error unprinted = {0};
	zg_status status = pass_look(pass, error), printed;

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
	if (status != ZG_OK || printed != ZG_OK)
		return status == ZG_OK ? printed : status;
	return pass->look->unvalidated[0] == '\0'
		   ? ZG_OK
		   : error_set(error, ZG_READ, "%s", pass->look->unvalidated);
}

static void
pass_claim(const struct observe_pass *pass, struct claim *claim)
{
	bool good =
	    zone_look_is_good(pass->look) && providers_are_good(pass->providers, pass->n_providers);

	claim->verdict = good ? ZG_VERDICT_PASS : ZG_VERDICT_REFUSE;
	if (!good)
		(void)look_evidence(pass->look, NULL, claim->message, sizeof(claim->message));
}

void
observe_work(void *context, struct claim *claim)
{
	struct observe_pass pass = {.job = context};
	struct zg_error error = {0};
	zg_status status = pass_run(&pass, &error);

	if (status == ZG_OK)
		pass_claim(&pass, claim);
	else
		claim_trouble(claim, status, &error);
	providers_free(pass.providers, pass.n_providers);
	zone_look_free(pass.look);
	zone_sample_free(pass.released);
	zone_sample_free(pass.rolling);
	free(pass.servers);
	zg_policy_free(pass.policy);
}
