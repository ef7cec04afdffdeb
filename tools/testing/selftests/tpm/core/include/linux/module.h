/* SPDX-License-Identifier: GPL-2.0-only */
#define MODULE_LICENSE(x)
#define MODULE_DESCRIPTION(x)
