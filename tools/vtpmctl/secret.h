/* SPDX-License-Identifier: GPL-2.0-only */
/* Secrets: random or from files, kept until they have been given to the kernel, then wiped. */
#ifndef VTPMCTL_SECRET_H
#define VTPMCTL_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* --force of create and set: what is dangerous is meant. */
extern bool forced;

void *new_secret(size_t size);
void wipe_secrets(void);
void fill_random(void *bytes, size_t len);
ssize_t read_secret(const char *path, unsigned char *bytes, size_t size);

#endif
