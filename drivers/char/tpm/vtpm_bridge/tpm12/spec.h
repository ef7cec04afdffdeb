/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TPM 1.2: the constants of TPM Main 1.2, Part 2, by the names that the TCG gives them in
 * its headers.
 */
#ifndef VTPMB_TPM12_SPEC_H
#define VTPMB_TPM12_SPEC_H

#include <linux/bits.h>

/* TPM_STRUCTURE_TAG (3.1) */
enum {
	TPM_TAG_CONTEXTBLOB			= 0x0001,
	TPM_TAG_PCR_INFO_LONG			= 0x0006,
	TPM_TAG_PERMANENT_FLAGS			= 0x001F,
	TPM_TAG_STCLEAR_FLAGS			= 0x0020,
	TPM_TAG_DA_INFO				= 0x0037,
};

/* TPM_RESOURCE_TYPE (4.1) */
enum {
	TPM_RT_KEY				= 1,
	TPM_RT_AUTH				= 2,
	TPM_RT_TRANS				= 4,
	TPM_RT_CONTEXT				= 5,
	TPM_RT_COUNTER				= 6,
	TPM_RT_DAA_V0				= 8,
};

/* TPM_ENTITY_TYPE, its low byte (4.3) */
enum {
	TPM_ET_KEYHANDLE			= 0x01,
	TPM_ET_OWNER				= 0x02,
	TPM_ET_DATA				= 0x03,
	TPM_ET_SRK				= 0x04,
	TPM_ET_KEY				= 0x05,
	TPM_ET_DEL_KEY_BLOB			= 0x09,
	TPM_ET_COUNTER				= 0x0A,
	TPM_ET_NV				= 0x0B,
};

/* TPM_KEY_HANDLE: those that are the same in every TPM (4.4.1) */
enum {
	TPM_KH_SRK				= 0x40000000,
	TPM_KH_OWNER				= 0x40000001,
	TPM_KH_REVOKE				= 0x40000002,
	TPM_KH_TRANSPORT			= 0x40000003,
	TPM_KH_OPERATOR				= 0x40000004,
	TPM_KH_ADMIN				= 0x40000005,
	TPM_KH_EK				= 0x40000006,
	TPM_KH_RESERVED				= 0x400000FF,
};

/* TPM_STARTUP_TYPE (4.5) */
enum {
	TPM_ST_CLEAR				= 1,
	TPM_ST_STATE				= 2,
	TPM_ST_DEACTIVATED			= 3,
};

/* TPM_ALGORITHM_ID (4.8) */
enum {
	TPM_ALG_SHA				= 0x0004,
};

/* TPM_PHYSICAL_PRESENCE (4.9) */
enum {
	TPM_PHYSICAL_PRESENCE_LOCK		= 0x0004,
	TPM_PHYSICAL_PRESENCE_PRESENT		= 0x0008,
	TPM_PHYSICAL_PRESENCE_NOTPRESENT	= 0x0010,
	TPM_PHYSICAL_PRESENCE_CMD_ENABLE	= 0x0020,
	TPM_PHYSICAL_PRESENCE_HW_ENABLE		= 0x0040,
	TPM_PHYSICAL_PRESENCE_LIFETIME_LOCK	= 0x0080,
	TPM_PHYSICAL_PRESENCE_CMD_DISABLE	= 0x0100,
	TPM_PHYSICAL_PRESENCE_HW_DISABLE	= 0x0200,
};

/* TPM_KEY_FLAGS (5.10) */
#define TPM_ISVOLATILE				BIT(2)

/* TPM_TAG of commands and responses (6) */
enum {
	TPM_TAG_RQU_COMMAND			= 0x00C1,
	TPM_TAG_RSP_COMMAND			= 0x00C4,
};

/* TPM_PERMANENT_FLAGS, in the order of the structure (7.1) */
enum {
	TPM_PF_DISABLE				= 1,
	TPM_PF_OWNERSHIP			= 2,
	TPM_PF_DEACTIVATED			= 3,
	TPM_PF_READPUBEK			= 4,
	TPM_PF_DISABLEOWNERCLEAR		= 5,
	TPM_PF_ALLOWMAINTENANCE			= 6,
	TPM_PF_PHYSICALPRESENCELIFETIMELOCK	= 7,
	TPM_PF_PHYSICALPRESENCEHWENABLE		= 8,
	TPM_PF_PHYSICALPRESENCECMDENABLE	= 9,
	TPM_PF_CEKPUSED				= 10,
	TPM_PF_TPMPOST				= 11,
	TPM_PF_TPMPOSTLOCK			= 12,
	TPM_PF_FIPS				= 13,
	TPM_PF_OPERATOR				= 14,
	TPM_PF_ENABLEREVOKEEK			= 15,
	TPM_PF_NV_LOCKED			= 16,
	TPM_PF_READSRKPUB			= 17,
	TPM_PF_TPMESTABLISHED			= 18,
	TPM_PF_MAINTENANCEDONE			= 19,
	TPM_PF_DISABLEFULLDALOGICINFO		= 20,
};

/* TPM_STCLEAR_FLAGS, in the order of the structure (7.2) */
enum {
	TPM_SF_DEACTIVATED			= 1,
	TPM_SF_DISABLEFORCECLEAR		= 2,
	TPM_SF_PHYSICALPRESENCE			= 3,
	TPM_SF_PHYSICALPRESENCELOCK		= 4,
	TPM_SF_BGLOBALLOCK			= 5,
};

/* Of TPM_STANY_FLAGS, TPM_PERMANENT_DATA and TPM_STCLEAR_DATA (7.3 to 7.5) */
enum {
	TPM_AF_TOSPRESENT			= 4,
	TPM_PD_RESTRICTDELEGATE			= 23,
	TPM_SD_DEFERREDPHYSICALPRESENCE		= 6,
};

/* TPM_TRANSPORT_ATTRIBUTES (13.1) */
#define TPM_TRANSPORT_ENCRYPT			BIT(0)
#define TPM_TRANSPORT_LOG			BIT(1)
#define TPM_TRANSPORT_EXCLUSIVE			BIT(2)

/* TPM_RESULT (16) */
enum {
	TPM_SUCCESS				= 0,
	TPM_AUTHFAIL				= 1,
	TPM_BADINDEX				= 2,
	TPM_BAD_PARAMETER			= 3,
	TPM_CLEAR_DISABLED			= 5,
	TPM_DEACTIVATED				= 6,
	TPM_DISABLED				= 7,
	TPM_DISABLED_CMD			= 8,
	TPM_FAIL				= 9,
	TPM_BAD_ORDINAL				= 10,
	TPM_INSTALL_DISABLED			= 11,
	TPM_INVALID_KEYHANDLE			= 12,
	TPM_INVALID_PCR_INFO			= 16,
	TPM_NOSPACE				= 17,
	TPM_NOSRK				= 18,
	TPM_OWNER_SET				= 20,
	TPM_RESOURCES				= 21,
	TPM_BAD_PARAM_SIZE			= 25,
	TPM_SHA_THREAD				= 26,
	TPM_SHA_ERROR				= 27,
	TPM_FAILEDSELFTEST			= 28,
	TPM_AUTH2FAIL				= 29,
	TPM_BADTAG				= 30,
	TPM_IOERROR				= 31,
	TPM_INVALID_AUTHHANDLE			= 34,
	TPM_INVALID_POSTINIT			= 38,
	TPM_BAD_MODE				= 44,
	TPM_BAD_PRESENCE			= 45,
	TPM_NO_WRAP_TRANSPORT			= 47,
	TPM_NOTRESETABLE			= 50,
	TPM_NOTLOCAL				= 51,
	TPM_INVALID_RESOURCE			= 53,
	TPM_AREA_LOCKED				= 60,
	TPM_BAD_LOCALITY			= 61,
	TPM_BAD_ATTRIBUTES			= 66,
	TPM_INVALID_STRUCTURE			= 67,
	TPM_KEY_OWNER_CONTROL			= 68,
	TPM_BAD_COUNTER				= 69,
	TPM_CONTEXT_GAP				= 71,
	TPM_MAXNVWRITES				= 72,
	TPM_NOOPERATOR				= 73,
	TPM_RESOURCEMISSING			= 74,
	TPM_BAD_HANDLE				= 88,
	TPM_BADCONTEXT				= 90,
	TPM_NOCONTEXTSPACE			= 99,
	TPM_RETRY				= 0x800,
	TPM_NEEDS_SELFTEST			= 0x801,
	TPM_DOING_SELFTEST			= 0x802,
	TPM_DEFEND_LOCK_RUNNING			= 0x803,
};

/* TPM_COMMAND_CODE (17) */
enum {
	TPM_ORD_OIAP				= 0x0A,
	TPM_ORD_OSAP				= 0x0B,
	TPM_ORD_ChangeAuth			= 0x0C,
	TPM_ORD_TakeOwnership			= 0x0D,
	TPM_ORD_ChangeAuthAsymStart		= 0x0E,
	TPM_ORD_ChangeAuthAsymFinish		= 0x0F,
	TPM_ORD_ChangeAuthOwner			= 0x10,
	TPM_ORD_DSAP				= 0x11,
	TPM_ORD_CMK_CreateTicket		= 0x12,
	TPM_ORD_CMK_CreateKey			= 0x13,
	TPM_ORD_Extend				= 0x14,
	TPM_ORD_PcrRead				= 0x15,
	TPM_ORD_Quote				= 0x16,
	TPM_ORD_Seal				= 0x17,
	TPM_ORD_Unseal				= 0x18,
	TPM_ORD_DirWriteAuth			= 0x19,
	TPM_ORD_DirRead				= 0x1A,
	TPM_ORD_CMK_CreateBlob			= 0x1B,
	TPM_ORD_CMK_SetRestrictions		= 0x1C,
	TPM_ORD_CMK_ApproveMA			= 0x1D,
	TPM_ORD_UnBind				= 0x1E,
	TPM_ORD_CreateWrapKey			= 0x1F,
	TPM_ORD_LoadKey				= 0x20,
	TPM_ORD_GetPubKey			= 0x21,
	TPM_ORD_EvictKey			= 0x22,
	TPM_ORD_KeyControlOwner			= 0x23,
	TPM_ORD_CMK_ConvertMigration		= 0x24,
	TPM_ORD_MigrateKey			= 0x25,
	TPM_ORD_CreateMigrationBlob		= 0x28,
	TPM_ORD_DAA_Join			= 0x29,
	TPM_ORD_ConvertMigrationBlob		= 0x2A,
	TPM_ORD_AuthorizeMigrationKey		= 0x2B,
	TPM_ORD_CreateMaintenanceArchive	= 0x2C,
	TPM_ORD_LoadMaintenanceArchive		= 0x2D,
	TPM_ORD_KillMaintenanceFeature		= 0x2E,
	TPM_ORD_LoadManuMaintPub		= 0x2F,
	TPM_ORD_ReadManuMaintPub		= 0x30,
	TPM_ORD_DAA_Sign			= 0x31,
	TPM_ORD_CertifyKey			= 0x32,
	TPM_ORD_CertifyKey2			= 0x33,
	TPM_ORD_Sign				= 0x3C,
	TPM_ORD_Sealx				= 0x3D,
	TPM_ORD_Quote2				= 0x3E,
	TPM_ORD_SetCapability			= 0x3F,
	TPM_ORD_ResetLockValue			= 0x40,
	TPM_ORD_LoadKey2			= 0x41,
	TPM_ORD_GetRandom			= 0x46,
	TPM_ORD_StirRandom			= 0x47,
	TPM_ORD_SelfTestFull			= 0x50,
	TPM_ORD_CertifySelfTest			= 0x52,
	TPM_ORD_ContinueSelfTest		= 0x53,
	TPM_ORD_GetTestResult			= 0x54,
	TPM_ORD_Reset				= 0x5A,
	TPM_ORD_OwnerClear			= 0x5B,
	TPM_ORD_DisableOwnerClear		= 0x5C,
	TPM_ORD_ForceClear			= 0x5D,
	TPM_ORD_DisableForceClear		= 0x5E,
	TPM_ORD_GetCapabilitySigned		= 0x64,
	TPM_ORD_GetCapability			= 0x65,
	TPM_ORD_GetCapabilityOwner		= 0x66,
	TPM_ORD_OwnerSetDisable			= 0x6E,
	TPM_ORD_PhysicalEnable			= 0x6F,
	TPM_ORD_PhysicalDisable			= 0x70,
	TPM_ORD_SetOwnerInstall			= 0x71,
	TPM_ORD_PhysicalSetDeactivated		= 0x72,
	TPM_ORD_SetTempDeactivated		= 0x73,
	TPM_ORD_SetOperatorAuth			= 0x74,
	TPM_ORD_SetOwnerPointer			= 0x75,
	TPM_ORD_CreateEndorsementKeyPair	= 0x78,
	TPM_ORD_MakeIdentity			= 0x79,
	TPM_ORD_ActivateIdentity		= 0x7A,
	TPM_ORD_ReadPubek			= 0x7C,
	TPM_ORD_OwnerReadPubek			= 0x7D,
	TPM_ORD_DisablePubekRead		= 0x7E,
	TPM_ORD_CreateRevocableEK		= 0x7F,
	TPM_ORD_RevokeTrust			= 0x80,
	TPM_ORD_OwnerReadInternalPub		= 0x81,
	TPM_ORD_GetAuditEvent			= 0x82,
	TPM_ORD_GetAuditEventSigned		= 0x83,
	TPM_ORD_GetAuditDigest			= 0x85,
	TPM_ORD_GetAuditDigestSigned		= 0x86,
	TPM_ORD_GetOrdinalAuditStatus		= 0x8C,
	TPM_ORD_SetOrdinalAuditStatus		= 0x8D,
	TPM_ORD_Terminate_Handle		= 0x96,
	TPM_ORD_Init				= 0x97,
	TPM_ORD_SaveState			= 0x98,
	TPM_ORD_Startup				= 0x99,
	TPM_ORD_SetRedirection			= 0x9A,
	TPM_ORD_SHA1Start			= 0xA0,
	TPM_ORD_SHA1Update			= 0xA1,
	TPM_ORD_SHA1Complete			= 0xA2,
	TPM_ORD_SHA1CompleteExtend		= 0xA3,
	TPM_ORD_FieldUpgrade			= 0xAA,
	TPM_ORD_SaveKeyContext			= 0xB4,
	TPM_ORD_LoadKeyContext			= 0xB5,
	TPM_ORD_SaveAuthContext			= 0xB6,
	TPM_ORD_LoadAuthContext			= 0xB7,
	TPM_ORD_SaveContext			= 0xB8,
	TPM_ORD_LoadContext			= 0xB9,
	TPM_ORD_FlushSpecific			= 0xBA,
	TPM_ORD_PCR_Reset			= 0xC8,
	TPM_ORD_NV_DefineSpace			= 0xCC,
	TPM_ORD_NV_WriteValue			= 0xCD,
	TPM_ORD_NV_WriteValueAuth		= 0xCE,
	TPM_ORD_NV_ReadValue			= 0xCF,
	TPM_ORD_NV_ReadValueAuth		= 0xD0,
	TPM_ORD_Delegate_UpdateVerification	= 0xD1,
	TPM_ORD_Delegate_Manage			= 0xD2,
	TPM_ORD_Delegate_CreateKeyDelegation	= 0xD4,
	TPM_ORD_Delegate_CreateOwnerDelegation	= 0xD5,
	TPM_ORD_Delegate_VerifyDelegation	= 0xD6,
	TPM_ORD_Delegate_LoadOwnerDelegation	= 0xD8,
	TPM_ORD_Delegate_ReadTable		= 0xDB,
	TPM_ORD_CreateCounter			= 0xDC,
	TPM_ORD_IncrementCounter		= 0xDD,
	TPM_ORD_ReadCounter			= 0xDE,
	TPM_ORD_ReleaseCounter			= 0xDF,
	TPM_ORD_ReleaseCounterOwner		= 0xE0,
	TPM_ORD_EstablishTransport		= 0xE6,
	TPM_ORD_ExecuteTransport		= 0xE7,
	TPM_ORD_ReleaseTransportSigned		= 0xE8,
	TPM_ORD_GetTicks			= 0xF1,
	TPM_ORD_TickStampBlob			= 0xF2,
	TPM_ORD_LINUX_VTPM_PROXY_SET_LOCALITY	= 0x20001000,
	TSC_ORD_PhysicalPresence		= 0x4000000A,
	TSC_ORD_ResetEstablishmentBit		= 0x4000000B,
};

/* TPM_NV_INDEX: those that are no storage (19.1) */
#define TPM_NV_INDEX0			0x00000000
#define TPM_NV_INDEX_LOCK		0xFFFFFFFF

/* TPM_CAPABILITY_AREA, and the properties of each (21.1) */
enum {
	TPM_CAP_ORD				= 0x01,
	TPM_CAP_ALG				= 0x02,
	TPM_CAP_PID				= 0x03,
	TPM_CAP_FLAG				= 0x04,
	TPM_CAP_PROPERTY			= 0x05,
	TPM_CAP_VERSION				= 0x06,
	TPM_CAP_KEY_HANDLE			= 0x07,
	TPM_CAP_CHECK_LOADED			= 0x08,
	TPM_CAP_SYM_MODE			= 0x09,
	TPM_CAP_KEY_STATUS			= 0x0C,
	TPM_CAP_NV_LIST				= 0x0D,
	TPM_CAP_MFR				= 0x10,
	TPM_CAP_NV_INDEX			= 0x11,
	TPM_CAP_TRANS_ALG			= 0x12,
	TPM_CAP_HANDLE				= 0x14,
	TPM_CAP_TRANS_ES			= 0x15,
	TPM_CAP_AUTH_ENCRYPT			= 0x17,
	TPM_CAP_SELECT_SIZE			= 0x18,
	TPM_CAP_DA_LOGIC			= 0x19,
	TPM_CAP_VERSION_VAL			= 0x1A,
	TPM_CAP_FLAG_PERMANENT			= 0x108,
	TPM_CAP_FLAG_VOLATILE			= 0x109,
	TPM_CAP_PROP_PCR			= 0x101,
	TPM_CAP_PROP_DIR			= 0x102,
	TPM_CAP_PROP_MANUFACTURER		= 0x103,
	TPM_CAP_PROP_KEYS			= 0x104,
	TPM_CAP_PROP_MIN_COUNTER		= 0x107,
	TPM_CAP_PROP_AUTHSESS			= 0x10A,
	TPM_CAP_PROP_TRANSESS			= 0x10B,
	TPM_CAP_PROP_COUNTERS			= 0x10C,
	TPM_CAP_PROP_MAX_AUTHSESS		= 0x10D,
	TPM_CAP_PROP_MAX_TRANSESS		= 0x10E,
	TPM_CAP_PROP_MAX_COUNTERS		= 0x10F,
	TPM_CAP_PROP_MAX_KEYS			= 0x110,
	TPM_CAP_PROP_OWNER			= 0x111,
	TPM_CAP_PROP_CONTEXT			= 0x112,
	TPM_CAP_PROP_MAX_CONTEXT		= 0x113,
	TPM_CAP_PROP_FAMILYROWS			= 0x114,
	TPM_CAP_PROP_TIS_TIMEOUT		= 0x115,
	TPM_CAP_PROP_STARTUP_EFFECT		= 0x116,
	TPM_CAP_PROP_DELEGATE_ROW		= 0x117,
	TPM_CAP_PROP_MAX_DAASESS		= 0x119,
	TPM_CAP_PROP_DAASESS			= 0x11A,
	TPM_CAP_PROP_CONTEXT_DIST		= 0x11B,
	TPM_CAP_PROP_DAA_INTERRUPT		= 0x11C,
	TPM_CAP_PROP_SESSIONS			= 0x11D,
	TPM_CAP_PROP_MAX_SESSIONS		= 0x11E,
	TPM_CAP_PROP_CMK_RESTRICTION		= 0x11F,
	TPM_CAP_PROP_DURATION			= 0x120,
	TPM_CAP_PROP_ACTIVE_COUNTER		= 0x122,
	TPM_CAP_PROP_NV_AVAILABLE		= 0x123,
	TPM_CAP_PROP_INPUT_BUFFER		= 0x124,
};

/* TPM_CAPABILITY_AREA of TPM_SetCapability (21.2) */
enum {
	TPM_SET_PERM_FLAGS			= 1,
	TPM_SET_PERM_DATA			= 2,
	TPM_SET_STCLEAR_FLAGS			= 3,
	TPM_SET_STCLEAR_DATA			= 4,
	TPM_SET_STANY_FLAGS			= 5,
	TPM_SET_STANY_DATA			= 6,
	TPM_SET_VENDOR				= 7,
};

#endif
