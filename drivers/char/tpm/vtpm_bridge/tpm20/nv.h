/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: NV indices. */
#ifndef VTPMB_TPM20_NV_H
#define VTPMB_TPM20_NV_H

#include "state.h"

u32 vtpmb_tpm20_map_nv(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, unsigned int i);
u32 vtpmb_tpm20_inspect_define(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
int vtpmb_tpm20_learn_index(struct vtpmb_vtpm *vtpm, u32 handle,
			    const struct vtpmb_tpm20_index **index, u32 *rc);
int vtpmb_tpm20_nv_read_public(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_writer *out, u32 *rc);
int vtpmb_tpm20_learn_named(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, unsigned int i,
			    u32 *rc);
int vtpmb_tpm20_report_missing_index(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				     u32 *rc);
bool vtpmb_tpm20_nv_has_no_da(const struct vtpmb_tpm20_index *index);
void vtpmb_tpm20_forget_indices(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_nv_handles(struct vtpmb_vtpm *vtpm, u32 first, u32 *handle, unsigned int max);
int vtpmb_tpm20_nv_room(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc);
bool vtpmb_tpm20_is_counted(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_nv_count(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm20_nv_changed(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call);
bool vtpmb_tpm20_may_delete(const struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm20_nv_stale(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_undefine_stale_nv(struct vtpmb_vtpm *vtpm);

#endif
