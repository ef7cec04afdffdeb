/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: what the chip is known to say of parameters. */
#ifndef VTPMB_TPM20_PARAMETERS_H
#define VTPMB_TPM20_PARAMETERS_H

#include "state.h"

int vtpmb_tpm20_learn_curves(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts);
void vtpmb_tpm20_forget_curves(struct vtpmb_tpm20_facts *facts);
u32 vtpmb_tpm20_ecc_parameters(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_writer *out);
u32 vtpmb_tpm20_test_parms(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out);
int vtpmb_tpm20_ask_parms(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out, u32 *rc);

#endif
