/* What an approval of a finding is bound to, kept as plain data while checks run. */
#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Longest subject in words. */
#define SUBJECT_MAX 1024

void
check_facts_clear(struct check_facts *facts)
{
	for (size_t i = 0; i < facts->n; i++)
		free(facts->list[i].text);
	free(facts->list);
	*facts = (struct check_facts){.wanted = facts->wanted};
}

/* Room for one more; false when it is not to be kept. */
static bool
reserve(struct check_facts *facts)
{
	void *list = facts->list;
	zg_status status;

	if (!facts->wanted)
		return false;
	status =
	    array_reserve(&list, &facts->size, facts->n, sizeof(facts->list[0]), CHECK_FACTS_MAX);
	facts->list = list;
	facts->overflow |= status == ZG_LIMIT;
	facts->out_of_memory |= status == ZG_MEMORY;
	return status == ZG_OK;
}

/* Takes over the text. */
static void
add(struct check_facts *facts, struct check_fact fact)
{
	if (reserve(facts))
		facts->list[facts->n++] = fact;
	else
		free(fact.text);
}

void
check_fact_emitted(
    struct check_context *context, uint32_t owner, uint16_t type, const char *sentence)
{
	struct check_facts *facts = &context->result->facts;
	struct check_fact fact = {.owner = owner, .type = type, .record = UINT32_MAX};

	if (!facts->wanted || context->row->names_facts)
		return;
	/* All keys stand at the apex: their RDATA tells them apart. */
	if (context->row->scope == SCOPE_KEY)
		fact.record = context->key->record;
	/* A finding about the whole zone has no place: what it says is what was found. */
	if (owner == NO_OWNER) {
		fact.text = strdup(sentence);
		facts->out_of_memory |= fact.text == NULL;
	}
	add(facts, fact);
}

PRINTF_LIKE(4, 0)
static void
add_words(struct check_context *context, bool relative, uint64_t magnitude, const char *format,
    va_list ap)
{
	struct check_facts *facts = &context->result->facts;
	char text[SUBJECT_MAX];
	struct check_fact fact = {
	    .owner = NO_OWNER, .record = UINT32_MAX, .relative = relative, .magnitude = magnitude};

	if (!facts->wanted)
		return;
	(void)vsnprintf(text, sizeof(text), format, ap);
	fact.text = strdup(text);
	facts->out_of_memory |= fact.text == NULL;
	add(facts, fact);
}

void
check_fact(struct check_context *context, uint64_t magnitude, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_words(context, false, magnitude, format, ap);
	va_end(ap);
}

void
check_fact_change(struct check_context *context, uint64_t magnitude, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_words(context, true, magnitude, format, ap);
	va_end(ap);
}

void
check_fact_rrset(struct check_context *context, uint32_t owner, uint16_t type, bool change)
{
	add(&context->result->facts, (struct check_fact){.owner = owner,
					 .type = type,
					 .record = UINT32_MAX,
					 .content = true,
					 .change = change});
}

void
check_facts_merge(struct check_facts *into, struct check_facts *from)
{
	for (size_t i = 0; i < from->n; i++)
		add(into, from->list[i]);
	into->overflow |= from->overflow;
	into->out_of_memory |= from->out_of_memory;
	free(from->list);
	*from = (struct check_facts){.wanted = from->wanted};
}
