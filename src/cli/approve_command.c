/*
 * `zonegate approve`: shows what waits, and writes signed approvals into the spool. The candidate
 * is checked again in a worker, which says what there is to approve; the private key stays out of
 * the process that reads a zone.
 */
#include "cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <zonegate/limits.h>
#include <zonegate/policy.h>
#include "publish/approver_key.h"
#include "publish/release.h"
#include "publish/rollout.h"
#include "publish/spool.h"

/* An approval counts so long when nobody says how long. */
#define DEFAULT_PERIOD 86400

struct approve_job {
	struct release_job release;
	char *path; /* owned: of the candidate that was kept */
	bool list;
	int64_t serial;
	struct zg_approval_wish wish;
	int draft_fd; /* memory shared with the worker: the text to be signed */
};

static void
job_init(const struct arguments *arguments, struct approve_job *job)
{
	*job = (struct approve_job){
	    .release = {.arguments = arguments,
		.dry_run = true,
		.state.fd = -1,
		.lock_fd = -1,
		.snapshot = {.fd = -1, .folder_fd = -1}},
	    .draft_fd = -1,
	};
}

static void
job_clear(struct approve_job *job)
{
	free(job->path);
	if (job->draft_fd >= 0)
		(void)close(job->draft_fd);
	state_close(&job->release.state);
	config_free(job->release.config);
}

/* --- What there is --- */

static bool
config_open(struct approve_job *job)
{
	struct release_job *release = &job->release;
	struct zg_error error = {0};

	if (config_read(release->arguments->values[OPTION_CONFIG], &release->config, &error) ==
		ZG_OK &&
	    state_open(release->config->state, false, &release->state, &error) == ZG_OK) {
		release->has_state = !release->state.fresh;
		return true;
	}
	complain("%s", error.text);
	return false;
}

static bool
zone_find(struct approve_job *job, const char *name)
{
	struct release_job *release = &job->release;

	release->zone = config_zone_find(release->config, name);
	if (release->zone == NULL)
		complain("%s has no zone '%s'", release->config->path, name);
	else
		release->target = release->zone->target;
	return release->zone != NULL;
}

/* The candidate that was kept when it was held or refused. False: complained. */
static bool
kept_open(struct approve_job *job)
{
	struct release_job *release = &job->release;
	struct zg_error error = {0};

	free(job->path);
	job->path = NULL;
	if (state_path(&release->state, "held", release->zone->name, ".zone", &job->path, &error) !=
	    ZG_OK) {
		complain("%s", error.text);
		return false;
	}
	release->gate.inputs.zone = (struct zg_source){.kind = ZG_SOURCE_PATH, .path = job->path};
	return true;
}

/* --- In the worker: the list --- */

static void
finding_print(const struct zg_finding *finding)
{
	char until[UTC_TEXT_MAX];

	(void)printf("  %s: %s, %" PRIu64 " finding%s", finding->check->id,
	    zg_severity_text(finding->severity), finding->count, finding->count == 1 ? "" : "s");
	if (!finding->may_be_accepted)
		(void)printf("; nobody can override it");
	else if (finding->approved_by == NULL)
		(void)printf("; nobody has accepted it, %zu have to", finding->quorum);
	else {
		utc_format(finding->approved_until, until);
		(void)printf("; accepted by %s until %s%s", finding->approved_by, until,
		    finding->accepted ? "" : ", more have to");
	}
	(void)printf("\n");
	if (finding->n_examples > 0)
		(void)printf("    %s%s%s\n",
		    finding->examples[0].owner != NULL ? finding->examples[0].owner : "",
		    finding->examples[0].owner != NULL ? ": " : "", finding->examples[0].detail);
}

static void
candidate_print(const struct zg_result *result)
{
	(void)printf("%s serial %" PRIu32 ": %s\n", result->zone, result->serial, result->reason);
	for (size_t i = 0; i < result->n_findings; i++) {
		if (result->findings[i].severity < ZG_SEVERITY_WARN)
			finding_print(&result->findings[i]);
	}
	for (size_t i = 0; i < result->n_approvals; i++) {
		const struct zg_approval_state *state = &result->approvals[i];

		if (state->outcome != ZG_APPROVAL_USED)
			(void)printf("  approval %s%s%s: %s\n", state->name,
			    state->by != NULL ? " of " : "", state->by != NULL ? state->by : "",
			    zg_approval_outcome_text(state->outcome));
	}
}

/* --- In the worker: the text to be signed --- */

static zg_status
draft_write(const struct approve_job *job, const struct zg_result *result, struct zg_error *error)
{
	char *text = NULL;
	size_t length = 0;
	zg_status status = zg_approval_make(result, &job->wish, &text, &length, error);

	if (status == ZG_OK && !write_all(job->draft_fd, text, length)) {
		(void)snprintf(error->text, sizeof(error->text), "cannot hand over the text: %s",
		    strerrordesc_np(errno));
		status = ZG_WRITE;
	}
	zg_approval_text_free(text);
	return status;
}

static zg_status
result_use(const struct approve_job *job, const struct zg_result *result, struct zg_error *error)
{
	if (!result->has_serial || (!job->list && result->serial != job->serial)) {
		(void)snprintf(error->text, sizeof(error->text),
		    "the candidate there has serial %" PRIu32 ", not %lld: look at it first",
		    result->serial, (long long)job->serial);
		return ZG_PARAMETER;
	}
	candidate_print(result);
	return job->list ? ZG_OK : draft_write(job, result, error);
}

static void
approve_work(void *context, struct claim *claim)
{
	struct approve_job *job = context;
	struct zg_result *result = NULL;
	struct zg_error error = {0};
	zg_status status = release_check(&job->release, &result, &error);

	if (status == ZG_OK)
		status = result_use(job, result, &error);
	if (status == ZG_OK)
		status = output_close(&error);
	if (status == ZG_OK)
		claim->verdict = ZG_VERDICT_PASS;
	else
		claim_trouble(claim, status, &error);
	zg_result_free(result);
}

static bool
work(struct approve_job *job)
{
	struct claim claim;
	const struct supervised task = {
	    .work = approve_work, .context = job, .timeout = job->release.gate.timeout};

	return supervise(&task, &claim) == ZG_VERDICT_PASS;
}

/* --- The list --- */

/* The newest candidate was not released: it is the one that was kept. */
static bool
waits(struct approve_job *job, bool *known)
{
	struct release_log *log = NULL;
	struct recorded newest = {.id = 0};
	struct zg_error error = {0};

	*known = release_log_open(
		     &job->release.state, job->release.zone->name, false, &log, &error) == ZG_OK &&
		 release_newest(log, &newest, &error) == ZG_OK;
	release_log_close(log);
	if (!*known)
		complain("%s", error.text);
	return *known && newest.id > 0 && newest.declined && kept_open(job) &&
	       access(job->path, R_OK) == 0;
}

/* What waits in a stage, with what the check of it and the looks at its servers found. False:
 * complained. */
static bool
rollout_list(const struct approve_job *job, bool *rolling)
{
	const struct release_job *release = &job->release;
	struct zg_error error = {0};
	bool good;

	*rolling = false;
	if (release->zone->n_stages == 0)
		return true;
	good = stage_describe(release->config, release->zone, &release->state, rolling, &error) ==
	       ZG_OK;
	(void)fflush(stdout);
	if (!good)
		complain("%s", error.text);
	return good;
}

static int
list_zone(struct approve_job *job)
{
	bool known, rolling;

	if (!config_zone_is_published(job->release.zone))
		return 0;
	if (!rollout_list(job, &rolling))
		return EXIT_UNDECIDED;
	if (waits(job, &known))
		return work(job) ? 0 : EXIT_UNDECIDED;
	if (known && !rolling)
		(void)printf("%s nothing waits\n", job->release.zone->name);
	(void)fflush(stdout);
	return known ? 0 : EXIT_UNDECIDED;
}

static int
list(struct approve_job *job)
{
	const struct arguments *arguments = job->release.arguments;
	const struct config *config;
	int status = 0;

	if (arguments->n_operands > 1)
		return complain_usage(arguments->command, "--list takes one zone, or none");
	if (!config_open(job) ||
	    (arguments->n_operands > 0 && !zone_find(job, arguments->operands[0])))
		return EXIT_UNDECIDED;
	if (!job->release.has_state) {
		complain("%s has no history yet", job->release.config->state);
		return EXIT_UNDECIDED;
	}
	job->list = true;
	if (job->release.zone != NULL)
		return list_zone(job);
	config = job->release.config;
	for (size_t i = 0; i < config->n_zones; i++) {
		job->release.zone = &config->zones[i];
		job->release.target = config->zones[i].target;
		if (list_zone(job) != 0)
			status = EXIT_UNDECIDED;
	}
	return status;
}

/* --- An approval --- */

static bool
times_read(const struct arguments *arguments, struct zg_approval_wish *wish)
{
	const char *from = arguments->values[OPTION_FROM], *until = arguments->values[OPTION_UNTIL];
	const char *period = arguments->values[OPTION_FOR];
	int64_t now = clock_now(), seconds = DEFAULT_PERIOD;

	wish->from = now;
	if (from != NULL && !value_time(from, now, &wish->from))
		return option_malformed(arguments, "from", OPTION_FROM, "a time");
	if (until != NULL && period != NULL) {
		complain_usage(arguments->command, "--until and --for say the same thing");
		return false;
	}
	if (period != NULL && !value_duration(period, &seconds))
		return option_malformed(arguments, "for", OPTION_FOR, "a duration from 1s to 4w");
	wish->until = wish->from + seconds;
	if (until != NULL && !value_time(until, now, &wish->until))
		return option_malformed(arguments, "until", OPTION_UNTIL, "a time");
	return true;
}

/* A stage is approved for the one candidate on its way, and nothing else with it. */
static bool
stage_is_alone(const struct arguments *arguments)
{
	if (arguments->n_overrides == 0 && arguments->n_operands == 2 &&
	    arguments->values[OPTION_HEADROOM] == NULL &&
	    arguments->values[OPTION_THIS_ONLY] == NULL)
		return true;
	complain_usage(arguments->command,
	    "--stage takes ZONE and SERIAL, and neither --override, --headroom nor --this-only");
	return false;
}

static bool
wish_read(const struct arguments *arguments, struct approve_job *job)
{
	const char *headroom = arguments->values[OPTION_HEADROOM];
	struct zg_approval_wish *wish = &job->wish;
	int64_t percent = 0;

	wish->by = arguments->values[OPTION_AS];
	wish->reason = arguments->values[OPTION_REASON];
	if (arguments->n_operands < 2 || arguments->values[OPTION_KEY] == NULL ||
	    wish->by == NULL || wish->reason == NULL) {
		complain_usage(
		    arguments->command, "expected --key, --as, --reason, ZONE and SERIAL");
		return false;
	}
	if (!value_number(arguments->operands[1], 0, UINT32_MAX, &job->serial)) {
		complain_usage(arguments->command, "'%s' is not a serial", arguments->operands[1]);
		return false;
	}
	if (headroom != NULL && !value_number(headroom, 0, 1000, &percent))
		return option_malformed(
		    arguments, "headroom", OPTION_HEADROOM, "a number from 0 to 1000");
	wish->headroom = (unsigned)percent;
	if (arguments->values[OPTION_STAGE] != NULL && !stage_is_alone(arguments))
		return false;
	wish->overrides = arguments->overrides;
	wish->n_overrides = arguments->n_overrides;
	wish->this_candidate_only = arguments->values[OPTION_THIS_ONLY] != NULL;
	return times_read(arguments, wish);
}

/* The key of an approver whom the configuration does not know any more, and who counts when it is
 * about that. */
static bool
is_former_key(struct approve_job *job, const uint8_t private_key[32])
{
	struct release_job *release = &job->release;
	struct release_log *log = NULL;
	struct zg_error error = {0};
	uint8_t public_key[32];
	bool known;

	if (!release->has_state ||
	    release_log_open(&release->state, release->zone->name, false, &log, &error) != ZG_OK)
		return false;
	known = release_former_approver(log, job->wish.by, public_key) &&
		approver_key_matches(private_key, public_key);
	release_log_close(log);
	return known;
}

/* The key must be the one that the gate knows under that name: it would find out later, and nobody
 * would be there to read it. */
static bool
key_read(struct approve_job *job, uint8_t private_key[32])
{
	const struct config *config = job->release.config;
	struct zg_error error = {0};

	if (approver_key_read(job->release.arguments->values[OPTION_KEY], private_key, &error) !=
	    ZG_OK) {
		complain("%s", error.text);
		return false;
	}
	for (size_t i = 0; i < config->n_approvers; i++) {
		if (strcmp(config->approvers[i].id, job->wish.by) == 0 &&
		    approver_key_matches(private_key, config->approvers[i].public_key))
			return true;
	}
	if (is_former_key(job, private_key))
		return true;
	approver_key_forget(private_key);
	complain("%s knows no approver '%s' with this key", config->path, job->wish.by);
	return false;
}

/* What the worker left in the shared memory. Owned by the caller. */
static char *
draft_read(const struct approve_job *job, size_t *length)
{
	struct stat status;
	char *text;

	if (fstat(job->draft_fd, &status) != 0 || status.st_size <= 0 ||
	    status.st_size > ZG_APPROVAL_BYTES_MAX)
		return NULL;
	*length = (size_t)status.st_size;
	text = malloc(*length);
	if (text != NULL && pread(job->draft_fd, text, *length, 0) != (ssize_t)*length) {
		free(text);
		text = NULL;
	}
	return text;
}

/* The lines that the approver gave stand there as they were given: a worker that was taken over by
 * a zone gets no other zone, time or name signed. */
static bool
draft_is_ours(const struct approve_job *job, const char *text, size_t length)
{
	const struct release_job *release = &job->release;
	char *begin = NULL, *middle = NULL;
	int begin_length =
	    asprintf(&begin, "zonegate-approval 1\ninstallation %s\nzone %s\npolicy ",
		release->config->installation, release->zone->name);
	int middle_length = asprintf(&middle,
	    "\nby %s\nfrom %" PRId64 "\nuntil %" PRId64 "\nnonce %016" PRIx64 "\nreason %s\n",
	    job->wish.by, job->wish.from, job->wish.until, job->wish.nonce, job->wish.reason);
	bool ours = begin_length > 0 && middle_length > 0 && length > (size_t)begin_length &&
		    memcmp(text, begin, (size_t)begin_length) == 0 &&
		    memmem(text, length, middle, (size_t)middle_length) != NULL;

	if (begin_length > 0)
		free(begin);
	if (middle_length > 0)
		free(middle);
	return ours;
}

static int
sign(const struct approve_job *job, const uint8_t private_key[32])
{
	struct zg_error error = {0};
	size_t length = 0;
	char *text = draft_read(job, &length), *name = NULL, until[UTC_TEXT_MAX];
	int status = EXIT_UNDECIDED;

	if (text == NULL || !draft_is_ours(job, text, length))
		complain("the text to be signed is not what was asked for");
	else if (approver_key_sign(private_key, &text, &length, &error) != ZG_OK ||
		 spool_add(job->release.state.path, text, length, &name, &error) != ZG_OK)
		complain("%s", error.text);
	else {
		utc_format(job->wish.until, until);
		(void)printf("approved as %s until %s: spool/%s\n", job->wish.by, until, name);
		status = output_end();
	}
	free(text);
	free(name);
	return status;
}

/* --- A stage of a rollout --- */

/* The rollout under way, which the approval is bound to. False: complained. */
static bool
rollout_find(struct approve_job *job, struct rollout *rollout)
{
	struct release_job *release = &job->release;
	struct release_log *log = NULL;
	struct zg_error error = {0};
	bool known =
	    release->has_state &&
	    release_log_open(&release->state, release->zone->name, false, &log, &error) == ZG_OK &&
	    rollout_read(log, rollout, &error) == ZG_OK;

	release_log_close(log);
	if (!known)
		complain("%s", release->has_state ? error.text : "there is no history yet");
	else if (!rollout_is_running(rollout) || (int64_t)rollout->serial != job->serial)
		complain("serial %lld of %s is not on its way through stages",
		    (long long)job->serial, release->zone->name);
	else
		return true;
	return false;
}

/* A stage that has the zone needs no approval, and one that is not there gets nothing. */
static bool
stage_may_be_approved(const struct rollout *rollout, const char *name)
{
	for (size_t i = 0; i < rollout->n_stages; i++) {
		if (strcmp(rollout->stages[i].name, name) != 0)
			continue;
		if (rollout->stages[i].entered == 0)
			return true;
		complain("stage %s has serial %" PRIu32 " already", name, rollout->serial);
		return false;
	}
	complain("serial %" PRIu32 " does not go through a stage '%s'", rollout->serial, name);
	return false;
}

/* The text is made here: no zone is read for it, and the history says what it is bound to. */
static bool
stage_draft(struct approve_job *job, const struct rollout *rollout, const char *stage)
{
	struct zg_stage_subject subject = {.installation = job->release.config->installation,
	    .zone = job->release.zone->name,
	    .serial = rollout->serial,
	    .digest = rollout->digest,
	    .stage = stage};
	struct zg_policy *policy = NULL;
	struct zg_error error = {0};
	char *text = NULL;
	size_t length = 0;
	zg_status status = release_policy_open(job->release.zone, &policy, &error);

	subject.policy = policy;
	if (status == ZG_OK)
		status = zg_stage_approval_make(&subject, &job->wish, &text, &length, &error);
	if (status == ZG_OK && !write_all(job->draft_fd, text, length)) {
		(void)snprintf(error.text, sizeof(error.text), "cannot hand over the text: %s",
		    strerrordesc_np(errno));
		status = ZG_WRITE;
	}
	zg_approval_text_free(text);
	zg_policy_free(policy);
	if (status != ZG_OK)
		complain("%s", error.text);
	return status == ZG_OK;
}

static int
approve_stage(struct approve_job *job, uint8_t private_key[32])
{
	const char *stage = job->release.arguments->values[OPTION_STAGE];
	struct rollout *rollout = calloc(1, sizeof(*rollout));
	int status = EXIT_UNDECIDED;

	if (rollout == NULL)
		complain("out of memory");
	else if (rollout_find(job, rollout) && stage_may_be_approved(rollout, stage) &&
		 stage_draft(job, rollout, stage) && key_read(job, private_key))
		status = sign(job, private_key);
	free(rollout);
	return status;
}

/* --- An engine that is to ask again --- */

/* In the worker: whether what waits passes by now. */
static void
passes_work(void *context, struct claim *claim)
{
	struct approve_job *job = context;
	struct zg_result *result = NULL;
	struct zg_error error = {0};
	zg_status status = release_check(&job->release, &result, &error);

	if (status != ZG_OK)
		claim_trouble(claim, status, &error);
	else
		claim->verdict =
		    result->verdict == ZG_VERDICT_PASS ? ZG_VERDICT_PASS : ZG_VERDICT_HELD;
	zg_result_free(result);
}

/* With the last approval that was needed, the name server that was told no need not wait for its
 * next retry. The approval is given, whatever comes of this. */
static void
ask_again(struct approve_job *job)
{
	const struct config_zone *zone = job->release.zone;
	const struct supervised task = {
	    .work = passes_work, .context = job, .timeout = job->release.gate.timeout};
	const struct command_task command = {.command = &zone->again,
	    .event = "approved",
	    .zone = zone->name,
	    .verdict = zg_verdict_text(ZG_VERDICT_PASS),
	    .has_serial = true,
	    .serial = (uint32_t)job->serial};
	struct command_outcome outcome;
	struct claim claim;

	if (zone->again.arguments == NULL || job->path == NULL ||
	    supervise(&task, &claim) != ZG_VERDICT_PASS)
		return;
	command_execute(&command, &outcome);
	if (outcome.succeeded)
		complain("%s serial %lld passes now, and is asked for again", zone->name,
		    (long long)job->serial);
	else
		complain("%s serial %lld passes when it is asked for again: %s failed: %s%s%s",
		    zone->name, (long long)job->serial, zone->again.arguments[0], outcome.why,
		    outcome.length > 0 ? ": " : "", outcome.output);
}

/* --- The approval --- */

/* The candidate: a file of the approver's, before it is handed in; else the one that was kept. */
static bool
candidate_open(struct approve_job *job)
{
	const struct arguments *arguments = job->release.arguments;

	if (arguments->n_operands > 2)
		return zone_source_read(
		    arguments, arguments->operands[2], &job->release.gate.inputs.zone);
	if (!kept_open(job))
		return false;
	if (access(job->path, R_OK) == 0)
		return true;
	complain("no candidate of %s waits: %s: %s", job->release.zone->name, job->path,
	    strerrordesc_np(errno));
	return false;
}

static int
approve(struct approve_job *job)
{
	const struct arguments *arguments = job->release.arguments;
	uint8_t private_key[UTC_TEXT_MAX];
	bool of_stage = arguments->values[OPTION_STAGE] != NULL;
	int status = EXIT_UNDECIDED;

	if (!wish_read(arguments, job) || !config_open(job) ||
	    !zone_find(job, arguments->operands[0]) || (!of_stage && !candidate_open(job)))
		return EXIT_UNDECIDED;
	if (getrandom(&job->wish.nonce, sizeof(job->wish.nonce), 0) !=
	    (ssize_t)sizeof(job->wish.nonce)) {
		complain("no random numbers");
		return EXIT_UNDECIDED;
	}
	job->draft_fd = memfd_create("approval", MFD_CLOEXEC);
	if (job->draft_fd < 0) {
		complain("no memory for the text: %s", strerrordesc_np(errno));
		return EXIT_UNDECIDED;
	}
	/* A wrong key is told before the work; it is read again for signing, after the worker. */
	if (!key_read(job, private_key))
		return EXIT_UNDECIDED;
	approver_key_forget(private_key);
	if (of_stage)
		status = approve_stage(job, private_key);
	else if (work(job) && key_read(job, private_key))
		status = sign(job, private_key);
	approver_key_forget(private_key);
	if (status == 0 && !of_stage)
		ask_again(job);
	return status;
}

/* --- A new key --- */

static int
new_key(const struct arguments *arguments)
{
	const char *name = arguments->values[OPTION_AS];
	char public_text[APPROVER_KEY_TEXT_SIZE];
	struct zg_error error = {0};

	if (approver_key_create(arguments->values[OPTION_NEW_KEY], public_text, &error) != ZG_OK) {
		complain("%s", error.text);
		return EXIT_UNDECIDED;
	}
	(void)printf(
	    "<Approver id=\"%s\" key=\"%s\"/>\n", name != NULL ? name : "NAME", public_text);
	return output_end();
}

/* What may stand in an attribute, and in an approval. */
static bool
name_is_good(const char *name)
{
	return name == NULL ||
	       (name[0] != '\0' && strlen(name) < 64 &&
		   strspn(
		       name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       strlen(name));
}

int
command_approve(const struct arguments *arguments)
{
	struct approve_job job;
	int status = EXIT_UNDECIDED;

	if (!name_is_good(arguments->values[OPTION_AS]))
		return complain_usage(arguments->command, "--as '%s' is not an approver's id",
		    arguments->values[OPTION_AS]);
	if (arguments->values[OPTION_NEW_KEY] != NULL)
		return new_key(arguments);
	job_init(arguments, &job);
	if (gate_job_read(arguments, &job.release.gate))
		status = arguments->values[OPTION_LIST] != NULL ? list(&job) : approve(&job);
	job_clear(&job);
	return status;
}
