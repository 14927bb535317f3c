/* Trust anchors from a file, in whichever form it has: for the program's own use. */
#include <stdlib.h>
#include <string.h>

#include <zonegate/gate.h>
#include "base/error.h"
#include "dns/trust_anchor.h"
#include "gate/input.h"
#include "policy/anchor_xml.h"

/* Anchors that were read so far. */
struct anchor_list {
	struct trust_anchor *anchors;
	size_t n;
};

/* One record as an anchor. */
static zg_status
anchor_set(const struct input_record *record, struct trust_anchor *anchor, struct zg_error *error)
{
	const char *what = NULL;
	struct dnskey_view view;

	*anchor = (struct trust_anchor){.line = record->line, .is_key = record->type == RR_DNSKEY};
	memcpy(anchor->zone, record->owner, name_length(record->owner));
	if (!anchor->is_key) {
		if (!release_ds_set(record->rdata, record->rdlen, &anchor->ds))
			what = "a digest that no anchor can have";
	} else if (record->rdlen > sizeof(anchor->key)) {
		what = "a key that is longer than any anchor's";
	} else if (!dnskey_view(record->rdata, record->rdlen, &view) ||
		   (view.flags & DNSKEY_FLAG_ZONE) == 0 || view.protocol != 3) {
		what = "not the key of a zone";
	} else {
		memcpy(anchor->key, record->rdata, record->rdlen);
		anchor->key_len = record->rdlen;
	}
	if (what == NULL)
		return ZG_OK;
	return error_set(
	    error, ZG_INPUT_BAD, "%s:%lu: %s", record->file, (unsigned long)record->line, what);
}

/* Takes a DS or DNSKEY record; signatures over them say nothing about an anchor. */
static zg_status
anchor_take(void *context, const struct input_record *record, struct zg_error *error)
{
	struct anchor_list *list = context;
	zg_status status;

	if (record->type == RR_RRSIG)
		return ZG_OK;
	if (record->type != RR_DS && record->type != RR_DNSKEY)
		return error_set(error, ZG_INPUT_BAD, "%s:%lu: expected DS or DNSKEY", record->file,
		    (unsigned long)record->line);
	if (list->n == TRUST_ANCHORS_MAX)
		return error_set(error, ZG_LIMIT, "%s: more than %d trust anchors", record->file,
		    TRUST_ANCHORS_MAX);
	status = anchor_set(record, &list->anchors[list->n], error);
	list->n += status == ZG_OK;
	return status;
}

/* An XML document begins with a tag or declaration; no record does. */
static bool
is_xml(const char *text, size_t length)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	size_t at = length >= 3 && memcmp(text, byte_order_mark, 3) == 0 ? 3 : 0;

	while (at < length && memchr(" \t\r\n", text[at], 4) != NULL)
		at++;
	return at < length && text[at] == '<';
}

zg_status
zg_anchors_read(
    const struct zg_source *source, struct trust_anchor *anchors, size_t *n, struct zg_error *error)
{
	struct anchor_list list = {.anchors = anchors};
	const char *name = source->path != NULL ? source->path : "trust anchors";
	struct input_taker taker = {
	    .take = anchor_take, .context = &list, .malformed = ZG_INPUT_BAD, .what = name};
	struct zg_source text = {.kind = ZG_SOURCE_MEMORY, .path = name};
	char *octets;
	zg_status status;

	*n = 0;
	status = input_read_octets(source, ZG_DS_FILE_BYTES_MAX, &octets, &text.length, error);
	if (status != ZG_OK)
		return status;
	text.bytes = octets;
	if (is_xml(octets, text.length))
		status = anchor_xml_read(name, octets, text.length, anchors, &list.n, error);
	else
		status = input_read_records(&text, NULL, ZG_DS_FILE_BYTES_MAX, &taker, error);
	if (status == ZG_OK && list.n == 0)
		status = error_set(error, ZG_INPUT_BAD, "%s: no trust anchor in it", name);
	if (status == ZG_OK)
		*n = list.n;
	free(octets);
	return status;
}
