/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: the guest's PCRs in which the bridge shows what represents others. */
#ifndef VTPMB_TPM20_SHOWN_H
#define VTPMB_TPM20_SHOWN_H

#include "../core/attest.h"
#include "state.h"

u32 vtpmb_tpm20_for_quotes_only(const struct vtpmb_vtpm *vtpm);
u32 vtpmb_tpm20_refresh_shown(struct vtpmb_vtpm *vtpm);
enum vtpmb_register_nr vtpmb_tpm20_selects_shown(struct vtpmb_vtpm *vtpm,
						 const struct vtpmb_tpm20_call *call);
int vtpmb_tpm20_show(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc);
int vtpmb_tpm20_identity(struct vtpmb_vtpm *vtpm, struct vtpmb_identity *identity);

#endif
