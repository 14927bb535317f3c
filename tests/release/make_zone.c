/*
 * A small zone signed from an hour ago on, for the tests of `release` and the hooks: with a serial,
 * and what else is asked for.
 *
 *   make_zone SERIAL ZONEFILE DSFILE [WORD...]
 *
 *   origin=N   the zone's name, with its final dot (default example.)
 *   days=N     signatures last N days (default 30)
 *   since=N    signatures begin N days ago, instead of an hour
 *   soa=TIMES  REFRESH RETRY EXPIRE of the SOA (default 7200 3600 604800)
 *   record=R   adds the record R, relative to example.
 *   no=NAME    leaves the delegation NAME out (a, b, c, d)
 *   ksk=LABEL  another key for the DNSKEY RRset; the DS is its
 *   zsk=LABEL  another key for the rest
 *   broken     the signature over the SOA does not verify
 *   pad=N      N more TXT records
 */
#include "smith.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ALGORITHM 13
#define SHA256	  2
#define DAY	  INT64_C(86400)

struct wish {
	const char *serial, *zone_path, *ds_path, *origin, *ksk, *zsk, *no, *soa;
	int64_t days, since;
	int pad;
	bool broken;
};

static struct smith_zone *
unsigned_zone(const struct wish *wish)
{
	char text[512], name[32];
	struct smith_zone *zone;

	snprintf(text, sizeof(text),
	    "$ORIGIN %s\n$TTL 3600\n@ SOA ns1 hostmaster %s %s 900\n@ NS ns1\n"
	    "ns1 A 192.0.2.1\n",
	    wish->origin, wish->serial, wish->soa);
	zone = smith_zone_parse(text, wish->origin);
	for (char letter = 'a'; letter <= 'd'; letter++) {
		snprintf(name, sizeof(name), "%c", letter);
		if (wish->no != NULL && strcmp(wish->no, name) == 0)
			continue;
		snprintf(text, sizeof(text), "%c 3600 NS ns.%c.example.net.", letter, letter);
		smith_add(zone, text);
	}
	for (int i = 0; i < wish->pad; i++) {
		snprintf(text, sizeof(text), "pad%d 3600 TXT \"%d\"", i, i);
		smith_add(zone, text);
	}
	return zone;
}

static bool
word_is(const char *word, const char *key, const char **value)
{
	size_t length = strlen(key);

	*value = word + length;
	return strncmp(word, key, length) == 0;
}

static void
zone_sign(struct smith_zone *zone, const struct wish *wish)
{
	struct smith_keys *keys = smith_keys_new();
	const struct smith_key *ksk =
	    smith_keys_add(keys, smith_key_make(wish->origin, ALGORITHM, SMITH_KSK, 0, wish->ksk));
	struct smith_signing signing = {
	    .inception = time(NULL) - (wish->since > 0 ? wish->since * DAY : 3600),
	    .expiration = time(NULL) + wish->days * DAY,
	    .denial = SMITH_USE_NSEC};
	FILE *file = fopen(wish->ds_path, "w");
	char *text;
	ldns_rr *ds, *rrsig;

	smith_keys_add(keys, smith_key_make(wish->origin, ALGORITHM, SMITH_ZSK, 0, wish->zsk));
	smith_sign_zone(zone, keys, &signing);
	if (wish->broken) {
		rrsig = smith_get_rrsig(zone, "@", LDNS_RR_TYPE_SOA);
		smith_set_field(rrsig, RRSIG_EXPIRATION, smith_field(rrsig, RRSIG_EXPIRATION) + 1);
	}
	ds = smith_ds(ksk->dnskey, SHA256, (uint32_t)DAY);
	text = ldns_rr2str(ds);
	if (file == NULL || text == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		exit(EXIT_FAILURE);
	free(text);
	ldns_rr_free(ds);
	smith_keys_free(keys);
}

int
main(int argc, char **argv)
{
	struct wish wish = {.days = 30,
	    .ksk = "ksk",
	    .zsk = "zsk",
	    .soa = "7200 3600 604800",
	    .origin = "example."};
	struct smith_zone *zone;
	const char *value;

	if (argc < 4) {
		fprintf(stderr, "usage: make_zone SERIAL ZONEFILE DSFILE [WORD...]\n");
		return EXIT_FAILURE;
	}
	wish.serial = argv[1];
	wish.zone_path = argv[2];
	wish.ds_path = argv[3];
	for (int i = 4; i < argc; i++) {
		if (word_is(argv[i], "days=", &value))
			wish.days = strtoimax(value, NULL, 10);
		else if (word_is(argv[i], "since=", &value))
			wish.since = strtoimax(value, NULL, 10);
		else if (word_is(argv[i], "soa=", &value))
			wish.soa = value;
		else if (word_is(argv[i], "origin=", &value))
			wish.origin = value;
		else if (word_is(argv[i], "zsk=", &value))
			wish.zsk = value;
		else if (word_is(argv[i], "pad=", &value))
			wish.pad = atoi(value);
		else if (word_is(argv[i], "ksk=", &value))
			wish.ksk = value;
		else if (word_is(argv[i], "no=", &value))
			wish.no = value;
		else if (word_is(argv[i], "broken", &value))
			wish.broken = true;
	}
	zone = unsigned_zone(&wish);
	for (int i = 4; i < argc; i++) {
		if (word_is(argv[i], "record=", &value))
			smith_add(zone, value);
	}
	zone_sign(zone, &wish);
	smith_zone_write(zone, wish.zone_path);
	smith_zone_free(zone);
	return EXIT_SUCCESS;
}
