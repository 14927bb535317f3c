/*
 * Pictures of the HTML report, from a report in its JSON form, whose text is not trusted. They are
 * drawn in a column as narrow as a phone and grow with the page; every colour is a class of the
 * page.
 */
#ifndef REPORT_REPORT_SVG_H
#define REPORT_REPORT_SVG_H

#include <stdbool.h>

#include <jansson.h>

#include "report/markup.h"

/* Pixels at the natural size. */
#define SVG_WIDTH 360

/* <svg> of that height, with words for those who cannot see it; to be closed. */
void svg_open(struct markup *markup, int64_t height, const char *words);

/* From the parent's DS set over the DNSKEY RRset to the signing classes. */
void svg_chain_write(struct markup *markup, const json_t *report);

/* What must stay until when, what may be done from when, and when caches would fail. False: there
 * is nothing to draw. */
bool svg_due_write(struct markup *markup, const json_t *report);

/* Counts beside those of the last release. False: nothing to compare with. */
bool svg_counts_write(struct markup *markup, const json_t *report);

#endif
