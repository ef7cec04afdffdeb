/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2, NV storage: quotas on the chip's NV storage in a proxy's range. */
#ifndef VTPMB_TPM12_NV_H
#define VTPMB_TPM12_NV_H

#include "state.h"

void vtpmb_tpm12_count_nv_write(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame);
int vtpmb_tpm12_nv_quota(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_frame *frame,
			 u32 *rc);

#endif
