/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands of guests, as monitor tells of them while they are answered. */
#ifndef VTPMCTL_MONITOR_H
#define VTPMCTL_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_FILTERS	64

/**
 * struct monitor - what is to be told
 * @path:	file with lines of tracefs, or NULL: the module's own, as they come
 * @nr_nums:	how many proxies; 0: all
 * @nums:	their numbers
 * @nr_codes:	how many names of commands; 0: all
 * @codes:	the names
 */
struct monitor {
	const char *path;
	unsigned int nr_nums;
	uint32_t nums[MAX_FILTERS];
	unsigned int nr_codes;
	const char *codes[MAX_FILTERS];
};

int monitor(struct monitor *wanted);

#endif
