/* The commands of case_zone.h. */
#include "case_zone.h"
#include "smith_internal.h"
#include "smith_rsa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/sha.h>

#define KEYS_MAX  16
#define WORDS_MAX 24
#define RSA_BITS  2048

#define INCEPTION  "20260525000000"
#define EXPIRATION "20260622000000"
/* The SOA's signature ends later than the others: not everything ends at one instant. */
#define SOA_EXPIRES_LATER 3600

static const char base_zone[] =
    "$ORIGIN " CASE_ORIGIN "\n$TTL 3600\n"
    "@ SOA ns1 hostmaster 2026060100 7200 3600 604800 3600\n"
    "@ NS ns1\n"
    "@ NS ns2.example.net.\n"
    "ns1 A 192.0.2.1\n"
    "www A 192.0.2.80\n"
    /* An insecure delegation with glue, and a secure one. */
    "sub NS ns1.sub\n"
    "ns1.sub A 192.0.2.53\n"
    "safe NS ns.example.net.\n"
    "safe DS 4711 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";

struct case_key {
	struct smith_key *key;
	bool published, signs;
};

struct case_zone {
	struct smith_zone *zone;
	struct case_key keys[KEYS_MAX];
	size_t n_keys;
	struct smith_signing signing;
	bool never_signed, one_expiry;
	bool sealed;	    /* signed, or never to be */
	struct bytes lines; /* text after the records */
	const char *where;  /* of the command that runs */
};

/* ---- Words ---- */

struct words {
	char *text; /* owned; cut into words */
	char *word[WORDS_MAX];
	size_t n;
	const char *line; /* after the command, whole */
};

static _Noreturn void
wrong(const struct case_zone *zone, const char *what, const char *word)
{
	smith_die("%s: %s: %s", zone->where, what, word);
}

static struct words
words_split(const char *line)
{
	struct words words = {.text = strdup(line), .line = line};
	char *rest = NULL;

	for (char *word = strtok_r(words.text, " \t", &rest); word != NULL && words.n < WORDS_MAX;
	     word = strtok_r(NULL, " \t", &rest))
		words.word[words.n++] = word;
	words.line += strcspn(line, " \t");
	words.line += strspn(words.line, " \t");
	return words;
}

/* The value of the option name=value from word `from` on, or NULL. */
static const char *
option(const struct words *words, size_t from, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = from; i < words->n; i++)
		if (strncmp(words->word[i], name, length) == 0 && words->word[i][length] == '=')
			return words->word[i] + length + 1;
	return NULL;
}

static bool
has_word(const struct words *words, size_t from, const char *word)
{
	for (size_t i = from; i < words->n; i++)
		if (strcmp(words->word[i], word) == 0)
			return true;
	return false;
}

static int64_t
option_number(const struct words *words, size_t from, const char *name, int64_t otherwise)
{
	const char *value = option(words, from, name);

	return value == NULL ? otherwise : strtoll(value, NULL, 10);
}

/* YYYYMMDDHHMMSS */
static int64_t
parse_time(const char *text)
{
	struct tm tm = {0};

	if (sscanf(text, "%4d%2d%2d%2d%2d%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		&tm.tm_min, &tm.tm_sec) != 6)
		smith_die("not a time: %s", text);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return timegm(&tm);
}

static ldns_rr_type
parse_type(const char *text)
{
	ldns_rr_type type = ldns_get_rr_type_by_name(text);

	if (type == 0)
		smith_die("not a type: %s", text);
	return type;
}

/* ---- Keys ---- */

static size_t
find_key(const struct case_zone *zone, const char *label)
{
	for (size_t i = 0; i < zone->n_keys; i++)
		if (strcmp(zone->keys[i].key->label, label) == 0)
			return i;
	wrong(zone, "no such key", label);
}

const struct smith_key *
case_zone_key(const struct case_zone *zone, const char *label)
{
	return zone->keys[find_key(zone, label)].key;
}

/* Publishes an RSA key with another exponent (RFC 3110 section 2); nothing can be signed by it. */
static void
set_exponent(struct smith_key *key, uint8_t exponent)
{
	size_t n;
	uint8_t *rdata = smith_rdata(key->dnskey, &n);
	ldns_rr *dnskey;

	/* Flags, protocol, algorithm; 3 octets 010001; modulus. */
	memmove(rdata + 6, rdata + 8, n - 8);
	rdata[4] = 1;
	rdata[5] = exponent;
	dnskey = smith_rr_wire(ldns_rr_owner(key->dnskey), LDNS_RR_TYPE_DNSKEY,
	    ldns_rr_ttl(key->dnskey), rdata, n - 2);
	free(rdata);
	ldns_rr_free(key->dnskey);
	key->dnskey = dnskey;
	key->tag = smith_key_tag(dnskey);
}

void
case_zone_add_key(struct case_zone *zone, struct smith_key *key, bool published, bool signs)
{
	if (zone->n_keys == KEYS_MAX)
		wrong(zone, "too many keys", key->label);
	zone->keys[zone->n_keys++] = (struct case_key){key, published, signs};
}

static void
add_key(struct case_zone *zone, const char *label, uint8_t algorithm, uint16_t flags,
    const struct words *words)
{
	unsigned bits = (unsigned)option_number(words, 4, "bits", RSA_BITS);
	int64_t exponent = option_number(words, 4, "exponent", 0);
	struct smith_key *key;

	if (algorithm == 5 || algorithm == 7 || algorithm == 8 || algorithm == 10)
		key = smith_rsa_make(CASE_ORIGIN, algorithm, flags, bits, label,
		    (int)option_number(words, 4, "tag", SMITH_NATURAL));
	else
		key = smith_key_make(CASE_ORIGIN, algorithm, flags, 0, label);
	if (exponent != 0)
		set_exponent(key, (uint8_t)exponent);
	smith_set_field(key->dnskey, DNSKEY_PROTOCOL,
	    (uint32_t)option_number(words, 4, "protocol", LDNS_DNSSEC_KEYPROTO));
	key->tag = smith_key_tag(key->dnskey);
	case_zone_add_key(zone, key, !has_word(words, 4, "hidden"), !has_word(words, 4, "idle"));
}

static void
command_key(struct case_zone *zone, const struct words *words)
{
	add_key(zone, words->word[1], (uint8_t)atoi(words->word[2]), (uint16_t)atoi(words->word[3]),
	    words);
}

static void
command_no_key(struct case_zone *zone, const struct words *words)
{
	struct case_key *key = &zone->keys[find_key(zone, words->word[1])];

	smith_key_free(key->key);
	*key = zone->keys[--zone->n_keys];
}

/* Keys that sign, or all of them. */
static struct smith_keys *
keys_of(const struct case_zone *zone, bool all)
{
	struct smith_keys *keys = smith_keys_new();

	for (size_t i = 0; i < zone->n_keys; i++)
		if (all || zone->keys[i].signs)
			smith_keys_add(keys, smith_key_copy(zone->keys[i].key));
	return keys;
}

/* ---- Before signing ---- */

static void
command_with(struct case_zone *zone, const struct words *words)
{
	smith_add(zone->zone, words->line);
}

static void
command_without(struct case_zone *zone, const struct words *words)
{
	ldns_rdf *owner = smith_name(zone->zone, words->word[1]);

	if (smith_remove_rrset(zone->zone, owner, parse_type(words->word[2])) == 0)
		wrong(zone, "no such RRset", words->word[1]);
	ldns_rdf_deep_free(owner);
}

static void
command_with_hosts(struct case_zone *zone, const struct words *words)
{
	char text[64];

	for (int i = 1; i <= atoi(words->word[1]); i++) {
		snprintf(text, sizeof(text), "host%d 3600 A 192.0.2.%d", i, i);
		smith_add(zone->zone, text);
	}
}

/* soa serial=N refresh=N retry=N expire=N minimum=N ttl=N */
static void
command_soa(struct case_zone *zone, const struct words *words)
{
	static const char *const names[] = {"serial", "refresh", "retry", "expire", "minimum"};
	ldns_rr *soa = smith_get(zone->zone, "@", LDNS_RR_TYPE_SOA);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		smith_set_field(soa, SOA_SERIAL + i,
		    (uint32_t)option_number(words, 1, names[i], smith_field(soa, SOA_SERIAL + i)));
	ldns_rr_set_ttl(soa, (uint32_t)option_number(words, 1, "ttl", ldns_rr_ttl(soa)));
}

/* flags iterations salt, from word `at` on. */
static struct smith_nsec3
parse_nsec3(const struct words *words, size_t at)
{
	struct smith_nsec3 nsec3 = SMITH_NSEC3_DEFAULT;
	const char *salt = words->word[at + 2];
	unsigned octet;

	nsec3.flags = (uint8_t)atoi(words->word[at]);
	nsec3.iterations = (uint16_t)atoi(words->word[at + 1]);
	nsec3.hash = (uint8_t)option_number(words, at, "hash", 1);
	for (; sscanf(salt, "%2x", &octet) == 1; salt += 2)
		nsec3.salt[nsec3.salt_length++] = (uint8_t)octet;
	return nsec3;
}

static void
command_denial(struct case_zone *zone, const struct words *words)
{
	if (strcmp(words->word[1], "none") == 0) {
		zone->signing.denial = SMITH_NO_DENIAL;
	} else if (words->n >= 5) {
		zone->signing.denial = SMITH_USE_NSEC3;
		zone->signing.nsec3 = parse_nsec3(words, 2);
	} else {
		wrong(zone, "none, or nsec3 FLAGS ITERATIONS SALT", words->word[1]);
	}
}

static void
command_times(struct case_zone *zone, const struct words *words)
{
	zone->signing.inception = parse_time(words->word[1]);
	zone->signing.expiration = parse_time(words->word[2]);
}

static void
command_one_expiry(struct case_zone *zone, const struct words *words)
{
	(void)words;
	zone->one_expiry = true;
}

static void
command_zonemd(struct case_zone *zone, const struct words *words)
{
	(void)words;
	zone->signing.zonemd = true;
}

static void
command_never_sign(struct case_zone *zone, const struct words *words)
{
	(void)words;
	zone->never_signed = true;
}

static void
command_cds(struct case_zone *zone, const struct words *words)
{
	smith_append(zone->zone, smith_cds(case_zone_key(zone, words->word[1])->dnskey, 2, 3600));
}

static void
command_cdnskey(struct case_zone *zone, const struct words *words)
{
	smith_append(zone->zone, smith_cdnskey(case_zone_key(zone, words->word[1])->dnskey, 3600));
}

/* ---- Signing ---- */

static void
seal(struct case_zone *zone)
{
	struct smith_keys *keys;

	if (zone->sealed)
		return;
	zone->sealed = true;
	if (zone->never_signed)
		return;
	keys = keys_of(zone, false);
	for (size_t i = 0; i < zone->n_keys; i++)
		if (zone->keys[i].published)
			smith_append(zone->zone, smith_key_record(zone->keys[i].key, 3600));
	zone->signing.keep_keys = true;
	smith_sign_zone(zone->zone, keys, &zone->signing);
	if (!zone->one_expiry) {
		struct smith_signing later = zone->signing;

		later.expiration += SOA_EXPIRES_LATER;
		smith_remove_rrsigs(zone->zone, zone->zone->origin, LDNS_RR_TYPE_SOA);
		smith_sign_rest(zone->zone, keys, &later);
		smith_zonemd_update(zone->zone, keys);
		smith_sort(zone->zone);
	}
	smith_keys_free(keys);
}

/* ---- After signing ---- */

/* Owner and type in the first two words after the command. */
struct place {
	ldns_rdf *owner;
	ldns_rr_type type;
};

static struct place
place_of(const struct case_zone *zone, const struct words *words)
{
	return (struct place){smith_name(zone->zone, words->word[1]), parse_type(words->word[2])};
}

static void
place_clear(struct place *place)
{
	ldns_rdf_deep_free(place->owner);
}

static void
resign(struct case_zone *zone, const ldns_rdf *owner, ldns_rr_type type)
{
	struct smith_keys *keys = keys_of(zone, true);

	if (smith_resign(zone->zone, keys, owner, type) == 0)
		wrong(zone, "nothing to sign again", "resign");
	smith_keys_free(keys);
}

static void
command_put(struct case_zone *zone, const struct words *words)
{
	smith_add(zone->zone, words->line);
}

static void
command_take(struct case_zone *zone, const struct words *words)
{
	struct place place = place_of(zone, words);

	if (smith_remove_rrset(zone->zone, place.owner, place.type) == 0)
		wrong(zone, "no such RRset", words->word[1]);
	place_clear(&place);
}

/* With a third word: only the RRSIGs of that algorithm. */
static void
command_unsign(struct case_zone *zone, const struct words *words)
{
	struct place place = place_of(zone, words);
	uint32_t algorithm = words->n > 3 ? (uint32_t)atoi(words->word[3]) : 0;
	size_t gone = 0, i = 0;

	while ((i = smith_find_rrsig(zone->zone, place.owner, place.type, i)) != SMITH_NONE) {
		if (algorithm == 0 ||
		    smith_field(zone->zone->rrs[i], RRSIG_ALGORITHM) == algorithm) {
			smith_remove(zone->zone, i);
			gone++;
		} else {
			i++;
		}
	}
	if (gone == 0)
		wrong(zone, "no such RRSIG", words->word[1]);
	place_clear(&place);
}

static void
command_resign(struct case_zone *zone, const struct words *words)
{
	struct place place = place_of(zone, words);

	resign(zone, place.owner, place.type);
	place_clear(&place);
}

/* The options of sign, from word 4 on. */
static struct smith_sig
parse_sig(const struct case_zone *zone, const struct words *words)
{
	const char *inception = option(words, 4, "inception");
	const char *expiration = option(words, 4, "expiration");
	struct smith_sig sig = SMITH_SIG(zone->signing.inception, zone->signing.expiration);

	if (inception != NULL)
		sig.inception = parse_time(inception);
	if (expiration != NULL)
		sig.expiration = parse_time(expiration);
	sig.ttl = option_number(words, 4, "ttl", SMITH_NATURAL);
	sig.original_ttl = option_number(words, 4, "original-ttl", SMITH_NATURAL);
	sig.labels = (int)option_number(words, 4, "labels", SMITH_NATURAL);
	sig.algorithm = (int)option_number(words, 4, "algorithm", SMITH_NATURAL);
	sig.tag = (int)option_number(words, 4, "tag", SMITH_NATURAL);
	return sig;
}

static void
command_sign(struct case_zone *zone, const struct words *words)
{
	const char *signer = option(words, 4, "signer");
	ldns_rdf *name = signer == NULL ? NULL : smith_name(zone->zone, signer);
	struct smith_sig sig = parse_sig(zone, words);
	int64_t times = option_number(words, 4, "times", 1);

	sig.signer = name;
	for (int64_t i = 0; i < times; i++, sig.expiration++)
		smith_add_rrsig(zone->zone, words->word[1], parse_type(words->word[2]),
		    case_zone_key(zone, words->word[3]), &sig);
	ldns_rdf_deep_free(name);
}

/* One bit of the last octet of the first RRSIG. */
static void
command_damage(struct case_zone *zone, const struct words *words)
{
	ldns_rr *rrsig = smith_get_rrsig(zone->zone, words->word[1], parse_type(words->word[2]));
	ldns_rdf *signature = ldns_rr_rdf(rrsig, RRSIG_SIGNATURE);

	ldns_rdf_data(signature)[ldns_rdf_size(signature) - 1] ^= 1;
}

/* The last record of the RRset only. */
static void
command_ttl_of_one(struct case_zone *zone, const struct words *words)
{
	struct place place = place_of(zone, words);
	ldns_rr *last = NULL;

	for (size_t i = 0; (i = smith_find(zone->zone, place.owner, place.type, i)) != SMITH_NONE;
	     i++)
		last = zone->zone->rrs[i];
	if (last == NULL)
		wrong(zone, "no such RRset", words->word[1]);
	ldns_rr_set_ttl(last, (uint32_t)strtoul(words->word[3], NULL, 10));
	place_clear(&place);
}

static void
command_ttl(struct case_zone *zone, const struct words *words)
{
	struct place place = place_of(zone, words);

	smith_set_ttl(
	    zone->zone, place.owner, place.type, (uint32_t)strtoul(words->word[3], NULL, 10));
	resign(zone, place.owner, place.type);
	place_clear(&place);
}

/* bitmap OWNER NSEC|NSEC3 +TYPE|-TYPE... */
static void
command_bitmap(struct case_zone *zone, const struct words *words)
{
	struct place place = place_of(zone, words);
	ldns_rr *rr = smith_get(zone->zone, words->word[1], place.type);

	for (size_t i = 3; i < words->n; i++)
		smith_bitmap_set(rr, parse_type(words->word[i] + 1), words->word[i][0] == '+');
	resign(zone, place.owner, place.type);
	place_clear(&place);
}

/* next OWNER NAME, of an NSEC */
static void
command_next(struct case_zone *zone, const struct words *words)
{
	ldns_rdf *owner = smith_name(zone->zone, words->word[1]);
	ldns_rdf *next = smith_name(zone->zone, words->word[2]);

	smith_set_name(smith_get(zone->zone, words->word[1], LDNS_RR_TYPE_NSEC), NSEC_NEXT, next);
	resign(zone, owner, LDNS_RR_TYPE_NSEC);
	ldns_rdf_deep_free(owner);
	ldns_rdf_deep_free(next);
}

/* strip TYPE: everywhere. */
static void
command_strip(struct case_zone *zone, const struct words *words)
{
	if (smith_remove_rrset(zone->zone, NULL, parse_type(words->word[1])) == 0)
		wrong(zone, "no such records", words->word[1]);
}

/*
 * in-turn TAG KEY...: everything but the DNSKEY RRset is signed anew, by one key after the other,
 * and all signatures say TAG: what a signer does that takes devices for equal.
 */
static void
command_in_turn(struct case_zone *zone, const struct words *words)
{
	size_t turn = 0, keys = words->n - 2, n;

	for (size_t i = 0; (i = smith_find_rrsig(zone->zone, NULL, 0, i)) != SMITH_NONE;) {
		if (smith_covered(zone->zone->rrs[i]) == LDNS_RR_TYPE_DNSKEY)
			i++;
		else
			smith_remove(zone->zone, i);
	}
	n = zone->zone->n;
	for (size_t i = 0; i < n; i++) {
		ldns_rdf *owner = ldns_rdf_clone(ldns_rr_owner(zone->zone->rrs[i]));
		ldns_rr_type type = ldns_rr_get_type(zone->zone->rrs[i]);
		struct smith_sig sig =
		    SMITH_SIG(zone->signing.inception, zone->signing.expiration + (int64_t)turn);

		sig.tag = atoi(words->word[1]);
		if (smith_must_be_signed(zone->zone, owner, type) &&
		    smith_find_rrsig(zone->zone, owner, type, 0) == SMITH_NONE)
			smith_append(zone->zone,
			    smith_sign_rrset(zone->zone, owner, type,
				case_zone_key(zone, words->word[2 + turn++ % keys]), &sig));
		ldns_rdf_deep_free(owner);
	}
	smith_sort(zone->zone);
}

/* replace RECORD: in place of the RRset, signed again. */
static void
command_replace(struct case_zone *zone, const struct words *words)
{
	ldns_rr *rr = smith_rr(zone->zone, words->line);

	smith_remove_rrset(zone->zone, ldns_rr_owner(rr), ldns_rr_get_type(rr));
	smith_append(zone->zone, rr);
	resign(zone, ldns_rr_owner(rr), ldns_rr_get_type(rr));
}

/* nsec3-flags OWNER|* FLAGS [stale]: not signed again */
static void
command_nsec3_flags(struct case_zone *zone, const struct words *words)
{
	bool all = strcmp(words->word[1], "*") == 0, stale = has_word(words, 3, "stale");
	ldns_rdf *owner = all ? NULL : smith_name(zone->zone, words->word[1]);

	for (size_t i = 0; (i = smith_find(zone->zone, owner, LDNS_RR_TYPE_NSEC3, i)) != SMITH_NONE;
	     i++) {
		smith_set_field(zone->zone->rrs[i], NSEC3_FLAGS, (uint32_t)atoi(words->word[2]));
		if (!stale)
			resign(zone, ldns_rr_owner(zone->zone->rrs[i]), LDNS_RR_TYPE_NSEC3);
	}
	ldns_rdf_deep_free(owner);
}

/* unlink OWNER [keep]: the NSEC3 goes, the one that named it names the one after it. */
static void
command_unlink(struct case_zone *zone, const struct words *words)
{
	ldns_rdf *owner = smith_name(zone->zone, words->word[1]);
	ldns_rr *gone = smith_get(zone->zone, words->word[1], LDNS_RR_TYPE_NSEC3);
	ldns_rdf *next = ldns_rdf_clone(ldns_rr_rdf(gone, NSEC3_NEXT));
	uint8_t label[64];
	int n = ldns_b32_pton_extended_hex(
	    (const char *)ldns_rdf_data(owner) + 1, ldns_rdf_data(owner)[0], label, sizeof(label));

	for (size_t i = 0; (i = smith_find(zone->zone, NULL, LDNS_RR_TYPE_NSEC3, i)) != SMITH_NONE;
	     i++) {
		ldns_rr *rr = zone->zone->rrs[i];
		const ldns_rdf *field = ldns_rr_rdf(rr, NSEC3_NEXT);

		if (n <= 0 || ldns_rdf_size(field) != (size_t)n + 1 ||
		    memcmp(ldns_rdf_data(field) + 1, label, (size_t)n) != 0)
			continue;
		ldns_rdf_deep_free(ldns_rr_set_rdf(rr, next, NSEC3_NEXT));
		if (!has_word(words, 2, "keep")) {
			smith_remove_rrsigs(zone->zone, owner, LDNS_RR_TYPE_NSEC3);
			smith_remove_rrset(zone->zone, owner, LDNS_RR_TYPE_NSEC3);
		}
		resign(zone, ldns_rr_owner(rr), LDNS_RR_TYPE_NSEC3);
		ldns_rdf_deep_free(owner);
		return;
	}
	wrong(zone, "no NSEC3 names", words->word[1]);
}

/* chain FLAGS ITERATIONS SALT [param]: one more NSEC3 chain. */
static void
command_chain(struct case_zone *zone, const struct words *words)
{
	struct smith_nsec3 nsec3 = parse_nsec3(words, 1);
	struct smith_keys *keys = keys_of(zone, false);

	smith_add_nsec3(zone->zone, &nsec3, has_word(words, 4, "param"));
	if (has_word(words, 4, "param"))
		resign(zone, zone->zone->origin, LDNS_RR_TYPE_NSEC3PARAM);
	smith_sign_rest(zone->zone, keys, &zone->signing);
	smith_keys_free(keys);
}

/* relabel FROM TO: another algorithm number in all DNSKEY and RRSIG records, the tags following. */
static void
command_relabel(struct case_zone *zone, const struct words *words)
{
	uint32_t from = (uint32_t)atoi(words->word[1]), to = (uint32_t)atoi(words->word[2]);

	for (size_t i = 0; (i = smith_find(zone->zone, NULL, LDNS_RR_TYPE_DNSKEY, i)) != SMITH_NONE;
	     i++) {
		ldns_rr *dnskey = zone->zone->rrs[i];
		uint16_t tag = smith_key_tag(dnskey);

		if (smith_field(dnskey, DNSKEY_ALGORITHM) != from)
			continue;
		smith_set_field(dnskey, DNSKEY_ALGORITHM, to);
		for (size_t k = 0; (k = smith_find_rrsig(zone->zone, NULL, 0, k)) != SMITH_NONE;
		     k++) {
			ldns_rr *rrsig = zone->zone->rrs[k];

			if (smith_field(rrsig, RRSIG_TAG) != tag ||
			    smith_field(rrsig, RRSIG_ALGORITHM) != from)
				continue;
			smith_set_field(rrsig, RRSIG_ALGORITHM, to);
			smith_set_field(rrsig, RRSIG_TAG, smith_key_tag(dnskey));
		}
	}
}

/* zonemd-serial N: in the ZONEMD, signed again. */
static void
command_zonemd_serial(struct case_zone *zone, const struct words *words)
{
	smith_set_field(smith_get(zone->zone, "@", LDNS_RR_TYPE_ZONEMD), ZONEMD_SERIAL,
	    (uint32_t)strtoul(words->word[1], NULL, 10));
	resign(zone, zone->zone->origin, LDNS_RR_TYPE_ZONEMD);
}

static void
command_line(struct case_zone *zone, const struct words *words)
{
	bytes_add(&zone->lines, words->line, strlen(words->line));
	bytes_add(&zone->lines, "\n", 1);
}

enum stage { BEFORE, AFTER };

static const struct command {
	const char *name;
	enum stage stage;
	size_t words; /* at least, the command included */
	void (*run)(struct case_zone *zone, const struct words *words);
} commands[] = {
    {"with", BEFORE, 3, command_with},
    {"with-hosts", BEFORE, 2, command_with_hosts},
    {"without", BEFORE, 3, command_without},
    {"soa", BEFORE, 2, command_soa},
    {"key", BEFORE, 4, command_key},
    {"no-key", BEFORE, 2, command_no_key},
    {"denial", BEFORE, 2, command_denial},
    {"times", BEFORE, 3, command_times},
    {"one-expiry", BEFORE, 1, command_one_expiry},
    {"zonemd", BEFORE, 1, command_zonemd},
    {"never-sign", BEFORE, 1, command_never_sign},
    {"cds", BEFORE, 2, command_cds},
    {"cdnskey", BEFORE, 2, command_cdnskey},
    {"put", AFTER, 3, command_put},
    {"take", AFTER, 3, command_take},
    {"unsign", AFTER, 3, command_unsign},
    {"resign", AFTER, 3, command_resign},
    {"sign", AFTER, 4, command_sign},
    {"damage", AFTER, 3, command_damage},
    {"ttl-of-one", AFTER, 4, command_ttl_of_one},
    {"ttl", AFTER, 4, command_ttl},
    {"bitmap", AFTER, 4, command_bitmap},
    {"next", AFTER, 3, command_next},
    {"replace", AFTER, 4, command_replace},
    {"strip", AFTER, 2, command_strip},
    {"in-turn", AFTER, 3, command_in_turn},
    {"nsec3-flags", AFTER, 3, command_nsec3_flags},
    {"unlink", AFTER, 2, command_unlink},
    {"chain", AFTER, 4, command_chain},
    {"relabel", AFTER, 3, command_relabel},
    {"zonemd-serial", AFTER, 2, command_zonemd_serial},
    {"line", AFTER, 1, command_line},
};

bool
case_zone_command(struct case_zone *zone, const char *line, const char *where)
{
	const struct command *command = NULL;
	struct words words;
	char *expanded;

	zone->where = where;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		size_t length = strlen(commands[i].name);

		if (strncmp(line, commands[i].name, length) == 0 &&
		    (line[length] == ' ' || line[length] == '\0'))
			command = &commands[i];
	}
	if (command == NULL)
		return false;
	if (command->stage == AFTER)
		seal(zone);
	else if (zone->sealed)
		wrong(zone, "the zone is signed already", line);
	expanded = case_zone_expand(zone, line);
	words = words_split(expanded);
	if (words.n < command->words)
		wrong(zone, "words are missing", line);
	command->run(zone, &words);
	free(words.text);
	free(expanded);
	return true;
}

/* ---- Replacements ---- */

static void
expand_hash(struct case_zone *zone, const char *name, struct bytes *out)
{
	ldns_rdf *owner = smith_name(zone->zone, name);
	struct smith_nsec3 nsec3 = smith_nsec3_of(zone->zone);
	ldns_rdf *hashed = smith_nsec3_owner(zone->zone, owner, &nsec3);

	bytes_add(out, ldns_rdf_data(hashed) + 1, ldns_rdf_data(hashed)[0]);
	ldns_rdf_deep_free(hashed);
	ldns_rdf_deep_free(owner);
}

static void
expand_sha256(const struct smith_key *key, struct bytes *out)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	char hex[3];
	size_t n;
	uint8_t *rdata = smith_rdata(key->dnskey, &n);

	SHA256(rdata, n, digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		snprintf(hex, sizeof(hex), "%02x", digest[i]);
		bytes_add(out, hex, 2);
	}
	free(rdata);
}

/* One replacement: "tag ksk". */
static void
expand(struct case_zone *zone, const char *what, struct bytes *out)
{
	char kind[16], name[256], number[16];

	if (sscanf(what, "%15s %255s", kind, name) != 2) {
		wrong(zone, "cannot be replaced", what);
	} else if (strcmp(kind, "hash") == 0) {
		expand_hash(zone, name, out);
	} else if (strcmp(kind, "sha256") == 0) {
		expand_sha256(case_zone_key(zone, name), out);
	} else if (strcmp(kind, "tag") == 0) {
		snprintf(number, sizeof(number), "%u", case_zone_key(zone, name)->tag);
		bytes_add(out, number, strlen(number));
	} else {
		wrong(zone, "cannot be replaced", what);
	}
}

char *
case_zone_expand(struct case_zone *zone, const char *text)
{
	struct bytes out = {0};

	while (*text != '\0') {
		size_t plain = strcspn(text, "{");

		bytes_add(&out, text, plain);
		text += plain;
		if (*text == '{') {
			size_t length = strcspn(text, "}");
			char *what = strndup(text + 1, length - 1);

			expand(zone, what, &out);
			free(what);
			text += length + (text[length] == '}');
		}
	}
	bytes_add(&out, "", 1);
	return (char *)out.data;
}

/* ---- The whole ---- */

struct case_zone *
case_zone_from(const char *origin, const char *records)
{
	struct case_zone *zone = smith_allocate(sizeof(*zone));

	memset(zone, 0, sizeof(*zone));
	zone->where = "base zone";
	zone->zone = smith_zone_parse(records, origin);
	zone->signing.inception = parse_time(INCEPTION);
	zone->signing.expiration = parse_time(EXPIRATION);
	zone->signing.denial = SMITH_USE_NSEC;
	return zone;
}

struct case_zone *
case_zone_new(void)
{
	struct case_zone *zone = case_zone_from(CASE_ORIGIN, base_zone);
	struct words none = {0};

	add_key(zone, "ksk", 15, SMITH_KSK, &none);
	add_key(zone, "zsk", 15, SMITH_ZSK, &none);
	return zone;
}

void
case_zone_free(struct case_zone *zone)
{
	if (zone == NULL)
		return;
	for (size_t i = 0; i < zone->n_keys; i++)
		smith_key_free(zone->keys[i].key);
	smith_zone_free(zone->zone);
	free(zone->lines.data);
	free(zone);
}

char *
case_zone_text(struct case_zone *zone)
{
	struct bytes out = {0};
	size_t length;
	char *records;

	seal(zone);
	records = smith_zone_text(zone->zone, &length);
	bytes_add(&out, records, length);
	free(records);
	bytes_add(&out, zone->lines.data, zone->lines.n);
	bytes_add(&out, "", 1);
	return (char *)out.data;
}
