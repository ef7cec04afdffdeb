/* SPDX-License-Identifier: GPL-2.0-only */
/* Proxies as list and show tell of them. */
#ifndef VTPMCTL_VIEW_H
#define VTPMCTL_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/vtpm_bridge.h>

struct report;

const char *power_name(const struct vtpm_bridge_query *q);
void report_proxy(struct report *r, const struct vtpm_bridge_query *q);
int list_proxies(void);
int show_proxies(bool as_conf);
int show_proxy(uint32_t num, const char *text, bool as_conf);
void print_created(const struct vtpm_bridge_create *create);

#endif
