/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: a guest's command for the chip. */
#ifndef VTPMB_TPM20_COMMAND_H
#define VTPMB_TPM20_COMMAND_H

#include "state.h"

int vtpmb_tpm20_execute(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd);

#endif
