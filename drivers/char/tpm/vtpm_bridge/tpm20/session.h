/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: authorisation. */
#ifndef VTPMB_TPM20_SESSION_H
#define VTPMB_TPM20_SESSION_H

#include "state.h"

const struct vtpmb_auth *vtpmb_tpm20_chip_auth(const struct vtpmb_vtpm *vtpm, u32 handle);
int vtpmb_tpm20_read_properties(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_choose_checker(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, bool local);
int vtpmb_tpm20_load_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc);
u32 vtpmb_tpm20_authorise(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_translate_rc(const struct vtpmb_tpm20_call *call, u32 rc);
int vtpmb_tpm20_renew_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc);

#endif
