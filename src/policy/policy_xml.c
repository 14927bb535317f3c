/*
 * XML from a hostile file to a tree that is safe to walk. The dangerous parts of XML are refused
 * before libxml2 reaches them: a document type ends the parser at its keyword, so that no entity is
 * ever declared; the encoding is UTF-8 and nothing else, so that no converter is loaded.
 */
#include "policy/policy_xml.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <pthread.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemastypes.h>

#include <zonegate/limits.h>

#if LIBXML_VERSION >= 21200
typedef const xmlError *error_pointer;
#else
typedef xmlErrorPtr error_pointer;
#endif

unsigned
policy_xml_line(const xmlNode *node)
{
	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->parent;
	return node == NULL ? 0 : (unsigned)(uintptr_t)node->_private;
}

/* Only the first error counts: those after it follow from it. `context`: the reporter. */
static void
structured_error(void *context, error_pointer error)
{
	struct policy_reporter *reporter = context;
	const xmlNode *node = error->node;
	unsigned line = node != NULL ? policy_xml_line(node) : (unsigned)error->line;
	size_t length = error->message == NULL ? 0 : strcspn(error->message, "\n");

	if (reporter->status != ZG_OK || error->level < XML_ERR_ERROR)
		return;
	policy_error(reporter, error->code == XML_ERR_NO_MEMORY ? ZG_MEMORY : ZG_POLICY, line,
	    "%.*s", (int)length, length > 0 ? error->message : "");
}

static void
stop(xmlParserCtxt *parser, zg_status status, const char *text)
{
	struct policy_reporter *reporter = parser->_private;

	if (reporter->status == ZG_OK)
		policy_error(reporter, status, (unsigned)parser->input->line, "%s", text);
	xmlStopParser(parser);
}

/* Called behind "<!DOCTYPE name", before anything of the document type is looked at. */
static void
refuse_doctype(
    void *context, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
	(void)name;
	(void)external_id;
	(void)system_id;
	stop(context, ZG_POLICY, "a document type (DOCTYPE) is not allowed");
}

/*
 * Lets libxml2 add the element to the tree, and keeps the line where its start tag ends in
 * _private: libxml2's own line number of an element has 16 bits.
 */
static void
start_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
    int n_namespaces, const xmlChar **namespaces, int n_attributes, int n_defaulted,
    const xmlChar **attributes)
{
	xmlParserCtxt *parser = context;

	if (parser->nodeNr >= ZG_POLICY_DEPTH_MAX) {
		stop(parser, ZG_LIMIT, "elements are nested too deeply");
		return;
	}
	xmlSAX2StartElementNs(context, name, prefix, uri, n_namespaces, namespaces, n_attributes,
	    n_defaulted, attributes);
	if (parser->node != NULL)
		parser->node->_private = (void *)(uintptr_t)parser->input->line;
}

/* The line that `at` lies in. */
static unsigned
line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/*
 * More than ZG_POLICY_ATTRIBUTES_MAX attributes in one tag: where, else NULL. No '<' can stand in a
 * start tag, so counting what looks like the begin of an attribute value between two of them never
 * counts too few.
 */
static const char *
attribute_flood(const char *text, size_t length)
{
	unsigned seen = 0;

	for (size_t i = 0; i < length; i++) {
		size_t next = i + 1;

		if (text[i] == '<')
			seen = 0;
		if (text[i] != '=')
			continue;
		while (next < length && strchr(" \t\r\n", text[next]) != NULL)
			next++;
		if (next < length && (text[next] == '"' || text[next] == '\'') &&
		    ++seen > ZG_POLICY_ATTRIBUTES_MAX)
			return text + i;
	}
	return NULL;
}

/* More than ZG_POLICY_HYPHENS_MAX doubled hyphens: where, else NULL. */
static const char *
hyphen_flood(const char *text, size_t length)
{
	unsigned seen = 0;

	for (size_t i = 0; i + 1 < length; i++) {
		if (text[i] == '-' && text[i + 1] == '-' && ++seen > ZG_POLICY_HYPHENS_MAX)
			return text + i;
	}
	return NULL;
}

/* The XML declaration names no encoding, or one that is UTF-8. */
static bool
encoding_is_utf8(const char *text, size_t length)
{
	static const char *const accepted[] = {"UTF-8", "US-ASCII"};
	const char *end, *name;
	size_t quoted;

	if (length < 5 || memcmp(text, "<?xml", 5) != 0)
		return true;
	end = memmem(text, length, "?>", 2);
	if (end == NULL)
		return true; /* not well formed: the parser will say so */
	name = memmem(text, (size_t)(end - text), "encoding", 8);
	if (name == NULL)
		return true;
	for (name += 8; name < end && *name != '"' && *name != '\''; name++)
		;
	quoted = name < end ? (size_t)(end - ++name) : 0;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		size_t size = strlen(accepted[i]);

		if (quoted > size && strncasecmp(name, accepted[i], size) == 0 &&
		    (name[size] == '"' || name[size] == '\''))
			return true;
	}
	return false;
}

/* What is looked for before a parser sees the text. */
static zg_status
look_through(struct policy_reporter *reporter, const char *text, size_t length)
{
	const char *nul = memchr(text, '\0', length), *flood;

	if (length > ZG_POLICY_BYTES_MAX)
		policy_error(reporter, ZG_LIMIT, 0, "more than %d octets", ZG_POLICY_BYTES_MAX);
	else if (nul != NULL)
		policy_error(
		    reporter, ZG_POLICY, line_of(text, nul), "a NUL octet: not UTF-8 text");
	else if (!encoding_is_utf8(text, length))
		policy_error(reporter, ZG_POLICY, 1, "the encoding must be UTF-8");
	else if ((flood = attribute_flood(text, length)) != NULL)
		policy_error(reporter, ZG_LIMIT, line_of(text, flood),
		    "more than %d attributes in one element", ZG_POLICY_ATTRIBUTES_MAX);
	else if ((flood = hyphen_flood(text, length)) != NULL)
		policy_error(reporter, ZG_LIMIT, line_of(text, flood),
		    "more than %d doubled hyphens", ZG_POLICY_HYPHENS_MAX);
	return reporter->status;
}

static void
print_nothing(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static struct {
	pthread_once_t once;
	bool failed; /* memory ran out: nothing that libxml2 does afterwards can be relied on */
} started = {.once = PTHREAD_ONCE_INIT};

static void
start_error(void *context, error_pointer error)
{
	(void)context;
	(void)error;
	started.failed = true;
}

/* What libxml2 would else set up by itself at the first use, in as many threads as come: also
 * before its error handlers are looked at. */
static void
libxml_start(void)
{
	struct policy_xml_errors former = {
	    xmlStructuredError, xmlStructuredErrorContext, xmlGenericError, xmlGenericErrorContext};

	xmlSetStructuredErrorFunc(NULL, start_error);
	xmlSetGenericErrorFunc(NULL, print_nothing);
	xmlInitParser();
	if (xmlRelaxNGInitTypes() != 0)
		started.failed = true;
	(void)xmlSchemaInitTypes(); /* the datatypes of the schema */
	policy_xml_errors_give_back(former);
}

struct policy_xml_errors
policy_xml_errors_take(struct policy_reporter *reporter)
{
	struct policy_xml_errors former;

	(void)pthread_once(&started.once, libxml_start);
	former = (struct policy_xml_errors){
	    xmlStructuredError, xmlStructuredErrorContext, xmlGenericError, xmlGenericErrorContext};
	xmlSetStructuredErrorFunc(reporter, structured_error);
	xmlSetGenericErrorFunc(NULL, print_nothing);
	if (started.failed)
		policy_error(reporter, ZG_MEMORY, 0, "out of memory");
	return former;
}

void
policy_xml_errors_give_back(struct policy_xml_errors former)
{
	xmlResetLastError(); /* it points into our document */
	xmlSetStructuredErrorFunc(former.context, former.function);
	xmlSetGenericErrorFunc(former.print_context, former.print);
}

static xmlParserCtxt *
parser_new(struct policy_reporter *reporter)
{
	xmlParserCtxt *parser = xmlNewParserCtxt();

	if (parser == NULL)
		return NULL;
	parser->_private = reporter;
	parser->sax->internalSubset = refuse_doctype;
	parser->sax->startElementNs = start_element;
	return parser;
}

zg_status
policy_xml_parse(
    struct policy_reporter *reporter, const char *text, size_t length, xmlDoc **document)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	xmlParserCtxt *parser;

	*document = NULL;
	if (look_through(reporter, text, length) != ZG_OK)
		return reporter->status;
	if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
		text += 3;
		length -= 3;
	}
	parser = parser_new(reporter);
	if (parser != NULL)
		*document = xmlCtxtReadMemory(parser, text, (int)length, NULL, "UTF-8",
		    XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOCDATA);
	if (*document == NULL && reporter->status == ZG_OK)
		policy_error(reporter, ZG_MEMORY, 0, "out of memory");
	xmlFreeParserCtxt(parser);
	if (reporter->status != ZG_OK) {
		policy_xml_free(*document);
		*document = NULL;
	}
	return reporter->status;
}

void
policy_xml_free(xmlDoc *document)
{
	xmlFreeDoc(document);
}

/* The schema, or NULL (out of memory, or a damaged build). */
static xmlRelaxNG *
schema_new(const struct policy_xml_schema *text)
{
	xmlRelaxNGParserCtxt *parser =
	    xmlRelaxNGNewMemParserCtxt((const char *)text->text, (int)*text->length);
	xmlRelaxNG *schema;

	if (parser == NULL)
		return NULL;
	schema = xmlRelaxNGParse(parser);
	xmlRelaxNGFreeParserCtxt(parser);
	return schema;
}

void
policy_xml_validate(
    struct policy_reporter *reporter, xmlDoc *document, const struct policy_xml_schema *text)
{
	xmlRelaxNG *schema = schema_new(text);
	xmlRelaxNGValidCtxt *validator = schema == NULL ? NULL : xmlRelaxNGNewValidCtxt(schema);
	int result = -1;

	if (validator != NULL)
		result = xmlRelaxNGValidateDoc(validator, document);
	if (result != 0 && reporter->status == ZG_OK)
		policy_error(reporter, result > 0 ? ZG_POLICY : ZG_MEMORY, 0, "%s",
		    result > 0 ? "not valid" : "cannot be validated");
	xmlRelaxNGFreeValidCtxt(validator);
	xmlRelaxNGFree(schema);
}

bool
policy_xml_root_name_is(const xmlDoc *document, const char *name)
{
	const xmlNode *root = xmlDocGetRootElement(document);

	return root != NULL && root->ns == NULL && strcmp((const char *)root->name, name) == 0;
}

bool
policy_xml_root_is(const xmlDoc *document, const char *name)
{
	xmlChar *version;
	bool known;

	if (!policy_xml_root_name_is(document, name))
		return false;
	version = xmlGetNoNsProp(xmlDocGetRootElement(document), (const xmlChar *)"version");
	known = version != NULL && strcmp((const char *)version, "1") == 0;
	xmlFree(version);
	return known;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *
policy_xml_content(struct policy_reporter *reporter, const xmlNode *node)
{
	char *text = (char *)xmlNodeGetContent(node), *begin;
	size_t length;

	if (text == NULL) {
		policy_error(reporter, ZG_MEMORY, policy_xml_line(node), "out of memory");
		return NULL;
	}
	for (begin = text; is_space(*begin); begin++)
		;
	for (length = strlen(begin); length > 0 && is_space(begin[length - 1]); length--)
		;
	memmove(text, begin, length);
	text[length] = '\0';
	return text;
}
