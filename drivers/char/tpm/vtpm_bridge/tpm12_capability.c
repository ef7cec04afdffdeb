// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: GetCapability (Part 2, 21.1; Part 3, 7.1).
 *
 * Firmware and kernels ask before they do anything else, and with short
 * timeouts, so nearly all is answered from what was learnt of the chip and
 * from the virtual platform.
 */

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "tpm12.h"

#define TAG_PERMANENT_FLAGS	0x001F
#define TAG_STCLEAR_FLAGS	0x0020
#define TAG_DA_INFO		0x0037

/* TPM_STARTUP_EFFECTS (Part 2, 4.6): Startup(ST_STATE) keeps no session or key. */
#define STARTUP_EFFECTS		0x0000011F

/**
 * struct tpm12_prop - how a property is answered (Part 2, 21.1)
 * @prop:	TPM_CAP_PROP
 * @how:	see below
 * @value:	for PROP_NUMBER
 * @like:	for PROP_CHIP: the chip's property whose value it has
 */
struct tpm12_prop {
	u16 prop;
	enum {
		PROP_CHIP,
		PROP_NUMBER,
		PROP_OWNER,
		PROP_INPUT_BUFFER,
	} how;
	u32 value;
	u16 like;
};

#define CHIP(p)		{ .prop = TPM12_CAP_PROP_##p, .how = PROP_CHIP, \
			  .like = TPM12_CAP_PROP_##p }
#define LIKE(p, l)	{ .prop = TPM12_CAP_PROP_##p, .how = PROP_CHIP, \
			  .like = TPM12_CAP_PROP_##l }
#define NUMBER(p, n)	{ .prop = TPM12_CAP_PROP_##p, .how = PROP_NUMBER, .value = (n) }
#define OTHER(p)	{ .prop = TPM12_CAP_PROP_##p, .how = PROP_##p }

/*
 * What is available is what the proxy could use, not what others have left.
 * There is no transport, no DAA, no counter and no NV for a guest.
 */
static const struct tpm12_prop tpm12_props[] = {
	NUMBER(PCR, VTPMB_NR_PCRS),
	CHIP(DIR),
	CHIP(MANUFACTURER),
	LIKE(KEYS, MAX_KEYS),
	CHIP(MIN_COUNTER),
	LIKE(AUTHSESS, MAX_AUTHSESS),
	NUMBER(TRANSESS, 0),
	NUMBER(COUNTERS, 0),
	CHIP(MAX_AUTHSESS),
	NUMBER(MAX_TRANSESS, 0),
	CHIP(MAX_COUNTERS),
	CHIP(MAX_KEYS),
	OTHER(OWNER),
	LIKE(CONTEXT, MAX_CONTEXT),
	CHIP(MAX_CONTEXT),
	CHIP(FAMILYROWS),
	CHIP(TIS_TIMEOUT),
	NUMBER(STARTUP_EFFECT, STARTUP_EFFECTS),
	CHIP(DELEGATE_ROW),
	CHIP(MAX_DAASESS),
	NUMBER(DAASESS, 0),
	CHIP(CONTEXT_DIST),
	CHIP(DAA_INTERRUPT),
	LIKE(SESSIONS, MAX_AUTHSESS),
	LIKE(MAX_SESSIONS, MAX_AUTHSESS),
	CHIP(CMK_RESTRICTION),
	CHIP(DURATION),
	NUMBER(ACTIVE_COUNTER, 0xFFFFFFFF),
	NUMBER(NV_AVAILABLE, 0),
	OTHER(INPUT_BUFFER),
};

static const struct vtpmb_tpm12_blob *tpm12_chip_prop(const struct vtpmb_vtpm *vtpm, u16 prop)
{
	return &vtpmb_tpm12_facts(vtpm)->prop[prop - TPM12_CAP_PROP_PCR];
}

/* The response: respSize, then the bytes. */

static u32 tpm12_put_blob(struct vtpmb_tpm12_call *call, const struct vtpmb_tpm12_blob *blob)
{
	if (!blob->len)
		return TPM12_BAD_MODE;
	vtpmb_put_u32(&call->out, blob->len);
	vtpmb_put_bytes(&call->out, blob->bytes, blob->len);
	return TPM12_SUCCESS;
}

static u32 tpm12_put_number(struct vtpmb_tpm12_call *call, u32 value)
{
	vtpmb_put_u32(&call->out, sizeof(value));
	vtpmb_put_u32(&call->out, value);
	return TPM12_SUCCESS;
}

static u32 tpm12_put_bool(struct vtpmb_tpm12_call *call, bool value)
{
	vtpmb_put_u32(&call->out, 1);
	vtpmb_put_u8(&call->out, value);
	return TPM12_SUCCESS;
}

/* TPM_KEY_HANDLE_LIST with nothing in it */
static u32 tpm12_put_no_handles(struct vtpmb_tpm12_call *call)
{
	vtpmb_put_u32(&call->out, 2);
	vtpmb_put_u16(&call->out, 0);
	return TPM12_SUCCESS;
}

static u32 tpm12_put_perm(struct vtpmb_tpm12_call *call)
{
	unsigned int i, nr_flags = vtpmb_tpm12_facts(call->vtpm)->nr_perm;

	vtpmb_put_u32(&call->out, 2 + nr_flags);
	vtpmb_put_u16(&call->out, TAG_PERMANENT_FLAGS);
	for (i = 0; i < nr_flags; i++)
		vtpmb_put_u8(&call->out, vtpmb_tpm12_shown_pf(call->vtpm, i));
	return TPM12_SUCCESS;
}

static u32 tpm12_put_stclear(struct vtpmb_tpm12_call *call)
{
	unsigned int i;

	vtpmb_put_u32(&call->out, 2 + TPM12_NR_SF);
	vtpmb_put_u16(&call->out, TAG_STCLEAR_FLAGS);
	for (i = 0; i < TPM12_NR_SF; i++)
		vtpmb_put_u8(&call->out, call->tpm->stclear.flag[i]);
	return TPM12_SUCCESS;
}

/* One function for each capability area; @sub is 0 if subCap is not a number. */

static u32 tpm12_cap_ord(struct vtpmb_tpm12_call *call, u32 sub)
{
	return tpm12_put_bool(call, vtpmb_tpm12_permits(call->vtpm, sub));
}

static u32 tpm12_cap_chip(struct vtpmb_tpm12_call *call, u32 sub)
{
	call->forward = true;
	return TPM12_SUCCESS;
}

static u32 tpm12_cap_no(struct vtpmb_tpm12_call *call, u32 sub)
{
	return tpm12_put_bool(call, false);
}

static u32 tpm12_cap_flag(struct vtpmb_tpm12_call *call, u32 sub)
{
	if (sub == TPM12_CAP_FLAG_PERMANENT)
		return tpm12_put_perm(call);
	if (sub == TPM12_CAP_FLAG_VOLATILE)
		return tpm12_put_stclear(call);
	return TPM12_BAD_MODE;
}

/* Never more than the chip takes, or QEMU was told. */
static u32 tpm12_put_input_buffer(struct vtpmb_tpm12_call *call)
{
	const struct vtpmb_tpm12_blob *blob =
		tpm12_chip_prop(call->vtpm, TPM12_CAP_PROP_INPUT_BUFFER);
	u32 size = VTPMB_GUEST_BUF_SIZE;

	if (blob->len == sizeof(size))
		size = min(size, vtpmb_peek_u32(blob->bytes));
	return tpm12_put_number(call, size);
}

static u32 tpm12_put_prop(struct vtpmb_tpm12_call *call, const struct tpm12_prop *prop)
{
	switch (prop->how) {
	case PROP_NUMBER:
		return tpm12_put_number(call, prop->value);
	case PROP_OWNER:
		return tpm12_put_bool(call, vtpmb_tpm12_owned(call->vtpm));
	case PROP_INPUT_BUFFER:
		return tpm12_put_input_buffer(call);
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
	return TPM12_BAD_MODE;
}

static u32 tpm12_cap_version(struct vtpmb_tpm12_call *call, u32 sub)
{
	return tpm12_put_blob(call, &vtpmb_tpm12_facts(call->vtpm)->version);
}

static u32 tpm12_cap_version_val(struct vtpmb_tpm12_call *call, u32 sub)
{
	return tpm12_put_blob(call, &vtpmb_tpm12_facts(call->vtpm)->version_val);
}

static u32 tpm12_cap_key_handle(struct vtpmb_tpm12_call *call, u32 sub)
{
	return tpm12_put_no_handles(call);
}

/* TPM_RESOURCE_TYPE: KEY, AUTH, TRANS, CONTEXT, COUNTER, DAA_TPM */
static u32 tpm12_cap_handle(struct vtpmb_tpm12_call *call, u32 sub)
{
	if (sub > 8 || !(BIT(sub) & 0x176))
		return TPM12_BAD_PARAMETER;
	return tpm12_put_no_handles(call);
}

static u32 tpm12_cap_key_status(struct vtpmb_tpm12_call *call, u32 sub)
{
	return TPM12_INVALID_KEYHANDLE;
}

static u32 tpm12_cap_nv_list(struct vtpmb_tpm12_call *call, u32 sub)
{
	vtpmb_put_u32(&call->out, 0);
	return TPM12_SUCCESS;
}

static u32 tpm12_cap_nv_index(struct vtpmb_tpm12_call *call, u32 sub)
{
	return TPM12_BADINDEX;
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
	{ TPM12_CAP_ORD, 4, tpm12_cap_ord },
	{ TPM12_CAP_ALG, 4, tpm12_cap_chip },
	{ TPM12_CAP_PID, 2, tpm12_cap_chip },
	{ TPM12_CAP_FLAG, 4, tpm12_cap_flag },
	{ TPM12_CAP_PROPERTY, 4, tpm12_cap_property },
	{ TPM12_CAP_VERSION, 0, tpm12_cap_version },
	{ TPM12_CAP_KEY_HANDLE, 0, tpm12_cap_key_handle },
	{ TPM12_CAP_CHECK_LOADED, 0, tpm12_cap_chip },
	{ TPM12_CAP_SYM_MODE, 4, tpm12_cap_chip },
	{ TPM12_CAP_KEY_STATUS, 4, tpm12_cap_key_status },
	{ TPM12_CAP_NV_LIST, 0, tpm12_cap_nv_list },
	{ TPM12_CAP_NV_INDEX, 4, tpm12_cap_nv_index },
	{ TPM12_CAP_TRANS_ALG, 4, tpm12_cap_no },
	{ TPM12_CAP_HANDLE, 4, tpm12_cap_handle },
	{ TPM12_CAP_TRANS_ES, 2, tpm12_cap_no },
	{ TPM12_CAP_AUTH_ENCRYPT, 4, tpm12_cap_chip },
	{ TPM12_CAP_SELECT_SIZE, 0, tpm12_cap_chip },
	{ TPM12_CAP_DA_LOGIC, 0, tpm12_cap_chip },
	{ TPM12_CAP_VERSION_VAL, 0, tpm12_cap_version_val },
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

/* What a TPM in failure mode still tells (Part 3, 7.1, action 3). */
static bool tpm12_cap_works_failed(u32 area, u32 sub)
{
	if (area == TPM12_CAP_PROPERTY)
		return sub == TPM12_CAP_PROP_MANUFACTURER ||
		       sub == TPM12_CAP_PROP_DURATION ||
		       sub == TPM12_CAP_PROP_TIS_TIMEOUT;
	return area == TPM12_CAP_VERSION || area == TPM12_CAP_VERSION_VAL ||
	       area == TPM12_CAP_MFR;
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
		return TPM12_FAILEDSELFTEST;
	if (!area || (area->sub_len && area->sub_len != sub_len))
		return TPM12_BAD_MODE;
	return area->get(call, sub);
}

/**
 * vtpmb_tpm12_hide_da() - take out of a TPM_DA_INFO what others did
 * @buf:	a successful response to TPM_GetCapability(TPM_CAP_DA_LOGIC)
 * @len:	its bytes
 *
 * The guest sees a defence that is not running and has counted nothing
 * (Part 2, 21.5 and 21.6).
 */
void vtpmb_tpm12_hide_da(u8 *buf, size_t len)
{
	enum {
		AT_TAG		= VTPMB_HEADER_SIZE + 4,
		AT_STATE	= AT_TAG + 2,
		AT_COUNT	= AT_STATE + 1,
		AT_DEPEND	= AT_COUNT + 2 + 2 + 6,
		END		= AT_DEPEND + 4,
	};

	if (len > AT_STATE)
		buf[AT_STATE] = 0;
	if (len < END || vtpmb_peek_u16(buf + AT_TAG) != TAG_DA_INFO)
		return;
	memset(buf + AT_COUNT, 0, 2);
	memset(buf + AT_DEPEND, 0, 4);
}
