/* The text of approvals: written, read back strictly, judged. */
#include "gate/approval.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/limits.h>
#include "base/arena.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/text_writer.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "gate/finding_facts.h"

/* The first line: what is signed can be mistaken for nothing else that is signed with Ed25519. */
#define TITLE "zonegate-approval 1\n"

#define WORD_SIZE      256 /* installation, approver, check id */
#define REASON_SIZE    512
#define STAGE_SIZE     64
#define SHA256_SIZE    65		     /* in hex digits, NUL included */
#define TIME_LIMIT     INT64_C(253402300800) /* the year 10000: sums of times do not overflow */
#define HEADROOM_LIMIT 1000
#define SIGNATURE_TEXT BASE64_LENGTH(ED25519_SIGNATURE_OCTETS)

/* A finding that is accepted: `facts` one by one, or all together by their digest. */
struct accepted {
	char id[WORD_SIZE];
	bool refuses;
	size_t n;
	struct finding_fact *facts; /* owned; NULL: `sha256` says which */
	bool relative;
	char sha256[SHA256_SIZE];
};

/* Everything that is signed, and the signature. */
struct approval {
	char installation[WORD_SIZE];
	char zone[NAME_TEXT_SIZE];
	char policy[SHA256_SIZE];
	bool has_base, has_candidate;
	uint32_t base_serial, serial;
	char base_digest[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
	char stage[STAGE_SIZE]; /* empty: findings are accepted */
	char by[WORD_SIZE];
	int64_t from, until;
	uint64_t nonce;
	char reason[REASON_SIZE];
	struct accepted *findings; /* owned, ascending by id */
	size_t n_findings;

	char *text; /* owned; the octets that are signed */
	size_t length;
	uint8_t signature[ED25519_SIGNATURE_OCTETS];
};

void
approval_free(struct approval *approval)
{
	if (approval == NULL)
		return;
	for (size_t i = 0; i < approval->n_findings; i++)
		free(approval->findings[i].facts);
	free(approval->findings);
	free(approval->text);
	free(approval);
}

/* --- Writing --- */

/* `without`: the word for none of its kind. */
static void
write_zone_version(struct text_writer *text, const char *word, const char *without, bool has,
    uint32_t serial, const char *digest)
{
	if (has)
		text_printf(text, "%s %" PRIu32 " %s\n", word, serial, digest);
	else
		text_printf(text, "%s %s\n", word, without);
}

static void
write_finding(struct text_writer *text, const struct accepted *finding)
{
	text_printf(
	    text, "%s %s %zu", finding->refuses ? "override" : "finding", finding->id, finding->n);
	if (finding->facts == NULL) {
		text_printf(
		    text, " %s %s\n", finding->relative ? "change" : "fact", finding->sha256);
		return;
	}
	text_add(text, "\n");
	for (size_t i = 0; i < finding->n; i++) {
		const struct finding_fact *fact = &finding->facts[i];

		text_add(text, fact->relative ? "change " : "fact ");
		text_add_hex(text, fact->key, sizeof(fact->key));
		text_printf(text, " %" PRIu64 "\n", fact->magnitude);
	}
}

/* The octets that are signed. The one form that there is: reading compares with it. */
static void
write_signed(struct text_writer *text, const struct approval *approval)
{
	text_add(text, TITLE);
	text_printf(text, "installation %s\n", approval->installation);
	text_printf(text, "zone %s\n", approval->zone);
	text_printf(text, "policy %s\n", approval->policy);
	write_zone_version(
	    text, "base", "none", approval->has_base, approval->base_serial, approval->base_digest);
	write_zone_version(
	    text, "candidate", "any", approval->has_candidate, approval->serial, approval->digest);
	if (approval->stage[0] != '\0')
		text_printf(text, "stage %s\n", approval->stage);
	text_printf(text, "by %s\n", approval->by);
	text_printf(text, "from %" PRId64 "\n", approval->from);
	text_printf(text, "until %" PRId64 "\n", approval->until);
	text_printf(text, "nonce %016" PRIx64 "\n", approval->nonce);
	text_printf(text, "reason %s\n", approval->reason);
	for (size_t i = 0; i < approval->n_findings; i++)
		write_finding(text, &approval->findings[i]);
}

/* --- Forms of values --- */

/* Printable ASCII without blanks. */
static bool
is_word(const char *text)
{
	size_t i = 0;

	while (text[i] > ' ' && text[i] <= '~')
		i++;
	return i > 0 && text[i] == '\0';
}

/* One line of text in any character set that keeps ASCII; blanks at its ends would not be seen. */
static bool
is_line(const char *text)
{
	size_t i = 0;

	while ((unsigned char)text[i] >= ' ' && text[i] != 0x7f)
		i++;
	return i > 0 && text[i] == '\0' && text[0] != ' ' && text[i - 1] != ' ';
}

/* --- Making --- */

/* Copies `from`; false when it does not fit. */
static bool
copy(char *to, size_t size, const char *from)
{
	return from != NULL && (size_t)snprintf(to, size, "%s", from) < size;
}

static bool
copy_subject(struct approval *approval, const struct approval_wish *wish)
{
	const struct approval_subject *subject = wish->subject;

	approval->has_base = subject->base_digest[0] != '\0';
	approval->base_serial = subject->base_serial;
	approval->has_candidate = wish->this_candidate_only || subject->stage != NULL;
	approval->serial = subject->serial;
	return copy(
		   approval->installation, sizeof(approval->installation), subject->installation) &&
	       copy(approval->zone, sizeof(approval->zone), subject->zone) &&
	       copy(approval->policy, sizeof(approval->policy), subject->policy_digest) &&
	       copy(approval->base_digest, sizeof(approval->base_digest), subject->base_digest) &&
	       copy(approval->digest, sizeof(approval->digest), subject->digest);
}

/* What is approved of a magnitude when it may grow by some percent, rounded up. */
static uint64_t
with_headroom(uint64_t magnitude, unsigned percent)
{
	if (magnitude > UINT64_MAX / (2 * HEADROOM_LIMIT))
		return magnitude;
	return magnitude + (magnitude * percent + 99) / 100;
}

/* `room`: facts that may still be listed one by one. */
static zg_status
accept(struct accepted *accepted, const struct finding_facts *finding, unsigned headroom,
    size_t *room, struct zg_error *error)
{
	*accepted = (struct accepted){
	    .refuses = finding->refuses, .n = finding->n, .relative = finding->relative};
	if (finding->too_many)
		return error_set(error, ZG_PARAMETER,
		    "%s: found in more places than can be approved", finding->id);
	if (finding->n == 0)
		return error_set(error, ZG_INTERNAL,
		    "%s: nothing is known of it that an approval could be bound to", finding->id);
	if (!copy(accepted->id, sizeof(accepted->id), finding->id) || !is_word(accepted->id))
		return error_set(error, ZG_PARAMETER, "not the id of a finding");
	if (finding->n > *room) {
		hex_write(finding->sha256, sizeof(finding->sha256), accepted->sha256);
		return ZG_OK;
	}
	accepted->facts = calloc(finding->n, sizeof(accepted->facts[0]));
	if (accepted->facts == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	*room -= finding->n;
	for (size_t i = 0; i < finding->n; i++) {
		accepted->facts[i] = finding->facts[i];
		accepted->facts[i].magnitude = with_headroom(finding->facts[i].magnitude, headroom);
	}
	return ZG_OK;
}

static int
by_id(const void *a, const void *b)
{
	const struct accepted *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static zg_status
accept_all(struct approval *approval, const struct approval_wish *wish, struct zg_error *error)
{
	size_t room = APPROVAL_FACTS_MAX;

	if (wish->n_findings == 0 || wish->n_findings > APPROVAL_FINDINGS_MAX)
		return error_set(error, ZG_PARAMETER, "there is nothing to approve");
	approval->findings = calloc(wish->n_findings, sizeof(approval->findings[0]));
	if (approval->findings == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	for (size_t i = 0; i < wish->n_findings; i++) {
		zg_status status = accept(&approval->findings[approval->n_findings++],
		    &wish->findings[i], wish->headroom, &room, error);

		if (status != ZG_OK)
			return status;
	}
	qsort(approval->findings, approval->n_findings, sizeof(approval->findings[0]), by_id);
	return ZG_OK;
}

/* What is approved: a stage, or findings, never both. */
static zg_status
fill_matter(struct approval *approval, const struct approval_wish *wish, struct zg_error *error)
{
	const char *stage = wish->subject->stage;

	if (stage == NULL)
		return accept_all(approval, wish, error);
	if (!copy(approval->stage, sizeof(approval->stage), stage) || !is_word(stage) ||
	    wish->n_findings != 0)
		return error_set(error, ZG_PARAMETER, "not the name of a stage");
	return ZG_OK;
}

static zg_status
fill(struct approval *approval, const struct approval_wish *wish, struct zg_error *error)
{
	if (!copy_subject(approval, wish) || !is_word(approval->installation) ||
	    !is_word(approval->zone) || !hex_is_text(approval->policy, SHA256_SIZE - 1) ||
	    (approval->has_base && !hex_is_text(approval->base_digest, DIGEST_TEXT_SIZE - 1)) ||
	    !hex_is_text(approval->digest, DIGEST_TEXT_SIZE - 1))
		return error_set(error, ZG_PARAMETER,
		    "installation, zone, policy or content is not known: nothing to bind to");
	if (!copy(approval->by, sizeof(approval->by), wish->by) || !is_word(approval->by))
		return error_set(error, ZG_PARAMETER, "not the id of an approver");
	if (!copy(approval->reason, sizeof(approval->reason), wish->reason) ||
	    !is_line(approval->reason))
		return error_set(error, ZG_PARAMETER,
		    "expected a reason of one line, at most %d octets", REASON_SIZE - 1);
	if (wish->from < 0 || wish->until <= wish->from || wish->until >= TIME_LIMIT)
		return error_set(error, ZG_PARAMETER, "it would never count: from %lld until %lld",
		    (long long)wish->from, (long long)wish->until);
	if (wish->headroom > HEADROOM_LIMIT)
		return error_set(error, ZG_PARAMETER, "headroom above %d percent", HEADROOM_LIMIT);
	approval->from = wish->from;
	approval->until = wish->until;
	approval->nonce = wish->nonce;
	return fill_matter(approval, wish, error);
}

zg_status
approval_make(const struct approval_wish *wish, const uint8_t *private_key, char **text,
    size_t *length, struct zg_error *error)
{
	struct approval *approval = calloc(1, sizeof(*approval));
	uint8_t signature[ED25519_SIGNATURE_OCTETS];
	char signature_text[SIGNATURE_TEXT + 1];
	struct text_writer writer = {.text = NULL};
	zg_status status;

	*text = NULL;
	if (approval == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = fill(approval, wish, error);
	if (status != ZG_OK)
		goto out;
	write_signed(&writer, approval);
	status = writer.failed ? ZG_MEMORY : ZG_OK;
	if (writer.failed || private_key == NULL)
		goto out;
	status = ed25519_sign(private_key, (const uint8_t *)writer.text, writer.used, signature);
	if (status != ZG_OK)
		goto out;
	base64_write(signature, sizeof(signature), signature_text);
	text_printf(&writer, "signature %s\n", signature_text);
	status = writer.failed ? ZG_MEMORY : ZG_OK;
out:
	if (status == ZG_MEMORY || status == ZG_CRYPTO)
		(void)error_set(error, status, "%s", zg_status_text(status));
	if (status == ZG_OK) {
		*text = writer.text;
		*length = writer.used;
	} else
		text_writer_clear(&writer);
	approval_free(approval);
	return status;
}

/* --- Reading --- */

struct line_reader {
	const char *at;
	size_t left;
	unsigned line; /* the one read last */
};

/* Takes the next line when its first word is `word`, and the rest of it, of 1 to size - 1 octets
 * without NUL, into `value`. */
static bool
take(struct line_reader *reader, const char *word, char *value, size_t size)
{
	size_t word_length = strlen(word), length;
	const char *end = reader->left == 0 ? NULL : memchr(reader->at, '\n', reader->left);

	if (end == NULL)
		return false;
	length = (size_t)(end - reader->at);
	if (length < word_length + 2 || memcmp(reader->at, word, word_length) != 0 ||
	    reader->at[word_length] != ' ' || length - word_length - 1 >= size)
		return false;
	length -= word_length + 1;
	memcpy(value, reader->at + word_length + 1, length);
	value[length] = '\0';
	if (strlen(value) != length)
		return false;
	reader->left -= word_length + length + 2;
	reader->at = end + 1;
	reader->line++;
	return true;
}

/* Decimal digits, at `*at` to its end or to a blank, which is stepped over. */
static bool
number(const char **at, uint64_t max, uint64_t *value)
{
	const char *digit = *at;

	*value = 0;
	for (; *digit >= '0' && *digit <= '9'; digit++) {
		unsigned more = (unsigned)(*digit - '0');

		if (*value > (max - more) / 10)
			return false;
		*value = *value * 10 + more;
	}
	if (digit == *at || (*digit != '\0' && *digit != ' '))
		return false;
	*at = *digit == ' ' ? digit + 1 : digit;
	return true;
}

static bool
take_time(struct line_reader *reader, const char *word, int64_t *time)
{
	char value[24];
	const char *at = value;
	uint64_t number_read;

	if (!take(reader, word, value, sizeof(value)) ||
	    !number(&at, (uint64_t)TIME_LIMIT - 1, &number_read) || *at != '\0')
		return false;
	*time = (int64_t)number_read;
	return true;
}

/* "SERIAL DIGEST", or the word for none. */
static bool
take_zone_version(struct line_reader *reader, const char *word, const char *without, bool *has,
    uint32_t *serial, char *digest)
{
	char value[128];
	const char *at = value;
	uint64_t number_read;

	if (!take(reader, word, value, sizeof(value)))
		return false;
	*has = strcmp(value, without) != 0;
	if (!*has)
		return true;
	if (!number(&at, UINT32_MAX, &number_read) || !hex_is_text(at, DIGEST_TEXT_SIZE - 1))
		return false;
	*serial = (uint32_t)number_read;
	return copy(digest, DIGEST_TEXT_SIZE, at);
}

static bool
take_nonce(struct line_reader *reader, uint64_t *nonce)
{
	char value[24];

	return take(reader, "nonce", value, sizeof(value)) && hex_is_text(value, 16) &&
	       sscanf(value, "%16" SCNx64, nonce) == 1;
}

/* A line that is there, of a candidate that is named, when a stage is approved. */
static bool
take_stage(struct line_reader *reader, struct approval *approval)
{
	if (!take(reader, "stage", approval->stage, sizeof(approval->stage)))
		return true;
	return is_word(approval->stage) && approval->has_candidate;
}

static bool
take_head(struct line_reader *reader, struct approval *approval)
{
	return take(reader, "installation", approval->installation,
		   sizeof(approval->installation)) &&
	       is_word(approval->installation) &&
	       take(reader, "zone", approval->zone, sizeof(approval->zone)) &&
	       is_word(approval->zone) &&
	       take(reader, "policy", approval->policy, sizeof(approval->policy)) &&
	       hex_is_text(approval->policy, SHA256_SIZE - 1) &&
	       take_zone_version(reader, "base", "none", &approval->has_base,
		   &approval->base_serial, approval->base_digest) &&
	       take_zone_version(reader, "candidate", "any", &approval->has_candidate,
		   &approval->serial, approval->digest) &&
	       take_stage(reader, approval) &&
	       take(reader, "by", approval->by, sizeof(approval->by)) && is_word(approval->by) &&
	       take_time(reader, "from", &approval->from) &&
	       take_time(reader, "until", &approval->until) && approval->from < approval->until &&
	       take_nonce(reader, &approval->nonce) &&
	       take(reader, "reason", approval->reason, sizeof(approval->reason)) &&
	       is_line(approval->reason);
}

/* One fact; keys ascend, so that none comes twice. */
static bool
take_fact(struct line_reader *reader, struct accepted *finding, size_t index)
{
	struct finding_fact *fact = &finding->facts[index];
	char value[64];
	const char *at = value + 2 * sizeof(fact->key) + 1;

	fact->relative = take(reader, "change", value, sizeof(value));
	if (!fact->relative && !take(reader, "fact", value, sizeof(value)))
		return false;
	finding->relative |= fact->relative;
	return hex_read_lower(value, sizeof(fact->key), fact->key) && at[-1] == ' ' &&
	       number(&at, UINT64_MAX, &fact->magnitude) && *at == '\0' &&
	       (index == 0 ||
		   memcmp(finding->facts[index - 1].key, fact->key, sizeof(fact->key)) < 0);
}

/* "ID N", then N lines of facts; or "ID N fact|change DIGEST". */
static zg_status
take_facts(struct line_reader *reader, struct accepted *finding, const char *value, size_t *room)
{
	const char *at = strchr(value, ' ');
	size_t length = at == NULL ? 0 : (size_t)(at - value);
	uint64_t n;

	if (length == 0 || length >= sizeof(finding->id))
		return ZG_INPUT_BAD;
	memcpy(finding->id, value, length);
	finding->id[length] = '\0';
	at++;
	if (!number(&at, SIZE_MAX, &n) || n == 0)
		return ZG_INPUT_BAD;
	finding->n = (size_t)n;
	if (*at != '\0') {
		finding->relative = strncmp(at, "change ", 7) == 0;
		if (!finding->relative && strncmp(at, "fact ", 5) != 0)
			return ZG_INPUT_BAD;
		at = strchr(at, ' ') + 1;
		return hex_is_text(at, SHA256_SIZE - 1) &&
			       copy(finding->sha256, sizeof(finding->sha256), at)
			   ? ZG_OK
			   : ZG_INPUT_BAD;
	}
	if (n > *room)
		return ZG_INPUT_BAD;
	*room -= (size_t)n;
	finding->facts = calloc((size_t)n, sizeof(finding->facts[0]));
	if (finding->facts == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i < finding->n; i++) {
		if (!take_fact(reader, finding, i))
			return ZG_INPUT_BAD;
	}
	return ZG_OK;
}

static zg_status
take_findings(struct line_reader *reader, struct approval *approval)
{
	size_t room = APPROVAL_FACTS_MAX, n = 0;
	char value[WORD_SIZE + 128];

	approval->findings = calloc(APPROVAL_FINDINGS_MAX, sizeof(approval->findings[0]));
	if (approval->findings == NULL)
		return ZG_MEMORY;
	for (;;) {
		bool refuses = take(reader, "override", value, sizeof(value));
		zg_status status;

		if (!refuses && !take(reader, "finding", value, sizeof(value)))
			return n > 0 ? ZG_OK : ZG_INPUT_BAD;
		if (n == APPROVAL_FINDINGS_MAX)
			return ZG_INPUT_BAD;
		approval->findings[n].refuses = refuses;
		approval->n_findings = n + 1;
		status = take_facts(reader, &approval->findings[n], value, &room);
		if (status != ZG_OK)
			return status;
		if (n > 0 && strcmp(approval->findings[n - 1].id, approval->findings[n].id) >= 0)
			return ZG_INPUT_BAD;
		n++;
	}
}

/* What was read, written again, is what stands there: no octet has two meanings. */
static zg_status
keep_signed(struct approval *approval, const char *text, size_t length)
{
	struct text_writer writer = {.text = NULL};

	write_signed(&writer, approval);
	approval->text = writer.text;
	approval->length = writer.used;
	if (writer.failed)
		return ZG_MEMORY;
	return writer.used == length && memcmp(writer.text, text, length) == 0 ? ZG_OK
									       : ZG_INPUT_BAD;
}

static zg_status
parse(struct approval *approval, struct line_reader *reader)
{
	const char *text = reader->at;
	char value[SIGNATURE_TEXT + 1];
	size_t length;
	zg_status status;

	if (reader->left < strlen(TITLE) || memcmp(text, TITLE, strlen(TITLE)) != 0)
		return ZG_INPUT_BAD;
	reader->at += strlen(TITLE);
	reader->left -= strlen(TITLE);
	reader->line++;
	if (!take_head(reader, approval))
		return ZG_INPUT_BAD;
	status = approval->stage[0] != '\0' ? ZG_OK : take_findings(reader, approval);
	if (status != ZG_OK)
		return status;
	length = (size_t)(reader->at - text);
	if (!take(reader, "signature", value, sizeof(value)) || reader->left != 0 ||
	    !base64_read(value, strlen(value), approval->signature, sizeof(approval->signature)))
		return ZG_INPUT_BAD;
	return keep_signed(approval, text, length);
}

zg_status
approval_parse(const char *text, size_t length, struct approval **approval, struct zg_error *error)
{
	struct approval *made;
	struct line_reader reader = {.at = text, .left = length};
	zg_status status;

	*approval = NULL;
	if (length > ZG_APPROVAL_BYTES_MAX)
		return error_set(error, ZG_INPUT_BAD, "no approval: larger than %d octets",
		    ZG_APPROVAL_BYTES_MAX);
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = parse(made, &reader);
	if (status == ZG_OK) {
		*approval = made;
		return ZG_OK;
	}
	approval_free(made);
	if (status == ZG_MEMORY)
		return error_set(error, status, "out of memory");
	return error_set(
	    error, status, "no approval: line %u is not what stands there in one", reader.line + 1);
}

/* --- Judging --- */

/* The key of the approver who signed it; NULL: nobody who is known. */
static const unsigned char *
signer(const struct approval *approval, const struct zg_approver *approvers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(approvers[i].id, approval->by) == 0 &&
		    ed25519_verify(approvers[i].public_key, sizeof(approvers[i].public_key),
			(const uint8_t *)approval->text, approval->length, approval->signature,
			sizeof(approval->signature)))
			return approvers[i].public_key;
	}
	return NULL;
}

int64_t
approval_until(const struct approval *approval, const struct approval_subject *subject)
{
	int64_t longest =
	    subject->expires > 0 && subject->expires < TIME_LIMIT ? subject->expires : 0;

	return approval->until - approval->from < longest ? approval->until
							  : approval->from + longest;
}

/* The approval was given under this policy. */
static bool
same_policy(const struct approval *approval, const struct approval_subject *subject)
{
	return strcmp(approval->policy, subject->policy_digest) == 0 ||
	       (subject->former_policy_digest != NULL &&
		   strcmp(approval->policy, subject->former_policy_digest) == 0);
}

enum zg_approval_outcome
approval_judge(const struct approval *approval, const struct approval_subject *subject,
    const struct zg_approver *approvers, size_t n_approvers, const unsigned char **public_key)
{
	const unsigned char *key = signer(approval, approvers, n_approvers);

	if (public_key != NULL)
		*public_key = key;
	if (key == NULL)
		return ZG_APPROVAL_FORGED;
	if (strcmp(approval->installation, subject->installation) != 0 ||
	    strcmp(approval->zone, subject->zone) != 0 || !same_policy(approval, subject))
		return ZG_APPROVAL_FOREIGN;
	if (subject->now >= approval_until(approval, subject))
		return ZG_APPROVAL_EXPIRED;
	if (subject->now < approval->from)
		return ZG_APPROVAL_NOT_YET;
	if ((subject->stage != NULL) != (approval->stage[0] != '\0'))
		return subject->stage == NULL ? ZG_APPROVAL_FOR_STAGE : ZG_APPROVAL_FOR_FINDINGS;
	if (approval->has_candidate &&
	    (approval->serial != subject->serial || strcmp(approval->digest, subject->digest) != 0))
		return ZG_APPROVAL_OTHER_CANDIDATE;
	if (subject->stage != NULL && strcmp(approval->stage, subject->stage) != 0)
		return ZG_APPROVAL_OTHER_STAGE;
	return ZG_APPROVAL_USED;
}

static bool
same_base(const struct approval *approval, const struct approval_subject *subject)
{
	if (!approval->has_base)
		return subject->base_digest[0] == '\0';
	return approval->base_serial == subject->base_serial &&
	       strcmp(approval->base_digest, subject->base_digest) == 0;
}

/* Every fact of the finding is among those accepted, none larger: one walk over both. */
static bool
facts_covered(const struct accepted *accepted, const struct finding_facts *finding)
{
	size_t at = 0;

	for (size_t i = 0; i < finding->n; i++) {
		const struct finding_fact *fact = &finding->facts[i];

		while (at < accepted->n &&
		       memcmp(accepted->facts[at].key, fact->key, sizeof(fact->key)) < 0)
			at++;
		if (at == accepted->n ||
		    memcmp(accepted->facts[at].key, fact->key, sizeof(fact->key)) != 0 ||
		    accepted->facts[at].relative != fact->relative ||
		    accepted->facts[at].magnitude < fact->magnitude)
			return false;
	}
	return true;
}

static bool
whole_covered(const struct accepted *accepted, const struct finding_facts *finding)
{
	char hex[SHA256_SIZE];

	hex_write(finding->sha256, sizeof(finding->sha256), hex);
	return accepted->n == finding->n && accepted->relative == finding->relative &&
	       strcmp(accepted->sha256, hex) == 0;
}

bool
approval_covers(const struct approval *approval, const struct approval_subject *subject, bool spent,
    const struct finding_facts *finding)
{
	const struct accepted *accepted = NULL;

	for (size_t i = 0; i < approval->n_findings && accepted == NULL; i++) {
		if (strcmp(approval->findings[i].id, finding->id) == 0)
			accepted = &approval->findings[i];
	}
	/* Nothing is not proof: a finding without facts is covered by nobody (DESIGN 9.11). */
	if (accepted == NULL || finding->n == 0 || finding->too_many)
		return false;
	/* Who accepts that something waits for approval has not said that it may be overridden. */
	if (finding->refuses && !accepted->refuses)
		return false;
	if (finding->relative && spent && !same_base(approval, subject))
		return false;
	return accepted->facts != NULL ? facts_covered(accepted, finding)
				       : whole_covered(accepted, finding);
}

const char *
approval_by(const struct approval *approval)
{
	return approval->by;
}

const char *
approval_reason(const struct approval *approval)
{
	return approval->reason;
}

const char *
approval_stage(const struct approval *approval)
{
	return approval->stage[0] == '\0' ? NULL : approval->stage;
}

const char *
zg_approval_outcome_text(enum zg_approval_outcome outcome)
{
	static const char *const texts[] = {
	    [ZG_APPROVAL_FORGED] = "not signed by an approver that is known",
	    [ZG_APPROVAL_MALFORMED] = "not the text of an approval",
	    [ZG_APPROVAL_FOREIGN] = "for another installation, zone or policy",
	    [ZG_APPROVAL_OTHER_CANDIDATE] = "bound to another serial or content",
	    [ZG_APPROVAL_NOT_YET] = "does not count yet",
	    [ZG_APPROVAL_EXPIRED] = "expired",
	    [ZG_APPROVAL_SPENT] = "used for a change before, from another release in force",
	    [ZG_APPROVAL_NO_MATCH] = "covers nothing of this candidate",
	    [ZG_APPROVAL_USED] = "counts",
	    [ZG_APPROVAL_FOR_STAGE] = "for a stage of a rollout, and for no finding",
	    [ZG_APPROVAL_FOR_FINDINGS] = "for findings, and for no stage",
	    [ZG_APPROVAL_OTHER_STAGE] = "for another stage",
	};

	return texts[(size_t)outcome < sizeof(texts) / sizeof(texts[0]) ? outcome
									: ZG_APPROVAL_FORGED];
}

bool
zg_approval_is_dead(enum zg_approval_outcome outcome)
{
	return outcome == ZG_APPROVAL_FORGED || outcome == ZG_APPROVAL_MALFORMED ||
	       outcome == ZG_APPROVAL_FOREIGN || outcome == ZG_APPROVAL_EXPIRED;
}
