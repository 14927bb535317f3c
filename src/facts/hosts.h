/* Which owners are name server hosts, and whether names can be aliases at all. */
#ifndef FACTS_HOSTS_H
#define FACTS_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "zone/zone.h"

struct host_facts {
	uint8_t *is_host; /* owned; for each owner: the apex or a delegation names it in NS */
	bool has_cname;	  /* any CNAME in the zone */
};

MUST_CHECK zg_status host_facts_compute(
    const struct zone *zone, struct host_facts *facts, struct zg_error *error);
void host_facts_clear(struct host_facts *facts);

#endif
