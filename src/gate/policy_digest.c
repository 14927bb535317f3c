/* What a zone was judged by, as a number. */
#include "gate/policy_digest.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "policy/policy.h"

zg_status
policy_digest(const zg_policy *policy, char text[POLICY_DIGEST_TEXT_SIZE], struct zg_error *error)
{
	struct digest *digest = NULL;
	uint8_t octets[DIGEST_OCTETS_MAX];
	char *differences = NULL;
	zg_status status = policy_differences(policy, &differences, error);

	if (status == ZG_OK)
		status = digest_new(DIGEST_KIND_SHA256, &digest);
	if (status == ZG_OK)
		status = digest_begin(digest);
	if (status == ZG_OK)
		status = digest_add(digest, (const uint8_t *)differences, strlen(differences));
	if (status == ZG_OK)
		status = digest_end(digest, octets);
	if (status == ZG_OK)
		hex_write(octets, POLICY_DIGEST_OCTETS, text);
	digest_free(digest);
	free(differences);
	return status;
}

zg_status
policy_text_has_digest(const char *text, const char *digest, bool *has, struct zg_error *error)
{
	char own[POLICY_DIGEST_TEXT_SIZE];
	zg_policy *policy = NULL;
	zg_status status = zg_policy_parse(text, strlen(text), "text", NULL, &policy, error);

	*has = false;
	if (status != ZG_OK)
		return status == ZG_MEMORY ? status : ZG_OK;
	status = policy_digest(policy, own, error);
	*has = status == ZG_OK && strcmp(own, digest) == 0;
	zg_policy_free(policy);
	return status;
}
