// SPDX-License-Identifier: GPL-2.0-only
/* TPM 2.0: settings of the administrator. */

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "../core/attest.h"
#include "../core/composite.h"
#include "../core/secret.h"
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
 * Set which PCRs the PCR of a register represents.  The guest's policy sessions refer to the
 * former ones, so they are as after a change.
 */
static void tpm20_set_represented(struct vtpmb_vtpm *vtpm, enum vtpmb_register_nr nr,
				  u32 *represented, u32 pcrs)
{
	struct vtpmb_tpm20 *tpm = vtpmb_tpm20_state(vtpm);

	if (*represented == pcrs)
		return;
	*represented = pcrs;
	vtpmb_pcrs_reset(&tpm->pcrs, vtpmb_register_pcr(vtpm->port, nr));
	tpm->pcrs.update_counter++;
}

static void tpm20_set_composite(struct vtpmb_vtpm *vtpm, u64 value)
{
	tpm20_set_represented(vtpm, VTPMB_REGISTER_POLICY, &vtpm->composite, value);
}

static void tpm20_set_attest(struct vtpmb_vtpm *vtpm, u64 value)
{
	tpm20_set_represented(vtpm, VTPMB_REGISTER_ATTEST, &vtpm->attest, value);
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
	[VTPMB_SETTING_REAL_PCRS] = {
		.max = VTPMB_ALL_PCRS,
		.check = vtpmb_register_check_real_pcrs,
	},
	[VTPMB_SETTING_SECRET] = {
		.max = U64_MAX,
		.set_bytes = vtpmb_secret_set,
		.get = vtpmb_secret_given,
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
		.check = vtpmb_composite_check,
		.set = tpm20_set_composite,
		.get = vtpmb_composite_get,
	},
	[VTPMB_SETTING_ATTEST] = {
		.max = VTPMB_ALL_PCRS,
		.check = vtpmb_attest_check,
		.set = tpm20_set_attest,
		.get = vtpmb_attest_get,
	},
	[VTPMB_SETTING_PERSISTENT_OBJECTS] = {
		.max = VTPMB_MAX_PERSISTENT,
		.set = tpm20_set_persistent_objects,
		.get = tpm20_get_persistent_objects,
	},
};

