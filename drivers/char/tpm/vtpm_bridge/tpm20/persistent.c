// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, persistent objects.
 *
 * A persistent object of a proxy is normally a saved context.  The bridge keeps the
 * context and loads it when a command names the object.  Nothing is written to the
 * chip's NV memory, which has room for few objects and wears out, and no guest can
 * collide with handles of another guest or of the host.  Without a store, the object exists
 * as long as the proxy does and the chip accepts the context.
 *
 * A chip that had no power refuses contexts.  So if the proxy has a store, the bridge keeps the
 * origin of the object there, and the chip makes the object again when a command names it for
 * the first time.  Only an object for which that works is made persistent: it is tried before
 * the guest is told.
 *
 * In a range that the administrator grants, objects are persistent in the chip, and all
 * persistent objects of the chip in that range are the guest's.  If the chip already has
 * the object, under any handle, it is not written again.  The guest's object is then kept
 * as a saved context, because it may have a different authValue.
 */

#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "ask.h"
#include "books.h"
#include "context.h"
#include "origin.h"
#include "persistent.h"
#include "state.h"
#include "stored.h"
#include "swap.h"
#include "wire.h"

/** NR_PAGE - handles that are read from the chip at a time */
#define NR_PAGE			16

/* Find a persistent object, or NULL. */
struct vtpmb_tpm20_entry *vtpmb_tpm20_persistent(struct vtpmb_vtpm *vtpm, u32 handle)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		if (table->persistent[i].kind != KIND_FREE &&
		    table->persistent[i].virt == handle)
			return &table->persistent[i];
	}
	return NULL;
}

/*
 * Find the persistent object that handle @i of a command names, for its @entry.  An object of a
 * disabled hierarchy does not exist, except for EvictControl (TPM 2.0 Part 4,
 * ObjectLoadEvict()).
 */
u32 vtpmb_tpm20_map_persistent(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       unsigned int i)
{
	const struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_tpm20_entry *entry;

	lockdep_assert_held(&vtpm->lock);

	entry = vtpmb_tpm20_persistent(vtpm, call->handle[i]);
	if (!entry || !tpm->hier[HIER_OWNER].enabled ||
	    entry->flushed != tpm->hier[entry->hier].cleared)
		return TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, i);
	if (!vtpmb_tpm20_is_enabled(vtpm, entry->hier) &&
	    !(call->row->flags & TPM20_ANY_HIERARCHY))
		return TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, i);
	call->entry[i] = entry;
	vtpmb_tpm20_use(vtpm, entry);
	return TPM2_RC_SUCCESS;
}

static struct vtpmb_tpm20_entry *tpm20_free_entry(struct vtpmb_tpm20_table *table)
{
	unsigned int i;

	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		if (table->persistent[i].kind == KIND_FREE)
			return &table->persistent[i];
	}
	return NULL;
}

/* Whether an object may become persistent: TPM 2.0 Part 3, 28.5. */
static int tpm20_may_persist(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     u32 handle, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = call->entry[1];
	bool st_clear = false;
	int err;

	*rc = TPM2_RC_OF_HANDLE(TPM2_RC_ATTRIBUTES, 1);
	if (entry->kind != KIND_OBJECT || entry->hier == HIER_NULL || entry->body->external)
		return 0;
	err = vtpmb_tpm20_fetch_public(vtpm, entry, rc);
	if (!err && !*rc)
		err = vtpmb_tpm20_is_st_clear(vtpm, entry, TPM2_RC_REFERENCE_H0 + 1, &st_clear, rc);
	if (err || *rc)
		return err;
	if (st_clear)
		*rc = TPM2_RC_OF_HANDLE(TPM2_RC_ATTRIBUTES, 1);
	else if (call->handle[0] == TPM2_RH_PLATFORM)
		*rc = TPM2_RC_OF_HANDLE(TPM2_RC_HIERARCHY, 1);
	else if (handle >= TPM2_PLATFORM_PERSISTENT)
		*rc = TPM2_RC_OF_PARAMETER(TPM2_RC_RANGE, 0);
	else if (vtpmb_tpm20_persistent(vtpm, handle))
		*rc = TPM2_RC_NV_DEFINED;
	else if (!tpm20_free_entry(&vtpmb_tpm20_state(vtpm)->table))
		*rc = TPM2_RC_NV_SPACE;
	return 0;
}

/* Enter a persistent handle; the table has room.  @cleared: number of Clears so far. */
static void tpm20_enter(struct vtpmb_vtpm *vtpm, u32 handle, struct vtpmb_tpm20_body *body,
			u32 cleared)
{
	struct vtpmb_tpm20_entry *entry = tpm20_free_entry(&vtpmb_tpm20_state(vtpm)->table);

	vtpmb_tpm20_set_body(entry, body);
	entry->virt = handle;
	entry->flushed = cleared;
	vtpmb_tpm20_count(vtpm);
}

static u32 tpm20_nr_cleared(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm20_hier hier)
{
	return READ_ONCE(vtpmb_tpm20_state(vtpm)->hier[hier].cleared);
}

static bool tpm20_is_granted(struct vtpmb_vtpm *vtpm, u32 handle)
{
	bool granted;

	mutex_lock(&vtpm->lock);
	granted = vtpmb_range_has(&vtpm->range[VTPMB_RANGE_PERSISTENT], handle);
	mutex_unlock(&vtpm->lock);
	return granted;
}

/* Send EvictControl for the chip's handle @object, authorised as the chip's owner. */
static int tpm20_evict(struct vtpmb_vtpm *vtpm, u32 object, u32 handle, u32 *rc)
{
	unsigned int tries = 0;
	const __be32 param = cpu_to_be32(handle);
	int err;

	do {
		err = vtpmb_tpm20_owner_command(vtpm, TPM2_CC_EvictControl, object, &param,
						sizeof(param), rc);
	} while (vtpmb_tpm20_goes_again(vtpm, &err, *rc, &tries));
	/* The chip's authValue is not the one that the administrator configured. */
	if (!err && *rc == TPM2_RC_OF_SESSION(TPM2_RC_BAD_AUTH, 0))
		*rc = TPM2_RC_AUTH_UNAVAILABLE;
	return err;
}

/* Enter the chip's persistent object @handle, unless the table is full. */
static struct vtpmb_tpm20_body *tpm20_enter_persistent_body(struct vtpmb_vtpm *vtpm, u32 handle,
							    enum vtpmb_tpm20_hier hier, u32 cleared)
{
	struct vtpmb_tpm20_body *body = NULL;

	if (tpm20_free_entry(&vtpmb_tpm20_state(vtpm)->table))
		body = vtpmb_tpm20_new_body(vtpm, KIND_OBJECT, hier);
	if (!body)
		return NULL;
	body->persistent_handle = handle;
	tpm20_enter(vtpm, handle, body, cleared);
	return body;
}

/* Delete a persistent object from the chip.  The entry stays unless *@rc is TPM2_RC_SUCCESS. */
int vtpmb_tpm20_delete_persistent(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry, u32 *rc)
{
	u32 handle = entry->body->persistent_handle;
	int err = tpm20_evict(vtpm, handle, handle, rc);

	if (err)
		return err;
	if (*rc == TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, 1))
		*rc = TPM2_RC_SUCCESS;	/* the host has already deleted it */
	if (!*rc)
		vtpmb_tpm20_forget_entry(vtpm, entry);
	return 0;
}

/* Whether the chip has a persistent object with that Name or that handle. */
static int tpm20_look_up(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_body *body,
			 u32 handle, bool *alias, bool *taken)
{
	struct vtpmb_tpm20_listing listing = { .first = TPM2_PERSISTENT_FIRST };
	u32 page[NR_PAGE];
	int count, i, err = 0;

	do {
		count = vtpmb_tpm20_list_more(vtpm->port, &listing, page, NR_PAGE);
		for (i = 0; !err && i < count; i++) {
			*taken |= page[i] == handle;
			err = vtpmb_tpm20_has_name(vtpm, page[i], body, alias);
		}
	} while (!err && count > 0);
	return count < 0 ? count : err;
}

/*
 * An object that is not written counts like one that is.  Otherwise the quota would reveal
 * whether the chip has an object with that Name.
 */
static bool tpm20_has_quota(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	const struct vtpmb_range *range = &vtpm->range[VTPMB_RANGE_PERSISTENT];
	unsigned int i;
	u32 nr = 0;

	lockdep_assert_held(&vtpm->lock);

	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++)
		nr += table->persistent[i].kind != KIND_FREE &&
		      vtpmb_range_has(range, table->persistent[i].virt);
	return nr < vtpmb_tpm20_state(vtpm)->persistent_objects;
}

/* Write the object into the chip, under the handle that the guest wants. */
static int tpm20_make_persistent(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *from,
				 u32 handle, u32 *rc)
{
	int err = vtpmb_tpm20_load(vtpm, from, TPM2_RC_REFERENCE_H0 + 1, rc);

	if (!err && !*rc)
		err = tpm20_evict(vtpm, vtpmb_tpm20_chip_handle(from->body), handle, rc);
	if (err || *rc)
		return err;
	tpm20_enter_persistent_body(vtpm, handle, from->hier, tpm20_nr_cleared(vtpm, from->hier));
	return 0;
}

/*
 * Have the chip make an object again, whose Name is known.  If it is another one, it is flushed,
 * and *@same is false.  The chip may take as long as for the guest's own command.
 */
static int tpm20_make_same(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			   const struct vtpmb_tpm20_body *body, u32 *handle, bool *same, u32 *rc)
{
	int err;

	*same = false;
	call->cmd->slow = true;
	err = vtpmb_tpm20_make_again(vtpm, body->origin, handle, rc);
	if (err || *rc)
		return err;
	err = vtpmb_tpm20_compare_name(vtpm, *handle, body, same, rc);
	if (!err && (*rc || !*same))
		err = vtpmb_tpm20_flush_made(vtpm, *handle);
	return err;
}

/* Whether the chip refuses for a reason that does not pass. */
static bool tpm20_is_final(u32 rc)
{
	return rc & TPM2_RC_FMT1;
}

/* Whether an object can be made again: *@rc is TPM2_RC_NV_SPACE if not. */
static int tpm20_try_origin(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			    const struct vtpmb_tpm20_body *body, u32 *rc)
{
	u32 handle;
	bool same;
	int err;

	*rc = TPM2_RC_NV_SPACE;
	if (!body->origin)
		return 0;
	err = tpm20_make_same(vtpm, call, body, &handle, &same, rc);
	if (!err && !*rc && same)
		return vtpmb_tpm20_flush_made(vtpm, handle);
	if (tpm20_is_final(*rc) || (!*rc && !same))
		*rc = TPM2_RC_NV_SPACE;
	return err;
}

/*
 * The hub's thread has changed both the stored objects and the handle table.  The table stays as
 * up to date as it was.
 */
static void tpm20_note_change(struct vtpmb_tpm20 *tpm)
{
	WRITE_ONCE(tpm->table.stored_changes, tpm->table.stored_changes + 1);
}

/* Make an object persistent that no chip keeps. */
static int tpm20_store_object(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 handle,
			      u32 *rc)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_tpm20_entry *from = call->entry[1];
	int err;
	u32 id;

	err = tpm20_try_origin(vtpm, call, from->body, rc);
	if (err || *rc)
		return err;
	mutex_lock(&vtpm->lock);
	if (call->cmd->epoch != vtpm->epoch) {
		*rc = TPM2_RC_INITIALIZE;
	} else if (!vtpmb_tpm20_has_room_for_stored(vtpm, handle)) {
		*rc = TPM2_RC_NV_SPACE;
	} else {
		id = vtpmb_tpm20_add_stored(vtpm, handle, from->body);
		tpm20_enter(vtpm, handle, from->body, tpm20_nr_cleared(vtpm, from->hier));
		vtpmb_tpm20_persistent(vtpm, handle)->stored = id;
		tpm20_note_change(tpm);
	}
	mutex_unlock(&vtpm->lock);
	return 0;
}

static int tpm20_persist(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			 u32 handle, u32 *rc)
{
	struct vtpmb_tpm20_entry *from = call->entry[1];
	bool alias = false, taken = false, has_quota;
	int err = tpm20_may_persist(vtpm, call, handle, rc);

	if (err || *rc)
		return err;
	if (tpm20_is_granted(vtpm, handle)) {
		mutex_lock(&vtpm->lock);
		has_quota = tpm20_has_quota(vtpm);
		mutex_unlock(&vtpm->lock);
		if (!has_quota) {
			*rc = TPM2_RC_NV_SPACE;
			return 0;
		}
		err = tpm20_look_up(vtpm, from->body, handle, &alias, &taken);
		if (taken)
			*rc = TPM2_RC_NV_DEFINED;
		if (err || *rc)
			return err;
		if (!alias || vtpm->store)
			return tpm20_make_persistent(vtpm, from, handle, rc);
	}
	if (vtpm->store)
		return tpm20_store_object(vtpm, call, handle, rc);
	tpm20_enter(vtpm, handle, from->body, tpm20_nr_cleared(vtpm, from->hier));
	return 0;
}

/* H(hierarchy || Name) is the qualified Name of its primary objects: Part 1, 16. */
static bool tpm20_is_primary_of(const struct vtpmb_tpm20_body *body, u32 hierarchy)
{
	const __be32 handle = cpu_to_be32(hierarchy);
	u8 digest[VTPMB_MAX_DIGEST];
	struct vtpmb_reader name;
	const struct vtpmb_hash *hash;
	int err;
	u16 alg;

	vtpmb_reader_init(&name, body->name, body->name_len);
	if (!vtpmb_get_u16(&name, &alg) || body->public_len < body->name_len)
		return false;
	hash = vtpmb_hash_find(alg);
	if (!hash)
		return false;
	err = vtpmb_hash_digest2(hash, &handle, sizeof(handle), body->name, body->name_len,
				 digest);
	return !err && body->name_len == sizeof(u16) + hash->size &&
	       !memcmp(body->public + body->public_len - hash->size, digest, hash->size);
}

/*
 * Enter an object that was in the chip before.  A Clear that has not reached the chip yet
 * deletes it too.  The chip only shows the hierarchy of a primary object, but both
 * hierarchies are cleared together.
 */
static int tpm20_add_existing(struct vtpmb_vtpm *vtpm, u32 handle)
{
	u32 cleared = vtpmb_tpm20_state(vtpm)->table.cleared, rc;
	struct vtpmb_tpm20_entry *entry;
	int err;

	if (!tpm20_enter_persistent_body(vtpm, handle, HIER_OWNER, cleared))
		return 0;
	entry = vtpmb_tpm20_persistent(vtpm, handle);
	err = vtpmb_tpm20_fetch_public(vtpm, entry, &rc);
	if (err || rc || !tpm20_is_primary_of(entry->body, TPM2_RH_ENDORSEMENT))
		return err;
	entry->hier = HIER_ENDORSEMENT;
	entry->body->hier = HIER_ENDORSEMENT;
	return 0;
}

/* Enter the chip's handles in the proxy's range, as many as the table has room for. */
static int tpm20_granted_handles(struct vtpmb_vtpm *vtpm, const struct vtpmb_range *range,
				 u32 *handle)
{
	int count = 0, i;

	if (range->last)
		count = vtpmb_tpm20_chip_handles(vtpm->port, range->first, handle,
						 VTPMB_MAX_PERSISTENT);
	for (i = 0; i < count; i++) {
		if (handle[i] > range->last)
			return i;
	}
	return count;
}

/* Forget objects that the host has deleted or that are no longer in the granted range. */
static void tpm20_forget_missing(struct vtpmb_vtpm *vtpm, const u32 *handle, int count)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	unsigned int i;
	int at;

	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++) {
		struct vtpmb_tpm20_entry *entry = &table->persistent[i];

		if (entry->kind == KIND_FREE || !entry->body->persistent_handle)
			continue;
		for (at = 0; at < count && handle[at] != entry->virt; at++)
			;
		if (at == count)
			vtpmb_tpm20_forget_entry(vtpm, entry);
		else
			vtpmb_tpm20_forget_public(entry->body);
	}
}

/**
 * vtpmb_tpm20_read_persistent() - enter the guest's persistent objects in the chip
 * @vtpm:	the vtpm
 *
 * These are the objects in its range.  They are read again after each reset and after the
 * administrator has changed the range.
 *
 * Context: The hub's thread.
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_read_persistent(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	u32 handle[VTPMB_MAX_PERSISTENT], epoch, grants;
	struct vtpmb_range range;
	int count, i, err = 0;

	mutex_lock(&vtpm->lock);
	range = vtpm->range[VTPMB_RANGE_PERSISTENT];
	epoch = vtpm->epoch;
	grants = vtpm->grants;
	mutex_unlock(&vtpm->lock);
	if (table->persistent_epoch == epoch && table->persistent_grants == grants)
		return 0;

	count = tpm20_granted_handles(vtpm, &range, handle);
	if (count < 0)
		return count;
	tpm20_forget_missing(vtpm, handle, count);
	for (i = 0; !err && i < count; i++) {
		if (!vtpmb_tpm20_persistent(vtpm, handle[i]))
			err = tpm20_add_existing(vtpm, handle[i]);
	}
	if (err)
		return err;
	table->persistent_epoch = epoch;
	table->persistent_grants = grants;
	return 0;
}

/* Flush entries of objects that are not stored any more; there are at most so many. */
static int tpm20_forget_removed(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;
	const struct vtpmb_tpm20_stored_object *object;
	struct vtpmb_tpm20_entry *entry;
	bool removed;
	int err = 0;

	for (entry = table->persistent; entry < table->persistent + VTPMB_MAX_PERSISTENT; entry++) {
		mutex_lock(&vtpm->lock);
		object = vtpmb_tpm20_find_stored(vtpm, entry->stored);
		removed = entry->stored && (!object || object->absent);
		mutex_unlock(&vtpm->lock);
		if (!err && removed)
			err = vtpmb_tpm20_flush_entry(vtpm, entry);
	}
	return err;
}

/*
 * Enter a stored object.  The chip will make it when a command names it.  There is a body for each
 * entry.
 */
static void tpm20_enter_stored(struct vtpmb_vtpm *vtpm,
			       const struct vtpmb_tpm20_stored_object *object)
{
	struct vtpmb_tpm20_body *body;

	if (!object->id || object->absent || vtpmb_tpm20_persistent(vtpm, object->handle) ||
	    !tpm20_free_entry(&vtpmb_tpm20_state(vtpm)->table))
		return;
	body = vtpmb_tpm20_new_body(vtpm, KIND_OBJECT, object->hier);
	if (!body)
		return;
	body->name_len = object->name_len;
	memcpy(body->name, object->name, object->name_len);
	tpm20_enter(vtpm, object->handle, body, tpm20_nr_cleared(vtpm, object->hier));
	vtpmb_tpm20_persistent(vtpm, object->handle)->stored = object->id;
}

/**
 * vtpmb_tpm20_read_stored() - have the handle table agree with the stored objects
 * @vtpm:	the vtpm
 *
 * They differ at first, and after a change that could not be written has been undone.
 *
 * Context: The hub's thread.
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_read_stored(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	unsigned int i;
	u32 changes;
	int err;

	if (!tpm->stored)
		return 0;
	changes = READ_ONCE(tpm->stored->changes);
	if (tpm->table.stored_changes == changes)
		return 0;
	err = tpm20_forget_removed(vtpm);
	if (err)
		return err;
	mutex_lock(&vtpm->lock);
	for (i = 0; i < VTPMB_MAX_PERSISTENT; i++)
		tpm20_enter_stored(vtpm, &tpm->stored->object[i]);
	mutex_unlock(&vtpm->lock);
	WRITE_ONCE(tpm->table.stored_changes, changes);
	return 0;
}

/* Copy the origin of a stored object to its body.  Return: a response code */
static u32 tpm20_fetch_origin(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_entry *entry)
{
	const struct vtpmb_tpm20_stored_object *object;

	if (entry->body->origin)
		return TPM2_RC_SUCCESS;
	mutex_lock(&vtpm->lock);
	object = vtpmb_tpm20_find_stored(vtpm, entry->stored);
	if (object)
		entry->body->origin = vtpmb_tpm20_copy_origin(object->origin, object->origin_len);
	mutex_unlock(&vtpm->lock);
	return entry->body->origin ? TPM2_RC_SUCCESS : TPM2_RC_MEMORY;
}

/*
 * The chip makes another object, because it is another chip or has been cleared.  So there is
 * none for the guest.
 */
static void tpm20_hide(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_entry *entry)
{
	mutex_lock(&vtpm->lock);
	if (vtpmb_tpm20_hide_stored(vtpm, entry->stored))
		tpm20_note_change(vtpmb_tpm20_state(vtpm));
	mutex_unlock(&vtpm->lock);
	entry->stored = 0;
	vtpmb_tpm20_forget_entry(vtpm, entry);
}

/* Have the chip make the stored object that handle @i of a command names. */
static int tpm20_make_named(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			    unsigned int i, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = call->entry[i];
	u32 handle;
	bool same;
	int err;

	*rc = tpm20_fetch_origin(vtpm, entry);
	if (*rc)
		return 0;
	err = tpm20_make_same(vtpm, call, entry->body, &handle, &same, rc);
	if (err)
		return err;
	if (!*rc && same) {
		entry->body->res.phys = handle;
		return 0;
	}
	if (!*rc || (*rc & ~0xf40U) == TPM2_RC_INTEGRITY)
		tpm20_hide(vtpm, entry);
	if (!*rc || tpm20_is_final(*rc))
		*rc = TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, i);
	return 0;
}

/**
 * vtpmb_tpm20_make_stored() - have the chip make the stored objects that a command names
 * @vtpm:	the vtpm
 * @call:	the command, its handles mapped
 * @rc:		out: response code; TPM2_RC_HANDLE for a handle whose object cannot be made
 *
 * From then on, they are like others: in the chip, or saved by it.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm20_make_stored(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	const struct vtpmb_tpm20_entry *entry;
	unsigned int i;
	int err = 0;

	*rc = TPM2_RC_SUCCESS;
	for (i = 0; !err && !*rc && i < call->nr_mapped; i++) {
		entry = call->entry[i];
		if (entry && entry->stored && !entry->body->res.phys && !entry->body->res.blob)
			err = tpm20_make_named(vtpm, call, i, rc);
	}
	return err;
}

static int tpm20_delete_stored(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = call->entry[1];

	mutex_lock(&vtpm->lock);
	if (call->cmd->epoch == vtpm->epoch) {
		if (vtpmb_tpm20_remove_stored(vtpm, entry->stored))
			tpm20_note_change(vtpmb_tpm20_state(vtpm));
		entry->stored = 0;
	} else {
		*rc = TPM2_RC_INITIALIZE;
	}
	mutex_unlock(&vtpm->lock);
	return *rc ? 0 : vtpmb_tpm20_release_handle(vtpm, entry);
}

/* TPM2_EvictControl (TPM 2.0 Part 3, 28.5) */
int vtpmb_tpm20_evict_control(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      struct vtpmb_writer *out, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = call->entry[1];
	u32 handle;

	*rc = vtpmb_tpm20_get_u32(call, 0, &handle);
	if (!*rc && TPM20_HT(handle) != TPM2_HT_PERSISTENT)
		*rc = TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 0);
	if (!*rc)
		*rc = vtpmb_tpm20_get_end(call);
	if (*rc)
		return 0;
	if (TPM20_HT(entry->virt) != TPM2_HT_PERSISTENT)
		return tpm20_persist(vtpm, call, handle, rc);
	if (entry->virt != handle) {
		*rc = TPM2_RC_OF_HANDLE(TPM2_RC_HANDLE, 1);
		return 0;
	}
	if (entry->body->persistent_handle)
		return vtpmb_tpm20_delete_persistent(vtpm, entry, rc);
	if (entry->stored)
		return tpm20_delete_stored(vtpm, call, rc);
	return vtpmb_tpm20_release_handle(vtpm, entry);
}

/*
 * The handle under which EvictControl makes an object persistent, or which it deletes.
 * Return: 0 if the parameters are malformed.
 */
static u32 tpm20_evicted_handle(const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader params = call->params;
	u32 handle;

	return vtpmb_get_u32(&params, &handle) && !params.left ? handle : 0;
}

/*
 * Whether the chip executes the guest's own EvictControl.  The bridge cannot check a session
 * that is salted to a key in the chip.  The chip can, if it gets the very same command.  It may
 * have it if it concerns the granted range alone.  If the authValue of the owner hierarchy is
 * not empty, here or in the chip, the session is for the bridge to check, which refuses it.
 */
bool vtpmb_tpm20_evict_is_real(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_tpm20_session *session = &call->session[0];
	const struct vtpmb_tpm20_entry *entry = call->entry[1];
	u32 handle = tpm20_evicted_handle(call);

	lockdep_assert_held(&vtpm->lock);

	if (!call->nr_sessions || TPM20_HT(session->handle) != TPM2_HT_HMAC_SESSION ||
	    session->entry->key.known || session->entry->key.ours)
		return false;
	if (call->handle[0] != TPM2_RH_OWNER || !entry || entry->kind != KIND_OBJECT ||
	    !vtpmb_range_has(&vtpm->range[VTPMB_RANGE_PERSISTENT], handle))
		return false;
	return TPM20_HT(entry->virt) == TPM2_HT_TRANSIENT ||
	       entry->body->persistent_handle == handle;
}

/*
 * Check an EvictControl for the chip, which gets its @persistent, under the vtpm's lock.
 * Returns TPM2_RC_NV_SPACE if the quota is used up.  The chip finds all other errors.
 */
u32 vtpmb_tpm20_inspect_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	call->persistent = tpm20_evicted_handle(call);
	if (TPM20_HT(call->handle[1]) == TPM2_HT_PERSISTENT)
		return TPM2_RC_SUCCESS;
	return tpm20_free_entry(&vtpmb_tpm20_state(vtpm)->table) && tpm20_has_quota(vtpm) ?
		TPM2_RC_SUCCESS : TPM2_RC_NV_SPACE;
}

/* The chip has executed the guest's own EvictControl.  The vtpm's lock is held. */
void vtpmb_tpm20_apply_evict(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			     struct vtpmb_reader *params)
{
	struct vtpmb_tpm20_entry *entry = call->entry[1];

	if (entry->body->persistent_handle)
		vtpmb_tpm20_forget_entry(vtpm, entry);
	else
		tpm20_enter_persistent_body(vtpm, call->persistent, entry->hier,
					    tpm20_nr_cleared(vtpm, entry->hier));
}

/*
 * The response to a command was lost.  If it was EvictControl, the granted range is read again
 * before the next command.
 */
void vtpmb_tpm20_persistent_unknown(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	struct vtpmb_tpm20_table *table = &vtpmb_tpm20_state(vtpm)->table;

	if (call->row->own == vtpmb_tpm20_evict_control)
		table->persistent_epoch = READ_ONCE(vtpm->epoch) - 1;
}
