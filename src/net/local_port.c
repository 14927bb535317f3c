/* Ports of this host. */
#include "net/local_port.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Pairs of sockets until one has the same port for UDP and TCP. */
#define PAIRS_MAX 64

/* Whether a socket can be bound to the port of 127.0.0.1 (0: any, which is returned). */
static bool
port_bind(int type, uint16_t *port)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	bool bound = fd >= 0 && bind(fd, (const struct sockaddr *)&address, length) == 0 &&
		     getsockname(fd, (struct sockaddr *)&address, &length) == 0;

	if (bound)
		*port = ntohs(address.sin_port);
	if (fd >= 0)
		(void)close(fd);
	return bound;
}

bool
local_port_free(uint16_t *port)
{
	bool found = false;

	for (int i = 0; i < PAIRS_MAX && !found; i++) {
		*port = 0;
		found = port_bind(SOCK_DGRAM, port) && port_bind(SOCK_STREAM, port);
	}
	return found;
}
