/* SPDX-License-Identifier: GPL-2.0-only */
/* What proxies do, and what the chips do for them, as top tells of it again and again. */
#ifndef VTPMCTL_TOP_H
#define VTPMCTL_TOP_H

#include <stdbool.h>
#include <stdint.h>

#define TOP_INTERVAL	2	/* s, if nothing else is said */

/**
 * struct top - how it is told
 * @batch:	table below table, without a screen
 * @interval:	seconds from one to the next; 0: TOP_INTERVAL
 * @count:	how often; 0: until it is ended
 */
struct top {
	bool batch;
	uint64_t interval;
	uint64_t count;
};

int top(const struct top *options);

#endif
