/* From a trust anchor down to the keys of the parent: part of parent/fetch.h. */
#ifndef PARENT_CHAIN_H
#define PARENT_CHAIN_H

#include "net/deadline.h"
#include "net/exchange.h"
#include "parent/fetch.h"
#include "parent/prove.h"

struct parent_address {
	struct net_address address;
	const uint8_t *host; /* into an answer of the chain; NULL: not known */
};

struct parent_chain {
	const struct parent_question *question;
	uint8_t zone[ZG_NAME_MAX]; /* wire form, lower case */
	const uint8_t *parent;	   /* into `zone`; NULL: not found */
	/* What names the parent's keys: DS records that were proved, or the anchors. */
	bool by_ds;
	struct release_ds ds[ZG_DS_MAX];
	size_t n_ds;
	struct zone_keys *keys;	 /* owned; NULL: to be proved from an answer of the parent's servers
				  */
	enum look_answer answer; /* LOOK_DS: it holds so far */
	char why[256];		 /* it does not */
	struct parent_address addresses[ZG_PARENT_ADDRESSES_MAX];
	size_t n_addresses;
	bool more_addresses;
	char list_why[160]; /* why the parent's NS RRset is not proved; empty: it is */

	struct ask *asks; /* owned: the names of hosts go into their answers */
	size_t n_asks;
};

/* Follows the chain, and finds the addresses of the parent's servers. parent_chain_clear also after
 * a failure. */
MUST_CHECK zg_status parent_chain_find(const struct parent_question *question, deadline until,
    struct parent_chain *chain, struct zg_error *error);
void parent_chain_clear(struct parent_chain *chain);

/* The keys of the chain's parent from an answer to a DNSKEY question. */
MUST_CHECK zg_status parent_chain_keys(const struct parent_chain *chain,
    const struct message *answer, struct zone_keys **keys, struct proof_result *result,
    struct zg_error *error);

/* What a proof that failed comes to: expired signatures are told from other faults. */
enum look_answer parent_unproved(
    const struct proof_result *result, const struct message *answer, int64_t now);

#endif
