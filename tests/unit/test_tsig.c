/* Transaction signatures against vectors made with another implementation, and key files. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/byte_reader.h"
#include "base/hex.h"
#include "dns/name.h"
#include "net/tsig.h"

/* clang-format off */
#include "tsig_vectors.h"
/* clang-format on */

#define MESSAGE_MAX 1024

struct message {
	uint8_t octets[MESSAGE_MAX];
	size_t length, tsig_at;
};

static struct message
vector(int algorithm, enum vector which)
{
	const char *hex = vectors[algorithm][which].hex;
	struct message message = {.tsig_at = vectors[algorithm][which].tsig_at};

	message.length = strlen(hex) / 2;
	ck_assert_uint_le(message.length, MESSAGE_MAX);
	ck_assert(hex_read(hex, message.length, message.octets));
	return message;
}

static struct tsig_key
key_of(int algorithm)
{
	struct tsig_key key = {
	    .algorithm = (enum tsig_algorithm)algorithm, .secret_len = sizeof(vector_secret)};

	memcpy(key.name, vector_key_name, sizeof(vector_key_name));
	memcpy(key.secret, vector_secret, sizeof(vector_secret));
	return key;
}

/* A state that has signed the question; `key` must live as long. */
static struct tsig_state *
asked(const struct tsig_key *key)
{
	struct message question = vector((int)key->algorithm, VECTOR_QUESTION);
	struct tsig_state *state;
	struct zg_error error = {0};

	question.length = question.tsig_at;
	question.octets[11] = 0;
	ck_assert_int_eq(tsig_new(key, &state), ZG_OK);
	ck_assert_int_eq(
	    tsig_sign(state, VECTOR_NOW, question.octets, &question.length, &error), ZG_OK);
	return state;
}

static zg_status
take(struct tsig_state *state, const struct message *message, struct zg_error *error)
{
	return tsig_verify(
	    state, VECTOR_NOW, message->octets, message->length, message->tsig_at, error);
}

static zg_status
take_vector(struct tsig_state *state, int algorithm, enum vector which)
{
	struct message message = vector(algorithm, which);
	struct zg_error error = {0};

	return take(state, &message, &error);
}

/* What becomes of the first message of the answer, changed. */
static zg_status
first_changed(const struct message *message, struct zg_error *error)
{
	struct tsig_key key = key_of(0);
	struct tsig_state *state = asked(&key);
	zg_status status = take(state, message, error);

	tsig_free(state);
	return status;
}

START_TEST(a_question_is_signed_as_another_implementation_does)
{
	struct message wanted = vector(_i, VECTOR_QUESTION), question = wanted;
	struct tsig_key key = key_of(_i);
	struct tsig_state *state;
	struct zg_error error;

	question.length = question.tsig_at;
	question.octets[11] = 0; /* ARCOUNT */
	memset(question.octets + question.length, 0, MESSAGE_MAX - question.length);
	ck_assert_int_eq(tsig_new(&key, &state), ZG_OK);
	ck_assert_int_eq(
	    tsig_sign(state, VECTOR_NOW, question.octets, &question.length, &error), ZG_OK);
	ck_assert_uint_eq(question.length, wanted.length);
	ck_assert_mem_eq(question.octets, wanted.octets, wanted.length);
	tsig_free(state);
}
END_TEST

START_TEST(an_answer_of_many_messages_is_verified)
{
	static const struct {
		enum vector which;
		bool covers;
	} steps[] = {{VECTOR_FIRST, true}, {VECTOR_BETWEEN, false}, {VECTOR_EMPTY, false},
	    {VECTOR_FOURTH, true}, {VECTOR_FIFTH, true}};
	struct tsig_key key = key_of(_i);
	struct tsig_state *state = asked(&key);

	ck_assert(!tsig_covers_all(state));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		ck_assert_int_eq(take_vector(state, _i, steps[i].which), ZG_OK);
		ck_assert_int_eq(tsig_covers_all(state), steps[i].covers);
	}
	for (int i = 0; i < 99; i++)
		ck_assert_int_eq(take_vector(state, _i, VECTOR_EMPTY), ZG_OK);
	ck_assert_int_eq(take_vector(state, _i, VECTOR_BEHIND_99), ZG_OK);
	ck_assert(tsig_covers_all(state));
	tsig_free(state);
}
END_TEST

START_TEST(a_hundred_messages_without_signature_are_too_many)
{
	struct tsig_key key = key_of(0);
	struct tsig_state *state = asked(&key);

	ck_assert_int_eq(take_vector(state, 0, VECTOR_FIRST), ZG_OK);
	for (int i = 0; i < 99; i++)
		ck_assert_int_eq(take_vector(state, 0, VECTOR_EMPTY), ZG_OK);
	ck_assert_int_eq(take_vector(state, 0, VECTOR_EMPTY), ZG_READ);
	tsig_free(state);
}
END_TEST

START_TEST(the_first_message_must_be_signed)
{
	struct tsig_key key = key_of(0);
	struct tsig_state *state = asked(&key);

	ck_assert_int_eq(take_vector(state, 0, VECTOR_BETWEEN), ZG_READ);
	ck_assert(!tsig_covers_all(state));
	tsig_free(state);
}
END_TEST

/* Each bit of the message but those of its id (which is put back from the record), and of the
 * letter case of the two names. */
START_TEST(a_changed_bit_is_seen)
{
	struct message first = vector(0, VECTOR_FIRST);
	const size_t name = sizeof(vector_key_name), rdata = first.tsig_at + name + 10;
	unsigned names = 0;

	for (size_t at = 2; at < first.length; at++) {
		for (int bit = 0; bit < 8; bit++) {
			struct message changed = first;
			struct zg_error error = {0};

			changed.octets[at] ^= (uint8_t)(1 << bit);
			if (((at >= first.tsig_at && at < first.tsig_at + name) ||
				(at >= rdata && at < rdata + sizeof("\013hmac-sha256"))) &&
			    octet_lower(changed.octets[at]) == first.octets[at])
				names++;
			else
				ck_assert_msg(first_changed(&changed, &error) != ZG_OK,
				    "octet %zu, bit %d", at, bit);
		}
	}
	ck_assert_uint_eq(names, strlen("keyexample") + strlen("hmacsha"));
}
END_TEST

START_TEST(a_message_left_out_moved_or_sent_twice_is_seen)
{
	static const struct {
		enum vector steps[6];
		int n; /* the last one must be refused */
	} wrong[] = {{{VECTOR_FIRST, VECTOR_FOURTH}, 2},
	    {{VECTOR_FIRST, VECTOR_BETWEEN, VECTOR_FOURTH}, 3},
	    {{VECTOR_FIRST, VECTOR_EMPTY, VECTOR_BETWEEN, VECTOR_FOURTH}, 4},
	    {{VECTOR_FIRST, VECTOR_FIRST}, 2}, {{VECTOR_FIRST, VECTOR_FIFTH}, 2},
	    {{VECTOR_FOURTH}, 1}, {{VECTOR_QUESTION}, 1},
	    {{VECTOR_FIRST, VECTOR_BETWEEN, VECTOR_EMPTY, VECTOR_FOURTH, VECTOR_FOURTH}, 5}};
	struct tsig_key key = key_of(0);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct tsig_state *state = asked(&key);

		for (int k = 0; k < wrong[i].n; k++)
			ck_assert_int_eq(take_vector(state, 0, wrong[i].steps[k]),
			    k + 1 < wrong[i].n ? ZG_OK : ZG_READ);
		tsig_free(state);
	}
}
END_TEST

START_TEST(another_key_is_seen)
{
	struct message first = vector(0, VECTOR_FIRST);
	struct zg_error error = {0};

	for (int what = 0; what < 3; what++) {
		struct tsig_key key = key_of(what == 2 ? 1 : 0);
		struct tsig_state *state;

		if (what == 0)
			key.secret[5] ^= 1;
		else if (what == 1)
			key.name[1] = 'x';
		state = asked(&key);
		ck_assert_int_eq(take(state, &first, &error), ZG_READ);
		tsig_free(state);
	}
}
END_TEST

/* RFC 8945 section 5.2.3: the fudge may pass in either direction, and no second more. */
START_TEST(the_clock_may_differ_by_the_fudge)
{
	static const int64_t shifts[] = {-301, -300, 0, 300, 301};
	struct message first = vector(0, VECTOR_FIRST);
	struct tsig_key key = key_of(0);
	struct zg_error error = {0};

	for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
		struct tsig_state *state = asked(&key);
		zg_status status = tsig_verify(state, VECTOR_NOW + shifts[i], first.octets,
		    first.length, first.tsig_at, &error);

		ck_assert_int_eq(status, i == 0 || i == 4 ? ZG_READ : ZG_OK);
		if (status != ZG_OK)
			ck_assert_ptr_nonnull(strstr(error.text, "BADTIME"));
		tsig_free(state);
	}
}
END_TEST

/* The record of the first message with fields of another value. */
static struct message
with_fields(uint16_t error_code, size_t mac_len)
{
	struct message first = vector(0, VECTOR_FIRST);
	/* Key name, fixed fields, algorithm, timers. */
	size_t rdata = first.tsig_at + sizeof(vector_key_name) + 10, mac = rdata + 13 + 8;
	uint8_t *at = first.octets + mac;

	store_u16(at, (uint16_t)mac_len);
	memmove(at + 2 + mac_len, at + 2 + 32, 6);
	store_u16(at + 2 + mac_len + 2, error_code);
	first.length -= 32 - mac_len;
	store_u16(first.octets + rdata - 2, (uint16_t)(first.length - rdata));
	return first;
}

START_TEST(errors_that_the_server_reports_are_named)
{
	static const struct {
		uint16_t code;
		const char *name;
	} errors[] = {
	    {16, "BADSIG"}, {17, "BADKEY"}, {18, "BADTIME"}, {22, "BADTRUNC"}, {99, "99"}};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct message message = with_fields(errors[i].code, 0);
		struct zg_error error = {0};

		ck_assert_int_eq(first_changed(&message, &error), ZG_READ);
		ck_assert_ptr_nonnull(strstr(error.text, errors[i].name));
	}
}
END_TEST

START_TEST(a_shortened_signature_is_refused)
{
	static const size_t lengths[] = {0, 10, 16, 31};
	struct message whole = with_fields(0, 32);
	struct zg_error error = {0};

	ck_assert_int_eq(first_changed(&whole, &error), ZG_OK);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct message message = with_fields(0, lengths[i]);

		ck_assert_int_eq(first_changed(&message, &error), ZG_READ);
		ck_assert_ptr_nonnull(strstr(error.text, "octets"));
	}
}
END_TEST

START_TEST(a_record_cut_anywhere_is_none)
{
	struct message first = vector(0, VECTOR_FIRST);

	for (size_t length = first.tsig_at; length < first.length; length++) {
		struct tsig_key key = key_of(0);
		struct tsig_state *state = asked(&key);
		uint8_t *copy = malloc(length);
		struct zg_error error = {0};

		memcpy(copy, first.octets, length);
		ck_assert_int_eq(
		    tsig_verify(state, VECTOR_NOW, copy, length, first.tsig_at, &error),
		    ZG_INPUT_BAD);
		free(copy);
		tsig_free(state);
	}
}
END_TEST

/* --- Key files --- */

static char path[] = "/tmp/zonegate-tsig-XXXXXX";

static zg_status
read_key(const char *text, size_t length, mode_t mode, struct tsig_key *key, struct zg_error *error)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, length), (ssize_t)length);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(close(fd), 0);
	return tsig_key_read(path, key, error);
}

static void
make_file(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
}

static void
remove_file(void)
{
	(void)unlink(path);
}

START_TEST(key_files_are_read)
{
	static const struct {
		const char *text;
		enum tsig_algorithm algorithm;
	} good[] = {{"hmac-sha256:Key.Example:AAECAw==\n", TSIG_HMAC_SHA256},
	    {"key.example.:AAECAw==", TSIG_HMAC_SHA256},
	    {"\n  # a comment\n\tHMAC-SHA384:key.example:AAECAw==  \n\n", TSIG_HMAC_SHA384},
	    {"key \"key.example\" {\n\talgorithm hmac-sha512;\n\tsecret \"AAECAw==\";\n};\n",
		TSIG_HMAC_SHA512},
	    {"// c\n/* key \"x\" */ key KEY.example { secret AAECAw==; # c\nalgorithm "
	     "\"hmac-sha256\" ;}"
	     " ;",
		TSIG_HMAC_SHA256}};
	static const uint8_t name[] = "\3key\7example";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct tsig_key key;
		struct zg_error error = {0};

		ck_assert_msg(
		    read_key(good[i].text, strlen(good[i].text), 0640, &key, &error) == ZG_OK, "%s",
		    error.text);
		ck_assert_int_eq(key.algorithm, good[i].algorithm);
		ck_assert_mem_eq(key.name, name, sizeof(name));
		ck_assert_uint_eq(key.secret_len, 4);
		ck_assert_mem_eq(key.secret, "\0\1\2\3", 4);
	}
}
END_TEST

START_TEST(bad_key_files_are_refused_with_their_line)
{
	static const struct {
		const char *text;
		int line;
	} bad[] = {{"", 1}, {"\n\n", 3}, {"key.example", 1}, {"\nhmac-md5:key.example:AAECAw==", 2},
	    {"hmac-sha1:key.example:AAECAw==", 1}, {"hmac-sha256-128:key.example:AAECAw==", 1},
	    {"hmac-sha256:key..example:AAECAw==", 1}, {"hmac-sha256::AAECAw==", 1},
	    {"hmac-sha256:key.example:", 1}, {"hmac-sha256:key.example:AAECAw", 1},
	    {"hmac-sha256:key.example:AAECAw==\nhmac-sha256:key.example:AAECAw==", 2},
	    {"hmac-sha256:key.example:AAECAw== x", 1}, {"key \"key.example\"", 1},
	    {"key \"key.example\" {\n\talgorithm hmac-sha512;\n};", 3},
	    {"key \"key.example\" {\n\tsecret \"AAECAw==\";\n};", 3},
	    {"key \"key.example\" { algorithm hmac-md5; secret \"AAECAw==\"; };", 1},
	    {"key \"key.example\" {\nalgorithm hmac-sha256;\nalgorithm hmac-sha512; secret "
	     "\"AAECAw==\"; "
	     "};",
		3},
	    {"key \"key.example\" { algorithm hmac-sha256; secret \"AAECAw==\"; }", 1},
	    {"key \"key.example\" { algorithm hmac-sha256; secret \"AAECAw==\"\n};", 2},
	    {"key \"key.example\" { algorithm hmac-sha256; secret \"AAEC\nAw==\"; };", 1},
	    {"key \"a\" { algorithm hmac-sha256; secret \"AAECAw==\"; };\n"
	     "key \"b\" { algorithm hmac-sha256; secret \"AAECAw==\"; };",
		2},
	    {"include \"/etc/bind/x\";", 1}, {"/* never ends", 1}, {"\"", 1}};
	char line[32];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct tsig_key key;
		struct zg_error error = {0};

		ck_assert_msg(
		    read_key(bad[i].text, strlen(bad[i].text), 0600, &key, &error) == ZG_INPUT_BAD,
		    "%s", bad[i].text);
		(void)snprintf(line, sizeof(line), ":%d: ", bad[i].line);
		ck_assert_msg(strstr(error.text, line) != NULL, "%s: %s", bad[i].text, error.text);
		ck_assert_uint_eq(key.secret_len, 0);
	}
}
END_TEST

START_TEST(key_files_of_others_are_refused)
{
	static const mode_t modes[] = {0604, 0602, 0620, 0644, 0666};
	static const char text[] = "hmac-sha256:key.example:AAECAw==\n";
	struct tsig_key key;
	struct zg_error error = {0};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		ck_assert_int_eq(
		    read_key(text, strlen(text), modes[i], &key, &error), ZG_INPUT_BAD);
	ck_assert_int_eq(read_key(text, strlen(text), 0400, &key, &error), ZG_OK);
	ck_assert_int_eq(tsig_key_read("/nonexistent/key", &key, &error), ZG_READ);
	ck_assert_int_eq(tsig_key_read("/", &key, &error), ZG_INPUT_BAD);
	ck_assert_int_eq(tsig_key_read("/dev/null", &key, &error), ZG_INPUT_BAD);
}
END_TEST

/* RFC 1035 names and named limits: a secret of 512 octets, a file of 8192. */
START_TEST(long_keys_are_read_up_to_the_limit)
{
	char text[ZG_TSIG_FILE_BYTES_MAX + 2];
	struct tsig_key key;
	struct zg_error error = {0};
	size_t length = (size_t)snprintf(text, sizeof(text), "k:");

	memset(text + length, 'A', 684); /* 513 octets */
	ck_assert_int_eq(read_key(text, length + 684, 0600, &key, &error), ZG_INPUT_BAD);
	text[length + 683] = '=';
	ck_assert_int_eq(read_key(text, length + 684, 0600, &key, &error), ZG_OK);
	ck_assert_uint_eq(key.secret_len, TSIG_SECRET_MAX);
	memset(text, '\n', sizeof(text));
	memcpy(text, "k:AAAA", 6);
	ck_assert_int_eq(read_key(text, ZG_TSIG_FILE_BYTES_MAX, 0600, &key, &error), ZG_OK);
	ck_assert_int_eq(
	    read_key(text, ZG_TSIG_FILE_BYTES_MAX + 1, 0600, &key, &error), ZG_INPUT_BAD);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tsig");
	TCase *cases = tcase_create("tsig"), *files = tcase_create("key files");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(cases, a_question_is_signed_as_another_implementation_does, 0, 3);
	tcase_add_loop_test(cases, an_answer_of_many_messages_is_verified, 0, 3);
	tcase_add_test(cases, a_hundred_messages_without_signature_are_too_many);
	tcase_add_test(cases, the_first_message_must_be_signed);
	tcase_add_test(cases, a_changed_bit_is_seen);
	tcase_add_test(cases, a_message_left_out_moved_or_sent_twice_is_seen);
	tcase_add_test(cases, another_key_is_seen);
	tcase_add_test(cases, the_clock_may_differ_by_the_fudge);
	tcase_add_test(cases, errors_that_the_server_reports_are_named);
	tcase_add_test(cases, a_shortened_signature_is_refused);
	tcase_add_test(cases, a_record_cut_anywhere_is_none);
	suite_add_tcase(suite, cases);
	tcase_add_unchecked_fixture(files, make_file, remove_file);
	tcase_add_test(files, key_files_are_read);
	tcase_add_test(files, bad_key_files_are_refused_with_their_line);
	tcase_add_test(files, key_files_of_others_are_refused);
	tcase_add_test(files, long_keys_are_read_up_to_the_limit);
	suite_add_tcase(suite, files);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
