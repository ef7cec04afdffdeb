// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vTPM bridge: one TPM, shared among virtual machines.
 *
 * Locks, outermost first.  The kernel's own are in brackets.
 *
 *   vtpmb_chip_watch_lock	hub/chip.c	the registration at the class of TPM chips
 *   [the class's mutex; the semaphores of the PM and reboot notifiers]
 *   vtpmb_hubs_lock		hub/hub.c	the hubs and their users
 *   vtpmb_proxies_lock		dev/proxy.c	the registry: marks, ranges, owners
 *   store->lock		core/store.h	writes of a store; held while a disk works
 *   [misc_mtx; the active reference to a sysfs attribute]
 *   [chip->ops_sem, chip->tpm_mutex]		held by the holder of the chip
 *   file->lock			dev/file.c	an open file's command and response
 *   vtpm->lock			core/vtpm.h	a virtual TPM
 *   hub->run_lock		hub/state.h	which guest's command the chip runs
 *   hub->lock			hub/state.h	the queue, the turn, each seat; a spinlock
 *
 * vtpmb_hubs_lock and vtpmb_proxies_lock are never held together.  Neither is
 * hub->run_lock held with file->lock or vtpm->lock.  The hub's thread holds neither of
 * these two while the chip runs a command, so nobody who wants one waits for the chip.
 *
 * Whoever holds vtpmb_hubs_lock may wait for the end of turns, or for the end of the
 * hub's thread.  So that thread takes no lock above those of the chip.
 * vtpmb_proxy_destroy() holds no lock while it waits for the hub.
 *
 * The bridge touches user memory under none of these locks.
 */

#include <linux/init.h>
#include <linux/module.h>
#include "core/hash.h"
#include "dev/ctl.h"
#include "dev/proxy.h"
#include "dev/store_file.h"
#include "hub/hub.h"
#include "hub/pm.h"

static int __init vtpmb_init(void)
{
	int err;

	err = vtpmb_hash_init();
	if (err)
		return err;
	err = vtpmb_store_file_init();
	if (err)
		goto exit_hash;
	err = vtpmb_hub_init();
	if (err)
		goto exit_store_file;
	err = vtpmb_pm_init();
	if (err)
		goto exit_hub;
	err = vtpmb_proxy_init();
	if (err)
		goto exit_pm;
	err = vtpmb_ctl_init();
	if (err)
		goto exit_proxy;
	return 0;

exit_proxy:
	vtpmb_proxy_exit();
exit_pm:
	vtpmb_pm_exit();
exit_hub:
	vtpmb_hub_exit();
exit_store_file:
	vtpmb_store_file_exit();
exit_hash:
	vtpmb_hash_exit();
	return err;
}

static void __exit vtpmb_exit(void)
{
	vtpmb_ctl_exit();
	vtpmb_proxy_exit();
	vtpmb_pm_exit();
	vtpmb_hub_exit();
	vtpmb_store_file_exit();
	vtpmb_hash_exit();
}

module_init(vtpmb_init);
module_exit(vtpmb_exit);

MODULE_AUTHOR("The vTPM bridge developers");
MODULE_DESCRIPTION("Share a TPM among virtual machines");
/* The version of dkms.conf. */
MODULE_VERSION("0.1");
MODULE_LICENSE("GPL");
