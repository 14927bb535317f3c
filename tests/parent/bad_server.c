/*
 * Name servers that lie, for tests: each address stands in front of an honest server and does one
 * wrong thing to what that answers.
 *
 *   bad_server PORT UPSTREAM MODE=ADDRESS...
 *
 * Prints "ready" when it listens on all of them, UDP and TCP, and runs until it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MODES_MAX   32
#define MESSAGE_MAX 65535
#define HEADER	    12
#define TYPE_NS	    2
#define TYPE_CNAME  5
#define TYPE_DS	    43
#define TYPE_RRSIG  46

enum mode {
	MODE_HONEST,
	MODE_SILENT,   /* takes questions and never answers */
	MODE_ID,       /* another id */
	MODE_QUESTION, /* another question */
	MODE_FORGED,   /* a forged answer from another address, then the honest one */
	MODE_SPOOFED,  /* only the forged one */
	MODE_ALIAS,    /* a CNAME instead of the DS */
	MODE_TRUNCATED,
	MODE_TCP_ONLY,
	MODE_DRIP, /* truncated, then one octet a second over TCP */
	MODE_BOGUS,
	MODE_LAME,
	MODE_REFUSED,
	MODE_SERVFAIL,
	MODE_GARBAGE,
	MODE_TTL,  /* TTLs counted down, as a cache has them */
	MODE_HIDE, /* the name server c.hosts. is called d.hosts. */
	MODE_COUNT
};

static const char *const mode_names[MODE_COUNT] = {"honest", "silent", "id", "question", "forged",
    "spoofed", "alias", "truncated", "tcp-only", "drip", "bogus", "lame", "refused", "servfail",
    "garbage", "ttl", "hide"};

struct server {
	enum mode mode;
	int udp, tcp;
};

static struct sockaddr_in upstream;
static int forger = -1; /* a socket of another address */

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static struct sockaddr_in
address_of(const char *text, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		fprintf(stderr, "bad_server: %s is no address\n", text);
		exit(1);
	}
	return address;
}

static int
socket_bound(int type, const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (const struct sockaddr *)address, sizeof(*address)) != 0)
		die("bind");
	return fd;
}

/* --- The honest server --- */

static bool
read_all(int fd, uint8_t *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = read(fd, bytes, length);

		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* Asks over TCP, so that nothing is ever cut. 0: no answer. */
static size_t
honest_answer(const uint8_t *query, size_t length, uint8_t *answer)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval limit = {.tv_sec = 2};
	uint8_t prefix[2] = {(uint8_t)(length >> 8), (uint8_t)length};
	size_t n = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&upstream, sizeof(upstream)) == 0 &&
	    write(fd, prefix, 2) == 2 && write(fd, query, length) == (ssize_t)length &&
	    read_all(fd, prefix, 2)) {
		n = (size_t)prefix[0] << 8 | prefix[1];
		if (!read_all(fd, answer, n))
			n = 0;
	}
	(void)close(fd);
	return n;
}

/* --- Messages --- */

static unsigned
u16_at(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* Where the name at `at` ends. */
static size_t
name_end(const uint8_t *wire, size_t length, size_t at)
{
	while (at < length && wire[at] != 0 && (wire[at] & 0xc0) == 0)
		at += (size_t)wire[at] + 1;
	return at >= length ? length : at + (wire[at] == 0 ? 1 : 2);
}

static size_t
question_end(const uint8_t *wire, size_t length)
{
	return name_end(wire, length, HEADER) + 4;
}

static unsigned
question_type(const uint8_t *wire, size_t length)
{
	return u16_at(wire + question_end(wire, length) - 4);
}

/* Calls for each record with where its fixed part begins. */
static void
each_record(uint8_t *wire, size_t length, void (*visit)(uint8_t *fixed))
{
	size_t at = question_end(wire, length);
	unsigned n = u16_at(wire + 6) + u16_at(wire + 8);

	for (; n > 0 && at + 10 < length; n--) {
		at = name_end(wire, length, at);
		if (at + 10 > length)
			return;
		visit(wire + at);
		at += 10 + u16_at(wire + at + 8);
	}
}

static void
break_signature(uint8_t *fixed)
{
	if (u16_at(fixed) == TYPE_RRSIG && u16_at(fixed + 10) == TYPE_DS)
		fixed[10 + u16_at(fixed + 8) - 1] ^= 1;
}

static void
count_down(uint8_t *fixed)
{
	fixed[4] = fixed[5] = fixed[6] = 0;
	fixed[7] = 7;
}

static void
hide_host(uint8_t *fixed)
{
	if (u16_at(fixed) == TYPE_NS && fixed[10] == 1 && fixed[11] == 'c')
		fixed[11] = 'd';
}

/* Nothing but the question is left. */
static size_t
strip(uint8_t *wire, size_t length)
{
	memset(wire + 6, 0, 6);
	return question_end(wire, length);
}

static size_t
make_alias(uint8_t *wire, size_t length)
{
	static const uint8_t record[] = {0xc0, HEADER, 0, TYPE_CNAME, 0, 1, 0, 0, 0, 60, 0, 1, 0};
	size_t end = strip(wire, length);

	memcpy(wire + end, record, sizeof(record));
	wire[7] = 1;
	return end + sizeof(record);
}

/* Does the mode's wrong to an honest answer; returns its new length. */
static size_t
tamper(enum mode mode, bool tcp, uint8_t *wire, size_t length)
{
	switch (mode) {
	case MODE_ID:
		wire[0] ^= 0xff;
		return length;
	case MODE_QUESTION:
		wire[HEADER + 1] ^= 1;
		return length;
	case MODE_ALIAS:
		return question_type(wire, length) == TYPE_DS ? make_alias(wire, length) : length;
	case MODE_TRUNCATED:
	case MODE_DRIP:
		if (tcp)
			return length;
		wire[2] |= 0x02;
		return strip(wire, length);
	case MODE_BOGUS:
		each_record(wire, length, break_signature);
		return length;
	case MODE_LAME:
		wire[2] &= (uint8_t)~0x04;
		return length;
	case MODE_REFUSED:
	case MODE_SERVFAIL:
		wire[3] = (uint8_t)((wire[3] & 0xf0) | (mode == MODE_REFUSED ? 5 : 2));
		return strip(wire, length);
	case MODE_GARBAGE:
		memset(wire + HEADER, 0xa5, length - HEADER);
		return length;
	case MODE_HIDE:
		each_record(wire, length, hide_host);
		return length;
	case MODE_TTL:
		each_record(wire, length, count_down);
		return length;
	default:
		return length;
	}
}

/* --- UDP --- */

static void
serve_udp(const struct server *server)
{
	uint8_t wire[MESSAGE_MAX], forged[MESSAGE_MAX];
	struct sockaddr_in client;
	socklen_t size = sizeof(client);
	ssize_t n = recvfrom(server->udp, wire, sizeof(wire), 0, (struct sockaddr *)&client, &size);
	size_t length;

	if (n < HEADER || server->mode == MODE_SILENT || server->mode == MODE_TCP_ONLY)
		return;
	length = honest_answer(wire, (size_t)n, wire);
	if (length < HEADER)
		return;
	if (server->mode == MODE_FORGED || server->mode == MODE_SPOOFED) {
		memcpy(forged, wire, length);
		forged[3] |= 3;
		(void)sendto(
		    forger, forged, strip(forged, length), 0, (struct sockaddr *)&client, size);
	}
	if (server->mode == MODE_SPOOFED)
		return;
	length = tamper(server->mode, false, wire, length);
	(void)sendto(server->udp, wire, length, 0, (struct sockaddr *)&client, size);
}

/* --- TCP --- */

static void
write_answer(int fd, enum mode mode, const uint8_t *wire, size_t length)
{
	uint8_t prefix[2] = {(uint8_t)(length >> 8), (uint8_t)length};

	if (write(fd, prefix, 2) != 2)
		return;
	if (mode != MODE_DRIP) {
		(void)!write(fd, wire, length);
		return;
	}
	for (size_t i = 0; i < length && write(fd, wire + i, 1) == 1; i++)
		(void)sleep(1);
}

/* A process for each connection, which ends with its parent. */
static void
serve_tcp(const struct server *server)
{
	uint8_t wire[MESSAGE_MAX], prefix[2];
	int fd = accept4(server->tcp, NULL, NULL, SOCK_CLOEXEC);
	size_t length;

	if (fd < 0)
		return;
	if (fork() == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (read_all(fd, prefix, 2) && read_all(fd, wire, u16_at(prefix))) {
			if (server->mode == MODE_SILENT)
				(void)pause();
			length = honest_answer(wire, u16_at(prefix), wire);
			if (length < HEADER)
				break;
			length = tamper(server->mode, true, wire, length);
			write_answer(fd, server->mode, wire, length);
		}
		_exit(0);
	}
	(void)close(fd);
}

/* --- All of it --- */

static void
server_make(char *argument, uint16_t port, struct server *server)
{
	char *equals = strchr(argument, '=');
	struct sockaddr_in address;

	if (equals == NULL)
		die(argument);
	*equals = '\0';
	for (server->mode = 0; server->mode < MODE_COUNT; server->mode++) {
		if (strcmp(mode_names[server->mode], argument) == 0)
			break;
	}
	if (server->mode == MODE_COUNT)
		die(argument);
	address = address_of(equals + 1, port);
	server->udp = socket_bound(SOCK_DGRAM, &address);
	server->tcp = socket_bound(SOCK_STREAM, &address);
	if (listen(server->tcp, 16) != 0)
		die("listen");
}

int
main(int argc, char **argv)
{
	struct server servers[MODES_MAX];
	struct pollfd fds[2 * MODES_MAX];
	size_t n = 0;
	struct sockaddr_in other;
	uint16_t port;

	if (argc < 4 || argc - 3 > MODES_MAX) {
		fprintf(stderr, "usage: bad_server PORT UPSTREAM MODE=ADDRESS...\n");
		return 2;
	}
	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	port = (uint16_t)atoi(argv[1]);
	upstream = address_of(argv[2], port);
	other = address_of("127.0.53.99", port);
	forger = socket_bound(SOCK_DGRAM, &other);
	for (int i = 3; i < argc; i++, n++) {
		server_make(argv[i], port, &servers[n]);
		fds[2 * n] = (struct pollfd){.fd = servers[n].udp, .events = POLLIN};
		fds[2 * n + 1] = (struct pollfd){.fd = servers[n].tcp, .events = POLLIN};
	}
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		if (poll(fds, 2 * n, -1) < 0 && errno != EINTR)
			die("poll");
		for (size_t i = 0; i < n; i++) {
			if (fds[2 * i].revents & POLLIN)
				serve_udp(&servers[i]);
			if (fds[2 * i + 1].revents & POLLIN)
				serve_tcp(&servers[i]);
		}
	}
}
