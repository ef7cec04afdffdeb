/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's tracepoints: an instance of tracefs of vtpmctl's own, and what its lines say. */
#ifndef VTPMCTL_TRACE_H
#define VTPMCTL_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORD_SIZE	32	/* bytes of the longest word in a line */

enum event_kind {
	EVENT_RESPONSE,
	EVENT_RESET,
	EVENT_FAILURE,
	EVENT_LOST,
};

/**
 * struct event - what a line says
 * @kind:	which of the tracepoints, or that lines were lost
 * @time:	of the line, as it is written: seconds since boot; not of EVENT_LOST
 * @num:	number of the proxy
 * @code:	of the command; EVENT_LOST: number of lines that were lost, or 0:
 *		the kernel does not know it
 * @rc:		EVENT_RESPONSE: the response code
 * @err:	EVENT_RESPONSE: 0, or an errno below 0 that the guest got in place of a response
 * @nr_chip_commands: EVENT_RESPONSE: how many commands the chip got for it
 * @us:		EVENT_RESPONSE: time from the command to the response, in microseconds
 * @word:	EVENT_RESPONSE: who answered: chip, local or refused; EVENT_RESET: by what
 * @chip:	EVENT_FAILURE: number of the chip
 * @stopped:	EVENT_FAILURE: the guest was stopped
 */
struct event {
	enum event_kind kind;
	char time[WORD_SIZE];
	uint32_t num;
	uint32_t code;
	uint32_t rc;
	int err;
	uint32_t nr_chip_commands;
	int64_t us;
	char word[WORD_SIZE];
	uint32_t chip;
	bool stopped;
};

#define LINES_SIZE	4096	/* no line of the kernel is as long */

/**
 * struct trace - tracepoints that are being read
 * @fd:		where the lines come from
 * @signals:	where the signals come from that end the program
 * @len:	bytes of @bytes that are no line yet
 * @bytes:	what was read
 */
struct trace {
	int fd;
	int signals;
	size_t len;
	char bytes[LINES_SIZE];
};

bool parse_event(const char *line, struct event *event);
void begin_trace(struct trace *trace);
bool wait_for_trace(const struct trace *trace, int other, int ms);
void read_trace(struct trace *trace, void (*tell)(void *context, const struct event *event),
		void *context);
void end_trace(struct trace *trace);

#endif
