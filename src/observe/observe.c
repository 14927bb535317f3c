/* What the distribution servers of a zone serve. */
#include "observe/observe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text_writer.h"
#include "dns/name.h"
#include "dns/rdata_view.h"
#include "dns/rr_type.h"
#include "observe/compare.h"
#include "parent/prove.h"

/* UDP and TCP. */
#define TRANSPORTS 2

/* One server, while its answers are judged. */
struct judging {
	const struct observe_question *question;
	struct zone_sample *sample; /* of what it has to serve */
	struct ask *asks; /* of this server: entry by entry, UDP and TCP beside each other */
	struct observed_server *server;
	struct zone_keys *keys; /* owned; NULL: none were proved */
	bool keys_expected;	/* the zone is signed */
	bool same_serial;	/* content can be compared */
};

/* An answer, and what it is held against. */
struct judged {
	struct sample_entry *entry;
	const struct ask *ask;
};

/* --- Words --- */

/* Counts a fault of one question: "www.example. A over UDP: why". */
static void PRINTF_LIKE(4, 5) fault(const struct judging *judging, const struct judged *judged,
    enum look_fault kind, const char *format, ...)
{
	char name[NAME_TEXT_MAX], type[RR_TYPE_TEXT_MAX], why[160];
	char text[NAME_TEXT_MAX + 256];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	(void)name_to_text(judged->entry->name, name);
	(void)snprintf(text, sizeof(text), "%s %s over %s: %s", name,
	    rr_type_to_text(judged->entry->type, type), judged->ask->tcp ? "TCP" : "UDP", why);
	observed_fault(judging->server, kind, text);
}

/* --- Questions --- */

/* What a server has to serve. */
static struct zone_sample *
sample_of(const struct observe_question *question, size_t server)
{
	return question->servers[server].rolling ? question->rolling : question->released;
}

static size_t
count_asks(const struct observe_question *question)
{
	size_t n = 0;

	for (size_t i = 0; i < question->n_servers; i++)
		n += sample_of(question, i)->n * TRANSPORTS;
	return n;
}

/* Server by server. */
static struct ask *
asks_make(const struct observe_question *question, size_t n)
{
	struct ask *asks = calloc(n + 1, sizeof(*asks)), *at = asks;

	for (size_t i = 0; asks != NULL && i < question->n_servers; i++) {
		const struct zone_sample *sample = sample_of(question, i);

		for (size_t k = 0; k < sample->n * TRANSPORTS; k++)
			*at++ = (struct ask){.server = question->servers[i].address,
			    .name = sample->entries[k / TRANSPORTS].name,
			    .type = sample->entries[k / TRANSPORTS].type,
			    .tcp = k % TRANSPORTS == 1};
	}
	return asks;
}

/* --- Keys --- */

/* The sample's entry of the DNSKEY RRset, or NULL: the zone is not signed. */
static struct sample_entry *
keys_entry(const struct zone_sample *sample)
{
	return sample->n > 1 && sample->entries[1].type == RR_DNSKEY ? &sample->entries[1] : NULL;
}

/* The keys with all of these flags. */
static size_t
anchors_with(const struct zone_sample *sample, struct trust_anchor *anchors, uint16_t flag)
{
	const struct sample_entry *keys = keys_entry(sample);
	size_t n = 0, at = 0;
	uint16_t length;
	const uint8_t *rdata;

	while (keys != NULL && n < TRUST_ANCHORS_MAX &&
	       (rdata = sample_record(keys, &at, &length)) != NULL) {
		struct dnskey_view view;

		if (length > sizeof(anchors[n].key) || !dnskey_view(rdata, length, &view) ||
		    (view.flags & DNSKEY_FLAG_REVOKE) != 0 || (view.flags & flag) != flag)
			continue;
		anchors[n] = (struct trust_anchor){.is_key = true, .key_len = length};
		memcpy(anchors[n].zone, sample->zone, name_length(sample->zone));
		memcpy(anchors[n].key, rdata, length);
		n++;
	}
	return n;
}

size_t
sample_anchors(const struct zone_sample *sample, struct trust_anchor anchors[TRUST_ANCHORS_MAX])
{
	size_t n = anchors_with(sample, anchors, DNSKEY_FLAG_SEP);

	return n > 0 ? n : anchors_with(sample, anchors, DNSKEY_FLAG_ZONE);
}

static zg_status
keys_by_release(const struct judging *judging, const struct message *answer,
    struct zone_keys **keys, struct proof_result *result, struct zg_error *error)
{
	struct trust_anchor *anchors = calloc(TRUST_ANCHORS_MAX, sizeof(*anchors));
	zg_status status;

	if (anchors == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = prove_keys_by_anchors(judging->sample->zone, answer, anchors,
	    sample_anchors(judging->sample, anchors), judging->question->now, keys, result, error);
	free(anchors);
	return status;
}

/* The keys that the server's own DNSKEY answer proves, over UDP or else over TCP. */
static zg_status
keys_prove(struct judging *judging, struct zg_error *error)
{
	const struct observe_question *question = judging->question;
	struct sample_entry *entry = keys_entry(judging->sample);
	struct proof_result result = {.proof = PROOF_BOGUS};
	zg_status status = ZG_OK;

	for (size_t i = 0; i < TRANSPORTS && status == ZG_OK && judging->keys == NULL; i++) {
		const struct judged judged = {entry, &judging->asks[TRANSPORTS + i]};

		if (judged.ask->outcome != ASK_ANSWERED)
			continue;
		if (question->trust == TRUST_RELEASE)
			status = keys_by_release(
			    judging, judged.ask->answer, &judging->keys, &result, error);
		else
			status = prove_keys_by_ds(judging->sample->zone, judged.ask->answer,
			    question->ds, question->n_ds, question->now, &judging->keys, &result,
			    error);
		if (status == ZG_OK && result.proof != PROOF_SECURE)
			fault(judging, &judged, FAULT_BOGUS, "%s",
			    result.why[0] != '\0' ? result.why : proof_text(result.proof));
	}
	return status;
}

/* --- Answers --- */

/* That there is no answer, and whose trouble it is: a way that is missing here is not the
 * server's. */
static void
fault_silent(const struct judging *judging, const struct judged *judged)
{
	const struct ask *ask = judged->ask;
	const char *family = ask->server.socket.ss_family == AF_INET6 ? "IPv6" : "IPv4";

	if (ask->outcome == ASK_UNREACHABLE && ask->no_route)
		fault(
		    judging, judged, FAULT_NO_ROUTE, "no %s route from here: %s", family, ask->why);
	else
		fault(judging, judged, FAULT_SILENT, "%s", ask->why);
}

/* What is wrong with the answer as a message; true: nothing. */
static bool
judge_message(const struct judging *judging, const struct judged *judged)
{
	const struct ask *ask = judged->ask;
	const struct message *answer = ask->answer;

	if (ask->outcome != ASK_ANSWERED) {
		fault_silent(judging, judged);
		return false;
	}
	judging->server->n_answered++;
	if (ask->milliseconds > judging->server->milliseconds)
		judging->server->milliseconds = ask->milliseconds;
	if (answer->rcode != RCODE_NOERROR && answer->rcode != RCODE_NXDOMAIN) {
		fault(judging, judged, FAULT_RCODE, "RCODE %u", answer->rcode);
		return false;
	}
	if (!answer->authoritative && judged->entry->kind != SAMPLE_REFERRAL) {
		fault(judging, judged, FAULT_LAME, "not authoritative");
		return false;
	}
	return true;
}

/* What is proved, held against what was released. */
static void
judge_proof(
    const struct judging *judging, const struct judged *judged, const struct proof_result *result)
{
	enum sample_kind kind = judged->entry->kind;
	bool exists = result->proof == PROOF_SECURE || result->proof == PROOF_ALIAS;

	if (result->proof == PROOF_BOGUS) {
		fault(judging, judged, FAULT_BOGUS, "%s", result->why);
		return;
	}
	judging->server->n_proved += result->proof != PROOF_INSECURE;
	if (!judging->same_serial)
		return;
	judged->entry->is_denied |= result->proof == PROOF_ABSENT || result->proof == PROOF_NO_NAME;
	judged->entry->is_alias |= result->proof == PROOF_ALIAS;
	if (kind == SAMPLE_RRSET && result->proof == PROOF_ALIAS)
		fault(judging, judged, FAULT_ALTERED, "an alias that was not released");
	else if (kind == SAMPLE_RRSET && !exists)
		fault(judging, judged, FAULT_MISSING, "denied: %s", proof_text(result->proof));
	else if (result->proof == PROOF_INSECURE)
		return;
	else if (kind == SAMPLE_NO_TYPE && exists)
		fault(judging, judged, FAULT_EXTRA, "not released");
	else if (kind == SAMPLE_NO_TYPE && result->proof == PROOF_NO_NAME)
		fault(judging, judged, FAULT_MISSING, "the name is denied with a valid proof");
	else if (kind == SAMPLE_NO_NAME &&
		 (exists || result->proof == PROOF_ABSENT || result->proof == PROOF_NO_CUT))
		fault(judging, judged, FAULT_EXTRA, "the name was not released");
}

/* The RRset, held against the released one. */
static zg_status
judge_content(const struct judging *judging, const struct judged *judged)
{
	enum sample_kind kind = judged->entry->kind;
	enum comparison comparison;
	zg_status status;

	if (!judging->same_serial || (kind != SAMPLE_RRSET && kind != SAMPLE_REFERRAL))
		return ZG_OK;
	status = sample_compare(judged->entry, judged->ask->answer,
	    kind == SAMPLE_RRSET ? SECTION_ANSWER : SECTION_AUTHORITY, &comparison);
	if (status != ZG_OK)
		return status;
	/* Some servers answer for the NS RRset of a delegation in the answer section. */
	if (comparison == RRSET_ABSENT && kind == SAMPLE_REFERRAL)
		status =
		    sample_compare(judged->entry, judged->ask->answer, SECTION_ANSWER, &comparison);
	if (status == ZG_OK && comparison == RRSET_ABSENT &&
	    (kind == SAMPLE_REFERRAL || !judging->keys_expected))
		fault(judging, judged, FAULT_MISSING, "not in the answer");
	else if (status == ZG_OK && comparison == RRSET_OTHER)
		fault(judging, judged, FAULT_ALTERED, "other records than were released");
	else if (status == ZG_OK && comparison == RRSET_OTHER_TTL)
		fault(judging, judged, FAULT_ALTERED, "another TTL than was released");
	return status;
}

/* Denial in a zone without signatures: there is only the RCODE. */
static void
judge_unsigned(const struct judging *judging, const struct judged *judged)
{
	if (judging->same_serial && judged->entry->kind == SAMPLE_NO_NAME &&
	    judged->ask->answer->rcode != RCODE_NXDOMAIN)
		fault(judging, judged, FAULT_EXTRA, "the name was not released");
}

static zg_status
judge_answer(const struct judging *judging, const struct judged *judged, struct zg_error *error)
{
	struct proof_result result;
	zg_status status;

	if (!judge_message(judging, judged))
		return ZG_OK;
	status = judge_content(judging, judged);
	if (status != ZG_OK)
		return error_set(error, status, "out of memory");
	if (!judging->keys_expected)
		judge_unsigned(judging, judged);
	if (judging->keys == NULL || judged->entry->kind == SAMPLE_REFERRAL)
		return ZG_OK;
	status = prove_answer(judging->keys, judged->entry->name, judged->entry->type,
	    judged->ask->answer, judging->question->now, NULL, NULL, &result, error);
	if (status == ZG_OK)
		judge_proof(judging, judged, &result);
	return status;
}

/* The serial of an answer to the SOA question. */
static bool
serial_read(const struct zone_sample *sample, const struct ask *ask, uint32_t *serial)
{
	const struct message_record *records;
	struct soa_view soa;
	size_t n;

	if (ask->outcome != ASK_ANSWERED)
		return false;
	records = message_section(ask->answer, SECTION_ANSWER, &n);
	for (size_t i = 0; i < n; i++) {
		if (records[i].type == RR_SOA && name_equal(records[i].owner, sample->zone) &&
		    soa_view(records[i].rdata, records[i].rdlen, &soa)) {
			*serial = soa.serial;
			return true;
		}
	}
	return false;
}

/* Which version it serves: content is compared with the release only when it is that. */
static void
judge_serial(struct judging *judging)
{
	struct zone_sample *sample = judging->sample;

	judging->same_serial = true;
	for (size_t i = TRANSPORTS; i-- > 0;) {
		const struct judged judged = {&sample->entries[0], &judging->asks[i]};
		uint32_t serial;

		if (!serial_read(sample, judged.ask, &serial))
			continue;
		judging->server->has_serial = true;
		judging->server->serial = serial;
		if (serial == sample->serial)
			continue;
		judging->same_serial = false;
		fault(judging, &judged, FAULT_SERIAL,
		    "serial %" PRIu32 " instead of %" PRIu32 ", which is %s", serial,
		    sample->serial, (int32_t)(serial - sample->serial) < 0 ? "older" : "newer");
	}
}

static zg_status
judge_server(struct judging *judging, struct zg_error *error)
{
	struct zone_sample *sample = judging->sample;
	zg_status status = ZG_OK;

	judge_serial(judging);
	if (judging->keys_expected)
		status = keys_prove(judging, error);
	for (size_t i = 0; i < sample->n * TRANSPORTS && status == ZG_OK; i++) {
		const struct judged judged = {&sample->entries[i / TRANSPORTS], &judging->asks[i]};

		judging->server->n_asked++;
		status = judge_answer(judging, &judged, error);
	}
	zone_keys_free(judging->keys);
	return status;
}

/* --- All servers --- */

/* What there is to serve. */
static void
look_describe(const struct observe_question *question, struct zone_look *look)
{
	const struct zone_sample *released = question->released, *rolling = question->rolling;

	if (released != NULL) {
		look->serial = released->serial;
		look->n_records = released->n_records;
		look->n_questions = released->n;
		memcpy(look->digest, released->digest, sizeof(look->digest));
	}
	if (rolling != NULL) {
		look->rolling = (struct look_rolling){.serial = rolling->serial,
		    .n_records = rolling->n_records,
		    .n_questions = rolling->n};
		memcpy(look->rolling.digest, rolling->digest, sizeof(look->rolling.digest));
	}
}

static zg_status
look_make(const struct observe_question *question, struct zone_look **look)
{
	const struct zone_sample *any =
	    question->released != NULL ? question->released : question->rolling;

	*look = calloc(1, sizeof(**look));
	if (*look == NULL)
		return ZG_MEMORY;
	(*look)->servers = calloc(question->n_servers + 1, sizeof(*(*look)->servers));
	if ((*look)->servers == NULL)
		return ZG_MEMORY;
	(*look)->n_servers = question->n_servers;
	if (any == NULL)
		return ZG_OK;
	(void)name_to_text(any->zone, (*look)->zone);
	(*look)->trust = keys_entry(any) != NULL ? question->trust : TRUST_NONE;
	look_describe(question, *look);
	return ZG_OK;
}

/* Names the server, and what it has to serve. */
static void
server_begin(const struct observe_server *server, struct zone_look *look, size_t which)
{
	struct observed_server *observed = &look->servers[which];

	net_address_text(&server->address, observed->server);
	if (server->stage != NULL)
		(void)snprintf(observed->stage, sizeof(observed->stage), "%s", server->stage);
	observed->rolling = server->rolling;
	look->rolling.n_servers += server->rolling;
}

static zg_status
servers_judge(const struct observe_question *question, struct ask *asks, struct zone_look *look,
    struct zg_error *error)
{
	zg_status status = ZG_OK;

	for (size_t i = 0; i < question->n_servers && status == ZG_OK; i++) {
		struct judging judging = {.question = question,
		    .sample = sample_of(question, i),
		    .asks = asks,
		    .server = &look->servers[i],
		    .keys_expected = keys_entry(sample_of(question, i)) != NULL};

		server_begin(&question->servers[i], look, i);
		status = judge_server(&judging, error);
		asks += judging.sample->n * TRANSPORTS;
	}
	return status;
}

zg_status
observe_servers(
    const struct observe_question *question, struct zone_look **look, struct zg_error *error)
{
	size_t n = count_asks(question);
	deadline begin = deadline_in(0);
	struct ask *asks = asks_make(question, n);
	zg_status status = ZG_MEMORY;

	*look = NULL;
	if (asks != NULL)
		status = look_make(question, look);
	if (status != ZG_OK) {
		(void)error_set(error, status, "out of memory");
		goto out;
	}
	status = asks_run(asks, n, &question->limits, error);
	if (status == ZG_OK)
		status = servers_judge(question, asks, *look, error);
	(*look)->milliseconds = (int)(deadline_in(0) - begin);
out:
	if (asks != NULL)
		asks_clear(asks, n);
	free(asks);
	if (status != ZG_OK) {
		zone_look_free(*look);
		*look = NULL;
	}
	return status;
}
