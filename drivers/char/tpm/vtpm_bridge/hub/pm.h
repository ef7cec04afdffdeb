/* SPDX-License-Identifier: GPL-2.0-only */
/* Power management: the hubs stop before the host sleeps or shuts down. */
#ifndef VTPMB_PM_H
#define VTPMB_PM_H

int vtpmb_pm_init(void);
void vtpmb_pm_exit(void);

#endif
