// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: parsing a command, and answers of the virtual platform. */

#include <linux/lockdep.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include "books.h"
#include "capability.h"
#include "hmac.h"
#include "local.h"
#include "lockout.h"
#include "parameters.h"
#include "pcr.h"
#include "platform.h"
#include "session.h"
#include "state.h"
#include "wire.h"

static u32 tpm20_find(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd,
		      struct vtpmb_tpm20_call *call)
{
	int row = vtpmb_tpm20_row(cmd->code);

	if (row < 0 || !vtpmb_tpm20_permits(vtpm, row)) {
		cmd->answer = VTPMB_ANSWER_REFUSED;
		return TPM2_RC_COMMAND_CODE;
	}
	call->row_nr = array_index_nospec(row, VTPMB_TPM20_NR_ROWS);
	call->row = &vtpmb_tpm20_rows[call->row_nr];
	return TPM2_RC_SUCCESS;
}

static u32 tpm20_started(const struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm20_call *call)
{
	bool starts = call->row->flags & TPM20_STARTS;
	bool started = vtpm->power == VTPMB_STARTED || vtpm->power == VTPMB_SHUTDOWN;

	return started == starts ? TPM2_RC_INITIALIZE : TPM2_RC_SUCCESS;
}

/* Only the hub's thread knows whether a session exists that is not a password. */
static u32 tpm20_check_sessions(const struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	for (i = 0; i < call->nr_sessions; i++) {
		if (call->session[i].handle != TPM2_RS_PW)
			return VTPMB_RC_PASS;
	}
	return call->session_rc;
}

/* All that comes before a command's own action. */
static u32 tpm20_prepare(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	unsigned int i;
	u32 rc = call->handle_rc;

	for (i = 0; !rc && i < call->row->nr_handles; i++)
		rc = vtpmb_tpm20_handle_status(vtpm, call->handle[i], i);
	if (!rc)
		rc = tpm20_check_sessions(call);
	if (!rc)
		rc = vtpmb_tpm20_choose_checker(vtpm, call, true);
	if (!rc)
		rc = vtpmb_tpm20_authorise(vtpm, call);
	return rc;
}

/* TPM 2.0 Part 1, 18.9: the response's sessions */
static int tpm20_put_sessions(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			      const struct vtpmb_writer *out, struct vtpmb_writer *w)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < call->nr_sessions; i++) {
		if (call->session[i].handle != TPM2_RS_PW) {
			err = vtpmb_tpm20_put_hmac(vtpm, call, i, out->buf, out->len, w);
			continue;
		}
		vtpmb_put_u16(w, 0);
		vtpmb_put_u8(w, TPMA_SESSION_CONTINUESESSION);
		vtpmb_put_u16(w, 0);
	}
	return err;
}

/*
 * Answer a command without the chip.  All its sessions have been checked here; if one is not a
 * password, the vtpm's lock is held.  @out has handle and parameters of the response, outside
 * the command's buffer.  Returns TPM2_RC_FAILURE if the response cannot be made.
 */
u32 vtpmb_tpm20_answer_success(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			       const struct vtpmb_writer *out)
{
	size_t handles_len = call->row->response == RESPONSE_OBJECT ? sizeof(u32) : 0;
	struct vtpmb_cmd *cmd = call->cmd;
	struct vtpmb_writer tail, w;
	u8 sessions[VTPMB_TPM20_HANDLES * (5 + 2 * VTPMB_MAX_DIGEST)];

	/* They still need what the response is to be written over. */
	vtpmb_writer_init(&tail, sessions, sizeof(sessions));
	if (tpm20_put_sessions(vtpm, call, out, &tail))
		return TPM2_RC_FAILURE;

	vtpmb_writer_init(&w, cmd->buf, vtpmb_tpm20_facts(vtpm->port)->response_max);
	vtpmb_put_u16(&w, call->tag);
	vtpmb_put_u32(&w, 0);
	vtpmb_put_u32(&w, TPM2_RC_SUCCESS);
	vtpmb_put_bytes(&w, out->buf, handles_len);
	if (call->tag == TPM2_ST_SESSIONS)
		vtpmb_put_u32(&w, out->len - handles_len);
	vtpmb_put_bytes(&w, out->buf + handles_len, out->len - handles_len);
	vtpmb_put_bytes(&w, sessions, tail.len);
	vtpmb_patch_u32(&w, VTPMB_SIZE_AT, w.len);
	if (w.overflow || tail.overflow || out->overflow)
		return TPM2_RC_FAILURE;

	cmd->len = w.len;
	cmd->rc = TPM2_RC_SUCCESS;
	return TPM2_RC_SUCCESS;
}

/* Have the virtual platform execute a command, which is authorised. */
u32 vtpmb_tpm20_run_local(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call,
			  struct vtpmb_writer *out)
{
	struct vtpmb_reader params = call->params;
	u32 rc;

	lockdep_assert_held(&vtpm->lock);

	rc = call->row->local(vtpm, call, out);
	call->params = params;
	return rc;
}

/* A session would put something of its own into the chip's answer. */
static bool tpm20_is_answered_here(const struct vtpmb_tpm20_call *call)
{
	return call->row->flags & TPM20_LOCAL ||
	       (call->row->flags & TPM20_KNOWN && call->tag == TPM2_ST_NO_SESSIONS);
}

static u32 tpm20_answer(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	u32 rc = tpm20_prepare(vtpm, call);
	struct vtpmb_writer out;

	if (rc)
		return rc;
	vtpmb_writer_init(&out, vtpmb_tpm20_state(vtpm)->reply, VTPMB_BUF_SIZE);
	rc = vtpmb_tpm20_run_local(vtpm, call, &out);
	if (!rc)
		rc = vtpmb_tpm20_answer_success(vtpm, call, &out);
	memzero_explicit(out.buf, out.len);
	return rc;
}

/* receive() of struct vtpmb_family */
void vtpmb_tpm20_receive(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm20_call *call = cmd->call;
	u32 rc;

	lockdep_assert_held(&vtpm->lock);

	cmd->code = 0;
	cmd->failed_code = 0;
	cmd->epoch = vtpm->epoch;
	cmd->locality = vtpm->locality;
	cmd->answer = VTPMB_ANSWER_LOCAL;

	rc = vtpmb_tpm20_header(vtpm, cmd, call);
	if (!rc)
		rc = tpm20_find(vtpm, cmd, call);
	if (!rc)
		rc = tpm20_started(vtpm, call);
	if (!rc)
		vtpmb_tpm20_parse(vtpm, call);
	if (!rc)
		rc = tpm20_is_answered_here(call) ? tpm20_answer(vtpm, call) : VTPMB_RC_PASS;

	if (rc == VTPMB_RC_PASS)
		cmd->answer = VTPMB_ANSWER_CHIP;
	else if (rc)
		vtpmb_tpm20_fail(cmd, rc);
}
