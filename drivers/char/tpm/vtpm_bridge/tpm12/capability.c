// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: GetCapability (Part 2, 21.1; Part 3, 7.1).
 *
 * Firmware and kernels send it first and with short timeouts.  So nearly all of it is
 * answered from the properties that were read at probe and from the virtual platform.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "books.h"
#include "capability.h"
#include "facts.h"
#include "flags.h"
#include "grant.h"
#include "state.h"
#include "wire.h"

/* TPM_STARTUP_EFFECTS (Part 2, 4.6): Startup(ST_STATE) keeps no session or key. */
#define STARTUP_EFFECTS		0x0000011F

/* A smaller value, or none, is not plausible and is ignored. */
#define LEAST_INPUT_BUFFER	256

/**
 * struct tpm12_prop - how a property is answered (Part 2, 21.1)
 * @prop:	TPM_CAP_PROP
 * @how:	see below
 * @value:	for PROP_NUMBER; for the others enum vtpmb_tpm12_kind
 * @like:	for PROP_CHIP: the property of the chip with the value
 */
struct tpm12_prop {
	u16 prop;
	enum {
		PROP_CHIP,
		PROP_NUMBER,
		PROP_OWNER,
		PROP_INPUT_BUFFER,
		PROP_MAX,
		PROP_LEFT,
		PROP_SESSIONS,
		PROP_CONTEXT,
		PROP_COUNTER,
	} how;
	u32 value;
	u16 like;
};

#define CHIP(p)		{ .prop = TPM_CAP_PROP_##p, .how = PROP_CHIP, \
			  .like = TPM_CAP_PROP_##p }
#define NUMBER(p, n)	{ .prop = TPM_CAP_PROP_##p, .how = PROP_NUMBER, .value = (n) }
#define COUNTED(p, h, k) { .prop = TPM_CAP_PROP_##p, .how = PROP_##h, .value = TPM12_##k }
#define OTHER(p)	{ .prop = TPM_CAP_PROP_##p, .how = PROP_##p }

/*
 * Free resources are those that the proxy may still use, not those that are free in the
 * chip.  There is no DAA, and available NV storage is shown as 0.
 */
static const struct tpm12_prop tpm12_props[] = {
	NUMBER(PCR, VTPMB_NR_PCRS),
	CHIP(DIR),
	CHIP(MANUFACTURER),
	COUNTED(KEYS, LEFT, KEY),
	CHIP(MIN_COUNTER),
	COUNTED(AUTHSESS, LEFT, AUTH),
	COUNTED(TRANSESS, LEFT, TRANS),
	NUMBER(COUNTERS, 0),
	COUNTED(MAX_AUTHSESS, MAX, AUTH),
	COUNTED(MAX_TRANSESS, MAX, TRANS),
	CHIP(MAX_COUNTERS),
	COUNTED(MAX_KEYS, MAX, KEY),
	OTHER(OWNER),
	OTHER(CONTEXT),
	NUMBER(MAX_CONTEXT, VTPMB_MAX_SESSIONS),
	CHIP(FAMILYROWS),
	CHIP(TIS_TIMEOUT),
	NUMBER(STARTUP_EFFECT, STARTUP_EFFECTS),
	CHIP(DELEGATE_ROW),
	CHIP(MAX_DAASESS),
	NUMBER(DAASESS, 0),
	CHIP(CONTEXT_DIST),
	CHIP(DAA_INTERRUPT),
	COUNTED(SESSIONS, SESSIONS, TRANS),
	COUNTED(MAX_SESSIONS, SESSIONS, AUTH),
	CHIP(CMK_RESTRICTION),
	CHIP(DURATION),
	{ .prop = TPM_CAP_PROP_ACTIVE_COUNTER, .how = PROP_COUNTER },
	NUMBER(NV_AVAILABLE, 0),
	OTHER(INPUT_BUFFER),
};

static const struct vtpmb_tpm12_blob *tpm12_chip_prop(const struct vtpmb_vtpm *vtpm, u16 prop)
{
	return &vtpmb_tpm12_facts(vtpm)->prop[prop - TPM_CAP_PROP_PCR];
}

/* The response: respSize, then the bytes. */

static u32 tpm12_put_blob(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_blob *blob)
{
	if (!blob->len)
		return TPM_BAD_MODE;
	vtpmb_put_u32(&call->out, blob->len);
	vtpmb_put_bytes(&call->out, blob->bytes, blob->len);
	return TPM_SUCCESS;
}

static u32 tpm12_put_number(struct vtpmb_tpm12_call *call, u32 value)
{
	vtpmb_put_u32(&call->out, sizeof(value));
	vtpmb_put_u32(&call->out, value);
	return TPM_SUCCESS;
}

static u32 tpm12_put_bool(struct vtpmb_tpm12_call *call, bool value)
{
	vtpmb_put_u32(&call->out, 1);
	vtpmb_put_u8(&call->out, value);
	return TPM_SUCCESS;
}

static u32 tpm12_put_perm(struct vtpmb_tpm12_call *call)
{
	unsigned int i, nr_flags = vtpmb_tpm12_facts(call->vtpm)->nr_perm;

	vtpmb_put_u32(&call->out, 2 + nr_flags);
	vtpmb_put_u16(&call->out, TPM_TAG_PERMANENT_FLAGS);
	for (i = 1; i <= nr_flags; i++)
		vtpmb_put_u8(&call->out, vtpmb_tpm12_shown_pf(call->vtpm, i));
	return TPM_SUCCESS;
}

static u32 tpm12_put_stclear(struct vtpmb_tpm12_call *call)
{
	unsigned int i;

	vtpmb_put_u32(&call->out, 2 + TPM12_NR_SF);
	vtpmb_put_u16(&call->out, TPM_TAG_STCLEAR_FLAGS);
	for (i = 1; i <= TPM12_NR_SF; i++)
		vtpmb_put_u8(&call->out, call->tpm->stclear.flag[i]);
	return TPM_SUCCESS;
}

/* One function for each capability area; @sub is 0 if subCap is not a number. */

static u32 tpm12_cap_ord(struct vtpmb_tpm12_call *call, u32 sub)
{
	return tpm12_put_bool(call, vtpmb_tpm12_permits(call->vtpm, sub));
}

static u32 tpm12_cap_chip(struct vtpmb_tpm12_call *call, u32 sub)
{
	call->forward = true;
	return TPM_SUCCESS;
}

/* The properties of transport sessions, if there are any. */
static u32 tpm12_cap_transport(struct vtpmb_tpm12_call *call, u32 sub)
{
	if (call->tpm->transport < VTPMB_TRANSPORT_ORDINAL)
		return tpm12_put_bool(call, false);
	return tpm12_cap_chip(call, sub);
}

static u32 tpm12_cap_flag(struct vtpmb_tpm12_call *call, u32 sub)
{
	if (sub == TPM_CAP_FLAG_PERMANENT)
		return tpm12_put_perm(call);
	if (sub == TPM_CAP_FLAG_VOLATILE)
		return tpm12_put_stclear(call);
	return TPM_BAD_MODE;
}

/**
 * vtpmb_tpm12_input_buffer() - TPM_CAP_PROP_INPUT_BUFFER of a virtual TPM
 * @vtpm:	the vtpm
 *
 * Return: maximum length of a command in bytes: the chip's or VTPMB_GUEST_BUF_SIZE, which
 * QEMU gets, whichever is lower
 */
u32 vtpmb_tpm12_input_buffer(const struct vtpmb_vtpm *vtpm)
{
	u32 size = vtpmb_tpm12_chip_number(vtpm->port, TPM_CAP_PROP_INPUT_BUFFER);

	return size < LEAST_INPUT_BUFFER ? VTPMB_GUEST_BUF_SIZE :
	       min_t(u32, size, VTPMB_GUEST_BUF_SIZE);
}

static u32 tpm12_max(const struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	if (kind == TPM12_TRANS && tpm->transport == VTPMB_TRANSPORT_DENY)
		return 0;
	return vtpmb_tpm12_max_entries(vtpm, kind);
}

/* The table counts what a reset or ForceClear has ended until the hub's thread flushes it. */
static u32 tpm12_nr_alive(struct vtpmb_vtpm *vtpm, const u32 *nr)
{
	return vtpmb_tpm12_has_stale(vtpm) ? 0 : READ_ONCE(*nr);
}

static u32 tpm12_nr_free(struct vtpmb_vtpm *vtpm, enum vtpmb_tpm12_kind kind)
{
	u32 max = tpm12_max(vtpm, kind);
	u32 nr = tpm12_nr_alive(vtpm, &vtpmb_tpm12_table(vtpm)->nr[kind]);

	return max - min(max, nr);
}

/* Both kinds together: the free ones, or all if @value is TPM12_AUTH. */
static u32 tpm12_sessions(struct vtpmb_vtpm *vtpm, u32 value)
{
	if (value == TPM12_AUTH)
		return tpm12_max(vtpm, TPM12_AUTH) + tpm12_max(vtpm, TPM12_TRANS);
	return tpm12_nr_free(vtpm, TPM12_AUTH) + tpm12_nr_free(vtpm, TPM12_TRANS);
}

static u32 tpm12_contexts_left(struct vtpmb_vtpm *vtpm)
{
	u32 nr_saved = tpm12_nr_alive(vtpm, &vtpmb_tpm12_table(vtpm)->nr_saved);

	return VTPMB_MAX_SESSIONS - min_t(u32, nr_saved, VTPMB_MAX_SESSIONS);
}

static u32 tpm12_put_prop(struct vtpmb_tpm12_call *call, const struct tpm12_prop *prop)
{
	switch (prop->how) {
	case PROP_NUMBER:
		return tpm12_put_number(call, prop->value);
	case PROP_OWNER:
		return tpm12_put_bool(call, vtpmb_tpm12_owned(call->vtpm));
	case PROP_INPUT_BUFFER:
		return tpm12_put_number(call, vtpmb_tpm12_input_buffer(call->vtpm));
	case PROP_MAX:
		return tpm12_put_number(call, tpm12_max(call->vtpm, prop->value));
	case PROP_LEFT:
		return tpm12_put_number(call, tpm12_nr_free(call->vtpm, prop->value));
	case PROP_SESSIONS:
		return tpm12_put_number(call, tpm12_sessions(call->vtpm, prop->value));
	case PROP_CONTEXT:
		return tpm12_put_number(call, tpm12_contexts_left(call->vtpm));
	case PROP_COUNTER:
		return tpm12_put_number(call, call->tpm->counter);
	default:
		return tpm12_put_blob(call, tpm12_chip_prop(call->vtpm, prop->like));
	}
}

static u32 tpm12_cap_property(struct vtpmb_tpm12_call *call, u32 sub)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tpm12_props); i++) {
		if (tpm12_props[i].prop == sub)
			return tpm12_put_prop(call, &tpm12_props[i]);
	}
	return TPM_BAD_MODE;
}

static u32 tpm12_cap_version(struct vtpmb_tpm12_call *call, u32 sub)
{
	return tpm12_put_blob(call, &vtpmb_tpm12_facts(call->vtpm)->version);
}

static u32 tpm12_cap_version_val(struct vtpmb_tpm12_call *call, u32 sub)
{
	return tpm12_put_blob(call, &vtpmb_tpm12_facts(call->vtpm)->version_val);
}

/* tpm12_correct_nv_list() removes indexes that are not granted from the chip's list. */
static u32 tpm12_cap_nv_list(struct vtpmb_tpm12_call *call, u32 sub)
{
	if (call->vtpm->range[VTPMB_RANGE_NV].last)
		return tpm12_cap_chip(call, sub);
	vtpmb_put_u32(&call->out, 0);
	return TPM_SUCCESS;
}

static u32 tpm12_cap_nv_index(struct vtpmb_tpm12_call *call, u32 sub)
{
	if (!vtpmb_range_has(&call->vtpm->range[VTPMB_RANGE_NV], sub))
		return TPM_BADINDEX;
	return tpm12_cap_chip(call, sub);
}

/**
 * struct tpm12_area - a capability area
 * @area:	TPM_CAPABILITY_AREA
 * @sub_len:	bytes that its subCap must have; 0: any
 * @get:	answers it
 */
struct tpm12_area {
	u32 area;
	u8 sub_len;
	u32 (*get)(struct vtpmb_tpm12_call *call, u32 sub);
};

static const struct tpm12_area tpm12_areas[] = {
	{ TPM_CAP_ORD, 4, tpm12_cap_ord },
	{ TPM_CAP_ALG, 4, tpm12_cap_chip },
	{ TPM_CAP_PID, 2, tpm12_cap_chip },
	{ TPM_CAP_FLAG, 4, tpm12_cap_flag },
	{ TPM_CAP_PROPERTY, 4, tpm12_cap_property },
	{ TPM_CAP_VERSION, 0, tpm12_cap_version },
	{ TPM_CAP_KEY_HANDLE, 0, tpm12_cap_chip },
	{ TPM_CAP_CHECK_LOADED, 0, tpm12_cap_chip },
	{ TPM_CAP_SYM_MODE, 4, tpm12_cap_chip },
	{ TPM_CAP_KEY_STATUS, 4, tpm12_cap_chip },
	{ TPM_CAP_NV_LIST, 0, tpm12_cap_nv_list },
	{ TPM_CAP_NV_INDEX, 4, tpm12_cap_nv_index },
	{ TPM_CAP_TRANS_ALG, 4, tpm12_cap_transport },
	{ TPM_CAP_HANDLE, 4, tpm12_cap_chip },
	{ TPM_CAP_TRANS_ES, 2, tpm12_cap_transport },
	{ TPM_CAP_AUTH_ENCRYPT, 4, tpm12_cap_chip },
	{ TPM_CAP_SELECT_SIZE, 0, tpm12_cap_chip },
	{ TPM_CAP_DA_LOGIC, 0, tpm12_cap_chip },
	{ TPM_CAP_VERSION_VAL, 0, tpm12_cap_version_val },
};

static const struct tpm12_area *tpm12_find_area(u32 area)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tpm12_areas); i++) {
		if (tpm12_areas[i].area == area)
			return &tpm12_areas[i];
	}
	return NULL;
}

/* What a TPM in failure mode still returns (Part 3, 7.1, action 3). */
static bool tpm12_cap_works_failed(u32 area, u32 sub)
{
	if (area == TPM_CAP_PROPERTY)
		return sub == TPM_CAP_PROP_MANUFACTURER ||
		       sub == TPM_CAP_PROP_DURATION ||
		       sub == TPM_CAP_PROP_TIS_TIMEOUT;
	return area == TPM_CAP_VERSION || area == TPM_CAP_VERSION_VAL ||
	       area == TPM_CAP_MFR;
}

/* TPM_GetCapability (Part 3, 7.1) */
u32 vtpmb_tpm12_get_capability(struct vtpmb_tpm12_call *call)
{
	u32 area_code = vtpmb_tpm12_u32(call);
	u32 sub_len = vtpmb_tpm12_u32(call);
	const struct tpm12_area *area = tpm12_find_area(area_code);
	u32 sub = 0;

	if (sub_len == 4)
		sub = vtpmb_tpm12_u32(call);
	if (call->tpm->failed && !tpm12_cap_works_failed(area_code, sub))
		return TPM_FAILEDSELFTEST;
	if (!area || (area->sub_len && area->sub_len != sub_len))
		return TPM_BAD_MODE;
	return area->get(call, sub);
}

/*
 * Replace the failures of all users in a TPM_DA_INFO by those of this proxy (Part 2, 21.5 and
 * 21.6).
 */
static void tpm12_correct_da(const struct vtpmb_vtpm *vtpm, u8 *buf, size_t len)
{
	enum {
		AT_TAG		= VTPMB_HEADER_SIZE + 4,
		AT_STATE	= AT_TAG + 2,
		AT_COUNT	= AT_STATE + 1,
		AT_DEPEND	= AT_COUNT + 2 + 2 + 6,
		END		= AT_DEPEND + 4,
	};
	u32 nr_failures;

	if (len > AT_STATE)
		buf[AT_STATE] = 0;
	if (len < END || vtpmb_peek_u16(buf + AT_TAG) != TPM_TAG_DA_INFO)
		return;
	/* The chip may have forgotten some of this proxy's failures since. */
	nr_failures = min_t(u32, vtpmb_tpm12_table(vtpm)->nr_failures,
			    vtpmb_peek_u16(buf + AT_COUNT));
	buf[AT_COUNT] = nr_failures >> 8;
	buf[AT_COUNT + 1] = nr_failures;
	memset(buf + AT_DEPEND, 0, 4);
}

/* TPM_CAP_CHECK_LOADED: false if the proxy's handle table is full, even if the chip is not. */
static void tpm12_correct_loaded(const struct vtpmb_vtpm *vtpm, u8 *buf, size_t len)
{
	enum { AT_ROOM = VTPMB_HEADER_SIZE + 4 };

	if (len > AT_ROOM &&
	    vtpmb_tpm12_table(vtpm)->nr[TPM12_KEY] >= vtpmb_tpm12_max_entries(vtpm, TPM12_KEY))
		buf[AT_ROOM] = false;
}

/* TPM_CAP_NV_LIST: keep granted indexes, 4 bytes each */
static int tpm12_correct_nv_list(struct vtpmb_tpm12_call *call, size_t len)
{
	struct vtpmb_reader r;
	u32 size, index;

	vtpmb_reader_init(&r, call->cmd->buf + VTPMB_HEADER_SIZE, len - VTPMB_HEADER_SIZE);
	if (!vtpmb_get_u32(&r, &size) || size != r.left)
		return -EIO;
	vtpmb_put_u32(&call->out, 0);
	mutex_lock(&call->vtpm->lock);
	while (vtpmb_get_u32(&r, &index)) {
		if (vtpmb_range_has(&call->vtpm->range[VTPMB_RANGE_NV], index))
			vtpmb_put_u32(&call->out, index);
	}
	mutex_unlock(&call->vtpm->lock);
	vtpmb_poke_u32(call->out.buf, call->out.len - sizeof(u32));
	vtpmb_tpm12_respond(call, TPM_SUCCESS);
	return 0;
}

/*
 * Change the chip's answer to TPM_GetCapability to what the guest may see.  The response is
 * over the command, which is still in @kept of the table.  Returns 0 or -EIO.
 */
int vtpmb_tpm12_correct_capability(struct vtpmb_tpm12_call *call, size_t len)
{
	u32 area = vtpmb_peek_u32(vtpmb_tpm12_table(call->vtpm)->kept + VTPMB_HEADER_SIZE);

	if (area == TPM_CAP_DA_LOGIC)
		tpm12_correct_da(call->vtpm, call->cmd->buf, len);
	if (area == TPM_CAP_CHECK_LOADED)
		tpm12_correct_loaded(call->vtpm, call->cmd->buf, len);
	if (area == TPM_CAP_NV_LIST)
		return tpm12_correct_nv_list(call, len);
	return 0;
}
