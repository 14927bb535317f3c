/* --help, from the table. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* Columns of a terminal that nobody has widened. */
#define COLUMNS 80

/* Where the help of an option begins. */
#define HELP_COLUMN 30

/* One bracketed option of the synopsis: "[-p FILE]". Returns its width. */
static size_t
synopsis_option(char *piece, size_t size, const struct option_row *row)
{
	char flag[32];

	if (row->letter != '\0')
		(void)snprintf(flag, sizeof(flag), "-%c", row->letter);
	else
		(void)snprintf(flag, sizeof(flag), "--%s", row->name);
	(void)snprintf(piece, size, "[%s%s%s]", flag, row->argument != NULL ? " " : "",
	    row->argument != NULL ? row->argument : "");
	return strlen(piece);
}

/* Prints `piece` after a blank, on a new line when it does not fit. */
static void
synopsis_piece(const char *piece, size_t indent, size_t *column)
{
	size_t width = strlen(piece);

	if (*column + 1 + width > COLUMNS) {
		(void)printf("\n%*s", (int)indent, "");
		*column = indent;
	}
	(void)printf(" %s", piece);
	*column += 1 + width;
}

static void
synopsis_print(const struct command_row *command)
{
	char piece[64];
	size_t indent = strlen("usage: zonegate"), column;

	(void)printf("usage: zonegate");
	if (command->name != NULL)
		indent += (size_t)printf(" %s", command->name);
	column = indent;
	if (command->words != NULL) {
		(void)snprintf(piece, sizeof(piece), command_word(command) != NULL ? "[%s]" : "%s",
		    command->words);
		synopsis_piece(piece, indent, &column);
	}
	for (size_t i = 0; i < command->n_options; i++) {
		const struct option_row *row = &command->options[i];

		if (row->id == OPTION_HELP || row->id == OPTION_VERSION)
			continue;
		(void)synopsis_option(piece, sizeof(piece), row);
		synopsis_piece(piece, indent, &column);
	}
	if (command->operands != NULL)
		synopsis_piece(command->operands, indent, &column);
	(void)printf("\n");
}

static void
options_print(const struct command_row *command)
{
	(void)printf("\n");
	for (size_t i = 0; i < command->n_options; i++) {
		const struct option_row *row = &command->options[i];
		char letter[5] = "   ";
		int width;

		if (row->letter != '\0')
			(void)snprintf(letter, sizeof(letter), "-%c,", row->letter);
		width = printf("  %s --%s%s%s", letter, row->name, row->argument != NULL ? " " : "",
		    row->argument != NULL ? row->argument : "");
		(void)printf(
		    "%*s%s\n", width + 2 < HELP_COLUMN ? HELP_COLUMN - width : 2, "", row->help);
	}
}

static void
commands_print(void)
{
	(void)printf("\n");
	for (size_t i = 1; i < command_table_rows; i++) {
		if (command_table[i].summary != NULL)
			(void)printf(
			    "  %-12s %s\n", command_table[i].name, command_table[i].summary);
	}
	(void)printf("\nSee 'zonegate COMMAND --help' and zonegate(1).\n"
		     "Exit status: 0 pass, 1 refused, 2 undecided, 3 held.\n");
}

int
help_print(const struct command_row *command)
{
	synopsis_print(command);
	(void)printf("\n%s%s\n", command->name == NULL ? "zonegate: " : "", command->summary);
	options_print(command);
	if (command->name == NULL)
		commands_print();
	return output_end();
}
