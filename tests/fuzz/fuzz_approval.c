/*
 * Any octets as an approval: no approval, or one that says nothing of a finding that it does not
 * name and that nobody's key signed. Seeds: tests/fuzz/seeds/approval.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gate/approval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct zg_approver approver = {"alice", {0x58, 0x66}};
	static struct finding_fact fact = {.key = {1}, .relative = true, .magnitude = 5};
	static const struct finding_facts finding = {
	    .id = "not-a-check", .facts = &fact, .n = 1, .relative = true};
	const struct approval_subject subject = {.installation = "x",
	    .zone = "example.",
	    .policy_digest = "",
	    .serial = 2,
	    .now = 1795341100,
	    .expires = 86400};
	/* A block of its own; its last octet is for strstr. */
	char *text = calloc(1, size + 1);
	struct approval *approval;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	if (approval_parse(text, size, &approval, NULL) == ZG_OK) {
		if (approval_judge(approval, &subject, &approver, 1, NULL) != ZG_APPROVAL_FORGED)
			abort();
		if (strstr(text, "not-a-check") == NULL &&
		    approval_covers(approval, &subject, false, &finding))
			abort();
		approval_free(approval);
	}
	free(text);
	return 0;
}
