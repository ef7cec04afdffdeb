/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: objects and sessions in and out of the chip. */
#ifndef VTPMB_TPM20_SWAP_H
#define VTPMB_TPM20_SWAP_H

#include "state.h"

int vtpmb_tpm20_claim_session(struct vtpmb_vtpm *vtpm, u32 handle, u32 type);
int vtpmb_tpm20_refresh_idle(struct vtpmb_vtpm *vtpm);
int vtpmb_tpm20_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc);
int vtpmb_tpm20_flush_and_forget(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body);
int vtpmb_tpm20_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body);
int vtpmb_tpm20_flush_entry(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry);
int vtpmb_tpm20_limit_kept(struct vtpmb_vtpm *vtpm, unsigned int nr_kept);
int vtpmb_tpm20_release_handle(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry);
int vtpmb_tpm20_make_room(struct vtpmb_vtpm *vtpm, u32 rc);
bool vtpmb_tpm20_goes_again(struct vtpmb_vtpm *vtpm, int *len, u32 rc, unsigned int *tries);
int vtpmb_tpm20_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 gone, u32 *rc);
int vtpmb_tpm20_fetch_public(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 *rc);
int vtpmb_tpm20_reload(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc);
int vtpmb_tpm20_compare_name(struct vtpmb_vtpm *vtpm, u32 handle,
			     const struct vtpmb_tpm20_body *body, bool *same, u32 *rc);
int vtpmb_tpm20_has_name(struct vtpmb_vtpm *vtpm, u32 handle, const struct vtpmb_tpm20_body *body,
			 bool *same);
int vtpmb_tpm20_read_public(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			    struct vtpmb_writer *out, u32 *rc);
void vtpmb_tpm20_changed(struct vtpmb_tpm20_entry *entry);

#endif
