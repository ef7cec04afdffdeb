/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may open the node of a proxy: what its file says, and what udev has made of that. */
#ifndef VTPMCTL_ACCESS_H
#define VTPMCTL_ACCESS_H

#include <stdbool.h>

#define ACCESS_SIZE	64	/* bytes of a value */

enum access_key {
	ACCESS_OWNER,
	ACCESS_GROUP,
	ACCESS_MODE,
	NR_ACCESS_KEYS,
};

struct access {
	char value[NR_ACCESS_KEYS][ACCESS_SIZE];
};

extern const struct access default_access;

bool is_access(const char *line);
const char *parse_access(struct access *access, const char *line);
void print_access(const struct access *access);
int apply_access(const char *name, const struct access *wanted, bool dry_run);
void write_access(const char *name);

#endif
