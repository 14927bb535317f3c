/* From the rows of a history to the cache view. The zone is z.; a hundred days of releases lie
 * behind unless a test says otherwise. Policy: propagation 30 minutes, no clock skew, no margins.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/past.h"
#include "gate/policy_digest.h"
#include "history/history.h"

#define NOW    1795348800 /* 2026-11-22 12:00:00 UTC */
#define MINUTE 60
#define HOUR   3600
#define DAY    86400

#define POLICY                                                                                     \
	"<ZoneGate version=\"1\"><Policy name=\"t\"><Signatures><ClockSkew>PT0S</ClockSkew>"       \
	"</Signatures><Keys><PublishSafety>PT0S</PublishSafety><RetireSafety>PT0S</RetireSafety>"  \
	"</Keys><Zone><PropagationDelay>PT30M</PropagationDelay>%s</Zone><Parent>"                 \
	"<PropagationDelay>PT1H</PropagationDelay></Parent></Policy></ZoneGate>"

#define ROLLS(type)                                                                                \
	"<ZoneGate version=\"1\"><Policy name=\"t\"><Keys><ZSK><ZskRollType>" type                 \
	"</ZskRollType></ZSK></Keys></Policy></ZoneGate>"

static const uint8_t origin[] = {1, 'z', 0};
static char directory[64];
static struct history *history;
static zg_policy *policy;

static void
read_policy(const char *more)
{
	char text[1024];
	struct zg_error error = {""};

	zg_policy_free(policy);
	(void)snprintf(text, sizeof(text), POLICY, more);
	ck_assert_msg(zg_policy_parse(text, strlen(text), "t", NULL, &policy, &error) == ZG_OK,
	    "%s", error.text);
}

static void
setup(void)
{
	struct zg_error error = {""};

	(void)strcpy(directory, "/tmp/zonegate-past-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_msg(
	    history_open(directory, HISTORY_CREATE, &history, &error) == ZG_OK, "%s", error.text);
	policy = NULL;
	read_policy("<Evidence>confirmed</Evidence>");
}

static void
teardown(void)
{
	char path[128];

	history_close(history);
	zg_policy_free(policy);
	(void)snprintf(path, sizeof(path), "%s/zonegate.db", directory);
	(void)unlink(path);
	(void)rmdir(directory);
}

/* A key of algorithm 13: its tag is made up of `number`, its RDATA too. */
static void
add_key(struct release_facts *facts, uint16_t flags, uint8_t number, bool signs)
{
	struct release_key *key = &facts->keys[facts->n_keys++];

	*key = (struct release_key){.algorithm = 13,
	    .flags = flags,
	    .protocol = 3,
	    .published = true,
	    .signs_dnskey = signs,
	    .expiration = NOW + 10 * DAY,
	    .rdlen = 68};
	key->rdata = calloc(1, 68);
	key->rdata[0] = (uint8_t)(flags >> 8);
	key->rdata[1] = (uint8_t)flags;
	key->rdata[2] = 3;
	key->rdata[3] = 13;
	key->rdata[67] = number;
	key->tag = dnskey_tag(key->rdata, 68);
	memset(key->sha256, number, sizeof(key->sha256));
}

/* Facts of a zone with KSK 1, and the ZSKs of `published` (bit n: key n); data signed by the keys
 * of `signers`, TTL one hour. */
static struct release_facts *
facts_new(uint32_t serial, unsigned published, unsigned signers)
{
	struct release_facts *facts = calloc(1, sizeof(*facts));

	ck_assert_ptr_nonnull(facts);
	(void)strcpy(facts->zone, "z.");
	facts->serial = serial;
	(void)snprintf(facts->digest, sizeof(facts->digest), "%096u", serial);
	facts->dnskey_ttl = HOUR;
	facts->expire = 7 * DAY;
	(void)strcpy(facts->denial, "nsec");
	add_key(facts, 257, 1, true);
	facts->n_classes = 1;
	facts->classes[0].ttl = HOUR;
	facts->classes[0].n_rrsets = 10;
	(void)strcpy(facts->classes[0].owner, "www.z.");
	(void)strcpy(facts->classes[0].type, "A");
	for (uint8_t n = 2; n < 8; n++) {
		if ((published >> n & 1) == 0)
			continue;
		if (signers >> n & 1)
			facts->classes[0].signers |= UINT64_C(1) << facts->n_keys;
		add_key(facts, 256, n, false);
	}
	for (size_t k = 0; k < ZG_KEYS_MAX; k++)
		facts->classes[0].expirations[k] =
		    (facts->classes[0].signers >> k & 1) != 0 ? NOW + 10 * DAY : INT64_MAX;
	return facts;
}

static void
facts_delete(struct release_facts *facts)
{
	release_facts_clear(facts);
	free(facts);
}

/* Records a release that passed at `time` and went as far as `state`. */
static int64_t
release_at(int64_t time, enum candidate_state state, struct release_facts *facts)
{
	static const uint8_t sha256[32];
	struct history_new row = {.facts = facts,
	    .zone = "z.",
	    .state = state < CANDIDATE_PASSED ? state : CANDIDATE_PASSED,
	    .file_sha256 = sha256,
	    .policy_digest = "0000000000000000000000000000000000000000000000000000000000000000",
	    .reason = "pass",
	    .report = "{}",
	    .time = time};
	struct zg_error error = {""};
	int64_t id;

	ck_assert_msg(history_add_candidate(history, &row, &id, &error) == ZG_OK, "%s", error.text);
	for (int next = CANDIDATE_HANDED; next <= (int)state; next++)
		ck_assert_msg(history_set_state(history, id, (enum candidate_state)next, time,
				  "test", "test", &error) == ZG_OK,
		    "%s", error.text);
	facts_delete(facts);
	return id;
}

/* The DS of a KSK, of whose digest so many octets are given, by somebody's word. */
static void
record_ds_part(int64_t time, enum observation_source source, const char *server, uint8_t ksk,
    uint32_t ttl, uint8_t digest_len)
{
	struct history_ds *seen = calloc(1, sizeof(*seen));
	struct release_facts *facts = calloc(1, sizeof(*facts));
	struct zg_error error = {""};

	ck_assert(seen != NULL && facts != NULL);
	*seen = (struct history_ds){
	    .time = time, .source = source, .answered = true, .ttl = ttl, .n = 1};
	(void)strcpy(seen->server, server);
	add_key(facts, 257, ksk, true);
	seen->entries[0] = (struct release_ds){
	    .tag = facts->keys[0].tag, .algorithm = 13, .digest_type = 2, .digest_len = digest_len};
	ck_assert_int_eq(
	    key_ds_digest(origin, facts->keys[0].rdata, 68, 2, seen->entries[0].digest), ZG_OK);
	ck_assert_msg(history_add_ds(history, "z.", seen, &error) == ZG_OK, "%s", error.text);
	facts_delete(facts);
	free(seen);
}

static void
record_ds(
    int64_t time, enum observation_source source, const char *server, uint8_t ksk, uint32_t ttl)
{
	record_ds_part(time, source, server, ksk, ttl, 32);
}

/* The DS of a KSK, seen at a server. */
static void
see_ds(int64_t time, const char *server, uint8_t ksk, uint32_t ttl)
{
	record_ds(time, SOURCE_AUTHORITATIVE, server, ksk, ttl);
}

/* What is known when nothing ever changed: ZSK 2 signs, the DS is that of KSK 1. */
static void
old_past(void)
{
	(void)release_at(NOW - 100 * DAY, CANDIDATE_CONFIRMED, facts_new(1, 4, 4));
	see_ds(NOW - 100 * DAY, "192.0.2.1@53", 1, DAY);
	see_ds(NOW - HOUR, "192.0.2.1@53", 1, DAY);
}

struct outcome {
	enum cache_outcome outcome;
	int64_t earliest_safe;
	int64_t until; /* of the worst counterexample; 0: there is none */
	bool unchanged, ahead, unknown_server;
};

static struct past_inputs
inputs_at(int64_t now, const struct release_facts *candidate)
{
	return (struct past_inputs){.directory = directory,
	    .policy = policy,
	    .policy_digest = "1",
	    .candidate = candidate,
	    .zone = "z.",
	    .origin = origin,
	    .now = now};
}

static struct past *
past_of(const struct past_inputs *inputs)
{
	struct zg_error error = {""};
	struct past *past;

	ck_assert_msg(past_read(inputs, &past, &error) == ZG_OK, "%s", error.text);
	return past;
}

static struct outcome
prove_at(int64_t now, struct release_facts *candidate)
{
	const struct past_inputs inputs = inputs_at(now, candidate);
	struct past *past = past_of(&inputs);
	struct outcome outcome;

	outcome = (struct outcome){.outcome = past_facts(past)->proof->outcome,
	    .earliest_safe = past_facts(past)->proof->earliest_safe,
	    .until = past_facts(past)->proof->n_examples == 0
			 ? 0
			 : past_facts(past)->proof->examples[0].until,
	    .unchanged = past_facts(past)->unchanged,
	    .ahead = past_facts(past)->ahead,
	    .unknown_server = past_facts(past)->unknown_server != NULL};
	past_free(past);
	facts_delete(candidate);
	return outcome;
}

START_TEST(same_keys_and_signers_are_unchanged_and_proved)
{
	struct outcome outcome;

	old_past();
	outcome = prove_at(NOW, facts_new(2, 4, 4));
	ck_assert_int_eq(outcome.outcome, CACHE_PROVED);
	ck_assert(outcome.unchanged);
	outcome = prove_at(NOW, facts_new(2, 4 | 8, 4)); /* one key more */
	ck_assert_int_eq(outcome.outcome, CACHE_PROVED);
	ck_assert(!outcome.unchanged);
}
END_TEST

/* Rollover case 1: published, then signing not before propagation and TTL have gone by. */
START_TEST(new_zsk_signs_when_every_cache_has_it)
{
	old_past();
	(void)release_at(NOW, CANDIDATE_CONFIRMED, facts_new(2, 4 | 8, 4));
	ck_assert_int_eq(
	    prove_at(NOW + 45 * MINUTE, facts_new(3, 4 | 8, 8)).outcome, CACHE_REFUTED);
	ck_assert_int_eq(
	    prove_at(NOW + 45 * MINUTE, facts_new(3, 4 | 8, 8)).earliest_safe, NOW + 90 * MINUTE);
	ck_assert_int_eq(
	    prove_at(NOW + 90 * MINUTE - 1, facts_new(3, 4 | 8, 8)).outcome, CACHE_REFUTED);
	ck_assert_int_eq(prove_at(NOW + 90 * MINUTE, facts_new(3, 4 | 8, 8)).outcome, CACHE_PROVED);
}
END_TEST

/* DESIGN 9.10: what is not known to be in service has superseded nothing. */
START_TEST(publication_that_is_not_confirmed_does_not_count)
{
	old_past();
	(void)release_at(NOW, CANDIDATE_HANDED, facts_new(2, 4 | 8, 4));
	ck_assert_int_eq(
	    prove_at(NOW + 90 * MINUTE, facts_new(3, 4 | 8, 8)).outcome, CACHE_REFUTED);
	read_policy("<Evidence>handed</Evidence>");
	ck_assert_int_eq(prove_at(NOW + 90 * MINUTE, facts_new(3, 4 | 8, 8)).outcome, CACHE_PROVED);
}
END_TEST

START_TEST(server_that_is_late_lengthens_the_wait)
{
	struct history_served served = {.time = NOW + 80 * MINUTE, .server = "192.0.2.9@53"};
	struct zg_error error = {""};

	old_past();
	(void)release_at(NOW, CANDIDATE_CONFIRMED, facts_new(2, 4 | 8, 4));
	served.serial = 1; /* without the new key */
	ck_assert_int_eq(history_add_served(history, "z.", &served, &error), ZG_OK);
	ck_assert_int_eq(prove_at(NOW + 90 * MINUTE, facts_new(3, 4 | 8, 8)).earliest_safe,
	    NOW + (80 + 30 + 60) * MINUTE);
}
END_TEST

START_TEST(serial_that_no_release_has_is_said)
{
	struct history_served served = {.time = NOW - 10, .server = "192.0.2.9@53", .serial = 1};
	struct zg_error error = {""};

	old_past();
	ck_assert_int_eq(history_add_served(history, "z.", &served, &error), ZG_OK);
	ck_assert(!prove_at(NOW, facts_new(2, 4, 4)).unknown_server);
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4, 4)).outcome, CACHE_PROVED);
	served.serial = 77;
	ck_assert_int_eq(history_add_served(history, "z.", &served, &error), ZG_OK);
	ck_assert(prove_at(NOW, facts_new(2, 4, 4)).unknown_server);
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4, 4)).outcome, CACHE_UNKNOWN);
}
END_TEST

static void
see_served(int64_t time, const char *server, uint32_t serial)
{
	struct history_served served = {.time = time, .serial = serial};
	struct zg_error error = {""};

	(void)strcpy(served.server, server);
	ck_assert_int_eq(history_add_served(history, "z.", &served, &error), ZG_OK);
}

/* DESIGN 9.18: from 3000 back to 2000, by way of a serial that both steps are lawful from. */
START_TEST(serials_that_go_round_are_seen)
{
	struct past_inputs inputs = inputs_at(NOW, NULL);
	const uint32_t between = 3000U + 0x7fffffffU;
	const struct {
		uint32_t serial;
		bool goes_round;
	} candidates[] = {{between, false}, {between + 1, true}, {2000, true}, {2998, true},
	    {3000, false}, {3001, false}};

	old_past();
	(void)release_at(NOW - DAY, CANDIDATE_CONFIRMED, facts_new(3000, 4, 4));
	(void)release_at(NOW - HOUR, CANDIDATE_CONFIRMED, facts_new(between, 4, 4));
	see_served(NOW - 9 * DAY, "192.0.2.1@53", 1); /* longer than EXPIRE, and than the horizon */
	see_served(NOW - DAY, "192.0.2.2@53", 3000);
	see_served(NOW - MINUTE, "192.0.2.2@53", between);
	see_served(NOW - DAY, "192.0.2.3@53", 3000);
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		struct release_facts *candidate = facts_new(candidates[i].serial, 4, 4);
		const struct past_facts *facts;
		struct past *past;

		inputs.candidate = candidate;
		past = past_of(&inputs);
		facts = past_facts(past);
		ck_assert_msg(facts->goes_round == candidates[i].goes_round, "candidate %zu", i);
		ck_assert_uint_eq(facts->former_serial, facts->goes_round ? 3000 : 0);
		ck_assert_int_eq(facts->in_force_since, NOW - HOUR);
		ck_assert_uint_eq(facts->n_servers, 2);
		ck_assert_str_eq(facts->servers[0].name, "192.0.2.2@53");
		ck_assert_uint_eq(facts->servers[0].serial, between);
		ck_assert_int_eq(facts->servers[0].time, NOW - MINUTE);
		ck_assert_uint_eq(facts->servers[1].serial, 3000);
		past_free(past);
		facts_delete(candidate);
	}
}
END_TEST

/* Rollover cases 8 and 9: the KSK goes when the former DS has left all caches. */
static struct release_facts *
with_second_ksk(struct release_facts *facts)
{
	add_key(facts, 257, 9, true);
	return facts;
}

static struct release_facts *
with_only_second_ksk(struct release_facts *facts)
{
	free(facts->keys[0].rdata);
	facts->keys[0].rdata = NULL;
	facts->n_keys = 0;
	facts->classes[0].signers = 2;
	add_key(facts, 257, 9, true);
	add_key(facts, 256, 2, false);
	return facts;
}

START_TEST(former_ksk_goes_when_the_former_ds_is_gone)
{
	const int64_t swap = NOW + DAY; /* all servers have the new DS */

	old_past();
	(void)release_at(NOW - 10 * HOUR, CANDIDATE_CONFIRMED, with_second_ksk(facts_new(2, 4, 4)));
	see_ds(swap - HOUR, "192.0.2.1@53", 1, DAY);
	see_ds(swap, "192.0.2.1@53", 9, DAY);
	ck_assert_int_eq(
	    prove_at(swap + HOUR, with_only_second_ksk(facts_new(3, 0, 0))).earliest_safe,
	    swap + HOUR + DAY);
	ck_assert_int_eq(
	    prove_at(swap + HOUR + DAY, with_only_second_ksk(facts_new(3, 0, 0))).outcome,
	    CACHE_PROVED);
}
END_TEST

/* One server that still has the former DS keeps it alive: DESIGN 9.3. */
START_TEST(stale_parent_server_keeps_the_former_ds_alive)
{
	const int64_t swap = NOW + DAY;

	old_past();
	see_ds(NOW - HOUR, "192.0.2.2@53", 1, DAY);
	(void)release_at(NOW - 10 * HOUR, CANDIDATE_CONFIRMED, with_second_ksk(facts_new(2, 4, 4)));
	see_ds(swap, "192.0.2.1@53", 9, DAY);
	ck_assert_int_eq(prove_at(swap + 5 * DAY, with_only_second_ksk(facts_new(3, 0, 0))).outcome,
	    CACHE_REFUTED);
	see_ds(swap + DAY, "192.0.2.2@53", 9, DAY);
	ck_assert_int_eq(prove_at(swap + 5 * DAY, with_only_second_ksk(facts_new(3, 0, 0))).outcome,
	    CACHE_PROVED);
	ck_assert_int_eq(
	    prove_at(swap + DAY + HOUR, with_only_second_ksk(facts_new(3, 0, 0))).earliest_safe,
	    swap + 2 * DAY);
}
END_TEST

/* A server that nobody saw for the whole horizon, while others answered, is none any more: its DS
 * set is not live for ever. */
START_TEST(server_of_the_parent_that_is_gone_is_forgotten)
{
	const int64_t swap = NOW + DAY, later = NOW + 8 * DAY + 12 * HOUR;

	old_past();
	see_ds(NOW - HOUR, "192.0.2.2@53", 1, DAY);
	(void)release_at(NOW - 10 * HOUR, CANDIDATE_CONFIRMED, with_second_ksk(facts_new(2, 4, 4)));
	see_ds(swap, "192.0.2.1@53", 9, DAY);
	see_ds(NOW - HOUR + 7 * DAY, "192.0.2.1@53", 9, DAY);
	ck_assert_int_eq(
	    prove_at(later, with_only_second_ksk(facts_new(3, 0, 0))).outcome, CACHE_REFUTED);
	see_ds(NOW + 7 * DAY, "192.0.2.1@53", 9, DAY);
	ck_assert_int_eq(
	    prove_at(later, with_only_second_ksk(facts_new(3, 0, 0))).outcome, CACHE_PROVED);
}
END_TEST

/* What a person said of the parent counts until its own servers are asked. */
START_TEST(servers_of_the_parent_overtake_the_word_of_a_person)
{
	const int64_t swap = NOW + DAY;

	(void)release_at(NOW - 100 * DAY, CANDIDATE_CONFIRMED, facts_new(1, 4, 4));
	record_ds(NOW - 100 * DAY, SOURCE_OPERATOR, "alice", 1, DAY);
	(void)release_at(NOW - 10 * HOUR, CANDIDATE_CONFIRMED, with_second_ksk(facts_new(2, 4, 4)));
	ck_assert_int_eq(prove_at(swap + 5 * DAY, with_only_second_ksk(facts_new(3, 0, 0))).outcome,
	    CACHE_REFUTED);
	see_ds(swap, "192.0.2.1@53", 9, DAY);
	ck_assert_int_eq(
	    prove_at(swap + HOUR, with_only_second_ksk(facts_new(3, 0, 0))).outcome, CACHE_REFUTED);
	ck_assert_int_eq(prove_at(swap + 5 * DAY, with_only_second_ksk(facts_new(3, 0, 0))).outcome,
	    CACHE_PROVED);
	/* Said again later, it counts again. */
	record_ds(swap + DAY, SOURCE_OPERATOR, "alice", 1, DAY);
	ck_assert_int_eq(prove_at(swap + 5 * DAY, with_only_second_ksk(facts_new(3, 0, 0))).outcome,
	    CACHE_REFUTED);
}
END_TEST

/* An answer that is not proved is no version of the DS set. */
START_TEST(unproved_answer_of_the_parent_counts_for_nothing)
{
	struct history_ds seen = {.time = NOW - HOUR, .source = SOURCE_AUTHORITATIVE};
	struct zg_error error = {""};

	old_past();
	(void)strcpy(seen.server, "192.0.2.2@53");
	(void)strcpy(seen.note, "bogus: does not verify");
	ck_assert_int_eq(history_add_ds(history, "z.", &seen, &error), ZG_OK);
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4, 4)).outcome, CACHE_PROVED);
}
END_TEST

static struct past_parent
parent_at(int64_t now)
{
	struct release_facts *candidate = facts_new(2, 4, 4);
	const struct past_inputs inputs = inputs_at(now, candidate);
	struct past *past = past_of(&inputs);
	struct past_parent parent;

	parent = past_facts(past)->parent;
	past_free(past);
	facts_delete(candidate);
	return parent;
}

/* What no validator takes for the DS of a key is not taken for one here. */
START_TEST(ds_with_a_part_of_the_digest_is_of_no_key)
{
	const int64_t later = NOW + 90 * DAY;

	old_past();
	see_ds(NOW, "192.0.2.1@53", 1, DAY);
	ck_assert_int_eq(prove_at(later, facts_new(2, 4 | 8, 4)).outcome, CACHE_PROVED);
	record_ds_part(NOW + HOUR, SOURCE_AUTHORITATIVE, "192.0.2.1@53", 1, DAY, 31);
	ck_assert_int_eq(prove_at(later, facts_new(2, 4 | 8, 4)).outcome, CACHE_NOT_WORSE);
}
END_TEST

START_TEST(what_is_known_of_the_parent_is_summed_up)
{
	struct past_parent parent;

	(void)release_at(NOW - 100 * DAY, CANDIDATE_CONFIRMED, facts_new(1, 4, 4));
	ck_assert(!parent_at(NOW).is_known);
	record_ds(NOW - 2 * DAY, SOURCE_OPERATOR, "alice", 1, DAY);
	parent = parent_at(NOW);
	ck_assert(parent.is_known);
	ck_assert_int_eq(parent.seen, 0); /* the policy does not take it */
	see_ds(NOW - HOUR, "192.0.2.1@53", 1, HOUR);
	see_ds(NOW - HOUR, "192.0.2.2@53", 1, HOUR);
	parent = parent_at(NOW);
	ck_assert_int_eq(parent.seen, NOW - HOUR);
	ck_assert_int_eq(parent.max_age, HOUR);
	ck_assert_uint_eq(parent.n_servers, 2);
	ck_assert(!parent.disagree);
	ck_assert_uint_eq(parent.ttl, HOUR);
	ck_assert_uint_eq(parent.former_ttl, DAY);
	ck_assert_str_eq(parent.former_ttl_by, "alice");
	see_ds(NOW - 60, "192.0.2.1@53", 1, HOUR);
	see_ds(NOW - 60, "192.0.2.2@53", 9, HOUR);
	parent = parent_at(NOW);
	ck_assert(parent.disagree);
	ck_assert_uint_eq(parent.n_sets, 2);
	ck_assert_int_eq(parent.seen, NOW - HOUR); /* when they last agreed */
}
END_TEST

START_TEST(past_that_is_missing_is_unknown)
{
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4, 4)).outcome, CACHE_UNKNOWN);
	see_ds(NOW - 100 * DAY, "192.0.2.1@53", 1, DAY);
	(void)release_at(NOW - 6 * DAY, CANDIDATE_CONFIRMED, facts_new(1, 4, 4));
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4, 4)).outcome, CACHE_UNKNOWN);
	ck_assert_int_eq(prove_at(NOW + DAY, facts_new(2, 4, 4)).outcome, CACHE_PROVED);
}
END_TEST

START_TEST(ds_that_nobody_saw_is_unknown)
{
	(void)release_at(NOW - 100 * DAY, CANDIDATE_CONFIRMED, facts_new(1, 4, 4));
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4, 4)).outcome, CACHE_UNKNOWN);
}
END_TEST

/* DESIGN 9.7. */
START_TEST(refused_key_change_leaves_the_signer_ahead)
{
	struct release_facts *nsec3;

	old_past();
	(void)release_at(NOW - HOUR, CANDIDATE_REFUSED, facts_new(2, 4, 4));
	ck_assert(!prove_at(NOW, facts_new(3, 4, 4)).ahead);
	nsec3 = facts_new(2, 4, 4);
	(void)strcpy(nsec3->denial, "nsec3 1 0 0");
	(void)release_at(NOW - HOUR, CANDIDATE_REFUSED, nsec3);
	ck_assert(!prove_at(NOW, facts_new(3, 4, 4)).ahead);
	(void)release_at(NOW - HOUR + 1, CANDIDATE_REFUSED, facts_new(3, 8, 8));
	ck_assert(prove_at(NOW, facts_new(4, 4, 4)).ahead);
	(void)release_at(NOW - HOUR + 2, CANDIDATE_CONFIRMED, facts_new(4, 4, 4));
	ck_assert(!prove_at(NOW, facts_new(5, 4, 4)).ahead);
}
END_TEST

static void
stage_step(int64_t candidate, enum history_step_kind kind, const char *stage, int64_t time)
{
	struct history_step step = {
	    .candidate = candidate, .kind = kind, .time = time, .plan = "canary"};
	struct zg_error error = {""};

	(void)snprintf(step.stage, sizeof(step.stage), "%s", stage);
	ck_assert_int_eq(history_add_step(history, &step, &error), ZG_OK);
}

/* What stands against the serial at `now`, 0: nothing. */
static uint32_t
stage_serial_for(uint32_t serial, int64_t now)
{
	struct release_facts *candidate = facts_new(serial, 4, 4);
	const struct past_inputs inputs = inputs_at(now, candidate);
	struct past *past = past_of(&inputs);
	uint32_t found;

	found = past_facts(past)->stage_has ? past_facts(past)->stage_serial : 0;
	past_free(past);
	facts_delete(candidate);
	return found;
}

/* RFC 1982 section 3.2: a secondary of a stage takes none but a greater serial, until it has
 * forgotten the one that it has. */
START_TEST(serials_that_a_stage_was_given_count_until_expire)
{
	int64_t id;

	old_past();
	id = release_at(NOW - 8 * DAY, CANDIDATE_PASSED, facts_new(5, 4, 4));
	stage_step(id, HISTORY_BEGUN, "", NOW - 8 * DAY);
	ck_assert_uint_eq(stage_serial_for(4, NOW), 0);
	stage_step(id, HISTORY_ENTERED, "canary", NOW - 8 * DAY);
	ck_assert_uint_eq(stage_serial_for(4, NOW), 5);
	ck_assert_uint_eq(stage_serial_for(5, NOW), 0); /* it is the one that is under way */
	ck_assert_uint_eq(stage_serial_for(6, NOW), 0);
	stage_step(id, HISTORY_ABORTING, "", NOW - 7 * DAY);
	stage_step(id, HISTORY_ABORTED, "", NOW - 7 * DAY);
	ck_assert_uint_eq(stage_serial_for(4, NOW), 5);
	ck_assert_uint_eq(stage_serial_for(5, NOW), 5);
	ck_assert_uint_eq(stage_serial_for(6, NOW), 0);
	ck_assert_uint_eq(stage_serial_for(4, NOW + 1), 0);
}
END_TEST

START_TEST(candidate_that_never_left_the_building_counts_for_nothing)
{
	struct zg_error error = {""};
	int64_t id;

	old_past();
	id = release_at(NOW - HOUR, CANDIDATE_PASSED, facts_new(2, 8, 8));
	/* It may be out, and broken already: going back breaks nothing more. */
	ck_assert_int_eq(prove_at(NOW, facts_new(3, 4, 4)).outcome, CACHE_NOT_WORSE);
	ck_assert_int_eq(
	    history_set_state(history, id, CANDIDATE_ABANDONED, NOW - 1, "t", "t", &error), ZG_OK);
	ck_assert_int_eq(prove_at(NOW, facts_new(3, 4, 4)).outcome, CACHE_PROVED);
}
END_TEST

/* Old copies count with their own expirations, but only while they are in caches: a zone that is
 * signed anew all the time does not run out because last month's signatures did. */
START_TEST(signatures_of_releases_that_are_gone_do_not_count)
{
	struct release_facts *old = facts_new(1, 4, 4);

	old->classes[0].expirations[1] = NOW - 80 * DAY;
	old->keys[0].expiration = NOW - 80 * DAY;
	(void)release_at(NOW - 100 * DAY, CANDIDATE_CONFIRMED, old);
	(void)release_at(NOW - 90 * DAY, CANDIDATE_CONFIRMED, facts_new(2, 4, 4));
	see_ds(NOW - 100 * DAY, "192.0.2.1@53", 1, DAY);
	ck_assert_int_eq(prove_at(NOW, facts_new(3, 4 | 8, 4)).outcome, CACHE_PROVED);
}
END_TEST

/* DESIGN 9.14: signatures first, then the key: the data of then resolve when the key appears. */
START_TEST(signatures_before_their_key_are_resolved_later)
{
	struct release_facts *first = facts_new(2, 4, 4);
	struct release_facts *then = facts_new(3, 4 | 8, 4 | 8);

	old_past();
	first->keys[first->n_keys] =
	    (struct release_key){.algorithm = 13, .tag = then->keys[2].tag};
	first->classes[0].signers |= UINT64_C(1) << first->n_keys;
	first->classes[0].expirations[first->n_keys++] = NOW + 10 * DAY;
	(void)release_at(NOW, CANDIDATE_CONFIRMED, first);
	(void)release_at(NOW + 2 * HOUR, CANDIDATE_CONFIRMED, then);
	/* The former key goes before data without the new signature could be cached... */
	ck_assert_int_eq(prove_at(NOW + 4 * HOUR, facts_new(4, 8, 8)).outcome, CACHE_PROVED);
}
END_TEST

/* CDS for KSK 9, which is published and signs. */
static struct release_facts *
with_cds(struct release_facts *facts)
{
	const struct release_key *key = &facts->keys[facts->n_keys - 1];

	facts->next_ds_given = true;
	facts->n_next_ds = 1;
	facts->next_ds[0] = (struct release_ds){
	    .tag = key->tag, .algorithm = 13, .digest_type = 2, .digest_len = 32};
	ck_assert_int_eq(key_ds_digest(origin, key->rdata, 68, 2, facts->next_ds[0].digest), ZG_OK);
	return facts;
}

/* DESIGN 9.16: what the parent would publish must fit what caches hold when it may do so. */
START_TEST(cds_waits_for_the_key_to_be_everywhere)
{
	struct outcome outcome;

	old_past();
	outcome = prove_at(NOW, with_cds(with_second_ksk(facts_new(2, 4, 4))));
	ck_assert_int_eq(outcome.outcome, CACHE_REFUTED);
	(void)release_at(NOW, CANDIDATE_CONFIRMED, with_second_ksk(facts_new(2, 4, 4)));
	outcome = prove_at(NOW + 90 * MINUTE, with_cds(with_second_ksk(facts_new(3, 4, 4))));
	ck_assert_int_eq(outcome.outcome, CACHE_PROVED);
	/* It is asked for in force: going back to the former keys would break what may be cached.
	 */
	(void)release_at(
	    NOW + 90 * MINUTE, CANDIDATE_CONFIRMED, with_cds(with_second_ksk(facts_new(3, 4, 4))));
	ck_assert_int_eq(prove_at(NOW + 91 * MINUTE, facts_new(4, 4, 4)).outcome, CACHE_REFUTED);
}
END_TEST

START_TEST(roll_types_of_the_policy_are_held)
{
	struct release_facts *candidate = facts_new(2, 4 | 8, 4);
	struct past_inputs inputs = inputs_at(NOW, candidate);
	struct past *past;

	old_past();
	for (int allowed = 0; allowed < 2; allowed++) {
		zg_policy_free(policy);
		ck_assert_int_eq(
		    zg_policy_parse(allowed ? ROLLS("ZskPrePublication") : ROLLS("ZskDoubleRRsig"),
			strlen(allowed ? ROLLS("ZskPrePublication") : ROLLS("ZskDoubleRRsig")), "t",
			NULL, &policy, NULL),
		    ZG_OK);
		inputs.policy = policy;
		past = past_of(&inputs);
		ck_assert_uint_eq(past_facts(past)->n_refused_steps, allowed ? 0 : 1);
		past_free(past);
	}
	facts_delete(candidate);
}
END_TEST

START_TEST(damaged_history_is_no_past)
{
	struct release_facts *candidate = facts_new(2, 4, 4);
	struct past_inputs inputs = inputs_at(NOW, candidate);
	struct past *past;

	inputs.directory = "/nonexistent";
	ck_assert_int_eq(past_read(&inputs, &past, NULL), ZG_READ);
	ck_assert_ptr_null(past);
	facts_delete(candidate);
}
END_TEST

/* --- Other providers of a multi-signer zone: DESIGN 9.23 --- */

/* Both KSKs are in the DS set: ours, 1, and that of provider b, 9. */
static void
see_both_ds(int64_t time)
{
	struct history_ds *seen = calloc(1, sizeof(*seen));
	struct release_facts *facts = with_second_ksk(facts_new(1, 0, 0));

	ck_assert_ptr_nonnull(seen);
	*seen = (struct history_ds){.time = time,
	    .source = SOURCE_AUTHORITATIVE,
	    .server = "192.0.2.1@53",
	    .answered = true,
	    .ttl = DAY,
	    .n = 2};
	for (size_t i = 0; i < 2; i++) {
		seen->entries[i] = (struct release_ds){
		    .tag = facts->keys[i].tag, .algorithm = 13, .digest_type = 2, .digest_len = 32};
		ck_assert_int_eq(
		    key_ds_digest(origin, facts->keys[i].rdata, 68, 2, seen->entries[i].digest),
		    ZG_OK);
	}
	ck_assert_int_eq(history_add_ds(history, "z.", seen, NULL), ZG_OK);
	facts_delete(facts);
	free(seen);
}

/* Records what a server of provider b serves; takes the facts over. NULL: no answer. */
static void
record_provider(int64_t time, const char *server, struct release_facts *facts)
{
	struct provider_look *seen = calloc(1, sizeof(*seen));

	ck_assert_ptr_nonnull(seen);
	seen->time = time;
	(void)strcpy(seen->provider, "b");
	(void)strcpy(seen->server, server);
	seen->answered = facts != NULL;
	if (seen->answered) {
		seen->facts = *facts;
		seen->facts.more_classes = true; /* a sample */
	}
	ck_assert_int_eq(history_add_provider(history, "z.", seen, NULL), ZG_OK);
	if (facts != NULL)
		facts_delete(facts);
	free(seen);
}

/* A server of provider b has KSK 9, the ZSKs of `published`, and data signed by those of `signers`.
 */
static void
see_provider(int64_t time, const char *server, unsigned published, unsigned signers)
{
	struct release_facts *facts = facts_new(7, published, signers);

	free(facts->keys[0].rdata);
	facts->n_keys--;
	memmove(&facts->keys[0], &facts->keys[1], facts->n_keys * sizeof(facts->keys[0]));
	facts->classes[0].signers >>= 1;
	for (size_t k = 0; k + 1 < ZG_KEYS_MAX; k++)
		facts->classes[0].expirations[k] = facts->classes[0].expirations[k + 1];
	add_key(facts, 257, 9, true);
	record_provider(time, server, facts);
}

/* Nothing changed for long: ZSK 2 is ours, ZSK 3 is theirs, both publish both. */
static void
old_past_of_two(void)
{
	(void)release_at(NOW - 100 * DAY, CANDIDATE_CONFIRMED, facts_new(1, 4 | 8, 4));
	see_both_ds(NOW - 100 * DAY);
	see_both_ds(NOW - HOUR);
	see_provider(NOW - 100 * DAY, "192.0.2.50@53", 4 | 8, 8);
	see_provider(NOW - HOUR, "192.0.2.50@53", 4 | 8, 8);
}

START_TEST(key_of_another_provider_must_stay)
{
	old_past_of_two();
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4, 4)).outcome, CACHE_REFUTED);
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4, 4)).earliest_safe, TIME_NEVER);
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4, 4)).until, TIME_NEVER);
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4 | 8, 4)).outcome, CACHE_PROVED);
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4 | 8 | 16, 4)).outcome, CACHE_PROVED);
}
END_TEST

/* RFC 8901 section 6.2: the new ZSK is imported by the others, and signs when all caches have it.
 */
START_TEST(key_signs_when_the_other_provider_has_published_it)
{
	struct outcome outcome;

	old_past_of_two();
	(void)release_at(NOW - 10 * DAY, CANDIDATE_CONFIRMED, facts_new(2, 4 | 8 | 16, 4));
	outcome = prove_at(NOW, facts_new(3, 4 | 8 | 16, 16));
	ck_assert_int_eq(outcome.outcome, CACHE_REFUTED);
	ck_assert_int_eq(outcome.earliest_safe, TIME_NEVER);
	see_provider(NOW, "192.0.2.50@53", 4 | 8 | 16, 8);
	ck_assert_int_eq(
	    prove_at(NOW + 90 * MINUTE - 1, facts_new(3, 4 | 8 | 16, 16)).outcome, CACHE_REFUTED);
	ck_assert_int_eq(
	    prove_at(NOW + MINUTE, facts_new(3, 4 | 8 | 16, 16)).earliest_safe, NOW + 90 * MINUTE);
	ck_assert_int_eq(
	    prove_at(NOW + 90 * MINUTE, facts_new(3, 4 | 8 | 16, 16)).outcome, CACHE_PROVED);
}
END_TEST

/* RFC 8901 section 2.1.1: with a common KSK the DNSKEY RRsets are the same, and yet each provider's
 * is its own: one that has been replaced here is served there. */
START_TEST(same_keys_of_another_provider_are_its_own)
{
	old_past();
	(void)release_at(NOW - 50 * DAY, CANDIDATE_CONFIRMED, facts_new(2, 4 | 8, 4));
	record_provider(NOW - HOUR, "192.0.2.50@53", facts_new(7, 4 | 8, 8));
	(void)release_at(NOW - 10 * DAY, CANDIDATE_CONFIRMED, facts_new(3, 4 | 8 | 16, 4));
	ck_assert_int_eq(prove_at(NOW, facts_new(4, 4 | 8 | 16, 16)).outcome, CACHE_REFUTED);
	ck_assert_int_eq(prove_at(NOW, facts_new(4, 4 | 8 | 16, 16)).until, TIME_NEVER);
	record_provider(NOW, "192.0.2.50@53", facts_new(8, 4 | 8 | 16, 8));
	ck_assert_int_eq(
	    prove_at(NOW + 90 * MINUTE, facts_new(4, 4 | 8 | 16, 16)).outcome, CACHE_PROVED);
}
END_TEST

/* The same of data: signed by a key that was ours here, and is still used there. */
START_TEST(same_signers_of_another_provider_are_its_own)
{
	old_past();
	(void)release_at(NOW - 50 * DAY, CANDIDATE_CONFIRMED, facts_new(2, 4 | 8, 4));
	(void)release_at(NOW - 40 * DAY, CANDIDATE_CONFIRMED, facts_new(3, 4 | 8, 8));
	ck_assert_int_eq(prove_at(NOW, facts_new(4, 8, 8)).outcome, CACHE_PROVED);
	record_provider(NOW - HOUR, "192.0.2.50@53", facts_new(7, 4 | 8, 4));
	ck_assert_int_eq(prove_at(NOW, facts_new(4, 8, 8)).outcome, CACHE_REFUTED);
	ck_assert_int_eq(prove_at(NOW, facts_new(4, 8, 8)).until, TIME_NEVER);
}
END_TEST

/* CDS, which signers sign by the KSK: RFC 8901 section 8 has each provider publish it. */
START_TEST(data_for_the_parent_need_no_key_of_the_other_provider)
{
	old_past_of_two();
	for (unsigned ordinary = 0; ordinary < 2; ordinary++) {
		struct release_facts *candidate = facts_new(2, 4 | 8 | 16, 4);
		struct release_class *class = &candidate->classes[candidate->n_classes++];

		*class = candidate->classes[0];
		class->signers = 1;
		class->expirations[0] = NOW + 10 * DAY;
		(void)strcpy(class->owner, "z.");
		(void)strcpy(class->type, ordinary ? "TXT" : "CDNSKEY");
		ck_assert_int_eq(
		    prove_at(NOW, candidate).outcome, ordinary ? CACHE_REFUTED : CACHE_PROVED);
	}
}
END_TEST

/* One server of two that still has the former keys is asked by resolvers as well. */
START_TEST(stale_server_of_a_provider_counts)
{
	old_past_of_two();
	see_provider(NOW - HOUR, "192.0.2.51@53", 4 | 8, 8);
	(void)release_at(NOW - 10 * DAY, CANDIDATE_CONFIRMED, facts_new(2, 4 | 8 | 16, 4));
	see_provider(NOW, "192.0.2.50@53", 4 | 8 | 16, 8);
	record_provider(NOW + HOUR, "192.0.2.51@53", NULL); /* it is there all the same */
	ck_assert_int_eq(
	    prove_at(NOW + 3 * HOUR, facts_new(3, 4 | 8 | 16, 16)).outcome, CACHE_REFUTED);
	see_provider(NOW + HOUR, "192.0.2.51@53", 4 | 8 | 16, 8);
	ck_assert_int_eq(
	    prove_at(NOW + 3 * HOUR, facts_new(3, 4 | 8 | 16, 16)).outcome, CACHE_PROVED);
}
END_TEST

/* A look is a sample: what it does not meet may be there, while the provider publishes the key. */
START_TEST(former_key_of_a_provider_goes_when_the_provider_has_dropped_it)
{
	old_past_of_two();
	(void)release_at(NOW - 10 * DAY, CANDIDATE_CONFIRMED, facts_new(2, 4 | 8 | 32, 4));
	see_provider(NOW - 10 * MINUTE, "192.0.2.50@53", 4 | 8 | 32, 8);
	see_provider(NOW, "192.0.2.50@53", 4 | 8 | 32, 32);
	ck_assert_int_eq(prove_at(NOW + 20 * HOUR, facts_new(3, 4 | 32, 4)).outcome, CACHE_REFUTED);
	see_provider(NOW + 20 * HOUR, "192.0.2.50@53", 4 | 32, 32);
	ck_assert_int_eq(prove_at(NOW + 20 * HOUR, facts_new(3, 4 | 32, 4)).earliest_safe,
	    NOW + 20 * HOUR + 90 * MINUTE);
	ck_assert_int_eq(
	    prove_at(NOW + 20 * HOUR + 90 * MINUTE, facts_new(3, 4 | 32, 4)).outcome, CACHE_PROVED);
}
END_TEST

/* What another provider breaks is broken without us: our zone as it was is no worse. */
START_TEST(trouble_of_another_provider_is_not_ours)
{
	struct outcome outcome;

	old_past_of_two();
	see_provider(NOW - MINUTE, "192.0.2.50@53", 4 | 64, 64); /* a key that we do not have */
	outcome = prove_at(NOW, facts_new(2, 4 | 8, 4));
	ck_assert_int_eq(outcome.outcome, CACHE_NOT_WORSE);
	ck_assert(outcome.unchanged);
	ck_assert_int_eq(prove_at(NOW, facts_new(2, 4 | 8 | 64, 4)).outcome, CACHE_NOT_WORSE);
}
END_TEST

/* Proves with providers a and b in the configuration. */
static struct outcome
prove_of_two(int64_t now, const char *second, int64_t max_age)
{
	const char *const providers[] = {"b", second};
	struct release_facts *candidate = facts_new(2, 4 | 8 | 16, 4);
	struct past_inputs inputs = inputs_at(now, candidate);
	struct outcome outcome;
	struct past *past;

	inputs.providers = providers;
	inputs.n_providers = second == NULL ? 1 : 2;
	inputs.provider_max_age = max_age;
	past = past_of(&inputs);
	ck_assert_uint_eq(past_facts(past)->n_providers, inputs.n_providers);
	ck_assert(past_facts(past)->providers[0].wanted);
	outcome = (struct outcome){.outcome = past_facts(past)->proof->outcome,
	    .unknown_server = past_facts(past)->proof->unknown != NULL};
	past_free(past);
	facts_delete(candidate);
	return outcome;
}

START_TEST(provider_that_was_not_seen_of_late_is_unknown)
{
	old_past_of_two();
	ck_assert_int_eq(prove_of_two(NOW, NULL, 0).outcome, CACHE_PROVED);
	ck_assert_int_eq(prove_of_two(NOW, NULL, HOUR).outcome, CACHE_PROVED);
	ck_assert_int_eq(prove_of_two(NOW + 1, NULL, HOUR).outcome, CACHE_UNKNOWN);
	ck_assert(!prove_of_two(NOW + 1, NULL, HOUR).unknown_server); /* it is said elsewhere */
	ck_assert_int_eq(prove_of_two(NOW, "a", 0).outcome, CACHE_UNKNOWN);
	record_provider(NOW, "192.0.2.50@53", NULL); /* no answer is no look */
	ck_assert_int_eq(prove_of_two(NOW + 1, NULL, HOUR).outcome, CACHE_UNKNOWN);
}
END_TEST

/* However short the horizon is: what was seen of late is relied on. */
START_TEST(provider_that_was_seen_of_late_counts)
{
	static const char text[] =
	    "<ZoneGate version=\"1\"><Policy name=\"t\"><CacheView>"
	    "<UnknownHorizon>PT6S</UnknownHorizon></CacheView></Policy></ZoneGate>";

	old_past_of_two();
	zg_policy_free(policy);
	ck_assert_int_eq(zg_policy_parse(text, strlen(text), "t", NULL, &policy, NULL), ZG_OK);
	ck_assert_int_eq(prove_at(NOW + HOUR, facts_new(2, 4, 4)).outcome, CACHE_REFUTED);
	ck_assert_int_eq(prove_at(NOW + HOUR, facts_new(2, 4 | 8, 4)).outcome, CACHE_PROVED);
}
END_TEST

/* Taken out of the configuration a provider may be asked until the horizon all the same. */
START_TEST(provider_that_left_is_forgotten_after_the_horizon)
{
	old_past_of_two();
	see_both_ds(NOW + 8 * DAY);
	ck_assert_int_eq(prove_at(NOW + 6 * DAY, facts_new(2, 4, 4)).outcome, CACHE_REFUTED);
	ck_assert_int_eq(prove_at(NOW + 8 * DAY, facts_new(2, 4, 4)).outcome, CACHE_PROVED);
}
END_TEST

/* --- Taken over by a sample: DESIGN 9.9 --- */

static struct release_facts *
sampled(struct release_facts *facts)
{
	facts->more_classes = true;
	facts->digest[0] = '\0';
	return facts;
}

START_TEST(release_that_is_known_by_a_sample_goes_on_unchanged)
{
	struct outcome outcome;

	(void)release_at(NOW - 100 * DAY, CANDIDATE_CONFIRMED, sampled(facts_new(1, 4, 4)));
	see_ds(NOW - 100 * DAY, "192.0.2.1@53", 1, DAY);
	outcome = prove_at(NOW, facts_new(2, 4, 4));
	ck_assert_int_eq(outcome.outcome, CACHE_UNKNOWN);
	ck_assert(outcome.unchanged);
	outcome = prove_at(NOW, facts_new(2, 4 | 8, 4)); /* a key more */
	ck_assert_int_eq(outcome.outcome, CACHE_UNKNOWN);
	ck_assert(!outcome.unchanged);
	ck_assert(!prove_at(NOW, facts_new(2, 4, 0)).unchanged); /* signers that were not met */
	ck_assert(!prove_at(NOW, sampled(facts_new(2, 4, 4))).unchanged);
}
END_TEST

START_TEST(classes_that_are_not_known_are_gone_after_the_horizon)
{
	const int64_t gone = NOW + 30 * MINUTE + 7 * DAY;

	(void)release_at(NOW - 100 * DAY, CANDIDATE_CONFIRMED, sampled(facts_new(1, 4, 4)));
	see_ds(NOW - 100 * DAY, "192.0.2.1@53", 1, DAY);
	(void)release_at(NOW, CANDIDATE_CONFIRMED, facts_new(2, 4, 4));
	ck_assert_int_eq(prove_at(gone - 1, facts_new(3, 4 | 8, 4)).outcome, CACHE_UNKNOWN);
	ck_assert_int_eq(prove_at(gone, facts_new(3, 4 | 8, 4)).outcome, CACHE_PROVED);
}
END_TEST

/* ---- The policy that the release in force passed under ---- */

/* What release_at writes. */
#define RECORDED "0000000000000000000000000000000000000000000000000000000000000000"

/* The rules of the release in force, with the text of its policy. */
static void
record_rules(const char *digest, const char *text)
{
	struct history_rules *rules = calloc(1, sizeof(*rules));
	struct zg_error error = {""};

	ck_assert_ptr_nonnull(rules);
	*rules = (struct history_rules){.time = NOW - DAY, .quorum = 2};
	(void)strcpy(rules->policy_digest, digest);
	ck_assert_msg(
	    history_add_rules(history, "z.", rules, text, &error) == ZG_OK, "%s", error.text);
	free(rules);
}

/* Whether the candidate is judged by the policy that the release in force passed under. */
static bool
is_same_policy(const char *digest)
{
	struct release_facts *candidate = facts_new(2, 4, 4);
	struct past_inputs inputs = inputs_at(NOW, candidate);
	struct past *past;
	bool same;

	inputs.policy_digest = digest;
	past = past_of(&inputs);
	same = past_facts(past)->same_policy;
	ck_assert_str_eq(past_facts(past)->policy_digest, RECORDED);
	ck_assert_str_eq(past_facts(past)->candidate_policy_digest, digest);
	past_free(past);
	facts_delete(candidate);
	return same;
}

/* A version that knew one check less wrote the text, and took the digest of all of it: all that is
 * known of the policy is the text. */
START_TEST(policy_is_the_same_when_its_text_is)
{
	char digest[POLICY_DIGEST_TEXT_SIZE], *text = NULL, *line, *word;

	ck_assert_int_eq(policy_digest(policy, digest, NULL), ZG_OK);
	ck_assert_int_eq(zg_policy_show(policy, &text, NULL), ZG_OK);
	old_past();
	ck_assert(!is_same_policy(digest)); /* nothing was recorded */
	record_rules(RECORDED, "");
	ck_assert(!is_same_policy(digest));
	record_rules("1", text); /* with another digest */
	ck_assert(!is_same_policy(digest));
	line = strstr(text, "<Check ");
	ck_assert_ptr_nonnull(line);
	memmove(line, strchr(line, '\n'), strlen(strchr(line, '\n')) + 1);
	record_rules(RECORDED, text);
	ck_assert(is_same_policy(digest));
	ck_assert(!is_same_policy(RECORDED)); /* equal, and nothing is to be said of it */
	word = strstr(text, "<PropagationDelay>PT30M<");
	ck_assert_ptr_nonnull(word);
	memcpy(word, "<PropagationDelay>PT31M<", strlen("<PropagationDelay>PT31M<"));
	record_rules("2", ""); /* else the row is that of before */
	record_rules(RECORDED, text);
	ck_assert(!is_same_policy(digest));
	free(text);
}
END_TEST

START_TEST(policy_that_cannot_be_read_is_another)
{
	static const char *const texts[] = {"<ZoneGate/>", "no XML",
	    "<ZoneGate version=\"1\"><Policy name=\"t\"><Future/></Policy></ZoneGate>"};
	char digest[POLICY_DIGEST_TEXT_SIZE];

	ck_assert_int_eq(policy_digest(policy, digest, NULL), ZG_OK);
	old_past();
	record_rules(RECORDED, texts[_i]);
	ck_assert(!is_same_policy(digest));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("past");
	TCase *tests = tcase_create("tests");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, same_keys_and_signers_are_unchanged_and_proved);
	tcase_add_test(tests, new_zsk_signs_when_every_cache_has_it);
	tcase_add_test(tests, publication_that_is_not_confirmed_does_not_count);
	tcase_add_test(tests, server_that_is_late_lengthens_the_wait);
	tcase_add_test(tests, serial_that_no_release_has_is_said);
	tcase_add_test(tests, serials_that_go_round_are_seen);
	tcase_add_test(tests, former_ksk_goes_when_the_former_ds_is_gone);
	tcase_add_test(tests, stale_parent_server_keeps_the_former_ds_alive);
	tcase_add_test(tests, server_of_the_parent_that_is_gone_is_forgotten);
	tcase_add_test(tests, servers_of_the_parent_overtake_the_word_of_a_person);
	tcase_add_test(tests, unproved_answer_of_the_parent_counts_for_nothing);
	tcase_add_test(tests, ds_with_a_part_of_the_digest_is_of_no_key);
	tcase_add_test(tests, what_is_known_of_the_parent_is_summed_up);
	tcase_add_test(tests, past_that_is_missing_is_unknown);
	tcase_add_test(tests, ds_that_nobody_saw_is_unknown);
	tcase_add_test(tests, refused_key_change_leaves_the_signer_ahead);
	tcase_add_test(tests, serials_that_a_stage_was_given_count_until_expire);
	tcase_add_test(tests, candidate_that_never_left_the_building_counts_for_nothing);
	tcase_add_test(tests, signatures_of_releases_that_are_gone_do_not_count);
	tcase_add_test(tests, signatures_before_their_key_are_resolved_later);
	tcase_add_test(tests, cds_waits_for_the_key_to_be_everywhere);
	tcase_add_test(tests, roll_types_of_the_policy_are_held);
	tcase_add_test(tests, damaged_history_is_no_past);
	tcase_add_test(tests, key_of_another_provider_must_stay);
	tcase_add_test(tests, key_signs_when_the_other_provider_has_published_it);
	tcase_add_test(tests, same_keys_of_another_provider_are_its_own);
	tcase_add_test(tests, same_signers_of_another_provider_are_its_own);
	tcase_add_test(tests, data_for_the_parent_need_no_key_of_the_other_provider);
	tcase_add_test(tests, stale_server_of_a_provider_counts);
	tcase_add_test(tests, release_that_is_known_by_a_sample_goes_on_unchanged);
	tcase_add_test(tests, classes_that_are_not_known_are_gone_after_the_horizon);
	tcase_add_test(tests, former_key_of_a_provider_goes_when_the_provider_has_dropped_it);
	tcase_add_test(tests, trouble_of_another_provider_is_not_ours);
	tcase_add_test(tests, provider_that_was_not_seen_of_late_is_unknown);
	tcase_add_test(tests, provider_that_was_seen_of_late_counts);
	tcase_add_test(tests, provider_that_left_is_forgotten_after_the_horizon);
	tcase_add_test(tests, policy_is_the_same_when_its_text_is);
	tcase_add_loop_test(tests, policy_that_cannot_be_read_is_another, 0, 3);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
