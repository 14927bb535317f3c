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
	if (server->has_serial)
		json_put_integer(builder, object, "serial", server->serial);
	json_put_count(builder, object, "asked", server->n_asked);
	json_put_count(builder, object, "answered", server->n_answered);
	json_put_count(builder, object, "proved", server->n_proved);
	json_put_integer(builder, object, "milliseconds", server->milliseconds);
	json_put(builder, object, "faults", faults_object(builder, server));
	json_put(builder, object, "examples", examples_array(builder, server));
	json_put(builder, object, "whole", whole_object(builder, server));
	return object;
}

zg_status
observe_json_render(const struct observe_view *view, struct text_writer *out)
{
	const struct zone_look *look = view->look;
	struct json_builder builder = {ZG_OK};
	json_t *root = json_object(), *servers = json_array();

	for (size_t i = 0; i < look->n_servers; i++)
		json_append(&builder, servers, server_object(&builder, &look->servers[i]));
	json_put_integer(&builder, root, "format", OBSERVE_JSON_FORMAT);
	json_put_text(&builder, root, "version", ZG_VERSION);
	json_put_text(&builder, root, "zone", look->zone);
	json_put_integer(&builder, root, "serial", look->serial);
	json_put_text(&builder, root, "digest", look->digest);
	json_put_count(&builder, root, "records", look->n_records);
	json_put_time(&builder, root, "time", "time_utc", look->time);
	json_put_bool(&builder, root, "good", zone_look_is_good(look));
	json_put_bool(&builder, root, "recorded", view->recorded);
	json_put_bool(&builder, root, "confirmed", view->confirmed);
	json_put_text(&builder, root, "proved_by", look_trust_text(look->trust));
	json_put_count(&builder, root, "questions", look->n_questions);
	json_put_integer(&builder, root, "milliseconds", look->milliseconds);
	json_put(&builder, root, "servers", servers);
	return json_finish(&builder, root, out);
}
