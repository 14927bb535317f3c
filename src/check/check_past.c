/* Rows about what caches hold, and what the gate's own log says. */
#include "check/check_rows.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/utc.h"
#include "dns/serial.h"
#include "facts/past.h"

/* ---- Cache view ---- */

/* " of provider b"; empty for what is our own. */
#define OF_PROVIDER_MAX 96

static void
of_provider(const struct check_context *context, uint8_t stream, char text[OF_PROVIDER_MAX])
{
	const struct past_facts *past = context->facts->past;

	text[0] = '\0';
	if (stream > 0 && stream <= past->n_providers)
		(void)snprintf(
		    text, OF_PROVIDER_MAX, " of provider %s", past->providers[stream - 1].name);
}

/* Emits a counterexample: what is held, what is asked for, when. */
static void
emit_counterexample(struct check_context *context, const struct cache_counterexample *example)
{
	const struct cache_proof *proof = context->facts->past->proof;
	const struct cache_dnskey *dnskey = &proof->world.dnskeys[example->dnskey];
	const struct cache_class *class = &proof->world.classes[example->class];
	char from[UTC_TEXT_MAX], until[UTC_TEXT_MAX], of[OF_PROVIDER_MAX], data_of[OF_PROVIDER_MAX];

	of_provider(context, dnskey->stream, of);
	of_provider(context, class->stream, data_of);
	utc_format(example->from, from);
	if (example->until == TIME_NEVER)
		(void)snprintf(until, sizeof(until), "without end");
	else
		utc_format(example->until, until);
	if (example->link == LINK_DS_DNSKEY)
		check_emit_zone(context,
		    "the DS set does not lead to the DNSKEY RRset of serial %lu%s: bogus from %s, "
		    "until %s",
		    (unsigned long)dnskey->serial, of, from, until);
	else
		check_emit_zone(context,
		    "the DNSKEY RRset of serial %lu%s has no key for %s %s of serial %lu%s: bogus "
		    "from %s, until %s",
		    (unsigned long)dnskey->serial, of, class->owner, class->type,
		    (unsigned long)class->serial, data_of, from, until);
}

/* "255/65535/" and the first octets of each key's digest, with a blank. */
#define KEY_OCTETS_SHOWN 8
#define KEYS_TEXT_MAX	 (CACHE_KEYS_MAX * (12 + 2 * KEY_OCTETS_SHOWN) + 1)

/* Keys by what tells them apart: two may have one tag. */
static void
keys_text(const struct cache_world *world, key_mask keys, char text[KEYS_TEXT_MAX])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < world->n_keys; i++) {
		const struct cache_key *key = &world->keys[i];

		if ((keys >> i & 1) == 0)
			continue;
		used += (size_t)snprintf(
		    text + used, KEYS_TEXT_MAX - used, " %u/%u/", key->algorithm, key->tag);
		hex_write(key->sha256, KEY_OCTETS_SHOWN, text + used);
		used += (size_t)2 * KEY_OCTETS_SHOWN;
	}
}

/* The keys that a DS set names, as far as they are known. */
static key_mask
ds_keys(const struct cache_ds *ds)
{
	key_mask keys = 0;

	for (size_t i = 0; i < ds->n; i++) {
		if (ds->entries[i].key >= 0)
			keys |= UINT64_C(1) << ds->entries[i].key;
	}
	return keys;
}

/* What an approval of it accepts: these keys against those, whatever the serials and times. */
static void
name_fact(struct check_context *context, const struct cache_counterexample *example)
{
	const struct cache_world *world = &context->facts->past->proof->world;
	char keys[KEYS_TEXT_MAX], others[KEYS_TEXT_MAX];

	keys_text(world, world->dnskeys[example->dnskey].keys, keys);
	if (example->link == LINK_DNSKEY_DATA) {
		keys_text(world, world->classes[example->class].signers, others);
		check_fact(context, 0, "DNSKEY%s, data signed by%s", keys, others);
	} else {
		keys_text(world, ds_keys(&world->ds[example->ds]), others);
		check_fact(context, 0, "DS of%s and %zu records, DNSKEY%s", others,
		    world->ds[example->ds].n, keys);
	}
}

/* What kind of failure a row is about; the weaker kinds are not failures of a model as such. */
enum kind { KIND_NEW, KIND_MARGIN, KIND_EXPIRY, KIND_STALE, KIND_PREEXISTING };

static enum kind
kind_of(const struct cache_counterexample *example)
{
	if (example->stale_only)
		return KIND_STALE;
	if (example->preexisting)
		return example->expiry ? KIND_EXPIRY : KIND_PREEXISTING;
	return example->margin_only ? KIND_MARGIN : KIND_NEW;
}

static void
emit_kind(struct check_context *context, enum kind kind, unsigned models)
{
	const struct cache_proof *proof = context->facts->past->proof;

	for (size_t i = 0; i < proof->n_examples; i++) {
		const struct cache_counterexample *example = &proof->examples[i];

		if (kind_of(example) != kind || (example->models & models) == 0)
			continue;
		emit_counterexample(context, example);
		name_fact(context, example);
	}
}

#define ALL_MODELS (~0U)

void
check_cache_view_lenient(struct check_context *context)
{
	emit_kind(context, KIND_NEW, 1U << MODEL_LENIENT);
}

void
check_cache_view_strict_ds(struct check_context *context)
{
	emit_kind(context, KIND_NEW, 1U << MODEL_STRICT_DS);
}

void
check_cache_view_strict_dnskey(struct check_context *context)
{
	emit_kind(context, KIND_NEW, 1U << MODEL_STRICT_DNSKEY);
}

void
check_cache_view_margin(struct check_context *context)
{
	emit_kind(context, KIND_MARGIN, ALL_MODELS);
}

void
check_cache_view_expiry(struct check_context *context)
{
	emit_kind(context, KIND_EXPIRY, ALL_MODELS);
}

void
check_cache_view_serve_stale(struct check_context *context)
{
	emit_kind(context, KIND_STALE, ALL_MODELS);
}

void
check_cache_view_preexisting(struct check_context *context)
{
	emit_kind(context, KIND_PREEXISTING, ALL_MODELS);
}

void
check_cache_view_unknown(struct check_context *context)
{
	const struct cache_proof *proof = context->facts->past->proof;

	if (proof->unknown == NULL)
		return;
	check_emit_zone(context, "%s", proof->unknown);
	check_fact(context, 0, "unknown past");
}

/* ---- History ---- */

/* The release in force itself, offered again, or going back to a stage that has another. */
static bool
is_in_force(const struct past_facts *past)
{
	return past->in_force != NULL &&
	       strcmp(past->in_force->digest, past->candidate->digest) == 0;
}

/* RFC 1982 section 3.2; the same serial with the same content is the release itself (DESIGN 9.2).
 */
void
check_history_serial(struct check_context *context)
{
	const struct past_facts *past = context->facts->past;
	uint32_t serial;

	if (past->in_force == NULL || !context->facts->has_soa || is_in_force(past))
		return;
	serial = context->facts->soa.serial;
	if (!serial_greater(serial, past->in_force->serial))
		check_emit_zone(context,
		    "expected a serial greater than %lu, the last release, found %lu",
		    (unsigned long)past->in_force->serial, (unsigned long)serial);
}

/* RFC 1982 section 3.2. A release that was stopped on its way through the stages was served. */
void
check_stage_serial(struct check_context *context)
{
	const struct past_facts *past = context->facts->past;

	if (past->stage_has && context->facts->has_soa && !is_in_force(past))
		check_emit_zone(context,
		    "expected a serial greater than %lu, which a stage was given, found %lu",
		    (unsigned long)past->stage_serial, (unsigned long)context->facts->soa.serial);
}

/* DESIGN 9.18. A server takes none but a greater serial (RFC 1982 section 3.2): the second step of
 * serials that go round is one only to those that have made the first, and all must be seen there.
 */
static void
server_look(struct check_context *context, const struct past_server *server)
{
	const struct past_facts *past = context->facts->past;
	uint32_t serial = context->facts->soa.serial;
	bool behind = server->serial != serial && !serial_greater(serial, server->serial);
	char time[UTC_TEXT_MAX];

	utc_format(server->time, time);
	if (behind)
		check_emit_zone(context,
		    "%s served serial %lu at %s: it would not take %lu, which is not greater",
		    server->name, (unsigned long)server->serial, time, (unsigned long)serial);
	else if (past->goes_round && server->time < past->in_force_since)
		check_emit_zone(context, "%s was last seen at %s, before serial %lu was released",
		    server->name, time, (unsigned long)past->in_force->serial);
	else
		return;
	check_fact(context, 0, "server %s", server->name);
}

void
check_history_serial_round(struct check_context *context)
{
	const struct past_facts *past = context->facts->past;

	if (past->in_force == NULL || !context->facts->has_soa || is_in_force(past))
		return;
	for (size_t i = 0; i < past->n_servers; i++)
		server_look(context, &past->servers[i]);
	if (!past->goes_round || (past->n_servers > 0 && !past->more_servers))
		return;
	check_emit_zone(context,
	    "%lu is not greater than %lu, which was served before %lu, and not all servers were "
	    "seen with %lu",
	    (unsigned long)context->facts->soa.serial, (unsigned long)past->former_serial,
	    (unsigned long)past->in_force->serial, (unsigned long)past->in_force->serial);
	check_fact(context, 0, "serials go round before %lu", (unsigned long)past->former_serial);
}

static void
drip_count(struct check_context *context, const struct past_counts *before,
    enum release_count which, const struct change_guard *guard, const char *what)
{
	uint64_t was = before->counts[which];
	uint64_t is = context->facts->past->candidate->counts[which];

	if (is >= was || !change_guard_fires(was - is, was, guard->max_shrink_count,
			     guard->max_shrink_percent, guard->minimum))
		return;
	check_emit_zone(context, "%llu %s, where serial %lu had %llu", (unsigned long long)is, what,
	    (unsigned long)before->serial, (unsigned long long)was);
	check_fact(context, was - is, "%s lost in %s", what,
	    before == &context->facts->past->day ? "24 hours" : "7 days");
}

/* DESIGN 9.18: what the guards let through step by step is seen over a day and over a week. */
void
check_history_drip(struct check_context *context)
{
	const struct past_facts *past = context->facts->past;
	const struct past_counts *spans[] = {&past->day, &past->week};

	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		if (!spans[i]->known)
			continue;
		drip_count(context, spans[i], RELEASE_RECORDS, &context->policy->change.records,
		    "records");
		drip_count(context, spans[i], RELEASE_DELEGATIONS,
		    &context->policy->change.delegations, "delegations");
		drip_count(context, spans[i], RELEASE_SECURE_DELEGATIONS,
		    &context->policy->change.secure_delegations, "secure delegations");
	}
}

/* The policy itself, however its digest was taken. */
static void
policy_compare(struct check_context *context, const struct past_facts *past)
{
	if (past->policy_digest == NULL || past->policy_digest[0] == '\0' || past->same_policy ||
	    strcmp(past->policy_digest, past->candidate_policy_digest) == 0)
		return;
	check_emit_zone(context, "the last release passed under policy %.16s, this is %.16s",
	    past->policy_digest, past->candidate_policy_digest);
	check_fact(context, 0, "from %s to %s", past->policy_digest, past->candidate_policy_digest);
}

static bool
rules_know(const struct past_rules *rules, const struct past_approver *approver)
{
	for (size_t i = 0; i < rules->n_approvers; i++) {
		if (strcmp(rules->approvers[i].id, approver->id) == 0 &&
		    memcmp(rules->approvers[i].public_key, approver->public_key,
			sizeof(approver->public_key)) == 0)
			return true;
	}
	return false;
}

/* Approvers that the one has and the other lacks. */
static void
approvers_compare(struct check_context *context, const struct past_rules *rules,
    const struct past_rules *others, const char *what)
{
	for (size_t i = 0; i < rules->n_approvers; i++) {
		const struct past_approver *approver = &rules->approvers[i];
		char key[HEX_TEXT_SIZE(sizeof(approver->public_key))];

		if (rules_know(others, approver))
			continue;
		hex_write(approver->public_key, sizeof(approver->public_key), key);
		check_emit_zone(context, "approver %s with key %.16s %s", approver->id, key, what);
		check_fact(context, 0, "%s %s %s", approver->id, key, what);
	}
}

/* DESIGN 9.19. Where nobody could approve anything before, anybody may begin. */
void
check_history_policy_changed(struct check_context *context)
{
	const struct past_facts *past = context->facts->past;

	policy_compare(context, past);
	if (past->former_rules == NULL || past->rules == NULL ||
	    past->former_rules->n_approvers == 0)
		return;
	approvers_compare(context, past->former_rules, past->rules, "counts no more");
	approvers_compare(context, past->rules, past->former_rules, "counts from now on");
}

void
check_history_served_unknown(struct check_context *context)
{
	const struct past_facts *past = context->facts->past;

	if (past->unknown_server != NULL)
		check_emit_zone(context, "%s served serial %lu, which the log does not know",
		    past->unknown_server, (unsigned long)past->unknown_serial);
}

void
check_roll_type(struct check_context *context)
{
	const struct past_facts *past = context->facts->past;

	for (size_t i = 0; i < past->n_refused_steps; i++) {
		const struct past_step *step = &past->refused_steps[i];

		if (step->has_key)
			check_emit_zone(context, "key %u/%u: %s, which is %s", step->algorithm,
			    step->tag, step->what, step->name);
		else
			check_emit_zone(
			    context, "the zone %s, which is %s", step->what, step->name);
		check_fact(context, 0, "%s %u/%u", step->name, step->algorithm, step->tag);
	}
}

/* DESIGN 9.7. */
void
check_signer_ahead(struct check_context *context)
{
	const struct past_facts *past = context->facts->past;

	if (past->ahead)
		check_emit_zone(context,
		    "serial %lu, with other keys or signers than the last release, was not "
		    "released",
		    (unsigned long)past->ahead_serial);
}
