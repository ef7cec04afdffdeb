// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: PCRs (Part 3, 16) and the SHA-1 thread (Part 3, 13). */

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/string.h>
#include "../core/register.h"
#include "capability.h"
#include "check.h"
#include "shown.h"
#include "state.h"

#define SHA1_BLOCK	64

/* The PCR of locality 4: only that locality begins a chain in it (PC Client TIS 1.21, 7.2). */
#define PCR_DRTM	17

static u8 *tpm12_pcr(struct vtpmb_tpm12 *tpm, u32 index)
{
	return vtpmb_pcrs_bank(&tpm->pcrs, TPM_ALG_SHA)->value[vtpmb_pcr_index(index)];
}

static u32 tpm12_check_extend(struct vtpmb_tpm12_call *call, u32 index)
{
	u8 locality = call->cmd->locality;

	if (index >= VTPMB_NR_PCRS)
		return TPM_BADINDEX;
	if (!vtpmb_pcrs_may_extend(&call->tpm->pcrs, index, locality) ||
	    vtpmb_register_is(call->vtpm, index))
		return TPM_BAD_LOCALITY;
	if (index == PCR_DRTM && locality != 4 &&
	    !memchr_inv(tpm12_pcr(call->tpm, index), 0, TPM12_DIGEST_SIZE))
		return TPM_BAD_LOCALITY;
	return TPM_SUCCESS;
}

static u32 tpm12_extend(struct vtpmb_tpm12_call *call, u32 index, const u8 *digest)
{
	u32 rc = tpm12_check_extend(call, index);

	if (rc)
		return rc;
	return vtpmb_pcrs_extend(&call->tpm->pcrs, TPM_ALG_SHA, index, digest) ?
	       TPM_FAIL : TPM_SUCCESS;
}

/* A TPM that is disabled or deactivated extends PCRs, but does not return their values. */
static void tpm12_put_out_digest(struct vtpmb_tpm12_call *call, u32 index)
{
	static const u8 zero[TPM12_DIGEST_SIZE];
	bool mute = vtpmb_tpm12_check_state(call->vtpm, TPM12_ENABLED | TPM12_ACTIVATED);

	vtpmb_put_bytes(&call->out, mute ? zero : tpm12_pcr(call->tpm, index),
			TPM12_DIGEST_SIZE);
}

/* TPM_Extend (Part 3, 16.1) */
u32 vtpmb_tpm12_extend(struct vtpmb_tpm12_call *call)
{
	u32 index = vtpmb_tpm12_u32(call);
	u32 rc = tpm12_extend(call, index, vtpmb_get_bytes(&call->in, TPM12_DIGEST_SIZE));

	if (!rc)
		tpm12_put_out_digest(call, index);
	return rc;
}

/* TPM_PCRRead (Part 3, 16.2) */
u32 vtpmb_tpm12_pcr_read(struct vtpmb_tpm12_call *call)
{
	u32 index = vtpmb_tpm12_u32(call);

	if (index >= VTPMB_NR_PCRS)
		return TPM_BADINDEX;
	if (vtpmb_register_is(call->vtpm, index) && vtpmb_tpm12_refresh_shown(call->vtpm))
		return TPM_FAIL;
	vtpmb_put_bytes(&call->out, tpm12_pcr(call->tpm, index), TPM12_DIGEST_SIZE);
	return TPM_SUCCESS;
}

static u32 tpm12_check_reset(struct vtpmb_tpm12_call *call, unsigned int index)
{
	if (!call->tpm->pcrs.rules[vtpmb_pcr_index(index)].reset)
		return TPM_NOTRESETABLE;
	if (!vtpmb_pcrs_may_reset(&call->tpm->pcrs, index, call->cmd->locality) ||
	    vtpmb_register_is(call->vtpm, index))
		return TPM_NOTLOCAL;
	return TPM_SUCCESS;
}

/* A trusted operating system is never present, since that requires a DRTM. */
static void tpm12_reset_pcr(struct vtpmb_tpm12 *tpm, unsigned int index)
{
	vtpmb_pcrs_reset(&tpm->pcrs, index);
	if (tpm->pcrs.rules[vtpmb_pcr_index(index)].ones)
		memset(tpm12_pcr(tpm, index), 0xff, TPM12_DIGEST_SIZE);
}

/* TPM_PCR_Reset (Part 3, 16.4): resets all selected PCRs or none. */
u32 vtpmb_tpm12_pcr_reset(struct vtpmb_tpm12_call *call)
{
	u16 select_len = vtpmb_tpm12_u16(call);
	unsigned long selected = 0;
	unsigned int i;
	u32 rc;

	for (i = 0; i < select_len; i++)
		selected |= (unsigned long)vtpmb_tpm12_u8(call) << 8 * i;
	if (!selected)
		return TPM_INVALID_PCR_INFO;

	for_each_set_bit(i, &selected, VTPMB_NR_PCRS) {
		rc = tpm12_check_reset(call, i);
		if (rc)
			return rc;
	}
	for_each_set_bit(i, &selected, VTPMB_NR_PCRS)
		tpm12_reset_pcr(call->tpm, i);
	return TPM_SUCCESS;
}

/* The longest data of a guest's TPM_SHA1Update, in whole blocks. */
static u32 tpm12_sha1_max(const struct vtpmb_vtpm *vtpm)
{
	return round_down(vtpmb_tpm12_input_buffer(vtpm) - VTPMB_HEADER_SIZE - sizeof(u32),
			  SHA1_BLOCK);
}

/* TPM_SHA1Start (Part 3, 13.1) */
u32 vtpmb_tpm12_sha1_start(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_tpm12 *tpm = call->tpm;

	tpm->sha1 = vtpmb_hash_start(vtpmb_pcrs_bank(&tpm->pcrs, TPM_ALG_SHA)->hash);
	if (!tpm->sha1)
		return TPM_RESOURCES;
	vtpmb_put_u32(&call->out, tpm12_sha1_max(call->vtpm));
	return TPM_SUCCESS;
}

/* TPM_SHA1Update (Part 3, 13.2) */
u32 vtpmb_tpm12_sha1_update(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_tpm12 *tpm = call->tpm;
	u32 len = vtpmb_tpm12_u32(call);

	if (!tpm->sha1)
		return TPM_SHA_THREAD;
	if (len % SHA1_BLOCK || len > tpm12_sha1_max(call->vtpm)) {
		vtpmb_tpm12_end_sha1(tpm);
		return TPM_SHA_ERROR;
	}
	if (vtpmb_hash_update(tpm->sha1, vtpmb_get_bytes(&call->in, len), len))
		return TPM_FAIL;
	return TPM_SUCCESS;
}

/* The thread ends even if this fails. */
static u32 tpm12_sha1_finish(struct vtpmb_tpm12_call *call, u8 *digest)
{
	struct vtpmb_hash_run *run = call->tpm->sha1;
	u32 len = vtpmb_tpm12_u32(call);

	call->tpm->sha1 = NULL;
	if (len > SHA1_BLOCK || !run) {
		vtpmb_hash_drop(run);
		return len > SHA1_BLOCK ? TPM_SHA_ERROR : TPM_SHA_THREAD;
	}
	if (vtpmb_hash_update(run, vtpmb_get_bytes(&call->in, len), len)) {
		vtpmb_hash_drop(run);
		return TPM_FAIL;
	}
	return vtpmb_hash_finish(run, digest) ? TPM_FAIL : TPM_SUCCESS;
}

/* TPM_SHA1Complete (Part 3, 13.3) */
u32 vtpmb_tpm12_sha1_complete(struct vtpmb_tpm12_call *call)
{
	u8 digest[TPM12_DIGEST_SIZE];
	u32 rc = tpm12_sha1_finish(call, digest);

	if (!rc)
		vtpmb_put_bytes(&call->out, digest, sizeof(digest));
	return rc;
}

/* TPM_SHA1CompleteExtend (Part 3, 13.4) */
u32 vtpmb_tpm12_sha1_complete_extend(struct vtpmb_tpm12_call *call)
{
	u8 digest[TPM12_DIGEST_SIZE];
	u32 index = vtpmb_tpm12_u32(call);
	u32 rc = tpm12_sha1_finish(call, digest);

	if (!rc)
		rc = tpm12_extend(call, index, digest);
	if (rc)
		return rc;
	vtpmb_put_bytes(&call->out, digest, sizeof(digest));
	tpm12_put_out_digest(call, index);
	return TPM_SUCCESS;
}
