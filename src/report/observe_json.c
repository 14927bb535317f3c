/* What the distribution servers of a zone serve, for programs: documented in zonegate(1). */
#include <zonegate/version.h>
#include "report/json_builder.h"
#include "report/observe_report.h"

/* Raised when a key changes its meaning or goes away, not when one is added. */
#define OBSERVE_JSON_FORMAT 1

static json_t *
faults_object(struct json_builder *builder, const struct observed_server *server)
{
	json_t *object = json_object();

	for (int i = 0; i < FAULTS; i++) {
		if (server->n_faults[i] > 0)
			json_put_count(builder, object, look_fault_text((enum look_fault)i),
			    server->n_faults[i]);
	}
	return object;
}

static json_t *
examples_array(struct json_builder *builder, const struct observed_server *server)
{
	json_t *array = json_array();

	for (size_t i = 0; i < server->n_examples; i++) {
		json_t *object = json_object();

		json_put_text(builder, object, "fault", look_fault_text(server->examples[i].fault));
		json_put_text(builder, object, "text", server->examples[i].text);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
whole_object(struct json_builder *builder, const struct observed_server *server)
{
	bool had = server->whole == WHOLE_SAME || server->whole == WHOLE_OTHER;
	json_t *object = json_object();

	json_put_text(builder, object, "copy", look_whole_text(server->whole));
	json_put_text(
	    builder, object, "note", server->whole_note[0] != '\0' ? server->whole_note : NULL);
	if (had) {
		json_put_integer(builder, object, "serial", server->whole_serial);
		json_put_count(builder, object, "records", server->whole_records);
		json_put_text(builder, object, "digest", server->whole_digest);
	}
	return object;
}

static json_t *
server_object(struct json_builder *builder, const struct observed_server *server)
{
	json_t *object = json_object();

	json_put_text(builder, object, "server", server->server);
	json_put_bool(builder, object, "good", observed_is_good(server));
	if (server->stage[0] != '\0') {
		json_put_text(builder, object, "stage", server->stage);
		json_put_bool(builder, object, "rolling", server->rolling);
	}
	if (server->has_serial)
		json_put_integer(builder, object, "serial", server->serial);
	json_put_count(builder, object, "asked", server->n_asked);
	json_put_count(builder, object, "answered", server->n_answered);
	json_put_count(builder, object, "proved", server->n_proved);
	json_put_count(builder, object, "resolved", server->n_resolved);
	json_put_count(builder, object, "authentic", server->n_authentic);
	json_put_integer(builder, object, "milliseconds", server->milliseconds);
	json_put(builder, object, "faults", faults_object(builder, server));
	json_put(builder, object, "examples", examples_array(builder, server));
	json_put(builder, object, "whole", whole_object(builder, server));
	return object;
}

/* A validating resolver. */
static json_t *
validator_object(struct json_builder *builder, const struct observed_server *validator)
{
	json_t *object = json_object();

	json_put_text(builder, object, "server", validator->server);
	json_put_bool(builder, object, "good", validator_is_good(validator));
	json_put_count(builder, object, "resolved", validator->n_resolved);
	json_put_count(builder, object, "authentic", validator->n_authentic);
	json_put(builder, object, "faults", faults_object(builder, validator));
	json_put(builder, object, "examples", examples_array(builder, validator));
	return object;
}

/* What is being rolled out. */
static json_t *
rolling_object(struct json_builder *builder, const struct look_rolling *rolling)
{
	json_t *object = json_object();

	json_put_integer(builder, object, "serial", rolling->serial);
	json_put_text(builder, object, "digest", rolling->digest);
	json_put_count(builder, object, "records", rolling->n_records);
	json_put_count(builder, object, "questions", rolling->n_questions);
	json_put_count(builder, object, "servers", rolling->n_servers);
	return object;
}

static json_t *
keys_array(struct json_builder *builder, const struct release_facts *facts, uint64_t keys)
{
	json_t *array = json_array();

	for (size_t i = 0; i < facts->n_keys; i++) {
		json_t *object;

		if ((keys >> i & 1) == 0)
			continue;
		object = json_object();
		json_put_integer(builder, object, "algorithm", facts->keys[i].algorithm);
		json_put_integer(builder, object, "tag", facts->keys[i].tag);
		json_put_bool(builder, object, "published", facts->keys[i].published);
		json_put_bool(builder, object, "signs_dnskey", facts->keys[i].signs_dnskey);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
classes_array(struct json_builder *builder, const struct release_facts *facts)
{
	json_t *array = json_array();

	for (size_t i = 0; i < facts->n_classes; i++) {
		const struct release_class *class = &facts->classes[i];
		json_t *object = json_object();

		json_put(builder, object, "keys", keys_array(builder, facts, class->signers));
		json_put_integer(builder, object, "ttl", class->ttl);
		json_put_text(builder, object, "owner", class->owner);
		json_put_text(builder, object, "type", class->type);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
provider_object(struct json_builder *builder, const struct provider_look *provider)
{
	json_t *object = json_object();

	json_put_text(builder, object, "provider", provider->provider);
	json_put_text(builder, object, "server", provider->server);
	json_put_bool(builder, object, "proved", provider->answered);
	json_put_text(builder, object, "note", provider->answered ? NULL : provider->note);
	if (provider->answered) {
		json_put_integer(builder, object, "serial", provider->facts.serial);
		json_put_integer(builder, object, "dnskey_ttl", provider->facts.dnskey_ttl);
		json_put(
		    builder, object, "keys", keys_array(builder, &provider->facts, UINT64_MAX));
		json_put(
		    builder, object, "signing_classes", classes_array(builder, &provider->facts));
	}
	return object;
}

/* Every server and provider does what it should. */
static bool
is_good(const struct observe_view *view)
{
	bool good = zone_look_is_good(view->look);

	for (size_t i = 0; i < view->n_providers; i++)
		good &= view->providers[i].answered;
	return good;
}

zg_status
observe_json_render(const struct observe_view *view, struct text_writer *out)
{
	const struct zone_look *look = view->look;
	const struct look_rolling *rolling = &look->rolling;
	bool of_release = look->digest[0] != '\0';
	struct json_builder builder = {ZG_OK};
	json_t *root = json_object(), *servers = json_array(), *providers = json_array();
	json_t *validators = json_array();

	for (size_t i = 0; i < look->n_servers; i++)
		json_append(&builder, servers, server_object(&builder, &look->servers[i]));
	for (size_t i = 0; i < look->n_validators; i++)
		json_append(&builder, validators, validator_object(&builder, &look->validators[i]));
	for (size_t i = 0; i < view->n_providers; i++)
		json_append(&builder, providers, provider_object(&builder, &view->providers[i]));
	json_put_integer(&builder, root, "format", OBSERVE_JSON_FORMAT);
	json_put_text(&builder, root, "version", ZG_VERSION);
	json_put_text(&builder, root, "zone", look->zone);
	json_put_integer(&builder, root, "serial", of_release ? look->serial : rolling->serial);
	json_put_text(&builder, root, "digest", of_release ? look->digest : rolling->digest);
	json_put_count(
	    &builder, root, "records", of_release ? look->n_records : rolling->n_records);
	json_put_time(&builder, root, "time", "time_utc", look->time);
	json_put_bool(&builder, root, "good", is_good(view));
	json_put_bool(&builder, root, "recorded", view->recorded);
	json_put_bool(&builder, root, "confirmed", view->confirmed);
	json_put_text(&builder, root, "proved_by", look_trust_text(look->trust));
	json_put_count(
	    &builder, root, "questions", of_release ? look->n_questions : rolling->n_questions);
	json_put_integer(&builder, root, "milliseconds", look->milliseconds);
	json_put_integer(&builder, root, "resolver_milliseconds", look->resolver_milliseconds);
	json_put_text(
	    &builder, root, "unvalidated", look->unvalidated[0] != '\0' ? look->unvalidated : NULL);
	if (rolling->n_servers > 0)
		json_put(&builder, root, "rolling", rolling_object(&builder, rolling));
	json_put(&builder, root, "servers", servers);
	json_put(&builder, root, "validators", validators);
	json_put(&builder, root, "providers", providers);
	return json_finish(&builder, root, out);
}
