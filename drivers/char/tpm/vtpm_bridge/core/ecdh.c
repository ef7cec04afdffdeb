// SPDX-License-Identifier: GPL-2.0-only
/* ECDH: keys on the curve NIST P-256, by the kernel's crypto API. */

#include <crypto/ecdh.h>
#include <crypto/kpp.h>
#include <linux/crypto.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "ecdh.h"

/** MAX_PACKED - at least the bytes of a private key as the crypto API takes it */
#define MAX_PACKED	64

/** MAX_TRIES - random numbers tried for a key; one in 2^32 is too large */
#define MAX_TRIES	4

/*
 * Open the transform; leave @ecdh without one if the kernel lacks it, which is no error.  May
 * load modules: the caller holds no chip.  Returns 0, -ENOMEM, or -EINTR if the caller is being
 * killed.
 */
int vtpmb_ecdh_open(struct vtpmb_ecdh *ecdh)
{
	struct crypto_kpp *tfm = crypto_alloc_kpp("ecdh-nist-p256", 0, CRYPTO_ALG_ASYNC);

	ecdh->tfm = NULL;
	if (PTR_ERR(tfm) == -ENOMEM || PTR_ERR(tfm) == -EINTR)
		return PTR_ERR(tfm);
	if (!IS_ERR(tfm))
		ecdh->tfm = tfm;
	return 0;
}

void vtpmb_ecdh_close(struct vtpmb_ecdh *ecdh)
{
	if (ecdh->tfm)
		crypto_free_kpp(ecdh->tfm);
	ecdh->tfm = NULL;
}

static int vtpmb_ecdh_set_key(struct crypto_kpp *tfm, const u8 *key)
{
	struct ecdh ecdh = { .key = (char *)key, .key_size = VTPMB_ECDH_SIZE };
	unsigned int len = crypto_ecdh_key_len(&ecdh);
	char packed[MAX_PACKED];
	int err = -EINVAL;

	if (len <= sizeof(packed))
		err = crypto_ecdh_encode_key(packed, len, &ecdh);
	if (!err)
		err = crypto_kpp_set_secret(tfm, packed, len);
	memzero_explicit(packed, sizeof(packed));
	return err;
}

/* The transform shall not keep the key: it gets another one, which is no secret. */
static void vtpmb_ecdh_clear_key(struct crypto_kpp *tfm)
{
	static const u8 two[VTPMB_ECDH_SIZE] = { [VTPMB_ECDH_SIZE - 1] = 2 };

	vtpmb_ecdh_set_key(tfm, two);
}

/* @out is the shared secret; without a @peer the public key. */
static int vtpmb_ecdh_run(struct crypto_kpp *tfm, const u8 *peer, u8 *out, unsigned int out_len)
{
	struct kpp_request *req = kpp_request_alloc(tfm, GFP_KERNEL);
	u8 *buf = kzalloc(2 * VTPMB_ECDH_POINT, GFP_KERNEL);
	struct scatterlist src, dst;
	DECLARE_CRYPTO_WAIT(wait);
	int err = -ENOMEM;

	if (!req || !buf)
		goto free_both;
	sg_init_one(&dst, buf, out_len);
	kpp_request_set_callback(req, CRYPTO_TFM_REQ_MAY_SLEEP, crypto_req_done, &wait);
	kpp_request_set_output(req, &dst, out_len);
	if (peer) {
		memcpy(buf + VTPMB_ECDH_POINT, peer, VTPMB_ECDH_POINT);
		sg_init_one(&src, buf + VTPMB_ECDH_POINT, VTPMB_ECDH_POINT);
		kpp_request_set_input(req, &src, VTPMB_ECDH_POINT);
		err = crypto_wait_req(crypto_kpp_compute_shared_secret(req), &wait);
	} else {
		kpp_request_set_input(req, NULL, 0);
		err = crypto_wait_req(crypto_kpp_generate_public_key(req), &wait);
	}
	if (!err)
		memcpy(out, buf, out_len);

free_both:
	kfree_sensitive(buf);
	if (req)
		kpp_request_free(req);
	return err;
}

/* A number that begins with 32 ones can be too large.  Those are left out. */
static bool vtpmb_ecdh_is_too_large(const u8 *key)
{
	static const u8 ones[] = { 0xff, 0xff, 0xff, 0xff };

	return !memcmp(key, ones, sizeof(ones));
}

static int vtpmb_ecdh_choose_key(struct crypto_kpp *tfm, u8 *key)
{
	unsigned int tries = 0;
	int err = -EINVAL;

	while (err == -EINVAL && tries++ < MAX_TRIES) {
		get_random_bytes(key, VTPMB_ECDH_SIZE);
		if (!vtpmb_ecdh_is_too_large(key))
			err = vtpmb_ecdh_set_key(tfm, key);
	}
	return err;
}

/*
 * Make a key pair.  @key has room for VTPMB_ECDH_SIZE bytes, @point for VTPMB_ECDH_POINT.  The
 * transform exists, and no other thread uses it.  Returns 0 or the crypto API's error; then
 * there is nothing in @key.
 */
int vtpmb_ecdh_make_key(const struct vtpmb_ecdh *ecdh, u8 *key, u8 *point)
{
	int err = vtpmb_ecdh_choose_key(ecdh->tfm, key);

	if (!err)
		err = vtpmb_ecdh_run(ecdh->tfm, NULL, point, VTPMB_ECDH_POINT);
	if (err)
		memzero_explicit(key, VTPMB_ECDH_SIZE);
	vtpmb_ecdh_clear_key(ecdh->tfm);
	return err;
}

/*
 * Compute the secret that two keys share: the x coordinate of the product, VTPMB_ECDH_SIZE
 * bytes.  The transform exists, and no other thread uses it.  Returns 0 or the crypto API's
 * error, -EINVAL if @peer is not a point of the curve.
 */
int vtpmb_ecdh_agree(const struct vtpmb_ecdh *ecdh, const u8 *key, const u8 *peer, u8 *secret)
{
	int err = vtpmb_ecdh_set_key(ecdh->tfm, key);

	if (!err)
		err = vtpmb_ecdh_run(ecdh->tfm, peer, secret, VTPMB_ECDH_SIZE);
	vtpmb_ecdh_clear_key(ecdh->tfm);
	return err;
}
