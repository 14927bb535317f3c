/* Negative trust anchors as operators of resolvers write them. */
#include "report/resolver_lines.h"

#include "base/plain_name.h"

/* What failed before is flushed as well where a resolver remembers it. In what a line is written:
 * %N becomes the name, %L the same for Lua, %R the reason, %T the lifetime. The reason is text of
 * ours, without quotes. */
static const struct {
	const char *software, *lines[RESOLVER_USES], *note;
} resolvers[RESOLVERS] = {
    {"Unbound",
	{"server:\n\tdomain-insecure: \"%N\"\n",
	    "unbound-control insecure_add '%N'\nunbound-control flush_zone '%N'\n",
	    "unbound-control insecure_remove '%N'\nunbound-control flush_zone '%N'\n"},
	"It does not expire: remove it by hand, and from the configuration as well."},
    {"BIND",
	{"validate-except { \"%N\"; };\n", "rndc nta -lifetime %T '%N'\n",
	    "rndc nta -remove '%N'\nrndc flushtree '%N'\n"},
	"Set by rndc it expires by itself, earlier when the SOA validates again; validate-except, "
	"which stands within options, stays until it is taken out."},
    {"Knot Resolver",
	{"trust_anchors.set_insecure({ '%L' })\n", "trust_anchors.set_insecure({ '%L' })\n",
	    "trust_anchors.set_insecure({})\ncache.clear('%L')\n"},
	"set_insecure replaces the whole list: add the names that yours has. It does not expire."},
    {"PowerDNS Recursor",
	{"addNTA(\"%L\", \"%R\")\n",
	    "rec_control add-nta '%N' '%R'\nrec_control wipe-cache '%N$'\n",
	    "rec_control clear-nta '%N'\nrec_control wipe-cache '%N$'\n"},
	"It does not expire: remove it by hand, and from the Lua configuration as well."},
};

static void
line_write(struct text_writer *out, const char *form, const char *zone, const char *reason)
{
	for (; *form != '\0'; form++) {
		if (*form != '%') {
			text_add_bytes(out, form, 1);
			continue;
		}
		form++;
		if (*form == 'N')
			plain_name_add(out, zone);
		else if (*form == 'L')
			plain_name_add_lua(out, zone);
		else if (*form == 'R')
			text_add(out, reason);
		else
			text_printf(out, "%d", ANCHOR_LIFETIME);
	}
}

zg_status
resolver_texts_make(const char *zone, const char *reason, struct resolver_text texts[RESOLVERS])
{
	bool failed = false;

	for (size_t i = 0; i < RESOLVERS; i++) {
		texts[i] = (struct resolver_text){
		    .software = resolvers[i].software, .note = resolvers[i].note};
		for (size_t use = 0; use < RESOLVER_USES; use++) {
			line_write(&texts[i].lines[use], resolvers[i].lines[use], zone, reason);
			failed = failed || texts[i].lines[use].failed;
		}
	}
	return failed ? ZG_MEMORY : ZG_OK;
}

void
resolver_texts_clear(struct resolver_text texts[RESOLVERS])
{
	for (size_t i = 0; i < RESOLVERS; i++) {
		for (size_t use = 0; use < RESOLVER_USES; use++)
			text_writer_clear(&texts[i].lines[use]);
	}
}
