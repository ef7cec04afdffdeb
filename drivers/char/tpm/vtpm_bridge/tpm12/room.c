// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: the number of free slots in the chip, unknown after the host has had it. */

#include <linux/kernel.h>
#include "room.h"
#include "state.h"

/* The number of free slots has changed by one. */
void vtpmb_tpm12_room_changes(struct vtpmb_port *port, enum vtpmb_tpm12_kind kind, int by)
{
	u32 *room = &vtpmb_tpm12_chip(port)->room[kind];

	if (*room == TPM12_ROOM_UNKNOWN)
		return;
	*room = by < 0 && !*room ? 0 : *room + by;
}

void vtpmb_tpm12_room_unknown(struct vtpmb_port *port)
{
	unsigned int i;

	for (i = 0; i < TPM12_NR_KINDS; i++)
		vtpmb_tpm12_chip(port)->room[i] = TPM12_ROOM_UNKNOWN;
}
