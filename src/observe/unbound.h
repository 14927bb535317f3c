/*
 * Unbound as a validator of what one server serves, with no way to any other: its configuration,
 * and the question that nobody else can answer. Processes are the program's.
 */
#ifndef OBSERVE_UNBOUND_H
#define OBSERVE_UNBOUND_H

#include <stdbool.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"
#include "dns/trust_anchor.h"
#include "net/exchange.h"

/* What the answers are validated from: borrowed. */
struct unbound_trust {
	const char *zone; /* presentation form */
	const struct release_ds *ds;
	size_t n_ds;
	const struct trust_anchor *keys; /* when there is no DS */
	size_t n_keys;
};

/* The letters of a name that is made for one Unbound, and that it alone knows. */
#define UNBOUND_NONCE 32

struct unbound_place {
	uint16_t port; /* on 127.0.0.1 */
	char nonce[UNBOUND_NONCE + 1];
	const struct net_address *server;  /* that it resolves through; borrowed */
	const struct unbound_trust *trust; /* borrowed */
	bool ready;			   /* it has answered */
};

/* Writes the configuration; `text` is cleared by the caller, also when it failed. */
void unbound_config_write(const struct unbound_place *place, struct text_writer *text);

/* Where it is asked. */
bool unbound_address(const struct unbound_place *place, struct net_address *address);

/* Asks each for the name that it alone knows; who answers is ready. ZG_OK also when nobody does. */
MUST_CHECK zg_status unbounds_ask(struct unbound_place *const *places, size_t n,
    const struct ask_limits *limits, struct zg_error *error);

#endif
