/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: whether the chip has an owner. */
#ifndef VTPMB_TPM12_OWNER_H
#define VTPMB_TPM12_OWNER_H

#include "state.h"

void vtpmb_tpm12_follow_owner(struct vtpmb_vtpm *vtpm, u32 code);
void vtpmb_tpm12_doubt_owner(struct vtpmb_vtpm *vtpm, u32 code);
int vtpmb_tpm12_settle_owner(struct vtpmb_vtpm *vtpm);

#endif
