// SPDX-License-Identifier: GPL-2.0-only
/* Proxies of vtpmctl's own. */
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include "own.h"
#include "property.h"
#include "proxy.h"

/* The value of a setting VTPM_BRIDGE_OWNER_AUTH, or 0 if there is no file. */
bool parse_owner_auth(const char *path, uint64_t *value)
{
	*value = 0;
	if (!path || parse_auth_file(path, value))
		return true;
	error(0, 0, "owner-auth-file=%s: it has more than %d bytes", path, VTPM_BRIDGE_MAX_AUTH);
	return false;
}

bool create_own(uint32_t chip, const struct vtpm_bridge_setting *settings, uint32_t count,
		uint32_t *num)
{
	struct vtpm_bridge_create create = {
		.size = sizeof(create), .chip = chip, .nr_settings = count,
		.settings = (uintptr_t)settings,
	};

	if (ioctl(control(), VTPM_BRIDGE_CREATE, &create)) {
		complain("a proxy of vtpmctl's own");
		return false;
	}
	*num = create.num;
	return true;
}

/* Its node, or -1. */
int open_own(uint32_t num)
{
	char node[32];
	int fd;

	snprintf(node, sizeof(node), "/dev/vtpm%u", num);
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		error(0, errno, "%s", node);
	return fd;
}

/* Whatever is left of it in the chip goes, too. */
void destroy_own(uint32_t num)
{
	destroy(num, VTPM_BRIDGE_FORCE);
}
