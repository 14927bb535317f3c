/* `zonegate explain`: the table of checks, to read. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include <zonegate/check.h>

static void
list_print(void)
{
	size_t width = 0;

	for (size_t i = 0; i < zg_check_count(); i++) {
		size_t length = strlen(zg_check_at(i)->id);

		width = length > width ? length : width;
	}
	for (size_t i = 0; i < zg_check_count(); i++) {
		const struct zg_check *check = zg_check_at(i);

		(void)printf("%-*s  %s\n", (int)width, check->id, check->summary);
	}
}

static void
needs_print(const struct zg_check *check)
{
	const char *separator = "";

	(void)printf("needs:      ");
	for (unsigned input = 1; input < ZG_INPUT_END; input <<= 1) {
		if ((check->needs & input) == 0)
			continue;
		(void)printf("%s%s", separator, zg_input_text((enum zg_input)input));
		separator = ", ";
	}
	(void)printf("%s\n", check->needs == 0 ? "the zone alone" : "");
}

static void
check_print(const struct zg_check *check)
{
	const char *ede = zg_ede_text(check->ede);

	(void)printf("%s\n", check->id);
	(void)printf("meaning:    %s\n", check->summary);
	(void)printf("chapter:    %s\n", check->group);
	(void)printf("severity:   %s\n", zg_severity_text(check->severity));
	(void)printf("floor:      %s\n", zg_severity_text(check->floor));
	needs_print(check);
	(void)printf("reference:  %s\n", check->reference);
	if (check->ede >= 0)
		(void)printf("EDE:        %d%s%s%s\n", check->ede, ede != NULL ? " (" : "",
		    ede != NULL ? ede : "", ede != NULL ? ")" : "");
	(void)printf("remedy:     %s\n", check->remedy);
}

int
command_explain(const struct arguments *arguments)
{
	const struct zg_check *check;

	if (arguments->n_operands == 0) {
		list_print();
		return output_end();
	}
	check = zg_check_find(arguments->operands[0]);
	if (check == NULL) {
		complain("explain: no check '%s' (try 'zonegate explain')", arguments->operands[0]);
		return EXIT_UNDECIDED;
	}
	check_print(check);
	return output_end();
}
