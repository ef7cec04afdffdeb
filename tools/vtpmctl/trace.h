/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's tracepoints: an instance of tracefs of vtpmctl's own, and what its lines say. */
#ifndef VTPMCTL_TRACE_H
#define VTPMCTL_TRACE_H

#include <stdbool.h>
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

bool parse_event(const char *line, struct event *event);
int begin_trace(void);
void end_trace(int fd);

#endif
