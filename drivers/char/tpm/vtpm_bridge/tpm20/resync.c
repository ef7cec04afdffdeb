// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: make the handle table agree with the chip after a lost response.
 *
 * If the response to a command is lost or malformed, the command may have been executed or
 * not.  A handle that the table shows as loaded may then be free, and the host may be the
 * next one to get it.  So the chip is asked for its handles before the next command, and
 * before the host gets the chip.  The lost command has made what is in no table, unless the
 * host has left it there.  To know that, the chip is asked for its handles once in a turn,
 * before a guest's command that creates something.
 *
 * Only the proxy whose turn it is has anything loaded.  The others have saved sessions in
 * the chip.
 */

#include <linux/bitmap.h>
#include <linux/list.h>
#include "../core/port.h"
#include "ask.h"
#include "books.h"
#include "resync.h"
#include "state.h"
#include "swap.h"

/**
 * struct tpm20_inside - contents of the chip
 * @nr_objects:	number of handles in @object
 * @object:	transient handles
 * @loaded:	loaded sessions
 * @saved:	saved sessions
 * @loading:	body that was being loaded when the response was lost, or NULL
 */
struct tpm20_inside {
	unsigned int nr_objects;
	u32 object[VTPMB_TPM20_MAX_TRANSIENT];
	DECLARE_BITMAP(loaded, VTPMB_TPM20_MAX_ACTIVE);
	DECLARE_BITMAP(saved, VTPMB_TPM20_MAX_ACTIVE);
	struct vtpmb_tpm20_body *loading;
};

static bool tpm20_has_handle(const u32 *handle, unsigned int nr_handles, u32 wanted)
{
	while (nr_handles--) {
		if (handle[nr_handles] == wanted)
			return true;
	}
	return false;
}

static int tpm20_ask_inside(struct vtpmb_port *port, struct tpm20_inside *inside)
{
	int count = vtpmb_tpm20_chip_handles(port, TPM2_TRANSIENT_FIRST, inside->object,
					     VTPMB_TPM20_MAX_TRANSIENT);
	int err;

	if (count < 0)
		return count;
	inside->nr_objects = count;
	err = vtpmb_tpm20_chip_sessions(port, false, inside->loaded);
	return err ? err : vtpmb_tpm20_chip_sessions(port, true, inside->saved);
}

static int tpm20_flush(struct vtpmb_port *port, u32 handle)
{
	u32 rc;
	int len = vtpmb_tpm20_own_handle(port, TPM2_CC_FlushContext, handle, &rc);

	return len < 0 ? len : 0;
}

/*
 * A session keeps its handle while it exists.  If the chip has saved it, but the bridge does
 * not have that context, nobody can use the session, so it is flushed.  If the session is
 * neither loaded nor saved here, its handle may belong to a session of the host.
 */
static int tpm20_resync_session(struct vtpmb_port *port, struct vtpmb_tpm20_body *body,
				const struct tpm20_inside *inside)
{
	unsigned int bit = vtpmb_tpm20_session_bit(body->session);
	int err = 0;

	if (!body->res.phys && !body->res.blob)
		return 0;
	if (test_bit(bit, inside->loaded)) {
		vtpmb_resident_forget_saved(&body->res);
		body->res.phys = body->session;
		return 0;
	}
	if (test_bit(bit, inside->saved) && body->res.blob) {
		body->res.phys = 0;
		return 0;
	}
	if (test_bit(bit, inside->saved))
		err = tpm20_flush(port, body->session);
	if (err)
		return err;
	body->res.phys = 0;
	vtpmb_resident_forget_saved(&body->res);
	return 0;
}

static int tpm20_resync_table(struct vtpmb_vtpm *vtpm, const struct tpm20_inside *inside)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_body *body;
	int err = 0;

	for (body = table->body; body < table->body + VTPMB_TPM20_MAX_BODIES && !err; body++) {
		if (body->kind == KIND_SESSION)
			err = tpm20_resync_session(vtpm->port, body, inside);
		else if (body->res.phys &&
			 !tpm20_has_handle(inside->object, inside->nr_objects, body->res.phys))
			body->res.phys = 0;
	}
	return err;
}

/*
 * Sessions of other proxies.  A loaded one was about to be saved again.  It is flushed,
 * because its owner has no turn in which it could be evicted.
 */
static int tpm20_resync_saved(struct vtpmb_vtpm *vtpm, const struct tpm20_inside *inside)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_body *body, *next;
	int err = 0;

	list_for_each_entry_safe(body, next, &vtpm->port->saved, res.saved) {
		if (body >= table->body && body < table->body + VTPMB_TPM20_MAX_BODIES)
			continue;
		err = tpm20_resync_session(vtpm->port, body, inside);
		if (!err && body->res.phys)
			err = tpm20_flush(vtpm->port, body->session);
		if (err)
			return err;
		body->res.phys = 0;
	}
	return 0;
}

/*
 * Whether an object that is in no table is the one that was being loaded.  It has the same
 * Name then.  To read that Name, the object is loaded again.
 */
static int tpm20_is_lost(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *loading, u32 handle,
			 bool *lost)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	u32 rc;
	int err;

	*lost = table->host_objects_known &&
		!tpm20_has_handle(table->host_objects, table->nr_host_objects, handle);
	if (table->host_objects_known || !loading)
		return 0;
	err = vtpmb_tpm20_reload(vtpm, loading, &rc);
	if (err || rc)
		return err;
	return vtpmb_tpm20_has_name(vtpm, handle, loading, lost);
}

static int tpm20_flush_lost_objects(struct vtpmb_vtpm *vtpm, const struct tpm20_inside *inside)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;
	int err = 0;
	bool lost;

	for (i = 0; i < inside->nr_objects && !err; i++) {
		if (vtpmb_tpm20_find_loaded(table, inside->object[i]))
			continue;
		err = tpm20_is_lost(vtpm, inside->loading, inside->object[i], &lost);
		if (!err && lost)
			err = tpm20_flush(vtpm->port, inside->object[i]);
	}
	return err;
}

static int tpm20_flush_lost_sessions(struct vtpmb_vtpm *vtpm, const struct tpm20_inside *inside)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;
	int err = 0;

	if (!table->host_sessions_known)
		return 0;
	for_each_set_bit(i, inside->loaded, VTPMB_TPM20_MAX_ACTIVE) {
		if (!err && !test_bit(i, table->host_sessions) &&
		    !vtpmb_tpm20_find_active(table, i))
			err = tpm20_flush(vtpm->port, TPM2_HT_HMAC_SESSION << 24 | i);
	}
	return err;
}

/**
 * vtpmb_tpm20_resync() - make the handle table agree with the chip
 * @vtpm:	the vtpm whose turn it is; it has no command in execution
 *
 * Does nothing unless a response was lost.
 *
 * Return: 0, -EIO or the errno of transmit.  After an error it has to be called again before
 * any physical handle of the table is used.
 */
int vtpmb_tpm20_resync(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_port *port = vtpm->port;
	struct tpm20_inside inside;
	int err;

	if (!vtpmb_tpm20_chip(port)->resync_needed)
		return 0;
	inside.loading = table->loading;
	err = tpm20_ask_inside(port, &inside);
	if (!err)
		err = tpm20_resync_table(vtpm, &inside);
	if (!err)
		err = tpm20_resync_saved(vtpm, &inside);
	if (!err)
		err = tpm20_flush_lost_objects(vtpm, &inside);
	if (!err)
		err = tpm20_flush_lost_sessions(vtpm, &inside);
	vtpmb_tpm20_chip(port)->resync_needed = err;
	table->loading = err ? inside.loading : NULL;
	return err;
}

/*
 * Forget loaded bodies of a chip that does not answer, at the end of a turn.  The host gets the
 * chip next.  A physical handle in the table may later belong to somebody else, so it is never
 * used again.  Bodies that were not saved are lost.  If the chip still has them, they stay
 * there, because nobody can tell later whose they are.
 */
void vtpmb_tpm20_forget_loaded(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_body *body, *next;

	for (body = table->body; body < table->body + VTPMB_TPM20_MAX_BODIES; body++)
		body->res.phys = 0;
	list_for_each_entry_safe(body, next, &vtpm->port->saved, res.saved) {
		body->res.phys = 0;
		if (!body->res.blob)
			vtpmb_resident_forget_saved(&body->res);
	}
	vtpmb_tpm20_chip(vtpm->port)->resync_needed = false;
}
