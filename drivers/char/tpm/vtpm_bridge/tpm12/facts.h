/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: what is learnt of a chip before the first guest asks. */
#ifndef VTPMB_TPM12_FACTS_H
#define VTPMB_TPM12_FACTS_H

#include "state.h"

int vtpmb_tpm12_probe(struct vtpmb_port *port);
u32 vtpmb_tpm12_chip_number(const struct vtpmb_port *port, u16 prop);
void vtpmb_tpm12_forget(struct vtpmb_port *port);

#endif
