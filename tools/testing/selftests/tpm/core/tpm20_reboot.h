/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: a proxy with a state file, whose host reboots, and its twin, which loses its power.
 *
 * Verbs: begin_stored, reboot_host, reboot.
 */
#ifndef TPM20_REBOOT_H
#define TPM20_REBOOT_H

#include "disk.h"
#include "tpm20_guest.h"

extern struct disk disk;
extern const u8 disk_key[VTPMB_AEAD_KEY];

/* A proxy with a new state file, and its twin; both wait for Startup. */
void begin_stored(void);
/* The host reboots: the proxy is made again, with nothing but its file. */
void reboot_host(void);
void reboot(void);

#endif
