/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: PCR commands on private PCRs. */
#ifndef VTPMB_TPM20_PCR_H
#define VTPMB_TPM20_PCR_H

#include "state.h"

u32 vtpmb_tpm20_pcr_read(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			 struct vtpmb_writer *out);
u32 vtpmb_tpm20_pcr_handle(struct vtpmb_vtpm *vtpm, u32 handle, u8 locality);
void vtpmb_tpm20_pcr_digests(struct vtpmb_vtpm *vtpm, u32 handle, struct vtpmb_reader *digests);
void vtpmb_tpm20_apply_event(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_reader *params);
u32 vtpmb_tpm20_pcr_extend(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out);
u32 vtpmb_tpm20_pcr_event(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out);
u32 vtpmb_tpm20_pcr_reset(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out);
u32 vtpmb_tpm20_pcr_allocate(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_writer *out);
u32 vtpmb_tpm20_pcr_set_auth_policy(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				    struct vtpmb_writer *out);
u32 vtpmb_tpm20_pcr_set_auth_value(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				   struct vtpmb_writer *out);

#endif
