/* Histories in a directory of their own. */
#include "history_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "history/history_private.h"

char *
fixture_directory(void)
{
	char *directory = strdup("/tmp/zonegate-history.XXXXXX");

	ck_assert_ptr_nonnull(directory);
	ck_assert_ptr_nonnull(mkdtemp(directory));
	return directory;
}

void
fixture_remove(char *directory)
{
	static const char *const names[] = {"zonegate.db", "zonegate.db-journal", "other.db",
	    "export", "elsewhere/zonegate.db", "elsewhere/zonegate.db-journal"};
	char path[256];

	(void)chmod(directory, 0700);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof(path), "%s/elsewhere", directory);
	(void)rmdir(path);
	ck_assert_int_eq(rmdir(directory), 0);
	free(directory);
}

char *
fixture_database(const char *directory)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/zonegate.db", directory), 0);
	return path;
}

struct history *
fixture_open(const char *directory, enum history_mode mode)
{
	struct zg_error error = {""};
	struct history *history;

	ck_assert_msg(history_open(directory, mode, &history, &error) == ZG_OK, "%s", error.text);
	return history;
}

static void
key_make(struct release_key *key, uint32_t serial, size_t i)
{
	key->algorithm = (uint8_t)(8 + i);
	key->tag = (uint16_t)(serial * 7 + i);
	key->published = i != 2;
	key->signs_dnskey = i == 0;
	key->expiration = FIXTURE_TIME + (int64_t)serial * 10 + (int64_t)i;
	if (!key->published)
		return;
	key->flags = i == 0 ? 257 : 256;
	key->protocol = 3;
	memset(key->sha256, (int)(serial + i), sizeof(key->sha256));
	key->rdlen = (uint16_t)(68 + i);
	key->rdata = malloc(key->rdlen);
	ck_assert_ptr_nonnull(key->rdata);
	memset(key->rdata, (int)(0x80 + i), key->rdlen);
}

static void
class_make(struct release_class *class, uint32_t serial, size_t i)
{
	class->signers = i == 0 ? 6 : i == 1 ? 1 : 0;
	class->ttl = (uint32_t)(3600 + i);
	class->n_rrsets = UINT64_C(5000000000) + serial + i;
	for (size_t k = 0; k < 3; k++)
		class->expirations[k] = FIXTURE_TIME + (int64_t)(1000 * i + 10 * k) + serial;
	class->latest_inception = FIXTURE_TIME - 7 - (int64_t)i;
	(void)snprintf(class->owner, sizeof(class->owner), "n%zu.example.", i);
	(void)snprintf(class->type, sizeof(class->type), "TYPE%zu", 65280 + i);
}

struct release_facts *
fixture_facts(const char *zone, uint32_t serial)
{
	struct release_facts *facts = calloc(1, sizeof(*facts));

	ck_assert_ptr_nonnull(facts);
	(void)snprintf(facts->zone, sizeof(facts->zone), "%s", zone);
	facts->serial = serial;
	(void)snprintf(facts->digest, sizeof(facts->digest), "%096x", (unsigned)serial);
	facts->n_keys = 3;
	for (size_t i = 0; i < facts->n_keys; i++)
		key_make(&facts->keys[i], serial, i);
	facts->dnskey_ttl = 86400;
	facts->n_classes = 3;
	for (size_t i = 0; i < facts->n_classes; i++)
		class_make(&facts->classes[i], serial, i);
	facts->more_classes = serial % 2 == 0;
	facts->n_next_ds = 2;
	for (size_t i = 0; i < facts->n_next_ds; i++) {
		facts->next_ds[i].tag = (uint16_t)(serial + i);
		facts->next_ds[i].algorithm = 13;
		facts->next_ds[i].digest_type = (uint8_t)(2 + 2 * i);
		facts->next_ds[i].digest_len = (uint8_t)(32 + 16 * i);
		memset(facts->next_ds[i].digest, (int)i + 1, facts->next_ds[i].digest_len);
	}
	facts->next_ds_given = true;
	facts->next_ds_delete = serial % 3 == 0;
	facts->refresh = 1800;
	facts->retry = 900;
	facts->expire = 604800;
	facts->minimum = 86400;
	facts->soa_ttl = 3600;
	facts->max_ttl = 172800;
	facts->first_expiration = FIXTURE_TIME + 99;
	facts->dnskey_expiration = FIXTURE_TIME + 98;
	(void)snprintf(facts->denial, sizeof(facts->denial), "nsec3 1 0 -");
	for (size_t i = 0; i < RELEASE_COUNTS; i++)
		facts->counts[i] = UINT64_C(7000000000) + serial + i;
	return facts;
}

void
fixture_facts_free(struct release_facts *facts)
{
	release_facts_clear(facts);
	free(facts);
}

static void
key_same(const struct release_key *a, const struct release_key *b)
{
	ck_assert_uint_eq(a->algorithm, b->algorithm);
	ck_assert_uint_eq(a->tag, b->tag);
	ck_assert_uint_eq(a->flags, b->flags);
	ck_assert_uint_eq(a->protocol, b->protocol);
	ck_assert_uint_eq(a->published, b->published);
	ck_assert_uint_eq(a->signs_dnskey, b->signs_dnskey);
	ck_assert_int_eq(a->expiration, b->expiration);
	ck_assert_mem_eq(a->sha256, b->sha256, sizeof(a->sha256));
	ck_assert_uint_eq(a->rdlen, b->rdlen);
	ck_assert_uint_eq(a->rdata == NULL, b->rdata == NULL);
	if (a->rdata != NULL)
		ck_assert_mem_eq(a->rdata, b->rdata, a->rdlen);
}

static void
class_same(const struct release_class *a, const struct release_class *b)
{
	ck_assert_uint_eq(a->signers, b->signers);
	ck_assert_uint_eq(a->ttl, b->ttl);
	ck_assert_uint_eq(a->n_rrsets, b->n_rrsets);
	ck_assert_mem_eq(a->expirations, b->expirations, sizeof(a->expirations));
	ck_assert_int_eq(a->latest_inception, b->latest_inception);
	ck_assert_str_eq(a->owner, b->owner);
	ck_assert_str_eq(a->type, b->type);
}

void
fixture_facts_same(const struct release_facts *a, const struct release_facts *b)
{
	ck_assert_str_eq(a->zone, b->zone);
	ck_assert_uint_eq(a->serial, b->serial);
	ck_assert_str_eq(a->digest, b->digest);
	ck_assert_uint_eq(a->n_keys, b->n_keys);
	for (size_t i = 0; i < a->n_keys; i++)
		key_same(&a->keys[i], &b->keys[i]);
	ck_assert_uint_eq(a->dnskey_ttl, b->dnskey_ttl);
	ck_assert_uint_eq(a->n_classes, b->n_classes);
	for (size_t i = 0; i < a->n_classes; i++)
		class_same(&a->classes[i], &b->classes[i]);
	ck_assert_uint_eq(a->more_classes, b->more_classes);
	ck_assert_uint_eq(a->n_next_ds, b->n_next_ds);
	for (size_t i = 0; i < a->n_next_ds; i++)
		ck_assert_mem_eq(&a->next_ds[i], &b->next_ds[i], sizeof(a->next_ds[i]));
	ck_assert_uint_eq(a->next_ds_given, b->next_ds_given);
	ck_assert_uint_eq(a->next_ds_delete, b->next_ds_delete);
	ck_assert_uint_eq(a->refresh, b->refresh);
	ck_assert_uint_eq(a->retry, b->retry);
	ck_assert_uint_eq(a->expire, b->expire);
	ck_assert_uint_eq(a->minimum, b->minimum);
	ck_assert_uint_eq(a->soa_ttl, b->soa_ttl);
	ck_assert_uint_eq(a->max_ttl, b->max_ttl);
	ck_assert_int_eq(a->first_expiration, b->first_expiration);
	ck_assert_int_eq(a->dnskey_expiration, b->dnskey_expiration);
	ck_assert_str_eq(a->denial, b->denial);
	ck_assert_mem_eq(a->counts, b->counts, sizeof(a->counts));
}

int64_t
fixture_add(struct history *history, const char *zone, uint32_t serial, enum candidate_state state,
    int64_t time)
{
	struct release_facts *facts = fixture_facts(zone, serial);
	uint8_t sha256[32];
	struct history_new new = {.facts = facts,
	    .zone = zone,
	    .state = state,
	    .file_sha256 = sha256,
	    .policy_digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	    .reason = "pass, chain to the parent not checked",
	    .report = "{\"verdict\":\"pass\",\"text\":\"a \\\"quoted\\\" word\\n\"}",
	    .time = time};
	struct zg_error error = {""};
	int64_t id;

	memset(sha256, (int)serial, sizeof(sha256));
	ck_assert_msg(history_add_candidate(history, &new, &id, &error) == ZG_OK, "%s", error.text);
	fixture_facts_free(facts);
	return id;
}

static void
observations_fill(struct history *history)
{
	struct history_ds ds = {.time = FIXTURE_TIME + 20,
	    .source = SOURCE_AUTHORITATIVE,
	    .server = "192.0.2.1@53",
	    .answered = true,
	    .ttl = 3600,
	    .serial = 17,
	    .entries = {{.tag = 12345, .algorithm = 13, .digest_type = 2, .digest_len = 32}},
	    .n = 1};
	struct history_ds silent = {.time = FIXTURE_TIME + 21,
	    .source = SOURCE_AUTHORITATIVE,
	    .server = "192.0.2.2@53",
	    .note = "time-out"};
	struct history_served served = {
	    .time = FIXTURE_TIME + 22, .server = "192.0.2.3@53", .serial = 2, .digest = "ab"};

	ck_assert_int_eq(history_add_ds(history, "example.", &ds, NULL), ZG_OK);
	ck_assert_int_eq(history_add_ds(history, "example.", &silent, NULL), ZG_OK);
	ck_assert_int_eq(history_add_served(history, "example.", &served, NULL), ZG_OK);
	fixture_provider(history, FIXTURE_TIME + 22, "b", 5);
	fixture_provider(history, FIXTURE_TIME + 22, "c", 0);
}

void
fixture_provider(struct history *history, int64_t time, const char *provider, uint32_t serial)
{
	struct provider_look *seen = calloc(1, sizeof(*seen));
	struct release_facts *facts = fixture_facts("example.", serial);

	ck_assert_ptr_nonnull(seen);
	seen->time = time;
	(void)snprintf(seen->provider, sizeof(seen->provider), "%s", provider);
	(void)snprintf(seen->server, sizeof(seen->server), "192.0.2.5@53");
	seen->answered = serial != 0;
	if (seen->answered)
		seen->facts = *facts;
	else
		(void)snprintf(seen->note, sizeof(seen->note), "time-out");
	ck_assert_int_eq(history_add_provider(history, "example.", seen, NULL), ZG_OK);
	fixture_facts_free(facts);
	free(seen);
}

struct history_rules *
fixture_rules(char policy, int64_t quorum, size_t n_approvers)
{
	struct history_rules *rules = calloc(1, sizeof(*rules));

	ck_assert_ptr_nonnull(rules);
	rules->time = FIXTURE_TIME + 24;
	memset(rules->policy_digest, policy, sizeof(rules->policy_digest) - 1);
	rules->quorum = quorum;
	rules->severity = ZG_SEVERITY_APPROVE;
	for (size_t i = 0; i < n_approvers; i++) {
		(void)snprintf(
		    rules->approvers[i].id, sizeof(rules->approvers[i].id), "approver%zu", i);
		memset(rules->approvers[i].public_key, (int)i + 0xa0, 32);
	}
	rules->n_approvers = n_approvers;
	return rules;
}

static void
rules_fill(struct history *history)
{
	for (size_t i = 1; i <= 2; i++) {
		struct history_rules *rules = fixture_rules('0', 2, 2 * i);

		ck_assert_int_eq(
		    history_add_rules(history, "example.", rules, "<ZoneGate/>", NULL), ZG_OK);
		free(rules);
	}
}

/* Under way: it begun, and a stage is entered. */
static void
stages_fill(struct history *history, int64_t candidate)
{
	struct history_step step = {.candidate = candidate,
	    .time = FIXTURE_TIME + 25,
	    .kind = HISTORY_BEGUN,
	    .straight = true,
	    .plan = "canary *all",
	    .actor = "bob",
	    .why = "it changes keys"};

	ck_assert_int_eq(history_add_step(history, &step, NULL), ZG_OK);
	step = (struct history_step){.candidate = candidate,
	    .time = FIXTURE_TIME + 25,
	    .kind = HISTORY_ENTERED,
	    .stage = "canary",
	    .actor = "bob"};
	ck_assert_int_eq(history_add_step(history, &step, NULL), ZG_OK);
}

/* What another site exported: a line of its log, and an observation. */
static void
elsewhere_fill(struct history *history, const char *directory)
{
	struct history_served served = {
	    .time = FIXTURE_TIME + 23, .server = "192.0.2.4@53", .serial = 3};
	struct history *other = fixture_open(directory, HISTORY_CREATE);
	FILE *file = tmpfile();
	size_t n_new;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(history_add_served(other, "example.", &served, NULL), ZG_OK);
	ck_assert_int_eq(history_export(other, "example.", fileno(file), NULL), ZG_OK);
	history_close(other);
	ck_assert_int_eq(lseek(fileno(file), 0, SEEK_SET), 0);
	ck_assert_int_eq(history_merge(history, fileno(file), "elsewhere", &n_new, NULL), ZG_OK);
	ck_assert_uint_eq(n_new, 2);
	(void)fclose(file);
}

void
fixture_fill(struct history *history)
{
	static const uint8_t signature[64] = {1, 2, 3};
	char *elsewhere = fixture_directory();
	uint8_t chain[32];
	int64_t first, second, number;

	first = fixture_add(history, "example.", 1, CANDIDATE_PASSED, FIXTURE_TIME);
	ck_assert_int_eq(history_set_state(history, first, CANDIDATE_HANDED, FIXTURE_TIME + 1,
			     "zonegate", "reloaded", NULL),
	    ZG_OK);
	second = fixture_add(history, "example.", 2, CANDIDATE_PASSED, FIXTURE_TIME + 10);
	ck_assert_int_eq(history_set_state(history, first, CANDIDATE_SUPERSEDED, FIXTURE_TIME + 11,
			     "zonegate", "by serial 2", NULL),
	    ZG_OK);
	ck_assert_int_ne(first, second);
	(void)fixture_add(history, "example.", 3, CANDIDATE_REFUSED, FIXTURE_TIME + 15);
	observations_fill(history);
	rules_fill(history);
	stages_fill(history, second);
	ck_assert_int_eq(history_log(history, "example.", "approval", "alice", "3 findings",
			     FIXTURE_TIME + 25, NULL),
	    ZG_OK);
	elsewhere_fill(history, elsewhere);
	fixture_remove(elsewhere);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(history_head(history, chain, &number, NULL), ZG_OK);
		ck_assert_int_eq(
		    history_sign_head(history, number, signature, FIXTURE_TIME + 30 + i, NULL),
		    ZG_OK);
	}
}

static bool
digest_candidates(struct history *history, struct digest *digest)
{
	struct history_candidate *list;
	char *report;
	size_t n;
	bool good = history_candidates(history, "example.", 0, true, 0, &list, &n, NULL) == ZG_OK;

	for (size_t i = 0; good && i < n; i++) {
		struct history_candidate *c = &list[i];

		good = history_report(history, c->id, &report, NULL) == ZG_OK;
		if (!good)
			break;
		good = digest_add(digest, (uint8_t *)report, strlen(report)) == ZG_OK;
		free(report);
		for (size_t k = 0; good && k < c->facts.n_keys; k++) {
			struct release_key *key = &c->facts.keys[k];

			good = key->rdata == NULL ||
			       digest_add(digest, key->rdata, key->rdlen) == ZG_OK;
			free(key->rdata);
			key->rdata = NULL; /* its address is not part of the answer */
		}
		good = good && digest_add(digest, (uint8_t *)c, sizeof(*c)) == ZG_OK;
	}
	history_candidates_free(list, n);
	return good;
}

static bool
digest_list(struct digest *digest, void *list, size_t n, size_t width, bool good)
{
	if (good && n > 0)
		good = digest_add(digest, list, n * width) == ZG_OK;
	free(list);
	return good;
}

static bool
digest_rules(struct history *history, struct digest *digest)
{
	struct history_rules *expected = fixture_rules('0', 2, 4),
			     *rules = calloc(1, sizeof(*rules));
	bool found = false, good;

	ck_assert_ptr_nonnull(rules);
	good = history_rules_find(history, "example.", "", expected->policy_digest, rules, NULL,
		   &found, NULL) == ZG_OK &&
	       digest_add(digest, (uint8_t *)&found, 1) == ZG_OK &&
	       digest_add(digest, (uint8_t *)rules, sizeof(*rules)) == ZG_OK;
	free(expected);
	free(rules);
	return good;
}

/* What is known of providers, without addresses and what lies behind the end of a text. */
static zg_status
digest_provider(void *context, const struct provider_look *seen)
{
	struct digest *digest = context;
	struct text_writer octets = {0};
	zg_status status = digest_add(digest, (const uint8_t *)&seen->time, sizeof(seen->time));

	text_printf(
	    &octets, "%s %s %d %s ", seen->provider, seen->server, seen->answered, seen->note);
	ck_assert(!octets.failed);
	if (status == ZG_OK && seen->answered)
		status = facts_encode(&seen->facts, &octets);
	if (status == ZG_OK)
		status = digest_add(digest, (uint8_t *)octets.text, octets.used);
	text_writer_clear(&octets);
	return status;
}

static zg_status
digest_step(void *context, const struct history_step *step)
{
	return digest_add(context, (const uint8_t *)step, sizeof(*step));
}

static bool
digest_stages(struct history *history, struct digest *digest)
{
	struct history_rollout *rollout = calloc(1, sizeof(*rollout));
	bool found = false, good;

	ck_assert_ptr_nonnull(rollout);
	good = history_last_rollout(history, "example.", rollout, &found, NULL) == ZG_OK &&
	       digest_add(digest, (uint8_t *)&found, 1) == ZG_OK &&
	       digest_add(digest, (uint8_t *)rollout, sizeof(*rollout)) == ZG_OK &&
	       (!found || history_visit_steps(history, rollout->begun.candidate, digest_step,
			      digest, NULL) == ZG_OK);
	free(rollout);
	return good;
}

bool
fixture_answers(struct history *history, uint8_t octets[32])
{
	struct history_signature *signatures;
	struct history_served *served;
	struct history_line *lines;
	struct history_ds *ds;
	struct digest *digest;
	size_t n;
	bool good, all;

	ck_assert_int_eq(digest_new(DIGEST_KIND_SHA256, &digest), ZG_OK);
	ck_assert_int_eq(digest_begin(digest), ZG_OK);
	all = digest_candidates(history, digest);
	good = history_ds_list(history, "example.", 0, &ds, &n, NULL) == ZG_OK;
	all = digest_list(digest, ds, n, sizeof(*ds), good) && all;
	good = history_served_list(history, "example.", 0, &served, &n, NULL) == ZG_OK;
	all = digest_list(digest, served, n, sizeof(*served), good) && all;
	all = history_visit_providers(history, "example.", 0, digest_provider, digest, NULL) ==
		  ZG_OK &&
	      all;
	good = history_lines(history, NULL, 0, &lines, &n, NULL) == ZG_OK;
	for (size_t i = 0; i < n; i++) {
		/* Only the text counts: what lies behind its end is not set. */
		good =
		    good &&
		    digest_add(digest, (uint8_t *)lines[i].text, strlen(lines[i].text)) == ZG_OK &&
		    digest_add(digest, lines[i].chain, 32) == ZG_OK;
	}
	free(lines);
	all = good && all;
	all = digest_rules(history, digest) && all;
	all = digest_stages(history, digest) && all;
	good = history_signatures(history, &signatures, &n, NULL) == ZG_OK;
	all = digest_list(digest, signatures, n, sizeof(*signatures), good) && all;
	ck_assert_int_eq(digest_end(digest, octets), ZG_OK);
	digest_free(digest);
	return all;
}
