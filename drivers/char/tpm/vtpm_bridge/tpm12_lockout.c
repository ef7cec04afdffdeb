// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, dictionary attack protection (Part 1, 23; Part 2, 21.5).
 *
 * The chip has one counter of failed authorisations for all its users, and past
 * its threshold it refuses everybody for a while.  So the bridge counts for
 * each proxy, and one that has had its share of the chip's tries is refused
 * alone, with the code that the chip would give.
 *
 * No clock is needed: a proxy's failures are never more than what the chip
 * still counts, so they go as the chip forgets, or its owner resets it.  And
 * the chip is asked only while failures that came through the bridge may be in
 * its counter.  Of one that does not tell what it counts nobody knows when it
 * forgets: all proxies together have few failures then, as long as one of them
 * is there, whatever a guest resets.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "tpm12.h"

#define ORD_GETCAPABILITY	0x65
#define TAG_DA_INFO		0x0037

/* Failures of one proxy, and of all, if the chip does not tell. */
#define UNTOLD_SHARE		2
#define UNTOLD_TRIES		3

/* One proxy's part of the tries that a chip grants: the others need some too. */
static u32 tpm12_share(u32 threshold)
{
	return max(threshold / 2, 1U);
}

/* TPM_DA_INFO: @threshold is 0 if the chip does not tell. */
static int tpm12_chip_tries(struct vtpmb_port *port, u32 *tries, u32 *threshold)
{
	u16 tag, count, limit;
	struct vtpmb_reader r;
	u8 body[10], state;
	u32 rc, size;
	int len;

	vtpmb_poke_u32(body, TPM12_CAP_DA_LOGIC);
	vtpmb_poke_u32(body + 4, sizeof(u16));
	body[8] = 0;
	body[9] = TPM12_ET_KEYHANDLE;
	*threshold = 0;
	len = vtpmb_tpm12_own_command(port, ORD_GETCAPABILITY, body, sizeof(body), &rc);
	if (len < 0 || rc)
		return len < 0 ? len : 0;
	vtpmb_reader_init(&r, port->scratch + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (!vtpmb_get_u32(&r, &size) || !vtpmb_get_u16(&r, &tag) || tag != TAG_DA_INFO ||
	    !vtpmb_get_u8(&r, &state) || !vtpmb_get_u16(&r, &count) ||
	    !vtpmb_get_u16(&r, &limit))
		return 0;
	*tries = count;
	*threshold = limit;
	return 0;
}

/*
 * See what the chip has forgotten, and whether another failure can be risked: not
 * the last one, whoever's the others were.
 */
static int tpm12_is_risky(struct vtpmb_vtpm *vtpm, bool *risky)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	u32 tries, threshold;
	int err = tpm12_chip_tries(vtpm->port, &tries, &threshold);

	if (err)
		return err;
	if (!threshold) {
		*risky = table->nr_failures >= UNTOLD_SHARE ||
			 vtpm->port->failures >= UNTOLD_TRIES;
		return 0;
	}
	vtpm->port->failures = tries;
	table->nr_failures = min(table->nr_failures, tries);
	*risky = table->nr_failures >= tpm12_share(threshold) ||
		 (tries && tries + 1 >= threshold);
	return 0;
}

/* Failures that the chip may still count, of this proxy or of any. */
bool vtpmb_tpm12_has_failed(const struct vtpmb_vtpm *vtpm)
{
	return vtpm->port->failures || vtpmb_tpm12_table(vtpm)->nr_failures;
}

/**
 * vtpmb_tpm12_spare() - keep a proxy that has failed from failing once too often
 * @call:	a command that is about to be sent to the chip
 * @rc:		out: TPM12_SUCCESS or TPM12_DEFEND_LOCK_RUNNING
 *
 * Costs nothing while no authorisation has failed.
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_tpm12_spare(struct vtpmb_tpm12_call *call, u32 *rc)
{
	bool risky = false;
	int err = 0;

	*rc = TPM12_SUCCESS;
	if (!call->frame.nr_auths || !vtpmb_tpm12_has_failed(call->vtpm))
		return 0;
	err = tpm12_is_risky(call->vtpm, &risky);
	if (risky)
		*rc = TPM12_DEFEND_LOCK_RUNNING;
	return err;
}

/**
 * vtpmb_tpm12_count_failure() - the chip has refused a command
 * @vtpm:	the vtpm
 * @rc:		its return code
 */
void vtpmb_tpm12_count_failure(struct vtpmb_vtpm *vtpm, u32 rc)
{
	if (rc != TPM12_AUTHFAIL && rc != TPM12_AUTH2FAIL)
		return;
	vtpm->port->failures++;
	vtpmb_tpm12_table(vtpm)->nr_failures++;
}
