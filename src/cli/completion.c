/* `zonegate completion bash`: a completion file, from the tables of commands and checks. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include <zonegate/check.h>

/* Prints "a|b|c" with blanks. */
static void
words_print(const char *list)
{
	for (; *list != '\0'; list++)
		(void)putchar(*list == '|' ? ' ' : *list);
}

/* "-p|--policy" */
static void
pattern_print(const struct option_row *row)
{
	if (row->letter != '\0')
		(void)printf("-%c|", row->letter);
	(void)printf("--%s", row->name);
}

/* After an option with an argument: its words, a file name, or nothing to offer. */
static void
option_arguments_print(const struct command_row *command)
{
	(void)printf("\t\tcase $previous in\n");
	for (size_t i = 0; i < command->n_options; i++) {
		const struct option_row *row = &command->options[i];

		if (row->argument == NULL)
			continue;
		(void)printf("\t\t");
		pattern_print(row);
		if (strncmp(row->argument, "FILE", 4) == 0) {
			(void)printf(") return ;;\n");
		} else if (strchr(row->argument, '|') != NULL) {
			(void)printf(") words='");
			words_print(row->argument);
			(void)printf("' ;;\n");
		} else {
			(void)printf(") compopt +o default; return ;;\n");
		}
	}
	(void)printf("\t\t*) words=$operands; [[ $current == -* ]] && words=$options ;;\n"
		     "\t\tesac ;;\n");
}

static void
operands_print(const struct command_row *command)
{
	if (command->words != NULL)
		words_print(command->words);
	if (command->operands == NULL || strcmp(command->operands, "[ID]") != 0)
		return;
	for (size_t i = 0; i < zg_check_count(); i++)
		(void)printf("%s%s", i > 0 ? " " : "", zg_check_at(i)->id);
}

static void
command_print(const struct command_row *command)
{
	(void)printf("\t%s)\n\t\toptions='", command->name);
	for (size_t i = 0; i < command->n_options; i++) {
		(void)printf("%s--%s", i > 0 ? " " : "", command->options[i].name);
	}
	(void)printf("'\n\t\toperands='");
	operands_print(command);
	(void)printf("'\n");
	option_arguments_print(command);
}

int
command_completion(const struct arguments *arguments)
{
	(void)arguments;
	(void)printf("# bash completion for zonegate, made by 'zonegate completion bash'\n"
		     "_zonegate()\n{\n"
		     "\tlocal current=${COMP_WORDS[COMP_CWORD]}\n"
		     "\tlocal previous=${COMP_WORDS[COMP_CWORD-1]}\n"
		     "\tlocal words= options= operands=\n\n"
		     "\tCOMPREPLY=()\n"
		     "\tif ((COMP_CWORD == 1)); then\n"
		     "\t\twords='--help --version");
	for (size_t i = 1; i < command_table_rows; i++) {
		if (command_table[i].summary != NULL)
			(void)printf(" %s", command_table[i].name);
	}
	(void)printf("'\n\telse\n\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 1; i < command_table_rows; i++) {
		if (command_table[i].summary != NULL)
			command_print(&command_table[i]);
	}
	(void)printf("\tesac\n\tfi\n"
		     "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
		     "}\n"
		     "complete -o default -F _zonegate zonegate\n");
	return output_end();
}
