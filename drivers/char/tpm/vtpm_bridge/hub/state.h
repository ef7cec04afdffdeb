/* SPDX-License-Identifier: GPL-2.0-only */
/* The hub as the files of this folder see it. */
#ifndef VTPMB_HUB_STATE_H
#define VTPMB_HUB_STATE_H

#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include "hub.h"

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

/* Data that only the hub's thread uses needs no lock.  Lockdep kernels check this. */
static inline void vtpmb_hub_assert_thread(const struct vtpmb_hub *hub)
{
	lockdep_assert(current == hub->thread);
}

#endif
