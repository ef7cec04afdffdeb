// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2, hub's thread: update keys and sessions from a response of the chip. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include "books.h"
#include "hosts.h"
#include "inspect.h"
#include "lockout.h"
#include "nv.h"
#include "owner.h"
#include "response.h"
#include "state.h"
#include "swap.h"

static int tpm12_find_dead(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame)
{
	bool trans = frame->row->trans;
	int err = 0;

	if (frame->nr_auths > trans || frame->row->ends)
		err = vtpmb_tpm12_find_dead(vtpm, TPM12_AUTH);
	if (!err && trans)
		err = vtpmb_tpm12_find_dead(vtpm, TPM12_TRANS);
	return err;
}

/**
 * vtpmb_tpm12_failed() - the chip has refused a command or has not answered it
 * @vtpm:	the vtpm
 * @frame:	the command
 * @rc:		its return code
 *
 * Which sessions an error has ended depends on where the chip detected it, so ask the chip.
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_failed(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame, u32 rc)
{
	int err = 0;

	vtpmb_tpm12_count_failure(vtpm, rc);
	if (rc >= TPM_RETRY)
		return 0;
	if (frame->nr_auths)
		err = tpm12_find_dead(vtpm, frame);
	if (!err && rc == TPM_INVALID_KEYHANDLE && frame->nr_keys)
		err = vtpmb_tpm12_find_dead(vtpm, TPM12_KEY);
	return err;
}

/* Make an entry for the handle at the beginning of the response. */
static int tpm12_enter(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_frame *frame,
		       u8 *rsp, size_t len)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(call->vtpm);
	enum vtpmb_tpm12_kind kind = frame->row->makes - 1;
	u32 handle = vtpmb_peek_u32(rsp + VTPMB_HEADER_SIZE);
	struct vtpmb_tpm12_entry *entry;

	if (!vtpmb_tpm12_can_be_new(call->vtpm->port, kind, handle))
		return -EIO;
	entry = vtpmb_tpm12_new_entry(call->vtpm, kind, 0);
	if (!entry)
		return -EIO;
	vtpmb_tpm12_mark_loaded(call->vtpm, entry, handle);
	vtpmb_poke_u32(rsp + VTPMB_HEADER_SIZE, entry->virt);
	entry->encrypts = call->attributes & TPM_TRANSPORT_ENCRYPT;
	if (entry->kind == TPM12_AUTH && frame->key[0]) {
		entry->bound = true;
		entry->key = frame->key[0];
	} else if (frame->row->entity) {
		entry->entity = vtpmb_peek_u32(table->kept + (frame->at - call->cmd->buf) +
					       TPM12_ENTITY_AT);
	}
	if (entry->kind == TPM12_KEY)
		entry->st_clear = vtpmb_tpm12_key_is_volatile(call, frame);
	return 0;
}

/* The offset of an authorisation area in a response. */
static const u8 *tpm12_auth_out(const struct vtpmb_tpm12_frame *frame, const u8 *rsp,
				size_t len, unsigned int i)
{
	return rsp + len - TPM12_AUTH_OUT_SIZE * (frame->nr_auths - i);
}

/* Whether a successful response has all the fields that the command's row says. */
static bool tpm12_is_whole(const struct vtpmb_tpm12_frame *frame, const u8 *rsp, size_t len)
{
	size_t least = VTPMB_HEADER_SIZE + frame->row->out_len +
		       TPM12_AUTH_OUT_SIZE * frame->nr_auths;
	unsigned int i;

	if (len < least || (frame->row->makes && len != least) ||
	    vtpmb_tag_of(rsp) != TPM_TAG_RSP_COMMAND + frame->nr_auths)
		return false;
	for (i = 0; i < frame->nr_auths; i++) {
		/* A BOOL */
		if (tpm12_auth_out(frame, rsp, len, i)[TPM12_NONCE_SIZE] > 1)
			return false;
	}
	return true;
}

/* Update sessions and keys from the response. */
static int tpm12_apply_response(struct vtpmb_tpm12_call *call, struct vtpmb_tpm12_frame *frame,
				u8 *rsp, size_t len)
{
	unsigned int i;

	if (!tpm12_is_whole(frame, rsp, len))
		return -EIO;
	for (i = 0; i < frame->nr_auths; i++) {
		const u8 *area = tpm12_auth_out(frame, rsp, len, i);

		/* Both areas may name one session. */
		if (!area[TPM12_NONCE_SIZE] && frame->auth[i]->res.used)
			vtpmb_tpm12_session_ended(call->vtpm, frame->auth[i]);
	}
	if (frame->row->makes)
		return tpm12_enter(call, frame, rsp, len);
	return frame->row->ends ? tpm12_find_dead(call->vtpm, frame) : 0;
}

/**
 * vtpmb_tpm12_succeeded() - the chip has executed a command
 * @call:	the command, or the one that wraps it
 * @frame:	the command
 * @rsp:	its response; gets the guest's handles
 * @len:	its bytes
 *
 * Return: 0, -EIO or the errno of transmit
 */
int vtpmb_tpm12_succeeded(struct vtpmb_tpm12_call *call, struct vtpmb_tpm12_frame *frame,
			  u8 *rsp, size_t len)
{
	int err = tpm12_apply_response(call, frame, rsp, len);

	if (!err)
		vtpmb_tpm12_apply_to_owner(call->vtpm, frame->row->code);
	if (!err)
		vtpmb_tpm12_count_nv_write(call->vtpm, frame);
	return err;
}
