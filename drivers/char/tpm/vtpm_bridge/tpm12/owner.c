// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: whether the chip has an owner (Part 3, 6).  A guest can change that if a grant
 * lets its command reach the chip.
 *
 * All proxies see the owner, so all of them are updated.  If the response to such a command
 * is lost, the chip is asked whether it has an owner.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include "ask.h"
#include "books.h"
#include "flags.h"
#include "owner.h"
#include "state.h"
#include "turn.h"

static bool tpm12_clears(u32 code)
{
	return code == TPM_ORD_OwnerClear || code == TPM_ORD_ForceClear ||
		code == TPM_ORD_RevokeTrust;
}

static struct vtpmb_tpm12_facts *tpm12_owner_facts(struct vtpmb_vtpm *vtpm)
{
	return vtpm->port->facts;
}

/* Update the virtual TPM of the guest whose command changed the owner. */
static void tpm12_apply_response(struct vtpmb_vtpm *vtpm, bool owned)
{
	struct vtpmb_tpm12 *tpm = vtpm->state;

	mutex_lock(&vtpm->lock);
	if (!owned)
		vtpmb_tpm12_clear(tpm);
	tpm->cleared = false;
	mutex_unlock(&vtpm->lock);
}

/*
 * The chip has executed a command of @vtpm, or one wrapped in it: note an owner's coming or
 * going.  What the vtpm itself has in the chip is flushed before its next command.
 */
void vtpmb_tpm12_apply_to_owner(struct vtpmb_vtpm *vtpm, u32 code)
{
	struct vtpmb_tpm12_facts *facts = tpm12_owner_facts(vtpm);

	if (code == TPM_ORD_TakeOwnership) {
		WRITE_ONCE(facts->owned, true);
		WRITE_ONCE(facts->chip.cannot_save, false);
	} else if (tpm12_clears(code)) {
		WRITE_ONCE(facts->owned, false);
		facts->chip.nr_nv_writes = 0;
		vtpmb_tpm12_chip_cleared(vtpm);
	} else {
		return;
	}
	tpm12_apply_response(vtpm, code == TPM_ORD_TakeOwnership);
}

/* The response to a command, or to the one wrapped in it, was lost. */
void vtpmb_tpm12_owner_unknown(struct vtpmb_vtpm *vtpm, u32 code)
{
	if (code != TPM_ORD_TakeOwnership && !tpm12_clears(code))
		return;
	vtpmb_tpm12_chip(vtpm->port)->owner_doubtful = true;
	vtpmb_tpm12_table(vtpm)->owner_doubtful = true;
	vtpmb_tpm12_table(vtpm)->owned_before = tpm12_owner_facts(vtpm)->owned;
}

/* TPM_CAP_PROP_OWNER: a BOOL */
static int tpm12_ask_owner(struct vtpmb_port *port, bool *owned, u32 *rc)
{
	const __be32 sub = cpu_to_be32(TPM_CAP_PROP_OWNER);
	struct vtpmb_reader r;
	u8 val;
	int err = vtpmb_tpm12_ask_capability(port, TPM_CAP_PROPERTY, &sub, sizeof(sub), &r, rc);

	if (err || *rc)
		return err;
	if (!vtpmb_get_u8(&r, &val) || r.left)
		return -EIO;
	*owned = val;
	return 0;
}

static void tpm12_owner_is(struct vtpmb_vtpm *vtpm, bool owned)
{
	struct vtpmb_tpm12_facts *facts = tpm12_owner_facts(vtpm);

	if (owned == facts->owned)
		return;
	WRITE_ONCE(facts->owned, owned);
	if (owned) {
		WRITE_ONCE(facts->chip.cannot_save, false);
		return;
	}
	facts->chip.nr_nv_writes = 0;
	vtpmb_tpm12_chip_cleared(vtpm);
	/* No handle of this command has been looked up yet. */
	vtpmb_tpm12_forget_all(vtpm);
}

/* Ask whether the chip has an owner, if that is unknown. */
int vtpmb_tpm12_read_owner(struct vtpmb_vtpm *vtpm)
{
	struct vtpmb_tpm12_chip *chip = vtpmb_tpm12_chip(vtpm->port);
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(vtpm);
	bool owned = tpm12_owner_facts(vtpm)->owned;
	u32 rc = TPM_SUCCESS;
	int err = 0;

	if (chip->owner_doubtful)
		err = tpm12_ask_owner(vtpm->port, &owned, &rc);
	if (err || rc)
		return err;
	chip->owner_doubtful = false;
	tpm12_owner_is(vtpm, owned);
	if (table->owner_doubtful && owned != table->owned_before)
		tpm12_apply_response(vtpm, owned);
	table->owner_doubtful = false;
	return 0;
}
