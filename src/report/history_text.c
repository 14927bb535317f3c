/* The history for people. */
#include "report/history_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/utc.h"
#include "report/escape.h"
#include "report/page.h"
#include "report/stored_report.h"

#define INDENT 2

/* --- list --- */

/* When a candidate was first heard of: its verdict, or "served since". */
static int64_t
first_time(const struct history_candidate *candidate)
{
	int64_t first = 0;

	for (size_t i = 0; i < CANDIDATE_STATES; i++) {
		if (candidate->times[i] != 0 && (first == 0 || candidate->times[i] < first))
			first = candidate->times[i];
	}
	return first;
}

static const char *
time_or_dash(int64_t at, char text[UTC_TEXT_MAX])
{
	if (at == 0)
		return "-";
	utc_format(at, text);
	return text;
}

void
history_list_head(struct text_writer *out)
{
	text_printf(out, "%-10s  %-10s  %-20s  %-20s  %-20s  %s\n", "serial", "state", "judged",
	    "handed over", "superseded", "verdict");
}

void
history_list_line(struct text_writer *out, const struct history_candidate *candidate)
{
	char judged[UTC_TEXT_MAX], handed[UTC_TEXT_MAX], superseded[UTC_TEXT_MAX], serial[16] = "-";

	if (candidate->has_facts)
		(void)snprintf(serial, sizeof(serial), "%" PRIu32, candidate->facts.serial);
	text_printf(out, "%-10s  %-10s  %-20s  %-20s  %-20s  ", serial,
	    candidate_state_text(candidate->state), time_or_dash(first_time(candidate), judged),
	    time_or_dash(candidate->times[CANDIDATE_HANDED], handed),
	    time_or_dash(candidate->times[CANDIDATE_SUPERSEDED], superseded));
	if (candidate->imported)
		text_add(out, "imported: ");
	escape_add(out, candidate->reason, strlen(candidate->reason));
	if (candidate->site[0] != '\0') {
		text_add(out, " (from ");
		escape_add(out, candidate->site, strlen(candidate->site));
		text_add(out, ")");
	}
	text_add(out, "\n");
}

/* --- show --- */

static void
add_states(struct page *page, const struct history_candidate *candidate)
{
	char when[UTC_TEXT_MAX];

	for (size_t i = 0; i < CANDIDATE_STATES; i++) {
		if (candidate->times[i] != 0)
			page_field(page, candidate_state_text((enum candidate_state)i), "%s",
			    time_or_dash(candidate->times[i], when));
	}
}

static void
add_head(struct page *page, const struct history_candidate *candidate)
{
	page_line(page, 0, "%s serial %" PRIu32 ": %s%s%s%s", candidate->facts.zone,
	    candidate->facts.serial, candidate_state_text(candidate->state),
	    candidate->imported ? ", imported" : "", candidate->site[0] != '\0' ? ", from " : "",
	    candidate->site);
	page_blank(page);
	page_field(page, "verdict", "%s", candidate->reason);
	add_states(page, candidate);
	page_field(page, "content", "SHA-384 %.48s", candidate->facts.digest);
	if (strlen(candidate->facts.digest) > 48)
		page_field(page, "", "        %s", candidate->facts.digest + 48);
	page_begin(page);
	text_add(&page->raw, "SHA-256 ");
	text_add_hex(&page->raw, candidate->file_sha256, sizeof(candidate->file_sha256));
	page_end_field(page, "file");
	page_field(page, "policy", "SHA-256 %s", candidate->policy_digest);
}

static void
add_zone(struct page *page, const struct release_facts *facts)
{
	char first[UTC_TEXT_MAX], dnskey[UTC_TEXT_MAX];

	page_heading(page, "Zone");
	page_field(page, "records", "%" PRIu64, facts->counts[RELEASE_RECORDS]);
	page_field(page, "delegations", "%" PRIu64 ", of them %" PRIu64 " secure",
	    facts->counts[RELEASE_DELEGATIONS], facts->counts[RELEASE_SECURE_DELEGATIONS]);
	page_field(page, "SOA",
	    "TTL %" PRIu32 ", refresh %" PRIu32 ", retry %" PRIu32 ", expire %" PRIu32
	    ", minimum %" PRIu32,
	    facts->soa_ttl, facts->refresh, facts->retry, facts->expire, facts->minimum);
	page_field(page, "denial", "%s", facts->denial[0] != '\0' ? facts->denial : "none");
	page_field(
	    page, "largest TTL", "%" PRIu32 ", DNSKEY %" PRIu32, facts->max_ttl, facts->dnskey_ttl);
	page_field(page, "signed until", "%s, DNSKEY %s",
	    time_or_dash(facts->first_expiration, first),
	    time_or_dash(facts->dnskey_expiration, dnskey));
}

static void
add_keys(struct page *page, const struct release_facts *facts)
{
	char until[UTC_TEXT_MAX];

	page_heading(page, "Keys");
	if (facts->n_keys == 0)
		page_line(page, INDENT, "none");
	for (size_t i = 0; i < facts->n_keys; i++) {
		const struct release_key *key = &facts->keys[i];

		page_begin(page);
		text_printf(&page->raw, "%u/%u", key->algorithm, key->tag);
		if (key->published) {
			text_printf(&page->raw, "  flags %u  SHA-256 ", key->flags);
			text_add_hex(&page->raw, key->sha256, sizeof(key->sha256));
		} else {
			text_add(&page->raw, "  not published");
		}
		if (key->signs_dnskey)
			text_printf(&page->raw, "  signs the DNSKEY RRset until %s",
			    time_or_dash(key->expiration, until));
		page_end_line(page, INDENT);
	}
}

/* "13/12345 13/54321". */
static void
add_signers(struct page *page, const struct release_facts *facts, uint64_t signers)
{
	const char *separator = "";

	for (size_t i = 0; i < facts->n_keys; i++) {
		if ((signers >> i & 1) == 0)
			continue;
		text_printf(
		    &page->raw, "%s%u/%u", separator, facts->keys[i].algorithm, facts->keys[i].tag);
		separator = " ";
	}
	if (signers == 0)
		text_add(&page->raw, "no valid signature");
}

static void
add_classes(struct page *page, const struct release_facts *facts)
{
	page_heading(page, "Signing classes");
	for (size_t i = 0; i < facts->n_classes; i++) {
		const struct release_class *class = &facts->classes[i];

		page_begin(page);
		text_printf(&page->raw, "%" PRIu64 " RRsets, TTL %" PRIu32 ", signed by ",
		    class->n_rrsets, class->ttl);
		add_signers(page, facts, class->signers);
		text_printf(&page->raw, ", for example %s %s", class->owner, class->type);
		page_end_line(page, INDENT);
	}
	if (facts->more_classes)
		page_line(page, INDENT, "more than these were not kept");
}

/* What CDS and CDNSKEY ask the parent for. */
static void
add_next_ds(struct page *page, const struct release_facts *facts)
{
	if (!facts->next_ds_given)
		return;
	page_heading(page, "CDS");
	if (facts->next_ds_delete)
		page_line(page, INDENT, "asks for no DS at all");
	for (size_t i = 0; i < facts->n_next_ds; i++) {
		const struct release_ds *ds = &facts->next_ds[i];

		page_begin(page);
		text_printf(
		    &page->raw, "%u/%u  digest %u  ", ds->algorithm, ds->tag, ds->digest_type);
		text_add_hex(&page->raw, ds->digest, ds->digest_len);
		page_end_line(page, INDENT);
	}
}

static zg_status
add_steps(struct page *page, const char *report)
{
	struct stored_deadlines deadlines;
	char when[UTC_TEXT_MAX];
	zg_status status = stored_deadlines_read(report, &deadlines);

	if (status != ZG_OK)
		return status;
	if (deadlines.n > 0)
		page_heading(page, "Deadlines and next steps");
	for (size_t i = 0; i < deadlines.n; i++) {
		const struct zg_deadline *step = &deadlines.entries[i];

		if (step->time != INT64_MAX)
			utc_format(step->time, when);
		page_fold(page, INDENT, 2 * INDENT, "%-20s  %-20s  %s%s%s",
		    step->time != INT64_MAX ? when : "not by waiting", step->id,
		    step->subject != NULL ? step->subject : "", step->subject != NULL ? ": " : "",
		    step->text);
	}
	stored_deadlines_clear(&deadlines);
	return ZG_OK;
}

/* The report line by line, so that its line feeds stay and nothing else gets out. */
static void
add_report(struct page *page, const char *report)
{
	page_heading(page, "Report");
	while (*report != '\0') {
		size_t length = strcspn(report, "\n");

		page_begin(page);
		text_add_bytes(&page->raw, report, length);
		page_end_line(page, 0);
		report += length + (report[length] == '\n');
	}
}

zg_status
history_show_render(const struct history_candidate *candidate, const char *report, char **text,
    size_t *length, struct zg_error *error)
{
	struct page page = {.color = false};
	struct text_writer out = {0};
	zg_status status;

	add_head(&page, candidate);
	if (candidate->has_facts) {
		add_zone(&page, &candidate->facts);
		add_keys(&page, &candidate->facts);
		add_classes(&page, &candidate->facts);
		add_next_ds(&page, &candidate->facts);
	}
	status = add_steps(&page, report);
	if (report != NULL && report[0] != '\0')
		add_report(&page, report);
	if (status == ZG_OK)
		status = page_take(&page, &out);
	page_clear(&page);
	*text = out.text;
	*length = out.used;
	return status == ZG_OK ? ZG_OK : error_set(error, status, "out of memory");
}
