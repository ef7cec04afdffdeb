// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, what is shown: the guest's PCRs that represent other private PCRs of it.
 *
 * The values of core/composite.c and core/attest.c are in one bank, and the PCR reads 0 in the
 * others.  For a command that selects that PCR alone and may do so, the chip's PCR of the same
 * number is brought to the value, too.  The chip then executes the guest's own command.  So a
 * policy digest that software computes from the composite is right, and so is a quote of
 * either PCR.
 *
 * The register for quotes is for nothing else.  Host users can bring the chip's PCR to its
 * value, so a policy or creation data that name it would say nothing.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "../core/attest.h"
#include "../core/composite.h"
#include "register.h"
#include "selection.h"
#include "shown.h"
#include "state.h"

/* The PCRs that no policy may name, bit N for PCR N; the vtpm's lock is held. */
u32 vtpmb_tpm20_for_quotes_only(const struct vtpmb_vtpm *vtpm)
{
	return vtpmb_register_represents(vtpm, VTPMB_REGISTER_ATTEST) ?
		BIT(vtpm->port->attest_pcr) : 0;
}

/* The guest's bank in which a register shows something, or NULL if it shows nothing now. */
static struct vtpmb_pcr_bank *tpm20_shown_bank(struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr)
{
	const struct vtpmb_hash *hash = vtpmb_tpm20_register_bank(vtpm->port, nr);
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_pcr_bank *bank = hash ? vtpmb_pcrs_bank(&tpm->pcrs, hash->alg) : NULL;
	u32 represented = vtpmb_register_represents(vtpm, nr);

	/* The private value of a granted PCR means nothing. */
	if (!represented || represented & vtpm->real_pcrs)
		return NULL;
	return bank && bank->active ? bank : NULL;
}

static int tpm20_compute_attest(struct vtpmb_vtpm *vtpm, const struct vtpmb_hash *hash,
				struct vtpmb_shown *shown)
{
	struct vtpmb_tpm20_selection sel = {
		.alg = hash->alg, .pcrs = vtpmb_register_represents(vtpm, VTPMB_REGISTER_ATTEST),
	};
	u8 digest[VTPMB_MAX_DIGEST];
	int err = vtpmb_tpm20_hash_selected(vtpm, hash, &sel, 1, digest);

	return err ?: vtpmb_attest_compute(vtpm, hash, digest, shown);
}

/* Return: 0, -ENOENT if the register shows nothing now, or the crypto API's error */
static int tpm20_compute(struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr,
			 struct vtpmb_shown *shown)
{
	const struct vtpmb_pcr_bank *bank = tpm20_shown_bank(vtpm, nr);

	if (!bank)
		return -ENOENT;
	if (nr == VTPMB_REGISTER_ATTEST)
		return tpm20_compute_attest(vtpm, bank->hash, shown);
	return vtpmb_composite_compute(vtpm, &vtpmb_tpm20_state(vtpm)->pcrs, bank->hash, shown);
}

static u32 tpm20_refresh(struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr)
{
	struct vtpmb_pcrs *pcrs = &vtpmb_tpm20_state(vtpm)->pcrs;
	u32 pcr = vtpmb_register_pcr(vtpm->port, nr);
	struct vtpmb_shown shown = {};
	int err;

	if (!vtpmb_register_represents(vtpm, nr))
		return TPM2_RC_SUCCESS;
	vtpmb_pcrs_reset(pcrs, pcr);
	err = tpm20_compute(vtpm, nr, &shown);
	if (!err)
		memcpy(tpm20_shown_bank(vtpm, nr)->value[pcr], shown.value, sizeof(shown.value));
	memzero_explicit(&shown, sizeof(shown));
	return err && err != -ENOENT ? TPM2_RC_FAILURE : TPM2_RC_SUCCESS;
}

/**
 * vtpmb_tpm20_refresh_shown() - compute what is shown before PCRs are read
 * @vtpm:	the vtpm; its lock is held
 *
 * Return: TPM2_RC_SUCCESS or TPM2_RC_FAILURE
 */
u32 vtpmb_tpm20_refresh_shown(struct vtpmb_vtpm *vtpm)
{
	enum vtpmb_register_nr nr;
	u32 rc = TPM2_RC_SUCCESS;

	for (nr = VTPMB_REGISTER_POLICY; !rc && nr < VTPMB_NR_REGISTERS; nr++)
		rc = tpm20_refresh(vtpm, nr);
	return rc;
}

/* Get one TPMS_PCR_SELECTION of this profile; false if it is not one. */
static bool tpm20_get_selection(struct vtpmb_reader *r, struct vtpmb_tpm20_selection *sel)
{
	u8 size;

	return vtpmb_get_u16(r, &sel->alg) && vtpmb_get_u8(r, &size) &&
	       size == VTPMB_SELECT_SIZE && vtpmb_get_pcrs(r, &sel->pcrs);
}

/* Whether a list selects the PCR of a register, in its bank, and no other PCR. */
static bool tpm20_list_selects(struct vtpmb_vtpm *vtpm, struct vtpmb_reader r,
			       enum vtpmb_register_nr nr)
{
	const struct vtpmb_pcr_bank *bank = tpm20_shown_bank(vtpm, nr);
	u32 pcr = vtpmb_register_pcr(vtpm->port, nr);
	struct vtpmb_tpm20_selection sel;
	bool selected = false;
	u32 nr_sels;

	if (!bank || !vtpmb_get_u32(&r, &nr_sels))
		return false;
	while (nr_sels--) {
		if (!tpm20_get_selection(&r, &sel))
			return false;
		if (!sel.pcrs)
			continue;
		if (sel.alg != bank->hash->alg || sel.pcrs != BIT(pcr))
			return false;
		selected = true;
	}
	return selected && !r.left;
}

/*
 * The register that a command selects, and no other PCR, if it may; or VTPMB_REGISTER_NONE.  The
 * vtpm's lock is held.
 */
enum vtpmb_register_nr vtpmb_tpm20_selects_shown(struct vtpmb_vtpm *vtpm,
						 const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;
	enum vtpmb_register_nr nr;

	if (!call->row->skip_to_pcrs || !call->row->skip_to_pcrs(&r))
		return VTPMB_REGISTER_NONE;
	for (nr = VTPMB_REGISTER_POLICY; nr < VTPMB_NR_REGISTERS; nr++) {
		if (call->row->registers & BIT(nr) && tpm20_list_selects(vtpm, r, nr))
			return nr;
	}
	return VTPMB_REGISTER_NONE;
}

/* The session of a PolicyPCR that the chip executes on the composite, unless it is a trial. */
static struct vtpmb_tpm20_entry *tpm20_counting_session(const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_tpm20_entry *entry = call->entry[0];

	return entry && entry->kind == KIND_SESSION && !entry->trial ? entry : NULL;
}

/*
 * Compute what the chip is to show.  The chip does not count changes of its registers, so the
 * bridge checks the guest's pcrUpdateCounter, as for the fold.
 */
static u32 tpm20_compute_now(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_shown *shown)
{
	const struct vtpmb_tpm20_entry *entry = tpm20_counting_session(call);
	u32 counter = vtpmb_tpm20_state(vtpm)->pcrs.update_counter;
	int err;

	lockdep_assert_held(&vtpm->lock);

	if (call->cmd->epoch != vtpm->epoch)
		return TPM2_RC_INITIALIZE;
	err = tpm20_compute(vtpm, call->shown, shown);
	if (err)	/* the administrator may have changed the PCRs meanwhile */
		return err == -ENOENT ? TPM2_RC_RETRY : TPM2_RC_FAILURE;
	if (!entry)
		return TPM2_RC_SUCCESS;
	if (entry->pcr_counter && entry->pcr_counter != counter)
		return TPM2_RC_PCR_CHANGED;
	call->pcr_counter = counter;
	return TPM2_RC_SUCCESS;
}

/* Bring the register that the next command selects to what the guest's PCR of that number reads. */
int vtpmb_tpm20_show(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	struct vtpmb_shown shown = {};
	int err = 0;

	mutex_lock(&vtpm->lock);
	*rc = tpm20_compute_now(vtpm, call, &shown);
	mutex_unlock(&vtpm->lock);
	if (!*rc)
		err = vtpmb_tpm20_set_register(vtpm->port, call->shown, &shown, rc);
	memzero_explicit(&shown, sizeof(shown));
	return err;
}

/* See identity() of struct vtpmb_family. */
int vtpmb_tpm20_identity(struct vtpmb_vtpm *vtpm, struct vtpmb_identity *identity)
{
	lockdep_assert_held(&vtpm->lock);

	identity->hash = vtpmb_tpm20_register_bank(vtpm->port, VTPMB_REGISTER_ATTEST);
	if (!identity->hash)
		return -EOPNOTSUPP;
	return vtpmb_attest_identity(vtpm, identity->hash, identity->digest);
}
