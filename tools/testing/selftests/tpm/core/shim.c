// SPDX-License-Identifier: GPL-2.0-only
/* The kernel under the core, in userspace: memory, randomness, hashes. */

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>
#include <crypto/aead.h>
#include <crypto/ecdh.h>
#include <crypto/hash.h>
#include <crypto/kpp.h>
#include <crypto/utils.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <malloc.h>
#include <stdlib.h>
#include "core.h"

unsigned int shim_nr_held;
unsigned long jiffies = 1000;

/* Memory. */

static unsigned int shim_allocs_left;

void core_fail_alloc(unsigned int nth)
{
	shim_allocs_left = nth;
}

bool core_alloc_failed(void)
{
	return !shim_allocs_left;
}

static bool shim_alloc_fails(void)
{
	return shim_allocs_left && !--shim_allocs_left;
}

/* As with the kernel's poisoning, fresh memory is not zero by luck. */
void *kmalloc(size_t len, gfp_t gfp)
{
	void *p;

	(void)gfp;
	if (len > 1 << 30 || shim_alloc_fails())
		return NULL;
	p = malloc(len);
	if (p)
		memset(p, 0xa5, len);
	return p;
}

void *kzalloc(size_t len, gfp_t gfp)
{
	void *p = kmalloc(len, gfp);

	return p ? memset(p, 0, len) : NULL;
}

void *krealloc(const void *p, size_t len, gfp_t gfp)
{
	(void)gfp;
	if (len > 1 << 30 || shim_alloc_fails())
		return NULL;
	return realloc((void *)p, len);
}

size_t ksize(const void *p)
{
	return malloc_usable_size((void *)p);
}

void kfree(const void *p)
{
	free((void *)p);
}

void kfree_sensitive(const void *p)
{
	if (p)
		memset((void *)p, 0, ksize(p));
	free((void *)p);
}

void *kmemdup(const void *from, size_t len, gfp_t gfp)
{
	void *p = kmalloc(len, gfp);

	return p ? memcpy(p, from, len) : NULL;
}

unsigned long crypto_memneq(const void *a, const void *b, size_t len)
{
	const volatile u8 *x = a, *y = b;
	u8 diff = 0;

	while (len--)
		diff |= *x++ ^ *y++;
	return diff;
}

/* Randomness: xorshift64, from CORE_SEED. */

u32 get_random_u32(void)
{
	static u64 state;

	if (!state) {
		const char *seed = getenv("CORE_SEED");

		state = (seed ? strtoull(seed, NULL, 0) : 0) + 88172645463325252ULL;
	}
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

void get_random_bytes(void *buf, size_t len)
{
	u8 *at = buf;

	while (len--)
		*at++ = get_random_u32();
}

/*
 * Hashes.  OpenSSL's old interface, because its contexts are plain structs:
 * a state of the EVP interface that is dropped half-way would be a leak, and
 * the kernel's is none.
 */

union shim_md {
	SHA_CTX sha1;
	SHA256_CTX sha256;
	SHA512_CTX sha512;
};

struct shim_alg {
	const char *name;
	unsigned int size;
	unsigned int block;
	int (*init)(union shim_md *md);
	int (*update)(union shim_md *md, const void *data, size_t len);
	int (*final)(u8 *out, union shim_md *md);
};

#define SHIM_ALG(fn, FN, ctx)						\
static int shim_##fn##_init(union shim_md *md)				\
{									\
	return FN##_Init(&md->ctx);					\
}									\
static int shim_##fn##_update(union shim_md *md, const void *data, size_t len) \
{									\
	return FN##_Update(&md->ctx, data, len);			\
}									\
static int shim_##fn##_final(u8 *out, union shim_md *md)		\
{									\
	return FN##_Final(out, &md->ctx);				\
}

SHIM_ALG(sha1, SHA1, sha1)
SHIM_ALG(sha256, SHA256, sha256)
SHIM_ALG(sha384, SHA384, sha512)
SHIM_ALG(sha512, SHA512, sha512)

#define SHIM_ROW(fn, size, block) \
	{ #fn, size, block, shim_##fn##_init, shim_##fn##_update, shim_##fn##_final }

static const struct shim_alg shim_algs[] = {
	SHIM_ROW(sha1, 20, 64),
	SHIM_ROW(sha256, 32, 64),
	SHIM_ROW(sha384, 48, 128),
	SHIM_ROW(sha512, 64, 128),
};

struct crypto_shash {
	const struct shim_alg *alg;
	bool hmac;
	u8 key[128];
};

struct shim_state {
	union shim_md md;
};

static bool transforms_forbidden;

void core_forbid_transforms(bool forbidden)
{
	transforms_forbidden = forbidden;
}

static void shim_open_transform(const char *name)
{
	if (!transforms_forbidden)
		return;
	fprintf(stderr, "%s is opened while the chip may be taken\n", name);
	abort();
}

struct crypto_shash *crypto_alloc_shash(const char *name, u32 type, u32 mask)
{
	struct crypto_shash *tfm;
	char want[32];
	unsigned int i;

	(void)type;
	(void)mask;
	shim_open_transform(name);
	for (i = 0; i < ARRAY_SIZE(shim_algs); i++) {
		snprintf(want, sizeof(want), "hmac(%s)", shim_algs[i].name);
		if (strcmp(name, want) && strcmp(name, shim_algs[i].name))
			continue;
		tfm = kzalloc(sizeof(*tfm), GFP_KERNEL);
		if (!tfm)
			return ERR_PTR(-ENOMEM);
		tfm->alg = &shim_algs[i];
		tfm->hmac = !strcmp(name, want);
		return tfm;
	}
	return ERR_PTR(-ENOENT);
}

void crypto_free_shash(struct crypto_shash *tfm)
{
	kfree_sensitive(tfm);
}

unsigned int crypto_shash_descsize(struct crypto_shash *tfm)
{
	(void)tfm;
	BUILD_BUG_ON(sizeof(struct shim_state) > HASH_MAX_DESCSIZE);
	return sizeof(struct shim_state);
}

unsigned int crypto_shash_digestsize(struct crypto_shash *tfm)
{
	return tfm->alg->size;
}

static union shim_md *shim_md(struct shash_desc *desc)
{
	return &((struct shim_state *)desc->__ctx)->md;
}

static void shim_pad(struct crypto_shash *tfm, union shim_md *md, u8 xor)
{
	u8 pad[128];
	unsigned int i;

	for (i = 0; i < tfm->alg->block; i++)
		pad[i] = tfm->key[i] ^ xor;
	tfm->alg->update(md, pad, tfm->alg->block);
}

int crypto_shash_setkey(struct crypto_shash *tfm, const u8 *key,
			unsigned int len)
{
	union shim_md md;

	if (!tfm->hmac)
		return -ENOSYS;
	memset(tfm->key, 0, sizeof(tfm->key));
	if (len <= tfm->alg->block) {
		memcpy(tfm->key, key, len);
		return 0;
	}
	tfm->alg->init(&md);
	tfm->alg->update(&md, key, len);
	tfm->alg->final(tfm->key, &md);
	return 0;
}

int crypto_shash_init(struct shash_desc *desc)
{
	desc->tfm->alg->init(shim_md(desc));
	if (desc->tfm->hmac)
		shim_pad(desc->tfm, shim_md(desc), 0x36);
	return 0;
}

int crypto_shash_update(struct shash_desc *desc, const u8 *data,
			unsigned int len)
{
	desc->tfm->alg->update(shim_md(desc), data, len);
	return 0;
}

int crypto_shash_final(struct shash_desc *desc, u8 *out)
{
	const struct shim_alg *alg = desc->tfm->alg;
	union shim_md *md = shim_md(desc);

	alg->final(out, md);
	if (desc->tfm->hmac) {
		alg->init(md);
		shim_pad(desc->tfm, md, 0x5c);
		alg->update(md, out, alg->size);
		alg->final(out, md);
	}
	return 0;
}

int crypto_shash_finup(struct shash_desc *desc, const u8 *data,
		       unsigned int len, u8 *out)
{
	crypto_shash_update(desc, data, len);
	return crypto_shash_final(desc, out);
}

int crypto_shash_digest(struct shash_desc *desc, const u8 *data,
			unsigned int len, u8 *out)
{
	crypto_shash_init(desc);
	return crypto_shash_finup(desc, data, len, out);
}

/* Key agreement.  A key is packed as the kernel does it: its length, then its bytes. */

#define SHIM_ECDH_SIZE	32

struct crypto_kpp {
	u8 key[SHIM_ECDH_SIZE];
};

static bool ecdh_missing;

void core_lack_ecdh(bool missing)
{
	ecdh_missing = missing;
}

struct crypto_kpp *crypto_alloc_kpp(const char *name, u32 type, u32 mask)
{
	struct crypto_kpp *tfm;

	(void)type;
	(void)mask;
	shim_open_transform(name);
	if (ecdh_missing || strcmp(name, "ecdh-nist-p256"))
		return ERR_PTR(-ENOENT);
	tfm = kzalloc(sizeof(*tfm), GFP_KERNEL);
	return tfm ? tfm : ERR_PTR(-ENOMEM);
}

void crypto_free_kpp(struct crypto_kpp *tfm)
{
	kfree_sensitive(tfm);
}

unsigned int crypto_ecdh_key_len(const struct ecdh *params)
{
	return sizeof(params->key_size) + params->key_size;
}

int crypto_ecdh_encode_key(char *buf, unsigned int len, const struct ecdh *params)
{
	if (len != crypto_ecdh_key_len(params))
		return -EINVAL;
	memcpy(buf, &params->key_size, sizeof(params->key_size));
	memcpy(buf + sizeof(params->key_size), params->key, params->key_size);
	return 0;
}

/* As the kernel: 2 to n - 3. */
static bool shim_ecdh_is_valid(const EC_GROUP *group, const u8 *key)
{
	BIGNUM *d = BN_bin2bn(key, SHIM_ECDH_SIZE, NULL), *max = BN_dup(EC_GROUP_get0_order(group));
	bool valid;

	BN_sub_word(max, 3);
	valid = BN_cmp(d, BN_value_one()) > 0 && BN_cmp(d, max) <= 0;
	BN_free(max);
	BN_free(d);
	return valid;
}

int crypto_kpp_set_secret(struct crypto_kpp *tfm, const void *secret, unsigned int len)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	const u8 *key = secret + sizeof(unsigned short);
	bool valid = len == sizeof(unsigned short) + SHIM_ECDH_SIZE &&
		     shim_ecdh_is_valid(group, key);

	EC_GROUP_free(group);
	if (!valid)
		return -EINVAL;
	memcpy(tfm->key, key, SHIM_ECDH_SIZE);
	return 0;
}

struct kpp_request *kpp_request_alloc(struct crypto_kpp *tfm, gfp_t gfp)
{
	struct kpp_request *req = kzalloc(sizeof(*req), gfp);

	if (req)
		req->tfm = tfm;
	return req;
}

void kpp_request_free(struct kpp_request *req)
{
	kfree_sensitive(req);
}

/* The key times @peer, which is x and y; NULL: times the generator.  Both coordinates. */
static int shim_multiply(const struct crypto_kpp *tfm, const u8 *peer, u8 *out)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *from = EC_POINT_new(group), *to = EC_POINT_new(group);
	BIGNUM *d = BN_bin2bn(tfm->key, SHIM_ECDH_SIZE, NULL);
	u8 point[1 + 2 * SHIM_ECDH_SIZE] = { POINT_CONVERSION_UNCOMPRESSED };
	int err = 0;

	if (peer) {
		memcpy(point + 1, peer, 2 * SHIM_ECDH_SIZE);
		if (EC_POINT_oct2point(group, from, point, sizeof(point), NULL) != 1)
			err = -EINVAL;
	}
	if (!err && EC_POINT_mul(group, to, peer ? NULL : d, peer ? from : NULL,
				 peer ? d : NULL, NULL) != 1)
		err = -EINVAL;
	if (!err && EC_POINT_point2oct(group, to, POINT_CONVERSION_UNCOMPRESSED, point,
				       sizeof(point), NULL) != sizeof(point))
		err = -EINVAL;
	if (!err)
		memcpy(out, point + 1, 2 * SHIM_ECDH_SIZE);
	BN_free(d);
	EC_POINT_free(to);
	EC_POINT_free(from);
	EC_GROUP_free(group);
	return err;
}

int crypto_kpp_generate_public_key(struct kpp_request *req)
{
	if (req->src || req->dst_len != 2 * SHIM_ECDH_SIZE)
		return -EINVAL;
	return shim_multiply(req->tfm, NULL, req->dst->buf);
}

int crypto_kpp_compute_shared_secret(struct kpp_request *req)
{
	u8 point[2 * SHIM_ECDH_SIZE];
	int err = -EINVAL;

	if (req->src && req->src_len == sizeof(point) && req->dst_len <= SHIM_ECDH_SIZE)
		err = shim_multiply(req->tfm, req->src->buf, point);
	if (!err)
		memcpy(req->dst->buf, point, req->dst_len);
	return err;
}

/* Authenticated encryption. */

#define SHIM_AEAD_KEY	32
#define SHIM_AEAD_TAG	16
#define SHIM_AEAD_IV	12

struct crypto_aead {
	u8 key[SHIM_AEAD_KEY];
};

struct crypto_aead *crypto_alloc_aead(const char *name, u32 type, u32 mask)
{
	struct crypto_aead *tfm;

	(void)type;
	(void)mask;
	if (strcmp(name, "gcm(aes)"))
		return ERR_PTR(-ENOENT);
	tfm = kzalloc(sizeof(*tfm), GFP_KERNEL);
	return tfm ? tfm : ERR_PTR(-ENOMEM);
}

void crypto_free_aead(struct crypto_aead *tfm)
{
	kfree_sensitive(tfm);
}

int crypto_aead_setkey(struct crypto_aead *tfm, const u8 *key, unsigned int len)
{
	if (len != sizeof(tfm->key))
		return -EINVAL;
	memcpy(tfm->key, key, len);
	return 0;
}

int crypto_aead_setauthsize(struct crypto_aead *tfm, unsigned int len)
{
	(void)tfm;
	return len == SHIM_AEAD_TAG ? 0 : -EINVAL;
}

struct aead_request *aead_request_alloc(struct crypto_aead *tfm, gfp_t gfp)
{
	struct aead_request *req = kzalloc(sizeof(*req), gfp);

	if (req)
		req->tfm = tfm;
	return req;
}

void aead_request_free(struct aead_request *req)
{
	kfree_sensitive(req);
}

/* In place, as the bridge does it: @assoclen bytes, then @len, then the tag. */
static int shim_gcm(struct aead_request *req, size_t len, bool encrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	u8 *ad = req->src->buf, *text = ad + req->assoclen, *tag = text + len;
	int out, ok;

	if (req->src != req->dst || req->src->len < req->assoclen + len + SHIM_AEAD_TAG)
		abort();
	ok = EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, NULL, NULL, encrypt) &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_IVLEN, SHIM_AEAD_IV, NULL) &&
	     EVP_CipherInit_ex(ctx, NULL, NULL, req->tfm->key, req->iv, encrypt) &&
	     EVP_CipherUpdate(ctx, NULL, &out, ad, req->assoclen) &&
	     (!len || EVP_CipherUpdate(ctx, text, &out, text, len));
	if (ok && !encrypt)
		ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, SHIM_AEAD_TAG, tag);
	if (!ok)
		abort();
	ok = EVP_CipherFinal_ex(ctx, tag, &out) > 0;
	if (ok && encrypt)
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, SHIM_AEAD_TAG, tag);
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -EBADMSG;
}

int crypto_aead_encrypt(struct aead_request *req)
{
	return shim_gcm(req, req->cryptlen, true);
}

int crypto_aead_decrypt(struct aead_request *req)
{
	if (req->cryptlen < SHIM_AEAD_TAG)
		return -EINVAL;
	return shim_gcm(req, req->cryptlen - SHIM_AEAD_TAG, false);
}
