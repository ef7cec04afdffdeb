// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: what a TPM's user computes. */

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include "tpm20_model.h"

#define P256_LEN	32

static void must(bool cond)
{
	if (!cond)
		abort();
}

static const EVP_MD *md_of(u16 alg)
{
	switch (alg) {
	case TPM2_ALG_SHA1:
		return EVP_sha1();
	case TPM2_ALG_SHA384:
		return EVP_sha384();
	case TPM2_ALG_SHA512:
		return EVP_sha512();
	default:
		return EVP_sha256();
	}
}

size_t hash_size(u16 alg)
{
	return EVP_MD_get_size(md_of(alg));
}

void hash_of(u16 alg, const void *data, size_t len, struct digest *out)
{
	unsigned int size;

	must(EVP_Digest(data, len, out->at, &size, md_of(alg), NULL));
	out->len = size;
}

void hmac_of(u16 alg, const void *key, size_t key_len, const void *data, size_t len,
	     struct digest *out)
{
	unsigned int size;

	/* An empty key is a key. */
	must(HMAC(md_of(alg), key_len ? key : "", key_len, data, len, out->at, &size));
	out->len = size;
}

/* Part 1, 11.4.10.2 */
void kdfa(u16 alg, const void *key, size_t key_len, const char *label,
	  const struct digest *u, const struct digest *v, u8 *out, size_t out_len)
{
	u8 msg[512];
	struct digest block;
	struct vtpmb_writer w;
	size_t done, n;
	u32 i = 0;

	for (done = 0; done < out_len; done += n) {
		vtpmb_writer_init(&w, msg, sizeof(msg));
		vtpmb_put_u32(&w, ++i);
		vtpmb_put_bytes(&w, (const u8 *)label, strlen(label) + 1);
		vtpmb_put_bytes(&w, u->at, u->len);
		vtpmb_put_bytes(&w, v->at, v->len);
		vtpmb_put_u32(&w, out_len * 8);
		hmac_of(alg, key, key_len, msg, w.len, &block);
		n = min_t(size_t, block.len, out_len - done);
		memcpy(out + done, block.at, n);
	}
}

/* Part 1, 11.4.10.3, for one block. */
static void kdfe(u16 alg, const u8 *z, const char *label, const u8 *u, const u8 *v,
		 struct digest *out)
{
	u8 msg[256];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, msg, sizeof(msg));
	vtpmb_put_u32(&w, 1);
	vtpmb_put_bytes(&w, z, P256_LEN);
	vtpmb_put_bytes(&w, (const u8 *)label, strlen(label) + 1);
	vtpmb_put_bytes(&w, u, P256_LEN);
	vtpmb_put_bytes(&w, v, P256_LEN);
	hash_of(alg, msg, w.len, out);
}

void name_of(const struct bytes *pub, struct digest *name)
{
	struct digest d;

	hash_of(vtpmb_peek_u16(pub->at + 2), pub->at, pub->len, &d);
	memcpy(name->at, pub->at + 2, 2);
	memcpy(name->at + 2, d.at, d.len);
	name->len = 2 + d.len;
}

/* AES-128 */
void crypt_cfb(const u8 *key, const u8 *iv, u8 *data, size_t len, bool encrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	must(EVP_CipherInit_ex(ctx, EVP_aes_128_cfb128(), NULL, key, iv, encrypt));
	must(EVP_CipherUpdate(ctx, data, &n, data, len) && n == (int)len);
	EVP_CIPHER_CTX_free(ctx);
}

static const EC_GROUP *p256(void)
{
	static EC_GROUP *group;

	if (!group)
		group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	return group;
}

static void put_point(const EC_POINT *point, u8 *x, u8 *y)
{
	BIGNUM *bx = BN_new(), *by = BN_new();

	must(EC_POINT_get_affine_coordinates(p256(), point, bx, by, NULL));
	must(BN_bn2binpad(bx, x, P256_LEN) == P256_LEN);
	must(BN_bn2binpad(by, y, P256_LEN) == P256_LEN);
	BN_free(bx);
	BN_free(by);
}

static EC_POINT *get_point(const u8 *x, const u8 *y)
{
	BIGNUM *bx = BN_bin2bn(x, P256_LEN, NULL), *by = BN_bin2bn(y, P256_LEN, NULL);
	EC_POINT *point = EC_POINT_new(p256());

	must(EC_POINT_set_affine_coordinates(p256(), point, bx, by, NULL));
	BN_free(bx);
	BN_free(by);
	return point;
}

/*
 * A salt, and what brings it to the TPM's key: Part 1, C.6.1.  The public area
 * of a P-256 key ends with both coordinates.
 */
bool salt_for(struct diff_guest *g, const struct bytes *pub, struct digest *salt,
	      struct bytes *secret)
{
	const u8 *x = pub->at + pub->len - 2 * P256_LEN - 2, *y = pub->at + pub->len - P256_LEN;
	u8 scalar[P256_LEN], zx[P256_LEN], zy[P256_LEN];
	EC_POINT *point, *shared, *ours;
	BIGNUM *k;

	if (vtpmb_peek_u16(pub->at) != TPM2_ALG_ECC)
		return false;
	diff_bytes(g, scalar, sizeof(scalar));
	scalar[0] &= 0x7f;
	k = BN_bin2bn(scalar, sizeof(scalar), NULL);
	point = get_point(x, y);
	shared = EC_POINT_new(p256());
	ours = EC_POINT_new(p256());
	must(EC_POINT_mul(p256(), ours, k, NULL, NULL, NULL));
	must(EC_POINT_mul(p256(), shared, NULL, point, k, NULL));
	put_point(shared, zx, zy);
	memcpy(secret->at, "\0\x20", 2);
	memcpy(secret->at + 2 + P256_LEN, "\0\x20", 2);
	secret->len = 2 * (2 + P256_LEN);
	put_point(ours, secret->at + 2, secret->at + 4 + P256_LEN);
	kdfe(vtpmb_peek_u16(pub->at + 2), zx, "SECRET", secret->at + 2, x, salt);
	EC_POINT_free(point);
	EC_POINT_free(shared);
	EC_POINT_free(ours);
	BN_free(k);
	return true;
}

static void put_bn(struct vtpmb_writer *w, EVP_PKEY *key, const char *param, size_t len)
{
	u8 bytes[256];
	BIGNUM *n = NULL;

	must(EVP_PKEY_get_bn_param(key, param, &n));
	must(BN_bn2binpad(n, bytes, len) == (int)len);
	vtpmb_put_u16(w, len);
	vtpmb_put_bytes(w, bytes, len);
	BN_free(n);
}

static void put_text(struct vtpmb_writer *w, const char *hex)
{
	u8 bytes[128];

	vtpmb_put_bytes(w, bytes, core_hex(bytes, sizeof(bytes), hex));
}

/* Made once: making an RSA key takes a while. */
static EVP_PKEY *key_of(u16 type)
{
	static EVP_PKEY *rsa, *ec;

	if (type == TPM2_ALG_RSA) {
		rsa = rsa ? rsa : EVP_RSA_gen(2048);
		return rsa;
	}
	ec = ec ? ec : EVP_EC_gen("P-256");
	return ec;
}

void own_point(u8 *x, u8 *y)
{
	u8 xy[2 * (2 + P256_LEN)];
	struct vtpmb_writer w;

	vtpmb_writer_init(&w, xy, sizeof(xy));
	put_bn(&w, key_of(TPM2_ALG_ECC), OSSL_PKEY_PARAM_EC_PUB_X, P256_LEN);
	put_bn(&w, key_of(TPM2_ALG_ECC), OSSL_PKEY_PARAM_EC_PUB_Y, P256_LEN);
	memcpy(x, xy + 2, P256_LEN);
	memcpy(y, xy + 4 + P256_LEN, P256_LEN);
}

void own_key(u16 type, struct bytes *pub, struct bytes *sensitive)
{
	EVP_PKEY *key = key_of(type);
	struct vtpmb_writer p, s;

	must(key);
	vtpmb_writer_init(&p, pub->at, sizeof(pub->at));
	vtpmb_writer_init(&s, sensitive->at, sizeof(sensitive->at));
	vtpmb_put_u16(&p, type);
	vtpmb_put_u16(&s, type);
	vtpmb_put_u32(&s, 0);
	if (type == TPM2_ALG_RSA) {
		put_text(&p, "000b 00060440 0000 0010 0010 0800 00000000");
		put_bn(&p, key, OSSL_PKEY_PARAM_RSA_N, 256);
		put_bn(&s, key, OSSL_PKEY_PARAM_RSA_FACTOR1, 128);
	} else {
		put_text(&p, "000b 00040440 0000 0010 0018 000b 0003 0010");
		put_bn(&p, key, OSSL_PKEY_PARAM_EC_PUB_X, P256_LEN);
		put_bn(&p, key, OSSL_PKEY_PARAM_EC_PUB_Y, P256_LEN);
		put_bn(&s, key, OSSL_PKEY_PARAM_PRIV_KEY, P256_LEN);
	}
	pub->len = p.len;
	sensitive->len = s.len;
}
