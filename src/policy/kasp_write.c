/*
 * From what a signer is told to do to what is acceptable: bounds that its work keeps. A value that
 * no policy could hold, or that would contradict another, becomes a note.
 */
#include "policy/kasp.h"

#include <string.h>

#include "dns/algorithm.h"
#include "policy/policy_rules.h"
#include "policy/policy_value.h"

struct out {
	struct kasp_policy *kasp;
	struct text_writer *writer;
	zg_policy *probe; /* what is written so far, as far as a roll's time depends on it */
};

static int64_t
known(int64_t value)
{
	return value == NOT_SET ? 0 : value;
}

/* The value fits its row in the table of policies; else a note says so. */
static bool
fits(struct out *out, const char *path, int64_t value)
{
	const struct policy_row *row = policy_row_find(path);

	if (value == NOT_SET || (value >= row->min && value <= row->max))
		return value != NOT_SET;
	kasp_note(out->kasp, "%s: out of the range that it has here", path);
	return false;
}

/* An element that holds others: its start tag. Returns what group_end wants. */
static size_t
group_begin(struct out *out, const char *indent, const char *name)
{
	size_t begin = out->writer->used;

	text_printf(out->writer, "%s<%s>\n", indent, name);
	return begin;
}

/* Its end tag; an element with nothing in it is taken back. */
static void
group_end(struct out *out, const char *indent, const char *name, size_t begin)
{
	if (out->writer->used == begin + strlen(indent) + strlen(name) + strlen("<>\n"))
		out->writer->used = begin;
	else
		text_printf(out->writer, "%s</%s>\n", indent, name);
}

/* <NAME>P1D</NAME>, when there is a value and it fits the row `path`. */
static void
put_duration(struct out *out, const char *indent, const char *name, const char *path, int64_t value)
{
	if (!fits(out, path, value))
		return;
	text_printf(out->writer, "%s<%s>", indent, name);
	policy_duration_write(value, out->writer);
	text_printf(out->writer, "</%s>\n", name);
}

/* <NAME><Min>P1D</Min><Max>P2D</Max></NAME> */
static void
put_range(struct out *out, const char *start_tag, const char *name, const char *path, int64_t min,
    int64_t max)
{
	if (max == NOT_SET || !fits(out, path, min) || !fits(out, path, max))
		return;
	text_printf(out->writer, "      <%s><Min>", start_tag);
	policy_duration_write(min, out->writer);
	text_add(out->writer, "</Min><Max>");
	policy_duration_write(max, out->writer);
	text_printf(out->writer, "</Max></%s>\n", name);
}

/* The DNSKEY RRset is one of the zone: OpenDNSSEC's bound is for what comes in. */
static int64_t
max_zone_ttl(const struct kasp_policy *kasp)
{
	if (kasp->max_zone_ttl == NOT_SET)
		return NOT_SET;
	return kasp->dnskey_ttl > kasp->max_zone_ttl ? kasp->dnskey_ttl : kasp->max_zone_ttl;
}

/* The shortest time from inception to expiration: jitter goes both ways, inception is set back. */
static int64_t
shortest(const struct kasp_policy *kasp, int64_t validity)
{
	return validity == NOT_SET ? NOT_SET
				   : validity - known(kasp->jitter) + known(kasp->inception_offset);
}

static int64_t
longest(const struct kasp_policy *kasp, int64_t validity)
{
	return validity == NOT_SET ? NOT_SET
				   : validity + known(kasp->jitter) + known(kasp->inception_offset);
}

/* No signature in the zone is older. */
static int64_t
longest_of_all(const struct kasp_policy *kasp)
{
	int64_t validity = kasp->validity;

	if (kasp->validity_denial > validity)
		validity = kasp->validity_denial;
	if (kasp->validity_keyset > validity)
		validity = kasp->validity_keyset;
	return longest(kasp, validity);
}

/*
 * The life that a signature in the zone has left at the least: at each run the signer makes those
 * anew that have less than Refresh. NOT_SET when a policy could not hold it.
 */
static int64_t
remaining(struct out *out)
{
	const struct kasp_policy *kasp = out->kasp;
	const int64_t validities[] = {kasp->validity, kasp->validity_denial, kasp->validity_keyset};
	int64_t least = known(kasp->refresh) - known(kasp->resign);

	if (kasp->refresh == NOT_SET)
		return NOT_SET;
	if (least <= 0) {
		kasp_note(out->kasp, "Signatures/Refresh: not above Resign");
		return NOT_SET;
	}
	if (max_zone_ttl(kasp) != NOT_SET &&
	    least <= max_zone_ttl(kasp) + out->probe->values.zone.propagation_delay) {
		kasp_note(out->kasp, "Signatures/Refresh: less Resign it is not above MaxZoneTTL "
				     "and the propagation delay together, so that caches may hold "
				     "expired signatures");
		return NOT_SET;
	}
	for (size_t i = 0; i < sizeof(validities) / sizeof(validities[0]); i++) {
		if (validities[i] != NOT_SET && shortest(kasp, validities[i]) <= least) {
			kasp_note(out->kasp, "Signatures/Refresh: less Resign it is not below "
					     "every Validity less Jitter");
			return NOT_SET;
		}
	}
	return least;
}

static void
put_validity(struct out *out, const char *whose, int64_t validity)
{
	struct text_writer tag = {0};

	if (validity != NOT_SET && shortest(out->kasp, validity) <= 0) {
		kasp_note(out->kasp, "Signatures/Validity: not above Jitter");
		return;
	}
	text_printf(&tag, "Validity%s%s%s", whose == NULL ? "" : " for=\"",
	    whose == NULL ? "" : whose, whose == NULL ? "" : "\"");
	if (tag.failed)
		out->writer->failed = true;
	else
		put_range(out, tag.text, "Validity", "Signatures/Validity/Max",
		    shortest(out->kasp, validity), longest(out->kasp, validity));
	text_writer_clear(&tag);
}

static void
put_signatures(struct out *out)
{
	const struct kasp_policy *kasp = out->kasp;
	int64_t least = remaining(out);
	size_t begin = group_begin(out, "    ", "Signatures"), inner;

	put_validity(out, NULL, kasp->validity);
	put_validity(out, "DNSKEY", kasp->validity_keyset);
	put_validity(out, "Denial", kasp->validity_denial);
	inner = group_begin(out, "      ", "Remaining");
	put_duration(out, "        ", "Min", "Signatures/Remaining/Min", least);
	group_end(out, "      ", "Remaining", inner);
	put_range(out, "InceptionOffset", "InceptionOffset", "Signatures/InceptionOffset/Max", 0,
	    longest_of_all(kasp));
	put_duration(out, "      ", "ResignInterval", "Signatures/ResignInterval", kasp->resign);
	put_duration(out, "      ", "MaxZoneTTL", "Signatures/MaxZoneTTL", max_zone_ttl(kasp));
	group_end(out, "    ", "Signatures", begin);
}

static void
put_number(struct out *out, const char *path, const char *before, int64_t value, const char *after)
{
	if (fits(out, path, value))
		text_printf(out->writer, "          %s%d%s\n", before, (int)value, after);
}

static void
put_denial(struct out *out)
{
	const struct kasp_policy *kasp = out->kasp;

	if (!kasp->nsec && !kasp->nsec3)
		return;
	text_add(out->writer, "    <Denial>\n");
	if (kasp->nsec)
		text_add(out->writer, "      <NSEC/>\n");
	if (kasp->nsec3) {
		text_printf(out->writer,
		    "      <NSEC3>\n        <OptOut>%s</OptOut>\n        <Hash>\n",
		    kasp->opt_out ? "allowed" : "forbidden");
		put_number(out, "Denial/NSEC3/Hash/Algorithm", "<Algorithm>", kasp->hash_algorithm,
		    "</Algorithm>");
		put_number(out, "Denial/NSEC3/Hash/MaxIterations", "<MaxIterations>",
		    kasp->iterations, "</MaxIterations>");
		put_number(out, "Denial/NSEC3/Hash/Salt/@maxlength", "<Salt maxlength=\"",
		    kasp->salt_length, "\"/>");
		text_add(out->writer, "        </Hash>\n      </NSEC3>\n");
	}
	text_add(out->writer, "    </Denial>\n");
}

/* keys[i] says of its algorithm what an earlier one said. */
static bool
is_repeated(const struct kasp_policy *kasp, size_t i)
{
	const struct kasp_key *key = &kasp->keys[i];

	for (size_t j = 0; j < i; j++) {
		const struct kasp_key *other = &kasp->keys[j];

		if (other->role == key->role && other->algorithm == key->algorithm &&
		    (other->length == key->length || !algorithm_is_rsa((uint8_t)key->algorithm)))
			return true;
	}
	return false;
}

/* Only RSA keys have a length that is not their algorithm's. */
static void
put_algorithm(struct out *out, size_t i)
{
	const struct kasp_key *key = &out->kasp->keys[i];

	if (!fits(out, "Keys/KSK/Algorithm/text()", key->algorithm) || is_repeated(out->kasp, i))
		return;
	text_add(out->writer, "        <Algorithm");
	if (algorithm_is_rsa((uint8_t)key->algorithm) &&
	    fits(out, "Keys/KSK/Algorithm/@length", key->length))
		text_printf(out->writer, " length=\"%d\"", (int)key->length);
	text_printf(out->writer, ">%d</Algorithm>\n", (int)key->algorithm);
}

static const struct {
	const char *name, *roll_type, *lifetime;
	unsigned standard; /* what OpenDNSSEC 2 does when no type is named */
} roles[] = {
    [ROLE_KSK] = {"KSK", "KskRollType", "Keys/KSK/Lifetime/Max", 0 /* KskDoubleSignature */},
    [ROLE_ZSK] = {"ZSK", "ZskRollType", "Keys/ZSK/Lifetime/Max", 0 /* ZskPrePublication */},
    [ROLE_CSK] = {"CSK", "CskRollType", "Keys/CSK/Lifetime/Max", 4 /* CskPrePublication */},
};

/* A key lives for its Lifetime and, beside its successor, for the time that a roll takes. */
static void
put_lifetime(struct out *out, enum key_role role, int64_t lifetime)
{
	int64_t roll = policy_roll_time(out->probe, role);

	if (lifetime <= 0)
		return;
	if (lifetime <= roll) {
		kasp_note(out->kasp, "Keys/%s/Lifetime: not above the time that one roll takes",
		    roles[role].name);
		return;
	}
	if (!fits(out, roles[role].lifetime, lifetime + roll))
		return;
	text_add(out->writer, "        <Lifetime><Max>");
	policy_duration_write(lifetime + roll, out->writer);
	text_add(out->writer, "</Max></Lifetime>\n");
}

static void
put_roll_types(struct out *out, enum key_role role, unsigned types)
{
	struct text_writer path = {0};
	const struct policy_row *row;

	text_printf(&path, "Keys/%s/%s", roles[role].name, roles[role].roll_type);
	out->writer->failed |= path.failed;
	row = path.failed ? NULL : policy_row_find(path.text);
	for (unsigned i = 0; row != NULL && row->words[i] != NULL; i++) {
		if (types >> i & 1)
			text_printf(out->writer, "        <%s>%s</%s>\n", roles[role].roll_type,
			    row->words[i], roles[role].roll_type);
	}
	text_writer_clear(&path);
}

/* All keys of one role: what any of them may be. */
static void
put_role(struct out *out, enum key_role role)
{
	const struct kasp_policy *kasp = out->kasp;
	struct role_rules *probe = &out->probe->release.roles[role];
	int64_t lifetime = 0;
	unsigned types = 0;
	bool any = false;

	for (size_t i = 0; i < kasp->n_keys; i++) {
		const struct kasp_key *key = &kasp->keys[i];

		if (key->role != role)
			continue;
		any = true;
		types |= 1U << (key->roll_type == NOT_SET ? roles[role].standard
							  : (unsigned)key->roll_type);
		probe->rfc5011 |= key->rfc5011;
		lifetime = key->lifetime > lifetime ? key->lifetime : lifetime;
	}
	if (!any)
		return;
	text_printf(out->writer, "      <%s>\n", roles[role].name);
	for (size_t i = 0; i < kasp->n_keys; i++) {
		if (kasp->keys[i].role == role)
			put_algorithm(out, i);
	}
	put_lifetime(out, role, lifetime);
	put_roll_types(out, role, types);
	if (probe->rfc5011)
		text_add(out->writer, "        <RFC5011/>\n");
	text_printf(out->writer, "      </%s>\n", roles[role].name);
}

static void
put_keys(struct out *out)
{
	const struct kasp_policy *kasp = out->kasp;
	size_t begin = group_begin(out, "    ", "Keys");

	put_range(out, "TTL", "TTL", "Keys/TTL/Max", kasp->dnskey_ttl, kasp->dnskey_ttl);
	put_duration(out, "      ", "PublishSafety", "Keys/PublishSafety", kasp->publish_safety);
	put_duration(out, "      ", "RetireSafety", "Keys/RetireSafety", kasp->retire_safety);
	for (enum key_role role = ROLE_KSK; role < ROLE_FOREIGN; role++)
		put_role(out, role);
	group_end(out, "    ", "Keys", begin);
}

static void
put_zone(struct out *out)
{
	const struct kasp_policy *kasp = out->kasp;
	size_t begin = group_begin(out, "    ", "Zone"), inner;

	put_duration(
	    out, "      ", "PropagationDelay", "Zone/PropagationDelay", kasp->propagation_delay);
	inner = group_begin(out, "      ", "SOA");
	put_duration(out, "        ", "MaxMinimum", "Zone/SOA/MaxMinimum", kasp->soa_minimum);
	group_end(out, "      ", "SOA", inner);
	group_end(out, "    ", "Zone", begin);
}

static void
put_parent(struct out *out)
{
	const struct kasp_policy *kasp = out->kasp;
	size_t begin = group_begin(out, "    ", "Parent"), inner;

	put_duration(out, "      ", "PropagationDelay", "Parent/PropagationDelay",
	    kasp->parent_propagation_delay);
	put_duration(out, "      ", "RegistrationDelay", "Parent/RegistrationDelay",
	    kasp->registration_delay);
	inner = group_begin(out, "      ", "DS");
	if (kasp->ds_ttl != NOT_SET)
		text_add(out->writer, "        <!-- The signer assumes this TTL; compare it with "
				      "what the parent publishes. -->\n");
	put_duration(out, "        ", "MaxTTL", "Parent/DS/MaxTTL", kasp->ds_ttl);
	group_end(out, "      ", "DS", inner);
	group_end(out, "    ", "Parent", begin);
}

/* Gives the probe a value that is there and in its row's range: as it will be read back. */
static void
probe_set(const char *path, int64_t value, zg_policy *probe)
{
	const struct policy_row *row = policy_row_find(path);

	if (value != NOT_SET && value >= row->min && value <= row->max)
		policy_integer_store(probe, row->place, row->size, value);
}

static void
probe_fill(const struct kasp_policy *kasp, zg_policy *probe)
{
	probe_set("Keys/TTL/Max", kasp->dnskey_ttl, probe);
	probe_set("Keys/PublishSafety", kasp->publish_safety, probe);
	probe_set("Keys/RetireSafety", kasp->retire_safety, probe);
	probe_set("Signatures/MaxZoneTTL", max_zone_ttl(kasp), probe);
	probe_set("Zone/PropagationDelay", kasp->propagation_delay, probe);
	probe_set("Parent/PropagationDelay", kasp->parent_propagation_delay, probe);
	probe_set("Parent/RegistrationDelay", kasp->registration_delay, probe);
	probe_set("Parent/DS/MaxTTL", kasp->ds_ttl, probe);
}

void
kasp_write(struct kasp_policy *kasp, struct text_writer *writer)
{
	struct out out = {.kasp = kasp, .writer = writer, .probe = policy_new()};

	if (out.probe == NULL) {
		writer->failed = true;
		return;
	}
	probe_fill(kasp, out.probe);
	text_printf(writer, "  <Policy name=\"%s\">\n", kasp->name);
	if (kasp->description != NULL) {
		text_add(writer, "    <Description>");
		policy_xml_add(writer, kasp->description);
		text_add(writer, "</Description>\n");
	}
	if (kasp->passthrough)
		text_add(writer, "    <Unsigned>allowed</Unsigned>\n");
	put_signatures(&out);
	put_denial(&out);
	put_keys(&out);
	put_zone(&out);
	put_parent(&out);
	if (kasp->n_notes > KASP_NOTES_MAX)
		text_printf(&kasp->notes, "    <!-- Not taken over: %zu more -->\n",
		    kasp->n_notes - KASP_NOTES_MAX);
	if (kasp->notes.text != NULL)
		text_add(writer, kasp->notes.text);
	text_add(writer, "  </Policy>\n");
	writer->failed |= kasp->notes.failed;
	zg_policy_free(out.probe);
}
