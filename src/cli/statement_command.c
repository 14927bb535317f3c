/*
 * `zonegate statement`: what a registry publishes about an incident, from the decision log, signed
 * with the gate's key; and the check of such a signature.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file_replace.h"
#include "publish/incident.h"
#include "publish/statement_signature.h"
#include "report/statement.h"

/* What was stopped so long ago belongs to the incident, unless --since says otherwise. */
#define SINCE_DEFAULT 86400

/* Mode of what is written: it is for everybody. */
#define OUTPUT_MODE 0644

/* The signature of FILE is FILE.sig. */
#define SIGNATURE_SUFFIX ".sig"

/* Octets of a file with a public key: hex digits and a line feed, and room to see that it is none.
 */
#define KEY_FILE_MAX 256

/* Exit statuses of `verify`: good, not good; EXIT_UNDECIDED: could not tell. */
enum { VERIFY_GOOD = 0, VERIFY_BAD = 1 };

static int
trouble(const struct zg_error *error, zg_status status)
{
	complain("statement: %s", error->text[0] != '\0' ? error->text : zg_status_text(status));
	return EXIT_UNDECIDED;
}

/* --- make: the wish --- */

struct make_job {
	const struct arguments *arguments;
	struct config *config;
	struct incident_wish wish;
	struct statement_words words;
	enum statement_format format;
};

static bool
format_read(struct make_job *job)
{
	static const char *const formats[] = {[STATEMENT_FORMAT_TEXT] = "text",
	    [STATEMENT_FORMAT_JSON] = "json",
	    [STATEMENT_FORMAT_HTML] = "html"};
	const char *wanted = job->arguments->values[OPTION_FORMAT];

	job->format = STATEMENT_FORMAT_TEXT;
	for (size_t i = 0; wanted != NULL && i < sizeof(formats) / sizeof(formats[0]); i++) {
		job->format = (enum statement_format)i;
		if (strcmp(wanted, formats[i]) == 0)
			return true;
	}
	return wanted == NULL ||
	       option_malformed(job->arguments, "format", OPTION_FORMAT, "text, json or html");
}

static bool
fault_read(struct make_job *job)
{
	const char *said = job->arguments->values[OPTION_FAULT];

	job->words.fault = OPERATIONAL_UNKNOWN;
	for (int i = 0; said != NULL && i < OPERATIONAL_WORDS; i++) {
		job->words.fault = (enum operational)i;
		if (strcmp(said, operational_word(job->words.fault)) == 0)
			return true;
	}
	return said == NULL ||
	       option_malformed(job->arguments, "fault", OPTION_FAULT, "yes, no or unknown");
}

static bool
time_read(struct make_job *job, const char *option, enum option_id id, int64_t *time)
{
	const char *text = job->arguments->values[id];

	return text == NULL || value_time(text, job->wish.now, time) ||
	       option_malformed(job->arguments, option, id,
		   "a time (YYYYMMDDHHMMSS, seconds since 1970, or +N/-N with s, m, h, d or w)");
}

static bool
serials_read(struct make_job *job)
{
	const struct arguments *arguments = job->arguments;

	for (size_t i = 1; i < arguments->n_operands; i++) {
		int64_t serial;

		if (!value_number(arguments->operands[i], 0, UINT32_MAX, &serial)) {
			(void)complain_usage(
			    arguments->command, "'%s' is no serial", arguments->operands[i]);
			return false;
		}
		job->wish.serials[job->wish.n_serials++] = (uint32_t)serial;
	}
	/* What is named may be long ago. */
	if (job->wish.n_serials > 0 && arguments->values[OPTION_SINCE] == NULL)
		job->wish.since = 0;
	return true;
}

static bool
wish_read(struct make_job *job)
{
	const char *const *values = job->arguments->values;

	job->wish.now = clock_now();
	job->wish.since = job->wish.now - SINCE_DEFAULT;
	job->words.broken = values[OPTION_BROKEN] != NULL;
	job->words.reason = values[OPTION_REASON];
	job->words.next = values[OPTION_NEXT];
	return format_read(job) && fault_read(job) &&
	       time_read(job, "since", OPTION_SINCE, &job->wish.since) &&
	       time_read(job, "update", OPTION_UPDATE, &job->words.update) && serials_read(job);
}

/* --- make: the work --- */

/* The file and its signature: first the signature, so that a statement that is seen has one. */
static zg_status
files_write(const struct make_job *job, const char *text, size_t length, const char *signature,
    struct zg_error *error)
{
	const char *path = job->arguments->values[OPTION_OUTPUT];
	char *signature_path = NULL;
	zg_status status;

	if (asprintf(&signature_path, "%s" SIGNATURE_SUFFIX, path) < 0)
		return ZG_MEMORY;
	status = file_replace(
	    signature_path, (const uint8_t *)signature, strlen(signature), OUTPUT_MODE, error);
	if (status == ZG_OK)
		status = file_replace(path, (const uint8_t *)text, length, OUTPUT_MODE, error);
	free(signature_path);
	return status;
}

static zg_status
statement_write(const struct make_job *job, const char *text, size_t length, struct zg_error *error)
{
	struct state_directory state = {.fd = -1};
	char signature[STATEMENT_SIGNATURE_SIZE];
	zg_status status;

	if (job->arguments->values[OPTION_OUTPUT] == NULL) {
		complain("statement: not signed: --output FILE writes it to FILE, and its "
			 "signature to FILE" SIGNATURE_SUFFIX);
		return write_all(STDOUT_FILENO, text, length) ? ZG_OK : output_trouble(error);
	}
	status = state_open(job->config->state, false, &state, error);
	if (status == ZG_OK)
		status = statement_sign(&state, text, length, signature, error);
	state_close(&state);
	return status == ZG_OK ? files_write(job, text, length, signature, error) : status;
}

static zg_status
statement_work(struct make_job *job, struct zg_error *error)
{
	struct incident *incident = NULL;
	struct statement *statement = NULL;
	char *text = NULL;
	size_t length;
	zg_status status = incident_read(&job->wish, &incident, error);

	if (status == ZG_OK)
		status = statement_make(incident, &job->words, &statement, error);
	if (status == ZG_OK && statement->situation == SITUATION_QUIET &&
	    job->wish.n_serials == 0) {
		(void)snprintf(error->text, sizeof(error->text),
		    "%s: nothing was stopped, and nothing is known to be wrong in service: name a "
		    "serial, or an earlier --since",
		    job->wish.zone->name);
		status = ZG_PARAMETER;
	}
	if (status == ZG_OK)
		status = statement_render(statement, job->format, &text, &length, error);
	if (status == ZG_OK)
		status = statement_write(job, text, length, error);
	free(text);
	statement_free(statement);
	incident_free(incident);
	return status;
}

static int
run_make(const struct arguments *arguments)
{
	struct make_job job = {.arguments = arguments};
	struct zg_error error = {0};
	zg_status status;

	if (!wish_read(&job))
		return EXIT_UNDECIDED;
	status = config_read(arguments->values[OPTION_CONFIG], &job.config, &error);
	if (status == ZG_OK) {
		job.wish.config = job.config;
		job.wish.zone = config_zone_find(job.config, arguments->operands[0]);
		if (job.wish.zone == NULL) {
			(void)snprintf(error.text, sizeof(error.text), "%s has no zone '%s'",
			    job.config->path, arguments->operands[0]);
			status = ZG_PARAMETER;
		}
	}
	if (status == ZG_OK)
		status = statement_work(&job, &error);
	config_free(job.config);
	return status == ZG_OK ? output_end() : trouble(&error, status);
}

/* --- verify --- */

/* The key itself, or the name of a file that holds it. */
static zg_status
key_read(const char *said, uint8_t public_key[32], struct zg_error *error)
{
	uint8_t *bytes = NULL;
	size_t length = 0;
	zg_status status;

	if (statement_key_read(said, strlen(said), public_key))
		return ZG_OK;
	status = file_read(said, KEY_FILE_MAX, &bytes, &length, error);
	if (status == ZG_OK && !statement_key_read((const char *)bytes, length, public_key)) {
		(void)snprintf(error->text, sizeof(error->text), "%s holds no public key", said);
		status = ZG_PARAMETER;
	}
	free(bytes);
	return status;
}

static zg_status
verify(const struct arguments *arguments, struct zg_error *error)
{
	uint8_t public_key[32], *statement = NULL, *signature = NULL;
	size_t length = 0, signature_length = 0;
	zg_status status = key_read(arguments->values[OPTION_KEY], public_key, error);

	if (status == ZG_OK)
		status = file_read(
		    arguments->operands[0], ZG_STATEMENT_BYTES_MAX, &statement, &length, error);
	if (status == ZG_OK)
		status = file_read(arguments->operands[1], ZG_STATEMENT_BYTES_MAX, &signature,
		    &signature_length, error);
	if (status == ZG_OK)
		status = statement_verify(public_key, (const char *)statement, length,
		    (const char *)signature, signature_length, error);
	free(statement);
	free(signature);
	return status;
}

static int
run_verify(const struct arguments *arguments)
{
	struct zg_error error = {0};
	char words[4 * ZG_ERROR_TEXT_MAX];
	zg_status status;

	if (arguments->n_operands != 2 || arguments->values[OPTION_KEY] == NULL)
		return complain_usage(arguments->command, "verify: --key KEY STATEMENT SIGNATURE");
	status = verify(arguments, &error);
	if (status != ZG_OK && status != ZG_INPUT_BAD)
		return trouble(&error, status);
	escape(words, sizeof(words), error.text);
	(void)printf("%s%s\n", status == ZG_OK ? "good" : "not good: ", words);
	if (output_end() != 0)
		return EXIT_UNDECIDED;
	return status == ZG_OK ? VERIFY_GOOD : VERIFY_BAD;
}

int
command_statement(const struct arguments *arguments)
{
	return strcmp(arguments->word, "verify") == 0 ? run_verify(arguments) : run_make(arguments);
}
