/*
 * Commands of the configuration: a list of arguments, no shell, an environment of our own, no
 * descriptor of ours, a process group that ends with it, and a time-out.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/deadline.h"

/* Time for a command to go after SIGTERM. */
#define GRACE_MS 3000

/* How often a command that has closed its output is looked after. */
#define TICK_MS 20

/* Exit status of a child that could not start the program: the shells' "not found". */
#define NOT_STARTED 127

#define ENVIRONMENT_ROWS 8
#define ENVIRONMENT_SIZE (CLAIM_ZONE_SIZE + 32)

struct command {
	const struct command_task *task;
	pid_t child;
	int input_fd;  /* writing end; -1: closed */
	int output_fd; /* reading end; -1: closed */
	size_t written;
	deadline end;
	bool asked, killed;
	struct command_outcome *outcome;
};

/* --- The child --- */

struct environment {
	char path[PATH_MAX + 32]; /* ZONEGATE_FILE is one */
	char rows[ENVIRONMENT_ROWS][ENVIRONMENT_SIZE];
	char *list[ENVIRONMENT_ROWS + 2];
};

static void
environment_make(const struct command_task *task, struct environment *environment)
{
	size_t n = 0;

	(void)snprintf(environment->rows[n++], ENVIRONMENT_SIZE,
	    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	(void)snprintf(environment->rows[n++], ENVIRONMENT_SIZE, "LC_ALL=C");
	(void)snprintf(environment->rows[n++], ENVIRONMENT_SIZE, "ZONEGATE_EVENT=%s", task->event);
	(void)snprintf(environment->rows[n++], ENVIRONMENT_SIZE, "ZONEGATE_ZONE=%s", task->zone);
	(void)snprintf(
	    environment->rows[n++], ENVIRONMENT_SIZE, "ZONEGATE_VERDICT=%s", task->verdict);
	if (task->has_serial)
		(void)snprintf(environment->rows[n++], ENVIRONMENT_SIZE, "ZONEGATE_SERIAL=%u",
		    (unsigned)task->serial);
	if (task->stage != NULL)
		(void)snprintf(
		    environment->rows[n++], ENVIRONMENT_SIZE, "ZONEGATE_STAGE=%s", task->stage);
	if (task->log_head != NULL && task->log_head[0] != '\0')
		(void)snprintf(environment->rows[n++], ENVIRONMENT_SIZE, "ZONEGATE_LOG_HEAD=%s",
		    task->log_head);
	for (size_t i = 0; i < n; i++)
		environment->list[i] = environment->rows[i];
	if (task->file != NULL) {
		(void)snprintf(
		    environment->path, sizeof(environment->path), "ZONEGATE_FILE=%s", task->file);
		environment->list[n++] = environment->path;
	}
	environment->list[n] = NULL;
}

void
signals_reset(void)
{
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		(void)signal(signo, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void
child_run(const struct command_task *task, int input, int output, struct environment *environment)
{
	static const char complaint[] = "cannot be started: ";
	const char *why;

	(void)setpgid(0, 0);
	signals_reset();
	(void)umask(022);
	if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
	    dup2(output, STDERR_FILENO) >= 0 && close_range(STDERR_FILENO + 1, ~0U, 0) == 0 &&
	    chdir("/") == 0)
		(void)execve(
		    task->command->arguments[0], task->command->arguments, environment->list);
	why = strerrordesc_np(errno);
	(void)!write_all(STDERR_FILENO, complaint, strlen(complaint));
	(void)!write_all(STDERR_FILENO, why, strlen(why));
	_exit(NOT_STARTED);
}

/* --- The parent --- */

static void
end_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Pipes and the process. False: errno. */
static bool
command_start(struct command *command)
{
	struct environment environment;
	int input[2] = {-1, -1}, output[2] = {-1, -1}, saved;

	environment_make(command->task, &environment);
	if (pipe2(input, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0 &&
	    fcntl(input[1], F_SETFL, O_NONBLOCK) == 0 && fcntl(output[0], F_SETFL, O_NONBLOCK) == 0)
		command->child = fork();
	if (command->child == 0)
		child_run(command->task, input[0], output[1], &environment);
	saved = errno;
	end_close(&input[0]);
	end_close(&output[1]);
	command->input_fd = input[1];
	command->output_fd = output[0];
	errno = saved;
	if (command->child < 0)
		return false;
	/* The child does the same: whoever comes first. */
	(void)setpgid(command->child, command->child);
	return true;
}

/* Hands over what the pipe takes; a command that does not read its input is not to be blamed. */
static void
input_write(struct command *command)
{
	const struct command_task *task = command->task;

	while (command->input_fd >= 0 && command->written < task->input_length) {
		ssize_t n = write(command->input_fd, task->input + command->written,
		    task->input_length - command->written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			break;
		command->written += (size_t)n;
	}
	end_close(&command->input_fd);
}

/* Keeps the first octets and reads the rest away. */
static void
output_read(struct command *command)
{
	struct command_outcome *outcome = command->outcome;
	char beyond[4096];

	while (command->output_fd >= 0) {
		size_t room = sizeof(outcome->output) - 1 - outcome->length;
		ssize_t n =
		    read(command->output_fd, room > 0 ? outcome->output + outcome->length : beyond,
			room > 0 ? room : sizeof(beyond));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			end_close(&command->output_fd);
			return;
		}
		if (room > 0)
			outcome->length += (size_t)n;
		/* A command that writes without end must not keep us here. */
		if (deadline_left(command->end) == 0)
			return;
	}
}

/* Whether it has ended; it stays a zombie, so that its process group keeps its number. */
static bool
child_ended(const struct command *command)
{
	siginfo_t info = {0};

	if (waitid(P_PID, (id_t)command->child, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return errno != EINTR;
	return info.si_pid == command->child;
}

/* First a word, then the end. */
static void
on_deadline(struct command *command)
{
	command->outcome->timed_out = true;
	(void)kill(-command->child, command->asked ? SIGKILL : SIGTERM);
	command->killed = command->asked;
	command->asked = true;
	command->end = deadline_in(GRACE_MS);
}

static void
command_watch(struct command *command)
{
	while (!child_ended(command)) {
		struct pollfd fds[] = {{.fd = command->input_fd, .events = POLLOUT},
		    {.fd = command->output_fd, .events = POLLIN}};
		int left = deadline_left(command->end);

		if (left == 0) {
			/* It does not even end of SIGKILL: it is left to itself. */
			if (command->killed)
				return;
			on_deadline(command);
			continue;
		}
		(void)poll(fds, 2, left < TICK_MS ? left : TICK_MS);
		input_write(command);
		output_read(command);
	}
	output_read(command);
}

/* Ends what is left of the group, then lets the child go. */
static void
command_reap(struct command *command)
{
	struct command_outcome *outcome = command->outcome;
	int status = 0;
	pid_t reaped;

	(void)kill(-command->child, SIGKILL);
	do
		reaped = waitpid(command->child, &status, command->killed ? WNOHANG : 0);
	while (reaped < 0 && errno == EINTR);
	if (reaped != command->child)
		(void)snprintf(outcome->why, sizeof(outcome->why), "it cannot be ended");
	else if (outcome->timed_out)
		(void)snprintf(outcome->why, sizeof(outcome->why),
		    "it was not done within the time-out of %lld s",
		    (long long)command->task->command->timeout);
	else if (WIFSIGNALED(status))
		(void)snprintf(outcome->why, sizeof(outcome->why), "it was ended by signal %d",
		    WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		(void)snprintf(outcome->why, sizeof(outcome->why), "it ended with exit status %d",
		    WEXITSTATUS(status));
	else
		outcome->succeeded = true;
}

/* Only the last line of the output: that is where programs say why. */
static void
output_shorten(struct command_outcome *outcome)
{
	char *text = outcome->output, *line;

	text[outcome->length] = '\0';
	while (outcome->length > 0 && text[outcome->length - 1] == '\n')
		text[--outcome->length] = '\0';
	line = strrchr(text, '\n');
	if (line != NULL)
		memmove(text, line + 1, strlen(line + 1) + 1);
}

void
command_execute(const struct command_task *task, struct command_outcome *outcome)
{
	struct command command = {
	    .task = task, .child = -1, .input_fd = -1, .output_fd = -1, .outcome = outcome};

	*outcome = (struct command_outcome){.succeeded = false};
	command.end = deadline_in(task->command->timeout * 1000);
	if (command_start(&command)) {
		input_write(&command);
		command_watch(&command);
		command_reap(&command);
	} else {
		(void)snprintf(outcome->why, sizeof(outcome->why), "it cannot be started: %s",
		    strerrordesc_np(errno));
	}
	end_close(&command.input_fd);
	end_close(&command.output_fd);
	if (task->whole)
		outcome->output[outcome->length] = '\0';
	else
		output_shorten(outcome);
}

size_t
notify_all(const struct config *config, const struct command_task *task)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_notify; i++) {
		struct command_task notification = *task;
		struct command_outcome outcome;

		notification.command = &config->notify[i];
		command_execute(&notification, &outcome);
		n += outcome.succeeded;
		if (!outcome.succeeded)
			complain("notification by %s failed: %s%s%s",
			    notification.command->arguments[0], outcome.why,
			    outcome.length > 0 ? ": " : "", outcome.output);
	}
	return n;
}
