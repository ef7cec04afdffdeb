// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hub: who may use the chip, and when.
 *
 * Each chip has one thread.  It serves the proxies in the order in which they asked, one
 * turn each.  In a turn it takes the chip, executes the proxy's command, waits a moment
 * for the next one, removes everything of the proxy from the chip and gives the chip
 * back.  A TPM 1.2 is passed to the next proxy as it is, as long as the host does not
 * want it.  The host's own users therefore find the chip as they left it, and resident
 * objects need no lock.  While no proxy has anything to do, one still gets a turn from
 * time to time if the family has to look at the chip.
 *
 * The order of the locks is in main.c.
 */

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/suspend.h>
#include "chip.h"
#include "hub.h"
#include "trace.h"
#include "turn.h"
#include "../core/wire.h"

static struct vtpmb_turn_rule vtpmb_turn_rule = {
	.us = 250000,
	.commands = 16,
	.host_us = 20000,
	.linger_us = 5000,
	.hold_us = 200000,
};

module_param_named(turn_us, vtpmb_turn_rule.us, uint, 0644);
MODULE_PARM_DESC(turn_us, "microseconds after which a turn ends if another proxy waits for the chip (default 250000)");
module_param_named(turn_commands, vtpmb_turn_rule.commands, uint, 0644);
MODULE_PARM_DESC(turn_commands, "commands after which a turn ends if another proxy waits for the chip (default 16)");
module_param_named(host_us, vtpmb_turn_rule.host_us, uint, 0644);
MODULE_PARM_DESC(host_us, "microseconds after which a turn ends if the host waits for the chip (default 20000)");
module_param_named(linger_us, vtpmb_turn_rule.linger_us, uint, 0644);
MODULE_PARM_DESC(linger_us, "microseconds a turn waits for the proxy's next command if someone else waits for the chip (default 5000)");
module_param_named(hold_us, vtpmb_turn_rule.hold_us, uint, 0644);
MODULE_PARM_DESC(hold_us, "microseconds a turn waits for the proxy's next command if nobody else waits for the chip (default 200000)");

/* How often a waiting turn polls whether the host wants the chip: there is no notification. */
#define VTPMB_LOOK_US	1000

static unsigned int vtpmb_policy_pcr = 16;

/* The PC Client profile lets any user reset PCRs 16 and 23; 0 means none. */
static int vtpmb_set_policy_pcr(const char *val, const struct kernel_param *param)
{
	unsigned int pcr;
	int err = kstrtouint(val, 0, &pcr);

	if (err)
		return err;
	if (pcr != 0 && pcr != 16 && pcr != 23)
		return -ERANGE;
	return param_set_uint(val, param);
}

static const struct kernel_param_ops vtpmb_policy_pcr_ops = {
	.set = vtpmb_set_policy_pcr,
	.get = param_get_uint,
};

module_param_cb(policy_pcr, &vtpmb_policy_pcr_ops, &vtpmb_policy_pcr, 0444);
MODULE_PARM_DESC(policy_pcr, "TPM 2.0: the chip's PCR that the proxies' policies on their own PCRs use, 16 or 23; 0: none (default 16)");

/**
 * struct vtpmb_hub - the user of one chip
 * @port:	the part of the hub that the core sees
 * @chip:	with a device reference; constant
 * @users:	number of users, one for each proxy; under vtpmb_hubs_lock
 * @node:	in vtpmb_hubs, under vtpmb_hubs_lock
 * @thread:	constant; NULL before it starts
 * @refreshed:	when saved sessions were last refreshed or need not have been, in jiffies; used by
 *		@thread only
 * @lock:	protects @queue, @seats, @turn, @paused, @closing, @gone and all seats
 * @queue:	seats with something to do, the longest waiting first
 * @seats:	seats that may have something in the chip
 * @turn:	the seat being served, or NULL
 * @paused:	the host is about to sleep: no turn may begin
 * @closing:	the chip is being removed, or the host shuts down: turns only clear the
 *		chip, and every command fails
 * @gone:	the chip is never taken again
 * @wake:	the thread waits here for work
 * @idle:	others wait here for the thread
 * @run_lock:	held while @running changes and while a command is cancelled: the chip
 *		always cancels the command that it runs, whichever seat sent it
 * @running:	the seat whose slow command the chip runs, or NULL
 * @run_began:	when @running was set, in jiffies
 * @interrupted: the hub cancelled, or did not start, a command that the guest still
 *		wants; under @run_lock
 */
struct vtpmb_hub {
	struct vtpmb_port port;
	struct tpm_chip *chip;
	unsigned int users;
	struct list_head node;
	struct task_struct *thread;
	unsigned long refreshed;

	spinlock_t lock; /* queue, seats, turn, paused, closing, gone, each seat */
	struct list_head queue;
	struct list_head seats;
	struct vtpmb_seat *turn;
	bool paused;
	bool closing;
	bool gone;
	wait_queue_head_t wake;
	wait_queue_head_t idle;

	struct mutex run_lock; /* running, run_began, interrupted */
	struct vtpmb_seat *running;
	unsigned long run_began;
	bool interrupted;
};

static LIST_HEAD(vtpmb_hubs);
static DEFINE_MUTEX(vtpmb_hubs_lock);
static bool vtpmb_hubs_paused;
static bool vtpmb_hubs_ended;

static struct vtpmb_hub *vtpmb_port_hub(struct vtpmb_port *port)
{
	return container_of(port, struct vtpmb_hub, port);
}

/* Data that only the hub's thread uses needs no lock.  Lockdep kernels check this. */
static void vtpmb_hub_assert_thread(const struct vtpmb_hub *hub)
{
	lockdep_assert(current == hub->thread);
}

/* Until the thread exists, the creator of the hub may hold the chip. */
static void vtpmb_hub_assert_holder(const struct vtpmb_hub *hub)
{
	lockdep_assert(!hub->thread || current == hub->thread);
}

/*
 * A guest's own command runs in the guest's buffer.  Commands of the family, such as
 * those that load and save contexts, run in the scratch buffer and must not be cancelled.
 * Short commands must not be cancelled either: a chip that is told to cancel just after
 * it has finished may drop the response for which its driver is waiting.
 */
static bool vtpmb_hub_begin_run(struct vtpmb_hub *hub, const u8 *buf)
{
	struct vtpmb_seat *seat = hub->turn;
	bool wanted = true;

	if (buf == hub->port.scratch || !seat)
		return true;

	mutex_lock(&hub->run_lock);
	spin_lock(&hub->lock);
	if (seat->cancelled)
		wanted = false;
	else if (seat->cmd->slow && (hub->paused || hub->closing))
		hub->interrupted = true;
	spin_unlock(&hub->lock);
	wanted = wanted && !hub->interrupted;
	if (wanted && seat->cmd->slow) {
		hub->running = seat;
		hub->run_began = jiffies;
	}
	mutex_unlock(&hub->run_lock);
	return wanted;
}

static void vtpmb_hub_end_run(struct vtpmb_hub *hub)
{
	mutex_lock(&hub->run_lock);
	hub->running = NULL;
	mutex_unlock(&hub->run_lock);
}

static int vtpmb_hub_transmit(struct vtpmb_port *port, u8 *buf)
{
	struct vtpmb_hub *hub = vtpmb_port_hub(port);
	u32 code = vtpmb_peek_u32(buf + 6);
	int len;

	vtpmb_hub_assert_holder(hub);
	if (hub->turn)
		lockdep_assert_not_held(&hub->turn->vtpm->lock);

	if (!vtpmb_hub_begin_run(hub, buf))
		return -ECANCELED;
	len = vtpmb_chip_transmit(hub->chip, buf);
	vtpmb_hub_end_run(hub);

	port->nr_chip_commands++;
	trace_vtpmb_chip_command(vtpmb_chip_num(hub->chip), code,
				 len < 0 ? len : (int)vtpmb_peek_u32(buf + 6));
	return len;
}

static void vtpmb_hub_end_host_session(struct vtpmb_port *port)
{
	vtpmb_chip_end_session(vtpmb_port_hub(port)->chip);
}

static struct vtpmb_cmd *vtpmb_seat_take_cmd(struct vtpmb_seat *seat)
{
	struct vtpmb_cmd *cmd;

	vtpmb_hub_assert_thread(seat->hub);

	spin_lock(&seat->hub->lock);
	cmd = seat->cmd;
	if (cmd)
		seat->running = true;
	spin_unlock(&seat->hub->lock);
	return cmd;
}

/* Return the command to its submitter, who owns it from here on. */
static void vtpmb_seat_finish_cmd(struct vtpmb_seat *seat, int err)
{
	struct vtpmb_cmd *cmd = seat->cmd;

	vtpmb_hub_assert_thread(seat->hub);

	spin_lock(&seat->hub->lock);
	seat->cmd = NULL;
	seat->running = false;
	seat->cancelled = false;
	spin_unlock(&seat->hub->lock);
	seat->done(cmd, err);
}

static bool vtpmb_cmd_is_stale(struct vtpmb_vtpm *vtpm,
			       const struct vtpmb_cmd *cmd)
{
	bool stale;

	mutex_lock(&vtpm->lock);
	stale = cmd->epoch != vtpm->epoch;
	mutex_unlock(&vtpm->lock);
	return stale;
}

static bool vtpmb_hub_was_interrupted(struct vtpmb_hub *hub)
{
	bool interrupted;

	mutex_lock(&hub->run_lock);
	interrupted = hub->interrupted;
	hub->interrupted = false;
	mutex_unlock(&hub->run_lock);
	return interrupted;
}

static int vtpmb_hub_execute(struct vtpmb_hub *hub, struct vtpmb_seat *seat,
			     struct vtpmb_cmd *cmd)
{
	const struct vtpmb_family *family = hub->port.family;
	int err;

	if (READ_ONCE(hub->closing))
		return -ENODEV;
	if (vtpmb_cmd_is_stale(seat->vtpm, cmd))
		return -ECANCELED;
	err = family->execute(seat->vtpm, cmd);
	if (!vtpmb_hub_was_interrupted(hub) || !err || READ_ONCE(seat->cancelled))
		return err;
	/* The guest still wants it: tell it to send the command again. */
	family->retry(cmd);
	return 0;
}

/* Execute @cmd, or fail it with @err.  Returns whether the chip ran any command. */
static bool vtpmb_hub_serve(struct vtpmb_hub *hub, struct vtpmb_seat *seat,
			    struct vtpmb_cmd *cmd, int err)
{
	u64 before = hub->port.nr_chip_commands;
	u32 nr_chip_commands;

	if (!err)
		err = vtpmb_hub_execute(hub, seat, cmd);
	nr_chip_commands = hub->port.nr_chip_commands - before;
	cmd->nr_chip_commands += nr_chip_commands;
	vtpmb_seat_finish_cmd(seat, err);
	return nr_chip_commands;
}

/* Whether no turn may run: the chip is not to be used now, or not any more. */
static bool vtpmb_hub_is_off(const struct vtpmb_hub *hub)
{
	lockdep_assert_held(&hub->lock);

	return hub->paused || hub->closing || hub->gone;
}

static bool vtpmb_hub_must_end(struct vtpmb_hub *hub, struct vtpmb_seat *seat)
{
	bool end;

	spin_lock(&hub->lock);
	end = vtpmb_hub_is_off(hub) || seat->drain || seat->stale;
	spin_unlock(&hub->lock);
	return end;
}

static enum vtpmb_waiting vtpmb_hub_waiting(struct vtpmb_hub *hub)
{
	bool queued;

	if (vtpmb_chip_wanted(hub->chip))
		return VTPMB_WAITING_HOST;
	spin_lock(&hub->lock);
	queued = !list_empty(&hub->queue);
	spin_unlock(&hub->lock);
	return queued ? VTPMB_WAITING_PROXY : VTPMB_WAITING_NOBODY;
}

/* Wait for the proxy's next command.  Returns false if the turn ends instead. */
static bool vtpmb_hub_stay(struct vtpmb_hub *hub, struct vtpmb_seat *seat,
			   ktime_t began, unsigned int nr_commands)
{
	const struct vtpmb_turn_rule *rule = &vtpmb_turn_rule;
	ktime_t idle = ktime_get();

	while (!vtpmb_hub_must_end(hub, seat)) {
		enum vtpmb_waiting waiting = vtpmb_hub_waiting(hub);
		ktime_t now = ktime_get();

		if (!vtpmb_turn_goes_on(rule, ktime_us_delta(now, began),
					nr_commands, waiting))
			return false;
		if (READ_ONCE(seat->cmd))
			return true;
		if (ktime_us_delta(now, idle) >= vtpmb_turn_patience(rule, waiting))
			return false;
		wait_event_hrtimeout(hub->wake, READ_ONCE(seat->cmd) ||
				     vtpmb_hub_must_end(hub, seat),
				     ns_to_ktime(VTPMB_LOOK_US * NSEC_PER_USEC));
	}
	return false;
}

/*
 * If the chip could not be cleared, the seat's next turn tries again.  VTPMB_MAX_FAILURES
 * bounds the attempts, because a chip may fail every time.
 */
static bool vtpmb_seat_may_retry(struct vtpmb_seat *seat, int err)
{
	vtpmb_hub_assert_thread(seat->hub);

	seat->nr_failures = err ? seat->nr_failures + 1 : 0;
	return err && seat->nr_failures < VTPMB_MAX_FAILURES;
}

/*
 * No entry of an older epoch may be in the handle table when a command is executed:
 * the guest could use it to reach an object from before its reset.
 *
 * Return: false if the seat's next turn tries again; true if its command can be
 * executed, or has to fail with @err
 */
static bool vtpmb_hub_flush_stale(struct vtpmb_hub *hub, struct vtpmb_seat *seat, int *err)
{
	const struct vtpmb_family *family = hub->port.family;

	vtpmb_hub_assert_thread(hub);

	spin_lock(&hub->lock);
	seat->stale = false;
	spin_unlock(&hub->lock);
	*err = 0;
	if (!family->is_stale(seat->vtpm))
		return true;
	*err = family->tidy(seat->vtpm, VTPMB_TIDY_STALE);
	if (!vtpmb_seat_may_retry(seat, *err))
		return true;
	spin_lock(&hub->lock);
	seat->stale = true;
	spin_unlock(&hub->lock);
	return false;
}

/* Run the commands of the proxy that has the turn. */
static void vtpmb_hub_run(struct vtpmb_hub *hub, struct vtpmb_seat *seat)
{
	unsigned int nr_commands = 0;
	ktime_t began = ktime_get();
	struct vtpmb_cmd *cmd;
	int err;

	do {
		cmd = vtpmb_hub_flush_stale(hub, seat, &err) ? vtpmb_seat_take_cmd(seat) : NULL;
		/* A turn that only tidies up does not wait for a command. */
		if (!cmd)
			return;
		if (vtpmb_hub_serve(hub, seat, cmd, err))
			nr_commands++;
	} while (vtpmb_hub_stay(hub, seat, began, nr_commands));
}

/* Remove everything of a proxy from the chip.  Returns whether that is done, or given up. */
static bool vtpmb_hub_clear(struct vtpmb_hub *hub, struct vtpmb_seat *seat)
{
	const struct vtpmb_family *family = hub->port.family;
	int err = family->tidy(seat->vtpm, VTPMB_TIDY_END);

	if (err)
		pr_warn("tpm%u: may still have something of a proxy: error %d when flushing it\n",
			vtpmb_chip_num(hub->chip), err);
	if (vtpmb_seat_may_retry(seat, err))
		return false;
	family->tidy(seat->vtpm, VTPMB_TIDY_LOST);
	return true;
}

/* Whether it is pointless to wait for the chip. */
static bool vtpmb_hub_is_called_off(struct vtpmb_hub *hub)
{
	bool off;

	spin_lock(&hub->lock);
	off = vtpmb_hub_is_off(hub);
	spin_unlock(&hub->lock);
	return off;
}

/* Jiffies until saved sessions have to be refreshed. */
static long vtpmb_hub_refresh_left(struct vtpmb_hub *hub)
{
	long left = hub->refreshed + msecs_to_jiffies(hub->port.refresh_ms) - jiffies;

	vtpmb_hub_assert_thread(hub);

	if (!hub->port.refresh_ms || list_empty(&hub->port.saved) ||
	    vtpmb_hub_is_called_off(hub))
		return MAX_SCHEDULE_TIMEOUT;
	return max(left, 0L);
}

static void vtpmb_hub_refresh_saved(struct vtpmb_hub *hub, struct vtpmb_seat *seat)
{
	if (vtpmb_hub_refresh_left(hub))
		return;
	hub->port.family->tidy(seat->vtpm, VTPMB_TIDY_IDLE);
	hub->refreshed = jiffies;
}

/* Serve one turn.  Returns whether the proxy was drained. */
static bool vtpmb_hub_turn(struct vtpmb_hub *hub, struct vtpmb_seat *seat)
{
	int err;

	vtpmb_hub_assert_thread(hub);

	/* No session is saved yet: the time to the next refresh starts now. */
	if (list_empty(&hub->port.saved))
		hub->refreshed = jiffies;
	vtpmb_hub_run(hub, seat);
	hub->port.family->tidy(seat->vtpm, VTPMB_TIDY_TURN);
	vtpmb_hub_refresh_saved(hub, seat);
	/* If this fails, the seat's next turn tidies up before it executes a command. */
	vtpmb_hub_flush_stale(hub, seat, &err);
	return READ_ONCE(seat->drain) && vtpmb_hub_clear(hub, seat);
}

/* The chip cannot be taken: fail the seat's waiting command. */
static void vtpmb_hub_fail(struct vtpmb_seat *seat, int err)
{
	if (vtpmb_seat_take_cmd(seat))
		vtpmb_seat_finish_cmd(seat, err);
}

/* Closing must not wait until the host has woken up. */
static bool vtpmb_hub_is_asleep(const struct vtpmb_hub *hub)
{
	return hub->paused && !hub->closing;
}

/* Give the turn to the seat that has waited longest. */
static struct vtpmb_seat *vtpmb_hub_begin_turn(struct vtpmb_hub *hub)
{
	struct vtpmb_seat *seat;

	lockdep_assert_held(&hub->lock);

	seat = vtpmb_hub_is_asleep(hub) ? NULL :
	       list_first_entry_or_null(&hub->queue, struct vtpmb_seat, node);
	if (seat) {
		list_del_init(&seat->node);
		hub->turn = seat;
	}
	return seat;
}

/* Work that came in during the turn and was not done goes to the end of the queue. */
static void vtpmb_hub_requeue(struct vtpmb_hub *hub, struct vtpmb_seat *seat, bool drained)
{
	lockdep_assert_held(&hub->lock);

	if (drained)
		seat->drain = false;
	if ((seat->cmd || seat->stale || seat->drain) && list_empty(&seat->node))
		list_add_tail(&seat->node, &hub->queue);
}

static struct vtpmb_seat *vtpmb_hub_next(struct vtpmb_hub *hub)
{
	struct vtpmb_seat *seat;

	spin_lock(&hub->lock);
	seat = vtpmb_hub_begin_turn(hub);
	spin_unlock(&hub->lock);
	return seat;
}

static void vtpmb_hub_end_turn(struct vtpmb_hub *hub, struct vtpmb_seat *seat,
			       bool drained)
{
	spin_lock(&hub->lock);
	hub->turn = NULL;
	vtpmb_hub_requeue(hub, seat, drained);
	spin_unlock(&hub->lock);
	wake_up_all(&hub->idle);
}

/*
 * Pass the chip to the next proxy as it is, if the family lets objects stay loaded and
 * the host does not want the chip.  @turn is never NULL while the chip is taken: waiters
 * for the end of turns rely on that.
 */
static struct vtpmb_seat *vtpmb_hub_pass_on(struct vtpmb_hub *hub, struct vtpmb_seat *seat,
					    bool drained)
{
	struct vtpmb_seat *next = NULL;

	if (!hub->port.family->stays_loaded || vtpmb_chip_wanted(hub->chip))
		return NULL;
	spin_lock(&hub->lock);
	if (!hub->gone)
		next = vtpmb_hub_begin_turn(hub);
	if (next)
		vtpmb_hub_requeue(hub, seat, drained);
	spin_unlock(&hub->lock);
	if (next)
		wake_up_all(&hub->idle);
	return next;
}

/*
 * The chip cannot be taken.  If it is gone, there is nothing left to drain.  If it may
 * come back, it still has saved sessions: a drain waits until @drain_end, or for as long
 * as the chip is suspended.
 */
static bool vtpmb_hub_gives_up_drain(struct vtpmb_hub *hub, struct vtpmb_seat *seat, int err)
{
	if (!READ_ONCE(seat->drain))
		return false;
	if (err != -ENODEV && !READ_ONCE(hub->closing)) {
		if (vtpmb_chip_is_suspended(hub->chip) || time_before(jiffies, seat->drain_end))
			return false;
		pr_warn("tpm%u: may still have something of a proxy: it cannot be started\n",
			vtpmb_chip_num(hub->chip));
	}
	hub->port.family->tidy(seat->vtpm, VTPMB_TIDY_LOST);
	return true;
}

static void vtpmb_hub_skip_turn(struct vtpmb_hub *hub, struct vtpmb_seat *seat, int err)
{
	bool drained = vtpmb_hub_gives_up_drain(hub, seat, err);
	bool asleep;

	vtpmb_hub_assert_thread(hub);

	hub->refreshed = jiffies;
	spin_lock(&hub->lock);
	asleep = vtpmb_hub_is_asleep(hub);
	if (!asleep)
		seat->stale = false;	/* its next turn sees that the table is stale */
	spin_unlock(&hub->lock);
	if (!asleep)
		vtpmb_hub_fail(seat, READ_ONCE(hub->closing) ? -ENODEV : err);
	vtpmb_hub_end_turn(hub, seat, drained);
}

/* Run turns while the chip is taken, then give it back. */
static void vtpmb_hub_turns(struct vtpmb_hub *hub, struct vtpmb_seat *seat)
{
	struct vtpmb_seat *next = seat;
	bool drained;

	do {
		seat = next;
		drained = vtpmb_hub_turn(hub, seat);
		next = vtpmb_hub_pass_on(hub, seat, drained);
	} while (next);
	hub->port.family->tidy(seat->vtpm, VTPMB_TIDY_HOST);
	vtpmb_chip_yield(hub->chip);
	vtpmb_hub_end_turn(hub, seat, drained);
}

/* Take the chip.  If its driver cannot start it, try again for up to VTPMB_TAKE_MS. */
static int vtpmb_hub_take(struct vtpmb_hub *hub)
{
	unsigned long end = jiffies + msecs_to_jiffies(VTPMB_TAKE_MS);
	int err;

	do {
		err = READ_ONCE(hub->gone) ? -ENODEV : vtpmb_chip_take(hub->chip);
		if (err != -EAGAIN)
			return err;
		wait_event_idle_timeout(hub->wake, vtpmb_hub_is_called_off(hub),
					msecs_to_jiffies(VTPMB_TAKE_AGAIN_MS));
	} while (!vtpmb_hub_is_called_off(hub) && time_before(jiffies, end));
	return err;
}

static void vtpmb_hub_step(struct vtpmb_hub *hub)
{
	struct vtpmb_seat *seat = vtpmb_hub_next(hub);
	int err;

	if (!seat)
		return;
	err = vtpmb_hub_take(hub);
	if (err)
		vtpmb_hub_skip_turn(hub, seat, err);
	else
		vtpmb_hub_turns(hub, seat);
}

static bool vtpmb_hub_has_work(struct vtpmb_hub *hub)
{
	bool work;

	spin_lock(&hub->lock);
	work = !vtpmb_hub_is_asleep(hub) && !list_empty(&hub->queue);
	spin_unlock(&hub->lock);
	return work;
}

/* Queue any proxy.  If it has nothing to do, its turn only looks at the chip. */
static void vtpmb_hub_call_turn(struct vtpmb_hub *hub)
{
	struct vtpmb_seat *seat;

	spin_lock(&hub->lock);
	seat = list_first_entry_or_null(&hub->seats, struct vtpmb_seat, member);
	if (seat && list_empty(&hub->queue) && !vtpmb_hub_is_off(hub))
		list_add_tail(&seat->node, &hub->queue);
	spin_unlock(&hub->lock);
}

/* Sleep until there is work, the host suspends or resumes, or a look is due. */
static void vtpmb_hub_rest(struct vtpmb_hub *hub)
{
	bool paused = READ_ONCE(hub->paused);

	if (!wait_event_idle_timeout(hub->wake, kthread_should_stop() ||
				     vtpmb_hub_has_work(hub) ||
				     READ_ONCE(hub->paused) != paused,
				     vtpmb_hub_refresh_left(hub)))
		vtpmb_hub_call_turn(hub);
}

static int vtpmb_hub_thread(void *data)
{
	struct vtpmb_hub *hub = data;

	while (!kthread_should_stop()) {
		vtpmb_hub_rest(hub);
		vtpmb_hub_step(hub);
	}
	return 0;
}

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

/* The seat being served is not queued: its present turn sees the new work. */
static void vtpmb_hub_queue(struct vtpmb_hub *hub, struct vtpmb_seat *seat)
{
	lockdep_assert_held(&hub->lock);

	if (hub->turn != seat && list_empty(&seat->node))
		list_add_tail(&seat->node, &hub->queue);
}

/*
 * Wait until the driver has sent the command: a chip that is told to cancel earlier
 * discards the part it has received, and the driver waits in vain.  The chip stays taken
 * meanwhile, because the thread that runs the command needs @run_lock to finish.
 */
static bool vtpmb_hub_cancel_run(struct vtpmb_hub *hub)
{
	long left = hub->run_began + msecs_to_jiffies(VTPMB_SEND_MS) - jiffies;

	lockdep_assert_held(&hub->run_lock);

	if (left > 0)
		msleep(jiffies_to_msecs(left));
	return vtpmb_chip_cancel(hub->chip);
}

/* Have the chip cancel a guest's slow command.  The guest is told to send it again. */
static void vtpmb_hub_interrupt(struct vtpmb_hub *hub)
{
	mutex_lock(&hub->run_lock);
	if (hub->running && !hub->interrupted)
		hub->interrupted = vtpmb_hub_cancel_run(hub);
	mutex_unlock(&hub->run_lock);
}

static bool vtpmb_hub_is_idle(struct vtpmb_hub *hub)
{
	bool idle;

	spin_lock(&hub->lock);
	idle = !hub->turn && list_empty(&hub->queue);
	spin_unlock(&hub->lock);
	return idle;
}

static void vtpmb_hub_drain_all(struct vtpmb_hub *hub)
{
	struct vtpmb_seat *seat;

	spin_lock(&hub->lock);
	hub->closing = true;
	list_for_each_entry(seat, &hub->seats, member) {
		seat->drain = true;
		vtpmb_hub_queue(hub, seat);
	}
	spin_unlock(&hub->lock);
	wake_up_all(&hub->wake);
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

/**
 * vtpmb_hub_find_chip() - find the chip that a hub would use
 * @num:	in: N of tpmN, or ~0 for the system's default chip; out: N
 *
 * Return: the chip's family; or an ERR_PTR: what vtpmb_chip_find() returns
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

/**
 * vtpmb_hub_attach() - find or make the hub of a chip
 * @chip_num:	N of tpmN, or ~0 for the system's default chip
 *
 * Context: May sleep, for as long as the host keeps the chip busy.
 * Return: the hub, to be given back by vtpmb_hub_put(); or an ERR_PTR: what
 * vtpmb_chip_find() and vtpmb_chip_take() return; -EAGAIN also if the host is about to
 * sleep, -ENODEV if it shuts down; -EIO the chip does not answer as a TPM should; -ENOMEM
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

/**
 * vtpmb_hub_join() - give a virtual TPM its place at the hub
 * @hub:	the hub, attached for as long as @seat is used
 * @seat:	filled in
 * @vtpm:	the virtual TPM
 * @done:	see struct vtpmb_seat
 */
void vtpmb_hub_join(struct vtpmb_hub *hub, struct vtpmb_seat *seat,
		    struct vtpmb_vtpm *vtpm,
		    void (*done)(struct vtpmb_cmd *cmd, int err))
{
	memset(seat, 0, sizeof(*seat));
	INIT_LIST_HEAD(&seat->node);
	INIT_LIST_HEAD(&seat->member);
	seat->hub = hub;
	seat->vtpm = vtpm;
	seat->done = done;
}

/**
 * vtpmb_hub_submit() - have a command executed
 * @seat:	the proxy's seat, which has no command yet
 * @cmd:	as family->receive() passed it on.  It belongs to the hub until
 *		@seat->done() is called, exactly once.
 *
 * Return: 0; -ENODEV the chip was or is being removed, or the host shuts down, and
 * done() will not be called
 */
int vtpmb_hub_submit(struct vtpmb_seat *seat, struct vtpmb_cmd *cmd)
{
	struct vtpmb_hub *hub = seat->hub;
	bool gone;

	spin_lock(&hub->lock);
	gone = hub->closing;
	if (!gone) {
		seat->cmd = cmd;
		if (list_empty(&seat->member))
			list_add_tail(&seat->member, &hub->seats);
		vtpmb_hub_queue(hub, seat);
	}
	spin_unlock(&hub->lock);
	wake_up_all(&hub->wake);
	return gone ? -ENODEV : 0;
}

static struct vtpmb_cmd *vtpmb_seat_withdraw(struct vtpmb_seat *seat)
{
	struct vtpmb_cmd *cmd = seat->cmd;

	lockdep_assert_held(&seat->hub->lock);

	seat->cmd = NULL;
	if (!seat->stale && !seat->drain)
		list_del_init(&seat->node);
	return cmd;
}

/**
 * vtpmb_hub_cancel() - cancel the command of a proxy
 * @seat:	the proxy's seat
 *
 * A waiting command is dropped: done(-ECANCELED) is called before this returns.
 * If a slow command runs, the chip is told to cancel it, where its driver allows that.
 * A running command may still succeed.
 */
void vtpmb_hub_cancel(struct vtpmb_seat *seat)
{
	struct vtpmb_hub *hub = seat->hub;
	struct vtpmb_cmd *dropped = NULL;

	mutex_lock(&hub->run_lock);
	spin_lock(&hub->lock);
	if (seat->running)
		seat->cancelled = true;
	else if (seat->cmd)
		dropped = vtpmb_seat_withdraw(seat);
	spin_unlock(&hub->lock);

	if (hub->running == seat)
		vtpmb_hub_cancel_run(hub);
	mutex_unlock(&hub->run_lock);

	if (dropped)
		seat->done(dropped, -ECANCELED);
}

/* Have what the vtpm no longer has flushed, for example after a reset or power-off. */
void vtpmb_hub_kick(struct vtpmb_seat *seat)
{
	struct vtpmb_hub *hub = seat->hub;

	spin_lock(&hub->lock);
	seat->stale = true;
	vtpmb_hub_queue(hub, seat);
	spin_unlock(&hub->lock);
	wake_up_all(&hub->wake);
}

static bool vtpmb_seat_is_quiet(struct vtpmb_seat *seat)
{
	struct vtpmb_hub *hub = seat->hub;
	bool quiet;

	spin_lock(&hub->lock);
	quiet = hub->turn != seat && list_empty(&seat->node);
	spin_unlock(&hub->lock);
	return quiet;
}

/* Leave the queue.  What is stale is flushed in the seat's next turn. */
static void vtpmb_seat_unqueue(struct vtpmb_seat *seat)
{
	struct vtpmb_hub *hub = seat->hub;

	spin_lock(&hub->lock);
	if (!seat->drain) {
		seat->stale = false;
		list_del_init(&seat->node);
	}
	spin_unlock(&hub->lock);
}

static void vtpmb_seat_wait_quiet(struct vtpmb_seat *seat)
{
	wait_event_state(seat->hub->idle, vtpmb_seat_is_quiet(seat),
			 (TASK_UNINTERRUPTIBLE | TASK_FREEZABLE));
}

/**
 * vtpmb_hub_wait() - wait until a proxy has no work left
 * @seat:	the proxy's seat; no command of it is being executed, and none will come
 *
 * A caller that is being killed does not wait for its place in the queue, only
 * for the end of its own turn.
 */
void vtpmb_hub_wait(struct vtpmb_seat *seat)
{
	if (!wait_event_state(seat->hub->idle, vtpmb_seat_is_quiet(seat),
			      (TASK_KILLABLE | TASK_FREEZABLE)))
		return;
	vtpmb_seat_unqueue(seat);
	vtpmb_seat_wait_quiet(seat);
}

/* Take a drained seat off the hub's list.  Returns false while it still has work. */
static bool vtpmb_seat_end_turn(struct vtpmb_seat *seat)
{
	struct vtpmb_hub *hub = seat->hub;
	bool quiet;

	spin_lock(&hub->lock);
	quiet = hub->turn != seat && list_empty(&seat->node);
	if (quiet)
		list_del_init(&seat->member);
	spin_unlock(&hub->lock);
	return quiet;
}

/**
 * vtpmb_hub_drain() - remove everything of a proxy from the chip, for good
 * @seat:	the proxy's seat; the caller makes sure that no new command comes
 *
 * Context: May sleep until the present turn has ended, or while the host sleeps.
 */
void vtpmb_hub_drain(struct vtpmb_seat *seat)
{
	struct vtpmb_hub *hub = seat->hub;

	vtpmb_hub_cancel(seat);
	spin_lock(&hub->lock);
	seat->drain = true;
	seat->drain_end = jiffies + msecs_to_jiffies(VTPMB_DRAIN_MS);
	vtpmb_hub_queue(hub, seat);
	spin_unlock(&hub->lock);
	wake_up_all(&hub->wake);
	wait_event_state(hub->idle, vtpmb_seat_end_turn(seat),
			 (TASK_UNINTERRUPTIBLE | TASK_FREEZABLE));
}

/*
 * Before the host sleeps, wait for the present turns to end.  No turn begins before the
 * host is awake again.  Creating a key can take minutes, so a guest that does is told to
 * send the command again.
 */
static void vtpmb_hubs_pause(void)
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

static void vtpmb_hubs_resume(void)
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

static int vtpmb_hub_pm(struct notifier_block *nb, unsigned long event,
			void *data)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
	case PM_RESTORE_PREPARE:
		vtpmb_hubs_pause();
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
	case PM_POST_RESTORE:
		vtpmb_hubs_resume();
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block vtpmb_hub_pm_block = {
	.notifier_call = vtpmb_hub_pm,
};

/*
 * kexec does not reset the chip: the guests' saved sessions would stay in it, and the
 * next kernel would not flush them.
 */
static int vtpmb_hub_reboot(struct notifier_block *nb, unsigned long event, void *data)
{
	struct vtpmb_hub *hub;

	mutex_lock(&vtpmb_hubs_lock);
	vtpmb_hubs_ended = true;
	list_for_each_entry(hub, &vtpmb_hubs, node)
		vtpmb_hub_close(hub);
	mutex_unlock(&vtpmb_hubs_lock);
	return NOTIFY_DONE;
}

static struct notifier_block vtpmb_hub_reboot_block = {
	.notifier_call = vtpmb_hub_reboot,
};

int vtpmb_hub_init(void)
{
	int err = register_pm_notifier(&vtpmb_hub_pm_block);

	if (err)
		return err;
	err = register_reboot_notifier(&vtpmb_hub_reboot_block);
	if (err)
		unregister_pm_notifier(&vtpmb_hub_pm_block);
	return err;
}

void vtpmb_hub_exit(void)
{
	unregister_reboot_notifier(&vtpmb_hub_reboot_block);
	unregister_pm_notifier(&vtpmb_hub_pm_block);
	vtpmb_chip_unwatch();
}
