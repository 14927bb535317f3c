/* What the parent publishes, for programs: documented in zonegate(1). */
#include <zonegate/version.h>
#include "report/json_builder.h"
#include "report/parent_report.h"
#include "report/status_report.h"

/* Raised when a key changes its meaning or goes away, not when one is added. */
#define PARENT_JSON_FORMAT 1

static json_t *
set_array(struct json_builder *builder, const struct release_ds *ds, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *object = json_object();
		struct text_writer digest = {0};

		text_add_hex(&digest, ds[i].digest, ds[i].digest_len);
		if (digest.failed)
			builder->status = ZG_MEMORY;
		json_put_integer(builder, object, "tag", ds[i].tag);
		json_put_integer(builder, object, "algorithm", ds[i].algorithm);
		json_put_integer(builder, object, "digest_type", ds[i].digest_type);
		json_put_text(builder, object, "digest", digest.text);
		text_writer_clear(&digest);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
server_object(struct json_builder *builder, const struct look_server *server)
{
	json_t *object = json_object();
	bool proved = look_is_proved(server->answer);

	json_put_text(builder, object, "server", server->server);
	json_put_text(builder, object, "host", server->host[0] != '\0' ? server->host : NULL);
	json_put_text(builder, object, "answer", look_answer_text(server->answer));
	json_put_bool(builder, object, "proved", proved);
	json_put_text(builder, object, "note", server->note[0] != '\0' ? server->note : NULL);
	json_put_text(
	    builder, object, "flaw", server->flaw != LOOK_UNASKED ? server->flaw_note : NULL);
	if (proved)
		json_put_integer(builder, object, "ttl", server->ttl);
	if (server->has_serial)
		json_put_integer(builder, object, "serial", server->serial);
	json_put_bool(builder, object, "tcp", server->used_tcp);
	json_put_integer(builder, object, "milliseconds", server->milliseconds);
	json_put(builder, object, "ds", set_array(builder, server->ds, server->n_ds));
	return object;
}

static json_t *
look_object(struct json_builder *builder, const struct parent_view *view)
{
	const struct parent_look *look = view->look;
	json_t *object, *servers;

	if (look->time == 0)
		return json_null();
	object = json_object();
	servers = json_array();
	json_put_time(builder, object, "time", "time_utc", view->seen);
	json_put_integer(builder, object, "age", view->now - view->seen);
	json_put_text(builder, object, "parent", look->parent[0] != '\0' ? look->parent : NULL);
	json_put_text(builder, object, "chain",
	    look->chain == LOOK_DS ? "proved" : look_answer_text(look->chain));
	json_put_text(builder, object, "why", look->why[0] != '\0' ? look->why : NULL);
	json_put_integer(builder, object, "milliseconds", look->milliseconds);
	for (size_t i = 0; i < look->n_servers; i++)
		json_append(builder, servers, server_object(builder, &look->servers[i]));
	json_put(builder, object, "servers", servers);
	return object;
}

/* The set that counts: of this look, or of the last one at which the servers agreed. */
static json_t *
agreed_object(struct json_builder *builder, const struct parent_view *view)
{
	const struct parent_known *known = view->known;
	struct look_agreed agreed;
	json_t *object;

	look_agree(view->look, view->rules->majority, &agreed);
	if (!agreed.agreed && (known == NULL || known->looks.agreed_time == 0))
		return json_null();
	object = json_object();
	if (agreed.agreed) {
		json_put_time(builder, object, "time", "time_utc", view->seen);
		json_put_integer(builder, object, "ttl", agreed.ttl);
		json_put_integer(builder, object, "servers", (int64_t)agreed.n_with);
		json_put(builder, object, "ds", set_array(builder, agreed.by->ds, agreed.by->n_ds));
	} else {
		json_put_time(builder, object, "time", "time_utc", known->looks.agreed_time);
		json_put_integer(builder, object, "ttl", known->looks.agreed_ttl);
		json_put_integer(
		    builder, object, "servers", (int64_t)known->looks.n_servers_agreed);
		json_put(builder, object, "ds",
		    set_array(builder, known->looks.agreed, known->looks.n_agreed));
	}
	return object;
}

static json_t *
said_array(struct json_builder *builder, const struct parent_view *view)
{
	json_t *array = json_array();

	for (size_t i = 0; view->known != NULL && i < 2; i++) {
		const struct parent_said *said = &view->known->said[i];
		json_t *object;

		if (said->time == 0)
			continue;
		object = json_object();
		json_put_text(
		    builder, object, "source", said->source == SOURCE_FILE ? "file" : "operator");
		json_put_text(builder, object, "who", said->who);
		json_put_time(builder, object, "time", "time_utc", said->time);
		json_put_integer(builder, object, "age", view->now - said->time);
		json_put_bool(builder, object, "answered", said->answered);
		json_put_text(builder, object, "note", said->note[0] != '\0' ? said->note : NULL);
		json_put_integer(builder, object, "ttl", said->ttl);
		json_put(builder, object, "ds", set_array(builder, said->ds, said->n_ds));
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
wanted_object(struct json_builder *builder, const struct release_facts *release)
{
	json_t *object;

	if (release == NULL || !release->next_ds_given)
		return json_null();
	object = json_object();
	json_put_integer(builder, object, "serial", release->serial);
	json_put_bool(builder, object, "delete", release->next_ds_delete);
	json_put(builder, object, "ds", set_array(builder, release->next_ds, release->n_next_ds));
	return object;
}

static json_t *
conditions_array(struct json_builder *builder, const struct status_report *status)
{
	json_t *array = json_array();

	for (size_t i = 0; status != NULL && i < status->n_conditions; i++) {
		json_t *object = json_object();

		json_put_text(builder, object, "id", status->conditions[i].id);
		json_put_text(
		    builder, object, "level", status_level_word(status->conditions[i].level));
		json_put_text(builder, object, "text", status->conditions[i].text);
		json_append(builder, array, object);
	}
	return array;
}

zg_status
parent_json_render(const struct parent_view *view, struct text_writer *out)
{
	struct json_builder builder = {ZG_OK};
	json_t *root = json_object();

	json_put_integer(&builder, root, "format", PARENT_JSON_FORMAT);
	json_put_text(&builder, root, "version", ZG_VERSION);
	json_put_text(&builder, root, "zone", view->zone);
	json_put_time(&builder, root, "now", "now_utc", view->now);
	json_put_text(&builder, root, "level",
	    view->status != NULL ? status_level_word(view->status->level) : NULL);
	json_put(&builder, root, "conditions", conditions_array(&builder, view->status));
	json_put(&builder, root, "agreed", agreed_object(&builder, view));
	json_put(&builder, root, "look", look_object(&builder, view));
	json_put(&builder, root, "said", said_array(&builder, view));
	json_put(&builder, root, "wanted", wanted_object(&builder, view->in_force));
	return json_finish(&builder, root, out);
}
