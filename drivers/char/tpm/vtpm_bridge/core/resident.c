// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the keys, objects and sessions of both families have in common: the last use, by which
 * the next one to be evicted is chosen, and the saved context.
 */

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "resident.h"

/**
 * vtpmb_resident_init() - begin with something that is neither loaded nor saved
 * @res:	filled with zeros
 * @clock:	counts the uses of all that competes for the same room
 */
void vtpmb_resident_init(struct vtpmb_resident *res, u64 *clock)
{
	INIT_LIST_HEAD(&res->saved);
	res->used = ++*clock;
}

/**
 * vtpmb_resident_use() - protect from eviction what a command names
 * @res:	not evicted until the caller clears @in_use
 * @clock:	as for vtpmb_resident_init()
 */
void vtpmb_resident_use(struct vtpmb_resident *res, u64 *clock)
{
	res->in_use = true;
	res->used = ++*clock;
}

/**
 * vtpmb_resident_older() - choose what is evicted
 * @oldest:	the choice so far, or NULL
 * @res:	another candidate
 *
 * Return: @res if it is loaded, not in use, and was last used before @oldest; else @oldest
 */
struct vtpmb_resident *vtpmb_resident_older(struct vtpmb_resident *oldest,
					    struct vtpmb_resident *res)
{
	if (!res->phys || res->in_use || (oldest && oldest->used <= res->used))
		return oldest;
	return res;
}

/**
 * vtpmb_resident_keep_blob() - keep a copy of a saved context
 * @res:	what was saved; it has no blob yet
 * @blob:	the context
 * @blob_len:	its bytes
 *
 * Return: 0 or -ENOMEM
 */
int vtpmb_resident_keep_blob(struct vtpmb_resident *res, const void *blob, u16 blob_len)
{
	res->blob = kmemdup(blob, blob_len, GFP_KERNEL);
	if (!res->blob)
		return -ENOMEM;
	res->blob_len = blob_len;
	return 0;
}

bool vtpmb_resident_has_blob(const struct vtpmb_resident *res, const void *blob, u16 blob_len)
{
	return res->blob && res->blob_len == blob_len && !memcmp(res->blob, blob, blob_len);
}

/* Wipe and free a saved context that is no longer valid.  A session stays in the saved list. */
void vtpmb_resident_drop_blob(struct vtpmb_resident *res)
{
	kfree_sensitive(res->blob);
	res->blob = NULL;
	res->blob_len = 0;
}

/**
 * vtpmb_resident_forget_saved() - forget that something is saved
 * @res:	after vtpmb_resident_init(); the chip has loaded or lost it
 */
void vtpmb_resident_forget_saved(struct vtpmb_resident *res)
{
	list_del_init(&res->saved);
	vtpmb_resident_drop_blob(res);
}
