/*
 * `zonegate hook nsd`: NSD's `verifier:` command. NSD says in the environment which zone it has,
 * and where: by transfer from the address that it serves it on while it waits, or on standard input
 * (verifier-feed-zone). Of the two the transfer is the better one, as it has an end mark.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "ffff:...:ffff@65535". */
#define SERVER_TEXT 128

/* A variable that NSD sets for a verifier; NULL: complained. */
static const char *
variable(const char *name)
{
	return hook_variable(name, "nsd", "a verifier of NSD");
}

/* ADDRESS@PORT; false: complained. */
static bool
server_read(char server[SERVER_TEXT])
{
	const char *address = variable("VERIFY_IP_ADDRESS");
	const char *port = variable("VERIFY_PORT");
	int length;

	if (address == NULL || port == NULL)
		return false;
	length = snprintf(server, SERVER_TEXT, "%s@%s", address, port);
	if (length > 0 && length < SERVER_TEXT)
		return true;
	complain("undecided: VERIFY_IP_ADDRESS is no address");
	return false;
}

int
hook_nsd(const struct hook *hook)
{
	const char *feeds = getenv("VERIFY_ZONE_ON_STDIN");
	char server[SERVER_TEXT];
	struct hook_request request = {.engine = "nsd", .zone = variable("VERIFY_ZONE")};

	if (request.zone == NULL)
		return EXIT_UNDECIDED;
	if (feeds != NULL && strcmp(feeds, "yes") == 0) {
		request.source = HOOK_SOURCE_FD;
		request.fd = STDIN_FILENO;
	} else {
		if (!server_read(server))
			return EXIT_UNDECIDED;
		request.source = HOOK_SOURCE_SERVER;
		request.server = server;
	}
	return hook_run(hook, &request);
}
