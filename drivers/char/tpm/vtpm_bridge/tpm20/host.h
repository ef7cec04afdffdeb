/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: which objects and sessions in the chip are the host's. */
#ifndef VTPMB_TPM20_HOST_H
#define VTPMB_TPM20_HOST_H

#include "state.h"

int vtpmb_tpm20_list_host_objects(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_list_host_sessions(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm20_is_free_object(struct vtpmb_tpm20_table *table, u32 phys);
void vtpmb_tpm20_forget_host_lists(struct vtpmb_vtpm *vtpm);

#endif
