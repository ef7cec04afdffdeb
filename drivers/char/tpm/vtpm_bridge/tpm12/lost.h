/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: keys and sessions left in the chip by a lost response. */
#ifndef VTPMB_TPM12_LOST_H
#define VTPMB_TPM12_LOST_H

#include "state.h"

int vtpmb_tpm12_flush_lost(struct vtpmb_port *port, u32 *rc);

#endif
