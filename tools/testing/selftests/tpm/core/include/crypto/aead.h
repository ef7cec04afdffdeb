/* SPDX-License-Identifier: GPL-2.0-only */
/* The API for authenticated encryption, on OpenSSL, for AES-GCM alone.  All requests end at once. */
#ifndef SHIM_CRYPTO_AEAD_H
#define SHIM_CRYPTO_AEAD_H

#include <linux/crypto.h>
#include <linux/gfp.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

struct crypto_aead;

struct aead_request {
	struct crypto_aead *tfm;
	struct scatterlist *src;
	struct scatterlist *dst;
	unsigned int cryptlen;
	unsigned int assoclen;
	u8 *iv;
};

struct crypto_aead *crypto_alloc_aead(const char *name, u32 type, u32 mask);
void crypto_free_aead(struct crypto_aead *tfm);
int crypto_aead_setkey(struct crypto_aead *tfm, const u8 *key, unsigned int len);
int crypto_aead_setauthsize(struct crypto_aead *tfm, unsigned int len);
struct aead_request *aead_request_alloc(struct crypto_aead *tfm, gfp_t gfp);
void aead_request_free(struct aead_request *req);
int crypto_aead_encrypt(struct aead_request *req);
int crypto_aead_decrypt(struct aead_request *req);

static inline void aead_request_set_callback(struct aead_request *req, u32 flags,
					     crypto_completion_t complete, void *data)
{
}

static inline void aead_request_set_crypt(struct aead_request *req, struct scatterlist *src,
					  struct scatterlist *dst, unsigned int cryptlen, u8 *iv)
{
	req->src = src;
	req->dst = dst;
	req->cryptlen = cryptlen;
	req->iv = iv;
}

static inline void aead_request_set_ad(struct aead_request *req, unsigned int assoclen)
{
	req->assoclen = assoclen;
}

#endif
