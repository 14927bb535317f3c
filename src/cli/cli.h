/*
 * The program's own header: the command table and what reads it, words for people, the supervisor.
 * The program sees the library through <zonegate/...> only.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include <zonegate/gate.h>
#include <zonegate/report.h>
#include <zonegate/status.h>
#include <zonegate/verdict.h>
#include "base/file_io.h"
#include "base/utc.h"
#include "net/address.h"
#include "observe/observe.h"
#include "observe/unbound.h"
#include "parent/fetch.h"
#include "publish/parent_log.h"
#include "publish/publish.h"
#include "publish/rollout.h"
#include "report/observe_report.h"

/* Exit status of everything that could not be done: usage, unreadable input, dead worker. */
#define EXIT_UNDECIDED 2

/* The same of commands that monitoring runs, for which 2 is an alarm. */
#define EXIT_UNKNOWN 3

/* --- The command table (commands.c) --- */

enum option_id {
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_POLICY,
	OPTION_DS,
	OPTION_ORIGIN,
	OPTION_NOW,
	OPTION_FORMAT,
	OPTION_THREADS,
	OPTION_UNSIGNED,
	OPTION_TRIALS,
	OPTION_PREVIOUS,
	OPTION_STATE,
	OPTION_REQUIRE,
	OPTION_INCLUDE,
	OPTION_TIMEOUT,
	OPTION_VERIFY_WITH,
	OPTION_MEMO,
	OPTION_NO_MEMO,
	OPTION_EXAMPLES,
	OPTION_TIMING,
	OPTION_PROGRESS,
	OPTION_QUIET,
	OPTION_TRANSFER,
	OPTION_TSIG,
	OPTION_TLS,
	OPTION_TLS_CA,
	OPTION_CONFIG,
	OPTION_DRY_RUN,
	OPTION_OUTPUT,
	OPTION_TEST_ALERT,
	OPTION_NOTIFY,
	OPTION_SINCE,
	OPTION_DS_SINCE,
	OPTION_DS_TTL,
	OPTION_FROM,
	OPTION_SERVED,
	OPTION_LIMIT,
	OPTION_LIST,
	OPTION_KEY,
	OPTION_NEW_KEY,
	OPTION_AS,
	OPTION_REASON,
	OPTION_OVERRIDE,
	OPTION_UNTIL,
	OPTION_FOR,
	OPTION_THIS_ONLY,
	OPTION_HEADROOM,
	OPTION_PARENT,
	OPTION_PARENT_SERVER,
	OPTION_RESOLVER,
	OPTION_ANCHOR,
	OPTION_NAMES,
	OPTION_NO_TRANSFER,
	OPTION_STAGE,
	OPTION_WATCH,
	OPTION_FAULT,
	OPTION_BROKEN,
	OPTION_NEXT,
	OPTION_UPDATE,
	OPTION_WAIT,
	OPTION_COUNT
};

struct option_row {
	enum option_id id;
	char letter;	      /* NUL: none */
	const char *name;     /* without the dashes */
	const char *argument; /* "FILE", "text|json"; NULL: none */
	const char *help;     /* one line */
};

struct arguments;

struct command_row {
	const char *name;     /* NULL: the program itself */
	const char *words;    /* sub-commands, "lint|show"; NULL: none */
	const char *operands; /* "ZONEFILE | -"; NULL: none */
	size_t n_operands_min;
	size_t n_operands_max;
	const char *summary; /* one line; NULL: the whole command is not supported */
	const struct option_row *options;
	size_t n_options;
	int (*run)(const struct arguments *arguments); /* returns the exit status */
};

/* Row 0 is the program itself. */
extern const struct command_row command_table[];
extern const size_t command_table_rows;

/* The row of a command, or NULL. */
const struct command_row *command_find(const char *name);

/* The word that is meant when none is said; NULL: one must be said. */
const char *command_word(const struct command_row *command);

/* Exit status of a command line that is wrong. */
int command_usage_status(const struct command_row *command);

/* Whether `word` is one of "a|b|c"; false for NULL lists. */
bool word_in(const char *list, const char *word);

/* --- Command lines (arguments.c) --- */

/* --override and --parent-server can be given so often. */
#define OVERRIDES_MAX  64
#define PARENT_SERVERS ZG_PARENT_ADDRESSES_MAX

struct arguments {
	const struct command_row *command;
	const char *word; /* the sub-command, or NULL */
	const char
	    *values[OPTION_COUNT];   /* borrowed from argv; "" without argument; NULL: absent */
	const char *const *operands; /* borrowed from argv */
	size_t n_operands;
	const char *overrides[OVERRIDES_MAX]; /* borrowed from argv */
	size_t n_overrides;
	const char *parent_servers[PARENT_SERVERS]; /* borrowed from argv */
	size_t n_parent_servers;
};

/* Reads argv[1]... after `command`. False: it is wrong and was complained about. */
bool arguments_read(
    const struct command_row *command, int argc, char **argv, struct arguments *arguments);

/* --- Values of options (values.c): false when malformed --- */

/* YYYYMMDDHHMMSS, seconds since 1970, or +N/-N seconds, or with s m h d w, from `clock`. */
bool value_time(const char *text, int64_t clock, int64_t *time);

/* N seconds, or with s m h d w: 1 second to 4 weeks. */
bool value_duration(const char *text, int64_t *seconds);

/* A decimal number from `min` to `max`. */
bool value_number(const char *text, int64_t min, int64_t max, int64_t *number);

/* "ds,previous": enum zg_input, or-ed. */
bool value_inputs(const char *text, unsigned *inputs);

/* --- Words for people --- */

/* Prints the help of a command, from the table (help.c); returns the exit status. */
int help_print(const struct command_row *command);

/* Writes "zonegate: ..." and a newline to standard error, escaped, in one piece and without
 * allocating. */
void complain(const char *format, ...) ZG_PRINTF(1, 2);

/* The same for a wrong command line, with a hint; returns EXIT_UNDECIDED. `command`: NULL or row 0
 * for the program itself. */
int complain_usage(const struct command_row *command, const char *format, ...) ZG_PRINTF(2, 3);

/* Puts at most size - 1 characters of `from` into `to`; what is not printable ASCII becomes \DDD.
 */
void escape(char *to, size_t size, const char *from);

/* Says in `error` that standard output failed, with errno; returns ZG_WRITE. */
zg_status output_trouble(struct zg_error *error);

/* Writes the only text that goes there, and closes it. */
ZG_MUST_CHECK zg_status output_whole(const char *text, size_t length, struct zg_error *error);

/* Flushes and closes standard output. ZG_WRITE: not all that was printed got out. */
ZG_MUST_CHECK zg_status output_close(struct zg_error *error);

/* The same as the end of a command: complains, and returns the exit status. */
int output_end(void);

/* Standard output is a terminal, and nobody has said that colours are not wanted there. */
bool output_wants_color(void);

/* Whether descriptor `fd` is a terminal that understands more than lines. */
bool is_terminal(int fd);

/* --- Commands that run the gate (gate_job.c) --- */

enum progress { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_TERMINAL };

struct gate_job {
	struct zg_gate_inputs inputs;
	struct zg_report_options report;
	int64_t timeout; /* seconds */

	enum progress progress;
	unsigned phase;	       /* ZG_PHASE_COUNT is the report, */
	struct timespec since; /* that began then */
	double shown_at;       /* seconds of this phase, when its share was last shown */

	bool timed;
	struct zg_timing timing;

	/* NULL, or called in the worker when all inputs are read, and less is done at once. */
	void (*when_read)(void *context);
	void *when_read_context;
};

/* Seconds since 1970. */
int64_t clock_now(void);

/* What the options say of time, form, threads, time-out and progress; those that a command does not
 * have are absent. False: complained. */
bool gate_job_read(const struct arguments *arguments, struct gate_job *job);

/* The zone to check: a file, or "-" for standard input, which is no terminal. The worker is in the
 * background of a terminal and cannot read there. False: complained. */
bool zone_source_read(
    const struct arguments *arguments, const char *path, struct zg_source *source);

/* Complains that --option is not `wanted`; returns false. */
bool option_malformed(
    const struct arguments *arguments, const char *option, enum option_id id, const char *wanted);

/* In the worker: runs the gate; writes the report to standard output, and closes it; prints the
 * time that each phase took, if asked to. */
ZG_MUST_CHECK zg_status gate_job_run(
    struct gate_job *job, struct zg_result **result, struct zg_error *error);
ZG_MUST_CHECK zg_status gate_job_report(
    struct gate_job *job, const struct zg_result *result, struct zg_error *error);
void gate_job_timing(const struct gate_job *job);

/* --- Progress (progress.c) --- */

#define PROGRESS_TEXT_SIZE 96

/*
 * "516091 of 1200213 signatures (43 %), about 12 s left", after `seconds` of this work. How much
 * time is left is said only when enough was seen to tell.
 */
void progress_text(char text[PROGRESS_TEXT_SIZE], uint64_t done, uint64_t total, double seconds);

/* --- The supervisor (supervisor.c) --- */

/* Presentation form of a name: 255 octets, \DDD each, and a NUL fit. */
#define CLAIM_ZONE_SIZE 1025
/* 96 hex digits and a NUL. */
#define CLAIM_DIGEST_SIZE 97

/* What the worker says. Plain bytes: it crosses a pipe and is not trusted before it is judged. */
struct claim {
	uint32_t verdict; /* zg_verdict */
	uint32_t has_serial;
	uint32_t serial;
	char zone[CLAIM_ZONE_SIZE];
	char digest[CLAIM_DIGEST_SIZE];
	char message[ZG_ERROR_TEXT_MAX]; /* why it is undecided */
	uint32_t in_force;		 /* 1: this very content is released already, */
	uint32_t rolling;		 /* or on its way through the stages */
	uint32_t straight; /* nothing asks for stages; else `message` says what does */
	uint32_t queued;   /* held until the rollout under way is finished */
	uint32_t evidence; /* the policy takes what was handed over for what is in service */
	uint32_t same_for; /* seconds in which nothing but other inputs change a refusal */
};

struct supervised {
	/* Runs in the worker. `claim` comes as "undecided" and is to be filled last. */
	void (*work)(void *context, struct claim *claim);
	void *context;
	int64_t timeout;    /* seconds */
	bool needs_content; /* a pass counts only with zone and content digest */
	bool stays;	    /* a signal that ends programs ends the work, and is "undecided" */
	/* NULL, or work of the supervisor's own while the worker is busy, in pieces of a few
	 * milliseconds: called until it says that there is no more, once `beside_when`, a
	 * descriptor, can be read. */
	bool (*beside)(void *context);
	int beside_when;
};

/* The time-out where nobody asked for another one: many times what the largest zones need. */
#define SUPERVISED_TIMEOUT 3600

/*
 * Runs task->work in a process of its own and returns its verdict. Whatever happens to that
 * process, all but a complete, genuine and consistent claim is ZG_VERDICT_UNDECIDED, said in one
 * line on standard error. `claim` holds what the worker said, emptied when that does not count. To
 * be called before any thread, file or library is in use. Does not return when a signal ends the
 * program, unless it `stays`.
 */
zg_verdict supervise(const struct supervised *task, struct claim *claim);

/* Fills `claim` as undecided because of `status`. */
void claim_trouble(struct claim *claim, zg_status status, const struct zg_error *error);

/* Fills `claim` with what a result says. */
void claim_result(struct claim *claim, const struct zg_result *result);

/* --- Commands of the configuration (run_command.c) --- */

struct command_task {
	const struct config_command *command;
	/* What it is told in its environment: ZONEGATE_EVENT and so on. */
	const char *event; /* "released", "refused", "held", "undecided", "failed", "alarm" */
	const char *zone;
	const char *verdict;
	bool has_serial;
	uint32_t serial;
	const char *stage;    /* NULL: none */
	const char *file;     /* NULL: none */
	const char *log_head; /* signed; NULL: none */
	const char *input;    /* for its standard input */
	size_t input_length;
	bool whole; /* its output is an answer: all of it is kept, as far as it fits */
};

struct command_outcome {
	bool succeeded; /* it ended with exit status 0, in time */
	bool timed_out;
	char why[128]; /* it did not succeed */
	size_t length;
	char output[4096]; /* the last line of the first octets, or all of them; not escaped */
};

/* Runs a command: argument list, no shell, an environment and a process group of its own, no open
 * descriptors, a time-out; the whole group is ended with it. */
void command_execute(const struct command_task *task, struct command_outcome *outcome);

/* In a child: default signals, none blocked; a program must be able to end of them. */
void signals_reset(void);

/* Runs all notification commands with the rest of `task`, and returns how many succeeded. What
 * fails there is said, and changes nothing. */
size_t notify_all(const struct config *config, const struct command_task *task);

/* --- A zone from a server (fetch.c): a process of its own talks to it --- */

struct fetch_report;
struct fetch {
	pid_t child; /* -1: none */
	int fd;	     /* zone text, to be read to its end; -1: none */
	struct fetch_report *report;
};

struct fetch_wish {
	const char *server;   /* ADDRESS@PORT */
	const char *zone;     /* presentation form */
	const char *key;      /* file of the TSIG key; NULL: none */
	const char *tls_name; /* of the server's certificate; NULL: no TLS */
	const char *tls_ca;   /* file of authorities; NULL: those of the system */
	int64_t seconds;
};

/* Starts a transfer. */
ZG_MUST_CHECK zg_status fetch_begin(
    const struct fetch_wish *wish, struct fetch *fetch, struct zg_error *error);
/* After the end of the text. ZG_OK: it was the whole zone, closing SOA and all. */
ZG_MUST_CHECK zg_status fetch_end(struct fetch *fetch, struct zg_error *error);
/* Ends a transfer that nobody waits for any more; may be called again. */
void fetch_clear(struct fetch *fetch);

/* What --transfer and its companions say; server NULL: no transfer is wished for. The zone is left
 * to the caller. False: complained. */
bool fetch_wish_read(const struct arguments *arguments, struct fetch_wish *wish);

/* --- `zonegate check --transfer` (transfer_job.c) --- */

struct transfer_job {
	struct fetch_wish wish; /* server NULL: no transfer is wished for */
	struct fetch fetch;
	bool whole; /* the child has said so */
};

/* What the options say. False: complained. */
bool transfer_job_read(const struct arguments *arguments, struct transfer_job *job);
/* In the worker: starts the transfer, which becomes the zone of the gate. */
ZG_MUST_CHECK zg_status transfer_job_begin(
    struct transfer_job *job, struct zg_gate_inputs *inputs, struct zg_error *error);
/* After the run, whatever became of it. False: it did not judge a whole zone. */
bool transfer_job_end(struct transfer_job *job);

/* --- `zonegate hook` (hook_command.c, hook_keeper.c; hook_nsd.c and so on for the engines) --- */

/*
 * A hook is a release that publishes nothing itself: an engine has a new zone and asks whether it
 * may go out. Same lock, policy, history, approvals, worker and records. To add an engine: a
 * function that reads the engine's own words into a hook_request and returns hook_run's answer, and
 * a row in hook_command.c, which says how each answer is told by exit status. It runs in a child of
 * the process that the engine started (hook_keeper.c), so that nothing that happens to it - signal,
 * out of memory, early exit - is a yes.
 */
struct hook {
	const struct arguments *arguments;
	pid_t asker; /* the process that the engine started: it waits for the answer */
};

enum hook_source { HOOK_SOURCE_FD, HOOK_SOURCE_PATH, HOOK_SOURCE_SERVER };

/* Something that is asked about an answer. False: `why` not. */
typedef bool (*hook_say)(void *context, uint32_t serial, char *why, size_t why_size);

struct hook_request {
	const char *engine; /* as Hook/@engine of the zone must say: static */
	const char *zone;   /* as the engine writes it */
	/* The engine asks about this serial: a zone with another one is undecided, and not even a
	 * candidate: a dump that was left over, a transfer of the next version. */
	bool has_serial;
	uint32_t serial;

	enum hook_source source;
	int fd;		    /* HOOK_SOURCE_FD: no end mark, a text that was cut looks whole */
	const char *path;   /* HOOK_SOURCE_PATH; the name of HOOK_SOURCE_FD, NULL: standard input */
	const char *server; /* HOOK_SOURCE_SERVER: ADDRESS@PORT */

	/* Seconds after which the answer is worth nothing, and a yes is none: the engine has given
	 * up, or asks about something else. 0: as long as --timeout says. */
	int64_t seconds;

	/*
	 * What a pass does, when exit status 0 is not all of the answer (Knot: zone-commit). False:
	 * it was not taken, `why` says so, and the candidate stays "passed". NULL: nothing; a zone
	 * with a Release gets its file renamed and its command run, as by `zonegate release`.
	 */
	hook_say answer;
	/* Whether the engine still waits for that answer, before anything is done for it. False:
	 * the candidate is known never to have gone out. NULL: nobody can tell. */
	hook_say ready;
	void *context;

	/* Why what the engine has is not even looked at: undecided, recorded and told. NULL: it is
	 * looked at. */
	const char *trouble;

	/* What the engine serves now, when it says so: what it was allowed, and was not known to
	 * have taken, is released after all. */
	bool has_served;
	uint32_t served;
};

/*
 * Checks and records, answers a pass, and returns the exit status as `zonegate release` has it: 0
 * pass (also for what was released before: rule 2), 1 refused, 2 undecided, 3 held. Of the command
 * line it takes --config, --timeout, --threads, --format, --no-memo, --quiet.
 */
int hook_run(const struct hook *hook, const struct hook_request *request);

/* A variable of the environment by which an engine says what it asks; NULL: complained, with what
 * the hook of that engine is. */
const char *hook_variable(const char *name, const char *engine, const char *what);

/* The engines: each returns hook_run's answer, or EXIT_UNDECIDED when what it was asked makes no
 * sense. */
int hook_bind(const struct hook *hook);
int hook_cascade(const struct hook *hook);
int hook_knot(const struct hook *hook);
int hook_nsd(const struct hook *hook);
int hook_opendnssec(const struct hook *hook);

/*
 * Runs `work` in a child and returns its exit status; EXIT_UNDECIDED when the child ends in any
 * other way than by returning. Hands on the signals that end programs, and dies of none but
 * SIGKILL. The child is ended after `seconds`; with `heard` also when the process that started this
 * one is gone, as then nobody hears the answer: an engine that runs a script kills that one only.
 */
int hook_keep(int (*work)(const struct hook *hook), const struct arguments *arguments,
    int64_t seconds, bool heard);

/* --- `zonegate hook knot` (knot_control.c, hook_knot.c, knot_watch.c) --- */

/*
 * Knot DNS 3.5 and later with external validation: it writes a version that it would publish to a
 * file, opens a transaction, and waits for zone-commit or zone-abort; its time-out is a no. All
 * that is known of it comes from its control program, and is read as hostile text.
 */
#define KNOT_WHY_SIZE ZG_ERROR_TEXT_MAX

struct knot_status {
	bool external;	 /* a version waits for external validation */
	bool has_serial; /* something is served */
	uint32_t serial;
};

/* Milliseconds of the monotonic clock. */
int64_t knot_clock(void);

/*
 * Reads what `knotc zone-status` prints for a zone: exactly one line of the whole text is about it,
 * and says each thing once. False: it is not understood, and nothing follows from it.
 */
bool knot_status_read(
    const char *text, size_t length, const char *zone, struct knot_status *status);

/* Reads the serial from what `knotc zone-get ZONE @ SOA` prints: exactly one record of the zone. */
bool knot_soa_read(const char *text, size_t length, const char *zone, uint32_t *serial);

/* How many of the zones from the first on are asked about at once: the same server, and the answer
 * fits into what is kept of a command's output. At least 1. */
size_t knot_batch(const struct config_zone *const *zones, size_t n);
/* Asks about the first `n` zones, whose lines are in the outcome. False: `why` nothing is known. */
bool knot_ask(const struct config_zone *const *zones, size_t n, struct command_outcome *outcome,
    char *why, size_t size);

/* The status of one zone. */
bool knot_status(
    const struct config_zone *zone, struct knot_status *status, char *why, size_t size);
/* The serial of the version in the open transaction. */
bool knot_pending(const struct config_zone *zone, uint32_t *serial, char *why, size_t size);

enum knot_word { KNOT_COMMIT, KNOT_ABORT };
/* False: `why` it is not known to be done. */
bool knot_tell(const struct config_zone *zone, enum knot_word word, char *why, size_t size);

struct stat;
/* The file that the server wrote, as it is now. False: there is none. */
bool knot_dump_look(const struct config_zone *zone, struct stat *stat);
/* Whether it is the very same. */
bool knot_dump_is(const struct stat *one, const struct stat *other);

/* Judges what waits for an answer, and answers; `serial` NULL: whatever waits. Returns the exit
 * status. To be called in a process of its own, child of hook->asker. */
int knot_judge(const struct hook *hook, const char *zone, const char *serial);

/* Says no in place of a process that died over it, if what waits is still what was seen in the file
 * then (NULL: there was none). */
void knot_drop(const struct config_zone *zone, const struct stat *seen);

/* What the server serves goes into the history, and people are told when no version with that
 * serial was ever let pass. False: it could not be recorded. */
bool knot_note_served(const struct config *config, const struct config_zone *zone, uint32_t serial);

/* Answers every version of every zone of the configuration that has a hook of Knot, until a signal
 * ends it. Returns the exit status. */
int knot_watch(const struct arguments *arguments);

/* --- `zonegate release` (release_command.c, release_run.c, release_worker.c, release_settle.c,
 * release_outcome.c) --- */

struct release_beside {
	int when[2];		    /* a pipe: the worker has read what it reads */
	int digest_from, digest_to; /* a pipe; -1: closed */
	struct state_copy copy;	    /* of the snapshot */
};

struct release_job {
	struct gate_job gate;
	const struct arguments *arguments;
	struct config *config;
	const struct config_zone *zone;	 /* of the configuration */
	const struct hook_request *hook; /* NULL: `zonegate release` */
	pid_t asker;			 /* of a hook */
	const char *target; /* what a pass renames; of a zone without a Release the copy of the
			       released zone in the state directory */
	char *copy;	    /* owned: its path, when it is the target */
	char *rolling;	    /* owned: of a zone with stages the rolling text, which is the target */
	bool queued;	    /* the candidate waits for the end of a rollout */
	bool stays;	    /* a rollout does not go on when it is settled: the caller sees to it */
	bool back;     /* the candidate is the release in force, for stages that have another */
	bool rechecks; /* the candidate is what is rolled out */
	bool dry_run;
	bool has_state; /* false only in a dry run: there is no history yet */
	struct state_directory state;
	int lock_fd;
	struct fetch_wish wish; /* server not NULL: the candidate is transferred from there */
	struct fetch fetch;
	struct snapshot snapshot;
	struct release_beside beside;
	bool evidence_known;   /* the worker has said it: */
	bool evidence;	       /* job_handed_is_evidence */
	int64_t newest;	       /* candidate before this run */
	int64_t pending;       /* renamed, and its command failed again; 0: none */
	int64_t started;       /* seconds since 1970 */
	struct timespec since; /* CLOCK_MONOTONIC */
};

struct release_log;
struct released;

/* A job with nothing in it but what the options of the command line say. False: complained. */
bool release_job_read(const struct arguments *arguments, struct release_job *job);
void release_job_clear(struct release_job *job);
/* Reads the configuration and finds the zone. False: complained. */
bool release_job_configure(struct release_job *job, const char *zone);

/* From the lock to the record: returns the exit status. The candidate is gate.inputs.zone, or comes
 * by the transfer that is wished for. */
int release_run(struct release_job *job);

/* Milliseconds that are left of the time-out, at most an hour. */
int job_time_left(const struct release_job *job);

/* The worker, supervised. */
zg_verdict release_supervised(struct release_job *job, struct claim *claim);

/* The zone goes out in stages. */
bool job_is_staged(const struct release_job *job);
/* State directory and lock. */
ZG_MUST_CHECK zg_status job_enter(struct release_job *job, struct zg_error *error);
/* Clock, and what dead runs left; under the lock. False: `error` says why nothing may be released.
 */
bool job_prepare(struct release_job *job, struct zg_error *error);
/* Copies the candidate beside the target: what is checked is what is renamed. The digest of a file
 * is taken while the worker checks; the second form takes it at once. */
bool job_snapshot_copy(struct release_job *job, struct zg_error *error);
bool job_snapshot_make(struct release_job *job, struct zg_error *error);

/*
 * Beside the worker (release_beside.c): begun before there is one; ended when there is none, and
 * then the digest of the snapshot is known, unless it cannot be read. It is done when
 * the worker says beside_go: while it reads, it uses all processors. beside_digest is the worker's
 * way to the digest: it waits. beside_keep replaces FOLDER/ZONE.zone in the state directory by the
 * text of the snapshot, which `fd` has as well.
 */
ZG_MUST_CHECK zg_status beside_begin(struct release_job *job, struct zg_error *error);
void beside_go(void *job);
bool beside_work(void *job);
void beside_end(struct release_job *job);
ZG_MUST_CHECK zg_status beside_digest(
    struct release_job *job, uint8_t *sha256, struct zg_error *error);
ZG_MUST_CHECK zg_status beside_keep(struct release_job *job, const char *folder,
    enum state_keep_how how, int fd, struct zg_error *error);
void beside_clear(struct release_job *job);
/* Whether the policy takes a release that was handed over for one that is in service. */
bool job_handed_is_evidence(const struct release_job *job);
/* From a rename to its record nothing but SIGKILL interrupts us. */
void job_hold_signals(void);
/* The worker's claim of a pass against what the supervisor itself knows. NULL: it counts; `newest`
 * is what it recorded. */
struct recorded;
const char *job_claim_judge(struct release_job *job, struct release_log *log,
    const struct claim *claim, struct recorded *newest);

/* What a pass renames is the copy in the state directory: the engine publishes by itself. */
bool job_has_copy(const struct release_job *job);
/* Nothing was renamed yet, and the engine of a hook that can be asked still waits for this answer.
 * False: `why` not. */
bool job_may_publish(const struct release_job *job, uint32_t serial, char *why, size_t size);
/* What a hook says of a pass besides its exit status. False: `why` it is no yes. */
bool job_answer(const struct release_job *job, uint32_t serial, char *why, size_t size);

/* The process that the engine started, and waited for, was killed: nobody hears the answer. */
bool job_asker_is_gone(const struct release_job *job);
/* Tells people that a no was not heard: there are engines that publish then. */
void job_tell_unheard(struct release_job *job, int status);

/* What an engine asked before, and is answered without a check. True: *status is the answer. */
bool job_knows_release(struct release_job *job, const struct released *in_force, int *status);
bool job_knows_refusal(
    struct release_job *job, struct release_log *log, const struct released *in_force, int *status);

/* When the secondaries of the zone, which accept nothing newer, expire it. */
void job_explain_transfer(
    const struct release_job *job, struct release_log *log, const struct released *in_force);

/* The history, to be written; NULL: it cannot be, and that was said. */
struct release_log *job_log_open(struct release_job *job);
/* A line of the decision log. What fails in these three is said, and changes nothing. */
void job_note(struct release_log *log, const char *kind, const char *text);
/* Signs the head of the log; `head` (LOG_HEAD_TEXT_SIZE) is for notifications. */
void job_sign_head(struct release_job *job, struct release_log *log, char *head);
/* Keeps a copy of the released zone: the next candidate is compared with it. */
void job_keep_released(struct release_job *job);

/* Runs the reload command of the zone, if it has one; answers, if the hook has more to say than an
 * exit status. False: it failed, `why` says how. */
bool job_reload(const struct release_job *job, uint32_t serial, char *why, size_t size);
/* The target is the new text: the command, the copy, the record. False: `why` it is not handed
 * over.
 */
bool job_hand_over(struct release_job *job, struct release_log *log, int64_t id, uint32_t serial,
    char *why, size_t size);

/* A candidate that passed was never renamed. */
void job_abandon(struct release_log *log, int64_t id, const char *why);
/* Removes the snapshots that dead runs left beside the target. */
bool job_remove_leftovers(struct release_job *job, struct release_log *log, struct zg_error *error);
/* Settles what runs that did not end left. False: `error` says why nothing may be released. */
bool job_settle(struct release_job *job, struct release_log *log, struct zg_error *error);

/* Whether the clock went in other ways than the monotonic one since the start. */
bool job_clock_has_jumped(const struct release_job *job);

/* The report (JSON) of something that there is no result of. Owned by the caller; NULL: no memory.
 */
char *report_without_result(const struct config_zone *zone, const char *reason);

/* What follows from a verdict; each returns the exit status: passed; refused or held; no verdict,
 * which the supervisor has said; nothing came so far as a check. */
int job_passed(struct release_job *job, const struct claim *claim);
int job_declined(struct release_job *job, zg_verdict verdict, const struct claim *claim);
int job_undecided(struct release_job *job, const struct claim *claim);
int job_unchecked(struct release_job *job, const char *reason);

/* What people are told of a verdict. */
struct release_notice {
	const char *event;
	zg_verdict verdict;
	const struct claim *claim; /* what it is about; NULL: not known */
	const char *log_head;
	const char *report; /* JSON; NULL: none */
};
void job_notify(const struct release_job *job, const struct release_notice *notice);

/* Ends of a verdict that several have; each records, tells and returns the exit status. There is
 * none: `reason`, which was complained of, and a pass of this run counts for nothing; `log` may be
 * NULL. What is renamed is not all of a release: `why`. What is in service already was asked for: a
 * yes, and no news for the log. */
int job_undecided_in(struct release_job *job, struct release_log *log, const struct claim *claim,
    const char *reason);
int job_failed_after_rename(
    struct release_job *job, struct release_log *log, const struct claim *claim, const char *why);
int job_answer_again(struct release_job *job, struct release_log *log, uint32_t serial);

/* The worker's part: the check, the record in the history, the report, the claim. */
void release_work(void *context, struct claim *claim);

/* The same without record, report and claim, for `approve`: what `release` would find. */
ZG_MUST_CHECK zg_status release_check(
    struct release_job *job, struct zg_result **result, struct zg_error *error);

/* Approvals (release_approvals.c): read from the spool into the inputs of the gate, which borrow
 * them; afterwards those that are dead are put aside, and those that were good for a pass are
 * recorded. A pass counts only when that succeeded. */
struct release_log;
struct spool_file;
struct release_approvals {
	struct zg_approver *approvers; /* owned */
	struct zg_approval *approvals; /* owned; one for each file */
	struct spool_file *files;      /* owned */
	size_t n_files;
};
ZG_MUST_CHECK zg_status release_approvals_read(const struct config *config,
    const struct config_zone *zone, const struct state_directory *state,
    struct release_approvals *approvals, struct zg_error *error);
ZG_MUST_CHECK zg_status release_approvals_open(const struct release_job *job,
    struct release_approvals *approvals, struct zg_gate_inputs *inputs, struct zg_error *error);
ZG_MUST_CHECK zg_status release_approvals_settle(const struct release_job *job,
    const struct release_approvals *approvals, struct release_log *log,
    const struct zg_result *result, struct zg_error *error);
void release_approvals_close(struct release_approvals *approvals);

/* Reads the zone's policy. */
ZG_MUST_CHECK zg_status release_policy_open(
    const struct config_zone *zone, struct zg_policy **policy, struct zg_error *error);

/* --- The parent (parent_ask.c) --- */

#define PARENT_RESOLVERS CONFIG_RESOLVERS_MAX

/* Whom to ask, and what to believe. */
struct parent_places {
	struct net_address servers[PARENT_SERVERS];
	size_t n_servers;
	struct net_address resolvers[PARENT_RESOLVERS];
	size_t n_resolvers;
	const char *anchor; /* file; borrowed */
};

/* By the configuration. False: an address cannot be used. */
bool parent_places_of(const struct config_zone *zone, struct parent_places *places);
/* By options. False: complained. */
bool parent_places_read(const struct arguments *arguments, struct parent_places *places);
/* Servers or a resolver were named; else the system's resolver is asked. */
bool parent_places_are_configured(const struct parent_places *places);

/* Asks, within PARENT_FETCH_MILLISECONDS. To be called in a worker, before threads are started. */
ZG_MUST_CHECK zg_status parent_ask(struct parent_places *places, const char *zone, int64_t now,
    struct parent_look *look, struct zg_error *error);

/* Why nothing is proved by a look: one phrase, not escaped. */
const char *parent_trouble(const struct parent_look *look);

/* A DS set in zone-file form, as the gate takes it; owned by the caller. */
ZG_MUST_CHECK zg_status parent_ds_text(
    const char *zone, const struct release_ds *ds, size_t n, uint32_t ttl, char **text);

/* --- Other providers of a multi-signer zone (providers.c) --- */

/* Makes those of the configuration an input of the gate, which borrows `names`. */
void providers_give(const struct config_zone *zone, const char *names[ZG_PROVIDERS_MAX],
    struct zg_gate_inputs *inputs);

/* All borrowed. */
struct provider_look;
struct zone_sample;
struct providers_question {
	const struct config_zone *zone;
	const struct zone_sample *sample; /* of the zone: what to ask for */
	const struct release_ds *ds;	  /* that their DNSKEY RRsets are proved from */
	size_t n_ds;
	const struct zg_policy *policy;
	int64_t now;
};

/* Asks every server of every provider. ZG_OK whatever they answer: *list has one for each, owned
 * by the caller (providers_free), also after a failure. To be called in a worker. */
ZG_MUST_CHECK zg_status providers_look(const struct providers_question *question,
    struct provider_look **list, size_t *n, struct zg_error *error);
/* All have answered, and were proved. */
bool providers_are_good(const struct provider_look *list, size_t n);
void providers_free(struct provider_look *list, size_t n);

/* --- Histories that are written (zone_log.c) --- */

struct release_log;
typedef zg_status (*zone_log_writer)(
    struct release_log *log, void *context, struct zg_error *error);

/* Calls `write` with the history of a zone, under the zone's lock, and signs the head of the log
 * when that has succeeded. */
ZG_MUST_CHECK zg_status zone_log_write(const struct config *config, const char *zone,
    zone_log_writer write, void *context, struct zg_error *error);

/*
 * For a candidate (release_parent.c): asks when the policy takes the word of the parent's servers,
 * the configuration says whom to ask, and the last look is older than `poll`; records that, and
 * makes the newest set that they agree on the DS input of the gate. What is in the way is said, and
 * stops nothing. `log` NULL: a dry run without a history.
 */
struct release_parent {
	char *text; /* owned; NULL: the parent's servers have no say */
};
struct release_log;
struct zg_policy;
ZG_MUST_CHECK zg_status release_parent_open(struct release_job *job, struct release_log *log,
    const struct zg_policy *policy, struct release_parent *parent, struct zg_error *error);
void release_parent_close(struct release_parent *parent);

/* --- Unbound processes (unbound.c) --- */

struct unbound {
	struct unbound_place place;
	pid_t pid;  /* -1: it does not run */
	int log_fd; /* what it says; -1: none */
	unsigned attempts;
};

/* One that does not run yet, for that server; both are borrowed. */
void unbound_plan(
    struct unbound *unbound, const struct net_address *server, const struct unbound_trust *trust);
/*
 * Starts all that were planned, beside each other, and waits until they answer, at most ten
 * seconds. ZG_OK: all do. Else ZG_READ, and `error` says what is in the way. To be called while
 * there are no threads; unbounds_end in any case.
 */
ZG_MUST_CHECK zg_status unbounds_start(
    const char *program, struct unbound *list, size_t n, struct zg_error *error);
/* All still run: those who answered were ours. Else ZG_READ. */
ZG_MUST_CHECK zg_status unbounds_check(struct unbound *list, size_t n, struct zg_error *error);
/* Ends them. */
void unbounds_end(struct unbound *list, size_t n);

/* --- `zonegate observe` (observe_command.c, observe_past.c, observe_pass.c, observe_resolvers.c)
 * --- */

/* What is to be looked at, and how. */
struct observe_job {
	const struct arguments *arguments;
	const struct config *config;
	const struct config_zone *zone;
	size_t first_server, n_servers; /* of the zone's */
	bool partial;			/* not all of them */
	bool silent;			/* nothing is printed */
	enum observe_format format;
	int64_t names;	 /* that each server is asked for */
	bool is_lowered; /* fewer than the configuration asks for: no look of a stage is good */
	int64_t now;
	uint64_t seed;
	char actor[80];
};

/* What is known, and what was seen. */
struct observe_pass {
	const struct observe_job *job;
	zg_policy *policy;
	struct rollout rollout;		/* when the look began */
	struct observe_server *servers; /* owned */
	size_t n_servers;
	bool partial;
	struct zone_sample *released, *rolling; /* owned; NULL: no server has to serve it */
	enum look_trust trust;
	struct release_ds ds[ZG_DS_MAX];
	size_t n_ds;
	struct zone_look *look;
	struct provider_look *providers; /* owned; servers of other providers */
	size_t n_providers;
	bool recorded;
	struct observed observed;
};

/* --- observe_command.c --- */

/* A job with what the command line says of names, the clock, and who runs it. False: complained. */
bool observe_job_read(const struct arguments *arguments, struct observe_job *job);
/* How many names the servers that are looked at are asked for; after they are known. */
void observe_job_names(struct observe_job *job);

/* --- observe_past.c --- */

/* What is known: no database is open afterwards, while servers may keep us waiting. */
ZG_MUST_CHECK zg_status observe_past(struct observe_pass *pass, struct zg_error *error);
/* The stage of a rollout under way that has the new text and was not put back; NULL: it has, or has
 * again, the release in force. */
const struct rollout_stage *observe_rolling_stage(const struct rollout *rollout, const char *name);

/* --- observe_pass.c --- */

/* The work of a worker; `context` is a job. Pass: all is good. Refuse: the claim's message says
 * what is not. */
void observe_work(void *context, struct claim *claim);

/* --- observe_resolvers.c --- */

/* Asks validating resolvers, as the configuration wants them, what they make of the servers that
 * have answered. What cannot be told is said in the look. */
ZG_MUST_CHECK zg_status observe_validate(struct observe_pass *pass, struct zg_error *error);

/* --- Stages: looks at what they serve (observe_stage.c) --- */

/*
 * Looks at the servers of the first `n_stages` stages, supervised in a worker, without the zone's
 * lock while servers keep us waiting: a stage that has the text of a rollout under way has to serve
 * that, any other the release in force. Records what each serves, and for each stage that has the
 * rolling text STEP_GOOD or STEP_BAD; tells people what is wrong and was not. Not to be called with
 * a history open or the lock held. ZG_OK whatever was seen; else nobody could tell, nothing was
 * recorded of the stages, and `error`, which may be empty, says why.
 */
ZG_MUST_CHECK zg_status stage_look(const struct config *config, const struct config_zone *zone,
    size_t n_stages, const struct arguments *arguments, struct zg_error *error);

/* --- Stages: what a rollout does in the commands that drive it (rollout_run.c, rollout_settle.c)
 * --- */

/* The zone's rollout, its lock held and its history open. */
struct rollout_run {
	struct release_job *job;
	struct release_log *log;
	char actor[80];
	struct rollout rollout; /* as it was read last, and what is next then */
	struct rollout_next next;
	char approvers[256];	     /* of the next stage: "approved by alice, bob"; empty: none */
	char why[ZG_ERROR_TEXT_MAX]; /* why it goes on in no other way: ROLLED_FAILED */
};

void rollout_run_init(struct rollout_run *run, struct release_job *job, struct release_log *log);

/* Reads the state of the rollout, counts approvals, and judges. */
ZG_MUST_CHECK zg_status rollout_run_read(struct rollout_run *run, struct zg_error *error);

enum rolled {
	ROLLED_FINISHED, /* all stages have it, and it is handed over */
	ROLLED_WAITS,	 /* or is blocked: run->next */
	ROLLED_FAILED	 /* run->why: to be tried again */
};

/* No stage but those of which it is known that they may have it. */
#define NO_STAGE SIZE_MAX

/* Goes on as far as that is decided: the first stage, stages that were entered before, all of them
 * when it goes straight, `allowed` when it is next and may have it, and the end. */
enum rolled rollout_run_go(struct rollout_run *run, size_t allowed);

/* Says where it stands. */
void rollout_run_tell(const struct rollout_run *run);

/* A pass is about to be renamed to be the rolling text: its rollout begins. False: run->why. */
bool rollout_run_begin(struct rollout_run *run, int64_t candidate, bool straight, const char *why);
/* It ends before any stage has it. False: run->why. */
bool rollout_run_drop(struct rollout_run *run, const char *why);

/* Records a step of the whole. False: run->why. */
bool rollout_run_step(struct rollout_run *run, enum rollout_step kind, const char *why);
/* Goes on with an abort that has begun, to its end. False: run->why. */
bool rollout_run_put_back(struct rollout_run *run);

/* Settles what runs that did not end left. False: `error` says why nothing may be released. */
bool rollout_settle(struct release_job *job, struct release_log *log, struct zg_error *error);

/* Puts the release in force back where a stage that should have it has something else. False:
 * run->why. */
bool rollout_run_mend(struct rollout_run *run, const struct released *in_force);

/* --- Stages: what follows from a verdict (rollout_outcome.c) --- */

/* Each returns the exit status. The candidate `id` passed: its way through the stages begins. What
 * is on its way was offered again; `log` may be NULL. The release in force was offered again:
 * stages that should have it get it back. */
int rollout_start(
    struct release_job *job, struct release_log *log, const struct claim *claim, int64_t id);
int rollout_offered_again(struct release_job *job, struct release_log *log);
int rollout_mended(struct release_job *job, struct release_log *log, const struct claim *claim,
    const struct released *in_force);

/* --- Stages: copies in the state directory (rollout_text.c) --- */

/* Removes the rolling text, which is of no use any more. */
void rolling_forget(const struct release_job *job);
/* Keeps the candidate until the rollout under way has finished; the newest wins, and that is said.
 */
void queue_keep(struct release_job *job, struct release_log *log, uint32_t serial);
/* Gives up what was queued, which is said unless it is the text with that digest, whose turn it
 * was.
 */
void queue_forget(const struct release_job *job, struct release_log *log,
    const uint8_t sha256[FILE_DIGEST_OCTETS]);
/* The path of what is queued, owned by the caller. False: nothing is. */
bool queue_find(const struct release_job *job, char **path);

/* --- `zonegate stage` (stage_command.c, stage_abort.c, rollout_run.c) --- */

/* The words of `stage` that change something; each returns the exit status. */
int stage_advance(const struct arguments *arguments);
int stage_abort(const struct arguments *arguments);

/* --- Stages: approvals (stage_approvals.c) --- */

/* What came of the files in the spool that approve a stage of this rollout, or mean to. */
struct rollout;
struct stage_approvals {
	size_t n;			/* different keys whose approval counts for the stage */
	struct zg_stage_approval *list; /* owned, in the order of the files' names */
	size_t n_list;
};

/*
 * Reads and judges them, by the digest of `policy` as it is now. `stage`: index into the rollout's
 * stages. An approval of findings is not listed: it is good for no stage. What is dead is left
 * where it is: `release` puts it aside.
 */
ZG_MUST_CHECK zg_status stage_approvals(const struct config *config, const struct config_zone *zone,
    const struct zg_policy *policy, const struct state_directory *state,
    const struct rollout *rollout, size_t stage, int64_t now, struct stage_approvals *approvals,
    struct zg_error *error);
/* "approved by alice, bob": those whose approval counts; empty when none does. */
void stage_approvals_text(const struct stage_approvals *approvals, char *text, size_t size);
void stage_approvals_clear(struct stage_approvals *approvals);

/* --- Stages: what is shown (stage_show.c) --- */

/* `zonegate stage list`, `zonegate stage show`: return the exit status. */
int stage_list(const struct arguments *arguments);
int stage_show(const struct arguments *arguments);

/* Prints where the zone's rollout stands, when there is one under way. */
ZG_MUST_CHECK zg_status stage_describe(struct config *config, const struct config_zone *zone,
    const struct state_directory *state, bool *under_way, struct zg_error *error);

/* --- Stages: which releases go out in them (stage_risk.c) --- */

/*
 * Of a candidate that passed: whether the policy, what is in it, or what became of the rollout
 * before asks for stages; `why` says in one phrase what, not escaped, and is empty else. A finding
 * that the policy names as a risk counts whatever its severity: that people accepted it says that
 * it is wanted, not that it goes well. To be called before its own rollout begins.
 */
ZG_MUST_CHECK zg_status stage_is_needed(struct release_log *log, const struct zg_policy *policy,
    const struct zg_result *result, int64_t now, bool *needed, char *why, size_t why_size,
    struct zg_error *error);

/* --- `zonegate status`, `zonegate history` --- */

struct status_list;
/* `status --notify` (status_alarm.c): tells people, zone by zone, of alarms that are news to them,
 * that last, or that are over. False: somebody was not told who should have been. */
bool status_notify(const struct config *config, const struct status_list *list);

/* Who runs this: the user's name, or number. */
void actor_read(char *actor, size_t size);

/* The report (JSON) of what is to be done next about a zone's last release, as of `now`, in place
 * of `stored`, which is freed; `stored` itself when that cannot be said. */
char *history_outlook(
    const struct config *config, const struct config_zone *zone, int64_t now, char *stored);

/* The ids of what keeps a zone from passing, "a, b": what a line of the log holds of them. */
#define FINDINGS_SIZE 400
void findings_join(const struct zg_result *result, char *text, size_t size);

/* `history bootstrap` (history_bootstrap.c): returns the exit status. */
int history_bootstrap(const struct arguments *arguments, const struct config *config,
    const struct config_zone *zone, int64_t now);

/* --- Commands --- */

int command_check(const struct arguments *arguments);
int command_release(const struct arguments *arguments);
int command_hook(const struct arguments *arguments);
int command_approve(const struct arguments *arguments);
int command_status(const struct arguments *arguments);
int command_history(const struct arguments *arguments);
int command_observe(const struct arguments *arguments);
int command_stage(const struct arguments *arguments);
int command_parent(const struct arguments *arguments);
int command_statement(const struct arguments *arguments);
int command_policy(const struct arguments *arguments);
int command_explain(const struct arguments *arguments);
int command_completion(const struct arguments *arguments);

/* Reads the policy FILE[#NAME]; NULL is the built-in default. */
struct zg_policy;
ZG_MUST_CHECK zg_status policy_open(
    const char *argument, struct zg_policy **policy, struct zg_error *error);

#endif
