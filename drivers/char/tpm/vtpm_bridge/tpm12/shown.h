/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: the guest's PCRs in which the bridge shows what represents others. */
#ifndef VTPMB_TPM12_SHOWN_H
#define VTPMB_TPM12_SHOWN_H

#include "../core/attest.h"
#include "state.h"

void vtpmb_tpm12_set_composite(struct vtpmb_vtpm *vtpm, u64 pcrs);
void vtpmb_tpm12_set_attest(struct vtpmb_vtpm *vtpm, u64 pcrs);
u32 vtpmb_tpm12_refresh_shown(struct vtpmb_vtpm *vtpm);
u32 vtpmb_tpm12_needs_shown(const struct vtpmb_tpm12_call *call);
int vtpmb_tpm12_show(const struct vtpmb_tpm12_call *call, u32 *rc);
int vtpmb_tpm12_identity(struct vtpmb_vtpm *vtpm, struct vtpmb_identity *identity);

#endif
