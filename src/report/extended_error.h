/* Extended DNS errors: what a validator would say about a defect. */
#ifndef REPORT_EXTENDED_ERROR_H
#define REPORT_EXTENDED_ERROR_H

/* The purpose of an INFO-CODE, from the registry that RFC 8914 section 5.2 began; NULL: not one
 * that a validator gives for the content of a zone. */
const char *extended_error_text(int code);

#endif
