/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 1.2: commands of the bridge's own, and what it asks the chip. */
#ifndef VTPMB_TPM12_ASK_H
#define VTPMB_TPM12_ASK_H

#include "state.h"

struct vtpmb_body;

int vtpmb_tpm12_cut_short(struct vtpmb_port *port);
int vtpmb_tpm12_command(struct vtpmb_port *port, u32 code, const struct vtpmb_body *body,
			u32 *rc);
int vtpmb_tpm12_own_command(struct vtpmb_port *port, u32 code, const void *body,
			    size_t body_len, u32 *rc);
int vtpmb_tpm12_ask_capability(struct vtpmb_port *port, u32 cap, const void *sub,
			       size_t sub_len, struct vtpmb_reader *r, u32 *rc);
int vtpmb_tpm12_ask_number(struct vtpmb_port *port, u32 prop, u32 *value, u32 *rc);
bool vtpmb_tpm12_is_busy(u32 rc);
int vtpmb_tpm12_ask_list(struct vtpmb_port *port, u32 rt, struct vtpmb_reader *list, u32 *rc);
bool vtpmb_tpm12_is_listed(u32 handle, struct vtpmb_reader list);

#endif
