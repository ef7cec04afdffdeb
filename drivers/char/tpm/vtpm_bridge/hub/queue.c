// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue: the seats that have something to do, and which of them has the turn.
 */

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/string.h>
#include "queue.h"
#include "state.h"

/* Whether no turn may run: the chip is not to be used now, or not any more. */
bool vtpmb_hub_is_off(const struct vtpmb_hub *hub)
{
	lockdep_assert_held(&hub->lock);

	return hub->paused || hub->closing || hub->gone;
}

/* Whether it is pointless to wait for the chip. */
bool vtpmb_hub_is_called_off(struct vtpmb_hub *hub)
{
	bool off;

	spin_lock(&hub->lock);
	off = vtpmb_hub_is_off(hub);
	spin_unlock(&hub->lock);
	return off;
}

/* Closing must not wait until the host has woken up. */
bool vtpmb_hub_is_asleep(const struct vtpmb_hub *hub)
{
	return hub->paused && !hub->closing;
}

/* Give the turn to the seat that has waited longest. */
struct vtpmb_seat *vtpmb_hub_begin_turn(struct vtpmb_hub *hub)
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
void vtpmb_hub_requeue(struct vtpmb_hub *hub, struct vtpmb_seat *seat, bool drained)
{
	lockdep_assert_held(&hub->lock);

	if (drained)
		seat->drain = false;
	if ((seat->cmd || seat->stale || seat->drain) && list_empty(&seat->node))
		list_add_tail(&seat->node, &hub->queue);
}

struct vtpmb_seat *vtpmb_hub_next(struct vtpmb_hub *hub)
{
	struct vtpmb_seat *seat;

	spin_lock(&hub->lock);
	seat = vtpmb_hub_begin_turn(hub);
	spin_unlock(&hub->lock);
	return seat;
}

void vtpmb_hub_end_turn(struct vtpmb_hub *hub, struct vtpmb_seat *seat,
			bool drained)
{
	spin_lock(&hub->lock);
	hub->turn = NULL;
	vtpmb_hub_requeue(hub, seat, drained);
	spin_unlock(&hub->lock);
	wake_up_all(&hub->idle);
}

bool vtpmb_hub_has_work(struct vtpmb_hub *hub)
{
	bool work;

	spin_lock(&hub->lock);
	work = !vtpmb_hub_is_asleep(hub) && !list_empty(&hub->queue);
	spin_unlock(&hub->lock);
	return work;
}

/* Queue any proxy.  If it has nothing to do, its turn only looks at the chip. */
void vtpmb_hub_call_turn(struct vtpmb_hub *hub)
{
	struct vtpmb_seat *seat;

	spin_lock(&hub->lock);
	seat = list_first_entry_or_null(&hub->seats, struct vtpmb_seat, member);
	if (seat && list_empty(&hub->queue) && !vtpmb_hub_is_off(hub))
		list_add_tail(&seat->node, &hub->queue);
	spin_unlock(&hub->lock);
}

bool vtpmb_hub_is_idle(struct vtpmb_hub *hub)
{
	bool idle;

	spin_lock(&hub->lock);
	idle = !hub->turn && list_empty(&hub->queue);
	spin_unlock(&hub->lock);
	return idle;
}

struct vtpmb_cmd *vtpmb_seat_take_cmd(struct vtpmb_seat *seat)
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
void vtpmb_seat_finish_cmd(struct vtpmb_seat *seat, int err)
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

struct vtpmb_cmd *vtpmb_seat_withdraw(struct vtpmb_seat *seat)
{
	struct vtpmb_cmd *cmd = seat->cmd;

	lockdep_assert_held(&seat->hub->lock);

	seat->cmd = NULL;
	if (!seat->stale && !seat->drain)
		list_del_init(&seat->node);
	return cmd;
}

/* The seat being served is not queued: its present turn sees the new work. */
static void vtpmb_hub_queue(struct vtpmb_hub *hub, struct vtpmb_seat *seat)
{
	lockdep_assert_held(&hub->lock);

	if (hub->turn != seat && list_empty(&seat->node))
		list_add_tail(&seat->node, &hub->queue);
}

void vtpmb_hub_drain_all(struct vtpmb_hub *hub)
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

/* Give a virtual TPM its place at the hub, which is attached for as long as @seat is used. */
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

/*
 * Have a command executed, as family->receive() passed it on.  It belongs to the hub until
 * @seat->done() is called, exactly once.  The seat has no command yet.
 *
 * Returns 0, or -ENODEV if the chip was or is being removed or the host shuts down; then done()
 * is not called.
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

/*
 * Wait until a proxy has no work left.  No command of it is being executed, and none will
 * come.  A caller that is being killed does not wait for its place in the queue, only for the
 * end of its own turn.
 */
void vtpmb_hub_wait(struct vtpmb_seat *seat)
{
	if (!wait_event_state(seat->hub->idle, vtpmb_seat_is_quiet(seat),
			      (TASK_KILLABLE | TASK_FREEZABLE)))
		return;
	vtpmb_seat_unqueue(seat);
	vtpmb_seat_wait_quiet(seat);
}

/* Queue the removal of everything of a proxy from the chip. */
void vtpmb_seat_drain(struct vtpmb_seat *seat)
{
	struct vtpmb_hub *hub = seat->hub;

	spin_lock(&hub->lock);
	seat->drain = true;
	seat->drain_end = jiffies + msecs_to_jiffies(VTPMB_DRAIN_MS);
	vtpmb_hub_queue(hub, seat);
	spin_unlock(&hub->lock);
	wake_up_all(&hub->wake);
}

/* Take a drained seat off the hub's list.  Returns false while it still has work. */
bool vtpmb_seat_end_turn(struct vtpmb_seat *seat)
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
