/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: a command as it comes, and what the virtual platform answers. */
#ifndef VTPMB_TPM20_LOCAL_H
#define VTPMB_TPM20_LOCAL_H

#include "state.h"

u32 vtpmb_tpm20_answer_success(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       const struct vtpmb_writer *out);
u32 vtpmb_tpm20_run_local(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out);
void vtpmb_tpm20_receive(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd);

#endif
