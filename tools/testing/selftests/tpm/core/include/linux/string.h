/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_STRING_H
#define SHIM_LINUX_STRING_H

#include <stdio.h>
#include <string.h>
#include <linux/types.h>

static inline void memzero_explicit(void *p, size_t len)
{
	memset(p, 0, len);
	__asm__ volatile("" : : "r"(p) : "memory");
}

#define memset_startat(obj, v, member)	\
	memset((u8 *)(obj) + offsetof(typeof(*(obj)), member), v,	\
	       sizeof(*(obj)) - offsetof(typeof(*(obj)), member))

static inline void *memchr_inv(const void *p, int c, size_t len)
{
	const u8 *at = p;

	for (; len; len--, at++) {
		if (*at != (u8)c)
			return (void *)at;
	}
	return NULL;
}

static inline ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -7;
	if (len == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = 0;
		return -7;
	}
	memcpy(to, from, len + 1);
	return len;
}

void *kmemdup(const void *from, size_t len, gfp_t gfp);

#endif
