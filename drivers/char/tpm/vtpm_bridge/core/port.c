// SPDX-License-Identifier: GPL-2.0-only
/*
 * The port: the way to one chip, and commands of the bridge's own to it.
 */

#include <linux/errno.h>
#include "family.h"
#include "port.h"
#include "wire.h"

/**
 * vtpmb_port_command() - run a command of the bridge's own, once
 * @port:	the chip; the response comes into its scratch buffer
 * @tag:	of the command
 * @code:	which command
 * @body:	all that comes after the header
 * @rc:		out: the chip's response code
 *
 * Context: The hub's thread, which holds the chip.  May sleep.
 * Return: the response's length; -EIO if the body does not fit or the response is
 * none; or the errno of transmit
 */
int vtpmb_port_command(struct vtpmb_port *port, u16 tag, u32 code,
		       const struct vtpmb_body *body, u32 *rc)
{
	struct vtpmb_writer w;
	int len;

	vtpmb_writer_init(&w, port->scratch, VTPMB_BUF_SIZE);
	vtpmb_put_u16(&w, tag);
	vtpmb_put_u32(&w, VTPMB_HEADER_SIZE + body->head_len + body->tail_len);
	vtpmb_put_u32(&w, code);
	vtpmb_put_bytes(&w, body->head, body->head_len);
	vtpmb_put_bytes(&w, body->tail, body->tail_len);
	if (w.overflow)
		return -EIO;
	len = port->transmit(port, port->scratch);
	if (len < 0)
		return len;
	if (len < VTPMB_HEADER_SIZE)
		return -EIO;
	*rc = vtpmb_code_of(port->scratch);
	port->failed = vtpmb_is_failure(port->family->failure, *rc);
	return len;
}
