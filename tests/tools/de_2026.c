/*
 * Makes samples/de-2026 from its unsigned zone: the zone of a registry on 5 May 2026 as it should
 * have been signed (good.zone), as it was signed (bad.zone), and the parent's DS (ds).
 *
 *   de_2026 UNSIGNED-ZONE FOLDER [SECONDS]
 *
 * Everything follows from labels: the same program makes the same files. With SECONDS all
 * signatures are so much later, so that it happens today.
 */
#include "smith.h"
#include "smith_rsa.h"

#include <stdio.h>
#include <stdlib.h>

#define ORIGIN	  "de.example."
#define ALGORITHM 8
#define KEY_BITS  2048
/* The tag that all three private keys went by. */
#define ZSK_TAG 33834
/* One key pair for each signing device, of which one was published. */
#define DEVICES 3
/* Where the turn begins, such that the SOA comes out well: who looks at nothing else sees nothing.
 */
#define FIRST_DEVICE 2

/* 2026-05-05 16:19:00 and 2026-05-19 17:49:00 UTC: from an hour and a half before the zone was made
 * to fourteen days after. */
#define INCEPTION  1777997940
#define EXPIRATION 1779212940
/* Expirations are spread so that a signer that stops does not end everything at once. */
#define JITTER_STEP 4241
#define JITTER_MAX  86400

static const char *const device_labels[DEVICES] = {
    "de-2026 zsk device 1", "de-2026 zsk device 2", "de-2026 zsk device 3"};

struct registry {
	int64_t later;
	struct smith_key *ksk;
	struct smith_key *zsk[DEVICES]; /* the first is published */
};

static struct registry
registry_make(int64_t later)
{
	struct registry registry = {.later = later};

	registry.ksk =
	    smith_rsa_make(ORIGIN, ALGORITHM, SMITH_KSK, KEY_BITS, "de-2026 ksk", SMITH_NATURAL);
	for (size_t i = 0; i < DEVICES; i++)
		registry.zsk[i] = smith_rsa_make(ORIGIN, ALGORITHM, SMITH_ZSK, KEY_BITS,
		    device_labels[i], i == 0 ? ZSK_TAG : SMITH_NATURAL);
	return registry;
}

static void
registry_free(struct registry *registry)
{
	smith_key_free(registry->ksk);
	for (size_t i = 0; i < DEVICES; i++)
		smith_key_free(registry->zsk[i]);
}

/* The zone with keys and NSEC3 chain and nothing signed. */
static struct smith_zone *
zone_with_chain(const char *path, const struct registry *registry)
{
	struct smith_zone *zone = smith_zone_read(path, ORIGIN);
	struct smith_nsec3 opt_out = SMITH_NSEC3_DEFAULT;

	opt_out.flags = 1;
	smith_append(zone, smith_key_record(registry->ksk, 3600));
	smith_append(zone, smith_key_record(registry->zsk[0], 3600));
	smith_make_nsec3(zone, &opt_out);
	smith_sort(zone);
	return zone;
}

/*
 * Signs everything. With `devices` above 1 the RRsets are handed out in turn, as a signer does that
 * holds the devices for equal; all signatures say ZSK_TAG, because the tag came with the key's name
 * and not with its content.
 */
static void
sign(struct smith_zone *zone, const struct registry *registry, size_t devices)
{
	size_t n = zone->n, n_signed = 0;

	for (size_t i = 0; i < n; i++) {
		ldns_rdf *owner = ldns_rdf_clone(ldns_rr_owner(zone->rrs[i]));
		ldns_rr_type type = ldns_rr_get_type(zone->rrs[i]);
		struct smith_sig sig = SMITH_SIG(INCEPTION + registry->later,
		    EXPIRATION + registry->later - (int64_t)(n_signed * JITTER_STEP % JITTER_MAX));
		const struct smith_key *key = registry->zsk[(n_signed + FIRST_DEVICE) % devices];

		if (type == LDNS_RR_TYPE_DNSKEY)
			key = registry->ksk;
		else
			sig.tag = ZSK_TAG;
		if (smith_must_be_signed(zone, owner, type) &&
		    smith_find_rrsig(zone, owner, type, 0) == SMITH_NONE) {
			smith_append(zone, smith_sign_rrset(zone, owner, type, key, &sig));
			n_signed++;
		}
		ldns_rdf_deep_free(owner);
	}
	smith_sort(zone);
}

/* Writes folder/name: a comment and the records. */
static void
write_text(const char *folder, const char *name, const char *comment, const char *text)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (file == NULL || fprintf(file, "%s%s", comment, text) < 0 || fclose(file) != 0) {
		perror(path);
		exit(EXIT_FAILURE);
	}
}

static void
write_zone(const char *unsigned_zone, const char *folder, const struct registry *registry,
    const char *name, const char *comment, size_t devices)
{
	struct smith_zone *zone = zone_with_chain(unsigned_zone, registry);
	char *text;

	sign(zone, registry, devices);
	text = smith_zone_text(zone, NULL);
	write_text(folder, name, comment, text);
	free(text);
	smith_zone_free(zone);
}

int
main(int argc, char **argv)
{
	struct registry registry;
	ldns_rr *ds;
	char *ds_text;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: de_2026 UNSIGNED-ZONE FOLDER [SECONDS]\n");
		return 2;
	}
	registry = registry_make(argc == 4 ? strtoll(argv[3], NULL, 10) : 0);
	write_zone(argv[1], argv[2], &registry, "good.zone",
	    "; de-2026 as it should have been signed: README.md. Made by tests/tools/de_2026.c.\n",
	    1);
	write_zone(argv[1], argv[2], &registry, "bad.zone",
	    "; de-2026 as it was signed: README.md. Made by tests/tools/de_2026.c.\n", DEVICES);
	ds = smith_ds(registry.ksk->dnskey, 2, 86400);
	ds_text = ldns_rr2str(ds);
	write_text(argv[2], "ds", "; What the parent publishes.\n", ds_text);
	free(ds_text);
	ldns_rr_free(ds);
	registry_free(&registry);
	return 0;
}
