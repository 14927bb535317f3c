/*
 * Which roll a candidate begins, from how its new keys come in: RFC 7583 section 2 has the methods.
 * Names and roles of keys follow from what they sign, not from their flags alone.
 */
#include "policy/roll_type.h"

#include <string.h>

#include "dns/release_facts.h"

/* RFC 4034 section 2.1.1, RFC 5011 section 3. */
#define FLAG_ZONE   0x0100
#define FLAG_REVOKE 0x0080
#define FLAG_SEP    0x0001

struct roll {
	const zg_policy *policy;
	const struct release_facts *in_force, *candidate;
	const struct roll_ds *ds;
};

static bool
is_zone_key(const struct release_key *key)
{
	return key->published && (key->flags & FLAG_ZONE) != 0 && (key->flags & FLAG_REVOKE) == 0;
}

/* The same key. Of one that is not published only algorithm and tag are known. */
static bool
same_key(const struct release_key *a, const struct release_key *b)
{
	if (a->published && b->published)
		return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
	return a->algorithm == b->algorithm && a->tag == b->tag;
}

static bool
is_published_in(const struct release_facts *facts, const struct release_key *key)
{
	for (size_t i = 0; i < facts->n_keys; i++) {
		if (facts->keys[i].published && same_key(&facts->keys[i], key))
			return true;
	}
	return false;
}

static bool
signs_data_in(const struct release_facts *facts, const struct release_key *key)
{
	for (size_t i = 0; i < facts->n_keys; i++) {
		if (same_key(&facts->keys[i], key) && release_key_signs_data(facts, i))
			return true;
	}
	return false;
}

static bool
algorithm_in(const struct release_facts *facts, uint8_t algorithm)
{
	for (size_t i = 0; i < facts->n_keys; i++) {
		if (is_zone_key(&facts->keys[i]) && facts->keys[i].algorithm == algorithm)
			return true;
	}
	return false;
}

/* The role that the policy's inventory gives to a key; false: it is not listed. */
static bool
listed_role(const zg_policy *policy, const struct release_key *key, enum key_role *role)
{
	const struct policy_values *values = policy_values(policy);

	for (size_t i = 0; i < values->keys.n_inventory && key->published; i++) {
		const struct pinned_key *pinned = &values->keys.inventory[i];

		if (memcmp(pinned->sha256, key->sha256, sizeof(key->sha256)) == 0) {
			*role = pinned->role;
			return true;
		}
	}
	return false;
}

/* The role of a key that signs something; false: it signs nothing. */
static bool
role_by_use(const struct release_facts *facts, size_t i, enum key_role *role)
{
	bool data = release_key_signs_data(facts, i), dnskey = facts->keys[i].signs_dnskey;

	*role = data && dnskey ? ROLE_CSK : dnskey ? ROLE_KSK : ROLE_ZSK;
	return data || dnskey;
}

/*
 * A CSK with this SEP flag is in force. While it is rolled, its successor may sign only the DNSKEY
 * RRset, or nothing.
 */
static bool
has_csk(const struct release_facts *in_force, uint16_t sep)
{
	enum key_role role;

	for (size_t i = 0; i < in_force->n_keys; i++) {
		if (is_zone_key(&in_force->keys[i]) &&
		    (in_force->keys[i].flags & FLAG_SEP) == sep &&
		    role_by_use(in_force, i, &role) && role == ROLE_CSK)
			return true;
	}
	return false;
}

/* What a key of the candidate is for: the inventory's word, what it signs, what its like do. */
static enum key_role
role_of(const struct roll *roll, size_t i)
{
	const struct release_key *key = &roll->candidate->keys[i];
	uint16_t sep = key->flags & FLAG_SEP;
	enum key_role role;

	if (listed_role(roll->policy, key, &role))
		return role;
	if (!key->published)
		return ROLE_ZSK;
	if (role_by_use(roll->candidate, i, &role) && role != ROLE_KSK)
		return role;
	if (has_csk(roll->in_force, sep))
		return ROLE_CSK;
	return key->signs_dnskey || sep != 0 ? ROLE_KSK : ROLE_ZSK;
}

/*
 * Everything that keys[i] signs is also signed by a key of its algorithm that was published before:
 * its signatures stand beside others. Else validators that hold the DNSKEY RRset in force have no
 * key for them.
 */
static bool
signs_beside_others(const struct roll *roll, size_t i)
{
	const struct release_facts *candidate = roll->candidate;
	uint64_t others = 0;

	for (size_t k = 0; k < candidate->n_keys; k++) {
		if (k != i && candidate->keys[k].algorithm == candidate->keys[i].algorithm &&
		    is_published_in(roll->in_force, &candidate->keys[k]))
			others |= (uint64_t)1 << k;
	}
	for (size_t c = 0; c < candidate->n_classes; c++) {
		if ((candidate->classes[c].signers >> i & 1) &&
		    (candidate->classes[c].signers & others) == 0)
			return false;
	}
	return true;
}

/* A key that was published before goes on to sign the DNSKEY RRset: keys[i] does not replace it. */
static bool
stands_beside_another(const struct roll *roll, size_t i)
{
	const struct release_facts *candidate = roll->candidate;

	for (size_t k = 0; k < candidate->n_keys; k++) {
		const struct release_key *key = &candidate->keys[k];

		if (k != i && is_zone_key(key) && key->signs_dnskey &&
		    key->algorithm == candidate->keys[i].algorithm &&
		    is_published_in(roll->in_force, key))
			return true;
	}
	return false;
}

static int
zsk_type(const struct roll *roll, size_t i)
{
	if (!roll->candidate->keys[i].published)
		return ZSK_DOUBLE_RRSIG;
	if (!release_key_signs_data(roll->candidate, i))
		return ZSK_PRE_PUBLICATION;
	return signs_beside_others(roll, i) ? ZSK_DOUBLE_SIGNATURE : ROLL_AT_ONCE;
}

static int
ksk_type(const struct roll *roll, size_t i)
{
	if (roll->ds->seen[i])
		return KSK_DOUBLE_DS;
	if (!stands_beside_another(roll, i))
		return ROLL_AT_ONCE;
	return roll->ds->asked[i] ? KSK_DOUBLE_RRSET : KSK_DOUBLE_SIGNATURE;
}

/* DNSKEY, DS and signatures can each be doubled: the types name which are. */
static int
csk_type(const struct roll *roll, size_t i)
{
	bool data = release_key_signs_data(roll->candidate, i);
	bool ds = roll->ds->seen[i] || roll->ds->asked[i];

	if (!stands_beside_another(roll, i))
		return roll->ds->seen[i] ? CSK_DOUBLE_DS : ROLL_AT_ONCE;
	if (data && !signs_beside_others(roll, i))
		return ROLL_AT_ONCE;
	if (data)
		return ds ? CSK_DOUBLE_RRSET : CSK_DOUBLE_SIGNATURE;
	return ds ? CSK_SINGLE_SIGNATURE : CSK_PRE_PUBLICATION;
}

/* A type in words. */
static const struct {
	enum key_role role;
	int type;
	const char *name, *what;
} type_words[] = {
    {ROLE_KSK, KSK_DOUBLE_SIGNATURE, "KskDoubleSignature", "publishes a KSK before its DS"},
    {ROLE_KSK, KSK_DOUBLE_DS, "KskDoubleDS", "has the DS of a KSK ahead of the key"},
    {ROLE_KSK, KSK_DOUBLE_RRSET, "KskDoubleRRset", "publishes a KSK and asks for its DS at once"},
    {ROLE_ZSK, ZSK_PRE_PUBLICATION, "ZskPrePublication", "publishes a ZSK that does not sign yet"},
    {ROLE_ZSK, ZSK_DOUBLE_SIGNATURE, "ZskDoubleSignature",
	"publishes a ZSK that signs beside the old one"},
    {ROLE_ZSK, ZSK_DOUBLE_RRSIG, "ZskDoubleRRsig", "signs with a ZSK that is not published"},
    {ROLE_CSK, CSK_DOUBLE_RRSET, "CskDoubleRRset",
	"publishes a CSK that signs, and has or asks for its DS"},
    {ROLE_CSK, CSK_SINGLE_SIGNATURE, "CskSingleSignature",
	"publishes a CSK that signs no data yet, and has or asks for its DS"},
    {ROLE_CSK, CSK_DOUBLE_DS, "CskDoubleDS", "has the DS of a CSK ahead of the key"},
    {ROLE_CSK, CSK_DOUBLE_SIGNATURE, "CskDoubleSignature",
	"publishes a CSK that signs beside the old one, before its DS"},
    {ROLE_CSK, CSK_PRE_PUBLICATION, "CskPrePublication",
	"publishes a CSK that signs no data yet, before its DS"},
};

static void
put_words(struct roll_step *step)
{
	step->name = step->type == ROLL_ALGORITHM ? "AlgorithmRollover" : "at once";
	step->what = step->type == ROLL_ALGORITHM ? "brings in the first key of an algorithm"
						  : "replaces a key in one step";
	for (size_t i = 0; i < sizeof(type_words) / sizeof(type_words[0]); i++) {
		if (type_words[i].role == step->role && type_words[i].type == step->type) {
			step->name = type_words[i].name;
			step->what = type_words[i].what;
		}
	}
}

static void
judge(const zg_policy *policy, struct roll_step *step)
{
	const struct policy_release *release = policy_release(policy);
	unsigned allowed = release->roles[step->role].roll_types;

	if (step->type == ROLL_ALGORITHM)
		step->allowed = release->algorithm_rollover != ROLLOVER_FORBIDDEN;
	else
		step->allowed = allowed == 0 || (allowed >> step->type & 1) != 0;
	put_words(step);
}

/* The key comes in with this release: published, or signing ahead of that. */
static bool
comes_in(const struct roll *roll, size_t i)
{
	const struct release_key *key = &roll->candidate->keys[i];

	if (key->published)
		return is_zone_key(key) && !is_published_in(roll->in_force, key);
	return release_key_signs_data(roll->candidate, i) && !signs_data_in(roll->in_force, key) &&
	       !is_published_in(roll->in_force, key);
}

/* It was announced before: a ZSK whose signatures came first is now published. */
static bool
finishes(const struct roll *roll, size_t i)
{
	return roll->candidate->keys[i].published &&
	       signs_data_in(roll->in_force, &roll->candidate->keys[i]);
}

/* The step that the new key keys[i] begins; false: none that is judged. */
static bool
step_of_key(const struct roll *roll, size_t i, struct roll_step *step)
{
	*step = (struct roll_step){.role = role_of(roll, i), .key = i};
	if (step->role == ROLE_FOREIGN) /* another provider's: rolled by its policy */
		return false;
	if (!algorithm_in(roll->in_force, roll->candidate->keys[i].algorithm))
		step->type = ROLL_ALGORITHM;
	else if (finishes(roll, i))
		return false;
	else if (step->role == ROLE_ZSK)
		step->type = zsk_type(roll, i);
	else
		step->type = step->role == ROLE_KSK ? ksk_type(roll, i) : csk_type(roll, i);
	return true;
}

size_t
roll_steps(const zg_policy *policy, const struct release_facts *in_force,
    const struct release_facts *candidate, const struct roll_ds *ds,
    struct roll_step steps[ROLL_STEPS_MAX])
{
	const struct roll roll = {policy, in_force, candidate, ds};
	bool signed_before = false;
	size_t n = 0;

	for (size_t i = 0; i < in_force->n_keys; i++)
		signed_before |= is_zone_key(&in_force->keys[i]);
	if (!signed_before)
		return 0;
	for (size_t i = 0; i < candidate->n_keys; i++)
		n += comes_in(&roll, i) && step_of_key(&roll, i, &steps[n]);
	if (ds->asked_ahead) {
		bool csk = has_csk(in_force, FLAG_SEP) || has_csk(in_force, 0);

		steps[n++] = (struct roll_step){.role = csk ? ROLE_CSK : ROLE_KSK,
		    .type = csk ? CSK_DOUBLE_DS : KSK_DOUBLE_DS,
		    .key = ROLL_NO_KEY};
	}
	for (size_t i = 0; i < n; i++)
		judge(policy, &steps[i]);
	return n;
}
