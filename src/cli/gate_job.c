/*
 * What commands that run the gate have in common: options, phases, the report, the claim.
 */
#include "cli/cli.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <zonegate/limits.h>

static const char *const phase_texts[] = {
    [ZG_PHASE_READ] = "read",
    [ZG_PHASE_BUILD] = "build",
    [ZG_PHASE_VERIFY] = "verify",
    [ZG_PHASE_CHECK] = "check",
    [ZG_PHASE_COUNT] = "report",
};
_Static_assert(
    sizeof(phase_texts) / sizeof(phase_texts[0]) == ZG_PHASE_COUNT + 1, "a text for each phase");

static const char *const time_texts[ZG_TIME_COUNT] = {
    [ZG_TIME_READ] = "read",
    [ZG_TIME_SORT] = "sort",
    [ZG_TIME_HASH] = "hash",
    [ZG_TIME_VERIFY] = "verify",
    [ZG_TIME_DENIAL] = "denial",
    [ZG_TIME_OTHER] = "other",
};

/* --- Options --- */

int64_t
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

bool
option_malformed(
    const struct arguments *arguments, const char *option, enum option_id id, const char *wanted)
{
	complain_usage(
	    arguments->command, "--%s '%s' is not %s", option, arguments->values[id], wanted);
	return false;
}

static bool
numbers_read(const struct arguments *arguments, struct gate_job *job)
{
	const char *threads = arguments->values[OPTION_THREADS];
	const char *examples = arguments->values[OPTION_EXAMPLES];
	const char *timeout = arguments->values[OPTION_TIMEOUT];
	int64_t number = processors();

	if (threads != NULL && !value_number(threads, 1, ZG_THREADS_MAX, &number))
		return option_malformed(
		    arguments, "threads", OPTION_THREADS, "a number from 1 to 256");
	job->inputs.threads = (unsigned)number;
	number = ZG_EXAMPLES_DEFAULT;
	if (examples != NULL && !value_number(examples, 1, ZG_EXAMPLES_MAX, &number))
		return option_malformed(
		    arguments, "examples", OPTION_EXAMPLES, "a number from 1 to 1000");
	job->inputs.examples = (size_t)number;
	job->timeout = SUPERVISED_TIMEOUT;
	if (timeout != NULL && !value_duration(timeout, &job->timeout))
		return option_malformed(arguments, "timeout", OPTION_TIMEOUT,
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
choices_read(const struct arguments *arguments, struct gate_job *job)
{
	static const char *const formats[] = {
	    [ZG_FORMAT_TEXT] = "text", [ZG_FORMAT_JSON] = "json", [ZG_FORMAT_HTML] = "html", NULL};
	static const char *const ways[] = {
	    [ZG_VERIFY_AUTO] = "auto", [ZG_VERIFY_EVP] = "evp", [ZG_VERIFY_BATCH] = "batch", NULL};
	int format = choice_read(arguments->values[OPTION_FORMAT], formats);
	int way = choice_read(arguments->values[OPTION_VERIFY_WITH], ways);

	if (format < 0)
		return option_malformed(arguments, "format", OPTION_FORMAT, "text, json or html");
	if (way < 0)
		return option_malformed(
		    arguments, "verify-with", OPTION_VERIFY_WITH, "auto, evp or batch");
	job->report.format = (enum zg_format)format;
	job->inputs.verify_with = (enum zg_verify_with)way;
	return true;
}

static bool
values_read(const struct arguments *arguments, struct gate_job *job)
{
	const char *now = arguments->values[OPTION_NOW];
	const char *require = arguments->values[OPTION_REQUIRE];

	job->inputs.now = clock_now();
	if (now != NULL && !value_time(now, job->inputs.now, &job->inputs.now))
		return option_malformed(arguments, "now", OPTION_NOW,
		    "a time (YYYYMMDDHHMMSS, seconds since 1970, or +N/-N with s, m, h, d or w)");
	if (require != NULL && !value_inputs(require, &job->inputs.require))
		return option_malformed(arguments, "require", OPTION_REQUIRE,
		    "a list of ds, previous, unsigned, history with commas");
	return choices_read(arguments, job) && numbers_read(arguments, job);
}

/* The operand. The worker is in the background of a terminal and cannot read there. */
bool
zone_source_read(const struct arguments *arguments, const char *path, struct zg_source *source)
{

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

bool
gate_job_read(const struct arguments *arguments, struct gate_job *job)
{
	*job = (struct gate_job){.timed = arguments->values[OPTION_TIMING] != NULL,
	    .report.color = output_wants_color()};
	if (arguments->values[OPTION_QUIET] == NULL && is_terminal(STDERR_FILENO))
		job->progress = PROGRESS_TERMINAL;
	else if (arguments->values[OPTION_PROGRESS] != NULL)
		job->progress = PROGRESS_LINES;
	return values_read(arguments, job);
}

/* --- Phases --- */

static double
seconds_between(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

/* How far the phase is, when that is worth telling again. */
static void
share_show(struct gate_job *job, uint64_t done, uint64_t total)
{
	struct timespec now = {0};
	char text[PROGRESS_TEXT_SIZE], line[PROGRESS_TEXT_SIZE + 32];
	double seconds, interval = job->progress == PROGRESS_TERMINAL ? 0.2 : 10;
	int length;

	if (job->progress == PROGRESS_NONE)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = seconds_between(&job->since, &now);
	if (seconds < job->shown_at + interval)
		return;
	job->shown_at = seconds;
	progress_text(text, done, total, seconds);
	length = snprintf(line, sizeof(line),
	    job->progress == PROGRESS_LINES ? "zonegate: %s: %s\n" : "\r\033[Kzonegate: %s: %s\r",
	    phase_texts[job->phase], text);
	(void)!write_all(STDERR_FILENO, line, (size_t)length);
}

/* On a terminal the line is overwritten by whatever comes next. */
static void
phase_begin(void *context, enum zg_phase phase, uint64_t done, uint64_t total)
{
	struct gate_job *job = context;
	char line[64];
	int length;

	if (total > 0) {
		share_show(job, done, total);
		return;
	}
	if (phase == ZG_PHASE_VERIFY && job->when_read != NULL)
		job->when_read(job->when_read_context);
	(void)clock_gettime(CLOCK_MONOTONIC, &job->since);
	job->shown_at = 0;
	job->phase = phase <= ZG_PHASE_COUNT ? phase : ZG_PHASE_COUNT;
	if (job->progress == PROGRESS_NONE)
		return;
	length = snprintf(line, sizeof(line),
	    job->progress == PROGRESS_LINES ? "zonegate: %s\n" : "\r\033[Kzonegate: %s ...\r",
	    phase_texts[job->phase]);
	(void)!write_all(STDERR_FILENO, line, (size_t)length);
}

/* Before the report goes out, perhaps to the same terminal. */
static void
progress_clear(const struct gate_job *job)
{
	if (job->progress == PROGRESS_TERMINAL)
		(void)!write_all(STDERR_FILENO, "\r\033[K", 4);
}

/* --- Timing --- */

static int64_t
timing_clock(enum zg_clock which)
{
	static const clockid_t clocks[] = {[ZG_CLOCK_WALL] = CLOCK_MONOTONIC,
	    [ZG_CLOCK_PROCESS] = CLOCK_PROCESS_CPUTIME_ID,
	    [ZG_CLOCK_THREAD] = CLOCK_THREAD_CPUTIME_ID};
	struct timespec now = {0};

	(void)clock_gettime(clocks[which], &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void
gate_job_timing(const struct gate_job *job)
{
	int64_t wall = 0, processor = 0;

	if (!job->timed)
		return;
	for (size_t i = 0; i < ZG_TIME_COUNT; i++) {
		complain("timing: %-6s %8.3f s, processors %8.3f s", time_texts[i],
		    (double)job->timing.wall[i] / 1e9, (double)job->timing.processor[i] / 1e9);
		wall += job->timing.wall[i];
		processor += job->timing.processor[i];
	}
	complain("timing: %-6s %8.3f s, processors %8.3f s", "total", (double)wall / 1e9,
	    (double)processor / 1e9);
}

/* --- The run --- */

zg_status
gate_job_run(struct gate_job *job, struct zg_result **result, struct zg_error *error)
{
	job->inputs.progress = phase_begin;
	job->inputs.progress_context = job;
	if (job->timed) {
		job->timing.clock = timing_clock;
		job->inputs.timing = &job->timing;
		job->report.timing = &job->timing;
	}
	return zg_gate_run(&job->inputs, result, error);
}

/* The report goes out completely, or there is none to stand behind: a full disk shows in write or
 * in close. */
zg_status
gate_job_report(struct gate_job *job, const struct zg_result *result, struct zg_error *error)
{
	char *text = NULL;
	size_t length = 0;
	zg_status status;

	phase_begin(job, ZG_PHASE_COUNT, 0, 0);
	progress_clear(job);
	status = zg_report_render(result, &job->report, &text, &length, error);
	if (status == ZG_OK &&
	    (!write_all(STDOUT_FILENO, text, length) || close(STDOUT_FILENO) != 0))
		status = output_trouble(error);
	free(text);
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

void
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
