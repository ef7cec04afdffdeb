/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2, dictionary attack protection (Part 1, 23; Part 2, 21.5). */
#ifndef VTPMB_TPM12_LOCKOUT_H
#define VTPMB_TPM12_LOCKOUT_H

#include "state.h"

int vtpmb_tpm12_limit_failures(struct vtpmb_tpm12_call *call, u32 *rc);
void vtpmb_tpm12_count_failure(struct vtpmb_vtpm *vtpm, u32 rc);
void vtpmb_tpm12_failures_unknown(struct vtpmb_port *port);

#endif
