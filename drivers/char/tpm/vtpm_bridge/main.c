// SPDX-License-Identifier: GPL-2.0-only
/* The vTPM bridge: one TPM, shared among virtual machines. */

#include <linux/init.h>
#include <linux/module.h>
#include "core/hash.h"
#include "dev/ctl.h"
#include "dev/proxy.h"
#include "hub/hub.h"

static int __init vtpmb_init(void)
{
	int err;

	err = vtpmb_hash_init();
	if (err)
		return err;
	err = vtpmb_hub_init();
	if (err)
		goto exit_hash;
	err = vtpmb_proxy_init();
	if (err)
		goto exit_hub;
	err = vtpmb_ctl_init();
	if (err)
		goto exit_proxy;
	return 0;

exit_proxy:
	vtpmb_proxy_exit();
exit_hub:
	vtpmb_hub_exit();
exit_hash:
	vtpmb_hash_exit();
	return err;
}

static void __exit vtpmb_exit(void)
{
	vtpmb_ctl_exit();
	vtpmb_proxy_exit();
	vtpmb_hub_exit();
	vtpmb_hash_exit();
}

module_init(vtpmb_init);
module_exit(vtpmb_exit);

MODULE_AUTHOR("The vTPM bridge developers");
MODULE_DESCRIPTION("Share a TPM among virtual machines");
/* The version of dkms.conf. */
MODULE_VERSION("0.1");
MODULE_LICENSE("GPL");
