/*
 * A zone from a server, by a child: what comes over the network is taken apart by a process that
 * can do nothing but write zone text into a pipe. That the text is whole is said by its exit code,
 * which no other way of ending has.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/message.h"
#include "net/transfer.h"

#define CHILD_WHOLE  109
#define CHILD_BROKEN 111

/* Shared with the child, and believed in nothing but what it says for people. */
struct fetch_report {
	uint32_t status; /* zg_status */
	char text[ZG_ERROR_TEXT_MAX];
};

/* --- The child --- */

static zg_status
wish_read(const struct fetch_wish *wish, uint8_t zone[ZG_NAME_MAX], struct tsig_key *key,
    struct transfer *transfer, struct zg_error *error)
{
	*transfer = (struct transfer){.zone = zone,
	    .tls_name = wish->tls_name,
	    .tls_ca = wish->tls_ca,
	    .seconds = (int)wish->seconds,
	    .now = clock_now()};
	if (!net_address_read(wish->server, wish->tls_name != NULL ? NET_TLS_PORT : NET_PORT,
		&transfer->server)) {
		(void)snprintf(
		    error->text, sizeof(error->text), "'%s' is not an address", wish->server);
		return ZG_PARAMETER;
	}
	if (!message_name(wish->zone, zone)) {
		(void)snprintf(
		    error->text, sizeof(error->text), "'%s' is not a domain name", wish->zone);
		return ZG_PARAMETER;
	}
	if (wish->key == NULL)
		return ZG_OK;
	transfer->key = key;
	return tsig_key_read(wish->key, key, error);
}

static zg_status
transfer_do(const struct fetch_wish *wish, int fd, struct zg_error *error)
{
	struct transfer transfer;
	struct tsig_key key = {.secret_len = 0};
	uint8_t zone[ZG_NAME_MAX];
	zg_status status = wish_read(wish, zone, &key, &transfer, error);

	if (status == ZG_OK)
		status = transfer_run(&transfer, fd, error);
	tsig_key_wipe(&key);
	return status;
}

static _Noreturn void
child_run(const struct fetch_wish *wish, struct fetch_report *report, int fd, pid_t parent)
{
	struct zg_error error = {0};
	sigset_t none;
	zg_status status;

	(void)sigemptyset(&none);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		_exit(CHILD_BROKEN);
	status = transfer_do(wish, fd, &error);
	report->status = (uint32_t)status;
	(void)snprintf(report->text, sizeof(report->text), "%s", error.text);
	_exit(status == ZG_OK && close(fd) == 0 ? CHILD_WHOLE : CHILD_BROKEN);
}

/* --- The parent --- */

static zg_status
trouble(struct zg_error *error, zg_status status)
{
	(void)snprintf(error->text, sizeof(error->text), "cannot start a transfer: %s",
	    strerrordesc_np(errno));
	return status;
}

zg_status
fetch_begin(const struct fetch_wish *wish, struct fetch *fetch, struct zg_error *error)
{
	pid_t own = getpid();
	int ends[2];

	*fetch = (struct fetch){.child = -1, .fd = -1};
	fetch->report = mmap(NULL, sizeof(*fetch->report), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fetch->report == MAP_FAILED) {
		fetch->report = NULL;
		return trouble(error, ZG_MEMORY);
	}
	if (pipe2(ends, O_CLOEXEC) != 0)
		return trouble(error, ZG_READ);
	fetch->child = fork();
	if (fetch->child == 0) {
		(void)close(ends[0]);
		child_run(wish, fetch->report, ends[1], own);
	}
	(void)close(ends[1]);
	fetch->fd = ends[0];
	if (fetch->child < 0) {
		fetch_clear(fetch);
		return trouble(error, ZG_READ);
	}
	return ZG_OK;
}

/* Why it is no zone. */
static void
report_read(const struct fetch *fetch, int ended, struct zg_error *error)
{
	char text[ZG_ERROR_TEXT_MAX];

	memcpy(text, fetch->report->text, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	if (WIFSIGNALED(ended))
		(void)snprintf(error->text, sizeof(error->text),
		    "the transfer was ended by signal %d", WTERMSIG(ended));
	else
		(void)snprintf(error->text, sizeof(error->text), "%s",
		    text[0] != '\0' ? text : "the transfer did not come to its end");
}

zg_status
fetch_end(struct fetch *fetch, struct zg_error *error)
{
	int ended = 0;
	pid_t reaped;
	bool whole;

	/* A child that still writes finds nobody who reads. */
	if (fetch->fd >= 0)
		(void)close(fetch->fd);
	fetch->fd = -1;
	do
		reaped = waitpid(fetch->child, &ended, 0);
	while (reaped < 0 && errno == EINTR);
	whole = reaped == fetch->child && WIFEXITED(ended) && WEXITSTATUS(ended) == CHILD_WHOLE;
	if (!whole)
		report_read(fetch, ended, error);
	fetch->child = -1;
	fetch_clear(fetch);
	return whole ? ZG_OK : ZG_READ;
}

void
fetch_clear(struct fetch *fetch)
{
	struct zg_error error = {0};

	if (fetch->child > 0) {
		(void)kill(fetch->child, SIGKILL);
		(void)!fetch_end(fetch, &error);
		return;
	}
	if (fetch->fd >= 0)
		(void)close(fetch->fd);
	if (fetch->report != NULL)
		(void)munmap(fetch->report, sizeof(*fetch->report));
	*fetch = (struct fetch){.child = -1, .fd = -1};
}
