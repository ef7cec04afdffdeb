// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, swapping: a proxy's objects and sessions in and out of the chip.
 *
 * An object never changes, so what the chip saved once is loaded again and
 * again and leaving is no more than a flush.  A sequence changes with each
 * use, and a session's saved context can be loaded only once: they are saved
 * anew.  All of it belongs to the hub's thread.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "tpm20.h"

#define CODE_CONTEXT_LOAD	0x161
#define CODE_CONTEXT_SAVE	0x162
#define CODE_FLUSH_CONTEXT	0x165
#define CODE_READ_PUBLIC	0x173
#define CODE_GET_CAPABILITY	0x17A

#define CAP_HANDLES		1

/* One attempt; the response's length, or a negative errno. */
static int tpm20_attempt(struct vtpmb_port *port, u16 tag, u32 code,
			 const void *params, size_t params_len, u32 *rc)
{
	struct vtpmb_writer w;
	int len;

	vtpmb_writer_init(&w, port->scratch, VTPMB_BUF_SIZE);
	vtpmb_put_u16(&w, tag);
	vtpmb_put_u32(&w, VTPMB_HEADER_SIZE + params_len);
	vtpmb_put_u32(&w, code);
	vtpmb_put_bytes(&w, params, params_len);
	if (w.overflow)
		return -EIO;
	len = port->transmit(port, port->scratch);
	if (len < 0)
		return len;
	if (len < VTPMB_HEADER_SIZE)
		return -EIO;
	*rc = vtpmb_peek_u32(port->scratch + 6);
	return len;
}

/**
 * vtpmb_tpm20_own_command() - run a command of the bridge's own
 * @port:	the chip; the response comes into its scratch buffer
 * @tag:	TPM_ST
 * @code:	which command
 * @body:	all that comes after the header
 * @body_len:	its bytes
 * @rc:		out: the chip's response code
 *
 * Context: The hub's thread, which holds the chip.  May sleep.
 * Return: the response's length, or a negative errno
 */
int vtpmb_tpm20_own_command(struct vtpmb_port *port, u16 tag, u32 code,
			    const void *body, size_t body_len, u32 *rc)
{
	unsigned int retries = 0;
	int len;

	do {
		len = tpm20_attempt(port, tag, code, body, body_len, rc);
	} while (len >= 0 && vtpmb_tpm20_is_busy(*rc) && retries++ < TPM20_MAX_RETRIES);
	return len;
}

/* One without sessions. */
static int tpm20_own_command(struct vtpmb_port *port, u32 code, const void *params,
			     size_t params_len, u32 *rc)
{
	return vtpmb_tpm20_own_command(port, TPM20_ST_NO_SESSIONS, code, params,
				       params_len, rc);
}

static int tpm20_own_handle(struct vtpmb_port *port, u32 code, u32 handle, u32 *rc)
{
	u8 param[4];

	vtpmb_poke_u32(param, handle);
	return tpm20_own_command(port, code, param, sizeof(param), rc);
}

/* Count anew what others read without being the hub's thread. */
void vtpmb_tpm20_count(struct vtpmb_tpm20_table *table)
{
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
	WRITE_ONCE(table->nr_objects, nr_objects);
	WRITE_ONCE(table->nr_sessions, nr_sessions);
	WRITE_ONCE(table->nr_persistent, nr_persistent);
	WRITE_ONCE(table->nr_saved, nr_saved);
}

static void tpm20_drop_blob(struct vtpmb_tpm20_entry *entry)
{
	kfree_sensitive(entry->blob);
	entry->blob = NULL;
	entry->blob_len = 0;
}

/**
 * vtpmb_tpm20_forget_entry() - what it stands for is gone
 * @vtpm:	the vtpm
 * @entry:	an entry of its table; nothing of it is in the chip
 */
void vtpmb_tpm20_forget_entry(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	tpm20_drop_blob(entry);
	memset(entry, 0, sizeof(*entry));
	vtpmb_tpm20_count(&vtpmb_tpm20_state(vtpm)->table);
}

/**
 * vtpmb_tpm20_guest_saved() - the guest saved a session, or loaded it again
 * @vtpm:	the vtpm
 * @entry:	the session
 * @saved:	which
 */
void vtpmb_tpm20_guest_saved(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry,
			     bool saved)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;

	entry->guest_saved = saved;
	if (saved)
		entry->generation = ++table->generation;
	vtpmb_tpm20_count(table);
}

/**
 * vtpmb_tpm20_new_object() - take the lowest free virtual handle
 * @vtpm:	the vtpm
 * @kind:	KIND_OBJECT or KIND_SEQUENCE
 * @hier:	the hierarchy that it belongs to
 * @flushed:	that hierarchy's @flushed when the object was made
 *
 * Return: the entry, of nothing in the chip yet; NULL if there is none left
 */
struct vtpmb_tpm20_entry *vtpmb_tpm20_new_object(struct vtpmb_vtpm *vtpm,
						 enum vtpmb_tpm20_kind kind,
						 enum vtpmb_tpm20_hier hier,
						 u32 flushed)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_OBJECTS; i++) {
		struct vtpmb_tpm20_entry *entry = &table->object[i];

		if (entry->kind != KIND_FREE)
			continue;
		entry->kind = kind;
		entry->hier = hier;
		entry->flushed = flushed;
		entry->virt = TPM20_TRANSIENT_FIRST + i;
		entry->used = ++table->clock;
		vtpmb_tpm20_count(table);
		return entry;
	}
	return NULL;
}

/**
 * vtpmb_tpm20_new_session() - enter a session that the chip has started
 * @vtpm:	the vtpm, which has room for it
 * @handle:	the chip's name of it
 * @trial:	it is a trial policy session
 *
 * Return: the entry; NULL if there is none left
 */
struct vtpmb_tpm20_entry *vtpmb_tpm20_new_session(struct vtpmb_vtpm *vtpm,
						  u32 handle, bool trial)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_SESSIONS; i++) {
		struct vtpmb_tpm20_entry *entry = &table->session[i];

		if (entry->kind != KIND_FREE)
			continue;
		entry->kind = KIND_SESSION;
		entry->trial = trial;
		entry->virt = handle;
		entry->phys = handle;
		entry->used = ++table->clock;
		vtpmb_tpm20_count(table);
		return entry;
	}
	return NULL;
}

/**
 * vtpmb_tpm20_object() - find an object
 * @vtpm:	the vtpm
 * @handle:	what its guest calls it
 *
 * Return: its entry, or NULL if the vtpm has no such object
 */
struct vtpmb_tpm20_entry *vtpmb_tpm20_object(struct vtpmb_vtpm *vtpm, u32 handle)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	u32 i = handle - TPM20_TRANSIENT_FIRST;

	if (i >= VTPMB_MAX_OBJECTS || table->object[i].kind == KIND_FREE)
		return NULL;
	return &table->object[i];
}

/**
 * vtpmb_tpm20_find_session() - find a session by its number
 * @vtpm:	the vtpm
 * @handle:	its handle; the type does not count, as FlushContext has it
 *
 * Return: its entry, or NULL if the vtpm has no such session
 */
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
 * @unknown:	response code if the vtpm has none or the guest has saved it
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
	return (*entry)->virt == handle ? RC_SUCCESS : mistaken;
}

/**
 * vtpmb_tpm20_use() - a command is about to name an entry
 * @vtpm:	the vtpm
 * @entry:	not to be evicted until vtpmb_tpm20_unuse_all()
 */
void vtpmb_tpm20_use(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	entry->in_use = true;
	entry->used = ++vtpmb_tpm20_state(vtpm)->table.clock;
}

void vtpmb_tpm20_unuse_all(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_OBJECTS; i++)
		table->object[i].in_use = false;
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++)
		table->session[i].in_use = false;
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++)
		table->persistent[i].in_use = false;
}

/**
 * vtpmb_tpm20_save() - have the chip save an entry's context
 * @vtpm:	the vtpm
 * @entry:	loaded in the chip; a session is not any more afterwards
 * @rc:		the chip's response code
 *
 * An object or a sequence that has not changed since is not saved again.
 *
 * Return: 0; -ENOMEM, and a session can only be flushed then; or the errno of
 * transmit
 */
int vtpmb_tpm20_save(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 *rc)
{
	struct vtpmb_port *port = vtpm->port;
	u8 *blob;
	int len;

	*rc = RC_SUCCESS;
	if (entry->blob)
		return 0;

	len = tpm20_own_handle(port, CODE_CONTEXT_SAVE, entry->phys, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	entry->blob_len = len - VTPMB_HEADER_SIZE;
	blob = kmemdup(port->scratch + VTPMB_HEADER_SIZE, entry->blob_len, GFP_KERNEL);
	if (!blob)
		return -ENOMEM;
	entry->blob = blob;
	if (entry->kind == KIND_SESSION)
		entry->phys = 0;
	return 0;
}

/**
 * vtpmb_tpm20_flush() - take an entry out of the chip for good
 * @vtpm:	the vtpm
 * @entry:	the entry; a saved session is the chip's too
 *
 * Return: 0 with nothing of it left in the chip; -EIO if the chip refuses to let
 * go of it; or the errno of transmit
 */
int vtpmb_tpm20_flush(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	u32 rc, handle = entry->kind == KIND_SESSION ? entry->virt : entry->phys;
	int len = 0;

	if (handle)
		len = tpm20_own_handle(vtpm->port, CODE_FLUSH_CONTEXT, handle, &rc);
	if (len < 0)
		return len;
	if (len && rc && rc != RC_P(RC_HANDLE, 0))
		return -EIO;
	entry->phys = 0;
	return 0;
}

/* What cannot be saved is lost: nothing of ours may stay in the chip. */
static int tpm20_lose(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	int err = vtpmb_tpm20_flush(vtpm, entry);

	if (!err)
		vtpmb_tpm20_forget_entry(vtpm, entry);
	return err;
}

static int tpm20_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	u32 rc;
	int err = vtpmb_tpm20_save(vtpm, entry, &rc);

	if (err == -ENOMEM || rc)
		return tpm20_lose(vtpm, entry);
	if (err || entry->kind == KIND_SESSION)
		return err;
	return vtpmb_tpm20_flush(vtpm, entry);
}

/* The one used least lately of these, or @oldest. */
static struct vtpmb_tpm20_entry *tpm20_oldest(struct vtpmb_tpm20_entry *entry,
					      unsigned int nr_entries,
					      struct vtpmb_tpm20_entry *oldest)
{
	for (; nr_entries--; entry++) {
		if (entry->phys && !entry->in_use &&
		    (!oldest || entry->used < oldest->used))
			oldest = entry;
	}
	return oldest;
}

/**
 * vtpmb_tpm20_make_room() - answer to a chip that is full
 * @vtpm:	the vtpm
 * @rc:		what the chip said
 *
 * Puts out what the vtpm has used least lately and the present command does
 * not name.  Nobody else has anything in the chip during a turn.
 *
 * Return: 1 if it is worth trying again, 0 if not, or the errno of transmit
 */
int vtpmb_tpm20_make_room(struct vtpmb_vtpm *vtpm, u32 rc)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	struct vtpmb_tpm20_entry *entry = NULL;
	int err;

	if (rc == RC_OBJECT_MEMORY || rc == RC_MEMORY) {
		entry = tpm20_oldest(table->object, VTPMB_MAX_OBJECTS, NULL);
		entry = tpm20_oldest(table->persistent, VTPMB_MAX_PERSISTENT, entry);
	} else if (rc == RC_SESSION_MEMORY) {
		entry = tpm20_oldest(table->session, VTPMB_MAX_SESSIONS, NULL);
	}
	if (!entry)
		return 0;
	err = tpm20_evict(vtpm, entry);
	return err ? err : 1;
}

/* Its length is that of the response; @rc is the chip's. */
static int tpm20_context_load(struct vtpmb_vtpm *vtpm,
			      const struct vtpmb_tpm20_entry *entry, u32 *rc)
{
	int len, again;

	do {
		len = tpm20_own_command(vtpm->port, CODE_CONTEXT_LOAD, entry->blob,
					entry->blob_len, rc);
		if (len < 0)
			return len;
		again = *rc ? vtpmb_tpm20_make_room(vtpm, *rc) : 0;
		if (again < 0)
			return again;
	} while (again);
	return len;
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
	int len;

	*rc = RC_SUCCESS;
	if (entry->phys)
		return 0;
	len = tpm20_context_load(vtpm, entry, rc);
	if (len < 0)
		return len;
	if (*rc & RC_FMT1) {
		*rc = gone;
		vtpmb_tpm20_forget_entry(vtpm, entry);
	}
	if (*rc)
		return 0;
	if (len < VTPMB_HEADER_SIZE + 4)
		return -EIO;

	entry->phys = vtpmb_peek_u32(vtpm->port->scratch + VTPMB_HEADER_SIZE);
	if (entry->kind == KIND_SESSION)
		tpm20_drop_blob(entry);
	return 0;
}

static bool tpm20_get_public(struct vtpmb_tpm20_entry *entry, struct vtpmb_reader *r)
{
	struct vtpmb_reader public;
	const u8 *bytes;
	u16 len, type, alg;

	if (!vtpmb_get_tpm2b(r, &bytes, &len))
		return false;
	vtpmb_reader_init(&public, bytes, len);
	if (!vtpmb_get_u16(&public, &type) || !vtpmb_get_u16(&public, &alg) ||
	    !vtpmb_get_u32(&public, &entry->attributes) ||
	    !vtpmb_get_tpm2b(r, &bytes, &len) || len > sizeof(entry->name))
		return false;
	memcpy(entry->name, bytes, len);
	entry->name_len = len;
	return true;
}

/**
 * vtpmb_tpm20_learn() - have the chip tell of an object what is public, once
 * @vtpm:	the vtpm
 * @entry:	the object; gets its @attributes and @name
 * @rc:		out: response code
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_learn(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 *rc)
{
	struct vtpmb_port *port = vtpm->port;
	struct vtpmb_reader r;
	int len, err;

	*rc = RC_SUCCESS;
	if (entry->learnt || entry->kind != KIND_OBJECT)
		return 0;
	err = vtpmb_tpm20_load(vtpm, entry, RC_REFERENCE_H0, rc);
	if (err || *rc)
		return err;
	len = tpm20_own_handle(port, CODE_READ_PUBLIC, entry->phys, rc);
	if (len < 0 || *rc)
		return len < 0 ? len : 0;
	vtpmb_reader_init(&r, port->scratch + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (!tpm20_get_public(entry, &r))
		return -EIO;
	entry->learnt = true;
	return 0;
}

/**
 * vtpmb_tpm20_changed() - the chip has changed what an entry stands for
 * @entry:	a loaded sequence; what was saved of it is of the past
 */
void vtpmb_tpm20_changed(struct vtpmb_tpm20_entry *entry)
{
	if (entry->kind == KIND_SEQUENCE)
		tpm20_drop_blob(entry);
}

/* The transient handles in the chip, as many as @handle takes, or an errno. */
static int tpm20_chip_handles(struct vtpmb_port *port, u32 *handle)
{
	u8 params[12];
	struct vtpmb_reader r;
	u32 rc, count, i;
	u8 more;
	int len;

	vtpmb_poke_u32(params, CAP_HANDLES);
	vtpmb_poke_u32(params + 4, TPM20_TRANSIENT_FIRST);
	vtpmb_poke_u32(params + 8, VTPMB_TPM20_MAX_BEFORE);
	len = tpm20_own_command(port, CODE_GET_CAPABILITY, params, sizeof(params), &rc);
	if (len < 0 || rc)
		return len < 0 ? len : -EIO;

	vtpmb_reader_init(&r, port->scratch + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (!vtpmb_get_u8(&r, &more) || !vtpmb_get_u32(&r, &count) ||
	    !vtpmb_get_u32(&r, &count) || count > VTPMB_TPM20_MAX_BEFORE)
		return -EIO;
	for (i = 0; i < count; i++) {
		if (!vtpmb_get_u32(&r, &handle[i]))
			return -EIO;
	}
	return count;
}

/**
 * vtpmb_tpm20_remember() - see what is in the chip before an object is made
 * @vtpm:	the vtpm
 *
 * A command that is cancelled may have made its object all the same; only its
 * response, and with it the handle, is lost.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_remember(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	int count = tpm20_chip_handles(vtpm->port, table->before);

	if (count < 0)
		return count;
	table->nr_before = count;
	return 0;
}

static bool tpm20_is_known(const struct vtpmb_tpm20_table *table, u32 handle)
{
	unsigned int i;

	for (i = 0; i < table->nr_before; i++) {
		if (table->before[i] == handle)
			return true;
	}
	for (i = 0; i < VTPMB_MAX_OBJECTS; i++) {
		if (table->object[i].phys == handle)
			return true;
	}
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		if (table->persistent[i].phys == handle)
			return true;
	}
	return false;
}

/**
 * vtpmb_tpm20_recover() - flush what a command without a response has made
 * @vtpm:	the vtpm, since vtpmb_tpm20_remember() in the same turn
 *
 * If the chip does not answer now there is nothing that could be done.
 */
void vtpmb_tpm20_recover(struct vtpmb_vtpm *vtpm)
{
	u32 handle[VTPMB_TPM20_MAX_BEFORE], rc;
	int count = tpm20_chip_handles(vtpm->port, handle);

	while (count-- > 0) {
		if (!tpm20_is_known(&vtpmb_tpm20_state(vtpm)->table, handle[count]))
			tpm20_own_handle(vtpm->port, CODE_FLUSH_CONTEXT, handle[count], &rc);
	}
}

static int tpm20_leave_some(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry,
			    unsigned int nr_entries)
{
	int err = 0;

	for (; nr_entries-- && !err; entry++) {
		if (entry->phys)
			err = tpm20_evict(vtpm, entry);
	}
	return err;
}

/**
 * vtpmb_tpm20_leave() - leave nothing of a proxy's in the chip
 * @vtpm:	the vtpm whose turn ends
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_tpm20_leave(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	int err = tpm20_leave_some(vtpm, table->object, VTPMB_MAX_OBJECTS);

	if (!err)
		err = tpm20_leave_some(vtpm, table->persistent, VTPMB_MAX_PERSISTENT);
	if (!err)
		err = tpm20_leave_some(vtpm, table->session, VTPMB_MAX_SESSIONS);
	return err ? err : vtpmb_tpm20_unfold(vtpm);
}

static bool tpm20_is_flushed(const struct vtpmb_tpm20 *tpm,
			     const struct vtpmb_tpm20_entry *entry)
{
	return entry->kind != KIND_FREE &&
	       entry->flushed != READ_ONCE(tpm->hier[entry->hier].flushed);
}

static int tpm20_sweep_objects(struct vtpmb_vtpm *vtpm, bool all)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;
	int err = 0;

	for (i = 0; i < VTPMB_MAX_OBJECTS && !err; i++) {
		struct vtpmb_tpm20_entry *entry = &tpm->table.object[i];

		if (entry->kind != KIND_FREE && (all || tpm20_is_flushed(tpm, entry)))
			err = tpm20_lose(vtpm, entry);
	}
	return err;
}

static bool tpm20_is_cleared(const struct vtpmb_tpm20 *tpm,
			     const struct vtpmb_tpm20_entry *entry)
{
	return entry->kind != KIND_FREE &&
	       entry->flushed != READ_ONCE(tpm->hier[entry->hier].cleared);
}

/* A reset takes them out of the chip only, Clear takes them away. */
static int tpm20_sweep_persistent(struct vtpmb_vtpm *vtpm, bool all)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;
	int err = 0;

	for (i = 0; i < VTPMB_MAX_PERSISTENT && !err; i++) {
		struct vtpmb_tpm20_entry *entry = &tpm->table.persistent[i];

		if (tpm20_is_cleared(tpm, entry))
			err = tpm20_lose(vtpm, entry);
		else if (all && entry->phys)
			err = vtpmb_tpm20_flush(vtpm, entry);
	}
	return err;
}

static int tpm20_sweep_sessions(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;
	int err = 0;

	for (i = 0; i < VTPMB_MAX_SESSIONS && !err; i++) {
		if (tpm->table.session[i].kind != KIND_FREE)
			err = tpm20_lose(vtpm, &tpm->table.session[i]);
	}
	return err;
}

/**
 * vtpmb_tpm20_sweep() - put out what does not exist any more
 * @vtpm:	the vtpm
 * @all:	it is going
 *
 * Objects of a hierarchy that was disabled or cleared; after a reset all
 * objects and sessions, loaded or saved.
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_tpm20_sweep(struct vtpmb_vtpm *vtpm, bool all)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	u32 epoch = READ_ONCE(vtpm->epoch);
	int err;

	if (tpm->table.epoch != epoch)
		all = true;
	err = tpm20_sweep_objects(vtpm, all);
	if (!err)
		err = tpm20_sweep_persistent(vtpm, all);
	if (!err && all)
		err = tpm20_sweep_sessions(vtpm);
	if (!err)
		tpm->table.epoch = epoch;
	return err;
}

bool vtpmb_tpm20_stale(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;

	if (tpm->table.epoch != READ_ONCE(vtpm->epoch))
		return true;
	for (i = 0; i < VTPMB_MAX_OBJECTS; i++) {
		if (tpm20_is_flushed(tpm, &tpm->table.object[i]))
			return true;
	}
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		if (tpm20_is_cleared(tpm, &tpm->table.persistent[i]))
			return true;
	}
	return false;
}

/* The chip is out of reach, or knows nothing of it any more. */
void vtpmb_tpm20_drop_all(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_OBJECTS; i++)
		vtpmb_tpm20_forget_entry(vtpm, &table->object[i]);
	for (i = 0; i < VTPMB_MAX_SESSIONS; i++)
		vtpmb_tpm20_forget_entry(vtpm, &table->session[i]);
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++)
		vtpmb_tpm20_forget_entry(vtpm, &table->persistent[i]);
}
