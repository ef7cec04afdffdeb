// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: a const table of all ordinals. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include "tpm12_commands.h"

/* Not there, whatever is granted. */
#define ABSENT(ord, text) \
	{ .code = (ord), .name = (text) }

/* Answered by the virtual platform. */
#define LOCAL(ord, text, tag, need, flag, format, fn) \
	{ .code = (ord), .name = (text), .tags = (tag), .needs = (need), \
	  .flags = (flag), .params = (format), .local = (fn) }

/* Answered by the chip, and of no consequence to its other users. */
#define CHIP(ord, text, tag, need, format) \
	{ .code = (ord), .name = (text), .tags = (tag), .needs = (need), \
	  .flags = TPM12_FORWARD, .params = (format) }

/* Answered by the chip, if the administrator says so. */
#define SHARED(ord, text, tag, need, format) \
	{ .code = (ord), .name = (text), .tags = (tag), .needs = (need), \
	  .flags = TPM12_FORWARD | TPM12_UNSAFE, .params = (format) }

/*
 * In the order of the ordinals.  Absent are what takes a key or a session;
 * what would touch the owner, the audit log, delegation, counters or the
 * firmware of the chip; and what the spec itself has dropped.
 */
const struct vtpmb_tpm12_row vtpmb_tpm12_rows[TPM12_NR_ROWS] = {
	ABSENT(0x0A, "OIAP"),
	ABSENT(0x0B, "OSAP"),
	ABSENT(0x0C, "ChangeAuth"),
	LOCAL(0x0D, "TakeOwnership", TPM12_C2, TPM12_WORKING | TPM12_ENABLED, 0, "2SS4241422SSSS",
	      vtpmb_tpm12_take_ownership),
	ABSENT(0x0E, "ChangeAuthAsymStart"),
	ABSENT(0x0F, "ChangeAuthAsymFinish"),
	ABSENT(0x10, "ChangeAuthOwner"),
	ABSENT(0x11, "DSAP"),
	ABSENT(0x12, "CMK_CreateTicket"),
	ABSENT(0x13, "CMK_CreateKey"),
	LOCAL(0x14, "Extend", TPM12_C1, TPM12_WORKING, 0, "4n",
	      vtpmb_tpm12_extend),
	LOCAL(0x15, "PcrRead", TPM12_C1, TPM12_USABLE, 0, "4",
	      vtpmb_tpm12_pcr_read),
	ABSENT(0x16, "Quote"),
	ABSENT(0x17, "Seal"),
	ABSENT(0x18, "Unseal"),
	ABSENT(0x19, "DirWriteAuth"),
	SHARED(0x1A, "DirRead", TPM12_C1, TPM12_USABLE, "4"),
	ABSENT(0x1B, "CMK_CreateBlob"),
	ABSENT(0x1C, "CMK_SetRestrictions"),
	ABSENT(0x1D, "CMK_ApproveMA"),
	ABSENT(0x1E, "UnBind"),
	ABSENT(0x1F, "CreateWrapKey"),
	ABSENT(0x20, "LoadKey"),
	ABSENT(0x21, "GetPubKey"),
	LOCAL(0x22, "EvictKey", TPM12_C1, TPM12_ALL, 0, "4",
	      vtpmb_tpm12_evict_key),
	ABSENT(0x23, "KeyControlOwner"),
	ABSENT(0x24, "CMK_ConvertMigration"),
	ABSENT(0x25, "MigrateKey"),
	ABSENT(0x28, "CreateMigrationBlob"),
	ABSENT(0x29, "DAA_Join"),
	ABSENT(0x2A, "ConvertMigrationBlob"),
	ABSENT(0x2B, "AuthorizeMigrationKey"),
	ABSENT(0x2C, "CreateMaintenanceArchive"),
	ABSENT(0x2D, "LoadMaintenanceArchive"),
	ABSENT(0x2E, "KillMaintenanceFeature"),
	SHARED(0x2F, "LoadManuMaintPub", TPM12_C1, TPM12_USABLE, "n422SS"),
	SHARED(0x30, "ReadManuMaintPub", TPM12_C1, TPM12_USABLE, "n"),
	ABSENT(0x31, "DAA_Sign"),
	ABSENT(0x32, "CertifyKey"),
	ABSENT(0x33, "CertifyKey2"),
	ABSENT(0x3C, "Sign"),
	ABSENT(0x3D, "Sealx"),
	ABSENT(0x3E, "Quote2"),
	LOCAL(0x3F, "SetCapability", TPM12_C1 | TPM12_C2, TPM12_WORKING, 0, "4SS",
	      vtpmb_tpm12_set_capability),
	ABSENT(0x40, "ResetLockValue"),
	ABSENT(0x41, "LoadKey2"),
	CHIP(0x46, "GetRandom", TPM12_C1, TPM12_USABLE, "4"),
	CHIP(0x47, "StirRandom", TPM12_C1, TPM12_USABLE, "S"),
	LOCAL(0x50, "SelfTestFull", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_self_test),
	ABSENT(0x52, "CertifySelfTest"),
	LOCAL(0x53, "ContinueSelfTest", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_self_test),
	LOCAL(0x54, "GetTestResult", TPM12_C1, 0, 0, "",
	      vtpmb_tpm12_get_test_result),
	LOCAL(0x5A, "Reset", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_drop_sessions),
	LOCAL(0x5B, "OwnerClear", TPM12_C2, TPM12_ALL, 0, "",
	      vtpmb_tpm12_no_session),
	LOCAL(0x5C, "DisableOwnerClear", TPM12_C2, TPM12_ALL, 0, "",
	      vtpmb_tpm12_no_session),
	LOCAL(0x5D, "ForceClear", TPM12_C1, TPM12_USABLE, 0, "",
	      vtpmb_tpm12_force_clear),
	LOCAL(0x5E, "DisableForceClear", TPM12_C1, TPM12_USABLE, 0, "",
	      vtpmb_tpm12_disable_force_clear),
	ABSENT(0x64, "GetCapabilitySigned"),
	LOCAL(0x65, "GetCapability", TPM12_C1, 0, 0, "4S",
	      vtpmb_tpm12_get_capability),
	ABSENT(0x66, "GetCapabilityOwner"),
	LOCAL(0x6E, "OwnerSetDisable", TPM12_C2, TPM12_WORKING | TPM12_OWNED, 0, "b",
	      vtpmb_tpm12_no_session),
	LOCAL(0x6F, "PhysicalEnable", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_physical_enable),
	LOCAL(0x70, "PhysicalDisable", TPM12_C1, TPM12_WORKING | TPM12_ENABLED, 0, "",
	      vtpmb_tpm12_physical_disable),
	LOCAL(0x71, "SetOwnerInstall", TPM12_C1, TPM12_USABLE, 0, "b",
	      vtpmb_tpm12_set_owner_install),
	LOCAL(0x72, "PhysicalSetDeactivated", TPM12_C1, TPM12_WORKING | TPM12_ENABLED, 0, "b",
	      vtpmb_tpm12_physical_set_deactivated),
	LOCAL(0x73, "SetTempDeactivated", TPM12_C1 | TPM12_C2,
	      TPM12_WORKING | TPM12_ACTIVATED, 0, "", vtpmb_tpm12_set_temp_deactivated),
	ABSENT(0x74, "SetOperatorAuth"),
	SHARED(0x75, "SetOwnerPointer", TPM12_C1, TPM12_ALL, "24"),
	SHARED(0x78, "CreateEndorsementKeyPair", TPM12_C1, TPM12_USABLE, "n422S"),
	ABSENT(0x79, "MakeIdentity"),
	ABSENT(0x7A, "ActivateIdentity"),
	LOCAL(0x7C, "ReadPubek", TPM12_C1, TPM12_USABLE, 0, "n",
	      vtpmb_tpm12_read_pubek),
	ABSENT(0x7D, "OwnerReadPubek"),
	ABSENT(0x7E, "DisablePubekRead"),
	SHARED(0x7F, "CreateRevocableEK", TPM12_C1, TPM12_USABLE, "n422Sbn"),
	SHARED(0x80, "RevokeTrust", TPM12_C1, TPM12_USABLE, "n"),
	ABSENT(0x81, "OwnerReadInternalPub"),
	ABSENT(0x82, "GetAuditEvent"),
	ABSENT(0x83, "GetAuditEventSigned"),
	SHARED(0x85, "GetAuditDigest", TPM12_C1, TPM12_USABLE, "4"),
	ABSENT(0x86, "GetAuditDigestSigned"),
	ABSENT(0x8C, "GetOrdinalAuditStatus"),
	ABSENT(0x8D, "SetOrdinalAuditStatus"),
	LOCAL(0x96, "Terminate_Handle", TPM12_C1, TPM12_WORKING, 0, "4",
	      vtpmb_tpm12_no_session),
	ABSENT(0x97, "Init"),
	LOCAL(0x98, "SaveState", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_save_state),
	LOCAL(0x99, "Startup", TPM12_C1, 0, TPM12_STARTS, "2",
	      vtpmb_tpm12_startup),
	ABSENT(0x9A, "SetRedirection"),
	LOCAL(0xA0, "SHA1Start", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_sha1_start),
	LOCAL(0xA1, "SHA1Update", TPM12_C1, TPM12_WORKING, TPM12_SHA1, "S",
	      vtpmb_tpm12_sha1_update),
	LOCAL(0xA2, "SHA1Complete", TPM12_C1, TPM12_WORKING, TPM12_SHA1, "S",
	      vtpmb_tpm12_sha1_complete),
	LOCAL(0xA3, "SHA1CompleteExtend", TPM12_C1, TPM12_WORKING, TPM12_SHA1, "4S",
	      vtpmb_tpm12_sha1_complete_extend),
	ABSENT(0xAA, "FieldUpgrade"),
	ABSENT(0xB4, "SaveKeyContext"),
	ABSENT(0xB5, "LoadKeyContext"),
	ABSENT(0xB6, "SaveAuthContext"),
	ABSENT(0xB7, "LoadAuthContext"),
	ABSENT(0xB8, "SaveContext"),
	ABSENT(0xB9, "LoadContext"),
	LOCAL(0xBA, "FlushSpecific", TPM12_C1, TPM12_WORKING, 0, "44",
	      vtpmb_tpm12_flush_specific),
	LOCAL(0xC8, "PCR_Reset", TPM12_C1, TPM12_WORKING, 0, "P",
	      vtpmb_tpm12_pcr_reset),
	SHARED(0xCC, "NV_DefineSpace", TPM12_C1 | TPM12_C2, TPM12_WORKING, NULL),
	SHARED(0xCD, "NV_WriteValue", TPM12_C1 | TPM12_C2, TPM12_WORKING, "44S"),
	ABSENT(0xCE, "NV_WriteValueAuth"),
	SHARED(0xCF, "NV_ReadValue", TPM12_C1 | TPM12_C2, TPM12_WORKING, "444"),
	ABSENT(0xD0, "NV_ReadValueAuth"),
	ABSENT(0xD1, "Delegate_UpdateVerification"),
	ABSENT(0xD2, "Delegate_Manage"),
	ABSENT(0xD4, "Delegate_CreateKeyDelegation"),
	ABSENT(0xD5, "Delegate_CreateOwnerDelegation"),
	SHARED(0xD6, "Delegate_VerifyDelegation", TPM12_C1, TPM12_ALL, "S"),
	ABSENT(0xD8, "Delegate_LoadOwnerDelegation"),
	SHARED(0xDB, "Delegate_ReadTable", TPM12_C1, TPM12_USABLE, ""),
	ABSENT(0xDC, "CreateCounter"),
	ABSENT(0xDD, "IncrementCounter"),
	SHARED(0xDE, "ReadCounter", TPM12_C1, TPM12_USABLE, "4"),
	ABSENT(0xDF, "ReleaseCounter"),
	ABSENT(0xE0, "ReleaseCounterOwner"),
	ABSENT(0xE6, "EstablishTransport"),
	ABSENT(0xE7, "ExecuteTransport"),
	ABSENT(0xE8, "ReleaseTransportSigned"),
	CHIP(0xF1, "GetTicks", TPM12_C1, TPM12_USABLE, ""),
	ABSENT(0xF2, "TickStampBlob"),
	ABSENT(0x20001000, "VTPM_PROXY_SET_LOCALITY"),
	LOCAL(0x4000000A, "PhysicalPresence", TPM12_C1, TPM12_WORKING, 0, "2",
	      vtpmb_tpm12_physical_presence),
	LOCAL(0x4000000B, "ResetEstablishmentBit", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_reset_establishment_bit),
};

/**
 * vtpmb_tpm12_row() - find an ordinal in the table
 * @code:	TPM_ORD or TSC_ORD
 *
 * Return: its row number, or -ENOENT
 */
int vtpmb_tpm12_row(u32 code)
{
	unsigned int low = 0, high = TPM12_NR_ROWS;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (vtpmb_tpm12_rows[mid].code == code)
			return mid;
		if (vtpmb_tpm12_rows[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return -ENOENT;
}
