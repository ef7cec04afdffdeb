/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: dictionary attack protection. */
#ifndef VTPMB_TPM20_LOCKOUT_H
#define VTPMB_TPM20_LOCKOUT_H

#include "state.h"

u32 vtpmb_tpm20_lock_reset(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out);
u32 vtpmb_tpm20_lockout_parameters(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				   struct vtpmb_writer *out);
u32 vtpmb_tpm20_max_tries(const struct vtpmb_vtpm *vtpm);
u32 vtpmb_tpm20_recovery_time(const struct vtpmb_vtpm *vtpm);
u32 vtpmb_tpm20_lockout_recovery(const struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm20_is_locked_out(const struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_limit_failures(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc);
void vtpmb_tpm20_count_failure(struct vtpmb_vtpm *vtpm, u32 rc);

#endif
