/* TLS 1.3 as a client of DNS over TLS (RFC 9103), on a connected socket that never blocks. */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stddef.h>

#include <zonegate/status.h>
#include "base/compiler.h"

enum tls_outcome {
	TLS_DONE = 0,
	TLS_WANT_READ,	/* again when the socket can be read */
	TLS_WANT_WRITE, /* again when it can be written */
	TLS_CLOSED,	/* the other side has ended the connection as it should */
	TLS_FAILED	/* tls_error says why */
};

struct tls;

/*
 * `name`: what the certificate must be for (RFC 6125 DNS-ID), and what is asked for. `ca`: file
 * with the certificates of the authorities; NULL: those of the system. The socket stays the
 * caller's. A write to a dead connection raises SIGPIPE unless the process ignores it.
 */
MUST_CHECK zg_status tls_new(
    int fd, const char *name, const char *ca, struct tls **tls, struct zg_error *error);
void tls_free(struct tls *tls);

/* TLS_DONE: the certificate is verified, and the application protocol is "dot". */
MUST_CHECK enum tls_outcome tls_handshake(struct tls *tls);

/* TLS_DONE: *done octets, at least one. To be called again with the same arguments otherwise. */
MUST_CHECK enum tls_outcome tls_read(struct tls *tls, void *buffer, size_t size, size_t *done);
MUST_CHECK enum tls_outcome tls_write(
    struct tls *tls, const void *octets, size_t length, size_t *done);

/* Why it failed: one phrase, lives as long as `tls`. */
const char *tls_error(const struct tls *tls);

#endif
