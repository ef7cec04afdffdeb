/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/types.h>
#define SHA256_DIGEST_SIZE 32
