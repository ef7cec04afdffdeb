/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: PCR commands on PCRs of the chip. */
#ifndef VTPMB_TPM20_REAL_PCR_H
#define VTPMB_TPM20_REAL_PCR_H

#include "state.h"

bool vtpmb_tpm20_is_real_pcr(const struct vtpmb_vtpm *vtpm, u32 handle);
u32 vtpmb_tpm20_change_real(u8 locality);
u32 vtpmb_tpm20_inspect_list(struct vtpmb_vtpm *vtpm, struct vtpmb_reader r, unsigned int param,
			     u32 private);
bool vtpmb_tpm20_names_real(const struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_selection *sel,
			    u32 nr_sels);
bool vtpmb_tpm20_handle_is_real(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);
bool vtpmb_tpm20_read_is_real(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);
bool vtpmb_tpm20_policy_is_real(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);
int vtpmb_tpm20_read_mixed(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out, u32 *rc);

#endif
