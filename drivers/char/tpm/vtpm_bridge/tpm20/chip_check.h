/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: PCR_Extend in a session that the chip alone can check. */
#ifndef VTPMB_TPM20_CHIP_CHECK_H
#define VTPMB_TPM20_CHIP_CHECK_H

#include "state.h"

bool vtpmb_tpm20_may_chip_check(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);
int vtpmb_tpm20_chip_check(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call, u32 *rc);
void vtpmb_tpm20_apply_chip_checked(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);

#endif
