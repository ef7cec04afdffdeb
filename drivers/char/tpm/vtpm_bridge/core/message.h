/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The message: bytes in several places that are hashed as one, for HMACs whose key changes
 * with each use and is used in any thread.  A transform has one key at a time.
 *
 * Verbs: add, digest, hmac.
 */
#ifndef VTPMB_MESSAGE_H
#define VTPMB_MESSAGE_H

#include "hash.h"
#include "wire.h"

/** VTPMB_MESSAGE_PARTS - maximum number of pieces; vtpmb_message_hmac() adds one */
#define VTPMB_MESSAGE_PARTS	7

/**
 * struct vtpmb_message - a message in pieces
 * @nr_parts:	number of pieces
 * @part:	the pieces
 */
struct vtpmb_message {
	unsigned int nr_parts;
	struct vtpmb_reader part[VTPMB_MESSAGE_PARTS];
};

static inline void vtpmb_message_add(struct vtpmb_message *m, const void *bytes, size_t len)
{
	vtpmb_reader_init(&m->part[m->nr_parts++], bytes, len);
}

size_t vtpmb_hmac_block(u16 alg);
int vtpmb_message_digest(const struct vtpmb_hash *hash, const struct vtpmb_message *m,
			 u8 *digest);
int vtpmb_message_hmac(const struct vtpmb_hash *hash, const u8 *key, size_t key_len,
		       struct vtpmb_message *m, u8 *mac);

#endif
