/* What the result says of approvals, and approvals made of a result. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text_writer.h"
#include "gate/result_private.h"

zg_status
result_judge_approvals(struct made_result *made, const struct result_sources *sources,
    const zg_severity *severities, struct zg_error *error)
{
	struct acceptance_inputs inputs = {.inputs = sources->inputs,
	    .policy = sources->policy,
	    .facts = sources->facts,
	    .results = sources->results,
	    .severities = severities,
	    .zone = made->public.zone,
	    .policy_digest = made->public.policy_digest,
	    .digest = made->public.digest};

	return acceptance_make(&inputs, &made->acceptance, error);
}

bool
result_is_accepted(const struct made_result *made, size_t row)
{
	return made->acceptance != NULL && made->acceptance->accepted[row];
}

void
result_add_approvers(struct made_result *made, struct zg_finding *finding, size_t row)
{
	const struct acceptance *acceptance = made->acceptance;
	char *approvers;

	if (acceptance == NULL || acceptance->facts[row].id == NULL)
		return;
	finding->may_be_accepted = true;
	finding->accepted = acceptance->accepted[row];
	finding->quorum = (size_t)acceptance->quorum[row];
	approvers = acceptance_approvers(acceptance, row, &finding->approved_until, &made->failed);
	if (approvers != NULL)
		finding->approved_by = result_keep(made, approvers);
}

/* Words of a person, as plain ASCII. */
static const char *
keep_escaped(struct made_result *made, const char *words)
{
	struct text_writer text = {.text = NULL};

	text_add(&text, "");
	for (; *words != '\0'; words++) {
		unsigned char octet = (unsigned char)*words;

		if (octet < ' ' || octet > '~' || octet == '\\')
			text_printf(&text, "\\%03u", octet);
		else
			text_add_bytes(&text, words, 1);
	}
	return result_keep(made, text.failed ? NULL : text.text);
}

void
result_add_approvals(struct made_result *made, const struct result_sources *sources)
{
	const struct acceptance *acceptance = made->acceptance;

	if (acceptance == NULL)
		return;
	for (size_t i = 0; i < acceptance->n_approvals; i++) {
		const struct approval *approval = acceptance->approvals[i];
		struct zg_approval_state *state = &made->approvals[i];

		state->name = keep_escaped(made, sources->inputs->approvals[i].name);
		state->outcome = acceptance->outcomes[i];
		if (approval == NULL)
			continue;
		state->by = keep_escaped(made, approval_by(approval));
		state->reason = keep_escaped(made, approval_reason(approval));
		state->until = approval_until(approval, &acceptance->subject);
	}
	made->public.approvals = made->approvals;
	made->public.n_approvals = acceptance->n_approvals;
	made->public.quorum = (size_t)policy_release(sources->policy)->approval.quorum;
}

/* --- Approvals made of a result --- */

/* The facts of a finding that people have a say in, or NULL. */
static const struct finding_facts *
facts_of(const struct acceptance *acceptance, const char *id)
{
	for (size_t row = 0; row < check_table_rows; row++) {
		if (acceptance->facts[row].id != NULL && strcmp(acceptance->facts[row].id, id) == 0)
			return &acceptance->facts[row];
	}
	return NULL;
}

/* Each override is a finding that is there, that refuses, and that may be overridden. */
static zg_status
look_at_overrides(
    const struct made_result *made, const struct zg_approval_wish *wish, struct zg_error *error)
{
	for (size_t i = 0; i < wish->n_overrides; i++) {
		const char *id = wish->overrides[i];
		const struct finding_facts *facts = facts_of(made->acceptance, id);
		bool found = false;

		for (size_t at = 0; at < made->public.n_findings; at++)
			found |= strcmp(made->public.findings[at].check->id, id) == 0;
		if (!found)
			return error_set(
			    error, ZG_PARAMETER, "%.64s: there is no such finding", id);
		if (facts == NULL)
			return error_set(error, ZG_PARAMETER,
			    "%.64s: nobody can override this finding, or nobody has to", id);
		if (!facts->refuses)
			return error_set(error, ZG_PARAMETER,
			    "%.64s: this finding waits for approval: it is no override", id);
	}
	return ZG_OK;
}

static bool
is_wanted(const struct finding_facts *facts, const struct zg_approval_wish *wish)
{
	if (facts->id == NULL)
		return false;
	for (size_t i = 0; i < wish->n_overrides; i++) {
		if (strcmp(wish->overrides[i], facts->id) == 0)
			return true;
	}
	return !facts->refuses;
}

zg_status
zg_approval_make(const struct zg_result *result, const struct zg_approval_wish *wish, char **text,
    size_t *length, struct zg_error *error)
{
	const struct made_result *made = (const struct made_result *)result;
	struct finding_facts wanted[CHECK_ROWS_MAX];
	struct approval_wish of = {.findings = wanted,
	    .by = wish->by,
	    .reason = wish->reason,
	    .from = wish->from,
	    .until = wish->until,
	    .this_candidate_only = wish->this_candidate_only,
	    .headroom = wish->headroom,
	    .nonce = wish->nonce};
	zg_status status;

	*text = NULL;
	if (made->acceptance == NULL)
		return error_set(
		    error, ZG_PARAMETER, "the zone, or the installation, is not known");
	status = look_at_overrides(made, wish, error);
	if (status != ZG_OK)
		return status;
	of.subject = &made->acceptance->subject;
	for (size_t row = 0; row < check_table_rows; row++) {
		if (is_wanted(&made->acceptance->facts[row], wish))
			wanted[of.n_findings++] = made->acceptance->facts[row];
	}
	return approval_make(&of, wish->private_key, text, length, error);
}

void
zg_approval_text_free(char *text)
{
	free(text);
}
