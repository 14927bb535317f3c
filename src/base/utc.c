/* Times and durations as text. gmtime_r() is not used: it looks at TZ for leap seconds. */
#include "base/utc.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#define SECONDS_A_DAY	86400
#define DAYS_IN_400	146097 /* days in 400 years, after which the calendar repeats */
#define DAYS_TO_MARCH_0 719468 /* days from 0000-03-01 to 1970-01-01 */

/* The quotient that is rounded down, and the remainder that goes with it, for a positive b. */
static int64_t
floor_divide(int64_t a, int64_t b, int64_t *remainder)
{
	bool below = a % b < 0;

	*remainder = below ? a % b + b : a % b;
	return below ? a / b - 1 : a / b;
}

/*
 * Years are counted from March, so that the day added in leap years is the last of its year and
 * the months before it have a regular pattern of lengths: 153 days in each five.
 */
void
utc_format(int64_t seconds, char text[UTC_TEXT_MAX])
{
	int64_t second, day;
	int64_t days = floor_divide(seconds, SECONDS_A_DAY, &second);
	int64_t period = floor_divide(days + DAYS_TO_MARCH_0, DAYS_IN_400, &day);
	int64_t year = (day - day / 1460 + day / 36524 - day / (DAYS_IN_400 - 1)) / 365;
	int64_t month;

	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	month = month < 10 ? month + 3 : month - 9;
	year += period * 400 + (month <= 2);
	(void)snprintf(text, UTC_TEXT_MAX,
	    "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64 "Z",
	    year, month, day + 1, second / 3600, second / 60 % 60, second % 60);
}

struct utc_text
utc_text(int64_t seconds)
{
	struct utc_text moment;

	utc_format(seconds, moment.text);
	return moment;
}

void
duration_format(uint64_t seconds, char text[DURATION_TEXT_MAX])
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = {{SECONDS_A_DAY, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	const size_t last = sizeof(units) / sizeof(units[0]) - 1;
	size_t unit = 0;
	uint64_t rest;

	while (unit < last && seconds < units[unit].seconds)
		unit++;
	rest = unit < last ? seconds % units[unit].seconds / units[unit + 1].seconds : 0;
	if (rest == 0)
		(void)snprintf(text, DURATION_TEXT_MAX, "%" PRIu64 " %s",
		    seconds / units[unit].seconds, units[unit].name);
	else
		(void)snprintf(text, DURATION_TEXT_MAX, "%" PRIu64 " %s %" PRIu64 " %s",
		    seconds / units[unit].seconds, units[unit].name, rest, units[unit + 1].name);
}
