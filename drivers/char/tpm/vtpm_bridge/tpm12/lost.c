// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: keys and sessions left in the chip by a lost response.
 *
 * A command whose response is lost or cut short may have created a key or a session
 * whose handle nobody knows.  It would keep its slot until the chip restarts.  Such an
 * orphan is in the chip but in no handle table.  The same is true of what the host has
 * left in the chip.  So the chip is asked for its handles before the first key or
 * session of a kind is created in it, once each time that the host has had it.
 *
 * There is no other way to distinguish them: a session does not record who created it,
 * and the host can have loaded a copy of the same key.
 *
 * A session that was saved without a response would keep its place in the chip's
 * contextList.  The list need not be read beforehand: contextCount increases, so the
 * lost session has the highest one.
 *
 * All of this runs in the hub's thread.
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

static u32 tpm12_highest(struct vtpmb_reader list)
{
	u32 highest = 0, count;

	while (vtpmb_get_u32(&list, &count))
		highest = max(highest, count);
	return highest;
}

/*
 * If the session is no longer loaded, the highest count is that of the lost SaveContext:
 * nobody else has saved anything since.  If the highest count is not above all counts of
 * the proxies, the chip has restarted, and the count may belong to any session.
 */
static int tpm12_flush_lost_context(struct vtpmb_port *port, u32 *rc)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	u32 saving = chip->saving, highest;
	struct vtpmb_reader list;
	int err;

	if (!saving)
		return 0;
	err = vtpmb_tpm12_ask_list(port, chip->saving_rt, &list, rc);
	if (err || *rc || vtpmb_tpm12_is_listed(saving, list))
		return err;
	err = vtpmb_tpm12_ask_list(port, TPM_RT_CONTEXT, &list, rc);
	if (err || *rc)
		return err;
	highest = tpm12_highest(list);
	if (highest <= chip->newest)
		return 0;
	return vtpmb_tpm12_flush_handle(port, highest, TPM_RT_CONTEXT, rc);
}

/* The chip takes all copies of a key for one, so save the sessions of other copies first. */
static int tpm12_flush_one(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 handle,
			   u32 *rc)
{
	int err = kind == TPM12_KEY ? vtpmb_tpm12_save_all_bound(port) : 0;

	return err ? err : vtpmb_tpm12_flush_handle(port, handle, vtpmb_tpm12_kinds[kind].rt, rc);
}

static int tpm12_flush_lost_of(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 *rc)
{
	u32 lost[VTPMB_MAX_HOST_HANDLES];
	struct vtpmb_reader list;
	unsigned int i, nr_lost;
	int err = vtpmb_tpm12_ask_list(port, vtpmb_tpm12_kinds[kind].rt, &list, rc);

	if (err || *rc)
		return err;
	nr_lost = vtpmb_tpm12_find_lost(port, kind, list, lost);
	for (i = 0; i < nr_lost && !err && !vtpmb_tpm12_is_busy(*rc); i++)
		err = tpm12_flush_one(port, kind, lost[i], rc);
	if (nr_lost)
		vtpmb_tpm12_chip(port)->room[kind] = TPM12_ROOM_UNKNOWN;
	return err;
}

/*
 * Flush what commands without a response have created.  The handle tables agree with what the
 * chip has.  If the chip is busy, its return code is in *@rc: then try again.
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
		vtpmb_tpm12_note_save_done(port);
	for (i = 0; i < ARRAY_SIZE(kinds) && !err && !vtpmb_tpm12_is_busy(*rc); i++) {
		if (vtpmb_tpm12_chip(port)->hosts[kinds[i]].known)
			err = tpm12_flush_lost_of(port, kinds[i], rc);
	}
	if (!vtpmb_tpm12_is_busy(*rc))
		*rc = TPM_SUCCESS;
	return err;
}
