/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: parameters and tags of commands, and the responses of the bridge. */
#ifndef VTPMB_TPM12_WIRE_H
#define VTPMB_TPM12_WIRE_H

#include "state.h"

u32 vtpmb_tpm12_check_params(const char *format, struct vtpmb_reader *r);
unsigned int vtpmb_tpm12_nr_auths(u16 tag);
void vtpmb_tpm12_respond(struct vtpmb_tpm12_call *call, u32 rc);

#endif
