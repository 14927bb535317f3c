/*
 * Makes the zones of the incident cases: for every FOLDER/<name>/case, or those named, the files
 * that its recipe asks for, into OUTPUT/<name>. Keys and times follow from the recipe, so the same
 * recipes give the same files.
 *
 *   build FOLDER OUTPUT [NAME...]
 *
 * How cases are written is said in tests/incidents/README. Of a case this program reads the lines
 * `origin`, `base`, `each`, `zone`, `ds` and `cut`, and what is indented below `each` and `zone`.
 */
#include "case_zone.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "smith_rsa.h"

#define PATH_SIZE 4096
#define LINE_SIZE 2048
#define NAME_SIZE 64
#define ZONES_MAX 24
#define COMMANDS  64
#define KEYS_KEPT 64
#define RSA_BITS  2048

/* A registry: an insecure delegation with glue, one without, three secure ones. TTLs and timers are
 * those of many top-level domains. */
static const char base_tld[] =
    "$TTL 86400\n"
    "@ SOA ns1.nic hostmaster.nic 1 7200 3600 432000 3600\n"
    "@ NS ns1.nic\n"
    "@ NS ns2.example.net.\n"
    "ns1.nic A 192.0.2.1\n"
    "alpha NS ns1.alpha\n"
    "ns1.alpha A 192.0.2.53\n"
    "bravo NS ns1.example.net.\n"
    "bravo DS 4711 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
    "charlie NS ns1.example.net.\n"
    "charlie DS 4712 13 2 10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
    "delta NS ns2.example.net.\n"
    "echo NS ns2.example.net.\n"
    "echo DS 4713 8 2 20112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";

/* An organisation's own zone. */
static const char base_domain[] = "$TTL 3600\n"
				  "@ SOA ns1 hostmaster 1 7200 3600 604800 900\n"
				  "@ NS ns1\n"
				  "@ NS ns2.example.net.\n"
				  "@ MX 10 mail\n"
				  "@ A 192.0.2.80\n"
				  "ns1 A 192.0.2.1\n"
				  "mail A 192.0.2.25\n"
				  "www CNAME @\n";

/* A regional registry's part of the reverse tree. */
static const char base_reverse[] =
    "$TTL 86400\n"
    "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 3600 604800 7200\n"
    "@ NS ns1.example.net.\n"
    "@ NS ns2.example.net.\n"
    "1 NS ns1.example.com.\n"
    "2 NS ns1.example.com.\n"
    "2 DS 4711 8 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
    "3 NS ns2.example.com.\n";

/* Nothing but an apex. */
static const char base_apex[] = "$TTL 86400\n"
				"@ SOA ns1.nic hostmaster.nic 1 7200 3600 432000 3600\n"
				"@ NS ns1.nic\n"
				"@ NS ns2.example.net.\n"
				"ns1.nic A 192.0.2.1\n";

static const struct {
	const char *name, *records;
} bases[] = {
    {"tld", base_tld}, {"domain", base_domain}, {"reverse", base_reverse}, {"apex", base_apex}};

static _Noreturn void
die(const char *where, const char *what)
{
	fprintf(stderr, "build: %s: %s\n", where, what);
	exit(EXIT_FAILURE);
}

/* ---- Keys: RSA ones take long to make, so all cases share them ---- */

struct kept_key {
	char line[LINE_SIZE];
	struct smith_key *key;
};

struct keys {
	struct kept_key kept[KEYS_KEPT];
	size_t n;
};

/* The number behind "name=" in a line, or `otherwise`. */
static int
number_in(const char *line, const char *name, int otherwise)
{
	const char *at = strstr(line, name);

	return at == NULL ? otherwise : atoi(at + strlen(name));
}

static struct smith_key *
key_make(const char *line, const char *where)
{
	char label[NAME_SIZE];
	int algorithm, flags;

	if (sscanf(line, "key %63s %d %d", label, &algorithm, &flags) != 3)
		die(where, line);
	if (algorithm == 5 || algorithm == 7 || algorithm == 8 || algorithm == 10)
		return smith_rsa_make(CASE_ORIGIN, (uint8_t)algorithm, (uint16_t)flags,
		    (unsigned)number_in(line, "bits=", RSA_BITS), label,
		    number_in(line, "tag=", SMITH_NATURAL));
	return smith_key_make(CASE_ORIGIN, (uint8_t)algorithm, (uint16_t)flags, 0, label);
}

static const struct smith_key *
key_keep(struct keys *keys, const char *line, const char *where)
{
	struct kept_key *kept;

	for (size_t i = 0; i < keys->n; i++)
		if (strcmp(keys->kept[i].line, line) == 0)
			return keys->kept[i].key;
	if (keys->n == KEYS_KEPT)
		die(where, "too many keys");
	kept = &keys->kept[keys->n++];
	snprintf(kept->line, sizeof(kept->line), "%s", line);
	kept->key = key_make(line, where);
	return kept->key;
}

static void
keys_clear(struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		smith_key_free(keys->kept[i].key);
}

/* key LABEL ALGORITHM FLAGS [bits=N] [tag=N] [idle] [hidden] */
static void
add_key(struct keys *keys, struct case_zone *zone, const char *origin, const char *line,
    const char *where)
{
	char plain[LINE_SIZE], *idle, *hidden;
	struct smith_key *key;

	snprintf(plain, sizeof(plain), "%s", line);
	idle = strstr(plain, " idle");
	hidden = strstr(plain, " hidden");
	if (idle != NULL)
		*idle = '\0';
	if (hidden != NULL)
		*hidden = '\0';
	key = smith_key_copy(key_keep(keys, plain, where));
	ldns_rdf_deep_free(ldns_rr_owner(key->dnskey));
	ldns_rr_set_owner(key->dnskey, ldns_dname_new_frm_str(origin));
	case_zone_add_key(zone, key, hidden == NULL, idle == NULL);
}

/* ---- One case while it is made ---- */

struct made_zone {
	char name[NAME_SIZE];
	struct case_zone *zone;
};

struct incident {
	const char *name;
	char folder[PATH_SIZE]; /* where its files go */
	char origin[NAME_SIZE];
	const char *base; /* records */
	char *each[COMMANDS];
	size_t n_each;
	bool in_each; /* indented lines belong to `each` */
	struct made_zone zones[ZONES_MAX];
	size_t n_zones;
	struct keys *keys; /* borrowed */
};

static FILE *
create(const struct incident *incident, const char *name, const char *suffix)
{
	char path[PATH_SIZE + 2 * NAME_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s%s", incident->folder, name, suffix);
	file = fopen(path, "w");
	if (file == NULL)
		die(path, strerror(errno));
	return file;
}

static void
finish(FILE *file, const struct incident *incident)
{
	if (ferror(file) || fclose(file) != 0)
		die(incident->folder, "cannot be written");
}

/* delegations FIRST LAST HOST: insecure ones, without glue, with numbers for names. */
static void
add_delegations(struct case_zone *zone, const char *line, const char *where)
{
	char host[NAME_SIZE], command[LINE_SIZE];
	int first, last;

	if (sscanf(line, "delegations %d %d %63s", &first, &last, host) != 3)
		die(where, line);
	for (int i = first; i <= last; i++) {
		snprintf(command, sizeof(command), "with d%03d 86400 NS %s", i, host);
		case_zone_command(zone, command, where);
	}
}

static void
run_command(struct incident *incident, struct made_zone *made, const char *line)
{
	char where[2 * NAME_SIZE];

	snprintf(where, sizeof(where), "%.63s/%.60s", incident->name, made->name);
	if (strncmp(line, "key ", 4) == 0)
		add_key(incident->keys, made->zone, incident->origin, line, where);
	else if (strncmp(line, "delegations ", 12) == 0)
		add_delegations(made->zone, line, where);
	else if (!case_zone_command(made->zone, line, where))
		die(where, line);
}

/* zone NAME: begins one, with the commands that each zone has. */
static void
begin_zone(struct incident *incident, const char *name)
{
	struct made_zone *made = &incident->zones[incident->n_zones];

	if (incident->n_zones++ == ZONES_MAX || incident->base == NULL)
		die(incident->name, "too many zones, or no base");
	snprintf(made->name, sizeof(made->name), "%s", name);
	made->zone = case_zone_from(incident->origin, incident->base);
	incident->in_each = false;
	for (size_t i = 0; i < incident->n_each; i++)
		run_command(incident, made, incident->each[i]);
}

static struct made_zone *
find_zone(struct incident *incident, const char *name)
{
	for (size_t i = 0; i < incident->n_zones; i++)
		if (strcmp(incident->zones[i].name, name) == 0)
			return &incident->zones[i];
	die(incident->name, name);
}

/* The text of a zone with its SOA record first, as signers write it. */
static char *
zone_text(struct case_zone *zone)
{
	char *text = case_zone_text(zone), *soa = strstr(text, "\tSOA\t"), *line;
	size_t before, length;

	if (soa == NULL)
		return text;
	while (soa > text && soa[-1] != '\n')
		soa--;
	before = (size_t)(soa - text);
	length = strcspn(soa, "\n") + 1;
	line = strndup(soa, length);
	memmove(text + length, text, before);
	memcpy(text, line, length);
	free(line);
	return text;
}

/* ds NAME ZONE [KEY DIGEST-TYPE]...: the file NAME.ds, of keys of that zone; none: an empty set. */
static void
write_ds(struct incident *incident, const char *line)
{
	char name[NAME_SIZE], zone_name[NAME_SIZE], label[NAME_SIZE];
	struct made_zone *made;
	int type, used = 0, more;
	FILE *file;

	if (sscanf(line, "%63s %63s%n", name, zone_name, &used) != 2)
		die(incident->name, line);
	made = find_zone(incident, zone_name);
	file = create(incident, name, ".ds");
	for (line += used; sscanf(line, "%63s %d%n", label, &type, &more) == 2; line += more) {
		ldns_rr *ds =
		    smith_ds(case_zone_key(made->zone, label)->dnskey, (uint8_t)type, 86400);
		char *text = ldns_rr2str(ds);

		fputs(text, file);
		free(text);
		ldns_rr_free(ds);
	}
	finish(file, incident);
}

/* cut NAME ZONE PERCENT: the file NAME.zone with the first lines of the other, so many percent. */
static void
write_cut(struct incident *incident, const char *line)
{
	char name[NAME_SIZE], zone_name[NAME_SIZE], *text;
	int percent;
	size_t length;
	FILE *file;

	if (sscanf(line, "%63s %63s %d", name, zone_name, &percent) != 3)
		die(incident->name, line);
	text = zone_text(find_zone(incident, zone_name)->zone);
	length = strlen(text) * (size_t)percent / 100;
	while (length > 0 && text[length - 1] != '\n')
		length--;
	file = create(incident, name, ".zone");
	fwrite(text, 1, length, file);
	free(text);
	finish(file, incident);
}

static void
write_zones(struct incident *incident)
{
	for (size_t i = 0; i < incident->n_zones; i++) {
		FILE *file = create(incident, incident->zones[i].name, ".zone");
		char *text = zone_text(incident->zones[i].zone);

		fputs(text, file);
		free(text);
		finish(file, incident);
		case_zone_free(incident->zones[i].zone);
	}
}

/* ---- Lines ---- */

/* What follows the word at the begin of a line, or NULL. */
static const char *
after(const char *line, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(line, word, length) != 0 || (line[length] != ' ' && line[length] != '\0'))
		return NULL;
	line += length;
	return line + strspn(line, " ");
}

static void
set_base(struct incident *incident, const char *name)
{
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if (strcmp(bases[i].name, name) == 0)
			incident->base = bases[i].records;
	if (incident->base == NULL)
		die(incident->name, name);
}

static void
indented_line(struct incident *incident, const char *line)
{
	if (incident->in_each) {
		if (incident->n_each == COMMANDS)
			die(incident->name, "too many commands");
		incident->each[incident->n_each++] = strdup(line);
	} else if (incident->n_zones > 0) {
		run_command(incident, &incident->zones[incident->n_zones - 1], line);
	} else {
		die(incident->name, line);
	}
}

static void
do_line(struct incident *incident, const char *line)
{
	const char *rest;

	if (*line == '\t')
		indented_line(incident, line + strspn(line, "\t "));
	else if ((rest = after(line, "origin")) != NULL)
		snprintf(incident->origin, sizeof(incident->origin), "%s", rest);
	else if ((rest = after(line, "base")) != NULL)
		set_base(incident, rest);
	else if (after(line, "each") != NULL)
		incident->in_each = true;
	else if ((rest = after(line, "zone")) != NULL)
		begin_zone(incident, rest);
	else if ((rest = after(line, "ds")) != NULL)
		write_ds(incident, rest);
	else if ((rest = after(line, "cut")) != NULL)
		write_cut(incident, rest);
}

static void
build_case(const char *from, const char *to, const char *name, struct keys *keys)
{
	struct incident incident = {.name = name, .keys = keys};
	char path[PATH_SIZE], line[LINE_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%.2000s/%.200s/case", from, name);
	snprintf(incident.folder, sizeof(incident.folder), "%.2000s/%.200s", to, name);
	if (mkdir(incident.folder, 0755) != 0 && errno != EEXIST)
		die(incident.folder, strerror(errno));
	file = fopen(path, "r");
	if (file == NULL)
		die(path, strerror(errno));
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		do_line(&incident, line);
	}
	fclose(file);
	write_zones(&incident);
	for (size_t i = 0; i < incident.n_each; i++)
		free(incident.each[i]);
}

/* ---- All ---- */

/* Folders that hold a case, in order. */
static int
is_case(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strchr(entry->d_name, '-') != NULL;
}

int
main(int argc, char **argv)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	struct dirent **entries;
	int n;

	if (argc < 3 || keys == NULL) {
		fprintf(stderr, "usage: build FOLDER OUTPUT [NAME...]\n");
		return 2;
	}
	for (int i = 3; i < argc; i++)
		build_case(argv[1], argv[2], argv[i], keys);
	if (argc > 3)
		n = 0;
	else if ((n = scandir(argv[1], &entries, is_case, alphasort)) < 0)
		die(argv[1], strerror(errno));
	for (int i = 0; i < n; i++) {
		build_case(argv[1], argv[2], entries[i]->d_name, keys);
		free(entries[i]);
	}
	if (argc == 3)
		free(entries);
	keys_clear(keys);
	free(keys);
	return 0;
}
