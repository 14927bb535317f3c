/* The configuration: sample, manual, schema, table, hostile input, rules, lint. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxml/parser.h>

#include <zonegate/limits.h>
#include "base/text_writer.h"
#include "policy/config.h"
#include "policy/config_parse.h"
#include "policy/config_schema.h"
#include "policy/policy.h"

#define HEAD "<Configuration version=\"1\">\n<State>/s</State><Installation>a</Installation>\n"
#define TAIL "</Configuration>\n"
#define KEY1 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define KEY2 "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="

struct remarks {
	unsigned errors, warnings, notes;
	unsigned first_line; /* of the first that is no note */
	zg_status status;
	char first[ZG_ERROR_TEXT_MAX];
};

static void
count_remark(void *context, const char *file, unsigned line, int is_error, const char *text)
{
	struct remarks *remarks = context;

	ck_assert_ptr_nonnull(file);
	for (const char *at = text; *at != '\0'; at++)
		ck_assert(*at >= ' ' && *at <= '~');
	if (is_error == ZG_REMARK_NOTE) {
		remarks->notes++;
		return;
	}
	if (remarks->errors + remarks->warnings == 0) {
		remarks->first_line = line;
		(void)snprintf(remarks->first, sizeof(remarks->first), "%s", text);
	}
	remarks->errors += is_error > 0;
	remarks->warnings += is_error == 0;
}

/* Reads `text`; NULL and the remarks when it is no good. */
static struct config *
parse(const char *text, size_t length, struct remarks *remarks)
{
	struct policy_reporter reporter = {
	    .label = "t", .remark = count_remark, .context = remarks, .warnings = true};
	struct config *config;

	memset(remarks, 0, sizeof(*remarks));
	remarks->status = config_parse(&reporter, text, length, &config);
	ck_assert_int_eq(remarks->status == ZG_OK, config != NULL);
	ck_assert_int_eq(remarks->status == ZG_OK, remarks->errors == 0);
	return config;
}

/* A whole file, NUL-terminated, for free. */
static char *
slurp(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(ZG_POLICY_BYTES_MAX + 1);

	ck_assert_msg(file != NULL, "%s", path);
	ck_assert_ptr_nonnull(text);
	*length = fread(text, 1, ZG_POLICY_BYTES_MAX, file);
	text[*length] = '\0';
	(void)fclose(file);
	return text;
}

/* Writes `text` to a new file; the path is for unlink and free. */
static char *
temporary(const char *text)
{
	char *path = strdup("/tmp/zonegate-config-XXXXXX");
	int fd;

	ck_assert_ptr_nonnull(path);
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
	return path;
}

START_TEST(embedded_schema_is_policies_zonegate_rng)
{
	size_t length;
	char *text = slurp("policies/zonegate.rng", &length);

	ck_assert_uint_eq(length, config_schema_text_len);
	ck_assert_int_eq(memcmp(text, config_schema_text, length), 0);
	free(text);
}
END_TEST

START_TEST(every_value_of_the_sample_arrives)
{
	struct config *config;
	struct zg_error error = {""};
	const struct config_zone *zone;

	ck_assert_msg(
	    config_read("samples/zonegate.xml", &config, &error) == ZG_OK, "%s", error.text);
	ck_assert_str_eq(config->path, "samples/zonegate.xml");
	ck_assert_str_eq(config->state, "/var/lib/zonegate");
	ck_assert_str_eq(config->installation, "registry-a");
	ck_assert(config->synchronised_clock);
	ck_assert_uint_eq(config->n_approvers, 3);
	ck_assert_str_eq(config->approvers[2].id, "security");
	ck_assert_uint_eq(config->approvers[0].public_key[0], 0xd7);
	ck_assert_uint_eq(config->approvers[0].public_key[31], 0x1a);
	ck_assert_uint_eq(config->n_notify, 1);
	ck_assert_int_eq(config->notify[0].timeout, 30);
	ck_assert_str_eq(config->notify[0].arguments[0], "/usr/local/bin/page-the-duty");
	ck_assert_str_eq(config->notify[0].arguments[2], "dnssec");
	ck_assert_ptr_null(config->notify[0].arguments[3]);
	ck_assert_uint_eq(config->n_zones, 4);
	zone = config_zone_find(config, "Example");
	ck_assert_ptr_eq(zone, &config->zones[0]);
	ck_assert_str_eq(zone->name, "example.");
	ck_assert_str_eq(zone->policy_path, "/etc/zonegate/policies.xml");
	ck_assert_str_eq(zone->policy_name, "tld");
	ck_assert_str_eq(zone->candidate, "/var/lib/signer/example.signed");
	ck_assert_str_eq(zone->unsigned_path, "/var/lib/registry/example.zone");
	ck_assert_str_eq(zone->target, "/var/lib/nsd/example.zone");
	ck_assert_uint_eq(zone->mode, 0640);
	ck_assert_str_eq(zone->owner, "zonegate");
	ck_assert_str_eq(zone->group, "nsd");
	ck_assert_str_eq(zone->reload.arguments[1], "reload");
	ck_assert_int_eq(zone->reload.timeout, 60);
	ck_assert_str_eq(zone->ds_path, "/etc/zonegate/example.ds");
	ck_assert_int_eq(zone->ds_ttl, 86400);
	ck_assert_uint_eq(zone->n_parents, 2);
	ck_assert_uint_eq(zone->parents[0].port, 53);
	ck_assert_str_eq(zone->parents[1].address, "2001:db8::1");
	ck_assert_uint_eq(zone->parents[1].port, 5353);
	ck_assert_str_eq(zone->trust_anchor, "/usr/share/dns/root.key");
	ck_assert_uint_eq(zone->n_servers, 2);
	ck_assert_str_eq(zone->servers[1].address, "2001:db8::53");
	ck_assert(zone->transferred);
	ck_assert_uint_eq(zone->line, 26);
	zone = &config->zones[1];
	ck_assert_str_eq(zone->hook, "nsd");
	ck_assert_str_eq(zone->again.arguments[2], "example.net");
	ck_assert_int_eq(zone->again.timeout, 30);
	ck_assert(zone->transferred);
	ck_assert_uint_eq(zone->n_providers, 1);
	ck_assert_int_eq(zone->provider_max_age, 12 * 3600);
	ck_assert_str_eq(zone->providers[0].name, "other");
	ck_assert_uint_eq(zone->providers[0].n_servers, 2);
	ck_assert_str_eq(zone->providers[0].servers[1].address, "2001:db8::80");
	ck_assert_uint_eq(zone->providers[0].servers[0].port, 53);
	ck_assert_ptr_null(zone->knot.dump);
	zone = &config->zones[3];
	ck_assert_str_eq(zone->hook, "knot");
	ck_assert_str_eq(zone->knot.control, "/usr/sbin/knotc");
	ck_assert_str_eq(zone->knot.socket, "/run/knot/knot.sock");
	ck_assert_str_eq(zone->knot.dump, "/var/lib/knot/gate/example.info.zone");
	ck_assert_int_eq(zone->knot.timeout, 300);
	ck_assert_str_eq(zone->again.arguments[1], "zone-retransfer");
	config_free(config);
}
END_TEST

START_TEST(every_value_of_the_stages_of_the_sample_arrives)
{
	struct config *config;
	struct zg_error error = {""};
	const struct config_zone *zone;

	ck_assert_msg(
	    config_read("samples/zonegate.xml", &config, &error) == ZG_OK, "%s", error.text);
	zone = config_zone_find(config, "example.org.");
	ck_assert_ptr_nonnull(zone);
	ck_assert_ptr_null(zone->target);
	ck_assert(config_zone_is_published(zone));
	ck_assert_uint_eq(zone->n_stages, 2);
	ck_assert_ptr_eq(config_stage_find(zone, "all"), &zone->stages[1]);
	ck_assert_ptr_null(config_stage_find(zone, "ALL"));
	ck_assert_str_eq(zone->stages[0].name, "canary");
	ck_assert_str_eq(zone->stages[0].target, "/var/lib/nsd/canary/example.org.zone");
	ck_assert_uint_eq(zone->stages[0].mode, 0640);
	ck_assert_str_eq(zone->stages[0].owner, "zonegate");
	ck_assert_str_eq(zone->stages[0].group, "nsd");
	ck_assert_str_eq(zone->stages[0].reload.arguments[4], "example.org");
	ck_assert_int_eq(zone->stages[0].reload.timeout, 60);
	ck_assert_int_eq(zone->stages[0].soak, 600);
	ck_assert_int_eq(zone->stages[0].names, 100);
	ck_assert(zone->stages[0].transfer);
	ck_assert_int_eq(zone->stages[0].approvals, 0);
	ck_assert_int_eq(zone->stages[1].approvals, 2);
	ck_assert_uint_eq(zone->stages[0].first_server, 0);
	ck_assert_uint_eq(zone->stages[0].n_servers, 1);
	ck_assert_uint_eq(zone->stages[1].first_server, 1);
	ck_assert_uint_eq(zone->stages[1].n_servers, 2);
	ck_assert_uint_eq(zone->n_servers, 3);
	ck_assert_str_eq(zone->servers[2].address, "192.0.2.63");
	ck_assert_uint_eq(zone->servers[2].port, 53);
	ck_assert_str_eq(zone->unbound, "/usr/sbin/unbound");
	ck_assert_uint_eq(zone->n_validators, 1);
	ck_assert_str_eq(zone->validators[0].address, "192.0.2.70");
	ck_assert(!zone->transferred);
	config_free(config);
}
END_TEST

START_TEST(what_is_not_said_has_its_default)
{
	static const char text[] =
	    HEAD "<Zone "
		 "name=\"a\"><Release><Target>/t</Target><Command><Argument>/r</Argument></Command>"
		 "</Release><Parent><DS>/d</DS></Parent></Zone><Zone name=\".\"/>" TAIL;
	struct remarks remarks;
	struct config *config = parse(text, strlen(text), &remarks);

	ck_assert_msg(config != NULL, "%s", remarks.first);
	ck_assert_uint_eq(config->n_approvers, 0);
	ck_assert_uint_eq(config->n_notify, 0);
	ck_assert_ptr_null(config->zones[0].policy_path);
	ck_assert_ptr_null(config->zones[0].candidate);
	ck_assert_uint_eq(config->zones[0].mode, 0);
	ck_assert_ptr_null(config->zones[0].owner);
	ck_assert_int_eq(config->zones[0].reload.timeout, 60);
	ck_assert_int_eq(config->zones[0].ds_ttl, NOT_SET);
	ck_assert(!config->zones[0].transferred);
	ck_assert_str_eq(config->zones[1].name, ".");
	ck_assert_ptr_null(config->zones[1].target);
	ck_assert(!config_zone_is_published(&config->zones[1]));
	ck_assert_uint_eq(config->zones[1].n_stages, 0);
	ck_assert_uint_eq(config->zones[1].n_providers, 0);
	ck_assert_int_eq(config->zones[1].provider_max_age, 86400);
	ck_assert_ptr_null(config->zones[1].reload.arguments);
	ck_assert_int_eq(config->zones[1].ds_ttl, NOT_SET);
	config_free(config);
}
END_TEST

/* A stage with what it must have. */
#define STAGE(name, target, address)                                                               \
	"<Stage name=\"" name "\"><Target>" target "</Target><Server address=\"" address           \
	"\"/></Stage>"
#define STAGES(inside) "<Stages>" inside "</Stages>"
/* A provider with what it must have. */
#define PROVIDER(name, address)                                                                    \
	"<Provider name=\"" name "\"><Server address=\"" address "\"/></Provider>"
#define PROVIDERS(inside) "<Providers>" inside "</Providers>"

START_TEST(what_is_not_said_of_a_stage_has_its_default)
{
	static const char text[] =
	    HEAD "<Zone name=\"a\">" STAGES(STAGE("c", "/t", "192.0.2.1")) "</Zone>" TAIL;
	struct remarks remarks;
	struct config *config = parse(text, strlen(text), &remarks);
	const struct config_zone *zone;

	ck_assert_msg(config != NULL, "%s", remarks.first);
	zone = &config->zones[0];
	ck_assert_uint_eq(zone->n_stages, 1);
	ck_assert_uint_eq(zone->stages[0].mode, 0);
	ck_assert_ptr_null(zone->stages[0].reload.arguments);
	ck_assert_int_eq(zone->stages[0].soak, 0);
	ck_assert_int_eq(zone->stages[0].names, NOT_SET);
	ck_assert(!zone->stages[0].transfer);
	ck_assert_int_eq(zone->stages[0].approvals, 0);
	ck_assert_ptr_null(zone->unbound);
	ck_assert_uint_eq(zone->n_validators, 0);
	ck_assert_uint_eq(zone->servers[0].port, 53);
	config_free(config);
}
END_TEST

START_TEST(nsd_that_asks_is_a_secondary_that_can_expire)
{
	static const char text[] =
	    HEAD "<Zone name=\"a\"><Hook engine=\"nsd\"><Command timeout=\"PT2S\"><Argument>/c"
		 "</Argument></Command></Hook></Zone>"
		 "<Zone name=\"b\"><Hook engine=\"cascade\"/></Zone>" TAIL;
	struct remarks remarks;
	struct config *config = parse(text, strlen(text), &remarks);

	ck_assert_msg(config != NULL, "%s", remarks.first);
	ck_assert_str_eq(config->zones[0].hook, "nsd");
	ck_assert_str_eq(config->zones[0].again.arguments[0], "/c");
	ck_assert_int_eq(config->zones[0].again.timeout, 2);
	ck_assert(config->zones[0].transferred);
	ck_assert_str_eq(config->zones[1].hook, "cascade");
	ck_assert_ptr_null(config->zones[1].again.arguments);
	ck_assert(!config->zones[1].transferred);
	config_free(config);
}
END_TEST

START_TEST(zone_is_found_in_any_spelling)
{
	static const char text[] = HEAD "<Zone name=\"b.Example\"/><Zone name=\"a\\046b.\"/>" TAIL;
	struct remarks remarks;
	struct config *config = parse(text, strlen(text), &remarks);

	ck_assert_ptr_eq(config_zone_find(config, "B.EXAMPLE."), &config->zones[0]);
	ck_assert_ptr_eq(config_zone_find(config, "b.example"), &config->zones[0]);
	ck_assert_ptr_eq(config_zone_find(config, "a\\.b"), &config->zones[1]);
	ck_assert_ptr_null(config_zone_find(config, "a.b"));
	ck_assert_ptr_null(config_zone_find(config, "example."));
	ck_assert_ptr_null(config_zone_find(config, "not..a name"));
	ck_assert_ptr_null(config_zone_find(config, ""));
	config_free(config);
}
END_TEST

/* A hook of Knot. */
#define KNOT(dump, more) "<Hook engine=\"knot\"><Knot><Dump>" dump "</Dump>" more "</Knot></Hook>"

/* What is refused, with its line, beside the twin that differs in that alone. */
static const struct {
	const char *wrong, *right;
	unsigned line;
} mistakes[] = {
    {"<Zone name=\"a.\"/>\n<Zone name=\"A\"/>", "<Zone name=\"a.\"/>\n<Zone name=\"b\"/>", 4},
    {"<Zone name=\"a..b\"/>", "<Zone name=\"a.b\"/>", 3},
    {"<Zone/>", "<Zone name=\"a\"/>", 3},
    {"<Zone name=\"a\"><Policy>p.xml</Policy></Zone>",
	"<Zone name=\"a\"><Policy>/p.xml</Policy></Zone>", 3},
    {"<Zone name=\"a\"><Policy>/p.xml#</Policy></Zone>",
	"<Zone name=\"a\"><Policy>/p#.xml#x</Policy></Zone>", 3},
    {"<Zone name=\"a\"><Candidate>/a/../b</Candidate></Zone>",
	"<Zone name=\"a\"><Candidate>/a/...b</Candidate></Zone>", 3},
    {"<Zone name=\"a\"><Candidate>/a//b</Candidate></Zone>",
	"<Zone name=\"a\"><Candidate>/a/b</Candidate></Zone>", 3},
    {"<Zone name=\"a\"><Candidate>/a/./b</Candidate></Zone>",
	"<Zone name=\"a\"><Candidate>/a/.b</Candidate></Zone>", 3},
    {"<Zone name=\"a\"><Candidate>/a/</Candidate></Zone>",
	"<Zone name=\"a\"><Candidate>/a</Candidate></Zone>", 3},
    {"<Zone name=\"a\"><Candidate>/a</Candidate>\n<Candidate>/a</Candidate></Zone>",
	"<Zone name=\"a\"><Candidate>/a</Candidate>\n</Zone>", 4},
    {"<Zone name=\"a\">\n<Release/></Zone>",
	"<Zone name=\"a\">\n<Release><Target>/t</Target></Release></Zone>", 4},
    {"<Zone name=\"a\"><Release><Target>t</Target></Release></Zone>",
	"<Zone name=\"a\"><Release><Target>/t</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Release><Target>/s</Target></Release></Zone>",
	"<Zone name=\"a\"><Release><Target>/ss</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Release><Target>/s/zones/a</Target></Release></Zone>",
	"<Zone name=\"a\"><Release><Target>/so/zones/a</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Release><Target>/t</Target></Release></Zone>\n"
     "<Zone name=\"b\"><Release><Target>/t</Target></Release></Zone>",
	"<Zone name=\"a\"><Release><Target>/t</Target></Release></Zone>\n"
	"<Zone name=\"b\"><Release><Target>/u</Target></Release></Zone>",
	4},
    {"<Zone name=\"a\"><Candidate>/t</Candidate><Release><Target>/t</Target></Release></Zone>",
	"<Zone name=\"a\"><Candidate>/u</Candidate><Release><Target>/t</Target></Release></Zone>",
	3},
    {"<Zone name=\"a\"><Release><Target>/t</Target></Release></Zone>\n"
     "<Zone name=\"b\"><Unsigned>/t</Unsigned></Zone>",
	"<Zone name=\"a\"><Release><Target>/t</Target></Release></Zone>\n"
	"<Zone name=\"b\"><Unsigned>/u</Unsigned></Zone>",
	4},
    {"<Zone name=\"a\"><Policy>/t#x</Policy><Release><Target>/t</Target></Release></Zone>",
	"<Zone name=\"a\"><Policy>/u#x</Policy><Release><Target>/t</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Release><Target mode=\"0646\">/t</Target></Release></Zone>",
	"<Zone name=\"a\"><Release><Target mode=\"0664\">/t</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Release><Target mode=\"4644\">/t</Target></Release></Zone>",
	"<Zone name=\"a\"><Release><Target mode=\"644\">/t</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Release><Target mode=\"0240\">/t</Target></Release></Zone>",
	"<Zone name=\"a\"><Release><Target mode=\"0400\">/t</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Release><Target mode=\"0648\">/t</Target></Release></Zone>",
	"<Zone name=\"a\"><Release><Target mode=\"0640\">/t</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Release><Target owner=\"0\">/t</Target></Release></Zone>",
	"<Zone name=\"a\"><Release><Target owner=\"o\">/t</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Release><Target>/t</Target><Command/></Release></Zone>",
	"<Zone name=\"a\"><Release><Target>/t</Target><Command><Argument>/c</Argument></Command>"
	"</Release></Zone>",
	3},
    {"<Zone name=\"a\"><Hook/></Zone>", "<Zone name=\"a\"><Hook engine=\"nsd\"/></Zone>", 3},
    {"<Zone name=\"a\"><Hook engine=\"other\"/></Zone>",
	"<Zone name=\"a\"><Hook engine=\"cascade\"/></Zone>", 3},
    {"<Zone name=\"a\"><Hook engine=\"nsd\"/><Release><Target>/t</Target></Release></Zone>",
	"<Zone name=\"a\"><Hook engine=\"opendnssec\"/><Release><Target>/t</Target></Release>"
	"</Zone>",
	3},
    {"<Zone name=\"a\"><Hook engine=\"bind\"/></Zone>",
	"<Zone name=\"a\"><Hook engine=\"bind\"/><Release><Target>/t</Target></Release></Zone>", 3},
    {"<Zone name=\"a\"><Hook engine=\"opendnssec\"/></Zone>",
	"<Zone name=\"a\"><Hook engine=\"nsd\"/></Zone>", 3},
    {"<Zone name=\"a\"><Hook engine=\"knot\"/></Zone>",
	"<Zone name=\"a\"><Hook engine=\"knot\"><Knot><Dump>/d</Dump></Knot></Hook></Zone>", 3},
    {"<Zone name=\"a\"><Hook engine=\"nsd\"><Knot><Dump>/d</Dump></Knot></Hook></Zone>",
	"<Zone name=\"a\">" KNOT("/d", "") "</Zone>", 3},
    {"<Zone name=\"a\"><Hook engine=\"knot\"><Knot/></Hook></Zone>",
	"<Zone name=\"a\">" KNOT("/d", "") "</Zone>", 3},
    {"<Zone name=\"a\">" KNOT("d", "") "</Zone>", "<Zone name=\"a\">" KNOT("/d", "") "</Zone>", 3},
    {"<Zone name=\"a\">" KNOT("/s/d", "") "</Zone>", "<Zone name=\"a\">" KNOT("/sd", "") "</Zone>",
	3},
    {"<Zone name=\"a\">" KNOT("/d", "<TimeOut>PT59S</TimeOut>") "</Zone>",
	"<Zone name=\"a\">" KNOT("/d", "<TimeOut>PT60S</TimeOut>") "</Zone>", 3},
    {"<Zone name=\"a\">" KNOT("/d", "<TimeOut>PT25H</TimeOut>") "</Zone>",
	"<Zone name=\"a\">" KNOT("/d", "<TimeOut>PT24H</TimeOut>") "</Zone>", 3},
    {"<Zone name=\"a\">" KNOT("/d", "<Control>knotc</Control>") "</Zone>",
	"<Zone name=\"a\">" KNOT("/d", "<Control>/knotc</Control>") "</Zone>", 3},
    {"<Zone name=\"a\">" KNOT("/d", "<Socket>s</Socket>") "</Zone>",
	"<Zone name=\"a\">" KNOT("/d", "<Socket>/s</Socket>") "</Zone>", 3},
    {"<Zone name=\"a\">" KNOT("/d", "") "</Zone>\n<Zone name=\"b\">" KNOT("/d", "") "</Zone>",
	"<Zone name=\"a\">" KNOT("/d", "") "</Zone>\n<Zone name=\"b\">" KNOT("/e", "") "</Zone>",
	4},
    {"<Zone name=\"a\">" KNOT(
	 "/t", "") "</Zone>\n<Zone name=\"b\"><Release><Target>/t</Target></Release></Zone>",
	"<Zone name=\"a\">" KNOT(
	    "/d", "") "</Zone>\n<Zone name=\"b\"><Release><Target>/t</Target></Release></Zone>",
	3},
    {"<Zone name=\"a\"><Parent><Server address=\"192.0.2.256\"/></Parent></Zone>",
	"<Zone name=\"a\"><Parent><Server address=\"192.0.2.255\"/></Parent></Zone>", 3},
    {"<Zone name=\"a\"><Parent><Server address=\"::1\" port=\"0\"/></Parent></Zone>",
	"<Zone name=\"a\"><Parent><Server address=\"::1\" port=\"65535\"/></Parent></Zone>", 3},
    {"<Zone name=\"a\"><Parent><Server address=\"::1\"/><Server address=\"0::1\"/></Parent></Zone>",
	"<Zone name=\"a\"><Parent><Server address=\"::1\"/><Server address=\"::1\" port=\"54\"/>"
	"</Parent></Zone>",
	3},
    {"<Zone name=\"a\"><Parent><DS ttl=\"P1Y\">/d</DS></Parent></Zone>",
	"<Zone name=\"a\"><Parent><DS ttl=\"P1D\">/d</DS></Parent></Zone>", 3},
    {"<Zone name=\"a\"><Distribution><Transferred>yes</Transferred></Distribution></Zone>",
	"<Zone name=\"a\"><Distribution><Transferred> </Transferred></Distribution></Zone>", 3},
    {"<Notify><Command timeout=\"PT0S\"><Argument>/c</Argument></Command></Notify>",
	"<Notify><Command timeout=\"PT1S\"><Argument>/c</Argument></Command></Notify>", 3},
    {"<Notify><Command timeout=\"PT1H1S\"><Argument>/c</Argument></Command></Notify>",
	"<Notify><Command timeout=\"PT1H\"><Argument>/c</Argument></Command></Notify>", 3},
    {"<Notify><Command><Argument>c</Argument></Command></Notify>",
	"<Notify><Command><Argument>/c</Argument><Argument>c</Argument></Command></Notify>", 3},
    {"<Notify><Command><Argument>/c</Argument><Argument>a\nb</Argument></Command></Notify>",
	"<Notify><Command><Argument>/c</Argument><Argument>a b</Argument></Command></Notify>", 3},
    {"<Approvers><Approver id=\"a\" key=\"" KEY1 "\"/>\n<Approver id=\"a\" key=\"" KEY2
     "\"/></Approvers>",
	"<Approvers><Approver id=\"a\" key=\"" KEY1 "\"/>\n<Approver id=\"b\" key=\"" KEY2
	"\"/></Approvers>",
	4},
    {"<Approvers><Approver id=\"a\" key=\"" KEY1 "\"/>\n<Approver id=\"b\" key=\"" KEY1
     "\"/></Approvers>",
	"<Approvers><Approver id=\"a\" key=\"" KEY1 "\"/>\n<Approver id=\"b\" key=\"" KEY2
	"\"/></Approvers>",
	4},
    {"<Approvers><Approver id=\"a\" key=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"/>"
     "</Approvers>",
	"<Approvers><Approver id=\"a\" key=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=\"/>"
	"</Approvers>",
	3},
    /* One text for one key: the last digit's spare bits are zero. */
    {"<Approvers><Approver id=\"a\" key=\"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp=\"/>"
     "</Approvers>",
	"<Approvers><Approver id=\"a\" key=\"" KEY1 "\"/></Approvers>", 3},
    {"<Approvers><Approver id=\"a\"/></Approvers>",
	"<Approvers><Approver id=\"a\" key=\"" KEY1 "\"/></Approvers>", 3},
    {"<Approvers><Approver id=\"1\" key=\"" KEY1 "\"/></Approvers>",
	"<Approvers><Approver id=\"i\" key=\"" KEY1 "\"/></Approvers>", 3},
    {"<Zone name=\"a\"><Stages/></Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "</Zone>", 3},
    {"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "<Release><Target>/u</Target></Release>"
							 "</Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "</Zone>", 3},
    {"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "<Hook engine=\"cascade\"/></Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "<Hook engine=\"opendnssec\"/></Zone>",
	3},
    {"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "<Distribution><Server "
							 "address=\"::2\"/></Distribution></Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "<Distribution/></Zone>", 3},
    {"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "<Distribution><Transferred/>"
							 "</Distribution></Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "</Zone>", 3},
    {"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1") "\n" STAGE("c", "/u", "::2")) "</Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1") "\n" STAGE("C", "/u", "::2")) "</Zone>",
	4},
    {"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1") "\n" STAGE("d", "/t", "::2")) "</Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1") "\n" STAGE("d", "/u", "::2")) "</Zone>",
	4},
    {"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1") STAGE("d", "/u", "::1")) "</Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1") STAGE("d", "/u", "::2")) "</Zone>", 3},
    {"<Zone name=\"a\"><Release><Target>/t</Target></Release></Zone>\n<Zone name=\"b\">" STAGES(
	 STAGE("c", "/t", "::1")) "</Zone>",
	"<Zone name=\"a\"><Release><Target>/t</Target></Release></Zone>\n<Zone name=\"b\">" STAGES(
	    STAGE("c", "/u", "::1")) "</Zone>",
	4},
    {"<Zone name=\"a\"><Candidate>/t</Candidate>" STAGES(STAGE("c", "/t", "::1")) "</Zone>",
	"<Zone name=\"a\"><Candidate>/u</Candidate>" STAGES(STAGE("c", "/t", "::1")) "</Zone>", 3},
    {"<Zone name=\"a\">\n" STAGES(STAGE("c", "/s/t", "::1")) "</Zone>",
	"<Zone name=\"a\">\n" STAGES(STAGE("c", "/t", "::1")) "</Zone>", 4},
    {"<Zone name=\"a\">" STAGES(STAGE("c.d", "/t", "::1")) "</Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("9_-c", "/t", "::1")) "</Zone>", 3},
    {"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Target>/t</Target></Stage>") "</Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "</Zone>", 3},
    {"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Server address=\"::1\"/></Stage>") "</Zone>",
	"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1")) "</Zone>", 3},
    {"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Target>/t</Target><Server address=\"::1\"/>"
				"<Soak>P30DT1S</Soak></Stage>") "</Zone>",
	"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Target>/t</Target><Server address=\"::1\"/>"
				   "<Soak>P30D</Soak></Stage>") "</Zone>",
	3},
    {"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Target>/t</Target><Server address=\"::1\"/>"
				"<Observe names=\"401\"/></Stage>") "</Zone>",
	"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Target>/t</Target><Server address=\"::1\"/>"
				   "<Observe names=\"400\"/></Stage>") "</Zone>",
	3},
    {"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Target>/t</Target><Server address=\"::1\"/>"
				"<Observe transfer=\"maybe\"/></Stage>") "</Zone>",
	"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Target>/t</Target><Server address=\"::1\"/>"
				   "<Observe transfer=\"no\"/></Stage>") "</Zone>",
	3},
    {"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Target>/t</Target><Server address=\"::1\"/>"
				"<Approvals>65</Approvals></Stage>") "</Zone>",
	"<Zone name=\"a\">" STAGES("<Stage name=\"c\"><Target>/t</Target><Server address=\"::1\"/>"
				   "<Approvals>64</Approvals></Stage>") "</Zone>",
	3},
    {"<Zone name=\"a\">" STAGES(STAGE("c", "/t", "::1") "<Validator address=\"::2\"/>"
							"<Validator address=\"::2\"/>") "</Zone>",
	"<Zone name=\"a\">" STAGES(
	    STAGE("c", "/t", "::1") "<Validator address=\"::2\"/>"
				    "<Validator address=\"::1\"/>") "</Zone>",
	3},
    {"<Zone name=\"a\"><Providers/></Zone>",
	"<Zone name=\"a\">" PROVIDERS(PROVIDER("b", "::1")) "</Zone>", 3},
    {"<Zone name=\"a\">" PROVIDERS("<Provider name=\"b\"/>") "</Zone>",
	"<Zone name=\"a\">" PROVIDERS(PROVIDER("b", "::1")) "</Zone>", 3},
    {"<Zone name=\"a\">" PROVIDERS(PROVIDER("b", "::1") "\n" PROVIDER("b", "::2")) "</Zone>",
	"<Zone name=\"a\">" PROVIDERS(PROVIDER("b", "::1") "\n" PROVIDER("c", "::2")) "</Zone>", 4},
    {"<Zone name=\"a\">" PROVIDERS("<Provider name=\"b\"><Server address=\"::1\"/>"
				   "<Server address=\"::1\"/></Provider>") "</Zone>",
	"<Zone name=\"a\">" PROVIDERS("<Provider name=\"b\"><Server address=\"::1\"/>"
				      "<Server address=\"::2\"/></Provider>") "</Zone>",
	3},
    {"<Zone name=\"a\"><Distribution><Server address=\"::1\"/></Distribution>\n" PROVIDERS(
	 PROVIDER("b", "::1")) "</Zone>",
	"<Zone name=\"a\"><Distribution><Server address=\"::1\"/></Distribution>\n" PROVIDERS(
	    PROVIDER("b", "::2")) "</Zone>",
	4},
    {"<Zone name=\"a\"><Providers maxage=\"P8D\">" PROVIDER("b", "::1") "</Providers></Zone>",
	"<Zone name=\"a\"><Providers maxage=\"P7D\">" PROVIDER("b", "::1") "</Providers></Zone>",
	3},
    {"<Unknown/>", "<!-- -->", 3},
    {"<Notify unknown=\"1\"/>", "<Notify/>", 3},
    {"<Notify>text</Notify>", "<Notify> </Notify>", 3},
    {"<State>/s</State>", "", 3},
    {"<Notify xmlns=\"urn:x\"/>", "<Notify/>", 3},
};
#define MISTAKES (sizeof(mistakes) / sizeof(mistakes[0]))

START_TEST(mistake_is_refused_at_its_line_and_its_twin_is_not)
{
	struct remarks remarks;
	char text[1024];

	(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, mistakes[_i].wrong);
	ck_assert_msg(parse(text, strlen(text), &remarks) == NULL, "%s", mistakes[_i].wrong);
	ck_assert_int_eq(remarks.status, ZG_POLICY);
	ck_assert_msg(remarks.errors == 1, "%u errors, first: %s", remarks.errors, remarks.first);
	ck_assert_msg(remarks.first_line == mistakes[_i].line, "line %u: %s", remarks.first_line,
	    remarks.first);
	(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, mistakes[_i].right);
	config_free(parse(text, strlen(text), &remarks));
	ck_assert_msg(remarks.status == ZG_OK, "%s", remarks.first);
}
END_TEST

START_TEST(root_element_and_what_it_needs)
{
	static const char *const wrong[] = {"<Configuration><State>/s</State><Installation>a"
					    "</Installation></Configuration>",
	    "<Configuration version=\"2\"><State>/s</State><Installation>a</Installation>"
	    "</Configuration>",
	    "<Configuration version=\"1\"><State>/s</State></Configuration>",
	    "<Configuration version=\"1\"><Installation>a</Installation></Configuration>",
	    "<ZoneGate version=\"1\"><Policy name=\"x\"/></ZoneGate>",
	    "<!DOCTYPE Configuration><Configuration version=\"1\"><State>/s</State>"
	    "<Installation>a</Installation></Configuration>",
	    ""};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct remarks remarks;

		ck_assert_msg(parse(wrong[i], strlen(wrong[i]), &remarks) == NULL, "%s", wrong[i]);
		ck_assert_uint_eq(remarks.errors, 1);
	}
}
END_TEST

/* `count` times `part` (each # its number) between head and tail: the status. */
static zg_status
status_of_many(const char *head, const char *part, size_t count, const char *tail)
{
	struct text_writer writer = {0};
	struct remarks remarks;

	text_add(&writer, HEAD);
	text_add(&writer, head);
	for (size_t i = 0; i < count; i++) {
		for (const char *at = part; *at != '\0'; at++) {
			if (*at == '#')
				text_printf(&writer, "%zu", i);
			else
				text_add_bytes(&writer, at, 1);
		}
	}
	text_add(&writer, tail);
	text_add(&writer, TAIL);
	ck_assert(!writer.failed);
	config_free(parse(writer.text, writer.used, &remarks));
	text_writer_clear(&writer);
	return remarks.status;
}

START_TEST(limits_are_exact)
{
	static const struct {
		const char *head, *part, *tail;
		size_t limit;
	} lists[] = {
	    {"", "<Zone name=\"z#\"/>", "", CONFIG_ZONES_MAX},
	    {"<Notify>", "<Command><Argument>/c</Argument></Command>", "</Notify>",
		CONFIG_COMMANDS_MAX},
	    {"<Notify><Command>", "<Argument>/c</Argument>", "</Command></Notify>",
		CONFIG_ARGUMENTS_MAX},
	    {"<Zone name=\"a\"><Parent>", "<Server address=\"192.0.2.#\"/>", "</Parent></Zone>",
		CONFIG_SERVERS_MAX},
	    {"<Zone name=\"a\"><Distribution>", "<Server address=\"192.0.2.#\"/>",
		"</Distribution></Zone>", CONFIG_SERVERS_MAX},
	    {"<Zone name=\"a\"><Stages>", STAGE("c#", "/t#", "192.0.2.#"), "</Stages></Zone>",
		CONFIG_STAGES_MAX},
	    /* In all stages together. */
	    {"<Zone name=\"a\"><Stages>" STAGE(
		 "c", "/t", "::1") "<Stage name=\"d\"><Target>/u</Target>",
		"<Server address=\"192.0.2.#\"/>", "</Stage></Stages></Zone>",
		CONFIG_SERVERS_MAX - 1},
	    {"<Zone name=\"a\">"
	     "<Stages>" STAGE("c", "/t", "::1"),
		"<Validator address=\"192.0.2.#\"/>", "</Stages></Zone>", CONFIG_RESOLVERS_MAX},
	    {"<Zone name=\"a\"><Providers>", PROVIDER("b#", "192.0.2.#"), "</Providers></Zone>",
		ZG_PROVIDERS_MAX},
	    {"<Zone name=\"a\"><Providers><Provider name=\"b\">", "<Server address=\"192.0.2.#\"/>",
		"</Provider></Providers></Zone>", CONFIG_SERVERS_MAX},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		ck_assert_int_eq(
		    status_of_many(lists[i].head, lists[i].part, lists[i].limit, lists[i].tail),
		    ZG_OK);
		ck_assert_int_eq(
		    status_of_many(lists[i].head, lists[i].part, lists[i].limit + 1, lists[i].tail),
		    ZG_LIMIT);
	}
}
END_TEST

START_TEST(truncation_at_every_octet_is_refused)
{
	size_t length;
	char *text = slurp("samples/zonegate.xml", &length);
	size_t end = (size_t)(strstr(text, "</Configuration>") - text) + strlen("</Configuration>");

	for (size_t cut = 0; cut < end; cut++) {
		/* A copy without slack, so that a read beyond the end is seen. */
		char *part = malloc(cut > 0 ? cut : 1);
		struct remarks remarks;

		ck_assert_ptr_nonnull(part);
		memcpy(part, text, cut);
		ck_assert_ptr_null(parse(part, cut, &remarks));
		free(part);
	}
	free(text);
}
END_TEST

START_TEST(file_that_others_may_write_is_refused_also_behind_a_link)
{
	char *path = temporary(HEAD TAIL), link_path[64];
	struct zg_error error;
	struct config *config;

	(void)snprintf(link_path, sizeof(link_path), "%s.link", path);
	ck_assert_int_eq(symlink(path, link_path), 0);
	ck_assert_int_eq(config_read(link_path, &config, &error), ZG_OK);
	config_free(config);
	ck_assert_int_eq(chmod(path, 0646), 0);
	ck_assert_int_eq(config_read(path, &config, &error), ZG_POLICY);
	ck_assert_ptr_null(config);
	ck_assert_int_eq(config_read(link_path, &config, &error), ZG_POLICY);
	ck_assert_ptr_null(config);
	(void)unlink(link_path);
	(void)unlink(path);
	ck_assert_int_eq(config_read(path, &config, &error), ZG_READ);
	free(path);
	config_free(NULL);
}
END_TEST

START_TEST(message_holds_file_and_line)
{
	char *path = temporary(HEAD "<Zone name=\"a\"/>\n<Zone name=\"a\"/>" TAIL), place[64];
	struct zg_error error = {""};
	struct config *config;

	ck_assert_int_eq(config_read(path, &config, &error), ZG_POLICY);
	(void)snprintf(place, sizeof(place), "%s:4: ", path);
	ck_assert_msg(strncmp(error.text, place, strlen(place)) == 0, "%s", error.text);
	(void)unlink(path);
	free(path);
}
END_TEST

/* --- manual, schema and table --- */

static bool
table_has(const char *name, bool attribute)
{
	for (size_t i = 0; i < config_table_rows; i++) {
		const char *leaf = config_row_leaf(&config_table[i]);

		if ((leaf[0] == '@') == attribute && strcmp(leaf + attribute, name) == 0)
			return true;
	}
	return false;
}

static unsigned
compare_names(xmlNode *node)
{
	unsigned names = 0;

	for (; node != NULL; node = node->next) {
		bool attribute = strcmp((const char *)node->name, "attribute") == 0;
		bool element = strcmp((const char *)node->name, "element") == 0;
		xmlChar *name = xmlGetNoNsProp(node, (const xmlChar *)"name");

		if (node->type == XML_ELEMENT_NODE && (attribute || element)) {
			ck_assert_msg(table_has((const char *)name, attribute) ||
					  strcmp((const char *)name, "Configuration") == 0 ||
					  strcmp((const char *)name, "version") == 0,
			    "%s is not in the table", (const char *)name);
			names++;
		}
		xmlFree(name);
		names += compare_names(node->children);
	}
	return names;
}

START_TEST(schema_names_nothing_that_the_table_does_not_know)
{
	xmlDoc *schema = xmlReadFile("policies/zonegate.rng", NULL, XML_PARSE_NONET);

	ck_assert_ptr_nonnull(schema);
	ck_assert_uint_gt(compare_names(xmlDocGetRootElement(schema)), 25);
	xmlFreeDoc(schema);
}
END_TEST

START_TEST(manual_and_sample_name_every_element_and_attribute)
{
	size_t length;
	char *manual = slurp("man/zonegate-config.5", &length);
	char *sample = slurp("samples/zonegate.xml", &length);

	for (size_t i = 0; i < config_table_rows; i++) {
		const char *leaf = config_row_leaf(&config_table[i]);
		char in_manual[64], in_sample[64];

		(void)snprintf(in_manual, sizeof(in_manual), "%s %s", leaf[0] == '@' ? "Cm" : "Ic",
		    leaf + (leaf[0] == '@'));
		(void)snprintf(in_sample, sizeof(in_sample), leaf[0] == '@' ? " %s=\"" : "<%s",
		    leaf + (leaf[0] == '@'));
		ck_assert_msg(strstr(manual, in_manual) != NULL, "%s is not in the manual",
		    config_table[i].path);
		ck_assert_msg(strstr(sample, in_sample) != NULL, "%s is not in the sample",
		    config_table[i].path);
	}
	free(manual);
	free(sample);
}
END_TEST

START_TEST(example_of_the_manual_is_a_good_configuration)
{
	static const char begin_mark[] = ".Bd -literal -offset indent\n<?xml";
	size_t length;
	char *manual = slurp("man/zonegate-config.5", &length);
	char *begin = strstr(manual, begin_mark), *end;
	struct remarks remarks;
	struct config *config;

	ck_assert_ptr_nonnull(begin);
	begin += strlen(begin_mark) - strlen("<?xml");
	end = strstr(begin, ".Ed\n");
	ck_assert_ptr_nonnull(end);
	config = parse(begin, (size_t)(end - begin), &remarks);
	ck_assert_msg(config != NULL, "%s", remarks.first);
	ck_assert_uint_eq(config->n_zones, 1);
	config_free(config);
	free(manual);
}
END_TEST

/* --- lint --- */

#define APPROVERS                                                                                  \
	"<Approvers><Approver id=\"a\" key=\"" KEY1 "\"/><Approver id=\"b\" key=\"" KEY2           \
	"\"/></Approvers>"
#define NOTIFY "<Notify><Command><Argument>/c</Argument></Command></Notify>"
#define RELOAD "<Command><Argument>/c</Argument></Command>"
#define LOADED(more)                                                                               \
	"<Stage name=\"c\"><Target>/t</Target>" RELOAD "<Server address=\"::1\"/>" more "</Stage>"
#define SERVERS "<Distribution><Server address=\"192.0.2.1\"/></Distribution>"

static const struct {
	const char *unwise, *wise;
} follies[] = {
    {APPROVERS, APPROVERS NOTIFY},
    {NOTIFY "<Zone name=\"a\"/>", APPROVERS NOTIFY "<Zone name=\"a\"/>"},
    {APPROVERS NOTIFY "<Zone name=\"a\"><Release><Target>/t</Target></Release>" SERVERS "</Zone>",
	APPROVERS NOTIFY "<Zone name=\"a\"><Release><Target>/t</Target>" RELOAD "</Release>" SERVERS
			 "</Zone>"},
    {APPROVERS NOTIFY "<Zone name=\"a\"><Release><Target mode=\"0660\">/t</Target>" RELOAD
		      "</Release>" SERVERS "</Zone>",
	APPROVERS NOTIFY "<Zone name=\"a\"><Release><Target mode=\"0640\">/t</Target>" RELOAD
			 "</Release>" SERVERS "</Zone>"},
    {APPROVERS NOTIFY "<Zone name=\"a\"><Release><Target>/t</Target>" RELOAD "</Release></Zone>",
	APPROVERS NOTIFY "<Zone name=\"a\"><Release><Target>/t</Target>" RELOAD "</Release>" SERVERS
			 "</Zone>"},
    {APPROVERS NOTIFY "<Zone name=\"a\"><Hook engine=\"nsd\"/>" SERVERS "</Zone>", APPROVERS NOTIFY
	"<Zone name=\"a\"><Hook engine=\"nsd\">" RELOAD "</Hook>" SERVERS "</Zone>"},
    {APPROVERS NOTIFY "<Zone name=\"a\"><Hook engine=\"nsd\">" RELOAD "</Hook></Zone>",
	APPROVERS NOTIFY "<Zone name=\"a\"><Hook engine=\"nsd\">" RELOAD "</Hook>" SERVERS
			 "</Zone>"},
    {APPROVERS NOTIFY "<Zone name=\"a\"><Policy>/no/such/policy.xml</Policy></Zone>",
	APPROVERS NOTIFY "<Zone name=\"a\"/>"},
    /* The way from the root to the parent is not known: of a top-level domain there is none. */
    {APPROVERS NOTIFY "<Zone name=\"a.b\"><Parent><Server address=\"::1\"/></Parent></Zone>",
	APPROVERS NOTIFY "<Zone name=\"a.b\"><Parent><Server address=\"::1\"/>"
			 "<Resolver address=\"::2\"/></Parent></Zone>"},
    {APPROVERS NOTIFY "<Zone name=\"a.b\"><Parent><Server address=\"::1\"/></Parent></Zone>",
	APPROVERS NOTIFY "<Zone name=\"a.b\"><Parent><Server address=\"::1\"/>"
			 "<TrustAnchor>/a</TrustAnchor></Parent></Zone>"},
    {APPROVERS NOTIFY "<Zone name=\"a.b\"><Parent><Server address=\"::1\"/></Parent></Zone>",
	APPROVERS NOTIFY "<Zone name=\"b\"><Parent><Server address=\"::1\"/></Parent></Zone>"},
    {APPROVERS NOTIFY "<Zone name=\"a\">" PROVIDERS(PROVIDER("b", "::1")) "</Zone>",
	APPROVERS NOTIFY
	"<Zone name=\"a\"><Parent><DS>/d</DS></Parent>" PROVIDERS(PROVIDER("b", "::1")) "</Zone>"},
};
#define FOLLIES (sizeof(follies) / sizeof(follies[0]))

static struct remarks
lint(const char *inside)
{
	struct remarks remarks = {0};
	struct zg_error error;
	char text[2048], *path;

	(void)snprintf(text, sizeof(text), HEAD "%s" TAIL, inside);
	path = temporary(text);
	remarks.status = zg_policy_lint(path, count_remark, &remarks, &error);
	ck_assert_uint_eq(remarks.notes, 1);
	ck_assert_int_eq(remarks.status == ZG_OK, remarks.errors == 0);
	(void)unlink(path);
	free(path);
	return remarks;
}

START_TEST(lint_warns_of_the_unwise_and_not_of_its_twin)
{
	struct remarks remarks = lint(follies[_i].unwise);

	ck_assert_msg(remarks.warnings == 1 && remarks.errors == 0, "%u warnings, first: %s",
	    remarks.warnings, remarks.first);
	remarks = lint(follies[_i].wise);
	ck_assert_msg(remarks.warnings + remarks.errors == 0, "%s", remarks.first);
}
END_TEST

/* A configuration whose zone has the policy `policy` (what is inside of Policy). */
static struct remarks
lint_with_policy(const char *policy, const char *inside_zone)
{
	struct remarks remarks;
	char text[1024], *path;

	(void)snprintf(text, sizeof(text),
	    "<ZoneGate version=\"1\"><Policy name=\"p\">%s</Policy></ZoneGate>", policy);
	path = temporary(text);
	(void)snprintf(text, sizeof(text),
	    APPROVERS NOTIFY "<Zone name=\"a\"><Policy>%s#p</Policy>%s</Zone>", path, inside_zone);
	remarks = lint(text);
	(void)unlink(path);
	free(path);
	return remarks;
}

START_TEST(policy_and_configuration_are_held_together)
{
	static const struct {
		const char *policy, *zone;
		unsigned errors, warnings;
	} pairs[] = {
	    {"<Approval><Approver id=\"a\"/><Approver id=\"c\"/></Approval>", "", 1, 1},
	    {"<Approval><Approver id=\"a\"/><Approver id=\"b\"/></Approval>", "", 0, 0},
	    {"<Approval quorum=\"3\"/>", "", 0, 1},
	    {"<Approval quorum=\"2\"/>", "", 0, 0},
	    {"<Parent><DS><MaxTTL>PT1H</MaxTTL></DS></Parent>",
		"<Parent><DS ttl=\"PT1H1S\">/d</DS></Parent>", 1, 0},
	    {"<Parent><DS><MaxTTL>PT1H</MaxTTL></DS></Parent>",
		"<Parent><DS ttl=\"PT1H\">/d</DS></Parent>", 0, 0},
	    {"<Parent><DS><Source type=\"authoritative\"/></DS></Parent>",
		"<Parent><DS>/d</DS></Parent>", 0, 1},
	    {"<Parent><DS><Source type=\"file\"/></DS></Parent>", "<Parent><DS>/d</DS></Parent>", 0,
		0},
	    {"<Require><Completeness>any</Completeness></Require>",
		"<Release><Target>/t</Target>" RELOAD "</Release>" SERVERS, 0, 1},
	    {"<Require><Completeness>any</Completeness></Require>",
		"<Unsigned>/u</Unsigned><Release><Target>/t</Target>" RELOAD "</Release>" SERVERS,
		0, 0},
	    {"<Unsigned>maybe</Unsigned>", "", 1, 0},
	    {"<Staging><When>always</When></Staging>", STAGES(LOADED("")), 0, 0},
	    {"<Staging><When>never</When></Staging>", STAGES(LOADED("")), 0, 1},
	    {"<Staging><When>always</When></Staging>", STAGES(STAGE("c", "/t", "::1")), 0, 1},
	    {"<Staging><When>always</When></Staging>",
		"<Release><Target>/t</Target>" RELOAD "</Release>" SERVERS, 0, 1},
	    {"<Staging><When>always</When></Staging>",
		STAGES("<Stage name=\"c\"><Target mode=\"0660\">/t</Target>" RELOAD
		       "<Server address=\"::1\"/></Stage>"),
		0, 1},
	    {"<Staging><When>always</When></Staging>", STAGES(LOADED("<Approvals>3</Approvals>")),
		0, 1},
	    {"<Staging><When>always</When></Staging>", STAGES(LOADED("<Approvals>2</Approvals>")),
		0, 0},
	    {"<Require><Completeness>any</Completeness></Require><Staging><When>always</When></"
	     "Staging>",
		STAGES(LOADED("")), 0, 1},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct remarks remarks = lint_with_policy(pairs[i].policy, pairs[i].zone);

		ck_assert_msg(remarks.errors == pairs[i].errors, "pair %zu: %s", i, remarks.first);
		ck_assert_msg(
		    remarks.warnings == pairs[i].warnings, "pair %zu: %s", i, remarks.first);
	}
}
END_TEST

START_TEST(approvers_are_those_whom_the_policy_names)
{
	static const char text[] = HEAD APPROVERS TAIL;
	static const char *const policies[] = {
	    "<ZoneGate version=\"1\"><Policy name=\"p\"/></ZoneGate>",
	    "<ZoneGate version=\"1\"><Policy name=\"p\"><Approval quorum=\"1\"><Approver id=\"b\"/>"
	    "</Approval></Policy></ZoneGate>"};
	const struct config_approver *approvers[ZG_POLICY_APPROVERS_MAX];
	struct remarks remarks;
	struct config *config = parse(text, strlen(text), &remarks);

	for (size_t i = 0; i < 2; i++) {
		struct zg_error error;
		zg_policy *policy;

		ck_assert_int_eq(
		    zg_policy_parse(policies[i], strlen(policies[i]), "p", NULL, &policy, &error),
		    ZG_OK);
		ck_assert_uint_eq(config_approvers_of(config, policy, approvers), 2 - i);
		ck_assert_str_eq(approvers[0]->id, i == 0 ? "a" : "b");
		zg_policy_free(policy);
	}
	ck_assert_ptr_eq(config_approver_find(config, "b"), &config->approvers[1]);
	ck_assert_ptr_null(config_approver_find(config, "c"));
	config_free(config);
}
END_TEST

static Suite *
config_suite(void)
{
	Suite *suite = suite_create("config");
	TCase *values = tcase_create("values"), *bad = tcase_create("bad");
	TCase *documents = tcase_create("documents"), *advice = tcase_create("lint");

	tcase_add_test(values, every_value_of_the_sample_arrives);
	tcase_add_test(values, every_value_of_the_stages_of_the_sample_arrives);
	tcase_add_test(values, what_is_not_said_has_its_default);
	tcase_add_test(values, what_is_not_said_of_a_stage_has_its_default);
	tcase_add_test(values, zone_is_found_in_any_spelling);
	tcase_add_test(documents, nsd_that_asks_is_a_secondary_that_can_expire);
	tcase_add_test(values, approvers_are_those_whom_the_policy_names);
	tcase_add_loop_test(bad, mistake_is_refused_at_its_line_and_its_twin_is_not, 0, MISTAKES);
	tcase_add_test(bad, root_element_and_what_it_needs);
	tcase_add_test(bad, limits_are_exact);
	tcase_add_test(bad, truncation_at_every_octet_is_refused);
	tcase_add_test(bad, file_that_others_may_write_is_refused_also_behind_a_link);
	tcase_add_test(bad, message_holds_file_and_line);
	tcase_set_timeout(bad, 60);
	tcase_add_test(documents, embedded_schema_is_policies_zonegate_rng);
	tcase_add_test(documents, schema_names_nothing_that_the_table_does_not_know);
	tcase_add_test(documents, manual_and_sample_name_every_element_and_attribute);
	tcase_add_test(documents, example_of_the_manual_is_a_good_configuration);
	tcase_add_loop_test(advice, lint_warns_of_the_unwise_and_not_of_its_twin, 0, FOLLIES);
	tcase_add_test(advice, policy_and_configuration_are_held_together);
	suite_add_tcase(suite, values);
	suite_add_tcase(suite, bad);
	suite_add_tcase(suite, documents);
	suite_add_tcase(suite, advice);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(config_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
