/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: free slots of the chip, as far as known since the host had it. */
#ifndef VTPMB_TPM12_ROOM_H
#define VTPMB_TPM12_ROOM_H

#include "state.h"

void vtpmb_tpm12_room_changes(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, int by);
void vtpmb_tpm12_room_unknown(struct vtpmb_port *port);

#endif
