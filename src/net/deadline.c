/* The monotonic clock, for deadlines only: the one place of the library that reads a clock. */
#include "net/deadline.h"

#include <limits.h>
#include <time.h>

deadline
deadline_in(int64_t milliseconds)
{
	struct timespec now = {0};
	int64_t at;

	/* It cannot fail: the clock exists since Linux 2.6, and the address is good. */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	at = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	return milliseconds > INT64_MAX - at ? INT64_MAX : at + milliseconds;
}

int
deadline_left(deadline when)
{
	int64_t now = deadline_in(0);

	if (when <= now)
		return 0;
	return when - now > INT_MAX ? INT_MAX : (int)(when - now);
}
