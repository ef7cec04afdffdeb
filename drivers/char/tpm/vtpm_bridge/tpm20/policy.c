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
 * The composite uses the same PCR of the chip: see core/register.c for why neither passes for
 * the other.  Whichever of the two is there, the PCR is reset at the end of the turn, before
 * anybody else gets the chip.
 */

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "ask.h"
#include "policy.h"
#include "real_pcr.h"
#include "register.h"
#include "selection.h"
#include "shown.h"
#include "state.h"
#include "swap.h"
#include "wire.h"

/* The first byte of the fold's message is 0. */
static_assert(VTPMB_TPM20_MAX_HASHES < 1 << 24);

/**
 * struct tpm20_claim - a guest's PolicyPCR
 * @given:	pcrDigest, in the command buffer
 * @given_len:	bytes of @given; 0: use the current values
 * @list:	TPML_PCR_SELECTION without the PCRs that do not exist
 * @list_len:	bytes of @list
 * @selects:	@list names a PCR
 * @refused:	@list names granted and private PCRs, or one that is for quotes only
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
	bool refused;
	u8 digest[VTPMB_MAX_DIGEST];
	u16 digest_len;
	u32 counter;
};

/* Remove PCRs that do not exist, and write the list again. */
static void tpm20_filter(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_selection *sel,
			 u32 nr_sels, struct tpm20_claim *claim)
{
	const struct vtpmb_pcr_bank *bank;
	struct vtpmb_writer w;
	u32 i;

	lockdep_assert_held(&vtpm->lock);

	/* If all of them were granted, the chip would have got the command. */
	claim->refused = vtpmb_tpm20_names_real(vtpm, sel, nr_sels);
	vtpmb_writer_init(&w, claim->list, sizeof(claim->list));
	vtpmb_put_u32(&w, nr_sels);
	for (i = 0; i < nr_sels; i++) {
		bank = vtpmb_pcrs_bank(&vtpmb_tpm20_state(vtpm)->pcrs, sel[i].alg);
		if (!bank || !bank->active)
			sel[i].pcrs = 0;
		claim->selects |= sel[i].pcrs;
		claim->refused |= sel[i].pcrs & vtpmb_tpm20_for_quotes_only(vtpm);
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
	err = vtpmb_tpm20_refresh_shown(vtpm) ? -EIO : 0;
	if (!err)
		err = vtpmb_tpm20_hash_selected(vtpm, hash, sel, nr_sels, claim->digest);
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
	memcpy(secret, vtpm->secret, sizeof(secret));
	mutex_unlock(&vtpm->lock);
	err = vtpmb_mac_set_key(mac, secret, sizeof(secret));
	memzero_explicit(secret, sizeof(secret));
	return err ?: vtpmb_mac_digest2(mac, claim->list, claim->list_len, claim->digest,
					claim->digest_len, digest);
}

/* Reset the policy PCR and extend it with the keyed digest of the claim. */
static int tpm20_set_policy_pcr(struct vtpmb_vtpm *vtpm, const struct tpm20_claim *claim, u32 *rc)
{
	struct vtpmb_shown shown = { .nr_extends = 1 };
	int err;

	*rc = TPM2_RC_FAILURE;
	if (tpm20_fold_digest(vtpm, claim, shown.extend[0]))
		return 0;
	err = vtpmb_tpm20_set_register(vtpm->port, VTPMB_REGISTER_POLICY, &shown, rc);
	memzero_explicit(&shown, sizeof(shown));
	return err;
}

/* pcrDigest */
bool vtpmb_tpm20_skip_to_policy_pcrs(struct vtpmb_reader *r)
{
	const u8 *digest;
	u16 len;

	return vtpmb_get_tpm2b(r, &digest, &len);
}

/* The chip has executed PolicyPCR. */
void vtpmb_tpm20_apply_policy_pcr(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
				  struct vtpmb_reader *params)
{
	if (call->pcr_counter)
		call->entry[0]->pcr_counter = call->pcr_counter;
}

/* The bank of the chip in which the policy PCR is used, or NULL. */
static const struct vtpmb_hash *tpm20_bank(const struct vtpmb_port *port)
{
	return vtpmb_tpm20_register_bank(port, VTPMB_REGISTER_POLICY);
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
		vtpmb_tpm20_put_selection(&w, tpm20_bank(vtpm->port)->alg,
					  BIT(vtpm->port->policy_pcr));
	} else {
		vtpmb_put_bytes(&w, claim->list, claim->list_len);
	}
	len = vtpmb_tpm20_own_plain(vtpm->port, TPM2_CC_PolicyPCR, body, w.len, rc);
	return len < 0 ? len : 0;
}

/* TPM2_PolicyPCR (TPM 2.0 Part 3, 23.7) */
int vtpmb_tpm20_policy_pcr(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   struct vtpmb_writer *out, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = call->entry[0];
	struct tpm20_claim claim = {};
	int err;

	*rc = tpm20_get_claim(vtpm, call, &claim);
	if (!*rc)
		*rc = tpm20_judge(entry, &claim);
	if (!*rc && (claim.refused || (claim.selects && !tpm20_bank(vtpm->port))))
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

/*
 * Whether PCRs changed since the PolicyPCR of a session that authorises something: then
 * TPM2_RC_PCR_CHANGED (TPM 2.0 Part 4, SessionPCRValueIsCurrent()).
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
