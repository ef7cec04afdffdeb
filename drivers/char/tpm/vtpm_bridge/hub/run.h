/* SPDX-License-Identifier: GPL-2.0-only */
/* The run: the guest's command that the chip runs, and its cancelling. */
#ifndef VTPMB_RUN_H
#define VTPMB_RUN_H

#include "hub.h"

int vtpmb_hub_transmit(struct vtpmb_port *port, u8 *buf);
void vtpmb_hub_end_host_session(struct vtpmb_port *port);
bool vtpmb_hub_was_interrupted(struct vtpmb_hub *hub);
void vtpmb_hub_interrupt(struct vtpmb_hub *hub);

#endif
