/* `zonegate status`: the dead-man timer, with the exit statuses of monitoring plugins. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zonegate/policy.h>
#include "publish/status_read.h"
#include "report/status_report.h"

/* What could not be looked at is unknown, in one line where plugins have it. A program that reads
 * another form gets nothing: it could make nothing of a line, and would lose what it has. */
static int
unknown(const struct zg_error *error, zg_status status, enum status_format format)
{
	char words[ZG_ERROR_TEXT_MAX * 4];

	if (format != STATUS_FORMAT_TEXT) {
		complain(
		    "status: %s", error->text[0] != '\0' ? error->text : zg_status_text(status));
		return STATUS_UNKNOWN;
	}
	escape(words, sizeof(words), error->text[0] != '\0' ? error->text : zg_status_text(status));
	for (char *at = words; *at != '\0'; at++) {
		if (*at == '|') /* what is behind it is performance data */
			*at = '/';
	}
	(void)printf("ZONEGATE %s - %s\n", status_level_text(STATUS_UNKNOWN), words);
	(void)output_end();
	return STATUS_UNKNOWN;
}

/* The form that is asked for; false: complained. */
static bool
format_read(const struct arguments *arguments, enum status_format *format)
{
	static const char *const formats[] = {[STATUS_FORMAT_TEXT] = "text",
	    [STATUS_FORMAT_JSON] = "json",
	    [STATUS_FORMAT_PROMETHEUS] = "prometheus"};
	const char *wanted = arguments->values[OPTION_FORMAT];

	*format = STATUS_FORMAT_TEXT;
	if (wanted == NULL)
		return true;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		*format = (enum status_format)i;
		if (strcmp(wanted, formats[i]) == 0)
			return true;
	}
	return option_malformed(arguments, "format", OPTION_FORMAT, "text, json or prometheus");
}

static int
print(const struct status_list *list, enum status_format format)
{
	struct zg_error error = {0};
	char *text = NULL;
	size_t length = 0;
	zg_status status = status_render(list, format, &text, &length, &error);

	if (status == ZG_OK && !write_all(STDOUT_FILENO, text, length))
		status = output_trouble(&error);
	if (status == ZG_OK)
		status = output_close(&error);
	free(text);
	if (status == ZG_OK)
		return (int)list->level;
	complain("status: %s", error.text);
	return STATUS_UNKNOWN;
}

/* --- Next steps --- */

/* The report of what is to be done next, as of now; NULL: that cannot be said. */
static char *
outlook_report(const struct config *config, const struct config_zone *zone, int64_t now)
{
	const struct zg_report_options json = {.format = ZG_FORMAT_JSON};
	struct zg_gate_inputs inputs = {.origin = zone->name, .state = config->state, .now = now};
	const char *providers[ZG_PROVIDERS_MAX];
	struct zg_result *result = NULL;
	struct zg_error error = {0};
	zg_policy *policy = NULL;
	char *text = NULL;
	size_t length;
	zg_status status = release_policy_open(zone, &policy, &error);

	providers_give(zone, providers, &inputs);
	inputs.policy = policy;
	if (status == ZG_OK)
		status = zg_gate_outlook(&inputs, &result, &error);
	if (status == ZG_OK)
		status = zg_report_render(result, &json, &text, &length, &error);
	zg_result_free(result);
	zg_policy_free(policy);
	return status == ZG_OK ? text : NULL;
}

char *
history_outlook(
    const struct config *config, const struct config_zone *zone, int64_t now, char *stored)
{
	char *report = outlook_report(config, zone, now);

	if (report == NULL)
		return stored;
	free(stored);
	return report;
}

/* What the release said of its next steps may be out of date: parents and servers were seen since.
 */
static void
steps_renew(const struct config *config, struct status_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct status_report *report = &list->reports[i];
		const struct config_zone *zone = config_zone_find(config, report->zone);

		if (zone != NULL && report->has_release)
			report->stored_report =
			    history_outlook(config, zone, list->now, report->stored_report);
	}
}

/* --- --test-alert --- */

static bool
test_send(const struct config_command *command, const char *zone, const char *text, size_t length)
{
	const struct command_task task = {.command = command,
	    .event = "test",
	    .zone = zone != NULL ? zone : "",
	    .verdict = "test",
	    .input = text,
	    .input_length = length};
	struct command_outcome outcome;

	command_execute(&task, &outcome);
	if (!outcome.succeeded)
		complain("test notification by %s failed: %s%s%s", command->arguments[0],
		    outcome.why, outcome.length > 0 ? ": " : "", outcome.output);
	return outcome.succeeded;
}

/* The path to a human: the status itself, marked as a test, goes to every notification command. */
static int
test_alert(const struct config *config, struct status_list *list, const char *zone)
{
	struct zg_error error = {0};
	char *text = NULL;
	size_t length = 0, n_sent = 0;
	zg_status status;

	list->test = true;
	status = status_render(list, STATUS_FORMAT_JSON, &text, &length, &error);
	if (status != ZG_OK)
		return unknown(&error, status, STATUS_FORMAT_TEXT);
	for (size_t i = 0; i < config->n_notify; i++)
		n_sent += test_send(&config->notify[i], zone, text, length);
	free(text);
	if (config->n_notify == 0)
		(void)printf("ZONEGATE WARNING - TEST ALERT: the configuration has no "
			     "notification command: nobody would hear of anything\n");
	else
		(void)printf("ZONEGATE %s - TEST ALERT: %zu of %zu notification commands took it\n",
		    n_sent == config->n_notify ? "OK" : "CRITICAL", n_sent, config->n_notify);
	if (output_end() != 0)
		return STATUS_UNKNOWN;
	if (config->n_notify == 0)
		return STATUS_WARNING;
	return n_sent == config->n_notify ? STATUS_OK : STATUS_CRITICAL;
}

/* --- The command --- */

static bool
words_fit(const struct arguments *arguments)
{
	if (arguments->values[OPTION_TEST_ALERT] == NULL ||
	    arguments->values[OPTION_NOTIFY] == NULL)
		return true;
	(void)complain_usage(arguments->command, "--notify or --test-alert, not both");
	return false;
}

/* Prints it, and tells people first if that is asked for: what is printed may have no reader. That
 * nobody could be told is an alarm for whoever runs this. */
static int
say(const struct arguments *arguments, const struct config *config, const struct status_list *list,
    enum status_format format)
{
	bool told = arguments->values[OPTION_NOTIFY] == NULL || status_notify(config, list);
	int level = print(list, format);

	return told ? level : STATUS_UNKNOWN;
}

int
command_status(const struct arguments *arguments)
{
	const char *zone = arguments->n_operands > 0 ? arguments->operands[0] : NULL;
	struct zg_error error = {0};
	struct config *config = NULL;
	struct status_list *list = NULL;
	enum status_format format;
	zg_status status;
	int level;

	if (!format_read(arguments, &format) || !words_fit(arguments))
		return STATUS_UNKNOWN;
	status = config_read(arguments->values[OPTION_CONFIG], &config, &error);
	if (status == ZG_OK)
		status = status_read(config, zone, clock_now(), &list, &error);
	/* Prometheus has no use for steps, and is asked every minute. */
	if (status == ZG_OK && format != STATUS_FORMAT_PROMETHEUS)
		steps_renew(config, list);
	if (status != ZG_OK)
		level = unknown(&error, status, format);
	else if (arguments->values[OPTION_TEST_ALERT] != NULL)
		level = test_alert(config, list, zone);
	else
		level = say(arguments, config, list, format);
	status_list_free(list);
	config_free(config);
	return level;
}
