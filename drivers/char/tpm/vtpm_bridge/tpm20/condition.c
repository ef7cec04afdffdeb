// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, policies of hierarchies: the conditions that a policy session requires besides
 * its digest.
 *
 * All policy commands go to the chip, which computes the digest.  The bridge reads the
 * digest when a session authorises a hierarchy or PCR of the proxy.  The chip does not
 * report the other conditions of the session, so the bridge records them from the
 * policy commands.  After a command that the bridge does not know, or a condition that
 * only the chip could check, the session can authorise objects only.
 */

#include <crypto/algapi.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "books.h"
#include "condition.h"
#include "hmac.h"
#include "policy.h"
#include "state.h"

/* TPM 2.0 Part 2, 8.5: TPMA_LOCALITY.  Greater ones are extended localities. */
#define LOCALITIES		0x1F

static void tpm20_no_condition(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
}

static void tpm20_restart(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	*c = (struct vtpmb_tpm20_conditions) {};
}

static void tpm20_auth_value(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	c->auth_value = true;
	c->password = false;
}

static void tpm20_password(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	c->password = true;
	c->auth_value = false;
}

static void tpm20_pp(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	c->pp = true;
}

static void tpm20_nv_written(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	c->nv_written = true;
}

static void tpm20_code(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	c->opaque |= !vtpmb_get_u32(r, &c->code);
}

/* Its nameHash does not matter: no hierarchy authorises Duplicate. */
static void tpm20_duplication(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	c->code = TPM2_CC_Duplicate;
}

/* TPM 2.0 Part 3, 23.8: several localities are intersected. */
static void tpm20_locality(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	u8 locality;

	if (!vtpmb_get_u8(r, &locality)) {
		c->opaque = true;
		return;
	}
	if (locality <= LOCALITIES)
		locality &= c->locality ? c->locality : LOCALITIES;
	c->locality = locality;
}

/* A digest of a kind, unless it is empty. */
static void tpm20_digest(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r,
			 enum vtpmb_tpm20_covered covers)
{
	const u8 *digest;
	u16 len;

	if (!vtpmb_get_tpm2b(r, &digest, &len) || len > sizeof(c->digest)) {
		c->opaque = true;
		return;
	}
	if (!len)
		return;
	c->covers = covers;
	c->digest_len = len;
	memcpy(c->digest, digest, len);
}

static void tpm20_cp_hash(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	tpm20_digest(c, r, COVERS_COMMAND);
}

static void tpm20_name_hash(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	tpm20_digest(c, r, COVERS_NAMES);
}

static void tpm20_template(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	tpm20_digest(c, r, COVERS_TEMPLATE);
}

/* PolicySigned, PolicySecret: nonceTPM, cpHashA, policyRef, expiration. */
static void tpm20_authorisation(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r)
{
	const u8 *bytes;
	u32 expiration;
	u16 len;

	if (!vtpmb_get_tpm2b(r, &bytes, &len)) {
		c->opaque = true;
		return;
	}
	tpm20_cp_hash(c, r);
	/* The expiration refers to the chip's clock. */
	c->opaque |= !vtpmb_get_tpm2b(r, &bytes, &len) || !vtpmb_get_u32(r, &expiration) ||
		     expiration;
}

/**
 * struct tpm20_condition - a policy command
 * @code:	command code
 * @handle:	which of its handles is the session, from 0
 * @first:	its first parameter, which may be encrypted, is a condition
 * @follow:	adds to the conditions of the session; reads the parameters
 */
struct tpm20_condition {
	u32 code;
	u8 handle;
	bool first;
	void (*follow)(struct vtpmb_tpm20_conditions *c, struct vtpmb_reader *r);
};

/* A policy command that is checked in full when it is executed adds no condition. */
static const struct tpm20_condition tpm20_condition_of[] = {
	{ TPM2_CC_PolicyNV, 2, false, tpm20_no_condition },
	{ TPM2_CC_PolicySecret, 1, false, tpm20_authorisation },
	{ TPM2_CC_PolicySigned, 1, false, tpm20_authorisation },
	{ TPM2_CC_PolicyAuthorize, 0, false, tpm20_no_condition },
	{ TPM2_CC_PolicyAuthValue, 0, false, tpm20_auth_value },
	{ TPM2_CC_PolicyCommandCode, 0, false, tpm20_code },
	{ TPM2_CC_PolicyCounterTimer, 0, false, tpm20_no_condition },
	{ TPM2_CC_PolicyCpHash, 0, true, tpm20_cp_hash },
	{ TPM2_CC_PolicyLocality, 0, false, tpm20_locality },
	{ TPM2_CC_PolicyNameHash, 0, true, tpm20_name_hash },
	{ TPM2_CC_PolicyOR, 0, false, tpm20_no_condition },
	{ TPM2_CC_PolicyRestart, 0, false, tpm20_restart },
	{ TPM2_CC_PolicyPhysicalPresence, 0, false, tpm20_pp },
	{ TPM2_CC_PolicyDuplicationSelect, 0, false, tpm20_duplication },
	{ TPM2_CC_PolicyGetDigest, 0, false, tpm20_no_condition },
	{ TPM2_CC_PolicyPassword, 0, false, tpm20_password },
	{ TPM2_CC_PolicyNvWritten, 0, false, tpm20_nv_written },
	{ TPM2_CC_PolicyTemplate, 0, true, tpm20_template },
	{ TPM2_CC_PolicyAuthorizeNV, 2, false, tpm20_no_condition },
};

static const struct tpm20_condition *tpm20_find_condition(u32 code)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tpm20_condition_of); i++) {
		if (tpm20_condition_of[i].code == code)
			return &tpm20_condition_of[i];
	}
	return NULL;
}

static bool tpm20_is_decrypted(const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->nr_sessions; i++) {
		if (call->session[i].attributes & TPMA_SESSION_DECRYPT)
			return true;
	}
	return false;
}

/* The policy session that a policy command changes, or NULL. */
static struct vtpmb_tpm20_entry *tpm20_session_of(const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->row->nr_handles; i++) {
		if (TPM20_HT(call->handle[i]) == TPM2_HT_POLICY_SESSION)
			return call->entry[i];
	}
	return NULL;
}

/**
 * vtpmb_tpm20_compute_conditions() - compute the conditions of a policy session after a command
 * @call:	the command, before it is sent to the chip; gets @conditions
 */
void vtpmb_tpm20_compute_conditions(struct vtpmb_tpm20_call *call)
{
	const struct tpm20_condition *follower = tpm20_find_condition(call->row->code);
	const struct vtpmb_tpm20_entry *entry = tpm20_session_of(call);
	struct vtpmb_reader r = call->params;

	if (!entry)
		return;
	call->conditions = entry->conditions;
	if (!follower || call->entry[follower->handle] != entry ||
	    (follower->first && tpm20_is_decrypted(call)))
		call->conditions.opaque = true;
	else
		follower->follow(&call->conditions, &r);
}

/**
 * vtpmb_tpm20_apply_conditions() - the chip has executed the policy command: apply the conditions
 * @call:	the command
 */
void vtpmb_tpm20_apply_conditions(const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_tpm20_entry *entry = tpm20_session_of(call);

	if (!entry)
		return;
	entry->conditions = call->conditions;
	if (call->row->code == TPM2_CC_PolicyRestart)
		entry->pcr_counter = 0;
}

/**
 * vtpmb_tpm20_policy_unknown() - it is not known whether the chip has executed a policy command
 * @call:	a command without a response
 *
 * The session then requires the conditions of the virtual platform in either case.
 */
void vtpmb_tpm20_policy_unknown(const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_tpm20_entry *entry = tpm20_session_of(call);

	if (!entry)
		return;
	entry->conditions.opaque = true;
	entry->conditions.pp |= call->conditions.pp;
	if (call->conditions.locality)
		entry->conditions.locality = call->conditions.locality;
}

/**
 * vtpmb_tpm20_reset_policy() - a policy session has authorised something
 * @entry:	the session (TPM 2.0 Part 4, SessionResetPolicyData())
 */
void vtpmb_tpm20_reset_policy(struct vtpmb_tpm20_entry *entry)
{
	entry->conditions = (struct vtpmb_tpm20_conditions) {};
	entry->pcr_counter = 0;
}

/* TPM 2.0 Part 4, CompareTemplateHash(): the hash of the second parameter. */
static bool tpm20_get_template(const struct vtpmb_tpm20_call *call, const u8 **bytes, u16 *len)
{
	struct vtpmb_reader r = call->params;

	if (call->row->code != TPM2_CC_CreatePrimary && call->row->code != TPM2_CC_CreateLoaded)
		return false;
	return vtpmb_get_tpm2b(&r, bytes, len) && vtpmb_get_tpm2b(&r, bytes, len);
}

static int tpm20_hash_template(const struct vtpmb_tpm20_call *call, u16 alg, u8 *digest)
{
	const struct vtpmb_hash *hash = vtpmb_hash_find(alg);
	const u8 *bytes;
	u16 len;

	if (!tpm20_get_template(call, &bytes, &len))
		return -EINVAL;
	if (!hash)
		return -ENOENT;
	return vtpmb_hash_digest(hash, bytes, len, digest);
}

/* Whether the session's policy permits the command. */
static u32 tpm20_is_covered(const struct vtpmb_tpm20_call *call,
			    const struct vtpmb_tpm20_entry *entry)
{
	const struct vtpmb_tpm20_conditions *c = &entry->conditions;
	u8 digest[VTPMB_MAX_DIGEST];
	int err;

	if (c->covers == COVERS_ALL)
		return TPM2_RC_SUCCESS;
	if (c->covers == COVERS_TEMPLATE)
		err = tpm20_hash_template(call, entry->hash_alg, digest);
	else
		err = vtpmb_tpm20_hash_command(call, entry->hash_alg,
					       c->covers == COVERS_NAMES, digest);
	if (err == -ENOENT || err == -ENOMEM)
		return TPM2_RC_AUTH_UNAVAILABLE;
	if (err || c->digest_len != vtpmb_hash_size(entry->hash_alg) ||
	    memcmp(c->digest, digest, c->digest_len))
		return TPM2_RC_POLICY_FAIL;
	return TPM2_RC_SUCCESS;
}

static bool tpm20_is_local_enough(u8 wanted, u8 locality)
{
	return !wanted || (wanted <= LOCALITIES && wanted & 1 << locality);
}

/**
 * vtpmb_tpm20_is_virtually_met() - check the virtual conditions of a policy that the chip checks
 * @vtpm:	the vtpm; its lock is held
 * @call:	the command
 * @i:		which session; it authorises an object or an index
 *
 * The chip knows only its own PCRs, locality and physical presence.  They have to meet the
 * policy too.  The chip checks the command code, and that check comes first.
 *
 * Return: a response code without its number
 */
u32 vtpmb_tpm20_is_virtually_met(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				 unsigned int i)
{
	const struct vtpmb_tpm20_entry *entry = call->session[i].entry;
	u32 rc = vtpmb_tpm20_pcrs_changed(vtpm, entry);

	lockdep_assert_held(&vtpm->lock);

	if (rc || !entry || (entry->conditions.code && entry->conditions.code != call->row->code))
		return rc;
	if (!tpm20_is_local_enough(entry->conditions.locality, call->cmd->locality))
		return TPM2_RC_LOCALITY;
	return entry->conditions.pp && !vtpm->pp_pin ? TPM2_RC_PP : TPM2_RC_SUCCESS;
}

/* Check the session's conditions in the order of TPM 2.0 Part 4, CheckPolicyAuthSession(). */
static u32 tpm20_check_conditions(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				  const struct vtpmb_tpm20_entry *entry)
{
	const struct vtpmb_tpm20_conditions *c = &entry->conditions;
	u32 rc;

	if (c->opaque)
		return TPM2_RC_AUTH_UNAVAILABLE;
	if (c->code && c->code != call->row->code)
		return TPM2_RC_POLICY_CC;
	if (!tpm20_is_local_enough(c->locality, call->cmd->locality))
		return TPM2_RC_LOCALITY;
	if (c->pp && !vtpm->pp_pin)
		return TPM2_RC_PP;
	rc = tpm20_is_covered(call, entry);
	if (rc)
		return rc;
	return c->nv_written ? TPM2_RC_POLICY_FAIL : TPM2_RC_SUCCESS;
}

/**
 * vtpmb_tpm20_check_policy() - whether a policy session satisfies a policy
 * @vtpm:	the vtpm; its lock is held
 * @call:	the command, none of its parameters read yet
 * @i:		which session; its digest has been read from the chip.  It authorises a
 *		hierarchy or PCR.
 *
 * This does not check an authValue that the policy requires.
 *
 * Return: a response code without its number
 */
u32 vtpmb_tpm20_check_policy(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
			     unsigned int i)
{
	const struct vtpmb_tpm20_session *session = &call->session[i];
	const struct vtpmb_tpm20_entry *entry = session->entry;
	const struct vtpmb_tpm20_hierarchy *h = vtpmb_tpm20_auth_hierarchy(vtpm, call->handle[i]);
	u32 rc;

	if (!h->policy_len)
		return TPM2_RC_AUTH_UNAVAILABLE;
	if (call->row->code == TPM2_CC_PolicySecret && !vtpmb_tpm20_needs_auth(entry))
		return TPM2_RC_MODE;
	rc = vtpmb_tpm20_pcrs_changed(vtpm, entry);
	if (rc)
		return rc;
	if (session->digest_len != h->policy_len || h->policy_alg != entry->hash_alg ||
	    crypto_memneq(session->digest, h->policy, h->policy_len))
		return TPM2_RC_POLICY_FAIL;
	return tpm20_check_conditions(vtpm, call, entry);
}
