/* Approvals in a run of `zonegate release`: from the spool to the gate, and what becomes of them.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/limits.h>
#include "publish/release.h"
#include "publish/spool.h"

/* A copy of what the configuration says of approvers. */
static zg_status
approvers_copy(
    const struct config *config, struct release_approvals *approvals, struct zg_error *error)
{
	approvals->approvers = calloc(config->n_approvers + 1, sizeof(approvals->approvers[0]));
	if (approvals->approvers == NULL) {
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
		return ZG_MEMORY;
	}
	for (size_t i = 0; i < config->n_approvers; i++) {
		struct zg_approver *approver = &approvals->approvers[i];

		approver->id = config->approvers[i].id;
		memcpy(approver->public_key, config->approvers[i].public_key,
		    sizeof(approver->public_key));
	}
	return ZG_OK;
}

zg_status
release_approvals_read(const struct config *config, const struct config_zone *zone,
    const struct state_directory *state, struct release_approvals *approvals,
    struct zg_error *error)
{
	bool more = false;
	zg_status status;

	*approvals = (struct release_approvals){.n_files = 0};
	status = approvers_copy(config, approvals, error);
	if (status == ZG_OK)
		status = spool_read(
		    state, zone->name, &approvals->files, &approvals->n_files, &more, error);
	if (status != ZG_OK)
		return status;
	approvals->approvals = calloc(approvals->n_files + 1, sizeof(approvals->approvals[0]));
	if (approvals->approvals == NULL) {
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
		return ZG_MEMORY;
	}
	for (size_t i = 0; i < approvals->n_files; i++) {
		const struct spool_file *file = &approvals->files[i];

		approvals->approvals[i] = (struct zg_approval){.name = file->name,
		    .text = file->text != NULL ? file->text : "",
		    .length = file->length,
		    .spent = file->spent};
	}
	if (more)
		complain("more approvals in the spool than are looked at: %d", ZG_APPROVALS_MAX);
	return ZG_OK;
}

zg_status
release_approvals_open(const struct release_job *job, struct release_approvals *approvals,
    struct zg_gate_inputs *inputs, struct zg_error *error)
{
	zg_status status;

	*approvals = (struct release_approvals){.n_files = 0};
	if (!job->has_state)
		return ZG_OK;
	status = release_approvals_read(job->config, job->zone, &job->state, approvals, error);
	if (status != ZG_OK)
		return status;
	inputs->installation = job->config->installation;
	inputs->approvers = approvals->approvers;
	inputs->n_approvers = job->config->n_approvers;
	inputs->approvals = approvals->approvals;
	inputs->n_approvals = approvals->n_files;
	return ZG_OK;
}

void
release_approvals_close(struct release_approvals *approvals)
{
	spool_free(approvals->files, approvals->n_files);
	free(approvals->approvals);
	free(approvals->approvers);
	*approvals = (struct release_approvals){.n_files = 0};
}

/* One line of the decision log for each finding that people accepted, with what they accepted. */
static zg_status
note_findings(struct release_log *log, const struct zg_result *result, struct zg_error *error)
{
	char text[ZG_ERROR_TEXT_MAX];
	zg_status status = ZG_OK;

	for (size_t i = 0; i < result->n_findings && status == ZG_OK; i++) {
		const struct zg_finding *finding = &result->findings[i];

		if (!finding->accepted)
			continue;
		(void)snprintf(text, sizeof(text), "serial %u: %s, %llu finding%s, accepted by %s",
		    result->serial, finding->check->id, (unsigned long long)finding->count,
		    finding->count == 1 ? "" : "s", finding->approved_by);
		status = release_note(log,
		    finding->severity == ZG_SEVERITY_REFUSE ? "override" : "approval", text,
		    clock_now(), error);
	}
	return status;
}

/* Its part in a release is remembered before that can happen: once more it covers no change. */
static zg_status
use(const struct release_job *job, struct release_log *log, const struct spool_file *file,
    const struct zg_approval_state *state, struct zg_error *error)
{
	char text[ZG_ERROR_TEXT_MAX];
	zg_status status = spool_mark_spent(&job->state, file, error);

	(void)snprintf(
	    text, sizeof(text), "%.80s of %s counts: %.300s", file->name, state->by, state->reason);
	return status == ZG_OK ? release_note(log, "approval", text, clock_now(), error) : status;
}

/* A file that is in the way of nothing: to put it aside may fail. */
static void
put_aside(const struct release_job *job, struct release_log *log, const struct spool_file *file,
    const struct zg_approval_state *state)
{
	struct zg_error error = {0};
	char text[ZG_ERROR_TEXT_MAX], name[128];

	escape(name, sizeof(name), file->name);
	(void)snprintf(text, sizeof(text), "%s is put aside: %s", name,
	    zg_approval_outcome_text(state->outcome));
	if (spool_put_aside(&job->state, file, &error) != ZG_OK ||
	    release_note(log, "approval", text, clock_now(), &error) != ZG_OK)
		complain("%s", error.text);
}

zg_status
release_approvals_settle(const struct release_job *job, const struct release_approvals *approvals,
    struct release_log *log, const struct zg_result *result, struct zg_error *error)
{
	bool passed = result->verdict == ZG_VERDICT_PASS;
	zg_status status = passed ? note_findings(log, result, error) : ZG_OK;

	for (size_t i = 0; i < result->n_approvals && status == ZG_OK; i++) {
		const struct zg_approval_state *state = &result->approvals[i];

		if (zg_approval_is_dead(state->outcome))
			put_aside(job, log, &approvals->files[i], state);
		else if (passed && state->outcome == ZG_APPROVAL_USED)
			status = use(job, log, &approvals->files[i], state, error);
	}
	return status;
}
