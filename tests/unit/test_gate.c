/* The gate as its callers see it: what it takes, what it answers, and when it gives no answer. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zonegate/gate.h>
#include <zonegate/report.h>
#include "signing_fixture.h"

/* A signed zone that passes, its DS, and inputs that hold both; tests change what they are about.
 */
struct fixture {
	struct signing_key key;
	struct text_writer zone, ds;
	struct zg_gate_inputs inputs;
	struct zg_result *result;
	struct zg_error error;
	zg_status status;
};

static struct zg_source
memory(const char *text)
{
	return (struct zg_source){
	    .kind = ZG_SOURCE_MEMORY, .path = "memory", .bytes = text, .length = strlen(text)};
}

static void
fixture_init(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	signing_key_init(&fixture->key, ALG_ED25519, 257, 1);
	text_add(&fixture->zone, "$ORIGIN z.\n");
	add_small_zone(&fixture->zone, &fixture->key);
	add_rrsigs(&fixture->zone, &fixture->key, 0);
	text_add(&fixture->ds, "$ORIGIN z.\n");
	add_ds_as(&fixture->ds, "DS", &fixture->key, 2);
	ck_assert(!fixture->zone.failed && !fixture->ds.failed);
	fixture->inputs = (struct zg_gate_inputs){.now = SIGNING_NOW};
	fixture->inputs.zone = memory(fixture->zone.text);
	fixture->inputs.ds = memory(fixture->ds.text);
}

static void
fixture_run(struct fixture *fixture)
{
	zg_result_free(fixture->result);
	fixture->result = NULL;
	fixture->error.text[0] = '\0';
	fixture->status = zg_gate_run(&fixture->inputs, &fixture->result, &fixture->error);
	if (fixture->status == ZG_OK)
		ck_assert_ptr_nonnull(fixture->result);
	else {
		/* No answer at all, and somebody is told why. */
		ck_assert_ptr_null(fixture->result);
		ck_assert_uint_gt(strlen(fixture->error.text), 0);
	}
}

static void
fixture_clear(struct fixture *fixture)
{
	zg_result_free(fixture->result);
	signing_key_clear(&fixture->key);
	text_writer_clear(&fixture->zone);
	text_writer_clear(&fixture->ds);
}

static void
assert_status(struct fixture *fixture, zg_status status)
{
	fixture_run(fixture);
	ck_assert_msg(fixture->status == status, "expected %d, found %d: %s", status,
	    fixture->status, fixture->error.text);
}

/* How often the check fired. */
static uint64_t
count(const struct fixture *fixture, const char *id)
{
	ck_assert_ptr_nonnull(zg_check_find(id));
	for (size_t i = 0; i < fixture->result->n_findings; i++) {
		if (strcmp(fixture->result->findings[i].check->id, id) == 0)
			return fixture->result->findings[i].count;
	}
	return 0;
}

static void
assert_verdict(struct fixture *fixture, zg_verdict verdict)
{
	assert_status(fixture, ZG_OK);
	ck_assert_msg(fixture->result->verdict == verdict, "expected %s, found %s; first: %s",
	    zg_verdict_text(verdict), zg_verdict_text(fixture->result->verdict),
	    fixture->result->n_findings > 0 ? fixture->result->findings[0].check->id : "none");
}

/* ---- What comes out ---- */

START_TEST(a_good_zone_passes_and_is_described)
{
	struct fixture fixture;
	const struct zg_result *result;

	fixture_init(&fixture);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	result = fixture.result;
	ck_assert_str_eq(result->reason, "pass");
	ck_assert_str_eq(result->zone, "z.");
	ck_assert(result->has_serial);
	ck_assert_uint_eq(result->serial, 7);
	ck_assert_uint_eq(strlen(result->digest), 96);
	ck_assert_str_eq(result->policy, "default");
	ck_assert_uint_eq(strlen(result->policy_digest), 64);
	ck_assert_int_eq(result->now, SIGNING_NOW);
	ck_assert_uint_eq(result->inputs, ZG_INPUT_DS);
	ck_assert_str_eq(result->completeness, "none");
	ck_assert_int_eq(result->release_by, SIGNING_EXPIRATION);
	ck_assert_uint_eq(result->counts[ZG_COUNT_RECORDS], 12);
	ck_assert_uint_eq(result->counts[ZG_COUNT_OWNERS], 2);
	ck_assert_uint_eq(result->counts[ZG_COUNT_RRSIGS], 6);
	ck_assert_uint_eq(result->counts[ZG_COUNT_VERIFIED], 6);
	ck_assert_uint_eq(result->counts[ZG_COUNT_BY_EVP], 6);
	ck_assert_uint_eq(result->counts[ZG_COUNT_NSEC], 2);
	ck_assert_uint_eq(result->counts[ZG_COUNT_NSEC3], 0);
	ck_assert_uint_eq(result->n_keys, 1);
	ck_assert(result->keys[0].in_parent && result->keys[0].signs_dnskey);
	ck_assert_uint_eq(result->keys[0].n_signatures, 5);
	ck_assert_uint_eq(result->n_failures, 0);
	fixture_clear(&fixture);
}
END_TEST

/* An RRset expires with its last signature; the first RRset to expire decides, DNSKEY or other. */
START_TEST(the_zone_is_to_be_released_before_the_first_rrset_expires)
{
	static const struct {
		const char *owner;
		uint16_t type;
	} others[] = {
	    {"z.", RR_SOA}, {"z.", RR_NS}, {"z.", RR_NSEC}, {"ns.z.", RR_A}, {"ns.z.", RR_NSEC}};
	struct signing_form late = SIGNING_FORM;
	struct fixture fixture;

	late.expiration += 1000;
	fixture_init(&fixture);
	if (_i & 1)
		add_rrsig(&fixture.zone, "z.", RR_DNSKEY, &fixture.key, &late);
	for (size_t i = 0; (_i & 2) && i < sizeof(others) / sizeof(others[0]); i++)
		add_rrsig(&fixture.zone, others[i].owner, others[i].type, &fixture.key, &late);
	fixture.inputs.zone = memory(fixture.zone.text);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	ck_assert_int_eq(fixture.result->release_by, SIGNING_EXPIRATION + (_i == 3 ? 1000 : 0));
	fixture_clear(&fixture);
}
END_TEST

START_TEST(without_a_ds_the_chain_is_said_not_to_be_checked)
{
	struct fixture fixture;
	bool chain_not_run = false;

	fixture_init(&fixture);
	fixture.inputs.ds.kind = ZG_SOURCE_NONE;
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	ck_assert_str_eq(fixture.result->reason, "pass, chain to the parent not checked");
	ck_assert_uint_eq(fixture.result->inputs, 0);
	for (size_t i = 0; i < fixture.result->n_not_run; i++)
		chain_not_run |= strcmp(fixture.result->not_run[i].check->id, "chain-to-ds") == 0;
	ck_assert(chain_not_run);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(a_broken_signature_is_refused_and_grouped)
{
	struct fixture fixture;
	char *serial;

	fixture_init(&fixture);
	serial = strstr(fixture.zone.text, " 7 7200");
	ck_assert_ptr_nonnull(serial);
	serial[1] = '8';
	assert_verdict(&fixture, ZG_VERDICT_REFUSE);
	ck_assert_uint_eq(count(&fixture, "rrset-bogus"), 1);
	ck_assert_uint_eq(fixture.result->n_failures, 1);
	ck_assert_uint_eq(fixture.result->failures[0].n_bad, 1);
	ck_assert_uint_eq(fixture.result->failures[0].n_of, 6);
	ck_assert_int_eq(fixture.result->failures[0].inception, SIGNING_INCEPTION);
	fixture_clear(&fixture);
}
END_TEST

/* 0 is the default, and every number is kept to. */
START_TEST(as_many_examples_are_kept_as_were_asked_for)
{
	struct fixture fixture;

	fixture_init(&fixture);
	for (int i = 0; i < 20; i++)
		text_printf(&fixture.zone, "n%02d.z. 3600 IN TXT unsigned\n", i);
	fixture.inputs.zone = memory(fixture.zone.text);
	for (size_t wanted = 0; wanted <= 30; wanted += 10) {
		size_t expected = wanted == 0 ? ZG_EXAMPLES_DEFAULT : wanted < 20 ? wanted : 20;

		fixture.inputs.examples = wanted;
		assert_verdict(&fixture, ZG_VERDICT_REFUSE);
		ck_assert_uint_eq(count(&fixture, "rrset-unsigned"), 20);
		for (size_t i = 0; i < fixture.result->n_findings; i++) {
			const struct zg_finding *finding = &fixture.result->findings[i];

			if (strcmp(finding->check->id, "rrset-unsigned") == 0)
				ck_assert_uint_eq(finding->n_examples, expected);
		}
	}
	fixture_clear(&fixture);
}
END_TEST

/* ---- Parameters ---- */

START_TEST(unusable_parameters_are_said)
{
	static const char *const origins[] = {"", "z..", "\\", "z",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."};
	struct fixture fixture;
	struct zg_source zone;

	fixture_init(&fixture);
	zone = fixture.inputs.zone;
	fixture.inputs.zone.kind = ZG_SOURCE_NONE;
	assert_status(&fixture, ZG_PARAMETER);
	fixture.inputs.zone = (struct zg_source){.kind = (enum zg_source_kind)99, .bytes = ""};
	assert_status(&fixture, ZG_PARAMETER);
	fixture.inputs.zone = (struct zg_source){.kind = ZG_SOURCE_PATH};
	assert_status(&fixture, ZG_PARAMETER);
	fixture.inputs.zone = (struct zg_source){.kind = ZG_SOURCE_MEMORY, .length = 1};
	assert_status(&fixture, ZG_PARAMETER);
	fixture.inputs.zone = zone;
	fixture.inputs.threads = ZG_THREADS_MAX + 1;
	assert_status(&fixture, ZG_PARAMETER);
	fixture.inputs.threads = 0;
	fixture.inputs.examples = ZG_EXAMPLES_MAX + 1;
	assert_status(&fixture, ZG_PARAMETER);
	fixture.inputs.examples = ZG_EXAMPLES_MAX;
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		fixture.inputs.origin = origins[i];
		/* A name without a dot at its end is absolute here. */
		if (strcmp(origins[i], "z") == 0)
			assert_verdict(&fixture, ZG_VERDICT_PASS);
		else
			assert_status(&fixture, ZG_PARAMETER);
	}
	fixture_clear(&fixture);
}
END_TEST

START_TEST(the_origin_is_that_of_the_soa_or_the_one_given)
{
	struct fixture fixture;

	fixture_init(&fixture);
	/* The text without its $ORIGIN: relative names have nothing to hang on. */
	fixture.inputs.zone = memory(strchr(fixture.zone.text, '\n') + 1);
	assert_verdict(&fixture, ZG_VERDICT_REFUSE);
	ck_assert_uint_gt(count(&fixture, "zone-syntax"), 0);
	fixture.inputs.origin = "Z.";
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	ck_assert_str_eq(fixture.result->zone, "z.");
	/* Another zone than was asked for. */
	fixture.inputs.zone = memory(fixture.zone.text);
	fixture.inputs.ds.kind = ZG_SOURCE_NONE;
	fixture.inputs.origin = "y.";
	assert_verdict(&fixture, ZG_VERDICT_REFUSE);
	ck_assert_uint_eq(count(&fixture, "soa-missing"), 1);
	ck_assert_uint_eq(count(&fixture, "zone-out-of-zone"), 12);
	/* Nobody says what the zone is. */
	fixture.inputs.origin = NULL;
	fixture.inputs.zone = memory("a.z. 60 IN A 192.0.2.1\n");
	assert_verdict(&fixture, ZG_VERDICT_REFUSE);
	ck_assert_uint_eq(count(&fixture, "soa-missing"), 1);
	ck_assert_ptr_null(fixture.result->zone);
	fixture_clear(&fixture);
}
END_TEST

/* A zone that nobody knows the name of is refused, whatever it was to be held against. */
START_TEST(an_unknown_zone_is_refused_and_compared_with_nothing)
{
	static const char *const texts[] = {"", "\n", "a.z. 60 IN A 192.0.2.1\n", "(", "\\"};
	struct fixture fixture;

	fixture_init(&fixture);
	fixture.inputs.previous = memory("nonsense");
	fixture.inputs.unsigned_input = memory("nonsense");
	fixture.inputs.require = ZG_INPUT_DS | ZG_INPUT_PREVIOUS | ZG_INPUT_UNSIGNED;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fixture.inputs.zone = memory(texts[i]);
		assert_verdict(&fixture, ZG_VERDICT_REFUSE);
		ck_assert_uint_eq(count(&fixture, "soa-missing"), 1);
		ck_assert_uint_eq(fixture.result->inputs, 0);
	}
	fixture_clear(&fixture);
}
END_TEST

START_TEST(an_input_that_is_required_and_missing_is_undecided)
{
	static const unsigned inputs[] = {ZG_INPUT_DS, ZG_INPUT_PREVIOUS, ZG_INPUT_UNSIGNED};
	struct fixture fixture;

	fixture_init(&fixture);
	fixture.inputs.ds.kind = ZG_SOURCE_NONE;
	for (size_t i = 0; i < 3; i++) {
		fixture.inputs.require = inputs[i];
		assert_verdict(&fixture, ZG_VERDICT_UNDECIDED);
		ck_assert_ptr_nonnull(
		    strstr(fixture.result->reason, zg_input_text((enum zg_input)inputs[i])));
	}
	fixture.inputs.ds = memory(fixture.ds.text);
	fixture.inputs.require = ZG_INPUT_DS;
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	/* What is refused stays refused. */
	fixture.inputs.require = ZG_INPUT_PREVIOUS;
	*strstr(fixture.zone.text, " 7 7200") = '\t';
	*strstr(fixture.zone.text, "7 7200") = '8';
	assert_verdict(&fixture, ZG_VERDICT_REFUSE);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(without_a_policy_the_built_in_one_judges)
{
	struct fixture fixture;
	zg_policy *policy;
	char digest[65];

	fixture_init(&fixture);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	(void)snprintf(digest, sizeof(digest), "%s", fixture.result->policy_digest);
	ck_assert_int_eq(zg_policy_default(&policy, &fixture.error), ZG_OK);
	fixture.inputs.policy = policy;
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	ck_assert_str_eq(fixture.result->policy_digest, digest);
	zg_policy_free(policy);
	fixture_clear(&fixture);
}
END_TEST

/* ---- Sources ---- */

/* A temporary file with this text; the descriptor stands at its begin. */
static int
text_file(const char *text, char path[32])
{
	int fd;

	(void)strcpy(path, "/tmp/test_gate.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

START_TEST(memory_descriptor_and_path_are_read_alike)
{
	struct fixture fixture;
	char path[32], digest[97];
	int fd;

	fixture_init(&fixture);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	(void)snprintf(digest, sizeof(digest), "%s", fixture.result->digest);
	fd = text_file(fixture.zone.text, path);
	fixture.inputs.zone = (struct zg_source){.kind = ZG_SOURCE_PATH, .path = path};
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	ck_assert_str_eq(fixture.result->digest, digest);
	fixture.inputs.zone = (struct zg_source){.kind = ZG_SOURCE_FD, .fd = fd};
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	ck_assert_str_eq(fixture.result->digest, digest);
	/* Read to its end, and not closed. */
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), (off_t)fixture.zone.used);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(close(fd), 0);
	fixture_clear(&fixture);
}
END_TEST

/* The name of a source is the file of its findings. */
START_TEST(findings_name_the_source)
{
	struct fixture fixture;

	fixture_init(&fixture);
	fixture.inputs.ds.kind = ZG_SOURCE_NONE;
	fixture.inputs.zone = memory("z. 60 IN SOA\n");
	fixture.inputs.zone.path = "some.zone";
	assert_verdict(&fixture, ZG_VERDICT_REFUSE);
	ck_assert_str_eq(fixture.result->findings[0].check->id, "zone-syntax");
	ck_assert_str_eq(fixture.result->findings[0].examples[0].file, "some.zone");
	ck_assert_uint_eq(fixture.result->findings[0].examples[0].line, 1);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(what_cannot_be_read_is_no_verdict)
{
	struct fixture fixture;
	struct zg_source *const sources[] = {&fixture.inputs.zone, &fixture.inputs.ds,
	    &fixture.inputs.previous, &fixture.inputs.unsigned_input};

	fixture_init(&fixture);
	for (size_t i = 0; i < 4; i++) {
		struct zg_source good = *sources[i];

		*sources[i] =
		    (struct zg_source){.kind = ZG_SOURCE_PATH, .path = "/nonexistent/z.zone"};
		assert_status(&fixture, ZG_READ);
		ck_assert_ptr_nonnull(strstr(fixture.error.text, "/nonexistent/z.zone"));
		*sources[i] = (struct zg_source){.kind = ZG_SOURCE_PATH, .path = "/"};
		assert_status(&fixture, ZG_READ);
		*sources[i] = (struct zg_source){.kind = ZG_SOURCE_FD, .fd = -1};
		assert_status(&fixture, ZG_READ);
		*sources[i] = good;
	}
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	fixture_clear(&fixture);
}
END_TEST

/* ---- DS files ---- */

/* The gate with this DS text. */
static void
with_ds(struct fixture *fixture, const char *text)
{
	fixture->inputs.ds = memory(text);
}

START_TEST(every_lawful_form_of_a_ds_file_is_read)
{
	struct fixture fixture;
	struct text_writer text = {.text = NULL};
	uint16_t tag;

	fixture_init(&fixture);
	tag = signing_key_tag(&fixture.key);
	/* A DNSKEY stands for its DS of digest type 2. */
	add_key(&text, &fixture.key);
	with_ds(&fixture, text.text);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	ck_assert(fixture.result->keys[0].in_parent);
	/* Comments, no TTL, an RRSIG beside, the same twice, other digest types. */
	text_add(&text, "; a comment\n\n");
	add_ds_as(&text, "DS", &fixture.key, 4);
	add_ds_as(&text, "DS", &fixture.key, 2);
	add_ds_as(&text, "DS", &fixture.key, 2);
	add_false_rrsig(&text, "z.", "DS", ALG_ED25519, tag);
	with_ds(&fixture, text.text);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	text_writer_clear(&text);
	/* As `dig +short` does not write it and everybody else does: owner, type, data. */
	add_ds_as(&text, "DS", &fixture.key, 2);
	memcpy(text.text, "z. DS      ", 11);
	with_ds(&fixture, text.text);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	ck_assert(fixture.result->keys[0].in_parent);
	text_writer_clear(&text);
	fixture_clear(&fixture);
}
END_TEST

/* An empty DS set is a set: the parent says that the zone is not signed. */
START_TEST(an_empty_ds_file_is_an_empty_set)
{
	static const char *const texts[] = {"", "\n\n", "; nothing\n", "$ORIGIN z.\n"};
	struct fixture fixture;

	fixture_init(&fixture);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		with_ds(&fixture, texts[i]);
		assert_status(&fixture, ZG_OK);
		ck_assert_uint_eq(fixture.result->inputs, ZG_INPUT_DS);
		ck_assert_uint_eq(count(&fixture, "ds-empty"), 1);
	}
	fixture_clear(&fixture);
}
END_TEST

START_TEST(a_ds_file_that_is_none_is_said_with_its_line)
{
	static const char *const texts[] = {
	    "y. DS 1 8 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
	    "a.z. DS 1 8 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
	    "z. A 192.0.2.1\n", "z. DS 1 8 2\n", "z. DS 1 8 2 0\n", "z. DS 1 8 2 xy\n",
	    "nonsense\n", "(", "z. CH DS 1 8 2 00\n", "$INCLUDE /etc/passwd\n",
	    "z. DS 1 8 2 \"00\"\n", "z. DNSKEY 257 3\n"};
	struct fixture fixture;

	fixture_init(&fixture);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		with_ds(&fixture, texts[i]);
		assert_status(&fixture, ZG_DS_SYNTAX);
		ck_assert_ptr_nonnull(strstr(fixture.error.text, "memory:1: "));
	}
	fixture_clear(&fixture);
}
END_TEST

/* Digests are read up to 256 octets. */
START_TEST(a_ds_with_too_long_a_digest_is_said)
{
	struct fixture fixture;
	struct text_writer text = {.text = NULL};

	fixture_init(&fixture);
	for (int octets = 256; octets <= 257; octets++) {
		text_add(&text, "z. DS 1 8 99 ");
		for (int i = 0; i < octets; i++)
			text_add(&text, "ab");
		text_add(&text, "\n");
		with_ds(&fixture, text.text);
		assert_status(&fixture, octets == 256 ? ZG_OK : ZG_DS_SYNTAX);
		text_writer_clear(&text);
	}
	fixture_clear(&fixture);
}
END_TEST

START_TEST(a_ds_file_is_limited_in_records_and_octets)
{
	struct fixture fixture;
	struct text_writer text = {.text = NULL};
	char path[32];
	int fd;

	fixture_init(&fixture);
	add_ds_as(&text, "DS", &fixture.key, 2);
	for (int i = 0; i < ZG_DS_MAX; i++) {
		with_ds(&fixture, text.text);
		assert_status(&fixture, ZG_OK);
		text_printf(&text, "z. DS %d 8 2 %064d\n", i, i);
	}
	with_ds(&fixture, text.text);
	assert_status(&fixture, ZG_LIMIT);
	text_writer_clear(&text);
	/* The same DS again and again is one; one octet over, from memory and from a file. */
	for (int i = 0; i < 2 * ZG_DS_MAX; i++)
		add_ds_as(&text, "DS", &fixture.key, 2);
	while (text.used < ZG_DS_FILE_BYTES_MAX)
		text_add(&text, "\n");
	with_ds(&fixture, text.text);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	text_add(&text, "\n");
	with_ds(&fixture, text.text);
	assert_status(&fixture, ZG_LIMIT);
	fd = text_file(text.text, path);
	fixture.inputs.ds = (struct zg_source){.kind = ZG_SOURCE_PATH, .path = path};
	assert_status(&fixture, ZG_LIMIT);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(close(fd), 0);
	text_writer_clear(&text);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(a_ds_of_another_key_breaks_the_chain)
{
	struct fixture fixture;
	struct signing_key other;
	struct text_writer text = {.text = NULL};

	fixture_init(&fixture);
	signing_key_init(&other, ALG_ED25519, 257, 2);
	add_ds_as(&text, "DS", &other, 2);
	with_ds(&fixture, text.text);
	assert_verdict(&fixture, ZG_VERDICT_REFUSE);
	ck_assert_uint_eq(count(&fixture, "chain-to-ds"), 1);
	text_writer_clear(&text);
	signing_key_clear(&other);
	fixture_clear(&fixture);
}
END_TEST

/* ---- Zones to compare with ---- */

#define UNSIGNED                                                                                   \
	"$ORIGIN z.\n"                                                                             \
	"@ 3600 IN SOA ns.z. hostmaster.z. 1 7200 3600 1209600 3600\n"                             \
	"@ 3600 IN NS ns\n"                                                                        \
	"ns 3600 IN A 192.0.2.1\n"

START_TEST(the_former_and_the_unsigned_zone_are_compared)
{
	struct fixture fixture;
	struct text_writer former = {.text = NULL};

	fixture_init(&fixture);
	text_add(&former, fixture.zone.text);
	/* The signatures of a former zone are not verified, so its SOA may say anything. */
	*strstr(former.text, " 7 7200") = '\t';
	*strstr(former.text, "7 7200") = '6';
	fixture.inputs.previous = memory(former.text);
	fixture.inputs.unsigned_input = memory(UNSIGNED);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	ck_assert_uint_eq(
	    fixture.result->inputs, ZG_INPUT_DS | ZG_INPUT_PREVIOUS | ZG_INPUT_UNSIGNED);
	ck_assert_str_eq(fixture.result->completeness, "unsigned zone, former zone");
	for (size_t i = 0; i < fixture.result->n_not_run; i++)
		ck_assert_uint_eq(fixture.result->not_run[i].check->needs, ZG_INPUT_HISTORY);
	fixture.inputs.unsigned_input = memory(UNSIGNED "lost 60 IN A 192.0.2.1\n");
	assert_verdict(&fixture, ZG_VERDICT_REFUSE);
	ck_assert_uint_eq(count(&fixture, "unsigned-missing"), 1);
	text_writer_clear(&former);
	fixture_clear(&fixture);
}
END_TEST

/* DESIGN 4, "Not provable from the zone alone". */
START_TEST(what_is_released_is_proved_complete_where_the_policy_wants_it)
{
	static const char text[] =
	    "<ZoneGate version=\"1\"><Policy name=\"whole\"><Require><Completeness>any"
	    "</Completeness></Require></Policy></ZoneGate>";
	struct fixture fixture;
	zg_policy *policy;

	fixture_init(&fixture);
	ck_assert_int_eq(zg_policy_parse(text, strlen(text), "whole", NULL, &policy, NULL), ZG_OK);
	fixture.inputs.policy = policy;
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	fixture.inputs.complete = true;
	assert_verdict(&fixture, ZG_VERDICT_UNDECIDED);
	fixture.inputs.unsigned_input = memory(UNSIGNED);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	fixture.inputs.unsigned_input = (struct zg_source){.kind = ZG_SOURCE_NONE};
	fixture.inputs.policy = NULL; /* the built-in one does not want it */
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	fixture_clear(&fixture);
	zg_policy_free(policy);
}
END_TEST

START_TEST(a_zone_that_cannot_be_compared_with_is_no_verdict)
{
	static const char *const texts[] = {"", "nonsense\n",
	    "$ORIGIN y.\n@ 3600 IN SOA ns h 1 2 3 4 5\n", /* another zone */
	    UNSIGNED "z. 3600 IN SOA ns h 2 2 3 4 5\n",	  /* a second SOA */
	    UNSIGNED "a 3600 IN A 192.0.2\n", UNSIGNED "a 3600 CH A 192.0.2.1\n",
	    UNSIGNED "$INCLUDE /etc/passwd\n", UNSIGNED "a 60 IN ANY \\# 0\n",
	    UNSIGNED "a 60 IN TXT ( cut"};
	struct fixture fixture;

	fixture_init(&fixture);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fixture.inputs.previous = memory(texts[i]);
		assert_status(&fixture, ZG_INPUT_BAD);
		ck_assert_ptr_nonnull(strstr(fixture.error.text, "the former zone"));
		fixture.inputs.previous.kind = ZG_SOURCE_NONE;
		fixture.inputs.unsigned_input = memory(texts[i]);
		assert_status(&fixture, ZG_INPUT_BAD);
		ck_assert_ptr_nonnull(strstr(fixture.error.text, "the unsigned zone"));
		fixture.inputs.unsigned_input.kind = ZG_SOURCE_NONE;
	}
	fixture_clear(&fixture);
}
END_TEST

START_TEST(the_former_zone_is_the_one_whose_digest_is_given)
{
	struct fixture fixture;
	char digest[128];

	fixture_init(&fixture);
	fixture.inputs.previous = memory(fixture.zone.text);
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	(void)snprintf(digest, sizeof(digest), "%s", fixture.result->digest);
	fixture.inputs.previous_digest = digest;
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	digest[0] = digest[0] == '0' ? '1' : '0';
	assert_status(&fixture, ZG_INPUT_BAD);
	/* Who says that he knows is believed: the same serial with another content. */
	fixture.inputs.previous_known = true;
	assert_verdict(&fixture, ZG_VERDICT_REFUSE);
	ck_assert_uint_eq(count(&fixture, "serial-equal"), 1);
	/* Neither shorter nor longer, nor of other letters. */
	(void)snprintf(digest + 96, sizeof(digest) - 96, "0");
	assert_status(&fixture, ZG_PARAMETER);
	digest[95] = '\0';
	assert_status(&fixture, ZG_PARAMETER);
	(void)snprintf(digest + 95, sizeof(digest) - 95, "x");
	assert_status(&fixture, ZG_PARAMETER);
	fixture_clear(&fixture);
}
END_TEST

/* ---- The same answer every time ---- */

/* The JSON report of a run, owned by the caller. */
static char *
report_of(struct fixture *fixture)
{
	const struct zg_report_options options = {.format = ZG_FORMAT_JSON};
	size_t length;
	char *text;

	assert_verdict(fixture, ZG_VERDICT_REFUSE);
	ck_assert_int_eq(
	    zg_report_render(fixture->result, &options, &text, &length, &fixture->error), ZG_OK);
	return text;
}

/* Defects of many kinds at many owners: more of them than are kept, in more chunks than threads. */
static void
add_defects(struct text_writer *text)
{
	for (int i = 0; i < 3000; i++)
		text_printf(text,
		    "n%04d 3600 IN TXT a\nn%04d %d IN TXT b\nn%04d 3600 IN NS ns.n%04d\n"
		    "m%04d 60 IN CNAME a\nm%04d 60 IN A 192.0.2.1\n",
		    i, i, 60 + i % 100, i, i, i, i);
}

START_TEST(the_report_does_not_depend_on_threads)
{
	static const unsigned threads[] = {1, 2, 8, 0};
	struct fixture fixture;
	char *first, *again;

	fixture_init(&fixture);
	add_defects(&fixture.zone);
	fixture.inputs.zone = memory(fixture.zone.text);
	fixture.inputs.threads = 1;
	first = report_of(&fixture);
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		fixture.inputs.threads = threads[i];
		again = report_of(&fixture);
		ck_assert_str_eq(first, again);
		free(again);
	}
	free(first);
	fixture_clear(&fixture);
}
END_TEST

struct phases {
	unsigned seen[ZG_PHASE_COUNT];
	int last;
	uint64_t done, total;
};

static void
note_phase(void *context, enum zg_phase phase, uint64_t done, uint64_t total)
{
	struct phases *phases = context;

	if (total > 0) {
		ck_assert_int_eq(phase, ZG_PHASE_VERIFY);
		ck_assert_int_eq(phases->last, ZG_PHASE_VERIFY);
		ck_assert_uint_ge(done, phases->done);
		ck_assert_uint_le(done, total);
		phases->done = done;
		phases->total = total;
		return;
	}
	ck_assert_int_gt((int)phase, phases->last);
	phases->last = (int)phase;
	phases->seen[phase]++;
}

START_TEST(each_phase_is_told_once_and_in_order)
{
	struct fixture fixture;
	struct phases phases = {.last = -1};

	fixture_init(&fixture);
	fixture.inputs.progress = note_phase;
	fixture.inputs.progress_context = &phases;
	assert_verdict(&fixture, ZG_VERDICT_PASS);
	for (int i = 0; i < ZG_PHASE_COUNT; i++)
		ck_assert_uint_eq(phases.seen[i], 1);
	/* All signatures are done in the end, and counted. */
	ck_assert_uint_eq(phases.total, fixture.result->counts[ZG_COUNT_RRSIGS]);
	ck_assert_uint_eq(phases.done, phases.total);
	fixture_clear(&fixture);
}
END_TEST

static Suite *
gate_suite(void)
{
	Suite *suite = suite_create("gate");
	TCase *tcase = tcase_create("gate");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_good_zone_passes_and_is_described);
	tcase_add_loop_test(tcase, the_zone_is_to_be_released_before_the_first_rrset_expires, 0, 4);
	tcase_add_test(tcase, without_a_ds_the_chain_is_said_not_to_be_checked);
	tcase_add_test(tcase, a_broken_signature_is_refused_and_grouped);
	tcase_add_test(tcase, as_many_examples_are_kept_as_were_asked_for);
	tcase_add_test(tcase, unusable_parameters_are_said);
	tcase_add_test(tcase, the_origin_is_that_of_the_soa_or_the_one_given);
	tcase_add_test(tcase, an_unknown_zone_is_refused_and_compared_with_nothing);
	tcase_add_test(tcase, an_input_that_is_required_and_missing_is_undecided);
	tcase_add_test(tcase, without_a_policy_the_built_in_one_judges);
	tcase_add_test(tcase, memory_descriptor_and_path_are_read_alike);
	tcase_add_test(tcase, findings_name_the_source);
	tcase_add_test(tcase, what_cannot_be_read_is_no_verdict);
	tcase_add_test(tcase, every_lawful_form_of_a_ds_file_is_read);
	tcase_add_test(tcase, an_empty_ds_file_is_an_empty_set);
	tcase_add_test(tcase, a_ds_file_that_is_none_is_said_with_its_line);
	tcase_add_test(tcase, a_ds_with_too_long_a_digest_is_said);
	tcase_add_test(tcase, a_ds_file_is_limited_in_records_and_octets);
	tcase_add_test(tcase, a_ds_of_another_key_breaks_the_chain);
	tcase_add_test(tcase, the_former_and_the_unsigned_zone_are_compared);
	tcase_add_test(tcase, what_is_released_is_proved_complete_where_the_policy_wants_it);
	tcase_add_test(tcase, a_zone_that_cannot_be_compared_with_is_no_verdict);
	tcase_add_test(tcase, the_former_zone_is_the_one_whose_digest_is_given);
	tcase_add_test(tcase, the_report_does_not_depend_on_threads);
	tcase_add_test(tcase, each_phase_is_told_once_and_in_order);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(gate_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
