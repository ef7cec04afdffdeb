/* SPDX-License-Identifier: GPL-2.0-only */
/* Time stands still unless a test moves it. */
#ifndef SHIM_LINUX_JIFFIES_H
#define SHIM_LINUX_JIFFIES_H

#include <linux/types.h>

#define HZ	1000

extern unsigned long jiffies;

#define msecs_to_jiffies(ms)	((unsigned long)(ms))
#define jiffies_to_msecs(j)	((unsigned int)(j))
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	time_after_eq(b, a)

#define get_jiffies_64()	((u64)jiffies)
#define time_after64(a, b)	((s64)((b) - (a)) < 0)
#define time_after_eq64(a, b)	((s64)((a) - (b)) >= 0)

#endif
