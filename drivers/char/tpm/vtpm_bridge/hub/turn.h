/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The turn: how long a proxy keeps the chip.
 *
 * To change from one proxy to another costs chip commands: the objects of the next one
 * are loaded, and flushed at the end of its turn or, on a TPM 1.2, when their slot is
 * needed.  So a turn is longer than one command, but ends early if others wait.
 *
 * Verbs: goes_on, patience.
 */
#ifndef VTPMB_TURN_H
#define VTPMB_TURN_H

#include <linux/types.h>

/**
 * enum vtpmb_waiting - who else wants the chip
 * @VTPMB_WAITING_NOBODY:	the turn may last as long as its proxy has commands
 * @VTPMB_WAITING_PROXY:	another proxy
 * @VTPMB_WAITING_HOST:		a user of the host, whether or not a proxy too
 */
enum vtpmb_waiting {
	VTPMB_WAITING_NOBODY,
	VTPMB_WAITING_PROXY,
	VTPMB_WAITING_HOST,
};

/**
 * VTPMB_TURN_HOLDS - a turn waits for @hold_us only in its first VTPMB_TURN_HOLDS * @hold_us,
 * 10 s by default.  So a client that sends a command now and then does not keep the chip's clock
 * and locality for ever.
 */
#define VTPMB_TURN_HOLDS	50

/**
 * struct vtpmb_turn_rule - how long turns are; microseconds but for @commands
 * @us:		a turn ends after these if another proxy waits
 * @commands:	or after this many commands that used the chip
 * @host_us:	a turn ends after these if the host waits
 * @linger_us:	how long a turn waits for the proxy's next command if someone
 *		else waits for the chip
 * @hold_us:	and if nobody does
 */
struct vtpmb_turn_rule {
	unsigned int us;
	unsigned int commands;
	unsigned int host_us;
	unsigned int linger_us;
	unsigned int hold_us;
};

bool vtpmb_turn_goes_on(const struct vtpmb_turn_rule *rule, s64 us,
			unsigned int nr_commands, enum vtpmb_waiting waiting);
unsigned int vtpmb_turn_patience(const struct vtpmb_turn_rule *rule, s64 us,
				 enum vtpmb_waiting waiting);

#endif
