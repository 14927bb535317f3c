/*
 * One look at the name servers of a parent: what each of them says of the DS set. Plain data that
 * the network part fills, the history keeps, and reports print.
 */
#ifndef DNS_PARENT_LOOK_H
#define DNS_PARENT_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include "dns/release_facts.h"

/* What came of asking one address. */
enum look_answer {
	LOOK_UNASKED = 0, /* there was no time left */
	LOOK_DS,	  /* proved: these records */
	LOOK_NO_DS,	  /* proved: the name exists, and has none */
	LOOK_NO_NAME,	  /* proved: the name does not exist */
	LOOK_OPT_OUT,	  /* proved: none; an insecure delegation may be in an opt-out span */
	LOOK_DEAD,	  /* no answer */
	LOOK_NO_ROUTE,	  /* no address of its family can be reached from here */
	LOOK_MALFORMED,	  /* what came is no answer */
	LOOK_REFUSED,
	LOOK_LAME,     /* answers, but not with authority for the parent */
	LOOK_ALIAS,    /* a CNAME or DNAME is in the way */
	LOOK_BOGUS,    /* does not verify */
	LOOK_EXPIRED,  /* did, until its signature expired */
	LOOK_INSECURE, /* nothing here can be proved: no DS above leads to it */
	LOOK_ANSWERS
};

/* "ds", "no-ds", "dead", ...: words of reports. */
const char *look_answer_text(enum look_answer answer);

/* The server's word is proved: `ds` is what it publishes, none when n_ds is 0. */
static inline bool
look_is_proved(enum look_answer answer)
{
	return answer >= LOOK_DS && answer <= LOOK_OPT_OUT;
}

struct look_server {
	char server[80];	   /* "192.0.2.1@53" */
	char host[NAME_TEXT_SIZE]; /* its name; empty: not known */
	enum look_answer answer;   /* about the DS set */
	char note[160];		   /* why it is not proved; not escaped */
	/* Beside a proved DS set: what is wrong with its DNSKEY or SOA; LOOK_UNASKED: nothing. */
	enum look_answer flaw;
	char flaw_note[160];
	uint32_t ttl;	 /* original TTL of the signature; of the denial where there is no DS */
	uint32_t serial; /* of the parent, when has_serial: proved */
	bool has_serial;
	bool used_tcp;
	int milliseconds;
	struct release_ds ds[ZG_DS_MAX];
	size_t n_ds;
};

/* What nobody need be asked for a second look at. */
struct parent_look {
	int64_t time;		     /* when it began; 0: there was none */
	char parent[NAME_TEXT_SIZE]; /* the parent zone; empty: it was not found */
	/* How far the proof came: LOOK_DS when the parent's keys are proved, or are to be proved
	 * from each server's answer; else why there is no use in asking servers. */
	enum look_answer chain;
	char why[256]; /* of `chain`; not escaped */
	struct look_server servers[ZG_PARENT_ADDRESSES_MAX];
	size_t n_servers;
	bool more_servers;  /* than fit */
	char list_why[160]; /* why it is not proved that these are its servers; empty: it is, or
			       they were configured; not escaped */
	int milliseconds;   /* all of it */
};

/* Both say the same, in whatever order. */
bool look_ds_same(const struct release_ds *a, size_t n_a, const struct release_ds *b, size_t n_b);

/* What the servers agree on. */
struct look_agreed {
	bool agreed;
	const struct look_server *by; /* the first of those that most say the same as; NULL: no
					 server gave a proof */
	uint32_t ttl;		      /* the largest that they give, */
	uint32_t ttl_least;	      /* and the smallest */
	size_t n_with;		      /* how many they are */
	size_t n_proved;	      /* of so many that gave a proof */
	size_t n_sets;		      /* so many different sets */
};

/* All that gave a proof must say the same; with `majority` more than half of them. Servers without
 * a proof have no say. */
void look_agree(const struct parent_look *look, bool majority, struct look_agreed *agreed);

#endif
