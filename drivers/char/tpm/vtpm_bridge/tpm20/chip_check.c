// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, TPM2_PCR_Extend in a session that only the chip can check.
 *
 * A Linux guest with CONFIG_TCG_TPM2_HMAC extends PCRs in a session that is salted to a key
 * in the chip.  The bridge can neither check such an HMAC nor compute that of the response.
 * The chip can, if it gets exactly the same command.  It may get the command if that changes
 * nothing in the chip: it ignores digests for PCRs that it has not allocated (TPM 2.0 Part 3,
 * 22.2).  Then the chip checks and answers the command, and after success the bridge extends
 * the proxy's own PCR.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "ask.h"
#include "facts.h"
#include "pcr.h"
#include "state.h"
#include "chip_check.h"

/* Read the next digest of a command's TPML_DIGEST_VALUES. */
static bool tpm20_next_digest(struct vtpmb_reader *digests, u16 *alg)
{
	return vtpmb_get_u16(digests, alg) && vtpmb_hash_size(*alg) &&
	       vtpmb_get_bytes(digests, vtpmb_hash_size(*alg));
}

/* Whether the PCR is allocated in none of these banks of the chip. */
static bool tpm20_is_absent(struct vtpmb_reader banks, u32 nr_banks, u16 alg, u32 pcr)
{
	struct vtpmb_tpm20_selection sel;
	bool told = false;

	while (nr_banks--) {
		if (!vtpmb_tpm20_get_bank(&banks, &sel))
			return false;
		if (sel.alg == alg && sel.pcrs & BIT(pcr))
			return false;
		told |= sel.alg == alg;
	}
	return told;
}

/* Return false for a list that the bridge cannot parse, because the chip might. */
static bool tpm20_are_absent(const struct vtpmb_tpm20_call *call,
			     const struct vtpmb_reader *banks, u32 nr_banks)
{
	struct vtpmb_reader digests = call->params;
	u32 nr_digests;
	u16 alg;

	if (!vtpmb_get_u32(&digests, &nr_digests) || nr_digests > VTPMB_TPM20_MAX_HASHES)
		return false;
	while (nr_digests--) {
		if (!tpm20_next_digest(&digests, &alg) ||
		    !tpm20_is_absent(*banks, nr_banks, alg, call->handle[0]))
			return false;
	}
	return !digests.left;
}

/**
 * vtpmb_tpm20_may_chip_check() - whether the chip may check the sessions of a command
 * @vtpm:	the vtpm; its lock is held
 * @call:	a command of the virtual platform, with a session that cannot be
 *		checked here
 *
 * This excludes policy sessions, whose conditions would refer to the chip's PCRs.
 */
bool vtpmb_tpm20_may_chip_check(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	lockdep_assert_held(&vtpm->lock);

	for (i = 0; i < call->nr_sessions; i++) {
		if (TPM20_HT(call->session[i].handle) == TPM2_HT_POLICY_SESSION)
			return false;
	}
	return call->row->flags & TPM20_CHIP_MAY_CHECK && call->handle[0] < VTPMB_NR_PCRS &&
	       !vtpmb_tpm20_pcr_handle(vtpm, call->handle[0], call->cmd->locality);
}

/* Keep the digests, because the response overwrites the command. */
static void tpm20_keep_digests(struct vtpmb_tpm20_table *table, struct vtpmb_reader params)
{
	vtpmb_get_bytes(&params, sizeof(u32));
	memcpy(table->digests, params.pos, params.left);
	table->digests_len = params.left;
}

/**
 * vtpmb_tpm20_chip_check() - check that a command would change nothing in the chip
 * @vtpm:	the vtpm
 * @call:	the command, for which vtpmb_tpm20_may_chip_check()
 * @rc:		out: TPM2_RC_SUCCESS or TPM2_RC_AUTH_UNAVAILABLE
 *
 * The chip is asked for its banks each time.  While the host was suspended, somebody may have
 * changed their allocation.  It does not change while the hub holds the chip.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_chip_check(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call, u32 *rc)
{
	struct vtpmb_reader banks;
	u32 nr_banks;
	int err = vtpmb_tpm20_ask_capability(vtpm->port, TPM2_CAP_PCRS, 0, 1, &banks, &nr_banks);

	if (err)
		return err;
	*rc = tpm20_are_absent(call, &banks, nr_banks) ? TPM2_RC_SUCCESS : TPM2_RC_AUTH_UNAVAILABLE;
	if (!*rc)
		tpm20_keep_digests(&vtpmb_tpm20_state(vtpm)->table, call->params);
	return 0;
}

/**
 * vtpmb_tpm20_apply_chip_checked() - execute a command whose sessions the chip has accepted
 * @vtpm:	the vtpm
 * @call:	the command
 */
void vtpmb_tpm20_apply_chip_checked(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_reader digests;

	vtpmb_reader_init(&digests, table->digests, table->digests_len);
	mutex_lock(&vtpm->lock);
	if (call->cmd->epoch == vtpm->epoch)
		vtpmb_tpm20_pcr_digests(vtpm, call->handle[0], &digests);
	mutex_unlock(&vtpm->lock);
}
