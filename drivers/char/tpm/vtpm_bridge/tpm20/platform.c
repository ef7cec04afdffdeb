// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0, the virtual platform: startup, hierarchies, physical presence, self-test. */

#include <linux/lockdep.h>
#include <linux/string.h>
#include "facts.h"
#include "null_primary.h"
#include "platform.h"
#include "state.h"
#include "stored.h"
#include "wire.h"

/** MAX_ALG_LIST - TPM 2.0 Part 2, 10.9.2; as in the reference implementation */
#define MAX_ALG_LIST	64

/** MAX_CAP_CC - TPM 2.0 Part 2, 10.9.1; as in the reference implementation */
#define MAX_CAP_CC	254

/** MAX_SYM_DATA - TPM 2.0 Part 2, 11.1.15 */
#define MAX_SYM_DATA	128

static void tpm20_clear_auth(struct vtpmb_tpm20_hierarchy *h)
{
	memzero_explicit(h->auth, sizeof(h->auth));
	memzero_explicit(h->policy, sizeof(h->policy));
	h->auth_len = 0;
	h->policy_len = 0;
	h->policy_alg = TPM2_ALG_NULL;
}

/* Set the factory state, over zeros. */
void vtpmb_tpm20_platform_init(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;

	for (i = 0; i < NR_HIERS; i++) {
		tpm20_clear_auth(&tpm->hier[i]);
		tpm->hier[i].enabled = true;
	}
	tpm->ph_enable_nv = true;
	tpm->orderly = true;
	tpm->shutdown = SHUTDOWN_CLEAR;
	vtpmb_tpm20_default_pp_list(tpm->pp_list);
}

/* Its objects no longer exist; the hub's thread flushes them from the chip. */
static void tpm20_flush(struct vtpmb_tpm20_hierarchy *h)
{
	WRITE_ONCE(h->flushed, h->flushed + 1);
}

static void tpm20_start(struct vtpmb_vtpm *vtpm, enum vtpmb_pcr_start how, u8 locality)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	if (how == VTPMB_PCR_RESET) {
		WRITE_ONCE(tpm->reset_epoch, tpm->reset_epoch + 1);
		tpm->reallocated = false;
		vtpmb_tpm20_forget_null_key(vtpm);
	}
	if (how != VTPMB_PCR_RESUME) {
		tpm->restart_epoch++;
		tpm->startup_locality = locality;
		tpm20_clear_auth(&tpm->hier[HIER_PLATFORM]);
		tpm->hier[HIER_OWNER].enabled = true;
		tpm->hier[HIER_ENDORSEMENT].enabled = true;
		tpm->ph_enable_nv = true;
	}
	tpm->hier[HIER_PLATFORM].enabled = true;
	vtpmb_pcrs_start(&tpm->pcrs, how, locality);
	tpm->orderly = tpm->shutdown != SHUTDOWN_NONE;
	tpm->shutdown = SHUTDOWN_NONE;
	tpm->lockout_failed = false;
	vtpm->power = VTPMB_STARTED;
}

/* Startup(CLEAR) is a TPM Reset or a TPM Restart, depending on the last Shutdown. */
static void tpm20_start_clear(struct vtpmb_vtpm *vtpm, u8 locality)
{
	bool saved = vtpmb_tpm20_state(vtpm)->shutdown == SHUTDOWN_STATE;

	tpm20_start(vtpm, saved ? VTPMB_PCR_RESTART : VTPMB_PCR_RESET, locality);
}

/* Start up a TPM that was reset, as firmware would. */
void vtpmb_tpm20_start(struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	tpm20_start_clear(vtpm, 0);
}

/* TPM_SU, the only parameter */
static u32 tpm20_get_startup_type(struct vtpmb_tpm20_call *call, u16 *type)
{
	u32 rc = vtpmb_tpm20_get_u16(call, 0, type);

	if (rc)
		return rc;
	if (*type != TPM2_SU_CLEAR && *type != TPM2_SU_STATE)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	return vtpmb_tpm20_get_end(call);
}

/*
 * TPM 2.0 Part 3, 9.3.  It is accepted once after each reset of the virtual platform, so a
 * guest's operating system cannot reset its PCRs by it.
 */
u32 vtpmb_tpm20_startup(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			struct vtpmb_writer *out)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u16 type;
	u32 rc = tpm20_get_startup_type(call, &type);

	if (rc)
		return rc;
	if (vtpm->locality != 0 && vtpm->locality != 3)
		return TPM2_RC_LOCALITY;
	if (type == TPM2_SU_STATE && tpm->shutdown != SHUTDOWN_STATE)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	if (type == TPM2_SU_STATE && vtpm->locality != tpm->startup_locality)
		return TPM2_RC_LOCALITY;

	if (type == TPM2_SU_STATE)
		tpm20_start(vtpm, VTPMB_PCR_RESUME, vtpm->locality);
	else
		tpm20_start_clear(vtpm, vtpm->locality);
	return TPM2_RC_SUCCESS;
}

/* TPM 2.0 Part 3, 9.4 */
u32 vtpmb_tpm20_shutdown(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			 struct vtpmb_writer *out)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u16 type;
	u32 rc = tpm20_get_startup_type(call, &type);

	if (rc)
		return rc;
	if (type == TPM2_SU_STATE && tpm->reallocated)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_TYPE, 0);

	tpm->shutdown = type == TPM2_SU_STATE ? SHUTDOWN_STATE : SHUTDOWN_CLEAR;
	vtpm->power = VTPMB_SHUTDOWN;
	return TPM2_RC_SUCCESS;
}

/* TPM 2.0 Part 3, 10.2: the host has already tested the chip. */
u32 vtpmb_tpm20_self_test(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out)
{
	bool full;
	u32 rc = vtpmb_tpm20_get_yes_no(call, 0, &full);

	return rc ? rc : vtpmb_tpm20_get_end(call);
}

/* TPM 2.0 Part 3, 10.3: nothing is left to test. */
u32 vtpmb_tpm20_incremental_self_test(struct vtpmb_vtpm *vtpm,
				      struct vtpmb_tpm20_call *call,
				      struct vtpmb_writer *out)
{
	u32 nr_algs, rc = vtpmb_tpm20_get_u32(call, 0, &nr_algs);
	u16 alg;

	if (rc)
		return rc;
	if (nr_algs > MAX_ALG_LIST)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_SIZE, 0);
	while (nr_algs--) {
		rc = vtpmb_tpm20_get_u16(call, 0, &alg);
		if (rc)
			return rc;
		if (!vtpmb_tpm20_alg(vtpm, alg))
			return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	}
	vtpmb_put_u32(out, 0);
	return vtpmb_tpm20_get_end(call);
}

/* TPM 2.0 Part 3, 10.4 */
u32 vtpmb_tpm20_get_test_result(struct vtpmb_vtpm *vtpm,
				struct vtpmb_tpm20_call *call,
				struct vtpmb_writer *out)
{
	vtpmb_put_u16(out, 0);
	vtpmb_put_u32(out, TPM2_RC_SUCCESS);
	return vtpmb_tpm20_get_end(call);
}

/* TPM 2.0 Part 3, 16.2: accepted, but a guest cannot influence the chip's random numbers. */
u32 vtpmb_tpm20_stir_random(struct vtpmb_vtpm *vtpm,
			    struct vtpmb_tpm20_call *call,
			    struct vtpmb_writer *out)
{
	const u8 *data;
	u16 len;
	u32 rc = vtpmb_tpm20_get_2b(call, 0, MAX_SYM_DATA, &data, &len);

	return rc ? rc : vtpmb_tpm20_get_end(call);
}

/* TPMI_RH_ENABLES */
static bool *tpm20_enable(struct vtpmb_tpm20 *tpm, u32 handle)
{
	int hier = vtpmb_tpm20_hier(handle);

	if (handle == TPM2_RH_PLATFORM_NV)
		return &tpm->ph_enable_nv;
	if (hier < 0 || hier > HIER_PLATFORM)
		return NULL;
	return &tpm->hier[hier].enabled;
}

/* TPM 2.0 Part 3, 24.2 */
u32 vtpmb_tpm20_hierarchy_control(struct vtpmb_vtpm *vtpm,
				  struct vtpmb_tpm20_call *call,
				  struct vtpmb_writer *out)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	bool state, *enabled;
	u32 enable, rc = vtpmb_tpm20_get_u32(call, 0, &enable);

	if (rc)
		return rc;
	enabled = tpm20_enable(tpm, enable);
	if (!enabled)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	rc = vtpmb_tpm20_get_yes_no(call, 1, &state);
	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (rc)
		return rc;
	if (call->handle[0] != TPM2_RH_PLATFORM && call->handle[0] != enable)
		return TPM2_RC_AUTH_TYPE;
	if (state && enable == TPM2_RH_ENDORSEMENT && tpm->no_endorsement)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_HIERARCHY, 0);
	if (*enabled == state)
		return TPM2_RC_SUCCESS;

	*enabled = state;
	if (!state && enable != TPM2_RH_PLATFORM_NV)
		tpm20_flush(&tpm->hier[vtpmb_tpm20_hier(enable)]);
	vtpmb_tpm20_void_shutdown(vtpm);
	return TPM2_RC_SUCCESS;
}

/*
 * Let the guest use the endorsement hierarchy, if it has not disabled it itself, or not.  As
 * for HierarchyControl, objects in a disabled hierarchy are flushed.
 */
void vtpmb_tpm20_set_endorsement(struct vtpmb_vtpm *vtpm, u64 on)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	lockdep_assert_held(&vtpm->lock);

	if (on == !tpm->no_endorsement)
		return;
	WRITE_ONCE(tpm->no_endorsement, !on);
	vtpm->grants++;
	if (!on)
		tpm20_flush(&tpm->hier[HIER_ENDORSEMENT]);
}

/* The hierarchy that a command changes.  A change of platform voids an earlier Shutdown. */
static struct vtpmb_tpm20_hierarchy *
tpm20_change_hierarchy(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	if (call->handle[0] == TPM2_RH_PLATFORM)
		vtpmb_tpm20_void_shutdown(vtpm);
	return &vtpmb_tpm20_state(vtpm)->hier[vtpmb_tpm20_hier(call->handle[0])];
}

/* TPM 2.0 Part 3, 24.8 */
u32 vtpmb_tpm20_hierarchy_change_auth(struct vtpmb_vtpm *vtpm,
				      struct vtpmb_tpm20_call *call,
				      struct vtpmb_writer *out)
{
	struct vtpmb_tpm20_hierarchy *h;
	const u8 *auth;
	u16 len;
	u32 rc = vtpmb_tpm20_get_2b(call, 0, VTPMB_MAX_AUTH, &auth, &len);

	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (rc)
		return rc;

	h = tpm20_change_hierarchy(vtpm, call);
	h->auth_len = vtpmb_tpm20_auth_len(auth, len);
	memcpy(h->auth, auth, h->auth_len);
	memzero_explicit(h->auth + h->auth_len, sizeof(h->auth) - h->auth_len);
	return TPM2_RC_SUCCESS;
}

/* TPM 2.0 Part 3, 24.3 */
u32 vtpmb_tpm20_set_primary_policy(struct vtpmb_vtpm *vtpm,
				   struct vtpmb_tpm20_call *call,
				   struct vtpmb_writer *out)
{
	struct vtpmb_tpm20_hierarchy *h;
	const u8 *policy;
	u16 len, alg;
	u32 rc = vtpmb_tpm20_get_2b(call, 0, VTPMB_MAX_DIGEST, &policy, &len);

	if (!rc)
		rc = vtpmb_tpm20_get_u16(call, 1, &alg);
	if (!rc && alg != TPM2_ALG_NULL && !vtpmb_tpm20_is_hash(vtpm, alg))
		rc = TPM2_RC_OF_PARAMETER(TPM2_RC_HASH, 1);
	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (rc)
		return rc;
	if (len != vtpmb_hash_size(alg))
		return TPM2_RC_OF_PARAMETER(TPM2_RC_SIZE, 0);

	h = tpm20_change_hierarchy(vtpm, call);
	h->policy_alg = alg;
	h->policy_len = len;
	memcpy(h->policy, policy, len);
	return TPM2_RC_SUCCESS;
}

static void tpm20_clear_hierarchy(struct vtpmb_tpm20_hierarchy *h)
{
	tpm20_clear_auth(h);
	tpm20_flush(h);
	h->enabled = true;
	WRITE_ONCE(h->cleared, h->cleared + 1);
}

/*
 * TPM 2.0 Part 3, 24.6, for one proxy.  All users of the chip share the storage seed, so the
 * guest can derive the same primary keys again.
 */
u32 vtpmb_tpm20_clear(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
		      struct vtpmb_writer *out)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u32 rc = vtpmb_tpm20_get_end(call);

	if (rc)
		return rc;
	if (tpm->disable_clear)
		return TPM2_RC_DISABLED;

	tpm20_clear_hierarchy(&tpm->hier[HIER_OWNER]);
	tpm20_clear_hierarchy(&tpm->hier[HIER_ENDORSEMENT]);
	tpm20_clear_auth(&tpm->hier[HIER_LOCKOUT]);
	tpm->lockout = (struct vtpmb_tpm20_lockout) {};
	tpm->lockout_failed = false;
	vtpmb_tpm20_clear_stored(vtpm);
	call->cmd->stale = true;
	tpm->pcrs.update_counter++;
	vtpmb_tpm20_void_shutdown(vtpm);
	return TPM2_RC_SUCCESS;
}

/* TPM 2.0 Part 3, 24.7 */
u32 vtpmb_tpm20_clear_control(struct vtpmb_vtpm *vtpm,
			      struct vtpmb_tpm20_call *call,
			      struct vtpmb_writer *out)
{
	bool disable;
	u32 rc = vtpmb_tpm20_get_yes_no(call, 0, &disable);

	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (rc)
		return rc;
	if (!disable && call->handle[0] == TPM2_RH_LOCKOUT)
		return TPM2_RC_AUTH_FAIL;
	vtpmb_tpm20_state(vtpm)->disable_clear = disable;
	return TPM2_RC_SUCCESS;
}

/* TPML_CC, in the command buffer */
static u32 tpm20_code_list(struct vtpmb_tpm20_call *call, unsigned int param,
			   struct vtpmb_reader *list)
{
	const u8 *bytes;
	u32 nr_codes, rc = vtpmb_tpm20_get_u32(call, param, &nr_codes);

	if (rc)
		return rc;
	if (nr_codes > MAX_CAP_CC)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_SIZE, param);
	bytes = vtpmb_get_bytes(&call->params, nr_codes * sizeof(u32));
	if (!bytes)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_INSUFFICIENT, param);
	vtpmb_reader_init(list, bytes, nr_codes * sizeof(u32));
	return TPM2_RC_SUCCESS;
}

/* Commands that cannot be in the list, and PP_Commands itself, are skipped. */
static void tpm20_list(struct vtpmb_tpm20 *tpm, struct vtpmb_reader *codes, bool on)
{
	u32 code;
	int row;

	while (vtpmb_get_u32(codes, &code)) {
		row = vtpmb_tpm20_row(code);
		if (row < 0)
			continue;
		if ((vtpmb_tpm20_rows[row].flags & TPM20_PP_LISTABLE) &&
		    !(vtpmb_tpm20_rows[row].flags & TPM20_PP_DEFAULT))
			__assign_bit(row, tpm->pp_list, on);
	}
}

/* TPM 2.0 Part 3, 26.2 */
u32 vtpmb_tpm20_pp_commands(struct vtpmb_vtpm *vtpm,
			    struct vtpmb_tpm20_call *call,
			    struct vtpmb_writer *out)
{
	struct vtpmb_reader set, clear;
	u32 rc = tpm20_code_list(call, 0, &set);

	if (!rc)
		rc = tpm20_code_list(call, 1, &clear);
	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (rc)
		return rc;
	tpm20_list(vtpmb_tpm20_state(vtpm), &set, true);
	tpm20_list(vtpmb_tpm20_state(vtpm), &clear, false);
	return TPM2_RC_SUCCESS;
}
