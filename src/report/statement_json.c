/* The statement for programs: policies/statement.schema.json, documented in
 * zonegate-statement(5). */
#include <string.h>

#include <zonegate/version.h>
#include "publish/statement_signature.h"
#include "report/json_builder.h"
#include "report/statement.h"

/* Raised when a key changes its meaning or goes away, not when one is added. */
#define STATEMENT_JSON_FORMAT 1

static void
put_hex(
    struct json_builder *builder, json_t *object, const char *key, const uint8_t *octets, size_t n)
{
	struct text_writer text = {0};

	text_add_hex(&text, octets, n);
	if (text.failed)
		builder->status = ZG_MEMORY;
	json_put_text(builder, object, key, text.text);
	text_writer_clear(&text);
}

/* An array of the lines of a text. */
static json_t *
lines_array(struct json_builder *builder, const struct text_writer *text)
{
	json_t *array = json_array();

	for (const char *line = text->text; line != NULL && *line != '\0';) {
		size_t length = strcspn(line, "\n"), tabs = line[0] == '\t';

		json_append(builder, array, json_clean_string(line + tabs, length - tabs));
		line += length + (line[length] == '\n');
	}
	return array;
}

/* --- What, and how bad --- */

static json_t *
service_object(struct json_builder *builder, const struct statement *statement)
{
	const struct incident *incident = statement->incident;
	json_t *object = json_object(), *faults = json_array();

	if (incident->has_release)
		json_put_integer(builder, object, "serial", incident->serial);
	else
		json_put(builder, object, "serial", json_null());
	json_put_text(builder, object, "state", incident->has_release ? incident->state : NULL);
	json_put_time_or_none(builder, object, "since", "since_utc", incident->released);
	json_put_time_or_none(builder, object, "expires", "expires_utc", incident->release_by.hard);
	for (size_t i = 0; i < SERVICE_FAULTS; i++) {
		json_t *fault;

		if (!statement->faults[i])
			continue;
		fault = json_object();
		json_put_text(builder, fault, "id", service_fault_word((enum service_fault)i));
		json_put_text(builder, fault, "text", service_fault_text((enum service_fault)i));
		json_append(builder, faults, fault);
	}
	json_put(builder, object, "faults", faults);
	return object;
}

static json_t *
fault_object(struct json_builder *builder, const struct statement_words *words)
{
	json_t *object = json_object();

	json_put_text(builder, object, "operational", operational_word(words->fault));
	json_put_text(builder, object, "text", operational_text(words->fault));
	json_put_text(builder, object, "reason", words->reason);
	return object;
}

/* --- What was stopped, or found bad in service --- */

static json_t *
finding_object(struct json_builder *builder, const struct stored_finding *finding)
{
	json_t *object = json_object();

	json_put_text(builder, object, "id", finding->id);
	json_put_text(builder, object, "severity", finding->severity);
	json_put_integer(builder, object, "count", finding->count);
	json_put_text(builder, object, "summary", finding->summary);
	json_put_text(builder, object, "reference", finding->reference);
	if (finding->ede >= 0)
		json_put_integer(builder, object, "ede", finding->ede);
	else
		json_put(builder, object, "ede", json_null());
	json_put_text(builder, object, "ede_text", finding->ede_text);
	return object;
}

static json_t *
failure_object(struct json_builder *builder, const struct stored_failure *failure)
{
	json_t *object = json_object();

	json_put_integer(builder, object, "algorithm", failure->algorithm);
	json_put_integer(builder, object, "tag", failure->tag);
	json_put_integer(builder, object, "bad", failure->bad);
	json_put_integer(builder, object, "of", failure->of);
	json_put_integer(builder, object, "published_keys", failure->published_keys);
	json_put_text(builder, object, "cause", failure->cause);
	return object;
}

static json_t *
event_object(struct json_builder *builder, const struct statement *statement, size_t i)
{
	const struct incident_event *event = &statement->incident->events[i];
	const struct stored_findings *found = &statement->found[i];
	json_t *object = json_object(), *findings = json_array(), *failures = json_array();

	if (event->has_serial)
		json_put_integer(builder, object, "serial", event->serial);
	else
		json_put(builder, object, "serial", json_null());
	json_put_text(builder, object, "outcome", candidate_state_text(event->state));
	json_put_bool(builder, object, "published", event->handed != 0);
	json_put_bool(builder, object, "defective", statement->bad[i]);
	json_put_text(builder, object, "reason", event->reason);
	json_put_time(builder, object, "judged", "judged_utc", event->judged);
	json_put_integer(builder, object, "times", (int64_t)event->n_times);
	json_put_time(builder, object, "last", "last_utc", event->last);
	json_put_time_or_none(builder, object, "since", "since_utc", event->handed);
	json_put_time_or_none(builder, object, "until", "until_utc", event->superseded);
	for (size_t k = 0; k < found->n_findings; k++) {
		if (strcmp(found->findings[k].severity, "warn") != 0)
			json_append(
			    builder, findings, finding_object(builder, &found->findings[k]));
	}
	for (size_t k = 0; k < found->n_failures; k++)
		json_append(builder, failures, failure_object(builder, &found->failures[k]));
	json_put(builder, object, "findings", findings);
	json_put(builder, object, "failures", failures);
	put_hex(builder, object, "text_sha256", event->sha256, sizeof(event->sha256));
	json_put_text(
	    builder, object, "content_sha384", event->digest[0] != '\0' ? event->digest : NULL);
	json_put_text(builder, object, "policy_sha256", event->policy_digest);
	return object;
}

static json_t *
looks_array(struct json_builder *builder, const struct incident *incident)
{
	json_t *array = json_array();

	for (size_t i = incident->n_looks; i-- > 0;) {
		json_t *object = json_object();

		json_put_time(builder, object, "time", "time_utc", incident->looks[i].time);
		json_put_text(builder, object, "text", incident->looks[i].text);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
events_array(struct json_builder *builder, const struct statement *statement)
{
	json_t *array = json_array();

	for (size_t i = statement->incident->n_events; i-- > 0;) {
		if (statement_tells(statement, i))
			json_append(builder, array, event_object(builder, statement, i));
	}
	return array;
}

/* --- For operators of resolvers --- */

static json_t *
resolvers_array(struct json_builder *builder, const struct statement *statement)
{
	json_t *array = json_array();
	bool set = statement->situation == SITUATION_IN_SERVICE;

	for (size_t i = 0; statement->has_anchor && i < RESOLVERS; i++) {
		const struct resolver_text *text = &statement->resolvers[i];
		const struct text_writer none = {0};
		json_t *object = json_object();

		json_put_text(builder, object, "software", text->software);
		json_put(builder, object, "configuration",
		    lines_array(builder, set ? &text->lines[RESOLVER_CONFIGURE] : &none));
		json_put(builder, object, "commands",
		    lines_array(builder, set ? &text->lines[RESOLVER_SET] : &none));
		json_put(builder, object, "removal",
		    lines_array(builder, &text->lines[RESOLVER_REMOVE]));
		json_put_text(builder, object, "note", text->note);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
anchor_object(struct json_builder *builder, const struct statement *statement)
{
	json_t *object = json_object();

	json_put_bool(builder, object, "advised", statement_anchor_advised(statement));
	json_put_text(builder, object, "text", statement_anchor_text(statement));
	json_put_integer(builder, object, "lifetime", ANCHOR_LIFETIME);
	json_put_integer(builder, object, "lifetime_max", ANCHOR_LIFETIME_MAX);
	json_put_text(builder, object, "remove_when", statement_removal_text);
	json_put(builder, object, "resolvers", resolvers_array(builder, statement));
	return object;
}

static json_t *
proof_object(struct json_builder *builder, const struct statement *statement)
{
	json_t *object = json_object();

	json_put_text(builder, object, "text", statement_proof_text);
	json_put(builder, object, "commands", lines_array(builder, &statement->proof));
	return object;
}

/* --- What comes next, and how this is checked --- */

static json_t *
next_object(struct json_builder *builder, const struct statement *statement)
{
	json_t *object = json_object();

	json_put_text(builder, object, "text", statement_next_text(statement->situation));
	json_put_text(builder, object, "said", statement->words.next);
	json_put_time_or_none(builder, object, "update", "update_utc", statement->words.update);
	return object;
}

static json_t *
origin_object(struct json_builder *builder, const struct incident *incident)
{
	json_t *object = json_object();
	char key[STATEMENT_KEY_TEXT_SIZE];

	statement_key_text(incident->public_key, key);
	json_put_text(builder, object, "key", key);
	json_put_integer(builder, object, "log_line", incident->log_line);
	put_hex(builder, object, "log_chain", incident->log_chain, sizeof(incident->log_chain));
	return object;
}

zg_status
statement_json_render(const struct statement *statement, struct text_writer *out)
{
	const struct incident *incident = statement->incident;
	struct json_builder builder = {ZG_OK};
	json_t *root = json_object();

	json_put_integer(&builder, root, "format", STATEMENT_JSON_FORMAT);
	json_put_text(&builder, root, "version", ZG_VERSION);
	json_put_text(&builder, root, "zone", incident->zone);
	json_put_time(&builder, root, "time", "time_utc", incident->now);
	json_put_text(&builder, root, "situation", statement_situation_word(statement->situation));
	json_put_text(&builder, root, "text", statement_situation_text(statement->situation));
	json_put(&builder, root, "fault", fault_object(&builder, &statement->words));
	json_put(&builder, root, "in_service", service_object(&builder, statement));
	json_put(&builder, root, "events", events_array(&builder, statement));
	json_put_count(&builder, root, "more_events", incident->n_more);
	json_put(&builder, root, "looks", looks_array(&builder, incident));
	json_put_time_or_none(
	    &builder, root, "cached_until", "cached_until_utc", statement->cached_until);
	json_put(&builder, root, "negative_trust_anchor", anchor_object(&builder, statement));
	json_put(&builder, root, "proof_of_repair", proof_object(&builder, statement));
	json_put(&builder, root, "next", next_object(&builder, statement));
	json_put(&builder, root, "origin", origin_object(&builder, incident));
	return json_finish(&builder, root, out);
}
