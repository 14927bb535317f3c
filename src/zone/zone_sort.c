/* Canonical order of runs: a natural merge sort over (key, index) pairs. */
#include "zone/zone_sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/work_pool.h"
#include "dns/name.h"

/* Names that a thread takes at once. */
#define NAMES_AT_ONCE 16384

struct sort_item {
	uint64_t key; /* name_sort_key */
	uint32_t run; /* index before sorting */
};

struct sorter {
	const struct zone_owner *runs;
	const struct arena *names;
	unsigned apex_labels;
	struct sort_item *items;
	struct zone_owner *sorted; /* the runs in the order of the items */
};

/* `a` may stand before `b`: canonical order, equal names in the order they were read. */
static bool
sort_in_order(const struct sorter *sorter, const struct sort_item *a, const struct sort_item *b)
{
	int order;

	if (a->key != b->key)
		return a->key < b->key;
	order = name_compare(arena_at(sorter->names, sorter->runs[a->run].name),
	    arena_at(sorter->names, sorter->runs[b->run].name));
	return order != 0 ? order < 0 : a->run <= b->run;
}

/* End of the ascending run that begins at `first`. */
static size_t
sort_ascending(const struct sorter *sorter, const struct sort_item *items, size_t first, size_t n)
{
	size_t end = first + 1;

	while (end < n && sort_in_order(sorter, &items[end - 1], &items[end]))
		end++;
	return end;
}

static void
sort_merge(const struct sorter *sorter, const struct sort_item *a, size_t n_a,
    const struct sort_item *b, size_t n_b, struct sort_item *out)
{
	while (n_a > 0 && n_b > 0) {
		if (sort_in_order(sorter, a, b)) {
			*out++ = *a++;
			n_a--;
		} else {
			*out++ = *b++;
			n_b--;
		}
	}
	memcpy(out, n_a > 0 ? a : b, (n_a + n_b) * sizeof(*out));
}

/* Merges neighbouring ascending runs of `from` into `to` once; returns how many were left. */
static size_t
sort_pass(const struct sorter *sorter, const struct sort_item *from, struct sort_item *to, size_t n)
{
	size_t n_left = 0;

	for (size_t first = 0; first < n; n_left++) {
		size_t middle = sort_ascending(sorter, from, first, n);
		size_t end = middle < n ? sort_ascending(sorter, from, middle, n) : n;

		sort_merge(
		    sorter, from + first, middle - first, from + middle, end - middle, to + first);
		first = end;
	}
	return n_left;
}

/* work_function: the keys of names, in the order they were read. */
static zg_status
fill_items(void *context, unsigned thread, size_t first, size_t end)
{
	const struct sorter *sorter = context;

	(void)thread;
	memory_expect(sorter->items + first, (end - first) * sizeof(sorter->items[0]));
	for (size_t i = first; i < end; i++)
		sorter->items[i] = (struct sort_item){
		    .key = name_sort_key(
			arena_at(sorter->names, sorter->runs[i].name), sorter->apex_labels),
		    .run = (uint32_t)i};
	return ZG_OK;
}

/* work_function: runs in the order of the items. They are copied, since the natural runs that they
 * come from are read from front to back, while exchanging them in place would jump. */
static zg_status
gather(void *context, unsigned thread, size_t first, size_t end)
{
	const struct sorter *sorter = context;

	(void)thread;
	memory_expect(sorter->sorted + first, (end - first) * sizeof(sorter->sorted[0]));
	for (size_t i = first; i < end; i++)
		sorter->sorted[i] = sorter->runs[sorter->items[i].run];
	return ZG_OK;
}

/* Merges ascending runs until one is left. *items and *spare change places. */
static void
sort_items(
    const struct sorter *sorter, struct sort_item **items, struct sort_item **spare, size_t n)
{
	size_t n_ascending;

	do {
		struct sort_item *swap = *items;

		n_ascending = sort_pass(sorter, *items, *spare, n);
		*items = *spare;
		*spare = swap;
	} while (n_ascending > 1);
}

/* Sorts the items of names that are not in order yet, then the runs. */
static zg_status
sort_runs(struct sorter *sorter, size_t n, unsigned threads)
{
	struct sort_item *spare = malloc(n * sizeof(*spare));

	if (spare == NULL)
		return ZG_MEMORY;
	memory_expect(spare, n * sizeof(*spare));
	sort_items(sorter, &sorter->items, &spare, n);
	free(spare);
	sorter->sorted = malloc(n * sizeof(sorter->sorted[0]));
	if (sorter->sorted == NULL)
		return ZG_MEMORY;
	return work_pool_run(threads, n, NAMES_AT_ONCE, gather, sorter);
}

zg_status
zone_sort_runs(struct zone_owner **runs, size_t n, const struct arena *names, unsigned apex_labels,
    unsigned threads)
{
	struct sorter sorter = {.runs = *runs, .names = names, .apex_labels = apex_labels};
	zg_status status;

	if (n == 0)
		return ZG_OK;
	sorter.items = malloc(n * sizeof(sorter.items[0]));
	if (sorter.items == NULL)
		return ZG_MEMORY;
	status = work_pool_run(threads, n, NAMES_AT_ONCE, fill_items, &sorter);
	if (status == ZG_OK && sort_ascending(&sorter, sorter.items, 0, n) < n)
		status = sort_runs(&sorter, n, threads);
	free(sorter.items);
	if (status != ZG_OK || sorter.sorted == NULL) {
		free(sorter.sorted);
		return status;
	}
	free(*runs);
	*runs = sorter.sorted;
	return ZG_OK;
}
