/*
 * The last refusal of a zone, remembered: name servers offer what was refused again at every retry
 * (DESIGN 9.1), and the same text under the same circumstances needs no second check. Only a no is
 * ever remembered.
 */
#ifndef PUBLISH_REFUSAL_H
#define PUBLISH_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "publish/publish.h"
#include "publish/release.h"

/* Seconds. What time does not mend is looked at again after a day all the same: nothing that is
 * remembered lasts for ever. What it may mend - waiting times of caches, guards over a day, a
 * signature that begins later - after less than most zones' RETRY. */
#define REFUSAL_SAME_MAX   86400
#define REFUSAL_LOOK_AGAIN 600

#define REFUSAL_REASON_SIZE 256

struct refusal {
	uint8_t key[FILE_DIGEST_OCTETS]; /* of text and circumstances */
	bool held;			 /* else refused */
	uint32_t serial;
	int64_t time, until;
	char reason[REFUSAL_REASON_SIZE];
};

/*
 * The key of a text (its SHA-256): it changes with the configuration, the policy, the DS file, the
 * unsigned zone, the approvals in the spool, and with every line of the zone's decision log, in
 * which all that is learned of parent and servers shows.
 */
MUST_CHECK zg_status refusal_key(struct release_log *log, const struct state_directory *state,
    const struct config *config, const struct config_zone *zone,
    const uint8_t sha256[FILE_DIGEST_OCTETS], uint8_t key[FILE_DIGEST_OCTETS],
    struct zg_error *error);

/* Keeps it in the place of the former one of the zone. */
MUST_CHECK zg_status refusal_remember(const struct state_directory *state, const char *zone,
    const struct refusal *refusal, struct zg_error *error);

/* Whether that key was refused, and it is not yet `until`. What cannot be read is not known. */
bool refusal_recall(const struct state_directory *state, const char *zone,
    const uint8_t key[FILE_DIGEST_OCTETS], int64_t now, struct refusal *refusal);

#endif
