/* The frame of HTML pages: one file that needs nothing else, and runs no script. */
#ifndef REPORT_HTML_PAGE_H
#define REPORT_HTML_PAGE_H

#include "report/markup.h"

/* From the document type to <main>. `title` may come from anywhere. */
void html_page_open(struct markup *markup, const char *title);

/* What made it, in a last line, and the end. */
void html_page_close(struct markup *markup, const char *version);

/* The style sheet: no address, and no sign that means something in HTML. */
extern const char html_style[];

#endif
