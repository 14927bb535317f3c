/* Laps of a run, by the caller's clock. */
#include "base/meter.h"

zg_clock_read
meter_clock(const struct meter *meter)
{
	return meter == NULL || meter->timing == NULL ? NULL : meter->timing->clock;
}

/* Begins a lap; stores what the last one took. */
static void
next_lap(struct meter *meter, int64_t *wall, int64_t *processor)
{
	zg_clock_read clock = meter_clock(meter);
	int64_t wall_before = meter->wall, processor_before = meter->processor;

	meter->wall = clock(ZG_CLOCK_WALL);
	meter->processor = clock(ZG_CLOCK_PROCESS);
	*wall = meter->wall - wall_before;
	*processor = meter->processor - processor_before;
}

void
meter_begin(struct meter *meter, struct zg_timing *timing)
{
	int64_t wall, processor;

	*meter = (struct meter){.timing = timing};
	if (meter_clock(meter) != NULL)
		next_lap(meter, &wall, &processor);
}

void
meter_lap(struct meter *meter, enum zg_time what)
{
	int64_t wall, processor;

	if (meter_clock(meter) == NULL)
		return;
	next_lap(meter, &wall, &processor);
	meter->timing->wall[what] += wall;
	meter->timing->processor[what] += processor;
}

void
meter_share(struct meter *meter, const enum zg_time *whats, const int64_t *processor, size_t n)
{
	int64_t wall, all, sum = 0;

	if (meter_clock(meter) == NULL)
		return;
	next_lap(meter, &wall, &all);
	for (size_t i = 0; i < n; i++)
		sum += processor[i];
	for (size_t i = 0; i < n && sum > 0; i++) {
		double share = (double)processor[i] / (double)sum;

		meter->timing->wall[whats[i]] += (int64_t)((double)wall * share);
		meter->timing->processor[whats[i]] += (int64_t)((double)all * share);
	}
}
