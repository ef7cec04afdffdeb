/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_CRYPTO_ECDH_H
#define SHIM_CRYPTO_ECDH_H

struct ecdh {
	char *key;
	unsigned short key_size;
};

unsigned int crypto_ecdh_key_len(const struct ecdh *params);
int crypto_ecdh_encode_key(char *buf, unsigned int len, const struct ecdh *p);

#endif
