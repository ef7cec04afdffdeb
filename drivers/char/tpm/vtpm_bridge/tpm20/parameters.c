// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, algorithm parameters: a cache of the chip's answers.
 *
 * The chip always gives the same answer, so it need not be asked again.  It has few curves,
 * which are read when it is attached.  TPM2_TestParms has too many possible parameters, so
 * each proxy caches those of its last commands.  Errors are not cached; the chip returns them.
 */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/port.h"
#include "ask.h"
#include "parameters.h"
#include "state.h"
#include "wire.h"

static int tpm20_learn_detail(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts,
			      u16 curve)
{
	struct vtpmb_tpm20_detail *detail = &facts->detail[facts->nr_details];
	const __be16 id = cpu_to_be16(curve);
	struct vtpmb_reader r, params;
	u16 answered;
	u32 rc;
	int len = vtpmb_tpm20_own_plain(port, TPM2_CC_ECC_Parameters, &id, sizeof(id), &rc);

	if (len < 0 || rc)
		return len < 0 ? len : 0;
	vtpmb_port_response(port, len, &params);
	r = params;
	if (!vtpmb_get_u16(&r, &answered) || answered != curve)
		return -EIO;
	detail->bytes = kmemdup(params.pos, params.left, GFP_KERNEL);
	if (!detail->bytes)
		return -ENOMEM;
	detail->curve = curve;
	detail->len = params.left;
	facts->nr_details++;
	return 0;
}

/* Read the parameters of the chip's curves into @detail.  Also returns -ENOMEM. */
int vtpmb_tpm20_learn_curves(struct vtpmb_port *port, struct vtpmb_tpm20_facts *facts)
{
	unsigned int i;
	int err = 0;

	if (!test_bit(vtpmb_tpm20_row(TPM2_CC_ECC_Parameters), facts->has))
		return 0;
	for (i = 0; !err && i < facts->nr_curves && i < VTPMB_TPM20_MAX_DETAILS; i++)
		err = tpm20_learn_detail(port, facts, facts->curve[i]);
	return err;
}

void vtpmb_tpm20_forget_curves(struct vtpmb_tpm20_facts *facts)
{
	while (facts->nr_details)
		kfree(facts->detail[--facts->nr_details].bytes);
}

static const struct vtpmb_tpm20_detail *
tpm20_find_detail(const struct vtpmb_tpm20_facts *facts, u16 curve)
{
	unsigned int i;

	for (i = 0; i < facts->nr_details; i++) {
		if (facts->detail[i].curve == curve)
			return &facts->detail[i];
	}
	return NULL;
}

/* TPM 2.0 Part 3, 14.7 */
u32 vtpmb_tpm20_ecc_parameters(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_writer *out)
{
	const struct vtpmb_tpm20_detail *detail;
	u16 curve;

	if (vtpmb_tpm20_get_u16(call, 0, &curve) || vtpmb_tpm20_get_end(call))
		return VTPMB_RC_PASS;
	detail = tpm20_find_detail(vtpmb_tpm20_facts(vtpm->port), curve);
	if (!detail)
		return VTPMB_RC_PASS;
	vtpmb_put_bytes(out, detail->bytes, detail->len);
	return TPM2_RC_SUCCESS;
}

static bool tpm20_is_tested(const struct vtpmb_tpm20_tested *tested,
			    const u8 *parms, size_t len)
{
	unsigned int i;

	for (i = 0; i < VTPMB_TPM20_MAX_TESTED; i++) {
		if (tested->len[i] && tested->len[i] == len &&
		    !memcmp(tested->parms[i], parms, len))
			return true;
	}
	return false;
}

/* TPM 2.0 Part 3, 30.3 */
u32 vtpmb_tpm20_test_parms(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out)
{
	lockdep_assert_held(&vtpm->lock);

	if (!tpm20_is_tested(&vtpmb_tpm20_state(vtpm)->tested, call->params.pos,
			     call->params.left))
		return VTPMB_RC_PASS;
	return TPM2_RC_SUCCESS;
}

static void tpm20_remember_tested(struct vtpmb_tpm20_tested *tested,
				  const struct vtpmb_reader *parms)
{
	if (parms->left > VTPMB_TPM20_MAX_PARMS)
		return;
	memcpy(tested->parms[tested->next], parms->pos, parms->left);
	tested->len[tested->next] = parms->left;
	tested->next = (tested->next + 1) % VTPMB_TPM20_MAX_TESTED;
}

/* Send TPM2_TestParms, which has no session, with parameters that are not in the cache. */
int vtpmb_tpm20_ask_parms(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out, u32 *rc)
{
	int len = vtpmb_tpm20_own_plain(vtpm->port, TPM2_CC_TestParms, call->params.pos,
					call->params.left, rc);

	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	mutex_lock(&vtpm->lock);
	tpm20_remember_tested(&vtpmb_tpm20_state(vtpm)->tested, &call->params);
	mutex_unlock(&vtpm->lock);
	return 0;
}
