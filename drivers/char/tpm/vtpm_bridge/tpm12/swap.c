// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, swapping: saving, flushing and loading of a proxy's keys and sessions
 * (Part 3, 21 and 22).
 *
 * A key never changes, so its context is saved once and can be loaded any number
 * of times; to evict a saved key is only to flush it.  A session's context can be
 * loaded only once, and takes a place in the chip's contextList until then.  OSAP
 * and DSAP sessions end with their key, so they are saved before the key is
 * flushed, and loaded after it.
 *
 * A loaded entry stays loaded from one proxy's turn to the next, until its slot is
 * needed or the host gets the chip.  When no slot is free, the least recently used
 * entry is evicted.
 *
 * A chip that has no owner, or is disabled or deactivated, cannot save contexts.
 * Loaded entries then stay in the chip even while the host has it, and each proxy
 * gets a share of the session slots.  A proxy that is over its share, because
 * others have been created since, loses its oldest sessions.
 *
 * All of this runs in the hub's thread.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include "../core/port.h"
#include "ask.h"
#include "books.h"
#include "hosts.h"
#include "state.h"
#include "swap.h"

/*
 * Every retry is bounded, whatever the chip answers:
 *
 *   vtpmb_tpm12_command()	MAX_RETRIES, while the chip returns TPM_RETRY
 *   vtpmb_tpm12_save()		MAX_RETRIES; each retry follows a flush or a refresh of a
 *				saved session
 *   tpm12_leave_places()	MAX_RETRIES; if the list is still full then, the chip says so
 *   vtpmb_tpm12_have_room()	MAX_RETRIES; each retry follows an eviction, and at most
 *				three slots are wanted
 *   tpm12_load_key()		MAX_RETRIES; each retry follows an eviction
 *
 * The loops nest, since saving one session may require loading another one, and the
 * other way round.  @refreshing and @checking_context of struct vtpmb_tpm12_chip keep a refresh
 * and a proof from nesting in themselves.
 */
#define MAX_RETRIES	5

/* TPM_CONTEXT_BLOB (Part 2, 18.1) */
#define BLOB_COUNT_AT	26
#define BLOB_MIN_SIZE	58
#define LABEL_SIZE	16

/*
 * Saving, flushing and evicting.
 */

/**
 * vtpmb_tpm12_flush_handle() - TPM_FlushSpecific
 * @port:	the chip
 * @handle:	physical handle or contextCount
 * @rt:		TPM_RESOURCE_TYPE
 * @rc:		out: the chip's return code
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_flush_handle(struct vtpmb_port *port, u32 handle, u32 rt, u32 *rc)
{
	u8 body[8];
	int len;

	vtpmb_tpm12_note_flush(port, handle);
	vtpmb_poke_u32(body, handle);
	vtpmb_poke_u32(body + 4, rt);
	len = vtpmb_tpm12_own_command(port, TPM_ORD_FlushSpecific, body, sizeof(body), rc);
	return len < 0 ? len : 0;
}

/* The chip has restarted: older contexts are gone, and their counts may be reused. */
static void tpm12_forget_saved(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	struct vtpmb_tpm12_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &port->saved, res.saved) {
		if (entry->period == chip->period)
			continue;
		vtpmb_tpm12_forget_saved(entry);
	}
}

/* Until the chip restarts, contextCount increases with each session that anybody saves. */
static void tpm12_take_count(struct vtpmb_tpm12_entry *entry, u32 count)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(entry->vtpm->port);

	if (count <= chip->newest)
		tpm12_forget_saved(entry->vtpm->port);
	chip->newest = count;
	vtpmb_tpm12_add_saved(entry, count);
}

static int tpm12_take_blob(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, int len)
{
	struct vtpmb_reader r;
	const u8 *blob;
	u32 blob_len;

	vtpmb_reader_init(&r, vtpm->port->scratch + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (!vtpmb_get_u32(&r, &blob_len) || blob_len < BLOB_MIN_SIZE || r.left != blob_len)
		return vtpmb_tpm12_cut_short(vtpm->port);
	blob = r.pos;
	if (entry->kind != TPM12_KEY) {
		/* In a contextList 0 stands for a free place. */
		if (!vtpmb_peek_u32(blob + BLOB_COUNT_AT))
			return vtpmb_tpm12_cut_short(vtpm->port);
		tpm12_take_count(entry, vtpmb_peek_u32(blob + BLOB_COUNT_AT));
		vtpmb_tpm12_mark_unloaded(vtpm, entry);
	}
	return vtpmb_resident_keep_blob(&entry->res, blob, blob_len);
}

/* No owner, disabled or deactivated: the chip cannot save the entry, but does not lose it. */
static bool tpm12_cannot_save(u32 rc)
{
	return rc == TPM_NOSRK || rc == TPM_DISABLED || rc == TPM_DEACTIVATED;
}

/* The entry was not saved, but it stays loaded. */
static bool tpm12_is_kept_loaded(u32 rc)
{
	return tpm12_cannot_save(rc) || vtpmb_tpm12_is_busy(rc);
}

/*
 * Return codes after which nothing is left to flush: the chip does not know the handle,
 * or TPM_KeyControlOwner has put the key under the owner's control, so that it no longer
 * belongs to a proxy.
 */
static bool tpm12_is_gone(u32 rc)
{
	return rc == TPM_BAD_PARAMETER || rc == TPM_INVALID_AUTHHANDLE ||
	       rc == TPM_INVALID_KEYHANDLE || rc == TPM_BAD_HANDLE ||
	       rc == TPM_INVALID_RESOURCE || rc == TPM_OWNER_CONTROL;
}

/*
 * Save a session that is bound to a key, before the chip flushes a key.  A session
 * that cannot be saved is flushed.  Otherwise the chip might end it unnoticed and give
 * its handle to another proxy's session.
 */
static int tpm12_save_bound(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	u32 rc;
	int err = vtpmb_tpm12_save(vtpm, entry, &rc);

	if (err == -ENOMEM || (!err && entry->res.phys))
		return vtpmb_tpm12_flush_and_forget(vtpm, entry);
	return err;
}

/**
 * vtpmb_tpm12_save_all_bound() - save all loaded sessions that are bound to a key
 * @port:	the chip, about to flush a key
 *
 * This includes all keys of all proxies.  If a key is loaded under several handles,
 * the chip takes the copies for one key, and ends the sessions of all of them when
 * the first copy is flushed.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_save_all_bound(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_table *table;
	int err = 0;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside) {
		struct vtpmb_tpm12_entry *auth = vtpmb_tpm12_entries(table->vtpm, TPM12_AUTH);
		unsigned int i;

		for (i = 0; i < VTPMB_MAX_SESSIONS && !err; i++) {
			if (auth[i].key && auth[i].res.phys)
				err = tpm12_save_bound(table->vtpm, &auth[i]);
		}
	}
	return err;
}

/*
 * The bridge is not told when the chip restarts.  After a restart, a contextCount may
 * belong to somebody else's session.  So a context that was saved before the host last
 * had the chip is loaded before it is flushed: the chip refuses a context from before
 * a restart.  Once a context has been loaded, all that are not older are known to be
 * valid.
 *
 * Loading one context may require flushing another one.  That one is not proven.
 */
static int tpm12_check_context(struct vtpmb_tpm12_entry *entry)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(entry->vtpm->port);
	u32 rc;
	int err;

	if (!entry->count || !entry->res.blob || entry->period >= chip->same_since ||
	    chip->checking_context)
		return 0;
	chip->checking_context = true;
	err = vtpmb_tpm12_load(entry->vtpm, entry, &rc);
	chip->checking_context = false;
	return err;
}

/* If this returns 0, nothing of @entry is left in the chip. */
static int tpm12_flush(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	u32 rc = TPM_SUCCESS;
	int err = 0;

	if (entry->res.phys && entry->kind == TPM12_KEY)
		err = vtpmb_tpm12_save_all_bound(vtpm->port);
	else
		err = tpm12_check_context(entry);
	if (err || !entry->res.used)
		return err;
	if (entry->res.phys)
		err = vtpmb_tpm12_flush_handle(vtpm->port, entry->res.phys,
					       vtpmb_tpm12_kinds[entry->kind].rt, &rc);
	else if (entry->count)
		err = vtpmb_tpm12_flush_handle(vtpm->port, entry->count, TPM_RT_CONTEXT, &rc);
	if (err)
		return err;
	if (rc && !tpm12_is_gone(rc))
		return -EIO;
	if (!entry->res.phys)
		vtpmb_tpm12_forget_saved(entry);
	vtpmb_tpm12_mark_unloaded(vtpm, entry);
	return 0;
}

/**
 * vtpmb_tpm12_flush_and_forget() - flush an entry from the chip and forget it
 * @vtpm:	the vtpm
 * @entry:	a session, or a key that no session is bound to
 *
 * Return: 0; -EIO if the chip refuses to flush it; or the errno of transmit
 */
int vtpmb_tpm12_flush_and_forget(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	int err = tpm12_flush(vtpm, entry);

	if (!err)
		vtpmb_tpm12_forget_entry(vtpm, entry);
	return err;
}

/* @entry is loaded in the chip. */
static int tpm12_save_once(struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	struct vtpmb_vtpm *vtpm = entry->vtpm;
	u8 body[8 + LABEL_SIZE] = {};
	int len, err;

	vtpmb_tpm12_note_save(entry);
	vtpmb_poke_u32(body, entry->res.phys);
	vtpmb_poke_u32(body + 4, vtpmb_tpm12_kinds[entry->kind].rt);
	len = vtpmb_tpm12_own_command(vtpm->port, TPM_ORD_SaveContext, body, sizeof(body), rc);
	if (len < 0)
		return len;
	if (!vtpmb_tpm12_is_busy(*rc))
		WRITE_ONCE(vtpmb_tpm12_chip(vtpm->port)->cannot_save,
			   tpm12_cannot_save(*rc));
	err = *rc ? 0 : tpm12_take_blob(vtpm, entry, len);
	if (err != -EIO)
		vtpmb_tpm12_note_save_done(vtpm->port);
	return err;
}

static unsigned int tpm12_nr_saved(const struct vtpmb_port *port, const struct vtpmb_vtpm *of)
{
	const struct vtpmb_tpm12_entry *entry;
	unsigned int nr = 0;

	list_for_each_entry(entry, &port->saved, res.saved)
		nr += !of || entry->vtpm == of;
	return nr;
}

/*
 * Choose the session to flush so that @another gets a place in the contextList: the
 * oldest saved session of the proxy that would have the most places.  If no proxy would
 * have more than @another's, it is that proxy's oldest one, or @another itself if that
 * proxy has none in the list.
 */
static struct vtpmb_tpm12_entry *tpm12_find_place(struct vtpmb_tpm12_entry *another)
{
	struct list_head *list = &another->vtpm->port->saved;
	struct vtpmb_tpm12_entry *entry, *greediest = another;
	unsigned int nr, most = 1 + tpm12_nr_saved(another->vtpm->port, another->vtpm);

	list_for_each_entry(entry, list, res.saved) {
		nr = tpm12_nr_saved(entry->vtpm->port, entry->vtpm);
		if (entry->vtpm == another->vtpm ? greediest != another : nr <= most)
			continue;
		most = max(most, nr);
		greediest = entry;
	}
	return greediest;
}

static int tpm12_free_place(struct vtpmb_tpm12_entry *another)
{
	struct vtpmb_tpm12_entry *greediest = tpm12_find_place(another);

	return vtpmb_tpm12_flush_and_forget(greediest->vtpm, greediest);
}

static int tpm12_reload(struct vtpmb_tpm12_entry *oldest)
{
	struct vtpmb_vtpm *vtpm = oldest->vtpm;
	u32 rc;
	int err = vtpmb_tpm12_load(vtpm, oldest, &rc);

	if (err || !oldest->res.used)
		return err;
	if (!rc)
		err = tpm12_save_once(oldest, &rc);
	if (err == -ENOMEM || rc)
		err = vtpmb_tpm12_flush_and_forget(vtpm, oldest);
	return err;
}

/*
 * The chip refuses to save a session once too many were saved after the oldest one
 * (Part 3, 21.2), so load the oldest one and save it again.  It is flushed if that
 * fails, or if it would nest in another refresh.
 */
static int tpm12_refresh(struct vtpmb_tpm12_entry *oldest)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(oldest->vtpm->port);
	int err;

	if (chip->refreshing)
		return vtpmb_tpm12_flush_and_forget(oldest->vtpm, oldest);
	chip->refreshing = true;
	err = tpm12_reload(oldest);
	chip->refreshing = false;
	return err;
}

/*
 * The chip refused to save @entry: the contextList is full or its oldest session is too
 * old.  Flush or refresh a saved session.
 *
 * Return: 1 to try again, 0 if that is pointless, or a negative errno
 */
static int tpm12_free_context(struct vtpmb_tpm12_entry *entry, u32 rc)
{
	struct vtpmb_port *port = entry->vtpm->port;
	struct vtpmb_tpm12_entry *oldest;
	int err;

	if (list_empty(&port->saved))
		return 0;
	if (rc == TPM_CONTEXT_GAP) {
		oldest = list_first_entry(&port->saved, struct vtpmb_tpm12_entry, res.saved);
		err = tpm12_refresh(oldest);
	} else if (rc == TPM_NOCONTEXTSPACE) {
		err = tpm12_free_place(entry);
	} else {
		return 0;
	}
	return err ? err : 1;
}

/* Keep the host's places in the contextList free. */
static int tpm12_leave_places(struct vtpmb_port *port, struct vtpmb_tpm12_entry *entry)
{
	unsigned int tries = 0;
	int err = 0;

	if (entry->kind == TPM12_KEY || vtpmb_tpm12_chip(port)->checking_context)
		return 0;
	while (!err && entry->res.phys && tries++ < MAX_RETRIES &&
	       tpm12_nr_saved(port, NULL) >= vtpmb_tpm12_max_saved(port))
		err = tpm12_free_place(entry);
	return err;
}

/**
 * vtpmb_tpm12_save() - have the chip save an entry's context
 * @vtpm:	the vtpm
 * @entry:	the entry; a session is no longer loaded afterwards
 * @rc:		out: the chip's return code
 *
 * A key that was saved before is not saved again.  A session is flushed and forgotten
 * if the contextList has no place for it.
 *
 * Return: 0; -ENOMEM: a session cannot be loaded again and has to be flushed; -EIO; or
 * the errno of transmit
 */
int vtpmb_tpm12_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	unsigned int tries = 0;
	int err, again = 0;

	do {
		*rc = TPM_SUCCESS;
		/* Making room in the contextList may have saved this entry, or flushed it. */
		if (entry->res.blob || !entry->res.phys)
			return 0;
		err = tpm12_leave_places(vtpm->port, entry);
		if (err || !entry->res.phys)
			return err;
		err = tpm12_save_once(entry, rc);
		again = err ? 0 : tpm12_free_context(entry, *rc);
	} while (again > 0 && tries++ < MAX_RETRIES);
	return again < 0 ? again : err;
}

static int tpm12_evict_session(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	u32 rc;
	int err = vtpmb_tpm12_save(vtpm, entry, &rc);

	if (err == -ENOMEM || (!err && rc && !tpm12_is_kept_loaded(rc)))
		return vtpmb_tpm12_flush_and_forget(vtpm, entry);
	return err;
}

/* Call @run for each session that is bound to @key and has this @guest_saved. */
static int tpm12_each_bound(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_entry *key,
			    bool guest_saved,
			    int (*run)(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry))
{
	struct vtpmb_tpm12_entry *auth = vtpmb_tpm12_entries(vtpm, TPM12_AUTH);
	unsigned int i;
	int err = 0;

	for (i = 0; i < VTPMB_MAX_SESSIONS && !err; i++) {
		if (auth[i].key == key && auth[i].guest_saved == guest_saved)
			err = run(vtpm, &auth[i]);
	}
	return err;
}

/**
 * vtpmb_tpm12_flush_key() - flush a key and its sessions, and forget them
 * @vtpm:	the vtpm
 * @key:	the key
 *
 * Sessions that the guest has saved are kept.  The guest can load them once it has
 * loaded the key again, so the chip has to save them before it flushes the key.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_flush_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *key)
{
	int err = tpm12_each_bound(vtpm, key, true, tpm12_evict_session);

	if (!err)
		err = tpm12_each_bound(vtpm, key, false, vtpmb_tpm12_flush_and_forget);
	return err ? err : vtpmb_tpm12_flush_and_forget(vtpm, key);
}

static int tpm12_evict_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *key)
{
	u32 rc;
	int err = vtpmb_tpm12_save(vtpm, key, &rc);

	if (!err && tpm12_is_kept_loaded(rc))
		return 0;
	if (err == -ENOMEM || (!err && rc))
		return vtpmb_tpm12_flush_key(vtpm, key);
	return err ? err : tpm12_flush(vtpm, key);
}

int vtpmb_tpm12_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	if (entry->kind == TPM12_KEY)
		return tpm12_evict_key(vtpm, entry);
	return tpm12_evict_session(vtpm, entry);
}

/*
 * Loading.
 */

/* Find the least recently used entry, not in use, of all proxies or of @vtpm only. */
static struct vtpmb_tpm12_entry *tpm12_oldest(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind,
					      const struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_resident *oldest = NULL;
	struct vtpmb_tpm12_table *table;
	unsigned int i;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside) {
		struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entries(table->vtpm, kind);

		for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity; i++) {
			if (!vtpm || table->vtpm == vtpm)
				oldest = vtpmb_resident_older(oldest, &entry[i].res);
		}
	}
	return oldest ? container_of(oldest, struct vtpmb_tpm12_entry, res) : NULL;
}

/**
 * vtpmb_tpm12_make_room() - evict an entry from a full chip
 * @vtpm:	the vtpm
 * @kind:	the kind of entry
 *
 * Evicts the least recently used entry of all vtpms.  Entries that the current
 * command names are kept.
 *
 * Return: 1 if a slot is free now, 0 if not, or a negative errno
 */
int vtpmb_tpm12_make_room(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_entry *oldest = tpm12_oldest(vtpm->port, kind, NULL);
	int err;

	if (!oldest)
		return 0;
	err = vtpmb_tpm12_evict(oldest->vtpm, oldest);
	return err ? err : !oldest->res.phys;
}

/* Find the proxy with the most loaded entries of @kind, skipping @but. */
static struct vtpmb_vtpm *tpm12_fullest(struct vtpmb_vtpm *but, enum vtpmb_tpm12_kind kind,
					unsigned int *most)
{
	struct vtpmb_vtpm *fullest = NULL;
	struct vtpmb_tpm12_table *table;
	unsigned int nr;

	*most = 0;
	list_for_each_entry(table, &vtpmb_tpm12_chip(but->port)->inside, inside) {
		nr = vtpmb_tpm12_nr_inside(table->vtpm, kind);
		if (table->vtpm == but || nr <= *most)
			continue;
		*most = nr;
		fullest = table->vtpm;
	}
	return fullest;
}

/*
 * The chip is full and cannot save.  Flush the oldest session of the proxy that has the
 * most loaded, if that proxy is over its share, or if @vtpm has no session loaded.
 *
 * Return: 1 if a slot is free now, 0 if not, or a negative errno
 */
static int tpm12_flush_over_share(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_entry *oldest;
	struct vtpmb_vtpm *fullest;
	unsigned int most;
	int err;

	if (kind != TPM12_AUTH || vtpmb_tpm12_can_save(vtpm->port))
		return 0;
	fullest = tpm12_fullest(vtpm, kind, &most);
	if (!fullest ||
	    (most <= vtpmb_tpm12_share_of_slots(vtpm->port) && vtpmb_tpm12_nr_inside(vtpm, kind)))
		return 0;
	oldest = tpm12_oldest(vtpm->port, kind, fullest);
	if (!oldest)
		return 0;
	err = vtpmb_tpm12_flush_and_forget(fullest, oldest);
	return err ? err : 1;
}

/**
 * vtpmb_tpm12_have_room() - make sure that the chip has a free slot
 * @vtpm:	the vtpm
 * @kind:	the kind of entry
 * @rc:		out: TPM_SUCCESS or the return code of a full TPM
 *
 * Needed before commands that destroy a session if the chip is full.  The chip is
 * asked only if the number of free slots is unknown.
 *
 * Return: 0 or a negative errno
 */
int vtpmb_tpm12_have_room(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind, u32 *rc)
{
	u32 *room = &vtpmb_tpm12_chip(vtpm->port)->room[kind];
	unsigned int tries = 0;
	int err = 0, again = 1;

	*rc = TPM_SUCCESS;
	if (*room == TPM12_ROOM_UNKNOWN)
		err = vtpmb_tpm12_ask_number(vtpm->port, vtpmb_tpm12_kinds[kind].free, room);
	/* Each pass evicts one entry, until none can be evicted. */
	while (!err && again > 0 && *room < vtpmb_tpm12_wanted_room(vtpm, kind)) {
		if (tries++ >= MAX_RETRIES)
			break;
		again = vtpmb_tpm12_make_room(vtpm, kind);
		if (!again)
			again = tpm12_flush_over_share(vtpm, kind);
	}
	if (!err && again < 0)
		err = again;
	if (!err && *room < vtpmb_tpm12_wanted_room(vtpm, kind))
		*rc = tpm12_full(kind);
	return err;
}

/*
 * keepHandle is false: otherwise the chip would refuse a handle that is in use.  An
 * entry has no blob if it was to be given up while the chip was out of reach.
 */
static int tpm12_load_context(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_entry *entry,
			      u32 *rc)
{
	u8 head[9];
	const struct vtpmb_body body = { head, sizeof(head), entry->res.blob, entry->res.blob_len };
	int len, err;

	*rc = TPM_BADCONTEXT;
	if (!entry->res.blob)
		return 0;
	err = vtpmb_tpm12_list_hosts(vtpm->port, entry->kind);
	if (err)
		return err;
	vtpmb_poke_u32(head, entry->key ? entry->key->res.phys : entry->entity);
	head[4] = 0;
	vtpmb_poke_u32(head + 5, entry->res.blob_len);
	len = vtpmb_tpm12_command(vtpm->port, TPM_ORD_LoadContext, &body, rc);
	if (len >= 0 && !*rc && len != VTPMB_HEADER_SIZE + sizeof(u32))
		return vtpmb_tpm12_cut_short(vtpm->port);
	return len < 0 ? len : 0;
}

/* Return codes of a failed load that leave the context valid. */
static bool tpm12_keeps_context(u32 rc)
{
	return tpm12_cannot_save(rc) || tpm12_is_full(rc) || rc == TPM_INVALID_POSTINIT ||
	       vtpmb_tpm12_is_busy(rc);
}

/* A full chip refuses a key without harm.  It is not asked again before an eviction. */
static int tpm12_load_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	u32 *room = &vtpmb_tpm12_chip(vtpm->port)->room[TPM12_KEY];
	unsigned int tries = 0;
	int err, again = 1;

	/* Making room may have loaded this key, in order to refresh one of its sessions. */
	while (again > 0 && !entry->res.phys && tries++ < MAX_RETRIES) {
		if (*room) {
			err = tpm12_load_context(vtpm, entry, rc);
			if (err || !tpm12_is_full(*rc))
				return err;
			*room = 0;
		}
		*rc = TPM_NOSPACE;
		again = vtpmb_tpm12_make_room(vtpm, TPM12_KEY);
	}
	return min(again, 0);
}

/* A full chip would lose the session's context, so make room before loading. */
static int tpm12_load_session(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	int err = 0;

	*rc = TPM_SUCCESS;
	if (entry->key)
		err = vtpmb_tpm12_load(vtpm, entry->key, rc);
	if (!err && !*rc)
		err = vtpmb_tpm12_have_room(vtpm, entry->kind, rc);
	if (err || *rc)
		return err;
	return tpm12_load_context(vtpm, entry, rc);
}

/* A session's context is good for one load. */
static void tpm12_finish_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(vtpm->port);

	vtpmb_tpm12_mark_loaded(vtpm, entry,
				vtpmb_peek_u32(vtpm->port->scratch + VTPMB_HEADER_SIZE));
	if (entry->kind == TPM12_KEY)
		return;
	chip->same_since = min(chip->same_since, entry->period);
	vtpmb_tpm12_forget_saved(entry);
}

/**
 * vtpmb_tpm12_rebind() - load a session under another handle of its key
 * @vtpm:	the vtpm
 * @entry:	a session that the guest has saved
 * @key:	the key that the guest says it belongs to
 * @rc:		out: return code; the session is as before if the chip refuses
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_rebind(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry,
		       struct vtpmb_tpm12_entry *key, u32 *rc)
{
	struct vtpmb_tpm12_entry *old = entry->key;
	int err = tpm12_evict_session(vtpm, entry);

	if (err)
		return err;
	*rc = entry->res.blob ? TPM_SUCCESS : TPM_BADCONTEXT;
	if (*rc)
		return 0;
	entry->key = key;
	vtpmb_tpm12_use(vtpm, entry);
	err = tpm12_load_session(vtpm, entry, rc);
	if (err || *rc)
		entry->key = old;
	else
		tpm12_finish_load(vtpm, entry);
	return err;
}

/* Forget an entry that cannot be loaded.  A session may already be gone with its key. */
static int tpm12_forget_unloadable(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	if (!entry->res.used)
		return 0;
	return entry->kind == TPM12_KEY ? vtpmb_tpm12_flush_key(vtpm, entry) :
					  vtpmb_tpm12_flush_and_forget(vtpm, entry);
}

/**
 * vtpmb_tpm12_load() - make sure that an entry is loaded in the chip
 * @vtpm:	the vtpm
 * @entry:	the entry, in use; the key that it is bound to is loaded too
 * @rc:		out: return code
 *
 * An entry whose context the chip refuses is forgotten: the chip was reset or cleared,
 * or another proxy needed its place in the contextList.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	bool is_key = entry->kind == TPM12_KEY;
	int err;

	*rc = TPM_SUCCESS;
	if (entry->res.phys)
		return 0;
	err = is_key ? tpm12_load_key(vtpm, entry, rc) : tpm12_load_session(vtpm, entry, rc);
	if (entry->res.phys)
		*rc = TPM_SUCCESS;
	if (err || entry->res.phys || tpm12_keeps_context(*rc))
		return err;
	if (*rc) {
		/* The chip does not know it: its count may belong to another session. */
		if (!is_key && entry->res.blob && *rc == TPM_BADCONTEXT)
			vtpmb_tpm12_forget_saved(entry);
		*rc = is_key ? TPM_INVALID_KEYHANDLE : TPM_INVALID_AUTHHANDLE;
		return tpm12_forget_unloadable(vtpm, entry);
	}
	tpm12_finish_load(vtpm, entry);
	return 0;
}

/*
 * Entries that the chip ended without reporting it.
 */

/* The chip does not list its handles: flush the sessions that the command named. */
static int tpm12_flush_used_sessions(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entries(vtpm, kind);
	unsigned int i;
	int err = 0;

	if (kind == TPM12_KEY)
		return 0;
	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity && !err; i++) {
		if (entry[i].res.phys && entry[i].res.in_use)
			err = vtpmb_tpm12_flush_and_forget(vtpm, &entry[i]);
	}
	return err;
}

static void tpm12_clear_unlisted(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind,
				 const u8 *list, unsigned int nr_handles)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entries(vtpm, kind);
	unsigned int i;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity; i++) {
		if (!vtpmb_tpm12_is_listed(entry[i].res.phys, list, nr_handles))
			entry[i].res.phys = 0;
	}
}

/* Forget entries that are neither loaded nor saved. */
static int tpm12_forget_dead(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entries(vtpm, kind);
	unsigned int i;
	int err = 0;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity && !err; i++) {
		if (!entry[i].res.phys && !entry[i].res.blob)
			err = tpm12_forget_unloadable(vtpm, &entry[i]);
	}
	return err;
}

/* Forget the entries of one kind that the chip no longer has, of all proxies. */
int vtpmb_tpm12_forget_dead(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 *rc)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	struct vtpmb_tpm12_table *table;
	u16 nr_handles = 0;
	const u8 *list;
	int err = vtpmb_tpm12_ask_list(port, vtpmb_tpm12_kinds[kind].rt, &list, &nr_handles, rc);

	chip->room[kind] = TPM12_ROOM_UNKNOWN;
	if (err || *rc)
		return err;
	/* Go through the whole list first: the next command overwrites it. */
	list_for_each_entry(table, &chip->inside, inside)
		tpm12_clear_unlisted(table->vtpm, kind, list, nr_handles);
	list_for_each_entry(table, &chip->inside, inside) {
		if (!err)
			err = tpm12_forget_dead(table->vtpm, kind);
	}
	return err;
}

/**
 * vtpmb_tpm12_find_dead() - forget entries that the chip no longer has
 * @vtpm:	the vtpm
 * @kind:	the kind of entries
 *
 * If the chip is busy, it is asked again before the next command.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_find_dead(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	u32 rc;
	int err = vtpmb_tpm12_forget_dead(vtpm->port, kind, &rc);

	if (err || !rc)
		return err;
	if (!vtpmb_tpm12_is_busy(rc))
		return tpm12_flush_used_sessions(vtpm, kind);
	vtpmb_tpm12_need_resync(vtpm->port);
	return 0;
}

/* Evict all entries of @vtpm of one kind.  Those that cannot be saved are flushed. */
static int tpm12_unload_kind(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(vtpm->port);
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entries(vtpm, kind);
	unsigned int i;
	int err = 0;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity && !chip->resync_needed; i++) {
		if (entry[i].res.phys)
			err = vtpmb_tpm12_evict(vtpm, &entry[i]) ?: err;
		if (entry[i].res.phys && !chip->resync_needed)
			err = tpm12_forget_unloadable(vtpm, &entry[i]) ?: err;
	}
	return err;
}

int vtpmb_tpm12_unload_kind(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_table *table;
	int err = 0;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside)
		err = tpm12_unload_kind(table->vtpm, kind) ?: err;
	return err;
}
