/* XML from a hostile file to a tree that is safe to walk, and its validation. */
#ifndef POLICY_POLICY_XML_H
#define POLICY_POLICY_XML_H

#include <stddef.h>

#include <libxml/tree.h>
#include <libxml/xmlerror.h>

#include "policy/policy_report.h"

/* The caller's handlers for errors of libxml2, which keeps them for each thread. */
struct policy_xml_errors {
	xmlStructuredErrorFunc function;
	void *context;
	xmlGenericErrorFunc print;
	void *print_context;
};

/*
 * libxml2 prints errors unless told otherwise. Between taking and giving back, every one that it
 * raises in this thread goes to the reporter, and what it would print besides (when memory runs
 * out) goes nowhere. All work on a tree lies between, its freeing included.
 */
struct policy_xml_errors policy_xml_errors_take(struct policy_reporter *reporter);
void policy_xml_errors_give_back(struct policy_xml_errors former);

/*
 * Parses `text`: UTF-8 without a document type, nothing fetched, nothing expanded, within
 * ZG_POLICY_BYTES_MAX, ZG_POLICY_DEPTH_MAX and ZG_POLICY_ATTRIBUTES_MAX. An error goes to the
 * reporter. *document is for policy_xml_free, NULL unless ZG_OK.
 */
MUST_CHECK zg_status policy_xml_parse(
    struct policy_reporter *reporter, const char *text, size_t length, xmlDoc **document);
void policy_xml_free(xmlDoc *document);

/* An embedded schema in RELAX NG. */
struct policy_xml_schema {
	const unsigned char *text;
	const size_t *length;
};

/* Validates against the schema; the first error goes to the reporter. */
void policy_xml_validate(
    struct policy_reporter *reporter, xmlDoc *document, const struct policy_xml_schema *schema);

/* The root element has this name and no namespace. */
bool policy_xml_root_name_is(const xmlDoc *document, const char *name);

/* The root element has this name, no namespace, and version="1". */
bool policy_xml_root_is(const xmlDoc *document, const char *name);

/* The text of an element or attribute without white space around it, for xmlFree. NULL: no memory,
 * which the reporter has been told. */
char *policy_xml_content(struct policy_reporter *reporter, const xmlNode *node);

/* The line of an element that policy_xml_parse made, or of the one that it stands in. */
unsigned policy_xml_line(const xmlNode *node);

#endif
