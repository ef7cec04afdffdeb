// SPDX-License-Identifier: GPL-2.0-only
/* The command: the memory of a struct vtpmb_cmd. */

#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "cmd.h"

/**
 * vtpmb_cmd_alloc() - allocate all that a command needs on its way
 * @cmd:	gets @buf and @call
 * @family:	the family that it is for
 *
 * Return: 0 or -ENOMEM
 */
int vtpmb_cmd_alloc(struct vtpmb_cmd *cmd, const struct vtpmb_family *family)
{
	cmd->buf = kzalloc(VTPMB_BUF_SIZE, GFP_KERNEL);
	cmd->call = kzalloc(family->call_size, GFP_KERNEL);
	if (cmd->buf && cmd->call)
		return 0;
	vtpmb_cmd_free(cmd);
	return -ENOMEM;
}

/**
 * vtpmb_cmd_wipe() - erase a command, or the response to it
 * @cmd:	the command
 * @family:	the family that it is for
 */
void vtpmb_cmd_wipe(struct vtpmb_cmd *cmd, const struct vtpmb_family *family)
{
	memzero_explicit(cmd->buf, VTPMB_BUF_SIZE);
	memzero_explicit(cmd->call, family->call_size);
	cmd->len = 0;
}

/**
 * vtpmb_cmd_free() - erase and free what vtpmb_cmd_alloc() has allocated
 * @cmd:	the command
 */
void vtpmb_cmd_free(struct vtpmb_cmd *cmd)
{
	kfree_sensitive(cmd->buf);
	kfree_sensitive(cmd->call);
}
