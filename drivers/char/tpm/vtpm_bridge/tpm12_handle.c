// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 1.2: commands that name keys and sessions.  A proxy has none of either,
 * so all that they name is unknown.
 */

#include <linux/kernel.h>
#include "tpm12.h"

/* TPM_RESOURCE_TYPE (Part 2, 4.1) */
enum tpm12_rt {
	RT_KEY		= 1,
	RT_AUTH		= 2,
	RT_TRANS	= 4,
	RT_CONTEXT	= 5,
	RT_DAA		= 8,
};

/*
 * What needs a session, and nothing else that has not been checked:
 * TPM_OwnerClear, TPM_DisableOwnerClear, TPM_OwnerSetDisable,
 * TPM_Terminate_Handle (Part 3, 6.2, 6.4, 5.2, 27.1.2).
 */
u32 vtpmb_tpm12_no_session(struct vtpmb_tpm12_call *call)
{
	return TPM12_INVALID_AUTHHANDLE;
}

/* TPM_Reset (Part 3, 27.1.3): ends this proxy's sessions alone. */
u32 vtpmb_tpm12_drop_sessions(struct vtpmb_tpm12_call *call)
{
	return TPM12_SUCCESS;
}

/* TPM_EvictKey (Part 3, 27.1.1) */
u32 vtpmb_tpm12_evict_key(struct vtpmb_tpm12_call *call)
{
	return TPM12_INVALID_KEYHANDLE;
}

/* TPM_FlushSpecific (Part 3, 22.1) */
u32 vtpmb_tpm12_flush_specific(struct vtpmb_tpm12_call *call)
{
	vtpmb_tpm12_u32(call);	/* the handle */
	switch (vtpmb_tpm12_u32(call)) {
	case RT_KEY:
	case RT_CONTEXT:
		return TPM12_BAD_PARAMETER;
	case RT_AUTH:
	case RT_TRANS:
		return TPM12_INVALID_AUTHHANDLE;
	case RT_DAA:
		return TPM12_BAD_HANDLE;
	default:
		return TPM12_INVALID_RESOURCE;
	}
}
