/* From OpenDNSSEC's kasp.xml to policies of a gate. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text_writer.h"
#include "policy/kasp.h"
#include "policy/policy_file.h"
#include "policy/policy_xml.h"

/* Every policy of the tree, one after the other. */
static void
import_tree(struct policy_reporter *reporter, const xmlDoc *document, struct text_writer *writer)
{
	const xmlNode *root = xmlDocGetRootElement(document);
	size_t found = 0;

	if (!policy_xml_root_name_is(document, "KASP")) {
		policy_error(
		    reporter, ZG_POLICY, policy_xml_line(root), "the root element must be KASP");
		return;
	}
	for (const xmlNode *at = root->children; at != NULL && reporter->status == ZG_OK;
	     at = at->next) {
		struct kasp_policy *policy;

		if (at->type != XML_ELEMENT_NODE || strcmp((const char *)at->name, "Policy") != 0)
			continue;
		if (++found > ZG_POLICIES_MAX) {
			policy_error(reporter, ZG_LIMIT, policy_xml_line(at),
			    "more than %d policies", ZG_POLICIES_MAX);
			return;
		}
		policy = malloc(sizeof(*policy));
		if (policy == NULL) {
			policy_error(reporter, ZG_MEMORY, 0, "out of memory");
			return;
		}
		kasp_read(reporter, at, policy);
		kasp_write(policy, writer);
		kasp_clear(policy);
		free(policy);
	}
	if (found == 0)
		policy_error(reporter, ZG_POLICY, policy_xml_line(root), "no policy in the file");
}

zg_status
policy_import_text(
    struct policy_reporter *reporter, const char *text, size_t length, struct text_writer *writer)
{
	struct policy_xml_errors former = policy_xml_errors_take(reporter);
	xmlDoc *document;

	text_add(writer,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!-- Made by `zonegate policy import` from a kasp.xml of OpenDNSSEC: "
	    "bounds that the signer's work\n     keeps. Years have 365 days and months "
	    "31, as there. -->\n<ZoneGate version=\"1\">\n");
	if (policy_xml_parse(reporter, text, length, &document) == ZG_OK)
		import_tree(reporter, document, writer);
	text_add(writer, "</ZoneGate>\n");
	policy_xml_free(document);
	policy_xml_errors_give_back(former);
	if (writer->failed && reporter->status == ZG_OK)
		policy_error(reporter, ZG_MEMORY, 0, "out of memory");
	return reporter->status;
}

/* What is printed is a file that the gate takes: a promise, so it is tried. */
static zg_status
try_result(const struct text_writer *writer, const char *label, struct zg_error *error)
{
	struct policy_first first = {.line = 0};
	zg_status status;

	status = policy_examine(
	    writer->text, writer->used, "the policy made of it", false, policy_first_keep, &first);
	if (status == ZG_OK)
		return ZG_OK;
	return error_set(
	    error, status, "%s: the policy made of it would be wrong: %s", label, first.text);
}

zg_status
zg_policy_import(const char *path, char **text, struct zg_error *error)
{
	struct policy_first first = {.line = 0};
	struct policy_reporter reporter = {
	    .label = path, .remark = policy_first_keep, .context = &first};
	struct text_writer writer = {0};
	size_t length;
	char *kasp;
	zg_status status;

	*text = NULL;
	status = policy_file_read(&reporter, path, &kasp, &length);
	if (status == ZG_OK)
		status = policy_import_text(&reporter, kasp, length, &writer);
	free(kasp);
	if (status != ZG_OK)
		status = policy_first_tell(error, status, path, &first);
	else
		status = try_result(&writer, path, error);
	if (status == ZG_OK)
		*text = writer.text;
	else
		text_writer_clear(&writer);
	return status;
}
