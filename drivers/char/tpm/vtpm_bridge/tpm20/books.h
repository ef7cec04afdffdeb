/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: handles and what they stand for. */
#ifndef VTPMB_TPM20_BOOKS_H
#define VTPMB_TPM20_BOOKS_H

#include "state.h"

void vtpmb_tpm20_count(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm20_is_before_reset(struct vtpmb_vtpm *vtpm);
bool vtpmb_tpm20_has_room_for_session(struct vtpmb_vtpm *vtpm);
struct vtpmb_tpm20_body *vtpmb_tpm20_new_body(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm20_kind kind,
					      enum vtpmb_tpm20_hier hier);
struct vtpmb_tpm20_body *vtpmb_tpm20_find_saved_body(struct vtpmb_vtpm *vtpm, const u8 *blob,
						     u16 blob_len);
void vtpmb_tpm20_forget_public(struct vtpmb_tpm20_body *body);
void vtpmb_tpm20_drop_body(struct vtpmb_tpm20_body *body);
void vtpmb_tpm20_set_body(struct vtpmb_tpm20_entry *entry, struct vtpmb_tpm20_body *body);
struct vtpmb_tpm20_entry *vtpmb_tpm20_new_object(struct vtpmb_vtpm *vtpm,
						 enum vtpmb_tpm20_hier hier, u32 flushed,
						 struct vtpmb_tpm20_body *body);
struct vtpmb_tpm20_entry *vtpmb_tpm20_new_session(struct vtpmb_vtpm *vtpm, u32 handle, bool trial);
struct vtpmb_tpm20_entry *vtpmb_tpm20_object(struct vtpmb_vtpm *vtpm, u32 handle);
struct vtpmb_tpm20_entry *vtpmb_tpm20_find_session(struct vtpmb_vtpm *vtpm, u32 handle);
u32 vtpmb_tpm20_session(struct vtpmb_vtpm *vtpm, u32 handle, u32 unknown, u32 mistaken,
			struct vtpmb_tpm20_entry **entry);
void vtpmb_tpm20_forget_entry(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry);
void vtpmb_tpm20_forget_body(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body);
void vtpmb_tpm20_forget_all(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm20_guest_saved(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, bool saved);
void vtpmb_tpm20_use(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry);
void vtpmb_tpm20_clear_in_use(struct vtpmb_vtpm *vtpm);
struct vtpmb_tpm20_body *vtpmb_tpm20_find_loaded(struct vtpmb_tpm20_table *table, u32 phys);
struct vtpmb_tpm20_body *vtpmb_tpm20_find_active(struct vtpmb_tpm20_table *table, unsigned int bit);

#endif
