/*
 * `zonegate history`: what was released and why, and the way back when that is lost. `import` runs
 * the gate over the zone, in a worker, which records it.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zonegate/policy.h>
#include "publish/history_view.h"
#include "publish/release.h"
#include "publish/key_timeline.h"
#include "report/history_text.h"
#include "report/report_html.h"
#include "report/timeline.h"

#define LIST_DEFAULT 50
#define LIST_MAX     100000

/* Mode of what `export` and `timeline` write. */
#define OUTPUT_MODE 0644

/* Exit status of `verify`: good, not good; EXIT_UNDECIDED: could not tell. */
enum { VERIFY_GOOD = 0, VERIFY_BAD = 1 };

struct history_job {
	const struct arguments *arguments;
	struct config *config;
	const struct config_zone *zone;
	int64_t now;
};

static int
trouble(const struct zg_error *error, zg_status status)
{
	complain("history: %s", error->text[0] != '\0' ? error->text : zg_status_text(status));
	return EXIT_UNDECIDED;
}

static bool
job_read(const struct arguments *arguments, struct history_job *job)
{
	struct zg_error error = {0};
	zg_status status;

	*job = (struct history_job){.arguments = arguments, .now = clock_now()};
	status = config_read(arguments->values[OPTION_CONFIG], &job->config, &error);
	if (status != ZG_OK) {
		(void)trouble(&error, status);
		return false;
	}
	job->zone = config_zone_find(job->config, arguments->operands[0]);
	if (job->zone == NULL)
		complain("history: %s has no zone '%s'", job->config->path, arguments->operands[0]);
	return job->zone != NULL;
}

/* A time among the options; `otherwise` when it is absent. False: complained. */
static bool
time_read(const struct history_job *job, const char *option, enum option_id id, int64_t otherwise,
    int64_t *time)
{
	const char *text = job->arguments->values[id];

	*time = otherwise;
	return text == NULL || value_time(text, job->now, time) ||
	       option_malformed(job->arguments, option, id,
		   "a time (YYYYMMDDHHMMSS, seconds since 1970, or +N/-N with s, m, h, d or w)");
}

/* --- list, show --- */

static zg_status
list_print(void *context, const struct history_candidate *candidate)
{
	struct text_writer *line = context;

	line->used = 0;
	history_list_line(line, candidate);
	if (line->failed)
		return ZG_MEMORY;
	(void)fwrite(line->text, 1, line->used, stdout);
	return ZG_OK;
}

static int
run_list(const struct history_job *job)
{
	const char *limit_text = job->arguments->values[OPTION_LIMIT];
	struct history *history = NULL;
	struct text_writer line = {0};
	struct zg_error error = {0};
	int64_t limit = LIST_DEFAULT;
	zg_status status;

	if (limit_text != NULL && !value_number(limit_text, 1, LIST_MAX, &limit)) {
		(void)option_malformed(
		    job->arguments, "limit", OPTION_LIMIT, "a number from 1 to 100000");
		return EXIT_UNDECIDED;
	}
	status = history_view_open(job->config, &history, &error);
	if (status == ZG_OK) {
		history_list_head(&line);
		if (!line.failed)
			(void)fwrite(line.text, 1, line.used, stdout);
		status = history_visit(
		    history, job->zone->name, 0, true, (size_t)limit, list_print, &line, &error);
	}
	text_writer_clear(&line);
	history_close(history);
	return status == ZG_OK ? output_end() : trouble(&error, status);
}

static bool
show_form_read(const struct history_job *job, bool *html)
{
	const char *form = job->arguments->values[OPTION_FORMAT];

	*html = form != NULL && strcmp(form, "html") == 0;
	return form == NULL || *html || strcmp(form, "text") == 0 ||
	       option_malformed(job->arguments, "format", OPTION_FORMAT, "text or html");
}

static int
run_show(const struct history_job *job)
{
	const struct arguments *arguments = job->arguments;
	struct history_candidate *candidate = NULL;
	struct history *history = NULL;
	struct zg_error error = {0};
	char *report = NULL, *text = NULL;
	size_t length = 0;
	int64_t serial;
	bool html;
	zg_status status;

	if (arguments->n_operands < 2 ||
	    !value_number(arguments->operands[1], 0, UINT32_MAX, &serial))
		return complain_usage(arguments->command, "show: ZONE SERIAL");
	if (!show_form_read(job, &html))
		return EXIT_UNDECIDED;
	status = history_view_open(job->config, &history, &error);
	if (status == ZG_OK)
		status = history_view_find(
		    history, job->zone->name, (uint32_t)serial, &candidate, &error);
	if (status == ZG_OK)
		status = history_report(history, candidate->id, &report, &error);
	if (status == ZG_OK && html)
		status = report_html_page(report, candidate, &text, &length, &error);
	else if (status == ZG_OK)
		status = history_show_render(candidate, report, &text, &length, &error);
	if (status == ZG_OK && !write_all(STDOUT_FILENO, text, length))
		status = output_trouble(&error);
	free(text);
	free(report);
	free(candidate);
	history_close(history);
	return status == ZG_OK ? output_end() : trouble(&error, status);
}

/* --- export, timeline: to standard output, or whole to a file --- */

/* What `write` writes goes to standard output, or to a new file that is renamed when it is whole.
 */
static zg_status
output_write(const struct history_job *job,
    zg_status (*write)(const struct history_job *job, int fd, struct zg_error *error),
    struct zg_error *error)
{
	const char *path = job->arguments->values[OPTION_OUTPUT];
	char *temporary = NULL;
	zg_status status;
	int fd;

	if (path == NULL || strcmp(path, "-") == 0)
		return write(job, STDOUT_FILENO, error);
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return ZG_MEMORY;
	fd = mkostemp(temporary, O_CLOEXEC);
	status = fd >= 0 ? write(job, fd, error) : ZG_WRITE;
	if (status == ZG_OK &&
	    (fchmod(fd, OUTPUT_MODE) != 0 || fsync(fd) != 0 || rename(temporary, path) != 0))
		status = ZG_WRITE;
	if (status == ZG_WRITE && error->text[0] == '\0')
		(void)snprintf(error->text, sizeof(error->text), "cannot write %s: %s", path,
		    strerrordesc_np(errno));
	if (fd >= 0) {
		(void)close(fd);
		if (status != ZG_OK)
			(void)unlink(temporary);
	}
	free(temporary);
	return status;
}

static zg_status
export_write(const struct history_job *job, int fd, struct zg_error *error)
{
	struct history *history = NULL;
	zg_status status = history_view_open(job->config, &history, error);

	if (status == ZG_OK)
		status = history_export(history, job->zone->name, fd, error);
	history_close(history);
	return status;
}

static zg_status
timeline_write(const struct history_job *job, int fd, struct zg_error *error)
{
	struct key_timeline *timeline = NULL;
	struct history *history = NULL;
	char *text = NULL;
	size_t length = 0;
	int64_t since;
	zg_status status = ZG_PARAMETER;

	if (!time_read(job, "since", OPTION_SINCE, 0, &since)) {
		(void)snprintf(error->text, sizeof(error->text), "nothing was written");
		return status;
	}
	status = history_view_open(job->config, &history, error);
	if (status == ZG_OK)
		status =
		    key_timeline_read(history, job->zone->name, since, job->now, &timeline, error);
	history_close(history);
	if (status == ZG_OK)
		timeline->stored_report =
		    history_outlook(job->config, job->zone, job->now, timeline->stored_report);
	if (status == ZG_OK)
		status = timeline_render(timeline, &text, &length, error);
	if (status == ZG_OK && !write_all(fd, text, length)) {
		(void)snprintf(error->text, sizeof(error->text), "cannot write the time line: %s",
		    strerrordesc_np(errno));
		status = ZG_WRITE;
	}
	free(text);
	key_timeline_free(timeline);
	return status;
}

static int
run_output(const struct history_job *job,
    zg_status (*write)(const struct history_job *job, int fd, struct zg_error *error))
{
	struct zg_error error = {0};
	zg_status status = output_write(job, write, &error);

	return status == ZG_OK ? output_end() : trouble(&error, status);
}

static int
run_export(const struct history_job *job)
{
	return run_output(job, export_write);
}

static int
run_timeline(const struct history_job *job)
{
	return run_output(job, timeline_write);
}

/* --- verify --- */

static int
run_verify(const struct history_job *job)
{
	struct status_gate_inputs found;
	struct zg_error error = {0};
	char why[256], words[1024];
	bool bad;
	zg_status status = history_view_verify(job->config, &found, why, sizeof(why), &error);

	if (status != ZG_OK)
		return trouble(&error, status);
	if (found.key_missing) {
		complain("history: the gate's public key cannot be read: %s/gate.pub",
		    job->config->state);
		return EXIT_UNDECIDED;
	}
	bad = found.broken_at != 0 || found.signature_bad || status_unsigned_lines(&found) > 0;
	escape(words, sizeof(words), why);
	if (found.broken_at != 0)
		(void)printf("broken at line %" PRId64 ": %s\n", found.broken_at, words);
	if (found.signature_bad)
		(void)printf("a signature of the head does not verify\n");
	if (status_unsigned_lines(&found) > 0)
		(void)printf("not signed: the last %" PRId64 " of %" PRId64 " lines\n",
		    status_unsigned_lines(&found), found.head);
	if (!bad)
		(void)printf("good: %" PRId64 " lines, signed\n", found.head);
	if (output_end() != 0)
		return EXIT_UNDECIDED;
	return bad ? VERIFY_BAD : VERIFY_GOOD;
}

/* --- import --- */

struct import_job {
	const struct history_job *history;
	struct gate_job gate;
	int64_t since, ds_since, ds_ttl;
	bool has_ds;
	int zone_fd;
	char actor[80];
};

void
actor_read(char *actor, size_t size)
{
	const struct passwd *user = getpwuid(getuid());

	if (user != NULL)
		(void)snprintf(actor, size, "%s", user->pw_name);
	else
		(void)snprintf(actor, size, "user %ju", (uintmax_t)getuid());
}

static bool
ds_options_read(struct import_job *import)
{
	const struct arguments *arguments = import->history->arguments;
	const char *path = arguments->values[OPTION_DS], *ttl = arguments->values[OPTION_DS_TTL];

	import->has_ds = path != NULL;
	if (path == NULL && (ttl != NULL || arguments->values[OPTION_DS_SINCE] != NULL)) {
		complain_usage(arguments->command, "--ds-since and --ds-ttl go with --ds");
		return false;
	}
	if (path != NULL)
		import->gate.inputs.ds = (struct zg_source){.kind = ZG_SOURCE_PATH, .path = path};
	import->ds_ttl = import->history->zone->ds_ttl;
	if (ttl != NULL && !value_duration(ttl, &import->ds_ttl))
		return option_malformed(arguments, "ds-ttl", OPTION_DS_TTL,
		    "a duration from 1s to 4w (N, or N with s, m, h, d or w)");
	if (path != NULL && import->ds_ttl <= 0) {
		complain_usage(arguments->command,
		    "--ds needs --ds-ttl: how long resolvers keep these records");
		return false;
	}
	return time_read(
	    import->history, "ds-since", OPTION_DS_SINCE, import->since, &import->ds_since);
}

static bool
import_read(const struct history_job *job, struct import_job *import)
{
	const struct arguments *arguments = job->arguments;
	const char *path = arguments->n_operands > 1 ? arguments->operands[1] : NULL;

	*import = (struct import_job){.history = job, .zone_fd = -1};
	if (path == NULL) {
		complain_usage(arguments->command, "import: ZONE ZONEFILE, or ZONE --from FILE");
		return false;
	}
	if (arguments->values[OPTION_SINCE] == NULL) {
		complain_usage(
		    arguments->command, "import: --since says since when the zone is served");
		return false;
	}
	if (!gate_job_read(arguments, &import->gate) ||
	    !time_read(job, "since", OPTION_SINCE, 0, &import->since) || !ds_options_read(import))
		return false;
	actor_read(import->actor, sizeof(import->actor));
	import->gate.inputs.now = job->now;
	import->zone_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (import->zone_fd < 0)
		complain("history: cannot open %s: %s", path, strerrordesc_np(errno));
	import->gate.inputs.zone =
	    (struct zg_source){.kind = ZG_SOURCE_FD, .fd = import->zone_fd, .path = path};
	return import->zone_fd >= 0;
}

void
findings_join(const struct zg_result *result, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < result->n_findings && used < size; i++) {
		const struct zg_finding *finding = &result->findings[i];

		if (finding->severity < ZG_SEVERITY_WARN)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
			    used > 0 ? ", " : "", finding->check->id);
	}
}

/* The DS set as an observation of the operator's. */
static zg_status
ds_observation(const struct import_job *import, struct history_ds *ds, struct zg_error *error)
{
	*ds = (struct history_ds){.time = import->ds_since,
	    .source = SOURCE_OPERATOR,
	    .answered = true,
	    .ttl = (uint32_t)import->ds_ttl};
	(void)snprintf(ds->server, sizeof(ds->server), "%s", import->actor);
	return zg_ds_read(
	    &import->gate.inputs.ds, import->history->zone->name, ds->entries, &ds->n, NULL, error);
}

/* Records what the gate has found; the report is kept in its JSON form. */
static zg_status
import_record(
    const struct import_job *import, const struct zg_result *result, struct zg_error *error)
{
	const struct zg_report_options json = {.format = ZG_FORMAT_JSON};
	struct history_import wish = {.zone = import->history->zone,
	    .facts = zg_result_facts(result),
	    .zone_fd = import->zone_fd,
	    .policy_digest = result->policy_digest,
	    .policy = import->gate.inputs.policy,
	    .reason = result->reason,
	    .actor = import->actor,
	    .since = import->since,
	    .now = import->history->now};
	char findings[FINDINGS_SIZE], *report = NULL;
	struct history_ds *ds = calloc(1, sizeof(*ds));
	size_t length;
	zg_status status = ds != NULL ? ZG_OK : ZG_MEMORY;

	findings_join(result, findings, sizeof(findings));
	wish.findings = findings;
	if (status == ZG_OK && import->has_ds) {
		status = ds_observation(import, ds, error);
		wish.ds = ds;
		wish.n_ds = 1;
	}
	if (status == ZG_OK)
		status = zg_report_render(result, &json, &report, &length, error);
	wish.report = report;
	if (status == ZG_OK)
		status = history_import(import->history->config, &wish, error);
	free(report);
	free(ds);
	return status;
}

/* Whether the zone may be taken over; what is served and broken only when somebody says so. */
static bool
may_import(const struct import_job *import, const struct zg_result *result)
{
	if (zg_result_facts(result) == NULL)
		return false;
	if (result->verdict == ZG_VERDICT_PASS)
		return true;
	if (import->history->arguments->values[OPTION_SERVED] != NULL)
		return true;
	complain("history: not taken over: it does not pass. If it is what is served all the same: "
		 "--served");
	return false;
}

static void
import_work(void *context, struct claim *claim)
{
	struct import_job *import = context;
	struct zg_error error = {0};
	struct zg_result *result = NULL;
	zg_policy *policy = NULL;
	zg_status status = release_policy_open(import->history->zone, &policy, &error);
	char findings[FINDINGS_SIZE];
	bool taken = false;

	import->gate.inputs.policy = policy;
	import->gate.inputs.origin = import->history->zone->name;
	import->gate.inputs.remember = true;
	if (status == ZG_OK)
		status = gate_job_run(&import->gate, &result, &error);
	if (status == ZG_OK)
		status = gate_job_report(&import->gate, result, &error);
	if (status == ZG_OK && may_import(import, result)) {
		status = import_record(import, result, &error);
		taken = status == ZG_OK;
	}
	if (status == ZG_OK)
		claim_result(claim, result);
	else
		claim_trouble(claim, status, &error);
	if (taken && result->verdict != ZG_VERDICT_PASS) {
		findings_join(result, findings, sizeof(findings));
		complain("history: taken over as served, although it does not pass: %s", findings);
	}
	if (taken)
		claim->verdict = ZG_VERDICT_PASS;
	zg_result_free(result);
	zg_policy_free(policy);
}

static int
run_import_lines(const struct history_job *job)
{
	const char *path = job->arguments->values[OPTION_FROM];
	const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	struct zg_error error = {0};
	size_t n_new = 0;
	zg_status status = ZG_READ;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		(void)snprintf(error.text, sizeof(error.text), "cannot open %s: %s", path,
		    strerrordesc_np(errno));
	else
		status = history_import_lines(
		    job->config, job->zone->name, fd, name, job->now, &n_new, &error);
	if (fd >= 0)
		(void)close(fd);
	if (status != ZG_OK)
		return trouble(&error, status);
	(void)printf("%zu new rows\n", n_new);
	return output_end();
}

static int
run_import(const struct history_job *job)
{
	struct import_job import;
	struct claim claim;
	zg_verdict verdict = ZG_VERDICT_UNDECIDED;

	if (job->arguments->values[OPTION_FROM] != NULL)
		return run_import_lines(job);
	if (import_read(job, &import))
		verdict = supervise(&(struct supervised){.work = import_work,
					.context = &import,
					.timeout = import.gate.timeout,
					.needs_content = true},
		    &claim);
	if (import.zone_fd >= 0)
		(void)close(import.zone_fd);
	return zg_verdict_exit_status(verdict);
}

/* --- confirm --- */

struct confirmation {
	uint32_t serial;
	int64_t time;
};

static zg_status
confirm_write(struct release_log *log, void *context, struct zg_error *error)
{
	const struct confirmation *confirmation = context;
	char actor[80];

	actor_read(actor, sizeof(actor));
	return release_confirm(log, confirmation->serial, actor, confirmation->time, error);
}

/* The word of whoever runs this, a script that asked the name servers for instance. */
static int
run_confirm(const struct history_job *job)
{
	const struct arguments *arguments = job->arguments;
	struct confirmation confirmation = {.time = job->now};
	struct zg_error error = {0};
	int64_t serial;
	zg_status status;

	if (arguments->n_operands < 2 ||
	    !value_number(arguments->operands[1], 0, UINT32_MAX, &serial))
		return complain_usage(arguments->command, "confirm: ZONE SERIAL");
	confirmation.serial = (uint32_t)serial;
	status = zone_log_write(job->config, job->zone->name, confirm_write, &confirmation, &error);
	return status == ZG_OK ? EXIT_SUCCESS : trouble(&error, status);
}

/* --- bootstrap --- */

static int
run_bootstrap(const struct history_job *job)
{
	return history_bootstrap(job->arguments, job->config, job->zone, job->now);
}

/* --- The command --- */

int
command_history(const struct arguments *arguments)
{
	static const struct {
		const char *word;
		int (*run)(const struct history_job *job);
	} words[] = {
	    {"list", run_list},
	    {"show", run_show},
	    {"export", run_export},
	    {"import", run_import},
	    {"bootstrap", run_bootstrap},
	    {"verify", run_verify},
	    {"timeline", run_timeline},
	    {"confirm", run_confirm},
	};
	struct history_job job;
	int status = EXIT_UNDECIDED;

	if (job_read(arguments, &job)) {
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			if (strcmp(words[i].word, arguments->word) == 0)
				status = words[i].run(&job);
		}
	}
	config_free(job.config);
	return status;
}
