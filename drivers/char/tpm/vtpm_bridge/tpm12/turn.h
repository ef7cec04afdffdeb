/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: the end of a turn, and of a proxy's keys and sessions in the chip. */
#ifndef VTPMB_TPM12_TURN_H
#define VTPMB_TPM12_TURN_H

#include "state.h"

int vtpmb_tpm12_resync(struct vtpmb_port *port, u32 *rc);
int vtpmb_tpm12_evict_others(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm12_unload_all(struct vtpmb_port *port);
void vtpmb_tpm12_chip_cleared(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm12_flush_stale(struct vtpmb_vtpm *vtpm, bool all);

#endif
