/*
 * A whole zone from a server: AXFR over TCP (RFC 5936), with TSIG (RFC 8945) and TLS (RFC 9103)
 * when asked for. What comes out is zone text with absolute names, one record a line. Whole or
 * nothing: only the closing SOA, and with a key its signatures, make it a zone.
 */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include "net/address.h"
#include "net/tsig.h"

struct transfer {
	struct net_address server;
	const uint8_t *zone;	    /* wire form */
	const struct tsig_key *key; /* NULL: none */
	const char *tls_name;	    /* name that the certificate must have; NULL: no TLS */
	const char *tls_ca;	    /* file of authorities; NULL: the system's */
	int seconds;		    /* for all of it; 0: 3600 */
	int idle_seconds;	    /* without one octet; 0: 30 */
	uint64_t max_octets;	    /* of messages; 0: ZG_TRANSFER_MAX */
	int64_t now;		    /* seconds since 1970, for TSIG */

	uint64_t n_records; /* outcome: written, the closing SOA not */
	uint64_t n_octets;
	uint32_t serial;
	bool checked; /* signed and verified, or TLS: nobody on the way has changed it */
};

/*
 * Transfers, and writes the text to `fd`. Anything but ZG_OK means that what was written is no
 * zone: ZG_READ (no connection, cut, no closing SOA, time, REFUSED, TSIG), ZG_LIMIT, ZG_WRITE,
 * ZG_INPUT_BAD (not this zone, no DNS message). `error` says which server and why.
 */
MUST_CHECK zg_status transfer_run(struct transfer *transfer, int fd, struct zg_error *error);

#endif
