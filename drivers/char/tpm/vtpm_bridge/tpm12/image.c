// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: the records of the image, what a TPM keeps without power.
 *
 * These are permanent data (Part 2, 7.4) and what TPM_SaveState has saved (Part 3, 3.3).  Keys
 * and sessions are not among them: the chip drops them when it loses power.
 */

#include <linux/kernel.h>
#include <linux/string.h>
#include "flags.h"
#include "image.h"
#include "state.h"

enum tpm12_record_tag {
	RECORD_FLAGS = VTPMB_RECORD_FAMILY,
	RECORD_FAILURES,
	RECORD_SAVED,
};

/* Bits of the first byte in RECORD_FLAGS */
#define FLAGS_OWNER_FLAG	0x01
#define FLAGS_CLEARED		0x02
#define FLAGS_ALL		0x03

static void tpm12_put_flags(struct vtpmb_writer *w, const bool *flag, unsigned int nr)
{
	unsigned int i;

	vtpmb_put_u8(w, nr);
	for (i = 1; i <= nr; i++)
		vtpmb_put_u8(w, flag[i]);
}

static bool tpm12_get_flags(struct vtpmb_reader *r, bool *flag, unsigned int nr)
{
	unsigned int i;
	u8 found, value;

	if (!vtpmb_get_u8(r, &found) || found != nr)
		return false;
	for (i = 1; i <= nr; i++) {
		if (!vtpmb_get_u8(r, &value) || value > 1)
			return false;
		flag[i] = value;
	}
	return true;
}

/* TPM_PERMANENT_FLAGS, and whether the guest has cleared the owner that it was shown */
static void tpm12_save_flags(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;
	bool cleared = tpm->cleared && tpm->cleared_view == tpm->nr_views;

	vtpmb_put_u8(w, (tpm->owner_flag ? FLAGS_OWNER_FLAG : 0) | (cleared ? FLAGS_CLEARED : 0));
	tpm12_put_flags(w, tpm->perm, TPM12_NR_PF);
}

static bool tpm12_restore_flags(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;
	u8 bits;

	if (!vtpmb_get_u8(r, &bits) || bits & ~FLAGS_ALL)
		return false;
	tpm->owner_flag = bits & FLAGS_OWNER_FLAG;
	tpm->cleared = bits & FLAGS_CLEARED;
	tpm->cleared_view = tpm->nr_views;
	return tpm12_get_flags(r, tpm->perm, TPM12_NR_PF);
}

/* Failed authorisations that the chip has not forgotten either */
static void tpm12_save_failures(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;
	u32 nr = READ_ONCE(tpm->table.nr_failures);

	if (nr)
		vtpmb_put_u32(w, nr);
}

/* They belong to the hub's thread, and are restored for a new proxy alone. */
static bool tpm12_restore_failures(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;
	u32 nr = 0;

	if (r->left && !vtpmb_get_u32(r, &nr))
		return false;
	if (!vtpm->store)
		tpm->table.nr_failures = nr;
	return true;
}

/* What TPM_SaveState has saved; TPM_PCRs as far as a resume keeps them */
static void tpm12_save_saved(const struct vtpmb_vtpm *vtpm, struct vtpmb_writer *w)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	if (!tpm->saved)
		return;
	tpm12_put_flags(w, tpm->saved_stclear.flag, TPM12_NR_SF);
	vtpmb_put_u32(w, tpm->saved_stclear.deferred_pp);
	vtpmb_pcrs_put_saved(w, &tpm->pcrs, &tpm->pcrs.bank[0]);
}

static bool tpm12_restore_saved(struct vtpmb_vtpm *vtpm, struct vtpmb_reader *r)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	tpm->saved = r->left;
	if (!tpm->saved)
		return true;
	return tpm12_get_flags(r, tpm->saved_stclear.flag, TPM12_NR_SF) &&
	       vtpmb_get_u32(r, &tpm->saved_stclear.deferred_pp) &&
	       vtpmb_pcrs_get_saved(r, &tpm->pcrs, TPM12_DIGEST_SIZE, &tpm->pcrs.bank[0]);
}

const struct vtpmb_record vtpmb_tpm12_records[VTPMB_TPM12_NR_RECORDS] = {
	{ RECORD_FLAGS, tpm12_save_flags, tpm12_restore_flags },
	{ RECORD_FAILURES, tpm12_save_failures, tpm12_restore_failures },
	{ RECORD_SAVED, tpm12_save_saved, tpm12_restore_saved },
};
