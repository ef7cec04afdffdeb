// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, authorisation: which sessions the bridge checks, and how.
 *
 * The hierarchies and PCRs of a proxy are its own.  So the bridge checks a session that
 * authorises one of them.  If the command goes on to the chip, the bridge replaces the
 * session by a password: the authValue of the chip's hierarchy.  An HMAC session is
 * passed to the chip unchanged only if both authValues are empty and the chip has the
 * session's key.  It is not passed on if both have the same nonempty authValue: a guest
 * that could see a difference could guess the chip's authValue.
 *
 * The chip checks sessions that authorise objects and sequences.  The exception is an
 * HMAC that covers a PCR which is hidden from the chip.
 *
 * Before a check, the bridge reads what it needs from the chip.  After success, it has
 * the chip renew the nonces.
 */

#include <crypto/algapi.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/string.h>
#include "../core/port.h"
#include "ask.h"
#include "books.h"
#include "condition.h"
#include "hmac.h"
#include "nv.h"
#include "properties.h"
#include "session.h"
#include "state.h"
#include "swap.h"
#include "wire.h"

/* The authValue of a hierarchy of the chip; NULL if guests do not share it. */
const struct vtpmb_auth *vtpmb_tpm20_chip_auth(const struct vtpmb_vtpm *vtpm, u32 handle)
{
	const struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	lockdep_assert_held(&vtpm->lock);

	switch (handle) {
	case TPM2_RH_OWNER:
		return &tpm->chip_auth[CHIP_OWNER];
	case TPM2_RH_ENDORSEMENT:
		return &tpm->chip_auth[CHIP_ENDORSEMENT];
	default:
		return NULL;
	}
}

/* Whether the chip's authValue decides if the bridge or the chip checks a session. */
static bool tpm20_depends_on_chip_auth(struct vtpmb_vtpm *vtpm, u32 handle)
{
	return vtpmb_tpm20_auth_set_flag(handle) &&
	       !vtpmb_tpm20_auth_hierarchy(vtpm, handle)->auth_len;
}

/* The same for any session of a command, or for the session that it starts. */
static bool tpm20_any_depends_on_chip_auth(struct vtpmb_vtpm *vtpm,
					   const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	if (vtpmb_tpm20_starts_session(call))
		return tpm20_depends_on_chip_auth(vtpm, call->handle[1]);
	for (i = 0; i < call->nr_sessions && i < call->row->nr_auths; i++) {
		if (TPM20_HT(call->session[i].handle) == TPM2_HT_HMAC_SESSION &&
		    tpm20_depends_on_chip_auth(vtpm, call->handle[i]))
			return true;
	}
	return false;
}

/* Read the properties that vtpmb_tpm20_choose_checker() needs, once the sessions are found. */
int vtpmb_tpm20_read_properties(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	bool depends;

	mutex_lock(&vtpm->lock);
	depends = tpm20_any_depends_on_chip_auth(vtpm, call);
	mutex_unlock(&vtpm->lock);
	return depends ? vtpmb_tpm20_ask_properties(vtpm->port) : 0;
}

/*
 * Whether the bridge checks a session of a command for the chip: it authorises a hierarchy
 * or PCR of the proxy.
 */
static bool tpm20_is_ours(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			  unsigned int i)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	u32 handle = call->handle[i];

	if (i >= call->row->nr_auths)
		return false;
	if (vtpmb_tpm20_hides_pcr(call) && TPM20_HT(session->handle) == TPM2_HT_HMAC_SESSION)
		return true;
	if (TPM20_HT(handle) != TPM2_HT_PCR && handle != TPM2_RH_NULL &&
	    !vtpmb_tpm20_chip_auth(vtpm, handle))
		return false;
	if (session->entry && session->entry->key.ours)
		return true;
	if (handle == TPM2_RH_NULL)
		return false;
	return TPM20_HT(session->handle) != TPM2_HT_HMAC_SESSION ||
		!vtpmb_tpm20_are_empty(vtpm, handle);
}

/**
 * vtpmb_tpm20_choose_checker() - decide for each session whether the bridge or the chip checks it
 * @vtpm:	the vtpm; its lock is held
 * @call:	the parsed command
 * @local:	the command is not passed to the chip
 *
 * Return: TPM2_RC_SUCCESS; TPM2_RC_AUTH_UNAVAILABLE if the chip would have to check a
 * session without having its key
 */
u32 vtpmb_tpm20_choose_checker(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, bool local)
{
	struct vtpmb_tpm20_session *session = call->session;
	unsigned int i;

	for (i = 0; i < call->nr_sessions; i++, session++) {
		session->checked = local || tpm20_is_ours(vtpm, call, i);
		if (!session->checked && session->entry && session->entry->key.ours)
			return TPM2_RC_AUTH_UNAVAILABLE;
	}
	return TPM2_RC_SUCCESS;
}

/* An HMAC covers the Names of objects and NV indices: read them from the chip. */
static int tpm20_learn_names(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	unsigned int i;
	int err;

	for (i = 0; i < call->row->nr_handles; i++) {
		if (TPM20_HT(call->handle[i]) == TPM2_HT_NV_INDEX)
			err = vtpmb_tpm20_learn_named(vtpm, call, i, rc);
		else if (call->entry[i])
			err = vtpmb_tpm20_fetch_public(vtpm, call->entry[i], rc);
		else
			continue;
		if (err || *rc)
			return err;
	}
	return 0;
}

static bool tpm20_has_policy(const struct vtpmb_tpm20_session *session)
{
	return TPM20_HT(session->handle) == TPM2_HT_POLICY_SESSION && !session->entry->trial;
}

static int tpm20_read_policy_digest(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_session *session,
				    u32 gone, u32 *rc)
{
	struct vtpmb_reader r;
	const u8 *digest;
	int len = vtpmb_tpm20_load(vtpm, session->entry, gone, rc);

	if (len || *rc)
		return len;
	len = vtpmb_tpm20_own_handle(vtpm->port, TPM2_CC_PolicyGetDigest, session->handle, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	vtpmb_port_response(vtpm->port, len, &r);
	if (!vtpmb_get_tpm2b(&r, &digest, &session->digest_len) ||
	    session->digest_len > sizeof(session->digest))
		return -EIO;
	memcpy(session->digest, digest, session->digest_len);
	return 0;
}

/*
 * Read what the checks need from the chip, once the sessions are assigned.  This detects a
 * session that the chip has lost before the command takes effect, unless the session is salted
 * for the null primary: then the bridge can check it without the chip.
 */
int vtpmb_tpm20_load_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	struct vtpmb_tpm20_session *session = call->session;
	bool learnt = false;
	unsigned int i;
	int err = 0;

	*rc = TPM2_RC_SUCCESS;
	for (i = 0; !err && !*rc && i < call->nr_sessions; i++, session++) {
		if (!session->checked || !session->entry)
			continue;
		if (!learnt)
			err = tpm20_learn_names(vtpm, call, rc);
		learnt = true;
		if (!err && !*rc && tpm20_has_policy(session))
			err = tpm20_read_policy_digest(vtpm, session, TPM2_RC_REFERENCE_S0 + i, rc);
		else if (!err && !*rc && !session->entry->key.ours && !session->entry->key.lent)
			err = vtpmb_tpm20_load(vtpm, session->entry, TPM2_RC_REFERENCE_S0 + i, rc);
	}
	return err;
}

/*
 * A wrong lockoutAuth locks the lockout hierarchy.  So does any failure of a session that
 * is bound to it (TPM 2.0 Part 4, IncrementLockout()).
 */
static u32 tpm20_bad_auth(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			  unsigned int i)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	bool bound = session->entry && session->entry->key.lockout;

	if (!bound && (call->handle[i] != TPM2_RH_LOCKOUT || !session->with_auth))
		return TPM2_RC_BAD_AUTH;
	vtpmb_tpm20_state(vtpm)->lockout_failed = true;
	return TPM2_RC_AUTH_FAIL;
}

static u32 tpm20_password(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			  unsigned int i)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	const struct vtpmb_tpm20_hierarchy *h = vtpmb_tpm20_auth_hierarchy(vtpm, call->handle[i]);
	u16 len = vtpmb_tpm20_auth_len(session->auth, session->auth_len);

	if (len != h->auth_len || crypto_memneq(session->auth, h->auth, len))
		return TPM2_RC_BAD_AUTH;
	return TPM2_RC_SUCCESS;
}

/*
 * TPM 2.0 Part 4, RetrieveSessionData(): what else the session is to do.  What
 * is not refused for another reason only the chip could do.
 */
static u32 tpm20_attributes(const struct vtpmb_tpm20_call *call,
			    const struct vtpmb_tpm20_session *session)
{
	u8 wanted = session->attributes & (TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT |
					   TPMA_SESSION_AUDIT);

	if ((wanted & TPMA_SESSION_DECRYPT && !(call->row->flags & TPM20_DECRYPT)) ||
	    (wanted & TPMA_SESSION_ENCRYPT && !(call->row->flags & TPM20_ENCRYPT)) ||
	    (wanted & TPMA_SESSION_AUDIT && TPM20_HT(session->handle) == TPM2_HT_POLICY_SESSION))
		return TPM2_RC_ATTRIBUTES;
	if (wanted & (TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT) && !session->entry->key.ciphers)
		return TPM2_RC_SYMMETRIC;
	if (session->entry->trial)
		return TPM2_RC_ATTRIBUTES;
	return wanted ? TPM2_RC_AUTH_UNAVAILABLE : TPM2_RC_SUCCESS;
}

/* A session that authorises nothing must encrypt or audit. */
static u32 tpm20_check_extra_session(const struct vtpmb_tpm20_session *session)
{
	return session->handle == TPM2_RS_PW ? TPM2_RC_HANDLE : TPM2_RC_ATTRIBUTES;
}

/*
 * Whether a session needs the authValue.  A session bound to the same entity does not, and a
 * policy session does only if its policy requires it.
 */
static bool tpm20_takes_auth(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     unsigned int i)
{
	const struct vtpmb_tpm20_entry *entry = call->session[i].entry;

	if (!entry)
		return true;
	if (TPM20_HT(entry->virt) == TPM2_HT_POLICY_SESSION)
		return vtpmb_tpm20_needs_auth(entry);
	return !vtpmb_tpm20_is_bound(vtpm, entry, call->handle[i]);
}

/* TPM 2.0 Part 4, CheckAuthSession() */
static u32 tpm20_authorise(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   unsigned int i)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_tpm20_session *session = &call->session[i];
	bool policy = TPM20_HT(session->handle) == TPM2_HT_POLICY_SESSION;
	u32 rc = TPM2_RC_SUCCESS;

	if (call->handle[i] == TPM2_RH_PLATFORM && !vtpm->pp_pin &&
	    test_bit(call->row_nr, tpm->pp_list))
		return TPM2_RC_PP;
	session->with_auth = tpm20_takes_auth(vtpm, call, i);
	session->password = policy && session->entry->conditions.password;
	if (session->with_auth && call->handle[i] == TPM2_RH_LOCKOUT && tpm->lockout_failed)
		return TPM2_RC_LOCKOUT;
	if (policy)
		rc = vtpmb_tpm20_check_policy(vtpm, call, i);
	if (rc)
		return rc;
	if (session->handle == TPM2_RS_PW || session->password)
		rc = tpm20_password(vtpm, call, i);
	else
		rc = vtpmb_tpm20_check_hmac(vtpm, call, i);
	return rc == TPM2_RC_BAD_AUTH ? tpm20_bad_auth(vtpm, call, i) : rc;
}

static u32 tpm20_judge(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, unsigned int i)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	u32 rc = session->entry ? tpm20_attributes(call, session) : TPM2_RC_SUCCESS;

	if (rc)
		return rc;
	if (session->entry && session->entry->key.lockout &&
	    vtpmb_tpm20_state(vtpm)->lockout_failed)
		return TPM2_RC_LOCKOUT;
	return i < call->row->nr_auths ? tpm20_authorise(vtpm, call, i) :
					 tpm20_check_extra_session(session);
}

/**
 * vtpmb_tpm20_authorise() - check the sessions of a command
 * @vtpm:	the vtpm; its lock is held
 * @call:	the command, its sessions assigned, none of its parameters read yet
 *
 * Return: a response code (TPM 2.0 Part 4, ParseSessionBuffer())
 */
u32 vtpmb_tpm20_authorise(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	unsigned int i;
	u32 rc = TPM2_RC_SUCCESS;

	lockdep_assert_held(&vtpm->lock);

	for (i = 0; !rc && i < call->nr_sessions; i++) {
		if (call->session[i].checked)
			rc = tpm20_judge(vtpm, call, i);
		else if (i < call->row->nr_auths)
			rc = vtpmb_tpm20_is_virtually_met(vtpm, call, i);
		if (rc & TPM2_RC_FMT1)
			rc = TPM2_RC_OF_SESSION(rc, i);
	}
	return rc;
}

/*
 * Translate the response code of a command that the chip refused: TPM2_RC_AUTH_UNAVAILABLE if
 * the chip's authValue is not the one that the administrator configured, which is not the
 * guest's fault.
 */
u32 vtpmb_tpm20_translate_rc(const struct vtpmb_tpm20_call *call, u32 rc)
{
	unsigned int i;

	for (i = 0; i < call->nr_sessions && i < call->row->nr_auths; i++) {
		if (rc == TPM2_RC_OF_SESSION(TPM2_RC_BAD_AUTH, i) && call->session[i].checked)
			return TPM2_RC_AUTH_UNAVAILABLE;
	}
	return rc;
}

/*
 * Restart a policy session: its policy has to be satisfied again.  Only the chip could roll
 * its nonce.
 */
static int tpm20_restart(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_session *session, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = session->entry;
	int len = vtpmb_tpm20_load(vtpm, entry, TPM2_RC_REFERENCE_S0, rc);

	if (len || *rc)
		return len;
	len = vtpmb_tpm20_own_handle(vtpm->port, TPM2_CC_PolicyRestart, entry->virt, rc);
	if (len < 0)
		return len;
	if (!*rc)
		vtpmb_tpm20_reset_policy(entry);
	return 0;
}

/*
 * A nonce need not come from the chip if the chip no longer uses the session.  It cannot
 * come from the chip if the chip has a different key, because the authValue of the chip's
 * hierarchy is not the one that the administrator configured.
 *
 * A session that is salted for the null primary keeps its nonce, so that no command to the
 * chip is needed.  A nonce prevents replay on the bus of a TPM.  There is no bus between a
 * guest and the bridge, and nonceCaller still makes each response a new one.
 */
static int tpm20_renew_nonce(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_session *session, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = session->entry;
	int err;

	if (session->attributes & TPMA_SESSION_CONTINUESESSION &&
	    TPM20_HT(session->handle) == TPM2_HT_POLICY_SESSION)
		return tpm20_restart(vtpm, session, rc);
	if (session->attributes & TPMA_SESSION_CONTINUESESSION && entry->key.lent)
		return 0;
	if (session->attributes & TPMA_SESSION_CONTINUESESSION && !entry->key.ours) {
		err = vtpmb_tpm20_renew_chip_nonce(vtpm, entry, rc);
		if (err || *rc != TPM2_RC_OF_SESSION(TPM2_RC_BAD_AUTH, 0))
			return err;
		entry->key.ours = true;
		*rc = TPM2_RC_SUCCESS;
	}
	get_random_bytes(entry->nonce, entry->nonce_len);
	return 0;
}

/*
 * Update the sessions that the bridge has checked, after success: each session gets a new
 * nonceTPM, which prevents replay, or its policy has to be satisfied again.  The response has
 * no sessions yet. *@rc is TPM2_RC_FAILURE if the chip refuses.
 */
int vtpmb_tpm20_renew_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	unsigned int i;
	int err = 0;

	*rc = TPM2_RC_SUCCESS;
	for (i = 0; !err && !*rc && i < call->nr_sessions; i++) {
		if (call->session[i].checked && call->session[i].entry)
			err = tpm20_renew_nonce(vtpm, &call->session[i], rc);
	}
	if (*rc)
		*rc = TPM2_RC_FAILURE;
	return err;
}
