/* One value of a configuration: text to memory. */
#include "policy/config_value.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "dns/name.h"

static zg_status
refuse(char why[POLICY_WHY_MAX], const char *text)
{
	(void)snprintf(why, POLICY_WHY_MAX, "%s", text);
	return ZG_POLICY;
}

/* Keeps a copy of the first `length` octets at the row's place, or at `place`. */
static zg_status
keep(void *base, size_t place, const char *text, size_t length)
{
	char *copy = strndup(text, length);

	if (copy == NULL)
		return ZG_MEMORY;
	memcpy((char *)base + place, &copy, sizeof(copy));
	return ZG_OK;
}

/* A duration or number, with the words and bounds that policies have for them. */
static zg_status
integer_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	const struct policy_row value = {
	    .path = row->path,
	    .kind = row->kind == CONFIG_DURATION ? POLICY_DURATION : POLICY_NUMBER,
	    .min = row->min,
	    .max = row->max,
	    .place = row->place,
	    .size = row->size,
	};

	return policy_value_read(&value, text, base, why);
}

/* An identifier as policies have them: approvers are named in both. */
static zg_status
identifier_read(
    const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	const struct policy_row value = {
	    .path = row->path, .kind = POLICY_TOKEN, .size = POLICY_ID_MAX};
	char id[POLICY_ID_MAX];
	zg_status status = policy_value_read(&value, text, id, why);

	return status == ZG_OK ? keep(base, row->place, id, strlen(id)) : status;
}

/* Three or four octal digits. Who may write the file may publish what was never checked. */
static zg_status
mode_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	size_t length = strlen(text);
	unsigned mode = 0;
	mode_t value;

	if (length < 3 || length > 4 || strspn(text, "01234567") != length)
		return refuse(why, "not three or four octal digits such as 0644");
	for (; *text != '\0'; text++)
		mode = mode << 3 | (unsigned)(*text - '0');
	if (mode > 0777)
		return refuse(why, "only permission bits may be set");
	if ((mode & S_IRUSR) == 0)
		return refuse(why, "its owner could not read it");
	if ((mode & S_IWOTH) != 0)
		return refuse(why, "others could write it");
	value = (mode_t)mode;
	memcpy((char *)base + row->place, &value, sizeof(value));
	return ZG_OK;
}

/* A name of a user or group: what useradd(8) would take, letter case free. */
static zg_status
account_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	static const char inner[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789.-";
	size_t length = strlen(text);

	if (length == 0 || length > 32 || strchr(letters, text[0]) == NULL ||
	    strspn(text, inner) != length)
		return refuse(why, "not the name of a user or group");
	return keep(base, row->place, text, length);
}

static zg_status
engine_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	static const char *const engines[] = {"nsd", "knot", "cascade", "opendnssec", "bind"};

	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		if (strcmp(engines[i], text) == 0)
			return keep(base, row->place, text, strlen(text));
	}
	return refuse(why, "not nsd, knot, cascade, opendnssec or bind");
}

/* What is a word of a command line and of a log. */
static zg_status
stage_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t length = strlen(text);

	if (length == 0 || length > 63 || strspn(text, letters) != length)
		return refuse(why, "not 1 to 63 letters, digits, '-' and '_'");
	return keep(base, row->place, text, length);
}

static zg_status
answer_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	bool yes = strcmp(text, "yes") == 0;

	if (!yes && strcmp(text, "no") != 0)
		return refuse(why, "not yes or no");
	policy_integer_store(base, row->place, row->size, yes);
	return ZG_OK;
}

const char *
config_zone_text(const char *text, char canonical[NAME_TEXT_MAX])
{
	static const uint8_t root[] = {0};
	uint8_t name[ZG_NAME_MAX];
	const char *why = "not a domain name";

	if (name_from_text_lower(text, strlen(text), root, name, &why) == 0)
		return why;
	(void)name_to_text(name, canonical);
	return NULL;
}

static zg_status
zone_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	char canonical[NAME_TEXT_MAX];
	const char *trouble = config_zone_text(text, canonical);

	if (trouble != NULL)
		return refuse(why, trouble);
	return keep(base, row->place, canonical, strlen(canonical));
}

/* One of the forms that a path has many of, so that two that are equal are seen to be. */
const char *
config_path_trouble(const char *text)
{
	if (text[0] != '/')
		return "not an absolute path";
	if (strlen(text) > CONFIG_PATH_MAX)
		return "the path is too long";
	for (const char *at = text; *at != '\0'; at++) {
		size_t part = strcspn(at + 1, "/");

		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return "a control character in a path";
		if (*at != '/')
			continue;
		if (part == 0)
			return "an empty part in a path";
		if ((part == 1 && at[1] == '.') || (part == 2 && at[1] == '.' && at[2] == '.'))
			return "'.' or '..' in a path";
	}
	return NULL;
}

static zg_status
path_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	const char *trouble = config_path_trouble(text);

	if (trouble != NULL)
		return refuse(why, trouble);
	return keep(base, row->place, text, strlen(text));
}

/* FILE or FILE#NAME, cut at the last '#': names of policies have none, names of files may. */
static zg_status
policy_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	const char *mark = strrchr(text, '#');
	const struct config_row name = {.path = row->path, .place = row->name_place};
	const char *trouble;
	char *path;
	zg_status status;

	status = keep(base, row->place, text, mark == NULL ? strlen(text) : (size_t)(mark - text));
	if (status != ZG_OK)
		return status;
	memcpy(&path, (char *)base + row->place, sizeof(path));
	trouble = config_path_trouble(path);
	if (trouble != NULL)
		return refuse(why, trouble);
	return mark == NULL ? ZG_OK : identifier_read(&name, mark + 1, base, why);
}

/* An address, rewritten in the form that inet_ntop(3) gives it. */
static zg_status
address_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	uint8_t address[sizeof(struct in6_addr)];
	char canonical[INET6_ADDRSTRLEN];

	if (inet_pton(family, text, address) != 1 ||
	    inet_ntop(family, address, canonical, sizeof(canonical)) == NULL)
		return refuse(why, "not an IPv4 or IPv6 address");
	return keep(base, row->place, canonical, strlen(canonical));
}

static zg_status
key_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	static const uint8_t zeros[32];
	uint8_t *key = (uint8_t *)base + row->place;

	if (!base64_read(text, strlen(text), key, 32))
		return refuse(why, "not 32 octets in base64: 43 characters and '='");
	/* What a template has in it. As a point it has a small order: anybody can sign with it. */
	if (memcmp(key, zeros, sizeof(zeros)) == 0)
		return refuse(why, "all zero, which is no key");
	return ZG_OK;
}

/* Appends to a NULL-terminated array. */
static zg_status
argument_read(const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	char **arguments;
	size_t n = 0;

	for (const char *at = text; *at != '\0'; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return refuse(why, "a control character in an argument");
	}
	if (strlen(text) > CONFIG_ARGUMENT_MAX)
		return refuse(why, "an argument is too long");
	memcpy(&arguments, (char *)base + row->place, sizeof(arguments));
	while (arguments != NULL && arguments[n] != NULL)
		n++;
	if (n == 0 && config_path_trouble(text) != NULL)
		return refuse(why, config_path_trouble(text));
	if (n == CONFIG_ARGUMENTS_MAX) {
		(void)snprintf(why, POLICY_WHY_MAX, "more than %d arguments", CONFIG_ARGUMENTS_MAX);
		return ZG_LIMIT;
	}
	if (arguments == NULL) {
		arguments = calloc(CONFIG_ARGUMENTS_MAX + 1, sizeof(*arguments));
		if (arguments == NULL)
			return ZG_MEMORY;
		memcpy((char *)base + row->place, &arguments, sizeof(arguments));
	}
	arguments[n] = strdup(text);
	return arguments[n] == NULL ? ZG_MEMORY : ZG_OK;
}

zg_status
config_value_read(
    const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX])
{
	switch (row->kind) {
	case CONFIG_DURATION:
	case CONFIG_NUMBER:
		return integer_read(row, text, base, why);
	case CONFIG_MODE:
		return mode_read(row, text, base, why);
	case CONFIG_IDENTIFIER:
		return identifier_read(row, text, base, why);
	case CONFIG_ACCOUNT:
		return account_read(row, text, base, why);
	case CONFIG_ENGINE:
		return engine_read(row, text, base, why);
	case CONFIG_STAGE:
		return stage_read(row, text, base, why);
	case CONFIG_ANSWER:
		return answer_read(row, text, base, why);
	case CONFIG_ZONE:
		return zone_read(row, text, base, why);
	case CONFIG_PATH:
		return path_read(row, text, base, why);
	case CONFIG_POLICY:
		return policy_read(row, text, base, why);
	case CONFIG_ADDRESS:
		return address_read(row, text, base, why);
	case CONFIG_KEY:
		return key_read(row, text, base, why);
	case CONFIG_ARGUMENT:
		return argument_read(row, text, base, why);
	default:
		return refuse(why, "takes no text");
	}
}
