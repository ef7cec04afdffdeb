// SPDX-License-Identifier: GPL-2.0-only
/* Power management: the hubs stop before the host sleeps or shuts down. */

#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/suspend.h>
#include "hub.h"
#include "pm.h"

static int vtpmb_pm_event(struct notifier_block *nb, unsigned long event, void *data)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
	case PM_RESTORE_PREPARE:
		vtpmb_hubs_pause();
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
	case PM_POST_RESTORE:
		vtpmb_hubs_resume();
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block vtpmb_pm_block = {
	.notifier_call = vtpmb_pm_event,
};

/*
 * kexec does not reset the chip: the guests' saved sessions would stay in it, and the
 * next kernel would not flush them.
 */
static int vtpmb_pm_reboot(struct notifier_block *nb, unsigned long event, void *data)
{
	vtpmb_hubs_end();
	return NOTIFY_DONE;
}

static struct notifier_block vtpmb_pm_reboot_block = {
	.notifier_call = vtpmb_pm_reboot,
};

int vtpmb_pm_init(void)
{
	int err = register_pm_notifier(&vtpmb_pm_block);

	if (err)
		return err;
	err = register_reboot_notifier(&vtpmb_pm_reboot_block);
	if (err)
		unregister_pm_notifier(&vtpmb_pm_block);
	return err;
}

void vtpmb_pm_exit(void)
{
	unregister_reboot_notifier(&vtpmb_pm_reboot_block);
	unregister_pm_notifier(&vtpmb_pm_block);
}
