/* What is remembered of a release. */
#include "dns/release_facts.h"

#include <stdlib.h>

void
release_facts_clear(struct release_facts *facts)
{
	for (size_t i = 0; i < facts->n_keys; i++) {
		free(facts->keys[i].rdata);
		facts->keys[i].rdata = NULL;
	}
	facts->n_keys = 0;
}
