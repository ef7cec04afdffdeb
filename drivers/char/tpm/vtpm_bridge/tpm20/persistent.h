/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: persistent objects. */
#ifndef VTPMB_TPM20_PERSISTENT_H
#define VTPMB_TPM20_PERSISTENT_H

#include "state.h"

struct vtpmb_tpm20_entry *vtpmb_tpm20_persistent(struct vtpmb_vtpm *vtpm, u32 handle);
u32 vtpmb_tpm20_map_persistent(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       unsigned int i);
int vtpmb_tpm20_delete_persistent(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry,
				  u32 *rc);
int vtpmb_tpm20_read_persistent(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_read_stored(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_make_stored(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc);
int vtpmb_tpm20_evict_control(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      struct vtpmb_writer *out, u32 *rc);
bool vtpmb_tpm20_evict_is_real(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_inspect_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_apply_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_reader *params);
void vtpmb_tpm20_persistent_unknown(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);

#endif
