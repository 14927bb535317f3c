/*
 * `zonegate hook knot ZONE [SERIAL]`: a version of a zone that Knot DNS has dumped, and waits for
 * an answer about: zone-commit or zone-abort. Neither names a version, and a dump that failed
 * leaves the file of the one before. So the file has to have the serial of the open transaction and
 * to be younger than Knot waits, and all of that is looked at again before a yes; a yes that may
 * come too late is none (DESIGN 9.21). Whatever is not answered is refused by Knot's own time-out.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_io.h"
#include "publish/observe_log.h"

/* So long before Knot gives up nothing is committed any more. Milliseconds. */
#define MARGIN 30000
/* Until a version that was committed is served: Knot writes its journal before; after a word that
 * was perhaps not heard; and how often that is looked at. Milliseconds. */
#define SERVED_WAIT  30000
#define UNHEARD_WAIT 3000
#define SERVED_TICK  200

/* One version that waits for an answer. */
struct knot_version {
	const struct config_zone *zone;
	pid_t asker;	 /* who is told the exit status; 0: nobody */
	bool has_serial; /* Knot said which one it is */
	uint32_t serial;
	int folder_fd;	  /* of the dump; -1: it cannot be opened */
	const char *name; /* in that folder */
	int fd;		  /* of the dump; -1: there is none that can be judged */
	bool has_dump;
	struct stat dump; /* the file that `fd` is, or that was found wanting */
	int64_t until;	  /* no commit after this time of the monotonic clock, */
	int64_t over;	  /* and nothing at all after this: Knot has given up */
};

/* --- The dump --- */

bool
knot_dump_is(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino &&
	       one->st_size == other->st_size && one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
	       one->st_mtim.tv_nsec == other->st_mtim.tv_nsec &&
	       one->st_ctim.tv_sec == other->st_ctim.tv_sec &&
	       one->st_ctim.tv_nsec == other->st_ctim.tv_nsec;
}

bool
knot_dump_look(const struct config_zone *zone, struct stat *stat)
{
	return lstat(zone->knot.dump, stat) == 0;
}

/* Milliseconds since the dump was written; less than 0: the clock was before that. */
static int64_t
dump_age(const struct stat *dump)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t)now.tv_sec - (int64_t)dump->st_mtim.tv_sec) * 1000 +
	       ((int64_t)now.tv_nsec - (int64_t)dump->st_mtim.tv_nsec) / 1000000;
}

/* Opens it; who can write to it, or to its folder, could show another zone than the one that Knot
 * has. NULL: it is a file to judge. */
static const char *
dump_open(struct knot_version *version)
{
	struct stat folder, opened;

	version->folder_fd = folder_open(version->zone->knot.dump, &version->name);
	if (version->folder_fd < 0 || fstat(version->folder_fd, &folder) != 0)
		return "its folder cannot be opened";
	version->has_dump =
	    fstatat(version->folder_fd, version->name, &version->dump, AT_SYMLINK_NOFOLLOW) == 0;
	if (!version->has_dump)
		return strerrordesc_np(errno);
	if (!S_ISREG(version->dump.st_mode))
		return "it is not a regular file";
	version->fd = openat(version->folder_fd, version->name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (version->fd < 0)
		return strerrordesc_np(errno);
	if (fstat(version->fd, &opened) != 0 || !knot_dump_is(&opened, &version->dump))
		return "it is being replaced";
	if ((folder.st_mode & S_IWOTH) != 0 || (version->dump.st_mode & S_IWOTH) != 0)
		return "it, or its folder, is writable by everybody";
	return NULL;
}

/* Knot waits from when it has written the dump. A file that is older than it waits was left over
 * when the next dump failed. NULL: it is that of the version, and there is time to judge it. */
static const char *
dump_date(struct knot_version *version)
{
	int64_t now = knot_clock(), age = dump_age(&version->dump);
	int64_t wait = version->zone->knot.timeout * 1000;

	if (age < 0)
		return "it was written later than now: the clock was set back";
	if (age >= wait)
		return "it is older than Knot waits: it was left over";
	version->over = now - age + wait;
	version->until = version->over - MARGIN;
	return version->until > now ? NULL : "too little is left of the time that Knot waits";
}

/* What is in the way of judging the dump; NULL: nothing. Without a usable date nothing is committed
 * and a no is worth something while the version that was found can still be waited for. */
static const char *
dump_trouble(struct knot_version *version)
{
	const char *trouble = dump_open(version);

	version->until = 0;
	version->over = knot_clock() + version->zone->knot.timeout * 1000;
	return trouble != NULL ? trouble : dump_date(version);
}

static bool
dump_is_same(const struct knot_version *version)
{
	struct stat now;

	return version->folder_fd >= 0 && version->has_dump &&
	       fstatat(version->folder_fd, version->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       knot_dump_is(&version->dump, &now);
}

static bool
dump_is_gone(const struct knot_version *version)
{
	struct stat now;

	return version->folder_fd < 0 ||
	       (fstatat(version->folder_fd, version->name, &now, AT_SYMLINK_NOFOLLOW) != 0 &&
		   errno == ENOENT);
}

/* Before the answer, while Knot does not write: should the next dump fail, there is none then. */
static void
dump_remove(const struct knot_version *version)
{
	if (version->folder_fd < 0 || unlinkat(version->folder_fd, version->name, 0) == 0 ||
	    errno == ENOENT)
		return;
	complain("warning: %s, which is done with, cannot be removed: %s", version->zone->knot.dump,
	    strerrordesc_np(errno));
}

static void
version_clear(struct knot_version *version)
{
	if (version->fd >= 0)
		(void)close(version->fd);
	if (version->folder_fd >= 0)
		(void)close(version->folder_fd);
}

/* --- Answers --- */

/* Knot waits, and for this version. False: `why` not. */
static bool
still_waits(const struct knot_version *version, char *why, size_t size)
{
	struct knot_status status;
	uint32_t serial;

	if (!knot_status(version->zone, &status, why, size))
		return false;
	if (!status.external) {
		(void)snprintf(why, size, "Knot does not wait for an answer any more");
		return false;
	}
	if (!version->has_serial)
		return true;
	if (!knot_pending(version->zone, &serial, why, size))
		return false;
	if (serial != version->serial)
		(void)snprintf(
		    why, size, "Knot waits for an answer about serial %" PRIu32 " by now", serial);
	return serial == version->serial;
}

/* Whether a yes would be about what was judged, and in time. */
static bool
may_commit(void *context, uint32_t serial, char *why, size_t size)
{
	const struct knot_version *version = context;

	if (!still_waits(version, why, size))
		return false;
	if (serial != version->serial || !dump_is_same(version))
		(void)snprintf(why, size, "the dump is another file by now");
	else if (knot_clock() >= version->until)
		(void)snprintf(why, size, "it is too late: Knot may wait no longer");
	else
		return true;
	return false;
}

/* Knot commits while we go on. `trouble`: why it may not have heard; NULL: it has. */
static bool
is_served_soon(const struct knot_version *version, const char *trouble, char *why, size_t size)
{
	int64_t end = knot_clock() + (trouble == NULL ? SERVED_WAIT : UNHEARD_WAIT);
	struct knot_status status;
	bool known;

	for (;;) {
		known = knot_status(version->zone, &status, why, size);
		if (known && status.has_serial && status.serial == version->serial)
			return true;
		if (knot_clock() >= end)
			break;
		(void)poll(NULL, 0, SERVED_TICK);
	}
	if (trouble != NULL)
		(void)snprintf(why, size, "zone-commit may not have been heard: %.300s", trouble);
	else if (known && status.has_serial)
		(void)snprintf(why, size,
		    "Knot was told to commit, and serves serial %" PRIu32 " still", status.serial);
	else if (known)
		(void)snprintf(why, size, "Knot was told to commit, and serves nothing");
	return false;
}

static bool
commit(void *context, uint32_t serial, char *why, size_t size)
{
	const struct knot_version *version = context;
	char trouble[KNOT_WHY_SIZE];
	bool told;

	if (!may_commit(context, serial, why, size))
		return false;
	dump_remove(version);
	told = knot_tell(version->zone, KNOT_COMMIT, trouble, sizeof(trouble));
	return is_served_soon(version, told ? NULL : trouble, why, size);
}

/* A no about another version than the one that was judged would be an outage of its own. */
static bool
may_abort(const struct knot_version *version, char *why, size_t size)
{
	if (version->asker != 0 && getppid() != version->asker)
		(void)snprintf(why, size, "the process that watched over this is gone");
	else if (knot_clock() >= version->over)
		(void)snprintf(why, size, "Knot has given up by itself");
	else if (!dump_is_same(version) && !dump_is_gone(version))
		(void)snprintf(why, size, "the dump is another file by now");
	else
		return still_waits(version, why, size);
	return false;
}

static void
version_reject(const struct knot_version *version)
{
	char why[KNOT_WHY_SIZE];

	if (!may_abort(version, why, sizeof(why))) {
		complain("%s: Knot is not answered, which is a no: %s", version->zone->name, why);
		return;
	}
	dump_remove(version);
	if (knot_tell(version->zone, KNOT_ABORT, why, sizeof(why)))
		complain("%s: Knot was told no", version->zone->name);
	else
		complain("%s: Knot may not have heard the no, and its time-out is another: %s",
		    version->zone->name, why);
}

void
knot_drop(const struct config_zone *zone, const struct stat *seen)
{
	struct knot_version version = {.zone = zone, .folder_fd = -1, .fd = -1};

	version.over = knot_clock() + zone->knot.timeout * 1000;
	version.folder_fd = folder_open(zone->knot.dump, &version.name);
	if (seen != NULL) {
		version.has_dump = true;
		version.dump = *seen;
	}
	version_reject(&version);
	version_clear(&version);
}

/* --- What is served --- */

struct served {
	uint32_t serial;
	bool known;
};

static zg_status
served_write(struct release_log *log, void *context, struct zg_error *error)
{
	struct served *served = context;

	return release_served(log, "Knot", served->serial, clock_now(), &served->known, error);
}

/* What went round the gate: an edit by hand, which Knot asks nobody about, or a server that is not
 * configured to ask. */
static void
served_alarm(const struct config *config, const struct config_zone *zone, uint32_t serial)
{
	char why[160], *report;

	(void)snprintf(why, sizeof(why),
	    "Knot serves serial %" PRIu32 ", which is not in the log: it went round the gate",
	    serial);
	complain("%s: %s", zone->name, why);
	report = report_without_result(zone, why);
	notify_all(config, &(struct command_task){.event = "observed",
			       .zone = zone->name,
			       .verdict = "not good",
			       .has_serial = true,
			       .serial = serial,
			       .input = report,
			       .input_length = report != NULL ? strlen(report) : 0});
	free(report);
}

bool
knot_note_served(const struct config *config, const struct config_zone *zone, uint32_t serial)
{
	struct served served = {.serial = serial, .known = true};
	struct zg_error error = {0};

	if (zone_log_write(config, zone->name, served_write, &served, &error) != ZG_OK) {
		complain("%s: what Knot serves is not recorded: %s", zone->name, error.text);
		return false;
	}
	if (!served.known)
		served_alarm(config, zone, serial);
	return true;
}

/* --- The hook --- */

/* What waits; false: complained, and there is nothing to answer. */
static bool
version_find(struct knot_version *version, const char *serial, struct knot_status *status,
    char *trouble, size_t size)
{
	char why[KNOT_WHY_SIZE];
	int64_t asked = 0;

	trouble[0] = '\0';
	if (!knot_status(version->zone, status, why, sizeof(why))) {
		complain("undecided: %s", why);
		return false;
	}
	if (!status->external) {
		complain("undecided: no version of %s waits for an answer", version->zone->name);
		return false;
	}
	version->has_serial = knot_pending(version->zone, &version->serial, why, sizeof(why));
	if (!version->has_serial) {
		(void)snprintf(trouble, size, "what waits is not known: %.300s", why);
		return true;
	}
	if (serial == NULL ||
	    (value_number(serial, 0, UINT32_MAX, &asked) && (uint32_t)asked == version->serial))
		return true;
	complain("undecided: serial %s of %s does not wait for an answer: serial %" PRIu32 " does",
	    serial, version->zone->name, version->serial);
	return false;
}

/* Judged within the time that is left, whole seconds of it. */
static int
version_judge(struct knot_version *version, const struct hook *hook,
    const struct knot_status *status, const char *trouble)
{
	int64_t left = (version->until - knot_clock()) / 1000;
	const struct hook_request request = {.engine = "knot",
	    .zone = version->zone->name,
	    .has_serial = version->has_serial,
	    .serial = version->serial,
	    .source = HOOK_SOURCE_FD,
	    .fd = version->fd,
	    .path = version->zone->knot.dump,
	    .seconds = left > 0 ? left : 1,
	    .answer = commit,
	    .ready = may_commit,
	    .context = version,
	    .trouble = trouble[0] != '\0' ? trouble : NULL,
	    .has_served = status->has_serial,
	    .served = status->serial};

	return hook_run(hook, &request);
}

static int
version_answer(struct knot_version *version, const struct hook *hook, const char *serial,
    const struct config *config)
{
	char trouble[KNOT_WHY_SIZE];
	struct knot_status status;
	const char *why;
	int answer;

	if (!version_find(version, serial, &status, trouble, sizeof(trouble)))
		return EXIT_UNDECIDED;
	if (status.has_serial)
		(void)knot_note_served(config, version->zone, status.serial);
	why = dump_trouble(version);
	if (why != NULL && trouble[0] == '\0')
		(void)snprintf(trouble, sizeof(trouble), "the dump %.300s cannot be judged: %s",
		    version->zone->knot.dump, why);
	answer = version_judge(version, hook, &status, trouble);
	if (answer != 0)
		version_reject(version);
	version_clear(version);
	return answer;
}

/* The zone, and that Knot may ask about it; NULL: complained. */
static const struct config_zone *
zone_of(const struct config *config, const char *name)
{
	const struct config_zone *zone = config_zone_find(config, name);

	if (zone == NULL)
		complain("undecided: %s has no zone '%s'", config->path, name);
	else if (zone->knot.dump == NULL)
		complain("undecided: %s says no hook of knot for %s", config->path, zone->name);
	else
		return zone;
	return NULL;
}

int
knot_judge(const struct hook *hook, const char *zone, const char *serial)
{
	struct knot_version version = {.asker = hook->asker, .folder_fd = -1, .fd = -1};
	struct config *config = NULL;
	struct zg_error error = {0};
	int answer = EXIT_UNDECIDED;

	if (config_read(hook->arguments->values[OPTION_CONFIG], &config, &error) != ZG_OK) {
		complain("undecided: %s", error.text);
		return EXIT_UNDECIDED;
	}
	version.zone = zone_of(config, zone);
	if (version.zone != NULL)
		answer = version_answer(&version, hook, serial, config);
	config_free(config);
	return answer;
}

int
hook_knot(const struct hook *hook)
{
	const char *const *operands = hook->arguments->operands;

	return knot_judge(hook, operands[0], hook->arguments->n_operands > 1 ? operands[1] : NULL);
}
