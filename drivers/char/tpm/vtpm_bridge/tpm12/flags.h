/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: the flags of a virtual TPM, and what its guest sees of them. */
#ifndef VTPMB_TPM12_FLAGS_H
#define VTPMB_TPM12_FLAGS_H

#include "state.h"

bool vtpmb_tpm12_owned(const struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm12_pp(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm12_pp_locked(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm12_shown_pf(const struct vtpmb_vtpm *vtpm, u32 flag);
void vtpmb_tpm12_init_flags(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_clear(struct vtpmb_tpm12 *tpm);

#endif
