// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: a proxy with a state file, whose host reboots. */

#include "tpm20_reboot.h"

struct disk disk;
const u8 disk_key[VTPMB_AEAD_KEY] = "a key of this test, and no other";

void begin_stored(void)
{
	begin();
	memset(&disk, 0, sizeof(disk));
	disk.cut = -1;
	CHECK_EQ(-disk_open(&disk, v, "vm1", disk_key, true), 0);
}

void reboot_host(void)
{
	core_free(v);
	/* As the host's kernel does.  Otherwise the chip counts a failed authorisation. */
	core_raw_hex(SHUTDOWN_CLEAR, &rv);
	CHECK_EQ(rv.rc, 0);
	core_chip_cycle();
	core_probe();
	v = core_new();
	CHECK_EQ(-disk_open(&disk, v, "vm1", disk_key, false), 0);
}

void reboot(void)
{
	reboot_host();
	core_twin_reset(twin);
}
