/* TLS as a client. The only file that includes libssl. */
#include "net/tls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/error.h"

struct tls {
	SSL_CTX *context;
	SSL *session;
	char why[160];
};

/* RFC 9103 section 7.1: this protocol must be selected. */
static const unsigned char protocol[] = {3, 'd', 'o', 't'};

/* Keeps what the library says last of what went wrong. */
static void
keep_reason(struct tls *tls, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	(void)snprintf(tls->why, sizeof(tls->why), "%s: %s", what,
	    reason != NULL ? reason : "the connection was cut");
	ERR_clear_error();
}

static bool
context_set(struct tls *tls, const char *ca)
{
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	(void)SSL_CTX_set_session_cache_mode(tls->context, SSL_SESS_CACHE_OFF);
	if (SSL_CTX_set_min_proto_version(tls->context, TLS1_3_VERSION) != 1)
		return false;
	if (ca != NULL)
		return SSL_CTX_load_verify_file(tls->context, ca) == 1;
	return SSL_CTX_set_default_verify_paths(tls->context) == 1;
}

static bool
session_set(struct tls *tls, int fd, const char *name)
{
	SSL *session = tls->session;
	char *host = strdup(name); /* OpenSSL 3.0 casts the const away */
	bool good;

	SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	good = host != NULL && SSL_set1_host(session, name) == 1 &&
	       SSL_set_tlsext_host_name(session, host) == 1 &&
	       SSL_set_alpn_protos(session, protocol, sizeof(protocol)) == 0 &&
	       SSL_set_fd(session, fd) == 1;
	free(host);
	return good;
}

zg_status
tls_new(int fd, const char *name, const char *ca, struct tls **tls, struct zg_error *error)
{
	struct tls *made = calloc(1, sizeof(*made));

	*tls = NULL;
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	ERR_clear_error();
	made->context = SSL_CTX_new(TLS_client_method());
	if (made->context == NULL)
		goto failed;
	if (!context_set(made, ca)) {
		keep_reason(made, ca != NULL ? ca : "the authorities of the system");
		goto out;
	}
	made->session = SSL_new(made->context);
	if (made->session == NULL || !session_set(made, fd, name))
		goto failed;
	SSL_set_connect_state(made->session);
	*tls = made;
	return ZG_OK;
failed:
	keep_reason(made, "TLS cannot be used");
out:
	(void)error_set(error, ZG_READ, "%s", made->why);
	tls_free(made);
	return ZG_READ;
}

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_free(tls->session);
	SSL_CTX_free(tls->context);
	free(tls);
}

/* What became of a call that returned `result`. */
static enum tls_outcome
outcome(struct tls *tls, int result)
{
	int error = errno;

	switch (SSL_get_error(tls->session, result)) {
	case SSL_ERROR_NONE:
		return TLS_DONE;
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	case SSL_ERROR_SYSCALL:
		if (error != 0 && ERR_peek_error() == 0) {
			(void)snprintf(
			    tls->why, sizeof(tls->why), "TLS: %s", strerrordesc_np(error));
			return TLS_FAILED;
		}
		break;
	default:
		break;
	}
	keep_reason(tls, "TLS");
	return TLS_FAILED;
}

enum tls_outcome
tls_handshake(struct tls *tls)
{
	const unsigned char *selected = NULL;
	unsigned length = 0;
	enum tls_outcome done;
	long verified;

	ERR_clear_error();
	errno = 0;
	done = outcome(tls, SSL_do_handshake(tls->session));
	verified = SSL_get_verify_result(tls->session);
	if (done == TLS_FAILED && verified != X509_V_OK)
		(void)snprintf(tls->why, sizeof(tls->why), "TLS: certificate: %s",
		    X509_verify_cert_error_string(verified));
	if (done != TLS_DONE)
		return done;
	SSL_get0_alpn_selected(tls->session, &selected, &length);
	if (verified == X509_V_OK && length == sizeof(protocol) - 1 &&
	    memcmp(selected, protocol + 1, length) == 0)
		return TLS_DONE;
	(void)snprintf(tls->why, sizeof(tls->why),
	    "TLS: the server has not selected the protocol \"dot\" (RFC 9103 section 7.1)");
	return TLS_FAILED;
}

enum tls_outcome
tls_read(struct tls *tls, void *buffer, size_t size, size_t *done)
{
	*done = 0;
	ERR_clear_error();
	errno = 0;
	return outcome(tls, SSL_read_ex(tls->session, buffer, size, done));
}

enum tls_outcome
tls_write(struct tls *tls, const void *octets, size_t length, size_t *done)
{
	*done = 0;
	ERR_clear_error();
	errno = 0;
	return outcome(tls, SSL_write_ex(tls->session, octets, length, done));
}

const char *
tls_error(const struct tls *tls)
{
	return tls->why;
}
