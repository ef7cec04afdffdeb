// SPDX-License-Identifier: GPL-2.0-only
/* The command: the memory of a struct vtpmb_cmd. */

#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "cmd.h"

/* Allocate @buf and @call.  Returns 0 or -ENOMEM. */
int vtpmb_cmd_alloc(struct vtpmb_cmd *cmd, const struct vtpmb_family *family)
{
	cmd->buf = kzalloc(VTPMB_BUF_SIZE, GFP_KERNEL);
	cmd->call = kzalloc(family->call_size, GFP_KERNEL);
	if (cmd->buf && cmd->call)
		return 0;
	vtpmb_cmd_free(cmd);
	return -ENOMEM;
}

/* Erase a command, or the response to it. */
void vtpmb_cmd_wipe(struct vtpmb_cmd *cmd, const struct vtpmb_family *family)
{
	memzero_explicit(cmd->buf, VTPMB_BUF_SIZE);
	memzero_explicit(cmd->call, family->call_size);
	cmd->len = 0;
}

/* Erase and free what vtpmb_cmd_alloc() has allocated. */
void vtpmb_cmd_free(struct vtpmb_cmd *cmd)
{
	kfree_sensitive(cmd->buf);
	kfree_sensitive(cmd->call);
}
