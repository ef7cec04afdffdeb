/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: the table of a proxy's keys and sessions. */
#ifndef VTPMB_TPM12_BOOKS_H
#define VTPMB_TPM12_BOOKS_H

#include "state.h"

/**
 * struct vtpmb_tpm12_kind_row - constants of one kind of entry
 * @first:	index of its first entry in the table
 * @capacity:	number of its entries in the table
 * @handles:	the lowest virtual handle
 * @rt:		TPM_RESOURCE_TYPE
 * @free:	TPM_CAP_PROPERTY that has the chip's number of free slots
 */
struct vtpmb_tpm12_kind_row {
	unsigned int first;
	unsigned int capacity;
	u32 handles;
	u32 rt;
	u32 free;
};

extern const struct vtpmb_tpm12_kind_row vtpmb_tpm12_kinds[TPM12_NR_KINDS];

struct vtpmb_tpm12_entry *vtpmb_tpm12_entries(struct vtpmb_vtpm *vtpm,
					      enum vtpmb_tpm12_kind kind);
enum vtpmb_tpm12_kind vtpmb_tpm12_kind_of(u32 rt);
bool vtpmb_tpm12_can_save(const struct vtpmb_port *port);
unsigned int vtpmb_tpm12_share_of_slots(const struct vtpmb_port *port);
unsigned int vtpmb_tpm12_max_saved(const struct vtpmb_port *port);
unsigned int vtpmb_tpm12_max_entries(const struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
u32 vtpmb_tpm12_wanted_room(const struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
bool vtpmb_tpm12_has_stale(struct vtpmb_vtpm *vtpm);
void vtpmb_tpm12_update_counts(struct vtpmb_vtpm *vtpm);
struct vtpmb_tpm12_entry *vtpmb_tpm12_entry(struct vtpmb_vtpm *vtpm,
					    enum vtpmb_tpm12_kind kind, u32 handle);
struct vtpmb_tpm12_entry *vtpmb_tpm12_new_entry(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind,
						u32 wanted);
void vtpmb_tpm12_use(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_clear_in_use(struct vtpmb_vtpm *vtpm);
struct vtpmb_tpm12_entry *vtpmb_tpm12_find_loaded(struct vtpmb_port *port,
						  enum vtpmb_tpm12_kind kind, u32 phys);
void vtpmb_tpm12_mark_loaded(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 phys);
void vtpmb_tpm12_mark_unloaded(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_add_saved(struct vtpmb_tpm12_entry *entry, u32 count);
void vtpmb_tpm12_forget_saved(struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_forget_entry(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_session_ended(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry);
unsigned int vtpmb_tpm12_nr_inside(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind);
void vtpmb_tpm12_forget_all(struct vtpmb_vtpm *vtpm);

#endif
