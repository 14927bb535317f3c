/*
 * What Knot's control program is asked and told, and how its answers are read. They are text for
 * people, from a program that may be any: an answer that is not exactly what is expected is none.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/deadline.h"

/* Where Debian has it. */
#define KNOTC "/usr/sbin/knotc"

/* How long it waits for the server, and how long we wait for it: less than the margin before the
 * server's own time-out, so that a word that was given in time does not arrive late. Seconds. */
#define SERVER_SECONDS	"10"
#define PROGRAM_SECONDS 12

/* Words of one call; octets of its own words, and of what is printed for one zone beside its name:
 * "[] serial: 4294967295 | transaction: open-external\n" and room. */
#define WORDS_MAX     64
#define WORD_OCTETS   512
#define STATUS_OCTETS 80
/* Fields of a line, and of a SOA record. */
#define FIELDS_MAX 16

int64_t
knot_clock(void)
{
	return deadline_in(0);
}

/* --- Reading --- */

/* A line, as it stands in the text. */
struct line {
	const char *text;
	size_t length;
};

/* The only line that begins with "[ZONE] ", without that. Other lines, such as warnings, are about
 * something else. */
static bool
line_find(const char *text, size_t length, const char *zone, struct line *line)
{
	size_t name = strlen(zone), n = 0;

	if (memchr(text, '\0', length) != NULL)
		return false;
	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t size = end != NULL ? (size_t)(end - text) - at : length - at;

		if (size > name + 3 && text[at] == '[' && text[at + name + 1] == ']' &&
		    text[at + name + 2] == ' ' && strncasecmp(text + at + 1, zone, name) == 0) {
			*line = (struct line){text + at + name + 3, size - name - 3};
			n++;
		}
		at += size + 1;
	}
	return n == 1;
}

/* Cuts a copy of the line at every `separator`; 0: it is too long, or has too many parts. */
static size_t
line_cut(const struct line *line, const char *separator, char *copy, size_t size,
    char *parts[FIELDS_MAX])
{
	size_t n = 0, width = strlen(separator);

	if (line->length >= size)
		return 0;
	memcpy(copy, line->text, line->length);
	copy[line->length] = '\0';
	for (char *at = copy; at != NULL; n++) {
		char *end = strstr(at, separator);

		if (n == FIELDS_MAX)
			return 0;
		parts[n] = at;
		at = end != NULL ? end + width : NULL;
		if (end != NULL)
			*end = '\0';
	}
	return n;
}

/* Nothing, as several versions print it. */
static bool
is_none(const char *value)
{
	return strcmp(value, "-") == 0 || strcmp(value, "none") == 0;
}

/* A transaction of ours is "open-external"; "open" is that of somebody who edits the zone. */
static bool
transaction_read(const char *value, struct knot_status *status)
{
	status->external = strcmp(value, "open-external") == 0;
	return status->external || is_none(value) || strcmp(value, "open") == 0;
}

static bool
serial_read(const char *value, struct knot_status *status)
{
	int64_t number = 0;

	status->has_serial = value_number(value, 0, UINT32_MAX, &number);
	status->serial = (uint32_t)number;
	return status->has_serial || is_none(value);
}

bool
knot_status_read(const char *text, size_t length, const char *zone, struct knot_status *status)
{
	static const struct {
		const char *name;
		bool (*read)(const char *value, struct knot_status *status);
	} fields[] = {{"serial: ", serial_read}, {"transaction: ", transaction_read}};
	size_t seen[sizeof(fields) / sizeof(fields[0])] = {0};
	char copy[256], *parts[FIELDS_MAX];
	struct line line;
	size_t n;

	*status = (struct knot_status){.external = false};
	if (!line_find(text, length, zone, &line))
		return false;
	n = line_cut(&line, " | ", copy, sizeof(copy), parts);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < sizeof(fields) / sizeof(fields[0]); j++) {
			size_t width = strlen(fields[j].name);

			if (strncmp(parts[i], fields[j].name, width) != 0)
				continue;
			if (seen[j]++ > 0 || !fields[j].read(parts[i] + width, status))
				return false;
		}
	}
	return seen[0] == 1 && seen[1] == 1;
}

/* "OWNER TTL SOA MNAME RNAME SERIAL REFRESH RETRY EXPIRE MINIMUM". */
bool
knot_soa_read(const char *text, size_t length, const char *zone, uint32_t *serial)
{
	enum { OWNER, TTL, TYPE, SERIAL = 5, SOA_FIELDS = 10 };
	char copy[2 * CLAIM_ZONE_SIZE + CLAIM_ZONE_SIZE + 128], *parts[FIELDS_MAX];
	struct line line;
	int64_t number;

	if (!line_find(text, length, zone, &line) ||
	    line_cut(&line, " ", copy, sizeof(copy), parts) != SOA_FIELDS ||
	    strcasecmp(parts[OWNER], zone) != 0 || strcmp(parts[TYPE], "SOA") != 0)
		return false;
	for (size_t i = SERIAL + 1; i < SOA_FIELDS; i++) {
		if (!value_number(parts[i], 0, UINT32_MAX, &number))
			return false;
	}
	if (!value_number(parts[TTL], 0, UINT32_MAX, &number) ||
	    !value_number(parts[SERIAL], 0, UINT32_MAX, &number))
		return false;
	*serial = (uint32_t)number;
	return true;
}

/* --- Asking --- */

/* A command line that is put together. */
struct call {
	char *words[WORDS_MAX + 1];
	size_t n;
	char store[WORD_OCTETS]; /* of words that are not somebody else's */
	size_t used;
};

static void
call_add(struct call *call, char *word)
{
	if (call->n < WORDS_MAX)
		call->words[call->n++] = word;
}

/* Words of ours are few and short: the store and the list hold them all. */
static void
call_say(struct call *call, const char *word)
{
	size_t size = strlen(word) + 1;

	if (size > sizeof(call->store) - call->used)
		return;
	memcpy(call->store + call->used, word, size);
	call_add(call, call->store + call->used);
	call->used += size;
}

/* The program, in words that do not depend on a terminal: no colour, and empty fields shown. */
static void
call_begin(struct call *call, const struct config_zone *zone)
{
	*call = (struct call){.n = 0};
	if (zone->knot.control != NULL)
		call_add(call, zone->knot.control);
	else
		call_say(call, KNOTC);
	call_say(call, "-x");
	call_say(call, "-e");
	call_say(call, "-t");
	call_say(call, SERVER_SECONDS);
	if (zone->knot.socket != NULL) {
		call_say(call, "-s");
		call_add(call, zone->knot.socket);
	}
}

/* False: `why` it did not end well. What it printed is in the outcome either way. */
static bool
call_run(struct call *call, const struct config_zone *zone, struct command_outcome *outcome,
    char *why, size_t size)
{
	const struct config_command command = {
	    .arguments = call->words, .timeout = PROGRAM_SECONDS};
	const struct command_task task = {.command = &command,
	    .event = "hook",
	    .zone = zone->name,
	    .verdict = "none",
	    .whole = true};
	const char *last;

	command_execute(&task, outcome);
	if (outcome->succeeded)
		return true;
	while (outcome->length > 0 && outcome->output[outcome->length - 1] == '\n')
		outcome->output[--outcome->length] = '\0';
	last = strrchr(outcome->output, '\n');
	(void)snprintf(why, size, "%s: %s%s%.200s", call->words[0], outcome->why,
	    outcome->output[0] != '\0' ? ": " : "", last != NULL ? last + 1 : outcome->output);
	return false;
}

/* Nothing of it was cut off. */
static bool
is_all(const struct command_outcome *outcome)
{
	return outcome->length < sizeof(outcome->output) - 1;
}

static bool
is_same_server(const struct config_knot *one, const struct config_knot *other)
{
	const char *program = one->control != NULL ? one->control : KNOTC;
	const char *other_program = other->control != NULL ? other->control : KNOTC;
	const char *socket = one->socket != NULL ? one->socket : "";

	return strcmp(program, other_program) == 0 &&
	       strcmp(socket, other->socket != NULL ? other->socket : "") == 0;
}

size_t
knot_batch(const struct config_zone *const *zones, size_t n)
{
	size_t octets = 0, limit = sizeof(((struct command_outcome *)NULL)->output) - 1, taken;

	for (taken = 0; taken < n && taken < WORDS_MAX / 2; taken++) {
		octets += strlen(zones[taken]->name) + STATUS_OCTETS;
		if (taken > 0 &&
		    (octets >= limit || !is_same_server(&zones[0]->knot, &zones[taken]->knot)))
			break;
	}
	return taken;
}

bool
knot_ask(const struct config_zone *const *zones, size_t n, struct command_outcome *outcome,
    char *why, size_t size)
{
	struct call call;

	call_begin(&call, zones[0]);
	call_say(&call, "zone-status");
	for (size_t i = 0; i < n; i++)
		call_add(&call, zones[i]->name);
	call_say(&call, "+serial");
	call_say(&call, "+transaction");
	if (call_run(&call, zones[0], outcome, why, size))
		(void)snprintf(
		    why, size, "%s: what it says of the zone is not understood", call.words[0]);
	/* Of several zones it may not know one: the others have their lines. */
	return is_all(outcome) && outcome->output[0] != '\0';
}

bool
knot_status(const struct config_zone *zone, struct knot_status *status, char *why, size_t size)
{
	struct command_outcome outcome;

	return knot_ask(&zone, 1, &outcome, why, size) && outcome.succeeded &&
	       knot_status_read(outcome.output, outcome.length, zone->name, status);
}

bool
knot_pending(const struct config_zone *zone, uint32_t *serial, char *why, size_t size)
{
	struct command_outcome outcome;
	struct call call;

	call_begin(&call, zone);
	call_say(&call, "zone-get");
	call_add(&call, zone->name);
	call_say(&call, "@");
	call_say(&call, "SOA");
	if (!call_run(&call, zone, &outcome, why, size))
		return false;
	if (is_all(&outcome) && knot_soa_read(outcome.output, outcome.length, zone->name, serial))
		return true;
	(void)snprintf(why, size, "%s: the SOA of what waits is not understood", call.words[0]);
	return false;
}

bool
knot_tell(const struct config_zone *zone, enum knot_word word, char *why, size_t size)
{
	struct command_outcome outcome;
	struct call call;

	call_begin(&call, zone);
	call_say(&call, word == KNOT_COMMIT ? "zone-commit" : "zone-abort");
	call_add(&call, zone->name);
	return call_run(&call, zone, &outcome, why, size);
}
