/*
 * Facts of a release as octets, numbers in network byte order: what the history keeps and the chain
 * covers. Reading trusts nothing: every length is checked, and what is left over is an error.
 */
#include "history/history_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/byte_reader.h"
#include "base/error.h"

/* The first octet; another one is another form. */
#define FACTS_FORM 1

/* Flags of the facts and of a key. */
#define FLAG_MORE_CLASSES   1
#define FLAG_NEXT_DS_GIVEN  2
#define FLAG_NEXT_DS_DELETE 4
#define FLAGS		    7
#define KEY_PUBLISHED	    1
#define KEY_SIGNS_DNSKEY    2
#define KEY_FLAGS	    3

static void
put(struct text_writer *octets, uint64_t value, size_t length)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(value >> (8 * (length - 1 - i)));
	text_add_bytes(octets, (const char *)bytes, length);
}

static void
put_octets(struct text_writer *octets, const void *bytes, size_t length)
{
	text_add_bytes(octets, bytes, length);
}

static void
put_text(struct text_writer *octets, const char *text, size_t size)
{
	size_t length = strnlen(text, size - 1);

	put(octets, length, 2);
	put_octets(octets, text, length);
}

static uint64_t
get(struct byte_reader *reader, size_t length)
{
	const uint8_t *at = byte_reader_take(reader, length);
	uint64_t value = 0;

	for (size_t i = 0; at != NULL && i < length; i++)
		value = value << 8 | at[i];
	return value;
}

static void
get_octets(struct byte_reader *reader, void *out, size_t length)
{
	const uint8_t *at = byte_reader_take(reader, length);

	if (at != NULL && length > 0)
		memcpy(out, at, length);
}

/* Text of less than `size` octets and without NUL. */
static void
get_text(struct byte_reader *reader, char *out, size_t size)
{
	size_t length = get(reader, 2);
	const uint8_t *at;

	if (length >= size) {
		reader->failed = true;
		return;
	}
	at = byte_reader_take(reader, length);
	if (at == NULL)
		return;
	if (memchr(at, 0, length) != NULL)
		reader->failed = true;
	memcpy(out, at, length);
	out[length] = '\0';
}

/* A count of at most `max`, 0 when it is more (and failed). */
static size_t
get_count(struct byte_reader *reader, size_t max)
{
	size_t n = byte_reader_u8(reader);

	if (n > max)
		reader->failed = true;
	return reader->failed ? 0 : n;
}

static void
get_flags(struct byte_reader *reader, unsigned known, unsigned *flags)
{
	*flags = byte_reader_u8(reader);
	if ((*flags & ~known) != 0)
		reader->failed = true;
}

void
ds_encode(const struct release_ds *entries, size_t n, struct text_writer *octets)
{
	put(octets, n, 1);
	for (size_t i = 0; i < n; i++) {
		put(octets, entries[i].tag, 2);
		put(octets, entries[i].algorithm, 1);
		put(octets, entries[i].digest_type, 1);
		put(octets, entries[i].digest_len, 1);
		put_octets(octets, entries[i].digest, entries[i].digest_len);
	}
}

static size_t
get_ds(struct byte_reader *reader, struct release_ds entries[ZG_DS_MAX])
{
	size_t n = get_count(reader, ZG_DS_MAX);

	for (size_t i = 0; i < n; i++) {
		entries[i].tag = byte_reader_u16(reader);
		entries[i].algorithm = byte_reader_u8(reader);
		entries[i].digest_type = byte_reader_u8(reader);
		entries[i].digest_len = (uint8_t)get_count(reader, sizeof(entries[i].digest));
		get_octets(reader, entries[i].digest, entries[i].digest_len);
	}
	return n;
}

bool
ds_decode(const uint8_t *octets, size_t length, struct release_ds entries[ZG_DS_MAX], size_t *n)
{
	struct byte_reader reader = byte_reader_init(octets, length);

	*n = get_ds(&reader, entries);
	return !reader.failed && reader.left == 0;
}

static void
put_key(struct text_writer *octets, const struct release_key *key)
{
	put(octets,
	    (key->published ? KEY_PUBLISHED : 0U) | (key->signs_dnskey ? KEY_SIGNS_DNSKEY : 0U), 1);
	put(octets, key->algorithm, 1);
	put(octets, key->tag, 2);
	put(octets, key->flags, 2);
	put(octets, key->protocol, 1);
	put(octets, (uint64_t)key->expiration, 8);
	put_octets(octets, key->sha256, sizeof(key->sha256));
	put(octets, key->rdata == NULL ? 0 : key->rdlen, 2);
	if (key->rdata != NULL)
		put_octets(octets, key->rdata, key->rdlen);
}

/* ZG_MEMORY, or ZG_OK; what is malformed is the reader's to say. */
static zg_status
get_key(struct byte_reader *reader, struct release_key *key)
{
	const uint8_t *rdata;
	unsigned flags;

	get_flags(reader, KEY_FLAGS, &flags);
	key->published = (flags & KEY_PUBLISHED) != 0;
	key->signs_dnskey = (flags & KEY_SIGNS_DNSKEY) != 0;
	key->algorithm = byte_reader_u8(reader);
	key->tag = byte_reader_u16(reader);
	key->flags = byte_reader_u16(reader);
	key->protocol = byte_reader_u8(reader);
	key->expiration = (int64_t)get(reader, 8);
	get_octets(reader, key->sha256, sizeof(key->sha256));
	key->rdlen = byte_reader_u16(reader);
	rdata = byte_reader_take(reader, key->rdlen);
	if (rdata == NULL || key->rdlen == 0)
		return ZG_OK;
	key->rdata = malloc(key->rdlen);
	if (key->rdata == NULL)
		return ZG_MEMORY;
	memcpy(key->rdata, rdata, key->rdlen);
	return ZG_OK;
}

static void
put_class(struct text_writer *octets, const struct release_class *class, size_t n_keys)
{
	put(octets, class->signers, 8);
	put(octets, class->ttl, 4);
	put(octets, class->n_rrsets, 8);
	for (size_t i = 0; i < n_keys; i++)
		put(octets, (uint64_t) class->expirations[i], 8);
	put(octets, (uint64_t) class->latest_inception, 8);
	put_text(octets, class->owner, sizeof(class->owner));
	put_text(octets, class->type, sizeof(class->type));
}

/* Signers are among the keys. */
static bool
signers_known(uint64_t signers, size_t n_keys)
{
	return n_keys >= 64 || signers >> n_keys == 0;
}

static void
get_class(struct byte_reader *reader, struct release_class *class, size_t n_keys)
{
	class->signers = get(reader, 8);
	class->ttl = byte_reader_u32(reader);
	class->n_rrsets = get(reader, 8);
	for (size_t i = 0; i < n_keys; i++)
		class->expirations[i] = (int64_t)get(reader, 8);
	class->latest_inception = (int64_t)get(reader, 8);
	get_text(reader, class->owner, sizeof(class->owner));
	get_text(reader, class->type, sizeof(class->type));
	if (!signers_known(class->signers, n_keys))
		reader->failed = true;
}

/* The facts fit what is made of them: counts, digests, signers. */
static bool
facts_fit(const struct release_facts *facts)
{
	bool fit = facts->n_keys <= ZG_KEYS_MAX && facts->n_classes <= ZG_CLASSES_MAX &&
		   facts->n_next_ds <= ZG_DS_MAX;

	for (size_t i = 0; fit && i < facts->n_classes; i++)
		fit = signers_known(facts->classes[i].signers, facts->n_keys);
	for (size_t i = 0; fit && i < facts->n_next_ds; i++)
		fit = facts->next_ds[i].digest_len <= sizeof(facts->next_ds[i].digest);
	return fit;
}

zg_status
facts_encode(const struct release_facts *facts, struct text_writer *octets)
{
	if (!facts_fit(facts))
		return ZG_PARAMETER;
	put(octets, FACTS_FORM, 1);
	put(octets,
	    (facts->more_classes ? FLAG_MORE_CLASSES : 0U) |
		(facts->next_ds_given ? FLAG_NEXT_DS_GIVEN : 0U) |
		(facts->next_ds_delete ? FLAG_NEXT_DS_DELETE : 0U),
	    1);
	put(octets, facts->n_keys, 1);
	for (size_t i = 0; i < facts->n_keys; i++)
		put_key(octets, &facts->keys[i]);
	put(octets, facts->dnskey_ttl, 4);
	put(octets, facts->n_classes, 1);
	for (size_t i = 0; i < facts->n_classes; i++)
		put_class(octets, &facts->classes[i], facts->n_keys);
	ds_encode(facts->next_ds, facts->n_next_ds, octets);
	put(octets, facts->refresh, 4);
	put(octets, facts->retry, 4);
	put(octets, facts->expire, 4);
	put(octets, facts->minimum, 4);
	put(octets, facts->soa_ttl, 4);
	put(octets, facts->max_ttl, 4);
	put(octets, (uint64_t)facts->first_expiration, 8);
	put(octets, (uint64_t)facts->dnskey_expiration, 8);
	put_text(octets, facts->denial, sizeof(facts->denial));
	for (size_t i = 0; i < RELEASE_COUNTS; i++)
		put(octets, facts->counts[i], 8);
	return octets->failed ? ZG_MEMORY : ZG_OK;
}

/* What comes after keys and classes. */
static void
get_rest(struct byte_reader *reader, struct release_facts *facts)
{
	facts->n_next_ds = get_ds(reader, facts->next_ds);
	facts->refresh = byte_reader_u32(reader);
	facts->retry = byte_reader_u32(reader);
	facts->expire = byte_reader_u32(reader);
	facts->minimum = byte_reader_u32(reader);
	facts->soa_ttl = byte_reader_u32(reader);
	facts->max_ttl = byte_reader_u32(reader);
	facts->first_expiration = (int64_t)get(reader, 8);
	facts->dnskey_expiration = (int64_t)get(reader, 8);
	get_text(reader, facts->denial, sizeof(facts->denial));
	for (size_t i = 0; i < RELEASE_COUNTS; i++)
		facts->counts[i] = get(reader, 8);
}

zg_status
facts_decode(const uint8_t *octets, size_t length, struct release_facts *facts)
{
	struct byte_reader reader = byte_reader_init(octets, length);
	zg_status status = ZG_OK;
	unsigned flags;

	if (byte_reader_u8(&reader) != FACTS_FORM)
		return ZG_INPUT_BAD;
	get_flags(&reader, FLAGS, &flags);
	facts->more_classes = (flags & FLAG_MORE_CLASSES) != 0;
	facts->next_ds_given = (flags & FLAG_NEXT_DS_GIVEN) != 0;
	facts->next_ds_delete = (flags & FLAG_NEXT_DS_DELETE) != 0;
	facts->n_keys = get_count(&reader, ZG_KEYS_MAX);
	for (size_t i = 0; i < facts->n_keys && status == ZG_OK; i++)
		status = get_key(&reader, &facts->keys[i]);
	facts->dnskey_ttl = byte_reader_u32(&reader);
	facts->n_classes = get_count(&reader, ZG_CLASSES_MAX);
	for (size_t i = 0; i < facts->n_classes; i++)
		get_class(&reader, &facts->classes[i], facts->n_keys);
	get_rest(&reader, facts);
	if (status == ZG_OK && (reader.failed || reader.left > 0))
		status = ZG_INPUT_BAD;
	return status;
}

void
facts_reset(struct release_facts *facts)
{
	size_t n_keys = facts->n_keys;

	release_facts_clear(facts);
	memset(facts->keys, 0, n_keys * sizeof(facts->keys[0]));
	memset(facts->classes, 0, facts->n_classes * sizeof(facts->classes[0]));
	memset(facts->next_ds, 0, facts->n_next_ds * sizeof(facts->next_ds[0]));
	facts->n_classes = facts->n_next_ds = 0;
}
