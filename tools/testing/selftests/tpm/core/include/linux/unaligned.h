/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_UNALIGNED_H
#define SHIM_LINUX_UNALIGNED_H

#include <linux/types.h>

static inline u64 __shim_get_be(const void *p, unsigned int len)
{
	const u8 *at = p;
	u64 val = 0;

	while (len--)
		val = val << 8 | *at++;
	return val;
}

static inline void __shim_put_be(void *p, unsigned int len, u64 val)
{
	u8 *at = p;

	for (; len; val >>= 8)
		at[--len] = val;
}

#define get_unaligned_be16(p)	((u16)__shim_get_be(p, 2))
#define get_unaligned_be32(p)	((u32)__shim_get_be(p, 4))
#define get_unaligned_be64(p)	__shim_get_be(p, 8)
#define put_unaligned_be16(v, p) __shim_put_be(p, 2, v)
#define put_unaligned_be32(v, p) __shim_put_be(p, 4, v)
#define put_unaligned_be64(v, p) __shim_put_be(p, 8, v)

#endif
