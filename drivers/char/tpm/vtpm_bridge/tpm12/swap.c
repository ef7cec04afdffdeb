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

/* TPM_CONTEXT_BLOB (Part 2, 18.1) */
#define BLOB_COUNT_AT	26
#define BLOB_MIN_SIZE	58
#define LABEL_SIZE	16

/*
 * Single commands to the chip.
 */

/* TPM_FlushSpecific of a physical handle or contextCount of the TPM_RESOURCE_TYPE @rt. */
int vtpmb_tpm12_flush_handle(struct vtpmb_port *port, u32 handle, u32 rt, u32 *rc)
{
	const __be32 body[] = { cpu_to_be32(handle), cpu_to_be32(rt) };

	vtpmb_tpm12_note_flush(port, handle);
	return min(vtpmb_tpm12_own_command(port, TPM_ORD_FlushSpecific, body, sizeof(body), rc), 0);
}

/* The chip has restarted: older contexts are gone, and their counts may be reused. */
static void tpm12_forget_older(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	struct vtpmb_tpm12_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &port->saved, res.saved) {
		if (entry->period != chip->period)
			vtpmb_tpm12_forget_saved(entry);
	}
}

/* Until the chip restarts, contextCount increases with each session that anybody saves. */
static void tpm12_take_count(struct vtpmb_tpm12_entry *entry, u32 count)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(entry->vtpm->port);

	if (count <= chip->newest)
		tpm12_forget_older(entry->vtpm->port);
	chip->newest = count;
	vtpmb_tpm12_add_saved(entry, count);
}

static int tpm12_take_blob(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, int len,
			   u32 *rc)
{
	struct vtpmb_reader r, blob;
	u32 blob_len, count;

	vtpmb_port_response(vtpm->port, len, &r);
	if (!vtpmb_get_u32(&r, &blob_len) || blob_len < BLOB_MIN_SIZE || r.left != blob_len)
		return vtpmb_tpm12_cut_short(vtpm->port);
	blob = r;
	vtpmb_get_bytes(&r, BLOB_COUNT_AT);
	/* In a contextList 0 stands for a free place. */
	if (!vtpmb_get_u32(&r, &count) || (entry->kind != TPM12_KEY && !count))
		return vtpmb_tpm12_cut_short(vtpm->port);
	if (entry->kind != TPM12_KEY) {
		tpm12_take_count(entry, count);
		vtpmb_tpm12_mark_unloaded(vtpm, entry);
	}
	if (vtpmb_resident_keep_blob(&entry->res, blob.pos, blob.left))
		*rc = TPM_RESOURCES;
	return 0;
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
	       rc == TPM_INVALID_RESOURCE || rc == TPM_KEY_OWNER_CONTROL;
}

/* @entry is loaded in the chip.  If memory is short, @rc is TPM_RESOURCES. */
static int tpm12_save_once(struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	struct vtpmb_vtpm *vtpm = entry->vtpm;
	const __be32 body[2 + LABEL_SIZE / sizeof(__be32)] = {
		cpu_to_be32(entry->res.phys), cpu_to_be32(vtpmb_tpm12_kinds[entry->kind].rt),
	};
	int len, err;

	vtpmb_tpm12_note_save(entry);
	len = vtpmb_tpm12_own_command(vtpm->port, TPM_ORD_SaveContext, body, sizeof(body), rc);
	if (len < 0)
		return len;
	if (!vtpmb_tpm12_is_busy(*rc))
		WRITE_ONCE(vtpmb_tpm12_chip(vtpm->port)->cannot_save,
			   tpm12_cannot_save(*rc));
	err = *rc ? 0 : tpm12_take_blob(vtpm, entry, len, rc);
	if (!err)
		vtpmb_tpm12_note_save_done(vtpm->port);
	return err;
}

/* The only parameter of LoadContext's response. */
static u32 tpm12_loaded_handle(const struct vtpmb_port *port)
{
	return vtpmb_peek_u32(port->scratch + VTPMB_HEADER_SIZE);
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
	if (len < 0 || *rc)
		return min(len, 0);
	return len == VTPMB_HEADER_SIZE + sizeof(u32) &&
	       vtpmb_tpm12_can_be_new(vtpm->port, entry->kind, tpm12_loaded_handle(vtpm->port)) ?
	       0 : vtpmb_tpm12_cut_short(vtpm->port);
}

/* Return codes of a failed load that leave the context valid. */
static bool tpm12_keeps_context(u32 rc)
{
	return tpm12_cannot_save(rc) || tpm12_is_full(rc) || rc == TPM_INVALID_POSTINIT ||
	       vtpmb_tpm12_is_busy(rc);
}

/* A session's context is good for one load. */
static void tpm12_finish_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(vtpm->port);

	vtpmb_tpm12_mark_loaded(vtpm, entry, tpm12_loaded_handle(vtpm->port));
	if (entry->kind == TPM12_KEY)
		return;
	chip->same_since = min(chip->same_since, entry->period);
	vtpmb_tpm12_forget_saved(entry);
}

/*
 * Choosing.
 */

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

/*
 * Goals.
 *
 * Loading a session needs its key in the chip and a free slot; for the slot another entry is
 * evicted; before a key is evicted, sessions are saved; a session that is saved needs a place in
 * the contextList; for the place another session is flushed, and may have to be loaded first.
 * Each of these is a goal on a stack.  tpm12_run() takes one step towards the goal on top, again
 * and again.  A step loads, saves or flushes one entry, or puts a goal on the stack that has to
 * be reached first.  It looks at the entries as they are now: in between, any of them may have
 * been loaded, saved or flushed.
 *
 * Depth: with two exceptions, a goal needs only goals on later lines of this list, so there are
 * at most LONGEST_CHAIN of them.
 *
 *   WANT_LOADED, WANT_REBOUND of a session
 *   WANT_LOADED of a key; WANT_ROOM
 *   WANT_EVICTED, WANT_FLUSHED of a key
 *   WANT_EVICTED, WANT_AWAY of a session
 *   WANT_SAVED
 *   WANT_FLUSHED of a session
 *   WANT_REFRESHED, WANT_CHECKED
 *
 * The exceptions are on the last line: they need WANT_LOADED of a session, and WANT_REFRESHED
 * may then need WANT_FLUSHED.  There is at most one of each on the stack: while there is, the
 * session is just flushed.  So there are at most three such chains.
 *
 * Steps: a goal counts its tries, goes through a table once, or goes on after an entry has left
 * the chip.  A chip has few slots, so MAX_STEPS is never reached unless its answers make no sense.
 */
#define LONGEST_CHAIN	7
#define MAX_GOALS	(3 * LONGEST_CHAIN)
#define MAX_STEPS	4096
#define MAX_RETRIES	5

enum tpm12_want {
	WANT_LOADED,	/* if the chip refuses its context, it is forgotten */
	WANT_REBOUND,	/* loaded with another key; if the chip refuses, it stays as it is */
	WANT_ROOM,	/* the chip has a free slot for it */
	WANT_SAVED,	/* a session is not loaded then */
	WANT_EVICTED,	/* saved and not loaded; stays if the chip is busy or cannot save at all */
	WANT_AWAY,	/* the same for a session, but it never stays */
	WANT_REFRESHED,	/* loaded and saved again, or flushed */
	WANT_CHECKED,	/* loaded if the chip knows it, else forgotten */
	WANT_FLUSHED,	/* and forgotten */
};

struct tpm12_goal {
	u8 want;	/* enum tpm12_want */
	u8 kind;	/* kind of the entry */
	u8 stage;	/* how far it has come; 0 at first */
	u8 tries;
	struct vtpmb_vtpm *vtpm;
	struct vtpmb_tpm12_entry *entry;	/* may be forgotten meanwhile; NULL: a new one */
	struct vtpmb_tpm12_entry *victim;	/* the last one that had to leave the chip for it */
};

struct tpm12_goals {
	struct vtpmb_port *port;
	u32 rc;		/* return code of the goal that was reached last */
	unsigned int nr;
	struct tpm12_goal goal[MAX_GOALS];
};

/* What a step returns, unless it is a negative errno */
enum {
	GOAL_REACHED,
	GOAL_OPEN,
};

static int tpm12_reached(struct tpm12_goals *goals, u32 rc)
{
	goals->rc = rc;
	return GOAL_REACHED;
}

static int tpm12_push(struct tpm12_goals *goals, enum tpm12_want want, struct vtpmb_vtpm *vtpm,
		      enum vtpmb_tpm12_kind kind, struct vtpmb_tpm12_entry *entry)
{
	if (goals->nr == MAX_GOALS)
		return -EIO;
	goals->goal[goals->nr++] = (struct tpm12_goal) {
		.want = want,
		.kind = kind,
		.vtpm = vtpm,
		.entry = entry,
	};
	return GOAL_OPEN;
}

static int tpm12_want(struct tpm12_goals *goals, enum tpm12_want want,
		      struct vtpmb_tpm12_entry *entry)
{
	return tpm12_push(goals, want, entry->vtpm, entry->kind, entry);
}

static int tpm12_flush_instead(struct tpm12_goal *goal)
{
	goal->want = WANT_FLUSHED;
	goal->stage = 0;
	return GOAL_OPEN;
}

static bool tpm12_has_goal(const struct tpm12_goals *goals, enum tpm12_want want)
{
	unsigned int i;

	for (i = 0; i < goals->nr; i++) {
		if (goals->goal[i].want == want)
			return true;
	}
	return false;
}

/*
 * Flushing.
 */

/*
 * Find a loaded session that is bound to a key, of any key and proxy.  If a key is loaded under
 * several handles, the chip takes the copies for one key, and ends the sessions of all of them
 * when the first copy is flushed.
 */
static struct vtpmb_tpm12_entry *tpm12_bound_session(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_table *table;

	list_for_each_entry(table, &vtpmb_tpm12_chip(port)->inside, inside) {
		struct vtpmb_tpm12_entry *auth = vtpmb_tpm12_entries(table->vtpm, TPM12_AUTH);
		unsigned int i;

		for (i = 0; i < VTPMB_MAX_SESSIONS; i++) {
			if (auth[i].key && auth[i].res.phys)
				return &auth[i];
		}
	}
	return NULL;
}

/*
 * Before the chip flushes a key, it saves all sessions that are bound to keys.  Those that
 * cannot be saved are flushed.  Otherwise the chip might end one unnoticed and give its handle
 * to another proxy's session.
 */
static int tpm12_flush(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	struct vtpmb_tpm12_entry *entry = goal->entry, *bound = NULL;
	u32 rc = TPM_SUCCESS;
	int err = 0;

	if (entry->res.phys && entry->kind == TPM12_KEY)
		bound = tpm12_bound_session(goals->port);
	if (bound)
		return tpm12_want(goals, WANT_AWAY, bound);
	if (entry->res.phys)
		err = vtpmb_tpm12_flush_handle(goals->port, entry->res.phys,
					       vtpmb_tpm12_kinds[entry->kind].rt, &rc);
	else if (entry->count)
		err = vtpmb_tpm12_flush_handle(goals->port, entry->count, TPM_RT_CONTEXT, &rc);
	if (err)
		return err;
	if (rc && !tpm12_is_gone(rc))
		return -EIO;
	vtpmb_tpm12_mark_unloaded(goal->vtpm, entry);
	return tpm12_reached(goals, TPM_SUCCESS);
}

/*
 * The bridge is not told when the chip restarts.  After a restart, a contextCount may
 * belong to somebody else's session.  So a context that was saved before the host last
 * had the chip is loaded before it is flushed: the chip refuses a context from before
 * a restart.  Once a context has been loaded, all that are not older are known to be
 * valid.
 *
 * Loading one context may require flushing another one.  That one is not checked.
 */
static bool tpm12_must_check(const struct tpm12_goals *goals,
			     const struct vtpmb_tpm12_entry *entry)
{
	return entry->count && entry->res.blob && !tpm12_has_goal(goals, WANT_CHECKED) &&
	       entry->period < vtpmb_tpm12_chip(goals->port)->same_since;
}

static int tpm12_step_flush_session(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	if (!goal->stage++ && tpm12_must_check(goals, goal->entry))
		return tpm12_want(goals, WANT_CHECKED, goal->entry);
	return tpm12_flush(goals, goal);
}

/*
 * First evict the sessions of the key that the guest has saved: it can load them once it has
 * loaded the key again.  Then flush its other sessions.
 */
static int tpm12_step_flush_key(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	struct vtpmb_tpm12_entry *auth = vtpmb_tpm12_entries(goal->vtpm, TPM12_AUTH), *session;
	bool guest_saved;

	while (goal->stage < 2 * VTPMB_MAX_SESSIONS) {
		guest_saved = goal->stage < VTPMB_MAX_SESSIONS;
		session = &auth[goal->stage++ % VTPMB_MAX_SESSIONS];
		if (session->key == goal->entry && session->guest_saved == guest_saved)
			return tpm12_want(goals, guest_saved ? WANT_EVICTED : WANT_FLUSHED,
					  session);
	}
	return tpm12_flush(goals, goal);
}

/* Once it is reached, nothing of the entry is left in the chip. */
static int tpm12_step_forget(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	bool is_key = goal->kind == TPM12_KEY;
	int err = GOAL_REACHED;

	if (goal->entry->res.used)
		err = is_key ? tpm12_step_flush_key(goals, goal) :
			       tpm12_step_flush_session(goals, goal);
	if (err)
		return err;
	vtpmb_tpm12_forget_entry(goal->vtpm, goal->entry);
	return tpm12_reached(goals, is_key ? TPM_INVALID_KEYHANDLE : TPM_INVALID_AUTHHANDLE);
}

/*
 * Saving and evicting.
 */

/* Keep the host's places in the contextList free. */
static bool tpm12_has_place(const struct tpm12_goals *goals, enum vtpmb_tpm12_kind kind)
{
	return kind == TPM12_KEY || tpm12_has_goal(goals, WANT_CHECKED) ||
	       tpm12_nr_saved(goals->port, NULL) < vtpmb_tpm12_max_saved(goals->port);
}

/*
 * If the contextList is full, flush a saved session.  If too many sessions were saved after the
 * oldest one (Part 3, 21.2), load that one and save it again.
 */
static int tpm12_step_save(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	struct vtpmb_tpm12_entry *entry = goal->entry, *oldest;
	u32 rc = TPM_SUCCESS;
	int err;

	/* Making room in the contextList may have saved this entry, or flushed it. */
	if (entry->res.blob || !entry->res.phys)
		return tpm12_reached(goals, TPM_SUCCESS);
	/* If the list is still full after MAX_RETRIES, the chip says so. */
	if (!tpm12_has_place(goals, goal->kind) && goal->stage++ < MAX_RETRIES)
		return tpm12_want(goals, WANT_FLUSHED, tpm12_find_place(entry));
	goal->stage = 0;
	err = tpm12_save_once(entry, &rc);
	if (err)
		return err;
	if (list_empty(&goals->port->saved) || goal->tries++ == MAX_RETRIES)
		return tpm12_reached(goals, rc);
	oldest = list_first_entry(&goals->port->saved, struct vtpmb_tpm12_entry, res.saved);
	switch (rc) {
	case TPM_CONTEXT_GAP:
		return tpm12_want(goals, tpm12_has_goal(goals, WANT_REFRESHED) ? WANT_FLUSHED :
				  WANT_REFRESHED, oldest);
	case TPM_NOCONTEXTSPACE:
		return tpm12_want(goals, WANT_FLUSHED, tpm12_find_place(entry));
	default:
		return tpm12_reached(goals, rc);
	}
}

static int tpm12_step_refresh(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	u32 rc = goals->rc;
	int err;

	if (!goal->stage++)
		return tpm12_want(goals, WANT_LOADED, goal->entry);
	if (goal->want == WANT_CHECKED || !goal->entry->res.used)
		return tpm12_reached(goals, TPM_SUCCESS);
	err = rc ? 0 : tpm12_save_once(goal->entry, &rc);
	if (err)
		return err;
	return rc ? tpm12_want(goals, WANT_FLUSHED, goal->entry) :
		    tpm12_reached(goals, TPM_SUCCESS);
}

static int tpm12_step_evict(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	if (!goal->stage++)
		return tpm12_want(goals, WANT_SAVED, goal->entry);
	/* A key that is saved is flushed, which may take more steps. */
	if (goal->stage == 2) {
		if (goals->rc && (goal->want == WANT_AWAY || !tpm12_is_kept_loaded(goals->rc)))
			return tpm12_flush_instead(goal);
		if (goals->rc || goal->kind != TPM12_KEY)
			return tpm12_reached(goals, goals->rc);
	}
	return tpm12_flush(goals, goal);
}

/*
 * Making room.
 */

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
 * The chip is full and cannot save.  Find the oldest session of the proxy that has the most
 * loaded, if that proxy is over its share, or if @vtpm has no session loaded.
 */
static struct vtpmb_tpm12_entry *tpm12_over_share(struct vtpmb_vtpm *vtpm,
						  enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_vtpm *fullest;
	unsigned int most;

	if (kind != TPM12_AUTH || vtpmb_tpm12_can_save(vtpm->port))
		return NULL;
	fullest = tpm12_fullest(vtpm, kind, &most);
	if (!fullest ||
	    (most <= vtpmb_tpm12_share_of_slots(vtpm->port) && vtpmb_tpm12_nr_inside(vtpm, kind)))
		return NULL;
	return tpm12_oldest(vtpm->port, kind, fullest);
}

/*
 * The chip is asked only if the number of free slots is unknown.  If it does not tell, there is
 * none for this entry, and it is asked again for the next one.
 */
static int tpm12_step_room(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	u32 *known = &vtpmb_tpm12_chip(goals->port)->room[goal->kind], room = *known, rc = 0;
	int err = 0;

	if (room == TPM12_ROOM_UNKNOWN)
		err = vtpmb_tpm12_ask_number(goals->port, vtpmb_tpm12_kinds[goal->kind].free, &room,
					     &rc);
	if (err)
		return err;
	if (vtpmb_tpm12_is_busy(rc))
		return tpm12_reached(goals, rc);
	if (!rc)
		*known = room;
	if (room >= vtpmb_tpm12_wanted_room(goal->vtpm, goal->kind))
		return tpm12_reached(goals, TPM_SUCCESS);
	if (!goal->victim || !goal->victim->res.phys) {
		if (goal->tries++ == MAX_RETRIES)
			return tpm12_reached(goals, tpm12_full(goal->kind));
		goal->victim = tpm12_oldest(goals->port, goal->kind, NULL);
		if (goal->victim)
			return tpm12_want(goals, WANT_EVICTED, goal->victim);
	}
	goal->victim = tpm12_over_share(goal->vtpm, goal->kind);
	if (goal->victim)
		return tpm12_want(goals, WANT_FLUSHED, goal->victim);
	return tpm12_reached(goals, tpm12_full(goal->kind));
}

/*
 * Loading.
 */

/* The chip has answered @rc to LoadContext, or the key of a session or a slot is missing. */
static int tpm12_end_load(struct tpm12_goals *goals, struct tpm12_goal *goal, u32 rc)
{
	struct vtpmb_tpm12_entry *entry = goal->entry;

	if (!rc)
		tpm12_finish_load(goal->vtpm, entry);
	if (!rc || goal->want == WANT_REBOUND || tpm12_keeps_context(rc))
		return tpm12_reached(goals, rc);
	/* The chip does not know it: its count may belong to another session. */
	if (goal->kind != TPM12_KEY && entry->res.blob && rc == TPM_BADCONTEXT)
		vtpmb_tpm12_forget_saved(entry);
	return tpm12_flush_instead(goal);
}

/* A full chip refuses a key without harm.  It is not asked again before an eviction. */
static int tpm12_step_load_key(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	u32 *room = &vtpmb_tpm12_chip(goals->port)->room[TPM12_KEY];
	u32 rc;
	int err;

	/* Making room may have loaded this key, in order to refresh one of its sessions. */
	if (goal->entry->res.phys)
		return tpm12_reached(goals, TPM_SUCCESS);
	if (goal->tries++ == MAX_RETRIES || (goal->victim && goal->victim->res.phys))
		return tpm12_reached(goals, TPM_NOSPACE);
	if (*room) {
		err = tpm12_load_context(goal->vtpm, goal->entry, &rc);
		if (err)
			return err;
		if (!tpm12_is_full(rc))
			return tpm12_end_load(goals, goal, rc);
		*room = 0;
	}
	goal->victim = tpm12_oldest(goals->port, TPM12_KEY, NULL);
	if (goal->victim)
		return tpm12_want(goals, WANT_EVICTED, goal->victim);
	/* Nothing of ours is in its way, so the next load finds out anew whether it is full. */
	*room = TPM12_ROOM_UNKNOWN;
	return tpm12_reached(goals, TPM_NOSPACE);
}

/* A full chip would lose the session's context, so make room before loading. */
static int tpm12_step_load_session(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	struct vtpmb_tpm12_entry *entry = goal->entry;
	u32 rc;
	int err;

	if (entry->res.phys)
		return tpm12_reached(goals, TPM_SUCCESS);
	if (goal->stage && goals->rc)
		return tpm12_end_load(goals, goal, goals->rc);
	switch (goal->stage++) {
	case 0:
		if (entry->key)
			return tpm12_want(goals, WANT_LOADED, entry->key);
		goal->stage++;
		fallthrough;
	case 1:
		return tpm12_push(goals, WANT_ROOM, goal->vtpm, goal->kind, NULL);
	default:
		err = tpm12_load_context(goal->vtpm, entry, &rc);
		return err ? err : tpm12_end_load(goals, goal, rc);
	}
}

/*
 * All goals.
 */

static int tpm12_step(struct tpm12_goals *goals, struct tpm12_goal *goal)
{
	bool is_key = goal->kind == TPM12_KEY;

	switch (goal->want) {
	case WANT_LOADED:
	case WANT_REBOUND:
		return is_key ? tpm12_step_load_key(goals, goal) :
				tpm12_step_load_session(goals, goal);
	case WANT_ROOM:
		return tpm12_step_room(goals, goal);
	case WANT_SAVED:
		return tpm12_step_save(goals, goal);
	case WANT_EVICTED:
	case WANT_AWAY:
		return tpm12_step_evict(goals, goal);
	case WANT_REFRESHED:
	case WANT_CHECKED:
		return tpm12_step_refresh(goals, goal);
	default:
		return tpm12_step_forget(goals, goal);
	}
}

static int tpm12_run(enum tpm12_want want, struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind,
		     struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	struct tpm12_goals goals;
	unsigned int nr_steps = 0;
	int err;

	goals.port = vtpm->port;
	goals.nr = 0;
	err = tpm12_push(&goals, want, vtpm, kind, entry);
	while (err >= 0 && goals.nr) {
		err = nr_steps++ < MAX_STEPS ? tpm12_step(&goals, &goals.goal[goals.nr - 1]) : -EIO;
		if (err == GOAL_REACHED)
			goals.nr--;
	}
	*rc = err ? TPM_FAIL : goals.rc;
	return err;
}

/*
 * Make sure that an entry in use is loaded in the chip, and the key that it is bound to.  An
 * entry whose context the chip refuses is forgotten: the chip was reset or cleared, or another
 * proxy needed its place in the contextList.
 */
int vtpmb_tpm12_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	return tpm12_run(WANT_LOADED, vtpm, entry->kind, entry, rc);
}

/*
 * Have the chip save an entry's context.  A session is no longer loaded afterwards.  It is
 * flushed and forgotten if the contextList has no place for it.  A key that was saved before is
 * not saved again.
 */
int vtpmb_tpm12_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry, u32 *rc)
{
	return tpm12_run(WANT_SAVED, vtpm, entry->kind, entry, rc);
}

/* Save an entry and flush it.  It stays loaded if the chip is busy or cannot save contexts. */
int vtpmb_tpm12_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	u32 rc;

	return tpm12_run(WANT_EVICTED, vtpm, entry->kind, entry, &rc);
}

/**
 * vtpmb_tpm12_flush_and_forget() - flush an entry from the chip and forget it
 * @vtpm:	the vtpm
 * @entry:	the entry
 *
 * A key's sessions are forgotten with it.  Those that the guest has saved are kept: the guest
 * can load them once it has loaded the key again.
 *
 * Return: 0; -EIO if the chip refuses to flush it; or the errno of transmit
 */
int vtpmb_tpm12_flush_and_forget(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry)
{
	u32 rc;

	return tpm12_run(WANT_FLUSHED, vtpm, entry->kind, entry, &rc);
}

/* Save all loaded sessions that are bound to a key: the chip is about to flush one. */
int vtpmb_tpm12_save_all_bound(struct vtpmb_port *port)
{
	struct vtpmb_tpm12_entry *bound;
	int err = 0;
	u32 rc;

	while (!err && (bound = tpm12_bound_session(port)))
		err = tpm12_run(WANT_AWAY, bound->vtpm, bound->kind, bound, &rc);
	return err;
}

/*
 * Evict the least recently used entry of a kind, of all vtpms, from a full chip.  Entries that
 * the current command names are kept.  Returns 1 if a slot is free now, 0 if not, or a negative
 * errno.
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

/**
 * vtpmb_tpm12_have_room() - make sure that the chip has a free slot
 * @vtpm:	the vtpm
 * @kind:	the kind of entry
 * @rc:		out: TPM_SUCCESS or the return code of a full TPM
 *
 * Needed before commands that destroy a session if the chip is full.
 *
 * Return: 0 or a negative errno
 */
int vtpmb_tpm12_have_room(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind, u32 *rc)
{
	return tpm12_run(WANT_ROOM, vtpm, kind, NULL, rc);
}

/*
 * Load a session that the guest has saved under another handle of its key, which the guest
 * names.  The session is as before if the chip refuses.
 */
int vtpmb_tpm12_rebind(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_entry *entry,
		       struct vtpmb_tpm12_entry *key, u32 *rc)
{
	struct vtpmb_tpm12_entry *old = entry->key;
	int err = vtpmb_tpm12_evict(vtpm, entry);

	if (err)
		return err;
	*rc = entry->res.blob ? TPM_SUCCESS : TPM_BADCONTEXT;
	if (*rc)
		return 0;
	entry->key = key;
	vtpmb_tpm12_use(vtpm, entry);
	err = tpm12_run(WANT_REBOUND, vtpm, entry->kind, entry, rc);
	if (err || *rc)
		entry->key = old;
	return err;
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
				 struct vtpmb_reader list)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entries(vtpm, kind);
	unsigned int i;

	for (i = 0; i < vtpmb_tpm12_kinds[kind].capacity; i++) {
		if (!vtpmb_tpm12_is_listed(entry[i].res.phys, list))
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
			err = vtpmb_tpm12_flush_and_forget(vtpm, &entry[i]);
	}
	return err;
}

/* Forget the entries of one kind that the chip no longer has, of all proxies. */
int vtpmb_tpm12_forget_dead(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, u32 *rc)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(port);
	struct vtpmb_tpm12_table *table;
	struct vtpmb_reader list;
	int err = vtpmb_tpm12_ask_list(port, vtpmb_tpm12_kinds[kind].rt, &list, rc);

	chip->room[kind] = TPM12_ROOM_UNKNOWN;
	if (err || *rc)
		return err;
	/* Go through the whole list first: the next command overwrites it. */
	list_for_each_entry(table, &chip->inside, inside)
		tpm12_clear_unlisted(table->vtpm, kind, list);
	list_for_each_entry(table, &chip->inside, inside) {
		if (!err)
			err = tpm12_forget_dead(table->vtpm, kind);
	}
	return err;
}

/*
 * Forget entries of a kind that the chip no longer has.  If the chip is busy, it is asked again
 * before the next command.
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
			err = vtpmb_tpm12_flush_and_forget(vtpm, &entry[i]) ?: err;
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
