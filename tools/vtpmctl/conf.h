/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of the configuration, /etc/vtpm-bridge/NAME.conf, one for each proxy. */
#ifndef VTPMCTL_CONF_H
#define VTPMCTL_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/vtpm_bridge.h>

int apply(const char *name, bool dry_run, unsigned int wait);
int show_access(const char *name);
int write_conf(const struct vtpm_bridge_query *q);

#endif
