/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: what a command's parameters would reach that is not the guest's. */
#ifndef VTPMB_TPM12_INSPECT_H
#define VTPMB_TPM12_INSPECT_H

#include "state.h"

bool vtpmb_tpm12_key_is_volatile(const struct vtpmb_tpm12_call *call,
				 const struct vtpmb_tpm12_frame *frame);
u32 vtpmb_tpm12_inspect_entity(struct vtpmb_vtpm *vtpm, u16 type, u32 value);
u32 vtpmb_tpm12_inspect(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_frame *frame);

#endif
