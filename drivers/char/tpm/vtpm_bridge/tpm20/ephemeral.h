/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: whose the chip's ephemeral keys are. */
#ifndef VTPMB_TPM20_EPHEMERAL_H
#define VTPMB_TPM20_EPHEMERAL_H

#include "state.h"

u32 vtpmb_tpm20_inspect_zgen(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_inspect_signing(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_apply_ephemeral(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				 struct vtpmb_reader *params);
void vtpmb_tpm20_apply_commit(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      struct vtpmb_reader *params);
void vtpmb_tpm20_use_up_ephemeral(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);

#endif
