/* Approvals against the findings of one candidate. */
#include "gate/acceptance.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/text_writer.h"
#include "facts/past.h"
#include "gate/finding_facts.h"

void
acceptance_wants(const zg_policy *policy, bool repair, bool wanted[CHECK_ROWS_MAX])
{
	for (size_t row = 0; row < check_table_rows; row++)
		wanted[row] = (repair && check_table[row].repairable) ||
			      check_table[row].former_rules ||
			      (!check_table[row].customer &&
				  quorum_may_accept(policy_severity_at(policy, row),
				      check_table[row].public.floor));
}

void
acceptance_free(struct acceptance *acceptance)
{
	if (acceptance == NULL)
		return;
	for (size_t row = 0; row < CHECK_ROWS_MAX; row++)
		finding_facts_clear(&acceptance->facts[row]);
	for (size_t i = 0; i < acceptance->n_approvals; i++)
		approval_free(acceptance->approvals[i]);
	free(acceptance->covering);
	free(acceptance->zone);
	free(acceptance->policy_digest);
	free(acceptance->former_policy_digest);
	free(acceptance->installation);
	free(acceptance);
}

static bool
copy_digest(char to[DIGEST_TEXT_SIZE], const char *from)
{
	size_t length = from == NULL ? 0 : strlen(from);

	if (length >= DIGEST_TEXT_SIZE)
		return false;
	if (length > 0)
		memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

/* Approvals under the policy count, also those that were given before another version came. */
static bool
take_former_digest(struct acceptance *acceptance, const struct past_facts *past)
{
	if (past == NULL || !past->same_policy)
		return true;
	acceptance->former_policy_digest = strdup(past->policy_digest);
	acceptance->subject.former_policy_digest = acceptance->former_policy_digest;
	return acceptance->former_policy_digest != NULL;
}

/* What the approvals have to be bound to. */
static zg_status
make_subject(struct acceptance *acceptance, const struct acceptance_inputs *inputs)
{
	const struct change_facts *change = inputs->facts->change;
	struct approval_subject *subject = &acceptance->subject;

	acceptance->installation = strdup(inputs->inputs->installation);
	acceptance->zone = strdup(inputs->zone);
	acceptance->policy_digest = strdup(inputs->policy_digest);
	if (acceptance->installation == NULL || acceptance->zone == NULL ||
	    acceptance->policy_digest == NULL ||
	    !take_former_digest(acceptance, inputs->facts->past) ||
	    !copy_digest(subject->digest, inputs->digest))
		return ZG_MEMORY;
	/* As the configuration and the history have it, whatever the case of the SOA's owner. */
	for (char *at = acceptance->zone; *at != '\0'; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	}
	subject->installation = acceptance->installation;
	subject->zone = acceptance->zone;
	subject->policy_digest = acceptance->policy_digest;
	subject->serial = inputs->facts->soa.serial;
	subject->now = inputs->inputs->now;
	subject->expires = policy_release(inputs->policy)->approval.expires;
	if (change != NULL && change->had_soa) {
		_Static_assert(
		    HEX_TEXT_SIZE(sizeof(change->digest)) == DIGEST_TEXT_SIZE, "SHA-384");
		hex_write(change->digest, sizeof(change->digest), subject->base_digest);
		subject->base_serial = change->soa.serial;
	}
	return ZG_OK;
}

/* The facts of every finding that people have a say in. */
static zg_status
make_facts(struct acceptance *acceptance, const struct acceptance_inputs *inputs)
{
	zg_status status = ZG_OK;

	for (size_t row = 0; row < check_table_rows && status == ZG_OK; row++) {
		const struct check_result *result = &inputs->results[row];
		zg_severity severity = inputs->severities[row];

		if (result->ran && check_result_tally(result)->count > 0 &&
		    quorum_may_accept(severity, check_table[row].public.floor))
			status = finding_facts_make(row, severity == ZG_SEVERITY_REFUSE, result,
			    inputs->facts, &acceptance->facts[row]);
	}
	return status;
}

/* Whose word counted when the release in force passed: a change of the rules is theirs to accept,
 * unless there were too few of them to agree on anything. */
static void
take_former_rules(struct acceptance *acceptance, const struct past_facts *past)
{
	const struct past_rules *rules = past == NULL ? NULL : past->former_rules;

	if (rules == NULL || rules->quorum < 1 || rules->n_approvers < (uint64_t)rules->quorum)
		return;
	for (size_t i = 0; i < rules->n_approvers; i++) {
		struct zg_approver *approver = &acceptance->former[acceptance->n_former++];

		approver->id = rules->approvers[i].id;
		memcpy(approver->public_key, rules->approvers[i].public_key,
		    sizeof(approver->public_key));
	}
}

/* The outcome by the approvers of now, of whom the policy names who may approve, and of then. */
static enum zg_approval_outcome
judge(struct acceptance *acceptance, const struct acceptance_inputs *inputs, size_t index)
{
	const struct zg_gate_inputs *from = inputs->inputs;
	const struct approval *approval = acceptance->approvals[index];
	struct quorum_voice *voice = &acceptance->voices[acceptance->n_voices];
	const unsigned char *former_key;
	enum zg_approval_outcome outcome = approval_judge(approval, &acceptance->subject,
				     from->approvers, from->n_approvers, &voice->public_key),
				 former = approval_judge(approval, &acceptance->subject,
				     acceptance->former, acceptance->n_former, &former_key);

	voice->rules = former == ZG_APPROVAL_FORGED ? 0 : QUORUM_FORMER;
	if (outcome != ZG_APPROVAL_FORGED &&
	    policy_names_approver(inputs->policy, approval_by(approval))) {
		voice->rules |= QUORUM_NOW;
	} else {
		outcome = former;
		voice->public_key = former_key;
	}
	if (outcome != ZG_APPROVAL_USED)
		return outcome;
	voice->approval = approval;
	voice->spent = from->approvals[index].spent;
	acceptance->voice_of[acceptance->n_voices++] = index;
	return ZG_APPROVAL_NO_MATCH;
}

static zg_status
judge_all(struct acceptance *acceptance, const struct acceptance_inputs *inputs)
{
	const struct zg_gate_inputs *from = inputs->inputs;

	for (size_t i = 0; i < from->n_approvals; i++) {
		zg_status status = approval_parse(from->approvals[i].text,
		    from->approvals[i].length, &acceptance->approvals[i], NULL);

		acceptance->n_approvals = i + 1;
		if (status == ZG_MEMORY)
			return status;
		acceptance->outcomes[i] =
		    status == ZG_OK ? judge(acceptance, inputs, i) : ZG_APPROVAL_MALFORMED;
	}
	return ZG_OK;
}

/* It would cover the finding if it had not been used. */
static void
note_spent(struct acceptance *acceptance, size_t voice, size_t row)
{
	const struct quorum_voice *of = &acceptance->voices[voice];
	enum zg_approval_outcome *outcome = &acceptance->outcomes[acceptance->voice_of[voice]];

	if (of->spent && *outcome == ZG_APPROVAL_NO_MATCH &&
	    approval_covers(of->approval, &acceptance->subject, false, &acceptance->facts[row]))
		*outcome = ZG_APPROVAL_SPENT;
}

static void
count_row(struct acceptance *acceptance, const struct acceptance_inputs *inputs, size_t row)
{
	bool *covering = acceptance->covering + row * ZG_APPROVALS_MAX;
	bool former = check_table[row].former_rules && acceptance->n_former > 0;
	enum quorum_rules rules = former ? QUORUM_FORMER : QUORUM_NOW;

	acceptance->quorum[row] = former ? inputs->facts->past->former_rules->quorum
					 : policy_release(inputs->policy)->approval.quorum;
	acceptance->n_keys[row] = quorum_count(acceptance->voices, acceptance->n_voices, rules,
	    &acceptance->subject, &acceptance->facts[row], covering);
	acceptance->accepted[row] = quorum_accepts(inputs->severities[row],
	    check_table[row].public.floor, acceptance->n_keys[row], acceptance->quorum[row]);
	for (size_t i = 0; i < acceptance->n_voices; i++) {
		if (covering[i])
			acceptance->outcomes[acceptance->voice_of[i]] = ZG_APPROVAL_USED;
		else if ((acceptance->voices[i].rules & rules) != 0)
			note_spent(acceptance, i, row);
	}
}

static zg_status
accept_rows(struct acceptance *acceptance, const struct acceptance_inputs *inputs)
{
	zg_status status = make_subject(acceptance, inputs);

	if (status == ZG_OK)
		status = make_facts(acceptance, inputs);
	take_former_rules(acceptance, inputs->facts->past);
	if (status == ZG_OK)
		status = judge_all(acceptance, inputs);
	acceptance->covering = calloc((size_t)CHECK_ROWS_MAX * ZG_APPROVALS_MAX, sizeof(bool));
	if (status == ZG_OK && acceptance->covering == NULL)
		status = ZG_MEMORY;
	for (size_t row = 0; row < check_table_rows && status == ZG_OK; row++) {
		if (acceptance->facts[row].id != NULL)
			count_row(acceptance, inputs, row);
	}
	return status;
}

zg_status
acceptance_make(
    const struct acceptance_inputs *inputs, struct acceptance **acceptance, struct zg_error *error)
{
	struct acceptance *made;
	zg_status status;

	*acceptance = NULL;
	if (inputs->inputs->installation == NULL || inputs->zone == NULL ||
	    inputs->policy_digest == NULL || !inputs->facts->has_soa)
		return ZG_OK;
	if (inputs->inputs->n_approvals > ZG_APPROVALS_MAX)
		return error_set(error, ZG_PARAMETER, "more than %d approvals", ZG_APPROVALS_MAX);
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = accept_rows(made, inputs);
	if (status != ZG_OK) {
		acceptance_free(made);
		return error_set(
		    error, status, "%s while judging approvals", zg_status_text(status));
	}
	*acceptance = made;
	return ZG_OK;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the order of their names: that of the files means nothing. */
char *
acceptance_approvers(const struct acceptance *acceptance, size_t row, int64_t *until, bool *failed)
{
	const bool *covering = acceptance->covering + row * ZG_APPROVALS_MAX;
	const char *names[ZG_APPROVALS_MAX];
	struct text_writer text = {.text = NULL};
	size_t n = 0;

	*until = 0;
	for (size_t i = 0; i < acceptance->n_voices; i++) {
		const struct approval *approval = acceptance->voices[i].approval;
		int64_t end = approval_until(approval, &acceptance->subject);

		if (!covering[i])
			continue;
		names[n++] = approval_by(approval);
		if (*until == 0 || end < *until)
			*until = end;
	}
	qsort(names, n, sizeof(names[0]), by_name);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
			text_printf(&text, "%s%s", i > 0 ? ", " : "", names[i]);
	}
	*failed |= text.failed;
	return text.text;
}
