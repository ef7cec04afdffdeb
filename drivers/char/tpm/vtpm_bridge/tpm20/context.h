/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: ContextSave, ContextLoad, FlushContext. */
#ifndef VTPMB_TPM20_CONTEXT_H
#define VTPMB_TPM20_CONTEXT_H

#include "state.h"

int vtpmb_tpm20_is_st_clear(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 gone,
			    bool *st_clear, u32 *rc);
int vtpmb_tpm20_context_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_writer *out, u32 *rc);
int vtpmb_tpm20_context_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_writer *out, u32 *rc);
int vtpmb_tpm20_flush_context(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      struct vtpmb_writer *out, u32 *rc);

#endif
