/* Connections with deadlines. */
#include "net/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* Waits until the socket is ready for `events`. */
static zg_status
stream_wait(struct stream *stream, short events, struct zg_error *error)
{
	deadline when = deadline_first(stream->until, deadline_in(stream->idle));
	struct pollfd fd = {.fd = stream->fd, .events = events};
	int n;

	do
		n = poll(&fd, 1, deadline_left(when));
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return ZG_OK;
	if (n < 0)
		return error_set(error, ZG_READ, "cannot wait: %s", strerrordesc_np(errno));
	if (deadline_left(stream->until) == 0)
		return error_set(error, ZG_READ, "not done in time");
	return error_set(error, ZG_READ, "nothing moved for %d s", stream->idle / 1000);
}

static zg_status
connect_socket(struct stream *stream, const struct net_address *server, struct zg_error *error)
{
	socklen_t length = sizeof(int);
	zg_status status;
	int failure = 0;

	stream->fd =
	    socket(server->socket.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (stream->fd < 0)
		return error_set(error, ZG_READ, "no socket: %s", strerrordesc_np(errno));
	if (connect(stream->fd, (const struct sockaddr *)&server->socket, server->length) == 0)
		return ZG_OK;
	if (errno != EINPROGRESS)
		return error_set(error, ZG_READ, "cannot connect: %s", strerrordesc_np(errno));
	status = stream_wait(stream, POLLOUT, error);
	if (status != ZG_OK)
		return status;
	if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &failure, &length) != 0)
		failure = errno;
	if (failure != 0)
		return error_set(error, ZG_READ, "cannot connect: %s", strerrordesc_np(failure));
	return ZG_OK;
}

/* Waits for what TLS wants; ZG_READ when it wants nothing more. */
static zg_status
tls_wait(struct stream *stream, enum tls_outcome outcome, struct zg_error *error)
{
	switch (outcome) {
	case TLS_WANT_READ:
		return stream_wait(stream, POLLIN, error);
	case TLS_WANT_WRITE:
		return stream_wait(stream, POLLOUT, error);
	case TLS_FAILED:
		return error_set(error, ZG_READ, "%s", tls_error(stream->tls));
	default:
		return error_set(error, ZG_READ, "the server ended the connection");
	}
}

zg_status
stream_open(struct stream *stream, const struct net_address *server, const char *tls_name,
    const char *tls_ca, struct zg_error *error)
{
	enum tls_outcome outcome;
	zg_status status;

	stream->tls = NULL;
	status = connect_socket(stream, server, error);
	if (status != ZG_OK || tls_name == NULL)
		return status;
	status = tls_new(stream->fd, tls_name, tls_ca, &stream->tls, error);
	while (status == ZG_OK) {
		outcome = tls_handshake(stream->tls);
		if (outcome == TLS_DONE)
			return ZG_OK;
		status = tls_wait(stream, outcome, error);
	}
	return status;
}

void
stream_close(struct stream *stream)
{
	tls_free(stream->tls);
	stream->tls = NULL;
	if (stream->fd >= 0)
		(void)close(stream->fd);
	stream->fd = -1;
}

/* Sends some; *done 0: the connection is not ready, and was waited for. */
static zg_status
send_some(struct stream *stream, const uint8_t *octets, size_t length, size_t *done,
    struct zg_error *error)
{
	ssize_t n;

	*done = 0;
	if (stream->tls != NULL) {
		enum tls_outcome outcome = tls_write(stream->tls, octets, length, done);

		return outcome == TLS_DONE ? ZG_OK : tls_wait(stream, outcome, error);
	}
	n = send(stream->fd, octets, length, MSG_NOSIGNAL);
	if (n > 0)
		*done = (size_t)n;
	else if (n < 0 && errno == EAGAIN)
		return stream_wait(stream, POLLOUT, error);
	else if (n == 0 || errno != EINTR)
		return error_set(error, ZG_READ, "cannot send: %s", strerrordesc_np(errno));
	return ZG_OK;
}

zg_status
stream_send(struct stream *stream, const void *octets, size_t length, struct zg_error *error)
{
	const uint8_t *at = octets;
	zg_status status = ZG_OK;

	while (status == ZG_OK && length > 0) {
		size_t done;

		status = send_some(stream, at, length, &done, error);
		at += done;
		length -= done;
	}
	return status;
}

/* The same for receiving; *ended: nothing more will come. */
static zg_status
receive_some(struct stream *stream, void *buffer, size_t size, size_t *length, bool *ended,
    struct zg_error *error)
{
	ssize_t n;

	*length = 0;
	if (stream->tls != NULL) {
		enum tls_outcome outcome = tls_read(stream->tls, buffer, size, length);

		*ended = outcome == TLS_CLOSED;
		return outcome == TLS_DONE || *ended ? ZG_OK : tls_wait(stream, outcome, error);
	}
	n = recv(stream->fd, buffer, size, 0);
	*ended = n == 0;
	if (n > 0)
		*length = (size_t)n;
	else if (n < 0 && errno == EAGAIN)
		return stream_wait(stream, POLLIN, error);
	else if (n < 0 && errno != EINTR)
		return error_set(error, ZG_READ, "cannot receive: %s", strerrordesc_np(errno));
	return ZG_OK;
}

zg_status
stream_receive(
    struct stream *stream, void *buffer, size_t size, size_t *length, struct zg_error *error)
{
	bool ended = false;
	zg_status status = ZG_OK;

	*length = 0;
	while (status == ZG_OK && *length == 0 && !ended) {
		if (deadline_left(stream->until) == 0)
			return error_set(error, ZG_READ, "not done in time");
		status = receive_some(stream, buffer, size, length, &ended, error);
	}
	return status;
}

bool
stream_has_more(struct stream *stream)
{
	uint8_t octet;
	size_t length = 0;

	if (stream->tls != NULL)
		return tls_read(stream->tls, &octet, 1, &length) == TLS_DONE;
	return recv(stream->fd, &octet, 1, MSG_DONTWAIT) > 0;
}
