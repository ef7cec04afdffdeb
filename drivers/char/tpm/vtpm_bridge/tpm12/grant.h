/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: which ordinals a proxy has. */
#ifndef VTPMB_TPM12_GRANT_H
#define VTPMB_TPM12_GRANT_H

#include "state.h"

bool vtpmb_tpm12_is_unsafe(unsigned int i);
bool vtpmb_tpm12_granted(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_row *row);
const struct vtpmb_tpm12_row *vtpmb_tpm12_find(struct vtpmb_vtpm *vtpm, u32 code);
bool vtpmb_tpm12_permits(struct vtpmb_vtpm *vtpm, u32 code);

#endif
