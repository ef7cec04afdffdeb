/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/types.h>
#define SHA1_DIGEST_SIZE 20
