/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: GetCapability, as a guest sees the chip. */
#ifndef VTPMB_TPM20_CAPABILITY_H
#define VTPMB_TPM20_CAPABILITY_H

#include "state.h"

u32 vtpmb_tpm20_get_capability(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_writer *out);
int vtpmb_tpm20_hub_capability(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_writer *out, u32 *rc);

#endif
