/* The quorum as a pure function: which findings enough different people have accepted. */
#ifndef GATE_QUORUM_H
#define GATE_QUORUM_H

#include <zonegate/verdict.h>
#include "gate/approval.h"

/* An approval that counts (approval_judge), and whose key signed it. */
struct quorum_voice {
	const struct approval *approval;
	const unsigned char *public_key; /* 32 octets */
	bool spent;
	unsigned rules; /* enum quorum_rules: under which of them its key counts */
};

/* A change of the rules is decided by those of before: DESIGN 9.19. */
enum quorum_rules { QUORUM_NOW = 1, QUORUM_FORMER = 2 };

/*
 * Different keys that count under `rules` and whose approvals cover the finding: the same person
 * twice is one, and so are two names with one key. covering[i] says of each voice whether it counts
 * and covers it.
 */
size_t quorum_count(const struct quorum_voice *voices, size_t n, enum quorum_rules rules,
    const struct approval_subject *subject, const struct finding_facts *finding, bool *covering);

/*
 * Whether people can accept a finding at all: what waits for approval, and what refuses above the
 * floor of its row. A row whose severity no policy can lower is beyond any quorum (DESIGN 4).
 */
bool quorum_may_accept(zg_severity severity, zg_severity floor);

/* The finding neither holds nor refuses any more. A quorum below one accepts nothing. */
bool quorum_accepts(zg_severity severity, zg_severity floor, size_t keys, int64_t quorum);

#endif
