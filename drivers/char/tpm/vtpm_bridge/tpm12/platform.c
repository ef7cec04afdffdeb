// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: startup, saved state, self-test (Part 3, 3 and 4). */

#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "platform.h"
#include "state.h"

static void tpm12_drop_volatile(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	vtpm->epoch++;
	vtpmb_tpm12_end_sha1(tpm);
	tpm->failed = false;
	memset(&tpm->stclear, 0, sizeof(tpm->stclear));
}

/* TPM_Init (Part 3, 3.1).  PCRs and what TPM_SaveState saved survive until TPM_Startup. */
void vtpmb_tpm12_reset(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	tpm12_drop_volatile(vtpm);
	vtpm->power = VTPMB_POST_INIT;
}

/* Power off.  TPM_SaveState saves to non-volatile memory, so the saved state survives. */
void vtpmb_tpm12_off(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	tpm12_drop_volatile(vtpm);
	vtpm->power = VTPMB_OFF;
}

/* The state has changed since TPM_SaveState. */
void vtpmb_tpm12_void_saved_state(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	tpm->saved = false;
	if (vtpm->power == VTPMB_SHUTDOWN)
		vtpm->power = VTPMB_STARTED;
}

/* The wait for TPM_Startup ends, whether it succeeds or not. */
static void tpm12_end_wait(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	vtpm->power = VTPMB_STARTED;
	vtpmb_pcrs_start(&tpm->pcrs, VTPMB_PCR_RESET, 0);
}

/* TPM_Startup(ST_CLEAR).  As in libtpms, only this applies the permanent flag. */
static void tpm12_start(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	tpm12_end_wait(vtpm);
	tpm->stclear.flag[TPM_SF_DEACTIVATED] = tpm->perm[TPM_PF_DEACTIVATED];
}

/* Start up a TPM that was reset, as firmware would. */
void vtpmb_tpm12_start(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	tpm12_start(vtpm);
	vtpmb_tpm12_void_saved_state(vtpm);
}

static u32 tpm12_startup_state(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	/* Otherwise a guest could keep its PCRs over any reset. */
	if (!tpm->saved) {
		tpm12_start(vtpm);
		tpm->failed = true;
		return TPM_FAILEDSELFTEST;
	}
	vtpm->power = VTPMB_STARTED;
	vtpmb_pcrs_start(&tpm->pcrs, VTPMB_PCR_RESUME, 0);
	tpm->stclear = tpm->saved_stclear;
	return TPM_SUCCESS;
}

/* TPM_Startup (Part 3, 3.2) */
u32 vtpmb_tpm12_startup(struct vtpmb_tpm12_call *call)
{
	u16 type = vtpmb_tpm12_u16(call);

	if (call->vtpm->power != VTPMB_POST_INIT)
		return TPM_INVALID_POSTINIT;
	if (type == TPM_ST_STATE)
		return tpm12_startup_state(call->vtpm);

	if (type != TPM_ST_CLEAR && type != TPM_ST_DEACTIVATED) {
		tpm12_end_wait(call->vtpm);
		return TPM_BAD_PARAMETER;
	}
	tpm12_start(call->vtpm);
	if (type == TPM_ST_DEACTIVATED)
		call->tpm->stclear.flag[TPM_SF_DEACTIVATED] = true;
	return TPM_SUCCESS;
}

/*
 * A TPM_Startup was answered.  As in libtpms, even a malformed one ends the wait for it, and
 * discards the saved state.
 */
void vtpmb_tpm12_end_post_init(struct vtpmb_vtpm *vtpm)
{
	if (vtpm->power == VTPMB_POST_INIT)
		tpm12_end_wait(vtpm);
	vtpmb_tpm12_void_saved_state(vtpm);
}

/* TPM_SaveState (Part 3, 3.3) */
u32 vtpmb_tpm12_save_state(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_tpm12 *tpm = call->tpm;

	tpm->saved_stclear = tpm->stclear;
	tpm->saved = true;
	call->vtpm->power = VTPMB_SHUTDOWN;
	return TPM_SUCCESS;
}

/* TPM_SelfTestFull, TPM_ContinueSelfTest (Part 3, 4.1, 4.2): the chip has passed its own. */
u32 vtpmb_tpm12_self_test(struct vtpmb_tpm12_call *call)
{
	return TPM_SUCCESS;
}

/* TPM_GetTestResult (Part 3, 4.3): vendor-specific bytes. */
u32 vtpmb_tpm12_get_test_result(struct vtpmb_tpm12_call *call)
{
	const struct vtpmb_tpm12_blob *blob = &vtpmb_tpm12_facts(call->vtpm)->test_result;

	vtpmb_put_u32(&call->out, blob->len);
	vtpmb_put_bytes(&call->out, blob->bytes, blob->len);
	return TPM_SUCCESS;
}
