// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0, ephemeral keys: whose those of TPM2_EC_Ephemeral are.
 *
 * The chip numbers them one after the other for all its users, and does with
 * one what anybody asks who knows the number: another guest could have it
 * compute a shared secret of this one's, and take it away.
 */

#include <linux/kernel.h>
#include <linux/string.h>
#include "tpm20.h"

#define CODE_ZGEN_2PHASE	0x18D
#define CODE_EC_EPHEMERAL	0x18E

/* As the chip's own array: a key goes when its place is needed. */
static struct vtpmb_ephemeral *tpm20_place(struct vtpmb_port *port, u16 counter)
{
	return &port->ephemeral[counter % VTPMB_MAX_EPHEMERAL];
}

/**
 * vtpmb_tpm20_inspect_ephemeral() - may a TPM2_ZGen_2Phase use its key
 * @vtpm:	the vtpm
 * @call:	the command
 *
 * Context: The hub's thread.
 * Return: RC_SUCCESS, or what a TPM says of a key that was used already (TPM
 * 2.0 Part 3, 14.7)
 */
u32 vtpmb_tpm20_inspect_ephemeral(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	const struct vtpmb_ephemeral *key;
	struct vtpmb_reader r = call->params;
	const u8 *bytes;
	u16 len, scheme;

	/* What is cut off is no command to the chip either. */
	if (!vtpmb_get_tpm2b(&r, &bytes, &len) || !vtpmb_get_tpm2b(&r, &bytes, &len) ||
	    !vtpmb_get_u16(&r, &scheme) || !vtpmb_get_u16(&r, &call->counter))
		return RC_SUCCESS;
	key = tpm20_place(vtpm->port, call->counter);
	if (key->id == vtpm->id && key->epoch == call->cmd->epoch &&
	    key->counter == call->counter)
		return RC_SUCCESS;
	return RC_P(RC_VALUE, 3);
}

/* TPM2B_ECC_POINT, which may be encrypted, and the number. */
static void tpm20_give(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call,
		       struct vtpmb_reader *r)
{
	struct vtpmb_ephemeral *key;
	const u8 *bytes;
	u16 len, counter;

	if (!vtpmb_get_tpm2b(r, &bytes, &len) || !vtpmb_get_u16(r, &counter))
		return;
	key = tpm20_place(vtpm->port, counter);
	key->id = vtpm->id;
	key->epoch = call->cmd->epoch;
	key->counter = counter;
}

/**
 * vtpmb_tpm20_follow_ephemeral() - a key was made, or used up
 * @vtpm:	the vtpm
 * @call:	a command that has succeeded, its response over it
 * @len:	bytes of the response
 *
 * Context: The hub's thread.
 */
void vtpmb_tpm20_follow_ephemeral(struct vtpmb_vtpm *vtpm,
				  const struct vtpmb_tpm20_call *call, size_t len)
{
	struct vtpmb_reader r;

	vtpmb_reader_init(&r, call->cmd->buf + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (call->tag == TPM20_ST_SESSIONS)
		vtpmb_get_bytes(&r, sizeof(u32));
	if (call->row->code == CODE_EC_EPHEMERAL)
		tpm20_give(vtpm, call, &r);
	else if (call->row->code == CODE_ZGEN_2PHASE)
		tpm20_place(vtpm->port, call->counter)->id = 0;
}
