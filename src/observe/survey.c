/* What servers serve, as zone text. */
#include "observe/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text_writer.h"
#include "dns/rdata_view.h"
#include "dns/rr_type.h"
#include "net/record.h"
#include "parent/prove.h"

/* An RRset that the text has. */
struct taken {
	const uint8_t *owner; /* into an answer */
	uint16_t type;
};

/* The text of one server while it is written. */
struct writing {
	const struct zone_sample *sample;
	struct text_writer text;
	struct taken taken[ZG_SURVEY_RRSETS_MAX];
	size_t n;
	struct record_writer writer;
	struct wire_record record;
	char line[RECORD_LINE_MAX];
};

/* --- RRsets --- */

static bool
is_of(const struct message_record *record, const uint8_t *owner, uint16_t type)
{
	return record->class == CLASS_IN && record->type == type &&
	       name_equal(record->owner, owner);
}

/* The record is a signature over that RRset. */
static bool
is_over(const struct message_record *record, const uint8_t *owner, uint16_t type,
    struct rrsig_view *rrsig)
{
	return is_of(record, owner, RR_RRSIG) && rrsig_view(record->rdata, record->rdlen, rrsig) &&
	       rrsig->type_covered == type;
}

static bool
is_taken(const struct writing *writing, const uint8_t *owner, uint16_t type)
{
	for (size_t i = 0; i < writing->n; i++) {
		if (writing->taken[i].type == type && name_equal(writing->taken[i].owner, owner))
			return true;
	}
	return false;
}

/*
 * How long caches may keep the RRset: who shortens a TTL on the way shortens nothing here, as the
 * TTL that was signed counts when it is longer. False: its owner was made from a wildcard, so that
 * the zone has no such RRset (RFC 4035 section 5.3.2).
 */
static bool
rrset_ttl(const struct message_record *records, size_t n, const uint8_t *owner, uint16_t type,
    uint32_t *ttl)
{
	struct rrsig_view rrsig;

	*ttl = 0;
	for (size_t i = 0; i < n; i++) {
		if (is_of(&records[i], owner, type) && records[i].ttl > *ttl)
			*ttl = records[i].ttl;
		if (!is_over(&records[i], owner, type, &rrsig))
			continue;
		if (rrsig.labels < name_rrsig_labels(owner))
			return false;
		if (rrsig.original_ttl > *ttl)
			*ttl = rrsig.original_ttl;
	}
	return true;
}

static void
write_record(struct writing *writing, const struct message_record *record, uint32_t ttl)
{
	struct wire_record *wire = &writing->record;

	wire->owner_len = name_length(record->owner);
	memcpy(wire->owner, record->owner, wire->owner_len);
	wire->type = record->type;
	wire->class = record->class;
	wire->ttl = ttl;
	wire->rdata = record->rdata;
	wire->rdlen = record->rdlen;
	writing->writer.at = writing->line;
	record_write(&writing->writer, wire);
	text_add_bytes(&writing->text, writing->line, (size_t)(writing->writer.at - writing->line));
}

/* Writes an RRset of the answer with its signatures, unless another answer had it: what a server
 * says of one RRset at two times are two RRsets. */
static void
take_rrset(struct writing *writing, const struct message *answer, enum message_section section,
    const uint8_t *owner, uint16_t type)
{
	size_t n;
	const struct message_record *records = message_section(answer, section, &n);
	struct rrsig_view rrsig;
	uint32_t ttl;

	if (writing->n == ZG_SURVEY_RRSETS_MAX || is_taken(writing, owner, type) ||
	    !rrset_ttl(records, n, owner, type, &ttl))
		return;
	writing->taken[writing->n++] = (struct taken){.owner = owner, .type = type};
	for (size_t i = 0; i < n; i++) {
		if (is_of(&records[i], owner, type) || is_over(&records[i], owner, type, &rrsig))
			write_record(writing, &records[i], ttl);
	}
}

/* What a zone says of names and types that it does not have. */
static bool
is_denial(const struct zone_sample *sample, const struct message_record *record)
{
	if (record->class != CLASS_IN || !name_in(record->owner, sample->zone))
		return false;
	return record->type == RR_NSEC || record->type == RR_NSEC3 ||
	       (record->type == RR_SOA && name_equal(record->owner, sample->zone));
}

static void
take_answer(struct writing *writing, const struct ask *ask)
{
	size_t n;
	const struct message_record *records = message_section(ask->answer, SECTION_ANSWER, &n);

	for (size_t i = 0; i < n; i++) {
		if (is_of(&records[i], ask->name, ask->type)) {
			take_rrset(
			    writing, ask->answer, SECTION_ANSWER, records[i].owner, ask->type);
			break;
		}
	}
	records = message_section(ask->answer, SECTION_AUTHORITY, &n);
	for (size_t i = 0; i < n; i++) {
		if (is_denial(writing->sample, &records[i]))
			take_rrset(writing, ask->answer, SECTION_AUTHORITY, records[i].owner,
			    records[i].type);
	}
}

/* --- Servers --- */

/* Why the answer is of no use; NULL: it is. */
static const char *
useless(const struct ask *ask)
{
	if (ask->outcome != ASK_ANSWERED)
		return ask->why[0] != '\0' ? ask->why : "no answer";
	if (ask->answer->rcode != RCODE_NOERROR && ask->answer->rcode != RCODE_NXDOMAIN)
		return "an error";
	return ask->answer->authoritative ? NULL : "not authoritative";
}

/* The DS set must lead to the keys, or what is signed by them is nobody's. */
static zg_status
prove(const struct survey_question *question, const struct ask *keys, struct surveyed *surveyed,
    bool *proved, struct zg_error *error)
{
	struct proof_result result;
	struct zone_keys *made = NULL;
	zg_status status = prove_keys_by_ds(question->sample->zone, keys->answer, question->ds,
	    question->n_ds, question->now, &made, &result, error);

	zone_keys_free(made);
	*proved = status == ZG_OK && result.proof == PROOF_SECURE;
	surveyed->answered = true;
	if (status == ZG_OK && !*proved)
		(void)snprintf(surveyed->note, sizeof(surveyed->note), "%s",
		    result.why[0] != '\0' ? result.why : proof_text(result.proof));
	return status;
}

zg_status
survey_text(
    const struct zone_sample *sample, const struct ask *asks, size_t n, char **text, size_t *length)
{
	struct writing *writing = calloc(1, sizeof(*writing));
	zg_status status = ZG_OK;

	*text = NULL;
	if (writing == NULL)
		return ZG_MEMORY;
	writing->sample = sample;
	for (size_t i = 0; i < n; i++) {
		if (useless(&asks[i]) == NULL)
			take_answer(writing, &asks[i]);
	}
	if (writing->text.failed) {
		text_writer_clear(&writing->text);
		status = ZG_MEMORY;
	}
	*text = writing->text.text;
	*length = writing->text.used;
	free(writing);
	return status;
}

static zg_status
server_take(const struct survey_question *question, const struct ask *asks, size_t n,
    struct surveyed *surveyed, struct zg_error *error)
{
	bool proved = false;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < 2; i++) {
		const char *why = i < n ? useless(&asks[i]) : "not asked";

		if (why == NULL)
			continue;
		(void)snprintf(surveyed->note, sizeof(surveyed->note), "%s: %s",
		    i == 0 ? "SOA" : "DNSKEY", why);
		return ZG_OK;
	}
	status = prove(question, &asks[1], surveyed, &proved, error);
	if (status != ZG_OK || !proved)
		return status;
	status = survey_text(question->sample, asks, n, &surveyed->text, &surveyed->length);
	return status == ZG_OK ? ZG_OK : error_set(error, status, "out of memory");
}

/* Questions to one server. */
static size_t
count_questions(const struct zone_sample *sample)
{
	size_t n = 0;

	for (size_t i = 0; i < sample->n; i++)
		n += sample->entries[i].kind != SAMPLE_REFERRAL;
	return n;
}

static struct ask *
asks_make(const struct survey_question *question, size_t per_server)
{
	const struct zone_sample *sample = question->sample;
	struct ask *asks = calloc(question->n_servers * per_server + 1, sizeof(*asks));
	size_t n = 0;

	for (size_t server = 0; asks != NULL && server < question->n_servers; server++) {
		for (size_t i = 0; i < sample->n; i++) {
			if (sample->entries[i].kind == SAMPLE_REFERRAL)
				continue;
			asks[n++] = (struct ask){.server = question->servers[server],
			    .name = sample->entries[i].name,
			    .type = sample->entries[i].type};
		}
	}
	return asks;
}

zg_status
survey_servers(
    const struct survey_question *question, struct surveyed *list, struct zg_error *error)
{
	size_t per_server = count_questions(question->sample);
	size_t n = question->n_servers * per_server;
	struct ask *asks = asks_make(question, per_server);
	zg_status status;

	if (asks == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = asks_run(asks, n, &question->limits, error);
	for (size_t i = 0; i < question->n_servers && status == ZG_OK; i++) {
		net_address_text(&question->servers[i], list[i].server);
		status = server_take(question, asks + i * per_server, per_server, &list[i], error);
	}
	asks_clear(asks, n);
	free(asks);
	return status;
}

void
surveyed_clear(struct surveyed *list, size_t n)
{
	for (size_t i = 0; list != NULL && i < n; i++) {
		free(list[i].text);
		list[i].text = NULL;
	}
}
