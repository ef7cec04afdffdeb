// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, in the hub's thread: a guest's command for the chip, and back.
 *
 * Handles, of keys in front and of sessions in the authorisation areas behind,
 * are in no HMAC but their own, so they can be rewritten.  A session ends when
 * the chip says so in its response, or when the command fails.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "../core/failure.h"
#include "state.h"

#define MAX_RETRIES	5

/* OSAP and DSAP: TPM_ENTITY_TYPE, then what it belongs to. */
#define ENTITY_TYPE_AT	VTPMB_HEADER_SIZE
#define ENTITY_AT	(VTPMB_HEADER_SIZE + 2)

/* Where an authorisation area of a command begins. */
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
 * vtpmb_tpm12_frame_init() - see where a command names what
 * @frame:	filled in
 * @at:		the command, whose size and areas are known to be right
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
	frame->nr_auths = vtpmb_tpm12_nr_auths(vtpmb_peek_u16(at));
	frame->nr_keys = row->keys;
	for (i = 0; i < frame->nr_keys; i++)
		frame->key_at[i] = VTPMB_HEADER_SIZE + i * sizeof(u32);
	if (row->entity && tpm12_names_key(tpm12_entity_type(frame))) {
		frame->nr_keys = 1;
		frame->key_at[0] = ENTITY_AT;
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
 * vtpmb_tpm12_map() - find what a command names in the proxy's table
 * @vtpm:	the vtpm
 * @frame:	the command
 *
 * Sessions are looked for in any case, since an error ends them.
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
						vtpmb_peek_u32(frame->at + ENTITY_AT));
	return rc;
}

/* Room in the proxy's table for what a command makes. */
static u32 tpm12_quota(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame)
{
	unsigned int kind = frame->row->makes - 1;

	if (!frame->row->makes)
		return TPM_SUCCESS;
	return vtpmb_tpm12_table(vtpm)->nr[kind] < vtpmb_tpm12_max(vtpm, kind) ?
	       TPM_SUCCESS : tpm12_full(kind);
}

/*
 * All that can be said before the chip is asked.  What was granted when the
 * command came may have been taken back while it waited.
 */
static u32 tpm12_prepare(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_vtpm *vtpm = call->vtpm;
	u32 rc;

	lockdep_assert_held(&vtpm->lock);

	if (call->cmd->epoch != vtpm->epoch)
		return TPM_INVALID_POSTINIT;
	if (!vtpmb_tpm12_permits(vtpm, call->row->code)) {
		call->cmd->answer = VTPMB_ANSWER_REFUSED;
		return TPM_BAD_ORDINAL;
	}
	rc = vtpmb_tpm12_map(vtpm, &call->frame);
	/* The virtual platform has refused it. */
	if (call->cmd->rc)
		return call->cmd->rc;
	if (!rc)
		rc = vtpmb_tpm12_inspect(call, &call->frame);
	if (!rc && call->row->trans)
		rc = vtpmb_tpm12_unwrap(call);
	if (!rc)
		rc = tpm12_quota(vtpm, &call->frame);
	if (!rc && call->wraps)
		rc = tpm12_quota(vtpm, &call->inner);
	return rc;
}

/*
 * To the chip.
 */

/* What may end sessions or keys that are not this proxy's. */
static bool tpm12_may_end_others(const struct vtpmb_tpm12_row *row)
{
	return row->ends || row->chip_by_grant || row->grant == TPM12_BY_UNSAFE ||
	       row->code == TPM_ORD_TakeOwnership;
}

static int tpm12_spare_others(struct vtpmb_tpm12_call *call)
{
	if (tpm12_may_end_others(call->row) ||
	    (call->wraps && tpm12_may_end_others(call->inner.row)))
		return vtpmb_tpm12_put_out_others(call->vtpm);
	return 0;
}

static int tpm12_load_all(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame,
			  u32 *rc)
{
	unsigned int i;
	int err = 0;

	*rc = TPM_SUCCESS;
	for (i = 0; i < frame->nr_keys && !err && !*rc; i++) {
		if (frame->key[i])
			err = vtpmb_tpm12_load(vtpm, frame->key[i], rc);
	}
	for (i = 0; i < frame->nr_auths && !err && !*rc; i++)
		err = vtpmb_tpm12_load(vtpm, frame->auth[i], rc);
	/* One that needs no session loses none when the chip is full. */
	if (!err && !*rc && frame->row->makes &&
	    (frame->row->makes - 1 != TPM12_AUTH || !vtpmb_tpm12_swaps(vtpm->port)))
		err = vtpmb_tpm12_have_room(vtpm, frame->row->makes - 1, rc);
	if (!err && !*rc && frame->row->makes)
		err = vtpmb_tpm12_list_hosts(vtpm->port, frame->row->makes - 1);
	return err;
}

static bool tpm12_all_loaded(const struct vtpmb_tpm12_frame *frame)
{
	unsigned int i;

	for (i = 0; i < frame->nr_keys; i++) {
		if (frame->key[i] && !frame->key[i]->phys)
			return false;
	}
	for (i = 0; i < frame->nr_auths; i++) {
		if (!frame->auth[i]->phys)
			return false;
	}
	return true;
}

/* A key that had to go takes sessions with it, even one that is needed. */
static int tpm12_load_named(struct vtpmb_tpm12_call *call, u32 *rc)
{
	unsigned int tries = 0;
	int err;

	do {
		err = tpm12_load_all(call->vtpm, &call->frame, rc);
		if (!err && !*rc && call->wraps)
			err = tpm12_load_all(call->vtpm, &call->inner, rc);
		if (err || *rc)
			return err;
		if (tpm12_all_loaded(&call->frame) &&
		    (!call->wraps || tpm12_all_loaded(&call->inner)))
			return 0;
	} while (tries++ < MAX_RETRIES);
	*rc = TPM_RESOURCES;
	return 0;
}

static void tpm12_patch(const struct vtpmb_tpm12_frame *frame)
{
	unsigned int i;

	for (i = 0; i < frame->nr_keys; i++) {
		if (frame->key[i])
			vtpmb_poke_u32(frame->at + frame->key_at[i], frame->key[i]->phys);
	}
	for (i = 0; i < frame->nr_auths; i++)
		vtpmb_poke_u32(frame->at + tpm12_auth_at(frame, i), frame->auth[i]->phys);
}

/* One attempt: the response's length. */
static int tpm12_attempt(struct vtpmb_tpm12_call *call, u32 *rc)
{
	struct vtpmb_port *port = call->vtpm->port;
	int len;

	memcpy(call->cmd->buf, vtpmb_tpm12_table(call->vtpm)->kept, call->frame.len);
	tpm12_patch(&call->frame);
	if (call->wraps)
		tpm12_patch(&call->inner);
	len = port->transmit(port, call->cmd->buf);
	if (len >= 0 && len < VTPMB_HEADER_SIZE)
		len = -EIO;
	if (len < 0)
		vtpmb_tpm12_doubt(port);
	else
		*rc = vtpmb_peek_u32(call->cmd->buf + 6);
	return len;
}

/* Whether to send the command again: 1, 0, or a negative errno. */
static int tpm12_again(struct vtpmb_tpm12_call *call, u32 rc, unsigned int *retries)
{
	/* Keys are of different sizes, so that more than one may have to go. */
	if ((*retries)++ >= MAX_RETRIES)
		return 0;
	if (rc == TPM_RETRY)
		return 1;
	if (tpm12_is_full(rc) && call->row->makes && !call->frame.nr_auths)
		return vtpmb_tpm12_make_room(call->vtpm, call->row->makes - 1);
	return 0;
}

/* It ends at the latest when nothing is left in the chip that could make room. */
static int tpm12_attempts(struct vtpmb_tpm12_call *call, u32 *rc)
{
	unsigned int retries = 0;
	int len, again;

	do {
		len = tpm12_attempt(call, rc);
		again = len < 0 ? 0 : tpm12_again(call, *rc, &retries);
		if (again < 0)
			return again;
	} while (again);
	return len;
}

/*
 * And back.
 */

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
 * vtpmb_tpm12_failed() - the chip has refused a command, or not answered
 * @vtpm:	the vtpm
 * @frame:	the command
 * @rc:		its return code
 *
 * Which sessions an error has ended depends on where the chip met it: ask.
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

/* An entry for the handle that the response begins with. */
static int tpm12_enter(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_frame *frame,
		       u8 *rsp, size_t len)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(call->vtpm);
	struct vtpmb_tpm12_entry *entry;

	entry = vtpmb_tpm12_new(call->vtpm, frame->row->makes - 1, 0);
	if (!entry)
		return -EIO;
	vtpmb_tpm12_enter(call->vtpm, entry, vtpmb_peek_u32(rsp + VTPMB_HEADER_SIZE));
	vtpmb_poke_u32(rsp + VTPMB_HEADER_SIZE, entry->virt);
	entry->encrypts = call->attributes & TPM_TRANSPORT_ENCRYPT;
	if (entry->kind == TPM12_AUTH && frame->key[0]) {
		entry->bound = true;
		entry->key = frame->key[0];
	} else if (frame->row->entity) {
		entry->entity = vtpmb_peek_u32(table->kept + (frame->at - call->cmd->buf) +
					       ENTITY_AT);
	}
	if (entry->kind == TPM12_KEY)
		entry->st_clear = vtpmb_tpm12_key_dies(call, frame);
	return 0;
}

/* Where an authorisation area of a response begins. */
static const u8 *tpm12_auth_out(const struct vtpmb_tpm12_frame *frame, const u8 *rsp,
				size_t len, unsigned int i)
{
	return rsp + len - TPM12_AUTH_OUT_SIZE * (frame->nr_auths - i);
}

/* Whether a successful response has all that the command's has. */
static bool tpm12_is_whole(const struct vtpmb_tpm12_frame *frame, const u8 *rsp, size_t len)
{
	size_t least = VTPMB_HEADER_SIZE + frame->row->out_len +
		       TPM12_AUTH_OUT_SIZE * frame->nr_auths;
	unsigned int i;

	if (len < least || (frame->row->makes && len != least) ||
	    vtpmb_peek_u16(rsp) != TPM_TAG_RSP_COMMAND + frame->nr_auths)
		return false;
	for (i = 0; i < frame->nr_auths; i++) {
		/* A BOOL */
		if (tpm12_auth_out(frame, rsp, len, i)[TPM12_NONCE_SIZE] > 1)
			return false;
	}
	return true;
}

/* What the response says of sessions and keys. */
static int tpm12_follow(struct vtpmb_tpm12_call *call, struct vtpmb_tpm12_frame *frame,
			u8 *rsp, size_t len)
{
	unsigned int i;

	if (!tpm12_is_whole(frame, rsp, len))
		return -EIO;
	for (i = 0; i < frame->nr_auths; i++) {
		const u8 *area = tpm12_auth_out(frame, rsp, len, i);

		/* Both areas may name one session. */
		if (!area[TPM12_NONCE_SIZE] && frame->auth[i]->used)
			vtpmb_tpm12_ended(call->vtpm, frame->auth[i]);
	}
	if (frame->row->makes)
		return tpm12_enter(call, frame, rsp, len);
	return frame->row->ends ? tpm12_find_dead(call->vtpm, frame) : 0;
}

/* By a grant the chip has done what the virtual platform is to do. */
static void tpm12_follow_platform(struct vtpmb_tpm12_call *call)
{
	const struct vtpmb_tpm12_row *row = call->row;

	/* After ForceClear see vtpmb_tpm12_follow_owner(). */
	if (!row->local || row->own || !row->chip_by_grant || row->code == TPM_ORD_ForceClear)
		return;
	vtpmb_reader_init(&call->in, vtpmb_tpm12_table(call->vtpm)->kept + VTPMB_HEADER_SIZE,
			  call->frame.len - VTPMB_HEADER_SIZE);
	call->forward = false;
	mutex_lock(&call->vtpm->lock);
	row->local(call);
	mutex_unlock(&call->vtpm->lock);
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
	int err = tpm12_follow(call, frame, rsp, len);

	if (!err)
		vtpmb_tpm12_follow_owner(call->vtpm, frame->row->code);
	if (!err)
		vtpmb_tpm12_count_nv_write(call->vtpm, frame);
	return err;
}

static int tpm12_complete(struct vtpmb_tpm12_call *call, int len)
{
	int err = 0;

	/* What is inside first: the outer session may end with it. */
	if (call->wraps)
		err = vtpmb_tpm12_follow_wrapped(call, len);
	if (!err)
		err = vtpmb_tpm12_succeeded(call, &call->frame, call->cmd->buf, len);
	if (!err && call->row->code == TPM_ORD_GetCapability)
		err = vtpmb_tpm12_correct_capability(call, len);
	if (!err)
		tpm12_follow_platform(call);
	return err;
}

/* What only the chip can tell before it is asked. */
static int tpm12_check_chip(struct vtpmb_tpm12_call *call, u32 *rc)
{
	int err = vtpmb_tpm12_spare(call, rc);

	if (!err && !*rc)
		err = vtpmb_tpm12_nv_quota(call, &call->frame, rc);
	if (!err && !*rc && call->wraps && !call->hidden)
		err = vtpmb_tpm12_nv_quota(call, &call->inner, rc);
	return err;
}

static void tpm12_doubt_owner(struct vtpmb_tpm12_call *call)
{
	vtpmb_tpm12_doubt_owner(call->vtpm, call->row->code);
	if (call->wraps)
		vtpmb_tpm12_doubt_owner(call->vtpm, call->inner.row->code);
}

/* The response was lost.  What the other proxies see may depend on it. */
static int tpm12_lost(struct vtpmb_tpm12_call *call, int err)
{
	vtpmb_tpm12_failed(call->vtpm, &call->frame, TPM_FAIL);
	tpm12_doubt_owner(call);
	vtpmb_tpm12_settle_owner(call->vtpm);
	return err;
}

static int tpm12_forward(struct vtpmb_tpm12_call *call, u32 *rc)
{
	struct vtpmb_vtpm *vtpm = call->vtpm;
	int len, err;

	err = tpm12_check_chip(call, rc);
	if (!err && !*rc)
		err = tpm12_spare_others(call);
	if (!err && !*rc)
		err = tpm12_load_named(call, rc);
	if (err || *rc)
		return err;
	call->cmd->slow = call->row->slow || (call->wraps && call->inner.row->slow);
	memcpy(vtpmb_tpm12_table(vtpm)->kept, call->cmd->buf, call->frame.len);
	len = tpm12_attempts(call, rc);
	call->answered = len >= 0;
	if (call->answered)
		vtpmb_failure_note(vtpm, call->cmd, call->row->code, *rc);
	if (len < 0)
		return tpm12_lost(call, len);
	if (*rc)
		return vtpmb_tpm12_failed(vtpm, &call->frame, *rc);
	call->cmd->len = len;
	call->cmd->rc = TPM_SUCCESS;
	err = tpm12_complete(call, len);
	/* One that is cut short is as good as lost. */
	if (err) {
		vtpmb_tpm12_doubt(vtpm->port);
		tpm12_doubt_owner(call);
	}
	return err;
}

/* A command that failed here ends its sessions as it would in a TPM. */
static int tpm12_end_sessions(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame,
			      u32 rc)
{
	unsigned int i;
	int err = 0;

	if (rc >= TPM_RETRY)
		return 0;
	for (i = 0; i < frame->nr_auths && !err; i++) {
		if (frame->auth[i] && frame->auth[i]->used)
			err = vtpmb_tpm12_lose(vtpm, frame->auth[i]);
	}
	return err;
}

static void tpm12_call_init(struct vtpmb_tpm12_call *call, struct vtpmb_vtpm *vtpm,
			    struct vtpmb_cmd *cmd)
{
	memset(call, 0, sizeof(*call));
	call->vtpm = vtpm;
	call->tpm = vtpm->state;
	call->cmd = cmd;
	call->row = cmd->row;
	call->tag = vtpmb_peek_u16(cmd->buf);
	vtpmb_reader_init(&call->in, cmd->buf + VTPMB_HEADER_SIZE,
			  cmd->len - VTPMB_HEADER_SIZE);
	vtpmb_writer_init(&call->out, cmd->buf + VTPMB_HEADER_SIZE,
			  VTPMB_BUF_SIZE - VTPMB_HEADER_SIZE);
	vtpmb_tpm12_frame_init(&call->frame, cmd->buf, cmd->len, call->row);
}

/**
 * vtpmb_tpm12_execute() - answer a command that receive() passed on
 * @vtpm:	the vtpm
 * @cmd:	the command; the response comes over it
 *
 * Context: The hub's thread, which holds the chip.  May sleep.
 * Return: 0, or a negative errno of transmit
 */
int vtpmb_tpm12_execute(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm12_call call;
	u32 rc;
	int err;

	tpm12_call_init(&call, vtpm, cmd);
	if (vtpmb_failure_stops(vtpm)) {
		cmd->answer = VTPMB_ANSWER_REFUSED;
		vtpmb_tpm12_respond(&call, TPM_FAIL);
		return 0;
	}
	err = vtpmb_tpm12_settle(vtpm->port, &rc);
	if (!err && !rc)
		err = vtpmb_tpm12_settle_owner(vtpm);
	if (err)
		return err;
	if (!rc) {
		mutex_lock(&vtpm->lock);
		rc = tpm12_prepare(&call);
		mutex_unlock(&vtpm->lock);
	}

	if (!rc && call.row->own)
		err = call.row->own(&call, &rc);
	else
		call.forward = !rc;
	if (!err && !rc && call.forward)
		err = tpm12_forward(&call, &rc);
	if (!err && rc && !call.answered)
		err = tpm12_end_sessions(vtpm, &call.frame, rc);
	vtpmb_tpm12_unuse_all(vtpm);
	if (!err && (rc || !call.answered))
		vtpmb_tpm12_respond(&call, rc);
	return err;
}
