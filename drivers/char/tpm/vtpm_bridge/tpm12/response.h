/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2, in the hub's thread: what a response of the chip says of keys and sessions. */
#ifndef VTPMB_TPM12_RESPONSE_H
#define VTPMB_TPM12_RESPONSE_H

#include "state.h"

int vtpmb_tpm12_failed(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame, u32 rc);
int vtpmb_tpm12_succeeded(struct vtpmb_tpm12_call *call, struct vtpmb_tpm12_frame *frame,
			  u8 *rsp, size_t len);

#endif
