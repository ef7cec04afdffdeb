/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The store: where a virtual TPM keeps its image, encrypted and authenticated.
 *
 * It has a head, and two slots that take turns: a write that is cut short leaves the
 * image before it.  The format is in Documentation/security/tpm/vtpm_bridge.rst.
 *
 * Verbs: open, close, mark, is_current, commit.
 */
#ifndef VTPMB_STORE_H
#define VTPMB_STORE_H

#include <linux/mutex.h>
#include <linux/types.h>
#include "aead.h"
#include "limits.h"

struct vtpmb_vtpm;

/** VTPMB_STORE_SLOT - bytes of a slot, with the header and the tag of the image in it */
#define VTPMB_STORE_SLOT	32768

/** VTPMB_STORE_SLOTS - where the first slot begins; before it, the head and user space's */
#define VTPMB_STORE_SLOTS	4096

/** VTPMB_STORE_SIZE - bytes of a store */
#define VTPMB_STORE_SIZE	(VTPMB_STORE_SLOTS + 2 * VTPMB_STORE_SLOT)

/**
 * struct vtpmb_store_head - the first bytes of a store; numbers are big-endian
 * @magic:	VTPMB_STORE_MAGIC
 * @version:	VTPMB_STORE_VERSION
 * @family:	VTPMB_VERSION_12 or VTPMB_VERSION_20
 * @id:		random
 * @name:	the proxy's name, then zeros
 * @nonce:	for @tag
 * @tag:	authenticates all before @nonce
 */
struct vtpmb_store_head {
	u8 magic[8];
	__be32 version;
	__be32 family;
	u8 id[16];
	char name[VTPMB_MAX_NAME + 1];
	u8 nonce[VTPMB_AEAD_NONCE];
	u8 tag[VTPMB_AEAD_TAG];
} __packed;

#define VTPMB_STORE_MAGIC	"vTPMstat"
#define VTPMB_STORE_VERSION	1

/**
 * struct vtpmb_store_io - how a store reaches its bytes
 * @read:	read exactly @len bytes.  0 or a negative errno.
 * @write:	write them, so that they last: when it returns 0, a power cut does not take
 *		them back.  0 or a negative errno; then any of the bytes may be old or new.
 *
 * Both may sleep as long as a disk takes.
 */
struct vtpmb_store_io {
	int (*read)(void *file, void *bytes, size_t len, u64 pos);
	int (*write)(void *file, const void *bytes, size_t len, u64 pos);
};

/**
 * struct vtpmb_store - a store
 * @io:		constant
 * @file:	for @io; constant
 * @lock:	one write at a time.  Never taken by who holds the chip.  vtpm->lock is below it.
 * @aead:	with the key; constant
 * @head:	constant
 * @slot:	which slot has the image; @lock
 * @sequence:	the image's number; @lock
 * @doubtful:	a write has failed, so the other slot may have an image that was never told;
 *		the next write goes there.  Written under @lock and vtpm->lock.
 * @buf:	what is written; @lock
 * @pending:	the image that is being written; @lock
 * @pending_len: its bytes
 * @image:	the image of @slot; vtpm->lock
 * @len:	its bytes; 0: none has been written
 * @next:	the image of the present state; vtpm->lock
 * @next_len:	its bytes
 * @nr_rollbacks: how often the state had to go back to @image; vtpm->lock
 */
struct vtpmb_store {
	const struct vtpmb_store_io *io;
	void *file;
	struct mutex lock; /* see above */
	struct vtpmb_aead aead;
	struct vtpmb_store_head head;
	unsigned int slot;
	u64 sequence;
	bool doubtful;
	u8 *buf;
	u8 *pending;
	size_t pending_len;
	u8 *image;
	size_t len;
	u8 *next;
	size_t next_len;
	u32 nr_rollbacks;
};

/**
 * struct vtpmb_store_mark - a virtual TPM before a change that may have to be undone
 * @nr_rollbacks: of its store
 * @epoch:	of the vtpm
 * @power:	enum vtpmb_power
 */
struct vtpmb_store_mark {
	u32 nr_rollbacks;
	u32 epoch;
	u8 power;
};

/**
 * struct vtpmb_store_plan - what a store is opened with
 * @io:		see there
 * @file:	for @io
 * @name:	the proxy's name, VTPMB_MAX_NAME + 1 bytes
 * @key:	VTPMB_AEAD_KEY bytes
 * @is_new:	there is no store yet: make one
 * @generation:	that of the newest store, or one less if that was written and not counted; 0:
 *		nobody counts.  Lower than U64_MAX.
 * @any_generation: take a store of another generation, too
 */
struct vtpmb_store_plan {
	const struct vtpmb_store_io *io;
	void *file;
	const char *name;
	const u8 *key;
	bool is_new;
	u64 generation;
	bool any_generation;
};

int vtpmb_store_open(struct vtpmb_vtpm *vtpm, const struct vtpmb_store_plan *plan);
void vtpmb_store_close(struct vtpmb_vtpm *vtpm);
bool vtpmb_store_is_current(struct vtpmb_vtpm *vtpm);
void vtpmb_store_mark(const struct vtpmb_vtpm *vtpm, struct vtpmb_store_mark *mark);
int vtpmb_store_commit(struct vtpmb_vtpm *vtpm, const struct vtpmb_store_mark *mark);

#endif
