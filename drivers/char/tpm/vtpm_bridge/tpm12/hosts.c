// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: the host's keys and sessions in the chip, and the session being saved. */

#include <linux/kernel.h>
#include "ask.h"
#include "books.h"
#include "hosts.h"
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

/**
 * vtpmb_tpm12_list_hosts() - list the host's keys or sessions in the chip
 * @port:	the chip, about to create a key or session of this kind
 * @kind:	which kind
 *
 * The list stays valid until the host gets the chip.  If the chip refuses to list its
 * handles, nothing is flushed as lost later.  If it is busy, it is asked again next time.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_list_hosts(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_hosts *hosts = &vtpmb_tpm12_chip(port)->hosts[kind];
	struct vtpmb_reader list;
	u32 handle, rc;
	int err;

	if (hosts->asked)
		return 0;
	err = vtpmb_tpm12_ask_list(port, vtpmb_tpm12_kinds[kind].rt, &list, &rc);
	if (err)
		return err;
	hosts->asked = !vtpmb_tpm12_is_busy(rc);
	hosts->known = !rc && list.left <= sizeof(hosts->handle);
	hosts->nr_handles = 0;
	while (hosts->known && vtpmb_get_u32(&list, &handle)) {
		if (!vtpmb_tpm12_find_loaded(port, kind, handle))
			hosts->handle[hosts->nr_handles++] = handle;
	}
	return 0;
}

/**
 * vtpmb_tpm12_can_be_new() - whether the chip can have given a handle to a new key or session
 * @port:	the chip
 * @kind:	which kind; vtpmb_tpm12_list_hosts() has been called for it
 * @handle:	the physical handle
 *
 * The host may not have it, nor may it be that of a fixed key, or 0.  Otherwise the response is
 * malformed: to evict the entry would flush what is the host's.  If a proxy has the handle, it
 * loses it: see vtpmb_tpm12_mark_loaded().
 */
bool vtpmb_tpm12_can_be_new(const struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 handle)
{
	const struct vtpmb_tpm12_hosts *hosts = &vtpmb_tpm12_chip(port)->hosts[kind];

	if (!handle || (kind == TPM12_KEY && handle >= TPM_KH_SRK && handle <= TPM_KH_RESERVED))
		return false;
	return !hosts->known || !tpm12_is_hosts(hosts, handle);
}

/* The chip is about to be told to save a loaded entry. */
void vtpmb_tpm12_note_save(const struct vtpmb_tpm12_entry *entry)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(entry->vtpm->port);

	/* A saved key takes no place in the contextList. */
	chip->saving = entry->kind == TPM12_KEY ? 0 : entry->res.phys;
	chip->saving_rt = vtpmb_tpm12_kinds[entry->kind].rt;
}

/**
 * vtpmb_tpm12_note_save_done() - no SaveContext is outstanding any more
 * @port:	the chip
 */
void vtpmb_tpm12_note_save_done(struct vtpmb_port *port)
{
	vtpmb_tpm12_chip(port)->saving = 0;
}

/* The host gets the chip. */
void vtpmb_tpm12_forget_hosts(struct vtpmb_port *port)
{
	unsigned int kind;

	for (kind = 0; kind < TPM12_NR_KINDS; kind++) {
		vtpmb_tpm12_chip(port)->hosts[kind].asked = false;
		vtpmb_tpm12_chip(port)->hosts[kind].known = false;
	}
	vtpmb_tpm12_note_save_done(port);
}

/*
 * The chip is about to be told to flush @handle.  If it is missing later, it was flushed and
 * not saved.
 */
void vtpmb_tpm12_note_flush(struct vtpmb_port *port, u32 handle)
{
	if (vtpmb_tpm12_chip(port)->saving == handle)
		vtpmb_tpm12_note_save_done(port);
}

/* Find handles that are neither the host's nor in a table, at most as many as fit @lost. */
unsigned int vtpmb_tpm12_find_lost(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind,
				   struct vtpmb_reader list, u32 *lost)
{
	const struct vtpmb_tpm12_hosts *hosts = &vtpmb_tpm12_chip(port)->hosts[kind];
	unsigned int nr_lost = 0;
	u32 handle;

	while (nr_lost < VTPMB_MAX_HOST_HANDLES && vtpmb_get_u32(&list, &handle)) {
		if (!tpm12_is_hosts(hosts, handle) && !vtpmb_tpm12_find_loaded(port, kind, handle))
			lost[nr_lost++] = handle;
	}
	return nr_lost;
}
