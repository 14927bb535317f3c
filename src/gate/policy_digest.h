/* What a zone was judged by, as a number. */
#ifndef GATE_POLICY_DIGEST_H
#define GATE_POLICY_DIGEST_H

#include <zonegate/policy.h>

#define POLICY_DIGEST_TEXT_SIZE 65

/* SHA-256 of the canonical text of the policy (zg_policy_show), in hex digits. */
ZG_MUST_CHECK zg_status policy_digest(
    const zg_policy *policy, char text[POLICY_DIGEST_TEXT_SIZE], struct zg_error *error);

#endif
