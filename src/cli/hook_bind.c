/*
 * `zonegate hook bind ZONE ADDRESS[@PORT]`: what a timer runs behind a BIND that signs. BIND asks
 * nobody before it publishes, so it serves the zone to the gate alone, and this is a release: the
 * zone is transferred, and of a pass, and of nothing else, it becomes the file that the
 * distribution primary loads. It differs from `zonegate release --transfer` in what asks again and
 * again: it waits for the zone's lock, and a refusal is remembered.
 */
#include "cli/cli.h"

#include "net/address.h"

int
hook_bind(const struct hook *hook)
{
	const char *const *operands = hook->arguments->operands;
	const struct hook_request request = {.engine = "bind",
	    .zone = operands[0],
	    .source = HOOK_SOURCE_SERVER,
	    .server = operands[1]};
	struct net_address address;

	if (net_address_read(request.server, NET_PORT, &address))
		return hook_run(hook, &request);
	return complain_usage(hook->arguments->command,
	    "'%s' is not an address, or an address and a port (192.0.2.1@53)", request.server);
}
