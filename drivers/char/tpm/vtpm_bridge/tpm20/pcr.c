// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0, PCR commands on the private banks.  Commands on granted PCRs go to the chip. */

#include <linux/bits.h>
#include <linux/lockdep.h>
#include "../core/register.h"
#include "facts.h"
#include "pcr.h"
#include "real_pcr.h"
#include "selection.h"
#include "shown.h"
#include "state.h"
#include "wire.h"

/** SELECT_ALL - a selection of all PCRs of a bank */
#define SELECT_ALL		(BIT(VTPMB_NR_PCRS) - 1)

/** MAX_EVENT - bytes of a TPM2B_EVENT (Part 2, 10.4.6) */
#define MAX_EVENT		1024

/* A bank that does not exist has no PCRs. */
static u32 tpm20_readable(const struct vtpmb_pcr_bank *bank, u32 pcrs,
			  unsigned int *nr_digests)
{
	return bank && bank->active ? vtpmb_tpm20_limit_digests(pcrs, nr_digests) : 0;
}

static void tpm20_put_registers(struct vtpmb_writer *out,
				const struct vtpmb_pcr_bank *bank, u32 pcrs)
{
	unsigned int i;

	for (i = 0; i < VTPMB_NR_PCRS; i++) {
		if (!(pcrs & BIT(i)))
			continue;
		vtpmb_put_u16(out, bank->hash->size);
		vtpmb_put_bytes(out, bank->value[i], bank->hash->size);
	}
}

/* TPM 2.0 Part 3, 22.4 */
u32 vtpmb_tpm20_pcr_read(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			 struct vtpmb_writer *out)
{
	struct vtpmb_pcrs *pcrs = &vtpmb_tpm20_state(vtpm)->pcrs;
	struct vtpmb_tpm20_selection sel[VTPMB_TPM20_MAX_HASHES];
	unsigned int i, nr_digests = 0;
	u32 nr_sels, rc = vtpmb_tpm20_get_selections(vtpm, call, 0, sel, &nr_sels);

	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (!rc && vtpmb_tpm20_names_real(vtpm, sel, nr_sels))
		rc = VTPMB_RC_PASS;
	if (!rc)
		rc = vtpmb_tpm20_refresh_shown(vtpm);
	if (rc)
		return rc;

	vtpmb_put_u32(out, pcrs->update_counter);
	vtpmb_put_u32(out, nr_sels);
	for (i = 0; i < nr_sels; i++) {
		sel[i].pcrs = tpm20_readable(vtpmb_pcrs_bank(pcrs, sel[i].alg),
					     sel[i].pcrs, &nr_digests);
		vtpmb_tpm20_put_selection(out, sel[i].alg, sel[i].pcrs);
	}
	vtpmb_put_u32(out, nr_digests);
	for (i = 0; i < nr_sels; i++)
		tpm20_put_registers(out, vtpmb_pcrs_bank(pcrs, sel[i].alg), sel[i].pcrs);
	return TPM2_RC_SUCCESS;
}

/*
 * Whether a PCR or TPM_RH_NULL may be extended now.  Returns TPM2_RC_SUCCESS, TPM2_RC_LOCALITY,
 * or VTPMB_RC_PASS for a PCR of the chip.
 */
u32 vtpmb_tpm20_pcr_handle(struct vtpmb_vtpm *vtpm, u32 handle, u8 locality)
{
	lockdep_assert_held(&vtpm->lock);

	if (vtpmb_tpm20_is_real_pcr(vtpm, handle))
		return vtpmb_tpm20_change_real(locality);
	if (vtpmb_register_is(vtpm, handle))
		return TPM2_RC_LOCALITY;
	if (handle == TPM2_RH_NULL ||
	    vtpmb_pcrs_may_extend(&vtpmb_tpm20_state(vtpm)->pcrs, handle, locality))
		return TPM2_RC_SUCCESS;
	return TPM2_RC_LOCALITY;
}

static void tpm20_extend(struct vtpmb_vtpm *vtpm, u16 alg, u32 handle, const u8 *digest)
{
	struct vtpmb_pcrs *pcrs = &vtpmb_tpm20_state(vtpm)->pcrs;

	if (handle == TPM2_RH_NULL)
		return;
	if (pcrs->rules[vtpmb_pcr_index(handle)].saved)
		vtpmb_tpm20_void_shutdown(vtpm);
	vtpmb_pcrs_extend(pcrs, alg, handle, digest);
}

/* TPMT_HA; @digest points into the command */
static u32 tpm20_digest(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			u16 *alg, const u8 **digest)
{
	u32 rc = vtpmb_tpm20_get_u16(call, 0, alg);

	if (rc)
		return rc;
	if (!vtpmb_tpm20_is_hash(vtpm, *alg))
		return TPM2_RC_OF_PARAMETER(TPM2_RC_HASH, 0);
	*digest = vtpmb_get_bytes(&call->params, vtpmb_hash_size(*alg));
	return *digest ? TPM2_RC_SUCCESS : TPM2_RC_OF_PARAMETER(TPM2_RC_INSUFFICIENT, 0);
}

/* TPML_DIGEST_VALUES: the whole list is checked before any digest is used. */
static u32 tpm20_digests(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			 struct vtpmb_reader *digests)
{
	const u8 *digest;
	u16 alg;
	u32 i, nr_digests, rc = vtpmb_tpm20_get_u32(call, 0, &nr_digests);

	if (rc)
		return rc;
	if (nr_digests > vtpmb_tpm20_facts(vtpm->port)->nr_hashes)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_SIZE, 0);
	*digests = call->params;
	for (i = 0; i < nr_digests; i++) {
		rc = tpm20_digest(vtpm, call, &alg, &digest);
		if (rc)
			return rc;
	}
	rc = vtpmb_tpm20_get_end(call);
	digests->left -= call->params.left;
	return rc;
}

/* Extend a PCR, whose locality has been checked, or TPM_RH_NULL by a sequence of TPMT_HA. */
void vtpmb_tpm20_pcr_digests(struct vtpmb_vtpm *vtpm, u32 handle,
			     struct vtpmb_reader *digests)
{
	const u8 *digest;
	u16 alg;

	lockdep_assert_held(&vtpm->lock);

	while (vtpmb_get_u16(digests, &alg)) {
		digest = vtpmb_get_bytes(digests, vtpmb_hash_size(alg));
		if (!digest)
			return;
		tpm20_extend(vtpm, alg, handle, digest);
	}
}

/* What EventSequenceComplete computed extends a private PCR. */
void vtpmb_tpm20_apply_event(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_reader *params)
{
	u32 nr_digests;

	if (!call->real && call->cmd->epoch == vtpm->epoch && vtpmb_get_u32(params, &nr_digests))
		vtpmb_tpm20_pcr_digests(vtpm, call->handle[0], params);
}

/* TPM 2.0 Part 3, 22.2 */
u32 vtpmb_tpm20_pcr_extend(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out)
{
	struct vtpmb_reader digests;
	u32 rc = tpm20_digests(vtpm, call, &digests);

	if (!rc)
		rc = vtpmb_tpm20_pcr_handle(vtpm, call->handle[0], vtpm->locality);
	if (!rc)
		vtpmb_tpm20_pcr_digests(vtpm, call->handle[0], &digests);
	return rc;
}

/* TPM 2.0 Part 3, 22.3 */
u32 vtpmb_tpm20_pcr_event(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out)
{
	const struct vtpmb_port *port = vtpm->port;
	u8 digest[VTPMB_MAX_DIGEST];
	const u8 *data;
	unsigned int i;
	u16 len;
	u32 rc = vtpmb_tpm20_get_2b(call, 0, MAX_EVENT, &data, &len);

	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (!rc)
		rc = vtpmb_tpm20_pcr_handle(vtpm, call->handle[0], vtpm->locality);
	if (rc)
		return rc;

	vtpmb_put_u32(out, port->nr_banks);
	for (i = 0; i < port->nr_banks; i++) {
		if (vtpmb_hash_digest(&port->bank[i], data, len, digest))
			return TPM2_RC_FAILURE;
		tpm20_extend(vtpm, port->bank[i].alg, call->handle[0], digest);
		vtpmb_put_u16(out, port->bank[i].alg);
		vtpmb_put_bytes(out, digest, port->bank[i].size);
	}
	return TPM2_RC_SUCCESS;
}

/* TPM 2.0 Part 3, 22.8.  A TPM with a DRTM does not allow it at locality 4. */
u32 vtpmb_tpm20_pcr_reset(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out)
{
	struct vtpmb_pcrs *pcrs = &vtpmb_tpm20_state(vtpm)->pcrs;
	u32 rc = vtpmb_tpm20_get_end(call);

	if (rc)
		return rc;
	if (vtpmb_tpm20_is_real_pcr(vtpm, call->handle[0]))
		return vtpmb_tpm20_change_real(vtpm->locality);
	if (vtpm->locality == 4 || vtpmb_register_is(vtpm, call->handle[0]) ||
	    !vtpmb_pcrs_may_reset(pcrs, call->handle[0], vtpm->locality))
		return TPM2_RC_LOCALITY;
	vtpmb_pcrs_reset(pcrs, call->handle[0]);
	return TPM2_RC_SUCCESS;
}

static bool tpm20_selected(const struct vtpmb_pcr_bank *bank,
			   const struct vtpmb_tpm20_selection *sel, u32 nr_sels, u32 *pcrs)
{
	*pcrs = bank->active ? SELECT_ALL : 0;
	while (nr_sels--) {
		if (sel[nr_sels].alg == bank->hash->alg) {
			*pcrs = sel[nr_sels].pcrs;
			return true;
		}
	}
	return false;
}

/* A bank has all its registers or none. */
static bool tpm20_allocate(struct vtpmb_pcrs *pcrs, const struct vtpmb_tpm20_selection *sel,
			   u32 nr_sels)
{
	struct vtpmb_pcr_bank *bank;
	unsigned int b;
	u32 selected;

	for (b = 0; b < pcrs->nr_banks; b++) {
		tpm20_selected(&pcrs->bank[b], sel, nr_sels, &selected);
		if (selected && selected != SELECT_ALL)
			return false;
	}
	for (b = 0; b < pcrs->nr_banks; b++) {
		bank = &pcrs->bank[b];
		tpm20_selected(bank, sel, nr_sels, &selected);
		bank->active_next = selected;
	}
	return true;
}

/* The bytes that all registers would take, and the bytes that are available. */
static u32 tpm20_allocation(const struct vtpmb_pcrs *pcrs,
			    const struct vtpmb_tpm20_selection *sel, u32 nr_sels, u32 *total)
{
	const struct vtpmb_pcr_bank *bank;
	u32 selected, needed = 0;
	unsigned int b;

	*total = 0;
	for (b = 0; b < pcrs->nr_banks; b++) {
		bank = &pcrs->bank[b];
		tpm20_selected(bank, sel, nr_sels, &selected);
		needed += hweight32(selected) * bank->hash->size;
		*total += VTPMB_NR_PCRS * bank->hash->size;
	}
	return needed;
}

/*
 * TPM 2.0 Part 3, 22.5: takes effect at the next TPM Reset.  Banks that the command does not
 * name stay as they are now, whatever an earlier PCR_Allocate said.
 */
u32 vtpmb_tpm20_pcr_allocate(struct vtpmb_vtpm *vtpm,
			     struct vtpmb_tpm20_call *call,
			     struct vtpmb_writer *out)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_tpm20_selection sel[VTPMB_TPM20_MAX_HASHES];
	u32 needed, total;
	bool done;
	u32 nr_sels, rc = vtpmb_tpm20_get_selections(vtpm, call, 0, sel, &nr_sels);

	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (rc)
		return rc;
	needed = tpm20_allocation(&tpm->pcrs, sel, nr_sels, &total);
	if (!needed)
		return TPM2_RC_PCR;

	done = tpm20_allocate(&tpm->pcrs, sel, nr_sels);
	if (done) {
		tpm->reallocated = true;
		vtpmb_tpm20_void_shutdown(vtpm);
	}
	vtpmb_put_u8(out, done);
	vtpmb_put_u32(out, VTPMB_NR_PCRS);
	vtpmb_put_u32(out, needed);
	vtpmb_put_u32(out, total);
	return TPM2_RC_SUCCESS;
}

/* TPM 2.0 Part 3, 22.6: no PCR of a PC Client TPM has a policy. */
u32 vtpmb_tpm20_pcr_set_auth_policy(struct vtpmb_vtpm *vtpm,
				    struct vtpmb_tpm20_call *call,
				    struct vtpmb_writer *out)
{
	const u8 *policy;
	u16 len, alg;
	u32 pcr, rc = vtpmb_tpm20_get_2b(call, 0, VTPMB_MAX_DIGEST, &policy, &len);

	if (!rc)
		rc = vtpmb_tpm20_get_u16(call, 1, &alg);
	if (!rc && alg != TPM2_ALG_NULL && !vtpmb_tpm20_is_hash(vtpm, alg))
		rc = TPM2_RC_OF_PARAMETER(TPM2_RC_HASH, 1);
	if (!rc)
		rc = vtpmb_tpm20_get_u32(call, 2, &pcr);
	if (!rc && pcr >= VTPMB_NR_PCRS)
		rc = TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 2);
	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (rc)
		return rc;
	return len != vtpmb_hash_size(alg) ? TPM2_RC_OF_PARAMETER(TPM2_RC_SIZE, 0) :
		TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 2);
}

/* TPM 2.0 Part 3, 22.7: no PCR of a PC Client TPM has an authValue. */
u32 vtpmb_tpm20_pcr_set_auth_value(struct vtpmb_vtpm *vtpm,
				   struct vtpmb_tpm20_call *call,
				   struct vtpmb_writer *out)
{
	const u8 *auth;
	u16 len;
	u32 rc = vtpmb_tpm20_get_2b(call, 0, VTPMB_MAX_AUTH, &auth, &len);

	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	return rc ? rc : TPM2_RC_VALUE;
}
