// SPDX-License-Identifier: GPL-2.0-only
/* The message: bytes in several places that are hashed as one. */

#include <linux/errno.h>
#include <linux/string.h>
#include "message.h"

/** MAX_BLOCK - bytes of the longest block that HMAC works on (SHA-512) */
#define MAX_BLOCK	128

/* The block size of a hash algorithm; 0 if the bridge computes no HMACs with it. */
size_t vtpmb_hmac_block(u16 alg)
{
	switch (alg) {
	case 0x0004: case 0x000B: case 0x0012:
		return 64;
	case 0x000C: case 0x000D:
		return 128;
	default:
		return 0;
	}
}

/* Hash a message.  Returns 0 or the crypto API's error. */
int vtpmb_message_digest(const struct vtpmb_hash *hash, const struct vtpmb_message *m,
			 u8 *digest)
{
	struct vtpmb_hash_run *run = vtpmb_hash_start(hash);
	unsigned int i;
	int err = 0;

	if (!run)
		return -ENOMEM;
	for (i = 0; !err && i < m->nr_parts; i++)
		err = vtpmb_hash_update(run, m->part[i].pos, m->part[i].left);
	if (!err)
		return vtpmb_hash_finish(run, digest);
	vtpmb_hash_drop(run);
	return err;
}

/* RFC 2104: a key longer than a block is hashed first. */
static int vtpmb_pad_key(const struct vtpmb_hash *hash, const u8 *key, size_t key_len, u8 *pad)
{
	if (key_len > vtpmb_hmac_block(hash->alg))
		return vtpmb_hash_digest(hash, key, key_len, pad);
	memcpy(pad, key, key_len);
	return 0;
}

/**
 * vtpmb_message_hmac() - compute the HMAC of a message (RFC 2104)
 * @hash:	an algorithm for which vtpmb_hmac_block() is not 0
 * @key:	the key
 * @key_len:	its bytes
 * @m:		the message, of at most VTPMB_MESSAGE_PARTS - 1 pieces; undefined afterwards
 * @mac:	has room for a digest; may overlap with the message
 *
 * Context: Any thread, since no transform has the key.
 * Return: 0, -ENOMEM, or the crypto API's error
 */
int vtpmb_message_hmac(const struct vtpmb_hash *hash, const u8 *key, size_t key_len,
		       struct vtpmb_message *m, u8 *mac)
{
	size_t block = vtpmb_hmac_block(hash->alg), i;
	u8 pad[MAX_BLOCK] = {}, inner[VTPMB_MAX_DIGEST];
	struct vtpmb_message outer = {};
	int err = vtpmb_pad_key(hash, key, key_len, pad);

	for (i = 0; i < block; i++)
		pad[i] ^= 0x36;
	memmove(&m->part[1], &m->part[0], m->nr_parts * sizeof(m->part[0]));
	m->nr_parts++;
	vtpmb_reader_init(&m->part[0], pad, block);
	if (!err)
		err = vtpmb_message_digest(hash, m, inner);

	for (i = 0; i < block; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	vtpmb_message_add(&outer, pad, block);
	vtpmb_message_add(&outer, inner, hash->size);
	if (!err)
		err = vtpmb_message_digest(hash, &outer, mac);
	memzero_explicit(pad, sizeof(pad));
	return err;
}
