/* What the cache view found, in words, and what is due when. */
#include "gate/result_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/text_writer.h"
#include "base/utc.h"
#include "dns/release_by.h"
#include "facts/past.h"
#include "policy/policy.h"

static const char *const model_texts[MODEL_COUNT] = {
    [MODEL_LENIENT] = "lenient",
    [MODEL_STRICT_DS] = "strict-ds",
    [MODEL_STRICT_DNSKEY] = "strict-dnskey",
};

static const char *const outcome_texts[] = {
    [CACHE_REFUTED] = "refuted",
    [CACHE_UNKNOWN] = "unknown",
    [CACHE_NOT_WORSE] = "not worse",
    [CACHE_PROVED] = "proved",
};

static const char *
keep_text(struct made_result *made, struct text_writer *text)
{
	return result_keep(made, text->failed ? NULL : text->text);
}

/* "lenient, strict-ds" */
static const char *
models_text(struct made_result *made, unsigned models)
{
	struct text_writer text = {.text = NULL};

	text_add(&text, "");
	for (int model = 0; model < MODEL_COUNT; model++) {
		if (models >> model & 1)
			text_printf(&text, "%s%s", text.used > 0 ? ", " : "", model_texts[model]);
	}
	return keep_text(made, &text);
}

/* "KSK 13/12345, 13/54321"; "no key" for none. */
static const char *
keys_text(struct made_result *made, const struct cache_world *world, key_mask keys)
{
	struct text_writer text = {.text = NULL};

	text_add(&text, "");
	for (size_t i = 0; i < world->n_keys; i++) {
		if (keys >> i & 1)
			text_printf(&text, "%s%u/%u", text.used > 0 ? ", " : "",
			    world->keys[i].algorithm, world->keys[i].tag);
	}
	if (text.used == 0)
		text_add(&text, "no key");
	return keep_text(made, &text);
}

/* "13/12345 (digest type 2)" of each entry of a DS set. */
static const char *
ds_text(struct made_result *made, const struct cache_ds *ds)
{
	struct text_writer text = {.text = NULL};

	text_add(&text, "");
	for (size_t i = 0; i < ds->n; i++)
		text_printf(&text, "%s%u/%u (digest type %u)", text.used > 0 ? ", " : "",
		    ds->entries[i].algorithm, ds->entries[i].tag, ds->entries[i].digest_type);
	if (text.used == 0)
		text_add(&text, "no DS");
	return keep_text(made, &text);
}

/* " of provider b"; empty for what is our own. */
static const char *
of_provider(struct made_result *made, const struct past_facts *past, uint8_t stream)
{
	if (stream == 0 || stream > past->n_providers)
		return "";
	return result_keep_format(made, " of provider %s", past->providers[stream - 1].name);
}

/* The two parts of a counterexample that do not fit: the one held longer, and the one asked for. */
struct part {
	const struct cache_life *life;
	uint32_t serial;  /* 0: the parent's */
	const char *name; /* "www.example. A" */
	bool is_candidate;
	uint8_t stream; /* 0: our own, or the parent's */
};

static struct part
ds_part(struct made_result *made, const struct cache_ds *ds)
{
	return (struct part){
	    .life = &ds->life, .name = result_keep_format(made, "%s DS", made->public.zone)};
}

static struct part
dnskey_part(struct made_result *made, const struct past_facts *past, size_t index)
{
	const struct cache_dnskey *dnskey = &past->proof->world.dnskeys[index];

	return (struct part){.life = &dnskey->life,
	    .serial = dnskey->serial,
	    .name = result_keep_format(
		made, "%s DNSKEY%s", made->public.zone, of_provider(made, past, dnskey->stream)),
	    .is_candidate = index == past->proof->candidate_dnskey,
	    .stream = dnskey->stream};
}

static struct part
class_part(struct made_result *made, const struct past_facts *past, size_t index)
{
	const struct cache_class *class = &past->proof->world.classes[index];

	return (struct part){.life = &class->life,
	    .serial = class->serial,
	    .name = result_keep_format(
		made, "%s %s%s", class->owner, class->type, of_provider(made, past, class->stream)),
	    .is_candidate = class->stream == 0 && class->life.from == made->public.now,
	    .stream = class->stream};
}

/* Why the two parts do not fit. */
static const char *
broken_text(struct made_result *made, const struct cache_proof *proof,
    const struct cache_counterexample *example)
{
	const struct cache_world *world = &proof->world;
	const struct cache_dnskey *dnskey = &world->dnskeys[example->dnskey];

	if (example->link == LINK_DS_DNSKEY)
		return result_keep_format(made,
		    "the DS set (%s) names no key that is among %s and signs the DNSKEY RRset",
		    ds_text(made, &world->ds[example->ds]), keys_text(made, world, dnskey->keys));
	return result_keep_format(made, "the data are signed by %s, the DNSKEY RRset has %s",
	    keys_text(made, world, world->classes[example->class].signers),
	    keys_text(made, world, dnskey->keys));
}

static const char *
until_text(struct made_result *made, int64_t time)
{
	char text[UTC_TEXT_MAX];

	if (time == TIME_NEVER)
		return "";
	utc_format(time, text);
	return result_keep_format(made, " until %s", text);
}

/* A release that was replaced, but of which nobody knows that it left service: DESIGN 9.10. */
static bool
is_unconfirmed(const struct past_facts *past, const struct cache_counterexample *example,
    const struct part *held)
{
	return example->earliest_safe == TIME_NEVER && held->serial != 0 && held->stream == 0 &&
	       !held->is_candidate && past->in_force != NULL &&
	       held->serial != past->in_force->serial;
}

/* Keys of one side that are not published by the other. */
static const char *
provider_remedy(struct made_result *made, const struct past_facts *past,
    const struct cache_counterexample *example)
{
	const struct cache_world *world = &past->proof->world;
	const struct cache_dnskey *dnskey = &world->dnskeys[example->dnskey];
	const struct cache_class *class = &world->classes[example->class];
	const char *keys = keys_text(made, world, class->signers);
	const char *until = until_text(made, example->earliest_safe);

	if (class->stream != 0)
		return result_keep_format(made,
		    "keep %s in the DNSKEY RRset%s: data%s are signed by it", keys, until,
		    of_provider(made, past, class->stream));
	return result_keep_format(made,
	    "have %s published in the DNSKEY RRset%s, and sign with it only when all caches have "
	    "that%s%s",
	    keys, of_provider(made, past, dnskey->stream), until[0] != '\0' ? ": not" : "", until);
}

/* The smallest change that would make it pass: rollover.md 3.7, "Synthesis". */
static const char *
remedy_text(struct made_result *made, const struct past_facts *past,
    const struct cache_counterexample *example, const struct part *held)
{
	const struct cache_world *world = &past->proof->world;
	const char *keys = keys_text(made, world, example->missing);
	const char *until = until_text(made, example->earliest_safe);

	if (example->preexisting)
		return "release: holding the zone back does not help";
	if (example->link == LINK_DNSKEY_DATA &&
	    world->dnskeys[example->dnskey].stream != world->classes[example->class].stream)
		return provider_remedy(made, past, example);
	if (is_unconfirmed(past, example, held))
		return result_keep_format(made,
		    "nobody confirmed that serial %lu replaced serial %lu in service: see 'history "
		    "confirm', and Evidence in the policy",
		    (unsigned long)past->in_force->serial, (unsigned long)held->serial);
	if (example->link == LINK_DS_DNSKEY && world->ds[example->ds].origin == DS_ANTICIPATED)
		return "take CDS and CDNSKEY out until the DNSKEY RRset that they name is in all "
		       "caches";
	if (example->missing == 0)
		return "release an intermediate zone first";
	if (example->link == LINK_DS_DNSKEY)
		return result_keep_format(made,
		    "keep %s in the DNSKEY RRset, and signing it%s, or change the DS first", keys,
		    until);
	if (held->serial == world->dnskeys[example->dnskey].serial && !held->is_candidate)
		return result_keep_format(made,
		    "publish %s and sign with it only when all caches have it; go on signing with "
		    "the former key%s",
		    keys_text(made, world, world->classes[example->class].signers), until);
	return result_keep_format(made, "keep %s in the DNSKEY RRset%s", keys, until);
}

/* "last fetched 2026-11-21T10:30:00Z + TTL 3600 s" */
static const char *
sum_text(struct made_result *made, int64_t earliest_safe, const struct cache_life *life)
{
	char text[UTC_TEXT_MAX];

	if (earliest_safe == TIME_NEVER || life->last_fetch == TIME_NEVER)
		return NULL;
	utc_format(life->last_fetch, text);
	return result_keep_format(
	    made, "last fetched %s + TTL %lu s", text, (unsigned long)life->ttl);
}

static const char *
cause_text(const struct cache_counterexample *example)
{
	if (example->stale_only)
		return "serve-stale";
	if (example->margin_only)
		return "margin";
	return example->expiry ? "expiry" : NULL;
}

static void
add_counterexample(struct made_result *made, const struct past_facts *past,
    const struct cache_counterexample *example)
{
	const struct cache_proof *proof = past->proof;
	bool at_parent = example->link == LINK_DS_DNSKEY;
	struct part first = at_parent ? ds_part(made, &proof->world.ds[example->ds])
				      : dnskey_part(made, past, example->dnskey);
	struct part second = at_parent ? dnskey_part(made, past, example->dnskey)
				       : class_part(made, past, example->class);
	bool swapped = second.life->from < first.life->from;
	const struct part *held = swapped ? &second : &first;
	const struct part *asked = swapped ? &first : &second;

	made->counterexamples[made->public.n_counterexamples++] =
	    (struct zg_counterexample){.kind = at_parent ? "ds-dnskey" : "dnskey-data",
		.models = models_text(made, example->models),
		.preexisting = example->preexisting,
		.cause = cause_text(example),
		.from = example->from,
		.until = example->until,
		.held = held->name,
		.held_serial = held->serial,
		.held_fetched = held->life->last_fetch,
		.held_ttl = held->life->ttl,
		.asked = asked->name,
		.asked_candidate = asked->is_candidate,
		.broken = broken_text(made, proof, example),
		.n_rrsets = proof->world.classes[example->class].n_rrsets,
		.earliest_safe = example->earliest_safe,
		.sum = sum_text(made, example->earliest_safe, held->life),
		.remedy = remedy_text(made, past, example, held)};
}

/* ---- Deadlines ---- */

static const struct {
	const char *id, *text;
} obligation_texts[] = {
    [OBLIGATION_KEEP_KEY] = {"keep-key",
	"must stay in the DNSKEY RRset, and sign it if it does now"},
    [OBLIGATION_KEEP_SIGNING] = {"keep-signing", "must go on signing the data"},
    [OBLIGATION_MAY_SIGN] = {"may-sign", "may sign alone from then on"},
    [OBLIGATION_MAY_REMOVE] = {"may-remove", "may be taken out from then on"},
    [OBLIGATION_MAY_SUBMIT_DS] = {"may-submit-ds",
	"its DS may be handed to the parent from then on"},
    [OBLIGATION_TTL] = {"cached-ttl", "caches use a former TTL of the DNSKEY RRset"},
};

static void
add_deadline(
    struct made_result *made, const char *id, int64_t time, const char *subject, const char *text)
{
	if (time != 0 && made->public.n_deadlines < DEADLINES_MAX)
		made->deadlines[made->public.n_deadlines++] =
		    (struct zg_deadline){.id = id, .time = time, .subject = subject, .text = text};
}

static void
add_obligation(
    struct made_result *made, const struct cache_world *world, const struct obligation *obligation)
{
	const char *text = obligation_texts[obligation->kind].text, *key = NULL;

	if (obligation->kind != OBLIGATION_TTL)
		key = keys_text(made, world, UINT64_C(1) << obligation->key);
	if (obligation->kind == OBLIGATION_KEEP_SIGNING && obligation->owner != NULL)
		text = result_keep_format(made, "%s: it alone signs %llu RRsets, such as %s %s",
		    text, (unsigned long long)obligation->n_rrsets, obligation->owner,
		    obligation->type);
	add_deadline(made, obligation_texts[obligation->kind].id, obligation->time, key, text);
}

static int
deadline_compare(const void *a, const void *b)
{
	const struct zg_deadline *x = a, *y = b;
	int order = (x->time > y->time) - (x->time < y->time);

	if (order == 0)
		order = strcmp(x->id, y->id);
	if (order == 0 && x->subject != NULL && y->subject != NULL)
		order = strcmp(x->subject, y->subject);
	return order;
}

static void
add_release_by(struct made_result *made, const struct result_sources *sources,
    const struct release_facts *release)
{
	const struct policy_values *values = policy_values(sources->policy);
	int64_t propagation = values->zone.propagation_delay, skew = values->signatures.clock_skew;
	struct release_by by = release_by_of(
	    release, propagation == NOT_SET ? 0 : propagation, skew == NOT_SET ? 0 : skew);

	add_deadline(made, "release-by-soft", by.soft, NULL,
	    "released later than this, caches can hold data past its signature");
	add_deadline(made, "release-by-hard", by.hard, NULL,
	    "released later than this, servers hand out expired signatures");
	add_deadline(made, "release-by-secondary", by.secondary, NULL,
	    "a secondary cut off later than this can serve expired signatures before it expires "
	    "the zone");
}

/* RRset-seconds, cut where the numbers of a report end. */
#define DAMAGE_MAX 9e15

static uint64_t
damage_of(double damage)
{
	return (uint64_t)(damage < DAMAGE_MAX ? damage : DAMAGE_MAX);
}

void
result_add_repair(struct made_result *made, const struct result_sources *sources)
{
	const struct past_facts *past = sources->facts->past;
	const struct repair *repair = sources->repair;
	struct zg_repair *public = &made->repair;

	if (repair == NULL)
		return;
	*public = (struct zg_repair){.possible = repair->possible,
	    .why = repair->why,
	    .compared = repair->compared,
	    .n_former_rrsets = repair->n_former_rrsets,
	    .n_former_broken = repair->n_former_broken,
	    .n_rrsets = repair->n_rrsets,
	    .n_broken = repair->n_broken,
	    .n_new = repair->n_new};
	if (past != NULL && past->proof != NULL && past->proof->outcome != CACHE_UNKNOWN &&
	    past->proof->damage_release + past->proof->damage_hold > 0) {
		public->has_damage = true;
		public->damage_release = damage_of(past->proof->damage_release);
		public->damage_hold = damage_of(past->proof->damage_hold);
	}
	made->public.repair = public;
}

void
result_add_past(struct made_result *made, const struct result_sources *sources)
{
	const struct past_facts *past = sources->facts->past;

	made->public.counterexamples = made->counterexamples;
	made->public.deadlines = made->deadlines;
	if (sources->release != NULL)
		add_release_by(made, sources, sources->release);
	else if (past != NULL && past->proof == NULL)
		add_release_by(made, sources, past->candidate);
	if (past != NULL && past->proof != NULL) {
		made->public.cache_view = outcome_texts[past->proof->outcome];
		made->public.earliest_safe = past->proof->earliest_safe;
		for (size_t i = 0; i < past->proof->n_examples && i < CACHE_EXAMPLES_MAX; i++)
			add_counterexample(made, past, &past->proof->examples[i]);
	}
	for (size_t i = 0; past != NULL && i < past->n_obligations; i++)
		add_obligation(made, past->world, &past->obligations[i]);
	qsort(made->deadlines, made->public.n_deadlines, sizeof(made->deadlines[0]),
	    deadline_compare);
}
