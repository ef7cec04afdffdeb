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

/* The handlers of policy commands: see @condition of struct vtpmb_tpm20_row. */

/* A policy command that is checked in full when it is executed adds no condition. */
void vtpmb_tpm20_condition_none(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
				struct vtpmb_tpm20_conditions *c)
{
}

/* The bridge notices changes of private PCRs, but not of granted ones. */
void vtpmb_tpm20_condition_pcr(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
			       struct vtpmb_tpm20_conditions *c)
{
	c->opaque |= !call->shown;
}

void vtpmb_tpm20_condition_restart(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
				   struct vtpmb_tpm20_conditions *c)
{
	*c = (struct vtpmb_tpm20_conditions) {};
}

void vtpmb_tpm20_condition_auth_value(const struct vtpmb_tpm20_call *call,
				      struct vtpmb_reader *params,
				      struct vtpmb_tpm20_conditions *c)
{
	c->auth_value = true;
	c->password = false;
}

void vtpmb_tpm20_condition_password(const struct vtpmb_tpm20_call *call,
				    struct vtpmb_reader *params,
				    struct vtpmb_tpm20_conditions *c)
{
	c->password = true;
	c->auth_value = false;
}

void vtpmb_tpm20_condition_pp(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
			      struct vtpmb_tpm20_conditions *c)
{
	c->pp = true;
}

void vtpmb_tpm20_condition_nv_written(const struct vtpmb_tpm20_call *call,
				      struct vtpmb_reader *params,
				      struct vtpmb_tpm20_conditions *c)
{
	c->nv_written = true;
}

void vtpmb_tpm20_condition_code(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
				struct vtpmb_tpm20_conditions *c)
{
	c->opaque |= !vtpmb_get_u32(params, &c->code);
}

/* Its nameHash does not matter: no hierarchy authorises Duplicate. */
void vtpmb_tpm20_condition_duplication(const struct vtpmb_tpm20_call *call,
				       struct vtpmb_reader *params,
				       struct vtpmb_tpm20_conditions *c)
{
	c->code = TPM2_CC_Duplicate;
}

/* TPM 2.0 Part 3, 23.8: several localities are intersected. */
void vtpmb_tpm20_condition_locality(const struct vtpmb_tpm20_call *call,
				    struct vtpmb_reader *params,
				    struct vtpmb_tpm20_conditions *c)
{
	u8 locality;

	if (!vtpmb_get_u8(params, &locality)) {
		c->opaque = true;
		return;
	}
	if (locality <= LOCALITIES)
		locality &= c->locality ? c->locality : LOCALITIES;
	c->locality = locality;
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

/* A digest of a kind, unless it is empty. */
static void tpm20_digest(struct vtpmb_reader *params, struct vtpmb_tpm20_conditions *c,
			 enum vtpmb_tpm20_covered covers)
{
	const u8 *digest;
	u16 len;

	if (!vtpmb_get_tpm2b(params, &digest, &len) || len > sizeof(c->digest)) {
		c->opaque = true;
		return;
	}
	if (!len)
		return;
	c->covers = covers;
	c->digest_len = len;
	memcpy(c->digest, digest, len);
}

/* The same for a digest that is the first parameter, which a session may encrypt. */
static void tpm20_first_digest(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
			       struct vtpmb_tpm20_conditions *c,
			       enum vtpmb_tpm20_covered covers)
{
	if (tpm20_is_decrypted(call))
		c->opaque = true;
	else
		tpm20_digest(params, c, covers);
}

void vtpmb_tpm20_condition_cp_hash(const struct vtpmb_tpm20_call *call, struct vtpmb_reader *params,
				   struct vtpmb_tpm20_conditions *c)
{
	tpm20_first_digest(call, params, c, COVERS_COMMAND);
}

void vtpmb_tpm20_condition_name_hash(const struct vtpmb_tpm20_call *call,
				     struct vtpmb_reader *params,
				     struct vtpmb_tpm20_conditions *c)
{
	tpm20_first_digest(call, params, c, COVERS_NAMES);
}

void vtpmb_tpm20_condition_template(const struct vtpmb_tpm20_call *call,
				    struct vtpmb_reader *params,
				    struct vtpmb_tpm20_conditions *c)
{
	tpm20_first_digest(call, params, c, COVERS_TEMPLATE);
}

/* PolicySigned, PolicySecret: nonceTPM, cpHashA, policyRef, expiration. */
void vtpmb_tpm20_condition_authorisation(const struct vtpmb_tpm20_call *call,
					 struct vtpmb_reader *params,
					 struct vtpmb_tpm20_conditions *c)
{
	const u8 *bytes;
	u32 expiration;
	u16 len;

	if (!vtpmb_get_tpm2b(params, &bytes, &len)) {
		c->opaque = true;
		return;
	}
	tpm20_digest(params, c, COVERS_COMMAND);
	/* The expiration refers to the chip's clock. */
	c->opaque |= !vtpmb_get_tpm2b(params, &bytes, &len) ||
		     !vtpmb_get_u32(params, &expiration) || expiration;
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

/* Compute the @conditions of a policy session after a command, before it is sent to the chip. */
void vtpmb_tpm20_compute_conditions(struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_entry *entry = tpm20_session_of(call);
	struct vtpmb_reader r = call->params;

	if (!entry)
		return;
	call->conditions = entry->conditions;
	if (call->row->condition)
		call->row->condition(call, &r, &call->conditions);
	else
		call->conditions.opaque = true;
}

/* The chip has executed the policy command: apply the conditions. */
void vtpmb_tpm20_apply_conditions(const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_tpm20_entry *entry = tpm20_session_of(call);

	if (entry)
		entry->conditions = call->conditions;
}

/*
 * The response to a command was lost.  If it is a policy command, the session requires the
 * conditions of the virtual platform in either case.
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
	if (call->pcr_counter)
		entry->pcr_counter = call->pcr_counter;
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

/* The chip has restarted a policy session. */
void vtpmb_tpm20_apply_restart(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       struct vtpmb_reader *params)
{
	struct vtpmb_tpm20_entry *entry = tpm20_session_of(call);

	if (entry)
		vtpmb_tpm20_reset_policy(entry);
}

/* TPM 2.0 Part 4, CompareTemplateHash(): the hash of the second parameter. */
static bool tpm20_get_template(const struct vtpmb_tpm20_call *call, const u8 **bytes, u16 *len)
{
	struct vtpmb_reader r = call->params;

	if (!(call->row->flags & TPM20_HAS_TEMPLATE))
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

/* PolicyCommandCode: the guest chose the code, which may be none that the table has. */
static bool tpm20_is_for_command(const struct vtpmb_tpm20_conditions *c,
				 const struct vtpmb_tpm20_call *call)
{
	return !c->code || c->code == call->row->code;
}

static bool tpm20_is_local_enough(u8 wanted, u8 locality)
{
	return !wanted || (wanted <= LOCALITIES && wanted & 1 << locality);
}

/*
 * Check the virtual conditions of a policy that the chip checks: session @i authorises an
 * object or an index.  The chip knows only its own PCRs, locality and physical presence.  They
 * have to meet the policy too.  The chip checks the command code, and that check comes first.
 *
 * Returns a response code without its number.
 */
u32 vtpmb_tpm20_is_virtually_met(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
				 unsigned int i)
{
	const struct vtpmb_tpm20_entry *entry = call->session[i].entry;
	u32 rc = vtpmb_tpm20_pcrs_changed(vtpm, entry);

	lockdep_assert_held(&vtpm->lock);

	if (rc || !entry || !tpm20_is_for_command(&entry->conditions, call))
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
	if (!tpm20_is_for_command(c, call))
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

/*
 * Whether policy session @i, which authorises a hierarchy or PCR, satisfies its policy, under
 * the vtpm's lock.  Its digest has been read from the chip, and none of the parameters is read
 * yet.  This does not check an authValue that the policy requires.
 *
 * Returns a response code without its number.
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
	if (call->row->flags & TPM20_NEEDS_AUTH_VALUE && !vtpmb_tpm20_needs_auth(entry))
		return TPM2_RC_MODE;
	rc = vtpmb_tpm20_pcrs_changed(vtpm, entry);
	if (rc)
		return rc;
	if (session->digest_len != h->policy_len || h->policy_alg != entry->hash_alg ||
	    crypto_memneq(session->digest, h->policy, h->policy_len))
		return TPM2_RC_POLICY_FAIL;
	return tpm20_check_conditions(vtpm, call, entry);
}
