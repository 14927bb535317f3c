/*
 * `zonegate hook cascade`: a review hook of Cascade. Cascade says in the environment which zone and
 * which serial it asks about, and where to transfer that from, and waits as long as the hook takes.
 * Exit status 0 approves. Its approvals are bound to the serial, and so is the hook: by the time of
 * the transfer the review server may have the next version.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

/* "ffff:...:ffff@65535". */
#define SERVER_TEXT 128

/* A variable that Cascade sets for a review hook; NULL: complained. */
static const char *
variable(const char *name)
{
	return hook_variable(name, "cascade", "a review hook of Cascade");
}

/* False: complained. */
static bool
serial_read(uint32_t *serial)
{
	const char *text = variable("CASCADE_SERIAL");
	int64_t number;

	if (text == NULL)
		return false;
	if (!value_number(text, 0, UINT32_MAX, &number)) {
		complain("undecided: CASCADE_SERIAL '%s' is no serial", text);
		return false;
	}
	*serial = (uint32_t)number;
	return true;
}

/* ADDRESS@PORT; false: complained. Not by CASCADE_SERVER, which has IPv6 addresses in brackets. */
static bool
server_read(char server[SERVER_TEXT])
{
	const char *address = variable("CASCADE_SERVER_IP");
	const char *port = address != NULL ? variable("CASCADE_SERVER_PORT") : NULL;
	int length;

	if (port == NULL)
		return false;
	length = snprintf(server, SERVER_TEXT, "%s@%s", address, port);
	if (length > 0 && length < SERVER_TEXT)
		return true;
	complain("undecided: CASCADE_SERVER_IP is no address");
	return false;
}

int
hook_cascade(const struct hook *hook)
{
	char server[SERVER_TEXT];
	struct hook_request request = {.engine = "cascade",
	    .zone = variable("CASCADE_ZONE"),
	    .has_serial = true,
	    .source = HOOK_SOURCE_SERVER,
	    .server = server};

	if (request.zone == NULL || !serial_read(&request.serial) || !server_read(server))
		return EXIT_UNDECIDED;
	return hook_run(hook, &request);
}
