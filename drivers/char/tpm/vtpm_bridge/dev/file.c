// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file: an open of /dev/vtpmX, with the semantics of /dev/tpm0.
 *
 * One command is on its way or one response waits, never both.  QEMU's reset
 * query is answered beside that: it may come while a worker sits in write(),
 * and its answer is for the main thread alone.
 */

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "file.h"
#include "proxy.h"
#include "store_file.h"
#include "../hub/trace.h"
#include "../core/cmd.h"
#include "../core/wire.h"

/* As tpm_common_write(): an unread response is dropped after two minutes. */
static unsigned int vtpmb_unread_ms = 120000;

module_param_named(unread_ms, vtpmb_unread_ms, uint, 0644);
MODULE_PARM_DESC(unread_ms, "milliseconds after which a response that nobody reads is dropped (default 120000)");

/* A command's size field is its bytes 2 to 5. */
#define VTPMB_MIN_COMMAND	6

/**
 * enum vtpmb_file_phase - what the file's buffer holds
 * @VTPMB_FILE_IDLE:	nothing
 * @VTPMB_FILE_BUSY:	a command on its way
 * @VTPMB_FILE_READY:	a response, or the errno of a failed command
 * @VTPMB_FILE_READING:	a response of which a part was read; a write drops it
 */
enum vtpmb_file_phase {
	VTPMB_FILE_IDLE,
	VTPMB_FILE_BUSY,
	VTPMB_FILE_READY,
	VTPMB_FILE_READING,
};

/**
 * struct vtpmb_file - an open of /dev/vtpmX
 * @proxy:	constant; with a reference
 * @lock:	protects all below.  While @phase is BUSY, @cmd belongs to the hub.
 *		The hub's thread takes this lock while it holds the chip, so its
 *		holder never touches user memory: a page fault can take arbitrarily
 *		long.
 * @phase:	see enum vtpmb_file_phase
 * @cmd:	the command and its response
 * @err:	0, or the errno of a command that has no response; read() returns it if
 *		the command was written with O_NONBLOCK
 * @pos:	next byte of the response to be read
 * @nr_answers:	responses and errors so far; identifies the present one
 * @unread_end:	when the present response is dropped if it is not read, in jiffies
 * @begun:	when the command was taken
 * @query_len:	bytes of the reset query's answer, 0 if there is none to read
 * @query_pos:	next of them
 * @unread:	drops a response that nobody reads
 * @commit:	stores what the command has changed, and then answers it
 * @commit_err:	for vtpmb_file_answer() after that
 * @users:	the open file, and the command while the hub or @commit has it
 */
struct vtpmb_file {
	struct vtpmb_proxy *proxy;
	struct kref users;
	struct mutex lock; /* all below, see above */
	enum vtpmb_file_phase phase;
	struct vtpmb_cmd cmd;
	int err;
	size_t pos;
	u64 nr_answers;
	unsigned long unread_end;
	ktime_t begun;
	size_t query_len;
	size_t query_pos;
	struct delayed_work unread;
	struct work_struct commit;
	int commit_err;
};

static void vtpmb_file_free(struct kref *users)
{
	struct vtpmb_file *file = container_of(users, struct vtpmb_file, users);

	vtpmb_cmd_free(&file->cmd);
	kfree(file);
}

static void vtpmb_file_wipe(struct vtpmb_file *file)
{
	lockdep_assert_held(&file->lock);

	vtpmb_cmd_wipe(&file->cmd, file->proxy->vtpm.port->family);
	file->pos = 0;
	file->err = 0;
	WRITE_ONCE(file->phase, VTPMB_FILE_IDLE);
}

static void vtpmb_file_drop_unread(struct work_struct *work)
{
	struct vtpmb_file *file = container_of(work, struct vtpmb_file,
					       unread.work);

	/* While this waited for the lock, another response may have come. */
	mutex_lock(&file->lock);
	if (file->phase != VTPMB_FILE_BUSY && time_after_eq(jiffies, file->unread_end))
		vtpmb_file_wipe(file);
	mutex_unlock(&file->lock);
	wake_up_all(&file->proxy->changed);
}

/* Make a response, or @err instead of one, available to the reader. */
static void vtpmb_file_answer(struct vtpmb_file *file, int err)
{
	unsigned long patience = msecs_to_jiffies(READ_ONCE(vtpmb_unread_ms));
	struct vtpmb_cmd *cmd = &file->cmd;

	lockdep_assert_held(&file->lock);

	trace_vtpmb_response(file->proxy->num, cmd->code, cmd->rc, err,
			     cmd->answer, cmd->nr_chip_commands,
			     ktime_us_delta(ktime_get(), file->begun));
	file->err = err;
	file->pos = 0;
	file->nr_answers++;
	file->unread_end = jiffies + patience;
	WRITE_ONCE(file->phase, VTPMB_FILE_READY);
	schedule_delayed_work(&file->unread, patience);
	wake_up_all(&file->proxy->changed);
}

/* The command belongs to whoever has made it BUSY, who gives up its reference here. */
static void vtpmb_file_release_command(struct vtpmb_file *file, int err)
{
	mutex_lock(&file->lock);
	vtpmb_file_answer(file, err);
	mutex_unlock(&file->lock);
	kref_put(&file->users, vtpmb_file_free);
}

/* If it cannot be stored, the command has had no effect. */
static void vtpmb_file_commit(struct work_struct *work)
{
	struct vtpmb_file *file = container_of(work, struct vtpmb_file, commit);
	struct vtpmb_vtpm *vtpm = &file->proxy->vtpm;
	int err = vtpmb_store_commit(vtpm, &file->cmd.mark);

	if (err && !file->commit_err)
		vtpm->port->family->unstored(&file->cmd);
	else if (!err && file->cmd.stale)
		vtpmb_proxy_stored(file->proxy);
	vtpmb_file_release_command(file, file->commit_err);
}

static void vtpmb_file_begin_commit(struct vtpmb_file *file, int err)
{
	file->commit_err = err;
	vtpmb_store_file_queue(&file->commit);
}

/*
 * A command that was left to the hub is answered, or failed with a negative errno.  Nobody is
 * told of a change before it is stored.  The caller holds the chip, so it does not do that.
 */
void vtpmb_file_done(struct vtpmb_cmd *cmd, int err)
{
	struct vtpmb_file *file = container_of(cmd, struct vtpmb_file, cmd);

	vtpmb_proxy_count(file->proxy, cmd);
	if (vtpmb_store_is_current(&file->proxy->vtpm))
		vtpmb_file_release_command(file, err);
	else
		vtpmb_file_begin_commit(file, err);
}

static int vtpmb_file_open(struct inode *inode, struct file *filp)
{
	struct vtpmb_proxy *proxy = container_of(filp->private_data,
						 struct vtpmb_proxy, misc);
	struct vtpmb_file *file;
	int err;

	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	err = vtpmb_cmd_alloc(&file->cmd, proxy->vtpm.port->family);
	if (err)
		goto free_file;
	err = vtpmb_proxy_open(proxy);
	if (err)
		goto free_cmd;

	file->proxy = proxy;
	kref_init(&file->users);
	mutex_init(&file->lock);
	INIT_DELAYED_WORK(&file->unread, vtpmb_file_drop_unread);
	INIT_WORK(&file->commit, vtpmb_file_commit);
	filp->private_data = file;
	return nonseekable_open(inode, filp);

free_cmd:
	vtpmb_cmd_free(&file->cmd);
free_file:
	kfree(file);
	return err;
}

static bool vtpmb_file_is_busy(const struct vtpmb_file *file)
{
	return READ_ONCE(file->phase) == VTPMB_FILE_BUSY;
}

/*
 * Wait for the end of the command.  If the user is being killed, cancel the command; but
 * a command that the chip runs still has to end first.
 */
static void vtpmb_file_wait(struct vtpmb_file *file)
{
	if (!wait_event_state(file->proxy->changed, !vtpmb_file_is_busy(file),
			      (TASK_KILLABLE | TASK_FREEZABLE)))
		return;
	vtpmb_proxy_cancel(file->proxy);
	wait_event(file->proxy->changed, !vtpmb_file_is_busy(file));
}

static int vtpmb_file_release(struct inode *inode, struct file *filp)
{
	struct vtpmb_file *file = filp->private_data;

	vtpmb_proxy_cancel(file->proxy);
	vtpmb_file_wait(file);
	/* The lock waits for vtpmb_file_answer(), which starts the timer, to finish. */
	mutex_lock(&file->lock);
	vtpmb_file_wipe(file);
	mutex_unlock(&file->lock);
	cancel_delayed_work_sync(&file->unread);
	vtpmb_proxy_close(file->proxy);
	kref_put(&file->users, vtpmb_file_free);
	return 0;
}

/* Reset the platform before the answer to the query can be read. */
static void vtpmb_file_query(struct vtpmb_file *file)
{
	vtpmb_proxy_query(file->proxy);
	mutex_lock(&file->lock);
	file->query_len = file->proxy->vtpm.port->family->query_answer_len;
	file->query_pos = 0;
	mutex_unlock(&file->lock);
	wake_up_all(&file->proxy->changed);
}

/* @bytes is a kernel copy, which the user cannot change. */
static int vtpmb_file_start_command(struct vtpmb_file *file, const u8 *bytes, size_t len)
{
	struct vtpmb_cmd *cmd = &file->cmd;
	u32 size;

	lockdep_assert_held(&file->lock);

	if (file->phase == VTPMB_FILE_BUSY || file->phase == VTPMB_FILE_READY)
		return -EBUSY;
	vtpmb_file_wipe(file);
	if (len < VTPMB_MIN_COMMAND)
		return -EINVAL;
	size = vtpmb_size_of(bytes);
	if (len < size)
		return -EINVAL;
	/* As tpm_transmit() does. */
	if (!size)
		return -ENODATA;

	memcpy(cmd->buf, bytes, len);
	cmd->len = len;
	cmd->rc = 0;
	cmd->nr_chip_commands = 0;
	cmd->slow = false;
	cmd->stale = false;
	file->begun = ktime_get();
	trace_vtpmb_command(file->proxy->num,
			    len < VTPMB_HEADER_SIZE ? 0 : vtpmb_code_of(bytes),
			    len);
	return 0;
}

/* Pass the command on.  On success it is answered, or the hub has it. */
static int vtpmb_file_start(struct vtpmb_file *file)
{
	struct vtpmb_cmd *cmd = &file->cmd;
	int err;

	lockdep_assert_held(&file->lock);

	err = vtpmb_proxy_receive(file->proxy, cmd);
	if (err)
		return err;
	if (cmd->answer != VTPMB_ANSWER_CHIP && vtpmb_store_is_current(&file->proxy->vtpm)) {
		vtpmb_file_answer(file, 0);
		return 0;
	}

	kref_get(&file->users);
	WRITE_ONCE(file->phase, VTPMB_FILE_BUSY);
	if (cmd->answer != VTPMB_ANSWER_CHIP) {
		vtpmb_file_begin_commit(file, 0);
		return 0;
	}
	err = vtpmb_hub_submit(&file->proxy->seat, cmd);
	if (err) {
		WRITE_ONCE(file->phase, VTPMB_FILE_IDLE);
		kref_put(&file->users, vtpmb_file_free);
	}
	return err;
}

/* A blocking write returns the errno of a failed command. */
static int vtpmb_file_finish(struct vtpmb_file *file)
{
	int err;

	vtpmb_file_wait(file);

	mutex_lock(&file->lock);
	err = file->err;
	if (err) {
		vtpmb_file_wipe(file);
		cancel_delayed_work(&file->unread);
	}
	mutex_unlock(&file->lock);
	return err;
}

/* @bytes is a kernel copy: user memory is not read again. */
static int vtpmb_file_command(struct vtpmb_file *file, const u8 *bytes, size_t len,
			      bool wait)
{
	int err;

	mutex_lock(&file->lock);
	err = vtpmb_file_start_command(file, bytes, len);
	if (!err) {
		cancel_delayed_work(&file->unread);
		err = vtpmb_file_start(file);
	}
	mutex_unlock(&file->lock);

	return err || !wait ? err : vtpmb_file_finish(file);
}

static ssize_t vtpmb_file_write(struct file *filp, const char __user *user,
				size_t len, loff_t *off)
{
	struct vtpmb_file *file = filp->private_data;
	int err = 0;
	u8 *bytes;

	if (len > VTPMB_BUF_SIZE)
		return -E2BIG;
	if (vtpmb_proxy_is_dead(file->proxy))
		return -EPIPE;

	bytes = memdup_user(user, len);
	if (IS_ERR(bytes))
		return PTR_ERR(bytes);
	if (vtpmb_proxy_is_query(file->proxy, bytes, len))
		vtpmb_file_query(file);
	else
		err = vtpmb_file_command(file, bytes, len, !(filp->f_flags & O_NONBLOCK));
	kfree_sensitive(bytes);
	return err ?: len;
}

/* Bytes are erased from the buffer once they are read. */
static ssize_t vtpmb_file_take_response(struct vtpmb_file *file, u8 *bytes, size_t len)
{
	u8 *from = file->cmd.buf + file->pos;

	lockdep_assert_held(&file->lock);

	len = min(len, file->cmd.len - file->pos);
	memcpy(bytes, from, len);
	memzero_explicit(from, len);
	file->pos += len;
	if (file->pos == file->cmd.len)
		vtpmb_file_wipe(file);
	else
		WRITE_ONCE(file->phase, VTPMB_FILE_READING);
	return len;
}

static ssize_t vtpmb_file_take_error(struct vtpmb_file *file)
{
	int err = file->err;

	lockdep_assert_held(&file->lock);

	vtpmb_file_wipe(file);
	return err;
}

static ssize_t vtpmb_file_take_query(struct vtpmb_file *file, u8 *bytes, size_t len)
{
	const u8 *answer = file->proxy->vtpm.port->family->query_answer;

	lockdep_assert_held(&file->lock);

	len = min(len, file->query_len - file->query_pos);
	memcpy(bytes, answer + file->query_pos, len);
	file->query_pos += len;
	if (file->query_pos == file->query_len)
		file->query_len = 0;
	return len;
}

/* Only the main thread, which sends the query, gets its answer. */
static bool vtpmb_file_has_query(const struct vtpmb_file *file)
{
	return file->query_len && thread_group_leader(current);
}

static bool vtpmb_file_has_response(const struct vtpmb_file *file)
{
	return file->phase == VTPMB_FILE_READY || file->phase == VTPMB_FILE_READING;
}

/* Fill @bytes for a reader.  @nr identifies the response they belong to; 0: none. */
static ssize_t vtpmb_file_take_bytes(struct vtpmb_file *file, u8 *bytes, size_t len, u64 *nr)
{
	ssize_t ret = 0;

	*nr = 0;
	mutex_lock(&file->lock);
	if (vtpmb_file_has_query(file)) {
		ret = vtpmb_file_take_query(file, bytes, len);
	} else if (vtpmb_file_has_response(file)) {
		*nr = file->nr_answers;
		ret = file->err ? vtpmb_file_take_error(file) :
				  vtpmb_file_take_response(file, bytes, len);
	}
	mutex_unlock(&file->lock);
	return ret;
}

/* As tpm_common_read(): a response that cannot be delivered is lost. */
static void vtpmb_file_drop_rest(struct vtpmb_file *file, u64 nr)
{
	mutex_lock(&file->lock);
	if (file->phase == VTPMB_FILE_READING && file->nr_answers == nr)
		vtpmb_file_wipe(file);
	mutex_unlock(&file->lock);
}

static ssize_t vtpmb_file_read(struct file *filp, char __user *user,
			       size_t len, loff_t *off)
{
	struct vtpmb_file *file = filp->private_data;
	ssize_t ret;
	u8 *bytes;
	u64 nr;

	if (vtpmb_proxy_is_dead(file->proxy))
		return -EPIPE;

	len = min_t(size_t, len, VTPMB_BUF_SIZE);
	bytes = kmalloc(len, GFP_KERNEL);
	if (!bytes)
		return -ENOMEM;
	ret = vtpmb_file_take_bytes(file, bytes, len, &nr);
	if (ret > 0 && copy_to_user(user, bytes, ret)) {
		vtpmb_file_drop_rest(file, nr);
		ret = -EFAULT;
	}
	kfree_sensitive(bytes);
	return ret;
}

static __poll_t vtpmb_file_poll(struct file *filp, poll_table *wait)
{
	struct vtpmb_file *file = filp->private_data;
	__poll_t mask = 0;

	poll_wait(filp, &file->proxy->changed, wait);
	if (vtpmb_proxy_is_dead(file->proxy))
		return EPOLLERR | EPOLLHUP;

	mutex_lock(&file->lock);
	if (vtpmb_file_has_query(file) || vtpmb_file_has_response(file))
		mask = EPOLLIN | EPOLLRDNORM;
	else if (file->phase == VTPMB_FILE_IDLE)
		mask = EPOLLOUT | EPOLLWRNORM;
	mutex_unlock(&file->lock);
	return mask;
}

const struct file_operations vtpmb_file_fops = {
	.owner = THIS_MODULE,
	.open = vtpmb_file_open,
	.release = vtpmb_file_release,
	.read = vtpmb_file_read,
	.write = vtpmb_file_write,
	.poll = vtpmb_file_poll,
};
