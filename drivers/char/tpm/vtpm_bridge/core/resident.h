/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the keys, objects and sessions of both families have in common: the chip has room for a
 * few of them, so they are loaded, saved and evicted.
 *
 * Nothing here sends a command to the chip.  All of it belongs to the hub's thread.
 */
#ifndef VTPMB_RESIDENT_H
#define VTPMB_RESIDENT_H

#include <linux/list.h>
#include <linux/types.h>

/**
 * struct vtpmb_resident - a key, object or session: in the chip, saved, or both
 * @phys:	handle in the chip; 0 while it is not loaded there
 * @in_use:	the command that is being executed names it, so it is not evicted
 * @blob_len:	bytes of @blob
 * @blob:	the context that the chip has saved, still valid; or NULL
 * @used:	time of its last use, see vtpmb_resident_use()
 * @saved:	link in the port's list of saved sessions; or empty
 */
struct vtpmb_resident {
	u32 phys;
	bool in_use;
	u16 blob_len;
	u8 *blob;
	u64 used;
	struct list_head saved;
};

void vtpmb_resident_init(struct vtpmb_resident *res, u64 *clock);
void vtpmb_resident_use(struct vtpmb_resident *res, u64 *clock);
struct vtpmb_resident *vtpmb_resident_older(struct vtpmb_resident *oldest,
					    struct vtpmb_resident *res);
int vtpmb_resident_keep_blob(struct vtpmb_resident *res, const void *blob, u16 blob_len);
bool vtpmb_resident_has_blob(const struct vtpmb_resident *res, const void *blob, u16 blob_len);
void vtpmb_resident_drop_blob(struct vtpmb_resident *res);
void vtpmb_resident_forget_saved(struct vtpmb_resident *res);

#endif
