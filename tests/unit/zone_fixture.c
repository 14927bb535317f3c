/* Zones for unit tests. */
#include "zone_fixture.h"

#include <check.h>
#include <string.h>

#include "dns/name.h"
#include "zone/zone_text.h"

struct text {
	const char *at;
	size_t left;
};

static zg_status
read_text(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct text *text = context;

	(void)error;
	*length = text->left < size ? text->left : size;
	memcpy(buffer, text->at, *length);
	text->at += *length;
	text->left -= *length;
	return ZG_OK;
}

static void
wire_name(const char *text, uint8_t name[ZG_NAME_MAX])
{
	const char *why;

	ck_assert_msg(
	    name_from_text_lower(text, strlen(text), NULL, name, &why) != 0, "%s: %s", text, why);
}

struct zone *
zone_fixture(const char *origin, const char *text)
{
	return zone_fixture_threads(origin, text, 2);
}

struct zone *
zone_fixture_threads(const char *origin, const char *text, unsigned threads)
{
	uint8_t name[ZG_NAME_MAX];
	struct text memory = {text, strlen(text)};
	struct source source = {.read = read_text, .context = &memory, .name = "fixture"};
	struct zone_text_options options = {.origin = name};
	struct zone_store store;
	struct defects defects;
	struct zg_error error = {""};
	struct zone *zone = NULL;

	wire_name(origin, name);
	zone_store_init(&store);
	defects_init(&defects, FIXTURE_EXAMPLES);
	ck_assert_msg(
	    zone_text_read(&source, &options, &store, &defects, &error) == ZG_OK, "%s", error.text);
	for (int i = 0; i < DEFECT_OUT_OF_ZONE; i++)
		ck_assert_msg(defects.tallies[i].count == 0, "%s",
		    defects.tallies[i].count == 0 ? "" : defects.tallies[i].examples[0].detail);
	ck_assert_msg(
	    zone_build(&store, &defects, name, threads, &zone, &error) == ZG_OK, "%s", error.text);
	defects_clear(&defects);
	return zone;
}

uint32_t
zone_fixture_owner(const struct zone *zone, const char *name)
{
	uint8_t wire[ZG_NAME_MAX];
	uint32_t owner;

	wire_name(name, wire);
	owner = zone_find(zone, wire);
	ck_assert_msg(owner != NO_OWNER, "%s is not in the zone", name);
	return owner;
}
