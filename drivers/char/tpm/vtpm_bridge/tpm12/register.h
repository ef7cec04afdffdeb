/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: the registers, PCRs of the chip that show something of a guest. */
#ifndef VTPMB_TPM12_REGISTER_H
#define VTPMB_TPM12_REGISTER_H

#include "../core/register.h"
#include "state.h"

int vtpmb_tpm12_set_register(struct vtpmb_port *port, enum vtpmb_register_nr nr,
			     const struct vtpmb_shown *shown, u32 *rc);
int vtpmb_tpm12_clear_registers(struct vtpmb_port *port);
int vtpmb_tpm12_clear_leftovers(struct vtpmb_port *port);

#endif
