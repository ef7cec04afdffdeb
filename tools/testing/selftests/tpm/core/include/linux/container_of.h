/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_CONTAINER_OF_H
#define SHIM_LINUX_CONTAINER_OF_H

#include <stddef.h>

#define container_of(ptr, type, member) ({				\
	const __typeof__(((type *)0)->member) *__member = (ptr);	\
	(type *)((char *)(unsigned long)__member - offsetof(type, member)); })

#endif
