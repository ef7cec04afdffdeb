// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: parameters and tags of commands, and the responses of the bridge. */

#include <linux/kernel.h>
#include "state.h"
#include "wire.h"

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
 * vtpmb_tpm12_check_params() - check the format of parameters
 * @format:	their format: see struct vtpmb_tpm12_row
 * @r:		the cursor; advanced past those that are well-formed
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
 * vtpmb_tpm12_nr_auths() - return the number of authorisation areas for a tag
 * @tag:	the command's tag
 *
 * Return: 0 to 2; more than any row allows if it is no tag of a command
 */
unsigned int vtpmb_tpm12_nr_auths(u16 tag)
{
	return tag - TPM_TAG_RQU_COMMAND <= 2u ? tag - TPM_TAG_RQU_COMMAND : 7;
}

/**
 * vtpmb_tpm12_respond() - write the response to a command that the bridge answers
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
