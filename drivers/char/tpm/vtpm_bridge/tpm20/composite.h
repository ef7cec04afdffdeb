/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: a PCR of the guest that represents other private PCRs of it. */
#ifndef VTPMB_TPM20_COMPOSITE_H
#define VTPMB_TPM20_COMPOSITE_H

#include "state.h"

const struct vtpmb_hash *vtpmb_tpm20_policy_bank(const struct vtpmb_port *port);
bool vtpmb_tpm20_is_composite(const struct vtpmb_vtpm *vtpm, u32 handle);
int vtpmb_tpm20_compute_composite(struct vtpmb_vtpm *vtpm, u8 *extend, u8 *value);
u32 vtpmb_tpm20_refresh_composite(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm20_selects_composite(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);

#endif
