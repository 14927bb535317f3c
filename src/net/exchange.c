/* Questions to servers, many at once: one loop around poll(2). */
#include "net/exchange.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/mac.h"
#include "net/flight.h"

#define TRY_MILLISECONDS 2000
#define TRIES		 3
#define IN_FLIGHT	 64
#define PER_SERVER	 8

struct exchange {
	struct ask_limits limits;
	struct ask **order;  /* all asks, by server */
	struct peer *peers;  /* servers */
	struct peer **open;  /* servers that have asks left */
	size_t n_open, turn; /* whose turn it is among them */
	struct flight *flights;
	struct pollfd *polls;
	size_t n_flights;
};

static struct ask_limits
limits_whole(const struct ask_limits *limits)
{
	struct ask_limits whole = *limits;

	if (whole.try_milliseconds <= 0)
		whole.try_milliseconds = TRY_MILLISECONDS;
	if (whole.tries == 0)
		whole.tries = TRIES;
	if (whole.in_flight == 0)
		whole.in_flight = IN_FLIGHT;
	if (whole.per_server == 0)
		whole.per_server = PER_SERVER;
	return whole;
}

/* By server; asks to one in the order in which they were given. */
static int
ask_order(const void *a, const void *b)
{
	const struct ask *x = *(struct ask *const *)a, *y = *(struct ask *const *)b;
	int order = net_address_compare(&x->server, &y->server);

	return order != 0 ? order : (x > y) - (x < y);
}

/* Finds the servers, each with a client cookie that no other one sees (RFC 9018 section 3). */
static zg_status
peers_make(struct exchange *exchange, struct ask *asks, size_t n)
{
	struct peer *peer = NULL;

	for (size_t i = 0; i < n; i++)
		exchange->order[i] = &asks[i];
	qsort(exchange->order, n, sizeof(struct ask *), ask_order);
	for (size_t i = 0; i < n; i++) {
		struct ask *ask = exchange->order[i];

		if (peer == NULL || !net_address_equal(peer->address, &ask->server)) {
			zg_status status;

			peer = &exchange->peers[exchange->n_open];
			exchange->open[exchange->n_open++] = peer;
			*peer = (struct peer){.address = &ask->server,
			    .asks = &exchange->order[i],
			    .cookie_len = NET_CLIENT_COOKIE};
			status = random_octets(peer->cookie, NET_CLIENT_COOKIE);
			if (status != ZG_OK)
				return status;
		}
		peer->n_asks++;
	}
	return ZG_OK;
}

static zg_status
exchange_make(struct exchange *exchange, struct ask *asks, size_t n, struct zg_error *error)
{
	size_t in_flight = exchange->limits.in_flight;
	zg_status status;

	exchange->order = calloc(n, sizeof(struct ask *));
	exchange->peers = calloc(n, sizeof(struct peer));
	exchange->open = calloc(n, sizeof(struct peer *));
	exchange->flights = calloc(in_flight, sizeof(struct flight));
	exchange->polls = calloc(in_flight, sizeof(struct pollfd));
	if (exchange->order == NULL || exchange->peers == NULL || exchange->open == NULL ||
	    exchange->flights == NULL || exchange->polls == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = peers_make(exchange, asks, n);
	return status == ZG_OK ? ZG_OK : error_set(error, status, "no random numbers");
}

static void
exchange_clear(struct exchange *exchange)
{
	for (size_t i = 0; i < exchange->n_flights; i++)
		flight_clear(&exchange->flights[i]);
	free(exchange->order);
	free(exchange->peers);
	free(exchange->open);
	free(exchange->flights);
	free(exchange->polls);
}

/* The next ask to this server. NULL: there is none; those that a silent server has been spared end
 * here. */
static struct ask *
peer_next(struct peer *peer)
{
	while (peer->next < peer->n_asks) {
		struct ask *ask = peer->asks[peer->next++];

		if (!peer->silent[ask->tcp])
			return ask;
		ask->outcome = ASK_TIMEOUT;
		(void)snprintf(ask->why, sizeof(ask->why), "not asked: the server is silent");
	}
	return NULL;
}

/* The next ask that may go out, server by server, or NULL. */
static struct ask *
exchange_next(struct exchange *exchange, struct peer **which)
{
	size_t full = 0;

	while (full < exchange->n_open) {
		struct peer *peer;
		struct ask *ask;

		exchange->turn %= exchange->n_open;
		peer = exchange->open[exchange->turn];
		if (peer->in_flight >= exchange->limits.per_server) {
			full++;
			exchange->turn++;
			continue;
		}
		ask = peer_next(peer);
		if (ask != NULL) {
			exchange->turn++;
			*which = peer;
			return ask;
		}
		exchange->open[exchange->turn] = exchange->open[--exchange->n_open];
		full = 0;
	}
	return NULL;
}

/* Takes out what has ended. */
static void
flights_sweep(struct exchange *exchange)
{
	size_t i = 0;

	while (i < exchange->n_flights) {
		if (exchange->flights[i].ended) {
			exchange->flights[i].peer->in_flight--;
			exchange->flights[i] = exchange->flights[--exchange->n_flights];
		} else {
			i++;
		}
	}
}

static zg_status
flights_start(struct exchange *exchange, struct zg_error *error)
{
	zg_status status = ZG_OK;

	while (status == ZG_OK && exchange->n_flights < exchange->limits.in_flight &&
	       deadline_left(exchange->limits.until) > 0) {
		struct peer *peer;
		struct ask *ask = exchange_next(exchange, &peer);

		if (ask == NULL)
			break;
		peer->in_flight++;
		status = flight_begin(
		    &exchange->flights[exchange->n_flights++], ask, peer, &exchange->limits, error);
		flights_sweep(exchange);
	}
	return status;
}

/* Waits until a socket is ready or a time is over, and goes on with those. */
static zg_status
flights_go_on(struct exchange *exchange, struct zg_error *error)
{
	deadline first = exchange->limits.until;
	zg_status status = ZG_OK;
	int n;

	for (size_t i = 0; i < exchange->n_flights; i++) {
		const struct flight *flight = &exchange->flights[i];

		exchange->polls[i] =
		    (struct pollfd){.fd = flight->fd, .events = flight_events(flight)};
		first = deadline_first(first, flight->until);
	}
	n = poll(exchange->polls, exchange->n_flights, deadline_left(first));
	if (n < 0 && errno != EINTR && errno != EAGAIN)
		return error_set(
		    error, ZG_READ, "cannot wait for answers: %s", strerrordesc_np(errno));
	for (size_t i = 0; status == ZG_OK && i < exchange->n_flights; i++) {
		struct flight *flight = &exchange->flights[i];

		if (n > 0 && exchange->polls[i].revents != 0)
			status = flight_ready(flight, error);
		if (status == ZG_OK && !flight->ended && deadline_left(flight->until) == 0)
			status = flight_late(flight, error);
	}
	for (size_t i = 0; status == ZG_OK && i < exchange->n_flights; i++) {
		if (!exchange->flights[i].ended)
			flight_give_up(&exchange->flights[i]);
	}
	flights_sweep(exchange);
	return status;
}

zg_status
asks_run(struct ask *asks, size_t n, const struct ask_limits *limits, struct zg_error *error)
{
	struct exchange exchange = {.limits = limits_whole(limits)};
	zg_status status;

	if (n == 0)
		return ZG_OK;
	if (n > ZG_ASKS_MAX || exchange.limits.in_flight > ZG_ASKS_IN_FLIGHT_MAX)
		return error_set(error, ZG_LIMIT, "too many questions at once");
	for (size_t i = 0; i < n; i++) {
		asks[i].outcome = ASK_NONE;
		asks[i].answer = NULL;
		asks[i].used_tcp = asks[i].lost_edns = false;
		asks[i].tries = asks[i].n_ignored = 0;
		asks[i].milliseconds = 0;
		asks[i].why[0] = '\0';
	}
	status = exchange_make(&exchange, asks, n, error);
	if (status == ZG_OK)
		status = flights_start(&exchange, error);
	while (status == ZG_OK && exchange.n_flights > 0) {
		status = flights_go_on(&exchange, error);
		if (status == ZG_OK)
			status = flights_start(&exchange, error);
	}
	exchange_clear(&exchange);
	return status;
}

void
asks_clear(struct ask *asks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		message_free(asks[i].answer);
		asks[i].answer = NULL;
	}
}
