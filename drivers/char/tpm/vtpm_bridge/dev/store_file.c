// SPDX-License-Identifier: GPL-2.0-only
/* The file of a store: a regular file that the administrator has opened. */

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/workqueue.h>
#include "../core/store.h"
#include "store_file.h"

/*
 * Where stores are written.  Nobody who holds the chip waits for a disk, and a disk that does
 * not answer holds up its own proxy alone.  Freezable: a file system may be frozen while the
 * system sleeps.
 */
static struct workqueue_struct *vtpmb_store_queue;

/* Root's, and nobody else's. */
static bool vtpmb_store_file_is_private(const struct inode *inode)
{
	return uid_eq(inode->i_uid, GLOBAL_ROOT_UID) && !(inode->i_mode & 0077);
}

/*
 * Take a reference to an open file.  Errors: -EBADF if it is not open for reading and writing;
 * -EINVAL if it is no regular file, or is shorter than a store; -EPERM if it is not root's, or
 * others may read or write it.
 */
struct file *vtpmb_store_file_open(int fd)
{
	struct file *file = fget(fd);
	int err = 0;

	if (!file)
		return ERR_PTR(-EBADF);
	if (!(file->f_mode & FMODE_READ) || !(file->f_mode & FMODE_WRITE) ||
	    file->f_flags & O_APPEND)
		err = -EBADF;
	else if (!S_ISREG(file_inode(file)->i_mode) ||
		 i_size_read(file_inode(file)) < VTPMB_STORE_SIZE)
		err = -EINVAL;
	else if (!vtpmb_store_file_is_private(file_inode(file)))
		err = -EPERM;
	if (!err)
		return file;
	fput(file);
	return ERR_PTR(err);
}

void vtpmb_store_file_close(struct file *file)
{
	if (file)
		fput(file);
}

static int vtpmb_store_file_read(void *file, void *bytes, size_t len, u64 at)
{
	loff_t pos = at;
	ssize_t n = kernel_read(file, bytes, len, &pos);

	if (n < 0)
		return n;
	return n == len ? 0 : -EIO;
}

static int vtpmb_store_file_write(void *file, const void *bytes, size_t len, u64 at)
{
	loff_t pos = at;
	ssize_t n = kernel_write(file, bytes, len, &pos);

	if (n < 0)
		return n;
	return n == len ? vfs_fsync_range(file, at, at + len - 1, 1) : -EIO;
}

const struct vtpmb_store_io vtpmb_store_file_io = {
	.read = vtpmb_store_file_read,
	.write = vtpmb_store_file_write,
};

/* Run @work, which calls vtpmb_store_commit(), where it may wait for a disk. */
void vtpmb_store_file_queue(struct work_struct *work)
{
	queue_work(vtpmb_store_queue, work);
}

int vtpmb_store_file_init(void)
{
	vtpmb_store_queue = alloc_workqueue("vtpm_bridge", WQ_UNBOUND | WQ_FREEZABLE, 0);
	return vtpmb_store_queue ? 0 : -ENOMEM;
}

void vtpmb_store_file_exit(void)
{
	destroy_workqueue(vtpmb_store_queue);
}
