/* Rows about other providers of a multi-signer zone: RFC 8901. */
#include "check/check_rows.h"

#include "base/text_writer.h"
#include "base/utc.h"
#include "facts/past.h"

/* DESIGN 9.23: what was not looked at is not known. */
void
check_provider_unknown(struct check_context *context)
{
	const struct past_facts *past = context->facts->past;

	for (size_t i = 0; i < past->n_providers; i++) {
		const struct past_provider *provider = &past->providers[i];
		bool has_why = provider->why[0] != '\0';
		char seen[UTC_TEXT_MAX] = "never";

		if (!provider->wanted || provider->seen >= context->now - past->provider_max_age)
			continue;
		if (provider->seen != 0)
			utc_format(provider->seen, seen);
		check_emit_zone(context, "what provider %s serves was last seen: %s%s%s%s%s",
		    provider->name, seen, has_why ? "; " : "", has_why ? provider->server : "",
		    has_why ? ": " : "", provider->why);
		check_fact(context, 0, "provider %s not known", provider->name);
	}
}

/* "13/12345, 13/54321" */
static void
keys_add(struct text_writer *text, const struct cache_world *world, key_mask keys)
{
	const char *comma = "";

	for (size_t i = 0; i < world->n_keys; i++) {
		if ((keys >> i & 1) == 0)
			continue;
		text_printf(text, "%s%u/%u", comma, world->keys[i].algorithm, world->keys[i].tag);
		comma = ", ";
	}
}

/* One side's DNSKEY RRset has none of the keys that the other side's data are signed by. */
static void
emit_missing(struct check_context *context, const struct cache_dnskey *dnskey,
    const struct cache_class *class)
{
	const struct past_facts *past = context->facts->past;
	uint8_t stream = dnskey->stream != 0 ? dnskey->stream : class->stream;
	struct text_writer keys = {.text = NULL};

	keys_add(&keys, &past->proof->world, class->signers);
	if (stream > past->n_providers || keys.failed || keys.text == NULL) {
		text_writer_clear(&keys);
		return;
	}
	if (class->stream != 0)
		check_emit_zone(context,
		    "provider %s signs %s %s by %s: none of these is in the DNSKEY RRset",
		    past->providers[stream - 1].name, class->owner, class->type, keys.text);
	else
		check_emit_zone(context,
		    "%s %s is signed by %s: none of these is in the DNSKEY RRset of provider %s",
		    class->owner, class->type, keys.text, past->providers[stream - 1].name);
	text_writer_clear(&keys);
}

/* RFC 8901 section 3: a resolver takes DNSKEY from one provider and data from another, so that each
 * has to publish the keys that any of them signs with. */
void
check_provider_keys_missing(struct check_context *context)
{
	const struct cache_world *world = &context->facts->past->proof->world;

	for (size_t k = 0; k < world->n_dnskeys; k++) {
		const struct cache_dnskey *dnskey = &world->dnskeys[k];

		for (size_t c = 0; c < world->n_classes; c++) {
			const struct cache_class *class = &world->classes[c];

			if (dnskey->life.superseded != TIME_NEVER ||
			    class->life.superseded != TIME_NEVER ||
			    dnskey->stream == class->stream ||
			    (dnskey->stream != 0 && class->stream != 0) || class->for_parent ||
			    (dnskey->keys & class->signers) != 0)
				continue;
			emit_missing(context, dnskey, class);
		}
	}
}
