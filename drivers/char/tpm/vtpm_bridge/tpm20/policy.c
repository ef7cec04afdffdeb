// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, PolicyPCR on private PCRs: the keyed fold.
 *
 * Only the chip can change a policy session, and PolicyPCR uses only the chip's own PCRs.
 * So the bridge compares the private PCRs itself.  Then it extends a resettable PCR of the
 * chip with a digest of the guest's selection and values, keyed with the proxy's secret, and
 * sends PolicyPCR for that PCR.  Nobody without the secret can bring that PCR to the same
 * value.  So nobody else can satisfy the policy: neither another proxy with equal PCRs, nor
 * users of the host.  Trial and policy sessions use the same digest, so their policies are
 * equal.  A policy that software computes without the TPM differs.
 *
 * The composite (composite.c) uses the same PCR of the chip.  Whichever of the two is there,
 * the PCR is reset at the end of the turn, before anybody else gets the chip.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/string.h>
#include "ask.h"
#include "composite.h"
#include "policy.h"
#include "real_pcr.h"
#include "selection.h"
#include "state.h"
#include "swap.h"
#include "wire.h"

/**
 * struct tpm20_claim - a guest's PolicyPCR
 * @given:	pcrDigest, in the command buffer
 * @given_len:	bytes of @given; 0: use the current values
 * @list:	TPML_PCR_SELECTION without the PCRs that do not exist
 * @list_len:	bytes of @list
 * @selects:	@list names a PCR
 * @mixed:	@list names granted and private PCRs
 * @digest:	digest of the private PCRs; in a trial session, @given if there is one
 * @digest_len:	bytes of @digest
 * @counter:	pcrUpdateCounter when @digest was computed
 */
struct tpm20_claim {
	const u8 *given;
	u16 given_len;
	u8 list[VTPMB_TPM20_MAX_LIST];
	size_t list_len;
	bool selects;
	bool mixed;
	u8 digest[VTPMB_MAX_DIGEST];
	u16 digest_len;
	u32 counter;
};

static int tpm20_hash_bank(struct vtpmb_hash_run *run, const struct vtpmb_pcr_bank *bank,
			   u32 pcrs)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < VTPMB_NR_PCRS; i++) {
		if (pcrs & BIT(i))
			err = vtpmb_hash_update(run, bank->value[i], bank->hash->size);
	}
	return err;
}

/* TPM 2.0 Part 4, PCRComputeCurrentDigest() */
static int tpm20_hash_pcrs(struct vtpmb_vtpm *vtpm, const struct vtpmb_hash *hash,
			   const struct vtpmb_tpm20_selection *sel, u32 nr_sels,
			   u8 *digest)
{
	struct vtpmb_pcrs *pcrs = &vtpmb_tpm20_state(vtpm)->pcrs;
	struct vtpmb_hash_run *run = vtpmb_hash_start(hash);
	int err = 0;
	u32 i;

	lockdep_assert_held(&vtpm->lock);

	if (!run)
		return -ENOMEM;
	for (i = 0; !err && i < nr_sels; i++) {
		if (sel[i].pcrs)
			err = tpm20_hash_bank(run, vtpmb_pcrs_bank(pcrs, sel[i].alg),
					      sel[i].pcrs);
	}
	if (!err)
		return vtpmb_hash_finish(run, digest);
	vtpmb_hash_drop(run);
	return err;
}

/* Remove PCRs that do not exist, and write the list again. */
static void tpm20_filter(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_selection *sel,
			 u32 nr_sels, struct tpm20_claim *claim)
{
	const struct vtpmb_pcr_bank *bank;
	struct vtpmb_writer w;
	u32 i;

	lockdep_assert_held(&vtpm->lock);

	/* If all of them were granted, the chip would have got the command. */
	claim->mixed = vtpmb_tpm20_names_real(vtpm, sel, nr_sels);
	vtpmb_writer_init(&w, claim->list, sizeof(claim->list));
	vtpmb_put_u32(&w, nr_sels);
	for (i = 0; i < nr_sels; i++) {
		bank = vtpmb_pcrs_bank(&vtpmb_tpm20_state(vtpm)->pcrs, sel[i].alg);
		if (!bank || !bank->active)
			sel[i].pcrs = 0;
		claim->selects |= sel[i].pcrs;
		vtpmb_tpm20_put_selection(&w, sel[i].alg, sel[i].pcrs);
	}
	claim->list_len = w.len;
}

/* Compute the current digest with the hash algorithm of the session. */
static u32 tpm20_digest_now(struct vtpmb_vtpm *vtpm, u16 alg,
			    struct vtpmb_tpm20_selection *sel, u32 nr_sels,
			    struct tpm20_claim *claim)
{
	const struct vtpmb_hash *hash = vtpmb_hash_find(alg);
	int err;

	if (!hash)
		return TPM2_RC_FAILURE;
	mutex_lock(&vtpm->lock);
	tpm20_filter(vtpm, sel, nr_sels, claim);
	err = vtpmb_tpm20_refresh_composite(vtpm) ? -EIO : 0;
	if (!err)
		err = tpm20_hash_pcrs(vtpm, hash, sel, nr_sels, claim->digest);
	claim->digest_len = hash->size;
	claim->counter = vtpmb_tpm20_state(vtpm)->pcrs.update_counter;
	mutex_unlock(&vtpm->lock);
	return err ? TPM2_RC_FAILURE : TPM2_RC_SUCCESS;
}

static u32 tpm20_get_claim(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct tpm20_claim *claim)
{
	struct vtpmb_tpm20_selection sel[VTPMB_TPM20_MAX_HASHES];
	u32 nr_sels, rc = vtpmb_tpm20_get_2b(call, 0, VTPMB_MAX_DIGEST, &claim->given,
					     &claim->given_len);

	if (!rc)
		rc = vtpmb_tpm20_get_selections(vtpm, call, 1, sel, &nr_sels);
	if (!rc)
		rc = vtpmb_tpm20_get_end(call);
	if (rc)
		return rc;
	return tpm20_digest_now(vtpm, call->entry[0]->hash_alg, sel, nr_sels, claim);
}

/* TPM 2.0 Part 3, 23.7: a trial session uses the given digest without a check. */
static u32 tpm20_judge(const struct vtpmb_tpm20_entry *entry, struct tpm20_claim *claim)
{
	if (entry->trial) {
		if (!claim->given_len)
			return TPM2_RC_SUCCESS;
		memcpy(claim->digest, claim->given, claim->given_len);
		claim->digest_len = claim->given_len;
		return TPM2_RC_SUCCESS;
	}
	if (entry->pcr_counter && entry->pcr_counter != claim->counter)
		return TPM2_RC_PCR_CHANGED;
	if (claim->given_len &&
	    (claim->given_len != claim->digest_len ||
	     memcmp(claim->given, claim->digest, claim->digest_len)))
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	return TPM2_RC_SUCCESS;
}

static int tpm20_fold_digest(struct vtpmb_vtpm *vtpm, const struct tpm20_claim *claim,
			     u8 *digest)
{
	struct vtpmb_mac *mac = &vtpm->port->policy_mac;
	u8 secret[VTPMB_SECRET_SIZE];
	int err;

	mutex_lock(&vtpm->lock);
	memcpy(secret, vtpmb_tpm20_state(vtpm)->secret, sizeof(secret));
	mutex_unlock(&vtpm->lock);
	err = vtpmb_mac_set_key(mac, secret, sizeof(secret));
	memzero_explicit(secret, sizeof(secret));
	return err ?: vtpmb_mac_digest2(mac, claim->list, claim->list_len, claim->digest,
					claim->digest_len, digest);
}

/* Send a command on the policy PCR, which has an empty authValue. */
static int tpm20_register(struct vtpmb_port *port, u32 code, const void *params,
			  size_t params_len, u32 *rc)
{
	static const u8 empty[] = {
		0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, TPMA_SESSION_CONTINUESESSION, 0, 0
	};
	u8 body[sizeof(u32) + sizeof(empty) + 6 + VTPMB_MAX_DIGEST];
	struct vtpmb_writer w;
	int len;

	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u32(&w, port->policy_pcr);
	vtpmb_put_bytes(&w, empty, sizeof(empty));
	vtpmb_put_bytes(&w, params, params_len);
	len = vtpmb_tpm20_own_command(port, TPM2_ST_SESSIONS, code, body, w.len, rc);
	return len < 0 ? len : 0;
}

static int tpm20_reset_register(struct vtpmb_port *port, u32 *rc)
{
	return tpm20_register(port, TPM2_CC_PCR_Reset, "", 0, rc);
}

/* TPML_DIGEST_VALUES with one digest, truncated or padded to the size of the bank. */
static int tpm20_extend_register(struct vtpmb_port *port, const u8 *digest, u32 *rc)
{
	const struct vtpmb_hash *bank = vtpmb_tpm20_policy_bank(port);
	u8 values[6 + VTPMB_MAX_DIGEST];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, values, sizeof(values));
	vtpmb_put_u32(&w, 1);
	vtpmb_put_u16(&w, bank->alg);
	vtpmb_put_bytes(&w, digest, bank->size);
	return tpm20_register(port, TPM2_CC_PCR_Extend, values, w.len, rc);
}

/* Reset the policy PCR and extend it.  It is marked first, so that it is reset in any case. */
static int tpm20_set_register(struct vtpmb_port *port, const u8 *digest, u32 *rc)
{
	struct vtpmb_tpm20_chip *chip = vtpmb_tpm20_chip(port);
	int err;

	chip->folded = true;
	memset(chip->composite, 0, sizeof(chip->composite));
	err = tpm20_reset_register(port, rc);
	if (!err && !*rc)
		err = tpm20_extend_register(port, digest, rc);
	/* The guest has made no mistake, so it does not get the chip's response code. */
	if (*rc)
		*rc = TPM2_RC_COMMAND_CODE;
	return err;
}

/* Reset the policy PCR and extend it with the keyed digest of the claim. */
static int tpm20_set_policy_pcr(struct vtpmb_vtpm *vtpm, const struct tpm20_claim *claim, u32 *rc)
{
	u8 digest[VTPMB_MAX_DIGEST] = {};
	int err;

	*rc = TPM2_RC_FAILURE;
	if (tpm20_fold_digest(vtpm, claim, digest))
		return 0;
	err = tpm20_set_register(vtpm->port, digest, rc);
	memzero_explicit(digest, sizeof(digest));
	return err;
}

/* pcrDigest */
bool vtpmb_tpm20_skip_to_policy_pcrs(struct vtpmb_reader *r)
{
	const u8 *digest;
	u16 len;

	return vtpmb_get_tpm2b(r, &digest, &len);
}

/* The session of a PolicyPCR that the chip executes on the composite, unless it is a trial. */
static struct vtpmb_tpm20_entry *tpm20_counting_session(const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_tpm20_entry *entry = call->entry[0];

	return entry && entry->kind == KIND_SESSION && !entry->trial ? entry : NULL;
}

/*
 * Compute the composite.  The chip does not count changes of the policy PCR, so the bridge
 * checks the guest's pcrUpdateCounter, as for the fold.
 */
static u32 tpm20_compute_composite(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				   u8 *extend, u8 *value)
{
	const struct vtpmb_tpm20_entry *entry = tpm20_counting_session(call);
	u32 counter = vtpmb_tpm20_state(vtpm)->pcrs.update_counter;
	int err;

	lockdep_assert_held(&vtpm->lock);

	if (call->cmd->epoch != vtpm->epoch)
		return TPM2_RC_INITIALIZE;
	err = vtpmb_tpm20_compute_composite(vtpm, extend, value);
	if (err)	/* the administrator may have changed the PCRs meanwhile */
		return err == -ENOENT ? TPM2_RC_RETRY : TPM2_RC_FAILURE;
	if (!entry)
		return TPM2_RC_SUCCESS;
	if (entry->pcr_counter && entry->pcr_counter != counter)
		return TPM2_RC_PCR_CHANGED;
	call->pcr_counter = counter;
	return TPM2_RC_SUCCESS;
}

/**
 * vtpmb_tpm20_show_composite() - bring the chip's policy PCR to the value of the composite
 * @vtpm:	the vtpm
 * @call:	the command that the chip is about to get
 * @rc:		response code
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_tpm20_show_composite(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	struct vtpmb_tpm20_chip *chip = vtpmb_tpm20_chip(vtpm->port);
	u8 extend[VTPMB_MAX_DIGEST] = {}, value[VTPMB_MAX_DIGEST] = {};
	int err = 0;

	mutex_lock(&vtpm->lock);
	*rc = tpm20_compute_composite(vtpm, call, extend, value);
	mutex_unlock(&vtpm->lock);
	if (!*rc && memcmp(chip->composite, value, sizeof(value))) {
		err = tpm20_set_register(vtpm->port, extend, rc);
		if (!err && !*rc)
			memcpy(chip->composite, value, sizeof(value));
	}
	memzero_explicit(extend, sizeof(extend));
	return err;
}

/* The chip has executed PolicyPCR. */
void vtpmb_tpm20_apply_policy_pcr(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				  struct vtpmb_reader *params)
{
	if (call->pcr_counter)
		call->entry[0]->pcr_counter = call->pcr_counter;
}

/* The parameters of the PolicyPCR that the chip gets. */
static int tpm20_send(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_entry *entry,
		      const struct tpm20_claim *claim, u32 *rc)
{
	u8 body[sizeof(u32) + 2 + VTPMB_MAX_DIGEST + VTPMB_TPM20_MAX_LIST];
	bool given = entry->trial && !claim->selects;
	struct vtpmb_writer w;
	int len;

	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u32(&w, entry->body->res.phys);
	vtpmb_put_u16(&w, given ? claim->given_len : 0);
	vtpmb_put_bytes(&w, claim->given, given ? claim->given_len : 0);
	if (claim->selects) {
		vtpmb_put_u32(&w, 1);
		vtpmb_tpm20_put_selection(&w, vtpmb_tpm20_policy_bank(vtpm->port)->alg,
					  BIT(vtpm->port->policy_pcr));
	} else {
		vtpmb_put_bytes(&w, claim->list, claim->list_len);
	}
	len = vtpmb_tpm20_own_plain(vtpm->port, TPM2_CC_PolicyPCR, body, w.len, rc);
	return len < 0 ? len : 0;
}

/**
 * vtpmb_tpm20_policy_pcr() - TPM2_PolicyPCR (TPM 2.0 Part 3, 23.7)
 * @vtpm:	the vtpm
 * @call:	the command
 * @out:	receives the response parameters, of which there are none
 * @rc:		response code
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_tpm20_policy_pcr(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = call->entry[0];
	struct tpm20_claim claim = {};
	int err;

	*rc = tpm20_get_claim(vtpm, call, &claim);
	if (!*rc)
		*rc = tpm20_judge(entry, &claim);
	if (!*rc && (claim.mixed || (claim.selects && !vtpmb_tpm20_policy_bank(vtpm->port))))
		*rc = TPM2_RC_COMMAND_CODE;
	if (*rc)
		return 0;

	err = vtpmb_tpm20_load(vtpm, entry, TPM2_RC_REFERENCE_H0, rc);
	if (!err && !*rc && claim.selects)
		err = tpm20_set_policy_pcr(vtpm, &claim, rc);
	if (!err && !*rc)
		err = tpm20_send(vtpm, entry, &claim, rc);
	/* If the response is lost, the chip may have executed the command. */
	if (!*rc && !entry->trial)
		entry->pcr_counter = claim.counter;
	return err;
}

/**
 * vtpmb_tpm20_pcrs_changed() - whether PCRs changed since a PolicyPCR
 * @vtpm:	the vtpm; its lock is held
 * @entry:	a session that authorises something
 *
 * Return: TPM2_RC_SUCCESS or TPM2_RC_PCR_CHANGED (TPM 2.0 Part 4, SessionPCRValueIsCurrent())
 */
u32 vtpmb_tpm20_pcrs_changed(struct vtpmb_vtpm *vtpm,
			     const struct vtpmb_tpm20_entry *entry)
{
	lockdep_assert_held(&vtpm->lock);

	if (!entry || !entry->pcr_counter ||
	    entry->pcr_counter == vtpmb_tpm20_state(vtpm)->pcrs.update_counter)
		return TPM2_RC_SUCCESS;
	return TPM2_RC_PCR_CHANGED;
}

/* Any digest will do: nobody can bring the PCR to a proxy's value afterwards without a reset. */
static int tpm20_extend_arbitrarily(struct vtpmb_port *port, u32 *rc)
{
	u8 random[VTPMB_MAX_DIGEST];

	get_random_bytes(random, sizeof(random));
	return tpm20_extend_register(port, random, rc);
}

/**
 * vtpmb_tpm20_reset_policy_pcr() - leave no value of a proxy in the policy PCR
 * @port:	the chip, about to be given to the host
 *
 * If the PCR cannot be reset, it is extended.  If that fails too, the end of the next turn
 * of any proxy tries again.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_reset_policy_pcr(struct vtpmb_port *port)
{
	u32 rc;
	int err;

	if (!vtpmb_tpm20_chip(port)->folded)
		return 0;
	memset(vtpmb_tpm20_chip(port)->composite, 0, VTPMB_MAX_DIGEST);
	err = tpm20_reset_register(port, &rc);
	if (err || rc)
		err = tpm20_extend_arbitrarily(port, &rc);
	if (!err && rc)
		err = -EIO;
	vtpmb_tpm20_chip(port)->folded = err;
	return err;
}
