/* What validating resolvers make of what the servers of a zone serve. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "observe/observe.h"

/* A question to a resolver, and what it belongs to. */
struct resolved {
	const struct observe_resolver *resolver;
	const struct sample_entry *entry;
};

/* What leads a resolver to the servers of other zones is not asked: a delegation, an alias. NSEC
 * stands beside a CNAME as well, which a resolver that knows it follows all the same. */
static bool
can_be_resolved(const struct sample_entry *entry)
{
	return entry->kind != SAMPLE_REFERRAL && entry->type != RR_NSEC && !entry->is_alias;
}

static size_t
count_questions(const struct observe_resolver *resolvers, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < resolvers[i].sample->n; k++)
			total += can_be_resolved(&resolvers[i].sample->entries[k]);
	}
	return total;
}

static void
questions_fill(
    const struct observe_resolver *resolvers, size_t n, struct ask *asks, struct resolved *resolved)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < resolvers[i].sample->n; k++) {
			const struct sample_entry *entry = &resolvers[i].sample->entries[k];

			if (!can_be_resolved(entry))
				continue;
			asks[at] = (struct ask){.server = resolvers[i].address,
			    .name = entry->name,
			    .type = entry->type,
			    .recurse = true};
			resolved[at] = (struct resolved){&resolvers[i], entry};
			at++;
		}
	}
}

/* --- Answers --- */

static void PRINTF_LIKE(2, 3) fault(const struct resolved *resolved, const char *format, ...)
{
	char name[NAME_TEXT_MAX], type[RR_TYPE_TEXT_MAX], why[256];
	char text[NAME_TEXT_MAX + 320];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	(void)name_to_text(resolved->entry->name, name);
	(void)snprintf(text, sizeof(text), "%s %s: %s", name,
	    rr_type_to_text(resolved->entry->type, type), why);
	observed_fault(resolved->resolver->found, FAULT_VALIDATOR, text);
}

/* "SERVFAIL, extended error 6: validation failure ..." (RFC 8914): the resolver's own words. */
static void
fault_error(const struct resolved *resolved, const struct message *answer)
{
	char rcode[16];

	if (answer->rcode == RCODE_SERVFAIL)
		(void)snprintf(rcode, sizeof(rcode), "SERVFAIL");
	else
		(void)snprintf(rcode, sizeof(rcode), "RCODE %u", answer->rcode);
	if (answer->extended_error == 0)
		fault(resolved, "%s", rcode);
	else
		fault(resolved, "%s, extended error %u%s%s", rcode, answer->extended_error - 1U,
		    answer->extended_text[0] != '\0' ? ": " : "", answer->extended_text);
}

/*
 * Whether a validator has to set AD (RFC 4035 section 3.2.3): all of the answer is signed, or
 * denied with a proof. Not in an opt-out span (RFC 5155 section 9.2), which the synthesis from a
 * wildcard may rest on as well.
 */
static bool
must_be_authentic(const struct sample_entry *entry, const struct message *answer)
{
	size_t n;

	(void)message_section(answer, SECTION_ANSWER, &n);
	if (entry->kind == SAMPLE_RRSET)
		return n > 0;
	return entry->kind != SAMPLE_WILDCARD && entry->is_denied;
}

static void
judge(const struct resolved *resolved, const struct ask *ask)
{
	const struct message *answer = ask->answer;
	struct observed_server *found = resolved->resolver->found;

	found->n_resolved++;
	if (ask->outcome != ASK_ANSWERED) {
		fault(resolved, "%s", ask->why);
		return;
	}
	if (answer->rcode != RCODE_NOERROR && answer->rcode != RCODE_NXDOMAIN) {
		fault_error(resolved, answer);
		return;
	}
	found->n_authentic += answer->authentic;
	if (!answer->authentic && must_be_authentic(resolved->entry, answer))
		fault(resolved, "an answer without AD: it was not validated");
}

zg_status
observe_resolvers(const struct observe_resolver *resolvers, size_t n,
    const struct ask_limits *limits, struct zg_error *error)
{
	size_t total = count_questions(resolvers, n);
	struct ask *asks = calloc(total + 1, sizeof(*asks));
	struct resolved *resolved = calloc(total + 1, sizeof(*resolved));
	zg_status status;

	if (asks == NULL || resolved == NULL) {
		status = error_set(error, ZG_MEMORY, "out of memory");
	} else {
		questions_fill(resolvers, n, asks, resolved);
		status = asks_run(asks, total, limits, error);
	}
	for (size_t i = 0; i < total && status == ZG_OK; i++)
		judge(&resolved[i], &asks[i]);
	if (asks != NULL)
		asks_clear(asks, total);
	free(asks);
	free(resolved);
	return status;
}
