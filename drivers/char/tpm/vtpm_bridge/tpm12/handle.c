// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: commands that end or list keys and sessions, and commands that only the chip's
 * owner may use.  The hub's thread answers them from the handle table.
 */

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include "books.h"
#include "grant.h"
#include "state.h"
#include "swap.h"

static bool tpm12_is_granted(struct vtpmb_tpm12_call *call)
{
	bool granted;

	mutex_lock(&call->vtpm->lock);
	granted = vtpmb_tpm12_granted(call->vtpm, call->row);
	mutex_unlock(&call->vtpm->lock);
	return granted;
}

/*
 * A command that would harm all users is forwarded only with an unsafe grant.  Otherwise it
 * is refused: the bridge cannot fake success, since the response is authenticated.
 */
static int tpm12_unless_granted(struct vtpmb_tpm12_call *call, u32 refusal, u32 *rc)
{
	call->forward = tpm12_is_granted(call);
	if (!call->forward)
		*rc = refusal;
	return 0;
}

/* TPM_OwnerClear (Part 3, 6.2): TPM_PF_DISABLEOWNERCLEAR is shown. */
int vtpmb_tpm12_owner_clear(struct vtpmb_tpm12_call *call, u32 *rc)
{
	return tpm12_unless_granted(call, TPM_CLEAR_DISABLED, rc);
}

/*
 * TPM_DisableOwnerClear, TPM_OwnerSetDisable, TPM_SetCapability with the owner's
 * authorisation (Part 3, 6.4, 5.2 and 7.4)
 */
int vtpmb_tpm12_owner_only(struct vtpmb_tpm12_call *call, u32 *rc)
{
	return tpm12_unless_granted(call, TPM_DISABLED_CMD, rc);
}

/*
 * TPM_TakeOwnership (Part 3, 6.1) of a virtual TPM without an owner.  A guest cannot become
 * the owner of the chip without a grant.
 */
int vtpmb_tpm12_install_owner(struct vtpmb_tpm12_call *call, u32 *rc)
{
	struct vtpmb_vtpm *vtpm = call->vtpm;

	mutex_lock(&vtpm->lock);
	call->forward = call->tpm->ownership == VTPMB_OWNERSHIP_GRANTED ||
			vtpmb_tpm12_granted(vtpm, call->row);
	mutex_unlock(&vtpm->lock);
	if (!call->forward || READ_ONCE(vtpmb_tpm12_facts(vtpm)->owned))
		*rc = TPM_INSTALL_DISABLED;
	return 0;
}

/* TPM_Reset (Part 3, 27.1.3): ends only this proxy's sessions. */
int vtpmb_tpm12_end_own_sessions(struct vtpmb_tpm12_call *call, u32 *rc)
{
	struct vtpmb_tpm12_entry *auth = vtpmb_tpm12_entries(call->vtpm, TPM12_AUTH);
	unsigned int i;
	int err = 0;

	for (i = 0; i < VTPMB_MAX_SESSIONS && !err; i++) {
		if (auth[i].res.used && !auth[i].guest_saved)
			err = vtpmb_tpm12_flush_and_forget(call->vtpm, &auth[i]);
	}
	return err;
}

static int tpm12_flush(struct vtpmb_tpm12_call *call, enum vtpmb_tpm12_kind kind, u32 handle,
		       u32 unknown, u32 *rc)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entry(call->vtpm, kind, handle);

	if (entry)
		return vtpmb_tpm12_flush_and_forget(call->vtpm, entry);
	*rc = unknown;
	return 0;
}

/* Flush a saved context by the contextCount that the guest knows. */
static int tpm12_flush_context(struct vtpmb_tpm12_call *call, u32 number, u32 *rc)
{
	struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(call->vtpm);
	unsigned int i;

	for (i = 0; i < TPM12_NR_ENTRIES; i++) {
		if (table->entry[i].guest_saved && table->entry[i].number == number)
			return vtpmb_tpm12_flush_and_forget(call->vtpm, &table->entry[i]);
	}
	*rc = TPM_BAD_PARAMETER;
	return 0;
}

/* TPM_EvictKey (Part 3, 27.1.1) */
int vtpmb_tpm12_evict_key(struct vtpmb_tpm12_call *call, u32 *rc)
{
	return tpm12_flush(call, TPM12_KEY, vtpmb_tpm12_u32(call), TPM_INVALID_KEYHANDLE, rc);
}

/* TPM_Terminate_Handle (Part 3, 27.1.2) */
int vtpmb_tpm12_terminate_handle(struct vtpmb_tpm12_call *call, u32 *rc)
{
	return tpm12_flush(call, TPM12_AUTH, vtpmb_tpm12_u32(call), TPM_INVALID_AUTHHANDLE, rc);
}

/* TPM_FlushSpecific (Part 3, 22.1) */
int vtpmb_tpm12_flush_specific(struct vtpmb_tpm12_call *call, u32 *rc)
{
	u32 handle = vtpmb_tpm12_u32(call);

	switch (vtpmb_tpm12_u32(call)) {
	case TPM_RT_KEY:
		return tpm12_flush(call, TPM12_KEY, handle, TPM_BAD_PARAMETER, rc);
	case TPM_RT_AUTH:
		return tpm12_flush(call, TPM12_AUTH, handle, TPM_INVALID_AUTHHANDLE, rc);
	case TPM_RT_TRANS:
		return tpm12_flush(call, TPM12_TRANS, handle, TPM_INVALID_AUTHHANDLE, rc);
	case TPM_RT_CONTEXT:
		return tpm12_flush_context(call, handle, rc);
	case TPM_RT_DAA_V0:
		*rc = TPM_BAD_HANDLE;
		return 0;
	default:
		*rc = TPM_INVALID_RESOURCE;
		return 0;
	}
}

/* TPM_KEY_HANDLE_LIST (Part 2, 5.6), after its size */
static void tpm12_put_handles(struct vtpmb_tpm12_call *call, enum vtpmb_tpm12_kind kind)
{
	struct vtpmb_tpm12_entry *entry = vtpmb_tpm12_entries(call->vtpm, kind);
	unsigned int i, nr = 0, capacity = vtpmb_tpm12_kinds[kind].capacity;

	for (i = 0; i < capacity; i++)
		nr += entry[i].res.used && !entry[i].guest_saved;
	vtpmb_put_u32(&call->out, sizeof(u16) + nr * sizeof(u32));
	vtpmb_put_u16(&call->out, nr);
	for (i = 0; i < capacity; i++) {
		if (entry[i].res.used && !entry[i].guest_saved)
			vtpmb_put_u32(&call->out, entry[i].virt);
	}
}

static void tpm12_put_contexts(struct vtpmb_tpm12_call *call)
{
	const struct vtpmb_tpm12_table *table = vtpmb_tpm12_table(call->vtpm);
	unsigned int i;

	vtpmb_put_u32(&call->out, sizeof(u16) + table->nr_saved * sizeof(u32));
	vtpmb_put_u16(&call->out, table->nr_saved);
	for (i = 0; i < TPM12_NR_ENTRIES; i++) {
		if (table->entry[i].guest_saved)
			vtpmb_put_u32(&call->out, table->entry[i].number);
	}
}

/* TPM_CAP_HANDLE (Part 2, 21.1); counters and DAA sessions are not listed. */
static u32 tpm12_put_list(struct vtpmb_tpm12_call *call, u32 rt)
{
	switch (rt) {
	case TPM_RT_KEY:
	case TPM_RT_AUTH:
	case TPM_RT_TRANS:
		tpm12_put_handles(call, vtpmb_tpm12_kind_of(rt));
		return TPM_SUCCESS;
	case TPM_RT_CONTEXT:
		tpm12_put_contexts(call);
		return TPM_SUCCESS;
	case TPM_RT_COUNTER:
	case TPM_RT_DAA_V0:
		vtpmb_put_u32(&call->out, sizeof(u16));
		vtpmb_put_u16(&call->out, 0);
		return TPM_SUCCESS;
	default:
		return TPM_BAD_PARAMETER;
	}
}

/* TPM_CAP_KEY_STATUS: a guest's key is never under the owner's control. */
static u32 tpm12_put_key_status(struct vtpmb_tpm12_call *call, u32 handle)
{
	if (!vtpmb_tpm12_entry(call->vtpm, TPM12_KEY, handle))
		return TPM_INVALID_KEYHANDLE;
	vtpmb_put_u32(&call->out, 1);
	vtpmb_put_u8(&call->out, 0);
	return TPM_SUCCESS;
}

/* TPM_CAP_CHECK_LOADED: evict a key if needed, then let the chip answer. */
static int tpm12_check_loaded(struct vtpmb_tpm12_call *call)
{
	u32 full;

	call->forward = true;
	return vtpmb_tpm12_have_room(call->vtpm, TPM12_KEY, &full);
}

/* TPM_GetCapability (Part 3, 7.1) of properties that only the hub's thread knows */
int vtpmb_tpm12_list_handles(struct vtpmb_tpm12_call *call, u32 *rc)
{
	u32 area = vtpmb_tpm12_u32(call);
	u32 sub_len = vtpmb_tpm12_u32(call);
	u32 sub = sub_len == sizeof(sub) ? vtpmb_tpm12_u32(call) : 0;

	switch (area) {
	case TPM_CAP_KEY_HANDLE:
		*rc = tpm12_put_list(call, TPM_RT_KEY);
		break;
	case TPM_CAP_HANDLE:
		*rc = tpm12_put_list(call, sub);
		break;
	case TPM_CAP_KEY_STATUS:
		*rc = tpm12_put_key_status(call, sub);
		break;
	case TPM_CAP_CHECK_LOADED:
		return tpm12_check_loaded(call);
	default:
		call->forward = true;
	}
	return 0;
}
