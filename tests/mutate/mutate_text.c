/* Damage to the text, and other lawful ways of writing the same zone (RFC 1035 section 5.1). */
#include "mutate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Mutants of each kind that differ by chance only. */
#define FEW 3

size_t
count_few(const struct base *base)
{
	(void)base;
	return FEW;
}

size_t
count_records(const struct base *base)
{
	return base->zone->n;
}

/* ---- A text that was cut ---- */

/* Does it matter when this record and all after it are missing? Insecure delegations under opt-out
 * and glue leave no trace. */
static bool
loss_shows(const struct base *base, size_t from)
{
	const struct smith_zone *zone = base->zone;

	for (size_t i = from; i < zone->n; i++) {
		const ldns_rdf *owner = ldns_rr_owner(zone->rrs[i]);
		ldns_rr_type type = ldns_rr_get_type(zone->rrs[i]);

		if (type == LDNS_RR_TYPE_RRSIG || smith_must_be_signed(zone, owner, type))
			return true;
	}
	return false;
}

bool
cut_between(struct mutant *mutant)
{
	if (mutant->index == 0 || !loss_shows(mutant->base, mutant->index))
		return false;
	say_more(mutant, "after %zu of %zu records", mutant->index, mutant->zone->n);
	while (mutant->zone->n > mutant->index)
		smith_remove(mutant->zone, mutant->zone->n - 1);
	mutant->keep_zonemd = true;
	return true;
}

/* Inside the entry of record `index`: somewhere after its type, so that text remains that is no
 * whole record, or one with less RDATA. */
bool
cut_inside(struct mutant *mutant)
{
	char *line;
	size_t length, begin, at;

	if (!loss_shows(mutant->base, mutant->index))
		return false;
	line = ldns_rr2str(mutant->zone->rrs[mutant->index]);
	begin = strcspn(line, "\t");
	at = begin + 1 + draw(mutant, strlen(line) - begin - 3);
	say(mutant, ldns_rr_owner(mutant->zone->rrs[mutant->index]),
	    ldns_rr_get_type(mutant->zone->rrs[mutant->index]));
	say_more(mutant, ", after %zu of %zu octets", at, strlen(line));
	while (mutant->zone->n > mutant->index)
		smith_remove(mutant->zone, mutant->zone->n - 1);
	mutant->text = smith_zone_text(mutant->zone, &length);
	mutant->text = realloc(mutant->text, length + at + 1);
	memcpy(mutant->text + length, line, at);
	mutant->text[length + at] = '\0';
	free(line);
	return true;
}

/* ---- The same zone, written otherwise ---- */

static void
swap(struct smith_zone *zone, size_t a, size_t b)
{
	ldns_rr *rr = zone->rrs[a];

	zone->rrs[a] = zone->rrs[b];
	zone->rrs[b] = rr;
}

bool
lawful_shuffled(struct mutant *mutant)
{
	for (size_t i = mutant->zone->n; i > 1; i--)
		swap(mutant->zone, i - 1, draw(mutant, i));
	return true;
}

bool
lawful_reversed(struct mutant *mutant)
{
	for (size_t i = 0; i < mutant->zone->n / 2; i++)
		swap(mutant->zone, i, mutant->zone->n - 1 - i);
	return true;
}

static void
random_case(struct mutant *mutant, uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isalpha(octets[i]) && draw(mutant, 2) == 0)
			octets[i] ^= 0x20;
}

/* Changes letters, never the octets that hold lengths: those are below 'A'. */
static void
random_name_case(struct mutant *mutant, ldns_rdf *name)
{
	random_case(mutant, ldns_rdf_data(name), ldns_rdf_size(name));
}

bool
lawful_owner_case(struct mutant *mutant)
{
	for (size_t i = 0; i < mutant->zone->n; i++)
		random_name_case(mutant, ldns_rr_owner(mutant->zone->rrs[i]));
	return true;
}

/* Names in the RDATA of these types are folded before they are signed (RFC 4034 section 6.2 with
 * RFC 6840 section 5.1, which takes NSEC out). */
static bool
is_folded(ldns_rr_type type)
{
	switch (type) {
	case LDNS_RR_TYPE_NS:
	case LDNS_RR_TYPE_CNAME:
	case LDNS_RR_TYPE_SOA:
	case LDNS_RR_TYPE_PTR:
	case LDNS_RR_TYPE_MX:
	case LDNS_RR_TYPE_SRV:
	case LDNS_RR_TYPE_DNAME:
	case LDNS_RR_TYPE_RRSIG:
		return true;
	default:
		return false;
	}
}

bool
lawful_rdata_case(struct mutant *mutant)
{
	for (size_t i = 0; i < mutant->zone->n; i++) {
		ldns_rr *rr = mutant->zone->rrs[i];

		for (size_t k = 0; k < ldns_rr_rd_count(rr); k++)
			if (is_folded(ldns_rr_get_type(rr)) &&
			    ldns_rdf_get_type(ldns_rr_rdf(rr, k)) == LDNS_RDF_TYPE_DNAME)
				random_name_case(mutant, ldns_rr_rdf(rr, k));
	}
	return true;
}

/* The fields of one entry as ldns prints it. */
struct entry {
	char *owner, *ttl, *class, *type, *rdata;
};

/* ldns adds a comment to keys: " ;{id = ...". */
static void
cut_comment(char *rdata)
{
	char *comment = strstr(rdata, " ;{");

	if (comment != NULL)
		*comment = '\0';
}

typedef void (*entry_style)(struct mutant *mutant, FILE *out, const struct entry *entry);

/* Writes the zone with one entry after the other in the style. */
static bool
write_as(struct mutant *mutant, const char *head, entry_style style)
{
	size_t size = 0;
	FILE *out = open_memstream(&mutant->text, &size);

	if (out == NULL)
		abort();
	fputs(head, out);
	for (size_t i = 0; i < mutant->zone->n; i++) {
		char *line = ldns_rr2str(mutant->zone->rrs[i]), *rest = line;
		struct entry entry;

		entry.owner = strsep(&rest, "\t");
		entry.ttl = strsep(&rest, "\t");
		entry.class = strsep(&rest, "\t");
		entry.type = strsep(&rest, "\t");
		entry.rdata = strsep(&rest, "\n");
		cut_comment(entry.rdata);
		style(mutant, out, &entry);
		free(line);
	}
	fclose(out);
	return true;
}

static void
ttl_units(struct mutant *mutant, FILE *out, const struct entry *entry)
{
	unsigned long ttl = strtoul(entry->ttl, NULL, 10);

	(void)mutant;
	fprintf(out, "%s %luh%lum%luS IN %s %s\n", entry->owner, ttl / 3600, ttl / 60 % 60,
	    ttl % 60, entry->type, entry->rdata);
}

bool
lawful_ttl_units(struct mutant *mutant)
{
	return write_as(mutant, "", ttl_units);
}

/* Class before the TTL, after it, or left out, and letters of the type in any case. */
static void
class_anywhere(struct mutant *mutant, FILE *out, const struct entry *entry)
{
	random_case(mutant, (uint8_t *)entry->type, strlen(entry->type));
	switch (draw(mutant, 3)) {
	case 0:
		fprintf(
		    out, "%s IN %s %s %s\n", entry->owner, entry->ttl, entry->type, entry->rdata);
		break;
	case 1:
		fprintf(
		    out, "%s %s in %s %s\n", entry->owner, entry->ttl, entry->type, entry->rdata);
		break;
	default:
		fprintf(out, "%s %s %s %s\n", entry->owner, entry->ttl, entry->type, entry->rdata);
		break;
	}
}

bool
lawful_class_after_ttl(struct mutant *mutant)
{
	return write_as(mutant, "", class_anywhere);
}

/* Relative owners, "@", blank owners, and the TTL left out where it is the default. */
static void
relative(struct mutant *mutant, FILE *out, const struct entry *entry)
{
	size_t length = strlen(entry->owner), tail = strlen("example.");

	if (mutant->name != NULL) {
		char *former = ldns_rdf2str(mutant->name);

		if (strcmp(former, entry->owner) == 0)
			length = 0;
		free(former);
	}
	if (length > tail)
		fprintf(out, "%.*s", (int)(length - tail - 1), entry->owner);
	else if (length == tail)
		fputs("@", out);
	ldns_rdf_deep_free(mutant->name);
	mutant->name = ldns_dname_new_frm_str(entry->owner);
	fprintf(out, "\t%s\t%s %s\n", strcmp(entry->ttl, "3600") == 0 ? "" : entry->ttl,
	    entry->type, entry->rdata);
}

bool
lawful_relative(struct mutant *mutant)
{
	return write_as(mutant, "$ORIGIN example.\n$TTL 1h ; default\n", relative);
}

/* Every field on a line of its own, with comments, in several pairs of parentheses. */
static void
parentheses(struct mutant *mutant, FILE *out, const struct entry *entry)
{
	bool quoted = false;

	(void)mutant;
	fprintf(
	    out, "%s ( %s ; a ) comment (\n\tIN)(\n\n %s ", entry->owner, entry->ttl, entry->type);
	for (const char *at = entry->rdata; *at != '\0'; at++) {
		quoted ^= *at == '"';
		if (*at == ' ' && !quoted)
			fputs(" ; more\n\t", out);
		else
			fputc(*at, out);
	}
	fputs(" )  ; end\n", out);
}

bool
lawful_parentheses(struct mutant *mutant)
{
	return write_as(mutant, "; a comment\n\n   \n", parentheses);
}

/* Every record in the form of RFC 3597: TYPE, \# and hex digits. */
bool
lawful_generic(struct mutant *mutant)
{
	size_t size = 0, length;
	FILE *out = open_memstream(&mutant->text, &size);

	if (out == NULL)
		abort();
	for (size_t i = 0; i < mutant->zone->n; i++) {
		const ldns_rr *rr = mutant->zone->rrs[i];
		char *owner = ldns_rdf2str(ldns_rr_owner(rr));
		uint8_t *rdata = smith_rdata(rr, &length);

		fprintf(out, "%s %u CLASS1 TYPE%u \\# %zu ", owner, ldns_rr_ttl(rr),
		    ldns_rr_get_type(rr), length);
		for (size_t k = 0; k < length; k++)
			fprintf(out, "%02X%s", rdata[k], k % 16 == 15 ? " " : "");
		fputs("\n", out);
		free(owner);
		free(rdata);
	}
	fclose(out);
	return true;
}

static void
carriage_returns(struct mutant *mutant, FILE *out, const struct entry *entry)
{
	(void)mutant;
	fprintf(out, "%s\t%s IN %s %s   \r\n", entry->owner, entry->ttl, entry->type, entry->rdata);
}

static void
no_last_newline(struct mutant *mutant, FILE *out, const struct entry *entry)
{
	(void)mutant;
	fprintf(out, "\n%s %s IN %s %s", entry->owner, entry->ttl, entry->type, entry->rdata);
}

bool
lawful_line_ends(struct mutant *mutant)
{
	return write_as(mutant, "", mutant->index % 2 == 0 ? carriage_returns : no_last_newline);
}
