/*
 * Questions to servers, many at once: sockets of their own, connected, random ports and ids
 * (RFC 5452), DNS cookies (RFC 7873), EDNS, TCP after truncation or from the start; bounded in
 * tries, time and size. One thread.
 */
#ifndef NET_EXCHANGE_H
#define NET_EXCHANGE_H

#include "net/address.h"
#include "net/deadline.h"
#include "net/message.h"

enum ask_outcome {
	ASK_NONE = 0,	 /* not asked: the deadline was over before */
	ASK_ANSWERED,	 /* `answer` is a response to this very question, whatever its rcode */
	ASK_TIMEOUT,	 /* nothing usable came in time */
	ASK_UNREACHABLE, /* connection refused, no route */
	ASK_MALFORMED	 /* what came over TCP is no answer to it, or all of it is too much */
};

struct ask {
	struct net_address server;
	const uint8_t *name; /* wire form, borrowed */
	uint16_t type;
	bool tcp; /* from the start */
	bool recurse, checking_disabled;
	bool no_edns;

	enum ask_outcome outcome;
	struct message *answer; /* owned by the ask: asks_clear; NULL unless ASK_ANSWERED */
	bool used_tcp;
	bool no_route;	/* with ASK_UNREACHABLE: nothing here leads to the address */
	bool lost_edns; /* the server knows no EDNS, and was asked without: no DNSSEC in it */
	unsigned tries; /* 0 with ASK_TIMEOUT: the server had been silent to others for so long */
	unsigned n_ignored; /* datagrams that were no answer to it: source, id, question, form */
	int milliseconds;   /* from the first try to the end */
	char why[128];	    /* for people, not escaped; empty when all is well */
};

struct ask_limits {
	int try_milliseconds; /* for one UDP try, or a TCP connection without progress; 0: 2000 */
	unsigned tries;	      /* over UDP; 0: 3 */
	unsigned in_flight;   /* sockets at a time; 0: 64 */
	unsigned per_server;  /* asks in flight to one address; 0: 8 */
	deadline until;	      /* for all of it */
};

/*
 * Asks all, and fills the outcomes. ZG_OK also when no server answers; else memory or the system
 * failed, and what was not asked says ASK_NONE. A server that was silent for all the tries of one
 * ask, and to all others meanwhile, is not asked the rest; one that has answered before, for those
 * of two. So a dead one costs its time-out once.
 */
MUST_CHECK zg_status asks_run(
    struct ask *asks, size_t n, const struct ask_limits *limits, struct zg_error *error);

/* Frees the answers. */
void asks_clear(struct ask *asks, size_t n);

#endif
