// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, swapping: load a proxy's objects, sequences and sessions into the chip, and evict
 * them.
 *
 * An object never changes.  The chip saves it once, the saved context can be loaded
 * many times, and eviction is then only a flush.  If the guest has its context, an
 * object stays in the chip after the guest's FlushContext, because a resource manager
 * in the guest is likely to load that context with the next command.  A sequence
 * changes with each use, and a session's saved context can be loaded only once.  Both
 * are therefore saved again for each eviction.  All of this runs in the hub's thread.
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

/** MAX_FILLERS - maximum number of loaded sessions in a chip; most have room for three */
#define MAX_FILLERS		16

/** MAX_CATCH_UP - maximum number of sessions saved again before the host gets the chip */
#define MAX_CATCH_UP		8

/* TPMS_CONTEXT.  Its savedHandle is the session's own, or says what kind of object it is. */
static bool tpm20_get_context(struct vtpmb_reader r, const struct vtpmb_tpm20_body *body,
			      u64 *sequence)
{
	u32 handle, hierarchy;
	const u8 *blob;
	u16 blob_len;

	return vtpmb_get_u64(&r, sequence) && vtpmb_get_u32(&r, &handle) &&
	       (body->kind != KIND_SESSION || handle == body->session) &&
	       vtpmb_get_u32(&r, &hierarchy) && vtpmb_get_tpm2b(&r, &blob, &blob_len) && !r.left;
}

/*
 * Try once to save a context.  A truncated context is unusable, and a session is no
 * longer loaded then, so the chip has to be resynchronised.
 *
 * Return: 0, -ENOMEM, -EIO or the errno of transmit
 */
static int tpm20_save(struct vtpmb_port *port, struct vtpmb_tpm20_body *body, u32 *rc)
{
	int len = vtpmb_tpm20_own_handle(port, TPM2_CC_ContextSave, body->res.phys, rc);
	struct vtpmb_reader r;
	u64 sequence;
	int err;

	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	vtpmb_port_response(port, len, &r);
	if (!tpm20_get_context(r, body, &sequence)) {
		vtpmb_tpm20_chip(port)->resync_needed = true;
		return -EIO;
	}
	if (body->kind == KIND_SESSION)
		vtpmb_tpm20_gap_saved(port, sequence);
	err = vtpmb_resident_keep_blob(&body->res, r.pos, r.left);
	if (err || body->kind != KIND_SESSION)
		return err;
	body->res.phys = 0;
	body->sequence = sequence;
	list_move_tail(&body->res.saved, &port->saved);
	return 0;
}

/* Whether ContextLoad has rejected the context. */
static bool tpm20_is_refused(u32 rc)
{
	return (rc & ~0x3fU) == TPM2_RC_OF_PARAMETER(TPM2_RC_FMT1, 0);
}

/* Try once to load a context, which is the only parameter. */
static int tpm20_context_load(struct vtpmb_port *port, const struct vtpmb_tpm20_body *body, u32 *rc)
{
	return vtpmb_tpm20_own_plain(port, TPM2_CC_ContextLoad, body->res.blob,
				     body->res.blob_len, rc);
}

/*
 * Find the handle by which the chip can flush a body, or 0.  That of a saved session can
 * be flushed too.  But if the chip was reset behind the bridge's back, another session may
 * have that handle now.  The chip rejects the saved context then.
 */
static int tpm20_find_handle(struct vtpmb_port *port, struct vtpmb_tpm20_body *body,
			     u32 *handle)
{
	u32 rc;
	int len;

	*handle = body->res.phys;
	if (body->kind != KIND_SESSION || body->res.phys || !body->res.blob)
		return 0;
	len = tpm20_context_load(port, body, &rc);
	if (len < 0)
		return len;
	if (!tpm20_is_refused(rc))
		*handle = body->session;
	if (!rc) {
		body->res.phys = body->session;
		vtpmb_resident_forget_saved(&body->res);
	}
	return 0;
}

/* Flush a body, loaded or saved, from the chip. */
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
	/* If the chip does not have that handle, it may have the body under another one. */
	if (len && rc && body->res.phys)
		vtpmb_tpm20_chip(port)->resync_needed = true;
	body->res.phys = 0;
	return 0;
}

/* Flush a saved session of any proxy.  Its owner gets an error at the next use. */
static int tpm20_flush_saved(struct vtpmb_port *port, struct vtpmb_tpm20_body *body)
{
	int err = tpm20_flush(port, body);

	if (!err)
		vtpmb_resident_forget_saved(&body->res);
	return err;
}

static struct vtpmb_tpm20_body *tpm20_oldest_saved(struct vtpmb_port *port)
{
	return list_first_entry_or_null(&port->saved, struct vtpmb_tpm20_body, res.saved);
}

/*
 * Load the oldest saved session and save it again.  The chip refuses to save any other
 * session once it has saved too many since that one (TPM 2.0 Part 1, 30.5).  Call this
 * only where the chip will save the session again: when the gap is not used up, or when
 * this session is the one that uses it up.
 *
 * Return: 1 if it is no longer the oldest, 0 if it still is, or the errno of transmit
 */
static int tpm20_refresh(struct vtpmb_port *port, struct vtpmb_tpm20_body *oldest)
{
	int len, err;
	u32 rc;

	len = tpm20_context_load(port, oldest, &rc);
	if (len < 0)
		return len;
	if (tpm20_is_refused(rc))
		vtpmb_resident_forget_saved(&oldest->res);
	if (rc)
		return tpm20_is_refused(rc);
	vtpmb_resident_drop_blob(&oldest->res);
	oldest->res.phys = oldest->session;
	err = tpm20_save(port, oldest, &rc);
	if (err == -ENOMEM || (!err && rc))
		err = tpm20_flush_saved(port, oldest);
	return err ? err : rc != TPM2_RC_CONTEXT_GAP;
}

/* A saved session of any proxy that has this handle, of either type, or NULL. */
static struct vtpmb_tpm20_body *tpm20_find_saved(struct vtpmb_port *port, u32 handle)
{
	struct vtpmb_tpm20_body *body;

	list_for_each_entry(body, &port->saved, res.saved) {
		if (TPM20_INDEX(body->session) == TPM20_INDEX(handle))
			return body;
	}
	return NULL;
}

/**
 * vtpmb_tpm20_claim_session() - make sure that a new session has its handle to itself
 * @vtpm:	the vtpm
 * @handle:	what the chip has returned
 * @type:	TPM_HT that it must have
 *
 * Two sessions with one handle would flush each other.  A saved session can only have the
 * handle of a new one if the chip was reset behind the bridge's back.  Then the chip refuses its
 * context, and it is forgotten.  Otherwise it is saved again, and the new handle is malformed.
 * Saved sessions of the host are not known.
 *
 * Return: 0; -EIO if somebody else has the handle; or the errno of transmit
 */
int vtpmb_tpm20_claim_session(struct vtpmb_vtpm *vtpm, u32 handle, u32 type)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_body *body, *saved = tpm20_find_saved(vtpm->port, handle);
	int err = 0;

	if (TPM20_HT(handle) != type ||
	    TPM20_INDEX(handle) >= vtpmb_tpm20_facts(vtpm->port)->sessions_max ||
	    (table->host_sessions_known &&
	     test_bit(vtpmb_tpm20_session_bit(handle), table->host_sessions)))
		return -EIO;
	if (saved)
		err = tpm20_refresh(vtpm->port, saved);
	if (err < 0)
		return err;
	for (body = table->body; body < table->body + VTPMB_TPM20_MAX_BODIES; body++) {
		if (body->kind != KIND_SESSION || TPM20_INDEX(body->session) != TPM20_INDEX(handle))
			continue;
		if (body->res.phys)
			return -EIO;
		if (!body->res.blob)
			vtpmb_tpm20_forget_body(vtpm, body);	/* the chip has lost it */
	}
	return tpm20_find_saved(vtpm->port, handle) ? -EIO : 0;
}

static int tpm20_start_filler(struct vtpmb_vtpm *vtpm, u32 *handle, u32 *rc)
{
	struct vtpmb_port *port = vtpm->port;
	static const u8 nonce[16];
	u8 body[64];
	struct vtpmb_writer w;
	struct vtpmb_reader r;
	int len;

	vtpmb_writer_init(&w, body, sizeof(body));
	vtpmb_put_u32(&w, TPM2_RH_NULL);
	vtpmb_put_u32(&w, TPM2_RH_NULL);
	vtpmb_put_tpm2b(&w, nonce, sizeof(nonce));
	vtpmb_put_u16(&w, 0);
	vtpmb_put_u8(&w, 0);
	vtpmb_put_u16(&w, TPM2_ALG_NULL);
	vtpmb_put_u16(&w, port->nr_banks ? port->bank[0].alg : TPM2_ALG_NULL);
	len = vtpmb_tpm20_own_plain(port, TPM2_CC_StartAuthSession, body, w.len, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	vtpmb_port_response(port, len, &r);
	len = vtpmb_get_u32(&r, handle) ?
	      vtpmb_tpm20_claim_session(vtpm, *handle, TPM2_HT_HMAC_SESSION) : -EIO;
	if (len)
		vtpmb_tpm20_chip(port)->resync_needed = true;
	return len;
}

/*
 * The gap may be used up, by this session or by one of the host's.  A chip whose gap is
 * used up reserves its last free session slot for the oldest session
 * (Part 4, SessionContextLoad()).  So the other slots are filled temporarily.  @full
 * receives the response code of the StartAuthSession that fails.
 */
static int tpm20_refresh_if_oldest(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *oldest,
				   u32 *full)
{
	unsigned int nr = 0;
	u32 filler[MAX_FILLERS], rc;
	int again = 0, len;
	int err = vtpmb_tpm20_list_host_sessions(vtpm);

	*full = TPM2_RC_SUCCESS;
	while (!err && nr < MAX_FILLERS) {
		err = tpm20_start_filler(vtpm, &filler[nr], full);
		if (err || *full)
			break;
		nr++;
	}
	if (!err && *full == TPM2_RC_CONTEXT_GAP)
		again = tpm20_refresh(vtpm->port, oldest);
	while (nr--) {
		len = vtpmb_tpm20_own_handle(vtpm->port, TPM2_CC_FlushContext, filler[nr], &rc);
		if (len < 0)
			return len;
		if (rc)
			vtpmb_tpm20_chip(vtpm->port)->resync_needed = true;
	}
	return err ? err : again;
}

/*
 * The chip refuses to save a session because its gap is used up: save the oldest session
 * again.  If that is not the session that uses up the gap, it stays saved.
 *
 * Return: 1 if saving is worth a retry, 0 if not, or the errno of transmit
 */
static int tpm20_make_gap(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_port *port = vtpm->port;
	struct vtpmb_tpm20_body *oldest = tpm20_oldest_saved(port);
	int err, again = 0;
	u32 ignored;
	bool ours;

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
 * Save the oldest session again, long before the chip refuses; one session for each call.
 * If it may not be saved again because the rest of the gap is reserved for the host, it is
 * flushed once it is three quarters of the gap behind, so that it does not block the host.  None
 * can be further behind than the gap, unless the chip was reset behind the bridge's back or has
 * returned a wrong sequence.
 */
static int tpm20_keep_gap(struct vtpmb_port *port)
{
	u32 gap = vtpmb_tpm20_facts(port)->context_gap;
	struct vtpmb_tpm20_body *oldest = tpm20_oldest_saved(port);
	u64 age;
	int allowed;

	age = oldest ? vtpmb_tpm20_gap_age(port, oldest) : 0;
	if (age < gap / 2)
		return 0;
	allowed = vtpmb_tpm20_gap_allows(NULL, port);
	if (allowed < 0)
		return allowed;
	if (allowed || age > gap)
		return min(tpm20_refresh(port, oldest), 0);
	return age < gap - gap / 4 ? 0 : tpm20_flush_saved(port, oldest);
}

/*
 * It is not known whether the gap is used up.  If a session of the host uses it up, the
 * chip would not save a session that was loaded, so @oldest stays saved.
 *
 * Return: 1 if it was loaded and saved again, 0 if not, or the errno of transmit
 */
static int tpm20_refresh_unless_stuck(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *oldest)
{
	u32 full = TPM2_RC_SESSION_MEMORY;
	int done = 0;

	if (!vtpmb_tpm20_gap_is_ours(vtpm->port, oldest))
		done = tpm20_refresh_if_oldest(vtpm, oldest, &full);
	/* All slots could be filled; a chip whose gap is used up reserves the last one. */
	if (!done && full == TPM2_RC_SESSION_MEMORY)
		done = tpm20_refresh(vtpm->port, oldest);
	return done;
}

/* The context counter is known: save again the sessions that have fallen behind. */
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
	/* There may be more of them.  Let the host have the chip first. */
	port->refresh_ms = 1;
	return err;
}

int vtpmb_tpm20_refresh_idle(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_port *port = vtpm->port;
	struct vtpmb_tpm20_body *oldest;
	int done = vtpmb_tpm20_gap_list(port);

	oldest = tpm20_oldest_saved(port);
	if (!done && oldest && vtpmb_tpm20_gap_may_look(port, oldest))
		done = tpm20_refresh_unless_stuck(vtpm, oldest);
	if (done < 0)
		return done;
	vtpmb_tpm20_gap_looked(port);
	return done ? tpm20_catch_up(port) : 0;
}

/* Before each retry, the oldest session, which used up the gap, has been saved again. */
static int tpm20_save_session(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc)
{
	int err, again, allowed = vtpmb_tpm20_gap_allows(vtpm, vtpm->port);
	unsigned int tries = 0;

	if (!allowed && vtpmb_tpm20_gap_may_make(vtpm->port))
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

/*
 * Have the chip save a loaded context.  A session is no longer loaded afterwards.  An object or
 * a sequence that has not changed since the last save is not saved again.  Also returns
 * -ENOMEM: then a session can only be flushed.
 */
int vtpmb_tpm20_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc)
{
	int err;

	*rc = TPM2_RC_SUCCESS;
	if (body->res.blob)
		return 0;
	if (body->kind != KIND_SESSION)
		return tpm20_save(vtpm->port, body, rc);
	err = tpm20_save_session(vtpm, body, rc);
	return err || *rc ? err : tpm20_keep_gap(vtpm->port);
}

/* Flush and forget a body that cannot be saved: nothing of ours may stay in the chip. */
int vtpmb_tpm20_flush_and_forget(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body)
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
		return vtpmb_tpm20_flush_and_forget(vtpm, body);
	if (err || body->kind == KIND_SESSION)
		return err;
	return tpm20_flush(vtpm->port, body);
}

/* Forget an entry, and flush its body if no other entry refers to it. */
int vtpmb_tpm20_flush_entry(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	int err = entry->body->refs == 1 ? tpm20_flush(vtpm->port, entry->body) : 0;

	if (!err)
		vtpmb_tpm20_forget_entry(vtpm, entry);
	return err;
}

/* Whether no entry refers to a body; it is kept because the guest may load its context. */
static bool tpm20_is_kept(const struct vtpmb_tpm20_body *body)
{
	return body->kind != KIND_FREE && !body->refs;
}

/* Keep at most @nr_kept bodies without an entry; flush the least recently used ones. */
int vtpmb_tpm20_limit_kept(struct vtpmb_vtpm *vtpm, unsigned int nr_kept)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_body *body, *oldest;
	unsigned int nr;
	int err;

	/* Each iteration flushes one body, so the loop ends. */
	do {
		oldest = NULL;
		nr = 0;
		for (body = table->body; body < table->body + VTPMB_TPM20_MAX_BODIES; body++) {
			if (!tpm20_is_kept(body))
				continue;
			nr++;
			if (!oldest || body->res.used < oldest->res.used)
				oldest = body;
		}
		if (nr <= nr_kept)
			return 0;
		err = vtpmb_tpm20_flush_and_forget(vtpm, oldest);
	} while (!err);
	return err;
}

/**
 * vtpmb_tpm20_release_handle() - the guest does not need a handle any more
 * @vtpm:	the vtpm
 * @entry:	the handle
 *
 * An object whose context the guest may load again stays in the chip.
 *
 * Return: 0; -EIO if the chip refuses to flush it; or the errno of transmit
 */
int vtpmb_tpm20_release_handle(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	struct vtpmb_tpm20_body *body = entry->body;

	if (body->refs > 1 || body->kind == KIND_SESSION || !body->given || !body->res.blob)
		return vtpmb_tpm20_flush_entry(vtpm, entry);
	body->refs++;
	vtpmb_tpm20_forget_entry(vtpm, entry);
	body->refs--;
	return vtpmb_tpm20_limit_kept(vtpm, VTPMB_MAX_KEPT);
}

/* Find the least recently used loaded session, or object or sequence, not in use. */
static struct vtpmb_tpm20_body *tpm20_oldest(struct vtpmb_tpm20_table *table, bool session)
{
	struct vtpmb_resident *oldest = NULL;
	struct vtpmb_tpm20_body *body;

	for (body = table->body; body < table->body + VTPMB_TPM20_MAX_BODIES; body++) {
		bool is_session = body->kind == KIND_SESSION;

		if (is_session == session)
			oldest = vtpmb_resident_older(oldest, &body->res);
	}
	return oldest ? container_of(oldest, struct vtpmb_tpm20_body, res) : NULL;
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

/*
 * If the context gap does not allow a save, the session stays loaded, and the guest gets the
 * chip's error.
 */
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
		err = vtpmb_tpm20_flush_and_forget(vtpm, body);
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

/* For a chip that has one memory for objects and sessions. */
static int tpm20_make_any_room(struct vtpmb_vtpm *vtpm)
{
	int again = tpm20_evict_object(vtpm);

	return again ? again : tpm20_make_session_room(vtpm);
}

/*
 * Make room in a chip that is full, according to the response code.  Evict the least recently
 * used object or session of the vtpm that the present command does not use.  If there is none
 * and a session slot is needed, end the host kernel's own session.  No other proxy has anything
 * loaded in the chip during a turn.
 *
 * Returns 1 if the command is worth a retry, up to TPM20_MAX_TRIES times; 0 if not; or the errno
 * of transmit.
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

/**
 * vtpmb_tpm20_goes_again() - make room for a command of the bridge's own that the chip refused
 * @vtpm:	the vtpm
 * @len:	what sending it returned; becomes the errno of making room
 * @rc:		the chip's response code
 * @tries:	how often it has gone again; 0 at first
 *
 * Return: true if it is to be sent again
 */
bool vtpmb_tpm20_goes_again(struct vtpmb_vtpm *vtpm, int *len, u32 rc, unsigned int *tries)
{
	int again = *len < 0 ? 0 : vtpmb_tpm20_make_room(vtpm, rc);

	if (again < 0)
		*len = again;
	return again > 0 && (*tries)++ < TPM20_MAX_TRIES;
}

/* Making room may save the session anew, so each try takes the context that is valid then. */
static int tpm20_context_load_with_room(struct vtpmb_vtpm *vtpm,
					const struct vtpmb_tpm20_body *body, u32 *rc)
{
	unsigned int tries = 0;
	int len;

	do {
		len = tpm20_context_load(vtpm->port, body, rc);
	} while (vtpmb_tpm20_goes_again(vtpm, &len, *rc, &tries));
	return len;
}

/* Get the handle of a context that was loaded.  A session always keeps its own. */
static bool tpm20_get_loaded(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_body *body, int len,
			     u32 *handle)
{
	struct vtpmb_reader r;

	vtpmb_port_response(vtpm->port, len, &r);
	if (!vtpmb_get_u32(&r, handle))
		return false;
	if (body->kind == KIND_SESSION)
		return *handle == body->session;
	return vtpmb_tpm20_is_free_object(&vtpmb_tpm20_state(vtpm)->table, *handle);
}

/*
 * Load a context.  If the response is lost, the new handle is lost too.  A session keeps its
 * handle, and an object is found by its Name.  A sequence has no Name: it is found as the
 * handle that the chip did not have before.
 */
static int tpm20_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	int len, err = 0;
	u32 handle = 0;

	if (body->kind == KIND_SEQUENCE)
		err = vtpmb_tpm20_list_host_objects(vtpm);
	if (err)
		return err;
	if (body->kind == KIND_OBJECT)
		table->loading = body;
	len = tpm20_context_load_with_room(vtpm, body, rc);
	if (len < 0)
		return len;
	if (!*rc && !tpm20_get_loaded(vtpm, body, len, &handle)) {
		vtpmb_tpm20_chip(vtpm->port)->resync_needed = true;
		return -EIO;
	}
	table->loading = NULL;
	if (*rc)
		return 0;
	body->res.phys = handle;
	if (body->kind == KIND_SESSION)
		vtpmb_resident_forget_saved(&body->res);
	return 0;
}

/**
 * vtpmb_tpm20_load() - ensure that an entry is loaded in the chip
 * @vtpm:	the vtpm
 * @entry:	the entry
 * @gone:	response code for an entry whose context the chip rejects
 * @rc:		out: response code
 *
 * The chip rejects a context if it was reset behind the bridge's back.  The entry is then
 * forgotten but not flushed, because another session may have its handle now.  If the object is
 * stored, *@rc is TPM2_RC_RETRY: for the command that the guest sends again, it is made again.
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_tpm20_load(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry,
		     u32 gone, u32 *rc)
{
	struct vtpmb_tpm20_body *body = entry->body;
	int err = 0;

	*rc = body ? TPM2_RC_SUCCESS : gone;
	if (!body || body->res.phys || body->persistent_handle)
		return 0;
	if (body->res.blob)
		err = tpm20_load(vtpm, body, rc);
	if (err)
		return err;
	if ((!body->res.blob && !body->res.phys) || tpm20_is_refused(*rc)) {
		*rc = entry->stored ? TPM2_RC_RETRY : gone;
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

/* A persistent object takes an object slot in the chip while the command runs. */
static int tpm20_ask_public(struct vtpmb_vtpm *vtpm, u32 handle, u32 *rc)
{
	unsigned int tries = 0;
	int len;

	do {
		len = vtpmb_tpm20_own_handle(vtpm->port, TPM2_CC_ReadPublic, handle, rc);
	} while (vtpmb_tpm20_goes_again(vtpm, &len, *rc, &tries));
	return len;
}

/* Read the public area of an object, which has @handle in the chip, and cache it. */
static int tpm20_keep_public(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 handle,
			     u32 *rc)
{
	const u8 *params = vtpm->port->scratch + VTPMB_HEADER_SIZE;
	int len = tpm20_ask_public(vtpm, handle, rc);
	struct vtpmb_reader r;

	if (len < 0 || *rc)
		return min(len, 0);
	len -= VTPMB_HEADER_SIZE;
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

/**
 * vtpmb_tpm20_fetch_public() - read an object's public area from the chip, once
 * @vtpm:	the vtpm
 * @entry:	the object; its body gets @attributes, @name and @public
 * @rc:		out: response code
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_fetch_public(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 *rc)
{
	int err;

	*rc = TPM2_RC_SUCCESS;
	if (entry->body->learnt || entry->kind != KIND_OBJECT)
		return 0;
	err = vtpmb_tpm20_load(vtpm, entry, TPM2_RC_REFERENCE_H0, rc);
	if (err || *rc)
		return err;
	return tpm20_keep_public(vtpm, entry->body, vtpmb_tpm20_chip_handle(entry->body), rc);
}

/* Load an object again whose handle was lost, and learn its Name. */
int vtpmb_tpm20_reload(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body, u32 *rc)
{
	int err = 0;

	*rc = TPM2_RC_SUCCESS;
	if (body->learnt)
		return 0;
	if (!body->res.phys)
		err = tpm20_load(vtpm, body, rc);
	if (err || *rc)
		return err;
	return tpm20_keep_public(vtpm, body, body->res.phys, rc);
}

/**
 * vtpmb_tpm20_compare_name() - compare the Name of an object in the chip
 * @vtpm:	the vtpm
 * @handle:	the chip's handle of the object, of any owner
 * @body:	an object whose Name is known
 * @same:	set to true if both Names are the same; otherwise unchanged
 * @rc:		out: response code of ReadPublic
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_compare_name(struct vtpmb_vtpm *vtpm, u32 handle,
			     const struct vtpmb_tpm20_body *body, bool *same, u32 *rc)
{
	struct vtpmb_reader r;
	const u8 *bytes;
	u16 bytes_len;
	int len = tpm20_ask_public(vtpm, handle, rc);

	if (len < 0 || *rc)
		return min(len, 0);
	vtpmb_port_response(vtpm->port, len, &r);
	if (!vtpmb_get_tpm2b(&r, &bytes, &bytes_len) || !vtpmb_get_tpm2b(&r, &bytes, &bytes_len))
		return -EIO;
	*same |= bytes_len == body->name_len && !memcmp(bytes, body->name, bytes_len);
	return 0;
}

/* The same for a persistent object, which the host may have deleted meanwhile. */
int vtpmb_tpm20_has_name(struct vtpmb_vtpm *vtpm, u32 handle,
			 const struct vtpmb_tpm20_body *body, bool *same)
{
	u32 rc;

	return vtpmb_tpm20_compare_name(vtpm, handle, body, same, &rc);
}

/*
 * TPM2_ReadPublic (TPM 2.0 Part 3, 12.4) without sessions: only the chip can build a response
 * with sessions.  The chip is asked once for each object, because the answer never changes.
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
	err = vtpmb_tpm20_fetch_public(vtpm, entry, rc);
	if (!err && !*rc)
		vtpmb_put_bytes(out, entry->body->public, entry->body->public_len);
	return err;
}

/* The chip has changed an object or sequence.  The saved context of a sequence is outdated. */
void vtpmb_tpm20_changed(struct vtpmb_tpm20_entry *entry)
{
	if (entry->kind == KIND_SEQUENCE)
		vtpmb_resident_forget_saved(&entry->body->res);
}
