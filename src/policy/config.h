/*
 * The configuration, zonegate.xml: where things are, who may approve, what is run. Read once,
 * immutable afterwards. Same rules for the file as for policies: no DOCTYPE, no entities, no
 * network, limits, schema (policies/zonegate.rng), refused when others may write it.
 */
#ifndef POLICY_CONFIG_H
#define POLICY_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <zonegate/limits.h>
#include <zonegate/policy.h>
#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/policy_values.h"

#define CONFIG_ARGUMENTS_MAX 64
#define CONFIG_COMMANDS_MAX  16
#define CONFIG_ZONES_MAX     4096
#define CONFIG_SERVERS_MAX   64 /* of one list */
#define CONFIG_RESOLVERS_MAX 4	/* each has its share of ten seconds */
#define CONFIG_STAGES_MAX    16 /* of one zone */

/* A program and its arguments: run without a shell. */
struct config_command {
	char **arguments; /* NULL-terminated; arguments[0] is an absolute path */
	int64_t timeout;  /* seconds */
};

struct config_approver {
	char *id;
	uint8_t public_key[32]; /* Ed25519, raw */
	unsigned line;		/* of its element */
};

struct config_server {
	char *address; /* IPv4 or IPv6, in text */
	uint16_t port;
};

/* A part of the distribution servers: it gets a release before the next part does. */
struct config_stage {
	char *name;
	char *target;			/* the file that is renamed for it */
	mode_t mode;			/* of the target; 0: that of the file replaced, or 0644 */
	char *owner, *group;		/* NULL: as the file replaced */
	struct config_command reload;	/* arguments NULL: none */
	size_t first_server, n_servers; /* of config_zone.servers: what is observed */
	struct config_server *servers_read; /* while the file is read; then they are the zone's */
	int64_t soak;	   /* seconds that it serves the release well before the next stage */
	int64_t names;	   /* asked for in a look; NOT_SET: as `observe` does */
	bool transfer;	   /* whole copies are transferred and compared */
	char *tsig;	   /* file of the key that these transfers are signed with; NULL: none */
	int64_t approvals; /* distinct approvers, before this stage gets it; 0: none */
	unsigned line;	   /* of its element */
};

/* External validation of Knot DNS: how the gate learns what waits, and answers. */
struct config_knot {
	char *control; /* knotc; NULL: /usr/sbin/knotc */
	char *socket;  /* of the server; NULL: as knotc has it */
	char *dump;    /* the file that the server writes before it waits; NULL: not this engine */
	int64_t timeout; /* seconds that it waits */
};

/* Who else signs and serves a multi-signer zone (RFC 8901): observed, and told nothing. */
struct config_provider {
	char *name;
	struct config_server *servers;
	size_t n_servers;
	unsigned line; /* of its element */
};

struct config_zone {
	char *name;	   /* presentation form, lower case, final dot */
	char *policy_path; /* NULL: the built-in policy */
	char *policy_name; /* NULL: the only one of the file */
	char *candidate;   /* where the signer puts the zone: the default input; NULL: none */
	char *target; /* the file that `release` renames; NULL: the zone is not released here */
	mode_t mode;  /* of the target; 0: that of the file replaced, or 0644 */
	char *owner, *group;	       /* NULL: as the file replaced */
	struct config_command reload;  /* arguments NULL: none */
	char *hook;		       /* engine that asks this gate: "nsd"; NULL: none */
	struct config_command again;   /* makes it ask again, after an approval; arguments NULL */
	struct config_knot knot;       /* of a hook of "knot" */
	char *unsigned_path;	       /* the registry's unsigned zone; NULL: none */
	char *trials_path;	       /* trial signatures by new keys; NULL: none */
	char *ds_path;		       /* DS file of the parent; NULL: none */
	int64_t ds_ttl;		       /* TTL assumed for a DS file without one; NOT_SET: none */
	struct config_server *parents; /* its name servers; none: a resolver finds them */
	size_t n_parents;
	struct config_server *resolvers; /* to find the chain to the parent with; never believed */
	size_t n_resolvers;
	char *trust_anchor;	       /* NULL: none */
	struct config_server *servers; /* distribution servers, to be observed */
	size_t n_servers;
	struct config_stage *stages; /* in their order; none: `release` renames `target` */
	size_t n_stages;
	char *unbound; /* program that validates what a stage serves; NULL: none */
	struct config_server *validators; /* validating resolvers that resolve through a stage */
	size_t n_validators;
	struct config_provider *providers;
	size_t n_providers;
	int64_t provider_max_age; /* seconds that a look at them may be old */
	bool transferred;	  /* secondaries refuse what is refused here: EXPIRE is a deadline
				     (DESIGN 9.1) */
	unsigned line;		  /* of its element, for messages */
};

struct config {
	char *path;		 /* of the file */
	char *state;		 /* state directory, absolute */
	char *installation;	 /* id that approvals are bound to */
	bool synchronised_clock; /* nothing is released unless the kernel says that it is */
	struct config_approver *approvers;
	size_t n_approvers;
	struct config_command notify[CONFIG_COMMANDS_MAX]; /* each gets the JSON report */
	size_t n_notify;
	struct config_zone *zones;
	size_t n_zones;
};

/* Reads the file; NULL: /etc/zonegate/zonegate.xml. Messages hold file and line. */
MUST_CHECK zg_status config_read(const char *path, struct config **config, struct zg_error *error);
void config_free(struct config *config);

/* The approver with that id, or NULL. */
const struct config_approver *config_approver_find(const struct config *config, const char *id);

/*
 * Those whose approval counts under a policy: all whom it names and who have a key here; whom the
 * policy leaves open, all. Returns how many there are.
 */
size_t config_approvers_of(const struct config *config, const zg_policy *policy,
    const struct config_approver *approvers[ZG_POLICY_APPROVERS_MAX]);

/* Whether what passes here is published: by a file that is renamed, in stages, or by an engine. */
bool config_zone_is_published(const struct config_zone *zone);

/* The stage of that name, or NULL. */
const struct config_stage *config_stage_find(const struct config_zone *zone, const char *name);

/* The zone of that name (any letter case, with or without the final dot), or NULL. */
const struct config_zone *config_zone_find(const struct config *config, const char *name);

#endif
