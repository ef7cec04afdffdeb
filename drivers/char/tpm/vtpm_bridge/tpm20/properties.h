/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: properties of the chip that vary. */
#ifndef VTPMB_TPM20_PROPERTIES_H
#define VTPMB_TPM20_PROPERTIES_H

#include "state.h"

int vtpmb_tpm20_ask_properties(struct vtpmb_port *port);
void vtpmb_tpm20_forget_properties(struct vtpmb_port *port);

#endif
