/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: what can be wrong with a command before it is looked at. */
#ifndef VTPMB_TPM12_CHECK_H
#define VTPMB_TPM12_CHECK_H

#include "state.h"

u32 vtpmb_tpm12_check_state(struct vtpmb_vtpm *vtpm, u8 needs);
u32 vtpmb_tpm12_check_needs(struct vtpmb_tpm12_call *call);
u32 vtpmb_tpm12_check(struct vtpmb_tpm12_call *call);

#endif
