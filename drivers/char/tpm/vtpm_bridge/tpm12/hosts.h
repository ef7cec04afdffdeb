/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: the host's keys and sessions in the chip, and the session being saved. */
#ifndef VTPMB_TPM12_HOSTS_H
#define VTPMB_TPM12_HOSTS_H

#include "state.h"

int vtpmb_tpm12_list_hosts(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind);
bool vtpmb_tpm12_can_be_new(const struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 handle);
void vtpmb_tpm12_note_save(const struct vtpmb_tpm12_entry *entry);
void vtpmb_tpm12_note_save_done(struct vtpmb_port *port);
void vtpmb_tpm12_forget_hosts(struct vtpmb_port *port);
void vtpmb_tpm12_note_flush(struct vtpmb_port *port, u32 handle);
unsigned int vtpmb_tpm12_find_lost(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind,
				   struct vtpmb_reader list, u32 *lost);

#endif
