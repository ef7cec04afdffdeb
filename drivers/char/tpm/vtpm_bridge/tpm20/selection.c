// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: selections of PCRs (Part 2, 10.6 and 10.9.7). */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include "facts.h"
#include "selection.h"
#include "state.h"
#include "wire.h"

/** MAX_READ - maximum number of digests in one TPM2_PCR_Read: TPML_DIGEST (Part 2, 10.9.6) */
#define MAX_READ		8

static u32 tpm20_selection(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   unsigned int param, struct vtpmb_tpm20_selection *sel)
{
	u8 size;
	u32 rc = vtpmb_tpm20_get_u16(call, param, &sel->alg);

	if (rc)
		return rc;
	if (!vtpmb_tpm20_is_hash(vtpm, sel->alg))
		return TPM2_RC_OF_PARAMETER(TPM2_RC_HASH, param);
	rc = vtpmb_tpm20_get_u8(call, param, &size);
	if (rc)
		return rc;
	if (size != VTPMB_SELECT_SIZE)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, param);
	return vtpmb_get_pcrs(&call->params, &sel->pcrs) ? TPM2_RC_SUCCESS :
		TPM2_RC_OF_PARAMETER(TPM2_RC_INSUFFICIENT, param);
}

/* TPMS_PCR_SELECTION */
void vtpmb_tpm20_put_selection(struct vtpmb_writer *out, u16 alg, u32 pcrs)
{
	vtpmb_put_u16(out, alg);
	vtpmb_put_u8(out, VTPMB_SELECT_SIZE);
	vtpmb_put_pcrs(out, pcrs);
}

/* TPML_PCR_SELECTION, at most one for each hash algorithm. */
u32 vtpmb_tpm20_get_selections(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       unsigned int param, struct vtpmb_tpm20_selection *sel,
			       u32 *nr_sels)
{
	u32 i, rc = vtpmb_tpm20_get_u32(call, param, nr_sels);

	if (rc)
		return rc;
	if (*nr_sels > vtpmb_tpm20_facts(vtpm->port)->nr_hashes)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_SIZE, param);
	for (i = 0; i < *nr_sels; i++) {
		rc = tpm20_selection(vtpm, call, param, &sel[i]);
		if (rc)
			return rc;
	}
	return TPM2_RC_SUCCESS;
}

/**
 * vtpmb_tpm20_limit_digests() - select as many PCRs of a bank as fit into a PCR_Read
 * @pcrs:	existing PCRs that the guest selects
 * @nr_digests:	number of digests in the response; increased
 *
 * Return: the lowest PCRs of @pcrs
 */
u32 vtpmb_tpm20_limit_digests(u32 pcrs, unsigned int *nr_digests)
{
	unsigned int i;
	u32 keep = 0;

	for (i = 0; i < VTPMB_NR_PCRS && *nr_digests < MAX_READ; i++) {
		if (!(pcrs & BIT(i)))
			continue;
		keep |= BIT(i);
		(*nr_digests)++;
	}
	return keep;
}

/**
 * vtpmb_tpm20_hash_selected() - hash private PCRs
 * @vtpm:	the vtpm; its lock is held
 * @hash:	the algorithm
 * @sel:	the selections, only of PCRs that exist
 * @nr_sels:	number of selections
 * @digest:	out: TPM 2.0 Part 4, PCRComputeCurrentDigest()
 *
 * Return: 0, -ENOMEM, or the crypto API's error
 */
int vtpmb_tpm20_hash_selected(struct vtpmb_vtpm *vtpm, const struct vtpmb_hash *hash,
			      const struct vtpmb_tpm20_selection *sel, u32 nr_sels, u8 *digest)
{
	struct vtpmb_pcrs *pcrs = &vtpmb_tpm20_state(vtpm)->pcrs;
	struct vtpmb_hash_run *run = vtpmb_hash_start(hash);
	int err = 0;
	u32 i;

	lockdep_assert_held(&vtpm->lock);

	if (!run)
		return -ENOMEM;
	for (i = 0; !err && i < nr_sels; i++) {
		if (sel[i].pcrs)
			err = vtpmb_pcr_bank_hash(vtpmb_pcrs_bank(pcrs, sel[i].alg), sel[i].pcrs,
						  run);
	}
	if (!err)
		return vtpmb_hash_finish(run, digest);
	vtpmb_hash_drop(run);
	return err;
}
