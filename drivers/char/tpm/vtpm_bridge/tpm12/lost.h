/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: what a lost response has left in the chip. */
#ifndef VTPMB_TPM12_LOST_H
#define VTPMB_TPM12_LOST_H

#include "state.h"

int vtpmb_tpm12_flush_lost(struct vtpmb_port *port, u32 *rc);

#endif
