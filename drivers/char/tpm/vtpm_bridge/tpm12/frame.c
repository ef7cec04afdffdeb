// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: the handles in a command for the chip. */

#include <linux/kernel.h>
#include <linux/string.h>
#include "books.h"
#include "commands.h"
#include "frame.h"
#include "inspect.h"
#include "state.h"
#include "wire.h"

/* OSAP and DSAP begin with a TPM_ENTITY_TYPE. */
#define ENTITY_TYPE_AT	VTPMB_HEADER_SIZE

/* The offset of an authorisation area in a command. */
static size_t tpm12_auth_at(const struct vtpmb_tpm12_frame *frame, unsigned int i)
{
	return frame->len - TPM12_AUTH_IN_SIZE * (frame->nr_auths - i);
}

static u16 tpm12_entity_type(const struct vtpmb_tpm12_frame *frame)
{
	return vtpmb_peek_u16(frame->at + ENTITY_TYPE_AT);
}

static bool tpm12_names_key(u16 type)
{
	switch (type & 0xff) {
	case TPM_ET_KEYHANDLE:
	case TPM_ET_KEY:
	case TPM_ET_DEL_KEY_BLOB:
		return true;
	default:
		return false;
	}
}

/**
 * vtpmb_tpm12_frame_init() - find the handles in a command
 * @frame:	filled in
 * @at:		the command, whose size and areas have been checked
 * @len:	its bytes
 * @row:	its row
 */
void vtpmb_tpm12_frame_init(struct vtpmb_tpm12_frame *frame, u8 *at, size_t len,
			    const struct vtpmb_tpm12_row *row)
{
	unsigned int i;

	memset(frame, 0, sizeof(*frame));
	frame->at = at;
	frame->len = len;
	frame->row = row;
	frame->nr_auths = vtpmb_tpm12_nr_auths(vtpmb_tag_of(at));
	frame->nr_keys = row->keys;
	for (i = 0; i < frame->nr_keys; i++)
		frame->key_at[i] = VTPMB_HEADER_SIZE + i * sizeof(u32);
	if (row->entity && tpm12_names_key(tpm12_entity_type(frame))) {
		frame->nr_keys = 1;
		frame->key_at[0] = TPM12_ENTITY_AT;
	}
}

static u32 tpm12_map_key(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_frame *frame,
			 unsigned int i)
{
	u32 handle = vtpmb_peek_u32(frame->at + frame->key_at[i]);

	if (tpm12_is_fixed(handle))
		return TPM_SUCCESS;
	frame->key[i] = vtpmb_tpm12_entry(vtpm, TPM12_KEY, handle);
	if (!frame->key[i])
		return TPM_INVALID_KEYHANDLE;
	vtpmb_tpm12_use(vtpm, frame->key[i]);
	return TPM_SUCCESS;
}

static void tpm12_map_auth(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_frame *frame,
			   unsigned int i)
{
	u32 handle = vtpmb_peek_u32(frame->at + tpm12_auth_at(frame, i));
	bool trans = frame->row->trans && i == frame->nr_auths - 1;

	frame->auth[i] = vtpmb_tpm12_entry(vtpm, trans ? TPM12_TRANS : TPM12_AUTH, handle);
	if (frame->auth[i])
		vtpmb_tpm12_use(vtpm, frame->auth[i]);
}

/**
 * vtpmb_tpm12_map() - look up a command's handles in the proxy's table
 * @vtpm:	the vtpm
 * @frame:	the command
 *
 * Sessions are looked up even if a key is missing, since an error ends them.
 *
 * Return: a return code
 */
u32 vtpmb_tpm12_map(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm12_frame *frame)
{
	u32 rc = TPM_SUCCESS;
	unsigned int i;

	for (i = 0; i < frame->nr_auths; i++)
		tpm12_map_auth(vtpm, frame, i);
	for (i = 0; i < frame->nr_keys && !rc; i++)
		rc = tpm12_map_key(vtpm, frame, i);
	for (i = 0; i < frame->nr_auths && !rc; i++) {
		if (!frame->auth[i])
			rc = TPM_INVALID_AUTHHANDLE;
	}
	if (!rc && frame->row->entity && !frame->nr_keys)
		rc = vtpmb_tpm12_inspect_entity(vtpm, tpm12_entity_type(frame),
						vtpmb_peek_u32(frame->at + TPM12_ENTITY_AT));
	return rc;
}

bool vtpmb_tpm12_all_loaded(const struct vtpmb_tpm12_frame *frame)
{
	unsigned int i;

	for (i = 0; i < frame->nr_keys; i++) {
		if (frame->key[i] && !frame->key[i]->res.phys)
			return false;
	}
	for (i = 0; i < frame->nr_auths; i++) {
		if (!frame->auth[i]->res.phys)
			return false;
	}
	return true;
}

/* Replace virtual handles by physical ones. */
void vtpmb_tpm12_put_physical(const struct vtpmb_tpm12_frame *frame)
{
	unsigned int i;

	for (i = 0; i < frame->nr_keys; i++) {
		if (frame->key[i])
			vtpmb_poke_u32(frame->at + frame->key_at[i], frame->key[i]->res.phys);
	}
	for (i = 0; i < frame->nr_auths; i++)
		vtpmb_poke_u32(frame->at + tpm12_auth_at(frame, i), frame->auth[i]->res.phys);
}
