/*
 * A library to be loaded before all others: the program sees the clock CLOCK_SHIFT seconds ahead,
 * or behind when negative. For programs that faketime makes hang, because their allocator asks for
 * the time while the library is still starting: here nothing is allocated and nothing is
 * remembered.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t
shift(void)
{
	const char *seconds = getenv("CLOCK_SHIFT");

	return seconds == NULL ? 0 : (time_t)strtoll(seconds, NULL, 10);
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int status = (int)syscall(SYS_clock_gettime, clock, now);

	if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += shift();
	return status;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec exact;
	int status = clock_gettime(CLOCK_REALTIME, &exact);

	(void)zone;
	now->tv_sec = exact.tv_sec;
	now->tv_usec = exact.tv_nsec / 1000;
	return status;
}

time_t
time(time_t *result)
{
	struct timespec exact;

	if (clock_gettime(CLOCK_REALTIME, &exact) != 0)
		return (time_t)-1;
	if (result != NULL)
		*result = exact.tv_sec;
	return exact.tv_sec;
}
