/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attest: a PCR of the guest that represents other PCRs of it in quotes.
 *
 * Verbs: check, get, identity, compute.
 */
#ifndef VTPMB_ATTEST_H
#define VTPMB_ATTEST_H

#include "register.h"

/**
 * struct vtpmb_identity - by what a verifier knows a virtual TPM
 * @hash:	hash algorithm of the bank in which attest is used
 * @digest:	the identity, as long as the digests of @hash, and zeros
 */
struct vtpmb_identity {
	const struct vtpmb_hash *hash;
	u8 digest[VTPMB_MAX_DIGEST];
};

bool vtpmb_attest_check(const struct vtpmb_vtpm *vtpm, u64 pcrs);
u64 vtpmb_attest_get(const struct vtpmb_vtpm *vtpm);
int vtpmb_attest_identity(const struct vtpmb_vtpm *vtpm, const struct vtpmb_hash *bank,
			  u8 *identity);
int vtpmb_attest_compute(const struct vtpmb_vtpm *vtpm, const struct vtpmb_hash *bank,
			 const u8 *digest, struct vtpmb_shown *shown);

#endif
