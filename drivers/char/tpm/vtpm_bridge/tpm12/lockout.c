// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, dictionary attack protection (Part 1, 23; Part 2, 21.5).
 *
 * The chip has one counter of failed authorisations for all its users.  Past its
 * threshold, it refuses everybody for a while.  So the bridge reads the counter
 * whenever the hub has got the chip, before a guest can fail.  All guests are refused
 * once the tries that guests may use are used up, no matter who has used them.  The
 * bridge also counts the failures of each proxy, and refuses a proxy that has used up
 * its share.  Both are refused with the return code that the chip would give.
 *
 * No clock is needed: a proxy's count is limited to that of the chip, so it decreases
 * when the chip forgets failures or its owner resets the counter.  If the chip does not
 * tell its counter, nobody knows when it forgets.  Then all proxies together have a
 * small number of tries for as long as one of them exists, whatever a guest resets.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "ask.h"
#include "lockout.h"
#include "state.h"

/* Tries of one proxy, and of all proxies, if the chip does not tell its counter. */
#define UNTOLD_SHARE		2
#define UNTOLD_TRIES		3

/* Read TPM_DA_INFO; @threshold is 0 if the chip does not tell. */
static int tpm12_chip_tries(struct vtpmb_port *port, u32 *tries, u32 *threshold)
{
	static const u8 entity[2] = { 0, TPM_ET_KEYHANDLE };
	u16 tag, count, limit;
	struct vtpmb_reader r;
	u8 state;
	u32 rc;
	int err;

	*threshold = 0;
	err = vtpmb_tpm12_ask_capability(port, TPM_CAP_DA_LOGIC, entity, sizeof(entity), &r, &rc);
	if (err || rc)
		return err;
	if (!vtpmb_get_u16(&r, &tag) || tag != TPM_TAG_DA_INFO || !vtpmb_get_u8(&r, &state) ||
	    !vtpmb_get_u16(&r, &count) || !vtpmb_get_u16(&r, &limit))
		return 0;
	*tries = count;
	*threshold = limit;
	return 0;
}

/* Read the chip's counter, unless it is known already. */
static int tpm12_read_failures(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(vtpm->port);
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	u32 tries = 0;
	int err = 0;

	if (!chip->knows_tries)
		err = tpm12_chip_tries(vtpm->port, &tries, &chip->threshold);
	if (err)
		return err;
	if (!chip->knows_tries && chip->threshold)
		chip->failures = tries;
	chip->knows_tries = true;
	if (chip->threshold)
		table->nr_failures = min(table->nr_failures, chip->failures);
	return 0;
}

/* Whether another failure could lock the chip, by its last known counter. */
static bool tpm12_is_risky(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(vtpm->port);
	u32 nr_failures = vtpmb_tpm12_table(vtpm)->nr_failures;

	if (!chip->threshold)
		return nr_failures >= UNTOLD_SHARE || chip->failures >= UNTOLD_TRIES;
	return nr_failures >= vtpmb_proxy_tries(chip->threshold) ||
	       chip->failures >= vtpmb_guest_tries(chip->threshold);
}

/*
 * Refuse a command, by TPM_DEFEND_LOCK_RUNNING, if its failure could lock others out.  The
 * chip's counter is read again only after it may have changed, or before a command is refused.
 */
int vtpmb_tpm12_limit_failures(struct vtpmb_tpm12_call *call, u32 *rc)
{
	struct vtpmb_vtpm *vtpm = call->vtpm;
	int err;

	*rc = TPM_SUCCESS;
	if (!call->frame.nr_auths)
		return 0;
	err = tpm12_read_failures(vtpm);
	if (err || !tpm12_is_risky(vtpm))
		return err;
	/* The chip may have forgotten a failure by now. */
	vtpmb_tpm12_failures_unknown(vtpm->port);
	err = tpm12_read_failures(vtpm);
	if (!err && tpm12_is_risky(vtpm))
		*rc = TPM_DEFEND_LOCK_RUNNING;
	return err;
}

/* Count a failed authorisation, by the return code. */
void vtpmb_tpm12_count_failure(struct vtpmb_vtpm *vtpm, u32 rc)
{
	if (rc == TPM_FAIL)
		vtpmb_tpm12_failures_unknown(vtpm->port);
	if (rc != TPM_AUTHFAIL && rc != TPM_AUTH2FAIL)
		return;
	vtpmb_tpm12_failures_unknown(vtpm->port);
	vtpmb_tpm12_chip(vtpm->port)->failures++;
	vtpmb_tpm12_table(vtpm)->nr_failures++;
}

/* The chip's counter of failures may have changed. */
void vtpmb_tpm12_failures_unknown(struct vtpmb_port *port)
{
	vtpmb_tpm12_chip(port)->knows_tries = false;
}
