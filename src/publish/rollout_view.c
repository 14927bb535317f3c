/* A rollout as people see it: rows of the history put together. */
#include "publish/rollout_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "publish/release.h"
#include "publish/release_log.h"

/* The kind of the log's lines about rollouts, and how many lines are gone back for them. */
#define KIND	   "stage"
#define LINES_BACK 64

/* A server that was not looked at for so long was not looked at in this rollout. */
#define SEEN_BACK 86400

const struct config_stage *
rollout_view_stage(const struct rollout_view *view, size_t index)
{
	return config_stage_find(view->zone, view->rollout.stages[index].name);
}

void
rollout_view_clear(struct rollout_view *view)
{
	free(view->report);
	view->report = NULL;
}

/* Servers are known in the history as looks name them: ADDRESS@PORT. */
static zg_status
seen_read(struct release_log *log, struct rollout_view *view, struct zg_error *error)
{
	struct history_served *rows = NULL;
	size_t n = 0;
	zg_status status =
	    history_served_list(log->history, log->zone, view->now - SEEN_BACK, &rows, &n, error);

	for (size_t i = 0; i < view->zone->n_servers && i < CONFIG_SERVERS_MAX; i++) {
		const struct config_server *server = &view->zone->servers[i];
		char name[sizeof(rows->server)];

		(void)snprintf(name, sizeof(name), "%.60s@%u", server->address, server->port);
		for (size_t k = 0; k < n; k++) {
			if (strcmp(rows[k].server, name) == 0)
				view->seen[i] = (struct rollout_seen){
				    .time = rows[k].time, .serial = rows[k].serial};
		}
	}
	free(rows);
	return status;
}

static zg_status
lines_read(struct release_log *log, struct rollout_view *view, struct zg_error *error)
{
	struct history_line *lines = NULL;
	size_t n = 0;
	zg_status status = history_lines(log->history, log->zone, LINES_BACK, &lines, &n, error);

	for (size_t i = 0; i < n && view->n_lines < ROLLOUT_VIEW_LINES; i++) {
		if (strcmp(lines[i].kind, KIND) == 0)
			view->lines[view->n_lines++] = lines[i];
	}
	free(lines);
	return status;
}

static zg_status
release_read(struct release_log *log, struct rollout_view *view, struct zg_error *error)
{
	struct released in_force = {.exists = false};
	zg_status status = release_in_force(log, 0, view->now, &in_force, error);

	view->has_release = in_force.exists;
	view->serial = in_force.serial;
	return status;
}

static zg_status
queued_read(const struct state_directory *state, struct rollout_view *view, struct zg_error *error)
{
	char *path = NULL;
	zg_status status = state_path(state, "queued", view->zone->name, ".zone", &path, error);

	view->queued = status == ZG_OK && access(path, F_OK) == 0;
	free(path);
	return status;
}

/* Before the first rollout the stages are those that it will go through. */
static void
stages_take(struct rollout_view *view)
{
	struct rollout *rollout = &view->rollout;

	for (size_t i = 0; i < view->zone->n_stages && i < CONFIG_STAGES_MAX; i++) {
		(void)snprintf(rollout->stages[i].name, sizeof(rollout->stages[i].name), "%s",
		    view->zone->stages[i].name);
		rollout->n_stages = i + 1;
	}
}

zg_status
rollout_view_read(struct state_directory *state, const struct config_zone *zone, int64_t now,
    struct rollout_view *view, struct zg_error *error)
{
	struct release_log *log = NULL;
	zg_status status;

	memset(view, 0, sizeof(*view));
	view->zone = zone;
	view->now = now;
	status = release_log_open(state, zone->name, false, &log, error);
	if (status == ZG_OK)
		status = rollout_read(log, &view->rollout, error);
	if (status == ZG_OK && view->rollout.state == ROLLOUT_NONE)
		stages_take(view);
	if (status == ZG_OK)
		status = release_read(log, view, error);
	if (status == ZG_OK)
		status = seen_read(log, view, error);
	if (status == ZG_OK)
		status = lines_read(log, view, error);
	if (status == ZG_OK && view->rollout.state != ROLLOUT_NONE)
		status =
		    history_report(log->history, view->rollout.candidate, &view->report, error);
	if (status == ZG_OK)
		status = queued_read(state, view, error);
	release_log_close(log);
	return status;
}
