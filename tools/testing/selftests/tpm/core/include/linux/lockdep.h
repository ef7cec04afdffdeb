/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_LOCKDEP_H
#define SHIM_LINUX_LOCKDEP_H

#include <linux/bug.h>

#define lockdep_assert_held(lock)	((void)WARN_ON(!(lock)->held))
#define lockdep_assert_not_held(lock)	((void)WARN_ON((lock)->held))

#endif
