/*
 * Any octets as a configuration and as a kasp.xml: refused, or accepted. What is made of a kasp.xml
 * is a policy file without errors, but for the names, which may be alike.
 * Seeds: tests/fuzz/seeds/config.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/config_parse.h"
#include "policy/kasp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
keep_any_error(void *context, const char *file, unsigned line, int is_error, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
	*(bool *)context |= is_error > 0;
}

/* An error that is not about two names. */
static void
keep_error(void *context, const char *file, unsigned line, int is_error, const char *text)
{
	bool *wrong = context;

	(void)file;
	(void)line;
	*wrong |= is_error > 0 && strstr(text, "two policies are named") == NULL;
}

static void
try_configuration(const char *text, size_t length)
{
	bool wrong = false;
	struct policy_reporter reporter = {
	    .label = "fuzz", .remark = keep_any_error, .context = &wrong, .warnings = true};
	struct config *config;

	if ((config_parse(&reporter, text, length, &config) == ZG_OK) == wrong)
		abort();
	for (size_t i = 0; config != NULL && i < config->n_zones; i++) {
		if (config_zone_find(config, config->zones[i].name) != &config->zones[i])
			abort();
	}
	config_free(config);
}

static void
try_kasp(const char *text, size_t length)
{
	bool wrong = false;
	struct policy_reporter reporter = {
	    .label = "fuzz", .remark = keep_any_error, .context = &wrong};
	struct text_writer writer = {0};

	if (policy_import_text(&reporter, text, length, &writer) == ZG_OK) {
		zg_status status =
		    policy_examine(writer.text, writer.used, "made", true, keep_error, &wrong);

		if (wrong || (status != ZG_OK && status != ZG_POLICY))
			abort();
	}
	text_writer_clear(&writer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_configuration((const char *)data, size);
	try_kasp((const char *)data, size);
	return 0;
}
