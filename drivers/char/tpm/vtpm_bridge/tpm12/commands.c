// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: a const table of all ordinals. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include "state.h"

/* Not there, whatever is granted. */
#define ABSENT(ord, text) \
	{ .code = (ord), .name = (text) }

/* Answered by the virtual platform. */
#define LOCAL(ord, text, tag, need, flag, format, fn, ...) \
	{ .code = (ord), .name = (text), .tags = (tag), .needs = (need), \
	  .flags = (flag), .params = (format), .local = (fn), ##__VA_ARGS__ }

/* Answered from the proxy's own books. */
#define OWN(ord, text, tag, need, format, fn, ...) \
	{ .code = (ord), .name = (text), .tags = (tag), .needs = (need), \
	  .params = (format), .own = (fn), ##__VA_ARGS__ }

/* Answered by the chip, and of no consequence to its other users. */
#define CHIP(ord, text, tag, need, format, ...) \
	{ .code = (ord), .name = (text), .tags = (tag), .needs = (need), \
	  .flags = TPM12_FORWARD, .params = (format), ##__VA_ARGS__ }

/* Answered by the chip, if the administrator says so. */
#define GRANTED(by, ord, text, tag, need, format, ...) \
	{ .code = (ord), .name = (text), .tags = (tag), .needs = (need), \
	  .flags = TPM12_FORWARD, .grant = TPM12_BY_##by, .params = (format), \
	  ##__VA_ARGS__ }

#define MAKES(kind, len) .makes = TPM12_##kind + 1, .out_len = (len)
#define INSPECT(what)	.inspect = vtpmb_tpm12_inspect_##what

/* TPM_KEY or TPM_KEY12, TPM_PUBKEY, TPM_MIGRATIONKEYAUTH, TPM_DELEGATE_PUBLIC,
 * TPM_NV_DATA_PUBLIC (Part 2, 10, 19 and 20)
 */
#define KEY		"4241422SSSS"
#define PUBKEY		"422SS"
#define MIGRATIONAUTH	PUBKEY "2n"
#define DELEGATE_PUBLIC	"21P1n244444"
#define NV_PUBLIC	"24P1nP1n24bbb4"

/*
 * In the order of the ordinals.  Absent are ordinals whose responses have
 * handles under an HMAC (LoadKey, ChangeAuthAsym, DAA); what takes the place of
 * SaveContext in a TPM 1.1; maintenance, redirection, firmware update; the
 * operator; and what the spec itself has dropped.
 */
const struct vtpmb_tpm12_row vtpmb_tpm12_rows[TPM12_NR_ROWS] = {
	CHIP(0x0A, "OIAP", TPM12_C1, TPM12_WORKING, "", MAKES(AUTH, 24)),
	CHIP(0x0B, "OSAP", TPM12_C1, TPM12_WORKING | TPM12_OWNED, "24n",
	     .entity = true, .opaque = true, MAKES(AUTH, 44)),
	CHIP(0x0C, "ChangeAuth", TPM12_C3, TPM12_ALL, "42n2S", .keys = 1, .opaque = true),
	LOCAL(0x0D, "TakeOwnership", TPM12_C2, TPM12_WORKING | TPM12_ENABLED, 0, "2SS" KEY,
	      vtpmb_tpm12_take_ownership, .own = vtpmb_tpm12_install_owner, .slow = true),
	ABSENT(0x0E, "ChangeAuthAsymStart"),
	ABSENT(0x0F, "ChangeAuthAsymFinish"),
	GRANTED(UNSAFE, 0x10, "ChangeAuthOwner", TPM12_C2, TPM12_ALL, "2n2", .ends = true),
	CHIP(0x11, "DSAP", TPM12_C1, TPM12_WORKING | TPM12_OWNED, "24nS",
	     .entity = true, .opaque = true, MAKES(AUTH, 44)),
	GRANTED(OWNER, 0x12, "CMK_CreateTicket", TPM12_C2, TPM12_ALL, PUBKEY "nS"),
	CHIP(0x13, "CMK_CreateKey", TPM12_C2, TPM12_ALL, "4n" KEY "nn", .keys = 1,
	     .slow = true, INSPECT(cmk)),
	LOCAL(0x14, "Extend", TPM12_C1, TPM12_WORKING, 0, "4n",
	      vtpmb_tpm12_extend),
	LOCAL(0x15, "PcrRead", TPM12_C1, TPM12_USABLE, 0, "4",
	      vtpmb_tpm12_pcr_read),
	CHIP(0x16, "Quote", TPM12_C1 | TPM12_C2, TPM12_ALL, "4nP", .keys = 1,
	     INSPECT(quote)),
	CHIP(0x17, "Seal", TPM12_C2, TPM12_ALL, "4nSS", .keys = 1, INSPECT(seal)),
	CHIP(0x18, "Unseal", TPM12_C2 | TPM12_C3, TPM12_ALL, "44SS", .keys = 1,
	     INSPECT(unseal)),
	GRANTED(UNSAFE, 0x19, "DirWriteAuth", TPM12_C2, TPM12_USABLE, "4n"),
	GRANTED(UNSAFE, 0x1A, "DirRead", TPM12_C1, TPM12_USABLE, "4"),
	CHIP(0x1B, "CMK_CreateBlob", TPM12_C2, TPM12_ALL, "42" MIGRATIONAUTH "nSSSS",
	     .keys = 1, .opaque = true),
	GRANTED(UNSAFE, 0x1C, "CMK_SetRestrictions", TPM12_C2, TPM12_ALL, "4"),
	GRANTED(OWNER, 0x1D, "CMK_ApproveMA", TPM12_C2, TPM12_ALL, "n"),
	CHIP(0x1E, "UnBind", TPM12_C1 | TPM12_C2, TPM12_ALL, "4S", .keys = 1, .opaque = true),
	CHIP(0x1F, "CreateWrapKey", TPM12_C2, TPM12_ALL, "4nn" KEY, .keys = 1,
	     .slow = true, INSPECT(new_key)),
	ABSENT(0x20, "LoadKey"),
	CHIP(0x21, "GetPubKey", TPM12_C1 | TPM12_C2, TPM12_ALL, "4", .keys = 1,
	     .opaque = true),
	OWN(0x22, "EvictKey", TPM12_C1, TPM12_ALL, "4", vtpmb_tpm12_evict_key),
	GRANTED(UNSAFE, 0x23, "KeyControlOwner", TPM12_C2, TPM12_ALL, "4" PUBKEY "4b",
		.keys = 1),
	CHIP(0x24, "CMK_ConvertMigration", TPM12_C2, TPM12_ALL, "4nnnn" KEY "SS",
	     .keys = 1, .opaque = true),
	CHIP(0x25, "MigrateKey", TPM12_C1 | TPM12_C2, TPM12_ALL, "4" PUBKEY "S", .keys = 1,
	     .opaque = true),
	CHIP(0x28, "CreateMigrationBlob", TPM12_C2 | TPM12_C3, TPM12_ALL,
	     "42" MIGRATIONAUTH "S", .keys = 1, .opaque = true),
	ABSENT(0x29, "DAA_Join"),
	CHIP(0x2A, "ConvertMigrationBlob", TPM12_C1 | TPM12_C2, TPM12_ALL, "4SS", .keys = 1,
	     .opaque = true),
	GRANTED(OWNER, 0x2B, "AuthorizeMigrationKey", TPM12_C2, TPM12_ALL, "2" PUBKEY),
	ABSENT(0x2C, "CreateMaintenanceArchive"),
	ABSENT(0x2D, "LoadMaintenanceArchive"),
	ABSENT(0x2E, "KillMaintenanceFeature"),
	GRANTED(UNSAFE, 0x2F, "LoadManuMaintPub", TPM12_C1, TPM12_USABLE, "n" PUBKEY),
	GRANTED(UNSAFE, 0x30, "ReadManuMaintPub", TPM12_C1, TPM12_USABLE, "n"),
	ABSENT(0x31, "DAA_Sign"),
	CHIP(0x32, "CertifyKey", TPM12_C1 | TPM12_C2 | TPM12_C3, TPM12_ALL, "44n", .keys = 2,
	     .opaque = true),
	CHIP(0x33, "CertifyKey2", TPM12_C1 | TPM12_C2 | TPM12_C3, TPM12_ALL, "44nn",
	     .keys = 2, .opaque = true),
	CHIP(0x3C, "Sign", TPM12_C1 | TPM12_C2, TPM12_ALL, "4S", .keys = 1, .opaque = true),
	CHIP(0x3D, "Sealx", TPM12_C2, TPM12_ALL, "4nSS", .keys = 1, INSPECT(seal)),
	CHIP(0x3E, "Quote2", TPM12_C1 | TPM12_C2, TPM12_ALL, "4nPb", .keys = 1,
	     INSPECT(quote)),
	LOCAL(0x3F, "SetCapability", TPM12_C1 | TPM12_C2, TPM12_WORKING, 0, "4SS",
	      vtpmb_tpm12_set_capability, .own = vtpmb_tpm12_owner_only,
	      .chip_by_grant = true),
	GRANTED(UNSAFE, 0x40, "ResetLockValue", TPM12_C2, TPM12_ALL, ""),
	CHIP(0x41, "LoadKey2", TPM12_C1 | TPM12_C2, TPM12_ALL, "4" KEY, .keys = 1,
	     .opaque = true, MAKES(KEY, 4), INSPECT(load_key)),
	CHIP(0x46, "GetRandom", TPM12_C1, TPM12_USABLE, "4", .opaque = true),
	CHIP(0x47, "StirRandom", TPM12_C1, TPM12_USABLE, "S", .opaque = true),
	LOCAL(0x50, "SelfTestFull", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_self_test),
	ABSENT(0x52, "CertifySelfTest"),
	LOCAL(0x53, "ContinueSelfTest", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_self_test),
	LOCAL(0x54, "GetTestResult", TPM12_C1, 0, 0, "",
	      vtpmb_tpm12_get_test_result),
	OWN(0x5A, "Reset", TPM12_C1, TPM12_WORKING, "", vtpmb_tpm12_drop_sessions),
	OWN(0x5B, "OwnerClear", TPM12_C2, TPM12_ALL, "", vtpmb_tpm12_owner_clear,
	    .chip_by_grant = true),
	OWN(0x5C, "DisableOwnerClear", TPM12_C2, TPM12_ALL, "", vtpmb_tpm12_owner_only,
	    .chip_by_grant = true),
	LOCAL(0x5D, "ForceClear", TPM12_C1, TPM12_USABLE, 0, "",
	      vtpmb_tpm12_force_clear, .chip_by_grant = true),
	LOCAL(0x5E, "DisableForceClear", TPM12_C1, TPM12_USABLE, 0, "",
	      vtpmb_tpm12_disable_force_clear),
	ABSENT(0x64, "GetCapabilitySigned"),
	LOCAL(0x65, "GetCapability", TPM12_C1, 0, 0, "4S",
	      vtpmb_tpm12_get_capability, .own = vtpmb_tpm12_list_handles),
	GRANTED(OWNER, 0x66, "GetCapabilityOwner", TPM12_C2, TPM12_ALL, ""),
	OWN(0x6E, "OwnerSetDisable", TPM12_C2, TPM12_WORKING | TPM12_OWNED, "b",
	    vtpmb_tpm12_owner_only, .chip_by_grant = true),
	LOCAL(0x6F, "PhysicalEnable", TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_physical_enable, .chip_by_grant = true),
	LOCAL(0x70, "PhysicalDisable", TPM12_C1, TPM12_WORKING | TPM12_ENABLED, 0, "",
	      vtpmb_tpm12_physical_disable, .chip_by_grant = true),
	LOCAL(0x71, "SetOwnerInstall", TPM12_C1, TPM12_USABLE, 0, "b",
	      vtpmb_tpm12_set_owner_install, .chip_by_grant = true),
	LOCAL(0x72, "PhysicalSetDeactivated", TPM12_C1, TPM12_WORKING | TPM12_ENABLED, 0, "b",
	      vtpmb_tpm12_physical_set_deactivated, .chip_by_grant = true),
	LOCAL(0x73, "SetTempDeactivated", TPM12_C1 | TPM12_C2,
	      TPM12_WORKING | TPM12_ACTIVATED, 0, "", vtpmb_tpm12_set_temp_deactivated),
	ABSENT(0x74, "SetOperatorAuth"),
	GRANTED(UNSAFE, 0x75, "SetOwnerPointer", TPM12_C1, TPM12_ALL, "24", .ends = true),
	GRANTED(UNSAFE, 0x78, "CreateEndorsementKeyPair", TPM12_C1, TPM12_USABLE, "n422S",
		.slow = true),
	GRANTED(OWNER, 0x79, "MakeIdentity", TPM12_C2 | TPM12_C3, TPM12_ALL, "nn" KEY,
		.slow = true, INSPECT(identity)),
	GRANTED(OWNER, 0x7A, "ActivateIdentity", TPM12_C2 | TPM12_C3, TPM12_ALL, "4S",
		.keys = 1),
	LOCAL(0x7C, "ReadPubek", TPM12_C1, TPM12_USABLE, 0, "n",
	      vtpmb_tpm12_read_pubek),
	GRANTED(OWNER, 0x7D, "OwnerReadPubek", TPM12_C2, TPM12_ALL, ""),
	GRANTED(UNSAFE, 0x7E, "DisablePubekRead", TPM12_C2, TPM12_ALL, ""),
	GRANTED(UNSAFE, 0x7F, "CreateRevocableEK", TPM12_C1, TPM12_USABLE, "n422Sbn",
		.slow = true),
	GRANTED(UNSAFE, 0x80, "RevokeTrust", TPM12_C1, TPM12_USABLE, "n"),
	GRANTED(OWNER, 0x81, "OwnerReadInternalPub", TPM12_C2, TPM12_ALL, "4"),
	ABSENT(0x82, "GetAuditEvent"),
	ABSENT(0x83, "GetAuditEventSigned"),
	GRANTED(UNSAFE, 0x85, "GetAuditDigest", TPM12_C1, TPM12_USABLE, "4"),
	GRANTED(UNSAFE, 0x86, "GetAuditDigestSigned", TPM12_C1 | TPM12_C2, TPM12_ALL, "4bn",
		.keys = 1),
	ABSENT(0x8C, "GetOrdinalAuditStatus"),
	GRANTED(UNSAFE, 0x8D, "SetOrdinalAuditStatus", TPM12_C2, TPM12_ALL, "4b"),
	OWN(0x96, "Terminate_Handle", TPM12_C1, TPM12_WORKING, "4",
	    vtpmb_tpm12_terminate_handle),
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
	OWN(0xB8, "SaveContext", TPM12_C1, TPM12_ALL, "4488", vtpmb_tpm12_save_context),
	OWN(0xB9, "LoadContext", TPM12_C1, TPM12_ALL, "4b4C44884nSS",
	    vtpmb_tpm12_load_context),
	OWN(0xBA, "FlushSpecific", TPM12_C1, TPM12_WORKING, "44", vtpmb_tpm12_flush_specific),
	LOCAL(0xC8, "PCR_Reset", TPM12_C1, TPM12_WORKING, 0, "P",
	      vtpmb_tpm12_pcr_reset),
	GRANTED(NV, 0xCC, "NV_DefineSpace", TPM12_C1 | TPM12_C2, TPM12_WORKING | TPM12_NV,
		NV_PUBLIC "n", .ends = true, INSPECT(nv_define)),
	GRANTED(NV, 0xCD, "NV_WriteValue", TPM12_C1 | TPM12_C2,
		TPM12_WORKING | TPM12_NV_BY_OWNER, "44S", .spans = true, INSPECT(nv)),
	GRANTED(NV, 0xCE, "NV_WriteValueAuth", TPM12_C2, TPM12_USABLE, "44S", .spans = true,
		INSPECT(nv)),
	GRANTED(NV, 0xCF, "NV_ReadValue", TPM12_C1 | TPM12_C2,
		TPM12_WORKING | TPM12_NV_BY_OWNER, "444", .spans = true, INSPECT(nv)),
	GRANTED(NV, 0xD0, "NV_ReadValueAuth", TPM12_C2, TPM12_USABLE, "444", .spans = true,
		INSPECT(nv)),
	GRANTED(UNSAFE, 0xD1, "Delegate_UpdateVerification", TPM12_C2, TPM12_ALL, "S"),
	GRANTED(UNSAFE, 0xD2, "Delegate_Manage", TPM12_C1 | TPM12_C2, TPM12_USABLE, "44S",
		.ends = true),
	GRANTED(UNSAFE, 0xD4, "Delegate_CreateKeyDelegation", TPM12_C2, TPM12_ALL,
		"4" DELEGATE_PUBLIC "n", .keys = 1),
	GRANTED(UNSAFE, 0xD5, "Delegate_CreateOwnerDelegation", TPM12_C2, TPM12_ALL,
		"b" DELEGATE_PUBLIC "n", .ends = true),
	GRANTED(UNSAFE, 0xD6, "Delegate_VerifyDelegation", TPM12_C1, TPM12_ALL, "S"),
	GRANTED(UNSAFE, 0xD8, "Delegate_LoadOwnerDelegation", TPM12_C1 | TPM12_C2,
		TPM12_USABLE, "4S", .ends = true),
	GRANTED(UNSAFE, 0xDB, "Delegate_ReadTable", TPM12_C1, TPM12_USABLE, ""),
	GRANTED(OWNER, 0xDC, "CreateCounter", TPM12_C2, TPM12_ALL, "n4"),
	GRANTED(COUNTER, 0xDD, "IncrementCounter", TPM12_C2, TPM12_ALL, "4",
		INSPECT(counter)),
	GRANTED(COUNTER, 0xDE, "ReadCounter", TPM12_C1, TPM12_USABLE, "4", INSPECT(counter)),
	GRANTED(COUNTER, 0xDF, "ReleaseCounter", TPM12_C2, TPM12_USABLE, "4", .ends = true,
		INSPECT(counter)),
	GRANTED(COUNTER, 0xE0, "ReleaseCounterOwner", TPM12_C2, TPM12_ALL, "4", .ends = true,
		INSPECT(counter)),
	GRANTED(TRANSPORT, 0xE6, "EstablishTransport", TPM12_C1 | TPM12_C2, TPM12_ALL,
		"42442S", .keys = 1, MAKES(TRANS, 60), INSPECT(transport)),
	GRANTED(TRANSPORT, 0xE7, "ExecuteTransport", TPM12_C2, TPM12_ALL, "S",
		.trans = true),
	GRANTED(TRANSPORT, 0xE8, "ReleaseTransportSigned", TPM12_C2 | TPM12_C3, TPM12_ALL,
		"4n", .keys = 1, .trans = true),
	CHIP(0xF1, "GetTicks", TPM12_C1, TPM12_USABLE, "", .opaque = true),
	CHIP(0xF2, "TickStampBlob", TPM12_C1 | TPM12_C2, TPM12_ALL, "4nn", .keys = 1,
	     .opaque = true),
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
