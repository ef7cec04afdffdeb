// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: checks of a command before its parameters are read. */

#include <linux/bits.h>
#include <linux/kernel.h>
#include "check.h"
#include "flags.h"
#include "state.h"
#include "wire.h"

/**
 * vtpmb_tpm12_check_state() - check whether a virtual TPM is in a state
 * @vtpm:	the vtpm
 * @needs:	enum tpm12_needs
 *
 * Errors come in the order of libtpms; the specification leaves it open (Part 2, 17).
 *
 * Return: a return code
 */
u32 vtpmb_tpm12_check_state(struct vtpmb_vtpm *vtpm, u8 needs)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	if (needs & TPM12_NV && tpm->perm[TPM_PF_NV_LOCKED])
		needs |= TPM12_ENABLED | TPM12_ACTIVATED;
	if (needs & TPM12_WORKING && tpm->failed)
		return TPM_FAILEDSELFTEST;
	if (vtpm->power == VTPMB_POST_INIT)
		return TPM_INVALID_POSTINIT;
	if (needs & TPM12_ENABLED && tpm->perm[TPM_PF_DISABLE])
		return TPM_DISABLED;
	if (needs & TPM12_ACTIVATED && tpm->stclear.flag[TPM_SF_DEACTIVATED])
		return TPM_DEACTIVATED;
	if (needs & TPM12_OWNED && !vtpmb_tpm12_owned(vtpm))
		return TPM_NOSRK;
	return TPM_SUCCESS;
}

/* Check whether a virtual TPM is in the state that the @row and @tag of a command need. */
u32 vtpmb_tpm12_check_needs(struct vtpmb_tpm12_call *call)
{
	u8 needs = call->row->needs;

	if (needs & TPM12_NV_BY_OWNER && call->tag != TPM_TAG_RQU_COMMAND)
		needs |= TPM12_NV;
	return vtpmb_tpm12_check_state(call->vtpm, needs);
}

/* Check the tag and the authorisation areas, and that nothing follows them. */
static u32 tpm12_check_auths(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	unsigned int i, nr_auths = vtpmb_tpm12_nr_auths(call->tag);
	u32 rc = TPM_SUCCESS;

	if (!(call->row->tags & BIT(nr_auths)))
		return TPM_BADTAG;
	if (!call->row->params)
		return TPM_SUCCESS;
	for (i = 0; i < nr_auths && !rc; i++)
		rc = vtpmb_tpm12_check_params(TPM12_AUTH_AREA, r);
	if (!rc && r->left)
		rc = TPM_BAD_PARAM_SIZE;
	return rc;
}

/**
 * vtpmb_tpm12_check() - make all checks that come before a command's parameters
 * @call:	the command with its @row, @tag and @in, none of which is changed
 *
 * The checks come in the order of libtpms.
 *
 * Return: a return code
 */
u32 vtpmb_tpm12_check(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_reader r = call->in;
	u32 rc = TPM_SUCCESS;

	if (call->row->params)
		rc = vtpmb_tpm12_check_params(call->row->params, &r);
	if (!rc && !(call->row->flags & TPM12_STARTS))
		rc = vtpmb_tpm12_check_needs(call);
	if (!rc)
		rc = tpm12_check_auths(call, &r);
	return rc;
}
