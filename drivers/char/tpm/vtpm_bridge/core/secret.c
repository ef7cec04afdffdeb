// SPDX-License-Identifier: GPL-2.0-only
/* The secret of a proxy: the key of its policies on PCRs. */

#include <linux/lockdep.h>
#include <linux/random.h>
#include <linux/string.h>
#include "secret.h"
#include "vtpm.h"

/* Until the administrator gives one, nobody knows the secret. */
void vtpmb_secret_init(struct vtpmb_vtpm *vtpm)
{
	get_random_bytes(vtpm->secret, sizeof(vtpm->secret));
}

/* @len is VTPMB_SECRET_SIZE.  The vtpm's lock is held. */
void vtpmb_secret_set(struct vtpmb_vtpm *vtpm, const u8 *bytes, size_t len)
{
	lockdep_assert_held(&vtpm->lock);

	memcpy(vtpm->secret, bytes, sizeof(vtpm->secret));
	vtpm->secret_given = true;
}

u64 vtpmb_secret_given(const struct vtpmb_vtpm *vtpm)
{
	return vtpm->secret_given;
}
