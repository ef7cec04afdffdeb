// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, the handle table of a proxy.
 *
 * An entry describes a handle; a body describes the object, sequence or session that the
 * handle refers to.  Nothing here sends commands to the chip.  Only the hub's thread may use
 * the table.
 */

#include <linux/atomic.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "books.h"
#include "state.h"
#include "wire.h"

/* Sessions that a proxy has beyond its guaranteed minimum. */
static int tpm20_shared(u32 nr_sessions)
{
	return nr_sessions > VTPMB_MIN_SESSIONS ? nr_sessions - VTPMB_MIN_SESSIONS : 0;
}

/* Update the counts, which other threads read too, after a change of the table. */
void vtpmb_tpm20_count(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	u32 nr_objects = 0, nr_sessions = 0, nr_persistent = 0, nr_saved = 0;
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_OBJECTS; i++)
		nr_objects += table->object[i].kind != KIND_FREE;
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++) {
		nr_sessions += table->session[i].kind != KIND_FREE;
		nr_saved += table->session[i].guest_saved;
	}
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++)
		nr_persistent += table->persistent[i].kind != KIND_FREE;
	atomic_add(nr_sessions - table->nr_sessions, &vtpmb_tpm20_chip(vtpm->port)->nr_sessions);
	atomic_add(tpm20_shared(nr_sessions) - tpm20_shared(table->nr_sessions),
		   &vtpmb_tpm20_chip(vtpm->port)->nr_shared);
	WRITE_ONCE(table->nr_objects, nr_objects);
	WRITE_ONCE(table->nr_sessions, nr_sessions);
	WRITE_ONCE(table->nr_persistent, nr_persistent);
	WRITE_ONCE(table->nr_saved, nr_saved);
}

/**
 * vtpmb_tpm20_is_before_reset() - whether the table is older than the last reset
 * @vtpm:	the vtpm
 *
 * If so, it may contain entries that the reset has ended: the hub's thread has not swept the
 * table since.  The same holds if the table is older than the last change of the stored objects.
 *
 * Context: Any
 */
bool vtpmb_tpm20_is_before_reset(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	return READ_ONCE(tpm->table.epoch) != READ_ONCE(vtpm->epoch) ||
	       READ_ONCE(tpm->table.reset_epoch) != READ_ONCE(tpm->reset_epoch) ||
	       (tpm->stored &&
		READ_ONCE(tpm->table.stored_changes) != READ_ONCE(tpm->stored->changes));
}

/*
 * Whether a proxy may have one more session.  The chip has few session handles.  Some are
 * reserved for the host, and a minimum is reserved for each proxy unless there are too many
 * proxies.  The rest is first come, first served.  No proxy gets more than VTPMB_MAX_SESSIONS.
 */
bool vtpmb_tpm20_has_room_for_session(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_port *port = vtpm->port;
	const struct vtpmb_tpm20_chip *chip = vtpmb_tpm20_chip(port);
	u32 nr_sessions = vtpmb_tpm20_state(vtpm)->table.nr_sessions;
	int all = vtpmb_tpm20_facts(port)->sessions_max - VTPMB_HOST_SESSIONS;
	int shared = all - VTPMB_MIN_SESSIONS * atomic_read(&port->nr_vtpms);

	if (atomic_read(&chip->nr_sessions) >= all)
		return false;
	if (nr_sessions < VTPMB_MIN_SESSIONS)
		return true;
	return nr_sessions < VTPMB_MAX_SESSIONS && atomic_read(&chip->nr_shared) < shared;
}

/**
 * vtpmb_tpm20_new_body() - take a free body for a new handle
 * @vtpm:	the vtpm
 * @kind:	its kind
 * @hier:	the hierarchy of an object
 *
 * Return: the body, which is not in the chip yet; NULL if none is free
 */
struct vtpmb_tpm20_body *vtpmb_tpm20_new_body(struct vtpmb_vtpm *vtpm,
					      enum vtpmb_tpm20_kind kind,
					      enum vtpmb_tpm20_hier hier)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_TPM20_MAX_BODIES; i++) {
		struct vtpmb_tpm20_body *body = &table->body[i];

		if (body->kind != KIND_FREE)
			continue;
		body->kind = kind;
		body->hier = hier;
		vtpmb_resident_init(&body->res, &table->clock);
		return body;
	}
	return NULL;
}

/*
 * Find the body of a context that the chip saved, if another handle can refer to it, or NULL.
 * A sequence that already has a handle cannot be shared: loading its context makes a copy.
 */
struct vtpmb_tpm20_body *vtpmb_tpm20_find_saved_body(struct vtpmb_vtpm *vtpm,
						     const u8 *blob, u16 blob_len)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_TPM20_MAX_BODIES; i++) {
		struct vtpmb_tpm20_body *body = &table->body[i];

		if (body->kind == KIND_FREE || body->kind == KIND_SESSION ||
		    (body->kind == KIND_SEQUENCE && body->refs))
			continue;
		if (vtpmb_resident_has_blob(&body->res, blob, blob_len))
			return body;
	}
	return NULL;
}

/* Forget an object's public area, which may have changed. */
void vtpmb_tpm20_forget_public(struct vtpmb_tpm20_body *body)
{
	kfree(body->public);
	body->public = NULL;
	body->learnt = false;
}

/* Free a body without entries that is not in the chip. */
void vtpmb_tpm20_drop_body(struct vtpmb_tpm20_body *body)
{
	vtpmb_resident_forget_saved(&body->res);
	kfree(body->public);
	kfree_sensitive(body->origin);
	memset(body, 0, sizeof(*body));
}

/* The lowest free entry of an array, or NULL. */
static struct vtpmb_tpm20_entry *tpm20_free_entry(struct vtpmb_tpm20_entry *entry,
						  unsigned int nr_entries)
{
	for (; nr_entries--; entry++) {
		if (entry->kind == KIND_FREE)
			return entry;
	}
	return NULL;
}

/*
 * Have a free entry refer to a body.  The caller fills in the other fields and then calls
 * vtpmb_tpm20_count().
 */
void vtpmb_tpm20_set_body(struct vtpmb_tpm20_entry *entry, struct vtpmb_tpm20_body *body)
{
	entry->kind = body->kind;
	entry->hier = body->hier;
	entry->body = body;
	body->refs++;
}

/**
 * vtpmb_tpm20_new_object() - take the lowest free virtual handle
 * @vtpm:	the vtpm
 * @hier:	the hierarchy that it belongs to
 * @flushed:	that hierarchy's @flushed when the object was made
 * @body:	the body of the object or sequence
 *
 * Return: the entry; NULL if none is free
 */
struct vtpmb_tpm20_entry *vtpmb_tpm20_new_object(struct vtpmb_vtpm *vtpm,
						 enum vtpmb_tpm20_hier hier, u32 flushed,
						 struct vtpmb_tpm20_body *body)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_entry *entry = tpm20_free_entry(table->object, VTPMB_MAX_OBJECTS);

	if (!entry)
		return NULL;
	vtpmb_tpm20_set_body(entry, body);
	entry->hier = hier;
	entry->flushed = flushed;
	entry->virt = TPM2_TRANSIENT_FIRST + (entry - table->object);
	vtpmb_tpm20_count(vtpm);
	return entry;
}

/*
 * Enter a session that the chip has started; the vtpm has room for it.  NULL: no entry or body
 * is free.
 */
struct vtpmb_tpm20_entry *vtpmb_tpm20_new_session(struct vtpmb_vtpm *vtpm,
						  u32 handle, bool trial)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_entry *entry = tpm20_free_entry(table->session, VTPMB_MAX_SESSIONS);
	struct vtpmb_tpm20_body *body;

	if (!entry)
		return NULL;
	body = vtpmb_tpm20_new_body(vtpm, KIND_SESSION, HIER_NULL);
	if (!body)
		return NULL;
	body->session = handle;
	body->res.phys = handle;
	vtpmb_tpm20_set_body(entry, body);
	entry->trial = trial;
	entry->flushed = READ_ONCE(vtpmb_tpm20_state(vtpm)->reset_epoch);
	entry->virt = handle;
	vtpmb_tpm20_count(vtpm);
	return entry;
}

/**
 * vtpmb_tpm20_object() - find an object
 * @vtpm:	the vtpm
 * @handle:	its virtual handle
 *
 * Return: its entry, or NULL if the vtpm has no such object
 */
struct vtpmb_tpm20_entry *vtpmb_tpm20_object(struct vtpmb_vtpm *vtpm, u32 handle)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	u32 i = handle - TPM2_TRANSIENT_FIRST;

	if (i >= VTPMB_MAX_OBJECTS || table->object[i].kind == KIND_FREE)
		return NULL;
	return &table->object[i];
}

/* Find a session by its index, or NULL.  The handle type is ignored, as in FlushContext. */
struct vtpmb_tpm20_entry *vtpmb_tpm20_find_session(struct vtpmb_vtpm *vtpm, u32 handle)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_SESSIONS; i++) {
		struct vtpmb_tpm20_entry *entry = &table->session[i];

		if (entry->kind == KIND_SESSION &&
		    TPM20_INDEX(entry->virt) == TPM20_INDEX(handle))
			return entry;
	}
	return NULL;
}

/**
 * vtpmb_tpm20_session() - find a session that a command wants to use
 * @vtpm:	the vtpm
 * @handle:	its handle
 * @unknown:	response code if the vtpm has no such session or the guest has saved it
 * @mistaken:	response code if it is of another type
 * @entry:	out: its entry
 *
 * Return: a response code (TPM 2.0 Part 4, EntityGetLoadStatus())
 */
u32 vtpmb_tpm20_session(struct vtpmb_vtpm *vtpm, u32 handle, u32 unknown, u32 mistaken,
			struct vtpmb_tpm20_entry **entry)
{
	*entry = vtpmb_tpm20_find_session(vtpm, handle);
	if (!*entry || (*entry)->guest_saved)
		return unknown;
	return (*entry)->virt == handle ? TPM2_RC_SUCCESS : mistaken;
}

/**
 * vtpmb_tpm20_forget_entry() - free an entry
 * @vtpm:	the vtpm
 * @entry:	an entry of its table.  If no other entry refers to its body, the body is
 *		freed too; it must not be in the chip then.
 *
 * A stored object that has lost its entry gets a new one.
 */
void vtpmb_tpm20_forget_entry(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	struct vtpmb_tpm20_body *body = entry->body;

	if (entry->stored)
		vtpmb_tpm20_state(vtpm)->table.stored_changes--;
	if (body && !--body->refs)
		vtpmb_tpm20_drop_body(body);
	memzero_explicit(entry, sizeof(*entry));
	vtpmb_tpm20_count(vtpm);
}

static void tpm20_forget_entries(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_body *body,
				 struct vtpmb_tpm20_entry *entry, unsigned int nr_entries)
{
	for (; nr_entries--; entry++) {
		if (entry->kind != KIND_FREE && (!body || entry->body == body))
			vtpmb_tpm20_forget_entry(vtpm, entry);
	}
}

/* Free a body that is not in the chip, and all its entries.  NULL: all bodies. */
void vtpmb_tpm20_forget_body(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_body *body)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	tpm20_forget_entries(vtpm, body, table->object, VTPMB_MAX_OBJECTS);
	tpm20_forget_entries(vtpm, body, table->session, VTPMB_MAX_SESSIONS);
	tpm20_forget_entries(vtpm, body, table->persistent, VTPMB_MAX_PERSISTENT);
	for (i = 0; i < VTPMB_TPM20_MAX_BODIES; i++) {
		if (table->body[i].kind != KIND_FREE && (!body || &table->body[i] == body))
			vtpmb_tpm20_drop_body(&table->body[i]);
	}
}

/*
 * Free all entries and bodies without a command to the chip, which is out of reach or has lost
 * its objects and sessions.
 */
void vtpmb_tpm20_forget_all(struct vtpmb_vtpm *vtpm)
{
	vtpmb_tpm20_forget_body(vtpm, NULL);
}

/* The guest has saved a session, or loaded it again. */
void vtpmb_tpm20_guest_saved(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry,
			     bool saved)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;

	entry->guest_saved = saved;
	if (saved)
		entry->generation = ++table->generation;
	vtpmb_tpm20_count(vtpm);
}

/**
 * vtpmb_tpm20_use() - a command is about to use an entry
 * @vtpm:	the vtpm
 * @entry:	the entry; its body is not evicted until vtpmb_tpm20_clear_in_use()
 */
void vtpmb_tpm20_use(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	vtpmb_resident_use(&entry->body->res, &vtpmb_tpm20_state(vtpm)->table.clock);
}

void vtpmb_tpm20_clear_in_use(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_TPM20_MAX_BODIES; i++)
		table->body[i].res.in_use = false;
}

/**
 * vtpmb_tpm20_find_loaded() - find an object or sequence by its handle in the chip
 * @table:	the handle table
 * @phys:	the chip's handle
 *
 * Return: its body, or NULL
 */
struct vtpmb_tpm20_body *vtpmb_tpm20_find_loaded(struct vtpmb_tpm20_table *table, u32 phys)
{
	struct vtpmb_tpm20_body *body;

	for (body = table->body; body < table->body + VTPMB_TPM20_MAX_BODIES; body++) {
		if (body->kind != KIND_SESSION && body->res.phys == phys)
			return body;
	}
	return NULL;
}

/**
 * vtpmb_tpm20_find_active() - find a session that is loaded or saved
 * @table:	the handle table
 * @bit:	vtpmb_tpm20_session_bit() of its handle
 *
 * Return: its body, or NULL
 */
struct vtpmb_tpm20_body *vtpmb_tpm20_find_active(struct vtpmb_tpm20_table *table,
						 unsigned int bit)
{
	struct vtpmb_tpm20_body *body;

	for (body = table->body; body < table->body + VTPMB_TPM20_MAX_BODIES; body++) {
		if (body->kind == KIND_SESSION && (body->res.phys || body->res.blob) &&
		    vtpmb_tpm20_session_bit(body->session) == bit)
			return body;
	}
	return NULL;
}
