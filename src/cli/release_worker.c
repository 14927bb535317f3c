/*
 * The worker of `zonegate release` and the hooks: runs the gate over the snapshot, records the
 * candidate, prints the report, and claims the verdict. It publishes nothing.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <zonegate/memo.h>
#include <zonegate/policy.h>
#include "base/file_replace.h"
#include "publish/refusal.h"
#include "publish/release.h"
#include "publish/risk.h"
#include "publish/rollout.h"
#include "report/stored_report.h"

struct work {
	struct release_job *job;
	struct release_log *log; /* NULL: a dry run without a history */
	struct released in_force;
	zg_policy *policy;
	struct zg_result *result;
	struct release_approvals approvals;
	int previous_fd;
	const char *providers[ZG_PROVIDERS_MAX];
	/* What the DS file says, or why it cannot be read. */
	struct release_ds ds[ZG_DS_MAX];
	size_t n_ds;
	uint32_t ds_ttl;
	char ds_trouble[ZG_ERROR_TEXT_MAX];
	struct release_parent parent; /* and what its own servers say, which goes before it */
	struct rollout rollout;	      /* of a zone with stages */
	char why[512];		      /* what asks for stages, or what the candidate is held for */
	bool queued;
};

zg_status
release_policy_open(const struct config_zone *zone, zg_policy **policy, struct zg_error *error)
{
	if (zone->policy_path == NULL)
		return zg_policy_default(policy, error);
	return zg_policy_read(zone->policy_path, zone->policy_name, policy, error);
}

/* --- Inputs --- */

static struct zg_source
source_of_path(const char *path)
{
	return path == NULL ? (struct zg_source){.kind = ZG_SOURCE_NONE}
			    : (struct zg_source){.kind = ZG_SOURCE_PATH, .path = path};
}

/* The memo costs time when it cannot be used, and nothing else. */
static void
memo_open(struct work *work)
{
	const struct release_job *job = work->job;
	struct zg_error error = {0};
	char *path = NULL;
	zg_status status;

	if (job->dry_run || job->arguments->values[OPTION_NO_MEMO] != NULL)
		return;
	status = state_path(&job->state, "memo", job->zone->name, ".memo", &path, &error);
	if (status == ZG_OK) {
		/* The zone is locked: nobody else writes it. */
		file_replace_sweep(path);
		status = zg_memo_open(path, &work->job->gate.inputs.memo, &error);
	}
	if (status != ZG_OK)
		complain("no memo: %s", error.text);
	free(path);
}

/* The file that has the release in force: of a zone with stages that of the last one, which is the
 * last to get another. */
static const char *
in_force_target(const struct release_job *job)
{
	const struct config_zone *zone = job->zone;

	return job_is_staged(job) ? zone->stages[zone->n_stages - 1].target : job->target;
}

/* The text of the release in force is compared with when there is one. */
static void
previous_give(struct work *work, const char *digest, bool known)
{
	struct zg_gate_inputs *inputs = &work->job->gate.inputs;

	inputs->previous_digest = digest;
	inputs->previous_known = known;
	if (work->previous_fd >= 0)
		inputs->previous = (struct zg_source){
		    .kind = ZG_SOURCE_FD, .fd = work->previous_fd, .path = "<released zone>"};
	else
		inputs->previous = (struct zg_source){.kind = ZG_SOURCE_NONE};
}

/* Proved by the digest of its file. */
static zg_status
previous_prove(struct work *work, struct zg_error *error)
{
	const struct release_job *job = work->job;
	zg_status status;

	if (work->previous_fd >= 0)
		(void)close(work->previous_fd);
	status = release_text_open(&job->state, job->zone->name, in_force_target(job),
	    &work->in_force, &work->previous_fd, error);
	if (status != ZG_OK)
		return status;
	if (work->previous_fd < 0)
		complain(
		    "the text of the release in force, serial %u, is nowhere: the candidate is "
		    "not compared with it",
		    work->in_force.serial);
	previous_give(work, NULL, false);
	return ZG_OK;
}

/* What was kept needs no proof with its seal; without, the gate digests its content, if the
 * candidate can be read once more should it be another one. */
static zg_status
previous_open(struct work *work, struct zg_error *error)
{
	const struct release_job *job = work->job;
	bool sealed;
	zg_status status;

	if (job->snapshot.fd < 0)
		return previous_prove(work, error);
	status = release_text_kept(
	    &job->state, job->zone->name, &work->in_force, &work->previous_fd, &sealed, error);
	if (status != ZG_OK)
		return status;
	if (work->previous_fd < 0)
		return previous_prove(work, error);
	previous_give(work, work->in_force.digest, sealed);
	return ZG_OK;
}

/* The release in force, and its text to compare with. */
static zg_status
past_open(struct work *work, struct zg_error *error)
{
	struct release_job *job = work->job;
	zg_status status;

	if (!job->has_state)
		return ZG_OK;
	status = release_log_open(&job->state, job->zone->name, !job->dry_run, &work->log, error);
	if (status == ZG_OK)
		status = release_in_force(
		    work->log, job->pending, job->gate.inputs.now, &work->in_force, error);
	if (status == ZG_OK && job_is_staged(job))
		status = rollout_read(work->log, &work->rollout, error);
	if (status != ZG_OK || !work->in_force.exists)
		return status;
	return previous_open(work, error);
}

/* What the parent publishes. That it cannot be read is no defect of the zone: it is demanded only
 * of a candidate that changes what the parent minds (DESIGN 9.3). */
static zg_status
ds_open(struct work *work, struct zg_error *error)
{
	const struct config_zone *zone = work->job->zone;
	struct zg_gate_inputs *inputs = &work->job->gate.inputs;
	const struct zg_source source = source_of_path(zone->ds_path);
	zg_status status;

	if (zone->ds_path == NULL)
		return ZG_OK;
	status = zg_ds_read(&source, zone->name, work->ds, &work->n_ds, &work->ds_ttl, error);
	if (status == ZG_OK) {
		inputs->ds = source;
		inputs->ds_ttl =
		    zone->ds_ttl > 0 && zone->ds_ttl <= UINT32_MAX ? (uint32_t)zone->ds_ttl : 0;
	} else if (status != ZG_MEMORY) {
		(void)snprintf(work->ds_trouble, sizeof(work->ds_trouble), "%s", error->text);
		complain("warning: what the parent publishes is not known: %s", error->text);
		inputs->require |= ZG_INPUT_DS;
		status = ZG_OK;
	}
	return status;
}

/* What is rolled out came by a transfer that was not cut: the report of then says so, and the
 * caller holds the content against what passed then. */
static bool
came_whole(const struct work *work)
{
	struct zg_error error = {0};
	char *report = NULL;
	bool whole = release_report(work->log, work->rollout.candidate, &report, &error) == ZG_OK &&
		     stored_proves(report, "transfer");

	free(report);
	return whole;
}

/* Of a transfer there is no snapshot without the closing SOA. What a hook that transfers kept for
 * `approve` came whole as far as anyone can tell now; before it goes out it is transferred and
 * checked again. The hook that has a target or stages was handed a file. */
static bool
is_whole(const struct release_job *job)
{
	const struct config_zone *zone = job->zone;
	bool transfers = zone->hook != NULL && zone->target == NULL && zone->n_stages == 0;

	if (job->hook == NULL && job->dry_run && transfers)
		return true;
	return job->wish.server != NULL;
}

static zg_status
work_open(struct work *work, struct zg_error *error)
{
	const struct config_zone *zone = work->job->zone;
	struct zg_gate_inputs *inputs = &work->job->gate.inputs;
	zg_status status = release_policy_open(zone, &work->policy, error);

	if (status != ZG_OK)
		return status;
	inputs->policy = work->policy;
	inputs->origin = zone->name;
	inputs->unsigned_input = source_of_path(zone->unsigned_path);
	inputs->trials = source_of_path(zone->trials_path);
	inputs->state = work->job->has_state ? work->job->state.path : NULL;
	inputs->remember = true;
	inputs->complete = true;
	inputs->whole = is_whole(work->job);
	providers_give(zone, work->providers, inputs);
	status = ds_open(work, error);
	if (status == ZG_OK)
		status = past_open(work, error);
	if (status == ZG_OK && work->job->rechecks)
		inputs->whole = came_whole(work);
	if (status == ZG_OK)
		status =
		    release_parent_open(work->job, work->log, work->policy, &work->parent, error);
	if (status == ZG_OK)
		status = release_approvals_open(work->job, &work->approvals, inputs, error);
	if (status == ZG_OK)
		memo_open(work);
	return status;
}

static void
work_close(struct work *work)
{
	zg_result_free(work->result);
	zg_memo_free(work->job->gate.inputs.memo);
	zg_policy_free(work->policy);
	release_approvals_close(&work->approvals);
	release_parent_close(&work->parent);
	release_log_close(work->log);
	if (work->previous_fd >= 0)
		(void)close(work->previous_fd);
}

/* Runs the gate; again when that came to nothing with what was kept, which may be another text by
 * now, or not to be read: it is only a copy. */
static zg_status
work_check(struct work *work, struct zg_error *error)
{
	struct release_job *job = work->job;
	zg_status status = gate_job_run(&job->gate, &work->result, error);

	if (status == ZG_OK || job->gate.inputs.previous_digest == NULL ||
	    lseek(job->snapshot.fd, 0, SEEK_SET) != 0)
		return status;
	status = previous_prove(work, error);
	return status == ZG_OK ? gate_job_run(&job->gate, &work->result, error) : status;
}

/* --- What came of it --- */

/* The text has what no server should be handed, whatever records it holds beside: entries that
 * cannot be read are in no digest. */
static bool
is_bad_text(const struct zg_result *result)
{
	for (size_t i = 0; i < result->n_findings; i++) {
		if (result->findings[i].severity == ZG_SEVERITY_REFUSE &&
		    strcmp(result->findings[i].check->group, "zone") == 0)
			return true;
	}
	return false;
}

/* Same serial, same content as the release in force: it is there already (a name server that starts
 * anew asks again, and must not be told otherwise). */
static bool
is_in_force(const struct work *work)
{
	const struct zg_result *result = work->result;

	if (!work->in_force.exists || !result->has_serial || result->digest == NULL ||
	    is_bad_text(result))
		return false;
	if (result->serial == work->in_force.serial &&
	    strcmp(result->digest, work->in_force.digest) == 0)
		return true;
	/* A name server that dropped what it was allowed goes on with the one before, and may ask
	 * about that: while no cache can have lost it, it is as good as in force. */
	return job_has_copy(work->job) && release_is_live(work->log, result->serial, result->digest,
					      work->job->gate.inputs.now);
}

/* Same serial, same content as the one on its way through the stages: nothing is done anew. */
static bool
is_rolling(const struct work *work)
{
	const struct zg_result *result = work->result;

	return rollout_is_running(&work->rollout) && result->has_serial && result->digest != NULL &&
	       !is_bad_text(result) && result->serial == work->rollout.serial &&
	       strcmp(result->digest, work->rollout.digest) == 0;
}

/* Whether a candidate that passed goes out in stages. */
static zg_status
stages_decide(struct work *work, bool *straight, struct zg_error *error)
{
	const struct rollout *rollout = &work->rollout;
	bool needed = true;
	zg_status status;

	if (rollout_is_running(rollout)) {
		*straight = false;
		(void)snprintf(work->why, sizeof(work->why),
		    "it replaces serial %" PRIu32 ", whose rollout was under way", rollout->serial);
		return ZG_OK;
	}
	status = stage_is_needed(work->log, work->policy, work->result, work->job->gate.inputs.now,
	    &needed, work->why, sizeof(work->why), error);
	*straight = !needed;
	return status;
}

/* A candidate that passed while a rollout of another one is under way does not overtake it, unless
 * the policy says that it takes its place. */
static void
newer_hold(struct work *work)
{
	enum staging_newer newer = risk_newer(work->policy);

	if (work->result->verdict != ZG_VERDICT_PASS || newer == STAGING_REPLACE ||
	    !rollout_is_running(&work->rollout) || is_rolling(work))
		return;
	work->queued = newer == STAGING_QUEUE;
	(void)snprintf(work->why, sizeof(work->why),
	    "%s%" PRIu32 ", which is on its way through the stages",
	    work->queued ? QUEUED_REASON : "held, the policy lets none pass serial ",
	    work->rollout.serial);
	work->result->verdict = ZG_VERDICT_HELD;
	work->result->reason = work->why;
}

/* What the parent publishes, as the DS file has it: a fact of its own, whatever the verdict; unless
 * the parent's servers speak for themselves. */
static zg_status
ds_record(const struct work *work, struct zg_error *error)
{
	const struct zg_gate_inputs *inputs = &work->job->gate.inputs;
	const char *path = work->job->zone->ds_path;

	if (path == NULL || work->parent.text != NULL)
		return ZG_OK;
	if (work->ds_trouble[0] != '\0')
		return release_observe_no_ds(work->log, path, work->ds_trouble, inputs->now, error);
	return release_observe_ds(work->log, work->ds, work->n_ds,
	    inputs->ds_ttl != 0 ? inputs->ds_ttl : work->ds_ttl, path, inputs->now, error);
}

static zg_status
result_record(struct work *work, struct zg_error *error)
{
	const struct zg_result *result = work->result;
	const struct zg_report_options options = {.format = ZG_FORMAT_JSON};
	uint8_t sha256[FILE_DIGEST_OCTETS];
	char *report = NULL;
	size_t length;
	int64_t id;
	zg_status status = zg_report_render(result, &options, &report, &length, error);

	if (status == ZG_OK)
		status = beside_digest(work->job, sha256, error);
	/* Durable before the log speaks of it: what is found beside the target after a crash is
	 * whole. */
	if (status == ZG_OK)
		status = snapshot_settle(&work->job->snapshot, error);
	if (status == ZG_OK)
		status = release_add(work->log,
		    &(struct release_verdict){.facts = zg_result_facts(result),
			.verdict = result->verdict,
			.sha256 = sha256,
			.policy_digest = result->policy_digest,
			.reason = result->reason,
			.report = report,
			.time = clock_now(),
			.policy = work->policy,
			.config = work->job->config},
		    &id, error);
	free(report);
	return status;
}

/* What is in service is expired, or nothing of it validates: what is still the best to be had may
 * go out (DESIGN 9.6). */
static void
repair_explain(const struct work *work)
{
	const struct released *in_force = &work->in_force;
	const struct zg_repair *repair = work->result->repair;
	bool expired = in_force->first_expiration != 0 &&
		       in_force->first_expiration <= work->job->gate.inputs.now;
	bool bogus = repair != NULL && repair->n_former_broken > 0 &&
		     repair->n_former_broken == repair->n_former_rrsets;

	if (expired || bogus)
		complain("a candidate that breaks nothing beyond what serial %u breaks can go out "
			 "as a repair: 'zonegate approve', then 'zonegate release' again",
		    in_force->serial);
}

/* What a refusal leaves behind: what is served, until when that is safe, what could go out again.
 */
static void
service_explain(const struct work *work)
{
	const struct released *in_force = &work->in_force;
	struct released former = {.exists = false};
	struct zg_error error = {0};
	char until[UTC_TEXT_MAX];

	if (!in_force->exists) {
		complain("nothing was released before, and nothing is touched");
		return;
	}
	utc_format(in_force->first_expiration, until);
	if (in_force->first_expiration == 0)
		complain("serial %u stays in service; it is not signed", in_force->serial);
	else if (in_force->first_expiration > work->job->gate.inputs.now)
		complain("serial %u stays in service; its first signature expires at %s",
		    in_force->serial, until);
	else
		complain(
		    "serial %u stays in service, and its signatures have begun to expire at %s",
		    in_force->serial, until);
	job_explain_transfer(work->job, work->log, in_force);
	repair_explain(work);
	if (release_former(work->log, in_force, work->job->gate.inputs.now, &former, &error) !=
		ZG_OK ||
	    !former.exists)
		return;
	utc_format(former.first_expiration, until);
	complain(
	    "before it came serial %u: its content could go out again, under a new serial, until "
	    "%s",
	    former.serial, until);
}

/* A memo that is not written costs time, and nothing else. */
static void
memo_save(struct work *work)
{
	struct zg_error error = {0};
	zg_memo *memo = work->job->gate.inputs.memo;

	if (memo != NULL && work->result->verdict == ZG_VERDICT_PASS &&
	    zg_memo_save(memo, &error) != ZG_OK)
		complain("the memo is not written: %s", error.text);
}

/* A hook's standard error and output are the log of a name server: one line, or the report when
 * that is asked for. */
static zg_status
result_tell(struct work *work, struct zg_error *error)
{
	const struct release_job *job = work->job;
	const struct zg_result *result = work->result;

	if (job->hook == NULL || job->arguments->values[OPTION_FORMAT] != NULL)
		return gate_job_report(&work->job->gate, result, error);
	complain("%s serial %u: %s", job->zone->name, result->serial, result->reason);
	for (size_t i = 0; i < result->n_findings; i++) {
		const struct zg_finding *finding = &result->findings[i];

		if (finding->severity < ZG_SEVERITY_WARN && !finding->accepted)
			complain("%s %s: %llu", zg_severity_text(finding->severity),
			    finding->check->id, (unsigned long long)finding->count);
	}
	return ZG_OK;
}

/* The report of something that time does not mend: what was cut, broken or expired stays so. */
static bool
is_beyond_time(const struct zg_result *result)
{
	for (size_t i = 0; i < result->n_failures; i++) {
		if (result->failures[i].inception != 0 &&
		    result->failures[i].inception <= result->now && result->failures[i].n_bad > 0)
			return true;
	}
	for (size_t i = 0; i < result->n_findings; i++) {
		const struct zg_check *check = result->findings[i].check;

		if (result->findings[i].severity == ZG_SEVERITY_REFUSE &&
		    (strcmp(check->group, "zone") == 0 || strcmp(check->group, "denial") == 0 ||
			strcmp(check->id, "rrset-unsigned") == 0 ||
			strcmp(check->id, "rrsig-expired") == 0))
			return true;
	}
	return false;
}

/* How long the same text is refused or held for the same reasons, if nothing but time goes by. */
static uint32_t
same_for(const struct zg_result *result)
{
	int64_t safe = result->earliest_safe - result->now;

	if (result->verdict == ZG_VERDICT_REFUSE && is_beyond_time(result))
		return REFUSAL_SAME_MAX;
	if (result->earliest_safe > result->now && safe < REFUSAL_LOOK_AGAIN)
		return (uint32_t)safe;
	return REFUSAL_LOOK_AGAIN;
}

/* What the stages mean for the verdict. */
static void
claim_stages(const struct work *work, bool straight, bool rolling, struct claim *claim)
{
	claim->straight = straight;
	claim->queued = work->queued;
	if (claim->verdict == ZG_VERDICT_PASS && !straight)
		(void)snprintf(claim->message, sizeof(claim->message), "%.*s",
		    (int)sizeof(claim->message) - 1, work->why);
	if (!rolling)
		return;
	claim->rolling = 1;
	claim->verdict = ZG_VERDICT_HELD;
}

/* Claims last: the memo is the worker's only trace after that. */
static zg_status
work_finish(struct work *work, struct claim *claim, struct zg_error *error)
{
	bool in_force = is_in_force(work) && !work->job->back;
	bool rolling = !in_force && is_rolling(work), straight = false;
	zg_status status = ZG_OK;

	if (job_is_staged(work->job) && !in_force && !work->job->back) {
		newer_hold(work);
		if (work->result->verdict == ZG_VERDICT_PASS && work->log != NULL && !rolling)
			status = stages_decide(work, &straight, error);
	}
	if (status == ZG_OK && !work->job->dry_run)
		status = ds_record(work, error);
	if (status == ZG_OK && !in_force && !rolling && !work->job->dry_run) {
		status = release_approvals_settle(
		    work->job, &work->approvals, work->log, work->result, error);
		if (status == ZG_OK)
			status = result_record(work, error);
	}
	if (status == ZG_OK)
		status = result_tell(work, error);
	if (status != ZG_OK)
		return status;
	memo_save(work);
	if (work->result->verdict != ZG_VERDICT_PASS && !in_force && work->log != NULL)
		service_explain(work);
	claim_result(claim, work->result);
	claim->evidence = release_handed_is_evidence(work->policy);
	claim->same_for = work->queued || rolling ? 0 : same_for(work->result);
	claim_stages(work, straight, rolling, claim);
	if (in_force) {
		if (work->result->verdict != ZG_VERDICT_PASS)
			complain("as a new candidate it would be %s; it is in service already",
			    zg_verdict_text(work->result->verdict));
		claim->in_force = 1;
		claim->verdict = ZG_VERDICT_PASS;
	}
	return ZG_OK;
}

/* What came is what the engine asks about. */
static zg_status
is_asked_for(const struct work *work, struct zg_error *error)
{
	const struct hook_request *hook = work->job->hook;
	const struct zg_result *result = work->result;

	if (hook == NULL || !hook->has_serial || !result->has_serial ||
	    result->serial == hook->serial)
		return ZG_OK;
	(void)snprintf(error->text, sizeof(error->text),
	    "%s asks about serial %u, and what came has serial %u", hook->engine, hook->serial,
	    result->serial);
	return ZG_PARAMETER;
}

void
release_work(void *context, struct claim *claim)
{
	struct work work = {.job = context, .previous_fd = -1};
	struct zg_error error = {0};
	zg_status status = work_open(&work, &error);

	if (status == ZG_OK)
		status = work_check(&work, &error);
	if (status == ZG_OK)
		status = is_asked_for(&work, &error);
	if (status == ZG_OK)
		status = work_finish(&work, claim, &error);
	if (status != ZG_OK)
		claim_trouble(claim, status, &error);
	work_close(&work);
}

zg_status
release_check(struct release_job *job, struct zg_result **result, struct zg_error *error)
{
	struct work work = {.job = job, .previous_fd = -1};
	zg_status status = work_open(&work, error);

	*result = NULL;
	if (status == ZG_OK)
		status = work_check(&work, error);
	if (status == ZG_OK) {
		*result = work.result;
		work.result = NULL;
	}
	work_close(&work);
	return status;
}
