/* The dead-man timer: other providers of a multi-signer zone. */
#include "publish/status.h"

#include "base/utc.h"
#include "policy/config.h"
#include "publish/provider_log.h"

/* Nobody looks at it, or it does not answer: the next change of keys would wait. */
static void
judge_age(const struct status_zone_inputs *inputs, const struct config_provider *provider,
    const struct provider_known *known, struct status_report *report)
{
	bool has_why = known->server[0] != '\0';
	char seen[UTC_TEXT_MAX] = "never";

	if (known->seen >= inputs->now - inputs->zone->provider_max_age)
		return;
	if (known->seen != 0)
		utc_format(known->seen, seen);
	status_add(report, STATUS_WARNING, "provider-unseen",
	    "what provider %s serves was last seen: %s%s%s%s%s. No key can be changed before "
	    "'zonegate observe' has seen it",
	    provider->name, seen, has_why ? "; " : "", has_why ? known->server : "",
	    has_why ? ": " : "", has_why ? known->why : "");
}

/* RFC 8901 section 3: resolvers that ask both fail. */
static void
judge_keys(const struct config_provider *provider, const struct provider_known *known,
    struct status_report *report)
{
	if (known->without_ours[0] != '\0')
		status_add(report, STATUS_CRITICAL, "provider-without-keys",
		    "%s of provider %s does not publish the keys that sign our zone: resolvers "
		    "that "
		    "have its DNSKEY RRset find our data bogus",
		    known->without_ours, provider->name);
	if (known->with_others[0] != '\0')
		status_add(report, STATUS_CRITICAL, "provider-other-keys",
		    "%s of provider %s signs with keys that are not in our DNSKEY RRset: resolvers "
		    "that have that find its data bogus",
		    known->with_others, provider->name);
}

void
status_judge_providers(const struct status_zone_inputs *inputs, struct status_report *report)
{
	for (size_t i = 0; inputs->providers != NULL && i < inputs->zone->n_providers; i++) {
		judge_age(inputs, &inputs->zone->providers[i], &inputs->providers[i], report);
		judge_keys(&inputs->zone->providers[i], &inputs->providers[i], report);
	}
}
