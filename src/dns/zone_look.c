/* One look at the distribution servers of a zone. */
#include "dns/zone_look.h"

#include <stdio.h>
#include <stdlib.h>

const char *
look_fault_text(enum look_fault fault)
{
	static const char *const texts[FAULTS] = {
	    [FAULT_NO_ROUTE] = "unreachable",
	    [FAULT_SILENT] = "silent",
	    [FAULT_RCODE] = "error",
	    [FAULT_LAME] = "lame",
	    [FAULT_SERIAL] = "serial",
	    [FAULT_BOGUS] = "bogus",
	    [FAULT_ALTERED] = "altered",
	    [FAULT_MISSING] = "missing",
	    [FAULT_EXTRA] = "extra",
	    [FAULT_WHOLE] = "whole",
	    [FAULT_VALIDATOR] = "validator",
	};

	return texts[fault];
}

const char *
look_whole_text(enum look_whole whole)
{
	static const char *const texts[] = {
	    [WHOLE_UNASKED] = "not asked",
	    [WHOLE_NOT_HAD] = "not had",
	    [WHOLE_SAME] = "same",
	    [WHOLE_OTHER] = "other",
	};

	return texts[whole];
}

const char *
look_trust_text(enum look_trust trust)
{
	static const char *const texts[] = {
	    [TRUST_NONE] = "none",
	    [TRUST_RELEASE] = "released keys",
	    [TRUST_FILE] = "DS file",
	    [TRUST_PARENT] = "DS of the parent",
	};

	return texts[trust];
}

void
zone_look_free(struct zone_look *look)
{
	if (look == NULL)
		return;
	free(look->servers);
	free(look->validators);
	free(look);
}

static bool
has_fault(const struct observed_server *server)
{
	for (int i = 0; i < FAULTS; i++) {
		if (server->n_faults[i] > 0)
			return true;
	}
	return false;
}

bool
observed_is_good(const struct observed_server *server)
{
	return !has_fault(server) && server->has_serial && server->n_asked > 0 &&
	       server->n_answered == server->n_asked;
}

bool
validator_is_good(const struct observed_server *validator)
{
	return !has_fault(validator) && validator->n_resolved > 0;
}

bool
zone_look_is_good(const struct zone_look *look)
{
	for (size_t i = 0; i < look->n_servers; i++) {
		if (!observed_is_good(&look->servers[i]))
			return false;
	}
	for (size_t i = 0; i < look->n_validators; i++) {
		if (!validator_is_good(&look->validators[i]))
			return false;
	}
	return look->n_servers > 0 && look->unvalidated[0] == '\0';
}

void
observed_fault(struct observed_server *server, enum look_fault fault, const char *text)
{
	struct look_example *example;

	if (server->n_faults[fault]++ >= LOOK_EXAMPLES_EACH)
		return;
	example = &server->examples[server->n_examples++];
	example->fault = fault;
	(void)snprintf(example->text, sizeof(example->text), "%s", text);
	for (char *at = example->text; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~')
			*at = '?';
	}
}
