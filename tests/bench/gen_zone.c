/*
 * Makes a signed zone in the form of a large registry's, as dnssec-signzone writes it: delegations,
 * 60 % of them secure, glue for some, an NSEC3 chain with opt-out. The names follow from N alone.
 *
 *   gen_zone N ALGORITHM[xKEYS] ZONEFILE DSFILE [NEXTFILE EVERY]
 *
 * ALGORITHM is 13 (P-256) or 8 (RSA-2048). With 8x3, say, three private keys sign in turn under the
 * tag of the one that is published: what signing devices do that were given different keys under
 * one name.
 *
 * NEXTFILE is the zone's next version, by the same keys: each EVERY-th delegation that has a DS has
 * another one, the serial is larger, and all other signatures stay.
 *
 * Signatures are valid for 29 to 30 days from an hour ago.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#define APEX	       "test."
#define APEX_WIRE      "\4test"
#define APEX_WIRE_LEN  6
#define DELEGATION_TTL 86400
#define NEGATIVE_TTL   900
#define SERIAL	       2026060100
#define DNSKEY_TTL     3600
#define LABEL_MIN      4
#define LABEL_MAX      22
#define SECURE_PERCENT 60
#define GLUE_PERCENT   12
#define HOSTING_FIRMS  20000
#define JITTER	       86400
#define VALIDITY       (30 * 86400)
#define INCEPTION_AGO  3600
#define SIGNATURE_MAX  512
#define RDATA_MAX      600
#define THREADS_MAX    16
#define BATCH	       65536
#define TIME_TEXT      16
#define BITMAP_MAX     10
#define DEVICES_MAX    8
#define SIGNED_RECORDS 2 /* the largest RRset that is signed */

enum { TYPE_NS = 2, TYPE_SOA = 6, TYPE_DS = 43, TYPE_DNSKEY = 48, TYPE_NSEC3 = 50 };
enum { TYPE_NSEC3PARAM = 51 };

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "gen_zone: %s\n", what);
	exit(EXIT_FAILURE);
}

static void *
allocate(size_t n, size_t size)
{
	void *memory = calloc(n, size);

	if (memory == NULL)
		die("out of memory");
	return memory;
}

/* ---- Names ---- */

struct delegation {
	char label[LABEL_MAX + 1];
	bool secure, glue;
};

/* splitmix64: the same numbers everywhere. */
static uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static uint64_t
random_below(uint64_t *state, uint64_t bound)
{
	return random_next(state) % bound;
}

/* A label of consonants and vowels, about 12 characters. */
static void
label_make(char label[LABEL_MAX + 1], uint64_t *state)
{
	static const char consonants[] = "bcdfghjklmnprstvwz", vowels[] = "aeiou";
	uint64_t spread = (LABEL_MAX - LABEL_MIN) / 2 + 1;
	size_t length = LABEL_MIN + random_below(state, spread) + random_below(state, spread);

	for (size_t i = 0; i < length; i++)
		label[i] = i % 2 == 0 ? consonants[random_below(state, sizeof(consonants) - 1)]
				      : vowels[random_below(state, sizeof(vowels) - 1)];
	label[length] = '\0';
}

static int
delegation_compare(const void *a, const void *b)
{
	const struct delegation *left = a, *right = b;

	return strcmp(left->label, right->label);
}

/* n delegations in canonical order, no label twice. */
static struct delegation *
delegations_make(size_t n)
{
	struct delegation *all = allocate(n, sizeof(*all));
	uint64_t state = n;
	size_t have = 0;

	while (have < n) {
		size_t kept = 0;

		for (; have < n; have++) {
			label_make(all[have].label, &state);
			all[have].secure = random_below(&state, 100) < SECURE_PERCENT;
			all[have].glue = random_below(&state, 100) < GLUE_PERCENT;
		}
		qsort(all, n, sizeof(*all), delegation_compare);
		for (size_t i = 0; i < n; i++)
			if (i == 0 || strcmp(all[i].label, all[kept - 1].label) != 0)
				all[kept++] = all[i];
		have = kept;
	}
	return all;
}

/* label.test. in wire form; "" is the apex. */
static size_t
owner_wire(const char *label, uint8_t *wire)
{
	size_t length = strlen(label), at = 0;

	if (length > 0) {
		wire[at++] = (uint8_t)length;
		memcpy(wire + at, label, length);
		at += length;
	}
	memcpy(wire + at, APEX_WIRE, APEX_WIRE_LEN);
	return at + APEX_WIRE_LEN;
}

/* ---- Keys and signatures ---- */

struct signer {
	EVP_PKEY *key;		       /* its public half is published */
	EVP_PKEY *others[DEVICES_MAX]; /* those of further devices */
	size_t n_others;
	uint8_t algorithm;
	uint16_t tag;
	uint8_t dnskey[RDATA_MAX]; /* RDATA */
	size_t dnskey_len;
	uint32_t inception, expiration;
};

static void
put16(uint8_t *octets, uint32_t value)
{
	octets[0] = (uint8_t)(value >> 8);
	octets[1] = (uint8_t)value;
}

static void
put32(uint8_t *octets, uint32_t value)
{
	put16(octets, value >> 16);
	put16(octets + 2, value & 0xffff);
}

/* RFC 3110 section 2, RFC 6605 section 4. */
static size_t
public_octets(const struct signer *signer, uint8_t *octets)
{
	uint8_t point[65];
	size_t length;
	BIGNUM *n = NULL;

	if (signer->algorithm == 13) {
		if (EVP_PKEY_get_octet_string_param(
			signer->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &length) != 1)
			die("public key");
		memcpy(octets, point + 1, length - 1);
		return length - 1;
	}
	if (EVP_PKEY_get_bn_param(signer->key, OSSL_PKEY_PARAM_RSA_N, &n) != 1)
		die("public key");
	memcpy(octets, "\3\1\0\1", 4);
	length = 4 + (size_t)BN_bn2bin(n, octets + 4);
	BN_free(n);
	return length;
}

/* RFC 4034 appendix B. */
static uint16_t
key_tag(const uint8_t *rdata, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += i % 2 == 0 ? (uint32_t)rdata[i] << 8 : rdata[i];
	return (uint16_t)(sum + (sum >> 16));
}

static EVP_PKEY *
key_generate(uint8_t algorithm)
{
	EVP_PKEY *key = algorithm == 13 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);

	if (key == NULL)
		die("key generation");
	return key;
}

static void
signer_make(struct signer *signer, uint8_t algorithm, uint16_t flags, size_t devices)
{
	time_t inception = time(NULL) - INCEPTION_AGO;

	signer->algorithm = algorithm;
	signer->key = key_generate(algorithm);
	for (signer->n_others = 0; signer->n_others + 1 < devices; signer->n_others++)
		signer->others[signer->n_others] = key_generate(algorithm);
	put16(signer->dnskey, flags);
	signer->dnskey[2] = 3;
	signer->dnskey[3] = algorithm;
	signer->dnskey_len = 4 + public_octets(signer, signer->dnskey + 4);
	signer->tag = key_tag(signer->dnskey, signer->dnskey_len);
	signer->inception = (uint32_t)inception;
	signer->expiration = (uint32_t)(inception + VALIDITY);
}

static void
signer_clear(struct signer *signer)
{
	EVP_PKEY_free(signer->key);
	for (size_t i = 0; i < signer->n_others; i++)
		EVP_PKEY_free(signer->others[i]);
}

static uint32_t
label_sum(const char *label)
{
	uint32_t sum = 0;

	for (; *label != '\0'; label++)
		sum = sum * 31 + (unsigned char)*label;
	return sum;
}

/* Signers spread expirations: up to a day earlier, by the name. */
static uint32_t
expiration_of(const struct signer *signer, const char *label)
{
	return signer->expiration - label_sum(label) % JITTER;
}

/* Whose turn it is, by the name: the apex is the published key's. */
static EVP_PKEY *
device_of(const struct signer *signer, const char *label)
{
	size_t turn = label_sum(label) % (signer->n_others + 1);

	return turn == 0 ? signer->key : signer->others[turn - 1];
}

static void
time_text(uint32_t when, char text[TIME_TEXT])
{
	time_t seconds = when;
	struct tm tm;

	strftime(text, TIME_TEXT, "%Y%m%d%H%M%S", gmtime_r(&seconds, &tm));
}

/* RFC 6605 section 4: both numbers, padded. */
static size_t
raw_ecdsa(uint8_t *signature, size_t length)
{
	const uint8_t *der = signature;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);

	if (pair == NULL)
		die("signature");
	BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + 32, 32);
	ECDSA_SIG_free(pair);
	return 64;
}

/* ---- Text in the style of dnssec-signzone ---- */

/* Base64 in lines of 56 characters below the record, then the closing parenthesis. */
static void
write_base64(FILE *out, const uint8_t *octets, size_t length)
{
	char text[(RDATA_MAX + 2) / 3 * 4 + 1];
	size_t n = (size_t)EVP_EncodeBlock((unsigned char *)text, octets, (int)length);

	for (size_t at = 0; at < n; at += 56)
		fprintf(out, "\t\t\t\t\t%.56s%s\n", text + at, n - at <= 56 ? " )" : "");
}

static void
write_hex(FILE *out, const uint8_t *octets, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < length; i++) {
		putc(digits[octets[i] >> 4], out);
		putc(digits[octets[i] & 15], out);
	}
}

struct rdata {
	uint8_t octets[RDATA_MAX];
	size_t length;
};

static int
rdata_compare(const struct rdata *a, const struct rdata *b)
{
	size_t n = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->octets, b->octets, n);

	return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* Signs the RRset at `label` (RFC 4034 section 3.1.8.1) and writes the RRSIG. */
static void
write_rrsig(FILE *out, const struct signer *signer, const char *label, uint16_t type,
    const char *type_text, uint32_t ttl, const struct rdata *set, size_t n)
{
	uint8_t input[SIGNED_RECORDS * (RDATA_MAX + 300) + 64], signature[SIGNATURE_MAX];
	uint8_t labels = *label == '\0' ? 1 : 2;
	uint32_t expiration = expiration_of(signer, label);
	char from[TIME_TEXT], to[TIME_TEXT];
	size_t at = 18 + APEX_WIRE_LEN, length = sizeof(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	put16(input, type);
	input[2] = signer->algorithm;
	input[3] = labels;
	put32(input + 4, ttl);
	put32(input + 8, expiration);
	put32(input + 12, signer->inception);
	put16(input + 16, signer->tag);
	memcpy(input + 18, APEX_WIRE, APEX_WIRE_LEN);
	for (size_t i = 0; i < n; i++) {
		at += owner_wire(label, input + at);
		put16(input + at, type);
		put16(input + at + 2, 1);
		put32(input + at + 4, ttl);
		put16(input + at + 8, (uint32_t)set[i].length);
		memcpy(input + at + 10, set[i].octets, set[i].length);
		at += 10 + set[i].length;
	}
	if (context == NULL ||
	    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, device_of(signer, label)) != 1 ||
	    EVP_DigestSign(context, signature, &length, input, at) != 1)
		die("signature");
	EVP_MD_CTX_free(context);
	if (signer->algorithm == 13)
		length = raw_ecdsa(signature, length);
	time_text(signer->inception, from);
	time_text(expiration, to);
	fprintf(out, "\t\t\t%u\tRRSIG\t%s %u %u %u (\n\t\t\t\t\t%s %s %u " APEX "\n", ttl,
	    type_text, signer->algorithm, labels, ttl, to, from, signer->tag);
	write_base64(out, signature, length);
}

/* ---- Delegations ---- */

/* NS records, for some the servers below the cut with their addresses, DS and its RRSIG. `next`:
 * the DS is another one. */
static void
write_delegation(
    FILE *out, const struct delegation *d, size_t index, const struct signer *zsk, bool next)
{
	uint64_t state = index * 2654435761U + 1;
	uint64_t firm = random_below(&state, HOSTING_FIRMS);
	struct rdata ds = {.length = 36};

	fprintf(out, "%s." APEX "\t\t%u\tIN NS\t", d->label, DELEGATION_TTL);
	if (d->glue)
		fprintf(out, "ns1.%s." APEX "\n\t\t\t%u\tIN NS\tns2.%s." APEX "\n", d->label,
		    DELEGATION_TTL, d->label);
	else
		fprintf(out,
		    "ns1.webhosting-%05u.example.net.\n\t\t\t%u\tIN "
		    "NS\tns2.webhosting-%05u.example.net.\n",
		    (unsigned)firm, DELEGATION_TTL, (unsigned)firm);
	if (d->secure) {
		put16(ds.octets, (uint32_t)random_below(&state, 65536));
		ds.octets[2] = 13;
		ds.octets[3] = 2;
		for (size_t i = 4; i < ds.length; i += 4)
			put32(ds.octets + i, (uint32_t)random_next(&state));
		ds.octets[4] ^= next ? 1 : 0;
		fprintf(out, "\t\t\t%u\tDS\t%u 13 2 (\n\t\t\t\t\t", DELEGATION_TTL,
		    (unsigned)(ds.octets[0] << 8 | ds.octets[1]));
		write_hex(out, ds.octets + 4, 28);
		fputs("\n\t\t\t\t\t", out);
		write_hex(out, ds.octets + 32, 4);
		fputs(" )\n", out);
		write_rrsig(out, zsk, d->label, TYPE_DS, "DS", DELEGATION_TTL, &ds, 1);
	}
	for (unsigned host = 1; d->glue && host <= 2; host++)
		fprintf(out, "ns%u.%s." APEX "\t\t%u\tIN A\t198.51.%u.%u\n", host, d->label,
		    DELEGATION_TTL, (unsigned)random_below(&state, 256),
		    (unsigned)random_below(&state, 256));
}

/* ---- NSEC3 ---- */

struct hashed {
	uint8_t hash[SHA_DIGEST_LENGTH];
	bool apex;
};

static int
hashed_compare(const void *a, const void *b)
{
	const struct hashed *left = a, *right = b;

	return memcmp(left->hash, right->hash, sizeof(left->hash));
}

/* RFC 5155 section 5 with no salt and no further iterations. */
static void
hash_name(const char *label, struct hashed *hashed)
{
	uint8_t wire[256];

	SHA1(wire, owner_wire(label, wire), hashed->hash);
	hashed->apex = *label == '\0';
}

/* RFC 4648 section 7. */
static void
base32hex(const uint8_t hash[SHA_DIGEST_LENGTH], char text[33])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

	for (size_t bit = 0, i = 0; i < 32; i++, bit += 5) {
		unsigned pair = (unsigned)hash[bit / 8] << 8;

		if (bit / 8 + 1 < SHA_DIGEST_LENGTH)
			pair |= hash[bit / 8 + 1];
		text[i] = digits[pair >> (11 - bit % 8) & 31];
	}
	text[32] = '\0';
}

/* The apex, and the secure delegations: the others are opted out. Sorted by hash. */
static struct hashed *
chain_make(const struct delegation *all, size_t n, size_t *length)
{
	struct hashed *chain = allocate(n + 1, sizeof(*chain));
	size_t at = 0;

	hash_name("", &chain[at++]);
	for (size_t i = 0; i < n; i++)
		if (all[i].secure)
			hash_name(all[i].label, &chain[at++]);
	qsort(chain, at, sizeof(*chain), hashed_compare);
	*length = at;
	return chain;
}

static void
write_nsec3(FILE *out, const struct hashed *chain, size_t n, size_t i, const struct signer *zsk)
{
	/* RFC 4034 section 4.1.2: NS SOA RRSIG DNSKEY NSEC3PARAM; NS DS RRSIG. */
	static const uint8_t bitmap_apex[] = {0, 7, 0x22, 0, 0, 0, 0, 0x02, 0x90};
	static const uint8_t bitmap_cut[] = {0, 6, 0x20, 0, 0, 0, 0, 0x12};
	const uint8_t *bitmap = chain[i].apex ? bitmap_apex : bitmap_cut;
	size_t bitmap_len = chain[i].apex ? sizeof(bitmap_apex) : sizeof(bitmap_cut);
	const struct hashed *next = &chain[i + 1 < n ? i + 1 : 0];
	struct rdata rdata = {.octets = {1, 1, 0, 0, 0, SHA_DIGEST_LENGTH}};
	char owner[33], next_text[33];

	memcpy(rdata.octets + 6, next->hash, SHA_DIGEST_LENGTH);
	memcpy(rdata.octets + 6 + SHA_DIGEST_LENGTH, bitmap, bitmap_len);
	rdata.length = 6 + SHA_DIGEST_LENGTH + bitmap_len;
	base32hex(chain[i].hash, owner);
	base32hex(next->hash, next_text);
	fprintf(out, "%s." APEX " %u IN NSEC3 1 1 0 - (\n\t\t\t\t\t%s\n\t\t\t\t\t%s )\n", owner,
	    NEGATIVE_TTL, next_text,
	    chain[i].apex ? "NS SOA RRSIG DNSKEY NSEC3PARAM" : "NS DS RRSIG");
	for (char *c = owner; *c != '\0'; c++)
		*c = (char)(*c >= 'A' ? *c + ('a' - 'A') : *c);
	write_rrsig(out, zsk, owner, TYPE_NSEC3, "NSEC3", NEGATIVE_TTL, &rdata, 1);
}

/* ---- Apex ---- */

static size_t
put_name(uint8_t *octets, const char *wire, size_t length)
{
	memcpy(octets, wire, length);
	return length;
}

static void
write_soa(FILE *out, const struct signer *zsk, uint32_t serial)
{
	static const char mname[] = "\3ns1\3nic\7example", rname[] = "\12hostmaster\3nic\7example";
	const uint32_t numbers[] = {serial, 7200, 3600, 604800, NEGATIVE_TTL};
	struct rdata rdata;
	size_t at = put_name(rdata.octets, mname, sizeof(mname));

	at += put_name(rdata.octets + at, rname, sizeof(rname));
	for (size_t i = 0; i < 5; i++, at += 4)
		put32(rdata.octets + at, numbers[i]);
	rdata.length = at;
	fprintf(out, APEX "\t\t\t%u\tIN SOA\tns1.nic.example. hostmaster.nic.example. (\n",
	    DELEGATION_TTL);
	for (size_t i = 0; i < 5; i++)
		fprintf(out, "\t\t\t\t\t%u\n", numbers[i]);
	fputs("\t\t\t\t\t)\n", out);
	write_rrsig(out, zsk, "", TYPE_SOA, "SOA", DELEGATION_TTL, &rdata, 1);
}

static void
write_apex_ns(FILE *out, const struct signer *zsk)
{
	static const char first[] = "\3ns1\3nic\7example", second[] = "\3ns2\3nic\7example";
	struct rdata set[2] = {{.length = sizeof(first)}, {.length = sizeof(second)}};

	memcpy(set[0].octets, first, sizeof(first));
	memcpy(set[1].octets, second, sizeof(second));
	fprintf(out, "\t\t\t%u\tNS\tns1.nic.example.\n\t\t\t%u\tNS\tns2.nic.example.\n",
	    DELEGATION_TTL, DELEGATION_TTL);
	write_rrsig(out, zsk, "", TYPE_NS, "NS", DELEGATION_TTL, set, 2);
}

static void
write_keys(FILE *out, const struct signer *ksk, const struct signer *zsk)
{
	const struct signer *signers[2] = {ksk, zsk};
	static const struct rdata nsec3param = {.octets = {1}, .length = 5};
	struct rdata set[2];

	for (size_t i = 0; i < 2; i++) {
		memcpy(set[i].octets, signers[i]->dnskey, signers[i]->dnskey_len);
		set[i].length = signers[i]->dnskey_len;
		fprintf(out, "\t\t\t%u\tDNSKEY\t%u 3 %u (\n", DNSKEY_TTL,
		    (unsigned)(set[i].octets[0] << 8 | set[i].octets[1]), signers[i]->algorithm);
		write_base64(out, set[i].octets + 4, set[i].length - 4);
	}
	if (rdata_compare(&set[0], &set[1]) > 0) {
		struct rdata swap = set[0];

		set[0] = set[1];
		set[1] = swap;
	}
	write_rrsig(out, ksk, "", TYPE_DNSKEY, "DNSKEY", DNSKEY_TTL, set, 2);
	fputs("\t\t\t0\tNSEC3PARAM 1 0 0 -\n", out);
	write_rrsig(out, zsk, "", TYPE_NSEC3PARAM, "NSEC3PARAM", 0, &nsec3param, 1);
}

/* RFC 4034 section 5.1.4, SHA-256. */
static void
write_ds(FILE *out, const struct signer *ksk)
{
	uint8_t input[APEX_WIRE_LEN + RDATA_MAX], digest[SHA256_DIGEST_LENGTH];

	memcpy(input, APEX_WIRE, APEX_WIRE_LEN);
	memcpy(input + APEX_WIRE_LEN, ksk->dnskey, ksk->dnskey_len);
	SHA256(input, APEX_WIRE_LEN + ksk->dnskey_len, digest);
	fprintf(out, APEX " 86400 IN DS %u %u 2 ", ksk->tag, ksk->algorithm);
	write_hex(out, digest, sizeof(digest));
	putc('\n', out);
}

/* ---- In parallel ---- */

struct work {
	const struct delegation *delegations; /* or the chain */
	const struct hashed *chain;
	size_t n; /* of all */
	size_t from, to;
	const struct signer *zsk;
	size_t every; /* of the next version; 0: there is none */
	char *text, *next;
	size_t length, next_length;
};

/* Writes item i; into `next`, when there is one, the same octets, or the changed delegation. */
static void
work_item(struct work *work, size_t i, FILE *out, FILE *next)
{
	size_t begin = work->length;

	if (work->delegations != NULL)
		write_delegation(out, &work->delegations[i], i, work->zsk, false);
	else
		write_nsec3(out, work->chain, work->n, i, work->zsk);
	if (next == NULL)
		return;
	if (fflush(out) != 0)
		die("out of memory");
	if (work->delegations != NULL && i % work->every == 0)
		write_delegation(next, &work->delegations[i], i, work->zsk, true);
	else
		fwrite(work->text + begin, 1, work->length - begin, next);
}

static void *
work_run(void *argument)
{
	struct work *work = argument;
	FILE *out = open_memstream(&work->text, &work->length), *next = NULL;

	if (work->every > 0)
		next = open_memstream(&work->next, &work->next_length);
	if (out == NULL || (next == NULL && work->every > 0))
		die("out of memory");
	for (size_t i = work->from; i < work->to; i++)
		work_item(work, i, out, next);
	if (fclose(out) != 0 || (next != NULL && fclose(next) != 0))
		die("out of memory");
	return NULL;
}

/* Runs all of `whole` in batches, one piece for each thread, and writes the pieces in order; those
 * of the next version to `next`, NULL when there is none. */
static void
work_in_parallel(FILE *out, FILE *next, const struct work *whole, size_t threads)
{
	for (size_t begin = 0; begin < whole->n; begin += BATCH) {
		size_t end = begin + BATCH < whole->n ? begin + BATCH : whole->n;
		struct work pieces[THREADS_MAX];
		pthread_t running[THREADS_MAX];

		for (size_t t = 0; t < threads; t++) {
			pieces[t] = *whole;
			pieces[t].from = begin + (end - begin) * t / threads;
			pieces[t].to = begin + (end - begin) * (t + 1) / threads;
			if (pthread_create(&running[t], NULL, work_run, &pieces[t]) != 0)
				die("cannot start a thread");
		}
		for (size_t t = 0; t < threads; t++) {
			pthread_join(running[t], NULL);
			fwrite(pieces[t].text, 1, pieces[t].length, out);
			free(pieces[t].text);
			if (next == NULL)
				continue;
			fwrite(pieces[t].next, 1, pieces[t].next_length, next);
			free(pieces[t].next);
		}
	}
}

static FILE *
open_file(const char *path)
{
	FILE *out = fopen(path, "w");

	if (out == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	return out;
}

static void
close_file(FILE *out, const char *path)
{
	if (ferror(out) || fclose(out) != 0) {
		perror(path);
		exit(EXIT_FAILURE);
	}
}

/* The apex: only the SOA differs in the next version. */
static void
write_apex(FILE *out, FILE *next, const struct signer *ksk, const struct signer *zsk)
{
	char *text = NULL;
	size_t length = 0;
	FILE *rest = open_memstream(&text, &length);

	if (rest == NULL)
		die("out of memory");
	write_apex_ns(rest, zsk);
	write_keys(rest, ksk, zsk);
	if (fclose(rest) != 0)
		die("out of memory");
	write_soa(out, zsk, SERIAL);
	fwrite(text, 1, length, out);
	if (next != NULL) {
		write_soa(next, zsk, SERIAL + 1);
		fwrite(text, 1, length, next);
	}
	free(text);
}

static void
generate(size_t n, uint8_t algorithm, size_t devices, const char *zone_path, const char *ds_path,
    const char *next_path, size_t every)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t threads = processors < 1		    ? 1
			 : processors > THREADS_MAX ? THREADS_MAX
						    : (size_t)processors;
	struct signer *ksk = allocate(1, sizeof(*ksk)), *zsk = allocate(1, sizeof(*zsk));
	struct delegation *all = delegations_make(n);
	size_t chain_length;
	struct hashed *chain = chain_make(all, n, &chain_length);
	FILE *out = open_file(zone_path), *next = next_path == NULL ? NULL : open_file(next_path);

	signer_make(ksk, algorithm, 257, 1);
	signer_make(zsk, algorithm, 256, devices);
	write_apex(out, next, ksk, zsk);
	work_in_parallel(out, next,
	    &(struct work){.delegations = all, .n = n, .zsk = zsk, .every = every}, threads);
	work_in_parallel(out, next,
	    &(struct work){.chain = chain, .n = chain_length, .zsk = zsk, .every = every}, threads);
	close_file(out, zone_path);
	if (next != NULL)
		close_file(next, next_path);
	out = open_file(ds_path);
	write_ds(out, ksk);
	close_file(out, ds_path);
	signer_clear(ksk);
	signer_clear(zsk);
	free(ksk);
	free(zsk);
	free(all);
	free(chain);
}

int
main(int argc, char **argv)
{
	bool ok = argc == 5 || argc == 7;
	long n = ok ? atol(argv[1]) : 0, every = argc == 7 ? atol(argv[6]) : 0;
	int algorithm = ok ? atoi(argv[2]) : 0;
	const char *x = ok ? strchr(argv[2], 'x') : NULL;
	int devices = x == NULL ? 1 : atoi(x + 1);

	if (n < 1 || (algorithm != 13 && algorithm != 8) || (argc == 7 && every < 1) ||
	    devices < 1 || devices > DEVICES_MAX) {
		fprintf(stderr, "usage: gen_zone N 13|8[xKEYS] ZONEFILE DSFILE [NEXTFILE EVERY]\n");
		return 2;
	}
	generate((size_t)n, (uint8_t)algorithm, (size_t)devices, argv[3], argv[4],
	    argc == 7 ? argv[5] : NULL, (size_t)every);
	return 0;
}
