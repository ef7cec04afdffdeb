/* SPDX-License-Identifier: GPL-2.0-only */
/* TPM 2.0: HMAC sessions whose key the bridge knows. */
#ifndef VTPMB_TPM20_HMAC_H
#define VTPMB_TPM20_HMAC_H

#include "state.h"

const struct vtpmb_tpm20_hierarchy *vtpmb_tpm20_auth_hierarchy(struct vtpmb_vtpm *vtpm, u32 handle);
bool vtpmb_tpm20_is_bound(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_entry *entry,
			  u32 handle);
const struct vtpmb_auth *vtpmb_tpm20_sequence_auth(const struct vtpmb_tpm20_call *call,
						   unsigned int i);
int vtpmb_tpm20_hash_command(const struct vtpmb_tpm20_call *call, u16 alg, bool names, u8 *digest);
u32 vtpmb_tpm20_check_hmac(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			   unsigned int i);
int vtpmb_tpm20_put_hmac(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			 unsigned int i, const u8 *params, size_t params_len,
			 struct vtpmb_writer *w);
u32 vtpmb_tpm20_new_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
u32 vtpmb_tpm20_new_sequence(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_derive_session_key(struct vtpmb_tpm20_entry *entry,
				    const struct vtpmb_tpm20_call *call);
bool vtpmb_tpm20_take_nonce(struct vtpmb_tpm20_entry *entry, struct vtpmb_reader *r);
int vtpmb_tpm20_renew_chip_nonce(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 *rc);
u32 vtpmb_tpm20_auth_set_flag(u32 handle);
bool vtpmb_tpm20_are_empty(struct vtpmb_vtpm *vtpm, u32 handle);

#endif
