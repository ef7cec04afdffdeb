/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The secret of a proxy: the key of its policies on PCRs.  It is random until the
 * administrator gives one.
 *
 * Verbs: init, set, given.
 */
#ifndef VTPMB_SECRET_H
#define VTPMB_SECRET_H

#include <linux/types.h>

struct vtpmb_vtpm;

void vtpmb_secret_init(struct vtpmb_vtpm *vtpm);
void vtpmb_secret_set(struct vtpmb_vtpm *vtpm, const u8 *bytes, size_t len);
u64 vtpmb_secret_given(const struct vtpmb_vtpm *vtpm);

#endif
