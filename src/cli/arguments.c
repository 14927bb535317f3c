/* A command line against its row of the table: getopt_long's tables are built from it. */
#include "cli/cli.h"

#include <getopt.h>
#include <string.h>

/* More than the longest row has. */
#define OPTIONS_MAX 32

/* What getopt_long returns for row i: above every letter. */
#define LONG_BASE 256

struct getopt_tables {
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 3];
};

/* '+': options of the program end at the command's name; ':' asks for missing arguments apart. */
static void
tables_build(const struct command_row *command, struct getopt_tables *tables)
{
	char *letter = tables->shorts;

	*tables = (struct getopt_tables){0};
	if (command->name == NULL)
		*letter++ = '+';
	*letter++ = ':';
	for (size_t i = 0; i < command->n_options && i < OPTIONS_MAX; i++) {
		const struct option_row *row = &command->options[i];

		tables->longs[i] = (struct option){.name = row->name,
		    .has_arg = row->argument != NULL ? required_argument : no_argument,
		    .val = LONG_BASE + (int)i};
		if (row->letter == '\0')
			continue;
		*letter++ = row->letter;
		if (row->argument != NULL)
			*letter++ = ':';
	}
}

static const struct option_row *
row_of(const struct command_row *command, int found)
{
	if (found >= LONG_BASE)
		return &command->options[found - LONG_BASE];
	for (size_t i = 0; i < command->n_options; i++) {
		if (command->options[i].letter != '\0' && command->options[i].letter == found)
			return &command->options[i];
	}
	return NULL;
}

/* What was wrong with the option that getopt_long stopped at: `found` is '?' or ':'. */
static void
complain_option(const struct command_row *command, int found, char *const *argv)
{
	const struct option_row *row = row_of(command, optopt);

	if (row != NULL && found == ':')
		complain_usage(command, "--%s needs an argument", row->name);
	else if (row != NULL)
		complain_usage(command, "--%s takes no argument", row->name);
	else if (optopt != 0)
		complain_usage(command, "unknown option '-%c'", optopt);
	else
		complain_usage(command, "unknown or ambiguous option '%s'", argv[optind - 1]);
}

static bool
option_take(
    const struct command_row *command, const struct option_row *row, struct arguments *arguments)
{
	if (row->id == OPTION_OVERRIDE && arguments->n_overrides < OVERRIDES_MAX) {
		arguments->overrides[arguments->n_overrides++] = optarg;
		return true;
	}
	if (row->id == OPTION_PARENT_SERVER && arguments->n_parent_servers < PARENT_SERVERS) {
		arguments->parent_servers[arguments->n_parent_servers++] = optarg;
		return true;
	}
	if (row->id == OPTION_OVERRIDE || row->id == OPTION_PARENT_SERVER) {
		complain_usage(command, "--%s is given too often", row->name);
		return false;
	}
	if (arguments->values[row->id] != NULL && row->argument != NULL) {
		complain_usage(command, "--%s is given twice", row->name);
		return false;
	}
	arguments->values[row->id] = row->argument != NULL ? optarg : "";
	return true;
}

/* The sub-command is the first operand of a command that has some. */
static bool
word_take(const struct command_row *command, struct arguments *arguments)
{
	if (command->words == NULL)
		return true;
	if (arguments->n_operands == 0) {
		complain_usage(command, "a word is missing: %s", command->words);
		return false;
	}
	arguments->word = arguments->operands[0];
	if (!word_in(command->words, arguments->word) && command_word(command) != NULL) {
		arguments->word = command_word(command);
		return true;
	}
	if (!word_in(command->words, arguments->word)) {
		complain_usage(
		    command, "unknown word '%s', not %s", arguments->word, command->words);
		return false;
	}
	arguments->operands++;
	arguments->n_operands--;
	return true;
}

static bool
operands_take(const struct command_row *command, struct arguments *arguments)
{
	if (!word_take(command, arguments))
		return false;
	if (arguments->n_operands < command->n_operands_min) {
		complain_usage(command, "missing operand: %s", command->operands);
		return false;
	}
	if (arguments->n_operands > command->n_operands_max && command->name != NULL) {
		complain_usage(command, "one operand too many: '%s'",
		    arguments->operands[command->n_operands_max]);
		return false;
	}
	return true;
}

bool
arguments_read(
    const struct command_row *command, int argc, char **argv, struct arguments *arguments)
{
	struct getopt_tables tables;
	int found;

	*arguments = (struct arguments){.command = command};
	tables_build(command, &tables);
	opterr = 0;
	optind = 0; /* glibc: starts anew, and reads the '+' again */
	while ((found = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
		const struct option_row *row = row_of(command, found);

		if (row == NULL) {
			complain_option(command, found, argv);
			return false;
		}
		if (!option_take(command, row, arguments))
			return false;
	}
	arguments->operands = (const char *const *)(argv + optind);
	arguments->n_operands = (size_t)(argc - optind);
	/* Whoever asks for help need not have the rest right. */
	if (arguments->values[OPTION_HELP] != NULL || arguments->values[OPTION_VERSION] != NULL)
		return true;
	return operands_take(command, arguments);
}
