/*
 * THE TABLE of commands and options. Parsing, --help, the synopsis and option list of zonegate(1)
 * and shell completion follow from it.
 */
#include "cli/cli.h"

#include <string.h>

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

/* clang-format off */
static const struct option_row program_options[] = {
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
	{OPTION_VERSION, 'V', "version", NULL, "print the version and exit"},
};

static const struct option_row help_only[] = {
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row check_options[] = {
	{OPTION_POLICY, 'p', "policy", "FILE[#NAME]", "what is acceptable; the built-in policy if absent"},
	{OPTION_DS, 'd', "ds", "FILE", "DS or DNSKEY records that the parent publishes"},
	{OPTION_ORIGIN, 'o', "origin", "NAME", "name of the zone; the owner of the SOA if absent"},
	{OPTION_NOW, 't', "now", "TIME", "check as of TIME instead of the clock"},
	{OPTION_FORMAT, 'f', "format", "text|json", "form of the report; text if absent"},
	{OPTION_THREADS, 'j', "threads", "N", "threads; as many as there are processors if absent"},
	{OPTION_UNSIGNED, 'u', "unsigned", "FILE", "the registry's unsigned zone, to compare with"},
	{OPTION_PREVIOUS, 'P', "previous", "FILE", "the zone released before, to compare with"},
	{OPTION_REQUIRE, 0, "require", "INPUT,...", "undecided without these: ds, previous, unsigned"},
	{OPTION_INCLUDE, 0, "include", NULL, "allow $INCLUDE of files beneath the zone's folder"},
	{OPTION_TIMEOUT, 0, "timeout", "DURATION", "undecided when not done by then; 1h if absent"},
	{OPTION_VERIFY_WITH, 0, "verify-with", "auto|evp|batch", "how P-256 is verified; auto if absent"},
	{OPTION_MEMO, 0, "memo", "FILE", "remember in FILE which signatures verified"},
	{OPTION_NO_MEMO, 0, "no-memo", NULL, "verify every signature anew, whatever --memo says"},
	{OPTION_EXAMPLES, 0, "examples", "N", "examples to report for each finding; 5 if absent"},
	{OPTION_TIMING, 0, "timing", NULL, "print the time each phase took to standard error"},
	{OPTION_PROGRESS, 0, "progress", NULL, "print each phase to standard error as it begins"},
	{OPTION_QUIET, 'q', "quiet", NULL, "no progress on a terminal"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
	{OPTION_LATER, 0, "parent", NULL, NULL},
	{OPTION_LATER, 'S', "state", "DIR", NULL},
	{OPTION_LATER, 0, "transfer", "ADDRESS[@PORT]", NULL},
	{OPTION_LATER, 0, "tsig", "FILE", NULL},
	{OPTION_LATER, 0, "tls", "NAME", NULL},
};

const struct command_row command_table[] = {
	{NULL, NULL, NULL, "COMMAND ...", 1, 1, "check signed DNS zones before they are published",
	 ROWS(program_options), NULL},
	{"check", NULL, NULL, "ZONEFILE | -", 1, 1, "validate a whole signed zone and report",
	 ROWS(check_options), command_check},
	{"policy", "lint|show", "import", "[FILE[#NAME]]", 0, 1, "look for errors in a policy, or print all its values",
	 ROWS(help_only), command_policy},
	{"explain", NULL, NULL, "[ID]", 0, 1, "list the checks, or describe one",
	 ROWS(help_only), command_explain},
	{"completion", "bash", NULL, NULL, 0, 0, "print command-line completion for a shell",
	 ROWS(help_only), command_completion},
	{.name = "release"},
	{.name = "hook"},
	{.name = "approve"},
	{.name = "stage"},
	{.name = "observe"},
	{.name = "parent"},
	{.name = "status"},
	{.name = "history"},
	{.name = "statement"},
};
/* clang-format on */
const size_t command_table_rows = sizeof(command_table) / sizeof(command_table[0]);

const struct command_row *
command_find(const char *name)
{
	for (size_t i = 1; i < command_table_rows; i++) {
		if (strcmp(command_table[i].name, name) == 0)
			return &command_table[i];
	}
	return NULL;
}

bool
word_in(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (list != NULL) {
		size_t piece = strcspn(list, "|");

		if (piece == length && strncmp(list, word, length) == 0)
			return true;
		list = list[piece] == '|' ? list + piece + 1 : NULL;
	}
	return false;
}
