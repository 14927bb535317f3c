/* Every address of every server of the parent: asked, judged, proved. */
#include "parent/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "dns/name.h"
#include "dns/rdata_view.h"
#include "dns/rr_type.h"
#include "parent/chain.h"

/* What each address is asked. */
enum server_ask { SERVER_DS, SERVER_DNSKEY, SERVER_SOA, SERVER_ASKS };

#define ASKS_MAX ((size_t)ZG_PARENT_ADDRESSES_MAX * SERVER_ASKS)

/* An authoritative server answers at once. */
#define SERVER_TRY_MILLISECONDS 1500

/* ---- One answer, before any proof ---- */

/* A CNAME or DNAME that leads away from `name`. */
static bool
leads_away(const struct message *answer, const uint8_t *name)
{
	size_t n;
	const struct message_record *records = message_section(answer, SECTION_ANSWER, &n);

	for (size_t i = 0; i < n; i++) {
		const uint8_t *owner = records[i].owner;

		if ((records[i].type == RR_CNAME && name_equal(owner, name)) ||
		    (records[i].type == RR_DNAME && name_in(name, owner) &&
			!name_equal(owner, name)))
			return true;
	}
	return false;
}

/* LOOK_DS: there is something to be proved. */
static enum look_answer
answer_judge(const struct ask *ask, char *note, size_t size)
{
	switch (ask->outcome) {
	case ASK_NONE:
		return LOOK_UNASKED;
	case ASK_TIMEOUT:
	case ASK_UNREACHABLE:
		(void)snprintf(note, size, "%s", ask->why);
		return LOOK_DEAD;
	case ASK_MALFORMED:
		(void)snprintf(note, size, "%s", ask->why);
		return LOOK_MALFORMED;
	case ASK_ANSWERED:
		break;
	}
	if (ask->answer->rcode == RCODE_REFUSED)
		return LOOK_REFUSED;
	if (ask->answer->rcode != RCODE_NOERROR && ask->answer->rcode != RCODE_NXDOMAIN) {
		(void)snprintf(note, size, "response code %u", (unsigned)ask->answer->rcode);
		return LOOK_LAME;
	}
	if (!ask->answer->authoritative) {
		(void)snprintf(note, size, "an answer without authority");
		return LOOK_LAME;
	}
	if (leads_away(ask->answer, ask->name)) {
		(void)snprintf(note, size, "a CNAME or DNAME where the zone should be");
		return LOOK_ALIAS;
	}
	return LOOK_DS;
}

/* ---- Proofs of one server ---- */

/* What is beside the DS set, and does not hold. The first fault is kept. */
static void
flaw_set(struct look_server *server, enum look_answer flaw, const char *what, const char *note)
{
	if (server->flaw != LOOK_UNASKED)
		return;
	server->flaw = flaw;
	(void)snprintf(server->flaw_note, sizeof(server->flaw_note), "%s: %.140s", what,
	    note[0] != '\0' ? note : look_answer_text(flaw));
}

/* The parent's keys as this server has them; NULL and a flaw: it has none that are proved. */
static zg_status
server_keys(const struct parent_chain *chain, const struct ask *ask, struct look_server *server,
    struct zone_keys **keys, struct zg_error *error)
{
	char note[sizeof(server->note)] = "";
	struct proof_result result;
	enum look_answer answer = answer_judge(ask, note, sizeof(note));
	zg_status status;

	*keys = NULL;
	if (answer != LOOK_DS) {
		flaw_set(server, answer, "DNSKEY", note);
		return ZG_OK;
	}
	status = parent_chain_keys(chain, ask->answer, keys, &result, error);
	if (status == ZG_OK && result.proof != PROOF_SECURE)
		flaw_set(server, parent_unproved(&result, ask->answer, chain->question->now),
		    "DNSKEY", result.why);
	return status;
}

static enum look_answer
answer_of_proof(const struct proof_result *result, const struct message *message, int64_t now)
{
	switch (result->proof) {
	case PROOF_SECURE:
		return LOOK_DS;
	case PROOF_ABSENT:
		return LOOK_NO_DS;
	case PROOF_NO_NAME:
		return LOOK_NO_NAME;
	case PROOF_OPT_OUT:
		return LOOK_OPT_OUT;
	default:
		return parent_unproved(result, message, now);
	}
}

/* The DS set, by keys that were proved. */
static zg_status
server_ds(const struct parent_chain *chain, const struct zone_keys *keys, const struct ask *ask,
    struct look_server *server, struct zg_error *error)
{
	struct proof_result result;
	zg_status status;

	server->n_ds = 0;
	status = prove_answer(keys, ask->name, RR_DS, ask->answer, chain->question->now, server->ds,
	    &server->n_ds, &result, error);
	if (status != ZG_OK)
		return status;
	server->answer = answer_of_proof(&result, ask->answer, chain->question->now);
	server->note[0] = '\0';
	if (!look_is_proved(server->answer))
		(void)snprintf(server->note, sizeof(server->note), "%s", result.why);
	if (server->answer != LOOK_DS)
		server->n_ds = 0;
	server->ttl = result.ttl;
	return ZG_OK;
}

/* The serial of an SOA record that was proved. */
static bool
serial_find(const struct message *answer, const uint8_t *zone, uint32_t *serial)
{
	size_t n;
	const struct message_record *records = message_section(answer, SECTION_ANSWER, &n);
	struct soa_view soa;

	for (size_t i = 0; i < n; i++) {
		if (records[i].type != RR_SOA || !name_equal(records[i].owner, zone) ||
		    !soa_view(records[i].rdata, records[i].rdlen, &soa))
			continue;
		*serial = soa.serial;
		return true;
	}
	return false;
}

static zg_status
server_soa(const struct parent_chain *chain, const struct zone_keys *keys, const struct ask *ask,
    struct look_server *server, struct zg_error *error)
{
	char note[sizeof(server->note)] = "";
	enum look_answer answer = answer_judge(ask, note, sizeof(note));
	struct proof_result result;
	zg_status status;

	if (answer != LOOK_DS) {
		flaw_set(server, answer, "SOA", note);
		return ZG_OK;
	}
	status = prove_answer(keys, chain->parent, RR_SOA, ask->answer, chain->question->now, NULL,
	    NULL, &result, error);
	if (status != ZG_OK)
		return status;
	if (result.proof == PROOF_SECURE)
		server->has_serial = serial_find(ask->answer, chain->parent, &server->serial);
	else
		flaw_set(server,
		    answer_of_proof(&result, ask->answer, chain->question->now) == LOOK_EXPIRED
			? LOOK_EXPIRED
			: LOOK_BOGUS,
		    "SOA", result.why);
	return ZG_OK;
}

/* By its own keys first: they may be newer, or older, than those that the chain came by. */
static zg_status
server_prove(const struct parent_chain *chain, const struct ask *asks, struct look_server *server,
    struct zg_error *error)
{
	struct zone_keys *own = NULL;
	const struct zone_keys *keys;
	zg_status status = server_keys(chain, &asks[SERVER_DNSKEY], server, &own, error);

	keys = own != NULL ? own : chain->keys;
	if (status == ZG_OK && keys != NULL)
		status = server_ds(chain, keys, &asks[SERVER_DS], server, error);
	if (status == ZG_OK && own != NULL && chain->keys != NULL &&
	    !look_is_proved(server->answer)) {
		keys = chain->keys;
		status = server_ds(chain, keys, &asks[SERVER_DS], server, error);
	}
	if (status == ZG_OK && keys != NULL)
		status = server_soa(chain, keys, &asks[SERVER_SOA], server, error);
	if (status == ZG_OK && keys == NULL) {
		server->answer = server->flaw;
		(void)snprintf(server->note, sizeof(server->note), "%s", server->flaw_note);
	}
	zone_keys_free(own);
	return status;
}

/* ---- All servers ---- */

static void
server_begin(
    const struct parent_address *address, const struct ask *asks, struct look_server *server)
{
	net_address_text(&address->address, server->server);
	if (address->host != NULL)
		(void)name_to_text(address->host, server->host);
	server->used_tcp = asks[SERVER_DS].used_tcp;
	server->milliseconds = asks[SERVER_DS].milliseconds;
	server->answer = answer_judge(&asks[SERVER_DS], server->note, sizeof(server->note));
}

/* Without a resolver the keys come from the servers: those of the first whose answer is proved are
 * good for all. */
static zg_status
chain_keys_from_servers(struct parent_chain *chain, const struct ask *asks, struct zg_error *error)
{
	zg_status status = ZG_OK;

	for (size_t i = 0; i < chain->n_addresses && chain->keys == NULL && status == ZG_OK; i++) {
		const struct ask *ask = &asks[i * SERVER_ASKS + SERVER_DNSKEY];
		struct proof_result result;

		if (ask->outcome == ASK_ANSWERED)
			status =
			    parent_chain_keys(chain, ask->answer, &chain->keys, &result, error);
	}
	return status;
}

/* Where no address of a family answers, and all of another do not fail, this host has no way to
 * it: that is nothing to blame the parent for. */
static void
find_no_route(const struct parent_chain *chain, const struct ask *asks, struct parent_look *look)
{
	bool reached = false, others = false;

	for (size_t i = 0; i < look->n_servers; i++) {
		const struct ask *ask = &asks[i * SERVER_ASKS + SERVER_DS];
		bool is_v6 = ask->server.socket.ss_family == AF_INET6;

		if (is_v6)
			reached |= ask->outcome != ASK_UNREACHABLE;
		else
			others |= ask->outcome == ASK_ANSWERED;
	}
	for (size_t i = 0; i < look->n_servers && others && !reached; i++) {
		if (chain->addresses[i].address.socket.ss_family == AF_INET6)
			look->servers[i].answer = LOOK_NO_ROUTE;
	}
}

static zg_status
servers_judge(struct parent_chain *chain, const struct ask *asks, struct parent_look *look,
    struct zg_error *error)
{
	zg_status status = ZG_OK;

	if (chain->keys == NULL)
		status = chain_keys_from_servers(chain, asks, error);
	for (size_t i = 0; i < chain->n_addresses && status == ZG_OK; i++) {
		struct look_server *server = &look->servers[i];
		const struct ask *own = &asks[i * SERVER_ASKS];

		server_begin(&chain->addresses[i], own, server);
		if (server->answer == LOOK_DS) {
			server->answer = LOOK_BOGUS;
			status = server_prove(chain, own, server, error);
		}
		look->n_servers = i + 1;
	}
	find_no_route(chain, asks, look);
	return status;
}

static zg_status
servers_ask(
    struct parent_chain *chain, deadline until, struct parent_look *look, struct zg_error *error)
{
	/* All at once: a dead server keeps nobody waiting. */
	struct ask_limits limits = {.try_milliseconds = SERVER_TRY_MILLISECONDS,
	    .in_flight = ASKS_MAX,
	    .per_server = SERVER_ASKS,
	    .until = until};
	size_t n = chain->n_addresses * SERVER_ASKS;
	struct ask *asks = calloc(n + 1, sizeof(*asks));
	zg_status status;

	if (asks == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		size_t which = i % SERVER_ASKS;

		asks[i] = (struct ask){.server = chain->addresses[i / SERVER_ASKS].address,
		    .name = which == SERVER_DS ? chain->zone : chain->parent,
		    .type = which == SERVER_DS	     ? RR_DS
			    : which == SERVER_DNSKEY ? RR_DNSKEY
						     : RR_SOA};
	}
	status = asks_run(asks, n, &limits, error);
	if (status == ZG_OK)
		status = servers_judge(chain, asks, look, error);
	asks_clear(asks, n);
	free(asks);
	return status;
}

zg_status
parent_fetch(
    const struct parent_question *question, struct parent_look *look, struct zg_error *error)
{
	int64_t whole =
	    question->milliseconds > 0 ? question->milliseconds : PARENT_FETCH_MILLISECONDS;
	deadline until = deadline_in(whole);
	struct parent_chain *chain = calloc(1, sizeof(*chain));
	zg_status status;

	*look = (struct parent_look){.time = question->now, .chain = LOOK_DEAD};
	if (chain == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = parent_chain_find(question, until, chain, error);
	if (status == ZG_OK) {
		look->chain = chain->answer;
		look->more_servers = chain->more_addresses;
		memcpy(look->why, chain->why, sizeof(look->why));
		memcpy(look->list_why, chain->list_why, sizeof(look->list_why));
	}
	if (status == ZG_OK && chain->answer == LOOK_DS) {
		(void)name_to_text(chain->parent, look->parent);
		status = servers_ask(chain, until, look, error);
	}
	look->milliseconds = (int)(whole - deadline_left(until));
	parent_chain_clear(chain);
	free(chain);
	return status;
}
