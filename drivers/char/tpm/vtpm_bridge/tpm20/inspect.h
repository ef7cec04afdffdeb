/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: what the parameters of a command would reach in the chip. */
#ifndef VTPMB_TPM20_INSPECT_H
#define VTPMB_TPM20_INSPECT_H

#include "state.h"

u32 vtpmb_tpm20_inspect_create(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_inspect_event(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_inspect_load_external(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_inspect_quote(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_inspect_real(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
bool vtpmb_tpm20_skip_to_creation_pcrs(struct vtpmb_reader *r);
bool vtpmb_tpm20_skip_to_quoted_pcrs(struct vtpmb_reader *r);

#endif
