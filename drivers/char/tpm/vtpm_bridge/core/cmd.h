/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command: the memory of a struct vtpmb_cmd.
 *
 * Verbs: alloc, wipe, free.
 */
#ifndef VTPMB_CMD_H
#define VTPMB_CMD_H

#include "family.h"

int vtpmb_cmd_alloc(struct vtpmb_cmd *cmd, const struct vtpmb_family *family);
void vtpmb_cmd_wipe(struct vtpmb_cmd *cmd, const struct vtpmb_family *family);
void vtpmb_cmd_free(struct vtpmb_cmd *cmd);

#endif
