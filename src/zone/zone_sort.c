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

/* Brings runs into the order of `items`, one cycle of the permutation after the other. */
static void
sort_permute(struct zone_owner *runs, struct sort_item *items, size_t n)
{
	for (size_t start = 0; start < n; start++) {
		struct zone_owner saved = runs[start];
		size_t at = start;

		while (items[at].run != start) {
			size_t from = items[at].run;

			runs[at] = runs[from];
			items[at].run = (uint32_t)at;
			at = from;
		}
		runs[at] = saved;
		items[at].run = (uint32_t)at;
	}
}

zg_status
zone_sort_runs(struct zone_owner *runs, size_t n, const struct arena *names, unsigned apex_labels)
{
	struct sorter sorter = {.runs = runs, .names = names};
	struct sort_item *items, *spare = NULL, *swap;
	zg_status status = ZG_MEMORY;
	size_t n_ascending;

	if (n == 0)
		return ZG_OK;
	items = malloc(n * sizeof(*items));
	if (items == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i < n; i++) {
		items[i].key = name_sort_key(arena_at(names, runs[i].name), apex_labels);
		items[i].run = (uint32_t)i;
	}
	if (sort_ascending(&sorter, items, 0, n) == n) {
		status = ZG_OK;
		goto out;
	}
	spare = malloc(n * sizeof(*spare));
	if (spare == NULL)
		goto out;
	do {
		n_ascending = sort_pass(&sorter, items, spare, n);
		swap = items;
		items = spare;
		spare = swap;
	} while (n_ascending > 1);
	sort_permute(runs, items, n);
	status = ZG_OK;
out:
	free(items);
	free(spare);
	return status;
}
