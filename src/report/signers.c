/* Roles of keys, and failing signatures by key. */
#include "report/signers.h"

#define FLAG_REVOKE 0x0080

const char *
key_role(const struct zg_key *key)
{
	if (key->signs_dnskey)
		return key->n_signatures > 0 ? "CSK" : "KSK";
	return key->n_signatures > 0 ? "ZSK" : "none";
}

bool
key_is_revoked(const struct zg_key *key)
{
	return (key->flags & FLAG_REVOKE) != 0;
}

bool
failing_key_has(const struct failing_key *key, const struct zg_failure_group *group)
{
	return group->algorithm == key->algorithm && group->key_tag == key->tag;
}

bool
failing_key_sum(const struct zg_result *result, size_t group, struct failing_key *key)
{
	const struct zg_failure_group *groups = result->failures;

	*key = (struct failing_key){
	    .algorithm = groups[group].algorithm,
	    .tag = groups[group].key_tag,
	    .n_of = groups[group].n_of,
	};
	for (size_t i = 0; i < group; i++) {
		if (failing_key_has(key, &groups[i]))
			return false;
	}
	for (size_t i = group; i < result->n_failures; i++) {
		if (failing_key_has(key, &groups[i]))
			key->n_bad += groups[i].n_bad;
	}
	for (size_t i = 0; i < result->n_keys; i++) {
		const struct zg_key *published = &result->keys[i];

		if (published->algorithm != key->algorithm || published->tag != key->tag)
			continue;
		key->n_published++;
		key->some_verify |= published->n_signatures > 0 || published->signs_dnskey;
	}
	return true;
}

const char *
failing_key_against(const struct failing_key *key)
{
	if (key->n_published == 0)
		return "a published key";
	return key->n_published == 1 ? "the published key" : "any of the published keys";
}

/*
 * Where some signatures verify and others do not, the published key is a true one, and another
 * private key is in use beside it; where none does, the published key is the wrong one. Data that
 * was changed after signing looks the same from here, so it is named as well.
 */
const char *
failing_key_cause(const struct failing_key *key)
{
	if (key->n_published == 0)
		return NULL;
	if (key->some_verify)
		return "more than one private key carries this tag, or what it signed was changed";
	return "the published key is not the one that signs, or what it signed was changed";
}
