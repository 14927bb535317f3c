/* One ask on its way (net/flight.c), and what is known of the server that it goes to. */
#ifndef NET_FLIGHT_H
#define NET_FLIGHT_H

#include "net/exchange.h"

/* A question with every option, and its length before it. */
#define FLIGHT_QUERY_MAX (2 + 512)

/* A server, while asks run. */
struct peer {
	const struct net_address *address;
	struct ask **asks; /* those to it, in their order; borrowed */
	size_t n_asks, next;
	unsigned in_flight;
	size_t octets; /* of its answers so far, in memory */
	uint8_t cookie[NET_CLIENT_COOKIE + NET_SERVER_COOKIE_MAX]; /* ours first */
	size_t cookie_len;
	bool has_cookie;   /* the server gave its part: an answer over UDP without is none */
	deadline heard[2]; /* when the last answer came, over UDP [0] and TCP [1] */
	bool doubted[2];   /* all the tries of one ask went by without any since */
	bool silent[2];	   /* the same, of one that was never heard, or of a second ask */
};

enum flight_step { FLIGHT_UDP, FLIGHT_CONNECT, FLIGHT_SEND, FLIGHT_RECEIVE };

struct flight {
	struct ask *ask;
	struct peer *peer;
	const struct ask_limits *limits; /* no zeros */
	enum flight_step step;
	int fd;
	bool edns;
	bool cookie_retried;
	bool distrusted; /* on TCP because of datagrams that were no answer */
	bool ended;
	unsigned sends;	      /* over UDP */
	unsigned connections; /* over TCP */
	unsigned n_ignored;   /* of the ask, when this try began */
	deadline began, until;
	uint16_t id;
	uint8_t query[FLIGHT_QUERY_MAX];
	size_t query_len, n_sent; /* the two octets of the length included */
	uint8_t prefix[2];
	uint8_t *answer; /* owned */
	size_t answer_len, n_received;
	size_t progress; /* octets received since the time in `until` was set */
};

/* Sends the first question. Statuses other than ZG_OK, here and below: memory or the system failed;
 * the flight has not ended then. */
MUST_CHECK zg_status flight_begin(struct flight *flight, struct ask *ask, struct peer *peer,
    const struct ask_limits *limits, struct zg_error *error);
/* What poll(2) is to wait for. */
short flight_events(const struct flight *flight);
/* The socket is ready for something. */
MUST_CHECK zg_status flight_ready(struct flight *flight, struct zg_error *error);
/* `until` is over. */
MUST_CHECK zg_status flight_late(struct flight *flight, struct zg_error *error);
/* Ends it if its server turned out to be silent. */
void flight_give_up(struct flight *flight);
/* Closes and frees what it holds; also when it has ended. */
void flight_clear(struct flight *flight);

#endif
