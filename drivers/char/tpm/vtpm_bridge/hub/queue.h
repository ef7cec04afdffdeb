/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queue: the seats that have something to do, and which of them has the turn.
 *
 * The verbs for proxies are in hub.h.
 */
#ifndef VTPMB_QUEUE_H
#define VTPMB_QUEUE_H

#include "hub.h"

bool vtpmb_hub_is_off(const struct vtpmb_hub *hub);
bool vtpmb_hub_is_called_off(struct vtpmb_hub *hub);
bool vtpmb_hub_is_asleep(const struct vtpmb_hub *hub);
struct vtpmb_seat *vtpmb_hub_begin_turn(struct vtpmb_hub *hub);
void vtpmb_hub_requeue(struct vtpmb_hub *hub, struct vtpmb_seat *seat, bool drained);
struct vtpmb_seat *vtpmb_hub_next(struct vtpmb_hub *hub);
void vtpmb_hub_end_turn(struct vtpmb_hub *hub, struct vtpmb_seat *seat,
			bool drained);
bool vtpmb_hub_has_work(struct vtpmb_hub *hub);
void vtpmb_hub_call_turn(struct vtpmb_hub *hub);
bool vtpmb_hub_is_idle(struct vtpmb_hub *hub);
void vtpmb_hub_drain_all(struct vtpmb_hub *hub);
struct vtpmb_cmd *vtpmb_seat_take_cmd(struct vtpmb_seat *seat);
void vtpmb_seat_finish_cmd(struct vtpmb_seat *seat, int err);
struct vtpmb_cmd *vtpmb_seat_withdraw(struct vtpmb_seat *seat);
void vtpmb_seat_drain(struct vtpmb_seat *seat);
bool vtpmb_seat_end_turn(struct vtpmb_seat *seat);

#endif
