/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters in the NV memory of a TPM 2.0, which never go back: they tell of which generation the
 * newest state file of a proxy is.
 */
#ifndef VTPMCTL_COUNTER_H
#define VTPMCTL_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#define COUNTER_FIRST	0x01800000	/* the NV indices of the owner, as the TCG has them */
#define COUNTER_LAST	0x01bfffff

/**
 * struct counter - a counter of a chip
 * @chip:	number of the chip
 * @index:	its NV index
 * @owner_auth:	file with the authorisation value of the owner, or NULL: that is empty
 */
struct counter {
	uint32_t chip;
	uint32_t index;
	const char *owner_auth;
};

bool read_counter(const struct counter *counter, uint64_t *value);
bool increment_counter(const struct counter *counter, uint64_t expected);

#endif
