// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: which ordinals a proxy may use. */

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/nospec.h>
#include "commands.h"
#include "grant.h"
#include "state.h"

static bool tpm12_row_exists(const struct vtpmb_tpm12_row *row)
{
	return row->local || row->own || row->flags & TPM12_FORWARD;
}

/* Whether an ordinal needs a grant. */
bool vtpmb_tpm12_is_unsafe(unsigned int i)
{
	const struct vtpmb_tpm12_row *row = &vtpmb_tpm12_rows[i];

	return !tpm12_row_exists(row) || row->grant != TPM12_FREE;
}

/* Some ordinals are permitted by a grant of an object: an NV range, a counter, the owner. */
static bool tpm12_is_included(const struct vtpmb_vtpm *vtpm, const struct vtpmb_tpm12_row *row)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	switch (row->grant) {
	case TPM12_FREE:
		return true;
	case TPM12_BY_OWNER:
		return tpm->ownership == VTPMB_OWNERSHIP_GRANTED;
	case TPM12_BY_NV:
		return vtpm->range[VTPMB_RANGE_NV].last;
	case TPM12_BY_COUNTER:
		return tpm->counter != VTPMB_NO_COUNTER;
	case TPM12_BY_TRANSPORT:
		return tpm->transport != VTPMB_TRANSPORT_DENY;
	default:
		return false;
	}
}

/**
 * vtpmb_tpm12_granted() - check whether an ordinal has an unsafe grant of its own
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
 * vtpmb_tpm12_find() - find the row of an ordinal that a proxy may use
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
 * vtpmb_tpm12_permits() - check whether a proxy may use an ordinal
 * @vtpm:	the vtpm
 * @code:	the ordinal
 *
 * TPM_CAP_ORD (Part 2, 21.1) returns the same.
 */
bool vtpmb_tpm12_permits(struct vtpmb_vtpm *vtpm, u32 code)
{
	return vtpmb_tpm12_find(vtpm, code);
}
