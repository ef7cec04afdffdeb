// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attest: a PCR of the guest that represents other PCRs of it in quotes.
 *
 * The guest's PCR attest_pcr reads W = H(H(0 || identity) || digest): what a PCR holds after a
 * reset, an extend by the identity of the proxy, and an extend by what a TPM computes for a
 * quote of the selected PCRs.  So whoever knows the identity and the PCRs can compute W, and
 * whoever can extend the chip's PCR can bring it to W.  A quote of W is therefore as good as
 * the key that signs it, and a policy on W would protect nothing.
 *
 * The identity is public, and differs from that of all proxies with another secret.
 */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "attest.h"
#include "message.h"

/** LABEL - the message of the HMAC, with the final 0: see register.c */
#define LABEL			"vtpm_bridge identity"

/** ALG_SHA256 - TPM_ALG_SHA256 */
#define ALG_SHA256		0x000B

bool vtpmb_attest_check(const struct vtpmb_vtpm *vtpm, u64 pcrs)
{
	return vtpmb_register_check(vtpm, VTPMB_REGISTER_ATTEST, pcrs);
}

u64 vtpmb_attest_get(const struct vtpmb_vtpm *vtpm)
{
	return vtpm->attest;
}

/**
 * vtpmb_attest_identity() - compute the public identity of a virtual TPM
 * @vtpm:	the vtpm; its lock is held
 * @bank:	hash algorithm of the bank in which attest is used
 * @identity:	out: H(HMAC-SHA256(secret, label)), and zeros; has room for VTPMB_MAX_DIGEST bytes
 *
 * The hash makes it as long as the digests of the bank.  Neither the secret nor the identity in
 * another bank follows from it.
 *
 * Return: 0, -EOPNOTSUPP without SHA-256, or the crypto API's error
 */
int vtpmb_attest_identity(const struct vtpmb_vtpm *vtpm, const struct vtpmb_hash *bank,
			  u8 *identity)
{
	const struct vtpmb_hash *sha256 = vtpmb_hash_find(ALG_SHA256);
	struct vtpmb_message m = {};
	u8 mac[VTPMB_MAX_DIGEST];
	int err;

	lockdep_assert_held(&vtpm->lock);

	if (!sha256)
		return -EOPNOTSUPP;
	memset(identity, 0, VTPMB_MAX_DIGEST);
	vtpmb_message_add(&m, LABEL, sizeof(LABEL));
	err = vtpmb_message_hmac(sha256, vtpm->secret, sizeof(vtpm->secret), &m, mac);
	if (!err)
		err = vtpmb_hash_digest(bank, mac, sha256->size, identity);
	memzero_explicit(mac, sizeof(mac));
	return err;
}

/**
 * vtpmb_attest_compute() - compute what the register for quotes shows
 * @vtpm:	the vtpm, which has selected PCRs for it; its lock is held
 * @bank:	hash algorithm of the register's bank
 * @digest:	what a TPM computes of the selected PCRs in a quote with this algorithm
 * @shown:	out: the value, and how a PCR comes to it
 *
 * Return: 0, -EOPNOTSUPP without SHA-256, or the crypto API's error
 */
int vtpmb_attest_compute(const struct vtpmb_vtpm *vtpm, const struct vtpmb_hash *bank,
			 const u8 *digest, struct vtpmb_shown *shown)
{
	int err;

	*shown = (struct vtpmb_shown) { .nr_extends = 2 };
	err = vtpmb_attest_identity(vtpm, bank, shown->extend[0]);
	memcpy(shown->extend[1], digest, bank->size);
	return err ?: vtpmb_register_extend(bank, shown);
}
