// SPDX-License-Identifier: GPL-2.0-only
/*
 * The proxy: one virtual machine's TPM as the kernel sees it, and the registry
 * of all.
 *
 * The order of the locks is in main.c.  A kick under vtpm.lock cannot come after the
 * drain of a proxy that is destroyed, since that is preceded by @dead under the same lock.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include "../core/failure.h"
#include "../core/limits.h"
#include "proxy.h"
#include "store_file.h"
#include "../hub/trace.h"
#include "../core/wire.h"

/* Proxies by number.  One without the mark is being created and cannot be found. */
static DEFINE_XARRAY_ALLOC(vtpmb_proxies);
#define VTPMB_PUBLISHED XA_MARK_1

/* Protects the marks, the proxies' names and ranges, of which no two may meet, and owners. */
static DEFINE_MUTEX(vtpmb_proxies_lock);

/* The parent of the proxies' devices: /sys/devices/vtpm_bridge/ */
static struct device *vtpmb_root;

static atomic_t vtpmb_last_id = ATOMIC_INIT(0);

static void vtpmb_proxy_release(struct device *dev)
{
	struct vtpmb_proxy *proxy = vtpmb_dev_proxy(dev);

	if (proxy->vtpm.state)
		vtpmb_hub_port(proxy->hub)->family->destroy(&proxy->vtpm);
	vtpmb_store_close(&proxy->vtpm);
	vtpmb_store_file_close(proxy->store_file);
	vtpmb_hub_put(proxy->hub);
	mutex_destroy(&proxy->vtpm.lock);
	kfree_sensitive(proxy);
}

static void vtpmb_proxy_init_vtpm(struct vtpmb_proxy *proxy, const struct vtpmb_proxy_type *type)
{
	struct vtpmb_vtpm *vtpm = &proxy->vtpm;

	vtpm->port = vtpmb_hub_port(proxy->hub);
	vtpm->id = atomic_inc_return(&vtpmb_last_id);
	mutex_init(&vtpm->lock);
	vtpmb_hub_join(proxy->hub, &proxy->seat, vtpm, type->done);
}

static void vtpmb_proxy_set_name(struct vtpmb_proxy *proxy, const char *name)
{
	strscpy(proxy->name, name, sizeof(proxy->name));
	if (*name)
		snprintf(proxy->node, sizeof(proxy->node), "vtpm-%s", name);
	else
		snprintf(proxy->node, sizeof(proxy->node), "vtpm%u", proxy->num);
}

/* The hub's reference passes to the proxy, whatever is returned. */
static struct vtpmb_proxy *vtpmb_proxy_alloc(const struct vtpmb_proxy_type *type,
					     struct vtpmb_hub *hub, u32 num, const char *name,
					     const void *owner)
{
	struct vtpmb_proxy *proxy = kzalloc(sizeof(*proxy), GFP_KERNEL);
	int err;

	if (!proxy) {
		vtpmb_hub_put(hub);
		return ERR_PTR(-ENOMEM);
	}
	proxy->hub = hub;
	proxy->num = num;
	proxy->owner = owner;
	proxy->reset_by_query = true;
	init_waitqueue_head(&proxy->changed);
	vtpmb_proxy_init_vtpm(proxy, type);

	device_initialize(&proxy->dev);
	proxy->dev.parent = vtpmb_root;
	proxy->dev.release = vtpmb_proxy_release;
	proxy->dev.groups = type->groups;

	vtpmb_proxy_set_name(proxy, name);
	proxy->misc.minor = MISC_DYNAMIC_MINOR;
	proxy->misc.name = proxy->node;
	proxy->misc.fops = type->fops;
	proxy->misc.parent = &proxy->dev;

	err = dev_set_name(&proxy->dev, "%s", proxy->node);
	if (!err)
		err = vtpmb_hub_port(hub)->family->create(&proxy->vtpm);
	if (err) {
		put_device(&proxy->dev);
		return ERR_PTR(err);
	}
	return proxy;
}

/* Check unpublished proxies too: their nodes come later. */
static bool vtpmb_proxy_is_name_taken(const char *name)
{
	struct vtpmb_proxy *other;
	unsigned long num;

	lockdep_assert_held(&vtpmb_proxies_lock);

	xa_for_each(&vtpmb_proxies, num, other) {
		if (*name && !strcmp(other->name, name))
			return true;
	}
	return false;
}

/* The number is reserved, so that xa_store() needs no memory. */
static int vtpmb_proxy_enter(struct vtpmb_proxy *proxy)
{
	int err = 0;

	mutex_lock(&vtpmb_proxies_lock);
	if (vtpmb_proxy_is_name_taken(proxy->name)) {
		err = -EEXIST;
		xa_erase(&vtpmb_proxies, proxy->num);
	} else {
		xa_store(&vtpmb_proxies, proxy->num, proxy, GFP_KERNEL);
	}
	mutex_unlock(&vtpmb_proxies_lock);
	return err;
}

/*
 * Make a proxy that nobody can find yet, on the chip tpmN, or ~0 for the system's default
 * chip.  Its @name has at most VTPMB_MAX_NAME characters, or none.  With an @owner, the proxy
 * dies with it: see vtpmb_proxy_destroy_owned().
 *
 * The caller configures the proxy, and passes it to vtpmb_proxy_publish() or
 * vtpmb_proxy_abort().  Errors: -ENOSPC if there are VTPMB_MAX_PROXIES; -EEXIST if another
 * one has the name; what vtpmb_hub_attach() returns; -ENOMEM.
 */
struct vtpmb_proxy *vtpmb_proxy_create(const struct vtpmb_proxy_type *type, u32 chip,
				       const char *name, const void *owner)
{
	struct vtpmb_hub *hub = vtpmb_hub_attach(chip);
	struct vtpmb_proxy *proxy;
	u32 num;
	int err;

	if (IS_ERR(hub))
		return ERR_CAST(hub);

	err = xa_alloc(&vtpmb_proxies, &num, NULL,
		       XA_LIMIT(0, VTPMB_MAX_PROXIES - 1), GFP_KERNEL);
	if (err) {
		vtpmb_hub_put(hub);
		return ERR_PTR(err == -EBUSY ? -ENOSPC : err);
	}

	proxy = vtpmb_proxy_alloc(type, hub, num, name, owner);
	if (IS_ERR(proxy)) {
		xa_erase(&vtpmb_proxies, num);
		return proxy;
	}
	err = vtpmb_proxy_enter(proxy);
	if (err) {
		put_device(&proxy->dev);
		return ERR_PTR(err);
	}
	return proxy;
}

/* Reset the virtual platform; @why is for the trace. */
static void vtpmb_proxy_do_reset(struct vtpmb_proxy *proxy, const char *why)
{
	const struct vtpmb_family *family = proxy->vtpm.port->family;

	lockdep_assert_held(&proxy->vtpm.lock);

	family->power(&proxy->vtpm, VTPMB_POWER_RESET);
	if (proxy->powered)
		family->power(&proxy->vtpm, VTPMB_POWER_STARTUP);
	atomic64_inc(&proxy->nr_resets);
	trace_vtpmb_reset(proxy->num, why);
}

/* Power on a new proxy.  The chip has nothing of it yet, so nothing is stale. */
static void vtpmb_proxy_power_new(struct vtpmb_proxy *proxy)
{
	mutex_lock(&proxy->vtpm.lock);
	if (proxy->powered)
		vtpmb_proxy_do_reset(proxy, "power");
	mutex_unlock(&proxy->vtpm.lock);
}

/* The node comes last: nothing may fail once it exists. */
static int vtpmb_proxy_add(struct vtpmb_proxy *proxy)
{
	int err;

	lockdep_assert_held(&vtpmb_proxies_lock);

	vtpmb_proxy_power_new(proxy);
	err = device_add(&proxy->dev);
	if (err)
		return err;
	err = misc_register(&proxy->misc);
	if (err) {
		device_del(&proxy->dev);
		return err;
	}
	xa_set_mark(&vtpmb_proxies, proxy->num, VTPMB_PUBLISHED);
	/* Proxies are state that the administrator made: they keep the module. */
	__module_get(THIS_MODULE);
	return 0;
}

/*
 * Let everybody find a proxy, and make its node.  After success the caller has no reference any
 * more; after an error it calls vtpmb_proxy_abort().
 */
int vtpmb_proxy_publish(struct vtpmb_proxy *proxy)
{
	int err;

	mutex_lock(&vtpmb_proxies_lock);
	err = vtpmb_proxy_add(proxy);
	mutex_unlock(&vtpmb_proxies_lock);
	return err;
}

/* End a proxy that was never published.  The chip has nothing of it. */
void vtpmb_proxy_abort(struct vtpmb_proxy *proxy)
{
	mutex_lock(&vtpmb_proxies_lock);
	xa_erase(&vtpmb_proxies, proxy->num);
	mutex_unlock(&vtpmb_proxies_lock);
	put_device(&proxy->dev);
}

/* The published proxy with this number, or NULL. */
static struct vtpmb_proxy *vtpmb_proxy_lookup(u32 num)
{
	lockdep_assert_held(&vtpmb_proxies_lock);

	if (!xa_get_mark(&vtpmb_proxies, num, VTPMB_PUBLISHED))
		return NULL;
	return xa_load(&vtpmb_proxies, num);
}

/*
 * End a proxy, in two steps.  Who may still hold it, and why each ends:
 *   a lookup	ioctls hold a reference for as long as they last
 *   the file	its operations see @dead from now on; it lives until its release
 *   the hub	is drained here and finds nothing to do afterwards
 */

/* Unlink: it cannot be found by number, path or attribute any more. */
static void vtpmb_proxy_unlink(struct vtpmb_proxy *proxy)
{
	lockdep_assert_held(&vtpmb_proxies_lock);

	misc_deregister(&proxy->misc);
	device_del(&proxy->dev);
	xa_erase(&vtpmb_proxies, proxy->num);
}

static void vtpmb_proxy_kill(struct vtpmb_proxy *proxy)
{
	/* Mark dead: no new command comes. */
	mutex_lock(&proxy->vtpm.lock);
	WRITE_ONCE(proxy->dead, true);
	proxy->vtpm.port->family->power(&proxy->vtpm, VTPMB_POWER_OFF);
	mutex_unlock(&proxy->vtpm.lock);
	wake_up_all(&proxy->changed);

	/* Wait: nothing of it is left in the chip. */
	vtpmb_hub_drain(&proxy->seat);

	/* Drop. */
	put_device(&proxy->dev);
	module_put(THIS_MODULE);
}

/*
 * End proxy @num, with @force even if its node is open.  May sleep until the chip has finished
 * what it does.  Returns 0; -ENOENT if there is none; -EBUSY if the node is open.
 */
int vtpmb_proxy_destroy(u32 num, bool force)
{
	struct vtpmb_proxy *proxy;
	int err = 0;

	mutex_lock(&vtpmb_proxies_lock);
	proxy = vtpmb_proxy_lookup(num);
	if (!proxy)
		err = -ENOENT;
	else if (!force && test_and_set_bit(0, &proxy->open))
		err = -EBUSY;	/* if it was closed, it stays so */
	else
		vtpmb_proxy_unlink(proxy);
	mutex_unlock(&vtpmb_proxies_lock);

	if (!err)
		vtpmb_proxy_kill(proxy);
	return err;
}

/* Let a proxy outlive its control file; -ENOENT if @num would not die with @owner. */
int vtpmb_proxy_keep(u32 num, const void *owner)
{
	struct vtpmb_proxy *proxy;
	int err = -ENOENT;

	mutex_lock(&vtpmb_proxies_lock);
	proxy = vtpmb_proxy_lookup(num);
	if (proxy && proxy->owner == owner) {
		WRITE_ONCE(proxy->owner, NULL);
		err = 0;
	}
	mutex_unlock(&vtpmb_proxies_lock);
	return err;
}

static struct vtpmb_proxy *vtpmb_proxy_unlink_owned(const void *owner)
{
	struct vtpmb_proxy *proxy;
	unsigned long num;

	mutex_lock(&vtpmb_proxies_lock);
	xa_for_each_marked(&vtpmb_proxies, num, proxy, VTPMB_PUBLISHED) {
		if (proxy->owner == owner) {
			vtpmb_proxy_unlink(proxy);
			break;
		}
	}
	mutex_unlock(&vtpmb_proxies_lock);
	return proxy;
}

/* The control file @owner is closed: destroy its proxies, even if their nodes are open. */
void vtpmb_proxy_destroy_owned(const void *owner)
{
	struct vtpmb_proxy *proxy;

	while ((proxy = vtpmb_proxy_unlink_owned(owner)))
		vtpmb_proxy_kill(proxy);
}

/*
 * Find /dev/vtpm@num.  The caller gives the reference back by vtpmb_proxy_put().  The proxy may
 * die meanwhile.
 */
struct vtpmb_proxy *vtpmb_proxy_find(u32 num)
{
	struct vtpmb_proxy *proxy;

	mutex_lock(&vtpmb_proxies_lock);
	proxy = vtpmb_proxy_lookup(num);
	if (proxy)
		get_device(&proxy->dev);
	mutex_unlock(&vtpmb_proxies_lock);
	return proxy;
}

void vtpmb_proxy_put(struct vtpmb_proxy *proxy)
{
	put_device(&proxy->dev);
}

/* List the numbers of the proxies, lowest first, as many as fit.  Returns how many there are. */
u32 vtpmb_proxy_list(u32 *nums, u32 room)
{
	struct vtpmb_proxy *proxy;
	unsigned long num;
	u32 count = 0;

	mutex_lock(&vtpmb_proxies_lock);
	xa_for_each_marked(&vtpmb_proxies, num, proxy, VTPMB_PUBLISHED) {
		if (count < room)
			nums[count] = num;
		count++;
	}
	mutex_unlock(&vtpmb_proxies_lock);
	return count;
}

/* Check unpublished proxies too: they can have ranges already. */
static bool vtpmb_proxy_is_taken(const struct vtpmb_proxy *proxy,
				 enum vtpmb_range_kind kind,
				 const struct vtpmb_range *range)
{
	struct vtpmb_proxy *other;
	unsigned long num;

	lockdep_assert_held(&vtpmb_proxies_lock);

	xa_for_each(&vtpmb_proxies, num, other) {
		if (other != proxy && other->hub == proxy->hub &&
		    vtpmb_range_overlaps(&other->vtpm.range[kind], range))
			return true;
	}
	return false;
}

/*
 * Grant a range of the chip's handles, in place of an earlier one of this kind.  Returns 0, or
 * -EBUSY if another proxy of the same chip has some of them.
 */
int vtpmb_proxy_grant(struct vtpmb_proxy *proxy, enum vtpmb_range_kind kind,
		      const struct vtpmb_range *range)
{
	struct vtpmb_vtpm *vtpm = &proxy->vtpm;
	int err = 0;

	mutex_lock(&vtpmb_proxies_lock);
	if (vtpmb_proxy_is_taken(proxy, kind, range))
		err = -EBUSY;
	mutex_lock(&vtpm->lock);
	if (!err) {
		vtpm->range[kind] = *range;
		vtpm->grants++;
	}
	mutex_unlock(&vtpm->lock);
	mutex_unlock(&vtpmb_proxies_lock);
	return err;
}

/* Check unpublished proxies too: they can have a store already. */
static bool vtpmb_proxy_is_file_taken(const struct inode *inode)
{
	struct vtpmb_proxy *other;
	unsigned long num;

	lockdep_assert_held(&vtpmb_proxies_lock);

	xa_for_each(&vtpmb_proxies, num, other) {
		if (other->store_file && file_inode(other->store_file) == inode)
			return true;
	}
	return false;
}

/* From the claim on no other proxy gets the file. */
static int vtpmb_proxy_claim_file(struct vtpmb_proxy *proxy, struct file *file)
{
	int err = 0;

	mutex_lock(&vtpmb_proxies_lock);
	if (proxy->store_file || device_is_registered(&proxy->dev) ||
	    vtpmb_proxy_is_file_taken(file_inode(file)))
		err = -EBUSY;
	else
		proxy->store_file = file;
	mutex_unlock(&vtpmb_proxies_lock);
	return err;
}

/*
 * Give a proxy that is not published yet a store in @file, whose reference passes to the proxy.
 * @plan gets what the proxy knows.  After an error the proxy is to be aborted.  Returns 0;
 * -EBUSY if the proxy has a store or is published, or another proxy has the file; or the error
 * of vtpmb_store_open().
 */
int vtpmb_proxy_set_store(struct vtpmb_proxy *proxy, struct file *file,
			  struct vtpmb_store_plan *plan)
{
	int err = vtpmb_proxy_claim_file(proxy, file);

	if (err) {
		vtpmb_store_file_close(file);
		return err;
	}
	plan->io = &vtpmb_store_file_io;
	plan->file = file;
	plan->name = proxy->name;
	return vtpmb_store_open(&proxy->vtpm, plan);
}

/* A present user only notices that the TPM does not wait for Startup any more. */
static void vtpmb_proxy_power_on(struct vtpmb_proxy *proxy)
{
	struct vtpmb_vtpm *vtpm = &proxy->vtpm;

	lockdep_assert_held(&vtpm->lock);

	if (vtpm->power == VTPMB_OFF)
		vtpmb_proxy_do_reset(proxy, "power");
	else if (vtpm->power == VTPMB_POST_INIT)
		vtpm->port->family->power(vtpm, VTPMB_POWER_STARTUP);
}

static void vtpmb_proxy_power_off(struct vtpmb_proxy *proxy)
{
	lockdep_assert_held(&proxy->vtpm.lock);

	proxy->vtpm.port->family->power(&proxy->vtpm, VTPMB_POWER_OFF);
	vtpmb_hub_kick(&proxy->seat);
}

/* Put the virtual TPM in failure mode, or end that. */
void vtpmb_proxy_set_failure_mode(struct vtpmb_proxy *proxy, bool on)
{
	lockdep_assert_held(&proxy->vtpm.lock);

	if (!on)
		proxy->failure_mode = VTPMB_FAILURE_NONE;
	else if (proxy->vtpm.power == VTPMB_OFF)
		proxy->failure_mode = VTPMB_FAILURE_OPENED;
	else
		proxy->failure_mode = VTPMB_FAILURE_RUNNING;
}

/*
 * Set whether a proxy has power while its node is not open.  With @on it starts itself after
 * each reset, as if by firmware.  Returns 0, or -ENOENT if it is being destroyed.
 *
 * One that is not published yet is powered on by vtpmb_proxy_publish().  One that has a user
 * keeps its power until that user closes the node.
 */
int vtpmb_proxy_set_power(struct vtpmb_proxy *proxy, bool on)
{
	bool changed = proxy->powered != on;

	lockdep_assert_held(&proxy->vtpm.lock);

	if (proxy->dead)
		return -ENOENT;
	WRITE_ONCE(proxy->powered, on);
	if (!changed || !device_is_registered(&proxy->dev))
		return 0;
	if (on)
		vtpmb_proxy_power_on(proxy);
	else if (!test_bit(0, &proxy->open))
		vtpmb_proxy_power_off(proxy);
	return 0;
}

/*
 * Power a proxy on for a user, with a reference.  Returns 0; -EBUSY if it has a user; -ENODEV
 * if it is being destroyed.
 */
int vtpmb_proxy_open(struct vtpmb_proxy *proxy)
{
	int err = 0;

	if (test_and_set_bit(0, &proxy->open))
		return -EBUSY;
	mutex_lock(&proxy->vtpm.lock);
	if (proxy->dead)
		err = -ENODEV;
	else if (!proxy->powered)
		vtpmb_proxy_do_reset(proxy, "open");
	if (proxy->failure_mode)
		proxy->failure_mode = VTPMB_FAILURE_OPENED;
	mutex_unlock(&proxy->vtpm.lock);
	if (err) {
		clear_bit(0, &proxy->open);
		return err;
	}
	get_device(&proxy->dev);
	return 0;
}

/* Whether the virtual TPM stays powered.  If so, the next user can open it at once. */
static bool vtpmb_proxy_leave_on(struct vtpmb_proxy *proxy)
{
	bool stays;

	mutex_lock(&proxy->vtpm.lock);
	stays = proxy->powered && !proxy->dead;
	if (stays)
		clear_bit_unlock(0, &proxy->open);
	else if (!proxy->dead)
		vtpmb_proxy_power_off(proxy);
	mutex_unlock(&proxy->vtpm.lock);
	return stays;
}

/*
 * The user is gone, and no command is on its way: power off, unless the proxy stays on.  After
 * a power-off this waits, unless the user is being killed, until the chip is clear of the
 * proxy.
 */
void vtpmb_proxy_close(struct vtpmb_proxy *proxy)
{
	if (!vtpmb_proxy_leave_on(proxy)) {
		vtpmb_hub_wait(&proxy->seat);
		clear_bit_unlock(0, &proxy->open);
	}
	put_device(&proxy->dev);
}

bool vtpmb_proxy_is_dead(struct vtpmb_proxy *proxy)
{
	return READ_ONCE(proxy->dead);
}

/*
 * Whether @bytes, which are being written, are QEMU's reset query.  Every reset of QEMU's TPM
 * device sends this one query, from the main thread.  All that the guest sends comes from a
 * worker, so the guest cannot forge it.  A proxy that stays powered is not used by QEMU.
 */
bool vtpmb_proxy_is_query(struct vtpmb_proxy *proxy, const u8 *bytes, size_t len)
{
	return len == VTPMB_QUERY_SIZE &&
	       READ_ONCE(proxy->reset_by_query) && !READ_ONCE(proxy->powered) &&
	       thread_group_leader(current) &&
	       !memcmp(bytes, proxy->vtpm.port->family->query, len);
}

/*
 * Reset the virtual platform, and cancel a command on its way.  Never waits for the chip.  Has
 * no effect without power.  @why is for the trace.
 */
void vtpmb_proxy_reset(struct vtpmb_proxy *proxy, const char *why)
{
	bool on;

	mutex_lock(&proxy->vtpm.lock);
	on = proxy->vtpm.power != VTPMB_OFF;
	if (on) {
		vtpmb_proxy_do_reset(proxy, why);
		vtpmb_hub_kick(&proxy->seat);
	}
	mutex_unlock(&proxy->vtpm.lock);

	if (on)
		vtpmb_hub_cancel(&proxy->seat);
}

/* QEMU's reset query came: reset the virtual platform. */
void vtpmb_proxy_query(struct vtpmb_proxy *proxy)
{
	mutex_lock(&proxy->vtpm.lock);
	if (proxy->failure_mode == VTPMB_FAILURE_USED)
		proxy->failure_mode = VTPMB_FAILURE_NONE;
	else if (proxy->failure_mode == VTPMB_FAILURE_OPENED)
		proxy->failure_mode = VTPMB_FAILURE_RUNNING;
	mutex_unlock(&proxy->vtpm.lock);

	vtpmb_proxy_reset(proxy, "query");
}

static void vtpmb_proxy_fail(struct vtpmb_proxy *proxy, struct vtpmb_cmd *cmd)
{
	const struct vtpmb_family *family = proxy->vtpm.port->family;
	struct vtpmb_header *header = (struct vtpmb_header *)cmd->buf;

	lockdep_assert_held(&proxy->vtpm.lock);

	if (proxy->failure_mode == VTPMB_FAILURE_RUNNING)
		proxy->failure_mode = VTPMB_FAILURE_USED;
	cmd->code = cmd->len < VTPMB_HEADER_SIZE ? 0 : vtpmb_code_of(cmd->buf);
	cmd->rc = family->failure->lasts;
	cmd->answer = VTPMB_ANSWER_LOCAL;
	cmd->len = VTPMB_HEADER_SIZE;
	header->tag = ((const struct vtpmb_header *)family->query_answer)->tag;
	header->size = cpu_to_be32(cmd->len);
	header->code = cpu_to_be32(cmd->rc);
}

/*
 * Take a command, whose @buf and @len are set.  Returns 0; -EPIPE if the proxy is dead; -ENODEV
 * if the chip was unplugged.  @cmd->answer tells whether the response is there already or comes
 * by @done() of the type.
 */
int vtpmb_proxy_receive(struct vtpmb_proxy *proxy, struct vtpmb_cmd *cmd)
{
	int err = 0;

	mutex_lock(&proxy->vtpm.lock);
	vtpmb_store_mark(&proxy->vtpm, &cmd->mark);
	if (proxy->dead)
		err = -EPIPE;
	else if (proxy->failure_mode)
		vtpmb_proxy_fail(proxy, cmd);
	else
		proxy->vtpm.port->family->receive(&proxy->vtpm, cmd);
	if (!err && cmd->answer == VTPMB_ANSWER_LOCAL && cmd->stale)
		vtpmb_hub_kick(&proxy->seat);
	mutex_unlock(&proxy->vtpm.lock);
	if (err)
		return err;

	atomic64_inc(&proxy->nr_commands);
	if (cmd->answer == VTPMB_ANSWER_REFUSED)
		atomic64_inc(&proxy->nr_refusals);
	return 0;
}

/* What the virtual TPM has deleted leaves the chip only now that this is stored. */
void vtpmb_proxy_stored(struct vtpmb_proxy *proxy)
{
	mutex_lock(&proxy->vtpm.lock);
	if (!proxy->dead)
		vtpmb_hub_kick(&proxy->seat);
	mutex_unlock(&proxy->vtpm.lock);
}

/* Called once for each proxy, and again after VTPM_BRIDGE_STOP_ON_FAILURE was set. */
static void vtpmb_proxy_tell_failure(struct vtpmb_proxy *proxy, u32 code)
{
	u32 chip = vtpmb_hub_chip_num(proxy->hub);
	bool stopped = vtpmb_failure_stops(&proxy->vtpm);

	trace_vtpmb_failure(proxy->num, chip, code, stopped);
	pr_warn("tpm%u is in failure mode after command 0x%x of %s%s\n", chip, code,
		proxy->node, stopped ? ", which is stopped: see stop-on-failure" : "");
}

/* A command came back from the hub. */
void vtpmb_proxy_count(struct vtpmb_proxy *proxy, const struct vtpmb_cmd *cmd)
{
	if (cmd->failed_code)
		vtpmb_proxy_tell_failure(proxy, cmd->failed_code);
	atomic64_add(cmd->nr_chip_commands, &proxy->nr_chip_commands);
	if (cmd->answer == VTPMB_ANSWER_REFUSED)
		atomic64_inc(&proxy->nr_refusals);
}

void vtpmb_proxy_cancel(struct vtpmb_proxy *proxy)
{
	vtpmb_hub_cancel(&proxy->seat);
}

int vtpmb_proxy_init(void)
{
	vtpmb_root = root_device_register("vtpm_bridge");
	return PTR_ERR_OR_ZERO(vtpmb_root);
}

void vtpmb_proxy_exit(void)
{
	root_device_unregister(vtpmb_root);
}
