// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, swapping: what a proxy's handles stand for, in and out of the chip.
 *
 * An object never changes, so what the chip saved once is loaded again and
 * again and leaving is no more than a flush.  It stays in the chip after the
 * guest's FlushContext if the guest has its context: a resource manager above
 * brings that back with the next command.  A sequence changes with each use, and
 * a session's saved context can be loaded only once: they are saved anew.  All of
 * it belongs to the hub's thread.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/port.h"
#include "ask.h"
#include "books.h"
#include "gap.h"
#include "host.h"
#include "state.h"
#include "swap.h"
#include "wire.h"

/** CONTEXT_MIN - TPMS_CONTEXT up to its blob: sequence, handle, hierarchy, size */
#define CONTEXT_MIN		18

/** MAX_FILLERS - sessions that fit a chip at once; most have room for three */
#define MAX_FILLERS		16

/** MAX_CATCH_UP - sessions that are saved again before the host gets the chip */
#define MAX_CATCH_UP		8

/*
 * One attempt to save.  0, -ENOMEM, -EIO or the errno of transmit.  A context that
 * is cut off is as good as none, and what was saved is not loaded any more.
 */
static int tpm20_save(struct vtpmb_port *port, struct vtpmb_tpm20_body *body, u32 *rc)
{
	int len = vtpmb_tpm20_own_handle(port, TPM2_CC_ContextSave, body->phys, rc);
	u16 blob_len;
	u8 *blob;

	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	blob_len = len - VTPMB_HEADER_SIZE;
	if (blob_len < CONTEXT_MIN) {
		port->resync_needed = true;
		return -EIO;
	}
	if (body->kind == KIND_SESSION)
		vtpmb_tpm20_gap_saved(port, vtpmb_peek_u64(port->scratch + VTPMB_HEADER_SIZE));
	blob = kmemdup(port->scratch + VTPMB_HEADER_SIZE, blob_len, GFP_KERNEL);
	if (!blob)
		return -ENOMEM;
	body->blob = blob;
	body->blob_len = blob_len;
	if (body->kind != KIND_SESSION)
		return 0;
	body->phys = 0;
	body->sequence = vtpmb_peek_u64(blob);
	list_move_tail(&body->saved, &port->saved);
	return 0;
}

/* Whether the chip does not take a context back, its ContextLoad's only parameter. */
static bool tpm20_is_refused(u32 rc)
{
	return (rc & ~0x3fU) == TPM2_RC_OF_PARAMETER(TPM2_RC_FMT1, 0);
}

/*
 * By which handle the chip has it, or 0.  A saved session is the chip's too; but
 * its number is another one's now if the chip was reset behind our back: then its
 * context is not taken any more.
 */
static int tpm20_find_handle(struct vtpmb_port *port, struct vtpmb_tpm20_body *body,
			     u32 *handle)
{
	u32 rc;
	int len;

	*handle = body->phys;
	if (body->kind != KIND_SESSION || body->phys || !body->blob)
		return 0;
	len = vtpmb_tpm20_own_plain(port, TPM2_CC_ContextLoad, body->blob, body->blob_len, &rc);
	if (len < 0)
		return len;
	if (!tpm20_is_refused(rc))
		*handle = body->session;
	if (!rc) {
		body->phys = body->session;
		vtpmb_tpm20_drop_blob(body);
	}
	return 0;
}

/* Nothing of it is left in the chip then. */
static int tpm20_flush(struct vtpmb_port *port, struct vtpmb_tpm20_body *body)
{
	u32 rc, handle;
	int len = tpm20_find_handle(port, body, &handle);

	if (!len && handle)
		len = vtpmb_tpm20_own_handle(port, TPM2_CC_FlushContext, handle, &rc);
	if (len < 0)
		return len;
	if (len && rc && rc != TPM2_RC_OF_PARAMETER(TPM2_RC_HANDLE, 0))
		return -EIO;
	body->phys = 0;
	return 0;
}

/* A session, of whichever proxy, that is lost: its owner finds out when it is used. */
static int tpm20_lose_saved(struct vtpmb_port *port, struct vtpmb_tpm20_body *body)
{
	int err = tpm20_flush(port, body);

	if (!err)
		vtpmb_tpm20_drop_blob(body);
	return err;
}

/* Its context is of no use any more; it keeps its place in the list. */
static void tpm20_drop_context(struct vtpmb_tpm20_body *body)
{
	kfree_sensitive(body->blob);
	body->blob = NULL;
	body->blob_len = 0;
}

/*
 * Load the session that was saved first, and save it again: the chip saves no
 * other once it has saved too many since (TPM 2.0 Part 1, 30.5).  Only where the
 * chip saves it again: when there is gap left, or when it is this session that
 * has used it up.
 *
 * Return: 1 if it is not the oldest any more, 0 if it is, or the errno of transmit
 */
static int tpm20_refresh(struct vtpmb_port *port, struct vtpmb_tpm20_body *oldest)
{
	int len, err;
	u32 rc;

	len = vtpmb_tpm20_own_plain(port, TPM2_CC_ContextLoad, oldest->blob, oldest->blob_len, &rc);
	if (len < 0)
		return len;
	if (tpm20_is_refused(rc))
		vtpmb_tpm20_drop_blob(oldest);
	if (rc)
		return tpm20_is_refused(rc);
	tpm20_drop_context(oldest);
	oldest->phys = oldest->session;
	err = tpm20_save(port, oldest, &rc);
	if (err == -ENOMEM || (!err && rc))
		err = tpm20_lose_saved(port, oldest);
	return err ? err : rc != TPM2_RC_CONTEXT_GAP;
}

static int tpm20_start_filler(struct vtpmb_port *port, u32 *handle, u32 *rc)
{
	static const u8 nonce[16];
	u8 body[64];
	struct vtpmb_writer w;
	int len;

	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u32(&w, TPM2_RH_NULL);
	vtpmb_put_u32(&w, TPM2_RH_NULL);
	vtpmb_put_u16(&w, sizeof(nonce));
	vtpmb_put_bytes(&w, nonce, sizeof(nonce));
	vtpmb_put_u16(&w, 0);
	vtpmb_put_u8(&w, 0);
	vtpmb_put_u16(&w, TPM2_ALG_NULL);
	vtpmb_put_u16(&w, port->nr_banks ? port->bank[0].alg : TPM2_ALG_NULL);
	len = vtpmb_tpm20_own_plain(port, TPM2_CC_StartAuthSession, body, w.len, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	if (len < VTPMB_HEADER_SIZE + 4) {
		port->resync_needed = true;
		return -EIO;
	}
	*handle = vtpmb_peek_u32(port->scratch + VTPMB_HEADER_SIZE);
	return 0;
}

/*
 * The gap may be used up, by this session or by one of the host's.  As long as a chip
 * whose gap is used up has room for one session only, it loads no other than the oldest
 * one (Part 4, SessionContextLoad()).  So the rest of its room is filled for a while.
 * @full gets what the chip says then.
 */
static int tpm20_refresh_if_oldest(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *oldest,
				   u32 *full)
{
	unsigned int nr = 0;
	u32 filler[MAX_FILLERS], ignored;
	int again = 0, len;
	int err = vtpmb_tpm20_list_host_sessions(vtpm);

	*full = TPM2_RC_SUCCESS;
	while (!err && nr < MAX_FILLERS) {
		err = tpm20_start_filler(vtpm->port, &filler[nr], full);
		if (err || *full)
			break;
		nr++;
	}
	if (!err && *full == TPM2_RC_CONTEXT_GAP)
		again = tpm20_refresh(vtpm->port, oldest);
	while (nr--) {
		len = vtpmb_tpm20_own_handle(vtpm->port, TPM2_CC_FlushContext, filler[nr],
					     &ignored);
		if (len < 0)
			return len;
	}
	return err ? err : again;
}

/*
 * The chip has used up its gap.  A session of a guest that does not hold it up
 * stays where it is.
 *
 * Return: 1 if there is gap again, 0 if not, or the errno of transmit
 */
static int tpm20_make_gap(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_port *port = vtpm->port;
	struct vtpmb_tpm20_body *oldest;
	int err, again = 0;
	u32 ignored;
	bool ours;

	oldest = list_first_entry_or_null(&port->saved, struct vtpmb_tpm20_body, saved);
	if (oldest) {
		err = vtpmb_tpm20_gap_look(port);
		if (err)
			return err;
		ours = vtpmb_tpm20_gap_is_ours(port, oldest);
		again = ours ? tpm20_refresh(port, oldest) :
			       tpm20_refresh_if_oldest(vtpm, oldest, &ignored);
	}
	if (!again)
		vtpmb_tpm20_gap_is_used_up(port);
	return again;
}

/*
 * Long before the chip refuses, one at a time.  One that may not be saved again,
 * for what is left is the host's, is not to hold up the host.
 */
static int tpm20_keep_gap(struct vtpmb_port *port)
{
	u32 gap = vtpmb_tpm20_facts(port)->context_gap;
	struct vtpmb_tpm20_body *oldest;
	u64 age;
	int allowed;

	oldest = list_first_entry_or_null(&port->saved, struct vtpmb_tpm20_body, saved);
	age = oldest ? vtpmb_tpm20_gap_age(port, oldest) : 0;
	if (age < gap / 2)
		return 0;
	allowed = vtpmb_tpm20_gap_allows(NULL, port);
	if (allowed < 0)
		return allowed;
	if (allowed)
		return min(tpm20_refresh(port, oldest), 0);
	return age < gap - gap / 4 ? 0 : tpm20_lose_saved(port, oldest);
}

/*
 * Whether the gap is used up is not known.  If it is, and by one of the host's sessions,
 * one that was loaded would not be saved any more, and stays where it is.
 *
 * Return: 1 if it was loaded and saved again, 0 if not, or the errno of transmit
 */
static int tpm20_refresh_unless_stuck(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *oldest)
{
	u32 full = TPM2_RC_SESSION_MEMORY;
	int done = 0;

	if (!vtpmb_tpm20_gap_is_ours(vtpm->port, oldest))
		done = tpm20_refresh_if_oldest(vtpm, oldest, &full);
	/* There was room for one more, which a used up gap would have kept free. */
	if (!done && full == TPM2_RC_SESSION_MEMORY)
		done = tpm20_refresh(vtpm->port, oldest);
	return done;
}

/* The counter is known: save again what has fallen behind. */
static int tpm20_catch_up(struct vtpmb_port *port)
{
	struct vtpmb_tpm20_gap *gap = vtpmb_tpm20_gap(port);
	unsigned int nr;
	int err = 0;

	for (nr = 0; !err && nr < MAX_CATCH_UP; nr++) {
		u64 before = gap->nr_saves;

		err = tpm20_keep_gap(port);
		if (gap->nr_saves == before)
			return err;
	}
	/* There may be more of them: once the host has had the chip. */
	port->look_ms = 1;
	return err;
}

int vtpmb_tpm20_refresh_idle(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_port *port = vtpm->port;
	struct vtpmb_tpm20_body *oldest;
	int done = vtpmb_tpm20_gap_list(port);

	oldest = list_first_entry_or_null(&port->saved, struct vtpmb_tpm20_body, saved);
	if (!done && oldest && vtpmb_tpm20_gap_may_look(port, oldest))
		done = tpm20_refresh_unless_stuck(vtpm, oldest);
	if (done < 0)
		return done;
	vtpmb_tpm20_gap_looked(port);
	return done ? tpm20_catch_up(port) : 0;
}

/* Each try has saved one more of the sessions anew that the chip had to wait for. */
static int tpm20_save_session(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc)
{
	int err, again, allowed = vtpmb_tpm20_gap_allows(vtpm, vtpm->port);
	unsigned int tries = 0;

	if (!allowed && vtpmb_tpm20_gap_try_anyway(vtpm->port))
		allowed = min(tpm20_make_gap(vtpm), 0);
	if (allowed <= 0) {
		*rc = TPM2_RC_CONTEXT_GAP;
		return allowed;
	}
	do {
		err = tpm20_save(vtpm->port, body, rc);
		again = err || *rc != TPM2_RC_CONTEXT_GAP ? 0 : tpm20_make_gap(vtpm);
	} while (again > 0 && tries++ < TPM20_MAX_TRIES);
	return err ? err : min(again, 0);
}

/**
 * vtpmb_tpm20_save() - have the chip save a context
 * @vtpm:	the vtpm
 * @body:	loaded in the chip; a session is not any more afterwards
 * @rc:		the chip's response code
 *
 * An object or a sequence that has not changed since is not saved again.
 *
 * Return: 0; -ENOMEM, and a session can only be flushed then; or the errno of
 * transmit
 */
int vtpmb_tpm20_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc)
{
	int err;

	*rc = TPM2_RC_SUCCESS;
	if (body->blob)
		return 0;
	if (body->kind != KIND_SESSION)
		return tpm20_save(vtpm->port, body, rc);
	err = tpm20_save_session(vtpm, body, rc);
	return err || *rc ? err : tpm20_keep_gap(vtpm->port);
}

/* What cannot be saved is lost: nothing of ours may stay in the chip. */
int vtpmb_tpm20_lose(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body)
{
	int err = tpm20_flush(vtpm->port, body);

	if (!err)
		vtpmb_tpm20_forget_body(vtpm, body);
	return err;
}

int vtpmb_tpm20_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body)
{
	u32 rc;
	int err = vtpmb_tpm20_save(vtpm, body, &rc);

	if (err == -ENOMEM || (!err && rc))
		return vtpmb_tpm20_lose(vtpm, body);
	if (err || body->kind == KIND_SESSION)
		return err;
	return tpm20_flush(vtpm->port, body);
}

/* Take a handle away, and what it alone stands for out of the chip. */
int vtpmb_tpm20_put_out(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	int err = entry->body->refs == 1 ? tpm20_flush(vtpm->port, entry->body) : 0;

	if (!err)
		vtpmb_tpm20_forget_entry(vtpm, entry);
	return err;
}

/* No handle stands for it, but the guest may bring its context back. */
static bool tpm20_is_kept(const struct vtpmb_tpm20_body *body)
{
	return body->kind != KIND_FREE && !body->refs;
}

/* Keep no more than so many: those used least lately go. */
int vtpmb_tpm20_trim(struct vtpmb_vtpm *vtpm, unsigned int nr_kept)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_body *body, *oldest;
	unsigned int nr;
	int err;

	/* Each time there is one less. */
	do {
		oldest = NULL;
		nr = 0;
		for (body = table->body; body < table->body + VTPMB_TPM20_MAX_BODIES; body++) {
			if (!tpm20_is_kept(body))
				continue;
			nr++;
			if (!oldest || body->used < oldest->used)
				oldest = body;
		}
		if (nr <= nr_kept)
			return 0;
		err = vtpmb_tpm20_lose(vtpm, oldest);
	} while (!err);
	return err;
}

/**
 * vtpmb_tpm20_release() - the guest does not need a handle any more
 * @vtpm:	the vtpm
 * @entry:	the handle
 *
 * What the guest may bring back by its context stays where it is.
 *
 * Return: 0; -EIO if the chip refuses to let go of it; or the errno of transmit
 */
int vtpmb_tpm20_release(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	struct vtpmb_tpm20_body *body = entry->body;

	if (body->refs > 1 || body->kind == KIND_SESSION || !body->given || !body->blob)
		return vtpmb_tpm20_put_out(vtpm, entry);
	body->refs++;
	vtpmb_tpm20_forget_entry(vtpm, entry);
	body->refs--;
	return vtpmb_tpm20_trim(vtpm, VTPMB_MAX_KEPT);
}

/* The loaded one used least lately, of sessions or of all others. */
static struct vtpmb_tpm20_body *tpm20_oldest(struct vtpmb_tpm20_table *table, bool session)
{
	struct vtpmb_tpm20_body *body, *oldest = NULL;

	for (body = table->body; body < table->body + VTPMB_TPM20_MAX_BODIES; body++) {
		bool is_session = body->kind == KIND_SESSION;

		if (!body->phys || body->in_use || is_session != session)
			continue;
		if (!oldest || body->used < oldest->used)
			oldest = body;
	}
	return oldest;
}

static int tpm20_evict_object(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_body *body;
	int err;

	body = tpm20_oldest(&vtpmb_tpm20_state(vtpm)->table, false);
	if (!body)
		return 0;
	err = vtpmb_tpm20_evict(vtpm, body);
	return err ? err : 1;
}

/* One that may not be saved stays: the guest is told that there is no room. */
static int tpm20_evict_session(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_body *body;
	u32 rc;
	int err;

	body = tpm20_oldest(&vtpmb_tpm20_state(vtpm)->table, true);
	if (!body)
		return 0;
	err = vtpmb_tpm20_save(vtpm, body, &rc);
	if (!err && rc == TPM2_RC_CONTEXT_GAP)
		return 0;
	if (err == -ENOMEM || (!err && rc))
		err = vtpmb_tpm20_lose(vtpm, body);
	return err ? err : 1;
}

/* The host's kernel cannot start another one in this turn. */
static int tpm20_end_host_session(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;

	if (!vtpm->port->end_host_session || table->host_ended)
		return 0;
	table->host_ended = true;
	vtpm->port->end_host_session(vtpm->port);
	return 1;
}

static int tpm20_make_session_room(struct vtpmb_vtpm *vtpm)
{
	int again = tpm20_evict_session(vtpm);

	return again ? again : tpm20_end_host_session(vtpm);
}

/* Of a chip that has one memory for all. */
static int tpm20_make_any_room(struct vtpmb_vtpm *vtpm)
{
	int again = tpm20_evict_object(vtpm);

	return again ? again : tpm20_make_session_room(vtpm);
}

/**
 * vtpmb_tpm20_make_room() - answer to a chip that is full
 * @vtpm:	the vtpm
 * @rc:		what the chip said
 *
 * Puts out what the vtpm has used least lately and the present command does
 * not name; if there is nothing left, the host kernel's own session.  No other
 * proxy has anything in the chip during a turn.
 *
 * Return: 1 if it is worth trying again, up to TPM20_MAX_TRIES times; 0 if not; or
 * the errno of transmit
 */
int vtpmb_tpm20_make_room(struct vtpmb_vtpm *vtpm, u32 rc)
{
	switch (rc) {
	case TPM2_RC_OBJECT_MEMORY:
		return tpm20_evict_object(vtpm);
	case TPM2_RC_MEMORY:
		return tpm20_make_any_room(vtpm);
	case TPM2_RC_SESSION_MEMORY:
		return tpm20_make_session_room(vtpm);
	case TPM2_RC_CONTEXT_GAP:
		return tpm20_make_gap(vtpm);
	default:
		return 0;
	}
}

/* Its length is that of the response; @rc is the chip's. */
static int tpm20_context_load(struct vtpmb_vtpm *vtpm,
			      const struct vtpmb_tpm20_body *body, u32 *rc)
{
	unsigned int tries = 0;
	int len, again;

	do {
		len = vtpmb_tpm20_own_plain(vtpm->port, TPM2_CC_ContextLoad, body->blob,
					    body->blob_len, rc);
		if (len < 0)
			return len;
		again = *rc ? vtpmb_tpm20_make_room(vtpm, *rc) : 0;
		if (again < 0)
			return again;
	} while (again && tries++ < TPM20_MAX_TRIES);
	return len;
}

/*
 * Load a context.  If the response is lost, what the chip calls it is lost too: a
 * session has its number, an object is found by its Name, and a sequence, which
 * has none, by not having been there before.
 */
static int tpm20_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	int len, err = 0;

	if (body->kind == KIND_SEQUENCE)
		err = vtpmb_tpm20_list_host_objects(vtpm);
	if (err)
		return err;
	if (body->kind == KIND_OBJECT)
		table->loading = body;
	len = tpm20_context_load(vtpm, body, rc);
	if (len < 0)
		return len;
	if (!*rc && len < VTPMB_HEADER_SIZE + 4) {
		vtpm->port->resync_needed = true;
		return -EIO;
	}
	table->loading = NULL;
	if (*rc)
		return 0;
	body->phys = vtpmb_peek_u32(vtpm->port->scratch + VTPMB_HEADER_SIZE);
	if (body->kind == KIND_SESSION)
		vtpmb_tpm20_drop_blob(body);
	return 0;
}

/**
 * vtpmb_tpm20_load() - see that an entry is loaded in the chip
 * @vtpm:	the vtpm
 * @entry:	the entry
 * @gone:	response code for one whose context the chip does not take back
 * @rc:		out: response code
 *
 * A context that the chip does not take back is gone: the chip was reset behind
 * our back.  It is forgotten, but not flushed, for a session's handle may be
 * another one's now.
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_tpm20_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry,
		     u32 gone, u32 *rc)
{
	struct vtpmb_tpm20_body *body = entry->body;
	int err = 0;

	*rc = body ? TPM2_RC_SUCCESS : gone;
	if (!body || body->phys || body->stands)
		return 0;
	if (body->blob)
		err = tpm20_load(vtpm, body, rc);
	if (err)
		return err;
	if ((!body->blob && !body->phys) || tpm20_is_refused(*rc)) {
		*rc = gone;
		vtpmb_tpm20_forget_entry(vtpm, entry);
	}
	return 0;
}

static bool tpm20_get_public(struct vtpmb_tpm20_body *body, struct vtpmb_reader *r)
{
	struct vtpmb_reader public;
	const u8 *bytes;
	u16 len, type, alg;

	if (!vtpmb_get_tpm2b(r, &bytes, &len))
		return false;
	vtpmb_reader_init(&public, bytes, len);
	if (!vtpmb_get_u16(&public, &type) || !vtpmb_get_u16(&public, &alg) ||
	    !vtpmb_get_u32(&public, &body->attributes) ||
	    !vtpmb_get_tpm2b(r, &bytes, &len) || len > sizeof(body->name))
		return false;
	memcpy(body->name, bytes, len);
	body->name_len = len;
	return true;
}

/* The chip's answer to ReadPublic is in @port->scratch. */
static int tpm20_keep_public(struct vtpmb_port *port, struct vtpmb_tpm20_body *body,
			     size_t len, u32 *rc)
{
	const u8 *params = port->scratch + VTPMB_HEADER_SIZE;
	struct vtpmb_reader r;

	vtpmb_reader_init(&r, params, len);
	if (!tpm20_get_public(body, &r))
		return -EIO;
	body->public = kmemdup(params, len, GFP_KERNEL);
	body->public_len = len;
	body->learnt = body->public;
	if (!body->learnt)
		*rc = TPM2_RC_MEMORY;
	return 0;
}

/* A persistent object takes a place in the chip for as long as the command lasts. */
static int tpm20_ask_public(struct vtpmb_vtpm *vtpm, u32 handle, u32 *rc)
{
	unsigned int tries = 0;
	int len, again;

	do {
		len = vtpmb_tpm20_own_handle(vtpm->port, TPM2_CC_ReadPublic, handle, rc);
		again = len < 0 ? len : vtpmb_tpm20_make_room(vtpm, *rc);
	} while (again > 0 && tries++ < TPM20_MAX_TRIES);
	return again < 0 ? again : len;
}

/**
 * vtpmb_tpm20_learn() - have the chip tell of an object what is public, once
 * @vtpm:	the vtpm
 * @entry:	the object; its body gets @attributes, @name and @public
 * @rc:		out: response code
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_learn(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 *rc)
{
	int len, err;

	*rc = TPM2_RC_SUCCESS;
	if (entry->body->learnt || entry->kind != KIND_OBJECT)
		return 0;
	err = vtpmb_tpm20_load(vtpm, entry, TPM2_RC_REFERENCE_H0, rc);
	if (err || *rc)
		return err;
	len = tpm20_ask_public(vtpm, vtpmb_tpm20_chip_handle(entry->body), rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	return tpm20_keep_public(vtpm->port, entry->body, len - VTPMB_HEADER_SIZE, rc);
}

/**
 * vtpmb_tpm20_reload() - load an object again whose handle was lost, and learn its Name
 * @vtpm:	the vtpm
 * @body:	the object, with a context
 * @rc:		out: response code
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_reload(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc)
{
	int len, err = 0;

	*rc = TPM2_RC_SUCCESS;
	if (body->learnt)
		return 0;
	if (!body->phys)
		err = tpm20_load(vtpm, body, rc);
	if (err || *rc)
		return err;
	len = tpm20_ask_public(vtpm, body->phys, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	return tpm20_keep_public(vtpm->port, body, len - VTPMB_HEADER_SIZE, rc);
}

/**
 * vtpmb_tpm20_has_name() - whether a persistent object of the chip has a Name
 * @vtpm:	the vtpm
 * @handle:	which, whoever's it is
 * @body:	an object whose Name is known
 * @same:	set if it has the same one
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_has_name(struct vtpmb_vtpm *vtpm, u32 handle,
			 const struct vtpmb_tpm20_body *body, bool *same)
{
	struct vtpmb_reader r;
	const u8 *bytes;
	u16 bytes_len;
	u32 rc;
	int len = tpm20_ask_public(vtpm, handle, &rc);

	if (len < 0 || rc)
		return min(len, 0);
	vtpmb_reader_init(&r, vtpm->port->scratch + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (!vtpmb_get_tpm2b(&r, &bytes, &bytes_len) || !vtpmb_get_tpm2b(&r, &bytes, &bytes_len))
		return -EIO;
	*same |= bytes_len == body->name_len && !memcmp(bytes, body->name, bytes_len);
	return 0;
}

/**
 * vtpmb_tpm20_read_public() - TPM2_ReadPublic (TPM 2.0 Part 3, 12.4)
 * @vtpm:	the vtpm
 * @call:	the command, without sessions: they would see another answer
 * @out:	where the response's parameters go
 * @rc:		response code
 *
 * The chip is asked once for each object: that answer never changes.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_read_public(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			    struct vtpmb_writer *out, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = call->entry[0];
	int err;

	*rc = vtpmb_tpm20_get_end(call);
	if (!*rc && entry->kind == KIND_SEQUENCE)
		*rc = TPM2_RC_SEQUENCE;
	if (*rc)
		return 0;
	err = vtpmb_tpm20_learn(vtpm, entry, rc);
	if (!err && !*rc)
		vtpmb_put_bytes(out, entry->body->public, entry->body->public_len);
	return err;
}

/**
 * vtpmb_tpm20_changed() - the chip has changed what an entry stands for
 * @entry:	a loaded sequence; what was saved of it is of the past
 */
void vtpmb_tpm20_changed(struct vtpmb_tpm20_entry *entry)
{
	if (entry->kind == KIND_SEQUENCE)
		vtpmb_tpm20_drop_blob(entry->body);
}
