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
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "property.h"
#include "trace.h"

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCES	TRACEFS "/instances"
#define MARK		": vtpmb_"	/* between the time of a line and its event */
#define LOST		"[LOST "

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

/* Where the lines can be read, without waiting.  Exits if there are none. */
int begin_trace(void)
{
	char path[PATH_MAX];
	int fd = -1, err;

	remove_stale();
	instance_path(path, getpid(), "");
	if (mkdir(path, 0700)) {
		err = errno;
		error(0, err, "%s", path);
		if (err == ENOENT)
			fprintf(stderr, "%s: hint: mount -t tracefs tracefs " TRACEFS "\n",
				program_invocation_short_name);
		exit(EXIT_FAILURE);
	}
	if (enable()) {
		instance_path(path, getpid(), "/trace_pipe");
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	if (fd < 0) {
		err = errno;
		end_trace(-1);
		error(EXIT_FAILURE, err, "the tracepoints of vtpm_bridge");
	}
	return fd;
}

/* Close what begin_trace() has opened, and remove the instance. */
void end_trace(int fd)
{
	char path[PATH_MAX];

	if (fd >= 0)
		close(fd);
	instance_path(path, getpid(), "");
	if (rmdir(path))
		error(0, errno, "%s", path);
}
