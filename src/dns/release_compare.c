/* Two releases of one zone, by what caches and the parent mind. */
#include "dns/release_compare.h"

#include <string.h>

#include "dns/release_facts.h"

/* The key of `other` that is `key`, or -1. */
static int
same_key(const struct release_facts *other, const struct release_key *key)
{
	for (size_t i = 0; i < other->n_keys; i++) {
		const struct release_key *candidate = &other->keys[i];

		if (candidate->published == key->published &&
		    candidate->algorithm == key->algorithm && candidate->tag == key->tag &&
		    memcmp(candidate->sha256, key->sha256, sizeof(key->sha256)) == 0)
			return (int)i;
	}
	return -1;
}

/* Every key of `a` is in `b`, and signs the same kinds of data there. */
static bool
keys_within(const struct release_facts *a, const struct release_facts *b)
{
	for (size_t i = 0; i < a->n_keys; i++) {
		int twin = same_key(b, &a->keys[i]);

		if (twin < 0 || a->keys[i].signs_dnskey != b->keys[twin].signs_dnskey ||
		    release_key_signs_data(a, i) != release_key_signs_data(b, (size_t)twin))
			return false;
	}
	return true;
}

bool
release_keys_same(const struct release_facts *a, const struct release_facts *b)
{
	return keys_within(a, b) && keys_within(b, a);
}

/* The signers of a class of `from`, as bits of the keys of `to`. */
static uint64_t
translate(const struct release_facts *from, uint64_t signers, const struct release_facts *to)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < from->n_keys; i++) {
		int twin = (signers >> i & 1) == 0 ? -1 : same_key(to, &from->keys[i]);

		if (twin >= 0)
			mask |= UINT64_C(1) << twin;
	}
	return mask;
}

/* Every set of signers of `a` is one of `b`: whatever fails with `a` fails with `b`. */
static bool
signers_within(const struct release_facts *a, const struct release_facts *b)
{
	for (size_t i = 0; i < a->n_classes; i++) {
		uint64_t signers = translate(a, a->classes[i].signers, b);
		bool found = false;

		for (size_t k = 0; k < b->n_classes; k++)
			found |= b->classes[k].signers == signers;
		if (!found)
			return false;
	}
	return true;
}

static bool
next_ds_equal(const struct release_facts *a, const struct release_facts *b)
{
	if (a->next_ds_given != b->next_ds_given || a->next_ds_delete != b->next_ds_delete ||
	    a->n_next_ds != b->n_next_ds)
		return false;
	for (size_t i = 0; i < a->n_next_ds; i++) {
		const struct release_ds *x = &a->next_ds[i], *y = &b->next_ds[i];

		if (x->tag != y->tag || x->algorithm != y->algorithm ||
		    x->digest_type != y->digest_type || x->digest_len != y->digest_len ||
		    memcmp(x->digest, y->digest, x->digest_len) != 0)
			return false;
	}
	return true;
}

/* All keys and all that is asked of the parent are there. That classes are not does no harm: what
 * the candidate has must be among those that are. */
static bool
keys_are_whole(const struct release_facts *facts)
{
	return !facts->more_classes ||
	       (facts->n_keys < ZG_KEYS_MAX && facts->n_next_ds < ZG_DS_MAX);
}

bool
release_unchanged(const struct release_facts *candidate, const struct release_facts *in_force)
{
	return !candidate->more_classes && keys_are_whole(in_force) &&
	       release_keys_same(candidate, in_force) &&
	       candidate->dnskey_ttl == in_force->dnskey_ttl &&
	       signers_within(candidate, in_force) && next_ds_equal(candidate, in_force) &&
	       strcmp(candidate->denial, in_force->denial) == 0;
}

bool
release_adds_nothing(const struct release_facts *look, const struct release_facts *before)
{
	bool found = release_keys_same(look, before) && look->dnskey_ttl == before->dnskey_ttl;

	for (size_t i = 0; i < look->n_classes && found; i++) {
		uint64_t signers = translate(look, look->classes[i].signers, before);

		found = false;
		for (size_t k = 0; k < before->n_classes; k++)
			found |= before->classes[k].signers == signers &&
				 before->classes[k].ttl == look->classes[i].ttl;
	}
	return found;
}

bool
release_class_is_for_parent(const struct release_class *class)
{
	return strcmp(class->type, "CDS") == 0 || strcmp(class->type, "CDNSKEY") == 0;
}

bool
release_signers_published(const struct release_facts *signer, const struct release_facts *publisher)
{
	uint64_t published = 0;

	for (size_t i = 0; i < publisher->n_keys; i++)
		published |= publisher->keys[i].published ? UINT64_C(1) << i : 0;
	for (size_t i = 0; i < signer->n_classes; i++) {
		if (!release_class_is_for_parent(&signer->classes[i]) &&
		    (translate(signer, signer->classes[i].signers, publisher) & published) == 0)
			return false;
	}
	return true;
}
