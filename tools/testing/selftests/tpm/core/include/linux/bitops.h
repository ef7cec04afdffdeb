/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

#define __shim_word(nr)		((nr) / BITS_PER_LONG)
#define __shim_mask(nr)		(1UL << ((nr) % BITS_PER_LONG))

static inline bool test_bit(unsigned long nr, const unsigned long *map)
{
	return map[__shim_word(nr)] & __shim_mask(nr);
}

static inline void __set_bit(unsigned long nr, unsigned long *map)
{
	map[__shim_word(nr)] |= __shim_mask(nr);
}

static inline void __clear_bit(unsigned long nr, unsigned long *map)
{
	map[__shim_word(nr)] &= ~__shim_mask(nr);
}

static inline void __change_bit(unsigned long nr, unsigned long *map)
{
	map[__shim_word(nr)] ^= __shim_mask(nr);
}

static inline void __assign_bit(long nr, unsigned long *map, bool val)
{
	if (val)
		__set_bit(nr, map);
	else
		__clear_bit(nr, map);
}

static inline bool __test_and_set_bit(unsigned long nr, unsigned long *map)
{
	bool was = test_bit(nr, map);

	__set_bit(nr, map);
	return was;
}

static inline bool __test_and_clear_bit(unsigned long nr, unsigned long *map)
{
	bool was = test_bit(nr, map);

	__clear_bit(nr, map);
	return was;
}

#define set_bit		__set_bit
#define clear_bit	__clear_bit
#define assign_bit	__assign_bit
#define test_and_set_bit __test_and_set_bit
#define test_and_clear_bit __test_and_clear_bit

#define hweight8(x)	((unsigned int)__builtin_popcount((u8)(x)))
#define hweight16(x)	((unsigned int)__builtin_popcount((u16)(x)))
#define hweight32(x)	((unsigned int)__builtin_popcount((u32)(x)))
#define hweight_long(x)	((unsigned int)__builtin_popcountl(x))
#define __ffs(x)	((unsigned long)__builtin_ctzl(x))
#define fls(x)		((x) ? 32 - __builtin_clz(x) : 0)

static inline unsigned long find_next_bit(const unsigned long *map,
					  unsigned long size,
					  unsigned long from)
{
	while (from < size && !test_bit(from, map))
		from++;
	return from < size ? from : size;
}

static inline unsigned long find_next_zero_bit(const unsigned long *map,
					       unsigned long size,
					       unsigned long from)
{
	while (from < size && test_bit(from, map))
		from++;
	return from < size ? from : size;
}

#define find_first_bit(map, size)	find_next_bit(map, size, 0)
#define find_first_zero_bit(map, size)	find_next_zero_bit(map, size, 0)
#define for_each_set_bit(bit, map, size) \
	for ((bit) = find_first_bit(map, size); (bit) < (size); \
	     (bit) = find_next_bit(map, size, (bit) + 1))

#endif
