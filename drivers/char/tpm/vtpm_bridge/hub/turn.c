// SPDX-License-Identifier: GPL-2.0-only
/* The turn: how long a proxy keeps the chip. */

#include <linux/compiler.h>
#include "turn.h"

/*
 * Whether a turn may have another command, @us microseconds and @nr_commands chip commands
 * after it began.  @rule may change meanwhile.
 */
bool vtpmb_turn_goes_on(const struct vtpmb_turn_rule *rule, s64 us,
			unsigned int nr_commands, enum vtpmb_waiting waiting)
{
	switch (waiting) {
	case VTPMB_WAITING_NOBODY:
		return true;
	case VTPMB_WAITING_PROXY:
		return us < READ_ONCE(rule->us) &&
		       nr_commands < READ_ONCE(rule->commands);
	case VTPMB_WAITING_HOST:
		break;
	}
	return us < READ_ONCE(rule->host_us);
}

/*
 * How many microseconds a turn waits for its proxy's next command, @us after it began.  @rule may
 * change meanwhile.
 */
unsigned int vtpmb_turn_patience(const struct vtpmb_turn_rule *rule, s64 us,
				 enum vtpmb_waiting waiting)
{
	unsigned int hold_us = READ_ONCE(rule->hold_us);

	return waiting == VTPMB_WAITING_NOBODY && us < (s64)hold_us * VTPMB_TURN_HOLDS ?
	       hold_us : READ_ONCE(rule->linger_us);
}
