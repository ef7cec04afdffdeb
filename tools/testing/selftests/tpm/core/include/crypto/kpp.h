/* SPDX-License-Identifier: GPL-2.0-only */
/* The API for key agreement, on OpenSSL, for P-256 alone.  All requests end at once. */
#ifndef SHIM_CRYPTO_KPP_H
#define SHIM_CRYPTO_KPP_H

#include <linux/crypto.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

struct crypto_kpp;

struct kpp_request {
	struct crypto_kpp *tfm;
	struct scatterlist *src;
	struct scatterlist *dst;
	unsigned int src_len;
	unsigned int dst_len;
};

struct crypto_kpp *crypto_alloc_kpp(const char *name, u32 type, u32 mask);
void crypto_free_kpp(struct crypto_kpp *tfm);
int crypto_kpp_set_secret(struct crypto_kpp *tfm, const void *secret, unsigned int len);
struct kpp_request *kpp_request_alloc(struct crypto_kpp *tfm, gfp_t gfp);
void kpp_request_free(struct kpp_request *req);
int crypto_kpp_generate_public_key(struct kpp_request *req);
int crypto_kpp_compute_shared_secret(struct kpp_request *req);

static inline void kpp_request_set_callback(struct kpp_request *req, u32 flags,
					    crypto_completion_t complete, void *data)
{
}

static inline void kpp_request_set_input(struct kpp_request *req, struct scatterlist *src,
					 unsigned int len)
{
	req->src = src;
	req->src_len = len;
}

static inline void kpp_request_set_output(struct kpp_request *req, struct scatterlist *dst,
					  unsigned int len)
{
	req->dst = dst;
	req->dst_len = len;
}

#endif
