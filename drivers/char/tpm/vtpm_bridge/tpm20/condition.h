/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: what policies of hierarchies ask for. */
#ifndef VTPMB_TPM20_CONDITION_H
#define VTPMB_TPM20_CONDITION_H

#include "state.h"

void vtpmb_tpm20_compute_conditions(struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_apply_conditions(const struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_policy_unknown(const struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_reset_policy(struct vtpmb_tpm20_entry *entry);
u32 vtpmb_tpm20_is_virtually_met(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				 unsigned int i);
u32 vtpmb_tpm20_check_policy(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     unsigned int i);

#endif
