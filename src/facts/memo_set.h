/*
 * A set of signatures that verified before, each as SHA-256 over key, RRSIG and canonical RRset:
 * the memo of a pure function. It can never make anything valid that was not verified over the same
 * octets; times are looked at anew every time.
 */
#ifndef FACTS_MEMO_SET_H
#define FACTS_MEMO_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

#define MEMO_OCTETS 32

struct memo_set {
	const uint8_t (*entries)[MEMO_OCTETS]; /* borrowed */
	size_t n;
	uint32_t *slots; /* owned: indexes of entries, by their first octets */
	size_t mask;
	bool grows; /* what it has need not be noted again: the rest will be added to it */
};

/* What a run verified, to be remembered. */
struct memo_fresh {
	struct memo_fresh_entry {
		uint8_t digest[MEMO_OCTETS];
		uint32_t record; /* index of the RRSIG */
	} * entries;		 /* owned */
	size_t n, size;
};

/* Builds the index over `n` entries, which stay where they are. */
MUST_CHECK zg_status memo_set_init(
    struct memo_set *set, const uint8_t (*entries)[MEMO_OCTETS], size_t n);
void memo_set_clear(struct memo_set *set);

/*
 * `*next`: 0 at first, a guess kept by the caller from call to call. Zones are remembered in their
 * order and asked for in it, so that the entry behind the last one found is most often the next.
 */
bool memo_set_has(const struct memo_set *set, const uint8_t digest[MEMO_OCTETS], size_t *next);

MUST_CHECK zg_status memo_fresh_add(
    struct memo_fresh *fresh, const uint8_t digest[MEMO_OCTETS], uint32_t record);
/* Moves all of `from` behind what is there. */
MUST_CHECK zg_status memo_fresh_append(struct memo_fresh *fresh, struct memo_fresh *from);
void memo_fresh_clear(struct memo_fresh *fresh);

#endif
