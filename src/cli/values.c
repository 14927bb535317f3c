/* Values of options, read strictly: the whole text, no sign or blank that was not asked for. */
#include "cli/cli.h"

#include <string.h>

#include <zonegate/check.h>

/* 9999-12-31T23:59:59Z: the last time that YYYYMMDDHHMMSS can say. */
#define TIME_MAX     INT64_C(253402300799)
#define DURATION_MAX INT64_C(2419200)

/* Reads decimal digits up to `max` and moves `*text` behind them. */
static bool
digits_read(const char **text, int64_t max, int64_t *number)
{
	const char *at = *text;
	int64_t value = 0;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		if (value > (max - (*at - '0')) / 10)
			return false;
		value = value * 10 + (*at - '0');
	}
	*text = at;
	*number = value;
	return true;
}

bool
value_number(const char *text, int64_t min, int64_t max, int64_t *number)
{
	return digits_read(&text, max, number) && *text == '\0' && *number >= min;
}

/* N with an optional unit, in seconds. */
static bool
span_read(const char *text, int64_t max, int64_t *seconds)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = {{'\0', 1}, {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
	int64_t number;

	if (!digits_read(&text, max, &number))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (*text != units[i].letter || (*text != '\0' && text[1] != '\0'))
			continue;
		if (number > max / units[i].seconds)
			return false;
		*seconds = number * units[i].seconds;
		return true;
	}
	return false;
}

bool
value_duration(const char *text, int64_t *seconds)
{
	return span_read(text, DURATION_MAX, seconds) && *seconds > 0;
}

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar, or -1 when there is no such day. */
static int64_t
days_since_epoch(int64_t year, int64_t month, int64_t day)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t days = 0;

	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > lengths[month - 1] + (month == 2 && is_leap(year)))
		return -1;
	for (int64_t y = 1970; y < year; y++)
		days += is_leap(y) ? 366 : 365;
	for (int64_t m = 1; m < month; m++)
		days += lengths[m - 1] + (m == 2 && is_leap(year));
	return days + day - 1;
}

/* `stamp`: YYYYMMDDHHMMSS as one number. */
static bool
stamp_to_time(int64_t stamp, int64_t *time)
{
	int64_t second = stamp % 100, minute = stamp / 100 % 100, hour = stamp / 10000 % 100;
	int64_t date = stamp / 1000000;
	int64_t days = days_since_epoch(date / 10000, date / 100 % 100, date % 100);

	if (days < 0 || hour > 23 || minute > 59 || second > 59)
		return false;
	*time = days * 86400 + hour * 3600 + minute * 60 + second;
	return true;
}

bool
value_time(const char *text, int64_t clock, int64_t *time)
{
	int64_t number;

	if (*text == '+' || *text == '-') {
		if (!span_read(text + 1, TIME_MAX, &number))
			return false;
		*time = *text == '+' ? clock + number : clock - number;
		return *time >= 0 && *time <= TIME_MAX;
	}
	if (!value_number(text, 0, INT64_C(99991231235959), &number))
		return false;
	if (strlen(text) == strlen("YYYYMMDDHHMMSS"))
		return stamp_to_time(number, time);
	*time = number;
	return number <= TIME_MAX;
}

/* The input whose name is the `length` characters at `text`, or 0. */
static unsigned
input_find(const char *text, size_t length)
{
	for (unsigned input = 1; input < ZG_INPUT_END; input <<= 1) {
		const char *name = zg_input_text((enum zg_input)input);

		if (strlen(name) == length && strncmp(name, text, length) == 0)
			return input;
	}
	return 0;
}

bool
value_inputs(const char *text, unsigned *inputs)
{
	*inputs = 0;
	for (;;) {
		size_t length = strcspn(text, ",");
		unsigned input = input_find(text, length);

		if (input == 0)
			return false;
		*inputs |= input;
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}
