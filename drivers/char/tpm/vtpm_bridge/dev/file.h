/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file: an open of /dev/vtpmX, with the semantics of /dev/tpm0.
 *
 * Verbs: open, write, read, poll, release, done.
 */
#ifndef VTPMB_FILE_H
#define VTPMB_FILE_H

#include <linux/fs.h>

struct vtpmb_cmd;

extern const struct file_operations vtpmb_file_fops;

void vtpmb_file_done(struct vtpmb_cmd *cmd, int err);

#endif
