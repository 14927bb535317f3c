/* Trust anchors in the form that IANA publishes those of the root in: RFC 7958, RFC 9718. */
#ifndef POLICY_ANCHOR_XML_H
#define POLICY_ANCHOR_XML_H

#include <stddef.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/trust_anchor.h"

/*
 * Reads root-anchors.xml, at most TRUST_ANCHORS_MAX digests: each becomes a DS anchor with its
 * times. `label` names the file in messages. ZG_INPUT_BAD: not such a file, with its line;
 * ZG_LIMIT, ZG_MEMORY.
 */
MUST_CHECK zg_status anchor_xml_read(const char *label, const char *text, size_t length,
    struct trust_anchor anchors[TRUST_ANCHORS_MAX], size_t *n, struct zg_error *error);

#endif
