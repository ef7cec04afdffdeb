/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hub: who may use the chip, and when.
 *
 * Verbs: find_chip, attach, put, join, submit, cancel, kick, wait, drain; pause, resume and
 * end for all.
 */
#ifndef VTPMB_HUB_H
#define VTPMB_HUB_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>
#include "../core/family.h"

struct vtpmb_hub;

/**
 * struct vtpmb_seat - a proxy's place at the hub
 * @hub:	constant
 * @vtpm:	constant
 * @node:	in the hub's queue while there is something to do
 * @member:	in the hub's list from the first command to the end of the drain
 * @cmd:	the command that waits or runs, or NULL
 * @done:	called when @cmd is answered (err 0) or has failed (a negative errno).
 *		Called without locks, from the hub's thread or the one that cancels.
 * @running:	the hub's thread executes @cmd
 * @cancelled:	@cmd is not wanted any more
 * @stale:	something of an older epoch may have to leave the chip
 * @drain:	everything has to leave it: the proxy or the chip is being removed
 * @drain_end:	when a drain stops waiting for a chip that cannot be taken, in jiffies
 * @nr_failures: consecutive failures to clear the chip; used by the hub's thread only
 *
 * All but the constants and @nr_failures are protected by the hub's lock.
 */
struct vtpmb_seat {
	struct vtpmb_hub *hub;
	struct vtpmb_vtpm *vtpm;
	struct list_head node;
	struct list_head member;
	struct vtpmb_cmd *cmd;
	void (*done)(struct vtpmb_cmd *cmd, int err);
	bool running;
	bool cancelled;
	bool stale;
	bool drain;
	unsigned long drain_end;
	unsigned int nr_failures;
};

const struct vtpmb_family *vtpmb_hub_find_chip(u32 *num);
struct vtpmb_hub *vtpmb_hub_attach(u32 chip);
void vtpmb_hub_put(struct vtpmb_hub *hub);
struct vtpmb_port *vtpmb_hub_port(struct vtpmb_hub *hub);
u32 vtpmb_hub_chip_num(const struct vtpmb_hub *hub);

void vtpmb_hub_join(struct vtpmb_hub *hub, struct vtpmb_seat *seat,
		    struct vtpmb_vtpm *vtpm,
		    void (*done)(struct vtpmb_cmd *cmd, int err));
int vtpmb_hub_submit(struct vtpmb_seat *seat, struct vtpmb_cmd *cmd);
void vtpmb_hub_cancel(struct vtpmb_seat *seat);
void vtpmb_hub_kick(struct vtpmb_seat *seat);
void vtpmb_hub_wait(struct vtpmb_seat *seat);
void vtpmb_hub_drain(struct vtpmb_seat *seat);

void vtpmb_hubs_pause(void);
void vtpmb_hubs_resume(void);
void vtpmb_hubs_end(void);
int vtpmb_hub_init(void);
void vtpmb_hub_exit(void);

#endif
