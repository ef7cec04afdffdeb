/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: startup, saved state, self-test (Part 3, 3 and 4). */
#ifndef VTPMB_TPM12_PLATFORM_H
#define VTPMB_TPM12_PLATFORM_H

#include "state.h"

void vtpmb_tpm12_reset(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_off(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_void_saved_state(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_start(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_end_post_init(struct vtpmb_vtpm *vtpm);

#endif
