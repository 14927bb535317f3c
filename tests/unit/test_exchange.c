/*
 * Asks against servers that misbehave, one way each. A server is a child process with a UDP and a
 * TCP socket on loopback; it ends with its test.
 */
#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/byte_reader.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "net/exchange.h"

#define TRY	 300 /* milliseconds */
#define LONG_TRY 2000

static const uint8_t www[] = "\3www\7example";

/* --- Messages, as a server sees them --- */

struct packet {
	uint8_t octets[NET_MESSAGE_MAX];
	size_t length;
};

/* What a server is asked, and where an answer goes. */
struct query {
	struct packet packet;
	size_t question_end;
	bool has_edns;
	const uint8_t *cookie; /* NULL: none */
	size_t cookie_len;
	int fd; /* of UDP, or the connection */
	bool tcp;
	struct sockaddr_storage client;
	socklen_t client_len;
};

/* Where the question ends, and what the OPT record behind it holds: questions of ours have no other
 * record. */
static bool
query_read(struct query *query)
{
	const uint8_t *octets = query->packet.octets;
	size_t name_len, at;

	if (query->packet.length < 12)
		return false;
	name_len = name_check(octets + 12, query->packet.length - 12);
	at = 12 + name_len + 4;
	if (name_len == 0 || at > query->packet.length)
		return false;
	query->question_end = at;
	query->has_edns = octets[11] == 1;
	query->cookie = NULL;
	query->cookie_len = 0;
	if (query->has_edns && load_u16(octets + at + 9) > 4) {
		query->cookie_len = load_u16(octets + at + 13);
		query->cookie = octets + at + 15;
	}
	return true;
}

static void
add(struct packet *packet, const void *octets, size_t length)
{
	memcpy(packet->octets + packet->length, octets, length);
	packet->length += length;
}

/* The header and question of an answer. */
static void
reply_begin(struct packet *reply, const struct query *query, uint8_t rcode)
{
	reply->length = 0;
	add(reply, query->packet.octets, query->question_end);
	reply->octets[2] = 0x84; /* QR, AA */
	reply->octets[3] = rcode;
	memset(reply->octets + 6, 0, 6);
}

/* A record of an unknown type with so many octets. */
static void
reply_record(struct packet *reply, size_t length)
{
	uint8_t head[12] = {0xc0, 12, 0xff, 0, 0, 1, 0, 0, 0, 60};

	store_u16(head + 10, (uint16_t)length);
	add(reply, head, sizeof(head));
	memset(reply->octets + reply->length, 'x', length);
	reply->length += length;
	reply->octets[7]++;
}

static void
reply_opt(struct packet *reply, uint8_t rcode_high, const void *cookie, size_t length)
{
	uint8_t head[15] = {0, 0, 41, 4, 0xd0, rcode_high};

	store_u16(head + 9, (uint16_t)(length > 0 ? 4 + length : 0));
	store_u16(head + 11, 10);
	store_u16(head + 13, (uint16_t)length);
	add(reply, head, length > 0 ? 15 : 11);
	add(reply, cookie, length);
	reply->octets[11]++;
}

static void
send_octets(const struct query *query, const uint8_t *octets, size_t length)
{
	while (query->tcp && length > 0) {
		ssize_t n = send(query->fd, octets, length, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		octets += n;
		length -= (size_t)n;
	}
	if (!query->tcp)
		(void)sendto(query->fd, octets, length, 0, (const struct sockaddr *)&query->client,
		    query->client_len);
}

static void
reply_send(const struct query *query, const struct packet *reply)
{
	uint8_t prefix[2];

	store_u16(prefix, (uint16_t)reply->length);
	if (query->tcp)
		send_octets(query, prefix, 2);
	send_octets(query, reply->octets, reply->length);
}

/* --- Servers --- */

typedef void (*server_answers)(const struct query *query, unsigned n_asked);

struct server {
	struct net_address address;
	int udp, tcp; /* -1: none */
	pid_t child;
};

#define SERVERS_MAX 16
static struct server servers[SERVERS_MAX];
static size_t n_servers;
static size_t n_descriptors; /* open when the test began */

static size_t
count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t n = 0;

	ck_assert_ptr_nonnull(folder);
	while (readdir(folder) != NULL)
		n++;
	(void)closedir(folder);
	return n;
}

static bool
read_whole(int fd, uint8_t *octets, size_t length)
{
	while (length > 0) {
		ssize_t n = recv(fd, octets, length, 0);

		if (n <= 0)
			return false;
		octets += n;
		length -= (size_t)n;
	}
	return true;
}

static bool
query_receive(const struct server *server, bool tcp, struct query *query)
{
	uint8_t prefix[2];
	ssize_t n;

	query->tcp = tcp;
	if (tcp) {
		query->fd = accept(server->tcp, NULL, NULL);
		if (query->fd < 0 || !read_whole(query->fd, prefix, 2))
			return false;
		query->packet.length = load_u16(prefix);
		return read_whole(query->fd, query->packet.octets, query->packet.length);
	}
	query->fd = server->udp;
	query->client_len = sizeof(query->client);
	n = recvfrom(server->udp, query->packet.octets, sizeof(query->packet.octets), 0,
	    (struct sockaddr *)&query->client, &query->client_len);
	query->packet.length = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static void
serve(const struct server *server, server_answers answer)
{
	static struct query query;
	struct pollfd polls[2] = {
	    {.fd = server->udp, .events = POLLIN}, {.fd = server->tcp, .events = POLLIN}};
	unsigned n_asked = 0;

	while (poll(polls, 2, -1) >= 0) {
		for (int tcp = 0; tcp < 2; tcp++) {
			if (polls[tcp].revents == 0)
				continue;
			query.fd = -1;
			if (query_receive(server, tcp == 1, &query) && query_read(&query))
				answer(&query, n_asked++);
			if (tcp == 1 && query.fd >= 0)
				(void)close(query.fd);
		}
	}
}

static int
listen_on(struct net_address *address, int type)
{
	int fd = socket(address->socket.ss_family, type | SOCK_CLOEXEC, 0), on = 1;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	if (bind(fd, (struct sockaddr *)&address->socket, address->length) != 0) {
		(void)close(fd);
		return -1;
	}
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address->socket, &address->length), 0);
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(fd, 64), 0);
	return fd;
}

/* A UDP and a TCP socket with one port. */
static void
server_bind(struct server *server, const char *host)
{
	server->tcp = -1;
	for (int i = 0; i < 100 && server->tcp < 0; i++) {
		ck_assert(net_address_make(host, 1, &server->address));
		((struct sockaddr_in *)(void *)&server->address.socket)->sin_port = 0;
		server->udp = listen_on(&server->address, SOCK_DGRAM);
		ck_assert_int_ge(server->udp, 0);
		server->tcp = listen_on(&server->address, SOCK_STREAM);
		if (server->tcp < 0)
			(void)close(server->udp);
	}
	ck_assert_int_ge(server->tcp, 0);
}

enum { WITH_UDP = 1, WITH_TCP = 2, WITH_BOTH = 3 };

/* Starts a server; the transports that it has not refuse. `answer` NULL: it is silent. */
static const struct net_address *
server_start(const char *host, int transports, server_answers answer)
{
	struct server *server = &servers[n_servers++];

	ck_assert_uint_le(n_servers, SERVERS_MAX);
	server_bind(server, host);
	if ((transports & WITH_UDP) == 0) {
		(void)close(server->udp);
		server->udp = -1;
	}
	if ((transports & WITH_TCP) == 0) {
		(void)close(server->tcp);
		server->tcp = -1;
	}
	server->child = fork();
	ck_assert_int_ge(server->child, 0);
	if (server->child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)alarm(60);
		if (answer != NULL)
			serve(server, answer);
		else
			(void)pause();
		_exit(0);
	}
	if (server->udp >= 0)
		(void)close(server->udp);
	if (server->tcp >= 0)
		(void)close(server->tcp);
	return &server->address;
}

static void
setup(void)
{
	/* libcrypto opens its source of random numbers once. */
	struct ask ask = {.name = www, .type = RR_TXT};
	struct ask_limits limits = {.until = 0};
	struct zg_error error;

	ck_assert(net_address_make("127.0.0.1", 1, &ask.server));
	ck_assert_int_eq(asks_run(&ask, 1, &limits, &error), ZG_OK);
	ck_assert_int_eq(ask.outcome, ASK_NONE);
	n_servers = 0;
	n_descriptors = count_descriptors();
}

static void
teardown(void)
{
	for (size_t i = 0; i < n_servers; i++) {
		(void)kill(servers[i].child, SIGKILL);
		(void)waitpid(servers[i].child, NULL, 0);
	}
	ck_assert_uint_eq(count_descriptors(), n_descriptors);
}

/* --- Asking --- */

static void
run(struct ask *asks, size_t n, int try_milliseconds, int whole_milliseconds)
{
	struct ask_limits limits = {
	    .try_milliseconds = try_milliseconds, .until = deadline_in(whole_milliseconds)};
	struct zg_error error = {{0}};

	ck_assert_msg(asks_run(asks, n, &limits, &error) == ZG_OK, "%s", error.text);
}

/* One ask; what came of it. */
static struct ask
ask_one(const struct net_address *server, bool tcp, int try_milliseconds)
{
	struct ask ask = {.server = *server, .name = www, .type = RR_TXT, .tcp = tcp};

	run(&ask, 1, try_milliseconds, 20000);
	ck_assert((ask.outcome == ASK_ANSWERED) == (ask.answer != NULL));
	ck_assert(ask.outcome == ASK_ANSWERED || ask.why[0] != '\0');
	return ask;
}

static void
assert_outcome(struct ask ask, enum ask_outcome outcome)
{
	ck_assert_msg(ask.outcome == outcome, "%d: %s", (int)ask.outcome, ask.why);
	asks_clear(&ask, 1);
}

/* --- What servers do --- */

static void
answer_well(const struct query *query, unsigned n_asked)
{
	static struct packet reply;

	(void)n_asked;
	reply_begin(&reply, query, 0);
	reply_record(&reply, 10);
	if (query->has_edns)
		reply_opt(&reply, 0, "", 0);
	reply_send(query, &reply);
}

START_TEST(an_answer_is_taken)
{
	const struct net_address *server = server_start("127.0.0.1", WITH_BOTH, answer_well);

	for (int tcp = 0; tcp < 2; tcp++) {
		struct ask ask = ask_one(server, tcp == 1, LONG_TRY);

		ck_assert_int_eq(ask.outcome, ASK_ANSWERED);
		ck_assert(ask.used_tcp == (tcp == 1));
		ck_assert_uint_eq(ask.tries, 1);
		ck_assert_uint_eq(ask.n_ignored, 0);
		ck_assert_str_eq(ask.why, "");
		ck_assert(ask.answer->authoritative && ask.answer->has_edns);
		ck_assert_uint_eq(ask.answer->n_records[SECTION_ANSWER], 1);
		asks_clear(&ask, 1);
	}
}
END_TEST

/* Each answer wrong in one way. */
enum wrong {
	WRONG_ID,
	WRONG_NAME,
	WRONG_TYPE,
	WRONG_CLASS,
	WRONG_QR,
	WRONG_OPCODE,
	WRONG_NO_QUESTION,
	WRONG_CUT,
	WRONG_TAIL,
	WRONG_GARBAGE,
	WRONG_OVERSIZED,
	WRONG_COUNT
};

static void
reply_wrongly(const struct query *query, enum wrong wrong, struct packet *reply)
{
	reply_begin(reply, query, 0);
	reply_record(reply, wrong == WRONG_OVERSIZED ? NET_UDP_SIZE : 10);
	switch (wrong) {
	case WRONG_ID:
		reply->octets[1] ^= 1;
		break;
	case WRONG_NAME:
		reply->octets[13] = 'x';
		break;
	case WRONG_TYPE:
		reply->octets[query->question_end - 3] ^= 1;
		break;
	case WRONG_CLASS:
		reply->octets[query->question_end - 1] = 3;
		break;
	case WRONG_QR:
		reply->octets[2] &= 0x7f;
		break;
	case WRONG_OPCODE:
		reply->octets[2] |= 0x20;
		break;
	case WRONG_NO_QUESTION:
		reply->length = 12;
		memset(reply->octets + 4, 0, 8);
		break;
	case WRONG_CUT:
		reply->length--;
		break;
	case WRONG_TAIL:
		add(reply, "", 1);
		break;
	case WRONG_GARBAGE:
		memset(reply->octets, 0xff, reply->length);
		break;
	default:
		break;
	}
}

static enum wrong wrong_now;

static void
answer_wrongly(const struct query *query, unsigned n_asked)
{
	static struct packet reply;

	(void)n_asked;
	reply_wrongly(query, wrong_now, &reply);
	reply_send(query, &reply);
}

START_TEST(what_is_no_answer_is_ignored_over_udp)
{
	struct ask ask;

	wrong_now = (enum wrong)_i;
	ask = ask_one(server_start("127.0.0.1", WITH_UDP, answer_wrongly), false, TRY);
	ck_assert_uint_eq(ask.n_ignored, 1);
	ck_assert(ask.used_tcp);
	assert_outcome(ask, ASK_TIMEOUT);
}
END_TEST

START_TEST(what_is_no_answer_is_malformed_over_tcp)
{
	struct ask ask;

	wrong_now = (enum wrong)_i;
	ask = ask_one(server_start("127.0.0.1", WITH_TCP, answer_wrongly), true, TRY);
	ck_assert_uint_eq(ask.n_ignored, 0);
	assert_outcome(ask, wrong_now == WRONG_OVERSIZED ? ASK_ANSWERED : ASK_MALFORMED);
}
END_TEST

static void
answer_wrongly_then_well(const struct query *query, unsigned n_asked)
{
	answer_wrongly(query, n_asked);
	answer_well(query, n_asked);
}

START_TEST(a_good_answer_behind_a_bad_one_counts)
{
	struct ask ask;

	wrong_now = (enum wrong)_i;
	ask =
	    ask_one(server_start("127.0.0.1", WITH_UDP, answer_wrongly_then_well), false, LONG_TRY);
	ck_assert_uint_eq(ask.n_ignored, 1);
	ck_assert(!ask.used_tcp);
	assert_outcome(ask, ASK_ANSWERED);
}
END_TEST

/* Somebody guesses over UDP; over TCP he cannot. */
static void
answer_with_a_flood(const struct query *query, unsigned n_asked)
{
	for (int i = 0; !query->tcp && i < 100; i++)
		answer_wrongly(query, n_asked);
	answer_well(query, n_asked);
}

START_TEST(a_flood_of_guesses_is_left_for_tcp)
{
	struct ask ask;

	wrong_now = WRONG_ID;
	ask = ask_one(server_start("127.0.0.1", WITH_BOTH, answer_with_a_flood), false, LONG_TRY);
	ck_assert(ask.used_tcp);
	ck_assert_uint_eq(ask.n_ignored, 16);
	ck_assert_int_lt(ask.milliseconds, LONG_TRY);
	assert_outcome(ask, ASK_ANSWERED);
}
END_TEST

static void
answer_from_elsewhere(const struct query *query, unsigned n_asked)
{
	struct query other = *query;
	struct net_address address;

	ck_assert(net_address_make("127.0.0.2", 1, &address));
	((struct sockaddr_in *)(void *)&address.socket)->sin_port = 0;
	other.fd = listen_on(&address, SOCK_DGRAM);
	answer_well(&other, n_asked);
	(void)close(other.fd);
}

START_TEST(an_answer_from_another_address_is_none)
{
	struct ask ask =
	    ask_one(server_start("127.0.0.1", WITH_UDP, answer_from_elsewhere), false, TRY);

	ck_assert_uint_eq(ask.tries, 3);
	assert_outcome(ask, ASK_TIMEOUT);
}
END_TEST

static void
answer_truncated(const struct query *query, unsigned n_asked)
{
	static struct packet reply;

	if (query->tcp) {
		reply_begin(&reply, query, 0);
		reply_record(&reply, 60000);
		reply_send(query, &reply);
		return;
	}
	(void)n_asked;
	reply_begin(&reply, query, 0);
	reply.octets[2] |= 2;
	reply_send(query, &reply);
}

START_TEST(a_truncated_answer_is_fetched_over_tcp)
{
	struct ask ask =
	    ask_one(server_start("127.0.0.1", WITH_BOTH, answer_truncated), false, LONG_TRY);

	ck_assert_int_eq(ask.outcome, ASK_ANSWERED);
	ck_assert(ask.used_tcp && !ask.answer->truncated);
	ck_assert_uint_eq(ask.tries, 2);
	ck_assert_uint_eq(ask.answer->records[0].rdlen, 60000);
	asks_clear(&ask, 1);
}
END_TEST

START_TEST(a_truncated_answer_alone_is_none)
{
	assert_outcome(
	    ask_one(server_start("127.0.0.1", WITH_UDP, answer_truncated), false, LONG_TRY),
	    ASK_UNREACHABLE);
}
END_TEST

START_TEST(a_silent_server_is_asked_three_times)
{
	const struct net_address *server = server_start("127.0.0.1", WITH_BOTH, NULL);
	struct ask ask = ask_one(server, false, TRY);

	ck_assert_uint_eq(ask.tries, 3);
	ck_assert_int_ge(ask.milliseconds, 3 * TRY - 10);
	assert_outcome(ask, ASK_TIMEOUT);
	/* The system takes the connection; nobody answers. */
	ask = ask_one(server, true, TRY);
	ck_assert_uint_eq(ask.tries, 1);
	assert_outcome(ask, ASK_TIMEOUT);
}
END_TEST

/* The third question is answered. */
static void
answer_the_third(const struct query *query, unsigned n_asked)
{
	if (n_asked >= 2)
		answer_well(query, n_asked);
}

START_TEST(a_lost_question_is_asked_again)
{
	struct ask ask = ask_one(server_start("127.0.0.1", WITH_UDP, answer_the_third), false, TRY);

	ck_assert_uint_eq(ask.tries, 3);
	assert_outcome(ask, ASK_ANSWERED);
}
END_TEST

START_TEST(a_refusal_is_known_at_once)
{
	const struct net_address *server = server_start("127.0.0.1", 0, NULL);

	for (int tcp = 0; tcp < 2; tcp++) {
		struct ask ask = ask_one(server, tcp == 1, LONG_TRY);

		ck_assert_int_lt(ask.milliseconds, LONG_TRY);
		assert_outcome(ask, ASK_UNREACHABLE);
	}
}
END_TEST

static void
answer_octet_by_octet(const struct query *query, unsigned n_asked)
{
	static struct packet reply;
	const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
	uint8_t prefix[2];

	(void)n_asked;
	reply_begin(&reply, query, 0);
	reply_record(&reply, 200);
	store_u16(prefix, (uint16_t)reply.length);
	send_octets(query, prefix, 2);
	for (size_t i = 0; i < 50; i++) {
		send_octets(query, reply.octets + i, 1);
		(void)nanosleep(&pause, NULL);
	}
}

START_TEST(an_answer_that_drips_is_given_up)
{
	struct ask ask =
	    ask_one(server_start("127.0.0.1", WITH_TCP, answer_octet_by_octet), true, TRY);

	ck_assert_int_ge(ask.milliseconds, TRY - 10);
	ck_assert_int_lt(ask.milliseconds, 10 * TRY);
	assert_outcome(ask, ASK_TIMEOUT);
}
END_TEST

/* Slow, but not too slow: in pieces, with rests. */
static void
answer_in_pieces(const struct query *query, unsigned n_asked)
{
	static struct packet reply;
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
	uint8_t prefix[2];

	(void)n_asked;
	reply_begin(&reply, query, 0);
	reply_record(&reply, 50000);
	store_u16(prefix, (uint16_t)reply.length);
	send_octets(query, prefix, 1);
	(void)nanosleep(&pause, NULL);
	send_octets(query, prefix + 1, 1);
	for (size_t at = 0; at < reply.length; at += 1000) {
		(void)nanosleep(&pause, NULL);
		send_octets(
		    query, reply.octets + at, reply.length - at < 1000 ? reply.length - at : 1000);
	}
}

START_TEST(an_answer_in_pieces_is_whole)
{
	struct ask ask = ask_one(server_start("127.0.0.1", WITH_TCP, answer_in_pieces), true, TRY);

	ck_assert_int_eq(ask.outcome, ASK_ANSWERED);
	ck_assert_uint_eq(ask.answer->records[0].rdlen, 50000);
	asks_clear(&ask, 1);
}
END_TEST

static void
answer_a_part(const struct query *query, unsigned n_asked)
{
	(void)n_asked;
	send_octets(query, (const uint8_t *)"\1\0partly", 8);
}

static void
answer_nothing(const struct query *query, unsigned n_asked)
{
	(void)query;
	(void)n_asked;
}

static void
answer_three_octets(const struct query *query, unsigned n_asked)
{
	(void)n_asked;
	send_octets(query, (const uint8_t *)"\0\3abc", 5);
}

START_TEST(a_connection_that_is_closed_early_is_no_answer)
{
	struct ask ask;

	assert_outcome(ask_one(server_start("127.0.0.1", WITH_TCP, answer_a_part), true, LONG_TRY),
	    ASK_MALFORMED);
	assert_outcome(
	    ask_one(server_start("127.0.0.1", WITH_TCP, answer_three_octets), true, LONG_TRY),
	    ASK_MALFORMED);
	ask = ask_one(server_start("127.0.0.1", WITH_TCP, answer_nothing), true, LONG_TRY);
	ck_assert_uint_eq(ask.tries, 2); /* it may have been chance */
	assert_outcome(ask, ASK_UNREACHABLE);
}
END_TEST

/* --- Cookies: RFC 7873 section 5.3 --- */

static const char server_part[] = "server-cookie";

/* A cookie of ours behind the client's. */
static void
reply_cookie(struct packet *reply, const struct query *query, uint8_t rcode_high)
{
	uint8_t cookie[NET_CLIENT_COOKIE + 13];

	memcpy(cookie, query->cookie, NET_CLIENT_COOKIE);
	memcpy(cookie + NET_CLIENT_COOKIE, server_part, 13);
	reply_opt(reply, rcode_high, cookie, sizeof(cookie));
}

static bool
knows_cookie(const struct query *query)
{
	return query->cookie_len == NET_CLIENT_COOKIE + 13 &&
	       memcmp(query->cookie + NET_CLIENT_COOKIE, server_part, 13) == 0;
}

/* BADCOOKIE until ours comes back. */
static void
answer_with_cookies(const struct query *query, unsigned n_asked)
{
	static struct packet reply;
	bool good = knows_cookie(query);

	(void)n_asked;
	reply_begin(&reply, query, good ? 0 : 23 & 15);
	reply_cookie(&reply, query, good ? 0 : 23 >> 4);
	reply_send(query, &reply);
}

START_TEST(the_servers_cookie_comes_back_to_it)
{
	const struct net_address *server =
	    server_start("127.0.0.1", WITH_BOTH, answer_with_cookies);

	for (int tcp = 0; tcp < 2; tcp++) {
		struct ask ask = ask_one(server, tcp == 1, LONG_TRY);

		ck_assert_int_eq(ask.outcome, ASK_ANSWERED);
		ck_assert_int_eq(ask.answer->rcode, 0);
		ck_assert_uint_eq(ask.tries, 2);
		ck_assert(ask.used_tcp == (tcp == 1));
		asks_clear(&ask, 1);
	}
}
END_TEST

START_TEST(a_cookie_is_learnt_once_for_all_asks)
{
	const struct net_address *server = server_start("127.0.0.1", WITH_UDP, answer_with_cookies);
	struct ask_limits limits = {
	    .try_milliseconds = LONG_TRY, .per_server = 1, .until = deadline_in(20000)};
	struct ask asks[4];

	for (int i = 0; i < 4; i++)
		asks[i] = (struct ask){.server = *server, .name = www, .type = RR_TXT};
	ck_assert_int_eq(asks_run(asks, 4, &limits, NULL), ZG_OK);
	for (int i = 0; i < 4; i++) {
		ck_assert_uint_eq(asks[i].tries, i == 0 ? 2 : 1);
		ck_assert_int_eq(asks[i].answer->rcode, 0);
	}
	asks_clear(asks, 4);
}
END_TEST

/* BADCOOKIE for ever. */
static void
answer_badcookie(const struct query *query, unsigned n_asked)
{
	static struct packet reply;

	(void)n_asked;
	reply_begin(&reply, query, 23 & 15);
	reply_cookie(&reply, query, 23 >> 4);
	reply_send(query, &reply);
}

START_TEST(badcookie_for_ever_ends_as_an_answer)
{
	struct ask ask =
	    ask_one(server_start("127.0.0.1", WITH_BOTH, answer_badcookie), false, LONG_TRY);

	ck_assert_int_eq(ask.outcome, ASK_ANSWERED);
	ck_assert_int_eq(ask.answer->rcode, 23);
	ck_assert_uint_eq(ask.tries, 3);
	ck_assert(ask.used_tcp);
	asks_clear(&ask, 1);
}
END_TEST

/* The first time with a cookie, then, over UDP, without. */
static void
answer_without_cookie_later(const struct query *query, unsigned n_asked)
{
	if (n_asked == 0)
		answer_badcookie(query, n_asked);
	else
		answer_well(query, n_asked);
}

START_TEST(a_cookie_seen_is_demanded_afterwards)
{
	struct ask ask =
	    ask_one(server_start("127.0.0.1", WITH_BOTH, answer_without_cookie_later), false, TRY);

	ck_assert_uint_eq(ask.n_ignored, 1);
	ck_assert(ask.used_tcp);
	assert_outcome(ask, ASK_ANSWERED);
}
END_TEST

static void
answer_with_wrong_cookie(const struct query *query, unsigned n_asked)
{
	static struct packet reply;

	(void)n_asked;
	reply_begin(&reply, query, 0);
	reply_opt(&reply, 0, "notyoursand-a-server's", 22);
	reply_send(query, &reply);
}

START_TEST(an_answer_with_another_cookie_is_none)
{
	const struct net_address *server =
	    server_start("127.0.0.1", WITH_BOTH, answer_with_wrong_cookie);
	struct ask ask = ask_one(server, false, TRY);

	ck_assert_uint_eq(ask.n_ignored, 1);
	assert_outcome(ask, ASK_MALFORMED); /* over TCP as well */
}
END_TEST

START_TEST(each_server_gets_a_cookie_of_its_own)
{
	uint8_t seen[2][NET_CLIENT_COOKIE];
	struct ask asks[2];
	struct server sockets[2];

	for (int i = 0; i < 2; i++) {
		server_bind(&sockets[i], i == 0 ? "127.0.0.1" : "127.0.0.2");
		asks[i] = (struct ask){.server = sockets[i].address, .name = www, .type = RR_TXT};
	}
	run(asks, 2, 50, 1000);
	for (int i = 0; i < 2; i++) {
		static struct query query;

		ck_assert(query_receive(&sockets[i], false, &query) && query_read(&query));
		ck_assert_uint_eq(query.cookie_len, NET_CLIENT_COOKIE);
		memcpy(seen[i], query.cookie, NET_CLIENT_COOKIE);
		(void)close(sockets[i].udp);
		(void)close(sockets[i].tcp);
	}
	ck_assert_mem_ne(seen[0], seen[1], NET_CLIENT_COOKIE);
}
END_TEST

/* --- EDNS: RFC 6891 section 7 --- */

static void
answer_formerr(const struct query *query, unsigned n_asked)
{
	static struct packet reply;

	if (!query->has_edns) {
		answer_well(query, n_asked);
		return;
	}
	reply_begin(&reply, query, 1);
	if (n_asked % 2 == 1) { /* some send the header alone */
		reply.length = 12;
		reply.octets[5] = 0;
	}
	reply_send(query, &reply);
}

START_TEST(a_server_without_edns_is_asked_without)
{
	const struct net_address *server = server_start("127.0.0.1", WITH_BOTH, answer_formerr);

	/* The second ask is the third question. */
	for (int i = 0; i < 3; i++) {
		struct ask ask = ask_one(server, i == 2, LONG_TRY);

		ck_assert_int_eq(ask.outcome, ASK_ANSWERED);
		ck_assert(ask.lost_edns && ask.why[0] != '\0');
		ck_assert_uint_eq(ask.tries, 2);
		ck_assert_int_eq(ask.answer->rcode, 0);
		asks_clear(&ask, 1);
	}
}
END_TEST

static void
answer_formerr_always(const struct query *query, unsigned n_asked)
{
	static struct packet reply;

	(void)n_asked;
	reply_begin(&reply, query, 1);
	reply_send(query, &reply);
}

START_TEST(formerr_without_edns_is_an_answer)
{
	const struct net_address *server =
	    server_start("127.0.0.1", WITH_BOTH, answer_formerr_always);
	struct ask ask = ask_one(server, false, LONG_TRY);

	ck_assert_int_eq(ask.answer->rcode, 1);
	ck_assert_uint_eq(ask.tries, 2);
	asks_clear(&ask, 1);
	ask = (struct ask){.server = *server, .name = www, .type = RR_TXT, .no_edns = true};
	run(&ask, 1, LONG_TRY, 20000);
	ck_assert_int_eq(ask.answer->rcode, 1);
	ck_assert(!ask.lost_edns);
	ck_assert_uint_eq(ask.tries, 1);
	asks_clear(&ask, 1);
}
END_TEST

/* --- Many --- */

START_TEST(the_deadline_ends_everything)
{
	const struct net_address *server = server_start("127.0.0.1", WITH_BOTH, NULL);
	struct ask asks[20];
	size_t n[ASK_MALFORMED + 1] = {0};
	deadline begin = deadline_in(0);

	for (size_t i = 0; i < 20; i++)
		asks[i] =
		    (struct ask){.server = *server, .name = www, .type = RR_TXT, .tcp = i % 2 == 1};
	run(asks, 20, 60000, 200);
	ck_assert_int_lt(deadline_in(0) - begin, 5000);
	for (size_t i = 0; i < 20; i++)
		n[asks[i].outcome]++;
	ck_assert_uint_eq(n[ASK_TIMEOUT], 8);
	ck_assert_uint_eq(n[ASK_NONE], 12);
}
END_TEST

#define NAMES  100
#define NUMBER 13
/* Thirteen servers, one of them silent. What this takes is printed, not demanded. */
START_TEST(a_silent_server_does_not_hold_up_the_others)
{
	static struct ask asks[NAMES * NUMBER];
	deadline begin;
	size_t n_spared = 0;
	int longest = 0;

	for (size_t i = 0; i < NUMBER; i++) {
		char host[32];

		(void)snprintf(host, sizeof(host), "127.0.0.%zu", i + 1);
		(void)server_start(host, WITH_BOTH, i == 5 ? NULL : answer_well);
	}
	for (size_t i = 0; i < NAMES * NUMBER; i++)
		asks[i] = (struct ask){.server = servers[i % NUMBER].address,
		    .name = www,
		    .type = RR_TXT,
		    .tcp = i / NUMBER % 4 == 3};
	begin = deadline_in(0);
	run(asks, NAMES * NUMBER, TRY, 60000);
	for (size_t i = 0; i < NAMES * NUMBER; i++) {
		bool dead = i % NUMBER == 5;

		ck_assert_msg(
		    asks[i].outcome == (dead ? ASK_TIMEOUT : ASK_ANSWERED), "%s", asks[i].why);
		if (dead && asks[i].milliseconds > longest)
			longest = asks[i].milliseconds;
		n_spared += dead && asks[i].tries == 0;
	}
	ck_assert_uint_ge(n_spared, NAMES / 2);
	(void)printf("%d asks: %d ms, the dead server's time-out %d ms\n", NAMES * NUMBER,
	    (int)(deadline_in(0) - begin), longest);
	asks_clear(asks, NAMES * NUMBER);
}
END_TEST

static void
answer_but_the_second(const struct query *query, unsigned n_asked)
{
	if (n_asked != 1)
		answer_well(query, n_asked);
}

START_TEST(silence_about_one_question_is_not_that_of_the_server)
{
	const struct net_address *server =
	    server_start("127.0.0.1", WITH_UDP, answer_but_the_second);
	struct ask_limits limits = {
	    .try_milliseconds = TRY, .tries = 1, .per_server = 1, .until = deadline_in(20000)};
	struct ask asks[3];

	for (int i = 0; i < 3; i++)
		asks[i] = (struct ask){.server = *server, .name = www, .type = RR_TXT};
	ck_assert_int_eq(asks_run(asks, 3, &limits, NULL), ZG_OK);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(asks[i].outcome, i == 1 ? ASK_TIMEOUT : ASK_ANSWERED);
	asks_clear(asks, 3);
}
END_TEST

static void
answer_large(const struct query *query, unsigned n_asked)
{
	static struct packet reply;

	(void)n_asked;
	reply_begin(&reply, query, 0);
	reply_record(&reply, 60000);
	reply_send(query, &reply);
}

#define LARGE 400
/* The other server, which is no worse for it, is asked by the same run. */
START_TEST(a_server_cannot_fill_the_memory)
{
	static struct ask asks[2 * LARGE];
	const struct net_address *large = server_start("127.0.0.1", WITH_TCP, answer_large);
	const struct net_address *good = server_start("127.0.0.2", WITH_BOTH, answer_well);
	size_t n_answered = 0;

	for (size_t i = 0; i < 2 * LARGE; i++)
		asks[i] = (struct ask){.server = i % 2 == 0 ? *large : *good,
		    .name = www,
		    .type = RR_TXT,
		    .tcp = i % 2 == 0};
	run(asks, 2 * LARGE, LONG_TRY, 60000);
	for (size_t i = 0; i < 2 * LARGE; i++) {
		if (i % 2 == 0)
			n_answered += asks[i].outcome == ASK_ANSWERED;
		ck_assert_int_eq(asks[i].answer != NULL, asks[i].outcome == ASK_ANSWERED);
		ck_assert(i % 2 == 0 || asks[i].outcome == ASK_ANSWERED);
	}
	ck_assert_uint_gt(n_answered, LARGE / 2);
	ck_assert_uint_le(n_answered * 60000, ZG_ASKS_SERVER_BYTES_MAX);
	asks_clear(asks, 2 * LARGE);
}
END_TEST

START_TEST(nothing_asked_is_nothing_done)
{
	struct ask_limits limits = {.until = 0};

	ck_assert_int_eq(asks_run(NULL, 0, &limits, NULL), ZG_OK);
	limits.in_flight = ZG_ASKS_IN_FLIGHT_MAX + 1;
	ck_assert_int_eq(asks_run((struct ask[1]){{.tries = 0}}, 1, &limits, NULL), ZG_LIMIT);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("exchange");
	TCase *tcase = tcase_create("exchange");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_answer_is_taken);
	tcase_add_loop_test(tcase, what_is_no_answer_is_ignored_over_udp, 0, WRONG_COUNT);
	tcase_add_loop_test(tcase, what_is_no_answer_is_malformed_over_tcp, 0, WRONG_COUNT);
	tcase_add_loop_test(tcase, a_good_answer_behind_a_bad_one_counts, 0, WRONG_COUNT);
	tcase_add_test(tcase, a_flood_of_guesses_is_left_for_tcp);
	tcase_add_test(tcase, an_answer_from_another_address_is_none);
	tcase_add_test(tcase, a_truncated_answer_is_fetched_over_tcp);
	tcase_add_test(tcase, a_truncated_answer_alone_is_none);
	tcase_add_test(tcase, a_silent_server_is_asked_three_times);
	tcase_add_test(tcase, a_lost_question_is_asked_again);
	tcase_add_test(tcase, a_refusal_is_known_at_once);
	tcase_add_test(tcase, an_answer_that_drips_is_given_up);
	tcase_add_test(tcase, an_answer_in_pieces_is_whole);
	tcase_add_test(tcase, a_connection_that_is_closed_early_is_no_answer);
	tcase_add_test(tcase, the_servers_cookie_comes_back_to_it);
	tcase_add_test(tcase, a_cookie_is_learnt_once_for_all_asks);
	tcase_add_test(tcase, badcookie_for_ever_ends_as_an_answer);
	tcase_add_test(tcase, a_cookie_seen_is_demanded_afterwards);
	tcase_add_test(tcase, an_answer_with_another_cookie_is_none);
	tcase_add_test(tcase, each_server_gets_a_cookie_of_its_own);
	tcase_add_test(tcase, a_server_without_edns_is_asked_without);
	tcase_add_test(tcase, formerr_without_edns_is_an_answer);
	tcase_add_test(tcase, the_deadline_ends_everything);
	tcase_add_test(tcase, a_silent_server_does_not_hold_up_the_others);
	tcase_add_test(tcase, silence_about_one_question_is_not_that_of_the_server);
	tcase_add_test(tcase, a_server_cannot_fill_the_memory);
	tcase_add_test(tcase, nothing_asked_is_nothing_done);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
