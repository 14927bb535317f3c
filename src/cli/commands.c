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
	{OPTION_PARENT, 0, "parent", NULL, "ask the parent itself for the DS records, instead of --ds"},
	{OPTION_PARENT_SERVER, 0, "parent-server", "ADDRESS[@PORT]", "a server of the parent; may be repeated"},
	{OPTION_RESOLVER, 0, "resolver", "ADDRESS[@PORT]", "finds the parent; the system's if absent"},
	{OPTION_ANCHOR, 0, "anchor", "FILE", "trust anchor for --parent; /usr/share/dns/root.key if absent"},
	{OPTION_ORIGIN, 'o', "origin", "NAME", "name of the zone; the owner of the SOA if absent"},
	{OPTION_NOW, 't', "now", "TIME", "check as of TIME instead of the clock"},
	{OPTION_FORMAT, 'f', "format", "text|json|html", "form of the report; text if absent"},
	{OPTION_THREADS, 'j', "threads", "N", "threads; as many as there are processors if absent"},
	{OPTION_UNSIGNED, 'u', "unsigned", "FILE", "the registry's unsigned zone, to compare with"},
	{OPTION_PREVIOUS, 'P', "previous", "FILE", "the zone released before, to compare with"},
	{OPTION_STATE, 'S', "state", "DIR", "prove against the history of this state directory"},
	{OPTION_TRIALS, 0, "trials", "FILE", "trial signatures of the signers by keys that are new"},
	{OPTION_REQUIRE, 0, "require", "INPUT,...", "undecided without these: ds, previous, unsigned, history"},
	{OPTION_INCLUDE, 0, "include", NULL, "allow $INCLUDE of files beneath the zone's folder"},
	{OPTION_TRANSFER, 0, "transfer", "ADDRESS[@PORT]", "get the zone --origin from this server"},
	{OPTION_TSIG, 0, "tsig", "FILE", "sign the transfer with the key in FILE"},
	{OPTION_TLS, 0, "tls", "NAME", "transfer over TLS, from a server certified as NAME"},
	{OPTION_TLS_CA, 0, "tls-ca", "FILE", "who certifies it; the system's authorities if absent"},
	{OPTION_TIMEOUT, 0, "timeout", "DURATION", "undecided when not done by then; 1h if absent"},
	{OPTION_VERIFY_WITH, 0, "verify-with", "auto|evp|batch", "how signatures are verified; auto if absent"},
	{OPTION_MEMO, 0, "memo", "FILE", "remember in FILE which signatures verified"},
	{OPTION_NO_MEMO, 0, "no-memo", NULL, "verify every signature anew, whatever --memo says"},
	{OPTION_EXAMPLES, 0, "examples", "N", "examples to report for each finding; 5 if absent"},
	{OPTION_TIMING, 0, "timing", NULL, "tell where the time went: standard error, JSON"},
	{OPTION_PROGRESS, 0, "progress", NULL, "print phases and the share done to standard error"},
	{OPTION_QUIET, 'q', "quiet", NULL, "no progress on a terminal"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row release_options[] = {
	{OPTION_CONFIG, 'c', "config", "FILE", "the configuration; /etc/zonegate/zonegate.xml if absent"},
	{OPTION_DRY_RUN, 0, "dry-run", NULL, "everything up to the verdict, and nothing written"},
	{OPTION_NOW, 't', "now", "TIME", "check as of TIME instead of the clock; with --dry-run only"},
	{OPTION_FORMAT, 'f', "format", "text|json|html", "form of the report; text if absent"},
	{OPTION_TRANSFER, 0, "transfer", "ADDRESS[@PORT]", "get the candidate from this server instead of a file"},
	{OPTION_TSIG, 0, "tsig", "FILE", "sign the transfer with the key in FILE"},
	{OPTION_TLS, 0, "tls", "NAME", "transfer over TLS, from a server certified as NAME"},
	{OPTION_TLS_CA, 0, "tls-ca", "FILE", "who certifies it; the system's authorities if absent"},
	{OPTION_NO_MEMO, 0, "no-memo", NULL, "verify every signature anew"},
	{OPTION_THREADS, 'j', "threads", "N", "threads; as many as there are processors if absent"},
	{OPTION_TIMEOUT, 0, "timeout", "DURATION", "undecided when not checked by then; 1h if absent"},
	{OPTION_QUIET, 'q', "quiet", NULL, "no progress on a terminal, no warning about the clock"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row hook_options[] = {
	{OPTION_CONFIG, 'c', "config", "FILE", "the configuration; /etc/zonegate/zonegate.xml if absent"},
	{OPTION_FORMAT, 'f', "format", "text|json|html", "print the whole report; some lines if absent"},
	{OPTION_TSIG, 0, "tsig", "FILE", "sign the transfer with the key in FILE"},
	{OPTION_WAIT, 'w', "wait", NULL, "knot: answer every version of every zone that has this hook"},
	{OPTION_NO_MEMO, 0, "no-memo", NULL, "check everything anew, what was refused before as well"},
	{OPTION_THREADS, 'j', "threads", "N", "threads; as many as there are processors if absent"},
	{OPTION_TIMEOUT, 0, "timeout", "DURATION", "undecided when not checked by then; 1h if absent"},
	{OPTION_QUIET, 'q', "quiet", NULL, "no warning about the clock"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row stage_options[] = {
	{OPTION_CONFIG, 'c', "config", "FILE", "the configuration; /etc/zonegate/zonegate.xml if absent"},
	{OPTION_WATCH, 'w', "watch", NULL, "keep the view open on a terminal until ^C (show)"},
	{OPTION_REASON, 'r', "reason", "TEXT", "why: one line, kept in the log (abort)"},
	{OPTION_FORMAT, 'f', "format", "text|json", "form of what is printed; text if absent"},
	{OPTION_NO_MEMO, 0, "no-memo", NULL, "verify every signature anew"},
	{OPTION_THREADS, 'j', "threads", "N", "threads; as many as there are processors if absent"},
	{OPTION_TIMEOUT, 0, "timeout", "DURATION", "undecided when not checked by then; 1h if absent"},
	{OPTION_QUIET, 'q', "quiet", NULL, "no progress on a terminal, no warning about the clock"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row observe_options[] = {
	{OPTION_CONFIG, 'c', "config", "FILE", "the configuration; /etc/zonegate/zonegate.xml if absent"},
	{OPTION_FORMAT, 'f', "format", "text|json", "form of the answer; text if absent"},
	{OPTION_NAMES, 'n', "names", "N", "names to ask each server for, by chance; 100 if absent"},
	{OPTION_NO_TRANSFER, 0, "no-transfer", NULL, "do not ask servers for the whole zone"},
	{OPTION_TSIG, 0, "tsig", "FILE", "sign the transfers with the key in FILE"},
	{OPTION_DRY_RUN, 0, "dry-run", NULL, "look, and record nothing"},
	{OPTION_TIMEOUT, 0, "timeout", "DURATION", "give up when not done by then; 1h if absent"},
	{OPTION_STAGE, 0, "stage", "NAME", "only the servers of this stage; confirms nothing"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row parent_options[] = {
	{OPTION_CONFIG, 'c', "config", "FILE", "the configuration; /etc/zonegate/zonegate.xml if absent"},
	{OPTION_FORMAT, 'f', "format", "text|json", "form of the answer; text if absent"},
	{OPTION_DS_TTL, 0, "ds-ttl", "DURATION", "TTL of the DS records (import)"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row approve_options[] = {
	{OPTION_CONFIG, 'c', "config", "FILE", "the configuration; /etc/zonegate/zonegate.xml if absent"},
	{OPTION_LIST, 'l', "list", NULL, "print what waits, and who has approved it"},
	{OPTION_NEW_KEY, 0, "new-key", "FILE", "make a key pair: the private key to FILE, the public one printed"},
	{OPTION_KEY, 'k', "key", "FILE", "the approver's private key"},
	{OPTION_AS, 'a', "as", "NAME", "the approver's id in the configuration"},
	{OPTION_REASON, 'r', "reason", "TEXT", "why: one line, kept in the log"},
	{OPTION_STAGE, 0, "stage", "NAME", "approve that the stage gets the candidate that is on its way; no finding"},
	{OPTION_OVERRIDE, 0, "override", "ID", "also accept this finding, which refuses; may be repeated"},
	{OPTION_FROM, 0, "from", "TIME", "counts from TIME on; now if absent"},
	{OPTION_UNTIL, 0, "until", "TIME", "counts until TIME, and no longer than the policy says"},
	{OPTION_FOR, 0, "for", "DURATION", "counts so long; 1d if neither is given"},
	{OPTION_HEADROOM, 0, "headroom", "PERCENT", "a change may grow so much; 0 if absent"},
	{OPTION_THIS_ONLY, 0, "this-only", NULL, "for this serial and content, no later candidate"},
	{OPTION_THREADS, 'j', "threads", "N", "threads; as many as there are processors if absent"},
	{OPTION_TIMEOUT, 0, "timeout", "DURATION", "give up when not checked by then; 1h if absent"},
	{OPTION_QUIET, 'q', "quiet", NULL, "no progress on a terminal"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row status_options[] = {
	{OPTION_CONFIG, 'c', "config", "FILE", "the configuration; /etc/zonegate/zonegate.xml if absent"},
	{OPTION_FORMAT, 'f', "format", "text|json|prometheus", "form of the output; text if absent"},
	{OPTION_NOTIFY, 0, "notify", NULL, "tell people of alarms that are news, by the notification commands"},
	{OPTION_TEST_ALERT, 0, "test-alert", NULL, "send a marked test through the notification commands"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row history_options[] = {
	{OPTION_CONFIG, 'c', "config", "FILE", "the configuration; /etc/zonegate/zonegate.xml if absent"},
	{OPTION_FORMAT, 'f', "format", "text|html", "form of what is shown; text if absent (show)"},
	{OPTION_OUTPUT, 'o', "output", "FILE", "write to FILE, whole or not at all (export, timeline)"},
	{OPTION_LIMIT, 'n', "limit", "N", "candidates to list, the newest first; 50 if absent"},
	{OPTION_SINCE, 0, "since", "TIME", "served since (import, bootstrap); look back to (timeline)"},
	{OPTION_SERVED, 0, "served", NULL, "take the zone over although it does not pass"},
	{OPTION_DS, 'd', "ds", "FILE", "DS or DNSKEY records that the parent publishes (import)"},
	{OPTION_DS_SINCE, 0, "ds-since", "TIME", "since when it does; as --since if absent"},
	{OPTION_DS_TTL, 0, "ds-ttl", "DURATION", "TTL of the DS records"},
	{OPTION_FROM, 0, "from", "FILE", "take in what 'history export' wrote, instead of a zone"},
	{OPTION_NO_TRANSFER, 0, "no-transfer", NULL, "do not ask servers for the whole zone (bootstrap)"},
	{OPTION_TSIG, 0, "tsig", "FILE", "sign the transfer with the key in FILE (bootstrap)"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

static const struct option_row statement_options[] = {
	{OPTION_CONFIG, 'c', "config", "FILE", "the configuration; /etc/zonegate/zonegate.xml if absent"},
	{OPTION_FORMAT, 'f', "format", "text|json|html", "form of the statement; text if absent"},
	{OPTION_OUTPUT, 'o', "output", "FILE", "write it to FILE, and its signature to FILE.sig"},
	{OPTION_SINCE, 0, "since", "TIME", "what was stopped since TIME; -1d if absent"},
	{OPTION_FAULT, 0, "fault", "yes|no|unknown", "it is an operational fault, the operator says; unknown if absent"},
	{OPTION_BROKEN, 0, "broken", NULL, "the operator says that the zone in service does not validate"},
	{OPTION_REASON, 'r', "reason", "TEXT", "what happened, in the operator's words"},
	{OPTION_NEXT, 0, "next", "TEXT", "what is done next, in the operator's words"},
	{OPTION_UPDATE, 0, "update", "TIME", "the next statement comes by TIME"},
	{OPTION_KEY, 'k', "key", "KEY|FILE", "the gate's public key: base64, or a file with it (verify)"},
	{OPTION_HELP, 'h', "help", NULL, "print help and exit"},
};

const struct command_row command_table[] = {
	{NULL, NULL, "COMMAND ...", 1, 1, "check signed DNS zones before they are published",
	 ROWS(program_options), NULL},
	{"check", NULL, "[ZONEFILE | -]", 0, 1, "validate a whole signed zone and report",
	 ROWS(check_options), command_check},
	{"policy", "lint|show|import", "[FILE[#NAME]]", 0, 1,
	 "look for errors in a policy or configuration, print a policy, or make one of a kasp.xml",
	 ROWS(help_only), command_policy},
	{"explain", NULL, "[ID]", 0, 1, "list the checks, or describe one",
	 ROWS(help_only), command_explain},
	{"completion", "bash", NULL, 0, 0, "print command-line completion for a shell",
	 ROWS(help_only), command_completion},
	{"release", NULL, "ZONE [ZONEFILE|-]", 1, 2, "check a zone and publish it if it passes",
	 ROWS(release_options), command_release},
	{"hook", "nsd|knot|cascade|opendnssec|bind", "[ZONE [FILE|SERIAL|ADDRESS]]", 0, 2,
	 "answer a name server that asks whether a new zone may go out",
	 ROWS(hook_options), command_hook},
	{"approve", NULL, "[ZONE [SERIAL [ZONEFILE]]]", 0, 3,
	 "accept, as an approver, what a candidate waits for",
	 ROWS(approve_options), command_approve},
	{"stage", "list|show|advance|abort", "[ZONE [STAGE]]", 0, 2,
	 "bring a release through the stages of its zone, or take it back",
	 ROWS(stage_options), command_stage},
	{"observe", NULL, "ZONE", 1, 1, "ask the servers of a zone whether they serve what was released",
	 ROWS(observe_options), command_observe},
	{"parent", "fetch|show|import|try|watch", "ZONE [DS-FILE]", 1, 2,
	 "ask what the parent publishes, and whether a DS set may be handed to it now",
	 ROWS(parent_options), command_parent},
	{"status", NULL, "[ZONE]", 0, 1, "say what is wrong, or will be when nobody acts",
	 ROWS(status_options), command_status},
	{"history", "list|show|export|import|bootstrap|confirm|verify|timeline", "ZONE [SERIAL|ZONEFILE]", 1, 2,
	 "look into the log of releases, or take over a zone that is served",
	 ROWS(history_options), command_history},
	{"statement", "make|verify", "ZONE [SERIAL]... | STATEMENT SIGNATURE", 1,
	 1 + ZG_STATEMENT_SERIALS_MAX, "state for the public what was stopped or is bad in service",
	 ROWS(statement_options), command_statement},
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

const char *
command_word(const struct command_row *command)
{
	return command->run == command_statement ? "make" : NULL;
}

int
command_usage_status(const struct command_row *command)
{
	return command->run == command_status ? EXIT_UNKNOWN : EXIT_UNDECIDED;
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
