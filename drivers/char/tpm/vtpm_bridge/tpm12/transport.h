/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2, transport sessions (Part 3, 24). */
#ifndef VTPMB_TPM12_TRANSPORT_H
#define VTPMB_TPM12_TRANSPORT_H

#include "state.h"

u32 vtpmb_tpm12_unwrap(struct vtpmb_tpm12_call *call);
int vtpmb_tpm12_apply_wrapped(struct vtpmb_tpm12_call *call, size_t len);

#endif
