/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control node /dev/vtpm-control.
 *
 * Verbs: init, exit.  The ioctls are in include/uapi/linux/vtpm_bridge.h.
 */
#ifndef VTPMB_CTL_H
#define VTPMB_CTL_H

int vtpmb_ctl_init(void);
void vtpmb_ctl_exit(void);

#endif
