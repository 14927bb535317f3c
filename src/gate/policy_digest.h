/* What a zone was judged by, as a number. */
#ifndef GATE_POLICY_DIGEST_H
#define GATE_POLICY_DIGEST_H

#include <stdbool.h>

#include <zonegate/policy.h>
#include "base/hex.h"

#define POLICY_DIGEST_OCTETS	32
#define POLICY_DIGEST_TEXT_SIZE HEX_TEXT_SIZE(POLICY_DIGEST_OCTETS)

/*
 * SHA-256, in hex digits, of what the policy says beyond the defaults (policy_differences): a later
 * version that knows more checks and elements has the same digest of the same policy.
 */
ZG_MUST_CHECK zg_status policy_digest(
    const zg_policy *policy, char text[POLICY_DIGEST_TEXT_SIZE], struct zg_error *error);

/*
 * Whether the text of a policy, read by this version, has this digest. Two versions that take the
 * digest of a policy in different ways know from it that the policy is the same. What this version
 * cannot read has no digest.
 */
ZG_MUST_CHECK zg_status policy_text_has_digest(
    const char *text, const char *digest, bool *has, struct zg_error *error);

#endif
