/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: registers, which are PCRs of the chip that show something of a guest. */
#ifndef VTPMB_TPM20_REGISTER_H
#define VTPMB_TPM20_REGISTER_H

#include "state.h"

const struct vtpmb_hash *vtpmb_tpm20_register_bank(const struct vtpmb_port *port,
						   enum vtpmb_register_nr nr);
int vtpmb_tpm20_set_register(struct vtpmb_port *port, enum vtpmb_register_nr nr,
			     const struct vtpmb_shown *shown, u32 *rc);
int vtpmb_tpm20_reset_registers(struct vtpmb_port *port);

#endif
