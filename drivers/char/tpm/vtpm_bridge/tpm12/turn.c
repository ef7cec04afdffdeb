// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: the end of a turn, and of a proxy's keys and sessions in the chip.
 *
 * Every retry is bounded: see tpm12_evict_all_or_retry().  All of this runs in the hub's
 * thread.
 */

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include "ask.h"
#include "books.h"
#include "hosts.h"
#include "lockout.h"
#include "lost.h"
#include "register.h"
#include "room.h"
#include "state.h"
#include "swap.h"
#include "turn.h"

/* Rounds without progress that a busy or silent chip gets before it goes to the host. */
#define MAX_LOSSES	3

/*
 * If the chip never lists its handles, evict or flush all entries, so that none has a
 * handle that may be free.
 */
static int tpm12_resync_kind(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 *rc)
{
	int err = vtpmb_tpm12_forget_dead(port, kind, rc);

	if (err || !*rc || vtpmb_tpm12_is_busy(*rc))
		return err;
	*rc = TPM_SUCCESS;
	return vtpmb_tpm12_unload_kind(port, kind);
}

static unsigned int tpm12_nr_of_all(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_table *table;
	unsigned int nr = 0;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside)
		nr += vtpmb_tpm12_nr_inside(table->vtpm, kind);
	return nr;
}

/*
 * Make the handle tables agree with the chip after a lost response, or return a busy chip's
 * return code in *@rc.
 *
 * After a lost response, an entry may have a handle that is free in the chip.  Nothing may be
 * loaded before this is settled, since it could get the same handle.  The lost command may also
 * have created a key or session that has no entry.
 */
int vtpmb_tpm12_resync(struct vtpmb_port *port, u32 *rc)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	unsigned int kind;
	int err = 0;

	*rc = TPM_SUCCESS;
	if (!chip->resync_needed)
		return 0;
	chip->resync_needed = false;
	for (kind = 0; kind < TPM12_NR_KINDS && !err && !*rc; kind++) {
		if (tpm12_nr_of_all(port, kind))
			err = tpm12_resync_kind(port, kind, rc);
	}
	if (!err && !*rc)
		err = vtpmb_tpm12_flush_lost(port, rc);
	if (err || *rc)
		chip->resync_needed = true;
	return err;
}

/*
 * Evict the keys or the sessions of one proxy.  Go on if the chip refuses to flush one,
 * but stop at a lost response: the chip has to be asked for its handles first.
 */
static int tpm12_evict_kind(struct vtpmb_tpm12_table *table, bool keys)
{
	struct vtpmb_port *port = table->vtpm->port;
	unsigned int i;
	int err = 0;

	for (i = 0; i < TPM12_NR_ENTRIES && !vtpmb_tpm12_chip(port)->resync_needed; i++) {
		struct vtpmb_tpm12_entry *entry = &table->entry[i];
		bool is_key = entry->kind == TPM12_KEY;

		if (entry->res.phys && is_key == keys)
			err = vtpmb_tpm12_evict(table->vtpm, entry) ?: err;
	}
	return err;
}

/* Evict the keys or the sessions of all proxies, skipping @but if it is not NULL. */
static int tpm12_evict_kind_of_all(struct vtpmb_port *port, bool keys, const struct vtpmb_vtpm *but)
{
	struct vtpmb_tpm12_table *table;
	int err = 0;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside) {
		if (table->vtpm != but)
			err = tpm12_evict_kind(table, keys) ?: err;
	}
	return err;
}

/*
 * Sessions first, since they end with their keys.  If a busy chip keeps sessions, the
 * keys stay too.
 */
static int tpm12_evict_all(struct vtpmb_port *port, const struct vtpmb_vtpm *but)
{
	int err = tpm12_evict_kind_of_all(port, false, but);

	if (!but && vtpmb_tpm12_can_save(port) && tpm12_nr_of_all(port, TPM12_AUTH))
		return err;
	return tpm12_evict_kind_of_all(port, true, but) ?: err;
}

/* Evict the keys and sessions of all other proxies: the next command of @vtpm may end them. */
int vtpmb_tpm12_evict_others(struct vtpmb_vtpm *vtpm)
{
	return tpm12_evict_all(vtpm->port, vtpm);
}

/*
 * Count the entries that are still loaded but should not be when the host gets the chip,
 * plus one if a lost command may have created something.
 */
static unsigned int tpm12_nr_left(struct vtpmb_port *port)
{
	unsigned int kind, nr = vtpmb_tpm12_chip(port)->resync_needed;

	if (!nr && !vtpmb_tpm12_can_save(port))
		return 0;
	for (kind = 0; kind < TPM12_NR_KINDS; kind++)
		nr += tpm12_nr_of_all(port, kind);
	return nr;
}

/*
 * If the chip is busy or responses are lost, try again.  Rounds that leave fewer entries
 * in the chip than ever before are not limited, others are limited to MAX_LOSSES.  So
 * the number of rounds is at most that of the entries loaded at first, plus a few.
 */
static int tpm12_evict_all_or_retry(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	unsigned int least = U32_MAX, tries = 0, nr;
	u32 rc;
	int err;

	do {
		err = vtpmb_tpm12_resync(port, &rc);
		if (!chip->resync_needed)
			err = tpm12_evict_all(port, NULL);
		nr = tpm12_nr_left(port);
		tries += nr >= least;
		least = min(nr, least);
	} while (nr && tries < MAX_LOSSES);
	return err;
}

/*
 * Drop the physical handles of all entries: once an entry is gone from the chip, the host
 * may be given its handle.
 */
static void tpm12_forget_handle_of_all(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_table *table;
	unsigned int i;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside) {
		for (i = 0; i < TPM12_NR_ENTRIES; i++)
			vtpmb_tpm12_mark_unloaded(table->vtpm, &table->entry[i]);
	}
}

/*
 * Evict the keys and sessions of all proxies: the chip goes to the host.  Afterwards nothing is
 * in doubt.  An entry that the chip refused to flush is lost to its proxy.  A chip that cannot
 * save contexts keeps what is loaded.
 */
int vtpmb_tpm12_unload_all(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	struct vtpmb_tpm12_table *table, *next;
	int err = tpm12_evict_all_or_retry(port);
	unsigned int kind;

	for (kind = 0; kind < TPM12_NR_KINDS && !chip->resync_needed && vtpmb_tpm12_can_save(port);
	     kind++)
		err = vtpmb_tpm12_unload_kind(port, kind) ?: err;
	if (tpm12_nr_left(port))
		tpm12_forget_handle_of_all(port);
	chip->resync_needed = false;
	list_for_each_entry_safe(table, next, &chip->inside, inside) {
		if (!vtpmb_tpm12_nr_inside(table->vtpm, TPM12_KEY) &&
		    !vtpmb_tpm12_nr_inside(table->vtpm, TPM12_AUTH) &&
		    !vtpmb_tpm12_nr_inside(table->vtpm, TPM12_TRANS))
			list_del_init(&table->inside);
	}
	vtpmb_tpm12_room_unknown(port);
	vtpmb_tpm12_forget_hosts(port);
	vtpmb_tpm12_failures_unknown(port);
	chip->same_since = ++chip->period;
	return vtpmb_tpm12_clear_registers(port) ?: err;
}

/*
 * A command has cleared the chip.  The vtpm that sent it is swept before its next command.  No
 * entry may keep a handle that the chip can assign again.
 */
void vtpmb_tpm12_chip_cleared(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(vtpm->port);
	struct vtpmb_tpm12_table *table, *next;

	WRITE_ONCE(chip->nr_clears, chip->nr_clears + 1);
	list_for_each_entry_safe(table, next, &chip->inside, inside) {
		if (table->vtpm != vtpm)
			vtpmb_tpm12_forget_all(table->vtpm);
	}
}

static int tpm12_flush_and_forget_all(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	unsigned int i = TPM12_NR_ENTRIES;
	int err = 0;

	while (i-- && !err) {
		if (table->entry[i].res.used)
			err = vtpmb_tpm12_flush_and_forget(vtpm, &table->entry[i]);
	}
	return err;
}

/*
 * Flush and forget keys and sessions that have ended, by a reset, ForceClear, or a clear of the
 * chip; with @all, all of a vtpm that is being destroyed.
 */
int vtpmb_tpm12_flush_stale(struct vtpmb_vtpm *vtpm, bool all)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	u32 chip_clears = vtpmb_tpm12_chip(vtpm->port)->nr_clears;
	u32 nr_clears = READ_ONCE(tpm->nr_clears);
	u32 epoch = READ_ONCE(vtpm->epoch);
	int err = 0;

	if (chip_clears != table->chip_clears)
		vtpmb_tpm12_forget_all(vtpm);
	else if (all || epoch != table->epoch || nr_clears != table->nr_clears)
		err = tpm12_flush_and_forget_all(vtpm);
	if (err)
		return err;
	WRITE_ONCE(table->epoch, epoch);
	WRITE_ONCE(table->nr_clears, nr_clears);
	WRITE_ONCE(table->chip_clears, chip_clears);
	return 0;
}
