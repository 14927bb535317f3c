/* What the distribution servers of a zone serve, for people. */
#include <inttypes.h>

#include "report/observe_report.h"
#include "report/page.h"

#define INDENT 2

static void
add_head(struct page *page, const struct observe_view *view)
{
	const struct zone_look *look = view->look;
	size_t n_good = 0;

	for (size_t i = 0; i < look->n_servers; i++)
		n_good += observed_is_good(&look->servers[i]);
	page_line(page, 0, "%s: %zu of %zu servers serve what was released, serial %" PRIu32,
	    look->zone, n_good, look->n_servers, look->serial);
	page_line(page, 0,
	    "%zu questions to each over UDP and TCP, in %d ms; answers proved by: %s",
	    look->n_questions, look->milliseconds, look_trust_text(look->trust));
	if (view->confirmed)
		page_line(page, 0, "the release is confirmed: all servers have it");
	else if (!view->recorded)
		page_line(page, 0, "nothing was recorded");
}

static void
add_whole(struct page *page, const struct observed_server *server)
{
	switch (server->whole) {
	case WHOLE_UNASKED:
		return;
	case WHOLE_NOT_HAD:
		page_fold(
		    page, 2 * INDENT, 3 * INDENT, "whole zone not had: %s", server->whole_note);
		return;
	case WHOLE_SAME:
		page_line(page, 2 * INDENT, "whole zone: %s records, the same",
		    grouped_number(server->whole_records).text);
		return;
	case WHOLE_OTHER:
		page_line(page, 2 * INDENT,
		    "whole zone: %s records, serial %" PRIu32 ", not what was released",
		    grouped_number(server->whole_records).text, server->whole_serial);
		return;
	}
}

/* "192.0.2.1@53: serial 5, 208 of 208 answered, 196 proved, 2 bogus". */
static void
compose_server(struct text_writer *words, const struct observed_server *server)
{
	text_printf(words, "%s:", server->server);
	if (server->has_serial)
		text_printf(words, " serial %" PRIu32 ",", server->serial);
	text_printf(words, " %zu of %zu answered, %zu proved", server->n_answered, server->n_asked,
	    server->n_proved);
	for (int i = 0; i < FAULTS; i++) {
		if (server->n_faults[i] > 0)
			text_printf(words, ", %zu %s", server->n_faults[i],
			    look_fault_text((enum look_fault)i));
	}
}

static void
add_server(struct page *page, const struct observed_server *server)
{
	struct text_writer words = {0};
	bool good = observed_is_good(server);

	compose_server(&words, server);
	page->raw.failed |= words.failed;
	if (!words.failed)
		page_tagged(page, INDENT, good ? STYLE_GOOD : STYLE_BAD, good ? "good" : "NOT GOOD",
		    "%s", words.text);
	text_writer_clear(&words);
	for (size_t i = 0; i < server->n_examples; i++)
		page_fold(page, 2 * INDENT, 3 * INDENT, "%s: %s",
		    look_fault_text(server->examples[i].fault), server->examples[i].text);
	add_whole(page, server);
}

zg_status
observe_text_render(const struct observe_view *view, struct text_writer *out)
{
	struct page page = {.color = view->color};

	add_head(&page, view);
	page_heading(&page, "Servers");
	for (size_t i = 0; i < view->look->n_servers; i++)
		add_server(&page, &view->look->servers[i]);
	if (page_failed(&page)) {
		page_clear(&page);
		return ZG_MEMORY;
	}
	*out = page.out;
	page.out = (struct text_writer){0};
	page_clear(&page);
	return ZG_OK;
}
