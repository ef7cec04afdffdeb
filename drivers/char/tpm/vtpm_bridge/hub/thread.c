// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hub's thread: it serves the proxies in the order in which they asked, one turn each.
 *
 * In a turn it takes the chip, executes the proxy's command, waits a moment for the next
 * one, removes everything of the proxy from the chip and gives the chip back.  A TPM 1.2 is
 * passed to the next proxy as it is, as long as the host does not want it.
 */

#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/printk.h>
#include "chip.h"
#include "queue.h"
#include "run.h"
#include "state.h"
#include "thread.h"
#include "turn.h"

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

static bool vtpmb_cmd_is_stale(struct vtpmb_vtpm *vtpm,
			       const struct vtpmb_cmd *cmd)
{
	bool stale;

	mutex_lock(&vtpm->lock);
	stale = cmd->epoch != vtpm->epoch;
	mutex_unlock(&vtpm->lock);
	return stale;
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
		s64 us = ktime_us_delta(now, began);

		if (!vtpmb_turn_goes_on(rule, us, nr_commands, waiting))
			return false;
		if (READ_ONCE(seat->cmd))
			return true;
		if (ktime_us_delta(now, idle) >= vtpmb_turn_patience(rule, us, waiting))
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

int vtpmb_hub_thread(void *data)
{
	struct vtpmb_hub *hub = data;

	while (!kthread_should_stop()) {
		vtpmb_hub_rest(hub);
		vtpmb_hub_step(hub);
	}
	return 0;
}
