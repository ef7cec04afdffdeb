/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of a store: a regular file that the administrator has opened.
 *
 * Verbs: open, close; write later.
 */
#ifndef VTPMB_STORE_FILE_H
#define VTPMB_STORE_FILE_H

#include <linux/types.h>

struct file;
struct work_struct;
struct vtpmb_store_io;

extern const struct vtpmb_store_io vtpmb_store_file_io;

struct file *vtpmb_store_file_open(int fd);
void vtpmb_store_file_close(struct file *file);
void vtpmb_store_file_queue(struct work_struct *work);
int vtpmb_store_file_init(void);
void vtpmb_store_file_exit(void);

#endif
