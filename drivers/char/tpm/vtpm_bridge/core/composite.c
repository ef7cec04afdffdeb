// SPDX-License-Identifier: GPL-2.0-only
/*
 * The composite: a PCR of the guest that represents other PCRs of it.
 *
 * If the administrator has selected PCRs for it, the guest's PCR policy_pcr reads
 * V = H(0 || v).  v is an HMAC, keyed with the proxy's secret, of the selected PCRs and their
 * values.  For a command that selects that PCR alone, the chip's PCR of the same number is
 * reset and extended by v, so that it is V, too.  The chip then executes the guest's own
 * command.  So a digest that software computes from V is right.
 *
 * Everybody may know V.  Only an extend by v brings a PCR to V, and v does not follow from V.
 *
 * The message of the HMAC is a label, a TPML_PCR_SELECTION of the selected PCRs in all banks,
 * and the SHA-256 digest of their values.  It begins with a letter: see register.c.
 */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "composite.h"
#include "message.h"

/** LABEL - the first bytes of each message, with the final 0 */
#define LABEL			"vtpm_bridge composite"

/** ALG_SHA256 - TPM_ALG_SHA256 */
#define ALG_SHA256		0x000B

/** MAX_HEAD - bytes of the label and the selections */
#define MAX_HEAD		(sizeof(LABEL) + 4 + VTPMB_MAX_BANKS * (2 + 1 + VTPMB_SELECT_SIZE))

bool vtpmb_composite_check(const struct vtpmb_vtpm *vtpm, u64 pcrs)
{
	return vtpmb_register_check(vtpm, VTPMB_REGISTER_POLICY, pcrs);
}

u64 vtpmb_composite_get(const struct vtpmb_vtpm *vtpm)
{
	return vtpm->composite;
}

static int vtpmb_composite_values(const struct vtpmb_hash *hash, const struct vtpmb_pcrs *pcrs,
				  u32 selected, u8 *digest)
{
	struct vtpmb_hash_run *run = vtpmb_hash_start(hash);
	const struct vtpmb_pcr_bank *bank;
	int err = 0;

	if (!run)
		return -ENOMEM;
	for (bank = pcrs->bank; !err && bank < pcrs->bank + pcrs->nr_banks; bank++) {
		if (bank->active)
			err = vtpmb_pcr_bank_hash(bank, selected, run);
	}
	if (!err)
		return vtpmb_hash_finish(run, digest);
	vtpmb_hash_drop(run);
	return err;
}

/* The label, and a TPML_PCR_SELECTION of the selected PCRs in all allocated banks. */
static size_t vtpmb_composite_head(const struct vtpmb_pcrs *pcrs, u32 selected, u8 *head)
{
	const struct vtpmb_pcr_bank *bank;
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, head, MAX_HEAD);
	vtpmb_put_bytes(&w, LABEL, sizeof(LABEL));
	vtpmb_put_u32(&w, pcrs->nr_banks);
	for (bank = pcrs->bank; bank < pcrs->bank + pcrs->nr_banks; bank++) {
		vtpmb_put_u16(&w, bank->hash->alg);
		vtpmb_put_u8(&w, VTPMB_SELECT_SIZE);
		vtpmb_put_pcrs(&w, bank->active ? selected : 0);
	}
	return w.len;
}

/**
 * vtpmb_composite_compute() - compute the value of the composite
 * @vtpm:	the vtpm, which has one; its lock is held
 * @pcrs:	its PCRs
 * @bank:	hash algorithm of the composite's bank
 * @shown:	out: the value, and the HMAC that leads to it
 *
 * Return: 0, or the crypto API's error
 */
int vtpmb_composite_compute(const struct vtpmb_vtpm *vtpm, const struct vtpmb_pcrs *pcrs,
			    const struct vtpmb_hash *bank, struct vtpmb_shown *shown)
{
	const struct vtpmb_hash *sha256 = vtpmb_hash_find(ALG_SHA256);
	u8 head[MAX_HEAD], values[VTPMB_MAX_DIGEST];
	struct vtpmb_message m = {};
	int err;

	lockdep_assert_held(&vtpm->lock);

	if (!sha256)
		return -EOPNOTSUPP;
	*shown = (struct vtpmb_shown) { .nr_extends = 1 };
	vtpmb_message_add(&m, head, vtpmb_composite_head(pcrs, vtpm->composite, head));
	vtpmb_message_add(&m, values, sha256->size);
	err = vtpmb_composite_values(sha256, pcrs, vtpm->composite, values);
	if (!err)
		err = vtpmb_message_hmac(sha256, vtpm->secret, sizeof(vtpm->secret), &m,
					 shown->extend[0]);
	return err ?: vtpmb_register_extend(bank, shown);
}
