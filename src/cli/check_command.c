/*
 * `zonegate check`: the options become inputs of the gate, the worker runs it and writes the
 * report, and only then claims the verdict.
 */
#include "cli/cli.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <zonegate/gate.h>
#include <zonegate/limits.h>
#include <zonegate/memo.h>
#include <zonegate/policy.h>
#include <zonegate/report.h>

static const char *const phase_texts[] = {
    [ZG_PHASE_READ] = "read",
    [ZG_PHASE_BUILD] = "build",
    [ZG_PHASE_VERIFY] = "verify",
    [ZG_PHASE_DENIAL] = "denial",
    [ZG_PHASE_COMPARE] = "compare",
    [ZG_PHASE_CHECK] = "check",
    [ZG_PHASE_COUNT] = "report",
};
_Static_assert(
    sizeof(phase_texts) / sizeof(phase_texts[0]) == ZG_PHASE_COUNT + 1, "a text for each phase");

enum progress { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_TERMINAL };

struct check_job {
	const struct arguments *arguments;
	struct zg_gate_inputs inputs;
	struct zg_report_options report;
	int64_t timeout; /* seconds */

	/* Phases; ZG_PHASE_COUNT is the report. */
	enum progress progress;
	bool timing;
	bool in_phase;
	unsigned phase;
	struct timespec since;
	double seconds[ZG_PHASE_COUNT + 1];
};

/* --- Options --- */

static int64_t
clock_now(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

/* The processors that this process may use. A mask too small for the machine is no reason to
 * fail. */
static unsigned
processors(void)
{
	cpu_set_t set;
	long n;

	n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
							 : sysconf(_SC_NPROCESSORS_ONLN);
	if (n < 1)
		return 1;
	return n < ZG_THREADS_MAX ? (unsigned)n : ZG_THREADS_MAX;
}

static bool
malformed(
    const struct arguments *arguments, const char *option, enum option_id id, const char *wanted)
{
	complain_usage(
	    arguments->command, "--%s '%s' is not %s", option, arguments->values[id], wanted);
	return false;
}

static bool
numbers_read(const struct arguments *arguments, struct check_job *job)
{
	const char *threads = arguments->values[OPTION_THREADS];
	const char *examples = arguments->values[OPTION_EXAMPLES];
	const char *timeout = arguments->values[OPTION_TIMEOUT];
	int64_t number = processors();

	if (threads != NULL && !value_number(threads, 1, ZG_THREADS_MAX, &number))
		return malformed(arguments, "threads", OPTION_THREADS, "a number from 1 to 256");
	job->inputs.threads = (unsigned)number;
	number = ZG_EXAMPLES_DEFAULT;
	if (examples != NULL && !value_number(examples, 1, ZG_EXAMPLES_MAX, &number))
		return malformed(arguments, "examples", OPTION_EXAMPLES, "a number from 1 to 1000");
	job->inputs.examples = (size_t)number;
	job->timeout = SUPERVISED_TIMEOUT;
	if (timeout != NULL && !value_duration(timeout, &job->timeout))
		return malformed(arguments, "timeout", OPTION_TIMEOUT,
		    "a duration from 1s to 4w (N, or N with s, m, h, d or w)");
	return true;
}
_Static_assert(ZG_THREADS_MAX == 256 && ZG_EXAMPLES_MAX == 1000, "the messages say these");

/* The place of `text` among `words`, -1: none of them; 0 for an absent option. */
static int
choice_read(const char *text, const char *const words[])
{
	if (text == NULL)
		return 0;
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
	}
	return -1;
}

static bool
choices_read(const struct arguments *arguments, struct check_job *job)
{
	static const char *const formats[] = {
	    [ZG_FORMAT_TEXT] = "text", [ZG_FORMAT_JSON] = "json", "html", NULL};
	static const char *const ways[] = {
	    [ZG_VERIFY_AUTO] = "auto", [ZG_VERIFY_EVP] = "evp", [ZG_VERIFY_BATCH] = "batch", NULL};
	int format = choice_read(arguments->values[OPTION_FORMAT], formats);
	int way = choice_read(arguments->values[OPTION_VERIFY_WITH], ways);

	if (format < 0)
		return malformed(arguments, "format", OPTION_FORMAT, "text or json");
	if (format > ZG_FORMAT_JSON) {
		complain_usage(
		    arguments->command, "--format html is not supported by this version");
		return false;
	}
	if (way < 0)
		return malformed(
		    arguments, "verify-with", OPTION_VERIFY_WITH, "auto, evp or batch");
	job->report.format = (enum zg_format)format;
	job->inputs.verify_with = (enum zg_verify_with)way;
	return true;
}

static bool
values_read(const struct arguments *arguments, struct check_job *job)
{
	const char *now = arguments->values[OPTION_NOW];
	const char *require = arguments->values[OPTION_REQUIRE];

	job->inputs.now = clock_now();
	if (now != NULL && !value_time(now, job->inputs.now, &job->inputs.now))
		return malformed(arguments, "now", OPTION_NOW,
		    "a time (YYYYMMDDHHMMSS, seconds since 1970, or +N/-N with s, m, h, d or w)");
	if (require != NULL && !value_inputs(require, &job->inputs.require))
		return malformed(arguments, "require", OPTION_REQUIRE,
		    "a list of ds, previous, unsigned with commas");
	return choices_read(arguments, job) && numbers_read(arguments, job);
}

/* An input that is a file. Standard input is for the zone. */
static bool
source_read(const struct arguments *arguments, const char *option, enum option_id id,
    struct zg_source *source)
{
	const char *path = arguments->values[id];

	if (path == NULL)
		return true;
	if (path[0] == '\0' || strcmp(path, "-") == 0)
		return malformed(arguments, option, id, "a file name");
	*source = (struct zg_source){.kind = ZG_SOURCE_PATH, .path = path};
	return true;
}

static bool
memo_is_named(const struct arguments *arguments)
{
	const char *path = arguments->values[OPTION_MEMO];

	return path == NULL || path[0] != '\0' ||
	       malformed(arguments, "memo", OPTION_MEMO, "a file name");
}

/* The operand. The worker is in the background of a terminal and cannot read there. */
static bool
zone_read(const struct arguments *arguments, struct zg_source *source)
{
	const char *path = arguments->operands[0];

	if (path[0] == '\0') {
		complain_usage(arguments->command, "the name of the zone file is empty");
		return false;
	}
	if (strcmp(path, "-") != 0) {
		*source = (struct zg_source){.kind = ZG_SOURCE_PATH, .path = path};
		return true;
	}
	if (isatty(STDIN_FILENO) == 1) {
		complain_usage(
		    arguments->command, "standard input is a terminal: give a file or a pipe");
		return false;
	}
	*source = (struct zg_source){.kind = ZG_SOURCE_FD, .fd = STDIN_FILENO, .path = "<stdin>"};
	return true;
}

static bool
job_read(const struct arguments *arguments, struct check_job *job)
{
	const char *no_color = getenv("NO_COLOR");
	struct zg_gate_inputs *inputs = &job->inputs;

	*job = (struct check_job){.arguments = arguments,
	    .timing = arguments->values[OPTION_TIMING] != NULL,
	    .report.color =
		is_terminal(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0')};
	if (arguments->values[OPTION_QUIET] == NULL && is_terminal(STDERR_FILENO))
		job->progress = PROGRESS_TERMINAL;
	else if (arguments->values[OPTION_PROGRESS] != NULL)
		job->progress = PROGRESS_LINES;
	inputs->origin = arguments->values[OPTION_ORIGIN];
	inputs->allow_include = arguments->values[OPTION_INCLUDE] != NULL;
	return values_read(arguments, job) && zone_read(arguments, &inputs->zone) &&
	       source_read(arguments, "ds", OPTION_DS, &inputs->ds) &&
	       source_read(arguments, "previous", OPTION_PREVIOUS, &inputs->previous) &&
	       source_read(arguments, "unsigned", OPTION_UNSIGNED, &inputs->unsigned_input) &&
	       memo_is_named(arguments);
}

/* --- Phases --- */

static void
phase_end(struct check_job *job)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (job->in_phase)
		job->seconds[job->phase] += (double)(now.tv_sec - job->since.tv_sec) +
					    (double)(now.tv_nsec - job->since.tv_nsec) / 1e9;
	job->since = now;
	job->in_phase = false;
}

/* On a terminal the line is overwritten by whatever comes next. */
static void
phase_begin(void *context, enum zg_phase phase)
{
	struct check_job *job = context;
	char line[64];
	int length;

	phase_end(job);
	job->phase = phase <= ZG_PHASE_COUNT ? phase : ZG_PHASE_COUNT;
	job->in_phase = true;
	if (job->progress == PROGRESS_NONE)
		return;
	length = snprintf(line, sizeof(line),
	    job->progress == PROGRESS_LINES ? "zonegate: %s\n" : "\r\033[Kzonegate: %s ...\r",
	    phase_texts[job->phase]);
	(void)!write_all(STDERR_FILENO, line, (size_t)length);
}

/* Before the report goes out, perhaps to the same terminal. */
static void
progress_clear(const struct check_job *job)
{
	if (job->progress == PROGRESS_TERMINAL)
		(void)!write_all(STDERR_FILENO, "\r\033[K", 4);
}

static void
timing_print(const struct check_job *job)
{
	double total = 0;

	if (!job->timing)
		return;
	for (size_t i = 0; i <= ZG_PHASE_COUNT; i++) {
		complain("timing: %-7s %8.3f s", phase_texts[i], job->seconds[i]);
		total += job->seconds[i];
	}
	complain("timing: %-7s %8.3f s", "total", total);
}

/* --- The worker --- */

/* The report goes out completely, or there is none to stand behind: a full disk shows in write or
 * in close. */
static zg_status
report_write(struct check_job *job, const struct zg_result *result, struct zg_error *error)
{
	char *text = NULL;
	size_t length = 0;
	zg_status status;

	phase_begin(job, ZG_PHASE_COUNT);
	progress_clear(job);
	status = zg_report_render(result, &job->report, &text, &length, error);
	if (status == ZG_OK &&
	    (!write_all(STDOUT_FILENO, text, length) || close(STDOUT_FILENO) != 0))
		status = output_trouble(error);
	free(text);
	phase_end(job);
	return status;
}

/* The reason without the verdict that it begins with. */
static const char *
reason_without_verdict(const struct zg_result *result)
{
	const char *verdict = zg_verdict_text(result->verdict);
	size_t length = strlen(verdict);

	if (result->reason == NULL)
		return "";
	if (strncmp(result->reason, verdict, length) != 0 ||
	    strncmp(result->reason + length, ", ", 2) != 0)
		return result->reason;
	return result->reason + length + 2;
}

static void
claim_result(struct claim *claim, const struct zg_result *result)
{
	claim->has_serial = result->has_serial ? 1 : 0;
	claim->serial = result->serial;
	(void)snprintf(
	    claim->zone, sizeof(claim->zone), "%s", result->zone != NULL ? result->zone : "");
	(void)snprintf(claim->digest, sizeof(claim->digest), "%s",
	    result->digest != NULL ? result->digest : "");
	(void)snprintf(
	    claim->message, sizeof(claim->message), "%s", reason_without_verdict(result));
	claim->verdict = (uint32_t)result->verdict;
}

/* The memo that was asked for. That it cannot be used yet is worth a line, not a failure. */
static zg_status
memo_open(const struct arguments *arguments, zg_memo **memo, struct zg_error *error)
{
	const char *path = arguments->values[OPTION_MEMO], *note = NULL;
	zg_status status;

	*memo = NULL;
	if (path == NULL || arguments->values[OPTION_NO_MEMO] != NULL)
		return ZG_OK;
	status = zg_memo_open(path, memo, &note, error);
	if (status == ZG_OK && note != NULL)
		complain("memo %s is not used: %s", path, note);
	return status;
}

/* A memo that is not written costs time, and nothing else. */
static void
memo_save(zg_memo *memo, const struct zg_result *result)
{
	struct zg_error error = {0};

	if (memo != NULL && result->verdict == ZG_VERDICT_PASS &&
	    zg_memo_save(memo, &error) != ZG_OK)
		complain("the memo is not written: %s", error.text);
}

static void
check_work(void *context, struct claim *claim)
{
	struct check_job *job = context;
	struct zg_error error = {0};
	struct zg_result *result = NULL;
	zg_policy *policy = NULL;
	zg_status status;

	job->inputs.progress = phase_begin;
	job->inputs.progress_context = job;
	status = policy_open(job->arguments->values[OPTION_POLICY], &policy, &error);
	job->inputs.policy = policy;
	if (status == ZG_OK)
		status = memo_open(job->arguments, &job->inputs.memo, &error);
	if (status == ZG_OK)
		status = zg_gate_run(&job->inputs, &result, &error);
	phase_end(job);
	if (status == ZG_OK)
		status = report_write(job, result, &error);
	if (status == ZG_OK) {
		memo_save(job->inputs.memo, result);
		claim_result(claim, result);
	} else {
		claim_trouble(claim, status, &error);
	}
	timing_print(job);
	zg_result_free(result);
	zg_memo_free(job->inputs.memo);
	zg_policy_free(policy);
}

int
command_check(const struct arguments *arguments)
{
	struct check_job job;
	struct claim claim;

	if (!job_read(arguments, &job))
		return EXIT_UNDECIDED;
	return zg_verdict_exit_status(supervise(
	    &(struct supervised){
		.work = check_work, .context = &job, .timeout = job.timeout, .needs_content = true},
	    &claim));
}
