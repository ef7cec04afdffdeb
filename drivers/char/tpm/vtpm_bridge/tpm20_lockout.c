// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, dictionary attack protection (TPM 2.0 Part 1, 19.8).
 *
 * The chip has one counter of failed authorisations for all its users, and at
 * its limit nobody can use a protected object any more.  So the bridge counts
 * for each proxy, and one that has had its share of the chip's tries is locked
 * out alone.  A guest sets limits and times of its own and resets its own
 * counter; its share of the chip's stays what it is, or it would guess for
 * ever at the others' cost.
 *
 * No clock is needed: a proxy's failures are never more than what the chip
 * still counts, so they go as the chip forgets.  And the chip is asked for its
 * counter only while failures that came through the bridge may be in it.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "tpm20.h"

#define CODE_GET_CAPABILITY	0x17A

#define CAP_TPM_PROPERTIES	6
#define PT_LOCKOUT_COUNTER	0x20E
#define PT_MAX_AUTH_FAIL	0x20F
#define PT_LOCKOUT_INTERVAL	0x210
#define PT_LOCKOUT_RECOVERY	0x211

/** OBJECT_NO_DA - TPMA_OBJECT.noDA (TPM 2.0 Part 2, 8.3) */
#define OBJECT_NO_DA		BIT(10)

/* One proxy's part of the tries that a chip grants: the others need some too. */
static u32 tpm20_share(u32 max_tries)
{
	return max(max_tries / 2, 1U);
}

/**
 * vtpmb_tpm20_lockout_init() - the values of a TPM as it comes from its maker
 * @vtpm:	the vtpm; its lock is held, or nobody else knows it yet
 */
void vtpmb_tpm20_lockout_init(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20_facts *facts = vtpmb_tpm20_facts(vtpm->port);
	u32 tries = vtpmb_tpm20_property(facts, PT_MAX_AUTH_FAIL, 0);

	vtpmb_tpm20_state(vtpm)->lockout = (struct vtpmb_tpm20_lockout) {
		.max_tries = tpm20_share(tries),
		.recovery_time = vtpmb_tpm20_property(facts, PT_LOCKOUT_INTERVAL, 0),
		.lockout_recovery = vtpmb_tpm20_property(facts, PT_LOCKOUT_RECOVERY, 0),
	};
}

/* TPM 2.0 Part 3, 25.2 */
u32 vtpmb_tpm20_lock_reset(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out)
{
	u32 rc = vtpmb_tpm20_get_end(call);

	if (rc)
		return rc;
	vtpmb_tpm20_state(vtpm)->lockout.failed_tries = 0;
	return RC_SUCCESS;
}

/* TPM 2.0 Part 3, 25.3 */
u32 vtpmb_tpm20_lockout_parameters(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				   struct vtpmb_writer *out)
{
	struct vtpmb_tpm20_lockout *lockout = &vtpmb_tpm20_state(vtpm)->lockout;
	u32 max_tries, recovery_time, lockout_recovery;
	u32 rc = vtpmb_tpm20_get_u32(call, 0, &max_tries);

	if (!rc)
		rc = vtpmb_tpm20_get_u32(call, 1, &recovery_time);
	if (!rc)
		rc = vtpmb_tpm20_get_u32(call, 2, &lockout_recovery);
	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (rc)
		return rc;
	lockout->max_tries = max_tries;
	lockout->recovery_time = recovery_time;
	lockout->lockout_recovery = lockout_recovery;
	return RC_SUCCESS;
}

/**
 * vtpmb_tpm20_is_locked_out() - whether protected objects cannot be used
 * @tpm:	the virtual TPM; the vtpm's lock is held
 */
bool vtpmb_tpm20_is_locked_out(const struct vtpmb_tpm20 *tpm)
{
	return tpm->lockout.failed_tries >= tpm->lockout.max_tries;
}

/* What the chip counts now, and how far it would go. */
static int tpm20_chip_tries(struct vtpmb_port *port, u32 *tries, u32 *max_tries)
{
	u32 rc, tag, count;
	struct vtpmb_reader r;
	u8 body[12], more;
	int len;

	vtpmb_poke_u32(body, CAP_TPM_PROPERTIES);
	vtpmb_poke_u32(body + 4, PT_LOCKOUT_COUNTER);
	vtpmb_poke_u32(body + 8, 2);
	len = vtpmb_tpm20_own_command(port, TPM20_ST_NO_SESSIONS, CODE_GET_CAPABILITY,
				      body, sizeof(body), &rc);
	if (len < 0 || rc)
		return len < 0 ? len : -EIO;
	vtpmb_reader_init(&r, port->scratch + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (!vtpmb_get_u8(&r, &more) || !vtpmb_get_u32(&r, &tag) ||
	    !vtpmb_get_u32(&r, &count) || count != 2 ||
	    !vtpmb_get_u32(&r, &tag) || !vtpmb_get_u32(&r, tries) ||
	    !vtpmb_get_u32(&r, &tag) || !vtpmb_get_u32(&r, max_tries))
		return -EIO;
	return 0;
}

/* See what the chip has forgotten, and whether another failure can be risked. */
static int tpm20_risk(struct vtpmb_vtpm *vtpm, bool *risky)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u32 tries, max_tries;
	int err = tpm20_chip_tries(vtpm->port, &tries, &max_tries);

	if (err)
		return err;
	vtpm->port->failures = tries;
	tpm->table.nr_failures = min(tpm->table.nr_failures, tries);
	mutex_lock(&vtpm->lock);
	tpm->lockout.failed_tries = min(tpm->lockout.failed_tries, tpm->table.nr_failures);
	mutex_unlock(&vtpm->lock);
	*risky = tpm->table.nr_failures >= tpm20_share(max_tries) ||
		 (tries && tries + 1 >= max_tries);
	return 0;
}

/* An index that there is not cannot be guessed at. */
static int tpm20_index_counts(struct vtpmb_vtpm *vtpm, u32 handle, bool *counts)
{
	const struct vtpmb_tpm20_index *index;
	u32 rc;
	int err = vtpmb_tpm20_learn_index(vtpm, handle, &index, &rc);

	*counts = !err && !rc && !vtpmb_tpm20_nv_has_no_da(index);
	return err;
}

static int tpm20_object_counts(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *object,
			       bool *counts)
{
	u32 rc;
	int err;

	*counts = false;
	if (!object || object->kind != KIND_OBJECT)
		return 0;
	err = vtpmb_tpm20_learn(vtpm, object, &rc);
	/* It has no body any more if the chip has lost it. */
	if (object->body)
		*counts = !object->body->learnt ||
			  !(object->body->attributes & OBJECT_NO_DA);
	return err;
}

/*
 * Whether a failure of a session would count: if what it authorises is
 * protected, unless by a policy that asks for no authValue, or if it is bound
 * to an object or an index, which may be.  Sequences are not protected.
 */
static int tpm20_counts(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			unsigned int i, bool *counts)
{
	const struct vtpmb_tpm20_entry *session = call->session[i].entry;

	*counts = session && session->bound;
	if (*counts || i >= call->row->nr_auths)
		return 0;
	if (session && TPM20_HT(session->virt) == HT_POLICY && !vtpmb_tpm20_needs_auth(session))
		return 0;
	if (TPM20_HT(call->handle[i]) == HT_NV)
		return tpm20_index_counts(vtpm, call->handle[i], counts);
	return tpm20_object_counts(vtpm, call->entry[i], counts);
}

/* Failures that the chip may still count, of this proxy or of any. */
static bool tpm20_has_failures(struct vtpmb_vtpm *vtpm)
{
	return vtpm->port->failures || vtpmb_tpm20_state(vtpm)->table.nr_failures;
}

/* Whether nothing of what the command authorises may be guessed at any more. */
static int tpm20_is_risky(struct vtpmb_vtpm *vtpm, bool *risky)
{
	int err = 0;

	*risky = false;
	if (tpm20_has_failures(vtpm))
		err = tpm20_risk(vtpm, risky);
	mutex_lock(&vtpm->lock);
	*risky |= vtpmb_tpm20_is_locked_out(vtpmb_tpm20_state(vtpm));
	mutex_unlock(&vtpm->lock);
	return err;
}

static bool tpm20_is_calm(struct vtpmb_vtpm *vtpm)
{
	bool calm;

	mutex_lock(&vtpm->lock);
	calm = !tpm20_has_failures(vtpm) &&
	       !vtpmb_tpm20_is_locked_out(vtpmb_tpm20_state(vtpm));
	mutex_unlock(&vtpm->lock);
	return calm;
}

/**
 * vtpmb_tpm20_spare() - keep a proxy that has failed from failing once too often
 * @vtpm:	the vtpm
 * @call:	a command that is about to be sent to the chip
 * @rc:		out: RC_SUCCESS or RC_LOCKOUT
 *
 * Costs nothing while no authorisation has failed.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_spare(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	bool counts = false, risky = false;
	unsigned int i;
	int err = 0;

	*rc = RC_SUCCESS;
	if (!call->nr_sessions || tpm20_is_calm(vtpm))
		return 0;
	for (i = 0; !err && !counts && i < call->nr_sessions; i++)
		err = tpm20_counts(vtpm, call, i, &counts);
	if (!err && counts)
		err = tpm20_is_risky(vtpm, &risky);
	if (risky)
		*rc = RC_LOCKOUT;
	return err;
}

/**
 * vtpmb_tpm20_count_failure() - the chip has refused a command
 * @vtpm:	the vtpm
 * @rc:		its response code
 */
void vtpmb_tpm20_count_failure(struct vtpmb_vtpm *vtpm, u32 rc)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	/* TPM_RC_AUTH_FAIL of any session: the other one is TPM_RC_BAD_AUTH. */
	if ((rc & ~0x700U) != (RC_AUTH_FAIL | 0x800))
		return;
	vtpm->port->failures++;
	tpm->table.nr_failures++;
	mutex_lock(&vtpm->lock);
	if (tpm->lockout.recovery_time)
		tpm->lockout.failed_tries++;
	mutex_unlock(&vtpm->lock);
}
