/* One value of a policy: text to memory and back. */
#include "policy/policy_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/check.h>
#include "base/hex.h"
#include "dns/name.h"

/* In the order of zg_severity. */
static const char *const severity_words[] = {"refuse", "approve", "warn", "ignore", NULL};

int64_t
policy_integer_load(const void *base, size_t place, size_t size)
{
	const uint8_t *at = (const uint8_t *)base + place;
	int32_t number = 0;
	uint16_t half = 0;
	int64_t value = 0;

	switch (size) {
	case 1:
		return *at;
	case 2:
		memcpy(&half, at, sizeof(half));
		return half;
	case 4:
		memcpy(&number, at, sizeof(number));
		return number;
	default:
		memcpy(&value, at, sizeof(value));
		return value;
	}
}

void
policy_integer_store(void *base, size_t place, size_t size, int64_t value)
{
	uint8_t *at = (uint8_t *)base + place;
	int32_t number = (int32_t)value;
	uint16_t half = (uint16_t)value;

	switch (size) {
	case 0:
		break;
	case 1:
		*at = (uint8_t)value;
		break;
	case 2:
		memcpy(at, &half, sizeof(half));
		break;
	case 4:
		memcpy(at, &number, sizeof(number));
		break;
	default:
		memcpy(at, &value, sizeof(value));
	}
}

static int64_t
load(const struct policy_row *row, const void *base)
{
	return policy_integer_load(base, row->place, row->size);
}

static void
store(const struct policy_row *row, void *base, int64_t value)
{
	policy_integer_store(base, row->place, row->size, value);
}

void
policy_value_reset(const struct policy_row *row, void *base)
{
	switch (row->kind) {
	case POLICY_SHARE:
		store(row, base, row->fallback);
		policy_integer_store(base, row->count_place, sizeof(int64_t), NOT_SET);
		break;
	case POLICY_SEVERITY:
		if (row->check == NULL)
			store(row, base, row->fallback);
		break;
	case POLICY_TOKEN:
	case POLICY_PROSE:
	case POLICY_SHA256:
	case POLICY_NAME:
	case POLICY_LIST:
	case POLICY_CHECKS:
		break; /* empty, as the memory is */
	default:
		store(row, base, row->fallback);
	}
}

void
policy_item_reset(const struct policy_row *list, union policy_item *item)
{
	memset(item, 0, sizeof(*item));
	for (const struct policy_row *part = list + 1;
	     part < policy_table + policy_table_rows && policy_row_is_in(part, list); part++)
		policy_value_reset(part, item);
	if (list->list->has_role)
		item->choice.role = list->role;
}

static zg_status
refuse(char why[POLICY_WHY_MAX], const char *text)
{
	(void)snprintf(why, POLICY_WHY_MAX, "%s", text);
	return ZG_POLICY;
}

/* Reads decimal digits, at most ten so that nothing overflows; the end goes to *end. */
static bool
digits_read(const char *text, const char **end, int64_t *value)
{
	const char *at = text;

	*value = 0;
	for (; *at >= '0' && *at <= '9' && at - text < 10; at++)
		*value = *value * 10 + (*at - '0');
	*end = at;
	return at > text && (*at < '0' || *at > '9');
}

bool
policy_number_read(const char *text, int64_t *value)
{
	const char *end;

	return digits_read(text, &end, value) && *end == '\0';
}

/*
 * In a policy months and years, which have no fixed length, are not taken; weeks are not part of
 * xsd:duration.
 */
bool
policy_duration_read(const char *text, bool calendar, int64_t *seconds)
{
	static const struct {
		char letter;
		bool time; /* stands behind the T */
		int64_t unit;
	} parts[] = {{'Y', false, 365 * 86400}, {'M', false, 31 * 86400}, {'D', false, 86400},
	    {'H', true, 3600}, {'M', true, 60}, {'S', true, 1}};
	const size_t n_parts = sizeof(parts) / sizeof(parts[0]);
	bool time = false;
	size_t next = calendar ? 0 : 2;

	*seconds = 0;
	if (*text++ != 'P' || *text == '\0')
		return false;
	while (*text != '\0') {
		int64_t value;
		const char *end;

		if (*text == 'T' && !time) {
			time = true;
			text++;
		}
		if (!digits_read(text, &end, &value))
			return false;
		while (next < n_parts && (parts[next].letter != *end || parts[next].time != time))
			next++;
		if (next == n_parts)
			return false;
		*seconds += value * parts[next++].unit;
		text = end + 1;
	}
	return true;
}

static bool
in_range(const struct policy_row *row, const char *text, int64_t value, char why[POLICY_WHY_MAX])
{
	struct text_writer range = {0};

	if (value >= row->min && value <= row->max)
		return true;
	if (row->kind == POLICY_DURATION) {
		policy_duration_write(row->min, &range);
		text_add(&range, " and ");
		policy_duration_write(row->max, &range);
	} else
		text_printf(&range, "%" PRId64 " and %" PRId64, row->min, row->max);
	(void)snprintf(why, POLICY_WHY_MAX, "%.40s is not between %s", text,
	    range.failed ? "its bounds" : range.text);
	text_writer_clear(&range);
	return false;
}

static zg_status
integer_read(const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	bool duration = row->kind == POLICY_DURATION;
	int64_t value;

	if (row->none != NULL && strcmp(text, row->none) == 0) {
		store(row, base, NOT_SET);
		return ZG_OK;
	}
	if (!(duration ? policy_duration_read(text, false, &value)
		       : policy_number_read(text, &value)))
		return refuse(why,
		    duration ? "not a duration such as P7D, PT30M or P1DT12H" : "not a number");
	if (!in_range(row, text, value, why))
		return ZG_POLICY;
	store(row, base, value);
	return ZG_OK;
}

/* "2%" or "200". The percentage has the row's range; a count may be anything. */
static zg_status
share_read(const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	const char *end;
	int64_t value;
	bool percent;

	if (!digits_read(text, &end, &value))
		return refuse(why, "neither a percentage such as 2% nor a number");
	percent = strcmp(end, "%") == 0;
	if (!percent && *end != '\0')
		return refuse(why, "neither a percentage such as 2% nor a number");
	if (percent && !in_range(row, text, value, why))
		return ZG_POLICY;
	store(row, base, percent ? value : NOT_SET);
	policy_integer_store(base, row->count_place, sizeof(int64_t), percent ? NOT_SET : value);
	return ZG_OK;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar, years 1970 to 9999. */
static int64_t
days_since_1970(int64_t year, int64_t month, int64_t day)
{
	/* Count years from March, so that the leap day is the last of its year. */
	int64_t y = month > 2 ? year : year - 1;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return 365 * y + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static int64_t
days_in_month(int64_t year, int64_t month)
{
	return month == 12 ? 31
			   : days_since_1970(year, month + 1, 1) - days_since_1970(year, month, 1);
}

bool
policy_time_read(const char *text, int64_t *seconds)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	int64_t field[6] = {0};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] != '0') {
			if (text[i] != form[i])
				return false;
			n++;
		} else if (text[i] < '0' || text[i] > '9')
			return false;
		else
			field[n] = field[n] * 10 + (text[i] - '0');
	}
	if (field[0] < 1970 || field[1] < 1 || field[1] > 12 || field[2] < 1 ||
	    field[2] > days_in_month(field[0], field[1]) || field[3] > 23 || field[4] > 59 ||
	    field[5] > 59)
		return false;
	*seconds = days_since_1970(field[0], field[1], field[2]) * 86400 + field[3] * 3600 +
		   field[4] * 60 + field[5];
	return true;
}

/* The index of `text` in `words`, or -1. */
static int
word_index(const char *const *words, const char *text)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
	}
	return -1;
}

/* "none of: a, b, c" */
static zg_status
refuse_word(const char *const *words, char why[POLICY_WHY_MAX])
{
	struct text_writer list = {0};

	for (size_t i = 0; words[i] != NULL; i++)
		text_printf(&list, "%s%s", i > 0 ? ", " : "none of: ", words[i]);
	(void)refuse(why, list.failed ? "unknown word" : list.text);
	text_writer_clear(&list);
	return ZG_POLICY;
}

static zg_status
word_read(const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	int index = word_index(row->words, text);
	int64_t bits;

	if (index < 0)
		return refuse_word(row->words, why);
	if (row->kind == POLICY_WORD) {
		store(row, base, index);
		return ZG_OK;
	}
	bits = load(row, base);
	if (bits & (int64_t)1 << index)
		return refuse(why, "given twice");
	store(row, base, bits | (int64_t)1 << index);
	return ZG_OK;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A name for people and commands: a letter, then letters, digits, '-', '_', '.'. */
static zg_status
token_read(const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	size_t length = strlen(text);

	if (length >= row->size)
		return refuse(why, "longer than 63 characters");
	for (size_t i = 0; i < length; i++) {
		bool inner = (text[i] >= '0' && text[i] <= '9') || strchr("-_.", text[i]) != NULL;

		if (!is_letter(text[i]) && (i == 0 || !inner))
			return refuse(
			    why, "not a letter followed by letters, digits, '-', '_', '.'");
	}
	if (length == 0)
		return refuse(why, "empty");
	memcpy((char *)base + row->place, text, length + 1);
	return ZG_OK;
}

/* Text for people; runs of white space become one space. */
static zg_status
prose_read(const struct policy_row *row, const char *text, void *base)
{
	char *copy = strdup(text), *out = copy;

	if (copy == NULL)
		return ZG_MEMORY;
	for (const char *at = copy; *at != '\0'; at++) {
		bool space = strchr(" \t\r\n", *at) != NULL;

		if (!space || out[-1] != ' ')
			*out++ = space ? ' ' : *at;
	}
	*out = '\0';
	memcpy((char *)base + row->place, &copy, sizeof(copy));
	return ZG_OK;
}

bool
policy_hex_read(const char *text, uint8_t *octets, size_t n)
{
	return hex_read(text, n, octets) && text[2 * n] == '\0';
}

static zg_status
sha256_read(const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	if (!policy_hex_read(text, (uint8_t *)base + row->place, row->size))
		return refuse(why, "not 64 hexadecimal digits");
	return ZG_OK;
}

static zg_status
name_read(const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	uint8_t *name = (uint8_t *)base + row->place;
	const char *phrase;

	if (name_from_text(text, strlen(text), NULL, name, &phrase) == 0)
		return refuse(why, phrase);
	name_lower(name);
	return ZG_OK;
}

static zg_status
check_id_read(const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	size_t index = policy_check_row(text);

	if (index == zg_check_count())
		return refuse(why, "not the id of a check");
	store(row, base, (int64_t)index);
	return ZG_OK;
}

static zg_status
instant_read(const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	int64_t seconds;

	if (!policy_time_read(text, &seconds))
		return refuse(why, "not a time such as 2026-11-01T00:00:00Z");
	store(row, base, seconds);
	return ZG_OK;
}

zg_status
policy_value_read(
    const struct policy_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	switch (row->kind) {
	case POLICY_DURATION:
	case POLICY_NUMBER:
		return integer_read(row, text, base, why);
	case POLICY_SHARE:
		return share_read(row, text, base, why);
	case POLICY_TIME:
		return instant_read(row, text, base, why);
	case POLICY_WORD:
	case POLICY_WORDS:
		return word_read(row, text, base, why);
	case POLICY_TOKEN:
		return token_read(row, text, base, why);
	case POLICY_PROSE:
		return prose_read(row, text, base);
	case POLICY_SHA256:
		return sha256_read(row, text, base, why);
	case POLICY_NAME:
		return name_read(row, text, base, why);
	case POLICY_CHECK_ID:
		return check_id_read(row, text, base, why);
	default:
		return refuse(why, "takes no text");
	}
}

bool
policy_severity_read(const char *text, zg_severity *severity)
{
	int index = word_index(severity_words, text);

	if (index < 0)
		return false;
	*severity = (zg_severity)index;
	return true;
}

const char *
policy_severity_word(zg_severity severity)
{
	return severity_words[severity];
}

void
policy_duration_write(int64_t seconds, struct text_writer *writer)
{
	int64_t days = seconds / 86400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;

	text_add(writer, "P");
	if (days > 0)
		text_printf(writer, "%" PRId64 "D", days);
	if (seconds % 86400 == 0 && days > 0)
		return;
	text_add(writer, "T");
	if (hours > 0)
		text_printf(writer, "%" PRId64 "H", hours);
	if (minutes > 0)
		text_printf(writer, "%" PRId64 "M", minutes);
	if (seconds % 60 > 0 || seconds == 0)
		text_printf(writer, "%" PRId64 "S", seconds % 60);
}

/* YYYY-MM-DDThh:mm:ssZ */
static void
time_write(int64_t seconds, struct text_writer *writer)
{
	int64_t days = seconds / 86400, left = seconds % 86400;
	int64_t year = 1970 + days / 366, month = 1;

	while (days_since_1970(year + 1, 1, 1) <= days)
		year++;
	while (month < 12 && days_since_1970(year, month + 1, 1) <= days)
		month++;
	text_printf(writer,
	    "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64 "Z",
	    year, month, days - days_since_1970(year, month, 1) + 1, left / 3600, left / 60 % 60,
	    left % 60);
}

/* One character of valid UTF-8; returns its length. */
static size_t
utf8_read(const char *text, uint32_t *character)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t length = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	*character = at[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return i; /* not reached: libxml2 lets valid UTF-8 through only */
		*character = *character << 6 | (at[i] & 0x3fU);
	}
	return length;
}

void
policy_xml_add(struct text_writer *writer, const char *text)
{
	while (*text != '\0') {
		uint32_t character;

		if (*text == '&' || *text == '<' || *text == '>' || *text == '"') {
			text_printf(writer, "&#%d;", *text);
			text++;
		} else if (*text >= ' ' && *text <= '~') {
			text_add_bytes(writer, text, 1);
			text++;
		} else if ((*text & 0x80) == 0) {
			text_printf(writer, "&#%d;", *text);
			text++;
		} else {
			text += utf8_read(text, &character);
			text_printf(writer, "&#x%X;", (unsigned)character);
		}
	}
}

static bool
integer_write(const struct policy_row *row, const void *base, struct text_writer *writer)
{
	int64_t value = load(row, base);

	if (value == NOT_SET && row->none == NULL)
		return false;
	if (value == NOT_SET)
		text_add(writer, row->none);
	else if (row->kind == POLICY_DURATION)
		policy_duration_write(value, writer);
	else if (row->kind == POLICY_TIME)
		time_write(value, writer);
	else
		text_printf(writer, "%" PRId64, value);
	return true;
}

static bool
share_write(const struct policy_row *row, const void *base, struct text_writer *writer)
{
	int64_t percent = load(row, base);

	if (percent != NOT_SET)
		text_printf(writer, "%" PRId64 "%%", percent);
	else
		text_printf(writer, "%" PRId64,
		    policy_integer_load(base, row->count_place, sizeof(int64_t)));
	return true;
}

static bool
severity_write(const struct policy_row *row, const void *base, struct text_writer *writer)
{
	const zg_policy *policy = base;
	zg_severity severity = row->check != NULL ? policy->severities[policy_check_row(row->check)]
						  : (zg_severity)load(row, base);

	text_add(writer, policy_severity_word(severity));
	return true;
}

static bool
prose_write(const struct policy_row *row, const void *base, struct text_writer *writer)
{
	const char *text;

	memcpy(&text, (const char *)base + row->place, sizeof(text));
	if (text != NULL)
		policy_xml_add(writer, text);
	return text != NULL;
}

static bool
name_write(const struct policy_row *row, const void *base, struct text_writer *writer)
{
	char text[NAME_TEXT_MAX];

	(void)name_to_text((const uint8_t *)base + row->place, text);
	policy_xml_add(writer, text);
	return true;
}

static bool
sha256_write(const struct policy_row *row, const void *base, struct text_writer *writer)
{
	const uint8_t *octets = (const uint8_t *)base + row->place;

	text_add_hex(writer, octets, row->size);
	return true;
}

bool
policy_value_write(const struct policy_row *row, const void *base, struct text_writer *writer)
{
	switch (row->kind) {
	case POLICY_DURATION:
	case POLICY_NUMBER:
	case POLICY_TIME:
		return integer_write(row, base, writer);
	case POLICY_SHARE:
		return share_write(row, base, writer);
	case POLICY_WORD:
		text_add(writer, row->words[load(row, base)]);
		return true;
	case POLICY_SEVERITY:
		return severity_write(row, base, writer);
	case POLICY_TOKEN:
		text_add(writer, (const char *)base + row->place);
		return true;
	case POLICY_PROSE:
		return prose_write(row, base, writer);
	case POLICY_SHA256:
		return sha256_write(row, base, writer);
	case POLICY_NAME:
		return name_write(row, base, writer);
	case POLICY_CHECK_ID:
		text_add(writer, zg_check_at((size_t)load(row, base))->id);
		return true;
	default:
		return false;
	}
}
