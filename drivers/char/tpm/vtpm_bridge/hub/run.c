// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run: the guest's command that the chip runs, and its cancelling.
 */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include "chip.h"
#include "queue.h"
#include "run.h"
#include "state.h"
#include "trace.h"
#include "../core/wire.h"

static struct vtpmb_hub *vtpmb_port_hub(struct vtpmb_port *port)
{
	return container_of(port, struct vtpmb_hub, port);
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

int vtpmb_hub_transmit(struct vtpmb_port *port, u8 *buf)
{
	struct vtpmb_hub *hub = vtpmb_port_hub(port);
	u32 code = vtpmb_code_of(buf);
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
				 len < 0 ? len : (int)vtpmb_code_of(buf));
	return len;
}

void vtpmb_hub_end_host_session(struct vtpmb_port *port)
{
	vtpmb_chip_end_session(vtpmb_port_hub(port)->chip);
}

bool vtpmb_hub_was_interrupted(struct vtpmb_hub *hub)
{
	bool interrupted;

	mutex_lock(&hub->run_lock);
	interrupted = hub->interrupted;
	hub->interrupted = false;
	mutex_unlock(&hub->run_lock);
	return interrupted;
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
void vtpmb_hub_interrupt(struct vtpmb_hub *hub)
{
	mutex_lock(&hub->run_lock);
	if (hub->running && !hub->interrupted)
		hub->interrupted = vtpmb_hub_cancel_run(hub);
	mutex_unlock(&hub->run_lock);
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
