/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The proxy: one virtual machine's TPM as the kernel sees it, and the registry
 * of all.
 *
 * Verbs: create, publish, abort, keep, destroy, destroy_owned, find, put, grant,
 * set_power, set_failure_mode, open, close, query, reset, receive, cancel.
 */
#ifndef VTPMB_PROXY_H
#define VTPMB_PROXY_H

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/miscdevice.h>
#include "../core/family.h"
#include "../hub/hub.h"

/**
 * enum vtpmb_failure_mode - how soon a reset query ends a proxy's failure mode
 * @VTPMB_FAILURE_NONE:		it is not in failure mode
 * @VTPMB_FAILURE_OPENED:	no reset query has come since the node was opened
 * @VTPMB_FAILURE_RUNNING:	the machine runs, and has not used its TPM yet
 * @VTPMB_FAILURE_USED:		the machine was refused a command: the next reset
 *				query is of a machine that is reset
 *
 * QEMU sends the reset query when it starts, whether the machine then boots or
 * goes on with a state that was saved.
 */
enum vtpmb_failure_mode {
	VTPMB_FAILURE_NONE,
	VTPMB_FAILURE_OPENED,
	VTPMB_FAILURE_RUNNING,
	VTPMB_FAILURE_USED,
};

/**
 * struct vtpmb_proxy_type - how users see and use a proxy
 * @fops:	operations of its node.  The node's miscdevice, @misc of the proxy, is in
 *		the new file's private_data.
 * @groups:	its attributes
 * @done:	see struct vtpmb_seat
 *
 * These functions call the proxy's verbs, so the proxy does not call them by name: its
 * creator passes them in.
 */
struct vtpmb_proxy_type {
	const struct file_operations *fops;
	const struct attribute_group **groups;
	void (*done)(struct vtpmb_cmd *cmd, int err);
};

/**
 * struct vtpmb_proxy - a proxy
 * @dev:	parent of the node; has the attributes.  The registry, each lookup and
 *		the open file have a reference to it.  Its release frees this struct.
 * @misc:	the node
 * @node:	the node's name: vtpm-NAME, or vtpmX for number X
 * @name:	the proxy's name, then zeros; empty if it has none; constant
 * @num:	its number; constant
 * @hub:	constant; one of its users
 * @seat:	its place at the hub
 * @vtpm:	the virtual TPM; @vtpm.lock also protects @dead, @reset_by_query,
 *		@powered and @failure_mode
 * @owner:	the control file that it dies with, or NULL: it is persistent.
 *		Changed under the registry's lock, read without it.
 * @changed:	woken when the state of the open file changes or the proxy dies
 * @store_file:	where its store is, or NULL; set before the proxy is published.  Under the
 *		registry's lock until then.
 * @open:	bit 0: the node is open
 * @dead:	destroyed: every operation on an open file fails with EPIPE
 * @reset_by_query: QEMU's reset query resets the virtual platform
 * @powered:	it has power though nobody has the node open, and starts itself
 * @failure_mode: see enum vtpmb_failure_mode
 * @nr_commands: commands taken
 * @nr_refusals: those that policy refused
 * @nr_chip_commands: commands that the chip ran for this proxy's commands
 * @nr_resets:	resets of the virtual platform
 */
struct vtpmb_proxy {
	struct device dev;
	struct miscdevice misc;
	char node[sizeof("vtpm-") + VTPMB_MAX_NAME];
	char name[VTPMB_MAX_NAME + 1];
	u32 num;
	struct vtpmb_hub *hub;
	struct vtpmb_seat seat;
	struct vtpmb_vtpm vtpm;
	const void *owner;
	wait_queue_head_t changed;
	struct file *store_file;
	unsigned long open;
	bool dead;
	bool reset_by_query;
	bool powered;
	enum vtpmb_failure_mode failure_mode;
	atomic64_t nr_commands;
	atomic64_t nr_refusals;
	atomic64_t nr_chip_commands;
	atomic64_t nr_resets;
};

#define vtpmb_dev_proxy(d) container_of(d, struct vtpmb_proxy, dev)

struct vtpmb_proxy *vtpmb_proxy_create(const struct vtpmb_proxy_type *type, u32 chip,
				       const char *name, const void *owner);
int vtpmb_proxy_publish(struct vtpmb_proxy *proxy);
void vtpmb_proxy_abort(struct vtpmb_proxy *proxy);
int vtpmb_proxy_keep(u32 num, const void *owner);
int vtpmb_proxy_destroy(u32 num, bool force);
void vtpmb_proxy_destroy_owned(const void *owner);
struct vtpmb_proxy *vtpmb_proxy_find(u32 num);
void vtpmb_proxy_put(struct vtpmb_proxy *proxy);
u32 vtpmb_proxy_list(u32 *nums, u32 room);
int vtpmb_proxy_grant(struct vtpmb_proxy *proxy, enum vtpmb_range_kind kind,
		      const struct vtpmb_range *range);
int vtpmb_proxy_set_store(struct vtpmb_proxy *proxy, struct file *file,
			  struct vtpmb_store_plan *plan);
int vtpmb_proxy_set_power(struct vtpmb_proxy *proxy, bool on);

int vtpmb_proxy_open(struct vtpmb_proxy *proxy);
void vtpmb_proxy_close(struct vtpmb_proxy *proxy);
void vtpmb_proxy_stored(struct vtpmb_proxy *proxy);
bool vtpmb_proxy_is_dead(struct vtpmb_proxy *proxy);
bool vtpmb_proxy_is_query(struct vtpmb_proxy *proxy, const u8 *bytes, size_t len);
void vtpmb_proxy_set_failure_mode(struct vtpmb_proxy *proxy, bool on);
void vtpmb_proxy_query(struct vtpmb_proxy *proxy);
void vtpmb_proxy_reset(struct vtpmb_proxy *proxy, const char *why);
int vtpmb_proxy_receive(struct vtpmb_proxy *proxy, struct vtpmb_cmd *cmd);
void vtpmb_proxy_count(struct vtpmb_proxy *proxy, const struct vtpmb_cmd *cmd);
void vtpmb_proxy_cancel(struct vtpmb_proxy *proxy);

int vtpmb_proxy_init(void);
void vtpmb_proxy_exit(void);

#endif
