/*
 * Unbound processes: no shell, an environment of our own, no descriptor of ours but the pipe that
 * the configuration comes through, so that nothing is left on the disk. They stay in our process
 * group, which the supervisor ends, and do not live without us.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "net/local_port.h"

/* All of them are to answer by then. */
#define START_MILLISECONDS 10000
/* How often they are asked meanwhile, and how long one try may take. */
#define START_TICK 20
#define START_TRY  300
/* Ports that are tried: another program may take one between our look and its start. */
#define ATTEMPTS_MAX 3
/* The pipe: room for the anchors of the largest DNSKEY set, what Linux allows everybody. */
#define PIPE_OCTETS (1024 * 1024)

/* --- The process --- */

/* A port that nobody has, and a name that nobody knows. */
static zg_status
place_choose(struct unbound_place *place, struct zg_error *error)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuv";
	uint8_t random[UNBOUND_NONCE];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_set(error, ZG_READ, "no random numbers");
	for (size_t i = 0; i < sizeof(random); i++)
		place->nonce[i] = letters[random[i] % 32];
	place->nonce[UNBOUND_NONCE] = '\0';
	if (!local_port_free(&place->port))
		return error_set(error, ZG_READ, "there is no free port on 127.0.0.1 for Unbound");
	return ZG_OK;
}

static _Noreturn void
child_run(const char *program, int config_fd, int log_fd, pid_t parent)
{
	static const char complaint[] = "cannot be started: ";
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char daemon[] = "-d", config[] = "-c", input[] = "/proc/self/fd/0", name[] = "unbound";
	char *arguments[] = {name, daemon, config, input, NULL};
	char *environment[] = {path, locale, NULL};
	const char *why;

	signals_reset();
	(void)umask(077);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
	    dup2(config_fd, STDIN_FILENO) >= 0 && dup2(log_fd, STDOUT_FILENO) >= 0 &&
	    dup2(log_fd, STDERR_FILENO) >= 0 && close_range(STDERR_FILENO + 1, ~0U, 0) == 0 &&
	    chdir("/") == 0)
		(void)execve(program, arguments, environment);
	why = strerrordesc_np(errno);
	(void)!write_all(STDERR_FILENO, complaint, strlen(complaint));
	(void)!write_all(STDERR_FILENO, why, strlen(why));
	_exit(127);
}

/* A pipe that holds the whole configuration, and its end. */
static zg_status
config_pipe(const struct unbound *unbound, int *fd, struct zg_error *error)
{
	struct text_writer text = {0};
	int ends[2] = {-1, -1};
	zg_status status = ZG_OK;

	*fd = -1;
	unbound_config_write(&unbound->place, &text);
	if (text.failed) {
		status = error_set(error, ZG_MEMORY, "out of memory");
	} else if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		status = error_set(error, ZG_READ, "no pipe: %s", strerrordesc_np(errno));
	} else {
		(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_OCTETS);
		if (!write_all(ends[1], text.text, text.used) || fcntl(ends[0], F_SETFL, 0) != 0)
			status = error_set(
			    error, ZG_LIMIT, "the configuration of Unbound does not fit a pipe");
	}
	if (ends[1] >= 0)
		(void)close(ends[1]);
	if (status == ZG_OK)
		*fd = ends[0];
	else if (ends[0] >= 0)
		(void)close(ends[0]);
	text_writer_clear(&text);
	return status;
}

static void
log_close(struct unbound *unbound)
{
	if (unbound->log_fd >= 0)
		(void)close(unbound->log_fd);
	unbound->log_fd = -1;
}

static zg_status
unbound_start(struct unbound *unbound, const char *program, struct zg_error *error)
{
	pid_t own = getpid();
	int config_fd = -1;
	zg_status status = place_choose(&unbound->place, error);

	unbound->attempts++;
	log_close(unbound);
	if (status == ZG_OK)
		status = config_pipe(unbound, &config_fd, error);
	if (status != ZG_OK)
		return status;
	unbound->log_fd = memfd_create("unbound", MFD_CLOEXEC);
	if (unbound->log_fd >= 0)
		unbound->pid = fork();
	if (unbound->pid == 0)
		child_run(program, config_fd, unbound->log_fd, own);
	if (unbound->pid < 0)
		status =
		    error_set(error, ZG_READ, "cannot start Unbound: %s", strerrordesc_np(errno));
	(void)close(config_fd);
	return status;
}

/* Whether it has ended; it is reaped then. */
static bool
has_ended(struct unbound *unbound)
{
	if (unbound->pid > 0 && waitpid(unbound->pid, NULL, WNOHANG) == unbound->pid)
		unbound->pid = -1;
	return unbound->pid < 0;
}

/* The last line of what it said. */
static void
last_words(const struct unbound *unbound, char *words, size_t size)
{
	off_t end = lseek(unbound->log_fd, 0, SEEK_END);
	off_t from = end > (off_t)size - 1 ? end - (off_t)size + 1 : 0;
	ssize_t n = pread(unbound->log_fd, words, size - 1, from);
	char *line;

	words[n > 0 ? n : 0] = '\0';
	while (n > 0 && words[n - 1] == '\n')
		words[--n] = '\0';
	line = strrchr(words, '\n');
	if (line != NULL)
		memmove(words, line + 1, strlen(line + 1) + 1);
}

static zg_status
trouble(
    const struct unbound *unbound, const char *program, const char *what, struct zg_error *error)
{
	char words[256];

	last_words(unbound, words, sizeof(words));
	return error_set(
	    error, ZG_READ, "%s %s%s%s", program, what, words[0] != '\0' ? ": " : "", words);
}

/* --- Until it answers --- */

/* One that has ended, its port being taken say, is started once more. */
static zg_status
restart_ended(struct unbound *list, size_t n, const char *program, struct zg_error *error)
{
	zg_status status = ZG_OK;

	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		if (!has_ended(&list[i]))
			continue;
		list[i].place.ready = false;
		status = list[i].attempts < ATTEMPTS_MAX
			     ? unbound_start(&list[i], program, error)
			     : trouble(&list[i], program, "ends by itself", error);
	}
	return status;
}

static size_t
first_unready(const struct unbound *list, size_t n)
{
	size_t i = 0;

	while (i < n && list[i].place.ready)
		i++;
	return i;
}

static zg_status
wait_ready(struct unbound *list, size_t n, const char *program, struct zg_error *error)
{
	const struct ask_limits limits = {
	    .try_milliseconds = START_TRY, .tries = 1, .until = deadline_in(START_MILLISECONDS)};
	struct unbound_place **places = calloc(n, sizeof(struct unbound_place *));
	zg_status status = ZG_OK;

	if (places == NULL)
		status = error_set(error, ZG_MEMORY, "out of memory");
	for (size_t i = 0; i < n && places != NULL; i++)
		places[i] = &list[i].place;
	while (status == ZG_OK && first_unready(list, n) < n) {
		(void)poll(NULL, 0, START_TICK);
		status = restart_ended(list, n, program, error);
		if (status == ZG_OK)
			status = unbounds_ask(places, n, &limits, error);
		if (status == ZG_OK && first_unready(list, n) < n &&
		    deadline_left(limits.until) == 0)
			status = trouble(&list[first_unready(list, n)], program,
			    "did not answer in time", error);
	}
	free(places);
	return status;
}

void
unbound_plan(
    struct unbound *unbound, const struct net_address *server, const struct unbound_trust *trust)
{
	*unbound =
	    (struct unbound){.place = {.server = server, .trust = trust}, .pid = -1, .log_fd = -1};
}

zg_status
unbounds_start(const char *program, struct unbound *list, size_t n, struct zg_error *error)
{
	zg_status status = ZG_OK;

	for (size_t i = 0; i < n && status == ZG_OK; i++)
		status = unbound_start(&list[i], program, error);
	return status == ZG_OK && n > 0 ? wait_ready(list, n, program, error) : status;
}

zg_status
unbounds_check(struct unbound *list, size_t n, struct zg_error *error)
{
	for (size_t i = 0; i < n; i++) {
		if (has_ended(&list[i]))
			return trouble(&list[i], "Unbound", "ended while it was asked", error);
	}
	return ZG_OK;
}

void
unbounds_end(struct unbound *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].pid > 0)
			(void)kill(list[i].pid, SIGKILL);
	}
	for (size_t i = 0; i < n; i++) {
		while (list[i].pid > 0 && waitpid(list[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
		list[i].pid = -1;
		log_close(&list[i]);
	}
}
