// SPDX-License-Identifier: GPL-2.0-only
/* The proxy through which the key of a state file is sealed and unsealed. */
#include "own.h"
#include "seal.h"

/* Create it, with one more setting, or with none if @key is 0.  The caller calls destroy_own(). */
bool create_sealer(const struct sealer *sealer, uint32_t key, uint64_t value, uint32_t *num)
{
	const struct vtpm_bridge_setting settings[] = {
		{ .key = VTPM_BRIDGE_SECRET, .value = (uintptr_t)sealer->secret },
		{ .key = VTPM_BRIDGE_POWER, .value = 1 },
		{ .key = key, .value = value },
	};

	return create_own(sealer->chip, settings, key ? 3 : 2, num);
}
