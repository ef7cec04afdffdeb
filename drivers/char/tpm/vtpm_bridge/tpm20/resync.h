/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: what the chip has, after a lost response. */
#ifndef VTPMB_TPM20_RESYNC_H
#define VTPMB_TPM20_RESYNC_H

#include "state.h"

int vtpmb_tpm20_resync(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm20_forget_loaded(struct vtpmb_vtpm *vtpm);

#endif
