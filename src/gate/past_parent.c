/* What the observations of the parent say beside its DS sets. */
#include "gate/past_parent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/parent_looks.h"
#include "policy/policy.h"

/* The policy's word about a source. */
static const struct ds_source *
source_rules(const struct past_inputs *inputs, enum observation_source source)
{
	static const enum ds_source_kind kinds[] = {
	    [SOURCE_AUTHORITATIVE] = DS_SOURCE_AUTHORITATIVE,
	    [SOURCE_FILE] = DS_SOURCE_FILE,
	    [SOURCE_OPERATOR] = DS_SOURCE_STATIC};

	return &policy_release(inputs->policy)->parent.sources[kinds[source]];
}

/* Somebody's word about the DS set: the newest one that the policy takes counts. */
static void
take_word(const struct past_inputs *inputs, enum observation_source source, const char *who,
    int64_t time, struct past_parent *parent)
{
	const struct ds_source *rules = source_rules(inputs, source);

	parent->is_known = true;
	if (!rules->accepted || time < parent->seen)
		return;
	parent->seen = time;
	parent->max_age = rules->max_age;
	(void)snprintf(parent->who, sizeof(parent->who), "%s", who);
}

static void
take_words(const struct past_inputs *inputs, const struct history_ds *rows, size_t n,
    const struct parent_looks *looks, struct past_parent *parent)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].answered && rows[i].source != SOURCE_AUTHORITATIVE)
			take_word(inputs, rows[i].source, rows[i].server, rows[i].time, parent);
	}
	if (looks->agreed_time != 0)
		take_word(inputs, SOURCE_AUTHORITATIVE, "the parent's servers", looks->agreed_time,
		    parent);
	if (inputs->ds_given && inputs->ds_time != 0)
		take_word(
		    inputs, SOURCE_AUTHORITATIVE, "the parent's servers", inputs->ds_time, parent);
	else if (inputs->ds_given)
		take_word(inputs, SOURCE_FILE, "the DS file", inputs->now, parent);
}

/* Servers of the last look that gave no proof, and two that contradict each other. */
static void
take_look(const struct parent_look *look, bool majority, struct past_parent *parent)
{
	const struct look_server *with = NULL;
	struct look_agreed agreed;

	look_agree(look, majority, &agreed);
	parent->n_servers = look->n_servers;
	parent->n_sets = agreed.n_sets;
	parent->disagree = agreed.n_sets > 1 && !agreed.agreed;
	for (size_t i = 0; i < look->n_servers; i++) {
		const struct look_server *server = &look->servers[i];

		if (!look_is_proved(server->answer) && parent->n_silent++ == 0) {
			(void)snprintf(
			    parent->silent, sizeof(parent->silent), "%s", server->server);
			(void)snprintf(parent->why, sizeof(parent->why), "%s",
			    look_answer_text(server->answer));
		}
		if (look_is_proved(server->answer) && with == NULL && agreed.by != NULL &&
		    !look_ds_same(server->ds, server->n_ds, agreed.by->ds, agreed.by->n_ds))
			with = server;
	}
	if (with != NULL) {
		(void)snprintf(parent->one, sizeof(parent->one), "%s", agreed.by->server);
		(void)snprintf(parent->other, sizeof(parent->other), "%s", with->server);
	}
	if (look->chain != LOOK_DS) {
		parent->n_silent = 1;
		(void)snprintf(parent->silent, sizeof(parent->silent), "the way to the parent");
		(void)snprintf(
		    parent->why, sizeof(parent->why), "%s", look_answer_text(look->chain));
	}
}

/* The TTL in force as the parent's servers have it, and the last one that anybody gave otherwise:
 * what was assumed is not what is served (.nz 2023). */
static void
take_ttl(const struct past_inputs *inputs, const struct history_ds *rows, size_t n, int64_t since,
    const struct parent_looks *looks, struct past_parent *parent)
{
	if (looks->agreed_time == 0 || looks->n_agreed == 0)
		return;
	parent->ttl = parent->former_ttl = looks->agreed_ttl;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].time < since || !rows[i].answered || rows[i].n == 0 ||
		    rows[i].ttl == 0 || rows[i].ttl == parent->ttl)
			continue;
		parent->former_ttl = rows[i].ttl;
		parent->former_ttl_seen = rows[i].time;
		(void)snprintf(
		    parent->former_ttl_by, sizeof(parent->former_ttl_by), "%s", rows[i].server);
	}
	if (inputs->ds_given && inputs->ds_time == 0 && inputs->n_ds > 0 && inputs->ds_ttl != 0 &&
	    inputs->ds_ttl != parent->ttl) {
		parent->former_ttl = inputs->ds_ttl;
		parent->former_ttl_seen = inputs->now;
		(void)snprintf(parent->former_ttl_by, sizeof(parent->former_ttl_by), "the DS file");
	}
}

zg_status
past_parent_fill(const struct past_inputs *inputs, const struct history_ds *rows, size_t n,
    int64_t since, struct past_parent *parent)
{
	const struct ds_source *asked = source_rules(inputs, SOURCE_AUTHORITATIVE);
	struct parent_looks *looks = calloc(1, sizeof(*looks));
	zg_status status = ZG_MEMORY;

	*parent = (struct past_parent){.max_age = NOT_SET};
	if (looks != NULL)
		status = parent_looks_read(rows, n, asked->majority, since, looks);
	if (status == ZG_OK) {
		take_words(inputs, rows, n, looks, parent);
		take_ttl(inputs, rows, n, since, looks, parent);
		if (asked->accepted && looks->last.time != 0 && looks->last_time >= since)
			take_look(&looks->last, asked->majority, parent);
	}
	free(looks);
	return status;
}
