/* The frame of HTML pages. */
#include "report/html_page.h"

/* Nothing is loaded, nothing runs: whatever got into the page, no browser does anything with it. */
#define POLICY "default-src 'none'; style-src 'unsafe-inline'"

/* <meta>, which HTML does not close. */
static void
meta_write(struct markup *markup, const char *name, const char *value, const char *content)
{
	markup_open(markup, "meta", NULL);
	markup_attribute(markup, name, value);
	if (content != NULL)
		markup_attribute(markup, "content", content);
	markup_check(markup, xmlTextWriterEndElement(markup->writer));
}

void
html_page_open(struct markup *markup, const char *title)
{
	markup_check(markup,
	    xmlTextWriterWriteDTD(markup->writer, (const xmlChar *)"html", NULL, NULL, NULL));
	markup_open(markup, "html", NULL);
	markup_attribute(markup, "lang", "en");
	markup_open(markup, "head", NULL);
	meta_write(markup, "charset", "utf-8", NULL);
	meta_write(markup, "name", "viewport", "width=device-width, initial-scale=1");
	meta_write(markup, "http-equiv", "Content-Security-Policy", POLICY);
	markup_element(markup, "title", NULL, "%s", title);
	markup_open(markup, "style", NULL);
	markup_check(markup, xmlTextWriterWriteString(markup->writer, (const xmlChar *)html_style));
	markup_close(markup);
	markup_close(markup);
	markup_open(markup, "body", NULL);
	markup_open(markup, "main", NULL);
}

void
html_page_close(struct markup *markup, const char *version)
{
	markup_element(markup, "p", "soft", "zonegate %s", version);
	markup_close(markup);
	markup_close(markup);
	markup_close(markup);
	markup_check(markup, xmlTextWriterWriteString(markup->writer, (const xmlChar *)"\n"));
}
