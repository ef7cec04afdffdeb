/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_CRYPTO_H
#define SHIM_LINUX_CRYPTO_H

#include <linux/types.h>

#define CRYPTO_ALG_ASYNC		0x00000080
#define CRYPTO_TFM_REQ_MAY_SLEEP	0x00000200

typedef void (*crypto_completion_t)(void *data, int err);

struct crypto_wait {
	int err;
};

#define DECLARE_CRYPTO_WAIT(wait)	struct crypto_wait wait = {}

static inline void crypto_req_done(void *data, int err)
{
}

static inline int crypto_wait_req(int err, struct crypto_wait *wait)
{
	return err;
}

#endif
