/*
 * `zonegate history bootstrap`: a history from nothing but what the zone's servers serve (DESIGN
 * 9.9). Every server must answer, prove what it says from the parent's DS set, and agree with the
 * others. Where one gives the whole zone away, that is taken over as by `history import`.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/text_writer.h"
#include "observe/survey.h"
#include "publish/history_view.h"

/* Names asked for that are hardly there: each shows up to three records of denial. */
#define ABSENT_NAMES 16
/* All questions together. Milliseconds. */
#define ASK_MILLISECONDS 60000
/* One whole copy of the zone. */
#define TRANSFER_SECONDS 600
/* All of it, the check of a whole zone included. Seconds. */
#define BOOTSTRAP_TIMEOUT 3600
#define COPY_OCTETS	  65536

struct bootstrap {
	const struct arguments *arguments;
	const struct config *config;
	const struct config_zone *zone;
	struct gate_job gate;
	struct parent_places places;
	struct net_address servers[CONFIG_SERVERS_MAX];
	int64_t now, since;
	uint64_t seed;
	char actor[80];
};

/* What is found. */
struct finds {
	const struct bootstrap *job;
	zg_policy *policy;
	struct parent_look *look;   /* owned; NULL: the parent is not asked */
	struct history_ds *ds_rows; /* owned; what is recorded of the DS set */
	size_t n_ds_rows;
	struct release_ds ds[ZG_DS_MAX]; /* that all is proved from */
	size_t n_ds;
	uint32_t ds_ttl;
	struct zone_sample *questions;
	struct surveyed *surveyed;     /* owned; of each server */
	struct release_facts *facts;   /* owned; as all servers have them */
	struct history_served *served; /* owned; of each server */
	struct zg_result *result;      /* of the whole zone; NULL: nobody gave it */
	char *ds_text;		       /* owned */
	int zone_fd;		       /* the whole zone; -1: nobody gave it */
	const char *given_by;	       /* who did */
	bool refused; /* what was found is not to be taken over: `error` says why */
};

/* What is served cannot be taken over. */
static zg_status PRINTF_LIKE(3, 4)
    refuse(struct finds *finds, struct zg_error *error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	finds->refused = true;
	return ZG_INPUT_BAD;
}

/* --- What proves it --- */

/* As the parent's servers agree on it, now. */
static zg_status
ds_from_parent(struct finds *finds, struct zg_error *error)
{
	struct parent_places places = finds->job->places;
	struct parent_rules rules;
	struct look_agreed agreed;
	zg_status status;

	finds->look = calloc(1, sizeof(*finds->look));
	finds->ds_rows = calloc(PARENT_LOOK_ROWS, sizeof(*finds->ds_rows));
	if (finds->look == NULL || finds->ds_rows == NULL)
		return ZG_MEMORY;
	status = parent_ask(&places, finds->job->zone->name, finds->job->now, finds->look, error);
	if (status != ZG_OK)
		return status;
	parent_rules_of(finds->policy, &rules);
	look_agree(finds->look, rules.majority, &agreed);
	if (agreed.by == NULL) {
		(void)snprintf(error->text, sizeof(error->text), "the parent proved nothing: %s",
		    parent_trouble(finds->look));
		return ZG_READ;
	}
	if (!agreed.agreed)
		return refuse(finds, error, "the parent's servers do not agree on the DS set");
	finds->n_ds = agreed.by->n_ds;
	finds->ds_ttl = agreed.ttl;
	memcpy(finds->ds, agreed.by->ds, finds->n_ds * sizeof(finds->ds[0]));
	finds->n_ds_rows = parent_look_rows(finds->look, true, finds->ds_rows);
	return ZG_OK;
}

static zg_status
ds_from_file(struct finds *finds, struct zg_error *error)
{
	const struct bootstrap *job = finds->job;
	const struct zg_source file = {.kind = ZG_SOURCE_PATH, .path = job->zone->ds_path};
	struct history_ds *row = finds->ds_rows = calloc(1, sizeof(*row));
	zg_status status;

	if (row == NULL)
		return ZG_MEMORY;
	status = zg_ds_read(&file, job->zone->name, finds->ds, &finds->n_ds, &finds->ds_ttl, error);
	if (status != ZG_OK)
		return status;
	if (job->zone->ds_ttl > 0)
		finds->ds_ttl = (uint32_t)job->zone->ds_ttl;
	*row = (struct history_ds){.time = job->now,
	    .source = SOURCE_FILE,
	    .answered = true,
	    .ttl = finds->ds_ttl,
	    .n = finds->n_ds};
	(void)snprintf(row->server, sizeof(row->server), "%s", file.path);
	memcpy(row->entries, finds->ds, finds->n_ds * sizeof(finds->ds[0]));
	finds->n_ds_rows = 1;
	return ZG_OK;
}

static zg_status
find_ds(struct finds *finds, struct zg_error *error)
{
	zg_status status;

	if (parent_places_are_configured(&finds->job->places))
		status = ds_from_parent(finds, error);
	else if (finds->job->zone->ds_path != NULL)
		status = ds_from_file(finds, error);
	else {
		(void)snprintf(error->text, sizeof(error->text),
		    "%s has neither servers of its parent, a resolver nor a DS file: nothing that "
		    "is served can be proved",
		    finds->job->zone->name);
		return ZG_INPUT_MISSING;
	}
	if (status == ZG_OK && finds->n_ds == 0)
		status = refuse(
		    finds, error, "the parent has no DS: what is served is not signed for anybody");
	return status;
}

/* --- What is served --- */

/* Data that no key of the zone has signed. */
static const struct release_class *
unsigned_class(const struct release_facts *facts)
{
	for (size_t i = 0; i < facts->n_classes; i++) {
		uint64_t published = 0;

		for (size_t k = 0; k < facts->n_keys; k++)
			published |= facts->keys[k].published ? UINT64_C(1) << k : 0;
		if ((facts->classes[i].signers & published) == 0)
			return &facts->classes[i];
	}
	return NULL;
}

/* Holds one server's answers against those of the first. */
static zg_status
take_server(struct finds *finds, size_t at, struct release_facts *facts, struct zg_error *error)
{
	const struct bootstrap *job = finds->job;
	const struct surveyed *surveyed = &finds->surveyed[at];
	const struct zg_source source = {.kind = ZG_SOURCE_MEMORY,
	    .path = surveyed->server,
	    .bytes = surveyed->text,
	    .length = surveyed->length};
	const struct release_class *class;
	zg_status status;

	if (surveyed->text == NULL) {
		(void)snprintf(
		    error->text, sizeof(error->text), "%s: %s", surveyed->server, surveyed->note);
		finds->refused = surveyed->answered;
		return surveyed->answered ? ZG_INPUT_BAD : ZG_READ;
	}
	status = zg_zone_facts(&source, job->zone->name, finds->policy, job->now, facts, error);
	if (status != ZG_OK)
		return status;
	class = unsigned_class(facts);
	if (class != NULL)
		return refuse(finds, error,
		    "%s: no signature of a key of the zone over %s %s verifies", surveyed->server,
		    class->owner, class->type);
	if (at > 0 &&
	    !(history_sample_of(facts, finds->facts) && history_sample_of(finds->facts, facts)))
		return refuse(finds, error,
		    "%s serves another version than %s: serial %" PRIu32 ", and %" PRIu32,
		    surveyed->server, finds->surveyed[0].server, facts->serial,
		    finds->facts->serial);
	finds->served[at] = (struct history_served){.time = job->now, .serial = facts->serial};
	(void)snprintf(
	    finds->served[at].server, sizeof(finds->served[at].server), "%s", surveyed->server);
	return ZG_OK;
}

static zg_status
compare_servers(struct finds *finds, struct zg_error *error)
{
	struct release_facts *facts;
	zg_status status = take_server(finds, 0, finds->facts, error);

	for (size_t i = 1; i < finds->job->zone->n_servers && status == ZG_OK; i++) {
		facts = calloc(1, sizeof(*facts));
		if (facts == NULL)
			return ZG_MEMORY;
		status = take_server(finds, i, facts, error);
		release_facts_clear(facts);
		free(facts);
	}
	/* Of a sample neither digest nor counts are the zone's, and other keys may sign the rest.
	 */
	finds->facts->digest[0] = '\0';
	memset(finds->facts->counts, 0, sizeof(finds->facts->counts));
	finds->facts->more_classes = true;
	return status;
}

static zg_status
find_served(struct finds *finds, struct zg_error *error)
{
	const struct bootstrap *job = finds->job;
	size_t n = job->zone->n_servers;
	struct survey_question question = {.servers = job->servers,
	    .n_servers = n,
	    .ds = finds->ds,
	    .n_ds = finds->n_ds,
	    .now = job->now,
	    .limits = {.until = deadline_in(ASK_MILLISECONDS)}};
	zg_status status = zg_zone_questions(
	    job->zone->name, finds->policy, ABSENT_NAMES, job->seed, &finds->questions, error);

	finds->surveyed = calloc(n, sizeof(*finds->surveyed));
	finds->served = calloc(n, sizeof(*finds->served));
	finds->facts = calloc(1, sizeof(*finds->facts));
	if (finds->surveyed == NULL || finds->served == NULL || finds->facts == NULL)
		return ZG_MEMORY;
	question.sample = finds->questions;
	if (status == ZG_OK)
		status = survey_servers(&question, finds->surveyed, error);
	return status == ZG_OK ? compare_servers(finds, error) : status;
}

/* --- The whole zone, from a server that gives it --- */

static bool
copy(int from, int to)
{
	uint8_t *block = malloc(COPY_OCTETS);
	ssize_t n = block == NULL ? -1 : 1;

	while (n > 0) {
		do
			n = read(from, block, COPY_OCTETS);
		while (n < 0 && errno == EINTR);
		if (n > 0 && !write_all(to, block, (size_t)n))
			n = -1;
	}
	free(block);
	return n == 0;
}

/* A file without a name, in the state directory if it is there. False: errno. */
static bool
zone_file_make(struct finds *finds)
{
	finds->zone_fd = open(finds->job->config->state, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (finds->zone_fd < 0)
		finds->zone_fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return finds->zone_fd >= 0;
}

/* ZG_OK and a zone_fd of -1: it does not give it. */
static zg_status
server_transfer(struct finds *finds, const char *server, struct zg_error *error)
{
	const struct fetch_wish wish = {.server = server,
	    .zone = finds->job->zone->name,
	    .key = finds->job->arguments->values[OPTION_TSIG],
	    .seconds = TRANSFER_SECONDS};
	struct zg_error trouble = {0};
	struct fetch fetch;
	bool copied;
	zg_status status;

	if (!zone_file_make(finds)) {
		(void)snprintf(error->text, sizeof(error->text), "no file for the zone: %s",
		    strerrordesc_np(errno));
		return ZG_WRITE;
	}
	status = fetch_begin(&wish, &fetch, error);
	if (status != ZG_OK)
		return status;
	copied = copy(fetch.fd, finds->zone_fd);
	if (fetch_end(&fetch, &trouble) == ZG_OK && copied) {
		finds->given_by = server;
		return ZG_OK;
	}
	(void)close(finds->zone_fd);
	finds->zone_fd = -1;
	return ZG_OK;
}

/* The gate over the whole zone, which must be what its servers answer from. */
static zg_status
judge_whole(struct finds *finds, struct zg_error *error)
{
	struct gate_job gate = finds->job->gate;
	const struct release_facts *facts;
	zg_status status = parent_ds_text(
	    finds->job->zone->name, finds->ds, finds->n_ds, finds->ds_ttl, &finds->ds_text);

	if (status != ZG_OK)
		return status;
	gate.inputs.policy = finds->policy;
	gate.inputs.origin = finds->job->zone->name;
	gate.inputs.remember = true;
	gate.inputs.now = finds->job->now;
	gate.inputs.zone =
	    (struct zg_source){.kind = ZG_SOURCE_FD, .fd = finds->zone_fd, .path = "<transfer>"};
	gate.inputs.ds = (struct zg_source){.kind = ZG_SOURCE_MEMORY,
	    .path = "<parent>",
	    .bytes = finds->ds_text,
	    .length = strlen(finds->ds_text)};
	if (lseek(finds->zone_fd, 0, SEEK_SET) != 0)
		return ZG_READ;
	status = gate_job_run(&gate, &finds->result, error);
	if (status != ZG_OK)
		return status;
	facts = zg_result_facts(finds->result);
	if (facts == NULL || (finds->result->verdict != ZG_VERDICT_PASS &&
				 finds->job->arguments->values[OPTION_SERVED] == NULL))
		return refuse(finds, error,
		    "the zone that %s gives does not pass: %s. If it is what is served all the "
		    "same: "
		    "--served",
		    finds->given_by, finds->result->reason);
	if (!history_sample_of(finds->facts, facts))
		return refuse(
		    finds, error, "%s gives another version than it answers from", finds->given_by);
	return ZG_OK;
}

static zg_status
find_whole(struct finds *finds, struct zg_error *error)
{
	zg_status status = ZG_OK;

	if (finds->job->arguments->values[OPTION_NO_TRANSFER] != NULL)
		return ZG_OK;
	for (size_t i = 0;
	     i < finds->job->zone->n_servers && status == ZG_OK && finds->given_by == NULL; i++)
		status = server_transfer(finds, finds->surveyed[i].server, error);
	return status == ZG_OK && finds->given_by != NULL ? judge_whole(finds, error) : status;
}

/* --- The record --- */

/* "seen at 2 servers, proved from the parent's DS set: a sample of its data". */
static void
evidence(const struct finds *finds, char *text, size_t size)
{
	int used = snprintf(text, size,
	    "seen at %zu servers, proved from the DS set of %s: ", finds->job->zone->n_servers,
	    finds->look != NULL ? "the parent's servers" : "the DS file");

	if (used < 0 || (size_t)used >= size)
		return;
	if (finds->given_by != NULL)
		(void)snprintf(
		    text + used, size - (size_t)used, "the whole zone, from %s", finds->given_by);
	else
		(void)snprintf(text + used, size - (size_t)used, "a sample of its data");
}

static zg_status
record(struct finds *finds, struct zg_error *error)
{
	const struct zg_report_options json = {.format = ZG_FORMAT_JSON};
	const struct bootstrap *job = finds->job;
	bool whole = finds->result != NULL;
	char why[256], findings[FINDINGS_SIZE] = "", *report = NULL;
	size_t length;
	struct history_import wish = {.zone = job->zone,
	    .facts = whole ? zg_result_facts(finds->result) : finds->facts,
	    .zone_fd = finds->zone_fd,
	    .policy_digest = whole ? finds->result->policy_digest : "",
	    .policy = whole ? finds->policy : NULL,
	    .reason = why,
	    .findings = findings,
	    .actor = job->actor,
	    .since = job->since,
	    .now = job->now,
	    .ds = finds->ds_rows,
	    .n_ds = finds->n_ds_rows,
	    .served = finds->served,
	    .n_served = job->zone->n_servers,
	    .first = true};
	zg_status status = ZG_OK;

	evidence(finds, why, sizeof(why));
	(void)snprintf(finds->facts->zone, sizeof(finds->facts->zone), "%s", job->zone->name);
	if (whole) {
		findings_join(finds->result, findings, sizeof(findings));
		status = zg_report_render(finds->result, &json, &report, &length, error);
	}
	wish.report = report;
	if (status == ZG_OK)
		status = history_import(job->config, &wish, error);
	/* The log knows more, or is ahead of the clock: that is no trouble of the gate's. */
	finds->refused = status == ZG_PARAMETER;
	free(report);
	return status;
}

static zg_status
tell(const struct finds *finds, struct zg_error *error)
{
	const struct release_facts *facts =
	    finds->result != NULL ? zg_result_facts(finds->result) : finds->facts;
	char since[UTC_TEXT_MAX], why[256];

	utc_format(finds->job->since, since);
	evidence(finds, why, sizeof(why));
	(void)printf("%s: serial %" PRIu32 " taken over, served since %s\n%s\n",
	    finds->job->zone->name, facts->serial, since, why);
	for (size_t i = 0; i < facts->n_keys; i++)
		(void)printf("key %u/%u%s%s\n", facts->keys[i].algorithm, facts->keys[i].tag,
		    facts->keys[i].signs_dnskey ? ", signs DNSKEY" : "",
		    facts->keys[i].published ? "" : ", not published");
	return output_close(error);
}

static void
bootstrap_work(void *context, struct claim *claim)
{
	struct finds finds = {.job = context, .zone_fd = -1};
	struct zg_error error = {0};
	zg_status status = release_policy_open(finds.job->zone, &finds.policy, &error);

	if (status == ZG_OK)
		status = find_ds(&finds, &error);
	if (status == ZG_OK)
		status = find_served(&finds, &error);
	if (status == ZG_OK)
		status = find_whole(&finds, &error);
	if (status == ZG_OK)
		status = record(&finds, &error);
	if (status == ZG_OK)
		status = tell(&finds, &error);
	if (status == ZG_OK) {
		claim->verdict = ZG_VERDICT_PASS;
	} else if (finds.refused) {
		complain("history: not taken over: %s", error.text);
		claim->verdict = ZG_VERDICT_REFUSE;
	} else {
		claim_trouble(claim, status, &error);
	}
	surveyed_clear(finds.surveyed, finds.job->zone->n_servers);
	free(finds.surveyed);
	free(finds.served);
	if (finds.facts != NULL)
		release_facts_clear(finds.facts);
	free(finds.facts);
	free(finds.look);
	free(finds.ds_rows);
	free(finds.ds_text);
	zone_sample_free(finds.questions);
	zg_result_free(finds.result);
	zg_policy_free(finds.policy);
	if (finds.zone_fd >= 0)
		(void)close(finds.zone_fd);
}

/* --- The command --- */

static bool
job_read(struct bootstrap *job)
{
	const struct config_zone *zone = job->zone;
	const char *since = job->arguments->values[OPTION_SINCE];

	if (job->arguments->n_operands > 1) {
		(void)complain_usage(job->arguments->command, "bootstrap: ZONE");
		return false;
	}
	if (!gate_job_read(job->arguments, &job->gate))
		return false;
	if (since != NULL && !value_time(since, job->now, &job->since))
		return option_malformed(job->arguments, "since", OPTION_SINCE,
		    "a time (YYYYMMDDHHMMSS, seconds since 1970, or +N/-N with s, m, h, d or w)");
	if (getrandom(&job->seed, sizeof(job->seed), 0) != sizeof(job->seed)) {
		complain("history: no random numbers");
		return false;
	}
	if (zone->n_servers == 0)
		complain("history: %s:%u: %s has no servers to be asked", job->config->path,
		    zone->line, zone->name);
	for (size_t i = 0; i < zone->n_servers; i++) {
		if (!net_address_make(
			zone->servers[i].address, zone->servers[i].port, &job->servers[i])) {
			complain("history: '%s' cannot be asked", zone->servers[i].address);
			return false;
		}
	}
	actor_read(job->actor, sizeof(job->actor));
	return zone->n_servers > 0 && parent_places_of(zone, &job->places);
}

int
history_bootstrap(const struct arguments *arguments, const struct config *config,
    const struct config_zone *zone, int64_t now)
{
	struct bootstrap job = {
	    .arguments = arguments, .config = config, .zone = zone, .now = now, .since = now};
	struct claim claim;
	zg_verdict verdict = ZG_VERDICT_UNDECIDED;

	if (job_read(&job))
		verdict = supervise(
		    &(struct supervised){
			.work = bootstrap_work, .context = &job, .timeout = BOOTSTRAP_TIMEOUT},
		    &claim);
	return zg_verdict_exit_status(verdict);
}
