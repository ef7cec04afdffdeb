// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, dictionary attack protection (TPM 2.0 Part 1, 19.8).
 *
 * The chip has one counter of failed authorisations for all its users.  When it reaches
 * its limit, no user can use a protected object.  So in each turn, the bridge reads the
 * chip's counter before a guest can fail.  It refuses the guest if the tries that all
 * guests together may use are used up, whoever used them.  The other tries are reserved
 * for the host.
 *
 * The bridge also counts the failures of each proxy.  A proxy that has used up its share
 * is refused, while others are not.  One that has used up half of it has to wait after
 * each further failure, each time longer.  During a wait that the guest's kernel can sit
 * out, the response is TPM_RC_RETRY; during a longer one, it is TPM_RC_LOCKOUT.  The
 * longest waits last until the chip has forgotten all the proxy's failures.  So one proxy
 * alone cannot keep the other guests from their tries, however few there are.
 *
 * A guest sets its own limits and times, and resets its own counter.  This does not
 * change its share of the chip's tries; otherwise it could guess forever at the others'
 * cost.  The failure count of a proxy is never higher than the chip's counter, so it
 * drops as the chip forgets failures.
 */

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include "lockout.h"
#include "nv.h"
#include "properties.h"
#include "state.h"
#include "swap.h"
#include "wire.h"

/* TPM 2.0 Part 3, 25.2 */
u32 vtpmb_tpm20_lock_reset(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out)
{
	u32 rc = vtpmb_tpm20_get_end(call);

	if (rc)
		return rc;
	vtpmb_tpm20_state(vtpm)->lockout.failed_tries = 0;
	return TPM2_RC_SUCCESS;
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
	lockout->set = true;
	lockout->max_tries = max_tries;
	lockout->recovery_time = recovery_time;
	lockout->lockout_recovery = lockout_recovery;
	return TPM2_RC_SUCCESS;
}

static const struct vtpmb_tpm20_lockout *tpm20_lockout(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20 *tpm = vtpm->state;

	return &tpm->lockout;
}

/* maxTries, as the guest sees it, under the vtpm's lock */
u32 vtpmb_tpm20_max_tries(const struct vtpmb_vtpm *vtpm)
{
	return tpm20_lockout(vtpm)->set ? tpm20_lockout(vtpm)->max_tries :
	       vtpmb_proxy_tries(READ_ONCE(vtpmb_tpm20_chip(vtpm->port)->var.max_auth_fail));
}

/* recoveryTime, as the guest sees it, under the vtpm's lock */
u32 vtpmb_tpm20_recovery_time(const struct vtpmb_vtpm *vtpm)
{
	return tpm20_lockout(vtpm)->set ? tpm20_lockout(vtpm)->recovery_time :
	       READ_ONCE(vtpmb_tpm20_chip(vtpm->port)->var.lockout_interval);
}

/* lockoutRecovery, as the guest sees it, under the vtpm's lock */
u32 vtpmb_tpm20_lockout_recovery(const struct vtpmb_vtpm *vtpm)
{
	return tpm20_lockout(vtpm)->set ? tpm20_lockout(vtpm)->lockout_recovery :
	       READ_ONCE(vtpmb_tpm20_chip(vtpm->port)->var.lockout_recovery);
}

/* Whether protected objects cannot be used; the vtpm's lock is held. */
bool vtpmb_tpm20_is_locked_out(const struct vtpmb_vtpm *vtpm)
{
	return tpm20_lockout(vtpm)->failed_tries >= vtpmb_tpm20_max_tries(vtpm);
}

static bool tpm20_needs_no_auth(const struct vtpmb_tpm20_entry *session)
{
	return session && TPM20_HT(session->virt) == TPM2_HT_POLICY_SESSION &&
	       !vtpmb_tpm20_needs_auth(session);
}

/* The authValue of an index that does not exist cannot be guessed. */
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
	err = vtpmb_tpm20_fetch_public(vtpm, object, &rc);
	/* The entry has lost its body if the chip has lost the object. */
	if (object->body)
		*counts = !object->body->learnt ||
			  !(object->body->attributes & TPMA_OBJECT_NODA);
	return err;
}

/*
 * Whether a failure of a session would count.  It does if the session is bound to an object
 * or an index, which may be protected.  It also does if the entity that the session authorises
 * is protected, unless the session's policy requires no authValue.  Sequences are not
 * protected.
 */
static int tpm20_failure_counts(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				unsigned int i, bool *counts)
{
	const struct vtpmb_tpm20_entry *session = call->session[i].entry;

	*counts = session && session->bound;
	if (*counts || i >= call->row->nr_auths)
		return 0;
	if (tpm20_needs_no_auth(session))
		return 0;
	if (TPM20_HT(call->handle[i]) == TPM2_HT_NV_INDEX)
		return tpm20_index_counts(vtpm, call->handle[i], counts);
	return tpm20_object_counts(vtpm, call->entry[i], counts);
}

/* Duration of a proxy's wait number @nr, in seconds. */
static u64 tpm20_backoff(unsigned int nr)
{
	return nr ? (u64)VTPMB_BACKOFF << 2 * (nr - 1) : 0;
}

/* The longest wait is at least twice the time that the chip takes to forget a failure. */
static void tpm20_back_off(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	const struct vtpmb_tpm20_var *var = &vtpmb_tpm20_chip(vtpm->port)->var;

	if (tpm20_backoff(table->backoff) < 2 * (u64)var->lockout_interval)
		table->backoff++;
	table->backoff_end = get_jiffies_64() + tpm20_backoff(table->backoff) * HZ;
}

/* Shorten the next wait if this proxy has not failed for a long time. */
static void tpm20_shorten_wait(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	u64 period = VTPMB_FORGIVE * (u64)vtpmb_tpm20_chip(vtpm->port)->var.lockout_interval * HZ;

	while (table->backoff &&
	       time_after_eq64(get_jiffies_64(), table->backoff_end + period)) {
		table->backoff--;
		table->backoff_end += period;
	}
}

/* Read the chip's counter, and limit this proxy's failures to it. */
static int tpm20_look(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20_var *var = &vtpmb_tpm20_chip(vtpm->port)->var;
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	int err = vtpmb_tpm20_ask_properties(vtpm->port);

	if (err)
		return err;
	/* If the chip's counter was 0 in the meantime, all present failures may be others'. */
	if (tpm->table.nr_calm != var->nr_calm)
		tpm->table.nr_failures = 0;
	tpm->table.nr_calm = var->nr_calm;
	tpm->table.nr_failures = min(tpm->table.nr_failures, var->lockout_counter);
	mutex_lock(&vtpm->lock);
	tpm->lockout.failed_tries = min(tpm->lockout.failed_tries, tpm->table.nr_failures);
	mutex_unlock(&vtpm->lock);
	tpm20_shorten_wait(vtpm);
	return 0;
}

/*
 * Whether the proxy has to wait: TPM2_RC_RETRY for a short wait, TPM2_RC_LOCKOUT for a long
 * one.  A wait also ends when the chip has forgotten the proxy's failures.
 */
static u32 tpm20_wait(const struct vtpmb_tpm20_table *table)
{
	u64 now = get_jiffies_64();

	if (!table->nr_failures || time_after_eq64(now, table->backoff_end))
		return TPM2_RC_SUCCESS;
	if (time_after64(table->backoff_end, now + msecs_to_jiffies(VTPMB_BACKOFF_RETRY)))
		return TPM2_RC_LOCKOUT;
	return TPM2_RC_RETRY;
}

/* Whether the proxy may fail now, according to the last look. */
static u32 tpm20_may_fail(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	const struct vtpmb_tpm20_var *var = &vtpmb_tpm20_chip(vtpm->port)->var;
	bool locked_out;

	mutex_lock(&vtpm->lock);
	locked_out = vtpmb_tpm20_is_locked_out(vtpm);
	mutex_unlock(&vtpm->lock);
	if (locked_out || var->lockout_counter >= vtpmb_guest_tries(var->max_auth_fail) ||
	    table->nr_failures >= vtpmb_proxy_tries(var->max_auth_fail))
		return TPM2_RC_LOCKOUT;
	return tpm20_wait(table);
}

/* Like tpm20_failure_counts(), but without asking the chip: true if in doubt. */
static bool tpm20_may_count(const struct vtpmb_tpm20_call *call, unsigned int i)
{
	const struct vtpmb_tpm20_entry *session = call->session[i].entry;
	const struct vtpmb_tpm20_entry *object;

	if (session && session->bound)
		return true;
	if (i >= call->row->nr_auths || tpm20_needs_no_auth(session))
		return false;
	if (TPM20_HT(call->handle[i]) == TPM2_HT_NV_INDEX)
		return true;
	object = call->entry[i];
	return object && object->kind == KIND_OBJECT &&
	       !(object->body && object->body->learnt &&
		 object->body->attributes & TPMA_OBJECT_NODA);
}

static bool tpm20_any_may_count(const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->nr_sessions; i++) {
		if (tpm20_may_count(call, i))
			return true;
	}
	return false;
}

/* Refuse a command that could count, unless the chip has forgotten a failure by now. */
static int tpm20_refuse(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	bool counts = false;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && !counts && i < call->nr_sessions; i++)
		err = tpm20_failure_counts(vtpm, call, i, &counts);
	if (err || !counts)
		return err;
	vtpmb_tpm20_forget_properties(vtpm->port);
	err = tpm20_look(vtpm);
	if (!err)
		*rc = tpm20_may_fail(vtpm);
	return err;
}

/*
 * Refuse a command, by TPM2_RC_RETRY or TPM2_RC_LOCKOUT, if its failure could lock others out.
 * This costs one chip command in each turn that uses a protected object or index.
 */
int vtpmb_tpm20_limit_failures(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	int err;

	*rc = TPM2_RC_SUCCESS;
	if (!tpm20_any_may_count(call))
		return 0;
	err = tpm20_look(vtpm);
	if (err || !tpm20_may_fail(vtpm))
		return err;
	return tpm20_refuse(vtpm, call, rc);
}

/* The chip has refused a command. */
void vtpmb_tpm20_count_failure(struct vtpmb_vtpm *vtpm, u32 rc)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	const struct vtpmb_tpm20_var *var = &vtpmb_tpm20_chip(vtpm->port)->var;

	/* TPM_RC_AUTH_FAIL of any session: the other one is TPM_RC_BAD_AUTH. */
	if ((rc & ~0x700U) != (TPM2_RC_AUTH_FAIL | 0x800))
		return;
	vtpmb_tpm20_forget_properties(vtpm->port);
	/* A chip whose lockout interval is 0 does not count failures. */
	if (!var->lockout_interval)
		return;
	tpm->table.nr_failures++;
	if (tpm->table.nr_failures * 2 >= vtpmb_proxy_tries(var->max_auth_fail))
		tpm20_back_off(vtpm);
	mutex_lock(&vtpm->lock);
	if (vtpmb_tpm20_recovery_time(vtpm))
		tpm->lockout.failed_tries++;
	mutex_unlock(&vtpm->lock);
}
