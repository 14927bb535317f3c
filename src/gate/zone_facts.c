/* What a history keeps of a zone that is not judged: for the program's own use. */
#include <string.h>

#include <zonegate/gate.h>
#include "base/error.h"
#include "dns/name.h"
#include "facts/release.h"
#include "gate/input.h"
#include "policy/policy.h"

static zg_status
facts_make(const struct zg_source *source, const uint8_t *apex, int64_t now, int64_t skew,
    struct release_facts *facts, struct zg_error *error)
{
	const struct input_options options = {.threads = 1, .max_examples = 1};
	struct facts_inputs inputs = {.now = now, .threads = 1, .max_examples = 1};
	struct facts *computed = NULL;
	struct zone *zone = NULL;
	zg_status status = input_read_other(source, "the zone", apex, &options, &zone, error);

	inputs.zone = zone;
	if (status == ZG_OK)
		status = facts_compute(&inputs, &computed, error);
	if (status == ZG_OK)
		status = release_make(computed, now, skew, facts, error);
	facts_free(computed);
	zone_free(zone);
	return status;
}

zg_status
zg_zone_facts(const struct zg_source *source, const char *origin, const zg_policy *policy,
    int64_t now, struct release_facts *facts, struct zg_error *error)
{
	static const uint8_t root[] = {0};
	zg_policy *own_policy = NULL;
	uint8_t apex[ZG_NAME_MAX];
	const char *why;
	int64_t skew;
	zg_status status = ZG_OK;

	if (name_from_text_lower(origin, strlen(origin), root, apex, &why) == 0)
		return error_set(error, ZG_PARAMETER, "%s", why);
	if (policy == NULL)
		status = zg_policy_default(&own_policy, error);
	if (status == ZG_OK) {
		skew = policy_values(policy != NULL ? policy : own_policy)->signatures.clock_skew;
		status = facts_make(source, apex, now, skew == NOT_SET ? 0 : skew, facts, error);
	}
	zg_policy_free(own_policy);
	return status;
}
