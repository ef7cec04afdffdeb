/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: the persistent objects that the image of a proxy has.
 *
 * They are a record of the image, for each object by ascending handle; all numbers are
 * big-endian:
 *
 *   UINT32	its handle
 *   UINT32	TPM_RH_OWNER or TPM_RH_ENDORSEMENT
 *   TPM2B	its Name
 *   TPM2B	its origin, see origin.h
 *
 * The handle table, which belongs to the hub's thread, is updated from here.
 *
 * Verbs: create, destroy, find, has_room, add, remove, hide, clear, save, restore.
 */
#ifndef VTPMB_TPM20_STORED_H
#define VTPMB_TPM20_STORED_H

#include "state.h"

int vtpmb_tpm20_create_stored(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm20_destroy_stored(struct vtpmb_vtpm *vtpm);
struct vtpmb_tpm20_stored_object *vtpmb_tpm20_find_stored(const struct vtpmb_vtpm *vtpm, u32 id);
bool vtpmb_tpm20_has_room_for_stored(const struct vtpmb_vtpm *vtpm, u32 handle);
u32 vtpmb_tpm20_add_stored(struct vtpmb_vtpm *vtpm, u32 handle,
			   const struct vtpmb_tpm20_body *body);
bool vtpmb_tpm20_remove_stored(struct vtpmb_vtpm *vtpm, u32 id);
bool vtpmb_tpm20_hide_stored(struct vtpmb_vtpm *vtpm, u32 id);
void vtpmb_tpm20_clear_stored(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm20_save_stored(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w);
bool vtpmb_tpm20_restore_stored(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r);

#endif
