/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The composite: a PCR of the guest that represents other PCRs of it.
 *
 * Verbs: check, get, compute.
 */
#ifndef VTPMB_COMPOSITE_H
#define VTPMB_COMPOSITE_H

#include "register.h"

bool vtpmb_composite_check(const struct vtpmb_vtpm *vtpm, u64 pcrs);
u64 vtpmb_composite_get(const struct vtpmb_vtpm *vtpm);
int vtpmb_composite_compute(const struct vtpmb_vtpm *vtpm, const struct vtpmb_pcrs *pcrs,
			    const struct vtpmb_hash *bank, struct vtpmb_shown *shown);

#endif
