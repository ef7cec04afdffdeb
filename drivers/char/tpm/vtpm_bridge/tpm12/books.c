// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, the handle table: a proxy's keys and sessions, with their virtual and
 * physical handles and saved contexts.
 *
 * Nothing here sends a command to the chip.  Unless stated otherwise, all of this runs in
 * the hub's thread.
 */

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "books.h"
#include "facts.h"
#include "room.h"
#include "state.h"

/*
 * If the chip cannot save contexts, one proxy gets at most a quarter of its sessions,
 * even if more are free, and some are kept for the host.
 */
#define MOST_OF_SLOTS	4
#define SLOTS_OF_HOST	2

/* If the chip's contextList is short, this fraction of it is kept for the host. */
#define PART_OF_HOST	4

const struct vtpmb_tpm12_kind_row vtpmb_tpm12_kinds[TPM12_NR_KINDS] = {
	[TPM12_KEY] = { 0, VTPMB_MAX_KEYS, 0x01000000, TPM_RT_KEY, TPM_CAP_PROP_KEYS },
	[TPM12_AUTH] = { VTPMB_MAX_KEYS, VTPMB_MAX_SESSIONS, 0x02000000, TPM_RT_AUTH,
			 TPM_CAP_PROP_AUTHSESS },
	[TPM12_TRANS] = { VTPMB_MAX_KEYS + VTPMB_MAX_SESSIONS, VTPMB_MAX_TRANSPORTS,
			  0x04000000, TPM_RT_TRANS, TPM_CAP_PROP_TRANSESS },
};

struct vtpmb_tpm12_entry *vtpmb_tpm12_entries(struct vtpmb_vtpm *vtpm,
					      enum vtpmb_tpm12_kind kind)
{
	return vtpmb_tpm12_table(vtpm)->entry + vtpmb_tpm12_kinds[kind].first;
}

/* The kind of a TPM_RESOURCE_TYPE, or TPM12_NR_KINDS if the handle table has none. */
enum vtpmb_tpm12_kind vtpmb_tpm12_kind_of(u32 rt)
{
	enum vtpmb_tpm12_kind kind;

	for (kind = 0; kind < TPM12_NR_KINDS; kind++) {
		if (vtpmb_tpm12_kinds[kind].rt == rt)
			break;
	}
	return kind;
}

/* Whether the chip can save contexts, as far as known. */
bool vtpmb_tpm12_can_save(const struct vtpmb_port *port)
{
	const struct vtpmb_tpm12_facts *facts = port->facts;

	return READ_ONCE(facts->owned) && !READ_ONCE(facts->chip.cannot_save);
}

unsigned int vtpmb_tpm12_share_of_slots(const struct vtpmb_port *port)
{
	unsigned int slots = vtpmb_tpm12_chip_number(port, TPM_CAP_PROP_MAX_AUTHSESS);
	unsigned int share = slots > SLOTS_OF_HOST ? slots - SLOTS_OF_HOST : 0;
	unsigned int nr_vtpms = atomic_read(&port->nr_vtpms);

	return max(min(slots / MOST_OF_SLOTS, share / max(nr_vtpms, 1U)), 1U);
}

/* Places in the chip's contextList for all proxies together. */
unsigned int vtpmb_tpm12_max_saved(const struct vtpmb_port *port)
{
	u32 places = vtpmb_tpm12_chip_number(port, TPM_CAP_PROP_MAX_CONTEXT);

	return places ? places - min(places / PART_OF_HOST, (u32)VTPMB_HOST_SESSIONS) : U32_MAX;
}

/**
 * vtpmb_tpm12_max_entries() - how many of a kind a proxy can have
 * @vtpm:	the vtpm
 * @kind:	which kind
 *
 * Keys and sessions that can be swapped are not limited by the chip's slots, but
 * sessions are limited by the places in its contextList.
 */
unsigned int vtpmb_tpm12_max_entries(const struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	unsigned int max = vtpmb_tpm12_kinds[kind].capacity;

	if (kind != TPM12_AUTH)
		return max;
	if (vtpmb_tpm12_can_save(vtpm->port))
		return min(max, vtpmb_tpm12_max_saved(vtpm->port));
	return min(max, vtpmb_tpm12_share_of_slots(vtpm->port));
}

/* Number of free slots that the chip must have before another entry is loaded. */
u32 vtpmb_tpm12_wanted_room(const struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	if (kind == TPM12_AUTH && !vtpmb_tpm12_can_save(vtpm->port))
		return 1 + SLOTS_OF_HOST;
	return 1;
}

/* Update the numbers of entries, which are also read outside the hub's thread. */
void vtpmb_tpm12_update_counts(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	u32 nr[TPM12_NR_KINDS] = {}, nr_saved = 0;
	unsigned int i;

	for (i = 0; i < TPM12_NR_ENTRIES; i++) {
		const struct vtpmb_tpm12_entry *entry = &table->entry[i];

		if (entry->res.used)
			nr[entry->kind]++;
		nr_saved += entry->guest_saved;
	}
	for (i = 0; i < TPM12_NR_KINDS; i++)
		WRITE_ONCE(table->nr[i], nr[i]);
	WRITE_ONCE(table->nr_saved, nr_saved);
}

/**
 * vtpmb_tpm12_has_stale() - whether all keys and sessions in a table have ended
 * @vtpm:	the vtpm
 *
 * This is so after a reset, ForceClear, or a clear of the chip, until the hub's thread has
 * swept the table.
 *
 * Context: Any
 */
bool vtpmb_tpm12_has_stale(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;
	const struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);

	return READ_ONCE(table->epoch) != READ_ONCE(vtpm->epoch) ||
	       READ_ONCE(table->nr_clears) != READ_ONCE(tpm->nr_clears) ||
	       READ_ONCE(table->chip_clears) !=
	       READ_ONCE(vtpmb_tpm12_chip(vtpm->port)->nr_clears);
}

/**
 * vtpmb_tpm12_entry() - find a key or session
 * @vtpm:	the vtpm
 * @kind:	which kind
 * @handle:	virtual handle
 *
 * Return: its entry, or NULL if the vtpm has none or its guest has saved it
 */
struct vtpmb_tpm12_entry *vtpmb_tpm12_entry(struct vtpmb_vtpm *vtpm,
					    enum vtpmb_tpm12_kind kind, u32 handle)
{
	u32 i = handle - vtpmb_tpm12_kinds[kind].handles;
	struct vtpmb_tpm12_entry *entry;

	if (i >= vtpmb_tpm12_kinds[kind].capacity)
		return NULL;
	entry = vtpmb_tpm12_entries(vtpm, kind) + i;
	return entry->res.used && !entry->guest_saved ? entry : NULL;
}

/**
 * vtpmb_tpm12_new_entry() - take a free virtual handle
 * @vtpm:	the vtpm
 * @kind:	which kind
 * @wanted:	the handle to take; 0: the lowest free one
 *
 * Return: the entry, not loaded yet; NULL if none is free
 */
struct vtpmb_tpm12_entry *vtpmb_tpm12_new_entry(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind,
						u32 wanted)
{
	struct vtpmb_tpm12_entry *first = vtpmb_tpm12_entries(vtpm, kind);
	unsigned int i;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity; i++) {
		u32 virt = vtpmb_tpm12_kinds[kind].handles + i;

		if (first[i].res.used || (wanted && virt != wanted))
			continue;
		first[i].vtpm = vtpm;
		first[i].kind = kind;
		first[i].virt = virt;
		vtpmb_resident_init(&first[i].res, &vtpmb_tpm12_chip(vtpm->port)->clock);
		vtpmb_tpm12_update_counts(vtpm);
		return &first[i];
	}
	return NULL;
}

/**
 * vtpmb_tpm12_use() - protect an entry that a command names from eviction
 * @vtpm:	the vtpm
 * @entry:	the entry; it and the key that it is bound to are not evicted until
 *		vtpmb_tpm12_clear_in_use()
 */
void vtpmb_tpm12_use(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	for (; entry; entry = entry->key)
		vtpmb_resident_use(&entry->res, &vtpmb_tpm12_chip(vtpm->port)->clock);
}

void vtpmb_tpm12_clear_in_use(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	unsigned int i;

	for (i = 0; i < TPM12_NR_ENTRIES; i++)
		table->entry[i].res.in_use = false;
}

/* Find the proxies' key or session with a physical handle, or NULL. */
struct vtpmb_tpm12_entry *vtpmb_tpm12_find_loaded(struct vtpmb_port *port,
						  enum vtpmb_tpm12_kind kind, u32 phys)
{
	struct vtpmb_tpm12_table *table;
	unsigned int i;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside) {
		struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entries(table->vtpm, kind);

		for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity; i++) {
			if (entry[i].res.phys == phys)
				return &entry[i];
		}
	}
	return NULL;
}

/**
 * vtpmb_tpm12_mark_loaded() - the chip has loaded or created an entry's key or session
 * @vtpm:	the vtpm
 * @entry:	the entry
 * @phys:	physical handle
 */
void vtpmb_tpm12_mark_loaded(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 phys)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	struct vtpmb_tpm12_entry *gone = vtpmb_tpm12_find_loaded(vtpm->port, entry->kind, phys);

	/* The chip never assigns a handle that is in use. */
	if (gone)
		gone->res.phys = 0;
	entry->res.phys = phys;
	if (list_empty(&table->inside))
		list_add_tail(&table->inside, &vtpmb_tpm12_chip(vtpm->port)->inside);
	vtpmb_tpm12_room_changes(vtpm->port, entry->kind, -1);
}

void vtpmb_tpm12_mark_unloaded(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	if (entry->res.phys)
		vtpmb_tpm12_room_changes(vtpm->port, entry->kind, 1);
	entry->res.phys = 0;
}

/*
 * The chip's contextList.  It is short, and all proxies share it.
 */

void vtpmb_tpm12_add_saved(struct vtpmb_tpm12_entry *entry, u32 count)
{
	entry->count = count;
	entry->period = vtpmb_tpm12_chip(entry->vtpm->port)->period;
	list_add_tail(&entry->res.saved, &entry->vtpm->port->saved);
}

void vtpmb_tpm12_forget_saved(struct vtpmb_tpm12_entry *entry)
{
	vtpmb_resident_forget_saved(&entry->res);
	entry->count = 0;
}

static void tpm12_free_entry(struct vtpmb_tpm12_entry *entry)
{
	vtpmb_tpm12_forget_saved(entry);
	memset(entry, 0, sizeof(*entry));
}

/*
 * Free an entry of which nothing is left in the chip.  The sessions of a key are forgotten with
 * it, except for those that the guest has saved.
 */
void vtpmb_tpm12_forget_entry(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	struct vtpmb_tpm12_entry *auth = vtpmb_tpm12_entries(vtpm, TPM12_AUTH);
	unsigned int i;

	if (!entry->res.used)
		return;
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++) {
		if (auth[i].key != entry)
			continue;
		auth[i].key = NULL;
		if (!auth[i].guest_saved)
			tpm12_free_entry(&auth[i]);
	}
	tpm12_free_entry(entry);
	vtpmb_tpm12_update_counts(vtpm);
}

/* The chip has ended a session that was loaded. */
void vtpmb_tpm12_session_ended(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	vtpmb_tpm12_mark_unloaded(vtpm, entry);
	vtpmb_tpm12_forget_entry(vtpm, entry);
}

unsigned int vtpmb_tpm12_nr_inside(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	const struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entries(vtpm, kind);
	unsigned int i, nr = 0;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity; i++)
		nr += entry[i].res.phys != 0;
	return nr;
}

/* Forget all entries: the chip is out of reach, or no longer has any of them. */
void vtpmb_tpm12_forget_all(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	unsigned int i = TPM12_NR_ENTRIES;

	while (i--)
		vtpmb_tpm12_forget_entry(vtpm, &table->entry[i]);
	list_del_init(&table->inside);
	vtpmb_tpm12_room_unknown(vtpm->port);
}
