// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, real PCRs: PCRs of the chip that the administrator has granted.
 *
 * The guest sees them in place of its private PCRs with the same numbers.  A command on real
 * PCRs alone goes to the chip unchanged.  PCR_Read combines the values of the chip and of
 * the private banks.  The chip is always at locality 0, so the guest cannot change real PCRs
 * at another locality.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include "../core/port.h"
#include "ask.h"
#include "facts.h"
#include "real_pcr.h"
#include "selection.h"
#include "shown.h"
#include "state.h"
#include "wire.h"

/** BEYOND - bit for all PCRs that no TPM of this profile has */
#define BEYOND			BIT(VTPMB_NR_PCRS)

/* Whether a PCR or TPM_RH_NULL is a granted PCR of the chip. */
bool vtpmb_tpm20_is_real_pcr(const struct vtpmb_vtpm *vtpm, u32 handle)
{
	lockdep_assert_held(&vtpm->lock);

	return handle < VTPMB_NR_PCRS && vtpm->real_pcrs & BIT(handle);
}

/**
 * vtpmb_tpm20_change_real() - check whether a granted PCR may be changed
 * @locality:	virtual locality of the command
 *
 * Return: TPM2_RC_LOCALITY, or VTPMB_RC_PASS: the chip decides
 */
u32 vtpmb_tpm20_change_real(u8 locality)
{
	return locality ? TPM2_RC_LOCALITY : VTPMB_RC_PASS;
}

/**
 * struct tpm20_list - a TPML_PCR_SELECTION with any banks and sizes
 * @pcrs:	all PCRs that it names, in any bank
 * @nr_sels:	number of selections
 * @sized:	each has the bitmap size of this profile
 * @hashed:	each names a bank that the chip may have
 */
struct tpm20_list {
	u32 pcrs;
	u32 nr_sels;
	bool sized;
	bool hashed;
};

/* TPMS_PCR_SELECTION of any size; adds the PCRs that it names to @pcrs. */
static bool tpm20_get_selection(struct vtpmb_reader *r, u16 *alg, u8 *size, u32 *pcrs)
{
	const u8 *bits;
	unsigned int i;

	if (!vtpmb_get_u16(r, alg) || !vtpmb_get_u8(r, size))
		return false;
	bits = vtpmb_get_bytes(r, *size);
	if (!bits)
		return false;
	for (i = 0; i < *size; i++) {
		if (i < VTPMB_NR_PCRS / 8)
			*pcrs |= (u32)bits[i] << 8 * i;
		else if (bits[i])
			*pcrs |= BEYOND;
	}
	return true;
}

/* Return false if it is truncated. */
static bool tpm20_get_list(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r,
			   struct tpm20_list *list)
{
	u16 alg;
	u32 i;
	u8 size;

	*list = (struct tpm20_list) { .sized = true, .hashed = true };
	if (!vtpmb_get_u32(r, &list->nr_sels))
		return false;
	for (i = 0; i < list->nr_sels; i++) {
		if (!tpm20_get_selection(r, &alg, &size, &list->pcrs))
			return false;
		list->sized &= size == VTPMB_NR_PCRS / 8;
		list->hashed &= !vtpmb_tpm20_is_no_hash(vtpm, alg);
	}
	return true;
}

/* Whether the last parameter, a TPML_PCR_SELECTION, names only granted PCRs. */
static bool tpm20_list_is_real(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct tpm20_list list;

	lockdep_assert_held(&vtpm->lock);

	return tpm20_get_list(vtpm, r, &list) && !r->left && list.pcrs &&
	       !(list.pcrs & ~vtpm->real_pcrs);
}

/*
 * Whether the chip may get the TPML_PCR_SELECTION at @r, the last parameter.  @param is its
 * number, from 0; @private the response code if it selects a PCR that is not granted.  A list
 * that the chip is sure to refuse is passed on, so that the guest gets the chip's error.
 */
u32 vtpmb_tpm20_inspect_list(struct vtpmb_vtpm *vtpm, struct vtpmb_reader r,
			     unsigned int param, u32 private)
{
	struct tpm20_list list;

	lockdep_assert_held(&vtpm->lock);

	if (!tpm20_get_list(vtpm, &r, &list) || !list.hashed ||
	    !(list.pcrs & ~vtpm->real_pcrs))
		return TPM2_RC_SUCCESS;
	if (list.nr_sels > vtpmb_tpm20_facts(vtpm->port)->nr_hashes)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_SIZE, param);
	if (!list.sized)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, param);
	return r.left ? TPM2_RC_SIZE : private;
}

/**
 * vtpmb_tpm20_names_real() - check whether a granted PCR is selected
 * @vtpm:	the vtpm; its lock is held
 * @sel:	the selections
 * @nr_sels:	number of selections
 */
bool vtpmb_tpm20_names_real(const struct vtpmb_vtpm *vtpm,
			    const struct vtpmb_tpm20_selection *sel, u32 nr_sels)
{
	lockdep_assert_held(&vtpm->lock);

	while (nr_sels--) {
		if (sel[nr_sels].pcrs & vtpm->real_pcrs)
			return true;
	}
	return false;
}

/*
 * Whether the chip answers a command that the bridge would answer itself if it named private
 * PCRs.
 */

bool vtpmb_tpm20_handle_is_real(struct vtpmb_vtpm *vtpm,
				const struct vtpmb_tpm20_call *call)
{
	return vtpmb_tpm20_is_real_pcr(vtpm, call->handle[0]);
}

bool vtpmb_tpm20_read_is_real(struct vtpmb_vtpm *vtpm,
			      const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;

	return tpm20_list_is_real(vtpm, &r);
}

bool vtpmb_tpm20_policy_is_real(struct vtpmb_vtpm *vtpm,
				const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;
	const u8 *digest;
	u16 len;

	return vtpmb_get_tpm2b(&r, &digest, &len) && tpm20_list_is_real(vtpm, &r);
}

/**
 * struct tpm20_read - a PCR_Read of private and granted PCRs
 * @nr_sels:	number of selections in @sel and @chip
 * @sel:	PCRs that the guest selects; later those that it gets
 * @real:	the granted PCRs
 * @chip:	those of @sel that the chip has returned
 * @counter:	pcrUpdateCounter of the chip
 * @digests:	digests that the chip has returned, a sequence of TPM2B in the scratch buffer
 */
struct tpm20_read {
	u32 nr_sels;
	struct vtpmb_tpm20_selection sel[VTPMB_TPM20_MAX_HASHES];
	u32 real;
	u32 chip[VTPMB_TPM20_MAX_HASHES];
	u32 counter;
	struct vtpmb_reader digests;
};

/* Parse the chip's answer.  Its list has the same banks as the request. */
static bool tpm20_get_answer(struct tpm20_read *read, struct vtpmb_reader *r)
{
	u32 nr_sels, nr_digests, i;
	u16 alg;
	u8 size;

	if (!vtpmb_get_u32(r, &read->counter) || !vtpmb_get_u32(r, &nr_sels) ||
	    nr_sels != read->nr_sels)
		return false;
	for (i = 0; i < nr_sels; i++) {
		if (!tpm20_get_selection(r, &alg, &size, &read->chip[i]))
			return false;
	}
	if (!vtpmb_get_u32(r, &nr_digests))
		return false;
	read->digests = *r;
	return true;
}

/* One answer of the chip is enough, because the guest's answer holds no more digests. */
static int tpm20_ask_chip(struct vtpmb_port *port, struct tpm20_read *read, u32 *rc)
{
	u8 list[VTPMB_TPM20_MAX_LIST];
	struct vtpmb_writer w;
	struct vtpmb_reader r;
	int len;
	u32 i;

	vtpmb_writer_init(&w, list, sizeof(list));
	vtpmb_put_u32(&w, read->nr_sels);
	for (i = 0; i < read->nr_sels; i++)
		vtpmb_tpm20_put_selection(&w, read->sel[i].alg, read->sel[i].pcrs & read->real);
	len = vtpmb_tpm20_own_plain(port, TPM2_CC_PCR_Read, list, w.len, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	vtpmb_port_response(port, len, &r);
	return tpm20_get_answer(read, &r) ? 0 : -EIO;
}

/* As a TPM does, leave out PCRs that do not exist and digests that do not fit. */
static u32 tpm20_choose(struct vtpmb_vtpm *vtpm, struct tpm20_read *read,
			struct vtpmb_writer *out)
{
	struct vtpmb_pcrs *pcrs = &vtpmb_tpm20_state(vtpm)->pcrs;
	const struct vtpmb_pcr_bank *bank;
	unsigned int nr_digests = 0;
	u32 i, there;

	for (i = 0; i < read->nr_sels; i++) {
		bank = vtpmb_pcrs_bank(pcrs, read->sel[i].alg);
		there = read->real & read->chip[i];
		if (bank && bank->active)
			there |= ~read->real;
		read->sel[i].pcrs =
			vtpmb_tpm20_limit_digests(read->sel[i].pcrs & there, &nr_digests);
		vtpmb_tpm20_put_selection(out, read->sel[i].alg, read->sel[i].pcrs);
	}
	return nr_digests;
}

/* Write the digests of one bank.  Those of the chip come in the order of the request. */
static bool tpm20_put_chosen(const struct vtpmb_pcr_bank *bank, struct tpm20_read *read,
			     u32 pcrs, struct vtpmb_writer *out)
{
	const u8 *digest;
	unsigned int i;
	u16 len;

	for (i = 0; i < VTPMB_NR_PCRS; i++) {
		if (!(pcrs & BIT(i)))
			continue;
		if (!(read->real & BIT(i))) {
			digest = bank->value[i];
			len = bank->hash->size;
		} else if (!vtpmb_get_tpm2b(&read->digests, &digest, &len)) {
			return false;
		}
		vtpmb_put_tpm2b(out, digest, len);
	}
	return true;
}

/*
 * The guest gets the sum of both counters.  It changes when either of them does, as
 * pcrUpdateCounter must.
 */
static int tpm20_merge_reads(struct vtpmb_vtpm *vtpm, struct tpm20_read *read,
			     struct vtpmb_writer *out)
{
	struct vtpmb_pcrs *pcrs = &vtpmb_tpm20_state(vtpm)->pcrs;
	u32 i, nr_digests;

	lockdep_assert_held(&vtpm->lock);

	vtpmb_put_u32(out, pcrs->update_counter + read->counter);
	vtpmb_put_u32(out, read->nr_sels);
	nr_digests = tpm20_choose(vtpm, read, out);
	vtpmb_put_u32(out, nr_digests);
	for (i = 0; i < read->nr_sels; i++) {
		if (!tpm20_put_chosen(vtpmb_pcrs_bank(pcrs, read->sel[i].alg), read,
				      read->sel[i].pcrs, out))
			return -EIO;
	}
	return 0;
}

static u32 tpm20_get_read(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct tpm20_read *read)
{
	u32 rc = vtpmb_tpm20_get_selections(vtpm, call, 0, read->sel, &read->nr_sels);

	return rc ? rc : vtpmb_tpm20_get_end(call);
}

/* TPM2_PCR_Read of private and granted PCRs */
int vtpmb_tpm20_read_mixed(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out, u32 *rc)
{
	struct tpm20_read read = {};
	int err;

	*rc = tpm20_get_read(vtpm, call, &read);
	if (*rc)
		return 0;
	mutex_lock(&vtpm->lock);
	read.real = vtpm->real_pcrs;
	mutex_unlock(&vtpm->lock);
	err = tpm20_ask_chip(vtpm->port, &read, rc);
	if (err || *rc)
		return err;
	mutex_lock(&vtpm->lock);
	*rc = vtpmb_tpm20_refresh_shown(vtpm);
	if (!*rc)
		err = tpm20_merge_reads(vtpm, &read, out);
	mutex_unlock(&vtpm->lock);
	return err;
}
