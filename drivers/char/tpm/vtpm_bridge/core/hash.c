// SPDX-License-Identifier: GPL-2.0-only
/* Digests: the TCG's hash algorithms on the kernel's crypto API. */

#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "hash.h"

/* TCG Algorithm Registry, table 3, by the names that the crypto API uses. */
static const struct {
	u16 alg;
	u16 size;
	const char *name;
} vtpmb_hash_algs[] = {
	{ 0x0004, 20, "sha1" },
	{ 0x000B, 32, "sha256" },
	{ 0x000C, 48, "sha384" },
	{ 0x000D, 64, "sha512" },
	{ 0x0012, 32, "sm3" },
	{ 0x0027, 32, "sha3-256" },
	{ 0x0028, 48, "sha3-384" },
	{ 0x0029, 64, "sha3-512" },
};

/* In the same order; an algorithm that the kernel lacks has no transform. */
static struct vtpmb_hash vtpmb_hashes[ARRAY_SIZE(vtpmb_hash_algs)];

/**
 * vtpmb_hash_size() - the digest size of an algorithm
 * @alg:	TPM_ALG_ID
 *
 * Return: bytes, or 0 if @alg is not a known hash algorithm
 */
u16 vtpmb_hash_size(u16 alg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtpmb_hash_algs); i++) {
		if (vtpmb_hash_algs[i].alg == alg)
			return vtpmb_hash_algs[i].size;
	}
	return 0;
}

/* A kernel without the algorithm is no error. */
static int vtpmb_hash_open(struct vtpmb_hash *hash, unsigned int i)
{
	struct crypto_shash *tfm = crypto_alloc_shash(vtpmb_hash_algs[i].name, 0, 0);

	if (PTR_ERR(tfm) == -ENOMEM || PTR_ERR(tfm) == -EINTR)
		return PTR_ERR(tfm);
	if (IS_ERR(tfm))
		return 0;
	hash->alg = vtpmb_hash_algs[i].alg;
	hash->size = vtpmb_hash_algs[i].size;
	hash->tfm = tfm;
	return 0;
}

/*
 * Open all algorithms that the kernel has.  May load modules: the caller holds no chip and no
 * lock.  Returns 0, -ENOMEM, or -EINTR if the caller is being killed.
 */
int vtpmb_hash_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(vtpmb_hashes); i++) {
		err = vtpmb_hash_open(&vtpmb_hashes[i], i);
		if (err) {
			vtpmb_hash_exit();
			return err;
		}
	}
	return 0;
}

void vtpmb_hash_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtpmb_hashes); i++) {
		if (vtpmb_hashes[i].tfm)
			crypto_free_shash(vtpmb_hashes[i].tfm);
	}
	memset(vtpmb_hashes, 0, sizeof(vtpmb_hashes));
}

/**
 * vtpmb_hash_find() - find an algorithm
 * @alg:	TPM_ALG_ID
 *
 * Return: the algorithm, good until vtpmb_hash_exit(); NULL if @alg is not known
 * or the kernel lacks it
 */
const struct vtpmb_hash *vtpmb_hash_find(u16 alg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtpmb_hashes); i++) {
		if (vtpmb_hashes[i].tfm && vtpmb_hashes[i].alg == alg)
			return &vtpmb_hashes[i];
	}
	return NULL;
}

static int vtpmb_shash_digest2(struct crypto_shash *tfm, const void *data1,
			       size_t len1, const void *data2, size_t len2,
			       u8 *digest)
{
	SHASH_DESC_ON_STACK(desc, tfm);
	int err;

	desc->tfm = tfm;
	err = crypto_shash_init(desc);
	if (!err)
		err = crypto_shash_update(desc, data1, len1);
	if (!err)
		err = crypto_shash_finup(desc, data2, len2, digest);
	shash_desc_zero(desc);
	return err;
}

/**
 * vtpmb_hash_digest() - hash a message
 * @hash:	the algorithm
 * @data:	the message
 * @len:	its bytes
 * @digest:	out: @hash->size bytes
 *
 * Return: 0, or the crypto API's error
 */
int vtpmb_hash_digest(const struct vtpmb_hash *hash, const void *data,
		      size_t len, u8 *digest)
{
	return vtpmb_shash_digest2(hash->tfm, data, len, "", 0, digest);
}

/* As vtpmb_hash_digest(), of two concatenated parts: H(data1 || data2). */
int vtpmb_hash_digest2(const struct vtpmb_hash *hash, const void *data1,
		       size_t len1, const void *data2, size_t len2, u8 *digest)
{
	return vtpmb_shash_digest2(hash->tfm, data1, len1, data2, len2, digest);
}

/**
 * struct vtpmb_hash_run - a message being hashed piece by piece
 * @desc:	the crypto API's state; the algorithm's own state follows it
 */
struct vtpmb_hash_run {
	struct shash_desc desc;
};

/**
 * vtpmb_hash_start() - start hashing a message piece by piece
 * @hash:	the algorithm
 *
 * Return: the run, to be ended by vtpmb_hash_finish() or vtpmb_hash_drop();
 * NULL if there is no memory
 */
struct vtpmb_hash_run *vtpmb_hash_start(const struct vtpmb_hash *hash)
{
	struct vtpmb_hash_run *run;

	run = kzalloc(sizeof(*run) + crypto_shash_descsize(hash->tfm), GFP_KERNEL);
	if (!run)
		return NULL;
	run->desc.tfm = hash->tfm;
	if (crypto_shash_init(&run->desc)) {
		vtpmb_hash_drop(run);
		return NULL;
	}
	return run;
}

int vtpmb_hash_update(struct vtpmb_hash_run *run, const void *data, size_t len)
{
	return crypto_shash_update(&run->desc, data, len);
}

/* Ends the run, whatever is returned. */
int vtpmb_hash_finish(struct vtpmb_hash_run *run, u8 *digest)
{
	int err = crypto_shash_final(&run->desc, digest);

	vtpmb_hash_drop(run);
	return err;
}

void vtpmb_hash_drop(struct vtpmb_hash_run *run)
{
	kfree_sensitive(run);
}

/*
 * Allocate an HMAC-SHA256 that has no key yet.  May load modules: the caller holds no chip.
 * Returns 0 or the crypto API's error.
 */
int vtpmb_mac_open(struct vtpmb_mac *mac)
{
	struct crypto_shash *tfm = crypto_alloc_shash("hmac(sha256)", 0, 0);

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	mac->tfm = tfm;
	return 0;
}

/**
 * vtpmb_mac_set_key() - set the key of an HMAC, replacing an earlier one
 * @mac:	the HMAC; no other thread uses it
 * @key:	the key
 * @key_len:	its bytes
 *
 * Return: 0, or the crypto API's error
 */
int vtpmb_mac_set_key(struct vtpmb_mac *mac, const u8 *key, size_t key_len)
{
	return crypto_shash_setkey(mac->tfm, key, key_len);
}

void vtpmb_mac_close(struct vtpmb_mac *mac)
{
	if (mac->tfm)
		crypto_free_shash(mac->tfm);
	mac->tfm = NULL;
}

/* HMAC of two concatenated parts; @digest has room for VTPMB_MAC_SIZE bytes. */
int vtpmb_mac_digest2(const struct vtpmb_mac *mac, const void *data1,
		      size_t len1, const void *data2, size_t len2, u8 *digest)
{
	return vtpmb_shash_digest2(mac->tfm, data1, len1, data2, len2, digest);
}
