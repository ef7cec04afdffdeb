// SPDX-License-Identifier: GPL-2.0-only
/* Names of response codes, as the specifications give them. */
#include <stdio.h>
#include "property.h"
#include "rc.h"

#define FORMAT_ONE	0x080
#define OF_PARAMETER	0x040
#define OF_SESSION	0x800
#define FORMAT_ONE_MASK	0x0bf	/* without number and kind of what it is about */

struct rc {
	uint32_t code;
	const char *name;
};

/* A response code of format one without what it is about; the others as they are. */
static const struct rc rcs_tpm20[] = {
	{ 0x01e, "TPM_RC_BAD_TAG" },
	{ 0x081, "TPM_RC_ASYMMETRIC" },
	{ 0x082, "TPM_RC_ATTRIBUTES" },
	{ 0x083, "TPM_RC_HASH" },
	{ 0x084, "TPM_RC_VALUE" },
	{ 0x085, "TPM_RC_HIERARCHY" },
	{ 0x087, "TPM_RC_KEY_SIZE" },
	{ 0x088, "TPM_RC_MGF" },
	{ 0x089, "TPM_RC_MODE" },
	{ 0x08a, "TPM_RC_TYPE" },
	{ 0x08b, "TPM_RC_HANDLE" },
	{ 0x08c, "TPM_RC_KDF" },
	{ 0x08d, "TPM_RC_RANGE" },
	{ 0x08e, "TPM_RC_AUTH_FAIL" },
	{ 0x08f, "TPM_RC_NONCE" },
	{ 0x090, "TPM_RC_PP" },
	{ 0x092, "TPM_RC_SCHEME" },
	{ 0x095, "TPM_RC_SIZE" },
	{ 0x096, "TPM_RC_SYMMETRIC" },
	{ 0x097, "TPM_RC_TAG" },
	{ 0x098, "TPM_RC_SELECTOR" },
	{ 0x09a, "TPM_RC_INSUFFICIENT" },
	{ 0x09b, "TPM_RC_SIGNATURE" },
	{ 0x09c, "TPM_RC_KEY" },
	{ 0x09d, "TPM_RC_POLICY_FAIL" },
	{ 0x09f, "TPM_RC_INTEGRITY" },
	{ 0x0a0, "TPM_RC_TICKET" },
	{ 0x0a1, "TPM_RC_RESERVED_BITS" },
	{ 0x0a2, "TPM_RC_BAD_AUTH" },
	{ 0x0a3, "TPM_RC_EXPIRED" },
	{ 0x0a4, "TPM_RC_POLICY_CC" },
	{ 0x0a5, "TPM_RC_BINDING" },
	{ 0x0a6, "TPM_RC_CURVE" },
	{ 0x0a7, "TPM_RC_ECC_POINT" },
	{ 0x100, "TPM_RC_INITIALIZE" },
	{ 0x101, "TPM_RC_FAILURE" },
	{ 0x103, "TPM_RC_SEQUENCE" },
	{ 0x10b, "TPM_RC_PRIVATE" },
	{ 0x119, "TPM_RC_HMAC" },
	{ 0x120, "TPM_RC_DISABLED" },
	{ 0x121, "TPM_RC_EXCLUSIVE" },
	{ 0x124, "TPM_RC_AUTH_TYPE" },
	{ 0x125, "TPM_RC_AUTH_MISSING" },
	{ 0x126, "TPM_RC_POLICY" },
	{ 0x127, "TPM_RC_PCR" },
	{ 0x128, "TPM_RC_PCR_CHANGED" },
	{ 0x12d, "TPM_RC_UPGRADE" },
	{ 0x12e, "TPM_RC_TOO_MANY_CONTEXTS" },
	{ 0x12f, "TPM_RC_AUTH_UNAVAILABLE" },
	{ 0x130, "TPM_RC_REBOOT" },
	{ 0x131, "TPM_RC_UNBALANCED" },
	{ 0x142, "TPM_RC_COMMAND_SIZE" },
	{ 0x143, "TPM_RC_COMMAND_CODE" },
	{ 0x144, "TPM_RC_AUTHSIZE" },
	{ 0x145, "TPM_RC_AUTH_CONTEXT" },
	{ 0x146, "TPM_RC_NV_RANGE" },
	{ 0x147, "TPM_RC_NV_SIZE" },
	{ 0x148, "TPM_RC_NV_LOCKED" },
	{ 0x149, "TPM_RC_NV_AUTHORIZATION" },
	{ 0x14a, "TPM_RC_NV_UNINITIALIZED" },
	{ 0x14b, "TPM_RC_NV_SPACE" },
	{ 0x14c, "TPM_RC_NV_DEFINED" },
	{ 0x150, "TPM_RC_BAD_CONTEXT" },
	{ 0x151, "TPM_RC_CPHASH" },
	{ 0x152, "TPM_RC_PARENT" },
	{ 0x153, "TPM_RC_NEEDS_TEST" },
	{ 0x154, "TPM_RC_NO_RESULT" },
	{ 0x155, "TPM_RC_SENSITIVE" },
	{ 0x901, "TPM_RC_CONTEXT_GAP" },
	{ 0x902, "TPM_RC_OBJECT_MEMORY" },
	{ 0x903, "TPM_RC_SESSION_MEMORY" },
	{ 0x904, "TPM_RC_MEMORY" },
	{ 0x905, "TPM_RC_SESSION_HANDLES" },
	{ 0x906, "TPM_RC_OBJECT_HANDLES" },
	{ 0x907, "TPM_RC_LOCALITY" },
	{ 0x908, "TPM_RC_YIELDED" },
	{ 0x909, "TPM_RC_CANCELED" },
	{ 0x90a, "TPM_RC_TESTING" },
	{ 0x910, "TPM_RC_REFERENCE_H0" },
	{ 0x911, "TPM_RC_REFERENCE_H1" },
	{ 0x912, "TPM_RC_REFERENCE_H2" },
	{ 0x913, "TPM_RC_REFERENCE_H3" },
	{ 0x914, "TPM_RC_REFERENCE_H4" },
	{ 0x915, "TPM_RC_REFERENCE_H5" },
	{ 0x916, "TPM_RC_REFERENCE_H6" },
	{ 0x918, "TPM_RC_REFERENCE_S0" },
	{ 0x919, "TPM_RC_REFERENCE_S1" },
	{ 0x91a, "TPM_RC_REFERENCE_S2" },
	{ 0x91b, "TPM_RC_REFERENCE_S3" },
	{ 0x91c, "TPM_RC_REFERENCE_S4" },
	{ 0x91d, "TPM_RC_REFERENCE_S5" },
	{ 0x91e, "TPM_RC_REFERENCE_S6" },
	{ 0x920, "TPM_RC_NV_RATE" },
	{ 0x921, "TPM_RC_LOCKOUT" },
	{ 0x922, "TPM_RC_RETRY" },
	{ 0x923, "TPM_RC_NV_UNAVAILABLE" },
};

static const struct rc rcs_tpm12[] = {
	{ 0x001, "TPM_AUTHFAIL" },
	{ 0x002, "TPM_BADINDEX" },
	{ 0x003, "TPM_BAD_PARAMETER" },
	{ 0x004, "TPM_AUDITFAILURE" },
	{ 0x005, "TPM_CLEAR_DISABLED" },
	{ 0x006, "TPM_DEACTIVATED" },
	{ 0x007, "TPM_DISABLED" },
	{ 0x008, "TPM_DISABLED_CMD" },
	{ 0x009, "TPM_FAIL" },
	{ 0x00a, "TPM_BAD_ORDINAL" },
	{ 0x00b, "TPM_INSTALL_DISABLED" },
	{ 0x00c, "TPM_INVALID_KEYHANDLE" },
	{ 0x00d, "TPM_KEYNOTFOUND" },
	{ 0x00e, "TPM_INAPPROPRIATE_ENC" },
	{ 0x00f, "TPM_MIGRATEFAIL" },
	{ 0x010, "TPM_INVALID_PCR_INFO" },
	{ 0x011, "TPM_NOSPACE" },
	{ 0x012, "TPM_NOSRK" },
	{ 0x013, "TPM_NOTSEALED_BLOB" },
	{ 0x014, "TPM_OWNER_SET" },
	{ 0x015, "TPM_RESOURCES" },
	{ 0x016, "TPM_SHORTRANDOM" },
	{ 0x017, "TPM_SIZE" },
	{ 0x018, "TPM_WRONGPCRVAL" },
	{ 0x019, "TPM_BAD_PARAM_SIZE" },
	{ 0x01a, "TPM_SHA_THREAD" },
	{ 0x01b, "TPM_SHA_ERROR" },
	{ 0x01c, "TPM_FAILEDSELFTEST" },
	{ 0x01d, "TPM_AUTH2FAIL" },
	{ 0x01e, "TPM_BADTAG" },
	{ 0x01f, "TPM_IOERROR" },
	{ 0x020, "TPM_ENCRYPT_ERROR" },
	{ 0x021, "TPM_DECRYPT_ERROR" },
	{ 0x022, "TPM_INVALID_AUTHHANDLE" },
	{ 0x023, "TPM_NO_ENDORSEMENT" },
	{ 0x024, "TPM_INVALID_KEYUSAGE" },
	{ 0x025, "TPM_WRONG_ENTITYTYPE" },
	{ 0x026, "TPM_INVALID_POSTINIT" },
	{ 0x027, "TPM_INAPPROPRIATE_SIG" },
	{ 0x028, "TPM_BAD_KEY_PROPERTY" },
	{ 0x029, "TPM_BAD_MIGRATION" },
	{ 0x02a, "TPM_BAD_SCHEME" },
	{ 0x02b, "TPM_BAD_DATASIZE" },
	{ 0x02c, "TPM_BAD_MODE" },
	{ 0x02d, "TPM_BAD_PRESENCE" },
	{ 0x02e, "TPM_BAD_VERSION" },
	{ 0x02f, "TPM_NO_WRAP_TRANSPORT" },
	{ 0x030, "TPM_AUDITFAIL_UNSUCCESSFUL" },
	{ 0x031, "TPM_AUDITFAIL_SUCCESSFUL" },
	{ 0x032, "TPM_NOTRESETABLE" },
	{ 0x033, "TPM_NOTLOCAL" },
	{ 0x034, "TPM_BAD_TYPE" },
	{ 0x035, "TPM_INVALID_RESOURCE" },
	{ 0x036, "TPM_NOTFIPS" },
	{ 0x037, "TPM_INVALID_FAMILY" },
	{ 0x038, "TPM_NO_NV_PERMISSION" },
	{ 0x039, "TPM_REQUIRES_SIGN" },
	{ 0x03a, "TPM_KEY_NOTSUPPORTED" },
	{ 0x03b, "TPM_AUTH_CONFLICT" },
	{ 0x03c, "TPM_AREA_LOCKED" },
	{ 0x03d, "TPM_BAD_LOCALITY" },
	{ 0x03e, "TPM_READ_ONLY" },
	{ 0x03f, "TPM_PER_NOWRITE" },
	{ 0x040, "TPM_FAMILYCOUNT" },
	{ 0x041, "TPM_WRITE_LOCKED" },
	{ 0x042, "TPM_BAD_ATTRIBUTES" },
	{ 0x043, "TPM_INVALID_STRUCTURE" },
	{ 0x044, "TPM_KEY_OWNER_CONTROL" },
	{ 0x045, "TPM_BAD_COUNTER" },
	{ 0x046, "TPM_NOT_FULLWRITE" },
	{ 0x047, "TPM_CONTEXT_GAP" },
	{ 0x048, "TPM_MAXNVWRITES" },
	{ 0x049, "TPM_NOOPERATOR" },
	{ 0x04a, "TPM_RESOURCEMISSING" },
	{ 0x04b, "TPM_DELEGATE_LOCK" },
	{ 0x04c, "TPM_DELEGATE_FAMILY" },
	{ 0x04d, "TPM_DELEGATE_ADMIN" },
	{ 0x04e, "TPM_TRANSPORT_NOTEXCLUSIVE" },
	{ 0x04f, "TPM_OWNER_CONTROL" },
	{ 0x050, "TPM_DAA_RESOURCES" },
	{ 0x051, "TPM_DAA_INPUT_DATA0" },
	{ 0x052, "TPM_DAA_INPUT_DATA1" },
	{ 0x053, "TPM_DAA_ISSUER_SETTINGS" },
	{ 0x054, "TPM_DAA_TPM_SETTINGS" },
	{ 0x055, "TPM_DAA_STAGE" },
	{ 0x056, "TPM_DAA_ISSUER_VALIDITY" },
	{ 0x057, "TPM_DAA_WRONG_W" },
	{ 0x058, "TPM_BAD_HANDLE" },
	{ 0x059, "TPM_BAD_DELEGATE" },
	{ 0x05a, "TPM_BADCONTEXT" },
	{ 0x05b, "TPM_TOOMANYCONTEXTS" },
	{ 0x05c, "TPM_MA_TICKET_SIGNATURE" },
	{ 0x05d, "TPM_MA_DESTINATION" },
	{ 0x05e, "TPM_MA_SOURCE" },
	{ 0x05f, "TPM_MA_AUTHORITY" },
	{ 0x061, "TPM_PERMANENTEK" },
	{ 0x062, "TPM_BAD_SIGNATURE" },
	{ 0x063, "TPM_NOCONTEXTSPACE" },
	{ 0x800, "TPM_RETRY" },
	{ 0x801, "TPM_NEEDS_SELFTEST" },
	{ 0x802, "TPM_DOING_SELFTEST" },
	{ 0x803, "TPM_DEFEND_LOCK_RUNNING" },
};

static const char *find(const struct rc *rcs, unsigned int count, uint32_t code)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (rcs[i].code == code)
			return rcs[i].name;
	}
	return NULL;
}

/* The name of a response code, or NULL. */
const char *rc_name(uint32_t family, uint32_t rc)
{
	if (!rc)
		return family == 0x102 ? "TPM_SUCCESS" : "TPM_RC_SUCCESS";
	if (family == 0x102)
		return find(rcs_tpm12, ARRAY_SIZE(rcs_tpm12), rc);
	if (rc & FORMAT_ONE && !(rc & ~0xfffu))
		rc &= FORMAT_ONE_MASK;
	return find(rcs_tpm20, ARRAY_SIZE(rcs_tpm20), rc);
}

/* What a response code of a TPM 2.0 that has a name is about: "parameter 1", or nothing. */
void rc_subject(uint32_t family, uint32_t rc, char text[RC_SUBJECT_SIZE])
{
	const char *kind = "handle";
	unsigned int number = rc >> 8 & 0xf;

	*text = 0;
	if (family == 0x102 || !(rc & FORMAT_ONE) || !rc_name(family, rc))
		return;
	if (rc & OF_PARAMETER) {
		kind = "parameter";
	} else if (rc & OF_SESSION) {
		kind = "session";
		number &= 0x7;
	}
	if (number)
		snprintf(text, RC_SUBJECT_SIZE, "%s %u", kind, number);
}
