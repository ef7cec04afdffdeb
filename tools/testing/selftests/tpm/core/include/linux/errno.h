/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/errno.h>
#ifndef ENOTSUPP
#define ENOTSUPP	524
#endif
