/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disk under a store, in memory: a write can fail, or be cut short by a power cut.
 *
 * Verbs: open, open_plan, load.
 */
#ifndef DISK_H
#define DISK_H

#include "core.h"
#include "core/store.h"

/**
 * struct disk - a file that a store is in
 * @bytes:	what it has
 * @nr_writes:	writes so far
 * @fails:	writes fail, with nothing written
 * @lies:	writes are told to have failed, and have not
 * @meanwhile:	what happens while a write waits for the disk, or NULL
 * @cut:	the next write fails after so many bytes; -1: it does not
 */
struct disk {
	u8 bytes[VTPMB_STORE_SIZE];
	unsigned int nr_writes;
	bool fails;
	bool lies;
	void (*meanwhile)(void);
	long cut;
};

/* As VTPM_BRIDGE_CREATE does: what that returns.  @vtpm is new. */
int disk_open(struct disk *disk, struct vtpmb_vtpm *vtpm, const char *name, const u8 *key,
	      bool is_new);

/* The same with a plan, which needs @key and what is not zero. */
int disk_open_plan(struct disk *disk, struct vtpmb_vtpm *vtpm, const char *name,
		   struct vtpmb_store_plan plan);

/*
 * The state file of an older module, from states/NAME.hex: lines of xxd, without those of zeros.
 * To add one, run xxd on the file of a proxy.
 */
void disk_load(struct disk *disk, const char *name);

#endif
