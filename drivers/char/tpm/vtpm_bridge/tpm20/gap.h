/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: how many sessions guests may have the chip save. */
#ifndef VTPMB_TPM20_GAP_H
#define VTPMB_TPM20_GAP_H

#include "state.h"

int vtpmb_tpm20_gap_list(struct vtpmb_port *port);
int vtpmb_tpm20_gap_look(struct vtpmb_port *port);
int vtpmb_tpm20_gap_allows(struct vtpmb_vtpm *vtpm, struct vtpmb_port *port);
bool vtpmb_tpm20_gap_may_make(struct vtpmb_port *port);
void vtpmb_tpm20_gap_is_used_up(struct vtpmb_port *port);
void vtpmb_tpm20_gap_saved(struct vtpmb_port *port, u64 sequence);
u64 vtpmb_tpm20_gap_age(struct vtpmb_port *port, const struct vtpmb_tpm20_body *body);
bool vtpmb_tpm20_gap_is_ours(struct vtpmb_port *port, const struct vtpmb_tpm20_body *body);
bool vtpmb_tpm20_gap_may_look(struct vtpmb_port *port, const struct vtpmb_tpm20_body *oldest);
void vtpmb_tpm20_gap_looked(struct vtpmb_port *port);
void vtpmb_tpm20_gap_init(struct vtpmb_port *port);

#endif
