/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2, in the hub's thread: a guest's command for the chip, and back. */
#ifndef VTPMB_TPM12_COMMAND_H
#define VTPMB_TPM12_COMMAND_H

#include "state.h"

int vtpmb_tpm12_execute(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd);

#endif
