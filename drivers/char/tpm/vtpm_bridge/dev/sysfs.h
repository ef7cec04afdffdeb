/* SPDX-License-Identifier: GPL-2.0-only */
/* The attributes of a proxy, one value each; Documentation/ABI says what. */
#ifndef VTPMB_SYSFS_H
#define VTPMB_SYSFS_H

struct attribute_group;

extern const struct attribute_group *vtpmb_sysfs_groups[];

#endif
