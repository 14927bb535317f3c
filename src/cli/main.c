/* The program: descriptors, signals, and the command that was asked for. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <zonegate/version.h>

/*
 * A descriptor 0, 1 or 2 that is closed would be given to the next file or pipe, and the report
 * would go there. It becomes one that fails: the wrong way round, reading and writing are errors.
 */
static bool
descriptors_fill(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	}
	return true;
}

static int
version_print(void)
{
	(void)printf("zonegate %s\n", ZG_VERSION);
	return output_end();
}

static int
command_run(const struct command_row *command, int argc, char **argv)
{
	struct arguments arguments;

	if (command->summary == NULL) {
		complain("%s is not supported by this version", command->name);
		return EXIT_UNDECIDED;
	}
	if (!arguments_read(command, argc, argv, &arguments))
		return command_usage_status(command);
	if (arguments.values[OPTION_HELP] != NULL)
		return help_print(command);
	return command->run(&arguments);
}

/* The program's own options, then the command with what is left. */
static int
program_run(int argc, char **argv)
{
	const struct command_row *program = &command_table[0], *command;
	struct arguments arguments;
	int skipped;

	if (!arguments_read(program, argc, argv, &arguments))
		return EXIT_UNDECIDED;
	if (arguments.values[OPTION_HELP] != NULL)
		return help_print(program);
	if (arguments.values[OPTION_VERSION] != NULL)
		return version_print();
	command = command_find(arguments.operands[0]);
	if (command == NULL)
		return complain_usage(program, "unknown command '%s'", arguments.operands[0]);
	skipped = argc - (int)arguments.n_operands;
	return command_run(command, argc - skipped, argv + skipped);
}

int
main(int argc, char **argv)
{
	if (!descriptors_fill() || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return EXIT_UNDECIDED;
	return program_run(argc, argv);
}
