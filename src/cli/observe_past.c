/* What the servers of a zone have to serve, and what that is proved by: of `zonegate observe`. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zonegate/policy.h>
#include "base/error.h"
#include "cli/cli.h"
#include "publish/release.h"

/* --- What is to be served, by whom --- */

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

/* The stage that a server belongs to, or NULL. */
static const struct config_stage *
stage_of(const struct config_zone *zone, size_t server)
{
	for (size_t i = 0; i < zone->n_stages; i++) {
		const struct config_stage *stage = &zone->stages[i];

		if (server >= stage->first_server &&
		    server - stage->first_server < stage->n_servers)
			return stage;
	}
	return NULL;
}

const struct rollout_stage *
observe_rolling_stage(const struct rollout *rollout, const char *name)
{
	if (rollout->state != ROLLOUT_RUNNING && rollout->state != ROLLOUT_ABORTING)
		return NULL;
	for (size_t i = 0; i < rollout->n_stages; i++) {
		const struct rollout_stage *stage = &rollout->stages[i];

		if (strcmp(stage->name, name) == 0 && stage->entered != 0 && stage->put_back == 0)
			return stage;
	}
	return NULL;
}

/* Who is asked, and for which text. Where nothing is in force, only who has another text can be. */
static zg_status
pass_servers(struct observe_pass *pass, bool in_force, struct zg_error *error)
{
	const struct observe_job *job = pass->job;
	const struct config_zone *zone = job->zone;

	pass->servers = calloc(job->n_servers + 1, sizeof(*pass->servers));
	if (pass->servers == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	for (size_t i = job->first_server; i < job->first_server + job->n_servers; i++) {
		const struct config_stage *stage = stage_of(zone, i);
		struct observe_server *server = &pass->servers[pass->n_servers];

		*server = (struct observe_server){.stage = stage != NULL ? stage->name : NULL,
		    .rolling = stage != NULL &&
			       observe_rolling_stage(&pass->rollout, stage->name) != NULL};
		if (!net_address_make(
			zone->servers[i].address, zone->servers[i].port, &server->address))
			return error_set(error, ZG_PARAMETER, "%s: '%s' cannot be asked",
			    job->config->path, zone->servers[i].address);
		pass->n_servers += server->rolling || in_force;
	}
	pass->partial = job->partial || pass->n_servers < job->n_servers;
	if (pass->n_servers > 0)
		return ZG_OK;
	return error_set(error, ZG_INPUT_MISSING,
	    "nothing was released of %s%s: there is nothing to compare with", zone->name,
	    job->partial ? " there" : "");
}

/* --- The texts --- */

static zg_status
sample_read(struct observe_pass *pass, int fd, const struct released *text, const char *what,
    struct zone_sample **sample, struct zg_error *error)
{
	const struct observe_job *job = pass->job;
	const struct zg_source source = {.kind = ZG_SOURCE_FD, .fd = fd, .path = job->zone->name};

	if (fd < 0)
		return error_set(error, ZG_INPUT_MISSING,
		    "the text of %s, serial %" PRIu32 ", is not there any more", what,
		    text->serial);
	return zg_zone_sample(
	    &source, job->zone->name, pass->policy, (size_t)job->names, job->seed, sample, error);
}

/* The release in force. */
static zg_status
sample_released(struct observe_pass *pass, const struct state_directory *state,
    const struct released *in_force, struct zg_error *error)
{
	const struct config_zone *zone = pass->job->zone;
	int fd = -1;
	zg_status status = release_text_open(state, zone->name, zone->target, in_force, &fd, error);

	if (status == ZG_OK)
		status =
		    sample_read(pass, fd, in_force, "the release in force", &pass->released, error);
	if (fd >= 0)
		(void)close(fd);
	return status;
}

/* What is being rolled out: kept apart until the last stage has it. */
static zg_status
sample_rolling(
    struct observe_pass *pass, const struct state_directory *state, struct zg_error *error)
{
	const char *name = pass->job->zone->name;
	struct released rolling = {.exists = true, .serial = pass->rollout.serial};
	char *path = NULL;
	int fd = -1;
	zg_status status = state_path(state, "rolling", name, ".zone", &path, error);

	memcpy(rolling.sha256, pass->rollout.sha256, sizeof(rolling.sha256));
	if (status == ZG_OK)
		status = release_text_open(state, name, path, &rolling, &fd, error);
	if (status == ZG_OK)
		status =
		    sample_read(pass, fd, &rolling, "what is rolled out", &pass->rolling, error);
	if (fd >= 0)
		(void)close(fd);
	free(path);
	return status;
}

static zg_status
pass_samples(struct observe_pass *pass, const struct state_directory *state,
    struct release_log *log, struct zg_error *error)
{
	struct released in_force;
	size_t n_rolling = 0;
	zg_status status = release_in_force(log, 0, pass->job->now, &in_force, error);

	if (status == ZG_OK)
		status = pass_servers(pass, in_force.exists, error);
	for (size_t i = 0; i < pass->n_servers; i++)
		n_rolling += pass->servers[i].rolling;
	if (status == ZG_OK && n_rolling < pass->n_servers)
		status = sample_released(pass, state, &in_force, error);
	if (status == ZG_OK && n_rolling > 0)
		status = sample_rolling(pass, state, error);
	return status;
}

zg_status
observe_past(struct observe_pass *pass, struct zg_error *error)
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
	if (status == ZG_OK && job->zone->n_stages > 0)
		status = rollout_read(log, &pass->rollout, error);
	if (status == ZG_OK)
		status = pass_samples(pass, &state, log, error);
	release_log_close(log);
	state_close(&state);
	return status;
}
