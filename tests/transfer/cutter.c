/*
 * A path between client and server that breaks: the N-th connection is cut after the N-th number of
 * octets from the server. Prints the port it listens on, then how many octets came from the server
 * by each connection, and ends behind the last one.
 *
 *   cutter SERVER-PORT OCTETS...
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A test that takes longer has failed. */
#define IDLE_MS 20000

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static struct sockaddr_in
loopback(unsigned port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A socket that listens on a free port of loopback, which is printed. */
static int
listener_open(void)
{
	struct sockaddr_in name = loopback(0);
	socklen_t length = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&name, length) != 0 || listen(fd, 4) != 0 ||
	    getsockname(fd, (struct sockaddr *)&name, &length) != 0)
		die("listen");
	(void)printf("%u\n", ntohs(name.sin_port));
	(void)fflush(stdout);
	return fd;
}

/* Hands on what `from` has, at most *left octets; false: there is no more to hand on. */
static bool
hand_on(int from, int to, size_t *left)
{
	char octets[4096];
	ssize_t n = read(from, octets, *left < sizeof(octets) ? *left : sizeof(octets));

	if (n <= 0 || write(to, octets, (size_t)n) != n)
		return false;
	*left -= (size_t)n;
	return *left > 0;
}

static void
connection(int client, unsigned port, size_t octets)
{
	struct sockaddr_in name = loopback(port);
	int server = socket(AF_INET, SOCK_STREAM, 0);
	struct pollfd fds[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
	size_t any = SIZE_MAX, left = octets;
	bool open = octets > 0;

	if (server < 0 || connect(server, (struct sockaddr *)&name, sizeof(name)) != 0)
		die("connect");
	while (open && poll(fds, 2, IDLE_MS) > 0) {
		if (fds[0].revents != 0)
			open = hand_on(client, server, &any);
		if (open && fds[1].revents != 0)
			open = hand_on(server, client, &left);
	}
	(void)close(server);
	(void)close(client);
	(void)printf("%zu\n", octets - left);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct pollfd waiting = {.events = POLLIN};

	if (argc < 3) {
		(void)fprintf(stderr, "usage: cutter SERVER-PORT OCTETS...\n");
		return EXIT_FAILURE;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	waiting.fd = listener_open();
	for (int i = 2; i < argc && poll(&waiting, 1, IDLE_MS) > 0; i++)
		connection(accept(waiting.fd, NULL, NULL), (unsigned)strtoul(argv[1], NULL, 10),
		    (size_t)strtoull(argv[i], NULL, 10));
	return EXIT_SUCCESS;
}
