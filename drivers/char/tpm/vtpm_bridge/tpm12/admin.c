// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: settings of the administrator. */

#include <linux/compiler.h>
#include <linux/kernel.h>
#include "../core/attest.h"
#include "../core/composite.h"
#include "../core/secret.h"
#include "admin.h"
#include "shown.h"
#include "state.h"

/* A new view undoes a ForceClear of the guest, even if it is the same. */
static void tpm12_set_ownership(struct vtpmb_vtpm *vtpm, u64 value)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	WRITE_ONCE(tpm->ownership, value);
	WRITE_ONCE(tpm->nr_views, tpm->nr_views + 1);
}

static u64 tpm12_get_ownership(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	return tpm->ownership;
}

static void tpm12_set_transport(struct vtpmb_vtpm *vtpm, u64 value)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	WRITE_ONCE(tpm->transport, value);
}

static u64 tpm12_get_transport(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	return tpm->transport;
}

static void tpm12_set_counter(struct vtpmb_vtpm *vtpm, u64 value)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	WRITE_ONCE(tpm->counter, value);
}

static u64 tpm12_get_counter(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	return tpm->counter;
}

/* An index cannot be defined at 0 or at TPM_NV_INDEX_LOCK. */
static bool tpm12_check_nv_range(const struct vtpmb_vtpm *vtpm, u64 value)
{
	struct vtpmb_range range = vtpmb_range_unpack(value);

	return !value || (range.first && range.first <= range.last && range.last != U32_MAX);
}

const struct vtpmb_setting vtpmb_tpm12_settings[VTPMB_NR_SETTINGS] = {
	[VTPMB_SETTING_NV_RANGE] = { .max = U64_MAX, .check = tpm12_check_nv_range },
	[VTPMB_SETTING_REAL_PCRS] = {
		.max = VTPMB_ALL_PCRS,
		.check = vtpmb_register_check_real_pcrs,
	},
	[VTPMB_SETTING_OWNERSHIP] = {
		.max = VTPMB_OWNERSHIP_GRANTED,
		.set = tpm12_set_ownership,
		.get = tpm12_get_ownership,
	},
	[VTPMB_SETTING_TRANSPORT] = {
		.max = VTPMB_TRANSPORT_ALLOW,
		.set = tpm12_set_transport,
		.get = tpm12_get_transport,
	},
	[VTPMB_SETTING_COUNTER] = {
		.max = U32_MAX,
		.set = tpm12_set_counter,
		.get = tpm12_get_counter,
	},
	[VTPMB_SETTING_SECRET] = {
		.max = U64_MAX,
		.set_bytes = vtpmb_secret_set,
		.get = vtpmb_secret_given,
	},
	[VTPMB_SETTING_COMPOSITE] = {
		.max = VTPMB_ALL_PCRS,
		.check = vtpmb_composite_check,
		.set = vtpmb_tpm12_set_composite,
		.get = vtpmb_composite_get,
	},
	[VTPMB_SETTING_ATTEST] = {
		.max = VTPMB_ALL_PCRS,
		.check = vtpmb_attest_check,
		.set = vtpmb_tpm12_set_attest,
		.get = vtpmb_attest_get,
	},
};
