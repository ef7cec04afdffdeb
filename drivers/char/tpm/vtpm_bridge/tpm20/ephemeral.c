// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: who owns the ephemeral keys of TPM2_EC_Ephemeral and TPM2_Commit.
 *
 * The chip numbers the keys of all its users by one counter.  Whoever knows the number can use
 * the key.  Another guest could then compute a shared secret of this one or use up the key.
 * So the bridge records the owner of each number.
 */

#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include "ephemeral.h"
#include "state.h"

/* As in the chip, a new key replaces the older one in its place. */
static struct vtpmb_tpm20_ephemeral *tpm20_place(struct vtpmb_port *port, u16 counter)
{
	return &vtpmb_tpm20_chip(port)->ephemeral[counter % VTPMB_MAX_EPHEMERAL];
}

/* Whether the number belongs to a key of this vtpm.  If so, the command uses it up. */
static bool tpm20_take(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u16 counter)
{
	const struct vtpmb_tpm20_ephemeral *key = tpm20_place(vtpm->port, counter);

	lockdep_assert_held(&vtpm->lock);

	if (key->id != vtpm->id || key->counter != counter ||
	    key->reset_epoch != vtpmb_tpm20_state(vtpm)->reset_epoch)
		return false;
	call->ephemeral = true;
	call->counter = counter;
	return true;
}

static bool tpm20_skip_2bs(struct vtpmb_reader *r, unsigned int count)
{
	const u8 *bytes;
	u16 len;

	while (count--) {
		if (!vtpmb_get_tpm2b(r, &bytes, &len))
			return false;
	}
	return true;
}

/*
 * Check whether TPM2_ZGen_2Phase may use its ephemeral key, or has used it (TPM 2.0 Part 3,
 * 14.7).
 */
u32 vtpmb_tpm20_inspect_zgen(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;
	u16 scheme, counter;

	/* The chip refuses a truncated command. */
	if (!tpm20_skip_2bs(&r, 2) || !vtpmb_get_u16(&r, &scheme) ||
	    !vtpmb_get_u16(&r, &counter))
		return TPM2_RC_SUCCESS;
	return tpm20_take(vtpm, call, counter) ? TPM2_RC_SUCCESS :
		TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 3);
}

/*
 * Check whether a signing command may use its ephemeral key, or has used it (TPM 2.0 Part 4,
 * CryptEccSign()).  Only TPM_ALG_ECDAA uses one.  A command without a signing key does not use
 * its scheme.
 */
u32 vtpmb_tpm20_inspect_signing(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_row *row = call->row;
	struct vtpmb_reader r = call->params;
	u16 scheme, hash, counter;

	if (!row->scheme_after || call->handle[row->signing_key] == TPM2_RH_NULL)
		return TPM2_RC_SUCCESS;
	if (!tpm20_skip_2bs(&r, row->scheme_after) || !vtpmb_get_u16(&r, &scheme) ||
	    scheme != TPM2_ALG_ECDAA || !vtpmb_get_u16(&r, &hash) || !vtpmb_get_u16(&r, &counter))
		return TPM2_RC_SUCCESS;
	return tpm20_take(vtpm, call, counter) ? TPM2_RC_SUCCESS : TPM2_RC_VALUE;
}

/* Record the owner of a new key.  Its number follows the points in the response. */
static void tpm20_set_ephemeral_owner(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				      struct vtpmb_reader *params, unsigned int nr_points)
{
	struct vtpmb_tpm20_ephemeral *key;
	u16 counter;

	lockdep_assert_held(&vtpm->lock);

	if (!tpm20_skip_2bs(params, nr_points) || !vtpmb_get_u16(params, &counter))
		return;
	key = tpm20_place(vtpm->port, counter);
	key->id = call->cmd->epoch == vtpm->epoch ? vtpm->id : 0;
	key->reset_epoch = vtpmb_tpm20_state(vtpm)->reset_epoch;
	key->counter = counter;
}

/* TPM 2.0 Part 3, 19.3 */
void vtpmb_tpm20_apply_ephemeral(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				 struct vtpmb_reader *params)
{
	tpm20_set_ephemeral_owner(vtpm, call, params, 1);
}

/* TPM 2.0 Part 3, 19.2 */
void vtpmb_tpm20_apply_commit(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      struct vtpmb_reader *params)
{
	tpm20_set_ephemeral_owner(vtpm, call, params, 3);
}

/* Record that an ephemeral key was used up by a command that has succeeded. */
void vtpmb_tpm20_use_up_ephemeral(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	if (call->ephemeral)
		tpm20_place(vtpm->port, call->counter)->id = 0;
}
