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
#include "state.h"

static bool tpm12_is_hosts(const struct vtpmb_tpm12_hosts *hosts, u32 handle)
{
	unsigned int i;

	for (i = 0; i < hosts->nr_handles; i++) {
		if (hosts->handle[i] == handle)
			return true;
	}
	return false;
}

static bool tpm12_is_of_proxy(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 handle)
{
	struct vtpmb_tpm12_table *table;
	unsigned int i;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside) {
		const struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_first(table->vtpm, kind);

		for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity; i++) {
			if (entry[i].phys == handle)
				return true;
		}
	}
	return false;
}

/**
 * vtpmb_tpm12_list_hosts() - see what of a kind in the chip is the host's
 * @port:	the chip, about to make something of this kind
 * @kind:	of which kind
 *
 * It stays the same until the host gets the chip.  If the chip does not tell, nothing
 * is taken for lost later; if it is busy, it is asked again the next time.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_list_hosts(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_hosts *hosts = &vtpmb_tpm12_chip(port)->hosts[kind];
	u16 nr_handles = 0;
	const u8 *list;
	u32 rc;
	int err;

	if (hosts->asked)
		return 0;
	err = vtpmb_tpm12_ask_list(port, vtpmb_tpm12_kinds[kind].rt, &list, &nr_handles, &rc);
	if (err)
		return err;
	hosts->asked = !vtpmb_tpm12_is_busy(rc);
	hosts->known = !rc && nr_handles <= VTPMB_MAX_HOST_HANDLES;
	if (!hosts->known)
		return 0;
	for (hosts->nr_handles = 0; nr_handles--; list += sizeof(u32)) {
		u32 handle = vtpmb_peek_u32(list);

		if (!tpm12_is_of_proxy(port, kind, handle))
			hosts->handle[hosts->nr_handles++] = handle;
	}
	return 0;
}

/**
 * vtpmb_tpm12_forget_hosts() - the host gets the chip
 * @port:	the chip
 */
void vtpmb_tpm12_forget_hosts(struct vtpmb_port *port)
{
	unsigned int kind;

	for (kind = 0; kind < TPM12_NR_KINDS; kind++) {
		vtpmb_tpm12_chip(port)->hosts[kind].asked = false;
		vtpmb_tpm12_chip(port)->hosts[kind].known = false;
	}
	vtpmb_tpm12_saved(port);
}

/**
 * vtpmb_tpm12_saves() - the chip is about to be told to save
 * @entry:	what is loaded in it
 */
void vtpmb_tpm12_saves(const struct vtpmb_tpm12_entry *entry)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(entry->vtpm->port);

	/* To save a key takes no place. */
	chip->saving = entry->kind == TPM12_KEY ? 0 : entry->phys;
	chip->saving_rt = vtpmb_tpm12_kinds[entry->kind].rt;
}

/**
 * vtpmb_tpm12_saved() - the chip has answered
 * @port:	the chip
 */
void vtpmb_tpm12_saved(struct vtpmb_port *port)
{
	vtpmb_tpm12_chip(port)->saving = 0;
}

/**
 * vtpmb_tpm12_ends() - the chip is about to be told to flush something
 * @port:	the chip
 * @handle:	if it is not loaded later, that does not mean that it was saved
 */
void vtpmb_tpm12_ends(struct vtpmb_port *port, u32 handle)
{
	if (vtpmb_tpm12_chip(port)->saving == handle)
		vtpmb_tpm12_saved(port);
}

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

/* In the chip, but neither the host's nor in a table.  More than fit @lost stay there. */
static unsigned int tpm12_find_lost(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind,
				    const u8 *list, unsigned int nr_handles, u32 *lost)
{
	const struct vtpmb_tpm12_hosts *hosts = &vtpmb_tpm12_chip(port)->hosts[kind];
	unsigned int nr_lost = 0;

	for (; nr_handles-- && nr_lost < VTPMB_MAX_HOST_HANDLES; list += sizeof(u32)) {
		u32 handle = vtpmb_peek_u32(list);

		if (!tpm12_is_hosts(hosts, handle) && !tpm12_is_of_proxy(port, kind, handle))
			lost[nr_lost++] = handle;
	}
	return nr_lost;
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
	nr_lost = tpm12_find_lost(port, kind, list, nr_handles, lost);
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
