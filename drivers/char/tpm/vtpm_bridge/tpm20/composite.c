// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, the composite: a PCR of the guest that represents other private PCRs of it.
 *
 * If the administrator has selected PCRs for it, the guest's PCR policy_pcr reads
 * V = H(0 || v) in the bank of policies.  v is an HMAC, keyed with the proxy's secret, of the
 * selected PCRs and their values.  For a command that selects that PCR alone, the chip's PCR
 * of the same number is reset and extended by v, so that it is V, too.  The chip then executes
 * the guest's own command.  So a policy digest that software computes from V is right.
 *
 * Everybody may know V.  Only an extend by v brings a PCR to V, and v does not follow from V.
 *
 * The fold of policy.c extends the same PCR of the chip by an HMAC with the same key.  No guest
 * can make one of them pass for the other: the message of the fold begins with the number of
 * selections, at most VTPMB_TPM20_MAX_HASHES, so its first byte is 0.  The message of the
 * composite begins with a letter, whatever the guest does.  So the two are never equal, and
 * equal values of the PCR would be a collision of HMAC-SHA256 or of H.
 */

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "../core/message.h"
#include "composite.h"
#include "selection.h"
#include "state.h"

/** LABEL - the first bytes of each message of the composite, with the final 0 */
#define LABEL			"vtpm_bridge composite"

static_assert(VTPMB_TPM20_MAX_HASHES < 1 << 24);

/**
 * vtpmb_tpm20_policy_bank() - the bank of the chip in which the policy PCR is used
 * @port:	the chip
 *
 * Return: the bank, or NULL if there are no policies on private PCRs
 */
const struct vtpmb_hash *vtpmb_tpm20_policy_bank(const struct vtpmb_port *port)
{
	const struct vtpmb_hash *bank = NULL;
	unsigned int i;

	for (i = 0; port->policy_pcr && i < port->nr_banks; i++) {
		if (!(vtpmb_tpm20_facts(port)->allocated[i] & BIT(port->policy_pcr)))
			continue;
		if (!bank || port->bank[i].alg == TPM2_ALG_SHA256)
			bank = &port->bank[i];
	}
	return bank;
}

/**
 * vtpmb_tpm20_is_composite() - whether a handle is the PCR that represents others
 * @vtpm:	the vtpm; its lock is held
 * @handle:	a PCR or TPM_RH_NULL
 */
bool vtpmb_tpm20_is_composite(const struct vtpmb_vtpm *vtpm, u32 handle)
{
	lockdep_assert_held(&vtpm->lock);

	return vtpmb_tpm20_state(vtpm)->composite && handle == vtpm->port->policy_pcr;
}

/* The guest's bank with the composite, or NULL if it has none now. */
static struct vtpmb_pcr_bank *tpm20_composite_bank(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_hash *hash = vtpmb_tpm20_policy_bank(vtpm->port);
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_pcr_bank *bank = hash ? vtpmb_pcrs_bank(&tpm->pcrs, hash->alg) : NULL;

	lockdep_assert_held(&vtpm->lock);

	/* The private value of a granted PCR means nothing. */
	if (!tpm->composite || tpm->composite & vtpm->real_pcrs)
		return NULL;
	return bank && bank->active ? bank : NULL;
}

static int tpm20_hash_values(const struct vtpmb_hash *hash, const struct vtpmb_pcrs *pcrs,
			     u32 selected, u8 *digest)
{
	struct vtpmb_hash_run *run = vtpmb_hash_start(hash);
	const struct vtpmb_pcr_bank *bank;
	unsigned int i;
	int err = 0;

	if (!run)
		return -ENOMEM;
	for (bank = pcrs->bank; bank < pcrs->bank + pcrs->nr_banks; bank++) {
		for (i = 0; !err && bank->active && i < VTPMB_NR_PCRS; i++) {
			if (selected & BIT(i))
				err = vtpmb_hash_update(run, bank->value[i], bank->hash->size);
		}
	}
	if (!err)
		return vtpmb_hash_finish(run, digest);
	vtpmb_hash_drop(run);
	return err;
}

/* The label, and a TPML_PCR_SELECTION of the selected PCRs in all allocated banks. */
static size_t tpm20_put_head(const struct vtpmb_pcrs *pcrs, u32 selected, u8 *head, size_t room)
{
	const struct vtpmb_pcr_bank *bank;
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, head, room);
	vtpmb_put_bytes(&w, LABEL, sizeof(LABEL));
	vtpmb_put_u32(&w, pcrs->nr_banks);
	for (bank = pcrs->bank; bank < pcrs->bank + pcrs->nr_banks; bank++)
		vtpmb_tpm20_put_selection(&w, bank->hash->alg, bank->active ? selected : 0);
	return w.len;
}

/**
 * vtpmb_tpm20_compute_composite() - compute the value of the composite
 * @vtpm:	the vtpm; its lock is held
 * @extend:	out: by what a PCR is to be extended after a reset; zeros follow if the digests
 *		of the bank are longer than the HMAC
 * @value:	out: the value that it has then; both have room for VTPMB_MAX_DIGEST bytes
 *
 * Return: 0, -ENOENT if the guest has no composite, or the crypto API's error
 */
int vtpmb_tpm20_compute_composite(struct vtpmb_vtpm *vtpm, u8 *extend, u8 *value)
{
	static const u8 zeros[VTPMB_MAX_DIGEST];
	const struct vtpmb_hash *sha256 = vtpmb_hash_find(TPM2_ALG_SHA256);
	const struct vtpmb_pcr_bank *bank = tpm20_composite_bank(vtpm);
	const struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u8 head[sizeof(LABEL) + VTPMB_TPM20_MAX_LIST], values[VTPMB_MAX_DIGEST];
	struct vtpmb_message m = {};
	int err;

	if (!bank)
		return -ENOENT;
	if (!sha256)
		return -EOPNOTSUPP;
	memset(extend, 0, VTPMB_MAX_DIGEST);
	vtpmb_message_add(&m, head, tpm20_put_head(&tpm->pcrs, tpm->composite, head,
						   sizeof(head)));
	vtpmb_message_add(&m, values, sha256->size);
	err = tpm20_hash_values(sha256, &tpm->pcrs, tpm->composite, values);
	if (!err)
		err = vtpmb_message_hmac(sha256, tpm->secret, sizeof(tpm->secret), &m, extend);
	return err ?: vtpmb_hash_digest2(bank->hash, zeros, bank->hash->size, extend,
					 bank->hash->size, value);
}

/**
 * vtpmb_tpm20_refresh_composite() - compute the composite before PCRs are read
 * @vtpm:	the vtpm; its lock is held
 *
 * Return: TPM2_RC_SUCCESS or TPM2_RC_FAILURE
 */
u32 vtpmb_tpm20_refresh_composite(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u8 extend[VTPMB_MAX_DIGEST], value[VTPMB_MAX_DIGEST] = {};
	int err;

	lockdep_assert_held(&vtpm->lock);

	if (!tpm->composite)
		return TPM2_RC_SUCCESS;
	vtpmb_pcrs_reset(&tpm->pcrs, vtpm->port->policy_pcr);
	err = vtpmb_tpm20_compute_composite(vtpm, extend, value);
	memzero_explicit(extend, sizeof(extend));
	if (err)
		return err == -ENOENT ? TPM2_RC_SUCCESS : TPM2_RC_FAILURE;
	memcpy(tpm20_composite_bank(vtpm)->value[vtpm->port->policy_pcr], value,
	       VTPMB_MAX_DIGEST);
	return TPM2_RC_SUCCESS;
}

/* Get one TPMS_PCR_SELECTION of this profile; false if it is not one. */
static bool tpm20_get_selection(struct vtpmb_reader *r, struct vtpmb_tpm20_selection *sel)
{
	u8 size;

	return vtpmb_get_u16(r, &sel->alg) && vtpmb_get_u8(r, &size) &&
	       size == VTPMB_NR_PCRS / 8 && vtpmb_tpm20_get_pcrs(r, &sel->pcrs);
}

/**
 * vtpmb_tpm20_selects_composite() - whether a command selects the composite and no other PCR
 * @vtpm:	the vtpm; its lock is held
 * @call:	the command
 */
bool vtpmb_tpm20_selects_composite(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_pcr_bank *bank = tpm20_composite_bank(vtpm);
	struct vtpmb_reader r = call->params;
	struct vtpmb_tpm20_selection sel;
	bool selected = false;
	u32 nr_sels;

	if (!bank || !call->row->skip_to_pcrs || !call->row->skip_to_pcrs(&r) ||
	    !vtpmb_get_u32(&r, &nr_sels))
		return false;
	while (nr_sels--) {
		if (!tpm20_get_selection(&r, &sel))
			return false;
		if (!sel.pcrs)
			continue;
		if (sel.alg != bank->hash->alg || sel.pcrs != BIT(vtpm->port->policy_pcr))
			return false;
		selected = true;
	}
	return selected && !r.left;
}
