/* What the parent publishes, for people. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "report/page.h"
#include "report/parent_report.h"

#define INDENT 2

/* What is younger than this is said as of now. Seconds. */
#define JUST_NOW 5

/* "says", "said 40 min ago". */
struct saying {
	char text[DURATION_TEXT_MAX + 16];
};

static struct saying
saying(int64_t time, int64_t now)
{
	struct saying words = {"says"};
	char span[DURATION_TEXT_MAX];

	if (now - time <= JUST_NOW)
		return words;
	duration_format((uint64_t)(now - time), span);
	(void)snprintf(words.text, sizeof(words.text), "said %s ago", span);
	return words;
}

/* "2 DS, TTL 86400", "no DS, TTL 900". */
struct set_words {
	char text[64];
};

static struct set_words
set_words(size_t n, uint32_t ttl)
{
	struct set_words words;

	if (n == 0)
		(void)snprintf(words.text, sizeof(words.text), "no DS");
	else
		(void)snprintf(words.text, sizeof(words.text), "%zu DS", n);
	if (ttl != 0)
		(void)snprintf(words.text + strlen(words.text),
		    sizeof(words.text) - strlen(words.text), ", TTL %" PRIu32, ttl);
	return words;
}

static void
add_set(struct page *page, const struct release_ds *ds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		page_begin(page);
		text_printf(
		    &page->raw, "DS %u %u %u ", ds[i].tag, ds[i].algorithm, ds[i].digest_type);
		for (size_t k = 0; k < ds[i].digest_len; k++)
			text_printf(&page->raw, "%02X", ds[i].digest[k]);
		page_end_line(page, 2 * INDENT);
	}
}

/* ---- The servers ---- */

static void
add_server(struct page *page, const struct look_server *server)
{
	page_begin(page);
	text_printf(&page->raw, "%-24s %-10s", server->server, look_answer_text(server->answer));
	if (look_is_proved(server->answer))
		text_printf(&page->raw, " %zu DS, TTL %" PRIu32, server->n_ds, server->ttl);
	if (server->has_serial)
		text_printf(&page->raw, ", serial %" PRIu32, server->serial);
	if (server->host[0] != '\0')
		text_printf(&page->raw, ", %s", server->host);
	if (server->used_tcp)
		text_add(&page->raw, ", TCP");
	if (server->note[0] != '\0')
		text_printf(&page->raw, ": %s", server->note);
	else if (server->flaw != LOOK_UNASKED)
		text_printf(&page->raw, "; %s", server->flaw_note);
	page_end_line(page, INDENT);
}

static void
add_servers(struct page *page, const struct parent_look *look)
{
	if (look->n_servers == 0)
		return;
	page_heading(page, "Servers of the parent");
	for (size_t i = 0; i < look->n_servers; i++)
		add_server(page, &look->servers[i]);
	if (look->more_servers)
		page_line(page, INDENT, "and more, which were not asked");
}

/* ---- Who says what ---- */

static void
add_look(struct page *page, const struct parent_view *view)
{
	const struct parent_look *look = view->look;
	const char *parent = look->parent[0] != '\0' ? look->parent : "";
	struct look_agreed agreed;

	if (look->time == 0) {
		page_line(page, 0, "%s: nobody has asked the parent's servers", view->zone);
		return;
	}
	look_agree(look, view->rules->majority, &agreed);
	if (agreed.by == NULL) {
		page_line(page, 0, "%s: nothing is proved of what the parent %s%s%s%s", view->zone,
		    parent, saying(view->seen, view->now).text, look->why[0] != '\0' ? ": " : "",
		    look->why);
		return;
	}
	page_line(page, 0, "%s: the parent %s%s%s: %s; %zu of %zu servers%s", view->zone, parent,
	    parent[0] != '\0' ? " " : "", saying(view->seen, view->now).text,
	    set_words(agreed.by->n_ds, agreed.ttl).text, agreed.n_with, look->n_servers,
	    agreed.agreed ? "" : ", which do not agree");
	add_set(page, agreed.by->ds, agreed.by->n_ds);
}

/* The servers agreed on something before they ceased to. */
static void
add_agreed(struct page *page, const struct parent_view *view)
{
	const struct parent_known *known = view->known;
	struct look_agreed agreed;

	look_agree(view->look, view->rules->majority, &agreed);
	if (known == NULL || known->looks.agreed_time == 0 || agreed.agreed)
		return;
	page_line(page, 0, "the servers of the parent agreed when they %s: %s",
	    saying(known->looks.agreed_time, view->now).text,
	    set_words(known->looks.n_agreed, known->looks.agreed_ttl).text);
	add_set(page, known->looks.agreed, known->looks.n_agreed);
}

static void
add_said(struct page *page, const struct parent_view *view)
{
	for (size_t i = 0; view->known != NULL && i < 2; i++) {
		const struct parent_said *said = &view->known->said[i];
		const char *what = said->source == SOURCE_FILE ? "the DS file" : "the operator";

		if (said->time == 0)
			continue;
		page_line(page, 0, "%s %s %s: %s", what, said->who,
		    saying(said->time, view->now).text,
		    said->answered ? set_words(said->n_ds, said->ttl).text : said->note);
		add_set(page, said->ds, said->n_ds);
	}
}

/* What the parent would publish if it acted on CDS and CDNSKEY. */
static void
add_wanted(struct page *page, const struct parent_view *view)
{
	const struct release_facts *release = view->in_force;

	if (release == NULL || !release->next_ds_given)
		return;
	page_line(page, 0, "the zone asks for, by CDS and CDNSKEY of serial %" PRIu32 ": %s",
	    release->serial,
	    release->next_ds_delete ? "no DS any more" : set_words(release->n_next_ds, 0).text);
	add_set(page, release->next_ds, release->n_next_ds);
}

/* ---- What is wrong ---- */

static void
add_conditions(struct page *page, const struct status_report *status)
{
	static const enum page_style styles[] = {[STATUS_OK] = STYLE_GOOD,
	    [STATUS_WARNING] = STYLE_WARN,
	    [STATUS_CRITICAL] = STYLE_BAD,
	    [STATUS_UNKNOWN] = STYLE_ASK};

	if (status == NULL || status->n_conditions == 0)
		return;
	page_heading(page, "Findings");
	for (size_t i = 0; i < status->n_conditions; i++) {
		const struct status_condition *condition = &status->conditions[i];

		page_tagged(page, INDENT, styles[condition->level],
		    status_level_text(condition->level), "%s: %s", condition->id, condition->text);
	}
}

/* "ZONEGATE OK - example.: 2 DS, TTL 86400": what is behind a bar is performance data. */
static void
add_plugin_line(struct page *page, const struct parent_view *view)
{
	const struct status_report *status = view->status;
	struct look_agreed agreed;
	size_t at;

	look_agree(view->look, view->rules->majority, &agreed);
	page_begin(page);
	text_printf(&page->raw, "ZONEGATE %s - %s: ", status_level_text(status->level), view->zone);
	at = page->raw.used;
	if (status->level != STATUS_OK)
		text_add(&page->raw, status->conditions[0].text);
	else if (agreed.by != NULL)
		text_printf(&page->raw, "%s, %zu of %zu servers of the parent",
		    set_words(agreed.by->n_ds, agreed.ttl).text, agreed.n_with,
		    view->look->n_servers);
	for (; !page->raw.failed && at < page->raw.used; at++) {
		if (page->raw.text[at] == '|')
			page->raw.text[at] = '/';
	}
	page_end_line(page, 0);
}

zg_status
parent_text_render(const struct parent_view *view, struct text_writer *out)
{
	struct page page = {.color = view->color};

	if (view->plugin)
		add_plugin_line(&page, view);
	add_look(&page, view);
	add_agreed(&page, view);
	add_said(&page, view);
	add_wanted(&page, view);
	add_servers(&page, view->look);
	add_conditions(&page, view->status);
	return page_take(&page, out);
}
