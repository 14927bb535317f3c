/*
 * `zonegate check --transfer`: the gate reads the zone while a child fetches it, and goes on from
 * reading to judging only when the child has said that this was the whole zone.
 */
#include "cli/cli.h"

#include "net/address.h"

/* An option that names something. */
static bool
is_named(const struct arguments *arguments, const char *option, enum option_id id)
{
	const char *text = arguments->values[id];

	return text == NULL || text[0] != '\0' || option_malformed(arguments, option, id, "a name");
}

/* What goes with --transfer only. */
static bool
is_alone(const struct arguments *arguments)
{
	static const struct {
		const char *name;
		enum option_id id;
	} others[] = {{"tsig", OPTION_TSIG}, {"tls", OPTION_TLS}, {"tls-ca", OPTION_TLS_CA}};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (arguments->values[others[i].id] == NULL)
			continue;
		complain_usage(arguments->command, "--%s without --transfer", others[i].name);
		return false;
	}
	return true;
}

bool
fetch_wish_read(const struct arguments *arguments, struct fetch_wish *wish)
{
	const char *server = arguments->values[OPTION_TRANSFER];
	struct net_address address;

	*wish = (struct fetch_wish){.server = NULL};
	if (server == NULL)
		return is_alone(arguments);
	if (!net_address_read(server, NET_PORT, &address))
		return option_malformed(arguments, "transfer", OPTION_TRANSFER,
		    "an address, or an address and a port (192.0.2.1@53)");
	if (arguments->values[OPTION_TLS_CA] != NULL && arguments->values[OPTION_TLS] == NULL) {
		complain_usage(arguments->command, "--tls-ca without --tls");
		return false;
	}
	*wish = (struct fetch_wish){.server = server,
	    .key = arguments->values[OPTION_TSIG],
	    .tls_name = arguments->values[OPTION_TLS],
	    .tls_ca = arguments->values[OPTION_TLS_CA]};
	return is_named(arguments, "tsig", OPTION_TSIG) && is_named(arguments, "tls", OPTION_TLS) &&
	       is_named(arguments, "tls-ca", OPTION_TLS_CA);
}

bool
transfer_job_read(const struct arguments *arguments, struct transfer_job *job)
{
	*job = (struct transfer_job){.fetch = {.child = -1, .fd = -1}};
	if (!fetch_wish_read(arguments, &job->wish))
		return false;
	job->wish.zone = arguments->values[OPTION_ORIGIN];
	if (job->wish.server == NULL || job->wish.zone != NULL)
		return true;
	complain_usage(arguments->command, "--transfer needs --origin: which zone?");
	return false;
}

/* The text has come to an end: was it the zone's? */
static zg_status
text_ended(void *context, struct zg_error *error)
{
	struct transfer_job *job = context;
	zg_status status = fetch_end(&job->fetch, error);

	job->whole = status == ZG_OK;
	return status;
}

zg_status
transfer_job_begin(struct transfer_job *job, struct zg_gate_inputs *inputs, struct zg_error *error)
{
	zg_status status;

	if (job->wish.server == NULL)
		return ZG_OK;
	status = fetch_begin(&job->wish, &job->fetch, error);
	inputs->zone =
	    (struct zg_source){.kind = ZG_SOURCE_FD, .fd = job->fetch.fd, .path = "<transfer>"};
	inputs->whole = true;
	inputs->zone_end = text_ended;
	inputs->zone_end_context = job;
	inputs->allow_include = false;
	return status;
}

bool
transfer_job_end(struct transfer_job *job)
{
	fetch_clear(&job->fetch);
	return job->wish.server == NULL || job->whole;
}
