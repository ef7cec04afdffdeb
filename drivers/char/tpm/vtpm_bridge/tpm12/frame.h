/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: what a command for the chip names. */
#ifndef VTPMB_TPM12_FRAME_H
#define VTPMB_TPM12_FRAME_H

#include "state.h"

void vtpmb_tpm12_frame_init(struct vtpmb_tpm12_frame *frame, u8 *at, size_t len,
			    const struct vtpmb_tpm12_row *row);
u32 vtpmb_tpm12_map(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_frame *frame);
bool vtpmb_tpm12_all_loaded(const struct vtpmb_tpm12_frame *frame);
void vtpmb_tpm12_put_physical(const struct vtpmb_tpm12_frame *frame);

#endif
