/* SPDX-License-Identifier: GPL-2.0-only */
/* The chips of this machine, as chips tells of them. */
#ifndef VTPMCTL_CHIP_H
#define VTPMCTL_CHIP_H

int list_chips(void);

#endif
