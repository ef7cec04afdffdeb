/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: what the chip is. */
#ifndef VTPMB_TPM20_FACTS_H
#define VTPMB_TPM20_FACTS_H

#include "state.h"

/* Of the reference implementation: entries of a capability's list (Part 2, 10.9). */
#define MAX_LIST_HANDLES		254
#define MAX_LIST_COMMANDS		254
#define MAX_LIST_ALGS			169
#define MAX_LIST_PROPERTIES		127
#define MAX_LIST_CURVES			508
#define MAX_LIST_POLICIES		14

const struct vtpmb_tpm20_tagged *vtpmb_tpm20_alg(struct vtpmb_vtpm *vtpm, u16 alg);
bool vtpmb_tpm20_is_hash(struct vtpmb_vtpm *vtpm, u16 alg);
bool vtpmb_tpm20_is_no_hash(struct vtpmb_vtpm *vtpm, u16 alg);
u32 vtpmb_tpm20_property(const struct vtpmb_tpm20_facts *facts, u32 property, u32 otherwise);
int vtpmb_tpm20_probe(struct vtpmb_port *port);
void vtpmb_tpm20_forget(struct vtpmb_port *port);

#endif
