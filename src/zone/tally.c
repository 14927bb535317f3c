/* Exact counts with bounded examples. */
#include "zone/tally.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"

/* Longest detail kept; longer ones are cut. */
#define DETAIL_MAX 1024

void
tally_init(struct tally *tally, size_t max_examples)
{
	*tally = (struct tally){.max_examples = max_examples};
}

static void
example_clear(struct tally_example *example)
{
	free(example->owner);
	free(example->detail);
}

void
tally_clear(struct tally *tally)
{
	for (size_t i = 0; i < tally->n_examples; i++)
		example_clear(&tally->examples[i]);
	free(tally->examples);
	*tally = (struct tally){.max_examples = tally->max_examples};
}

bool
tally_wants(const struct tally *tally, uint64_t order)
{
	return tally->n_examples < tally->max_examples ||
	       (tally->n_examples > 0 && order < tally->examples[tally->n_examples - 1].order);
}

/* Takes over the example's strings, kept or not. */
static void
tally_insert(struct tally *tally, struct tally_example *example)
{
	size_t at;

	if (tally->examples == NULL)
		tally->examples = calloc(tally->max_examples, sizeof(tally->examples[0]));
	if (tally->examples == NULL) {
		tally->out_of_memory = true;
		example_clear(example);
		return;
	}
	if (tally->n_examples == tally->max_examples)
		example_clear(&tally->examples[--tally->n_examples]);
	for (at = tally->n_examples; at > 0 && tally->examples[at - 1].order > example->order; at--)
		tally->examples[at] = tally->examples[at - 1];
	tally->examples[at] = *example;
	tally->n_examples++;
}

void
tally_add(struct tally *tally, uint64_t order, const uint8_t *owner, uint16_t type, uint32_t line,
    const char *format, ...)
{
	struct tally_example example = {.order = order, .type = type, .line = line};
	char text[NAME_TEXT_MAX], detail[DETAIL_MAX];
	va_list ap;

	tally->count++;
	if (!tally_wants(tally, order))
		return;
	va_start(ap, format);
	(void)vsnprintf(detail, sizeof(detail), format, ap);
	va_end(ap);
	example.detail = strdup(detail);
	if (owner != NULL) {
		(void)name_to_text(owner, text);
		example.owner = strdup(text);
	}
	if (example.detail == NULL || (owner != NULL && example.owner == NULL)) {
		tally->out_of_memory = true;
		example_clear(&example);
		return;
	}
	tally_insert(tally, &example);
}

void
tally_merge(struct tally *into, struct tally *from)
{
	into->count += from->count;
	into->out_of_memory |= from->out_of_memory;
	for (size_t i = 0; i < from->n_examples; i++) {
		if (tally_wants(into, from->examples[i].order))
			tally_insert(into, &from->examples[i]);
		else
			example_clear(&from->examples[i]);
	}
	free(from->examples);
	*from = (struct tally){.max_examples = from->max_examples};
}
