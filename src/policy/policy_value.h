/* One value of a policy, by its row in the table: text to memory and back. */
#ifndef POLICY_POLICY_VALUE_H
#define POLICY_POLICY_VALUE_H

#include "base/text_writer.h"
#include "policy/policy_schema.h"

/* Longest phrase that says why a value is no good. */
#define POLICY_WHY_MAX 160

/* `base` is the policy, or the item of a list that the row belongs to. */

/* Stores the default. */
void policy_value_reset(const struct policy_row *row, void *base);

/* Makes a new item of the list: what belongs to its parts, their defaults, and the list's role. */
void policy_item_reset(const struct policy_row *list, union policy_item *item);

/*
 * Reads `text`, which has no white space around it. ZG_POLICY: `why` says what is wrong with it;
 * ZG_MEMORY. Not for POLICY_SEVERITY.
 */
MUST_CHECK zg_status policy_value_read(
    const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX]);

/* Appends the canonical text, escaped for XML. False, and nothing appended: not set. */
bool policy_value_write(const struct policy_row *row, const void *base, struct text_writer *writer);

/* An integer of `size` octets (1 and 2: unsigned), as the table's places have them. */
int64_t policy_integer_load(const void *base, size_t place, size_t size);
void policy_integer_store(void *base, size_t place, size_t size, int64_t value);

/* "refuse", "approve", "warn", "ignore"; false: none of them. */
bool policy_severity_read(const char *text, zg_severity *severity);
const char *policy_severity_word(zg_severity severity);

/*
 * xsd:duration of days and below. `calendar`: years and months as well, which count as 365 and 31
 * days: OpenDNSSEC takes them so.
 */
bool policy_duration_read(const char *text, bool calendar, int64_t *seconds);

/* xsd:dateTime in the one form YYYY-MM-DDThh:mm:ssZ, from 1970 on. */
bool policy_time_read(const char *text, int64_t *seconds);

/* A decimal number of at most ten digits. */
bool policy_number_read(const char *text, int64_t *value);

/* Exactly 2n hexadecimal digits. */
bool policy_hex_read(const char *text, uint8_t *octets, size_t n);

/* Canonical text of a duration: P1DT12H. */
void policy_duration_write(int64_t seconds, struct text_writer *writer);

/* Appends UTF-8 `text` as XML in plain ASCII. */
void policy_xml_add(struct text_writer *writer, const char *text);

#endif
