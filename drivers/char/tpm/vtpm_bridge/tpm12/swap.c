// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, swapping: a proxy's keys and sessions in and out of the chip (Part
 * 3, 21 and 22).
 *
 * A key never changes, so what the chip saved once is loaded again and again,
 * and leaving is no more than a flush.  A session's context can be loaded only
 * once, and takes a place in the chip's contextList until then.  OSAP and DSAP
 * sessions die with their key: they go before it and come after it.
 *
 * What is loaded stays there until somebody needs its slot or the host gets the
 * chip, whichever proxy's turn it is: what was used least lately goes first.
 *
 * A chip without an owner, or one that is disabled, saves nothing.  Then what
 * is loaded stays there while the host has the chip, and each proxy has its
 * share of the slots: who has more, since others have come, loses the oldest.
 *
 * All of it belongs to the hub's thread.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/port.h"
#include "ask.h"
#include "books.h"
#include "hosts.h"
#include "state.h"
#include "swap.h"

/*
 * Whatever the chip answers, all that is tried again ends:
 *
 *   vtpmb_tpm12_command()	MAX_RETRIES, of a chip that says TPM_RETRY
 *   vtpmb_tpm12_save()		MAX_RETRIES, and each leaves the list of saved sessions
 *				shorter, or its oldest one younger
 *   tpm12_leave_places()	MAX_RETRIES; what the chip has no place for then, it says
 *   vtpmb_tpm12_have_room()	MAX_RETRIES, and each takes something out; three slots are
 *				wanted at most
 *   tpm12_load_key()		MAX_RETRIES, and each takes something out
 *
 * They nest, since to save a session may mean to load another one and to load one to
 * save another: @refreshing and @proving of the chip see that neither does so within
 * itself.
 */
#define MAX_RETRIES	5

/* TPM_CONTEXT_BLOB (Part 2, 18.1) */
#define BLOB_COUNT_AT	26
#define BLOB_MIN_SIZE	58
#define LABEL_SIZE	16

/*
 * Out of the chip.
 */

/**
 * vtpmb_tpm12_flush_handle() - TPM_FlushSpecific
 * @port:	the chip
 * @handle:	what it calls it
 * @rt:		TPM_RESOURCE_TYPE
 * @rc:		out: the chip's return code
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_flush_handle(struct vtpmb_port *port, u32 handle, u32 rt, u32 *rc)
{
	u8 body[8];
	int len;

	vtpmb_tpm12_ends(port, handle);
	vtpmb_poke_u32(body, handle);
	vtpmb_poke_u32(body + 4, rt);
	len = vtpmb_tpm12_own_command(port, TPM_ORD_FlushSpecific, body, sizeof(body), rc);
	return len < 0 ? len : 0;
}

/* The chip was restarted: what it saved before is gone, and its counts are others'. */
static void tpm12_forget_saved(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	struct vtpmb_tpm12_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &port->saved, saved) {
		if (entry->period == chip->period)
			continue;
		vtpmb_tpm12_unbook(entry);
		vtpmb_tpm12_drop_blob(entry);
	}
}

/* A chip counts up from one session to the next, whoever's, until it is restarted. */
static void tpm12_take_count(struct vtpmb_tpm12_entry *entry, u32 count)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(entry->vtpm->port);

	if (count <= chip->newest)
		tpm12_forget_saved(entry->vtpm->port);
	chip->newest = count;
	vtpmb_tpm12_book(entry, count);
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
		vtpmb_tpm12_came_out(vtpm, entry);
	}
	entry->blob = kmemdup(blob, blob_len, GFP_KERNEL);
	if (!entry->blob)
		return -ENOMEM;
	entry->blob_len = blob_len;
	return 0;
}

/* Without owner, disabled or deactivated: nothing can be saved, nothing is lost. */
static bool tpm12_saves_nothing(u32 rc)
{
	return rc == TPM_NOSRK || rc == TPM_DISABLED || rc == TPM_DEACTIVATED;
}

/* Not saved, but not lost either: it stays where it is. */
static bool tpm12_stays(u32 rc)
{
	return tpm12_saves_nothing(rc) || vtpmb_tpm12_is_busy(rc);
}

/*
 * What the chip says of a handle that it does not know, which is as well; or of a key
 * that by TPM_KeyControlOwner is its owner's to take out, and no proxy's any more.
 */
static bool tpm12_is_gone(u32 rc)
{
	return rc == TPM_BAD_PARAMETER || rc == TPM_INVALID_AUTHHANDLE ||
	       rc == TPM_INVALID_KEYHANDLE || rc == TPM_BAD_HANDLE ||
	       rc == TPM_INVALID_RESOURCE || rc == TPM_OWNER_CONTROL;
}

/*
 * A session that is bound to a key, before the chip loses a key.  One that cannot
 * be saved is lost: the chip might end it and give its handle to another's.
 */
static int tpm12_save_bound(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	u32 rc;
	int err = vtpmb_tpm12_save(vtpm, entry, &rc);

	if (err == -ENOMEM || (!err && entry->phys))
		return vtpmb_tpm12_lose(vtpm, entry);
	return err;
}

/**
 * vtpmb_tpm12_save_all_bound() - have no session in the chip that ends with a key
 * @port:	the chip, about to flush a key
 *
 * Of all keys, and all proxies: to the chip a copy of a key, loaded by another
 * handle, is the same, and its sessions end with the first copy that goes.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_save_all_bound(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_table *table;
	int err = 0;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside) {
		struct vtpmb_tpm12_entry *auth = vtpmb_tpm12_first(table->vtpm, TPM12_AUTH);
		unsigned int i;

		for (i = 0; i < VTPMB_MAX_SESSIONS && !err; i++) {
			if (auth[i].key && auth[i].phys)
				err = tpm12_save_bound(table->vtpm, &auth[i]);
		}
	}
	return err;
}

/*
 * A contextCount stands for somebody else's session after the chip has restarted, of
 * which nobody tells.  So what was saved before the host had the chip is loaded first:
 * that works in the same chip alone, and the chip does not know any other's.  Once one has
 * been loaded, all that is not older is known to be good.
 *
 * To load one may mean to flush another: that is not proven then.
 */
static int tpm12_prove(struct vtpmb_tpm12_entry *entry)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(entry->vtpm->port);
	u32 rc;
	int err;

	if (!entry->count || !entry->blob || entry->period >= chip->same_since || chip->proving)
		return 0;
	chip->proving = true;
	err = vtpmb_tpm12_load(entry->vtpm, entry, &rc);
	chip->proving = false;
	return err;
}

/* 0 with nothing of it left in the chip. */
static int tpm12_flush(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	u32 rc = TPM_SUCCESS;
	int err = 0;

	if (entry->phys && entry->kind == TPM12_KEY)
		err = vtpmb_tpm12_save_all_bound(vtpm->port);
	else
		err = tpm12_prove(entry);
	if (err || !entry->used)
		return err;
	if (entry->phys)
		err = vtpmb_tpm12_flush_handle(vtpm->port, entry->phys,
					       vtpmb_tpm12_kinds[entry->kind].rt, &rc);
	else if (entry->count)
		err = vtpmb_tpm12_flush_handle(vtpm->port, entry->count, TPM_RT_CONTEXT, &rc);
	if (err)
		return err;
	if (rc && !tpm12_is_gone(rc))
		return -EIO;
	if (!entry->phys)
		vtpmb_tpm12_unbook(entry);
	vtpmb_tpm12_came_out(vtpm, entry);
	return 0;
}

/**
 * vtpmb_tpm12_lose() - take an entry out of the chip and forget it
 * @vtpm:	the vtpm
 * @entry:	a session, or a key that no session is bound to
 *
 * Return: 0; -EIO if the chip refuses to let go of it; or the errno of transmit
 */
int vtpmb_tpm12_lose(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
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

	vtpmb_tpm12_saves(entry);
	vtpmb_poke_u32(body, entry->phys);
	vtpmb_poke_u32(body + 4, vtpmb_tpm12_kinds[entry->kind].rt);
	len = vtpmb_tpm12_own_command(vtpm->port, TPM_ORD_SaveContext, body, sizeof(body), rc);
	if (len < 0)
		return len;
	if (!vtpmb_tpm12_is_busy(*rc))
		WRITE_ONCE(vtpmb_tpm12_chip(vtpm->port)->saves_nothing,
			   tpm12_saves_nothing(*rc));
	err = *rc ? 0 : tpm12_take_blob(vtpm, entry, len);
	if (err != -EIO)
		vtpmb_tpm12_saved(vtpm->port);
	return err;
}

static unsigned int tpm12_nr_saved(const struct vtpmb_port *port, const struct vtpmb_vtpm *of)
{
	const struct vtpmb_tpm12_entry *entry;
	unsigned int nr = 0;

	list_for_each_entry(entry, &port->saved, saved)
		nr += !of || entry->vtpm == of;
	return nr;
}

/*
 * What goes from the list so that another session has a place: the oldest of the proxy
 * that would have most in it.  If its own proxy would have as many as any other, it is one
 * of those: the oldest, or this one if there is no other.
 */
static struct vtpmb_tpm12_entry *tpm12_greediest(struct vtpmb_tpm12_entry *another)
{
	struct list_head *list = &another->vtpm->port->saved;
	struct vtpmb_tpm12_entry *entry, *greediest = another;
	unsigned int nr, most = 1 + tpm12_nr_saved(another->vtpm->port, another->vtpm);

	list_for_each_entry(entry, list, saved) {
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
	struct vtpmb_tpm12_entry *greediest = tpm12_greediest(another);

	return vtpmb_tpm12_lose(greediest->vtpm, greediest);
}

static int tpm12_reload(struct vtpmb_tpm12_entry *oldest)
{
	struct vtpmb_vtpm *vtpm = oldest->vtpm;
	u32 rc;
	int err = vtpmb_tpm12_load(vtpm, oldest, &rc);

	if (err || !oldest->used)
		return err;
	if (!rc)
		err = tpm12_save_once(oldest, &rc);
	if (err == -ENOMEM || rc)
		err = vtpmb_tpm12_lose(vtpm, oldest);
	return err;
}

/*
 * The chip saves no session any more after too many since the oldest one (Part
 * 3, 21.2): take that one in, and out again.  It is lost if that is not possible
 * without saving others.
 */
static int tpm12_refresh(struct vtpmb_tpm12_entry *oldest)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(oldest->vtpm->port);
	int err;

	if (chip->refreshing)
		return vtpmb_tpm12_lose(oldest->vtpm, oldest);
	chip->refreshing = true;
	err = tpm12_reload(oldest);
	chip->refreshing = false;
	return err;
}

/*
 * The list is full, or reaches too far back, for a session that is to be saved.
 *
 * Return: 1 if it is worth trying again, 0 if not, or a negative errno
 */
static int tpm12_free_context(struct vtpmb_tpm12_entry *entry, u32 rc)
{
	struct vtpmb_port *port = entry->vtpm->port;
	struct vtpmb_tpm12_entry *oldest;
	int err;

	if (list_empty(&port->saved))
		return 0;
	if (rc == TPM_CONTEXT_GAP) {
		oldest = list_first_entry(&port->saved, struct vtpmb_tpm12_entry, saved);
		err = tpm12_refresh(oldest);
	} else if (rc == TPM_NOCONTEXTSPACE) {
		err = tpm12_free_place(entry);
	} else {
		return 0;
	}
	return err ? err : 1;
}

/* Some places of the list are the host's. */
static int tpm12_leave_places(struct vtpmb_port *port, struct vtpmb_tpm12_entry *entry)
{
	unsigned int tries = 0;
	int err = 0;

	if (entry->kind == TPM12_KEY || vtpmb_tpm12_chip(port)->proving)
		return 0;
	while (!err && entry->phys && tpm12_nr_saved(port, NULL) >= vtpmb_tpm12_max_saved(port) &&
	       tries++ < MAX_RETRIES)
		err = tpm12_free_place(entry);
	return err;
}

/**
 * vtpmb_tpm12_save() - have the chip save an entry's context
 * @vtpm:	the vtpm
 * @entry:	the entry; a session is not loaded any more afterwards
 * @rc:		out: the chip's return code
 *
 * A key that was saved before is not saved again.  A session is lost if there is no
 * place for it in the chip's list.
 *
 * Return: 0; -ENOMEM, and a session can only be lost then; -EIO; or the errno
 * of transmit
 */
int vtpmb_tpm12_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	unsigned int tries = 0;
	int err, again = 0;

	do {
		*rc = TPM_SUCCESS;
		/* What makes place in the list may have saved it, or lost it. */
		if (entry->blob || !entry->phys)
			return 0;
		err = tpm12_leave_places(vtpm->port, entry);
		if (err || !entry->phys)
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

	if (err == -ENOMEM || (!err && rc && !tpm12_stays(rc)))
		return vtpmb_tpm12_lose(vtpm, entry);
	return err;
}

/* Do something to each session that is bound to a key and satisfies a condition. */
static int tpm12_each_bound(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_entry *key,
			    bool guest_saved,
			    int (*run)(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry))
{
	struct vtpmb_tpm12_entry *auth = vtpmb_tpm12_first(vtpm, TPM12_AUTH);
	unsigned int i;
	int err = 0;

	for (i = 0; i < VTPMB_MAX_SESSIONS && !err; i++) {
		if (auth[i].key == key && auth[i].guest_saved == guest_saved)
			err = run(vtpm, &auth[i]);
	}
	return err;
}

/**
 * vtpmb_tpm12_flush_key() - a guest flushes a key
 * @vtpm:	the vtpm
 * @key:	the key
 *
 * Its sessions go with it; those that the guest has saved can be loaded again
 * when the key is there again, so they have to leave the chip before it.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_flush_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *key)
{
	int err = tpm12_each_bound(vtpm, key, true, tpm12_evict_session);

	if (!err)
		err = tpm12_each_bound(vtpm, key, false, vtpmb_tpm12_lose);
	return err ? err : vtpmb_tpm12_lose(vtpm, key);
}

static int tpm12_evict_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *key)
{
	u32 rc;
	int err = vtpmb_tpm12_save(vtpm, key, &rc);

	if (!err && tpm12_stays(rc))
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
 * Into the chip.
 */

/* Of one proxy, what is older than @oldest. */
static struct vtpmb_tpm12_entry *tpm12_oldest(struct vtpmb_vtpm *vtpm,
					      enum vtpmb_tpm12_kind kind,
					      struct vtpmb_tpm12_entry *oldest)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_first(vtpm, kind);
	unsigned int i;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity; i++, entry++) {
		if (entry->phys && !entry->in_use && (!oldest || entry->used < oldest->used))
			oldest = entry;
	}
	return oldest;
}

/**
 * vtpmb_tpm12_make_room() - answer to a chip that is full
 * @vtpm:	the vtpm
 * @kind:	of what
 *
 * Puts out what was used least lately, by whichever vtpm, and the present
 * command does not name.
 *
 * Return: 1 if it is worth trying again, 0 if not, or a negative errno
 */
int vtpmb_tpm12_make_room(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_entry *oldest = NULL;
	struct vtpmb_tpm12_table *table;
	int err;

	list_for_each_entry(table, &vtpmb_tpm12_chip(vtpm->port)->inside, inside)
		oldest = tpm12_oldest(table->vtpm, kind, oldest);
	if (!oldest)
		return 0;
	err = vtpmb_tpm12_evict(oldest->vtpm, oldest);
	return err ? err : !oldest->phys;
}

/* Of all but one: who has most loaded, and how much. */
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
 * A chip that saves nothing is full: the proxy that has most loses its oldest
 * session if that is more than its share, or if this one has none at all.
 *
 * Return: 1 if there is more room now, 0 if not, or a negative errno
 */
static int tpm12_take_share(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_entry *oldest;
	struct vtpmb_vtpm *fullest;
	unsigned int most;
	int err;

	if (kind != TPM12_AUTH || vtpmb_tpm12_swaps(vtpm->port))
		return 0;
	fullest = tpm12_fullest(vtpm, kind, &most);
	if (!fullest ||
	    (most <= vtpmb_tpm12_share_of_slots(vtpm->port) && vtpmb_tpm12_nr_inside(vtpm, kind)))
		return 0;
	oldest = tpm12_oldest(fullest, kind, NULL);
	if (!oldest)
		return 0;
	err = vtpmb_tpm12_lose(fullest, oldest);
	return err ? err : 1;
}

/**
 * vtpmb_tpm12_have_room() - see that one more fits the chip
 * @vtpm:	the vtpm
 * @kind:	of what
 * @rc:		out: TPM_SUCCESS or what a full TPM says
 *
 * For commands that destroy a session when they fail for want of room.  Asks
 * the chip once after the host had it.
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
	/* Each time one thing more is out of the chip, until nothing is left in it. */
	while (!err && again > 0 && *room < vtpmb_tpm12_wanted_room(vtpm, kind)) {
		if (tries++ >= MAX_RETRIES)
			break;
		again = vtpmb_tpm12_make_room(vtpm, kind);
		if (!again)
			again = tpm12_take_share(vtpm, kind);
	}
	if (!err && again < 0)
		err = again;
	if (!err && *room < vtpmb_tpm12_wanted_room(vtpm, kind))
		*rc = tpm12_full(kind);
	return err;
}

/*
 * The handle is never kept: the chip would then refuse one that is taken.  There
 * is no context of what was to be given up while the chip was out of reach.
 */
static int tpm12_load_context(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_entry *entry,
			      u32 *rc)
{
	u8 head[9];
	const struct vtpmb_body body = { head, sizeof(head), entry->blob, entry->blob_len };
	int len, err;

	*rc = TPM_BADCONTEXT;
	if (!entry->blob)
		return 0;
	err = vtpmb_tpm12_list_hosts(vtpm->port, entry->kind);
	if (err)
		return err;
	vtpmb_poke_u32(head, entry->key ? entry->key->phys : entry->entity);
	head[4] = 0;
	vtpmb_poke_u32(head + 5, entry->blob_len);
	len = vtpmb_tpm12_command(vtpm->port, TPM_ORD_LoadContext, &body, rc);
	if (len >= 0 && !*rc && len != VTPMB_HEADER_SIZE + sizeof(u32))
		return vtpmb_tpm12_cut_short(vtpm->port);
	return len < 0 ? len : 0;
}

/* What makes no difference to the context that was to be loaded. */
static bool tpm12_passes(u32 rc)
{
	return tpm12_saves_nothing(rc) || tpm12_is_full(rc) || rc == TPM_INVALID_POSTINIT ||
	       vtpmb_tpm12_is_busy(rc);
}

/* A chip without room says so, and says it once. */
static int tpm12_load_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	u32 *room = &vtpmb_tpm12_chip(vtpm->port)->room[TPM12_KEY];
	unsigned int tries = 0;
	int err, again = 1;

	/* To refresh one of its sessions may have loaded it, in the room just made. */
	while (again > 0 && !entry->phys && tries++ < MAX_RETRIES) {
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

/* A chip without room for a session would lose its context. */
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
static void tpm12_loaded(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(vtpm->port);

	vtpmb_tpm12_enter(vtpm, entry, vtpmb_peek_u32(vtpm->port->scratch + VTPMB_HEADER_SIZE));
	if (entry->kind == TPM12_KEY)
		return;
	chip->same_since = min(chip->same_since, entry->period);
	vtpmb_tpm12_unbook(entry);
	vtpmb_tpm12_drop_blob(entry);
}

/**
 * vtpmb_tpm12_rebind() - load a session of a key by another handle of that key
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
	*rc = entry->blob ? TPM_SUCCESS : TPM_BADCONTEXT;
	if (*rc)
		return 0;
	entry->key = key;
	vtpmb_tpm12_use(vtpm, entry);
	err = tpm12_load_session(vtpm, entry, rc);
	if (err || *rc)
		entry->key = old;
	else
		tpm12_loaded(vtpm, entry);
	return err;
}

/* What the chip did not take back; a session may have gone with its key. */
static int tpm12_give_up(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	if (!entry->used)
		return 0;
	return entry->kind == TPM12_KEY ? vtpmb_tpm12_flush_key(vtpm, entry) :
					  vtpmb_tpm12_lose(vtpm, entry);
}

/**
 * vtpmb_tpm12_load() - see that an entry is loaded in the chip
 * @vtpm:	the vtpm
 * @entry:	the entry, in use; the key that it is bound to gets loaded too
 * @rc:		out: return code
 *
 * A context that the chip does not take back is gone: the chip was reset or
 * cleared, or another proxy needed its place.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	bool is_key = entry->kind == TPM12_KEY;
	int err;

	*rc = TPM_SUCCESS;
	if (entry->phys)
		return 0;
	err = is_key ? tpm12_load_key(vtpm, entry, rc) : tpm12_load_session(vtpm, entry, rc);
	if (entry->phys)
		*rc = TPM_SUCCESS;
	if (err || entry->phys || tpm12_passes(*rc))
		return err;
	if (*rc) {
		/* Nothing of the chip's: its count, if it stands for any, for another's. */
		if (!is_key && entry->blob && *rc == TPM_BADCONTEXT)
			vtpmb_tpm12_unbook(entry);
		*rc = is_key ? TPM_INVALID_KEYHANDLE : TPM_INVALID_AUTHHANDLE;
		return tpm12_give_up(vtpm, entry);
	}
	tpm12_loaded(vtpm, entry);
	return 0;
}

/*
 * What the chip ended without a word.
 */

/* A chip that does not tell: what the command named cannot be relied on. */
static int tpm12_lose_used(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_first(vtpm, kind);
	unsigned int i;
	int err = 0;

	if (kind == TPM12_KEY)
		return 0;
	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity && !err; i++) {
		if (entry[i].phys && entry[i].in_use)
			err = vtpmb_tpm12_lose(vtpm, &entry[i]);
	}
	return err;
}

static void tpm12_strike_off(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind,
			     const u8 *list, unsigned int nr_handles)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_first(vtpm, kind);
	unsigned int i;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity; i++) {
		if (!vtpmb_tpm12_is_listed(entry[i].phys, list, nr_handles))
			entry[i].phys = 0;
	}
}

/* What is neither in the chip nor saved. */
static int tpm12_give_up_dead(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_first(vtpm, kind);
	unsigned int i;
	int err = 0;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity && !err; i++) {
		if (!entry[i].phys && !entry[i].blob)
			err = tpm12_give_up(vtpm, &entry[i]);
	}
	return err;
}

/* Forget what the chip has not any more, of one kind and all proxies. */
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
	/* All before the next command, which comes over the list. */
	list_for_each_entry(table, &chip->inside, inside)
		tpm12_strike_off(table->vtpm, kind, list, nr_handles);
	list_for_each_entry(table, &chip->inside, inside) {
		if (!err)
			err = tpm12_give_up_dead(table->vtpm, kind);
	}
	return err;
}

/**
 * vtpmb_tpm12_find_dead() - forget what the chip has not any more
 * @vtpm:	the vtpm
 * @kind:	of which kind
 *
 * If the chip does not tell now, it is asked again before the next command.
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
		return tpm12_lose_used(vtpm, kind);
	vtpmb_tpm12_doubt(vtpm->port);
	return 0;
}

/* Of one proxy: what is not saved is lost. */
static int tpm12_clear_out(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(vtpm->port);
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_first(vtpm, kind);
	unsigned int i;
	int err = 0;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity && !chip->doubtful; i++) {
		if (entry[i].phys)
			err = vtpmb_tpm12_evict(vtpm, &entry[i]) ?: err;
		if (entry[i].phys && !chip->doubtful)
			err = tpm12_give_up(vtpm, &entry[i]) ?: err;
	}
	return err;
}

int vtpmb_tpm12_clear_out(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_table *table;
	int err = 0;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside)
		err = tpm12_clear_out(table->vtpm, kind) ?: err;
	return err;
}
