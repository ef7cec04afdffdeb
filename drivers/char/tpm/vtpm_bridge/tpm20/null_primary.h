/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: the null primary that Linux guests salt their sessions for. */
#ifndef VTPMB_TPM20_NULL_PRIMARY_H
#define VTPMB_TPM20_NULL_PRIMARY_H

#include "state.h"

bool vtpmb_tpm20_is_null_primary(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);
int vtpmb_tpm20_create_null_primary(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				    struct vtpmb_writer *out, u32 *rc);
u32 vtpmb_tpm20_load_null_primary(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				  struct vtpmb_tpm20_body **body);
u32 vtpmb_tpm20_check_null_primary(const struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_compute_salt(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
int vtpmb_tpm20_lend(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call, u32 *handle,
		     u32 *rc);
int vtpmb_tpm20_take_back(struct vtpmb_vtpm *vtpm, int err);
void vtpmb_tpm20_forget_null_key(struct vtpmb_vtpm *vtpm);

#endif
