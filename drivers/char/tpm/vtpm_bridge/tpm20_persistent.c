// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, persistent objects.
 *
 * A proxy's persistent object is one that the chip has saved: its context is
 * kept here, and it is loaded when a command names it.  Nothing is written to
 * the chip's NV memory, which has room for few and wears out, and no guest can
 * come across another one's or the host's handles.  It lives for as long as
 * the chip takes its contexts back and the proxy exists.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "tpm20.h"

/** OBJECT_ST_CLEAR - TPMA_OBJECT.stClear (TPM 2.0 Part 2, 8.3) */
#define OBJECT_ST_CLEAR		BIT(2)

/** PLATFORM_PERSISTENT - handles from here on are the platform's (Part 2, 7.8) */
#define PLATFORM_PERSISTENT	0x81800000u

/**
 * vtpmb_tpm20_persistent() - find a persistent object
 * @vtpm:	the vtpm
 * @handle:	its handle
 *
 * Return: its entry, or NULL if the vtpm has no such object
 */
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

/**
 * vtpmb_tpm20_map_persistent() - find a persistent object that a command names
 * @vtpm:	the vtpm; its lock is held
 * @call:	the command; gets the @entry
 * @i:		which handle it is
 *
 * One of a disabled hierarchy is not there, but for EvictControl.
 *
 * Return: a response code (TPM 2.0 Part 4, ObjectLoadEvict())
 */
u32 vtpmb_tpm20_map_persistent(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       unsigned int i)
{
	const struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_tpm20_entry *entry;

	lockdep_assert_held(&vtpm->lock);

	entry = vtpmb_tpm20_persistent(vtpm, call->handle[i]);
	if (!entry || !tpm->hier[HIER_OWNER].enabled)
		return RC_H(RC_HANDLE, i);
	if (!tpm->hier[entry->hier].enabled && call->row->code != CODE_EVICT_CONTROL)
		return RC_H(RC_HANDLE, i);
	call->entry[i] = entry;
	vtpmb_tpm20_use(vtpm, entry);
	return RC_SUCCESS;
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
	int err;

	*rc = RC_H(RC_ATTRIBUTES, 1);
	if (entry->kind != KIND_OBJECT || entry->hier == HIER_NULL || entry->body->external)
		return 0;
	err = vtpmb_tpm20_learn(vtpm, entry, rc);
	if (err || *rc)
		return err;
	if (entry->body->attributes & OBJECT_ST_CLEAR)
		*rc = RC_H(RC_ATTRIBUTES, 1);
	else if (call->handle[0] == RH_PLATFORM)
		*rc = RC_H(RC_HIERARCHY, 1);
	else if (handle >= PLATFORM_PERSISTENT)
		*rc = RC_P(RC_RANGE, 0);
	else if (vtpmb_tpm20_persistent(vtpm, handle))
		*rc = RC_NV_DEFINED;
	else if (!tpm20_free_entry(&vtpmb_tpm20_state(vtpm)->table))
		*rc = RC_NV_SPACE;
	return 0;
}

static int tpm20_persist(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			 u32 handle, u32 *rc)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);
	struct vtpmb_tpm20_entry *to;
	int err = tpm20_may_persist(vtpm, call, handle, rc);

	if (err || *rc)
		return err;
	to = tpm20_free_entry(&tpm->table);
	vtpmb_tpm20_refer(to, call->entry[1]->body);
	to->virt = handle;
	mutex_lock(&vtpm->lock);
	to->flushed = tpm->hier[to->hier].cleared;
	mutex_unlock(&vtpm->lock);
	vtpmb_tpm20_count(vtpm);
	return 0;
}

/**
 * vtpmb_tpm20_evict_control() - TPM2_EvictControl (TPM 2.0 Part 3, 28.5)
 * @vtpm:	the vtpm
 * @call:	the command, authorised
 * @out:	where the response's parameters go: there are none
 * @rc:		response code
 *
 * Return: 0 or the errno of transmit
 */
int vtpmb_tpm20_evict_control(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      struct vtpmb_writer *out, u32 *rc)
{
	struct vtpmb_tpm20_entry *entry = call->entry[1];
	u32 handle;

	*rc = vtpmb_tpm20_get_u32(call, 0, &handle);
	if (!*rc && TPM20_HT(handle) != HT_PERSISTENT)
		*rc = RC_P(RC_VALUE, 0);
	if (!*rc)
		*rc = vtpmb_tpm20_get_end(call);
	if (*rc)
		return 0;
	if (TPM20_HT(entry->virt) != HT_PERSISTENT)
		return tpm20_persist(vtpm, call, handle, rc);
	if (entry->virt != handle) {
		*rc = RC_H(RC_HANDLE, 1);
		return 0;
	}
	return vtpmb_tpm20_release(vtpm, entry);
}
