/*
 * Makes the folders of test cases from their recipes: RECIPES, one after the other, into
 * FOLDER/<check-id>/{fires,passes}. The same recipes give the same files.
 *
 *   build RECIPES FOLDER [CHECK-ID]
 *
 * How recipes are written is said at the head of tests/cases/recipes.
 */
#include "case_zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LINES_MAX    128
#define FINDINGS_MAX 32
#define TEXT_MAX     4096

static _Noreturn void
die(const char *where, const char *what)
{
	fprintf(stderr, "build: %s: %s\n", where, what);
	exit(EXIT_FAILURE);
}

/* One case as it stands in the recipes. */
struct recipe {
	char severity[16];
	char id[64];
	char *lines[LINES_MAX];
	size_t n;
};

/* One of its two twins, while it is made. */
struct twin {
	const struct recipe *recipe;
	const char *name; /* "fires" or "passes" */
	char folder[TEXT_MAX];
	struct case_zone *zone, *previous, *registry; /* the last two NULL: not given */
	const char *ds[LINES_MAX];
	size_t n_ds;
	bool no_ds;
	const char *policy[LINES_MAX];
	size_t n_policy;
	const char *args;
	const char *findings[FINDINGS_MAX];
	size_t n_findings;
};

/* ---- Files ---- */

static FILE *
create(const struct twin *twin, const char *name)
{
	char path[TEXT_MAX + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", twin->folder, name);
	file = fopen(path, "w");
	if (file == NULL)
		die(path, strerror(errno));
	return file;
}

static void
finish(FILE *file, const struct twin *twin)
{
	if (ferror(file) || fclose(file) != 0)
		die(twin->folder, "cannot be written");
}

static void
write_zone(const struct twin *twin, const char *name, struct case_zone *zone)
{
	FILE *file;
	char *text;

	if (zone == NULL)
		return;
	file = create(twin, name);
	text = case_zone_text(zone);
	fputs(text, file);
	free(text);
	finish(file, twin);
}

/* "KEY DIGEST-TYPE", or a record. */
static void
write_ds_line(FILE *file, const struct twin *twin, const char *line)
{
	char label[64], *text;
	unsigned type;
	int end = 0;

	if (sscanf(line, "%63s %u%n", label, &type, &end) == 2 && line[end] == '\0') {
		ldns_rr *ds =
		    smith_ds(case_zone_key(twin->zone, label)->dnskey, (uint8_t)type, 3600);

		text = ldns_rr2str(ds);
		fputs(text, file);
		ldns_rr_free(ds);
	} else {
		text = case_zone_expand(twin->zone, line);
		fprintf(file, "%s\n", text);
	}
	free(text);
}

static void
write_ds(const struct twin *twin)
{
	FILE *file;

	if (twin->no_ds)
		return;
	file = create(twin, "ds");
	fputs("; What the parent publishes.\n", file);
	if (twin->n_ds == 0)
		write_ds_line(file, twin, "ksk 2");
	for (size_t i = 0; i < twin->n_ds; i++)
		if (strcmp(twin->ds[i], "none") != 0)
			write_ds_line(file, twin, twin->ds[i]);
	finish(file, twin);
}

static void
write_policy(const struct twin *twin)
{
	FILE *file;

	if (twin->n_policy == 0)
		return;
	file = create(twin, "policy.xml");
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ZoneGate version=\"1\">\n"
	      "  <Policy name=\"case\">\n",
	    file);
	for (size_t i = 0; i < twin->n_policy; i++) {
		char *text = case_zone_expand(twin->zone, twin->policy[i]);

		fprintf(file, "    %s\n", text);
		free(text);
	}
	fputs("  </Policy>\n</ZoneGate>\n", file);
	finish(file, twin);
}

static void
write_args(const struct twin *twin)
{
	FILE *file = create(twin, "args");

	fprintf(file, "--now " CASE_NOW "%s%s%s%s%s%s\n", twin->no_ds ? "" : " --ds ds",
	    twin->previous == NULL ? "" : " --previous previous",
	    twin->registry == NULL ? "" : " --unsigned unsigned",
	    twin->n_policy == 0 ? "" : " --policy policy.xml", twin->args == NULL ? "" : " ",
	    twin->args == NULL ? "" : twin->args);
	finish(file, twin);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Exit status by DESIGN's rule: a refusal weighs most, then what needs approval. */
static void
write_expect(struct twin *twin)
{
	FILE *file = create(twin, "expect");
	int status = 0;

	for (size_t i = 0; i < twin->n_findings; i++) {
		if (strncmp(twin->findings[i], "refuse ", 7) == 0)
			status = 1;
		else if (strncmp(twin->findings[i], "approve ", 8) == 0 && status == 0)
			status = 3;
	}
	qsort(twin->findings, twin->n_findings, sizeof(twin->findings[0]), compare_texts);
	fprintf(file, "exit %d\n", status);
	for (size_t i = 0; i < twin->n_findings; i++)
		fprintf(file, "%s\n", twin->findings[i]);
	finish(file, twin);
}

/* ---- Lines ---- */

/* What follows "word:" at the begin of the line, or NULL. */
static const char *
after(const char *line, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(line, word, length) != 0 || line[length] != ':')
		return NULL;
	line += length + 1;
	return line + strspn(line, " ");
}

static void
command(struct case_zone *zone, const struct twin *twin, const char *line)
{
	char where[256];

	snprintf(where, sizeof(where), "%s/%s", twin->recipe->id, twin->name);
	if (!case_zone_command(zone, line, where))
		die(where, line);
}

static void
extra_file(const struct twin *twin, const char *rest)
{
	char name[64];
	int end = 0;
	FILE *file;

	if (sscanf(rest, "%63s %n", name, &end) != 1)
		die(twin->recipe->id, rest);
	file = create(twin, name);
	fprintf(file, "%s\n", rest + end);
	finish(file, twin);
}

/* The zone before, one day older. */
static struct case_zone *
previous_of(struct twin *twin)
{
	if (twin->previous == NULL) {
		twin->previous = case_zone_new();
		command(twin->previous, twin, "soa serial=2026053100");
	}
	return twin->previous;
}

static struct case_zone *
registry_of(struct twin *twin)
{
	if (twin->registry == NULL) {
		twin->registry = case_zone_new();
		command(twin->registry, twin, "never-sign");
	}
	return twin->registry;
}

static void
do_line(struct twin *twin, const char *line)
{
	const char *rest;

	if ((rest = after(line, "fires")) != NULL || (rest = after(line, "passes")) != NULL) {
		if (after(line, twin->name) == NULL)
			return;
		line = rest;
	}
	if ((rest = after(line, "previous")) != NULL) {
		if (*rest != '\0')
			command(previous_of(twin), twin, rest);
		else
			(void)previous_of(twin);
	} else if ((rest = after(line, "unsigned")) != NULL) {
		if (*rest != '\0')
			command(registry_of(twin), twin, rest);
		else
			(void)registry_of(twin);
	} else if ((rest = after(line, "ds")) != NULL) {
		twin->ds[twin->n_ds++] = rest;
	} else if (strcmp(line, "no-ds") == 0) {
		twin->no_ds = true;
	} else if ((rest = after(line, "policy")) != NULL) {
		twin->policy[twin->n_policy++] = rest;
	} else if ((rest = after(line, "args")) != NULL) {
		twin->args = rest;
	} else if ((rest = after(line, "file")) != NULL) {
		extra_file(twin, rest);
	} else if ((rest = after(line, "finds")) != NULL) {
		if (twin->n_findings == FINDINGS_MAX)
			die(twin->recipe->id, "too many findings");
		twin->findings[twin->n_findings++] = rest;
	} else {
		command(twin->zone, twin, line);
	}
}

static void
make_folder(const char *path)
{
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		die(path, strerror(errno));
}

static void
build_twin(const struct recipe *recipe, const char *name, const char *root)
{
	struct twin twin = {.recipe = recipe, .name = name, .zone = case_zone_new()};
	char own[sizeof(recipe->severity) + sizeof(recipe->id) + 1];

	snprintf(twin.folder, sizeof(twin.folder), "%s/%s", root, recipe->id);
	make_folder(twin.folder);
	snprintf(twin.folder, sizeof(twin.folder), "%s/%s/%s", root, recipe->id, name);
	make_folder(twin.folder);
	for (size_t i = 0; i < recipe->n; i++)
		do_line(&twin, recipe->lines[i]);
	snprintf(own, sizeof(own), "%s %s", recipe->severity, recipe->id);
	if (strcmp(name, "fires") == 0 && strcmp(recipe->severity, "-") != 0)
		twin.findings[twin.n_findings++] = own;
	write_zone(&twin, "zone", twin.zone);
	write_zone(&twin, "previous", twin.previous);
	write_zone(&twin, "unsigned", twin.registry);
	write_ds(&twin);
	write_policy(&twin);
	write_args(&twin);
	write_expect(&twin);
	case_zone_free(twin.zone);
	case_zone_free(twin.previous);
	case_zone_free(twin.registry);
}

static void
build_case(struct recipe *recipe, const char *root, const char *only)
{
	if (recipe->id[0] != '\0' && (only == NULL || strcmp(only, recipe->id) == 0)) {
		build_twin(recipe, "fires", root);
		build_twin(recipe, "passes", root);
	}
	for (size_t i = 0; i < recipe->n; i++)
		free(recipe->lines[i]);
	recipe->n = 0;
}

static void
build_all(FILE *recipes, const char *root, const char *only)
{
	struct recipe recipe = {.n = 0};
	char text[TEXT_MAX];

	while (fgets(text, sizeof(text), recipes) != NULL) {
		const char *line = text + strspn(text, " \t");

		text[strcspn(text, "\n")] = '\0';
		if (*line == '\0' || *line == '#')
			continue;
		if (strncmp(text, "case ", 5) == 0) {
			build_case(&recipe, root, only);
			if (sscanf(text, "case %15s %63s", recipe.severity, recipe.id) != 2)
				die(text, "not 'case SEVERITY ID'");
		} else if (recipe.n == LINES_MAX) {
			die(recipe.id, "too many lines");
		} else {
			recipe.lines[recipe.n++] = strdup(line);
		}
	}
	build_case(&recipe, root, only);
}

int
main(int argc, char **argv)
{
	FILE *recipes;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: build RECIPES FOLDER [CHECK-ID]\n");
		return 2;
	}
	recipes = fopen(argv[1], "r");
	if (recipes == NULL)
		die(argv[1], strerror(errno));
	build_all(recipes, argv[2], argv[3]);
	fclose(recipes);
	return 0;
}
