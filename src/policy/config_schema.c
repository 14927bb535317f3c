/*
 * THE TABLE of the configuration: each element and attribute, its kind, range, default, and where
 * it goes. policies/zonegate.rng says the same in the words of RELAX NG, zonegate-config(5) in
 * those of people; tests hold the three together.
 */
#include "policy/config_schema.h"

#include <string.h>

#include <zonegate/limits.h>
#include "policy/schema_path.h"

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define SIZE_OF(type, field) sizeof(((struct type *)NULL)->field)
#define AT(type, field)	     .place = offsetof(struct type, field), .size = SIZE_OF(type, field)
/* DESIGN's bound of what is waited for: longer than any reload takes, shorter than a shift. */
#define TIMEOUT(type, field)                                                                       \
	.kind = CONFIG_DURATION, .min = 1, .max = HOUR, .fallback = MINUTE, AT(type, field)
#define PORT .kind = CONFIG_NUMBER, .min = 1, .max = UINT16_MAX, .fallback = 53

static const struct config_list approver_list = {
    .items = offsetof(struct config, approvers),
    .count = offsetof(struct config, n_approvers),
    .item = sizeof(struct config_approver),
    .limit = ZG_POLICY_APPROVERS_MAX,
    .line = offsetof(struct config_approver, line),
};
static const struct config_list notify_list = {
    .items = offsetof(struct config, notify),
    .count = offsetof(struct config, n_notify),
    .item = sizeof(struct config_command),
    .limit = CONFIG_COMMANDS_MAX,
    .in_place = true,
    .line = NO_LINE,
};
static const struct config_list zone_list = {
    .items = offsetof(struct config, zones),
    .count = offsetof(struct config, n_zones),
    .item = sizeof(struct config_zone),
    .limit = CONFIG_ZONES_MAX,
    .line = offsetof(struct config_zone, line),
};
static const struct config_list parent_list = {
    .items = offsetof(struct config_zone, parents),
    .count = offsetof(struct config_zone, n_parents),
    .item = sizeof(struct config_server),
    .limit = CONFIG_SERVERS_MAX,
    .line = NO_LINE,
};
static const struct config_list resolver_list = {
    .items = offsetof(struct config_zone, resolvers),
    .count = offsetof(struct config_zone, n_resolvers),
    .item = sizeof(struct config_server),
    .limit = CONFIG_RESOLVERS_MAX,
    .line = NO_LINE,
};
static const struct config_list server_list = {
    .items = offsetof(struct config_zone, servers),
    .count = offsetof(struct config_zone, n_servers),
    .item = sizeof(struct config_server),
    .limit = CONFIG_SERVERS_MAX,
    .line = NO_LINE,
};
static const struct config_list stage_list = {
    .items = offsetof(struct config_zone, stages),
    .count = offsetof(struct config_zone, n_stages),
    .item = sizeof(struct config_stage),
    .limit = CONFIG_STAGES_MAX,
    .line = offsetof(struct config_stage, line),
};
static const struct config_list stage_server_list = {
    .items = offsetof(struct config_stage, servers_read),
    .count = offsetof(struct config_stage, n_servers),
    .item = sizeof(struct config_server),
    .limit = CONFIG_SERVERS_MAX,
    .line = NO_LINE,
};
static const struct config_list validator_list = {
    .items = offsetof(struct config_zone, validators),
    .count = offsetof(struct config_zone, n_validators),
    .item = sizeof(struct config_server),
    .limit = CONFIG_RESOLVERS_MAX,
    .line = NO_LINE,
};

static const struct config_list provider_list = {
    .items = offsetof(struct config_zone, providers),
    .count = offsetof(struct config_zone, n_providers),
    .item = sizeof(struct config_provider),
    .limit = ZG_PROVIDERS_MAX,
    .line = offsetof(struct config_provider, line),
};
static const struct config_list provider_server_list = {
    .items = offsetof(struct config_provider, servers),
    .count = offsetof(struct config_provider, n_servers),
    .item = sizeof(struct config_server),
    .limit = CONFIG_SERVERS_MAX,
    .line = NO_LINE,
};

/* clang-format off */
const struct config_row config_table[] = {
	{"State", .kind = CONFIG_PATH, .required = true, AT(config, state)},
	{"Installation", .kind = CONFIG_IDENTIFIER, .required = true, AT(config, installation)},
	{"SynchronisedClock", .kind = CONFIG_FLAG, AT(config, synchronised_clock)},

	{"Approvers", .kind = CONFIG_GROUP},
	{"Approvers/Approver", .kind = CONFIG_LIST, .list = &approver_list},
	{"Approvers/Approver/@id", .kind = CONFIG_IDENTIFIER, .required = true, AT(config_approver, id)},
	{"Approvers/Approver/@key", .kind = CONFIG_KEY, .required = true, AT(config_approver, public_key)},

	{"Notify", .kind = CONFIG_GROUP},
	{"Notify/Command", .kind = CONFIG_LIST, .list = &notify_list},
	{"Notify/Command/@timeout", TIMEOUT(config_command, timeout)},
	{"Notify/Command/Argument", .kind = CONFIG_ARGUMENT, .required = true,
	 AT(config_command, arguments)},

	{"Zone", .kind = CONFIG_LIST, .list = &zone_list},
	{"Zone/@name", .kind = CONFIG_ZONE, .required = true, AT(config_zone, name)},
	{"Zone/Policy", .kind = CONFIG_POLICY, AT(config_zone, policy_path),
	 .name_place = offsetof(struct config_zone, policy_name)},
	{"Zone/Candidate", .kind = CONFIG_PATH, AT(config_zone, candidate)},
	{"Zone/Unsigned", .kind = CONFIG_PATH, AT(config_zone, unsigned_path)},
	{"Zone/Trials", .kind = CONFIG_PATH, AT(config_zone, trials_path)},
	{"Zone/Release", .kind = CONFIG_GROUP},
	{"Zone/Release/Target", .kind = CONFIG_PATH, .required = true, AT(config_zone, target)},
	{"Zone/Release/Target/@mode", .kind = CONFIG_MODE, AT(config_zone, mode)},
	{"Zone/Release/Target/@owner", .kind = CONFIG_ACCOUNT, AT(config_zone, owner)},
	{"Zone/Release/Target/@group", .kind = CONFIG_ACCOUNT, AT(config_zone, group)},
	{"Zone/Release/Command", .kind = CONFIG_GROUP},
	{"Zone/Release/Command/@timeout", TIMEOUT(config_zone, reload.timeout)},
	{"Zone/Release/Command/Argument", .kind = CONFIG_ARGUMENT, .required = true,
	 AT(config_zone, reload.arguments)},
	{"Zone/Hook", .kind = CONFIG_GROUP},
	{"Zone/Hook/@engine", .kind = CONFIG_ENGINE, .required = true, AT(config_zone, hook)},
	{"Zone/Hook/Command", .kind = CONFIG_GROUP},
	{"Zone/Hook/Command/@timeout", TIMEOUT(config_zone, again.timeout)},
	{"Zone/Hook/Command/Argument", .kind = CONFIG_ARGUMENT, .required = true,
	 AT(config_zone, again.arguments)},
	{"Zone/Hook/Knot", .kind = CONFIG_GROUP},
	{"Zone/Hook/Knot/Control", .kind = CONFIG_PATH, AT(config_zone, knot.control)},
	{"Zone/Hook/Knot/Socket", .kind = CONFIG_PATH, AT(config_zone, knot.socket)},
	{"Zone/Hook/Knot/Dump", .kind = CONFIG_PATH, .required = true, AT(config_zone, knot.dump)},
	/* Below a minute the margin (DESIGN 9.21) leaves no time to check anything. */
	{"Zone/Hook/Knot/TimeOut", .kind = CONFIG_DURATION, .min = MINUTE, .max = DAY,
	 .fallback = 5 * MINUTE, AT(config_zone, knot.timeout)},
	{"Zone/Parent", .kind = CONFIG_GROUP},
	{"Zone/Parent/DS", .kind = CONFIG_PATH, AT(config_zone, ds_path)},
	{"Zone/Parent/DS/@ttl", .kind = CONFIG_DURATION, .max = INT32_MAX, .fallback = NOT_SET,
	 AT(config_zone, ds_ttl)},
	{"Zone/Parent/Server", .kind = CONFIG_LIST, .list = &parent_list},
	{"Zone/Parent/Server/@address", .kind = CONFIG_ADDRESS, .required = true,
	 AT(config_server, address)},
	{"Zone/Parent/Server/@port", PORT, AT(config_server, port)},
	{"Zone/Parent/Resolver", .kind = CONFIG_LIST, .list = &resolver_list},
	{"Zone/Parent/Resolver/@address", .kind = CONFIG_ADDRESS, .required = true,
	 AT(config_server, address)},
	{"Zone/Parent/Resolver/@port", PORT, AT(config_server, port)},
	{"Zone/Parent/TrustAnchor", .kind = CONFIG_PATH, AT(config_zone, trust_anchor)},
	{"Zone/Distribution", .kind = CONFIG_GROUP},
	{"Zone/Distribution/Server", .kind = CONFIG_LIST, .list = &server_list},
	{"Zone/Distribution/Server/@address", .kind = CONFIG_ADDRESS, .required = true,
	 AT(config_server, address)},
	{"Zone/Distribution/Server/@port", PORT, AT(config_server, port)},
	{"Zone/Distribution/Transferred", .kind = CONFIG_FLAG, AT(config_zone, transferred)},
	{"Zone/Providers", .kind = CONFIG_GROUP},
	/* A week is what a release is proved over: what is older says nothing of caches. */
	{"Zone/Providers/@maxage", .kind = CONFIG_DURATION, .min = MINUTE, .max = 7 * DAY,
	 .fallback = DAY, AT(config_zone, provider_max_age)},
	{"Zone/Providers/Provider", .kind = CONFIG_LIST, .list = &provider_list, .required = true},
	{"Zone/Providers/Provider/@name", .kind = CONFIG_IDENTIFIER, .required = true,
	 AT(config_provider, name)},
	{"Zone/Providers/Provider/Server", .kind = CONFIG_LIST, .list = &provider_server_list,
	 .required = true},
	{"Zone/Providers/Provider/Server/@address", .kind = CONFIG_ADDRESS, .required = true,
	 AT(config_server, address)},
	{"Zone/Providers/Provider/Server/@port", PORT, AT(config_server, port)},
	{"Zone/Stages", .kind = CONFIG_GROUP},
	{"Zone/Stages/Stage", .kind = CONFIG_LIST, .list = &stage_list, .required = true},
	{"Zone/Stages/Stage/@name", .kind = CONFIG_STAGE, .required = true, AT(config_stage, name)},
	{"Zone/Stages/Stage/Target", .kind = CONFIG_PATH, .required = true, AT(config_stage, target)},
	{"Zone/Stages/Stage/Target/@mode", .kind = CONFIG_MODE, AT(config_stage, mode)},
	{"Zone/Stages/Stage/Target/@owner", .kind = CONFIG_ACCOUNT, AT(config_stage, owner)},
	{"Zone/Stages/Stage/Target/@group", .kind = CONFIG_ACCOUNT, AT(config_stage, group)},
	{"Zone/Stages/Stage/Command", .kind = CONFIG_GROUP},
	{"Zone/Stages/Stage/Command/@timeout", TIMEOUT(config_stage, reload.timeout)},
	{"Zone/Stages/Stage/Command/Argument", .kind = CONFIG_ARGUMENT, .required = true,
	 AT(config_stage, reload.arguments)},
	{"Zone/Stages/Stage/Server", .kind = CONFIG_LIST, .list = &stage_server_list,
	 .required = true},
	{"Zone/Stages/Stage/Server/@address", .kind = CONFIG_ADDRESS, .required = true,
	 AT(config_server, address)},
	{"Zone/Stages/Stage/Server/@port", PORT, AT(config_server, port)},
	/* As long as an approval or a signature may count: a rollout is not to outlive them. */
	{"Zone/Stages/Stage/Soak", .kind = CONFIG_DURATION, .max = 30 * DAY, AT(config_stage, soak)},
	{"Zone/Stages/Stage/Observe", .kind = CONFIG_GROUP},
	{"Zone/Stages/Stage/Observe/@names", .kind = CONFIG_NUMBER, .min = 1,
	 .max = ZG_SAMPLE_NAMES_MAX, .fallback = NOT_SET, AT(config_stage, names)},
	{"Zone/Stages/Stage/Observe/@transfer", .kind = CONFIG_ANSWER, AT(config_stage, transfer)},
	{"Zone/Stages/Stage/Observe/@tsig", .kind = CONFIG_PATH, AT(config_stage, tsig)},
	{"Zone/Stages/Stage/Approvals", .kind = CONFIG_NUMBER, .max = ZG_POLICY_APPROVERS_MAX,
	 AT(config_stage, approvals)},
	{"Zone/Stages/Unbound", .kind = CONFIG_PATH, AT(config_zone, unbound)},
	{"Zone/Stages/Validator", .kind = CONFIG_LIST, .list = &validator_list},
	{"Zone/Stages/Validator/@address", .kind = CONFIG_ADDRESS, .required = true,
	 AT(config_server, address)},
	{"Zone/Stages/Validator/@port", PORT, AT(config_server, port)},
};
/* clang-format on */
const size_t config_table_rows = sizeof(config_table) / sizeof(config_table[0]);

_Static_assert(sizeof(config_table) / sizeof(config_table[0]) <= CONFIG_ROWS_MAX,
    "CONFIG_ROWS_MAX is too small");

const char *
config_row_leaf(const struct config_row *row)
{
	return schema_path_leaf(row->path);
}

bool
config_row_is_in(const struct config_row *row, const struct config_row *parent)
{
	return schema_path_is_in(row->path, parent == NULL ? NULL : parent->path);
}

const struct config_row *
config_row_list(const struct config_row *row)
{
	const struct config_row *nearest = NULL;

	/* What stands in a list follows it, so that the last one that fits is the innermost. */
	for (const struct config_row *at = config_table; at < row; at++) {
		size_t length = strlen(at->path);

		if (at->kind == CONFIG_LIST && strncmp(row->path, at->path, length) == 0 &&
		    row->path[length] == '/')
			nearest = at;
	}
	return nearest;
}
