/* What a look at the parent means: one function for each thing that can be wrong. */
#include "publish/parent_judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "dns/policy_values.h"
#include "dns/serial.h"
#include "publish/ds_match.h"

/* ---- Servers ---- */

/* What is wrong with a server, and how bad that is. */
static const struct {
	enum look_answer answer;
	enum status_level level;
	const char *id, *words;
} server_faults[] = {
    {LOOK_BOGUS, STATUS_CRITICAL, "parent-server-bogus", "gives what does not verify"},
    {LOOK_EXPIRED, STATUS_CRITICAL, "parent-server-expired", "gives expired signatures"},
    {LOOK_ALIAS, STATUS_CRITICAL, "parent-server-alias",
	"has a CNAME or DNAME where the zone should be"},
    {LOOK_DEAD, STATUS_WARNING, "parent-server-dead", "does not answer"},
    {LOOK_UNASKED, STATUS_WARNING, "parent-server-not-asked", "was not asked: no time was left"},
    {LOOK_MALFORMED, STATUS_WARNING, "parent-server-malformed", "sends what is no answer"},
    {LOOK_REFUSED, STATUS_WARNING, "parent-server-refused", "refuses to answer"},
    {LOOK_LAME, STATUS_WARNING, "parent-server-lame", "has no authority for the parent"},
    {LOOK_INSECURE, STATUS_CRITICAL, "parent-server-insecure",
	"has keys that no validator can follow"},
};
#define SERVER_FAULTS (sizeof(server_faults) / sizeof(server_faults[0]))

static bool
has_fault(const struct look_server *server, enum look_answer fault)
{
	return server->answer == fault ||
	       (fault != LOOK_UNASKED && look_is_proved(server->answer) && server->flaw == fault);
}

/* The first server with a fault, how many there are, and why. */
static void
judge_fault(const struct parent_look *look, size_t fault, struct status_report *report)
{
	const struct look_server *first = NULL;
	const char *why;
	size_t n = 0;

	for (size_t i = 0; i < look->n_servers; i++) {
		if (!has_fault(&look->servers[i], server_faults[fault].answer))
			continue;
		if (first == NULL)
			first = &look->servers[i];
		n++;
	}
	if (first == NULL)
		return;
	why = look_is_proved(first->answer) ? first->flaw_note : first->note;
	status_add(report, server_faults[fault].level, server_faults[fault].id,
	    "%zu of %zu servers: %s %s%s%s", n, look->n_servers, first->server,
	    server_faults[fault].words, why[0] != '\0' ? ": " : "", why);
}

/* Since when a greater serial than this was known, here or in a look before. */
static int64_t
behind_since(const struct parent_judge_inputs *inputs, uint32_t serial)
{
	int64_t since = INT64_MAX;

	for (size_t i = 0; i < inputs->look->n_servers; i++) {
		const struct look_server *other = &inputs->look->servers[i];

		if (other->has_serial && serial_greater(other->serial, serial))
			since = inputs->look->time;
	}
	for (size_t i = 0; inputs->before != NULL && i < inputs->before->n_rows; i++) {
		const struct history_ds *row = &inputs->before->rows[i];

		if (row->source == SOURCE_AUTHORITATIVE && row->serial != 0 && row->time < since &&
		    serial_greater(row->serial, serial))
			since = row->time;
	}
	return since;
}

/* A server that stays behind the others for longer than the parent's propagation takes. */
static void
judge_stale(const struct parent_judge_inputs *inputs, struct status_report *report)
{
	for (size_t i = 0; i < inputs->look->n_servers; i++) {
		const struct look_server *server = &inputs->look->servers[i];
		char span[DURATION_TEXT_MAX];
		int64_t since;

		if (!server->has_serial)
			continue;
		since = behind_since(inputs, server->serial);
		if (since == INT64_MAX || inputs->now - since <= inputs->rules->lag)
			continue;
		duration_format((uint64_t)(inputs->now - since), span);
		status_add(report, STATUS_WARNING, "parent-server-stale",
		    "%s still has serial %" PRIu32 " of the parent, of which a later one was seen "
		    "%s ago",
		    server->server, server->serial, span);
		return;
	}
}

/* ---- What they say together ---- */

/* Nothing was proved: why not. */
static void
judge_unknown(const struct parent_look *look, struct status_report *report)
{
	if (look->chain == LOOK_BOGUS || look->chain == LOOK_EXPIRED)
		status_add(report, STATUS_CRITICAL,
		    look->chain == LOOK_EXPIRED ? "parent-chain-expired" : "parent-chain-bogus",
		    "the way from the trust anchor to the parent does not verify: %s", look->why);
	else if (look->chain == LOOK_INSECURE)
		status_add(report, STATUS_CRITICAL, "parent-chain-insecure", "%s", look->why);
	else if (look->chain != LOOK_DS)
		status_add(report, STATUS_UNKNOWN, "parent-unreachable", "%s", look->why);
	else
		status_add(report, STATUS_UNKNOWN, "parent-unreachable",
		    "none of %zu servers of the parent gave an answer that is proved",
		    look->n_servers);
}

static void
judge_agreement(const struct parent_judge_inputs *inputs, const struct look_agreed *agreed,
    struct status_report *report)
{
	const struct parent_look *look = inputs->look;
	const struct look_server *other = NULL;

	for (size_t i = 0; i < look->n_servers && other == NULL; i++) {
		const struct look_server *server = &look->servers[i];

		if (look_is_proved(server->answer) &&
		    !look_ds_same(server->ds, server->n_ds, agreed->by->ds, agreed->by->n_ds))
			other = server;
	}
	if (other != NULL)
		status_add(report, agreed->agreed ? STATUS_WARNING : STATUS_CRITICAL,
		    "parent-servers-disagree",
		    "%zu servers publish %zu different DS sets: %s says something else than %s",
		    agreed->n_proved, agreed->n_sets, other->server, agreed->by->server);
	if (agreed->ttl != agreed->ttl_least)
		status_add(report, STATUS_WARNING, "parent-ttl-differs",
		    "the same DS set has TTL %" PRIu32 " at one server and %" PRIu32 " at another",
		    agreed->ttl_least, agreed->ttl);
}

static bool
is_no_name(const struct parent_look *look)
{
	for (size_t i = 0; i < look->n_servers; i++) {
		if (look->servers[i].answer == LOOK_NO_NAME)
			return true;
	}
	return false;
}

/* ---- Against the look before ---- */

static bool
is_wanted(const struct release_facts *in_force, const struct look_agreed *agreed)
{
	return in_force != NULL && in_force->next_ds_given &&
	       look_ds_same(
		   in_force->next_ds, in_force->n_next_ds, agreed->by->ds, agreed->by->n_ds);
}

static void
judge_changes(const struct parent_judge_inputs *inputs, const struct look_agreed *agreed,
    struct status_report *report)
{
	const struct parent_known *before = inputs->before;
	bool wanted = is_wanted(inputs->in_force, agreed);
	char since[UTC_TEXT_MAX];

	if (before == NULL || before->looks.agreed_time == 0)
		return;
	utc_format(before->looks.agreed_time, since);
	if (!look_ds_same(
		before->looks.agreed, before->looks.n_agreed, agreed->by->ds, agreed->by->n_ds)) {
		status_add(report, wanted ? STATUS_OK : STATUS_WARNING, "parent-ds-changed",
		    "the DS set is another than at %s: %zu records, before %zu%s", since,
		    agreed->by->n_ds, before->looks.n_agreed,
		    wanted ? "; it is what the zone asks for" : "");
		return;
	}
	if (before->looks.n_agreed > 0 && before->looks.agreed_ttl != agreed->ttl)
		status_add(report, STATUS_WARNING, "parent-ttl-changed",
		    "the TTL of the DS set is %" PRIu32 ", at %s it was %" PRIu32, agreed->ttl,
		    since, before->looks.agreed_ttl);
}

/* ---- Against the zone in force ---- */

/* APNIC 2016: the parent got a DS that the zone had no key for. */
static zg_status
judge_keys(const struct parent_judge_inputs *inputs, const struct look_agreed *agreed,
    struct status_report *report)
{
	const struct release_facts *release = inputs->in_force;
	struct ds_match match;
	zg_status status;

	if (release == NULL || agreed->by->n_ds == 0)
		return ZG_OK;
	status = ds_match(inputs->zone, release, agreed->by->ds, agreed->by->n_ds, &match);
	if (status != ZG_OK)
		return status;
	if (!match.works)
		status_add(report, STATUS_CRITICAL, "parent-ds-unmatched",
		    "no DS of the parent leads to a key of serial %" PRIu32
		    " that signs its DNSKEY RRset: the zone does not validate",
		    release->serial);
	else if (match.foreign != NULL)
		status_add(report, STATUS_WARNING, "parent-ds-without-key",
		    "DS %u/%u of the parent is of no key of serial %" PRIu32,
		    match.foreign->algorithm, match.foreign->tag, release->serial);
	return ZG_OK;
}

/* A zone that was secure, and is not any more. */
static void
judge_absent(const struct parent_judge_inputs *inputs, const struct look_agreed *agreed,
    struct status_report *report)
{
	const struct parent_known *before = inputs->before;

	if (agreed->by->n_ds > 0)
		return;
	if (is_no_name(inputs->look))
		status_add(report, STATUS_CRITICAL, "parent-no-name",
		    "the parent proves that the name does not exist: there is no delegation");
	else if (before != NULL && before->looks.agreed_time != 0 && before->looks.n_agreed > 0)
		status_add(report,
		    is_wanted(inputs->in_force, agreed) ? STATUS_WARNING : STATUS_CRITICAL,
		    "parent-ds-gone",
		    "the parent had a DS set and has none any more: the zone is not secure");
}

zg_status
parent_judge(const struct parent_judge_inputs *inputs, struct status_report *report)
{
	const struct parent_look *look = inputs->look;
	struct look_agreed agreed;
	zg_status status = ZG_OK;

	*report = (struct status_report){.level = STATUS_OK};
	(void)snprintf(report->zone, sizeof(report->zone), "%s", inputs->zone);
	look_agree(look, inputs->rules->majority, &agreed);
	for (size_t i = 0; i < SERVER_FAULTS; i++)
		judge_fault(look, i, report);
	judge_stale(inputs, report);
	if (look->list_why[0] != '\0')
		status_add(report, STATUS_WARNING, "parent-servers-unproved",
		    "the resolver's list of the parent's servers does not verify, and some may be "
		    "missing: %s",
		    look->list_why);
	if (agreed.by == NULL) {
		judge_unknown(look, report);
		return ZG_OK;
	}
	judge_agreement(inputs, &agreed, report);
	judge_absent(inputs, &agreed, report);
	judge_changes(inputs, &agreed, report);
	if (agreed.agreed)
		status = judge_keys(inputs, &agreed, report);
	return status;
}

void
parent_judge_age(const struct parent_known *known, const struct parent_rules *rules,
    const char *zone, int64_t now, struct status_report *report)
{
	char when[UTC_TEXT_MAX];

	*report = (struct status_report){.level = STATUS_OK};
	(void)snprintf(report->zone, sizeof(report->zone), "%s", zone);
	if (!rules->asked || known->looks.last.time == 0)
		return;
	utc_format(known->looks.agreed_time, when);
	if (known->looks.agreed_time == 0)
		status_add(report, STATUS_WARNING, "parent-ds-old",
		    "the parent's servers never agreed on a DS set that was proved");
	else if (rules->max_age != NOT_SET && now - known->looks.agreed_time > rules->max_age)
		status_add(report, STATUS_WARNING, "parent-ds-old",
		    "what the parent's servers agree on was last seen at %s: longer ago than the "
		    "policy allows",
		    when);
}

bool
parent_is_alarm(const struct status_report *report)
{
	for (size_t i = 0; i < report->n_conditions; i++) {
		const struct status_condition *condition = &report->conditions[i];

		if (condition->level == STATUS_CRITICAL ||
		    (condition->level == STATUS_WARNING &&
			(strcmp(condition->id, "parent-ds-changed") == 0 ||
			    strcmp(condition->id, "parent-ttl-changed") == 0)))
			return true;
	}
	return false;
}
