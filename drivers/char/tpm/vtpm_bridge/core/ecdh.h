/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ECDH: keys on the curve NIST P-256, by the kernel's crypto API.
 *
 * As for a hash, opening the transform can load a kernel module, so it is opened
 * before anybody takes the chip.
 *
 * Verbs: open, close, make_key, agree.
 */
#ifndef VTPMB_ECDH_H
#define VTPMB_ECDH_H

#include <linux/types.h>

struct crypto_kpp;

/** VTPMB_ECDH_SIZE - bytes of a private key, and of a coordinate of a point */
#define VTPMB_ECDH_SIZE		32

/** VTPMB_ECDH_POINT - bytes of a point: x, then y, both with their leading zeros */
#define VTPMB_ECDH_POINT	(2 * VTPMB_ECDH_SIZE)

/**
 * struct vtpmb_ecdh - a transform for P-256
 * @tfm:	the crypto API's; it holds a key while it is used, so only one thread may
 *		use it at a time.  NULL: the kernel lacks it.
 */
struct vtpmb_ecdh {
	struct crypto_kpp *tfm;
};

int vtpmb_ecdh_open(struct vtpmb_ecdh *ecdh);
void vtpmb_ecdh_close(struct vtpmb_ecdh *ecdh);
int vtpmb_ecdh_make_key(const struct vtpmb_ecdh *ecdh, u8 *key, u8 *point);
int vtpmb_ecdh_agree(const struct vtpmb_ecdh *ecdh, const u8 *key, const u8 *peer, u8 *secret);

#endif
