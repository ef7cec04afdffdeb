// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's tracepoints: an instance of tracefs of vtpmctl's own, and what its lines say.
 *
 * An instance has a buffer of its own, so this disturbs nobody else who traces.
 */
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include "property.h"
#include "trace.h"

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCES	TRACEFS "/instances"
#define MARK		": vtpmb_"	/* between the time of a line and its event */
#define LOST		"[LOST "
#define MAX_ROUNDS	256	/* reads before it is looked for signals again */

static bool parse_response(const char *text, struct event *e)
{
	return sscanf(text, "vtpm%" SCNu32 " code=%" SCNx32 " rc=%" SCNx32 " err=%d answer=%31s "
		      "chip_commands=%" SCNu32 " us=%" SCNd64, &e->num, &e->code, &e->rc, &e->err,
		      e->word, &e->nr_chip_commands, &e->us) == 7;
}

static bool parse_reset(const char *text, struct event *e)
{
	return sscanf(text, "vtpm%" SCNu32 " by %31s", &e->num, e->word) == 2;
}

static bool parse_failure(const char *text, struct event *e)
{
	int stopped;

	if (sscanf(text, "vtpm%" SCNu32 " code=%" SCNx32 " chip=tpm%" SCNu32 " stopped=%d",
		   &e->num, &e->code, &e->chip, &stopped) != 4)
		return false;
	e->stopped = stopped;
	return true;
}

/* The tracepoints that are switched on. */
static const struct tracepoint {
	const char *name;
	enum event_kind kind;
	bool (*parse)(const char *text, struct event *e);
} tracepoints[] = {
	{ "response", EVENT_RESPONSE, parse_response },
	{ "reset", EVENT_RESET, parse_reset },
	{ "failure", EVENT_FAILURE, parse_failure },
};

/* "CPU:0 [LOST 12 EVENTS]", without the number if the kernel does not know it */
static bool parse_lost(const char *line, struct event *e)
{
	const char *lost = strstr(line, LOST);

	if (strncmp(line, "CPU:", 4) || !lost)
		return false;
	e->kind = EVENT_LOST;
	sscanf(lost + strlen(LOST), "%" SCNu32, &e->code);
	return true;
}

/* The last one: the name of a process precedes it, and may be anything. */
static const char *find_mark(const char *line)
{
	const char *mark = NULL, *next;

	for (next = strstr(line, MARK); next; next = strstr(next + 1, MARK))
		mark = next;
	return mark;
}

/* The word before the mark */
static void copy_time(const char *line, const char *mark, char *time)
{
	const char *from = mark;

	while (from > line && from[-1] != ' ' && mark - from < WORD_SIZE - 1)
		from--;
	snprintf(time, WORD_SIZE, "%.*s", (int)(mark - from), from);
}

/* "PROCESS [CPU] FLAGS TIME: EVENT: TEXT"; false: it is no line of these events. */
bool parse_event(const char *line, struct event *event)
{
	const char *mark = find_mark(line), *name;
	unsigned int i;

	memset(event, 0, sizeof(*event));
	if (!mark)
		return parse_lost(line, event);
	copy_time(line, mark, event->time);
	name = mark + strlen(MARK);
	for (i = 0; i < ARRAY_SIZE(tracepoints); i++) {
		size_t len = strlen(tracepoints[i].name);

		if (strncmp(name, tracepoints[i].name, len) || strncmp(name + len, ": ", 2))
			continue;
		event->kind = tracepoints[i].kind;
		return tracepoints[i].parse(name + len + 2, event);
	}
	return false;
}

static void instance_path(char path[PATH_MAX], pid_t pid, const char *file)
{
	snprintf(path, PATH_MAX, INSTANCES "/vtpmctl-%d%s", pid, file);
}

static bool write_file(const char *file, const char *text)
{
	char path[PATH_MAX];
	int fd, err;
	bool done;

	instance_path(path, getpid(), file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	err = errno;
	close(fd);
	errno = err;
	return done;
}

/* Those of processes that were killed before they could remove them. */
static void remove_stale(void)
{
	glob_t found;
	size_t i;

	if (glob(INSTANCES "/vtpmctl-[0-9]*", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		int pid = atoi(strrchr(found.gl_pathv[i], '-') + 1);

		if (pid > 0 && kill(pid, 0) && errno == ESRCH)
			rmdir(found.gl_pathv[i]);
	}
	globfree(&found);
}

static bool enable(void)
{
	char file[64];
	unsigned int i;

	/* The reader is woken by the first line, and reads the clock of dmesg. */
	write_file("/buffer_percent", "0");
	write_file("/trace_clock", "boot");
	for (i = 0; i < ARRAY_SIZE(tracepoints); i++) {
		snprintf(file, sizeof(file), "/events/vtpm_bridge/vtpmb_%s/enable",
			 tracepoints[i].name);
		if (!write_file(file, "1"))
			return false;
	}
	return true;
}

/* What ends the program, so that it can remove what it has made. */
static int catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	unsigned int i;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	fd = sigprocmask(SIG_BLOCK, &set, NULL) ? -1 : signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		error(EXIT_FAILURE, errno, "signals");
	return fd;
}

static void make_instance(void)
{
	char path[PATH_MAX];
	int err;

	instance_path(path, getpid(), "");
	if (!mkdir(path, 0700))
		return;
	err = errno;
	error(0, err, "%s", path);
	if (err == ENOENT)
		fprintf(stderr, "%s: hint: mount -t tracefs tracefs " TRACEFS "\n",
			program_invocation_short_name);
	exit(EXIT_FAILURE);
}

/* Exits if there are no tracepoints.  From here on, signals that end it are waited for. */
void begin_trace(struct trace *trace)
{
	char path[PATH_MAX];
	int err;

	remove_stale();
	*trace = (struct trace) { .fd = -1, .signals = catch_signals() };
	make_instance();
	if (enable()) {
		instance_path(path, getpid(), "/trace_pipe");
		trace->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	if (trace->fd >= 0)
		return;
	err = errno;
	end_trace(trace);
	error(EXIT_FAILURE, err, "the tracepoints of vtpm_bridge");
}

/*
 * Wait for lines, for input of @other if that is not -1, or for some time.  False: a signal ends
 * the program.
 */
bool wait_for_trace(const struct trace *trace, int other, int ms)
{
	struct pollfd fds[] = {
		{ .fd = trace->signals, .events = POLLIN },
		{ .fd = trace->fd, .events = POLLIN },
		{ .fd = other, .events = POLLIN },
	};

	if (poll(fds, ARRAY_SIZE(fds), ms) < 0)
		return errno == EINTR;
	return !fds[0].revents;
}

/* Tell of the lines that have an end.  The rest waits for more. */
static void tell_lines(struct trace *trace,
		       void (*tell)(void *context, const struct event *event), void *context)
{
	char *line = trace->bytes, *end;
	struct event event;

	while ((end = memchr(line, '\n', trace->bytes + trace->len - line))) {
		*end = 0;
		if (parse_event(line, &event))
			tell(context, &event);
		line = end + 1;
	}
	trace->len -= line - trace->bytes;
	memmove(trace->bytes, line, trace->len);
	if (trace->len == sizeof(trace->bytes))
		trace->len = 0;
}

/* Tell of the events that there are now: not of all if more come all the time. */
void read_trace(struct trace *trace, void (*tell)(void *context, const struct event *event),
		void *context)
{
	unsigned int rounds = MAX_ROUNDS;
	ssize_t len;

	do {
		len = read(trace->fd, trace->bytes + trace->len,
			   sizeof(trace->bytes) - trace->len);
		if (len > 0) {
			trace->len += len;
			tell_lines(trace, tell, context);
		}
	} while (len > 0 && --rounds);
}

/* Close what begin_trace() has opened, and remove the instance. */
void end_trace(struct trace *trace)
{
	char path[PATH_MAX];

	if (trace->fd >= 0)
		close(trace->fd);
	close(trace->signals);
	instance_path(path, getpid(), "");
	if (rmdir(path))
		error(0, errno, "%s", path);
}
