/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_RANDOM_H
#define SHIM_LINUX_RANDOM_H

#include <linux/types.h>

/* The same bytes in each run, so that a failure can be repeated. */
void get_random_bytes(void *buf, size_t len);
u32 get_random_u32(void);
static inline void add_device_randomness(const void *buf, size_t len)
{
	(void)buf;
	(void)len;
}

#endif
