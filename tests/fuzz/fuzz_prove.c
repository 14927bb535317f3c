/*
 * Any octets as an answer that is to be proved. Tried as they are, and with every RRset signed by
 * the zone's key: a fuzzer finds no signatures, and what lies behind them is to be reached.
 * Whatever comes out must be complete. Seeds: tests/fuzz/seeds/prove.
 *
 * Octet 0 chooses the name, octet 1 the type; then comes the message.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ds_digest.h"
#include "crypto/ed25519.h"
#include "dns/algorithm.h"
#include "dns/canonical.h"
#include "dns/name.h"
#include "dns/rdata_view.h"
#include "dns/rr_type.h"
#include "parent/prove.h"

#define NOW	     1795348800
#define SIGNED_MAX   64	  /* RRsets that are signed */
#define RECORDS_MAX  1024 /* of a message that is tried */
#define SIGNED_BYTES (ZG_RDATA_MAX + 2 * ZG_NAME_MAX)
#define RRSIG_LENGTH (18 + 3 + ED25519_SIGNATURE_OCTETS)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t zone[] = {1, 'z', 0};
static const uint8_t secret[ED25519_KEY_OCTETS] = {1, 2, 3};

static const uint8_t names[][8] = {{1, 'z', 0}, {1, 'a', 1, 'z', 0}, {1, 'b', 1, 'z', 0},
    {1, 'd', 1, 'z', 0}, {1, '*', 1, 'z', 0}, {1, 'a', 1, 'b', 1, 'z', 0}, {1, 'y', 0}, {0}};
static const uint16_t types[] = {
    RR_DS, RR_TXT, RR_A, RR_NSEC, RR_CNAME, RR_DNSKEY, RR_SOA, RR_NSEC3};

/* The zone's one key. */
struct key {
	uint8_t rdata[4 + ED25519_KEY_OCTETS];
	uint16_t tag;
};

static void
key_init(struct key *key)
{
	static const uint8_t begin[] = {1, 1, 3, ALG_ED25519};

	memcpy(key->rdata, begin, sizeof(begin));
	if (ed25519_public(secret, key->rdata + 4) != ZG_OK)
		abort();
	key->tag = dnskey_tag(key->rdata, sizeof(key->rdata));
}

/* A message with room for signatures. */
struct signed_message {
	struct message message;
	struct message_record records[RECORDS_MAX + SIGNED_MAX];
	uint8_t rrsigs[SIGNED_MAX][RRSIG_LENGTH];
	size_t n_rrsigs;
	uint8_t data[SIGNED_BYTES];
};

/* An earlier record of the section is of the same RRset. */
static bool
is_known(const struct message_record *records, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (records[k].type == records[i].type &&
		    name_equal(records[k].owner, records[i].owner))
			return true;
	}
	return false;
}

/* Writes what is signed of an RRset of one record, and the RRSIG before its signature. 0: nothing.
 */
static size_t
write_signed(struct signed_message *out, const struct key *key, const struct message_record *record,
    uint8_t *rrsig)
{
	unsigned labels = name_rrsig_labels(record->owner);
	uint8_t *end;

	store_u16(rrsig, record->type);
	rrsig[2] = ALG_ED25519;
	rrsig[3] = (uint8_t)labels;
	store_u32(rrsig + 4, record->ttl);
	store_u32(rrsig + 8, NOW + 86400);
	store_u32(rrsig + 12, NOW - 86400);
	store_u16(rrsig + 16, key->tag);
	memcpy(rrsig + 18, zone, sizeof(zone));
	memcpy(out->data, rrsig, 18 + sizeof(zone));
	end = canonical_record(out->data + 18 + sizeof(zone), record->owner,
	    name_length(record->owner), record->type, record->ttl, record->rdata, record->rdlen);
	if (!canonical_rdata(record->type, end - record->rdlen, record->rdlen))
		return 0;
	return (size_t)(end - out->data);
}

/* Appends a record and, if it is the first of its RRset, a signature. */
static void
append(struct signed_message *out, const struct key *key, enum message_section section,
    const struct message_record *records, size_t i, size_t *n)
{
	uint8_t *rrsig = out->rrsigs[out->n_rrsigs];
	size_t length;

	out->records[(*n)++] = records[i];
	out->message.n_records[section]++;
	if (out->n_rrsigs == SIGNED_MAX - 1 || records[i].type == RR_RRSIG || is_known(records, i))
		return;
	length = write_signed(out, key, &records[i], rrsig);
	if (length == 0)
		return;
	if (ed25519_sign(secret, out->data, length, rrsig + 18 + sizeof(zone)) != ZG_OK)
		abort();
	out->n_rrsigs++;
	out->message.n_records[section]++;
	out->records[(*n)++] = (struct message_record){.owner = records[i].owner,
	    .type = RR_RRSIG,
	    .class = 1,
	    .ttl = records[i].ttl,
	    .rdata = rrsig,
	    .rdlen = RRSIG_LENGTH};
}

/* What is beyond RECORDS_MAX is left out. */
static struct signed_message *
sign_all(const struct message *message, const struct key *key)
{
	struct signed_message *out = malloc(sizeof(*out));
	size_t n = 0;

	if (out == NULL)
		abort();
	out->message = *message;
	out->message.records = out->records;
	out->n_rrsigs = 0;
	memset(out->message.n_records, 0, sizeof(out->message.n_records));
	for (int section = 0; section < SECTION_COUNT; section++) {
		size_t count;
		const struct message_record *records =
		    message_section(message, (enum message_section)section, &count);

		for (size_t i = 0; i < count && n < RECORDS_MAX; i++)
			append(out, key, (enum message_section)section, records, i, &n);
	}
	return out;
}

/* A result is complete: bogus with a reason, or with times that hold. */
static void
check(const struct proof_result *result)
{
	bool said = result->why[0] != '\0';

	if (result->proof == PROOF_BOGUS || result->proof == PROOF_INSECURE ? !said : said)
		abort();
	if (result->proof == PROOF_BOGUS
		? result->expiration != 0
		: result->proof != PROOF_INSECURE && result->expiration < NOW)
		abort();
	if (memchr(result->why, '\0', sizeof(result->why)) == NULL ||
	    strlen(proof_text(result->proof)) == 0)
		abort();
}

static void
try_answer(
    const struct zone_keys *keys, const struct message *answer, const uint8_t *name, uint16_t type)
{
	struct release_ds ds[ZG_DS_MAX];
	struct proof_result result;
	size_t n = 0;

	if (prove_answer(keys, name, type, answer, NOW, ds, &n, &result, NULL) != ZG_OK)
		abort();
	check(&result);
	if (n > ZG_DS_MAX || (n > 0) != (result.proof == PROOF_SECURE && type == RR_DS))
		abort();
}

/* The answer as one to a DNSKEY question, by a DS and by an anchor. */
static void
try_keys(const struct key *key, const struct message *answer)
{
	struct trust_anchor anchor = {.is_key = true, .key_len = sizeof(key->rdata)};
	struct release_ds ds = {.tag = key->tag,
	    .algorithm = ALG_ED25519,
	    .digest_type = DIGEST_SHA256,
	    .digest_len = 32};
	struct proof_result result;
	struct zone_keys *keys;

	if (key_ds_digest(zone, key->rdata, sizeof(key->rdata), DIGEST_SHA256, ds.digest) != ZG_OK)
		abort();
	if (prove_keys_by_ds(zone, answer, &ds, 1, NOW, &keys, &result, NULL) != ZG_OK)
		abort();
	check(&result);
	zone_keys_free(keys);
	memcpy(anchor.zone, zone, sizeof(zone));
	memcpy(anchor.key, key->rdata, sizeof(key->rdata));
	if (prove_keys_by_anchors(zone, answer, &anchor, 1, NOW, &keys, &result, NULL) != ZG_OK)
		abort();
	check(&result);
	zone_keys_free(keys);
}

/* The keys that the zone truly has. */
static struct zone_keys *
true_keys(const struct key *key)
{
	struct message_record record = {.owner = zone,
	    .type = RR_DNSKEY,
	    .class = 1,
	    .ttl = 60,
	    .rdata = key->rdata,
	    .rdlen = sizeof(key->rdata)};
	struct message message = {
	    .response = true, .records = &record, .n_records = {[SECTION_ANSWER] = 1}};
	struct signed_message *out = sign_all(&message, key);
	struct trust_anchor anchor = {.is_key = true, .key_len = sizeof(key->rdata)};
	struct proof_result result;
	struct zone_keys *keys;

	memcpy(anchor.zone, zone, sizeof(zone));
	memcpy(anchor.key, key->rdata, sizeof(key->rdata));
	if (prove_keys_by_anchors(zone, &out->message, &anchor, 1, NOW, &keys, &result, NULL) !=
		ZG_OK ||
	    result.proof != PROOF_SECURE)
		abort();
	free(out);
	return keys;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct key key;
	struct message *message;
	struct signed_message *out;
	struct zone_keys *keys;
	const char *why;
	const uint8_t *name;
	uint16_t type;

	if (size < 2)
		return 0;
	name = names[data[0] % (sizeof(names) / sizeof(names[0]))];
	type = types[data[1] % (sizeof(types) / sizeof(types[0]))];
	if (message_unpack(data + 2, size - 2, &message, &why) != ZG_OK)
		return 0;
	key_init(&key);
	keys = true_keys(&key);
	out = sign_all(message, &key);
	try_answer(keys, message, name, type);
	try_answer(keys, &out->message, name, type);
	try_keys(&key, message);
	try_keys(&key, &out->message);
	zone_keys_free(keys);
	free(out);
	message_free(message);
	return 0;
}
