/* The table of everything that a policy can say, and the policy as it is kept. */
#ifndef POLICY_POLICY_SCHEMA_H
#define POLICY_POLICY_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

struct zg_policy {
	char name[POLICY_ID_MAX];
	char *description; /* owned; NULL: none */
	struct policy_values values;
	struct policy_release release;
	zg_severity *severities; /* owned; one for each row of the check table */
};

/* What an element or attribute holds, and the C type behind it. */
enum policy_kind {
	POLICY_GROUP,	 /* elements; with a place (bool): whether it is there */
	POLICY_DURATION, /* int64_t: seconds; xsd:duration of days and below */
	POLICY_NUMBER,	 /* any integer type */
	POLICY_SHARE,	 /* a percentage (int32_t) or a count (int64_t); the other is NOT_SET */
	POLICY_TIME,	 /* int64_t: seconds since 1970; xsd:dateTime in UTC */
	POLICY_WORD,	 /* one of `words`: its index, in an enum or bool */
	POLICY_WORDS,	 /* repeated, each word once: a set of bits */
	POLICY_SEVERITY, /* of the check `check`, or a zg_severity */
	POLICY_TOKEN,	 /* char[POLICY_ID_MAX] */
	POLICY_PROSE,	 /* char *, owned */
	POLICY_SHA256,	 /* uint8_t[32]: hexadecimal digits */
	POLICY_NAME,	 /* uint8_t[ZG_NAME_MAX]: an absolute domain name */
	POLICY_CHECK_ID, /* size_t: row of the check table */
	POLICY_LIST,	 /* repeated; the rows below it describe one item */
	POLICY_CHECKS	 /* repeated Check: the severities */
};

/* How the items of a POLICY_LIST are kept: offsets into struct zg_policy. */
struct policy_list {
	size_t items; /* an array, or a pointer to an owned one */
	size_t count; /* size_t */
	size_t item;  /* octets of an item */
	size_t limit;
	bool in_place; /* an array of `limit` items */
	bool has_role; /* items are struct key_choice: a row has those of its `role` */
	bool (*same)(const void *a, const void *b); /* two such items: given twice */
	/* Why an item is no good, or lawful and unwise: a static phrase, else NULL. May be NULL. */
	const char *(*wrong)(const void *item);
	const char *(*unwise)(const void *item);
};

/* Room for an item of any list. */
union policy_item {
	struct pinned_key key;
	struct trial_signer trial;
	struct key_choice choice;
	struct approver approver;
	uint8_t name[ZG_NAME_MAX];
	uint8_t octet;
	size_t row;
};

/*
 * One element or attribute. The path starts below Policy: "Keys/TTL/Min"; "Zone/@on" is an
 * attribute, "Validity[for=DNSKEY]" an element told by an attribute, and ".../text()" the text of a
 * list's item. The order is that of the canonical form; an element stands before what is in it.
 */
struct policy_row {
	const char *path;
	enum policy_kind kind;
	int64_t min, max;   /* of numbers, durations, percentages; severities: max is the weakest */
	int64_t fallback;   /* the default: what policies/default.xml says */
	size_t place;	    /* offset into struct zg_policy, or into the item of a list */
	size_t size;	    /* octets there; 0: kept nowhere */
	size_t count_place; /* POLICY_SHARE: where a count goes */
	const char *none;   /* the word for NOT_SET; NULL: left out */
	const char *const *words; /* POLICY_WORD, POLICY_WORDS; ends with NULL */
	const char *check;	  /* POLICY_SEVERITY: the check id that this is the severity of */
	const struct policy_list *list;
	enum key_role role;
	bool required; /* of Policy, or of a list's item */
};

/* An upper bound of the table's length that arrays can be made of. */
#define POLICY_ROWS_MAX 192

extern const struct policy_row policy_table[];
extern const size_t policy_table_rows;

/* The row with this path, or NULL. */
const struct policy_row *policy_row_find(const char *path);

/* The name in the last part of the row's path: "Validity[for=DNSKEY]", "@on", "text()". */
const char *policy_row_leaf(const struct policy_row *row);

/* `row` describes a direct part of `parent`; NULL: of Policy itself. */
bool policy_row_is_in(const struct policy_row *row, const struct policy_row *parent);

/* `row` describes a part of a list's item: its place counts from the item. */
bool policy_row_in_item(const struct policy_row *row);

/* The row of the text of the list's items, or NULL. */
const struct policy_row *policy_item_text(const struct policy_row *list);

/* The first item of the list `row` from index *at on that has the row's role, or NULL; *at is set
 * behind it. */
const void *policy_list_next(const struct policy_row *row, const zg_policy *policy, size_t *at);

static inline size_t
policy_row_index(const struct policy_row *row)
{
	return (size_t)(row - policy_table);
}

/* The index of the check `id` in the check table, or zg_check_count(). */
size_t policy_check_row(const char *id);

#endif
