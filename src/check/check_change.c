/* Rows about what changed since the zone in force. */
#include "check/check_rows.h"

#include <stdio.h>
#include <string.h>

#include "dns/name.h"
#include "dns/serial.h"
#include "zone/zone_diff.h"

#define DAY  86400
#define YEAR (366 * (int64_t)DAY)

/* ---- Serial ---- */

/* Both zones have an SOA and they are not the same zone: a second look at what is in force passes
 * (DESIGN 9.2). */
static bool
serial_counts(const struct check_context *context)
{
	const struct change_facts *change = context->facts->change;

	return context->facts->has_soa && change->had_soa && !change->same_digest;
}

/* RFC 1982 section 3.2; where the order is undefined a secondary may take the zone for older. */
void
check_serial_lower(struct check_context *context)
{
	uint32_t serial = context->facts->soa.serial;
	uint32_t former = context->facts->change->soa.serial;

	/* A floor whatever the policy's Serial says: secondaries would not take the zone. */
	if (serial_counts(context) && serial != former && !serial_greater(serial, former))
		check_emit_zone(context, "expected a serial greater than %lu, found %lu",
		    (unsigned long)former, (unsigned long)serial);
}

void
check_serial_equal(struct check_context *context)
{
	uint32_t serial = context->facts->soa.serial;

	if (serial_counts(context) && serial == context->facts->change->soa.serial)
		check_emit_zone(context,
		    "expected another serial than %lu, which is in force with other content",
		    (unsigned long)serial);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, which counts from 1 March here so that
 * the leap day is the last of its year. */
static int64_t
days_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* Days in a month: the distance to the first of the next one. */
static int64_t
days_in_month(int64_t year, int64_t month)
{
	int64_t next = month < 12 ? days_of_date(year, month + 1, 1) : days_of_date(year + 1, 1, 1);

	return next - days_of_date(year, month, 1);
}

enum serial_form { SERIAL_COUNTER, SERIAL_DATE, SERIAL_TIME };

/* The serial reads as YYYYMMDDnn of the last twenty years, or a little ahead (RFC 1912 section
 * 2.2). */
static bool
serial_is_date(uint32_t serial, int64_t now)
{
	int64_t year = serial / 1000000, month = serial / 10000 % 100, day = serial / 100 % 100;
	int64_t time;

	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	time = days_of_date(year, month, day) * DAY;
	return time > now - 20 * YEAR && time < now + YEAR;
}

/* The form that a serial seems to have; one that fits no form, or both, is a counter. */
static enum serial_form
serial_form(uint32_t serial, int64_t now)
{
	bool date = serial_is_date(serial, now);
	bool time = serial > now - 20 * YEAR && serial < now + YEAR;

	if (date == time)
		return SERIAL_COUNTER;
	return date ? SERIAL_DATE : SERIAL_TIME;
}

/* Half of what RFC 1982 section 3.1 lets a serial advance by at once. */
#define SERIAL_JUMP_MAX (1U << 30)

void
check_serial_jump(struct check_context *context)
{
	uint32_t serial = context->facts->soa.serial;
	uint32_t former = context->facts->change->soa.serial;
	enum serial_form form = serial_form(serial, context->now);
	enum serial_form former_form = serial_form(former, context->now);

	if (!serial_counts(context) || context->policy->zone.serial_any ||
	    !serial_greater(serial, former))
		return;
	if (serial - former > SERIAL_JUMP_MAX) {
		check_emit_zone(context, "the serial advances by %lu, from %lu to %lu",
		    (unsigned long)(serial - former), (unsigned long)former, (unsigned long)serial);
		check_fact_change(context, serial - former, "advance");
	} else if (form != former_form && form != SERIAL_COUNTER && former_form != SERIAL_COUNTER) {
		check_emit_zone(context, "the serial changes from %s to %s, from %lu to %lu",
		    former_form == SERIAL_DATE ? "date" : "seconds since 1970",
		    form == SERIAL_DATE ? "date" : "seconds since 1970", (unsigned long)former,
		    (unsigned long)serial);
		check_fact_change(context, 0, "form %d to %d", former_form, form);
	}
}

/* ---- Guards ---- */

#define GUARD_TEXT_MAX 32

/* `amount` is above the bound (a number, or percent of `before`) and not below the minimum. */
bool
change_guard_fires(
    uint64_t amount, uint64_t before, int64_t max_count, int32_t max_percent, int64_t minimum)
{
	if (amount == 0 || (minimum > 0 && amount < (uint64_t)minimum))
		return false;
	if (max_count != NOT_SET && amount > (uint64_t)max_count)
		return true;
	return max_percent != NOT_SET && amount * 100 > (uint64_t)max_percent * before;
}

/* "3 percent" or "20": the bound that was passed. */
static const char *
guard_bound(int64_t max_count, int32_t max_percent, char text[GUARD_TEXT_MAX])
{
	if (max_count != NOT_SET)
		(void)snprintf(text, GUARD_TEXT_MAX, "%lld", (long long)max_count);
	else
		(void)snprintf(text, GUARD_TEXT_MAX, "%ld percent", (long)max_percent);
	return text;
}

/* The loss as a finding: as many as were lost, at the first of them. */
static void
emit_lost(struct check_context *context, const struct change_fact *fact,
    const struct change_guard *guard, const char *what)
{
	struct tally *tally = &context->result->tally;
	char bound[GUARD_TEXT_MAX];

	(void)guard_bound(guard->max_shrink_count, guard->max_shrink_percent, bound);
	for (size_t i = 0; i < fact->lost_examples.n_examples; i++) {
		const struct tally_example *lost = &fact->lost_examples.examples[i];
		uint8_t name[ZG_NAME_MAX];
		const char *why;

		if (name_from_text(lost->owner, strlen(lost->owner), NULL, name, &why) == 0)
			continue;
		tally_add(tally, lost->order, name, lost->type, 0,
		    "%s: %llu of %llu %s are lost, expected %s at most", lost->detail,
		    (unsigned long long)fact->lost, (unsigned long long)fact->before, what, bound);
	}
	tally->count = fact->lost;
	check_fact_change(context, fact->lost, "%s lost", what);
}

static void
emit_gained(struct check_context *context, const struct change_fact *fact,
    const struct change_guard *guard, const char *what)
{
	char bound[GUARD_TEXT_MAX];

	check_emit_zone(context, "%llu %s are new beside %llu in force, expected %s at most",
	    (unsigned long long)fact->gained, what, (unsigned long long)fact->before,
	    guard_bound(guard->max_growth_count, guard->max_growth_percent, bound));
	check_fact_change(context, fact->gained, "%s gained", what);
}

/*
 * A loss is not made good by as many gains: what is lost is compared, and what is gained, each for
 * itself.
 */
static void
check_guard(struct check_context *context, enum change_count which,
    const struct change_guard *guard, const char *what)
{
	const struct change_fact *fact = &context->facts->change->counts[which];

	if (change_guard_fires(fact->lost, fact->before, guard->max_shrink_count,
		guard->max_shrink_percent, guard->minimum))
		emit_lost(context, fact, guard, what);
	if (change_guard_fires(fact->gained, fact->before, guard->max_growth_count,
		guard->max_growth_percent, guard->minimum))
		emit_gained(context, fact, guard, what);
}

void
check_change_records(struct check_context *context)
{
	check_guard(context, CHANGE_RECORDS, &context->policy->change.records, "records");
}

void
check_change_delegations(struct check_context *context)
{
	check_guard(
	    context, CHANGE_DELEGATIONS, &context->policy->change.delegations, "delegations");
}

void
check_change_secure_delegations(struct check_context *context)
{
	check_guard(context, CHANGE_SECURE_DELEGATIONS, &context->policy->change.secure_delegations,
	    "secure delegations");
}

void
check_change_ns_hosts(struct check_context *context)
{
	check_guard(context, CHANGE_NS_HOSTS, &context->policy->change.ns_hosts, "name servers");
}

/* Customers' defects are held to the bounds for new delegations, where the policy has none to those
 * for lost ones: DESIGN 9.8. */
void
check_change_customer_defects(struct check_context *context)
{
	const struct change_guard *guard = &context->policy->change.delegations;
	uint64_t before = context->customer_before, now = context->customer_now;
	bool growth = guard->max_growth_count != NOT_SET || guard->max_growth_percent != NOT_SET;
	int64_t max_count = growth ? guard->max_growth_count : guard->max_shrink_count;
	int32_t max_percent = growth ? guard->max_growth_percent : guard->max_shrink_percent;

	if (now <= before ||
	    !change_guard_fires(now - before, before, max_count, max_percent, guard->minimum))
		return;
	check_emit_zone(context, "findings about customers' data grew from %llu to %llu",
	    (unsigned long long)before, (unsigned long long)now);
	check_fact_change(context, now - before, "growth");
}

/* ---- Apex, denial ---- */

void
check_change_apex_ns(struct check_context *context)
{
	if (!context->facts->change->apex_ns_changed)
		return;
	check_emit_zone(context, "the NS RRset of the apex is not that of the zone in force");
	check_fact_rrset(context, 0, RR_NS, true);
}

void
check_change_apex_keys(struct check_context *context)
{
	if (!context->facts->change->apex_keys_changed)
		return;
	check_emit_zone(context, "the DNSKEY RRset is not that of the zone in force");
	check_fact_rrset(context, 0, RR_DNSKEY, true);
}

void
check_change_denial(struct check_context *context)
{
	const struct denial_facts *denial = &context->facts->denial;

	if (!context->facts->change->denial_changed)
		return;
	check_emit_zone(
	    context, "NSEC, NSEC3, opt-out or NSEC3PARAM are not those of the zone in force");
	check_fact(context, 0, "nsec %d nsec3 %d opt-out %d", denial->has_nsec, denial->has_nsec3,
	    denial->n_opt_out_spans > 0);
	check_fact_rrset(context, 0, RR_NSEC3PARAM, true);
}

/* ---- Watch-list ---- */

/* A watched name that is there: its delegation must be that of the zone in force. */
static void
watch_delegation(struct check_context *context, const uint8_t *name, uint32_t owner)
{
	static const uint16_t watched[] = {RR_NS, RR_DS};
	const struct change_facts *change = context->facts->change;
	uint32_t former = change == NULL ? NO_OWNER : zone_find(change->previous, name);

	if (former == NO_OWNER)
		return;
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
		if (zone_diff_same_rrset(
			context->zone, owner, change->previous, former, watched[i]))
			continue;
		check_emit_at(context, owner, watched[i], context->zone->owners[owner].first,
		    "this name is watched: its RRset is not that of the zone in force");
		check_fact_rrset(context, owner, watched[i], true);
	}
}

/* Names of other zones that share the policy are passed over. */
void
check_change_watch_list(struct check_context *context)
{
	for (size_t i = 0; i < context->policy->change.n_watch; i++) {
		const uint8_t *name = context->policy->change.watch[i];
		uint32_t owner = zone_find(context->zone, name);
		char text[NAME_TEXT_MAX];

		if (!name_in(name, context->zone->origin))
			continue;
		if (owner != NO_OWNER) {
			watch_delegation(context, name, owner);
			continue;
		}
		tally_add(&context->result->tally, i, name, 0, 0,
		    "this name is watched: expected it in the zone");
		(void)name_to_text(name, text);
		check_fact(context, 0, "missing %s", text);
	}
}

/* ---- First appearances ---- */

void
check_change_new_type(struct check_context *context)
{
	const struct change_facts *change = context->facts->change;
	char text[RR_TYPE_TEXT_MAX];

	for (size_t i = 0; i < change->n_new_types && i < CHANGE_NEW_TYPES_MAX; i++)
		check_emit_zone(context, "type %s is not in the zone in force",
		    rr_type_to_text(change->new_types[i], text));
	if (change->n_new_types > CHANGE_NEW_TYPES_MAX)
		context->result->tally.count = change->n_new_types;
}

/* The first DS of a delegation with that value in one of its octets. */
static void
emit_first_ds(struct check_context *context, size_t octet, uint8_t value, const char *text)
{
	const struct zone *zone = context->zone;

	for (uint32_t owner = 0; owner < zone->n_owners; owner++) {
		struct rrset set;

		if (!(zone->owners[owner].flags & OWNER_CUT) ||
		    !zone_rrset(zone, owner, RR_DS, &set))
			continue;
		for (uint32_t r = set.first; r < set.first + set.count; r++) {
			if (zone_record(zone, r)->rdlen <= octet ||
			    zone_rdata(zone, r)[octet] != value)
				continue;
			check_emit_at(
			    context, owner, RR_DS, r, "%s %u is new in delegations", text, value);
			check_fact(context, 0, "%s %u", text, value);
			return;
		}
	}
}

/* Octets of a DS: RFC 4034 section 5.1. */
#define DS_ALGORITHM   2
#define DS_DIGEST_TYPE 3

void
check_change_new_algorithm(struct check_context *context)
{
	for (unsigned i = 0; i < 256; i++) {
		if (context->facts->change->new_algorithms[i])
			emit_first_ds(context, DS_ALGORITHM, (uint8_t)i, "algorithm");
	}
}

void
check_change_new_digest_type(struct check_context *context)
{
	for (unsigned i = 0; i < 256; i++) {
		if (context->facts->change->new_digest_types[i])
			emit_first_ds(context, DS_DIGEST_TYPE, (uint8_t)i, "digest type");
	}
}
