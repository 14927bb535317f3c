/* What the distribution servers of a zone serve, for people. */
#include <inttypes.h>

#include "report/observe_report.h"
#include "report/page.h"

#define INDENT 2

static void
add_head(struct page *page, const struct observe_view *view)
{
	const struct zone_look *look = view->look;
	const struct look_rolling *rolling = &look->rolling;
	size_t n_good = 0;

	for (size_t i = 0; i < look->n_servers; i++)
		n_good += observed_is_good(&look->servers[i]);
	if (rolling->n_servers < look->n_servers)
		page_line(page, 0,
		    "%s: %zu of %zu servers serve what was released, serial %" PRIu32, look->zone,
		    n_good, look->n_servers, look->serial);
	else
		page_line(page, 0,
		    "%s: %zu of %zu servers serve what is rolled out, serial %" PRIu32, look->zone,
		    n_good, look->n_servers, rolling->serial);
	page_line(page, 0,
	    "%zu questions to each over UDP and TCP, in %d ms; answers proved by: %s",
	    look->digest[0] != '\0' ? look->n_questions : rolling->n_questions, look->milliseconds,
	    look_trust_text(look->trust));
	if (rolling->n_servers > 0 && rolling->n_servers < look->n_servers)
		page_line(page, 0,
		    "of these servers %zu have to serve what is rolled out, serial %" PRIu32,
		    rolling->n_servers, rolling->serial);
	if (look->unvalidated[0] != '\0')
		page_fold(page, 0, INDENT, "not validated by resolvers: %s", look->unvalidated);
	else if (look->resolver_milliseconds > 0)
		page_line(page, 0, "validated by resolvers as well, in %d ms",
		    look->resolver_milliseconds);
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

/* "192.0.2.1@53: canary, serial 5, 208 of 208 answered, 196 proved, 2 bogus". A resolver is asked
 * nothing but through the servers that it knows. */
static void
compose_server(struct text_writer *words, const struct observed_server *server)
{
	const char *comma = "";

	text_printf(words, "%s:", server->server);
	if (server->stage[0] != '\0')
		text_printf(words, " %s,", server->stage);
	if (server->has_serial)
		text_printf(words, " serial %" PRIu32 ",", server->serial);
	if (server->n_asked > 0) {
		text_printf(words, " %zu of %zu answered, %zu proved", server->n_answered,
		    server->n_asked, server->n_proved);
		comma = ",";
	}
	if (server->n_resolved > 0)
		text_printf(words, "%s %zu resolved, %zu with AD", comma, server->n_resolved,
		    server->n_authentic);
	for (int i = 0; i < FAULTS; i++) {
		if (server->n_faults[i] > 0)
			text_printf(words, ", %zu %s", server->n_faults[i],
			    look_fault_text((enum look_fault)i));
	}
}

static void
add_server(struct page *page, const struct observed_server *server, bool good)
{
	struct text_writer words = {0};

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

static void
keys_compose(struct text_writer *words, const struct release_facts *facts, uint64_t keys)
{
	const char *comma = "";

	for (size_t i = 0; i < facts->n_keys; i++) {
		if ((keys >> i & 1) == 0)
			continue;
		text_printf(words, "%s%u/%u", comma, facts->keys[i].algorithm, facts->keys[i].tag);
		comma = " ";
	}
	if (comma[0] == '\0')
		text_add(words, "nobody");
}

/* "b, 192.0.2.1@53: serial 5, keys 13/1 13/2, DNSKEY signed by 13/1, data by 13/2". */
static void
compose_provider(struct text_writer *words, const struct provider_look *provider)
{
	const struct release_facts *facts = &provider->facts;
	uint64_t all = 0, signers = 0, data = 0;

	text_printf(words, "%s, %s: ", provider->provider, provider->server);
	if (!provider->answered) {
		text_printf(words, "%s", provider->note);
		return;
	}
	for (size_t i = 0; i < facts->n_keys; i++) {
		all |= facts->keys[i].published ? UINT64_C(1) << i : 0;
		signers |= facts->keys[i].signs_dnskey ? UINT64_C(1) << i : 0;
	}
	for (size_t i = 0; i < facts->n_classes; i++)
		data |= facts->classes[i].signers;
	text_printf(words, "serial %" PRIu32 ", keys ", facts->serial);
	keys_compose(words, facts, all);
	text_add(words, ", DNSKEY signed by ");
	keys_compose(words, facts, signers);
	text_add(words, ", data by ");
	keys_compose(words, facts, data);
}

static void
add_provider(struct page *page, const struct provider_look *provider)
{
	struct text_writer words = {0};
	bool good = provider->answered;

	compose_provider(&words, provider);
	page->raw.failed |= words.failed;
	if (!words.failed)
		page_tagged(page, INDENT, good ? STYLE_GOOD : STYLE_BAD, good ? "good" : "NOT GOOD",
		    "%s", words.text);
	text_writer_clear(&words);
}

zg_status
observe_text_render(const struct observe_view *view, struct text_writer *out)
{
	struct page page = {.color = view->color};

	add_head(&page, view);
	page_heading(&page, "Servers");
	for (size_t i = 0; i < view->look->n_servers; i++)
		add_server(
		    &page, &view->look->servers[i], observed_is_good(&view->look->servers[i]));
	if (view->look->n_validators > 0)
		page_heading(&page, "Validating resolvers");
	for (size_t i = 0; i < view->look->n_validators; i++)
		add_server(&page, &view->look->validators[i],
		    validator_is_good(&view->look->validators[i]));
	if (view->n_providers > 0)
		page_heading(&page, "Other providers");
	for (size_t i = 0; i < view->n_providers; i++)
		add_provider(&page, &view->providers[i]);
	return page_take(&page, out);
}
