/* kasp.xml of OpenDNSSEC to policies: what maps, what does not, hostile input. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zonegate/limits.h>
#include "base/text_writer.h"
#include "policy/policy.h"

#define HOUR 3600
#define DAY  86400
#define HEAD "<KASP>\n<Policy name=\"p\">\n"
#define TAIL "</Policy>\n</KASP>\n"

/* Writes `text` to a new file; the path is for unlink and free. */
static char *
temporary(const char *text, size_t length)
{
	char *path = strdup("/tmp/zonegate-kasp-XXXXXX");
	int fd;

	ck_assert_ptr_nonnull(path);
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, length), (ssize_t)length);
	(void)close(fd);
	return path;
}

/* What is made of `text`, for free; NULL and the status when it is refused. */
static char *
import(const char *text, size_t length, zg_status *status, struct zg_error *error)
{
	char *path = temporary(text, length), *made = NULL;

	*status = zg_policy_import(path, &made, error);
	ck_assert_int_eq(*status == ZG_OK, made != NULL);
	(void)unlink(path);
	free(path);
	return made;
}

static char *
import_good(const char *inside)
{
	struct zg_error error = {""};
	zg_status status;
	char text[4096], *made;

	(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, inside);
	made = import(text, strlen(text), &status, &error);
	ck_assert_msg(made != NULL, "%s", error.text);
	for (const char *at = made; *at != '\0'; at++)
		ck_assert(*at == '\n' || (*at >= ' ' && *at <= '~'));
	return made;
}

/* Reads what was made, by the policy's name; frees it. */
static zg_policy *
read_back(char *made, const char *name)
{
	struct zg_error error = {""};
	zg_policy *policy;

	ck_assert_msg(zg_policy_parse(made, strlen(made), "made", name, &policy, &error) == ZG_OK,
	    "%s\n%s", error.text, made);
	free(made);
	return policy;
}

/* How often `text` stands in what is made of `inside`. */
static unsigned
count_in(const char *inside, const char *text)
{
	char *made = import_good(inside);
	unsigned count = 0;

	for (const char *at = made; (at = strstr(at, text)) != NULL; at++)
		count++;
	free(made);
	return count;
}

#define NOTE "<!-- Not taken over: "

static const char whole[] =
    "<Description>A &lt;registry&gt; zone -- signed \xc3\xa4</Description>\n"
    "<Signatures><Resign>PT2H</Resign><Refresh>P3D</Refresh><Validity><Default>P14D</Default>"
    "<Denial>P15D</Denial><Keyset>P21D</Keyset></Validity><Jitter>PT12H</Jitter>"
    "<InceptionOffset>PT3600S</InceptionOffset><MaxZoneTTL>P1D</MaxZoneTTL></Signatures>\n"
    "<Denial><NSEC3><TTL>PT0S</TTL><OptOut/><Resalt>P100D</Resalt><Hash><Algorithm>1</Algorithm>"
    "<Iterations>0</Iterations><Salt length=\"0\"/></Hash></NSEC3></Denial>\n"
    "<Keys><TTL>PT1H</TTL><RetireSafety>PT2H</RetireSafety><PublishSafety>PT3H</PublishSafety>"
    "<ShareKeys/><Purge>P14D</Purge>"
    "<KSK><Algorithm length=\"2048\">8</Algorithm><Lifetime>P1Y2M3D</Lifetime><Repository>x"
    "</Repository><Standby>1</Standby><KskRollType>KskDoubleDS</KskRollType></KSK>"
    "<ZSK><Algorithm length=\"512\">13</Algorithm><Lifetime>P90D</Lifetime><Repository>x"
    "</Repository><ManualRollover/></ZSK></Keys>\n"
    "<Zone><PropagationDelay>PT30M</PropagationDelay><SOA><TTL>PT1H</TTL><Minimum>PT20M</Minimum>"
    "<Serial>unixtime</Serial></SOA></Zone>\n"
    "<Parent><PropagationDelay>PT3H</PropagationDelay><DS><TTL>P1D</TTL></DS><SOA><TTL>P2D</TTL>"
    "<Minimum>P1D</Minimum></SOA><RegistrationDelay>P2D</RegistrationDelay></Parent>\n";

START_TEST(values_arrive_as_bounds_that_the_signer_keeps)
{
	zg_policy *policy = read_back(import_good(whole), NULL);
	const struct policy_values *values = policy_values(policy);
	const struct policy_release *release = policy_release(policy);

	ck_assert_str_eq(zg_policy_name(policy), "p");
	/* Jitter goes both ways, and inception is set back. */
	ck_assert_int_eq(values->signatures.validity.min, 14 * DAY - 12 * HOUR + HOUR);
	ck_assert_int_eq(values->signatures.validity.max, 14 * DAY + 12 * HOUR + HOUR);
	ck_assert_int_eq(values->signatures.validity_denial.min, 15 * DAY - 11 * HOUR);
	ck_assert_int_eq(values->signatures.validity_dnskey.max, 21 * DAY + 13 * HOUR);
	ck_assert_int_eq(values->signatures.remaining_min, 3 * DAY - 2 * HOUR);
	ck_assert_int_eq(values->signatures.inception_offset.max, 21 * DAY + 13 * HOUR);
	ck_assert_int_eq(values->signatures.max_zone_ttl, DAY);
	ck_assert_int_eq(release->resign_interval, 2 * HOUR);
	ck_assert(values->denial.nsec3 && !values->denial.nsec);
	ck_assert_int_eq(values->denial.opt_out, ALLOWANCE_ALLOWED);
	ck_assert_int_eq(values->denial.max_iterations, 0);
	ck_assert_int_eq(values->denial.max_salt, 0);
	ck_assert_int_eq(values->keys.ttl.min, HOUR);
	ck_assert_int_eq(values->keys.ttl.max, HOUR);
	ck_assert_int_eq(release->retire_safety, 2 * HOUR);
	ck_assert_int_eq(release->publish_safety, 3 * HOUR);
	ck_assert_uint_eq(values->keys.n_choices, 2);
	ck_assert_int_eq(values->keys.choices[0].role, ROLE_KSK);
	ck_assert_int_eq(values->keys.choices[0].bits, 2048);
	ck_assert_uint_eq(values->keys.choices[1].algorithm, 13);
	ck_assert_int_eq(values->keys.choices[1].bits, NOT_SET);
	/* 365 and 2 * 31 and 3 days, and while it is rolled: TTL, delays, safeties. */
	ck_assert_int_eq(release->roles[ROLE_KSK].lifetime.max,
	    430 * DAY + (HOUR + 1800 + 3 * HOUR) + (DAY + 3 * HOUR + 2 * DAY) + 2 * HOUR);
	ck_assert_int_eq(release->roles[ROLE_ZSK].lifetime.max,
	    90 * DAY + (HOUR + 1800 + 3 * HOUR) + (DAY + 1800) + 2 * HOUR);
	ck_assert_uint_eq(release->roles[ROLE_KSK].roll_types, 1U << 1);
	ck_assert_uint_eq(release->roles[ROLE_ZSK].roll_types, 1U << 0);
	ck_assert_int_eq(values->zone.propagation_delay, 1800);
	ck_assert_int_eq(values->zone.max_minimum, 1200);
	ck_assert_int_eq(release->parent.propagation_delay, 3 * HOUR);
	ck_assert_int_eq(release->parent.registration_delay, 2 * DAY);
	ck_assert_int_eq(release->parent.max_ttl, DAY);
	zg_policy_free(policy);
}
END_TEST

START_TEST(what_does_not_map_is_a_comment)
{
	static const char *const left[] = {"Denial/NSEC3/TTL", "Denial/NSEC3/Resalt",
	    "Keys/ShareKeys", "Keys/Purge", "Keys/KSK/Repository", "Keys/KSK/Standby",
	    "Keys/ZSK/Repository", "Keys/ZSK/ManualRollover", "Zone/SOA/TTL", "Zone/SOA/Serial",
	    "Parent/SOA/TTL", "Parent/SOA/Minimum"};

	ck_assert_uint_eq(count_in(whole, NOTE), sizeof(left) / sizeof(left[0]));
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		char note[128];

		(void)snprintf(note, sizeof(note), NOTE "%s: ", left[i]);
		ck_assert_msg(count_in(whole, note) == 1, "%s", note);
	}
}
END_TEST

START_TEST(every_policy_of_the_file_is_made)
{
	static const char text[] = "<KASP><Policy name=\"one\"><Denial><NSEC/></Denial></Policy>"
				   "<Policy name=\"two\"><Passthrough/></Policy></KASP>";
	struct zg_error error;
	zg_status status;
	zg_policy *policy = read_back(import(text, strlen(text), &status, &error), "one");

	ck_assert(policy_values(policy)->denial.nsec && !policy_values(policy)->denial.nsec3);
	ck_assert(!policy_values(policy)->unsigned_allowed);
	zg_policy_free(policy);
	policy = read_back(import(text, strlen(text), &status, &error), "two");
	ck_assert(policy_values(policy)->unsigned_allowed);
	zg_policy_free(policy);
}
END_TEST

/* Signer's settings that would make a policy contradict itself: left out, and said. */
static const struct {
	const char *inside, *twin;
} conflicts[] = {
    {"<Signatures><Resign>PT2H</Resign><Refresh>PT2H</Refresh></Signatures>",
	"<Signatures><Resign>PT2H</Resign><Refresh>PT2H1S</Refresh></Signatures>"},
    {"<Signatures><Refresh>P1D</Refresh><MaxZoneTTL>P1D</MaxZoneTTL></Signatures>",
	"<Signatures><Refresh>P2D</Refresh><MaxZoneTTL>P1D</MaxZoneTTL></Signatures>"},
    {"<Signatures><Refresh>P1DT1H</Refresh><MaxZoneTTL>P1D</MaxZoneTTL></Signatures>"
     "<Zone><PropagationDelay>PT1H</PropagationDelay></Zone>",
	"<Signatures><Refresh>P1DT1H1S</Refresh><MaxZoneTTL>P1D</MaxZoneTTL></Signatures>"
	"<Zone><PropagationDelay>PT1H</PropagationDelay></Zone>"},
    {"<Signatures><Refresh>P3D</Refresh><Validity><Default>P4D</Default></Validity>"
     "<Jitter>P1D</Jitter></Signatures>",
	"<Signatures><Refresh>P3D</Refresh><Validity><Default>P5D</Default></Validity>"
	"<Jitter>P1D</Jitter></Signatures>"},
    {"<Signatures><Refresh>P3D</Refresh></Signatures><Keys><KSK><Lifetime>P1D</Lifetime></KSK>"
     "</Keys>",
	"<Signatures><Refresh>P3D</Refresh></Signatures><Keys><KSK><Lifetime>P2D</Lifetime></KSK>"
	"</Keys>"},
    {"<Signatures><Refresh>P3D</Refresh></Signatures><Keys><KSK><Lifetime>P29D</Lifetime>"
     "<RFC5011/></KSK></Keys>",
	"<Signatures><Refresh>P3D</Refresh></Signatures><Keys><KSK><Lifetime>P32D</Lifetime>"
	"<RFC5011/></KSK></Keys>"},
    {"<Signatures><Refresh>P3D</Refresh></Signatures><Zone><PropagationDelay>P31D"
     "</PropagationDelay></Zone>",
	"<Signatures><Refresh>P3D</Refresh></Signatures><Zone><PropagationDelay>P30D"
	"</PropagationDelay></Zone>"},
    {"<Signatures><Refresh>P3D</Refresh></Signatures><Denial><NSEC3><Hash><Iterations>2501"
     "</Iterations></Hash></NSEC3></Denial>",
	"<Signatures><Refresh>P3D</Refresh></Signatures><Denial><NSEC3><Hash><Iterations>2500"
	"</Iterations></Hash></NSEC3></Denial>"},
    {"<Signatures><Refresh>P3D</Refresh></Signatures><Keys><ZSK><Algorithm>256</Algorithm></ZSK>"
     "</Keys>",
	"<Signatures><Refresh>P3D</Refresh></Signatures><Keys><ZSK><Algorithm>255</Algorithm></ZSK>"
	"</Keys>"},
    {"<Signatures><Refresh>P3D</Refresh></Signatures><Unheard/>",
	"<Signatures><Refresh>P3D</Refresh></Signatures>"},
    {"<Signatures><Refresh>P3D</Refresh></Signatures><Denial old=\"1\"/>",
	"<Signatures><Refresh>P3D</Refresh></Signatures><Denial/>"},
};
#define CONFLICTS (sizeof(conflicts) / sizeof(conflicts[0]))

START_TEST(what_would_contradict_is_left_out_and_said)
{
	ck_assert_uint_eq(count_in(conflicts[_i].inside, NOTE), 1);
	ck_assert_uint_eq(count_in(conflicts[_i].twin, NOTE), 0);
}
END_TEST

START_TEST(dnskey_ttl_above_the_bound_of_the_input_raises_it)
{
	zg_policy *policy =
	    read_back(import_good("<Signatures><Refresh>P3D</Refresh><MaxZoneTTL>PT1H"
				  "</MaxZoneTTL></Signatures><Keys><TTL>PT2H</TTL>"
				  "</Keys>"),
		NULL);

	ck_assert_int_eq(policy_values(policy)->signatures.max_zone_ttl, 2 * HOUR);
	zg_policy_free(policy);
}
END_TEST

START_TEST(keys_of_one_role_are_put_together)
{
	zg_policy *policy = read_back(
	    import_good(
		"<Signatures><Refresh>P3D</Refresh></Signatures><Keys>"
		"<CSK><Algorithm length=\"2048\">8</Algorithm><Lifetime>P1Y</Lifetime></CSK>"
		"<CSK><Algorithm length=\"2048\">8</Algorithm><Lifetime>P2Y</Lifetime>"
		"<CskRollType>CskDoubleRRset</CskRollType></CSK>"
		"<CSK><Algorithm length=\"512\">13</Algorithm></CSK>"
		"<CSK><Algorithm length=\"256\">13</Algorithm></CSK></Keys>"),
	    NULL);
	const struct policy_release *release = policy_release(policy);

	ck_assert_uint_eq(policy_values(policy)->keys.n_choices, 2);
	ck_assert_uint_eq(release->roles[ROLE_CSK].roll_types, 1U << 0 | 1U << 4);
	ck_assert_int_gt(release->roles[ROLE_CSK].lifetime.max, 730 * DAY);
	ck_assert_int_lt(release->roles[ROLE_CSK].lifetime.max, 734 * DAY);
	zg_policy_free(policy);
}
END_TEST

START_TEST(name_that_is_none_here_is_replaced)
{
	static const char text[] = "<KASP><Policy name=\"1 zone/--&#x9;&gt;x\"/></KASP>";
	struct zg_error error = {""};
	zg_status status;
	char *made = import(text, strlen(text), &status, &error);
	zg_policy *policy;

	ck_assert_msg(made != NULL, "%s", error.text);
	policy = read_back(made, NULL);
	ck_assert_str_eq(zg_policy_name(policy), "p-1-zone-----x");
	zg_policy_free(policy);
}
END_TEST

/* What is no kasp.xml of OpenDNSSEC, or one that contradicts itself. */
static const struct {
	const char *text;
	zg_status status;
} hostile[] = {
    {"", ZG_POLICY},
    {"<KASP/>", ZG_POLICY},
    {"<KASP><Policy/></KASP>", ZG_POLICY},
    {"<ZoneGate version=\"1\"><Policy name=\"p\"/></ZoneGate>", ZG_POLICY},
    {"<KASP xmlns=\"urn:x\"><Policy name=\"p\"/></KASP>", ZG_POLICY},
    {"<!DOCTYPE KASP [<!ENTITY a \"b\">]><KASP><Policy name=\"p\"/></KASP>", ZG_POLICY},
    {"<KASP><Policy name=\"p\"/><Policy name=\"p\"/></KASP>", ZG_POLICY},
    {HEAD "<Keys><TTL>1h</TTL></Keys>" TAIL, ZG_POLICY},
    {HEAD "<Keys><TTL>P1W</TTL></Keys>" TAIL, ZG_POLICY},
    {HEAD "<Keys><TTL>-PT1H</TTL></Keys>" TAIL, ZG_POLICY},
    {HEAD "<Keys><TTL/></Keys>" TAIL, ZG_POLICY},
    {HEAD "<Keys><TTL>P1D</TTL><TTL>P1D</TTL></Keys>" TAIL, ZG_POLICY},
    {HEAD "<Keys><KSK><KskRollType>Unheard</KskRollType></KSK></Keys>" TAIL, ZG_POLICY},
    {HEAD "<Keys><KSK><ZskRollType>ZskDoubleRRsig</ZskRollType></KSK></Keys>" TAIL, ZG_POLICY},
    {HEAD "<Keys><KSK><Algorithm>99999999999999999999</Algorithm></KSK></Keys>" TAIL, ZG_POLICY},
    {HEAD "<Keys><KSK><Algorithm length=\"-1\">8</Algorithm></KSK></Keys>" TAIL, ZG_POLICY},
    {HEAD, ZG_POLICY},
};
#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

START_TEST(what_is_no_kasp_is_refused)
{
	struct zg_error error = {""};
	zg_status status;
	char *made = import(hostile[_i].text, strlen(hostile[_i].text), &status, &error);

	ck_assert_ptr_null(made);
	ck_assert_msg(status == hostile[_i].status, "%s", error.text);
	ck_assert_uint_gt(strlen(error.text), 0);
}
END_TEST

START_TEST(every_duration_can_be_as_long_as_it_likes)
{
	static const char *const longest[] = {"P9999999999Y9999999999M9999999999DT9999999999H",
	    "P9999999999Y", "PT9999999999S", "P0Y", "PT0S"};
	static const char *const places[] = {"<Signatures><Resign>%s</Resign></Signatures>",
	    "<Signatures><Refresh>%s</Refresh></Signatures>",
	    "<Signatures><Validity><Default>%s</Default></Validity></Signatures>",
	    "<Signatures><Refresh>P3D</Refresh><Validity><Default>P14D</Default></Validity>"
	    "<Jitter>%s</Jitter></Signatures>",
	    "<Signatures><Validity><Keyset>P14D</Keyset></Validity><InceptionOffset>%s"
	    "</InceptionOffset></Signatures>",
	    "<Signatures><MaxZoneTTL>%s</MaxZoneTTL></Signatures>", "<Keys><TTL>%s</TTL></Keys>",
	    "<Keys><PublishSafety>%s</PublishSafety><KSK><Lifetime>P1Y</Lifetime></KSK></Keys>",
	    "<Keys><RetireSafety>%s</RetireSafety><ZSK><Lifetime>P1Y</Lifetime></ZSK></Keys>",
	    "<Keys><CSK><Lifetime>%s</Lifetime></CSK></Keys>",
	    "<Zone><PropagationDelay>%s</PropagationDelay></Zone>",
	    "<Zone><SOA><Minimum>%s</Minimum></SOA></Zone>",
	    "<Parent><PropagationDelay>%s</PropagationDelay></Parent>",
	    "<Parent><RegistrationDelay>%s</RegistrationDelay></Parent>",
	    "<Parent><DS><TTL>%s</TTL></DS></Parent>"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		for (size_t j = 0; j < sizeof(longest) / sizeof(longest[0]); j++) {
			const char *mark = strstr(places[i], "%s");
			char text[512];

			(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(mark - places[i]),
			    places[i], longest[j], mark + 2);
			zg_policy_free(read_back(import_good(text), NULL));
		}
	}
}
END_TEST

START_TEST(a_flood_of_anything_ends_in_time)
{
	static const struct {
		const char *head, *part, *tail;
		bool good;
	} floods[] = {
	    {HEAD, "<a/>", TAIL, true},
	    {HEAD "<Keys>", "<KSK/>", "</Keys>" TAIL, false},
	    {"<KASP>", "<Policy name=\"a\"/>", "</KASP>", false},
	    {"<KASP>", "<b/>", "<Policy name=\"a\"/></KASP>", true},
	};

	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		struct text_writer writer = {0};
		struct zg_error error;
		zg_status status;
		char *made;

		text_add(&writer, floods[i].head);
		while (writer.used + 200 < ZG_POLICY_BYTES_MAX)
			text_add(&writer, floods[i].part);
		text_add(&writer, floods[i].tail);
		ck_assert(!writer.failed);
		made = import(writer.text, writer.used, &status, &error);
		ck_assert_int_eq(made != NULL, floods[i].good);
		ck_assert(made == NULL || strlen(made) < 20000);
		free(made);
		text_writer_clear(&writer);
	}
}
END_TEST

START_TEST(truncation_at_every_octet_is_refused)
{
	char text[4096];
	size_t end;

	(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, whole);
	end = strlen(text) - 1;
	for (size_t cut = 0; cut < end; cut += 3) {
		struct zg_error error;
		zg_status status;

		ck_assert_ptr_null(import(text, cut, &status, &error));
	}
}
END_TEST

START_TEST(file_is_looked_at_as_policies_are)
{
	char *path = temporary(HEAD TAIL, strlen(HEAD TAIL)), *made;
	struct zg_error error;

	ck_assert_int_eq(zg_policy_import(path, &made, &error), ZG_OK);
	free(made);
	ck_assert_int_eq(chmod(path, 0646), 0);
	ck_assert_int_eq(zg_policy_import(path, &made, &error), ZG_POLICY);
	ck_assert_ptr_null(made);
	(void)unlink(path);
	ck_assert_int_eq(zg_policy_import(path, &made, &error), ZG_READ);
	ck_assert_ptr_null(made);
	free(path);
}
END_TEST

static Suite *
import_suite(void)
{
	Suite *suite = suite_create("policy_import");
	TCase *values = tcase_create("values"), *bad = tcase_create("hostile");

	tcase_add_test(values, values_arrive_as_bounds_that_the_signer_keeps);
	tcase_add_test(values, what_does_not_map_is_a_comment);
	tcase_add_test(values, every_policy_of_the_file_is_made);
	tcase_add_loop_test(values, what_would_contradict_is_left_out_and_said, 0, CONFLICTS);
	tcase_add_test(values, dnskey_ttl_above_the_bound_of_the_input_raises_it);
	tcase_add_test(values, keys_of_one_role_are_put_together);
	tcase_add_test(values, name_that_is_none_here_is_replaced);
	tcase_set_timeout(bad, 60);
	tcase_add_loop_test(bad, what_is_no_kasp_is_refused, 0, HOSTILE);
	tcase_add_test(bad, every_duration_can_be_as_long_as_it_likes);
	tcase_add_test(bad, a_flood_of_anything_ends_in_time);
	tcase_add_test(bad, truncation_at_every_octet_is_refused);
	tcase_add_test(bad, file_is_looked_at_as_policies_are);
	suite_add_tcase(suite, values);
	suite_add_tcase(suite, bad);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(import_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
