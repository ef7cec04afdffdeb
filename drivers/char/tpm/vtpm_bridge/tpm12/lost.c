// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: what a lost response has left in the chip.
 *
 * A command whose response is lost or cut short may have made a key or a session
 * of which nobody has the handle.  It would keep its slot until the chip is
 * started again.  What is in the chip and in no table is such a thing, unless the
 * host has left it there.  So the chip is asked what it has before something of a
 * kind is made in it, once each time that the host has had it.
 *
 * Nothing else tells them apart: a session has no mark of whoever began it, and of
 * a key the host can have a copy.
 *
 * A session that was saved without a response would keep its place in the chip's
 * contextList.  That need not be asked before: contextCounts go up, so it has the
 * highest.
 *
 * All of it belongs to the hub's thread.
 */

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include "ask.h"
#include "books.h"
#include "hosts.h"
#include "lost.h"
#include "state.h"
#include "swap.h"

static u32 tpm12_highest(const u8 *list, unsigned int nr_counts)
{
	u32 highest = 0;

	for (; nr_counts--; list += sizeof(u32))
		highest = max(highest, vtpmb_peek_u32(list));
	return highest;
}

/*
 * The highest count is that of the lost SaveContext, if the session is not loaded any
 * more: nobody else has saved anything since.  A count that is not above all of the
 * proxies' is of a chip that has restarted, and stands for anything.
 */
static int tpm12_flush_lost_context(struct vtpmb_port *port, u32 *rc)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	u32 saving = chip->saving, highest;
	u16 nr = 0;
	const u8 *list;
	int err;

	if (!saving)
		return 0;
	err = vtpmb_tpm12_ask_list(port, chip->saving_rt, &list, &nr, rc);
	if (err || *rc || vtpmb_tpm12_is_listed(saving, list, nr))
		return err;
	err = vtpmb_tpm12_ask_list(port, TPM_RT_CONTEXT, &list, &nr, rc);
	if (err || *rc)
		return err;
	highest = tpm12_highest(list, nr);
	if (highest <= chip->newest)
		return 0;
	return vtpmb_tpm12_flush_handle(port, highest, TPM_RT_CONTEXT, rc);
}

/* To the chip the copies of a key are one: sessions of the others leave it first. */
static int tpm12_flush_one(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 handle,
			   u32 *rc)
{
	int err = kind == TPM12_KEY ? vtpmb_tpm12_save_all_bound(port) : 0;

	return err ? err : vtpmb_tpm12_flush_handle(port, handle, vtpmb_tpm12_kinds[kind].rt, rc);
}

static int tpm12_flush_lost_of(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 *rc)
{
	u32 lost[VTPMB_MAX_HOST_HANDLES];
	unsigned int i, nr_lost;
	u16 nr_handles = 0;
	const u8 *list;
	int err;

	err = vtpmb_tpm12_ask_list(port, vtpmb_tpm12_kinds[kind].rt, &list, &nr_handles, rc);
	if (err || *rc)
		return err;
	nr_lost = vtpmb_tpm12_find_lost(port, kind, list, nr_handles, lost);
	for (i = 0; i < nr_lost && !err && !vtpmb_tpm12_is_busy(*rc); i++)
		err = tpm12_flush_one(port, kind, lost[i], rc);
	if (nr_lost)
		vtpmb_tpm12_chip(port)->room[kind] = TPM12_ROOM_UNKNOWN;
	return err;
}

/**
 * vtpmb_tpm12_flush_lost() - take out of the chip what commands without a response have made
 * @port:	the chip; the tables agree with what it has
 * @rc:		out: TPM_SUCCESS, or that it is busy: then try again
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_flush_lost(struct vtpmb_port *port, u32 *rc)
{
	/* Sessions first, since they end with their keys. */
	static const enum vtpmb_tpm12_kind kinds[] = { TPM12_AUTH, TPM12_TRANS, TPM12_KEY };
	unsigned int i;
	int err;

	*rc = TPM_SUCCESS;
	err = tpm12_flush_lost_context(port, rc);
	if (!err && !vtpmb_tpm12_is_busy(*rc))
		vtpmb_tpm12_saved(port);
	for (i = 0; i < ARRAY_SIZE(kinds) && !err && !vtpmb_tpm12_is_busy(*rc); i++) {
		if (vtpmb_tpm12_chip(port)->hosts[kinds[i]].known)
			err = tpm12_flush_lost_of(port, kinds[i], rc);
	}
	if (!vtpmb_tpm12_is_busy(*rc))
		*rc = TPM_SUCCESS;
	return err;
}
