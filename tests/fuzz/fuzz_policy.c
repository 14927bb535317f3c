/*
 * Any octets as a policy: refused, or accepted with a canonical form that reads back to itself and
 * says the same beyond the defaults.
 * Seeds: tests/fuzz/seeds/policy and policies.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ignore_remark(void *context, const char *file, unsigned line, int is_error, const char *text)
{
	(void)file;
	(void)line;
	*(size_t *)context += strlen(text) + (size_t)is_error;
}

/* The canonical form of the only policy in `text`, and what it says beyond the defaults; NULL when
 * it is refused. */
static char *
canonical(const char *text, size_t length, char **said)
{
	zg_policy *policy;
	char *shown = NULL;

	*said = NULL;
	if (zg_policy_parse(text, length, "fuzz", NULL, &policy, NULL) != ZG_OK)
		return NULL;
	if (zg_policy_show(policy, &shown, NULL) != ZG_OK ||
	    policy_differences(policy, said, NULL) != ZG_OK)
		abort();
	zg_policy_free(policy);
	return shown;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t seen = 0;
	char *said, *said_again, *second;
	char *first = canonical((const char *)data, size, &said);
	zg_status status =
	    policy_examine((const char *)data, size, "fuzz", true, ignore_remark, &seen);

	if (first == NULL)
		return 0;
	second = canonical(first, strlen(first), &said_again);
	if (status != ZG_OK || second == NULL || strcmp(first, second) != 0 ||
	    strcmp(said, said_again) != 0)
		abort();
	free(said);
	free(said_again);
	free(first);
	free(second);
	return 0;
}
