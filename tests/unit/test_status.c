/* The dead-man timer: each condition fires, and has a twin that differs in one thing and does not.
 * Then the three forms in which it is said. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "crypto/ds_digest.h"
#include "history/history.h"
#include "policy/config.h"
#include "policy/policy.h"
#include "publish/parent_log.h"
#include "publish/provider_log.h"
#include "publish/rollout.h"
#include "publish/status.h"
#include "report/status_report.h"

#define DAY  86400
#define HOUR 3600
#define NOW  1795000000

/* A zone in order: released a day ago, confirmed, signed for ten days more, its DS just seen. */
struct world {
	struct config_zone zone;
	struct policy_values values;
	struct policy_release policy;
	struct history_candidate candidates[4]; /* newest first; the release in force is the last */
	struct history_ds ds[2];
	struct history_served served[1];
	struct history_line lines[1];
	struct parent_known parent;
	uint32_t serials[2];
	struct status_zone_inputs inputs;
	struct status_report report;
};

static struct world *world;

static struct release_key
key_of(uint16_t tag, bool signs_dnskey)
{
	struct release_key key = {.algorithm = 13,
	    .tag = tag,
	    .flags = signs_dnskey ? 257 : 256,
	    .protocol = 3,
	    .published = true,
	    .signs_dnskey = signs_dnskey};

	key.sha256[0] = (uint8_t)tag;
	return key;
}

/* A candidate with a KSK and a ZSK. */
static void
fill_candidate(
    struct history_candidate *candidate, int64_t id, enum candidate_state state, int64_t time)
{
	struct release_facts *facts = &candidate->facts;

	candidate->id = id;
	candidate->state = state;
	candidate->times[state] = time;
	candidate->has_facts = true;
	strcpy(candidate->reason, "for a reason");
	facts->serial = (uint32_t)id;
	facts->keys[0] = key_of(100, true);
	facts->keys[1] = key_of(200, false);
	facts->n_keys = 2;
	facts->dnskey_ttl = HOUR;
	facts->n_classes = 1;
	facts->classes[0].signers = 2;
	facts->classes[0].ttl = DAY;
	facts->classes[0].expirations[1] = NOW + 10 * DAY;
	facts->first_expiration = NOW + 10 * DAY;
	facts->dnskey_expiration = NOW + 20 * DAY;
	facts->expire = 5 * DAY;
	facts->max_ttl = DAY;
}

static struct history_candidate *
service(void)
{
	return &world->candidates[3];
}

static void
make_policy(void)
{
	world->values.zone.propagation_delay = HOUR;
	world->values.signatures.clock_skew = 300;
	world->policy.release_by.warn = 2 * DAY;
	world->policy.release_by.alarm = DAY;
	world->policy.evidence = EVIDENCE_CONFIRMED;
	world->policy.parent.sources[DS_SOURCE_AUTHORITATIVE] =
	    (struct ds_source){.accepted = true, .max_age = HOUR};
	world->policy.parent.sources[DS_SOURCE_STATIC] =
	    (struct ds_source){.accepted = true, .max_age = NOT_SET};
}

static void
setup(void)
{
	static struct config_server servers[1];
	static char name[] = "example.";

	world = calloc(1, sizeof(*world));
	ck_assert_ptr_nonnull(world);
	world->zone = (struct config_zone){.name = name, .servers = servers, .n_servers = 1};
	world->zone.reload.timeout = 60;
	make_policy();
	fill_candidate(service(), 10, CANDIDATE_CONFIRMED, NOW - DAY + 60);
	service()->times[CANDIDATE_PASSED] = NOW - DAY;
	service()->times[CANDIDATE_HANDED] = NOW - DAY;
	world->ds[0] = (struct history_ds){
	    .time = NOW - 600, .source = SOURCE_AUTHORITATIVE, .answered = true, .n = 1};
	world->serials[0] = 9;
	world->serials[1] = 10;
	world->inputs = (struct status_zone_inputs){.zone = &world->zone,
	    .values = &world->values,
	    .policy = &world->policy,
	    .releases = service(),
	    .n_releases = 1,
	    .candidates = service(),
	    .n_candidates = 1,
	    .ds = world->ds,
	    .n_ds = 1,
	    .served = world->served,
	    .serials = world->serials,
	    .n_serials = 2,
	    .lines = world->lines,
	    .now = NOW};
}

static void
teardown(void)
{
	free(world);
}

/* A candidate newer than all others, at `index` of the array, which counts down. */
static struct history_candidate *
add_candidate(size_t index, enum candidate_state state, int64_t time)
{
	struct history_candidate *candidate = &world->candidates[index];

	fill_candidate(candidate, 14 - (int64_t)index, state, time);
	world->inputs.candidates = candidate;
	world->inputs.n_candidates = 4 - index;
	return candidate;
}

static const struct status_condition *
find(const char *id)
{
	for (size_t i = 0; i < world->report.n_conditions; i++) {
		if (strcmp(world->report.conditions[i].id, id) == 0)
			return &world->report.conditions[i];
	}
	return NULL;
}

static void
judge(void)
{
	status_judge_zone(&world->inputs, &world->report);
}

/* Judges anew; the condition is there, at this level. */
static void
assert_fires(const char *id, enum status_level level)
{
	judge();
	ck_assert_msg(find(id) != NULL, "%s does not fire", id);
	ck_assert_int_eq(find(id)->level, level);
	ck_assert_int_eq(status_level_worse(world->report.level, level), world->report.level);
}

static void
assert_silent(const char *id)
{
	judge();
	ck_assert_msg(find(id) == NULL, "%s fires: %s", id, find(id) ? find(id)->text : "");
}

/* --- The zone --- */

START_TEST(zone_in_order_is_ok_and_described)
{
	judge();
	ck_assert_uint_eq(world->report.n_conditions, 0);
	ck_assert_int_eq(world->report.level, STATUS_OK);
	ck_assert(world->report.has_release);
	ck_assert_uint_eq(world->report.serial, 10);
	ck_assert_str_eq(world->report.state, "confirmed");
	ck_assert_int_eq(world->report.released, NOW - DAY);
	ck_assert_int_eq(world->report.ds_seen, NOW - 600);
}
END_TEST

/* The sums of the example in the manual: TTL one day, propagation one hour, skew five minutes. */
START_TEST(deadlines_are_expiration_less_ttl_propagation_and_skew)
{
	judge();
	ck_assert_int_eq(world->report.release_by.soft, NOW + 9 * DAY - HOUR - 300);
	ck_assert_int_eq(world->report.release_by.hard, NOW + 10 * DAY - HOUR - 300);
	ck_assert_int_eq(world->report.release_by.secondary, NOW + 5 * DAY);
}
END_TEST

/* A class that two keys sign lives as long as the better signature; the DNSKEY RRset may be the
 * first to go. */
START_TEST(deadlines_follow_the_best_signature_and_the_dnskey)
{
	struct release_facts *facts = &service()->facts;

	facts->classes[0].signers = 3;
	facts->classes[0].expirations[0] = NOW + 12 * DAY;
	judge();
	ck_assert_int_eq(world->report.release_by.soft, NOW + 11 * DAY - HOUR - 300);
	facts->dnskey_expiration = NOW + 3 * DAY;
	judge();
	ck_assert_int_eq(world->report.release_by.soft, NOW + 3 * DAY - HOUR - HOUR - 300);
	ck_assert_int_eq(world->report.release_by.hard, NOW + 3 * DAY - HOUR - 300);
}
END_TEST

START_TEST(unsigned_zone_has_no_deadline)
{
	memset(&service()->facts, 0, sizeof(service()->facts));
	world->inputs.now = NOW + 365 * DAY;
	world->inputs.n_ds = 0;
	assert_silent("release-by");
	assert_silent("release-by-secondary");
	assert_silent("ds-unknown");
	ck_assert_int_eq(world->report.release_by.soft, 0);
}
END_TEST

START_TEST(release_by_warns_then_alarms_by_the_policy)
{
	int64_t soft = NOW + 9 * DAY - HOUR - 300;

	world->inputs.now = soft - 2 * DAY - 1;
	assert_silent("release-by");
	world->inputs.now = soft - 2 * DAY;
	assert_fires("release-by", STATUS_WARNING);
	world->inputs.now = soft - DAY - 1;
	assert_fires("release-by", STATUS_WARNING);
	world->inputs.now = soft - DAY;
	assert_fires("release-by", STATUS_CRITICAL);
	assert_silent("release-by-hard");
	world->inputs.now = NOW + 10 * DAY - HOUR - 300;
	assert_fires("release-by-hard", STATUS_CRITICAL);
}
END_TEST

START_TEST(secondary_deadline_warns_when_it_has_passed)
{
	world->inputs.now = NOW + 5 * DAY - 1;
	assert_silent("release-by-secondary");
	world->inputs.now = NOW + 5 * DAY;
	assert_fires("release-by-secondary", STATUS_WARNING);
}
END_TEST

/* DESIGN 9.1: only while something newer is refused does nobody renew the secondaries' timer. */
START_TEST(expire_of_secondaries_counts_while_a_newer_serial_is_refused)
{
	int64_t expires = NOW - DAY + 5 * DAY;

	world->zone.transferred = true;
	service()->facts.refresh = HOUR;
	world->inputs.now = expires;
	assert_silent("transfer-expire");
	ck_assert_int_eq(world->report.transfer_expires, 0);
	world->inputs.stopped = NOW - DAY + 60;
	assert_fires("transfer-expire", STATUS_CRITICAL);
	ck_assert_int_eq(world->report.transfer_expires, expires);
	world->inputs.now = expires - DAY;
	assert_fires("transfer-expire", STATUS_CRITICAL);
	world->inputs.now = expires - DAY - 1;
	assert_fires("transfer-expire", STATUS_WARNING);
	world->inputs.now = expires - 2 * DAY - 1;
	assert_silent("transfer-expire");
	ck_assert_int_eq(world->report.transfer_expires, expires);
	world->inputs.now = expires;
	world->zone.transferred = false;
	assert_silent("transfer-expire");
	ck_assert_int_eq(world->report.transfer_expires, 0);
}
END_TEST

/* RFC 1034 section 4.3.5: a check that finds an equal serial begins EXPIRE anew. The zone did not
 * change for a year, and its secondaries were in step until a newer serial came. */
START_TEST(expire_of_a_zone_at_rest_counts_from_the_last_refresh)
{
	world->zone.transferred = true;
	service()->times[CANDIDATE_HANDED] = NOW - 365 * DAY;
	service()->facts.refresh = 2 * HOUR;
	world->inputs.stopped = NOW;
	judge();
	ck_assert_int_eq(world->report.transfer_expires, NOW - 2 * HOUR + 5 * DAY);
	/* No check before the transfer is known. */
	service()->times[CANDIDATE_HANDED] = NOW - HOUR;
	judge();
	ck_assert_int_eq(world->report.transfer_expires, NOW - HOUR + 5 * DAY);
}
END_TEST

START_TEST(zone_without_a_release_says_how_to_take_it_over)
{
	world->inputs.n_releases = world->inputs.n_candidates = 0;
	assert_fires("no-release", STATUS_WARNING);
	ck_assert_ptr_nonnull(strstr(find("no-release")->text, "history import"));
	ck_assert(!world->report.has_release);
	ck_assert_uint_eq(world->report.n_conditions, 1);
}
END_TEST

START_TEST(stopped_candidates_are_said_once_for_each_state)
{
	add_candidate(2, CANDIDATE_REFUSED, NOW - 50);
	assert_fires("candidate-refused", STATUS_WARNING);
	assert_silent("candidate-held");
	add_candidate(1, CANDIDATE_HELD, NOW - 40);
	add_candidate(0, CANDIDATE_HELD, NOW - 30);
	assert_fires("candidate-held", STATUS_WARNING);
	ck_assert_uint_eq(world->report.n_held, 2);
	ck_assert_ptr_nonnull(strstr(find("candidate-held")->text, "serial 14 "));
	add_candidate(0, CANDIDATE_UNDECIDED, NOW - 30);
	assert_fires("candidate-undecided", STATUS_WARNING);
}
END_TEST

START_TEST(queued_candidate_waits_for_a_rollout_and_not_for_people)
{
	static struct rollout rollout;
	struct history_candidate *queued = add_candidate(0, CANDIDATE_HELD, NOW - 30);

	rollout = (struct rollout){
	    .state = ROLLOUT_RUNNING, .candidate = 13, .serial = 13, .begun = NOW - 60};
	world->inputs.rollout = &rollout;
	(void)strcpy(queued->reason, QUEUED_REASON "13, which is on its way");
	assert_fires("candidate-queued", STATUS_OK);
	ck_assert_ptr_nonnull(strstr(find("candidate-queued")->text, "serial 14 "));
	assert_silent("candidate-held");
	ck_assert_uint_eq(world->report.n_held, 0);
	/* An abort gives up what is queued. */
	rollout.state = ROLLOUT_ABORTED;
	assert_silent("candidate-queued");
	assert_fires("candidate-held", STATUS_WARNING);
	/* Its turn has come. */
	rollout.state = ROLLOUT_RUNNING;
	rollout.candidate = 15;
	assert_silent("candidate-queued");
	assert_silent("candidate-held");
	rollout.candidate = 13;
	(void)strcpy(queued->reason, "held, people are to accept it");
	assert_silent("candidate-queued");
	assert_fires("candidate-held", STATUS_WARNING);
	ck_assert_uint_eq(world->report.n_held, 1);
}
END_TEST

START_TEST(candidate_stopped_before_the_release_is_past)
{
	struct history_candidate *old = add_candidate(2, CANDIDATE_REFUSED, NOW - 2 * DAY);

	old->id = 5;
	judge();
	ck_assert_uint_eq(world->report.n_conditions, 0);
}
END_TEST

/* DESIGN 9.7. */
START_TEST(refused_candidate_with_other_keys_means_that_the_signer_is_ahead)
{
	static const char *const commands[] = {"rndc freeze example.", "knotc zone-freeze example.",
	    "ods-enforcer stop", "--zone example"};
	struct history_candidate *candidate = add_candidate(2, CANDIDATE_REFUSED, NOW);

	assert_silent("signer-ahead");
	candidate->facts.keys[1] = key_of(300, false);
	assert_fires("signer-ahead", STATUS_CRITICAL);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		ck_assert_ptr_nonnull(strstr(find("signer-ahead")->text, commands[i]));
	candidate->facts.keys[1] = key_of(200, false);
	candidate->facts.keys[2] = key_of(300, true);
	candidate->facts.n_keys = 3;
	assert_fires("signer-ahead", STATUS_CRITICAL);
	candidate->facts.n_keys = 2;
	candidate->facts.classes[0].signers = 3;
	assert_fires("signer-ahead", STATUS_CRITICAL);
	candidate->facts.classes[0].signers = 2;
	candidate->facts.keys[1].signs_dnskey = true;
	assert_fires("signer-ahead", STATUS_CRITICAL);
}
END_TEST

START_TEST(refused_candidate_without_a_key_means_that_the_signer_is_ahead)
{
	struct history_candidate *candidate = add_candidate(2, CANDIDATE_REFUSED, NOW);

	service()->facts.keys[2] = candidate->facts.keys[2] = key_of(300, false);
	service()->facts.n_keys = candidate->facts.n_keys = 3;
	assert_silent("signer-ahead");
	candidate->facts.n_keys = 2;
	assert_fires("signer-ahead", STATUS_CRITICAL);
}
END_TEST

START_TEST(signer_that_was_put_back_is_not_ahead)
{
	struct history_candidate *candidate = add_candidate(2, CANDIDATE_HELD, NOW - 10);

	candidate->facts.keys[1] = key_of(300, false);
	assert_fires("signer-ahead", STATUS_CRITICAL);
	add_candidate(1, CANDIDATE_REFUSED, NOW);
	assert_silent("signer-ahead");
	world->candidates[1].has_facts = false; /* a text that could not be read says nothing */
	assert_fires("signer-ahead", STATUS_CRITICAL);
}
END_TEST

START_TEST(release_that_was_never_handed_over_was_stopped_half_way)
{
	struct history_candidate *candidate = add_candidate(2, CANDIDATE_PASSED, NOW - 121);

	world->inputs.releases = candidate;
	world->inputs.n_releases = 2;
	assert_fires("release-unfinished", STATUS_CRITICAL);
	ck_assert_uint_eq(world->report.serial, 10);
	candidate->times[CANDIDATE_PASSED] = NOW - 120;
	assert_silent("release-unfinished");
	candidate->times[CANDIDATE_PASSED] = NOW - 121;
	candidate->state = CANDIDATE_ABANDONED;
	assert_silent("release-unfinished");
}
END_TEST

START_TEST(failed_reload_is_told_from_a_crash)
{
	struct history_candidate *candidate = add_candidate(2, CANDIDATE_PASSED, NOW - 200);

	world->inputs.releases = candidate;
	world->inputs.n_releases = 2;
	world->lines[0].time = NOW - 190;
	strcpy(world->lines[0].kind, LOG_KIND_RELOAD_FAILED);
	strcpy(world->lines[0].text, "exit status 9");
	world->inputs.n_lines = 1;
	assert_fires("reload-failed", STATUS_CRITICAL);
	ck_assert_ptr_nonnull(strstr(find("reload-failed")->text, "exit status 9"));
	ck_assert_ptr_null(find("release-unfinished"));
	world->lines[0].time = NOW - 201; /* of an earlier release */
	assert_silent("reload-failed");
	assert_fires("release-unfinished", STATUS_CRITICAL);
}
END_TEST

START_TEST(release_must_be_seen_in_service_when_the_policy_wants_that)
{
	service()->state = CANDIDATE_HANDED;
	assert_fires("release-unconfirmed", STATUS_WARNING);
	world->zone.n_servers = 0;
	assert_silent("release-unconfirmed");
	world->zone.n_servers = 1;
	world->policy.evidence = EVIDENCE_HANDED;
	assert_silent("release-unconfirmed");
	world->policy.evidence = EVIDENCE_CONFIRMED;
	service()->times[CANDIDATE_HANDED] = NOW - HOUR;
	assert_silent("release-unconfirmed");
}
END_TEST

START_TEST(ds_observation_ages_as_the_policy_says_of_its_source)
{
	world->ds[0].time = NOW - HOUR;
	assert_silent("ds-old");
	world->ds[0].time = NOW - HOUR - 1;
	assert_fires("ds-old", STATUS_WARNING);
	world->ds[0].source = SOURCE_OPERATOR; /* of any age */
	assert_silent("ds-old");
	world->policy.parent.sources[DS_SOURCE_STATIC].accepted = false;
	assert_fires("ds-old", STATUS_WARNING);
}
END_TEST

START_TEST(parent_that_was_never_seen_is_said)
{
	world->ds[0].answered = false;
	assert_fires("ds-unknown", STATUS_WARNING);
	ck_assert_int_eq(world->report.ds_seen, 0);
	world->ds[0].answered = true;
	assert_silent("ds-unknown");
}
END_TEST

START_TEST(parent_that_does_not_answer_any_more_is_said)
{
	world->ds[1] = (struct history_ds){.time = NOW - 10, .answered = false};
	strcpy(world->ds[1].server, "192.0.2.1@53");
	world->inputs.n_ds = 2;
	assert_fires("ds-unanswered", STATUS_WARNING);
	world->ds[1].answered = true;
	assert_silent("ds-unanswered");
}
END_TEST

/* One server of several is for 'parent watch' to tell. */
START_TEST(parent_that_answers_at_one_of_its_servers_answers)
{
	world->ds[1] = (struct history_ds){.time = NOW - 10, .answered = false};
	world->ds[0].time = NOW - 10;
	world->inputs.n_ds = 2;
	assert_silent("ds-unanswered");
	world->ds[0].time = NOW - 11;
	assert_fires("ds-unanswered", STATUS_WARNING);
}
END_TEST

/* DESIGN 9.21. */
START_TEST(served_serial_that_is_not_in_the_log_is_an_alarm)
{
	world->inputs.n_served = 1;
	world->served[0] = (struct history_served){.time = NOW - 60, .serial = 11};
	assert_fires("served-unknown", STATUS_CRITICAL);
	world->served[0].serial = 9;
	assert_silent("served-unknown");
	world->served[0].serial = 11;
	world->served[0].time = NOW - 2 * DAY; /* before the release in force */
	assert_silent("served-unknown");
}
END_TEST

/* DESIGN 9.23. */
START_TEST(other_provider_is_watched)
{
	static char name[] = "b";
	struct config_provider provider = {.name = name};
	struct provider_known known = {.seen = NOW - HOUR};

	world->zone.providers = &provider;
	world->zone.n_providers = 1;
	world->zone.provider_max_age = HOUR;
	world->inputs.providers = &known;
	assert_silent("provider-unseen");
	assert_silent("provider-without-keys");
	assert_silent("provider-other-keys");
	known.seen--;
	assert_fires("provider-unseen", STATUS_WARNING);
	known.seen = 0;
	(void)strcpy(known.server, "192.0.2.1@53");
	(void)strcpy(known.why, "no answer");
	assert_fires("provider-unseen", STATUS_WARNING);
	known.seen = NOW;
	assert_silent("provider-unseen");
	(void)strcpy(known.without_ours, "192.0.2.1@53");
	assert_fires("provider-without-keys", STATUS_CRITICAL);
	assert_silent("provider-other-keys");
	(void)strcpy(known.with_others, "192.0.2.1@53");
	assert_fires("provider-other-keys", STATUS_CRITICAL);
}
END_TEST

/* The key that the release has, and a DS of it; else of another key. */
static struct release_ds
ds_of(bool of_the_release)
{
	static const uint8_t origin[] = {7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0};
	static uint8_t rdata[] = {1, 1, 3, 13, 7, 7, 7, 7};
	struct release_ds ds = {.tag = 100, .algorithm = 13, .digest_type = 2, .digest_len = 32};

	service()->facts.keys[0].rdata = rdata;
	service()->facts.keys[0].rdlen = sizeof(rdata);
	ck_assert_int_eq(key_ds_digest(origin, rdata, sizeof(rdata), 2, ds.digest), ZG_OK);
	ds.digest[0] ^= !of_the_release;
	return ds;
}

/* What a file said of the parent, an hour ago. */
static struct parent_said *
file_says(struct release_ds ds)
{
	struct parent_said *said = &world->parent.said[0];

	*said = (struct parent_said){.time = NOW - HOUR,
	    .source = SOURCE_FILE,
	    .answered = true,
	    .who = "/etc/ds",
	    .ds = {ds},
	    .n_ds = 1};
	world->inputs.parent = &world->parent;
	return said;
}

/* APNIC 2016: nothing is refused for it, so somebody else has to say it. */
START_TEST(ds_file_of_no_key_in_force_is_critical)
{
	file_says(ds_of(false));
	assert_fires("ds-unmatched", STATUS_CRITICAL);
	file_says(ds_of(true));
	assert_silent("ds-unmatched");
	/* A standby DS beside one that works is lawful. */
	world->parent.said[0].ds[1] = ds_of(false);
	world->parent.said[0].n_ds = 2;
	assert_silent("ds-unmatched");
	/* The key is there, and does not sign the DNSKEY RRset. */
	service()->facts.keys[0].signs_dnskey = false;
	assert_fires("ds-unmatched", STATUS_CRITICAL);
	/* No DS: the zone is not secure, which is not broken. */
	world->parent.said[0].n_ds = 0;
	assert_silent("ds-unmatched");
}
END_TEST

START_TEST(ds_word_of_the_servers_counts_before_that_of_a_file)
{
	file_says(ds_of(false));
	world->parent.looks.agreed_time = NOW - HOUR;
	world->parent.looks.agreed[0] = ds_of(true);
	world->parent.looks.n_agreed = 1;
	assert_silent("ds-unmatched");
	world->parent.looks.agreed[0] = ds_of(false);
	assert_fires("ds-unmatched", STATUS_CRITICAL);
	/* It is too old by the policy, and then it is for the file to say. */
	world->parent.looks.agreed_time = NOW - HOUR - 1;
	file_says(ds_of(true));
	assert_silent("ds-unmatched");
	/* The policy does not ask the servers. */
	world->parent.looks.agreed_time = NOW - HOUR;
	world->policy.parent.sources[DS_SOURCE_AUTHORITATIVE].accepted = false;
	assert_silent("ds-unmatched");
}
END_TEST

START_TEST(ds_word_that_is_too_old_is_none)
{
	struct parent_said *said = file_says(ds_of(false));

	world->policy.parent.sources[DS_SOURCE_FILE] =
	    (struct ds_source){.accepted = true, .max_age = HOUR};
	assert_fires("ds-unmatched", STATUS_CRITICAL);
	said->time -= 1;
	assert_silent("ds-unmatched");
	said->time += 1;
	said->answered = false;
	assert_silent("ds-unmatched");
}
END_TEST

/* --- The gate itself --- */

static const struct status_condition *
judge_gate(const struct status_gate_inputs *inputs)
{
	status_judge_gate(inputs, &world->report);
	return world->report.n_conditions > 0 ? &world->report.conditions[0] : NULL;
}

static void
assert_gate(const struct status_gate_inputs *inputs, const char *id, enum status_level level)
{
	const struct status_condition *condition = judge_gate(inputs);

	ck_assert_ptr_nonnull(condition);
	ck_assert_str_eq(condition->id, id);
	ck_assert_int_eq(condition->level, level);
	ck_assert_int_eq(world->report.level, level);
}

static const struct status_gate_inputs gate_in_order = {.directory = "/state",
    .database = DATABASE_USABLE,
    .head = 12,
    .signed_head = 11,
    .latest = NOW,
    .now = NOW};

START_TEST(whole_signed_log_is_ok)
{
	ck_assert_ptr_null(judge_gate(&gate_in_order));
	ck_assert_int_eq(world->report.level, STATUS_OK);
}
END_TEST

START_TEST(missing_database_is_critical_and_says_the_way_back)
{
	struct status_gate_inputs inputs = gate_in_order;

	inputs.database = DATABASE_MISSING;
	assert_gate(&inputs, "database-missing", STATUS_CRITICAL);
	ck_assert_ptr_nonnull(strstr(world->report.conditions[0].text, "history import"));
}
END_TEST

START_TEST(database_that_cannot_be_used_is_unknown_and_says_the_way_back)
{
	struct status_gate_inputs inputs = gate_in_order;

	inputs.database = DATABASE_UNUSABLE;
	inputs.trouble = "the history is damaged";
	assert_gate(&inputs, "database-unusable", STATUS_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(world->report.conditions[0].text, "damaged"));
	ck_assert_ptr_nonnull(strstr(world->report.conditions[0].text, "history import"));
	inputs.database = DATABASE_USABLE;
	assert_gate(&inputs, "log-unread", STATUS_UNKNOWN);
}
END_TEST

START_TEST(broken_chain_and_bad_signature_are_critical)
{
	struct status_gate_inputs inputs = gate_in_order;

	inputs.broken_at = 7;
	inputs.broken_why = "was changed";
	assert_gate(&inputs, "log-broken", STATUS_CRITICAL);
	inputs = gate_in_order;
	inputs.signature_bad = true;
	assert_gate(&inputs, "log-forged", STATUS_CRITICAL);
}
END_TEST

/* The line that says that a signature was made is the only one that needs none; a run may still be
 * at work on others. */
START_TEST(unsigned_end_of_the_log_is_said)
{
	struct status_gate_inputs inputs = gate_in_order;

	inputs.head = 13;
	assert_gate(&inputs, "log-unsigned", STATUS_WARNING);
	inputs.longest = 20;
	inputs.unsigned_since = NOW - 80;
	ck_assert_ptr_null(judge_gate(&inputs));
	inputs.unsigned_since--;
	assert_gate(&inputs, "log-unsigned", STATUS_WARNING);
	inputs.unsigned_since = 0;
	inputs.head = 1;
	inputs.signed_head = 0;
	assert_gate(&inputs, "log-unsigned", STATUS_WARNING);
	inputs.head = 0;
	inputs.key_missing = true;
	ck_assert_ptr_null(judge_gate(&inputs));
	inputs.head = 1;
	assert_gate(&inputs, "log-key", STATUS_UNKNOWN);
}
END_TEST

START_TEST(clock_behind_the_log_is_critical)
{
	struct status_gate_inputs inputs = gate_in_order;

	inputs.latest = NOW + 2; /* what a step of NTP does */
	ck_assert_ptr_null(judge_gate(&inputs));
	inputs.latest = NOW + 3;
	assert_gate(&inputs, "clock-behind", STATUS_CRITICAL);
}
END_TEST

START_TEST(worst_condition_comes_first_and_an_id_only_once)
{
	memset(&world->report, 0, sizeof(world->report));
	status_add(&world->report, STATUS_WARNING, "a", "1");
	status_add(&world->report, STATUS_UNKNOWN, "b", "2");
	status_add(&world->report, STATUS_CRITICAL, "c", "3");
	status_add(&world->report, STATUS_WARNING, "d", "4");
	status_add(&world->report, STATUS_CRITICAL, "a", "5");
	ck_assert_uint_eq(world->report.n_conditions, 4);
	ck_assert_str_eq(world->report.conditions[0].id, "c");
	ck_assert_str_eq(world->report.conditions[1].id, "b");
	ck_assert_str_eq(world->report.conditions[2].id, "a");
	ck_assert_str_eq(world->report.conditions[3].id, "d");
	ck_assert_int_eq(world->report.level, STATUS_CRITICAL);
	for (size_t i = 0; i < 2 * STATUS_CONDITIONS_MAX; i++) {
		static char ids[2 * STATUS_CONDITIONS_MAX][4];

		ids[i][0] = (char)('A' + i);
		status_add(&world->report, STATUS_OK, ids[i], "full");
	}
	ck_assert_uint_eq(world->report.n_conditions, STATUS_CONDITIONS_MAX);
	ck_assert_str_eq(world->report.conditions[0].id, "c");
}
END_TEST

/* --- How it is said --- */

#define STORED                                                                                     \
	"{\"deadlines\":{\"entries\":[{\"id\":\"may-sign\",\"time\":1795000100,"                   \
	"\"subject\":\"13/7\",\"text\":\"a|b\"},{\"id\":\"keep-key\",\"time\":null,"               \
	"\"subject\":null,\"text\":\"k\"},{\"id\":7}]}}"

/* A gate in order and two zones, one of them with a name and texts that try to get out. */
static struct status_list *
make_list(void)
{
	struct status_list *list = calloc(1, sizeof(*list));

	ck_assert_ptr_nonnull(list);
	list->now = NOW;
	list->n = 3;
	list->reports = calloc(3, sizeof(list->reports[0]));
	ck_assert_ptr_nonnull(list->reports);
	judge();
	list->reports[1] = world->report;
	list->reports[1].stored_report = strdup(STORED);
	strcpy(list->reports[2].zone, "a|b'c=\"\\\nd\xc3.");
	status_add(&list->reports[2], STATUS_CRITICAL, "candidate-refused",
	    "x|y=1\n# HELP forged\nzonegate_forged 1\"\\\033[2J");
	list->level = STATUS_CRITICAL;
	return list;
}

static char *
say(const struct status_list *list, enum status_format format)
{
	struct zg_error error;
	char *text;
	size_t length;

	ck_assert_int_eq(status_render(list, format, &text, &length, &error), ZG_OK);
	ck_assert_uint_eq(strlen(text), length);
	ck_assert_int_eq(text[length - 1], '\n');
	for (size_t i = 0; i < length; i++)
		ck_assert_msg(text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f),
		    "octet %d of %s", (unsigned char)text[i], text);
	return text;
}

static void
assert_says(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what) != NULL, "'%s' is not in:\n%s", what, text);
}

START_TEST(text_is_what_a_monitoring_plugin_prints)
{
	struct status_list *list = make_list();
	char *text = say(list, STATUS_FORMAT_TEXT), *bar = strchr(text, '|');

	ck_assert_int_eq(strncmp(text, "ZONEGATE CRITICAL - a\\124b'c=", 29), 0);
	assert_says(text, "\nOK gate: decision log whole and signed\n");
	assert_says(text, "\nOK example.: serial 10 confirmed, released 1 d ago, release by ");
	assert_says(text, "\nCRITICAL a\\124b'c=\"\\\\010d\\195.: no release; candidate-refused\n");
	assert_says(text, "\n  CRITICAL candidate-refused: x\\124y=1\\010# HELP forged");
	assert_says(text, " 'example. release_by'=");
	assert_says(text, "s;172800:;86400:");
	assert_says(text, " 'a_b_c____d_. held'=0;;;0\n");
	/* One bar: everything else that looks like one is escaped. */
	ck_assert_ptr_nonnull(bar);
	ck_assert_ptr_null(strchr(bar + 1, '|'));
	free(text);
	status_list_free(list);
}
END_TEST

/* One that only warns comes first in the list, and not in the summary. */
START_TEST(summary_is_about_the_worst)
{
	struct status_list *list = make_list();
	char *text;

	status_add(&list->reports[1], STATUS_WARNING, "ds-old", "old");
	text = say(list, STATUS_FORMAT_TEXT);
	ck_assert_int_eq(strncmp(text, "ZONEGATE CRITICAL - a\\124b'c=", 29), 0);
	assert_says(text, " (and 1 more) |");
	free(text);
	status_list_free(list);
}
END_TEST

START_TEST(next_steps_come_from_the_report_that_was_kept)
{
	struct status_list *list = make_list();
	char *text = say(list, STATUS_FORMAT_TEXT);

	assert_says(text, "\n  step 2026-11-18T11:08:20Z may-sign 13/7: a\\124b\n"
			  "  step not by waiting keep-key: k\n");
	free(text);
	list->now = 1795000100;
	text = say(list, STATUS_FORMAT_TEXT);
	assert_says(text, "\n  step 2026-11-18T11:08:20Z (due) may-sign 13/7: a\\124b\n");
	free(text);
	text = say(list, STATUS_FORMAT_JSON);
	assert_says(text, "\"due\": true,");
	assert_says(text, "\"due\": false,");
	free(text);
	strcpy(list->reports[1].stored_report, "{\"deadlines\":");
	text = say(list, STATUS_FORMAT_TEXT);
	ck_assert_ptr_null(strstr(text, "  step "));
	free(text);
	status_list_free(list);
}
END_TEST

START_TEST(single_zone_in_order_is_summed_up)
{
	struct status_list *list = make_list();
	char *text;

	list->n = 2;
	list->level = STATUS_OK;
	text = say(list, STATUS_FORMAT_TEXT);
	ck_assert_int_eq(strncmp(text, "ZONEGATE OK - example.: serial 10 confirmed", 43), 0);
	free(text);
	status_list_free(list);
}
END_TEST

START_TEST(json_holds_levels_conditions_and_steps)
{
	struct status_list *list = make_list();
	char *text = say(list, STATUS_FORMAT_JSON);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *zone, *bad, *time;
	const char *level, *gate, *zone_level, *id, *condition;
	json_int_t exit_status, serial, soft;
	int test;

	ck_assert_ptr_nonnull(root);
	zone = json_array_get(json_object_get(root, "zones"), 0);
	bad = json_array_get(json_object_get(root, "zones"), 1);
	ck_assert_int_eq(json_unpack(root, "{s:s, s:I, s:b, s:{s:s}}", "level", &level,
			     "exit_status", &exit_status, "test", &test, "gate", "level", &gate),
	    0);
	ck_assert_str_eq(level, "critical");
	ck_assert_int_eq(exit_status, 2);
	ck_assert(!test);
	ck_assert_str_eq(gate, "ok");
	ck_assert_int_eq(json_unpack(zone, "{s:s, s:{s:I}, s:{s:I}, s:[{s:s},{s:o}]}", "level",
			     &zone_level, "release", "serial", &serial, "release_by", "soft", &soft,
			     "steps", "id", &id, "time", &time),
	    0);
	ck_assert_str_eq(zone_level, "ok");
	ck_assert_int_eq(serial, 10);
	ck_assert_int_eq(soft, NOW + 9 * DAY - HOUR - 300);
	ck_assert_str_eq(id, "may-sign");
	ck_assert(json_is_null(time));
	ck_assert(json_is_null(json_object_get(bad, "release")));
	ck_assert_int_eq(json_unpack(bad, "{s:[{s:s}]}", "conditions", "id", &condition), 0);
	ck_assert_str_eq(condition, "candidate-refused");
	json_decref(root);
	free(text);
	status_list_free(list);
}
END_TEST

/* The end of the quoted label value at `at`, or NULL. */
static const char *
label_end(const char *at)
{
	for (; *at != '\0' && *at != '\n'; at++) {
		if (*at == '"')
			return at + 1;
		if (*at == '\\' && strchr("\\\"n", *++at) == NULL)
			return NULL;
	}
	return NULL;
}

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz_"

/* name{label="value",...} integer: the form that Prometheus takes, without timestamp. */
static bool
sample_is_well_formed(const char *line, const char *end, const char *metric)
{
	size_t length = strspn(line, NAME_CHARACTERS);
	char *after;

	if (length != strlen(metric) || strncmp(line, metric, length) != 0)
		return false;
	line += length;
	if (*line == '{') {
		do {
			line++;
			length = strspn(line, NAME_CHARACTERS);
			if (length == 0 || strncmp(line + length, "=\"", 2) != 0)
				return false;
			line = label_end(line + length + 2);
			if (line == NULL)
				return false;
		} while (*line == ',');
		if (*line++ != '}')
			return false;
	}
	if (*line++ != ' ')
		return false;
	(void)strtoll(line, &after, 10);
	return after != line && after == end;
}

START_TEST(prometheus_form_is_well_formed_line_by_line)
{
	struct status_list *list = make_list();
	char *text = say(list, STATUS_FORMAT_PROMETHEUS), metric[128] = "";
	size_t n_samples = 0;

	for (char *line = text, *end; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		if (strncmp(line, "# HELP ", 7) == 0) {
			char name[128];

			ck_assert_int_eq(sscanf(line, "# HELP %127s", name), 1);
			ck_assert_str_ne(name, metric); /* all samples of one metric together */
			strcpy(metric, name);
		} else if (strncmp(line, "# TYPE ", 7) == 0) {
			char name[128], type[16];

			ck_assert_int_eq(sscanf(line, "# TYPE %127s %15s", name, type), 2);
			ck_assert_str_eq(name, metric);
			ck_assert_str_eq(type, "gauge");
		} else {
			ck_assert_msg(sample_is_well_formed(line, end, metric), "%s: %.*s", metric,
			    (int)(end - line), line);
			n_samples++;
		}
	}
	ck_assert_uint_eq(n_samples, 13);
	assert_says(text, "zonegate_status{zone=\"a|b'c=\\\"\\\\\\\\010d\\\\195.\"} 2\n");
	assert_says(text, "zonegate_release_serial{zone=\"example.\"} 10\n");
	free(text);
	status_list_free(list);
}
END_TEST

START_TEST(unknown_form_is_a_parameter_error)
{
	struct status_list *list = make_list();
	struct zg_error error;
	char *text;
	size_t length;

	ck_assert_int_eq(
	    status_render(list, (enum status_format)99, &text, &length, &error), ZG_PARAMETER);
	ck_assert_ptr_null(text);
	status_list_free(list);
}
END_TEST

static void
add_zone_tests(TCase *tcase)
{
	tcase_add_test(tcase, zone_in_order_is_ok_and_described);
	tcase_add_test(tcase, deadlines_are_expiration_less_ttl_propagation_and_skew);
	tcase_add_test(tcase, deadlines_follow_the_best_signature_and_the_dnskey);
	tcase_add_test(tcase, unsigned_zone_has_no_deadline);
	tcase_add_test(tcase, release_by_warns_then_alarms_by_the_policy);
	tcase_add_test(tcase, secondary_deadline_warns_when_it_has_passed);
	tcase_add_test(tcase, expire_of_secondaries_counts_while_a_newer_serial_is_refused);
	tcase_add_test(tcase, expire_of_a_zone_at_rest_counts_from_the_last_refresh);
	tcase_add_test(tcase, zone_without_a_release_says_how_to_take_it_over);
	tcase_add_test(tcase, stopped_candidates_are_said_once_for_each_state);
	tcase_add_test(tcase, queued_candidate_waits_for_a_rollout_and_not_for_people);
	tcase_add_test(tcase, candidate_stopped_before_the_release_is_past);
	tcase_add_test(tcase, refused_candidate_with_other_keys_means_that_the_signer_is_ahead);
	tcase_add_test(tcase, refused_candidate_without_a_key_means_that_the_signer_is_ahead);
	tcase_add_test(tcase, signer_that_was_put_back_is_not_ahead);
	tcase_add_test(tcase, release_that_was_never_handed_over_was_stopped_half_way);
	tcase_add_test(tcase, failed_reload_is_told_from_a_crash);
	tcase_add_test(tcase, release_must_be_seen_in_service_when_the_policy_wants_that);
	tcase_add_test(tcase, ds_observation_ages_as_the_policy_says_of_its_source);
	tcase_add_test(tcase, parent_that_was_never_seen_is_said);
	tcase_add_test(tcase, parent_that_does_not_answer_any_more_is_said);
	tcase_add_test(tcase, parent_that_answers_at_one_of_its_servers_answers);
	tcase_add_test(tcase, served_serial_that_is_not_in_the_log_is_an_alarm);
	tcase_add_test(tcase, other_provider_is_watched);
	tcase_add_test(tcase, ds_file_of_no_key_in_force_is_critical);
	tcase_add_test(tcase, ds_word_of_the_servers_counts_before_that_of_a_file);
	tcase_add_test(tcase, ds_word_that_is_too_old_is_none);
}

static void
add_gate_tests(TCase *tcase)
{
	tcase_add_test(tcase, whole_signed_log_is_ok);
	tcase_add_test(tcase, missing_database_is_critical_and_says_the_way_back);
	tcase_add_test(tcase, database_that_cannot_be_used_is_unknown_and_says_the_way_back);
	tcase_add_test(tcase, broken_chain_and_bad_signature_are_critical);
	tcase_add_test(tcase, unsigned_end_of_the_log_is_said);
	tcase_add_test(tcase, clock_behind_the_log_is_critical);
	tcase_add_test(tcase, worst_condition_comes_first_and_an_id_only_once);
}

static void
add_form_tests(TCase *tcase)
{
	tcase_add_test(tcase, text_is_what_a_monitoring_plugin_prints);
	tcase_add_test(tcase, summary_is_about_the_worst);
	tcase_add_test(tcase, next_steps_come_from_the_report_that_was_kept);
	tcase_add_test(tcase, single_zone_in_order_is_summed_up);
	tcase_add_test(tcase, json_holds_levels_conditions_and_steps);
	tcase_add_test(tcase, prometheus_form_is_well_formed_line_by_line);
	tcase_add_test(tcase, unknown_form_is_a_parameter_error);
}

int
main(void)
{
	Suite *suite = suite_create("status");
	TCase *tcase = tcase_create("status");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	add_zone_tests(tcase);
	add_gate_tests(tcase);
	add_form_tests(tcase);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
