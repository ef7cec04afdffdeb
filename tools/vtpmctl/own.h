/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proxies of vtpmctl's own, which are there only while it uses the chip: so it works beside any
 * user of the chip, and leaves nothing there.
 */
#ifndef VTPMCTL_OWN_H
#define VTPMCTL_OWN_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/vtpm_bridge.h>

bool parse_owner_auth(const char *path, uint64_t *value);
bool create_own(uint32_t chip, const struct vtpm_bridge_setting *settings, uint32_t count,
		uint32_t *num);
int open_own(uint32_t num);
void destroy_own(uint32_t num);

#endif
