/* What is particular to an Unbound that validates what one server serves. */
#include "observe/unbound.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/plain_name.h"
#include "dns/rdata_view.h"
#include "dns/rr_type.h"

/*
 * It is nobody's resolver: nothing is remembered for longer than it runs, nothing is guessed from
 * other answers, nothing but the server is asked. What does not lie in the zone would lead away
 * from it, so the root is a stub at the same server: the hints for the root are never used. What
 * it logs of failures is what it says in its answers of why (RFC 8914).
 * The names that Unbound answers by itself may be those of a registry.
 */
static const char fixed_lines[] =
    "server:\n"
    "\tverbosity: 0\n"
    "\tval-log-level: 2\n"
    "\tlog-servfail: yes\n"
    "\tuse-syslog: no\n"
    "\tlogfile: \"\"\n"
    "\tdo-daemonize: no\n"
    "\tpidfile: \"\"\n"
    "\tchroot: \"\"\n"
    "\tusername: \"\"\n"
    "\tdirectory: \"/\"\n"
    "\tnum-threads: 1\n"
    "\toutgoing-range: 512\n"
    "\tnum-queries-per-thread: 256\n"
    "\tso-reuseport: no\n"
    "\tmsg-cache-size: 4m\n"
    "\trrset-cache-size: 8m\n"
    "\taccess-control: 127.0.0.0/8 allow\n"
    "\tmodule-config: \"validator iterator\"\n"
    "\tval-permissive-mode: no\n"
    "\tede: yes\n"
    "\tminimal-responses: no\n"
    "\taggressive-nsec: no\n"
    "\tqname-minimisation: no\n"
    "\tharden-below-nxdomain: no\n"
    "\tprefetch: no\n"
    "\tserve-expired: no\n"
    "\ttrust-anchor-signaling: no\n"
    "\troot-key-sentinel: no\n"
    "\ttarget-fetch-policy: \"0 0 0 0 0\"\n"
    "\tdo-not-query-localhost: no\n"
    "\tunblock-lan-zones: yes\n"
    "\tlocal-zone: \"localhost.\" nodefault\n"
    "\tlocal-zone: \"127.in-addr.arpa.\" nodefault\n"
    "\tlocal-zone: \"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.\" "
    "nodefault\n"
    "\tlocal-zone: \"home.arpa.\" nodefault\n"
    "\tlocal-zone: \"onion.\" nodefault\n"
    "\tlocal-zone: \"test.\" nodefault\n";

/* Where the name with the nonce is: no registry has it. */
#define NONCE_ZONE ".invalid."

static void
add_ds(struct text_writer *text, const char *zone, const struct release_ds *ds)
{
	text_add(text, "\ttrust-anchor: \"");
	plain_name_add(text, zone);
	text_printf(text, " 3600 IN DS %u %u %u ", ds->tag, ds->algorithm, ds->digest_type);
	text_add_hex(text, ds->digest, ds->digest_len);
	text_add(text, "\"\n");
}

static void
add_key(struct text_writer *text, const char *zone, const struct trust_anchor *anchor)
{
	char key[BASE64_LENGTH(sizeof(anchor->key)) + 1];
	struct dnskey_view view;

	if (!dnskey_view(anchor->key, anchor->key_len, &view))
		return;
	base64_write(view.key, view.key_len, key);
	text_add(text, "\ttrust-anchor: \"");
	plain_name_add(text, zone);
	text_printf(text, " 3600 IN DNSKEY %u %u %u %s\"\n", view.flags, view.protocol,
	    view.algorithm, key);
}

/* A stub, and that it is always what is asked: not primed, not replaced by what the zone says of
 * its servers. */
static void
add_stub(struct text_writer *text, const char *zone, const struct net_address *server)
{
	char address[NET_ADDRESS_TEXT];

	net_address_text(server, address);
	text_add(text, "stub-zone:\n\tname: \"");
	plain_name_add(text, zone);
	text_printf(text, "\"\n\tstub-addr: %s\n\tstub-prime: no\n", address);
}

void
unbound_config_write(const struct unbound_place *place, struct text_writer *text)
{
	const struct unbound_trust *trust = place->trust;

	text_add(text, fixed_lines);
	text_printf(text, "\tinterface: 127.0.0.1@%u\n", place->port);
	text_printf(text, "\tlocal-zone: \"%s" NONCE_ZONE "\" static\n", place->nonce);
	text_printf(text, "\tlocal-data: \"%s" NONCE_ZONE " 60 IN A 127.0.0.1\"\n", place->nonce);
	text_add(text, "\tlocal-zone: \"");
	plain_name_add(text, trust->zone);
	text_add(text, "\" transparent\n");
	for (size_t i = 0; i < trust->n_ds; i++)
		add_ds(text, trust->zone, &trust->ds[i]);
	for (size_t i = 0; i < trust->n_keys && trust->n_ds == 0; i++)
		add_key(text, trust->zone, &trust->keys[i]);
	text_add(text, "remote-control:\n\tcontrol-enable: no\n");
	add_stub(text, trust->zone, place->server);
	if (strcmp(trust->zone, ".") != 0)
		add_stub(text, ".", place->server);
}

/* --- Whether it is there --- */

static bool
is_ours(const struct ask *ask)
{
	return ask->outcome == ASK_ANSWERED && ask->answer->rcode == RCODE_NOERROR &&
	       ask->answer->n_records[SECTION_ANSWER] == 1;
}

zg_status
unbounds_ask(struct unbound_place *const *places, size_t n, const struct ask_limits *limits,
    struct zg_error *error)
{
	struct ask *asks = calloc(n + 1, sizeof(*asks));
	uint8_t(*names)[ZG_NAME_MAX] = calloc(n + 1, sizeof(*names));
	zg_status status = ZG_OK;

	if (asks == NULL || names == NULL)
		status = error_set(error, ZG_MEMORY, "out of memory");
	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		char name[UNBOUND_NONCE + sizeof(NONCE_ZONE)];

		(void)snprintf(name, sizeof(name), "%s" NONCE_ZONE, places[i]->nonce);
		asks[i] = (struct ask){.name = names[i], .type = RR_A, .recurse = true};
		if (!message_name(name, names[i]) || !unbound_address(places[i], &asks[i].server))
			status = error_set(error, ZG_INTERNAL, "Unbound cannot be asked");
	}
	if (status == ZG_OK)
		status = asks_run(asks, n, limits, error);
	for (size_t i = 0; i < n && status == ZG_OK; i++)
		places[i]->ready |= is_ours(&asks[i]);
	if (asks != NULL)
		asks_clear(asks, n);
	free(asks);
	free(names);
	return status;
}

bool
unbound_address(const struct unbound_place *place, struct net_address *address)
{
	return net_address_make("127.0.0.1", place->port, address);
}
