// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: which objects and sessions in the chip belong to the host.
 *
 * When a response is lost, the bridge does not know what the chip has created.  What was in
 * the chip before the command and is in no table belongs to the host.  So the chip is asked
 * for its handles once in a turn, before it creates something for a guest.
 */

#include <linux/bitmap.h>
#include "ask.h"
#include "books.h"
#include "host.h"
#include "state.h"

/**
 * vtpmb_tpm20_list_host_objects() - list the host's objects in the chip
 * @vtpm:	the vtpm, about to have an object created
 *
 * The list stays valid until the end of the turn.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_list_host_objects(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	int count, i;

	if (table->host_objects_known)
		return 0;
	count = vtpmb_tpm20_chip_handles(vtpm->port, TPM2_TRANSIENT_FIRST, table->host_objects,
					 VTPMB_TPM20_MAX_TRANSIENT);
	if (count < 0)
		return count;
	table->nr_host_objects = 0;
	for (i = 0; i < count; i++) {
		if (!vtpmb_tpm20_find_loaded(table, table->host_objects[i]))
			table->host_objects[table->nr_host_objects++] = table->host_objects[i];
	}
	table->host_objects_known = true;
	return 0;
}

/**
 * vtpmb_tpm20_list_host_sessions() - list the host's loaded sessions in the chip
 * @vtpm:	the vtpm, about to have a session started
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_list_host_sessions(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;
	int err;

	if (table->host_sessions_known)
		return 0;
	err = vtpmb_tpm20_chip_sessions(vtpm->port, false, table->host_sessions);
	if (err)
		return err;
	for_each_set_bit(i, table->host_sessions, VTPMB_TPM20_MAX_ACTIVE) {
		if (vtpmb_tpm20_find_active(table, i))
			__clear_bit(i, table->host_sessions);
	}
	table->host_sessions_known = true;
	return 0;
}

/**
 * vtpmb_tpm20_is_free_object() - whether the chip can have given a handle to a new object
 * @table:	the handle table of the vtpm whose turn it is
 * @phys:	the chip's handle
 *
 * Nobody else may have it: no other object of this table, and no object that is known to be the
 * host's.  Other proxies have no objects in the chip.  Otherwise the answer is malformed.  Two
 * entries with one handle would flush each other, or what is the host's.
 */
bool vtpmb_tpm20_is_free_object(struct vtpmb_tpm20_table *table, u32 phys)
{
	unsigned int i;

	for (i = 0; table->host_objects_known && i < table->nr_host_objects; i++) {
		if (table->host_objects[i] == phys)
			return false;
	}
	return TPM20_HT(phys) == TPM2_HT_TRANSIENT && phys != table->lent.res.phys &&
	       !vtpmb_tpm20_find_loaded(table, phys);
}

/* Forget both lists, because the host gets the chip. */
void vtpmb_tpm20_forget_host_lists(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;

	table->host_objects_known = false;
	table->host_sessions_known = false;
	table->loading = NULL;
	table->host_ended = false;
}
