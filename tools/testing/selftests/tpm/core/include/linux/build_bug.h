/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_BUILD_BUG_H
#define SHIM_LINUX_BUILD_BUG_H

#include <assert.h>
#include <linux/compiler.h>

/* The kernel's takes a message or none. */
#undef static_assert
#define static_assert(cond, ...)	_Static_assert(cond, "" __VA_ARGS__)
#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)
#define BUILD_BUG_ON_ZERO(e)	((int)sizeof(struct { int : (-!!(e)); }))

#endif
