/* Policies of OpenDNSSEC 2, kasp.xml: what a signer is told to do. */
#ifndef POLICY_KASP_H
#define POLICY_KASP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

#include "base/text_writer.h"
#include "policy/policy_report.h"

/* Things of one policy that are told of as not taken over; beyond, only that there are more. */
#define KASP_NOTES_MAX 100

struct kasp_key {
	enum key_role role;
	int64_t algorithm, length, lifetime; /* NOT_SET: not there */
	int64_t roll_type; /* bit of policy_schema.c's words; NOT_SET: not there */
	bool rfc5011;
};

/* Durations in seconds; NOT_SET: not there. */
struct kasp_policy {
	char name[POLICY_ID_MAX];
	char *description; /* owned; NULL: none */
	bool passthrough;
	int64_t resign, refresh, jitter, inception_offset, max_zone_ttl;
	int64_t validity, validity_denial, validity_keyset;
	bool nsec, nsec3, opt_out;
	int64_t hash_algorithm, iterations, salt_length;
	int64_t dnskey_ttl, publish_safety, retire_safety;
	struct kasp_key keys[ZG_POLICY_ALGORITHMS_MAX];
	size_t n_keys;
	int64_t propagation_delay, soa_minimum;
	int64_t parent_propagation_delay, registration_delay, ds_ttl;
	struct text_writer notes; /* XML comments, one a line */
	size_t n_notes;
};

/*
 * Reads one element Policy. What it holds that no policy of a gate can say becomes a note; what is
 * wrong goes to the reporter. *policy is for kasp_clear always.
 */
void kasp_read(
    struct policy_reporter *reporter, const xmlNode *element, struct kasp_policy *policy);
void kasp_clear(struct kasp_policy *policy);

/* All policies of a kasp.xml: the work behind zg_policy_import, without the file and the proof. */
MUST_CHECK zg_status policy_import_text(
    struct policy_reporter *reporter, const char *text, size_t length, struct text_writer *writer);

/* A thing that is not taken over, and why. */
void kasp_note(struct kasp_policy *policy, const char *format, ...) PRINTF_LIKE(2, 3);

/* Appends the element Policy that accepts what the signer is told to do. */
void kasp_write(struct kasp_policy *policy, struct text_writer *writer);

#endif
