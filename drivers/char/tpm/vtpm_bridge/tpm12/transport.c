// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2, transport sessions (Part 3, 24).
 *
 * A transport session encrypts parameters, but not the wrapped ordinal, its handles or
 * authorisation areas, and no HMAC covers the handles.  So a wrapped command is parsed and
 * checked like any other, and its handles are replaced.  Commands that the bridge answers
 * itself cannot be wrapped, because only the chip can make the response.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include "../core/failure.h"
#include "check.h"
#include "commands.h"
#include "frame.h"
#include "grant.h"
#include "inspect.h"
#include "response.h"
#include "state.h"
#include "transport.h"
#include "wire.h"

/* The request has the size of the wrapped command; the response begins with ticks. */
#define WRAPPED_SIZE_AT		VTPMB_HEADER_SIZE
#define WRAPPED_AT		(WRAPPED_SIZE_AT + 4)
#define RESPONSE_SIZE_AT	(VTPMB_HEADER_SIZE + 8 + 4)
#define RESPONSE_AT		(RESPONSE_SIZE_AT + 4)

/* The number of bytes after the header that are never encrypted. */
static size_t tpm12_clear_len(const struct vtpmb_tpm12_row *row)
{
	return row->entity ? sizeof(u16) + sizeof(u32) : row->keys * sizeof(u32);
}

/*
 * A command that would not go to the chip by itself is not wrapped either.  If a command is
 * answered by the virtual platform or by the chip, the platform answers it when it has no
 * authorisation: see vtpmb_tpm12_set_capability().
 */
static bool tpm12_is_forwarded(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_row *row,
			       u16 tag)
{
	if (!row->local && !row->own)
		return true;
	if (row->local && tag == TPM_TAG_RQU_COMMAND)
		return false;
	return row->own && row->chip_by_grant && vtpmb_tpm12_granted(call->vtpm, row);
}

static u32 tpm12_may_wrap(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_row *row,
			  u16 tag)
{
	if (!tpm12_is_forwarded(call, row, tag))
		return TPM_NO_WRAP_TRANSPORT;
	if (!call->hidden || call->tpm->transport == VTPMB_TRANSPORT_ALLOW)
		return TPM_SUCCESS;
	if (call->tpm->transport != VTPMB_TRANSPORT_ORDINAL)
		return TPM_NO_WRAP_TRANSPORT;
	return row->opaque ? TPM_SUCCESS : TPM_NO_WRAP_TRANSPORT;
}

/* Like vtpmb_tpm12_check(), for encrypted parameters. */
static u32 tpm12_check_hidden(struct vtpmb_tpm12_call *inner)
{
	unsigned int nr_auths = vtpmb_tpm12_nr_auths(inner->tag);
	u32 rc = vtpmb_tpm12_check_needs(inner);

	if (rc)
		return rc;
	if (!(inner->row->tags & BIT(nr_auths)))
		return TPM_BADTAG;
	return inner->in.left < tpm12_clear_len(inner->row) + nr_auths * TPM12_AUTH_IN_SIZE ?
	       TPM_BAD_PARAM_SIZE : TPM_SUCCESS;
}

static u32 tpm12_check_wrapped(struct vtpmb_tpm12_call *call, u8 *at, u32 len,
			       const struct vtpmb_tpm12_row *row)
{
	struct vtpmb_tpm12_call inner = {
		.vtpm = call->vtpm,
		.tpm = call->tpm,
		.row = row,
		.tag = vtpmb_tag_of(at),
	};

	vtpmb_reader_init(&inner.in, at + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	return call->hidden ? tpm12_check_hidden(&inner) : vtpmb_tpm12_check(&inner);
}

static u32 tpm12_find_wrapped(struct vtpmb_tpm12_call *call, const u8 *at,
			      const struct vtpmb_tpm12_row **row)
{
	u32 code = vtpmb_code_of(at);

	if (code >= TPM_ORD_EstablishTransport && code <= TPM_ORD_ReleaseTransportSigned)
		return TPM_NO_WRAP_TRANSPORT;
	*row = vtpmb_tpm12_find(call->vtpm, code);
	return *row ? tpm12_may_wrap(call, *row, vtpmb_tag_of(at)) : TPM_BAD_ORDINAL;
}

/* Parse and check a wrapped command, into @inner.  Returns the return code of the wrapping one. */
u32 vtpmb_tpm12_unwrap(struct vtpmb_tpm12_call *call)
{
	const struct vtpmb_tpm12_row *row;
	u8 *at = call->cmd->buf + WRAPPED_AT;
	u32 len, rc;

	lockdep_assert_held(&call->vtpm->lock);

	if (call->row->code != TPM_ORD_ExecuteTransport)
		return TPM_SUCCESS;
	len = vtpmb_peek_u32(call->cmd->buf + WRAPPED_SIZE_AT);
	if (len < VTPMB_HEADER_SIZE || vtpmb_size_of(at) != len)
		return TPM_BAD_PARAMETER;
	call->hidden = call->frame.auth[0]->encrypts;
	rc = tpm12_find_wrapped(call, at, &row);
	if (!rc)
		rc = tpm12_check_wrapped(call, at, len, row);
	if (rc)
		return rc;

	vtpmb_tpm12_frame_init(&call->inner, at, len, row);
	call->wraps = true;
	rc = vtpmb_tpm12_map(call->vtpm, &call->inner);
	if (!rc && !call->hidden)
		rc = vtpmb_tpm12_inspect(call, &call->inner);
	return rc;
}

/*
 * Update keys and sessions from a wrapped response, after success.  @len is the length of the
 * response that wraps.
 */
int vtpmb_tpm12_apply_wrapped(struct vtpmb_tpm12_call *call, size_t len)
{
	u8 *at = call->cmd->buf + RESPONSE_AT;
	u32 size, rc;

	if (len < RESPONSE_AT + VTPMB_HEADER_SIZE + TPM12_AUTH_OUT_SIZE)
		return -EIO;
	size = vtpmb_peek_u32(call->cmd->buf + RESPONSE_SIZE_AT);
	if (size < VTPMB_HEADER_SIZE || size != len - RESPONSE_AT - TPM12_AUTH_OUT_SIZE ||
	    size != vtpmb_size_of(at))
		return -EIO;
	rc = vtpmb_code_of(at);
	vtpmb_failure_note(call->vtpm, call->cmd, call->inner.row->code, rc);
	if (!rc)
		return vtpmb_tpm12_succeeded(call, &call->inner, at, size);
	return vtpmb_tpm12_failed(call->vtpm, &call->inner, rc);
}
