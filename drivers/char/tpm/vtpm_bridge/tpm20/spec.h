/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 2.0: the constants of the TPM 2.0 Library Specification, Part 2, by the names that
 * the TCG gives them in its headers.
 */
#ifndef VTPMB_TPM20_SPEC_H
#define VTPMB_TPM20_SPEC_H

#include <linux/bits.h>

/* TPM_ST (6.9) */
enum {
	TPM2_ST_NO_SESSIONS			= 0x8001,
	TPM2_ST_SESSIONS			= 0x8002,
};

/* TPM_CC (6.5.2), those of Part 3 in the order of their codes */
enum {
	TPM2_CC_NV_UndefineSpaceSpecial		= 0x11F,
	TPM2_CC_EvictControl			= 0x120,
	TPM2_CC_HierarchyControl		= 0x121,
	TPM2_CC_NV_UndefineSpace		= 0x122,
	TPM2_CC_ChangeEPS			= 0x124,
	TPM2_CC_ChangePPS			= 0x125,
	TPM2_CC_Clear				= 0x126,
	TPM2_CC_ClearControl			= 0x127,
	TPM2_CC_ClockSet			= 0x128,
	TPM2_CC_HierarchyChangeAuth		= 0x129,
	TPM2_CC_NV_DefineSpace			= 0x12A,
	TPM2_CC_PCR_Allocate			= 0x12B,
	TPM2_CC_PCR_SetAuthPolicy		= 0x12C,
	TPM2_CC_PP_Commands			= 0x12D,
	TPM2_CC_SetPrimaryPolicy		= 0x12E,
	TPM2_CC_FieldUpgradeStart		= 0x12F,
	TPM2_CC_ClockRateAdjust			= 0x130,
	TPM2_CC_CreatePrimary			= 0x131,
	TPM2_CC_NV_GlobalWriteLock		= 0x132,
	TPM2_CC_GetCommandAuditDigest		= 0x133,
	TPM2_CC_NV_Increment			= 0x134,
	TPM2_CC_NV_SetBits			= 0x135,
	TPM2_CC_NV_Extend			= 0x136,
	TPM2_CC_NV_Write			= 0x137,
	TPM2_CC_NV_WriteLock			= 0x138,
	TPM2_CC_DictionaryAttackLockReset	= 0x139,
	TPM2_CC_DictionaryAttackParameters	= 0x13A,
	TPM2_CC_NV_ChangeAuth			= 0x13B,
	TPM2_CC_PCR_Event			= 0x13C,
	TPM2_CC_PCR_Reset			= 0x13D,
	TPM2_CC_SequenceComplete		= 0x13E,
	TPM2_CC_SetAlgorithmSet			= 0x13F,
	TPM2_CC_SetCommandCodeAuditStatus	= 0x140,
	TPM2_CC_FieldUpgradeData		= 0x141,
	TPM2_CC_IncrementalSelfTest		= 0x142,
	TPM2_CC_SelfTest			= 0x143,
	TPM2_CC_Startup				= 0x144,
	TPM2_CC_Shutdown			= 0x145,
	TPM2_CC_StirRandom			= 0x146,
	TPM2_CC_ActivateCredential		= 0x147,
	TPM2_CC_Certify				= 0x148,
	TPM2_CC_PolicyNV			= 0x149,
	TPM2_CC_CertifyCreation			= 0x14A,
	TPM2_CC_Duplicate			= 0x14B,
	TPM2_CC_GetTime				= 0x14C,
	TPM2_CC_GetSessionAuditDigest		= 0x14D,
	TPM2_CC_NV_Read				= 0x14E,
	TPM2_CC_NV_ReadLock			= 0x14F,
	TPM2_CC_ObjectChangeAuth		= 0x150,
	TPM2_CC_PolicySecret			= 0x151,
	TPM2_CC_Rewrap				= 0x152,
	TPM2_CC_Create				= 0x153,
	TPM2_CC_ECDH_ZGen			= 0x154,
	TPM2_CC_HMAC				= 0x155,
	TPM2_CC_Import				= 0x156,
	TPM2_CC_Load				= 0x157,
	TPM2_CC_Quote				= 0x158,
	TPM2_CC_RSA_Decrypt			= 0x159,
	TPM2_CC_HMAC_Start			= 0x15B,
	TPM2_CC_SequenceUpdate			= 0x15C,
	TPM2_CC_Sign				= 0x15D,
	TPM2_CC_Unseal				= 0x15E,
	TPM2_CC_PolicySigned			= 0x160,
	TPM2_CC_ContextLoad			= 0x161,
	TPM2_CC_ContextSave			= 0x162,
	TPM2_CC_ECDH_KeyGen			= 0x163,
	TPM2_CC_EncryptDecrypt			= 0x164,
	TPM2_CC_FlushContext			= 0x165,
	TPM2_CC_LoadExternal			= 0x167,
	TPM2_CC_MakeCredential			= 0x168,
	TPM2_CC_NV_ReadPublic			= 0x169,
	TPM2_CC_PolicyAuthorize			= 0x16A,
	TPM2_CC_PolicyAuthValue			= 0x16B,
	TPM2_CC_PolicyCommandCode		= 0x16C,
	TPM2_CC_PolicyCounterTimer		= 0x16D,
	TPM2_CC_PolicyCpHash			= 0x16E,
	TPM2_CC_PolicyLocality			= 0x16F,
	TPM2_CC_PolicyNameHash			= 0x170,
	TPM2_CC_PolicyOR			= 0x171,
	TPM2_CC_PolicyTicket			= 0x172,
	TPM2_CC_ReadPublic			= 0x173,
	TPM2_CC_RSA_Encrypt			= 0x174,
	TPM2_CC_StartAuthSession		= 0x176,
	TPM2_CC_VerifySignature			= 0x177,
	TPM2_CC_ECC_Parameters			= 0x178,
	TPM2_CC_FirmwareRead			= 0x179,
	TPM2_CC_GetCapability			= 0x17A,
	TPM2_CC_GetRandom			= 0x17B,
	TPM2_CC_GetTestResult			= 0x17C,
	TPM2_CC_Hash				= 0x17D,
	TPM2_CC_PCR_Read			= 0x17E,
	TPM2_CC_PolicyPCR			= 0x17F,
	TPM2_CC_PolicyRestart			= 0x180,
	TPM2_CC_ReadClock			= 0x181,
	TPM2_CC_PCR_Extend			= 0x182,
	TPM2_CC_PCR_SetAuthValue		= 0x183,
	TPM2_CC_NV_Certify			= 0x184,
	TPM2_CC_EventSequenceComplete		= 0x185,
	TPM2_CC_HashSequenceStart		= 0x186,
	TPM2_CC_PolicyPhysicalPresence		= 0x187,
	TPM2_CC_PolicyDuplicationSelect		= 0x188,
	TPM2_CC_PolicyGetDigest			= 0x189,
	TPM2_CC_TestParms			= 0x18A,
	TPM2_CC_Commit				= 0x18B,
	TPM2_CC_PolicyPassword			= 0x18C,
	TPM2_CC_ZGen_2Phase			= 0x18D,
	TPM2_CC_EC_Ephemeral			= 0x18E,
	TPM2_CC_PolicyNvWritten			= 0x18F,
	TPM2_CC_PolicyTemplate			= 0x190,
	TPM2_CC_CreateLoaded			= 0x191,
	TPM2_CC_PolicyAuthorizeNV		= 0x192,
	TPM2_CC_EncryptDecrypt2			= 0x193,
	TPM2_CC_AC_GetCapability		= 0x194,
	TPM2_CC_AC_Send				= 0x195,
	TPM2_CC_Policy_AC_SendSelect		= 0x196,
	TPM2_CC_CertifyX509			= 0x197,
	TPM2_CC_ACT_SetTimeout			= 0x198,
	TPM2_CC_ECC_Encrypt			= 0x199,
	TPM2_CC_ECC_Decrypt			= 0x19A,
	TPM2_CC_PolicyCapability		= 0x19B,
	TPM2_CC_PolicyParameters		= 0x19C,
	TPM2_CC_NV_DefineSpace2			= 0x19D,
	TPM2_CC_NV_ReadPublic2			= 0x19E,
	TPM2_CC_SetCapability			= 0x19F,
	TPM2_CC_ReadOnlyControl			= 0x1A0,
	TPM2_CC_PolicyTransportSPDM		= 0x1A1,
	TPM2_CC_VerifySequenceComplete		= 0x1A3,
	TPM2_CC_SignSequenceComplete		= 0x1A4,
	TPM2_CC_VerifyDigestSignature		= 0x1A5,
	TPM2_CC_SignDigest			= 0x1A6,
	TPM2_CC_Encapsulate			= 0x1A7,
	TPM2_CC_Decapsulate			= 0x1A8,
	TPM2_CC_VerifySequenceStart		= 0x1A9,
	TPM2_CC_SignSequenceStart		= 0x1AA,
	TPM2_CC_Vendor_TCG_Test			= 0x20000000,
	TPM2_CC_LINUX_VTPM_PROXY_SET_LOCALITY	= 0x20001000,
};

/* TPM_RC (6.6.3) */
enum {
	TPM2_RC_SUCCESS				= 0x000,
	TPM2_RC_BAD_TAG				= 0x01E,
	TPM2_RC_FMT1				= 0x080,
	TPM2_RC_ATTRIBUTES			= 0x082,
	TPM2_RC_HASH				= 0x083,
	TPM2_RC_VALUE				= 0x084,
	TPM2_RC_HIERARCHY			= 0x085,
	TPM2_RC_MODE				= 0x089,
	TPM2_RC_TYPE				= 0x08A,
	TPM2_RC_HANDLE				= 0x08B,
	TPM2_RC_AUTH_FAIL			= 0x08E,
	TPM2_RC_RANGE				= 0x08D,
	TPM2_RC_NONCE				= 0x08F,
	TPM2_RC_PP				= 0x090,
	TPM2_RC_SCHEME				= 0x092,
	TPM2_RC_SIZE				= 0x095,
	TPM2_RC_SYMMETRIC			= 0x096,
	TPM2_RC_INSUFFICIENT			= 0x09A,
	TPM2_RC_POLICY_FAIL			= 0x09D,
	TPM2_RC_INTEGRITY			= 0x09F,
	TPM2_RC_RESERVED_BITS			= 0x0A1,
	TPM2_RC_BAD_AUTH			= 0x0A2,
	TPM2_RC_POLICY_CC			= 0x0A4,
	TPM2_RC_INITIALIZE			= 0x100,
	TPM2_RC_FAILURE				= 0x101,
	TPM2_RC_SEQUENCE			= 0x103,
	TPM2_RC_DISABLED			= 0x120,
	TPM2_RC_AUTH_TYPE			= 0x124,
	TPM2_RC_AUTH_MISSING			= 0x125,
	TPM2_RC_PCR				= 0x127,
	TPM2_RC_PCR_CHANGED			= 0x128,
	TPM2_RC_AUTH_UNAVAILABLE		= 0x12F,
	TPM2_RC_COMMAND_SIZE			= 0x142,
	TPM2_RC_COMMAND_CODE			= 0x143,
	TPM2_RC_AUTH_CONTEXT			= 0x145,
	TPM2_RC_NV_AUTHORIZATION		= 0x149,
	TPM2_RC_NV_SPACE			= 0x14B,
	TPM2_RC_NV_DEFINED			= 0x14C,
	TPM2_RC_CONTEXT_GAP			= 0x901,
	TPM2_RC_OBJECT_MEMORY			= 0x902,
	TPM2_RC_SESSION_MEMORY			= 0x903,
	TPM2_RC_MEMORY				= 0x904,
	TPM2_RC_SESSION_HANDLES			= 0x905,
	TPM2_RC_LOCALITY			= 0x907,
	TPM2_RC_YIELDED				= 0x908,
	TPM2_RC_TESTING				= 0x90A,
	TPM2_RC_REFERENCE_H0			= 0x910,
	TPM2_RC_REFERENCE_S0			= 0x918,
	TPM2_RC_LOCKOUT				= 0x921,
	TPM2_RC_RETRY				= 0x922,
	TPM2_RC_NV_UNAVAILABLE			= 0x923,
};

/* A format-one code for a handle, a session or a parameter, counted from 0 (6.6.2). */
#define TPM2_RC_OF_HANDLE(rc, i)	((rc) + 0x100 * ((i) + 1))
#define TPM2_RC_OF_SESSION(rc, i)	((rc) + 0x800 + 0x100 * ((i) + 1))
#define TPM2_RC_OF_PARAMETER(rc, i)	((rc) + 0x040 + 0x100 * ((i) + 1))

/* TPM_HT (7.2) */
enum {
	TPM2_HT_PCR				= 0x00,
	TPM2_HT_NV_INDEX			= 0x01,
	TPM2_HT_HMAC_SESSION			= 0x02,
	TPM2_HT_POLICY_SESSION			= 0x03,
	TPM2_HT_PERMANENT			= 0x40,
	TPM2_HT_TRANSIENT			= 0x80,
	TPM2_HT_PERSISTENT			= 0x81,
};

/* TPM_RH (7.4) */
enum {
	TPM2_RH_OWNER				= 0x40000001,
	TPM2_RH_NULL				= 0x40000007,
	TPM2_RS_PW				= 0x40000009,
	TPM2_RH_LOCKOUT				= 0x4000000A,
	TPM2_RH_ENDORSEMENT			= 0x4000000B,
	TPM2_RH_PLATFORM			= 0x4000000C,
	TPM2_RH_PLATFORM_NV			= 0x4000000D,
	TPM2_RH_ACT_0				= 0x40000110,
	TPM2_RH_ACT_F				= 0x4000011F,
};

/* TPM_HC (7.5) */
#define TPM2_NV_INDEX_FIRST		0x01000000u
#define TPM2_TRANSIENT_FIRST		0x80000000u
#define TPM2_PERSISTENT_FIRST		0x81000000u
#define TPM2_PLATFORM_PERSISTENT	0x81800000u

/* TPM_ALG_ID (6.3) */
enum {
	TPM2_ALG_RSA				= 0x0001,
	TPM2_ALG_SHA1				= 0x0004,
	TPM2_ALG_HMAC				= 0x0005,
	TPM2_ALG_AES				= 0x0006,
	TPM2_ALG_KEYEDHASH			= 0x0008,
	TPM2_ALG_XOR				= 0x000A,
	TPM2_ALG_SHA256				= 0x000B,
	TPM2_ALG_SHA384				= 0x000C,
	TPM2_ALG_SHA512				= 0x000D,
	TPM2_ALG_NULL				= 0x0010,
	TPM2_ALG_RSASSA				= 0x0014,
	TPM2_ALG_RSAES				= 0x0015,
	TPM2_ALG_RSAPSS				= 0x0016,
	TPM2_ALG_OAEP				= 0x0017,
	TPM2_ALG_ECDSA				= 0x0018,
	TPM2_ALG_ECDH				= 0x0019,
	TPM2_ALG_ECDAA				= 0x001A,
	TPM2_ALG_SM2				= 0x001B,
	TPM2_ALG_ECSCHNORR			= 0x001C,
	TPM2_ALG_ECC				= 0x0023,
	TPM2_ALG_SYMCIPHER			= 0x0025,
	TPM2_ALG_CFB				= 0x0043,
};

/* TPM_SU (6.10) */
enum {
	TPM2_SU_CLEAR				= 0x0000,
	TPM2_SU_STATE				= 0x0001,
};

/* TPM_SE (6.11) */
enum {
	TPM2_SE_HMAC				= 0x00,
	TPM2_SE_TRIAL				= 0x03,
};

/* TPM_CAP (6.12) */
enum {
	TPM2_CAP_ALGS				= 0x0,
	TPM2_CAP_HANDLES			= 0x1,
	TPM2_CAP_COMMANDS			= 0x2,
	TPM2_CAP_PP_COMMANDS			= 0x3,
	TPM2_CAP_AUDIT_COMMANDS			= 0x4,
	TPM2_CAP_PCRS				= 0x5,
	TPM2_CAP_TPM_PROPERTIES			= 0x6,
	TPM2_CAP_PCR_PROPERTIES			= 0x7,
	TPM2_CAP_ECC_CURVES			= 0x8,
	TPM2_CAP_AUTH_POLICIES			= 0x9,
	TPM2_CAP_ACT				= 0xA,
	TPM2_CAP_VENDOR_PROPERTY		= 0x100,
};

/* TPM_PT (6.13) */
enum {
	TPM2_PT_FIXED				= 0x100,
	TPM2_PT_HR_TRANSIENT_MIN		= 0x10E,
	TPM2_PT_HR_LOADED_MIN			= 0x110,
	TPM2_PT_ACTIVE_SESSIONS_MAX		= 0x111,
	TPM2_PT_CONTEXT_GAP_MAX			= 0x114,
	TPM2_PT_MAX_COMMAND_SIZE		= 0x11E,
	TPM2_PT_MAX_RESPONSE_SIZE		= 0x11F,
	TPM2_PT_MAX_OBJECT_CONTEXT		= 0x121,
	TPM2_PT_TOTAL_COMMANDS			= 0x129,
	TPM2_PT_LIBRARY_COMMANDS		= 0x12A,
	TPM2_PT_VENDOR_COMMANDS			= 0x12B,
	TPM2_PT_VAR				= 0x200,
	TPM2_PT_PERMANENT			= 0x200,
	TPM2_PT_STARTUP_CLEAR			= 0x201,
	TPM2_PT_HR_NV_INDEX			= 0x202,
	TPM2_PT_HR_LOADED			= 0x203,
	TPM2_PT_HR_LOADED_AVAIL			= 0x204,
	TPM2_PT_HR_ACTIVE			= 0x205,
	TPM2_PT_HR_ACTIVE_AVAIL			= 0x206,
	TPM2_PT_HR_TRANSIENT_AVAIL		= 0x207,
	TPM2_PT_HR_PERSISTENT			= 0x208,
	TPM2_PT_HR_PERSISTENT_AVAIL		= 0x209,
	TPM2_PT_NV_COUNTERS			= 0x20A,
	TPM2_PT_NV_COUNTERS_AVAIL		= 0x20B,
	TPM2_PT_LOCKOUT_COUNTER			= 0x20E,
	TPM2_PT_MAX_AUTH_FAIL			= 0x20F,
	TPM2_PT_LOCKOUT_INTERVAL		= 0x210,
	TPM2_PT_LOCKOUT_RECOVERY		= 0x211,
	TPM2_PT_AUDIT_COUNTER_0			= 0x213,
	TPM2_PT_AUDIT_COUNTER_1			= 0x214,
};

/* TPMA_ALGORITHM (8.2) */
#define TPMA_ALGORITHM_HASH			BIT(2)

/* TPMA_OBJECT (8.3) */
#define TPMA_OBJECT_USERWITHAUTH		BIT(6)
#define TPMA_OBJECT_NODA			BIT(10)

/* TPMA_SESSION (8.4) */
#define TPMA_SESSION_CONTINUESESSION		BIT(0)
#define TPMA_SESSION_AUDITEXCLUSIVE		BIT(1)
#define TPMA_SESSION_RESERVED1_MASK		(BIT(3) | BIT(4))
#define TPMA_SESSION_DECRYPT			BIT(5)
#define TPMA_SESSION_ENCRYPT			BIT(6)
#define TPMA_SESSION_AUDIT			BIT(7)

/* TPMA_PERMANENT (8.6) */
#define TPMA_PERMANENT_OWNERAUTHSET		BIT(0)
#define TPMA_PERMANENT_ENDORSEMENTAUTHSET	BIT(1)
#define TPMA_PERMANENT_LOCKOUTAUTHSET		BIT(2)
#define TPMA_PERMANENT_DISABLECLEAR		BIT(8)
#define TPMA_PERMANENT_INLOCKOUT		BIT(9)
#define TPMA_PERMANENT_TPMGENERATEDEPS		BIT(10)

/* TPMA_STARTUP_CLEAR (8.7) */
#define TPMA_STARTUP_CLEAR_PHENABLE		BIT(0)
#define TPMA_STARTUP_CLEAR_SHENABLE		BIT(1)
#define TPMA_STARTUP_CLEAR_EHENABLE		BIT(2)
#define TPMA_STARTUP_CLEAR_PHENABLENV		BIT(3)
#define TPMA_STARTUP_CLEAR_ORDERLY		BIT(31)

/* TPMA_CC (8.9) */
#define TPMA_CC_NV				BIT(22)
#define TPMA_CC_EXTENSIVE			BIT(23)
#define TPMA_CC_FLUSHED				BIT(24)
#define TPMA_CC_CHANDLES_SHIFT			25
#define TPMA_CC_RHANDLE				BIT(28)
#define TPMA_CC_V				BIT(29)

/* TPM_NT (13.2) */
enum {
	TPM2_NT_COUNTER				= 0x1,
};

/* TPMA_NV (13.4) */
#define TPMA_NV_TPM2_NT_SHIFT			4
#define TPMA_NV_TPM2_NT_MASK			0x000000F0
#define TPMA_NV_WRITEDEFINE			BIT(13)
#define TPMA_NV_NO_DA				BIT(25)
#define TPMA_NV_ORDERLY				BIT(26)
#define TPMA_NV_CLEAR_STCLEAR			BIT(27)
#define TPMA_NV_READ_STCLEAR			BIT(31)

#endif
