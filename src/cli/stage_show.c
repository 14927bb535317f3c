/* `zonegate stage list` and `show`: where rollouts stand, once or for as long as somebody looks. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <zonegate/policy.h>
#include "base/text_writer.h"
#include "report/rollout_report.h"

/* How often a view that is kept open is drawn anew. Seconds. */
#define WATCH_INTERVAL 2

/* Of a terminal that does not say how large it is. */
#define COLUMNS_DEFAULT 80
#define ROWS_DEFAULT	24

/* One zone as it is shown. */
struct shown {
	struct rollout_view view;
	struct rollout_next next;
	struct stage_approvals approvals;
};

struct stage_view {
	const struct arguments *arguments;
	struct config *config;
	struct state_directory state;
	const struct config_zone *only; /* NULL: all zones with stages */
	struct shown *shown;		/* owned */
	struct rollout_report *reports; /* owned; borrow from `shown` */
	size_t n_zones;
	enum rollout_format format;
	bool brief;
};

/* --- Reading --- */

static zg_status
approvals_count(const struct stage_view *view, struct shown *shown, struct zg_error *error)
{
	const struct config_zone *zone = shown->view.zone;
	const struct rollout *rollout = &shown->view.rollout;
	size_t stage = rollout_n_reached(rollout);
	struct zg_policy *policy = NULL;
	zg_status status;

	if (!rollout_is_running(rollout) || stage == rollout->n_stages)
		return ZG_OK;
	status = release_policy_open(zone, &policy, error);
	if (status == ZG_OK)
		status = stage_approvals(view->config, zone, policy, &view->state, rollout, stage,
		    shown->view.now, &shown->approvals, error);
	zg_policy_free(policy);
	return status;
}

static zg_status
shown_read(struct stage_view *view, const struct config_zone *zone, struct shown *shown,
    struct zg_error *error)
{
	struct rollout_inputs inputs = {.rollout = &shown->view.rollout, .zone = zone};
	zg_status status = rollout_view_read(&view->state, zone, clock_now(), &shown->view, error);

	if (status == ZG_OK)
		status = approvals_count(view, shown, error);
	inputs.approvals = shown->approvals.n;
	inputs.now = shown->view.now;
	if (status == ZG_OK)
		rollout_judge(&inputs, &shown->next);
	return status;
}

static void
zones_clear(struct stage_view *view)
{
	for (size_t i = 0; i < view->n_zones; i++) {
		rollout_view_clear(&view->shown[i].view);
		stage_approvals_clear(&view->shown[i].approvals);
	}
	free(view->shown);
	free(view->reports);
	view->shown = NULL;
	view->reports = NULL;
	view->n_zones = 0;
}

static bool
is_wanted(const struct stage_view *view, const struct config_zone *zone)
{
	return view->only != NULL ? view->only == zone : zone->n_stages > 0;
}

static zg_status
zones_read(struct stage_view *view, struct zg_error *error)
{
	const struct config *config = view->config;
	zg_status status = ZG_OK;

	zones_clear(view);
	view->shown = calloc(config->n_zones + 1, sizeof(view->shown[0]));
	view->reports = calloc(config->n_zones + 1, sizeof(view->reports[0]));
	if (view->shown == NULL || view->reports == NULL) {
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
		return ZG_MEMORY;
	}
	for (size_t i = 0; i < config->n_zones && status == ZG_OK; i++) {
		struct shown *shown = &view->shown[view->n_zones];

		if (!is_wanted(view, &config->zones[i]))
			continue;
		view->reports[view->n_zones++] =
		    (struct rollout_report){.view = &shown->view, .next = &shown->next};
		status = shown_read(view, &config->zones[i], shown, error);
		view->reports[view->n_zones - 1].approvals = shown->approvals.list;
		view->reports[view->n_zones - 1].n_approvals = shown->approvals.n_list;
	}
	return status;
}

/* *text is owned by the caller. */
static zg_status
view_render(struct stage_view *view, char **text, size_t *length, struct zg_error *error)
{
	struct rollout_page page = {
	    .single = view->only != NULL, .brief = view->brief, .color = output_wants_color()};
	zg_status status = zones_read(view, error);

	*text = NULL;
	page.zones = view->reports;
	page.n_zones = view->n_zones;
	return status == ZG_OK ? rollout_render(&page, view->format, text, length, error) : status;
}

/* --- Opening --- */

static void
view_close(struct stage_view *view)
{
	zones_clear(view);
	state_close(&view->state);
	config_free(view->config);
}

static bool
zone_choose(struct stage_view *view)
{
	const struct arguments *arguments = view->arguments;
	size_t n = 0;

	if (arguments->n_operands > 0) {
		view->only = config_zone_find(view->config, arguments->operands[0]);
		if (view->only == NULL)
			complain("%s has no zone '%s'", view->config->path, arguments->operands[0]);
		return view->only != NULL;
	}
	for (size_t i = 0; i < view->config->n_zones; i++)
		n += view->config->zones[i].n_stages > 0;
	if (n == 0)
		complain("%s has no zone with stages", view->config->path);
	return n > 0;
}

static bool
view_open(const struct arguments *arguments, struct stage_view *view)
{
	struct zg_error error = {0};

	*view = (struct stage_view){.arguments = arguments, .state = {.fd = -1}};
	if (config_read(arguments->values[OPTION_CONFIG], &view->config, &error) != ZG_OK ||
	    state_open(view->config->state, false, &view->state, &error) != ZG_OK)
		complain("%s", error.text);
	else if (view->state.fresh)
		complain("%s has no history yet", view->config->state);
	else
		return zone_choose(view);
	return false;
}

static bool
view_wish_read(struct stage_view *view)
{
	const struct arguments *arguments = view->arguments;
	const char *format = arguments->values[OPTION_FORMAT];

	if (arguments->n_operands > 1) {
		complain_usage(arguments->command, "%s takes one zone, or none", arguments->word);
		return false;
	}
	if (format == NULL || strcmp(format, "text") == 0)
		return true;
	view->format = ROLLOUT_FORMAT_JSON;
	return strcmp(format, "json") == 0 ||
	       option_malformed(arguments, "format", OPTION_FORMAT, "text or json");
}

static int
view_print(struct stage_view *view)
{
	struct zg_error error = {0};
	char *text = NULL;
	size_t length = 0;
	bool failed = view_render(view, &text, &length, &error) != ZG_OK;

	if (failed)
		complain("%s", error.text);
	else
		(void)fwrite(text, 1, length, stdout);
	free(text);
	return failed ? EXIT_UNDECIDED : output_end();
}

/* --- A view that is kept open --- */

/* Adds a line of at most `columns`; what sets colours takes no room. */
static void
add_cut(struct text_writer *out, const char *line, size_t length, size_t columns)
{
	size_t column = 0;
	bool in_sequence = false;

	for (size_t i = 0; i < length && column < columns; i++) {
		in_sequence |= line[i] == '\033';
		text_add_bytes(out, line + i, 1);
		column += !in_sequence;
		in_sequence &= line[i] != 'm';
	}
	text_add(out, "\033[0m\033[K\n");
}

/* From the upper left corner on; what was there before is cleared line by line, so that nothing
 * flickers. The last row stays free: a line feed there would scroll. */
static void
draw(const char *text, size_t length)
{
	struct winsize size = {.ws_row = 0};
	struct text_writer out = {0};
	size_t rows = ROWS_DEFAULT, columns = COLUMNS_DEFAULT;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1 && size.ws_col > 0) {
		rows = size.ws_row;
		columns = size.ws_col;
	}
	text_add(&out, "\033[H");
	for (size_t at = 0, row = 1; at < length && row < rows; row++) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t line = end == NULL ? length - at : (size_t)(end - (text + at));

		add_cut(&out, text + at, line, columns);
		at += line + 1;
	}
	text_add(&out, "\033[J");
	if (!out.failed)
		(void)!write_all(STDOUT_FILENO, out.text, out.used);
	text_writer_clear(&out);
}

static void
draw_view(struct stage_view *view)
{
	struct zg_error error = {0};
	char *text = NULL, trouble[4 * ZG_ERROR_TEXT_MAX + 2];
	size_t length = 0;

	if (view_render(view, &text, &length, &error) == ZG_OK) {
		draw(text, length);
	} else {
		escape(trouble, sizeof(trouble), error.text);
		draw(trouble, strlen(trouble));
	}
	free(text);
}

/* Clears the screen and hides the cursor; and back. */
static void
screen_take(void)
{
	static const char take[] = "\033[2J\033[?25l";

	(void)!write_all(STDOUT_FILENO, take, sizeof(take) - 1);
}

static void
screen_give_back(void)
{
	static const char give_back[] = "\033[?25h\033[0m\n";

	(void)!write_all(STDOUT_FILENO, give_back, sizeof(give_back) - 1);
}

/* Draws until a signal ends it. Stopped by the terminal (^Z), it leaves that in order. */
static int
watch(struct stage_view *view)
{
	const struct timespec interval = {.tv_sec = WATCH_INTERVAL};
	sigset_t wanted;
	int signo;

	(void)sigemptyset(&wanted);
	(void)sigaddset(&wanted, SIGINT);
	(void)sigaddset(&wanted, SIGTERM);
	(void)sigaddset(&wanted, SIGHUP);
	(void)sigaddset(&wanted, SIGTSTP);
	(void)sigaddset(&wanted, SIGWINCH);
	(void)sigprocmask(SIG_BLOCK, &wanted, NULL);
	screen_take();
	for (;;) {
		draw_view(view);
		signo = sigtimedwait(&wanted, NULL, &interval);
		if (signo == SIGINT || signo == SIGTERM || signo == SIGHUP)
			break;
		if (signo != SIGTSTP)
			continue;
		screen_give_back();
		(void)raise(SIGSTOP);
		screen_take();
	}
	screen_give_back();
	return 0;
}

/* --- The commands --- */

int
stage_list(const struct arguments *arguments)
{
	struct stage_view view;
	int status = EXIT_UNDECIDED;

	if (arguments->values[OPTION_WATCH] != NULL)
		return complain_usage(arguments->command, "--watch is for show");
	if (view_open(arguments, &view) && view_wish_read(&view)) {
		view.brief = true;
		status = view_print(&view);
	}
	view_close(&view);
	return status;
}

int
stage_show(const struct arguments *arguments)
{
	bool watches = arguments->values[OPTION_WATCH] != NULL;
	struct stage_view view;
	int status = EXIT_UNDECIDED;

	if (watches && !is_terminal(STDOUT_FILENO))
		return complain_usage(arguments->command, "--watch is for a terminal");
	if (watches && arguments->values[OPTION_FORMAT] != NULL)
		return complain_usage(arguments->command, "--watch has no --format");
	if (view_open(arguments, &view) && view_wish_read(&view))
		status = watches ? watch(&view) : view_print(&view);
	view_close(&view);
	return status;
}

zg_status
stage_describe(struct config *config, const struct config_zone *zone,
    const struct state_directory *state, bool *under_way, struct zg_error *error)
{
	struct stage_view view = {.config = config, .state = *state, .only = zone};
	char *text = NULL;
	size_t length = 0;
	zg_status status = view_render(&view, &text, &length, error);

	*under_way = status == ZG_OK && rollout_is_running(&view.shown[0].view.rollout);
	if (*under_way)
		(void)fwrite(text, 1, length, stdout);
	free(text);
	zones_clear(&view);
	return status;
}
