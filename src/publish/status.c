/* The dead-man timer: one function for each thing that can be wrong. */
#include "publish/status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "dns/release_compare.h"
#include "history/history.h"
#include "policy/config.h"
#include "policy/policy.h"
#include "publish/ds_match.h"
#include "publish/parent_log.h"
#include "publish/rollout.h"
#include "publish/transfer_expiry.h"

/* A release that is neither handed over nor given up after this many seconds beyond the time-out of
 * its reload command was stopped half-way. */
#define RELEASE_GRACE 60

/* The log may be this far ahead of the clock: what a step of NTP in good order does. Seconds. */
#define CLOCK_BEHIND_MAX 2

/* --- Levels --- */

const char *
status_level_text(enum status_level level)
{
	static const char *const texts[] = {[STATUS_OK] = "OK",
	    [STATUS_WARNING] = "WARNING",
	    [STATUS_CRITICAL] = "CRITICAL",
	    [STATUS_UNKNOWN] = "UNKNOWN"};

	return level < STATUS_LEVELS ? texts[level] : texts[STATUS_UNKNOWN];
}

enum status_level
status_level_worse(enum status_level a, enum status_level b)
{
	static const unsigned ranks[] = {
	    [STATUS_OK] = 0, [STATUS_WARNING] = 1, [STATUS_UNKNOWN] = 2, [STATUS_CRITICAL] = 3};

	return ranks[a] >= ranks[b] ? a : b;
}

/* Keeps the conditions of a report worst first, in the order in which they came within a level. */
void
status_add(
    struct status_report *report, enum status_level level, const char *id, const char *format, ...)
{
	struct status_condition *conditions = report->conditions;
	size_t at = 0;
	va_list ap;

	for (size_t i = 0; i < report->n_conditions; i++) {
		if (strcmp(conditions[i].id, id) == 0)
			return;
	}
	if (report->n_conditions == STATUS_CONDITIONS_MAX)
		return;
	while (at < report->n_conditions &&
	       status_level_worse(conditions[at].level, level) == conditions[at].level)
		at++;
	memmove(&conditions[at + 1], &conditions[at],
	    (report->n_conditions - at) * sizeof(conditions[0]));
	report->n_conditions++;
	conditions[at].level = level;
	conditions[at].id = id;
	va_start(ap, format);
	(void)vsnprintf(conditions[at].text, sizeof(conditions[at].text), format, ap);
	va_end(ap);
	report->level = status_level_worse(report->level, level);
}

void
status_list_free(struct status_list *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->n; i++)
		free(list->reports[i].stored_report);
	free(list->reports);
	free(list);
}

/* A point in time for people: the time itself, and how far it is from now. */
struct moment {
	char text[UTC_TEXT_MAX + DURATION_TEXT_MAX + 16];
};

static struct moment
moment_of(int64_t at, int64_t now)
{
	struct moment moment;
	char when[UTC_TEXT_MAX], span[DURATION_TEXT_MAX];
	bool ahead = at > now;

	utc_format(at, when);
	duration_format(ahead ? (uint64_t)at - (uint64_t)now : (uint64_t)now - (uint64_t)at, span);
	(void)snprintf(moment.text, sizeof(moment.text), "%s (%s%s%s)", when, ahead ? "in " : "",
	    span, ahead ? "" : " ago");
	return moment;
}

/* --- The release in force --- */

const struct history_candidate *
status_in_force(const struct history_candidate *releases, size_t n_releases)
{
	for (size_t i = 0; i < n_releases; i++) {
		enum candidate_state state = releases[i].state;

		if (state == CANDIDATE_HANDED || state == CANDIDATE_CONFIRMED)
			return &releases[i];
	}
	return NULL;
}

int64_t
status_handed_at(const struct history_candidate *release)
{
	return release->times[CANDIDATE_HANDED] != 0 ? release->times[CANDIDATE_HANDED]
						     : release->times[CANDIDATE_CONFIRMED];
}

/* A duration that the policy may leave open. */
static int64_t
or_zero(int64_t seconds)
{
	return seconds != NOT_SET ? seconds : 0;
}

static int64_t
propagation(const struct status_zone_inputs *inputs)
{
	return or_zero(inputs->values->zone.propagation_delay);
}

static void
describe_release(const struct status_zone_inputs *inputs, const struct history_candidate *release,
    struct status_report *report)
{
	report->has_release = true;
	report->serial = release->facts.serial;
	report->state = candidate_state_text(release->state);
	report->released = status_handed_at(release);
	report->release_by = release_by_of(
	    &release->facts, propagation(inputs), or_zero(inputs->values->signatures.clock_skew));
}

/* By the policy's ReleaseBy: how loud a deadline that comes near is. */
static enum status_level
deadline_level(const struct status_zone_inputs *inputs, int64_t deadline)
{
	int64_t left = deadline - inputs->now;

	if (left <= inputs->policy->release_by.alarm)
		return STATUS_CRITICAL;
	return left <= inputs->policy->release_by.warn ? STATUS_WARNING : STATUS_OK;
}

/* Release-by deadlines: silence of the signer, or of the gate, ends in expired signatures. */
static void
judge_deadlines(const struct status_zone_inputs *inputs, struct status_report *report)
{
	const struct release_by *by = &report->release_by;
	enum status_level level;

	if (by->soft == 0)
		return;
	level = deadline_level(inputs, by->soft);
	if (level != STATUS_OK)
		status_add(report, level, "release-by",
		    "release a zone with newer signatures by %s: after that caches can hold data "
		    "past its signature",
		    moment_of(by->soft, inputs->now).text);
	if (by->hard <= inputs->now)
		status_add(report, STATUS_CRITICAL, "release-by-hard",
		    "since %s servers may hand out signatures that have expired; a candidate that "
		    "breaks nothing beyond that can go out as a repair, by 'zonegate approve' and "
		    "'zonegate release'",
		    moment_of(by->hard, inputs->now).text);
	if (by->secondary <= inputs->now)
		status_add(report, STATUS_WARNING, "release-by-secondary",
		    "a secondary cut off since %s can serve expired signatures before EXPIRE makes "
		    "it stop",
		    moment_of(by->secondary, inputs->now).text);
}

/* Candidates that came after the release in force and did not get out, newest first. */
static const struct history_candidate *
newer_candidate(
    const struct status_zone_inputs *inputs, const struct history_candidate *release, size_t index)
{
	const struct history_candidate *candidate;

	if (index >= inputs->n_candidates)
		return NULL;
	candidate = &inputs->candidates[index];
	return release == NULL || candidate->id > release->id ? candidate : NULL;
}

static bool
was_stopped(const struct history_candidate *candidate)
{
	return candidate->state == CANDIDATE_REFUSED || candidate->state == CANDIDATE_UNDECIDED ||
	       candidate->state == CANDIDATE_HELD;
}

/* Secondaries that are offered a serial and refuse it do not get their timer renewed: they expire
 * with good signatures in hand (DESIGN 9.1). */
static void
judge_transfer(const struct status_zone_inputs *inputs, const struct history_candidate *release,
    struct status_report *report)
{
	struct transfer_expiry expiry;
	enum status_level level;
	char since[UTC_TEXT_MAX];

	if (!inputs->zone->transferred || release == NULL)
		return;
	expiry = transfer_expiry_of(status_handed_at(release), release->facts.refresh,
	    release->facts.expire, inputs->stopped);
	report->transfer_expires = expiry.expires;
	if (expiry.expires == 0)
		return;
	level = deadline_level(inputs, expiry.expires);
	utc_format(expiry.in_step, since);
	if (level != STATUS_OK)
		status_add(report, level, "transfer-expire",
		    "secondaries that refuse what comes after serial %" PRIu32
		    " expire the zone at %s: EXPIRE after %s at %s",
		    release->facts.serial, moment_of(expiry.expires, inputs->now).text,
		    in_step_text(expiry.by), since);
}

/* --- Candidates --- */

/* DESIGN 9.7, .nl 2012: the signer goes by a publication that did not happen, and its clock for the
 * next step of the rollover runs. The newest candidate that could be read says where it stands. */
static void
judge_signer(const struct status_zone_inputs *inputs, const struct history_candidate *release,
    struct status_report *report)
{
	const struct history_candidate *candidate;
	size_t i = 0;

	while ((candidate = newer_candidate(inputs, release, i)) != NULL && !candidate->has_facts)
		i++;
	if (release == NULL || candidate == NULL || !was_stopped(candidate) ||
	    release_keys_same(&candidate->facts, &release->facts))
		return;
	status_add(report, STATUS_CRITICAL, "signer-ahead",
	    "serial %" PRIu32 " was %s and has other keys than serial %" PRIu32
	    " in service: the signer counts time from a publication that did not happen. Stop it, "
	    "then put its key states back or release. BIND: rndc freeze %s, dnssec-settime -s, "
	    "rndc thaw %s. Knot: knotc zone-freeze %s, keymgr %s set, knotc zone-thaw %s. "
	    "OpenDNSSEC: ods-enforcer stop, ods-enforcer key list --verbose --zone %.*s",
	    candidate->facts.serial, candidate_state_text(candidate->state), release->facts.serial,
	    report->zone, report->zone, report->zone, report->zone, report->zone,
	    (int)strlen(report->zone) - 1, report->zone);
}

/* A candidate that passed, and waits for the end of a rollout, not for people. One that a rollout
 * came after had its turn, or was overtaken. */
static bool
is_queued(const struct status_zone_inputs *inputs, const struct history_candidate *candidate,
    struct status_report *report)
{
	const struct rollout *rollout = inputs->rollout;

	if (rollout == NULL || candidate->state != CANDIDATE_HELD ||
	    strncmp(candidate->reason, QUEUED_REASON, strlen(QUEUED_REASON)) != 0)
		return false;
	if (candidate->id < rollout->candidate)
		return true;
	if (!rollout_is_running(rollout))
		return false;
	status_add(report, STATUS_OK, "candidate-queued",
	    "serial %" PRIu32 " is queued, and released when the rollout of serial %" PRIu32
	    " has finished",
	    candidate->facts.serial, rollout->serial);
	return true;
}

/* What the gate stopped since the release: the newest of each kind. */
static void
judge_stopped(const struct status_zone_inputs *inputs, const struct history_candidate *release,
    struct status_report *report)
{
	static const struct {
		enum candidate_state state;
		const char *id, *words;
	} kinds[] = {
	    {CANDIDATE_REFUSED, "candidate-refused", "was refused at"},
	    {CANDIDATE_UNDECIDED, "candidate-undecided", "could not be judged at"},
	    {CANDIDATE_HELD, "candidate-held", "has been held since"},
	};
	const struct history_candidate *candidate;

	for (size_t i = 0; (candidate = newer_candidate(inputs, release, i)) != NULL; i++) {
		if (is_queued(inputs, candidate, report))
			continue;
		report->n_held += candidate->state == CANDIDATE_HELD;
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			if (candidate->state != kinds[k].state)
				continue;
			status_add(report, STATUS_WARNING, kinds[k].id, "serial %" PRIu32 " %s %s",
			    candidate->facts.serial, kinds[k].words,
			    moment_of(candidate->times[candidate->state], inputs->now).text);
		}
	}
}

/* The newest line of the log that says that a reload command failed, unless it is older than
 * `since`. */
static const struct history_line *
reload_failure(const struct status_zone_inputs *inputs, int64_t since)
{
	for (size_t i = 0; i < inputs->n_lines; i++) {
		if (strcmp(inputs->lines[i].kind, LOG_KIND_RELOAD_FAILED) == 0)
			return inputs->lines[i].time >= since ? &inputs->lines[i] : NULL;
	}
	return NULL;
}

/* It is on its way through stages, or came to its end in them: that is told by itself. */
static bool
is_rolling(const struct status_zone_inputs *inputs, int64_t candidate)
{
	return inputs->rollout != NULL && inputs->rollout->candidate == candidate &&
	       inputs->rollout->state != ROLLOUT_NONE;
}

/* A candidate that passed and was never handed over: `release` was stopped half-way, or the reload
 * command failed. The file may or may not be in place. */
static void
judge_unfinished(const struct status_zone_inputs *inputs, struct status_report *report)
{
	const struct history_candidate *newest =
	    inputs->n_releases > 0 ? &inputs->releases[0] : NULL;
	const struct history_line *failure;
	int64_t passed;

	if (newest == NULL || newest->state != CANDIDATE_PASSED || is_rolling(inputs, newest->id))
		return;
	passed = newest->times[CANDIDATE_PASSED];
	failure = reload_failure(inputs, passed);
	if (failure != NULL)
		status_add(report, STATUS_CRITICAL, "reload-failed",
		    "serial %" PRIu32
		    " is in place, and the server was not told: %s. Mend it, then "
		    "run 'zonegate release' again",
		    newest->facts.serial, failure->text);
	else if (inputs->zone->hook != NULL && inputs->zone->target == NULL &&
		 inputs->now - passed > RELEASE_GRACE)
		status_add(report, STATUS_CRITICAL, "release-unfinished",
		    "serial %" PRIu32 " passed at %s, and the hook of %s did not come to its end: "
		    "whether it is served is not known. Look what is, and why the hook was killed",
		    newest->facts.serial, moment_of(passed, inputs->now).text, inputs->zone->hook);
	else if (inputs->now - passed > inputs->zone->reload.timeout + RELEASE_GRACE)
		status_add(report, STATUS_CRITICAL, "release-unfinished",
		    "serial %" PRIu32 " passed at %s and was never handed over: 'zonegate release' "
		    "was stopped half-way. Run it again: it finds out what happened",
		    newest->facts.serial, moment_of(passed, inputs->now).text);
}

/* Where the policy wants releases to be seen in service, and there are servers to look at. */
static void
judge_confirmed(const struct status_zone_inputs *inputs, const struct history_candidate *release,
    struct status_report *report)
{
	int64_t due;

	if (release == NULL || release->state != CANDIDATE_HANDED ||
	    inputs->policy->evidence != EVIDENCE_CONFIRMED || inputs->zone->n_servers == 0)
		return;
	due = status_handed_at(release) + propagation(inputs);
	if (inputs->now > due)
		status_add(report, STATUS_WARNING, "release-unconfirmed",
		    "serial %" PRIu32 " was handed over at %s and not yet seen at a server: look "
		    "with 'zonegate observe'",
		    release->facts.serial, moment_of(status_handed_at(release), inputs->now).text);
}

/* --- Parent and servers --- */

/* How old an observation may become: what the policy says of its source, or of the strictest source
 * when it does not take that one; NOT_SET: any. */
static int64_t
ds_max_age(const struct policy_release *policy, enum observation_source source)
{
	static const enum ds_source_kind kinds[] = {
	    [SOURCE_AUTHORITATIVE] = DS_SOURCE_AUTHORITATIVE,
	    [SOURCE_FILE] = DS_SOURCE_FILE,
	    [SOURCE_OPERATOR] = DS_SOURCE_STATIC};
	int64_t age = NOT_SET;

	if (policy->parent.sources[kinds[source]].accepted)
		return policy->parent.sources[kinds[source]].max_age;
	for (size_t i = 0; i < DS_SOURCES; i++) {
		const struct ds_source *other = &policy->parent.sources[i];

		if (other->accepted && other->max_age != NOT_SET &&
		    (age == NOT_SET || other->max_age < age))
			age = other->max_age;
	}
	return age;
}

/* A signed zone whose parent nobody looks at: the next key change would go by a guess. */
static void
judge_parent(const struct status_zone_inputs *inputs, const struct history_candidate *release,
    struct status_report *report)
{
	const struct history_ds *newest = inputs->n_ds > 0 ? &inputs->ds[inputs->n_ds - 1] : NULL;
	bool answered = false; /* by anybody at the last look */
	int64_t age = NOT_SET;

	for (size_t i = 0; i < inputs->n_ds; i++) {
		if (!inputs->ds[i].answered || inputs->ds[i].time < report->ds_seen)
			continue;
		report->ds_seen = inputs->ds[i].time;
		answered = report->ds_seen == newest->time;
		age = ds_max_age(inputs->policy, inputs->ds[i].source);
	}
	if (release == NULL || release->facts.dnskey_expiration == 0)
		return;
	if (report->ds_seen == 0)
		status_add(report, STATUS_WARNING, "ds-unknown",
		    "the DS set of the parent was never seen: 'zonegate parent fetch' or 'zonegate "
		    "history import --ds'");
	else if (age != NOT_SET && inputs->now - report->ds_seen > age)
		status_add(report, STATUS_WARNING, "ds-old",
		    "the DS set of the parent was last seen at %s",
		    moment_of(report->ds_seen, inputs->now).text);
	if (newest != NULL && !answered && report->ds_seen != 0)
		status_add(report, STATUS_WARNING, "ds-unanswered",
		    "the parent's %s gave no usable answer at %s: %s", newest->server,
		    moment_of(newest->time, inputs->now).text, newest->note);
}

/* What counts as the parent's word: that of its servers, where they are asked; else the newest of a
 * file or a person. */
struct ds_word {
	int64_t time; /* 0: there is none that is not too old */
	const struct release_ds *ds;
	size_t n;
	const char *who;
};

static struct ds_word
word_of_servers(const struct status_zone_inputs *inputs)
{
	const struct ds_source *source = &inputs->policy->parent.sources[DS_SOURCE_AUTHORITATIVE];
	const struct parent_looks *looks = &inputs->parent->looks;

	if (!source->accepted || looks->agreed_time == 0 ||
	    (source->max_age != NOT_SET && inputs->now - looks->agreed_time > source->max_age))
		return (struct ds_word){.time = 0};
	return (struct ds_word){.time = looks->agreed_time,
	    .ds = looks->agreed,
	    .n = looks->n_agreed,
	    .who = "the parent's servers"};
}

static struct ds_word
word_of_parent(const struct status_zone_inputs *inputs)
{
	struct ds_word word = word_of_servers(inputs);

	if (word.time != 0)
		return word;
	for (size_t i = 0; i < sizeof(inputs->parent->said) / sizeof(inputs->parent->said[0]);
	     i++) {
		const struct parent_said *said = &inputs->parent->said[i];
		int64_t age = ds_max_age(inputs->policy, said->source);

		if (said->answered && said->time > word.time &&
		    (age == NOT_SET || inputs->now - said->time <= age))
			word = (struct ds_word){
			    .time = said->time, .ds = said->ds, .n = said->n_ds, .who = said->who};
	}
	return word;
}

/* APNIC 2016: the parent has a DS set that the zone in force has no key for. No candidate is
 * refused for that, as no candidate can mend it (DESIGN 9.3). */
static void
judge_ds(const struct status_zone_inputs *inputs, const struct history_candidate *release,
    struct status_report *report)
{
	struct ds_word word;
	struct ds_match match;
	zg_status status;

	if (release == NULL || inputs->parent == NULL)
		return;
	word = word_of_parent(inputs);
	if (word.time == 0 || word.n == 0)
		return;
	status = ds_match(inputs->zone->name, &release->facts, word.ds, word.n, &match);
	if (status != ZG_OK)
		status_add(report, STATUS_UNKNOWN, "ds-unmatched",
		    "whether the parent's DS set fits the release is not known: %s",
		    zg_status_text(status));
	else if (!match.works)
		status_add(report, STATUS_CRITICAL, "ds-unmatched",
		    "no DS that %s had at %s leads to a key of serial %" PRIu32
		    " that signs its DNSKEY RRset: the zone does not validate. Have the parent "
		    "publish the DS of a key in service",
		    word.who, moment_of(word.time, inputs->now).text, release->facts.serial);
}

int
status_compare_serials(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool
is_released(const struct status_zone_inputs *inputs, uint32_t serial)
{
	return inputs->n_serials > 0 && bsearch(&serial, inputs->serials, inputs->n_serials,
					    sizeof(serial), status_compare_serials) != NULL;
}

/* DESIGN 9.21: a serial in service that is not in the log went round the gate. */
static void
judge_served(const struct status_zone_inputs *inputs, const struct history_candidate *release,
    struct status_report *report)
{
	for (size_t i = inputs->n_served; release != NULL && i-- > 0;) {
		const struct history_served *served = &inputs->served[i];

		if (served->time < status_handed_at(release) || is_released(inputs, served->serial))
			continue;
		status_add(report, STATUS_CRITICAL, "served-unknown",
		    "%s served serial %" PRIu32
		    " at %s, which is not in the log: it went round the "
		    "gate",
		    served->server, served->serial, moment_of(served->time, inputs->now).text);
		return;
	}
}

void
status_judge_zone(const struct status_zone_inputs *inputs, struct status_report *report)
{
	const struct history_candidate *release =
	    status_in_force(inputs->releases, inputs->n_releases);

	*report = (struct status_report){
	    .warn = inputs->policy->release_by.warn, .alarm = inputs->policy->release_by.alarm};
	(void)snprintf(report->zone, sizeof(report->zone), "%s", inputs->zone->name);
	if (release != NULL)
		describe_release(inputs, release, report);
	else
		status_add(report, STATUS_WARNING, "no-release",
		    "no release is in the log: the past is unknown. Take over the zone in service "
		    "with 'zonegate history import'");
	judge_deadlines(inputs, report);
	judge_transfer(inputs, release, report);
	judge_unfinished(inputs, report);
	status_judge_rollout(inputs, report);
	judge_signer(inputs, release, report);
	judge_stopped(inputs, release, report);
	judge_confirmed(inputs, release, report);
	judge_parent(inputs, release, report);
	judge_ds(inputs, release, report);
	judge_served(inputs, release, report);
	status_judge_providers(inputs, report);
}

/* --- The gate itself --- */

int64_t
status_unsigned_lines(const struct status_gate_inputs *inputs)
{
	int64_t n = inputs->head - inputs->signed_head;

	return n > 0 && inputs->signed_head != 0 ? n - 1 : n;
}

/* A run signs what it recorded when the command of its release has come to an end. */
static bool
log_is_being_written(const struct status_gate_inputs *inputs)
{
	return inputs->unsigned_since != 0 &&
	       inputs->now - inputs->unsigned_since <= inputs->longest + RELEASE_GRACE;
}

static void
judge_log(const struct status_gate_inputs *inputs, struct status_report *report)
{
	if (inputs->broken_at != 0)
		status_add(report, STATUS_CRITICAL, "log-broken",
		    "the decision log is not what was written: line %" PRId64
		    ": %s. Nothing in it can be relied on from there on",
		    inputs->broken_at, inputs->broken_why != NULL ? inputs->broken_why : "");
	if (inputs->signature_bad)
		status_add(report, STATUS_CRITICAL, "log-forged",
		    "a signature over the decision log does not verify with the gate's key: lines "
		    "were taken out or rewritten");
	else if (inputs->key_missing && inputs->head != 0)
		status_add(report, STATUS_UNKNOWN, "log-key",
		    "the gate's public key (gate.pub) cannot be read: the log was not verified");
	else if (status_unsigned_lines(inputs) > 0 && !log_is_being_written(inputs))
		status_add(report, STATUS_WARNING, "log-unsigned",
		    "lines at the end of the decision log that are not signed: %" PRId64,
		    status_unsigned_lines(inputs));
	if (inputs->latest > inputs->now + CLOCK_BEHIND_MAX)
		status_add(report, STATUS_CRITICAL, "clock-behind",
		    "the clock says %s, and something is recorded at %s: it was set back, nothing "
		    "can be released",
		    moment_of(inputs->now, inputs->now).text,
		    moment_of(inputs->latest, inputs->now).text);
}

void
status_judge_gate(const struct status_gate_inputs *inputs, struct status_report *report)
{
	*report = (struct status_report){.level = STATUS_OK};
	if (inputs->database == DATABASE_MISSING)
		status_add(report, STATUS_CRITICAL, "database-missing",
		    "there is no database in %s: what was released is not known, and nothing can "
		    "be released. The way back: a copy of it, or 'zonegate history import' of the "
		    "zone in service",
		    inputs->directory);
	else if (inputs->database == DATABASE_UNUSABLE)
		status_add(report, STATUS_UNKNOWN, "database-unusable",
		    "the database in %s cannot be used: %s. If it stays so: a copy of it, or "
		    "'zonegate history import' of the zone in service into a new one",
		    inputs->directory, inputs->trouble != NULL ? inputs->trouble : "");
	else {
		if (inputs->trouble != NULL)
			status_add(report, STATUS_UNKNOWN, "log-unread",
			    "the decision log could not be read: %s", inputs->trouble);
		judge_log(inputs, report);
	}
}
