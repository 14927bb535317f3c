/*
 * How much is broken, and for how long: RRset-seconds in the world in which the candidate is
 * released and in the one in which it is held back.
 */
#include "facts/cache_private.h"

#include <stdlib.h>

#include "base/arena.h"

/* A time at which the number of broken RRsets changes. */
struct change {
	int64_t time;
	uint64_t n_rrsets;
	bool ends;
};

struct window {
	int64_t from, until;
};

struct damage {
	const struct cache_search *search;
	bool hold;		/* the world that is looked at */
	struct window *windows; /* owned; of one class */
	size_t n_windows;
	struct change *changes; /* owned */
	size_t n_changes, allocated;
};

/* Disjoint windows of a class end where some version ends: of each there are so many at most. */
#define CHANGES_MAX (2 * (size_t)(2 * CACHE_VERSIONS_MAX) * (3 * CACHE_VERSIONS_MAX + 3))

static const struct cache_span *
span_of(const struct damage *damage, const struct cache_member *member)
{
	return damage->hold ? &member->hold : &member->release;
}

/* Since when some validator of this DS set finds the combination broken. */
static int64_t
broken_since(const struct damage *damage, size_t ds, size_t dnskey, size_t class)
{
	const struct cache_search *search = damage->search;
	const struct cache_dnskey *k = &search->world.dnskeys[dnskey];
	const struct cache_class *c = &search->world.classes[class];
	bool k_expires = span_of(damage, &search->dnskeys[dnskey])->expires;
	bool c_expires = span_of(damage, &search->classes[class])->expires;
	int64_t since = TIME_NEVER;

	for (size_t i = 0; i < search->validators[ds].n; i++) {
		const struct cache_validator *validator = &search->validators[ds].list[i];

		since = time_min(since, cache_anchor_until(search, validator, k, k_expires));
		since = time_min(since, cache_data_until(search, validator, k, c, c_expires));
	}
	return since;
}

/* Every window in which a combination with this class is in caches and broken. */
static void
collect_windows(struct damage *damage, size_t class)
{
	const struct cache_search *search = damage->search;
	const struct cache_span *c = span_of(damage, &search->classes[class]);

	damage->n_windows = 0;
	for (size_t i = 0; i < search->world.n_ds; i++) {
		const struct cache_span *d = span_of(damage, &search->ds[i]);

		for (size_t k = 0; k < search->world.n_dnskeys; k++) {
			const struct cache_span *s = span_of(damage, &search->dnskeys[k]);
			bool asked = cache_data_is_asked(
			    &search->world.dnskeys[k], &search->world.classes[class]);
			struct window window = {.from = time_max(search->now,
						    time_max(d->from, time_max(s->from, c->from))),
			    .until = time_min(d->until[END_PROOF],
				time_min(s->until[END_PROOF], c->until[END_PROOF]))};

			if (window.from >= window.until || !asked)
				continue;
			window.from = time_max(window.from, broken_since(damage, i, k, class));
			if (window.from < window.until)
				damage->windows[damage->n_windows++] = window;
		}
	}
}

static int
compare_windows(const void *a, const void *b)
{
	const struct window *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static int
compare_changes(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

static zg_status
add_changes(struct damage *damage, const struct window *window, uint64_t n_rrsets)
{
	void *array = damage->changes;
	zg_status status = array_reserve(&array, &damage->allocated, damage->n_changes + 1,
	    sizeof(damage->changes[0]), CHANGES_MAX);

	damage->changes = array;
	if (status != ZG_OK)
		return status;
	damage->changes[damage->n_changes++] =
	    (struct change){.time = window->from, .n_rrsets = n_rrsets};
	damage->changes[damage->n_changes++] =
	    (struct change){.time = window->until, .n_rrsets = n_rrsets, .ends = true};
	return ZG_OK;
}

/* Joins the windows of a class: its RRsets are broken when any combination is. */
static zg_status
join_windows(struct damage *damage, uint64_t n_rrsets)
{
	struct window *windows = damage->windows, joined;
	zg_status status = ZG_OK;

	if (damage->n_windows == 0)
		return ZG_OK;
	qsort(windows, damage->n_windows, sizeof(windows[0]), compare_windows);
	joined = windows[0];
	for (size_t i = 1; i < damage->n_windows && status == ZG_OK; i++) {
		if (windows[i].from <= joined.until) {
			joined.until = time_max(joined.until, windows[i].until);
			continue;
		}
		status = add_changes(damage, &joined, n_rrsets);
		joined = windows[i];
	}
	return status == ZG_OK ? add_changes(damage, &joined, n_rrsets) : status;
}

static zg_status
collect_changes(struct damage *damage)
{
	const struct cache_world *world = &damage->search->world;
	zg_status status = ZG_OK;

	damage->windows = calloc(world->n_ds * world->n_dnskeys + 1, sizeof(damage->windows[0]));
	if (damage->windows == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i < world->n_classes && status == ZG_OK; i++) {
		collect_windows(damage, i);
		status = join_windows(damage, world->classes[i].n_rrsets);
	}
	if (damage->n_changes > 0)
		qsort(damage->changes, damage->n_changes, sizeof(damage->changes[0]),
		    compare_changes);
	return status;
}

/* The last end that is known. */
static int64_t
last_end(const struct damage *damage, int64_t last)
{
	for (size_t i = 0; i < damage->n_changes; i++) {
		if (damage->changes[i].ends && damage->changes[i].time != TIME_NEVER)
			last = time_max(last, damage->changes[i].time);
	}
	return last;
}

/* RRset-seconds up to `end`. An RRset can be in caches in an old and in a new version: no more can
 * be broken at a time than there are. */
static double
damage_sum(const struct damage *damage, int64_t end, uint64_t n_all)
{
	int64_t time = damage->search->now;
	uint64_t broken = 0;
	double sum = 0;

	for (size_t i = 0; i < damage->n_changes && time < end; i++) {
		const struct change *change = &damage->changes[i];
		int64_t next = time_min(change->time, end);

		sum += (double)(broken < n_all ? broken : n_all) * (double)(next - time);
		time = next;
		broken += change->ends ? 0 - change->n_rrsets : change->n_rrsets;
	}
	return sum;
}

/* RRsets of the zone, before or after, whichever are more. */
static uint64_t
count_rrsets(const struct cache_search *search)
{
	uint64_t before = 0, after = 0;

	for (size_t i = 0; i < search->world.n_classes; i++) {
		const struct cache_class *class = &search->world.classes[i];

		before += search->classes[i].was_in_force ? class->n_rrsets : 0;
		after += class->life.superseded == TIME_NEVER ? class->n_rrsets : 0;
	}
	return before > after ? before : after;
}

static void
damage_clear(struct damage *damage)
{
	free(damage->windows);
	free(damage->changes);
}

/* Windows without end are measured up to the last end that is known in either world, or for a day
 * when there is none. */
zg_status
cache_damage(const struct cache_search *search, double *release, double *hold)
{
	struct damage released = {.search = search}, held = {.search = search, .hold = true};
	uint64_t n_all = count_rrsets(search);
	zg_status status = collect_changes(&released);
	int64_t end;

	if (status == ZG_OK)
		status = collect_changes(&held);
	if (status == ZG_OK) {
		end = last_end(&held, last_end(&released, search->now));
		if (end == search->now)
			end = time_add(end, 86400);
		*release = damage_sum(&released, end, n_all);
		*hold = damage_sum(&held, end, n_all);
	}
	damage_clear(&released);
	damage_clear(&held);
	return status;
}
