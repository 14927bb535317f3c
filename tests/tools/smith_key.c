/* Keys: making, reading, writing them; their DNSKEY and DS records. */
#include "smith_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "smith_key.h"

#define RSA_BITS_DEFAULT 2048
#define LINE_MAX_OCTETS	 8192

/* The fields of an RSA private key: BIND's name, libcrypto's name. */
static const struct {
	const char *label;
	const char *parameter;
} rsa_fields[] = {
    {"Modulus", OSSL_PKEY_PARAM_RSA_N},
    {"PublicExponent", OSSL_PKEY_PARAM_RSA_E},
    {"PrivateExponent", OSSL_PKEY_PARAM_RSA_D},
    {"Prime1", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"Prime2", OSSL_PKEY_PARAM_RSA_FACTOR2},
    {"Exponent1", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"Exponent2", OSSL_PKEY_PARAM_RSA_EXPONENT2},
    {"Coefficient", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};
#define N_RSA_FIELDS (sizeof(rsa_fields) / sizeof(rsa_fields[0]))

static const struct smith_algorithm algorithms[] = {
    {5, SMITH_RSA, "RSASHA1", "SHA1", 0, NULL, 0},
    {7, SMITH_RSA, "NSEC3RSASHA1", "SHA1", 0, NULL, 0},
    {8, SMITH_RSA, "RSASHA256", "SHA256", 0, NULL, 0},
    {10, SMITH_RSA, "RSASHA512", "SHA512", 0, NULL, 0},
    {13, SMITH_ECDSA, "ECDSAP256SHA256", "SHA256", 32, "P-256", 0},
    {14, SMITH_ECDSA, "ECDSAP384SHA384", "SHA384", 48, "P-384", 0},
    {15, SMITH_EDDSA, "ED25519", NULL, 32, NULL, EVP_PKEY_ED25519},
    {16, SMITH_EDDSA, "ED448", NULL, 57, NULL, EVP_PKEY_ED448},
};

const struct smith_algorithm *
smith_algorithm(uint8_t number)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (algorithms[i].number == number)
			return &algorithms[i];
	smith_die("algorithm %u is not known", number);
}

/* ---- libcrypto keys from numbers ---- */

/* A key of `type` from parameters; the builder is freed. */
static EVP_PKEY *
key_from_data(const char *type, OSSL_PARAM_BLD *builder, int selection)
{
	OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, selection, parameters) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

/* numbers[i] belongs to rsa_fields[i]; the first two make a public key. Frees the numbers. */
static EVP_PKEY *
rsa_from_numbers(BIGNUM **numbers, size_t n)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY *key;

	for (size_t i = 0; i < n; i++)
		if (numbers[i] == NULL ||
		    OSSL_PARAM_BLD_push_BN(builder, rsa_fields[i].parameter, numbers[i]) != 1)
			smith_die("RSA key: field %s is missing", rsa_fields[i].label);
	key = key_from_data("RSA", builder, n == 2 ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR);
	for (size_t i = 0; i < n; i++)
		BN_free(numbers[i]);
	return key;
}

/* `point`: 04, X, Y. `scalar` NULL: a public key. */
static EVP_PKEY *
ec_from_numbers(const char *curve, const uint8_t *point, size_t n, const BIGNUM *scalar)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();

	OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
	OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, n);
	if (scalar != NULL)
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar);
	return key_from_data(
	    "EC", builder, scalar == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR);
}

/* The pair whose private scalar is the octets modulo the order of the curve. */
static EVP_PKEY *
ec_from_scalar(const struct smith_algorithm *algorithm, const uint8_t *octets, size_t n)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(algorithm->curve));
	BIGNUM *scalar = BN_bin2bn(octets, (int)n, NULL);
	BN_CTX *context = BN_CTX_new();
	EC_POINT *point;
	uint8_t encoded[1 + 2 * 66];
	size_t length;
	EVP_PKEY *key;

	if (group == NULL || scalar == NULL || context == NULL ||
	    BN_mod(scalar, scalar, EC_GROUP_get0_order(group), context) != 1 || BN_is_zero(scalar))
		smith_die("not a scalar of %s", algorithm->curve);
	point = EC_POINT_new(group);
	EC_POINT_mul(group, point, scalar, NULL, NULL, context);
	length = EC_POINT_point2oct(
	    group, point, POINT_CONVERSION_UNCOMPRESSED, encoded, sizeof(encoded), context);
	key = ec_from_numbers(algorithm->curve, encoded, length, scalar);
	EC_POINT_free(point);
	BN_CTX_free(context);
	BN_free(scalar);
	EC_GROUP_free(group);
	return key;
}

/* ---- DNSKEY public key fields ---- */

/* RFC 3110 section 2. */
static void
rsa_public_octets(const EVP_PKEY *key, struct bytes *octets)
{
	BIGNUM *e = NULL, *n = NULL;
	uint8_t number[1024];
	int length;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1 ||
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) != 1 || BN_num_bytes(e) > 255 ||
	    BN_num_bytes(n) > (int)sizeof(number))
		smith_die("not an RSA key of a size that is supported");
	length = BN_bn2bin(e, number);
	bytes_add_number(octets, (uint32_t)length, 1);
	bytes_add(octets, number, (size_t)length);
	length = BN_bn2bin(n, number);
	bytes_add(octets, number, (size_t)length);
	BN_free(e);
	BN_free(n);
}

/* RFC 3110, 6605 section 4, 8080 section 3. False: the key is of another kind. */
static bool
public_octets(const EVP_PKEY *key, const struct smith_algorithm *algorithm, struct bytes *octets)
{
	uint8_t encoded[1 + 2 * 66];
	size_t length = sizeof(encoded);

	switch (algorithm->kind) {
	case SMITH_RSA:
		if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
			return false;
		rsa_public_octets(key, octets);
		return true;
	case SMITH_ECDSA:
		if (EVP_PKEY_get_octet_string_param(
			key, OSSL_PKEY_PARAM_PUB_KEY, encoded, length, &length) != 1 ||
		    length != 1 + 2 * algorithm->size || encoded[0] != 4)
			return false;
		bytes_add(octets, encoded + 1, length - 1);
		return true;
	case SMITH_EDDSA:
		if (EVP_PKEY_get_base_id(key) != algorithm->id ||
		    EVP_PKEY_get_raw_public_key(key, encoded, &length) != 1)
			return false;
		bytes_add(octets, encoded, length);
		return true;
	}
	return false;
}

/* RFC 3110 section 2: one octet of exponent length, or a zero and two. */
static EVP_PKEY *
rsa_public_key(struct octets field)
{
	size_t at = 1, e_length = field.n > 0 ? field.data[0] : 0;
	BIGNUM *numbers[2];

	if (e_length == 0 && field.n > 3) {
		e_length = (size_t)(field.data[1] << 8 | field.data[2]);
		at = 3;
	}
	if (e_length == 0 || at + e_length >= field.n)
		return NULL;
	numbers[0] = BN_bin2bn(field.data + at + e_length, (int)(field.n - at - e_length), NULL);
	numbers[1] = BN_bin2bn(field.data + at, (int)e_length, NULL);
	return rsa_from_numbers(numbers, 2);
}

EVP_PKEY *
smith_public_key(const ldns_rr *dnskey)
{
	const struct smith_algorithm *algorithm =
	    smith_algorithm((uint8_t)smith_field(dnskey, DNSKEY_ALGORITHM));
	struct octets field = field_octets(dnskey, DNSKEY_KEY);
	uint8_t point[1 + 2 * 66] = {4};

	switch (algorithm->kind) {
	case SMITH_RSA:
		return rsa_public_key(field);
	case SMITH_ECDSA:
		if (field.n != 2 * algorithm->size)
			return NULL;
		memcpy(point + 1, field.data, field.n);
		return ec_from_numbers(algorithm->curve, point, 1 + field.n, NULL);
	case SMITH_EDDSA:
		return EVP_PKEY_new_raw_public_key(algorithm->id, NULL, field.data, field.n);
	}
	return NULL;
}

/* ---- Keys ---- */

uint16_t
smith_key_tag(const ldns_rr *dnskey)
{
	return ldns_calc_keytag(dnskey);
}

/* Takes `private_key`. */
static struct smith_key *
key_new(const ldns_rdf *origin, uint8_t algorithm, uint16_t flags, EVP_PKEY *private_key,
    const char *label)
{
	struct smith_key *key = smith_allocate(sizeof(*key));
	struct bytes rdata = {0};

	if (private_key == NULL)
		smith_die("%s: no key", label);
	bytes_add_number(&rdata, flags, 2);
	bytes_add_number(&rdata, LDNS_DNSSEC_KEYPROTO, 1);
	bytes_add_number(&rdata, algorithm, 1);
	if (!public_octets(private_key, smith_algorithm(algorithm), &rdata))
		smith_die("%s: not a key of algorithm %u", label, algorithm);
	key->private_key = private_key;
	key->dnskey = smith_rr_wire(origin, LDNS_RR_TYPE_DNSKEY, 3600, rdata.data, rdata.n);
	key->algorithm = algorithm;
	key->tag = smith_key_tag(key->dnskey);
	key->label = strdup(label);
	free(rdata.data);
	return key;
}

struct smith_key *
smith_key_make(const char *origin, uint8_t number, uint16_t flags, unsigned bits, const char *label)
{
	const struct smith_algorithm *algorithm = smith_algorithm(number);
	ldns_rdf *name = ldns_dname_new_frm_str(origin);
	uint8_t seed[SHA512_DIGEST_LENGTH];
	EVP_PKEY *private_key = NULL;
	struct smith_key *key;

	SHA512((const uint8_t *)label, strlen(label), seed);
	if (algorithm->kind == SMITH_RSA)
		private_key = EVP_RSA_gen(bits == 0 ? RSA_BITS_DEFAULT : bits);
	else if (algorithm->kind == SMITH_ECDSA)
		private_key = ec_from_scalar(algorithm, seed, sizeof(seed));
	else
		private_key =
		    EVP_PKEY_new_raw_private_key(algorithm->id, NULL, seed, algorithm->size);
	key = key_new(name, number, flags, private_key, label);
	ldns_rdf_deep_free(name);
	return key;
}

void
smith_key_free(struct smith_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->private_key);
	ldns_rr_free(key->dnskey);
	free(key->label);
	free(key);
}

struct smith_key *
smith_key_copy(const struct smith_key *key)
{
	struct smith_key *copy = smith_allocate(sizeof(*copy));

	*copy = *key;
	EVP_PKEY_up_ref(copy->private_key);
	copy->dnskey = ldns_rr_clone(key->dnskey);
	copy->label = strdup(key->label);
	return copy;
}

void
smith_key_set_flags(struct smith_key *key, uint16_t flags)
{
	smith_set_field(key->dnskey, DNSKEY_FLAGS, flags);
	key->tag = smith_key_tag(key->dnskey);
}

ldns_rr *
smith_key_record(const struct smith_key *key, uint32_t ttl)
{
	ldns_rr *rr = ldns_rr_clone(key->dnskey);

	ldns_rr_set_ttl(rr, ttl);
	return rr;
}

/* ---- BIND's files ---- */

/* The octets of a base64 value, freed by the caller. */
static struct bytes
decode_base64(const char *text)
{
	struct bytes octets = {0};
	size_t length = strlen(text);
	int n;

	octets.data = smith_allocate(length);
	n = EVP_DecodeBlock(octets.data, (const uint8_t *)text, (int)length);
	if (n < 0)
		smith_die("'%.20s...' is not base64", text);
	octets.n = (size_t)n;
	while (length > 0 && text[length - 1] == '=') {
		octets.n--;
		length--;
	}
	return octets;
}

/* What a *.private file says. */
struct private_file {
	unsigned algorithm;
	BIGNUM *numbers[N_RSA_FIELDS];
	struct bytes private_key;
};

static void
read_private_line(struct private_file *file, char *line)
{
	char *value = strstr(line, ": ");
	struct bytes octets;

	line[strcspn(line, "\r\n")] = '\0';
	if (value == NULL)
		return;
	*value = '\0';
	value += 2;
	if (strcmp(line, "Algorithm") == 0)
		file->algorithm = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(line, "PrivateKey") == 0)
		file->private_key = decode_base64(value);
	for (size_t i = 0; i < N_RSA_FIELDS; i++)
		if (strcmp(line, rsa_fields[i].label) == 0) {
			octets = decode_base64(value);
			file->numbers[i] = BN_bin2bn(octets.data, (int)octets.n, NULL);
			free(octets.data);
		}
}

/* Reads a *.private file; the algorithm is stored. */
static EVP_PKEY *
read_private(const char *path, unsigned *algorithm)
{
	FILE *stream = fopen(path, "r");
	struct private_file file = {0};
	char line[LINE_MAX_OCTETS];
	EVP_PKEY *key = NULL;

	if (stream == NULL)
		smith_die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), stream) != NULL)
		read_private_line(&file, line);
	fclose(stream);
	*algorithm = file.algorithm;
	switch (smith_algorithm((uint8_t)file.algorithm)->kind) {
	case SMITH_RSA:
		key = rsa_from_numbers(file.numbers, N_RSA_FIELDS);
		break;
	case SMITH_ECDSA:
		key = ec_from_scalar(smith_algorithm((uint8_t)file.algorithm),
		    file.private_key.data, file.private_key.n);
		break;
	case SMITH_EDDSA:
		key = EVP_PKEY_new_raw_private_key(smith_algorithm((uint8_t)file.algorithm)->id,
		    NULL, file.private_key.data, file.private_key.n);
		break;
	}
	free(file.private_key.data);
	return key;
}

struct smith_key *
smith_key_read(const char *base, const char *origin)
{
	char path[4096];
	struct smith_zone *zone;
	EVP_PKEY *private_key;
	unsigned algorithm;
	ldns_rdf *name;
	struct smith_key *key;

	snprintf(path, sizeof(path), "%s.key", base);
	zone = smith_zone_read(path, origin == NULL ? "." : origin);
	if (zone->n != 1 || ldns_rr_get_type(zone->rrs[0]) != LDNS_RR_TYPE_DNSKEY)
		smith_die("%s: not one DNSKEY record", path);
	snprintf(path, sizeof(path), "%s.private", base);
	private_key = read_private(path, &algorithm);
	name = origin == NULL ? ldns_rdf_clone(ldns_rr_owner(zone->rrs[0]))
			      : ldns_dname_new_frm_str(origin);
	key = key_new(name, (uint8_t)algorithm, (uint16_t)smith_field(zone->rrs[0], DNSKEY_FLAGS),
	    private_key, base);
	ldns_rdf_deep_free(name);
	smith_zone_free(zone);
	return key;
}

static void
print_base64(FILE *stream, const char *label, const uint8_t *octets, size_t n)
{
	uint8_t *text = smith_allocate(n / 3 * 4 + 5);

	EVP_EncodeBlock(text, octets, (int)n);
	fprintf(stream, "%s: %s\n", label, (const char *)text);
	free(text);
}

static void
print_number(FILE *stream, const char *label, const EVP_PKEY *key, const char *parameter, int size)
{
	BIGNUM *number = NULL;
	uint8_t octets[1024];

	if (EVP_PKEY_get_bn_param(key, parameter, &number) != 1)
		smith_die("no %s in the key", label);
	if (size == 0)
		size = BN_num_bytes(number);
	BN_bn2binpad(number, octets, size);
	print_base64(stream, label, octets, (size_t)size);
	BN_free(number);
}

/* The fields of the private key in BIND's form. */
static void
print_private(FILE *stream, const struct smith_key *key)
{
	const struct smith_algorithm *algorithm = smith_algorithm(key->algorithm);
	uint8_t octets[64];
	size_t length = sizeof(octets);

	fprintf(stream, "Private-key-format: v1.3\nAlgorithm: %u (%s)\n", key->algorithm,
	    algorithm->name);
	if (algorithm->kind == SMITH_EDDSA) {
		EVP_PKEY_get_raw_private_key(key->private_key, octets, &length);
		print_base64(stream, "PrivateKey", octets, length);
	} else if (algorithm->kind == SMITH_ECDSA) {
		print_number(stream, "PrivateKey", key->private_key, OSSL_PKEY_PARAM_PRIV_KEY,
		    (int)algorithm->size);
	} else {
		for (size_t i = 0; i < N_RSA_FIELDS; i++)
			print_number(stream, rsa_fields[i].label, key->private_key,
			    rsa_fields[i].parameter, 0);
	}
}

static FILE *
create(const char *folder, const char *name, uint8_t algorithm, uint16_t tag, const char *suffix)
{
	char path[4096];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/K%s+%03u+%05u.%s", folder, name, algorithm, tag, suffix);
	stream = fopen(path, "w");
	if (stream == NULL)
		smith_die("%s: %s", path, strerror(errno));
	return stream;
}

void
smith_key_write(const struct smith_key *key, const char *folder)
{
	char *name = ldns_rdf2str(ldns_rr_owner(key->dnskey));
	char *record = ldns_rr2str(key->dnskey);
	FILE *stream = create(folder, name, key->algorithm, key->tag, "key");

	fputs(record, stream);
	fclose(stream);
	stream = create(folder, name, key->algorithm, key->tag, "private");
	print_private(stream, key);
	fclose(stream);
	free(record);
	free(name);
}

/* ---- Key files found by their public key ---- */

/* Does the private key belong to the record? */
static bool
key_matches(const EVP_PKEY *key, const ldns_rr *dnskey)
{
	const struct smith_algorithm *algorithm =
	    smith_algorithm((uint8_t)smith_field(dnskey, DNSKEY_ALGORITHM));
	struct octets field = field_octets(dnskey, DNSKEY_KEY);
	struct bytes octets = {0};
	bool matches = public_octets(key, algorithm, &octets) && octets.n == field.n &&
		       memcmp(octets.data, field.data, field.n) == 0;

	free(octets.data);
	return matches;
}

static struct smith_key *
key_of_record(const ldns_rr *dnskey, EVP_PKEY *private_key, const char *label)
{
	return key_new(ldns_rr_owner(dnskey), (uint8_t)smith_field(dnskey, DNSKEY_ALGORITHM),
	    (uint16_t)smith_field(dnskey, DNSKEY_FLAGS), private_key, label);
}

static EVP_PKEY *
read_pem(const char *path)
{
	FILE *stream = fopen(path, "r");
	EVP_PKEY *key;

	if (stream == NULL)
		smith_die("%s: %s", path, strerror(errno));
	key = PEM_read_PrivateKey(stream, NULL, NULL, NULL);
	fclose(stream);
	return key;
}

struct smith_key *
smith_key_pem(const char *path, const ldns_rr *dnskey)
{
	EVP_PKEY *private_key = read_pem(path);

	if (private_key == NULL)
		smith_die("%s: no PEM private key", path);
	if (key_matches(private_key, dnskey))
		return key_of_record(dnskey, private_key, path);
	EVP_PKEY_free(private_key);
	return NULL;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* The private key in the file, whatever its form, or NULL. */
static EVP_PKEY *
read_any_private(const char *path)
{
	unsigned algorithm;

	if (ends_in(path, ".private"))
		return read_private(path, &algorithm);
	return ends_in(path, ".pem") ? read_pem(path) : NULL;
}

static void
match_file(struct smith_keys *keys, const struct smith_zone *zone, const char *path)
{
	EVP_PKEY *private_key = read_any_private(path);

	for (size_t i = 0; private_key != NULL && i < zone->n; i++)
		if (ldns_rr_get_type(zone->rrs[i]) == LDNS_RR_TYPE_DNSKEY &&
		    key_matches(private_key, zone->rrs[i])) {
			EVP_PKEY_up_ref(private_key);
			smith_keys_add(keys, key_of_record(zone->rrs[i], private_key, path));
		}
	EVP_PKEY_free(private_key);
}

/* Looks at every file of the folder and, `depth` levels deep, of the folders in it. */
static void
match_folder(
    struct smith_keys *keys, const struct smith_zone *zone, const char *folder, unsigned depth)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, NULL, alphasort);
	char path[4096];
	struct stat status;

	if (n < 0)
		smith_die("%s: %s", folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] == '.' || stat(path, &status) != 0)
			;
		else if (S_ISREG(status.st_mode))
			match_file(keys, zone, path);
		else if (S_ISDIR(status.st_mode) && depth > 0)
			match_folder(keys, zone, path, depth - 1);
		free(entries[i]);
	}
	free(entries);
}

struct smith_keys *
smith_keys_read(const struct smith_zone *zone, const char *folder)
{
	struct smith_keys *keys = smith_keys_new();

	match_folder(keys, zone, folder, 2);
	return keys;
}

struct smith_keys *
smith_keys_new(void)
{
	return smith_allocate(sizeof(struct smith_keys));
}

struct smith_key *
smith_keys_add(struct smith_keys *keys, struct smith_key *key)
{
	keys->keys = realloc(keys->keys, (keys->n + 1) * sizeof(keys->keys[0]));
	if (keys->keys == NULL)
		smith_die("out of memory");
	keys->keys[keys->n++] = key;
	return key;
}

struct smith_key *
smith_keys_find(const struct smith_keys *keys, uint8_t algorithm, uint16_t tag)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->keys[i]->algorithm == algorithm && keys->keys[i]->tag == tag)
			return keys->keys[i];
	return NULL;
}

void
smith_keys_free(struct smith_keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->n; i++)
		smith_key_free(keys->keys[i]);
	free(keys->keys);
	free(keys);
}

/* ---- DS ---- */

/* RFC 4034 section 5.1.4: digest over the owner in lower case and the DNSKEY RDATA. */
static ldns_rr *
digest_record(const ldns_rr *dnskey, ldns_rr_type type, uint8_t digest_type, uint32_t ttl)
{
	const char *hash = digest_type == 1 ? "SHA1" : digest_type == 4 ? "SHA384" : "SHA256";
	ldns_rdf *owner = smith_name_lower(ldns_rr_owner(dnskey));
	struct bytes input = {0}, rdata = {0};
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_length;
	size_t length;
	uint8_t *key = smith_rdata(dnskey, &length);
	ldns_rr *rr;

	bytes_add(&input, ldns_rdf_data(owner), ldns_rdf_size(owner));
	bytes_add(&input, key, length);
	if (EVP_Digest(
		input.data, input.n, digest, &digest_length, EVP_get_digestbyname(hash), NULL) != 1)
		smith_die("%s", hash);
	bytes_add_number(&rdata, smith_key_tag(dnskey), 2);
	bytes_add_number(&rdata, smith_field(dnskey, DNSKEY_ALGORITHM), 1);
	bytes_add_number(&rdata, digest_type, 1);
	bytes_add(&rdata, digest, digest_length);
	rr = smith_rr_wire(ldns_rr_owner(dnskey), type, ttl, rdata.data, rdata.n);
	free(rdata.data);
	free(input.data);
	free(key);
	ldns_rdf_deep_free(owner);
	return rr;
}

ldns_rr *
smith_ds(const ldns_rr *dnskey, uint8_t digest_type, uint32_t ttl)
{
	return digest_record(dnskey, LDNS_RR_TYPE_DS, digest_type, ttl);
}

ldns_rr *
smith_cds(const ldns_rr *dnskey, uint8_t digest_type, uint32_t ttl)
{
	return digest_record(dnskey, LDNS_RR_TYPE_CDS, digest_type, ttl);
}

ldns_rr *
smith_cdnskey(const ldns_rr *dnskey, uint32_t ttl)
{
	size_t length;
	uint8_t *rdata = smith_rdata(dnskey, &length);
	ldns_rr *rr =
	    smith_rr_wire(ldns_rr_owner(dnskey), LDNS_RR_TYPE_CDNSKEY, ttl, rdata, length);

	free(rdata);
	return rr;
}
