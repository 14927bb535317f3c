/* Canonical order of runs: a natural merge sort over (key, index) pairs. */
#include "zone/zone_sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"

struct sort_item {
	uint64_t key; /* name_sort_key */
	uint32_t run; /* index before sorting */
};

struct sorter {
	const struct zone_owner *runs;
	const struct arena *names;
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

/* Runs in the order of `items`: copied, since the natural runs that they come from are read from
 * front to back, while exchanging them in place would jump. */
static zg_status
sort_gather(struct zone_owner **runs, const struct sort_item *items, size_t n)
{
	struct zone_owner *sorted = malloc(n * sizeof(*sorted));

	if (sorted == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i < n; i++)
		sorted[i] = (*runs)[items[i].run];
	free(*runs);
	*runs = sorted;
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

zg_status
zone_sort_runs(struct zone_owner **runs, size_t n, const struct arena *names, unsigned apex_labels)
{
	struct sorter sorter = {.runs = *runs, .names = names};
	struct sort_item *items, *spare = NULL;
	zg_status status = ZG_OK;

	if (n == 0)
		return ZG_OK;
	items = malloc(n * sizeof(*items));
	if (items == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i < n; i++) {
		items[i].key = name_sort_key(arena_at(names, (*runs)[i].name), apex_labels);
		items[i].run = (uint32_t)i;
	}
	if (sort_ascending(&sorter, items, 0, n) < n) {
		spare = malloc(n * sizeof(*spare));
		if (spare == NULL)
			status = ZG_MEMORY;
		else
			sort_items(&sorter, &items, &spare, n);
		free(spare);
		if (status == ZG_OK)
			status = sort_gather(runs, items, n);
	}
	free(items);
	return status;
}
