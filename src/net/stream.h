/* A connection to a server, TCP or TLS over it, of which nothing takes longer than it may. */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "net/address.h"
#include "net/deadline.h"
#include "net/tls.h"

struct stream {
	int fd;		 /* never blocks */
	struct tls *tls; /* NULL: plain TCP */
	deadline until;	 /* for everything */
	int idle;	 /* milliseconds without one octet in or out */
};

/* All statuses are ZG_READ, or ZG_MEMORY; `error` gets one phrase, without the server. */

/* Connects; `tls_name` and `tls_ca` as for tls_new, NULL: no TLS. To be closed on failure too. */
MUST_CHECK zg_status stream_open(struct stream *stream, const struct net_address *server,
    const char *tls_name, const char *tls_ca, struct zg_error *error);
void stream_close(struct stream *stream);

MUST_CHECK zg_status stream_send(
    struct stream *stream, const void *octets, size_t length, struct zg_error *error);

/* Waits for some octets, at most `size`; *length 0: the server has ended the connection. */
MUST_CHECK zg_status stream_receive(
    struct stream *stream, void *buffer, size_t size, size_t *length, struct zg_error *error);

/* Whether more octets have come already. */
bool stream_has_more(struct stream *stream);

#endif
