// SPDX-License-Identifier: GPL-2.0-only
/* Authenticated encryption: AES-256-GCM, by the kernel's crypto API. */

#include <crypto/aead.h>
#include <linux/crypto.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/scatterlist.h>
#include <linux/string.h>
#include "aead.h"

/*
 * Open a transform and give it a @key of VTPMB_AEAD_KEY bytes.  May load modules: the caller
 * holds no chip.  Returns 0 or the crypto API's error.
 */
int vtpmb_aead_open(struct vtpmb_aead *aead, const u8 *key)
{
	struct crypto_aead *tfm = crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ASYNC);
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_aead_setkey(tfm, key, VTPMB_AEAD_KEY);
	if (!err)
		err = crypto_aead_setauthsize(tfm, VTPMB_AEAD_TAG);
	if (err)
		crypto_free_aead(tfm);
	else
		aead->tfm = tfm;
	return err;
}

void vtpmb_aead_close(struct vtpmb_aead *aead)
{
	if (aead->tfm)
		crypto_free_aead(aead->tfm);
	aead->tfm = NULL;
}

/* @len is that of the input: of the text, or of the text and its tag. */
static int vtpmb_aead_run(const struct vtpmb_aead *aead, const u8 *nonce, u8 *buf, size_t ad_len,
			  size_t len, int (*run)(struct aead_request *req), size_t buf_len)
{
	struct aead_request *req = aead_request_alloc(aead->tfm, GFP_KERNEL);
	u8 iv[VTPMB_AEAD_NONCE];
	struct scatterlist sg;
	DECLARE_CRYPTO_WAIT(wait);
	int err;

	if (!req)
		return -ENOMEM;
	memcpy(iv, nonce, sizeof(iv));
	sg_init_one(&sg, buf, buf_len);
	aead_request_set_callback(req, CRYPTO_TFM_REQ_MAY_SLEEP, crypto_req_done, &wait);
	aead_request_set_crypt(req, &sg, &sg, len, iv);
	aead_request_set_ad(req, ad_len);
	err = crypto_wait_req(run(req), &wait);
	aead_request_free(req);
	return err;
}

/**
 * vtpmb_aead_seal() - encrypt a text, and authenticate it and the bytes before it
 * @aead:	a transform with a key; any thread may use it
 * @nonce:	VTPMB_AEAD_NONCE bytes
 * @buf:	from kmalloc(): @ad_len bytes that stay as they are, the text, and room for
 *		VTPMB_AEAD_TAG bytes
 * @ad_len:	bytes before the text
 * @len:	bytes of the text
 *
 * Return: 0, -ENOMEM, or the crypto API's error
 */
int vtpmb_aead_seal(const struct vtpmb_aead *aead, const u8 *nonce, u8 *buf, size_t ad_len,
		    size_t len)
{
	return vtpmb_aead_run(aead, nonce, buf, ad_len, len, crypto_aead_encrypt,
			      ad_len + len + VTPMB_AEAD_TAG);
}

/*
 * The inverse.  @len counts the bytes of the text.  Returns -EBADMSG if it was not sealed so with
 * this key and nonce.
 */
int vtpmb_aead_unseal(const struct vtpmb_aead *aead, const u8 *nonce, u8 *buf, size_t ad_len,
		      size_t len)
{
	return vtpmb_aead_run(aead, nonce, buf, ad_len, len + VTPMB_AEAD_TAG, crypto_aead_decrypt,
			      ad_len + len + VTPMB_AEAD_TAG);
}
