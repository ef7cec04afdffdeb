// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sealing the key of a state file to a TPM 2.0.
 *
 * The key is sealed to a policy on PCR 0 of vtpmctl's proxy.  A guest has the sealed key if it has
 * the file, and can create the same storage key, but no proxy with that secret.
 *
 * The key travels between vtpmctl and the chip in a salted session, encrypted.
 */
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>
#include "own.h"
#include "property.h"
#include "seal.h"

/**
 * struct tpm - the TPM of the proxy, while a key is sealed or unsealed
 * @num:	number of the proxy
 * @tcti:	the way to it
 * @esys:	its context
 * @parent:	the storage key
 * @hmac:	the session that encrypts
 */
struct tpm {
	uint32_t num;
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	ESYS_TR parent;
	ESYS_TR hmac;
};

static const TPMT_SYM_DEF aes = {
	.algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB,
};

#define STORAGE_KEY	(TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT | TPMA_OBJECT_FIXEDTPM | \
			 TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN | \
			 TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA)

#define STORAGE_CIPHER	{ .algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB }

/* The templates of TCG's provisioning guidance.  An older chip has no elliptic curves. */
static const TPM2B_PUBLIC storage_keys[] = {
	{ .publicArea = {
		.type = TPM2_ALG_ECC, .nameAlg = TPM2_ALG_SHA256, .objectAttributes = STORAGE_KEY,
		.parameters.eccDetail = {
			.symmetric = STORAGE_CIPHER, .scheme.scheme = TPM2_ALG_NULL,
			.curveID = TPM2_ECC_NIST_P256, .kdf.scheme = TPM2_ALG_NULL,
		},
	} },
	{ .publicArea = {
		.type = TPM2_ALG_RSA, .nameAlg = TPM2_ALG_SHA256, .objectAttributes = STORAGE_KEY,
		.parameters.rsaDetail = {
			.symmetric = STORAGE_CIPHER, .scheme.scheme = TPM2_ALG_NULL, .keyBits = 2048,
		},
	} },
};

static const TPML_PCR_SELECTION pcr_0 = {
	.count = 1,
	.pcrSelections[0] = { .hash = TPM2_ALG_SHA256, .sizeofSelect = 3, .pcrSelect = { 1 } },
};

static bool failed(const char *what, TSS2_RC rc)
{
	if (rc)
		error(0, 0, "%s: %s", what, Tss2_RC_Decode(rc));
	return rc;
}

static bool make_proxy(const struct sealer *sealer, uint32_t *num)
{
	uint64_t auth;

	return parse_owner_auth(sealer->owner_auth, &auth) &&
	       create_sealer(sealer, auth ? VTPM_BRIDGE_OWNER_AUTH : 0, auth, num);
}

static bool open_tpm(struct tpm *tpm)
{
	char tcti[64];

	snprintf(tcti, sizeof(tcti), "device:/dev/vtpm%u", tpm->num);
	return !failed(tcti, Tss2_TctiLdr_Initialize(tcti, &tpm->tcti)) &&
	       !failed(tcti, Esys_Initialize(&tpm->esys, tpm->tcti, NULL));
}

static bool create_parent(struct tpm *tpm)
{
	const TPM2B_SENSITIVE_CREATE none = { 0 };
	TSS2_RC rc = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(storage_keys); i++) {
		rc = Esys_CreatePrimary(tpm->esys, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE,
					ESYS_TR_NONE, &none, &storage_keys[i], NULL,
					&(TPML_PCR_SELECTION){ 0 }, &tpm->parent, NULL, NULL, NULL,
					NULL);
		if (!rc)
			return true;
	}
	return !failed("a storage key in the chip", rc);
}

static bool start_session(struct tpm *tpm, TPM2_SE type, ESYS_TR *session)
{
	return !failed("a session", Esys_StartAuthSession(tpm->esys, tpm->parent, ESYS_TR_NONE,
			ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, NULL, type, &aes,
			TPM2_ALG_SHA256, session));
}

static bool start_hmac_session(struct tpm *tpm)
{
	return start_session(tpm, TPM2_SE_HMAC, &tpm->hmac) &&
	       !failed("a session", Esys_TRSess_SetAttributes(tpm->esys, tpm->hmac,
			TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_ENCRYPT | TPMA_SESSION_DECRYPT,
			0xff));
}

static bool start_policy(struct tpm *tpm, TPM2_SE type, ESYS_TR *session)
{
	return start_session(tpm, type, session) &&
	       !failed("the policy", Esys_PolicyPCR(tpm->esys, *session, ESYS_TR_NONE,
			ESYS_TR_NONE, ESYS_TR_NONE, NULL, &pcr_0));
}

static void close_tpm(struct tpm *tpm)
{
	if (tpm->esys)
		Esys_Finalize(&tpm->esys);
	if (tpm->tcti)
		Tss2_TctiLdr_Finalize(&tpm->tcti);
	destroy_own(tpm->num);
}

/* Open the TPM of a proxy that is there until close_tpm(). */
static bool begin(const struct sealer *sealer, struct tpm *tpm)
{
	memset(tpm, 0, sizeof(*tpm));
	if (!make_proxy(sealer, &tpm->num))
		return false;
	if (open_tpm(tpm) && create_parent(tpm) && start_hmac_session(tpm))
		return true;
	close_tpm(tpm);
	return false;
}

static bool get_policy(struct tpm *tpm, TPM2B_DIGEST *policy)
{
	TPM2B_DIGEST *digest;
	ESYS_TR trial;

	if (!start_policy(tpm, TPM2_SE_TRIAL, &trial) ||
	    failed("the policy", Esys_PolicyGetDigest(tpm->esys, trial, ESYS_TR_NONE, ESYS_TR_NONE,
			ESYS_TR_NONE, &digest)))
		return false;
	*policy = *digest;
	Esys_Free(digest);
	Esys_FlushContext(tpm->esys, trial);
	return true;
}

static bool create(struct tpm *tpm, const uint8_t *key, TPM2B_PUBLIC **public,
		   TPM2B_PRIVATE **private)
{
	TPM2B_SENSITIVE_CREATE sensitive = {
		.sensitive.data.size = VTPM_BRIDGE_STATE_KEY_SIZE,
	};
	TPM2B_PUBLIC template = {
		.publicArea = {
			.type = TPM2_ALG_KEYEDHASH, .nameAlg = TPM2_ALG_SHA256,
			.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
				TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_NODA,
			.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL,
		},
	};
	bool done;

	if (!get_policy(tpm, &template.publicArea.authPolicy))
		return false;
	memcpy(sensitive.sensitive.data.buffer, key, VTPM_BRIDGE_STATE_KEY_SIZE);
	done = !failed("seal", Esys_Create(tpm->esys, tpm->parent, tpm->hmac, ESYS_TR_NONE,
			ESYS_TR_NONE, &sensitive, &template, NULL, &(TPML_PCR_SELECTION){ 0 },
			private, public, NULL, NULL, NULL));
	explicit_bzero(&sensitive, sizeof(sensitive));
	return done;
}

/* The blob is a TPM2B_PUBLIC and a TPM2B_PRIVATE. */
static bool put_blob(const TPM2B_PUBLIC *public, const TPM2B_PRIVATE *private, uint8_t *sealed,
		     size_t *len)
{
	*len = 0;
	return !failed("seal", Tss2_MU_TPM2B_PUBLIC_Marshal(public, sealed, SEALED_MAX, len)) &&
	       !failed("seal", Tss2_MU_TPM2B_PRIVATE_Marshal(private, sealed, SEALED_MAX, len));
}

static bool get_blob(const uint8_t *sealed, size_t len, TPM2B_PUBLIC *public,
		     TPM2B_PRIVATE *private)
{
	size_t at = 0;

	return !Tss2_MU_TPM2B_PUBLIC_Unmarshal(sealed, len, &at, public) &&
	       !Tss2_MU_TPM2B_PRIVATE_Unmarshal(sealed, len, &at, private) && at == len;
}

bool tpm20_seal(const struct sealer *sealer, const uint8_t *key, uint8_t *sealed, size_t *len)
{
	TPM2B_PUBLIC *public = NULL;
	TPM2B_PRIVATE *private = NULL;
	struct tpm tpm;
	bool done;

	if (!begin(sealer, &tpm))
		return false;
	done = create(&tpm, key, &public, &private) && put_blob(public, private, sealed, len);
	Esys_Free(public);
	Esys_Free(private);
	close_tpm(&tpm);
	return done;
}

static bool unseal(struct tpm *tpm, ESYS_TR object, uint8_t *key)
{
	TPM2B_SENSITIVE_DATA *data;
	ESYS_TR policy;
	bool done;

	if (!start_policy(tpm, TPM2_SE_POLICY, &policy) ||
	    failed("unseal", Esys_TRSess_SetAttributes(tpm->esys, tpm->hmac,
			TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_ENCRYPT, 0xff)) ||
	    failed("unseal", Esys_Unseal(tpm->esys, object, policy, tpm->hmac, ESYS_TR_NONE, &data)))
		return false;
	done = data->size == VTPM_BRIDGE_STATE_KEY_SIZE;
	if (done)
		memcpy(key, data->buffer, VTPM_BRIDGE_STATE_KEY_SIZE);
	explicit_bzero(data->buffer, sizeof(data->buffer));
	Esys_Free(data);
	return done;
}

bool tpm20_unseal(const struct sealer *sealer, const uint8_t *sealed, size_t len, uint8_t *key)
{
	TPM2B_PUBLIC public = { 0 };
	TPM2B_PRIVATE private = { 0 };
	struct tpm tpm;
	ESYS_TR object;
	bool done;

	if (!get_blob(sealed, len, &public, &private))
		return false;
	if (!begin(sealer, &tpm))
		return false;
	done = !failed("the chip does not know this key", Esys_Load(tpm.esys, tpm.parent,
			ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &private, &public, &object)) &&
	       unseal(&tpm, object, key);
	close_tpm(&tpm);
	return done;
}
