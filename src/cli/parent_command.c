/*
 * `zonegate parent`: what the parent publishes, asked, remembered, watched; and what it may be told
 * (try). All but `show` work in a worker: what comes from the network is not to be trusted.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zonegate/policy.h>
#include "publish/release.h"
#include "publish/history_view.h"
#include "report/parent_report.h"

/* Time for all of it, notifications included. */
#define PARENT_TIMEOUT 600

/* Exit status of `fetch`: the servers agree; something is broken; EXIT_UNDECIDED: not known. */
enum { FETCH_GOOD = 0, FETCH_BAD = 1 };

struct parent_job {
	const struct arguments *arguments;
	struct config *config;
	const struct config_zone *zone;
	struct parent_places places;
	enum parent_format format;
	int64_t now;
	bool watch;
};

/* What one look holds. */
struct parent_pass {
	const struct parent_job *job;
	zg_policy *policy;
	struct parent_rules rules;
	struct state_directory state;
	struct release_log *log;
	struct parent_known *before;
	struct parent_release release;
	struct parent_look *look;
	struct status_report report;
	char head[LOG_HEAD_TEXT_SIZE];
};

static int
trouble(const struct zg_error *error, zg_status status)
{
	complain("parent: %s", error->text[0] != '\0' ? error->text : zg_status_text(status));
	return EXIT_UNDECIDED;
}

static bool
format_read(const struct arguments *arguments, enum parent_format *format)
{
	const char *text = arguments->values[OPTION_FORMAT];

	*format =
	    text != NULL && strcmp(text, "json") == 0 ? PARENT_FORMAT_JSON : PARENT_FORMAT_TEXT;
	return text == NULL || *format == PARENT_FORMAT_JSON || strcmp(text, "text") == 0 ||
	       option_malformed(arguments, "format", OPTION_FORMAT, "text or json");
}

/* --- try --- */

struct try_job {
	struct gate_job gate;
	const struct config_zone *zone;
	const char *providers[ZG_PROVIDERS_MAX];
};

static void
try_work(void *context, struct claim *claim)
{
	struct try_job *job = context;
	struct zg_error error = {0};
	struct zg_result *result = NULL;
	zg_policy *policy = NULL;
	zg_status status = release_policy_open(job->zone, &policy, &error);

	job->gate.inputs.policy = policy;
	if (status == ZG_OK)
		status = zg_gate_try_ds(&job->gate.inputs, &result, &error);
	if (status == ZG_OK)
		status = gate_job_report(&job->gate, result, &error);
	if (status == ZG_OK)
		claim_result(claim, result);
	else
		claim_trouble(claim, status, &error);
	zg_result_free(result);
	zg_policy_free(policy);
}

static int
run_try(struct parent_job *parent)
{
	const struct arguments *arguments = parent->arguments;
	struct try_job job;
	struct claim claim;

	if (arguments->n_operands < 2)
		return complain_usage(arguments->command, "try: ZONE DS-FILE");
	if (!gate_job_read(arguments, &job.gate))
		return EXIT_UNDECIDED;
	job.zone = parent->zone;
	job.gate.inputs.state = parent->config->state;
	job.gate.inputs.origin = job.zone->name;
	providers_give(job.zone, job.providers, &job.gate.inputs);
	job.gate.inputs.ds =
	    (struct zg_source){.kind = ZG_SOURCE_PATH, .path = arguments->operands[1]};
	return zg_verdict_exit_status(supervise(&(struct supervised){.work = try_work,
						    .context = &job,
						    .timeout = job.gate.timeout,
						    .needs_content = true},
	    &claim));
}

/* --- fetch, watch --- */

/* What was known before this look. */
static zg_status
pass_past(struct parent_pass *pass, struct zg_error *error)
{
	const struct parent_job *job = pass->job;
	zg_status status = state_open(job->config->state, true, &pass->state, error);

	if (status == ZG_OK)
		status = release_log_open(&pass->state, job->zone->name, true, &pass->log, error);
	if (status == ZG_OK)
		status =
		    release_parent_known(pass->log, &pass->rules, job->now, &pass->before, error);
	if (status == ZG_OK)
		status = release_parent_release(pass->log, job->now, &pass->release, error);
	return status;
}

/* The look goes into the history, and the end of the log is signed. */
static zg_status
pass_record(struct parent_pass *pass, struct zg_error *error)
{
	zg_status status = release_parent_record(pass->log, pass->look, pass->before, error);

	if (status == ZG_OK)
		status =
		    release_sign_head_text(pass->log, &pass->state, clock_now(), pass->head, error);
	return status;
}

static struct parent_view
pass_view(const struct parent_pass *pass)
{
	return (struct parent_view){.zone = pass->job->zone->name,
	    .now = pass->job->now,
	    .rules = &pass->rules,
	    .look = pass->look,
	    .seen = pass->look->time,
	    .known = pass->before,
	    .in_force = pass->release.facts,
	    .status = &pass->report,
	    .plugin = pass->job->watch,
	    .color = output_wants_color()};
}

static zg_status
pass_print(const struct parent_pass *pass, struct zg_error *error)
{
	const struct parent_view view = pass_view(pass);
	char *text = NULL;
	size_t length;
	zg_status status = parent_render(&view, pass->job->format, &text, &length, error);

	if (status == ZG_OK)
		status = output_whole(text, length, error);
	free(text);
	return status;
}

/* Tells people, by the notification commands. What fails there is said, and changes nothing. */
static zg_status
pass_notify(const struct parent_pass *pass, struct zg_error *error)
{
	const struct parent_view view = pass_view(pass);
	struct command_task task = {.event = "parent",
	    .zone = pass->job->zone->name,
	    .verdict = status_level_text(pass->report.level),
	    .log_head = pass->head};
	char *text = NULL;
	zg_status status;

	if (!pass->job->watch || !parent_is_alarm(&pass->report))
		return ZG_OK;
	status = parent_render(&view, PARENT_FORMAT_JSON, &text, &task.input_length, error);
	task.input = text;
	if (status == ZG_OK)
		notify_all(pass->job->config, &task);
	free(text);
	return status;
}

static int
pass_exit_status(const struct parent_pass *pass)
{
	struct look_agreed agreed;

	if (pass->job->watch)
		return (int)pass->report.level;
	look_agree(pass->look, pass->rules.majority, &agreed);
	if (agreed.by == NULL)
		return EXIT_UNDECIDED;
	return pass->report.level == STATUS_CRITICAL ? FETCH_BAD : FETCH_GOOD;
}

static zg_status
pass_run(struct parent_pass *pass, struct zg_error *error)
{
	const struct parent_job *job = pass->job;
	struct parent_judge_inputs judged = {
	    .zone = job->zone->name, .rules = &pass->rules, .now = job->now};
	struct parent_places places = job->places;
	zg_status status = release_policy_open(job->zone, &pass->policy, error);

	pass->look = calloc(1, sizeof(*pass->look));
	if (pass->look == NULL)
		return ZG_MEMORY;
	if (status != ZG_OK)
		return status;
	parent_rules_of(pass->policy, &pass->rules);
	/* No database is open while others may keep us waiting. */
	status = parent_ask(&places, job->zone->name, job->now, pass->look, error);
	if (status == ZG_OK)
		status = pass_past(pass, error);
	if (status == ZG_OK)
		status = pass_record(pass, error);
	if (status == ZG_OK) {
		judged.look = pass->look;
		judged.before = pass->before;
		judged.in_force = pass->release.facts;
		status = parent_judge(&judged, &pass->report);
	}
	if (status == ZG_OK)
		status = pass_notify(pass, error);
	return status == ZG_OK ? pass_print(pass, error) : status;
}

/* The exit status goes through the claim as its serial. */
static void
pass_work(void *context, struct claim *claim)
{
	struct parent_pass pass = {.job = context, .state.fd = -1};
	struct zg_error error = {0};
	zg_status status = pass_run(&pass, &error);

	if (status == ZG_OK) {
		claim->has_serial = 1;
		claim->serial = (uint32_t)pass_exit_status(&pass);
		claim->verdict = ZG_VERDICT_PASS;
	} else {
		claim_trouble(claim, status, &error);
	}
	free(pass.look);
	parent_known_free(pass.before);
	parent_release_clear(&pass.release);
	release_log_close(pass.log);
	state_close(&pass.state);
	zg_policy_free(pass.policy);
}

static int
run_pass(struct parent_job *job)
{
	struct claim claim;
	zg_verdict verdict = supervise(
	    &(struct supervised){.work = pass_work, .context = job, .timeout = PARENT_TIMEOUT},
	    &claim);

	if (verdict == ZG_VERDICT_PASS && claim.serial <= EXIT_UNKNOWN)
		return (int)claim.serial;
	if (!job->watch)
		return EXIT_UNDECIDED;
	(void)printf("ZONEGATE UNKNOWN - %s: the parent could not be looked at\n", job->zone->name);
	(void)output_end();
	return EXIT_UNKNOWN;
}

static int
run_fetch(struct parent_job *job)
{
	return run_pass(job);
}

static int
run_watch(struct parent_job *job)
{
	job->watch = true;
	return run_pass(job);
}

/* --- show --- */

static zg_status
show_read(const struct parent_job *job, struct parent_pass *pass, struct zg_error *error)
{
	struct history *history = NULL;
	zg_status status = release_policy_open(job->zone, &pass->policy, error);

	if (status == ZG_OK) {
		parent_rules_of(pass->policy, &pass->rules);
		status = history_view_open(job->config, &history, error);
	}
	if (status == ZG_OK)
		status = parent_known_read(
		    history, job->zone->name, &pass->rules, job->now, &pass->before, error);
	if (status == ZG_OK)
		status =
		    parent_release_read(history, job->zone->name, job->now, &pass->release, error);
	history_close(history);
	return status;
}

static int
run_show(struct parent_job *job)
{
	struct parent_pass pass = {.job = job, .state.fd = -1};
	struct parent_view view;
	struct zg_error error = {0};
	char *text = NULL;
	size_t length = 0;
	bool known = false;
	zg_status status = show_read(job, &pass, &error);

	if (status == ZG_OK) {
		known = pass.before->n_rows > 0;
		pass.look = &pass.before->looks.last;
		parent_judge_age(pass.before, &pass.rules, job->zone->name, job->now, &pass.report);
		view = pass_view(&pass);
		view.seen = pass.before->looks.last_time;
		status = parent_render(&view, job->format, &text, &length, &error);
	}
	if (status == ZG_OK && !write_all(STDOUT_FILENO, text, length))
		status = output_trouble(&error);
	free(text);
	parent_known_free(pass.before);
	parent_release_clear(&pass.release);
	zg_policy_free(pass.policy);
	if (status != ZG_OK)
		return trouble(&error, status);
	return output_end() == 0 && known ? EXIT_SUCCESS : EXIT_UNDECIDED;
}

/* --- import --- */

struct import_job {
	const struct parent_job *job;
	int64_t ttl; /* 0: as the file says */
};

static zg_status
import_run(const struct import_job *import, struct zg_error *error)
{
	const struct parent_job *job = import->job;
	const struct zg_source source = {
	    .kind = ZG_SOURCE_PATH, .path = job->arguments->operands[1]};
	struct state_directory state = {.fd = -1};
	struct release_log *log = NULL;
	struct release_ds list[ZG_DS_MAX];
	char actor[80], head[LOG_HEAD_TEXT_SIZE];
	uint32_t ttl = 0;
	size_t n = 0;
	zg_status status = zg_ds_read(&source, job->zone->name, list, &n, &ttl, error);

	if (import->ttl > 0)
		ttl = (uint32_t)import->ttl;
	if (status == ZG_OK && n > 0 && ttl == 0) {
		(void)snprintf(
		    error->text, sizeof(error->text), "%s says no TTL: give --ds-ttl", source.path);
		status = ZG_INPUT_BAD;
	}
	actor_read(actor, sizeof(actor));
	if (status == ZG_OK)
		status = state_open(job->config->state, true, &state, error);
	if (status == ZG_OK)
		status = release_log_open(&state, job->zone->name, true, &log, error);
	if (status == ZG_OK)
		status = release_parent_said(log, list, n, ttl, actor, job->now, error);
	if (status == ZG_OK)
		status = release_sign_head_text(log, &state, clock_now(), head, error);
	release_log_close(log);
	state_close(&state);
	return status;
}

static void
import_work(void *context, struct claim *claim)
{
	struct zg_error error = {0};
	zg_status status = import_run(context, &error);

	if (status == ZG_OK)
		claim->verdict = ZG_VERDICT_PASS;
	else
		claim_trouble(claim, status, &error);
}

static int
run_import(struct parent_job *job)
{
	const struct arguments *arguments = job->arguments;
	const char *ttl = arguments->values[OPTION_DS_TTL];
	struct import_job import = {.job = job};
	struct claim claim;

	if (arguments->n_operands < 2)
		return complain_usage(arguments->command, "import: ZONE DS-FILE");
	if (job->zone->ds_ttl > 0)
		import.ttl = job->zone->ds_ttl;
	if (ttl != NULL && !value_duration(ttl, &import.ttl)) {
		(void)option_malformed(arguments, "ds-ttl", OPTION_DS_TTL,
		    "a duration from 1s to 4w (N, or N with s, m, h, d or w)");
		return EXIT_UNDECIDED;
	}
	return zg_verdict_exit_status(supervise(
	    &(struct supervised){
		.work = import_work, .context = &import, .timeout = PARENT_TIMEOUT},
	    &claim));
}

/* --- The command --- */

static bool
job_read(const struct arguments *arguments, struct parent_job *job)
{
	struct zg_error error = {0};

	*job = (struct parent_job){.arguments = arguments, .now = clock_now()};
	if (!format_read(arguments, &job->format))
		return false;
	if (config_read(arguments->values[OPTION_CONFIG], &job->config, &error) != ZG_OK) {
		complain("undecided: %s", error.text);
		return false;
	}
	job->zone = config_zone_find(job->config, arguments->operands[0]);
	if (job->zone == NULL)
		complain(
		    "undecided: %s has no zone '%s'", job->config->path, arguments->operands[0]);
	else if (!parent_places_of(job->zone, &job->places))
		complain("undecided: an address in the configuration cannot be used");
	else
		return true;
	return false;
}

int
command_parent(const struct arguments *arguments)
{
	static const struct {
		const char *word;
		int (*run)(struct parent_job *job);
	} words[] = {
	    {"fetch", run_fetch},
	    {"show", run_show},
	    {"import", run_import},
	    {"try", run_try},
	    {"watch", run_watch},
	};
	bool watch = strcmp(arguments->word, "watch") == 0;
	int status = watch ? EXIT_UNKNOWN : EXIT_UNDECIDED;
	struct parent_job job;

	if (job_read(arguments, &job)) {
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			if (strcmp(words[i].word, arguments->word) == 0)
				status = words[i].run(&job);
		}
	}
	config_free(job.config);
	return status;
}
