/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Authenticated encryption: AES-256-GCM, by the kernel's crypto API.
 *
 * As for a hash, opening the transform can load a kernel module, so it is opened
 * before anybody takes the chip.
 *
 * Verbs: open, close, seal, unseal.
 */
#ifndef VTPMB_AEAD_H
#define VTPMB_AEAD_H

#include <linux/types.h>

struct crypto_aead;

/** VTPMB_AEAD_KEY - bytes of a key */
#define VTPMB_AEAD_KEY		32

/** VTPMB_AEAD_NONCE - bytes of a nonce, which is never used twice with a key */
#define VTPMB_AEAD_NONCE	12

/** VTPMB_AEAD_TAG - bytes that a sealed message is longer than its text */
#define VTPMB_AEAD_TAG		16

/**
 * struct vtpmb_aead - a transform with its key
 * @tfm:	the crypto API's
 */
struct vtpmb_aead {
	struct crypto_aead *tfm;
};

int vtpmb_aead_open(struct vtpmb_aead *aead, const u8 *key);
void vtpmb_aead_close(struct vtpmb_aead *aead);
int vtpmb_aead_seal(const struct vtpmb_aead *aead, const u8 *nonce, u8 *buf, size_t ad_len,
		    size_t len);
int vtpmb_aead_unseal(const struct vtpmb_aead *aead, const u8 *nonce, u8 *buf, size_t ad_len,
		      size_t len);

#endif
