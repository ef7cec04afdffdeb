// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: whether a command's parameters name something that is not the guest's.
 *
 * An HMAC covers the parameters, so the bridge can refuse them but not change them.  The
 * parameters of an ordinal with an unsafe grant are not checked, except for those that
 * would crash or lock the chip for all its users.
 */

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include "commands.h"
#include "grant.h"
#include "inspect.h"
#include "state.h"

/* Read a parameter.  The row's format has been checked, so it is there. */
static u32 tpm12_get_u32(struct vtpmb_reader *r)
{
	u32 val = 0;

	vtpmb_get_u32(r, &val);
	return val;
}

static struct vtpmb_reader tpm12_get_sized(struct vtpmb_reader *r)
{
	struct vtpmb_reader sized = {};
	u32 len = tpm12_get_u32(r);
	const u8 *bytes = vtpmb_get_bytes(r, len);

	if (bytes)
		vtpmb_reader_init(&sized, bytes, len);
	return sized;
}

/* TPM_PCR_SELECTION */
static u32 tpm12_get_selection(struct vtpmb_reader *r, u32 *selected)
{
	unsigned int i;
	u16 len;
	u8 bits;

	*selected = 0;
	if (!vtpmb_get_u16(r, &len) || len > VTPMB_SELECT_SIZE)
		return TPM_INVALID_PCR_INFO;
	for (i = 0; i < len; i++) {
		if (!vtpmb_get_u8(r, &bits))
			return TPM_INVALID_PCR_INFO;
		*selected |= (u32)bits << 8 * i;
	}
	return TPM_SUCCESS;
}

static u32 tpm12_check_granted(const struct vtpmb_vtpm *vtpm, u32 selected)
{
	return selected & ~vtpm->real_pcrs ? TPM_INVALID_PCR_INFO : TPM_SUCCESS;
}

/* Refuse PCRs that are not granted, but not one of @registers alone. */
static u32 tpm12_check_selection(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r,
				 u32 registers)
{
	enum vtpmb_register_nr nr;
	u32 selected, rc = tpm12_get_selection(r, &selected);

	if (rc)
		return rc;
	for (nr = VTPMB_REGISTER_POLICY; nr < VTPMB_NR_REGISTERS; nr++) {
		if (!(registers & BIT(nr)) || !vtpmb_register_represents(call->vtpm, nr) ||
		    selected != BIT(vtpmb_register_pcr(call->vtpm->port, nr)))
			continue;
		call->selects |= BIT(nr);
		return TPM_SUCCESS;
	}
	return tpm12_check_granted(call->vtpm, selected);
}

/* What is bound to PCRs cannot be bound to the register for quotes. */
static u32 tpm12_check_binding(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	return tpm12_check_selection(call, r, BIT(VTPMB_REGISTER_POLICY));
}

/*
 * TPM_PCR_INFO begins with the size of a selection, which is small.  TPM_PCR_INFO_LONG
 * begins with its tag and two localities.  An empty one names no PCRs.
 */
static u32 tpm12_check_pcr_info(struct vtpmb_tpm12_call *call, struct vtpmb_reader info)
{
	struct vtpmb_reader r = info;
	u16 tag;
	u32 rc;

	if (!info.left)
		return TPM_SUCCESS;
	if (!vtpmb_get_u16(&r, &tag))
		return TPM_INVALID_PCR_INFO;
	if (tag != TPM_TAG_PCR_INFO_LONG)
		return tpm12_check_binding(call, &info);
	if (!vtpmb_get_bytes(&r, 2))
		return TPM_INVALID_PCR_INFO;
	rc = tpm12_check_binding(call, &r);
	return rc ? rc : tpm12_check_binding(call, &r);
}

/* TPM_Seal, TPM_Sealx (Part 3, 10.1 and 10.7) */
u32 vtpmb_tpm12_inspect_seal(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	vtpmb_get_bytes(r, sizeof(u32) + TPM12_DIGEST_SIZE);
	return tpm12_check_pcr_info(call, tpm12_get_sized(r));
}

/* TPM_Unseal (Part 3, 10.2): sealInfo of the TPM_STORED_DATA */
u32 vtpmb_tpm12_inspect_unseal(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	vtpmb_get_bytes(r, 2 * sizeof(u32));
	return tpm12_check_pcr_info(call, tpm12_get_sized(r));
}

/* TPM_Quote, TPM_Quote2 (Part 3, 16.3 and 16.5) */
u32 vtpmb_tpm12_inspect_quote(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	vtpmb_get_bytes(r, sizeof(u32) + TPM12_NONCE_SIZE);
	return tpm12_check_selection(call, r, BIT(VTPMB_REGISTER_POLICY) |
				     BIT(VTPMB_REGISTER_ATTEST));
}

/* TPM_KEY or TPM_KEY12 (Part 2, 10.2 and 10.3) up to PCRInfo */
static struct vtpmb_reader tpm12_get_key(struct vtpmb_reader *r, u32 *flags)
{
	vtpmb_get_bytes(r, 4 + 2);	/* version or tag, keyUsage */
	*flags = tpm12_get_u32(r);
	vtpmb_get_bytes(r, 1 + 4 + 2 + 2);	/* authDataUsage, algorithm, schemes */
	tpm12_get_sized(r);
	return tpm12_get_sized(r);
}

static u32 tpm12_check_key(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r, size_t at)
{
	u32 flags;

	vtpmb_get_bytes(r, at);
	return tpm12_check_pcr_info(call, tpm12_get_key(r, &flags));
}

/* TPM_CreateWrapKey (Part 3, 10.4) */
u32 vtpmb_tpm12_inspect_new_key(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	return tpm12_check_key(call, r, sizeof(u32) + 2 * TPM12_NONCE_SIZE);
}

/* TPM_CMK_CreateKey (Part 3, 11.7) */
u32 vtpmb_tpm12_inspect_cmk(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	return tpm12_check_key(call, r, sizeof(u32) + TPM12_NONCE_SIZE);
}

/* TPM_MakeIdentity (Part 3, 15.1) */
u32 vtpmb_tpm12_inspect_identity(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	return tpm12_check_key(call, r, 2 * TPM12_NONCE_SIZE);
}

/* TPM_LoadKey2 (Part 3, 10.5) */
u32 vtpmb_tpm12_inspect_load_key(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	return tpm12_check_key(call, r, sizeof(u32));
}

/*
 * Whether Startup(ST_CLEAR) ends contexts of the key that TPM_LoadKey2 has loaded.  It does for
 * volatile keys and for keys below one that depends on PCRs (Part 3, 21.3).  If that is not
 * known, it is assumed.  @frame is the command, perhaps wrapped in @call, as it was sent.
 */
bool vtpmb_tpm12_key_is_volatile(const struct vtpmb_tpm12_call *call,
				 const struct vtpmb_tpm12_frame *frame)
{
	size_t at = frame->at - call->cmd->buf + VTPMB_HEADER_SIZE + sizeof(u32);
	struct vtpmb_reader r, info;
	u32 flags;

	if (call->hidden)
		return true;
	if (frame->key[0] && frame->key[0]->st_clear)
		return true;
	vtpmb_reader_init(&r, vtpmb_tpm12_table(call->vtpm)->kept + at,
			  frame->at - call->cmd->buf + frame->len - at);
	info = tpm12_get_key(&r, &flags);
	return flags & TPM_ISVOLATILE || info.left;
}

static u32 tpm12_check_index(const struct vtpmb_vtpm *vtpm, u32 index)
{
	if (index == TPM_NV_INDEX0 || index == TPM_NV_INDEX_LOCK)
		return TPM_BADINDEX;
	return vtpmb_range_has(&vtpm->range[VTPMB_RANGE_NV], index) ?
	       TPM_SUCCESS : TPM_BADINDEX;
}

/* TPM_NV_WriteValue, TPM_NV_ReadValue and their Auth variants (Part 3, 20.2 to 20.5) */
u32 vtpmb_tpm12_inspect_nv(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	return tpm12_check_index(call->vtpm, tpm12_get_u32(r));
}

/*
 * Refuse PCRs that are not granted, and also the composite: the bridge does not know which
 * index is bound to it.
 */
static u32 tpm12_check_nv_selection(const struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	u32 selected, rc = tpm12_get_selection(r, &selected);

	return rc ? rc : tpm12_check_granted(vtpm, selected);
}

/* TPM_NV_DefineSpace (Part 3, 20.1), with pcrInfoRead and pcrInfoWrite */
u32 vtpmb_tpm12_inspect_nv_define(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	u32 rc;

	vtpmb_get_bytes(r, 2);	/* tag */
	rc = tpm12_check_index(call->vtpm, tpm12_get_u32(r));
	if (!rc)
		rc = tpm12_check_nv_selection(call->vtpm, r);
	vtpmb_get_bytes(r, 1 + TPM12_DIGEST_SIZE);
	return rc ? rc : tpm12_check_nv_selection(call->vtpm, r);
}

/* Commands on an existing monotonic counter (Part 3, 25.2 to 25.5) */
u32 vtpmb_tpm12_inspect_counter(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	return tpm12_get_u32(r) == call->tpm->counter ? TPM_SUCCESS : TPM_BAD_COUNTER;
}

/* TPM_EstablishTransport (Part 3, 24.1) */
u32 vtpmb_tpm12_inspect_transport(struct vtpmb_tpm12_call *call, struct vtpmb_reader *r)
{
	vtpmb_get_bytes(r, sizeof(u32) + 2);	/* encHandle, tag */
	call->attributes = tpm12_get_u32(r);
	if (call->attributes & TPM_TRANSPORT_EXCLUSIVE)
		return TPM_BAD_ATTRIBUTES;
	if (call->attributes & TPM_TRANSPORT_ENCRYPT &&
	    call->tpm->transport < VTPMB_TRANSPORT_ORDINAL)
		return TPM_BAD_ATTRIBUTES;
	return TPM_SUCCESS;
}

/* Check the entity of an OSAP session, unless it is a key. */
u32 vtpmb_tpm12_inspect_entity(struct vtpmb_vtpm *vtpm, u16 type, u32 value)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	switch (type & 0xff) {
	case TPM_ET_COUNTER:
		return value == tpm->counter ? TPM_SUCCESS : TPM_BAD_COUNTER;
	case TPM_ET_NV:
		return tpm12_check_index(vtpm, value);
	default:
		return TPM_SUCCESS;
	}
}

/*
 * A chip that adds offset and size in 32 bits does not notice that the sum wraps, and reads
 * or writes far from the index; libtpms crashes.  No index is that long.
 */
static u32 tpm12_check_span(struct vtpmb_reader r)
{
	u64 offset, size;

	tpm12_get_u32(&r);	/* nvIndex */
	offset = tpm12_get_u32(&r);
	size = tpm12_get_u32(&r);
	return offset + size > U32_MAX ? TPM_NOSPACE : TPM_SUCCESS;
}

/* What such an ordinal selects is still looked at, but not refused. */
static bool tpm12_skips_inspection(struct vtpmb_tpm12_call *call,
				   const struct vtpmb_tpm12_row *row)
{
	return !row->inspect ||
	       (row->grant != TPM12_BY_TRANSPORT && vtpmb_tpm12_granted(call->vtpm, row));
}

/**
 * vtpmb_tpm12_inspect() - check that a guest may use a command's parameters
 * @call:	the command, or the one that wraps it
 * @frame:	the command; its parameters can be read
 *
 * Return: a return code
 */
u32 vtpmb_tpm12_inspect(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_frame *frame)
{
	const struct vtpmb_tpm12_row *row = frame->row;
	struct vtpmb_reader params, r;
	u32 rc = TPM_SUCCESS;

	lockdep_assert_held(&call->vtpm->lock);

	vtpmb_reader_init(&params, frame->at + VTPMB_HEADER_SIZE, frame->len - VTPMB_HEADER_SIZE);
	r = params;
	if (row->inspect)
		rc = row->inspect(call, &r);
	if (tpm12_skips_inspection(call, row))
		rc = TPM_SUCCESS;
	if (!rc && row->spans)
		rc = tpm12_check_span(params);
	return rc;
}
