// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, in the hub's thread: a guest's command for the chip, and back.
 *
 * No HMAC covers the key handles of the handle area or the session handles of the
 * authorisation areas, so the bridge can rewrite them.  A session ends when
 * the chip says so in its response, or when the command fails.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "../core/failure.h"
#include "books.h"
#include "capability.h"
#include "command.h"
#include "commands.h"
#include "frame.h"
#include "grant.h"
#include "hosts.h"
#include "inspect.h"
#include "lockout.h"
#include "nv.h"
#include "owner.h"
#include "register.h"
#include "response.h"
#include "shown.h"
#include "state.h"
#include "swap.h"
#include "transport.h"
#include "turn.h"
#include "wire.h"

#define MAX_RETRIES	5

/* Check that the proxy's table has room for the key or session that a command creates. */
static u32 tpm12_quota(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame)
{
	unsigned int kind = frame->row->makes - 1;

	if (!frame->row->makes)
		return TPM_SUCCESS;
	return vtpmb_tpm12_table(vtpm)->nr[kind] < vtpmb_tpm12_max_entries(vtpm, kind) ?
	       TPM_SUCCESS : tpm12_full(kind);
}

/*
 * Make all checks that do not need the chip.  Since the command was received, the virtual
 * TPM may have been reset, and the policy, grants, ownership and transport setting may have
 * changed.  Only what was parsed is still true.
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
	call->shows = vtpmb_tpm12_needs_shown(call);
	return rc;
}

/*
 * To the chip.
 */

/* Whether a command may end keys or sessions of other proxies. */
static bool tpm12_may_end_others(const struct vtpmb_tpm12_row *row)
{
	return row->ends || row->chip_by_grant || row->grant == TPM12_BY_UNSAFE ||
	       row->code == TPM_ORD_TakeOwnership;
}

static int tpm12_evict_others(struct vtpmb_tpm12_call *call)
{
	if (tpm12_may_end_others(call->row) ||
	    (call->wraps && tpm12_may_end_others(call->inner.row)))
		return vtpmb_tpm12_evict_others(call->vtpm);
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
	/* OIAP, OSAP and DSAP name no session that they could lose if the chip is full. */
	if (!err && !*rc && frame->row->makes &&
	    (frame->row->makes - 1 != TPM12_AUTH || !vtpmb_tpm12_can_save(vtpm->port)))
		err = vtpmb_tpm12_have_room(vtpm, frame->row->makes - 1, rc);
	if (!err && !*rc && frame->row->makes)
		err = vtpmb_tpm12_list_hosts(vtpm->port, frame->row->makes - 1);
	return err;
}

/* Retry: loading one entry may flush a key and with it a session that was just loaded. */
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
		if (vtpmb_tpm12_all_loaded(&call->frame) &&
		    (!call->wraps || vtpmb_tpm12_all_loaded(&call->inner)))
			return 0;
	} while (tries++ < MAX_RETRIES);
	*rc = TPM_RESOURCES;
	return 0;
}

/* Send the command once; return the length of the response or a negative errno. */
static int tpm12_attempt(struct vtpmb_tpm12_call *call, u32 *rc)
{
	struct vtpmb_port *port = call->vtpm->port;
	int len;

	memcpy(call->cmd->buf, vtpmb_tpm12_table(call->vtpm)->kept, call->frame.len);
	vtpmb_tpm12_put_physical(&call->frame);
	if (call->wraps)
		vtpmb_tpm12_put_physical(&call->inner);
	len = port->transmit(port, call->cmd->buf);
	if (len >= 0 && len < VTPMB_HEADER_SIZE)
		len = -EIO;
	if (len < 0)
		vtpmb_tpm12_need_resync(port);
	else
		*rc = vtpmb_code_of(call->cmd->buf);
	return len;
}

/* Whether to send the command again: 1, 0, or a negative errno. */
static int tpm12_again(struct vtpmb_tpm12_call *call, u32 rc, unsigned int *retries)
{
	/* Keys differ in size, so more than one may have to be evicted. */
	if ((*retries)++ >= MAX_RETRIES)
		return 0;
	if (rc == TPM_RETRY)
		return 1;
	if (tpm12_is_full(rc) && call->row->makes && !call->frame.nr_auths)
		return vtpmb_tpm12_make_room(call->vtpm, call->row->makes - 1);
	return 0;
}

/* There are at most MAX_RETRIES retries: see tpm12_again(). */
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

/* The chip has executed a granted command; do the same in the virtual platform. */
static void tpm12_apply_to_platform(struct vtpmb_tpm12_call *call)
{
	const struct vtpmb_tpm12_row *row = call->row;

	/* After ForceClear see vtpmb_tpm12_apply_to_owner(). */
	if (!row->local || row->own || !row->chip_by_grant || row->code == TPM_ORD_ForceClear)
		return;
	vtpmb_reader_init(&call->in, vtpmb_tpm12_table(call->vtpm)->kept + VTPMB_HEADER_SIZE,
			  call->frame.len - VTPMB_HEADER_SIZE);
	call->forward = false;
	mutex_lock(&call->vtpm->lock);
	row->local(call);
	mutex_unlock(&call->vtpm->lock);
}

/* The wrapped command was executed, perhaps without success. */
static void tpm12_end_sha1(struct vtpmb_tpm12_call *call)
{
	mutex_lock(&call->vtpm->lock);
	vtpmb_tpm12_end_sha1(call->tpm);
	mutex_unlock(&call->vtpm->lock);
}

static int tpm12_complete(struct vtpmb_tpm12_call *call, int len)
{
	int err = 0;

	if (call->wraps)
		tpm12_end_sha1(call);
	/* The wrapped command first, since the outer session may end with it. */
	if (call->wraps)
		err = vtpmb_tpm12_apply_wrapped(call, len);
	if (!err)
		err = vtpmb_tpm12_succeeded(call, &call->frame, call->cmd->buf, len);
	if (!err && call->row->code == TPM_ORD_GetCapability)
		err = vtpmb_tpm12_correct_capability(call, len);
	if (!err)
		tpm12_apply_to_platform(call);
	return err;
}

/* Make the checks that need the state of the chip. */
static int tpm12_check_chip(struct vtpmb_tpm12_call *call, u32 *rc)
{
	int err = vtpmb_tpm12_limit_failures(call, rc);

	if (!err && !*rc)
		err = vtpmb_tpm12_nv_quota(call, &call->frame, rc);
	if (!err && !*rc && call->wraps && !call->hidden)
		err = vtpmb_tpm12_nv_quota(call, &call->inner, rc);
	return err;
}

static void tpm12_owner_unknown(struct vtpmb_tpm12_call *call)
{
	vtpmb_tpm12_owner_unknown(call->vtpm, call->row->code);
	if (call->wraps)
		vtpmb_tpm12_owner_unknown(call->vtpm, call->inner.row->code);
}

/* The response was lost: find out whether the command has changed the owner. */
static int tpm12_lost(struct vtpmb_tpm12_call *call, int err)
{
	vtpmb_tpm12_failed(call->vtpm, &call->frame, TPM_FAIL);
	tpm12_owner_unknown(call);
	vtpmb_tpm12_read_owner(call->vtpm);
	return err;
}

static int tpm12_forward(struct vtpmb_tpm12_call *call, u32 *rc)
{
	struct vtpmb_vtpm *vtpm = call->vtpm;
	int len, err;

	err = tpm12_check_chip(call, rc);
	if (!err && !*rc)
		err = tpm12_evict_others(call);
	if (!err && !*rc)
		err = tpm12_load_named(call, rc);
	if (!err && !*rc)
		err = vtpmb_tpm12_show(call, rc);
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
	/* A malformed response is treated as a lost one. */
	if (err) {
		vtpmb_tpm12_need_resync(vtpm->port);
		tpm12_owner_unknown(call);
	}
	return err;
}

/* End the sessions of a command that the bridge has refused, as a TPM would. */
static int tpm12_end_sessions(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_frame *frame,
			      u32 rc)
{
	unsigned int i;
	int err = 0;

	if (rc >= TPM_RETRY)
		return 0;
	for (i = 0; i < frame->nr_auths && !err; i++) {
		if (frame->auth[i] && frame->auth[i]->res.used)
			err = vtpmb_tpm12_flush_and_forget(vtpm, frame->auth[i]);
	}
	return err;
}

/* Answer a command that receive() passed on. */
int vtpmb_tpm12_execute(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm12_call *call = cmd->call;
	u32 rc;
	int err;

	/* The handler of the virtual platform may have set these. */
	call->forward = false;
	vtpmb_writer_init(&call->out, cmd->buf + VTPMB_HEADER_SIZE,
			  VTPMB_BUF_SIZE - VTPMB_HEADER_SIZE);
	if (vtpmb_failure_stops(vtpm)) {
		cmd->answer = VTPMB_ANSWER_REFUSED;
		vtpmb_tpm12_respond(call, TPM_FAIL);
		return 0;
	}
	err = vtpmb_tpm12_resync(vtpm->port, &rc);
	if (!err && !rc)
		err = vtpmb_tpm12_read_owner(vtpm);
	if (!err && !rc)
		err = vtpmb_tpm12_clear_leftovers(vtpm->port);
	if (err)
		return err;
	if (!rc) {
		mutex_lock(&vtpm->lock);
		rc = tpm12_prepare(call);
		mutex_unlock(&vtpm->lock);
	}

	if (!rc && call->row->own)
		err = call->row->own(call, &rc);
	else
		call->forward = !rc;
	if (!err && !rc && call->forward)
		err = tpm12_forward(call, &rc);
	if (!err && rc && !call->answered)
		err = tpm12_end_sessions(vtpm, &call->frame, rc);
	vtpmb_tpm12_clear_in_use(vtpm);
	if (!err && (rc || !call->answered))
		vtpmb_tpm12_respond(call, rc);
	return err;
}
