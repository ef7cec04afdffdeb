/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The synchronous hash API on OpenSSL.  A descriptor's state is plain bytes,
 * as in the kernel: dropping one half-way leaks nothing.
 */
#ifndef SHIM_CRYPTO_HASH_H
#define SHIM_CRYPTO_HASH_H

#include <linux/string.h>
#include <linux/types.h>

#define HASH_MAX_DESCSIZE	512

struct crypto_shash;

struct shash_desc {
	struct crypto_shash *tfm;
	void *__ctx[] __attribute__((aligned(8)));
};

#define SHASH_DESC_ON_STACK(shash, ctx)					\
	char __##shash##_desc[sizeof(struct shash_desc) + HASH_MAX_DESCSIZE] \
		__attribute__((aligned(8)));				\
	struct shash_desc *shash = (struct shash_desc *)__##shash##_desc

#define shash_desc_zero(desc) \
	memzero_explicit(desc, sizeof(*(desc)) + crypto_shash_descsize((desc)->tfm))

struct crypto_shash *crypto_alloc_shash(const char *name, u32 type, u32 mask);
void crypto_free_shash(struct crypto_shash *tfm);
unsigned int crypto_shash_descsize(struct crypto_shash *tfm);
unsigned int crypto_shash_digestsize(struct crypto_shash *tfm);
int crypto_shash_setkey(struct crypto_shash *tfm, const u8 *key,
			unsigned int len);
int crypto_shash_init(struct shash_desc *desc);
int crypto_shash_update(struct shash_desc *desc, const u8 *data,
			unsigned int len);
int crypto_shash_final(struct shash_desc *desc, u8 *out);
int crypto_shash_finup(struct shash_desc *desc, const u8 *data,
		       unsigned int len, u8 *out);
int crypto_shash_digest(struct shash_desc *desc, const u8 *data,
			unsigned int len, u8 *out);

#endif
