/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: GetCapability (Part 2, 21.1; Part 3, 7.1). */
#ifndef VTPMB_TPM12_CAPABILITY_H
#define VTPMB_TPM12_CAPABILITY_H

#include "state.h"

u32 vtpmb_tpm12_input_buffer(const struct vtpmb_vtpm *vtpm);
int vtpmb_tpm12_correct_capability(struct vtpmb_tpm12_call *call, size_t len);

#endif
