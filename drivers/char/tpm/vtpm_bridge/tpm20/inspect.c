// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: what the parameters of a command would reach in the chip.
 *
 * A handler judges the parameters under the vtpm's lock.  It takes them from a copy of
 * the reader.  Return: a response code; TPM2_RC_SUCCESS: the chip may get the command.
 */

#include <linux/kernel.h>
#include "../core/wire.h"
#include "ephemeral.h"
#include "inspect.h"
#include "pcr.h"
#include "real_pcr.h"
#include "state.h"
#include "wire.h"

/* Skip a TPM2B; false if it is cut off, which the chip will say better. */
static bool tpm20_skip_2b(struct vtpmb_reader *r)
{
	const u8 *bytes;
	u16 len;

	return vtpmb_get_tpm2b(r, &bytes, &len);
}

/* The chip would put its own PCRs into the creation data: only what is granted. */
u32 vtpmb_tpm20_inspect_create(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;

	if (tpm20_skip_2b(&r) && tpm20_skip_2b(&r) && tpm20_skip_2b(&r))
		return vtpmb_tpm20_inspect_list(vtpm, r, 3, TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 3));
	return TPM2_RC_SUCCESS;
}

/* Bytes that follow a TPMT_SIG_SCHEME's algorithm; negative: not known. */
static int tpm20_scheme_len(u16 scheme)
{
	switch (scheme) {
	case TPM2_ALG_NULL:
		return 0;
	case TPM2_ALG_HMAC: case TPM2_ALG_RSASSA: case TPM2_ALG_RSAPSS:
	case TPM2_ALG_ECDSA: case TPM2_ALG_SM2: case TPM2_ALG_ECSCHNORR:
		return 2;
	case TPM2_ALG_ECDAA:
		return 4;
	default:
		return -1;
	}
}

/*
 * The chip would attest its own PCRs.  Where they begin, after a scheme that is
 * not known, is not known either.
 */
u32 vtpmb_tpm20_inspect_quote(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;
	u16 scheme;
	u32 rc;
	int len;

	if (!tpm20_skip_2b(&r) || !vtpmb_get_u16(&r, &scheme))
		return TPM2_RC_SUCCESS;
	len = tpm20_scheme_len(scheme);
	if (len < 0)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_SCHEME, 1);
	if (!vtpmb_get_bytes(&r, len))
		return TPM2_RC_SUCCESS;
	rc = vtpmb_tpm20_inspect_list(vtpm, r, 2, TPM2_RC_COMMAND_CODE);
	return rc ? rc : vtpmb_tpm20_inspect_signing(vtpm, call);
}

u32 vtpmb_tpm20_inspect_load_external(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;
	const u8 *private;
	u32 hierarchy;
	u16 len;
	int hier;

	if (!vtpmb_get_tpm2b(&r, &private, &len) || !tpm20_skip_2b(&r) ||
	    !vtpmb_get_u32(&r, &hierarchy))
		return TPM2_RC_SUCCESS;
	call->public_only = !len;
	hier = vtpmb_tpm20_hier(hierarchy);
	/* Another name of one, that a newer chip may know. */
	if (hier < 0)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 2);
	if (hier == HIER_PLATFORM || !vtpmb_tpm20_is_enabled(vtpm, hier))
		return TPM2_RC_OF_PARAMETER(TPM2_RC_HIERARCHY, 2);
	call->hier = hier;
	return TPM2_RC_SUCCESS;
}

/* A PCR of the chip's own is to be changed. */
u32 vtpmb_tpm20_inspect_real(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	u32 rc = vtpmb_tpm20_change_real(call->cmd->locality);

	return rc == VTPMB_RC_PASS ? TPM2_RC_SUCCESS : rc;
}

/*
 * The chip gets TPM_RH_NULL for a private PCR, and what it computes goes into the
 * virtual one.  A PCR's Name is its handle, so an HMAC that is not checked here
 * would not fit any more.
 */
u32 vtpmb_tpm20_inspect_event(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	unsigned int i;

	if (call->real)
		return vtpmb_tpm20_inspect_real(vtpm, call);
	if (call->handle[0] == TPM2_RH_NULL)
		return TPM2_RC_SUCCESS;
	for (i = 0; i < call->nr_sessions; i++) {
		if (call->session[i].handle != TPM2_RS_PW && !call->session[i].checked)
			return TPM2_RC_AUTH_UNAVAILABLE;
	}
	return vtpmb_tpm20_pcr_handle(vtpm, call->handle[0], call->cmd->locality);
}
