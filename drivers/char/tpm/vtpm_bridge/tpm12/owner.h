/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: whether the chip has an owner. */
#ifndef VTPMB_TPM12_OWNER_H
#define VTPMB_TPM12_OWNER_H

#include "state.h"

void vtpmb_tpm12_apply_to_owner(struct vtpmb_vtpm *vtpm, u32 code);
void vtpmb_tpm12_owner_unknown(struct vtpmb_vtpm *vtpm, u32 code);
int vtpmb_tpm12_read_owner(struct vtpmb_vtpm *vtpm);

#endif
