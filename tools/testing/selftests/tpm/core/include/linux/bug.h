/* SPDX-License-Identifier: GPL-2.0-only */
/* A warning of the kernel's ends the program: nothing a user does may warn. */
#ifndef SHIM_LINUX_BUG_H
#define SHIM_LINUX_BUG_H

#include <stdio.h>
#include <stdlib.h>
#include <linux/build_bug.h>

#define __shim_warn(cond, text) ({					\
	bool __hit = !!(cond);						\
	if (__hit) {							\
		fprintf(stderr, "WARN at %s:%d: %s\n", __FILE__, __LINE__, text); \
		abort();						\
	}								\
	__hit; })

#define WARN_ON(cond)		__shim_warn(cond, #cond)
#define WARN_ON_ONCE(cond)	__shim_warn(cond, #cond)
#define WARN(cond, ...)		__shim_warn(cond, #cond)
#define WARN_ONCE(cond, ...)	__shim_warn(cond, #cond)
#define BUG_ON(cond)		((void)__shim_warn(cond, #cond))
#define BUG()			((void)__shim_warn(1, "BUG"))

#endif
