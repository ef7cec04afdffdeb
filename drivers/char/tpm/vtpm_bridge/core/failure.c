// SPDX-License-Identifier: GPL-2.0-only
/*
 * Failure mode: which proxy's command a chip has failed after, and keeping this
 * proxy from doing it again.
 *
 * A guest that finds a fault in the chip's firmware can stop the chip for the
 * host and all proxies, by a command that nobody knows to be harmful.  It cannot
 * be prevented, but the administrator is told of it.
 */

#include <linux/lockdep.h>
#include "failure.h"
#include "port.h"
#include "wire.h"

/*
 * The response code alone does not tell: some commands fail with it, and the chip
 * goes on working.
 */
static bool vtpmb_chip_has_failed(struct vtpmb_port *port)
{
	const struct vtpmb_failure_rule *rule = port->family->failure;
	const struct vtpmb_body body = {
		.head = rule->question + VTPMB_HEADER_SIZE,
		.head_len = rule->question_len - VTPMB_HEADER_SIZE,
	};
	u32 rc;

	/* vtpmb_port_command() sets @failed. */
	return vtpmb_port_command(port, vtpmb_tag_of(rule->question),
				  vtpmb_code_of(rule->question), &body, &rc) >= 0 &&
	       port->failed;
}

/**
 * vtpmb_failure_note() - look for failure mode in the chip's answer to a guest
 * @vtpm:	the guest's vtpm
 * @cmd:	its command; gets @failed_code if the administrator is to be told
 * @code:	the command's code, or that of the command wrapped in it
 * @rc:		what the chip answered
 *
 * One command is named for each time that the chip enters failure mode, and one
 * for each vtpm.  If the command was merely the first one that found the chip in
 * this state, the vtpm is not stopped, where the family can tell.
 *
 * Context: The hub's thread, which holds the chip.  May sleep.
 */
void vtpmb_failure_note(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd, u32 code, u32 rc)
{
	const struct vtpmb_failure_rule *rule = vtpm->port->family->failure;

	if (!vtpmb_is_failure(rule, rc)) {
		vtpm->port->failed = false;
		return;
	}
	if (vtpm->port->failed || !vtpmb_chip_has_failed(vtpm->port))
		return;
	mutex_lock(&vtpm->lock);
	if (!vtpm->failed_code) {
		cmd->failed_code = code;
		vtpm->failed_code = code;
		vtpm->stopped = rc == rule->begins;
	}
	mutex_unlock(&vtpm->lock);
}

/* Whether a proxy's commands may not reach the chip. */
bool vtpmb_failure_is_stopped(const struct vtpmb_vtpm *vtpm)
{
	lockdep_assert_held(&vtpm->lock);

	return vtpm->stop_on_failure && vtpm->stopped;
}

/* The same; takes the lock. */
bool vtpmb_failure_stops(struct vtpmb_vtpm *vtpm)
{
	bool stops;

	mutex_lock(&vtpm->lock);
	stops = vtpmb_failure_is_stopped(vtpm);
	mutex_unlock(&vtpm->lock);
	return stops;
}

/* Set whether a proxy is stopped the next time, and let it go on. */
void vtpmb_failure_set_stop(struct vtpmb_vtpm *vtpm, bool stop)
{
	lockdep_assert_held(&vtpm->lock);

	vtpm->stop_on_failure = stop;
	vtpm->stopped = false;
	vtpm->failed_code = 0;
}
