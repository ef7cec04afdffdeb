// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: the persistent objects that the image of a proxy has.
 *
 * A change is undone if it cannot be written: the list is restored from the last image, in any
 * thread.  So all memory is allocated when the proxy gets its store.
 */

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "origin.h"
#include "state.h"
#include "stored.h"
#include "wire.h"

/* Allocate what only a proxy with a store needs.  Return: 0 or -ENOMEM */
int vtpmb_tpm20_create_stored(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	if (!tpm->stored)
		tpm->stored = kvzalloc(sizeof(*tpm->stored), GFP_KERNEL);
	return tpm->stored ? 0 : -ENOMEM;
}

void vtpmb_tpm20_destroy_stored(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	kvfree_sensitive(tpm->stored, sizeof(*tpm->stored));
	tpm->stored = NULL;
}

static void tpm20_changed(struct vtpmb_tpm20_stored *stored)
{
	WRITE_ONCE(stored->changes, stored->changes + 1);
}

/* Find an object by its id, or NULL. */
struct vtpmb_tpm20_stored_object *vtpmb_tpm20_find_stored(const struct vtpmb_vtpm *vtpm, u32 id)
{
	struct vtpmb_tpm20_stored *stored = vtpmb_tpm20_state(vtpm)->stored;
	struct vtpmb_tpm20_stored_object *object;

	lockdep_assert_held(&vtpm->lock);

	for (object = stored->object; object < stored->object + VTPMB_MAX_PERSISTENT; object++) {
		if (id && object->id == id)
			return object;
	}
	return NULL;
}

/*
 * The slot for an object that gets @handle, or NULL.  If there is an absent object with that
 * handle, its place is taken.
 */
static struct vtpmb_tpm20_stored_object *tpm20_find_slot(struct vtpmb_tpm20_stored *stored,
							 u32 handle)
{
	struct vtpmb_tpm20_stored_object *object, *slot = NULL;

	for (object = stored->object; object < stored->object + VTPMB_MAX_PERSISTENT; object++) {
		if (object->id && object->handle == handle)
			return object->absent ? object : NULL;
		if (!object->id)
			slot = object;
	}
	return slot;
}

bool vtpmb_tpm20_has_room_for_stored(const struct vtpmb_vtpm *vtpm, u32 handle)
{
	lockdep_assert_held(&vtpm->lock);

	return tpm20_find_slot(vtpmb_tpm20_state(vtpm)->stored, handle);
}

static void tpm20_drop(struct vtpmb_tpm20_stored *stored, struct vtpmb_tpm20_stored_object *object)
{
	memzero_explicit(object, sizeof(*object));
	tpm20_changed(stored);
}

/**
 * struct tpm20_item - an object as it is in the record
 * @handle:	its handle
 * @hier:	its hierarchy
 * @name:	its Name
 * @name_len:	bytes of @name
 * @origin:	its origin
 * @origin_len:	bytes of @origin
 */
struct tpm20_item {
	u32 handle;
	enum vtpmb_tpm20_hier hier;
	const u8 *name;
	u16 name_len;
	const u8 *origin;
	u16 origin_len;
};

static void tpm20_fill(struct vtpmb_tpm20_stored *stored, struct vtpmb_tpm20_stored_object *object,
		       const struct tpm20_item *item)
{
	memzero_explicit(object, sizeof(*object));
	object->id = ++stored->last_id;
	object->handle = item->handle;
	object->hier = item->hier;
	object->name_len = item->name_len;
	memcpy(object->name, item->name, item->name_len);
	object->origin_len = item->origin_len;
	memcpy(object->origin, item->origin, item->origin_len);
	tpm20_changed(stored);
}

/**
 * vtpmb_tpm20_add_stored() - store an object
 * @vtpm:	the vtpm; vtpmb_tpm20_has_room_for_stored()
 * @handle:	its persistent handle
 * @body:	the object, whose Name and origin are known
 *
 * Return: its id
 */
u32 vtpmb_tpm20_add_stored(struct vtpmb_vtpm *vtpm, u32 handle, const struct vtpmb_tpm20_body *body)
{
	struct vtpmb_tpm20_stored *stored = vtpmb_tpm20_state(vtpm)->stored;
	struct vtpmb_tpm20_stored_object *object = tpm20_find_slot(stored, handle);
	const struct tpm20_item item = {
		.handle = handle, .hier = body->hier,
		.name = body->name, .name_len = body->name_len,
		.origin = body->origin->bytes, .origin_len = body->origin->len,
	};

	lockdep_assert_held(&vtpm->lock);

	tpm20_fill(stored, object, &item);
	return object->id;
}

/* Return: whether it was there */
bool vtpmb_tpm20_remove_stored(struct vtpmb_vtpm *vtpm, u32 id)
{
	struct vtpmb_tpm20_stored_object *object = vtpmb_tpm20_find_stored(vtpm, id);

	if (object)
		tpm20_drop(vtpmb_tpm20_state(vtpm)->stored, object);
	return object;
}

/*
 * The chip makes another object, so there is none for the guest.  The image keeps it.  Return:
 * whether it was there
 */
bool vtpmb_tpm20_hide_stored(struct vtpmb_vtpm *vtpm, u32 id)
{
	struct vtpmb_tpm20_stored_object *object = vtpmb_tpm20_find_stored(vtpm, id);

	if (!object)
		return false;
	object->absent = true;
	tpm20_changed(vtpmb_tpm20_state(vtpm)->stored);
	return true;
}

/* TPM2_Clear: all are in the owner or the endorsement hierarchy. */
void vtpmb_tpm20_clear_stored(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm20_stored *stored = vtpmb_tpm20_state(vtpm)->stored;
	struct vtpmb_tpm20_stored_object *object;

	lockdep_assert_held(&vtpm->lock);

	if (!stored)
		return;
	for (object = stored->object; object < stored->object + VTPMB_MAX_PERSISTENT; object++) {
		if (object->id)
			tpm20_drop(stored, object);
	}
}

static const struct vtpmb_tpm20_stored_object *
tpm20_next(const struct vtpmb_tpm20_stored *stored, u32 first)
{
	const struct vtpmb_tpm20_stored_object *object, *next = NULL;

	for (object = stored->object; object < stored->object + VTPMB_MAX_PERSISTENT; object++) {
		if (object->id && object->handle >= first &&
		    (!next || object->handle < next->handle))
			next = object;
	}
	return next;
}

/* The order does not depend on the slots, so equal lists are equal records. */
void vtpmb_tpm20_save_stored(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm20_stored *stored = vtpmb_tpm20_state(vtpm)->stored;
	const struct vtpmb_tpm20_stored_object *object;
	u32 first = 0;

	lockdep_assert_held(&vtpm->lock);

	while (stored && (object = tpm20_next(stored, first))) {
		vtpmb_put_u32(w, object->handle);
		vtpmb_put_u32(w, object->hier == HIER_OWNER ? TPM2_RH_OWNER : TPM2_RH_ENDORSEMENT);
		vtpmb_put_tpm2b(w, object->name, object->name_len);
		vtpmb_put_tpm2b(w, object->origin, object->origin_len);
		first = object->handle + 1;
	}
}

static bool tpm20_get_item(struct vtpmb_reader *r, struct tpm20_item *item)
{
	u32 hierarchy;

	if (!vtpmb_get_u32(r, &item->handle) || !vtpmb_get_u32(r, &hierarchy) ||
	    !vtpmb_get_tpm2b(r, &item->name, &item->name_len) ||
	    !vtpmb_get_tpm2b(r, &item->origin, &item->origin_len))
		return false;
	if (hierarchy != TPM2_RH_OWNER && hierarchy != TPM2_RH_ENDORSEMENT)
		return false;
	item->hier = vtpmb_tpm20_hier(hierarchy);
	return TPM20_HT(item->handle) == TPM2_HT_PERSISTENT &&
	       item->handle < TPM2_PLATFORM_PERSISTENT &&
	       item->name_len <= VTPMB_TPM20_MAX_NAME &&
	       vtpmb_tpm20_is_origin(item->origin, item->origin_len);
}

static bool tpm20_is_record(struct vtpmb_reader r)
{
	unsigned int nr_items = 0;
	struct tpm20_item item;
	u32 last = 0;

	while (r.left) {
		if (!tpm20_get_item(&r, &item) || item.handle <= last ||
		    ++nr_items > VTPMB_MAX_PERSISTENT)
			return false;
		last = item.handle;
	}
	return true;
}

static bool tpm20_is_same(const struct vtpmb_tpm20_stored_object *object,
			  const struct tpm20_item *item)
{
	return object->id && object->handle == item->handle && object->hier == item->hier &&
	       object->name_len == item->name_len &&
	       !memcmp(object->name, item->name, item->name_len) &&
	       object->origin_len == item->origin_len &&
	       !memcmp(object->origin, item->origin, item->origin_len);
}

static bool tpm20_is_in_record(struct vtpmb_reader r,
			       const struct vtpmb_tpm20_stored_object *object)
{
	struct tpm20_item item;

	while (tpm20_get_item(&r, &item)) {
		if (tpm20_is_same(object, &item))
			return true;
	}
	return false;
}

static bool tpm20_has_item(struct vtpmb_tpm20_stored *stored, const struct tpm20_item *item)
{
	const struct vtpmb_tpm20_stored_object *object;

	for (object = stored->object; object < stored->object + VTPMB_MAX_PERSISTENT; object++) {
		if (tpm20_is_same(object, item))
			return true;
	}
	return false;
}

/* What is the same as before keeps its id, so its entry in the handle table stays. */
bool vtpmb_tpm20_restore_stored(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm20_stored *stored = vtpmb_tpm20_state(vtpm)->stored;
	struct vtpmb_tpm20_stored_object *object;
	struct tpm20_item item;

	lockdep_assert_held(&vtpm->lock);

	if (!stored || !tpm20_is_record(*r))
		return false;
	for (object = stored->object; object < stored->object + VTPMB_MAX_PERSISTENT; object++) {
		if (object->id && !tpm20_is_in_record(*r, object))
			tpm20_drop(stored, object);
	}
	while (tpm20_get_item(r, &item)) {
		if (!tpm20_has_item(stored, &item))
			tpm20_fill(stored, tpm20_find_slot(stored, item.handle), &item);
	}
	return true;
}
