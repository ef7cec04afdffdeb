/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The port: commands of the bridge's own to the chip behind it.
 *
 * Verbs: command, response.
 */
#ifndef VTPMB_PORT_H
#define VTPMB_PORT_H

#include "family.h"
#include "wire.h"

/**
 * struct vtpmb_body - what comes after the header of a command, in two parts
 * @head:	the first one
 * @head_len:	its bytes
 * @tail:	the other one
 * @tail_len:	its bytes, or 0
 */
struct vtpmb_body {
	const void *head;
	size_t head_len;
	const void *tail;
	size_t tail_len;
};

/* Read what follows the header of a response in the scratch buffer, @len bytes in all. */
static inline void vtpmb_port_response(const struct vtpmb_port *port, size_t len,
				       struct vtpmb_reader *r)
{
	vtpmb_reader_init(r, port->scratch + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
}

int vtpmb_port_command(struct vtpmb_port *port, u16 tag, u32 code,
		       const struct vtpmb_body *body, u32 *rc);

#endif
