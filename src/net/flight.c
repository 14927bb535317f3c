/*
 * One ask on its way: over UDP with retries, over TCP where the answer does not fit or where what
 * came over UDP cannot be believed. What is no answer to this very question, from this very server,
 * is never taken (RFC 5452 section 9.1).
 */
#include "net/flight.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <poll.h>

#include "base/byte_reader.h"
#include "base/error.h"
#include "crypto/mac.h"
#include "dns/name.h"
#include "dns/rr_type.h"

#define HEADER_OCTETS 12

/* Datagrams that are no answer within one try, after which UDP is given up: somebody guesses. */
#define IGNORED_MAX 16
/* Datagrams taken from a socket before others have their turn. */
#define DATAGRAMS_MAX 16
/* What a TCP connection must bring within the time of a try, or the whole answer. */
#define PROGRESS_MIN 512
/* Connections for one ask: a busy server closes them before it reads. */
#define CONNECTIONS_MAX 2

/* What to do with a message. */
enum heed { HEED_NOT, HEED_ANSWER, HEED_NO_EDNS, HEED_COOKIE, HEED_TRUNCATED };

static bool
over_tcp(const struct flight *flight)
{
	return flight->step != FLIGHT_UDP;
}

void
flight_clear(struct flight *flight)
{
	if (flight->fd >= 0)
		(void)close(flight->fd);
	free(flight->answer);
	flight->fd = -1;
	flight->answer = NULL;
}

/* Ends the ask, with an answer or the reason why there is none. */
static void PRINTF_LIKE(3, 4)
    flight_end(struct flight *flight, enum ask_outcome outcome, const char *format, ...)
{
	struct ask *ask = flight->ask;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(ask->why, sizeof(ask->why), format, ap);
	va_end(ap);
	ask->outcome = outcome;
	ask->used_tcp = over_tcp(flight);
	ask->milliseconds = (int)(deadline_in(0) - flight->began);
	flight->ended = true;
	flight_clear(flight);
}

/* Nothing in all the time of this ask, nor to any other: the rest need not be tried. A server that
 * has answered before may keep silent about one question. */
static void
end_late(struct flight *flight, const char *what)
{
	struct peer *peer = flight->peer;
	bool tcp = over_tcp(flight);

	if (peer->heard[tcp] < flight->began) {
		peer->silent[tcp] = peer->heard[tcp] == 0 || peer->doubted[tcp];
		peer->doubted[tcp] = true;
	}
	flight_end(flight, ASK_TIMEOUT, "%s", what);
}

/* The server, or the way to it, refuses. A server that was reached before is not unreachable. */
static void
end_refused(struct flight *flight, int trouble)
{
	enum ask_outcome outcome = flight->distrusted ? ASK_TIMEOUT : ASK_UNREACHABLE;

	flight_end(flight, outcome, "%s%s: %s",
	    flight->distrusted ? "what came over UDP was no answer; " : "",
	    over_tcp(flight) ? "TCP" : "UDP", strerrordesc_np(trouble));
}

/* The system does not even begin: no way leads from here to the address. */
static void
end_no_route(struct flight *flight, int trouble)
{
	flight->ask->no_route = trouble == ENETUNREACH || trouble == EHOSTUNREACH ||
				trouble == EADDRNOTAVAIL || trouble == EAFNOSUPPORT;
	end_refused(flight, trouble);
}

static void
time_begin(struct flight *flight)
{
	flight->until =
	    deadline_first(deadline_in(flight->limits->try_milliseconds), flight->limits->until);
	flight->progress = 0;
	flight->n_ignored = flight->ask->n_ignored;
}

/* Packs the question under a new id. */
static zg_status
question_make(struct flight *flight, struct zg_error *error)
{
	const struct ask *ask = flight->ask;
	struct message_query query = {.name = ask->name,
	    .type = ask->type,
	    .recurse = ask->recurse,
	    .checking_disabled = ask->checking_disabled,
	    .dnssec = flight->edns,
	    .udp_size = flight->edns ? NET_UDP_SIZE : 0,
	    .cookie = flight->peer->cookie,
	    .cookie_len = flight->peer->cookie_len};
	uint8_t id[2];
	size_t length = 0;
	zg_status status = random_octets(id, sizeof(id));

	if (status != ZG_OK)
		return error_set(error, status, "no random numbers");
	query.id = flight->id = load_u16(id);
	status = message_pack(&query, flight->query + 2, sizeof(flight->query) - 2, &length);
	if (status != ZG_OK)
		return error_set(error, status, "cannot pack a question");
	store_u16(flight->query, (uint16_t)length);
	flight->query_len = 2 + length;
	flight->n_sent = 0;
	return ZG_OK;
}

/* A full buffer is a lost datagram: the next try comes. */
static void
udp_send(struct flight *flight)
{
	ssize_t n;

	flight->sends++;
	flight->ask->tries++;
	do {
		n = send(flight->fd, flight->query + 2, flight->query_len - 2, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
		end_refused(flight, errno);
}

/*
 * A socket for one question: the system gives it a port that nobody can foretell, and its
 * connection keeps out what comes from elsewhere. The former one is closed.
 */
static zg_status
flight_open(struct flight *flight, bool tcp, struct zg_error *error)
{
	const struct net_address *address = flight->peer->address;
	int type = tcp ? SOCK_STREAM : SOCK_DGRAM;
	zg_status status;

	flight_clear(flight);
	flight->step = tcp ? FLIGHT_CONNECT : FLIGHT_UDP;
	flight->answer_len = flight->n_received = 0;
	time_begin(flight);
	status = question_make(flight, error);
	if (status != ZG_OK)
		return status;
	flight->fd = socket(address->socket.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (flight->fd < 0 && errno == EAFNOSUPPORT) {
		end_no_route(flight, errno);
		return ZG_OK;
	}
	if (flight->fd < 0)
		return error_set(
		    error, ZG_READ, "cannot open a socket: %s", strerrordesc_np(errno));
	if (connect(flight->fd, (const struct sockaddr *)&address->socket, address->length) != 0 &&
	    errno != EINPROGRESS) {
		end_no_route(flight, errno);
	} else if (tcp) {
		flight->connections++;
		flight->ask->tries++;
	} else {
		udp_send(flight);
	}
	return ZG_OK;
}

zg_status
flight_begin(struct flight *flight, struct ask *ask, struct peer *peer,
    const struct ask_limits *limits, struct zg_error *error)
{
	*flight = (struct flight){.ask = ask,
	    .peer = peer,
	    .limits = limits,
	    .fd = -1,
	    .edns = !ask->no_edns,
	    .began = deadline_in(0)};
	return flight_open(flight, ask->tcp, error);
}

/* --- What comes back --- */

static bool
same_question(const struct flight *flight, const struct message *message)
{
	return message->has_question && message->type == flight->ask->type &&
	       message->class == CLASS_IN && name_equal(message->name, flight->ask->name);
}

/*
 * RFC 7873 section 5.3: our cookie comes back unchanged; from a server that has given its own it
 * must come back. Over TCP the connection says as much.
 */
static bool
cookie_fits(const struct flight *flight, const struct message *message)
{
	if (!flight->edns)
		return true;
	if (message->cookie_len == 0)
		return !flight->peer->has_cookie || over_tcp(flight);
	return memcmp(message->cookie, flight->peer->cookie, NET_CLIENT_COOKIE) == 0;
}

static enum heed
heed_message(const struct flight *flight, const struct message *message)
{
	if (message->id != flight->id || !message->response || message->opcode != 0 ||
	    !cookie_fits(flight, message))
		return HEED_NOT;
	/* RFC 6891 section 7: who does not know EDNS says FORMERR, some without the question. */
	if (message->rcode == RCODE_FORMERR && flight->edns &&
	    (!message->has_question || same_question(flight, message)))
		return HEED_NO_EDNS;
	if (!same_question(flight, message))
		return HEED_NOT;
	if (message->rcode == RCODE_BADCOOKIE && flight->edns &&
	    message->cookie_len > NET_CLIENT_COOKIE &&
	    (!flight->cookie_retried || !over_tcp(flight)))
		return HEED_COOKIE;
	if (message->truncated && !over_tcp(flight))
		return HEED_TRUNCATED;
	return HEED_ANSWER;
}

/* The server was heard, and its cookie is kept for the next question. */
static void
peer_heard(const struct flight *flight, const struct message *message)
{
	struct peer *peer = flight->peer;
	bool tcp = over_tcp(flight);

	peer->heard[tcp] = deadline_in(0);
	peer->doubted[tcp] = peer->silent[tcp] = false;
	if (flight->edns && message->cookie_len > NET_CLIENT_COOKIE) {
		memcpy(peer->cookie, message->cookie, message->cookie_len);
		peer->cookie_len = message->cookie_len;
		peer->has_cookie = true;
	}
}

/* The answers of one server are kept up to a bound: it may make each as large as it can. */
static void
take_answer(struct flight *flight, struct message *message)
{
	if (message->size > ZG_ASKS_SERVER_BYTES_MAX - flight->peer->octets) {
		message_free(message);
		flight_end(flight, ASK_MALFORMED, "the answers of this server are too large");
		return;
	}
	flight->peer->octets += message->size;
	flight->ask->answer = message;
	flight_end(flight, ASK_ANSWERED, "%s",
	    flight->ask->lost_edns ? "FORMERR to EDNS: asked without it, so without DNSSEC" : "");
}

/* Takes the message, or asks once more in the way that it calls for. */
static zg_status
follow(struct flight *flight, enum heed heed, struct message *message, struct zg_error *error)
{
	bool tcp = over_tcp(flight);

	peer_heard(flight, message);
	if (heed == HEED_ANSWER) {
		take_answer(flight, message);
		return ZG_OK;
	}
	message_free(message);
	if (heed == HEED_NO_EDNS) {
		flight->edns = false;
		flight->ask->lost_edns = true;
	} else if (heed == HEED_COOKIE) {
		/* RFC 7873 section 5.3: once more with the new cookie, then over TCP. */
		tcp = tcp || flight->cookie_retried;
		flight->cookie_retried = true;
	} else {
		tcp = true;
	}
	return flight_open(flight, tcp, error);
}

/* UDP is of no use: somebody else answers, or the server does so wrongly. Nobody off the path can
 * do that over TCP. */
static zg_status
distrust(struct flight *flight, struct zg_error *error)
{
	flight->distrusted = true;
	return flight_open(flight, true, error);
}

/* One datagram: an answer, or ignored and counted. */
static zg_status
take_datagram(struct flight *flight, const uint8_t *octets, size_t length, struct zg_error *error)
{
	struct message *message = NULL;
	const char *why;
	enum heed heed = HEED_NOT;
	zg_status status = ZG_INPUT_BAD;

	if (length <= NET_UDP_SIZE)
		status = message_unpack(octets, length, &message, &why);
	if (status == ZG_MEMORY)
		return error_set(error, status, "out of memory");
	if (status == ZG_OK)
		heed = heed_message(flight, message);
	if (heed != HEED_NOT)
		return follow(flight, heed, message, error);
	message_free(message);
	flight->ask->n_ignored++;
	if (flight->ask->n_ignored - flight->n_ignored >= IGNORED_MAX)
		return distrust(flight, error);
	return ZG_OK;
}

/* Octets of the next datagram, or -1 with errno. What came in before the socket was connected may
 * be from elsewhere: it is given a length that none has. */
static ssize_t
udp_receive(const struct flight *flight, uint8_t octets[NET_UDP_SIZE])
{
	struct net_address source = {.length = sizeof(source.socket)};
	ssize_t n;

	do {
		n = recvfrom(flight->fd, octets, NET_UDP_SIZE, MSG_TRUNC,
		    (struct sockaddr *)&source.socket, &source.length);
	} while (n < 0 && errno == EINTR);
	return n >= 0 && !net_address_equal(&source, flight->peer->address) ? NET_MESSAGE_MAX + 1
									    : n;
}

static zg_status
udp_ready(struct flight *flight, struct zg_error *error)
{
	uint8_t octets[NET_UDP_SIZE];
	zg_status status = ZG_OK;

	/* The socket may be another one after a datagram. */
	for (int i = 0; status == ZG_OK && i < DATAGRAMS_MAX && !flight->ended; i++) {
		ssize_t n;

		if (over_tcp(flight))
			break;
		n = udp_receive(flight, octets);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0)
			end_refused(flight, errno);
		else
			status = take_datagram(flight, octets, (size_t)n, error);
	}
	return status;
}

/* --- TCP: RFC 7766 --- */

/* The connection is gone. Before the first octet of an answer that may be chance. */
static zg_status
tcp_closed(struct flight *flight, int trouble, struct zg_error *error)
{
	if (flight->n_received == 0 && flight->connections < CONNECTIONS_MAX)
		return flight_open(flight, true, error);
	if (flight->n_received > 0)
		flight_end(flight, ASK_MALFORMED, "TCP: closed within the answer");
	else if (trouble != 0)
		end_refused(flight, trouble);
	else
		flight_end(flight, flight->distrusted ? ASK_TIMEOUT : ASK_UNREACHABLE,
		    "TCP: closed without an answer");
	return ZG_OK;
}

static void
tcp_connected(struct flight *flight)
{
	int trouble = 0;
	socklen_t length = sizeof(trouble);

	if (getsockopt(flight->fd, SOL_SOCKET, SO_ERROR, &trouble, &length) != 0)
		trouble = errno;
	if (trouble != 0) {
		end_refused(flight, trouble);
		return;
	}
	flight->step = FLIGHT_SEND;
	time_begin(flight);
}

static zg_status
tcp_send(struct flight *flight, struct zg_error *error)
{
	ssize_t n = send(flight->fd, flight->query + flight->n_sent,
	    flight->query_len - flight->n_sent, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return ZG_OK;
	if (n < 0)
		return tcp_closed(flight, errno, error);
	flight->n_sent += (size_t)n;
	if (flight->n_sent == flight->query_len) {
		flight->step = FLIGHT_RECEIVE;
		time_begin(flight);
	}
	return ZG_OK;
}

/* The whole message is here. */
static zg_status
tcp_answer(struct flight *flight, struct zg_error *error)
{
	struct message *message = NULL;
	const char *why = NULL;
	enum heed heed;
	zg_status status = message_unpack(flight->answer, flight->answer_len, &message, &why);

	if (status == ZG_INPUT_BAD || status == ZG_LIMIT) {
		flight_end(flight, ASK_MALFORMED, "TCP: no DNS message: %s",
		    why != NULL ? why : "it is too large");
		return ZG_OK;
	}
	if (status != ZG_OK)
		return error_set(error, status, "out of memory");
	heed = heed_message(flight, message);
	if (heed != HEED_NOT)
		return follow(flight, heed, message, error);
	message_free(message);
	flight_end(flight, ASK_MALFORMED, "TCP: not the answer to this question");
	return ZG_OK;
}

/* The length is here: room for what follows. */
static zg_status
tcp_length(struct flight *flight, struct zg_error *error)
{
	flight->answer_len = load_u16(flight->prefix);
	if (flight->answer_len < HEADER_OCTETS) {
		flight_end(flight, ASK_MALFORMED, "TCP: a message of %zu octets is none",
		    flight->answer_len);
		return ZG_OK;
	}
	flight->answer = malloc(flight->answer_len);
	return flight->answer != NULL ? ZG_OK : error_set(error, ZG_MEMORY, "out of memory");
}

static zg_status
tcp_receive(struct flight *flight, struct zg_error *error)
{
	bool whole_prefix = flight->n_received >= 2;
	uint8_t *at = whole_prefix ? flight->answer + flight->n_received - 2
				   : flight->prefix + flight->n_received;
	size_t left = 2 + (whole_prefix ? flight->answer_len : 0) - flight->n_received;
	ssize_t n = recv(flight->fd, at, left, 0);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return ZG_OK;
	if (n <= 0)
		return tcp_closed(flight, n < 0 ? errno : 0, error);
	flight->n_received += (size_t)n;
	flight->progress += (size_t)n;
	if ((size_t)n < left)
		return ZG_OK;
	return whole_prefix ? tcp_answer(flight, error) : tcp_length(flight, error);
}

/* --- Events --- */

short
flight_events(const struct flight *flight)
{
	return flight->step == FLIGHT_CONNECT || flight->step == FLIGHT_SEND ? POLLOUT : POLLIN;
}

zg_status
flight_ready(struct flight *flight, struct zg_error *error)
{
	switch (flight->step) {
	case FLIGHT_UDP:
		return udp_ready(flight, error);
	case FLIGHT_CONNECT:
		tcp_connected(flight);
		return flight->ended ? ZG_OK : tcp_send(flight, error);
	case FLIGHT_SEND:
		return tcp_send(flight, error);
	case FLIGHT_RECEIVE:
		return tcp_receive(flight, error);
	}
	return ZG_INTERNAL;
}

void
flight_give_up(struct flight *flight)
{
	if (flight->peer->silent[over_tcp(flight)] && flight->n_received == 0)
		end_late(flight, "no answer to this nor to other questions");
}

static zg_status
udp_late(struct flight *flight, struct zg_error *error)
{
	if (flight->ask->n_ignored > flight->n_ignored)
		return distrust(flight, error);
	if (flight->sends >= flight->limits->tries) {
		end_late(flight, "no answer over UDP");
		return ZG_OK;
	}
	time_begin(flight);
	udp_send(flight);
	return ZG_OK;
}

zg_status
flight_late(struct flight *flight, struct zg_error *error)
{
	if (deadline_left(flight->limits->until) == 0) {
		end_late(flight, "no answer before the end of all");
		return ZG_OK;
	}
	if (!over_tcp(flight))
		return udp_late(flight, error);
	if (flight->progress >= PROGRESS_MIN) {
		time_begin(flight);
		return ZG_OK;
	}
	end_late(flight, flight->step == FLIGHT_CONNECT ? "no connection over TCP"
			 : flight->n_received > 0	? "the answer over TCP comes too slowly"
							: "no answer over TCP");
	return ZG_OK;
}
