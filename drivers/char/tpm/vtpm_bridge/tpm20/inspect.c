// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0: whether the chip may get a command with these parameters.
 *
 * A handler checks the parameters under the vtpm's lock and reads them from a copy of the
 * reader.  It returns a response code; TPM2_RC_SUCCESS: the chip may get the command.
 */

#include <linux/kernel.h>
#include "../core/wire.h"
#include "ephemeral.h"
#include "inspect.h"
#include "pcr.h"
#include "real_pcr.h"
#include "state.h"
#include "wire.h"

/* Skip a TPM2B.  Return false if it is truncated; the chip then returns the error. */
static bool tpm20_skip_2b(struct vtpmb_reader *r)
{
	const u8 *bytes;
	u16 len;

	return vtpmb_get_tpm2b(r, &bytes, &len);
}

/* inSensitive, inPublic, outsideInfo */
bool vtpmb_tpm20_skip_to_creation_pcrs(struct vtpmb_reader *r)
{
	return tpm20_skip_2b(r) && tpm20_skip_2b(r) && tpm20_skip_2b(r);
}

/* The chip puts its own PCRs into the creation data, so allow only granted ones. */
u32 vtpmb_tpm20_inspect_create(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;

	if (!call->shown && vtpmb_tpm20_skip_to_creation_pcrs(&r))
		return vtpmb_tpm20_inspect_list(vtpm, r, 3, TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 3));
	return TPM2_RC_SUCCESS;
}

/* The number of bytes after the algorithm of a TPMT_SIG_SCHEME, negative if unknown. */
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

/* Skip qualifyingData and inScheme.  Return: 1, 0 if truncated, negative: scheme unknown. */
static int tpm20_skip_scheme(struct vtpmb_reader *r)
{
	u16 scheme;
	int len;

	if (!tpm20_skip_2b(r) || !vtpmb_get_u16(r, &scheme))
		return 0;
	len = tpm20_scheme_len(scheme);
	return len < 0 ? len : !!vtpmb_get_bytes(r, len);
}

bool vtpmb_tpm20_skip_to_quoted_pcrs(struct vtpmb_reader *r)
{
	return tpm20_skip_scheme(r) > 0;
}

/*
 * The chip attests its own PCRs.  After an unknown scheme it is not known where the selection
 * begins.
 */
u32 vtpmb_tpm20_inspect_quote(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	struct vtpmb_reader r = call->params;
	int skipped = tpm20_skip_scheme(&r);
	u32 rc = TPM2_RC_SUCCESS;

	if (skipped <= 0)
		return skipped ? TPM2_RC_OF_PARAMETER(TPM2_RC_SCHEME, 1) : TPM2_RC_SUCCESS;
	if (!call->shown)
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

	call->external = true;
	if (!vtpmb_get_tpm2b(&r, &private, &len) || !tpm20_skip_2b(&r) ||
	    !vtpmb_get_u32(&r, &hierarchy))
		return TPM2_RC_SUCCESS;
	call->public_only = !len;
	hier = vtpmb_tpm20_hier(hierarchy);
	/* A newer chip may know it by another name. */
	if (hier < 0)
		return TPM2_RC_OF_PARAMETER(TPM2_RC_VALUE, 2);
	if (hier == HIER_PLATFORM || !vtpmb_tpm20_is_enabled(vtpm, hier))
		return TPM2_RC_OF_PARAMETER(TPM2_RC_HIERARCHY, 2);
	call->hier = hier;
	return TPM2_RC_SUCCESS;
}

/* The command changes a PCR of the chip. */
u32 vtpmb_tpm20_inspect_real(struct vtpmb_vtpm *vtpm, struct vtpmb_tpm20_call *call)
{
	u32 rc = vtpmb_tpm20_change_real(call->cmd->locality);

	return rc == VTPMB_RC_PASS ? TPM2_RC_SUCCESS : rc;
}

/*
 * For a private PCR, the chip gets TPM_RH_NULL, and its digest extends the virtual PCR.  The
 * Name of a PCR is its handle, so the chip would refuse an HMAC that the bridge does not
 * check.
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
