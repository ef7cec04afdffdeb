// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: the flags of a virtual TPM as its guest sees them. */

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "flags.h"
#include "state.h"

/* This holds until the administrator sets the ownership view, even to the same value. */
static bool tpm12_is_cleared(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	return tpm->cleared && tpm->cleared_view == READ_ONCE(tpm->nr_views);
}

/**
 * vtpmb_tpm12_owned() - whether the guest sees an owner
 * @vtpm:	the vtpm
 */
bool vtpmb_tpm12_owned(const struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	if (tpm12_is_cleared(vtpm) || tpm->ownership == VTPMB_OWNERSHIP_NOT_INSTALLABLE)
		return false;
	return tpm->ownership == VTPMB_OWNERSHIP_OWNED ||
	       READ_ONCE(vtpmb_tpm12_facts(vtpm)->owned);
}

/**
 * vtpmb_tpm12_pp() - effective physical presence (Part 1, 9.3; Part 3, 6.6)
 * @vtpm:	the vtpm
 */
bool vtpmb_tpm12_pp(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	lockdep_assert_held(&vtpm->lock);

	if (tpm->perm[TPM_PF_PHYSICALPRESENCEHWENABLE] && vtpm->pp_pin)
		return true;
	return tpm->perm[TPM_PF_PHYSICALPRESENCECMDENABLE] &&
	       tpm->stclear.flag[TPM_SF_PHYSICALPRESENCE];
}

bool vtpmb_tpm12_pp_locked(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;

	lockdep_assert_held(&vtpm->lock);

	return tpm->stclear.flag[TPM_SF_PHYSICALPRESENCELOCK];
}

/**
 * vtpmb_tpm12_shown_pf() - a permanent flag as the guest sees it
 * @vtpm:	the vtpm
 * @flag:	which
 *
 * The administrator may change the ownership view at any time, so values that depend on it
 * are computed here and not stored.
 */
bool vtpmb_tpm12_shown_pf(const struct vtpmb_vtpm *vtpm, u32 flag)
{
	const struct vtpmb_tpm12 *tpm = vtpm->state;
	bool owned = vtpmb_tpm12_owned(vtpm);

	switch (flag) {
	case TPM_PF_OWNERSHIP:
		return owned || (tpm->owner_flag ? tpm->perm[flag] :
				 tpm->ownership == VTPMB_OWNERSHIP_GRANTED);
	case TPM_PF_READPUBEK:
		/* The chip answers, and refuses once it has an owner. */
		return !owned && !READ_ONCE(vtpmb_tpm12_facts(vtpm)->owned) && tpm->perm[flag];
	case TPM_PF_DISABLEOWNERCLEAR:
		return owned;
	default:
		return tpm->perm[flag];
	}
}

/*
 * Set the flags of a new TPM.  It is enabled and activated, so that firmware finds a working
 * TPM.  An owner cannot be installed.  Physical presence can be asserted in both ways: by
 * command, which firmware needs for its menu, and by the hardware pin, which belongs to the
 * administrator.  Flags that are not modelled have the values of the chip.
 */
void vtpmb_tpm12_init_flags(struct vtpmb_vtpm *vtpm)
{
	const struct vtpmb_tpm12_facts *facts = vtpmb_tpm12_facts(vtpm);
	struct vtpmb_tpm12 *tpm = vtpm->state;

	memcpy(tpm->perm, facts->perm, sizeof(tpm->perm));
	tpm->perm[TPM_PF_DISABLE] = false;
	tpm->perm[TPM_PF_OWNERSHIP] = false;
	tpm->perm[TPM_PF_DEACTIVATED] = false;
	tpm->perm[TPM_PF_READPUBEK] = !facts->owned && facts->perm[TPM_PF_READPUBEK];
	tpm->perm[TPM_PF_PHYSICALPRESENCELIFETIMELOCK] = false;
	tpm->perm[TPM_PF_PHYSICALPRESENCEHWENABLE] = true;
	tpm->perm[TPM_PF_PHYSICALPRESENCECMDENABLE] = true;
	tpm->perm[TPM_PF_OPERATOR] = false;
	tpm->perm[TPM_PF_ENABLEREVOKEEK] = false;
	tpm->perm[TPM_PF_TPMESTABLISHED] = false;
}

/**
 * vtpmb_tpm12_clear() - clear a virtual TPM, as ForceClear and OwnerClear do
 * @tpm:	the virtual TPM
 *
 * It is disabled now and deactivated after the next Startup.  Keys and contexts are gone.
 */
void vtpmb_tpm12_clear(struct vtpmb_tpm12 *tpm)
{
	WRITE_ONCE(tpm->nr_clears, tpm->nr_clears + 1);
	tpm->perm[TPM_PF_DISABLE] = true;
	tpm->perm[TPM_PF_DEACTIVATED] = true;
	tpm->perm[TPM_PF_READPUBEK] = true;
	tpm->perm[TPM_PF_OWNERSHIP] = true;
	tpm->owner_flag = true;
	tpm->perm[TPM_PF_ALLOWMAINTENANCE] = false;
}
