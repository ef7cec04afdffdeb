// SPDX-License-Identifier: GPL-2.0-only
/* TPM 1.2: a const table of all ordinals. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include "commands.h"
#include "state.h"

/* Not there, whatever is granted. */
#define ABSENT(ord) \
	{ .code = TPM_ORD_##ord, .name = #ord }

/* Answered by the virtual platform. */
#define LOCAL(ord, tag, need, flag, format, fn, ...) \
	{ .code = TPM_ORD_##ord, .name = #ord, .tags = (tag), .needs = (need), \
	  .flags = (flag), .params = (format), .local = (fn), ##__VA_ARGS__ }

/* The same, and an ordinal of the connection. */
#define TSC(ord, tag, need, format, fn) \
	{ .code = TSC_ORD_##ord, .name = #ord, .tags = (tag), .needs = (need), \
	  .params = (format), .local = (fn) }

/* Answered in the hub's thread from the proxy's handle table. */
#define OWN(ord, tag, need, format, fn, ...) \
	{ .code = TPM_ORD_##ord, .name = #ord, .tags = (tag), .needs = (need), \
	  .params = (format), .own = (fn), ##__VA_ARGS__ }

/* Answered by the chip, without effects on its other users. */
#define CHIP(ord, tag, need, format, ...) \
	{ .code = TPM_ORD_##ord, .name = #ord, .tags = (tag), .needs = (need), \
	  .flags = TPM12_FORWARD, .params = (format), ##__VA_ARGS__ }

/* Answered by the chip, if the administrator has granted it. */
#define GRANTED(by, ord, tag, need, format, ...) \
	{ .code = TPM_ORD_##ord, .name = #ord, .tags = (tag), .needs = (need), \
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
	CHIP(OIAP, TPM12_C1, TPM12_WORKING, "", MAKES(AUTH, 24)),
	CHIP(OSAP, TPM12_C1, TPM12_WORKING | TPM12_OWNED, "24n",
	     .entity = true, .opaque = true, MAKES(AUTH, 44)),
	CHIP(ChangeAuth, TPM12_C3, TPM12_ALL, "42n2S", .keys = 1, .opaque = true),
	LOCAL(TakeOwnership, TPM12_C2, TPM12_WORKING | TPM12_ENABLED, 0, "2SS" KEY,
	      vtpmb_tpm12_take_ownership, .own = vtpmb_tpm12_install_owner, .slow = true),
	ABSENT(ChangeAuthAsymStart),
	ABSENT(ChangeAuthAsymFinish),
	GRANTED(UNSAFE, ChangeAuthOwner, TPM12_C2, TPM12_ALL, "2n2", .ends = true),
	CHIP(DSAP, TPM12_C1, TPM12_WORKING | TPM12_OWNED, "24nS",
	     .entity = true, .opaque = true, MAKES(AUTH, 44)),
	GRANTED(OWNER, CMK_CreateTicket, TPM12_C2, TPM12_ALL, PUBKEY "nS"),
	CHIP(CMK_CreateKey, TPM12_C2, TPM12_ALL, "4n" KEY "nn", .keys = 1,
	     .slow = true, INSPECT(cmk)),
	LOCAL(Extend, TPM12_C1, TPM12_WORKING, 0, "4n",
	      vtpmb_tpm12_extend),
	LOCAL(PcrRead, TPM12_C1, TPM12_USABLE, 0, "4",
	      vtpmb_tpm12_pcr_read),
	CHIP(Quote, TPM12_C1 | TPM12_C2, TPM12_ALL, "4nP", .keys = 1,
	     INSPECT(quote)),
	CHIP(Seal, TPM12_C2, TPM12_ALL, "4nSS", .keys = 1, INSPECT(seal)),
	CHIP(Unseal, TPM12_C2 | TPM12_C3, TPM12_ALL, "44SS", .keys = 1,
	     INSPECT(unseal)),
	GRANTED(UNSAFE, DirWriteAuth, TPM12_C2, TPM12_USABLE, "4n"),
	GRANTED(UNSAFE, DirRead, TPM12_C1, TPM12_USABLE, "4"),
	CHIP(CMK_CreateBlob, TPM12_C2, TPM12_ALL, "42" MIGRATIONAUTH "nSSSS",
	     .keys = 1, .opaque = true),
	GRANTED(UNSAFE, CMK_SetRestrictions, TPM12_C2, TPM12_ALL, "4"),
	GRANTED(OWNER, CMK_ApproveMA, TPM12_C2, TPM12_ALL, "n"),
	CHIP(UnBind, TPM12_C1 | TPM12_C2, TPM12_ALL, "4S", .keys = 1, .opaque = true),
	CHIP(CreateWrapKey, TPM12_C2, TPM12_ALL, "4nn" KEY, .keys = 1,
	     .slow = true, INSPECT(new_key)),
	ABSENT(LoadKey),
	CHIP(GetPubKey, TPM12_C1 | TPM12_C2, TPM12_ALL, "4", .keys = 1,
	     .opaque = true),
	OWN(EvictKey, TPM12_C1, TPM12_ALL, "4", vtpmb_tpm12_evict_key),
	GRANTED(UNSAFE, KeyControlOwner, TPM12_C2, TPM12_ALL, "4" PUBKEY "4b",
		.keys = 1),
	CHIP(CMK_ConvertMigration, TPM12_C2, TPM12_ALL, "4nnnn" KEY "SS",
	     .keys = 1, .opaque = true),
	CHIP(MigrateKey, TPM12_C1 | TPM12_C2, TPM12_ALL, "4" PUBKEY "S", .keys = 1,
	     .opaque = true),
	CHIP(CreateMigrationBlob, TPM12_C2 | TPM12_C3, TPM12_ALL,
	     "42" MIGRATIONAUTH "S", .keys = 1, .opaque = true),
	ABSENT(DAA_Join),
	CHIP(ConvertMigrationBlob, TPM12_C1 | TPM12_C2, TPM12_ALL, "4SS", .keys = 1,
	     .opaque = true),
	GRANTED(OWNER, AuthorizeMigrationKey, TPM12_C2, TPM12_ALL, "2" PUBKEY),
	ABSENT(CreateMaintenanceArchive),
	ABSENT(LoadMaintenanceArchive),
	ABSENT(KillMaintenanceFeature),
	GRANTED(UNSAFE, LoadManuMaintPub, TPM12_C1, TPM12_USABLE, "n" PUBKEY),
	GRANTED(UNSAFE, ReadManuMaintPub, TPM12_C1, TPM12_USABLE, "n"),
	ABSENT(DAA_Sign),
	CHIP(CertifyKey, TPM12_C1 | TPM12_C2 | TPM12_C3, TPM12_ALL, "44n", .keys = 2,
	     .opaque = true),
	CHIP(CertifyKey2, TPM12_C1 | TPM12_C2 | TPM12_C3, TPM12_ALL, "44nn",
	     .keys = 2, .opaque = true),
	CHIP(Sign, TPM12_C1 | TPM12_C2, TPM12_ALL, "4S", .keys = 1, .opaque = true),
	CHIP(Sealx, TPM12_C2, TPM12_ALL, "4nSS", .keys = 1, INSPECT(seal)),
	CHIP(Quote2, TPM12_C1 | TPM12_C2, TPM12_ALL, "4nPb", .keys = 1,
	     INSPECT(quote)),
	LOCAL(SetCapability, TPM12_C1 | TPM12_C2, TPM12_WORKING, 0, "4SS",
	      vtpmb_tpm12_set_capability, .own = vtpmb_tpm12_owner_only,
	      .chip_by_grant = true),
	GRANTED(UNSAFE, ResetLockValue, TPM12_C2, TPM12_ALL, ""),
	CHIP(LoadKey2, TPM12_C1 | TPM12_C2, TPM12_ALL, "4" KEY, .keys = 1,
	     .opaque = true, MAKES(KEY, 4), INSPECT(load_key)),
	CHIP(GetRandom, TPM12_C1, TPM12_USABLE, "4", .opaque = true),
	CHIP(StirRandom, TPM12_C1, TPM12_USABLE, "S", .opaque = true),
	LOCAL(SelfTestFull, TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_self_test),
	ABSENT(CertifySelfTest),
	LOCAL(ContinueSelfTest, TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_self_test),
	LOCAL(GetTestResult, TPM12_C1, 0, 0, "",
	      vtpmb_tpm12_get_test_result),
	OWN(Reset, TPM12_C1, TPM12_WORKING, "", vtpmb_tpm12_end_own_sessions),
	OWN(OwnerClear, TPM12_C2, TPM12_ALL, "", vtpmb_tpm12_owner_clear,
	    .chip_by_grant = true),
	OWN(DisableOwnerClear, TPM12_C2, TPM12_ALL, "", vtpmb_tpm12_owner_only,
	    .chip_by_grant = true),
	LOCAL(ForceClear, TPM12_C1, TPM12_USABLE, 0, "",
	      vtpmb_tpm12_force_clear, .chip_by_grant = true),
	LOCAL(DisableForceClear, TPM12_C1, TPM12_USABLE, 0, "",
	      vtpmb_tpm12_disable_force_clear),
	ABSENT(GetCapabilitySigned),
	LOCAL(GetCapability, TPM12_C1, 0, 0, "4S",
	      vtpmb_tpm12_get_capability, .own = vtpmb_tpm12_list_handles),
	GRANTED(OWNER, GetCapabilityOwner, TPM12_C2, TPM12_ALL, ""),
	OWN(OwnerSetDisable, TPM12_C2, TPM12_WORKING | TPM12_OWNED, "b",
	    vtpmb_tpm12_owner_only, .chip_by_grant = true),
	LOCAL(PhysicalEnable, TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_physical_enable, .chip_by_grant = true),
	LOCAL(PhysicalDisable, TPM12_C1, TPM12_WORKING | TPM12_ENABLED, 0, "",
	      vtpmb_tpm12_physical_disable, .chip_by_grant = true),
	LOCAL(SetOwnerInstall, TPM12_C1, TPM12_USABLE, 0, "b",
	      vtpmb_tpm12_set_owner_install, .chip_by_grant = true),
	LOCAL(PhysicalSetDeactivated, TPM12_C1, TPM12_WORKING | TPM12_ENABLED, 0, "b",
	      vtpmb_tpm12_physical_set_deactivated, .chip_by_grant = true),
	LOCAL(SetTempDeactivated, TPM12_C1 | TPM12_C2,
	      TPM12_WORKING | TPM12_ACTIVATED, 0, "", vtpmb_tpm12_set_temp_deactivated),
	ABSENT(SetOperatorAuth),
	GRANTED(UNSAFE, SetOwnerPointer, TPM12_C1, TPM12_ALL, "24", .ends = true),
	GRANTED(UNSAFE, CreateEndorsementKeyPair, TPM12_C1, TPM12_USABLE, "n422S",
		.slow = true),
	GRANTED(OWNER, MakeIdentity, TPM12_C2 | TPM12_C3, TPM12_ALL, "nn" KEY,
		.slow = true, INSPECT(identity)),
	GRANTED(OWNER, ActivateIdentity, TPM12_C2 | TPM12_C3, TPM12_ALL, "4S",
		.keys = 1),
	LOCAL(ReadPubek, TPM12_C1, TPM12_USABLE, 0, "n",
	      vtpmb_tpm12_read_pubek),
	GRANTED(OWNER, OwnerReadPubek, TPM12_C2, TPM12_ALL, ""),
	GRANTED(UNSAFE, DisablePubekRead, TPM12_C2, TPM12_ALL, ""),
	GRANTED(UNSAFE, CreateRevocableEK, TPM12_C1, TPM12_USABLE, "n422Sbn",
		.slow = true),
	GRANTED(UNSAFE, RevokeTrust, TPM12_C1, TPM12_USABLE, "n"),
	GRANTED(OWNER, OwnerReadInternalPub, TPM12_C2, TPM12_ALL, "4"),
	ABSENT(GetAuditEvent),
	ABSENT(GetAuditEventSigned),
	GRANTED(UNSAFE, GetAuditDigest, TPM12_C1, TPM12_USABLE, "4"),
	GRANTED(UNSAFE, GetAuditDigestSigned, TPM12_C1 | TPM12_C2, TPM12_ALL, "4bn",
		.keys = 1),
	ABSENT(GetOrdinalAuditStatus),
	GRANTED(UNSAFE, SetOrdinalAuditStatus, TPM12_C2, TPM12_ALL, "4b"),
	OWN(Terminate_Handle, TPM12_C1, TPM12_WORKING, "4",
	    vtpmb_tpm12_terminate_handle),
	ABSENT(Init),
	LOCAL(SaveState, TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_save_state),
	LOCAL(Startup, TPM12_C1, 0, TPM12_STARTS, "2",
	      vtpmb_tpm12_startup),
	ABSENT(SetRedirection),
	LOCAL(SHA1Start, TPM12_C1, TPM12_WORKING, 0, "",
	      vtpmb_tpm12_sha1_start),
	LOCAL(SHA1Update, TPM12_C1, TPM12_WORKING, TPM12_SHA1, "S",
	      vtpmb_tpm12_sha1_update),
	LOCAL(SHA1Complete, TPM12_C1, TPM12_WORKING, TPM12_SHA1, "S",
	      vtpmb_tpm12_sha1_complete),
	LOCAL(SHA1CompleteExtend, TPM12_C1, TPM12_WORKING, TPM12_SHA1, "4S",
	      vtpmb_tpm12_sha1_complete_extend),
	ABSENT(FieldUpgrade),
	ABSENT(SaveKeyContext),
	ABSENT(LoadKeyContext),
	ABSENT(SaveAuthContext),
	ABSENT(LoadAuthContext),
	OWN(SaveContext, TPM12_C1, TPM12_ALL, "4488", vtpmb_tpm12_save_context),
	OWN(LoadContext, TPM12_C1, TPM12_ALL, "4b4C44884nSS",
	    vtpmb_tpm12_load_context),
	OWN(FlushSpecific, TPM12_C1, TPM12_WORKING, "44", vtpmb_tpm12_flush_specific),
	LOCAL(PCR_Reset, TPM12_C1, TPM12_WORKING, 0, "P",
	      vtpmb_tpm12_pcr_reset),
	GRANTED(NV, NV_DefineSpace, TPM12_C1 | TPM12_C2, TPM12_WORKING | TPM12_NV,
		NV_PUBLIC "n", .ends = true, INSPECT(nv_define)),
	GRANTED(NV, NV_WriteValue, TPM12_C1 | TPM12_C2,
		TPM12_WORKING | TPM12_NV_BY_OWNER, "44S", .spans = true, INSPECT(nv)),
	GRANTED(NV, NV_WriteValueAuth, TPM12_C2, TPM12_USABLE, "44S", .spans = true,
		INSPECT(nv)),
	GRANTED(NV, NV_ReadValue, TPM12_C1 | TPM12_C2,
		TPM12_WORKING | TPM12_NV_BY_OWNER, "444", .spans = true, INSPECT(nv)),
	GRANTED(NV, NV_ReadValueAuth, TPM12_C2, TPM12_USABLE, "444", .spans = true,
		INSPECT(nv)),
	GRANTED(UNSAFE, Delegate_UpdateVerification, TPM12_C2, TPM12_ALL, "S"),
	GRANTED(UNSAFE, Delegate_Manage, TPM12_C1 | TPM12_C2, TPM12_USABLE, "44S",
		.ends = true),
	GRANTED(UNSAFE, Delegate_CreateKeyDelegation, TPM12_C2, TPM12_ALL,
		"4" DELEGATE_PUBLIC "n", .keys = 1),
	GRANTED(UNSAFE, Delegate_CreateOwnerDelegation, TPM12_C2, TPM12_ALL,
		"b" DELEGATE_PUBLIC "n", .ends = true),
	GRANTED(UNSAFE, Delegate_VerifyDelegation, TPM12_C1, TPM12_ALL, "S"),
	GRANTED(UNSAFE, Delegate_LoadOwnerDelegation, TPM12_C1 | TPM12_C2,
		TPM12_USABLE, "4S", .ends = true),
	GRANTED(UNSAFE, Delegate_ReadTable, TPM12_C1, TPM12_USABLE, ""),
	GRANTED(OWNER, CreateCounter, TPM12_C2, TPM12_ALL, "n4"),
	GRANTED(COUNTER, IncrementCounter, TPM12_C2, TPM12_ALL, "4",
		INSPECT(counter)),
	GRANTED(COUNTER, ReadCounter, TPM12_C1, TPM12_USABLE, "4", INSPECT(counter)),
	GRANTED(COUNTER, ReleaseCounter, TPM12_C2, TPM12_USABLE, "4", .ends = true,
		INSPECT(counter)),
	GRANTED(COUNTER, ReleaseCounterOwner, TPM12_C2, TPM12_ALL, "4", .ends = true,
		INSPECT(counter)),
	GRANTED(TRANSPORT, EstablishTransport, TPM12_C1 | TPM12_C2, TPM12_ALL,
		"42442S", .keys = 1, MAKES(TRANS, 60), INSPECT(transport)),
	GRANTED(TRANSPORT, ExecuteTransport, TPM12_C2, TPM12_ALL, "S",
		.trans = true),
	GRANTED(TRANSPORT, ReleaseTransportSigned, TPM12_C2 | TPM12_C3, TPM12_ALL,
		"4n", .keys = 1, .trans = true),
	CHIP(GetTicks, TPM12_C1, TPM12_USABLE, "", .opaque = true),
	CHIP(TickStampBlob, TPM12_C1 | TPM12_C2, TPM12_ALL, "4nn", .keys = 1,
	     .opaque = true),
	{ .code = TPM_ORD_LINUX_VTPM_PROXY_SET_LOCALITY, .name = "VTPM_PROXY_SET_LOCALITY" },
	TSC(PhysicalPresence, TPM12_C1, TPM12_WORKING, "2",
	    vtpmb_tpm12_physical_presence),
	TSC(ResetEstablishmentBit, TPM12_C1, TPM12_WORKING, "",
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
