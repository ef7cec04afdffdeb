/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: the origin of an object, from which the chip can make it again.
 *
 * It is a sequence of commands: CreatePrimary, or a persistent object of the chip, then a Load
 * for each generation below; CreateLoaded may stand for either.  All numbers are big-endian:
 *
 *   UINT32	TPM_RH_OWNER, TPM_RH_ENDORSEMENT, or the handle of a persistent object
 *   for each command:
 *     UINT32	TPM_CC
 *     TPM2B	authValue of its parent; empty for a hierarchy
 *     TPM2B	parameters
 *
 * Verbs: find, refine, copy, forget, is, make, flush.
 */
#ifndef VTPMB_TPM20_ORIGIN_H
#define VTPMB_TPM20_ORIGIN_H

#include "state.h"

struct vtpmb_tpm20_origin *vtpmb_tpm20_find_origin(struct vtpmb_vtpm *vtpm,
						   const struct vtpmb_tpm20_call *call);
void vtpmb_tpm20_refine_origin(struct vtpmb_tpm20_call *call, struct vtpmb_reader response);
struct vtpmb_tpm20_origin *vtpmb_tpm20_copy_origin(const u8 *bytes, u16 len);
void vtpmb_tpm20_forget_origin(struct vtpmb_tpm20_origin **origin);
bool vtpmb_tpm20_is_origin(const u8 *bytes, u16 len);
int vtpmb_tpm20_make_again(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_origin *origin,
			   u32 *handle, u32 *rc);
int vtpmb_tpm20_flush_made(struct vtpmb_vtpm *vtpm, u32 handle);

#endif
