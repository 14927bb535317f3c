/*
 * Transfers from scripted servers: good ones, and all that a hostile or broken one can do. What is
 * not the whole zone is never ZG_OK.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/byte_reader.h"
#include "base/file_io.h"
#include "crypto/mac.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "net/transfer.h"

#define HEADER	     12
#define SCRIPT_MAX   8192
#define MESSAGES_MAX 512
#define NOW	     1795350000

static const uint8_t zone[] = "\7example";
static const char zone_text[] = "example. 3600 IN SOA ns.example. host.example. 7 2 3 4 5\n"
				"example. 3600 IN NS ns.example.\n"
				"ns.example. 300 IN A 192.0.2.1\n";

/* What the server does, once it was asked. */
struct script {
	uint8_t octets[SCRIPT_MAX]; /* messages with their length in front; ids are filled in */
	size_t length;
	size_t starts[MESSAGES_MAX];
	int n;
	int other_id;		      /* the message with another id, -1: none */
	size_t cut;		      /* octets that are sent */
	int pause;		      /* milliseconds between octets */
	bool stays;		      /* the connection is kept open */
	bool endless;		      /* the last message is sent again and again */
	const struct tsig_key *key;   /* NULL: nothing is signed */
	bool is_signed[MESSAGES_MAX]; /* which message */
};

/* --- Messages --- */

static void
script_init(struct script *script)
{
	*script = (struct script){.other_id = -1, .cut = SIZE_MAX};
}

static void
add_octets(struct script *script, const void *octets, size_t length)
{
	uint8_t *message = script->octets + script->starts[script->n - 1];

	ck_assert_uint_le(script->length + length, SCRIPT_MAX);
	memcpy(script->octets + script->length, octets, length);
	script->length += length;
	store_u16(message, (uint16_t)(script->octets + script->length - message - 2));
}

static uint8_t *
last_message(struct script *script)
{
	return script->octets + script->starts[script->n - 1] + 2;
}

static void
add_message(struct script *script, uint16_t flags)
{
	static const uint8_t nothing[2 + HEADER] = {0};

	ck_assert_int_lt(script->n, MESSAGES_MAX);
	script->starts[script->n++] = script->length;
	add_octets(script, nothing, sizeof(nothing));
	store_u16(last_message(script) + 2, flags);
}

static void
add_question(struct script *script, const uint8_t *name, uint16_t type, uint16_t class)
{
	uint8_t fixed[4];

	store_u16(fixed, type);
	store_u16(fixed + 2, class);
	add_octets(script, name, name_length(name));
	add_octets(script, fixed, sizeof(fixed));
	last_message(script)[5]++;
}

/* Counts a record in the section whose count is at `count`. */
static void
add_record(struct script *script, int count, const uint8_t *owner, uint16_t type, uint32_t ttl,
    const void *rdata, size_t rdlen)
{
	uint8_t head[10];

	store_u16(head, type);
	store_u16(head + 2, 1);
	store_u32(head + 4, ttl);
	store_u16(head + 8, (uint16_t)rdlen);
	add_octets(script, owner, name_length(owner));
	add_octets(script, head, sizeof(head));
	add_octets(script, rdata, rdlen);
	last_message(script)[count + 1]++;
}
#define ANSWER	   6
#define AUTHORITY  8
#define ADDITIONAL 10

static void
add_soa(struct script *script, uint32_t ttl, uint8_t serial, uint8_t refresh)
{
	uint8_t rdata[] =
	    "\2ns\7example\0\4host\7example\0\0\0\0\7\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5";

	rdata[12 + 14 + 3] = serial; /* behind two names */
	rdata[12 + 14 + 7] = refresh;
	add_record(script, ANSWER, zone, RR_SOA, ttl, rdata, sizeof(rdata) - 1);
}

static void
add_ns(struct script *script)
{
	add_record(script, ANSWER, zone, RR_NS, 3600, "\2ns\7example", 12);
}

static void
add_a(struct script *script)
{
	static const uint8_t owner[] = "\2ns\7example";

	add_record(script, ANSWER, owner, RR_A, 300, "\300\0\2\1", 4);
}

/* The first message, with the question. */
static void
add_first(struct script *script)
{
	add_message(script, 0x8400);
	add_question(script, zone, 252, 1);
}

/* The zone, one record a message. */
static void
add_zone(struct script *script)
{
	add_first(script);
	add_soa(script, 3600, 7, 2);
	add_message(script, 0x8400);
	add_ns(script);
	add_message(script, 0x8400);
	add_a(script);
	add_message(script, 0x8400);
	add_soa(script, 3600, 7, 2);
}

/* --- The server --- */

/* Appends a TSIG record over what `mac` has taken in, and what is added here. */
static void
sign_message(struct mac_stream *mac, uint8_t prior[MAC_OCTETS_MAX], bool first, uint8_t *message,
    size_t *length)
{
	static const uint8_t key[] = "\3key", algorithm[] = "\013hmac-sha256";
	uint8_t timers[8] = {0}, head[10] = {0, RR_TSIG, 0, 255}, *at = message + *length;

	store_u32(timers + 2, NOW);
	store_u16(timers + 6, TSIG_FUDGE);
	store_u16(head + 8, sizeof(algorithm) + 8 + 2 + 32 + 2 + 2 + 2);
	if (first) {
		ck_assert_int_eq(mac_stream_add(mac, key, sizeof(key)), ZG_OK);
		ck_assert_int_eq(mac_stream_add(mac, head + 2, 6), ZG_OK);
		ck_assert_int_eq(mac_stream_add(mac, algorithm, sizeof(algorithm)), ZG_OK);
	}
	ck_assert_int_eq(mac_stream_add(mac, timers, 8), ZG_OK);
	if (first)
		ck_assert_int_eq(mac_stream_add(mac, "\0\0\0\0", 4), ZG_OK);
	ck_assert_int_eq(mac_stream_end(mac, prior), ZG_OK);
	memcpy(at, key, sizeof(key));
	at += sizeof(key);
	memcpy(at, head, sizeof(head));
	at += sizeof(head);
	memcpy(at, algorithm, sizeof(algorithm));
	at += sizeof(algorithm);
	memcpy(at, timers, 8);
	store_u16(at + 8, 32);
	memcpy(at + 10, prior, 32);
	memcpy(at + 42, message, 2);
	memset(at + 44, 0, 4);
	*length = (size_t)(at + 48 - message);
	message[ADDITIONAL + 1]++;
}

/* Signs the messages that are to be; the script is written anew. */
static void
sign_all(struct script *script, const uint8_t request_mac[32])
{
	struct script *made = malloc(sizeof(*made));
	uint8_t prior[MAC_OCTETS_MAX];
	struct mac_stream *mac;
	bool first = true, pending = false;

	*made = *script;
	made->length = 0;
	memcpy(prior, request_mac, 32);
	ck_assert_int_eq(
	    mac_stream_new(MAC_SHA256, script->key->secret, script->key->secret_len, &mac), ZG_OK);
	for (int i = 0; i < script->n; i++) {
		const uint8_t *from = script->octets + script->starts[i];
		size_t length = load_u16(from);
		uint8_t *message = made->octets + made->length + 2;

		made->starts[i] = made->length;
		memcpy(message, from + 2, length);
		if (!pending) {
			ck_assert_int_eq(mac_stream_add(mac, "\0\40", 2), ZG_OK);
			ck_assert_int_eq(mac_stream_add(mac, prior, 32), ZG_OK);
		}
		ck_assert_int_eq(mac_stream_add(mac, message, length), ZG_OK);
		pending = !script->is_signed[i];
		if (script->is_signed[i]) {
			sign_message(mac, prior, first, message, &length);
			first = false;
		}
		store_u16(message - 2, (uint16_t)length);
		made->length += 2 + length;
	}
	mac_stream_free(mac);
	*script = *made;
	free(made);
}

static void
read_all(int fd, uint8_t *octets, size_t length)
{
	while (length > 0) {
		ssize_t n = read(fd, octets, length);

		if (n <= 0)
			_exit(3);
		octets += n;
		length -= (size_t)n;
	}
}

/* Sends; ends when nobody listens any more. */
static void
play(const struct script *script, int fd)
{
	size_t length = script->cut < script->length ? script->cut : script->length;
	size_t last = script->starts[script->n > 0 ? script->n - 1 : 0];
	struct pollfd gone = {.fd = fd, .events = POLLIN};

	if (script->pause == 0 && !write_all(fd, script->octets, length))
		return;
	for (size_t i = 0; i < length && script->pause > 0; i++) {
		if (!write_all(fd, script->octets + i, 1))
			return;
		(void)poll(NULL, 0, script->pause);
	}
	while (script->endless && write_all(fd, script->octets + last, length - last))
		;
	if (script->stays)
		(void)poll(&gone, 1, 20000);
}

/* One connection: the question, its id and MAC, the script. */
static _Noreturn void
serve(struct script *script, int listener)
{
	int fd = accept(listener, NULL, NULL);
	uint8_t length[2], question[2048];
	size_t n;

	read_all(fd, length, 2);
	n = load_u16(length);
	if (n > sizeof(question))
		_exit(3);
	read_all(fd, question, n);
	for (int i = 0; i < script->n; i++) {
		uint8_t *message = script->octets + script->starts[i] + 2;

		if (script->length < script->starts[i] + 4)
			break;
		memcpy(message, question, 2);
		message[1] ^= i == script->other_id;
	}
	/* The MAC stands in front of the last six octets. */
	if (script->key != NULL)
		sign_all(script, question + n - 6 - 32);
	play(script, fd);
	(void)close(fd);
	_exit(0);
}

struct server {
	pid_t child;
	struct net_address address;
};

static struct server
server_start(struct script *script)
{
	struct sockaddr_in name = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(name);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct server server;

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&name, length), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&name, &length), 0);
	ck_assert(net_address_make("127.0.0.1", ntohs(name.sin_port), &server.address));
	server.child = fork();
	ck_assert_int_ge(server.child, 0);
	if (server.child == 0)
		serve(script, listener);
	(void)close(listener);
	return server;
}

static void
server_end(const struct server *server)
{
	(void)kill(server->child, SIGKILL);
	ck_assert_int_eq(waitpid(server->child, NULL, 0), server->child);
}

/* --- The client --- */

struct run {
	struct transfer transfer;
	struct zg_error error;
	char text[4096];
};

/* Transfers as `run->transfer` says, `server` filled in. */
static zg_status
run_script(struct run *run, struct script *script)
{
	struct server server = server_start(script);
	int fd = memfd_create("zone", MFD_CLOEXEC);
	ssize_t n;
	zg_status status;

	ck_assert_int_ge(fd, 0);
	run->transfer.server = server.address;
	run->transfer.zone = zone;
	run->transfer.now = NOW;
	run->transfer.key = script->key;
	if (run->transfer.seconds == 0)
		run->transfer.seconds = 20;
	status = transfer_run(&run->transfer, fd, &run->error);
	n = pread(fd, run->text, sizeof(run->text) - 1, 0);
	ck_assert_int_ge(n, 0);
	run->text[n] = '\0';
	(void)close(fd);
	server_end(&server);
	return status;
}

static void
expect(struct script *script, zg_status wanted)
{
	struct run run = {.error = {""}};
	zg_status status = run_script(&run, script);

	ck_assert_msg(status == wanted, "%d, not %d: %s", status, wanted, run.error.text);
	if (wanted == ZG_OK)
		ck_assert_str_eq(run.text, zone_text);
	else
		ck_assert(!run.transfer.checked);
}

static struct script script;

/* --- Tests --- */

START_TEST(a_zone_is_written_whatever_its_messages)
{
	struct run run = {.error = {""}};

	script_init(&script);
	add_zone(&script);
	ck_assert_msg(run_script(&run, &script) == ZG_OK, "%s", run.error.text);
	ck_assert_str_eq(run.text, zone_text);
	ck_assert_uint_eq(run.transfer.n_records, 3);
	ck_assert_uint_eq(run.transfer.n_octets, script.length - 2 * 4);
	ck_assert_uint_eq(run.transfer.serial, 7);
	ck_assert(!run.transfer.checked);

	script_init(&script);
	add_first(&script);
	add_soa(&script, 3600, 7, 2);
	add_ns(&script);
	add_a(&script);
	add_soa(&script, 3600, 7, 2);
	expect(&script, ZG_OK);

	/* Questions again, messages without records, one octet at a time, a connection kept. */
	script_init(&script);
	add_first(&script);
	add_soa(&script, 3600, 7, 2);
	add_message(&script, 0x8000);
	add_first(&script);
	add_ns(&script);
	add_a(&script);
	add_message(&script, 0x8000);
	add_soa(&script, 3600, 7, 2);
	script.pause = 1;
	script.stays = true;
	expect(&script, ZG_OK);
}
END_TEST

START_TEST(a_transfer_cut_anywhere_is_no_zone)
{
	script_init(&script);
	add_zone(&script);
	for (size_t cut = 0; cut < script.length; cut++) {
		script.cut = cut;
		expect(&script, ZG_READ);
	}
	script.cut = script.length;
	expect(&script, ZG_OK);
}
END_TEST

/* Each octet of the messages changed: it is another zone, or none, and never lies outside. */
START_TEST(a_changed_octet_does_no_harm)
{
	script_init(&script);
	add_zone(&script);
	for (size_t at = 0; at < script.length; at++) {
		struct run run = {.transfer = {.seconds = 5}};
		struct script changed = script;
		bool good;

		changed.octets[at] ^= 0x81;
		good = run_script(&run, &changed) == ZG_OK;
		if (at < 2)
			ck_assert(!good);
		if (good)
			ck_assert_uint_eq(run.transfer.n_records, 3);
	}
}
END_TEST

/* Messages that are no part of an answer to this question. */
START_TEST(messages_that_do_not_belong_are_refused)
{
	static const uint8_t other[] = "\5other";

	for (int what = 0; what < 18; what++) {
		zg_status wanted = ZG_INPUT_BAD;

		script_init(&script);
		if (what == 0) { /* no question */
			add_message(&script, 0x8400);
		} else if (what == 1) { /* another name, type, class */
			add_message(&script, 0x8400);
			add_question(&script, other, 252, 1);
		} else if (what == 2) {
			add_message(&script, 0x8400);
			add_question(&script, zone, 251, 1);
		} else if (what == 3) {
			add_message(&script, 0x8400);
			add_question(&script, zone, 252, 3);
		} else if (what == 4) { /* two questions */
			add_first(&script);
			add_question(&script, zone, 252, 1);
		} else if (what == 5) { /* a query */
			add_message(&script, 0x0400);
			add_question(&script, zone, 252, 1);
		} else if (what == 6) { /* NOTIFY */
			add_message(&script, 0xa400);
			add_question(&script, zone, 252, 1);
		} else {
			add_first(&script);
		}
		if (what == 7)
			script.other_id = 0;
		if (what == 16) /* more records than there are */
			last_message(&script)[ANSWER + 1]++;
		add_soa(&script, 3600, 7, 2);
		if (what == 8) { /* the same in a later message */
			add_message(&script, 0x8400);
			script.other_id = 1;
		} else if (what == 9) {
			add_message(&script, 0x8400);
			add_question(&script, other, 252, 1);
		}
		add_ns(&script);
		add_a(&script);
		add_soa(&script, 3600, 7, 2);
		if (what == 10)
			add_record(&script, AUTHORITY, zone, RR_NS, 5, "", 1);
		else if (what == 11)
			add_record(&script, ADDITIONAL, zone, RR_A, 5, "\1\2\3\4", 4);
		else if (what == 12 || what == 13) /* signed, though nobody asked */
			add_record(&script, ADDITIONAL, zone, RR_TSIG, 0, "", 1);
		if (what == 12) /* and not as the last one */
			add_record(&script, ADDITIONAL, (const uint8_t *)"", 41, 0, "", 0);
		if (what == 14) /* octets behind the records */
			add_octets(&script, "", 1);
		else if (what == 15) { /* OPT is lawful */
			add_record(&script, ADDITIONAL, (const uint8_t *)"", 41, 0, "", 0);
			wanted = ZG_OK;
		} else if (what == 17) { /* as good as new */
			wanted = ZG_OK;
		}
		expect(&script, wanted);
	}
}
END_TEST

START_TEST(what_is_no_message_is_refused)
{
	for (uint16_t length = 0; length < 12; length++) {
		script_init(&script);
		script.n = 1;
		add_octets(&script, "\0\0\0\0\0\0\0\0\0\0\0\0\0", (size_t)2 + length);
		store_u16(script.octets, length);
		expect(&script, ZG_INPUT_BAD);
	}
}
END_TEST

START_TEST(a_refusal_is_named)
{
	static const char *const names[] = {NULL, "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
	    "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE", "11"};

	for (unsigned rcode = 1; rcode < 12; rcode++) {
		struct run run = {.error = {""}};

		script_init(&script);
		add_message(&script, (uint16_t)(0x8000 | rcode));
		add_question(&script, zone, 252, 1);
		ck_assert_int_eq(run_script(&run, &script), ZG_READ);
		ck_assert_msg(strstr(run.error.text, names[rcode]) != NULL, "%s", run.error.text);
	}
	/* In the midst of the zone, with the records that would have been its end. */
	script_init(&script);
	add_first(&script);
	add_soa(&script, 3600, 7, 2);
	add_message(&script, 0x8402);
	add_soa(&script, 3600, 7, 2);
	expect(&script, ZG_READ);
}
END_TEST

START_TEST(a_zone_that_does_not_begin_with_its_soa_is_refused)
{
	static const uint8_t other[] = "\5other";
	static const uint8_t soa[] = "\2ns\0\4host\0\0\0\0\7\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0";

	script_init(&script);
	add_first(&script);
	expect(&script, ZG_READ); /* nothing at all */

	script_init(&script);
	add_first(&script);
	add_ns(&script);
	add_soa(&script, 3600, 7, 2);
	expect(&script, ZG_INPUT_BAD);

	script_init(&script);
	add_first(&script);
	add_record(&script, ANSWER, other, RR_SOA, 5, soa, sizeof(soa));
	expect(&script, ZG_INPUT_BAD);

	script_init(&script); /* one octet too few */
	add_first(&script);
	add_record(&script, ANSWER, zone, RR_SOA, 5, soa, sizeof(soa) - 1);
	expect(&script, ZG_INPUT_BAD);

	script_init(&script);
	add_first(&script);
	add_record(&script, ANSWER, zone, RR_SOA, 5, soa, 0);
	expect(&script, ZG_INPUT_BAD);
}
END_TEST

START_TEST(a_zone_ends_with_the_soa_it_began_with)
{
	static const struct {
		uint32_t ttl;
		uint8_t serial, refresh;
	} last[] = {{3600, 8, 2}, {3600, 7, 3}, {3601, 7, 2}};

	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
		script_init(&script);
		add_first(&script);
		add_soa(&script, 3600, 7, 2);
		add_ns(&script);
		add_soa(&script, last[i].ttl, last[i].serial, last[i].refresh);
		expect(&script, ZG_READ);
	}
	/* Letter case may come from what the name was compressed against. */
	script_init(&script);
	add_zone(&script);
	last_message(&script)[HEADER + 1] ^= 0x20;
	last_message(&script)[HEADER + 9 + 10 + 1] ^= 0x20;
	expect(&script, ZG_OK);
}
END_TEST

START_TEST(nothing_may_come_behind_the_closing_soa)
{
	script_init(&script);
	add_zone(&script);
	add_a(&script);
	expect(&script, ZG_INPUT_BAD);

	script_init(&script);
	add_zone(&script);
	add_soa(&script, 3600, 7, 2);
	expect(&script, ZG_INPUT_BAD);

	script_init(&script);
	add_zone(&script);
	add_message(&script, 0x8400);
	expect(&script, ZG_INPUT_BAD);
}
END_TEST

/* The gate refuses them: nothing is left out here. */
START_TEST(records_that_belong_elsewhere_are_written)
{
	static const uint8_t other[] = "\5other";
	struct run run = {.error = {""}};

	script_init(&script);
	add_first(&script);
	add_soa(&script, 3600, 7, 2);
	add_record(&script, ANSWER, other, RR_A, 5, "\1\2\3\4", 4);
	add_record(&script, ANSWER, zone, RR_A, 4294967295U, "\1\2\3", 3);
	add_record(&script, ANSWER, zone, 255, 5, "", 0);
	add_soa(&script, 3600, 7, 2);
	ck_assert_int_eq(run_script(&run, &script), ZG_OK);
	ck_assert_str_eq(strchr(run.text, '\n') + 1, "other. 5 IN A 1.2.3.4\n"
						     "example. 4294967295 IN TYPE1 \\# 3 010203\n"
						     "example. 5 IN TYPE255 \\# 0 \n");
}
END_TEST

/* --- Limits --- */

static double
seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
expect_within(struct run *run, zg_status wanted, double seconds)
{
	double began = seconds_now();

	ck_assert_int_eq(run_script(run, &script), wanted);
	ck_assert_double_lt(seconds_now() - began, seconds);
}

START_TEST(an_endless_zone_ends_at_the_limit)
{
	struct run run = {.transfer = {.max_octets = 100000}};

	script_init(&script);
	add_first(&script);
	add_soa(&script, 3600, 7, 2);
	add_message(&script, 0x8400);
	add_a(&script);
	script.endless = true;
	expect_within(&run, ZG_LIMIT, 10);
	ck_assert_uint_le(run.transfer.n_octets, 100000);

	run = (struct run){.transfer = {.seconds = 1}};
	expect_within(&run, ZG_READ, 5);
}
END_TEST

START_TEST(the_limit_is_of_octets)
{
	struct run run = {.error = {""}};

	script_init(&script);
	add_zone(&script);
	run.transfer.max_octets = script.length - 2 * 4;
	ck_assert_int_eq(run_script(&run, &script), ZG_OK);
	run = (struct run){.transfer = {.max_octets = script.length - 2 * 4 - 1}};
	ck_assert_int_eq(run_script(&run, &script), ZG_LIMIT);
}
END_TEST

START_TEST(a_slow_or_silent_server_is_given_up)
{
	struct run run = {.transfer = {.seconds = 1}};

	script_init(&script); /* never silent for long, and never done */
	add_zone(&script);
	script.pause = 100;
	expect_within(&run, ZG_READ, 5);

	run = (struct run){.transfer = {.idle_seconds = 1}};
	script.pause = 0;
	script.cut = 50;
	script.stays = true;
	expect_within(&run, ZG_READ, 5);

	run = (struct run){.transfer = {.idle_seconds = 1}};
	script.cut = 0;
	expect_within(&run, ZG_READ, 5);
}
END_TEST

START_TEST(a_dead_port_is_said)
{
	struct transfer transfer = {.zone = zone, .seconds = 5};
	struct zg_error error = {0};

	ck_assert(net_address_make("127.0.0.1", 1, &transfer.server));
	ck_assert_int_eq(transfer_run(&transfer, STDOUT_FILENO, &error), ZG_READ);
	ck_assert_ptr_nonnull(strstr(error.text, "127.0.0.1@1"));
	ck_assert_ptr_nonnull(strstr(error.text, "example."));
}
END_TEST

START_TEST(a_text_that_cannot_be_written_is_no_zone)
{
	struct transfer transfer = {.zone = zone, .seconds = 5};
	struct zg_error error = {0};
	struct server server;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(full, 0);
	script_init(&script);
	add_zone(&script);
	server = server_start(&script);
	transfer.server = server.address;
	ck_assert_int_eq(transfer_run(&transfer, full, &error), ZG_WRITE);
	server_end(&server);
	(void)close(full);
}
END_TEST

/* --- TSIG --- */

static const struct tsig_key key = {
    .name = "\3key", .algorithm = TSIG_HMAC_SHA256, .secret = "secret", .secret_len = 6};

/* The zone in messages, signed where `signs` has a '1'. */
static void
signed_script(const char *signs)
{
	size_t n = strlen(signs);

	script_init(&script);
	script.key = &key;
	for (size_t i = 0; i < n; i++) {
		if (i == 0)
			add_first(&script);
		else
			add_message(&script, 0x8400);
		if (i == 0)
			add_soa(&script, 3600, 7, 2);
		else if (i == 1)
			add_ns(&script);
		else if (i == 2)
			add_a(&script);
		if (i == n - 1)
			add_soa(&script, 3600, 7, 2);
		script.is_signed[i] = signs[i] == '1';
	}
}

START_TEST(a_signed_zone_is_checked)
{
	static const char *const good[] = {"1111", "1001", "10001", "111"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct run run = {.error = {""}};

		signed_script(good[i]);
		ck_assert_msg(run_script(&run, &script) == ZG_OK, "%s", run.error.text);
		ck_assert_str_eq(run.text, zone_text);
		ck_assert(run.transfer.checked);
	}
}
END_TEST

START_TEST(a_zone_that_is_not_signed_to_its_end_is_refused)
{
	static const char *const bad[] = {"0000", "0111", "1000", "1110", "000"};
	char signs[103];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		signed_script(bad[i]);
		expect(&script, ZG_READ);
	}
	/* 99 messages without signature in between are lawful, 100 are not (RFC 8945 section
	 * 5.3.1). */
	for (size_t n = 99; n <= 100; n++) {
		memset(signs, '0', sizeof(signs));
		signs[0] = signs[n + 1] = '1';
		signs[n + 2] = '\0';
		signed_script(signs);
		expect(&script, n == 99 ? ZG_OK : ZG_READ);
	}
}
END_TEST

START_TEST(a_signed_transfer_cut_anywhere_is_no_zone)
{
	size_t length;

	signed_script("1011");
	length = script.length + 3 * (5 + 10 + 13 + 8 + 2 + 32 + 6);
	for (size_t cut = 0; cut < length; cut += cut % 7 == 0 ? 1 : 3) {
		signed_script("1011");
		script.cut = cut;
		expect(&script, ZG_READ);
	}
	signed_script("1011");
	script.cut = length;
	expect(&script, ZG_OK);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("transfer");
	TCase *cases = tcase_create("transfer");
	SRunner *runner;
	int failed;

	(void)signal(SIGPIPE, SIG_IGN);
	tcase_set_timeout(cases, 120);
	tcase_add_test(cases, a_zone_is_written_whatever_its_messages);
	tcase_add_test(cases, a_transfer_cut_anywhere_is_no_zone);
	tcase_add_test(cases, a_changed_octet_does_no_harm);
	tcase_add_test(cases, messages_that_do_not_belong_are_refused);
	tcase_add_test(cases, what_is_no_message_is_refused);
	tcase_add_test(cases, a_refusal_is_named);
	tcase_add_test(cases, a_zone_that_does_not_begin_with_its_soa_is_refused);
	tcase_add_test(cases, a_zone_ends_with_the_soa_it_began_with);
	tcase_add_test(cases, nothing_may_come_behind_the_closing_soa);
	tcase_add_test(cases, records_that_belong_elsewhere_are_written);
	tcase_add_test(cases, an_endless_zone_ends_at_the_limit);
	tcase_add_test(cases, the_limit_is_of_octets);
	tcase_add_test(cases, a_slow_or_silent_server_is_given_up);
	tcase_add_test(cases, a_dead_port_is_said);
	tcase_add_test(cases, a_text_that_cannot_be_written_is_no_zone);
	tcase_add_test(cases, a_signed_zone_is_checked);
	tcase_add_test(cases, a_zone_that_is_not_signed_to_its_end_is_refused);
	tcase_add_test(cases, a_signed_transfer_cut_anywhere_is_no_zone);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
