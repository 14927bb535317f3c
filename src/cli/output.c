/* What the program writes: everything gets out, or that it did not is said. */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longest message of complain: a status message and the longest name around it. */
#define COMPLAINT_MAX 2048

void
escape(char *to, size_t size, const char *from)
{
	size_t used = 0;

	for (; *from != '\0' && used + 5 <= size; from++) {
		unsigned octet = (unsigned char)*from;

		if (octet >= 0x20 && octet < 0x7f) {
			to[used++] = *from;
			continue;
		}
		to[used++] = '\\';
		to[used++] = (char)('0' + octet / 100);
		to[used++] = (char)('0' + octet / 10 % 10);
		to[used++] = (char)('0' + octet % 10);
	}
	to[used] = '\0';
}

/* Standard error is the last resort: nobody is left to hear that it failed. */
static void
complain_line(const char *text)
{
	char line[4 * COMPLAINT_MAX + 16] = "zonegate: ";
	size_t used = strlen(line);

	escape(line + used, sizeof(line) - used - 1, text);
	used = strlen(line);
	line[used++] = '\n';
	(void)!write_all(STDERR_FILENO, line, used);
}

void
complain(const char *format, ...)
{
	char text[COMPLAINT_MAX];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	complain_line(text);
}

int
complain_usage(const struct command_row *command, const char *format, ...)
{
	char text[COMPLAINT_MAX / 2], line[COMPLAINT_MAX];
	const char *name = command != NULL ? command->name : NULL;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	(void)snprintf(line, sizeof(line), "%s%s%s (try 'zonegate%s%s --help')",
	    name != NULL ? name : "", name != NULL ? ": " : "", text, name != NULL ? " " : "",
	    name != NULL ? name : "");
	complain_line(line);
	return EXIT_UNDECIDED;
}

zg_status
output_trouble(struct zg_error *error)
{
	(void)snprintf(error->text, sizeof(error->text), "cannot write to standard output: %s",
	    errno != 0 ? strerrordesc_np(errno) : "unknown error");
	return ZG_WRITE;
}

zg_status
output_close(struct zg_error *error)
{
	bool failed = ferror(stdout) != 0;

	/* After a failure errno is still that of the last write. */
	if (!failed)
		errno = 0;
	return fclose(stdout) == 0 && !failed ? ZG_OK : output_trouble(error);
}

zg_status
output_whole(const char *text, size_t length, struct zg_error *error)
{
	if (!write_all(STDOUT_FILENO, text, length))
		return output_trouble(error);
	return output_close(error);
}

int
output_end(void)
{
	struct zg_error error;

	if (output_close(&error) == ZG_OK)
		return 0;
	complain("%s", error.text);
	return EXIT_UNDECIDED;
}

bool
output_wants_color(void)
{
	const char *no_color = getenv("NO_COLOR");

	return is_terminal(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
}

bool
is_terminal(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}
