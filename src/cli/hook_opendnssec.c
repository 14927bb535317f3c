/*
 * `zonegate hook opendnssec ZONE FILE`: the NotifyCommand of OpenDNSSEC's signer, with %zone and
 * %zonefile. The signer has written the file by then, and its own servers have the zone; it looks
 * at no exit status. So this is a release: of a pass, and of nothing else, the file becomes the one
 * that the distribution primary loads. All standard descriptors are closed when it starts.
 */
#include "cli/cli.h"

int
hook_opendnssec(const struct hook *hook)
{
	const char *const *operands = hook->arguments->operands;
	const struct hook_request request = {.engine = "opendnssec",
	    .zone = operands[0],
	    .source = HOOK_SOURCE_PATH,
	    .path = operands[1]};

	return hook_run(hook, &request);
}
