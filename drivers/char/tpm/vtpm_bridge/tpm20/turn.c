// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: the end of a turn.  Nothing of a guest stays loaded in the chip, and objects and
 * sessions that no longer exist for the guest are flushed.
 */

#include "books.h"
#include "host.h"
#include "nv.h"
#include "persistent.h"
#include "properties.h"
#include "register.h"
#include "resync.h"
#include "state.h"
#include "swap.h"
#include "turn.h"

/* Evict a body.  If it cannot be saved at the second attempt, it is flushed. */
static int tpm20_unload_body(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body)
{
	unsigned int tries = 0;
	int err = 0;

	while (body->res.phys && tries++ < 2) {
		if (!vtpmb_tpm20_evict(vtpm, body))
			return 0;
		err = vtpmb_tpm20_resync(vtpm);
		if (err)
			return err;
	}
	return body->res.phys ? vtpmb_tpm20_flush_and_forget(vtpm, body) : 0;
}

static int tpm20_unload_bodies(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;
	int err = vtpmb_tpm20_resync(vtpm);

	for (i = 0; i < VTPMB_TPM20_MAX_BODIES && !err; i++)
		err = tpm20_unload_body(vtpm, &table->body[i]);
	return err ? err : vtpmb_tpm20_resync(vtpm);
}

/* Leave nothing of a proxy in the chip after its turn. */
int vtpmb_tpm20_end_turn(struct vtpmb_vtpm *vtpm)
{
	int err = tpm20_unload_bodies(vtpm), reset;

	if (err)
		vtpmb_tpm20_forget_loaded(vtpm);
	reset = vtpmb_tpm20_reset_registers(vtpm->port);
	/* A lost response to that command does not concern handles. */
	vtpmb_tpm20_chip(vtpm->port)->resync_needed = false;
	vtpmb_tpm20_forget_indices(vtpm);
	vtpmb_tpm20_forget_properties(vtpm->port);
	vtpmb_tpm20_forget_host_lists(vtpm);
	return err ? err : reset;
}

/*
 * Keep guests' sessions from falling behind while guests are idle.  @vtpm has nothing loaded.
 * Only by saving a session does the bridge learn how many sessions the host has saved.
 */
int vtpmb_tpm20_refresh_saved(struct vtpmb_vtpm *vtpm)
{
	int err = vtpmb_tpm20_refresh_idle(vtpm);
	int left = vtpmb_tpm20_end_turn(vtpm);

	return err ? err : left;
}

static bool tpm20_is_flushed(const struct vtpmb_tpm20 *tpm,
			     const struct vtpmb_tpm20_entry *entry)
{
	return entry->kind != KIND_FREE &&
	       entry->flushed != READ_ONCE(tpm->hier[entry->hier].flushed);
}

static int tpm20_flush_stale_objects(struct vtpmb_vtpm *vtpm, bool all)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;
	int err = 0;

	for (i = 0; i < VTPMB_MAX_OBJECTS && !err; i++) {
		struct vtpmb_tpm20_entry *entry = &tpm->table.object[i];

		if (entry->kind != KIND_FREE && (all || tpm20_is_flushed(tpm, entry)))
			err = vtpmb_tpm20_flush_entry(vtpm, entry);
	}
	return err;
}

static bool tpm20_is_cleared(const struct vtpmb_tpm20 *tpm,
			     const struct vtpmb_tpm20_entry *entry)
{
	return entry->kind != KIND_FREE &&
	       entry->flushed != READ_ONCE(tpm->hier[entry->hier].cleared);
}

/* If the chip refuses to delete the object, it stays in the chip but hidden from the guest. */
static int tpm20_clear_persistent(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	u32 rc;

	return entry->body->persistent_handle ? vtpmb_tpm20_delete_persistent(vtpm, entry, &rc) :
				     vtpmb_tpm20_flush_entry(vtpm, entry);
}

/* A reset only unloads persistent objects; Clear deletes them. */
static int tpm20_forget_stale_persistent(struct vtpmb_vtpm *vtpm, bool all)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;
	int err = 0;

	for (i = 0; i < VTPMB_MAX_PERSISTENT && !err; i++) {
		struct vtpmb_tpm20_entry *entry = &tpm->table.persistent[i];

		if (tpm20_is_cleared(tpm, entry) && vtpmb_tpm20_may_delete(vtpm))
			err = tpm20_clear_persistent(vtpm, entry);
		else if (all && entry->kind != KIND_FREE && entry->body->res.phys)
			err = vtpmb_tpm20_evict(vtpm, entry->body);
	}
	return err;
}

/* A TPM Reset also ends contexts that the guest has saved (TPM 2.0 Part 1, 12.2.3). */
static bool tpm20_is_before_reset(const struct vtpmb_tpm20 *tpm,
				  const struct vtpmb_tpm20_entry *entry)
{
	return entry->kind != KIND_FREE && entry->flushed != READ_ONCE(tpm->reset_epoch);
}

/*
 * Contexts that the guest has saved survive a reset until Startup shows that it was a TPM
 * Reset.  Without power, they are flushed, because they take room that others need.
 */
static int tpm20_flush_stale_sessions(struct vtpmb_vtpm *vtpm, bool all, bool reset)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;
	int err = 0;

	if (READ_ONCE(vtpm->power) == VTPMB_OFF)
		all = true;
	for (i = 0; i < VTPMB_MAX_SESSIONS && !err; i++) {
		struct vtpmb_tpm20_entry *entry = &tpm->table.session[i];

		if (entry->kind == KIND_FREE)
			continue;
		if (all || (reset && !entry->guest_saved) || tpm20_is_before_reset(tpm, entry))
			err = vtpmb_tpm20_flush_entry(vtpm, entry);
	}
	return err;
}

static int tpm20_flush_stale(struct vtpmb_vtpm *vtpm, bool all)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u32 epoch = READ_ONCE(vtpm->epoch);
	u32 reset_epoch = READ_ONCE(tpm->reset_epoch);
	bool reset = tpm->table.epoch != epoch;
	int err;

	err = tpm20_flush_stale_objects(vtpm, all || reset);
	if (!err)
		err = vtpmb_tpm20_read_stored(vtpm);
	if (!err && vtpmb_tpm20_nv_stale(vtpm))
		err = vtpmb_tpm20_read_persistent(vtpm);
	if (!err)
		err = tpm20_forget_stale_persistent(vtpm, all || reset);
	if (!err)
		err = tpm20_flush_stale_sessions(vtpm, all, reset);
	if (!err)
		err = vtpmb_tpm20_limit_kept(vtpm, 0);
	if (err)
		return err;
	WRITE_ONCE(tpm->table.epoch, epoch);
	WRITE_ONCE(tpm->table.reset_epoch, reset_epoch);
	return vtpmb_tpm20_undefine_stale_nv(vtpm);
}

/*
 * Flush objects and sessions that no longer exist; with @all, everything of a vtpm that is
 * about to be destroyed.
 *
 * These are objects of a hierarchy that was disabled or cleared.  After a reset, these are also
 * all objects and sessions that the guest has not saved, and after a TPM Reset those that it
 * has saved.  Objects that a Clear deletes are first looked up in the chip.  Persistent objects
 * that are stored are entered.
 */
int vtpmb_tpm20_flush_stale(struct vtpmb_vtpm *vtpm, bool all)
{
	int err = vtpmb_tpm20_resync(vtpm);

	if (!err)
		err = tpm20_flush_stale(vtpm, all);
	if (!err)
		return 0;
	/* Try again, now that the table agrees with the chip. */
	vtpmb_tpm20_chip(vtpm->port)->resync_needed = true;
	err = vtpmb_tpm20_resync(vtpm);
	if (!err)
		err = tpm20_flush_stale(vtpm, all);
	/* The end of the turn tries again, unless this is the end of the turn. */
	if (err && all)
		vtpmb_tpm20_forget_loaded(vtpm);
	else if (err)
		vtpmb_tpm20_chip(vtpm->port)->resync_needed = true;
	return err;
}

bool vtpmb_tpm20_has_stale(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;

	if (vtpmb_tpm20_is_before_reset(vtpm) || vtpmb_tpm20_nv_stale(vtpm))
		return true;
	for (i = 0; i < VTPMB_MAX_OBJECTS; i++) {
		if (tpm20_is_flushed(tpm, &tpm->table.object[i]))
			return true;
	}
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		if (tpm20_is_cleared(tpm, &tpm->table.persistent[i]) &&
		    vtpmb_tpm20_may_delete(vtpm))
			return true;
	}
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++) {
		if (tpm20_is_before_reset(tpm, &tpm->table.session[i]))
			return true;
	}
	return false;
}
