/*
 * From a trust anchor down to the keys of the parent. All that the way may need is asked of the
 * resolver at once; then each link is proved by the one above it.
 */
#include "parent/chain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "dns/name.h"
#include "dns/rdata_view.h"
#include "dns/rr_type.h"
#include "dns/serial.h"

/* What is asked of each ancestor, the anchor's zone included. */
enum link_ask { LINK_DNSKEY, LINK_DS, LINK_SOA, LINK_NS, LINK_ASKS };

static const uint16_t link_types[LINK_ASKS] = {
    [LINK_DNSKEY] = RR_DNSKEY, [LINK_DS] = RR_DS, [LINK_SOA] = RR_SOA, [LINK_NS] = RR_NS};

/* The resolver may have to ask others first. */
#define RESOLVER_TRY_MILLISECONDS 1500

PRINTF_LIKE(3, 4)
static void
chain_ends(struct parent_chain *chain, enum look_answer answer, const char *format, ...)
{
	va_list ap;

	chain->answer = answer;
	va_start(ap, format);
	(void)vsnprintf(chain->why, sizeof(chain->why), format, ap);
	va_end(ap);
}

enum look_answer
parent_unproved(const struct proof_result *result, const struct message *answer, int64_t now)
{
	size_t n = answer->n_records[SECTION_ANSWER] + answer->n_records[SECTION_AUTHORITY];
	struct rrsig_view rrsig;

	if (result->proof == PROOF_INSECURE)
		return LOOK_INSECURE;
	for (size_t i = 0; i < n; i++) {
		const struct message_record *record = &answer->records[i];

		if (record->type == RR_RRSIG && rrsig_view(record->rdata, record->rdlen, &rrsig) &&
		    serial_time(rrsig.expiration, now) < now)
			return LOOK_EXPIRED;
	}
	return LOOK_BOGUS;
}

/* ---- Asking ---- */

static bool
is_usable(const struct ask *ask)
{
	return ask->outcome == ASK_ANSWERED && (ask->answer->rcode == 0 || ask->answer->rcode == 3);
}

/* Asks one resolver what has no usable answer yet. */
static zg_status
resolve_by(const struct net_address *resolver, struct ask *asks, size_t n, deadline until,
    struct zg_error *error)
{
	struct ask_limits limits = {.try_milliseconds = RESOLVER_TRY_MILLISECONDS,
	    .in_flight = 64,
	    .per_server = 64,
	    .until = until};
	struct ask *open = calloc(n + 1, sizeof(*open));
	size_t n_open = 0;
	zg_status status;

	if (open == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (is_usable(&asks[i]))
			continue;
		asks_clear(&asks[i], 1);
		open[n_open++] = (struct ask){.server = *resolver,
		    .name = asks[i].name,
		    .type = asks[i].type,
		    .recurse = true,
		    .checking_disabled = true};
	}
	status = asks_run(open, n_open, &limits, error);
	for (size_t i = 0, k = 0; i < n; i++) {
		if (!is_usable(&asks[i]))
			asks[i] = open[k++];
	}
	free(open);
	return status;
}

/* Asks the resolvers in turn, each for its share of the time. */
static zg_status
resolve(const struct parent_question *question, struct ask *asks, size_t n, deadline until,
    struct zg_error *error)
{
	zg_status status = ZG_OK;
	bool all = false;

	for (size_t r = 0; r < question->n_resolvers && status == ZG_OK && !all; r++) {
		int64_t share = deadline_left(until) / (int64_t)(question->n_resolvers - r);

		status = resolve_by(&question->resolvers[r], asks, n,
		    deadline_first(until, deadline_in(share)), error);
		all = true;
		for (size_t i = 0; i < n; i++)
			all &= is_usable(&asks[i]);
	}
	return status;
}

/* ---- The way down ---- */

/* The deepest zone above this one that has an anchor, as a part of its name; NULL: none. */
static const uint8_t *
anchor_zone(const struct parent_chain *chain)
{
	const uint8_t *deepest = NULL;
	unsigned labels = name_labels(chain->zone);

	for (size_t i = 0; i < chain->question->n_anchors; i++) {
		const uint8_t *zone = chain->question->anchors[i].zone;
		unsigned n = name_labels(zone);

		if (n >= labels || !name_in(chain->zone, zone))
			continue;
		if (deepest == NULL || n > name_labels(deepest))
			deepest = name_skip(chain->zone, labels - n);
	}
	return deepest;
}

static struct ask *
link_ask(const struct parent_chain *chain, size_t level, enum link_ask which)
{
	return &chain->asks[level * LINK_ASKS + which];
}

/* Asks for all ancestors from the anchor's zone on. */
static zg_status
links_ask(struct parent_chain *chain, const uint8_t *top, deadline until, struct zg_error *error)
{
	const uint8_t *zone = chain->zone;
	unsigned labels = name_labels(zone), top_labels = name_labels(top);
	size_t n_levels = labels - top_labels;

	chain->asks = calloc(n_levels * LINK_ASKS, sizeof(chain->asks[0]));
	if (chain->asks == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	chain->n_asks = n_levels * LINK_ASKS;
	for (size_t i = 0; i < chain->n_asks; i++) {
		unsigned level = (unsigned)(i / LINK_ASKS);

		chain->asks[i].name = name_skip(zone, labels - top_labels - level);
		chain->asks[i].type = link_types[i % LINK_ASKS];
	}
	return resolve(chain->question, chain->asks, chain->n_asks, until, error);
}

/* The answer of the resolver, or NULL when the chain ends for want of it. */
static const struct message *
link_answer(struct parent_chain *chain, size_t level, enum link_ask which)
{
	const struct ask *ask = link_ask(chain, level, which);
	char name[NAME_TEXT_MAX], type[RR_TYPE_TEXT_MAX];

	if (is_usable(ask))
		return ask->answer;
	(void)name_to_text(ask->name, name);
	chain_ends(chain, LOOK_DEAD, "no resolver has a usable answer to %.80s %s: %.80s", name,
	    rr_type_to_text(ask->type, type),
	    ask->outcome == ASK_ANSWERED ? "its response code says failure" : ask->why);
	return NULL;
}

zg_status
parent_chain_keys(const struct parent_chain *chain, const struct message *answer,
    struct zone_keys **keys, struct proof_result *result, struct zg_error *error)
{
	const struct parent_question *question = chain->question;

	if (chain->by_ds)
		return prove_keys_by_ds(chain->parent, answer, chain->ds, chain->n_ds,
		    question->now, keys, result, error);
	return prove_keys_by_anchors(chain->parent, answer, question->anchors, question->n_anchors,
	    question->now, keys, result, error);
}

/* A link that is not proved ends the chain. */
static void
link_fails(struct parent_chain *chain, const struct ask *ask, const struct proof_result *result)
{
	char name[NAME_TEXT_MAX], type[RR_TYPE_TEXT_MAX];

	(void)name_to_text(ask->name, name);
	chain_ends(chain, parent_unproved(result, ask->answer, chain->question->now),
	    "%.80s %s: %s", name, rr_type_to_text(ask->type, type), result->why);
}

/* The keys of the zone that the chain has come to. */
static zg_status
link_keys(struct parent_chain *chain, size_t level, struct zg_error *error)
{
	const struct message *answer = link_answer(chain, level, LINK_DNSKEY);
	struct zone_keys *keys = NULL;
	struct proof_result result;
	zg_status status;

	if (answer == NULL)
		return ZG_OK;
	status = parent_chain_keys(chain, answer, &keys, &result, error);
	if (status == ZG_OK && result.proof != PROOF_SECURE)
		link_fails(chain, link_ask(chain, level, LINK_DNSKEY), &result);
	if (status == ZG_OK) {
		zone_keys_free(chain->keys);
		chain->keys = keys;
	}
	return status;
}

/* The resolver knows the name as the apex of a zone. It can only make things worse by lying. */
static bool
is_apex(const struct message *answer, const uint8_t *name)
{
	size_t n;
	const struct message_record *records = message_section(answer, SECTION_ANSWER, &n);

	for (size_t i = 0; i < n; i++) {
		if (records[i].type == RR_SOA && name_equal(records[i].owner, name))
			return true;
	}
	return false;
}

/* One step down. *done: nothing below this can be another zone. */
static zg_status
link_follow(struct parent_chain *chain, size_t level, bool *done, struct zg_error *error)
{
	const struct ask *ask = link_ask(chain, level, LINK_DS);
	const struct message *answer = link_answer(chain, level, LINK_DS), *soa;
	struct release_ds ds[ZG_DS_MAX];
	struct proof_result result;
	char name[NAME_TEXT_MAX];
	size_t n_ds = 0;
	zg_status status;

	if (answer == NULL)
		return ZG_OK;
	status = prove_answer(
	    chain->keys, ask->name, RR_DS, answer, chain->question->now, ds, &n_ds, &result, error);
	if (status != ZG_OK)
		return status;
	switch (result.proof) {
	case PROOF_SECURE:
		chain->parent = ask->name;
		chain->by_ds = true;
		memcpy(chain->ds, ds, n_ds * sizeof(ds[0]));
		chain->n_ds = n_ds;
		return link_keys(chain, level, error);
	case PROOF_NO_NAME:
		*done = true;
		return ZG_OK;
	case PROOF_NO_CUT: /* what is above goes on below */
		return ZG_OK;
	case PROOF_ABSENT:
	case PROOF_OPT_OUT:
		soa = link_answer(chain, level, LINK_SOA);
		(void)name_to_text(ask->name, name);
		if (soa != NULL && is_apex(soa, ask->name))
			chain_ends(chain, LOOK_INSECURE,
			    "%.80s is a zone without a DS: nothing below it "
			    "can be proved",
			    name);
		return ZG_OK;
	default:
		link_fails(chain, ask, &result);
		return ZG_OK;
	}
}

static zg_status
links_follow(struct parent_chain *chain, size_t *parent_level, struct zg_error *error)
{
	size_t n_levels = chain->n_asks / LINK_ASKS;
	bool done = false;
	zg_status status = link_keys(chain, 0, error);

	*parent_level = 0;
	for (size_t level = 1;
	     level < n_levels && status == ZG_OK && chain->answer == LOOK_DS && !done; level++) {
		status = link_follow(chain, level, &done, error);
		if (chain->parent == link_ask(chain, level, LINK_DS)->name)
			*parent_level = level;
	}
	return status;
}

/* ---- Addresses ---- */

static void
address_add(struct parent_chain *chain, const struct net_address *address, const uint8_t *host)
{
	for (size_t i = 0; i < chain->n_addresses; i++) {
		if (net_address_equal(&chain->addresses[i].address, address))
			return;
	}
	if (chain->n_addresses == ZG_PARENT_ADDRESSES_MAX) {
		chain->more_addresses = true;
		return;
	}
	chain->addresses[chain->n_addresses++] =
	    (struct parent_address){.address = *address, .host = host};
}

/* The hosts of the parent's NS RRset, as the resolver has it. */
static size_t
hosts_list(struct parent_chain *chain, const struct message *answer,
    const uint8_t *hosts[ZG_PARENT_HOSTS_MAX])
{
	size_t n_records, n = 0;
	const struct message_record *records = message_section(answer, SECTION_ANSWER, &n_records);

	for (size_t i = 0; i < n_records; i++) {
		if (records[i].type != RR_NS || !name_equal(records[i].owner, chain->parent) ||
		    name_check(records[i].rdata, records[i].rdlen) != records[i].rdlen)
			continue;
		if (n == ZG_PARENT_HOSTS_MAX) {
			chain->more_addresses = true;
			break;
		}
		hosts[n++] = records[i].rdata;
	}
	return n;
}

/* Takes the addresses of an answer. The owner may be that of an alias: it is the host's all the
 * same, as far as it can be asked. */
static void
addresses_take(struct parent_chain *chain, const struct ask *ask)
{
	const struct message_record *records;
	struct net_address address;
	size_t n;

	if (!is_usable(ask))
		return;
	records = message_section(ask->answer, SECTION_ANSWER, &n);
	for (size_t i = 0; i < n; i++) {
		if (records[i].type == ask->type &&
		    net_address_from_rdata(records[i].rdata, records[i].rdlen, NET_PORT, &address))
			address_add(chain, &address, ask->name);
	}
}

/* A resolver could keep a server back that has something else to say. */
static zg_status
hosts_prove(struct parent_chain *chain, const struct message *answer, struct zg_error *error)
{
	struct proof_result result;
	zg_status status = prove_answer(chain->keys, chain->parent, RR_NS, answer,
	    chain->question->now, NULL, NULL, &result, error);

	if (status == ZG_OK && result.proof != PROOF_SECURE)
		(void)snprintf(chain->list_why, sizeof(chain->list_why), "%s", result.why);
	return status;
}

static zg_status
addresses_find(
    struct parent_chain *chain, size_t parent_level, deadline until, struct zg_error *error)
{
	const struct message *answer = link_answer(chain, parent_level, LINK_NS);
	const uint8_t *hosts[ZG_PARENT_HOSTS_MAX];
	struct ask asks[2 * ZG_PARENT_HOSTS_MAX] = {{.name = NULL}};
	size_t n_hosts;
	zg_status status;

	if (answer == NULL)
		return ZG_OK;
	n_hosts = hosts_list(chain, answer, hosts);
	for (size_t i = 0; i < n_hosts; i++) {
		asks[2 * i] = (struct ask){.name = hosts[i], .type = RR_A};
		asks[2 * i + 1] = (struct ask){.name = hosts[i], .type = RR_AAAA};
	}
	status = hosts_prove(chain, answer, error);
	if (status == ZG_OK)
		status = resolve(chain->question, asks, 2 * n_hosts, until, error);
	for (size_t i = 0; i < 2 * n_hosts && status == ZG_OK; i++)
		addresses_take(chain, &asks[i]);
	asks_clear(asks, 2 * n_hosts);
	if (status == ZG_OK && chain->n_addresses == 0)
		chain_ends(
		    chain, LOOK_DEAD, "no resolver knows an address of the parent's name servers");
	return status;
}

/* ---- All of it ---- */

zg_status
parent_chain_find(const struct parent_question *question, deadline until,
    struct parent_chain *chain, struct zg_error *error)
{
	static const uint8_t root[] = {0};
	const char *why = "";
	size_t parent_level;
	zg_status status;

	*chain = (struct parent_chain){.question = question, .answer = LOOK_DS};
	if (name_from_text_lower(question->zone, strlen(question->zone), root, chain->zone, &why) ==
	    0)
		return error_set(error, ZG_PARAMETER, "%.200s: %s", question->zone, why);
	chain->parent = anchor_zone(chain);
	if (chain->parent == NULL)
		return error_set(error, ZG_PARAMETER,
		    "no trust anchor is that of a zone above %.200s", question->zone);
	for (size_t i = 0; i < question->n_servers; i++)
		address_add(chain, &question->servers[i], NULL);
	if (question->n_resolvers == 0)
		return question->n_servers > 0
			   ? ZG_OK
			   : error_set(error, ZG_PARAMETER,
				 "neither servers of the parent nor a resolver to find them");
	/* Half of the time for the chain, half of what is left for addresses. */
	status = links_ask(chain, chain->parent,
	    deadline_first(until, deadline_in(deadline_left(until) / 2)), error);
	if (status == ZG_OK)
		status = links_follow(chain, &parent_level, error);
	if (status == ZG_OK && chain->answer == LOOK_DS && question->n_servers == 0)
		status = addresses_find(chain, parent_level,
		    deadline_first(until, deadline_in(deadline_left(until) / 2)), error);
	return status;
}

void
parent_chain_clear(struct parent_chain *chain)
{
	zone_keys_free(chain->keys);
	chain->keys = NULL;
	asks_clear(chain->asks, chain->n_asks);
	free(chain->asks);
	chain->asks = NULL;
	chain->n_asks = 0;
}
