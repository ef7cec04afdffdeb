/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: policies on private PCRs. */
#ifndef VTPMB_TPM20_POLICY_H
#define VTPMB_TPM20_POLICY_H

#include "state.h"

int vtpmb_tpm20_policy_pcr(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out, u32 *rc);
u32 vtpmb_tpm20_pcrs_changed(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_entry *entry);

/* Handlers of the command table */
bool vtpmb_tpm20_skip_to_policy_pcrs(struct vtpmb_reader *r);
void vtpmb_tpm20_apply_policy_pcr(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				  struct vtpmb_reader *params);

#endif
