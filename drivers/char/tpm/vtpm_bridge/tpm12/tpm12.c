// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: parser, policy, precedence of errors, and the family's verbs. */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "state.h"

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

static bool tpm12_row_exists(const struct vtpmb_tpm12_row *row)
{
	return row->local || row->own || row->flags & TPM12_FORWARD;
}

static bool tpm12_unsafe(unsigned int i)
{
	const struct vtpmb_tpm12_row *row = &vtpmb_tpm12_rows[i];

	return !tpm12_row_exists(row) || row->grant != TPM12_FREE;
}

static u32 tpm12_row_code(unsigned int i)
{
	return vtpmb_tpm12_rows[i].code;
}

/* What is permitted by a grant of something else than the ordinal. */
static bool tpm12_is_included(const struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_row *row)
{
	switch (row->grant) {
	case TPM12_FREE:
		return true;
	case TPM12_BY_OWNER:
		return vtpm->ownership == VTPMB_OWNERSHIP_GRANTED;
	case TPM12_BY_NV:
		return vtpm->range[VTPMB_RANGE_NV].last;
	case TPM12_BY_COUNTER:
		return vtpm->counter != VTPMB_NO_COUNTER;
	case TPM12_BY_TRANSPORT:
		return vtpm->transport != VTPMB_TRANSPORT_DENY;
	default:
		return false;
	}
}

/**
 * vtpmb_tpm12_granted() - whether an ordinal has an unsafe grant of its own
 * @vtpm:	the vtpm
 * @row:	the ordinal's row
 */
bool vtpmb_tpm12_granted(struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_row *row)
{
	unsigned int i = row - vtpmb_tpm12_rows;

	lockdep_assert_held(&vtpm->lock);

	return test_bit(i, vtpm->policy.allow) && !test_bit(i, vtpm->policy.deny);
}

/**
 * vtpmb_tpm12_find() - the row of an ordinal that a proxy has
 * @vtpm:	the vtpm
 * @code:	the ordinal
 *
 * Return: the row, or NULL
 */
const struct vtpmb_tpm12_row *vtpmb_tpm12_find(struct vtpmb_vtpm *vtpm, u32 code)
{
	const struct vtpmb_tpm12_row *row;
	int i = vtpmb_tpm12_row(code);

	lockdep_assert_held(&vtpm->lock);

	if (i < 0 || test_bit(i, vtpm->policy.deny))
		return NULL;
	row = &vtpmb_tpm12_rows[array_index_nospec(i, TPM12_NR_ROWS)];
	if (!tpm12_row_exists(row))
		return NULL;
	return tpm12_is_included(vtpm, row) || test_bit(i, vtpm->policy.allow) ? row : NULL;
}

/**
 * vtpmb_tpm12_permits() - whether a proxy has an ordinal
 * @vtpm:	the vtpm
 * @code:	the ordinal
 *
 * Also what TPM_CAP_ORD says (Part 2, 21.1).
 */
bool vtpmb_tpm12_permits(struct vtpmb_vtpm *vtpm, u32 code)
{
	return vtpmb_tpm12_find(vtpm, code);
}

/*
 * Parameters.
 */

static u32 tpm12_skip(struct vtpmb_reader *r, size_t len)
{
	return vtpmb_get_bytes(r, len) ? TPM_SUCCESS : TPM_BAD_PARAM_SIZE;
}

static u32 tpm12_skip_bool(struct vtpmb_reader *r)
{
	u8 val;

	if (!vtpmb_get_u8(r, &val))
		return TPM_BAD_PARAM_SIZE;
	return val > 1 ? TPM_BAD_PARAMETER : TPM_SUCCESS;
}

static u32 tpm12_skip_sized(struct vtpmb_reader *r)
{
	u32 len;

	if (!vtpmb_get_u32(r, &len))
		return TPM_BAD_PARAM_SIZE;
	return tpm12_skip(r, len);
}

/* TPM_PCR_SELECTION (Part 2, 8.1) */
static u32 tpm12_skip_selection(struct vtpmb_reader *r)
{
	u16 len;

	if (!vtpmb_get_u16(r, &len))
		return TPM_BAD_PARAM_SIZE;
	if (len > VTPMB_NR_PCRS / 8)
		return TPM_INVALID_PCR_INFO;
	return tpm12_skip(r, len);
}

static u32 tpm12_skip_context_tag(struct vtpmb_reader *r)
{
	u16 tag;

	if (!vtpmb_get_u16(r, &tag))
		return TPM_BAD_PARAM_SIZE;
	return tag == TPM_TAG_CONTEXTBLOB ? TPM_SUCCESS : TPM_INVALID_STRUCTURE;
}

static u32 tpm12_skip_param(char kind, struct vtpmb_reader *r)
{
	switch (kind) {
	case 'b':
		return tpm12_skip_bool(r);
	case 'n':
		return tpm12_skip(r, TPM12_NONCE_SIZE);
	case 'S':
		return tpm12_skip_sized(r);
	case 'P':
		return tpm12_skip_selection(r);
	case 'C':
		return tpm12_skip_context_tag(r);
	default:
		return tpm12_skip(r, kind - '0');
	}
}

/**
 * vtpmb_tpm12_check_params() - walk over parameters
 * @format:	what they are: see struct vtpmb_tpm12_row
 * @r:		the cursor; moved behind those that are well
 *
 * Return: a return code
 */
u32 vtpmb_tpm12_check_params(const char *format, struct vtpmb_reader *r)
{
	u32 rc = TPM_SUCCESS;

	while (*format && !rc)
		rc = tpm12_skip_param(*format++, r);
	return rc;
}

/**
 * vtpmb_tpm12_check_state() - whether a virtual TPM is in a state
 * @vtpm:	the vtpm
 * @needs:	enum tpm12_needs
 *
 * Errors in the order of libtpms; the spec leaves it open (Part 2, 17).
 *
 * Return: a return code
 */
u32 vtpmb_tpm12_check_state(struct vtpmb_vtpm *vtpm, u8 needs)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	if (needs & TPM12_NV && tpm->perm[TPM_PF_NV_LOCKED])
		needs |= TPM12_ENABLED | TPM12_ACTIVATED;
	if (needs & TPM12_WORKING && tpm->failed)
		return TPM_FAILEDSELFTEST;
	if (vtpm->power == VTPMB_POST_INIT)
		return TPM_INVALID_POSTINIT;
	if (needs & TPM12_ENABLED && tpm->perm[TPM_PF_DISABLE])
		return TPM_DISABLED;
	if (needs & TPM12_ACTIVATED && tpm->stclear.flag[TPM_SF_DEACTIVATED])
		return TPM_DEACTIVATED;
	if (needs & TPM12_OWNED && !vtpmb_tpm12_owned(vtpm))
		return TPM_NOSRK;
	return TPM_SUCCESS;
}

/**
 * vtpmb_tpm12_check_needs() - whether a virtual TPM is in the state for a command
 * @call:	the command: its @row and @tag
 *
 * Return: a return code
 */
u32 vtpmb_tpm12_check_needs(struct vtpmb_tpm12_call *call)
{
	u8 needs = call->row->needs;

	if (needs & TPM12_NV_BY_OWNER && call->tag != TPM_TAG_RQU_COMMAND)
		needs |= TPM12_NV;
	return vtpmb_tpm12_check_state(call->vtpm, needs);
}

/**
 * vtpmb_tpm12_nr_auths() - authorisation areas that a tag announces
 * @tag:	the command's tag
 *
 * Return: 0 to 2; more than any row allows if it is no tag of a command
 */
unsigned int vtpmb_tpm12_nr_auths(u16 tag)
{
	return tag - TPM_TAG_RQU_COMMAND <= 2u ? tag - TPM_TAG_RQU_COMMAND : 7;
}

/* The tag, the areas that it announces, and that nothing follows them. */
static u32 tpm12_check_auths(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	unsigned int i, nr_auths = vtpmb_tpm12_nr_auths(call->tag);
	u32 rc = TPM_SUCCESS;

	if (!(call->row->tags & BIT(nr_auths)))
		return TPM_BADTAG;
	if (!call->row->params)
		return TPM_SUCCESS;
	for (i = 0; i < nr_auths && !rc; i++)
		rc = vtpmb_tpm12_check_params(TPM12_AUTH_AREA, r);
	if (!rc && r->left)
		rc = TPM_BAD_PARAM_SIZE;
	return rc;
}

/**
 * vtpmb_tpm12_check() - all that can be wrong before a command is looked at
 * @call:	the command: its @row, its @tag, @in; they are not moved
 *
 * In the order of libtpms.
 *
 * Return: a return code
 */
u32 vtpmb_tpm12_check(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_reader r = call->in;
	u32 rc = TPM_SUCCESS;

	if (call->row->params)
		rc = vtpmb_tpm12_check_params(call->row->params, &r);
	if (!rc && !(call->row->flags & TPM12_STARTS))
		rc = vtpmb_tpm12_check_needs(call);
	if (!rc)
		rc = tpm12_check_auths(call, &r);
	return rc;
}

/* Any well-framed command, known or not, ends what it interrupts. */
static void tpm12_interrupt(struct vtpmb_tpm12_call *call, u32 code)
{
	struct vtpmb_tpm12 *tpm = call->tpm;
	int i = vtpmb_tpm12_row(code);

	if (i < 0 || !(vtpmb_tpm12_rows[i].flags & TPM12_SHA1)) {
		vtpmb_hash_drop(tpm->sha1);
		tpm->sha1 = NULL;
	}
	if (call->vtpm->power != VTPMB_POST_INIT && code != TPM_ORD_Startup && code != TPM_ORD_Init)
		vtpmb_tpm12_drop_saved(call->vtpm);
}

/* The header; what an emulator passes behind the command is not of it. */
static u32 tpm12_begin(struct vtpmb_tpm12_call *call)
{
	struct vtpmb_cmd *cmd = call->cmd;
	u32 size = vtpmb_peek_u32(cmd->buf + 2);

	if (size < VTPMB_HEADER_SIZE || size > cmd->len ||
	    size > vtpmb_tpm12_input_buffer(call->vtpm))
		return TPM_BAD_PARAM_SIZE;
	cmd->len = size;
	cmd->code = vtpmb_peek_u32(cmd->buf + 6);
	call->tag = vtpmb_peek_u16(cmd->buf);
	vtpmb_reader_init(&call->in, cmd->buf + VTPMB_HEADER_SIZE,
			  size - VTPMB_HEADER_SIZE);

	tpm12_interrupt(call, cmd->code);

	call->row = vtpmb_tpm12_find(call->vtpm, cmd->code);
	cmd->row = call->row;
	if (call->row)
		return TPM_SUCCESS;
	cmd->answer = VTPMB_ANSWER_REFUSED;
	return TPM_BAD_ORDINAL;
}

static u32 tpm12_run(struct vtpmb_tpm12_call *call)
{
	u32 rc = TPM_SUCCESS;

	if (call->row->local)
		rc = call->row->local(call);
	else
		call->forward = true;
	/* An error ends the sessions that it has, which belong to the hub's thread. */
	if (!rc || call->tag == TPM_TAG_RQU_COMMAND)
		return rc;
	call->cmd->rc = rc;
	call->forward = true;
	return TPM_SUCCESS;
}

/**
 * vtpmb_tpm12_respond() - the response to a command that the chip did not answer
 * @call:	the command; @out has the response's parameters
 * @rc:		return code; with any but TPM_SUCCESS there are none
 */
void vtpmb_tpm12_respond(struct vtpmb_tpm12_call *call, u32 rc)
{
	struct vtpmb_cmd *cmd = call->cmd;
	struct vtpmb_writer header;

	if (call->out.overflow)
		rc = TPM_FAIL;
	cmd->rc = rc;
	cmd->len = VTPMB_HEADER_SIZE + (rc ? 0 : call->out.len);
	vtpmb_writer_init(&header, cmd->buf, VTPMB_HEADER_SIZE);
	vtpmb_put_u16(&header, TPM_TAG_RSP_COMMAND);
	vtpmb_put_u32(&header, cmd->len);
	vtpmb_put_u32(&header, rc);
}

static void tpm12_receive(struct vtpmb_vtpm *vtpm, struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm12_call call = {
		.vtpm = vtpm,
		.tpm = vtpm->state,
		.cmd = cmd,
	};
	u32 rc;

	lockdep_assert_held(&vtpm->lock);

	cmd->code = 0;
	cmd->rc = TPM_SUCCESS;
	cmd->failed_code = 0;
	cmd->row = NULL;
	cmd->epoch = vtpm->epoch;
	cmd->locality = vtpm->locality;
	cmd->answer = VTPMB_ANSWER_LOCAL;
	vtpmb_writer_init(&call.out, cmd->buf + VTPMB_HEADER_SIZE,
			  VTPMB_BUF_SIZE - VTPMB_HEADER_SIZE);

	rc = tpm12_begin(&call);
	if (!rc)
		rc = vtpmb_tpm12_check(&call);
	if (!rc)
		rc = tpm12_run(&call);
	if (call.row && call.row->flags & TPM12_STARTS)
		vtpmb_tpm12_end_post_init(vtpm);

	if (!rc && call.forward)
		cmd->answer = VTPMB_ANSWER_CHIP;
	else
		vtpmb_tpm12_respond(&call, rc);
}

static void tpm12_retry(struct vtpmb_cmd *cmd)
{
	struct vtpmb_tpm12_call call = { .cmd = cmd };

	vtpmb_tpm12_respond(&call, TPM_RETRY);
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
	vtpm->counter = VTPMB_NO_COUNTER;
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

	vtpmb_hash_drop(tpm->sha1);
	kfree_sensitive(tpm->table.kept);
	kfree_sensitive(tpm);
	vtpm->state = NULL;
	atomic_dec(&vtpm->port->nr_vtpms);
}

const struct vtpmb_family vtpmb_tpm12 = {
	.name = "1.2",
	.nr_rows = TPM12_NR_ROWS,
	.row = vtpmb_tpm12_row,
	.unsafe = tpm12_unsafe,
	.row_code = tpm12_row_code,
	.query = tpm12_query,
	.query_answer = tpm12_query_answer,
	.query_answer_len = sizeof(tpm12_query_answer),
	.failure = &tpm12_failure,
	.probe = vtpmb_tpm12_probe,
	.forget = vtpmb_tpm12_forget,
	.create = tpm12_create,
	.destroy = tpm12_destroy,
	.reset = vtpmb_tpm12_reset,
	.start = vtpmb_tpm12_start,
	.off = vtpmb_tpm12_off,
	.receive = tpm12_receive,
	.execute = vtpmb_tpm12_execute,
	.retry = tpm12_retry,
	.vacate = vtpmb_tpm12_vacate,
	.sweep = vtpmb_tpm12_sweep,
	.stale = vtpmb_tpm12_stale,
	.drop = vtpmb_tpm12_drop_all,
	.pp = vtpmb_tpm12_pp,
	.pp_locked = vtpmb_tpm12_pp_locked,
};
