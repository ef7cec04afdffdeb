/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2, swapping: saving, flushing and loading of keys and sessions (Part 3, 21 and 22). */
#ifndef VTPMB_TPM12_SWAP_H
#define VTPMB_TPM12_SWAP_H

#include "state.h"

int vtpmb_tpm12_flush_handle(struct vtpmb_port *port, u32 handle, u32 rt, u32 *rc);
int vtpmb_tpm12_save_all_bound(struct vtpmb_port *port);
int vtpmb_tpm12_flush_and_forget(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
int vtpmb_tpm12_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc);
int vtpmb_tpm12_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
int vtpmb_tpm12_make_room(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
int vtpmb_tpm12_have_room(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind, u32 *rc);
int vtpmb_tpm12_rebind(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry,
		       struct vtpmb_tpm12_entry *key, u32 *rc);
int vtpmb_tpm12_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc);
int vtpmb_tpm12_forget_dead(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 *rc);
int vtpmb_tpm12_find_dead(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
int vtpmb_tpm12_unload_kind(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind);

#endif
