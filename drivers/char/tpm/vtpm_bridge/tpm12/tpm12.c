// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: receiving a command, and the operations of the family. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/secret.h"
#include "admin.h"
#include "books.h"
#include "capability.h"
#include "check.h"
#include "command.h"
#include "commands.h"
#include "facts.h"
#include "flags.h"
#include "frame.h"
#include "grant.h"
#include "image.h"
#include "platform.h"
#include "register.h"
#include "shown.h"
#include "state.h"
#include "turn.h"
#include "wire.h"

static const u8 tpm12_query[VTPMB_QUERY_SIZE] = {
	0x00, 0xC1, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x00, 0x65,
	0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x01, 0x24,
};

static const u8 tpm12_query_answer[] = {
	0x00, 0xC4, 0x00, 0x00, 0x00, 0x12, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x04,
	0x00, 0x00, VTPMB_GUEST_BUF_SIZE >> 8, VTPMB_GUEST_BUF_SIZE & 0xff,
};

/* TPM_GetCapability of TPM_CAP_PROP_OWNER (Part 3, 7.1, action 3) */
static const u8 tpm12_failure_question[] = {
	0x00, 0xC1, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x00, 0x65,
	0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x01, 0x11,
};

static const struct vtpmb_failure_rule tpm12_failure = {
	.begins = TPM_FAIL,
	.lasts = TPM_FAILEDSELFTEST,
	.question = tpm12_failure_question,
	.question_len = sizeof(tpm12_failure_question),
};

static u32 tpm12_code(unsigned int row)
{
	return vtpmb_tpm12_rows[row].code;
}

static const struct vtpmb_commands tpm12_commands = {
	.nr_rows = TPM12_NR_ROWS,
	.find = vtpmb_tpm12_row,
	.code = tpm12_code,
	.is_unsafe = vtpmb_tpm12_is_unsafe,
};

/*
 * Any well-framed command, known or not, ends the SHA-1 thread (Part 3, 13).  It is not
 * TPM_ExecuteTransport that ends it, but the command inside: see tpm12_complete().
 */
static bool tpm12_ends_sha1(u32 code)
{
	int i = vtpmb_tpm12_row(code);

	if (code == TPM_ORD_ExecuteTransport)
		return false;
	return i < 0 || !(vtpmb_tpm12_rows[i].flags & TPM12_SHA1);
}

static void tpm12_interrupt(struct vtpmb_tpm12_call *call, u32 code)
{
	if (tpm12_ends_sha1(code))
		vtpmb_tpm12_end_sha1(call->tpm);
	if (call->vtpm->power != VTPMB_POST_INIT && code != TPM_ORD_Startup && code != TPM_ORD_Init)
		vtpmb_tpm12_void_saved_state(call->vtpm);
}

/* Read the header.  An emulator may pass bytes after the command, which are ignored. */
static u32 tpm12_begin(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_cmd *cmd = call->cmd;
	u32 size = vtpmb_size_of(cmd->buf);

	if (size < VTPMB_HEADER_SIZE || size > cmd->len ||
	    size > vtpmb_tpm12_input_buffer(call->vtpm))
		return TPM_BAD_PARAM_SIZE;
	cmd->len = size;
	cmd->code = vtpmb_code_of(cmd->buf);
	call->tag = vtpmb_tag_of(cmd->buf);
	vtpmb_reader_init(&call->in, cmd->buf + VTPMB_HEADER_SIZE,
			  size - VTPMB_HEADER_SIZE);

	tpm12_interrupt(call, cmd->code);

	call->row = vtpmb_tpm12_find(call->vtpm, cmd->code);
	if (call->row)
		return TPM_SUCCESS;
	cmd->answer = VTPMB_ANSWER_REFUSED;
	return TPM_BAD_ORDINAL;
}

static u32 tpm12_run(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_reader in = call->in;
	u32 rc = TPM_SUCCESS;

	vtpmb_tpm12_frame_init(&call->frame, call->cmd->buf, call->cmd->len, call->row);
	if (call->row->local)
		rc = call->row->local(call);
	else
		call->forward = true;
	call->in = in;
	/* An error ends the command's sessions, and only the hub's thread may do that. */
	if (!rc || call->tag == TPM_TAG_RQU_COMMAND)
		return rc;
	call->cmd->rc = rc;
	call->forward = true;
	return TPM_SUCCESS;
}

static void tpm12_receive(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm12_call *call = cmd->call;
	u32 rc;

	lockdep_assert_held(&vtpm->lock);

	memset(call, 0, sizeof(*call));
	call->vtpm = vtpm;
	call->tpm = vtpm->state;
	call->cmd = cmd;
	cmd->code = 0;
	cmd->rc = TPM_SUCCESS;
	cmd->failed_code = 0;
	cmd->epoch = vtpm->epoch;
	cmd->locality = vtpm->locality;
	cmd->answer = VTPMB_ANSWER_LOCAL;
	vtpmb_writer_init(&call->out, cmd->buf + VTPMB_HEADER_SIZE,
			  VTPMB_BUF_SIZE - VTPMB_HEADER_SIZE);

	rc = tpm12_begin(call);
	if (!rc)
		rc = vtpmb_tpm12_check(call);
	if (!rc)
		rc = tpm12_run(call);
	if (call->row && call->row->flags & TPM12_STARTS)
		vtpmb_tpm12_end_post_init(vtpm);

	if (!rc && call->forward)
		cmd->answer = VTPMB_ANSWER_CHIP;
	else
		vtpmb_tpm12_respond(call, rc);
}

static void tpm12_retry(struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm12_call call = { .cmd = cmd };

	vtpmb_tpm12_respond(&call, TPM_RETRY);
}

static void tpm12_unstored(struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm12_call call = { .cmd = cmd };

	vtpmb_tpm12_respond(&call, TPM_IOERROR);
}

static int tpm12_create(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = kzalloc(sizeof(*tpm), GFP_KERNEL);

	if (!tpm)
		return -ENOMEM;
	tpm->table.kept = kmalloc(VTPMB_BUF_SIZE, GFP_KERNEL);
	if (!tpm->table.kept) {
		kfree(tpm);
		return -ENOMEM;
	}
	tpm->table.vtpm = vtpm;
	INIT_LIST_HEAD(&tpm->table.inside);
	vtpm->state = tpm;
	atomic_inc(&vtpm->port->nr_vtpms);
	tpm->counter = VTPMB_NO_COUNTER;
	vtpmb_secret_init(vtpm);
	vtpm->stop_on_failure = true;
	vtpm->nv_indices = VTPMB_NV_INDICES;
	vtpm->nv_bytes = VTPMB_NV_BYTES_TPM12;
	vtpmb_pcrs_init(&tpm->pcrs, vtpmb_pcr_rules_tpm12, vtpm->port->bank,
			vtpm->port->nr_banks);
	vtpmb_tpm12_init_flags(vtpm);
	return 0;
}

static void tpm12_destroy(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	vtpmb_tpm12_end_sha1(tpm);
	kfree_sensitive(tpm->table.kept);
	kfree_sensitive(tpm);
	vtpm->state = NULL;
	atomic_dec(&vtpm->port->nr_vtpms);
}

static void tpm12_power(struct vtpmb_vtpm *vtpm, enum vtpmb_power_event event)
{
	switch (event) {
	case VTPMB_POWER_RESET:
		vtpmb_tpm12_reset(vtpm);
		break;
	case VTPMB_POWER_STARTUP:
		vtpmb_tpm12_start(vtpm);
		break;
	case VTPMB_POWER_OFF:
		vtpmb_tpm12_off(vtpm);
		break;
	}
}

static void tpm12_show(struct vtpmb_vtpm *vtpm, struct vtpmb_view *view)
{
	view->pp = vtpmb_tpm12_pp(vtpm);
	view->pp_locked = vtpmb_tpm12_pp_locked(vtpm);
}

/* Keys and sessions stay loaded for the next turn, until the host gets the chip. */
static int tpm12_tidy(struct vtpmb_vtpm *vtpm, enum vtpmb_tidy reason)
{
	switch (reason) {
	case VTPMB_TIDY_TURN:
		return vtpmb_tpm12_clear_registers(vtpm->port);
	case VTPMB_TIDY_IDLE:
		break;
	case VTPMB_TIDY_HOST:
		return vtpmb_tpm12_unload_all(vtpm->port);
	case VTPMB_TIDY_STALE:
		return vtpmb_tpm12_flush_stale(vtpm, false);
	case VTPMB_TIDY_END:
		return vtpmb_tpm12_flush_stale(vtpm, true);
	case VTPMB_TIDY_LOST:
		vtpmb_tpm12_forget_all(vtpm);
		break;
	}
	return 0;
}

const struct vtpmb_family vtpmb_tpm12 = {
	.name = "1.2",
	.version = VTPMB_VERSION_12,
	.call_size = sizeof(struct vtpmb_tpm12_call),
	.commands = &tpm12_commands,
	.settings = vtpmb_tpm12_settings,
	.records = vtpmb_tpm12_records,
	.nr_records = VTPMB_TPM12_NR_RECORDS,
	.query = tpm12_query,
	.query_answer = tpm12_query_answer,
	.query_answer_len = sizeof(tpm12_query_answer),
	.failure = &tpm12_failure,
	.stays_loaded = true,
	.probe = vtpmb_tpm12_probe,
	.forget = vtpmb_tpm12_forget,
	.create = tpm12_create,
	.destroy = tpm12_destroy,
	.power = tpm12_power,
	.show = tpm12_show,
	.identity = vtpmb_tpm12_identity,
	.receive = tpm12_receive,
	.execute = vtpmb_tpm12_execute,
	.retry = tpm12_retry,
	.unstored = tpm12_unstored,
	.is_stale = vtpmb_tpm12_has_stale,
	.tidy = tpm12_tidy,
};
