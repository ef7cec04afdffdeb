/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Digests: the TCG's hash algorithms on the kernel's crypto API.
 *
 * All transforms are opened when the module is loaded.  Opening one can load a
 * kernel module, and the host measures that module into its TPM: whoever opens a
 * transform while it holds the chip waits for itself.
 *
 * Verbs: init, exit, find, digest, start, update, finish; mac open, set_key, close, digest2.
 */
#ifndef VTPMB_HASH_H
#define VTPMB_HASH_H

#include <linux/types.h>
#include "limits.h"

struct crypto_shash;

/**
 * struct vtpmb_hash - one hash algorithm
 * @alg:	TPM_ALG_ID (TCG Algorithm Registry): 0x0004 SHA-1, 0x000B SHA-256 ...
 * @size:	bytes of its digest, at most VTPMB_MAX_DIGEST
 * @tfm:	the crypto API's; stateless, so any thread may use it at any time
 *
 * Constant from vtpmb_hash_init() to vtpmb_hash_exit().
 */
struct vtpmb_hash {
	u16 alg;
	u16 size;
	struct crypto_shash *tfm;
};

int vtpmb_hash_init(void);
void vtpmb_hash_exit(void);

u16 vtpmb_hash_size(u16 alg);
const struct vtpmb_hash *vtpmb_hash_find(u16 alg);
int vtpmb_hash_digest(const struct vtpmb_hash *hash, const void *data,
		      size_t len, u8 *digest);
int vtpmb_hash_digest2(const struct vtpmb_hash *hash, const void *data1,
		       size_t len1, const void *data2, size_t len2, u8 *digest);

struct vtpmb_hash_run;
struct vtpmb_hash_run *vtpmb_hash_start(const struct vtpmb_hash *hash);
int vtpmb_hash_update(struct vtpmb_hash_run *run, const void *data, size_t len);
int vtpmb_hash_finish(struct vtpmb_hash_run *run, u8 *digest);
void vtpmb_hash_drop(struct vtpmb_hash_run *run);

/**
 * struct vtpmb_mac - HMAC-SHA256
 * @tfm:	the crypto API's.  Any thread may use it while no thread sets its key.
 */
struct vtpmb_mac {
	struct crypto_shash *tfm;
};

#define VTPMB_MAC_SIZE	32

int vtpmb_mac_open(struct vtpmb_mac *mac);
int vtpmb_mac_set_key(struct vtpmb_mac *mac, const u8 *key, size_t key_len);
void vtpmb_mac_close(struct vtpmb_mac *mac);
int vtpmb_mac_digest2(const struct vtpmb_mac *mac, const void *data1,
		      size_t len1, const void *data2, size_t len2, u8 *digest);

#endif
