/* What a zone was judged by, as a number. */
#include "gate/policy_digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"

zg_status
policy_digest(const zg_policy *policy, char text[POLICY_DIGEST_TEXT_SIZE], struct zg_error *error)
{
	struct digest *digest = NULL;
	uint8_t octets[DIGEST_OCTETS_MAX];
	char *shown = NULL;
	zg_status status = zg_policy_show(policy, &shown, error);

	if (status == ZG_OK)
		status = digest_new(DIGEST_KIND_SHA256, &digest);
	if (status == ZG_OK)
		status = digest_begin(digest);
	if (status == ZG_OK)
		status = digest_add(digest, (const uint8_t *)shown, strlen(shown));
	if (status == ZG_OK)
		status = digest_end(digest, octets);
	for (size_t i = 0; status == ZG_OK && i < 32; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", octets[i]);
	digest_free(digest);
	free(shown);
	return status;
}
