/*
 * `zonegate status --notify`: the alarms of the dead-man timer, by the notification commands. One
 * notification for each zone, and one for the gate itself, so that what is told of a zone reaches
 * those who care for it.
 */
#include "cli/cli.h"

#include <signal.h>
#include <stdlib.h>

#include "publish/alarm.h"
#include "report/status_report.h"

struct bell {
	const struct config *config;
	const struct status_list *list;
	struct state_directory state;
	bool has_state; /* else it cannot be remembered what people were told */
};

/* False: nobody was told. */
static bool
tell(const struct bell *bell, struct status_report *report, const char *event, const char *head)
{
	const struct status_list one = {
	    .now = bell->list->now, .level = report->level, .reports = report, .n = 1};
	struct command_task task = {.event = event,
	    .zone = report->zone,
	    .verdict = status_level_text(report->level),
	    .has_serial = report->has_release,
	    .serial = report->serial,
	    .log_head = head};
	struct zg_error error = {0};
	char *text = NULL;
	size_t n = 0;

	if (status_render(&one, STATUS_FORMAT_JSON, &text, &task.input_length, &error) != ZG_OK)
		complain("the alarm is told without its report: %s", error.text);
	task.input = text;
	n = notify_all(bell->config, &task);
	free(text);
	return n > 0;
}

/* In the decision log, with a head for the notification. */
static void
record(struct bell *bell, const struct status_report *report, const struct alarm *alarm, char *head)
{
	struct zg_error error = {0};
	char text[512];

	alarm_text(alarm, text, sizeof(text));
	if (bell->has_state &&
	    alarm_record(&bell->state, report->zone, text, clock_now(), head, &error) != ZG_OK)
		complain("the alarm is not in the log: %s", error.text);
}

static void
remember(const struct bell *bell, const struct status_report *report, const struct alarm *alarm)
{
	struct zg_error error = {0};

	if (!bell->has_state || alarm_remember(&bell->state, report->zone, alarm, &error) != ZG_OK)
		complain("what people were told is not remembered, and will be told again%s%s",
		    error.text[0] != '\0' ? ": " : "", error.text);
}

/* One zone, or the gate. A notification that nobody took is tried again at the next run, under the
 * same line of the log. False: nobody took it. */
static bool
ring(struct bell *bell, struct status_report *report)
{
	struct alarm told = {.told = 0}, alarm;
	char head[LOG_HEAD_TEXT_SIZE] = "";
	enum alarm_news news;
	bool sent;

	alarm_of(report, &alarm);
	if (bell->has_state)
		alarm_recall(&bell->state, report->zone, &told);
	news = alarm_judge(&told, &alarm, bell->list->now);
	alarm.told = told.told;
	if (news == ALARM_SILENT) {
		if (!alarm_is_same(&told, &alarm))
			remember(bell, report, &alarm);
		return true;
	}
	if (news != ALARM_LASTS || told.told != 0)
		record(bell, report, &alarm, head);
	sent = tell(bell, report, news == ALARM_OVER ? "alarm-over" : "alarm", head);
	alarm.told = sent ? bell->list->now : 0;
	if (sent || news != ALARM_OVER)
		remember(bell, report, &alarm);
	return sent;
}

/* False: whoever runs this is not the one who could remember it. */
static bool
bell_hang(struct bell *bell)
{
	struct zg_error error = {0};

	if (bell->config->n_notify == 0) {
		complain("nobody is notified: %s has no Notify", bell->config->path);
		return false;
	}
	if (!alarm_is_ours(bell->config->state)) {
		complain("nobody is notified: only the user who owns %s can do that",
		    bell->config->state);
		return false;
	}
	bell->has_state = state_open(bell->config->state, false, &bell->state, &error) == ZG_OK;
	if (!bell->has_state)
		complain("%s", error.text);
	return true;
}

bool
status_notify(const struct config *config, const struct status_list *list)
{
	struct bell bell = {.config = config, .list = list, .state.fd = -1};
	bool hung = bell_hang(&bell), told = hung;

	/* A file that may not grow is no reason to be silent. */
	(void)signal(SIGXFSZ, SIG_IGN);
	/* What goes wrong with the notification of one zone must not silence the next. */
	for (size_t i = 0; hung && i < list->n; i++) {
		struct status_report *report = &list->reports[i];

		if (ring(&bell, report))
			continue;
		complain("nobody was notified of %s",
		    report->zone[0] != '\0' ? report->zone : "the gate itself");
		told = false;
	}
	state_close(&bell.state);
	return told;
}
