// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hub: who may use the chip, and when.
 *
 * Each chip that has a proxy has one hub, and each hub one thread (thread.c).  The host's
 * own users find the chip as they left it, and resident objects need no lock.  While no
 * proxy has anything to do, one still gets a turn from time to time if the family has to
 * look at the chip.
 *
 * The order of the locks is in main.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "chip.h"
#include "queue.h"
#include "run.h"
#include "state.h"
#include "thread.h"

static unsigned int vtpmb_policy_pcr = 16;
static unsigned int vtpmb_attest_pcr = 23;

/* The PC Client profile lets any user reset PCRs 16 and 23; 0 means none. */
static int vtpmb_set_register_pcr(const char *val, const struct kernel_param *param)
{
	unsigned int pcr;
	int err = kstrtouint(val, 0, &pcr);

	if (err)
		return err;
	if (pcr != 0 && pcr != 16 && pcr != 23)
		return -ERANGE;
	return param_set_uint(val, param);
}

static const struct kernel_param_ops vtpmb_register_pcr_ops = {
	.set = vtpmb_set_register_pcr,
	.get = param_get_uint,
};

module_param_cb(policy_pcr, &vtpmb_register_pcr_ops, &vtpmb_policy_pcr, 0444);
MODULE_PARM_DESC(policy_pcr, "the chip's PCR that the proxies' policies on their own PCRs use, 16 or 23; 0: none (default 16)");
module_param_cb(attest_pcr, &vtpmb_register_pcr_ops, &vtpmb_attest_pcr, 0444);
MODULE_PARM_DESC(attest_pcr, "the chip's PCR that represents the proxies' own PCRs in quotes, 16 or 23, but not policy_pcr; 0: none (default 23)");

static LIST_HEAD(vtpmb_hubs);
static DEFINE_MUTEX(vtpmb_hubs_lock);
static bool vtpmb_hubs_paused;
static bool vtpmb_hubs_ended;

/* Call this before the chip is taken: opening a transform can load a kernel module. */
static int vtpmb_hub_open_crypto(struct vtpmb_port *port)
{
	u8 key[VTPMB_MAC_SIZE];
	int err = vtpmb_mac_open(&port->mac);

	if (err)
		return err;
	get_random_bytes(key, sizeof(key));
	err = vtpmb_mac_set_key(&port->mac, key, sizeof(key));
	memzero_explicit(key, sizeof(key));
	if (!err)
		err = vtpmb_mac_open(&port->policy_mac);
	if (err)
		goto close_mac;
	err = vtpmb_ecdh_open(&port->ecdh);
	if (err)
		goto close_policy_mac;
	return 0;

close_policy_mac:
	vtpmb_mac_close(&port->policy_mac);
close_mac:
	vtpmb_mac_close(&port->mac);
	return err;
}

static void vtpmb_hub_close_crypto(struct vtpmb_port *port)
{
	vtpmb_ecdh_close(&port->ecdh);
	vtpmb_mac_close(&port->policy_mac);
	vtpmb_mac_close(&port->mac);
}

static int vtpmb_hub_probe(struct vtpmb_hub *hub)
{
	int err;

	err = vtpmb_chip_take(hub->chip);
	if (err)
		return err;
	err = hub->port.family->probe(&hub->port);
	vtpmb_chip_yield(hub->chip);
	return err;
}

static void vtpmb_hub_forget(struct vtpmb_hub *hub)
{
	hub->port.family->forget(&hub->port);
}

static const struct vtpmb_family *vtpmb_hub_family(const struct tpm_chip *chip)
{
	return vtpmb_chip_is_tpm2(chip) ? &vtpmb_tpm20 : &vtpmb_tpm12;
}

static struct vtpmb_hub *vtpmb_hub_alloc(struct tpm_chip *chip)
{
	struct vtpmb_hub *hub = kzalloc(sizeof(*hub), GFP_KERNEL);

	if (!hub)
		return NULL;
	hub->port.scratch = kzalloc(VTPMB_BUF_SIZE, GFP_KERNEL);
	if (!hub->port.scratch) {
		kfree(hub);
		return NULL;
	}
	hub->port.family = vtpmb_hub_family(chip);
	hub->port.transmit = vtpmb_hub_transmit;
	hub->port.end_host_session = vtpmb_hub_end_host_session;
	hub->port.policy_pcr = vtpmb_policy_pcr;
	hub->port.attest_pcr = vtpmb_attest_pcr;
	hub->chip = chip;
	hub->users = 1;
	hub->refreshed = jiffies;
	hub->paused = vtpmb_hubs_paused;
	spin_lock_init(&hub->lock);
	mutex_init(&hub->run_lock);
	INIT_LIST_HEAD(&hub->queue);
	INIT_LIST_HEAD(&hub->seats);
	init_waitqueue_head(&hub->wake);
	init_waitqueue_head(&hub->idle);
	return hub;
}

static void vtpmb_hub_free(struct vtpmb_hub *hub)
{
	kfree_sensitive(hub->port.scratch);
	kfree(hub);
}

static struct vtpmb_hub *vtpmb_hub_create(struct tpm_chip *chip)
{
	struct vtpmb_hub *hub = vtpmb_hub_alloc(chip);
	struct task_struct *thread;
	int err = -ENOMEM;

	lockdep_assert_held(&vtpmb_hubs_lock);

	if (!hub)
		return ERR_PTR(err);
	err = vtpmb_hub_open_crypto(&hub->port);
	if (err)
		goto free_hub;
	err = vtpmb_hub_probe(hub);
	if (err)
		goto close_crypto;
	/* Set @thread before the thread runs: assertions compare it with current. */
	thread = kthread_create(vtpmb_hub_thread, hub, "vtpm_bridge/tpm%u", vtpmb_chip_num(chip));
	if (IS_ERR(thread)) {
		err = PTR_ERR(thread);
		goto forget_chip;
	}
	hub->thread = thread;
	wake_up_process(thread);
	list_add_tail(&hub->node, &vtpmb_hubs);
	return hub;

forget_chip:
	vtpmb_hub_forget(hub);
close_crypto:
	vtpmb_hub_close_crypto(&hub->port);
free_hub:
	vtpmb_hub_free(hub);
	return ERR_PTR(err);
}

static void vtpmb_hub_destroy(struct vtpmb_hub *hub)
{
	lockdep_assert_held(&vtpmb_hubs_lock);

	list_del(&hub->node);
	kthread_stop(hub->thread);
	vtpmb_hub_forget(hub);
	vtpmb_hub_close_crypto(&hub->port);
	vtpmb_chip_release(hub->chip);
	vtpmb_hub_free(hub);
}

/* The hub of an unplugged chip lives as long as its proxies; a new chip gets a new hub. */
static struct vtpmb_hub *vtpmb_hub_lookup(struct tpm_chip *chip)
{
	struct vtpmb_hub *hub;

	lockdep_assert_held(&vtpmb_hubs_lock);

	list_for_each_entry(hub, &vtpmb_hubs, node) {
		if (hub->chip == chip && !hub->closing) {
			hub->users++;
			return hub;
		}
	}
	return NULL;
}

/* Remove everything of all proxies from the chip, and never take it again. */
static void vtpmb_hub_close(struct vtpmb_hub *hub)
{
	lockdep_assert_held(&vtpmb_hubs_lock);

	vtpmb_hub_drain_all(hub);
	vtpmb_hub_interrupt(hub);
	wait_event(hub->idle, vtpmb_hub_is_idle(hub));
	spin_lock(&hub->lock);
	hub->gone = true;
	spin_unlock(&hub->lock);
}

/* The chip is being removed: stop using it while its driver still works. */
static void vtpmb_hub_chip_gone(struct tpm_chip *chip)
{
	struct vtpmb_hub *hub;

	mutex_lock(&vtpmb_hubs_lock);
	list_for_each_entry(hub, &vtpmb_hubs, node) {
		if (hub->chip == chip)
			vtpmb_hub_close(hub);
	}
	mutex_unlock(&vtpmb_hubs_lock);
}

/*
 * Find the family of the chip that a hub would use.  *@num is N of tpmN, or ~0 for the system's
 * default chip, and becomes N.  Errors: as vtpmb_chip_find().
 */
const struct vtpmb_family *vtpmb_hub_find_chip(u32 *num)
{
	struct tpm_chip *chip = vtpmb_chip_find(*num);
	const struct vtpmb_family *family;

	if (IS_ERR(chip))
		return ERR_CAST(chip);
	*num = vtpmb_chip_num(chip);
	family = vtpmb_hub_family(chip);
	vtpmb_chip_release(chip);
	return family;
}

/*
 * Find or make the hub of tpmN, or of the system's default chip for ~0; vtpmb_hub_put() gives
 * it back.  May sleep, for as long as the host keeps the chip busy.
 *
 * Errors: those of vtpmb_chip_find() and vtpmb_chip_take(); -EAGAIN also if the host is about
 * to sleep, -ENODEV if it shuts down; -EIO if the chip does not answer as a TPM should;
 * -ENOMEM.
 */
struct vtpmb_hub *vtpmb_hub_attach(u32 chip_num)
{
	struct tpm_chip *chip = vtpmb_chip_find(chip_num);
	struct vtpmb_hub *hub;
	int err;

	if (IS_ERR(chip))
		return ERR_CAST(chip);

	mutex_lock(&vtpmb_hubs_lock);
	hub = vtpmb_hubs_ended ? ERR_PTR(-ENODEV) :
	      vtpmb_hubs_paused ? ERR_PTR(-EAGAIN) : vtpmb_hub_lookup(chip);
	if (hub)
		goto release_chip;
	hub = vtpmb_hub_create(chip);
	if (IS_ERR(hub))
		goto release_chip;
	mutex_unlock(&vtpmb_hubs_lock);

	/* Without our lock: the class calls back with its own lock held. */
	err = vtpmb_chip_watch(chip, vtpmb_hub_chip_gone);
	if (err) {
		vtpmb_hub_put(hub);
		return ERR_PTR(err);
	}
	return hub;

release_chip:
	vtpmb_chip_release(chip);
	mutex_unlock(&vtpmb_hubs_lock);
	return hub;
}

void vtpmb_hub_put(struct vtpmb_hub *hub)
{
	mutex_lock(&vtpmb_hubs_lock);
	if (!--hub->users)
		vtpmb_hub_destroy(hub);
	mutex_unlock(&vtpmb_hubs_lock);
}

struct vtpmb_port *vtpmb_hub_port(struct vtpmb_hub *hub)
{
	return &hub->port;
}

u32 vtpmb_hub_chip_num(const struct vtpmb_hub *hub)
{
	return vtpmb_chip_num(hub->chip);
}

/*
 * Remove everything of a proxy from the chip, for good.  The caller makes sure that no new
 * command comes.  May sleep until the present turn has ended, or while the host sleeps.
 */
void vtpmb_hub_drain(struct vtpmb_seat *seat)
{
	vtpmb_hub_cancel(seat);
	vtpmb_seat_drain(seat);
	wait_event_state(seat->hub->idle, vtpmb_seat_end_turn(seat),
			 (TASK_UNINTERRUPTIBLE | TASK_FREEZABLE));
}

/*
 * Before the host sleeps, wait for the present turns to end.  No turn begins before the
 * host is awake again.  Creating a key can take minutes, so a guest that does is told to
 * send the command again.
 */
void vtpmb_hubs_pause(void)
{
	struct vtpmb_hub *hub;

	mutex_lock(&vtpmb_hubs_lock);
	vtpmb_hubs_paused = true;
	list_for_each_entry(hub, &vtpmb_hubs, node) {
		spin_lock(&hub->lock);
		hub->paused = true;
		spin_unlock(&hub->lock);
		wake_up_all(&hub->wake);
	}
	list_for_each_entry(hub, &vtpmb_hubs, node) {
		vtpmb_hub_interrupt(hub);
		wait_event(hub->idle, !READ_ONCE(hub->turn));
	}
	mutex_unlock(&vtpmb_hubs_lock);
}

void vtpmb_hubs_resume(void)
{
	struct vtpmb_hub *hub;

	mutex_lock(&vtpmb_hubs_lock);
	vtpmb_hubs_paused = false;
	list_for_each_entry(hub, &vtpmb_hubs, node) {
		spin_lock(&hub->lock);
		hub->paused = false;
		spin_unlock(&hub->lock);
		wake_up_all(&hub->wake);
	}
	mutex_unlock(&vtpmb_hubs_lock);
}

/* The host shuts down: remove everything of all proxies from all chips, for good. */
void vtpmb_hubs_end(void)
{
	struct vtpmb_hub *hub;

	mutex_lock(&vtpmb_hubs_lock);
	vtpmb_hubs_ended = true;
	list_for_each_entry(hub, &vtpmb_hubs, node)
		vtpmb_hub_close(hub);
	mutex_unlock(&vtpmb_hubs_lock);
}

/* The parameters come in any order, so they can be compared only when all have come. */
int vtpmb_hub_init(void)
{
	if (!vtpmb_policy_pcr || vtpmb_policy_pcr != vtpmb_attest_pcr)
		return 0;
	pr_err("policy_pcr and attest_pcr cannot be the same PCR\n");
	return -EINVAL;
}

void vtpmb_hub_exit(void)
{
	vtpmb_chip_unwatch();
}
