/* Times and durations as text. UTC only; neither locale nor environment is asked. */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdint.h>

/* Room for each field at the width of its type, NUL included: compilers reckon with that. */
#define UTC_TEXT_MAX	  144
#define DURATION_TEXT_MAX 64

/* "2026-05-05T19:45:00Z": the extended form of ISO 8601 (RFC 3339), proleptic Gregorian. */
void utc_format(int64_t seconds, char text[UTC_TEXT_MAX]);

/* The same as a value, to stand among the arguments of a call. */
struct utc_text {
	char text[UTC_TEXT_MAX];
};
struct utc_text utc_text(int64_t seconds);

/* The two largest units: "6 d 3 h", "3 h", "20 min 5 s", "0 s". */
void duration_format(uint64_t seconds, char text[DURATION_TEXT_MAX]);

#endif
