/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: selections of PCRs. */
#ifndef VTPMB_TPM20_SELECTION_H
#define VTPMB_TPM20_SELECTION_H

#include "state.h"

void vtpmb_tpm20_put_selection(struct vtpmb_writer *out, u16 alg, u32 pcrs);
u32 vtpmb_tpm20_get_selections(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       unsigned int param, struct vtpmb_tpm20_selection *sel, u32 *nr_sels);
u32 vtpmb_tpm20_limit_digests(u32 pcrs, unsigned int *nr_digests);
int vtpmb_tpm20_hash_selected(struct vtpmb_vtpm *vtpm, const struct vtpmb_hash *hash,
			      const struct vtpmb_tpm20_selection *sel, u32 nr_sels, u8 *digest);

#endif
