/*
 * The regular rollover methods. RFC 7583 has for each of them how long a step must wait for the one
 * before: refused a second earlier, with that time as the answer, and proved then.
 */
#include "formulas.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dns/policy_values.h"
#include "facts/cache_view.h"

#define EVER  INT64_C(1000000000)
#define START INT64_C(1700000000)

enum { KSK1, KSK2, ZSK1, ZSK2, N_KEYS_USED };
#define BIT(k) (UINT64_C(1) << (k))

/* The delays of section 3.1; seconds. */
struct delays {
	int64_t child, parent;		 /* DprpC, DprpP */
	int64_t key, ds, sig, resigning; /* TTLkey, TTLds, TTLsig, Dsgn */
};

/* Two versions of each thing: before and after a step. */
struct roll {
	const struct delays *delays;
	struct cache_world world;
	struct cache_dnskey dnskeys[2];
	struct cache_class classes[2];
	struct cache_ds ds[2];
	struct cache_candidate candidate;
	struct cache_class candidate_class;
	struct cache_rules rules;
};

static struct cache_life
life_from(int64_t from, int64_t ttl)
{
	return (struct cache_life){
	    .from = from, .superseded = TIME_NEVER, .last_fetch = TIME_NEVER, .ttl = (uint32_t)ttl};
}

static void
never_expire(int64_t *expirations)
{
	for (size_t i = 0; i < CACHE_KEYS_MAX; i++)
		expirations[i] = TIME_NEVER;
}

static struct cache_dnskey
dnskey_of(const struct roll *roll, int64_t from, key_mask ksks, key_mask zsks)
{
	struct cache_dnskey dnskey = {
	    .life = life_from(from, roll->delays->key), .keys = ksks | zsks, .signers = ksks};

	never_expire(dnskey.expirations);
	return dnskey;
}

static struct cache_class
class_of(const struct roll *roll, int64_t from, key_mask signers)
{
	struct cache_class class = {
	    .life = life_from(from, roll->delays->sig), .signers = signers, .n_rrsets = 1};

	never_expire(class.expirations);
	return class;
}

static struct cache_ds
ds_of(const struct roll *roll, int64_t from, key_mask keys)
{
	struct cache_ds ds = {.life = life_from(from, roll->delays->ds)};

	for (int k = 0; k < N_KEYS_USED; k++) {
		if ((keys >> k & 1) == 0)
			continue;
		ds.entries[ds.n].algorithm = 13;
		ds.entries[ds.n].digest_type = 2;
		ds.entries[ds.n].tag = (uint16_t)k;
		ds.entries[ds.n++].key = k;
	}
	return ds;
}

/* KSK1 and ZSK1, since ever. */
static void
roll_begin(struct roll *roll, const struct delays *delays)
{
	memset(roll, 0, sizeof(*roll));
	roll->delays = delays;
	for (int k = 0; k < N_KEYS_USED; k++)
		roll->world.keys[k] =
		    (struct cache_key){.algorithm = 13, .tag = (uint16_t)k, .usable = true};
	roll->world.n_keys = N_KEYS_USED;
	roll->dnskeys[0] = dnskey_of(roll, EVER, BIT(KSK1), BIT(ZSK1));
	roll->classes[0] = class_of(roll, EVER, BIT(ZSK1));
	roll->ds[0] = ds_of(roll, EVER, BIT(KSK1));
	roll->world.dnskeys = roll->dnskeys;
	roll->world.classes = roll->classes;
	roll->world.ds = roll->ds;
	roll->world.n_dnskeys = roll->world.n_classes = roll->world.n_ds = 1;
	roll->world.child_known_since = roll->world.parent_known_since = EVER;
	roll->rules = (struct cache_rules){.propagation_delay = delays->child,
	    .max_cache_ttl = NOT_SET,
	    .unknown_horizon = 1,
	    .models = (1U << MODEL_COUNT) - 1};
}

static void
supersede(struct cache_life *life, int64_t time, int64_t propagation)
{
	life->superseded = time;
	life->last_fetch = time + propagation;
}

static void
step_dnskey(struct roll *roll, int64_t time, key_mask ksks, key_mask zsks)
{
	supersede(&roll->dnskeys[0].life, time, roll->delays->child);
	roll->dnskeys[1] = dnskey_of(roll, time, ksks, zsks);
	roll->world.n_dnskeys = 2;
}

/* The last RRset is signed anew `resigning` later. */
static void
step_data(struct roll *roll, int64_t time, int64_t resigning, key_mask signers)
{
	supersede(&roll->classes[0].life, time + resigning, roll->delays->child);
	roll->classes[1] = class_of(roll, time, signers);
	roll->world.n_classes = 2;
}

static void
step_ds(struct roll *roll, int64_t time, key_mask keys)
{
	supersede(&roll->ds[0].life, time, roll->delays->parent);
	roll->ds[1] = ds_of(roll, time, keys);
	roll->world.n_ds = 2;
}

/* What a proof at `time` says: 0 proved, else the earliest safe time; -1: neither. */
static int64_t
answer(const struct roll *roll, const struct cache_ds *ds, int64_t time)
{
	struct cache_proof *proof = NULL;
	struct zg_error error = {""};
	int64_t earliest = -1;
	zg_status status =
	    ds != NULL
		? cache_try_ds(&roll->world, ds, &roll->rules, time, &proof, &error)
		: cache_prove(&roll->world, &roll->candidate, &roll->rules, time, &proof, &error);

	if (status == ZG_OK && (proof->outcome == CACHE_PROVED || proof->outcome == CACHE_REFUTED))
		earliest = proof->earliest_safe;
	cache_proof_free(proof);
	return earliest;
}

/* The release of this zone (`ds` 0), or handing in these DS, is safe from `time` on. */
static bool
safe_from(struct roll *roll, key_mask ksks, key_mask zsks, key_mask data, key_mask ds, int64_t time)
{
	struct cache_ds set = ds_of(roll, 0, ds);
	const struct cache_ds *tried = ds != 0 ? &set : NULL;

	roll->candidate_class = class_of(roll, 0, data);
	roll->candidate = (struct cache_candidate){.dnskey = dnskey_of(roll, 0, ksks, zsks),
	    .classes = &roll->candidate_class,
	    .n_classes = 1};
	return answer(roll, tried, time - 1) == time && answer(roll, tried, time) == 0;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

#define BOTH_ZSK (BIT(ZSK1) | BIT(ZSK2))
#define BOTH_KSK (BIT(KSK1) | BIT(KSK2))

/* Section 3.2. */
static bool
try_zsk(const struct delays *delays, int formula)
{
	struct roll roll;

	roll_begin(&roll, delays);
	step_dnskey(&roll, START, BIT(KSK1), BOTH_ZSK);
	switch (formula) {
	case 0: /* 3.2.1: Ipub = Dprp + TTLkey */
		return safe_from(
		    &roll, BIT(KSK1), BOTH_ZSK, BIT(ZSK2), 0, START + delays->child + delays->key);
	case 1: /* 3.2.1: Iret = Dsgn + Dprp + TTLsig */
		roll.dnskeys[0].life.superseded = roll.dnskeys[0].life.last_fetch = EVER;
		step_data(&roll, START, delays->resigning, BIT(ZSK2));
		return safe_from(&roll, BIT(KSK1), BIT(ZSK2), BIT(ZSK2), 0,
		    START + delays->resigning + delays->child + delays->sig);
	default: /* 3.2.2: Iret = Dsgn + Dprp + max(TTLkey, TTLsig), all signed at once */
		step_data(&roll, START, 0, BOTH_ZSK);
		return safe_from(&roll, BIT(KSK1), BIT(ZSK2), BIT(ZSK2), 0,
		    START + delays->child + larger(delays->key, delays->sig));
	}
}

/* Section 3.3; Dreg is over when the DS is seen. */
static bool
try_ksk(const struct delays *delays, int formula)
{
	int64_t child = START + delays->child + delays->key;
	int64_t parent = START + delays->parent + delays->ds;
	struct roll roll;

	roll_begin(&roll, delays);
	switch (formula) {
	case 3: /* 3.3.1: IpubC = DprpC + TTLkey */
		step_dnskey(&roll, START, BOTH_KSK, BIT(ZSK1));
		return safe_from(&roll, 0, 0, 0, BIT(KSK2), child);
	case 4: /* 3.3.1: Iret = DprpP + TTLds */
		roll.dnskeys[0] = dnskey_of(&roll, EVER, BOTH_KSK, BIT(ZSK1));
		step_ds(&roll, START, BIT(KSK2));
		return safe_from(&roll, BIT(KSK2), BIT(ZSK1), BIT(ZSK1), 0, parent);
	case 5: /* 3.3.2: IpubP = DprpP + TTLds */
		step_ds(&roll, START, BOTH_KSK);
		return safe_from(&roll, BIT(KSK2), BIT(ZSK1), BIT(ZSK1), 0, parent);
	case 6: /* 3.3.2: Iret = DprpC + TTLkey */
		roll.ds[0] = ds_of(&roll, EVER, BOTH_KSK);
		step_dnskey(&roll, START, BIT(KSK2), BIT(ZSK1));
		return safe_from(&roll, 0, 0, 0, BIT(KSK2), child);
	default: /* 3.3.3: Ipub = max(IpubP, IpubC): of the key the one, of the DS the other */
		step_dnskey(&roll, START, BOTH_KSK, BIT(ZSK1));
		step_ds(&roll, START, BOTH_KSK);
		return safe_from(&roll, 0, 0, 0, BIT(KSK2), child) &&
		       safe_from(&roll, BIT(KSK2), BIT(ZSK1), BIT(ZSK1), 0, parent);
	}
}

/* A number below `n`; not 0. */
static int64_t
draw(uint64_t *state, uint64_t n)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)(1 + (*state >> 33) % n);
}

unsigned
formulas_try(uint64_t seed, uint64_t number)
{
	uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + number;
	unsigned failed = 0;
	struct delays delays;

	(void)draw(&state, 1);
	delays = (struct delays){.child = draw(&state, 90000),
	    .parent = draw(&state, 90000),
	    .key = draw(&state, 200000),
	    .ds = draw(&state, 200000),
	    .sig = draw(&state, 700000),
	    .resigning = draw(&state, 1000000)};
	for (int formula = 0; formula < FORMULAS; formula++) {
		bool holds = formula < 3 ? try_zsk(&delays, formula) : try_ksk(&delays, formula);

		if (!holds)
			printf("FAILED --seed %" PRIu64 ", draw %" PRIu64 ": formula %d\n", seed,
			    number, formula);
		failed += !holds;
	}
	return failed;
}
