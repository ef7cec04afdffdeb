// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, what is shown: the guest's PCRs that represent other private PCRs of it.
 *
 * core/composite.c and core/attest.c compute their values.  For a command that selects such a
 * PCR alone and may do so, or uses a key that may be bound to the composite, the chip's PCR of
 * the same number is brought to the value, too.  The chip then executes the guest's own command.
 *
 * The register for quotes is for nothing else.  Host users can bring the chip's PCR to its
 * value, so a key or data that are bound to it would not be protected.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "../core/attest.h"
#include "../core/composite.h"
#include "register.h"
#include "shown.h"
#include "state.h"

/** MAX_HEAD - bytes of a TPM_PCR_COMPOSITE up to the values */
#define MAX_HEAD	(sizeof(u16) + VTPMB_SELECT_SIZE + sizeof(u32))

static void tpm12_set_represented(struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr,
				  u32 *represented, u32 pcrs)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	if (*represented == pcrs)
		return;
	*represented = pcrs;
	vtpmb_pcrs_reset(&tpm->pcrs, vtpmb_register_pcr(vtpm->port, nr));
}

void vtpmb_tpm12_set_composite(struct vtpmb_vtpm *vtpm, u64 pcrs)
{
	tpm12_set_represented(vtpm, VTPMB_REGISTER_POLICY, &vtpm->composite, pcrs);
}

void vtpmb_tpm12_set_attest(struct vtpmb_vtpm *vtpm, u64 pcrs)
{
	tpm12_set_represented(vtpm, VTPMB_REGISTER_ATTEST, &vtpm->attest, pcrs);
}

static struct vtpmb_pcr_bank *tpm12_bank(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	return vtpmb_pcrs_bank(&tpm->pcrs, TPM_ALG_SHA);
}

/* TPM_COMPOSITE_HASH of a TPM_PCR_COMPOSITE (Part 2, 5.4.1 and 8.2) */
static int tpm12_composite_hash(const struct vtpmb_pcr_bank *bank, u32 selected, u8 *digest)
{
	struct vtpmb_hash_run *run = vtpmb_hash_start(bank->hash);
	struct vtpmb_writer w;
	u8 head[MAX_HEAD];
	int err;

	if (!run)
		return -ENOMEM;
	vtpmb_writer_init(&w, head, sizeof(head));
	vtpmb_put_u16(&w, VTPMB_SELECT_SIZE);
	vtpmb_put_pcrs(&w, selected);
	vtpmb_put_u32(&w, hweight32(selected) * TPM12_DIGEST_SIZE);
	err = vtpmb_hash_update(run, head, w.len);
	if (!err)
		err = vtpmb_pcr_bank_hash(bank, selected, run);
	if (!err)
		return vtpmb_hash_finish(run, digest);
	vtpmb_hash_drop(run);
	return err;
}

static int tpm12_compute_attest(struct vtpmb_vtpm *vtpm, struct vtpmb_shown *shown)
{
	const struct vtpmb_pcr_bank *bank = tpm12_bank(vtpm);
	u8 digest[VTPMB_MAX_DIGEST];
	int err = tpm12_composite_hash(bank, vtpm->attest, digest);

	return err ?: vtpmb_attest_compute(vtpm, bank->hash, digest, shown);
}

static u32 tpm12_compute(struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr,
			 struct vtpmb_shown *shown)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;
	int err;

	if (nr == VTPMB_REGISTER_ATTEST)
		err = tpm12_compute_attest(vtpm, shown);
	else
		err = vtpmb_composite_compute(vtpm, &tpm->pcrs, tpm12_bank(vtpm)->hash, shown);
	return err ? TPM_FAIL : TPM_SUCCESS;
}

static u32 tpm12_refresh(struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr)
{
	struct vtpmb_shown shown;
	u32 rc;

	if (!vtpmb_register_represents(vtpm, nr))
		return TPM_SUCCESS;
	rc = tpm12_compute(vtpm, nr, &shown);
	if (!rc)
		memcpy(tpm12_bank(vtpm)->value[vtpmb_register_pcr(vtpm->port, nr)], shown.value,
		       TPM12_DIGEST_SIZE);
	memzero_explicit(&shown, sizeof(shown));
	return rc;
}

/* Compute what is shown before a PCR is read. */
u32 vtpmb_tpm12_refresh_shown(struct vtpmb_vtpm *vtpm)
{
	enum vtpmb_register_nr nr;
	u32 rc = TPM_SUCCESS;

	for (nr = VTPMB_REGISTER_POLICY; !rc && nr < VTPMB_NR_REGISTERS; nr++)
		rc = tpm12_refresh(vtpm, nr);
	return rc;
}

/* A key that is bound to PCRs has @st_clear. */
static bool tpm12_uses_bound_key(const struct vtpmb_tpm12_frame *frame)
{
	unsigned int i;

	for (i = 0; i < frame->nr_keys; i++) {
		if (frame->key[i] && frame->key[i]->st_clear)
			return true;
	}
	return false;
}

/*
 * The registers that the chip must have for a command, which has been inspected: bit N for
 * register N.  The composite may be selected by encrypted parameters, or be needed by a key.
 */
u32 vtpmb_tpm12_needs_shown(const struct vtpmb_tpm12_call *call)
{
	lockdep_assert_held(&call->vtpm->lock);

	if (call->vtpm->composite &&
	    (call->hidden || tpm12_uses_bound_key(&call->frame) ||
	     (call->wraps && tpm12_uses_bound_key(&call->inner))))
		return call->selects | BIT(VTPMB_REGISTER_POLICY);
	return call->selects;
}

/* The administrator may have changed the setting since the command was checked. */
static u32 tpm12_compute_now(const struct vtpmb_tpm12_call *call, enum vtpmb_register_nr nr,
			     struct vtpmb_shown *shown)
{
	struct vtpmb_vtpm *vtpm = call->vtpm;
	u32 rc = TPM_RETRY;

	mutex_lock(&vtpm->lock);
	if (call->cmd->epoch != vtpm->epoch)
		rc = TPM_INVALID_POSTINIT;
	else if (vtpmb_register_represents(vtpm, nr))
		rc = tpm12_compute(vtpm, nr, shown);
	mutex_unlock(&vtpm->lock);
	return rc;
}

/* Bring the registers to what the guest reads, for the command that the chip gets next. */
int vtpmb_tpm12_show(const struct vtpmb_tpm12_call *call, u32 *rc)
{
	struct vtpmb_shown shown = {};
	enum vtpmb_register_nr nr;
	int err = 0;

	*rc = TPM_SUCCESS;
	for (nr = VTPMB_REGISTER_POLICY; !err && !*rc && nr < VTPMB_NR_REGISTERS; nr++) {
		if (!(call->shows & BIT(nr)))
			continue;
		*rc = tpm12_compute_now(call, nr, &shown);
		if (!*rc)
			err = vtpmb_tpm12_set_register(call->vtpm->port, nr, &shown, rc);
	}
	memzero_explicit(&shown, sizeof(shown));
	return err;
}

/* See identity() of struct vtpmb_family. */
int vtpmb_tpm12_identity(struct vtpmb_vtpm *vtpm, struct vtpmb_identity *identity)
{
	lockdep_assert_held(&vtpm->lock);

	if (!vtpmb_register_pcr(vtpm->port, VTPMB_REGISTER_ATTEST))
		return -EOPNOTSUPP;
	identity->hash = tpm12_bank(vtpm)->hash;
	return vtpmb_attest_identity(vtpm, identity->hash, identity->digest);
}
