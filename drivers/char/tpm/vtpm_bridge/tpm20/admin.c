// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: settings of the administrator. */

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "admin.h"
#include "platform.h"
#include "state.h"
#include "wire.h"

/**
 * struct tpm20_grantable - handles of the chip that an administrator may grant
 * @type:	their handle type
 * @others:	handles of that type that are never granted
 */
struct tpm20_grantable {
	u8 type;
	struct vtpmb_range others;
};

static const struct tpm20_grantable tpm20_grantable[VTPMB_NR_RANGES] = {
	[VTPMB_RANGE_NV] = {
		TPM2_HT_NV_INDEX, { VTPMB_CERTIFICATE_FIRST, VTPMB_CERTIFICATE_LAST }
	},
	[VTPMB_RANGE_PERSISTENT] = {
		TPM2_HT_PERSISTENT, { TPM2_PLATFORM_PERSISTENT, 0x81ffffff }
	},
};

static bool tpm20_check_range(enum vtpmb_range_kind kind, u64 value)
{
	const struct tpm20_grantable *grantable = &tpm20_grantable[kind];
	struct vtpmb_range range = vtpmb_range_unpack(value);

	return !value ||
	       (TPM20_HT(range.first) == grantable->type &&
		TPM20_HT(range.last) == grantable->type && range.first <= range.last &&
		!vtpmb_range_overlaps(&range, &grantable->others));
}

static bool tpm20_check_nv_range(const struct vtpmb_vtpm *vtpm, u64 value)
{
	return tpm20_check_range(VTPMB_RANGE_NV, value);
}

static bool tpm20_check_persistent_range(const struct vtpmb_vtpm *vtpm, u64 value)
{
	return tpm20_check_range(VTPMB_RANGE_PERSISTENT, value);
}

/* The PCR that represents private PCRs in policies cannot be granted to a guest. */
static bool tpm20_check_real_pcrs(const struct vtpmb_vtpm *vtpm, u64 value)
{
	u32 policy_pcr = vtpm->port->policy_pcr;

	return !policy_pcr || !(value & BIT(policy_pcr));
}

/* @len is VTPMB_SECRET_SIZE. */
static void tpm20_set_secret(struct vtpmb_vtpm *vtpm, const u8 *bytes, size_t len)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	memcpy(tpm->secret, bytes, sizeof(tpm->secret));
	tpm->secret_given = true;
}

static u64 tpm20_get_secret(const struct vtpmb_vtpm *vtpm)
{
	return vtpmb_tpm20_state(vtpm)->secret_given;
}

/* @len is at most VTPMB_MAX_AUTH. */
static void tpm20_set_chip_auth(struct vtpmb_auth *auth, const u8 *bytes, size_t len)
{
	auth->len = vtpmb_tpm20_auth_len(bytes, len);
	memset(auth->value, 0, sizeof(auth->value));
	memcpy(auth->value, bytes, auth->len);
}

static void tpm20_set_owner_auth(struct vtpmb_vtpm *vtpm, const u8 *bytes, size_t len)
{
	tpm20_set_chip_auth(&vtpmb_tpm20_state(vtpm)->chip_auth[CHIP_OWNER], bytes, len);
}

static u64 tpm20_get_owner_auth(const struct vtpmb_vtpm *vtpm)
{
	return vtpmb_tpm20_state(vtpm)->chip_auth[CHIP_OWNER].len != 0;
}

static void tpm20_set_endorsement_auth(struct vtpmb_vtpm *vtpm, const u8 *bytes, size_t len)
{
	tpm20_set_chip_auth(&vtpmb_tpm20_state(vtpm)->chip_auth[CHIP_ENDORSEMENT], bytes, len);
}

static u64 tpm20_get_endorsement_auth(const struct vtpmb_vtpm *vtpm)
{
	return vtpmb_tpm20_state(vtpm)->chip_auth[CHIP_ENDORSEMENT].len != 0;
}

static u64 tpm20_get_endorsement(const struct vtpmb_vtpm *vtpm)
{
	return !vtpmb_tpm20_state(vtpm)->no_endorsement;
}

static void tpm20_set_null_key(struct vtpmb_vtpm *vtpm, u64 value)
{
	WRITE_ONCE(vtpmb_tpm20_state(vtpm)->chip_null_key, value);
}

static u64 tpm20_get_null_key(const struct vtpmb_vtpm *vtpm)
{
	return vtpmb_tpm20_state(vtpm)->chip_null_key;
}

/*
 * Without a PCR for policies, there is none that could represent others.  Only PCRs whose
 * changes a TPM counts can be selected, so that no change after PolicyPCR is overlooked.
 */
static bool tpm20_check_composite(const struct vtpmb_vtpm *vtpm, u64 value)
{
	unsigned int i;

	for (i = 0; i < VTPMB_NR_PCRS; i++) {
		if (value & BIT(i) && !vtpmb_pcr_rules_tpm20[i].counted)
			return false;
	}
	return !value || vtpm->port->policy_pcr;
}

/* The guest's policy sessions refer to the former PCRs, so they are as after a change. */
static void tpm20_set_composite(struct vtpmb_vtpm *vtpm, u64 value)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	if (tpm->composite == value)
		return;
	tpm->composite = value;
	vtpmb_pcrs_reset(&tpm->pcrs, vtpm->port->policy_pcr);
	tpm->pcrs.update_counter++;
}

static u64 tpm20_get_composite(const struct vtpmb_vtpm *vtpm)
{
	return vtpmb_tpm20_state(vtpm)->composite;
}

static void tpm20_set_persistent_objects(struct vtpmb_vtpm *vtpm, u64 value)
{
	WRITE_ONCE(vtpmb_tpm20_state(vtpm)->persistent_objects, value);
}

static u64 tpm20_get_persistent_objects(const struct vtpmb_vtpm *vtpm)
{
	return vtpmb_tpm20_state(vtpm)->persistent_objects;
}

const struct vtpmb_setting vtpmb_tpm20_settings[VTPMB_NR_SETTINGS] = {
	[VTPMB_SETTING_NV_RANGE] = { .max = U64_MAX, .check = tpm20_check_nv_range },
	[VTPMB_SETTING_PERSISTENT_RANGE] = {
		.max = U64_MAX,
		.check = tpm20_check_persistent_range,
	},
	[VTPMB_SETTING_REAL_PCRS] = { .max = VTPMB_ALL_PCRS, .check = tpm20_check_real_pcrs },
	[VTPMB_SETTING_SECRET] = {
		.max = U64_MAX,
		.set_bytes = tpm20_set_secret,
		.get = tpm20_get_secret,
	},
	[VTPMB_SETTING_OWNER_AUTH] = {
		.max = U64_MAX,
		.set_bytes = tpm20_set_owner_auth,
		.get = tpm20_get_owner_auth,
	},
	[VTPMB_SETTING_ENDORSEMENT_AUTH] = {
		.max = U64_MAX,
		.set_bytes = tpm20_set_endorsement_auth,
		.get = tpm20_get_endorsement_auth,
	},
	[VTPMB_SETTING_ENDORSEMENT] = {
		.max = 1,
		.set = vtpmb_tpm20_set_endorsement,
		.get = tpm20_get_endorsement,
	},
	[VTPMB_SETTING_NULL_KEY] = {
		.max = 1,
		.set = tpm20_set_null_key,
		.get = tpm20_get_null_key,
	},
	[VTPMB_SETTING_COMPOSITE] = {
		.max = VTPMB_ALL_PCRS,
		.check = tpm20_check_composite,
		.set = tpm20_set_composite,
		.get = tpm20_get_composite,
	},
	[VTPMB_SETTING_PERSISTENT_OBJECTS] = {
		.max = VTPMB_MAX_PERSISTENT,
		.set = tpm20_set_persistent_objects,
		.get = tpm20_get_persistent_objects,
	},
};

