/*
 * One look at the distribution servers of a zone: what each of them serves, held against the
 * release in force. Plain data that the network part fills, the history keeps, and reports print.
 */
#ifndef DNS_ZONE_LOOK_H
#define DNS_ZONE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include "dns/release_facts.h"

/* What can be wrong with a server. */
enum look_fault {
	FAULT_NO_ROUTE,	 /* nothing here leads to its address: it was not asked */
	FAULT_SILENT,	 /* no answer, or none that can be read */
	FAULT_RCODE,	 /* an error: REFUSED, SERVFAIL */
	FAULT_LAME,	 /* an answer without authority */
	FAULT_SERIAL,	 /* another serial than that of the text it has to serve */
	FAULT_BOGUS,	 /* an answer that validators refuse */
	FAULT_ALTERED,	 /* another RRset, or TTL, than was released */
	FAULT_MISSING,	 /* something that was released is not there */
	FAULT_EXTRA,	 /* something that was not released is there */
	FAULT_WHOLE,	 /* its copy of the zone, transferred, is not what was released */
	FAULT_VALIDATOR, /* a validating resolver that asks it has no answer, or no proof */
	FAULTS
};

/* "silent", "serial", ...: words of reports. */
const char *look_fault_text(enum look_fault fault);

/* Examples kept of each kind of fault at each server. */
#define LOOK_EXAMPLES_EACH 3

struct look_example {
	enum look_fault fault;
	char text[320]; /* printable ASCII */
};

/* Its copy of the zone. */
enum look_whole {
	WHOLE_UNASKED = 0,
	WHOLE_NOT_HAD, /* the server does not give it, or it did not come whole */
	WHOLE_SAME,
	WHOLE_OTHER
};

const char *look_whole_text(enum look_whole whole);

/* A stage's name and a NUL. */
#define LOOK_STAGE_SIZE 64

struct observed_server {
	char server[80];	     /* "192.0.2.1@53" */
	char stage[LOOK_STAGE_SIZE]; /* that it belongs to; empty: none */
	bool rolling;		     /* it has to serve what is being rolled out, */
	bool has_serial;	     /* it gave one, */
	uint32_t serial;	     /* over UDP, else TCP */
	size_t n_asked;		     /* questions, over UDP and TCP */
	size_t n_answered;
	size_t n_proved;    /* answers that validate, with signatures */
	size_t n_resolved;  /* questions through a validating resolver, */
	size_t n_authentic; /* answers to them with AD */
	size_t n_faults[FAULTS];
	struct look_example examples[FAULTS * LOOK_EXAMPLES_EACH];
	size_t n_examples;
	enum look_whole whole;
	char whole_note[256]; /* why it was not had; not escaped */
	uint32_t whole_serial;
	uint64_t whole_records;
	char whole_digest[DIGEST_TEXT_SIZE];
	int milliseconds; /* the slowest answer */
};

/* What answers are proved by. */
enum look_trust {
	TRUST_NONE,    /* the zone is not signed: only what is answered is compared */
	TRUST_RELEASE, /* the keys that were released: nothing is known of the parent's DS set */
	TRUST_FILE,    /* the DS file of the configuration */
	TRUST_PARENT   /* the DS set that the parent was last seen to publish */
};

const char *look_trust_text(enum look_trust trust);

/* What some servers have to serve beside those of the release in force: a rollout under way. */
struct look_rolling {
	size_t n_servers; /* that have to; 0: the rest of this means nothing */
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE];
	uint64_t n_records;
	size_t n_questions;
};

struct zone_look {
	char zone[NAME_TEXT_SIZE];
	int64_t time;
	bool partial;		       /* some of its servers were left out: nothing is confirmed */
	uint32_t serial;	       /* of the release in force */
	char digest[DIGEST_TEXT_SIZE]; /* empty: no server has to serve it */
	uint64_t n_records;
	enum look_trust trust;
	size_t n_questions; /* for each server over each transport */
	struct look_rolling rolling;
	struct observed_server *servers; /* owned */
	size_t n_servers;
	struct observed_server *validators; /* owned; resolvers that validate what stages serve */
	size_t n_validators;
	char unvalidated[256];	   /* why no validating resolver could be asked; not escaped */
	int milliseconds;	   /* of asking the servers; */
	int resolver_milliseconds; /* of asking validating resolvers, their start included */
};

void zone_look_free(struct zone_look *look);

/* Nothing is wrong with the server; with a validating resolver, or what it resolves through; with
 * any of them, and all could be told. */
bool observed_is_good(const struct observed_server *server);
bool validator_is_good(const struct observed_server *validator);
bool zone_look_is_good(const struct zone_look *look);

/* Counts a fault, and keeps the text as an example; what is not printable ASCII becomes '?'. */
void observed_fault(struct observed_server *server, enum look_fault fault, const char *text);

#endif
